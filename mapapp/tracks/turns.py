"""What a track did: turns, U-turns, loops, climbs and descents, losses of signal; each with its numbers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mapapp.geo import WGS84
from mapapp.tracks.track import FloatArray, Track, find_gaps, step_lengths_m

U_TURN_DEG = 150.0
"""Change of track from which a turn is a U-turn."""
LOOP_DEG = 330.0
"""Change of track from which it went round."""
TURN_DEG = 45.0
"""Smaller changes are bends of a road or an airway."""
WINDOW_KM = 40.0
"""A turn ends within this way: half a circle of an airliner at cruise is about 30 km."""
MIN_STEP_KM = 0.2
NOISE_STEPS = 10.0
"""Length of a step in units of the noise: then its bearing is good to about 8°."""
VERTICAL_M_S = 1.5
"""300 ft a minute, the usual limit between level and not."""
VERTICAL_WINDOW_S = 60.0


class TurnKind(StrEnum):
    """How far it turned."""

    TURN = "turn"
    U_TURN = "U-turn"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Turn:
    """One detection with its numbers."""

    kind: TurnKind
    lat: float
    lon: float
    """The middle of the turn."""
    start_s: float
    end_s: float
    """Seconds since 1970, UTC; NaN = unknown."""
    bearing_before_deg: float
    bearing_after_deg: float
    change_deg: float
    """Positive = to the right."""
    length_km: float
    """Way from the beginning to the end of the turn."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of climb, descent or level flight."""

    kind: str
    """climb, descent or level."""
    start: int
    end: int
    """Index of the last position."""
    rate_m_s: float


def noise_m(track: Track) -> float:
    """Return how far positions scatter around their way: the median second difference, as one standard deviation."""
    if len(track) < 5:
        return 0.0
    scale = np.cos(np.radians(track.lat[1:-1]))
    bend_x = (track.lon[:-2] - 2 * track.lon[1:-1] + track.lon[2:]) * scale * 111_320.0
    bend_y = (track.lat[:-2] - 2 * track.lat[1:-1] + track.lat[2:]) * 110_950.0
    # The second difference of noise has sqrt(6) of its spread; 0.6745 is the median of a normal one.
    spread = np.median(np.abs(np.concatenate([bend_x, bend_y])))
    return float(spread / 0.6745 / np.sqrt(6.0))


def find_turns(
    track: Track, *, minimum_deg: float = U_TURN_DEG, window_km: float = WINDOW_KM, step_km: float | None = None
) -> tuple[Turn, ...]:
    """Return every change of track of at least `minimum_deg` within `window_km`, in order.

    Bearings are taken between means of positions, `step_km` apart (default: ten times the noise, 200 m at least), so
    that scatter makes no turn. Across a gap the bearing is that of the straight line.
    """
    if len(track) < 4:
        return ()
    step_m = 1000.0 * (step_km if step_km is not None else max(MIN_STEP_KM, NOISE_STEPS * noise_m(track) / 1000.0))
    knots = _knots(track, step_m=step_m)
    if len(knots.lat) < 4:
        return ()
    bearings, _, lengths = WGS84.inv(knots.lon[:-1], knots.lat[:-1], knots.lon[1:], knots.lat[1:])
    heading = np.degrees(np.unwrap(np.radians(np.asarray(bearings))))
    way = np.concatenate([[0.0], np.cumsum(lengths)]) / 1000.0
    middle = (way[1:] + way[:-1]) / 2.0
    turns = []
    for first, last in _turning(heading, middle=middle, minimum_deg=minimum_deg, window_km=window_km):
        change = float(heading[last] - heading[first])
        size = abs(change)
        kind = TurnKind.LOOP if size >= LOOP_DEG else TurnKind.U_TURN if size >= U_TURN_DEG else TurnKind.TURN
        # Where it had turned half: the first bearing beyond, not the nearest one, which scatter may put anywhere.
        is_beyond = np.sign(change) * (heading[first : last + 1] - heading[first]) >= size / 2.0
        at = min(max(first + int(np.argmax(is_beyond)), first + 1), last)
        turns.append(
            Turn(
                kind=kind,
                lat=float(knots.lat[at]),
                lon=float(knots.lon[at]),
                start_s=float(knots.time_s[first + 1]),
                end_s=float(knots.time_s[last]),
                bearing_before_deg=float(heading[first] % 360.0),
                bearing_after_deg=float(heading[last] % 360.0),
                change_deg=change,
                length_km=float(middle[last] - middle[first]),
            )
        )
    return tuple(turns)


