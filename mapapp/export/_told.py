"""What routes are told by, as plain text for formats that carry a description, and text that XML can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from geodata.catalog import attributions
from mapapp.model import Evidence, Leg, Route, RoutePoint

SCHEMATIC = "Schematic: no source published this position."
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Whatever XML 1.0 has no way to write, escaped or not."""


def plain_xml(text: str) -> str:
    r"""Return a text without the characters that XML cannot hold: each becomes U+FFFD, the mark for one that is lost.

    >>> plain_xml("a\x00<b>")
    'a�<b>'
    """
    return _NOT_XML.sub("\ufffd", text).replace("\r", "\n")


def write_instant(moment: datetime) -> str:
    """Return an instant as both formats want it: ISO 8601 in UTC with a Z.

    >>> write_instant(datetime(2030, 1, 8, 2, tzinfo=UTC))
    '2030-01-08T02:00:00Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def vertex_times(leg: Leg, *, n_vertices: int) -> list[datetime | None]:
    """Return the time at each vertex of a leg's line: all where it has them, else those of its ends."""
    if len(leg.times_s) == n_vertices:
        return [None if moment is None else datetime.fromtimestamp(moment, tz=UTC) for moment in leg.times_s]
    times: list[datetime | None] = [None] * n_vertices
    if times:
        times[0] = leg.start
        times[-1] = leg.end if leg.end is not None else times[-1]
    return times


def name_leg(route: Route, *, number: int) -> str:
    """Return the name of a leg, counted from 1: title, number and kind."""
    return plain_xml(f"{route.title} ({number} of {len(route.legs)}, {route.legs[number - 1].kind})")


def name_point(point: RoutePoint) -> str:
    return plain_xml(point.label or point.role.value)


def describe_leg(route: Route, leg: Leg) -> str:
    """Return kind, times, note and sources of a leg; the first leg tells the route, too."""
    lines = [f"{leg.kind.value.capitalize()} leg.", leg.note]
    if leg is route.legs[0]:
        lines += [*_about(route), *(f"Also said: {_cite(item)}" for item in route.also_said)]
    return _join([*lines, *map(_cite, leg.evidence)])


def describe_point(route: Route, point: RoutePoint) -> str:
    """Return what a point stands for, that it is schematic where it is, and its sources."""
    lines = [f"{point.role.value.replace('-', ' ').capitalize()} of: {route.title}."]
    if point.is_schematic:
        lines.append(SCHEMATIC)
    if point.radius_km is not None:
        lines.append(f"It lies anywhere within about {point.radius_km:g} km.")
    if point.time_text:
        lines.append(f"When: {point.time_text}.")
    return _join([*lines, point.note, *map(_cite, point.evidence)])


def unplaced(route: Route) -> tuple[RoutePoint, ...]:
    """Return the points that are told but have no position."""
    return tuple(point for point in route.points if point.lat is None or point.lon is None)


def credit_line() -> str:
    """Return where the data of the map come from, in one line."""
    return plain_xml(" · ".join(attributions()))


def _about(route: Route) -> Iterator[str]:
    if route.date_start is not None:
        last = route.date_end or route.date_start
        yield f"Day: {route.date_start}" + (f" to {last}." if last != route.date_start else ".")
    yield f"How surely it is said: {route.assertion.value}."
    if route.vehicle:
        yield f"Vehicle: {route.vehicle}."
    if route.who:
        yield f"Who: {route.who}."
    for point in unplaced(route):
        yield f"{point.role.value.replace('-', ' ').capitalize()}, not drawn: {point.note}"


def _cite(item: Evidence) -> str:
    by = ", ".join(part for part in (item.speaker, item.publisher, str(item.published or "")) if part)
    words = f"“{item.text}”" if item.is_quote else item.text
    return (
        f"{words} ({item.assertion.value}, {item.grade}; {by or 'source unknown'}{'; ' + item.url if item.url else ''})"
    )


def _join(lines: Sequence[str]) -> str:
    return plain_xml("\n".join(" ".join(line.split()) for line in lines if line.strip()))
