"""`evaluate`: how well places are found and claims are read, measured on annotated texts."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from geodata import ROOT
from mapapp.claims.evaluate import SHOWN, evaluate, read_gold
from mapapp.claims.figures import figures_to_dict as claim_figures_to_dict
from mapapp.claims.figures import figures_to_text as claim_figures_to_text
from mapapp.cli.gazetteer import add_recogniser_option
from mapapp.cli.second_reader import add_model_options, open_second_reader
from mapapp.cli.terminal import (
    Commands,
    add_command,
    add_theatre_option,
    open_place_index,
    read_share,
    say_if_slow,
)
from mapapp.errors import DataError, LanguageModelError
from mapapp.model import Article, Claim
from mapapp.places.evaluate import evaluate_places, figures_to_dict, figures_to_text, read_homes
from mapapp.places.recognisers import open_recogniser
from mapapp.reading import read_article
from mapapp.text import show_plain
from mapapp.theatres.theatre import load_theatre

OWN_GOLD = ROOT.parent / "tests" / "gold" / "claims"
"""The gold passages of the project: there where it was checked out, not where only the app was installed."""


def run_evaluate(options: argparse.Namespace) -> int:
    """Print the figures of each corpus, or of all gold passages on claims together."""
    if options.claims:
        return _evaluate_claims(options)
    if not options.corpora:
        message = "No corpus was named. Name one or more in JSONL, or give --claims to measure claims on gold passages."
        raise DataError(message)
    theatre = load_theatre(options.theatre)
    recogniser = open_recogniser(options.recogniser)
    homes = read_homes(Path(options.homes)) if options.homes else None
    gazetteer = open_place_index(theatre)
    for name in options.corpora:
        with say_if_slow(f"Reading {Path(name).name}"):
            figures = evaluate_places(
                Path(name),
                theatre=theatre,
                gazetteer=gazetteer,
                with_demonyms=not options.no_demonyms,
                homes=homes,
                recogniser=recogniser,
            )
        if options.json:
            print(json.dumps(figures_to_dict(figures, n_mistakes=options.errors), ensure_ascii=False), flush=True)
        else:
            _print_plainly(figures_to_text(figures, n_mistakes=options.errors))
    return 0


def _evaluate_claims(options: argparse.Namespace) -> int:
    files = [path for name in options.corpora or [OWN_GOLD] for path in _gold_files(Path(name))]
    passages = [passage for path in files for passage in read_gold(path)]
    theatre = load_theatre(options.theatre)
    second = open_second_reader(options)
    if second is not None:
        second.tell_limit()
    gazetteer = open_place_index(theatre)

    def read(article: Article) -> tuple[Claim, ...]:
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
        if second is None:
            return reading.claims
        found = second.read(reading, theatre=theatre)
        if found.problem:
            raise LanguageModelError(found.problem)  # half a measurement would be none
        return tuple(pair.claim for pair in second.pairs(reading.claims, found=found))

    minimum = (SHOWN if second is None else 0.0) if options.min_score is None else options.min_score
    with say_if_slow(f"Reading {len(passages)} passages"):
        report = evaluate(passages, read=read, minimum_score=minimum, home=theatre.country_name)
    if options.json:
        print(json.dumps(claim_figures_to_dict(report, n_mistakes=options.errors), ensure_ascii=False))
    else:
        _print_plainly(claim_figures_to_text(report, n_mistakes=options.errors))
    return 0


def _gold_files(path: Path) -> list[Path]:
    """Return a gold file, or those of a folder."""
    if path.suffix == ".toml":
        return [path]
    found = sorted(path.glob("*.toml")) if path.is_dir() else []
    if not found:
        message = f"{path} is no gold file (.toml) and no folder of such files. Name one: evaluate --claims FILE.toml"
        raise DataError(message)
    return found


def _print_plainly(table: str) -> None:
    print("\n".join(show_plain(line) for line in table.split("\n")), flush=True)


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    command = add_command(
        commands,
        "evaluate",
        run_evaluate,
        "measure on annotated texts how well places are found, or with --claims how well claims are read",
        examples=(
            "evaluate corpus.jsonl",
            "evaluate corpus.jsonl --errors 20",
            "evaluate *.jsonl --json",
            "evaluate --claims                  # the project's own gold passages",
            "evaluate --claims my_gold.toml --errors 10 --min-score 0.8",
        ),
    )
    command.add_argument(
        "corpora",
        metavar="FILE",
        nargs="*",
        help='JSONL, an object a line: {"text": …, "toponyms": [{"start", "end", "lat", "lon"}]}; with --claims gold '
        "passages in TOML, or a folder of them",
    )
    command.add_argument("--claims", action="store_true", help="measure claims instead of places")
    command.add_argument("--json", action="store_true", help="an object for each corpus instead of a table")
    command.add_argument("--errors", type=int, default=0, metavar="N", help="show the N worst of each kind of mistake")
    command.add_argument(
        "--min-score",
        type=read_share,
        metavar="X",
        help=f"claims: count those from this score, 0 to 1 (default {SHOWN}, of a language model's all)",
    )
    command.add_argument("--no-demonyms", action="store_true", help='places: leave out words such as "Russian"')
    command.add_argument(
        "--homes", metavar="TABLE", help="places: CSV with domain, lat, lon: the town of each publisher, by `domain`"
    )
    add_recogniser_option(command)
    add_theatre_option(command)
    add_model_options(command)
