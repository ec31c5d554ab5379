"""Figures of a route or a track: length, duration, mean speed, and which areas it crossed and when.

Lengths are geodesic. Only lines count: a sector says where something may have gone, not how far it went.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mapapp import geo
from mapapp.model import LegKind, Route
from mapapp.tracks.track import Track, step_lengths_m


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """What a route adds up to."""

    length_km: dict[LegKind, float]
    """Of its lines, by kind; a kind without a line is absent."""
    duration: timedelta | None
    """From the first told start to the last told end; None = not both are told."""
    mean_speed_kmh: float | None
    """Over its whole length; None = duration unknown, or some of the way has no line."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One area that was crossed, once for each time that it was entered."""

    pcode: str
    name: str
    length_km: float
    """Way inside; of the drawn line, or between measured positions."""
    entered: datetime | None = None
    """First position inside, UTC; None = unknown."""
    left: datetime | None = None
    """Last position inside, UTC."""


def line_length_km(geometry: BaseGeometry | None) -> float:
    """Return the geodesic length of a line in kilometres; 0 for anything else.

    >>> round(line_length_km(geo.geodesic_line(lat1=33.41, lon1=36.52, lat2=55.75, lon2=37.62)))
    2484
    >>> line_length_km(None)
    0.0
    """
    if geometry is None or geometry.geom_type not in ("LineString", "MultiLineString"):
        return 0.0
    return float(geo.WGS84.geometry_length(geometry)) / 1000.0


def route_figures(route: Route) -> RouteFigures:
    """Return length by kind of leg, duration and mean speed of a route."""
    lengths: dict[LegKind, float] = {}
    for leg in route.legs:
        if length := line_length_km(leg.geometry):
            lengths[leg.kind] = lengths.get(leg.kind, 0.0) + length
    starts = [leg.start for leg in route.legs if leg.start]
    ends = [leg.end for leg in route.legs if leg.end]
    duration = max(ends) - min(starts) if starts and ends and max(ends) > min(starts) else None
    is_whole = bool(lengths) and all(line_length_km(leg.geometry) for leg in route.legs)
    hours = duration.total_seconds() / 3600.0 if duration else 0.0
    return RouteFigures(lengths, duration, sum(lengths.values()) / hours if duration and is_whole else None)


def crossed_by_route(route: Route, *, units: gpd.GeoDataFrame, name: str = "name_en") -> tuple[Crossing, ...]:
    """Return the units that the lines of a route cross, in order along it.

    `units` has pcode, a column of names and geometry in EPSG:4326. Times are not told: a drawn line has none inside.
    """
    found: list[Crossing] = []
    for leg in route.legs:
        if leg.geometry is None or leg.geometry.geom_type not in ("LineString", "MultiLineString"):
            continue
        hits = units.iloc[units.sindex.query(leg.geometry, predicate="intersects")]
        start = shapely.get_point(shapely.get_parts(leg.geometry)[0], 0)
        pieces = [(row.pcode, getattr(row, name), part) for row in hits.itertuples() for part in _inside(leg, row)]
        for pcode, label, part in sorted(pieces, key=lambda one: start.distance(one[2])):
            if length := line_length_km(part):
                found.append(Crossing(pcode, label, length))
    return tuple(found)


def _inside(leg: object, row: object) -> list[BaseGeometry]:
    """Return the parts of a leg inside a unit, one for each time that it goes in."""
    inside = leg.geometry.intersection(row.geometry)  # type: ignore[attr-defined]
    merged = shapely.line_merge(inside) if inside.geom_type == "MultiLineString" else inside
    return [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]


def crossed_by_track(track: Track, *, units: gpd.GeoDataFrame, name: str = "name_en") -> tuple[Crossing, ...]:
    """Return the units that a track was measured in, in order, with the times of the first and last position inside.

    A unit that it only crossed between two positions is not told. The way from the last position in one unit to the
    first in the next counts for neither.
    """
    points = shapely.points(track.lon, track.lat)
    where = np.full(len(track), -1)
    pairs = units.sindex.query(points, predicate="intersects")
    # On a border both are right: the unit that stands first in the table is told.
    for position, unit in zip(pairs[0][::-1], pairs[1][::-1], strict=True):
        where[position] = unit
    lengths = step_lengths_m(track) / 1000.0
    cuts = [0, *(int(cut) + 1 for cut in np.flatnonzero(np.diff(where))), len(track)]
    found = []
    for first, end in itertools.pairwise(cuts):
        if where[first] < 0:
            continue
        row = units.iloc[int(where[first])]
        length = float(lengths[first : end - 1].sum())
        found.append(
            Crossing(row["pcode"], row[name], length, _instant(track.time_s[first]), _instant(track.time_s[end - 1]))
        )
    return tuple(found)


def _instant(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), tz=UTC) if np.isfinite(seconds) else None
