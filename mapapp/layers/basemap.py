"""Land, sea, neighbours and units: a basemap that needs no network."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from mapapp.layers import Layer
from mapapp.layers._encoding import SCALE, encode_lines, encode_polygons, without_none
from mapapp.layers.territory import shared_borders
from mapapp.neighbours import companions

if TYPE_CHECKING:
    from mapapp.scene import Scene

WORLD_SCALE = 1_000
"""Steps per degree of the world's countries (about 100 m); the bundled file has no more than two or three decimals."""

NEAR_MARGIN = 1.0
"""How far around the theatre the neighbours' provinces are drawn, as a part of the theatre's larger extent."""


def _read(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    path = ROOT / "basemap" / name
    if not path.is_file():
        return []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in features]


@cache
def _read_world(bbox: tuple[float, float, float, float]) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """Return the countries, and the lines between the provinces around a theatre; encoded."""
    west, south, east, north = bbox
    margin = max(east - west, north - south) * NEAR_MARGIN
    near = shapely.box(west - margin, south - margin, east + margin, north + margin)
    world = _read("countries.geojson")
    beside = companions({str(row["name"]): shape for row, shape in world if row.get("name")})
    countries = [
        without_none(
            {
                "name": properties.get("name"),
                "iso2": properties.get("iso2"),
                "lat": properties.get("label_lat"),
                "lon": properties.get("label_lon"),
                "beside": beside.get(str(properties.get("name"))),
                "shape": encode_polygons(geometry, scale=WORLD_SCALE),
            }
        )
        for properties, geometry in world
    ]
    lines: list[list[int]] = []
    for _, geometry in _read("admin1_lines.geojson"):
        lines += encode_lines(shapely.intersection(geometry, near), scale=WORLD_SCALE)
    return countries, lines


def build(scene: Scene) -> dict[str, Any]:
    """Return countries, province lines of the neighbours, and the theatre's own units with the borders between them."""
    theatre = scene.theatre
    countries, lines = _read_world(theatre.bbox)
    units = theatre.units.to_dict("records")
    top_level = min((unit["level"] for unit in units), default=1)
    return {
        "scale": WORLD_SCALE,
        "country": theatre.country,
        "countries": countries,
        "lines": lines,
        "units": [
            without_none(
                {
                    "pcode": unit["pcode"],
                    "name": unit["name_en"],
                    "name_own": unit["name_ar"] if isinstance(unit["name_ar"], str) else None,
                }
            )
            for unit in units
        ],
        "unit_scale": SCALE,
        "unit_borders": shared_borders([unit["geometry"] for unit in units if unit["level"] == top_level]),
    }


LAYER = Layer(
    id="basemap",
    title="Land, sea and borders",
    description="Natural Earth, bundled; needs no network. Borders are drawn as the source has them and take no side.",
    default_on=True,
    order=10,
    build=build,
)
