"""A reading as lines for a terminal: hostile characters written out, nothing wider than the screen need be."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

from mapapp.articles.language import name_language
from mapapp.claims.grading import read_rules
from mapapp.model import Claim, PointRole, Reading, Resolution, Route
from mapapp.store import StoredArticle
from mapapp.text import show_plain

PRECISION = {
    1: "exact place",
    2: "near it",
    3: "district",
    4: "governorate",
    5: "region",
    6: "country",
    7: "water or air",
}
"""UCDP's where_prec in a word."""
WIDTH = 110
MAX_CELL = 44
"""Columns of a table cell; longer texts are cut with an ellipsis."""


def list_reading(reading: Reading) -> list[str]:
    """Return what was found in an article: places with P-codes, claims with quotes, routes, remarks."""
    article = reading.article
    facts = (
        None if article.published is None else f"published {article.published.date()}",
        article.publisher,
        name_language(article.language) if article.language else "language unknown",
        f"{len(article.text.split())} words",
        f"id {article.id[:12]}",
    )
    title = article.title or textwrap.shorten(article.text[:400], 80, placeholder=" …")
    lines = [show_plain(title), show_plain(" · ".join(fact for fact in facts if fact)), ""]
    lines += _list_places(reading.resolutions)
    lines += [*_list_claims(reading.claims), *_list_routes(reading.routes)]
    lines += [f"Note: {show_plain(remark)}" for remark in reading.remarks]
    return lines


def list_articles(stored: Sequence[StoredArticle]) -> list[str]:
    """Return the list of stored articles as a table.

    >>> list_articles([])
    ['No article is stored. Add one: python -m mapapp ingest FILE --published YYYY-MM-DD']
    """
    if not stored:
        return ["No article is stored. Add one: python -m mapapp ingest FILE --published YYYY-MM-DD"]
    rows = [
        (
            article.id[:12],
            article.theatre,
            "" if article.published is None else article.published.date().isoformat(),
            article.publisher or "",
            article.title or "",
            ", ".join(
                _count(n, what)
                for n, what in (
                    (article.n_resolutions, "mention"),
                    (article.n_claims, "claim"),
                    (article.n_routes, "route"),
                )
            ),
        )
        for article in stored
    ]
    return format_table(("id", "theatre", "published", "publisher", "title", "found"), rows)


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table as lines, columns aligned, every cell made fit for a terminal.

    >>> format_table(("a", "b"), [("one", "x\\u202ey")])
    ['a    b', 'one  x\\\\u202ey']
    """
    cells = [tuple(head), *(tuple(_shorten(show_plain(cell)) for cell in row) for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _list_places(resolutions: Sequence[Resolution]) -> list[str]:
    """Return one line for each place, however often it is named."""
    groups: dict[tuple[str, str, str], list[Resolution]] = {}
    for found in resolutions:
        key = (found.place.id if found.place else "", found.mention.surface, found.mention.kind.value)
        groups.setdefault(key, []).append(found)
    rows = [
        (
            surface,
            kind,
            str(len(group)),
            "not known" if (place := group[0].place) is None else place.name,
            "" if place is None else place.country or "",
            "" if place is None else place.adm3_pcode or place.adm2_pcode or place.adm1_pcode or "",
            "" if place is None else f"{place.lat:.3f}, {place.lon:.3f}",
            PRECISION.get(group[0].where_prec, ""),
            f"{max(found.score for found in group):.2f}",
        )
        for (_, surface, kind), group in groups.items()
    ]
    head = ("in the text", "kind", "times", "place", "country", "P-code", "lat, lon", "precision", "score")
    return [f"Places ({len(rows)})", *(format_table(head, rows) if rows else ()), ""]


def _list_claims(claims: Sequence[Claim]) -> list[str]:
    lines = [f"Claims ({len(claims)})"]
    for number, claim in enumerate(claims, start=1):
        first, *quote = list_claim(claim)
        lines += [f"{number:3}. {first}", *(f"     {line}" for line in quote)]
    return [*lines, ""]


def list_claim(claim: Claim) -> list[str]:
    """Return a claim as lines: what it says, then the words it stands on."""
    minimum = float(read_rules()["merge"]["minimum_score"])
    days = {str(day) for day in (claim.date_start, claim.date_end) if day is not None}
    facts = (
        claim.kind.value,
        _where(claim),
        claim.actor or claim.who or "actor unknown",
        "" if claim.opponent is None else f"against {claim.opponent}",
        " to ".join(sorted(days)) or "day unknown",
        claim.assertion.value,
        "" if claim.speaker is None else f"says {claim.speaker}",
        f"grade {claim.grade}",
        f"score {claim.score:.2f}",
        "too unsure for the map, waits for review" if claim.score < minimum else "",
    )
    quote = f"“{show_plain(' '.join(claim.quote.split()))}”"
    return [show_plain(" · ".join(fact for fact in facts if fact)), *textwrap.wrap(quote, WIDTH - 5)]


def _where(claim: Claim) -> str:
    def name(resolution: Resolution | None) -> str:
        if resolution is None:
            return "?"
        return resolution.place.name if resolution.place else resolution.mention.surface

    if claim.origin is not None or claim.destination is not None:
        return f"{name(claim.origin)} → {name(claim.destination)}"
    return name(claim.place) if claim.place is not None else "place unknown"


def _list_routes(routes: Sequence[Route]) -> list[str]:
    lines = [f"Routes ({len(routes)})"]
    for number, route in enumerate(routes, start=1):
        day = "day unknown" if route.date_start is None else route.date_start.isoformat()
        lines.append(f"{number:3}. {show_plain(route.title)} · {day} · {route.assertion.value}")
        notes = [(leg.kind.value, leg.note) for leg in route.legs]
        notes += [(PointRole(point.role).value, point.note) for point in route.points]
        notes += [
            (f"also said, {said.assertion.value}", f"“{' '.join(said.text.split())}”") for said in route.also_said
        ]
        for label, note in notes:
            text = f"{label}: {show_plain(note)}"
            lines += textwrap.wrap(text, WIDTH, initial_indent="     ", subsequent_indent="       ")
    return [*lines, ""]


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def _width(text: str) -> int:
    """Return the columns that a terminal needs: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
