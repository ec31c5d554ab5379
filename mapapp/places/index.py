"""The world's part of the gazetteer as one file that is mapped into memory.

The file holds a header in JSON, columns of numbers, and the names as one block of UTF-8. Names are found by binary
search over sorted 64-bit hashes; two different names share a hash with a probability below 10⁻¹² per look-up. It is
built once into the user's cache folder and built again whenever its sources change.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from mapapp.errors import DataError
from mapapp.places.names import name_key
from mapapp.places.sources import (
    ABBREVIATION,
    ALTERNATE,
    DEMONYM,
    PRIMARY,
    Row,
    read_rows,
    source_hash,
)

LOG = logging.getLogger(__name__)

MAGIC = b"mapapp-gazetteer\n"
_NO_POINT = -(2**31)
_DEGREE = 100_000
"""Steps per degree in the stored coordinates: about a metre."""
LOCAL = 4
"""A name that counts only near its place, or when it is asked for; the others are numbered in `sources`."""

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("lat", "<i4"),
    ("lon", "<i4"),
    ("population", "<i4"),
    ("radius", "<u2"),  # kilometres
    ("country", "<u2"),
    ("adm1", "<u2"),
    ("feature", "<u2"),
    ("id_hash", "<u8"),
    ("id_order", "<u4"),
    ("text_start", "<u4"),
    ("key_hash", "<u8"),
    ("key_start", "<u4"),
    ("posting_row", "<u4"),
    ("posting_how", "<u1"),
)


def cache_folder() -> Path:
    """Return the folder for what can be built again: `MAPAPP_CACHE_DIR`, else the user's cache folder."""
    chosen = os.environ.get("MAPAPP_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("mapapp", appauthor=False))


def text_hash(text: str) -> int:
    """Return a 64-bit hash of a text that is the same in every process.

    >>> text_hash("hama") == text_hash("hama") != text_hash("homs")
    True
    """
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class WorldIndex:
    """The opened index. Rows are numbered from 0; every look-up is by hash or by row number."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raise `DataError` where it is not a whole index of this version."""
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise DataError(f"The gazetteer index {path} cannot be opened: {error}.") from error
        header, start = _read_header(self._map, path)
        columns: dict[str, npt.NDArray[Any]] = {}
        for name, kind in _COLUMNS:
            offset, count = header["columns"][name]
            columns[name] = np.frombuffer(self._map, dtype=kind, count=count, offset=start + offset)
        self._texts = start + header["texts"][0]
        self.lat, self.lon = columns["lat"], columns["lon"]
        self.population, self.radius = columns["population"], columns["radius"]
        self.country, self.adm1, self.feature = columns["country"], columns["adm1"], columns["feature"]
        self.countries: list[str] = header["countries"]
        self.adm1_codes: list[str] = header["adm1_codes"]
        self.features: list[str] = header["features"]
        self.country_rows: dict[str, int] = header["country_rows"]
        self._id_hash, self._id_order = columns["id_hash"], columns["id_order"]
        self._text_start = columns["text_start"]
        self._key_hash, self._key_start = columns["key_hash"], columns["key_start"]
        self._posting_row, self._posting_how = columns["posting_row"], columns["posting_how"]

    def __len__(self) -> int:
        return len(self.lat)

    def texts(self, row: int) -> tuple[str, str, tuple[str, ...]]:
        """Return (id, name, all other names) of a row."""
        raw = self._map[self._texts + int(self._text_start[row]) : self._texts + int(self._text_start[row + 1])]
        identity, name, *others = raw.decode("utf-8").split("\x1f")
        return identity, name, tuple(others)

    def point(self, row: int) -> tuple[float, float] | None:
        """Return (lat, lon), or None for a region without a place of its own."""
        lat = int(self.lat[row])
        return None if lat == _NO_POINT else (lat / _DEGREE, int(self.lon[row]) / _DEGREE)

    def row_of(self, identity: str) -> int | None:
        """Return the row of an id, or None."""
        wanted = np.uint64(text_hash(identity))
        position = int(np.searchsorted(self._id_hash, wanted))
        if position == len(self._id_hash) or self._id_hash[position] != wanted:
            return None
        return int(self._id_order[position])

    def look_up(self, keys: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        """Return for each key its (row, how) pairs; `how` is PRIMARY, ALTERNATE, DEMONYM, ABBREVIATION or LOCAL."""
        if not keys:
            return []
        wanted = np.array([text_hash(key) for key in keys], dtype=np.uint64)
        positions = np.searchsorted(self._key_hash, wanted)
        positions[positions == len(self._key_hash)] = 0
        is_found = self._key_hash[positions] == wanted
        found: list[tuple[tuple[int, int], ...]] = []
        for position, hit in zip(positions.tolist(), is_found.tolist(), strict=True):
            if not hit:
                found.append(())
                continue
            start, end = int(self._key_start[position]), int(self._key_start[position + 1])
            rows, hows = self._posting_row[start:end].tolist(), self._posting_how[start:end].tolist()
            found.append(tuple(zip(rows, hows, strict=True)))
        return found

    def rows_in(self, country: str) -> list[int]:
        """Return the rows of a country by its ISO code."""
        if country not in self.countries:
            return []
        return [int(row) for row in np.flatnonzero(self.country == self.countries.index(country))]


def _read_header(data: mmap.mmap, path: Path) -> tuple[dict[str, Any], int]:
    broken = DataError(f"The gazetteer index {path} is damaged. It will be built again.")
    if data[: len(MAGIC)] != MAGIC:
        raise broken
    end = data.find(b"\n", len(MAGIC))
    try:
        header = json.loads(data[len(MAGIC) : end])
        size, checksum, wanted = header["size"], header["crc32"], header["hash"]
    except (ValueError, KeyError, TypeError) as error:
        raise broken from error
    start = end + 1
    start += -start % 8
    if len(data) != start + size or zlib.crc32(memoryview(data)[start:]) != checksum:
        raise broken
    if wanted != source_hash():
        raise DataError(f"The gazetteer index {path} is of other sources. It will be built again.")
    return header, start


def open_world(progress: Callable[[str, float], None] | None = None) -> WorldIndex:
    """Open the index in the cache folder; build it first where it is missing, old or damaged.

    Where the cache folder cannot be written, the index goes to the system's folder for temporary files. Two processes
    may build at once: each writes a file of its own and moves it into place whole.
    """
    name = f"gazetteer-{source_hash()}.idx"
    folders = (cache_folder(), Path(tempfile.gettempdir()) / f"mapapp-{_user()}")
    for folder in folders:
        path = folder / name
        if path.is_file():
            try:
                return WorldIndex(path)
            except DataError as error:
                LOG.warning("%s", error)
    problems = []
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=name, suffix=".part", dir=folder)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror or error}")
            continue
        os.close(handle)
        try:
            build_index(Path(temporary), rows=read_rows(progress), progress=progress)
            Path(temporary).replace(folder / name)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror or error}")
            continue
        finally:
            Path(temporary).unlink(missing_ok=True)
        return WorldIndex(folder / name)
    raise DataError(
        f"The gazetteer index cannot be written ({'; '.join(problems)}). Set MAPAPP_CACHE_DIR to a folder that can be "
        "written, with 100 MB free."
    )


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


