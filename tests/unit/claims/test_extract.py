"""What sentences say about who holds a place: kinds, parties, dates, speakers, and what they do not say.

The country is invented, so nothing here can lean on a name that the program knows.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from mapapp.claims.extract import extract_claims, publication_day
from mapapp.model import (
    Article,
    Assertion,
    Candidate,
    Claim,
    EventKind,
    Mention,
    MentionKind,
    Place,
    Resolution,
)
from tests.invented import PLACES, THEATRE

NAMES = {place.name: place for place in PLACES} | {
    "West province": Place("invented:w", "West", 45.5, 10.5, "A", "ADM1", country="XA", adm1_pcode="XA01"),
    "the capital": PLACES[0],
    "Otherland": Place("invented:o", "Otherland", 40, 5, "A", "PCLI", country="XB"),
}
PATTERN = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))


def read(text: str, *, published: str | None = "2030-01-09", publisher: str | None = None) -> tuple[Claim, ...]:
    article = Article(
        id=sha256(text.encode()).hexdigest(),
        text=text,
        publisher=publisher,
        published=datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None,
    )
    resolutions = []
    for match in PATTERN.finditer(text):
        place = NAMES[match.group()]
        kind = MentionKind.DESCRIPTION if match.group() == "the capital" else MentionKind.TOPONYM
        mention = Mention(article.id, match.start(), match.end(), match.group(), kind)
        where_prec = {"ADM1": 4, "PCLI": 6}.get(place.feature_code, 1)
        resolutions.append(Resolution(mention, (Candidate(place, 0.95),), where_prec, 0.95))
    return extract_claims(article, resolutions=resolutions, theatre=THEATRE)


def shown(text: str, **known: str | None) -> tuple[Claim, ...]:
    return tuple(claim for claim in read(text, **known) if claim.score >= 0.5)


def named(claim: Claim) -> str:
    return claim.place.mention.surface if claim.place else ""


@pytest.mark.parametrize(
    ("text", "kind", "place", "actor"),
    [
        ("The Front captured Bree on Monday.", EventKind.OVERTAKES, "Bree", "FRO"),
        ("Bree was captured by the Front.", EventKind.OVERTAKES, "Bree", "FRO"),
        ("Bree fell to the Front last week.", EventKind.OVERTAKES, "Bree", "FRO"),
        ("The capture of Bree by rebels came at dawn.", EventKind.OVERTAKES, "Bree", "REB"),
        ("Rebels took control of Bree on Monday.", EventKind.OVERTAKES, "Bree", "REB"),
        ("The government retook Carn on Sunday.", EventKind.REGAINS, "Carn", "REP"),
        ("Rebels withdrew from Carn overnight.", EventKind.TRANSFER, "Carn", None),
        ("Rebels handed Carn over to the government.", EventKind.TRANSFER, "Carn", "REP"),
        ("The Front took Dorn without a fight.", EventKind.TRANSFER, "Dorn", "FRO"),
        ("Rebels stormed the capital on Tuesday.", EventKind.CLASH, "the capital", "REB"),
        ("Clashes broke out in Esk between the Front and the Coalition.", EventKind.CLASH, "Esk", None),
        ("The Coalition still controls Fell.", EventKind.REPORTED, "Fell", "COA"),
        ("Shells hit rebel-held Esk.", EventKind.REPORTED, "Esk", "REB"),
        ("Rebels led by the Front seized Dorn.", EventKind.OVERTAKES, "Dorn", "FRO"),
        ("The whole of West province has been captured by rebels.", EventKind.OVERTAKES, "West province", "REB"),
    ],
)
def test_a_sentence_becomes_one_claim_of_its_kind(text: str, kind: EventKind, place: str, actor: str | None) -> None:
    (claim,) = shown(text)
    assert (claim.kind, named(claim), claim.actor) == (kind, place, actor)


def test_every_place_of_a_list_gets_its_own_claim() -> None:
    claims = shown("Rebels seized the towns of Bree, Carn and Dorn on Monday.")
    assert sorted(named(claim) for claim in claims) == ["Bree", "Carn", "Dorn"]


@pytest.mark.parametrize("opening", ["", "State media said ", "State media said that the towns of "])
def test_every_subject_of_a_passive_gets_its_own_claim_whoever_tells_it(opening: str) -> None:
    claims = shown(f"{opening}Bree, Carn and Dorn were captured by the Front on Monday.")
    assert {(named(claim), claim.actor) for claim in claims} == {("Bree", "FRO"), ("Carn", "FRO"), ("Dorn", "FRO")}


def test_what_a_place_went_through_before_stands_between_it_and_its_verb() -> None:
    claims = shown("Bree, shelled for weeks and kept under siege by tanks, was captured by the Front on Monday.")
    assert {(claim.kind, claim.actor) for claim in claims if named(claim) == "Bree"} >= {(EventKind.OVERTAKES, "FRO")}


def test_what_is_said_behind_a_place_and_its_country_is_said_of_the_place() -> None:
    claims = shown("The families went to Bree district in northern Otherland, which is held by the Front.")
    assert {named(claim) for claim in claims if claim.kind is EventKind.REPORTED} == {"Bree"}


def test_villages_beside_a_place_are_not_the_place_and_what_is_joined_to_them_is_meant_itself() -> None:
    claims = shown("The Front seized Alda and fifteen villages west of Bree on Monday, as well as Carn.")
    assert {named(claim) for claim in claims} == {"Alda", "Carn"}


def test_on_the_left_bank_nobody_leaves() -> None:
    (claim,) = shown("Bree, on the left bank, fell to the Front on Monday.")
    assert (claim.kind, claim.actor) == (EventKind.OVERTAKES, "FRO")


def test_who_was_forced_to_withdraw_has_withdrawn() -> None:
    (claim,) = shown("Heavy shelling forced rebels to withdraw from Bree on Monday.")
    assert (claim.kind, claim.opponent) == (EventKind.TRANSFER, "REB")


def test_of_an_advance_only_the_goal_is_claimed() -> None:
    (claim,) = shown("Rebels advanced from Bree towards Carn.")
    assert (claim.kind, named(claim)) == (EventKind.CLASH, "Carn")


def test_who_lost_the_place_is_the_opponent() -> None:
    (claim,) = shown("The Front captured Bree from the Coalition.")
    assert (claim.actor, claim.opponent) == ("FRO", "COA")


def test_villages_in_a_province_are_a_vague_claim_on_it() -> None:
    (claim,) = shown("Rebels seized dozens of villages in West province.")
    assert claim.place is not None
    assert claim.place.where_prec == 5


def test_villages_in_several_provinces_are_vague_claims_on_each() -> None:
    claims = shown("Rebels Capture 6 Villages in Alda, Bree, Carn")
    assert {(named(claim), claim.place.where_prec >= 5) for claim in claims if claim.place} == {
        ("Alda", True),
        ("Bree", True),
        ("Carn", True),
    }


def test_of_a_site_of_one_place_named_after_another_the_last_is_meant() -> None:
    claims = sorted(read("Rebels seized Alda air base of Bree on Monday."), key=lambda claim: claim.score)
    assert named(claims[-1]) == "Bree"


def test_part_of_a_place_is_told() -> None:
    (claim,) = shown("Rebels captured half of Bree.")
    assert claim.share == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Rebels plan to capture Bree.",
        "The army hopes to retake Bree.",
        "If rebels captured Bree, the road would be cut.",
        "Will the Front take Bree?",
        "The fall of Bree would change everything.",
        "The Front is poised to take Bree.",
        "Otherland keeps bases in Bree and Carn.",
        "Otherland supports the government in Alda.",
        "The minister visited Bree.",
        "Jets struck Bree.",
        "The leader gave a speech in Bree and declared victory.",
        "The runner from Bree captured the title in Carn.",
        "He took over as chief executive of a bank in Bree.",
        "The photographer captured Bree at dawn.",
        "Three men were captured near Bree.",
        "Rents fell in Bree.",
        "Rebel Leader Declares Victory",
        "In recent years, Bree-based opposition movements had improved their military capabilities.",
        "Also on Monday, Kay went to a house where the Front was staying in Bree.",
    ],
)
def test_what_only_looks_like_a_control_change_makes_no_claim(text: str) -> None:
    assert [claim for claim in shown(text) if claim.kind is not EventKind.MOVEMENT] == []


@pytest.mark.parametrize(
    "text", ["Rebels failed to seize Bree on Monday.", "Rebels had fought since Monday to drive the army out of Bree."]
)
def test_a_failed_attempt_is_fighting_without_a_change(text: str) -> None:
    assert {claim.kind for claim in read(text) if claim.score >= 0.35} == {EventKind.CLASH}


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("Rebels captured Bree.", Assertion.ASSERTED),
        ("Rebels reportedly captured Bree.", Assertion.HEDGED),
        ("Rebels are believed to have captured Bree.", Assertion.HEDGED),
        ("Rebels may have captured Bree.", Assertion.SPECULATED),
        ("The government denied that rebels had captured Bree.", Assertion.DENIED),
        ("Rebels have not captured Bree.", Assertion.DENIED),
    ],
)
def test_how_surely_it_is_said(text: str, assertion: Assertion) -> None:
    (claim,) = shown(text)
    assert claim.assertion is assertion


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Rebels captured Bree on Monday.", None),
        ("Rebels captured Bree, according to two residents.", "two residents"),
        ("A war monitor said rebels had captured Bree.", "A war monitor"),
        ("Rebels captured Bree on Monday, a spokesman said.", "a spokesman"),
        (
            "News agency XAN, citing palace sources, confirmed that rebels captured Bree.",
            "News agency XAN, citing palace sources",
        ),
    ],
)
def test_who_says_it(text: str, speaker: str | None) -> None:
    (claim,) = shown(text)
    assert claim.speaker == speaker


def test_a_date_of_its_own_makes_background_a_claim_of_that_date() -> None:
    (claim,) = shown("Bree, captured by the Front in 2016, is quiet.")
    assert (claim.date_start, claim.date_end, claim.date_prec) == (date(2016, 1, 1), date(2016, 12, 31), 5)


def test_a_day_after_the_publication_is_no_day_and_takes_none_from_beside_it() -> None:
    claims = shown("Rebels captured Bree on 4 January. The Front captured Carn on 20 January 2030.")
    assert {named(claim): claim.date_start for claim in claims} == {"Bree": date(2030, 1, 4), "Carn": None}


def test_the_day_on_which_a_holding_is_told_does_not_keep_a_stretch_wide() -> None:
    text = "The Front captured Bree over the past week. Rebels stormed Bree on 6 January. The Front still holds Bree."
    days = {(claim.date_start, claim.date_end) for claim in shown(text) if claim.kind is EventKind.OVERTAKES}
    assert days == {(date(2030, 1, 6), date(2030, 1, 6))}


def test_without_a_day_of_publication_the_date_stays_unknown() -> None:
    (claim,) = shown("Rebels captured Bree on January 3.", published=None)
    assert (claim.date_start, claim.date_end, claim.date_prec) == (None, None, None)


def test_a_longer_stretch_narrows_to_the_day_that_the_article_names_for_the_place() -> None:
    claims = shown("Rebels gained control of Bree over the past week. On January 7 rebels stormed Bree.")
    assert {(claim.date_start, claim.date_end) for claim in claims} == {(date(2030, 1, 7), date(2030, 1, 7))}


def test_a_flight_gets_the_end_that_the_article_names_for_the_same_person() -> None:
    claims = shown("President Ordo has been granted asylum in Otherland. Ordo fled Alda on January 8.")
    flight = next(claim for claim in claims if claim.origin is not None)
    assert flight.who == "Ordo"
    assert flight.destination is not None
    assert flight.destination.mention.surface == "Otherland"


def test_a_pronoun_stands_for_who_acted_before() -> None:
    claims = shown("The Front announced an offensive. They captured Bree a day later.")
    assert [claim.actor for claim in claims] == ["FRO"]


def test_quotes_stand_in_the_text_and_ids_are_stable() -> None:
    text = "  Some news.\n\nRebels captured Bree. “Nothing happened in Carn,” he said."
    claims = read(text)
    assert claims
    assert all(text[claim.start : claim.end] == claim.quote for claim in claims)
    assert [claim.id for claim in claims] == [claim.id for claim in read(text)]


def test_the_grade_comes_from_the_publisher() -> None:
    assert read("Rebels captured Bree.", publisher="The Invented Post")[0].grade == "B3"
    assert read("Rebels captured Bree.")[0].grade == "F6"


def test_a_text_without_places_has_no_claims() -> None:
    assert read("Rebels captured it.") == ()
    assert read("") == ()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2030-01-04T00:00:00+00:00", 4), ("2030-01-04T23:30:00+00:00", 5), ("2030-01-04T12:00:00+00:00", 4)],
)
def test_the_day_of_publication_is_the_local_one(moment: str, expected: int) -> None:
    article = Article(id="x", text="", published=datetime.fromisoformat(moment))
    day = publication_day(article, timezone="Europe/Rome")
    assert day is not None
    assert day.day == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Herald could not independently verify reports that rebels captured Bree on Monday.",
        "The Institute cannot confirm claims that the Front seized Bree on Monday.",
        "The Herald could not independently confirm that Bree had fallen to the Front.",
        "The Herald was unable to verify reports that the Front had captured Bree.",
        "Our reporters have not been able to confirm that rebels took Bree on Monday.",
        "The Herald couldn't verify that the Front took control of Bree.",
    ],
)
def test_what_somebody_could_not_verify_is_hedged_and_is_not_his_word(text: str) -> None:
    claims = read(text)
    assert claims
    assert {(claim.assertion, claim.speaker) for claim in claims} == {(Assertion.HEDGED, None)}


def test_a_doubt_about_other_reports_leaves_the_sentence_before_alone() -> None:
    claims = read("The Front captured Bree on Monday. The Herald could not verify reports that the Front took Carn.")
    assert [(named(claim), claim.assertion) for claim in claims] == [
        ("Bree", Assertion.ASSERTED),
        ("Carn", Assertion.HEDGED),
    ]


@pytest.mark.parametrize("mark", [": ", " – ", " - ", " — "])
def test_the_day_at_the_head_of_an_entry_dates_all_of_it_and_nothing_after_it(mark: str) -> None:
    text = (
        f"3 January{mark}Rebels enter Alda. Bree is taken by the Front. There was little fighting. It rained. "
        "Carn is captured by the Front. Dorn falls.\n\nEsk is taken by the Coalition."
    )
    days = {named(claim): (claim.date_start, claim.date_prec) for claim in read(text)}
    told = (date(2030, 1, 3), 1)
    assert {days[name] for name in ("Alda", "Bree", "Carn", "Dorn")} == {told}
    assert days["Esk"] != told


def test_a_day_alone_on_its_line_dates_the_paragraph_below() -> None:
    (claim,) = read("3 January 2030\nBree is taken by the Front.")
    assert (claim.date_start, claim.date_prec) == (date(2030, 1, 3), 1)


def test_its_troops_are_those_of_who_speaks() -> None:
    text = "Rebels captured Bree. The defence ministry says reports that its troops pulled out of Carn are false."
    (claim,) = (one for one in read(text) if named(one) == "Carn")
    assert claim.assertion is Assertion.DENIED
    assert claim.speaker == "The defence ministry"
    assert "REB" not in (claim.actor, claim.opponent)


def test_a_place_told_only_to_locate_another_has_no_claim() -> None:
    assert [named(one) for one in read("Rebels took control of Bree, east of Carn, late on Monday.")] == ["Bree"]
    assert [named(one) for one in read("Rebels took the hamlet of Bree, near Carn, on Monday.")] == ["Bree"]
    assert [named(one) for one in read("Rebels took the hamlet of Kay, near Carn, on Monday.")] == ["Kay"]
    assert [named(one) for one in read("Rebels took the hamlet of Kay near Carn on Monday.")] == ["Kay"]


def test_the_evening_alone_does_not_make_the_day_of_publication_sure() -> None:
    claims = read("Rebels took control of Bree late in the evening.")
    assert claims
    assert all(claim.date_prec != 1 for claim in claims)


def test_a_lorry_convoy_that_leaves_hands_nothing_over() -> None:
    (claim,) = read("A convoy of trucks left Bree for Carn.")
    assert claim.kind is EventKind.MOVEMENT


@pytest.mark.parametrize("verb", ["moved", "drove", "rolled", "was sent", "advanced"])
def test_a_force_that_moves_from_one_place_to_another_is_a_movement(verb: str) -> None:
    moves = [one for one in read(f"A convoy of armour {verb} from Bree to Carn on Monday.") if one.who]
    assert [(one.kind, one.who) for one in moves] == [(EventKind.MOVEMENT, "A convoy of armour")]
    assert moves[0].origin is not None
    assert moves[0].destination is not None
