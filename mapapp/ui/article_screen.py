"""One article beside what was read from it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mapapp.model import MapQuery, Reading
from mapapp.theatre import Theatre
from mapapp.ui.article_view import show_article_text
from mapapp.ui.claim_review import show_claims, show_routes
from mapapp.ui.errors import shown_errors
from mapapp.ui.place_review import MENTION, show_places
from mapapp.ui.review import build_review, show_author, show_log
from mapapp.ui.state import write_query
from mapapp.ui.wording import count


def show_article(raw: Reading, *, query: MapQuery, theatre: Theatre) -> None:
    """Show the text with its marks on one side, and places, claims, routes and decisions on the other."""
    review = build_review(raw, theatre=theatre)
    text_side, reading_side = st.columns([5, 7], gap="medium")
    with text_side, shown_errors():
        picked = st.session_state.get(MENTION)
        clicked = show_article_text(
            review.current,
            theatre=theatre,
            rejected=review.rejected,
            picked=picked if isinstance(picked, int) else None,
            claims=review.raw.claims,
        )
        if clicked is not None and clicked != picked:
            st.session_state[MENTION] = clicked
            st.rerun()
        st.caption("Underlined: a place. Coloured: the words of a claim. Click a place to look at it.")
        _show_way_to_map(review.current, query=query)
    with reading_side:
        show_author()
        titles = (
            f"Claims ({len(raw.claims)})",
            f"Places ({len(review.current.resolutions)})",
            f"Routes ({len(review.current.routes)})",
            f"Decisions ({len(review.decisions)})",
        )
        pieces = (show_claims, show_places, show_routes, show_log)
        for tab, piece in zip(st.tabs(titles), pieces, strict=True):
            with tab, shown_errors():
                piece(review)


def _show_way_to_map(reading: Reading, *, query: MapQuery) -> None:
    days = [claim.date_end for claim in reading.claims if claim.date_end is not None]
    inside = [day for day in days if query.start <= day <= query.end]
    if not inside:
        return
    if st.button(
        f"Show the map on {max(inside):%d %b %Y}, the last of {count(len(set(inside)), 'day')} it speaks of",
        key="go_to_map",
        icon=":material/map:",
    ):
        write_query(replace(query, day=max(inside)))
        st.switch_page("pages/map.py")
