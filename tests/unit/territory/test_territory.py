"""The rules by which claims colour cells, one by one, in the invented country."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from mapapp.errors import PlaceError
from mapapp.model import Assertion, ControlState, Event, EventKind, Evidence, Place, Status
from mapapp.territory.timeline import Timeline, build_cells, build_timeline
from tests import invented
from tests.invented import PLACES, THEATRE, UNITS, day, make_event, make_place

ALDA, BREE, CARN, DORN, ESK, FELL = PLACES
CELLS = build_cells(units=UNITS, places=PLACES)
CELL_OF = {cell.place_name: cell.id for cell in CELLS}


def timeline_of(*events: Event) -> Timeline:
    return build_timeline(CELLS, theatre=THEATRE, events=events)


def state_of(timeline: Timeline, place: Place, number: int) -> ControlState:
    return timeline.state_at(CELL_OF[place.name], day=day(number))


def holding_of(timeline: Timeline, place: Place, number: int) -> tuple[Status, str | None, tuple[str, ...]]:
    state = state_of(timeline, place, number)
    return state.status, state.controller, state.others


# ---- cells -------------------------------------------------------------------------------------------------------


def test_ids_are_unit_and_place() -> None:
    assert [cell.id for cell in CELLS] == [f"{place.adm1_pcode}/{place.id}" for place in PLACES]


def test_six_places_in_two_rows_share_the_land_evenly() -> None:
    total = sum(cell.area_km2 for cell in CELLS)
    assert all(cell.area_km2 / total == pytest.approx(1 / 6, rel=0.001) for cell in CELLS)


def test_a_place_just_outside_belongs_to_the_nearest_unit_and_one_far_away_to_none() -> None:
    near = make_place(0, name="Harbour", lat=45.5, lon=9.9)
    far = replace(make_place(1, name="Abroad", lat=45.5, lon=8.0))
    cells = build_cells(units=UNITS, places=[near, far])
    assert [(cell.place_name, cell.unit_pcode) for cell in cells if cell.place_id] == [("Harbour", "XA01")]


def test_a_place_on_the_border_gets_one_cell() -> None:
    cells = build_cells(units=UNITS, places=[make_place(0, lat=45.5, lon=11.0)])
    assert [cell.id for cell in cells if cell.place_id] == ["XA01/invented:1"]


def test_a_unit_without_places_follows_the_nearest_one_and_says_so() -> None:
    cells = build_cells(units=UNITS, places=[ALDA, CARN])
    east = next(cell for cell in cells if cell.unit_pcode == "XA02")
    assert (east.id, east.place_id) == ("XA02/-", None)
    assert "follows Carn" in east.place_name
    timeline = build_timeline(cells, theatre=THEATRE, events=[make_event(1, start=3, place=CARN)])
    assert timeline.state_at(east.id, day=day(2)).controller == "REP"
    assert timeline.state_at(east.id, day=day(3)).controller == "FRO"


def test_smaller_units_replace_the_larger_ones_they_lie_in() -> None:
    halves = gpd.GeoDataFrame(
        {
            "pcode": ["XA01", "XA0101", "XA0102", "XA02"],
            "name_en": ["West", "South", "North", "East"],
            "name_ar": ["", "", "", ""],
            "level": [1, 2, 2, 1],
            "parent": [None, "XA01", "XA01", None],
        },
        geometry=[box(10, 45, 11, 46), box(10, 45, 11, 45.4), box(10, 45.4, 11, 46), box(11, 45, 12, 46)],
        crs="EPSG:4326",
    )
    cells = build_cells(units=halves, places=PLACES)
    assert {cell.unit_pcode for cell in cells} == {"XA0101", "XA0102", "XA02"}
    theatre = replace(THEATRE, units=halves)
    on_the_whole = make_event(1, start=3, unit_pcode="XA01", status=Status.CLAIMED)
    timeline = build_timeline(cells, theatre=theatre, events=[on_the_whole])
    assert timeline.state_at("XA0102/invented:1", day=day(3)).controller == "FRO"
    assert timeline.state_at("XA02/invented:4", day=day(3)).controller == "REP"


def test_no_units_no_cells() -> None:
    assert build_cells(units=UNITS.iloc[:0], places=PLACES) == ()
    assert build_timeline((), theatre=THEATRE, events=invented.EVENTS).states == ()


# ---- states ------------------------------------------------------------------------------------------------------

WHOLE = build_timeline(CELLS, theatre=THEATRE, events=invented.EVENTS)


@pytest.mark.parametrize(
    ("place", "number", "status", "holder", "is_regional"),
    [
        (BREE, 2, Status.ASSESSED, "REP", False),
        (BREE, 3, Status.ASSESSED, "FRO", False),
        (BREE, 10, Status.CLAIMED, "COA", False),
        (CARN, 4, Status.CONTESTED, "REP", False),
        (CARN, 8, Status.CLAIMED, "FRO", False),
        (DORN, 5, Status.UNKNOWN, None, False),
        (DORN, 6, Status.CLAIMED, "COA", True),
        (ESK, 5, Status.ASSESSED, "REP", False),
        (ESK, 6, Status.CLAIMED, "COA", True),
        (FELL, 6, Status.ASSESSED, "COA", False),
        (ALDA, 7, Status.ASSESSED, "REP", False),
        (ALDA, 8, Status.UNKNOWN, None, False),
    ],
    ids=lambda value: value.name if isinstance(value, Place) else str(value),
)
def test_invented_country_has_its_known_answers(
    place: Place, number: int, status: Status, holder: str | None, is_regional: bool
) -> None:
    state = state_of(WHOLE, place, number)
    assert (state.status, state.controller, state.is_regional) == (status, holder, is_regional)


def test_last_holder_is_told_where_nobody_follows() -> None:
    assert state_of(WHOLE, DORN, 5).last_holder == "REP"
    assert state_of(WHOLE, ALDA, 9).last_holder == "REP"


def test_state_names_its_events_and_when_it_was_last_reported() -> None:
    assert state_of(WHOLE, BREE, 5).event_ids == ("invented-01",)
    assert state_of(WHOLE, BREE, 5).last_reported == day(3)
    assert state_of(WHOLE, FELL, 5).last_reported is None


def test_before_the_first_day_nothing_is_known() -> None:
    assert WHOLE.state_at(CELL_OF["Bree"], day=date(2029, 12, 31)).status is Status.UNKNOWN


def test_unknown_cell_is_an_error_that_says_what_to_ask_for() -> None:
    with pytest.raises(PlaceError, match="XA01/invented:1"):
        WHOLE.state_at("nowhere", day=day(1))


def test_report_of_control_renews_what_is_known_and_changes_nothing_else() -> None:
    same = make_event(1, start=5, place=BREE, kind=EventKind.REPORTED, actor="REP")
    other = make_event(2, start=6, place=BREE, kind=EventKind.REPORTED, actor="FRO")
    timeline = timeline_of(same, other)
    assert state_of(timeline, BREE, 4).last_reported is None
    assert state_of(timeline, BREE, 6).last_reported == day(5)
    assert holding_of(timeline, BREE, 6) == (Status.ASSESSED, "REP", ())


def test_report_of_control_speaks_where_nothing_is_known() -> None:
    left = make_event(1, start=3, place=BREE, kind=EventKind.TRANSFER, actor=None)
    report = make_event(2, start=5, place=BREE, kind=EventKind.REPORTED, actor="FRO", status=Status.CLAIMED)
    assert holding_of(timeline_of(left, report), BREE, 5) == (Status.CLAIMED, "FRO", ())


def test_withdrawal_and_capture_on_one_day_is_a_capture() -> None:
    left = make_event(1, start=3, place=BREE, kind=EventKind.TRANSFER, actor=None)
    took = make_event(2, start=3, place=BREE)
    assert holding_of(timeline_of(left, took), BREE, 3) == (Status.ASSESSED, "FRO", ())


def test_opposing_captures_of_one_day_contest_the_place() -> None:
    one = make_event(1, start=3, place=BREE, actor="FRO", opponent="REP")
    back = make_event(2, start=3, place=BREE, actor="REP", opponent="FRO", kind=EventKind.REGAINS)
    assert holding_of(timeline_of(one, back), BREE, 3) == (Status.CONTESTED, "REP", ("FRO",))


def test_two_captures_in_a_row_on_one_day_end_with_the_second() -> None:
    one = make_event(1, start=3, place=BREE, actor="FRO", opponent="REP")
    then = make_event(2, start=3, place=BREE, actor="COA", opponent="FRO")
    assert holding_of(timeline_of(then, one), BREE, 3) == (Status.ASSESSED, "COA", ())


def test_assessed_capture_outweighs_a_claimed_one_of_the_same_day() -> None:
    sure = make_event(1, start=3, place=BREE, actor="FRO")
    boast = make_event(2, start=3, place=BREE, actor="COA", status=Status.CLAIMED)
    assert holding_of(timeline_of(sure, boast), BREE, 3) == (Status.ASSESSED, "FRO", ())


def test_reversal_gives_the_place_back() -> None:
    one = make_event(1, start=3, place=BREE)
    back = make_event(2, start=5, place=BREE, actor="REP", opponent="FRO", kind=EventKind.REGAINS)
    timeline = timeline_of(one, back)
    assert [holding_of(timeline, BREE, number)[1] for number in (2, 3, 4, 5)] == ["REP", "FRO", "FRO", "REP"]


def test_unnamed_rebels_do_not_replace_a_named_group() -> None:
    named = make_event(1, start=3, place=BREE, actor="FRO", status=Status.CLAIMED)
    unnamed = make_event(2, start=4, place=BREE, actor="REB", status=Status.ASSESSED)
    timeline = timeline_of(named, unnamed)
    assert holding_of(timeline, BREE, 4) == (Status.ASSESSED, "FRO", ())
    assert state_of(timeline, BREE, 4).event_ids == ("invented-01", "invented-02")


def test_claim_on_a_unit_fills_only_what_was_its_opponents() -> None:
    taken = make_event(1, start=3, place=DORN, actor="FRO")
    unit = make_event(2, start=4, unit_pcode="XA02", actor="FRO", status=Status.ASSESSED)
    timeline = timeline_of(taken, unit)
    assert not state_of(timeline, DORN, 4).is_regional
    assert (state_of(timeline, ESK, 4).controller, state_of(timeline, ESK, 4).is_regional) == ("FRO", True)
    assert state_of(timeline, ESK, 4).status is Status.CLAIMED
    assert state_of(timeline, FELL, 4).controller == "COA"
    assert state_of(timeline, ALDA, 4).controller == "REP"


def test_own_event_of_the_same_day_or_later_beats_a_claim_on_the_unit() -> None:
    back = make_event(1, start=4, place=ESK, actor="REP", opponent="FRO", kind=EventKind.REGAINS)
    unit = make_event(2, start=4, unit_pcode="XA02", actor="FRO")
    assert holding_of(timeline_of(back, unit), ESK, 5) == (Status.ASSESSED, "REP", ())
    later = make_event(3, start=6, place=ESK, actor="COA", opponent="FRO")
    assert holding_of(timeline_of(unit, later), ESK, 6) == (Status.ASSESSED, "COA", ())


def test_claim_on_a_unit_without_an_opponent_leaves_places_with_events_of_their_own() -> None:
    own = make_event(1, start=3, place=DORN, actor="FRO")
    unit = make_event(2, start=5, unit_pcode="XA02", actor="COA", opponent=None)
    timeline = timeline_of(own, unit)
    assert state_of(timeline, DORN, 5).controller == "FRO"
    assert state_of(timeline, ESK, 5).controller == "COA"


def test_remainder_is_what_the_party_still_held() -> None:
    left = make_event(1, start=3, unit_pcode="XA02", actor=None, kind=EventKind.TRANSFER)
    rest = make_event(2, start=4, remainder_of="REP", actor="REB", where_prec=5)
    timeline = timeline_of(left, rest)
    assert holding_of(timeline, ALDA, 4) == (Status.CLAIMED, "REB", ())
    assert state_of(timeline, ALDA, 4).is_regional
    assert state_of(timeline, ESK, 4).status is Status.UNKNOWN


def test_later_claim_on_a_unit_replaces_the_remainder() -> None:
    rest = make_event(1, start=3, remainder_of="REP", actor="REB", where_prec=5)
    unit = make_event(2, start=4, unit_pcode="XA02", actor="FRO", opponent="REP")
    timeline = timeline_of(rest, unit)
    assert state_of(timeline, ESK, 4).controller == "FRO"
    assert state_of(timeline, ALDA, 4).controller == "REB"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (make_event(1, start=3, place=BREE, where_prec=3), "where_prec 3"),
        (make_event(1, start=3, place=BREE, status=Status.UNKNOWN), "do not add up"),
        (make_event(1, start=3, unit_pcode="ZZ99"), "ZZ99"),
        (make_event(1, start=3), "no place"),
        (make_event(1, start=3, unit_pcode="XA01", status=Status.CONTESTED), "whole region"),
        (replace(make_event(1, start=3, place=BREE), date_start=date(2029, 1, 1)), "older than the baseline"),
        (make_event(1, start=3, place=replace(BREE, id="x:9", name="Nowhere", lon=10.6)), "Nowhere has no cell"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_colour_a_cell_is_set_aside_with_its_reason(event: Event, words: str) -> None:
    timeline = timeline_of(event)
    assert len(timeline.set_aside) == 1
    assert words in timeline.set_aside[0][1]
    assert timeline.states == timeline_of().states


@pytest.mark.parametrize("kind", [EventKind.CLASH, EventKind.MOVEMENT])
def test_fighting_and_journeys_change_nothing_and_need_no_reason(kind: EventKind) -> None:
    timeline = timeline_of(make_event(1, start=3, place=BREE, kind=kind, status=Status.CONTESTED))
    assert timeline.states == timeline_of().states
    assert timeline.set_aside == ()


def test_event_known_to_the_month_counts_from_its_last_day() -> None:
    vague = replace(make_event(1, start=2, place=BREE), date_end=day(6), date_prec=4)
    timeline = timeline_of(vague)
    assert state_of(timeline, BREE, 5).controller == "REP"
    assert state_of(timeline, BREE, 6).controller == "FRO"


def test_a_place_that_an_article_adds_follows_its_neighbour_until_it_has_an_event_of_its_own() -> None:
    hamlet = replace(make_place(1), id="article:1", name="Hamlet", lon=10.6)
    cells = build_cells(units=UNITS, places=[*PLACES, hamlet])
    neighbour = make_event(1, start=3, place=BREE)
    own = make_event(2, start=5, place=hamlet, actor="COA", opponent="FRO")
    timeline = build_timeline(cells, theatre=THEATRE, events=[neighbour, own])
    holders = [timeline.state_at("XA01/article:1", day=day(number)).controller for number in (2, 3, 4, 5)]
    assert holders == ["REP", "FRO", "FRO", "COA"]
    assert timeline.state_at(CELL_OF["Bree"], day=day(6)).controller == "FRO"


# ---- what names nobody, what nobody asserts ----------------------------------------------------------------------


def said(number: int, *, grade: str = "B2", assertion: Assertion = Assertion.ASSERTED, **fields: object) -> Event:
    """An event of articles: only claimed, with one quote behind it."""
    quote = Evidence("Words.", is_quote=True, grade=grade, assertion=assertion, article_id="a", claim_id=f"a:{number}")
    event = make_event(number, status=Status.CLAIMED, **fields)  # type: ignore[arg-type]
    return replace(event, evidence_for=(quote,), is_bundled=False)


def test_a_capture_that_names_nobody_leaves_the_holder_and_renews_the_day() -> None:
    timeline = timeline_of(
        said(1, start=3, place=ALDA, actor="FRO", opponent="REP"),
        said(2, start=5, place=ALDA, actor=None, opponent=None),
    )
    assert holding_of(timeline, ALDA, 6) == (Status.CLAIMED, "FRO", ())
    assert state_of(timeline, ALDA, 6).last_reported == day(5)
    assert [event_id for event_id, reason in timeline.set_aside if "does not name" in reason] == [invented_id(2)]


@pytest.mark.parametrize("kind", [EventKind.OVERTAKES, EventKind.TRANSFER])
def test_what_its_holder_lost_to_nobody_named_is_unknown(kind: EventKind) -> None:
    timeline = timeline_of(said(1, start=5, place=ALDA, kind=kind, actor=None, opponent="REP"))
    assert holding_of(timeline, ALDA, 5) == (Status.UNKNOWN, None, ())
    assert state_of(timeline, ALDA, 5).last_holder == "REP"
    assert timeline.set_aside == ()


def test_somebody_who_does_not_hold_a_place_cannot_lose_it() -> None:
    timeline = timeline_of(said(1, start=5, place=ALDA, actor=None, opponent="FRO"))
    assert holding_of(timeline, ALDA, 5)[:2] == (Status.ASSESSED, "REP")
    assert len(timeline.set_aside) == 1


def test_ungraded_sources_do_not_make_the_assessed_unknown() -> None:
    own = said(1, grade="F6", start=5, place=ALDA, kind=EventKind.TRANSFER, actor=None, opponent="REP")
    region = replace(own, id="region", place=None, unit_pcode="XA01")
    timeline = timeline_of(own, region)
    assert holding_of(timeline, ALDA, 5)[:2] == (Status.ASSESSED, "REP")
    assert {event_id for event_id, _ in timeline.set_aside} == {own.id, "region"}


def test_a_region_taken_by_nobody_named_stays_as_it_is() -> None:
    timeline = timeline_of(said(1, start=5, unit_pcode="XA01", actor=None, opponent=None))
    assert holding_of(timeline, ALDA, 5)[:2] == (Status.ASSESSED, "REP")
    assert len(timeline.set_aside) == 1


@pytest.mark.parametrize("assertion", [Assertion.HEDGED, Assertion.SPECULATED])
def test_what_nobody_asserts_colours_only_the_unknown(assertion: Assertion) -> None:
    hedged = said(1, assertion=assertion, start=5, place=ALDA, actor="FRO", opponent="REP")
    region = replace(hedged, id="region", place=None, unit_pcode="XA01")
    for event in (hedged, replace(hedged, status=Status.CONTESTED), region):
        assert holding_of(timeline_of(event), ALDA, 6)[:2] == (Status.ASSESSED, "REP")
    assert hedged.id in state_of(timeline_of(hedged), ALDA, 6).event_ids
    left = make_event(2, start=4, place=ALDA, kind=EventKind.TRANSFER, actor=None, opponent="REP")
    assert holding_of(timeline_of(left, hedged), ALDA, 6)[:2] == (Status.CLAIMED, "FRO")


def invented_id(number: int) -> str:
    return make_event(number, start=1, place=ALDA).id
