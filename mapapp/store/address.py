"""Where a store is: addresses, the engine for one, and one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool, StaticPool

from mapapp.errors import StoreError

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another one; adding an article takes some milliseconds, a first set-up some tenths."""
FILE_SUFFIXES = (".sqlite", ".sqlite3", ".db")
"""Of files that are made where they are not there yet."""


def read_address(text: str) -> sa.URL:
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


def describe_address(address: sa.URL) -> str:
    """Return an address as the user may see it: the path of a file, else the address without its password."""
    is_file = address.get_backend_name() == "sqlite" and address.database
    return str(address.database) if is_file else address.render_as_string(hide_password=True)


def build_engine(address: sa.URL) -> sa.Engine:
    """Return the engine for an address; `StoreError` where no driver is installed for it."""
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
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run a block in one transaction and turn the database's errors into ours."""
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        message = (
            f"The store at {describe_address(engine.url)} cannot be used: {cause}. Check that it is a store of this "
            "program, that the disk has room and may be written to; or choose another with --db."
        )
        raise StoreError(message) from error
