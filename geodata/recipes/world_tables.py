"""Make the gazetteer's world tables from Natural Earth: a point for every country and every first-level unit.

    python -m geodata.recipes.world_tables path/to/world_map.gpkg

Products: `gazetteer/countries.csv` and `gazetteer/admin1.csv`. The points lie inside the unit, far from its borders;
areas are geodesic, in square kilometres.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from pyproj import Geod

from geodata import ROOT
from geodata.recipes.natural_earth import label_point, read_countries, read_layer, run_recipe, write_csv

_GEOD = Geod(ellps="WGS84")
_NO_CODE = ("", "-99", "-1")


def build(world_map: Path, *, out: Path = ROOT) -> tuple[Path, ...]:
    """Write both tables below `out` and return their paths."""
    folder = out / "gazetteer"
    countries = []
    for row in read_countries(world_map).itertuples():
        if row.name:
            x, y = label_point(row.geometry)
            countries.append((row.iso2 or "", row.iso3 or "", row.name, f"{y:.3f}", f"{x:.3f}"))
    countries.sort(key=lambda entry: (entry[2], entry[0]))
    units = []
    for row in read_layer(world_map, layer="states_provinces").itertuples():
        x, y = label_point(row.geometry)
        label = _text(row.woe_label).split(",")[0].strip()
        others = [_text(row.woe_name), _text(row.gn_name), label]
        name = _text(row.name) or next((other for other in others if other), "")
        variants = "|".join(dict.fromkeys(other for other in others if other and other != name))
        iso2 = _code(row.iso_a2)
        units.append((name, variants, iso2, _text(row.admin), f"{y:.3f}", f"{x:.3f}", f"{_area_km2(row.geometry):.0f}"))
    units.sort(key=lambda entry: (entry[3], entry[0], entry[4], entry[5]))
    return (
        write_csv(folder / "countries.csv", header=("iso_a2", "iso_a3", "name", "lat", "lon"), rows=countries),
        write_csv(
            folder / "admin1.csv",
            header=("name", "variants", "country", "country_name", "lat", "lon", "area_km2"),
            rows=units,
        ),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _code(value: Any) -> str:
    text = _text(value)
    return "" if text in _NO_CODE else text


def _area_km2(geometry: shapely.Geometry) -> float:
    return abs(float(_GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))[0])) / 1e6


if __name__ == "__main__":
    run_recipe(build, description=__doc__)
