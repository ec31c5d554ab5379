"""Other gazetteers brought in by the user: GeoNames dumps, OCHA populated places, any table with a column mapping.

What is imported lies as one table per import in the folder `gazetteers` of the user's data and is laid over the
bundled gazetteer when that is opened. An entry that is a place already known (name, class, distance) adds its spellings
to it; it is never a second place.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mapapp.errors import DataError
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.imported import FIELDS, ImportedPlace, imports_folder

Report = Callable[[str, float], None]
"""Is told a word and a share from 0 to 1."""

TOLD_EVERY = 20_000
"""Lines between two reports."""

MOST_PLACES = 300_000
"""Imported places live in memory: beyond this a part has to be chosen."""

GEONAMES_COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class", "feature_code",
    "country", "cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone",
    "modification",
)  # fmt: skip
"""Of a GeoNames dump, which has no header."""

OCHA_COLUMNS = {
    "id": "pcode", "name": "name_en", "lat": "lat", "lon": "lon", "population": "population_est",
    "other_names": "ref_name",
}  # fmt: skip
"""Column mapping of OCHA's populated places (pplp)."""

MAPPED_FIELDS = (
    "id", "name", "lat", "lon", "other_names", "feature_class", "feature_code", "country", "population",
)  # fmt: skip
"""What a column mapping may name."""

