"""Routes inside files of other programs: what GPX, KML and GeoJSON have no words for, so that a route comes back whole.

Lines stand in the file's own form, where other programs see and may change them. All else about a route, its kinds of
leg, versions, times, points and evidence, goes along as one piece of JSON in ASCII.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.errors import DataError
from mapapp.model import Leg, Route
from mapapp.records import record_from_json, record_to_json

NAMESPACE = "https://mapapp.example/routes/1"
"""Of our elements in GPX. A name, not an address."""
ABOUT = "mapapp-route"
"""Of the piece of JSON, one for each route."""
LEG = "mapapp-leg"
"""Of what a line says of itself: `leg_key`."""

ROUTE_ID = "route/"
"""Before the key of a leg, the id of its feature in GeoJSON."""


def leg_key(route: Route, *, number: int) -> str:
    """Return which line of a file belongs to which leg, counted from 1: `id/number`."""
    return f"{route.id}/{number}"


def is_line(shape: BaseGeometry | None) -> bool:
    """Tell whether a file shows it as a line; a sector or nothing goes into the JSON."""
    return shape is not None and shape.geom_type in ("LineString", "MultiLineString")


def about_route(route: Route) -> dict[str, Any] | None:
    """Return a route without its lines, JSON-ready; None for text that no record can hold, such as half a character.

    >>> from mapapp.model import Assertion
    >>> about_route(Route("r", "a way", None, None, Assertion.ASSERTED, (), ()))["title"]
    'a way'
    """
    legs = tuple(dataclasses.replace(leg, geometry=None) if is_line(leg.geometry) else leg for leg in route.legs)
    try:
        return record_to_json(dataclasses.replace(route, legs=legs))
    except DataError:
        return None


def restore_route(about: Any, *, lines: Mapping[str, BaseGeometry]) -> Route:
    """Return the route of such a piece, with the lines by `leg_key` that the file has now.

    A leg whose line was changed by another program keeps no times of its vertices. Raises DataError for what is no
    route.
    """
    if isinstance(about, str):
        try:
            about = json.loads(about)
        except (ValueError, RecursionError) as error:
            raise DataError(f"A route in the file cannot be read: {error}. Export it again.") from error
    if not isinstance(about, dict):
        raise DataError(f"A route in the file is {type(about).__name__}, expected an object. Export it again.")
    try:
        route = record_from_json(Route, about)
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise DataError(f"A route in the file cannot be read: {error}. Export it again.") from error
    legs = tuple(_with_line(leg, lines.get(leg_key(route, number=n))) for n, leg in enumerate(route.legs, start=1))
    return dataclasses.replace(route, legs=legs)


def _with_line(leg: Leg, line: BaseGeometry | None) -> Leg:
    if line is None:
        return leg
    is_same = shapely.get_num_coordinates(line) == len(leg.times_s)
    return dataclasses.replace(leg, geometry=line, times_s=leg.times_s if is_same else ())
