"""Review on screen: the queue, splitting and merging, events, files of claims, grades of publishers."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.claims.exchange import read_exchange, write_exchange
from mapapp.desk import open_desk
from mapapp.model import Decision
from mapapp.store import Store, open_store
from mapapp.store.transfer import collect_claims
from mapapp.theatres.publishers import own_publishers

OpenApp = Callable[..., AppTest]


def said(app: AppTest) -> str:
    items = (*app.error, *app.warning, *app.success, *app.info, *app.markdown, *app.caption)
    return " ".join(item.value for item in items).replace("\\", "")


def with_store(work: Callable[[Store], Any]) -> Any:
    store = open_store(os.environ["MAPAPP_DATABASE_URL"])
    try:
        return work(store)
    finally:
        store.close()


def log() -> tuple[Decision, ...]:
    return with_store(lambda store: store.decisions())  # type: ignore[no-any-return]


def open_task(open_app: OpenApp, task: str) -> AppTest:
    app = open_app("articles", day="2024-12-05", samples="no")
    app.segmented_control(key="articles_task").set_value(task).run()
    assert not app.exception
    return app


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label and not button.disabled).click().run()
    assert not app.exception
    return app


@pytest.fixture
def claim_of(stored: Any) -> Any:
    """The claim of the stored article that says who took the town."""
    return next(item for item in stored.claims if item.kind.value.startswith("Non-state"))


def test_the_queue_shows_what_hangs_on_a_claim_and_goes_on_when_it_is_decided(open_app: OpenApp, stored: Any) -> None:
    app = open_task(open_app, "Review queue")
    n_claims = len(stored.claims)
    assert f"1 of {n_claims}" in said(app)
    first = app.session_state["queue_claim"]
    click(app, "Accept")
    assert [(one.action, one.target) for one in log()] == [("accept", f"claim:{first}")]
    assert app.session_state["queue_claim"] != first
    assert f"of {n_claims - 1} that wait" in said(app)
    click(app, "Undo")
    assert f"of {n_claims} that wait" in said(app)
    click(app, "Redo")
    assert f"of {n_claims - 1} that wait" in said(app)


def test_an_empty_queue_says_so_and_can_be_undone(open_app: OpenApp, stored: Any) -> None:
    app = open_task(open_app, "Review queue")
    for _ in stored.claims:
        click(app, "Reject")
    assert "Nothing waits" in said(app)
    click(app, "Undo")
    assert "1 of 1 that wait" in said(app)


def test_next_and_previous_walk_the_queue_in_a_circle(open_app: OpenApp, stored: Any) -> None:
    app = open_task(open_app, "Review queue")
    first = app.session_state["queue_claim"]
    seen = []
    for _ in stored.claims:
        seen.append(app.session_state["queue_claim"])
        click(app, "Next")
    assert app.session_state["queue_claim"] == first
    assert sorted(seen) == sorted(claim.id for claim in stored.claims)
    click(app, "Previous")
    assert app.session_state["queue_claim"] == seen[-1]


def test_every_button_of_the_queue_has_its_key(open_app: OpenApp, stored: Any) -> None:
    app = open_task(open_app, "Review queue")
    keys = {button.label: button.proto.shortcut for button in app.button if button.proto.shortcut}
    assert keys == {"Accept": "a", "Reject": "x", "Previous": "p", "Next": "n", "Undo": "u", "Redo": "y"}


def open_claim(open_app: OpenApp, stored: Any, claim: Any) -> AppTest:
    app = open_app("articles", article=stored.article.id, samples="no")
    return app.selectbox(key=f"claim_choice_{stored.article.id[:12]}").set_value(claim.id).run()


def test_a_claim_is_split_on_screen_and_undone(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    app = open_claim(open_app, stored, claim_of)
    words = " ".join(claim_of.quote.split()[:3])
    app.text_input(key=f"words_{claim_of.id}_1").set_value(words)
    app.date_input(key=f"start_{claim_of.id}_2").set_value(date(2024, 12, 7))
    app.date_input(key=f"end_{claim_of.id}_2").set_value(date(2024, 12, 7))
    click(app, "Split it")
    assert not app.error
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert list(table["State"]).count("split") == 1
    assert words in list(table["Quote"])
    assert "7 Dec 2024" in list(table["Days"])
    click(app, "Undo")
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert set(table["State"]) == {"as read"}


def test_words_that_are_not_in_the_sentence_are_refused(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    app = open_claim(open_app, stored, claim_of)
    app.text_input(key=f"words_{claim_of.id}_1").set_value("never said")
    click(app, "Split it")
    assert "do not stand in the claim" in said(app)
    assert log() == ()


def test_a_claim_is_merged_into_another_one(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    other = next(item for item in stored.claims if item.id != claim_of.id)
    app = open_claim(open_app, stored, claim_of)
    app.selectbox(key=f"merge_choice_{claim_of.id}").set_value(other.id).run()
    app.button(key=f"merge_button_{claim_of.id}").click().run()
    assert not app.exception
    assert [(one.action, one.target, one.after) for one in log()] == [
        ("merge", f"claim:{claim_of.id}", f"claim:{other.id}")
    ]


def test_a_claim_is_told_apart_from_its_event_and_put_to_another_one(
    open_app: OpenApp, stored: Any, claim_of: Any
) -> None:
    app = open_claim(open_app, stored, claim_of)
    app.button(key=f"apart_{claim_of.id}_0").click().run()
    assert not app.exception
    (apart,) = log()
    assert (apart.action, apart.field, apart.after.split(":")[0]) == ("separate", "event", "event")
    choice = app.selectbox(key=f"event_choice_{claim_of.id}")
    choice.select_index(0).run()
    app.button(key=f"same_{claim_of.id}").click().run()
    assert not app.exception
    assert [(one.action, one.field) for one in log()][1:] == [("merge", "event")]


def test_a_claim_is_corrected_and_accepted_at_one_stroke(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    app = open_claim(open_app, stored, claim_of)
    app.date_input(key=f"start_{claim_of.id}").set_value(date(2024, 12, 6))
    app.date_input(key=f"end_{claim_of.id}").set_value(date(2024, 12, 6))
    click(app, "Save and accept")
    assert [one.action for one in log()] == ["correct", "accept"]
    click(app, "Undo")
    assert [one.action for one in log()] == ["correct", "accept", "undo", "undo"]


def test_a_claim_is_corrected_to_a_place_that_its_article_does_not_name(
    open_app: OpenApp, stored: Any, claim_of: Any
) -> None:
    app = open_claim(open_app, stored, claim_of)
    where = app.selectbox(key=f"place_{claim_of.id}")
    assert not any("Palmyra" in option for option in where.options)
    app.text_input(key=f"place_search_{claim_of.id}").set_value("Tadmur").run()
    assert not app.exception
    where = app.selectbox(key=f"place_{claim_of.id}")
    chosen = next(number for number, option in enumerate(where.options) if option.startswith("Palmyra"))
    where.select_index(chosen)
    click(app, "Save the corrections")
    (decision,) = log()
    assert (decision.action, decision.field, decision.before) == ("correct", "place", claim_of.place.place.id)
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert any("Palmyra" in where for where in table["Where"])


def test_a_part_of_a_claim_may_be_of_any_place(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    app = open_claim(open_app, stored, claim_of)
    app.text_input(key=f"place_search_{claim_of.id}_parts").set_value("Tadmur").run()
    where = app.selectbox(key=f"place_{claim_of.id}_2")
    chosen = next(number for number, option in enumerate(where.options) if option.startswith("Palmyra"))
    where.select_index(chosen)
    click(app, "Split it")
    table = next(element.value for element in app.dataframe if "Quote" in element.value.columns)
    assert sum("Palmyra" in where for where in table["Where"]) == 1


def test_a_name_that_no_place_has_is_said_beside_the_claim(open_app: OpenApp, stored: Any, claim_of: Any) -> None:
    app = open_claim(open_app, stored, claim_of)
    before = app.selectbox(key=f"place_{claim_of.id}").value
    app.text_input(key=f"place_search_{claim_of.id}").set_value("Qwxyzplk").run()
    assert not app.exception
    assert "No place is called" in said(app)
    assert app.selectbox(key=f"place_{claim_of.id}").value == before


# Claims as files


def test_a_file_of_claims_is_checked_shown_and_taken_in(
    open_app: OpenApp, stored: Any, claim_of: Any, theatre: Any, gazetteer: Any
) -> None:
    exchange = with_store(lambda store: collect_claims(store, theatre=theatre, gazetteer=gazetteer))
    data = write_exchange(exchange, format="csv").replace(claim_of.id.encode(), b"another-claim")
    damaged = data.replace(b"another-claim", b"third-claim", 1).replace(claim_of.quote[:9].encode(), b"Unheard of", 1)
    app = open_task(open_app, "As files")
    app.file_uploader(key="claims_upload").set_value(("claims.csv", data, "text/csv")).run()
    assert not app.exception
    assert "1 claim and no decisions are new" in said(app)
    click(app, "Take it in")
    assert "Taken in" in said(app)
    desk = with_store(lambda store: open_desk(store, theatre=theatre, gazetteer=gazetteer))
    assert "another-claim" in {claim.id for review in desk.reviews.values() for claim in review.claims}
    app.file_uploader(key="claims_upload").set_value(("claims.csv", damaged, "text/csv")).run()
    assert "1 record set aside" in said(app)
    app.file_uploader(key="claims_upload").set_value(("claims.csv", b"nothing of the kind", "text/csv")).run()
    assert "no file of claims" in said(app)
    assert read_exchange(data).set_aside == ()


# Grades of publishers


def test_grades_can_be_taken_in_undone_and_reset_on_screen(open_app: OpenApp, theatre: Any) -> None:
    codes = frozenset(actor.code for actor in theatre.actors)

    def own() -> list[tuple[str, str]]:
        return [(one.name, one.reliability) for one in own_publishers(theatre.code, codes=codes)]

    app = open_app("data")
    app.file_uploader(key="publishers_upload").set_value(
        ("grades.csv", b"name,reliability\nExample Wire,C\nBad,Z\n", "text/csv")
    ).run()
    assert "1 row can be used, 1 row set aside" in said(app)
    app.button(key="publishers_take_in").click().run()
    assert not app.exception
    assert own() == [("Example Wire", "C")]
    app.button(key="publishers_undo").click().run()
    assert own() == []
    app.button(key="publishers_redo").click().run()
    app.button(key="publishers_reset").click().run()
    assert own() == []
    app.button(key="publishers_undo").click().run()
    assert own() == [("Example Wire", "C")]
    assert not app.exception


def test_a_changed_grade_is_seen_on_the_claims_at_once(open_app: OpenApp, stored: Any, theatre: Any) -> None:
    def grades(app: AppTest) -> set[str]:
        return set(next(element.value for element in app.dataframe if "Quote" in element.value.columns)["Grade"])

    assert grades(open_app("articles", article=stored.article.id, samples="no")) == {"F6"}
    app = open_app("data")
    app.file_uploader(key="publishers_upload").set_value(
        ("grades.csv", b"name,reliability\nExample Wire,C\n", "text/csv")
    ).run()
    app.button(key="publishers_take_in").click().run()
    assert {grade[0] for grade in grades(open_app("articles", article=stored.article.id, samples="no"))} == {"C"}
