"""The words around a static picture: date, events per day, legend with shares, key; `captions` has the rest.

Blocks are stacked in columns: each takes the top at which it may begin and returns where it ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import shapely
from shapely.geometry import box

from mapapp.model import CONTROL_CHANGES, Route, Status
from mapapp.picture.canvas import (
    Box,
    Canvas,
    draw_area,
    draw_lines,
    fit_words,
    measure_words,
)
from mapapp.picture.captions import draw_changes, draw_route_key, draw_sources
from mapapp.picture.swatches import (
    LAYER_INK,
    LAYER_PANEL,
    WEEKDAYS,
    Pen,
    draw_heading,
    draw_swatch,
    sample_look,
    short_day,
)
from mapapp.scene import Scene
from mapapp.style import (
    FAR_OPACITY_FACTOR,
    PAPER,
    STATUS_STYLES,
    Look,
    colour_of,
    mix,
)
from mapapp.summary import Share, events_per_day, shares
from mapapp.territory.timeline import FAR_KM

COLUMN = 384.0
"""Width of a column of words, in units of a 1920 × 1080 sheet."""


PAD = 24.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the map and the words stand."""

    window: Box
    """What is left for the map, in pixels."""
    header: Box
    columns: tuple[Box, ...]
    """From top to bottom they are filled with blocks; the last one ends with the sources."""
    is_wide: bool


def make_frame(canvas: Canvas) -> Frame:
    """Divide the sheet into map and words."""
    unit, width, height = canvas.unit_px, canvas.width_px, canvas.height_px
    pad, column = PAD * unit, COLUMN * unit
    if canvas.is_wide:
        side = column + 2 * pad
        inner = (pad, pad * 0.7, pad + column, height - pad)
        return Frame((side + pad, pad, width - pad, height - pad), (0.0, 0.0, side, height), (inner,), True)
    top, low = height - 134 * unit, 446 * unit
    middle = width / 2
    return Frame(
        (pad, low + pad, width - pad, top - pad),
        (0.0, top, width, height),
        ((pad, pad * 0.6, middle - pad / 2, low - pad), (middle + pad / 2, pad * 0.6, width - pad, low - pad)),
        False,
    )


def draw_panels(canvas: Canvas, *, frame: Frame, scene: Scene, day: date, routes: Sequence[Route]) -> None:
    """Draw all words around the map and keep labels off them."""
    sheets = [frame.header] if frame.is_wide else [frame.header, (0.0, 0.0, canvas.width_px, frame.window[1])]
    for sheet in sheets:
        draw_area(canvas, box(*sheet), fill=PAPER["panel"], edge=PAPER["border"], width_px=0.8, layer=LAYER_PANEL)
        canvas.taken.append(sheet)
    pen = Pen(canvas, scene, day)
    pad = PAD * canvas.unit_px
    if frame.is_wide:
        left, bottom, right, top = frame.columns[0]
        floor = draw_sources(pen, left=left, right=right, bottom=bottom)
        at = _draw_header(pen, left=left, right=right, top=top)
        at = _draw_histogram(pen, left=left, right=right, top=at)
        at = _draw_legend(pen, left=left, right=right, top=at)
        at = _draw_key(pen, left=left, right=right, top=at)
        at = draw_route_key(pen, routes, left=left, right=right, top=at)
        draw_changes(pen, left=left, right=right, top=at, bottom=floor)
        return
    _draw_header(pen, left=pad, right=canvas.width_px / 2, top=canvas.height_px - pad)
    _draw_histogram(pen, left=canvas.width_px / 2 + pad, right=canvas.width_px - pad, top=canvas.height_px - pad)
    (left, bottom, right, top), (left2, _, right2, _) = frame.columns
    at = _draw_legend(pen, left=left, right=right, top=top)
    _draw_key(pen, left=left, right=right, top=at)
    floor = draw_sources(pen, left=left2, right=right2, bottom=bottom)
    at = draw_route_key(pen, routes, left=left2, right=right2, top=top)
    draw_changes(pen, left=left2, right=right2, top=at, bottom=floor)


