"""Places that a text does not name again: "the city", "the town", "the province" after one that was named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from mapapp.claims.lexicon import read_lexicon
from mapapp.model import Mention, MentionKind, Resolution

_NOUNS = "city|town|village|province|governorate|airport|base|airbase|district|camp|enclave"
_DESCRIPTION = re.compile(
    rf"\b(?:[Tt]he|[Tt]his|[Tt]hat)\s{{1,3}}(?:[a-z]{{3,12}}\s{{1,3}}){{0,2}}?({_NOUNS})\b(?!\s{{1,3}}(?:of|’s|'s|[A-Z]))(?![’'-])"
)
_LEFT = re.compile(
    r"\b(?:withdr|retreat|pull|driv|drove|expel|push|oust)\w*(?:\s{1,3}[\w’']{1,15}){0,4}?"
    r"\s{1,3}(?:from|of)\s{1,3}(it)\b"
)
_SUBJECT = re.compile(
    r"\b(?:after|since|before|when|until|and)\s{1,3}(it)\s{1,3}(?:(?:had|has|was|is)\s{1,3}(?:\w{1,12}\s{1,3}){0,2}?)?"
    r"(?:fallen|captured|seized|taken|retaken|recaptured|overrun|liberated|conquered|lost|stormed|abandoned|fell)\b"
)
_FEATURES = {
    "city": ("P",),
    "town": ("P",),
    "village": ("P",),
    "province": ("A",),
    "governorate": ("A",),
    "airport": ("S",),
    "base": ("S",),
    "airbase": ("S",),
    "district": ("A", "P"),
    "camp": ("S", "P"),
    "enclave": ("P", "A", "L"),
}
"""GeoNames feature classes that a word can stand for."""

LESS_SURE = 0.8
"""What is left of a place's score when it is only described."""


def find_described_places(
    text: str,
    *,
    start: int,
    end: int,
    article_id: str,
    own: Sequence[Resolution],
    before: Sequence[Resolution],
) -> tuple[Resolution, ...]:
    """Return resolutions for "the city" and the like between two offsets, where it is safe which one is meant.

    It is the last place of the right kind named in the sentence so far, else the only one in the sentences before.
    """
    found: list[Resolution] = []
    has_it = text.find(" it", start, end) >= 0  # most sentences say it with other words
    for pattern in (_LEFT, _SUBJECT, _object_pattern()) if has_it else ():
        for match in pattern.finditer(text, start, end):
            antecedent = _antecedent(match.start(1), ("P",), own=own, before=before)
            if antecedent is not None:
                mention = Mention(article_id, match.start(1), match.end(1), match.group(1), MentionKind.DESCRIPTION)
                found.append(_stand_in(antecedent, mention))
    for match in _DESCRIPTION.finditer(text, start, end):
        fits = _FEATURES[match.group(1)]
        antecedent = _antecedent(match.start(), fits, own=own, before=before)
        if antecedent is not None:
            mention = Mention(article_id, match.start(), match.end(), match.group(), MentionKind.DESCRIPTION)
            found.append(_stand_in(antecedent, mention))
    return tuple(found)


@cache
def _object_pattern() -> re.Pattern[str]:
    """Return the pattern of "captured it", for every verb that takes a place as its object."""
    wanted = ("take", "retake", "lose", "desert", "hold", "attack")
    forms = {
        form
        for form, senses in read_lexicon().verbs.items()
        for sense, _ in senses
        if sense.verb_class in wanted and not sense.particles and sense.strength >= 0.7
    }
    return re.compile(
        rf"\b(?:{'|'.join(sorted(forms))}|control (?:of|over))\s{{1,3}}(it)\b(?!\s{{1,3}}(?:upon|is|was|that))"
    )


def _antecedent(
    at: int, fits: Sequence[str], *, own: Sequence[Resolution], before: Sequence[Resolution]
) -> Resolution | None:
    """Return the place that is meant at an offset: the last one of the sentence so far, else the only one before."""
    earlier = [one for one in own if one.mention.end <= at and _fits(one, fits)]
    if earlier:
        return earlier[-1]
    options = {one.place.id: one for one in before if one.place is not None and _fits(one, fits)}
    return next(iter(options.values())) if len(options) == 1 else None


def _stand_in(antecedent: Resolution, mention: Mention) -> Resolution:
    return replace(
        antecedent,
        mention=mention,
        score=antecedent.score * LESS_SURE,
        reason=f"“{mention.surface}” stands for {antecedent.mention.surface}, named before.",
    )


def _fits(resolution: Resolution, classes: Sequence[str]) -> bool:
    place = resolution.place
    return place is not None and place.feature_class in classes and not place.feature_code.startswith("PCL")
