"""Who is named: the parties of the theatre by their aliases, the longest first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from mapapp.claims.words import PartyMention
from mapapp.model import Actor
from mapapp.text import fold, fold_with_offsets


@dataclass(frozen=True, slots=True)
class _Names:
    automaton: ahocorasick_rs.AhoCorasick
    codes: tuple[tuple[str, ...], ...]
    is_acronym: tuple[bool, ...]


_EDGE = re.compile(r"\w")


@lru_cache(maxsize=8)
def _names(actors: tuple[Actor, ...]) -> _Names:

    by_name: dict[str, list[tuple[str, bool]]] = {}
    for actor in actors:
        for alias in (actor.name, *actor.aliases, actor.code):
            folded = fold(alias).strip()
            if len(folded) > 1:
                by_name.setdefault(folded, []).append((actor.code, alias.isupper() and alias.isalpha()))
    names = list(by_name)
    return _Names(
        ahocorasick_rs.AhoCorasick(names or ["\0"], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest),
        tuple(tuple(dict.fromkeys(code for code, _ in by_name[name])) for name in names) or ((),),
        tuple(any(acronym for _, acronym in by_name[name]) for name in names) or (False,),
    )


def find_parties(text: str, *, actors: tuple[Actor, ...]) -> tuple[PartyMention, ...]:
    """Return every mention of a party by name or alias, in order; acronyms only in capitals.

    >>> find_parties("SDF fighters", actors=(Actor("S", "Somebody", aliases=("SDF",)),))[0].codes
    ('S',)
    >>> find_parties("", actors=())
    ()
    """
    folded = fold(text)
    offsets: Sequence[int] = range(len(text) + 1)
    if len(folded) != len(text):
        folded, offsets = fold_with_offsets(text)
    names = _names(actors)
    found: list[PartyMention] = []
    for number, low, high in names.automaton.find_matches_as_indexes(folded):
        if low > 0 and _EDGE.match(folded[low - 1]) and _EDGE.match(folded[low]):
            continue
        if high < len(folded) and _EDGE.match(folded[high]) and _EDGE.match(folded[high - 1]):
            continue
        start, end = offsets[low], offsets[high - 1] + 1
        surface = text[start:end]
        if fold(surface) != folded[low:high]:  # as long as the original, yet shifted within
            folded, offsets = fold_with_offsets(text)
            start, end = offsets[low], offsets[high - 1] + 1
            surface = text[start:end]
        if names.is_acronym[number] and not _is_written_as_acronym(text, start, end):
            continue
        found.append(PartyMention(start, end, names.codes[number], surface))
    return tuple(found)


def _is_written_as_acronym(text: str, start: int, end: int) -> bool:
    """Return whether a short name stands in capitals, and not only because the whole line does; "Isis" passes."""
    surface = text[start:end]
    if not surface.isupper():
        return len(surface) >= 4 and surface.istitle()
    line = text[max(0, start - 30) : start] + text[end : end + 30]
    return len(surface) > 2 or not line.isupper()


def actors_by_code(actors: tuple[Actor, ...]) -> Mapping[str, Actor]:
    """Return the actors by their codes."""
    return {actor.code: actor for actor in actors}


def alias_table(actors: Sequence[Actor]) -> Mapping[str, str]:
    """Return actor codes by lower-case alias; the first actor of the table wins."""
    table: dict[str, str] = {}
    for actor in actors:
        for alias in (actor.name, *actor.aliases):
            table.setdefault(alias.lower(), actor.code)
    return table
