"""Geodesics, areas and the borders where the order of coordinates changes, on a zoo of awkward places."""

from __future__ import annotations

import itertools
import math

import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon

from mapapp import geo

ZOO = {
    "short": (33.51, 36.29, 33.52, 36.30),
    "long": (33.41, 36.52, 55.75, 37.62),
    "equator": (0.0, 10.0, 0.0, 60.0),
    "meridian": (-30.0, 20.0, 40.0, 20.0),
    "antimeridian": (52.0, 170.0, 47.0, -160.0),
    "antimeridian west": (-17.0, -178.0, -20.0, 179.0),
    "along the antimeridian": (-10.0, 180.0, 10.0, 180.0),
    "over the pole": (80.0, 10.0, 80.0, -170.0),
    "near the pole": (85.0, 10.0, 86.0, -150.0),
    "over the south pole": (-75.0, 30.0, -60.0, -150.0),
    "to the pole": (60.0, 25.0, 90.0, 25.0),
    "from the pole": (-90.0, 0.0, -60.0, 140.0),
    "nearly antipodal": (10.0, 20.0, -10.2, -160.3),
    "zero": (12.0, 34.0, 12.0, 34.0),
    "zero at the pole": (90.0, 10.0, 90.0, 100.0),
}


def parts(line: LineString | MultiLineString) -> list[LineString]:
    return list(line.geoms) if isinstance(line, MultiLineString) else [line]


def zoo_line(name: str) -> LineString | MultiLineString:
    lat1, lon1, lat2, lon2 = ZOO[name]
    return geo.geodesic_line(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)


@pytest.mark.parametrize("name", ZOO)
def test_ends_are_exact(name: str) -> None:
    lat1, lon1, lat2, lon2 = ZOO[name]
    pieces = parts(zoo_line(name))
    assert geo.distance_km(lat1=lat1, lon1=lon1, lat2=pieces[0].coords[0][1], lon2=pieces[0].coords[0][0]) == 0
    assert geo.distance_km(lat1=lat2, lon1=lon2, lat2=pieces[-1].coords[-1][1], lon2=pieces[-1].coords[-1][0]) == 0


@pytest.mark.parametrize("name", ZOO)
def test_vertices_lie_within_one_metre_of_the_geodesic(name: str) -> None:
    lat1, lon1, lat2, lon2 = ZOO[name]
    azimuth, _, length_m = geo.WGS84.inv(lon1, lat1, lon2, lat2)
    for piece in parts(zoo_line(name)):
        for x, y in piece.coords:
            _, _, range_m = geo.WGS84.inv(lon1, lat1, x, y)
            on_line = geo.WGS84.fwd(lon1, lat1, azimuth, min(range_m, length_m))
            # The way to a cut at the antimeridian is worked out between two vertices that are near enough.
            is_cut = abs(x) == 180.0 or abs(y) == 90.0
            tolerance_m = 1000 * geo.MAX_ERROR_KM if is_cut else 1.0
            assert geo.WGS84.inv(x, y, on_line[0], on_line[1])[2] < tolerance_m


@pytest.mark.parametrize("name", ZOO)
def test_no_stroke_jumps_or_strays(name: str) -> None:
    for piece in parts(zoo_line(name)):
        for (x0, y0), (x1, y1) in zip(piece.coords, piece.coords[1:], strict=False):
            assert abs(x1 - x0) <= 180.0
            assert max(abs(x0), abs(x1)) <= 180.0
            if max(abs(y0), abs(y1)) < 89.8:
                azimuth = geo.WGS84.inv(x0, y0, x1, y1)[0]
                to_middle, _, range_m = geo.WGS84.inv(x0, y0, (x0 + x1) / 2, (y0 + y1) / 2)
                error_m = abs(range_m * math.sin(math.radians(to_middle - azimuth)))
                assert error_m <= 1000 * geo.MAX_ERROR_KM + 1


@pytest.mark.parametrize("name", ZOO)
def test_parts_go_on_where_the_one_before_ended(name: str) -> None:
    pieces = parts(zoo_line(name))
    for before, after in itertools.pairwise(pieces):
        (x0, y0), (x1, y1) = before.coords[-1], after.coords[0]
        assert geo.distance_km(lat1=y0, lon1=x0, lat2=y1, lon2=x1) < 1e-6


@pytest.mark.parametrize("name", ["antimeridian", "antimeridian west", "over the pole", "over the south pole"])
def test_a_line_across_the_edge_of_the_map_is_cut_once(name: str) -> None:
    assert len(parts(zoo_line(name))) == 2


@pytest.mark.parametrize(
    "name", ["short", "long", "equator", "meridian", "to the pole", "zero", "along the antimeridian"]
)
def test_other_lines_are_whole(name: str) -> None:
    assert isinstance(zoo_line(name), LineString)


def test_a_line_over_the_pole_reaches_it() -> None:
    assert max(y for piece in parts(zoo_line("over the pole")) for _, y in piece.coords) == 90.0


def test_the_length_of_a_line_is_that_of_its_geodesic() -> None:
    for name, (lat1, lon1, lat2, lon2) in ZOO.items():
        told = sum(geo.WGS84.geometry_length(piece) for piece in parts(zoo_line(name))) / 1000
        assert told == pytest.approx(geo.distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2), rel=1e-4, abs=1e-6), (
            name
        )


