"""What is known of a stored article, corrected on screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.articles.readers import read_article_text
from mapapp.reading import read_article
from mapapp.store import open_store

OpenApp = Callable[..., AppTest]

TEXT = "Opposition fighters seized Hama on Thursday after days of battle north of the city.\n"
"""In our own words."""


def said(app: AppTest) -> str:
    items = (*app.error, *app.warning, *app.success, *app.info, *app.caption, *app.text)
    return " ".join(item.value for item in items).replace("\\", "")


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label and not button.disabled).click().run()
    assert not app.exception
    return app


def days(app: AppTest) -> set[str]:
    return set(next(element.value for element in app.dataframe if "Quote" in element.value.columns)["Days"])


@pytest.fixture
def undated(theatre: Any, gazetteer: Any) -> Any:
    """A stored article of which no day is known."""
    article = read_article_text(TEXT, publisher="Example Wire", timezone=theatre.timezone)
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    store.add_reading(reading, theatre=theatre.code)
    store.close()
    return reading


def open_article(open_app: OpenApp, reading: Any) -> AppTest:
    app = open_app("articles", article=reading.article.id, samples="no")
    assert not app.exception
    return app


def test_a_day_given_later_dates_the_claims_and_can_be_undone(open_app: OpenApp, undated: Any) -> None:
    app = open_article(open_app, undated)
    assert days(app) == {"unknown"}
    assert "no day of publication" in said(app)
    app.date_input(key="facts_published").set_value(date(2024, 12, 6))
    click(app, "Save")
    assert days(app) == {"5 Dec 2024"}
    assert "Read again, as published on 6 Dec 2024" in said(app)
    assert "no day of publication" not in said(app)
    click(app, "Undo it")
    assert days(app) == {"unknown"}
    assert app.date_input(key="facts_published").value is None


def test_publisher_address_and_title_are_corrected_and_logged(open_app: OpenApp, undated: Any) -> None:
    app = open_article(open_app, undated)
    app.text_input(key="review_who").set_value("Ana").run()
    app.text_input(key="facts_publisher").set_value("The Daily")
    app.text_input(key="facts_url").set_value("https://example.org/1")
    click(app, "Save")
    assert "Publisher: The Daily" in said(app)
    assert "https://example.org/1" in said(app)
    log = next(element.value for element in app.dataframe if "Decision" in element.value.columns)
    assert sorted(log["Decision"]) == ["correct publisher", "correct url"]
    assert set(log["Who"]) == {"Ana"}


@pytest.mark.parametrize(
    ("field", "value", "answer"),
    [("url", "javascript:alert(1)", "no address"), ("publisher", "Example Wire", "Nothing would change")],
)
def test_what_cannot_be_saved_is_said(open_app: OpenApp, undated: Any, field: str, value: str, answer: str) -> None:
    app = open_article(open_app, undated)
    app.text_input(key=f"facts_{field}").set_value(value)
    click(app, "Save")
    assert answer in said(app)


def test_a_decision_stays_when_the_article_is_read_again(open_app: OpenApp, undated: Any) -> None:
    app = click(open_article(open_app, undated), "Accept")
    app.date_input(key="facts_published").set_value(date(2024, 12, 6))
    click(app, "Save")
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert set(table["State"]) == {"accepted"}


def test_a_removed_article_comes_back_as_it_was_corrected(open_app: OpenApp, undated: Any) -> None:
    app = open_article(open_app, undated)
    app.date_input(key="facts_published").set_value(date(2024, 12, 6))
    click(app, "Save")
    click(app, "Remove this article")
    click(app, "Put it back")
    assert days(app) == {"5 Dec 2024"}
    click(app, "Undo it")
    assert days(app) == {"unknown"}


def test_a_sample_is_stored_when_it_is_corrected(open_app: OpenApp) -> None:
    app = open_app("articles")
    app.text_input(key="facts_publisher").set_value("The Daily")
    click(app, "Save")
    assert "Publisher: The Daily" in said(app)
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    (line,) = store.articles()
    store.close()
    assert line.publisher == "The Daily"


def test_what_the_text_says_of_its_day_and_title_is_offered_and_only_saved_on_request(
    open_app: OpenApp, theatre: Any, gazetteer: Any
) -> None:
    text = f"Hama falls to the opposition\nPublished: 6 December 2024\n\n{TEXT}"
    reading = read_article(read_article_text(text, timezone=theatre.timezone), theatre=theatre, gazetteer=gazetteer)
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    store.add_reading(reading, theatre=theatre.code)
    app = open_article(open_app, reading)
    assert "Published: 6 December 2024" in said(app)
    assert app.date_input(key="facts_published").value is None
    click(app, "Fill in 6 Dec 2024")
    click(app, "Fill in the title")
    assert app.date_input(key="facts_published").value == date(2024, 12, 6)
    assert store.decisions() == ()
    click(app, "Save")
    assert [one.field for one in store.decisions()] == ["title", "published"]
    assert not [button for button in app.button if button.label.startswith("Fill in")]
    assert "5 Dec 2024" in days(app)
    store.close()


def test_nothing_is_offered_where_the_text_says_nothing(open_app: OpenApp, undated: Any) -> None:
    app = open_article(open_app, undated)
    assert not [button for button in app.button if button.label.startswith("Fill in")]
