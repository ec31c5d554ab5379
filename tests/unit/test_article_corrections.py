"""A stored article gets another day, publisher, title or address: read again, logged, undone, decisions kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mapapp.articles.readers import read_article_text
from mapapp.claims.exchange import read_exchange, write_exchange
from mapapp.cli import main
from mapapp.desk import Corrected, Step, correct_article, decide, open_desk, redo_last, undo_last
from mapapp.errors import ArticleError, DataError, DateError, StoreError
from mapapp.model import Claim, EventKind, Reading
from mapapp.reading import read_article
from mapapp.store import Store, open_store
from mapapp.store.transfer import check_claims_file, collect_claims

TEXT = "Opposition fighters seized Hama on Thursday. The army said that it had withdrawn from the city.\n"
"""In our own words."""


@pytest.fixture
def reading(theatre: Any, gazetteer: Any) -> Reading:
    """An article of which no day is known."""
    article = read_article_text(TEXT, timezone=theatre.timezone)
    return read_article(article, theatre=theatre, gazetteer=gazetteer)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theatre: Any, reading: Reading) -> Iterator[Store]:
    monkeypatch.setenv("MAPAPP_DATABASE_URL", str(tmp_path / "store.sqlite"))
    opened = open_store()
    opened.add_reading(reading, theatre=theatre.code)
    yield opened
    opened.close()


Correct = Callable[..., Corrected]


@pytest.fixture
def correct(store: Store, theatre: Any, gazetteer: Any, reading: Reading) -> Correct:
    def work(**values: str) -> Corrected:
        return correct_article(
            store,
            reading.article.id,
            values=values,
            theatre=theatre,
            open_gazetteer=lambda: gazetteer,
            who="Ana",
            why="printed below",
        )

    return work


def capture(store: Store, theatre: Any) -> Claim:
    (now,) = store.readings(theatre=theatre.code)
    return next(claim for claim in now.claims if claim.kind is EventKind.OVERTAKES)


def test_a_day_that_is_given_later_dates_the_claims(store: Store, correct: Correct, theatre: Any) -> None:
    assert capture(store, theatre).date_start is None
    done = correct(published="2024-12-06")
    assert done.is_read_again
    assert capture(store, theatre).date_start == date(2024, 12, 5)
    (now,) = store.readings(theatre=theatre.code)
    assert now.article.published is not None
    assert not any("no day of publication" in remark for remark in now.remarks)
    assert store.article(now.article.id) == now.article
    (line,) = store.articles()
    assert (line.published, line.n_claims) == (now.article.published, len(now.claims))


def test_what_was_read_first_stays_and_comes_back_with_undo(
    store: Store, correct: Correct, theatre: Any, reading: Reading
) -> None:
    correct(published="2024-12-06", publisher="The Daily")
    assert store.readings(theatre=theatre.code, as_first_read=True) == (reading,)
    undo_last(store, store.decisions(), who="Ana", why="")
    assert store.readings(theatre=theatre.code) == (reading,)
    redo_last(store, store.decisions(), who="Ana", why="")
    assert capture(store, theatre).date_start == date(2024, 12, 5)
    assert store.article(reading.article.id).publisher == "The Daily"


def test_the_log_tells_what_it_was_what_it_became_who_and_why(store: Store, correct: Correct) -> None:
    correct(published="2024-12-06", url="https://example.org/a")
    day, address = store.decisions()
    assert (day.target, day.action, day.field, day.before) == ("article", "correct", "published", "")
    assert (day.after or "").startswith("2024-12-06T12:00:00+")
    assert (address.field, address.after, address.who, address.why) == (
        "url",
        "https://example.org/a",
        "Ana",
        "printed below",
    )


def test_a_publisher_alone_is_not_read_again_and_changes_the_grade(
    store: Store, correct: Correct, theatre: Any, gazetteer: Any
) -> None:
    graded = next(one for one in theatre.publishers if one.reliability in "ABCDE")
    done = correct(publisher=graded.name)
    assert not done.is_read_again
    desk = open_desk(store, theatre=theatre, gazetteer=gazetteer)
    assert {claim.grade[0] for claim in desk.readings[0].claims} == {graded.reliability}


def test_decisions_that_still_apply_are_kept(
    store: Store, correct: Correct, theatre: Any, gazetteer: Any, reading: Reading
) -> None:
    claim = capture(store, theatre)
    desk = open_desk(store, theatre=theatre, gazetteer=gazetteer)
    steps = [Step(f"claim:{claim.id}", "correct", field="actor", before=claim.actor, after="")]
    decide(
        store,
        steps,
        reviewed=desk.reviews[reading.article.id],
        theatre=theatre,
        gazetteer=gazetteer,
        who="Ana",
        why="",
    )
    done = correct(published="2024-12-06")
    assert (done.n_kept, done.left) == (1, ())
    reviewed = open_desk(store, theatre=theatre, gazetteer=gazetteer).reviews[reading.article.id]
    assert reviewed.states[claim.id] == "corrected"
    now = next(one for one in reviewed.claims if one.id == claim.id)
    assert (now.actor, now.date_start) == (None, date(2024, 12, 5))


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, DataError),
        ({"publisher": ""}, DataError),
        ({"published": "05/12/2024"}, DateError),
        ({"published": "2199-01-01"}, DateError),
        ({"url": "javascript:alert(1)"}, ArticleError),
        ({"text": "Another text."}, DataError),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_logged(
    store: Store, correct: Correct, values: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        correct(**values)
    assert store.decisions() == ()


def test_an_article_that_is_not_stored_is_refused(store: Store, theatre: Any, gazetteer: Any) -> None:
    with pytest.raises(StoreError, match="Add it first"):
        correct_article(
            store,
            "0" * 64,
            values={"publisher": "x"},
            theatre=theatre,
            open_gazetteer=lambda: gazetteer,
            who="",
            why="",
        )


def test_an_article_leaves_with_what_was_read_again(store: Store, correct: Correct, theatre: Any) -> None:
    done = correct(published="2024-12-06")
    assert store.remove_article(done.reading.article.id)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rereading").scalar() == 0


def test_the_same_article_of_another_theatre_says_that_it_was_not_read_again(
    store: Store, correct: Correct, reading: Reading
) -> None:
    store.add_reading(reading, theatre="elsewhere")
    correct(published="2024-12-06", publisher="The Daily")
    (other,) = store.readings(theatre="elsewhere")
    assert "was not read again" in other.remarks[-1]
    assert (other.article.publisher, other.article.published) == ("The Daily", None)
    assert other.claims == reading.claims


def test_a_correction_by_another_process_is_seen(store: Store, correct: Correct, theatre: Any) -> None:
    other = open_store()
    (before,) = other.readings(theatre=theatre.code)
    done = correct(published="2024-12-06", publisher="The Daily")
    (now,) = other.readings(theatre=theatre.code)
    assert before.article.published is None
    assert now == done.reading
    other.close()


# On the command line


def run(*arguments: str) -> int:
    try:
        return main(arguments)
    except SystemExit as error:
        return int(error.code or 0)


def test_the_command_line_corrects_logs_and_undoes(
    store: Store, theatre: Any, reading: Reading, capsys: pytest.CaptureFixture[str]
) -> None:
    name = reading.article.id[:8]
    code = run("articles", "correct", name, "--published", "2024-12-06", "--publisher", "The Daily", "--who", "Ana")
    out = capsys.readouterr().out
    assert (code, "read again" in out, "2024-12-06" in out) == (0, True, True)
    assert capture(store, theatre).date_start == date(2024, 12, 5)
    assert run("articles") == 0
    assert "The Daily" in capsys.readouterr().out
    assert run("review", "log") == 0
    assert "correct published" in capsys.readouterr().out
    assert run("review", "undo") == 0
    assert store.readings(theatre=theatre.code) == (reading,)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "Nothing would change"),
        (("--published", "soon"), "no day of publication"),
        (("--url", "file:///etc/passwd"), "no address"),
    ],
)
def test_the_command_line_refuses_what_cannot_be(
    store: Store, reading: Reading, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert run("articles", "correct", reading.article.id[:8], *more) == 2
    assert said in capsys.readouterr().err
    assert run("articles", "correct", "ffffffffff", "--publisher", "x") == 2


# As files


def test_a_correction_goes_to_another_store_by_a_file_and_is_read_there(
    store: Store, correct: Correct, theatre: Any, gazetteer: Any, tmp_path: Path
) -> None:
    (reading,) = store.readings(theatre=theatre.code)
    correct(published="2024-12-06", publisher="The Daily")
    exchange = collect_claims(store, theatre=theatre, gazetteer=gazetteer)
    path = tmp_path / "claims.jsonl"
    path.write_bytes(write_exchange(exchange, format="jsonl"))
    address = str(tmp_path / "second.sqlite")
    second = open_store(address)
    second.add_reading(reading, theatre=theatre.code)
    run("review", "import", str(path), "--db", address)
    assert capture(second, theatre).date_start == date(2024, 12, 5)
    assert second.readings(theatre=theatre.code) == store.readings(theatre=theatre.code)
    assert run("review", "import", str(path), "--db", address) == 0
    second.close()


def test_a_harmful_correction_in_a_file_is_set_aside(store: Store, correct: Correct, theatre: Any) -> None:
    correct(publisher="The Daily")
    (decision,) = store.decisions()
    bad = [
        replace(decision, field="url", after="javascript:alert(1)"),
        replace(decision, field="published", after="2024-12-06"),
        replace(decision, field="text", after="x"),
        replace(decision, action="reject"),
    ]
    exchange = collect_claims(store, theatre=theatre, gazetteer=None)
    checked = check_claims_file(store, replace(exchange, decisions=tuple(bad)), theatre=theatre)
    assert (len(checked.set_aside), checked.decisions) == (4, ())
    assert read_exchange(write_exchange(exchange, format="csv")) == exchange
