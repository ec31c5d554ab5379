"""Importing measured tracks: what would become of every position, before anything is stored; and taking them out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mapapp.errors import DataError
from mapapp.model import Route
from mapapp.text import show_plain
from mapapp.theatres.theatre import Theatre
from mapapp.tracks.imports import TrackImport, describe_turn, read_imports
from mapapp.ui.cached import get_store, get_theatre
from mapapp.ui.errors import shown_errors
from mapapp.ui.routes_screen import show_profile
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.wording import count, format_days

SUFFIXES = ("csv", "gpx", "kml", "kmz", "geojson", "json")
MAX_MB = 100
_MESSAGE, _REMOVED = "track_message", "track_removed"


def show_track_intake(theatre: Theatre) -> None:
    """Show the form that takes a file, its preview, and the stored tracks."""
    _show_message(theatre)
    with st.expander("Import a measured track", icon=":material/add:"), shown_errors():
        st.caption(
            "Flightradar24 or OpenSky CSV, readsb and tar1090 traces, GPX, KML, KMZ, GeoJSON with times, or any CSV "
            "with lat, lon and time. Nothing is stored before you have seen what becomes of it."
        )
        upload = st.file_uploader("File", type=list(SUFFIXES), key="track_file", max_upload_size=MAX_MB)
        columns = st.columns(2)
        source = columns[0].text_input("Who published it", max_chars=200, key="track_source").strip()
        url = columns[1].text_input("Address (URL)", max_chars=2000, key="track_url").strip()
        if upload is not None:
            found = _read(upload.getvalue(), upload.name, theatre.folder.name, source or "source not told", url or None)
            _show_preview(found)
            if st.button("Store", type="primary", key="track_store", icon=":material/save:"):
                _store(found, theatre=theatre)
        _show_stored(theatre)


def _show_message(theatre: Theatre) -> None:
    """Show what was done last; a track that was taken out can be put back as long as its message stands."""
    if message := st.session_state.pop(_MESSAGE, None):
        st.success(escape_markdown(message))
    removed: Route | None = st.session_state.get(_REMOVED)
    if removed is None:
        return
    text_side, button_side = st.columns([5, 1], vertical_alignment="center")
    text_side.success(f"Removed: {escape_markdown(show_steering(removed.title))}")
    if button_side.button("Undo", key="track_undo", icon=":material/undo:"):
        get_store().add_track(removed, theatre=theatre.code)
        del st.session_state[_REMOVED]
        st.session_state[_MESSAGE] = "The track is back."
        st.rerun()


@st.cache_data(max_entries=2, show_spinner="Reading the track …")
def _read(data: bytes, name: str, theatre_name: str, source: str, url: str | None) -> tuple[TrackImport, ...]:
    return read_imports(data, name=show_plain(name), theatre=get_theatre(theatre_name), source=source, url=url)


def _show_preview(found: tuple[TrackImport, ...]) -> None:
    for one in found:
        st.text(show_steering(one.route.title))
        sides = st.columns(4)
        sides[0].metric("Positions in", f"{one.n_in:,}")
        sides[1].metric("Kept", f"{one.n_kept:,}")
        sides[2].metric("Set aside", f"{one.n_in - one.n_kept:,}")
        sides[3].metric("Turns from 45°", len(one.turns))
        aside = "; ".join(f"{number:,} {reason}" for reason, number in one.set_aside.items())
        lengths = " · ".join(f"{length:,.1f} km {kind.value}" for kind, length in one.figures.length_km.items())
        days = format_days(one.route.date_start, one.route.date_end)
        st.caption(f"Set aside: {aside or 'nothing'}. {lengths} · {days}")
        if one.turns:
            st.dataframe(pd.DataFrame({"Turn": [describe_turn(turn) for turn in one.turns]}), hide_index=True)
        if one.crossed:
            rows = [
                (show_steering(item.name), round(item.length_km, 1), item.entered, item.left) for item in one.crossed
            ]
            st.dataframe(pd.DataFrame(rows, columns=["Unit", "km", "Entered", "Left"]), hide_index=True)
        show_profile(one.route.profile)


def _store(found: tuple[TrackImport, ...], *, theatre: Theatre) -> None:
    store = get_store()
    added = [store.add_track(one.route, theatre=theatre.code) for one in found]
    if not any(added):
        raise DataError("This very track is stored already. It stands in the list below.")
    st.session_state.pop(_REMOVED, None)
    st.session_state[_MESSAGE] = f"{count(sum(added), 'track')} stored."
    st.rerun()


def _show_stored(theatre: Theatre) -> None:
    tracks = get_store().tracks(theatre=theatre.code)
    for track in tracks:
        text_side, button_side = st.columns([5, 1], vertical_alignment="center")
        days = format_days(track.route.date_start, track.route.date_end)
        text_side.text(f"{show_steering(track.route.title)} · {days}")
        if button_side.button("Remove", key=f"remove_{track.route.id}"):
            get_store().remove_track(track.route.id, theatre=theatre.code)
            st.session_state[_REMOVED] = track.route
            st.rerun()
