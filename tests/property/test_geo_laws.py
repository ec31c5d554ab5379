"""Laws of geodesics, checked against pyproj on any two points of the globe."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString

from mapapp import geo

GEOD = Geod(ellps="WGS84")
LAT = st.floats(-90, 90, allow_nan=False)
LON = st.floats(-180, 180, allow_nan=False)


def parts(line: LineString | MultiLineString) -> list[LineString]:
    return list(line.geoms) if isinstance(line, MultiLineString) else [line]


@given(LAT, LON, LAT, LON)
def test_distance_is_that_of_pyproj(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    told = geo.distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    assert told * 1000 == pytest.approx(GEOD.inv(lon1, lat1, lon2, lat2)[2], abs=1.0)


@settings(max_examples=200, deadline=None)
@given(LAT, LON, LAT, LON)
def test_every_vertex_lies_within_a_metre_of_the_geodesic(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    azimuth, _, length_m = GEOD.inv(lon1, lat1, lon2, lat2)
    # Between antipodes the shortest way is not one: the bearing does not tell which.
    assume(length_m < 19_900_000)
    for piece in parts(geo.geodesic_line(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)):
        for x, y in piece.coords:
            if abs(x) == 180.0 or abs(y) == 90.0:
                continue
            range_m = GEOD.inv(lon1, lat1, x, y)[2]
            on_line = GEOD.fwd(lon1, lat1, azimuth, range_m)
            assert GEOD.inv(x, y, on_line[0], on_line[1])[2] < 1.0


@settings(max_examples=200, deadline=None)
@given(LAT, LON, LAT, LON)
def test_a_line_is_whole_but_for_its_cuts(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    pieces = parts(geo.geodesic_line(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2))
    assert all(math.isfinite(value) for piece in pieces for pair in piece.coords for value in pair)
    for piece in pieces:
        for (x0, _), (x1, _) in zip(piece.coords, piece.coords[1:], strict=False):
            assert abs(x1 - x0) <= 180.0
    for before, after in itertools.pairwise(pieces):
        (x0, y0), (x1, y1) = before.coords[-1], after.coords[0]
        assert y0 == y1
        assert abs(x0) == abs(x1) == 180.0 or abs(y0) == 90.0


@settings(max_examples=200, deadline=None)
@given(LAT, LON, LAT, LON)
def test_the_way_there_is_as_long_as_the_way_back(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there, back = (
        sum(GEOD.geometry_length(piece) for piece in parts(line))
        for line in (
            geo.geodesic_line(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2),
            geo.geodesic_line(lat1=lat2, lon1=lon2, lat2=lat1, lon2=lon1),
        )
    )
    assert there == pytest.approx(back, rel=1e-4, abs=1.0)


@given(LAT, LON, st.floats(0, 360), st.floats(0.001, 15_000))
def test_a_destination_lies_at_its_distance(lat: float, lon: float, bearing: float, range_km: float) -> None:
    x, y = geo.destination(lat=lat, lon=lon, bearing_deg=bearing, range_km=range_km)
    assert geo.distance_km(lat1=lat, lon1=lon, lat2=y, lon2=x) == pytest.approx(range_km, abs=0.001)


@settings(max_examples=150, deadline=None)
@given(LAT, LON, st.floats(1, 2000))
def test_circles_are_valid_on_the_map_and_have_their_area(lat: float, lon: float, radius_km: float) -> None:
    disc = geo.circle(lat=lat, lon=lon, radius_km=radius_km, n_vertices=180)
    assert disc.is_valid
    assert disc.bounds[0] >= -180.0
    assert disc.bounds[2] <= 180.0
    cap_km2 = 2 * math.pi * 6371.0**2 * (1 - math.cos(radius_km / 6371.0))
    assert geo.area_km2(disc) == pytest.approx(cap_km2, rel=0.03)


@given(st.lists(st.tuples(LON, LAT), min_size=2, max_size=20))
def test_cutting_keeps_every_vertex(coordinates: list[tuple[float, float]]) -> None:
    def east(x: float) -> float:
        """Both edges of the map are the same meridian."""
        return 180.0 if x == -180.0 else x

    cut = parts(geo.cut_antimeridian(LineString(coordinates)))
    kept = {(east(x), y) for piece in cut for x, y in piece.coords}
    assert all((east(x), y) in kept for x, y in coordinates)


@given(st.lists(st.tuples(LON, LAT), max_size=20))
def test_the_order_comes_back(coordinates: list[tuple[float, float]]) -> None:
    assert geo.from_latlon(geo.to_latlon(coordinates)) == coordinates
