"""Districts and sub-districts of installed boundaries are places too, and never stand for the town of their name."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapapp.model import Article, Resolution
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.theatres.theatre import Theatre

LOWER = [
    ("SY0704", "Jisr-Ash-Shugur", "جسر الشغور", 2, "SY07", shapely.box(36.2, 35.6, 36.5, 36.0)),
    ("SY070400", "Jisr-Ash-Shugur", "مركز جسر الشغور", 3, "SY0704", shapely.box(36.2, 35.7, 36.4, 35.9)),
    ("SY0798", "Quxdistan", "قكسدستان", 2, "SY07", shapely.box(36.6, 35.6, 36.9, 36.0)),
]


@pytest.fixture(scope="module")
def gazetteer(theatre: Theatre) -> Gazetteer:
    columns = ["pcode", "name_en", "name_ar", "level", "parent", "geometry"]
    lower = gpd.GeoDataFrame(pd.DataFrame(LOWER, columns=columns), geometry="geometry", crs=theatre.units.crs)
    units = pd.concat([theatre.units[columns], lower], ignore_index=True)
    return open_gazetteer(replace(theatre, units=units, leaf_units=units[units["level"] == 3]))


def read(text: str, gazetteer: Gazetteer) -> dict[str, Resolution]:
    found = geoparse(Article(id="x", text=text), theatre=gazetteer.theatre, gazetteer=gazetteer)
    return {item.mention.surface: item for item in found}


@pytest.mark.parametrize(
    ("text", "surface", "expected"),
    [
        ("Shells fell on Jisr al-Shughur in Syria.", "Jisr al-Shughur", ("P", 1, "SY07")),
        ("Shells fell on Jisr al-Shughur district in Syria.", "Jisr al-Shughur", ("ADM2", 3, "SY0704")),
        ("Shells fell on Jisr-Ash-Shugur sub-district in Syria.", "Jisr-Ash-Shugur", ("ADM3", 3, "SY070400")),
        ("Villages of Quxdistan district in Syria burned.", "Quxdistan", ("ADM2", 3, "SY0798")),
        ("قصف في منطقة جسر الشغور في سوريا", "جسر الشغور", ("ADM2", 3, "SY0704")),
        ("The army left Idlib governorate in Syria.", "Idlib", ("ADM1", 4, "SY07")),
    ],
)
def test_the_word_beside_the_name_tells_the_unit(
    gazetteer: Gazetteer, text: str, surface: str, expected: tuple[str, int, str]
) -> None:
    found = read(text, gazetteer)[surface]
    code, where_prec, finest = expected
    assert found.place is not None
    assert found.place.feature_code.startswith(code)
    assert found.where_prec == where_prec
    assert (found.place.adm3_pcode or found.place.adm2_pcode or found.place.adm1_pcode) == finest
