"""Gold passages written apart from the rules: what reading a text from places to claims gets right of them.

Only control claims count here: the three changes and *Control reported*. A claim is right where kind and place are;
actor, date, assertion and speaker are counted among those found for which the gold gives one. *Strangers* are the
sides of other wars: they are not in the theatre's table, so their actor stays unknown.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mapapp.claims.evaluate import GoldClaim, Passage, article_of, date_fits, names_place, read_gold
from mapapp.model import CONTROL_CHANGES, Claim, EventKind
from mapapp.reading import read_article
from mapapp.text import fold

GOLD = Path(__file__).resolve().parents[2] / "gold" / "claims"
CONTROL = CONTROL_CHANGES | {EventKind.REPORTED}
SHOWN = 0.5
"""The score from which claims are shown."""

HOME = "Syria"
"""The country of the bundled theatre."""

FLOORS: Mapping[str, float] = {
    "precision": 0.91,
    "recall": 0.81,
    "actor": 0.92,
    "date": 0.91,
    "strangers": 0.75,
    "silent traps": 0.97,
}
"""Measured, rounded down to hundredths. They only rise."""


@dataclass(frozen=True, slots=True)
class Case:
    """A passage, with what its article tells beside it."""

    passage: Passage
    about: str
    """The country or region that the rest of the article is about."""
    is_unpublished: bool
    """Whether the article has no date of publication."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of one passage."""

    case: Case
    pairs: tuple[tuple[GoldClaim, Claim], ...]
    false: tuple[Claim, ...]
    missed: tuple[GoldClaim, ...]


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    found = []
    for path in sorted(GOLD.glob("apart_*.toml")):
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["passage"]
        for row, passage in zip(rows, read_gold(path), strict=True):
            claims = tuple(claim for claim in passage.claims if claim.kind in CONTROL)
            found.append(Case(replace(passage, claims=claims), row.get("about", HOME), row.get("unpublished", False)))
    return tuple(found)


@pytest.fixture(scope="module")
def outcomes(cases: tuple[Case, ...], theatre: Any, gazetteer: Any) -> tuple[Outcome, ...]:
    made = []
    for case in cases:
        # A few sentences alone name too little to tell whose places they are; a whole article names the country.
        text = f"{case.passage.text}\n\nThis is one of many reports from {case.about}."
        article = article_of(replace(case.passage, text=text))
        if case.is_unpublished:
            article = replace(article, published=None)
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
        made.append(compare(case, [c for c in reading.claims if c.kind in CONTROL and c.score >= SHOWN]))
    return tuple(made)


def compare(case: Case, claims: Sequence[Claim]) -> Outcome:
    """Pair claims with the gold of a passage, those first that agree most."""
    golds = case.passage.claims
    fitting = [
        (gold.is_optional, not date_fits(gold, claim), claim.actor != gold.actor, i, j)
        for i, gold in enumerate(golds)
        for j, claim in enumerate(claims)
        if kinds_fit(gold, claim, about=case.about) and claim.place is not None and names_place(gold.place, claim.place)
    ]
    paired: dict[int, int] = {}
    for *_, i, j in sorted(fitting):
        if i not in paired and j not in paired.values():
            paired[i] = j
    return Outcome(
        case=case,
        pairs=tuple((golds[i], claims[j]) for i, j in paired.items() if not golds[i].is_optional),
        false=tuple(claim for j, claim in enumerate(claims) if j not in paired.values()),
        missed=tuple(gold for i, gold in enumerate(golds) if i not in paired and not gold.is_optional),
    )


def kinds_fit(gold: GoldClaim, claim: Claim, *, about: str) -> bool:
    """Whether the kinds agree; of other wars it is not known who is the state, so a capture is a capture."""
    captures = {EventKind.OVERTAKES, EventKind.REGAINS}
    return gold.kind is claim.kind or (about != HOME and {gold.kind, claim.kind} == captures)


