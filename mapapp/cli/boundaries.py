"""`data fetch`, `data add-boundaries`, `data remove-boundaries`, `data boundaries`: finer units for a theatre."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from geodata.fetch import BASE_VARIABLE
from mapapp.boundaries.files import FIELDS
from mapapp.boundaries.installed import BoundaryAbout, installed_boundaries, remove_boundaries
from mapapp.cli.terminal import add_theatre_option
from mapapp.errors import DataError
from mapapp.report import format_table
from mapapp.text import show_plain
from mapapp.theatres.installation import add_boundaries, fetch_boundaries, find_download, read_downloads
from mapapp.theatres.theatre import theatre_folder

MOST_SET_ASIDE = 10
"""Units set aside that are named one by one; the others are counted."""


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch pinned boundaries, check them and install them."""
    if options.what is None:
        return _list_downloads(options.theatre)
    download = find_download(options.theatre, download_id=options.what)
    said = [""]

    def report(words: str, share: float) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{words} {share:4.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
        elif words != said[0]:
            print(words if share >= 1 else f"{words} …", file=sys.stderr, flush=True)
        said[0] = words

    try:
        about = fetch_boundaries(download, theatre_name=options.theatre, base=options.base, progress=report)
    except DataError:
        if sys.stderr.isatty() and said[0]:
            print(file=sys.stderr)  # the error stands on a line of its own
        raise
    _print_about(about, theatre_name=options.theatre)
    return 0


def _list_downloads(theatre_name: str) -> int:
    downloads = read_downloads(theatre_name)
    if not downloads:
        print(f"The theatre {theatre_name} offers nothing to fetch. Add a file with: data add-boundaries FILE")
        return 0
    rows = [(item.id, item.title, f"{item.size_bytes / 1e6:.1f} MB", item.licence, item.date) for item in downloads]
    print("\n".join(format_table(("id", "what", "size", "licence", "date"), rows)))
    return 0


def run_add(options: argparse.Namespace) -> int:
    """Check a boundary file and install it."""
    about = add_boundaries(
        Path(options.file).expanduser(),
        theatre_name=options.theatre,
        columns=read_columns(options),
        crs=options.crs,
        title=options.title,
        licence=options.licence,
        attribution=options.attribution,
        source=options.source,
    )
    _print_about(about, theatre_name=options.theatre)
    return 0


def read_columns(options: argparse.Namespace) -> dict[str, str]:
    """Return which column holds what, from `--column` and `--level`."""
    columns = dict(_read_column(text) for text in options.column)
    return {**columns, "level": options.level} if options.level else columns


def _read_column(text: str) -> tuple[str, str]:
    field, mark, column = text.partition("=")
    if not mark or field not in FIELDS or not column:
        raise DataError(f"--column is {text!r}, expected {'=…, '.join(FIELDS)}=… such as pcode=ADM2_CODE.")
    return field, column


def run_remove(options: argparse.Namespace) -> int:
    """Let the bundled boundaries count again."""
    theatre_folder(options.theatre)
    was_there = remove_boundaries(options.theatre)
    print(
        "The bundled boundaries count again." if was_there else "Nothing was installed; the bundled boundaries count."
    )
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Say which boundaries count."""
    theatre_folder(options.theatre)
    installed = installed_boundaries(options.theatre)
    if installed is None:
        print(f"The bundled boundaries count for {options.theatre}.")
        return 0
    _print_about(installed.about, theatre_name=options.theatre)
    return 0


def _print_about(about: BoundaryAbout, *, theatre_name: str) -> None:
    levels = ", ".join(f"{count} of level {level}" for level, count in about.levels)
    print(f"Installed for {theatre_name}: {show_plain(about.title)}")
    print(f"Units: {levels}")
    for name, value in (
        ("Source", about.source),
        ("Licence", about.licence),
        ("Attribution", about.attribution),
        ("Date", about.date),
        ("sha256", about.sha256),
    ):
        if value:
            print(f"{name}: {show_plain(value)}")
    for remark in about.remarks:
        print(f"Repaired: {show_plain(remark)}")
    for which, why in about.set_aside[:MOST_SET_ASIDE]:
        print(f"Set aside: {show_plain(which)}: {show_plain(why)}")
    if len(about.set_aside) > MOST_SET_ASIDE:
        print(f"Set aside: {len(about.set_aside) - MOST_SET_ASIDE} more")


def add_data_commands(data: Any) -> None:
    """Add what can be done with boundaries to the sub-commands of `data`."""
    fetch = data.add_parser("fetch", help="download finer boundaries that a theatre offers, checked by sha256")
    fetch.add_argument("what", nargs="?", metavar="ID", help="such as cod-ab; without it what there is to fetch")
    fetch.add_argument("--base", metavar="URL", help=f"another folder with the same files; else {BASE_VARIABLE}")
    fetch.set_defaults(run=run_fetch)
    add = data.add_parser("add-boundaries", help="check a boundary file of your own and use it for a theatre")
    add.add_argument("file", metavar="FILE", help="GeoPackage, GeoJSON, shapefile or a zip of one")
    add.add_argument(
        "--column",
        metavar="FIELD=NAME",
        action="append",
        default=[],
        help=f"which column holds what: {', '.join(FIELDS)}; may be given several times. Known layouts need none",
    )
    add.add_argument("--level", metavar="N", help="level of all units of the file, 1 to 5")
    add.add_argument("--crs", metavar="EPSG:…", help="of a file that does not say its CRS")
    for name in ("title", "licence", "attribution", "source"):
        add.add_argument(f"--{name}", default="", metavar="TEXT", help="told with the map")
    add.set_defaults(run=run_add)
    remove = data.add_parser("remove-boundaries", help="let the bundled boundaries count again")
    remove.set_defaults(run=run_remove)
    show = data.add_parser("boundaries", help="say which boundaries count for a theatre")
    show.set_defaults(run=run_show)
    for command in (fetch, add, remove, show):
        add_theatre_option(command)
