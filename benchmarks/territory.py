"""How fast territory is built and asked, and how far its cells agree with what is known of held-back places.

The comparison with a community-level map runs only where the table stands beside the project; it is measured with and
not part of the project.
"""

from __future__ import annotations

import csv
import random
import resource
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import Row
from benchmarks._scene import SEED
from mapapp.control import find_differences
from mapapp.export.html import EXPORTER
from mapapp.geo import WGS84
from mapapp.histories.merging import merge_history, with_history
from mapapp.histories.reading import read_history
from mapapp.mapview import build_payload, escape_json
from mapapp.model import Cell, EventKind, Place, Status
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.summary import holder_disagreements
from mapapp.territory.timeline import FAR_KM, build_cells, build_timeline
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre

Result = TypeVar("Result")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "control"
COMMUNITY_MAP = Path(__file__).with_name("community_map.toml")
N_DRAWS = 20
HELD_BACK = 0.2


def run() -> list[Row]:
    """Return the figures."""
    theatre = load_theatre(default_theatre())
    return [*_laws(theatre), *_speeds(theatre), *_import_speeds(theatre), *_held_back(theatre), *_agreement(theatre)]


def _timed(function: Callable[[], Result], *, times: int = 1) -> tuple[Result, float]:
    """Return the result and the shortest time of several."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - started)
    return result, best


def _laws(theatre: Theatre) -> list[Row]:
    """Return what must hold on every day: shares add up, cells cover the units, events know who was there before."""
    scene = build_scene(default_query(theatre), theatre=theatre)
    off = max(abs(sum(row.share for row in rows) - 1.0) for rows in scene.shares_by_day.values())
    plane = gpd.GeoSeries([cell.geometry for cell in scene.cells], crs="EPSG:4326").to_crs("EPSG:6933")
    whole = shapely.union_all(plane.values)
    gaps = sum(shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors)
    overlap = float(plane.area.sum()) - whole.area
    unlike = holder_disagreements(scene.timeline, cells=scene.cells, events=scene.events, actors=theatre.actors)
    n = len(scene.cells)
    return [
        Row(f"shares of {len(scene.days)} days: farthest from 100 %", 100.0 * off, "%", "<= 0.000001"),
        Row(f"gaps between {n} cells, all together", gaps, "m²", "<= 1"),
        Row("overlaps, all together", abs(overlap), "m²", "<= 1"),
        Row("bundled events that name another holder before", len(unlike), "", "<= 3", "listed in docs/method.md"),
    ]


def _speeds(theatre: Theatre) -> list[Row]:
    query = default_query(theatre)
    first, whole_s = _timed(lambda: build_scene(query, theatre=theatre), times=3)
    place = theatre.cell_places[0]
    extra = replace(
        next(event for event in theatre.events if event.place is not None),
        id="one-more", place=place, kind=EventKind.OVERTAKES, status=Status.CLAIMED,
        date_start=theatre.last_day, date_end=theatre.last_day,
    )  # fmt: skip

    def add() -> Scene:
        events = tuple(sorted((*first.events, extra), key=lambda event: (event.date_start, event.id)))
        timeline = build_timeline(first.cells, theatre=theatre, events=events, before=first.timeline)
        return replace(first, events=events, timeline=timeline)

    later, states_s = _timed(add, times=5)

    def show() -> str:
        again = build_scene(query, theatre=theatre, before=first)
        return escape_json(build_payload(replace(again, events=later.events, timeline=later.timeline)))

    _, shown_s = _timed(show, times=5)
    _, difference_s = _timed(lambda: find_differences(first, first=theatre.first_day, second=theatre.last_day), times=3)
    n = len(first.cells)
    return [
        Row(f"scene of {n} cells from nothing", whole_s, "s"),
        Row("states after one more claim", states_s, "s", "<= 0.5"),
        Row("one more claim: scene and data for the map", shown_s + states_s, "s", "<= 0.5"),
        Row("what changed between first and last day", difference_s, "s"),
    ]


def _import_speeds(theatre: Theatre) -> list[Row]:
    rows = []
    for n_places, n_days, n_changes, bar_s in ((800, 590, 433, 5), (33_000, 600, 10_000, 60)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "history.csv"
            _write_history(path, theatre=theatre, n_places=n_places, n_days=n_days, n_changes=n_changes)
            scene, seconds = _timed(lambda path=path: _build_imported(path, theatre=theatre))  # type: ignore[misc]
        what = f"{n_places:,} places × {n_days} days, {n_changes:,} changes: read, resolved, built"
        rows.append(Row(what, seconds, "s", f"<= {bar_s}", f"{len(scene.cells):,} cells, {len(scene.events):,} events"))
        if n_places < 1000:
            html, page_s = _timed(lambda scene=scene: EXPORTER.write(scene))  # type: ignore[misc]
            rows.append(Row("the same as a page", page_s, "s", note=f"{len(html) / 1e6:.1f} MB"))
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows.append(Row("memory at its highest", peak_gb, "GB", "<= 2"))
    return rows


def build_imported_scene(theatre: Theatre, *, n_places: int = 800, n_days: int = 590, n_changes: int = 433) -> Scene:
    """Return what a made-up table of holders gives, imported into the units of a theatre of which nothing is known."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        _write_history(path, theatre=theatre, n_places=n_places, n_days=n_days, n_changes=n_changes)
        return _build_imported(path, theatre=theatre)


