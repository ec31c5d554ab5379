"""Areas, shares, changes and counts of the invented country."""

from __future__ import annotations

from datetime import date

import pytest

from mapapp.model import Status
from mapapp.summary import changes, events_per_day, holder_disagreements, shares
from mapapp.territory.timeline import build_cells, build_timeline
from tests import invented
from tests.invented import ACTORS, EVENTS, PLACES, THEATRE, UNITS, day, make_event

CELLS = build_cells(units=UNITS, places=PLACES)
TIMELINE = build_timeline(CELLS, theatre=THEATRE, events=EVENTS)


def sixths(number: int) -> dict[tuple[str | None, Status], int]:
    """Return the shares of a day as numbers of cells."""
    return {(row.actor, row.status): round(row.share * 6) for row in shares(TIMELINE, day=day(number))}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, {("REP", Status.ASSESSED): 5, ("COA", Status.ASSESSED): 1}),
        (
            4,
            {
                ("REP", Status.ASSESSED): 3,
                ("FRO", Status.ASSESSED): 1,
                ("COA", Status.ASSESSED): 1,
                (None, Status.CONTESTED): 1,
            },
        ),
        (
            10,
            {
                ("COA", Status.ASSESSED): 1,
                ("COA", Status.CLAIMED): 3,
                ("FRO", Status.CLAIMED): 1,
                (None, Status.UNKNOWN): 1,
            },
        ),
    ],
)
def test_shares_are_those_of_the_known_states(number: int, expected: dict[tuple[str | None, Status], int]) -> None:
    assert sixths(number) == expected


def test_largest_actor_stands_first_and_nobody_last() -> None:
    assert [row.actor for row in shares(TIMELINE, day=day(10))] == ["COA", "COA", "FRO", None]


def test_before_the_first_day_all_is_unknown() -> None:
    (row,) = shares(TIMELINE, day=date(2029, 12, 31))
    assert (row.actor, row.status, row.share) == (None, Status.UNKNOWN, 1.0)


def test_no_cells_no_shares() -> None:
    assert shares(build_timeline((), theatre=THEATRE, events=()), day=day(1)) == ()


def test_changes_name_the_cells_of_the_day_and_only_them() -> None:
    assert [change.cell_id for change in changes(TIMELINE, day=day(3))] == ["XA01/invented:2"]
    assert [change.cell_id for change in changes(TIMELINE, day=day(6))] == ["XA02/invented:4", "XA02/invented:5"]
    assert changes(TIMELINE, day=day(7)) == ()
    assert changes(TIMELINE, day=day(1)) == ()


def test_events_are_counted_by_day_and_actor() -> None:
    counts = events_per_day(EVENTS, start=day(3), end=day(6))
    assert counts == {day(3): {"FRO": 1}, day(4): {"FRO": 1}, day(5): {None: 1}, day(6): {"COA": 1}}


def test_disagreement_about_the_holder_before_is_found() -> None:
    wrong = make_event(9, start=9, place=PLACES[5], actor="FRO", opponent="REP")
    found = holder_disagreements(TIMELINE, cells=CELLS, events=[*EVENTS, wrong], actors=ACTORS)
    assert [(item.event.id, item.said, item.state.controller) for item in found] == [("invented-09", "REP", "COA")]


def test_group_and_member_do_not_disagree() -> None:
    event = make_event(9, start=9, place=PLACES[5], actor="FRO", opponent="REB")
    assert holder_disagreements(TIMELINE, cells=CELLS, events=[event], actors=ACTORS) == ()


def test_bundled_events_disagree_with_the_day_before_at_most_three_times(theatre: object) -> None:
    from mapapp.theatres.theatre import Theatre

    assert isinstance(theatre, Theatre)
    cells = build_cells(units=theatre.units, places=theatre.cell_places)
    timeline = build_timeline(cells, theatre=theatre, events=theatre.events)
    found = holder_disagreements(timeline, cells=cells, events=theatre.events, actors=theatre.actors)
    assert len(found) <= 3, [(item.event.id, item.said, item.state) for item in found]
    assert invented.THEATRE.code != theatre.code