def test_a_straight_meridian_needs_no_more_than_its_pieces() -> None:
    assert len(zoo_line("meridian").coords) <= 9


def test_a_largest_step_is_kept() -> None:
    line = geo.geodesic_line(lat1=0, lon1=0, lat2=0, lon2=10, max_step_km=20)
    steps = [
        geo.distance_km(lat1=y0, lon1=x0, lat2=y1, lon2=x1)
        for (x0, y0), (x1, y1) in zip(line.coords, line.coords[1:], strict=False)
    ]
    assert max(steps) <= 20


def test_a_smaller_error_takes_more_vertices() -> None:
    coarse, fine = (
        geo.geodesic_line(lat1=33, lon1=36, lat2=56, lon2=100, max_error_km=error_km) for error_km in (5.0, 0.01)
    )
    assert len(fine.coords) > 2 * len(coarse.coords)


@pytest.mark.parametrize("position", [(91.0, 0.0), (math.nan, 0.0), (0.0, math.inf)])
def test_what_is_no_position_is_refused_in_words(position: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no position"):
        geo.geodesic_line(lat1=position[0], lon1=position[1], lat2=0, lon2=0)


def test_a_path_needs_two_coordinates() -> None:
    with pytest.raises(ValueError, match="at least two"):
        geo.geodesic_path([(36.5, 33.4)])


def test_a_path_passes_through_all_its_coordinates() -> None:
    stops = [(36.5, 33.4), (36.7, 34.7), (36.5, 34.7), (170.0, 50.0)]
    path = geo.geodesic_path(stops)
    assert all(stop in path.coords for stop in stops)


def test_a_path_across_the_antimeridian_and_back_has_three_parts() -> None:
    assert len(parts(geo.geodesic_path([(179, 0), (-179, 5), (179, 10)]))) == 3


def test_coordinates_beyond_180_are_brought_back() -> None:
    line = geo.cut_antimeridian(LineString([(170, 0), (190, 10)]))
    assert [list(piece.coords) for piece in parts(line)] == [[(170, 0), (180, 5)], [(-180, 5), (-170, 10)]]


CENTRES = {
    "plain": (34.0, 36.0, 50.0),
    "antimeridian": (10.0, 179.9, 100.0),
    "on the antimeridian": (10.0, -180.0, 100.0),
    "around the pole": (89.0, 30.0, 300.0),
    "on the pole": (90.0, 0.0, 500.0),
    "around the south pole": (-88.0, -100.0, 400.0),
    "past the pole and the antimeridian": (85.0, 170.0, 300.0),
}


@pytest.mark.parametrize("name", CENTRES)
def test_circles_are_valid_and_have_the_area_of_a_cap(name: str) -> None:
    lat, lon, radius_km = CENTRES[name]
    disc = geo.circle(lat=lat, lon=lon, radius_km=radius_km, n_vertices=360)
    assert disc.is_valid
    assert disc.bounds[0] >= -180.0
    assert disc.bounds[2] <= 180.0
    assert geo.area_km2(disc) == pytest.approx(math.pi * radius_km**2, rel=0.01)


def test_a_circle_on_the_antimeridian_has_two_halves() -> None:
    assert isinstance(geo.circle(lat=0, lon=180, radius_km=10), MultiPolygon)


def test_a_circle_that_holds_a_pole_holds_it() -> None:
    disc = geo.circle(lat=89, lon=30, radius_km=300)
    assert disc.covers(Point(-120, 89.9))


@pytest.mark.parametrize(
    ("lat", "lon", "bearing"), [(33.4, 36.5, 270), (10, 179.9, 90), (88, 20, 0), (-10, -179.9, 250)]
)
def test_sectors_are_valid_and_hold_their_bearing(lat: float, lon: float, bearing: float) -> None:
    fan = geo.sector(lat=lat, lon=lon, bearing_deg=bearing, half_width_deg=22.5, range_km=80)
    assert fan.is_valid
    inside = geo.destination(lat=lat, lon=lon, bearing_deg=bearing, range_km=40)
    outside = geo.destination(lat=lat, lon=lon, bearing_deg=bearing + 30, range_km=40)
    assert fan.covers(Point(inside))
    assert not fan.covers(Point(outside))


def test_the_order_changes_only_at_the_borders() -> None:
    pairs = [(36.3, 33.5), (37.0, 34.0)]
    assert geo.from_latlon(geo.to_latlon(pairs)) == pairs


@pytest.mark.parametrize("ring", [[(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 0), (0, 1), (1, 1), (1, 0)]])
def test_areas_do_not_ask_how_a_ring_is_wound(ring: list[tuple[float, float]]) -> None:
    assert geo.area_km2(Polygon(ring)) == pytest.approx(12308.8, abs=0.1)


def test_areas_leave_holes_out() -> None:
    whole = shapely.box(0, 0, 2, 2)
    holed = whole.difference(shapely.box(0.5, 0.5, 1.5, 1.5))
    assert geo.area_km2(holed) < geo.area_km2(whole)


def test_bearings_run_from_0_to_360() -> None:
    assert geo.bearing_deg(lat1=0, lon1=0, lat2=0, lon2=-1) == pytest.approx(270)
