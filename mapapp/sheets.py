"""Tables from outside as rows of text: CSV, TSV and XLSX, with their line numbers."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
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
BROKEN: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, LookupError, ValueError, TypeError, AttributeError),
    *(OSError, EOFError, NotImplementedError, RuntimeError, SyntaxError, OverflowError),
)
"""What openpyxl, zipfile and the parsers of XML raise for a workbook that is damaged, encrypted or made to harm."""


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
    _check_suffix(path.name)
    try:
        size = path.stat().st_size
        contents = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}. Name another file.") from error
    if not contents:
        found = "empty" if not size else f"{size / 1e6:,.0f} MB large"
        raise DataError(f"{path.name} is {found}. Expected a table of at most {MAX_BYTES / 1e6:,.0f} MB.")
    return read_sheet(contents, name=path.name)


def read_sheet(
    contents: bytes, *, name: str, encoding: str = "utf-8-sig", max_bytes: int = MAX_BYTES, has_times: bool = False
) -> Sheet:
    """Open the table that a file holds; `name` is the file's, whose suffix says which kind it is.

    `max_bytes` is what a workbook may unpack to. With `has_times`, cells of a workbook keep their time of day. Raises
    DataError as `open_sheet` does.

    >>> sheet = read_sheet(b"place;day\\nElmtown;2030-01-05\\n", name="towns.csv")
    >>> sheet.columns, list(sheet.rows)
    (('place', 'day'), [(2, {'place': 'Elmtown', 'day': '2030-01-05'})])
    """
    if _check_suffix(name) == ".xlsx":
        lines = _workbook_lines(contents, name=name, max_bytes=max_bytes, has_times=has_times)
    else:
        lines = _text_lines(contents, name=name, encoding=encoding)
    header = next(lines, None)
    if header is None:
        raise DataError(f"{name} has no row. Expected a header and rows below it.")
    columns = tuple(" ".join(cell.split()) for cell in header[1])
    named = [column for column in columns if column]
    if len(set(named)) != len(named):
        twice = sorted({column for column in named if named.count(column) > 1})
        raise DataError(f"{name}: the header has {', '.join(twice)} more than once. Name every column once.")
    return Sheet(name, columns, _rows(lines, columns=columns))


def _check_suffix(name: str) -> str:
    """Return the suffix of a table's name, or raise DataError."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{name} ends with {suffix!r}. Expected one of: {', '.join(SUFFIXES)}.")
    return suffix


def _rows(
    lines: Iterator[tuple[int, list[str]]], *, columns: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    for number, cells in lines:
        if len(cells) != len(columns):
            yield number, None
        else:
            yield number, {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column}


def _text_lines(contents: bytes, *, name: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = contents.decode(encoding)
    except UnicodeDecodeError as error:
        known = "UTF-8" if encoding == "utf-8-sig" else encoding
        raise DataError(f"{name} is not in {known} (byte {error.start + 1}). Save it as CSV in UTF-8.") from error
    except (LookupError, ValueError) as error:
        raise DataError(f"{encoding!r} is no encoding that is known here. Save {name} as CSV in UTF-8.") from error
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


def _workbook_lines(contents: bytes, *, name: str, max_bytes: int, has_times: bool) -> Iterator[tuple[int, list[str]]]:
    wrong = f"{name} is no XLSX workbook that can be read"
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > max_bytes:
            raise DataError(f"{name} unpacks to {unpacked / 1e6:,.0f} MB. Expected at most {max_bytes / 1e6:,.0f} MB.")
        book = load_workbook(io.BytesIO(contents), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        width = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            values = [_text(cell, has_times=has_times) for cell in cells]
            width = width or len(values)
            # A workbook leaves out empty cells at the end of a row.
            values += [""] * (width - len(values))
            if any(values):
                yield number, values
    except DataError:
        raise
    except BROKEN as error:
        raise DataError(f"{wrong}: {type(error).__name__}. Save it again as XLSX or CSV.") from error


def _text(cell: object, *, has_times: bool = False) -> str:
    """Return a cell as text; days in ISO form, whole numbers without a point.

    >>> _text(datetime(2030, 1, 5)), _text(datetime(2030, 1, 5, 8), has_times=True), _text(3.0), _text(None)
    ('2030-01-05', '2030-01-05T08:00:00', '3', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        is_time = has_times and (cell.hour, cell.minute, cell.second) != (0, 0, 0)
        return cell.isoformat() if is_time else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
