"""Laws of boundary files: whatever comes in, what goes out fits together, or the file is refused in a sentence."""

from __future__ import annotations

import json
import tempfile
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from mapapp.boundaries.files import read_boundary_file
from mapapp.boundaries.installed import combine_units, with_unit_codes
from mapapp.errors import DataError
from mapapp.model import Place

BBOX = (9.0, 44.0, 13.0, 47.0)
PROVINCES = gpd.GeoDataFrame(
    {
        "pcode": ["ZA01", "ZA02"],
        "name_en": ["West", "East"],
        "name_ar": [None, None],
        "level": [1, 1],
        "parent": [None, None],
    },
    geometry=[box(10, 45, 11, 46), box(11, 45, 12, 46)],
    crs="EPSG:4326",
)
SQUARE_METRE_DEG2 = 1.0 / (111_320.0**2 * 0.7)

cuts = st.lists(st.integers(1, 19), min_size=1, max_size=6, unique=True).map(sorted)
jitter = st.floats(-4e-5, 4e-5, allow_nan=False)


def write(folder: str, features: object, name: str = "x.geojson") -> Path:
    path = Path(folder) / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def strips(edges: list[float], *, shifts: list[float]) -> list[dict[str, object]]:
    """Return units side by side whose edges miss each other by the shifts."""
    return [
        {
            "type": "Feature",
            "properties": {"pcode": f"S{k}", "name_en": f"Strip {k}", "level": 2, "parent": None},
            "geometry": json.loads(shapely.to_geojson(box(west + shifts[k % len(shifts)], 45, east, 46))),
        }
        for k, (west, east) in enumerate(pairwise(edges))
    ]


@settings(max_examples=60)
@given(cuts, st.lists(jitter, min_size=1, max_size=5))
def test_units_whose_edges_miss_each_other_are_made_to_fit(cut: list[int], shifts: list[float]) -> None:
    edges = [10.0, *(10 + value / 10 for value in cut), 12.0]
    with tempfile.TemporaryDirectory() as folder:
        file = read_boundary_file(write(folder, strips(edges, shifts=shifts)), bbox=BBOX)
    shapes = file.units.geometry.to_numpy()
    assert len(shapes) == len(edges) - 1
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert sum(shape.area for shape in shapes) - whole.area <= len(shapes) * SQUARE_METRE_DEG2
    assert sum(len(part.interiors) for part in shapely.get_parts(whole)) == 0
    assert abs(whole.area - 2.0) <= 1e-3


@settings(max_examples=40)
@given(cuts, st.floats(-0.3, 0.3), st.floats(0.2, 1.0))
def test_new_units_over_bundled_ones_cover_the_same_country(cut: list[int], move: float, height: float) -> None:
    edges = [10.0 + move, *(10 + move + value / 10 for value in cut), 12.0 + move]
    rows = [
        {"pcode": f"S{k}", "name_en": f"Strip {k}", "name_ar": None, "level": 2, "parent": None}
        for k in range(len(edges) - 1)
    ]
    shapes = [box(west, 45, east, 45 + height) for west, east in pairwise(edges)]
    units, _ = combine_units(gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326"), bundled=PROVINCES)
    leaves = units[~units["pcode"].isin(set(units["parent"].dropna()))].geometry.to_numpy()
    assert units["pcode"].is_unique
    assert shapely.coverage_is_valid(leaves)
    wanted = shapely.union_all([*PROVINCES.geometry, *shapes])
    got = shapely.union_all(leaves)
    assert shapely.symmetric_difference(got, wanted).area <= 1e-6
    assert sum(leaf.area for leaf in leaves) - got.area <= len(leaves) * SQUARE_METRE_DEG2


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=12) | st.integers(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
geometries = st.fixed_dictionaries(
    {"type": st.sampled_from(["Polygon", "MultiPolygon", "Point", "LineString", "Curve"]), "coordinates": json_values}
)
features = st.lists(
    st.one_of(
        json_values,
        st.fixed_dictionaries(
            {
                "type": st.just("Feature"),
                "properties": st.dictionaries(
                    st.sampled_from(["pcode", "name_en", "level", "parent"]), json_values, max_size=4
                ),
                "geometry": st.one_of(
                    geometries, st.just({"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [11, 46], [10, 45]]]})
                ),
            }
        ),
    ),
    max_size=5,
)


@settings(max_examples=150)
@given(st.one_of(features, json_values))
@example([{"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": None}}])
@example([{"type": "Feature", "properties": {"pcode": [1]}, "geometry": {"type": "Polygon", "coordinates": [[[]]]}}])
@example([{"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": []}}])
def test_any_json_is_read_or_refused_in_one_sentence(content: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, content)
        try:
            file = read_boundary_file(path, columns={"pcode": "pcode", "level": "1"}, bbox=BBOX)
        except DataError as error:
            told = str(error)
        else:
            told = "read"
            assert file.units.geometry.is_valid.all()
            assert file.units["pcode"].is_unique
    assert len(told.splitlines()) == 1


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["x.gpkg", "x.shp", "x.zip", "x.geojson"]))
def test_any_bytes_are_refused_in_one_sentence(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with pytest.raises(DataError) as caught:
            read_boundary_file(path, bbox=BBOX)
    assert len(str(caught.value).splitlines()) == 1


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_places_keep_everything_but_their_codes(spots: list[tuple[float, float]]) -> None:
    places = [Place(f"p:{k}", f"P{k}", lat, lon, "P", adm1_pcode="OLD") for k, (lat, lon) in enumerate(spots)]
    placed = with_unit_codes(places, units=PROVINCES, leaf_units=PROVINCES)
    assert [place.id for place in placed] == [place.id for place in places]
    for place in placed:
        if 45 <= place.lat <= 46 and 10 <= place.lon <= 12:
            assert place.adm1_pcode in {"ZA01", "ZA02"}
        elif not (44.8 <= place.lat <= 46.2 and 9.8 <= place.lon <= 12.2):
            assert place.adm1_pcode == "OLD"
