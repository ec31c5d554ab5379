"""Gazetteers of the user's own: bring one in, see what became of its rows, take it away again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mapapp.model import MapQuery
from mapapp.places.imports import MAPPED_FIELDS, MOST_PLACES
from mapapp.places.intake import FORMATS, Intake, import_gazetteer, list_imports, read_mapping, remove_import
from mapapp.ui.cached import get_gazetteer_job
from mapapp.ui.geocoder_screen import show_geocoder_choice
from mapapp.ui.jobs import Report, start_job
from mapapp.ui.text import escape_markdown, file_name
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count

RESULT = "gazetteer_result"
"""Name in the session of what is said after the page has been drawn anew: an intake or a text."""

TOLD = "Told from the file"


def show_own_gazetteers(query: MapQuery) -> None:
    """Show which gazetteers were brought in and let the user add and remove them."""
    st.markdown("**Gazetteers of your own**")
    _show_result(st.session_state.pop(RESULT, None))
    kept = list_imports()
    if kept:
        rows = [(each.name, each.n_merged, each.n_new) for each in kept]
        st.dataframe(
            pd.DataFrame(rows, columns=["Name", "Known before", "New"]), hide_index=True, key="gazetteer_imports"
        )
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        name = left.selectbox("Take one away", [each.name for each in kept], key="gazetteer_choice")
        if right.button("Remove", key="gazetteer_remove", icon=":material/delete:") and name is not None:
            remove_import(name)
            st.session_state[RESULT] = f"{name} was removed. What was read with it stays as it was read."
            st.rerun()
    else:
        st.caption("None yet. Places of a gazetteer that you bring in are found in texts and when you look places up.")
    _show_form(query)
    show_geocoder_choice()


def _show_result(result: Intake | str | None) -> None:
    if isinstance(result, str):
        st.success(escape_markdown(result))
    elif result is not None:
        n_aside = sum(result.set_aside.values())
        st.success(
            f"{escape_markdown(result.name)}: {count(result.n_in, 'place')} = {result.n_merged:,} known before, now "
            f"with these spellings + {result.n_new:,} new + {n_aside:,} set aside"
        )
        if n_aside:
            table = pd.DataFrame(sorted(result.set_aside.items()), columns=["Set aside because", "Rows"])
            st.dataframe(table, hide_index=True, key="gazetteer_set_aside")


def _show_form(query: MapQuery) -> None:
    with st.form("gazetteer_form", border=True):
        uploaded = st.file_uploader(
            "GeoNames dump or alternate names, OCHA populated places, or any CSV table",
            type=["zip", "txt", "csv"],
            key="gazetteer_file",
        )
        path = st.text_input(
            "Or the path of a file on the machine that the app runs on", key="gazetteer_path", max_chars=500
        ).strip()
        kind = st.selectbox(
            "Kind",
            (TOLD, *FORMATS),
            format_func=lambda each: FORMATS.get(each, each),
            key="gazetteer_kind",
        )
        columns = st.text_input(
            "Columns of a CSV table, if they are not called as usual",
            key="gazetteer_columns",
            max_chars=500,
            placeholder="name=Village, lat=Y, lon=X",
            help=f"Known: {', '.join(MAPPED_FIELDS)}. Needed: name, lat, lon.",
        )
        countries = st.text_input(
            "Only these countries of a dump", key="gazetteer_countries", max_chars=100, placeholder="such as SY, LB"
        )
        st.caption(f"At most {MOST_PLACES:,} places of a file are kept. Places known already gain spellings only.")
        is_sent = st.form_submit_button("Bring it in", icon=":material/upload:")
    if not is_sent:
        return
    if uploaded is None and not path:
        st.info("Choose a file first, or give its path.")
        return
    wanted = tuple(code.strip() for code in countries.split(",") if code.strip())
    st.session_state[RESULT] = _take_in(
        uploaded or Path(path).expanduser(),
        query=query,
        kind=None if kind in (None, TOLD) else kind,
        columns=read_mapping(columns) or None,
        countries=wanted,
    )
    st.rerun()


def _take_in(
    source: UploadedFile | Path,
    *,
    query: MapQuery,
    kind: str | None,
    columns: dict[str, str] | None,
    countries: tuple[str, ...],
) -> Intake:
    """Import a file while its progress is shown; what is wrong with it is raised."""
    gazetteer = wait_for(get_gazetteer_job(query.theatre))
    with tempfile.TemporaryDirectory(prefix="mapapp-") as folder:
        if isinstance(source, Path):
            path = source
        else:
            path = Path(folder) / (file_name(source.name)[-80:] or "gazetteer")
            path.write_bytes(source.getbuffer())

        def work(report: Report) -> Intake:
            return import_gazetteer(
                path, gazetteer=gazetteer, kind=kind, columns=columns, countries=countries, progress=report
            )

        return wait_for(start_job(work, title="Reading the gazetteer"))
