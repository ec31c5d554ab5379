"""`import-history`, `imports`: control histories and event exports of others, and how to take them out again."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mapapp.cli.terminal import EXIT_PARTLY, Commands, add_command, add_theatre_option, say_if_slow
from mapapp.errors import DataError
from mapapp.histories.layouts import EVENT_FORMATS, FORMATS
from mapapp.histories.merging import merge_history
from mapapp.histories.reading import read_history
from mapapp.histories.records import Imported, check_source
from mapapp.histories.shelf import add_layer, event_layers, remove_layer
from mapapp.histories.writing import list_imports, undo_import, write_history
from mapapp.sheets import LIMITS
from mapapp.text import show_plain
from mapapp.theatres.files import read_units
from mapapp.theatres.theatre import Theatre, load_theatre

N_REASONS = 12
"""Reasons that are listed; the others are counted."""
N_LINES = 5
"""Lines that are named for each reason."""


def run_import_history(options: argparse.Namespace) -> int:
    """Read a table, say what of it can be used, and write that into the theatre or keep it as a layer of its map."""
    theatre = load_theatre(options.theatre)
    path = Path(options.file).expanduser()
    check_source(options.source)
    with say_if_slow(f"Reading {show_plain(path.name)}"):
        imported = read_history(path, format=options.format, columns=read_columns(options.column))
    title = options.title or path.name
    if imported.format in EVENT_FORMATS and not options.as_claims:
        return _import_layer(imported, theatre=theatre, title=title, options=options)
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
            folder = write_history(merged, theatre=theatre, title=title, source=options.source)
        print(f"Written into {show_plain(str(folder))}. Parties and colours can be changed in its tables.")
        print(f"To take it out again: python -m mapapp imports --theatre {options.theatre} --undo")
    return EXIT_PARTLY if merged.set_aside else 0


def _import_layer(imported: Imported, *, theatre: Theatre, title: str, options: argparse.Namespace) -> int:
    print("\n".join(list_imported(imported)))
    if options.check:
        print("Nothing was written (--check).")
    else:
        layer = add_layer(
            imported, theatre_name=theatre.code, title=title, source=options.source, attribution=options.attribution
        )
        print(
            f"A layer of the map of {theatre.code}: {layer.id}, {len(layer.happenings):,} events. They colour no area."
        )
        print(f"To take it away: python -m mapapp imports --theatre {theatre.code} --remove {layer.id}")
    return EXIT_PARTLY if imported.set_aside else 0


def read_columns(pairs: Sequence[str]) -> dict[str, str]:
    """Return which column is which field. Raises DataError for what is no FIELD=NAME.

    >>> read_columns(["place=Town", "holder=Held by"])
    {'place': 'Town', 'holder': 'Held by'}
    """
    found = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field.strip() or not column.strip():
            raise DataError(f"{pair!a} names no column. Write --column FIELD=NAME, such as --column holder=Control.")
        found[field.strip()] = column.strip()
    return found


def run_imports(options: argparse.Namespace) -> int:
    """List what was imported for a theatre, or take something out again."""
    theatre = load_theatre(options.theatre)
    if options.remove:
        if not remove_layer(theatre.code, layer_id=options.remove):
            known = ", ".join(layer.id for layer in event_layers(theatre.code)) or "none"
            raise DataError(f"There is no event layer {options.remove!a}. There are: {known}.")
        print(f"Took the layer {show_plain(options.remove)} away.")
        return 0
    if options.undo:
        taken = undo_import(theatre.folder)
        print(f"Took out {show_plain(taken.title or 'the newest import')}: the tables are as they were before it.")
        return 0
    past, layers = list_imports(theatre.folder), event_layers(theatre.code)
    for item in past:
        print(
            f"{item.number}. {show_plain(item.title)} ({item.on}): {item.n_kept:,} of {item.n_rows:,} rows, "
            f"{item.n_parties} parties, {item.n_places} places, {item.n_events} events. {show_plain(item.source)}"
        )
    for layer in layers:
        print(
            f"Layer {layer.id}: {show_plain(layer.title)}, {len(layer.happenings):,} of {layer.n_rows:,} rows. "
            f"{show_plain(layer.source)}"
        )
    if not past and not layers:
        print(f"Nothing was imported for {theatre.code}.")
    return 0


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
            "import-history acled.csv --source https://acleddata.com",
            "import-history towns.csv --column place=Town --column holder=Side --theatre somewhere --source https://…",
        ),
    )
    command.add_argument("file", metavar="FILE", help=f"CSV or TSV in UTF-8, or XLSX. {LIMITS}")
    command.add_argument("--format", choices=FORMATS, help="else recognised by its columns; docs/cli.md tells them")
    command.add_argument(
        "--column", metavar="FIELD=NAME", action="append", default=[], help="a column that is not called as usual"
    )
    command.add_argument("--source", metavar="URL", required=True, help="address of the table; every statement has it")
    command.add_argument("--title", metavar="TEXT", default="", help="in the list of imports; else the file's name")
    command.add_argument("--attribution", metavar="LINE", default="", help="of an event layer: for the map's corner")
    command.add_argument(
        "--as-claims",
        action="store_true",
        help="events: into the theatre's tables as claims on control, not as a layer that colours nothing",
    )
    command.add_argument("--check", action="store_true", help="only say what would be imported")
    add_theatre_option(command)
    imports = add_command(
        commands,
        "imports",
        run_imports,
        "list what was imported for a theatre, or take it out again",
        examples=("imports --theatre somewhere", "imports --theatre somewhere --undo", "imports --remove acled-csv"),
    )
    what = imports.add_mutually_exclusive_group()
    what.add_argument("--undo", action="store_true", help="take the newest import out of the theatre's tables")
    what.add_argument("--remove", metavar="LAYER", help="take an event layer away")
    add_theatre_option(imports)
