"""How far a source and a statement are trusted: Admiralty grades from the theatre's table of publishers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from geodata import ROOT
from mapapp.model import Article, Assertion
from mapapp.text import fold
from mapapp.theatres.theatre import Publisher, Theatre


@cache
def read_rules() -> Mapping[str, Any]:
    """Return the rules of grading and merging as they stand in `geodata/lexicon/grading.toml`.

    >>> read_rules()["assess"]["independent_sources"]
    2
    """
    return tomllib.loads((ROOT / "lexicon" / "grading.toml").read_text(encoding="utf-8"))


def find_publisher(article: Article, *, theatre: Theatre) -> Publisher | None:
    """Return the publisher of an article from the theatre's table, by name or by address; None = not in the table."""
    name = fold(article.publisher or "").strip()
    host = (urlsplit(article.url).hostname or "").lower() if article.url else ""
    for publisher in theatre.publishers:
        if name and name in {fold(known) for known in (publisher.name, *publisher.aliases)}:
            return publisher
        if host and publisher.domain and (host == publisher.domain or host.endswith("." + publisher.domain)):
            return publisher
    return None


def find_named_publisher(name: str | None, *, theatre: Theatre) -> Publisher | None:
    """Return the publisher whose name or alias stands as words in a text such as a speaker's name; None = none does."""
    folded = fold(name or "")
    if not folded:
        return None
    for publisher in theatre.publishers:
        for known in (publisher.name, *publisher.aliases):
            if re.search(rf"(?<!\w){re.escape(fold(known))}(?!\w)", folded):
                return publisher
    return None


def grade_claim(publisher: Publisher | None, *, assertion: Assertion) -> str:
    """Return the Admiralty grade of a statement: the publisher's reliability and the statement's credibility.

    >>> grade_claim(None, assertion=Assertion.ASSERTED)
    'F6'
    """
    credibility = read_rules()["credibility"]
    if publisher is None or publisher.reliability == "F":
        return f"F{credibility['unknown_source']}"
    return f"{publisher.reliability}{credibility[assertion.value]}"


def is_reliable(grade: str, *, minimum: str) -> bool:
    """Return whether a grade's reliability is at least `minimum`; F never is.

    >>> is_reliable("B2", minimum="C"), is_reliable("F6", minimum="F")
    (True, False)
    """
    return grade[:1] in "ABCDE" and grade[:1] != "" and grade[:1] <= minimum
