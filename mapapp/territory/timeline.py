"""Who holds a cell on which day: the baseline, then events in order of day, by the rules of docs/method.md.

Each event is given to the cells that it speaks of; `holdings` then follows each cell by itself. So one more claim
changes only what it touches, whatever the order of the input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import numpy as np

from mapapp.errors import PlaceError
from mapapp.geo import WGS84
from mapapp.model import CONTROL_CHANGES, Actor, Cell, ControlState, Event, EventKind, Place, Status
from mapapp.territory.holdings import Holding, Rules, day_of, follow_cell, is_same_side
from mapapp.territory.tessellation import FAR_KM, build_cells, finest_units, spot_of
from mapapp.theatres.theatre import BaselineRow, Theatre

__all__ = ["FAR_KM", "Timeline", "build_cells", "build_timeline", "finest_units", "is_same_side"]


NAMES_NOBODY = "It does not name who holds the place now, and what is known of it does not end with it."
PLACE_PREC = 2
"""UCDP where_prec up to which a place's own cell is coloured: 1 exact place, 2 near it."""


@dataclass(frozen=True, slots=True)
class _Causes:
    """All that the states of one cell follow from."""

    own: tuple[Event, ...]
    regional: tuple[Event, ...]
    baseline: BaselineRow | None
    first_day: date
    actors: tuple[Actor, ...]


@dataclass(frozen=True)
class Timeline:
    """Who holds what, from the theatre's first day on. Per cell the states follow each other without gap or overlap."""

    states: tuple[ControlState, ...]
    """By cell (in the order of the cells), then by start."""
    first_day: date
    areas_km2: Mapping[str, float]
    """By cell id, geodesic."""
    set_aside: tuple[tuple[str, str], ...] = ()
    """Ids of events about control that colour nothing, each with the reason in one sentence."""
    _by_cell: Mapping[str, tuple[ControlState, ...]] = field(default_factory=dict, repr=False)
    _causes: Mapping[str, _Causes] = field(default_factory=dict, repr=False, compare=False)
    """By cell id, all that its states follow from; the next timeline takes over what has the same causes."""

    def states_of(self, cell_id: str) -> tuple[ControlState, ...]:
        """Return the states of a cell in order. Raises PlaceError for a cell that is not there."""
        try:
            return self._by_cell[cell_id]
        except KeyError as error:
            example = next(iter(self._by_cell), "<P-code>/<place>")
            raise PlaceError(f"There is no cell “{cell_id}”. Ask for one such as “{example}”.") from error

    def state_at(self, cell_id: str, *, day: date) -> ControlState:
        """Return the state of a cell on a day; before the first day nothing is known."""
        states = self.states_of(cell_id)
        if day < states[0].start:
            return ControlState(cell_id, day, states[0].start, Status.UNKNOWN, None)
        return next(state for state in reversed(states) if state.start <= day)


