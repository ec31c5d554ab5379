"""The store keeps what it is given, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from shapely.geometry import LineString, Polygon

from mapapp import store as store_module
from mapapp.errors import StoreError
from mapapp.model import (
    Article,
    Assertion,
    Candidate,
    Claim,
    Decision,
    EventKind,
    Evidence,
    Leg,
    LegKind,
    Mention,
    MentionKind,
    Place,
    PointRole,
    Reading,
    Resolution,
    Route,
    RoutePoint,
)
from mapapp.records import record_to_json
from mapapp.store import METADATA, Store, migration_config, open_store

TEXT = "On Thursday the northern brigades took Elmtown, a resident said."
QUOTE = "the northern brigades took Elmtown"
ELMTOWN = Place("invented:1", "Elmtown", 10.5, 20.25, "P", "PPL", "XX", 9_000, "XX01", names={"ar": "إلم"})


def build_article(text: str = TEXT, **about: object) -> Article:
    return Article(id=hashlib.sha256(text.encode()).hexdigest(), text=text, **about)


def build_reading(text: str = TEXT, **about: object) -> Reading:
    article = build_article(text, **about)
    mention = Mention(article.id, text.index("Elmtown"), text.index("Elmtown") + 7, "Elmtown", MentionKind.TOPONYM)
    found = Resolution(mention, (Candidate(ELMTOWN, 0.75, (("population", 0.5),)),), 1, 0.9, "It is the only one.")
    start = text.index(QUOTE)
    claim = Claim(
        "c1", article.id, start, start + len(QUOTE), QUOTE, EventKind.OVERTAKES, "NORTH", place=found,
        date_start=date(2031, 5, 8), date_end=date(2031, 5, 8), date_prec=1, speaker="a resident", score=0.625,
    )  # fmt: skip
    said = Evidence(QUOTE, True, published=date(2031, 5, 9), article_id=article.id, claim_id="c1")
    leg = Leg(
        LegKind.REPORTED, LineString([(20.25, 10.5), (21.0, 11.0)]), datetime(2031, 5, 8, 4, tzinfo=UTC), None, ""
    )
    sector = Leg(LegKind.INFERRED, Polygon([(0, 0), (1, 0), (1, 1)]), None, None, "West.", (said,))
    point = RoutePoint(PointRole.TURN_BACK, None, None, 7, "No position was reported.", True, 40.0, (said,))
    route = Route("r1", "To the coast", None, None, Assertion.HEDGED, (leg, sector), (point,), (said,), "j1")
    return Reading(article, (found,), (claim,), (route,), ("A remark.",))


def build_decision(article: Article, **changes: object) -> Decision:
    decision = Decision(
        None,
        article.id,
        "claim:c1",
        "reject",
        None,
        None,
        None,
        "analyst",
        datetime(2031, 6, 1, tzinfo=UTC),
        "Hearsay.",
    )
    return replace(decision, **changes)


@pytest.fixture
def store() -> Store:
    return open_store()


def test_a_reading_comes_back_as_it_was(store: Store) -> None:
    reading = build_reading(
        publisher="The Daily",
        published=datetime(2031, 5, 9, 12, tzinfo=UTC),
        retrieved=datetime(2031, 5, 10, tzinfo=UTC),
    )
    assert store.add_reading(reading, theatre="invented")
    assert open_store().readings(theatre="invented") == (reading,)
    assert store.readings(theatre="another") == ()
    assert store.article(reading.article.id) == reading.article


def test_the_same_text_is_recognised_and_its_first_description_stays(store: Store) -> None:
    assert store.add_reading(build_reading(publisher="First"), theatre="invented")
    before = store.version()
    assert not store.add_reading(build_reading(publisher="Second"), theatre="invented")
    assert [reading.article.publisher for reading in store.readings(theatre="invented")] == ["First"]
    assert store.version() == before


def test_one_text_may_be_read_for_two_theatres(store: Store) -> None:
    assert store.add_reading(build_reading(), theatre="one")
    assert store.add_reading(build_reading(), theatre="two")
    assert [line.theatre for line in store.articles()] == ["one", "two"]


def test_readings_stand_in_the_order_in_which_they_were_added(store: Store) -> None:
    texts = [f"{TEXT} Number {number}." for number in (3, 1, 2)]
    for text in texts:
        store.add_reading(build_reading(text), theatre="invented")
    assert [reading.article.text for reading in store.readings(theatre="invented")] == texts


def test_the_list_counts_what_was_found(store: Store) -> None:
    store.add_reading(build_reading(title="A title"), theatre="invented")
    (line,) = store.articles(theatre="invented")
    assert (line.title, line.n_resolutions, line.n_claims, line.n_routes) == ("A title", 1, 1, 1)


def test_the_version_changes_with_every_change_and_only_then(store: Store) -> None:
    reading = build_reading()
    versions = [store.version()]
    store.add_reading(reading, theatre="invented")
    versions.append(store.version())
    decision = store.add_decision(build_decision(reading.article))
    versions.append(store.version())
    store.remove_article(reading.article.id)
    versions.append(store.version())
    assert len(set(versions)) == 4
    store.readings(theatre="invented"), store.decisions(), store.article(decision.article_id)
    assert store.version() == versions[-1]


def test_two_stores_never_share_a_version(tmp_path: Path) -> None:
    assert open_store(str(tmp_path / "a.sqlite")).version() != open_store(str(tmp_path / "b.sqlite")).version()


@pytest.mark.parametrize("table", ["resolution", "claim", "route"])
def test_a_failure_half_way_leaves_nothing(store: Store, table: str) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER fail BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    before = store.version()
    with pytest.raises(StoreError, match="the disk is full"):
        store.add_reading(build_reading(), theatre="invented")
    assert store.readings(theatre="invented") == ()
    assert store.articles() == ()
    assert store.version() == before


def test_a_process_that_dies_half_way_leaves_nothing(store: Store) -> None:
    program = (
        "import os, sys; sys.path.insert(0, os.getcwd())\n"
        "from sqlalchemy import event\n"
        "from mapapp.store import open_store\n"
        "from tests.unit.test_store import build_reading\n"
        "store = open_store()\n"
        "event.listen(store.engine, 'commit', lambda connection: os._exit(9))\n"
        "store.add_reading(build_reading(), theatre='invented')\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    assert store.readings(theatre="invented") == ()
    assert store.add_reading(build_reading(), theatre="invented")


def test_an_article_can_be_forgotten_and_its_decisions_stay(store: Store) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    decision = store.add_decision(build_decision(reading.article))
    assert store.remove_article(reading.article.id)
    assert store.readings(theatre="invented") == ()
    assert store.article(reading.article.id) is None
    assert store.decisions() == (decision,)
    assert not store.remove_article(reading.article.id)
    with store.engine.connect() as connection:
        for table in ("resolution", "claim", "route", "reading", "article"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_decisions_are_numbered_in_order_and_found_by_article(store: Store) -> None:
    readings = [build_reading(f"{TEXT} Number {number}.") for number in range(2)]
    for reading in readings:
        store.add_reading(reading, theatre="invented")
    first = store.add_decision(build_decision(readings[0].article, action="correct", field="actor", after="SOUTH"))
    second = store.add_decision(build_decision(readings[1].article))
    undo = store.add_decision(build_decision(readings[0].article, action="undo", target=f"decision:{first.id}"))
    assert first.id < second.id < undo.id
    assert store.decisions(article_id=readings[0].article.id) == (first, undo)
    assert store.decisions() == (first, second, undo)


@pytest.mark.parametrize("target", ["decision:99", "decision:", "claim:c1", "decision:²"])
def test_only_a_decision_about_the_article_can_be_undone(store: Store, target: str) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    with pytest.raises(StoreError, match="no decision about this article"):
        store.add_decision(build_decision(reading.article, action="undo", target=target))
    assert store.decisions() == ()


def test_nothing_is_decided_about_an_article_that_is_not_there(store: Store) -> None:
    with pytest.raises(StoreError, match="No article"):
        store.add_decision(build_decision(build_article()))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE article SET text = 'x'", "UPDATE decision SET payload = '{}'", "DELETE FROM decision"],
)
def test_the_database_itself_refuses_to_change_what_is_kept(store: Store, statement: str) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    store.add_decision(build_decision(reading.article))
    with store.engine.begin() as connection, pytest.raises(sa.exc.IntegrityError, match="never"):
        connection.exec_driver_sql(statement)


def test_a_quote_that_does_not_stand_in_the_text_is_refused(store: Store) -> None:
    reading = build_reading()
    moved = replace(reading.claims[0], start=reading.claims[0].start + 1)
    with pytest.raises(StoreError, match="quote"):
        store.add_reading(replace(reading, claims=(moved,)), theatre="invented")


def test_an_id_that_is_not_the_hash_of_the_text_is_refused(store: Store) -> None:
    reading = Reading(Article(id="0" * 64, text=TEXT), (), (), ())
    with pytest.raises(StoreError, match="hash"):
        store.add_reading(reading, theatre="invented")


@pytest.mark.parametrize("bad", ["half \ud800 a pair", "a \0 NUL"])
@pytest.mark.parametrize("where", ["title", "remark"])
def test_what_no_database_can_hold_is_refused_in_a_sentence(store: Store, bad: str, where: str) -> None:
    reading = build_reading()
    if where == "title":
        reading = replace(reading, article=replace(reading.article, title=bad))
    else:
        reading = replace(reading, remarks=(bad,))
    with pytest.raises(StoreError, match="cannot be stored"):
        store.add_reading(reading, theatre="invented")
    assert store.articles() == ()


def test_a_lone_surrogate_in_the_text_is_refused(store: Store) -> None:
    reading = Reading(Article(id="0" * 64, text="Elmtown \udfff"), (), (), ())
    with pytest.raises(StoreError, match="surrogate"):
        store.add_reading(reading, theatre="invented")


# Opening


def test_the_environment_names_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'here' / 'x.sqlite'}")
    open_store()
    assert (tmp_path / "here" / "x.sqlite").is_file()


def test_without_a_name_it_lies_in_the_data_folder(tmp_path: Path) -> None:
    open_store()
    assert (tmp_path / "mapapp-data" / "mapapp.sqlite").is_file()


def test_a_store_runs_with_a_write_ahead_log_and_whole_references(store: Store) -> None:
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == store_module.BUSY_TIMEOUT_MS


def test_the_steps_lead_to_the_tables_that_the_code_uses(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "old.sqlite").touch()
    assert open_store(str(tmp_path / "old.sqlite")).articles() == ()


def test_a_store_of_a_newer_version_is_left_alone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        open_store(str(path))


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes and no database at all. " * 50)
    with pytest.raises(StoreError, match="not a database"):
        open_store(str(path))
    assert path.read_text().startswith("These are notes")


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE article (id INTEGER PRIMARY KEY)")
    connection.close()
    with pytest.raises(StoreError, match="already exists"):
        open_store(str(path))
    with sqlite3.connect(path) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["article"]
    connection.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("oracle2://somewhere", "driver"),
        ("postgresql+nodriver://somewhere/x", "driver"),
        ("://", "no address"),
        ("sqlite:////proc/nowhere/x.sqlite", "cannot be made"),
    ],
)
def test_an_address_that_cannot_be_opened_is_said(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        open_store(url)


@pytest.mark.parametrize("name", ["banana", "maps.txt", "postgresql", "sqlite"])
def test_what_is_neither_an_address_nor_a_store_file_makes_no_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for ask in (lambda: open_store(name), lambda: open_store(str(tmp_path / "deep" / name)), open_store):
        monkeypatch.setenv("MAPAPP_DATABASE_URL", name)
        with pytest.raises(StoreError, match=r"neither .*Give .*\.sqlite"):
            ask()
    assert [path.name for path in tmp_path.iterdir() if path.name != "mapapp-data"] == []


def test_a_store_under_any_name_opens_again(tmp_path: Path) -> None:
    open_store(str(tmp_path / "map.sqlite")).close()
    (tmp_path / "map.sqlite").rename(tmp_path / "kept")
    open_store(str(tmp_path / "kept")).close()


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    address = sa.make_url("sqlite:///x.sqlite").set(password="secret", username="me")
    assert "secret" not in address.render_as_string(hide_password=True)


def test_the_steps_are_valid_for_postgresql(capsys: pytest.CaptureFixture[str]) -> None:
    config = migration_config()
    config.attributes["options"] = {"dialect_name": "postgresql", "dialect_opts": {"paramstyle": "named"}}
    config.output_buffer = sys.stdout
    command.upgrade(config, "head", sql=True)
    script = capsys.readouterr().out
    assert "CREATE TABLE article" in script
    assert "EXECUTE FUNCTION mapapp_refuse()" in script
    assert "PRAGMA" not in script


# Several at once


def _add_many(worker: int, n_articles: int) -> None:
    store = open_store()
    for number in range(n_articles):
        store.add_reading(build_reading(f"{TEXT} Worker {worker}, number {number}."), theatre="invented")


def test_processes_that_open_and_write_at_once_lose_nothing() -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(worker, 10)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(open_store().readings(theatre="invented")) == 30


def test_a_reader_goes_on_beside_a_writer(store: Store) -> None:
    store.add_reading(build_reading(), theatre="invented")
    with store.writer.begin() as writing:
        writing.execute(sa.update(store_module.STATE).values(changes=77))
        assert len(open_store().readings(theatre="invented")) == 1
        assert not store.version().endswith("-77")
    assert store.version().endswith("-77")


def _decide_many(worker: int, article_id: str, n_decisions: int) -> None:
    store = open_store()
    for number in range(n_decisions):
        store.add_decision(build_decision(build_article(), article_id=article_id, who=f"{worker}", why=f"{number}"))


def test_processes_that_decide_at_once_lose_no_decision_and_share_no_number(store: Store) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_decide_many, args=(worker, reading.article.id, 15)) for worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    log = store.decisions()
    assert len({decision.id for decision in log}) == 30
    for worker in range(2):
        assert [one.why for one in log if one.who == f"{worker}"] == [f"{number}" for number in range(15)]


# A store of the version before


def test_a_store_of_the_version_before_keeps_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    config = migration_config()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    article, decision = build_article(), build_decision(build_article())
    with engine.begin() as connection:
        connection.execute(sa.insert(METADATA.tables["article"]).values(id=article.id, text=article.text))
        values = {"article_id": article.id, "theatre": "invented", "reader": "0", "added": "2031-01-01T00:00:00+00:00"}
        connection.execute(sa.insert(METADATA.tables["reading"]).values(**values, remarks="[]"))
        payload = json.dumps(record_to_json(replace(decision, id=None)))
        connection.execute(sa.insert(METADATA.tables["decision"]).values(article_id=article.id, payload=payload))
    engine.dispose()
    store = open_store(str(path))
    assert [reading.article for reading in store.readings(theatre="invented")] == [article]
    assert store.decisions() == (replace(decision, id=1),)
    assert store.origins(theatre="invented") == {}


# Claims that were added beside a reading


def added_claim(reading: Reading, **changes: object) -> Claim:
    return replace(reading.claims[0], id="own-1", actor="SOUTH", **changes)


def test_an_added_claim_stands_beside_what_was_read_and_is_added_once(store: Store) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    claim = added_claim(reading)
    assert store.add_claims([claim], theatre="invented", origin="file x") == (claim,)
    assert store.add_claims([claim, reading.claims[0]], theatre="invented", origin="file y") == ()
    (now,) = open_store().readings(theatre="invented")
    assert {one.id for one in now.claims} == {"c1", "own-1"}
    assert now.claims[0] == reading.claims[0]
    assert store.origins(theatre="invented") == {"own-1": "file x"}


def test_an_added_claim_changes_the_version_and_leaves_with_its_article(store: Store) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    before = store.version()
    store.add_claims([added_claim(reading)], theatre="invented", origin="file x")
    assert store.version() != before
    store.remove_article(reading.article.id)
    store.add_reading(reading, theatre="invented")
    assert store.readings(theatre="invented") == (reading,)


@pytest.mark.parametrize(
    ("changes", "said"), [({"start": 1}, "does not stand"), ({"article_id": "0" * 64}, "is stored")]
)
def test_an_added_claim_must_stand_in_a_stored_article(store: Store, changes: dict[str, object], said: str) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    good, bad = added_claim(reading), added_claim(reading, **changes)
    with pytest.raises(StoreError, match=said):
        store.add_claims([replace(good, id="own-2"), bad], theatre="invented", origin="file x")
    assert store.readings(theatre="invented") == (reading,)


def test_decisions_are_added_all_or_none(store: Store) -> None:
    reading = build_reading()
    store.add_reading(reading, theatre="invented")
    good = build_decision(reading.article)
    with pytest.raises(StoreError, match="is no decision"):
        store.add_decisions([good, replace(good, action="undo", target="decision:99")])
    assert store.decisions() == ()
    assert [one.id for one in store.add_decisions([good, good])] == [1, 2]
