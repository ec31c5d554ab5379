"""`control`, `areas`: who holds what on a day and why, what changed hands, how much each party had on every day."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mapapp.cli.maps import add_article_options, build_stored_scene, write_output
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    open_place_index,
    say_if_slow,
)
from mapapp.control import (
    Answer,
    Difference,
    balance,
    cell_at,
    check_day,
    explain,
    find_cell,
    find_differences,
    match_cells,
    outcome_of,
)
from mapapp.control_files import CONTROL_FORMATS, DIFFERENCE_FORMATS, write_areas, write_control, write_differences
from mapapp.dates import read_day
from mapapp.errors import ExportError, PlaceError
from mapapp.model import ControlState, Evidence, Place, Status
from mapapp.report import WIDTH, format_table
from mapapp.scene import Scene
from mapapp.summary import areas_through_time, describe_reach
from mapapp.territory.timeline import FAR_KM
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre, load_theatre

N_LISTED = 40
"""How many cells a terminal gets of a difference; files hold them all."""


def run_control(options: argparse.Namespace) -> int:
    """Answer a question about control, or write a file."""
    theatre = load_theatre(options.theatre)
    _check_question(options)
    if options.diff:
        first, second = (check_day(read_day(text), theatre=theatre) for text in options.diff)
        _run_difference(options, theatre=theatre, first=first, second=second)
        return 0
    day = check_day(theatre.last_day if options.date is None else read_day(options.date), theatre=theatre)
    if options.place is None and options.lat is None:
        if options.output is None and options.format is None:
            raise ExportError(
                "Nothing was asked. Give --place NAME, or --lat and --lon, or --diff D1 D2; for all of it -o FILE."
            )
        wanted = _choose_format(options, known=CONTROL_FORMATS)
        scene = _scene(options, theatre=theatre, day=day)
        write_output(
            write_control(scene, day=day, format=wanted, is_dissolved=options.dissolve), name=options.output or "-"
        )
        return 0
    scene = _scene(options, theatre=theatre, day=day)
    if options.lat is not None:
        cell = cell_at(scene, lat=options.lat, lon=options.lon)
        answer = explain(scene, cell=cell, day=day, lat=options.lat, lon=options.lon)
    else:
        answer = _answer_for_name(options.place, scene=scene, day=day)
    print("\n".join(list_answer(answer, theatre=theatre)))
    return 0


def run_areas(options: argparse.Namespace) -> int:
    """Write how much each party had on every day."""
    theatre = load_theatre(options.theatre)
    scene = _scene(options, theatre=theatre, day=theatre.last_day)
    write_output(write_areas(scene), name=options.output)
    areas = areas_through_time(scene.timeline, cells=scene.cells, days=scene.days[-1:])
    print(f"{describe_reach(areas)} Column far_km2 has it by party.", file=sys.stderr)
    return 0


def list_answer(answer: Answer, *, theatre: Theatre) -> list[str]:
    """Return who holds a cell and why, as lines for a terminal."""
    cell = answer.cell
    facts = [f"{cell.place_name}, {cell.unit_pcode}", str(answer.day), f"area {cell.area_km2:,.0f} km²"]
    if answer.away_km >= 0.5:
        facts.append(f"{answer.away_km:.0f} km from the place that this area stands for")
    lines = [show_plain(" · ".join(facts)), show_plain(describe_state(answer.state, theatre=theatre))]
    ago = answer.reported_days_ago
    if ago is None:
        lines.append("Last reported: no report of its own; known from what was compiled for the first day.")
    else:
        days = "on this day" if ago == 0 else f"{ago} day{'' if ago == 1 else 's'} ago"
        lines.append(f"Last reported: {answer.state.last_reported}, {days}.")
    if answer.before is not None:
        before = describe_state(answer.before, theatre=theatre)
        lines.append(show_plain(f"Before: {before} (from {answer.before.start} to {answer.before.end})"))
    if answer.basis is not None:
        basis = f"Basis: {answer.basis} {answer.basis_url or ''}"
        lines += textwrap.wrap(show_plain(basis.strip()), WIDTH, subsequent_indent="  ")
    lines += _list_evidence("For", [item for event in answer.events for item in event.evidence_for])
    lines += _list_evidence("Against", [item for event in answer.events for item in event.evidence_against])
    return lines


def describe_state(state: ControlState, *, theatre: Theatre) -> str:
    """Return a state in words.

    >>> from mapapp.theatres.theatre import default_theatre
    >>> state = ControlState("c", date(2030, 1, 1), None, Status.UNKNOWN, None)
    >>> describe_state(state, theatre=load_theatre(default_theatre()))
    'unknown'
    """
    if state.status is Status.UNKNOWN or state.controller is None:
        last = state.last_holder
        return "unknown" if last is None else f"unknown; held last by {_name(last, theatre=theatre)}"
    parties = ", ".join(_name(code, theatre=theatre) for code in (state.controller, *state.others))
    how = "contested between" if state.status is Status.CONTESTED else f"{state.status.value}:"
    return f"{how} {parties}" + (", known only from a claim on its region" if state.is_regional else "")


def _list_evidence(title: str, statements: Sequence[Evidence]) -> list[str]:
    lines = [f"{title} ({len(statements)})"]
    for number, item in enumerate(statements, start=1):
        words = show_plain(" ".join(item.text.split()))
        said = (item.speaker, item.publisher, str(item.published or ""), item.grade, item.assertion.value, item.url)
        text = (f"“{words}”" if item.is_quote else f"Summary: {words}") + " — "
        text += show_plain(" · ".join(part for part in said if part))
        lines += textwrap.wrap(text, WIDTH, initial_indent=f"{number:3}. ", subsequent_indent="     ")
    return lines


def _answer_for_name(name: str, *, scene: Scene, day: date) -> Answer:
    """Return the answer for a place: one with a cell of its own, else one of the gazetteer within a cell."""
    place = None if match_cells(scene, name=name) else _find_elsewhere(name, scene=scene)
    if place is None:
        return explain(scene, cell=find_cell(scene, name=name), day=day)
    cell = cell_at(scene, lat=place.lat, lon=place.lon)
    return explain(scene, cell=cell, day=day, lat=place.lat, lon=place.lon)


def _find_elsewhere(name: str, *, scene: Scene) -> Place | None:
    """Return the one place of this name that the world gazetteer has in the theatre's country, or None."""
    found = open_place_index(scene.theatre).find(name)
    inside = [place for place in found if place.country == scene.theatre.country and place.feature_class in "PST"]
    return inside[0] if len(inside) == 1 else None