def _draw_header(pen: Pen, *, left: float, right: float, top: float) -> float:
    """Title in both languages, and the day, which is the largest thing on the sheet."""
    unit, theatre = pen.unit, pen.scene.theatre
    width = right - left
    y = top - 13 * unit
    title = fit_words(pen.canvas, theatre.title, size_px=13.5, width_px=width, is_bold=True)
    title_box = pen.write(title, x=left, y=y, size=13.5, colour="muted", is_bold=True)
    if theatre.title_ar:
        other = fit_words(pen.canvas, theatre.title_ar, size_px=13.5, width_px=width)
        if measure_words(pen.canvas, other, size_px=13.5)[0] > right - title_box[2] - 12 * unit:
            y -= 21 * unit
        pen.write(other, x=right, y=y, size=13.5, colour="muted", align="right")
    y -= 52 * unit
    pen.write(f"{short_day(pen.day)} {pen.day.year}", x=left - 2 * unit, y=y, size=50, is_bold=True)
    y -= 26 * unit
    number = (pen.day - theatre.first_day).days + 1
    total = (theatre.last_day - theatre.first_day).days + 1
    place_in_time = f" · day {number} of {total}" if 1 <= number <= total else ""
    pen.write(f"Who holds what · {WEEKDAYS[pen.day.weekday()]}{place_in_time}", x=left, y=y, size=14.5)
    return y - 16 * unit


def _draw_histogram(pen: Pen, *, left: float, right: float, top: float) -> float:
    """Events per day in the colours of who gained by them; the day shown is marked."""
    unit, query = pen.unit, pen.scene.query
    counts = events_per_day(
        [event for event in pen.scene.events if event.kind in CONTROL_CHANGES], start=query.start, end=query.end
    )
    most = max((sum(row.values()) for row in counts.values()), default=0)
    height, base = 44 * unit, top - 52 * unit
    step = (right - left) / max(len(counts), 1)
    for index, (day, row) in enumerate(counts.items()):
        x, y = left + index * step, base
        gap = min(step * 0.15, 2 * unit)
        for actor, count in row.items():
            tall = height * count / most
            colour = colour_of(actor, day=day, theatre=pen.scene.theatre, palette=query.palette)
            fill = mix(colour, 0.85 if day <= pen.day else 0.3)
            draw_area(pen.canvas, box(x + gap, y, x + step - gap, y + tall), fill=fill, layer=LAYER_INK)
            y += tall
        if day == pen.day:
            mark = box(x + gap, base - 4 * unit, x + step - gap, base - 1.2 * unit)
            draw_area(pen.canvas, mark, fill=PAPER["ink"], layer=LAYER_INK)
    draw_lines(
        pen.canvas,
        [shapely.LineString([(left, base), (right, base)])],
        colour=PAPER["border"],
        width_px=0.8,
        layer=LAYER_INK,
    )
    y = base - 16 * unit
    pen.write(short_day(query.start), x=left, y=y, size=11, colour="muted")
    pen.write(short_day(query.end), x=right, y=y, size=11, colour="muted", align="right")
    pen.write("claims of control per day", x=(left + right) / 2, y=y, size=11, colour="muted", align="center")
    return y - 16 * unit


