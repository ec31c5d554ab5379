"""When a route was where: its known times, and what lies between them.

A *span* is the way from one known time to the next. Along measured positions it follows them exactly. Along legs that
are only told or worked out a place between two times is a guess, and the span says so. Where a heading without an end
lies between, there is no place at all: only the legs are known.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from mapapp.geo import WGS84, distance_km
from mapapp.model import Leg, LegKind, Route

JOINED_KM = 1.0
"""One leg goes on where another ends if no more than this lies between: names of one place differ by less."""


@dataclass(frozen=True, slots=True)
class Span:
    """What is known between two times."""

    start_s: float
    end_s: float
    """Seconds since 1970, UTC; `start_s < end_s`."""
    legs: tuple[int, ...]
    """Numbers of the legs in it, from 0; () = it stood between two legs."""
    is_measured: bool = False
    """The place at each time follows from measured positions."""
    times_s: tuple[tuple[float, ...], ...] = ()
    """For each of `legs` the time at each vertex of its line; () = no place can be given."""

    @property
    def is_placed(self) -> bool:
        """Whether a place can be given at each time, be it a guess."""
        return bool(self.times_s)


@dataclass(frozen=True, slots=True)
class Timing:
    """The known times of a route."""

    spans: tuple[Span, ...]
    """In order; one begins where the other ends."""
    before: tuple[int, ...]
    """Legs that came before the first known time."""
    after: tuple[int, ...]

    @property
    def start_s(self) -> float:
        return self.spans[0].start_s

    @property
    def end_s(self) -> float:
        return self.spans[-1].end_s


def timing_of(route: Route) -> Timing | None:
    """Return the known times of a route and what lies between; None where there are not two.

    A time before the one known last is passed over: it contradicts the order of the legs.

    >>> from mapapp.model import Assertion
    >>> timing_of(Route("r", "a way", None, None, Assertion.ASSERTED, (), ())) is None
    True
    """
    walk = _Walk(route.legs)
    for number in range(len(route.legs)):
        walk.take(number)
    return Timing(tuple(walk.spans), walk.before, tuple(walk.waiting)) if walk.spans else None


class _Walk:
    """Goes along the legs from one known time to the next."""

    def __init__(self, legs: Sequence[Leg]) -> None:
        self.legs = legs
        self.spans: list[Span] = []
        self.before: tuple[int, ...] = ()
        self.waiting: list[int] = []
        """Legs since the last known time."""
        self.now: float | None = None

    def take(self, number: int) -> None:
        leg = self.legs[number]
        measured = _measured_times(leg)
        start = measured[0] if measured else leg.start.timestamp() if leg.start else None
        end = measured[-1] if measured else leg.end.timestamp() if leg.end else None
        if start is not None and (self.now is None or start > self.now):
            self.reach(start)
        if measured and start == self.now and not self.waiting:
            self.spans.append(Span(measured[0], measured[-1], (number,), True, (measured,)))
            self.now = measured[-1]
            return
        self.waiting.append(number)
        if end is not None and (self.now is None or end > self.now):
            self.reach(end)

    def reach(self, moment: float) -> None:
        """Close what waits at a known time."""
        numbers = tuple(self.waiting)
        if self.now is None:
            self.before = numbers
        else:
            times = _interpolate([self.legs[number] for number in numbers], start_s=self.now, end_s=moment)
            self.spans.append(Span(self.now, moment, numbers, False, times))
        self.waiting = []
        self.now = moment


def _measured_times(leg: Leg) -> tuple[float, ...]:
    """Return the time at each vertex of a measured leg, unknown ones between known ones; () where it has none."""
    known = [index for index, moment in enumerate(leg.times_s) if moment is not None]
    if leg.kind is not LegKind.OBSERVED or len(known) < 2 or leg.geometry is None:
        return ()
    if known[0] != 0 or known[-1] != len(leg.times_s) - 1:
        return ()
    if len(leg.times_s) != shapely.get_num_coordinates(leg.geometry):
        return ()
    moments = np.array([leg.times_s[index] for index in known], dtype=np.float64)
    if (np.diff(moments) < 0).any() or moments[-1] <= moments[0]:
        return ()
    return tuple(np.interp(np.arange(len(leg.times_s)), known, moments).tolist())


def _interpolate(legs: Sequence[Leg], *, start_s: float, end_s: float) -> tuple[tuple[float, ...], ...]:
    """Return the time at each vertex at an even speed; () where a leg has no line, or one does not begin at the last.

    Legs without anything drawn, such as a turn that is only told, take no time.
    """
    shapes = [leg.geometry for leg in legs]
    drawn = [shape for shape in shapes if shape is not None]
    if not drawn or any(shape.geom_type not in ("LineString", "MultiLineString") for shape in drawn):
        return ()
    ends = [shapely.get_coordinates(shape)[[0, -1]].tolist() for shape in drawn]
    for (_, (x0, y0)), ((x1, y1), _) in itertools.pairwise(ends):
        if distance_km(lat1=y0, lon1=x0, lat2=y1, lon2=x1) > JOINED_KM:
            return ()
    ways = [_steps_m(shape) if shape is not None else np.zeros(0) for shape in shapes]
    total = float(sum(way.sum() for way in ways))
    if not total:
        return ()
    times: list[tuple[float, ...]] = []
    done = 0.0
    for way in ways:
        along = done + np.cumsum(way)
        times.append(tuple((start_s + (end_s - start_s) * along / total).tolist()))
        done = float(along[-1]) if len(along) else done
    return tuple(times)


def _steps_m(line: shapely.Geometry) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the way to each vertex from the one before, 0 for the first; across a cut at the antimeridian 0, too."""
    x, y = shapely.get_coordinates(line).T
    steps = np.concatenate([[0.0], np.asarray(WGS84.inv(x[:-1], y[:-1], x[1:], y[1:])[2])])
    first = np.cumsum([shapely.get_num_coordinates(part) for part in shapely.get_parts(line)])[:-1]
    steps[first] = 0.0
    return np.asarray(steps, dtype=np.float64)
