"""What a scene puts together."""

from __future__ import annotations

from dataclasses import replace

from mapapp.model import EventKind
from mapapp.scene import build_scene
from mapapp.selection import default_query
from tests import invented
from tests.invented import EVENTS, PLACES, THEATRE, day, make_event, make_place

QUERY = default_query(THEATRE)


def test_scene_holds_bundled_events_in_order_and_shares_of_every_day() -> None:
    scene = build_scene(QUERY, theatre=THEATRE)
    assert [event.id for event in scene.events] == [event.id for event in EVENTS]
    assert scene.days == tuple(day(number) for number in range(1, 11))
    assert len(scene.cells) == len(PLACES)


def test_nothing_is_filtered_out_of_a_scene() -> None:
    whole = build_scene(QUERY, theatre=THEATRE)
    narrow = build_scene(replace(QUERY, actors=("COA",), text="Bree"), theatre=THEATRE)
    assert narrow.events == whole.events
    assert narrow.timeline == whole.timeline


def test_routes_of_readings_are_part_of_it() -> None:
    route = invented.make_route()
    scene = build_scene(QUERY, theatre=THEATRE, readings=(invented.make_reading(routes=(route,)),))
    assert route in scene.routes


def test_a_place_that_only_an_event_names_gets_a_cell_of_its_own() -> None:
    hamlet = replace(make_place(1), id="article:1", name="Hamlet", lon=10.6)
    theatre = replace(THEATRE, events=(*EVENTS, make_event(7, start=5, place=hamlet, is_bundled=True)))
    scene = build_scene(QUERY, theatre=theatre)
    assert "XA01/article:1" in {cell.id for cell in scene.cells}
    assert scene.timeline.state_at("XA01/article:1", day=day(5)).controller == "FRO"


def test_places_that_nobody_can_hold_get_none() -> None:
    river = replace(make_place(1), id="article:1", name="River", lon=10.6, feature_class="H")
    abroad = replace(make_place(1), id="article:2", name="Abroad", lon=10.7, country="XB")
    fight = replace(make_place(1), id="article:3", name="Field", lon=10.4)
    events = (
        make_event(7, start=5, place=river),
        make_event(8, start=5, place=abroad),
        make_event(9, start=5, place=fight, kind=EventKind.CLASH),
    )
    scene = build_scene(QUERY, theatre=replace(THEATRE, events=events))
    assert len(scene.cells) == len(PLACES)
    assert {event_id for event_id, _ in scene.timeline.set_aside} == {"invented-07", "invented-08"}


def test_same_input_gives_the_same_scene() -> None:
    assert build_scene(QUERY, theatre=THEATRE) == build_scene(QUERY, theatre=THEATRE)


def test_a_scene_that_takes_over_from_an_earlier_one_is_the_same() -> None:
    first = build_scene(QUERY, theatre=THEATRE)
    again = build_scene(QUERY, theatre=THEATRE, before=first)
    assert again.cells is first.cells
    assert (again.timeline, again.events, again.shares_by_day) == (first.timeline, first.events, first.shares_by_day)


def test_nothing_is_taken_over_from_another_theatre() -> None:
    first = build_scene(QUERY, theatre=THEATRE)
    other = replace(THEATRE, events=EVENTS[:1], cell_places=PLACES[:4], cell_place_ids=THEATRE.cell_place_ids[:4])
    assert build_scene(QUERY, theatre=other, before=first).cells == build_scene(QUERY, theatre=other).cells
