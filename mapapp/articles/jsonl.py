"""JSON and JSONL with many articles: an object a line, or a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mapapp.articles.draft import CollectionReader, Entry, Source
from mapapp.articles.records import check_columns, match_columns, read_fields
from mapapp.errors import ArticleError

MAX_BYTES = 200_000_000
"""Of a file: some 30,000 articles."""
GLANCE = 200
"""Objects whose keys are looked at to find which one holds the text."""
Item = tuple[str, Mapping[str, Any] | str]
"""Where an object stands, and the object or why it is none."""


def read_jsonl(source: Source) -> Iterator[Entry]:
    """Yield the article of every object, or why it is none; empty lines do not count.

    >>> source = Source(b'{"body": "It fell."}\\nno JSON\\n', columns={})
    >>> [(entry.where, entry.draft and entry.draft.text) for entry in read_jsonl(source)]
    [('line 1', 'It fell.'), ('line 2', None)]
    """
    listed = list_keys(source)
    columns = check_columns(match_columns(listed, chosen=source.columns), columns=listed)
    for where, item in _items(source):
        if isinstance(item, str):
            yield Entry(where, reason=item)
        else:
            yield read_fields(item, columns=columns, where=where)


def list_keys(source: Source) -> tuple[str, ...]:
    """Return the keys of the first objects, in the order in which they are met. Raises `ArticleError`."""
    keys: dict[str, None] = {}
    n_objects = 0
    reason = "It is empty"
    for where, item in _items(source):
        if isinstance(item, str):
            reason = f"{where[0].upper()}{where[1:]}: {item}"
            continue
        keys.update(dict.fromkeys(item))
        n_objects += 1
        if n_objects >= GLANCE:
            break
    if not n_objects:
        raise ArticleError(f"The file holds no objects with articles. {reason.rstrip('.')}.")
    return tuple(keys)


def _items(source: Source) -> Iterator[Item]:
    contents = source.contents
    if len(contents) >= MAX_BYTES:
        raise ArticleError(f"The file has {MAX_BYTES / 1e6:.0f} MB or more. Divide it.")
    encoding = source.encoding or "utf-8-sig"
    if contents.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        yield from _list_items(contents, encoding=encoding)
        return
    if (whole := _one_object(contents, encoding=encoding)) is not None:
        yield "object 1", whole
        return
    for number, line in enumerate(contents.split(b"\n"), start=1):
        if line.strip():
            yield f"line {number}", _read_object(line, encoding=encoding)


def _one_object(contents: bytes, *, encoding: str) -> Mapping[str, Any] | None:
    """Return the object of a file that is one object over several lines."""
    first = contents.split(b"\n", 1)[0].strip()
    if not contents.lstrip().startswith(b"{") or first.endswith(b"}"):
        return None
    found = _read_object(contents, encoding=encoding)
    return None if isinstance(found, str) else found


def _list_items(contents: bytes, *, encoding: str) -> Iterator[Item]:
    try:
        listed = json.loads(contents.decode(encoding))
    except (ValueError, RecursionError, LookupError) as error:
        raise ArticleError(f"The file begins like a list of JSON objects, but is none ({_tell(error)}).") from error
    for number, item in enumerate(listed, start=1):
        yield f"object {number}", item if isinstance(item, dict) else f"{type(item).__name__}, an object was expected."


def _read_object(line: bytes, *, encoding: str) -> Mapping[str, Any] | str:
    try:
        item = json.loads(line.decode(encoding))
    except (ValueError, RecursionError, LookupError) as error:
        return f"It is no JSON ({_tell(error)})."
    return item if isinstance(item, dict) else f"{type(item).__name__}, an object was expected."


def _tell(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]


READER = CollectionReader(
    id="jsonl",
    title="JSON with many articles",
    suffixes=(".jsonl", ".ndjson", ".json"),
    recognise=lambda contents: False,  # a text may well begin with a bracket
    columns=list_keys,
    read=read_jsonl,
)