def _build_imported(path: Path, *, theatre: Theatre) -> Scene:
    unknown = {key: replace(row, actor=None) for key, row in theatre.baseline.items()}
    empty = replace(theatre, events=(), baseline=unknown)
    merged = merge_history(read_history(path), theatre=empty, source="https://example.org/history")
    assert not merged.set_aside
    full = with_history(empty, merged=merged)
    return build_scene(default_query(full), theatre=full)


def _write_history(path: Path, *, theatre: Theatre, n_places: int, n_days: int, n_changes: int) -> None:
    """Write a long table of made-up places and holders, the same in every run."""
    chance = random.Random(SEED)
    whole = shapely.union_all(list(theatre.units.geometry))
    shapely.prepare(whole)
    west, south, east, north = whole.bounds
    places: list[tuple[str, float, float]] = []
    while len(places) < n_places:
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(whole, x, y):
            places.append((f"Settlement {len(places)}", round(y, 5), round(x, 5)))
    start = date(2021, 1, 1)
    holders = ("Party A", "Party B", "Party C", "Party D")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("place", "lat", "lon", "date", "holder"))
        writer.writerows((*place, start, chance.choice(holders)) for place in places)
        for _ in range(n_changes):
            day = start + timedelta(days=chance.randrange(1, n_days))
            writer.writerow((*chance.choice(places), day, chance.choice(holders)))
        writer.writerow((*places[0], start + timedelta(days=n_days - 1), "Party A"))


