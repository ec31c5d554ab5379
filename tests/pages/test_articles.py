"""Articles: taken in, shown, decided about; the map follows every decision."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.store import open_store

OpenApp = Callable[..., AppTest]

TEXT = "Opposition fighters captured the city of Homs on Wednesday. Government troops had left it before."
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> </script> ![x](http://evil.example/x.png) \u202e"


def messages(app: AppTest) -> str:
    """Everything that the screen says in messages."""
    return " ".join(item.value for item in (*app.error, *app.warning, *app.success, *app.info)).replace("\\", "")


def send(app: AppTest, text: str, *, day: date | None = date(2024, 12, 4), publisher: str = "Example Wire") -> AppTest:
    """Fill in the form and send it."""
    app.text_area(key="intake_text").set_value(text)
    app.date_input(key="intake_published").set_value(day)
    app.text_input(key="intake_publisher").set_value(publisher)
    submit = next(button for button in app.button if button.label == "Read it")
    return submit.click().run()


def stored_articles() -> tuple[Any, ...]:
    """What the store of the test holds."""
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    articles = store.articles()
    store.close()
    return articles


def test_a_pasted_article_is_read_stored_and_shown(open_app: OpenApp) -> None:
    app = send(open_app("articles"), TEXT)
    assert not app.exception
    assert not app.error
    assert "found" in messages(app)
    (article,) = stored_articles()
    assert article.publisher == "Example Wire"
    claims = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert all(" ".join(quote.split()) in " ".join(TEXT.split()) for quote in claims["Quote"])
    assert "Homs" in " ".join(claims["Where"])


def test_an_uploaded_page_is_read_like_a_pasted_text(open_app: OpenApp) -> None:
    app = open_app("articles")
    app.segmented_control(key="intake_source").set_value("Upload files").run()
    page = f"<html><body><article><h1>Homs</h1><p>{TEXT}</p></article></body></html>"
    app.file_uploader(key="intake_file").set_value([("page.html", page.encode(), "text/html")])
    next(button for button in app.button if button.label == "Read it").click().run()
    assert not app.exception
    assert "found" in messages(app)
    assert len(stored_articles()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text yet"),
        ("   \n\t ", "text"),
        ("\x00\x01\x02\x03" * 50, "text"),
        ("It rained. Nobody minded, and everybody went home early.", "No place"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_nothing_is_stored(open_app: OpenApp, text: str, said: str) -> None:
    app = send(open_app("articles"), text)
    assert not app.exception
    assert app.error
    assert said.lower() in messages(app).lower()
    assert stored_articles() == ()


def test_an_article_without_a_day_says_that_days_stay_unknown(open_app: OpenApp) -> None:
    app = send(open_app("articles"), TEXT, day=None)
    assert not app.exception
    assert "no day of publication" in messages(app)


def test_the_same_text_twice_is_one_article(open_app: OpenApp) -> None:
    app = send(send(open_app("articles"), TEXT), TEXT, publisher="Somebody else")
    assert "already here" in messages(app)
    (article,) = stored_articles()
    assert article.publisher == "Example Wire"


def test_hostile_text_in_every_field_is_stored_and_shown_as_text(open_app: OpenApp) -> None:
    app = open_app("articles")
    app.text_input(key="intake_url").set_value(f"javascript:{HOSTILE}")
    send(app, f"{HOSTILE} {TEXT}", publisher=HOSTILE)
    assert not app.exception
    for element in (*app.markdown, *app.caption, *app.success, *app.warning, *app.info):
        assert "](http" not in element.value
        assert "\u202e" not in element.value
    for button in app.button:
        assert "evil.example" not in button.label


def test_rejecting_a_claim_takes_it_off_the_map_and_undo_brings_it_back(open_app: OpenApp, stored: Any) -> None:
    app = open_app("articles", article=stored.article.id, samples="no")
    claim = next(item for item in stored.claims if item.kind.value.startswith("Non-state"))
    app.selectbox(key=f"claim_choice_{stored.article.id[:12]}").set_value(claim.id).run()
    app.text_input(key="review_who").set_value("An analyst")
    app.text_input(key="review_why").set_value("a denial stands beside it")
    app.button(key="reject_claim").click().run()
    assert not app.exception
    assert not app.error
    assert claim.quote not in quotes_on_the_map(open_app)
    log = next(element.value for element in app.dataframe if "Decision" in element.value.columns)
    assert (log.iloc[0]["Who"], log.iloc[0]["Why"]) == ("An analyst", "a denial stands beside it")

    app.button(key="undo_claim").click().run()
    assert not app.error
    assert claim.quote in quotes_on_the_map(open_app)


def quotes_on_the_map(open_app: OpenApp) -> set[str]:
    """The quotes of the stored article that stand behind the events of 5 December."""
    from mapapp.model import MapQuery
    from mapapp.ui.cached import get_scene

    open_app(day="2024-12-05", samples="no")
    query = MapQuery("syria", date(2024, 12, 5), date(2024, 11, 26), date(2024, 12, 11))
    scene = get_scene(query, with_samples=False)
    return {item.text for event in scene.events for item in event.evidence_for if item.is_quote}


def test_correcting_a_date_moves_the_claim(open_app: OpenApp, stored: Any) -> None:
    claim = next(item for item in stored.claims if item.kind.value.startswith("Non-state"))
    app = open_app("articles", article=stored.article.id, samples="no")
    app.selectbox(key=f"claim_choice_{stored.article.id[:12]}").set_value(claim.id).run()
    app.date_input(key=f"start_{claim.id}").set_value(date(2024, 12, 9))
    app.date_input(key=f"end_{claim.id}").set_value(date(2024, 12, 9))
    next(button for button in app.button if button.label == "Save the corrections").click().run()
    assert not app.exception
    assert not app.error
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert "9 Dec 2024" in set(table["Days"])
    assert "corrected" in set(table["State"])


def test_days_in_the_wrong_order_are_refused_in_a_sentence(open_app: OpenApp, stored: Any) -> None:
    claim = stored.claims[0]
    app = open_app("articles", article=stored.article.id, samples="no")
    app.date_input(key=f"start_{claim.id}").set_value(date(2024, 12, 9))
    app.date_input(key=f"end_{claim.id}").set_value(date(2024, 12, 1))
    next(button for button in app.button if button.label == "Save the corrections").click().run()
    assert not app.exception
    assert "earlier day first" in messages(app)


def test_a_place_can_be_looked_up_and_corrected(open_app: OpenApp, stored: Any) -> None:
    mention = stored.resolutions[0].mention
    suffix = stored.article.id[:12]
    app = open_app("articles", article=stored.article.id, samples="no")
    app.selectbox(key=f"mention_choice_{suffix}").set_value(0).run()
    app.text_input(key=f"place_search_{mention.start}_{suffix}").set_value("Raqqa").run()
    app.selectbox(key=f"place_choice_{mention.start}_{suffix}").select_index(0).run()
    app.button(key="correct_place").click().run()
    assert not app.exception
    assert not app.error
    places = next(element.value for element in app.dataframe if "In the text" in element.value.columns)
    assert "aqqa" in places.iloc[0]["Place"]


def test_a_name_that_no_place_has_is_answered_with_a_sentence(open_app: OpenApp, stored: Any) -> None:
    mention = stored.resolutions[0].mention
    suffix = stored.article.id[:12]
    app = open_app("articles", article=stored.article.id, samples="no")
    app.text_input(key=f"place_search_{mention.start}_{suffix}").set_value("Xyzzyplugh").run()
    assert not app.exception
    assert "No place is called" in messages(app)


def test_a_removed_article_can_be_put_back(open_app: OpenApp, stored: Any) -> None:
    app = open_app("articles", article=stored.article.id, samples="no")
    app.button(key="remove_article").click().run()
    assert stored_articles() == ()
    app.button(key="restore_article").click().run()
    assert [article.id for article in stored_articles()] == [stored.article.id]
    assert not app.exception


def test_the_samples_are_labelled_and_can_be_left_out(open_app: OpenApp) -> None:
    app = open_app("articles")
    options = next(box.options for box in app.selectbox if box.label.startswith("Articles"))
    assert len(options) == 2
    assert all(option.startswith("Sample · ") for option in options)
    without = open_app("articles", day="2024-12-05", samples="no")
    assert not [box for box in without.selectbox if box.label.startswith("Articles")]
    assert "No article is here yet" in messages(without)


def test_deciding_about_a_sample_stores_it_first(open_app: OpenApp) -> None:
    app = open_app("articles")
    app.button(key="reject_claim").click().run()
    assert not app.exception
    assert not app.error
    assert len(stored_articles()) == 1


def test_the_title_is_stored_and_the_form_is_empty_after_reading(open_app: OpenApp) -> None:
    app = open_app("articles")
    app.text_input(key="intake_title").set_value("What happened in Homs")
    send(app, TEXT)
    (article,) = stored_articles()
    assert article.title == "What happened in Homs"
    assert app.text_area(key="intake_text").value == ""
    assert app.text_input(key="intake_title").value == ""
    assert app.date_input(key="intake_published").value is None


def test_a_text_that_cannot_be_used_stays_in_the_form(open_app: OpenApp) -> None:
    app = send(open_app("articles"), "   ")
    assert app.text_input(key="intake_publisher").value == "Example Wire"


def test_an_unknown_article_in_the_address_is_told(open_app: OpenApp, stored: Any) -> None:
    app = open_app("map")
    app.query_params["article"] = "nowhere"
    app.switch_page("pages/articles.py")
    app.query_params["article"] = "nowhere"
    app.run()
    assert "no article" in messages(app)


def test_the_map_opens_on_the_day_of_the_claim(open_app: OpenApp, stored: Any) -> None:
    app = open_app("articles")
    app.button(key="go_to_map").click().run()
    assert not app.exception
    assert app.query_params["day"] in ("2024-12-05", ["2024-12-05"])
    assert "Who holds what" in app.markdown[0].value
