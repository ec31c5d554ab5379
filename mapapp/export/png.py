"""The map of the query's day as a picture for screens and print."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mapapp.export import Exporter
from mapapp.picture.snapshot import render_snapshot

if TYPE_CHECKING:
    from mapapp.scene import Scene


def write(scene: Scene) -> bytes:
    """Return the picture of the whole theatre, 1920 × 1080 pixels."""
    buffer = io.BytesIO()
    render_snapshot(scene, path_or_buffer=buffer, format="png")
    return buffer.getvalue()


EXPORTER = Exporter(id="png", suffix=".png", mime="image/png", title="Picture of the day (PNG)", write=write)
