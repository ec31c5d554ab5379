"""Journeys: observed, reported and inferred legs, and what is not known about them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata import ROOT
from mapapp.layers import Layer
from mapapp.layers._encoding import (
    day_number,
    encode_evidence,
    encode_lines,
    encode_point,
    encode_polygons,
    without_none,
)
from mapapp.model import Leg, LegKind, ProfileRow, Route, RoutePoint
from mapapp.routes.timing import Timing, timing_of
from mapapp.routes.versions import lead_versions
from mapapp.tracks.crossings import Crossing, crossed_countries

if TYPE_CHECKING:
    from mapapp.scene import Scene


SCALE = 1_000_000
"""Steps per degree of the lines, 0.1 m: a marker stands on measured positions exactly."""
TIME_STEP_S = 0.1
"""Times along a line are whole numbers of these, counted from the first known time of the route."""
FADE_DAYS = 2
"""So long after its last day a route stays on the map, fading, so that a step of the time control does not lose it."""


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")


def _encode_leg(leg: Leg, *, times_s: Sequence[float], start_s: float) -> dict[str, Any]:
    """Encode a leg; with times each of its lines keeps all its vertices, also those where it stood still."""
    lines = _encode_timed(leg, times_s=times_s, start_s=start_s) if times_s else None
    return without_none(
        {
            "kind": leg.kind.value,
            "lines": lines[0] if lines else encode_lines(leg.geometry, scale=SCALE) or None,
            "times": lines[1] if lines else None,
            "sector": encode_polygons(leg.geometry, scale=SCALE) or None,
            "start": _moment(leg.start),
            "end": _moment(leg.end),
            "note": leg.note,
            "path": leg.path_text,
            "evidence": [encode_evidence(item) for item in leg.evidence],
        }
    )


def _encode_timed(leg: Leg, *, times_s: Sequence[float], start_s: float) -> tuple[list[list[int]], list[list[int]]]:
    """Return the lines of a leg, and for each the times of its vertices; both as steps from one to the next."""
    lines: list[list[int]] = []
    times: list[list[int]] = []
    at = 0
    for part in shapely.get_parts(leg.geometry):
        places = np.rint(shapely.get_coordinates(part) * SCALE).astype(int)
        moments = np.rint((np.array(times_s[at : at + len(places)]) - start_s) / TIME_STEP_S).astype(int)
        lines.append(np.diff(places, axis=0, prepend=0).ravel().tolist())
        times.append(np.diff(moments, prepend=0).tolist())
        at += len(places)
    return lines, times


def _encode_clock(timing: Timing | None) -> dict[str, Any] | None:
    """Encode between which times which legs lie, in seconds since 1970; None = there are not two times."""
    if timing is None:
        return None
    return {
        "start": round(timing.start_s, 1),
        "end": round(timing.end_s, 1),
        "before": timing.before,
        "after": timing.after,
        "spans": [
            without_none(
                {
                    "from": round(span.start_s, 1),
                    "to": round(span.end_s, 1),
                    "legs": span.legs,
                    "placed": True if span.is_placed else None,
                    "measured": True if span.is_measured else None,
                }
            )
            for span in timing.spans
        ],
    }


def _encode_profile(profile: Sequence[ProfileRow]) -> list[list[float | None]] | None:
    """Encode height and speed through time as three columns; None where a track has neither."""
    rows = [row for row in profile if row[0] is not None]
    if not rows:
        return None
    return [
        [None if value is None else round(value, digits) for value in column]
        for column, digits in zip(zip(*rows, strict=True), (1, None, None), strict=True)
    ]


def _encode_point(point: RoutePoint, *, names: Mapping[str, str]) -> dict[str, Any]:
    return without_none(
        {
            "role": point.role.value,
            "point": encode_point(lat=point.lat, lon=point.lon),
            "where": point.where_prec,
            "note": point.note,
            "schematic": True if point.is_schematic else None,
            "radius_km": point.radius_km,
            "label": point.label or None,
            "own": names.get(point.label),
            "time": point.time_text,
            "evidence": [encode_evidence(item) for item in point.evidence],
        }
    )


@cache
def _read_words() -> dict[str, dict[str, str]]:
    with (ROOT / "lexicon" / "route_words.toml").open("rb") as file:
        return tomllib.load(file)


def _words(scene: Scene) -> dict[str, dict[str, str]]:
    """Return our words beside routes in English and, as `own`, in the theatre's own language."""
    own = next((code for code in scene.theatre.languages if code != "en"), "")
    return {
        key: {"en": row["en"], "own": row[own]} if own in row else {"en": row["en"]}
        for key, row in _read_words().items()
    }


def _own_names(scene: Scene) -> dict[str, str]:
    """Return the places of the theatre in its own language, by their English names."""
    own = next((code for code in scene.theatre.languages if code != "en"), "")
    return {place.name: place.names[own] for place in scene.theatre.cell_places if own in place.names}


def _encode_crossing(crossing: Crossing) -> dict[str, Any]:
    return without_none(
        {
            "name": crossing.name,
            "km": round(crossing.length_km),
            "from": crossing.entered.timestamp() if crossing.entered else None,
            "to": crossing.left.timestamp() if crossing.left else None,
            "measured": True if crossing.kind is LegKind.OBSERVED else None,
        }
    )


@lru_cache(maxsize=256)
def _encode_crossings(route: Route) -> list[dict[str, Any]]:
    """Return where a route leads; looking it up is most of the work, and a claim changes no route."""
    return [_encode_crossing(one) for one in crossed_countries(route)]


def _encode_route(route: Route, *, scene: Scene, leads: frozenset[str], names: Mapping[str, str]) -> dict[str, Any]:
    first = scene.query.start
    timing = timing_of(route)
    start_s = timing.start_s if timing else 0.0
    times: dict[int, tuple[float, ...]] = {}
    for span in timing.spans if timing else ():
        times |= dict(zip(span.legs, span.times_s, strict=False))
    return without_none(
        {
            "id": route.id,
            "title": route.title,
            "from": day_number(route.date_start, first=first),
            "to": day_number(route.date_end, first=first),
            "assertion": route.assertion.value,
            "journey": route.journey,
            "lead": True if route.id in leads else None,
            "vehicle": route.vehicle,
            "who": route.who,
            "legs": [
                _encode_leg(leg, times_s=times.get(number, ()), start_s=start_s)
                for number, leg in enumerate(route.legs)
            ],
            "crossed": _encode_crossings(route) or None,
            "clock": _encode_clock(timing),
            "profile": _encode_profile(route.profile) if timing else None,
            "points": [_encode_point(point, names=names) for point in route.points],
            "also_said": [encode_evidence(item) for item in route.also_said],
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return the routes; one without a known date is listed and can be switched on, but stands on no day.

    `lead` marks the version of each journey that is drawn at first; `clock` what is known of when it was where.
    """
    leads = lead_versions(scene.routes)
    names = _own_names(scene)
    routes = [_encode_route(route, scene=scene, leads=leads, names=names) for route in scene.routes]
    return {
        "scale": SCALE,
        "time_step": TIME_STEP_S,
        "zone": scene.theatre.timezone,
        "fade_days": FADE_DAYS,
        "words": _words(scene),
        "routes": routes,
    }


LAYER = Layer(
    id="routes",
    title="Routes",
    description="Journeys on their own days, one version each: solid = observed, dashed = reported, dotted = inferred "
    "by us. A dashed circle or a fan stands for a position that nobody has published.",
    default_on=True,
    order=50,
    build=build,
)
