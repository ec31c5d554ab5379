"""`theatres`, `data`: what is bundled."""

from __future__ import annotations

import argparse
import sys

from geodata.catalog import CatalogError, read_catalog, verify_catalog
from mapapp.cli import theatres as own_theatres
from mapapp.cli.boundaries import add_data_commands
from mapapp.cli.terminal import EXIT_PARTLY, Commands, add_command
from mapapp.errors import DataError, MapAppError
from mapapp.report import format_table
from mapapp.text import show_plain
from mapapp.theatres.theatre import default_theatre, list_theatres, load_theatre


def run_theatres(options: argparse.Namespace) -> int:
    """Print the list of theatres."""
    names = list_theatres()
    if options.names:
        print("\n".join(names))
        return 0
    rows: list[tuple[str, ...]] = []
    problems: list[str] = []
    for name in names:
        try:
            theatre = load_theatre(name)
        except MapAppError as error:  # one that is broken does not hide the others
            rows.append((name, "cannot be opened", "", "", ""))
            problems.append(str(error))
            continue
        mark = "opens first" if name == default_theatre() else ""
        rows.append((name, theatre.title, str(theatre.first_day), str(theatre.last_day), mark))
    print("\n".join(format_table(("name", "title", "first day", "last day", ""), rows)))
    for problem in problems:
        print(show_plain(problem), file=sys.stderr)
    return EXIT_PARTLY if problems else 0


def run_data_verify(options: argparse.Namespace) -> int:
    """Check every bundled file against the catalogue."""
    problems = verify_catalog()
    for problem in problems:
        print(show_plain(problem))
    if problems:
        return EXIT_PARTLY
    print(f"{len(read_catalog())} bundled files are as the catalogue says.")
    return 0


def run_data_list(options: argparse.Namespace) -> int:
    """Print the catalogue of bundled files."""
    try:
        entries = read_catalog()
    except CatalogError as error:
        raise DataError(str(error)) from error
    rows = [(entry.path, entry.source, entry.licence, entry.date) for entry in entries]
    print("\n".join(format_table(("file", "source", "licence", "date"), rows)))
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    theatres = add_command(commands, "theatres", run_theatres, "list the theatres", examples=("theatres",))
    theatres.add_argument("--names", action="store_true", help="only their names")
    own_theatres.add_commands(commands)
    add_data = add_command(
        commands,
        "data",
        run_data_verify,
        "check or list the bundled data; bring finer boundaries",
        examples=(
            "data verify",
            "data list",
            "data fetch",
            "data fetch cod-ab",
            "data add-boundaries districts.gpkg --column pcode=CODE --column name_en=NAME --level 2",
        ),
    )
    data = add_data.add_subparsers(title="what to do", metavar="verify|list|fetch|…", required=True)
    data.add_parser("verify", help="check every file against the catalogue").set_defaults(run=run_data_verify)
    data.add_parser("list", help="list every file with source and licence").set_defaults(run=run_data_list)
    add_data_commands(data)
