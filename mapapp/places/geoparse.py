"""From an article to the places that it speaks of."""

from __future__ import annotations

import math

from mapapp.model import Article, Candidate, Mention, MentionKind, Resolution
from mapapp.places.descriptions import find_descriptions
from mapapp.places.drafts import Draft
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.recognise import recognise
from mapapp.places.recognisers import Recogniser
from mapapp.places.resolve import Decision, resolve
from mapapp.places.senses import Option, Sense
from mapapp.places.spots import Spot
from mapapp.places.tables import read_weights
from mapapp.theatres.theatre import Theatre

MOST_SHOWN = 5
"""Candidates kept per mention."""

_WATER = frozenset(["OCN", "SEA", "GULF", "STRT", "BAY", "CHN", "SD", "LK", "LKS", "RSV"])


def geoparse(
    article: Article,
    *,
    theatre: Theatre,
    gazetteer: Gazetteer,
    with_demonyms: bool = True,
    home: tuple[float, float] | None = None,
    recogniser: Recogniser | None = None,
) -> tuple[Resolution, ...]:
    """Return the places of an article, by start offset, without overlaps.

    `home` is (lat, lon) of a local publisher's town; by default it is looked up among the theatre's publishers.
    `recogniser` tells in the stead of our rules which stretches are places.

    >>> from mapapp.places.gazetteer import open_gazetteer
    >>> from mapapp.theatres.theatre import default_theatre, load_theatre
    >>> theatre = load_theatre(default_theatre())
    >>> article = Article(id="x", text="The plane flew from Moscow to Paris, France.")
    >>> [found.place.name for found in geoparse(article, theatre=theatre, gazetteer=open_gazetteer(theatre))]
    ['Moscow', 'Paris', 'France']
    """
    if home is None:
        home = _home_of(article, theatre)
    recognition = recognise(article.text, gazetteer=gazetteer, recogniser=recogniser)
    decisions = resolve(recognition, home=home)
    shared = _Shared(gazetteer)
    found = []
    for decision in decisions:
        found.append(_to_resolution(decision, article, shared))
    named = [item for item in found if item.mention.kind is not MentionKind.DEMONYM or with_demonyms]
    return tuple(
        sorted(
            (*named, *find_descriptions(article, resolutions=found, gazetteer=gazetteer)),
            key=lambda item: item.mention.start,
        )
    )


def _home_of(article: Article, theatre: Theatre) -> tuple[float, float] | None:
    for publisher in theatre.publishers:
        names = (publisher.name, *publisher.aliases)
        if publisher.lat is not None and publisher.lon is not None and article.publisher in names:
            return publisher.lat, publisher.lon
    return None


def _to_resolution(decision: Decision, article: Article, shared: _Shared) -> Resolution:
    draft, sense = decision.draft, decision.sense
    surface = article.text[draft.start : draft.end]
    spot = sense.options[0].spot
    candidates, reason = shared.of(sense)
    return Resolution(
        mention=Mention(article.id, draft.start, draft.end, surface, _kind(draft, spot)),
        candidates=candidates,
        where_prec=_where_prec(spot, draft),
        score=round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, decision.score)))), 3),
        reason=reason,
    )


class _Shared:
    """Candidates and reason of a name, built once for all its mentions."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._built: dict[int, tuple[tuple[Candidate, ...], str]] = {}

    def of(self, sense: Sense) -> tuple[tuple[Candidate, ...], str]:
        built = self._built.get(id(sense))
        if built is None:
            shown = [option for option in sense.options[:MOST_SHOWN] if option.spot.has_point]
            candidates = tuple(
                Candidate(
                    place=self._gazetteer.to_place(option.spot),
                    score=round(chance, 3),
                    reasons=tuple([(name, round(value, 2)) for name, value in option.parts if abs(value) >= 0.01]),
                )
                for option, chance in zip(shown, _chances(shown), strict=True)
            )
            built = self._built[id(sense)] = (candidates, _reason(sense.options))
        return built


def _chances(options: list[Option]) -> list[float]:
    if not options:
        return []
    top = options[0].score
    powers = [math.exp(option.score - top) for option in options]
    return [power / sum(powers) for power in powers]


def _kind(draft: Draft, spot: Spot) -> MentionKind:
    if draft.is_demonym:
        return MentionKind.DEMONYM
    if "government_verb" in draft.features and spot.feature_code == "PPLC":
        return MentionKind.METONYM
    return MentionKind.TOPONYM


def _where_prec(spot: Spot, draft: Draft) -> int:
    """UCDP's precision of the place."""
    if spot.feature_code == "PCLI":
        return 6
    if spot.feature_class == "A":
        return 4 if spot.feature_code == "ADM1" else 3
    if spot.feature_class == "H" and spot.feature_code in _WATER:
        return 7
    if spot.feature_class in "HLTR":
        return 5
    return 2 if "near" in draft.features else 1


def _reason(options: list[Option]) -> str:
    if len(options) == 1:
        return "The gazetteer has one place of this name."
    reasons = read_weights().reasons
    rival = dict(options[1].parts)
    gains = sorted(((value - rival.get(name, 0.0), name) for name, value in options[0].parts), reverse=True)
    told = [reasons[name] for gain, name in gains[:2] if gain > 0.2 and name in reasons]
    if not told:
        return f"One of {len(options)} places of this name; nothing in the text decides between the first two."
    return f"Ahead of {len(options) - 1} other places of this name: {'; '.join(told)}."
