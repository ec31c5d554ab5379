"""Make the offline basemap from Natural Earth: the countries of the world, and lines inside a theatre's neighbours.

    python -m geodata.recipes.basemap path/to/world_map.gpkg

Products: `basemap/countries.geojson` (iso2, name, label_lat, label_lon) and `basemap/admin1_lines.geojson` (iso2).
The world is simplified with shared borders kept; around each theatre every vertex of the source stays, so that the
theatre's outline and the basemap's borders are the same line. A piece that a theatre's units take from another
country (docs/theatres.md) is taken from it here too.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from geodata.recipes import units
from geodata.recipes.natural_earth import (
    label_point,
    polygons_only,
    read_countries,
    read_layer,
    read_theatre_settings,
    run_recipe,
    write_geojson,
)

WORLD_TOLERANCE_DEG = 0.25
"""Of the simplification: triangles smaller than its square vanish; 25 km is about a pixel where the world is seen."""
WORLD_DIGITS = 2
SMALLEST_ISLAND_DEG2 = 0.1
"""Islands below it are left out (about 1,000 km²), but for the largest of each country."""
WINDOW_DEG = 2.5
"""How far around a theatre the source's own vertices are kept."""
LINES_TOLERANCE_DEG = 0.01


def build(world_map: Path, *, out: Path = ROOT) -> tuple[Path, ...]:
    """Write both files below `out` and return their paths."""
    countries = read_countries(world_map)
    provinces = read_layer(world_map, layer="states_provinces")
    borders = read_layer(world_map, layer="disputed_borders")
    theatres: dict[str, BaseGeometry] = {}
    for theatre, settings in read_theatre_settings().items():
        with (ROOT / "theatres" / theatre / settings["units"]["table"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        shapes = units.unit_shapes(settings["units"], rows=rows, provinces=provinces, borders=borders)
        theatres[settings["country"]] = shapely.union_all(list(shapes.values()))
    shapes_of_world = world_shapes(countries, theatres=theatres)
    features: list[tuple[dict[str, object], BaseGeometry]] = []
    for row, shape in zip(countries.itertuples(), shapes_of_world, strict=True):
        x, y = label_point(shape)
        label = {"label_lat": round(y, 2), "label_lon": round(x, 2)}
        features.append(({"iso2": row.iso2, "name": row.name, **label}, shape))
    features.sort(key=lambda feature: (str(feature[0]["iso2"]), str(feature[0]["name"])))
    lines = [({"iso2": code}, line) for code, line in neighbour_lines(provinces, theatres=theatres)]
    folder = out / "basemap"
    return (
        write_geojson(folder / "countries.geojson", features=features, digits=units.DIGITS),
        write_geojson(folder / "admin1_lines.geojson", features=lines, digits=WORLD_DIGITS + 1),
    )


def world_shapes(countries: gpd.GeoDataFrame, *, theatres: dict[str, BaseGeometry]) -> list[BaseGeometry]:
    """Return one shape per country: coarse far away, exact around the theatres."""
    grid = 10.0**-units.DIGITS
    windows = shapely.union_all([_window(shape) for shape in theatres.values()])
    taken = shapely.union_all(list(theatres.values()))
    coarse = shapely.coverage_simplify(countries.geometry.to_numpy(), WORLD_TOLERANCE_DEG)
    shapes = []
    for code, source, simple in zip(countries.iso2, countries.geometry, coarse, strict=True):
        far = shapely.set_precision(_without_islets(simple), 10.0**-WORLD_DIGITS)
        if not source.intersects(windows):
            shapes.append(far)
            continue
        near = shapely.intersection(shapely.set_precision(source, grid), windows, grid_size=grid)
        near = theatres[code] if code in theatres else shapely.difference(near, taken, grid_size=grid)
        rest = shapely.difference(far, windows, grid_size=grid)
        shapes.append(polygons_only(shapely.union_all([rest, near], grid_size=grid)))
    return shapes


def _window(shape: BaseGeometry) -> BaseGeometry:
    """Return the box around a theatre on whole degrees, so that both sides of its edge meet on the same grid."""
    west, south, east, north = shape.bounds
    lower = np.floor([west - WINDOW_DEG, south - WINDOW_DEG])
    upper = np.ceil([east + WINDOW_DEG, north + WINDOW_DEG])
    return shapely.box(*lower, *upper)


def _without_islets(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    return shapely.union_all(parts[(areas >= SMALLEST_ISLAND_DEG2) | (areas == areas.max())])


def neighbour_lines(
    provinces: gpd.GeoDataFrame, *, theatres: dict[str, BaseGeometry]
) -> list[tuple[str, BaseGeometry]]:
    """Return, per country that touches a theatre, the borders between its own first-level units."""
    taken = shapely.union_all(list(theatres.values()))
    found = []
    for code, group in provinces.groupby("iso_a2"):
        shapes = group.geometry.to_numpy()
        if code in theatres or not shapely.intersects(taken, shapely.union_all(shapes)):
            continue
        simple = shapely.coverage_simplify(shapes, LINES_TOLERANCE_DEG)
        edges = shapely.union_all(shapely.boundary(simple))
        outline = shapely.boundary(shapely.coverage_union_all(simple))
        inner = shapely.difference(shapely.difference(edges, outline), taken)
        pieces = [part for part in np.atleast_1d(shapely.get_parts(inner)) if part.geom_type == "LineString"]
        if pieces:
            found.append((str(code), shapely.line_merge(shapely.multilinestrings(pieces))))
    return found


if __name__ == "__main__":
    run_recipe(build, description=__doc__)
