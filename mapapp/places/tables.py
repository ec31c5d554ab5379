"""The tables that recognising and resolving work with: words of the context and the weights of the features."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geodata import ROOT
from mapapp.errors import DataError
from mapapp.places.names import name_key

TABLES = ROOT / "gazetteer"


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of context.toml and people.toml, folded."""

    place_prepositions: frozenset[str]
    weak_prepositions: frozenset[str]
    transliterated: frozenset[str]
    """ISO codes of countries."""
    settlement_nouns: frozenset[str]
    place_followers: frozenset[str]
    speech_verbs: frozenset[str]
    government_verbs: frozenset[str]
    named_things: frozenset[str]
    place_verbs: frozenset[str]
    titles: frozenset[str]
    streets: frozenset[str]
    brands: frozenset[str]
    institutions: frozenset[str]
    features: frozenset[str]
    name_openers: frozenset[str]
    never: frozenset[str]
    phrases_not_places: frozenset[str]
    metonyms_not_places: frozenset[str]
    blocked: frozenset[str]
    """Both of them."""
    common_words: frozenset[str]
    first_names: frozenset[str]
    surnames: frozenset[str]


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds by the names in weights.toml."""

    mention: dict[str, float]
    resolution: dict[str, float]
    limits: dict[str, float]
    reasons: dict[str, str]
    """Of the features of `resolution`: what a user reads."""


@cache
def read_words() -> Words:
    """Return the word lists, read once.

    >>> "near" in read_words().place_prepositions
    True
    """
    lists = _read(TABLES / "context.toml")["words"]
    people = {key: frozenset(text.split()) for key, text in _read(TABLES / "people.toml").items()}
    phrases = ("phrases_not_places", "metonyms_not_places")
    words = {key: frozenset(text.split()) for key, text in lists.items() if key not in phrases}
    for key in phrases:
        words[key] = frozenset(name_key(phrase) for phrase in lists[key].split("|") if phrase.strip())
    return Words(**words, **people, blocked=words[phrases[0]] | words[phrases[1]])


@cache
def read_weights() -> Weights:
    """Return the weights, read once.

    >>> read_weights().mention["state_after"] > 0
    True
    """
    table = _read(TABLES / "weights.toml")
    groups = {
        group: {name: float(row["weight"]) for name, row in table[group].items()}
        for group in ("mention", "resolution", "limits")
    }
    reasons = {name: str(row["reason"]) for name, row in table["resolution"].items()}
    return Weights(**groups, reasons=reasons)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"The table {path} cannot be read: {error}. Install the project again.") from error
