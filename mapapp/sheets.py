"""Tables from outside as rows of text: CSV, TSV and XLSX, with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mapapp.errors import DataError

MAX_BYTES = 400_000_000
"""Of a file, and of what a workbook unpacks to."""
MAX_FIELD = 1_000_000
"""Characters of one field."""
MAX_ROWS = 1_048_576
"""Of a table: as many as a spreadsheet has."""
MAX_COLUMNS = 5_000
"""Of a table: thirteen years with a column a day."""
MAX_CELLS = 60_000_000
"""Of a table, rows times columns: 33,000 places with a column a day for five years."""
MAX_RECORD = 20_000_000
"""Characters of one row of a text."""
MAX_STRINGS = 150_000_000
"""Bytes of the texts of a workbook, which are held in memory while it is read."""
MAX_TEXTS = 1_500_000
"""How many different texts a workbook may hold, for the same reason."""
MAX_TAGS = 100_000
"""Of one row or one text of a workbook: each is built as a whole in memory."""
MAX_OTHER_TAGS = 300_000
"""Of any other part of it."""
SMALL_PART = 256_000
"""Bytes of a part of a workbook that can do no harm, whatever it holds."""
CHUNK = 1 << 20
BEFORE_XML = codecs.BOM_UTF8 + b" \t\r\n"
"""What may stand before XML."""
LIMITS = (
    f"At most {MAX_BYTES / 1e6:,.0f} MB unpacked, {MAX_ROWS:,} rows, {MAX_COLUMNS:,} columns and "
    f"{MAX_CELLS / 1e6:,.0f} million cells; no password."
)
"""What a table may have, for the user."""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of an XLS workbook, and of an XLSX one with a password."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
RECORD_END = re.compile(rb"</(?:[\w.-]+:)?(?:row|si)\s*>")
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
    _check_kind(contents, name=name)
    if _check_suffix(name) == ".xlsx":
        lines = _workbook_lines(contents, name=name, max_bytes=max_bytes, has_times=has_times)
    else:
        lines = _text_lines(contents, name=name, encoding=encoding)
    header = next(lines, None)
    if header is None:
        raise DataError(f"{name} has no row. Expected a header and rows below it.")
    if len(header[1]) > MAX_COLUMNS:
        raise DataError(f"{name} has {len(header[1]):,} columns. Expected at most {MAX_COLUMNS:,}; leave some out.")
    columns = tuple(" ".join(cell.split()) for cell in header[1])
    named = [column for column in columns if column]
    if len(set(named)) != len(named):
        twice = sorted({column for column in named if named.count(column) > 1})
        raise DataError(f"{name}: the header has {', '.join(twice)} more than once. Name every column once.")
    return Sheet(name, columns, _rows(lines, columns=columns, name=name))


def _check_suffix(name: str) -> str:
    """Return the suffix of a table's name, or raise DataError."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{name} ends with {suffix!r}. Expected one of: {', '.join(SUFFIXES)}.")
    return suffix


