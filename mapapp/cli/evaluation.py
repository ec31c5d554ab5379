"""`evaluate`: how well places are found, measured on annotated texts."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mapapp.cli.terminal import Commands, add_command, add_theatre_option, open_place_index, say_if_slow
from mapapp.places.evaluate import evaluate_places, figures_to_dict, figures_to_text
from mapapp.text import show_plain
from mapapp.theatres.theatre import load_theatre


def run_evaluate(options: argparse.Namespace) -> int:
    """Print the figures of each corpus."""
    theatre = load_theatre(options.theatre)
    gazetteer = open_place_index(theatre)
    for name in options.corpora:
        with say_if_slow(f"Reading {Path(name).name}"):
            figures = evaluate_places(
                Path(name), theatre=theatre, gazetteer=gazetteer, with_demonyms=not options.no_demonyms
            )
        if options.json:
            print(json.dumps(figures_to_dict(figures, n_mistakes=options.errors), ensure_ascii=False), flush=True)
        else:
            table = figures_to_text(figures, n_mistakes=options.errors)
            print("\n".join(show_plain(line) for line in table.split("\n")), flush=True)
    return 0


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    evaluate = add_command(
        commands,
        "evaluate",
        run_evaluate,
        "measure on annotated texts how well places are found",
        examples=("evaluate corpus.jsonl", "evaluate corpus.jsonl --errors 20", "evaluate *.jsonl --json"),
    )
    evaluate.add_argument(
        "corpora",
        metavar="CORPUS.jsonl",
        nargs="+",
        help='an object a line: {"text": …, "toponyms": [{"start", "end", "lat", "lon"}]}',
    )
    evaluate.add_argument("--json", action="store_true", help="an object for each corpus instead of a table")
    evaluate.add_argument("--errors", type=int, default=0, metavar="N", help="show the N worst of each kind of mistake")
    evaluate.add_argument("--no-demonyms", action="store_true", help='leave out words such as "Russian"')
    add_theatre_option(evaluate)
