"""Measured tracks: positions with times, cleaned with reasons counted, and thinned so that turns stay.

Arrays of one length; unknown numbers are NaN. Times are seconds since 1970 in UTC, heights metres, speeds km/h.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mapapp.geo import WGS84

FloatArray = npt.NDArray[np.float64]

MAX_SPEED_KMH = 1_300.0
"""Faster than any airliner with the strongest tail wind on record, about 1,290 km/h over ground."""
GAP_S = 120.0
"""Two minutes without a position: receivers send every few seconds, trackers keep one at least every minute."""
NULL_ISLAND_DEG = 0.01
"""Positions about 0, 0 are a receiver's way to say that it has none."""
JUMP_FACTOR = 3.0
"""A position is a jump where the way over it is this many times the way past it, and the speed there and back odd."""
JUMP_M = 3_000.0
"""Smaller detours are noise, which thinning deals with."""


@dataclass(frozen=True)
class Track:
    """One measured track."""

    name: str
    time_s: FloatArray
    lat: FloatArray
    lon: FloatArray
    altitude_m: FloatArray
    speed_kmh: FloatArray
    """As the source has it, not worked out."""
    set_aside: Mapping[str, int] = field(default_factory=dict)
    """Reason -> how many positions were not used."""

    def __len__(self) -> int:
        return len(self.lat)


def make_track(
    name: str,
    *,
    time_s: npt.ArrayLike,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    altitude_m: npt.ArrayLike | None = None,
    speed_kmh: npt.ArrayLike | None = None,
    set_aside: Mapping[str, int] | None = None,
) -> Track:
    """Return a track of any sequences of numbers. Raises ValueError where their lengths differ.

    >>> len(make_track("t", time_s=[0, 10], lat=[33.5, 33.6], lon=[36.3, 36.3]))
    2
    """
    columns = [np.asarray(column, dtype=np.float64) for column in (time_s, lat, lon)]
    for column in (altitude_m, speed_kmh):
        columns.append(np.full(len(columns[0]), np.nan) if column is None else np.asarray(column, dtype=np.float64))
    if len({len(column) for column in columns}) != 1:
        raise ValueError(f"The columns of the track {name!r} differ in length: {[len(column) for column in columns]}.")
    return Track(name, columns[0], columns[1], columns[2], columns[3], columns[4], set_aside=dict(set_aside or {}))


def take(track: Track, *, keep: npt.NDArray[np.bool_] | npt.NDArray[np.intp], reason: str | None = None) -> Track:
    """Return a track with some of its positions; with a reason, the others are counted as set aside for it."""
    set_aside = dict(track.set_aside)
    kept = track.lat[keep]
    lost = len(track) - len(kept)
    if reason and lost:
        set_aside[reason] = set_aside.get(reason, 0) + lost
    return Track(
        track.name,
        track.time_s[keep],
        kept,
        track.lon[keep],
        track.altitude_m[keep],
        track.speed_kmh[keep],
        set_aside=set_aside,
    )


def step_lengths_m(track: Track) -> FloatArray:
    """Return the geodesic length of every step, one less than there are positions."""
    if len(track) < 2:
        return np.zeros(0)
    lengths = WGS84.inv(track.lon[:-1], track.lat[:-1], track.lon[1:], track.lat[1:])[2]
    return np.asarray(lengths, dtype=np.float64)


def clean_track(track: Track, *, max_speed_kmh: float = MAX_SPEED_KMH) -> Track:
    """Return a track without what cannot be, each reason counted in `set_aside`.

    In this order: no position, null island, out of order (a time before the one kept last), duplicate (same time or
    same position at once), GPS jump (one position or a few far off the way), impossible speed.

    >>> track = make_track("t", time_s=[0, 10, 20, 30], lat=[33, 33.01, 0, 33.03], lon=[36, 36, 0, 36])
    >>> clean_track(track).set_aside
    {'null island': 1}
    """
    with np.errstate(invalid="ignore"):
        is_place = np.isfinite(track.lat) & np.isfinite(track.lon) & (np.abs(track.lat) <= 90)
        is_place &= np.abs(track.lon) <= 180
    track = take(track, keep=is_place, reason="no position")
    is_null = (np.abs(track.lat) < NULL_ISLAND_DEG) & (np.abs(track.lon) < NULL_ISLAND_DEG)
    track = take(track, keep=~is_null, reason="null island")
    track = take(track, keep=_in_order(track.time_s), reason="out of order")
    track = take(track, keep=~_repeats(track), reason="duplicate")
    track = take(track, keep=~_jumps(track), reason="GPS jump")
    return take(track, keep=_slow_enough(track, max_speed_kmh=max_speed_kmh), reason="impossible speed")


