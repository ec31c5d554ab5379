"""What happened where and when, with the evidence that every other layer points to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapapp.layers import Layer
from mapapp.layers._encoding import day_number, encode_evidence, encode_point, without_none
from mapapp.model import Event, Evidence
from mapapp.selection import select_events

if TYPE_CHECKING:
    from mapapp.scene import Scene


def build(scene: Scene) -> dict[str, Any]:
    """Return the events in the scene's order, and each piece of evidence once.

    All of them are shipped, because cards cite them; those that the query does not ask for are marked as hidden.
    """
    asked_for = {event.id for event in select_events(scene.events, query=scene.query)}
    evidence: list[dict[str, Any]] = []
    seen: dict[Evidence, int] = {}

    def number(item: Evidence) -> int:
        if item not in seen:
            seen[item] = len(evidence)
            evidence.append(encode_evidence(item))
        return seen[item]

    def encoded(event: Event) -> dict[str, Any]:
        place = event.place
        return without_none(
            {
                "id": event.id,
                "kind": event.kind.value,
                "from": day_number(event.date_start, first=scene.query.start),
                "to": day_number(event.date_end, first=scene.query.start),
                "prec": event.date_prec,
                "actor": event.actor,
                "opponent": event.opponent,
                "status": event.status.value,
                "place": place.name if place else None,
                "place_id": place.id if place else None,
                "point": encode_point(lat=place.lat, lon=place.lon) if place else None,
                "where": event.where_prec,
                "unit": event.unit_pcode,
                "remainder": event.remainder_of,
                "share": event.share,
                "for": [number(item) for item in event.evidence_for] or None,
                "against": [number(item) for item in event.evidence_against] or None,
                "note": event.note or None,
                "bundled": True if event.is_bundled else None,
                "hidden": None if event.id in asked_for else True,
            }
        )

    return {"events": [encoded(event) for event in scene.events], "evidence": evidence}


LAYER = Layer(
    id="events",
    title="Events",
    description="What is reported for the day and, fading, for the two days before it. An event without an exact place "
    "is counted over the time line but not drawn.",
    default_on=True,
    order=60,
    build=build,
)
