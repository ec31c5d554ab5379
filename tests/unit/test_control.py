"""Questions about the invented country, whose answers are known."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from mapapp.control import (
    Outcome,
    balance,
    cell_at,
    dissolve,
    explain,
    find_cell,
    find_differences,
    match_cells,
    outcome_of,
)
from mapapp.control_files import (
    CONTROL_FORMATS,
    DIFFERENCE_FORMATS,
    write_areas,
    write_control,
    write_differences,
)
from mapapp.errors import DateError, ExportError, PlaceError
from mapapp.geo import area_km2, circle
from mapapp.model import MapQuery, Status
from mapapp.scene import Scene
from mapapp.summary import areas_through_time, describe_reach, far_share, shares_by_day
from mapapp.territory.timeline import FAR_KM, build_cells, build_timeline
from tests.invented import EVENTS, FIRST_DAY, LAST_DAY, PLACES, THEATRE, UNITS, day, make_event, make_evidence


def make_scene(*, events: tuple[Any, ...] = EVENTS, places: tuple[Any, ...] = PLACES) -> Scene:
    cells = build_cells(units=UNITS, places=places)
    timeline = build_timeline(cells, theatre=THEATRE, events=events)
    days = [day(number) for number in range(1, 11)]
    return Scene(
        theatre=THEATRE,
        query=MapQuery("invented", LAST_DAY, FIRST_DAY, LAST_DAY),
        cells=cells,
        timeline=timeline,
        events=events,
        routes=(),
        readings=(),
        shares_by_day=shares_by_day(timeline, days=days),
    )


SCENE = make_scene()


def rows_of(contents: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(contents.decode())))


# Which cell


@pytest.mark.parametrize("name", ["Bree", "bree ", "BREE", "اسم2", "invented:2", "XA01/invented:2"])
def test_a_cell_is_found_by_any_name_of_its_place(name: str) -> None:
    assert find_cell(SCENE, name=name).id == "XA01/invented:2"


def test_a_cell_is_found_by_another_spelling_that_the_theatre_knows() -> None:
    assert find_cell(SCENE, name="Aldah").place_name == "Alda"


def test_an_unknown_place_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(PlaceError, match=r"no area of a place named “Carnn”.*Did you mean Carn"):
        find_cell(SCENE, name="Carnn")


@pytest.mark.parametrize("name", ["", "   ", "{{7*7}}", "\u202e", "x" * 10_000])
def test_a_name_that_is_none_is_a_place_error(name: str) -> None:
    with pytest.raises(PlaceError):
        find_cell(SCENE, name=name)


def test_a_name_of_two_places_is_answered_with_both_ids() -> None:
    twins = (*PLACES[:5], replace(PLACES[5], name="Alda"))
    scene = make_scene(places=twins)
    assert len(match_cells(scene, name="alda")) == 2
    with pytest.raises(PlaceError, match=r"2 places.*XA01/invented:1.*XA02/invented:6"):
        find_cell(scene, name="Alda")


def test_a_position_lies_in_the_cell_of_the_nearest_place_of_its_unit() -> None:
    assert cell_at(SCENE, lat=45.9, lon=10.95).place_name == "Carn"
    assert cell_at(SCENE, lat=45.9, lon=11.01).place_name == "Dorn"


def test_a_position_on_a_border_has_one_answer() -> None:
    assert cell_at(SCENE, lat=45.5, lon=11.0).place_name == "Carn"


def test_a_position_outside_is_answered_with_the_nearest_place() -> None:
    with pytest.raises(PlaceError, match=r"outside Invented.*Fell.*latitude given first"):
        cell_at(SCENE, lat=45.5, lon=13.0)


@pytest.mark.parametrize(("lat", "lon"), [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (float("inf"), 0.0)])
def test_what_is_no_position_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(PlaceError, match="no position"):
        cell_at(SCENE, lat=lat, lon=lon)


# Who and why


def test_an_answer_names_state_evidence_and_holder_before() -> None:
    answer = explain(SCENE, cell=find_cell(SCENE, name="Bree"), day=day(5))
    assert (answer.state.status, answer.state.controller) == (Status.ASSESSED, "FRO")
    assert [event.id for event in answer.events] == ["invented-01"]
    assert answer.before is not None
    assert answer.before.controller == "REP"
    assert (answer.state.last_reported, answer.reported_days_ago, answer.basis) == (day(3), 2, None)


def test_a_state_of_the_baseline_says_where_it_comes_from() -> None:
    answer = explain(SCENE, cell=find_cell(SCENE, name="Fell"), day=day(9))
    assert (answer.state.controller, answer.basis, answer.before, answer.reported_days_ago) == (
        "COA",
        "invented",
        None,
        None,
    )


def test_an_answer_for_a_position_tells_how_far_the_place_is() -> None:
    answer = explain(SCENE, cell=cell_at(SCENE, lat=45.9, lon=10.5), day=day(5), lat=45.9, lon=10.5)
    assert answer.cell.place_name == "Bree"
    assert answer.away_km == pytest.approx(44.5, abs=0.5)


@pytest.mark.parametrize("asked", [date(2029, 12, 31), date(2030, 1, 11)])
def test_a_day_outside_the_range_is_refused(asked: date) -> None:
    with pytest.raises(DateError, match="2030-01-01 to 2030-01-10"):
        explain(SCENE, cell=SCENE.cells[0], day=asked)


# What changed


def test_differences_name_the_cells_and_the_day_of_the_change() -> None:
    found = find_differences(SCENE, first=day(2), second=day(6))
    assert {item.cell.place_name: (str(outcome_of(item)), item.changed_on.day) for item in found} == {
        "Bree": ("changed hands", 3),
        "Carn": ("became contested", 4),
        "Dorn": ("changed hands", 6),
        "Esk": ("changed hands", 6),
    }


def test_outcomes_for_one_party_are_gained_lost_and_contested() -> None:
    found = {item.cell.place_name: item for item in find_differences(SCENE, first=day(2), second=day(6))}
    assert outcome_of(found["Bree"], actor="FRO") is Outcome.GAINED
    assert outcome_of(found["Bree"], actor="REP") is Outcome.LOST
    assert outcome_of(found["Carn"], actor="REP") is Outcome.CONTESTED
    assert outcome_of(found["Bree"], actor="COA") is None


def test_a_holder_that_is_only_known_better_is_no_change_of_hands() -> None:
    claimed = make_event(1, start=3, place=PLACES[1], status=Status.CLAIMED)
    sure = make_event(2, start=5, place=PLACES[1], opponent=None)
    (item,) = find_differences(make_scene(events=(claimed, sure)), first=day(4), second=day(6))
    assert outcome_of(item) is outcome_of(item, actor="FRO") is Outcome.SURENESS


def test_there_and_back_is_no_difference() -> None:
    there = make_event(1, start=3, place=PLACES[1])
    back = make_event(2, start=5, place=PLACES[1], actor="REP", opponent="FRO")
    assert find_differences(make_scene(events=(there, back)), first=day(2), second=day(6)) == ()


def test_a_mere_renewal_does_not_move_the_day_of_a_change() -> None:
    taken = make_event(1, start=3, place=PLACES[1])
    again = make_event(2, start=5, place=PLACES[1], opponent=None)
    (item,) = find_differences(make_scene(events=(taken, again)), first=day(2), second=day(6))
    assert item.changed_on == day(3)


def test_the_balance_adds_up_to_nothing() -> None:
    rows = balance(SCENE, first=day(1), second=day(6))
    assert sum(row.change_km2 for row in rows) == pytest.approx(0, abs=1e-6)
    by_actor = {(row.actor, row.status): round(row.change_share * 6) for row in rows}
    assert by_actor == {
        ("REP", None): -4,
        ("FRO", None): 1,
        ("COA", None): 2,
        (None, Status.CONTESTED): 1,
    }


def test_the_later_day_cannot_stand_first() -> None:
    with pytest.raises(DateError, match="earlier day first"):
        find_differences(SCENE, first=day(6), second=day(2))


# Files


@pytest.mark.parametrize("number", [1, 4, 8, 10])
def test_dissolved_areas_cover_the_country_once(number: int) -> None:
    parts = dissolve(SCENE, day=day(number))
    assert sum(area for _, _, area in parts) == pytest.approx(sum(cell.area_km2 for cell in SCENE.cells))
    whole = shapely.union_all([shape for _, shape, _ in parts])
    assert sum(shape.area for _, shape, _ in parts) == pytest.approx(whole.area) == pytest.approx(2.0, abs=1e-6)
    looks = [(state.status, state.controller, state.others, state.is_regional) for state, _, _ in parts]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("is_dissolved", [False, True])
def test_geojson_and_geopackage_hold_the_same(is_dissolved: bool, tmp_path: Path) -> None:
    paths = [tmp_path / "day.geojson", tmp_path / "day.gpkg"]
    for path in paths:
        path.write_bytes(write_control(SCENE, day=day(6), format=path.suffix[1:], is_dissolved=is_dissolved))
    first, second = (gpd.read_file(path) for path in paths)
    assert first.crs.to_epsg() == second.crs.to_epsg() == 4326
    assert list(first["holder"].fillna("")) == list(second["holder"].fillna(""))
    assert first["area_km2"].sum() == pytest.approx(second["area_km2"].sum())
    assert first.geometry.union_all().symmetric_difference(second.geometry.union_all()).area < 1e-5


@pytest.mark.parametrize("name", CONTROL_FORMATS)
def test_the_same_day_gives_the_same_bytes(name: str) -> None:
    assert write_control(SCENE, day=day(6), format=name) == write_control(SCENE, day=day(6), format=name)


def test_a_table_of_a_day_has_every_cell_with_its_evidence() -> None:
    rows = {row["place"]: row for row in rows_of(write_control(SCENE, day=day(6), format="csv"))}
    assert len(rows) == 6
    assert (rows["Carn"]["status"], rows["Carn"]["holder"], rows["Carn"]["others"]) == ("contested", "REP", "FRO")
    assert (rows["Esk"]["is_regional"], rows["Fell"]["events"], rows["Fell"]["last_reported"]) == ("true", "", "")
    assert json.loads(rows["Bree"]["evidence_for"])[0]["url"] == "https://example.org/a"


def test_hostile_text_stays_text_in_every_file() -> None:
    evil = '=HYPERLINK("http://x.example")'
    event = replace(EVENTS[0], evidence_for=(make_evidence("</script>{{7*7}}"),))
    scene = make_scene(events=(event,), places=(*PLACES[:1], replace(PLACES[1], name=evil), *PLACES[2:]))
    places = [row["place"] for row in rows_of(write_control(scene, day=day(6), format="csv"))]
    assert f"'{evil}" in places
    assert not any(place.startswith("=") for place in places)
    features = json.loads(write_control(scene, day=day(6), format="geojson"))["features"]
    found = next(item["properties"] for item in features if item["properties"]["place"] == evil)
    assert found["evidence_for"][0]["text"] == "</script>{{7*7}}"


def test_a_difference_is_written_with_areas_and_statements() -> None:
    rows = rows_of(write_differences(SCENE, first=day(2), second=day(6), format="csv"))
    assert sum(float(row["percent_of_country"]) for row in rows) == pytest.approx(100 * 4 / 6, abs=0.05)
    document = json.loads(write_differences(SCENE, first=day(2), second=day(6), format="json"))
    assert len(document["changes"]) == len(rows) == 4
    assert document["changes"][0]["evidence_for"]


def test_no_difference_is_a_table_with_its_head_only() -> None:
    contents = write_differences(SCENE, first=day(6), second=day(7), format="csv").decode()
    assert contents.startswith("cell,place")
    assert contents.count("\n") == 1


@pytest.mark.parametrize("name", ["shp", "", "../x"])
def test_a_format_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match=CONTROL_FORMATS[0]):
        write_control(SCENE, day=day(6), format=name)
    with pytest.raises(ExportError, match=DIFFERENCE_FORMATS[0]):
        write_differences(SCENE, first=day(2), second=day(6), format=name)


# Areas


def test_areas_of_every_day_add_up_and_count_the_people() -> None:
    rows = areas_through_time(SCENE.timeline, cells=SCENE.cells, days=SCENE.days)
    for number in range(1, 11):
        of_day = [row for row in rows if row.day == day(number)]
        assert sum(row.share for row in of_day) == pytest.approx(1.0, abs=1e-9)
        assert sum(row.population or 0 for row in of_day) == 210_000
    found = {(row.actor, row.status): row.population for row in rows if row.day == day(10)}
    assert found == {
        ("COA", Status.ASSESSED): 60_000,
        ("COA", Status.CLAIMED): 20_000 + 40_000 + 50_000,
        ("FRO", Status.CLAIMED): 30_000,
        (None, Status.UNKNOWN): 10_000,
    }


def test_people_that_nobody_has_counted_are_unknown() -> None:
    scene = make_scene(places=tuple(replace(place, population=None) for place in PLACES))
    rows = areas_through_time(scene.timeline, cells=scene.cells, days=scene.days)
    assert {row.population for row in rows} == {None}


def test_the_table_of_areas_has_a_row_per_day_actor_and_status() -> None:
    rows = rows_of(write_areas(SCENE))
    assert {row["day"] for row in rows} == {day(number).isoformat() for number in range(1, 11)}
    assert len({(row["day"], row["holder"], row["status"]) for row in rows}) == len(rows)


def test_how_much_of_the_area_lies_far_from_any_place_is_told_beside_it() -> None:
    few = make_scene(places=PLACES[:2], events=())
    rows = areas_through_time(few.timeline, cells=few.cells, days=[LAST_DAY])
    near = shapely.union_all([circle(lat=place.lat, lon=place.lon, radius_km=FAR_KM) for place in PLACES[:2]])
    outside = shapely.difference(shapely.union_all([cell.geometry for cell in few.cells]), near)
    assert sum(row.far_km2 for row in rows) == pytest.approx(area_km2(outside), rel=0.01)
    assert far_share(rows) == pytest.approx(area_km2(outside) / sum(row.area_km2 for row in rows), rel=0.01)
    assert all(0 <= row.far_km2 <= row.area_km2 + 1e-6 for row in rows)
    assert f"{100 * far_share(rows):.0f} % lies farther away" in describe_reach(rows)


def test_two_places_of_a_whole_country_do_not_pass_for_knowledge_of_it() -> None:
    many, few = make_scene(events=()), make_scene(places=PLACES[:2], events=())
    by_scene = [
        far_share(areas_through_time(scene.timeline, cells=scene.cells, days=[LAST_DAY])) for scene in (many, few)
    ]
    assert by_scene[0] < by_scene[1]


def test_the_table_of_areas_has_the_land_far_from_any_place() -> None:
    rows = rows_of(write_areas(SCENE))
    told = areas_through_time(SCENE.timeline, cells=SCENE.cells, days=SCENE.days)
    assert [float(row["far_km2"]) for row in rows] == [round(row.far_km2, 2) for row in told]
