"""`review` and `publishers` on the command line: every decision logged, nothing lost, nothing asked of a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapapp.articles.readers import read_article_text
from mapapp.cli import main
from mapapp.cli.review import read_part
from mapapp.cli.walk import Bench, walk
from mapapp.desk import decide, open_desk, redo_last, undo_last
from mapapp.errors import DataError
from mapapp.model import Claim, EventKind
from mapapp.queue import build_queue
from mapapp.reading import read_article
from mapapp.store import Store, open_store
from mapapp.theatres.theatre import sample_articles

TEXTS = (
    "Rebel fighters captured Hama on Thursday, residents said. The army said that it had withdrawn from the city.\n\n"
    "Government forces regained Khan Shaykhun on Friday, state media claimed.\n",
    "The Syrian Democratic Forces seized Deir ez-Zor on Friday after government troops left.\n",
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theatre: Any, gazetteer: Any) -> Iterator[Store]:
    """A store with two articles, which the command line opens, too."""
    monkeypatch.setenv("MAPAPP_DATABASE_URL", str(tmp_path / "store.sqlite"))
    opened = open_store()
    for number, text in enumerate(TEXTS):
        article = read_article_text(
            text, published=f"2024-12-0{6 + number}", publisher=f"Wire {number}", timezone=theatre.timezone
        )
        opened.add_reading(read_article(article, theatre=theatre, gazetteer=gazetteer), theatre=theatre.code)
    yield opened
    opened.close()


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_once(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as error:
            code = int(error.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_once


def claims(store: Store) -> list[Claim]:
    (code,) = {line.theatre for line in store.articles()}
    return [claim for reading in store.readings(theatre=code) for claim in reading.claims]


def listed(run: Run, *more: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("review", "list", "--no-samples", "--json", *more)[1].splitlines()]


def test_the_queue_is_listed_with_what_hangs_on_each_claim(store: Store, run: Run) -> None:
    rows = listed(run)
    assert {row["id"] for row in rows} == {claim.id for claim in claims(store)}
    assert rows == sorted(rows, key=lambda row: -row["weight"])
    assert "would change" in rows[0]["reason"]
    code, out, _ = run("review", "list", "--limit", "1")
    assert (code, "the first 1 are listed" in out) == (0, True)
    assert len(listed(run, "--article", claims(store)[-1].article_id[:8])) == 1


def test_the_samples_of_the_theatre_wait_as_in_the_app(store: Store, run: Run, theatre: Any, gazetteer: Any) -> None:
    samples = [read_article(one, theatre=theatre, gazetteer=gazetteer) for one in sample_articles(theatre)]
    counting = (*samples, *store.readings(theatre=theatre.code))
    waiting = [row.claim.id for row in build_queue(counting, theatre=theatre).waiting]
    rows = [json.loads(line) for line in run("review", "list", "--json")[1].splitlines()]
    assert [row["id"] for row in rows] == waiting
    assert len(rows) > len(listed(run))
    assert run("review", "--no-samples", "list", "--json")[1] == run("review", "list", "--no-samples", "--json")[1]


def test_a_sample_is_stored_when_something_is_decided_about_it(store: Store, run: Run, theatre: Any) -> None:
    (*_, sample) = sample_articles(theatre)
    rows = [json.loads(line) for line in run("review", "list", "--json")[1].splitlines()]
    claim = next(row for row in rows if row["article"] == sample.id)
    n_stored = len(store.articles())
    assert run("review", "accept", claim["id"][:8])[0] == 0
    assert len(store.articles()) == n_stored + 1
    assert store.article(sample.id) == sample
    assert claim["id"] not in {json.loads(line)["id"] for line in run("review", "list", "--json")[1].splitlines()}
    assert run("review", "undo")[0] == 0
    assert sample.id not in {row["article"] for row in listed(run)}


def test_without_a_terminal_review_only_lists(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("review")[1] == run("review", "list")[1]


def test_every_word_is_logged_with_who_and_why_and_can_be_undone_and_redone(store: Store, run: Run) -> None:
    first, second, *_ = claims(store)
    assert run("review", "accept", first.id[:8], "--who", "Ana", "--why", "two saw it")[0] == 0
    run("review", "reject", second.id)
    run("review", "undo")
    run("review", "redo")
    run("review", "undo", "1")
    log = [json.loads(line) for line in run("review", "log", "--json")[1].splitlines()]
    assert [(one["action"], one["holds"]) for one in log] == [
        ("accept", False),
        ("reject", True),
        ("undo", False),
        ("undo", True),
        ("undo", True),
    ]
    assert (log[0]["who"], log[0]["why"], log[0]["before"], log[0]["after"]) == (
        "Ana",
        "two saw it",
        "as read",
        "accepted",
    )
    assert "two saw it" in run("review", "log")[1]


def test_several_fields_are_corrected_at_one_stroke(store: Store, run: Run) -> None:
    claim = claims(store)[0]
    code, out, _ = run("review", "correct", claim.id, "--date", "2024-12-04", "--place", "Homs", "--accept")
    assert code == 0
    assert out.count("No ") == 3
    assert f"{claim.date_start} → 2024-12-04" in out
    run("review", "undo")
    assert [line["id"] for line in listed(run)].count(claim.id) == 1
    assert "as read" in run("review", "list", "--all")[1]


def test_a_claim_is_split_and_its_parts_are_decided_about(store: Store, run: Run) -> None:
    claim = claims(store)[0]
    words = claim.quote.split(",")[0]
    code, out, _ = run("review", "split", claim.id, "--part", f"words={words}", "--part", "place=Homs; date=2024-12-07")
    assert code == 0
    assert f"“{words}”" in out
    assert run("review", "reject", f"{claim.id[:8]}.1")[0] == 0
    states = {one["id"]: one["state"] for one in listed(run, "--all")}
    assert (states[claim.id], states[f"{claim.id}.1"], states[f"{claim.id}.2"]) == ("split", "rejected", "as read")
    assert run("review", "accept", claim.id)[0] == 2


def test_claims_are_merged_and_events_joined_and_told_apart(store: Store, run: Run) -> None:
    first, second, *_, last = claims(store)
    assert run("review", "merge", second.id, first.id)[0] == 0
    code, _, err = run("review", "merge", last.id, first.id)
    assert (code, "events" in err) == (2, True)
    assert run("review", "merge", last.id, first.id, "--events")[0] == 0
    assert run("review", "separate", last.id, first.id)[0] == 0
    assert run("review", "separate", last.id, "event:none")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("accept", "zzzz"), "0 claims have an id"),
        (("accept", ""), "at least 4 characters"),
        (("undo",), "no decision to undo"),
        (("undo", "7"), "No decision 7 holds"),
        (("redo",), "nothing to redo"),
        (("import", "/nowhere.csv"), "cannot be read"),
        (("list", "--article", "zz"), "0 stored articles"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(store: Store, run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run("review", *arguments)
    assert code == 2
    assert said in err
    assert err.startswith("mapapp: ")
    assert err.count("\n") == 1
    assert store.decisions() == ()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--place", "Nowhereatall", "0 places"),
        ("--actor", "QQQ", "No actor"),
        ("--date", "soon", "soon"),
        ("--kind", "Party", "kinds"),
    ],
)
def test_a_correction_that_makes_no_sense_is_told(store: Store, run: Run, option: str, value: str, said: str) -> None:
    code, _, err = run("review", "correct", claims(store)[0].id, option, value)
    assert (code, said.lower() in err.lower()) == (2, True)
    assert store.decisions() == ()


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_claims_travel_to_another_store_with_their_decisions(
    form: str, store: Store, run: Run, tmp_path: Path, theatre: Any
) -> None:
    claim = claims(store)[0]
    run("review", "split", claim.id, "--part", "", "--part", "actor=")
    path, other = tmp_path / f"claims.{form}", str(tmp_path / "other.sqlite")
    assert run("review", "export", "-o", str(path))[0] == 0
    second = open_store(other)
    for reading in store.readings(theatre=theatre.code):
        second.add_reading(reading, theatre=theatre.code)
    second.close()
    assert "1 decisions would be added" in run("review", "import", str(path), "--check", "--db", other)[1]
    assert run("review", "--db", other, "import", str(path))[0] == 0
    assert "0 claims and 0 decisions added" in run("review", "import", str(path), "--db", other)[1]
    code, out, err = run("review", "import", str(path), "--db", str(tmp_path / "empty.sqlite"))
    assert (code, err.count("set aside: ")) == (1, len(claims(store)) + 1)
    assert f"{len(claims(store)) + 1} set aside" in out


def test_parts_are_read_as_they_are_written() -> None:
    claim = Claim("c", "a", 10, 20, "took Hama.", EventKind.OVERTAKES)
    part = read_part(" place = x ;date=;words=Hama", claim=claim, find_place=lambda name: f"id:{name}")
    assert (part.start, part.end, part.fields) == (15, 19, {"place": "id:x", "date": ""})
    for wrong in ("price=1", "place", "words=Homs", "words="):
        with pytest.raises(DataError):
            read_part(wrong, claim=claim, find_place=str)


# With single keys


def walk_with(store: Store, theatre: Any, gazetteer: Any, keys: str, answers: tuple[str, ...] = ()) -> str:
    said: list[str] = []
    pending, given = iter(keys), iter(answers)
    bench = Bench(
        desk=lambda: open_desk(store, theatre=theatre, gazetteer=gazetteer),
        queue=lambda desk, before: build_queue(desk.readings, theatre=theatre, decisions=desk.decisions, before=before),
        decide=lambda desk, steps, article_id: decide(
            store, steps, reviewed=desk.reviews[article_id], theatre=theatre, gazetteer=gazetteer, who="me", why=""
        ),
        undo=lambda desk: undo_last(store, desk.decisions, who="me", why=""),
        redo=lambda desk: redo_last(store, desk.decisions, who="me", why=""),
        find_place=lambda name: gazetteer.find(name)[0].id,
    )
    assert walk(bench, read_key=lambda: next(pending, ""), ask=lambda _: next(given), say=said.append) == 0
    return "\n".join(said)


def test_keys_accept_reject_move_undo_and_redo(store: Store, theatre: Any, gazetteer: Any) -> None:
    first, second, *_ = (
        row.claim.id for row in build_queue(store.readings(theatre=theatre.code), theatre=theatre).waiting
    )
    told = walk_with(store, theatre, gazetteer, "axuyn\r?q")
    actions = [(one.action, one.target) for one in store.decisions()]
    assert actions == [
        ("accept", f"claim:{first}"),
        ("reject", f"claim:{second}"),
        ("undo", "decision:2"),
        ("undo", "decision:3"),
    ]
    assert "1 of 4" in told
    assert "a accept" in told


def test_keys_correct_and_split_with_answers(store: Store, theatre: Any, gazetteer: Any) -> None:
    walk_with(store, theatre, gazetteer, "cs", ("", "2024-12-03", "", "", "", "", "", "", "", "", "-", "", "n"))
    assert [(one.action, one.field, one.after) for one in store.decisions()] == [
        ("correct", "date", "2024-12-03"),
        ("split", None, '[{}, {"actor": ""}]'),
    ]


def test_a_wrong_answer_is_told_and_the_walk_goes_on(store: Store, theatre: Any, gazetteer: Any) -> None:
    told = walk_with(store, theatre, gazetteer, "cu", ("", "soon", "", ""))
    assert "soon" in told
    assert "no decision to undo" in told
    assert store.decisions() == ()


def test_on_a_terminal_single_keys_decide(store: Store, gazetteer: Any) -> None:
    main_end, child_end = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "mapapp", "review", "--who", "Ana"], stdin=child_end, stdout=child_end, stderr=child_end
    )
    os.close(child_end)
    seen, keys = b"", iter(((b"1 of ", b"a"), (b"Logged: accept", b"q")))
    awaited, key = next(keys)
    with contextlib.suppress(OSError):  # the other end is closed: the program has ended
        while chunk := os.read(main_end, 4096):
            seen += chunk
            if awaited and awaited in seen:
                os.write(main_end, key)
                awaited, key = next(keys, (b"", b""))
    assert program.wait(timeout=60) == 0
    os.close(main_end)
    assert [(one.action, one.who) for one in store.decisions()] == [("accept", "Ana")]


# Publishers


def test_a_publisher_is_graded_and_the_change_taken_back(run: Run) -> None:
    assert run("publishers", "set", "The Daily", "--reliability", "C", "--alias", "Daily")[0] == 0
    assert "The Daily" in run("publishers", "list")[1]
    run("publishers", "undo")
    assert "The Daily" not in run("publishers", "list")[1]
    run("publishers", "redo")
    run("publishers", "reset")
    assert "The Daily" not in run("publishers", "list")[1]
    assert "nothing to bring back" in run("publishers", "redo")[1]


def test_a_table_of_publishers_goes_out_and_comes_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    assert run("publishers", "export", "-o", str(path))[0] == 0
    path.write_text(path.read_text() + "=Gazette,D,,,,,\nBad,Q,,,,,\n")
    code, out, err = run("publishers", "import", str(path))
    assert (code, err.count("set aside")) == (1, 1)
    assert "1 now differ" in out
    assert "=Gazette" in run("publishers", "list")[1]


def test_a_party_that_is_not_there_is_told(run: Run) -> None:
    code, _, err = run("publishers", "set", "The Daily", "--favours", "NOBODY")
    assert (code, "is no party" in err) == (2, True)
