"""Journeys become claims; those of one person lend each other their end and their day."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapapp.claims.dating import When
from mapapp.claims.lending import MOST_LENDERS
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.movement import Journey
from mapapp.claims.scoring import score_features
from mapapp.claims.speech import Attribution
from mapapp.model import Article, Claim, EventKind, Resolution


@dataclass(frozen=True, slots=True)
class Told:
    """A journey with its date and its speaker."""

    journey: Journey
    when: When
    attribution: Attribution | None


def _name_words(who: str | None) -> frozenset[str]:
    """Return the words of a name that tell people apart: with a capital, four letters or more."""
    return frozenset(
        word.strip(",.’'") for word in re.findall(r"[^\W\d_]+", who or "") if word[0].isupper() and len(word) >= 4
    )


def lend_ends(journeys: Sequence[Told]) -> list[Told]:
    """Give a flight without an end the one that the article names elsewhere for the same person, and dates alike."""
    filled: list[Told] = []
    lenders = [told for told in journeys if told.journey.is_flight][:MOST_LENDERS]
    for told in journeys:
        trip = told.journey
        names = _name_words(trip.who)
        kin = [
            other
            for other in lenders
            if other is not told
            and names & _name_words(other.journey.who)
            and trip.is_flight
            and not {"irrealis", "hypothetical", "question"} & other.journey.mood.features
        ]
        if trip.destination is None and trip.is_flight:
            trip = replace(trip, destination=_common_end([other.journey.destination for other in kin]))
        when = told.when
        if when.first is None and when.basis == "none":
            days = {(other.when.first, other.when.last): other.when for other in kin if other.when.prec == 1}
            if len(days) == 1:
                when = replace(next(iter(days.values())), basis="article")
        filled.append(Told(trip, when, told.attribution))
    return filled


def _common_end(ends: Sequence[Resolution | None]) -> Resolution | None:
    """Return the one place that is meant: the only one, or the country in which all the others lie."""
    known = {_place_key(end): end for end in ends if end is not None and end.place is not None}
    countries = {end.place.country for end in known.values() if end.place is not None}
    if len(known) <= 1:
        return next(iter(known.values()), None)
    whole = [end for end in known.values() if end.where_prec == 6]
    return whole[0] if len(countries) == 1 and len(whole) == 1 else None


def _place_key(resolution: Resolution | None) -> str:
    place = resolution.place if resolution else None
    return place.id if place else resolution.mention.surface if resolution else ""


def build_movement_claim(article: Article, told: Told, *, grade: str, lexicon: Lexicon) -> Claim | None:
    trip = told.journey
    place = trip.destination or trip.origin
    if place is None:
        return None
    features = dict.fromkeys(trip.mood.features, 1.0)
    features["strength"] = trip.strength
    features["actor_known" if trip.who else "no_actor"] = 1
    if told.when.first is not None:
        features["dated"] = 1
    if told.attribution is not None and told.attribution.verb in lexicon.speech["not_factive"]:
        features["not_factive"] = 1
    sentence = trip.sentence
    words = "|".join(
        (
            article.id,
            str(sentence.start),
            str(sentence.end),
            EventKind.MOVEMENT.value,
            _place_key(place),
            trip.who or "",
        )
    )
    return Claim(
        id=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:20],
        article_id=article.id,
        start=sentence.start,
        end=sentence.end,
        quote=article.text[sentence.start : sentence.end],
        kind=EventKind.MOVEMENT,
        place=place,
        origin=trip.origin,
        destination=trip.destination,
        who=trip.who,
        date_start=told.when.first,
        date_end=told.when.last,
        date_prec=told.when.prec,
        assertion=trip.mood.assertion,
        speaker=told.attribution.speaker if told.attribution else None,
        grade=grade,
        score=round(score_features(features, weights=lexicon.weights), 4),
    )
