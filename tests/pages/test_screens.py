"""Every screen runs from the entry without a browser, and says what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

OpenApp = Callable[..., AppTest]

HOSTILE = "{{7*7}} ${alert(1)} ![x](http://evil.example/x.png) :material/home: $x^2$ <script>alert(1)</script> \u202e"


def find_table(app: AppTest, *columns: str) -> pd.DataFrame:
    """Return the first table of a screen that has these columns: a table that nobody can select in has no key."""
    tables = [element.value for element in app.dataframe]
    return next(table for table in tables if set(columns) <= set(table.columns))


def messages(app: AppTest) -> list[str]:
    """Everything that the screen says in messages."""
    return [element.value for element in (*app.error, *app.warning, *app.success, *app.info)]


@pytest.mark.parametrize("screen", ["map", "control", "articles", "export", "data"])
def test_a_screen_runs_without_an_error(open_app: OpenApp, screen: str) -> None:
    app = open_app(screen)
    assert not app.exception
    assert not app.error


def test_the_map_says_in_a_sentence_what_it_shows(open_app: OpenApp) -> None:
    app = open_app()
    assert "Who holds what in Syria" in app.markdown[0].value


def test_the_address_chooses_day_and_filters(open_app: OpenApp) -> None:
    app = open_app(day="2024-12-05", actors="HTS", status="assessed", q="Hama", palette="colour-blind")
    assert not app.exception
    assert app.multiselect(key="filter_actors").value == ["HTS"]
    assert app.radio(key="filter_status").value == "assessed"
    assert app.text_input(key="filter_text").value == "Hama"
    assert app.selectbox(key="filter_palette").value == "colour-blind"
    assert "5 Dec 2024" in " ".join(caption.value for caption in app.caption)


def test_a_filter_is_written_into_the_address(open_app: OpenApp) -> None:
    app = open_app()
    app.multiselect(key="filter_actors").set_value(["SDF"]).run()
    assert app.query_params["actors"] == "SDF"
    assert "only Syrian Democratic Forces" in app.markdown[0].value


def test_all_filters_can_be_taken_back_at_once(open_app: OpenApp) -> None:
    app = open_app(actors="SDF", q="Raqqa", day="2024-12-07")
    app.button(key="reset_filters").click().run()
    assert app.multiselect(key="filter_actors").value == []
    assert app.text_input(key="filter_text").value == ""
    assert app.query_params["day"] == "2024-12-07"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("day", "yesterday", "“day”"),
        ("day", "1200-01-01", "“day”"),
        ("actors", HOSTILE, "“actors”"),
        ("status", "likely", "“status”"),
        ("palette", HOSTILE, "“palette”"),
        ("from", "2024-12-11", None),
    ],
)
def test_what_an_address_gets_wrong_is_said_in_a_sentence(
    open_app: OpenApp, name: str, value: str, said: str | None
) -> None:
    params = {"day": "2024-12-05", name: value}
    app = open_app(**params)
    assert not app.exception
    assert not app.error
    assert said is None or any(said in message.replace("\\", "") for message in messages(app))


def test_hostile_words_in_the_address_stay_words(open_app: OpenApp) -> None:
    app = open_app(day="2024-12-05", q=HOSTILE)
    sentence = app.markdown[0].value
    assert "![" not in sentence
    assert ":material/" not in sentence
    assert "<script" not in sentence
    assert "\u202e" not in sentence


def test_an_unknown_theatre_in_the_address_opens_the_bundled_one(open_app: OpenApp) -> None:
    app = open_app(theatre="../../etc")
    assert not app.exception
    assert "no theatre" in " ".join(item.value for item in app.warning)
    assert "Syria" in app.markdown[0].value


def test_the_table_of_events_holds_the_day_of_the_address(open_app: OpenApp) -> None:
    app = open_app(day="2024-12-05")
    places = set(find_table(app, "What", "Where")["Where"])
    assert "Hama" in places


def test_a_day_without_events_says_when_the_next_ones_are(open_app: OpenApp) -> None:
    app = open_app(day="2024-11-26")
    assert any("The next reports are of" in caption.value for caption in app.caption)


def test_what_changed_is_told_with_holder_before_and_after(open_app: OpenApp) -> None:
    table = find_table(open_app(day="2024-12-05"), "Before", "Now")
    row = table[table["Place"] == "Hama"].iloc[0]
    assert "Government" in row["Before"]
    assert "Tahrir" in row["Now"]


def test_the_shares_of_a_day_add_up(open_app: OpenApp) -> None:
    table = find_table(open_app(day="2024-12-08"), "Party", "Share")
    assert table["Share"].sum() == pytest.approx(100.0, abs=0.1)


def test_sources_are_listed_with_web_addresses_only(open_app: OpenApp) -> None:
    addresses = find_table(open_app(day="2024-12-11"), "Publisher", "Address")["Address"]
    assert any(address for address in addresses)
    assert all(address == "" or address.startswith(("http://", "https://")) for address in addresses)


def test_the_data_screen_checks_every_file(open_app: OpenApp) -> None:
    app = open_app("data")
    assert len(find_table(app, "File", "Licence")) > 5
    app.button(key="verify_data").click().run()
    assert not app.exception
    assert any("checked" in message for message in messages(app))


def test_the_data_screen_names_the_store(open_app: OpenApp) -> None:
    app = open_app("data")
    assert any(code.value.startswith("sqlite:///") for code in app.code)


def test_a_box_that_holds_nothing_is_refused_in_a_sentence(open_app: OpenApp) -> None:
    app = open_app("export")
    png = next(option for option in app.selectbox(key="export_format").options if ".png" in option)
    app.selectbox(key="export_format").select_index(app.selectbox(key="export_format").options.index(png)).run()
    app.radio(key="export_extent").set_value("own").run()
    app.number_input(key="export_west").set_value(50.0).run()
    assert not app.exception
    assert any("holds nothing" in message for message in messages(app))


def test_formats_are_listed_with_the_most_used_first_and_a_picture_is_chosen(open_app: OpenApp) -> None:
    app = open_app("export")
    choice = app.selectbox(key="export_format")
    assert [words.rsplit("(", 1)[-1] for words in choice.options[:4]] == [".html)", ".png)", ".svg)", ".geojson)"]
    assert choice.value.id == "png"


@pytest.mark.parametrize(("module", "is_cold"), [("not.imported.yet", True), ("mapapp.ui.cached", False)])
def test_the_first_screen_of_a_server_says_at_once_that_it_opens(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, module: str, is_cold: bool
) -> None:
    said: list[str] = []

    @contextmanager
    def spinner(words: str) -> Iterator[None]:
        said.append(words)
        yield

    monkeypatch.setattr("mapapp.ui.frame.HEAVY", module)
    monkeypatch.setattr("mapapp.ui.frame.st.spinner", spinner)
    app = open_app()
    assert not app.exception
    assert ("Opening the app …" in said) is is_cold
