"""The map on a page: a sandboxed frame that keeps running while its data change.

The document shell is constant and loaded once; scenes are posted into it as data. What the user does in the frame comes
back as `MapView`, after a short debounce inside the document.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

import streamlit as st

from mapapp.mapview import describe_changes

_SCRIPT = Path(__file__).with_name("map_component.js")

# The frame takes what the header, the sentence above and the tabs below leave of the window, on phones too, and never
# all of it: there must be something beside the map to scroll the page by.
_STYLE = """
.mapapp-view {
  height: clamp(27rem, calc(100svh - 11rem), 68rem);
  border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius);
  overflow: hidden;
  background: var(--st-secondary-background-color);
}
.mapapp-view.is-small { height: 30rem; }
.mapapp-view iframe { display: block; width: 100%; height: 100%; border: 0; }
@media (max-width: 640px) { .mapapp-view { height: clamp(27rem, calc(100svh - 9.5rem), 48rem); } }
"""


MOST_CHANGED = 0.5
"""Share of a payload that may be new before it is sent as a whole."""


@dataclass(frozen=True, slots=True)
class MapView:
    """What the user has on the map."""

    day: date | None = None
    """None = the map has not said yet."""
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north of the visible part; None = not said yet."""
    zoom: float | None = None
    clicked: str | None = None
    """Kind and id of what was clicked last, such as `cell:<id>`; None = nothing was."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that the page asks of the running map, once."""

    id: str
    """Another one than that of the command before: each is obeyed once."""
    day: date | None = None
    """None = the day stays."""
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north of what is to be seen; None = the whole theatre."""
    route: str | None = None
    """Id of a route that the time control zooms to; None = none, or the one that it is at."""


@functools.cache
def _components() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return what brings the ground, which shows nothing itself, and what shows the map."""
    script = _SCRIPT.read_text("utf-8")
    return (
        st.components.v2.component("mapapp_ground", html="<span hidden></span>", js=script),
        st.components.v2.component("mapapp_map", html='<div class="mapapp-view"></div>', css=_STYLE, js=script),
    )


def read_view(state: object) -> MapView:
    """Return what the frame said; whatever is not of its contract counts as not said.

    >>> read_view({"date": "2024-12-05", "bounds": [35, 32, 43, 38], "zoom": 7, "clicked": None}).day
    datetime.date(2024, 12, 5)
    >>> read_view({"date": "yesterday", "bounds": [1, 2]})
    MapView(day=None, bbox=None, zoom=None, clicked=None)
    >>> read_view(None)
    MapView(day=None, bbox=None, zoom=None, clicked=None)
    """
    if not isinstance(state, Mapping):
        return MapView()
    try:
        day = date.fromisoformat(str(state.get("date")))
    except ValueError:
        day = None
    zoom, clicked = state.get("zoom"), state.get("clicked")
    return MapView(
        day=day,
        bbox=_read_bbox(state.get("bounds")),
        zoom=zoom if _is_number(zoom) else None,
        clicked=clicked if isinstance(clicked, str) else None,
    )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read_bbox(value: object) -> tuple[float, float, float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 4 or not all(_is_number(v) for v in value):
        return None
    west, south, east, north = (float(v) for v in value)
    west, east, south, north = max(west, -180.0), min(east, 180.0), max(south, -90.0), min(north, 90.0)
    return (west, south, east, north) if west < east and south < north else None


def hash_payload(payload: str) -> str:
    """Return the name under which the browser remembers a payload: the same text, the same name.

    >>> hash_payload("{}") == hash_payload("{}"), len(hash_payload(""))
    (True, 16)
    """
    return hashlib.sha256(payload.encode("utf-8")).hexdigest()[:16]


def show_map(
    payload: str,
    *,
    payload_hash: str,
    shell: str,
    start_day: date,
    key: str,
    command: Command | None = None,
    is_small: bool = False,
) -> MapView:
    """Show a scene and return what the user has on the map.

    A small one (`is_small`) keeps that to itself, so that moving it runs nothing.

    `payload` is JSON. The one that the map is opened with is brought by a component of its own and stays the same
    from then on, so that Streamlit sends a reference of some bytes for it; a later one is sent as changes of it.
    """
    ground, name = _ground_of(key, payload), f"{key}_ground"
    ground_hash = hash_payload(ground)
    bring_ground, show = _components()
    with st.container(gap=None):
        bring_ground(key=name, data={"name": name, "shell": shell, "text": ground, "hash": ground_hash})
        result = show(
            key=key,
            data={
                "name": name,
                "ground": ground_hash,
                "hash": payload_hash,
                "changes": describe_changes(ground, payload),
                "date": start_day.isoformat(),
                "isSmall": is_small,
                "command": _command_data(command),
            },
            default={"view": None},
            on_view_change=_nothing,
        )
    return read_view(result.view)


def _ground_of(key: str, payload: str) -> str:
    """Return what a payload is told as changes of: the one the map was opened with, or itself where that is too far."""
    name = f"{key}_payload"
    ground = st.session_state.get(name) if key in st.session_state else None
    if isinstance(ground, str):
        told = sum(len(part) for part in describe_changes(ground, payload) if isinstance(part, str))
        if told < MOST_CHANGED * len(payload):
            return ground
    st.session_state[name] = payload
    return payload


def _command_data(command: Command | None) -> dict[str, Any] | None:
    if command is None:
        return None
    data: dict[str, Any] = {"id": command.id, "fit": True if command.bbox is None else list(command.bbox)}
    if command.day is not None:
        data["date"] = command.day.isoformat()
    if command.route is not None:
        data["route"] = command.route
    return data


def _nothing() -> None:
    """Do nothing: Streamlit keeps a component's state only where there is a callback for it."""
