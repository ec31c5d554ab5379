"""Claims and decisions travel from one store to another; what cannot be used there is set aside with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mapapp.claims.exchange import FORMATS, Exchange, read_exchange, write_exchange
from mapapp.claims.parts import Part, write_parts
from mapapp.errors import PlaceError
from mapapp.model import (
    Article,
    Candidate,
    Claim,
    Decision,
    EventKind,
    Mention,
    MentionKind,
    Place,
    Reading,
    Resolution,
)
from mapapp.store import Store, open_store
from mapapp.store.transfer import collect_claims, take_in_claims
from tests.invented import PLACES, THEATRE, day

TEXTS = ("The Front took Bree, a baker said.", "نقلت الوكالة: سقطت «ألدا».\r\nThe Republic holds =Alda=.")


class Finder:
    """A gazetteer of the invented places."""

    def place(self, place_id: str, /) -> Place:
        for place in PLACES:
            if place.id == place_id:
                return place
        raise PlaceError("nowhere")


def read(text: str) -> Reading:
    article = Article(
        hashlib.sha256(text.encode()).hexdigest(), text, title="=Title", published=datetime(2030, 1, 9, tzinfo=UTC)
    )
    mention = Mention(article.id, 0, 3, text[:3], MentionKind.TOPONYM)
    claim = Claim(
        f"c-{article.id[:6]}", article.id, 0, len(text), text, EventKind.OVERTAKES, "FRO",
        place=Resolution(mention, (Candidate(PLACES[1], 1.0),), 1, 1.0), date_start=day(4),
        date_end=day(4), date_prec=1,
    )  # fmt: skip
    return Reading(article, (), (claim,), ())


READINGS = tuple(map(read, TEXTS))


def decide(
    target: str, action: str, *, number: int = 0, after: str | None = None, field: str | None = None
) -> Decision:
    when = datetime(2030, 2, 1, 12, number, tzinfo=UTC)
    return Decision(None, READINGS[0].article.id, target, action, field, "was", after, "Me", when, '+why, "so"\n')


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """A store with two articles and a log, and another one with the articles alone."""
    pair = tuple(open_store(str(tmp_path / f"{name}.sqlite")) for name in ("one", "two"))
    for store in pair:
        for reading in READINGS:
            store.add_reading(reading, theatre=THEATRE.code)
    first, _ = pair
    name = READINGS[0].claims[0].id
    own = replace(READINGS[0].claims[0], id="added", actor="COA")
    first.add_claims([own], theatre=THEATRE.code, origin="by hand")
    first.add_decisions(
        [
            decide(f"claim:{name}", "split", after=write_parts([Part(), Part(fields={"actor": "COA"})])),
            decide(f"claim:{name}.2", "reject", number=1),
            decide("decision:#1", "undo", number=2),
            decide("claim:added", "accept", number=3),
        ]
    )
    yield pair
    for store in pair:
        store.close()


def collect(store: Store) -> Exchange:
    return collect_claims(store, theatre=THEATRE, gazetteer=Finder())


@pytest.mark.parametrize("form", FORMATS)
def test_what_travels_is_the_same_in_the_other_store(form: str, stores: tuple[Store, Store]) -> None:
    first, second = stores
    data = write_exchange(collect(first), format=form)
    taken = take_in_claims(second, read_exchange(data), theatre=THEATRE, origin="file")
    assert (taken.n_claims, taken.n_known_claims, taken.n_decisions, taken.set_aside) == (1, 2, 4, ())
    assert second.readings(theatre=THEATRE.code) == first.readings(theatre=THEATRE.code)
    assert second.decisions() == first.decisions()
    assert write_exchange(collect(second), format=form) == data
    assert second.origins(theatre=THEATRE.code) == {"added": "file"}


def test_the_same_file_again_adds_nothing(stores: tuple[Store, Store]) -> None:
    first, _ = stores
    before = first.version()
    taken = take_in_claims(first, collect(first), theatre=THEATRE, origin="file")
    assert (taken.n_claims, taken.n_decisions, taken.n_known_claims, taken.n_known_decisions) == (0, 0, 3, 4)
    assert first.version() == before


def test_an_undo_finds_its_decision_under_another_number(stores: tuple[Store, Store]) -> None:
    first, second = stores
    second.add_decision(decide(f"claim:{READINGS[0].claims[0].id}", "accept", number=9))
    take_in_claims(second, collect(first), theatre=THEATRE, origin="file")
    log = second.decisions()
    assert [one.target for one in log if one.action == "undo"] == [f"decision:{log[2].id}"]


def test_what_was_decided_is_told_beside_what_was_read(stores: tuple[Store, Store]) -> None:
    text = write_exchange(collect(stores[0]), format="csv").decode("utf-8-sig")
    assert "\nclaim," in text
    assert ",split," in text
    assert "\npart," in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"article_id": "0" * 64}, "read that text first"),
        ({"quote": "The Front took Alda"}, "does not stand"),
        ({"start": 5}, "does not stand"),
        ({"quote": "", "end": 0}, "does not stand"),
        ({"actor": "XYZ"}, "not in this theatre's table"),
        ({"actor": "COA"}, "stays"),
    ],
)
def test_a_claim_that_does_not_hold_is_set_aside(
    change: dict[str, object], said: str, stores: tuple[Store, Store]
) -> None:
    _, second = stores
    bad = replace(READINGS[0].claims[0], **change)
    exchange = Exchange(THEATRE.code, claims=(bad, replace(READINGS[1].claims[0], id="good")))
    taken = take_in_claims(second, exchange, theatre=THEATRE, origin="file")
    assert (taken.n_claims, len(taken.set_aside)) == (1, 1)
    assert said in taken.set_aside[0]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (decide("claim:nowhere", "accept"), "claim is not here"),
        (decide("decision:77", "undo"), "was not taken in"),
        (decide("claim:x", "explode"), "can be decided"),
        (decide("nonsense", "accept"), "neither a claim nor a mention"),
    ],
)
def test_a_decision_without_its_object_is_set_aside(decision: Decision, said: str, stores: tuple[Store, Store]) -> None:
    exchange = Exchange(THEATRE.code, decisions=(replace(decision, id=5),))
    taken = take_in_claims(stores[1], exchange, theatre=THEATRE, origin="file")
    assert said in taken.set_aside[0]
    assert stores[1].decisions() == ()


def test_claims_of_another_theatre_are_not_taken_in(stores: tuple[Store, Store]) -> None:
    taken = take_in_claims(stores[1], replace(collect(stores[0]), theatre="elsewhere"), theatre=THEATRE, origin="file")
    assert (taken.n_claims, taken.n_decisions, len(taken.set_aside)) == (0, 0, 7)