def _rows(
    lines: Iterator[tuple[int, list[str]]], *, columns: Sequence[str], name: str
) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    most = min(MAX_ROWS, MAX_CELLS // len(columns))
    for count, (number, cells) in enumerate(lines, start=1):
        if count > most:
            raise DataError(
                f"{name} has more than {most:,} rows of {len(columns):,} columns. {LIMITS} Divide the table."
            )
        if len(cells) != len(columns):
            yield number, None
        else:
            yield number, {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column}


def _check_kind(contents: bytes, *, name: str) -> None:
    """Raise DataError for a file whose first bytes are those of another kind than its name says."""
    is_book = Path(name).suffix.lower() == ".xlsx"
    if contents.startswith(OLE):
        if ENCRYPTED in contents:
            raise DataError(f"{name} is protected by a password. Save it without one as XLSX, or as CSV.")
        raise DataError(f"{name} is a workbook of the old kind (XLS), not XLSX. Save it as XLSX or CSV.")
    if not is_book and contents.startswith(b"PK\x03\x04"):
        raise DataError(
            f"{name} is a packed file such as an XLSX workbook, not a text. Name it .xlsx or save it as CSV."
        )
    if is_book and not contents.startswith(b"PK"):
        raise DataError(f"{name} is no XLSX workbook that can be read. Save it again as XLSX, or name a text .csv.")


def _text_lines(contents: bytes, *, name: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    head = _check_text(contents, name=name, encoding=encoding)
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(MAX_FIELD)
    record = [0]
    reader = csv.reader(_short_lines(contents, encoding=encoding, record=record, name=name), delimiter=delimiter)
    while True:
        record[0] = 0
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{name}, line {reader.line_num}: {error}. Expected CSV.") from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _short_lines(contents: bytes, *, encoding: str, record: list[int], name: str) -> Iterator[str]:
    """Yield the lines of a text; `record` counts the characters since a row began, as quotes may join many lines."""
    stream = io.TextIOWrapper(io.BytesIO(contents), encoding=encoding, newline="")
    while line := stream.readline(MAX_RECORD + 1):
        record[0] += len(line)
        if record[0] > MAX_RECORD:
            raise DataError(
                f"{name} has a row of more than {MAX_RECORD / 1e6:,.0f} million characters: is a quotation mark "
                "open, or are its lines not ended? Expected CSV."
            )
        yield line


def _check_text(contents: bytes, *, name: str, encoding: str) -> str:
    """Return the first line of a text, or raise DataError for bytes that are none in this encoding."""
    known = "UTF-8" if encoding == "utf-8-sig" else encoding
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except (LookupError, ValueError) as error:
        raise DataError(f"{encoding!r} is no encoding that is known here. Save {name} as CSV in UTF-8.") from error
    first = ""
    for start in range(0, len(contents), CHUNK):
        chunk = contents[start : start + CHUNK]
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=start + CHUNK >= len(contents))
        except UnicodeDecodeError as error:
            at = start - pending + error.start + 1
            raise DataError(f"{name} is not in {known} (byte {at:,}). Save it as CSV in UTF-8.") from error
        except (LookupError, ValueError, TypeError) as error:
            raise DataError(f"{encoding!r} is no encoding of a text. Save {name} as CSV in UTF-8.") from error
        if "\0" in text:
            raise DataError(
                f"{name} holds bytes of value zero, which no text has: it is in another encoding such as UTF-16, or no "
                "table at all. Save it as CSV in UTF-8."
            )
        first = first or text.split("\n", 1)[0]
    return first


def _workbook_lines(contents: bytes, *, name: str, max_bytes: int, has_times: bool) -> Iterator[tuple[int, list[str]]]:
    wrong = f"{name} is no XLSX workbook that can be read"
    try:
        _check_parts(contents, name=name, max_bytes=max_bytes)
        book = load_workbook(io.BytesIO(contents), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its size may be wrong, and rows would be filled up to it
        width = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise DataError(
                    f"{name} is larger than a table may be (row {number:,}, column {len(cells):,}). {LIMITS}"
                )
            width = width or len(cells)
            values = [_text(cell, has_times=has_times) for cell in cells[:width]]  # beyond it no column has a name
            # A workbook leaves out empty cells at the end of a row.
            values += [""] * (width - len(values))
            if any(values):
                yield number, values
    except DataError:
        raise
    except BROKEN as error:
        raise DataError(f"{wrong}: {type(error).__name__}. Save it again as XLSX or CSV.") from error


def _check_parts(contents: bytes, *, name: str, max_bytes: int) -> None:
    """Raise DataError for a workbook that would take more memory than its table needs; no part is unpacked whole."""
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > max_bytes:
            raise DataError(f"{name} unpacks to {unpacked / 1e6:,.0f} MB. Expected at most {max_bytes / 1e6:,.0f} MB.")
        for part in parts:
            if part.flag_bits & 1:
                raise DataError(f"{name} is protected by a password. Save it without one as XLSX, or as CSV.")
            if part.file_size > SMALL_PART:
                with archive.open(part) as file:
                    _check_part(file, part=part.filename, name=name)


def _check_part(file: IO[bytes], *, part: str, name: str) -> None:
    """Look through one part of a workbook piece by piece, before the parser of XML builds it in memory."""
    is_strings, is_sheet = part.endswith("sharedStrings.xml"), "worksheets/" in part
    most = MAX_TAGS if is_strings or is_sheet else MAX_OTHER_TAGS
    tail, n_bytes, n_ends, n_tags, is_first = b"", 0, 0, 0, True
    while chunk := file.read(CHUNK):
        begun = chunk.lstrip(BEFORE_XML)
        if is_first and begun and not begun.startswith((b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return  # a picture or the like: no parser of XML goes beyond its beginning
        is_first = is_first and not begun
        n_bytes += len(chunk)
        piece = tail + chunk
        if b"\0" in chunk or b"<!" in piece:
            raise DataError(f"{name}: its part {part[:60]} holds what no table has. Save it again as XLSX or CSV.")
        cut = max(piece.rfind(b"<"), 0)  # a tag may go on in the next piece
        piece, tail = piece[:cut], piece[cut:]
        if len(tail) > MAX_FIELD:
            raise DataError(f"{name}: a cell has more than {MAX_FIELD:,} characters. Shorten it.")
        ends = RECORD_END.split(piece)
        n_ends += len(ends) - 1
        for place, between in enumerate(ends):
            n_tags = between.count(b"<") + (n_tags if place == 0 else 0)
            if n_tags > most:
                raise DataError(f"{name}: a row or a part of it has more than {most // 2:,} cells. {LIMITS}")
        if not is_strings and n_ends > MAX_ROWS:
            raise DataError(f"{name} has more than {MAX_ROWS:,} rows. {LIMITS} Divide the table.")
        if is_strings and (n_ends > MAX_TEXTS or n_bytes > MAX_STRINGS):
            raise DataError(
                f"{name} holds more than {MAX_TEXTS:,} different texts, or {MAX_STRINGS / 1e6:,.0f} MB of them. Save "
                "the table as CSV, or divide it."
            )


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
