"""What a map can show, one layer per file.

Every file of this folder offers `LAYER`. A layer turns a scene into JSON-ready data; how it looks in the browser is
told by the file of the same name in `mapapp/assets/`. `all_layers` finds the files, so a new layer is one new file here
and one there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapapp.scene import Scene


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing that can be shown or hidden."""

    id: str
    """Name of its file, and of its drawer in the browser."""
    title: str
    """For the layer control."""
    description: str
    """One plain sentence: what it shows, and what it doesn't."""
    default_on: bool
    order: int
    """Layers are listed and drawn from low to high."""
    build: Callable[[Scene], dict[str, Any]]
    """Makes JSON-ready data of a scene. The same scene gives the same data."""


def all_layers() -> tuple[Layer, ...]:
    """Return the layers of this folder in the order in which they are drawn.

    >>> [layer.id for layer in all_layers()][:2]
    ['basemap', 'territory']
    """
    names = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    found = [importlib.import_module(f"{__name__}.{name}").LAYER for name in names]
    return tuple(sorted(found, key=lambda layer: (layer.order, layer.id)))
