"""Where the articles that were read speak of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mapapp.layers import Layer
from mapapp.layers._encoding import encode_point, without_none

if TYPE_CHECKING:
    from mapapp.model import Mention, Reading
    from mapapp.scene import Scene

CONTEXT_CHARACTERS = 70
"""How much of the text is shown on either side of a mention."""

MENTIONS_PER_PLACE = 40
"""How many mentions of one place are listed; all of them are counted."""

EXACT_WHERE_PREC = 2
"""Mentions of regions, countries and seas (UCDP 3 and more) have no point that could be drawn."""


def words_before(text: str, *, end: int) -> str:
    """Return the last whole words before a character, with an ellipsis where the text was cut.

    >>> words_before("In Bree", end=3)
    'In '
    >>> words_before("a" * 60 + " " + "b" * 60 + " Bree", end=122) == "… " + "b" * 60 + " "
    True
    """
    start = max(0, end - CONTEXT_CHARACTERS)
    piece = text[start:end]
    if start == 0:
        return piece
    if not text[start - 1].isspace():  # the first word may be half of one
        piece = piece[len(re.match(r"\S*", piece)[0]) :]  # type: ignore[index]  # matches nothing, too
    return "… " + piece.lstrip()


def words_after(text: str, *, start: int) -> str:
    """Return the first whole words after a character, with an ellipsis where the text was cut.

    >>> words_after("Bree fell.", start=4)
    ' fell.'
    >>> words_after("Bree " + "b" * 60 + " " + "a" * 60, start=4) == " " + "b" * 60 + " …"
    True
    """
    end = min(len(text), start + CONTEXT_CHARACTERS)
    piece = text[start:end]
    if end == len(text):
        return piece
    if not text[end].isspace():
        piece = piece[: len(piece) - len(re.search(r"\S*$", piece)[0])]  # type: ignore[index]  # matches nothing, too
    return piece.rstrip() + " …"


def _snippet(reading: Reading, *, mention: Mention) -> dict[str, Any]:
    article = reading.article
    return without_none(
        {
            "before": words_before(article.text, end=mention.start),
            "surface": mention.surface,
            "after": words_after(article.text, start=mention.end),
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.date().isoformat() if article.published else None,
            "url": article.url,
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return the places that articles mention, with the words around each mention."""
    places: dict[str, dict[str, Any]] = {}
    not_drawn = 0
    for reading in scene.readings:
        for resolution in reading.resolutions:
            place = resolution.place
            if place is None or resolution.where_prec > EXACT_WHERE_PREC:
                not_drawn += 1
                continue
            entry = places.setdefault(
                place.id,
                {
                    "id": place.id,
                    "name": place.name,
                    "point": encode_point(lat=place.lat, lon=place.lon),
                    "n": 0,
                    "said": [],
                },
            )
            entry["n"] += 1
            if len(entry["said"]) < MENTIONS_PER_PLACE:
                entry["said"].append(_snippet(reading, mention=resolution.mention))
    return {"places": sorted(places.values(), key=lambda entry: (-entry["n"], entry["id"])), "not_drawn": not_drawn}


LAYER = Layer(
    id="mentions",
    title="Mentions in articles",
    description="Places named in the articles that were added. Regions, countries and names that were not resolved are "
    "counted but not drawn.",
    default_on=False,
    order=65,
    build=build,
)
