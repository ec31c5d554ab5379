"""The Routes screen: journeys with their versions, and tracks from files."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.routes.building import bundled_routes
from mapapp.store import open_store
from mapapp.tracks.imports import read_imports

OpenApp = Callable[..., AppTest]
T0 = 1_733_623_200
ROWS = [f'{T0 + 60 * index},,X1,"{33.4 + 0.05 * index:.2f},36.50",{1000 * index},300,0' for index in range(20)]
HEAD = "Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction"
HOSTILE = "![x](http://evil.example/x.png) :material/home: $x^2$ <script>alert(1)</script> \u202e"


def words_of(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*app.markdown, *app.text, *app.caption))


@pytest.fixture
def track_stored(theatre: Any) -> str:
    """Title of a track with hostile words that is in the store of the test."""
    (found,) = read_imports(
        "\n".join([HEAD, *ROWS]).encode(), name=HOSTILE, theatre=theatre, source=HOSTILE, url="javascript:alert(1)"
    )
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    store.add_track(found.route, theatre=theatre.code)
    store.close()
    return HOSTILE


def test_the_screen_runs_without_an_error(open_app: OpenApp) -> None:
    app = open_app("routes")
    assert not app.exception
    assert not app.error


def test_all_versions_stand_side_by_side_with_what_they_disagree_about(open_app: OpenApp, theatre: Any) -> None:
    app = open_app("routes")
    told = words_of(app)
    for route in bundled_routes(theatre):
        assert route.title in told
    tables = [list(element.value.columns) for element in app.dataframe]
    # More stand beside them where articles that were read tell the same journey.
    assert any(columns[:4] == ["", "Version 1", "Version 2", "Version 3"] for columns in tables)


def test_countries_that_a_told_leg_crosses_are_said_to_be_those_of_the_drawn_line(open_app: OpenApp) -> None:
    app = open_app("routes")
    tables = [element.value for element in app.dataframe if "How it is known" in element.value.columns]
    assert any("Black Sea" in set(table["Area"]) for table in tables)
    assert any("if the line were flown as drawn" in caption.value for caption in app.caption)


def test_what_is_looked_for_stays_in_the_list(open_app: OpenApp) -> None:
    app = open_app("routes")
    app.text_input(key="routes_find").set_value("no such journey").run()
    assert not app.exception
    assert "No route fits" in words_of(app)


def test_a_stored_track_is_listed_and_can_be_taken_out(open_app: OpenApp, track_stored: str) -> None:
    app = open_app("routes")
    assert not app.exception
    (remove,) = [button for button in app.button if button.label == "Remove"]
    remove.click().run()
    assert not app.exception
    assert not [button for button in app.button if button.label == "Remove"]


def test_a_measured_track_that_belongs_to_no_journey_can_be_asked_for(open_app: OpenApp, track_stored: str) -> None:
    app = open_app("routes")
    app.segmented_control(key="routes_kind").set_value("measured").run()
    assert not app.exception
    assert not app.error
    assert all("<script>" not in element.value for element in app.markdown)
