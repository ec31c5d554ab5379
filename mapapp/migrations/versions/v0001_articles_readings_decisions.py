"""Articles, what was read from them, and the log of decisions."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSE_CHANGES = {
    "sqlite": (
        "CREATE TRIGGER article_is_kept BEFORE UPDATE ON article "
        "BEGIN SELECT RAISE(ABORT, 'an article is never changed'); END",
        "CREATE TRIGGER decision_is_kept BEFORE UPDATE ON decision "
        "BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END",
        "CREATE TRIGGER decision_stays BEFORE DELETE ON decision "
        "BEGIN SELECT RAISE(ABORT, 'a decision is never removed'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION mapapp_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'this row is never changed'; END $$",
        "CREATE TRIGGER article_is_kept BEFORE UPDATE ON article FOR EACH ROW EXECUTE FUNCTION mapapp_refuse()",
        "CREATE TRIGGER decision_is_kept BEFORE UPDATE OR DELETE ON decision "
        "FOR EACH ROW EXECUTE FUNCTION mapapp_refuse()",
    ),
}
"""By dialect, as no portable SQL says it. Any other database relies on `store`, which never asks for such a change."""


def upgrade() -> None:
    """Make the first tables."""
    state = op.create_table(
        "state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("store", sa.String(32), nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "article",
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
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(64), sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
        sa.Column("theatre", sa.String(100), nullable=False),
        sa.Column("reader", sa.String(40), nullable=False),
        sa.Column("added", sa.String(40), nullable=False),
        sa.Column("remarks", sa.Text, nullable=False),
        sa.UniqueConstraint("article_id", "theatre", name="one_reading_per_theatre"),
        sqlite_autoincrement=True,
    )
    for name in ("resolution", "claim", "route"):
        op.create_table(
            name,
            sa.Column("reading_id", sa.Integer, sa.ForeignKey("reading.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("payload", sa.Text, nullable=False),
        )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(64), nullable=False, index=True),
        sa.Column("payload", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(state, [{"id": 1, "store": uuid.uuid4().hex, "changes": 0}])
    for statement in REFUSE_CHANGES.get(op.get_context().dialect.name, ()):
        op.execute(statement)
