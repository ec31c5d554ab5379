"""P-codes of earlier readings follow the boundaries that are installed now."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
from shapely.geometry import box

from mapapp.joining import join_readings
from mapapp.model import Article, Candidate, Mention, MentionKind, Place, Reading, Resolution
from tests.invented import THEATRE, UNITS

PLACE = Place(id="p:1", name="Bree", lat=45.5, lon=10.5, feature_class="P", country=THEATRE.country)


def reading_of(place: Place) -> Reading:
    mention = Mention(article_id="a", start=0, end=4, surface="Bree", kind=MentionKind.TOPONYM)
    resolution = Resolution(mention=mention, candidates=(Candidate(place=place, score=1.0),), where_prec=1, score=1.0)
    return Reading(Article(id="a", text="Bree fell."), (resolution,), (), ())


def finer() -> gpd.GeoDataFrame:
    """The invented country with its first unit cut in two."""
    first = UNITS.iloc[0]
    west, south, east, north = first.geometry.bounds
    middle = (west + east) / 2
    rows = [
        {"pcode": f"{first.pcode}{number}", "name_en": "Part", "name_ar": "", "level": 2, "parent": first.pcode}
        for number in (1, 2)
    ]
    halves = [box(west, south, middle, north), box(middle, south, east, north)]
    parts = gpd.GeoDataFrame(rows, geometry=halves, crs="EPSG:4326")
    return gpd.GeoDataFrame(
        [*UNITS.to_dict("records"), *parts.to_dict("records")], geometry="geometry", crs="EPSG:4326"
    )


def codes(reading: Reading) -> tuple[str | None, str | None, str | None]:
    place = reading.resolutions[0].place
    assert place is not None
    return place.adm1_pcode, place.adm2_pcode, place.adm3_pcode


def test_a_reading_gets_the_codes_of_finer_units_and_loses_them_again() -> None:
    units = finer()
    inner = UNITS.iloc[0]
    west, south, *_ = inner.geometry.bounds
    old = reading_of(replace(PLACE, lat=south + 0.1, lon=west + 0.1, adm1_pcode=inner.pcode))
    (new,) = join_readings([old], theatre=replace(THEATRE, units=units))
    assert codes(new) == (inner.pcode, f"{inner.pcode}1", None)
    (again,) = join_readings([new], theatre=THEATRE)
    assert codes(again) == (inner.pcode, None, None)


def test_a_reading_whose_codes_are_right_stays_the_same_object() -> None:
    inner = UNITS.iloc[0]
    west, south, *_ = inner.geometry.bounds
    old = reading_of(replace(PLACE, lat=south + 0.1, lon=west + 0.1, adm1_pcode=inner.pcode))
    (same,) = join_readings([old], theatre=THEATRE)
    assert same is old


def test_places_abroad_and_outside_every_unit_keep_what_they_have() -> None:
    abroad = reading_of(replace(PLACE, country="ZZ", adm1_pcode="ZZ01"))
    outside = reading_of(replace(PLACE, lat=-60.0, lon=-60.0, adm1_pcode="XA99"))
    assert [codes(one)[0] for one in join_readings([abroad, outside], theatre=THEATRE)] == ["ZZ01", "XA99"]
