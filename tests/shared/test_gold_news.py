"""News articles read by hand: how much of what they say on control is found, and how much of what is made is there.

The gold has offsets and labels only; the texts stand beside the project. A claim is right where its quote overlaps the
gold's and its place bears the gold's name; kind and actor are counted among those found.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mapapp.claims.evaluate import GoldClaim, read_gold_claim
from mapapp.model import CONTROL_CHANGES, Article, Claim, EventKind
from mapapp.reading import read_article
from mapapp.text import fold
from tests.conftest import SHARED

GOLD = Path(__file__).resolve().parents[1] / "gold" / "news"
CORPUS = SHARED / "corpora" / "syria_news_unannotated.jsonl"
CONTROL = CONTROL_CHANGES | {EventKind.REPORTED}
SHOWN = 0.5
"""The score from which claims are shown."""

FOUND_FLOOR = 0.55
PRECISION_FLOOR = 0.85
KIND_FLOOR = 0.75
ACTOR_FLOOR = 0.70
"""Somewhat below what was measured, as the articles are few. They only rise."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CORPUS.is_file(), reason=f"{CORPUS} is absent: its texts may not be part of the project"),
]


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim of the gold at its place in the text."""

    start: int
    end: int
    gold: GoldClaim


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of one article."""

    name: str
    text: str
    statements: tuple[Statement, ...]
    claims: tuple[Claim, ...]

    def is_right(self, claim: Claim) -> bool:
        """Whether any statement says what the claim says."""
        return any(fits(statement, claim) for statement in self.statements)

    def finds(self, statement: Statement) -> bool:
        """Whether any claim says what the statement says."""
        return any(fits(statement, claim) for claim in self.claims)


def fits(statement: Statement, claim: Claim) -> bool:
    """Whether a claim says what a statement of the gold says."""
    if claim.place is None or claim.start >= statement.end or statement.start >= claim.end:
        return False
    chosen = claim.place.place
    names = (fold(claim.place.mention.surface), fold(chosen.name) if chosen else "")
    wanted = fold(statement.gold.place)
    return any(name and (wanted in name or name in wanted) for name in names)


def read_statement(line: str) -> Statement:
    """Read `start-end | kind | place | …`; a `?` before it means that it may be found or not."""
    span, _, rest = line.lstrip("?").partition(" | ")
    start, _, end = span.partition("-")
    return Statement(int(start), int(end), read_gold_claim(("?" if line.startswith("?") else "") + rest))


@pytest.fixture(scope="module")
def outcomes(theatre: Any, gazetteer: Any) -> tuple[Outcome, ...]:
    rows = (json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines())
    texts = {row["id"]: row["text"] for row in rows}
    made = []
    for path in sorted(GOLD.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
            text, day = texts[entry["id"]], entry["published"]
            digest = sha256(text.encode()).hexdigest()
            assert digest == entry["sha256"], f"{entry['id']} is not the text that the offsets were made for"
            article = Article(id=digest, text=text, published=noon(day), language="en")
            claims = read_article(article, theatre=theatre, gazetteer=gazetteer).claims
            shown = tuple(claim for claim in claims if claim.kind in CONTROL and claim.score >= SHOWN)
            statements = tuple(read_statement(line) for line in entry["claims"])
            made.append(Outcome(entry["id"], text, tuple(s for s in statements if s.gold.kind in CONTROL), shown))
    return tuple(made)


def noon(day: date) -> datetime:
    """Return the noon of a day, which is the same day in every theatre."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def table_of(outcomes: tuple[Outcome, ...]) -> str:
    """Return offsets and labels of what was missed or wrongly made; no text."""
    lines = []
    for outcome in outcomes:
        for claim in outcome.claims:
            if not outcome.is_right(claim):
                place = claim.place.mention.surface if claim.place else None
                lines.append(f"FALSE {outcome.name} {claim.start}-{claim.end} {claim.kind.value} {place} {claim.actor}")
        for statement in outcome.statements:
            if not statement.gold.is_optional and not outcome.finds(statement):
                gold = statement.gold
                lines.append(f"MISSED {outcome.name} {statement.start}-{statement.end} {gold.kind.value} {gold.place}")
    return "\n".join(lines)


def test_most_of_what_is_due_is_found(outcomes: tuple[Outcome, ...]) -> None:
    due = [(outcome, s) for outcome in outcomes for s in outcome.statements if not s.gold.is_optional]
    found = sum(outcome.finds(statement) for outcome, statement in due)
    assert found / len(due) >= FOUND_FLOOR, f"{found} of {len(due)}\n{table_of(outcomes)}"


def test_what_is_made_is_in_the_text(outcomes: tuple[Outcome, ...]) -> None:
    verdicts = [outcome.is_right(claim) for outcome in outcomes for claim in outcome.claims]
    assert sum(verdicts) / len(verdicts) >= PRECISION_FLOOR, f"{sum(verdicts)} of {len(verdicts)}\n{table_of(outcomes)}"


def pairs_of(outcomes: tuple[Outcome, ...]) -> list[tuple[GoldClaim, Claim]]:
    """Return what is due with all claims that say it."""
    return [
        (statement.gold, claim)
        for outcome in outcomes
        for statement in outcome.statements
        if not statement.gold.is_optional
        for claim in outcome.claims
        if fits(statement, claim)
    ]


def test_the_kinds_of_what_is_found_are_right(outcomes: tuple[Outcome, ...]) -> None:
    verdicts = [claim.kind is gold.kind for gold, claim in pairs_of(outcomes)]
    assert sum(verdicts) / len(verdicts) >= KIND_FLOOR, f"{sum(verdicts)} of {len(verdicts)}"


def test_the_actors_of_what_is_found_are_right(outcomes: tuple[Outcome, ...]) -> None:
    verdicts = [claim.actor == gold.actor for gold, claim in pairs_of(outcomes) if gold.actor]
    assert sum(verdicts) / len(verdicts) >= ACTOR_FLOOR, f"{sum(verdicts)} of {len(verdicts)}"
