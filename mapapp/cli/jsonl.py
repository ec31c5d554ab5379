"""JSONL in, JSONL out: one object a line, each answered as it comes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from mapapp.articles.readers import read_article_record
from mapapp.cli.terminal import EXIT_PARTLY, PATIENCE_S
from mapapp.errors import ArticleError, MapAppError
from mapapp.model import Article

MAX_LINE_BYTES = 16_000_000
"""A million characters, each written as an escape."""


def answer_lines(
    lines: BinaryIO,
    *,
    timezone: str,
    answer: Callable[[Article], dict[str, Any]],
    defaults: Mapping[str, str | None],
) -> int:
    """Write one answer for each line; a bad line becomes an error object on standard error, the others go on.

    `defaults` are used where a line says nothing of its own (or null).
    """
    n_lines = n_failed = 0
    said_at = time.monotonic()
    for number, line in enumerate(_read_lines(lines), start=1):
        if line is not None and not line.strip():
            continue
        n_lines += 1
        record: Any = None
        try:
            record = _read_record(line)
            known = {**defaults, **{key: value for key, value in record.items() if value is not None}}
            result = {"id": record["id"], **answer(read_article_record(known, timezone=timezone))}
            print(json.dumps(result, ensure_ascii=False), flush=True)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - a batch outlives what nobody foresaw; it is told and counted
            n_failed += 1
            said = str(error) if isinstance(error, MapAppError) else f"{type(error).__name__}: {error}"
            which = record.get("id") if isinstance(record, dict) else None
            print(json.dumps({"id": which, "line": number, "error": said}), file=sys.stderr, flush=True)
        if sys.stderr.isatty() and time.monotonic() - said_at > PATIENCE_S:
            said_at = time.monotonic()
            print(f"\r{n_lines} articles", end="", file=sys.stderr, flush=True)
    if n_failed:
        print(json.dumps({"lines": n_lines, "failed": n_failed}), file=sys.stderr)
    return EXIT_PARTLY if n_failed else 0


def _read_lines(lines: BinaryIO) -> Iterator[bytes | None]:
    """Return the lines of an input one by one as they come; None stands for one that is too long."""
    while line := lines.readline(MAX_LINE_BYTES):
        is_whole = len(line) < MAX_LINE_BYTES or line.endswith(b"\n")
        rest = line
        while not is_whole and rest and not rest.endswith(b"\n"):
            rest = lines.readline(MAX_LINE_BYTES)
        yield line if is_whole else None


def _read_record(line: bytes | None) -> Mapping[str, Any]:
    """Return the object of one line, or raise with what is wrong with it."""
    if line is None:
        message = f"The line is longer than {MAX_LINE_BYTES:,} bytes. Give one article a line."
        raise ArticleError(message)
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"The line is not in UTF-8 (byte {error.start + 1})."
        raise ArticleError(message) from error
    except (ValueError, RecursionError) as error:
        message = f'The line is no JSON ({error}). Expected {{"id": …, "text": …}}.'
        raise ArticleError(message) from error
    if not isinstance(record, dict) or "id" not in record:
        message = 'Expected an object with "id" and "text" in every line.'
        raise ArticleError(message)
    return record