class _Numbering:
    """Gives each text a number in the order of appearance."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]


class _Columns:
    """The columns of the index while rows are added."""

    def __init__(self) -> None:
        self.numbers: dict[str, list[int]] = {name: [] for name, _ in _COLUMNS}
        self.countries, self.adm1_codes, self.features = _Numbering(), _Numbering(), _Numbering()
        self.country_rows: dict[str, int] = {}
        self.texts: list[bytes] = []
        self.size = 0
        self._id_hashes: list[int] = []
        self._postings: dict[str, dict[int, int]] = {}

    def add(self, row: Row) -> None:
        numbers, number = self.numbers, len(self.texts)
        numbers["lat"].append(_NO_POINT if row.lat is None else round(row.lat * _DEGREE))
        numbers["lon"].append(0 if row.lon is None else round(row.lon * _DEGREE))
        numbers["population"].append(row.population)
        numbers["radius"].append(min(65_535, round(row.radius_km)))
        numbers["country"].append(self.countries.number(row.country))
        numbers["adm1"].append(self.adm1_codes.number(row.adm1))
        numbers["feature"].append(self.features.number(row.feature))
        numbers["text_start"].append(self.size)
        others = dict.fromkeys((*row.names, *row.local_names))
        self.texts.append("\x1f".join((row.id, row.name, *others)).encode("utf-8"))
        self.size += len(self.texts[-1])
        self._id_hashes.append(text_hash(row.id))
        if row.feature == "A.PCLI":
            self.country_rows[row.country] = number
        named = ((PRIMARY, (row.name,)), (ALTERNATE, row.names), (LOCAL, row.local_names), (DEMONYM, row.demonyms))
        for how, names in named:
            for name in names:
                key = name_key(name)
                if key:
                    self._postings.setdefault(key, {}).setdefault(number, how)
        for name in row.abbreviations:
            self._postings.setdefault(name, {}).setdefault(number, ABBREVIATION)

    def sort(self) -> None:
        """Put names and ids into the order in which they are searched."""
        numbers, position = self.numbers, 0
        numbers["text_start"].append(self.size)
        for value, key in sorted((text_hash(key), key) for key in self._postings):
            numbers["key_hash"].append(value)
            numbers["key_start"].append(position)
            numbers["posting_row"].extend(self._postings[key])
            numbers["posting_how"].extend(self._postings[key].values())
            position += len(self._postings[key])
        numbers["key_start"].append(position)
        order = sorted(range(len(self._id_hashes)), key=self._id_hashes.__getitem__)
        numbers["id_hash"] = [self._id_hashes[index] for index in order]
        numbers["id_order"] = order


def build_index(path: Path, *, rows: Iterable[Row], progress: Callable[[str, float], None] | None = None) -> None:
    """Write the index of some rows to a file. `progress` gets a word and a share from 0 to 1."""
    tell = progress or (lambda _text, _share: None)
    columns = _Columns()
    for number, row in enumerate(rows):
        if number % 20_000 == 0:
            tell("Indexing names", 0.15 + 0.65 * min(1.0, number / 240_000))
        columns.add(row)
    tell("Sorting names", 0.85)
    columns.sort()
    tell("Writing", 0.95)
    layout: dict[str, tuple[int, int]] = {}
    blocks: list[bytes] = []
    offset = 0
    for name, kind in _COLUMNS:
        block = np.array(columns.numbers[name], dtype=kind).tobytes()
        layout[name] = (offset, len(columns.numbers[name]))
        block += b"\0" * (-len(block) % 8)
        blocks.append(block)
        offset += len(block)
    body = b"".join((*blocks, *columns.texts))
    header = {
        "hash": source_hash(),
        "size": len(body),
        "crc32": zlib.crc32(body),
        "columns": layout,
        "texts": (offset, columns.size),
        "countries": columns.countries.texts,
        "adm1_codes": columns.adm1_codes.texts,
        "features": columns.features.texts,
        "country_rows": columns.country_rows,
    }
    head = MAGIC + json.dumps(header).encode("ascii") + b"\n"
    with path.open("wb") as file:
        file.write(head + b"\0" * (-len(head) % 8))
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    tell("Done", 1.0)
