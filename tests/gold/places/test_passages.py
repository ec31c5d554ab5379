"""How well places are found in passages of our own. The floors only rise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mapapp.places.evaluate import Figures, evaluate_places
from mapapp.places.gazetteer import Gazetteer
from mapapp.theatres.theatre import Theatre

PASSAGES = Path(__file__).with_name("passages.txt")
HARD = Path(__file__).with_name("hard_passages.txt")
_BRACKETS = re.compile(r"\[([^\]|]+)(?:\|([^\]]+))?\]")

# Raise a floor when a change lifts its figure; never lower one.
FLOORS = {
    PASSAGES: {"precision": 0.992, "recall": 0.996, "f1": 0.994, "end_to_end_recall_161": 0.996},
    HARD: {"precision": 0.98, "recall": 0.97, "f1": 0.97, "end_to_end_recall_161": 0.96},
}


def read_passages(path: Path = PASSAGES) -> list[dict[str, object]]:
    """Turn a file into documents of the form that corpora have."""
    points: dict[str, str] = {}
    documents: list[dict[str, object]] = []
    # The table of points stands in the first file.
    for line in (PASSAGES.read_text(encoding="utf-8") + "\n" + path.read_text(encoding="utf-8")).split("\n"):
        if line.startswith("@ "):
            name, point = line[2:].rsplit(" ", 1)
            points[name] = point
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith(("#", "@ ")):
            documents.append({"id": str(len(documents)), **_annotated(line, points)})
    return documents


def _annotated(line: str, points: dict[str, str]) -> dict[str, object]:
    text, toponyms, position = "", [], 0
    for match in _BRACKETS.finditer(line):
        text += line[position : match.start()]
        point = match[2] or points[match[1]]
        lat, lon = (None, None) if point == "?" else map(float, point.split(","))
        toponyms.append({"start": len(text), "end": len(text) + len(match[1]), "lat": lat, "lon": lon})
        text += match[1]
        position = match.end()
    return {"text": text + line[position:], "toponyms": toponyms}


@pytest.fixture(scope="module", params=FLOORS, ids=lambda path: path.stem)
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, theatre: Theatre, gazetteer: Gazetteer
) -> tuple[Path, Figures]:
    corpus = tmp_path_factory.mktemp("gold") / "passages.jsonl"
    lines = [json.dumps(document, ensure_ascii=False) for document in read_passages(request.param)]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    return request.param, evaluate_places(corpus, theatre=theatre, gazetteer=gazetteer)


def test_there_are_enough_passages() -> None:
    assert len(read_passages()) >= 150
    assert len(read_passages(HARD)) >= 150


@pytest.mark.parametrize("figure", FLOORS[PASSAGES])
def test_places_are_found_at_least_as_well_as_before(measured: tuple[Path, Figures], figure: str) -> None:
    path, figures = measured
    worst = [f"{mistake.kind}: {mistake.context} ({mistake.got})" for mistake in figures.mistakes]
    assert getattr(figures, figure) >= FLOORS[path][figure], "\n".join(worst)
