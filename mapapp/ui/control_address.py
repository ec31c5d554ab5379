"""What the Control screen keeps in its address beside the day: the area, the two days, the party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from mapapp.dates import read_day
from mapapp.errors import DateError
from mapapp.scene import Scene
from mapapp.ui.text import escape_markdown, shorten, show_steering

PLACE_KEY, SPAN_KEY, PARTY_KEY = "control_place", "control_span", "control_party"
"""Keys of the widgets."""


def take_choices(params: Mapping[str, str], *, scene: Scene, days: Sequence[date]) -> None:
    """Let the widgets begin with what an address asks for, and say what of it cannot be had."""
    area, party = params.get("area", ""), params.get("party", "")
    if any(cell.id == area for cell in scene.cells):
        st.session_state[PLACE_KEY] = area
    elif area:
        _warn(f"there is no area “{area}”")
    if scene.theatre.actor(party) is not None:
        st.session_state[PARTY_KEY] = party
    elif party:
        _warn(f"there is no party “{party}”")
    if "since" in params or "until" in params:
        try:
            first, second = (read_day(params.get(name, "")) for name in ("since", "until"))
        except DateError as error:
            _warn(str(error))
            return
        if first <= second and {first, second} <= set(days):
            st.session_state[SPAN_KEY] = (first, second)
        else:
            _warn(f"“since” and “until” are not two days between {days[0]} and {days[-1]}")


def _warn(words: str) -> None:
    st.warning(escape_markdown(f"In the address of this page, {show_steering(shorten(words))}"))


def choices() -> dict[str, str]:
    """Return what is chosen on the page beside the day, as parameters of its address."""
    span = st.session_state.get(SPAN_KEY)
    chosen = {"area": st.session_state.get(PLACE_KEY), "party": st.session_state.get(PARTY_KEY)}
    if isinstance(span, tuple):
        chosen |= {"since": span[0].isoformat(), "until": span[-1].isoformat()}
    return {name: str(value) for name, value in chosen.items() if value}