def build_timeline(
    cells: Sequence[Cell], *, theatre: Theatre, events: Iterable[Event], before: Timeline | None = None
) -> Timeline:
    """Apply the baseline and the events to the cells, from the theatre's first day on.

    Events that speak of control but colour nothing stand in `set_aside` with their reason. `before` is an earlier
    timeline: what it knows of cells that nothing new speaks of is taken over; the result is the same without it.
    """
    rules = Rules({actor.code: actor for actor in theatre.actors})
    sorted_events = sorted(events, key=lambda event: (day_of(event), event.id))
    own, regional, set_aside = _sort_out(sorted_events, cells=cells, theatre=theatre)
    sources = baseline_sources(cells, theatre=theatre)
    chains = unit_chains(theatre)
    by_unit = {
        pcode: tuple(
            event for event in regional if event.remainder_of or event.unit_pcode in chains.get(pcode, (pcode,))
        )
        for pcode in {cell.unit_pcode for cell in cells}
    }
    templates: dict[tuple[str, BaselineRow | None], list[tuple[date, Holding]]] = {}
    by_cell: dict[str, tuple[ControlState, ...]] = {}
    causes: dict[str, _Causes] = {}
    for cell in cells:
        source = sources[cell.id]
        row = theatre.baseline.get(source.place_id) if source is not None and source.place_id else None
        mine = own.get(cell.id, [])
        if source is not None and source.id != cell.id:
            until = day_of(mine[0]) if mine else None
            mine = [event for event in own.get(source.id, []) if until is None or day_of(event) < until] + mine
        causes[cell.id] = _Causes(tuple(mine), by_unit[cell.unit_pcode], row, theatre.first_day, theatre.actors)
        if before is not None and before._causes.get(cell.id) == causes[cell.id]:
            by_cell[cell.id] = before.states_of(cell.id)
            continue
        simulate = partial(
            follow_cell, regional=by_unit[cell.unit_pcode], row=row, first_day=theatre.first_day, rules=rules
        )
        if mine:
            steps = simulate(mine)
        else:
            key = (cell.unit_pcode, row and replace(row, place_id="", basis="", source=None))
            steps = templates[key] if key in templates else templates.setdefault(key, simulate([]))
        by_cell[cell.id] = _states(cell.id, steps)
    set_aside += _without_effect([*own.items()], regional=regional, by_cell=by_cell, first_day=theatre.first_day)
    return Timeline(
        states=tuple(state for states in by_cell.values() for state in states),
        first_day=theatre.first_day,
        areas_km2={cell.id: cell.area_km2 for cell in cells},
        set_aside=tuple(set_aside),
        _by_cell=by_cell,
        _causes=causes,
    )


def _without_effect(
    own: Sequence[tuple[str, Sequence[Event]]],
    *,
    regional: Sequence[Event],
    by_cell: Mapping[str, Sequence[ControlState]],
    first_day: date,
) -> list[tuple[str, str]]:
    """Return the events that name no new holder and left what was known as it was, with the reason."""
    idle: list[Event] = []
    for cell_id, events in own:
        for event in events:
            if event.actor is not None or event.kind not in CONTROL_CHANGES or event.status is Status.CONTESTED:
                continue
            day = max(day_of(event), first_day)
            state = next((state for state in reversed(by_cell[cell_id]) if state.start <= day), None)
            if state is not None and state.status is not Status.UNKNOWN:
                idle.append(event)
    told = {event_id for states in by_cell.values() for state in states for event_id in state.event_ids}
    idle += [event for event in regional if event.actor is None and not event.is_bundled and event.id not in told]
    return [(event.id, NAMES_NOBODY) for event in idle]


def unit_chains(theatre: Theatre) -> dict[str, tuple[str, ...]]:
    """Return per unit its own P-code and those of the units around it."""
    parents = {
        str(pcode): str(parent) if isinstance(parent, str) else None
        for pcode, parent in zip(theatre.units["pcode"], theatre.units["parent"], strict=True)
    }
    chains: dict[str, tuple[str, ...]] = {}
    for pcode in parents:
        chain: list[str] = []
        at: str | None = pcode
        while at is not None and at not in chain:
            chain.append(at)
            at = parents.get(at)
        chains[pcode] = tuple(chain)
    return chains


def baseline_sources(cells: Sequence[Cell], *, theatre: Theatre) -> dict[str, Cell | None]:
    """Return per cell the cell whose baseline it has: its own, or for one that the theatre doesn't list the nearest."""
    listed = set(theatre.cell_place_ids) | set(theatre.baseline)
    with_place = [cell for cell in cells if cell.place_id is not None and cell.place_id in listed]
    found: dict[str, Cell | None] = {cell.id: cell for cell in with_place}
    lon = np.array([cell.lon for cell in with_place])
    lat = np.array([cell.lat for cell in with_place])
    in_unit = defaultdict(list)
    for index, cell in enumerate(with_place):
        in_unit[cell.unit_pcode].append(index)
    for cell in cells:
        if cell.id in found:
            continue
        pool = np.array(in_unit.get(cell.unit_pcode) or range(len(with_place)), dtype=np.int64)
        if not len(pool):
            found[cell.id] = None
            continue
        n = len(pool)
        metres = WGS84.inv(np.full(n, cell.lon), np.full(n, cell.lat), lon[pool], lat[pool])[2]
        found[cell.id] = with_place[int(pool[int(np.argmin(metres))])]
    return found


