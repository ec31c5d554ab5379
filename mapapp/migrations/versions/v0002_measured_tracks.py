"""Measured tracks that a user has imported, as the routes that were made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of tracks."""
    op.create_table(
        "track",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("route_id", sa.String(64), nullable=False),
        sa.Column("theatre", sa.String(100), nullable=False),
        sa.Column("added", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.UniqueConstraint("route_id", "theatre", name="one_track_per_theatre"),
        sqlite_autoincrement=True,
    )
