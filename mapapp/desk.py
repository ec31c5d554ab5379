"""Deciding about what is stored: steps checked against what counts now, written to the log, taken back and redone.

The app and the command line both decide by these functions, so that the log reads the same whoever wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mapapp.articles.published import read_published
from mapapp.articles.readers import check_url, clean_field
from mapapp.claims.decisions import (
    ABOUT,
    ARTICLE,
    about_values,
    active_decisions,
    describe_article,
    redoable_step,
    undoable_step,
)
from mapapp.claims.parts import PART
from mapapp.claims.review import PlaceFinder, Reviewed, check_decision, review_reading
from mapapp.errors import DataError, PlaceError, StoreError
from mapapp.model import Article, Claim, Decision, Reading
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import build_remarks, read_article
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
    """Articles of a theatre as people have decided about them."""

    theatre: Theatre
    reviews: Mapping[str, Reviewed]
    """By article id: samples that count first, then in the order in which they were stored."""
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


def open_desk(
    store: Store, *, theatre: Theatre, gazetteer: PlaceFinder, readings: Sequence[Reading] | None = None
) -> Desk:
    """Return articles of a theatre with the decisions applied: those of `readings`, None = all that are stored."""
    readings = store.readings(theatre=theatre.code) if readings is None else readings
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
    decisions = _build_decisions(steps, article_id=reviewed.reading.article.id, who=who, why=why)
    for decision in decisions:
        check_decision(decision, reviewed=reviewed, theatre=theatre, gazetteer=gazetteer, known_claims=known_claims)
    return store.add_decisions(decisions)


def _build_decisions(steps: Sequence[Step], *, article_id: str, who: str, why: str) -> list[Decision]:
    now = datetime.now(tz=UTC)
    return [
        Decision(
            id=None,
            article_id=article_id,
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


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of an article whose day, title, publisher or address was corrected."""

    decisions: tuple[Decision, ...]
    reading: Reading
    """What counts now, before the decisions about its claims."""
    is_read_again: bool
    """Whether its day is another one, so that what it says is of other days."""
    n_kept: int
    """Decisions about its claims and places that still apply."""
    left: tuple[Decision, ...]
    """Decisions about claims that are no longer there."""


def correct_article(
    store: Store,
    article_id: str,
    *,
    values: Mapping[str, str],
    theatre: Theatre,
    open_gazetteer: Callable[[], Gazetteer],
    who: str,
    why: str,
) -> Corrected:
    """Log what is known of a stored article (`published`, `title`, `publisher`, `url`; empty = unknown).

    With another day it is read again: what was read first stays in the store, and counts again after an *undo*. A
    correction reaches every theatre that has the article. Raises a MapAppError for a value that cannot be, and where
    nothing would change.
    """
    first = {reading.article.id: reading for reading in store.readings(theatre=theatre.code, as_first_read=True)}
    before = {reading.article.id: reading for reading in store.readings(theatre=theatre.code)}
    if article_id not in before:
        raise StoreError(f"No article {article_id[:12]} is stored for {theatre.code}. Add it first.")
    now = about_values(before[article_id].article)
    asked = {name: _check_about(name, value, timezone=theatre.timezone) for name, value in values.items()}
    steps = [
        Step(ARTICLE, "correct", field=name, before=now[name], after=value)
        for name, value in asked.items()
        if value != now[name]
    ]
    if not steps:
        raise DataError("Nothing would change. Give another day, title, publisher or address.")
    decisions = _build_decisions(steps, article_id=article_id, who=who, why=why)
    log = store.decisions(article_id=article_id)
    described = describe_article(first[article_id].article, decisions=(*log, *decisions))
    is_read_again = described.published != before[article_id].article.published
    if described.published != first[article_id].article.published:
        again = read_again(first[article_id], described=described, theatre=theatre, gazetteer=open_gazetteer())
        store.add_rereading(again, theatre=theatre.code)
    added = store.add_decisions(decisions)
    (reading,) = (one for one in store.readings(theatre=theatre.code) if one.article.id == article_id)
    ids = {claim.id for claim in reading.claims}
    held = [one for one in active_decisions(log) if one.target.partition(":")[0] in ("claim", "mention")]
    left = [
        one
        for one in held
        if one.target.startswith("claim:") and PART.sub("", one.target.removeprefix("claim:")) not in ids
    ]
    return Corrected(added, reading, is_read_again, len(held) - len(left), tuple(left))


def read_again(first: Reading, *, described: Article, theatre: Theatre, gazetteer: Gazetteer) -> Reading:
    """Read an article as it is described now; what its file could not tell stays among the remarks."""
    said = build_remarks(first.article, resolutions=first.resolutions, claims=first.claims, theatre=theatre)
    reading = read_article(described, theatre=theatre, gazetteer=gazetteer)
    return replace(reading, remarks=(*(remark for remark in first.remarks if remark not in said), *reading.remarks))


def read_missing(store: Store, *, theatre: Theatre, open_gazetteer: Callable[[], Gazetteer]) -> int:
    """Read again what got another day by decisions that were taken in, and return how many articles that were."""
    missing = store.missing_rereadings(theatre=theatre.code)
    for first, described in missing:
        again = read_again(first, described=described, theatre=theatre, gazetteer=open_gazetteer())
        store.add_rereading(again, theatre=theatre.code)
    return len(missing)


def _check_about(name: str, value: str, *, timezone: str) -> str:
    """Return a value as the log writes it; empty = unknown. Raises a MapAppError for one that cannot be."""
    if name not in ABOUT:
        raise DataError(f"Of an article, {', '.join(ABOUT)} can be corrected, not {name[:40]!r}.")
    if name == "published":
        return read_published(value, timezone=timezone).isoformat() if value.strip() else ""
    return (check_url(value) if name == "url" else clean_field(value)) or ""
