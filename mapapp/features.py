"""What files for other programs are made of: states, names, evidence and shapes as plain records, the same in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.catalog import attributions, data_hash
from mapapp.model import ControlState, Event, Evidence
from mapapp.scene import Scene

DECIMALS = 6
"""Of a degree, about 0.1 m: neighbours keep a common border, and no precision is feigned beyond that."""


def describe_scene(scene: Scene) -> dict[str, Any]:
    """Return what a file says of itself: title, data, articles, whom to credit."""
    return {
        "title": scene.theatre.title,
        "theatre": scene.theatre.code,
        "data_hash": data_hash(),
        "articles": sorted(reading.article.id for reading in scene.readings),
        "attribution": [*attributions(), *scene.theatre.own_attributions],
    }


def name_actor(code: str | None, *, scene: Scene) -> str | None:
    """Return the name of a party, its code where the theatre does not know it, None for nobody."""
    actor = scene.theatre.actor(code) if code is not None else None
    return actor.name if actor is not None else code


def state_record(state: ControlState, *, scene: Scene) -> dict[str, Any]:
    """Return who holds a cell and how sure that is."""
    return {
        "status": state.status,
        "holder": state.controller,
        "holder_name": name_actor(state.controller, scene=scene),
        "others": state.others,
        "is_regional": state.is_regional,
        "last_holder": state.last_holder,
    }


def evidence_records(events: Iterable[Event]) -> dict[str, list[dict[str, Any]]]:
    """Return every statement for and against some events.

    >>> evidence_records([])
    {'evidence_for': [], 'evidence_against': []}
    """
    listed = list(events)
    return {
        "evidence_for": [statement_record(item) for event in listed for item in event.evidence_for],
        "evidence_against": [statement_record(item) for event in listed for item in event.evidence_against],
    }


def statement_record(item: Evidence) -> dict[str, Any]:
    """Return a statement without what is not known of it.

    >>> statement_record(Evidence(text="A line.", is_quote=True, grade="B2"))["grade"]
    'B2'
    """
    return {name: value for name, value in asdict(item).items() if value is not None}


def geometry_record(shape: BaseGeometry | None, *, decimals: int | None = DECIMALS) -> dict[str, Any] | None:
    """Return a geometry as RFC 7946 wants it: outer rings counter-clockwise; None for an empty one.

    `decimals` None leaves coordinates as they are.

    >>> geometry_record(shapely.Point(36.1234567, 33.5))
    {'type': 'Point', 'coordinates': (36.123457, 33.5)}
    """
    if shape is None or shape.is_empty:
        return None
    turned = shapely.orient_polygons(shape)
    return dict(mapping(turned if decimals is None else shapely.transform(turned, lambda xy: xy.round(decimals))))


def plain(value: object) -> object:
    """Return what JSON has no type for as text; the `default` of `json.dumps`.

    >>> plain(date(2030, 1, 5))
    '2030-01-05'
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
