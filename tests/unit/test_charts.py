"""Charts as specifications: what they hold, and that text stays data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import shapely

from mapapp import charts
from mapapp.charts import DAY_CLICK, areas_spec, difference_spec
from mapapp.control import find_differences
from mapapp.model import Actor, MapQuery, Status
from mapapp.scene import Scene
from mapapp.summary import areas_through_time, shares_by_day
from mapapp.territory.timeline import build_cells, build_timeline
from tests.invented import ACTORS, EVENTS, FIRST_DAY, LAST_DAY, PLACES, THEATRE, UNITS, day

DAYS = [day(number) for number in range(1, 11)]
QUERY = MapQuery("invented", LAST_DAY, FIRST_DAY, LAST_DAY)


def make_scene() -> Scene:
    cells = build_cells(units=UNITS, places=PLACES)
    timeline = build_timeline(cells, theatre=THEATRE, events=EVENTS)
    shares = shares_by_day(timeline, days=DAYS)
    return Scene(THEATRE, QUERY, cells, timeline, EVENTS, (), (), shares)


SCENE = make_scene()
ROWS = areas_through_time(SCENE.timeline, cells=SCENE.cells, days=DAYS)


def pieces_of(spec: dict[str, Any], number: int) -> list[dict[str, Any]]:
    return [piece for piece in spec["layer"][0]["data"]["values"] if piece["from"] == day(number).isoformat()]


@pytest.mark.parametrize("number", range(1, 11))
def test_the_stack_of_a_day_has_no_gap_and_ends_at_the_whole_area(number: int) -> None:
    pieces = sorted(pieces_of(areas_spec(ROWS, theatre=THEATRE, day=day(5)), number), key=lambda piece: piece["low"])
    assert pieces[0]["low"] == 0
    assert [piece["low"] for piece in pieces[1:]] == [piece["high"] for piece in pieces[:-1]]
    assert pieces[-1]["high"] == pytest.approx(sum(cell.area_km2 for cell in SCENE.cells), abs=1)


def test_what_is_claimed_is_paler_and_lies_on_what_is_assessed() -> None:
    pieces = pieces_of(areas_spec(ROWS, theatre=THEATRE, day=day(5)), 10)
    by_key = {(piece["holder"], piece["status"]): piece for piece in pieces}
    sure, claimed = by_key["Coalition", "assessed"], by_key["Coalition", "claimed"]
    assert claimed["opacity"] < sure["opacity"]
    assert claimed["low"] == sure["high"]


def test_the_day_is_marked_and_can_be_clicked() -> None:
    spec = areas_spec(ROWS, theatre=THEATRE, day=day(5))
    assert spec["layer"][0]["params"][0]["name"] == DAY_CLICK
    assert [slot["from"] for slot in spec["layer"][1]["data"]["values"]] == ["2030-01-05"]


def test_no_rows_no_chart() -> None:
    assert areas_spec((), theatre=THEATRE, day=day(1)) == {}


def test_names_stay_data_and_never_become_expressions() -> None:
    evil = "datum.x'); alert(1); //{{7*7}}</script>"
    theatre = replace(THEATRE, actors=(Actor("REP", evil, valid_to=day(8)), *ACTORS[1:]))
    text = json.dumps(areas_spec(ROWS, theatre=theatre, day=day(5)))
    assert '"expr"' not in text
    assert '"calculate"' not in text
    assert '"signal"' not in text


def test_the_map_of_the_difference_holds_each_changed_cell_once() -> None:
    found = find_differences(SCENE, first=day(2), second=day(6))
    spec = difference_spec(found, scene=SCENE, query=QUERY)
    features = spec["layer"][1]["data"]["values"]
    assert sorted(feature["properties"]["place"] for feature in features) == ["Bree", "Carn", "Dorn", "Esk"]
    rings = [shapely.Polygon(feature["geometry"]["coordinates"][0]) for feature in features]
    assert all(not ring.exterior.is_ccw for ring in rings), "the browser would fill the rest of the world"


def test_the_map_for_one_party_says_gained_lost_and_contested() -> None:
    found = find_differences(SCENE, first=day(2), second=day(6))
    spec = difference_spec(found, scene=SCENE, query=QUERY, actor="REP")
    kinds = {item["properties"]["place"]: item["properties"]["kind"] for item in spec["layer"][1]["data"]["values"]}
    assert kinds == {"Bree": "Lost", "Carn": "Contested", "Dorn": "Lost", "Esk": "Lost"}


def test_no_difference_is_the_ground_alone() -> None:
    spec = difference_spec((), scene=SCENE, query=QUERY)
    assert len(spec["layer"]) == 1


def test_very_many_changes_are_one_shape_per_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "MAX_SHAPES", 2)
    found = find_differences(SCENE, first=day(2), second=day(6))
    features = difference_spec(found, scene=SCENE, query=QUERY, actor="REP")["layer"][1]["data"]["values"]
    assert {feature["properties"]["kind"] for feature in features} == {"Lost", "Contested"}
    assert sum(feature["properties"]["km2"] for feature in features) == pytest.approx(
        sum(item.cell.area_km2 for item in found), abs=2
    )


def test_status_is_what_the_rows_say() -> None:
    spec = areas_spec(ROWS, theatre=THEATRE, day=day(5))
    said = {(piece["holder"], piece["status"]) for piece in pieces_of(spec, 4)}
    assert ("Contested", Status.CONTESTED.value) in said
