"""Laws of finding places, for any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.theatres.theatre import Theatre

PIECES = [
    "Syria", "Damascus", "Hama", "the capital", "Moscow", "U.S.", "Paris, Texas", "St. Louis", "Deir ez-Zor", "al-Tanf",
    "Douglas, Sarpy and Lancaster counties", "the city", "’s", "'s ", " said", ", ", ". ", "\n", "\r\n", " and ",
    "-", "–",
    "حماة", "وبحلب", "للاذقية", "المدينة", "\u202e", "\u200f", "\x00", "\x1b", "🇸🇾", "İ", "ß", "Ǆ", "\ud800", "{{7*7}}",
    "<b>", "Mr. ", "A. ", "Road", "Police", "W. Va.", "Mo.", "\u0651", "ـ", "McDonald", "X", "  ", "\t",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join)


def check(text: str, theatre: Theatre, gazetteer: Gazetteer) -> None:
    end_before = 0
    for item in geoparse(Article(id="x", text=text), theatre=theatre, gazetteer=gazetteer):
        mention = item.mention
        assert text[mention.start : mention.end] == mention.surface
        assert mention.surface == mention.surface.strip() != ""
        assert end_before <= mention.start
        end_before = mention.end
        assert 0.0 <= item.score <= 1.0
        assert 1 <= item.where_prec <= 7
        assert item.reason
        scores = [candidate.score for candidate in item.candidates]
        assert scores == sorted(scores, reverse=True)
        if item.candidates:
            assert -90 <= item.candidates[0].place.lat <= 90


@settings(max_examples=300)
@given(text=TEXTS)
def test_offsets_hold_and_stretches_do_not_overlap(text: str, theatre: Theatre, gazetteer: Gazetteer) -> None:
    check(text, theatre, gazetteer)


@given(text=TEXTS)
def test_leaving_demonyms_out_leaves_the_rest_alone(text: str, theatre: Theatre, gazetteer: Gazetteer) -> None:
    article = Article(id="x", text=text)
    every = geoparse(article, theatre=theatre, gazetteer=gazetteer)
    some = geoparse(article, theatre=theatre, gazetteer=gazetteer, with_demonyms=False)
    assert some == tuple(item for item in every if item.mention.kind != "demonym")


@given(text=TEXTS)
def test_reading_twice_gives_the_same(text: str, theatre: Theatre, gazetteer: Gazetteer) -> None:
    article = Article(id="x", text=text)
    assert geoparse(article, theatre=theatre, gazetteer=gazetteer) == geoparse(
        article, theatre=theatre, gazetteer=gazetteer
    )


@pytest.mark.parametrize(
    "unit",
    ["A", "a", ".", "A.", "al-", "Hama ", "Xx ", "Hama, ", "St. ", "ا", "حماة ", "و", "’", "\n", "the city ", "\u0651"],
)
def test_a_line_of_two_hundred_thousand_characters_is_read(unit: str, theatre: Theatre, gazetteer: Gazetteer) -> None:
    check(unit * (200_000 // len(unit)), theatre, gazetteer)
