"""`export`: the map of a day as a file."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Container
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from mapapp.claims.review import apply_decisions
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    open_place_index,
    opened_store,
    say_if_slow,
)
from mapapp.dates import read_day
from mapapp.errors import DateError, ExportError
from mapapp.export import all_exporters
from mapapp.histories.shelf import event_layers
from mapapp.model import Decision, Place, Reading, Route
from mapapp.picture.snapshot import render_snapshot
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import read_article
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre, load_theatre, sample_articles

PICTURE_FORMATS = ("png", "svg")
DEFAULT_SIZE_PX = (1920, 1080)


@dataclass(frozen=True)
class PatientGazetteer:
    """A gazetteer that is opened only if it is asked something: most decisions name no place."""

    theatre: Theatre
    _opened: list[Gazetteer] = field(default_factory=list)

    def place(self, place_id: str, /) -> Place:
        """Return the place with this id, from the index that the first question opens."""
        if not self._opened:
            self._opened.append(open_place_index(self.theatre))
        place: Place = self._opened[0].place(place_id)
        return place


def run_export(options: argparse.Namespace) -> int:
    """Write a map of one day to a file."""
    theatre = load_theatre(options.theatre)
    exporter_id = _choose_format(options)
    day = theatre.last_day if options.date is None else read_day(options.date)
    if not theatre.first_day <= day <= theatre.last_day:
        message = f"{day} lies outside what is known of {theatre.title}: {theatre.first_day} to {theatre.last_day}."
        raise DateError(message)
    if options.palette and options.palette not in theatre.palettes:
        message = f"There is no palette {options.palette!a}. Expected one of: {', '.join(theatre.palettes)}."
        raise ExportError(message)
    is_sized = bool(options.width or options.height or options.bbox)
    if is_sized and exporter_id not in PICTURE_FORMATS:
        message = (
            f"--width, --height and --bbox are for pictures ({', '.join(PICTURE_FORMATS)}), not for {exporter_id}."
        )
        raise ExportError(message)
    with say_if_slow(f"Building the map of {day}"):
        scene = build_stored_scene(
            theatre,
            day=day,
            db=options.db,
            without_articles=options.without_articles,
            with_samples=not options.no_samples,
            palette=options.palette or "",
        )
        if is_sized:
            buffer = io.BytesIO()
            render_snapshot(
                scene,
                path_or_buffer=buffer,
                format=exporter_id,
                width_px=options.width or DEFAULT_SIZE_PX[0],
                height_px=options.height or DEFAULT_SIZE_PX[1],
                bbox=options.bbox,
            )
            contents = buffer.getvalue()
        else:
            contents = next(exporter for exporter in all_exporters() if exporter.id == exporter_id).write(scene)
    write_output(contents, name=options.output)
    return 0


def _choose_format(options: argparse.Namespace) -> str:
    """Return the id of the exporter that is asked for, or that the file's suffix names."""
    known = {exporter.id: exporter for exporter in all_exporters()}
    wanted = options.format or Path(options.output).suffix.lower().removeprefix(".")
    if wanted not in known:
        message = f"{wanted!a} is no format that can be written. Expected --format with one of: {', '.join(known)}."
        raise ExportError(message)
    return str(wanted)


