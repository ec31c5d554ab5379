"""A gazetteer file from the user, from its first line to the places the next map knows; what is there, and away again.

`imports` reads and writes; here stands which kind a file is, and the counts that must add up.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mapapp.errors import DataError
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.imported import FIELDS, ImportedPlace, imports_folder, read_imports
from mapapp.places.imports import (
    OCHA_COLUMNS,
    Imported,
    Report,
    check_import_name,
    merge_places,
    read_alternate_names,
    read_geonames,
    read_mapped_places,
    save_import,
)

FORMATS: Mapping[str, str] = {
    "geonames": "GeoNames dump: XX.zip, allCountries, citiesN",
    "alternatenames": "GeoNames alternateNamesV2: more spellings of places that are known",
    "ocha": "OCHA populated places (pplp), as CSV",
    "csv": "any CSV table with a header",
}
"""Kinds of files, with what they are."""

USUAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "geonameid", "pcode", "code"),
    "name": ("name", "name_en", "place", "label"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "other_names": ("other_names", "alternatenames", "alternate_names", "aliases"),
    "country": ("country", "country_code", "iso2"),
    "population": ("population", "pop"),
}
"""What columns are commonly called, for tables that come without a mapping."""

_N_GEONAMES_COLUMNS = 19


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of every row of a file: n_in = n_merged + n_new + all that was set aside."""

    name: str
    """Of the import."""
    kind: str
    """One of `FORMATS`."""
    n_merged: int
    """Places that were known already: they add their spellings."""
    n_new: int
    set_aside: Mapping[str, int]
    """Reason to count."""

    @property
    def n_in(self) -> int:
        """Rows of the file; of alternate names, the places that they speak of."""
        return self.n_merged + self.n_new + sum(self.set_aside.values())


@dataclass(frozen=True, slots=True)
class KeptImport:
    """One import that counts now."""

    name: str
    n_merged: int
    n_new: int
    path: Path


def import_gazetteer(
    path: Path,
    *,
    gazetteer: Gazetteer,
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    country: str | None = None,
    countries: Sequence[str] = (),
    languages: Sequence[str] = (),
    alternate_names: Path | None = None,
    progress: Report | None = None,
    folder: Path | None = None,
) -> Intake:
    """Read a gazetteer file, merge it with the places of `gazetteer` and keep it in the user's data.

    `kind` is one of `FORMATS`, else it is told from the file. `columns` maps fields to columns of a table;
    `country` (ISO 3166-1 alpha-2) holds for tables that say none, else the theatre's. `countries` keeps only these of
    a dump, `languages` only these of the alternate names. An import of the same name is replaced.
    Raise `DataError` where nothing can be read; nothing is changed then.
    """
    if not path.is_file():
        raise DataError(f"{str(path)!a} is no file. Name a GeoNames dump, alternateNamesV2, or a CSV table.")
    kind = kind or find_format(path, columns=columns)
    if kind not in FORMATS:
        raise DataError(f"The format is {kind!a}, expected one of {', '.join(FORMATS)}.")
    label = check_import_name(name or _import_name(path))
    home = (country or gazetteer.theatre.country).upper()
    if kind == "geonames":
        found = read_geonames(path, countries=countries, progress=progress)
        if alternate_names is not None:
            found = read_alternate_names(alternate_names, imported=found, languages=languages, progress=progress)
    elif kind == "alternatenames":
        found = _read_names_of_known(
            path, gazetteer=gazetteer, countries=tuple(countries) or (home,), languages=languages, progress=progress
        )
    else:
        mapping = columns or (OCHA_COLUMNS if kind == "ocha" else find_columns(path))
        found = read_mapped_places(path, columns=mapping, gazetteer=label, country=home, progress=progress)
    # An older import of this name is no place known before.
    others = read_imports(folder, without=label)
    known = Gazetteer(gazetteer.world, theatre=gazetteer.theatre, imported=others)
    merged = merge_places(found, gazetteer=known, progress=progress)
    save_import(merged, name=label, folder=folder)
    if progress is not None:
        progress("Reading the gazetteer", 1.0)
    n_merged = sum(1 for place in merged.places if place.same_as)
    return Intake(label, kind, n_merged, len(merged.places) - n_merged, dict(merged.set_aside))


def find_format(path: Path, *, columns: Mapping[str, str] | None = None) -> str:
    """Return which of `FORMATS` a file is, by its name and first line. Raise `DataError` for a damaged one."""
    if columns:
        return "csv"
    if "alternatenames" in path.name.lower():
        return "alternatenames"
    line = _first_line(path)
    if line.count("\t") == _N_GEONAMES_COLUMNS - 1:
        return "geonames"
    header = set(next(csv.reader([line]), []))
    return "ocha" if set(OCHA_COLUMNS.values()) <= header else "csv"


