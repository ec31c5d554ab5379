"""Land, sea, neighbours and units: a basemap that needs no network."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from mapapp.layers import Layer
from mapapp.layers._encoding import SCALE, Fixed, encode_lines, encode_polygons, without_none
from mapapp.layers.territory import shared_borders
from mapapp.neighbours import companions, fit_around

if TYPE_CHECKING:
    from mapapp.scene import Scene

LINE_SCALE = 1_000
"""Steps per degree of the lines inside other countries (about 100 m); the bundled file has no more decimals."""

NEAR_MARGIN = 1.0
"""How far around the theatre the neighbours' provinces are drawn, as a part of the theatre's larger extent."""


def _read(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    path = ROOT / "basemap" / name
    if not path.is_file():
        return []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in features]


@lru_cache(maxsize=4)
def _read_world(bbox: tuple[float, float, float, float], own: BaseGeometry, code: str) -> tuple[Fixed, Fixed]:
    """Return the countries, fitted to the theatre, and the lines between the provinces around it; encoded."""
    west, south, east, north = bbox
    margin = max(east - west, north - south) * NEAR_MARGIN
    near = shapely.box(west - margin, south - margin, east + margin, north + margin)
    world = _read("countries.geojson")
    beside = companions({str(row["name"]): shape for row, shape in world if row.get("name")})
    index = next((at for at, (row, _) in enumerate(world) if row.get("iso2") == code), None)
    shapes = tuple(shape for _, shape in world)
    if not own.is_empty:
        shapes = fit_around(shapes, own=own, index=index)
    countries = Fixed(
        without_none(
            {
                "name": properties.get("name"),
                "iso2": properties.get("iso2"),
                "lat": properties.get("label_lat"),
                "lon": properties.get("label_lon"),
                "beside": beside.get(str(properties.get("name"))),
                "shape": encode_polygons(geometry),
            }
        )
        for (properties, _), geometry in zip(world, shapes, strict=True)
    )
    lines = Fixed()
    for _, geometry in _read("admin1_lines.geojson"):
        lines += encode_lines(shapely.intersection(geometry, near), scale=LINE_SCALE)
    return countries, lines


@lru_cache(maxsize=4)
def _encode_units(shapes: tuple[BaseGeometry, ...]) -> tuple[BaseGeometry, Fixed]:
    """Return the whole of some units, and the borders between them encoded."""
    whole = shapely.coverage_union_all(list(shapes)) if shapes else shapely.Polygon()
    return whole, Fixed(shared_borders(list(shapes)))


def build(scene: Scene) -> dict[str, Any]:
    """Return countries, province lines of the neighbours, and the theatre's own units with the borders between them."""
    theatre = scene.theatre
    units = theatre.units.to_dict("records")
    top_level = min((unit["level"] for unit in units), default=1)
    own, borders = _encode_units(tuple(unit["geometry"] for unit in units if unit["level"] == top_level))
    countries, lines = _read_world(theatre.bbox, own, theatre.country)
    return {
        "scale": SCALE,
        "line_scale": LINE_SCALE,
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
        "unit_borders": borders,
    }


LAYER = Layer(
    id="basemap",
    title="Land, sea and borders",
    description="Natural Earth, bundled; needs no network. Borders are drawn as the source has them and take no side.",
    default_on=True,
    order=10,
    build=build,
)
