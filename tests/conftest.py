"""Fixtures that several folders of tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of texts and tables beside the project; its absence skips the test."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: it holds texts that may not be part of the project")
    return SHARED


@pytest.fixture(scope="session")
def theatre() -> Any:
    """The bundled theatre."""
    from mapapp.theatres.theatre import default_theatre, load_theatre

    return load_theatre(default_theatre())


@pytest.fixture(scope="session")
def gazetteer(theatre: Any) -> Any:
    """The place index of the bundled theatre, built once in a run."""
    from mapapp.places.gazetteer import open_gazetteer

    return open_gazetteer(theatre)
