"""One cell, day by day: the rules of docs/method.md by which events change who holds it.

A cell's holding follows from its own events, from claims on its unit or on a remainder, and from the days on which
parties end; never from another cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mapapp.model import CONTROL_CHANGES, Actor, Event, EventKind, Status
from mapapp.theatres.theatre import BaselineRow

DAY_PREC = 3
"""UCDP date_prec up to which (1 day, 2 two to six days, 3 week) an event counts from its first day; a vaguer one only
from its last, when it has happened for certain."""


@dataclass(frozen=True, slots=True)
class Holding:
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
class Rules:
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


def follow_cell(
    mine: Sequence[Event],
    *,
    regional: Sequence[Event],
    row: BaselineRow | None,
    first_day: date,
    rules: Rules,
) -> list[tuple[date, Holding]]:
    """Return the days on which a cell's holding changes, with the holding from then on."""
    holder = row.actor if row is not None else None
    status = Status.UNKNOWN if holder is None else Status.ASSESSED
    holding = _after_ends(Holding(status, holder, ground_holder=holder), day=first_day, rules=rules)
    days: dict[date, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for event in mine:
        days[max(day_of(event), first_day)][0].append(event)
    for event in regional:
        days[max(day_of(event), first_day)][1].append(event)
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


def _after_own(holding: Holding, *, events: Sequence[Event], day: date, rules: Rules) -> Holding:
    """Apply the events of one day on the place itself."""
    changes = [event for event in events if event.kind in CONTROL_CHANGES or event.status is Status.CONTESTED]
    reports = [event for event in events if event not in changes]
    hedged = [event for event in changes if event.is_only_hedged]
    plain = [event for event in changes if event not in hedged]
    if plain:
        holding = _after_changes(holding, events=plain, day=day, rules=rules)
    if hedged and holding.status is Status.UNKNOWN:
        holding = _after_changes(holding, events=hedged, day=day, rules=rules)
    elif hedged:
        holding = _noted(holding, events=hedged, day=day)
    for event in reports:
        holding = _after_report(holding, event=event, day=day, rules=rules)
    return holding


def _after_changes(holding: Holding, *, events: Sequence[Event], day: date, rules: Rules) -> Holding:
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
    leaving = [event for event in events if _empties(event, holding=holding, rules=rules)]
    if not leaving:
        return _noted(holding, events=events, day=day)
    last = holding.controller or holding.last_holder or next((e.opponent for e in events if e.opponent), None)
    return replace(
        _own_holding(Status.UNKNOWN, None, before=holding, events=events, day=day), last_holder=last, ground_holder=last
    )


def _empties(event: Event, *, holding: Holding, rules: Rules) -> bool:
    """Tell whether an event that names no new holder ends what is known: somebody left, or the holder lost it."""
    if event.is_ungraded and holding.status is Status.ASSESSED:
        return False
    if event.opponent is None:
        return event.kind is EventKind.TRANSFER
    parties = (holding.controller, *holding.others)
    return holding.status is Status.UNKNOWN or any(rules.is_same_side(event.opponent, code) for code in parties)


def _noted(holding: Holding, *, events: Sequence[Event], day: date) -> Holding:
    """Keep a holding and what was said of it, without weight against claims on its region."""
    return replace(holding, last_reported=day, event_ids=_joined(holding.event_ids, events))


def _taken(holding: Holding, *, actor: str, events: Sequence[Event], day: date, rules: Rules) -> Holding:
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


def _after_report(holding: Holding, *, event: Event, day: date, rules: Rules) -> Holding:
    """Apply “control reported”: it renews what is known, or speaks where nothing or only a region was spoken of."""
    if event.actor is None:
        return holding
    is_known = holding.status is not Status.UNKNOWN
    if is_known and not rules.is_same_side(event.actor, holding.controller):
        return holding
    if not is_known or holding.is_regional:
        return _own_holding(event.status, event.actor, before=holding, events=[event], day=day)
    return replace(holding, last_reported=day, event_ids=_joined(holding.event_ids, [event]), ground_day=day)


def _after_regional(holding: Holding, *, event: Event, day: date, rules: Rules) -> Holding:
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


def _is_open_to(holding: Holding, *, event: Event, day: date, rules: Rules) -> bool:
    """Tell whether a claim on a region says more of a cell than what is known of the cell itself."""
    if holding.ground_day is not None and holding.ground_day >= day:
        return False
    if holding.status is Status.CONTESTED or (event.is_only_hedged and holding.status is not Status.UNKNOWN):
        return False
    if event.actor is None and not _empties(event, holding=holding, rules=rules):
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


def _after_ends(holding: Holding, *, day: date, rules: Rules) -> Holding:
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
    before: Holding,
    events: Sequence[Event],
    day: date,
    others: tuple[str, ...] = (),
) -> Holding:
    return Holding(
        status=status,
        controller=controller,
        others=others,
        last_reported=day,
        event_ids=_joined((), events),
        ground_holder=controller or before.controller or before.last_holder,
        ground_day=day,
    )


def _winners(events: Sequence[Event], *, rules: Rules) -> list[str]:
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


def _parties(codes: Iterable[str | None], *, holder: str | None, rules: Rules) -> tuple[str, ...]:
    """Return the sides of a dispute, each once: who held the place first, no group beside one of its members."""
    named = list(dict.fromkeys(code for code in codes if code is not None))
    if holder is not None and (holder in named or len(named) <= 1):
        named = [holder, *(code for code in named if code != holder)]
    return tuple(code for code in named if not any(_includes(code, other, actors=rules.actors) for other in named))


def _joined(ids: tuple[str, ...], events: Sequence[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ids, *(event.id for event in events))))


def _includes(group: str, code: str, *, actors: Mapping[str, Actor]) -> bool:
    """Tell whether a generic actor may stand for another one."""
    actor = actors.get(group)
    return actor is not None and actor.is_generic and code in actor.members


def day_of(event: Event) -> date:
    """Return the day from which an event counts."""
    return event.date_start if event.date_prec <= DAY_PREC else event.date_end
