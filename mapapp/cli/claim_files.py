"""`review export`, `review import`: claims and decisions as files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mapapp.claims.exchange import MOST_BYTES, read_exchange, write_exchange
from mapapp.cli.maps import write_output
from mapapp.cli.reviewer import find_article, opened_work
from mapapp.cli.terminal import EXIT_PARTLY, open_place_index
from mapapp.desk import read_missing
from mapapp.errors import DataError
from mapapp.store.transfer import check_claims_file, collect_claims, count_taken, take_in_claims
from mapapp.text import show_plain


def run_export(options: argparse.Namespace) -> int:
    """Write all claims and decisions of the stored articles to a file."""
    form = options.format or Path(options.output).suffix.lower().removeprefix(".")
    with opened_work(options) as work:
        ids = None if options.article is None else {find_article(work.stored_desk(), options.article)}
        exchange = collect_claims(work.store, theatre=work.theatre, gazetteer=work.gazetteer, article_ids=ids)
        write_output(write_exchange(exchange, format=form), name=options.output)
    return 0


def run_import(options: argparse.Namespace) -> int:
    """Take in a file of claims and decisions."""
    try:
        if options.file == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(options.file).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"The file {options.file!a} cannot be read: {getattr(error, 'strerror', error)}. Check the name."
        raise DataError(message) from error
    exchange = read_exchange(data)
    with opened_work(options) as work:
        if options.check:
            taken = count_taken(check_claims_file(work.store, exchange, theatre=work.theatre))
        else:
            origin = f"file {Path(options.file).name}" if options.file != "-" else "standard input"
            taken = take_in_claims(work.store, exchange, theatre=work.theatre, origin=origin)
            read_missing(work.store, theatre=work.theatre, open_gazetteer=lambda: open_place_index(work.theatre))
    for reason in taken.set_aside:
        print(f"set aside: {show_plain(reason)}", file=sys.stderr)
    verb = "would be added" if options.check else "added"
    print(
        f"{taken.n_claims} claims and {taken.n_decisions} decisions {verb}; {taken.n_known_claims} claims and "
        f"{taken.n_known_decisions} decisions were here already; {len(taken.set_aside)} set aside."
    )
    return EXIT_PARTLY if taken.set_aside else 0
