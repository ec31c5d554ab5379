"""Figures of a route or a track: length, duration, mean speed, and which areas it crossed and when.

Lengths are geodesic. Only lines count: a sector says where something may have gone, not how far it went.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from mapapp import geo
from mapapp.geo import WGS84
from mapapp.model import LegKind, Route
from mapapp.routes.timing import timing_of
from mapapp.tracks.countries import name_water, read_countries
from mapapp.tracks.track import FloatArray, Track, step_lengths_m

SAMPLE_KM = 2.0
"""Farther apart than samples along a line may not be: an area that is crossed for less may be missed."""
SLIVER_KM = 0.05
"""Shorter crossings are a line along a border."""


class NameWater(Protocol):
    """Names a position that lies in no area."""

    def __call__(self, *, lat: float, lon: float) -> str: ...


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
    kind: LegKind | None = None
    """Of the leg that crossed it; None = a measured track as a whole."""


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


def crossed_by_route(
    route: Route, *, units: gpd.GeoDataFrame, name: str = "name_en", name_outside: NameWater | None = None
) -> tuple[Crossing, ...]:
    """Return the areas that the lines of a route cross, in order along it, each once for every time it was entered.

    `units` has pcode, a column of names and geometry in EPSG:4326; on a border the first in the table is told.
    `name_outside` names what lies in none of them (default: it is left out). Times follow from `routes.timing`: exact
    between measured positions, else those of an even speed between two known times, and None where there are none.
    """
    timing = timing_of(route)
    times: dict[int, tuple[float, ...]] = {}
    for span in timing.spans if timing else ():
        times |= dict(zip(span.legs, span.times_s, strict=False))
    found: list[Crossing] = []
    for number, leg in enumerate(route.legs):
        if leg.geometry is None or leg.geometry.geom_type not in ("LineString", "MultiLineString"):
            continue
        at = 0
        for part in shapely.get_parts(leg.geometry):
            places = shapely.get_coordinates(part)
            told = times.get(number)
            moments = np.array(told[at : at + len(places)]) if told else np.full(len(places), np.nan)
            at += len(places)
            for one in _walk(places, moments, units=units, name=name, name_outside=name_outside):
                crossing = replace(one, kind=leg.kind)
                last = found[-1] if found else None
                if last is not None and (last.pcode, last.name, last.kind) == (one.pcode, one.name, leg.kind):
                    left = one.left if one.left is not None else last.left
                    found[-1] = replace(last, length_km=last.length_km + one.length_km, left=left)
                else:
                    found.append(crossing)
    return tuple(one for one in found if one.length_km >= SLIVER_KM and (one.pcode or one.name))


def crossed_countries(route: Route) -> tuple[Crossing, ...]:
    """Return the countries and seas along the lines of a route, see `crossed_by_route` and `countries`."""
    return crossed_by_route(route, units=read_countries(), name_outside=name_water)


def crossing_words(crossing: Crossing) -> str:
    """Return how a crossing is known, in plain words.

    >>> crossing_words(Crossing("XA", "Alda", 3.0, kind=LegKind.REPORTED))
    'if the line were flown as drawn'
    """
    return "measured" if crossing.kind is LegKind.OBSERVED else "if the line were flown as drawn"


def _walk(
    places: FloatArray,
    moments: FloatArray,
    *,
    units: gpd.GeoDataFrame,
    name: str,
    name_outside: NameWater | None,
) -> list[Crossing]:
    """Return the areas along one line of vertices with their times."""
    x, y, when, way_m = _refine(places, moments)
    shapes = units.geometry.to_numpy()
    where = _locate(x, y, units=units)
    # Where the area changes between two samples, halve until the border is found.
    found: list[Crossing] = []
    first = 0
    begin = (float(when[0]), float(way_m[0]))
    for cut in [*np.flatnonzero(np.diff(where)).tolist(), len(where) - 1]:
        share = 1.0
        if cut < len(where) - 1:
            share = _border(shapes[where[cut]] if where[cut] >= 0 else None, shapes, x, y, cut=cut, where=where)
            end = (
                float(when[cut] + share * (when[cut + 1] - when[cut])),
                float(way_m[cut] + share * (way_m[cut + 1] - way_m[cut])),
            )
        else:
            end = (float(when[cut]), float(way_m[cut]))
        area = int(where[first])
        length = (end[1] - begin[1]) / 1000.0
        entered, left = _instant(begin[0]), _instant(end[0])
        if area >= 0:
            row = units.iloc[area]
            found.append(Crossing(row["pcode"], row[name], length, entered, left))
        else:
            middle = (first + cut) // 2
            words = name_outside(lat=float(y[middle]), lon=float(x[middle])) if name_outside else ""
            found.append(Crossing("", words, length, entered, left))
        first, begin = cut + 1, end
    return found


def _refine(places: FloatArray, moments: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return x, y, times and the way so far of samples along a line, at most `SAMPLE_KM` apart."""
    steps = np.asarray(WGS84.inv(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])[2])
    counts = np.maximum(1, np.ceil(steps / (SAMPLE_KM * 1000.0)).astype(int))
    knots = np.arange(len(places), dtype=float)
    at = np.concatenate([[0.0], *(number + np.arange(1, n + 1) / n for number, n in enumerate(counts.tolist()))])
    way = np.concatenate([[0.0], np.cumsum(steps)])
    columns = (places[:, 0], places[:, 1], moments, way)
    x, y, when, way_m = (np.interp(at, knots, column) for column in columns)
    return x, y, when, way_m


def _locate(x: FloatArray, y: FloatArray, *, units: gpd.GeoDataFrame) -> npt.NDArray[np.intp]:
    """Return for each position the number of the first area that it lies in, or -1."""
    where = np.full(len(x), len(units))
    positions, areas = units.sindex.query(shapely.points(x, y), predicate="intersects")
    np.minimum.at(where, positions, areas)
    return np.where(where == len(units), -1, where)


def _border(
    before: BaseGeometry | None,
    shapes: npt.NDArray[np.object_],
    x: FloatArray,
    y: FloatArray,
    *,
    cut: int,
    where: npt.NDArray[np.intp],
) -> float:
    """Return which share of the step after a sample still lies in its area."""
    inside, is_left = (before, True) if before is not None else (shapes[where[cut + 1]], False)
    low, high = 0.0, 1.0
    for _ in range(14):
        middle = (low + high) / 2.0
        point = shapely.Point(x[cut] + middle * (x[cut + 1] - x[cut]), y[cut] + middle * (y[cut + 1] - y[cut]))
        if inside.intersects(point) == is_left:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


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
