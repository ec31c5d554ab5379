"""Boundaries brought into a theatre: those that its folder offers for download, or a file of the user's.

Works on the theatre's folder, not on the loaded theatre, so that broken boundaries can always be replaced.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.fetch import BASE_VARIABLE, FetchError, Progress, RemoteFile, digest_file, fetch_file
from mapapp.boundaries.files import read_boundary_file
from mapapp.boundaries.installed import BoundaryAbout, install_boundaries
from mapapp.errors import DataError, TheatreError
from mapapp.folders import data_folder
from mapapp.tables import Settings, read_toml
from mapapp.theatres.files import read_units
from mapapp.theatres.theatre import theatre_folder

DOWNLOADS = "downloads.toml"
_TEXTS = ("id", "title", "main", "layout", "publisher", "date", "licence", "attribution", "page", "base")


@dataclass(frozen=True, slots=True)
class Download:
    """Boundaries that a theatre's folder offers, pinned file by file."""

    id: str
    title: str
    main: str
    """Name of the file that is read; the others belong to it."""
    layout: str
    """Id of a table of `geodata/boundary_layouts.toml`."""
    publisher: str
    date: str
    """Of the data, ISO."""
    licence: str
    attribution: str
    page: str
    """Address for people."""
    base: str
    """Address of the folder that the files stand in."""
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)


def read_downloads(theatre_name: str) -> tuple[Download, ...]:
    """Return what can be fetched for a theatre; empty where its folder offers nothing.

    Raise `TheatreError` where the table breaks its rules (docs/boundaries.md).
    """
    path = theatre_folder(theatre_name) / DOWNLOADS
    if not path.is_file():
        return ()
    return tuple(
        _read_download(row, label=f"{theatre_name}/{DOWNLOADS}") for row in read_toml(path).get("download", ())
    )


def _read_download(row: dict[str, Any], *, label: str) -> Download:
    texts = {key: row.get(key) for key in _TEXTS}
    lacking = [key for key, value in texts.items() if not isinstance(value, str) or not value]
    if lacking:
        raise TheatreError(f"{label}: a download has no {lacking[0]}. Expected texts for {', '.join(_TEXTS)}.")
    try:
        files = tuple(
            RemoteFile(str(file["name"]), str(file["sha256"]).lower(), int(file["size_bytes"])) for file in row["file"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TheatreError(f"{label}: a file needs name, sha256 and size_bytes ({error}).") from error
    if texts["main"] not in {file.name for file in files}:
        raise TheatreError(f"{label}: main is {texts['main']!r}, expected the name of one of its files.")
    return Download(**{key: str(value) for key, value in texts.items()}, files=files)


def find_download(theatre_name: str, *, download_id: str) -> Download:
    """Return a download of a theatre by its id. Raise `DataError` where there is none."""
    offered = read_downloads(theatre_name)
    for download in offered:
        if download.id == download_id:
            return download
    known = ", ".join(download.id for download in offered) or "nothing; add a file with data add-boundaries"
    raise DataError(f"The theatre {theatre_name} offers no download {download_id!r}. It offers {known}.")


def fetch_boundaries(
    download: Download,
    *,
    theatre_name: str,
    base: str | None = None,
    progress: Progress | None = None,
) -> BoundaryAbout:
    """Fetch the files of a download, check each against its sha256, and install what they hold.

    Files that are already there and right are not fetched again. `base` is the address of another folder that holds
    the same files; else MAPAPP_DOWNLOAD_BASE, else the pinned one. Raises `DataError` where a file does not come or is
    not the pinned one; what was installed before then stays.
    """
    folder = data_folder() / "downloads" / theatre_name / download.id
    address = base or os.environ.get(BASE_VARIABLE) or download.base
    done = 0
    for file in download.files:
        before, share = done / download.size_bytes, file.size_bytes / download.size_bytes

        def report(words: str, part: float, before: float = before, share: float = share) -> None:
            if progress:
                progress(words, 0.8 * (before + share * min(part, 1.0)))

        try:
            fetch_file(file, base=address, folder=folder, progress=report)
        except FetchError as error:
            raise DataError(str(error)) from error
        done += file.size_bytes
    if progress:
        progress("Checking and dividing the boundaries", 0.8)
    about = BoundaryAbout(
        title=download.title,
        attribution=download.attribution,
        licence=download.licence,
        source=download.page,
        date=download.date,
        sha256=next(file.sha256 for file in download.files if file.name == download.main),
    )
    installed = _install(folder / download.main, theatre_name=theatre_name, about=about, layout=download.layout)
    if progress:
        progress("The boundaries are installed", 1.0)
    return installed


def add_boundaries(
    path: Path,
    *,
    theatre_name: str,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    title: str = "",
    licence: str = "",
    attribution: str = "",
    source: str = "",
) -> BoundaryAbout:
    """Check a boundary file of the user's and install what it holds for a theatre.

    Raises `DataError` naming what is wrong with the file; what was installed before then stays.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}. Expected a GeoPackage, GeoJSON, shapefile or a zip of one.")
    about = BoundaryAbout(
        title=title or path.name,
        attribution=attribution,
        licence=licence,
        source=source or path.name,
        date="",
        sha256=digest_file(path),
    )
    return _install(path, theatre_name=theatre_name, about=about, columns=columns, crs=crs)


def _install(
    path: Path,
    *,
    theatre_name: str,
    about: BoundaryAbout,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    layout: str | None = None,
) -> BoundaryAbout:
    folder = theatre_folder(theatre_name)
    file = read_boundary_file(
        path, columns=columns, crs=crs, bbox=Settings(folder / "theatre.toml").bbox(), layout=layout
    )
    return install_boundaries(file, theatre_name=theatre_name, bundled=read_units(folder), about=about)
