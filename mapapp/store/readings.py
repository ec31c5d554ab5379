"""Readings between records and rows, and the last gate before something counts as read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from mapapp.errors import StoreError
from mapapp.model import Article, Claim, Reading
from mapapp.records import record_from_json
from mapapp.store.tables import ADDED_CLAIM, ARTICLE, PARTS, READING


def read_readings(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Reading]:
    """Return readings by row, in a few queries for all of them together."""
    articles = {}
    parts: dict[str, dict[int, list[Any]]] = {name: {reading_id: [] for reading_id in ids} for name in PARTS}
    for batch in (ids[first : first + 500] for first in range(0, len(ids), 500)):  # databases limit the length of IN
        query = sa.select(READING.c.id.label("reading_id"), READING.c.remarks, ARTICLE).join_from(READING, ARTICLE)
        for row in connection.execute(query.where(READING.c.id.in_(batch))).mappings():
            articles[row["reading_id"]] = (record_from_json(Article, dict(row)), tuple(json.loads(row["remarks"])))
        for name, (table, kind) in PARTS.items():
            rows = sa.select(table).where(table.c.reading_id.in_(batch)).order_by(table.c.reading_id, table.c.position)
            for row in connection.execute(rows).mappings():
                parts[name][row["reading_id"]].append(record_from_json(kind, json.loads(row["payload"])))
    return {
        reading_id: Reading(
            article=article,
            resolutions=tuple(parts["resolutions"][reading_id]),
            claims=tuple(parts["claims"][reading_id]),
            routes=tuple(parts["routes"][reading_id]),
            remarks=remarks,
        )
        for reading_id, (article, remarks) in articles.items()
    }


def read_added_claims(connection: sa.Connection, *, theatre: str) -> dict[str, list[Claim]]:
    """Return the claims of a theatre that were added beside its readings, by article."""
    query = sa.select(ADDED_CLAIM).where(ADDED_CLAIM.c.theatre == theatre).order_by(ADDED_CLAIM.c.id)
    found: dict[str, list[Claim]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["article_id"], []).append(record_from_json(Claim, json.loads(row["payload"])))
    return found


def with_added_claims(reading: Reading, *, added: Mapping[str, Sequence[Claim]]) -> Reading:
    """Return a reading with the claims that were added beside it, by offset; its own word comes first."""
    own = {claim.id for claim in reading.claims}
    more = [claim for claim in added.get(reading.article.id, ()) if claim.id not in own]
    if not more:
        return reading
    return replace(reading, claims=tuple(sorted((*reading.claims, *more), key=lambda claim: claim.start)))


def check_claims(claims: Iterable[Claim], *, article: Article) -> str | None:
    """Return what is wrong with claims that do not stand in an article, or None."""
    for claim in claims:
        if claim.article_id != article.id or not claim.quote or article.text[claim.start : claim.end] != claim.quote:
            return f"the quote of claim {claim.id[:20]!r} does not stand at {claim.start}-{claim.end}"
    return None


def check_reading(reading: Reading) -> None:
    """Refuse what does not stand in the article: the last gate before something counts as read."""
    article = reading.article
    problem = None
    try:
        digest = hashlib.sha256(article.text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        message = f"The article cannot be stored: its text holds half a surrogate pair at character {error.start}."
        raise StoreError(message) from error
    if digest != article.id:
        problem = "its id is not the hash of its text"
    for mention in (resolution.mention for resolution in reading.resolutions):
        if mention.article_id != article.id or article.text[mention.start : mention.end] != mention.surface:
            problem = f"the mention {mention.surface[:60]!r} does not stand at {mention.start}-{mention.end}"
    problem = problem or check_claims(reading.claims, article=article)
    if problem:
        message = f"The article {article.id[:12]} cannot be stored: {problem}. Read the article again."
        raise StoreError(message)
