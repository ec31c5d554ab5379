"""Claims that were added beside what this program read itself, such as imported ones."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of added claims."""
    op.create_table(
        "added_claim",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
        sa.Column("theatre", sa.String(100), nullable=False),
        sa.Column("claim_id", sa.String(200), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("added", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.UniqueConstraint("article_id", "theatre", "claim_id", name="one_added_claim_per_theatre"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_added_claim_article_id", "added_claim", ["article_id"])
