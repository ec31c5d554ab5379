"""Rows of tracks: one position each, from words and numbers that may be anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = tuple[float, float, float, float, float]
"""time (s), lat, lon, altitude (m), speed (km/h); NaN = unknown."""
NAN = math.nan


@dataclass(slots=True)
class NamedRows:
    """One track of a file as it stands there."""

    name: str | None = None
    rows: list[Row | None] = field(default_factory=list)
    """None = a position that cannot be read."""
    whens: list[float] = field(default_factory=list)
    coords: list[str] = field(default_factory=list)
    begin_s: float = NAN
    end_s: float = NAN
    """Of a KML line as a whole."""
    parts: list[int] = field(default_factory=list)
    """Where a segment or another line begins among the rows."""
    leg: str | None = None
    """Leg of an exported route; None = any other track."""


@dataclass(frozen=True, slots=True)
class FoundTracks:
    """What a file holds."""

    tracks: tuple[NamedRows, ...]
    """In order."""
    abouts: tuple[object, ...] = ()
    """What exported routes say of themselves, see `routes.files`."""


def read_number(text: object, *, scale: float = 1.0) -> float:
    """Return a number, or NaN for nothing and for words such as "ground"."""
    if isinstance(text, bool) or text is None:
        return NAN
    try:
        return float(text) * scale  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return NAN


def read_instant(text: object) -> float:
    """Return seconds since 1970 of an ISO time or of a number of seconds or milliseconds; NaN = unknown.

    A time without an offset is UTC: the formats say so.

    >>> read_instant("2024-12-08T02:00:00Z") == read_instant(1733623200) == read_instant(1733623200000)
    True
    """
    # An ISO time has a dash after its year: trying it as a number first would cost as much as reading it.
    if not (isinstance(text, str) and text[4:5] == "-"):
        number = read_number(text)
        if math.isfinite(number):
            return number / 1000.0 if abs(number) > 1e11 else number
    if not isinstance(text, str):
        return NAN
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return NAN
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_checked(row: Any, read: Callable[[Any], Row]) -> Row | None:
    """Return what `read` makes of a row, or None where it cannot."""
    try:
        return read(row)
    except (TypeError, ValueError, IndexError, KeyError):
        return None


def read_position(pair: Sequence[Any], *, moment: float) -> Row:
    """Return the row of lon, lat and, where there is one, a height in metres."""
    return moment, float(pair[1]), float(pair[0]), read_number(pair[2]) if len(pair) > 2 else NAN, NAN
