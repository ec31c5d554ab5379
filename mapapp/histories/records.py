"""What an import gives: places, who held them, what happened there, and what could not be used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

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
    kind: EventKind
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
    line: int = 0
    """Of the file."""


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
        return tuple(Counter(item.reason for item in self.set_aside).most_common())
