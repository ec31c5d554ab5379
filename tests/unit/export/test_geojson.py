"""GeoJSON as others read it: RFC 7946, complete, and the same again after a round trip."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box, shape

from mapapp.export.geojson import write
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.theatres.theatre import default_theatre, load_theatre
from tests import invented
from tests.invented import EVENTS, THEATRE, day

HOSTILE = "</script>{{7*7}}\u2028\u202e\x00\"'"


def scene_of(number: int = 6, **changes: object) -> Scene:
    theatre = replace(THEATRE, **changes)  # type: ignore[arg-type]
    query = replace(default_query(theatre), day=day(number))
    return build_scene(query, theatre=theatre, readings=(invented.make_reading(routes=(invented.make_route(),)),))


@pytest.fixture(scope="module")
def collection() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(write(scene_of()))
    return result


def features(collection: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [feature for feature in collection["features"] if feature["properties"]["kind"] == kind]


def test_every_cell_claim_leg_and_point_is_there_once(collection: dict[str, Any]) -> None:
    counts = {kind: len(features(collection, kind)) for kind in ("control", "claim", "route", "route-point")}
    assert counts == {"control": 6, "claim": 6, "route": 3, "route-point": 4}
    assert len({feature["id"] for feature in collection["features"]}) == len(collection["features"])


def test_control_is_that_of_the_day_with_its_evidence(collection: dict[str, Any]) -> None:
    bree = next(item for item in features(collection, "control") if item["properties"]["place"] == "Bree")
    properties = bree["properties"]
    assert (properties["holder"], properties["status"], properties["since"]) == ("FRO", "assessed", "2030-01-03")
    assert properties["evidence_for"][0]["text"] == "Something happened at Bree."
    assert properties["evidence_for"][0]["url"] == "https://example.org/a"


def test_outer_rings_run_counter_clockwise(collection: dict[str, Any]) -> None:
    for feature in features(collection, "control"):
        polygon = shape(feature["geometry"])
        assert all(shapely.is_ccw(part.exterior) for part in shapely.get_parts(polygon))
        assert polygon.is_valid


def test_a_claim_on_a_region_has_no_point(collection: dict[str, Any]) -> None:
    by_id = {feature["id"]: feature for feature in features(collection, "claim")}
    assert by_id["claim/invented-04"]["geometry"] is None
    assert by_id["claim/invented-01"]["geometry"] == {"type": "Point", "coordinates": [10.5, 45.5]}


def test_no_coordinate_reference_system_is_named(collection: dict[str, Any]) -> None:
    assert "crs" not in collection


def test_it_says_from_what_it_was_made(collection: dict[str, Any]) -> None:
    assert collection["metadata"]["as_of"] == "2030-01-06"
    assert collection["metadata"]["articles"] == [invented.make_article().id]
    assert len(collection["metadata"]["data_hash"]) == 12


def test_other_programs_read_it_back(tmp_path: Path, collection: dict[str, Any]) -> None:
    path = tmp_path / "map.geojson"
    path.write_bytes(write(scene_of()))
    frame = gpd.read_file(path)
    assert len(frame) == len(collection["features"])
    assert frame.crs.to_epsg() == 4326
    cells = frame[frame["kind"] == "control"]
    whole = shapely.union_all(cells.geometry.values)
    assert whole.symmetric_difference(box(10, 45, 12, 46)).area < 1e-5
    assert dict(zip(cells["place"], cells["holder"], strict=True))["Fell"] == "COA"


def test_hostile_text_comes_back_as_it_was() -> None:
    event = replace(EVENTS[0], note=HOSTILE)
    written = json.loads(write(scene_of(events=(event,))))
    assert features(written, "claim")[0]["properties"]["note"] == HOSTILE


def test_nothing_in_it_is_an_empty_collection() -> None:
    theatre = replace(THEATRE, units=THEATRE.units.iloc[:0], cell_places=(), events=())
    scene = build_scene(default_query(theatre), theatre=theatre)
    assert json.loads(write(scene))["features"] == []


def test_the_first_leg_of_a_route_tells_what_it_crosses_and_how_that_is_known() -> None:
    theatre = load_theatre(default_theatre())
    written = json.loads(write(build_scene(default_query(theatre), theatre=theatre)))
    first = next(one for one in written["features"] if one["id"] == "route/flight-2024-12-08-two-legs/1")
    crossed = first["properties"]["crossed"]
    assert [row["area"] for row in crossed][:2] == ["Syria", "Lebanon"]
    assert "Black Sea" in {row["area"] for row in crossed}
    assert {row["how"] for row in crossed} == {"if the line were flown as drawn"}
