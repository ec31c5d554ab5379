"""Claims and decisions as files for others, JSONL or CSV, and back without loss.

A file holds what was read, word for word, with the decisions about it, and beside each claim what became of it. It
holds no article: who takes it in needs the same texts, against which every quote is checked (`checking`). The forms are
told in docs/cli.md.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mapapp.errors import DataError
from mapapp.model import Article, Claim, Decision
from mapapp.records import record_from_json, record_to_json
from mapapp.tables import guard_formula, unguard_formula

FORMATS = ("jsonl", "csv")
MARK = "mapapp-claims"
"""In the first line of a JSONL file, so that it is known for what it is."""
MOST_BYTES = 200_000_000
"""Of a file that is taken in: about a hundred thousand claims."""
NESTED = ("place", "origin", "destination")
"""Fields of a claim that hold places with all their candidates: JSON in a cell of the table."""
EMPTY = "'"
"""How a cell says that a text is there and empty; an empty cell says that there is none."""


@dataclass(frozen=True, slots=True)
class ArticleAbout:
    """An article without its text; the id is the text's sha256."""

    id: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What became of a claim, for people who read the file; it is not taken in."""

    claim: Claim
    state: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a file holds."""

    theatre: str
    articles: tuple[ArticleAbout, ...] = ()
    claims: tuple[Claim, ...] = ()
    """As they were read."""
    decisions: tuple[Decision, ...] = ()
    """Oldest first, with their numbers."""
    now: Mapping[str, Now] = field(default_factory=dict, compare=False)
    """By the claim's id, parts of split ones included; what is not in it is as it was read."""
    set_aside: tuple[str, ...] = field(default=(), compare=False)
    """One sentence for each line that could not be read."""


def about_article(article: Article) -> ArticleAbout:
    """Return what a file tells of an article."""
    return ArticleAbout(article.id, article.title, article.publisher, article.url, article.published, article.language)


