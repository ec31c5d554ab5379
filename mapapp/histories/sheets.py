"""Tables from outside as rows of text: CSV, TSV and XLSX, with their line numbers."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mapapp.errors import DataError

MAX_BYTES = 400_000_000
"""Of a file, and of what a workbook unpacks to."""
MAX_FIELD = 1_000_000
"""Characters of one field."""
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose rows are read one by one."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Mapping[str, str] | None]]
    """Line number and fields by column; None for a row whose fields are not those of the header. Empty rows are not
    counted."""


def open_sheet(path: Path) -> Sheet:
    """Open a table with a header: CSV with comma, semicolon or tab in UTF-8, or the first sheet of a workbook.

    Raises DataError for a file that is not there, too large, or not such a table.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path.name} ends with {suffix!r}. Expected one of: {', '.join(SUFFIXES)}.")
    try:
        size = path.stat().st_size
        contents = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}. Name another file.") from error
    if not contents:
        found = "empty" if not size else f"{size / 1e6:,.0f} MB large"
        raise DataError(f"{path.name} is {found}. Expected a table of at most {MAX_BYTES / 1e6:,.0f} MB.")
    lines = _workbook_lines(contents, name=path.name) if suffix == ".xlsx" else _text_lines(contents, name=path.name)
    header = next(lines, None)
    if header is None:
        raise DataError(f"{path.name} has no row. Expected a header and rows below it.")
    columns = tuple(" ".join(cell.split()) for cell in header[1])
    named = [column for column in columns if column]
    if len(set(named)) != len(named):
        twice = sorted({column for column in named if named.count(column) > 1})
        raise DataError(f"{path.name}: the header has {', '.join(twice)} more than once. Name every column once.")
    return Sheet(path.name, columns, _rows(lines, columns=columns))


def _rows(
    lines: Iterator[tuple[int, list[str]]], *, columns: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    for number, cells in lines:
        if len(cells) != len(columns):
            yield number, None
        else:
            yield number, {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column}


def _text_lines(contents: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not in UTF-8 (byte {error.start + 1}). Save it as CSV in UTF-8.") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{name}, line {reader.line_num}: {error}. Expected CSV.") from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _workbook_lines(contents: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    wrong = f"{name} is no XLSX workbook that can be read"
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > MAX_BYTES:
            raise DataError(f"{name} unpacks to {unpacked / 1e6:,.0f} MB. Expected at most {MAX_BYTES / 1e6:,.0f} MB.")
        book = load_workbook(io.BytesIO(contents), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        width = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            values = [_text(cell) for cell in cells]
            width = width or len(values)
            # A workbook leaves out empty cells at the end of a row.
            values += [""] * (width - len(values))
            if any(values):
                yield number, values
    except DataError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise DataError(f"{wrong}: {type(error).__name__}. Save it again as XLSX or CSV.") from error


def _text(cell: object) -> str:
    """Return a cell as text; days in ISO form, whole numbers without a point.

    >>> _text(datetime(2030, 1, 5)), _text(3.0), _text(None)
    ('2030-01-05', '3', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