def _run_difference(options: argparse.Namespace, *, theatre: Theatre, first: date, second: date) -> None:
    wanted = None
    if options.output is not None or options.format is not None:
        wanted = _choose_format(options, known=DIFFERENCE_FORMATS)
    scene = _scene(options, theatre=theatre, day=second)
    if wanted is not None:
        contents = write_differences(scene, first=first, second=second, format=wanted)
        write_output(contents, name=options.output or "-")
        return
    found = find_differences(scene, first=first, second=second)
    print("\n".join(list_differences(found, scene=scene, first=first, second=second)))


def list_differences(found: tuple[Difference, ...], *, scene: Scene, first: date, second: date) -> list[str]:
    """Return what changed hands between two days, as lines for a terminal: the balance, then the largest cells."""
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    rows = [
        (
            (row.status.value if row.status else "") if row.actor is None else _name(row.actor, theatre=scene.theatre),
            f"{row.before_km2:,.0f}",
            f"{row.after_km2:,.0f}",
            f"{row.change_km2:+,.0f}",
            f"{100 * row.change_share:+.2f}",
        )
        for row in balance(scene, first=first, second=second)
    ]
    changed = sum(item.cell.area_km2 for item in found)
    lines = [
        f"{first} to {second}: {len(found)} areas look different, {changed:,.0f} km², {100 * changed / total:.1f} %",
        "",
        *format_table(("party", f"km² {first}", f"km² {second}", "change", "% of country"), rows),
    ]
    if not found:
        return lines
    table = [
        (
            item.cell.place_name,
            item.cell.unit_pcode,
            str(outcome_of(item)),
            item.before.controller or item.before.status.value,
            "/".join((item.after.controller, *item.after.others)) if item.after.controller else item.after.status.value,
            item.after.status.value,
            str(item.changed_on),
            f"{item.cell.area_km2:,.0f}",
            f"{100 * item.cell.area_km2 / total:.2f}",
        )
        for item in found[:N_LISTED]
    ]
    lines += ["", *format_table(("place", "unit", "what", "before", "after", "status", "on", "km²", "%"), table)]
    if len(found) > N_LISTED:
        lines.append(f"… and {len(found) - N_LISTED} smaller ones; --format csv lists them all.")
    return lines


