"""Legs and points: a journey's statements as lines, sectors and regions.

What nobody told is inferred and says so; a position that nobody gave is schematic: a region with a note that tells how
the drawn middle was chosen. Constants with their reasons: `geodata/lexicon/journeys.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry

from mapapp import geo
from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.journey_groups import JourneyStatement, StatementRole
from mapapp.claims.journey_words import Vehicle, read_grammar
from mapapp.model import Article, Evidence, Leg, LegKind, PointRole, RoutePoint
from mapapp.routes.positions import (
    AREA_PREC,
    WATER_PREC,
    Position,
    angle_between,
    bearing_between,
    direction_name,
    distance_between,
    place_id_of,
    place_name_of,
    position_of,
)
from mapapp.theatres.theatre import Theatre

BEARING_TOLERANCE_DEG = 45.0
"""A told direction agrees with the way to the destination within this angle: then one line says both."""


class Citer:
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


class Walk:
    """Goes along a journey's statements and draws what they carry."""

    def __init__(self, *, cite: Citer, vehicle: Vehicle, repeats: Sequence[JourneyStatement]) -> None:
        self.cite = cite
        self.repeats = repeats
        self.vehicle = vehicle
        self.legs: list[Leg] = []
        self.points: list[RoutePoint] = []
        self.here: Position | None = None
        self.start: Position | None = None
        self.since: datetime | None = None
        self.is_lost = False
        """True after a turn or a loss of signal: what follows was not seen."""
        self.since_what = "the turn"
        self.lost: JourneyStatement | None = None
        """A loss of signal that still waits for a place on the next leg."""
        self.heading: JourneyStatement | None = None
        self.sectors: tuple[str, ...] = ()
        """Directions of the sectors that follow one another, the first from `sectors_from`."""
        self.sectors_from = ""
        self.sectors_end = ""

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
        self.here = self.start = position_of(one)
        self.since = one.when
        self.mark(one, PointRole.ORIGIN, self.here)

    def is_intended(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> bool:
        """Return whether a destination was given up: a turn follows, and with it another way."""
        turns = [index for index, later in enumerate(rest) if later.role is StatementRole.TURN]
        if one.is_reached:
            return False
        if not turns:
            return _landed_elsewhere(one, rest=rest)
        between, after = rest[: turns[0]], rest[turns[0] + 1 :]
        if any(later.role is StatementRole.DESTINATION for later in after):
            return True
        target = position_of(one)
        if target is not None and target.where_prec == WATER_PREC:
            # "headed towards the sea before making a U-turn": a direction, whatever else it steered.
            return True
        for told in between:
            if told.role is StatementRole.HEADING and self.here and target and told.bearing_deg is not None:
                return angle_between(told.bearing_deg, bearing_between(self.here, target)) <= BEARING_TOLERANCE_DEG
        return True

    def take_intended(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        """A destination that was given up is no more than a direction."""
        target = position_of(one)
        turn = next((later for later in rest if later.role is StatementRole.TURN), None)
        if turn is None:
            self.add(None, LegKind.REPORTED, f"Was going to {place_name_of(one)}, and ended elsewhere.", [one])
            return
        is_steered = any(later.role is StatementRole.HEADING for later in rest[: rest.index(turn)])
        if self.here is None or target is None:
            self.add(None, LegKind.REPORTED, f"Was going to {place_name_of(one)} and turned on the way.", [one])
            return
        if position_of(turn) is not None or is_steered:
            return
        reach = min(self.range_km, 0.9 * distance_between(self.here, target))
        words = f"Towards {target.name}; how far it came is not reported"
        self.draw_sector(
            one, bearing=bearing_between(self.here, target), reach=reach, words=words, why=self.vehicle.why
        )

    def take_heading(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        bearing = one.bearing_deg
        if bearing is None:
            return
        following = next((later for later in rest if later.role is not StatementRole.HEADING), None)
        target = position_of(following) if following is not None else None
        if (
            self.here is not None
            and target is not None
            and angle_between(bearing, bearing_between(self.here, target)) <= BEARING_TOLERANCE_DEG
        ):
            self.heading = one
            return
        name = direction_name(bearing)
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
        if self.sectors and here.name == self.sectors_end:
            self.sectors = (*self.sectors, direction_name(bearing))
        else:
            self.sectors, self.sectors_from = (direction_name(bearing),), here.name
        if len(self.sectors) == 1:
            name = f"the sector {self.sectors[0]} of {here.name}"
            chosen = f"in the middle of {name}, {reach / 2.0:.0f} km from {here.name}"
        else:
            name = f"the last of the sectors from {self.sectors_from}"
            told = ", then ".join(self.sectors)
            chosen = (
                f"in the middle of the last of {len(self.sectors)} sectors that begin at {self.sectors_from} ({told}), "
                f"{reach / 2.0:.0f} km from where that one begins"
            )
        self.sectors_end = name
        # How far it came before is as vague as how far it came now.
        radius = reach / 2.0 + (here.radius_km or 0.0 if here.is_schematic else 0.0)
        self.here = Position(y, x, 7 if _is_airborne(self.vehicle) else 5, chosen, name, True, round(radius, 1))

    def take_turn(self, one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> None:
        told = position_of(one)
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
                RoutePoint(
                    PointRole.TURN_BACK,
                    None,
                    None,
                    7,
                    note,
                    True,
                    evidence=self.cite.all([one]),
                    time_text=one.time_text,
                )
            )
        where = (
            "position not reported" if told is None else f"at {told.name}" if not one.is_near else f"near {told.name}"
        )
        self.add(None, LegKind.REPORTED, f"Turn-back ({words}), {where}.", same)
        self.is_lost, self.since_what = True, "the turn"
        self.since = one.when
        goes_on = any(
            later.role in (StatementRole.DESTINATION, StatementRole.HEADING)
            or (later.role is StatementRole.LOST and position_of(later) is not None)
            for later in rest
        )
        if one.is_back and not goes_on and self.start is not None and self.here is not None:
            self.line_to(self.start, [one], is_told=False, what=f"{self.start.name}, where it had come from")

    def take_lost(self, one: JourneyStatement) -> None:
        told = position_of(one)
        if told is None:
            self.lost = one
            return
        if self.here is not None:
            self.line_to(told, [one], is_told=not self.is_lost, what="the last reported position", end=one.when)
        self.mark(one, PointRole.LAST_KNOWN, told)
        self.here = told
        self.is_lost, self.since_what = True, "the loss of signal"
        self.since = one.when

    def mark_lost(self, target: Position | None) -> None:
        """Give a loss of signal without a position a schematic one on the way to `target`, or around the last place."""
        one, here = self.lost, self.here
        self.lost = None
        if one is None:
            return
        if here is None:
            note = "The signal was lost; no position was reported: listed, not drawn."
            self.points.append(
                RoutePoint(
                    PointRole.LAST_KNOWN,
                    None,
                    None,
                    7,
                    note,
                    True,
                    evidence=self.cite.all([one]),
                    time_text=one.time_text,
                )
            )
            return
        reach = self.vehicle.speed_kmh * one.after_minutes / 60.0 if one.after_minutes else self.range_km
        why = "the told time at a plausible speed" if one.after_minutes else self.vehicle.why
        if target is None:
            spot = replace(here, radius_km=round(max(reach, here.radius_km or 0.0), 1))
            chosen = f"at {here.name}, the last place told before it"
        else:
            reach = min(reach, distance_between(here, target) / 2.0)
            x, y = geo.destination(
                lat=here.lat, lon=here.lon, bearing_deg=bearing_between(here, target), range_km=reach
            )
            spot = Position(y, x, 7, "", here.name, True, round(max(reach, here.radius_km or 0.0), 1))
            chosen = f"{reach:.0f} km beyond {here.name} on the way to {target.name} ({why})"
        note = (
            f"No position of the loss of signal was reported. The one drawn is schematic: {chosen}; "
            f"it may lie anywhere within about {spot.radius_km:.0f} km, or farther."
        )
        prec = 7 if _is_airborne(self.vehicle) else 5
        self.mark(one, PointRole.LAST_KNOWN, replace(spot, note=note, is_schematic=True, where_prec=prec))

    def go_to(self, one: JourneyStatement, *, is_end: bool) -> None:
        target = position_of(one)
        if target is not None and target.where_prec >= AREA_PREC and not is_end:
            # "across the sea": a line through the middle of an area would be finer than the text.
            return
        if target is None:
            if is_end:
                note = f"“{place_name_of(one)}” is named, but no place is known for it: listed, not drawn."
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
        elif one.role is StatementRole.STOP:
            self.mark(one, PointRole.STOP, target)
        self.here = target
        self.heading = None
        self.since = one.when
        self.is_lost = self.is_lost and not one.is_reached

    def line_to(
        self,
        target: Position,
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
            note += f" The text says: heading {direction_name(self.heading.bearing_deg)}."
        kind = LegKind.REPORTED if is_told else LegKind.INFERRED
        self.add(line, kind, note, statements, end=end)

    def tell_paths(self, told: Sequence[JourneyStatement]) -> None:
        """Give the ways that are told in words to the legs that their sentences tell of: the last drawn one of each.

        Nothing is drawn finer for it. A way that no leg's sentence tells goes to the only leg there is, or to none.
        """
        for one in told:
            cited = self.cite.one(one)
            lines = [number for number, leg in enumerate(self.legs) if leg.geometry is not None]
            of_it = [n for n in lines if any(item.text == cited.text for item in self.legs[n].evidence)]
            chosen = of_it[-1:] or (lines if len(lines) == 1 else [])
            for number in chosen:
                leg = self.legs[number]
                if leg.path_text and one.quote in leg.path_text:
                    continue
                is_longer = leg.path_text is not None and leg.path_text in one.quote
                words = one.quote if is_longer else "; ".join(filter(None, (leg.path_text, one.quote)))
                note, _, _ = leg.note.partition(_WAY)
                evidence = tuple(dict.fromkeys((*leg.evidence, cited)))
                note = f"{note}{_WAY}“{words}”; it is not drawn any finer."
                self.legs[number] = replace(leg, path_text=words, note=note, evidence=evidence)

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

    def mark(self, one: JourneyStatement, role: PointRole, position: Position | None) -> None:
        if position is None:
            note = f"“{place_name_of(one)}” is named, but no place is known for it: listed, not drawn."
            self.points.append(RoutePoint(role, None, None, 7, note, evidence=self.cite.all([one])))
            return
        label = _LABELS.get(role, position.name)
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


def _landed_elsewhere(one: JourneyStatement, *, rest: Sequence[JourneyStatement]) -> bool:
    """Return whether the sentence of an aim tells a landing at another place: then the aim was given up."""
    landing = read_grammar().words["landing"]
    return any(
        later.role is StatementRole.DESTINATION
        and later.is_reached
        and later.sentence_start == one.sentence_start
        and place_id_of(later) != place_id_of(one)
        and landing.match(later.quote)
        for later in rest
    )


_WAY = " The text says of the way: "
_LABELS = {PointRole.TURN_BACK: "Turn", PointRole.LAST_KNOWN: "Signal lost"}


def _is_airborne(vehicle: Vehicle) -> bool:
    return vehicle.code in ("plane", "helicopter", "drone", "ship")
