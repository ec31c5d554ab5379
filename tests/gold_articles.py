"""Whole articles read by hand, and what the claims made of them are worth.

A claim is right where its quote overlaps the gold's and its place bears the gold's name; kind, party and days are
counted among those found. What may be said or not (`?`) is neither due nor wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from mapapp.claims.evaluate import GoldClaim, names_place, read_gold_claim
from mapapp.model import CONTROL_CHANGES, Article, Claim, EventKind, MentionKind
from mapapp.text import fold

GOLD = Path(__file__).resolve().parent / "gold"
CONTROL = CONTROL_CHANGES | {EventKind.REPORTED}
SHOWN = 0.5
"""The score from which claims are shown."""
NO_PLACE = "-"


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim of the gold at its place in the text."""

    start: int
    end: int
    gold: GoldClaim


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """A text with its day of publication and what a careful reader takes from it on control."""

    name: str
    text: str
    published: date
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of one article."""

    article: GoldArticle
    claims: tuple[Claim, ...]

    def is_right(self, claim: Claim) -> bool:
        """Whether any statement says what the claim says."""
        return any(fits(statement, claim) for statement in self.article.statements)

    def finds(self, statement: Statement) -> bool:
        """Whether any claim says what the statement says."""
        return any(fits(statement, claim) for claim in self.claims)

    @property
    def due(self) -> tuple[Statement, ...]:
        """What has to be found."""
        return tuple(one for one in self.article.statements if not one.gold.is_optional)


def read_articles(path: Path, *, texts: Mapping[str, str] | None = None) -> Iterator[GoldArticle]:
    """Yield the articles of a file of gold: with `texts`, by id, claims count in offsets; without, in quotes."""
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
        text = texts[entry["id"]] if texts is not None else entry["text"]
        if texts is not None:
            digest = sha256(text.encode()).hexdigest()
            assert digest == entry["sha256"], f"{entry['id']} is not the text that the offsets were made for"
        read = read_offsets if texts is not None else quote_reader(text)
        statements = [found for line in entry["claims"] if (found := read(line)) is not None]
        kept = tuple(one for one in statements if one.gold.kind in CONTROL)
        yield GoldArticle(entry["id"], text, entry["published"], kept)


def read_offsets(line: str) -> Statement | None:
    """Read `start-end | kind | place | …`; a `?` before it means that it may be found or not."""
    span, _, rest = line.lstrip("?").partition(" | ")
    start, _, end = span.partition("-")
    return Statement(int(start), int(end), read_gold_claim(("?" if line.startswith("?") else "") + rest))


def quote_reader(text: str) -> Callable[[str], Statement | None]:
    """Return a reader of `quote | kind | place | …`, the quote standing once in the text; None = it names no place."""

    def read(line: str) -> Statement | None:
        quote, _, rest = line.lstrip("? ").partition(" | ")
        assert text.count(quote) == 1, f"{quote!r} stands {text.count(quote)} times in its text"
        if rest.split(" | ")[1] == NO_PLACE:
            return None
        start = text.index(quote)
        gold = read_gold_claim(("?" if line.startswith("?") else "") + rest)
        return Statement(start, start + len(quote), gold)

    return read


def article_of(gold: GoldArticle) -> Article:
    """Return a text as an article of the noon of its day, which is the same day in every theatre."""
    day = gold.published
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Article(sha256(gold.text.encode()).hexdigest(), gold.text, published=noon, language="en")


def outcome_of(gold: GoldArticle, *, read: Callable[[Article], Sequence[Claim]]) -> Outcome:
    """Read an article and keep the claims on control that are shown."""
    claims = read(article_of(gold))
    return Outcome(gold, tuple(one for one in claims if one.kind in CONTROL and one.score >= SHOWN))


def fits(statement: Statement, claim: Claim) -> bool:
    """Whether a claim says what a statement of the gold says."""
    if claim.place is None or claim.start >= statement.end or statement.start >= claim.end:
        return False
    is_described = claim.place.mention.kind is MentionKind.DESCRIPTION
    stands_for = is_described and fold(statement.gold.place) in fold(claim.place.reason)  # "the town", as spelt before
    return stands_for or names_place(statement.gold.place, claim.place)


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of what was made, found and told right; the denominators are never 0."""

    precision: float
    recall: float
    kinds: float
    actors: float
    days_given: float
    days_due: float
    table: str
    """What was missed or wrongly made, by offsets and labels; no text."""


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """Count over all articles. Of several claims on one place the one counts that agrees most, then the surest."""
    made = [(outcome, claim) for outcome in outcomes for claim in outcome.claims]
    due = [(outcome, one) for outcome in outcomes for one in outcome.due]
    pairs = [(one.gold, best) for outcome, one in due if (best := _best(outcome, one)) is not None]
    dated = [(gold, claim) for gold, claim in pairs if gold.first is not None]
    given = [(gold, claim) for gold, claim in dated if claim.date_start is not None]
    return Figures(
        precision=_share([outcome.is_right(claim) for outcome, claim in made]),
        recall=_share([outcome.finds(one) for outcome, one in due]),
        kinds=_share([claim.kind is gold.kind for gold, claim in pairs]),
        actors=_share([_has_actor(gold, claim) for gold, claim in pairs if gold.actor]),
        days_given=_share([_has_day(gold, claim) for gold, claim in given]),
        days_due=_share([_has_day(gold, claim) for gold, claim in dated]),
        table="\n".join(_mistakes(outcomes)),
    )


def _share(verdicts: Sequence[bool]) -> float:
    return sum(verdicts) / len(verdicts) if verdicts else 1.0


def _best(outcome: Outcome, statement: Statement) -> Claim | None:
    gold = statement.gold

    def agreement(claim: Claim) -> tuple[bool, int, float]:
        return claim.kind is gold.kind, _has_actor(gold, claim) + _has_day(gold, claim), claim.score

    return max((one for one in outcome.claims if fits(statement, one)), key=agreement, default=None)


def _has_actor(gold: GoldClaim, claim: Claim) -> bool:
    """A place that is left to nobody is told by who left."""
    is_left = claim.kind is EventKind.TRANSFER and claim.actor is None
    return gold.actor == (claim.opponent if is_left else claim.actor)


def _has_day(gold: GoldClaim, claim: Claim) -> bool:
    if gold.first is None or gold.last is None or claim.date_start is None or claim.date_end is None:
        return False
    return claim.date_start <= gold.last and gold.first <= claim.date_end


def _mistakes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        name = outcome.article.name
        for claim in outcome.claims:
            if not outcome.is_right(claim):
                place: Any = claim.place.mention.surface if claim.place else None
                yield f"FALSE {name} {claim.start}-{claim.end} {claim.kind.value} {place} {claim.actor}"
        for one in outcome.due:
            if not outcome.finds(one):
                yield f"MISSED {name} {one.start}-{one.end} {one.gold.kind.value} {one.gold.place}"
