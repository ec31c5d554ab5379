"""A query, its way through an address, and what it leaves to be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.model import ControlState, MapQuery, Status
from mapapp.selection import default_query, explain_params, is_shown, query_from_params, query_to_params, select_events
from tests.invented import EVENTS, FIRST_DAY, LAST_DAY, THEATRE, day

DEFAULT = default_query(THEATRE)


def test_default_shows_the_last_day_and_the_whole_range() -> None:
    assert (DEFAULT.day, DEFAULT.start, DEFAULT.end) == (LAST_DAY, FIRST_DAY, LAST_DAY)
    assert DEFAULT.theatre == "invented"


@pytest.mark.parametrize(
    "query",
    [
        DEFAULT,
        replace(DEFAULT, day=day(3), start=day(2), end=day(5)),
        replace(DEFAULT, actors=("FRO", "COA"), layers=("territory", "routes"), minimum_status=Status.ASSESSED),
        replace(DEFAULT, text="Bree & <b>, {{7*7}}", palette="colour-blind safe"),
    ],
    ids=["default", "days", "filters", "text"],
)
def test_a_query_comes_back_from_its_address(query: MapQuery) -> None:
    params = query_to_params(query)
    assert all(isinstance(value, str) and value for value in params.values())
    assert query_from_params(params, theatre=THEATRE) == query
    assert explain_params(params, theatre=THEATRE) == ()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"day": "yesterday"}, "day"),
        ({"day": "2031-01-01"}, "moved into the range"),
        ({"from": "2030-01-09", "to": "2030-01-02"}, "no range"),
        ({"from": "1800-01-01"}, "outside"),
        ({"actors": "FRO,NOPE"}, "NOPE"),
        ({"status": "sure"}, "neither assessed nor claimed"),
        ({"palette": "neon"}, "neon"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_address_gets_wrong_is_named_and_left_out(params: dict[str, str], words: str) -> None:
    query = query_from_params(params, theatre=THEATRE)
    assert query.start <= query.day <= query.end
    assert any(words in remark for remark in explain_params(params, theatre=THEATRE))


@given(st.dictionaries(st.sampled_from(["day", "from", "to", "actors", "layers", "status", "q", "palette"]), st.text()))
def test_no_address_breaks_the_query(params: dict[str, str]) -> None:
    query = query_from_params(params, theatre=THEATRE)
    assert query.start <= query.day <= query.end
    assert query.theatre == "invented"


def numbers(query: MapQuery) -> list[str]:
    return [event.id.removeprefix("invented-") for event in select_events(EVENTS, query=query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (DEFAULT, ["01", "02", "03", "04", "05", "06"]),
        (replace(DEFAULT, start=day(4), end=day(5)), ["02", "03"]),
        (replace(DEFAULT, actors=("COA",)), ["04", "06"]),
        (replace(DEFAULT, minimum_status=Status.ASSESSED), ["01", "03", "05"]),
        (replace(DEFAULT, text="  BREE "), ["01", "06"]),
        (replace(DEFAULT, text="اسم3"), ["02"]),
        (replace(DEFAULT, text="no such word"), []),
    ],
    ids=["all", "days", "actor", "assessed", "text", "arabic", "none"],
)
def test_events_are_chosen_by_range_actor_status_and_text(query: MapQuery, expected: list[str]) -> None:
    assert numbers(query) == expected


def test_a_contested_cell_is_shown_for_each_of_its_parties() -> None:
    state = ControlState("c", day(1), None, Status.CONTESTED, "REP", others=("FRO",))
    assert is_shown(state, query=replace(DEFAULT, actors=("FRO",)))
    assert not is_shown(state, query=replace(DEFAULT, actors=("COA",)))
