"""The map of the query's day as a drawing that can be edited and printed at any size."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mapapp.export import Exporter
from mapapp.picture.snapshot import render_snapshot

if TYPE_CHECKING:
    from mapapp.scene import Scene


def write(scene: Scene) -> bytes:
    """Return the drawing of the whole theatre; letters are outlines, so that no font is needed to show them."""
    buffer = io.BytesIO()
    render_snapshot(scene, path_or_buffer=buffer, format="svg")
    return buffer.getvalue()


EXPORTER = Exporter(id="svg", suffix=".svg", mime="image/svg+xml", title="Drawing of the day (SVG)", write=write)
