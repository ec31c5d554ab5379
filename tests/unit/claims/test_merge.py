"""Claims become events: which belong together, what is assessed, claimed or contested, what stays out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mapapp.claims.merge import merge_claims
from mapapp.model import (
    Article,
    Assertion,
    Candidate,
    Claim,
    Decision,
    Event,
    EventKind,
    Mention,
    MentionKind,
    Place,
    Resolution,
    Status,
)
from mapapp.theatres.theatre import Publisher
from tests.invented import EVENTS, PLACES, THEATRE, day

EMPTY = replace(
    THEATRE,
    events=(),
    publishers=(
        Publisher("Post", "B"),
        Publisher("Herald", "C"),
        Publisher("Rumour", "E"),
        Publisher("Republic Radio", "D", favours="REP"),
    ),
)
GRADES = {"Post": "B3", "Herald": "C3", "Rumour": "E3", "Republic Radio": "D3", "Blog": "F6"}


def article(publisher: str) -> Article:
    return Article(id=publisher, text="x", publisher=publisher, published=datetime(2030, 1, 9, tzinfo=UTC))


ARTICLES = {name: article(name) for name in GRADES}


def claim(
    number: int,
    *,
    publisher: str = "Post",
    place: Place = PLACES[4],
    on: int | None = 4,
    last: int | None = None,
    actor: str | None = "FRO",
    opponent: str | None = "REP",
    kind: EventKind = EventKind.OVERTAKES,
    assertion: Assertion = Assertion.ASSERTED,
    speaker: str | None = None,
    score: float = 0.9,
    prec: int = 1,
    where_prec: int = 1,
) -> Claim:
    mention = Mention(publisher, 0, 1, place.name, MentionKind.TOPONYM)
    return Claim(
        id=f"c{number}",
        article_id=publisher,
        start=0,
        end=1,
        quote=f"Quote {number}.",
        kind=kind,
        actor=actor,
        opponent=opponent,
        place=Resolution(mention, (Candidate(place, 1.0),), where_prec, 1.0),
        date_start=day(on) if on else None,
        date_end=day(last or on) if on else None,
        date_prec=prec if on else None,
        assertion=assertion,
        speaker=speaker,
        grade=GRADES[publisher],
        score=score,
    )


def merge(*claims: Claim, decisions: tuple[Decision, ...] = ()) -> tuple[Event, ...]:
    return merge_claims(claims, articles=ARTICLES, theatre=EMPTY, decisions=decisions)


def decide(number: int, target: str, action: str) -> Decision:
    return Decision(number, "Post", target, action, None, None, None, "a", datetime(2030, 1, 9, tzinfo=UTC), "")


def test_one_claim_makes_one_claimed_event() -> None:
    (event,) = merge(claim(1))
    assert (event.status, event.actor, event.date_start, event.is_bundled) == (Status.CLAIMED, "FRO", day(4), False)


def test_two_independent_reliable_sources_assess_an_event() -> None:
    (event,) = merge(claim(1), claim(2, publisher="Herald"))
    assert event.status is Status.ASSESSED
    assert len(event.evidence_for) == 2


@pytest.mark.parametrize("other", ["Rumour", "Blog", "Post"])
def test_an_unreliable_unknown_or_same_source_does_not_assess(other: str) -> None:
    (event,) = merge(claim(1), claim(2, publisher=other))
    assert event.status is Status.CLAIMED


def test_one_voice_in_two_papers_counts_once() -> None:
    (event,) = merge(claim(1, speaker="a monitor"), claim(2, publisher="Herald", speaker="A monitor"))
    assert event.status is Status.CLAIMED


def test_a_partisan_source_counts_against_its_own_side_only() -> None:
    (against,) = merge(claim(1, publisher="Republic Radio", actor="FRO", opponent="REP"))
    (in_favour,) = merge(claim(2, publisher="Republic Radio", actor="REP", opponent="FRO", kind=EventKind.REGAINS))
    assert (against.status, in_favour.status) == (Status.ASSESSED, Status.CLAIMED)


def test_opposing_claims_of_one_day_are_contested_and_show_each_other() -> None:
    events = merge(claim(1), claim(2, publisher="Herald", actor="COA"))
    assert [event.status for event in events] == [Status.CONTESTED, Status.CONTESTED]
    assert all(event.evidence_against for event in events)


def test_opposing_claims_of_different_days_follow_each_other() -> None:
    events = merge(claim(1, on=3), claim(2, publisher="Herald", actor="COA", on=6))
    assert [event.status for event in events] == [Status.CLAIMED, Status.CLAIMED]


def test_a_generic_actor_gives_way_to_the_group_that_another_source_names() -> None:
    (event,) = merge(claim(1, actor="REB"), claim(2, publisher="Herald", actor="FRO"))
    assert event.actor == "FRO"


def test_a_denial_stands_against_and_makes_no_event_alone() -> None:
    denial = claim(2, publisher="Herald", assertion=Assertion.DENIED)
    assert merge(denial) == ()
    (event,) = merge(claim(1), denial, claim(3, publisher="Herald"))
    assert [evidence.claim_id for evidence in event.evidence_against] == ["c2"]
    assert event.status is Status.CLAIMED


def test_speculation_makes_no_event() -> None:
    assert merge(claim(1, assertion=Assertion.SPECULATED)) == ()


def test_what_cannot_be_placed_or_dated_stays_out() -> None:
    abroad = replace(PLACES[0], id="invented:abroad", country="XB")
    assert (
        merge(
            claim(1, on=None),
            claim(2, place=abroad),
            claim(3, score=0.4),
            claim(4, prec=5),
            claim(5, where_prec=6),
            claim(6, kind=EventKind.MOVEMENT),
        )
        == ()
    )


def test_an_accepted_claim_is_assessed_though_its_score_is_low() -> None:
    (event,) = merge(claim(1, score=0.3), decisions=(decide(1, "claim:c1", "accept"),))
    assert event.status is Status.ASSESSED


def test_an_undone_acceptance_no_longer_counts() -> None:
    decisions = (decide(1, "claim:c1", "accept"), decide(2, "decision:1", "undo"))
    assert merge(claim(1, score=0.3), decisions=decisions) == ()


def test_a_rejected_claim_stays_out() -> None:
    assert merge(claim(1), decisions=(decide(1, "claim:c1", "reject"),)) == ()


def test_a_claim_on_a_unit_is_an_event_of_the_unit() -> None:
    unit = Place("invented:w", "West", 45.5, 10.5, "A", "ADM1", country="XA", adm1_pcode="XA01")
    (event,) = merge(claim(1, place=unit, where_prec=4))
    assert (event.unit_pcode, event.place) == ("XA01", None)


def test_a_vague_claim_on_a_unit_names_no_unit_to_colour() -> None:
    unit = Place("invented:w", "West", 45.5, 10.5, "A", "ADM1", country="XA", adm1_pcode="XA01")
    (event,) = merge(claim(1, place=unit, where_prec=5))
    assert (event.unit_pcode, event.where_prec) == (None, 5)


def test_the_order_of_claims_does_not_matter() -> None:
    claims = [
        claim(1),
        claim(2, publisher="Herald", actor="REB"),
        claim(3, publisher="Rumour", on=5),
        claim(4, on=8, actor="COA"),
    ]
    assert merge(*claims) == merge(*reversed(claims))


def test_a_claim_on_a_bundled_event_becomes_its_evidence() -> None:
    bundled = THEATRE.events[0]
    events = merge_claims(
        [claim(1, place=PLACES[1], on=3)], articles=ARTICLES, theatre=replace(THEATRE, publishers=EMPTY.publishers)
    )
    assert len(events) == len(EVENTS)
    first = next(event for event in events if event.id == bundled.id)
    assert first.status is bundled.status
    assert [evidence.text for evidence in first.evidence_for] == [bundled.evidence_for[0].text, "Quote 1."]


def test_an_unknown_source_does_not_contest_what_is_assessed_but_is_heard() -> None:
    events = merge_claims(
        [claim(1, publisher="Blog", place=PLACES[1], on=3, actor="COA")], articles=ARTICLES, theatre=THEATRE
    )
    first = next(event for event in events if event.id == EVENTS[0].id)
    assert first.status is Status.ASSESSED
    assert [evidence.claim_id for evidence in first.evidence_against] == ["c1"]


def test_without_claims_the_bundled_events_stay_as_they_are() -> None:
    assert merge_claims([], articles={}, theatre=THEATRE) == THEATRE.events


def test_the_finer_date_wins() -> None:
    (event,) = merge(claim(1, on=2, last=8, prec=3), claim(2, publisher="Herald", on=4))
    assert (event.date_start, event.date_end, event.date_prec) == (date(2030, 1, 4), date(2030, 1, 4), 1)


def test_the_bundled_theatre_is_not_judged_anew(theatre: Any) -> None:
    assert merge_claims([], articles={}, theatre=theatre) == theatre.events


# Two sources or one


def wordy(number: int, words: str, **about: Any) -> Claim:
    return replace(claim(number, **about), quote=words)


AGENCY = "Fighters of the Front entered Esk before dawn and took the police station and the town hall."


def test_a_text_that_two_papers_carry_is_one_source() -> None:
    (event,) = merge(wordy(1, AGENCY), wordy(2, AGENCY.replace("before dawn", "at dawn"), publisher="Herald"))
    assert event.status is Status.CLAIMED
    assert len(event.evidence_for) == 2


def test_two_papers_with_words_of_their_own_are_two_sources() -> None:
    other = "The Republic lost Esk on Friday, when the Front walked in without meeting any soldiers."
    (event,) = merge(wordy(1, AGENCY), wordy(2, other, publisher="Herald"))
    assert event.status is Status.ASSESSED


def test_a_paper_that_only_quotes_the_other_is_no_second_source() -> None:
    (event,) = merge(claim(1, publisher="Herald"), claim(2, speaker="the Herald newspaper"))
    assert event.status is Status.CLAIMED


def test_another_name_of_one_paper_is_no_second_source() -> None:
    named = replace(EMPTY, publishers=(Publisher("Post", "B", aliases=("The Morning Post",)),))
    articles = {**ARTICLES, "Herald": replace(ARTICLES["Herald"], publisher="The Morning Post")}
    claims = [claim(1), claim(2, publisher="Herald")]
    (event,) = merge_claims(claims, articles=articles, theatre=named)
    assert event.status is Status.CLAIMED


def test_three_statements_hold_two_sources_whatever_their_order() -> None:
    claims = [
        claim(1, publisher="Post", speaker="Herald"),
        claim(2, publisher="Herald"),
        claim(3, publisher="Post", speaker="a shopkeeper"),
    ]
    (event,) = merge(*claims)
    assert event.status is Status.ASSESSED


def test_two_partisan_papers_assess_nothing_in_favour_of_their_side() -> None:
    sided = replace(EMPTY, publishers=(Publisher("Post", "B", favours="FRO"), Publisher("Herald", "B", favours="FRO")))
    (event,) = merge_claims([claim(1), claim(2, publisher="Herald")], articles=ARTICLES, theatre=sided)
    assert event.status is Status.CLAIMED


def test_a_paper_of_the_rebels_counts_where_one_of_their_groups_loses() -> None:
    sided = replace(EMPTY, publishers=(Publisher("Herald", "C", favours="REB"),))
    lost = claim(1, publisher="Herald", actor="REP", opponent="FRO", kind=EventKind.REGAINS)
    (event,) = merge_claims([lost], articles=ARTICLES, theatre=sided)
    assert event.status is Status.ASSESSED


# What people said of events comes before the rules


def bond(number: int, one: str, action: str, other: str) -> Decision:
    return replace(decide(number, one, action), field="event", after=other)


def test_two_claims_that_are_not_the_same_event_make_two() -> None:
    apart = bond(1, "claim:c2", "separate", "claim:c1")
    events = merge(claim(1), claim(2, publisher="Herald"), decisions=(apart,))
    assert [event.status for event in events] == [Status.CLAIMED, Status.CLAIMED]
    assert len({event.id for event in events}) == 2


def test_a_claim_that_does_not_speak_of_a_bundled_event_makes_its_own() -> None:
    told = claim(1, place=PLACES[1], on=3)
    apart = bond(1, "claim:c1", "separate", f"event:{EVENTS[0].id}")
    events = merge_claims([told], articles=ARTICLES, theatre=THEATRE, decisions=[apart])
    assert len(events) == len(EVENTS) + 1


def test_claims_on_two_places_that_are_one_event_become_one() -> None:
    claims = (claim(1), claim(2, publisher="Herald", place=PLACES[5], on=7))
    assert len(merge(*claims)) == 2
    (event,) = merge(*claims, decisions=(bond(1, "claim:c2", "merge", "claim:c1"),))
    assert (event.place, event.status, len(event.evidence_for)) == (PLACES[4], Status.ASSESSED, 2)


def test_a_claim_can_be_put_to_a_bundled_event() -> None:
    told = claim(1, place=PLACES[5], on=9)
    tie = bond(1, "claim:c1", "merge", f"event:{EVENTS[0].id}")
    events = merge_claims([told], articles=ARTICLES, theatre=THEATRE, decisions=[tie])
    first = next(event for event in events if event.id == EVENTS[0].id)
    assert len(events) == len(EVENTS)
    assert [one.claim_id for one in first.evidence_for] == [None, "c1"]


def test_a_claim_for_another_side_that_is_put_to_an_event_stands_against_it() -> None:
    tie = bond(1, "claim:c2", "merge", "claim:c1")
    (event,) = merge(claim(1), claim(2, publisher="Herald", actor="COA"), decisions=(tie,))
    assert [one.claim_id for one in event.evidence_against] == ["c2"]
    assert event.actor == "FRO"


def test_the_order_of_claims_does_not_matter_where_people_tied_them() -> None:
    claims = [claim(1), claim(2, publisher="Herald", place=PLACES[5], on=7), claim(3, publisher="Rumour", on=5)]
    decisions = (bond(1, "claim:c2", "merge", "claim:c1"), bond(2, "claim:c3", "separate", "claim:c1"))
    assert merge(*claims, decisions=decisions) == merge(*reversed(claims), decisions=decisions)
