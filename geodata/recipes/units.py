"""Make the administrative units of every bundled theatre from Natural Earth.

    python -m geodata.recipes.units path/to/world_map.gpkg

What to take stands in the theatre's `theatre.toml` under `[units]`: the country, the table that gives each unit its
P-code and names (`natural_earth` = the names of the Natural Earth units that make it up, divided by `|`), and the
pieces to be cut off from units of other countries. Product: `theatres/<name>/units.geojson`, all vertices kept.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from geodata.recipes.natural_earth import (
    cut_piece,
    polygons_only,
    read_layer,
    read_theatre_settings,
    run_recipe,
    write_geojson,
)

DIGITS = 4
"""Decimals kept: 11 m, far below what the generalised source is good for."""


def build(world_map: Path, *, out: Path = ROOT) -> tuple[Path, ...]:
    """Write `units.geojson` of every theatre below `out` and return the paths."""
    provinces = read_layer(world_map, layer="states_provinces")
    borders = read_layer(world_map, layer="disputed_borders")
    written = []
    for theatre, settings in read_theatre_settings().items():
        rows = _read_table(ROOT / "theatres" / theatre / settings["units"]["table"])
        shapes = unit_shapes(settings["units"], rows=rows, provinces=provinces, borders=borders)
        features = []
        for row in rows:
            properties = {"pcode": row["pcode"], "name_en": row["name_en"], "name_ar": row["name_ar"] or None}
            features.append(({**properties, "level": 1, "parent": None}, shapes[row["pcode"]]))
        written.append(
            write_geojson(out / "theatres" / theatre / "units.geojson", features=features, digits=DIGITS),
        )
    return tuple(written)


def unit_shapes(
    settings: dict[str, Any],
    *,
    rows: list[dict[str, str]],
    provinces: gpd.GeoDataFrame,
    borders: gpd.GeoDataFrame,
) -> dict[str, BaseGeometry]:
    """Return the geometry of each unit by P-code: together a coverage without gaps or overlaps."""
    own = provinces[provinces.iso_a2 == settings["country_code"]]
    named = {name: row["pcode"] for row in rows for name in row["natural_earth"].split("|")}
    missing = sorted(set(own.name) - set(named)) + sorted(set(named) - set(own.name))
    if missing:
        raise ValueError(f"Units that stand only in Natural Earth or only in the table: {', '.join(missing)}.")
    parts: dict[str, list[BaseGeometry]] = {row["pcode"]: [] for row in rows}
    for unit in own.itertuples():
        parts[named[unit.name]].append(unit.geometry)
    for cut in settings.get("cut", ()):
        [donor] = provinces[(provinces.name == cut["from_unit"]) & (provinces.iso_a2 == cut["from_country"])].geometry
        [line] = borders[borders.name == cut["along"]].geometry
        parts[cut["to_pcode"]].append(cut_piece(donor, line=line, inside=tuple(cut["inside"])))
    # One grid for all vertices before the pieces are joined keeps shared borders equal after rounding.
    grid = 10.0**-DIGITS
    snapped = {pcode: [shapely.set_precision(piece, grid) for piece in pieces] for pcode, pieces in parts.items()}
    return {pcode: polygons_only(shapely.union_all(pieces, grid_size=grid)) for pcode, pieces in snapped.items()}


def _read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    run_recipe(build, description=__doc__)
