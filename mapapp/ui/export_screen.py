"""Making files of what the map shows: a page to mail, a picture to print, data to go on with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import streamlit as st

from geodata.catalog import attributions, data_hash
from mapapp.errors import ExportError
from mapapp.export import Exporter, all_exporters
from mapapp.model import MapQuery
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_scene
from mapapp.ui.cached_files import PictureSize, get_export, get_picture
from mapapp.ui.errors import shown_errors
from mapapp.ui.state import has_samples, write_query
from mapapp.ui.tables import build_source_table
from mapapp.ui.text import escape_markdown, file_name
from mapapp.ui.wording import count, format_day

Box = tuple[float, float, float, float]

SIZES = {
    "Screen, 1920 × 1080": (1920, 1080),
    "Slide, 1280 × 720": (1280, 720),
    "Square, 1400 × 1400": (1400, 1400),
    "Portrait, 1080 × 1350": (1080, 1350),
    "Print, 3840 × 2160": (3840, 2160),
}
"""Title, width and height in pixels."""

FIRST_FORMATS = ("html", "png", "svg", "geojson")
"""Names of exporters, in the order in which they are offered; the first one of a picture is chosen at first."""

PREVIEW_WIDTH_PX = 1920
"""Of the picture on the page, at most: larger ones are shown at this width, others are those that are downloaded."""

EXTENTS = {"whole": "The whole theatre", "view": "What the map shows now", "own": "My own box"}


def show_export(query: MapQuery, *, theatre: Theatre) -> None:
    """Show what to choose on one side and how it will look on the other."""
    choice_side, preview_side = st.columns([4, 7], gap="medium")
    with choice_side, shown_errors():
        query = _ask_day(query)
        exporters = sorted(all_exporters(), key=_place_in_list)
        exporter = st.selectbox(
            "Format",
            exporters,
            index=next((number for number, item in enumerate(exporters) if _picture_format(item)), 0),
            format_func=lambda item: f"{item.title} ({item.suffix})",
            key="export_format",
        )
        picture_format = _picture_format(exporter)
        size = PictureSize(*SIZES["Screen, 1920 × 1080"])
        if picture_format is None:
            st.caption("The file holds the whole theatre and every day of the time line.")
        else:
            size = _ask_size(theatre)
        _show_download(query, exporter=exporter, picture_format=picture_format, size=size)
        _show_sources(query, theatre=theatre)
    with preview_side, shown_errors():
        _show_preview(query, size=size)


def _place_in_list(exporter: Exporter) -> tuple[int, str]:
    """Return what sorts the formats: those that most people look for first, the others by title."""
    return (FIRST_FORMATS.index(exporter.id) if exporter.id in FIRST_FORMATS else len(FIRST_FORMATS), exporter.title)


def _ask_day(query: MapQuery) -> MapQuery:
    days = [query.start + timedelta(days=offset) for offset in range((query.end - query.start).days + 1)]
    if len(days) < 2:
        return query
    if st.session_state.get("export_day") not in days:
        st.session_state["export_day"] = query.day
    day = st.select_slider(
        "Day", options=days, format_func=lambda value: format_day(value, has_weekday=True), key="export_day"
    )
    moved = replace(query, day=day)
    write_query(moved)
    return moved


def _picture_format(exporter: Exporter) -> Literal["png", "svg"] | None:
    """Return the format of a picture that has a size and an extent, or None for other files."""
    name = exporter.suffix.lstrip(".").lower()
    if name == "png":
        return "png"
    return "svg" if name == "svg" else None


def _ask_size(theatre: Theatre) -> PictureSize:
    title = st.selectbox("Size in pixels", list(SIZES), key="export_size")
    width_px, height_px = SIZES[title]
    view: Box | None = st.session_state.get("map_bbox")
    extents = [name for name in EXTENTS if name != "view" or view is not None]
    extent = st.radio("Extent", extents, format_func=lambda name: EXTENTS[name], key="export_extent", horizontal=True)
    if extent == "view":
        return PictureSize(width_px, height_px, view)
    if extent == "own":
        return PictureSize(width_px, height_px, _ask_box(theatre))
    return PictureSize(width_px, height_px)


def _ask_box(theatre: Theatre) -> Box:
    """Ask for a box in degrees; raise an `ExportError` for one that holds nothing."""
    names = ("West", "South", "East", "North")
    limits = (180.0, 90.0, 180.0, 90.0)
    columns = st.columns(4)
    west, south, east, north = (
        column.number_input(name, -limit, limit, value, step=0.1, format="%.2f", key=f"export_{name.lower()}")
        for column, name, limit, value in zip(columns, names, limits, theatre.bbox, strict=True)
    )
    if west >= east or south >= north:
        raise ExportError(
            f"The box from {west:.2f}, {south:.2f} to {east:.2f}, {north:.2f} holds nothing: west must be less than "
            "east, and south less than north. Change one of the four."
        )
    return (west, south, east, north)


def _show_download(
    query: MapQuery, *, exporter: Exporter, picture_format: Literal["png", "svg"] | None, size: PictureSize
) -> None:
    samples = has_samples()

    def make_file() -> bytes:
        if picture_format is None:
            return get_export(query, with_samples=samples, exporter_id=exporter.id)
        return get_picture(query, with_samples=samples, picture_format=picture_format, size=size)

    st.download_button(
        f"Download {exporter.suffix}",
        data=make_file,
        file_name=file_name(f"{query.theatre}-{query.day.isoformat()}") + exporter.suffix,
        mime=exporter.mime,
        type="primary",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
        key="export_download",
    )


def _show_sources(query: MapQuery, *, theatre: Theatre) -> None:
    scene = get_scene(query, with_samples=has_samples())
    sources = build_source_table(scene, day=query.day)
    publishers = sources["Publisher"].nunique()
    st.caption(f"Data hash {data_hash()} · {count(len(scene.readings), 'article')} · {count(publishers, 'publisher')}")
    with st.expander("Sources and licences that go with the file"):
        for line in (*attributions(), *scene.theatre.own_attributions):
            st.markdown(f"- {escape_markdown(line)}")
        if not sources.empty:
            st.dataframe(sources[["Publisher", "Statements", "Address"]], hide_index=True, key="export_sources")


def _show_preview(query: MapQuery, *, size: PictureSize) -> None:
    scale = min(1.0, PREVIEW_WIDTH_PX / size.width_px)
    with st.spinner("Drawing the preview …", show_time=True):
        picture = get_picture(
            query,
            with_samples=has_samples(),
            picture_format="png",
            size=PictureSize(round(size.width_px * scale), round(size.height_px * scale), size.bbox),
        )
    st.image(picture, caption=f"Preview: {format_day(query.day, has_weekday=True)}", width="stretch")
