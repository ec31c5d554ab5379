"""Decisions: they apply in order, keep what was there, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mapapp.claims.decisions import Bonds, active_decisions, event_bonds, redoable_step, undoable_step
from mapapp.claims.parts import Part, write_parts
from mapapp.claims.review import Reviewed, apply_decisions, check_decision, review_reading
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


def review(*decisions: Decision, reading: Reading = READING) -> Reviewed:
    return review_reading(reading, decisions=decisions, theatre=THEATRE, gazetteer=Finder())


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
        check_decision(decision, reviewed=review(), theatre=THEATRE, gazetteer=Finder())


def test_decisions_on_another_article_are_not_ours() -> None:
    assert apply(decide(1, "claim:c1", "reject", article="b")) == READING


@pytest.mark.parametrize("target", ["claim:none", "mention:x-y", "mention:1-2", "nonsense", "decision:77"])
def test_a_target_that_is_not_there_does_no_harm(target: str) -> None:
    assert apply(decide(1, target, "reject")).claims == READING.claims


# A claim that is two, and two that are one


def split(number: int, name: str, *parts: Part, article: str = "a") -> Decision:
    return replace(decide(number, f"claim:{name}", "split", article=article), after=write_parts(parts))


def test_a_split_puts_parts_with_their_own_words_and_values_in_the_place_of_a_claim() -> None:
    done = review(split(1, "c1", Part(0, 9), Part(10, 14, {"actor": "COA", "date": "2030-01-05"})))
    assert [claim.id for claim in done.reading.claims] == ["c1.1", "c1.2", "c2"]
    first, second, _ = done.reading.claims
    assert (first.quote, first.actor, second.quote, second.actor) == ("The Front", "FRO", "Bree", "COA")
    assert second.date_start == date(2030, 1, 5)
    assert all(READING.article.text[one.start : one.end] == one.quote for one in done.reading.claims)
    assert done.states["c1"] == "split"


def test_a_part_can_be_decided_about_and_split_again() -> None:
    done = review(
        split(1, "c1", Part(), Part()),
        decide(2, "claim:c1.1", "reject"),
        decide(3, "claim:c1.2", "correct", field="actor", after="COA"),
        split(4, "c1.2", Part(), Part(fields={"actor": ""})),
    )
    assert [(claim.id, claim.actor) for claim in done.reading.claims] == [
        ("c1.2.1", "COA"),
        ("c1.2.2", None),
        ("c2", "FRO"),
    ]
    assert [claim.id for claim in done.claims] == ["c1", "c1.1", "c1.2", "c1.2.1", "c1.2.2", "c2"]


def test_an_undone_split_brings_the_claim_back_as_it_was() -> None:
    assert apply(split(1, "c1", Part(), Part()), decide(2, "decision:1", "undo")) == READING


@pytest.mark.parametrize(
    "after",
    [
        "no json",
        "[]",
        "[{}]",
        '[{}, {"start": 0}]',
        '[{}, {"start": 0, "end": 999}]',
        '[{}, {"start": 9, "end": 10}]',
        '[{}, {"price": "1"}]',
        '[{}, {"actor": 7}]',
        '[{}, {"actor": "NOBODY"}]',
        "[" + ", ".join(["{}"] * 40) + "]",
        "[" * 5000,
    ],
)
def test_a_split_that_makes_no_sense_is_said_and_changes_nothing(after: str) -> None:
    decision = replace(decide(1, "claim:c1", "split"), after=after)
    done = review(decision)
    assert (done.reading.claims, len(done.reading.remarks)) == (READING.claims, 1)
    with pytest.raises(MapAppError):
        check_decision(decision, reviewed=review(), theatre=THEATRE, gazetteer=Finder())


def test_a_merged_claim_leaves_in_favour_of_the_other_and_comes_back() -> None:
    merge = decide(1, "claim:c2", "merge", after="claim:c1")
    done = review(merge)
    assert ([claim.id for claim in done.reading.claims], done.states["c2"]) == (["c1"], "merged")
    assert apply(merge, decide(2, "decision:1", "undo")) == READING


@pytest.mark.parametrize("after", ["claim:c2", "claim:elsewhere", "", "c9"])
def test_a_claim_is_merged_only_into_another_one_that_stands(after: str) -> None:
    decision = decide(1, "claim:c2", "merge", after=after)
    assert apply(decision).claims == READING.claims
    with pytest.raises(MapAppError):
        check_decision(decision, reviewed=review(), theatre=THEATRE, gazetteer=Finder())


def test_two_claims_cannot_be_merged_into_each_other() -> None:
    done = review(decide(1, "claim:c2", "merge", after="claim:c1"), decide(2, "claim:c1", "merge", after="claim:c2"))
    assert [claim.id for claim in done.reading.claims] == ["c1"]


@pytest.mark.parametrize("action", ["accept", "reject", "correct", "split", "merge"])
def test_what_was_split_no_longer_stands_by_itself(action: str) -> None:
    done = review(split(1, "c1", Part(), Part()))
    decision = decide(2, "claim:c1", action, field="actor" if action == "correct" else None, after="COA")
    with pytest.raises(PlaceError, match="Undo that first"):
        check_decision(decision, reviewed=done, theatre=THEATRE, gazetteer=Finder())


# Undo and redo of what was done at one stroke


def at(minute: int, decision: Decision) -> Decision:
    return replace(decision, when=NOW + timedelta(minutes=minute))


def test_undo_takes_back_the_newest_step_whole_and_redo_brings_it_again() -> None:
    one = at(0, decide(1, "claim:c2", "accept"))
    two, three = (at(1, decide(number, "claim:c1", "correct", field="actor")) for number in (2, 3))
    log = [one, two, three]
    assert [step.id for step in undoable_step(log)] == [3, 2]
    assert redoable_step(log) == ()
    log += [at(2, decide(4, "decision:3", "undo")), at(2, decide(5, "decision:2", "undo"))]
    assert [step.id for step in undoable_step(log)] == [1]
    assert [step.id for step in redoable_step(log)] == [5, 4]
    log += [at(3, decide(6, "decision:5", "undo")), at(3, decide(7, "decision:4", "undo"))]
    assert [step.id for step in undoable_step(log)] == [3, 2]
    assert redoable_step(log) == ()


def test_several_undos_are_redone_in_the_reverse_order() -> None:
    log = [at(1, decide(1, "claim:c1", "accept")), at(2, decide(2, "claim:c2", "reject"))]
    log += [at(3, decide(3, "decision:2", "undo")), at(4, decide(4, "decision:1", "undo"))]
    assert [step.id for step in redoable_step(log)] == [4]
    log.append(at(5, decide(5, "decision:4", "undo")))
    assert [step.id for step in redoable_step(log)] == [3]
    assert [step.id for step in undoable_step(log)] == [1]


def test_a_new_decision_leaves_nothing_to_redo() -> None:
    log = [decide(1, "claim:c1", "accept"), decide(2, "decision:1", "undo"), decide(3, "claim:c2", "accept")]
    assert redoable_step(log) == ()


# What people say of events


def test_the_last_word_on_two_events_holds() -> None:
    same = decide(1, "claim:c1", "merge", field="event", after="claim:x event:e")
    apart = decide(2, "claim:x", "separate", field="event", after="claim:c1")
    assert event_bonds([same]) == Bonds(same=(("claim:c1", "claim:x"), ("claim:c1", "event:e")))
    bonds = event_bonds([same, apart])
    assert bonds.same == (("claim:c1", "event:e"),)
    assert bonds.are_apart("claim:c1", ["claim:x"])
    assert event_bonds([same, apart, decide(3, "decision:2", "undo")]).apart == frozenset()


def test_what_is_said_of_events_leaves_the_reading_alone() -> None:
    assert apply(decide(1, "claim:c1", "merge", field="event", after="claim:c2")) == READING


@pytest.mark.parametrize("after", ["", "claim:unknown", "event:unknown", "claim:c1", "nonsense"])
def test_an_event_is_tied_only_to_what_is_there(after: str) -> None:
    decision = decide(1, "claim:c1", "separate", field="event", after=after)
    with pytest.raises(MapAppError):
        check_decision(decision, reviewed=review(), theatre=THEATRE, gazetteer=Finder(), known_claims={"c1", "c2"})


def test_an_event_may_be_tied_to_a_claim_of_another_article_and_to_a_bundled_event() -> None:
    decision = decide(1, "claim:c1", "merge", field="event", after=f"claim:c9 event:{THEATRE.events[0].id}")
    check_decision(decision, reviewed=review(), theatre=THEATRE, gazetteer=Finder(), known_claims={"c9"})
