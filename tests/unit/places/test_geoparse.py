"""Places found in sentences, each testing one behaviour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapapp.model import Article, MentionKind, Resolution
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.theatres.theatre import Publisher, Theatre


@pytest.fixture
def read(theatre: Theatre, gazetteer: Gazetteer):  # type: ignore[no-untyped-def]
    def run(text: str, **options: bool) -> dict[str, Resolution]:
        found = geoparse(Article(id="test", text=text), theatre=theatre, gazetteer=gazetteer, **options)
        return {item.mention.surface: item for item in found}

    return run


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Paris spoke to Jordan Miller.",
        "She lives at 12 Berlin Street.",
        "He reads the London Times.",
        "Hayat Tahrir al-Sham denied it.",
        "Abu Mohammed al-Jolani and Bashar al-Homsi met.",
        "The Kremlin and the White House spoke.",
        "TASS reported it.",
        "St. Petersburg's was closed, not the school: St. Paul's Church was.",
    ],
)
def test_names_of_people_streets_and_bodies_are_no_places(read, text: str) -> None:  # type: ignore[no-untyped-def]
    assert not {"Paris", "Jordan", "Berlin", "London", "al-Sham", "al-Jolani", "al-Homsi", "Kremlin", "TASS"} & set(
        read(text)
    )


def test_demonyms_are_told_apart_and_can_be_left_out(read) -> None:  # type: ignore[no-untyped-def]
    text = "Syrian and Russian officials met Western diplomats in Moscow."
    kinds = {surface: item.mention.kind for surface, item in read(text).items()}
    assert kinds == {
        "Syrian": MentionKind.DEMONYM,
        "Russian": MentionKind.DEMONYM,
        "Western": MentionKind.DEMONYM,
        "Moscow": MentionKind.TOPONYM,
    }
    assert set(read(text, with_demonyms=False)) == {"Moscow"}


def test_a_demonym_without_a_place_is_found_and_not_resolved(read) -> None:  # type: ignore[no-untyped-def]
    assert read("Western diplomats left Syria.")["Western"].place is None


def test_a_capital_that_speaks_is_a_metonym(read) -> None:  # type: ignore[no-untyped-def]
    assert read("Moscow denied the report.")["Moscow"].mention.kind is MentionKind.METONYM


@pytest.mark.parametrize(
    ("text", "surface", "place_id"),
    [
        ("Rebels entered Syria’s south and stormed the capital.", "the capital", "geonames:170654"),
        ("The Syrian capital was tense.", "capital", "geonames:170654"),
        ("The army left Hama in Syria. Fighters drove into the city.", "the city", "geonames:170017"),
    ],
)
def test_descriptions_are_taken_up_from_the_text(read, text: str, surface: str, place_id: str) -> None:  # type: ignore[no-untyped-def]
    item = read(text)[surface]
    assert item.mention.kind is MentionKind.DESCRIPTION
    assert item.place is not None
    assert item.place.id == place_id


@pytest.mark.parametrize(
    "text",
    ["The capital, Damascus, fell in Syria.", "Lebanon closed the capital.", "The city of Hama fell in Syria."],
)
def test_descriptions_that_are_named_or_of_elsewhere_are_left(read, text: str) -> None:  # type: ignore[no-untyped-def]
    assert all(item.mention.kind is not MentionKind.DESCRIPTION for item in read(text).values())


@pytest.mark.parametrize(
    ("text", "surface", "where_prec"),
    [
        ("They took Hama in Syria.", "Hama", 1),
        ("They stopped near Hama in Syria.", "Hama", 2),
        ("Fighting went on in Idlib province in Syria.", "Idlib", 4),
        ("They sailed the Mediterranean Sea.", "Mediterranean Sea", 7),
        ("Trade in the Middle East fell.", "Middle East", 5),
        ("They flew to Russia.", "Russia", 6),
    ],
)
def test_precision_says_how_exact_the_place_is(read, text: str, surface: str, where_prec: int) -> None:  # type: ignore[no-untyped-def]
    assert read(text)[surface].where_prec == where_prec


def test_a_governorate_gets_no_finer_code(read) -> None:  # type: ignore[no-untyped-def]
    place = read("Fighting went on in Idlib governorate in Syria.")["Idlib"].place
    assert (place.feature_code, place.adm1_pcode, place.adm3_pcode) == ("ADM1", "SY07", None)


@pytest.mark.parametrize(
    ("text", "surface", "lat"),
    [
        ("He lives in Paris, Texas.", "Paris", 33.66),
        ("He lives in Paris, France.", "Paris", 48.85),
        ("London, Ky., is small.", "London", 37.13),
        ("Franklin County, Ohio, voted.", "Franklin County", 39.96),
    ],
)
def test_the_larger_place_beside_it_decides(read, text: str, surface: str, lat: float) -> None:  # type: ignore[no-untyped-def]
    assert read(text)[surface].place.lat == pytest.approx(lat, abs=0.3)


def test_a_publishers_home_decides_between_equal_names(theatre: Theatre, gazetteer: Gazetteer) -> None:
    article = Article(id="x", text="Police in Springfield closed the bridge.", publisher="The Local")
    near_ohio = replace(theatre, publishers=(Publisher(name="The Local", reliability="C", lat=39.9, lon=-83.8),))
    found = geoparse(article, theatre=near_ohio, gazetteer=gazetteer)
    assert found[0].place is not None
    assert found[0].place.lat == pytest.approx(39.92, abs=0.1)


def test_every_choice_is_explained(read) -> None:  # type: ignore[no-untyped-def]
    item = read("The plane left Damascus for Moscow.")["Damascus"]
    assert item.reason.endswith(".")
    assert item.candidates[0].reasons
    assert item.candidates[0].score >= item.candidates[-1].score


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("انسحب الجيش من مدينة حماة.", "حماة"),
        ("تقدمت القوات بحلب وحمص.", "حلب"),
        ("تقدمت القوات بحلب وحمص.", "حمص"),
        ("عادوا للاذقية من سوريا.", "لاذقية"),
        ("قصف على دَيْر الزَّوْر.", "دَيْر الزَّوْر"),
    ],
)
def test_arabic_names_stand_without_their_particles(read, text: str, surface: str) -> None:  # type: ignore[no-untyped-def]
    assert surface in read(text)


def test_a_text_without_places_gives_nothing(read) -> None:  # type: ignore[no-untyped-def]
    assert read("") == {}
    assert read("nothing of note happened at all") == {}


def test_another_country_can_be_the_theatre(theatre: Theatre) -> None:
    elsewhere = replace(
        theatre, country="UA", country_name="Ukraine", capital_place_id="geonames:703448", places=(), aliases={},
        cell_place_ids=(), cell_places=(), units=theatre.units.iloc[:0], publishers=(),
    )  # fmt: skip
    article = Article(id="x", text="Troops in Ukraine left Kupiansk and marched on the capital.")
    found = geoparse(article, theatre=elsewhere, gazetteer=open_gazetteer(elsewhere))
    assert [(item.mention.surface, item.place.country) for item in found if item.place] == [
        ("Ukraine", "UA"),
        ("Kupiansk", "UA"),
        ("the capital", "UA"),
    ]


@pytest.mark.parametrize(
    ("name", "pcode"),
    [
        ("Tartous province", "SY10"),
        ("Deir Ezzor province", "SY09"),
        ("Aleppo province", "SY02"),
        ("Aleppo Province", "SY02"),
        ("Hama Governorate", "SY05"),
        ("Homs Governorate", "SY04"),
        ("Sweida countryside", "SY13"),
        ("Rural Damascus", "SY03"),
        ("the province of Homs", "SY04"),
    ],
)
def test_a_unit_is_a_unit_in_every_spelling_of_its_town(read, name, pcode) -> None:  # type: ignore[no-untyped-def]
    found = [one for one in read(f"Rebels captured {name} in Syria.").values() if one.where_prec < 6]
    assert [(one.place.adm1_pcode, one.where_prec) for one in found] == [(pcode, 4)]


@pytest.mark.parametrize("name", ["Tartous", "Deir Ezzor", "Sweida", "Hasakah", "Aleppo", "Homs"])
def test_a_bare_name_is_the_town_and_not_its_unit(read, name) -> None:  # type: ignore[no-untyped-def]
    assert read(f"Rebels captured {name} in Syria.")[name].where_prec == 1
