"""Names looked up in the world with a theatre laid over it."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from mapapp.errors import PlaceError
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.names import name_key, sound_key
from mapapp.theatres.theatre import Theatre


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("Damascus", "SY", "PPLC"),
        ("DAMASCUS", "SY", "PPLC"),
        ("دمشق", "SY", "PPLC"),
        ("Russia", "RU", "PCLI"),
        ("روسيا", "RU", "PCLI"),
        ("Texas", "US", "ADM1"),
        ("Cuyahoga County", "US", "ADM2"),
        ("Tokyo", "JP", "PPLC"),
        ("U.S.", "US", "PCLI"),
    ],
)
def test_a_name_finds_the_place_that_readers_think_of(gazetteer: Gazetteer, name: str, country: str, code: str) -> None:
    place = gazetteer.find(name)[0]
    assert (place.country, place.feature_code) == (country, code)


def test_a_spelling_that_no_table_has_is_found_by_its_sound(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Maarat an Nuumann")[0].id == gazetteer.find("Maarrat al-Numan")[0].id


@pytest.mark.parametrize("name", ["", " ", "…", "Qqqqqxyz", "\x00", "\ud800"])
def test_what_is_no_name_finds_nothing(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.find(name) == ()


def test_an_id_finds_its_place(gazetteer: Gazetteer) -> None:
    assert gazetteer.place("geonames:524901").country == "RU"
    with pytest.raises(PlaceError, match="geonames:1"):
        gazetteer.place("geonames:1")


def test_a_place_of_the_theatre_has_its_code(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Aleppo")[0].adm1_pcode == "SY02"


def test_a_unit_has_no_finer_code_and_a_country_none(gazetteer: Gazetteer) -> None:
    unit = gazetteer.unit("SY07")
    assert unit is not None
    assert (unit.adm1_pcode, unit.adm2_pcode, unit.adm3_pcode) == ("SY07", None, None)
    country = gazetteer.country("SY")
    assert country is not None
    assert country.adm1_pcode is None
    assert gazetteer.country("XX") is None


def test_no_place_stands_twice_under_one_name(gazetteer: Gazetteer) -> None:
    for name in ("Golan Heights", "Euphrates", "Hama", "Damascus", "Al-Tanf"):
        ids = [place.id for place in gazetteer.find(name) if place.country in ("SY", None)]
        assert len(ids) == len(set(ids))
        classes = [place.feature_class for place in gazetteer.find(name) if place.country in ("SY", None)]
        assert len(classes) == len(set(classes))


def test_a_copy_in_another_process_finds_the_same(gazetteer: Gazetteer) -> None:
    copy = pickle.loads(pickle.dumps(gazetteer))
    assert copy.find("Hama") == gazetteer.find("Hama")


def test_a_theatre_without_units_and_places_works(theatre: Theatre) -> None:
    bare = replace(
        theatre, country="XX", places=(), aliases={}, cell_place_ids=(), cell_places=(), units=theatre.units.iloc[:0]
    )
    assert open_gazetteer(bare).find("Damascus")[0].country == "SY"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deir ez-Zor", "Dayr az-Zawr"),
        ("Deir ez-Zor", "Deir Ezzor"),
        ("Tell Rifaat", "Tal Rif’at"),
        ("Maarrat al-Numan", "Ma’arat an-Nu’man"),
        ("Khan Shaykhun", "Khan Sheikhoun"),
    ],
)
def test_transliterations_sound_alike(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


def test_keys_drop_what_writers_vary() -> None:
    assert name_key("Ma’arrat  al-Nu‘mān") == "maarrat al numan"
