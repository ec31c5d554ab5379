"""Which statements of a text belong to the same journey.

A journey runs on from sentence to sentence while the same vehicle or a pronoun goes on; "another plane", or a departure
from somewhere else, begins a new one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from mapapp.model import Assertion, Resolution

MAX_SENTENCES_APART = 3
"""How far "the plane" may stand from the sentence that introduced it."""


class StatementRole(StrEnum):
    """What a statement says about a journey."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    STOP = "stop"
    HEADING = "heading"
    TURN = "turn"
    LOST = "lost"
    PATH = "path"
    ABOARD = "aboard"
    SAID = "also-said"


@dataclass(frozen=True, slots=True)
class JourneyStatement:
    """One thing that a sentence says about one journey: `article.text[start:end] == quote`."""

    journey: int
    """Statements with the same number belong to the same journey of the article."""
    role: StatementRole
    article_id: str
    start: int
    end: int
    quote: str
    sentence_start: int
    sentence_end: int
    """Exclusive."""
    resolution: Resolution | None = None
    """The place it speaks of; for a turn or a loss of signal where it happened."""
    is_near: bool = False
    """True: near the place, not at it."""
    offset_km: float | None = None
    """Distance from the place, where one is told."""
    bearing_deg: float | None = None
    """Of a heading, or from the place to the position."""
    distance_km: float | None = None
    """Told length of a heading."""
    after_minutes: float | None = None
    """Told time since departure, or told duration of a heading."""
    is_reached: bool = False
    """Destinations: True = it got there; False = it went towards it."""
    is_back: bool = False
    """Turns: True = back where it came from."""
    vehicle: str | None = None
    """In the text's own words."""
    vehicle_class: str = "unknown"
    """A class of the lexicon."""
    who: str | None = None
    """Who travels, in the text's own words."""
    time_text: str | None = None
    when: datetime | None = None
    """Aware, UTC; None = unknown."""
    date_start: date | None = None
    date_end: date | None = None
    """Last day, inclusive."""
    assertion: Assertion = Assertion.ASSERTED
    speaker: str | None = None
    """In the text's own words; None = the publisher."""
    claim_id: str | None = None
    """The movement claim of the same sentence."""


@dataclass(slots=True)
class Hit:
    """A statement in the making; offsets are those of the article."""

    role: StatementRole
    start: int
    end: int
    anchor_start: int
    is_new: bool = False
    """True: its vehicle is introduced here."""
    who: tuple[int, int] | None = None
    values: dict[str, object] = field(default_factory=dict)
    """What else the statement says, by field name."""


@dataclass(slots=True)
class RunningJourney:
    number: int
    vehicle_class: str
    last_sentence: int
    day: date | None = None
    places: dict[StatementRole, list[str]] = field(default_factory=dict)
    who_words: set[str] = field(default_factory=set)
    """Words of those who travel, to know them again."""


_FOLLOWERS = (StatementRole.SAID, StatementRole.LOST, StatementRole.ABOARD, StatementRole.PATH)
"""What is said of a journey that runs already, and begins none."""


def group_hits(
    hits: Sequence[Hit], *, index: int, journeys: list[RunningJourney], text: str
) -> list[tuple[RunningJourney, Hit]]:
    """Give each hit of a sentence its journey: the running one, or a new one where another traveller sets out."""
    placed: list[tuple[RunningJourney, Hit]] = []
    here: RunningJourney | None = None
    anchor_start = -1
    for hit in hits:
        kind = str(hit.values.get("vehicle_class", "unknown"))
        who = _words_of(text[hit.who[0] : hit.who[1]]) if hit.who else set()
        place_id = _place_id(hit)
        running = here
        if running is None and journeys and index - journeys[-1].last_sentence <= MAX_SENTENCES_APART:
            running = journeys[-1]
        is_same_anchor = here is not None and hit.anchor_start == anchor_start
        if running is not None and not is_same_anchor and hit.role is not StatementRole.ABOARD:
            is_chain = here is not None and not hit.is_new
            if not _belongs(running, hit=hit, kind=kind, place_id=place_id, who=who, is_chain=is_chain):
                running = None
        if running is None:
            # "A plane went off radar. It had left …": a loss of signal may come first, where its vehicle is named.
            is_begun = any(other.role is StatementRole.LOST and other.values.get("vehicle") for other in hits)
            if here is None and all(other.role in _FOLLOWERS for other in hits) and not is_begun:
                continue
            running = RunningJourney(len(journeys), kind, index)
            journeys.append(running)
        if running.vehicle_class == "unknown":
            running.vehicle_class = kind
        running.last_sentence = index
        running.who_words |= who
        if place_id:
            running.places.setdefault(hit.role, []).append(place_id)
        here, anchor_start = running, hit.anchor_start
        placed.append((running, hit))
    return placed


def _belongs(
    journey: RunningJourney, *, hit: Hit, kind: str, place_id: str | None, who: set[str], is_chain: bool
) -> bool:
    """Return whether a hit goes on with a journey; `is_chain`: the same sentence told of it just before."""
    if hit.is_new:
        return False
    if "unknown" not in (kind, journey.vehicle_class) and kind != journey.vehicle_class:
        return False
    is_travel = hit.role not in (*_FOLLOWERS, StatementRole.TURN)
    if is_travel and who and kind == "unknown" and not who & journey.who_words:
        return False
    origins = journey.places.get(StatementRole.ORIGIN, [])
    if hit.role is StatementRole.ORIGIN and origins and place_id not in origins and not is_chain:
        return place_id in [one for places in journey.places.values() for one in places]
    return True


def _place_id(hit: Hit) -> str | None:
    resolution = hit.values.get("resolution")
    return resolution.place.id if isinstance(resolution, Resolution) and resolution.place else None


def _words_of(name: str) -> set[str]:
    """Return the words of a name that are long enough to know it again."""
    return {word.lower() for word in re.findall(r"\w{4,}", name)}


def fill_journeys(statements: Sequence[JourneyStatement]) -> list[JourneyStatement]:
    """Give each statement of a journey its vehicle, its travellers and its day, as far as another one tells them."""
    filled = []
    by_journey: dict[int, list[JourneyStatement]] = {}
    for statement in statements:
        by_journey.setdefault(statement.journey, []).append(statement)
    for group in by_journey.values():
        vehicle = next((one for one in group if one.vehicle), None)
        dated = next((one for one in group if one.date_start), None)
        who = next((one.who for one in group if one.role is StatementRole.ABOARD and one.who), None)
        who = who or next((one.who for one in group if one.who), None)
        for one in group:
            filled.append(
                replace(
                    one,
                    vehicle=one.vehicle or (vehicle.vehicle if vehicle else None),
                    vehicle_class=one.vehicle_class if one.vehicle else vehicle.vehicle_class if vehicle else "unknown",
                    who=one.who or who,
                    date_start=one.date_start or (dated.date_start if dated else None),
                    date_end=one.date_end or (dated.date_end if dated else None),
                )
            )
    return filled
