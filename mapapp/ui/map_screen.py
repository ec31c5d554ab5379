"""The map with what stands around it."""

from __future__ import annotations

import streamlit as st

from mapapp.model import MapQuery
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import (
    are_samples_read,
    get_gazetteer_job,
    get_payload,
    get_samples,
    get_samples_job,
    get_scene,
    get_shell,
)
from mapapp.ui.errors import shown_errors
from mapapp.ui.map_component import MapView, show_map
from mapapp.ui.state import has_samples, set_day
from mapapp.ui.tables import show_day_tables
from mapapp.ui.text import escape_markdown
from mapapp.ui.wording import count, describe_query

MAP_KEY = "map"
_START_DAY = "map_start_day"


def show_sentence(query: MapQuery, *, theatre: Theatre) -> None:
    """Say above the map what it shows."""
    st.markdown(f"**{escape_markdown(describe_query(query, theatre=theatre))}**")


@st.fragment
def show_scene(query: MapQuery) -> None:
    """Show the map and the tables of its day; both run again by themselves when the user drags the date."""
    with shown_errors():
        scene = get_scene(query, with_samples=has_samples())
        payload = get_payload(query, with_samples=has_samples())
        if MAP_KEY not in st.session_state:  # the map is new on the page: it starts on the day of the query
            st.session_state[_START_DAY] = query.day
        view = show_map(
            payload.text,
            payload_hash=payload.hash,
            shell=get_shell(),
            start_day=st.session_state[_START_DAY],
            key=MAP_KEY,
        )
        _remember_view(view)
        notice = st.container()  # right below the map, where the numbers are that will change
        shown = query if view.day is None else set_day(view.day, query=query)
        show_day_tables(scene, day=shown.day)
        if view.day is not None and has_samples():
            with notice:
                _follow_samples(query.theatre)


def _remember_view(view: MapView) -> None:
    """Keep what part of the map is seen, for the Export screen."""
    if view.bbox is not None:
        st.session_state["map_bbox"] = view.bbox


def _follow_samples(theatre_name: str) -> None:
    """Read the sample articles once the map is drawn, and draw it again with them when that is done."""
    articles = get_samples(theatre_name)
    if not articles:
        return
    if are_samples_read(theatre_name):
        samples = count(len(articles), "sample article").capitalize()
        st.caption(
            f"{samples}, written for this app, count like any other article. Leave them out in the sidebar; read them "
            "on the Articles page."
        )
        return
    job = get_samples_job(theatre_name)
    if not job.is_done:
        _wait_for_samples(theatre_name)
    elif job.future.exception() is not None:
        job.result()


@st.fragment(run_every=1.0)
def _wait_for_samples(theatre_name: str) -> None:
    job = get_samples_job(theatre_name)
    if job.is_done:
        st.rerun()
    place_index = get_gazetteer_job(theatre_name)
    text, share = (job if place_index.is_done else place_index).progress
    samples = count(len(get_samples(theatre_name)), "sample article")
    st.progress(
        share,
        text=escape_markdown(f"Reading the {samples} … The map is ready; its numbers may still change. {text}"),
    )
