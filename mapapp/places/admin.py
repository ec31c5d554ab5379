"""Points joined with administrative units, by P-code and never by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from mapapp.errors import PlaceError
from mapapp.geo import CRS, WGS84

NEAR_KM = 5.0
"""A point this close outside every unit is given to the nearest one: coasts and borders are generalised that much."""


@dataclass(frozen=True, slots=True)
class UnitJoin:
    """What the join found, one entry per point, in the order of the points."""

    pcodes: tuple[str | None, ...]
    """P-code of the finest unit; None = in no unit and not within `NEAR_KM` of one."""
    remarks: tuple[str, ...]
    """Empty, or in plain words what is to be known: outside and how far, on no unit, no coordinates."""


def join_units(points: gpd.GeoDataFrame | Sequence[tuple[float, float]], *, units: gpd.GeoDataFrame) -> UnitJoin:
    """Return for each point the P-code of the unit that it lies in, with a remark where that is not plain.

    Points are (x, y) pairs or a frame of points; units need the columns pcode and geometry and may have several
    levels, of which the finest (highest number in `level`) counts. A point on a border goes to the first of the units
    in the order of their P-codes; a point outside all units goes to the nearest one within 5 km (geodesic) and says so.

    >>> units = gpd.GeoDataFrame({"pcode": ["AA01"], "level": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    >>> join_units([(0.5, 0.5), (1.01, 0.5), (9, 9)], units=units)
    UnitJoin(pcodes=('AA01', 'AA01', None), remarks=('', 'just outside: 1.1 km from AA01', 'outside every unit'))
    >>> join_units([], units=units)
    UnitJoin(pcodes=(), remarks=())
    """
    xy = _coordinates(points)
    finest = _finest(units)
    codes, polygons = finest["pcode"].tolist(), finest.geometry.to_numpy()
    owner = _containing(xy, polygons)
    pcodes: list[str | None] = [codes[number] if number >= 0 else None for number in owner.tolist()]
    remarks = [""] * len(pcodes)
    for index in np.flatnonzero(owner < 0).tolist():
        remarks[index] = "outside every unit" if np.isfinite(xy[index]).all() else "no coordinates"
    for index, number, away_km in _nearest(xy, owner, polygons):
        pcodes[index] = codes[number]
        remarks[index] = f"just outside: {away_km:.1f} km from {codes[number]}"
    return UnitJoin(pcodes=tuple(pcodes), remarks=tuple(remarks))


def pcodes_by_level(pcode: str | None, *, units: gpd.GeoDataFrame) -> dict[int, str]:
    """Return the P-codes of a unit and of all units above it, by level. Unknown codes and None give nothing.

    >>> units = gpd.GeoDataFrame(
    ...     {"pcode": ["A1", "A101"], "level": [1, 2], "parent": [None, "A1"]}, geometry=[shapely.box(0, 0, 1, 1)] * 2
    ... )
    >>> pcodes_by_level("A101", units=units)
    {2: 'A101', 1: 'A1'}
    >>> pcodes_by_level(None, units=units)
    {}
    """
    rows = {
        str(code): (int(level), parent)
        for code, level, parent in zip(units["pcode"], units["level"], units["parent"], strict=True)
    }
    found: dict[int, str] = {}
    code: object = pcode
    while isinstance(code, str) and code in rows and rows[code][0] not in found:
        level, parent = rows[code]
        found[level] = code
        code = parent
    return found


def _finest(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    missing = {"pcode", "geometry"} - set(units.columns)
    if missing:
        raise PlaceError(f"Units lack {', '.join(sorted(missing))}. Expected the columns pcode, level and geometry.")
    if units.crs is not None and units.crs != CRS:
        raise PlaceError(f"Units are in {units.crs}. Expected EPSG:4326: turn them with to_crs first.")
    finest = units[units["level"] == units["level"].max()] if "level" in units.columns and len(units) else units
    return finest.sort_values("pcode", kind="stable")


def _coordinates(points: gpd.GeoDataFrame | Sequence[tuple[float, float]]) -> npt.NDArray[np.float64]:
    if isinstance(points, gpd.GeoDataFrame):
        if points.crs is not None and points.crs != CRS:
            raise PlaceError(f"Points are in {points.crs}. Expected EPSG:4326: turn them with to_crs first.")
        geometry = points.geometry.to_numpy()
        return np.column_stack([shapely.get_x(geometry), shapely.get_y(geometry)])
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _containing(xy: npt.NDArray[np.float64], polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return per point the number of the first polygon that covers it, or -1.

    Polygon by polygon with a prepared geometry, over the points of its bounding box only: the points are sorted by x
    once, so that each box is a slice.
    """
    owner = np.full(len(xy), -1, dtype=np.int64)
    finite = np.flatnonzero(np.isfinite(xy).all(axis=1))
    order = finite[np.argsort(xy[finite, 0], kind="stable")]
    x_sorted = xy[order, 0]
    for number, polygon in enumerate(polygons):
        if polygon is None or polygon.is_empty:
            continue
        west, south, east, north = polygon.bounds
        inside = order[np.searchsorted(x_sorted, west, "left") : np.searchsorted(x_sorted, east, "right")]
        y = xy[inside, 1]
        inside = inside[(y >= south) & (y <= north) & (owner[inside] < 0)]
        shapely.prepare(polygon)
        owner[inside[shapely.intersects_xy(polygon, xy[inside, 0], xy[inside, 1])]] = number
    return owner


def _nearest(
    xy: npt.NDArray[np.float64], owner: npt.NDArray[np.int64], polygons: npt.NDArray[np.object_]
) -> list[tuple[int, int, float]]:
    """Return (point, polygon, kilometres) for the points outside that are within `NEAR_KM` of a polygon."""
    outside = np.flatnonzero((owner < 0) & np.isfinite(xy).all(axis=1) & (np.abs(xy[:, 1]) < 89.0))
    if not len(outside) or not len(polygons):
        return []
    # Degrees of longitude shrink towards the poles: look as far as 5 km may reach, then measure on the ellipsoid.
    reach_deg = NEAR_KM / 111.0 / np.cos(np.radians(np.abs(xy[outside, 1])))
    geometry = shapely.points(xy[outside])
    tree = shapely.STRtree(polygons)
    found_point, found_polygon = tree.query(geometry, predicate="dwithin", distance=reach_deg)
    if not len(found_point):
        return []
    lines = shapely.shortest_line(geometry[found_point], polygons[found_polygon])
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    away_km = WGS84.inv(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1])[2] / 1000.0
    best: dict[int, tuple[float, int]] = {}
    for point, number, distance in zip(found_point.tolist(), found_polygon.tolist(), away_km.tolist(), strict=True):
        if distance <= NEAR_KM and (distance, number) < best.get(point, (np.inf, -1)):
            best[point] = (distance, number)
    return [(int(outside[point]), number, distance) for point, (distance, number) in best.items()]
