"""Ticks of local time along the measured legs of routes on a static map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry import LineString

from mapapp.model import Route
from mapapp.picture.canvas import Canvas, draw_lines, draw_words, is_free, measure_words
from mapapp.picture.viewport import ROUTE, WORDS, View
from mapapp.routes.timing import timing_of
from mapapp.style import ROUTE_HALO, route_colour

EVERY_PX = 95.0
"""Least mean distance between ticks, on a sheet of 1920 x 1080."""
STEPS_S = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)


def round_times(start_s: float, end_s: float, *, step_s: int, timezone: str) -> list[float]:
    """Return the moments from start to end at which local clocks show multiples of a step, in seconds since 1970.

    >>> [round(one) for one in round_times(100.0, 1300.0, step_s=600, timezone="UTC")]
    [600, 1200]
    """
    local = datetime.fromtimestamp(start_s, tz=UTC).astimezone(ZoneInfo(timezone))
    since = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    first = start_s + (-since) % step_s
    return [first + step_s * number for number in range(max(0, math.floor((end_s - first) / step_s) + 1))]


def write_times(canvas: Canvas, *, view: View, routes: Sequence[Route], timezone: str) -> None:
    """Draw ticks at round local times along measured positions, and write the time where there is room.

    Between told times a tick would be a guess, so there is none.
    """
    for number, route in enumerate(routes):
        timing = timing_of(route)
        spans = [span for span in timing.spans if span.is_measured] if timing else []
        lines = [view.to_px(route.legs[span.legs[0]].geometry) for span in spans]
        seconds = sum(span.end_s - span.start_s for span in spans)
        long_px = sum(line.length for line in lines)
        step = next((one for one in STEPS_S if seconds and long_px * one / seconds >= EVERY_PX * canvas.unit_px), None)
        for span, line in zip(spans, lines, strict=True):
            x, y = shapely.get_coordinates(line).T
            for at in round_times(span.start_s, span.end_s, step_s=step, timezone=timezone) if step else ():
                index = min(int(np.searchsorted(span.times_s[0], at, side="right")), len(x) - 1)
                place = [float(np.interp(at, span.times_s[0], column)) for column in (x, y)]
                way = (float(x[index] - x[index - 1]), float(y[index] - y[index - 1]))
                words = datetime.fromtimestamp(at, tz=UTC).astimezone(ZoneInfo(timezone)).strftime("%H:%M")
                left, bottom, right, top = view.window
                if not (left <= place[0] <= right and bottom <= place[1] <= top):
                    continue
                _draw_tick(canvas, place=place, way=way, words=words, colour=route_colour(number))


def _draw_tick(canvas: Canvas, *, place: Sequence[float], way: tuple[float, float], words: str, colour: str) -> None:
    long = math.hypot(*way)
    x, y = place
    if not long:
        return
    dx, dy = -way[1] / long * 5.0 * canvas.unit_px, way[0] / long * 5.0 * canvas.unit_px
    stroke = LineString([(x - dx, y - dy), (x + dx, y + dy)])
    draw_lines(canvas, [stroke], colour=ROUTE_HALO, width_px=3.2, opacity=0.8, layer=ROUTE + 0.25)
    draw_lines(canvas, [stroke], colour=colour, width_px=1.5, layer=ROUTE + 0.26)
    width, height = measure_words(canvas, words, size_px=10.5)
    for side in (1.0, -1.0):
        left = x + 9.0 * canvas.unit_px if side > 0 else x - 9.0 * canvas.unit_px - width
        box = (left, y - height / 2, left + width, y + height / 2)
        if is_free(canvas, box):
            draw_words(
                canvas, words, x=left, y=y - height / 2, size_px=10.5, colour=colour, layer=WORDS, halo=ROUTE_HALO
            )
            canvas.taken.append(box)
            return
