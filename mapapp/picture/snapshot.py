"""Static pictures of one day: the map, what is known and how surely, drawn by us so that equal input gives equal bytes.

Drawn in the Mercator projection (as the map in the browser is), in pixels of a `canvas`: `ground`, then the cells
(here), `strokes` and `labels`; the words around it stand in `panels`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO

import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.geo import circle
from mapapp.model import Cell
from mapapp.picture.canvas import (
    Canvas,
    draw_area,
    draw_hatch,
    draw_lines,
    open_canvas,
    save_canvas,
)
from mapapp.picture.captions import picture_marks
from mapapp.picture.ground import draw_furniture, draw_ground, draw_neighbours, draw_units
from mapapp.picture.labels import draw_marks, places_in_order, write_places
from mapapp.picture.panels import draw_panels, make_frame
from mapapp.picture.strokes import draw_routes, is_on, write_routes
from mapapp.picture.swatches import day_words
from mapapp.picture.ticks import write_times
from mapapp.picture.viewport import (
    EDGE,
    FILL,
    GRID_PX,
    View,
    areas_only,
    joined,
    make_view,
)
from mapapp.routes.versions import lead_versions
from mapapp.scene import Scene
from mapapp.selection import is_shown
from mapapp.style import (
    FAR_OPACITY_FACTOR,
    HATCHES,
    PAPER,
    Look,
    look_of,
    mix,
)
from mapapp.territory.timeline import FAR_KM

FADE_STEPS = 12
"""Steps from the full colour near a place to the pale one far from it."""


FADE_KM = 26.0
"""Over how many kilometres beyond FAR_KM the colour fades: a hard edge would look like a front line."""


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
    leads = lead_versions(scene.routes)
    routes = [route for route in scene.routes if route.id in leads and is_on(route, day=shown)]
    with open_canvas(width_px=width_px, height_px=height_px, colour=PAPER["sea"]) as canvas:
        frame = make_frame(canvas)
        view = make_view(bbox or scene.theatre.bbox, window=frame.window)
        draw_ground(canvas, view=view, scene=scene)
        draw_cells(canvas, view=view, scene=scene, day=shown)
        draw_units(canvas, view=view, scene=scene)
        draw_panels(canvas, frame=frame, scene=scene, day=shown, routes=routes)
        draw_furniture(canvas, view=view, scene=scene)
        draw_routes(canvas, view=view, routes=routes)
        places = places_in_order(canvas, view=view, scene=scene, day=shown)
        draw_marks(canvas, places, scene=scene, day=shown)
        named = write_places(canvas, [place for place in places if place.is_first], named=[])
        write_routes(canvas, view=view, routes=routes, scene=scene)
        write_times(canvas, view=view, routes=routes, timezone=scene.theatre.timezone)
        write_places(canvas, [place for place in places if not place.is_first], named=named)
        draw_neighbours(canvas, view=view, scene=scene)
        save_canvas(
            canvas,
            Path(path_or_buffer) if isinstance(path_or_buffer, str) else path_or_buffer,
            kind=format,
            title=f"{scene.theatre.title}: who holds what, {day_words(shown)}",
            description=picture_marks(scene),
        )


def draw_cells(canvas: Canvas, *, view: View, scene: Scene, day: date) -> None:
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
        whole = joined(shapes)
        if look.fill is not None:
            drawn: BaseGeometry | None = None
            # From the full colour outwards: a zone that adds nothing to the one inside it needs no drawing.
            for strength, zone in reversed(zones):
                part = whole if zone is None else areas_only(shapely.intersection(whole, zone, grid_size=GRID_PX))
                if drawn is None or part.area > drawn.area + 1.0:
                    _draw_fill(canvas, part, look=look, strength=strength)
                    drawn = part
        _draw_edge(canvas, whole, look=look, near=zones[1][1])


def _near_px(cell: Cell, *, view: View, shape: BaseGeometry) -> BaseGeometry:
    disc = view.to_px(circle(lat=cell.lat, lon=cell.lon, radius_km=FAR_KM))
    return shapely.intersection(shape, disc, grid_size=GRID_PX)


def _zones(near: Sequence[BaseGeometry], *, view: View, scene: Scene) -> list[tuple[float, BaseGeometry | None]]:
    """Return strengths of colour from the palest (everywhere, None) to the full one (near a place)."""
    south, north = scene.theatre.bbox[1], scene.theatre.bbox[3]
    fade_px = FADE_KM * view.km_px(lat=(south + north) / 2)
    core = joined(areas_only(shape) for shape in near)
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