def find_columns(path: Path) -> dict[str, str]:
    """Return the mapping of a table whose columns are called as usual. Raise `DataError` where they are not."""
    header = next(csv.reader([_first_line(path)]), [])
    by_name = {column.strip().lower(): column for column in header}
    found = {
        field: next(by_name[known] for known in names if known in by_name)
        for field, names in USUAL_COLUMNS.items()
        if any(known in by_name for known in names)
    }
    missing = [field for field in ("name", "lat", "lon") if field not in found]
    if missing:
        told = ", ".join(header)[:300] or "nothing"
        raise DataError(
            f"{path.name!a} has no column that is plainly {', '.join(missing)}. It has: {told!a}. "
            "Say which is which: name=…,lat=…,lon=…"
        )
    return found


def read_mapping(text: str) -> dict[str, str]:
    """Return a mapping that was written as one line. Raise `DataError` for any other text.

    >>> read_mapping("name=Town, lat=Y, lon=X")
    {'name': 'Town', 'lat': 'Y', 'lon': 'X'}
    """
    mapping: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, mark, column = part.partition("=")
        if not mark or not field.strip() or not column.strip():
            raise DataError(f"The column mapping has {part!a}. Expected name=…,lat=…,lon=… such as name=Town.")
        mapping[field.strip()] = column.strip()
    return mapping


def list_imports(folder: Path | None = None) -> tuple[KeptImport, ...]:
    """Return the imports that count, by name."""
    return tuple(_read_kept(path) for path in sorted((folder or imports_folder()).glob("*.csv")))


def remove_import(name: str, *, folder: Path | None = None) -> None:
    """Let an import count no more. Raise `DataError` where there is none of that name."""
    found = {kept.name: kept for kept in list_imports(folder)}
    if name not in found:
        there = ", ".join(found) or "nothing"
        raise DataError(f"There is no imported gazetteer {name!a}. Imported: {there}.")
    try:
        found[name].path.unlink()
    except OSError as error:
        raise DataError(f"{found[name].path} cannot be removed: {error}.") from error


def _read_kept(path: Path) -> KeptImport:
    column = FIELDS.index("same_as")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
    except (OSError, UnicodeDecodeError, csv.Error):
        rows = []  # it is still listed, so that it can be removed
    n_merged = sum(1 for row in rows if len(row) > column and row[column])
    return KeptImport(path.stem, n_merged, len(rows) - n_merged, path)


def _import_name(path: Path) -> str:
    return re.sub(r"[^\w-]+", "-", path.name.split(".")[0]).strip("-")[:60] or "import"


def _first_line(path: Path) -> str:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts = [each for each in archive.infolist() if each.filename.lower().endswith((".txt", ".csv"))]
                if not texts:
                    raise DataError(f"{path.name!a} holds no text file. Expected a dump such as SY.zip.")
                largest = max(texts, key=lambda member: member.file_size)
                with archive.open(largest) as raw:
                    return raw.readline(100_000).decode("utf-8-sig").rstrip("\r\n")
        with path.open("rb") as file:
            return file.readline(100_000).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path.name!a} cannot be read: {error}. Expected UTF-8 text, or a zip of it.") from error


def _read_names_of_known(
    path: Path,
    *,
    gazetteer: Gazetteer,
    countries: Sequence[str],
    languages: Sequence[str],
    progress: Report | None,
) -> Imported:
    """Read alternate names of the places that are known in some countries; each row of the answer is such a place."""
    wanted = {code.upper() for code in countries}
    known = []
    for country in sorted(wanted):
        for row in gazetteer.world.rows_in(country):
            spot = gazetteer.spot(row)
            if spot.id.startswith("geonames:") and spot.has_point:
                known.append(
                    ImportedPlace(
                        spot.id, spot.name, (), spot.lat, spot.lon, spot.feature_class, spot.feature_code,
                        spot.country, spot.population,
                    )
                )  # fmt: skip
    found = read_alternate_names(path, imported=Imported(places=tuple(known)), languages=languages, progress=progress)
    places = tuple(place for place in found.places if place.other_names)
    if not places:
        raise DataError(
            f"{path.name!a} has no name of a known place in {', '.join(sorted(wanted))}. "
            "Expected GeoNames' alternateNamesV2, and the countries that are wanted."
        )
    return Imported(places=places, set_aside=Counter())
