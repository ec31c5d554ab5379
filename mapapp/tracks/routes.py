"""A measured track as a route: observed legs, gaps inferred, U-turns and the last position as points."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry import LineString, MultiLineString

from mapapp import geo
from mapapp.model import Assertion, Evidence, Leg, LegKind, PointRole, ProfileRow, Route, RoutePoint
from mapapp.theatres.theatre import Theatre
from mapapp.tracks.track import GAP_S, Track, clean_track, find_gaps, step_lengths_m, take, thin_track
from mapapp.tracks.turns import Turn, TurnKind, find_turns, is_lost_in_flight

MAX_PROFILE_ROWS = 600
"""More rows than a chart has pixels show nothing more."""


def build_track_route(
    track: Track,
    *,
    theatre: Theatre,
    source: str,
    url: str | None = None,
    gap_s: float = GAP_S,
    tolerance_m: float = 100.0,
    max_vertices: int = 5_000,
) -> Route:
    """Return the route of a track: cleaned, thinned, cut at its gaps.

    `source` names the publisher of the track. Days are the theatre's, instants UTC. Raises ValueError where fewer than
    two positions can be used.
    """
    cleaned = clean_track(track)
    if len(cleaned) < 2:
        raise ValueError(f"Of the {len(track)} positions of {track.name!r}, {len(cleaned)} can be used; it takes two.")
    evidence = (_evidence(track, cleaned, source=source, url=url),)
    gaps = find_gaps(cleaned, gap_s=gap_s)
    bounds = [-1, *gaps, len(cleaned) - 1]
    legs: list[Leg] = []
    for number in range(len(bounds) - 1):
        first, last = bounds[number] + 1, bounds[number + 1]
        if last > first:
            part = take(cleaned, keep=np.arange(first, last + 1))
            n_vertices = max(2, max_vertices // (len(gaps) + 1))
            legs.append(_observed(part, evidence, tolerance_m=tolerance_m, max_vertices=n_vertices))
        if number < len(gaps):
            legs.append(_gap(cleaned, last, evidence))
    digest = hashlib.sha256(np.stack([cleaned.time_s, cleaned.lat, cleaned.lon]).tobytes()).hexdigest()
    start, end = _instant(cleaned.time_s[0]), _instant(cleaned.time_s[-1])
    zone = ZoneInfo(theatre.timezone)
    return Route(
        id=f"track-{digest[:16]}",
        title=track.name,
        date_start=start.astimezone(zone).date() if start else None,
        date_end=end.astimezone(zone).date() if end else None,
        assertion=Assertion.ASSERTED,
        legs=tuple(legs),
        points=_points(cleaned, evidence=evidence),
        profile=profile_of(cleaned),
    )


def profile_of(track: Track) -> tuple[ProfileRow, ...]:
    """Return height and speed through time in at most `MAX_PROFILE_ROWS` rows; () where a track has none of them.

    What the source has, nothing worked out.
    """
    has_any = np.isfinite(track.altitude_m) | np.isfinite(track.speed_kmh)
    at = np.flatnonzero(has_any & np.isfinite(track.time_s))
    if len(at) > MAX_PROFILE_ROWS:
        at = at[np.linspace(0, len(at) - 1, MAX_PROFILE_ROWS).astype(int)]
    columns = (track.time_s[at], track.altitude_m[at], track.speed_kmh[at])
    return tuple(
        (_known(when), _known(height), _known(speed))
        for when, height, speed in zip(*(column.tolist() for column in columns), strict=True)
    )


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _evidence(track: Track, cleaned: Track, *, source: str, url: str | None) -> Evidence:
    aside = {reason: count for reason, count in cleaned.set_aside.items() if count}
    told = "; ".join(f"{count} {reason}" for reason, count in aside.items()) or "none"
    length = float(step_lengths_m(cleaned).sum()) / 1000.0
    text = f"Track of {len(cleaned):,} positions over {length:,.0f} km; set aside: {told}."
    return Evidence(text=text, is_quote=False, publisher=source, url=url)


def _observed(part: Track, evidence: tuple[Evidence, ...], *, tolerance_m: float, max_vertices: int) -> Leg:
    thin, error_m = thin_track(part, tolerance_m=tolerance_m, max_vertices=max_vertices)
    line, times_s = _timed_line(thin)
    note = f"Measured: {len(part):,} positions, drawn with {len(thin):,}, at most {error_m:.0f} m off at any time."
    start, end = _instant(part.time_s[0]), _instant(part.time_s[-1])
    return Leg(LegKind.OBSERVED, line, start, end, note, evidence, times_s=times_s)


def _timed_line(track: Track) -> tuple[LineString | MultiLineString, tuple[float | None, ...]]:
    """Return the line through all positions, also those where it stood, and the time of each vertex.

    Cut at the antimeridian; the vertices on both sides of a cut have the time of the crossing.
    """
    parts: list[list[tuple[float, float]]] = [[]]
    times: list[list[float | None]] = [[]]
    rows = list(zip(track.lon.tolist(), track.lat.tolist(), track.time_s.tolist(), strict=True))
    for index, (lon, lat, moment) in enumerate(rows):
        turn = lon - rows[index - 1][0] if index else 0.0
        if abs(turn) > 180.0:
            lon0, lat0, moment0 = rows[index - 1]
            edge, span = math.copysign(180.0, lon0), 360.0 - abs(turn)
            share = abs(edge - lon0) / span if span else 0.0
            crossing = (lat0 + share * (lat - lat0), _known(moment0 + share * (moment - moment0)))
            parts[-1].append((edge, crossing[0]))
            times[-1].append(crossing[1])
            parts.append([(-edge, crossing[0])])
            times.append([crossing[1]])
        parts[-1].append((lon, lat))
        times[-1].append(_known(moment))
    whole = [number for number, part in enumerate(parts) if len(part) > 1]
    lines = [LineString(parts[number]) for number in whole]
    told = tuple(moment for number in whole for moment in times[number])
    has_times = any(moment is not None for moment in told)
    return lines[0] if len(lines) == 1 else MultiLineString(lines), told if has_times else ()


def _gap(track: Track, last: int, evidence: tuple[Evidence, ...]) -> Leg:
    minutes = float(track.time_s[last + 1] - track.time_s[last]) / 60.0
    line = geo.geodesic_line(
        lat1=float(track.lat[last]),
        lon1=float(track.lon[last]),
        lat2=float(track.lat[last + 1]),
        lon2=float(track.lon[last + 1]),
    )
    note = f"No position for {minutes:.0f} minutes: inferred. The line is the shortest one."
    return Leg(LegKind.INFERRED, line, _instant(track.time_s[last]), _instant(track.time_s[last + 1]), note, evidence)


def _points(track: Track, *, evidence: tuple[Evidence, ...]) -> tuple[RoutePoint, ...]:
    points = [_end(track, 0, PointRole.ORIGIN, "First measured position.", evidence)]
    points += [_turn_point(turn, evidence) for turn in find_turns(track) if turn.kind is TurnKind.U_TURN]
    lost = is_lost_in_flight(track)
    if lost is False:
        points.append(
            _end(track, -1, PointRole.DESTINATION, "Last measured position, near its lowest height.", evidence)
        )
    else:
        height = track.altitude_m[np.isfinite(track.altitude_m)]
        told = f" at {height[-1]:,.0f} m" if len(height) else ""
        points.append(_end(track, -1, PointRole.LAST_KNOWN, f"Last measured position{told}.", evidence))
    return tuple(points)


def _end(track: Track, index: int, role: PointRole, note: str, evidence: tuple[Evidence, ...]) -> RoutePoint:
    moment = _instant(track.time_s[index])
    time_text = moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else None
    label = {PointRole.ORIGIN: "Start", PointRole.DESTINATION: "End"}.get(role, "Last signal")
    return RoutePoint(
        role,
        float(track.lat[index]),
        float(track.lon[index]),
        1,
        note,
        evidence=evidence,
        label=label,
        time_text=time_text,
    )


def _turn_point(turn: Turn, evidence: tuple[Evidence, ...]) -> RoutePoint:
    start, end = _instant(turn.start_s), _instant(turn.end_s)
    side = "right" if turn.change_deg > 0 else "left"
    note = (
        f"U-turn to the {side}: from {turn.bearing_before_deg:.0f}° to {turn.bearing_after_deg:.0f}°, "
        f"{abs(turn.change_deg):.0f}° within {turn.length_km:.1f} km."
    )
    time_text = f"{start:%H:%M:%S}–{end:%H:%M:%S} UTC" if start and end else None
    return RoutePoint(
        PointRole.TURN_BACK, turn.lat, turn.lon, 1, note, evidence=evidence, label="U-turn", time_text=time_text
    )


def _instant(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), tz=UTC) if np.isfinite(seconds) else None
    except (OverflowError, ValueError, OSError):
        return None
