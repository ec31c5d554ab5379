"""The caches of pictures and files: apart from `cached`, because the map need not wait for the drawing library."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from mapapp.export import all_exporters
from mapapp.model import MapQuery
from mapapp.picture.snapshot import render_snapshot
from mapapp.ui.cached import SceneKey, build_key, find_scene


@dataclass(frozen=True, slots=True)
class PictureSize:
    """What a static picture shows of the theatre, and how large it is."""

    width_px: int
    height_px: int
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north; None = the whole theatre."""


def get_picture(
    query: MapQuery, *, with_samples: bool, picture_format: Literal["png", "svg"], size: PictureSize
) -> bytes:
    """Return a static picture of the query's day."""
    return _draw_picture(build_key(query, with_samples=with_samples), picture_format, size)


@st.cache_data(max_entries=16, show_spinner=False)
def _draw_picture(key: SceneKey, picture_format: Literal["png", "svg"], size: PictureSize) -> bytes:
    buffer = io.BytesIO()
    render_snapshot(
        find_scene(key),
        path_or_buffer=buffer,
        format=picture_format,
        width_px=size.width_px,
        height_px=size.height_px,
        bbox=size.bbox,
    )
    return buffer.getvalue()


def get_export(query: MapQuery, *, with_samples: bool, exporter_id: str) -> bytes:
    """Return a file of one of the formats of `mapapp.export`."""
    return _write_export(build_key(query, with_samples=with_samples), exporter_id)


@st.cache_data(max_entries=8, show_spinner=False)
def _write_export(key: SceneKey, exporter_id: str) -> bytes:
    exporter = next(exporter for exporter in all_exporters() if exporter.id == exporter_id)
    return exporter.write(find_scene(key))
