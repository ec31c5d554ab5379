"""The tables of the store, as the newest step of `mapapp/migrations` leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mapapp.model import Claim, Resolution, Route

METADATA = sa.MetaData()
STATE = sa.Table(
    "state",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("store", sa.String(32), nullable=False),
    sa.Column("changes", sa.BigInteger, nullable=False),
)
ARTICLE = sa.Table(
    "article",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("publisher", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("published", sa.String(64)),
    sa.Column("language", sa.Text),
    sa.Column("retrieved", sa.String(64)),
    sa.Column("licence", sa.Text),
)
READING = sa.Table(
    "reading",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    sa.Column("theatre", sa.String(100), nullable=False),
    sa.Column("reader", sa.String(40), nullable=False),
    sa.Column("added", sa.String(40), nullable=False),
    sa.Column("remarks", sa.Text, nullable=False),
    sa.UniqueConstraint("article_id", "theatre", name="one_reading_per_theatre"),
    sqlite_autoincrement=True,  # a number is never used again, so that it may be the key of a cache
)


def _part_table(name: str) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        sa.Column("reading_id", sa.Integer, sa.ForeignKey("reading.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.Text, nullable=False),
    )


RESOLUTION, CLAIM, ROUTE = _part_table("resolution"), _part_table("claim"), _part_table("route")
DECISION = sa.Table(
    "decision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.String(64), nullable=False, index=True),
    sa.Column("payload", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
ADDED_CLAIM = sa.Table(
    "added_claim",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("theatre", sa.String(100), nullable=False),
    sa.Column("claim_id", sa.String(200), nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("added", sa.String(40), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.UniqueConstraint("article_id", "theatre", "claim_id", name="one_added_claim_per_theatre"),
    sqlite_autoincrement=True,
)
"""Claims that did not come of this program's own reading of the article: imported ones."""
REREADING = sa.Table(
    "rereading",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("theatre", sa.String(100), nullable=False),
    sa.Column("published", sa.String(64), nullable=False),
    sa.Column("reader", sa.String(40), nullable=False),
    sa.Column("added", sa.String(40), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.UniqueConstraint("article_id", "theatre", "published", name="one_rereading_per_day"),
    sqlite_autoincrement=True,
)
"""What was read from an article under another time of publication than its first one (`published`; empty = unknown).
Which of them counts, the log of decisions says."""
TRACK = sa.Table(
    "track",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("route_id", sa.String(64), nullable=False),
    sa.Column("theatre", sa.String(100), nullable=False),
    sa.Column("added", sa.String(40), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.UniqueConstraint("route_id", "theatre", name="one_track_per_theatre"),
    sqlite_autoincrement=True,
)
PARTS: Mapping[str, tuple[sa.Table, Any]] = {
    "resolutions": (RESOLUTION, Resolution),
    "claims": (CLAIM, Claim),
    "routes": (ROUTE, Route),
}
"""The lists of a reading: field, table, kind of record."""
