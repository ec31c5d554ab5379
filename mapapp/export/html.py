"""The map as one HTML file: it opens from disk, needs no network, and its date can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapapp.export import Exporter
from mapapp.mapview import build_document, build_payload

if TYPE_CHECKING:
    from mapapp.scene import Scene


def write(scene: Scene) -> bytes:
    """Return the map document with the scene in it, UTF-8. It forbids itself every connection."""
    return build_document(build_payload(scene)).encode("utf-8")


EXPORTER = Exporter(
    id="html",
    suffix=".html",
    mime="text/html",
    title="Interactive map (HTML)",
    write=write,
)
