"""What an import gives: places, who held them, what happened there, and what could not be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mapapp.errors import DataError
from mapapp.model import EventKind


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as a table names it."""

    name: str
    pcode: str = ""
    """Empty = none given."""
    lat: float | None = None
    lon: float | None = None
    name_ar: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A row of a control history: who held a place from a day on."""

    spot: Spot
    day: date
    holder: str
    """As the table writes it; empty = not known."""
    line: int = 0
    """Of the file."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of an event export."""

    id: str
    spot: Spot
    kind: EventKind | None
    """None = it says nothing of who holds a place, for the reason in `why_idle`."""
    day: date
    last_day: date
    date_prec: int
    """UCDP."""
    where_prec: int
    """UCDP."""
    sides: tuple[str, ...]
    """As the table writes them."""
    what: str
    """The table's own word for it."""
    deaths: int | None = None
    """As the table estimates them; None = it does not say."""
    reporter: str = ""
    """Who reported it, as the table names them; empty = it does not say."""
    why_idle: str = ""
    line: int = 0
    """Of the file."""


@dataclass(frozen=True, slots=True)
class EventLayer:
    """An event export that is shown on the map beside everything else and says nothing of control there."""

    id: str
    """Name of its file without the suffix."""
    title: str
    format: str
    source: str
    """Address of the table."""
    attribution: str
    """Line for the corner of the map; empty = title and address."""
    happenings: tuple[Happening, ...]
    """By day and id."""
    n_rows: int
    reasons: tuple[tuple[str, int], ...] = ()
    """Why rows were set aside, and how many for each reason."""

    @property
    def n_set_aside(self) -> int:
        """Rows that could not be used."""
        return self.n_rows - len(self.happenings)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that cannot be used."""

    line: int
    """Of the file, the header being 1 in most."""
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """All that was read of a file. Every row is either among the kept or set aside."""

    format: str
    holdings: tuple[Holding, ...] = ()
    happenings: tuple[Happening, ...] = ()
    n_rows: int = 0
    n_kept: int = 0
    set_aside: tuple[SetAside, ...] = ()

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return the reasons for setting rows aside with how many rows each concerns, the most frequent first."""
        return count_reasons(self.set_aside)


def check_source(source: str) -> None:
    """Raise DataError where a text is not the address that every statement of an import carries.

    >>> check_source("https://example.org/table")
    """
    if not re.fullmatch(r"https?://[^\s<>\"]+", source):
        raise DataError(
            f"The source is {source[:80]!r}, expected the table's address, such as https://example.org/table"
        )


def count_reasons(set_aside: Iterable[SetAside]) -> tuple[tuple[str, int], ...]:
    """Return why rows were set aside and how many for each reason, the most frequent first.

    >>> count_reasons([SetAside(2, "No day."), SetAside(3, "No place."), SetAside(4, "No place.")])
    (('No place.', 2), ('No day.', 1))
    """
    return tuple(Counter(item.reason for item in set_aside).most_common())
