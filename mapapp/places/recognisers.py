"""Other recognisers in the place of our rules: they tell which stretches of a text are places, we resolve them.

Whatever the recogniser, demonyms, descriptions and metonyms are told by our own rules, and a stretch that no gazetteer
knows is not mapped.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mapapp.errors import DataError

BUILT_IN = "rules"

PLACE_LABELS = frozenset(["GPE", "LOC", "FAC", "LOCATION", "PLACE"])
"""Labels of spaCy's models that mean a place; demonyms (NORP) are left to our rules."""

MOST_CHARACTERS = 100_000
"""Of one piece of text that is handed over: models need memory with the length of a text."""


_SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which models cannot take; each is replaced by one mark, so that offsets stay."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A part of a text that is a place's name, half-open, in code points."""

    start: int
    end: int


class Recogniser(Protocol):
    """What finds the names of places in a text."""

    @property
    def name(self) -> str:
        """Return the name by which it was opened."""
        ...

    def find(self, text: str) -> tuple[Stretch, ...]:
        """Return the stretches in order, without overlaps; each lies inside the text and is not empty."""
        ...


@dataclass(frozen=True, slots=True)
class SpacyRecogniser:
    """A model of spaCy, loaded."""

    name: str
    _read: Callable[[str], Any]

    def find(self, text: str) -> tuple[Stretch, ...]:
        """Return what the model calls a place, without an article before it or a possessive ending after it."""
        found: list[Stretch] = []
        for begin, piece in _pieces(_SURROGATES.sub("\ufffd", text)):
            for entity in self._read(piece).ents:
                if entity.label_ in PLACE_LABELS:
                    stretch = _trimmed(text, begin + entity.start_char, begin + entity.end_char)
                    if stretch is not None and (not found or stretch.start >= found[-1].end):
                        found.append(stretch)
        return tuple(found)


def open_recogniser(name: str | None) -> Recogniser | None:
    """Open a recogniser by its name; None = our own rules.

    `spacy:MODEL` is a model of spaCy: an installed package or a folder. Raise `DataError` where the name, spaCy or the
    model is missing; the message says what to install.

    >>> open_recogniser("rules") is None
    True
    >>> open_recogniser("magic")
    Traceback (most recent call last):
        ...
    mapapp.errors.DataError: There is no recogniser 'magic'. Expected rules or spacy:MODEL (spacy:en_core_web_sm).
    """
    if name is None or name == BUILT_IN:
        return None
    kind, _, model = name.partition(":")
    if kind != "spacy" or not model.strip():
        message = f"There is no recogniser {name!r}. Expected {BUILT_IN} or spacy:MODEL (spacy:en_core_web_sm)."
        raise DataError(message)
    if importlib.util.find_spec("spacy") is None:
        message = (
            "spaCy is not installed. Install it and a model: `pip install -r requirements-optional.txt`, then "
            f"`python -m spacy download {model}`. Or leave --recogniser out: our own rules need neither."
        )
        raise DataError(message)
    try:
        language = importlib.import_module("spacy").load(model)
    except (OSError, ValueError, ImportError) as error:
        message = (
            f"spaCy has no model {model!r} ({str(error)[:120]}). Install it: `python -m spacy download {model}`, or "
            "give the folder of a model."
        )
        raise DataError(message) from error
    return SpacyRecogniser(name, language)


def _pieces(text: str) -> list[tuple[int, str]]:
    """Cut a text at ends of lines or words into pieces that a model can take, with the offset of each."""
    pieces, begin = [], 0
    while begin < len(text):
        end = min(len(text), begin + MOST_CHARACTERS)
        if end < len(text):
            cut = max(text.rfind("\n", begin, end), text.rfind(" ", begin, end))
            end = cut + 1 if cut > begin else end
        pieces.append((begin, text[begin:end]))
        begin = end
    return pieces


def _trimmed(text: str, start: int, end: int) -> Stretch | None:
    for ending in ("'s", "’s"):
        if text[start:end].endswith(ending):
            end -= len(ending)
    if text[start:end].lower().startswith("the "):
        start += 4
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Stretch(start, end) if start < end else None
