"""Reads any of the tables that can be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mapapp.errors import DataError
from mapapp.histories.control import read_long, read_wide
from mapapp.histories.events import read_acled, read_ucdp
from mapapp.histories.layouts import ACLED, LONG, UCDP, WIDE, recognise_format
from mapapp.histories.records import Imported
from mapapp.histories.sheets import Sheet, open_sheet

READERS: Mapping[str, Callable[[Sheet], Imported]] = {
    LONG: read_long,
    WIDE: read_wide,
    ACLED: read_acled,
    UCDP: read_ucdp,
}


def read_history(path: Path, *, format: str | None = None) -> Imported:  # noqa: A002
    """Read a control history or an event export; without a format it is recognised by its columns.

    Every row is kept or set aside with its reason. Raises DataError for a file that is no such table.
    """
    if format is not None and format not in READERS:
        raise DataError(f"“{format}” is no format of a history. Expected one of: {', '.join(READERS)}.")
    sheet = open_sheet(path)
    return READERS[format or recognise_format(sheet.columns, name=sheet.name)](sheet)
