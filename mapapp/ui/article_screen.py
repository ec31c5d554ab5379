"""One article beside what was read from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from mapapp.model import Claim, MapQuery, Reading
from mapapp.theatres.theatre import Theatre
from mapapp.ui.article_view import show_article_text
from mapapp.ui.cached import get_payload, get_shell
from mapapp.ui.claim_review import CLAIM, show_claims, show_routes
from mapapp.ui.errors import shown_errors
from mapapp.ui.map_component import Command, show_map
from mapapp.ui.place_review import MENTION, show_places
from mapapp.ui.review import build_review, draw_all_if_wider, show_author, show_log
from mapapp.ui.state import address_of, has_samples, renew_filters, write_query
from mapapp.ui.wording import format_day

TABS = {"Claims": show_claims, "Places": show_places, "Routes": show_routes, "Decisions": show_log}
"""What was read from an article, by title."""

TAB = "article_tab"
"""Name of the widget that holds the title of the open tab."""

AROUND_DEG = 0.6
"""Shown around a claim's place to all sides: about 65 km, its governorate with the neighbours."""

FINEST_UNIT = 4
"""`where_prec` of a first-level unit: a claim on something larger shows the whole theatre."""


ARTICLE, QUEUE, FILES = "By article", "Review queue", "As files"
"""What may be done on the screen."""


def choose_task() -> str:
    """Ask what to do: read article by article, walk the queue, or take claims out and in."""
    chosen = st.segmented_control(
        "What to do",
        [ARTICLE, QUEUE, FILES],
        default=ARTICLE,
        required=True,
        label_visibility="collapsed",
        key="articles_task",
        persist_state="session",
    )
    return str(chosen or ARTICLE)


@st.fragment
def show_article(raw: Reading, *, query: MapQuery, theatre: Theatre) -> None:
    """Show the text with its marks on one side, and places, claims, routes and decisions on the other.

    A decision draws this part again by itself, so that the map follows at once.
    """
    draw_all_if_wider()
    review = build_review(raw, theatre=theatre)
    text_side, reading_side = st.columns([5, 7], gap="medium")
    claims = review.claims
    chosen = claims.get(str(st.session_state.get(review.key(CLAIM)))) or next(iter(claims.values()), None)
    with text_side:
        text_above = st.container()
        show_small_map(chosen, query=query)  # before the rest: it has the longest way to the screen
    with text_above, shown_errors():
        picked = st.session_state.get(review.key(MENTION))
        clicked = show_article_text(
            review.current,
            theatre=theatre,
            rejected=review.rejected,
            picked=picked if isinstance(picked, int) else None,
            claims=review.reviewed.claims,
            focus="" if chosen is None else chosen.id,
        )
        if clicked is not None:
            st.session_state[review.key(MENTION)] = clicked
            st.session_state[TAB] = "Places"
            st.rerun()
        st.caption("Underlined: a place. Coloured: the words of a claim. Click a place to look at it.")
    with reading_side:
        show_author()
        tabs = st.tabs(list(TABS), key=TAB, on_change="rerun")
        for tab, piece in zip(tabs, TABS.values(), strict=True):
            with tab, shown_errors():
                piece(review)


@st.fragment
def show_small_map(claim: Claim | None, *, query: MapQuery) -> None:
    """Show the map at the place and day of the claim that is looked at."""
    with shown_errors():
        payload = get_payload(query, with_samples=has_samples())
        day = _day_of(claim, query=query)
        show_map(
            payload.text,
            payload_hash=payload.hash,
            shell=get_shell(),
            start_day=query.start,
            command=Command(f"{None if claim is None else claim.id} {day} {_box_of(claim)}", day, _box_of(claim)),
            is_small=True,
            key="article_map",
        )
        if st.button(f"Open the map on {format_day(day)}", key="go_to_map", icon=":material/map:"):
            moved = replace(query, day=day)
            write_query(moved)
            renew_filters()
            st.switch_page("pages/map.py", query_params=address_of(moved))


def _day_of(claim: Claim | None, *, query: MapQuery) -> date:
    day = None if claim is None else claim.date_end
    return query.day if day is None or not query.start <= day <= query.end else day


def _box_of(claim: Claim | None) -> tuple[float, float, float, float] | None:
    """Return what to show around a claim's place; None = the whole theatre."""
    where = None if claim is None else claim.place or claim.destination or claim.origin
    if where is None or where.place is None or where.where_prec > FINEST_UNIT:
        return None
    lat, lon = where.place.lat, where.place.lon
    return (lon - AROUND_DEG, lat - AROUND_DEG, lon + AROUND_DEG, lat + AROUND_DEG)
