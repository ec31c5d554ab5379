"""Routes: the geometry of journeys, with what was told, what was measured and what we worked out kept apart.

A position that no source gives is *schematic*: drawn as a region, with a note that says so and how it was chosen. A
direction whose end is not told is a sector, not a line. Constants with their reasons: `geodata/lexicon/journeys.toml`.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry

from mapapp import geo
from mapapp.claims.journey_words import read_grammar
from mapapp.claims.journeys import JourneyStatement, StatementRole
from mapapp.errors import TheatreError
from mapapp.model import Article, Assertion, Evidence, Leg, LegKind, PointRole, Route, RoutePoint
from mapapp.routes.legs import Citer, Walk
from mapapp.routes.positions import AREA_PREC, direction_name, name_told, place_id_of, place_name_of, position_of
from mapapp.theatres.theatre import JourneyRecord, Theatre

_ORDER = (Assertion.ASSERTED, Assertion.HEDGED, Assertion.SPECULATED, Assertion.DENIED)


def build_routes(statements: Sequence[JourneyStatement], *, article: Article, theatre: Theatre) -> tuple[Route, ...]:
    """Return the routes that an article's statements make, in the order of the text.

    A journey makes a route where it has origin and destination, or two of origin, destination, heading and turn, of
    which one is placed, or an origin and the place where it was last seen. Legs after a turn or a loss of signal, and
    legs whose end was only aimed at, are inferred. Days are local days of the theatre, instants are UTC.

    >>> build_routes((), article=Article(id="a", text=""), theatre=None)
    ()
    """
    routes: list[Route] = []
    for _, group in itertools.groupby(sorted(statements, key=lambda one: one.journey), key=lambda one: one.journey):
        built = _build_route(tuple(group), article=article, theatre=theatre)
        if built is not None:
            routes.append(built)
    return _merge_alike(routes)


# --- one journey ------------------------------------------------------------------------------------------------


_PATH = frozenset(StatementRole) - {StatementRole.SAID, StatementRole.ABOARD, StatementRole.PATH}


def _build_route(group: Sequence[JourneyStatement], *, article: Article, theatre: Theatre) -> Route | None:
    sure = [one for one in group if one.assertion is not Assertion.SPECULATED]
    told, aside, repeats = _choose(sure)
    if _is_enough(told):
        aside += [one for one in group if one.assertion is Assertion.SPECULATED and one.role in _PATH]
    else:
        told, aside, repeats = _choose(group)
        if not _is_enough(told):
            return None
    cite = Citer(article=article, theatre=theatre)
    walk = Walk(cite=cite, vehicle=read_grammar().vehicles[group[0].vehicle_class], repeats=repeats)
    ordered = _in_order(told, text=article.text)
    walk.take(ordered)
    # "across the steppe": a line through the middle of an area would be finer than the text, so its words stay words.
    walk.tell_paths([one for one in group if one.role is StatementRole.PATH or _is_area_on_the_way(one)])
    if not any(leg.geometry is not None for leg in walk.legs) and not any(
        point.lat is not None for point in walk.points
    ):
        return None
    ends = [one for one in told if one.role in (StatementRole.ORIGIN, StatementRole.DESTINATION)] or list(told)
    aboard = [one for one in group if one.role is StatementRole.ABOARD]
    said = [one for one in group if one.role is StatementRole.SAID]
    dated = [one for one in told if one.date_start]
    first = min(one.start for one in told)
    return Route(
        id=hashlib.sha256(f"{article.id}:{group[0].journey}:{first}".encode()).hexdigest()[:16],
        title=_title(ordered, points=walk.points, vehicle=group[0].vehicle),
        date_start=min((one.date_start for one in dated if one.date_start), default=None),
        date_end=max((one.date_end for one in dated if one.date_end), default=None),
        assertion=_weakest(ends, aboard),
        legs=tuple(walk.legs),
        points=tuple(walk.points),
        also_said=tuple(cite.all([*said, *aside, *(one for one in aboard if one.assertion is Assertion.DENIED)])),
        vehicle=group[0].vehicle,
        who=next((one.who for one in group if one.who), None),
    )


def _is_area_on_the_way(one: JourneyStatement) -> bool:
    position = position_of(one) if one.role is StatementRole.STOP else None
    return position is not None and position.where_prec >= AREA_PREC


def _choose(
    group: Sequence[JourneyStatement],
) -> tuple[list[JourneyStatement], list[JourneyStatement], list[JourneyStatement]]:
    """Part what the route is drawn from, what competes with it, and what repeats a turn or a loss of signal."""
    path = [one for one in group if one.role in _PATH]
    aside = [one for one in path if one.assertion is Assertion.DENIED]
    path = [one for one in path if one.assertion is not Assertion.DENIED]
    firm = [one for one in path if one.assertion is not Assertion.SPECULATED]
    told: list[JourneyStatement] = []
    repeats: list[JourneyStatement] = []
    for one in path:
        rivals = [other for other in (firm or path) if other.role is one.role and other is not one]
        is_break = one.role in (StatementRole.TURN, StatementRole.LOST)
        is_surer = any(other.assertion is Assertion.ASSERTED for other in rivals)
        is_guess = (one.assertion is Assertion.SPECULATED and bool(rivals)) or (
            is_break and is_surer and one.assertion is not Assertion.ASSERTED
        )
        ends = (StatementRole.ORIGIN, StatementRole.DESTINATION)
        earlier = [other for other in told if other.role is one.role and other.sentence_start != one.sentence_start]
        is_rival = (
            one.role in ends
            and bool(earlier)
            and place_id_of(one) not in {place_id_of(other) for other in earlier}
            and one.speaker != earlier[0].speaker
        )
        is_repeat = (is_break and one.resolution is None and any(other.role is one.role for other in told)) or (
            one.role is StatementRole.DESTINATION
            and not one.is_reached
            and any(other.is_reached and place_id_of(other) == place_id_of(one) for other in rivals)
        )
        if is_guess or is_rival:
            aside.append(one)
        elif is_repeat:
            repeats.append(one)
        else:
            told.append(one)
    return told, aside, repeats


def _is_enough(told: Sequence[JourneyStatement]) -> bool:
    placed = {one.role for one in told if one.resolution is not None and one.resolution.place is not None}
    roles = {one.role for one in told}
    ends = {StatementRole.ORIGIN, StatementRole.DESTINATION}
    if ends <= roles:
        pairs = {place_id_of(one) for one in told if one.role in ends}
        return bool(placed) and (len(pairs) > 1 or StatementRole.TURN in roles or StatementRole.STOP in roles)
    if {StatementRole.ORIGIN, StatementRole.LOST} <= placed:
        return True
    return len(roles & {*ends, StatementRole.HEADING, StatementRole.TURN}) >= 2 and bool(placed - {StatementRole.STOP})


_NEXT_CLAUSE = re.compile(r"[,;]|\band\b|\bthen\b")
_PARTICIPLE = re.compile(r"\w+ing\b")
_LATER = re.compile(r"\b(?:before|then|later|afterwards?)\b|[;.]")


def _in_order(told: Sequence[JourneyStatement], *, text: str) -> list[JourneyStatement]:
    """Return the statements in the order in which things happened, as far as the text lets one tell."""
    rank = {StatementRole.TURN: 0, StatementRole.ORIGIN: 1}
    ordered = sorted(told, key=lambda one: (one.sentence_start, one.start, rank.get(one.role, 2), one.end))
    for index in range(1, len(ordered)):
        one, other = ordered[index - 1], ordered[index]
        if other.sentence_start == one.sentence_start and other.start > one.start:
            gap = text[min(one.end, other.start) : other.start]
            # "turned back after the tower had closed, and landed in B": what follows "after" ends before B.
            _, word, clause = f" {gap} ".partition(" after ")
            if word and not _NEXT_CLAUSE.search(clause):
                ordered = _put_before(ordered, index=index)
    origins = [one for one in ordered if one.role is StatementRole.ORIGIN]
    origin = origins[0] if origins else None
    for before, after in itertools.pairwise(origins):
        # "had flown from B, where he had come from A": A was first.
        if before.sentence_start == after.sentence_start and " where " in text[before.end : after.start]:
            origin = after
    if origin is not None:
        ordered.remove(origin)
        ordered.insert(0, origin)
    for index in range(1, len(ordered)):
        one, other = ordered[index - 1], ordered[index]
        if one.role is not StatementRole.DESTINATION:
            continue
        # "left A for C via B", "left A for C, passing through B", "towards X. It went off radar": what is told last
        # came before.
        is_via = other.role is StatementRole.STOP and (other.start == one.start or _is_passing(one, other, text=text))
        is_on_the_way = other.role is StatementRole.LOST and not one.is_reached
        if is_via or is_on_the_way:
            ordered[index - 1], ordered[index] = other, one
            if is_via and index > 1 and ordered[index - 2].role is StatementRole.DESTINATION:
                continue
    return ordered


def _is_passing(one: JourneyStatement, other: JourneyStatement, *, text: str) -> bool:
    """Return whether "passing through B" tells how the end was reached, not what came after: "before passing B"."""
    if other.sentence_start != one.sentence_start or other.start < one.start:
        return False
    between = text[one.end : other.start]
    return _PARTICIPLE.match(text, other.start) is not None and _LATER.search(between) is None


def _put_before(ordered: Sequence[JourneyStatement], *, index: int) -> list[JourneyStatement]:
    """Move what follows "after" to before the last thing told before it: "went off radar after a U-turn"."""
    start, sentence = ordered[index - 1].start, ordered[index].sentence_start
    first = next(number for number, one in enumerate(ordered) if one.start == start)
    last = next(
        (number for number in range(index, len(ordered)) if ordered[number].sentence_start != sentence), len(ordered)
    )
    return [*ordered[:first], *ordered[index:last], *ordered[first:index], *ordered[last:]]


def _weakest(ends: Sequence[JourneyStatement], aboard: Sequence[JourneyStatement]) -> Assertion:
    """Return how surely the journey is said: as surely as the least sure of its ends and of who is aboard."""
    ranks = [_ORDER.index(one.assertion) for one in ends]
    # Doubt about who was aboard makes the journey hedged, never less than that: the vehicle did travel.
    ranks += [min(_ORDER.index(one.assertion), 1) for one in aboard if one.assertion is not Assertion.DENIED]
    return _ORDER[max(ranks, default=0)]


def _title(told: Sequence[JourneyStatement], *, points: Sequence[RoutePoint], vehicle: str | None) -> str:
    origin = next((place_name_of(one) for one in told if one.role is StatementRole.ORIGIN), "unknown")
    lead = f"{vehicle[:1].upper()}{vehicle[1:]}: " if vehicle else ""
    return f"{lead}{origin} → {_title_end(told, points=points)}"


def _title_end(told: Sequence[JourneyStatement], *, points: Sequence[RoutePoint]) -> str:
    """Return where a journey ended as far as it is told; a target that was given up is no end."""
    aims = [one for one in told if one.role is StatementRole.DESTINATION]
    turn = next((one for one in told if one.role is StatementRole.TURN), None)
    lost = next((one for one in told if one.role is StatementRole.LOST and one.resolution is not None), None)
    if any(point.role is PointRole.DESTINATION for point in points):
        return place_name_of(aims[-1])
    if lost is not None:
        return f"{'turn → ' if turn is not None else ''}last seen {name_told(lost)}"
    if aims and turn is not None:
        return f"towards {place_name_of(aims[-1])}, turned{' back' if turn.is_back else ''}"
    if aims:
        return place_name_of(aims[-1])
    if turn is not None and turn.resolution is not None:
        return f"turned {'near' if turn.is_near else 'at'} {place_name_of(turn)}"
    headings = [one.bearing_deg for one in told if one.role is StatementRole.HEADING and one.bearing_deg is not None]
    if headings:
        return f"heading {direction_name(headings[-1])}"
    return "turned" if turn is not None else "unknown"


def _merge_alike(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Tell a journey that an article tells twice once, with all its sentences."""
    kept: list[Route] = []
    for route in sorted(routes, key=lambda one: -len(one.legs)):
        twin = next((index for index, other in enumerate(kept) if _is_same(route, other)), None)
        if twin is None:
            kept.append(route)
            continue
        other = kept[twin]
        evidence = tuple(dict.fromkeys(item for leg in route.legs for item in leg.evidence))
        last = replace(other.legs[-1], evidence=tuple(dict.fromkeys((*other.legs[-1].evidence, *evidence))))
        also_said = tuple(dict.fromkeys((*other.also_said, *route.also_said)))
        kept[twin] = replace(
            other,
            legs=(*other.legs[:-1], last),
            also_said=also_said,
            who=other.who or route.who,
            date_start=other.date_start or route.date_start,
            date_end=other.date_end or route.date_end,
        )
    order = {route.id: index for index, route in enumerate(routes)}
    return tuple(sorted(kept, key=lambda one: order[one.id]))


