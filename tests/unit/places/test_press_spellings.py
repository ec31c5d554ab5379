"""Spellings of the press that gazetteers have as lesser names, or not at all, and names that share one word."""

from __future__ import annotations

import pytest

from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse


def find_places(text: str, gazetteer: Gazetteer) -> dict[str, str]:
    found = geoparse(Article(id="x", text=text), theatre=gazetteer.theatre, gazetteer=gazetteer)
    return {item.mention.surface: f"{item.place.name} {item.place.country}" for item in found if item.place is not None}


@pytest.mark.parametrize(
    ("text", "surface", "place"),
    [
        ("Ukrainian troops retook Izium on Sunday.", "Izium", "Izyum UA"),
        ("Shells hit Kupiansk, in the Kharkiv region of Ukraine.", "Kupiansk", "Kupyansk UA"),
        ("Fighting went on in Bakhmut, Avdiivka and Vuhledar.", "Avdiivka", "Avdiyivka UA"),
        ("Iraqi troops entered Tikrit and Falluja.", "Falluja", "Al Fallūjah IQ"),
        ("The militia stormed Wad Madani, and Sudan is at war.", "Wad Madani", "Wad Medani SD"),
        ("Egypt reported a case from Menoufia governorate.", "Menoufia", "Al Minufiyah EG"),
        ("Trucks left Port-au-Prince, the capital of Haiti.", "Port-au-Prince", "Port-au-Prince HT"),
    ],
)
def test_a_press_spelling_is_the_place_of_the_country_that_the_text_names(
    gazetteer: Gazetteer, text: str, surface: str, place: str
) -> None:
    assert find_places(text, gazetteer).get(surface) == place


def test_a_lesser_name_counts_only_where_its_country_is_named(gazetteer: Gazetteer) -> None:
    assert "Izium" not in find_places("They met Izium on Sunday.", gazetteer)


@pytest.mark.parametrize(
    ("text", "surface", "place"),
    [
        ("KINSHASA, Congo (AP) - Voters queued for hours.", "Congo", "Democratic Republic of the Congo CD"),
        ("The plane left London for New York on Monday.", "New York", "New York City US"),
        ("Troops withdrew from Kherson.", "Kherson", "Kherson UA"),
    ],
)
def test_of_namesakes_the_one_that_the_neighbours_mean_is_chosen(
    gazetteer: Gazetteer, text: str, surface: str, place: str
) -> None:
    assert find_places(text, gazetteer)[surface] == place


@pytest.mark.parametrize(
    "text",
    [
        "Peter R. de Vries wrote the book.",
        "St Thomas' Hospital opened a ward.",
        "The Colorado Rockies won again.",
        "The Times of India reported it.",
        "Truman and Stalin signed.",
    ],
)
def test_names_of_people_houses_clubs_and_papers_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert set(find_places(text, gazetteer)) <= {"Colorado"}
