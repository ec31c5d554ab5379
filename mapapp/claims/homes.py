"""Whose war a sentence tells of: in other countries "the army" and "rebels" are nobody of the theatre's table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapapp.claims.agents import Party
from mapapp.claims.words import Sentence
from mapapp.model import Actor, MentionKind, Resolution


@dataclass(frozen=True, slots=True)
class Home:
    """The theatre's country, and whether an article is about it."""

    country: str | None
    """ISO2; None = not known, then nobody is a stranger."""
    is_elsewhere: bool = False
    """Most of the article's places lie in other countries."""

    def owns(self, resolution: Resolution, *, sentence: Sentence) -> bool:
        """Return whether a place lies in the theatre; one that no gazetteer knows lies where its sentence is."""
        if self.country is None:
            return True
        if resolution.place is not None:
            return resolution.place.country in (None, self.country)
        near = [word.place.place.country for word in sentence.words if word.place and word.place.place]
        if near:
            return self.country in near or None in near
        return not self.is_elsewhere


def find_home(resolutions: Sequence[Resolution], *, country: str | None) -> Home:
    """Return the home of an article's claims by the countries of its places; a tie is the theatre's.

    >>> find_home((), country="XA")
    Home(country='XA', is_elsewhere=False)
    """
    countries = Counter(
        one.place.country for one in resolutions if one.place is not None and one.mention.kind is MentionKind.TOPONYM
    )
    commonest = max(countries.values(), default=0)
    return Home(country, commonest > 0 and countries[country] < commonest)


def as_stranger(party: Party, *, actors: Mapping[str, Actor]) -> Party:
    """Return a party of another war: by a name of its own it is known everywhere, by a common noun nowhere.

    >>> as_stranger(Party("R", "generic"), actors={"R": Actor("R", "Rebels", is_generic=True)}).code is None
    True
    """
    actor = actors.get(party.code or "")
    if actor is None or not (actor.is_generic or actor.is_state):
        return party
    return Party(None, "unlisted", party.index, actor.is_state)
