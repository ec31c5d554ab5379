"""Choosing an article, telling about it, taking it out."""

from __future__ import annotations

import streamlit as st

from mapapp.desk import read_missing
from mapapp.model import Article, MapQuery, Reading
from mapapp.theatres.theatre import Theatre
from mapapp.ui.article_facts import show_article_facts
from mapapp.ui.cached import get_copies, get_gazetteer_job, get_raw_readings, get_samples, get_samples_job, get_store
from mapapp.ui.errors import shown_errors
from mapapp.ui.intake_screen import CHOICE, MESSAGE
from mapapp.ui.state import has_samples
from mapapp.ui.text import escape_markdown, shorten, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count, format_day

_REMOVED = "article_removed"
MOST_COPIES = 6
"""Articles nearly the same as one that are named beside it."""


def choose_article(query: MapQuery, *, theatre: Theatre) -> Reading | None:
    """Show the list of articles and return the chosen one as it was read, or None where there is none."""
    with st.container():  # messages come and go: what stands below must keep its place, or the map would load again
        _show_message(theatre)
    readings = _list_readings(query, theatre=theatre)
    if not readings:
        st.info(
            "No article is here yet. Add one above: its places are looked up, and what it says about who holds what "
            "appears on the map, each colour with the sentence behind it.",
            icon=":material/article:",
        )
        return None
    by_id = {reading.article.id: reading for reading in readings}
    sample_ids = {article.id for article in get_samples(query.theatre)}
    copies = get_copies(theatre)
    named = st.query_params.get("article")
    asked = st.session_state.get(CHOICE) or named
    if named and named not in by_id and asked == named:
        st.warning(
            escape_markdown(
                f"In the address of this page, there is no article “{show_steering(shorten(named, limit=60))}” here: "
                "it may have been removed, or belong to somebody else's store. The newest one is shown instead."
            )
        )
    st.session_state[CHOICE] = asked if asked in by_id else next(reversed(by_id))
    chosen = st.selectbox(
        f"Articles ({len(readings)})",
        options=list(reversed(by_id)),
        format_func=lambda article_id: _name_article(
            by_id[article_id], is_sample=article_id in sample_ids, is_copy=article_id in copies
        ),
        key=CHOICE,
    )
    st.query_params["article"] = chosen
    return by_id[chosen]


def _list_readings(query: MapQuery, *, theatre: Theatre) -> tuple[Reading, ...]:
    if has_samples() and get_samples(query.theatre):
        with shown_errors():  # a sample that cannot be read must not hide the user's own articles
            wait_for(get_samples_job(query.theatre))
    return get_raw_readings(query.theatre, with_samples=has_samples())


def _name_article(reading: Reading, *, is_sample: bool, is_copy: bool) -> str:
    article = reading.article
    words = article.title or shorten(article.text, limit=70)
    parts = [show_steering(shorten(words, limit=90)), show_steering(shorten(article.publisher or "", limit=40))]
    parts.append(format_day(article.published.date()) if article.published else "no date")
    parts.append(count(len(reading.claims), "claim"))
    if is_sample:
        parts.insert(0, "Sample")
    if is_copy:
        parts.append("nearly the same as an earlier one")
    return " · ".join(part for part in parts if part)


def show_article_head(reading: Reading, *, query: MapQuery, theatre: Theatre) -> None:
    """Show what is known of an article, and let the user take it out."""
    article = reading.article
    is_stored = get_store().article(article.id) is not None
    is_sample = article.id in {sample.id for sample in get_samples(query.theatre)}
    facts = [
        ("Publisher", article.publisher or "unknown"),
        ("Published", format_day(article.published.date()) if article.published else "unknown"),
        ("Address", article.url or "unknown"),
        ("Hash of the text", article.id[:16]),
    ]
    left, right = st.columns([5, 1], vertical_alignment="center")
    remarks = st.container()
    with left:
        if article.title:
            st.subheader(escape_markdown(shorten(article.title, limit=160)), anchor=False)
        st.text(" · ".join(f"{name}: {show_steering(shorten(value, limit=120))}" for name, value in facts))
        if is_sample:
            st.caption("A sample, written for this app. It is stored as soon as you decide something about it.")
    with right:
        if is_stored:
            _show_removal(article, reading=reading, theatre=theatre)
    _show_copies(article, theatre=theatre)
    for remark in reading.remarks:
        remarks.warning(escape_markdown(remark), icon=":material/info:")
    show_article_facts(reading, theatre=theatre)


def _show_copies(article: Article, *, theatre: Theatre) -> None:
    """Tell which other articles are nearly the same, and let the user go to them."""
    copies = get_copies(theatre)
    original = copies[article.id].of if article.id in copies else article.id
    group = [original, *(copy.article_id for copy in copies.values() if copy.of == original)]
    others = [other for article_id in group if (other := get_store().article(article_id)) and other.id != article.id]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        share = f" ({copies[article.id].share:.0%} of the shorter text)" if article.id in copies else ""
        st.caption(f"Nearly the same{share}, so that they count as one source:", width="content")
        for other in others[:MOST_COPIES]:
            label = escape_markdown(shorten(other.publisher or other.title or other.text, limit=40))
            st.button(
                label,
                key=f"copy_{other.id[:12]}",
                type="tertiary",
                icon=":material/content_copy:",
                on_click=_choose,
                args=(other.id,),
            )
        if len(others) > MOST_COPIES:
            st.caption(f"and {len(others) - MOST_COPIES} more", width="content")


def _choose(article_id: str) -> None:
    st.session_state[CHOICE] = article_id


def _show_removal(article: Article, *, reading: Reading, theatre: Theatre) -> None:
    with st.popover("Remove", icon=":material/delete:", width="stretch"):
        st.markdown("The article leaves the map with everything that was read from it. Decisions stay in the log.")
        if st.button("Remove this article", type="primary", key="remove_article", width="stretch"):
            readings = get_store().readings(theatre=theatre.code, as_first_read=True)
            st.session_state[_REMOVED] = next((one for one in readings if one.article.id == article.id), reading)
            get_store().remove_article(article.id)
            st.session_state.pop(CHOICE, None)
            st.query_params.pop("article", None)
            st.rerun()


def _show_message(theatre: Theatre) -> None:
    """Say what the last step did, once; offer to take a removal back as long as the session lasts."""
    message = st.session_state.pop(MESSAGE, None)
    if message is not None:
        st.success(escape_markdown(message), icon=":material/check:")
    removed = st.session_state.get(_REMOVED)
    if isinstance(removed, Reading):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.info("The article was removed.", icon=":material/delete:")
        if right.button("Put it back", key="restore_article", width="stretch"):
            store = get_store()
            store.add_reading(removed, theatre=theatre.code)
            read_missing(
                store, theatre=theatre, open_gazetteer=lambda: wait_for(get_gazetteer_job(theatre.folder.name))
            )
            st.session_state[CHOICE] = removed.article.id
            del st.session_state[_REMOVED]
            st.rerun()
