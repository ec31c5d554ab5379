"""A name that stands where a place stands is kept, without coordinates; other names are not."""

from __future__ import annotations

import re

import pytest

from mapapp.claims.extract import extract_claims
from mapapp.claims.lexicon import read_lexicon
from mapapp.claims.unlisted_places import find_unlisted_places
from tests.invented import THEATRE, make_article


def names_of(text: str, *, listed: str = "") -> list[str]:
    spans = [match.span() for match in re.finditer(listed, text)] if listed else []
    found = find_unlisted_places(
        text, span=(0, len(text)), article_id="x", taken=spans, listed=spans, lexicon=read_lexicon()
    )
    assert all(text[one.mention.start : one.mention.end] == one.mention.surface and one.place is None for one in found)
    return [one.mention.surface for one in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rebels took the village of Tell Mardo on Monday.", ["Tell Mardo"]),
        ("The army captured al-Wadi, and nobody was hurt.", ["al-Wadi"]),
        ("The Front has taken Kay and Um Sidra from the rebels.", ["Kay", "Um Sidra"]),
        ("Fighting went on near Um Sidra.", ["Um Sidra"]),
        ("Kay airbase was hit.", ["Kay"]),
        ("The Front seized control of the Kay military base on Monday.", ["Kay"]),
        ("They left Base 80 at dawn.", ["Base 80"]),
        ("In the evening Kay and Lorn had been captured.", ["Lorn"]),
        ("The fall of Kay in May surprised them.", ["Kay"]),
    ],
)
def test_a_name_in_the_place_of_a_place_is_one(text: str, names: list[str]) -> None:
    assert names_of(text) == names


def test_a_list_with_a_known_place_makes_places_of_its_other_names() -> None:
    assert names_of("They took Alda, Kay and Um Sidra.", listed="Alda") == ["Kay", "Um Sidra"]


@pytest.mark.parametrize(
    "text",
    [
        "Rents fell.",
        "The fighters met General Kay.",
        "According to Kay, nobody was hurt.",
        "They attacked Kurdish fighters.",
        "In March nothing happened.",
        "The head of UNICEF left.",
        "On Monday they went home.",
        "Terrorists Seize Fourth City, Close in on Capital in Threat to President",
        "Kay said that he was tired.",
        "The KLM have captured them, and Kay has taken a town.",
        "",
    ],
)
def test_other_names_are_not_places(text: str) -> None:
    assert names_of(text) == []


def test_what_is_said_of_it_is_a_claim_without_coordinates() -> None:
    claims = extract_claims(
        make_article("All is quiet in Bree. The Front captured the town of Kay."), resolutions=(), theatre=THEATRE
    )
    assert {(claim.actor, claim.place.mention.surface) for claim in claims if claim.place} == {("FRO", "Kay")}
    assert all(claim.place is not None and claim.place.place is None for claim in claims)
