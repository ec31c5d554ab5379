"""Articles about which somebody corrected what is known: their description, and what was read under another day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from mapapp.claims.decisions import ARTICLE as ARTICLE_TARGET
from mapapp.claims.decisions import describe_article
from mapapp.model import Article, Decision, Reading
from mapapp.records import record_from_json, record_to_json
from mapapp.store.tables import DECISION, REREADING, STATE

Key = tuple[str, str]
"""Id of an article, and its time of publication as the log writes it; empty = unknown."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was decided about articles themselves, and what was read of them again."""

    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    """By article, of those about which anything of the kind was ever decided."""
    rereadings: Mapping[Key, Reading] = field(default_factory=dict)

    def describe(self, article: Article) -> Article:
        """Return an article as it is described now."""
        own = self.decisions.get(article.id)
        return article if own is None else describe_article(article, decisions=own)

    def is_missing(self, article: Article) -> bool:
        """Tell whether an article has another day now than it was ever read with."""
        now = self.describe(article)
        return now.published != article.published and reading_key(now) not in self.rereadings

    def apply(self, reading: Reading) -> Reading:
        """Return the reading that counts of an article: the first one, or that under its corrected day."""
        now = self.describe(reading.article)
        if now == reading.article:
            return reading
        if now.published == reading.article.published:
            return replace(reading, article=now)
        again = self.rereadings.get(reading_key(now))
        if again is not None:
            return replace(again, article=now)
        day = "unknown" if now.published is None else now.published.date().isoformat()
        remark = (
            f"Its day of publication was corrected to {day}, but it was not read again with that. Correct it once more "
            "here to do so."
        )
        now = replace(now, published=reading.article.published)
        return replace(reading, article=now, remarks=(*reading.remarks, remark))


def reading_key(article: Article) -> Key:
    """Return by what a reading under another day is known.

    >>> reading_key(Article("a1", "It fell."))
    ('a1', '')
    """
    return article.id, "" if article.published is None else article.published.isoformat()


def read_decisions(connection: sa.Connection) -> dict[str, tuple[Decision, ...]]:
    """Return the whole log of each article about which anything of this kind was decided."""
    is_about = DECISION.c.payload.like(f'%"target": {json.dumps(ARTICLE_TARGET)}%')
    ids = sa.select(DECISION.c.article_id).where(is_about).distinct()
    rows = sa.select(DECISION).where(DECISION.c.article_id.in_(ids)).order_by(DECISION.c.id)
    found: dict[str, list[Decision]] = {}
    for row in connection.execute(rows):
        decision = record_from_json(Decision, {**json.loads(row.payload), "id": row.id})
        found.setdefault(row.article_id, []).append(decision)
    return {article_id: tuple(decisions) for article_id, decisions in found.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """What of the corrections was read before: looking for them in a long log at every step would take long."""

    readings: dict[int, Reading] = field(default_factory=dict)
    """By row, as they never change."""
    decisions: dict[int, Mapping[str, tuple[Decision, ...]]] = field(default_factory=dict)
    """By the number of changes to the store: only the newest is kept."""


def known_decisions(connection: sa.Connection, *, known: Known) -> Mapping[str, tuple[Decision, ...]]:
    """Return what `read_decisions` does, read anew only after a change to the store."""
    changes: int = connection.execute(sa.select(STATE.c.changes)).scalar_one()
    found = known.decisions.get(changes)  # asked for once: another thread may put a newer one in its place
    if found is None:
        found = read_decisions(connection)
        known.decisions.clear()
        known.decisions[changes] = found
    return found


def read_corrections(connection: sa.Connection, *, theatre: str, known: Known) -> Corrections:
    """Return what was corrected of a theatre's articles."""
    decisions = known_decisions(connection, known=known)
    if not decisions:
        return Corrections()
    listed = sa.select(REREADING.c.id, REREADING.c.article_id, REREADING.c.published).where(
        REREADING.c.theatre == theatre
    )
    rows = [row for row in connection.execute(listed) if row.article_id in decisions]
    for row in rows:
        if row.id not in known.readings:
            query = sa.select(REREADING.c.payload).where(REREADING.c.id == row.id)
            known.readings[row.id] = record_from_json(Reading, json.loads(connection.execute(query).scalar_one()))
    return Corrections(decisions, {(row.article_id, row.published): known.readings[row.id] for row in rows})


def rereading_row(reading: Reading, *, theatre: str) -> dict[str, str]:
    """Return a reading under another day as a row of its table."""
    article_id, published = reading_key(reading.article)
    payload = json.dumps(record_to_json(reading), allow_nan=False)
    return {"article_id": article_id, "theatre": theatre, "published": published, "payload": payload}
