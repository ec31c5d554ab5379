"""What users brought in from other gazetteers, as it lies in their data."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mapapp.errors import DataError
from mapapp.folders import data_folder

FIELDS = (
    "id", "name", "other_names", "lat", "lon", "feature_class", "feature_code", "country", "population", "same_as",
)  # fmt: skip
"""The columns of the tables."""


@dataclass(frozen=True, slots=True)
class ImportedPlace:
    """One entry of a gazetteer that the user brought in (`imports` makes them)."""

    id: str
    name: str
    other_names: tuple[str, ...]
    lat: float
    lon: float
    feature_class: str
    feature_code: str
    country: str
    """ISO 3166-1 alpha-2; empty = none."""
    population: int
    same_as: str = ""
    """Id of the place known before that this one is; empty = a place of its own."""

    def with_names(self, names: Iterable[str]) -> ImportedPlace:
        """Return the same with more spellings."""
        return replace(self, other_names=tuple(dict.fromkeys((*self.other_names, *names))))

    def as_same(self, place_id: str) -> ImportedPlace:
        """Return the same as a part of a known place."""
        return replace(self, same_as=place_id)

    def to_row(self) -> tuple[str, ...]:
        """Return the cells of its row, in the order of `FIELDS`."""
        return (
            self.id, self.name, "|".join(self.other_names), repr(self.lat), repr(self.lon), self.feature_class,
            self.feature_code, self.country, str(self.population), self.same_as,
        )  # fmt: skip


def imports_folder() -> Path:
    """Return the folder of the tables; it need not exist yet."""
    return data_folder() / "gazetteers"


def imports_version(folder: Path | None = None) -> str:
    """Return a text that changes with every import and removal; only names, sizes and times are looked at.

    >>> imports_version(Path("nowhere"))
    ''
    """
    tables = sorted((folder or imports_folder()).glob("*.csv"))
    known = [(path.name, path.stat()) for path in tables]
    return "|".join(f"{name}:{about.st_size}:{about.st_mtime_ns}" for name, about in known)


def read_imports(folder: Path | None = None, *, without: str | None = None) -> tuple[ImportedPlace, ...]:
    """Return all imported places of the user's data (or of `folder`), in the order of the files' names.

    `without` names an import that is left out.

    Raise `DataError` for a damaged table.

    >>> read_imports(Path("nowhere"))
    ()
    """
    found: list[ImportedPlace] = []
    for path in sorted((folder or imports_folder()).glob("*.csv")):
        if path.stem == without:
            continue
        found.extend(read_imports_of(path))
    return tuple(found)


def read_imports_of(path: Path) -> tuple[ImportedPlace, ...]:
    """Return the places of one table. Raise `DataError` for a damaged one."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple([_from_row(row) for row in csv.DictReader(file)])
    except (OSError, KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        raise DataError(
            f"The imported gazetteer {path} is damaged ({error}). Import it again, or delete the file."
        ) from error


def _from_row(row: dict[str, str]) -> ImportedPlace:
    return ImportedPlace(
        id=row["id"],
        name=row["name"],
        other_names=tuple(filter(None, row["other_names"].split("|"))),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        feature_class=row["feature_class"],
        feature_code=row["feature_code"],
        country=row["country"],
        population=int(row["population"]),
        same_as=row["same_as"],
    )
