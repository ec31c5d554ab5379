"""Places that a text points at without naming them: "the capital", "the city", "the governorate".

Only what can be tied to a place of the theatre is told: elsewhere on earth such words would be mentions without use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mapapp.model import Article, Candidate, Mention, MentionKind, Place, Resolution
from mapapp.places.gazetteer import Gazetteer
from mapapp.text import split_sentences

MOST_APART = 600
"""Characters between a description and the name that it takes up: about four sentences."""

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
    taken = [(item.mention.start, item.mention.end) for item in resolutions]
    sentences: tuple[tuple[int, int], ...] | None = None
    matches = [
        (match, match.start("noun") if match["the"] == "" else match.start()) for match in _ENGLISH.finditer(text)
    ]
    matches += [(match, match.start("noun")) for match in _ARABIC.finditer(text)]
    for item in resolutions:
        if item.mention.kind is MentionKind.DEMONYM:
            match = _AFTER_DEMONYM.match(text, item.mention.end)
            if match:
                matches.append((match, match.start("noun")))
    for match, start in sorted(matches, key=lambda pair: pair[1]):
        noun = " ".join(match["noun"].lower().split())
        end = match.end("noun")
        if _NAMED_AFTER.match(text, end) or any(start < right and left < end for left, right in taken):
            continue
        kind = _KINDS[noun]
        if sentences is None:
            sentences = split_sentences(text)
        before = [item for item in resolutions if item.mention.end <= start and item.place is not None]
        if kind == _CAPITAL:
            sentence = next((span for span in sentences if span[0] <= start < span[1]), (0, len(text)))
            place, reason = _capital(before, resolutions, gazetteer=gazetteer, sentence=sentence, start=start)
        else:
            place, reason = _last_named(before, kind=kind, start=start, gazetteer=gazetteer)
        if place is None:
            continue
        is_unit = place.feature_class == "A"
        found.append(
            Resolution(
                mention=Mention(article.id, start, end, text[start:end], MentionKind.DESCRIPTION),
                candidates=(Candidate(place=place, score=1.0, reasons=((reason, 1.0),)),),
                where_prec=4 if is_unit else 1,
                score=0.75,
                reason=reason,
            )
        )
        taken.append((start, end))
    return tuple(found)


def _capital(
    before: Sequence[Resolution],
    resolutions: Sequence[Resolution],
    *,
    gazetteer: Gazetteer,
    sentence: tuple[int, int],
    start: int,
) -> tuple[Place | None, str]:
    """Return the capital of the country that the sentence, else the whole text, is about."""
    theatre = gazetteer.theatre
    if before and before[-1].mention.kind is MentionKind.DEMONYM and start - before[-1].mention.end <= 2:
        country = before[-1].place.country if before[-1].place else None
        if country != theatre.country:
            return None, ""
        return _theatre_capital(gazetteer), f"The capital of {theatre.country_name}, as the word before it says."
    in_sentence = [
        item.place.country
        for item in before
        if item.place is not None
        and item.place.country
        and item.mention.start >= sentence[0]
        and item.mention.kind is not MentionKind.DEMONYM
    ]
    if in_sentence:
        if in_sentence[-1] != theatre.country:
            return None, ""
        return _theatre_capital(gazetteer), f"The capital of {theatre.country_name}, the country of this sentence."
    votes: Counter[str] = Counter()
    for item in resolutions:
        if item.place is not None and item.place.country:
            votes[item.place.country] += 1 if item.mention.kind is MentionKind.DEMONYM else 2
    if votes and votes[theatre.country] >= 0.7 * votes.most_common(1)[0][1]:
        return _theatre_capital(
            gazetteer
        ), f"The capital of {theatre.country_name}, the country that the text is about."
    return None, ""


def _theatre_capital(gazetteer: Gazetteer) -> Place:
    return gazetteer.place(gazetteer.theatre.capital_place_id)


def _last_named(
    before: Sequence[Resolution], *, kind: str, start: int, gazetteer: Gazetteer
) -> tuple[Place | None, str]:
    """Return the town, or the unit, of the theatre that was named last."""
    country = gazetteer.theatre.country
    for item in reversed(before):
        place = item.place
        if place is None or start - item.mention.end > MOST_APART:
            break
        if item.mention.kind is MentionKind.DEMONYM or place.feature_code == "PCLI":
            continue
        if kind == _TOWN and place.feature_class == "P":
            if place.country != country:
                return None, ""
            return place, f"The town named last before: {place.name}."
        if kind == _UNIT and place.feature_class in "AP":
            unit = gazetteer.unit(place.adm1_pcode) if place.adm1_pcode else None
            if place.country != country or unit is None:
                return None, ""
            return unit, f"The unit of the place named last before: {unit.name}."
    return None, ""