_IMPORT_NAME = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read from a file."""

    places: tuple[ImportedPlace, ...]
    set_aside: Counter[str] = field(default_factory=Counter)
    """Why rows were left out, with how many."""


def read_geonames(
    path: Path, *, countries: Sequence[str] = (), classes: str = "APSHLT", progress: Report | None = None
) -> Imported:
    """Read a GeoNames dump: `XX.zip`, `allCountries.zip`, `cities500.zip`, or the text file inside it.

    `countries` are ISO 3166-1 alpha-2 codes to keep (none = all), `classes` GeoNames feature classes.
    Raise `DataError` where the file is no dump or holds more than can be kept.
    """
    wanted = {code.upper() for code in countries}

    def to_place(row: Mapping[str, str]) -> ImportedPlace | str:
        if wanted and row["country"] not in wanted:
            return "of another country"
        if row["feature_class"] not in classes:
            return "of a class that was not asked for"
        others = tuple(name for name in (row["asciiname"], *row["alternatenames"].split(",")) if name)
        return _place(
            identity=f"geonames:{int(row['geonameid'])}", name=row["name"], other_names=others, lat=row["latitude"],
            lon=row["longitude"], feature_class=row["feature_class"], feature_code=row["feature_code"],
            country=row["country"], population=row["population"],
        )  # fmt: skip

    with _open_text(path) as text:
        told = _tell_lines(text, path=path, progress=progress)
        lines = csv.DictReader(told, fieldnames=GEONAMES_COLUMNS, delimiter="\t", quoting=csv.QUOTE_NONE)
        return _collect(lines, to_place, path=path)


def read_alternate_names(
    path: Path, *, imported: Imported, languages: Sequence[str] = (), progress: Report | None = None
) -> Imported:
    """Return an import with the spellings of GeoNames' `alternateNamesV2` (text or zip) added to its places.

    `languages` are ISO 639-1 codes to keep (none = all that are names: links, postal and airport codes never are).
    """
    by_id = {place.id: place for place in imported.places}
    found: dict[str, list[str]] = {}
    with _open_text(path) as text:
        for line in _tell_lines(text, path=path, progress=progress):
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 4 or f"geonames:{cells[1]}" not in by_id:
                continue
            if len(cells[2]) > 3 or (languages and cells[2] not in languages):
                continue
            found.setdefault(f"geonames:{cells[1]}", []).append(cells[3])
    places = tuple(place.with_names(found.get(place.id, ())) for place in imported.places)
    return Imported(places=places, set_aside=imported.set_aside)


def read_mapped_places(
    path: Path,
    *,
    columns: Mapping[str, str],
    gazetteer: str,
    country: str | None = None,
    feature_class: str = "P",
    progress: Report | None = None,
) -> Imported:
    """Read any CSV table with a header. `columns` maps name, lat, lon (needed) and id, other_names, feature_class,
    feature_code, country, population to the table's columns; `gazetteer` is the first part of the ids. Without an id
    a place is known by its name and point.

    Other names are separated by `|` or `;`. `country` and `feature_class` hold for rows that say nothing of them.
    """
    missing = {"name", "lat", "lon"} - set(columns)
    if missing:
        raise DataError(f"The column mapping lacks {', '.join(sorted(missing))}. It needs at least name, lat, lon.")
    strange = sorted(set(columns) - set(MAPPED_FIELDS))
    if strange:
        raise DataError(f"The column mapping names {strange[0]!a}. Expected any of: {', '.join(MAPPED_FIELDS)}.")

    def to_place(row: Mapping[str, str]) -> ImportedPlace | str:
        cells = {field: (row.get(column) or "").strip() for field, column in columns.items()}
        own = cells.get("id") or f"{cells['name']}@{cells['lat']},{cells['lon']}"
        return _place(
            identity=f"{gazetteer}:{own}", name=cells["name"],
            other_names=tuple(part.strip() for part in re.split(r"[|;]", cells.get("other_names", "")) if part.strip()),
            lat=cells["lat"], lon=cells["lon"], feature_class=cells.get("feature_class") or feature_class,
            feature_code=cells.get("feature_code", ""), country=cells.get("country") or country or "",
            population=cells.get("population", ""),
        )  # fmt: skip

    with _open_text(path) as text:
        table = csv.DictReader(_tell_lines(text, path=path, progress=progress))
        try:
            header = tuple(table.fieldnames or ())
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read as a table: {error}. Expected UTF-8 text.") from error
        absent = sorted(set(columns.values()) - set(header))
        if absent:
            raise DataError(f"{path} has no column {', '.join(absent)}. It has: {', '.join(header)}.")
        return _collect(table, to_place, path=path)


def merge_places(imported: Imported, *, gazetteer: Gazetteer, progress: Report | None = None) -> Imported:
    """Return an import in which the places that are known already name the known one (`same_as`).

    One place = the same id, or one name in common, one class, and at most 4 km between them (250 km for regions).
    """
    merged = []
    for number, place in enumerate(imported.places):
        if progress is not None and number % TOLD_EVERY == 0:
            progress("Comparing with the places known", 0.9 + 0.1 * number / len(imported.places))
        known = gazetteer.same_place(place)
        merged.append(place if known is None else place.as_same(known))
    return Imported(places=tuple(merged), set_aside=imported.set_aside)


def save_import(imported: Imported, *, name: str, folder: Path | None = None) -> Path:
    """Write an import into the user's data (or `folder`), in the stead of an older one of that name; return its path.

    The next gazetteer that is opened has it.
    """
    target = (folder or imports_folder()) / f"{check_import_name(name)}.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for place in imported.places:
        writer.writerow(place.to_row())
    partial = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text.getvalue(), encoding="utf-8", newline="\n")
        partial.replace(target)
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error}). Set MAPAPP_DATA_DIR to a folder that can be."
        ) from error
    return target


def check_import_name(name: str) -> str:
    """Return a name that can be one of an import. Raise `DataError` for any other."""
    if not _IMPORT_NAME.fullmatch(name):
        raise DataError(f"{name!r} cannot be the name of an import. Use letters, digits, hyphens, at most 60.")
    return name


def _collect(
    rows: Iterable[Mapping[str, str]], to_place: Callable[[Mapping[str, str]], ImportedPlace | str], *, path: Path
) -> Imported:
    places: dict[str, ImportedPlace] = {}
    set_aside: Counter[str] = Counter()
    for row in _rows_of(rows, path):
        try:
            found = to_place(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            found = "a row with missing or unreadable cells"
        if isinstance(found, str):
            set_aside[found] += 1
        elif found.id in places:
            set_aside["an id that stood there before"] += 1
        else:
            places[found.id] = found
        if len(places) > MOST_PLACES:
            raise DataError(f"{path} holds more than {MOST_PLACES:,} places. Choose countries or classes to keep.")
    if not places:
        reasons = "; ".join(f"{count} {reason}" for reason, count in set_aside.items()) or "it is empty"
        raise DataError(f"No place was read from {path}: {reasons}. Expected a gazetteer of the kind that was named.")
    return Imported(places=tuple(places.values()), set_aside=set_aside)


def _tell_lines(text: io.TextIOBase, *, path: Path, progress: Report | None) -> Iterator[str]:
    """Yield the lines of an open file and tell how far it has been read."""
    size, done = _text_size(path), 0
    for number, line in enumerate(text, start=1):
        done += len(line)
        if progress is not None and number % TOLD_EVERY == 0:
            progress("Reading the gazetteer", min(0.9, 0.9 * done / max(1, size)))
        yield line


def _text_size(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return max(member.file_size for member in archive.infolist())


def _rows_of(rows: Iterable[Mapping[str, str]], path: Path) -> Iterator[Mapping[str, str]]:
    try:
        yield from rows
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a table: {error}. Expected UTF-8 text.") from error


def _place(
    *, identity: str, name: str, other_names: Sequence[str], lat: str, lon: str, feature_class: str,
    feature_code: str, country: str, population: str,
) -> ImportedPlace | str:  # fmt: skip
    if not name:
        return "without a name"
    try:
        y, x = float(lat), float(lon)
    except ValueError:
        return "without coordinates"
    if not (math.isfinite(x) and math.isfinite(y) and -90 <= y <= 90 and -180 <= x <= 180):
        return "with coordinates off the earth"
    n_people = int(float(population.replace(",", ""))) if population else 0
    return ImportedPlace(
        id=identity, name=name, other_names=tuple(dict.fromkeys(other for other in other_names if other != name)),
        lat=y, lon=x, feature_class=feature_class or "P", feature_code=feature_code, country=country.upper(),
        population=max(0, n_people),
    )  # fmt: skip


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOBase]:
    """Open a text file, or the largest text file of a zip, as UTF-8."""
    with ExitStack() as stack:
        try:
            if zipfile.is_zipfile(path):
                archive = stack.enter_context(zipfile.ZipFile(path))
                members = [each for each in archive.infolist() if each.filename.lower().endswith((".txt", ".csv"))]
                if not members:
                    raise DataError(f"{path} holds no text file. Expected a dump such as SY.zip.")
                largest = max(members, key=lambda member: member.file_size)
                raw = stack.enter_context(archive.open(largest))
                text: io.TextIOBase = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            else:
                text = stack.enter_context(path.open(encoding="utf-8-sig", newline=""))
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{path} cannot be opened: {error}.") from error
        yield text