def _held_back(theatre: Theatre) -> list[Row]:
    """Leave a fifth of the places out, cut the cells without them, and look who would hold them."""
    places = [place for place in theatre.cell_places if theatre.baseline[place.id].actor is not None]
    chance = random.Random(SEED)
    hits = plain = total = 0
    for _ in range(N_DRAWS):
        held = set(chance.sample([place.id for place in places], round(HELD_BACK * len(places))))
        rest = [place for place in places if place.id not in held]
        by_id = {place.id: place for place in rest}
        cells = build_cells(units=theatre.units, places=rest)
        out = [place for place in places if place.id in held]
        points = shapely.points([(place.lon, place.lat) for place in out])
        who, where = shapely.STRtree([cell.geometry for cell in cells]).query(points, predicate="intersects")
        found = dict(zip(who.tolist(), where.tolist(), strict=True))
        for index, place in enumerate(out):
            if index not in found:
                continue
            cell = cells[found[index]]
            # The cell of a unit without a place stands where the place is that it follows.
            owner = by_id.get(cell.place_id or "") or _nearest(rest, lat=cell.lat, lon=cell.lon)
            beside = [other for other in rest if other.adm1_pcode == place.adm1_pcode] or rest
            total += 1
            hits += theatre.baseline[owner.id].actor == theatre.baseline[place.id].actor
            simple = _nearest(beside, lat=place.lat, lon=place.lon)
            plain += theatre.baseline[simple.id].actor == theatre.baseline[place.id].actor
    note = f"{N_DRAWS} draws of {HELD_BACK:.0%} of {len(places)} places, within {_finest(theatre)} units"
    bar = 100.0 * plain / total
    return [
        Row("holder of held-back places predicted", 100.0 * hits / total, "%", f">= {int(10 * bar) / 10}", note),
        Row("the same by the nearest place within the first-level unit", bar, "%"),
    ]


def _nearest(places: Sequence[Place], *, lat: float, lon: float) -> Place:
    n = len(places)
    lons, lats = [place.lon for place in places], [place.lat for place in places]
    metres = WGS84.inv([lon] * n, [lat] * n, lons, lats)[2]
    return places[int(np.argmin(metres))]


def _finest(theatre: Theatre) -> int:
    return int((~theatre.units["pcode"].isin(set(theatre.units["parent"].dropna()))).sum())


def _agreement(theatre: Theatre) -> list[Row]:
    """Compare the cells of the first day with the community-level map."""
    about = tomllib.loads(COMMUNITY_MAP.read_text(encoding="utf-8"))
    path = SHARED / about["file"]
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["aoc_2023"] in about["sides"]]
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    said = [frozenset(about["sides"][row["aoc_2023"]]) for row in rows]
    scene = build_scene(default_query(theatre), theatre=theatre)
    cells = scene.cells
    states = {cell.id: scene.timeline.state_at(cell.id, day=theatre.first_day) for cell in cells}
    held = [states[cell.id].controller for cell in cells]
    who, where = shapely.STRtree([cell.geometry for cell in cells]).query(
        shapely.points(lon, lat), predicate="intersects"
    )
    same = [held[k] in said[i] for i, k in zip(who.tolist(), where.tolist(), strict=True)]
    rows_out = [
        Row("communities that agree with the community-level map", 100.0 * float(np.mean(same)), "%",
            note=f"{len(same):,} communities, 21 months apart"),
    ]  # fmt: skip
    area = _agreement_by_area(cells=cells, held=held, lon=lon, lat=lat, said=said, units=theatre.units)
    rows_out.append(Row("area that agrees with it", 100.0 * area, "%", note=f"cells fade beyond {FAR_KM:g} km"))
    return rows_out


def _agreement_by_area(
    *,
    cells: Sequence[Cell],
    held: Sequence[str | None],
    lon: np.ndarray,
    lat: np.ndarray,
    said: Sequence[frozenset[str]],
    units: gpd.GeoDataFrame,
) -> float:
    """Return the share of the area whose holder is that of its nearest community, on a grid of equal areas."""
    west, south, east, north = units.total_bounds
    ys = np.arange(south, north, 0.02)
    points = np.array([(x, y) for y in ys for x in np.arange(west, east, 0.02 / np.cos(np.radians(y)))])
    grid = shapely.points(points)
    who, where = shapely.STRtree([cell.geometry for cell in cells]).query(grid, predicate="within")
    narrow = np.cos(np.radians(float(lat.mean())))
    flat = shapely.points(np.column_stack([lon * narrow, lat]))
    nearest = shapely.STRtree(flat).nearest(shapely.points(points[who] * (narrow, 1.0)))
    return float(np.mean([held[k] in said[i] for i, k in zip(nearest.tolist(), where.tolist(), strict=True)]))
