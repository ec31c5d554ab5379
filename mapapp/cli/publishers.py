"""`publishers`: how far whom is trusted, and what the user changed of it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from mapapp.cli.maps import write_output
from mapapp.cli.terminal import EXIT_PARTLY, Commands, add_command, add_theatre_option
from mapapp.errors import DataError
from mapapp.report import format_table
from mapapp.text import show_plain
from mapapp.theatres.publishers import (
    MOST_BYTES,
    RELIABILITIES,
    bundled_publishers,
    can_redo,
    import_publishers,
    merge_publishers,
    own_publishers,
    redo_publishers,
    reset_publishers,
    save_publishers,
    undo_publishers,
    write_publishers,
)
from mapapp.theatres.theatre import Publisher, Theatre, load_theatre

UNGRADED = "Who is not listed is graded F6: nothing is assessed by an ungraded source alone."


def _codes(theatre: Theatre) -> frozenset[str]:
    return frozenset(actor.code for actor in theatre.actors)


def run_list(options: argparse.Namespace) -> int:
    """Print the publishers with their grades."""
    theatre = load_theatre(options.theatre)
    own = {one.name for one in own_publishers(theatre.code, codes=_codes(theatre))}
    rows = [
        (one.name, one.reliability, one.favours or "", one.domain or "", ", ".join(one.aliases), _mark(one, own=own))
        for one in theatre.publishers
    ]
    print("\n".join(format_table(("publisher", "grade", "favours", "domain", "also called", ""), rows)))
    print(UNGRADED)
    return 0


def _mark(one: Publisher, *, own: set[str]) -> str:
    return "yours" if one.name in own else ""


def run_set(options: argparse.Namespace) -> int:
    """Grade one publisher, known or new."""
    theatre = load_theatre(options.theatre)
    codes = _codes(theatre)
    if options.favours and options.favours not in codes:
        message = f"{options.favours!a} is no party of {theatre.title}. Its codes are {', '.join(sorted(codes))}."
        raise DataError(message)
    name = options.name.strip()
    if not name:
        raise DataError("The publisher has no name. Give it as articles have it.")
    known = {one.name: one for one in theatre.publishers}
    one = known.get(name) or Publisher(name, "F")
    if options.reliability is not None:
        one = replace(one, reliability=options.reliability)
    if options.favours is not None:
        one = replace(one, favours=options.favours or None)
    if options.domain is not None:
        one = replace(one, domain=options.domain or None)
    if options.alias:
        one = replace(one, aliases=tuple(dict.fromkeys((*one.aliases, *options.alias))))
    _save({**known, name: one}, theatre=theatre)
    print(show_plain(f"{one.name}: {one.reliability}, favours {one.favours or 'nobody, or unknown'}."))
    return 0


def _save(publishers: dict[str, Publisher], *, theatre: Theatre) -> int:
    bundled = bundled_publishers(theatre.folder, codes=_codes(theatre))
    return save_publishers(publishers.values(), theatre_name=theatre.code, bundled=bundled)


def run_export(options: argparse.Namespace) -> int:
    """Write the table as CSV."""
    write_output(write_publishers(load_theatre(options.theatre).publishers), name=options.output)
    return 0


def run_import(options: argparse.Namespace) -> int:
    """Take in a table of grades: its rows replace those of their names and add others."""
    theatre = load_theatre(options.theatre)
    try:
        with Path(options.file).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"The file {options.file!a} cannot be read: {getattr(error, 'strerror', error)}. Check the name."
        raise DataError(message) from error
    found = import_publishers(data, codes=_codes(theatre))
    for reason in found.set_aside:
        print(f"set aside: {show_plain(reason)}", file=sys.stderr)
    merged = merge_publishers(theatre.publishers, found.publishers)
    n_own = _save({one.name: one for one in merged}, theatre=theatre)
    n_in, n_out = len(found.publishers), len(found.set_aside)
    print(f"{n_in} rows taken in, {n_out} set aside; {n_own} now differ from the bundled table.")
    return EXIT_PARTLY if found.set_aside else 0


def run_undo(options: argparse.Namespace) -> int:
    """Take back the last change of the grades."""
    name = load_theatre(options.theatre).code
    print("The last change was taken back." if undo_publishers(name) else "There is no change to take back.")
    return 0


def run_redo(options: argparse.Namespace) -> int:
    """Bring back what was taken back last."""
    name = load_theatre(options.theatre).code
    print("It was brought back." if can_redo(name) and redo_publishers(name) else "There is nothing to bring back.")
    return 0


def run_reset(options: argparse.Namespace) -> int:
    """Let the bundled grades hold again."""
    reset_publishers(load_theatre(options.theatre).code)
    print("The bundled grades hold again. `publishers undo` brings yours back.")
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    group = add_command(
        commands,
        "publishers",
        run_list,
        "list and change how far publishers are trusted, and whose side they favour",
        examples=(
            "publishers list",
            "publishers set 'The Daily' --reliability C --alias 'Daily'",
            "publishers export -o grades.csv",
            "publishers import grades.csv",
            "publishers reset",
        ),
    )
    what = group.add_subparsers(title="what to do", metavar="list|set|export|…", required=True)
    for name, run, told in (
        ("list", run_list, "list them; those that you changed are marked"),
        ("undo", run_undo, "take back the last change"),
        ("redo", run_redo, "bring back what was taken back last"),
        ("reset", run_reset, "let the bundled grades hold again"),
    ):
        command = what.add_parser(name, help=told)
        command.set_defaults(run=run)
        add_theatre_option(command)
    setting = what.add_parser("set", help="grade one publisher, known or new")
    setting.add_argument("name", metavar="NAME", help="as articles have it")
    setting.add_argument("--reliability", choices=sorted(RELIABILITIES), help="Admiralty; F = cannot be judged")
    setting.add_argument("--favours", metavar="CODE", help="of the party whose side it takes; '' = nobody, or unknown")
    setting.add_argument("--domain", metavar="example.org", help="by which its addresses are known")
    setting.add_argument("--alias", metavar="NAME", action="append", help="another name of it; may be given again")
    setting.set_defaults(run=run_set)
    export = what.add_parser("export", help="write the table as CSV")
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="- = standard output")
    export.set_defaults(run=run_export)
    importing = what.add_parser("import", help="take in a table: name, reliability, favours, aliases, domain")
    importing.add_argument("file", metavar="FILE")
    importing.set_defaults(run=run_import)
    for command in (setting, export, importing):
        add_theatre_option(command)
