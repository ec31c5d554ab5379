"""Points joined with units."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from mapapp.errors import PlaceError
from mapapp.places.admin import join_units, pcodes_by_level


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"pcode": ["A1", "A101", "A102"], "level": [1, 2, 2], "parent": [None, "A1", "A1"]},
        geometry=[shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )


@pytest.mark.parametrize(
    ("point", "pcode", "remark"),
    [
        ((0.5, 0.5), "A101", ""),
        ((1.0, 0.5), "A101", ""),
        ((1.5, 1.0), "A102", ""),
        ((2.02, 0.5), "A102", "just outside: 2.2 km from A102"),
        ((2.2, 0.5), None, "outside every unit"),
        ((float("nan"), 0.5), None, "no coordinates"),
        ((0.0, 90.0), None, "outside every unit"),
    ],
)
def test_a_point_gets_the_finest_unit(
    units: gpd.GeoDataFrame, point: tuple[float, float], pcode: str | None, remark: str
) -> None:
    joined = join_units([point], units=units)
    assert joined.pcodes == (pcode,)
    assert joined.remarks == (remark,)


def test_a_frame_and_a_list_give_the_same(units: gpd.GeoDataFrame) -> None:
    pairs = [(0.1, 0.1), (1.9, 0.9), (5.0, 5.0)]
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*pairs, strict=True)), crs="EPSG:4326")
    assert join_units(frame, units=units) == join_units(pairs, units=units)


def test_another_projection_is_refused(units: gpd.GeoDataFrame) -> None:
    with pytest.raises(PlaceError, match="EPSG:3857"):
        join_units([(0, 0)], units=units.to_crs("EPSG:3857"))


def test_units_without_codes_are_refused(units: gpd.GeoDataFrame) -> None:
    with pytest.raises(PlaceError, match="pcode"):
        join_units([(0, 0)], units=units.drop(columns="pcode"))


def test_codes_of_all_levels_follow_the_parents(units: gpd.GeoDataFrame) -> None:
    assert pcodes_by_level("A102", units=units) == {2: "A102", 1: "A1"}
    assert pcodes_by_level("nonsense", units=units) == {}


def test_parents_in_a_circle_end(units: gpd.GeoDataFrame) -> None:
    units.loc[0, "parent"] = "A101"
    assert pcodes_by_level("A101", units=units) == {2: "A101", 1: "A1"}
