"""Routes as GPX 1.1: a track for each leg, a waypoint for each point that has a position.

GPX knows no areas and no kinds of line. So each leg is a track of its own whose `<type>` says observed, reported or
inferred; a heading without an end, which is drawn as a sector, is a track without positions that says so in words.
Coordinates are longitude, latitude on WGS 84, times UTC: of each position where they are known, else of the first and
last. What GPX has no words for stands in `<extensions>`, so that `tracks.imports` reads the very same routes again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import shapely

from mapapp.export import Exporter
from mapapp.export._told import (
    credit_line,
    describe_leg,
    describe_point,
    name_leg,
    name_point,
    plain_xml,
    vertex_times,
    write_instant,
)
from mapapp.model import Route
from mapapp.routes.files import ABOUT, LEG, about_route, is_line, leg_key
from mapapp.routes.files import NAMESPACE as OWN

if TYPE_CHECKING:
    from mapapp.scene import Scene

NAMESPACE = "http://www.topografix.com/GPX/1/1"
CREATOR = "mapapp"
ElementTree.register_namespace("mapapp", OWN)
NO_LINE = "No line: GPX has no form for an area or for what has no position."


def write(scene: Scene) -> bytes:
    """Return the file in UTF-8. The same scene gives the same bytes."""
    root = ElementTree.Element("gpx", {"version": "1.1", "creator": CREATOR, "xmlns": NAMESPACE})
    about_file = ElementTree.SubElement(root, "metadata")
    _add(about_file, "name", plain_xml(f"Routes: {scene.theatre.title}"))
    _add(about_file, "desc", "Lines between told places are the shortest ones, not paths. " + credit_line())
    pieces = [about for about in map(about_route, scene.routes) if about is not None]
    if pieces:
        extensions = ElementTree.SubElement(about_file, "extensions")
        for piece in pieces:
            _add(extensions, f"{{{OWN}}}{ABOUT}", json.dumps(piece))
    for route in scene.routes:
        _add_points(root, route)
    for route in scene.routes:
        _add_legs(root, route)
    ElementTree.indent(root, space=" ")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _add_points(root: ElementTree.Element, route: Route) -> None:
    for point in route.points:
        if point.lat is None or point.lon is None:
            continue
        element = ElementTree.SubElement(root, "wpt", {"lat": repr(float(point.lat)), "lon": repr(float(point.lon))})
        _add(element, "name", name_point(point))
        _add(element, "desc", describe_point(route, point))
        _add(element, "type", f"{point.role.value}, schematic" if point.is_schematic else point.role.value)


def _add_legs(root: ElementTree.Element, route: Route) -> None:
    for number, leg in enumerate(route.legs, start=1):
        track = ElementTree.SubElement(root, "trk")
        lines = [part for part in shapely.get_parts(leg.geometry) if part.geom_type == "LineString"]
        _add(track, "name", name_leg(route, number=number))
        _add(track, "desc", describe_leg(route, leg) + ("" if lines else f"\n{NO_LINE}"))
        _add(track, "number", str(number))
        _add(track, "type", leg.kind.value)
        if is_line(leg.geometry):
            key = plain_xml(leg_key(route, number=number))
            _add(ElementTree.SubElement(track, "extensions"), f"{{{OWN}}}{LEG}", key)
        elements = []
        for line in lines:
            segment = ElementTree.SubElement(track, "trkseg")
            for lon, lat in shapely.get_coordinates(line).tolist():
                elements.append(ElementTree.SubElement(segment, "trkpt", {"lat": repr(lat), "lon": repr(lon)}))
        for element, moment in zip(elements, vertex_times(leg, n_vertices=len(elements)), strict=True):
            if moment is not None:
                _add(element, "time", write_instant(moment))


EXPORTER = Exporter(id="gpx", suffix=".gpx", mime="application/gpx+xml", title="Routes (GPX)", write=write)
