"""Routes as KML 2.2: a folder for each route, a placemark for each leg and each point that has a position.

Kinds of leg are styles (KML has no dashes): observed strong, reported thinner, inferred faint. A heading without an
end is a polygon. Descriptions are plain text, escaped once more, since viewers show them as HTML. Coordinates are
longitude, latitude on WGS 84, times UTC. A leg with a time at each position is a gx:Track. What KML has no words for
stands in ExtendedData, so that `tracks.imports` reads the very same routes again.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import shapely
from shapely.geometry.base import BaseGeometry

from mapapp import geo
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
from mapapp.model import Leg, LegKind, Route, RoutePoint
from mapapp.routes.files import ABOUT, LEG, about_route, is_line, leg_key
from mapapp.style import ROUTE_COLOUR

if TYPE_CHECKING:
    from mapapp.scene import Scene

NAMESPACE = "http://www.opengis.net/kml/2.2"
GX = "http://www.google.com/kml/ext/2.2"
ElementTree.register_namespace("gx", GX)
STROKES = {LegKind.OBSERVED: (4, 255), LegKind.REPORTED: (3, 190), LegKind.INFERRED: (2, 120)}
"""Width in pixels and opacity of 255, by kind."""


def write(scene: Scene) -> bytes:
    """Return the file in UTF-8. The same scene gives the same bytes."""
    root = ElementTree.Element("kml", {"xmlns": NAMESPACE})
    document = ElementTree.SubElement(root, "Document")
    _add(document, "name", plain_xml(f"Routes: {scene.theatre.title}"))
    _describe(document, "Lines between told places are the shortest ones, not paths. " + credit_line())
    pieces = [piece for piece in map(about_route, scene.routes) if piece is not None]
    _add_data(document, [(ABOUT, json.dumps(piece)) for piece in pieces])
    for kind, (width, opacity) in STROKES.items():
        _add_style(document, kind=kind, width=width, opacity=opacity)
    for route in scene.routes:
        folder = ElementTree.SubElement(document, "Folder")
        _add(folder, "name", plain_xml(route.title))
        for number, leg in enumerate(route.legs, start=1):
            _add_leg(folder, route, leg, number=number)
        for point in route.points:
            _add_point(folder, route, point)
    ElementTree.indent(root, space=" ")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, tag)
    element.text = text
    return element


def _add_data(parent: ElementTree.Element, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    data = ElementTree.SubElement(parent, "ExtendedData")
    for name, value in rows:
        _add(ElementTree.SubElement(data, "Data", {"name": name}), "value", value)


def _describe(parent: ElementTree.Element, text: str) -> None:
    _add(parent, "description", html.escape(text, quote=False).replace("\n", "<br/>"))


def _add_style(document: ElementTree.Element, *, kind: LegKind, width: int, opacity: int) -> None:
    red, green, blue = ROUTE_COLOUR[1:3], ROUTE_COLOUR[3:5], ROUTE_COLOUR[5:7]
    style = ElementTree.SubElement(document, "Style", {"id": kind.value})
    line = ElementTree.SubElement(style, "LineStyle")
    _add(line, "color", f"{opacity:02x}{blue}{green}{red}")
    _add(line, "width", str(width))
    area = ElementTree.SubElement(style, "PolyStyle")
    _add(area, "color", f"40{blue}{green}{red}")


def _add_leg(folder: ElementTree.Element, route: Route, leg: Leg, *, number: int) -> None:
    placemark = ElementTree.SubElement(folder, "Placemark")
    _add(placemark, "name", name_leg(route, number=number))
    _describe(placemark, describe_leg(route, leg))
    if leg.start is not None or leg.end is not None:
        span = ElementTree.SubElement(placemark, "TimeSpan")
        if leg.start is not None:
            _add(span, "begin", write_instant(leg.start))
        if leg.end is not None:
            _add(span, "end", write_instant(leg.end))
    _add(placemark, "styleUrl", f"#{leg.kind.value}")
    if is_line(leg.geometry):
        _add_data(placemark, [(LEG, plain_xml(leg_key(route, number=number)))])
    if leg.geometry is not None and leg.times_s and None not in leg.times_s:
        _add_track(placemark, leg)
        return
    parts = [part for part in shapely.get_parts(leg.geometry) if not part.is_empty]
    parent = ElementTree.SubElement(placemark, "MultiGeometry") if len(parts) > 1 else placemark
    for part in parts:
        _add_geometry(parent, part)


def _add_track(placemark: ElementTree.Element, leg: Leg) -> None:
    """Add a line whose every position has a time in the form that viewers play."""
    parts = list(shapely.get_parts(leg.geometry))
    parent = ElementTree.SubElement(placemark, f"{{{GX}}}MultiTrack") if len(parts) > 1 else placemark
    times = iter(vertex_times(leg, n_vertices=len(leg.times_s)))
    for part in parts:
        track = ElementTree.SubElement(parent, f"{{{GX}}}Track")
        coordinates = shapely.get_coordinates(part).tolist()
        for _ in coordinates:
            moment = next(times)
            _add(track, "when", "" if moment is None else write_instant(moment))
        for lon, lat in coordinates:
            _add(track, f"{{{GX}}}coord", f"{lon!r} {lat!r} 0")


def _add_geometry(parent: ElementTree.Element, shape: BaseGeometry) -> None:
    if shape.geom_type == "Polygon":
        element = ElementTree.SubElement(parent, "Polygon")
        _add(element, "tessellate", "1")
        for tag, rings in (("outerBoundaryIs", [shape.exterior]), ("innerBoundaryIs", shape.interiors)):
            for ring in rings:
                holder = ElementTree.SubElement(ElementTree.SubElement(element, tag), "LinearRing")
                _add(holder, "coordinates", _coordinates(ring))
    elif shape.geom_type == "LineString":
        element = ElementTree.SubElement(parent, "LineString")
        _add(element, "tessellate", "1")
        _add(element, "coordinates", _coordinates(shape))


def _coordinates(shape: BaseGeometry) -> str:
    return " ".join(f"{lon!r},{lat!r}" for lon, lat in shapely.get_coordinates(shape).tolist())


def _add_point(folder: ElementTree.Element, route: Route, point: RoutePoint) -> None:
    if point.lat is None or point.lon is None:
        return
    placemark = ElementTree.SubElement(folder, "Placemark")
    _add(placemark, "name", name_point(point))
    _describe(placemark, describe_point(route, point))
    holder = placemark
    if point.radius_km:
        _add(placemark, "styleUrl", f"#{LegKind.INFERRED.value}")
        holder = ElementTree.SubElement(placemark, "MultiGeometry")
    _add(ElementTree.SubElement(holder, "Point"), "coordinates", f"{float(point.lon)!r},{float(point.lat)!r}")
    if point.radius_km:
        for part in shapely.get_parts(geo.circle(lat=point.lat, lon=point.lon, radius_km=point.radius_km)):
            _add_geometry(holder, part)


EXPORTER = Exporter(
    id="kml", suffix=".kml", mime="application/vnd.google-earth.kml+xml", title="Routes (KML)", write=write
)
