"""Control on the query's day, the claims behind it and the routes as GeoJSON (RFC 7946).

One FeatureCollection; each feature's property `kind` says what it is:

| kind | geometry | what |
|---|---|---|
| `control` | polygon | one cell with its state on the day and the evidence for and against |
| `claim` | point, or none for a claim on a whole unit or a remainder | one event up to the end of the range |
| `route` | line or polygon, or none | one leg of a route |
| `route-point` | point, or none | origin, turn, last known position, destination |

Coordinates are longitude, latitude on WGS 84; days are ISO 8601; empty = unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.export import Exporter
from mapapp.export._told import vertex_times
from mapapp.features import (
    DECIMALS,
    describe_scene,
    evidence_records,
    geometry_record,
    name_actor,
    plain,
    state_record,
    statement_record,
)
from mapapp.model import ControlState, Leg, Route
from mapapp.routes.files import ABOUT, ROUTE_ID, about_route, leg_key
from mapapp.selection import is_shown, select_events
from mapapp.tracks.crossings import crossed_countries, crossing_words

if TYPE_CHECKING:
    from mapapp.scene import Scene


def write(scene: Scene) -> bytes:
    """Return the FeatureCollection in UTF-8, one feature per line. The same scene gives the same bytes."""
    features = [*_control(scene), *_claims(scene), *_routes(scene)]
    head = {
        **describe_scene(scene),
        "as_of": scene.query.day.isoformat(),
        "from": scene.query.start.isoformat(),
        "to": scene.query.end.isoformat(),
        "articles_mark": scene.articles_mark,
        ABOUT: [piece for piece in map(about_route, scene.routes) if piece is not None],
    }
    lines = ",\n".join(_dump(feature) for feature in features)
    return f'{{"type":"FeatureCollection","metadata":{_dump(head)},"features":[\n{lines}\n]}}\n'.encode()


def _control(scene: Scene) -> Iterator[dict[str, Any]]:
    events = {event.id: event for event in scene.events}
    for cell in scene.cells:
        state = scene.timeline.state_at(cell.id, day=scene.query.day)
        properties = {
            "place": cell.place_name,
            "place_ar": cell.place_name_ar,
            "place_id": cell.place_id,
            "unit_pcode": cell.unit_pcode,
            "population": cell.population,
            "area_km2": round(cell.area_km2, 3),
            "as_of": scene.query.day,
            **_state(state, scene=scene),
            "is_selected": is_shown(state, query=scene.query),
            **evidence_records([events[event_id] for event_id in state.event_ids if event_id in events]),
        }
        yield _feature(f"control/{cell.id}", kind="control", geometry=cell.geometry, properties=properties)


def _state(state: ControlState, *, scene: Scene) -> dict[str, Any]:
    return {
        **state_record(state, scene=scene),
        "last_reported": state.last_reported,
        "since": state.start,
        "until": state.end,
        "events": state.event_ids,
    }


def _claims(scene: Scene) -> Iterator[dict[str, Any]]:
    for event in select_events(scene.events, query=scene.query):
        point = shapely.Point(event.place.lon, event.place.lat) if event.place is not None else None
        on_region = bool(event.unit_pcode or event.remainder_of)
        properties = {
            "event_kind": event.kind,
            "date_start": event.date_start,
            "date_end": event.date_end,
            "date_prec": event.date_prec,
            "where_prec": event.where_prec,
            "actor": event.actor,
            "actor_name": name_actor(event.actor, scene=scene),
            "opponent": event.opponent,
            "status": event.status,
            "place": event.place.name if event.place is not None else None,
            "place_id": event.place.id if event.place is not None else None,
            "unit_pcode": event.unit_pcode,
            "remainder_of": event.remainder_of,
            "share": event.share,
            "note": event.note or None,
            "is_bundled": event.is_bundled,
            **evidence_records([event]),
        }
        # A claim on a region has no point: to give it one would place it more precisely than anybody did.
        yield _feature(f"claim/{event.id}", kind="claim", geometry=None if on_region else point, properties=properties)


def _routes(scene: Scene) -> Iterator[dict[str, Any]]:
    for route in scene.routes:
        about = {
            "route": route.id,
            "title": route.title,
            "journey": route.journey,
            "route_assertion": route.assertion,
            "date_start": route.date_start,
            "date_end": route.date_end,
            "vehicle": route.vehicle,
            "who": route.who,
        }
        for number, leg in enumerate(route.legs, start=1):
            properties = {
                **about,
                "leg": number,
                "leg_kind": leg.kind,
                **_coordinate_times(leg),
                "start": leg.start,
                "end": leg.end,
                "note": leg.note or None,
                "evidence_for": [statement_record(item) for item in leg.evidence],
                **(_said_once(route) if number == 1 else {}),
            }
            yield _feature(
                f"{ROUTE_ID}{leg_key(route, number=number)}",
                kind="route",
                geometry=leg.geometry,
                properties=properties,
                decimals=None,
            )
        for number, point in enumerate(route.points, start=1):
            has_position = point.lat is not None and point.lon is not None
            properties = {
                **about,
                "role": point.role,
                "label": point.label or None,
                "where_prec": point.where_prec,
                "is_schematic": point.is_schematic,
                "radius_km": point.radius_km,
                "time": point.time_text,
                "note": point.note or None,
                "evidence_for": [statement_record(item) for item in point.evidence],
            }
            yield _feature(
                f"route-point/{route.id}/{number}",
                kind="route-point",
                geometry=shapely.Point(point.lon, point.lat) if has_position else None,
                properties=properties,
                decimals=None,
            )


def _coordinate_times(leg: Leg) -> dict[str, Any]:
    """Return the time at each position, for each part of the line, under the name that other programs know."""
    if not leg.times_s:
        return {}
    sizes = [shapely.get_num_coordinates(part) for part in shapely.get_parts(leg.geometry)]
    times = iter(vertex_times(leg, n_vertices=len(leg.times_s)))
    parts = [[next(times) for _ in range(size)] for size in sizes]
    return {"coordTimes": parts[0] if len(parts) == 1 else parts}


def _said_once(route: Route) -> dict[str, Any]:
    """Return what belongs to a route as a whole: it stands on its first leg."""
    crossed = [
        {
            "area": one.name,
            "iso2": one.pcode or None,
            "length_km": round(one.length_km, 1),
            "entered": one.entered,
            "left": one.left,
            "how": crossing_words(one),
        }
        for one in crossed_countries(route)
    ]
    return {"evidence_against": [statement_record(item) for item in route.also_said], "crossed": crossed}


def _feature(
    feature_id: str,
    *,
    kind: str,
    geometry: BaseGeometry | None,
    properties: Mapping[str, Any],
    decimals: int | None = DECIMALS,
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": geometry_record(geometry, decimals=decimals),
        "properties": {"kind": kind, **properties},
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain)


EXPORTER = Exporter(
    id="geojson",
    suffix=".geojson",
    mime="application/geo+json",
    title="Control, claims and routes (GeoJSON)",
    write=write,
)
