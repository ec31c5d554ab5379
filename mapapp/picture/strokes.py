"""Routes on a static map: legs by kind, points by role, what is not known written beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import shapely
from shapely.geometry import LineString, Point, Polygon, box

from mapapp.geo import circle
from mapapp.model import Leg, PointRole, Route, RoutePoint
from mapapp.picture.canvas import (
    Canvas,
    draw_area,
    draw_lines,
)
from mapapp.picture.labels import write_beside
from mapapp.picture.viewport import (
    MARK,
    ROUTE,
    View,
    joined,
)
from mapapp.scene import Scene
from mapapp.style import (
    LEG_STROKES,
    ROUTE_HALO,
    route_colour,
)


def is_on(route: Route, *, day: date) -> bool:
    """Tell whether a route belongs on the map of a day; one without a date is always there."""
    first = route.date_start or route.date_end
    last = route.date_end or route.date_start
    return first is None or last is None or first <= day <= last


def draw_routes(canvas: Canvas, *, view: View, routes: Sequence[Route]) -> None:
    """Draw the legs and the points of all routes; a position that several tell is drawn once."""
    for number, route in enumerate(routes):
        for leg in route.legs:
            _draw_leg(canvas, view=view, leg=leg, colour=route_colour(number))
    for _, point, colour in _points_once(routes):
        _draw_point(canvas, view=view, point=point, colour=colour)


def _points_once(routes: Sequence[Route]) -> list[tuple[Route, RoutePoint, str]]:
    """Return the points of the routes with their colours, each role at each position once."""
    found: dict[tuple[PointRole, int, int], tuple[Route, RoutePoint, str]] = {}
    for number, route in enumerate(routes):
        for point in route.points:
            if point.lat is not None and point.lon is not None:
                key = (point.role, round(point.lat * 10), round(point.lon * 10))
                found.setdefault(key, (route, point, route_colour(number)))
    return list(found.values())


def write_routes(canvas: Canvas, *, view: View, routes: Sequence[Route], scene: Scene) -> None:
    """Write beside the points what they are and what is not known, and whither a route leaves the map."""
    land = joined(view.to_px(shape) for shape in scene.theatre.units.geometry)
    lines = shapely.union_all(
        [view.to_px(leg.geometry) for route in routes for leg in route.legs if leg.geometry is not None]
    )
    for _, point, colour in _points_once(routes):
        at = view.point_px(lat=point.lat or 0.0, lon=point.lon or 0.0)
        words = [(point.label or point.role.value.replace("-", " "), True)]
        if point.is_schematic:
            words.append(("no position reported: drawn schematically", False))
        if point.time_text:
            words.append((point.time_text, False))
        if box(*view.window).contains(Point(at)):
            write_beside(canvas, words, at=at, colour=colour, land=land, lines=lines, window=view.window)
    said: set[str] = set()
    for number, route in enumerate(routes):
        found = _way_out(canvas, view=view, route=route)
        if found is not None and found[1] not in said:
            at, name, kind = found
            said.add(name)
            words = [(f"towards {name}", True), (kind, False)]
            write_beside(canvas, words, at=at, colour=route_colour(number), land=land, lines=lines, window=view.window)


def _draw_leg(canvas: Canvas, *, view: View, leg: Leg, colour: str) -> None:
    if leg.geometry is None or leg.geometry.is_empty:
        return
    stroke = LEG_STROKES[leg.kind.value]
    shape = view.to_px(leg.geometry)
    if "Polygon" in shape.geom_type:
        draw_area(canvas, shape, fill=colour, opacity=0.12, layer=ROUTE)
        draw_lines(canvas, [shape], colour=colour, width_px=1.0, dash_px=stroke.dash_px, opacity=0.6, layer=ROUTE)
        return
    sheet = box(-50, -50, canvas.width_px + 50, canvas.height_px + 50)
    seen = shapely.intersection(shape, sheet)
    draw_lines(canvas, [seen], colour=ROUTE_HALO, width_px=stroke.width_px + 2.6, opacity=0.8, layer=ROUTE + 0.1)
    draw_lines(
        canvas,
        [seen],
        colour=colour,
        width_px=stroke.width_px,
        dash_px=stroke.dash_px,
        opacity=stroke.opacity,
        layer=ROUTE + 0.2,
    )
    for line in shapely.get_parts(seen):
        if isinstance(line, LineString) and line.length > 40 * canvas.unit_px:
            _draw_arrow(canvas, line, at=line.length * 0.58, colour=colour)


def _draw_arrow(canvas: Canvas, line: LineString, *, at: float, colour: str) -> None:
    """Draw a head on a line in pixels that points the way it runs."""
    size = 10.0 * canvas.unit_px
    tip, tail = line.interpolate(at + size), line.interpolate(at)
    length = math.hypot(tip.x - tail.x, tip.y - tail.y)
    if length == 0:
        return
    ux, uy = (tip.x - tail.x) / length, (tip.y - tail.y) / length
    wing = size * 0.55
    head = Polygon(
        [
            (tip.x, tip.y),
            (tail.x - ux * size * 0.35 - uy * wing, tail.y - uy * size * 0.35 + ux * wing),
            (tail.x, tail.y),
            (tail.x - ux * size * 0.35 + uy * wing, tail.y - uy * size * 0.35 - ux * wing),
        ]
    )
    draw_area(canvas, head, fill=colour, edge=ROUTE_HALO, width_px=0.8, layer=ROUTE + 0.3)


_POINT_SHAPES = {
    PointRole.ORIGIN: [(math.cos(t / 12 * math.tau), math.sin(t / 12 * math.tau)) for t in range(12)],
    PointRole.STOP: [(0.8 * math.cos(t / 12 * math.tau), 0.8 * math.sin(t / 12 * math.tau)) for t in range(12)],
    PointRole.TURN_BACK: [(0, 1.25), (1.25, 0), (0, -1.25), (-1.25, 0)],
    PointRole.LAST_KNOWN: [
        (x, y)
        for x, y in (
            (-1.2, -0.8), (-0.8, -1.2), (0, -0.4), (0.8, -1.2), (1.2, -0.8), (0.4, 0),
            (1.2, 0.8), (0.8, 1.2), (0, 0.4), (-0.8, 1.2), (-1.2, 0.8), (-0.4, 0),
        )
    ],
    PointRole.DESTINATION: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
}  # fmt: skip
"""Outlines in radii around the position."""


def _draw_point(canvas: Canvas, *, view: View, point: RoutePoint, colour: str) -> None:
    if point.lat is None or point.lon is None:
        return
    x, y = view.point_px(lat=point.lat, lon=point.lon)
    if not box(*view.window).contains(Point(x, y)):
        return
    if point.radius_km:
        region = view.to_px(circle(lat=point.lat, lon=point.lon, radius_km=point.radius_km))
        draw_lines(canvas, [region], colour=ROUTE_HALO, width_px=2.4, opacity=0.5, layer=ROUTE)
        draw_lines(canvas, [region], colour=colour, width_px=1.0, dash_px=(1.5, 3.5), opacity=0.8, layer=ROUTE + 0.05)
    radius = 5.5 * canvas.unit_px
    outline = Polygon([(x + dx * radius, y + dy * radius) for dx, dy in _POINT_SHAPES[point.role]])
    fill, edge = (ROUTE_HALO, colour) if point.is_schematic else (colour, ROUTE_HALO)
    draw_area(canvas, outline, fill=fill, edge=edge, width_px=1.4, layer=MARK + 0.5)
    canvas.taken.append((x - radius, y - radius, x + radius, y + radius))


def _way_out(canvas: Canvas, *, view: View, route: Route) -> tuple[tuple[float, float], str, str] | None:
    """Return where a route leaves the map towards its destination, the destination's name and the kind of leg."""
    goal = next((point for point in route.points if point.role is PointRole.DESTINATION), None)
    window = box(*view.window)
    if goal is None or goal.lat is None or goal.lon is None:
        return None
    if window.contains(Point(view.point_px(lat=goal.lat, lon=goal.lon))):
        return None
    for leg in reversed(route.legs):
        if leg.geometry is None or "Line" not in leg.geometry.geom_type:
            continue
        crossing = shapely.get_coordinates(shapely.intersection(view.to_px(leg.geometry), window.boundary))
        if len(crossing):
            left, bottom, right, top = view.window
            inset = 16 * canvas.unit_px
            x = min(max(float(crossing[-1][0]), left + inset), right - inset)
            y = min(max(float(crossing[-1][1]), bottom + inset), top - inset)
            return (x, y), goal.label or "the destination", LEG_STROKES[leg.kind.value].title.lower()
    return None
