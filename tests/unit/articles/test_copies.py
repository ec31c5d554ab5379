"""Copies of one text are recognised whatever order they come in; texts that only share phrases are not."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from mapapp.articles.copies import are_copies, compare_texts, find_copies
from mapapp.model import Article

WORDS = [
    f"{first}{second}"
    for first in ["ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "po", "ru"]
    for second in ["nal", "tor", "sek", "vim"]
]


def make_text(seed: int, *, n_words: int = 200) -> str:
    """Return words in an order of their own."""
    source = random.Random(seed)
    return " ".join(source.choice(WORDS) for _ in range(n_words))


def make_article(name: str, text: str, *, day: int | None = None) -> Article:
    return Article(name, text, published=None if day is None else datetime(2024, 12, day, tzinfo=UTC))


AGENCY = make_text(1)
EDITED = f"Our own lead. {AGENCY.upper()}, the agency said. {make_text(2, n_words=30)}"
CUT = " ".join(AGENCY.split()[:120])
OTHER = make_text(3)


def test_a_copy_is_found_though_it_was_edited_or_cut() -> None:
    articles = [make_article("a", AGENCY), make_article("b", EDITED), make_article("c", CUT), make_article("d", OTHER)]
    found = find_copies(articles)
    assert {name: copy.of for name, copy in found.items()} == {"b": "a", "c": "a"}
    assert all(0.5 <= copy.share <= 1.0 for copy in found.values())


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_articles_makes_no_difference(seed: int) -> None:
    articles = [make_article("a", AGENCY), make_article("b", EDITED), make_article("c", CUT), make_article("d", OTHER)]
    shuffled = random.Random(seed).sample(articles, len(articles))
    assert find_copies(shuffled) == find_copies(articles)


def test_the_earliest_counts_as_the_original() -> None:
    early, late, unknown = make_article("z", CUT, day=3), make_article("y", AGENCY, day=5), make_article("a", EDITED)
    assert {copy.of for copy in find_copies([unknown, late, early]).values()} == {"z"}


def test_a_copy_of_a_copy_is_a_copy_of_the_original() -> None:
    words = AGENCY.split()
    second = " ".join([*words[60:], *make_text(5, n_words=60).split()])
    third = " ".join([*second.split()[60:], *make_text(6, n_words=60).split()])
    assert compare_texts(AGENCY, third) < 0.5
    articles = [make_article(name, text) for name, text in (("a", AGENCY), ("b", second), ("c", third))]
    assert {copy.of for copy in find_copies(articles).values()} == {"a"}


def test_the_same_closing_lines_make_no_copy() -> None:
    about = make_text(9, n_words=50)
    articles = [make_article(str(number), f"{make_text(number, n_words=150)} {about}") for number in range(100, 180)]
    assert find_copies(articles) == {}


def test_a_long_text_that_quotes_a_short_one_is_no_copy_of_it() -> None:
    flash = make_text(4, n_words=40)
    assert find_copies([make_article("a", flash), make_article("b", f"{flash} {make_text(7, n_words=400)}")]) == {}


def test_short_texts_are_never_copies() -> None:
    assert find_copies([make_article("a", "It fell."), make_article("b", "It fell!")]) == {}


def test_all_of_a_hundred_copies_are_found() -> None:
    articles = [make_article(f"{number:03}", f"{AGENCY} {make_text(number, n_words=20)}") for number in range(100)]
    found = find_copies(articles)
    assert len(found) == 99
    assert {copy.of for copy in found.values()} == {"000"}


@pytest.mark.parametrize(
    ("other", "is_copy"), [(AGENCY, True), (EDITED, True), (CUT, True), (OTHER, False), ("", False)]
)
def test_two_texts_are_copies_or_not(other: str, is_copy: bool) -> None:
    assert are_copies(AGENCY, other) is is_copy
    assert are_copies(other, AGENCY) is is_copy
