"""Routes: the geometry of journeys, with what was told, what was measured and what we worked out kept apart.

A position that no source gives is *schematic*: drawn as a region, with a note that says so and how it was chosen. A
direction whose end is not told is a sector, not a line. Constants with their reasons: `geodata/lexicon/journeys.toml`.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry

from mapapp import geo
from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.journey_words import Vehicle, read_grammar
from mapapp.claims.journeys import JourneyStatement, StatementRole
from mapapp.errors import TheatreError
from mapapp.model import Article, Assertion, Evidence, Leg, LegKind, PointRole, Route, RoutePoint
from mapapp.theatre import JourneyRecord, Theatre

NEAR_KM = 15.0
"""Radius of "near X" where no distance is told: about the reach of the next place in settled country."""
TOLD_DISTANCE_SHARE = 0.25
"""Vagueness of a told distance: "some 20 km" may be 15 or 25."""
BEARING_TOLERANCE_DEG = 45.0
"""A told direction agrees with the way to the destination within this angle: then one line says both."""
_ORDER = (Assertion.ASSERTED, Assertion.HEDGED, Assertion.SPECULATED, Assertion.DENIED)


@dataclass(frozen=True, slots=True)
class _Position:
    """Where something is drawn, and why there."""

    lat: float
    lon: float
    where_prec: int
    note: str
    name: str
    is_schematic: bool = False
    radius_km: float | None = None


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


def _build_route(group: Sequence[JourneyStatement], *, article: Article, theatre: Theatre) -> Route | None:
    told, aside, repeats = _choose(group)
    if not _is_enough(told):
        return None
    cite = _Citer(article=article, theatre=theatre)
    walk = _Walk(cite=cite, vehicle=read_grammar().vehicles[group[0].vehicle_class], repeats=repeats)
    ordered = _in_order(told, text=article.text)
    walk.take(ordered)
    if not any(leg.geometry is not None for leg in walk.legs) and len(walk.points) < 2:
        return None
    ends = [one for one in told if one.role in (StatementRole.ORIGIN, StatementRole.DESTINATION)] or list(told)
    aboard = [one for one in group if one.role is StatementRole.ABOARD]
    said = [one for one in group if one.role is StatementRole.SAID]
    dated = [one for one in told if one.date_start]
    first = min(one.start for one in told)
    return Route(
        id=hashlib.sha256(f"{article.id}:{group[0].journey}:{first}".encode()).hexdigest()[:16],
        title=_title(ordered, vehicle=group[0].vehicle),
        date_start=min((one.date_start for one in dated if one.date_start), default=None),
        date_end=max((one.date_end for one in dated if one.date_end), default=None),
        assertion=_weakest(ends, aboard),
        legs=tuple(walk.legs),
        points=tuple(walk.points),
        also_said=tuple(cite.all([*said, *aside, *(one for one in aboard if one.assertion is Assertion.DENIED)])),
        vehicle=group[0].vehicle,
        who=next((one.who for one in group if one.who), None),
    )


def _choose(
    group: Sequence[JourneyStatement],
) -> tuple[list[JourneyStatement], list[JourneyStatement], list[JourneyStatement]]:
    """Part what the route is drawn from, what competes with it, and what repeats a turn or a loss of signal."""
    path = [one for one in group if one.role not in (StatementRole.SAID, StatementRole.ABOARD)]
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
            and _place_id(one) not in {_place_id(other) for other in earlier}
            and one.speaker != earlier[0].speaker
        )
        is_repeat = (is_break and one.resolution is None and any(other.role is one.role for other in told)) or (
            one.role is StatementRole.DESTINATION
            and not one.is_reached
            and any(other.is_reached and _place_id(other) == _place_id(one) for other in rivals)
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
        pairs = {_place_id(one) for one in told if one.role in ends}
        return bool(placed) and (len(pairs) > 1 or StatementRole.TURN in roles or StatementRole.STOP in roles)
    if {StatementRole.ORIGIN, StatementRole.LOST} <= placed:
        return True
    return len(roles & {*ends, StatementRole.HEADING, StatementRole.TURN}) >= 2 and bool(placed - {StatementRole.STOP})


def _in_order(told: Sequence[JourneyStatement], *, text: str) -> list[JourneyStatement]:
    """Return the statements in the order in which things happened, as far as the text lets one tell."""
    is_turn = StatementRole.TURN
    ordered = sorted(told, key=lambda one: (one.sentence_start, one.start, one.role is not is_turn, one.end))
    for index in range(1, len(ordered)):
        one, other = ordered[index - 1], ordered[index]
        if other.sentence_start == one.sentence_start and other.start > one.start:
            gap = text[min(one.end, other.start) : other.start]
            if " after " in f" {gap} ":
                ordered = _put_before(ordered, index=index)
    origin = next((one for one in ordered if one.role is StatementRole.ORIGIN), None)
    if origin is not None:
        ordered.remove(origin)
        ordered.insert(0, origin)
    for index in range(1, len(ordered)):
        one, other = ordered[index - 1], ordered[index]
        if one.role is not StatementRole.DESTINATION:
            continue
        # "left A for C via B", "towards X. It went off radar": what is told last came before.
        is_via = other.role is StatementRole.STOP and other.start == one.start
        is_on_the_way = other.role is StatementRole.LOST and not one.is_reached
        if is_via or is_on_the_way:
            ordered[index - 1], ordered[index] = other, one
            if is_via and index > 1 and ordered[index - 2].role is StatementRole.DESTINATION:
                continue
    return ordered


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


def _place_id(statement: JourneyStatement) -> str | None:
    place = statement.resolution.place if statement.resolution else None
    return place.id if place else statement.resolution.mention.surface if statement.resolution else None


def _place_name(statement: JourneyStatement) -> str:
    if statement.resolution is None:
        return "unknown"
    place = statement.resolution.place
    return place.name if place else statement.resolution.mention.surface


def _title(told: Sequence[JourneyStatement], *, vehicle: str | None) -> str:
    origin = next((_place_name(one) for one in told if one.role is StatementRole.ORIGIN), "unknown")
    ends = [one for one in told if one.role is StatementRole.DESTINATION]
    headings = [one.bearing_deg for one in told if one.role is StatementRole.HEADING and one.bearing_deg is not None]
    turn = next((one for one in told if one.role is StatementRole.TURN), None)
    if not ends and turn is not None and turn.resolution is not None:
        end = f"turned {'near' if turn.is_near else 'at'} {_place_name(turn)}"
    elif not ends:
        end = f"heading {_direction_name(headings[-1])}" if headings else "unknown"
    elif turn is not None and turn.is_back and not ends[-1].is_reached and told.index(ends[-1]) < told.index(turn):
        end = f"towards {_place_name(ends[-1])}, turned back"
    else:
        end = _place_name(ends[-1])
    lead = f"{vehicle[:1].upper()}{vehicle[1:]}: " if vehicle else ""
    return f"{lead}{origin} → {end}"


# --- walking along ----------------------------------------------------------------------------------------------


class _Citer:
    """Turns statements into evidence; one per article."""

    def __init__(self, *, article: Article, theatre: Theatre) -> None:
        self.article = article
        self.publisher = find_publisher(article, theatre=theatre)
        self.published = article.published.astimezone(ZoneInfo(theatre.timezone)).date() if article.published else None

    def one(self, statement: JourneyStatement) -> Evidence:
        return Evidence(
            text=self.article.text[statement.sentence_start : statement.sentence_end],
            is_quote=True,
            publisher=self.article.publisher,
            speaker=statement.speaker,
            published=self.published,
            url=self.article.url,
            grade=grade_claim(self.publisher, assertion=statement.assertion),
            assertion=statement.assertion,
            article_id=self.article.id,
            claim_id=statement.claim_id,
        )

    def all(self, statements: Iterable[JourneyStatement]) -> tuple[Evidence, ...]:
        """Return the evidence of some statements, each sentence once per assertion."""
        return tuple(dict.fromkeys(self.one(statement) for statement in statements))


class _Walk:
    """Goes along a journey's statements and draws what they carry."""

    def __init__(self, *, cite: _Citer, vehicle: Vehicle, repeats: Sequence[JourneyStatement]) -> None:
        self.cite = cite
        self.repeats = repeats
        self.vehicle = vehicle
        self.legs: list[Leg] = []
        self.points: list[RoutePoint] = []
        self.here: _Position | None = None
        self.start: _Position | None = None
        self.since: datetime | None = None
        self.is_lost = False
        """True after a turn or a loss of signal: what follows was not seen."""
        self.since_what = "the turn"
        self.lost: JourneyStatement | None = None
        """A loss of signal that still waits for a place on the next leg."""
        self.heading: JourneyStatement | None = None

    @property
    def range_km(self) -> float:
        """How far the vehicle plausibly goes where only a direction is told."""
        return round(self.vehicle.speed_kmh * self.vehicle.minutes / 60.0)

    def take(self, ordered: Sequence[JourneyStatement]) -> None:
        """Draw every statement in order."""
        for index, one in enumerate(ordered):
            rest = ordered[index + 1 :]
            if one.role is StatementRole.ORIGIN and self.start is None and self.here is None:
                self.take_origin(one)
            elif one.role is StatementRole.HEADING:
                self.take_heading(one, rest=rest)
            elif one.role is StatementRole.TURN:
                self.take_turn(one, rest=rest)
            elif one.role is StatementRole.LOST:
                self.take_lost(one)
            elif one.role is StatementRole.DESTINATION and self.is_intended(one, rest=rest):
                self.take_intended(one, rest=rest)
            elif one.role in (StatementRole.DESTINATION, StatementRole.STOP, StatementRole.ORIGIN):
                is_last = not any(later.role is StatementRole.DESTINATION for later in rest)
                self.go_to(one, is_end=one.role is StatementRole.DESTINATION and is_last)
        if self.lost is not None:
            self.mark_lost(None)

    def take_origin(self, one: JourneyStatement) -> None:
        self.here = self.start = _position(one)
        self.since = one.when
        self.mark(one, PointRole.ORIGIN, self.here)

    def is_intended(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> bool:
        """Return whether a destination was given up: a turn follows, and with it another way."""
        turns = [index for index, later in enumerate(rest) if later.role is StatementRole.TURN]
        if one.is_reached or not turns:
            return False
        between, after = rest[: turns[0]], rest[turns[0] + 1 :]
        if any(later.role is StatementRole.DESTINATION for later in after):
            return True
        target = _position(one)
        for told in between:
            if told.role is StatementRole.HEADING and self.here and target and told.bearing_deg is not None:
                return _angle(told.bearing_deg, _bearing(self.here, target)) <= BEARING_TOLERANCE_DEG
        return True

    def take_intended(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        """A destination that was given up is no more than a direction."""
        target = _position(one)
        turn = next(later for later in rest if later.role is StatementRole.TURN)
        is_steered = any(later.role is StatementRole.HEADING for later in rest[: rest.index(turn)])
        if self.here is None or target is None or _position(turn) is not None or is_steered:
            return
        reach = min(self.range_km, 0.9 * _distance(self.here, target))
        words = f"Towards {target.name}; how far it came is not reported"
        self.draw_sector(one, bearing=_bearing(self.here, target), reach=reach, words=words, why=self.vehicle.why)

    def take_heading(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        bearing = one.bearing_deg
        if bearing is None:
            return
        following = next((later for later in rest if later.role is not StatementRole.HEADING), None)
        target = _position(following) if following is not None else None
        if (
            self.here is not None
            and target is not None
            and _angle(bearing, _bearing(self.here, target)) <= BEARING_TOLERANCE_DEG
        ):
            self.heading = one
            return
        name = _direction_name(bearing)
        words = f"Heading {name}; how far is not reported"
        if one.distance_km:
            reach, why, words = one.distance_km, "the distance that the text tells", f"Heading {name}"
        elif one.after_minutes:
            reach = self.vehicle.speed_kmh * one.after_minutes / 60.0
            why = f"the told time at a plausible {self.vehicle.speed_kmh:.0f} km/h"
        else:
            reach, why = self.range_km, self.vehicle.why
        if self.here is None:
            self.add(None, LegKind.REPORTED, f"{words}; where it began is not known, so it is not drawn.", [one])
            return
        self.draw_sector(one, bearing=bearing, reach=reach, words=words, why=why)

    def draw_sector(self, one: JourneyStatement, *, bearing: float, reach: float, words: str, why: str) -> None:
        """Draw a direction without an end, and go on from its middle."""
        here = self.here
        if here is None:
            return
        half_width = read_grammar().half_width_deg
        fan = geo.sector(lat=here.lat, lon=here.lon, bearing_deg=bearing, half_width_deg=half_width, range_km=reach)
        note = (
            f"{words}. Drawn as a sector of ±{half_width:g}° around {bearing:.0f}° and {reach:.0f} km long: {why}. "
            "The length is a guess, not a report."
        )
        if "distance that the text" in why:
            note = (
                f"{words}. Drawn as a sector of ±{half_width:g}° around {bearing:.0f}° and {reach:.0f} km long: {why}."
            )
        self.add(fan, LegKind.INFERRED if self.is_lost else LegKind.REPORTED, note, [one])
        x, y = geo.destination(lat=here.lat, lon=here.lon, bearing_deg=bearing, range_km=reach / 2.0)
        name = f"the sector {_direction_name(bearing)} of {here.name}"
        chosen = f"in the middle of {name}, {reach / 2.0:.0f} km from {here.name}"
        self.here = _Position(y, x, 7 if _is_airborne(self.vehicle) else 5, chosen, name, True, round(reach / 2.0, 1))

    def take_turn(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        told = _position(one)
        same = [one, *(other for other in self.repeats if other.role is StatementRole.TURN)]
        words = "; ".join(dict.fromkeys(other.quote for other in same))
        if told is not None:
            if self.here is not None and not self.here.is_schematic:
                self.line_to(told, [one], is_told=True, what="the turn")
            self.mark(one, PointRole.TURN_BACK, told)
            self.here = told
        elif self.here is not None:
            here = self.here
            chosen = here.note if here.is_schematic else f"at {here.name}, the last place told before it"
            radius = here.radius_km if here.is_schematic else self.range_km
            note = (
                f"No position of the turn was reported. The one drawn is schematic: {chosen}; "
                f"the turn may lie anywhere within about {radius:.0f} km of it."
            )
            spot = replace(here, note=note, is_schematic=True, radius_km=radius, name="the turn")
            self.mark(one, PointRole.TURN_BACK, spot)
            self.here = spot
        else:
            note = "A turn was reported, but neither its position nor any place before it: listed, not drawn."
            self.points.append(
                RoutePoint(PointRole.TURN_BACK, None, None, 7, note, True, evidence=self.cite.all([one]))
            )
        where = (
            "position not reported" if told is None else f"at {told.name}" if not one.is_near else f"near {told.name}"
        )
        self.add(None, LegKind.REPORTED, f"Turn-back ({words}), {where}.", same)
        self.is_lost, self.since_what = True, "the turn"
        self.since = one.when
        goes_on = any(later.role in (StatementRole.DESTINATION, StatementRole.HEADING) for later in rest)
        if one.is_back and not goes_on and self.start is not None and self.here is not None:
            self.line_to(self.start, [one], is_told=False, what=f"{self.start.name}, where it had come from")

    def take_lost(self, one: JourneyStatement) -> None:
        told = _position(one)
        if told is None:
            self.lost = one
            return
        if self.here is not None:
            self.line_to(told, [one], is_told=not self.is_lost, what="the last reported position")
        self.mark(one, PointRole.LAST_KNOWN, told)
        self.here = told
        self.is_lost, self.since_what = True, "the loss of signal"
        self.since = one.when

    def mark_lost(self, target: _Position | None) -> None:
        """Give a loss of signal without a position a schematic one on the way to `target`, or around the last place."""
        one, here = self.lost, self.here
        self.lost = None
        if one is None:
            return
        if here is None:
            note = "The signal was lost; no position was reported: listed, not drawn."
            self.points.append(
                RoutePoint(PointRole.LAST_KNOWN, None, None, 7, note, True, evidence=self.cite.all([one]))
            )
            return
        reach = self.vehicle.speed_kmh * one.after_minutes / 60.0 if one.after_minutes else self.range_km
        why = "the told time at a plausible speed" if one.after_minutes else self.vehicle.why
        if target is None:
            spot = replace(here, radius_km=round(max(reach, here.radius_km or 0.0), 1))
            chosen = f"at {here.name}, the last place told before it"
        else:
            reach = min(reach, _distance(here, target) / 2.0)
            x, y = geo.destination(lat=here.lat, lon=here.lon, bearing_deg=_bearing(here, target), range_km=reach)
            spot = _Position(y, x, 7, "", here.name, True, round(max(reach, here.radius_km or 0.0), 1))
            chosen = f"{reach:.0f} km beyond {here.name} on the way to {target.name} ({why})"
        note = (
            f"No position of the loss of signal was reported. The one drawn is schematic: {chosen}; "
            f"it may lie anywhere within about {spot.radius_km:.0f} km, or farther."
        )
        prec = 7 if _is_airborne(self.vehicle) else 5
        self.mark(one, PointRole.LAST_KNOWN, replace(spot, note=note, is_schematic=True, where_prec=prec))

    def go_to(self, one: JourneyStatement, *, is_end: bool) -> None:
        target = _position(one)
        if target is None:
            if is_end:
                note = f"“{_place_name(one)}” is named, but no place is known for it: listed, not drawn."
                evidence = self.cite.all([one])
                self.points.append(RoutePoint(PointRole.DESTINATION, None, None, 7, note, evidence=evidence))
            return
        sources = [one] if self.heading is None else [self.heading, one]
        if self.lost is not None:
            sources.append(self.lost)
        was_lost = self.lost is not None
        if was_lost:
            self.mark_lost(target)
        if self.here is not None:
            is_told = (
                not self.is_lost and not was_lost and (one.is_reached or one.role is not StatementRole.DESTINATION)
            )
            self.line_to(
                target,
                sources,
                is_told=is_told,
                what=target.name,
                end=one.when,
                was_lost=was_lost,
                is_reached=one.is_reached,
            )
        if is_end:
            self.mark(one, PointRole.DESTINATION, target)
        self.here = target
        self.heading = None
        self.since = one.when
        self.is_lost = self.is_lost and not one.is_reached

    def line_to(
        self,
        target: _Position,
        statements: Sequence[JourneyStatement],
        *,
        is_told: bool,
        what: str,
        end: datetime | None = None,
        was_lost: bool = False,
        is_reached: bool = True,
    ) -> None:
        """Draw the geodesic from here to a position and say what of it was told."""
        here = self.here
        if here is None or (here.lat, here.lon) == (target.lat, target.lon):
            return
        line = geo.geodesic_line(lat1=here.lat, lon1=here.lon, lat2=target.lat, lon2=target.lon)
        reasons = []
        if was_lost:
            reasons.append("off radar on the way")
        if self.is_lost:
            reasons.append(f"nobody reports the path after {self.since_what}")
        if not is_reached:
            reasons.append("that it arrived is not reported")
        if is_told:
            note = f"Told: from {here.name} to {what}. The path between is not told; the line is the shortest one."
        else:
            why = "; ".join(reasons) or "the path is not told"
            note = f"Towards {what}: inferred; {why}. The line is the shortest one."
        if self.heading is not None and self.heading.bearing_deg is not None:
            note += f" The text says: heading {_direction_name(self.heading.bearing_deg)}."
        kind = LegKind.REPORTED if is_told else LegKind.INFERRED
        self.add(line, kind, note, statements, end=end)

    def add(
        self,
        geometry: BaseGeometry | None,
        kind: LegKind,
        note: str,
        statements: Sequence[JourneyStatement],
        *,
        end: datetime | None = None,
    ) -> None:
        start = self.since if end is None or self.since is None or self.since <= end else None
        self.legs.append(Leg(kind, geometry, start, end, note, self.cite.all(statements)))

    def mark(self, one: JourneyStatement, role: PointRole, position: _Position | None) -> None:
        if position is None:
            note = f"“{_place_name(one)}” is named, but no place is known for it: listed, not drawn."
            self.points.append(RoutePoint(role, None, None, 7, note, evidence=self.cite.all([one])))
            return
        label = position.name if role in (PointRole.ORIGIN, PointRole.DESTINATION) else _LABELS[role]
        self.points.append(
            RoutePoint(
                role=role,
                lat=position.lat,
                lon=position.lon,
                where_prec=position.where_prec,
                note=position.note,
                is_schematic=position.is_schematic,
                radius_km=position.radius_km,
                evidence=self.cite.all([one]),
                label=label,
                time_text=one.time_text,
            )
        )


_LABELS = {PointRole.TURN_BACK: "Turn", PointRole.LAST_KNOWN: "Signal lost"}
_DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def _direction_name(bearing: float) -> str:
    return _DIRECTIONS[round(bearing / 45.0) % 8]


def _angle(first: float, second: float) -> float:
    return abs((first - second + 180.0) % 360.0 - 180.0)


def _distance(first: _Position, second: _Position) -> float:
    return geo.distance_km(lat1=first.lat, lon1=first.lon, lat2=second.lat, lon2=second.lon)


def _bearing(first: _Position, second: _Position) -> float:
    return geo.bearing_deg(lat1=first.lat, lon1=first.lon, lat2=second.lat, lon2=second.lon)


def _is_airborne(vehicle: Vehicle) -> bool:
    return vehicle.code in ("plane", "helicopter", "drone", "ship")


def _position(statement: JourneyStatement) -> _Position | None:
    """Return where a statement's place lies, as finely as the text tells it; None = not known."""
    place = statement.resolution.place if statement.resolution else None
    if place is None or statement.resolution is None:
        return None
    prec = statement.resolution.where_prec
    name = place.name
    if statement.offset_km is not None:
        distance = f"{statement.offset_km:.0f}" if statement.offset_km >= 10 else f"{statement.offset_km:.1f}"
        radius = round(max(5.0, TOLD_DISTANCE_SHARE * statement.offset_km), 1)
        if statement.bearing_deg is None:
            note = f"About {distance} km from {name}, in a direction that is not told: drawn at {name}."
            reach = round(statement.offset_km + radius, 1)
            return _Position(place.lat, place.lon, max(2, prec), note, f"{distance} km from {name}", False, reach)
        x, y = geo.destination(
            lat=place.lat, lon=place.lon, bearing_deg=statement.bearing_deg, range_km=statement.offset_km
        )
        side = _direction_name(statement.bearing_deg)
        note = f"Told as {distance} km {side} of {name}; drawn there, measured from the place's centre."
        return _Position(y, x, max(2, prec), note, f"{distance} km {side} of {name}", False, radius)
    if statement.is_near:
        note = f"Told as near {name}; drawn at {name}."
        if statement.bearing_deg is not None:
            note = f"Told as {_direction_name(statement.bearing_deg)} of {name}, no distance told; drawn at {name}."
        return _Position(place.lat, place.lon, max(2, prec), note, name, False, NEAR_KM)
    if prec >= 4:
        note = f"Only {name} is named, which is an area: drawn at its middle."
        return _Position(place.lat, place.lon, prec, note, name, True)
    return _Position(place.lat, place.lon, prec, f"{name}, as the text names it.", name)


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
