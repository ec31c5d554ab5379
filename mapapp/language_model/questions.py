"""What a language model is asked: the article in windows of whole paragraphs, the rules, and the form of the answer."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from geodata import ROOT
from mapapp.claims.extract import publication_day
from mapapp.model import Actor, Article, Assertion, EventKind
from mapapp.text import Span, split_sentences
from mapapp.theatres.theatre import Theatre

WINDOW = 4000
"""Characters of a window: about a thousand tokens, which leaves room for rules and answer in the smallest contexts."""
OVERLAP = 800
"""A last paragraph that is no longer begins the next window, too: what "the town" means stands before it."""
MOST_ALIASES = 3
"""Of a party, so that the list of parties stays short."""

LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent for one window."""

    system: str
    user: str
    span: Span
    """The window in the article."""


@cache
def read_words() -> Mapping[str, Any]:
    """Return what a model is told, as it stands in `geodata/lexicon/language_model.toml`.

    >>> sorted(read_words())
    ['extent', 'system', 'user']
    """
    return tomllib.loads((ROOT / "lexicon" / "language_model.toml").read_text(encoding="utf-8"))


def make_questions(article: Article, *, theatre: Theatre) -> tuple[Question, ...]:
    """Return the questions that cover an article, in order; none for a blank text."""
    words = read_words()
    day = publication_day(article, timezone=theatre.timezone)
    system = words["system"]["text"].format(actors=list_actors(theatre.actors))
    about = {
        "title": " ".join((article.title or "").split())[:LONGEST_TITLE] or "none",
        "published": day.isoformat() if day else "unknown",
    }
    made = []
    for start, end in split_windows(article.text):
        text = article.text[start:end]
        tag = f"article-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
        made.append(Question(system, words["user"]["text"].format(tag=tag, text=text, **about), (start, end)))
    return tuple(made)


def list_actors(actors: Iterable[Actor]) -> str:
    """Return the parties as a model is told them.

    >>> list_actors([Actor("FRO", "Front", aliases=("the Front", "Fronters"))])
    'FRO = Front (the Front, Fronters)'
    """
    told = []
    for actor in actors:
        also = ", ".join(actor.aliases[:MOST_ALIASES])
        told.append(f"{actor.code} = {actor.name}{f' ({also})' if also else ''}")
    return "; ".join(told)


def split_windows(text: str, *, most: int = WINDOW, overlap: int = OVERLAP) -> tuple[Span, ...]:
    """Return overlapping windows of whole paragraphs that cover a text, each of at most `most` characters.

    A paragraph that is longer is cut between sentences, a sentence that is longer anywhere.

    >>> split_windows("one\\n\\ntwo\\n\\nthree", most=10, overlap=4)
    ((0, 8), (5, 15))
    >>> split_windows("")
    ()
    """
    blocks = _split_blocks(text, most=most)
    windows: list[Span] = []
    first = 0
    while first < len(blocks):
        last = first
        while last + 1 < len(blocks) and blocks[last + 1][1] - blocks[first][0] <= most:
            last += 1
        windows.append((blocks[first][0], blocks[last][1]))
        if last + 1 == len(blocks):
            break
        start, end = blocks[last]
        is_repeated = last > first and end - start <= overlap and blocks[last + 1][1] - start <= most
        first = last if is_repeated else last + 1
    return tuple(windows)


def _split_blocks(text: str, *, most: int) -> list[Span]:
    """Return the paragraphs of a text; of one that is too long, pieces that end with a sentence where they can."""
    blocks: list[Span] = []
    behind = 0
    for start, end in split_sentences(text):
        is_new = "\n" in text[behind:start] or not blocks
        behind = end
        if not is_new and end - blocks[-1][0] <= most:
            blocks[-1] = (blocks[-1][0], end)
            continue
        blocks.extend((cut, min(cut + most, end)) for cut in range(start, end, most))
    return blocks


def answer_schema(actors: Iterable[Actor]) -> dict[str, Any]:
    """Return the form of an answer as a JSON schema of the kind that services enforce.

    >>> answer_schema([])["required"]
    ['claims']
    """
    codes = [actor.code for actor in actors]
    text: dict[str, Any] = {"type": "string"}
    maybe: dict[str, Any] = {"type": ["string", "null"]}
    party = {"type": ["string", "null"], "enum": [*codes, None]}
    properties: dict[str, Any] = {
        "quote": text,
        "kind": {"type": "string", "enum": [kind.value for kind in EventKind]},
        "place": maybe,
        "origin": maybe,
        "destination": maybe,
        "extent": {"type": "string", "enum": list(read_words()["extent"])},
        "who": maybe,
        "actor": party,
        "opponent": party,
        "first_day": maybe,
        "last_day": maybe,
        "assertion": {"type": "string", "enum": [one.value for one in Assertion]},
        "speaker": maybe,
        "certainty": {"type": "number"},
    }
    claim = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": claim}},
        "required": ["claims"],
        "additionalProperties": False,
    }


def answer_fields() -> tuple[str, ...]:
    """Return the names of what is asked for of each claim.

    >>> answer_fields()[0]
    'quote'
    """
    return tuple(answer_schema(())["properties"]["claims"]["items"]["required"])
