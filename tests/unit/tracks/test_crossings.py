"""Figures of routes and tracks, and the areas that they cross."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from mapapp import geo
from mapapp.model import Assertion, Leg, LegKind, Route
from mapapp.tracks.crossings import (
    crossed_by_route,
    crossed_by_track,
    crossed_countries,
    crossing_words,
    line_length_km,
    route_figures,
)
from mapapp.tracks.track import make_track

UNITS = gpd.GeoDataFrame(
    {"pcode": ["XA01", "XA02"], "name_en": ["West", "East"]},
    geometry=[box(0, 45, 1, 46), box(1, 45, 2, 46)],
    crs="EPSG:4326",
)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def make_route(*legs: Leg) -> Route:
    return Route("r", "A → B", None, None, Assertion.ASSERTED, legs, ())


def line(x1: float, x2: float, *, y: float = 45.5) -> Leg:
    geometry = geo.geodesic_line(lat1=y, lon1=x1, lat2=y, lon2=x2)
    return Leg(LegKind.REPORTED, geometry, NOON, NOON + timedelta(hours=2), "")


def test_length_duration_and_mean_speed() -> None:
    figures = route_figures(make_route(line(0.2, 1.8)))
    length = geo.distance_km(lat1=45.5, lon1=0.2, lat2=45.5, lon2=1.8)
    assert figures.length_km[LegKind.REPORTED] == pytest.approx(length, rel=1e-6)
    assert figures.duration == timedelta(hours=2)
    assert figures.mean_speed_kmh == pytest.approx(length / 2, rel=1e-6)


def test_a_sector_has_no_length_and_leaves_no_speed() -> None:
    fan = geo.sector(lat=45.5, lon=0.5, bearing_deg=90, half_width_deg=22.5, range_km=80)
    figures = route_figures(make_route(line(0.2, 1.8), Leg(LegKind.REPORTED, fan, None, None, "")))
    assert figures.mean_speed_kmh is None


def test_without_times_there_is_no_speed() -> None:
    leg = Leg(LegKind.INFERRED, line(0.2, 1.8).geometry, None, None, "")
    figures = route_figures(make_route(leg))
    assert (figures.duration, figures.mean_speed_kmh) == (None, None)


def test_a_route_without_legs_adds_up_to_nothing() -> None:
    assert route_figures(make_route()).length_km == {}
    assert crossed_by_route(make_route(), units=UNITS) == ()


@pytest.mark.parametrize(("x1", "x2", "names"), [(0.2, 1.8, ["West", "East"]), (1.8, 0.2, ["East", "West"])])
def test_units_are_told_in_the_order_of_the_way(x1: float, x2: float, names: list[str]) -> None:
    crossings = crossed_by_route(make_route(line(x1, x2)), units=UNITS)
    assert [one.name for one in crossings] == names
    total = geo.distance_km(lat1=45.5, lon1=x1, lat2=45.5, lon2=x2)
    assert sum(one.length_km for one in crossings) == pytest.approx(total, rel=1e-3)


def test_a_line_outside_all_units_crosses_none() -> None:
    assert crossed_by_route(make_route(line(5, 6)), units=UNITS) == ()


def test_a_unit_that_is_entered_twice_is_told_twice() -> None:
    hole = UNITS.copy()
    hole.loc[0, "geometry"] = Polygon(
        [(0, 45), (1, 45), (1, 46), (0.6, 46), (0.6, 45.2), (0.4, 45.2), (0.4, 46), (0, 46)]
    )
    crossings = crossed_by_route(make_route(line(0.1, 0.9)), units=hole)
    assert [one.pcode for one in crossings] == ["XA01", "XA01"]


def test_a_track_tells_when_it_was_where() -> None:
    start = NOON.timestamp()
    track = make_track(
        "t", time_s=[start + 600 * n for n in range(6)], lat=[45.5] * 6, lon=[0.1, 0.5, 0.9, 1.3, 1.7, 2.5]
    )
    west, east = crossed_by_track(track, units=UNITS)
    assert (west.name, west.entered, west.left) == ("West", NOON, NOON + timedelta(minutes=20))
    assert (east.name, east.entered, east.left) == ("East", NOON + timedelta(minutes=30), NOON + timedelta(minutes=40))
    assert west.length_km == pytest.approx(geo.distance_km(lat1=45.5, lon1=0.1, lat2=45.5, lon2=0.9), rel=1e-4)


def test_on_a_border_one_unit_is_told() -> None:
    track = make_track("t", time_s=[0, 60], lat=[45.5, 45.6], lon=[1.0, 1.0])
    assert [one.pcode for one in crossed_by_track(track, units=UNITS)] == ["XA01"]


def test_times_that_are_not_known_stay_so() -> None:
    track = make_track("t", time_s=[float("nan")] * 2, lat=[45.5, 45.5], lon=[0.2, 0.4])
    (west,) = crossed_by_track(track, units=UNITS)
    assert (west.entered, west.left) == (None, None)


def test_only_lines_have_a_length() -> None:
    assert line_length_km(box(0, 0, 1, 1)) == 0.0


def test_a_way_there_and_back_tells_both_and_when() -> None:
    there = line(0.5, 1.5).geometry
    back = line(1.5, 0.5).geometry
    legs = (
        Leg(LegKind.REPORTED, there, NOON, NOON + timedelta(hours=1), ""),
        Leg(LegKind.INFERRED, back, NOON + timedelta(hours=1), NOON + timedelta(hours=3), ""),
    )
    found = crossed_by_route(make_route(*legs), units=UNITS)
    assert [(one.name, one.kind) for one in found] == [
        ("West", LegKind.REPORTED),
        ("East", LegKind.REPORTED),
        ("East", LegKind.INFERRED),
        ("West", LegKind.INFERRED),
    ]
    middle = found[0].left
    assert middle is not None
    assert abs(middle - (NOON + timedelta(minutes=30))) < timedelta(seconds=2)
    assert found[0].entered == NOON
    assert found[-1].left == NOON + timedelta(hours=3)


def test_without_times_nobody_is_told_to_have_entered_at_any() -> None:
    leg = Leg(LegKind.REPORTED, line(0.2, 1.8).geometry, None, None, "")
    assert {(one.entered, one.left) for one in crossed_by_route(make_route(leg), units=UNITS)} == {(None, None)}


def test_the_way_to_moscow_leads_over_countries_and_the_black_sea() -> None:
    line_to = geo.geodesic_line(lat1=33.41, lon1=36.52, lat2=55.75, lon2=37.62)
    found = crossed_countries(make_route(Leg(LegKind.REPORTED, line_to, None, None, "")))
    names = [one.name for one in found]
    assert names[:2] == ["Syria", "Lebanon"]
    assert names.index("Turkey") < names.index("Black Sea") < names.index("Ukraine")
    assert names[-1] == "Russia"
    assert sum(one.length_km for one in found) == pytest.approx(line_length_km(line_to), rel=1e-3)
    assert {crossing_words(one) for one in found} == {"if the line were flown as drawn"}


def test_a_flight_over_the_antimeridian_stays_over_its_ocean() -> None:
    line_to = geo.geodesic_line(lat1=10, lon1=170, lat2=10, lon2=-170)
    found = crossed_countries(make_route(Leg(LegKind.OBSERVED, line_to, None, None, "")))
    assert {one.name for one in found} <= {"Pacific Ocean", "Marshall Is."}
