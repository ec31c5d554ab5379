"""Ways to take a map away, one format per file.

Every file of this folder offers `EXPORTER`; `all_exporters` finds them, so a new format is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapapp.scene import Scene


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format."""

    id: str
    """As the command line names it."""
    suffix: str
    """With its dot."""
    mime: str
    title: str
    """For the page."""
    write: Callable[[Scene], bytes]
    """Makes the whole file of a scene. The same scene gives the same bytes."""


def all_exporters() -> tuple[Exporter, ...]:
    """Return the exporters of this folder in the order of their titles.

    >>> "html" in {exporter.id for exporter in all_exporters()}
    True
    """
    names = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    found = [importlib.import_module(f"{__name__}.{name}").EXPORTER for name in names]
    return tuple(sorted(found, key=lambda exporter: exporter.title))
