"""`gazetteer build|import|list|remove|online`: the index of place names, and gazetteers of the user's own beside it."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from mapapp.cli.terminal import Commands, add_command, add_theatre_option, make_report, open_place_index
from mapapp.places.imports import MAPPED_FIELDS
from mapapp.places.intake import FORMATS, import_gazetteer, list_imports, read_mapping, remove_import
from mapapp.places.online_settings import (
    KNOWN_SERVICES,
    open_chosen,
    read_geocoder_settings,
    save_geocoder_settings,
    with_service,
)
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


def run_online(options: argparse.Namespace) -> int:
    """Choose an online geocoder, switch it off, or say which one is chosen."""
    settings = read_geocoder_settings(environment={})
    given = (options.service, options.endpoint, options.user_agent, options.key)
    if options.off:
        settings = replace(settings, is_on=False)
        save_geocoder_settings(settings)
    elif any(value is not None for value in given):
        service = None if options.service is None else options.service.strip().lower()
        settings = with_service(settings, service=service, endpoint=options.endpoint)
        settings = replace(
            settings,
            is_on=True,
            user_agent=settings.user_agent if options.user_agent is None else options.user_agent,
            key=settings.key if options.key is None else options.key,
        )
        save_geocoder_settings(settings)
    if not settings.is_on:
        print("No online geocoder is switched on; no name leaves this machine.")
        return 0
    geocoder = open_chosen(settings)
    print(f"Switched on: {geocoder.service}. Names that you ask for go to {show_plain(settings.server)}.")
    print(f"Its answers: {geocoder.attribution or 'see the terms of the service'}; kept in {geocoder.cache}")
    return 0


def add_recogniser_option(command: argparse.ArgumentParser) -> None:
    """Add `--recogniser` to a command that looks for places."""
    command.add_argument(
        "--recogniser",
        metavar="NAME",
        help="what tells which words are places: rules (the default), or spacy:MODEL where spaCy is installed",
    )


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
            "gazetteer online --service nominatim --user-agent 'my newsroom, me@example.org'",
        ),
    )
    what = group.add_subparsers(title="what to do", metavar="build|import|list|remove|online", required=True)
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
    online = what.add_parser(
        "online", help="choose an online geocoder that may be asked for names; without options: say which one is chosen"
    )
    online.add_argument("--service", metavar="NAME", help=f"{', '.join(KNOWN_SERVICES)} or another class of geopy")
    online.add_argument("--endpoint", metavar="URL", help="a server of your own instead of the public one")
    online.add_argument("--user-agent", metavar="TEXT", help="how the service knows you; Nominatim's rules ask for it")
    online.add_argument("--key", metavar="TEXT", help="API key; for geonames the user name")
    online.add_argument("--off", action="store_true", help="switch it off again")
    online.set_defaults(run=run_online)
    for command in (build, importing):
        add_theatre_option(command)
