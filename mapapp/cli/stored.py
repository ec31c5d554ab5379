"""`articles`, `forget`: what is in the store."""

from __future__ import annotations

import argparse

from mapapp.cli.terminal import Commands, add_command, add_store_option, opened_store
from mapapp.errors import StoreError
from mapapp.report import list_articles


def run_articles(options: argparse.Namespace) -> int:
    """Print the list of stored articles."""
    with opened_store(options.db) as store:
        print("\n".join(list_articles(store.articles())))
    return 0


def run_forget(options: argparse.Namespace) -> int:
    """Remove one article from the store."""
    with opened_store(options.db) as store:
        found = sorted({article.id for article in store.articles() if article.id.startswith(options.id.lower())})
        if len(found) != 1:
            message = f"{len(found)} stored articles have an id that begins with {options.id!a}; one was expected. "
            message += "`python -m mapapp articles` lists them."
            raise StoreError(message)
        store.remove_article(found[0])
    print(f"Removed {found[0][:12]} and all that was read from it. Decisions about it stay in the log.")
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    add_store_option(
        add_command(commands, "articles", run_articles, "list the stored articles", examples=("articles",))
    )
    forget = add_command(
        commands, "forget", run_forget, "remove an article from the store", examples=("forget 3fa9c1d2",)
    )
    forget.add_argument("id", metavar="ID", help="as `articles` lists it; its beginning is enough")
    add_store_option(forget)
