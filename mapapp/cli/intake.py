"""`ingest`: articles out of files, addresses and feeds into the store, one or many."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from mapapp.articles.addresses import are_private_allowed
from mapapp.articles.batch import About, Fetch, Incoming, glance_at, is_address, read_address, read_incoming, read_path
from mapapp.articles.copies import find_copies
from mapapp.articles.decoding import MAX_BYTES
from mapapp.articles.fetching import fetch_page
from mapapp.articles.language import CODES
from mapapp.articles.readers import all_readers, read_bytes
from mapapp.articles.records import FIELDS
from mapapp.articles.suggestions import suggest_day
from mapapp.cli.terminal import (
    EXIT_INTERRUPTED,
    EXIT_PARTLY,
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    make_report,
    open_place_index,
    opened_store,
    say_if_slow,
)
from mapapp.errors import ArticleError, DateError
from mapapp.intake import HEAD, Tally, not_kept_rows, read_one, take_in, write_not_kept
from mapapp.report import format_table, list_reading
from mapapp.store import Store
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre, load_theatre

MOST_SHOWN = 20
"""Rows of what was set aside that are printed; `--set-aside` writes all."""
GLANCE_BYTES = 200_000_000


def run_ingest(options: argparse.Namespace) -> int:
    """Read articles into the store and print what was found in one, or what became of many."""
    theatre = load_theatre(options.theatre)
    about = _read_about(options, theatre=theatre)
    if options.check:
        return _show_glances(options.sources, about=about)
    fetch: Fetch = functools.partial(fetch_page, allow_private=options.allow_private or are_private_allowed())
    if len(options.sources) > 1 and (options.title or options.url):
        message = "--title and --url are those of one article. Leave them out, or give one file."
        raise ArticleError(message)
    incoming = chain.from_iterable(_read_source(source, about=about, fetch=fetch) for source in options.sources)
    with say_if_slow("Reading"):
        first = list(islice(incoming, 2))
    if len(first) == 1 and len(options.sources) == 1 and not first[0].where:
        return _take_one(first[0], options=options, theatre=theatre)
    return _take_many(chain(first, incoming), options=options, theatre=theatre)


def _read_about(options: argparse.Namespace, *, theatre: Theatre) -> About:
    columns = {}
    for pair in options.column:
        field, equals, name = pair.partition("=")
        if not equals or field not in FIELDS:
            message = f"--column {pair!a} is not FIELD=NAME. Fields: {', '.join(FIELDS)}."
            raise ArticleError(message)
        columns[field] = name
    return About(
        published=options.published,
        publisher=options.publisher,
        url=options.url,
        title=options.title,
        encoding=options.encoding,
        language=options.language,
        columns=columns,
        timezone=theatre.timezone,
        is_full_text_wanted=options.full_text,
    )


def _read_source(source: str, *, about: About, fetch: Fetch) -> Iterator[Incoming]:
    if is_address(source):
        return read_address(source.strip(), about=about, fetch=fetch)
    if source == "-":
        return read_incoming(sys.stdin.buffer.read(MAX_BYTES), name="", about=about, fetch=fetch)
    return read_path(Path(source), about=about, fetch=fetch)


def _take_one(item: Incoming, *, options: argparse.Namespace, theatre: Theatre) -> int:
    """Store one article and print all that was read from it; what is wrong with it is raised."""
    article = item.article
    if article is None:
        raise ArticleError(item.reason or "There is no article.")
    if article.published is None:
        message = "The article does not say when it was published. Give the day: --published YYYY-MM-DD."
        if (found := suggest_day(article.text)) is not None:
            message += f" Its text has the line {found.words[:100]!r}; if that is it: --published {found.day}."
        raise DateError(message)
    gazetteer = open_place_index(theatre)
    with say_if_slow("Reading the article"):
        reading = read_one(item, theatre=theatre, gazetteer=gazetteer)
    with opened_store(options.db) as store:
        is_new = store.add_reading(reading, theatre=theatre.code)
        where, copy = store.name, _find_copy(article.id, store=store, theatre=theatre)
    print("\n".join(list_reading(reading)))
    if copy is not None:
        print(f"Nearly the same as {copy[:12]}: the two count as one source.")
    if is_new:
        print(f"Stored as {article.id[:12]} in {show_plain(where)}. The app shows it: make run")
    else:
        print(f"This very text was there already, as {article.id[:12]}; nothing was changed.")
    return 0


def _find_copy(article_id: str, *, store: Store, theatre: Theatre) -> str | None:
    """Return the id of the article that one is nearly the same as, or None."""
    copies = find_copies(reading.article for reading in store.readings(theatre=theatre.code))
    return copies[article_id].of if article_id in copies else None


def _take_many(incoming: Iterator[Incoming], *, options: argparse.Namespace, theatre: Theatre) -> int:
    gazetteer = open_place_index(theatre)
    newest = [Tally()]
    show = make_report()

    def report(tally: Tally, source: str) -> None:
        newest[0] = tally
        show(
            f"{tally.n_in} read: {len(tally.kept)} stored, {len(tally.duplicates)} there already, "
            f"{len(tally.set_aside)} set aside",
            0.0,
        )

    with opened_store(options.db) as store:
        try:
            tally = take_in(incoming, theatre=theatre, gazetteer=gazetteer, store=store, report=report)
        except KeyboardInterrupt:
            print("\nStopped. What was read so far is stored; the same command goes on.", file=sys.stderr)
            _show_tally(newest[0], options=options, store=store, theatre=theatre)
            return EXIT_INTERRUPTED
        if sys.stderr.isatty():
            print(file=sys.stderr)
        _show_tally(tally, options=options, store=store, theatre=theatre)
    return EXIT_PARTLY if tally.set_aside else 0


def _show_tally(tally: Tally, *, options: argparse.Namespace, store: Store, theatre: Theatre) -> None:
    print(
        f"{tally.n_in} in = {len(tally.kept)} stored + {len(tally.duplicates)} there already "
        f"+ {len(tally.set_aside)} set aside"
    )
    new = {kept.reading.article.id for kept in tally.kept}
    copies = find_copies(reading.article for reading in store.readings(theatre=theatre.code)) if new else {}
    if n_copies := len(new & set(copies)):
        print(f"Of the stored ones, {n_copies} nearly the same as an earlier one: they count as one source with it.")
    if n_undated := sum(kept.reading.article.published is None for kept in tally.kept):
        print(f"Of the stored ones, {n_undated} without a day of publication: days such as “on Thursday” stay unknown.")
    rows = list(not_kept_rows(tally))
    if rows:
        print("\n".join(format_table(HEAD, rows[:MOST_SHOWN])))
        if len(rows) > MOST_SHOWN:
            print(f"… and {len(rows) - MOST_SHOWN} more; --set-aside FILE.csv writes all of them.")
    if options.set_aside:
        try:
            Path(options.set_aside).write_bytes(write_not_kept(tally))
        except OSError as error:
            message = f"{options.set_aside!a} cannot be written ({error.strerror}). The articles are stored."
            raise ArticleError(message) from error


def _show_glances(sources: Sequence[str], *, about: About) -> int:
    """Print the beginning of files of many articles, and which column would be taken for what. Nothing is stored."""
    for source in sources:
        if is_address(source) or source == "-":
            raise ArticleError("--check looks at files only: nothing is opened for it. Save the feed, or leave it out.")
        contents = read_bytes(Path(source), limit=GLANCE_BYTES)
        glance = glance_at(contents, name=Path(source).name, about=about)
        if glance is None:
            print(f"{show_plain(source)}: one article")
            continue
        print(f"{show_plain(source)}: {glance.title}")
        if glance.columns:
            print("Columns: " + show_plain(", ".join(glance.columns)))
            matched = ", ".join(f"{field}={column}" for field, column in glance.matched.items())
            print("Taken for: " + (show_plain(matched) or "no column is known to hold the text; --column text=NAME"))
        rows = [
            (
                item.where,
                "" if (article := item.article) is None or article.published is None else str(article.published.date()),
                "" if article is None else article.publisher or "",
                item.title or "" if article is None else article.title or "",
                item.reason or "" if article is None else article.text,
            )
            for item in glance.entries
        ]
        print("\n".join(format_table(("where", "published", "publisher", "title", "text, or why not"), rows)))
    return 0


def _read_language(text: str) -> str:
    code = text.strip().lower()
    if code not in CODES:
        message = f"{text!a} is no language code. Give two letters of ISO 639-1, such as en or ar; or leave it out"
        raise argparse.ArgumentTypeError(message)
    return code


def add_article_options(command: argparse.ArgumentParser) -> None:
    """Let the user say what is known of an article."""
    about = command.add_argument_group(
        "about the article",
        "What an article says of itself is used where nothing is given; a line of JSONL says it first.",
    )
    about.add_argument("--published", metavar="YYYY-MM-DD", help="day, or ISO time, of publication")
    about.add_argument("--publisher", metavar="NAME")
    about.add_argument("--url", metavar="URL", help="its address; it is kept, not opened")
    about.add_argument("--title", metavar="TEXT")
    about.add_argument("--encoding", metavar="NAME", help="of the file, where it is not UTF-8, such as windows-1256")
    about.add_argument("--language", type=_read_language, metavar="CODE", help="such as en or ar, where it is mistaken")


def add_ingest(commands: Commands) -> None:
    """Add the command of this module."""
    forms = ", ".join(reader.title for reader in all_readers())
    ingest = add_command(
        commands,
        "ingest",
        run_ingest,
        "read articles into the store and print what was found",
        examples=(
            "ingest article.txt --published 2024-12-09 --publisher 'The Daily'",
            "ingest page.html report.pdf",
            "ingest https://example.org/news/1",
            "ingest https://example.org/feed.xml --full-text",
            "ingest articles.csv --column text=Body --check",
            "ingest articles.csv --column text=Body --set-aside problems.csv",
            "ingest - --published 2024-12-09 < article.txt",
        ),
    )
    ingest.add_argument(
        "sources",
        metavar="FILE|URL",
        nargs="+",
        help=f"files ({forms}), addresses of pages and feeds, which are opened now; - = standard input",
    )
    many = ingest.add_argument_group("many articles")
    many.add_argument(
        "--column",
        metavar="FIELD=NAME",
        action="append",
        default=[],
        help=f"which column or key of a table holds what, where it has no usual name; fields: {', '.join(FIELDS)}",
    )
    many.add_argument("--check", action="store_true", help="only show the columns and the first articles of a table")
    many.add_argument("--full-text", action="store_true", help="open the pages of a feed's entries that are summaries")
    many.add_argument("--set-aside", metavar="FILE.csv", help="write what was not stored, with the reasons, as a table")
    many.add_argument(
        "--allow-private", action="store_true", help="open addresses of this machine and its network, too"
    )
    add_article_options(ingest)
    add_theatre_option(ingest)
    add_store_option(ingest)
