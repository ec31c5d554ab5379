"""Places that a text points at without naming them: "the capital", "the city", "the governorate".

Only what can be tied to a place of the theatre is told: elsewhere on earth such words would be mentions without use.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from mapapp.model import Article, Candidate, Mention, MentionKind, Place, Resolution
from mapapp.places.gazetteer import Gazetteer
from mapapp.text import split_sentences

MOST_APART = 600
"""Characters between a description and the name that it takes up: about four sentences."""

MOST_LOOKED_AT = 100
"""Names before a description that are looked at."""

_CAPITAL, _TOWN, _UNIT = "capital", "town", "unit"
_ENGLISH = re.compile(
    r"\b(?P<the>[Tt]he|[Tt]heir|[Ii]ts)\s+(?P<noun>capital(?:\s+city)?|city|town|village|governorate|province)\b"
)
_AFTER_DEMONYM = re.compile(r"\s+(?P<noun>capital)\b")
_ARABIC = re.compile(
    r"(?<![\u0621-\u064a])(?P<the>)(?:[وفبلك]|)(?P<noun>العاصمة|المدينة|البلدة|القرية|المحافظة)(?![\u0621-\u064a])"
)
_KINDS = {
    "capital": _CAPITAL, "capital city": _CAPITAL, "city": _TOWN, "town": _TOWN, "village": _TOWN,
    "governorate": _UNIT, "province": _UNIT,
    "العاصمة": _CAPITAL, "المدينة": _TOWN, "البلدة": _TOWN, "القرية": _TOWN, "المحافظة": _UNIT,
}  # fmt: skip
# Followed by one of these the place is named, or something else is meant ("the capital gains tax").
_NAMED_AFTER = re.compile(
    r"\s+of\s+[^\W\d_a-z]|\s+(?:of|gains?|punishment|letters?|council|hall)\b|,?\s+[^\W\d_a-z]|\s*[-‐‑]\s*\w"
)


def find_descriptions(
    article: Article, *, resolutions: Sequence[Resolution], gazetteer: Gazetteer
) -> tuple[Resolution, ...]:
    """Return the descriptions of an article that one of its named places explains, by start offset."""
    text = article.text
    country = gazetteer.theatre.country
    if not any(item.place is not None and item.place.country == country for item in resolutions):
        return ()
    found: list[Resolution] = []
    story = _Story(article, resolutions, gazetteer)
    matches = [(match, match.start()) for match in _ENGLISH.finditer(text)]
    matches += [(match, match.start("noun")) for match in _ARABIC.finditer(text)]
    for item in resolutions:
        match = _AFTER_DEMONYM.match(text, item.mention.end) if item.mention.kind is MentionKind.DEMONYM else None
        if match:
            matches.append((match, match.start("noun")))
    free_from = 0
    for match, start in sorted(matches, key=lambda pair: pair[1]):
        end = match.end("noun")
        if start < free_from or _NAMED_AFTER.match(text, end) or story.is_taken(start, end):
            continue
        kind = _KINDS[" ".join(match["noun"].lower().split())]
        place, reason = story.capital(start) if kind == _CAPITAL else story.last_named(kind, start)
        if place is None:
            continue
        found.append(
            Resolution(
                mention=Mention(article.id, start, end, text[start:end], MentionKind.DESCRIPTION),
                candidates=(Candidate(place=place, score=1.0, reasons=((reason, 1.0),)),),
                where_prec=4 if place.feature_class == "A" else 1,
                score=0.75,
                reason=reason,
            )
        )
        free_from = end
    return tuple(found)


class _Story:
    """What the named places of an article tell about the ones that it only describes."""

    def __init__(self, article: Article, resolutions: Sequence[Resolution], gazetteer: Gazetteer) -> None:
        self._text = article.text
        self._named = sorted(resolutions, key=lambda item: item.mention.start)
        self._starts = [item.mention.start for item in self._named]
        self._gazetteer = gazetteer

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in split_sentences(self._text)]

    @cached_property
    def _is_about_theatre(self) -> bool:
        """Whether no other country is clearly ahead; names count twice as much as demonyms."""
        votes: Counter[str] = Counter()
        for item in self._named:
            if item.place is not None and item.place.country:
                votes[item.place.country] += 1 if item.mention.kind is MentionKind.DEMONYM else 2
        most = max(votes.values(), default=0)
        return most > 0 and votes[self._gazetteer.theatre.country] >= 0.7 * most

    def is_taken(self, start: int, end: int) -> bool:
        """Tell whether a stretch overlaps a named place."""
        number = bisect_left(self._starts, end)
        return number > 0 and self._named[number - 1].mention.end > start

    def capital(self, start: int) -> tuple[Place | None, str]:
        """Return the capital of the country that the sentence, else the whole text, is about."""
        theatre = self._gazetteer.theatre
        capital = self._gazetteer.place(theatre.capital_place_id) if theatre.capital_place_id else None
        number = bisect_left(self._starts, start)
        sentence = self._sentence_starts[max(0, bisect_right(self._sentence_starts, start) - 1)]
        for item in reversed(self._named[max(0, number - MOST_LOOKED_AT) : number]):
            mention, country = item.mention, item.place.country if item.place else None
            if mention.start < sentence or country is None:
                continue
            if mention.kind is MentionKind.DEMONYM:
                if start - mention.end > 2:
                    continue
                reason = f"The capital of {theatre.country_name}, as the word before it says."
            else:
                reason = f"The capital of {theatre.country_name}, the country of this sentence."
            return (capital, reason) if country == theatre.country else (None, "")
        if self._is_about_theatre:
            return capital, f"The capital of {theatre.country_name}, the country that the text is about."
        return None, ""

    def last_named(self, kind: str, start: int) -> tuple[Place | None, str]:
        """Return the town, or the unit, of the theatre that was named last."""
        country = self._gazetteer.theatre.country
        number = bisect_left(self._starts, start)
        for item in reversed(self._named[max(0, number - MOST_LOOKED_AT) : number]):
            place = item.place
            if start - item.mention.end > MOST_APART:
                break
            if place is None or item.mention.kind is MentionKind.DEMONYM or place.feature_code == "PCLI":
                continue
            if kind == _TOWN and place.feature_class == "P":
                return (
                    (place, f"The town named last before: {item.mention.surface}.")
                    if place.country == country
                    else (None, "")
                )
            if kind == _UNIT and place.feature_class in "AP":
                unit = self._gazetteer.unit(place.adm1_pcode) if place.adm1_pcode else None
                if place.country != country or unit is None:
                    return None, ""
                return unit, f"The unit of the place named last before: {unit.name}."
        return None, ""
