"""Geodesics and areas on WGS84, and the two borders where the order of coordinates changes.

Inside, everything is x = longitude, y = latitude, EPSG:4326. Leaflet and geopy speak (latitude, longitude):
`to_latlon` and `from_latlon` are the only places where the order changes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4326"
WGS84 = Geod(ellps="WGS84")
FloatArray = npt.NDArray[np.float64]


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


MAX_ERROR_KM = 0.1
"""How far a straight stroke in longitude and latitude may lie from its geodesic: a pixel at zoom 10."""
_POLE = 90.0
_LONG_M = 200_000.0
"""Below, a geodesic bends to one side only, except within this distance of a pole, where halving sees to it."""


def geodesic_line(
    *,
    lat1: float,
    lon1: float,
    lat2: float,
    lon2: float,
    max_error_km: float = MAX_ERROR_KM,
    max_step_km: float | None = None,
) -> LineString | MultiLineString:
    """Return the geodesic between two points, cut at the antimeridian and at a pole that it crosses.

    There are as many vertices as it takes for no stroke to lie farther than `max_error_km` from the geodesic, and one
    at least every `max_step_km` where that is given. All vertices lie on the geodesic; both ends are exact. Two equal
    points give a line of zero length. Raises ValueError for a latitude beyond a pole, or a number that is not finite.

    >>> line = geodesic_line(lat1=33.41, lon1=36.52, lat2=55.75, lon2=37.62)
    >>> line.coords[0], line.coords[-1]
    ((36.52, 33.41), (37.62, 55.75))
    >>> geodesic_line(lat1=0, lon1=179, lat2=0, lon2=-179).geom_type
    'MultiLineString'
    >>> geodesic_line(lat1=80, lon1=10, lat2=80, lon2=-170).geom_type
    'MultiLineString'
    """
    vertices = _densify((lon1, lat1), (lon2, lat2), max_error_km=max_error_km, max_step_km=max_step_km)
    return cut_antimeridian(LineString(vertices))


def geodesic_path(
    coordinates: Sequence[Sequence[float]], *, max_error_km: float = MAX_ERROR_KM, max_step_km: float | None = None
) -> LineString | MultiLineString:
    """Return the geodesics from each (x, y) to the next as one line, made and cut as `geodesic_line` does.

    Raises ValueError for fewer than two coordinates.

    >>> path = geodesic_path([(36.5, 33.4), (36.7, 34.7), (36.5, 34.7)])
    >>> path.coords[0], path.coords[-1]
    ((36.5, 33.4), (36.5, 34.7))
    """
    if len(coordinates) < 2:
        raise ValueError(f"A path needs at least two coordinates, got {len(coordinates)}.")
    merged: list[Vertex] = []
    for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(coordinates):
        stretch = _densify((x0, y0), (x1, y1), max_error_km=max_error_km, max_step_km=max_step_km)
        merged.extend(stretch[1 if merged else 0 :])
    return cut_antimeridian(LineString(merged))


Vertex = tuple[float, float]
"""x, y."""


def _densify(start: Vertex, end: Vertex, *, max_error_km: float, max_step_km: float | None) -> list[Vertex]:
    """Return the vertices of a geodesic: halved until every stroke is near enough."""
    for x, y in (start, end):
        if not (math.isfinite(x) and abs(y) <= _POLE):
            raise ValueError(f"({x}, {y}) is no position: expected longitude, latitude from -90 to 90.")
    azimuth, _, length_m = WGS84.inv(start[0], start[1], end[0], end[1])
    max_step_m = math.inf if max_step_km is None else max_step_km * 1000.0

    def place(range_m: float) -> Vertex:
        x, y, _ = WGS84.fwd(start[0], start[1], azimuth, range_m)
        return float(x), float(y)

    def halve(near: Vertex, near_m: float, far: Vertex, far_m: float) -> list[Vertex]:
        """Return the vertices after `near` up to and with `far`."""
        middle_m = (near_m + far_m) / 2.0
        middle = place(middle_m)
        error_m = _stroke_error_m(near, far, middle)
        is_done = error_m <= max_error_km * 1000.0 and far_m - near_m <= max_step_m
        if is_done or far_m - near_m < 1.0:
            return [far]
        return [*halve(near, near_m, middle, middle_m), *halve(middle, middle_m, far, far_m)]

    if length_m == 0.0:
        return [start, end]
    # A long stroke may touch its geodesic in the middle and leave it on both sides: begin with eight pieces.
    n_pieces = 8 if length_m > _LONG_M else 1
    knots_m = [length_m * number / n_pieces for number in range(n_pieces + 1)]
    knots = [start, *(place(range_m) for range_m in knots_m[1:-1]), end]
    vertices = [start]
    for (near, near_m), (far, far_m) in itertools.pairwise(zip(knots, knots_m, strict=True)):
        vertices.extend(halve(near, near_m, far, far_m))
    return vertices


def _stroke_error_m(near: Vertex, far: Vertex, middle: Vertex) -> float:
    """Return how far the middle of a geodesic lies from the straight stroke between its ends, in metres."""
    turn = far[0] - near[0]
    if abs(turn) > 180.0:
        turn -= math.copysign(360.0, turn)
    if abs(turn) > 179.9999:
        # Through a pole: no stroke shows that, and `cut_antimeridian` goes over the pole instead.
        return 0.0 if max(abs(near[1]), abs(far[1])) > 89.9 else math.inf
    # Across the way only: a stroke along a meridian is right however long it is.
    azimuth = WGS84.inv(near[0], near[1], middle[0], middle[1])[0]
    to_stroke, _, range_m = WGS84.inv(near[0], near[1], near[0] + turn / 2.0, (near[1] + far[1]) / 2.0)
    return float(abs(range_m * math.sin(math.radians(to_stroke - azimuth))))


def cut_antimeridian(line: LineString) -> LineString | MultiLineString:
    """Cut a line wherever it jumps across 180° of longitude, adding a vertex on both sides of the cut.

    A jump of just 180° is the way over a pole: the line goes up to the pole and begins again there. A line that lies
    on the antimeridian stays on the side where it came from. Longitudes beyond ±180° are brought back first.

    >>> cut_antimeridian(LineString([(0, 0), (10, 0)])).geom_type
    'LineString'
    >>> [list(part.coords) for part in cut_antimeridian(LineString([(179, 10), (-179, 20)])).geoms]
    [[(179.0, 10.0), (180.0, 15.0)], [(-180.0, 15.0), (-179.0, 20.0)]]
    """
    coordinates = [(_wrap(pair[0]), float(pair[1])) for pair in line.coords]
    parts: list[list[Vertex]] = [[coordinates[0]]]
    for (x0, y0), (x1, y1) in itertools.pairwise(coordinates):
        turn = abs(x1 - x0)
        if abs(turn - 180.0) < 1e-4 and min(abs(y0), abs(y1)) > 45.0 and y0 * y1 > 0:
            pole = math.copysign(_POLE, y0)
            parts[-1].append((x0, pole))
            parts.append([(x1, pole)])
        elif turn > 180.0:
            edge = 180.0 if x0 > 0 else -180.0
            span = 360.0 - turn
            y_cut = y0 + (y1 - y0) * (abs(edge - x0) / span) if span else y0
            parts[-1].append((edge, y_cut))
            parts.append([(-edge, y_cut)])
        parts[-1].append((x1, y1))
    kept = [part for part in (_without_repeats(part) for part in parts) if len(part) > 1]
    if not kept:
        return LineString([coordinates[0], coordinates[-1]])
    return LineString(kept[0]) if len(kept) == 1 else MultiLineString(kept)


def _wrap(x: float) -> float:
    """Return a longitude within ±180°; both edges stay as they are."""
    return x if -180.0 <= x <= 180.0 else (x + 180.0) % 360.0 - 180.0


def _without_repeats(part: Sequence[Vertex]) -> list[Vertex]:
    return [vertex for index, vertex in enumerate(part) if index == 0 or vertex != part[index - 1]]


def circle(*, lat: float, lon: float, radius_km: float, n_vertices: int = 72) -> Polygon | MultiPolygon:
    """Return the polygon of all points at a geodesic distance from a point, cut at the antimeridian.

    One that holds a pole reaches up to it over all longitudes.

    >>> round(area_km2(circle(lat=34, lon=36, radius_km=10)))
    314
    >>> circle(lat=0, lon=180, radius_km=10).geom_type
    'MultiPolygon'
    """
    azimuths = np.linspace(0.0, 360.0, n_vertices, endpoint=False)
    return _cut_ring(_around(lat=lat, lon=lon, azimuths=azimuths, range_km=radius_km), around_lat=lat)


def sector(
    *, lat: float, lon: float, bearing_deg: float, half_width_deg: float, range_km: float, n_vertices: int = 24
) -> Polygon | MultiPolygon:
    """Return the fan of all points within `half_width_deg` of a bearing and `range_km` of a point.

    It stands for a heading whose end is not known. Its sides are geodesics; it is cut at the antimeridian.

    >>> sector(lat=33.4, lon=36.5, bearing_deg=270, half_width_deg=22.5, range_km=80).bounds[0] < 35.7
    True
    """
    azimuths = np.linspace(bearing_deg - half_width_deg, bearing_deg + half_width_deg, n_vertices)
    arc = _around(lat=lat, lon=lon, azimuths=azimuths, range_km=range_km)
    first = _densify((lon, lat), arc[0], max_error_km=MAX_ERROR_KM, max_step_km=None)
    last = _densify(arc[-1], (lon, lat), max_error_km=MAX_ERROR_KM, max_step_km=None)
    return _cut_ring([*first, *arc[1:-1], *last[:-1]], around_lat=lat)


def _around(*, lat: float, lon: float, azimuths: FloatArray, range_km: float) -> list[Vertex]:
    count = len(azimuths)
    x, y, _ = WGS84.fwd(np.full(count, lon), np.full(count, lat), azimuths, np.full(count, range_km * 1e3))
    return [(float(one), float(other)) for one, other in zip(x, y, strict=True)]


def _cut_ring(ring: Sequence[Vertex], *, around_lat: float) -> Polygon | MultiPolygon:
    """Return a ring as a polygon within ±180°: unrolled along its longitudes, closed over a pole, and cut."""
    unrolled = [ring[0]]
    for x, y in [*ring[1:], ring[0]]:
        # The copy of this longitude that is nearest to the one before.
        unrolled.append((x + 360.0 * round((unrolled[-1][0] - x) / 360.0), y))
    if abs(unrolled[-1][0] - unrolled[0][0]) > 180.0:
        pole = math.copysign(_POLE, around_lat)
        unrolled = [*unrolled, (unrolled[-1][0], pole), (unrolled[0][0], pole)]
    whole = shapely.make_valid(Polygon(unrolled))
    low, high = (math.floor((bound + 180.0) / 360.0) for bound in (whole.bounds[0], whole.bounds[2]))
    if low == high == 0:
        return Polygon(unrolled)
    parts: list[Polygon] = []
    for world in range(low, high + 1):
        window = shapely.box(360.0 * world - 180.0, -_POLE, 360.0 * world + 180.0, _POLE)
        part = shapely.affinity.translate(whole.intersection(window), xoff=-360.0 * world)
        parts.extend(piece for piece in shapely.get_parts(part) if piece.geom_type == "Polygon" and piece.area > 0)
    # The halves of a cap over a pole touch where the ring began.
    joined = shapely.unary_union(parts)
    return joined if isinstance(joined, Polygon | MultiPolygon) else MultiPolygon(parts)
