"""`theatre new`: the folder of a new theatre."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from mapapp.boundaries.files import FIELDS, read_boundary_file
from mapapp.cli.boundaries import read_columns
from mapapp.cli.terminal import Commands, add_command
from mapapp.dates import read_day
from mapapp.text import show_plain
from mapapp.theatres.skeleton import make_theatre


def run_theatre_new(options: argparse.Namespace) -> int:
    """Make the folder of a new theatre."""
    boundaries = None
    if options.from_boundaries:
        path = Path(options.from_boundaries).expanduser()
        boundaries = read_boundary_file(path, columns=read_columns(options), crs=options.crs)
    made = make_theatre(
        options.name,
        folder=Path(options.folder).expanduser() if options.folder else None,
        country=options.country,
        boundaries=boundaries,
        title=options.title,
        first_day=_day(options.first_day),
        last_day=_day(options.last_day),
        attribution=options.attribution,
    )
    print(f"Made {show_plain(str(made))}")
    for remark in () if boundaries is None else boundaries.remarks:
        print(f"Repaired: {show_plain(remark)}")
    for which, why in () if boundaries is None else boundaries.set_aside:
        print(f"Set aside: {show_plain(which)}: {show_plain(why)}")
    if boundaries is not None and not options.attribution:
        print("If the boundaries' licence asks for a credit, give it with --attribution or write it into theatre.toml.")
    print("It opens as it is, with everything unknown. README.md in it tells what each file is for.")
    if options.folder:
        print("To see it in the app, name its parent folder in MAPAPP_THEATRES.")
    return 0


def _day(text: str | None) -> date | None:
    return None if text is None else read_day(text)


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    group = add_command(
        commands,
        "theatre",
        run_theatre_new,
        "make a theatre of your own",
        examples=("theatre new italy --country IT", "theatre new somewhere --from-boundaries units.gpkg"),
    )
    new = group.add_subparsers(title="what to do", metavar="new", required=True).add_parser(
        "new", help="make a folder that opens as a map at once, with everything unknown"
    )
    new.add_argument("name", metavar="NAME", help="of the folder: a–z, 0–9 and -")
    new.add_argument("--country", metavar="XX", help="ISO 3166 code: gives its outline and its larger towns")
    new.add_argument("--from-boundaries", metavar="FILE", help="its units: GeoPackage, GeoJSON, shapefile or a zip")
    new.add_argument(
        "--column", metavar="FIELD=NAME", action="append", default=[], help=f"columns for {', '.join(FIELDS)}"
    )
    new.add_argument("--level", metavar="N", help="level of all units of the file, 1 to 5")
    new.add_argument("--crs", metavar="EPSG:…", help="of a file that does not say its CRS")
    new.add_argument("--title", default="", metavar="TEXT", help="as the app shows it")
    new.add_argument("--attribution", default="", metavar="LINE", help="credit of the boundaries, for the map's corner")
    new.add_argument("--first-day", metavar="YYYY-MM-DD", help="else 30 days before the last")
    new.add_argument("--last-day", metavar="YYYY-MM-DD", help="else today")
    new.add_argument("--folder", metavar="DIR", help="make it in here; else where your own theatres are")
    new.set_defaults(run=run_theatre_new)
