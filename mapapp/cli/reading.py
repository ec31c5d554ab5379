"""`geoparse`, `claims`: from articles to what stands in them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mapapp.articles.decoding import MAX_BYTES
from mapapp.articles.readers import RECORD_FIELDS, read_article_file, read_article_text
from mapapp.cli.gazetteer import add_recogniser_option
from mapapp.cli.intake import add_article_options, add_ingest
from mapapp.cli.jsonl import answer_lines
from mapapp.cli.second_reader import add_model_options, open_second_reader
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_theatre_option,
    open_place_index,
    read_share,
)
from mapapp.errors import ArticleError, PlaceError
from mapapp.model import Article
from mapapp.places.geoparse import geoparse
from mapapp.places.online_answers import UnknownName, ask_online, find_unknown_names
from mapapp.places.online_settings import open_chosen, read_geocoder_settings, with_service
from mapapp.places.recognisers import open_recogniser
from mapapp.reading import read_article, reading_to_json, resolution_to_json
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre, load_theatre

JSONL_SUFFIXES = (".jsonl", ".ndjson", ".json")


def run_geoparse(options: argparse.Namespace) -> int:
    """Write the places of articles as JSONL."""
    theatre = load_theatre(options.theatre)
    recogniser = open_recogniser(options.recogniser)
    gazetteer = open_place_index(theatre)
    ask = _open_online(options)

    def answer(article: Article) -> dict[str, Any]:
        found = geoparse(
            article, theatre=theatre, gazetteer=gazetteer, with_demonyms=not options.no_demonyms, recogniser=recogniser
        )
        answered: dict[str, Any] = {"toponyms": [resolution_to_json(resolution) for resolution in found]}
        if ask is not None:
            unknown = find_unknown_names(article.text, resolutions=found, gazetteer=gazetteer)
            answered["online"] = [ask(name) for name in unknown]
        return answered

    return _answer_articles(options, theatre=theatre, answer=answer)


MOST_FAILURES = 2
"""A service that fails so often in one run is asked no more."""


def _open_online(options: argparse.Namespace) -> Callable[[UnknownName], dict[str, Any]] | None:
    """Return what asks the chosen service for a name, None where none was chosen."""
    if options.geocoder is None:
        return None
    settings = read_geocoder_settings()
    if options.geocoder != "saved":
        settings = with_service(settings, service=options.geocoder.strip().lower(), endpoint=None)
    if options.geocoder_endpoint:
        settings = with_service(settings, service=None, endpoint=options.geocoder_endpoint)
    geocoder = open_chosen(settings)
    terms = geocoder.attribution or f"see the terms of {geocoder.service}"
    print(
        f"mapapp: note: names that no gazetteer knows leave this machine for {show_plain(settings.server)} ({terms}).",
        file=sys.stderr,
    )

    failed: list[str] = []

    def ask(name: UnknownName) -> dict[str, Any]:
        about = {"start": name.start, "end": name.end, "text": name.text, "service": geocoder.service}
        if len(failed) >= MOST_FAILURES:
            return {**about, "lat": None, "lon": None, "error": f"Not asked: {failed[-1]}"}
        try:
            places = ask_online(name.text, geocoder=geocoder)
        except PlaceError as error:
            failed.append(str(error))
            return {**about, "lat": None, "lon": None, "error": failed[-1]}
        best = places[0] if places else None
        return {
            **about,
            "name": (best.other_names or (best.name,))[0] if best else None,
            "lat": best.lat if best else None,
            "lon": best.lon if best else None,
            "gazetteer_id": best.id if best else None,
            "attribution": terms,
        }

    return ask


def run_claims(options: argparse.Namespace) -> int:
    """Write the claims and routes of articles as JSONL."""
    theatre = load_theatre(options.theatre)
    second = open_second_reader(options)
    is_alone = not _is_jsonl(options.file)
    if second is not None and not is_alone:
        second.tell_limit()
    gazetteer = open_place_index(theatre)

    def answer(article: Article) -> dict[str, Any]:
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
        if is_alone:
            for remark in reading.remarks:
                print(f"mapapp: note: {show_plain(remark)}", file=sys.stderr)
        if second is None:
            whole = reading_to_json(reading, theatre=theatre)
        else:
            second.tell(reading, theatre=theatre, is_alone=is_alone)
            whole = second.claims_to_json(reading, theatre=theatre)
            if is_alone:
                second.tell_outcome(whole["model"])
        claims = [claim for claim in whole["claims"] if claim["score"] >= options.min_score]
        return {"claims": claims, "routes": whole["routes"], **({"model": whole["model"]} if second else {})}

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


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    add_ingest(commands)
    places = add_command(
        commands,
        "geoparse",
        run_geoparse,
        "find the places of articles and write them as JSONL, storing nothing",
        examples=(
            "geoparse articles.jsonl > places.jsonl",
            'geoparse < articles.jsonl        # {"id": …, "text": …, "published": …} a line',
            "geoparse article.txt",
            "geoparse article.txt --geocoder nominatim",
            "geoparse article.txt --recogniser spacy:en_core_web_sm",
        ),
    )
    places.add_argument("--no-demonyms", action="store_true", help='leave out words such as "Russian"')
    add_recogniser_option(places)
    online = places.add_argument_group(
        "asking online (off unless you say so)",
        "Names after words such as 'in' that no gazetteer knows are sent to the service, one a second at most; what it "
        'answers is kept in the cache folder and stands under "online".',
    )
    online.add_argument(
        "--geocoder",
        metavar="NAME",
        help="nominatim, photon, geonames or another class of geopy; saved = the one of `gazetteer online`",
    )
    online.add_argument("--geocoder-endpoint", metavar="URL", help="a server of your own instead of the public one")
    claims = add_command(
        commands,
        "claims",
        run_claims,
        "find who took, holds or left what, and who went where, and write it as JSONL, storing nothing",
        examples=(
            "claims articles.jsonl > claims.jsonl",
            "claims article.txt --published 2024-12-09",
            "claims --min-score 0.5 < articles.jsonl",
            "claims article.txt --extractor both --endpoint http://localhost:11434/v1 --model NAME",
        ),
    )
    claims.add_argument(
        "--min-score", type=read_share, default=0.0, metavar="X", help="leave out less sure ones, 0 to 1 (default 0)"
    )
    add_model_options(claims)
    for command in (places, claims):
        command.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            default="-",
            help="JSONL (.jsonl) with id, text and where known published; or one article (.txt, .html, .md, .pdf, "
            ".docx); without it JSONL from standard input",
        )
        add_article_options(command)
        add_theatre_option(command)
