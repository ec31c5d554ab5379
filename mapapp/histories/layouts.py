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
            *("location", "latitude", "longitude", "geo_precision"),
        )
    },
    UCDP: {
        name: (name,)
        for name in (
            *("id", "type_of_violence", "side_a", "side_b", "where_prec", "where_coordinates", "latitude"),
            *("longitude", "date_start", "date_end", "date_prec"),
        )
    },
}
"""By format and field: the column's names, as they are compared (lower case). Layouts: the Carter Center's workbook of
areas of control, ACLED's exports, UCDP's Georeferenced Event Dataset."""

OPTIONAL: Mapping[str, frozenset[str]] = {
    LONG: frozenset({"place", "pcode", "lat", "lon"}),
    WIDE: frozenset({"place_ar", "pcode"}),
    ACLED: frozenset({"actor2"}),
    UCDP: frozenset(),
}
FORMATS = tuple(ALIASES)
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
        if not _lacking(columns, format=format_name):
            return format_name
    got = ", ".join(columns[:12]) + (" …" if len(columns) > 12 else "")
    raise DataError(
        f"{name}: the columns {got} are those of no format that is known. Expected a long table (place or pcode or "
        "lat and lon; date; holder), a wide one (place, latitude, longitude and one column per day), an ACLED export "
        "or a UCDP GED export."
    )


def map_columns(columns: Sequence[str], *, format: str, name: str) -> Mapping[str, str]:  # noqa: A002
    """Return the table's column of each field. Raises DataError that names what is lacking."""
    lacking = _lacking(columns, format=format)
    if lacking:
        raise DataError(
            f"{name}: {', '.join(lacking)} is lacking for the format {format}; got {', '.join(columns[:15])}. "
            "Rename the columns, or choose another --format."
        )
    return _found(columns, format=format)


def _found(columns: Sequence[str], *, format: str) -> dict[str, str]:  # noqa: A002
    by_name = {column.casefold(): column for column in columns}
    found = {}
    for field, names in ALIASES[format].items():
        column = next((by_name[alias] for alias in names if alias in by_name), None)
        if column is not None:
            found[field] = column
    return found


def _lacking(columns: Sequence[str], *, format: str) -> list[str]:  # noqa: A002
    found = _found(columns, format=format)
    lacking = [field for field in ALIASES[format] if field not in found and field not in OPTIONAL[format]]
    if format == LONG and not ({"place", "pcode"} & set(found) or {"lat", "lon"} <= set(found)):
        lacking.append("place, pcode or lat and lon")
    if format == WIDE and len(day_columns(columns)) < MIN_WIDE_DAYS:
        lacking.append("columns named by days such as 2030-01-01")
    return lacking
