"""How fast and how well places are found, beside flashgeotext and geotext in the same run.

Texts are the corpora that stand beside the project where there are any, else our own annotated passages. flashgeotext
and geotext are measured where they are installed (benchmarks/requirements.txt); both get the most populous place of a
name, which is all that they offer.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks import Row
from mapapp.model import Article
from mapapp.places.admin import join_units
from mapapp.places.evaluate import evaluate_places
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
PASSAGES = Path(__file__).resolve().parents[1] / "tests" / "gold" / "places" / "test_passages.py"
BARS = {"lgl": (">= 0.88", ">= 0.74"), "trnews": (">= 0.91", ">= 0.86")}
N_POINTS, N_UNITS, N_VERTICES, COLUMNS = 1_000_000, 272, 700, 17

FloatArray = npt.NDArray[np.float64]

_OPEN_AND_TELL = """
import resource, time
from mapapp.theatres.theatre import default_theatre, load_theatre
theatre = load_theatre(default_theatre())
from mapapp.places.gazetteer import open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.model import Article
start = time.perf_counter()
gazetteer = open_gazetteer(theatre)
opened = time.perf_counter() - start
geoparse(Article(id="x", text="Moscow"), theatre=theatre, gazetteer=gazetteer)
print(opened, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run() -> list[Row]:
    """Measure opening, reading, accuracy and the join with units."""
    theatre = load_theatre(default_theatre())
    gazetteer = open_gazetteer(theatre)
    return [*_opening(), *_reading(theatre, gazetteer), *_accuracy(theatre, gazetteer), _joining()]


def _opening() -> list[Row]:
    """In a process of its own, so that only what places need is in memory."""
    told = subprocess.run([sys.executable, "-c", _OPEN_AND_TELL], capture_output=True, text=True, check=True)
    opened_s, kilobytes = told.stdout.split()
    megabytes = float(kilobytes) / (1024.0 if sys.platform != "darwin" else 1024.0**2)
    return [
        Row("place index opened", float(opened_s), "s", "<= 1"),
        Row("memory with the place index open", megabytes, "MB", "<= 300", "the whole process, geopandas included"),
    ]


def _texts() -> tuple[str, list[str]]:
    path = CORPORA / "trnews.jsonl"
    if path.is_file():
        return "TR-News", [json.loads(line)["text"] for line in path.read_text("utf-8").split("\n") if line]
    return "own passages", [str(document["text"]) for document in _passages()]


def _passages() -> list[dict[str, Any]]:
    specification = importlib.util.spec_from_file_location("passages", PASSAGES)
    if specification is None or specification.loader is None:
        return []
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return list(module.read_passages())


def _reading(theatre: Theatre, gazetteer: Gazetteer) -> list[Row]:
    name, texts = _texts()
    articles = [Article(id=str(number), text=text) for number, text in enumerate(texts)]

    def read_all() -> tuple[float, float]:
        start, start_cpu = time.perf_counter(), time.process_time()
        for article in articles:
            geoparse(article, theatre=theatre, gazetteer=gazetteer)
        return time.perf_counter() - start, time.process_time() - start_cpu

    rounds = [read_all() for _ in range(8)]
    rate, cpu_rate = (len(texts) / min(seconds) for seconds in zip(*rounds, strict=True))
    bar = ">= 700" if name == "TR-News" else ""
    rows = [
        Row(f"{name}: texts per second", rate, "1/s", bar, "places found and resolved"),
        Row(
            f"{name}: texts per second of one processor", cpu_rate, "1/s", bar, "the same where others use the machine"
        ),
    ]
    for rival, extract in _rivals().items():
        start = time.perf_counter()
        for text in texts:
            extract(text)
        rows.append(Row(f"{name}: texts per second, {rival}", len(texts) / (time.perf_counter() - start), "1/s"))
    return rows


def _rivals() -> dict[str, Callable[[str], object]]:
    """The packages beside which we are measured, where they are installed."""
    found: dict[str, Callable[[str], object]] = {}
    if importlib.util.find_spec("flashgeotext"):
        found["flashgeotext"] = importlib.import_module("flashgeotext.geotext").GeoText().extract
    if importlib.util.find_spec("geotext"):
        found["geotext"] = importlib.import_module("geotext").GeoText
    return found


def _accuracy(theatre: Theatre, gazetteer: Gazetteer) -> list[Row]:
    rows: list[Row] = []
    for corpus, (f1_bar, recall_bar) in BARS.items():
        path = CORPORA / f"{corpus}.jsonl"
        if path.is_file():
            figures = evaluate_places(path, theatre=theatre, gazetteer=gazetteer)
            rows.append(Row(f"{corpus}: exact-span F1", figures.f1, "", f1_bar))
            rows.append(Row(f"{corpus}: recall within 161 km", figures.end_to_end_recall_161, "", recall_bar))
            rows += _rival_accuracy(corpus, path)
    return rows


def _rival_accuracy(corpus: str, path: Path) -> list[Row]:
    """flashgeotext tells offsets, so that its exact-span F1 can be measured; geotext tells none."""
    extract = _rivals().get("flashgeotext")
    if extract is None:
        return []
    n_gold = n_found = n_right = 0
    for line in path.read_text("utf-8").split("\n"):
        document = json.loads(line) if line else {"text": "", "toponyms": []}
        gold = {(item["start"], item["end"]) for item in document["toponyms"] if item.get("lat") is not None}
        neutral = {(item["start"], item["end"]) for item in document["toponyms"]} - gold
        told: Any = extract(document["text"]) if document["text"] else {}
        spans = {tuple(span) for kind in told.values() for place in kind.values() for span in place["span_info"]}
        n_gold, n_found, n_right = n_gold + len(gold), n_found + len(spans - neutral), n_right + len(spans & gold)
    return [Row(f"{corpus}: exact-span F1, flashgeotext", 2 * n_right / max(1, n_gold + n_found), "")]


def _border(along: FloatArray, *, place: int, turn: float) -> FloatArray:
    """A winding border line: how far it strays from its straight course at each step."""
    if place in (0, COLUMNS):
        return np.full_like(along, float(place))
    return place + 0.08 * np.sin(7.0 * along + turn * place) + 0.03 * np.sin(41.0 * along + place)


def _units() -> gpd.GeoDataFrame:
    """Units that fill a square, with winding borders in common, about as detailed as a country's third level."""
    steps = np.linspace(0.0, 1.0, N_VERTICES // 4)
    polygons = []
    for number in range(N_UNITS):
        west, south = number % COLUMNS, number // COLUMNS
        x, y = west + steps, south + steps
        sides = (
            np.column_stack([x, _border(x, place=south, turn=1.0)]),
            np.column_stack([_border(y, place=west + 1, turn=2.0), y]),
            np.column_stack([x, _border(x, place=south + 1, turn=1.0)])[::-1],
            np.column_stack([_border(y, place=west, turn=2.0), y])[::-1],
        )
        polygons.append(shapely.make_valid(shapely.Polygon(np.concatenate(sides))))
    codes = [f"X{number:03d}" for number in range(N_UNITS)]
    return gpd.GeoDataFrame({"pcode": codes, "level": 3}, geometry=polygons, crs="EPSG:4326")


def _joining() -> Row:
    units = _units()
    points = np.random.default_rng(7).uniform(-2.0, COLUMNS + 2.0, (N_POINTS, 2))
    start = time.perf_counter()
    join_units(points, units=units)  # type: ignore[arg-type] # an array of pairs is a sequence of pairs
    seconds = time.perf_counter() - start
    return Row(f"{N_POINTS:,} points joined with {N_UNITS} units", seconds, "s", "<= 6")
