"""The review queue: what would change the map most first, one claim at a time, decided with single keys."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mapapp.model import Decision, MapQuery, Reading
from mapapp.queue import Waiting
from mapapp.theatres.theatre import Theatre
from mapapp.ui.article_screen import show_small_map
from mapapp.ui.article_view import show_article_text
from mapapp.ui.cached import get_queue, get_raw_readings, get_samples, get_samples_job, get_store
from mapapp.ui.claim_editing import show_claim_editing
from mapapp.ui.claim_review import show_move_buttons, show_word_buttons
from mapapp.ui.errors import shown_errors
from mapapp.ui.review import PHONE_PX, Review, build_review, show_author, show_choice_table, show_undo_buttons
from mapapp.ui.state import has_samples
from mapapp.ui.text import escape_markdown, shorten, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count, describe_claim, describe_facts

QUEUE_CLAIM = "queue_claim"
"""Name of the widget that holds the id of the claim that is looked at."""
_ORDER = "queue_order"
"""The ids of the queue as they were shown last: what comes next after a decision is what stood behind it."""
LISTED = 50
"""Rows of the list; the order may change with every decision, so nobody needs the hundredth."""
FOLD_PX = 32
"""Of the edges of a fold, to both sides of what is in it."""
KEYS = "Keys: A accept · X reject · N next · P previous · U undo · Y redo. They work while no field is being typed in."


def show_queue(query: MapQuery, *, theatre: Theatre) -> None:
    """Show what waits, one claim at a time, with its words, its place on the map and what hangs on it."""
    if has_samples() and get_samples(query.theatre):
        with shown_errors():
            wait_for(get_samples_job(query.theatre))
    with st.spinner("Weighing what waits …"):
        queue = get_queue(query, with_samples=has_samples())
    rows = {row.claim.id: row for row in queue.waiting}
    raw = {reading.article.id: reading for reading in get_raw_readings(query.theatre, with_samples=has_samples())}
    if not rows:
        st.success("Nothing waits: every claim was accepted or rejected.", icon=":material/check:")
        with st.container(horizontal=True):
            show_undo_buttons(_log(raw), choice=QUEUE_CLAIM)
        show_author()
        return
    claim_id = _choose(list(rows))
    row = rows[claim_id]
    review = build_review(raw[row.claim.article_id], theatre=theatre)
    claim_side, text_side = st.columns([6, 5], gap="medium")
    with text_side:
        text_above = st.container()
        show_small_map(row.claim, query=query)  # before the rest: it has the longest way to the screen
    with claim_side:
        _show_card(row, review=review, ids=list(rows), log=raw)
    with text_above, shown_errors():
        show_article_text(
            review.current,
            theatre=theatre,
            rejected=review.rejected,
            picked=None,
            claims=review.reviewed.claims,
            focus=claim_id,
        )
    _show_list(list(rows.values()), theatre=theatre)


def _log(raw: dict[str, Reading]) -> tuple[Decision, ...]:
    return tuple(decision for decision in get_store().decisions() if decision.article_id in raw)


def _choose(ids: list[str]) -> str:
    """Return the claim that is looked at: the chosen one, else the one that stood behind it when it left."""
    before = st.session_state.get(_ORDER, [])
    now = st.session_state.get(QUEUE_CLAIM)
    if now not in ids:
        behind = before[before.index(now) :] if now in before else []
        now = next((claim_id for claim_id in behind if claim_id in ids), ids[0])
        st.session_state[QUEUE_CLAIM] = now
    st.session_state[_ORDER] = ids
    return str(now)


def _show_card(row: Waiting, *, review: Review, ids: list[str], log: dict[str, Reading]) -> None:
    claim, article = row.claim, review.raw.article
    st.caption(f"{ids.index(claim.id) + 1} of {len(ids)} that wait")
    with st.container(border=True):
        st.markdown(f"**{escape_markdown(describe_stake(row))}.**")
        st.text(f"“{show_steering(claim.quote)}”")
        for line in describe_facts(claim, theatre=review.theatre):
            st.caption(escape_markdown(line))
        title = shorten(article.title or article.text, limit=90)
        st.caption(escape_markdown(f"{title} · {article.publisher or 'publisher not named'}"))
        with shown_errors(), st.container(horizontal=True, gap="xsmall"):
            show_word_buttons(review, claim=claim)
            show_move_buttons(ids, choice=QUEUE_CLAIM)
            show_undo_buttons(_log(log), choice=QUEUE_CLAIM)
        st.caption(KEYS)
        show_author()
        show_claim_editing(review, claim=claim)


def describe_stake(row: Waiting) -> str:
    """Say what hangs on a claim that waits."""
    if row.weight:
        return f"{'Rejected' if row.is_shown else 'Accepted'}, it {row.reason}"
    text = row.reason
    return f"On the map, it {text}" if text.startswith(("says", "would")) else f"It changes no area: {text}"


def _show_list(rows: list[Waiting], *, theatre: Theatre) -> None:
    table = [
        (
            describe_stake(row),
            describe_claim(row.claim, theatre=theatre),
            round(row.area_km2),
            row.days,
            round(row.claim.score, 2),
        )
        for row in rows[:LISTED]
    ]
    title = f"The queue: {count(len(rows), 'claim')}" + (f", the first {LISTED}" if len(rows) > LISTED else "")
    with st.expander(title, key="queue_list", icon=":material/list:"):
        columns = ["What hangs on it", "Claim", "km²", "Days", "Score"]
        show_choice_table(
            pd.DataFrame(table, columns=columns),
            key="queue_table",
            choice=QUEUE_CLAIM,
            values=[row.claim.id for row in rows[:LISTED]],
            wrapped=("What hangs on it", "Claim"),
            phone_px=PHONE_PX - FOLD_PX,
        )
