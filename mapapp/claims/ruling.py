"""What decides about claims beside the claims themselves: the theatre's tables, the articles, what people said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mapapp.claims.decisions import Bonds, event_bonds, last_words
from mapapp.claims.grading import read_rules
from mapapp.claims.sources import Sources
from mapapp.model import Article, Claim, Decision
from mapapp.theatres.theatre import Theatre


@dataclass(frozen=True)
class Ruling:
    """What decides beside the claims themselves: the theatre's tables and what people said."""

    theatre: Theatre
    articles: Mapping[str, Article]
    accepted: frozenset[str] = frozenset()
    """Ids of the claims that a person accepted."""
    rejected: frozenset[str] = frozenset()
    bonds: Bonds = field(default_factory=Bonds)
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", Sources(self.theatre, self.articles))

    def accepting(self, claim_id: str) -> Ruling:
        """Return the same as if a person had accepted one more claim."""
        other = replace(self, accepted=self.accepted | {claim_id})
        object.__setattr__(other, "sources", self.sources)  # what was looked up stays true
        return other

    def counts(self, claim: Claim) -> bool:
        """Tell whether a claim takes part: it is sure enough, or a person accepted it, and nobody rejected it."""
        if claim.id in self.rejected:
            return False
        return claim.id in self.accepted or claim.score >= read_rules()["merge"]["minimum_score"]


def build_ruling(decisions: Iterable[Decision], *, articles: Mapping[str, Article], theatre: Theatre) -> Ruling:
    """Return what decides beside the claims, by the decisions that hold."""
    decisions = tuple(decisions)
    words = last_words(decisions)
    return Ruling(
        theatre=theatre,
        articles=articles,
        accepted=frozenset(claim_id for claim_id, word in words.items() if word == "accept"),
        rejected=frozenset(claim_id for claim_id, word in words.items() if word == "reject"),
        bonds=event_bonds(decisions),
    )


def is_compatible(first: str | None, second: str | None, *, theatre: Theatre) -> bool:
    """Return whether two actor codes may mean one actor: equal, unknown, or a generic one and a member of it."""
    if first is None or second is None or first == second:
        return True
    for one, other in ((first, second), (second, first)):
        actor = theatre.actor(one)
        if actor is not None and actor.is_generic and other in actor.members:
            return True
    return False