def _check_question(options: argparse.Namespace) -> None:
    """Raise where the options do not make one question."""
    if (options.lat is None) != (options.lon is None):
        raise PlaceError("A position has two numbers: give both --lat and --lon.")
    if options.place is not None and options.lat is not None:
        raise PlaceError("Give either --place or --lat and --lon, not both.")
    is_one_place = options.place is not None or options.lat is not None
    if is_one_place and (options.diff or options.output or options.format or options.dissolve):
        raise ExportError("--format, -o, --dissolve and --diff are for the whole theatre: leave the place out.")
    if options.diff and (options.date or options.dissolve):
        raise ExportError("--diff has its own two days: leave --date and --dissolve out.")


def _choose_format(options: argparse.Namespace, *, known: tuple[str, ...]) -> str:
    wanted = options.format or Path(options.output or "").suffix.lower().removeprefix(".")
    if wanted not in known:
        raise ExportError(f"{wanted!a} cannot be written here. Expected --format with one of: {', '.join(known)}.")
    return str(wanted)


def _scene(options: argparse.Namespace, *, theatre: Theatre, day: date) -> Scene:
    with say_if_slow(f"Building the map of {day}"):
        return build_stored_scene(
            theatre,
            day=day,
            db=options.db,
            without_articles=options.without_articles,
            with_samples=not options.no_samples,
        )


def _name(code: str, *, theatre: Theatre) -> str:
    actor = theatre.actor(code)
    return code if actor is None else actor.name


def _add_source(command: argparse.ArgumentParser) -> None:
    add_article_options(command)
    add_theatre_option(command)
    add_store_option(command)


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    control = add_command(
        commands,
        "control",
        run_control,
        "tell who holds what on a day and why, or what changed hands between two days",
        examples=(
            "control --date 2024-12-08 --place NAME",
            "control --date 2024-12-08 --lat 34.7 --lon 36.7",
            "control --date 2024-12-08 -o control.gpkg --dissolve",
            "control --diff 2024-11-27 2024-12-08",
            "control --diff 2024-11-27 2024-12-08 --format csv -o changes.csv",
        ),
    )
    control.add_argument("--date", metavar="YYYY-MM-DD", help="the day; the theatre's last one without it")
    control.add_argument("--place", metavar="NAME", help="a town or village, by any of its names or its id")
    control.add_argument("--lat", type=float, metavar="DEG", help="latitude of a position, with --lon")
    control.add_argument("--lon", type=float, metavar="DEG")
    control.add_argument("--diff", nargs=2, metavar=("D1", "D2"), help="two days: what changed hands, where, how much")
    formats = (*CONTROL_FORMATS, *(name for name in DIFFERENCE_FORMATS if name not in CONTROL_FORMATS))
    control.add_argument(
        "--format",
        choices=formats,
        help=f"of a day: {', '.join(CONTROL_FORMATS)}; of --diff: {', '.join(DIFFERENCE_FORMATS)}; else as -o ends",
    )
    control.add_argument("-o", "--output", metavar="FILE", help="- = standard output")
    control.add_argument("--dissolve", action="store_true", help="one shape per holder and status, not one per place")
    _add_source(control)
    areas = add_command(
        commands,
        "areas",
        run_areas,
        "write the area, share and people of each party on every day as CSV; far_km2 is how much of the area lies "
        f"over {FAR_KM:.0f} km from its place and only takes its holder",
        examples=("areas -o areas.csv", "areas -o - | head"),
    )
    areas.add_argument("-o", "--output", metavar="FILE", default="-", help="default: standard output")
    _add_source(areas)
