"""The frame around every screen: title, navigation, and what happens when a screen fails."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from contextvars import ContextVar
from pathlib import Path

import streamlit as st

from mapapp.ui.errors import shown_errors

PAGES = Path(__file__).resolve().parents[2] / "pages"
SIDEBAR_PX = 256
"""Width of the filters, which leave the rest to the map; on phones they open on demand."""

HEAVY = "mapapp.ui.cached"
"""A module that every screen imports and that brings the large libraries; once it is there, screens open at once."""
ICON = Path(__file__).with_name("icon.svg")

NAVIGATION = (
    ("map", "Map"),
    ("control", "Control"),
    ("articles", "Articles"),
    ("routes", "Routes"),
    ("export", "Export"),
    ("data", "Data & method"),
)
"""File name without suffix, which is also the address, and title. The first one opens.

They have no icons: Streamlit would show them in the browser's tab, too, and fetch them from the network for that.
"""

_is_framed: ContextVar[bool] = ContextVar("_is_framed", default=False)


def show_frame() -> None:
    """Set the page up and run the screen that the address names."""
    st.set_page_config(page_title="Conflict map", page_icon=str(ICON), layout="wide", initial_sidebar_state=SIDEBAR_PX)
    page = st.navigation(_build_pages(), position="top")
    token = _is_framed.set(True)
    try:
        # The first screen of a server loads the libraries that draw maps, which takes seconds.
        with nullcontext() if HEAVY in sys.modules else st.spinner("Opening the app …"), shown_errors():
            page.run()
    finally:
        _is_framed.reset(token)


def ensure_frame() -> None:
    """Put the frame around a screen that Streamlit ran without it; every screen calls this first.

    Until the entry has run once, Streamlit takes a folder named `pages` for its old kind of app and answers the address
    of a screen with that file alone. Naming the pages ends that for the life of the server.
    """
    if not _is_framed.get():
        show_frame()
        st.stop()


def _build_pages() -> list[st.Page]:
    first, *_ = NAVIGATION
    return [
        st.Page(PAGES / f"{name}.py", title=title, url_path=name, default=name == first[0])
        for name, title in NAVIGATION
    ]
