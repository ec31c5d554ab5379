"""The widgets that choose what the map shows. They make one `MapQuery`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import streamlit as st

from mapapp.model import MapQuery, Status
from mapapp.selection import MAX_TEXT, default_query
from mapapp.theatres.theatre import Theatre, theatre_titles
from mapapp.ui.state import SAMPLES, has_samples, renew_filters, take_stale_filters, write_query
from mapapp.ui.text import show_steering

STATUS_LABELS = {Status.CLAIMED: "Assessed and claimed", Status.ASSESSED: "Assessed only"}


def show_filters(query: MapQuery, *, theatre: Theatre) -> MapQuery:
    """Show the filters in the sidebar and return the query that they make."""
    _seed_widgets(query, theatre=theatre)
    names = {actor.code: actor.name for actor in theatre.actors}
    with st.sidebar:
        st.subheader("What the map shows", anchor=False)
        _show_theatre_choice(theatre)
        start, end = _show_day_range(query, theatre=theatre)
        actors = st.multiselect(
            "Parties",
            options=list(names),
            format_func=lambda code: names[code],
            placeholder="All parties",
            help="Areas of other parties stay empty, and events without these parties are left out.",
            key="filter_actors",
        )
        status = st.radio(
            "How sure",
            options=list(STATUS_LABELS),
            format_func=lambda value: STATUS_LABELS[value],
            help="Assessed: reliable, independently verifiable information shows it. Claimed: somebody says so, and it "
            "is neither corroborated nor shown false.",
            key="filter_status",
        )
        text = st.text_input(
            "Words in events",
            max_chars=MAX_TEXT,
            placeholder="a place, or a word of a quote",
            key="filter_text",
        )
        palette = query.palette
        if len(theatre.palettes) > 1:
            palette = st.selectbox(
                "Colours", options=list(theatre.palettes), format_func=_palette_label, key="filter_palette"
            )
        wants_samples = st.toggle(
            "Count the sample articles",
            help="Two short articles written for this app. They are read like any other article, so that there is "
            "something to click on before you add your own.",
            key="filter_samples",
        )
        st.button(
            "Show everything again",
            key="reset_filters",
            width="stretch",
            on_click=_show_everything,
            args=(replace(default_query(theatre), day=query.day, layers=query.layers),),
        )
    st.session_state[SAMPLES] = wants_samples
    first, *_ = theatre.palettes or ("",)
    chosen = replace(
        query,
        start=start,
        end=end,
        day=min(max(query.day, start), end),
        actors=tuple(code for code in names if code in actors),
        minimum_status=status,
        text=text.strip(),
        palette="" if palette == first else palette,
    )
    write_query(chosen)
    return chosen


def _show_everything(query: MapQuery) -> None:
    st.session_state[SAMPLES] = True
    write_query(query)
    renew_filters()


def _seed_widgets(query: MapQuery, *, theatre: Theatre) -> None:
    """Give each widget the value that the query has, if it is not on the page yet or the query came from elsewhere."""
    are_stale = take_stale_filters()
    first, *_ = theatre.palettes or ("",)
    values = {
        "filter_theatre": theatre.code,
        "filter_days": (query.start, query.end),
        "filter_actors": list(query.actors),
        "filter_status": query.minimum_status,
        "filter_text": query.text,
        "filter_palette": query.palette or first,
        "filter_samples": has_samples(),
    }
    for key, value in values.items():
        if are_stale or key not in st.session_state:
            st.session_state[key] = value


def _show_day_range(query: MapQuery, *, theatre: Theatre) -> tuple[date, date]:
    first, last = min(theatre.first_day, query.start), max(theatre.last_day, query.end)
    if first == last:
        return first, last
    # The value stands in the session state, which Streamlit's types do not know: it is a pair, not a day.
    chosen = st.slider("Days on the time line", min_value=first, max_value=last, format="D MMM", key="filter_days")
    return cast("tuple[date, date]", chosen)


def _show_theatre_choice(theatre: Theatre) -> None:
    titles = theatre_titles()
    if len(titles) < 2:
        return
    chosen = st.selectbox(
        "Conflict", options=list(titles), format_func=lambda name: show_steering(titles[name]), key="filter_theatre"
    )
    if chosen != theatre.code:
        st.query_params.from_dict({"theatre": chosen})
        renew_filters()
        st.rerun()


def _palette_label(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()
