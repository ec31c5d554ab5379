"""Questions about control: who holds this place on this day and why, and what changed hands between two days.

Everything is answered from a `Scene`; nothing is computed that the map does not show as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import shapely
from rapidfuzz import fuzz, process
from shapely.geometry.base import BaseGeometry

from mapapp.errors import DateError, PlaceError
from mapapp.geo import WGS84, distance_km
from mapapp.model import Cell, ControlState, Event, Status
from mapapp.scene import Scene
from mapapp.summary import shares_by_day
from mapapp.territory.timeline import Timeline
from mapapp.text import fold
from mapapp.theatres.theatre import Theatre

N_SUGGESTIONS = 5
"""How many names are offered for one that is not known."""

MIN_SUGGESTION = 70.0
"""Likeness (0 to 100, rapidfuzz's WRatio) below which a name is not offered."""


class Outcome(StrEnum):
    """What happened to a cell between two days."""

    GAINED = "gained"
    LOST = "lost"
    TAKEN = "changed hands"
    CONTESTED = "became contested"
    UNKNOWN = "no longer known"
    SURENESS = "holder the same, otherwise known"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who holds a cell on a day, and what speaks for and against it."""

    cell: Cell
    day: date
    state: ControlState
    events: tuple[Event, ...]
    """Those that made the state, in order of day; empty = the baseline."""
    before: ControlState | None
    """The newest earlier state with another holder; None = there is none."""
    basis: str | None
    """Where the baseline has it from, if the state is still that of the baseline."""
    basis_url: str | None
    away_km: float
    """From the point that was asked for to the place that the cell stands for; 0 for a place of its own."""

    @property
    def reported_days_ago(self) -> int | None:
        """Days since the newest event on the cell; None = only the baseline speaks of it."""
        reported = self.state.last_reported
        return None if reported is None else (self.day - reported).days


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose holder or status is another on the second day than on the first."""

    cell: Cell
    before: ControlState
    after: ControlState
    changed_on: date
    """Day on which the second state began."""
    events: tuple[Event, ...]
    """Those that made the second state."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What one actor has on two days, and how it came about."""

    actor: str | None
    """None for what is contested or unknown."""
    status: Status | None
    """None for all that an actor holds, assessed or claimed; else contested or unknown."""
    before_km2: float
    after_km2: float
    change_km2: float
    change_share: float
    """-1 to 1, of the area of all cells."""


def check_day(day: date, *, theatre: Theatre) -> date:
    """Return a day of the theatre's range. Raises DateError for one outside: nothing is known of it."""
    if not theatre.first_day <= day <= theatre.last_day:
        raise DateError(
            f"{day} lies outside what is known of {theatre.title}: {theatre.first_day} to {theatre.last_day}. "
            "Choose a day between them."
        )
    return day


def find_cell(scene: Scene, *, name: str) -> Cell:
    """Return the cell of a place by its name, another spelling of it, its id or the id of the cell.

    Raises PlaceError for a name that is not there, with the most similar ones, and for one that several places have,
    with their ids.
    """
    found = match_cells(scene, name=name)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{cell.place_name} in {cell.unit_pcode} ({cell.id})" for cell in found)
        raise PlaceError(f"“{name}” is the name of {len(found)} places: {listed}. Ask for one by its id.")
    similar = suggest_names(scene, name=name)
    advice = f"Did you mean {', '.join(similar)}?" if similar else "Ask for a town, or for a position."
    raise PlaceError(f"There is no area of a place named “{name}” in {scene.theatre.title}. {advice}")


def match_cells(scene: Scene, *, name: str) -> tuple[Cell, ...]:
    """Return every cell that a name or an id may mean, in order of the cells; an id means one cell only."""
    by_id = tuple(cell for cell in scene.cells if name in {cell.id, cell.place_id})
    if by_id:
        return by_id
    wanted = fold(name).strip()
    return tuple({cell.id: cell for spelling, cell in _spellings(scene) if spelling == wanted}.values())


def suggest_names(scene: Scene, *, name: str) -> tuple[str, ...]:
    """Return the names of cells that are most like a text, the likest first."""
    names: dict[str, str] = {}
    for spelling, cell in _spellings(scene):
        names.setdefault(spelling, cell.place_name)
    likest = process.extract(
        fold(name).strip(), list(names), scorer=fuzz.WRatio, score_cutoff=MIN_SUGGESTION, limit=3 * N_SUGGESTIONS
    )
    return tuple(dict.fromkeys(names[spelling] for spelling, _, _ in likest))[:N_SUGGESTIONS]


def cell_at(scene: Scene, *, lat: float, lon: float) -> Cell:
    """Return the cell that a position lies in.

    Raises PlaceError for no position and for one outside the theatre, with the nearest place.
    """
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise PlaceError(f"{lat}, {lon} is no position. Expected latitude -90 to 90 and longitude -180 to 180.")
    point = shapely.Point(lon, lat)
    tree = shapely.STRtree([cell.geometry for cell in scene.cells])
    hits: list[int] = sorted(tree.query(point, predicate="intersects").tolist())
    if hits:  # a point on a border lies in two: the first in order of id
        return scene.cells[hits[0]]
    nearest = _nearest_cell(scene, lat=lat, lon=lon)
    away = distance_km(lat1=lat, lon1=lon, lat2=nearest.lat, lon2=nearest.lon)
    raise PlaceError(
        f"{lat:g}, {lon:g} lies outside {scene.theatre.title}. The nearest place there is {nearest.place_name}, "
        f"{away:.0f} km away. Is the latitude given first?"
    )


def explain(scene: Scene, *, cell: Cell, day: date, lat: float | None = None, lon: float | None = None) -> Answer:
    """Return who holds a cell on a day and what speaks for and against it.

    `lat` and `lon` are the position that was asked for, if it was one. Raises DateError for a day outside the range.
    """
    check_day(day, theatre=scene.theatre)
    state = scene.timeline.state_at(cell.id, day=day)
    earlier = [past for past in scene.timeline.states_of(cell.id) if past.start < state.start]
    before = next((past for past in reversed(earlier) if _parties(past) != _parties(state)), None)
    row = scene.theatre.baseline.get(cell.place_id or "") if not state.event_ids and not earlier else None
    known = _events_by_id(scene)
    away = 0.0 if lat is None or lon is None else distance_km(lat1=lat, lon1=lon, lat2=cell.lat, lon2=cell.lon)
    return Answer(
        cell=cell,
        day=day,
        state=state,
        events=tuple(known[event_id] for event_id in state.event_ids if event_id in known),
        before=before,
        basis=row.basis if row else None,
        basis_url=row.source if row else None,
        away_km=away,
    )


def find_differences(scene: Scene, *, first: date, second: date) -> tuple[Difference, ...]:
    """Return the cells that look different on the second day, the largest first.

    What changed and changed back in between is not among them. Raises DateError for a day outside the range, or where
    the second is before the first.
    """
    for day in (first, second):
        check_day(day, theatre=scene.theatre)
    if second < first:
        raise DateError(f"{second} is before {first}. Give the earlier day first.")
    known = _events_by_id(scene)
    found = []
    for cell in scene.cells:
        before, after = (scene.timeline.state_at(cell.id, day=day) for day in (first, second))
        if _seen(before) != _seen(after):
            events = tuple(known[event_id] for event_id in after.event_ids if event_id in known)
            found.append(Difference(cell, before, after, _begin(scene.timeline, after), events))
    return tuple(sorted(found, key=lambda item: (-item.cell.area_km2, item.cell.id)))


def outcome_of(difference: Difference, *, actor: str | None = None) -> Outcome | None:
    """Return what happened to a cell: for one actor (None = it was not touched), or for everybody.

    For an actor a cell is gained when it holds it afterwards and did not before, and lost when it is the other way
    round and nobody contests it; contested cells count where it is one of the parties.
    """
    before, after = difference.before, difference.after
    if actor is not None and actor not in {*_parties(before), *_parties(after)}:
        return None
    if after.status is Status.CONTESTED and _parties(before) != _parties(after):
        return Outcome.CONTESTED if actor is None or actor in _parties(after) else Outcome.LOST
    if _parties(before) == _parties(after):
        return Outcome.SURENESS
    if actor is not None:
        return Outcome.GAINED if after.controller == actor else Outcome.LOST
    return Outcome.UNKNOWN if after.status is Status.UNKNOWN else Outcome.TAKEN


def balance(scene: Scene, *, first: date, second: date) -> tuple[Balance, ...]:
    """Return how much each actor has on two days, the largest change first; then what is contested and unknown."""
    rows = shares_by_day(scene.timeline, days=(first, second))
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    areas: dict[tuple[str | None, Status | None], list[float]] = {}
    for column, day in enumerate((first, second)):
        for row in rows[day]:
            key = (row.actor, None if row.actor is not None else row.status)
            areas.setdefault(key, [0.0, 0.0])[column] += row.area_km2
    found = [
        Balance(actor, status, before, after, after - before, (after - before) / total)
        for (actor, status), (before, after) in areas.items()
    ]
    return tuple(
        sorted(found, key=lambda row: (row.actor is None, -abs(row.change_km2), row.actor or "", row.status or ""))
    )


def dissolve(scene: Scene, *, day: date) -> tuple[tuple[ControlState, BaseGeometry, float], ...]:
    """Return the areas of a day as one shape per look (status, holder, parties, hatching) with their km².

    The state is that of the first cell; its cell, days and events say nothing about the others.
    """
    groups: dict[tuple[object, ...], list[Cell]] = {}
    states: dict[tuple[object, ...], ControlState] = {}
    for cell in scene.cells:
        state = scene.timeline.state_at(cell.id, day=day)
        groups.setdefault(_seen(state), []).append(cell)
        states.setdefault(_seen(state), state)
    return tuple(
        (states[look], shapely.union_all([cell.geometry for cell in cells]), sum(cell.area_km2 for cell in cells))
        for look, cells in sorted(groups.items(), key=lambda item: -sum(cell.area_km2 for cell in item[1]))
    )


def _nearest_cell(scene: Scene, *, lat: float, lon: float) -> Cell:
    """Return the cell whose place is nearest to a position."""
    if not scene.cells:
        raise PlaceError(f"{scene.theatre.title} has no area at all. Give it boundaries first.")
    n = len(scene.cells)
    lons, lats = np.array([cell.lon for cell in scene.cells]), np.array([cell.lat for cell in scene.cells])
    metres = WGS84.inv(np.full(n, lon), np.full(n, lat), lons, lats)[2]
    return scene.cells[int(np.argmin(metres))]


def _spellings(scene: Scene) -> Iterable[tuple[str, Cell]]:
    """Yield every folded name of every cell; cells that only follow another one have no name of their own."""
    places = {place.id: place for place in (*scene.theatre.places, *scene.theatre.cell_places)}
    for cell in scene.cells:
        if cell.place_id is None:
            continue
        place = places.get(cell.place_id)
        names = [cell.place_name, cell.place_name_ar or "", *scene.theatre.aliases.get(cell.place_id, ())]
        names += [] if place is None else [place.name, *place.names.values()]
        for name in dict.fromkeys(fold(name).strip() for name in names):
            if name:
                yield name, cell


def _events_by_id(scene: Scene) -> Mapping[str, Event]:
    return {event.id: event for event in scene.events}


def _parties(state: ControlState) -> tuple[str, ...]:
    """Return who holds or disputes a cell, each once, in order of code."""
    return tuple(sorted({code for code in (state.controller, *state.others) if code is not None}))


def _seen(state: ControlState) -> tuple[object, ...]:
    """Return what of a state is seen on the map."""
    return state.status, state.controller, state.others, state.is_regional, state.last_holder


def _begin(timeline: Timeline, state: ControlState) -> date:
    """Return the day from which a cell has looked as it does in a state: states also begin with mere renewals."""
    begin = state.start
    for past in reversed(timeline.states_of(state.cell_id)):
        if past.start >= begin:
            continue
        if _seen(past) != _seen(state):
            break
        begin = past.start
    return begin
