"""Many articles at once: each is kept, a duplicate, or set aside with its reason; nothing is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

import mapapp.intake
from mapapp.articles.batch import About, Incoming, read_incoming
from mapapp.articles.readers import read_article_text
from mapapp.errors import ArticleError
from mapapp.intake import Tally, read_one, take_in, write_not_kept
from mapapp.store import Store, open_store

GOOD = "Opposition fighters captured the city of {place} on Wednesday. Government troops had left it before."
TABLE = "\n".join(
    [
        "text,title,date",
        f"{GOOD.format(place='Homs')},=1+1,2024-12-04",
        f"{GOOD.format(place='Hama')},Two,2024-12-04",
        "It rained and nobody minded.,Three,2024-12-04",
        f"{GOOD.format(place='Homs')},Four,2024-12-04",
        ",Five,2024-12-04",
        f"{GOOD.format(place='Idlib')},Six,",
    ]
)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store."""
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def incoming(table: str = TABLE) -> Iterator[Incoming]:
    return read_incoming(table.encode(), name="a.csv", about=About(timezone="Asia/Damascus"))


def test_in_is_kept_and_duplicates_and_set_aside(theatre: Any, gazetteer: Any, store: Store) -> None:
    told: list[Tally] = []
    tally = take_in(
        incoming(), theatre=theatre, gazetteer=gazetteer, store=store, report=lambda now, _: told.append(now)
    )
    assert (tally.n_in, len(tally.kept), len(tally.duplicates), len(tally.set_aside)) == (6, 3, 1, 2)
    assert [now.n_in for now in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1] == tally
    assert {article.id for article in store.articles()} == {kept.reading.article.id for kept in tally.kept}
    assert [(item.where, item.title) for item in tally.set_aside] == [("line 4", "Three"), ("line 6", "Five")]
    assert tally.duplicates[0].duplicate_of == tally.kept[0].reading.article.id
    again = take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store)
    assert (len(again.kept), len(again.duplicates), len(again.set_aside)) == (0, 4, 2)


def test_what_was_read_before_a_stop_is_stored_and_the_same_again_goes_on(
    theatre: Any, gazetteer: Any, store: Store
) -> None:
    asked: list[bool] = []

    def is_stopped() -> bool:
        asked.append(True)
        return len(asked) == 2

    tally = take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store, is_stopped=is_stopped)
    assert tally.is_stopped
    assert len(store.articles()) == len(tally.kept) == 2
    assert len(take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store).kept) == 1


def test_a_fault_in_one_article_does_not_lose_the_others(
    theatre: Any, gazetteer: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = mapapp.intake.read_article

    def read(article: Any, **named: Any) -> Any:
        if "Hama" in article.text:
            raise KeyError("a fault")
        return real(article, **named)

    monkeypatch.setattr(mapapp.intake, "read_article", read)
    tally = take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store)
    assert len(tally.kept) == 2
    assert "A fault in this program: KeyError" in tally.set_aside[0].reason


def test_the_table_of_what_was_not_stored_holds_no_formulas(theatre: Any, gazetteer: Any, store: Store) -> None:
    take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store)
    tally = take_in(incoming(), theatre=theatre, gazetteer=gazetteer, store=store)
    rows = list(csv.reader(io.StringIO(write_not_kept(tally).decode(), newline="")))
    assert len(rows) == 1 + tally.n_in
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in {row[2] for row in rows}


def test_remarks_of_the_reader_are_kept_with_the_reading(theatre: Any, gazetteer: Any) -> None:
    article = read_article_text(GOOD.format(place="Homs"), published="2024-12-04")
    item = Incoming("feed.xml", "entry 1", article, remarks=("This is only a summary.",))
    assert read_one(item, theatre=theatre, gazetteer=gazetteer).remarks[0] == "This is only a summary."


def test_a_page_is_not_graded_by_a_name_at_whose_address_it_does_not_stand(theatre: Any, gazetteer: Any) -> None:
    known = next(publisher for publisher in theatre.publishers if publisher.domain)
    article = read_article_text(GOOD.format(place="Homs"), published="2024-12-04", publisher=known.name)

    def read(host: str | None) -> Any:
        return read_one(Incoming("x", "", article, host=host), theatre=theatre, gazetteer=gazetteer)

    strange = read("evil.invalid")
    assert strange.article.publisher == "evil.invalid"
    assert known.name in strange.remarks[0]
    assert {claim.grade for claim in strange.claims} == {"F6"}
    for host in (known.domain, f"www.{known.domain}", None):
        assert read(host).article.publisher == known.name


def test_what_names_no_place_is_not_used(theatre: Any, gazetteer: Any) -> None:
    item = Incoming("a", "", read_article_text("It rained and nobody minded.", published="2024-12-04"))
    with pytest.raises(ArticleError, match="No place"):
        read_one(item, theatre=theatre, gazetteer=gazetteer)
