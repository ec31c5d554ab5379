"""`gazetteer build|import|list|remove`: the index of place names, and gazetteers of the user's own beside it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from mapapp.cli.terminal import Commands, add_command, add_theatre_option, make_report, open_place_index
from mapapp.places.imports import MAPPED_FIELDS
from mapapp.places.intake import FORMATS, import_gazetteer, list_imports, read_mapping, remove_import
from mapapp.report import format_table
from mapapp.text import show_plain
from mapapp.theatres.theatre import load_theatre


def run_build(options: argparse.Namespace) -> int:
    """Build the place index, or find it built."""
    started = time.monotonic()
    open_place_index(load_theatre(options.theatre))
    print(f"The place index is ready ({time.monotonic() - started:.1f} s).")
    return 0


def run_import(options: argparse.Namespace) -> int:
    """Read a gazetteer file, merge it with what is known and say what became of every row."""
    gazetteer = open_place_index(load_theatre(options.theatre))
    intake = import_gazetteer(
        Path(options.file).expanduser(),
        gazetteer=gazetteer,
        kind=options.format,
        columns=read_mapping(options.columns) if options.columns else None,
        name=options.name,
        country=options.country,
        countries=tuple(filter(None, options.countries.split(","))),
        languages=tuple(filter(None, options.languages.split(","))),
        alternate_names=Path(options.alternate_names).expanduser() if options.alternate_names else None,
        progress=make_report(),
    )
    n_aside = sum(intake.set_aside.values())
    print(f"Imported as {show_plain(intake.name)}: {FORMATS[intake.kind]}")
    print(
        f"{intake.n_in:,} places = {intake.n_merged:,} known before, now with these spellings"
        f" + {intake.n_new:,} new + {n_aside:,} set aside"
    )
    for reason, count in sorted(intake.set_aside.items(), key=lambda item: -item[1]):
        print(f"Set aside: {count:,} {reason}")
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print the gazetteers that were brought in."""
    rows = [(show_plain(kept.name), f"{kept.n_merged:,}", f"{kept.n_new:,}") for kept in list_imports()]
    if not rows:
        print("No gazetteer was brought in. `python -m mapapp gazetteer import FILE` adds one.")
        return 0
    print("\n".join(format_table(("name", "known before", "new"), rows)))
    return 0


def run_remove(options: argparse.Namespace) -> int:
    """Let a gazetteer that was brought in count no more."""
    remove_import(options.name)
    print(f"Removed {show_plain(options.name)}. What was read with it stays as it was read.")
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    group = add_command(
        commands,
        "gazetteer",
        run_build,
        "build the index of place names, and bring in gazetteers of your own",
        examples=(
            "gazetteer build",
            "gazetteer import SY.zip --alternate-names alternateNamesV2.zip --languages ar,en",
            "gazetteer import villages.csv --columns name=Village,lat=Y,lon=X,other_names=Local",
            "gazetteer list",
            "gazetteer remove SY",
        ),
    )
    what = group.add_subparsers(title="what to do", metavar="build|import|list|remove", required=True)
    build = what.add_parser("build", help="build it now rather than on first use")
    build.set_defaults(run=run_build)
    importing = what.add_parser("import", help="read a gazetteer file and merge it with the places that are known")
    importing.add_argument("file", metavar="FILE", help="text, CSV, or a zip of one")
    importing.add_argument("--format", choices=tuple(FORMATS), help="else it is told from the file")
    importing.add_argument(
        "--columns", metavar="FIELD=NAME,…", help=f"of a table: {', '.join(MAPPED_FIELDS)}; name, lat, lon are needed"
    )
    importing.add_argument(
        "--name", metavar="NAME", help="of the import; else the file's. One of that name is replaced"
    )
    importing.add_argument("--country", metavar="XX", help="of a table that names none; else the theatre's")
    importing.add_argument("--countries", metavar="XX,YY", default="", help="keep only these of a dump")
    importing.add_argument("--alternate-names", metavar="FILE", help="alternateNamesV2, to go with a dump")
    importing.add_argument("--languages", metavar="en,ar", default="", help="keep only these of the alternate names")
    importing.set_defaults(run=run_import)
    what.add_parser("list", help="list what was brought in").set_defaults(run=run_list)
    remove = what.add_parser("remove", help="let one count no more")
    remove.add_argument("name", metavar="NAME", help="as `gazetteer list` has it")
    remove.set_defaults(run=run_remove)
    for command in (build, importing):
        add_theatre_option(command)
