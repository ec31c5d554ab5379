"""What a plain text seems to say of its title and day is offered, and only where it stands as such things do."""

from __future__ import annotations

from datetime import date

import pytest

from mapapp.articles.suggestions import suggest_day, suggest_title

DAY = date(2024, 12, 5)
REST = "\n\nOpposition fighters seized the town on Thursday, residents said. The army had left it before.\n"


@pytest.mark.parametrize(
    "head",
    [
        "Town falls\nPublished: 5 December 2024",
        "Town falls\nPublished on Thursday, December 5th, 2024 at 14:00",
        "Town falls\nBy Ann Example\nPosted 2024-12-05",
        "Town falls\nDate: Dec. 5, 2024",
        "Town falls\n5 Dec 2024",
        "Town falls\nThursday 5 December 2024 | 14:02 GMT",
        "ELMTOWN, Dec. 5, 2024 (Wire) - It fell",
        "Elmtown (Wire) — December 5, 2024 — It fell",
        "ASHFORD, Northland, 5 December 2024 – It fell",
        "Town falls\nFirst published: 5 Dec. 2024\nUpdated: 6 December 2024",
    ],
)
def test_a_day_that_stands_as_the_day_of_publication_is_offered(head: str) -> None:
    found = suggest_day(head + REST)
    assert found is not None
    assert found.day == DAY
    assert found.words in head.splitlines()


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Town falls",
        "The town fell on 5 December 2024, residents said.",
        "Published: soon",
        "Published: 05/12/2024",
        "Published: 5 December",
        "Published: 31 February 2024",
        "ELMTOWN, Dec. 5 (Wire) - It fell",
        "5 December 2024\n6 December 2024",
        "What happened by 5 December 2024",
        "\n".join(["A line of words"] * 20) + "\nPublished: 5 December 2024",
    ],
)
def test_no_day_is_guessed(head: str) -> None:
    assert suggest_day(head + REST) is None


@pytest.mark.parametrize(
    "title", ["Town falls to rebels", "Who holds the north now?", "“We left at dawn”: a village tells", "سقوط المدينة"]
)
def test_a_first_line_that_looks_like_a_title_is_offered(title: str) -> None:
    assert suggest_title(title + REST) == title


@pytest.mark.parametrize(
    "first",
    [
        "Opposition fighters seized the town on Thursday.",
        "and so it went on",
        "By Ann Example",
        "Published: 5 December 2024",
        "5 December 2024",
        "ELMTOWN, Dec. 5, 2024 (Wire) - It fell",
        "Word",
        "A very long line " * 20,
    ],
)
def test_a_first_line_that_is_something_else_is_no_title(first: str) -> None:
    assert suggest_title(first + REST) is None


@pytest.mark.parametrize("text", ["", " \n\t", "Only one line", "x" * 1_000_000, "A " * 500_000, "-" * 100_000 + "\n5"])
def test_odd_texts_suggest_nothing_and_take_no_time(text: str) -> None:
    assert suggest_day(text) is None
    assert suggest_title(text) is None
