"""Which side a common noun means: by the group named before, by the day, by the one rival that a sentence names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mapapp.claims.agents import Party
from mapapp.claims.extract import extract_claims
from mapapp.claims.homes import Home, as_stranger, find_home
from mapapp.claims.parties import find_parties
from mapapp.model import Actor, Article, Claim, EventKind
from tests.invented import THEATRE
from tests.unit.claims.test_hints import places_of

ACTORS = (
    Actor("BLUE", "Blue League", aliases=("the Blue League", "Blue League militants")),
    Actor("REBELS", "Rebels, not named", aliases=("rebels", "militants"), is_generic=True, members=("BLUE",)),
)


def read(text: str, *, day: str = "2030-01-04") -> tuple[Claim, ...]:
    article = Article(id="1" * 64, text=text, published=datetime.fromisoformat(day).replace(tzinfo=UTC), language="en")
    return extract_claims(article, resolutions=places_of(text), theatre=THEATRE)


def sides_of(text: str, *, day: str = "2030-01-04") -> set[tuple[str | None, str | None]]:
    return {(claim.actor, claim.opponent) for claim in read(text, day=day) if claim.score >= 0.5}


def test_militants_are_the_group_named_before_that_is_also_called_so() -> None:
    found = find_parties("The Blue League came. The militants stayed.", actors=ACTORS)
    assert [party.codes for party in found] == [("BLUE",), ("BLUE",)]


@pytest.mark.parametrize(
    "text", ["The militants stayed.", "The Blue League came. Rebels stayed.", "Clear skies. The militants stayed."]
)
def test_militants_without_such_a_group_and_rebels_stay_nobody_in_particular(text: str) -> None:
    assert find_parties(text, actors=ACTORS)[-1].codes == ("REBELS",)


def test_who_fights_a_party_is_not_that_party() -> None:
    assert find_parties("Anti-Blue League fighters came.", actors=ACTORS) == ()


def test_a_place_that_falls_goes_to_the_one_rival_that_the_sentence_names() -> None:
    assert sides_of("Bree fell on Wednesday, and the Front celebrated.") == {("FRO", None)}


def test_of_two_rivals_none_is_chosen() -> None:
    assert sides_of("Bree fell on Wednesday, and the Front and the Coalition celebrated.") == {(None, None)}


def test_the_government_of_a_day_after_its_end_is_another_one() -> None:
    assert sides_of("The government captured Bree on 4 January 2030.") == {("REP", None)}
    assert sides_of("The government captured Bree on 3 May 2030.", day="2030-05-04") == {(None, None)}
    assert sides_of("The government captured Bree on 4 January 2030.", day="2030-05-04") == {("REP", None)}


def test_who_announces_his_withdrawal_is_who_left() -> None:
    assert ("FRO") in {one[1] for one in sides_of("The Front announced a withdrawal from Bree.")}


def test_of_other_countries_only_names_of_their_own_are_known() -> None:
    by_code = {actor.code: actor for actor in ACTORS}
    assert as_stranger(Party("REBELS", "generic", 3), actors=by_code) == Party(None, "unlisted", 3, False)
    assert as_stranger(Party("BLUE", "known", 3), actors=by_code).code == "BLUE"


SUDAN_LIKE = replace(
    THEATRE,
    code="rivers",
    actors=(
        Actor("NAT", "National Army", aliases=("the army", "army forces", "Khor government"), is_state=True),
        Actor("RAG", "Rapid Guards", aliases=("RAG", "the paramilitaries", "paramilitary fighters")),
        Actor("HIL", "Hill Movement", aliases=("HM-North",)),
        Actor("OTH", "Armed groups, not named", aliases=("rebels",), is_generic=True, members=("RAG", "HIL")),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The RAG overran Bree on Sunday.", (EventKind.OVERTAKES, "RAG", None)),
        ("The army recaptured Bree from the paramilitaries.", (EventKind.REGAINS, "NAT", "RAG")),
        ("Bree, held by the Hill Movement since 2029, was quiet.", (EventKind.REPORTED, "HIL", None)),
        ("The Rapid Guards pulled out of Bree under the deal.", (EventKind.TRANSFER, None, "RAG")),
        ("Soldiers walked into Bree and raised the flag; the National Army said so.", (EventKind.REGAINS, "NAT", None)),
    ],
)
def test_another_war_is_read_with_the_same_words(text: str, expected: tuple[EventKind, str | None, str | None]) -> None:
    article = Article(id="2" * 64, text=text, published=datetime(2030, 1, 4, tzinfo=UTC), language="en")
    claims = extract_claims(article, resolutions=places_of(text), theatre=SUDAN_LIKE)
    assert expected in {(claim.kind, claim.actor, claim.opponent) for claim in claims}


def test_an_article_is_at_home_where_most_of_its_places_are() -> None:
    resolutions = places_of("Alda and Bree")
    assert find_home(resolutions, country="XA") == Home("XA", is_elsewhere=False)
    assert find_home(resolutions, country="XB") == Home("XB", is_elsewhere=True)


def takers_of_bree(text: str) -> set[str | None]:
    return {claim.actor for claim in read(text) if claim.place and claim.place.mention.surface == "Bree"}


def test_the_alliance_is_that_of_its_leader_where_the_text_tells_of_one() -> None:
    text = "An alliance led by the Front attacked on Monday. The alliance captured Bree on Tuesday."
    assert takers_of_bree(text) == {"FRO"}


def test_the_alliance_is_nobody_for_sure_where_the_text_tells_of_two() -> None:
    text = "An alliance led by the Front met an alliance led by the clans on Monday. The alliance took Bree on Tuesday."
    assert [party.surface for party in find_parties(text, actors=THEATRE.actors)] == ["the Front"]
