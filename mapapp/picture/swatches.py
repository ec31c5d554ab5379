"""What every block of words on a static picture needs: a pen, samples of how areas look, headings and days in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry import box

from mapapp.model import ControlState, Status
from mapapp.picture.canvas import (
    Box,
    Canvas,
    draw_area,
    draw_hatch,
    draw_lines,
    draw_words,
)
from mapapp.scene import Scene
from mapapp.style import (
    HATCHES,
    PAPER,
    Look,
    look_of,
)

LAYER_PANEL = 20.0


LAYER_INK = 21.0


def day_words(day: date) -> str:
    """Return a day as people write it, whatever the language of the machine.

    >>> day_words(date(2030, 1, 5))
    '5 January 2030'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """Return a day with a short month.

    >>> short_day(date(2030, 9, 5))
    '5 Sep'
    """
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Pen:
    """What every block needs."""

    canvas: Canvas
    scene: Scene
    day: date

    @property
    def unit(self) -> float:
        return self.canvas.unit_px

    def write(
        self,
        words: str,
        *,
        x: float,
        y: float,
        size: float,
        colour: str = "ink",
        is_bold: bool = False,
        align: str = "left",
    ) -> Box:
        return draw_words(
            self.canvas,
            words,
            x=x,
            y=y,
            size_px=size,
            colour=PAPER[colour],
            layer=LAYER_INK,
            is_bold=is_bold,
            align=align,
        )

    def name(self, code: str | None) -> str:
        actor = self.scene.theatre.actor(code) if code else None
        return actor.name if actor else code or "nobody named"

    def look(self, state: ControlState, *, day: date | None = None) -> Look:
        return look_of(state, day=day or self.day, theatre=self.scene.theatre, palette=self.scene.query.palette)


def draw_heading(pen: Pen, words: str, *, left: float, right: float, top: float) -> float:
    unit = pen.unit
    rule = shapely.LineString([(left, top), (right, top)])
    draw_lines(pen.canvas, [rule], colour=PAPER["border"], width_px=0.8, layer=LAYER_INK)
    pen.write(words, x=left, y=top - 19 * unit, size=13.5, is_bold=True)
    return top - 28 * unit


def sample_look(
    pen: Pen, actor: str | None, status: Status, *, other: str | None = None, is_regional: bool = False
) -> Look:
    """Return the look of a state for a swatch."""
    others: tuple[str, ...] = (other,) if status is Status.CONTESTED and other else ()
    controller = actor
    if actor is None and status is Status.CONTESTED:
        parties = [
            state for state in _current(pen) if state.status is Status.CONTESTED and state.controller is not None
        ]
        if parties:
            controller, others = parties[0].controller, parties[0].others
    if status is Status.UNKNOWN:
        controller = None
    return pen.look(ControlState("", pen.day, None, status, controller, others=others, is_regional=is_regional))


def _current(pen: Pen) -> list[ControlState]:
    """Return the states of the day."""
    return [
        state
        for state in pen.scene.timeline.states
        if state.start <= pen.day and (state.end is None or pen.day < state.end)
    ]


def draw_swatch(pen: Pen, look: Look | None, *, shape_box: Box, has_edge: bool = True) -> None:
    """Draw a small piece of an area as it looks on the map."""
    if look is None or shape_box[2] - shape_box[0] <= 0:
        return
    shape = box(*shape_box)
    draw_area(pen.canvas, shape, fill=look.fill or PAPER["country"], layer=LAYER_INK)
    if look.hatch is not None and look.hatch_colour is not None:
        draw_hatch(pen.canvas, shape, hatch=HATCHES[look.hatch], colour=look.hatch_colour, layer=LAYER_INK + 0.1)
    if has_edge:
        width = max(look.edge_width_px, 0.8)
        draw_lines(
            pen.canvas,
            [shape],
            colour=look.edge,
            width_px=width,
            dash_px=look.edge_dash_px,
            layer=LAYER_INK + 0.2,
        )


def short_name(name: str) -> str:
    """Return a name without what stands in brackets behind it.

    >>> short_name("Government (of the day)")
    'Government'
    """
    return name.split(" (", maxsplit=1)[0] or name
