"""`import-history`: control histories and event exports of others into a theatre of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from mapapp.cli.terminal import EXIT_PARTLY, Commands, add_command, add_theatre_option, say_if_slow
from mapapp.histories.layouts import FORMATS
from mapapp.histories.merging import merge_history
from mapapp.histories.reading import read_history
from mapapp.histories.records import Imported
from mapapp.histories.writing import write_history
from mapapp.text import show_plain
from mapapp.theatres.files import read_units
from mapapp.theatres.theatre import load_theatre

N_REASONS = 12
"""Reasons that are listed; the others are counted."""
N_LINES = 5
"""Lines that are named for each reason."""


def run_import_history(options: argparse.Namespace) -> int:
    """Read a table, say what of it can be used, and write that into the theatre."""
    theatre = load_theatre(options.theatre)
    path = Path(options.file).expanduser()
    with say_if_slow(f"Reading {show_plain(path.name)}"):
        imported = read_history(path, format=options.format)
    with say_if_slow(f"Finding the places of {imported.n_rows:,} rows"):
        # The theatre's own units: others that are installed may be removed again.
        merged = merge_history(imported, theatre=theatre, source=options.source, units=read_units(theatre.folder))
    everything = Imported(imported.format, n_rows=merged.n_rows, n_kept=merged.n_kept, set_aside=merged.set_aside)
    print("\n".join(list_imported(everything)))
    print(
        f"New: {len(merged.actors)} parties, {len(merged.places)} places, {len(merged.baseline)} holders on "
        f"{merged.first_day}, {len(merged.events)} events up to {merged.last_day}"
    )
    if options.check:
        print("Nothing was written (--check).")
    else:
        with say_if_slow(f"Writing the tables of {options.theatre} and opening them again"):
            folder = write_history(merged, theatre=theatre)
        print(f"Written into {show_plain(str(folder))}. Parties and colours can be changed in its tables.")
    return EXIT_PARTLY if merged.set_aside else 0


def list_imported(imported: Imported) -> list[str]:
    """Return how many rows were read, kept and set aside, with the reasons.

    >>> list_imported(Imported("long", n_rows=3, n_kept=3))
    ['Read 3 rows (long): 3 kept, 0 set aside']
    """
    lines = [
        f"Read {imported.n_rows:,} rows ({imported.format}): {imported.n_kept:,} kept, "
        f"{len(imported.set_aside):,} set aside"
    ]
    reasons = imported.reasons()
    for reason, count in reasons[:N_REASONS]:
        where = [str(item.line) for item in imported.set_aside if item.reason == reason]
        more = " …" if count > N_LINES else ""
        lines.append(f"  {count:,} × {show_plain(reason)} Line {', '.join(where[:N_LINES])}{more}")
    if len(reasons) > N_REASONS:
        lines.append(f"  … and {len(reasons) - N_REASONS} more reasons")
    return lines


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    command = add_command(
        commands,
        "import-history",
        run_import_history,
        "import a control history or an event export into a theatre of your own",
        examples=(
            "theatre new somewhere --country XX",
            "import-history holders.csv --theatre somewhere --source https://example.org/holders",
            "import-history workbook.xlsx --theatre somewhere --source https://example.org/aoc --check",
            "import-history acled.csv --format acled --theatre somewhere --source https://acleddata.com",
        ),
    )
    command.add_argument("file", metavar="FILE", help="CSV or TSV in UTF-8, or XLSX")
    command.add_argument("--format", choices=FORMATS, help="else recognised by its columns; docs/cli.md tells them")
    command.add_argument("--source", metavar="URL", required=True, help="address of the table; every statement has it")
    command.add_argument("--check", action="store_true", help="only say what would be imported")
    add_theatre_option(command)
