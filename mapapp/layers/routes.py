"""Journeys: observed, reported and inferred legs, and what is not known about them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from mapapp.layers import Layer
from mapapp.layers._encoding import (
    SCALE,
    day_number,
    encode_evidence,
    encode_lines,
    encode_point,
    encode_polygons,
    without_none,
)
from mapapp.model import Leg, Route, RoutePoint
from mapapp.routes.versions import lead_versions

if TYPE_CHECKING:
    from mapapp.scene import Scene


FADE_DAYS = 2
"""So long after its last day a route stays on the map, fading, so that a step of the time control does not lose it."""


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")


def _encode_leg(leg: Leg) -> dict[str, Any]:
    return without_none(
        {
            "kind": leg.kind.value,
            "lines": encode_lines(leg.geometry) or None,
            "sector": encode_polygons(leg.geometry) or None,
            "start": _moment(leg.start),
            "end": _moment(leg.end),
            "note": leg.note,
            "evidence": [encode_evidence(item) for item in leg.evidence],
        }
    )


def _encode_point(point: RoutePoint) -> dict[str, Any]:
    return without_none(
        {
            "role": point.role.value,
            "point": encode_point(lat=point.lat, lon=point.lon),
            "where": point.where_prec,
            "note": point.note,
            "schematic": True if point.is_schematic else None,
            "radius_km": point.radius_km,
            "label": point.label or None,
            "time": point.time_text,
            "evidence": [encode_evidence(item) for item in point.evidence],
        }
    )


def _encode_route(route: Route, *, scene: Scene, leads: frozenset[str]) -> dict[str, Any]:
    first = scene.query.start
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
            "legs": [_encode_leg(leg) for leg in route.legs],
            "points": [_encode_point(point) for point in route.points],
            "also_said": [encode_evidence(item) for item in route.also_said],
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return the routes; one without a known date is listed and can be switched on, but stands on no day.

    `lead` marks the version of each journey that is drawn at first.
    """
    leads = lead_versions(scene.routes)
    routes = [_encode_route(route, scene=scene, leads=leads) for route in scene.routes]
    return {"scale": SCALE, "fade_days": FADE_DAYS, "routes": routes}


LAYER = Layer(
    id="routes",
    title="Routes",
    description="Journeys on their own days, one version each: solid = observed, dashed = reported, dotted = inferred "
    "by us. A dashed circle or a fan stands for a position that nobody has published.",
    default_on=True,
    order=50,
    build=build,
)
