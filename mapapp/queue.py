"""What waits for a person, in the order of how much of the map hangs on it.

A claim weighs what the map would look like with it and without it: the area that changes, times the days, times how
unsure the claim is. Both maps are worked out by the same rules as the one that is shown, but only where they can
differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from mapapp.claims.decisions import last_words
from mapapp.claims.merge import Group, group_claims, merge_group
from mapapp.claims.ruling import Ruling, build_ruling
from mapapp.model import (
    CONTROL_CHANGES,
    Cell,
    Claim,
    ControlState,
    Decision,
    Event,
    EventKind,
    Reading,
    Status,
)
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.territory.tessellation import spot_of
from mapapp.territory.timeline import PLACE_PREC, Timeline, baseline_sources, build_timeline, unit_chains
from mapapp.theatres.theatre import Theatre

SHADE = 0.25
"""A cell that only goes from claimed to assessed weighs this much of one that gets another holder or is contested."""
LEAST_DOUBT = 0.05
"""However sure the extraction is of a claim, a fault in it is possible: about one in twenty at the highest scores."""

NO_EFFECT = {
    EventKind.MOVEMENT: "a movement; it colours no area",
    EventKind.CLASH: "fighting; it gives no area to anybody",
}
"""Why a claim of a kind changes nothing on the map."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim that nobody has accepted or rejected yet."""

    claim: Claim
    weight: float
    """km² times days times doubt; 0 = it changes no area."""
    is_shown: bool
    """Whether it counts already; else it would only if somebody accepted it."""
    cell_ids: tuple[str, ...]
    """What would look different, the largest first."""
    area_km2: float
    days: int
    """Of the cell that would differ longest."""
    reason: str
    """In plain words: what would change."""