def _draw_legend(pen: Pen, *, left: float, right: float, top: float) -> float:
    """A bar and a table of who holds which share of the territory."""
    unit, scene = pen.unit, pen.scene
    rows = shares(scene.timeline, day=pen.day)
    before = _totals(shares(scene.timeline, day=pen.day - timedelta(days=1)))
    totals = _totals(rows)
    claimed = {row.actor: row.share for row in rows if row.actor is not None and row.status is Status.CLAIMED}
    y = draw_heading(pen, "Share of territory", left=left, right=right, top=top)
    bar, x = 15 * unit, left
    for row in rows:
        wide = (right - left) * row.share
        look = sample_look(pen, row.actor, row.status)
        draw_swatch(pen, look, shape_box=(x, y - bar, x + wide, y), has_edge=False)
        x += wide
    draw_lines(pen.canvas, [box(left, y - bar, right, y)], colour=PAPER["muted"], width_px=0.6, layer=LAYER_INK + 0.5)
    y -= bar + 17 * unit
    shown, change, only = right - 106 * unit, right - 56 * unit, right
    for words, x in (("share", shown), ("change", change), ("claimed", only)):
        pen.write(words, x=x, y=y, size=10.5, colour="muted", align="right")
    y -= 20 * unit
    line = 21.5 * unit
    for key, share in totals.items():
        actor = None if isinstance(key, Status) else key
        status = key if isinstance(key, Status) else Status.ASSESSED
        draw_swatch(
            pen, sample_look(pen, actor, status), shape_box=(left, y - 2.5 * unit, left + 22 * unit, y + 11.5 * unit)
        )
        name = STATUS_STYLES[status.value].title if actor is None else pen.name(actor)
        name = fit_words(pen.canvas, name, size_px=13, width_px=shown - 48 * unit - left - 30 * unit)
        pen.write(name, x=left + 30 * unit, y=y, size=13)
        pen.write(_percent(share), x=shown, y=y, size=13, is_bold=True, align="right")
        step = share - before.get(key, 0.0)
        if abs(step) >= 0.0005 and pen.day > scene.timeline.first_day:
            pen.write(f"{'+' if step > 0 else '−'}{abs(step) * 100:.1f}", x=change, y=y, size=12.5, align="right")
        if actor in claimed and claimed[actor] >= 0.0005:
            pen.write(_percent(claimed[actor]), x=only, y=y, size=12.5, colour="muted", align="right")
        y -= line
    return y - 4 * unit


def _draw_key(pen: Pen, *, left: float, right: float, top: float) -> float:
    """How sure: the ways in which an area is drawn."""
    unit = pen.unit
    y = draw_heading(pen, "How sure", left=left, right=right, top=top) - 12 * unit
    holder = next((row.actor for row in shares(pen.scene.timeline, day=pen.day) if row.actor), None)
    other = next(
        (row.actor for row in shares(pen.scene.timeline, day=pen.day) if row.actor not in {holder, None}), None
    )
    items: list[tuple[str, Look | None]] = [
        (STATUS_STYLES[key].title, sample_look(pen, holder, Status(key), other=other))
        for key in ("assessed", "claimed", "contested", "unknown")
    ]
    items.insert(2, (STATUS_STYLES["regional"].title, sample_look(pen, holder, Status.CLAIMED, is_regional=True)))
    items.append((f"Over {FAR_KM:.0f} km from a place", _faded(sample_look(pen, holder, Status.ASSESSED))))
    half = (right - left) / 2
    for index, (words, look) in enumerate(items):
        x, at = left + (index % 2) * half, y - (index // 2) * 22 * unit
        draw_swatch(pen, look, shape_box=(x, at - 2.5 * unit, x + 26 * unit, at + 11.5 * unit))
        size = 12.0
        fitted = fit_words(pen.canvas, words, size_px=size, width_px=half - 36 * unit)
        pen.write(fitted, x=x + 33 * unit, y=at, size=size)
    return y - 3 * 22 * unit - 2 * unit


def _faded(look: Look) -> Look | None:
    if look.fill is None:
        return None
    return Look(
        mix(look.fill, FAR_OPACITY_FACTOR, ground=PAPER["country"]),
        1.0,
        None,
        None,
        PAPER["border"],
        look.edge_width_px,
        (),
    )


def _totals(rows: Sequence[Share]) -> dict[str | Status, float]:
    """Return the share per actor, then what is contested and unknown, in the order of the rows."""
    totals: dict[str | Status, float] = defaultdict(float)
    for row in rows:
        totals[row.actor if row.actor is not None else row.status] += row.share
    return dict(totals)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %" if share >= 0.0005 else "< 0.1 %"
