"""The review queue: a claim weighs what the whole map would look like with it and without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from mapapp.queue import SHADE, build_queue
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from tests.invented import LAST_DAY, PLACES, THEATRE, day, make_place

NOW = datetime(2030, 1, 11, tzinfo=UTC)
VILLAGE = make_place(0, name="Gorse", lat=45.3, lon=10.2)
VILLAGE = replace(VILLAGE, id="invented:village")
UNIT = Place("invented:east", "East", 45.5, 11.5, "A", "ADM1", country="XA", adm1_pcode="XA02")


def claim(
    number: int,
    *,
    place: Place | None = PLACES[0],
    on: int | None = 4,
    actor: str | None = "FRO",
    opponent: str | None = None,
    kind: EventKind = EventKind.OVERTAKES,
    score: float = 0.8,
    article: str = "a",
) -> Claim:
    found = None
    if place is not None:
        prec = 4 if place.feature_class == "A" else 1
        found = Resolution(Mention(article, 0, 1, "x", MentionKind.TOPONYM), (Candidate(place, 1.0),), prec, 1.0)
    when = day(on) if on else None
    return Claim(
        f"c{number}", article, number, number + 1, f"Quote {number}.", kind, actor, opponent, place=found,
        date_start=when, date_end=when, date_prec=1 if on else None, score=score,
    )  # fmt: skip


def read(*claims: Claim) -> list[Reading]:
    by_article: dict[str, list[Claim]] = {}
    for one in claims:
        by_article.setdefault(one.article_id, []).append(one)
    return [
        Reading(Article(id=key, text="x", publisher=f"Paper {key}"), (), tuple(items), ())
        for key, items in by_article.items()
    ]


def decision(number: int, claim_id: str, action: str) -> Decision:
    return Decision(number, "a", f"claim:{claim_id}", action, None, None, None, "me", NOW, "")


def test_nothing_waits_where_nothing_was_read() -> None:
    assert build_queue([], theatre=THEATRE).waiting == ()


def test_what_changes_more_comes_first_and_says_what_it_changes() -> None:
    small, large = claim(1, on=9), claim(2, place=UNIT, on=2, opponent="REP")
    queue = build_queue(read(small, large), theatre=THEATRE)
    assert [row.claim.id for row in queue.waiting] == ["c2", "c1"]
    assert queue.waiting[1].days == 2
    cell = next(cell for cell in queue.scene.cells if cell.place_id == PLACES[0].id)
    assert queue.waiting[1].area_km2 == pytest.approx(cell.area_km2)
    assert queue.waiting[1].reason == (
        f"would change Alda, {cell.area_km2:,.0f} km², for 2 days (Front, claimed → unknown)"
    )


def test_what_was_decided_no_longer_waits() -> None:
    readings = read(claim(1), claim(2, on=6))
    decisions = [
        decision(1, "c1", "accept"),
        decision(2, "c2", "accept"),
        replace(decision(3, "", "undo"), target="decision:2"),
    ]
    assert [row.claim.id for row in build_queue(readings, theatre=THEATRE, decisions=decisions).waiting] == ["c2"]


def test_an_unsure_claim_comes_before_a_sure_one_that_changes_as_much() -> None:
    sure, unsure = claim(1, place=PLACES[0], score=0.99), claim(2, place=PLACES[4], score=0.55, on=4)
    queue = build_queue(read(sure, unsure), theatre=THEATRE)
    assert queue.waiting[0].claim.id == "c2"


def test_a_claim_too_unsure_to_be_shown_weighs_what_accepting_it_would_change() -> None:
    (row,) = build_queue(read(claim(1, score=0.3)), theatre=THEATRE).waiting
    assert not row.is_shown
    assert row.weight > 0


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"kind": EventKind.CLASH}, "fighting"),
        ({"kind": EventKind.MOVEMENT}, "movement"),
        ({"on": None}, "day is not known"),
        ({"place": None}, "place is not known"),
        ({"place": replace(PLACES[0], id="x", country="XB")}, "outside"),
        ({"place": PLACES[1], "on": 3}, "already"),
    ],
)
def test_what_changes_no_area_waits_last_and_says_why(about: dict[str, object], said: str) -> None:
    idle, weighty = claim(1, **about), claim(2, place=PLACES[4])
    queue = build_queue(read(idle, weighty), theatre=THEATRE)
    assert [row.claim.id for row in queue.waiting] == ["c2", "c1"]
    assert said in queue.waiting[1].reason
    assert queue.waiting[1].weight == 0


def test_a_village_without_a_cell_of_its_own_gets_one_to_be_weighed() -> None:
    (row,) = build_queue(read(claim(1, place=VILLAGE, score=0.3)), theatre=THEATRE).waiting
    assert "Gorse" in row.reason
    assert 0 < row.area_km2 < 5_000


# The law: it is what the whole map says


def whole(claims: list[Claim], decisions: list[Decision]) -> Scene:
    return build_scene(default_query(THEATRE), theatre=THEATRE, readings=read(*claims), decisions=decisions)


def km2_days(first: Scene, second: Scene) -> float:
    """How much of two whole maps looks different, in km² times days; both have the same cells."""
    total = 0.0
    for cell in first.cells:
        for number in range((LAST_DAY - THEATRE.first_day).days + 1):
            when = THEATRE.first_day + timedelta(days=number)
            one, other = (scene.timeline.state_at(cell.id, day=when) for scene in (first, second))
            if (one.controller, one.others) != (other.controller, other.others):
                total += cell.area_km2
            elif (one.status, one.is_regional) != (other.status, other.is_regional):
                total += cell.area_km2 * SHADE
    return total


claims_strategy = st.lists(
    st.builds(
        claim,
        st.just(0),
        place=st.sampled_from([*PLACES, UNIT]),
        on=st.integers(1, 10),
        actor=st.sampled_from(["FRO", "COA", "REP", "REB", None]),
        opponent=st.sampled_from(["FRO", "COA", "REP", None]),
        kind=st.sampled_from([EventKind.OVERTAKES, EventKind.REGAINS, EventKind.TRANSFER, EventKind.REPORTED]),
        score=st.sampled_from([0.3, 0.6, 0.95]),
        article=st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=6,
).map(lambda items: [replace(item, id=f"c{number}", start=number) for number, item in enumerate(items)])


@settings(max_examples=40)
@given(claims_strategy, st.data())
def test_every_weight_is_the_difference_of_two_whole_maps(claims: list[Claim], data: st.DataObject) -> None:
    decided = data.draw(st.lists(st.sampled_from([one.id for one in claims]), unique=True, max_size=2))
    log = [decision(number, name, "accept") for number, name in enumerate(decided, start=1)]
    queue = build_queue(read(*claims), theatre=THEATRE, decisions=log)
    now = whole(claims, log)
    assert {row.claim.id for row in queue.waiting} == {one.id for one in claims} - set(decided)
    for row in queue.waiting:
        if row.is_shown:
            other = whole([one for one in claims if one.id != row.claim.id], log)
        else:
            other = whole(claims, [*log, decision(99, row.claim.id, "accept")])
        doubt = max(0.05, 1 - abs(2 * row.claim.score - 1))
        assert row.weight == pytest.approx(km2_days(now, other) * doubt), row.reason


@settings(max_examples=25)
@given(claims_strategy, claims_strategy)
def test_a_queue_that_takes_over_from_another_is_the_same(first: list[Claim], second: list[Claim]) -> None:
    before = build_queue(read(*first), theatre=THEATRE)
    log = [decision(1, second[0].id, "accept")]
    assert (
        build_queue(read(*second), theatre=THEATRE, decisions=log, before=before).waiting
        == build_queue(read(*second), theatre=THEATRE, decisions=log).waiting
    )
