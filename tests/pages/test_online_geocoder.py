"""An online geocoder on the screens: off at first, switched on by the user, asked for one place, its answer taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.loopback import Answer, serving, whole

OpenApp = Callable[..., AppTest]
FOUND = [{"display_name": "Quxville, Syria", "lat": "35.21", "lon": "36.90", "place_id": 77}]


class Always(dict[str, Answer]):
    """One answer for every question."""

    def get(self, name: str, default: object = None) -> Answer:  # type: ignore[override] # nothing is missing
        return self["answer"]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setattr("mapapp.places.online.cache_folder", lambda: tmp_path / "cache")


def press(app: AppTest, key: str) -> None:
    next(button for button in app.button if button.key == key).click().run()
    assert not app.exception


def switch_on(app: AppTest, base: str) -> None:
    app.selectbox(key="geocoder_service").set_value("nominatim")
    app.text_input(key="geocoder_endpoint").set_value(base)
    next(button for button in app.button if button.label == "Save" and "geocoder" in (button.form_id or "")).click()
    app.run()
    assert not app.exception


def test_nothing_is_asked_before_the_user_switched_a_service_on(open_app: OpenApp) -> None:
    app = open_app("data")
    assert any("no name of a place leaves this machine" in caption.value for caption in app.caption)
    assert not any(button.key == "ask_online" for button in open_app("articles").button)


def test_an_answer_of_the_chosen_service_becomes_the_place(open_app: OpenApp) -> None:
    with serving(Always(answer=whole(json.dumps(FOUND).encode()))) as (base, asked):
        switch_on(open_app("data"), base)
        app = open_app("articles")
        assert asked == []
        press(app, "ask_online")
        assert len(asked) == 1
        assert any("OpenStreetMap contributors" in caption.value for caption in app.caption)
        press(app, "take_online")
        assert any(
            "Quxville" not in str(table.value) and "chosen by a person" in str(table.value) for table in app.dataframe
        )


def test_a_service_that_fails_is_told_in_a_sentence(open_app: OpenApp) -> None:
    with serving(Always(answer=whole(b"{broken"))) as (base, _):
        switch_on(open_app("data"), base)
        app = open_app("articles")
        press(app, "ask_online")
        assert any("answered with an error" in box.value for box in app.error)


def test_a_server_that_is_no_address_is_refused(open_app: OpenApp) -> None:
    app = open_app("data")
    switch_on(app, "no address")
    assert any("is no address" in box.value for box in app.error)
