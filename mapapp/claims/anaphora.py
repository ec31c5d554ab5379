"""Places that a text does not name again: "the city", "the town", "the province" after one that was named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mapapp.model import Mention, MentionKind, Resolution

_DESCRIPTION = re.compile(
    r"\b(?:[Tt]he|[Tt]his|[Tt]hat)\s{1,3}(?:[a-z]{3,12}\s{1,3}){0,2}?(city|town|village|province|governorate|airport|base|airbase|district|camp|enclave)\b(?!\s{1,3}(?:of|’s|'s|[A-Z]))(?![’'-])"
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
    for match in _DESCRIPTION.finditer(text, start, end):
        fits = _FEATURES[match.group(1)]
        earlier = [one for one in own if one.mention.end <= match.start() and _fits(one, fits)]
        if earlier:
            antecedent = earlier[-1]
        else:
            options = {one.place.id: one for one in before if one.place is not None and _fits(one, fits)}
            if len(options) != 1:
                continue
            antecedent = next(iter(options.values()))
        mention = Mention(article_id, match.start(), match.end(), match.group(), MentionKind.DESCRIPTION)
        found.append(
            replace(
                antecedent,
                mention=mention,
                score=antecedent.score * LESS_SURE,
                reason=f"“{match.group()}” stands for {antecedent.mention.surface}, named before.",
            )
        )
    return tuple(found)


def _fits(resolution: Resolution, classes: Sequence[str]) -> bool:
    place = resolution.place
    return place is not None and place.feature_class in classes and not place.feature_code.startswith("PCL")