def share(verdicts: Sequence[bool]) -> float:
    """Return the share that is true."""
    return sum(verdicts) / len(verdicts)


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the figures that have floors."""
    pairs = [pair for outcome in outcomes for pair in outcome.pairs]
    n_false = sum(len(outcome.false) for outcome in outcomes)
    n_missed = sum(len(outcome.missed) for outcome in outcomes)
    traps = [outcome for outcome in outcomes if not any(not gold.is_optional for gold in outcome.case.passage.claims)]
    return {
        "precision": len(pairs) / (len(pairs) + n_false),
        "recall": len(pairs) / (len(pairs) + n_missed),
        "actor": share([claim.actor == gold.actor for gold, claim in pairs if gold.actor]),
        "strangers": share([c.actor is None for o in outcomes if o.case.about != HOME for _, c in o.pairs]),
        "date": share([date_fits(gold, claim) for gold, claim in pairs if gold.first]),
        "assertion": share([claim.assertion.value == gold.assertion for gold, claim in pairs if gold.assertion]),
        "speaker": share([fold(gold.speaker) in fold(claim.speaker or "") for gold, claim in pairs if gold.speaker]),
        "silent traps": share([not outcome.false for outcome in traps]),
    }


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return the figures, then found, false and missed of each phenomenon, then each miss and false alarm."""
    counts: dict[str, Counter[str]] = {}
    lines = []
    for outcome in outcomes:
        passage = outcome.case.passage
        count = counts.setdefault(passage.phenomenon, Counter())
        count.update(found=len(outcome.pairs), false=len(outcome.false), missed=len(outcome.missed))
        for claim in outcome.false:
            place = claim.place.mention.surface if claim.place else None
            lines.append(f"FALSE {claim.kind.value} | {place} | {claim.actor} | {claim.score:.2f} :: {passage.text}")
        lines.extend(f"MISSED {gold.kind.value} | {gold.place} :: {passage.text}" for gold in outcome.missed)
        for gold, claim in outcome.pairs:
            if gold.actor and claim.actor != gold.actor:
                lines.append(f"ACTOR {claim.actor}, not {gold.actor} | {gold.place} :: {passage.text}")
            if gold.first and not date_fits(gold, claim):
                days = f"{claim.date_start}/{claim.date_end}, not {gold.first}/{gold.last}"
                lines.append(f"DATE {days} | {gold.place} :: {passage.published} {passage.text}")
            if gold.assertion and claim.assertion.value != gold.assertion:
                lines.append(
                    f"ASSERTION {claim.assertion.value}, not {gold.assertion} | {gold.place} :: {passage.text}"
                )
            if gold.speaker and fold(gold.speaker) not in fold(claim.speaker or ""):
                lines.append(f"SPEAKER {claim.speaker}, not {gold.speaker} | {gold.place} :: {passage.text}")
    rows = [f"{name:<26}{c['found']:4} found {c['false']:4} false {c['missed']:4} missed" for name, c in counts.items()]
    figures = [f"{name} {figure:.3f}" for name, figure in figures_of(outcomes).items()]
    return "\n".join([*figures, *rows, *sorted(lines)])


def test_half_of_the_passages_are_traps(cases: tuple[Case, ...]) -> None:
    traps = [case for case in cases if not any(not gold.is_optional for gold in case.passage.claims)]
    assert len(cases) >= 450
    assert len(traps) >= len(cases) // 2


def test_no_passage_stands_in_another_set_too(cases: tuple[Case, ...]) -> None:
    other = {p.text for path in GOLD.glob("*.toml") if not path.name.startswith("apart_") for p in read_gold(path)}
    texts = [case.passage.text for case in cases]
    assert len(texts) == len(set(texts))
    assert not other & set(texts)


@pytest.mark.parametrize("name", FLOORS)
def test_what_is_read_keeps_its_floors(name: str, outcomes: tuple[Outcome, ...]) -> None:
    assert figures_of(outcomes)[name] >= FLOORS[name], table_of(outcomes)


def test_an_article_without_a_date_gives_no_year_that_its_text_does_not(outcomes: tuple[Outcome, ...]) -> None:
    guessed = [
        (outcome.case.passage.text, claim.date_start)
        for outcome in outcomes
        if outcome.case.is_unpublished
        for gold, claim in outcome.pairs
        if gold.first is None and claim.date_start is not None
    ]
    assert guessed == []
