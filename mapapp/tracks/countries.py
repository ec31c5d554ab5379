"""The countries and seas of the world as areas, to tell over whose territory a route leads.

Land is Natural Earth as it is bundled: near a theatre its full borders, elsewhere simplified to about 25 km. Water is
named by rough boxes, of which the smallest counts.
"""

from __future__ import annotations

import csv
import json
from functools import cache

import geopandas as gpd
import shapely
import shapely.geometry

from geodata import ROOT
from mapapp.geo import CRS

WATER = "open water"
"""Where no named sea lies."""


@cache
def read_countries() -> gpd.GeoDataFrame:
    """Return pcode (ISO2), name_en and geometry of every country; do not change it.

    >>> sorted(read_countries().loc[read_countries().pcode == "TR", "name_en"])
    ['Turkey']
    """
    features = json.loads((ROOT / "basemap" / "countries.geojson").read_text(encoding="utf-8"))["features"]
    rows = [
        {"pcode": feature["properties"].get("iso2") or "", "name_en": feature["properties"]["name"]}
        for feature in features
    ]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)


@cache
def _read_seas() -> tuple[tuple[str, shapely.Polygon], ...]:
    """Return names and boxes, the smallest first."""
    with (ROOT / "basemap" / "seas.csv").open(encoding="utf-8", newline="") as file:
        seas = [
            (row["name"], shapely.box(*(float(row[side]) for side in ("west", "south", "east", "north"))))
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(seas, key=lambda sea: sea[1].area))


def name_water(*, lat: float, lon: float) -> str:
    """Return the sea that a position outside every country lies in.

    >>> name_water(lat=43.2, lon=35.0), name_water(lat=35.5, lon=35.4)
    ('Black Sea', 'Mediterranean Sea')
    """
    point = shapely.Point(lon, lat)
    return next((name for name, shape in _read_seas() if shape.covers(point)), WATER)
