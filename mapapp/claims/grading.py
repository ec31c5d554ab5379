"""How far a source and a statement are trusted: Admiralty grades from the theatre's table of publishers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from geodata import ROOT
from mapapp.model import Article, Assertion, Claim, Evidence, Reading, Route
from mapapp.text import fold
from mapapp.theatres.theatre import Publisher, Theatre

_Stated = TypeVar("_Stated", Claim, Evidence)


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


def with_grades(reading: Reading, *, theatre: Theatre) -> Reading:
    """Return a reading whose statements have the grades that the theatre's table gives now; the same one if they do.

    The table is the user's to change, a reading is kept as it was read.
    """
    publisher = find_publisher(reading.article, theatre=theatre)

    def is_old(item: Claim | Evidence) -> bool:
        return item.article_id == reading.article.id and item.grade != grade_claim(publisher, assertion=item.assertion)

    def graded(item: _Stated) -> _Stated:
        return replace(item, grade=grade_claim(publisher, assertion=item.assertion)) if is_old(item) else item

    def all_graded(items: tuple[_Stated, ...]) -> tuple[_Stated, ...]:
        return tuple(graded(item) for item in items) if any(is_old(item) for item in items) else items

    def on_route(route: Route) -> Route:
        return replace(
            route,
            legs=tuple(replace(leg, evidence=all_graded(leg.evidence)) for leg in route.legs),
            points=tuple(replace(point, evidence=all_graded(point.evidence)) for point in route.points),
            also_said=all_graded(route.also_said),
        )

    claims = all_graded(reading.claims)
    said = [item for route in reading.routes for item in _statements(route)]
    routes = tuple(map(on_route, reading.routes)) if any(is_old(item) for item in said) else reading.routes
    if claims is reading.claims and routes is reading.routes:
        return reading
    return replace(reading, claims=claims, routes=routes)


def _statements(route: Route) -> Iterator[Evidence]:
    for leg in route.legs:
        yield from leg.evidence
    for point in route.points:
        yield from point.evidence
    yield from route.also_said


def is_reliable(grade: str, *, minimum: str) -> bool:
    """Return whether a grade's reliability is at least `minimum`; F never is.

    >>> is_reliable("B2", minimum="C"), is_reliable("F6", minimum="F")
    (True, False)
    """
    return grade[:1] in "ABCDE" and grade[:1] != "" and grade[:1] <= minimum
