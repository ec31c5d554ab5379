"""`ingest`, `geoparse`, `claims`: from articles to what stands in them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mapapp.articles.decoding import MAX_BYTES
from mapapp.articles.language import CODES
from mapapp.articles.readers import RECORD_FIELDS, read_article_file, read_article_text
from mapapp.cli.jsonl import answer_lines
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_store_option,
    add_theatre_option,
    open_place_index,
    opened_store,
    read_share,
    say_if_slow,
)
from mapapp.errors import ArticleError, DateError
from mapapp.model import Article
from mapapp.places.geoparse import geoparse
from mapapp.reading import check_usable, read_article, reading_to_json, resolution_to_json
from mapapp.report import list_reading
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre, load_theatre

JSONL_SUFFIXES = (".jsonl", ".ndjson", ".json")


def run_ingest(options: argparse.Namespace) -> int:
    """Read one article into the store and print what was found."""
    theatre = load_theatre(options.theatre)
    article = _read_article(options, theatre=theatre)
    if article.published is None:
        message = "The article does not say when it was published. Give the day: --published YYYY-MM-DD."
        raise DateError(message)
    gazetteer = open_place_index(theatre)
    with say_if_slow("Reading the article"):
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    check_usable(reading, theatre=theatre)
    with opened_store(options.db) as store:
        is_new = store.add_reading(reading, theatre=theatre.code)
        where = store.name
    print("\n".join(list_reading(reading)))
    if is_new:
        print(f"Stored as {article.id[:12]} in {show_plain(where)}. The app shows it: make run")
    else:
        print(f"This very text was there already, as {article.id[:12]}; nothing was changed.")
    return 0


def run_geoparse(options: argparse.Namespace) -> int:
    """Write the places of articles as JSONL."""
    theatre = load_theatre(options.theatre)
    gazetteer = open_place_index(theatre)

    def answer(article: Article) -> dict[str, Any]:
        found = geoparse(article, theatre=theatre, gazetteer=gazetteer, with_demonyms=not options.no_demonyms)
        return {"toponyms": [resolution_to_json(resolution) for resolution in found]}

    return _answer_articles(options, theatre=theatre, answer=answer)


def run_claims(options: argparse.Namespace) -> int:
    """Write the claims and routes of articles as JSONL."""
    theatre = load_theatre(options.theatre)
    gazetteer = open_place_index(theatre)

    def answer(article: Article) -> dict[str, Any]:
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
        if not _is_jsonl(options.file):
            for remark in reading.remarks:
                print(f"mapapp: note: {show_plain(remark)}", file=sys.stderr)
        whole = reading_to_json(reading, theatre=theatre)
        claims = [claim for claim in whole["claims"] if claim["score"] >= options.min_score]
        return {"claims": claims, "routes": whole["routes"]}

    return _answer_articles(options, theatre=theatre, answer=answer)


def _is_jsonl(name: str) -> bool:
    return name == "-" or Path(name).suffix.lower() in JSONL_SUFFIXES


def _answer_articles(
    options: argparse.Namespace, *, theatre: Theatre, answer: Callable[[Article], dict[str, Any]]
) -> int:
    """Answer one article, or each line of a JSONL input."""
    name = options.file
    if not _is_jsonl(name):
        article = _read_article(options, theatre=theatre)
        print(json.dumps({"id": article.id, **answer(article)}, ensure_ascii=False))
        return 0
    defaults = {field: getattr(options, field) for field in RECORD_FIELDS}
    if name == "-":
        if sys.stdin.isatty():
            print("Reading JSONL from the keyboard; Ctrl-D ends.", file=sys.stderr)
        return answer_lines(sys.stdin.buffer, defaults=defaults, timezone=theatre.timezone, answer=answer)
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - only opening may fail here, not what is done with the lines
    except (OSError, ValueError) as error:
        message = f"The file {name!a} cannot be read: {getattr(error, 'strerror', error)}. Check the name."
        raise ArticleError(message) from error
    with file:
        return answer_lines(file, defaults=defaults, timezone=theatre.timezone, answer=answer)


def _read_article(options: argparse.Namespace, *, theatre: Theatre) -> Article:
    """Read the article that the arguments describe, from a file or from standard input."""
    about: dict[str, Any] = {
        name: getattr(options, name) for name in ("published", "publisher", "url", "title", "encoding", "language")
    }
    if options.file == "-":
        return read_article_text(sys.stdin.buffer.read(MAX_BYTES), timezone=theatre.timezone, **about)
    return read_article_file(options.file, timezone=theatre.timezone, **about)


def _read_language(text: str) -> str:
    code = text.strip().lower()
    if code not in CODES:
        message = f"{text!a} is no language code. Give two letters of ISO 639-1, such as en or ar; or leave it out"
        raise argparse.ArgumentTypeError(message)
    return code


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    ingest = add_command(
        commands,
        "ingest",
        run_ingest,
        "read an article into the store and print what was found",
        examples=(
            "ingest article.txt --published 2024-12-09 --publisher 'The Daily'",
            "ingest page.html",
            "ingest - --published 2024-12-09 < article.txt",
        ),
    )
    ingest.add_argument("file", metavar="FILE", help="plain text, Markdown or a saved web page; - = standard input")
    _add_article(ingest)
    add_theatre_option(ingest)
    add_store_option(ingest)

    places = add_command(
        commands,
        "geoparse",
        run_geoparse,
        "find the places of articles and write them as JSONL, storing nothing",
        examples=(
            "geoparse articles.jsonl > places.jsonl",
            'geoparse < articles.jsonl        # {"id": …, "text": …, "published": …} a line',
            "geoparse article.txt",
        ),
    )
    places.add_argument("--no-demonyms", action="store_true", help='leave out words such as "Russian"')
    claims = add_command(
        commands,
        "claims",
        run_claims,
        "find who took, holds or left what, and who went where, and write it as JSONL, storing nothing",
        examples=(
            "claims articles.jsonl > claims.jsonl",
            "claims article.txt --published 2024-12-09",
            "claims --min-score 0.5 < articles.jsonl",
        ),
    )
    claims.add_argument(
        "--min-score", type=read_share, default=0.0, metavar="X", help="leave out less sure ones, 0 to 1 (default 0)"
    )
    for command in (places, claims):
        command.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            default="-",
            help="JSONL (.jsonl) with id, text and where known published; or one article (.txt, .html, .md); "
            "without it JSONL from standard input",
        )
        _add_article(command)
        add_theatre_option(command)


def _add_article(command: argparse.ArgumentParser) -> None:
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
