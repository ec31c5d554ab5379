"""An article's text with its places and the quotes of its claims marked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from mapapp.model import Claim, Reading, Resolution
from mapapp.theatres.theatre import Theatre
from mapapp.ui.text import show_steering
from mapapp.ui.wording import describe_resolution

_SCRIPT = Path(__file__).with_name("article_view.js")

MAX_CHARACTERS = 60_000
"""Of a text that is shown with marks: about forty pages, more than a browser lays out without a pause."""

_STYLE = """
.article {
  max-height: 52svh; overflow: auto; padding: 0.25rem 1rem; line-height: 1.6; overflow-wrap: anywhere;
  font-family: var(--st-font); color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
}
.article p { margin: 0.6em 0; white-space: pre-wrap; unicode-bidi: plaintext; }
.article mark {
  color: inherit; cursor: pointer; border-radius: 0.2em; padding: 0 0.1em;
  background: var(--st-blue-background-color); box-shadow: inset 0 -2px 0 var(--st-blue-color);
}
.article mark.unplaced { background: none; box-shadow: none; border-bottom: 2px dotted var(--st-gray-color); }
.article mark.picked { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.article mark:focus-visible { outline: 2px solid var(--st-primary-color); }
.article .quote { background: var(--st-yellow-background-color); }
.article .focus { box-shadow: inset 0 -0.15em 0 var(--st-primary-color); }
.article .quote.rejected { background: none; text-decoration: line-through var(--st-red-color); }
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text with one kind of marking."""

    start: int
    end: int
    mention: int | None
    """Number of the resolution that covers it."""
    quote: str | None
    """Class of the quote that covers it, or None."""


def cut_pieces(
    length: int, *, resolutions: Iterable[Resolution], claims: Iterable[Claim], rejected: frozenset[str]
) -> tuple[Piece, ...]:
    """Cut a text of a length where a marking begins or ends. The pieces join without a gap.

    >>> cut_pieces(5, resolutions=(), claims=(), rejected=frozenset())
    (Piece(start=0, end=5, mention=None, quote=None),)
    >>> cut_pieces(0, resolutions=(), claims=(), rejected=frozenset())
    ()
    """
    mentions: list[int | None] = [None] * length
    for number, resolution in enumerate(resolutions):
        for offset in range(max(resolution.mention.start, 0), min(resolution.mention.end, length)):
            mentions[offset] = number
    quotes: list[str | None] = [None] * length
    edges = {edge for claim in claims for edge in (claim.start, claim.end)}
    for claim in claims:
        name = "quote rejected" if claim.id in rejected else "quote"
        for offset in range(max(claim.start, 0), min(claim.end, length)):
            quotes[offset] = name if quotes[offset] != "quote" else "quote"
    pieces = []
    start = 0
    for offset in range(1, length + 1):
        is_new = offset == length or (mentions[offset], quotes[offset]) != (mentions[start], quotes[start])
        if is_new or offset in edges:
            pieces.append(Piece(start, offset, mentions[start], quotes[start]))
            start = offset
    return tuple(pieces)


def show_article_text(
    reading: Reading,
    *,
    theatre: Theatre,
    rejected: frozenset[str],
    picked: int | None,
    claims: tuple[Claim, ...],
    focus: str = "",
) -> int | None:
    """Show the text with its marks and return the number of the mention that was just clicked, or None.

    `claims` are those to mark, also the rejected ones that `reading` no longer has. The words of the one whose id is
    `focus` are outlined and brought into view.
    """
    text = reading.article.text[:MAX_CHARACTERS]
    pieces = cut_pieces(len(text), resolutions=reading.resolutions, claims=claims, rejected=rejected)
    titles = [
        show_steering(f"{describe_resolution(item, theatre=theatre)}. {item.reason}") for item in reading.resolutions
    ]
    looked_at = next((claim for claim in claims if claim.id == focus), None)
    paragraphs: list[list[dict[str, Any]]] = [[]]
    for piece in pieces:
        lines = text[piece.start : piece.end].split("\n")
        for number, line in enumerate(lines):
            if number and paragraphs[-1]:
                paragraphs.append([])
            if line:
                is_focus = looked_at is not None and looked_at.start <= piece.start and piece.end <= looked_at.end
                data = _piece_data(line, piece=piece, reading=reading, titles=titles)
                paragraphs[-1].append({**data, "isFocus": is_focus})
    result = _component()(
        key=f"article_text_{reading.article.id[:12]}",
        data={"paragraphs": paragraphs, "picked": picked, "focus": focus},
        on_picked_change=_nothing,
    )
    if len(reading.article.text) > MAX_CHARACTERS:
        st.caption(
            f"The first {MAX_CHARACTERS:,} characters of {len(reading.article.text):,} are shown; all were read."
        )
    number = result.picked
    return number if isinstance(number, int) and 0 <= number < len(reading.resolutions) else None


def _piece_data(line: str, *, piece: Piece, reading: Reading, titles: list[str]) -> dict[str, Any]:
    number = piece.mention
    return {
        "text": show_steering(line),
        "mention": number,
        "isPlaced": number is not None and reading.resolutions[number].place is not None,
        "title": "" if number is None else titles[number],
        "quote": piece.quote,
    }


@functools.cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "mapapp_article", html='<div class="article"></div>', css=_STYLE, js=_SCRIPT.read_text("utf-8")
    )


def _nothing() -> None:
    """Do nothing: Streamlit hands a trigger over only where there is a callback for it."""