def build_stored_scene(
    theatre: Theatre,
    *,
    day: date,
    db: str | None,
    without_articles: bool = False,
    with_samples: bool = True,
    palette: str = "",
) -> Scene:
    """Return what the map shows on a day: what is bundled and what is stored, as people have decided about it.

    With samples, those of the theatre count as in the app: they stand first, and one that is stored stands for itself.
    Without them none counts, stored or not.
    """
    readings: tuple[Reading, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tracks: tuple[Route, ...] = ()
    if not without_articles:
        with opened_store(db) as store:
            readings, decisions = store.readings(theatre=theatre.code), store.decisions()
            tracks = tuple(track.route for track in store.tracks(theatre=theatre.code))
        gazetteer = PatientGazetteer(theatre)
        if with_samples:
            stored = {reading.article.id for reading in readings}
            readings = (*read_samples(theatre, known=stored), *readings)
        else:
            readings = without_samples(readings, theatre=theatre)
        readings = tuple(
            apply_decisions(reading, decisions=decisions, theatre=theatre, gazetteer=gazetteer) for reading in readings
        )
    query = replace(default_query(theatre), day=day, palette=palette)
    return build_scene(
        query,
        theatre=theatre,
        readings=readings,
        decisions=decisions,
        tracks=tracks,
        event_layers=event_layers(theatre.code),
    )


def without_samples(readings: tuple[Reading, ...], *, theatre: Theatre) -> tuple[Reading, ...]:
    """Return what is stored without the theatre's samples, which are stored once somebody decided about them."""
    samples = {article.id for article in sample_articles(theatre)}
    return tuple(reading for reading in readings if reading.article.id not in samples)


def read_samples(theatre: Theatre, *, known: Container[str] = ()) -> tuple[Reading, ...]:
    """Read the theatre's sample articles but those that are `known`; without others the place index stays closed."""
    missing = [article for article in sample_articles(theatre) if article.id not in known]
    if not missing:
        return ()
    index = open_place_index(theatre)
    return tuple(read_article(article, theatre=theatre, gazetteer=index) for article in missing)


def write_output(contents: bytes, *, name: str) -> None:
    """Write a file, or to standard output for `-`. Raises ExportError where that fails."""
    if name == "-":
        sys.stdout.buffer.write(contents)
        return
    try:
        Path(name).write_bytes(contents)
    except OSError as error:
        message = f"{name!a} cannot be written: {error.strerror}. Choose another file with -o."
        raise ExportError(message) from error
    print(f"Wrote {show_plain(name)} ({len(contents) / 1e6:.2f} MB).", file=sys.stderr)


def _read_bbox(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        message = f"{text!a} are not four numbers. Write west,south,east,north, such as 35.5,33,37,35"
        raise argparse.ArgumentTypeError(message) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        message = f"{text!a} is no area. Write west,south,east,north in degrees, such as 35.5,33,37,35"
        raise argparse.ArgumentTypeError(message)
    return west, south, east, north


def add_article_options(command: argparse.ArgumentParser) -> None:
    """Let the user say which articles count: by one rule for every command that shows a map, and as in the app."""
    command.add_argument(
        "--without-articles", action="store_true", help="no articles: neither stored nor samples; else both count"
    )
    add_samples_option(command)


def add_samples_option(command: argparse.ArgumentParser, *, is_below: bool = False) -> None:
    """Let the user leave the samples out. `is_below`: the command above has the same option, which else holds."""
    command.add_argument(
        "--no-samples",
        action="store_true",
        default=argparse.SUPPRESS if is_below else False,
        help="leave the theatre's sample articles out; else they count as in the app",
    )


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    export = add_command(
        commands,
        "export",
        run_export,
        "write the map of a day as a file",
        examples=(
            "export --date 2024-12-08 --format html -o map.html",
            "export --date 2024-12-05 -o map.png --width 1200 --height 900",
            "export --format geojson -o - | head",
        ),
    )
    export.add_argument("--date", metavar="YYYY-MM-DD", help="the day that is shown; the theatre's last one without it")
    export.add_argument("--format", choices=[exporter.id for exporter in all_exporters()], help="else as -o ends")
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="- = standard output")
    export.add_argument("--width", type=int, metavar="PX", help=f"of a picture (default {DEFAULT_SIZE_PX[0]})")
    export.add_argument("--height", type=int, metavar="PX", help=f"of a picture (default {DEFAULT_SIZE_PX[1]})")
    export.add_argument("--bbox", type=_read_bbox, metavar="W,S,E,N", help="area of a picture; write --bbox=W,S,E,N")
    export.add_argument("--palette", metavar="NAME", help="one of the theatre's; its first one without it")
    add_article_options(export)
    add_theatre_option(export)
    add_store_option(export)
