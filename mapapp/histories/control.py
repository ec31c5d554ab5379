"""Control histories: a long table (place, day, holder), or a wide one with a column per day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from mapapp.histories.layouts import LONG, WIDE, day_columns, map_columns
from mapapp.histories.records import Holding, Imported, SetAside, Spot
from mapapp.sheets import Sheet

BAD_FIELDS = "The number of fields is not that of the header."
NO_DAY = "The date is no day such as 2030-01-31."
NO_POSITION = "Latitude or longitude is no number within its range."
NO_PLACE = "It names no place, P-code or position."


def read_long(sheet: Sheet, columns: Mapping[str, str], /) -> Imported:
    """Read a row per place and day; `columns` are fields whose column is not called as usual.

    Raises DataError where a column is lacking.
    """
    fields = map_columns(sheet.columns, format=LONG, name=sheet.name, chosen=columns)
    holdings: list[Holding] = []
    set_aside: list[SetAside] = []
    spots: dict[tuple[str, ...], Spot | str] = {}
    days: dict[str, date | None] = {}
    n_rows = 0
    for line, row in sheet.rows:
        n_rows += 1
        if row is None:
            set_aside.append(SetAside(line, BAD_FIELDS))
            continue
        spot = _spot(row, fields=fields, known=spots)
        text = row[fields["date"]]
        day = days[text] if text in days else days.setdefault(text, read_iso_day(text))
        if isinstance(spot, str):
            set_aside.append(SetAside(line, spot))
        elif day is None:
            set_aside.append(SetAside(line, NO_DAY))
        else:
            holdings.append(Holding(spot, day, row[fields["holder"]], line))
    return Imported(LONG, tuple(holdings), (), n_rows, len(holdings), tuple(set_aside))


def read_wide(sheet: Sheet, columns: Mapping[str, str], /) -> Imported:
    """Read a row per place with a column per day. Raises DataError where a column is lacking.

    Only days on which the holder is another than before become holdings. A column whose name is no day that exists is
    no column of days.
    """
    fields = map_columns(sheet.columns, format=WIDE, name=sheet.name, chosen=columns)
    of_days = [(day, column) for column in day_columns(sheet.columns) if (day := read_iso_day(column)) is not None]
    of_days.sort()
    holdings: list[Holding] = []
    set_aside: list[SetAside] = []
    spots: dict[tuple[str, ...], Spot | str] = {}
    n_rows = n_kept = 0
    for line, row in sheet.rows:
        n_rows += 1
        spot = BAD_FIELDS if row is None else _spot(row, fields=fields, known=spots)
        if isinstance(spot, str) or row is None:
            set_aside.append(SetAside(line, str(spot)))
            continue
        n_kept += 1
        before: str | None = None
        for day, column in of_days:
            if row[column] != before:
                before = row[column]
                holdings.append(Holding(spot, day, before, line))
    return Imported(WIDE, tuple(holdings), (), n_rows, n_kept, tuple(set_aside))


def read_iso_day(text: str) -> date | None:
    """Return the day at the beginning of a text, or None.

    >>> read_iso_day("2030-01-31 00:00:00"), read_iso_day("31/01/2030"), read_iso_day("2030-02-30")
    (datetime.date(2030, 1, 31), None, None)
    """
    head, rest = text[:10], text[10:11]
    if rest not in {"", " ", "T"}:
        return None
    try:
        return date.fromisoformat(head)
    except ValueError:
        return None


def _spot(row: Mapping[str, str], *, fields: Mapping[str, str], known: dict[tuple[str, ...], Spot | str]) -> Spot | str:
    """Return the place of a row, or why it has none. Equal places are one record."""
    values = tuple(row[fields[field]] if field in fields else "" for field in ("place", "pcode", "lat", "lon"))
    if values not in known:
        known[values] = _make_spot(*values, name_ar=row[fields["place_ar"]] if "place_ar" in fields else "")
    return known[values]


def _make_spot(name: str, pcode: str, lat_text: str, lon_text: str, *, name_ar: str) -> Spot | str:
    if not lat_text and not lon_text:
        return Spot(name, pcode, name_ar=name_ar) if name or pcode else NO_PLACE
    position = read_position(lat_text, lon_text)
    if position is None:
        return NO_POSITION
    return Spot(name, pcode, *position, name_ar=name_ar)


def read_position(lat_text: str, lon_text: str) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, or None where they are none.

    >>> read_position("33.5", "36.3"), read_position("91", "0"), read_position("nan", "0"), read_position("", "1")
    ((33.5, 36.3), None, None, None)
    """
    try:
        lat, lon = float(lat_text), float(lon_text)
    except ValueError:
        return None
    is_there = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return (lat, lon) if is_there else None
