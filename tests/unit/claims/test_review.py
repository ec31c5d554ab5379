"""Decisions: they apply in order, keep what was there, and can be undone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mapapp.claims.review import active_decisions, apply_decisions, check_decision
from mapapp.errors import MapAppError, PlaceError
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
from tests.invented import PLACES, THEATRE

NOW = datetime(2030, 1, 9, tzinfo=UTC)


class Finder:
    """A gazetteer of six places."""

    def place(self, place_id: str, /) -> Place:
        for place in PLACES:
            if place.id == place_id:
                return place
        raise PlaceError(f"No place '{place_id}'.")


def resolution(index: int, *, start: int) -> Resolution:
    mention = Mention("a", start, start + 4, PLACES[index].name, MentionKind.TOPONYM)
    return Resolution(mention, (Candidate(PLACES[index], 0.6), Candidate(PLACES[index + 1], 0.4)), 1, 0.6)


BREE = resolution(1, start=10)
READING = Reading(
    article=Article(id="a", text="The Front Bree and more"),
    resolutions=(BREE,),
    claims=(
        Claim("c1", "a", 0, 14, "The Front Bree", EventKind.OVERTAKES, actor="FRO", place=BREE, score=0.4),
        Claim("c2", "a", 0, 14, "The Front Bree", EventKind.CLASH, actor="FRO", place=BREE),
    ),
    routes=(),
)


def decide(
    number: int, target: str, action: str, *, field: str | None = None, after: str | None = None, article: str = "a"
) -> Decision:
    return Decision(number, article, target, action, field, "before", after, "someone", NOW, "why")


def apply(*decisions: Decision) -> Reading:
    return apply_decisions(READING, decisions=decisions, theatre=THEATRE, gazetteer=Finder())


def test_without_decisions_nothing_changes() -> None:
    assert apply() == READING


def test_a_rejected_claim_leaves_and_an_undo_brings_it_back() -> None:
    reject = decide(1, "claim:c1", "reject")
    assert [claim.id for claim in apply(reject).claims] == ["c2"]
    assert apply(reject, decide(2, "decision:1", "undo")) == READING


def test_an_undo_can_be_undone() -> None:
    decisions = (decide(1, "claim:c1", "reject"), decide(2, "decision:1", "undo"), decide(3, "decision:2", "undo"))
    assert [one.id for one in active_decisions(decisions)] == [1]


def test_an_accepted_claim_scores_one() -> None:
    assert apply(decide(1, "claim:c1", "accept")).claims[0].score == 1.0


def test_the_last_word_counts() -> None:
    assert len(apply(decide(1, "claim:c1", "reject"), decide(2, "claim:c1", "accept")).claims) == 2


@pytest.mark.parametrize(
    ("field", "after", "attribute", "expected"),
    [
        ("actor", "COA", "actor", "COA"),
        ("actor", "", "actor", None),
        ("kind", "Armed clash", "kind", EventKind.CLASH),
        ("date", "2030-01-05", "date_start", date(2030, 1, 5)),
        ("date", "2030-01-05/2030-01-07", "date_prec", 2),
        ("date", "", "date_prec", None),
    ],
)
def test_a_correction_changes_one_field(field: str, after: str, attribute: str, expected: object) -> None:
    corrected = apply(decide(1, "claim:c1", "correct", field=field, after=after)).claims[0]
    assert getattr(corrected, attribute) == expected
    assert corrected.quote == READING.claims[0].quote


def test_a_corrected_place_comes_first_and_the_read_one_stays_behind_it() -> None:
    corrected = apply(decide(1, "claim:c1", "correct", field="place", after=PLACES[5].id)).claims[0]
    assert corrected.place is not None
    assert [option.place.name for option in corrected.place.candidates] == ["Fell", "Bree", "Carn"]


def test_a_corrected_mention_reaches_every_claim_on_it() -> None:
    reading = apply(decide(1, "mention:10-14", "correct", field="place", after=PLACES[5].id))
    assert {claim.place.place.name for claim in reading.claims if claim.place and claim.place.place} == {"Fell"}
    assert reading.resolutions[0].place == PLACES[5]


def test_a_rejected_mention_takes_its_claims_along() -> None:
    reading = apply(decide(1, "mention:10-14", "reject"))
    assert (reading.claims, reading.resolutions) == ((), ())


@pytest.mark.parametrize(
    ("field", "after"),
    [
        ("actor", "NOBODY"),
        ("kind", "Party"),
        ("date", "soon"),
        ("place", "invented:99"),
        ("date", "2030-01-07/2030-01-05"),
    ],
)
def test_what_cannot_be_applied_is_said_and_changes_nothing(field: str, after: str) -> None:
    decision = decide(1, "claim:c1", "correct", field=field, after=after)
    reading = apply(decision)
    assert reading.claims == READING.claims
    assert len(reading.remarks) == 1
    with pytest.raises(MapAppError):
        check_decision(decision, reading=READING, theatre=THEATRE, gazetteer=Finder())


def test_decisions_on_another_article_are_not_ours() -> None:
    assert apply(decide(1, "claim:c1", "reject", article="b")) == READING


@pytest.mark.parametrize("target", ["claim:none", "mention:x-y", "mention:1-2", "nonsense", "decision:77"])
def test_a_target_that_is_not_there_does_no_harm(target: str) -> None:
    assert apply(decide(1, target, "reject")).claims == READING.claims