@dataclass(frozen=True)
class Queue:
    """All that waits, what weighs most first."""

    waiting: tuple[Waiting, ...]
    scene: Scene
    """With a cell for every place that a waiting claim speaks of; the next queue takes over what it can."""
    _known: Mapping[tuple[str, ...], tuple[_Causes, tuple[Waiting, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class _Causes:
    """All that the weights of one group's claims follow from."""

    group: Group
    accepted: frozenset[str]
    rejected: frozenset[str]
    bonds: object
    cells: tuple[Cell, ...]
    """Those that the group can change, and those that these follow."""
    others: tuple[Event, ...]
    """Events of other groups that speak of these cells."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """The map as it is, and how to find one's way in it."""

    theatre: Theatre
    cells: Mapping[str, Cell]
    timeline: Timeline
    by_place: Mapping[str, str]
    by_spot: Mapping[tuple[int, int], str]
    sources: Mapping[str, Cell | None]
    followers: Mapping[str, tuple[str, ...]]
    in_unit: Mapping[str, tuple[str, ...]]
    """Cells by every unit around them."""
    own: Mapping[str, tuple[Event, ...]]
    regional: Mapping[str, tuple[Event, ...]]
    """Events on units and remainders, by each of the finest units that they speak of."""
    end: date
    """The day after the last one that counts."""

    def cell_of(self, event: Event) -> str | None:
        if event.place is None or event.unit_pcode or event.where_prec > PLACE_PREC:
            return None
        return self.by_place.get(event.place.id) or self.by_spot.get(spot_of(lat=event.place.lat, lon=event.place.lon))

    def touched(self, events: Iterable[Event]) -> list[str]:
        """Return the cells that events can change, each once."""
        found: dict[str, None] = {}
        for event in events:
            if event.kind not in CONTROL_CHANGES and event.kind is not EventKind.REPORTED:
                continue
            ids = self.in_unit.get(event.unit_pcode, ()) if event.unit_pcode else ()
            cell_id = self.cell_of(event)
            for one in (*ids, *(() if cell_id is None else (cell_id, *self.followers.get(cell_id, ())))):
                found[one] = None
        return list(found)


def build_queue(
    readings: Sequence[Reading],
    *,
    theatre: Theatre,
    decisions: Sequence[Decision] = (),
    before: Queue | None = None,
) -> Queue:
    """Return what waits for a person among the claims of readings, to which the decisions have been applied.

    `before` is an earlier queue of the theatre: what nothing new touches is taken over from it; the result is the same
    without it.
    """
    articles = {reading.article.id: reading.article for reading in readings}
    ruling = build_ruling(decisions, articles=articles, theatre=theatre)
    words = last_words(decisions)
    claims = [claim for reading in readings for claim in reading.claims if claim.id not in ruling.rejected]
    scene = _widest_scene(readings, theatre=theatre, decisions=decisions, before=before)
    groups = group_claims(claims, ruling=ruling)
    now = [merge_group(_counted(group, ruling=ruling), ruling=ruling) for group in groups]
    ground = _build_ground(scene, events=[event for events in now for event in events], theatre=theatre)
    known: dict[tuple[str, ...], tuple[_Causes, tuple[Waiting, ...]]] = {}
    found: dict[str, Waiting] = {}
    for group, events in zip(groups, now, strict=True):
        waiting = [claim for claim in group.claims if claim.id not in words]
        if not waiting:
            continue
        key = tuple(claim.id for claim in group.claims)
        causes = _causes(group, events=events, ruling=ruling, ground=ground)
        earlier = None if before is None else before._known.get(key)
        rows = (
            earlier[1]
            if earlier is not None and earlier[0] == causes
            else tuple(_weigh(claim, group=group, now=events, ruling=ruling, ground=ground) for claim in waiting)
        )
        known[key] = (causes, rows)
        found.update((row.claim.id, row) for row in rows)
    all_rows = (found.get(claim.id) or _idle(claim, ruling=ruling) for claim in claims if claim.id not in words)
    ordered = sorted(all_rows, key=lambda row: (-row.weight, -_doubt(row.claim), row.claim.article_id, row.claim.start))
    return Queue(tuple(ordered), scene, known)


def _widest_scene(
    readings: Sequence[Reading], *, theatre: Theatre, decisions: Sequence[Decision], before: Queue | None
) -> Scene:
    """Return the map as it would be if every claim were accepted: it has a cell for each place that is spoken of."""
    number = max((decision.id or 0 for decision in decisions), default=0)
    all_accepted = [
        Decision(number + place, "", f"claim:{claim.id}", "accept", None, None, None, "", datetime.now(tz=UTC), "")
        for place, claim in enumerate((claim for reading in readings for claim in reading.claims), start=1)
    ]
    return build_scene(
        default_query(theatre),
        theatre=theatre,
        readings=[replace(reading, routes=()) for reading in readings],
        decisions=(*decisions, *all_accepted),
        before=None if before is None else before.scene,
    )


def _counted(group: Group, *, ruling: Ruling, without: str = "", with_: str = "") -> Group:
    """Return a group with the claims that count, one of them left out or added."""
    claims = (claim for claim in group.claims if claim.id != without)
    return replace(group, claims=tuple(claim for claim in claims if claim.id == with_ or ruling.counts(claim)))


def _build_ground(scene: Scene, *, events: Sequence[Event], theatre: Theatre) -> _Ground:
    cells = scene.cells
    with_place = [cell for cell in cells if cell.place_id is not None]
    sources = baseline_sources(cells, theatre=theatre)
    followers: dict[str, list[str]] = defaultdict(list)
    in_unit: dict[str, list[str]] = defaultdict(list)
    chains = unit_chains(theatre)
    for cell in cells:
        source = sources[cell.id]
        if source is not None and source.id != cell.id:
            followers[source.id].append(cell.id)
        for pcode in chains.get(cell.unit_pcode, (cell.unit_pcode,)):
            in_unit[pcode].append(cell.id)
    ground = _Ground(
        theatre=theatre,
        cells={cell.id: cell for cell in cells},
        timeline=build_timeline(cells, theatre=theatre, events=events, before=scene.timeline),
        by_place={cell.place_id: cell.id for cell in with_place if cell.place_id is not None},
        by_spot={spot_of(lat=cell.lat, lon=cell.lon): cell.id for cell in with_place},
        sources=sources,
        followers={key: tuple(ids) for key, ids in followers.items()},
        in_unit={key: tuple(ids) for key, ids in in_unit.items()},
        own={},
        regional={
            pcode: tuple(
                event
                for event in events
                if event.remainder_of or (event.unit_pcode and event.unit_pcode in chains.get(pcode, (pcode,)))
            )
            for pcode in {cell.unit_pcode for cell in cells}
        },
        end=theatre.last_day + timedelta(days=1),
    )
    own: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        cell_id = ground.cell_of(event)
        if cell_id is not None:
            own[cell_id].append(event)
    return replace(ground, own={key: tuple(items) for key, items in own.items()})


def _reach(touched: Iterable[str], *, ground: _Ground) -> list[Cell]:
    """Return cells with those whose baseline they follow, each once."""
    found: dict[str, Cell] = {}
    for cell_id in touched:
        source = ground.sources[cell_id]
        found[cell_id] = ground.cells[cell_id]
        if source is not None:
            found[source.id] = source
    return list(found.values())


def _others(cells: Sequence[Cell], *, mine: Iterable[Event], ground: _Ground) -> list[Event]:
    """Return the events that speak of cells, without those of the group itself."""
    ids = {event.id for event in mine}
    own = [event for cell in cells for event in ground.own.get(cell.id, ())]
    pcodes = dict.fromkeys(cell.unit_pcode for cell in cells)
    regional = {event.id: event for pcode in pcodes for event in ground.regional[pcode]}
    return [event for event in (*own, *regional.values()) if event.id not in ids]


def _causes(group: Group, *, events: Sequence[Event], ruling: Ruling, ground: _Ground) -> _Causes:
    ids = {claim.id for claim in group.claims}
    widest = [*events, *(_as_event(claim) for claim in group.claims)]
    cells = _reach(ground.touched(widest), ground=ground)
    return _Causes(
        group=group,
        accepted=ruling.accepted & ids,
        rejected=ruling.rejected & ids,
        bonds=ruling.bonds,
        cells=tuple(cells),
        others=tuple(_others(cells, mine=events, ground=ground)),
    )


def _as_event(claim: Claim) -> Event:
    """Return enough of an event to find the cells that a claim can change."""
    day = claim.date_start or date.min
    place = claim.place.place if claim.place is not None else None
    unit = None
    if place is not None and place.feature_class == "A":
        codes = {"ADM1": place.adm1_pcode, "ADM2": place.adm2_pcode, "ADM3": place.adm3_pcode}
        unit = codes.get(place.feature_code)
    prec = claim.place.where_prec if claim.place is not None else 7
    return Event("", claim.kind, day, day, 1, None, None, Status.CLAIMED, place=place, unit_pcode=unit, where_prec=prec)


def _weigh(claim: Claim, *, group: Group, now: Sequence[Event], ruling: Ruling, ground: _Ground) -> Waiting:
    """Return what would change if a claim that counts were rejected, or one that does not were accepted."""
    is_shown = ruling.counts(claim)
    if claim.kind in NO_EFFECT:
        return _idle(claim, ruling=ruling)
    if is_shown:
        other, rule = _counted(group, ruling=ruling, without=claim.id), ruling
    else:
        other, rule = _counted(group, ruling=ruling, with_=claim.id), ruling.accepting(claim.id)
    then = merge_group(other, ruling=rule)
    changed = [event for event in (*now, *then) if event not in now or event not in then]
    views_now, views_then = ([_view(event) for event in events] for events in (now, then))
    touched = ground.touched(changed) if sorted(views_now) != sorted(views_then) else []
    if not touched:
        return _idle(claim, ruling=ruling, reason="says what the map shows already")
    cells = _reach(touched, ground=ground)
    timeline = build_timeline(cells, theatre=ground.theatre, events=[*_others(cells, mine=now, ground=ground), *then])
    return _compare(claim, touched=touched, timeline=timeline, ground=ground, is_shown=is_shown)


def _view(event: Event) -> tuple[str, ...]:
    """Return all of an event that can colour a cell, so that a further statement behind it makes no difference."""
    facts = (
        event.kind.value, event.date_start, event.date_end, event.date_prec, event.actor, event.opponent,
        event.status.value, event.place.id if event.place else "", event.unit_pcode, event.where_prec, event.share,
        event.is_only_hedged, event.is_ungraded,
    )  # fmt: skip
    return tuple(str(fact) for fact in facts)


def _compare(claim: Claim, *, touched: Sequence[str], timeline: Timeline, ground: _Ground, is_shown: bool) -> Waiting:
    weight, area, longest = 0.0, 0.0, 0
    differing: list[tuple[float, str, ControlState, ControlState]] = []
    for cell_id in touched:
        cell = ground.cells[cell_id]
        spans = _differences(ground.timeline.states_of(cell_id), timeline.states_of(cell_id), end=ground.end)
        days = sum(n_days for n_days, _, _ in spans)
        if not days:
            continue
        weighted = sum(n_days * (1.0 if _is_flip(old, new) else SHADE) for n_days, old, new in spans)
        weight += cell.area_km2 * weighted
        area += cell.area_km2
        longest = max(longest, days)
        _, old, new = max(spans, key=lambda span: (_is_flip(span[1], span[2]), span[0]))
        differing.append((cell.area_km2 * weighted, cell_id, old, new))
    if not differing:
        return Waiting(claim, 0.0, is_shown, (), 0.0, 0, "would change no area on any day of the map")
    differing.sort(key=lambda item: (-item[0], item[1]))
    _, first, old, new = differing[0]
    more = len(differing) - 1
    where = ground.cells[first].place_name + (f" and {more} more {'area' if more == 1 else 'areas'}" if more else "")
    span = f"{'up to ' if more else ''}{longest} {'day' if longest == 1 else 'days'}"
    change = f"{_name_state(old, theatre=ground.theatre)} → {_name_state(new, theatre=ground.theatre)}"
    return Waiting(
        claim=claim,
        weight=weight * _doubt(claim),
        is_shown=is_shown,
        cell_ids=tuple(cell_id for _, cell_id, _, _ in differing),
        area_km2=area,
        days=longest,
        reason=f"would change {where}, {_format_area(area)}, for {span} ({change})",
    )


def _differences(
    before: Sequence[ControlState], after: Sequence[ControlState], *, end: date
) -> list[tuple[int, ControlState, ControlState]]:
    """Return for how many days two histories of a cell look different, with both states, span by span."""
    starts = sorted({state.start for state in (*before, *after) if state.start < end})
    spans = []
    for number, start in enumerate(starts):
        until = starts[number + 1] if number + 1 < len(starts) else end
        old, new = (_state_on(states, day=start) for states in (before, after))
        if old is not None and new is not None and _look(old) != _look(new):
            spans.append(((until - start).days, old, new))
    return spans


def _state_on(states: Sequence[ControlState], *, day: date) -> ControlState | None:
    return next((state for state in reversed(states) if state.start <= day), None)


def _look(state: ControlState) -> tuple[object, ...]:
    return (state.status, state.controller, state.others, state.is_regional)


def _is_flip(old: ControlState, new: ControlState) -> bool:
    """Tell whether another holder, or a dispute, comes or goes: more than a lighter or darker shade."""
    return (old.controller, old.others) != (new.controller, new.others)


def _name_state(state: ControlState, *, theatre: Theatre) -> str:
    if state.controller is None:
        return "unknown"
    codes = (state.controller, *state.others)
    names = " / ".join(actor.name if (actor := theatre.actor(code)) else code for code in codes)
    return f"{names}, {state.status.value}"


def _format_area(area_km2: float) -> str:
    return f"{area_km2:,.0f} km²" if area_km2 >= 1 else f"{area_km2:.1f} km²"


def _doubt(claim: Claim) -> float:
    """Return how unsure a claim is, from LEAST_DOUBT to 1: most so at a score of one half."""
    return max(LEAST_DOUBT, 1.0 - abs(2.0 * claim.score - 1.0))


def _idle(claim: Claim, *, ruling: Ruling, reason: str = "") -> Waiting:
    """Return a claim that changes no area, with why."""
    place = claim.place.place if claim.place is not None else None
    reasons = (
        (bool(reason), reason),
        (claim.kind in NO_EFFECT, NO_EFFECT.get(claim.kind, "")),
        (place is None, "its place is not known; correct it to see it on the map"),
        (claim.date_start is None, "its day is not known; correct it to see it on the map"),
        (place is not None and place.country != ruling.theatre.country, "its place lies outside the theatre"),
        (True, "its place or day is too vague to colour an area"),
    )
    why = next(words for applies, words in reasons if applies)
    return Waiting(claim, 0.0, ruling.counts(claim), (), 0.0, 0, why)
