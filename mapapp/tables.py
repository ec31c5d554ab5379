"""Checked reading of CSV and TOML files whose every complaint names file, row and column, what was got and expected."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

from mapapp.errors import TheatreError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a CSV file that knows where it stands."""

    where: str
    values: Mapping[str, str]

    def fail(self, column: str, expected: str) -> TheatreError:
        """Return the error to raise: where, what was got, what was expected."""
        got = self.values.get(column, "")
        return TheatreError(f"{self.where}: {column} is {got!r}, expected {expected}.")

    def optional(self, column: str) -> str | None:
        """Return the text, or None for an empty field."""
        return self.values[column] or None

    def text(self, column: str) -> str:
        """Return the text; an empty field is an error."""
        if not self.values[column]:
            raise self.fail(column, "a text")
        return self.values[column]

    def one_of(self, column: str, allowed: frozenset[str], *, what: str) -> str:
        """Return a value that must be one of a set."""
        value = self.values[column]
        if value not in allowed:
            raise self.fail(column, f"{what} ({', '.join(sorted(allowed)[:20])})")
        return value

    def optional_one_of(self, column: str, allowed: frozenset[str], *, what: str) -> str | None:
        """Return a value of a set, or None for an empty field."""
        return self.one_of(column, allowed, what=f"{what} or nothing") if self.values[column] else None

    def yes(self, column: str) -> bool:
        """Return whether the field says yes; only yes and no are allowed."""
        return self.one_of(column, frozenset({"yes", "no"}), what="yes or no") == "yes"

    def day(self, column: str) -> date:
        """Return a day in ISO form."""
        try:
            return date.fromisoformat(self.values[column])
        except ValueError:
            raise self.fail(column, "a day like 2024-12-08") from None

    def optional_day(self, column: str) -> date | None:
        """Return a day, or None for an empty field."""
        return self.day(column) if self.values[column] else None

    def number(self, column: str, *, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        try:
            value = float(self.values[column])
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.fail(column, f"a number from {low:g} to {high:g}")
        return value

    def optional_number(self, column: str, *, low: float, high: float) -> float | None:
        """Return a number, or None for an empty field."""
        return self.number(column, low=low, high=high) if self.values[column] else None

    def integer(self, column: str, *, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.number(column, low=low, high=high)
        if value != int(value):
            raise self.fail(column, "a whole number")
        return int(value)

    def optional_integer(self, column: str, *, low: int, high: int) -> int | None:
        """Return a whole number, or None for an empty field."""
        return self.integer(column, low=low, high=high) if self.values[column] else None

    def member(self, column: str, kind: Callable[[str], _T], *, what: str) -> _T:
        """Return what `kind` makes of the text, such as a member of an enumeration."""
        try:
            return kind(self.values[column])
        except ValueError:
            raise self.fail(column, what) from None


def read_rows(path: Path, *, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a CSV file whose header holds at least these columns."""
    label = f"{path.parent.name}/{path.name}"
    try:
        file = path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise TheatreError(f"{label} cannot be read ({error.strerror}). docs/theatres.md lists the files.") from error
    with file:
        yield from rows_of(file, label=label, columns=columns)


def rows_of(file: TextIO, *, label: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of an open CSV file, named `label` in messages, whose header holds at least these columns."""
    try:
        reader = csv.DictReader(file, strict=True)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise TheatreError(f"{label}: the header lacks {', '.join(missing)}; expected {', '.join(columns)}.")
        for values in reader:
            where = f"{label}, line {reader.line_num}"
            if None in values or None in values.values():
                raise TheatreError(f"{where}: the number of fields is not that of the header. Quote commas.")
            yield Row(where, {key: value.strip() for key, value in values.items()})
    except (UnicodeDecodeError, csv.Error) as error:
        raise TheatreError(f"{label} is not a CSV file in UTF-8: {error}.") from error


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a spreadsheet begins to calculate."""


def guard_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, and from which `unguard_formula` makes the same text.

    >>> guard_formula("=1+1"), guard_formula("Alda"), guard_formula("'tis")
    ("'=1+1", 'Alda', "''tis")
    """
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def unguard_formula(text: str) -> str:
    """Return the text that `guard_formula` was given.

    >>> unguard_formula("'=1+1"), unguard_formula("Alda"), unguard_formula("''tis"), unguard_formula("")
    ('=1+1', 'Alda', "'tis", '')
    """
    return text[1:] if text.startswith("'") else text


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's table; raise `TheatreError` where it cannot be read."""
    label = f"{path.parent.name}/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TheatreError(f"{label} cannot be read ({error.strerror}). docs/theatres.md lists the files.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TheatreError(f"{label} is not TOML in UTF-8: {error}.") from error


class Settings:
    """A TOML file whose values are checked as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._label = f"{path.parent.name}/{path.name}"
        self._table = read_toml(path)

    def _get(self, key: str, kind: type, expected: str) -> Any:
        value = self._table.get(key)
        if not isinstance(value, kind) or value == "":
            raise TheatreError(f"{self._label}: {key} is {value!r}, expected {expected}.")
        return value

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        return str(self._get(key, str, "a text"))

    def optional(self, key: str) -> str | None:
        """Return a text, or None where there is none."""
        return self.text(key) if self._table.get(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(str(item) for item in self._get(key, list, "a list of texts"))

    def day(self, key: str) -> date:
        """Return a day."""
        value = self._get(key, date, "a day like 2024-12-08")
        return value.date() if isinstance(value, datetime) else value

    def moment(self, key: str) -> datetime:
        """Return a time with its offset from UTC."""
        value: datetime = self._get(key, datetime, "a time with its offset, like 2024-12-08T18:00:00+03:00")
        if value.tzinfo is None:
            raise TheatreError(f"{self._label}: {key} is {value}, expected an offset from UTC such as +03:00.")
        return value

    def bbox(self) -> tuple[float, float, float, float]:
        """Return `bbox` as west, south, east, north in degrees."""
        values = self._get("bbox", list, "[west, south, east, north]")
        ok = len(values) == 4 and all(isinstance(value, int | float) for value in values)
        if not ok or not (-180 <= values[0] < values[2] <= 180 and -90 <= values[1] < values[3] <= 90):
            raise TheatreError(f"{self._label}: bbox is {values!r}, expected [west, south, east, north] in degrees.")
        return (float(values[0]), float(values[1]), float(values[2]), float(values[3]))


def require_unique(items: tuple[_T, ...], *, key: Callable[[_T], str], label: str) -> tuple[_T, ...]:
    """Return the items; raise `TheatreError` where two have the same key."""
    seen: set[str] = set()
    for item in items:
        if key(item) in seen:
            raise TheatreError(f"{label}: {key(item)!r} stands there twice; expected once.")
        seen.add(key(item))
    return items
