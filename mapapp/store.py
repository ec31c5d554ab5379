"""The one persistent store: articles as they were, what was read from them, measured tracks, the log of decisions.

SQLite in the user's data folder by default, any database that SQLAlchemy knows by address. An article is never changed,
a decision never changed nor removed; what a person corrects stands in the log beside the reading. Whatever is added is
added in one transaction. Readers in other processes go on while one writes (write-ahead log).
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event
from sqlalchemy.pool import NullPool, StaticPool

from mapapp import __version__
from mapapp.errors import StoreError
from mapapp.folders import data_folder
from mapapp.model import Article, Claim, Decision, Reading, Resolution, Route
from mapapp.records import record_from_json, record_to_json

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another one; adding an article takes some milliseconds, a first set-up some tenths."""
FILE_SUFFIXES = (".sqlite", ".sqlite3", ".db")
"""Of files that are made where they are not there yet."""
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK_SET_UP = {"postgresql": "SELECT pg_advisory_xact_lock(7262001)"}
"""Two programs that open a new store at once must set it up one after the other; SQLite's write lock does that."""

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


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One line of the list of what is stored."""

    id: str
    theatre: str
    title: str | None
    publisher: str | None
    published: datetime | None
    added: datetime
    reader: str
    """Version of this package that has read it."""
    n_resolutions: int
    n_claims: int
    n_routes: int


ProfileRow = tuple[float | None, float | None, float | None]
"""Seconds since 1970 in UTC, height in metres, speed in km/h; None = unknown."""


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """A measured track as it was imported."""

    route: Route
    added: datetime
    profile: tuple[ProfileRow, ...]
    """Height and speed through time, thinned; () = it has neither."""


@dataclass(frozen=True)
class Store:
    """An open store. It may be used from several threads; `close` it when done."""

    engine: sa.Engine
    writer: sa.Engine
    """The same, taking the write lock at the start of a transaction."""
    _decoded: dict[int, Reading] = field(default_factory=dict, repr=False, compare=False)
    """Readings by row, as they never change."""

    @property
    def name(self) -> str:
        """Where the store is, for the user: the path of its file, else its address without the password."""
        return _describe(self.engine.url)

    def close(self) -> None:
        """Give back what the store holds of the system."""
        self.engine.dispose()

    def version(self) -> str:
        """Return a short text that changes with every change to this store, for caches.

        >>> with_nothing = open_store("sqlite://")
        >>> with_nothing.version() == with_nothing.version()
        True
        """
        with _transaction(self.engine) as connection:
            row = connection.execute(sa.select(STATE.c.store, STATE.c.changes)).one()
        return f"{row.store[:12]}-{row.changes}"

    def add_reading(self, reading: Reading, *, theatre: str) -> bool:
        """Store an article with all that was read from it, or nothing; False where this very text was there already.

        The first description of a text (publisher, address, day) stays. Raises `StoreError` for a reading that does
        not stand in its text, or that holds characters that cannot be stored.
        """
        _check_reading(reading)
        try:
            whole = record_to_json(reading)
            article, remarks = whole["article"], json.dumps(whole["remarks"])
            rows = {
                name: [
                    {"position": position, "payload": json.dumps(part, allow_nan=False)}
                    for position, part in enumerate(whole[name])
                ]
                for name in PARTS
            }
        except ValueError as error:
            message = f"The article cannot be stored. {error}"
            raise StoreError(message) from error
        with _transaction(self.writer) as connection:
            known = sa.select(READING.c.id).where(READING.c.article_id == article["id"], READING.c.theatre == theatre)
            if connection.execute(known).first() is not None:
                return False
            if connection.execute(sa.select(ARTICLE.c.id).where(ARTICLE.c.id == article["id"])).first() is None:
                connection.execute(sa.insert(ARTICLE).values(article))
            added = connection.execute(
                sa.insert(READING).values(
                    article_id=article["id"],
                    theatre=theatre,
                    reader=__version__,
                    added=datetime.now(tz=UTC).isoformat(timespec="seconds"),
                    remarks=remarks,
                )
            )
            (reading_id,) = added.inserted_primary_key or (None,)
            for name, (table, _) in PARTS.items():
                if rows[name]:
                    connection.execute(sa.insert(table), [{"reading_id": reading_id, **row} for row in rows[name]])
            _count_change(connection)
        return True

    def readings(self, *, theatre: str) -> tuple[Reading, ...]:
        """Return all that was read for a theatre, in the order in which it was added.

        >>> open_store("sqlite://").readings(theatre="anywhere")
        ()
        """
        with _transaction(self.engine) as connection:
            listed = sa.select(READING.c.id).where(READING.c.theatre == theatre).order_by(READING.c.id)
            ids = list(connection.execute(listed).scalars())
            missing = [reading_id for reading_id in ids if reading_id not in self._decoded]
            self._decoded.update(_read_readings(connection, missing))
        return tuple(self._decoded[reading_id] for reading_id in ids)

    def article(self, article_id: str) -> Article | None:
        """Return a stored article, or None where there is none with this id."""
        with _transaction(self.engine) as connection:
            row = connection.execute(sa.select(ARTICLE).where(ARTICLE.c.id == article_id)).mappings().first()
        return None if row is None else record_from_json(Article, dict(row))

    def articles(self, *, theatre: str | None = None) -> tuple[StoredArticle, ...]:
        """Return the list of what is stored, without the texts; of all theatres if none is given."""

        def count(table: sa.Table) -> sa.ScalarSelect[int]:
            of_reading = table.c.reading_id == READING.c.id
            return sa.select(sa.func.count()).select_from(table).where(of_reading).scalar_subquery()

        query = (
            sa.select(
                ARTICLE.c.id,
                READING.c.theatre,
                ARTICLE.c.title,
                ARTICLE.c.publisher,
                ARTICLE.c.published,
                READING.c.added,
                READING.c.reader,
                count(RESOLUTION).label("n_resolutions"),
                count(CLAIM).label("n_claims"),
                count(ROUTE).label("n_routes"),
            )
            .join(READING, READING.c.article_id == ARTICLE.c.id)
            .order_by(READING.c.id)
        )
        if theatre is not None:
            query = query.where(READING.c.theatre == theatre)
        with _transaction(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(record_from_json(StoredArticle, dict(row)) for row in rows)

    def remove_article(self, article_id: str) -> bool:
        """Remove an article with all that was read from it; False where there was none.

        The decisions about it stay in the log: added again, the same text meets the same decisions.
        """
        with _transaction(self.writer) as connection:
            readings = sa.select(READING.c.id).where(READING.c.article_id == article_id)
            ids = list(connection.execute(readings).scalars())
            removed = connection.execute(sa.delete(ARTICLE).where(ARTICLE.c.id == article_id)).rowcount > 0
            if removed:
                _count_change(connection)
        for reading_id in ids:
            self._decoded.pop(reading_id, None)
        return removed

    def add_track(self, route: Route, *, theatre: str, profile: Sequence[ProfileRow] = ()) -> bool:
        """Store the route of a measured track; False where this very track was there already."""
        try:
            payload = json.dumps(record_to_json(route), allow_nan=False)
            rows = json.dumps([list(row) for row in profile], allow_nan=False)
        except ValueError as error:
            message = f"The track cannot be stored. {error}"
            raise StoreError(message) from error
        with _transaction(self.writer) as connection:
            known = sa.select(TRACK.c.id).where(TRACK.c.route_id == route.id, TRACK.c.theatre == theatre)
            if connection.execute(known).first() is not None:
                return False
            added = datetime.now(tz=UTC).isoformat(timespec="seconds")
            values = {"route_id": route.id, "theatre": theatre, "added": added, "payload": payload, "profile": rows}
            connection.execute(sa.insert(TRACK).values(values))
            _count_change(connection)
        return True

    def tracks(self, *, theatre: str) -> tuple[StoredTrack, ...]:
        """Return the tracks of a theatre in the order in which they were added.

        >>> open_store("sqlite://").tracks(theatre="anywhere")
        ()
        """
        query = sa.select(TRACK).where(TRACK.c.theatre == theatre).order_by(TRACK.c.id)
        with _transaction(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            StoredTrack(
                record_from_json(Route, json.loads(row["payload"])),
                datetime.fromisoformat(row["added"]),
                tuple((when, height, speed) for when, height, speed in json.loads(row["profile"])),
            )
            for row in rows
        )

    def remove_track(self, route_id: str, *, theatre: str) -> bool:
        """Remove a track; False where there was none."""
        is_it = sa.and_(TRACK.c.route_id == route_id, TRACK.c.theatre == theatre)
        with _transaction(self.writer) as connection:
            is_removed = connection.execute(sa.delete(TRACK).where(is_it)).rowcount > 0
            if is_removed:
                _count_change(connection)
        return is_removed

    def add_decision(self, decision: Decision) -> Decision:
        """Append a decision to the log and return it with its number.

        Raises `StoreError` where the article, or for an undo the decision, is not known.
        """
        try:
            payload = json.dumps(record_to_json(replace(decision, id=None)))
        except ValueError as error:
            message = f"The decision cannot be stored. {error}"
            raise StoreError(message) from error
        with _transaction(self.writer) as connection:
            article = sa.select(ARTICLE.c.id).where(ARTICLE.c.id == decision.article_id)
            if connection.execute(article).first() is None:
                message = f"No article {decision.article_id[:12]} is stored, so nothing can be decided about it."
                raise StoreError(message)
            _check_undo(connection, decision)
            added = connection.execute(sa.insert(DECISION).values(article_id=decision.article_id, payload=payload))
            (number,) = added.inserted_primary_key or (None,)
            _count_change(connection)
        return replace(decision, id=number)

    def decisions(self, *, article_id: str | None = None) -> tuple[Decision, ...]:
        """Return the log, oldest first; of all articles if none is given."""
        query = sa.select(DECISION.c.id, DECISION.c.payload).order_by(DECISION.c.id)
        if article_id is not None:
            query = query.where(DECISION.c.article_id == article_id)
        with _transaction(self.engine) as connection:
            rows = connection.execute(query).all()
        return tuple(record_from_json(Decision, {**json.loads(row.payload), "id": row.id}) for row in rows)


def open_store(url: str | None = None) -> Store:
    """Open a store, setting it up or bringing it up to date where needed.

    `url` is an address of SQLAlchemy's form or the path of an SQLite file; None means MAPAPP_DATABASE_URL, else a file
    in `data_folder()`. Raises `StoreError` where it cannot be opened, is no store, or was written by a newer version.

    >>> open_store("sqlite://").decisions()
    ()
    """
    address = _read_address(url or os.environ.get("MAPAPP_DATABASE_URL") or str(data_folder() / "mapapp.sqlite"))
    engine = _build_engine(address)
    store = Store(engine=engine, writer=engine.execution_options(takes_write_lock=True))
    try:
        _bring_up_to_date(store)
    except StoreError:
        store.close()
        raise
    return store


def _read_address(text: str) -> sa.URL:
    """Return the address for a URL or for the path of a file."""
    if "://" not in text and not _may_be_file(Path(text).expanduser()):
        message = (
            f"{text!r} is neither the address of a database nor a file that may be a store. Give a file that ends in "
            f"{' or '.join(FILE_SUFFIXES)}, such as map.sqlite, or an address such as postgresql+psycopg://user@host/name."
        )
        raise StoreError(message)
    try:
        address = sa.make_url(text) if "://" in text else sa.URL.create("sqlite", database=str(Path(text).expanduser()))
    except sa.exc.ArgumentError as error:
        message = (
            f"{text!r} is no address of a database. Give a file, such as map.sqlite, "
            "or an address such as postgresql+psycopg://user@host/name."
        )
        raise StoreError(message) from error
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        folder = Path(str(address.database)).parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"The folder {folder} for the store cannot be made: {error.strerror}. Choose another with --db."
            raise StoreError(message) from error
    return address


def _may_be_file(path: Path) -> bool:
    """Tell whether a path may be opened as a store: by its suffix, or because there is such a file already.

    A slip in an address would otherwise make an empty store in the current folder.
    """
    try:
        return path.suffix.lower() in FILE_SUFFIXES or path.is_file()
    except (OSError, ValueError):  # a NUL in the name
        return False


def _describe(address: sa.URL) -> str:
    is_file = address.get_backend_name() == "sqlite" and address.database
    return str(address.database) if is_file else address.render_as_string(hide_password=True)


def _build_engine(address: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"pool_pre_ping": True}
    if address.get_backend_name() == "sqlite":
        is_in_memory = address.database in (None, "", ":memory:")
        options = {"poolclass": StaticPool if is_in_memory else NullPool}
    try:
        engine = sa.create_engine(address, **options)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        message = (
            f"No driver is installed for {address.drivername!r} ({error}). Install the one that the address names, "
            "for PostgreSQL: pip install 'psycopg[binary]' and postgresql+psycopg://…"
        )
        raise StoreError(message) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
    """SQLite only: wait for other writers, let readers go on beside one, keep references whole."""
    connection.isolation_level = None  # transactions begin where `_begin` says, so that set-up is one of them
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    """SQLite only: a transaction that will write takes the lock at once, so that it cannot fail half-way for it."""
    is_writing = connection.get_execution_options().get("takes_write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def _transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run a block in one transaction and turn the database's errors into ours."""
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        message = (
            f"The store at {_describe(engine.url)} cannot be used: {cause}. Check that it is a store of this program, "
            "that the disk has room and may be written to; or choose another with --db."
        )
        raise StoreError(message) from error