def _knots(track: Track, *, step_m: float) -> Track:
    """Return means of the positions along every `step_m` of a smoothed way."""
    lengths = np.concatenate([[0.0], np.cumsum(_smooth_steps(track, step_m=step_m))])
    bins = np.floor(lengths / step_m).astype(int)
    _, first, counts = np.unique(bins, return_index=True, return_counts=True)
    unrolled = np.degrees(np.unwrap(np.radians(track.lon)))
    columns = (track.time_s, track.lat, unrolled, track.altitude_m, track.speed_kmh)
    time_s, lat, lon, altitude_m, speed_kmh = (np.add.reduceat(column, first) / counts for column in columns)
    return Track(track.name, time_s, lat, (lon + 180.0) % 360.0 - 180.0, altitude_m, speed_kmh)


def _smooth_steps(track: Track, *, step_m: float) -> FloatArray:
    """Return step lengths without what scatter adds: of a running mean over about one step."""
    raw = step_lengths_m(track)
    typical = float(np.median(raw)) if len(raw) else 0.0
    width = int(min(max(1, round(step_m / typical) if typical > 0 else 1), 301))
    if width < 3:
        return raw
    kernel = np.ones(width) / width
    lon = np.degrees(np.unwrap(np.radians(track.lon)))
    smooth = [
        np.convolve(np.pad(column, (width // 2, width - 1 - width // 2), mode="edge"), kernel, mode="valid")
        for column in (track.lat, lon)
    ]
    return step_lengths_m(Track("", track.time_s, smooth[0], smooth[1], track.altitude_m, track.speed_kmh))


def _turning(heading: FloatArray, *, middle: FloatArray, minimum_deg: float, window_km: float) -> list[tuple[int, int]]:
    """Return (first, last) bearing of every turn: greedily the strongest change within the window, then the next."""
    found: list[tuple[int, int]] = []
    index = 0
    count = len(heading)
    while index < count - 1:
        end = int(np.searchsorted(middle, middle[index] + window_km, side="right"))
        changes = heading[index:end] - heading[index]
        sizes = np.abs(changes)
        if len(sizes) < 2 or sizes.max() < minimum_deg:
            index += 1
            continue
        last = index + int(np.argmax(sizes >= minimum_deg))
        sign = np.sign(heading[last] - heading[index])
        # Go on while it goes on turning, and forget the straight way before.
        while last + 1 < count and sign * (heading[last + 1] - heading[last]) > _STRAIGHT_DEG:
            last += 1
        first = index
        while first < last - 1 and sign * (heading[first + 1] - heading[first]) <= _STRAIGHT_DEG:
            first += 1
        found.append((first, last))
        index = last
    return found


_STRAIGHT_DEG = 4.0
"""Change from one step to the next that is still straight on."""


def find_phases(track: Track) -> tuple[Phase, ...]:
    """Return climbs, descents and level stretches of at least a minute; () where no heights are known."""
    known = np.isfinite(track.altitude_m) & np.isfinite(track.time_s)
    if known.sum() < 3:
        return ()
    at = np.flatnonzero(known)
    time_s, height = track.time_s[at], track.altitude_m[at]
    ahead = np.searchsorted(time_s, time_s + VERTICAL_WINDOW_S)
    ahead = np.minimum(ahead, len(at) - 1)
    span = np.maximum(time_s[ahead] - time_s, 1.0)
    rate = (height[ahead] - height) / span
    kinds = np.where(rate > VERTICAL_M_S, 1, np.where(rate < -VERTICAL_M_S, -1, 0))
    cuts = [0, *(int(cut) + 1 for cut in np.flatnonzero(np.diff(kinds))), len(at)]
    phases: list[Phase] = []
    for first, last in itertools.pairwise(cuts):
        start, end = int(at[first]), int(at[min(last, len(at) - 1)])
        seconds = float(track.time_s[end] - track.time_s[start])
        if seconds < VERTICAL_WINDOW_S and phases:
            phases[-1] = Phase(phases[-1].kind, phases[-1].start, end, phases[-1].rate_m_s)
            continue
        mean = float(track.altitude_m[end] - track.altitude_m[start]) / max(seconds, 1.0)
        phases.append(Phase({1: "climb", -1: "descent", 0: "level"}[int(kinds[first])], start, end, mean))
    return tuple(phases)


def is_lost_in_flight(track: Track, *, ground_m: float = 150.0) -> bool | None:
    """Return whether the track ends above the lowest height that it ever had by more than `ground_m`.

    None = its heights are not known.
    """
    known = track.altitude_m[np.isfinite(track.altitude_m)]
    return None if not len(known) else bool(known[-1] - known.min() > ground_m)


def longest_gap_s(track: Track) -> float:
    """Return the longest time between two positions; 0 where there is none."""
    gaps = find_gaps(track, gap_s=0.0)
    return max((float(track.time_s[index + 1] - track.time_s[index]) for index in gaps), default=0.0)
