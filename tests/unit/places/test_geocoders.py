"""The offline gazetteer behind geopy's interface, by what geopy documents."""

from __future__ import annotations

import pytest
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geocoders import OfflineGazetteer


@pytest.fixture
def geocoder(gazetteer: Gazetteer) -> OfflineGazetteer:
    return OfflineGazetteer(gazetteer)


def test_it_is_a_geopy_geocoder(geocoder: OfflineGazetteer) -> None:
    assert isinstance(geocoder, Geocoder)
    with geocoder as opened:
        assert opened is geocoder


def test_geocode_returns_a_location_or_none(geocoder: OfflineGazetteer) -> None:
    location = geocoder.geocode("Hama, Syria")
    assert isinstance(location, Location)
    assert (round(location.latitude, 1), round(location.longitude, 1)) == (35.1, 36.8)
    assert location.raw["adm1_pcode"] == "SY05"
    assert geocoder.geocode("Qqqqqxyz") is None


def test_exactly_one_false_returns_a_list_within_its_limit(geocoder: OfflineGazetteer) -> None:
    many = geocoder.geocode("Springfield", exactly_one=False)
    assert isinstance(many, list)
    assert len(many) > 3
    assert len(geocoder.geocode("Springfield", exactly_one=False, limit=2)) == 2
    assert geocoder.geocode("Qqqqqxyz", exactly_one=False) is None


@pytest.mark.parametrize("codes", ["US", ["us"], ("US", "CA")])
def test_country_codes_bound_the_search(geocoder: OfflineGazetteer, codes: object) -> None:
    found = geocoder.geocode("Paris", exactly_one=False, country_codes=codes)
    assert {location.raw["country"] for location in found} <= {"US", "CA"}
    assert geocoder.geocode("Damascus, Syria", country_codes="JP") is None


@pytest.mark.parametrize("query", ["", "  ", "…", None, 5])
def test_a_query_without_a_name_is_geopys_own_error(geocoder: OfflineGazetteer, query: object) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.geocode(query)


def test_a_limit_below_one_is_refused(geocoder: OfflineGazetteer) -> None:
    with pytest.raises(GeocoderQueryError):
        geocoder.geocode("Paris", exactly_one=False, limit=0)
    with pytest.raises(GeocoderQueryError):
        geocoder.reverse((1, 1), exactly_one=False, limit=0)


@pytest.mark.parametrize("query", [(35.13, 36.75), "35.13, 36.75", Point(35.13, 36.75)])
def test_reverse_takes_what_geopy_takes(geocoder: OfflineGazetteer, query: object) -> None:
    assert geocoder.reverse(query).raw["adm1_pcode"] == "SY05"


def test_reverse_ranks_by_distance(geocoder: OfflineGazetteer) -> None:
    near = geocoder.reverse((35.13, 36.75), exactly_one=False, limit=5)
    assert len(near) == 5
    assert len(geocoder.reverse((0, -179.99), exactly_one=False)) == 10


def test_a_point_that_is_none_is_geopys_own_error(geocoder: OfflineGazetteer) -> None:
    with pytest.raises(ValueError, match="Point"):
        geocoder.reverse("nonsense")
