"""When it happened: days counted from another occurrence, headings that date what stands below them, parts of a day."""

from __future__ import annotations

from datetime import date

import pytest

from mapapp.dates import find_dates
from tests.unit.claims.test_sides import read


def days_of(text: str, place: str, *, day: str = "2030-01-09") -> set[tuple[date | None, date | None]]:
    return {
        (claim.date_start, claim.date_end)
        for claim in read(text, day=day)
        if claim.score >= 0.5 and claim.place is not None and claim.place.mention.surface == place
    }


@pytest.mark.parametrize(
    ("text", "place", "first", "last"),
    [
        ("The Front took Bree on Monday, two days after losing Carn.", "Carn", "2030-01-05", "2030-01-05"),
        ("The Front took Bree on Monday, two days after losing Carn.", "Bree", "2030-01-07", "2030-01-07"),
        ("The Front left Bree a day after it had captured Carn on 4 January 2030.", "Carn", "2030-01-04", "2030-01-04"),
        ("The Front took Bree at dawn on Monday.", "Bree", "2030-01-07", "2030-01-07"),
    ],
)
def test_days_are_counted_from_another_occurrence(text: str, place: str, first: str, last: str) -> None:
    assert days_of(text, place) == {(date.fromisoformat(first), date.fromisoformat(last))}


def test_a_heading_dates_the_paragraphs_below_it_until_the_next_one() -> None:
    text = (
        "The war in the west\n\nFall of Bree (3 January 2030)\n\nThe Front captured Bree. People fled.\n\n"
        "The Front also seized Carn.\n\n5 January 2030\n\nThe Coalition captured Dorn."
    )
    third, fifth = date(2030, 1, 3), date(2030, 1, 5)
    found = [days_of(text, place) for place in ("Bree", "Carn", "Dorn")]
    assert found == [{(third, third)}, {(third, third)}, {(fifth, fifth)}]


def test_a_headline_with_a_date_dates_no_background() -> None:
    text = "The Front takes Bree on 3 January 2030\n\nIt was quiet.\n\nCarn had been captured by the Front."
    assert (date(2030, 1, 3), date(2030, 1, 3)) not in days_of(text, "Carn", day="2030-01-04")


def test_a_part_of_a_named_day_is_that_day() -> None:
    found = find_dates("They came at dawn on Monday.", published=date(2030, 1, 9))
    assert [(one.first, one.last) for one in found] == [(date(2030, 1, 7), date(2030, 1, 7))]


@pytest.mark.parametrize(
    ("text", "place", "first"),
    [
        ("The Front came. Bree, where a post had stood until 2028, fell on 3 January.", "Bree", "2030-01-03"),
        ("Carn, in ruins since the fighting of 2027, was captured by the Front on 4 January.", "Carn", "2030-01-04"),
        (
            "On 5 January militias from the west and the east met in the hills and, within hours, "
            "Dorn had been captured by the Front.",
            "Dorn",
            "2030-01-05",
        ),
    ],
)  # fmt: skip
def test_a_date_in_an_aside_dates_only_the_aside(text: str, place: str, first: str) -> None:
    day = date.fromisoformat(first)
    assert (day, day) in days_of(text, place)


def test_below_a_heading_the_text_may_move_on_to_another_day() -> None:
    text = "The west\n\n3 January 2030\n\nThe Front captured Bree.\n\nBy 5 January it had also captured Carn."
    assert days_of(text, "Carn") == {(date(2030, 1, 5), date(2030, 1, 5))}


def test_a_state_told_in_the_past_beside_a_day_long_gone_is_not_of_the_day_of_publication() -> None:
    text = "Officials said on 3 January that the Front had taken Bree, but Carn was still held by the Republic."
    assert days_of(text, "Carn", day="2030-03-20") <= {(date(2030, 1, 3), date(2030, 1, 3))}
