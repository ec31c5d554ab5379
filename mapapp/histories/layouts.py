"""The columns of the tables that can be imported, and how a file is recognised by them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mapapp.errors import DataError

LONG, WIDE, ACLED, UCDP = "long", "wide", "acled", "ucdp"

ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    LONG: {
        "place": ("place", "name", "location", "location name", "place_name", "settlement", "town", "city"),
        "pcode": ("pcode", "p-code", "place_pcode", "admin_pcode", "community code (pcode)", "code"),
        "lat": ("lat", "latitude", "y"),
        "lon": ("lon", "lng", "long", "longitude", "x"),
        "date": ("date", "day", "from", "date_start", "start", "as_of"),
        "holder": ("holder", "control", "controller", "actor", "held_by", "aoc", "party", "controlled_by"),
    },
    WIDE: {
        "place": ("location name (en)", "place", "name", "location"),
        "place_ar": ("location name (ar)",),
        "pcode": ("community code (pcode)", "pcode", "p-code"),
        "lat": ("latitude", "lat"),
        "lon": ("longitude", "lon"),
    },
    ACLED: {
        name: (name,)
        for name in (
            *("event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "actor2"),
            *("location", "latitude", "longitude", "geo_precision", "fatalities", "source"),
        )
    },
    UCDP: {
        name: (name,)
        for name in (
            *("id", "type_of_violence", "side_a", "side_b", "where_prec", "where_coordinates", "latitude"),
            *("longitude", "date_start", "date_end", "date_prec", "best", "source_office"),
        )
    },
}
"""By format and field: the column's names, as they are compared (lower case). Layouts: the Carter Center's workbook of
areas of control, ACLED's exports, UCDP's Georeferenced Event Dataset."""

OPTIONAL: Mapping[str, frozenset[str]] = {
    LONG: frozenset({"place", "pcode", "lat", "lon"}),
    WIDE: frozenset({"place_ar", "pcode"}),
    ACLED: frozenset({"actor2", "event_type", "fatalities", "source"}),
    UCDP: frozenset({"best", "source_office"}),
}
FORMATS = tuple(ALIASES)
EVENT_FORMATS = frozenset({ACLED, UCDP})
"""Those that tell what happened, not who holds a place."""
TITLES: Mapping[str, str] = {
    LONG: "Control history: a row per place and day, or per change",
    WIDE: "Control history: a row per place, a column per day",
    ACLED: "Events: an ACLED export",
    UCDP: "Events: a UCDP GED export",
}
MIN_WIDE_DAYS = 2
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns whose names are days, in their order.

    >>> day_columns(("Place", "2030-01-01", "2030-02-01 00:00:00"))
    ('2030-01-01', '2030-02-01 00:00:00')
    """
    return tuple(column for column in columns if _DAY.match(column))


def recognise_format(columns: Sequence[str], *, name: str) -> str:
    """Return the format whose columns a table has. Raises DataError with what was got and what would do."""
    for format_name in (ACLED, UCDP, WIDE, LONG):
        if not lacking_fields(columns, format=format_name):
            return format_name
    got = ", ".join(columns[:12]) + (" …" if len(columns) > 12 else "")
    raise DataError(
        f"{name}: the columns {got} are those of no format that is known. Expected a long table (place or pcode or "
        "lat and lon; date; holder), a wide one (place, latitude, longitude and one column per day), an ACLED export "
        "or a UCDP GED export."
    )


def map_columns(
    columns: Sequence[str],
    *,
    format: str,  # noqa: A002
    name: str,
    chosen: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """Return the table's column of each field; `chosen` names columns that are called otherwise than usual.

    Raises DataError that names what is lacking, and for a field or a column that is not there.
    """
    for field, column in (chosen or {}).items():
        if field not in ALIASES[format]:
            raise DataError(f"{field!a} is no field of the format {format}. Expected: {', '.join(ALIASES[format])}.")
        if column not in columns:
            raise DataError(f"{name} has no column {column!a}. It has: {', '.join(columns[:30])}.")
    lacking = lacking_fields(columns, format=format, chosen=chosen)
    if lacking:
        raise DataError(
            f"{name}: {', '.join(lacking)} is lacking for the format {format}; got {', '.join(columns[:15])}. "
            "Say which column it is, or choose another format."
        )
    return {**find_columns(columns, format=format), **(chosen or {})}


def find_columns(columns: Sequence[str], *, format: str) -> dict[str, str]:  # noqa: A002
    """Return the column of each field that is called as usual."""
    by_name = {column.casefold(): column for column in columns}
    found = {}
    for field, names in ALIASES[format].items():
        column = next((by_name[alias] for alias in names if alias in by_name), None)
        if column is not None:
            found[field] = column
    return found


def lacking_fields(
    columns: Sequence[str],
    *,
    format: str,  # noqa: A002
    chosen: Mapping[str, str] | None = None,
) -> list[str]:
    """Return what a table would still need for a format, in words; empty = nothing."""
    found = {**find_columns(columns, format=format), **(chosen or {})}
    lacking = [field for field in ALIASES[format] if field not in found and field not in OPTIONAL[format]]
    if format == LONG and not ({"place", "pcode"} & set(found) or {"lat", "lon"} <= set(found)):
        lacking.append("place, pcode or lat and lon")
    if format == WIDE and len(day_columns(columns)) < MIN_WIDE_DAYS:
        lacking.append("columns named by days such as 2030-01-01")
    return lacking
