"""Who holds a cell on which day: the baseline, then events in order of day, by the rules of docs/method.md.

A cell's states follow from its own events, from claims on its unit or on a remainder, and from the days on which
parties end; never from another cell. So one more claim changes only what it touches, whatever the order of the input.
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
from mapapp.tessellation import FAR_KM, build_cells, finest_units, spot_of
from mapapp.theatre import BaselineRow, Theatre

__all__ = ["FAR_KM", "Timeline", "build_cells", "build_timeline", "finest_units", "is_same_side"]

PLACE_PREC = 2
"""UCDP where_prec up to which a place's own cell is coloured: 1 exact place, 2 near it."""

DAY_PREC = 3
"""UCDP date_prec up to which (1 day, 2 two to six days, 3 week) an event counts from its first day; a vaguer one only
from its last, when it has happened for certain."""


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


@dataclass(frozen=True, slots=True)
class _Holding:
    """A state without cell and days, and what the rules need to remember beside it."""

    status: Status
    controller: str | None
    others: tuple[str, ...] = ()
    is_regional: bool = False
    last_holder: str | None = None
    last_reported: date | None = None
    event_ids: tuple[str, ...] = ()
    ground_holder: str | None = None
    """Who held the cell by the newest evidence on the place itself: the baseline or an own event."""
    ground_day: date | None = None
    """Day of the newest own event; None = only the baseline."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """What all cells share."""

    actors: Mapping[str, Actor]

    def has_ended(self, code: str | None, day: date) -> bool:
        actor = self.actors.get(code) if code else None
        return actor is not None and actor.valid_to is not None and actor.valid_to <= day

    def is_same_side(self, one: str | None, other: str | None) -> bool:
        return is_same_side(one, other, actors=self.actors)


def is_same_side(one: str | None, other: str | None, *, actors: Mapping[str, Actor]) -> bool:
    """Tell whether two codes are one actor, or one of them a generic group that the other belongs to.

    >>> table = {"REB": Actor("REB", "Rebels", is_generic=True, members=("FRO",)), "FRO": Actor("FRO", "Front")}
    >>> is_same_side("FRO", "REB", actors=table), is_same_side("FRO", "GOV", actors=table)
    (True, False)
    >>> is_same_side(None, None, actors={})
    False
    """
    if one is None or other is None:
        return False
    return one == other or _includes(one, other, actors=actors) or _includes(other, one, actors=actors)


def build_timeline(cells: Sequence[Cell], *, theatre: Theatre, events: Iterable[Event]) -> Timeline:
    """Apply the baseline and the events to the cells, from the theatre's first day on.

    Events that speak of control but colour nothing stand in `set_aside` with their reason.
    """
    rules = _Rules({actor.code: actor for actor in theatre.actors})
    sorted_events = sorted(events, key=lambda event: (_day(event), event.id))
    own, regional, set_aside = _sort_out(sorted_events, cells=cells, theatre=theatre)
    sources = _baseline_sources(cells, theatre=theatre)
    chains = _unit_chains(theatre)
    by_unit = {
        pcode: tuple(
            event for event in regional if event.remainder_of or event.unit_pcode in chains.get(pcode, (pcode,))
        )
        for pcode in {cell.unit_pcode for cell in cells}
    }
    templates: dict[tuple[str, BaselineRow | None], list[tuple[date, _Holding]]] = {}
    by_cell: dict[str, tuple[ControlState, ...]] = {}
    for cell in cells:
        source = sources[cell.id]
        row = theatre.baseline.get(source.place_id) if source is not None and source.place_id else None
        mine = own.get(cell.id, [])
        if source is not None and source.id != cell.id:
            until = _day(mine[0]) if mine else None
            mine = [event for event in own.get(source.id, []) if until is None or _day(event) < until] + mine
        simulate = partial(
            _simulate, regional=by_unit[cell.unit_pcode], row=row, first_day=theatre.first_day, rules=rules
        )
        if mine:
            steps = simulate(mine)
        else:
            key = (cell.unit_pcode, row and replace(row, place_id="", basis="", source=None))
            steps = templates[key] if key in templates else templates.setdefault(key, simulate([]))
        by_cell[cell.id] = _states(cell.id, steps)
    return Timeline(
        states=tuple(state for states in by_cell.values() for state in states),
        first_day=theatre.first_day,
        areas_km2={cell.id: cell.area_km2 for cell in cells},
        set_aside=tuple(set_aside),
        _by_cell=by_cell,
    )


def _day(event: Event) -> date:
    """Return the day from which an event counts."""
    return event.date_start if event.date_prec <= DAY_PREC else event.date_end


def _includes(group: str, code: str, *, actors: Mapping[str, Actor]) -> bool:
    """Tell whether a generic actor may stand for another one."""
    actor = actors.get(group)
    return actor is not None and actor.is_generic and code in actor.members


def _unit_chains(theatre: Theatre) -> dict[str, tuple[str, ...]]:
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


def _baseline_sources(cells: Sequence[Cell], *, theatre: Theatre) -> dict[str, Cell | None]:
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


# ---- which event speaks of which cell ----------------------------------------------------------------------------


def _sort_out(
    events: Sequence[Event], *, cells: Sequence[Cell], theatre: Theatre
) -> tuple[dict[str, list[Event]], list[Event], list[tuple[str, str]]]:
    """Return events by cell, events on units and remainders, and those that colour nothing with the reason."""
    by_place = {cell.place_id: cell.id for cell in cells if cell.place_id is not None}
    by_spot = {spot_of(lat=cell.lat, lon=cell.lon): cell.id for cell in cells if cell.place_id is not None}
    chains = _unit_chains(theatre)
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
            lambda: first_day is not None and _day(event) < first_day,
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


# ---- one cell, day by day ----------------------------------------------------------------------------------------


def _simulate(
    mine: Sequence[Event],
    *,
    regional: Sequence[Event],
    row: BaselineRow | None,
    first_day: date,
    rules: _Rules,
) -> list[tuple[date, _Holding]]:
    """Return the days on which a cell's holding changes, with the holding from then on."""
    holder = row.actor if row is not None else None
    status = Status.UNKNOWN if holder is None else Status.ASSESSED
    holding = _after_ends(_Holding(status, holder, ground_holder=holder), day=first_day, rules=rules)
    days: dict[date, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for event in mine:
        days[max(_day(event), first_day)][0].append(event)
    for event in regional:
        days[max(_day(event), first_day)][1].append(event)
    for actor in rules.actors.values():
        if actor.valid_to is not None and actor.valid_to > first_day:
            _ = days[actor.valid_to]
    steps = [(first_day, holding)]
    for day in sorted(days):
        own, claims = days[day]
        after = _after_own(holding, events=own, day=day, rules=rules)
        for event in sorted(claims, key=lambda event: (event.remainder_of is not None, event.id)):
            after = _after_regional(after, event=event, day=day, rules=rules)
        after = _after_ends(after, day=day, rules=rules)
        if after != holding:
            holding = after
            steps.append((day, after))
    return steps


def _after_own(holding: _Holding, *, events: Sequence[Event], day: date, rules: _Rules) -> _Holding:
    """Apply the events of one day on the place itself."""
    changes = [event for event in events if event.kind in CONTROL_CHANGES or event.status is Status.CONTESTED]
    reports = [event for event in events if event not in changes]
    if changes:
        holding = _after_changes(holding, events=changes, day=day, rules=rules)
    for event in reports:
        holding = _after_report(holding, event=event, day=day, rules=rules)
    return holding


def _after_changes(holding: _Holding, *, events: Sequence[Event], day: date, rules: _Rules) -> _Holding:
    """Apply captures, transfers and contested reports of one day."""
    disputes = [event for event in events if event.status is Status.CONTESTED]
    takers = [event for event in events if event.status is not Status.CONTESTED and event.actor is not None]
    is_assessed = any(event.status is Status.ASSESSED for event in takers)
    if is_assessed:
        takers, disputes = [event for event in takers if event.status is Status.ASSESSED], []
    winners = _winners(takers, rules=rules)
    if disputes or len(winners) > 1:
        involved = [code for event in disputes for code in (event.opponent, event.actor)] + winners
        parties = _parties(involved, holder=holding.controller, rules=rules)
        if parties:
            others = parties[1:]
            return _own_holding(Status.CONTESTED, parties[0], others=others, before=holding, events=events, day=day)
    if winners:
        return _taken(holding, actor=winners[0], events=takers, day=day, rules=rules)
    last = holding.controller or holding.last_holder or next((e.opponent for e in events if e.opponent), None)
    return replace(
        _own_holding(Status.UNKNOWN, None, before=holding, events=events, day=day), last_holder=last, ground_holder=last
    )


def _taken(holding: _Holding, *, actor: str, events: Sequence[Event], day: date, rules: _Rules) -> _Holding:
    """Give the cell to an actor, or renew what it already has."""
    mine = [event for event in events if rules.is_same_side(event.actor, actor)]
    status = Status.ASSESSED if any(event.status is Status.ASSESSED for event in mine) else Status.CLAIMED
    holds_already = (
        holding.status in {Status.ASSESSED, Status.CLAIMED}
        and not holding.is_regional
        and (holding.controller == actor or _includes(actor, holding.controller or "", actors=rules.actors))
    )
    if not holds_already:
        return _own_holding(status, actor, before=holding, events=mine, day=day)
    return replace(
        holding,
        status=Status.ASSESSED if Status.ASSESSED in {status, holding.status} else Status.CLAIMED,
        last_reported=day,
        event_ids=_joined(holding.event_ids, mine),
        ground_day=day,
    )


def _after_report(holding: _Holding, *, event: Event, day: date, rules: _Rules) -> _Holding:
    """Apply “control reported”: it renews what is known, or speaks where nothing or only a region was spoken of."""
    if event.actor is None:
        return holding
    is_known = holding.status is not Status.UNKNOWN
    if is_known and not rules.is_same_side(event.actor, holding.controller):
        return holding
    if not is_known or holding.is_regional:
        return _own_holding(event.status, event.actor, before=holding, events=[event], day=day)
    return replace(holding, last_reported=day, event_ids=_joined(holding.event_ids, [event]), ground_day=day)


def _after_regional(holding: _Holding, *, event: Event, day: date, rules: _Rules) -> _Holding:
    """Apply a claim on a whole unit or a remainder, if the cell has no better one."""
    if not _is_open_to(holding, event=event, day=day, rules=rules):
        return holding
    ids: tuple[str, ...] = (event.id,)
    if event.actor is None:
        last = holding.controller or holding.last_holder
        status, holder = Status.UNKNOWN, None
    else:
        last, status, holder = None, Status.CLAIMED, event.actor
        if holding.is_regional and holding.controller == holder:
            ids = _joined(holding.event_ids, [event])
    return replace(
        holding,
        status=status,
        controller=holder,
        others=(),
        is_regional=True,
        last_holder=last,
        last_reported=day,
        event_ids=ids,
    )


def _is_open_to(holding: _Holding, *, event: Event, day: date, rules: _Rules) -> bool:
    """Tell whether a claim on a region says more of a cell than what is known of the cell itself."""
    if holding.ground_day is not None and holding.ground_day >= day:
        return False
    if holding.status is Status.CONTESTED:
        return False
    if event.remainder_of is not None:
        return holding.controller == event.remainder_of
    if rules.is_same_side(event.actor, holding.controller) and not holding.is_regional:
        return False
    if event.opponent is None:
        return holding.ground_day is None
    holders = [holding.controller if holding.status is not Status.UNKNOWN else holding.last_holder]
    if holding.is_regional:
        holders.append(holding.ground_holder)
    return any(rules.is_same_side(event.opponent, holder) for holder in holders)


def _after_ends(holding: _Holding, *, day: date, rules: _Rules) -> _Holding:
    """Let go what a party held that no longer exists."""
    if holding.controller is None:
        return holding
    parties = [code for code in (holding.controller, *holding.others) if not rules.has_ended(code, day)]
    if len(parties) == 1 + len(holding.others):
        return holding
    if not parties:
        return replace(holding, status=Status.UNKNOWN, controller=None, others=(), last_holder=holding.controller)
    status = Status.CONTESTED if len(parties) > 1 else Status.CLAIMED
    return replace(holding, status=status, controller=parties[0], others=tuple(parties[1:]))


def _own_holding(
    status: Status,
    controller: str | None,
    *,
    before: _Holding,
    events: Sequence[Event],
    day: date,
    others: tuple[str, ...] = (),
) -> _Holding:
    return _Holding(
        status=status,
        controller=controller,
        others=others,
        last_reported=day,
        event_ids=_joined((), events),
        ground_holder=controller or before.controller or before.last_holder,
        ground_day=day,
    )


def _winners(events: Sequence[Event], *, rules: _Rules) -> list[str]:
    """Return who may hold a place after the captures of one day, in order of code.

    Left out are a generic group beside one of its members, and whoever was driven out the same day by one that it did
    not drive out itself.
    """
    actors = {event.actor for event in events if event.actor is not None}
    ousted = {(event.opponent, event.actor) for event in events if event.opponent and event.actor}
    named = {code for code in actors if not any(_includes(code, other, actors=rules.actors) for other in actors)}
    return sorted(
        code
        for code in named
        if not any((code, other) in ousted and (other, code) not in ousted for other in named - {code})
    )


def _parties(codes: Iterable[str | None], *, holder: str | None, rules: _Rules) -> tuple[str, ...]:
    """Return the sides of a dispute, each once: who held the place first, no group beside one of its members."""
    named = list(dict.fromkeys(code for code in codes if code is not None))
    if holder is not None and (holder in named or len(named) <= 1):
        named = [holder, *(code for code in named if code != holder)]
    return tuple(code for code in named if not any(_includes(code, other, actors=rules.actors) for other in named))


def _joined(ids: tuple[str, ...], events: Sequence[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ids, *(event.id for event in events))))


def _states(cell_id: str, steps: Sequence[tuple[date, _Holding]]) -> tuple[ControlState, ...]:
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
