"""Static pictures: the same bytes every time, whatever text they are made of."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from matplotlib.image import imread

from geodata.catalog import data_hash
from mapapp.errors import ExportError
from mapapp.model import Reading, Status
from mapapp.picture.captions import picture_marks
from mapapp.picture.snapshot import render_snapshot
from mapapp.picture.strokes import is_on
from mapapp.picture.viewport import make_view
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from tests import invented
from tests.invented import THEATRE, day

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> </script> $\\frac{1}{2}$ \u202egnp.exe & --> ]]> \x07"


def scene_of(number: int = 8, **changes: object) -> Scene:
    theatre = replace(THEATRE, **changes)  # type: ignore[arg-type]
    query = replace(default_query(theatre), day=day(number))
    return build_scene(query, theatre=theatre, readings=(invented.make_reading(routes=(invented.make_route(),)),))


def draw(scene: Scene, *, kind: str = "png", width: int = 640, height: int = 360, **options: object) -> bytes:
    buffer = io.BytesIO()
    render_snapshot(scene, path_or_buffer=buffer, format=kind, width_px=width, height_px=height, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_same_input_gives_same_bytes(kind: str) -> None:
    assert draw(scene_of(), kind=kind) == draw(scene_of(), kind=kind)


def test_same_input_gives_same_bytes_in_another_process() -> None:
    # The hash of the data is printed on the picture; it is held fast so that only the drawing is compared.
    program = (
        "import hashlib, sys; sys.path[:0] = ['.', 'tests/unit/picture']; import test_snapshot as t; "
        "from mapapp.picture import captions; captions.data_hash = lambda: '0' * 12; "
        "print(*(hashlib.sha256(t.draw(t.scene_of(), kind=kind)).hexdigest() for kind in ('png', 'svg')))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert runs[0] == runs[1] != ""


def test_a_picture_is_marked_with_the_data_and_with_what_was_read_from_how_many_articles() -> None:
    def mark_of(*readings: Reading) -> str:
        return picture_marks(build_scene(default_query(THEATRE), theatre=THEATRE, readings=readings))

    read = invented.make_reading()
    corrected = replace(read, routes=(invented.make_route(),))
    marks = [mark_of(), mark_of(read), mark_of(corrected)]
    assert all(mark.startswith(f"data {data_hash()}") for mark in marks)
    assert marks[0].endswith(" · no articles")
    assert " · 1 article " in marks[1]
    assert len(set(marks)) == 3
    fetched_later = replace(read, article=replace(read.article, retrieved=datetime(2031, 1, 1, tzinfo=UTC)))
    assert mark_of(fetched_later) == marks[1]


def test_picture_has_the_size_that_was_asked_for() -> None:
    assert imread(io.BytesIO(draw(scene_of(), width=800, height=450))).shape[:2] == (450, 800)
    assert imread(io.BytesIO(draw(scene_of(), width=450, height=800))).shape[:2] == (800, 450)


def test_another_day_is_another_picture() -> None:
    assert draw(scene_of(2)) != draw(scene_of(3))
    assert draw(scene_of(2), day=day(3)) == draw(scene_of(3), day=day(3))


def test_an_extent_is_another_picture() -> None:
    assert draw(scene_of(), bbox=(10.0, 45.0, 11.0, 46.0)) != draw(scene_of())


def test_filters_leave_cells_empty() -> None:
    scene = scene_of(10)
    assert draw(replace(scene, query=replace(scene.query, minimum_status=Status.ASSESSED))) != draw(scene)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_hostile_text_is_drawn_as_text(kind: str) -> None:
    place = replace(invented.PLACES[1], name=HOSTILE, names={"ar": HOSTILE}, population=900_000)
    places = tuple(place if old.id == place.id else old for old in invented.PLACES)
    event = replace(invented.EVENTS[0], place=place, note=HOSTILE)
    event = replace(event, evidence_for=(replace(event.evidence_for[0], publisher=HOSTILE, text=HOSTILE),))
    actors = tuple(replace(actor, name=HOSTILE) for actor in invented.ACTORS)
    scene = scene_of(3, title=HOSTILE, title_ar=HOSTILE, cell_places=places, events=(event,), actors=actors)
    picture = draw(scene, kind=kind, width=1200, height=700)
    if kind == "svg":
        root = ET.fromstring(picture)
        assert {"script", "image", "foreignObject"}.isdisjoint(node.tag.split("}")[-1] for node in root.iter())
        assert "\u202e" not in picture.decode()


def test_letters_that_the_font_lacks_draw_no_error() -> None:
    place = replace(invented.PLACES[0], name="北京 🙂 \U0001f9ff", population=5_000_000)
    assert draw(scene_of(cell_places=(place, *invented.PLACES[1:])))


def test_svg_carries_no_time_and_needs_no_font() -> None:
    text = draw(scene_of(), kind="svg").decode()
    assert "<dc:date>" not in text
    assert "font-family" not in text


def test_theatre_without_places_events_or_units_is_drawn() -> None:
    assert draw(scene_of(cell_places=(), cell_place_ids=(), baseline={}, events=()))
    assert draw(scene_of(units=THEATRE.units.iloc[:0], cell_places=(), events=()))
    assert draw(scene_of(palettes={}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "gif"}, "png or svg"),
        ({"width": 10}, "width"),
        ({"height": 100_000}, "height"),
        ({"bbox": (12.0, 45.0, 10.0, 46.0)}, "west < east"),
        ({"bbox": (0.0, 0.0, 10.0, 95.0)}, "extent"),
        ({"bbox": (float("nan"), 0.0, 10.0, 9.0)}, "extent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_drawn_is_said(options: dict[str, object], words: str) -> None:
    with pytest.raises(ExportError, match=words):
        draw(scene_of(), **options)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        render_snapshot(scene_of(), path_or_buffer=tmp_path / "no" / "folder.png", width_px=400, height_px=400)


def test_a_view_shows_the_whole_extent_and_turns_back() -> None:
    view = make_view((10.0, 45.0, 12.0, 46.0), window=(100.0, 0.0, 500.0, 300.0))
    left, bottom = view.point_px(lat=45.0, lon=10.0)
    right, top = view.point_px(lat=46.0, lon=12.0)
    assert 100 <= left < right <= 500.001
    assert 0 <= bottom < top <= 300.001
    west, south, east, north = view.seen()
    assert (west <= 10.0, east >= 12.0, south <= 45.0, north >= 46.0) == (True,) * 4


def test_a_route_stands_on_the_map_on_its_days_only() -> None:
    route = invented.make_route()
    assert [is_on(route, day=day(number)) for number in (7, 8, 9)] == [False, True, False]
    assert is_on(replace(route, date_start=None, date_end=None), day=day(1))
    assert is_on(replace(route, date_end=day(8) + timedelta(days=1)), day=day(9))


def test_ticks_of_local_time_stand_along_measured_legs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("mapapp.picture.ticks.draw_words", lambda canvas, words, **options: written.append(words))
    start = datetime(2030, 1, 8, 2, tzinfo=UTC)
    route = invented.make_route()
    leg = route.legs[0]
    measured = replace(leg, times_s=(start.timestamp(), start.timestamp() + 3600))
    scene = scene_of()
    draw(replace(scene, routes=(replace(route, legs=(leg,)),)), kind="svg", width=1600, height=900)
    assert written == []
    draw(replace(scene, routes=(replace(route, legs=(measured,)),)), kind="svg", width=1600, height=900)
    assert written
    # Three o'clock where the invented country is.
    assert set(written) <= {"03:00", *(f"03:{minute:02}" for minute in range(60)), "04:00"}
