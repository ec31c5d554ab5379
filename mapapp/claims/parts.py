"""Splitting a claim that is two: what each part keeps of it, and what it says instead."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mapapp.claims.decisions import FIELDS
from mapapp.errors import DataError
from mapapp.model import Claim

PART = re.compile(r"(\.\d{1,3})+$")
"""What the id of a part has behind that of its claim."""
MOST_PARTS = 12
"""A sentence that names more than a dozen places in one breath is a list; each part is looked at by a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split claim. What is not said is as in the claim."""

    start: int | None = None
    """Offsets in the article's text, inside the claim's words; None = all of them."""
    end: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """New values of place, date, actor, kind, written as in a correction."""


def part_id(claim_id: str, number: int) -> str:
    """Return the id of a part, counted from 1. It is the same whenever the same split is applied.

    >>> part_id("3fa9", 2)
    '3fa9.2'
    """
    return f"{claim_id}.{number}"


def write_parts(parts: Sequence[Part]) -> str:
    """Return parts as the log keeps them.

    >>> write_parts([Part(), Part(fields={"actor": "GOV"})])
    '[{}, {"actor": "GOV"}]'
    """
    rows = []
    for part in parts:
        row: dict[str, object] = {} if part.start is None else {"start": part.start, "end": part.end}
        rows.append({**row, **{name: part.fields[name] for name in FIELDS if name in part.fields}})
    return json.dumps(rows, ensure_ascii=False)


def read_parts(text: str, *, claim: Claim) -> tuple[Part, ...]:
    """Return the parts that the log tells of. Raises `DataError` with what is wrong with them."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The parts of a split are no JSON ({error}). Expected a list of at least two objects."
        raise DataError(message) from error
    if not isinstance(rows, list) or not 2 <= len(rows) <= MOST_PARTS:
        n_got = len(rows) if isinstance(rows, list) else 0
        message = f"A claim is split into 2 to {MOST_PARTS} parts; {n_got} were given. Name each of them."
        raise DataError(message)
    return tuple(_read_part(row, claim=claim) for row in rows)


def _read_part(row: object, *, claim: Claim) -> Part:
    known = {"start", "end", *FIELDS}
    if not isinstance(row, dict) or set(row) - known:
        message = f"A part of a split is {str(row)[:60]!r}. Expected an object with some of {', '.join(sorted(known))}."
        raise DataError(message)
    start, end = row.get("start"), row.get("end")
    has_words = start is not None or end is not None
    are_numbers = type(start) is int and type(end) is int
    if has_words and not (are_numbers and claim.start <= int(start or 0) < int(end or 0) <= claim.end):
        message = (
            f"The words of a part are characters {start} to {end}, those of the claim {claim.start} to {claim.end}. "
            "Choose words inside the claim's."
        )
        raise DataError(message)
    fields = {name: row[name] for name in FIELDS if name in row}
    if not all(isinstance(value, str) for value in fields.values()):
        message = f"A part of a split has {fields!r}. Expected texts; an empty text means unknown."
        raise DataError(message)
    return Part(start, end, fields)
