"""Deciding about what is stored: steps checked against what counts now, written to the log, taken back and redone.

The app and the command line both decide by these functions, so that the log reads the same whoever wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mapapp.claims.decisions import redoable_step, undoable_step
from mapapp.claims.review import PlaceFinder, Reviewed, check_decision, review_reading
from mapapp.errors import PlaceError, StoreError
from mapapp.model import Article, Claim, Decision, Reading
from mapapp.store import Store
from mapapp.theatres.theatre import Theatre

NOBODY = "not named"
"""Author of decisions by somebody who gives no name."""
SHORTEST_ID = 4
"""Characters of a claim's id that may stand for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person decides."""

    target: str
    """As in `Decision`."""
    action: str
    field: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Desk:
    """All stored articles of a theatre as people have decided about them."""

    theatre: Theatre
    reviews: Mapping[str, Reviewed]
    """By article id, in the order in which they were stored."""
    decisions: tuple[Decision, ...]
    """Of these articles, oldest first."""

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What counts of each article."""
        return tuple(review.reading for review in self.reviews.values())

    def article(self, article_id: str) -> Article:
        """Return an article of the desk."""
        return self.reviews[article_id].reading.article

    def find_claim(self, name: str) -> tuple[Claim, str]:
        """Return the claim whose id is, or begins with, a name, and its state.

        Raises `PlaceError` where none or several do. A part of a split claim is named in full behind its claim's id:
        `3fa9c1d2.2`.
        """
        head, dot, part = name.strip().lower().partition(".")
        found: dict[str, tuple[Claim, str]] = {}
        for review in self.reviews.values():
            for claim in review.claims:
                own_head, own_dot, own_part = claim.id.lower().partition(".")
                is_whole = claim.id == name.strip()
                if is_whole or (own_head.startswith(head) and (own_dot, own_part) == (dot, part)):
                    found[claim.id] = (claim, review.states[claim.id])
        exact = found.get(name.strip())
        if exact is not None:
            return exact
        if len(head) < SHORTEST_ID or len(found) != 1:
            few = ", ".join(sorted(found)[:5])
            message = (
                f"{len(found)} claims have an id that begins with {name[:40]!r}{f': {few}' if few else ''}. Expected "
                f"the id of one claim, or at least {SHORTEST_ID} characters of it; `review list --all` has them."
            )
            raise PlaceError(message)
        return next(iter(found.values()))


def open_desk(store: Store, *, theatre: Theatre, gazetteer: PlaceFinder) -> Desk:
    """Return all stored articles of a theatre with the decisions applied."""
    readings = store.readings(theatre=theatre.code)
    by_article: dict[str, list[Decision]] = {reading.article.id: [] for reading in readings}
    for decision in store.decisions():
        if decision.article_id in by_article:
            by_article[decision.article_id].append(decision)
    reviews = {
        reading.article.id: review_reading(
            reading, decisions=by_article[reading.article.id], theatre=theatre, gazetteer=gazetteer
        )
        for reading in readings
    }
    log = sorted((one for own in by_article.values() for one in own), key=lambda one: one.id or 0)
    return Desk(theatre, reviews, tuple(log))


def decide(
    store: Store,
    steps: Sequence[Step],
    *,
    reviewed: Reviewed,
    theatre: Theatre,
    gazetteer: PlaceFinder,
    who: str,
    why: str,
    known_claims: Collection[str] = (),
) -> tuple[Decision, ...]:
    """Write steps about one article to the log, all of them or none, and return them with their numbers.

    They bear one time, so that one *undo* takes all of them back. Raises a MapAppError where one cannot be applied.
    """
    now = datetime.now(tz=UTC)
    decisions = [
        Decision(
            id=None,
            article_id=reviewed.reading.article.id,
            target=step.target,
            action=step.action,
            field=step.field,
            before=step.before,
            after=step.after,
            who=who.strip() or NOBODY,
            when=now,
            why=why.strip(),
        )
        for step in steps
    ]
    for decision in decisions:
        check_decision(decision, reviewed=reviewed, theatre=theatre, gazetteer=gazetteer, known_claims=known_claims)
    return store.add_decisions(decisions)


def undo_last(store: Store, decisions: Sequence[Decision], *, who: str, why: str) -> tuple[Decision, ...]:
    """Take back the newest step of a log that holds; return the undos. Raises `StoreError` where there is none."""
    step = undoable_step(decisions)
    if not step:
        raise StoreError("There is no decision to undo here. The log lists what was decided.")
    return _take_back(store, step, who=who, why=why)


def redo_last(store: Store, decisions: Sequence[Decision], *, who: str, why: str) -> tuple[Decision, ...]:
    """Bring back what was undone last; return the decisions. Raises `StoreError` where there is none."""
    step = redoable_step(decisions)
    if not step:
        raise StoreError("There is nothing to redo: nothing was undone, or something was decided since.")
    return _take_back(store, step, who=who, why=why)


def take_back(store: Store, decision: Decision, *, who: str, why: str) -> tuple[Decision, ...]:
    """Undo one decision of the log, whichever."""
    return _take_back(store, (decision,), who=who, why=why)


def _take_back(store: Store, step: Sequence[Decision], *, who: str, why: str) -> tuple[Decision, ...]:
    now = datetime.now(tz=UTC)
    return store.add_decisions(
        [
            replace(
                one,
                id=None,
                target=f"decision:{one.id}",
                action="undo",
                field=None,
                before=one.after,
                after=one.before,
                who=who.strip() or NOBODY,
                when=now,
                why=why.strip(),
            )
            for one in step
        ]
    )


def field_values(claim: Claim) -> dict[str, str]:
    """Return what a correction may change of a claim, as the log writes it; empty = unknown.

    >>> from datetime import date
    >>> from mapapp.model import EventKind
    >>> claim = Claim("c", "a", 0, 1, "x", EventKind.CLASH, date_start=date(2024, 12, 5), date_end=date(2024, 12, 7))
    >>> field_values(claim)
    {'kind': 'Armed clash', 'actor': '', 'place': '', 'date': '2024-12-05/2024-12-07'}
    """
    where = claim.place or claim.destination or claim.origin
    first, last = claim.date_start, claim.date_end
    days = "" if first is None else first.isoformat() if last in (None, first) else f"{first}/{last}"
    return {
        "kind": claim.kind.value,
        "actor": claim.actor or "",
        "place": where.place.id if where is not None and where.place is not None else "",
        "date": days,
    }


def correction_steps(claim: Claim, *, values: Mapping[str, str]) -> tuple[Step, ...]:
    """Return a step for each field whose new value is another one; empty = nothing would change."""
    before = field_values(claim)
    return tuple(
        Step(f"claim:{claim.id}", "correct", field=name, before=before[name], after=value)
        for name, value in values.items()
        if value != before[name]
    )


def word_step(claim: Claim, *, state: str, action: str) -> Step:
    """Return the step that accepts or rejects a claim."""
    after = {"accept": "accepted", "reject": "rejected"}[action]
    return Step(f"claim:{claim.id}", action, before=state, after=after)


def split_step(claim: Claim, *, parts: str) -> Step:
    """Return the step that splits a claim; `parts` as `claims.parts.write_parts` writes them."""
    before = json.dumps(field_values(claim), ensure_ascii=False)
    return Step(f"claim:{claim.id}", "split", before=before, after=parts)
