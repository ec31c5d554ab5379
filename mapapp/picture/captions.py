"""Below the legend of a static picture: routes as told, what changed hands, who said it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import shapely

from geodata.catalog import attributions, data_hash
from mapapp.model import Event, Route
from mapapp.picture.canvas import (
    draw_lines,
    fit_words,
    wrap_words,
)
from mapapp.picture.swatches import (
    LAYER_INK,
    Pen,
    day_words,
    draw_heading,
    draw_swatch,
    short_day,
    short_name,
)
from mapapp.scene import Scene
from mapapp.style import (
    LEG_STROKES,
    PAPER,
    Look,
    Stroke,
    route_colour,
)
from mapapp.summary import changes

MOST_ROUTES = 4


MANY_CELLS = 20
"""A claim on a region that touches so many cells is the news of the day and stands first."""


def picture_marks(scene: Scene) -> str:
    """Return what a picture was made from: the hash of the bundled data and that of what was read from articles."""
    borders = scene.theatre.boundaries
    drawn = "" if borders is None else f" · boundaries {borders.sha256[:8]}"
    return f"data {data_hash()}{drawn} · {scene.articles_mark}"


def draw_route_key(pen: Pen, routes: Sequence[Route], *, left: float, right: float, top: float) -> float:
    """Which routes are on the map, and what their strokes mean; nothing where there are none."""
    if not routes:
        return top
    unit = pen.unit
    y = draw_heading(pen, "Routes as told", left=left, right=right, top=top) - 12 * unit
    third = (right - left) / 3
    for index, stroke in enumerate(LEG_STROKES.values()):
        x = left + index * third
        _draw_stroke(pen, x=x, y=y, stroke=stroke, colour=PAPER["ink"])
        pen.write(stroke.title, x=x + 37 * unit, y=y, size=12)
    y -= 20 * unit
    for number, route in enumerate(routes[:MOST_ROUTES]):
        _draw_stroke(pen, x=left, y=y, stroke=LEG_STROKES["observed"], colour=route_colour(number))
        lines = wrap_words(pen.canvas, route.title, size_px=11.5, width_px=right - left - 37 * unit, most_lines=2)
        for words in lines:
            pen.write(words, x=left + 37 * unit, y=y, size=11.5)
            y -= 15 * unit
        y -= 4 * unit
    if len(routes) > MOST_ROUTES:
        pen.write(f"and {len(routes) - MOST_ROUTES} more", x=left + 37 * unit, y=y, size=11.5, colour="muted")
        y -= 18 * unit
    return y - 2 * unit


def _draw_stroke(pen: Pen, *, x: float, y: float, stroke: Stroke, colour: str) -> None:
    at = y + 4 * pen.unit
    line = shapely.LineString([(x, at), (x + 30 * pen.unit, at)])
    draw_lines(pen.canvas, [line], colour=colour, width_px=stroke.width_px, dash_px=stroke.dash_px, layer=LAYER_INK)


def draw_changes(pen: Pen, *, left: float, right: float, top: float, bottom: float) -> None:
    """What changed hands that day, and as far as there is room on the days before."""
    unit = pen.unit
    y = draw_heading(pen, f"Changed on {short_day(pen.day)}", left=left, right=right, top=top) - 13 * unit
    rows = _change_rows(pen, day=pen.day)
    line = 20.5 * unit
    y = _draw_rows(pen, rows, left=left, right=right, top=y, bottom=bottom)
    day = pen.day - timedelta(days=1)
    while day > pen.scene.timeline.first_day:
        earlier = _change_rows(pen, day=day)
        if earlier:
            if y - 3 * line < bottom:
                return
            pen.write(short_day(day), x=left, y=y - 7 * unit, size=12, colour="muted", is_bold=True)
            y = _draw_rows(pen, earlier, left=left, right=right, top=y - line - 7 * unit, bottom=bottom)
        day -= timedelta(days=1)


def _draw_rows(
    pen: Pen, rows: Sequence[tuple[str, Look, Look]], *, left: float, right: float, top: float, bottom: float
) -> float:
    """Draw changes as before › after and name, as many as fit; return the height of the next line."""
    unit, y = pen.unit, top
    line = 20.5 * unit
    if not rows:
        pen.write("Nothing changed hands.", x=left, y=y, size=13, colour="muted")
        return y - line
    room = max(1, int((y - bottom) // line) + 1)
    kept = rows if len(rows) <= room else rows[: room - 1]
    for words, before, after in kept:
        low, high = y - 2 * unit, y + 11 * unit
        draw_swatch(pen, before, shape_box=(left, low, left + 18 * unit, high))
        pen.write("›", x=left + 26.5 * unit, y=y, size=14, colour="muted", align="center")
        draw_swatch(pen, after, shape_box=(left + 35 * unit, low, left + 53 * unit, high))
        fitted = fit_words(pen.canvas, words, size_px=13, width_px=right - left - 61 * unit)
        pen.write(fitted, x=left + 61 * unit, y=y, size=13)
        y -= line
    if len(kept) < len(rows):
        pen.write(f"and {len(rows) - len(kept)} more", x=left + 61 * unit, y=y, size=13, colour="muted")
        y -= line
    return y


def _change_rows(pen: Pen, *, day: date) -> list[tuple[str, Look, Look]]:
    """Return one row per place, the most populous first, then one per claim on a region and one per end of a party."""
    cells = {cell.id: cell for cell in pen.scene.cells}
    events = {event.id: event for event in pen.scene.events}
    own: list[tuple[int, str, Look, Look]] = []
    groups: dict[tuple[str, Look, Look], int] = defaultdict(int)
    ends: dict[tuple[str, Look, Look], list[str]] = defaultdict(list)
    for change in changes(pen.scene.timeline, day=day):
        cell = cells[change.cell_id]
        looks = pen.look(change.before, day=day - timedelta(days=1)), pen.look(change.after, day=day)
        reported = change.after.last_reported == day
        if reported and not change.after.is_regional:
            name = cell.place_name if not cell.place_name_ar else f"{cell.place_name}  {cell.place_name_ar}"
            own.append((-(cell.population or 0), name, *looks))
        elif reported:
            event = next((events[key] for key in reversed(change.after.event_ids) if key in events), None)
            groups[(_region_words(pen, event), *looks)] += 1
        else:
            last = change.after.last_holder or change.before.controller
            ends[(short_name(pen.name(last)), *looks)].append(cell.place_name)
    rows = [(name, before, after) for _, name, before, after in sorted(own, key=lambda row: row[:2])]
    for (words, before, after), count in sorted(groups.items(), key=lambda item: (item[1], item[0][0])):
        row = (f"{words} ({count} {'cell' if count == 1 else 'cells'})", before, after)
        rows.insert(0 if count >= MANY_CELLS else len(rows), row)
    for (words, before, after), names in sorted(ends.items(), key=lambda item: item[0][0]):
        where = names[0] if len(names) == 1 else f"{len(names)} cells"
        rows.append((f"{where}: {words} ended", before, after))
    return rows


def _region_words(pen: Pen, event: Event | None) -> str:
    if event is None:
        return "a claim on a region"
    if event.remainder_of:
        return f"rest of {short_name(pen.name(event.remainder_of))}"
    units = pen.scene.theatre.units
    names = units.loc[units["pcode"] == event.unit_pcode, "name_en"]
    return f"claim on all {names.iloc[0] if len(names) else event.unit_pcode}"


def draw_sources(pen: Pen, *, left: float, right: float, bottom: float) -> float:
    """Who said it and from what the picture was made; returns the height from which on there is room."""
    unit = pen.unit
    known = [event for event in pen.scene.events if event.date_start <= pen.day]
    counts = Counter(
        item.publisher or "source without a name"
        for event in known
        for item in (*event.evidence_for, *event.evidence_against)
    )
    names = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    owed = " · ".join((*attributions(), *pen.scene.theatre.own_attributions))
    blocks = [
        f"{len(known)} events up to this day, reported by {', '.join(names)}." if names else "No event up to this day.",
        f"{owed}. As of {day_words(pen.day)} · {picture_marks(pen.scene)}. Public sources only.",
    ]
    lines: list[str] = []
    for words, most in zip(blocks, (4, 3), strict=True):
        lines += wrap_words(pen.canvas, words, size_px=10.5, width_px=right - left, most_lines=most)
    y = bottom
    for words in reversed(lines):
        pen.write(words, x=left, y=y, size=10.5, colour="muted")
        y += 14 * unit
    rule = shapely.LineString([(left, y + 2 * unit), (right, y + 2 * unit)])
    draw_lines(pen.canvas, [rule], colour=PAPER["border"], width_px=0.8, layer=LAYER_INK)
    return y + 12 * unit
