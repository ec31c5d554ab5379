"""Where everything comes from: bundled data, gazetteer, store, log, and how the map is made."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import streamlit as st

from geodata.catalog import attributions, data_hash, read_catalog, verify_catalog
from mapapp.model import MapQuery
from mapapp.theatres.theatre import Theatre
from mapapp.ui.boundaries_screen import show_boundaries
from mapapp.ui.cached import get_gazetteer_job, get_store, is_gazetteer_open
from mapapp.ui.errors import shown_errors
from mapapp.ui.gazetteer_screen import show_own_gazetteers
from mapapp.ui.imports_screen import show_imports
from mapapp.ui.language_model_screen import show_language_model
from mapapp.ui.publishers_screen import show_publishers
from mapapp.ui.review import build_log_table
from mapapp.ui.tables import web_address
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count, format_day

_RELATIVE_LINK = re.compile(r"!?\[([^\]]*)\]\((?!https?://)[^)]*\)")
"""A link or picture that leads to another file of the documentation, which the app does not serve."""

TABS = (
    "Method",
    "Bundled data",
    "Boundaries",
    "Imports",
    "Parties and publishers",
    "Places",
    "Language model",
    "Store and log",
)
METHOD = Path(__file__).resolve().parents[2] / "docs" / "method.md"


def show_data(query: MapQuery, *, theatre: Theatre) -> None:
    """Show the tabs of the screen."""
    method, data, boundaries, imports, parties, places, model, store = st.tabs(TABS)
    with method, shown_errors():
        _show_method()
    with data, shown_errors():
        _show_catalogue()
    with boundaries, shown_errors():
        show_boundaries(theatre)
    with imports, shown_errors():
        show_imports(query, theatre=theatre)
    with parties, shown_errors():
        _show_parties(theatre)
    with places, shown_errors():
        _show_gazetteer(query, theatre=theatre)
        show_own_gazetteers(query)
    with model, shown_errors():
        show_language_model(theatre)
    with store, shown_errors():
        _show_store(theatre)


def _show_method() -> None:
    if not METHOD.is_file():
        st.info("docs/method.md is not installed here. It tells how the map is made and what it cannot show.")
        return
    st.markdown(_RELATIVE_LINK.sub(r"\1", METHOD.read_text("utf-8")))


def _show_catalogue() -> None:
    st.markdown(
        "Everything that the app brings along, with its licence. Nothing is fetched from the network unless you ask "
        f"for it. Data hash of all files together: `{data_hash()}`"
    )
    rows = [
        (
            entry.path,
            entry.source,
            entry.licence,
            entry.date,
            entry.recipe,
            entry.sha256[:12],
            web_address(entry.address),
        )
        for entry in read_catalog()
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["File", "Source", "Licence", "Date", "Recipe", "sha256", "Link"]),
        hide_index=True,
        key="catalogue",
        placeholder="",
        column_config={"Link": st.column_config.LinkColumn(display_text="open", width="small")},
    )
    if st.button("Check every file against its hash", key="verify_data", icon=":material/fact_check:"):
        with st.spinner("Checking …"):
            problems = verify_catalog()
        for problem in problems:
            st.error(escape_markdown(problem))
        if not problems:
            st.success(f"{count(len(rows), 'file')} checked: every one is what the catalogue says.")
    st.caption("Attributions")
    for line in attributions():
        st.markdown(f"- {escape_markdown(line)}")


def _show_parties(theatre: Theatre) -> None:
    st.caption("Parties, as this theatre's table has them")
    rows = [
        (
            actor.code,
            actor.name,
            actor.name_ar or "",
            "" if actor.valid_from is None else format_day(actor.valid_from),
            "" if actor.valid_to is None else format_day(actor.valid_to),
            ", ".join(actor.aliases),
            actor.note,
        )
        for actor in theatre.actors
    ]
    columns = ["Code", "Name", "Arabic name", "From", "Until (not included)", "Also called", "Note"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, key="actors")
    show_publishers(theatre)


def _show_gazetteer(query: MapQuery, *, theatre: Theatre) -> None:
    st.markdown(
        "Places are looked up in an index on this machine: GeoNames (places of 500 people and more), Natural Earth "
        "(countries and first-level units) and the theatre's own supplement, each entry of which has a source."
    )
    if is_gazetteer_open(query.theatre):
        st.success("The place index is open.", icon=":material/check:")
    else:
        st.info("The place index is opened when the first article is read. The very first time it has to be built.")
        if st.button("Open it now", key="open_gazetteer"):
            wait_for(get_gazetteer_job(query.theatre))
            st.rerun()
    name = st.text_input("Look a place up", max_chars=100, key="place_lookup", placeholder="a name in any spelling")
    if name.strip():
        found = wait_for(get_gazetteer_job(query.theatre)).find(name.strip())[:50]
        if not found:
            st.info("No place has this name. Try another spelling.")
            return
        rows = [
            (
                show_steering(place.name),
                place.country or "",
                place.feature_code,
                place.population,
                round(place.lat, 4),
                round(place.lon, 4),
                place.adm1_pcode or "",
                place.id,
            )
            for place in found
        ]
        columns = ["Name", "Country", "Feature", "People", "Lat", "Lon", "Unit", "Gazetteer id"]
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, key="places_found")
    st.caption(f"{count(len(theatre.places), 'place')} of the theatre's own supplement")
    own = [
        (
            show_steering(place.name),
            place.feature_code,
            round(place.lat, 4),
            round(place.lon, 4),
            web_address(place.source),
        )
        for place in theatre.places
    ]
    st.dataframe(
        pd.DataFrame(own, columns=["Name", "Feature", "Lat", "Lon", "Link"]),
        hide_index=True,
        key="supplement",
        placeholder="",
        column_config={"Link": st.column_config.LinkColumn(display_text="open", width="small")},
    )


def _show_store(theatre: Theatre) -> None:
    store = get_store()
    articles = store.articles(theatre=theatre.code)
    st.caption(f"Articles, readings and decisions are kept here ({count(len(articles), 'article')} of this theatre)")
    st.code(store.engine.url.render_as_string(hide_password=True), language=None, wrap_lines=True)
    st.caption("Another place: set MAPAPP_DATABASE_URL before the app is started.")
    decisions = store.decisions()
    st.caption(
        f"The log: {count(len(decisions), 'decision')} about all articles, newest first. Nothing in it is changed."
    )
    if decisions:
        st.dataframe(build_log_table(decisions), hide_index=True, key="whole_log")
