"""Claims on one place in one article lend each other date and party where one of them lacks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from mapapp.claims.agents import Party
from mapapp.claims.dating import UNKNOWN, When
from mapapp.claims.drafts import (
    CHANGE_CLASSES,
    CLASH_CLASSES,
    Draft,
)
from mapapp.model import Actor, Assertion

SLACK = timedelta(days=1)
"""By so much two tellings of one occurrence may differ."""

MOST_LENDERS = 50
"""Claims on one place in one article that may lend each other actor and date; a text with more repeats itself."""


def lend_within_article(drafts: Sequence[Draft], *, actors: Mapping[str, Actor]) -> list[Draft]:
    """Let claims on one place in one article lend each other actor and date where one of them lacks it."""
    filled: list[Draft] = []
    lenders = _lenders(drafts)
    drafts = [replace(draft, when=_narrowed(draft.when, _others(draft, lenders))) for draft in drafts]
    lenders = _lenders(drafts)
    for draft in drafts:
        others = _others(draft, lenders)
        one = draft
        if draft.when.first is None and draft.when.basis == "none":
            one = replace(one, when=_borrowed_date(draft, others))
        if one.actor is None and one.candidate.verb_class in ("take", "retake", "fall", "expel", "lose"):
            one = _borrowed_actor(one, others, actors)
        filled.append(one)
    return filled


def _lenders(drafts: Sequence[Draft]) -> Mapping[str, list[Draft]]:
    """Return, by place, the drafts that may lend something: the sure ones that deny nothing, the first ones of many.

    What is told of villages in a place, or of a hill near it, is not told of the place.
    """
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        place = draft.resolution.place
        is_sure = draft.score >= 0.5 and draft.assertion is not Assertion.DENIED
        if place is not None and is_sure and draft.candidate.place.is_itself:
            group = found.setdefault(place.id, [])
            if len(group) < MOST_LENDERS:
                group.append(draft)
    return found


def _others(draft: Draft, lenders: Mapping[str, list[Draft]]) -> list[Draft]:
    place = draft.resolution.place
    return [other for other in lenders.get(place.id if place else "", ()) if other.candidate is not draft.candidate]


def _same_occurrence(first: Draft, second: Draft) -> bool:
    return first.candidate.verb_class in CHANGE_CLASSES and second.candidate.verb_class in (
        CHANGE_CLASSES | CLASH_CLASSES
    )


def _borrowed_date(draft: Draft, others: Sequence[Draft]) -> When:
    """Return the date of the one occurrence that the article dates for this place, if there is only one."""
    known = {
        (other.when.first, other.when.last): other.when
        for other in others
        if other.when.first is not None
        and _same_occurrence(draft, other)
        and (
            draft.actor is None
            or other.actor is None
            or draft.actor == other.actor
            or other.candidate.verb_class in CLASH_CLASSES
        )
    }
    if len(known) == 1:
        return replace(next(iter(known.values())), basis="article")
    return UNKNOWN


def _narrowed(when: When, others: Sequence[Draft]) -> When:
    """Return the one day that the article names for this place within a longer stretch ("over the past week")."""
    if when.prec is None or when.prec < 2:
        return when
    days = {
        (other.when.first, other.when.last)
        for other in others
        if other.when.prec == 1
        and other.candidate.verb_class != "hold"  # the day on which it is told, no more
        and other.when.first
        and when.first
        and when.last
        and when.first <= other.when.first <= when.last
    }
    if len(days) == 1 and when.prec is not None and when.prec <= 3:
        first, last = days.pop()
        return When(first, last, 1, "article")
    return when


def _may_be_the_same_day(first: When, second: When) -> bool:
    """Return whether two dates, each perhaps unknown, can be those of one occurrence."""
    if first.first is None or first.last is None or second.first is None or second.last is None:
        return True
    return first.first <= second.last + SLACK and second.first <= first.last + SLACK


def _borrowed_actor(draft: Draft, others: Sequence[Draft], actors: Mapping[str, Actor]) -> Draft:
    takers = {
        other.actor
        for other in others
        if other.actor is not None
        and _may_be_the_same_day(draft.when, other.when)
        and other.candidate.verb_class in ("take", "retake", "fall", "expel")
        and other.actor != draft.opponent
    }
    if len(takers) != 1:
        return draft
    code = takers.pop()
    return replace(draft, actor=code, candidate=replace(draft.candidate, actor=Party(code, "article")))
