"""`articles`, `forget`: what is in the store; what is known of an article corrected, an article taken out."""

from __future__ import annotations

import argparse

from mapapp.claims.decisions import ABOUT
from mapapp.cli.reviewer import opened_work
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    open_place_index,
    opened_store,
    say_if_slow,
)
from mapapp.desk import correct_article
from mapapp.errors import StoreError
from mapapp.report import list_articles
from mapapp.store import Store
from mapapp.text import show_plain


def run_articles(options: argparse.Namespace) -> int:
    """Print the list of stored articles."""
    with opened_store(options.db) as store:
        print("\n".join(list_articles(store.articles())))
    return 0


def run_correct(options: argparse.Namespace) -> int:
    """Correct what is known of an article; with another day it is read again."""
    values = {name: getattr(options, name) for name in ABOUT if getattr(options, name) is not None}
    with opened_work(options) as work, say_if_slow("Reading the article again"):
        done = correct_article(
            work.store,
            _find_article(options.id, store=work.store, theatre=work.theatre.code),
            values=values,
            theatre=work.theatre,
            open_gazetteer=lambda: open_place_index(work.theatre),
            who=work.who,
            why=work.why,
        )
    for one in done.decisions:
        print(show_plain(f"No {one.id}: {one.field}: {one.before or 'unknown'} → {one.after or 'unknown'}"))
    if done.is_read_again:
        n_dated = sum(claim.date_start is not None for claim in done.reading.claims)
        print(f"It was read again: {len(done.reading.claims)} claims, {n_dated} of them with a day.")
    if done.n_kept or done.left:
        print(f"Decisions about its claims that still apply: {done.n_kept}; without their claim: {len(done.left)}.")
    print("`review undo` takes it back.")
    return 0


def run_forget(options: argparse.Namespace) -> int:
    """Remove one article from the store."""
    with opened_store(options.db) as store:
        found = _find_article(options.id, store=store, theatre=None)
        store.remove_article(found)
    print(f"Removed {found[:12]} and all that was read from it. Decisions about it stay in the log.")
    return 0


def _find_article(name: str, *, store: Store, theatre: str | None) -> str:
    """Return the id of the stored article whose id begins so. Raises `StoreError` where none or several do."""
    found = sorted({line.id for line in store.articles(theatre=theatre) if line.id.startswith(name.lower())})
    if len(found) != 1:
        message = f"{len(found)} stored articles have an id that begins with {name!a}; one was expected. "
        message += "`python -m mapapp articles` lists them."
        raise StoreError(message)
    return found[0]


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    articles = add_command(
        commands,
        "articles",
        run_articles,
        "list the stored articles; or correct the day, title, publisher or address of one",
        examples=(
            "articles",
            "articles correct 3fa9c1d2 --published 2024-12-05 --publisher 'The Daily'",
        ),
    )
    what = articles.add_subparsers(title="what to do", metavar="correct")
    correct = what.add_parser(
        "correct",
        help="correct what is known of an article; with another day it is read again",
        description="Correct what is known of an article. With another day of publication it is read again, as days "
        "such as “on Thursday” hang on it; decisions about its claims stay. It is logged, and `review undo` takes it "
        "back: what was read first is kept.",
    )
    correct.add_argument("id", metavar="ID", help="as `articles` lists it; its beginning is enough")
    correct.add_argument("--published", metavar="YYYY-MM-DD", help="day, or ISO time, of publication; '' = unknown")
    correct.add_argument("--publisher", metavar="NAME", help="'' = unknown")
    correct.add_argument("--url", metavar="URL", help="its address; it is kept, not opened; '' = unknown")
    correct.add_argument("--title", metavar="TEXT", help="'' = none")
    correct.add_argument("--who", metavar="NAME", help="for the log; else the user of this machine")
    correct.add_argument("--why", metavar="TEXT", help="for the log")
    correct.set_defaults(run=run_correct)
    add_store_option(articles)
    add_store_option(correct, is_below=True)
    add_theatre_option(correct)
    forget = add_command(
        commands, "forget", run_forget, "remove an article from the store", examples=("forget 3fa9c1d2",)
    )
    forget.add_argument("id", metavar="ID", help="as `articles` lists it; its beginning is enough")
    add_store_option(forget)
