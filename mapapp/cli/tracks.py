"""`import-track`, `tracks`, `forget-track`: measured tracks from files; `routes`: where they and all others lead."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    opened_store,
    say_if_slow,
)
from mapapp.errors import DataError, StoreError
from mapapp.model import Route
from mapapp.routes.building import bundled_routes
from mapapp.routes.versions import join_versions
from mapapp.text import show_plain
from mapapp.theatres.theatre import load_theatre
from mapapp.tracks.crossings import crossed_countries, crossing_words, route_figures
from mapapp.tracks.imports import TrackImport, describe_turn, read_imports

MOST_TURNS = 20


def run_import_track(options: argparse.Namespace) -> int:
    """Read the tracks of a file, say what became of every position, and store them."""
    theatre = load_theatre(options.theatre)
    path = Path(options.file)
    try:
        data = path.read_bytes()
    except OSError as error:
        message = (
            f"{options.file!a} cannot be read: {error.strerror}. Name a CSV, GPX, KML, KMZ, GeoJSON or trace file."
        )
        raise DataError(message) from error
    with say_if_slow(f"Reading {show_plain(path.name)}"):
        found = read_imports(
            data,
            name=path.name,
            theatre=theatre,
            source=options.source,
            url=options.url,
            title=options.title or "",
        )
    for one in found:
        print("\n".join(_describe(one)))
    if options.dry_run:
        print("Nothing was stored.")
        return 0
    with opened_store(options.db) as store:
        added = [store.add_track(one.route, theatre=theatre.code) for one in found]
    print(f"Stored {sum(added)}; {len(added) - sum(added)} were there already.")
    return 0


def _describe(one: TrackImport) -> Iterator[str]:
    yield show_plain(one.route.title)
    aside = ", ".join(f"{count:,} {reason}" for reason, count in one.set_aside.items()) or "none"
    yield f"  {one.n_in:,} positions = {one.n_kept:,} kept + {one.n_in - one.n_kept:,} set aside ({aside})"
    lengths = ", ".join(f"{length:,.1f} km {kind.value}" for kind, length in one.figures.length_km.items())
    yield f"  {lengths or 'no line'}; {one.figures.duration or 'times not known'}"
    yield from _describe_crossings(one.route)
    for turn in one.turns[:MOST_TURNS]:
        yield f"  {describe_turn(turn)}"
    if len(one.turns) > MOST_TURNS:
        yield f"  and {len(one.turns) - MOST_TURNS} more turns"


def _describe_crossings(route: Route) -> Iterator[str]:
    """Tell the countries and seas along a route's lines, and how that is known."""
    for crossing in crossed_countries(route):
        times = [f"{moment:%Y-%m-%d %H:%M}" for moment in (crossing.entered, crossing.left) if moment is not None]
        when = f", {' to '.join(times)} UTC" if times else ""
        yield f"  {show_plain(crossing.name)}: {crossing.length_km:,.0f} km{when} ({crossing_words(crossing)})"


def run_routes(options: argparse.Namespace) -> int:
    """Print the bundled routes and the stored ones: days, lengths, and over whose territory they lead."""
    theatre = load_theatre(options.theatre)
    with opened_store(options.db) as store:
        stored = [track.route for track in store.tracks(theatre=theatre.code)]
        told = [route for reading in store.readings(theatre=theatre.code) for route in reading.routes]
    routes = join_versions(bundled_routes(theatre), told=(*stored, *told))
    for route in routes:
        lengths = ", ".join(f"{length:,.0f} km {kind.value}" for kind, length in route_figures(route).length_km.items())
        print(f"{route.date_start or 'day unknown'}  {show_plain(route.title)}")
        print(
            f"  version of: {show_plain(route.journey or 'no other')}; {route.assertion.value}; {lengths or 'no line'}"
        )
        print("\n".join(_describe_crossings(route)))
    if not routes:
        print("No route is known. Articles that tell of journeys and imported tracks add some.")
    return 0


def run_tracks(options: argparse.Namespace) -> int:
    """Print the stored tracks of a theatre."""
    with opened_store(options.db) as store:
        tracks = store.tracks(theatre=load_theatre(options.theatre).code)
    for track in tracks:
        day = track.route.date_start or "day unknown"
        print(f"{track.route.id}  {day}  {show_plain(track.route.title)}")
    if not tracks:
        print("No track is stored. `python -m mapapp import-track FILE` adds one.")
    return 0


def run_forget_track(options: argparse.Namespace) -> int:
    """Remove one track from the store."""
    theatre = load_theatre(options.theatre)
    with opened_store(options.db) as store:
        if not store.remove_track(options.id, theatre=theatre.code):
            message = f"No track {options.id!a} is stored. `python -m mapapp tracks` lists them."
            raise StoreError(message)
    print(f"Removed {show_plain(options.id)}.")
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    importing = add_command(
        commands,
        "import-track",
        run_import_track,
        "read a measured track from a file and store it as a route",
        examples=("import-track flight.csv --source Flightradar24", "import-track walk.gpx --dry-run"),
    )
    importing.add_argument("file", metavar="FILE", help="CSV, GPX, KML, KMZ, GeoJSON, or a trace as JSON")
    importing.add_argument("--source", default="source not told", metavar="NAME", help="who published the track")
    importing.add_argument("--url", metavar="URL", help="where it was published")
    importing.add_argument("--title", metavar="TEXT", help="name of the route; else the file's own")
    importing.add_argument("--dry-run", action="store_true", help="only say what would be stored")
    add_theatre_option(importing)
    add_store_option(importing)
    routes = add_command(
        commands,
        "routes",
        run_routes,
        "list the routes, and over whose territory they lead",
        examples=("routes",),
    )
    add_theatre_option(routes)
    add_store_option(routes)
    listing = add_command(commands, "tracks", run_tracks, "list the stored tracks", examples=("tracks",))
    add_theatre_option(listing)
    add_store_option(listing)
    forget = add_command(
        commands,
        "forget-track",
        run_forget_track,
        "remove a track from the store",
        examples=("forget-track track-1a2b3c",),
    )
    forget.add_argument("id", metavar="ID", help="as `tracks` lists it")
    add_theatre_option(forget)
    add_store_option(forget)