def _sort_out(
    events: Sequence[Event], *, cells: Sequence[Cell], theatre: Theatre
) -> tuple[dict[str, list[Event]], list[Event], list[tuple[str, str]]]:
    """Return events by cell, events on units and remainders, and those that colour nothing with the reason."""
    by_place = {cell.place_id: cell.id for cell in cells if cell.place_id is not None}
    by_spot = {spot_of(lat=cell.lat, lon=cell.lon): cell.id for cell in cells if cell.place_id is not None}
    chains = unit_chains(theatre)
    known_units = {pcode for cell in cells for pcode in chains.get(cell.unit_pcode, (cell.unit_pcode,))}
    own: dict[str, list[Event]] = defaultdict(list)
    regional: list[Event] = []
    set_aside: list[tuple[str, str]] = []
    for event in events:
        if event.kind not in CONTROL_CHANGES and event.kind is not EventKind.REPORTED:
            continue
        reason = _why_not(event, first_day=_first_day(event, theatre=theatre))
        if reason is None and (event.unit_pcode or event.remainder_of):
            if event.unit_pcode and event.unit_pcode not in known_units:
                reason = f"The unit {event.unit_pcode} is not among the installed boundaries."
            else:
                regional.append(event)
        elif reason is None and event.place is not None:
            cell_id = by_place.get(event.place.id) or by_spot.get(_spot(event.place))
            if cell_id is None:
                reason = f"{event.place.name} has no cell."
            else:
                own[cell_id].append(event)
        if reason is not None:
            set_aside.append((event.id, reason))
    return own, regional, set_aside


def _spot(place: Place) -> tuple[int, int]:
    return spot_of(lat=place.lat, lon=place.lon)


def _first_day(event: Event, *, theatre: Theatre) -> date | None:
    """Return the day before which the baseline is the newer word on the event's place; None = there is no baseline."""
    row = theatre.baseline.get(event.place.id) if event.place is not None else None
    if row is not None:
        return row.day
    return theatre.first_day if theatre.baseline else None


def _why_not(event: Event, *, first_day: date | None) -> str | None:
    """Return why an event about control colours nothing, or None where it may."""
    on_region = bool(event.unit_pcode or event.remainder_of)
    tests: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: event.status is Status.UNKNOWN, "Its sources do not add up to a claim about who holds it."),
        (
            lambda: first_day is not None and day_of(event) < first_day,
            "It is older than the baseline, which already knows what came of it.",
        ),
        (lambda: not on_region and event.place is None, "It names no place that could be found."),
        (
            lambda: not on_region and event.where_prec > PLACE_PREC,
            f"Its position is only known with where_prec {event.where_prec}; a cell would be finer than that.",
        ),
        (
            lambda: on_region and (event.kind is EventKind.REPORTED or event.status is Status.CONTESTED),
            "It speaks of a whole region without saying that its places changed hands.",
        ),
    )
    return next((reason for applies, reason in tests if applies()), None)


def _states(cell_id: str, steps: Sequence[tuple[date, Holding]]) -> tuple[ControlState, ...]:
    """Return the states of a cell; neighbours in time that look the same are one."""
    states: list[ControlState] = []
    for day, holding in steps:
        state = ControlState(
            cell_id=cell_id,
            start=day,
            end=None,
            status=holding.status,
            controller=holding.controller,
            others=holding.others,
            is_regional=holding.is_regional,
            last_holder=holding.last_holder,
            last_reported=holding.last_reported,
            event_ids=holding.event_ids,
        )
        if states and states[-1].start == day:
            states.pop()
        if states and replace(states[-1], start=day) == state:
            continue
        states.append(state)
    return tuple(
        replace(state, end=states[index + 1].start) if index + 1 < len(states) else state
        for index, state in enumerate(states)
    )
