"""Articles that were read again because somebody corrected their day of publication."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of readings under another day."""
    op.create_table(
        "rereading",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
        sa.Column("theatre", sa.String(100), nullable=False),
        sa.Column("published", sa.String(64), nullable=False),
        sa.Column("reader", sa.String(40), nullable=False),
        sa.Column("added", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.UniqueConstraint("article_id", "theatre", "published", name="one_rereading_per_day"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rereading_article_id", "rereading", ["article_id"])
