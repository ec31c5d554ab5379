"""What the user looks at: one `MapQuery` per session, in step with the address of the page.

The address is read when the session starts or when the user changes it; after that the session leads and the address
follows, so that a reload, a bookmark and a mailed link open the same view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import streamlit as st

from mapapp.model import MapQuery
from mapapp.selection import explain_params, query_from_params, query_to_params
from mapapp.theatres.theatre import Theatre, default_theatre, list_theatres
from mapapp.ui.text import escape_markdown, shorten, show_steering

_QUERY, _WRITTEN, _ARE_STALE = "query", "query_params_written", "filters_are_stale"
SAMPLES = "samples"
"""Name of the parameter of the address that leaves the sample articles out, with the value `no`."""


def chosen_theatre() -> str:
    """Return the name of the theatre of this session: that of the address, else the first one."""
    asked = st.query_params.get("theatre", "")
    names = list_theatres()
    if asked in names:
        return asked
    if asked:
        known = ", ".join(names)
        st.warning(
            escape_markdown(
                f"In the address of this page, there is no theatre “{show_steering(shorten(asked, limit=60))}”. "
                f"Shown instead is one of those that are here: {known}."
            )
        )
    query = st.session_state.get(_QUERY)
    return query.theatre if isinstance(query, MapQuery) else default_theatre()


def read_query(theatre: Theatre) -> MapQuery:
    """Return the query of this session, newly read from the address where the user has changed that."""
    params = st.query_params.to_dict()
    query = st.session_state.get(_QUERY)
    is_changed = "day" in params and params != st.session_state.get(_WRITTEN)
    if not isinstance(query, MapQuery) or query.theatre != theatre.code or is_changed:
        for remark in explain_params(params, theatre=theatre):
            st.warning(escape_markdown(f"In the address of this page, {remark}"))
        query = query_from_params(params, theatre=theatre)
        st.session_state[_QUERY] = query
        st.session_state[SAMPLES] = params.get(SAMPLES) != "no"
        renew_filters()
    return query


def is_new_address() -> bool:
    """Whether the user came with this address or changed it: it is not what the session wrote."""
    return st.query_params.to_dict() != st.session_state.get(_WRITTEN)


def current_query(theatre: Theatre) -> MapQuery:
    """Return the query of this session as it is, without a look at the address."""
    query = st.session_state.get(_QUERY)
    return query if isinstance(query, MapQuery) else query_from_params({}, theatre=theatre)


def write_query(query: MapQuery, *, more: Mapping[str, str] | None = None) -> None:
    """Make a query that of the session and write it into the address, with what `more` a screen keeps there."""
    st.session_state[_QUERY] = query
    params = address_of(query) | dict(more or {})
    st.session_state[_WRITTEN] = params
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)


def address_of(query: MapQuery) -> dict[str, str]:
    """Return the parameters of the address that opens a query in this session's manner."""
    params = query_to_params(query)
    if not has_samples():
        params[SAMPLES] = "no"
    return params


def set_day(day: date, *, query: MapQuery) -> MapQuery:
    """Return the query with the day that the map shows, kept inside its range, and remember it."""
    moved = replace(query, day=min(max(day, query.start), query.end))
    if moved != st.session_state.get(_QUERY):
        write_query(moved)
    return moved


def has_samples() -> bool:
    """Whether the bundled sample articles count."""
    return bool(st.session_state.get(SAMPLES, True))


def renew_filters() -> None:
    """Let the filter widgets take their values from the query when they are drawn next."""
    st.session_state[_ARE_STALE] = True


def take_stale_filters() -> bool:
    """Tell whether the filter widgets have to be set to the query, once."""
    return bool(st.session_state.pop(_ARE_STALE, False))
