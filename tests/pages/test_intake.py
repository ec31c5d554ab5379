"""Many articles at once on the Articles screen: files, tables with a choice of columns, addresses, a stop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.store import open_store
from tests.loopback import endless, serving, typed

OpenApp = Callable[..., AppTest]
GOOD = "Opposition fighters captured the city of {place} on Wednesday. Government troops had left it before."
TABLE = "\n".join(
    [
        "Words;Day;Title",
        *(f"{GOOD.format(place=place)};2024-12-04;About {place}" for place in ("Homs", "Hama", "Homs")),
        ";2024-12-04;Nothing",
        "It rained and nobody minded.;2024-12-04;Rain",
    ]
)
PATIENCE_S = 120


def stored_articles() -> tuple[Any, ...]:
    """What the store of the test holds."""
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    articles = store.articles()
    store.close()
    return articles


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Choose files."""
    app.segmented_control(key="intake_source").set_value("Upload files").run()
    app.file_uploader(key="intake_file").set_value([(name, data, "application/octet-stream") for name, data in files])
    return app.run()


def send(app: AppTest) -> AppTest:
    """Press the button of the form and look at the page until everything is read."""
    next(button for button in app.button if button.label in ("Read it", "Read them", "Open and read")).click().run()
    return wait(app)


def wait(app: AppTest) -> AppTest:
    """Look at the page until nothing is being read any more."""
    until = time.monotonic() + PATIENCE_S
    while [button for button in app.button if button.key == "intake_stop"] and time.monotonic() < until:
        app.run()
    assert not app.exception
    return app


def messages(app: AppTest) -> str:
    """Everything that the screen says in messages."""
    return " ".join(item.value for item in (*app.error, *app.warning, *app.success, *app.info)).replace("\\", "")


def table_with(app: AppTest, column: str) -> Any:
    """The table of the screen that has a column."""
    return next(element.value for element in app.dataframe if column in element.value.columns)


def test_a_table_is_shown_before_it_is_read_and_then_adds_up(open_app: OpenApp) -> None:
    app = upload(open_app("articles", samples="no"), ("a.csv", TABLE.encode()))
    assert "Choose it above" in messages(app)
    box = next(box for box in app.selectbox if box.label == "Text (needed)")
    box.set_value("Words").run()
    glance = table_with(app, "Where")
    assert list(glance["Title"])[:2] == ["About Homs", "About Hama"]
    assert stored_articles() == ()
    send(app)
    assert "5 in = 2 stored + 1 there already + 2 set aside." in messages(app)
    aside = table_with(app, "Reason")
    assert list(aside["What became of it"]) == ["set aside", "set aside", "duplicate"]
    assert len(stored_articles()) == 2
    app.button(key="intake_close").click().run()
    assert " in = " not in messages(app)


def test_a_field_can_be_taken_from_no_column(open_app: OpenApp) -> None:
    app = upload(open_app("articles", samples="no"), ("a.csv", TABLE.replace("Words", "Text").encode()))
    next(box for box in app.selectbox if box.label == "Title").set_value("(none)").run()
    assert set(table_with(app, "Where")["Title"]) == {""}


def test_good_files_are_read_beside_bad_ones(open_app: OpenApp) -> None:
    app = upload(
        open_app("articles", samples="no"),
        ("a.txt", GOOD.format(place="Homs").encode()),
        ("b.pdf", b"%PDF-1.4 broken"),
        ("<img src=x>.txt", GOOD.format(place="Hama").encode()),
    )
    send(app)
    assert "3 in = 2 stored + 0 there already + 1 set aside." in messages(app)
    assert "damaged" in table_with(app, "Reason").iloc[0]["Reason"]


def test_an_address_is_opened_only_when_the_button_is_pressed(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"<html><head><title>A day</title></head><body><p>{GOOD.format(place='Homs')}</p></body></html>"
    with serving({"a": typed(page.encode(), "text/html")}) as (base, asked):
        app = open_app("articles", samples="no")
        app.segmented_control(key="intake_source").set_value("Web addresses").run()
        app.text_area(key="intake_addresses").set_value(f"{base}a\n{base}missing\n\n{base}a")
        assert asked == []
        send(app)
        assert asked == []
        assert "not on the open internet" in table_with(app, "Reason").iloc[0]["Reason"]
        monkeypatch.setenv("MAPAPP_ALLOW_PRIVATE_ADDRESSES", "1")
        send(app)
        assert asked == ["a", "missing"]
        assert app.text_area(key="intake_addresses").value == f"{base}missing"
    assert "2 in = 1 stored + 0 there already + 1 set aside." in messages(app)
    (article,) = stored_articles()
    assert article.title == "A day"


@pytest.mark.parametrize("text", ["", "news", "javascript:alert(1)"])
def test_what_is_no_address_is_refused_and_nothing_is_lost(open_app: OpenApp, text: str) -> None:
    app = open_app("articles", samples="no")
    app.segmented_control(key="intake_source").set_value("Web addresses").run()
    app.text_area(key="intake_addresses").set_value(text)
    send(app)
    assert "one a line" in messages(app)
    assert app.text_area(key="intake_addresses").value == text


def test_reading_can_be_stopped_and_what_was_read_stays(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_ALLOW_PRIVATE_ADDRESSES", "1")
    release = threading.Event()
    page = f"<html><body><p>{GOOD.format(place='Homs')}</p></body></html>"
    answers = {"a": typed(page.encode(), "text/html"), "b": endless(b"x", "text/html", release=release, pause_s=0.05)}
    with serving(answers) as (base, asked):
        app = open_app("articles", samples="no")
        app.segmented_control(key="intake_source").set_value("Web addresses").run()
        app.text_area(key="intake_addresses").set_value(f"{base}a\n{base}b\n{base}c")
        next(button for button in app.button if button.label == "Open and read").click().run()
        until = time.monotonic() + PATIENCE_S
        while "b" not in asked and time.monotonic() < until:
            app.run()
        app.button(key="intake_stop").click().run()
        release.set()
        wait(app)
        assert "c" not in asked
    assert "It was stopped" in messages(app)
    assert len(stored_articles()) == 1
