"""Tables with many articles, a row each: CSV, TSV and the first sheet of a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from mapapp.articles.draft import CollectionReader, Entry, Source
from mapapp.articles.records import check_columns, match_columns, read_fields
from mapapp.errors import ArticleError, DataError
from mapapp.sheets import Sheet, read_sheet

MAX_BYTES = 200_000_000
"""Of a file, and of what a workbook unpacks to."""


def read_table(source: Source) -> Iterator[Entry]:
    r"""Yield the article of every row, or why it is none; empty rows do not count.

    >>> source = Source(b"headline,text\nA day,It fell.\n,\nAnother day\n", name="a.csv")
    >>> [(entry.where, entry.draft.title if entry.draft else entry.reason[:24]) for entry in read_table(source)]
    [('line 2', 'A day'), ('line 4', 'The row has more or fewe')]
    """
    sheet = _open(source)
    listed = _named(sheet)
    columns = check_columns(match_columns(listed, chosen=source.columns), columns=listed)
    where = "line 1"
    try:
        for number, row in sheet.rows:
            where = f"line {number}"
            if row is None:
                yield Entry(where, reason=f"The row has more or fewer fields than the header ({len(sheet.columns)}).")
            else:
                yield read_fields(row, columns=columns, where=where)
    except DataError as error:
        yield Entry(f"after {where}", reason=f"The rest of the table cannot be read. {error}")


def list_columns(source: Source) -> tuple[str, ...]:
    """Return the names of a table's columns. Raises `ArticleError` for a file that is no table."""
    return _named(_open(source))


def _open(source: Source) -> Sheet:
    if len(source.contents) >= MAX_BYTES:
        raise ArticleError(f"The file has {MAX_BYTES / 1e6:.0f} MB or more. Divide it.")
    try:
        return read_sheet(
            source.contents,
            name=source.name,
            encoding=source.encoding or "utf-8-sig",
            max_bytes=MAX_BYTES,
            has_times=True,
        )
    except DataError as error:
        raise ArticleError(str(error)) from error


def _named(sheet: Sheet) -> tuple[str, ...]:
    return tuple(column for column in sheet.columns if column)


READER = CollectionReader(
    id="table",
    title="table with an article a row",
    suffixes=(".csv", ".tsv", ".xlsx"),
    recognise=lambda contents: False,  # any text has commas
    columns=list_columns,
    read=read_table,
)