def write_exchange(exchange: Exchange, *, format: str) -> bytes:  # noqa: A002
    """Return a file of one of FORMATS, in UTF-8. The same claims always give the same bytes.

    In CSV, a text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    if format == "jsonl":
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _lines(exchange)).encode()
    if format == "csv":
        return _to_csv(exchange)
    message = f"{format!r} is no format for claims. Expected one of: {', '.join(FORMATS)}."
    raise DataError(message)


def read_exchange(data: bytes) -> Exchange:
    """Read a file that `write_exchange` has written, also after it went through a spreadsheet.

    Lines that cannot be read are set aside with their reason. Raises `DataError` where it is no such file at all.
    """
    if len(data) > MOST_BYTES:
        message = f"The file has {len(data):,} bytes; at most {MOST_BYTES:,} can be taken in. Divide it by articles."
        raise DataError(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = (
            f"The file is not in UTF-8 (byte {error.start + 1}). Save it as UTF-8; spreadsheets offer that for CSV."
        )
        raise DataError(message) from error
    return _from_lines(text) if text.lstrip().startswith("{") else _from_csv(text)


def _now(exchange: Exchange, claim: Claim) -> dict[str, Any]:
    """Return what became of a claim in plain fields."""
    now = exchange.now.get(claim.id) or Now(claim, "as read")
    found = now.claim.place or now.claim.destination or now.claim.origin
    place = found.place if found is not None else None
    return {
        "state": now.state,
        "now_kind": now.claim.kind.value,
        "now_actor": now.claim.actor,
        "now_place": place.name if place else None,
        "now_lat": place.lat if place else None,
        "now_lon": place.lon if place else None,
        "now_date_start": now.claim.date_start.isoformat() if now.claim.date_start else None,
        "now_date_end": now.claim.date_end.isoformat() if now.claim.date_end else None,
    }


def _parts(exchange: Exchange) -> list[Claim]:
    read = {claim.id for claim in exchange.claims}
    return [now.claim for claim_id, now in exchange.now.items() if claim_id not in read]


def _lines(exchange: Exchange) -> Iterator[dict[str, Any]]:
    yield {"type": "file", "format": MARK, "version": 1, "theatre": exchange.theatre}
    for article in exchange.articles:
        yield {"type": "article", **record_to_json(article)}
    for claim in exchange.claims:
        yield {"type": "claim", **record_to_json(claim), **_now(exchange, claim)}
    for part in _parts(exchange):
        yield {"type": "part", **record_to_json(part), **_now(exchange, part)}
    for decision in exchange.decisions:
        yield {"type": "decision", **record_to_json(decision)}


_KINDS: Mapping[str, Any] = {"article": ArticleAbout, "claim": Claim, "decision": Decision}


def _collect(rows: Iterator[tuple[int, Mapping[str, Any] | str]], *, theatre: str) -> Exchange:
    """Put the records of a file together; a row that is a text says what is wrong with it."""
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    set_aside = []
    for number, row in rows:
        kind = row.get("type") if isinstance(row, Mapping) else None
        if isinstance(row, str):
            set_aside.append(f"Line {number}: {row}")
        elif kind in ("file", "part"):  # a part comes back with the decision that made it
            continue
        elif kind not in _KINDS:
            set_aside.append(f"Line {number}: its type is {str(kind)[:40]!r}. Expected article, claim or decision.")
        else:
            try:
                record = record_from_json(_KINDS[str(kind)], row)
                record_to_json(record)  # what could not be kept, such as a time without its offset, is said now
                found[str(kind)].append(record)
            except DataError as error:
                set_aside.append(f"Line {number}: {error}")
    return Exchange(
        theatre=theatre,
        articles=tuple(found["article"]),
        claims=tuple(found["claim"]),
        decisions=tuple(found["decision"]),
        set_aside=tuple(set_aside),
    )


def _from_lines(text: str) -> Exchange:
    def parse(line: str) -> Mapping[str, Any] | str:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            return f"it is no JSON ({error})."
        return row if isinstance(row, dict) else "it is no object."

    rows = [(number, parse(line)) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    head = rows[0][1]
    if not isinstance(head, Mapping) or head.get("format") != MARK:
        message = (
            f'The file does not begin with {{"type": "file", "format": "{MARK}", …}}. Write it with `review export`.'
        )
        raise DataError(message)
    return _collect(iter(rows), theatre=str(head.get("theatre")))


# The same as a table

_TEXT, _NUMBER, _FLOAT, _JSON = "text", "int", "float", "json"
COLUMNS: Mapping[str, str] = {
    "type": _TEXT, "theatre": _TEXT, "id": _TEXT, "article_id": _TEXT,
    "state": _TEXT, "now_kind": _TEXT, "now_actor": _TEXT, "now_place": _TEXT, "now_lat": _FLOAT, "now_lon": _FLOAT,
    "now_date_start": _TEXT, "now_date_end": _TEXT,
    "quote": _TEXT, "kind": _TEXT, "actor": _TEXT, "opponent": _TEXT, "who": _TEXT,
    "date_start": _TEXT, "date_end": _TEXT, "date_prec": _NUMBER, "assertion": _TEXT, "speaker": _TEXT, "grade": _TEXT,
    "score": _FLOAT, "share": _FLOAT, "start": _NUMBER, "end": _NUMBER,
    "place": _JSON, "origin": _JSON, "destination": _JSON,
    "title": _TEXT, "publisher": _TEXT, "url": _TEXT, "published": _TEXT, "language": _TEXT,
    "target": _TEXT, "action": _TEXT, "field": _TEXT, "before": _TEXT, "after": _TEXT, "decided_by": _TEXT,
    "decided_at": _TEXT, "why": _TEXT,
}  # fmt: skip
"""Column -> what its cells hold. Those from `state` to `now_date_end` are for people and are not taken in."""
_RENAMED = {"who": "decided_by", "when": "decided_at"}
"""Fields of a decision -> their columns: a claim has a *who*, too."""


def _to_csv(exchange: Exchange) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180, and a lone \r in a text is quoted only so
    writer.writerow(COLUMNS)
    for line in _lines(exchange):
        values = {"theatre": exchange.theatre, **line}
        if line["type"] == "file":
            continue
        if line["type"] == "decision":
            values = {_RENAMED.get(name, name): value for name, value in values.items()}
            values["id"] = None if values["id"] is None else str(values["id"])
        writer.writerow([_write_cell(values.get(name)) for name in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # without the mark, Excel takes Arabic for something else


def _write_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_formula(value) or EMPTY
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _read_cell(text: str, *, kind: str) -> Any:
    if not text:
        return None
    if kind == _TEXT:
        return unguard_formula(text)
    if kind == _JSON:
        return json.loads(text)
    return int(text) if kind == _NUMBER else float(text)


def _from_csv(text: str) -> Exchange:
    theatres: list[str] = []

    def parse(row: Mapping[str | None, Any]) -> Mapping[str, Any] | str:
        if None in row or None in row.values():
            return "the number of fields is not that of the header."
        try:
            values = {name: _read_cell(row.get(name, ""), kind=kind) for name, kind in COLUMNS.items()}
        except (ValueError, RecursionError) as error:
            return f"a cell cannot be read ({str(error)[:100]})."
        theatres.append(str(values["theatre"]))
        if values["type"] == "decision":
            values.update({name: values[column] for name, column in _RENAMED.items()})
            try:
                values["id"] = None if values["id"] is None else int(values["id"])
            except ValueError:
                return f"its number is {values['id'][:20]!r}."
        return values

    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [name for name in ("type", "theatre", "quote", "target") if name not in (reader.fieldnames or ())]
        if missing:
            message = (
                f"This is no file of claims: its header lacks {', '.join(missing)}. Write one with `review export`."
            )
            raise DataError(message)
        rows = [(reader.line_num, parse(row)) for row in reader]
    except csv.Error as error:
        message = f"The file is no CSV that can be read: {error} (line {reader.line_num})."
        raise DataError(message) from error
    if len(set(theatres)) > 1:
        message = f"The file holds claims of several theatres ({', '.join(sorted(set(theatres))[:5])}). Divide it."
        raise DataError(message)
    return _collect(iter(rows), theatre=theatres[0] if theatres else "")
