"""Short texts that name nothing but small places of the theatre."""

from __future__ import annotations

import pytest

from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse


def find_names(text: str, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    found = geoparse(Article(id="x", text=text), theatre=gazetteer.theatre, gazetteer=gazetteer)
    return [(item.mention.surface, item.place.id) for item in found if item.place is not None]


@pytest.mark.parametrize(
    ("text", "name", "place_id"),
    [
        ("Opposition fighters seized Palmyra on Friday, a resident said.", "Palmyra", "geonames:163808"),
        ("Rebels seized Tadmur on Friday.", "Tadmur", "geonames:163808"),
        ("Rebels seized Kobani.", "Kobani", "geonames:172256"),
        ("The army took Suweida.", "Suweida", "geonames:172408"),
    ],
)
def test_one_small_place_of_the_theatre_is_enough(gazetteer: Gazetteer, text: str, name: str, place_id: str) -> None:
    assert find_names(text, gazetteer) == [(name, place_id)]


@pytest.mark.parametrize("text", ["Rebecca met Palmer on Friday.", "The team from Ohio visited Palmyra Smith."])
def test_persons_and_places_elsewhere_keep_it_from_being_about_the_theatre(gazetteer: Gazetteer, text: str) -> None:
    assert all(gazetteer.place(place_id).country != "SY" for _, place_id in find_names(text, gazetteer))
