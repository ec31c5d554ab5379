"""Counts and areas: who holds how much on a day, what changed hands, how many events there were.

Areas are geodesic square kilometres; shares are parts of the area of all cells and add up to 1 on every day. What is
contested or unknown is nobody's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from mapapp.geo import area_km2
from mapapp.model import CONTROL_CHANGES, Actor, Cell, ControlState, Event, Status
from mapapp.territory.tessellation import FAR_KM
from mapapp.territory.timeline import Timeline, is_same_side

LEAST_FAR = 0.005
"""Less than half a percent of far land is none: coarse borders cut such slivers."""
STATUS_ORDER = (Status.ASSESSED, Status.CLAIMED, Status.CONTESTED, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the theatre one actor holds on a day with one status."""

    actor: str | None
    """Actor code; None for what is contested or unknown."""
    status: Status
    area_km2: float
    """Geodesic."""
    share: float
    """0 to 1, of the area of all cells."""


@dataclass(frozen=True, slots=True)
class Area:
    """How much one actor holds on a day with one status."""

    day: date
    actor: str | None
    """Actor code; None for what is contested or unknown."""
    status: Status
    area_km2: float
    """Geodesic."""
    share: float
    """0 to 1, of the area of all cells."""
    far_km2: float
    """The part of `area_km2` that lies farther than FAR_KM from the place whose holder it is given: nearness, not
    knowledge."""
    population: int | None
    """Of the places of these cells, where the gazetteer has it; None = of none of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that changed hands, or whose status changed, on a day."""

    day: date
    cell_id: str
    before: ControlState
    after: ControlState


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An event that says somebody else held the place before than the timeline does."""

    event: Event
    said: str
    """Actor code: holder before, as the event says."""
    state: ControlState
    """State of the place's cell on the day before the event."""


def shares(timeline: Timeline, *, day: date) -> tuple[Share, ...]:
    """Return who holds how much on a day: by actor and status, the largest actor first, then contested and unknown."""
    return shares_by_day(timeline, days=(day,))[day]


def shares_by_day(timeline: Timeline, *, days: Iterable[date]) -> Mapping[date, tuple[Share, ...]]:
    """Return the shares of many days at once. Days without any cell give an empty tuple."""
    wanted = sorted(set(days))
    areas = _totals_by_day(timeline, days=wanted, values=timeline.areas_km2)
    total = sum(timeline.areas_km2.values())
    result: dict[date, tuple[Share, ...]] = {}
    for index, day in enumerate(wanted):
        if day < timeline.first_day:
            result[day] = (Share(None, Status.UNKNOWN, total, 1.0),) if total else ()
            continue
        held = {owner: float(row[index]) for owner, row in areas.items() if row[index] > total * 1e-12}
        result[day] = _in_order(held, total=sum(held.values()))
    return result


def areas_through_time(timeline: Timeline, *, cells: Sequence[Cell], days: Iterable[date]) -> tuple[Area, ...]:
    """Return who holds how much on each of many days, with the people of the places: in order of day, as `shares`.

    The shares of a day add up to 1, and count all land, however far it lies from any place; how much of it lies far is
    told beside them. People are counted at the places that cells stand for; a place without a figure
    counts as none, so that a sum is a lower bound.
    """
    wanted = sorted(set(days))
    people = {cell.id: float(cell.population) for cell in cells if cell.population is not None}
    counts = _totals_by_day(timeline, days=wanted, values=people)
    far = _totals_by_day(timeline, days=wanted, values=far_areas_km2(cells))
    has_figure = _totals_by_day(timeline, days=wanted, values=dict.fromkeys(people, 1.0))
    by_day = shares_by_day(timeline, days=wanted)
    rows = []
    for index, day in enumerate(wanted):
        for share in by_day[day]:
            owner = (share.actor, share.status)
            is_known = owner in has_figure and round(float(has_figure[owner][index])) > 0
            population = round(float(counts[owner][index])) if is_known else None
            extrapolated = max(float(far[owner][index]), 0.0) if owner in far else 0.0
            rows.append(Area(day, share.actor, share.status, share.area_km2, share.share, extrapolated, population))
    return tuple(rows)


def far_areas_km2(cells: Iterable[Cell]) -> dict[str, float]:
    """Return how much of each cell lies farther than FAR_KM from its place, by cell; those without such a part are left
    out.

    >>> far_areas_km2(())
    {}
    """
    return {
        cell.id: area_km2(shapely.segmentize(cell.far_geometry, 0.1))
        for cell in cells
        if cell.far_geometry is not None and not cell.far_geometry.is_empty
    }


def far_share(areas: Iterable[Area]) -> float:
    """Return which part of all land of some areas lies farther than FAR_KM from its place, 0 to 1.

    >>> far_share(())
    0.0
    """
    rows = list(areas)
    total = sum(row.area_km2 for row in rows)
    return sum(row.far_km2 for row in rows) / total if total else 0.0


