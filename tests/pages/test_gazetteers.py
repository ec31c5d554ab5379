"""A gazetteer of the user's own on the Data screen: the places are found at once, and gone with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

OpenApp = Callable[..., AppTest]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    path = tmp_path / "villages.csv"
    path.write_text("Village,Y,X\nQuxville,35.01,37.02\n,35,37\n", encoding="utf-8")
    return path


def look_up(app: AppTest, name: str) -> bool:
    """Whether the open app finds a place of this name."""
    app.text_input(key="place_lookup").set_value(name).run()
    assert not app.exception
    return any("geodata" not in str(table.value) and name in str(table.value) for table in app.dataframe)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_an_imported_place_is_found_at_once_and_gone_with_its_gazetteer(open_app: OpenApp, table: Path) -> None:
    app = open_app("data")
    assert not look_up(app, "Quxville")
    app.text_input(key="gazetteer_path").set_value(str(table))
    app.text_input(key="gazetteer_columns").set_value("name=Village, lat=Y, lon=X")
    press(app, "Bring it in")
    assert any("2 places = 0 known before" in box.value and "1 new + 1 set aside" in box.value for box in app.success)
    assert look_up(app, "Quxville")
    press(app, "Remove")
    assert any("was removed" in box.value for box in app.success)
    assert not look_up(app, "Quxville")


def test_a_table_whose_columns_are_not_known_is_refused_in_words(open_app: OpenApp, table: Path) -> None:
    app = open_app("data")
    app.text_input(key="gazetteer_path").set_value(str(table))
    press(app, "Bring it in")
    assert any("Say which is which" in box.value for box in app.error)
    press(app, "Bring it in")
    assert not app.exception
