"""Boundary files as they lie on a disk: which kind a file is by its own bytes, and zip archives unpacked with care.

The kind is told by the first bytes, never by the name alone: libraries that guess would follow a file that only
points to other files or addresses.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from mapapp.errors import DataError

MAX_FILE_BYTES = 400_000_000
"""Larger boundaries than this are not those of one country at a useful scale."""

MAX_ENTRIES = 200
MAX_RATIO = 200
"""Coordinates shrink to a tenth at best; what shrinks more is made to burst."""

SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
WHOLE_FILES = frozenset({".gpkg", ".geojson", ".json"})
KINDS = "a GeoPackage (.gpkg), GeoJSON (.geojson, .json), shapefile (.shp) or a zip of one of them"


@contextmanager
def opened_source(path: Path) -> Iterator[Path]:
    """Yield the boundary file itself for the length of a block: the path, or what a zip archive holds.

    Raise `DataError` where there is no such file, it is too large, or it is of another kind.
    """
    if not path.is_file():
        raise DataError(f"{path} is not a file. Expected {KINDS}.")
    if path.stat().st_size > MAX_FILE_BYTES:
        size = f"{path.stat().st_size / 1e6:,.0f} MB"
        raise DataError(f"{path.name} has {size}, more than the {MAX_FILE_BYTES / 1e6:,.0f} MB that are read.")
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty: it has no bytes. Expected {KINDS}.")
    if not zipfile.is_zipfile(path):
        _check_kind(path)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="mapapp-") as folder:
        found = _unpack(path, folder=Path(folder))
        _check_kind(found)
        yield found


def _check_kind(path: Path) -> None:
    """Raise `DataError` where a file's first bytes are not those of its suffix."""
    with path.open("rb") as file:
        start = file.read(4096)
    suffix = path.suffix.lower()
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_right = {
        ".gpkg": start.startswith(b"SQLite format 3\x00"),
        ".shp": start.startswith(b"\x00\x00\x27\x0a"),
        ".geojson": bare.startswith(b"{"),
        ".json": bare.startswith(b"{"),
    }
    if suffix not in is_right:
        raise DataError(f"{path.name} is not of a kind that is read. Expected {KINDS}.")
    if not is_right[suffix]:
        raise DataError(f"{path.name} is not what its suffix says: it begins with {start[:12]!r}. Expected {KINDS}.")
    if suffix == ".shp":
        stem = path.with_suffix("")
        lacking = [part for part in (".shx", ".dbf") if not _beside(stem, part)]
        if lacking:
            raise DataError(f"{path.name} lacks its companions {' and '.join(lacking)}. A shapefile is several files.")


def _beside(stem: Path, suffix: str) -> bool:
    return any(stem.with_name(stem.name + spelt).is_file() for spelt in (suffix, suffix.upper()))


def _unpack(path: Path, *, folder: Path) -> Path:
    """Unpack the boundary file of a zip archive and return it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_entries(path, entries)
            wanted = _choose(path, entries)
            room = MAX_FILE_BYTES
            for entry in wanted:
                target = folder / PurePosixPath(entry.filename).name
                with archive.open(entry) as source, target.open("wb") as out:
                    shutil.copyfileobj(_Limited(source, room, path.name), out)
                room -= target.stat().st_size
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise DataError(f"{path.name} cannot be unpacked: {error}. Expected a plain, whole zip archive.") from error
    return folder / PurePosixPath(wanted[0].filename).name


class _Limited:
    """A reader that stops with a `DataError` when more comes than was allowed, whatever the archive announced."""

    def __init__(self, source: object, limit: int, name: str) -> None:
        self._source, self._left, self._name = source, limit, name

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        chunk: bytes = self._source.read(size)  # type: ignore[attr-defined]
        self._left -= len(chunk)
        if self._left < 0:
            raise DataError(f"{self._name} unpacks to more than {MAX_FILE_BYTES / 1e6:,.0f} MB. It was not read.")
        return chunk


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise DataError(f"{path.name} holds {len(entries)} files, more than the {MAX_ENTRIES} that are looked at.")
    for entry in entries:
        inner = PurePosixPath(entry.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if inner.is_absolute() or ".." in inner.parts or not inner.parts or ":" in inner.parts[0] or is_link:
            raise DataError(f"{path.name} holds {entry.filename!r}, which leads out of the archive. It was not read.")
        if entry.flag_bits & 1:
            raise DataError(f"{path.name} is encrypted. Expected a plain zip archive.")
        if entry.file_size > max(entry.compress_size, 1000) * MAX_RATIO:
            raise DataError(f"{path.name} holds {entry.filename!r}, which unpacks to over {MAX_RATIO} times its size.")
    if sum(entry.file_size for entry in entries) > MAX_FILE_BYTES:
        raise DataError(f"{path.name} unpacks to more than {MAX_FILE_BYTES / 1e6:,.0f} MB. It was not read.")


def _choose(path: Path, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the one boundary file of an archive, first, with what belongs to it."""
    own = [entry for entry in entries if "__MACOSX" not in entry.filename]
    main = [entry for entry in own if PurePosixPath(entry.filename).suffix.lower() in WHOLE_FILES | {".shp"}]
    # geoBoundaries packs a GeoJSON with its metadata and a simplified copy; the full one counts.
    main = [entry for entry in main if not _is_side_file(entry.filename)] or main
    if not main:
        raise DataError(f"{path.name} holds no boundaries. Expected {KINDS}.")
    names = sorted(PurePosixPath(entry.filename).name for entry in main)
    if len({PurePosixPath(name).stem for name in names}) > 1:
        raise DataError(f"{path.name} holds several files: {', '.join(names[:8])}. Unpack it and add the one you want.")
    # The same boundaries in several formats: one that keeps names whole comes first.
    order = (".gpkg", ".geojson", ".json", ".shp")
    first = min(main, key=lambda entry: order.index(PurePosixPath(entry.filename).suffix.lower()))
    if PurePosixPath(first.filename).suffix.lower() != ".shp":
        return [first]
    stem = str(PurePosixPath(first.filename).with_suffix(""))
    companions = [
        entry
        for entry in own
        if entry is not first
        and str(PurePosixPath(entry.filename).with_suffix("")) == stem
        and PurePosixPath(entry.filename).suffix.lower() in SHAPEFILE_PARTS
    ]
    return [first, *companions]


def _is_side_file(name: str) -> bool:
    lowered = PurePosixPath(name).name.lower()
    return "simplified" in lowered or "metadata" in lowered
