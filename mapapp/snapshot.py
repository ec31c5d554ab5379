"""Static pictures of one day: the map, what is known and how surely, drawn by us so that equal input gives equal bytes.

The ground is drawn in the Mercator projection (as the map in the browser is), in pixels of a `canvas`; the words
around it stand in `panels`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import IO

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from mapapp.canvas import (
    Box,
    Canvas,
    draw_area,
    draw_hatch,
    draw_lines,
    draw_panel,
    draw_words,
    fit_words,
    is_free,
    measure_words,
    open_canvas,
    save_canvas,
)
from mapapp.errors import ExportError
from mapapp.geo import circle, destination
from mapapp.model import Cell, ControlState, Leg, PointRole, Route, RoutePoint
from mapapp.panels import day_words, draw_panels, make_frame, picture_marks
from mapapp.scene import Scene
from mapapp.selection import is_shown
from mapapp.style import (
    FAR_OPACITY_FACTOR,
    HATCHES,
    LEG_STROKES,
    PAPER,
    ROUTE_HALO,
    Look,
    look_of,
    mix,
    route_colour,
)
from mapapp.summary import changes
from mapapp.territory import FAR_KM

LAND, COUNTRY, FILL, EDGE, ADMIN, OUTLINE, ROUTE, MARK, WORDS, FURNITURE = (float(n) for n in range(1, 11))
"""What lies on what."""

FADE_STEPS = 12
"""Steps from the full colour near a place to the pale one far from it."""
FADE_KM = 26.0
"""Over how many kilometres beyond FAR_KM the colour fades: a hard edge would look like a front line."""

MOST_LABELS = 26
LEAST_APART = 58.0
"""Between named places, so that one city's suburbs don't use up all names; in pixels of a 1920 × 1080 sheet."""
CITY, TOWN = 300_000, 20_000
"""Inhabitants from which a place is named before others: always, and where it changed hands that day."""
GRID_PX = 0.02
"""Neighbouring cells are brought together on this grid before they are joined."""
MOST_LAT = 85.0
"""Mercator ends before the poles."""

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """How longitude and latitude become pixels."""

    scale: float
    """Pixels per degree of longitude."""
    x0: float
    """Longitude at the left edge of the sheet."""
    y0: float
    """Mercator ordinate, in degrees, at the bottom edge of the sheet."""
    window: Box
    """Where the map is seen, in pixels."""

    def to_px(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in pixels."""
        return shapely.transform(shape, self._moved)

    def point_px(self, *, lat: float, lon: float) -> tuple[float, float]:
        """Return a position in pixels."""
        x, y = self._moved(np.array([[lon, lat]]))[0]
        return float(x), float(y)

    def km_px(self, *, lat: float) -> float:
        """Return how many pixels a kilometre is at a latitude."""
        return self.scale / (111.3195 * math.cos(math.radians(lat)))

    def seen(self, *, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Return west, south, east and north of the window and a margin, which is a part of its width."""
        left, bottom, right, top = self.window
        more = margin * (right - left)
        west, east = (x / self.scale + self.x0 for x in (left - more, right + more))
        south, north = (_lat(y / self.scale + self.y0) for y in (bottom - more, top + more))
        return max(west, -180.0), max(south, -MOST_LAT), min(east, 180.0), min(north, MOST_LAT)

    def _moved(self, coordinates: _Floats) -> _Floats:
        y = _mercator(np.clip(coordinates[:, 1], -MOST_LAT, MOST_LAT))
        return np.column_stack([(coordinates[:, 0] - self.x0) * self.scale, (y - self.y0) * self.scale])


def make_view(bbox: tuple[float, float, float, float], *, window: Box) -> View:
    """Return the view in which an extent (west, south, east, north in degrees) just fits a window of the sheet.

    Raises ExportError for an extent that is none.
    """
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -MOST_LAT <= south < north <= MOST_LAT):
        raise ExportError(
            f"The extent {west}, {south}, {east}, {north} cannot be drawn. "
            "Expected west, south, east, north in degrees, west < east, south < north. Correct the extent."
        )
    low, high = (float(_mercator(np.array([lat]))[0]) for lat in (south, north))
    left, bottom, right, top = window
    scale = min((right - left) / (east - west), (top - bottom) / (high - low))
    x0 = (west + east) / 2 - (left + right) / 2 / scale
    y0 = (low + high) / 2 - (bottom + top) / 2 / scale
    return View(scale, x0, y0, window)


def render_snapshot(
    scene: Scene,
    *,
    path_or_buffer: Path | str | IO[bytes],
    format: str = "png",  # noqa: A002  the name that matplotlib and the command line use
    width_px: int = 1920,
    height_px: int = 1080,
    bbox: tuple[float, float, float, float] | None = None,
    day: date | None = None,
) -> None:
    """Draw a scene on one day (None: the query's) and write it as `png` or `svg`.

    `bbox` is west, south, east, north in degrees; None shows the whole theatre. Equal scenes, sizes and extents give
    equal bytes. Raises ExportError for a format, a size or an extent that cannot be drawn, and for a file that cannot
    be written.
    """
    shown = day or scene.query.day
    routes = [route for route in scene.routes if is_on(route, day=shown)]
    with open_canvas(width_px=width_px, height_px=height_px, colour=PAPER["sea"]) as canvas:
        frame = make_frame(canvas)
        view = make_view(bbox or scene.theatre.bbox, window=frame.window)
        _draw_ground(canvas, view=view, scene=scene)
        _draw_cells(canvas, view=view, scene=scene, day=shown)
        _draw_units(canvas, view=view, scene=scene)
        draw_panels(canvas, frame=frame, scene=scene, day=shown, routes=routes)
        _draw_furniture(canvas, view=view, scene=scene)
        _draw_routes(canvas, view=view, routes=routes)
        places = _places_in_order(canvas, view=view, scene=scene, day=shown)
        _draw_marks(canvas, places, scene=scene, day=shown)
        named = _write_places(canvas, [place for place in places if place.is_first], named=[])
        _write_routes(canvas, view=view, routes=routes, scene=scene)
        _write_places(canvas, [place for place in places if not place.is_first], named=named)
        _draw_neighbours(canvas, view=view, scene=scene)
        save_canvas(
            canvas,
            Path(path_or_buffer) if isinstance(path_or_buffer, str) else path_or_buffer,
            kind=format,
            title=f"{scene.theatre.title}: who holds what, {day_words(shown)}",
            description=picture_marks(scene),
        )


def is_on(route: Route, *, day: date) -> bool:
    """Tell whether a route belongs on the map of a day; one without a date is always there."""
    first = route.date_start or route.date_end
    last = route.date_end or route.date_start
    return first is None or last is None or first <= day <= last


# ---- ground ------------------------------------------------------------------------------------------------------


@cache
def _read_basemap(name: str) -> gpd.GeoDataFrame | None:
    path = ROOT / "basemap" / name
    return gpd.read_file(path) if path.is_file() else None


def _draw_ground(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw sea, land, the neighbours' borders and the theatre's own ground."""
    west, south, east, north = view.seen(margin=1.0)
    countries = _read_basemap("countries.geojson")
    if countries is not None:
        seen = shapely.clip_by_rect(np.asarray(countries.geometry.values), west, south, east, north)
        shapes = [view.to_px(shape) for shape in seen if not shape.is_empty]
        for shape in shapes:
            draw_area(canvas, shape, fill=PAPER["land"], layer=LAND)
        draw_lines(canvas, shapes, colour=PAPER["border"], width_px=0.9, layer=LAND + 0.2)
    inner = _read_basemap("admin1_lines.geojson")
    if inner is not None:
        seen = shapely.clip_by_rect(np.asarray(inner.geometry.values), west, south, east, north)
        lines = [view.to_px(line) for line in seen if not line.is_empty]
        draw_lines(canvas, lines, colour=PAPER["border"], width_px=0.5, dash_px=(3, 3), opacity=0.7, layer=LAND + 0.1)
    for shape in scene.theatre.units.geometry:
        draw_area(canvas, view.to_px(shape), fill=PAPER["country"], edge=PAPER["country"], width_px=0.5, layer=COUNTRY)


def _draw_units(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw the borders of the largest units and the outline of the whole."""
    units = scene.theatre.units
    if units.empty:
        return
    top = [view.to_px(shape) for shape in units[units["level"] == units["level"].min()].geometry]
    # Neighbours share their border: joined, it is drawn once, and its dashes stay dashes.
    borders = shapely.line_merge(shapely.union_all([shape.boundary for shape in top], grid_size=GRID_PX))
    draw_lines(canvas, [borders], colour=PAPER["outline"], width_px=0.8, dash_px=(5, 3), opacity=0.55, layer=ADMIN)
    draw_lines(canvas, [_joined(top)], colour=PAPER["outline"], width_px=1.5, layer=OUTLINE)


def _joined(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return shapes in pixels as one, without slivers between them."""
    return shapely.union_all(shapely.set_precision(list(shapes), GRID_PX), grid_size=GRID_PX)


# ---- who holds what ----------------------------------------------------------------------------------------------


def _draw_cells(canvas: Canvas, *, view: View, scene: Scene, day: date) -> None:
    """Draw fills, hatches and edges, weaker the farther they lie from the places that they stand for."""
    by_look: dict[Look, list[BaseGeometry]] = defaultdict(list)
    near = []
    for cell in scene.cells:
        shape = view.to_px(cell.geometry)
        near.append(shape if cell.far_geometry is None else _near_px(cell, view=view, shape=shape))
        state = scene.timeline.state_at(cell.id, day=day)
        if is_shown(state, query=scene.query):
            look = look_of(state, day=day, theatre=scene.theatre, palette=scene.query.palette)
            by_look[look].append(shape)
    if not by_look:
        return
    zones = _zones(near, view=view, scene=scene)
    for look, shapes in by_look.items():
        whole = _joined(shapes)
        if look.fill is not None:
            for strength, zone in zones:
                part = whole if zone is None else shapely.intersection(whole, zone, grid_size=GRID_PX)
                _draw_fill(canvas, _areas(part), look=look, strength=strength)
        _draw_edge(canvas, whole, look=look, near=zones[1][1])


def _near_px(cell: Cell, *, view: View, shape: BaseGeometry) -> BaseGeometry:
    disc = view.to_px(circle(lat=cell.lat, lon=cell.lon, radius_km=FAR_KM))
    return shapely.intersection(shape, disc, grid_size=GRID_PX)


def _zones(near: Sequence[BaseGeometry], *, view: View, scene: Scene) -> list[tuple[float, BaseGeometry | None]]:
    """Return strengths of colour from the palest (everywhere, None) to the full one (near a place)."""
    south, north = scene.theatre.bbox[1], scene.theatre.bbox[3]
    fade_px = FADE_KM * view.km_px(lat=(south + north) / 2)
    core = _joined(_areas(shape) for shape in near)
    zones: list[tuple[float, BaseGeometry | None]] = [(FAR_OPACITY_FACTOR, None)]
    for step in range(1, FADE_STEPS + 1):
        share = step / FADE_STEPS
        reach = fade_px * (1 - share)
        zones.append((FAR_OPACITY_FACTOR + (1 - FAR_OPACITY_FACTOR) * share, core.buffer(reach) if reach else core))
    return zones


def _draw_fill(canvas: Canvas, shape: BaseGeometry, *, look: Look, strength: float) -> None:
    if shape.is_empty or look.fill is None:
        return
    ground = PAPER["country"]
    draw_area(
        canvas, shape, fill=mix(look.fill, look.fill_opacity * strength, ground=ground), layer=FILL + strength / 3
    )
    if look.hatch is not None and look.hatch_colour is not None:
        colour = mix(look.hatch_colour, strength, ground=ground)
        draw_hatch(canvas, shape, hatch=HATCHES[look.hatch], colour=colour, layer=FILL + 0.4 + strength / 3)


def _draw_edge(canvas: Canvas, shape: BaseGeometry, *, look: Look, near: BaseGeometry | None) -> None:
    """Draw the edge of all that looks alike: strong near places, faint in between."""
    if look.edge_width_px <= 0:
        return
    line = shape.boundary
    sure = line if near is None else shapely.intersection(line, near)
    for part, opacity in ((sure, 0.85), (shapely.difference(line, sure), 0.3)):
        draw_lines(
            canvas,
            [part],
            colour=look.edge,
            width_px=look.edge_width_px,
            dash_px=look.edge_dash_px,
            opacity=opacity,
            layer=EDGE,
        )


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape."""
    return shapely.multipolygons([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])


# ---- routes ------------------------------------------------------------------------------------------------------


def _draw_routes(canvas: Canvas, *, view: View, routes: Sequence[Route]) -> None:
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


def _write_routes(canvas: Canvas, *, view: View, routes: Sequence[Route], scene: Scene) -> None:
    """Write beside the points what they are and what is not known, and whither a route leaves the map."""
    land = _joined(view.to_px(shape) for shape in scene.theatre.units.geometry)
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
            _write_beside(canvas, words, at=at, colour=colour, land=land, lines=lines, window=view.window)
    said: set[str] = set()
    for number, route in enumerate(routes):
        found = _way_out(canvas, view=view, route=route)
        if found is not None and found[1] not in said:
            at, name, kind = found
            said.add(name)
            words = [(f"towards {name}", True), (kind, False)]
            _write_beside(canvas, words, at=at, colour=route_colour(number), land=land, lines=lines, window=view.window)


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


# ---- places and words --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place on the sheet."""

    cell: Cell
    at: tuple[float, float]
    change: ControlState | None
    """Its state, if it changed hands that day by a claim on the place itself."""
    is_capital: bool

    @property
    def is_city(self) -> bool:
        return self.is_capital or (self.cell.population or 0) >= CITY

    @property
    def is_first(self) -> bool:
        """Named before the words of routes: the capital, cities, and towns that changed hands."""
        return self.is_city or (self.change is not None and (self.cell.population or 0) >= TOWN)


def _places_in_order(canvas: Canvas, *, view: View, scene: Scene, day: date) -> list[_Spot]:
    """Return the places that are seen: capital, cities and towns that changed hands that day, then by inhabitants."""
    changed = {
        change.cell_id: change.after
        for change in changes(scene.timeline, day=day)
        if change.after.last_reported == day and not change.after.is_regional
    }
    window = box(*view.window)
    spots = [
        _Spot(
            cell,
            view.point_px(lat=cell.lat, lon=cell.lon),
            changed.get(cell.id),
            cell.place_id == scene.theatre.capital_place_id,
        )
        for cell in scene.cells
        if cell.place_id is not None
    ]
    seen = [spot for spot in spots if window.contains(Point(spot.at))]
    return sorted(
        seen,
        key=lambda spot: (not spot.is_capital, not spot.is_first, -(spot.cell.population or 0), spot.cell.id),
    )


def _draw_marks(canvas: Canvas, spots: Sequence[_Spot], *, scene: Scene, day: date) -> None:
    """Ring the places that changed hands that day."""
    for spot in spots:
        if spot.change is not None:
            _draw_mark(canvas, spot.at, state=spot.change, scene=scene, day=day)


def _write_places(
    canvas: Canvas, spots: Sequence[_Spot], *, named: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Name places as far as there is room; return where all named ones are."""
    written = list(named)
    apart = LEAST_APART * canvas.unit_px
    for spot in spots:
        is_changed = spot.change is not None
        if len(written) >= MOST_LABELS or (not spot.cell.population and not is_changed):
            continue
        if not (spot.is_city or is_changed) and any(math.dist(spot.at, other) < apart for other in written):
            continue
        is_large = spot.is_city or is_changed
        size = 17.0 if spot.is_capital else 14.5 if is_large else 12.5
        if _write_place(canvas, spot.cell, at=spot.at, size=size, is_bold=is_large):
            written.append(spot.at)
            if not is_changed:
                _draw_dot(canvas, spot.at, radius=3.4 if is_large else 2.6)
    return written


def _draw_mark(canvas: Canvas, at: tuple[float, float], *, state: ControlState, scene: Scene, day: date) -> None:
    """Ring a place that changed hands that day."""
    look = look_of(state, day=day, theatre=scene.theatre, palette=scene.query.palette)
    disc = Point(at).buffer(6.0 * canvas.unit_px)
    draw_area(canvas, disc, fill=look.edge, edge=PAPER["panel"], width_px=1.6, layer=MARK)
    draw_area(canvas, Point(at).buffer(2.2 * canvas.unit_px), fill=PAPER["panel"], layer=MARK + 0.1)
    radius = 6.5 * canvas.unit_px
    canvas.taken.append((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))


def _draw_dot(canvas: Canvas, at: tuple[float, float], *, radius: float) -> None:
    draw_area(
        canvas,
        Point(at).buffer(radius * canvas.unit_px),
        fill=PAPER["panel"],
        edge=PAPER["ink"],
        width_px=1.1,
        layer=MARK,
    )


def _write_place(canvas: Canvas, cell: Cell, *, at: tuple[float, float], size: float, is_bold: bool) -> bool:
    """Write the name of a place in its languages beside it, if there is room; tell whether there was."""
    unit = canvas.unit_px
    wide, tall = measure_words(canvas, cell.place_name, size_px=size, is_bold=is_bold)
    second = cell.place_name_ar or ""
    wide2 = measure_words(canvas, second, size_px=size * 0.92)[0] + 5 * unit if second else 0.0
    spot = _free_spot(canvas, at=at, wide=wide + wide2, tall=tall, away=9 * unit)
    if spot is None:
        return False
    x, y = spot
    base = y + tall * 0.22
    draw_words(
        canvas,
        cell.place_name,
        x=x,
        y=base,
        size_px=size,
        colour=PAPER["ink"],
        layer=WORDS,
        is_bold=is_bold,
        halo="#ffffff",
    )
    if second:
        draw_words(
            canvas,
            second,
            x=x + wide + 5 * unit,
            y=base,
            size_px=size * 0.92,
            colour="#46423a",
            layer=WORDS,
            halo="#ffffff",
        )
    return True


def _free_spot(
    canvas: Canvas, *, at: tuple[float, float], wide: float, tall: float, away: float
) -> tuple[float, float] | None:
    """Return the lower left corner of the first free box beside a point, and take it."""
    x, y = at
    lower, upper = y - tall - away * 0.55, y + away * 0.55
    for left, bottom in (
        (x + away, y - tall / 2),
        (x - away - wide, y - tall / 2),
        (x + away * 0.6, upper),
        (x + away * 0.6, lower),
        (x - away * 0.6 - wide, upper),
        (x - away * 0.6 - wide, lower),
        (x - wide / 2, upper + away * 0.3),
        (x - wide / 2, lower - away * 0.3),
    ):
        spot = (left, bottom, left + wide, bottom + tall)
        if is_free(canvas, spot):
            canvas.taken.append(spot)
            return left, bottom
    return None


def _write_beside(
    canvas: Canvas,
    lines_of_words: Sequence[tuple[str, bool]],
    *,
    at: tuple[float, float],
    colour: str,
    land: BaseGeometry,
    lines: BaseGeometry,
    window: Box,
) -> None:
    """Write a few lines near a point, rather off the theatre's land and off the routes, with a hair line to it."""
    unit = canvas.unit_px
    sizes = {True: 13.5, False: 11.5}
    texts = [
        (fit_words(canvas, words, size_px=sizes[b], width_px=330 * unit, is_bold=b), b) for words, b in lines_of_words
    ]
    measured = [measure_words(canvas, words, size_px=sizes[b], is_bold=b) for words, b in texts]
    wide, tall = max(width for width, _ in measured), sum(height for _, height in measured)
    best: tuple[float, Box] | None = None
    for reach in (11.0, 26.0, 48.0, 78.0, 115.0, 160.0):
        for turn in range(16):
            ux, uy = math.cos(turn / 16 * math.tau), math.sin(turn / 16 * math.tau)
            left = at[0] + ux * reach * unit - (wide if ux < -0.3 else 0.0 if ux > 0.3 else wide / 2)
            bottom = at[1] + uy * reach * unit - (tall if uy < -0.3 else 0.0 if uy > 0.3 else tall / 2)
            spot = (left, bottom, left + wide, bottom + tall)
            if not is_free(canvas, spot, margin_px=4 * unit) or not box(*window).contains(box(*spot)):
                continue
            sheet = box(*spot)
            on_land = sheet.intersection(land).area / max(sheet.area, 1.0)
            cost = reach + 70 * on_land + (60 if sheet.intersects(lines) else 0)
            if best is None or cost < best[0]:
                best = (cost, spot)
    if best is None:
        return
    spot = best[1]
    canvas.taken.append(spot)
    nearest = shapely.shortest_line(box(*spot), Point(at))
    if nearest.length > 14 * unit:
        draw_lines(canvas, [nearest], colour=ROUTE_HALO, width_px=2.2, opacity=0.7, layer=WORDS - 0.2)
        draw_lines(canvas, [nearest], colour=colour, width_px=0.7, layer=WORDS - 0.1)
    top = spot[1] + tall
    for (words, is_bold), (_, height) in zip(texts, measured, strict=True):
        top -= height
        draw_words(
            canvas,
            words,
            x=spot[0],
            y=top + height * 0.22,
            size_px=sizes[is_bold],
            colour=colour,
            layer=WORDS,
            is_bold=is_bold,
            halo="#ffffff",
        )


def _draw_neighbours(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Name the countries around, where there is room left."""
    countries = _read_basemap("countries.geojson")
    if countries is None:
        return
    west, south, east, north = view.seen()
    own = shapely.union_all(scene.theatre.units.geometry.values) if len(scene.theatre.units) else Polygon()
    for row in countries.itertuples(index=False):
        if row.iso2 == scene.theatre.country:
            continue
        part = shapely.difference(shapely.clip_by_rect(row.geometry, west, south, east, north), own)
        shape = view.to_px(part)
        if shape.area < 9000 * canvas.unit_px**2:
            continue
        largest = max(shapely.get_parts(shape), key=lambda piece: piece.area)
        words = " ".join(str(row.name).upper())
        wide, tall = measure_words(canvas, words, size_px=13)
        centre = shapely.maximum_inscribed_circle(largest, tolerance=4.0).coords[0]
        spot = (centre[0] - wide / 2, centre[1] - tall / 2, centre[0] + wide / 2, centre[1] + tall / 2)
        if is_free(canvas, spot) and box(*spot).within(largest.buffer(tall)):
            canvas.taken.append(spot)
            draw_words(
                canvas, words, x=spot[0], y=spot[1] + tall * 0.22, size_px=13, colour="#a39b8a", layer=WORDS - 0.5
            )


def _draw_furniture(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw scale bar and locator into corners of the map."""
    _draw_scale(canvas, view=view)
    _draw_locator(canvas, view=view, scene=scene)


def _draw_scale(canvas: Canvas, *, view: View) -> None:
    """Draw a bar of round kilometres, measured on the ellipsoid along the middle of the map."""
    unit = canvas.unit_px
    _, bottom, right, _ = view.window
    west, south, east, north = view.seen()
    lat, lon = (south + north) / 2, (west + east) / 2
    lengths = [digit * 10.0**power for power in range(4) for digit in (1, 2, 5)]
    bars = [
        (km, view.point_px(lat=lat, lon=_east_of(lat, lon, km))[0] - view.point_px(lat=lat, lon=lon)[0])
        for km in lengths
    ]
    fitting = [bar for bar in bars if bar[1] <= 190 * unit]
    if not fitting:
        return
    km, long = fitting[-1]
    x1, y = right - 6 * unit, bottom + 8 * unit
    x0 = x1 - long
    tick = 5 * unit
    line = LineString([(x0, y + tick), (x0, y), (x1, y), (x1, y + tick)])
    draw_lines(canvas, [line], colour=PAPER["panel"], width_px=4.0, opacity=0.8, layer=FURNITURE)
    draw_lines(canvas, [line], colour=PAPER["ink"], width_px=1.4, layer=FURNITURE + 0.1)
    words = f"{km:.0f} km"
    draw_words(
        canvas,
        words,
        x=(x0 + x1) / 2,
        y=y + 4 * unit,
        size_px=12,
        colour=PAPER["ink"],
        layer=FURNITURE,
        align="center",
        halo="#ffffff",
    )
    canvas.taken.append((x0, y - 2, x1, y + 20 * unit))


def _east_of(lat: float, lon: float, km: float) -> float:
    return destination(lat=lat, lon=lon, bearing_deg=90.0, range_km=km)[0]


def _draw_locator(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw a small map that shows where in the world this is."""
    countries = _read_basemap("countries.geojson")
    if countries is None:
        return
    unit = canvas.unit_px
    frame = _free_corner(canvas, view=view, scene=scene, wide=176 * unit, tall=132 * unit)
    west, south, east, north = scene.theatre.bbox
    more = max(east - west, north - south) * 1.6
    extent = (max(west - more, -180), max(south - more * 0.8, -80), min(east + more, 180), min(north + more * 0.8, 80))
    small = make_view(extent, window=frame)
    draw_panel(canvas, frame, fill=PAPER["sea"], edge=PAPER["border"], layer=FURNITURE, opacity=1.0)
    inside = box(*frame).buffer(-1.5 * unit)
    region = small.seen(margin=0.1)
    for row in countries.itertuples(index=False):
        part = shapely.clip_by_rect(row.geometry, *region)
        if part.is_empty:
            continue
        shape = shapely.intersection(small.to_px(part), inside)
        is_own = row.iso2 == scene.theatre.country
        fill = PAPER["admin"] if is_own else PAPER["country"]
        draw_area(canvas, _areas(shape), fill=fill, edge=PAPER["border"], width_px=0.4, layer=FURNITURE + 0.1)
    shown = shapely.intersection(small.to_px(box(*view.seen())), inside)
    draw_lines(canvas, [shown], colour=PAPER["against"], width_px=1.3, layer=FURNITURE + 0.2)


def _free_corner(canvas: Canvas, *, view: View, scene: Scene, wide: float, tall: float) -> Box:
    """Return the corner of the map in which a box hides least of the theatre."""
    left, bottom, right, top = view.window
    corners = [
        (right - wide, top - tall, right, top),
        (left, top - tall, left + wide, top),
        (left, bottom, left + wide, bottom + tall),
    ]
    own = _joined(view.to_px(shape) for shape in scene.theatre.units.geometry)
    return min(corners, key=lambda corner: own.buffer(24 * canvas.unit_px).intersection(box(*corner)).area)


def _mercator(lat: _Floats) -> _Floats:
    """Return the ordinate of latitudes in the Mercator projection of the sphere, in degrees."""
    return np.asarray(np.degrees(np.arcsinh(np.tan(np.radians(lat)))), dtype=np.float64)


def _lat(ordinate: float) -> float:
    """Return the latitude of a Mercator ordinate in degrees."""
    return math.degrees(math.atan(math.sinh(math.radians(ordinate))))
