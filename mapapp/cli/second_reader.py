"""The options by which `claims` and `evaluate` let a language model read as well, and what is said before it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mapapp.errors import LanguageModelError
from mapapp.language_model.chat import Budget, Session
from mapapp.language_model.comparison import Pair, Reader, compare_claims
from mapapp.language_model.endpoint import explain_limit, explain_sending
from mapapp.language_model.extraction import Extraction, count_unanswered, extract_with_model, tell_extraction
from mapapp.language_model.settings import read_settings
from mapapp.model import Claim, Reading
from mapapp.reading import reading_to_json
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre

BUILT_IN, MODEL, BOTH = "built-in", "model", "both"


@dataclass(frozen=True, slots=True)
class SecondReader:
    """A language model that has been named, and what the user wants of it."""

    session: Session
    wanted: str
    """`model` or `both`."""
    has_agreed: bool
    """Whether `--yes` was given."""

    def read(self, reading: Reading, *, theatre: Theatre) -> Extraction:
        """Return what the model finds. Raises `LanguageModelError` where nothing else is wanted and nothing came."""
        found = extract_with_model(
            reading.article, resolutions=reading.resolutions, theatre=theatre, session=self.session
        )
        if self.wanted == MODEL and found.problem and not found.answered:
            raise LanguageModelError(found.problem)
        return found

    def pairs(self, built_in: Sequence[Claim], *, found: Extraction) -> tuple[Pair, ...]:
        """Return the claims that are wanted, each with who has read it."""
        if self.wanted == MODEL:
            return tuple(Pair(None, claim) for claim in found.claims)
        return compare_claims(built_in, model=found.claims)

    def claims_to_json(self, reading: Reading, *, theatre: Theatre) -> dict[str, Any]:
        """Return a reading in the form of `claims`, each claim with its reader, and what became of the answers."""
        found = self.read(reading, theatre=theatre)
        pairs = self.pairs(reading.claims, found=found)
        whole = reading_to_json(replace(reading, claims=tuple(pair.claim for pair in pairs)), theatre=theatre)
        whole["claims"] = [
            {
                **claim,
                "extractor": pair.reader.value,
                **({"differs": pair.differs} if pair.reader is Reader.BOTH else {}),
            }
            for claim, pair in zip(whole["claims"], pairs, strict=True)
        ]
        endpoint = self.session.endpoint
        whole["model"] = {
            "name": endpoint.model,
            "host": endpoint.host,
            "parts": found.windows,
            "answered": found.answered,
            "from_cache": found.from_cache,
            "dropped": found.dropped,
            "unknown": found.unknown,
            "problem": found.problem,
        }
        return whole

    def tell(self, reading: Reading, *, theatre: Theatre, is_alone: bool) -> None:
        """Say on standard error what is about to be sent of an article, and get the user's word for the only one."""
        _, characters = count_unanswered(reading.article, theatre=theatre, endpoint=self.session.endpoint)
        if not characters:
            return
        told = explain_sending(self.session.endpoint, characters=characters)
        if is_alone:
            self._ask(told)
        else:
            _say(f"{reading.article.id[:12]}: {told}")

    def tell_limit(self) -> None:
        """Say on standard error where texts of which the number is not known go, and get the user's word for them."""
        budget = self.session.budget
        limit = explain_limit(self.session.endpoint, requests=budget.most_requests, characters=budget.most_characters)
        self._ask(limit)

    def tell_outcome(self, found: dict[str, Any]) -> None:
        """Say on standard error what became of the answers for one article."""
        counts = {name: found[name] for name in ("answered", "from_cache", "dropped", "unknown", "problem")}
        extraction = Extraction(windows=found["parts"], **counts)
        for line in tell_extraction(extraction, model=self.session.endpoint.model)[1:]:
            _say(line)

    def _ask(self, told: str) -> None:
        _say(told)
        if self.session.endpoint.is_local or self.has_agreed:
            return
        if sys.stdin.isatty():
            print("Send it? [y/N] ", end="", file=sys.stderr, flush=True)
            if sys.stdin.readline().strip().lower() in {"y", "yes"}:
                return
        raise LanguageModelError(f"Nothing was sent. Give --yes to agree to this: {told}")


def _say(line: str) -> None:
    print(f"mapapp: {show_plain(line)}", file=sys.stderr, flush=True)


def open_second_reader(options: argparse.Namespace) -> SecondReader | None:
    """Return the language model that the options name; None = the built-in reader alone is wanted.

    Raises `LanguageModelError` where none is named, or what is named is unfit. Nothing is asked yet.
    """
    if options.extractor == BUILT_IN:
        return None
    settings = read_settings(address=options.endpoint, model=options.model)
    if options.time_limit is not None:
        settings = replace(settings, timeout_s=options.time_limit)
    requests, characters = options.budget or (settings.most_requests, settings.most_characters)
    budget = Budget(requests, settings.most_characters if characters is None else characters)
    return SecondReader(Session(settings.endpoint(), budget=budget), options.extractor, options.yes)


def read_budget(text: str) -> tuple[int, int | None]:
    """Read a budget for argparse: requests, and behind a comma characters.

    >>> read_budget("20"), read_budget("20,150000")
    ((20, None), (20, 150000))
    """
    requests, _, characters = text.partition(",")
    if not (requests.isascii() and requests.isdigit() and (characters == "" or characters.isdigit())) or len(text) > 30:
        message = f"{text!a} is no budget. Give the most requests, or requests and characters such as 20,150000"
        raise argparse.ArgumentTypeError(message)
    return int(requests), int(characters) if characters else None


def read_seconds(text: str) -> float:
    """Read a time limit for argparse.

    >>> read_seconds("90")
    90.0
    """
    try:
        return float(text)
    except ValueError as error:
        message = f"{text!a} is no number of seconds"
        raise argparse.ArgumentTypeError(message) from error


def add_model_options(command: argparse.ArgumentParser) -> None:
    """Let the user name a language model."""
    group = command.add_argument_group(
        "a language model as a second reader",
        "Any server that speaks OpenAI's chat protocol, on this machine or elsewhere. Text that leaves the machine is "
        "told first and needs --yes. Of the answers only what stands in the article word for word counts. A key is "
        "taken from MAPAPP_MODEL_KEY or from the settings of the app, never from the command line.",
    )
    group.add_argument(
        "--extractor", choices=(BUILT_IN, MODEL, BOTH), default=BUILT_IN, help="who reads (default %(default)s)"
    )
    group.add_argument("--endpoint", metavar="URL", help="such as http://localhost:11434/v1; else as set")
    group.add_argument("--model", metavar="NAME", help="as the server knows it; else as set")
    group.add_argument(
        "--budget",
        type=read_budget,
        metavar="N[,M]",
        help="at most N requests and M characters in this run; else as set",
    )
    group.add_argument("--time-limit", type=read_seconds, metavar="S", help="seconds for one answer; else as set")
    group.add_argument("--yes", action="store_true", help="agree that text leaves this machine")
