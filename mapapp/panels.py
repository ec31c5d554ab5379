"""The words around a static picture: date, legend with shares, key, what changed, sources.

Blocks are stacked in columns: each takes the top at which it may begin and returns where it ended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import shapely
from shapely.geometry import box

from geodata.catalog import attributions, data_hash
from mapapp.canvas import (
    Box,
    Canvas,
    digest,
    draw_area,
    draw_hatch,
    draw_lines,
    draw_words,
    fit_words,
    measure_words,
    wrap_words,
)
from mapapp.model import CONTROL_CHANGES, ControlState, Event, Route, Status
from mapapp.scene import Scene
from mapapp.style import (
    FAR_OPACITY_FACTOR,
    HATCHES,
    LEG_STROKES,
    PAPER,
    STATUS_STYLES,
    Look,
    Stroke,
    colour_of,
    look_of,
    mix,
    route_colour,
)
from mapapp.summary import Share, changes, events_per_day, shares
from mapapp.territory import FAR_KM

LAYER_PANEL = 20.0
LAYER_INK = 21.0
COLUMN = 384.0
"""Width of a column of words, in units of a 1920 × 1080 sheet."""
PAD = 24.0
MOST_ROUTES = 4
MANY_CELLS = 20
"""A claim on a region that touches so many cells is the news of the day and stands first."""


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
    pen = _Pen(canvas, scene, day)
    pad = PAD * canvas.unit_px
    if frame.is_wide:
        left, bottom, right, top = frame.columns[0]
        floor = _draw_sources(pen, left=left, right=right, bottom=bottom)
        at = _draw_header(pen, left=left, right=right, top=top)
        at = _draw_histogram(pen, left=left, right=right, top=at)
        at = _draw_legend(pen, left=left, right=right, top=at)
        at = _draw_key(pen, left=left, right=right, top=at)
        at = _draw_route_key(pen, routes, left=left, right=right, top=at)
        _draw_changes(pen, left=left, right=right, top=at, bottom=floor)
        return
    _draw_header(pen, left=pad, right=canvas.width_px / 2, top=canvas.height_px - pad)
    _draw_histogram(pen, left=canvas.width_px / 2 + pad, right=canvas.width_px - pad, top=canvas.height_px - pad)
    (left, bottom, right, top), (left2, _, right2, _) = frame.columns
    at = _draw_legend(pen, left=left, right=right, top=top)
    _draw_key(pen, left=left, right=right, top=at)
    floor = _draw_sources(pen, left=left2, right=right2, bottom=bottom)
    at = _draw_route_key(pen, routes, left=left2, right=right2, top=top)
    _draw_changes(pen, left=left2, right=right2, top=at, bottom=floor)


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


def picture_marks(scene: Scene) -> str:
    """Return what a picture was made from: the hash of the bundled data and that of the articles."""
    articles = digest(sorted(reading.article.id for reading in scene.readings))
    read = f"{len(scene.readings)} articles {articles}" if scene.readings else "no articles"
    return f"data {data_hash()} · {read}"


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
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class _Pen:
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


def _draw_header(pen: _Pen, *, left: float, right: float, top: float) -> float:
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
    pen.write(f"Who holds what · {_WEEKDAYS[pen.day.weekday()]}{place_in_time}", x=left, y=y, size=14.5)
    return y - 16 * unit


def _draw_histogram(pen: _Pen, *, left: float, right: float, top: float) -> float:
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


def _draw_legend(pen: _Pen, *, left: float, right: float, top: float) -> float:
    """A bar and a table of who holds which share of the territory."""
    unit, scene = pen.unit, pen.scene
    rows = shares(scene.timeline, day=pen.day)
    before = _totals(shares(scene.timeline, day=pen.day - timedelta(days=1)))
    totals = _totals(rows)
    claimed = {row.actor: row.share for row in rows if row.actor is not None and row.status is Status.CLAIMED}
    y = _heading(pen, "Share of territory", left=left, right=right, top=top)
    bar, x = 15 * unit, left
    for row in rows:
        wide = (right - left) * row.share
        look = _sample(pen, row.actor, row.status)
        _swatch(pen, look, shape_box=(x, y - bar, x + wide, y), has_edge=False)
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
        _swatch(pen, _sample(pen, actor, status), shape_box=(left, y - 2.5 * unit, left + 22 * unit, y + 11.5 * unit))
        name = STATUS_STYLES[status.value].title if actor is None else pen.name(actor)
        name = fit_words(pen.canvas, name, size_px=13, width_px=shown - 48 * unit - left - 30 * unit)
        pen.write(name, x=left + 30 * unit, y=y, size=13)
        pen.write(_percent(share), x=shown, y=y, size=13, is_bold=True, align="right")
        step = share - before.get(key, 0.0)
        if abs(step) >= 0.0005:
            pen.write(f"{'+' if step > 0 else '−'}{abs(step) * 100:.1f}", x=change, y=y, size=12.5, align="right")
        if actor in claimed and claimed[actor] >= 0.0005:
            pen.write(_percent(claimed[actor]), x=only, y=y, size=12.5, colour="muted", align="right")
        y -= line
    return y - 4 * unit


def _draw_key(pen: _Pen, *, left: float, right: float, top: float) -> float:
    """How sure: the ways in which an area is drawn."""
    unit = pen.unit
    y = _heading(pen, "How sure", left=left, right=right, top=top) - 12 * unit
    holder = next((row.actor for row in shares(pen.scene.timeline, day=pen.day) if row.actor), None)
    other = next(
        (row.actor for row in shares(pen.scene.timeline, day=pen.day) if row.actor not in {holder, None}), None
    )
    items: list[tuple[str, Look | None]] = [
        (STATUS_STYLES[key].title, _sample(pen, holder, Status(key), other=other))
        for key in ("assessed", "claimed", "contested", "unknown")
    ]
    items.insert(2, (STATUS_STYLES["regional"].title, _sample(pen, holder, Status.CLAIMED, is_regional=True)))
    items.append((f"Over {FAR_KM:.0f} km from a place", _faded(_sample(pen, holder, Status.ASSESSED))))
    half = (right - left) / 2
    for index, (words, look) in enumerate(items):
        x, at = left + (index % 2) * half, y - (index // 2) * 22 * unit
        _swatch(pen, look, shape_box=(x, at - 2.5 * unit, x + 26 * unit, at + 11.5 * unit))
        size = 12.0
        fitted = fit_words(pen.canvas, words, size_px=size, width_px=half - 36 * unit)
        pen.write(fitted, x=x + 33 * unit, y=at, size=size)
    return y - 3 * 22 * unit - 2 * unit


def _draw_route_key(pen: _Pen, routes: Sequence[Route], *, left: float, right: float, top: float) -> float:
    """Which routes are on the map, and what their strokes mean; nothing where there are none."""
    if not routes:
        return top
    unit = pen.unit
    y = _heading(pen, "Routes as told", left=left, right=right, top=top) - 12 * unit
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


def _draw_stroke(pen: _Pen, *, x: float, y: float, stroke: Stroke, colour: str) -> None:
    at = y + 4 * pen.unit
    line = shapely.LineString([(x, at), (x + 30 * pen.unit, at)])
    draw_lines(pen.canvas, [line], colour=colour, width_px=stroke.width_px, dash_px=stroke.dash_px, layer=LAYER_INK)


def _draw_changes(pen: _Pen, *, left: float, right: float, top: float, bottom: float) -> None:
    """What changed hands that day, and as far as there is room on the days before."""
    unit = pen.unit
    y = _heading(pen, f"Changed on {short_day(pen.day)}", left=left, right=right, top=top) - 13 * unit
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
    pen: _Pen, rows: Sequence[tuple[str, Look, Look]], *, left: float, right: float, top: float, bottom: float
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
        _swatch(pen, before, shape_box=(left, low, left + 18 * unit, high))
        pen.write("›", x=left + 26.5 * unit, y=y, size=14, colour="muted", align="center")
        _swatch(pen, after, shape_box=(left + 35 * unit, low, left + 53 * unit, high))
        fitted = fit_words(pen.canvas, words, size_px=13, width_px=right - left - 61 * unit)
        pen.write(fitted, x=left + 61 * unit, y=y, size=13)
        y -= line
    if len(kept) < len(rows):
        pen.write(f"and {len(rows) - len(kept)} more", x=left + 61 * unit, y=y, size=13, colour="muted")
        y -= line
    return y


def _change_rows(pen: _Pen, *, day: date) -> list[tuple[str, Look, Look]]:
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
            ends[(_short(pen.name(last)), *looks)].append(cell.place_name)
    rows = [(name, before, after) for _, name, before, after in sorted(own, key=lambda row: row[:2])]
    for (words, before, after), count in sorted(groups.items(), key=lambda item: (item[1], item[0][0])):
        row = (f"{words} ({count} {'cell' if count == 1 else 'cells'})", before, after)
        rows.insert(0 if count >= MANY_CELLS else len(rows), row)
    for (words, before, after), names in sorted(ends.items(), key=lambda item: item[0][0]):
        where = names[0] if len(names) == 1 else f"{len(names)} cells"
        rows.append((f"{where}: {words} ended", before, after))
    return rows


def _short(name: str) -> str:
    """Return a name without what stands in brackets behind it.

    >>> _short("Government (of the day)")
    'Government'
    """
    return name.split(" (", maxsplit=1)[0] or name


def _region_words(pen: _Pen, event: Event | None) -> str:
    if event is None:
        return "a claim on a region"
    if event.remainder_of:
        return f"rest of {_short(pen.name(event.remainder_of))}"
    units = pen.scene.theatre.units
    names = units.loc[units["pcode"] == event.unit_pcode, "name_en"]
    return f"claim on all {names.iloc[0] if len(names) else event.unit_pcode}"


def _draw_sources(pen: _Pen, *, left: float, right: float, bottom: float) -> float:
    """Who said it and from what the picture was made; returns the height from which on there is room."""
    unit = pen.unit
    known = [event for event in pen.scene.events if event.date_start <= pen.day]
    counts = Counter(
        item.publisher or "source without a name"
        for event in known
        for item in (*event.evidence_for, *event.evidence_against)
    )
    names = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    blocks = [
        f"{len(known)} events up to this day, reported by {', '.join(names)}." if names else "No event up to this day.",
        f"{' · '.join(attributions())}. As of {day_words(pen.day)} · {picture_marks(pen.scene)}. Public sources only.",
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


def _heading(pen: _Pen, words: str, *, left: float, right: float, top: float) -> float:
    unit = pen.unit
    rule = shapely.LineString([(left, top), (right, top)])
    draw_lines(pen.canvas, [rule], colour=PAPER["border"], width_px=0.8, layer=LAYER_INK)
    pen.write(words, x=left, y=top - 19 * unit, size=13.5, is_bold=True)
    return top - 28 * unit


def _sample(
    pen: _Pen, actor: str | None, status: Status, *, other: str | None = None, is_regional: bool = False
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


def _current(pen: _Pen) -> list[ControlState]:
    """Return the states of the day."""
    return [
        state
        for state in pen.scene.timeline.states
        if state.start <= pen.day and (state.end is None or pen.day < state.end)
    ]


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


def _swatch(pen: _Pen, look: Look | None, *, shape_box: Box, has_edge: bool = True) -> None:
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


def _totals(rows: Sequence[Share]) -> dict[str | Status, float]:
    """Return the share per actor, then what is contested and unknown, in the order of the rows."""
    totals: dict[str | Status, float] = defaultdict(float)
    for row in rows:
        totals[row.actor if row.actor is not None else row.status] += row.share
    return dict(totals)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %" if share >= 0.0005 else "< 0.1 %"