def migration_config() -> Config:
    """Return Alembic's settings for the steps of this package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _bring_up_to_date(store: Store) -> None:
    """Run the missing steps; do nothing but look where there are none."""
    config = migration_config()
    steps = ScriptDirectory.from_config(config)
    with _transaction(store.engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == steps.get_current_head():
        return
    with _transaction(store.writer) as connection:
        if connection.dialect.name in LOCK_SET_UP:
            connection.exec_driver_sql(LOCK_SET_UP[connection.dialect.name])
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            message = (
                f"The store at {store.name} was written by a newer version "
                f"of this program (its form is {current!r}). Update the program, or choose another store with --db."
            )
            raise StoreError(message) from error


def _count_change(connection: sa.Connection) -> None:
    connection.execute(sa.update(STATE).values(changes=STATE.c.changes + 1))


def _read_readings(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Reading]:
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


def _check_reading(reading: Reading) -> None:
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
    for claim in reading.claims:
        if claim.article_id != article.id or not claim.quote or article.text[claim.start : claim.end] != claim.quote:
            problem = f"the quote of claim {claim.id[:20]!r} does not stand at {claim.start}-{claim.end}"
    if problem:
        message = f"The article {article.id[:12]} cannot be stored: {problem}. Read the article again."
        raise StoreError(message)


def _check_undo(connection: sa.Connection, decision: Decision) -> None:
    """Refuse to undo what was never decided about this article."""
    if decision.action != "undo":
        return
    number = decision.target.removeprefix("decision:")
    query = sa.select(DECISION.c.id).where(DECISION.c.article_id == decision.article_id)
    if not number.isascii() or not number.isdigit() or int(number) not in set(connection.execute(query).scalars()):
        message = f"{decision.target!r} is no decision about this article. An undo names one as decision:<number>."
        raise StoreError(message)
