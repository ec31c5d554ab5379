"""No article, however hostile or malformed, breaks the reading, and nothing is quoted that does not stand in it.

`pytest` reads a hundred generated articles; `make hostile` reads ten thousand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.claims.extract import extract_claims
from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import read_article
from mapapp.theatres.theatre import Theatre
from tests.invented import THEATRE
from tests.unit.claims.test_hints import places_of

TELLING = (
    *("Rebels captured Bree on Monday", "Alda fell to the Front", "the Republic’s army withdrew from Carn"),
    *("Aleppo was seized by government forces", "in rebel-held Idlib", "they took it back two days after losing it"),
    *("the village of Um Sidra, including Dorn (see map) and Esk", "“we are in Hama,” said a commander"),
    *("according to TASS, citing sources", "The army denied that Homs had fallen", "raised their flag over Fell"),
    *("5 January 2030: clashes near Daraa", "Syrian Arab Army", "HTS", "1/2/24", "في حلب سيطرت الفصائل على المدينة"),
)
BROKEN = (
    *('"', "“", "”", "‘", "’’", "«", "(", ")", "[[", "]]", "{{7*7}}", "<script>", "</p>", "&lt;", "%s", "\\", "`"),
    *("\x00", "\x1b[31m", "\u202e", "\u200f", "\ufeff", "\u2028", "\x85", "\ud800", "\U0010ffff", "\u0301" * 9),
    *("....", "?!?!", "—–-‑-", ",,,", ";;", ":", "\t\t", "\r\n", "\n\n\n", "\v", " " * 40, "a" * 300, "Al-" * 40),
    *(
        "Дамаск взят",
        "大马士革陷落",
        "דמשק נפלה",
        "Şam düştü",
        "ＤＡＭＡＳＣＵＳ",
        "ﬁghters",
        "ǅ",
        "İstanbul",
        "ß",
        "😀" * 5,
    ),
)
JOINTS = ("", " ", ", ", ". ", "\n", " and ", "\u00a0")


def article_of(text: str) -> Article:
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Article(id=digest, text=text, published=datetime(2030, 1, 9, tzinfo=UTC), language="en")


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Make an article of telling phrases and debris, with letters lost, doubled, or in the wrong case."""
    pieces = draw(st.lists(st.sampled_from(TELLING + BROKEN) | st.text(max_size=20), max_size=18))
    text = draw(st.sampled_from(JOINTS)).join(pieces)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(text))))
        cut = draw(st.integers(0, 6))
        text = text[:at] + draw(st.sampled_from(BROKEN)) + text[at + cut :]
    if draw(st.booleans()):
        text = draw(st.sampled_from((str.upper, str.lower, str.title, str.swapcase, str.strip)))(text)
    return article_of(text * draw(st.sampled_from((1, 1, 1, 2, 5))))


@given(articles())
def test_no_article_breaks_the_reading_and_every_quote_stands_in_it(
    theatre: Theatre, gazetteer: Gazetteer, article: Article
) -> None:
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    invented = extract_claims(article, resolutions=places_of(article.text), theatre=THEATRE)
    for claim in (*reading.claims, *invented):
        assert claim.quote
        assert article.text[claim.start : claim.end] == claim.quote
        assert 0.0 <= claim.score <= 1.0
        for place in (claim.place, claim.origin, claim.destination):
            assert place is None or article.text[place.mention.start : place.mention.end] == place.mention.surface
    for found in reading.resolutions:
        assert article.text[found.mention.start : found.mention.end] == found.mention.surface


ENDLESS = (
    *("Rebels captured Bree and ", "Bree, ", "captured ", "“", "a", "Um Sidra ", "Al-", "the village of ", "it fell "),
    *("on Monday, ", "5 May ", "said ", "flag over ", "\u0301", "in ", "('", "two days after losing "),
)


def calls_of(work: Callable[[], Any]) -> int:
    """Count the calls that a piece of work makes: a measure of its length that no busy machine changes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", ENDLESS)
def test_a_line_without_an_end_costs_no_more_than_its_length(piece: str) -> None:
    def read(length: int) -> Callable[[], Any]:
        article = article_of((piece * length)[:length])
        return lambda: extract_claims(article, resolutions=places_of(article.text), theatre=THEATRE)

    read(4_000)()
    short, long = calls_of(read(20_000)), calls_of(read(80_000))
    assert long <= 5 * short + 1_000
