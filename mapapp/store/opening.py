"""Opening a store: set up where it is new, brought up to date where it is older, left alone where it is newer."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from mapapp.errors import StoreError
from mapapp.folders import data_folder
from mapapp.store.address import build_engine, read_address, transaction
from mapapp.store.store import Store

MIGRATIONS = Path(__file__).parents[1] / "migrations"
LOCK_SET_UP = {"postgresql": "SELECT pg_advisory_xact_lock(7262001)"}
"""Two programs that open a new store at once must set it up one after the other; SQLite's write lock does that."""


def open_store(url: str | None = None) -> Store:
    """Open a store, setting it up or bringing it up to date where needed.

    `url` is an address of SQLAlchemy's form or the path of an SQLite file; None means MAPAPP_DATABASE_URL, else a file
    in `data_folder()`. Raises `StoreError` where it cannot be opened, is no store, or was written by a newer version.

    >>> open_store("sqlite://").decisions()
    ()
    """
    address = read_address(url or os.environ.get("MAPAPP_DATABASE_URL") or str(data_folder() / "mapapp.sqlite"))
    engine = build_engine(address)
    store = Store(engine=engine, writer=engine.execution_options(takes_write_lock=True))
    try:
        _bring_up_to_date(store)
    except StoreError:
        store.close()
        raise
    return store


def migration_config() -> Config:
    """Return Alembic's settings for the steps of this package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _bring_up_to_date(store: Store) -> None:
    """Run the missing steps; do nothing but look where there are none."""
    config = migration_config()
    steps = ScriptDirectory.from_config(config)
    with transaction(store.engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == steps.get_current_head():
        return
    with transaction(store.writer) as connection:
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
