"""Event exports of ACLED and UCDP as happenings. One that says nothing of who holds a place says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from mapapp.histories.control import BAD_FIELDS, NO_DAY, NO_POSITION, read_iso_day, read_position
from mapapp.histories.layouts import ACLED, UCDP, map_columns
from mapapp.histories.records import Happening, Imported, SetAside, Spot
from mapapp.model import EventKind
from mapapp.sheets import Sheet

NO_ID = "It has no id."
TWICE = "Its id stands there already."
NO_PRECISION = "A precision is none of its codes."
BACKWARDS = "It ends before it begins."

ACLED_KINDS = {
    kind.value.casefold(): kind for kind in EventKind if kind not in {EventKind.REPORTED, EventKind.MOVEMENT}
}
ACLED_DATE_PREC = {"1": 1, "2": 3, "3": 4}
"""ACLED's day, week, month in UCDP's codes."""
ACLED_WHERE_PREC = {"1": 1, "2": 3, "3": 4}
"""ACLED's exact, part of a region, region in UCDP's codes: an event that is not exact must not colour a town."""
ONE_SIDED = "3"
UCDP_VIOLENCE = {"1": "state-based violence", "2": "non-state violence", ONE_SIDED: "one-sided violence"}


def read_acled(sheet: Sheet, columns: Mapping[str, str], /) -> Imported:
    """Read an ACLED export. Raises DataError where a column is lacking."""
    return _read(sheet, format=ACLED, columns=columns)


def read_ucdp(sheet: Sheet, columns: Mapping[str, str], /) -> Imported:
    """Read an export of UCDP's Georeferenced Event Dataset. Raises DataError where a column is lacking."""
    return _read(sheet, format=UCDP, columns=columns)


def _read(sheet: Sheet, *, format: str, columns: Mapping[str, str]) -> Imported:  # noqa: A002
    fields = map_columns(sheet.columns, format=format, name=sheet.name, chosen=columns)
    read_row = _acled_row if format == ACLED else _ucdp_row
    kept: list[Happening] = []
    set_aside: list[SetAside] = []
    seen: set[str] = set()
    n_rows = 0
    for line, row in sheet.rows:
        n_rows += 1
        found: Happening | str = BAD_FIELDS
        if row is not None:
            found = read_row({field: row[column] for field, column in fields.items()})
        if isinstance(found, Happening) and found.id in seen:
            found = TWICE
        if isinstance(found, str):
            set_aside.append(SetAside(line, found))
        else:
            seen.add(found.id)
            kept.append(replace(found, line=line))
    return Imported(format, (), tuple(kept), n_rows, len(kept), tuple(set_aside))


def _acled_row(row: Mapping[str, str]) -> Happening | str:
    kind = ACLED_KINDS.get(row["sub_event_type"].casefold())
    day = read_acled_day(row["event_date"])
    position = read_position(row["latitude"], row["longitude"])
    precisions = (_code(row["time_precision"]), _code(row["geo_precision"]))
    if not row["event_id_cnty"]:
        return NO_ID
    if day is None:
        return NO_DAY
    if position is None:
        return NO_POSITION
    if precisions[0] not in ACLED_DATE_PREC or precisions[1] not in ACLED_WHERE_PREC:
        return NO_PRECISION
    return Happening(
        id=f"{ACLED}:{row['event_id_cnty']}",
        spot=Spot(row["location"], "", *position),
        kind=kind,
        day=day,
        last_day=day,
        date_prec=ACLED_DATE_PREC[precisions[0]],
        where_prec=ACLED_WHERE_PREC[precisions[1]],
        sides=tuple(side for side in (row["actor1"], row.get("actor2", "")) if side),
        what=row["sub_event_type"],
        deaths=_count(row.get("fatalities", "")),
        reporter=row.get("source", ""),
        why_idle="" if kind else f"“{row['sub_event_type'][:60]}” says nothing of who holds a place.",
    )


def _ucdp_row(row: Mapping[str, str]) -> Happening | str:
    violence = _code(row["type_of_violence"])
    first, last = read_iso_day(row["date_start"]), read_iso_day(row["date_end"])
    position = read_position(row["latitude"], row["longitude"])
    where_prec, date_prec = _code(row["where_prec"]), _code(row["date_prec"])
    if not row["id"]:
        return NO_ID
    if violence not in UCDP_VIOLENCE:
        return "Its type of violence is none of 1, 2, 3."
    if first is None or last is None:
        return NO_DAY
    if last < first:
        return BACKWARDS
    if position is None:
        return NO_POSITION
    if where_prec not in set("1234567") or date_prec not in set("12345"):
        return NO_PRECISION
    return Happening(
        id=f"{UCDP}:{row['id']}",
        spot=Spot(row["where_coordinates"], "", *position),
        kind=None if violence == ONE_SIDED else EventKind.CLASH,
        day=first,
        last_day=last,
        date_prec=int(date_prec),
        where_prec=int(where_prec),
        sides=tuple(side for side in (row["side_a"], row["side_b"]) if side),
        what=UCDP_VIOLENCE[violence],
        deaths=_count(row.get("best", "")),
        reporter=row.get("source_office", ""),
        why_idle="One-sided violence says nothing of who holds a place." if violence == ONE_SIDED else "",
    )


def read_acled_day(text: str) -> date | None:
    """Return ACLED's day, which is ISO or in words, or None.

    >>> read_acled_day("2030-01-31"), read_acled_day("31 January 2030"), read_acled_day("soon")
    (datetime.date(2030, 1, 31), datetime.date(2030, 1, 31), None)
    """
    found = read_iso_day(text)
    if found is not None:
        return found
    try:
        return datetime.strptime(text, "%d %B %Y").date()
    except ValueError:
        return None


def _count(text: str) -> int | None:
    """Return a number of people, or None where a table gives none.

    >>> _count("12"), _count("3.0"), _count(""), _count("-1"), _count("many")
    (12, 3, None, None, None)
    """
    plain = _code(text)
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


def _code(text: str) -> str:
    """Return a code that a table may have turned into a number.

    >>> _code("1.0"), _code(" 2 "), _code("x")
    ('1', '2', 'x')
    """
    return text.strip().removesuffix(".0")
