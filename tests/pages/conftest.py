"""The app without a browser: every screen runs from the entry, in a store of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ENTRY = Path(__file__).resolve().parents[2] / "streamlit_app.py"

ARTICLE = (
    "Opposition fighters seized Hama on Thursday after days of battle north of the city.\n\n"
    "The army said that it had withdrawn from Hama to spare the lives of civilians.\n"
)
"""In our own words; published on Thursday 5 December 2024."""


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty store."""
    monkeypatch.setenv("MAPAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")


@pytest.fixture
def open_app() -> Callable[..., AppTest]:
    """Open the app: `open_app("articles", day="2024-12-05")`."""

    def open_it(screen: str = "map", **params: str) -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=120)
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        if screen != "map":
            app.switch_page(f"pages/{screen}.py").run()
        return app

    return open_it


@pytest.fixture
def stored(theatre: Any, gazetteer: Any) -> Any:
    """A reading that is already in the store of the test."""
    import os

    from mapapp.articles.readers import read_article_text
    from mapapp.reading import read_article
    from mapapp.store import open_store

    article = read_article_text(ARTICLE, published="2024-12-05", publisher="Example Wire", timezone=theatre.timezone)
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    store.add_reading(reading, theatre=theatre.code)
    store.close()
    return reading
