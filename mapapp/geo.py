"""Geodesics and areas on WGS84, and the two borders where the order of coordinates changes.

Inside, everything is x = longitude, y = latitude, EPSG:4326. Leaflet and geopy speak (latitude, longitude):
`to_latlon` and `from_latlon` are the only places where the order changes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4326"
WGS84 = Geod(ellps="WGS84")


def to_latlon(coordinates: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    """Turn (x, y) pairs into the (lat, lon) pairs that Leaflet and geopy expect.

    >>> to_latlon([(36.3, 33.5)])
    [(33.5, 36.3)]
    >>> to_latlon([])
    []
    """
    return [(pair[1], pair[0]) for pair in coordinates]


def from_latlon(coordinates: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    """Turn (lat, lon) pairs into (x, y) pairs.

    >>> from_latlon([(33.5, 36.3)])
    [(36.3, 33.5)]
    """
    return [(pair[1], pair[0]) for pair in coordinates]


def distance_km(*, lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the geodesic distance in kilometres (Karney 2013, doi:10.1007/s00190-012-0578-z).

    >>> round(distance_km(lat1=33.51, lon1=36.29, lat2=55.75, lon2=37.62))
    2474
    """
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[2]) / 1000.0


def area_km2(geometry: BaseGeometry) -> float:
    """Return the geodesic area in square kilometres, whatever way the rings are wound.

    >>> round(area_km2(shapely.box(0, 0, 1, 1)))
    12309
    >>> area_km2(Polygon())
    0.0
    """
    if geometry.is_empty:
        return 0.0
    wound = shapely.orient_polygons(geometry)
    return abs(float(WGS84.geometry_area_perimeter(wound)[0])) / 1e6


def destination(*, lat: float, lon: float, bearing_deg: float, range_km: float) -> tuple[float, float]:
    """Return the (x, y) reached from a point along a bearing, clockwise from north.

    >>> [round(v, 2) for v in destination(lat=0, lon=0, bearing_deg=90, range_km=111.32)]
    [1.0, 0.0]
    """
    x, y, _ = WGS84.fwd(lon, lat, bearing_deg, range_km * 1000.0)
    return float(x), float(y)


def bearing_deg(*, lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the initial bearing from the first point to the second, 0 to 360, clockwise from north.

    >>> round(bearing_deg(lat1=0, lon1=0, lat2=0, lon2=1))
    90
    """
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[0]) % 360.0


def geodesic_line(
    *, lat1: float, lon1: float, lat2: float, lon2: float, max_step_km: float = 50.0
) -> LineString | MultiLineString:
    """Return the geodesic between two points, with a vertex at least every `max_step_km`, cut at the antimeridian.

    Both ends are exact. Two equal points give a line of zero length.

    >>> line = geodesic_line(lat1=33.41, lon1=36.52, lat2=55.75, lon2=37.62)
    >>> line.coords[0], line.coords[-1]
    ((36.52, 33.41), (37.62, 55.75))
    >>> geodesic_line(lat1=0, lon1=179, lat2=0, lon2=-179).geom_type
    'MultiLineString'
    """
    return cut_antimeridian(LineString(_densify(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2, max_step_km=max_step_km)))


def geodesic_path(coordinates: Sequence[Sequence[float]], *, max_step_km: float = 50.0) -> LineString | MultiLineString:
    """Return the geodesics from each (x, y) to the next as one line, cut at the antimeridian.

    Raises ValueError for fewer than two coordinates.

    >>> path = geodesic_path([(36.5, 33.4), (36.7, 34.7), (36.5, 34.7)])
    >>> path.coords[0], path.coords[-1]
    ((36.5, 33.4), (36.5, 34.7))
    """
    if len(coordinates) < 2:
        raise ValueError(f"A path needs at least two coordinates, got {len(coordinates)}.")
    merged: list[tuple[float, float]] = []
    for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(coordinates):
        merged.extend(_densify(lat1=y0, lon1=x0, lat2=y1, lon2=x1, max_step_km=max_step_km)[1 if merged else 0 :])
    return cut_antimeridian(LineString(merged))


def _densify(*, lat1: float, lon1: float, lat2: float, lon2: float, max_step_km: float) -> list[tuple[float, float]]:
    length_km = distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    n_inner = max(0, math.ceil(length_km / max_step_km) - 1)
    inner = WGS84.npts(lon1, lat1, lon2, lat2, n_inner) if n_inner else []
    return [(lon1, lat1), *inner, (lon2, lat2)]


def cut_antimeridian(line: LineString) -> LineString | MultiLineString:
    """Cut a line wherever it jumps across 180° of longitude, adding a vertex on both sides of the cut.

    >>> cut_antimeridian(LineString([(0, 0), (10, 0)])).geom_type
    'LineString'
    """
    coordinates = list(line.coords)
    parts: list[list[tuple[float, float]]] = [[(coordinates[0][0], coordinates[0][1])]]
    for (x0, y0), (x1, y1) in itertools.pairwise(coordinates):
        if abs(x1 - x0) > 180.0:
            edge = 180.0 if x0 > 0 else -180.0
            span = 360.0 - abs(x1 - x0)
            share = abs(edge - x0) / span if span else 0.0
            y_cut = y0 + (y1 - y0) * share
            parts[-1].append((edge, y_cut))
            parts.append([(-edge, y_cut)])
        parts[-1].append((x1, y1))
    kept = [part for part in parts if len(part) > 1]
    return LineString(kept[0]) if len(kept) == 1 else MultiLineString(kept)


def circle(*, lat: float, lon: float, radius_km: float, n_vertices: int = 72) -> Polygon:
    """Return the polygon of all points at a geodesic distance from a point.

    >>> round(area_km2(circle(lat=34, lon=36, radius_km=10)))
    314
    """
    azimuths = np.linspace(0.0, 360.0, n_vertices, endpoint=False)
    x, y, _ = WGS84.fwd(
        np.full(n_vertices, lon), np.full(n_vertices, lat), azimuths, np.full(n_vertices, radius_km * 1e3)
    )
    return Polygon(np.column_stack([x, y]))


def sector(
    *, lat: float, lon: float, bearing_deg: float, half_width_deg: float, range_km: float, n_vertices: int = 24
) -> Polygon:
    """Return the fan of all points within `half_width_deg` of a bearing and `range_km` of a point.

    It stands for a heading whose end is not known.

    >>> sector(lat=33.4, lon=36.5, bearing_deg=270, half_width_deg=22.5, range_km=80).bounds[0] < 35.7
    True
    """
    azimuths = np.linspace(bearing_deg - half_width_deg, bearing_deg + half_width_deg, n_vertices)
    x, y, _ = WGS84.fwd(
        np.full(n_vertices, lon), np.full(n_vertices, lat), azimuths, np.full(n_vertices, range_km * 1e3)
    )
    return Polygon([(lon, lat), *zip(x.tolist(), y.tolist(), strict=True)])
