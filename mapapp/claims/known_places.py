"""Names of the theatre's own places that the geoparser was too careful to take for places.

A short text gives little ground to believe that "Nawa" is a town. "The army captured Nawa" does, where the theatre has
a town of that name: such names are looked at only in sentences that tell of control or of a journey, and only what
hangs on a telling word becomes a claim.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from mapapp.model import Article, Candidate, Mention, MentionKind, Place, Resolution
from mapapp.text import fold, fold_with_offsets
from mapapp.theatres.theatre import Theatre

SCORE = 0.75
"""How sure such a name is taken for a place, before the sentence has been read."""

SHORTEST_NAME = 4

_SITES_BEHIND = re.compile(
    r"\s(?:City|Town|Airport|Base|Dam|Bridge|Province|Governorate|District|Road|Street|University|FC|SC|Club|Hospital)\b"
)
_NAME_BEFORE = re.compile(r"(?:\b[A-Z][\w’'-]+|\b(?:Mr|Mrs|Dr|Gen|Col|Abu|Umm|Ibn|Sheikh|President|General))\.?\s$")
_NAME_BEHIND = re.compile(r"\s(?!City\b|Province\b|Governorate\b)(?:[A-Z][a-z]+|al-[A-Z])")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;“”\"\n–—]\s*)[A-Z][\w’'-]+\s$")


@dataclass(frozen=True, slots=True)
class _Names:
    automaton: ahocorasick_rs.AhoCorasick
    owners: tuple[int, ...]
    """By number of the pattern: which of the names it was made from."""


@lru_cache(maxsize=4)
def _names(spellings: tuple[str, ...]) -> _Names:
    owners: dict[str, int] = {}
    for number, spelling in enumerate(spellings):
        folded = fold(spelling)
        if len(folded) >= SHORTEST_NAME:
            owners.setdefault(folded, number)
            if folded.startswith(("al-", "al ")) and len(folded) > SHORTEST_NAME + 3:
                owners.setdefault("al-" + folded[3:], number)
    automaton = ahocorasick_rs.AhoCorasick(list(owners) or ["\0"], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return _Names(automaton, tuple(owners.values()) or (0,))


_READY: dict[int, tuple[Theatre, list[tuple[str, Place]], _Names]] = {}
"""By identity of the theatre, which is kept so that nothing else can take its number; theatres cannot be hashed."""

_MOST_READY = 4


def _names_of(theatre: Theatre) -> tuple[list[tuple[str, Place]], _Names]:
    """Return the theatre's names with their places, and the automaton that finds them; made once."""
    known = _READY.get(id(theatre))
    if known is None:
        named = [
            (name, place)
            for place in (*theatre.cell_places, *theatre.places)
            for name in (place.name, *theatre.aliases.get(place.id, ()))
        ]
        known = (theatre, named, _names(tuple(name for name, _ in named)))
        if len(_READY) >= _MOST_READY:
            _READY.pop(next(iter(_READY)))
        _READY[id(theatre)] = known
    return known[1], known[2]


def find_known_places(article: Article, *, taken: Sequence[Resolution], theatre: Theatre) -> tuple[Resolution, ...]:
    """Return the theatre's places that a text names and nobody has resolved, by start offset.

    Names must stand with a capital, as whole words, beside no other name.
    """
    named, names = _names_of(theatre)
    folded_text = fold(article.text)
    offsets: Sequence[int] = range(len(article.text) + 1)
    if len(folded_text) != len(article.text):
        folded_text, offsets = fold_with_offsets(article.text)
    spans = sorted((one.mention.start, one.mention.end) for one in taken)
    starts = [start for start, _ in spans]
    found: list[Resolution] = []
    for number, low, high in names.automaton.find_matches_as_indexes(folded_text):
        start, end = offsets[low], offsets[high - 1] + 1
        before = bisect.bisect_left(starts, end) - 1
        if before >= 0 and spans[before][1] > start:
            continue
        if _is_name(article.text, start, end):
            mention = Mention(article.id, start, end, article.text[start:end], MentionKind.TOPONYM)
            place = named[names.owners[number]][1]
            found.append(
                Resolution(
                    mention,
                    (Candidate(place, SCORE),),
                    1,
                    SCORE,
                    "A place of this theatre, named where the text tells of control.",
                )
            )
    return tuple(found)


def _is_name(text: str, start: int, end: int) -> bool:
    """Return whether a stretch is a whole name that no other name touches."""
    surface = text[start:end]
    head = surface.split("-")[-1] if surface.lower().startswith(("al-", "as-", "ar-", "at-", "ad-")) else surface
    if not (surface[:1].isupper() or head[:1].isupper()):
        return False
    before, behind = text[max(0, start - 40) : start], text[end : end + 24]
    if before[-1:].isalnum() or before[-1:] in ("-", "’", "'", "@", "#", "_") or behind[:1].isalnum():
        return False
    if behind[:1] == "-" and behind[1:2].isalpha():
        return False
    if _NAME_BEHIND.match(behind) and not _SITES_BEHIND.match(behind):
        return False
    return not _NAME_BEFORE.search(before) or bool(_SENTENCE_START.search(before))
