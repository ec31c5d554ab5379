"""Boundaries: which ones count, finer ones from the network on a click, or from a file of the user's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mapapp.boundaries.installed import BoundaryAbout, remove_boundaries
from mapapp.theatres.installation import Download, add_boundaries, fetch_boundaries, read_downloads
from mapapp.theatres.theatre import Theatre
from mapapp.ui.jobs import start_job
from mapapp.ui.text import escape_markdown, file_name
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count

MESSAGE = "boundaries_message"
"""Name in the session of what is said after the page has been drawn anew."""

FIELDS = (
    ("pcode", "Code", "a code of each unit's own"),
    ("name_en", "Name", ""),
    ("name_ar", "Arabic name", ""),
    ("parent", "Code of the unit above", "else it is found by where the unit lies"),
    ("level", "Level", "a column, or a number from 1 to 5 for all units"),
)
"""(field, label, hint) of the columns that can be named."""


def show_boundaries(theatre: Theatre) -> None:
    """Show which boundaries count and let the user bring finer ones."""
    message = st.session_state.pop(MESSAGE, None)
    if message:
        st.success(message)
    if theatre.boundaries is None:
        st.markdown(
            f"The bundled boundaries count: {count(len(theatre.units), 'unit')}, generalised. Finer units give finer "
            "areas on the map and P-codes of districts for places."
        )
    else:
        _show_about(theatre.boundaries)
        if st.button("Use the bundled boundaries again", key="boundaries_remove", icon=":material/undo:"):
            remove_boundaries(theatre.code)
            _say("The bundled boundaries count again.")
    for download in read_downloads(theatre.code):
        _show_download(download, theatre=theatre)
    _show_upload(theatre)


def _say(message: str) -> None:
    """Draw the whole page anew with a message, so that everything is made of the boundaries that count now."""
    st.session_state[MESSAGE] = message
    st.rerun()


def _show_about(about: BoundaryAbout) -> None:
    st.markdown(f"**{escape_markdown(about.title)}** is installed.")
    facts = [
        ("Units", ", ".join(f"{number} of level {level}" for level, number in about.levels)),
        ("Licence", about.licence),
        ("Attribution", about.attribution),
        ("Source", about.source),
        ("Date", about.date),
        ("sha256", about.sha256),
    ]
    rows = [(name, value) for name, value in facts if value]
    st.dataframe(pd.DataFrame(rows, columns=["What", "Value"]), hide_index=True, key="boundaries_about")
    for remark in about.remarks:
        st.caption(f"Repaired: {escape_markdown(remark)}")
    if about.set_aside:
        st.caption(f"{count(len(about.set_aside), 'entry', 'entries')} of the file set aside")
        table = pd.DataFrame(about.set_aside, columns=["What", "Why"])
        st.dataframe(table, hide_index=True, key="boundaries_set_aside")


def _show_download(download: Download, *, theatre: Theatre) -> None:
    with st.container(border=True):
        st.markdown(f"**{escape_markdown(download.title)}**")
        st.caption(
            escape_markdown(
                f"{download.publisher}, {download.date}. {download.licence}. {download.size_bytes / 1e6:.1f} MB from "
                "the network; each file is checked against its sha256."
            )
        )
        if st.button("Download and use", key=f"boundaries_fetch_{download.id}", icon=":material/download:"):
            job = start_job(
                lambda report: fetch_boundaries(download, theatre_name=theatre.code, progress=report),
                title="Downloading the boundaries",
            )
            wait_for(job)
            _say("The boundaries are installed. The map is divided by them from now on.")


def _show_upload(theatre: Theatre) -> None:
    with st.form("boundaries_form", border=True):
        st.markdown("**A file of your own**")
        uploaded = st.file_uploader(
            "GeoPackage, GeoJSON, or a zip of one or of a shapefile",
            type=["gpkg", "geojson", "json", "zip"],
            key="boundaries_file",
        )
        with st.expander("Only if the app does not know the file's columns or CRS"):
            columns = {
                field: st.text_input(
                    label, key=f"boundaries_column_{field}", max_chars=100, placeholder=hint or "name of a column"
                ).strip()
                for field, label, hint in FIELDS
            }
            crs = st.text_input("CRS", key="boundaries_crs", max_chars=40, placeholder="such as EPSG:4326").strip()
        licence = st.text_input("Licence", key="boundaries_licence", max_chars=100).strip()
        credit = st.text_input(
            "Line for the corner of the map", key="boundaries_attribution", max_chars=200, placeholder="who made them"
        ).strip()
        is_sent = st.form_submit_button("Check and use", icon=":material/upload:")
    if not is_sent:
        return
    if uploaded is None:
        st.info("Choose a file first.")
        return
    _install(uploaded, theatre=theatre, columns=columns, crs=crs, licence=licence, attribution=credit)
    _say("The boundaries are installed. The map is divided by them from now on.")


def _install(
    uploaded: UploadedFile, *, theatre: Theatre, columns: dict[str, str], crs: str, licence: str, attribution: str
) -> None:
    """Install an uploaded file; what is wrong with it is raised."""
    with tempfile.TemporaryDirectory(prefix="mapapp-") as folder:
        # Only the suffix of the user's name is kept in that of the file; the name is told.
        path = Path(folder) / f"boundaries{Path(uploaded.name).suffix.lower()}"
        path.write_bytes(uploaded.getbuffer())
        with st.spinner("Checking and dividing the boundaries …"):
            add_boundaries(
                path,
                theatre_name=theatre.code,
                columns={field: column for field, column in columns.items() if column},
                crs=crs or None,
                title=file_name(uploaded.name),
                licence=licence,
                attribution=attribution,
                source=file_name(uploaded.name),
            )
