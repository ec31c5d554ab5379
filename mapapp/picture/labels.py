"""Words on a static map: names of places and notes beside points, where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from mapapp.model import Cell, ControlState
from mapapp.picture.canvas import (
    Box,
    Canvas,
    draw_area,
    draw_lines,
    draw_words,
    fit_words,
    is_free,
    measure_words,
)
from mapapp.picture.viewport import (
    MARK,
    WORDS,
    View,
)
from mapapp.scene import Scene
from mapapp.style import (
    PAPER,
    ROUTE_HALO,
    look_of,
)
from mapapp.summary import changes

MOST_LABELS = 26


LEAST_APART = 58.0
"""Between named places, so that one city's suburbs don't use up all names; in pixels of a 1920 × 1080 sheet."""


SEATS = frozenset({"PPLC", "PPLA"})
"""GeoNames feature codes of the capital and of the seats of first-level units."""

CITY, TOWN = 300_000, 20_000
"""Inhabitants from which a place is named before others: always, and where it changed hands that day."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the sheet."""

    cell: Cell
    at: tuple[float, float]
    change: ControlState | None
    """Its state, if it changed hands that day by a claim on the place itself."""
    is_capital: bool
    is_seat: bool = False
    """Seat of a first-level unit."""

    @property
    def is_city(self) -> bool:
        return self.is_capital or self.is_seat or (self.cell.population or 0) >= CITY

    @property
    def is_first(self) -> bool:
        """Named before the words of routes: the capital, cities, and towns that changed hands."""
        return self.is_city or (self.change is not None and (self.cell.population or 0) >= TOWN)


def places_in_order(canvas: Canvas, *, view: View, scene: Scene, day: date) -> list[Spot]:
    """Return the places that are seen: capital, cities and towns that changed hands that day, then by inhabitants."""
    changed = {
        change.cell_id: change.after
        for change in changes(scene.timeline, day=day)
        if change.after.last_reported == day and not change.after.is_regional
    }
    window = box(*view.window)
    seats = {place.id for place in scene.theatre.cell_places if place.feature_code in SEATS}
    spots = [
        Spot(
            cell,
            view.point_px(lat=cell.lat, lon=cell.lon),
            changed.get(cell.id),
            cell.place_id == scene.theatre.capital_place_id,
            cell.place_id in seats,
        )
        for cell in scene.cells
        if cell.place_id is not None
    ]
    seen = [spot for spot in spots if window.contains(Point(spot.at))]
    return sorted(
        seen,
        key=lambda spot: (not spot.is_capital, not spot.is_first, -(spot.cell.population or 0), spot.cell.id),
    )


def draw_marks(canvas: Canvas, spots: Sequence[Spot], *, scene: Scene, day: date) -> None:
    """Ring the places that changed hands that day."""
    for spot in spots:
        if spot.change is not None:
            _draw_mark(canvas, spot.at, state=spot.change, scene=scene, day=day)


def write_places(
    canvas: Canvas, spots: Sequence[Spot], *, named: Sequence[tuple[float, float]]
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


def write_beside(
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
