"""Reads any of the tables that can be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mapapp.errors import DataError
from mapapp.histories.control import read_long, read_wide
from mapapp.histories.events import read_acled, read_ucdp
from mapapp.histories.layouts import ACLED, ALIASES, LONG, UCDP, WIDE, recognise_format
from mapapp.histories.records import Imported
from mapapp.sheets import Sheet, open_sheet

READERS: Mapping[str, Callable[[Sheet, Mapping[str, str]], Imported]] = {
    LONG: read_long,
    WIDE: read_wide,
    ACLED: read_acled,
    UCDP: read_ucdp,
}


N_GLANCE = 5
"""Rows of a table that are shown before it is read."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The beginning of a table, before anything is made of it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    """The first ones whose fields are those of the header."""
    format: str | None
    """As its columns tell; None = they are those of no format that is known."""


def glance_at(path: Path) -> Glance:
    """Return the beginning of a table. Raises DataError for a file that is no table."""
    sheet = open_sheet(path)
    try:
        found = recognise_format(sheet.columns, name=sheet.name)
    except DataError:
        found = None
    rows = tuple(row for _, row in islice(sheet.rows, N_GLANCE) if row is not None)
    return Glance(sheet.name, tuple(column for column in sheet.columns if column), rows, found)


def read_history(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002
    columns: Mapping[str, str] | None = None,
) -> Imported:
    """Read a control history or an event export; without a format it is recognised by its columns.

    `columns` says which column is which field, where they are not called as usual. Every row is kept or set aside with
    its reason. Raises DataError for a file that is no such table.
    """
    if format is not None and format not in READERS:
        raise DataError(f"“{format}” is no format of a history. Expected one of: {', '.join(READERS)}.")
    sheet = open_sheet(path)
    chosen = dict(columns or {})
    if format is None and chosen and not set(chosen) <= set(ALIASES[LONG]):
        raise DataError("Say with --format what kind of table it is, since its columns are not called as usual.")
    wanted = format or (LONG if chosen else recognise_format(sheet.columns, name=sheet.name))
    return READERS[wanted](sheet, chosen)
