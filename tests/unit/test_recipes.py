"""Recipes make the bundled files again, byte for byte, and their geometry is sound."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geodata import ROOT
from geodata.recipes import admin1_codes, basemap, cell_places, units, world_tables
from geodata.recipes.natural_earth import WORLD_MAP_SHA256, cut_piece, label_point, read_theatre_settings, write_geojson

PLACES = (os.environ.get("MAPAPP_WORLD_MAP"), "/usr/share/qgis/resources/data/world_map.gpkg")


@pytest.fixture(scope="module")
def world_map() -> Path:
    """The very file that the committed products were made from."""
    for name in PLACES:
        if name and Path(name).is_file():
            path = Path(name)
            if hashlib.sha256(path.read_bytes()).hexdigest() == WORLD_MAP_SHA256:
                return path
    pytest.skip("world_map.gpkg of qgis-common 3.22.16 is not there: name it in MAPAPP_WORLD_MAP (see geodata/recipes)")


@pytest.mark.parametrize("recipe", [units, basemap, world_tables])
def test_a_recipe_makes_the_bundled_files_again(recipe: object, world_map: Path, tmp_path: Path) -> None:
    products = recipe.build(world_map, out=tmp_path)
    assert products
    for product in products:
        bundled = ROOT / product.relative_to(tmp_path)
        assert product.read_bytes() == bundled.read_bytes(), bundled


def test_the_codes_of_units_are_made_again(world_map: Path, tmp_path: Path) -> None:
    world_tables.build(world_map, out=tmp_path)
    for product in admin1_codes.build_admin1_codes(world_map, out=tmp_path):
        assert product.read_bytes() == (ROOT / product.relative_to(tmp_path)).read_bytes()


def test_the_table_of_cells_is_made_again(tmp_path: Path) -> None:
    for product in cell_places.build(out=tmp_path):
        assert product.read_bytes() == (ROOT / product.relative_to(tmp_path)).read_bytes()


@pytest.mark.parametrize("theatre", read_theatre_settings())
def test_the_basemaps_country_is_the_theatres_outline(theatre: str) -> None:
    settings = read_theatre_settings()[theatre]
    countries = gpd.read_file(ROOT / "basemap" / "countries.geojson")
    shapes = gpd.read_file(ROOT / "theatres" / theatre / "units.geojson")
    [country] = countries[countries.iso2 == settings["country"]].geometry
    assert country.symmetric_difference(shapes.union_all()).area < 1e-9
    for other in countries[countries.iso2 != settings["country"]].geometry:
        assert other.intersection(country).area < 1e-9


def test_the_basemap_is_small_and_valid() -> None:
    countries = ROOT / "basemap" / "countries.geojson"
    lines = ROOT / "basemap" / "admin1_lines.geojson"
    assert countries.stat().st_size <= 250_000
    assert lines.stat().st_size <= 80_000
    frame = gpd.read_file(countries)
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()


def test_a_cut_takes_one_piece_and_leaves_the_rest() -> None:
    square = shapely.box(0, 0, 2, 2)
    line = shapely.MultiLineString([[(1, 0.01), (1, 1)], [(1, 1), (1, 1.99)]])
    west = cut_piece(square, line=line, inside=(0.5, 1))
    east = cut_piece(square, line=line, inside=(1.5, 1))
    assert west.area == pytest.approx(2.0)
    assert west.intersection(east).area == pytest.approx(0.0)


def test_a_line_that_cuts_nothing_off_is_refused() -> None:
    with pytest.raises(ValueError, match="does not cut off"):
        cut_piece(shapely.box(0, 0, 2, 2), line=shapely.LineString([(3, 0), (3, 2)]), inside=(5, 5))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(0, 0, 3, 1),
        shapely.Polygon([(0, 0), (4, 0), (4, 4), (3, 4), (3, 1), (0, 1)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)]),
        shapely.Point(0, 0).buffer(2).difference(shapely.Point(0, 0).buffer(1)),
    ],
)
def test_label_points_lie_inside(shape: shapely.Geometry) -> None:
    assert shape.contains(shapely.Point(label_point(shape)))


def test_geojson_is_rounded_and_wound_as_the_standard_says(tmp_path: Path) -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 1.00049), (1, 1), (1, 0)])
    path = write_geojson(tmp_path / "x.geojson", features=[({"name": "é"}, clockwise)], digits=3)
    text = path.read_text(encoding="utf-8")
    assert '"name":"é"' in text
    assert "[0,1]" in text
    [shape] = gpd.read_file(path).geometry
    assert shape.exterior.is_ccw