def describe_reach(areas: Iterable[Area]) -> str:
    """Say in a sentence how much of a figure of area is known and how much follows the nearest place.

    >>> describe_reach(())
    'All of the area lies within 30 km of a place that is on the map.'
    """
    share = far_share(areas)
    if share < LEAST_FAR:
        return f"All of the area lies within {FAR_KM:.0f} km of a place that is on the map."
    near = f"{100 * (1 - share):.0f} % of the area lies within {FAR_KM:.0f} km of a place that is on the map"
    return (
        f"{near}. The other {100 * share:.0f} % lies farther away and only takes the holder of the nearest one. "
        "Shares count both; the map draws the far land paler."
    )


def _totals_by_day(
    timeline: Timeline, *, days: Sequence[date], values: Mapping[str, float]
) -> dict[tuple[str | None, Status], npt.NDArray[np.float64]]:
    """Return the sum of a value of the cells by owner, for each of the days (in order, each once)."""
    at = np.array([day.toordinal() for day in days], dtype=np.int64)
    # Each state adds its value on the first wanted day and takes it away on the first one past its end.
    steps: dict[tuple[str | None, Status], list[float]] = defaultdict(lambda: [0.0] * (len(days) + 1))
    starts = np.searchsorted(at, [state.start.toordinal() for state in timeline.states]).tolist()
    ends = np.searchsorted(at, [(state.end or date.max).toordinal() for state in timeline.states]).tolist()
    for state, first, past in zip(timeline.states, starts, ends, strict=True):
        if first < past:
            row = steps[_owner(state)]
            row[first] += values.get(state.cell_id, 0.0)
            row[past] -= values.get(state.cell_id, 0.0)
    return {owner: np.cumsum(row)[:-1] for owner, row in steps.items()}


def changes(timeline: Timeline, *, day: date) -> tuple[Change, ...]:
    """Return the cells whose holder or status is another than on the day before, in order of the cells."""
    found = []
    for before, after in pairwise(timeline.states):
        if before.cell_id == after.cell_id and after.start == day and _drawn(before) != _drawn(after):
            found.append(Change(day, after.cell_id, before, after))
    return tuple(found)


def events_per_day(events: Iterable[Event], *, start: date, end: date) -> Mapping[date, Mapping[str | None, int]]:
    """Count events by day and actor (None = nobody is named); every day of [start, end] is there.

    >>> events_per_day((), start=date(2030, 1, 1), end=date(2030, 1, 2))
    {datetime.date(2030, 1, 1): {}, datetime.date(2030, 1, 2): {}}
    """
    counts: dict[date, Counter[str | None]] = {
        start + timedelta(days=offset): Counter() for offset in range((end - start).days + 1)
    }
    for event in events:
        if event.date_start in counts:
            counts[event.date_start][event.actor] += 1
    return {day: dict(sorted(counter.items(), key=lambda item: item[0] or "")) for day, counter in counts.items()}


def holder_disagreements(
    timeline: Timeline, *, cells: Sequence[Cell], events: Iterable[Event], actors: Sequence[Actor]
) -> tuple[Disagreement, ...]:
    """Compare the holder before, as each event on a place says, with the state of its cell on the day before.

    A contested cell agrees with each of its parties, a generic group with its members. Events without a place, without
    a cell or without a holder before cannot be compared and are left out.
    """
    table = {actor.code: actor for actor in actors}
    cell_of = {cell.place_id: cell.id for cell in cells if cell.place_id is not None}
    found = []
    for event in events:
        cell_id = cell_of.get(event.place.id) if event.place is not None else None
        if cell_id is None or event.opponent is None or event.kind not in CONTROL_CHANGES:
            continue
        state = timeline.state_at(cell_id, day=event.date_start - timedelta(days=1))
        if not any(is_same_side(event.opponent, code, actors=table) for code in (state.controller, *state.others)):
            found.append(Disagreement(event, event.opponent, state))
    return tuple(found)


def _owner(state: ControlState) -> tuple[str | None, Status]:
    """Return to whom the area of a state is counted."""
    if state.status in {Status.CONTESTED, Status.UNKNOWN}:
        return None, state.status
    return state.controller, state.status


def _drawn(state: ControlState) -> tuple[object, ...]:
    """Return what of a state is seen on the map."""
    return state.status, state.controller, state.others, state.is_regional


def _in_order(held: Mapping[tuple[str | None, Status], float], *, total: float) -> tuple[Share, ...]:
    by_actor: dict[str | None, float] = defaultdict(float)
    for (actor, _), area in held.items():
        by_actor[actor] += area
    ordered = sorted(
        held.items(),
        key=lambda item: (
            item[0][0] is None,
            -by_actor[item[0][0]] if item[0][0] is not None else 0.0,
            item[0][0] or "",
            STATUS_ORDER.index(item[0][1]),
        ),
    )
    return tuple(Share(actor, status, area, area / total) for (actor, status), area in ordered)
