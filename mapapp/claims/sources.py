"""Who stands behind a statement: one voice or two, and on whose side it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from mapapp.articles.copies import are_copies
from mapapp.claims.grading import find_named_publisher, find_publisher, read_rules
from mapapp.model import Article, Evidence
from mapapp.text import fold
from mapapp.theatres.theatre import Publisher, Theatre

MOST_COMPARED = 60
"""Statements behind one event that are compared with each other; so many are never all of one voice."""


@dataclass(frozen=True)
class Sources:
    """What a theatre's tables say of sources, looked up once for each name."""

    theatre: Theatre
    articles: Mapping[str, Article] = field(default_factory=dict)
    """By id; those in which the statements stand."""
    _publishers: dict[tuple[str | None, str | None], Publisher | None] = field(default_factory=dict)
    _speakers: dict[str, tuple[str | None, Publisher | None]] = field(default_factory=dict)

    def publisher_of(self, evidence: Evidence) -> Publisher | None:
        """Return the publisher of a statement from the table; None = not in it."""
        key = (evidence.publisher, evidence.url)
        if key not in self._publishers:
            article = Article(id="", text="", publisher=evidence.publisher, url=evidence.url)
            self._publishers[key] = find_publisher(article, theatre=self.theatre)
        return self._publishers[key]

    def side_of(self, evidence: Evidence) -> str | None:
        """Return the side that a source favours: the speaker's, else the publisher's; None = no known one."""
        if fold(evidence.speaker or ""):
            actor, named = self._speaker(evidence.speaker or "")
            if actor is not None:
                return actor
            if named is not None:
                return named.favours
        publisher = self.publisher_of(evidence)
        return publisher.favours if publisher else None

    def paper_of(self, evidence: Evidence) -> str:
        """Return under what name a statement was published; empty = nobody knows."""
        publisher = self.publisher_of(evidence)
        return fold(publisher.name if publisher else evidence.publisher or evidence.url or "")

    def voice_of(self, evidence: Evidence) -> str:
        """Return who speaks: the speaker by the name of the tables, else the paper."""
        if not fold(evidence.speaker or ""):
            return self.paper_of(evidence)
        actor, named = self._speaker(evidence.speaker or "")
        return fold(named.name) if named is not None else actor or fold(evidence.speaker or "")

    def _speaker(self, name: str) -> tuple[str | None, Publisher | None]:
        if name not in self._speakers:
            folded = f" {fold(name)} "
            actors = (
                actor.code
                for actor in self.theatre.actors
                if any(f" {fold(alias)} " in folded for alias in (actor.name, *actor.aliases))
            )
            self._speakers[name] = (next(actors, None), find_named_publisher(name, theatre=self.theatre))
        return self._speakers[name]

    def are_independent(self, first: Evidence, second: Evidence) -> bool:
        """Tell whether two statements are two sources: neither paper, voice, words nor article are one."""
        papers = self.paper_of(first), self.paper_of(second)
        voices = self.voice_of(first), self.voice_of(second)
        if not all(papers) or papers[0] == papers[1] or voices[0] == voices[1]:
            return False
        if papers[0] == voices[1] or papers[1] == voices[0]:  # one of them only quotes the other
            return False
        return not is_copy(first.text, second.text) and not self._are_of_one_text(first, second)

    def _are_of_one_text(self, first: Evidence, second: Evidence) -> bool:
        """Tell whether the articles of two statements are nearly the same: one agency's text in two papers."""
        ours, theirs = (self.articles.get(evidence.article_id or "") for evidence in (first, second))
        return ours is not None and theirs is not None and are_copies(ours.text, theirs.text)

    def has_independent(self, evidence: Sequence[Evidence], *, number: int) -> bool:
        """Tell whether so many of the statements are independent of each other."""
        some = evidence[:MOST_COMPARED]
        if number <= 1:
            return len(some) >= number
        return any(
            all(self.are_independent(one, other) for one, other in combinations(group, 2))
            for group in combinations(some, number)
        )


def is_copy(first: str, second: str) -> bool:
    """Tell whether one text is, but for a few words, the other: an agency's report in two papers.

    By shares of words in a row, as `[copies]` of the rules has it; short sentences must be the same word for word.

    >>> is_copy("The army left the town on Monday.", "the army  left the town on Monday")
    True
    >>> is_copy("Rebels took the town.", "The town fell to the rebels on Monday.")
    False
    """
    rules = read_rules()["copies"]
    ours, theirs = _shingles(first, rules["words_in_a_row"]), _shingles(second, rules["words_in_a_row"])
    smaller = min(len(ours), len(theirs))
    if smaller < rules["fewest"]:
        return _words(first) == _words(second)
    return len(ours & theirs) >= float(rules["share"]) * smaller


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


@lru_cache(maxsize=4096)
def _shingles(text: str, length: int) -> frozenset[tuple[str, ...]]:
    words = _words(text)
    return frozenset(words[at : at + length] for at in range(len(words) - length + 1))