def _is_same(first: Route, second: Route) -> bool:
    is_dated = first.date_start is not None and second.date_start is not None
    if is_dated and first.date_start != second.date_start:
        return False
    if first.vehicle and second.vehicle and first.vehicle != second.vehicle:
        return False
    return _ends(first) == _ends(second)


def _ends(route: Route) -> tuple[tuple[float | None, float | None], ...]:
    wanted = (PointRole.ORIGIN, PointRole.DESTINATION)
    return tuple((point.lat, point.lon) for point in route.points if point.role in wanted)


# --- bundled journeys -----------------------------------------------------------------------------------------------


def bundled_routes(theatre: Theatre) -> tuple[Route, ...]:
    """Return the theatre's bundled journeys as routes (the file's form: docs/routes.md).

    Raises TheatreError where a file breaks its rules: an unknown key, kind or source, or a position without a note.
    """
    return tuple(_read_journey(record) for record in theatre.journeys)


def _read_journey(record: JourneyRecord) -> Route:
    raw = record.raw
    try:
        spots = {row["key"]: row for row in raw["points"]}
        cite = _fact_reader(raw["sources"])
        points = tuple(_read_point(row, cite=cite) for row in raw["points"] if "role" in row)
        legs = tuple(_read_leg(row, spots=spots, cite=cite) for row in raw["legs"])
        return Route(
            id=record.id,
            title=raw["title"],
            date_start=date.fromisoformat(raw["date_start"]) if raw.get("date_start") else None,
            date_end=date.fromisoformat(raw["date_end"]) if raw.get("date_end") else None,
            assertion=Assertion(raw["assertion"]),
            legs=legs,
            points=points,
            also_said=tuple(cite(fact) for fact in raw.get("also_said", ())),
            journey=record.journey,
            vehicle=raw.get("vehicle"),
            who=raw.get("who"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TheatreError(
            f"The journey {record.id!r} cannot be read: {type(error).__name__} {error}. "
            "Its file must have the form that docs/routes.md gives."
        ) from error


def _fact_reader(sources: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Evidence]:
    def read(fact: Mapping[str, Any]) -> Evidence:
        source = sources[fact["source"]]
        return Evidence(
            text=fact["text"],
            is_quote=False,
            publisher=source["publisher"],
            speaker=fact.get("speaker"),
            published=date.fromisoformat(source["published"]) if source.get("published") else None,
            url=source.get("url"),
            grade=source.get("grade", "F6"),
            assertion=Assertion(fact.get("assertion", "asserted")),
        )

    return read


def _read_point(row: Mapping[str, Any], *, cite: Callable[[Mapping[str, Any]], Evidence]) -> RoutePoint:
    return RoutePoint(
        role=PointRole(row["role"]),
        lat=row.get("lat"),
        lon=row.get("lon"),
        where_prec=row["where_prec"],
        note=row["note"],
        is_schematic=row.get("schematic", False),
        radius_km=row.get("radius_km"),
        evidence=tuple(cite(fact) for fact in row["facts"]),
        label=row.get("label", ""),
        time_text=row.get("time_text"),
    )


def _read_leg(
    row: Mapping[str, Any], *, spots: Mapping[str, Any], cite: Callable[[Mapping[str, Any]], Evidence]
) -> Leg:
    geometry: BaseGeometry | None = None
    if "heading" in row:
        fan = row["heading"]
        start = spots[fan["from"]]
        geometry = geo.sector(
            lat=start["lat"],
            lon=start["lon"],
            bearing_deg=fan["bearing_deg"],
            half_width_deg=fan["half_width_deg"],
            range_km=fan["range_km"],
        )
    elif "path" in row or "from" in row:
        keys = row["path"] if "path" in row else [row["from"], row["to"]]
        geometry = geo.geodesic_path([(spots[key]["lon"], spots[key]["lat"]) for key in keys])
    return Leg(
        kind=LegKind(row["kind"]),
        geometry=geometry,
        start=_read_instant(row.get("start")),
        end=_read_instant(row.get("end")),
        note=row["note"],
        evidence=tuple(cite(fact) for fact in row["facts"]),
    )


def _read_instant(text: str | None) -> datetime | None:
    """Return an instant in UTC; it must say its offset."""
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} does not say its offset from UTC")
    return instant.astimezone(UTC)
