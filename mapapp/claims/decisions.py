"""The log of decisions: which of them hold, what undo and redo take back, and what they say of whole events.

Nothing here changes a record. A decision is undone by another one in the log, and that one may be undone in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mapapp.model import Article, Decision

FIELDS = ("place", "date", "actor", "kind")
"""What a decision may correct."""
EVENT = "event"
"""As `field` of a merge or a separation: it is about the events of two claims, not about the claims."""
ARTICLE = "article"
"""Target of a correction of what is known of the article itself."""
ABOUT = ("published", "title", "publisher", "url")
"""What a decision may correct of an article. Its text is never changed."""
CLAIM_ACTIONS = ("accept", "reject", "correct", "split", "merge", "separate")
"""What may be decided about a claim."""


def active_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that hold, in the order in which they were made: those undone are left out.

    An undo may itself be undone.

    >>> active_decisions(())
    ()
    """
    ordered = _in_order(decisions)
    undone = undone_numbers(ordered)
    return tuple(decision for decision in ordered if decision.action != "undo" and decision.id not in undone)


def accepted_claims(decisions: Iterable[Decision]) -> frozenset[str]:
    """Return the ids of the claims whose last word by a person is *accept*.

    >>> accepted_claims(())
    frozenset()
    """
    return frozenset(claim_id for claim_id, action in last_words(decisions).items() if action == "accept")


def last_words(decisions: Iterable[Decision]) -> dict[str, str]:
    """Return *accept* or *reject* by the id of each claim that somebody accepted or rejected: the last word holds.

    >>> last_words(())
    {}
    """
    last: dict[str, str] = {}
    for decision in active_decisions(decisions):
        if decision.target.startswith("claim:") and decision.action in ("accept", "reject"):
            last[decision.target.removeprefix("claim:")] = decision.action
    return last


def undoable_step(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the newest decisions that hold and were made at one stroke, newest first: what *undo* takes back.

    >>> undoable_step(())
    ()
    """
    return _last_step(active_decisions(decisions))


def redoable_step(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the undos that *redo* takes back, newest first: none once something new was decided after them.

    >>> redoable_step(())
    ()
    """
    ordered = _in_order(decisions)
    undone = undone_numbers(ordered)
    by_number = {decision.id: decision for decision in ordered}
    decided = [decision.id or 0 for decision in ordered if decision.action != "undo"]
    open_undos = [
        decision
        for decision in ordered
        if decision.action == "undo"
        and decision.id not in undone
        and (decision.id or 0) > max(decided, default=0)
        and (target := by_number.get(_undo_number(decision))) is not None
        and target.action != "undo"
    ]
    return _last_step(open_undos)


def _last_step(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    if not decisions:
        return ()
    newest = decisions[-1]
    step = [one for one in decisions if (one.when, one.who) == (newest.when, newest.who)]
    return tuple(reversed(step))


def _in_order(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda decision: (decision.id is None, decision.id or 0))


def undone_numbers(decisions: Iterable[Decision]) -> frozenset[int | None]:
    """Return the numbers of the decisions that an undo which itself holds takes back; undos among them.

    >>> undone_numbers(())
    frozenset()
    """
    ordered = _in_order(decisions)
    undone: set[int | None] = set()
    for decision in reversed(ordered):
        if decision.action == "undo" and (decision.id is None or decision.id not in undone):
            number = _undo_number(decision)
            if number is not None:
                undone.add(number)
    return frozenset(undone)


def _undo_number(decision: Decision) -> int | None:
    kind, _, number = decision.target.partition(":")
    return int(number) if kind == "decision" and number.isascii() and number.isdigit() else None


def about_values(article: Article) -> dict[str, str]:
    """Return what may be corrected of an article, as the log writes it; empty = unknown.

    >>> about_values(Article("a1", "It fell.", publisher="The Daily"))
    {'published': '', 'title': '', 'publisher': 'The Daily', 'url': ''}
    """
    published = "" if article.published is None else article.published.isoformat()
    return {
        "published": published,
        "title": article.title or "",
        "publisher": article.publisher or "",
        "url": article.url or "",
    }


def describe_article(article: Article, *, decisions: Iterable[Decision]) -> Article:
    """Return an article with what people corrected of its day, title, publisher and address; the last word holds.

    A correction that cannot be read, as it may come out of a file, changes nothing.

    >>> describe_article(Article("a1", "It fell."), decisions=()).publisher is None
    True
    """
    values = {
        decision.field: decision.after or None
        for decision in active_decisions(decisions)
        if decision.target == ARTICLE and decision.action == "correct" and decision.field in ABOUT
    }
    moment = values.get("published")
    published = read_moment(moment) if moment else None
    if moment and published is None:
        values.pop("published")
    return replace(
        article,
        published=published if "published" in values else article.published,
        title=values.get("title", article.title),
        publisher=values.get("publisher", article.publisher),
        url=values.get("url", article.url),
    )


def read_moment(text: str) -> datetime | None:
    """Return a time of publication as the log writes it, or None for anything else.

    >>> read_moment("2024-12-05T12:00:00+02:00").isoformat(), read_moment("2024-12-05")
    ('2024-12-05T12:00:00+02:00', None)
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class Bonds:
    """What people said about events: which claims speak of one, and which don't.

    Names are `claim:<id>` or, for an event of the theatre, `event:<id>`.
    """

    same: tuple[tuple[str, str], ...] = ()
    apart: frozenset[frozenset[str]] = frozenset()

    def are_apart(self, one: str, others: Iterable[str]) -> bool:
        """Tell whether somebody said that `one` speaks of another event than one of the others."""
        return bool(self.apart) and any(frozenset((one, other)) in self.apart for other in others)


def event_bonds(decisions: Iterable[Decision]) -> Bonds:
    """Return what the decisions say of events; for each pair the last word holds.

    >>> event_bonds(())
    Bonds(same=(), apart=frozenset())
    """
    last: dict[frozenset[str], tuple[str, str, bool]] = {}
    for decision in active_decisions(decisions):
        if decision.field != EVENT or decision.action not in ("merge", "separate"):
            continue
        for other in (decision.after or "").split():
            if other != decision.target:
                pair = frozenset((decision.target, other))
                last.pop(pair, None)
                last[pair] = (decision.target, other, decision.action == "merge")
    return Bonds(
        same=tuple((one, other) for one, other, is_same in last.values() if is_same),
        apart=frozenset(pair for pair, (_, _, is_same) in last.items() if not is_same),
    )
