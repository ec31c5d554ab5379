"""Who is named: the parties of the theatre by their aliases, the longest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import ahocorasick_rs

from mapapp.claims.lexicon import read_lexicon
from mapapp.claims.words import PartyMention
from mapapp.model import Actor
from mapapp.text import fold, fold_with_offsets


@dataclass(frozen=True, slots=True)
class _Names:
    automaton: ahocorasick_rs.AhoCorasick
    codes: tuple[tuple[str, ...], ...]
    is_acronym: tuple[bool, ...]


_AGAINST = re.compile(r"\banti[-‑–]$", re.IGNORECASE)
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
        if _AGAINST.search(text, max(0, start - 5), start):
            continue  # "anti-Assad fighters" are not Assad's
        found.append(PartyMention(start, end, names.codes[number], surface))
    settled = list(_settled(found, actors=actors_by_code(actors)))
    return tuple(sorted((*settled, *_unions(text, settled)), key=lambda party: party.start))


LEADER_REACH = 40
"""Characters behind "a coalition led by" within which the leader's name ends."""


def _unions(text: str, found: Sequence[PartyMention]) -> Iterator[PartyMention]:
    """Yield "the coalition" as the party of whose coalition the text told before: "a coalition led by X"."""
    leaders: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for match in _introduced().finditer(text):
        behind = (one for one in found if match.end() <= one.start < match.end() + LEADER_REACH and one.codes)
        leader = next(behind, None)
        noun = match.group(1).lower()
        leaders.setdefault(noun, set()).add(leader.codes[0] if leader is not None else "")
        first.setdefault(noun, match.end())
    for noun, codes in leaders.items():
        if len(codes) != 1 or "" in codes:
            continue  # two coalitions, or one of somebody unknown: which one is meant is not safe
        meant = re.compile(rf"\b[Tt]he {noun}\b(?!\s+(?:of|led|headed|between|against)\b)")
        for match in meant.finditer(text, first[noun]):
            start, end = match.span()
            if all(end <= one.start or one.end <= start for one in found):
                yield PartyMention(start, end, tuple(codes), match.group())


@cache
def _introduced() -> re.Pattern[str]:
    nouns = "|".join(read_lexicon().words["unions"])
    return re.compile(rf"\b({nouns})\b[^.;:\n]{{0,60}}?\b(?:led|headed|dominated|spearheaded) by\b", re.IGNORECASE)


REACH = 900
"""Characters before "the jihadists" within which whom they are may be named."""


def _settled(found: Sequence[PartyMention], *, actors: Mapping[str, Actor]) -> Iterator[PartyMention]:
    """Let "the militants" be the group named before that the table also calls so ("IS militants").

    A common noun that no named group bears stays the generic party.
    """
    bearers = _bearers(tuple(actors.values()))
    named: list[PartyMention] = []
    for party in found:
        actor = actors.get(party.codes[0]) if party.codes else None
        head = fold(party.surface).split()[-1:]
        if actor is not None and not actor.is_generic:
            named.append(party)
        elif actor is not None and len(party.surface.split()) == 1 and head and head[0] in bearers:
            before = (one for one in reversed(named) if one.codes[0] in bearers[head[0]])
            last = next(before, None)
            if last is not None and party.start - last.end <= REACH:
                yield PartyMention(party.start, party.end, last.codes, party.surface)
                continue
        yield party


@lru_cache(maxsize=8)
def _bearers(actors: tuple[Actor, ...]) -> Mapping[str, frozenset[str]]:
    """Return by common noun ("militants") the named groups that have an alias made with it ("IS militants")."""
    nouns = read_lexicon().words["named_before"]
    table: dict[str, set[str]] = {}
    for actor in actors:
        if actor.is_generic or actor.is_state:
            continue
        for alias in actor.aliases:
            words = fold(alias).split()
            if len(words) > 1 and alias[:1].isupper() and words[-1] in nouns:
                table.setdefault(words[-1], set()).add(actor.code)
    return {noun: frozenset(codes) for noun, codes in table.items()}


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


@lru_cache(maxsize=8)
def alias_table(actors: tuple[Actor, ...]) -> Mapping[str, str]:
    """Return actor codes by lower-case alias; the first actor of the table wins."""
    table: dict[str, str] = {}
    for actor in actors:
        for alias in (actor.name, *actor.aliases):
            table.setdefault(alias.lower(), actor.code)
    return table
