"""Read the Natural Earth layers, and the little geometry that several recipes share.

Source: Natural Earth 1:10m cultural vectors 4.1.0 (public domain), as generalised in QGIS's `world_map.gpkg`.
Everything is x = longitude, y = latitude, EPSG:4326.
"""

from __future__ import annotations

import argparse
import csv
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from geodata import ROOT

WORLD_MAP_SHA256 = "ff5cceefc4b27abea094fa82459d8aef9417023236c326a666978b62ffe85db2"
"""Of `world_map.gpkg` in qgis-common 3.22.16+dfsg-1."""

SOURCE_ADDRESS = "https://www.naturalearthdata.com/downloads/10m-cultural-vectors/"

CUT_REACH_DEG = 0.02
"""How far a line is drawn out at both ends before it cuts: the generalised polygons end up to 2 km from it."""


def read_layer(world_map: Path, *, layer: str) -> gpd.GeoDataFrame:
    """Return a layer of `world_map.gpkg`: countries, states_provinces or disputed_borders."""
    return gpd.read_file(world_map, layer=layer)


def read_countries(world_map: Path) -> gpd.GeoDataFrame:
    """Return the countries with columns iso2, iso3, name (None = Natural Earth gives none) and geometry.

    A country without a name takes the one that its provinces carry. The source's row without a code gathers areas
    that belong to no listed country; it keeps no name.
    """
    frame = read_layer(world_map, layer="countries")
    provinces = read_layer(world_map, layer="states_provinces")
    admin = dict(zip(provinces.iso_a2, provinces.admin, strict=True))
    codes = [_known(code) for code in frame.iso_a2]
    names = [_known(name) or (admin.get(code) if code else None) for code, name in zip(codes, frame.NAME, strict=True)]
    columns = {"iso2": codes, "iso3": [_known(code) for code in frame.ISO_A3], "name": names}
    # As objects: columns of texts would turn None into NaN.
    table = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def _known(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() not in ("", "-99", "-1") else None


def cut_piece(polygon: BaseGeometry, *, line: BaseGeometry, inside: tuple[float, float]) -> BaseGeometry:
    """Cut a polygon along a line and return the piece that contains the point `inside` (x, y).

    The parts of the line are joined and both ends are drawn out by `CUT_REACH_DEG`.

    >>> square = shapely.box(0, 0, 2, 2)
    >>> cut_piece(square, line=LineString([(1, 0.01), (1, 1.99)]), inside=(1.5, 1)).bounds
    (1.0, 0.0, 2.0, 2.0)
    """
    merged = shapely.line_merge(shapely.union_all([line]))
    path = max(shapely.get_parts(merged), key=lambda part: part.length)
    coordinates = list(path.coords)
    start = _drawn_out(coordinates[1], coordinates[0])
    end = _drawn_out(coordinates[-2], coordinates[-1])
    cutter = LineString([start, *coordinates, end])
    point = shapely.Point(inside)
    pieces = [piece for piece in polygonize(unary_union([polygon.boundary, cutter])) if piece.contains(point)]
    if len(pieces) != 1:
        raise ValueError(f"The line does not cut off one piece around {inside}, but {len(pieces)}.")
    return shapely.intersection(pieces[0], polygon)


def _drawn_out(before: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    length = ((end[0] - before[0]) ** 2 + (end[1] - before[1]) ** 2) ** 0.5
    factor = CUT_REACH_DEG / length
    return end[0] + (end[0] - before[0]) * factor, end[1] + (end[1] - before[1]) * factor


def label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """Return (x, y) of the centre of the largest circle that fits into the largest part: far from every border.

    >>> [round(v) for v in label_point(shapely.box(0, 0, 2, 2))]
    [1, 1]
    """
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    tolerance = max(largest.area**0.5 / 200.0, 1e-4)
    centre = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=tolerance), 0)
    return float(centre.x), float(centre.y)


def polygons_only(geometry: BaseGeometry) -> BaseGeometry:
    """Drop the points and lines that overlays leave beside the polygons."""
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and part.area > 0]
    return shapely.union_all(parts)


def write_geojson(path: Path, *, features: Iterable[tuple[Mapping[str, Any], BaseGeometry]], digits: int) -> Path:
    """Write features as compact GeoJSON, one per line, coordinates rounded to `digits` decimals.

    Exterior rings are wound anticlockwise (RFC 7946).
    """
    lines = []
    for properties, geometry in features:
        wound = shapely.orient_polygons(geometry) if geometry.geom_type.endswith("Polygon") else geometry
        body = {"type": "Feature", "properties": dict(properties), "geometry": _rounded(wound, digits=digits)}
        lines.append(json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _rounded(geometry: BaseGeometry, *, digits: int) -> dict[str, Any]:
    def rounded(value: Any) -> Any:
        if isinstance(value, float | int):
            number = round(float(value), digits)
            return int(number) if number == int(number) else number
        return [rounded(item) for item in value]

    mapping = shapely.geometry.mapping(geometry)
    return {"type": mapping["type"], "coordinates": rounded(mapping["coordinates"])}


def write_csv(path: Path, *, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a table with LF line ends; None becomes an empty field."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def read_theatre_settings() -> dict[str, dict[str, Any]]:
    """Return the `theatre.toml` of every bundled theatre by its folder's name."""
    files = sorted(ROOT.glob("theatres/*/theatre.toml"))
    return {file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


def run_recipe(build: Callable[..., Sequence[Path]], *, description: str | None) -> None:
    """Be the command line of a recipe: the path of `world_map.gpkg` and where to write."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world_map", type=Path, help="world_map.gpkg of the Debian package qgis-common")
    parser.add_argument("--out", type=Path, default=ROOT, help="folder to write into, laid out like geodata/")
    arguments = parser.parse_args()
    for path in build(arguments.world_map, out=arguments.out):
        print(f"{path}  {path.stat().st_size / 1000:.1f} kB")
