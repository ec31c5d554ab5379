"""`python -m mapapp`: the same functions as the app's, without a browser.

Exit codes: 0 done; 1 some lines of a JSONL input, or some data files, were bad; 2 nothing could be done, with one line
on standard error that says what and what to do; 3 the program itself is wrong.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from mapapp import __version__
from mapapp.cli import (
    control,
    data,
    evaluation,
    gazetteer,
    histories,
    maps,
    publishers,
    reading,
    review,
    stored,
    tracks,
)
from mapapp.cli.terminal import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_MISTAKE, EXIT_PIPE
from mapapp.errors import MapAppError
from mapapp.text import show_plain

DEBUG_VARIABLE = "MAPAPP_DEBUG"
REPORT_IT = f"Please report it; {DEBUG_VARIABLE}=1 shows where it happened."
COMMAND_MODULES = (reading, stored, review, publishers, tracks, maps, control, histories, data, gazetteer, evaluation)
"""In the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    >>> main(["theatres", "--names"])  # doctest: +ELLIPSIS
    s...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a text holds must come out in any locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except MapAppError as error:
        print(f"mapapp: {show_plain(str(error))}", file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:  # whoever read the output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        told = show_plain(f"{type(error).__name__}: {error}")
        print(f"mapapp: a mistake in this program, not in your input: {told}. {REPORT_IT}", file=sys.stderr)
        return EXIT_MISTAKE
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands: those of every module of this folder."""
    parser = argparse.ArgumentParser(
        prog="mapapp",
        description=(
            "From article to map, with every colour traceable to a sentence. Nothing goes over a network unless you "
            "name an address, a geocoder or a server, or fetch data."
        ),
        epilog="Each command has its own help: python -m mapapp ingest --help. The app: make run",
    )
    parser.add_argument("--version", action="version", version=f"mapapp {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMAND_MODULES:
        module.add_commands(commands)
    return parser