def _in_order(time_s: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which times are not before the latest one so far; unknown times pass."""
    known = np.where(np.isfinite(time_s), time_s, -np.inf)
    latest = np.maximum.accumulate(known) if len(known) else known
    return np.asarray((known >= latest) | ~np.isfinite(time_s))


def _repeats(track: Track) -> npt.NDArray[np.bool_]:
    repeats = np.zeros(len(track), dtype=bool)
    if len(track) < 2:
        return repeats
    same_time = np.diff(track.time_s) == 0
    same_place = (np.diff(track.lat) == 0) & (np.diff(track.lon) == 0)
    # Standing still is no repeat: only the same place at the same or an unknown time.
    repeats[1:] = same_time | (same_place & ~np.isfinite(np.diff(track.time_s)))
    return repeats


def _jumps(track: Track) -> npt.NDArray[np.bool_]:
    """Return which positions lie far off the way between their neighbours, alone or in pairs."""
    jumps = np.zeros(len(track), dtype=bool)
    for width in (1, 2):
        if len(track) < width + 2:
            continue
        before, after = slice(None, -width - 1), slice(width + 1, None)
        first = slice(1, -width) if width else slice(None)
        last = slice(width, -1)
        there = WGS84.inv(track.lon[before], track.lat[before], track.lon[first], track.lat[first])[2]
        back = WGS84.inv(track.lon[last], track.lat[last], track.lon[after], track.lat[after])[2]
        past = WGS84.inv(track.lon[before], track.lat[before], track.lon[after], track.lat[after])[2]
        is_far = (np.minimum(there, back) > JUMP_M) & (there + back > JUMP_FACTOR * past)
        # A real spike of an aircraft takes its time: only what would have needed an odd speed is a jump.
        span_s = np.abs(track.time_s[after] - track.time_s[before])
        with np.errstate(divide="ignore", invalid="ignore"):
            is_fast = ~(((there + back) / span_s) * 3.6 <= MAX_SPEED_KMH)
        for shift in range(width):
            jumps[1 + shift : len(track) - width + shift] |= is_far & is_fast
    return jumps


def _slow_enough(track: Track, *, max_speed_kmh: float) -> npt.NDArray[np.bool_]:
    """Return which positions can be reached from the one kept before."""
    keep = np.ones(len(track), dtype=bool)
    if len(track) < 2:
        return keep
    lengths = step_lengths_m(track)
    spans = np.diff(track.time_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        speeds = lengths / spans * 3.6
    last = 0
    # Only where something is odd does one have to go on by hand.
    odd = np.flatnonzero(speeds > max_speed_kmh)
    index = 0
    while index < len(odd):
        last, here = int(odd[index]), int(odd[index]) + 1
        while here < len(track):
            way_m = float(WGS84.inv(track.lon[last], track.lat[last], track.lon[here], track.lat[here])[2])
            span_s = float(track.time_s[here] - track.time_s[last])
            if not span_s > 0 or way_m / span_s * 3.6 > max_speed_kmh:
                keep[here] = False
                here += 1
            else:
                break
        index = int(np.searchsorted(odd, here))
    return keep


def find_gaps(track: Track, *, gap_s: float = GAP_S) -> tuple[int, ...]:
    """Return the index of the last position before every gap longer than `gap_s`.

    >>> find_gaps(make_track("t", time_s=[0, 10, 400], lat=[1, 1, 1], lon=[1, 2, 3]))
    (1,)
    """
    return tuple(int(index) for index in np.flatnonzero(np.diff(track.time_s) > gap_s))


def simplify_track(track: Track, *, tolerance_m: float = 100.0) -> npt.NDArray[np.intp]:
    """Return the indices of the positions to keep, so that no other lies farther than the tolerance from where the
    thinned track is at its time.

    Where times are known the distance is to the place at that time, not to the nearest place of the line, so that
    turns, stops and reversals stay (Meratnia & de By 2004, doi:10.1007/978-3-540-24741-8_44). Ends stay always.
    """
    count = len(track)
    if count <= 2:
        return np.arange(count)
    # What is drawn between two positions is straight in longitude and latitude; metres are those at each position.
    x, y = _unroll(track.lon), track.lat
    scale_x, scale_y = np.cos(np.radians(track.lat)) * 111_320.0, 110_950.0
    time_s = track.time_s
    keep = np.zeros(count, dtype=bool)
    keep[0] = keep[-1] = True
    spans = [(0, count - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        span = time_s[last] - time_s[first]
        dx, dy = x[last] - x[first], y[last] - y[first]
        if np.isfinite(span) and span > 0 and np.isfinite(time_s[inner]).all():
            share = (time_s[inner] - time_s[first]) / span
        else:
            wide, high = scale_x[first + (last - first) // 2] ** 2, scale_y**2
            length2 = dx * dx * wide + dy * dy * high
            along = (x[inner] - x[first]) * dx * wide + (y[inner] - y[first]) * dy * high
            share = np.clip(along / length2, 0.0, 1.0) if length2 > 0 else np.zeros(last - first - 1)
        off_x = (x[first] + share * dx - x[inner]) * scale_x[inner]
        errors = np.hypot(off_x, (y[first] + share * dy - y[inner]) * scale_y)
        worst = int(np.argmax(errors))
        if errors[worst] > tolerance_m:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)


def thin_track(track: Track, *, tolerance_m: float = 100.0, max_vertices: int = 5_000) -> tuple[Track, float]:
    """Return a thinned track of at most `max_vertices`, and the tolerance that it took: doubled until they suffice."""
    kept = simplify_track(track, tolerance_m=tolerance_m)
    while len(kept) > max(2, max_vertices):
        tolerance_m *= 2.0
        kept = simplify_track(track, tolerance_m=tolerance_m)
    return take(track, keep=kept), tolerance_m


def _unroll(lon: FloatArray) -> FloatArray:
    """Return longitudes that go on across the antimeridian, each step the short way round."""
    turn = (np.diff(lon) + 180.0) % 360.0 - 180.0
    return np.concatenate([lon[:1], lon[0] + np.cumsum(turn)])
