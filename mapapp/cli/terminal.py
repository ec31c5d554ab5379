"""What the commands share: exit codes, the store and the place index opened for a command, slow steps told."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.store import Store, open_store
from mapapp.theatres.theatre import Theatre, default_theatre

Commands = Any
"""What argparse gives for sub-commands; it has no public type."""
PATIENCE_S = 1.0
"""What takes longer says on standard error what it does."""
EXIT_PARTLY, EXIT_FAILED, EXIT_MISTAKE, EXIT_INTERRUPTED, EXIT_PIPE = 1, 2, 3, 130, 141
"""The last two as the shell knows them from signals."""


@contextmanager
def opened_store(db: str | None) -> Iterator[Store]:
    """Open the store that `--db` names for the length of a block."""
    store = open_store(db)
    try:
        yield store
    finally:
        store.close()


def make_report() -> Callable[[str, float], None]:
    """Return what tells the steps of a long work, with a share from 0 to 1, on standard error."""
    started, said = time.monotonic(), [""]

    def report(step: str, share: float) -> None:
        if time.monotonic() - started < PATIENCE_S:
            return
        if sys.stderr.isatty():
            print(f"\r{step} {share:4.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
        elif step != said[0]:
            print(f"{step} …", file=sys.stderr, flush=True)
        said[0] = step

    return report


def open_place_index(theatre: Theatre) -> Gazetteer:
    """Open the place index; the first time it is built, which is told step by step."""
    return open_gazetteer(theatre, progress=make_report())


@contextmanager
def say_if_slow(what: str) -> Iterator[None]:
    """Tell on standard error what is being done, if it is not done within a second."""
    timer = threading.Timer(PATIENCE_S, lambda: print(f"{what} …", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], what: str, *, examples: tuple[str, ...]
) -> argparse.ArgumentParser:
    """Add a command with its help and examples."""
    lines = "\n".join(f"  python -m mapapp {example}" for example in examples)
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        epilog=f"examples:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def read_share(text: str) -> float:
    """Read a number from 0 to 1 for argparse.

    >>> read_share("0.5")
    0.5
    """
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        message = f"{text!a} is no number from 0 to 1"
        raise argparse.ArgumentTypeError(message)
    return share


def add_theatre_option(command: argparse.ArgumentParser, *, is_below: bool = False) -> None:
    """Let the user name a theatre. `is_below`: the command above has the same option, which holds if not given."""
    name = default_theatre()
    default = argparse.SUPPRESS if is_below else name
    command.add_argument("--theatre", metavar="NAME", default=default, help=f"default: {name}")


def add_store_option(command: argparse.ArgumentParser, *, is_below: bool = False) -> None:
    """Let the user name a store. `is_below`: the command above has the same option, which holds if not given."""
    command.add_argument(
        "--db",
        metavar="FILE|URL",
        default=argparse.SUPPRESS if is_below else None,
        help="the store: an SQLite file or a database's address; else MAPAPP_DATABASE_URL, else the user's data folder",
    )
