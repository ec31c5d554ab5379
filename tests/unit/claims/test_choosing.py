"""The choosers: trained on what ships, chances are chances, and what nobody names stays unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.claims.choosing import CHOICES, chances, read_chooser
from mapapp.claims.extract import extract_claims
from mapapp.claims.training import digest_of, training_files
from mapapp.model import Article, Claim, EventKind
from tests.invented import THEATRE
from tests.unit.claims.test_hints import places_of

TABLES = ("actor", "day")
MOST_BYTES = 1_000_000


def read(text: str, *, day: str = "2030-01-09") -> tuple[Claim, ...]:
    article = Article("1" * 64, text, published=datetime.fromisoformat(day).replace(tzinfo=UTC), language="en")
    return extract_claims(article, resolutions=places_of(text), theatre=THEATRE)


def told(text: str, place: str) -> Claim:
    """Return the surest claim on a place."""
    own = [claim for claim in read(text) if claim.place is not None and claim.place.mention.surface == place]
    return max(own, key=lambda claim: claim.score)


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_were_trained_on_the_passages_that_ship_with_them(name: str) -> None:
    assert read_chooser(name).trained_on == digest_of(training_files()), "the passages have changed: run `make train`"
    assert CHOICES.stat().st_size <= MOST_BYTES


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_chances_add_up_to_one_whatever_the_clues(name: str, data: st.DataObject) -> None:
    known = st.sampled_from(sorted(read_chooser(name).weights))
    clues = st.dictionaries(known | st.text(max_size=20), st.floats(-50, 50), max_size=50)
    found = chances(data.draw(st.lists(clues, min_size=1, max_size=8)), chooser=read_chooser(name))
    assert sum(found) == pytest.approx(1.0)
    assert all(0.0 <= chance <= 1.0 for chance in found)


@pytest.mark.parametrize("name", TABLES)
def test_options_without_known_clues_are_equally_likely(name: str) -> None:
    assert chances([{"unheard of": 1.0}, {}], chooser=read_chooser(name)) == [0.5, 0.5]


def test_no_clue_holds_the_name_of_a_party_or_a_place() -> None:
    names = ("sdf", "hts", "gov", "syria", "aleppo", "assad", "islamic state")
    assert not [clue for name in TABLES for clue in read_chooser(name).weights if clue.lower() in names]


def test_a_town_that_falls_goes_to_who_took_the_others_of_its_paragraph() -> None:
    text = "The Front captured Alda and Bree on Monday. Carn followed. Dorn was overrun the same night."
    assert told(text, "Dorn").actor == "FRO"


@pytest.mark.parametrize(
    "text",
    ["Bree and Carn were overrun within hours on Friday.", "Days after the fall of Bree, shops there reopened."],
)
def test_where_nobody_is_named_nobody_is_chosen(text: str) -> None:
    assert {claim.actor for claim in read(text)} <= {None}


def test_who_was_driven_out_is_not_who_took_it() -> None:
    claim = told("Government forces were expelled from Bree on Monday.", "Bree")
    assert claim.actor != "REP"
    assert claim.kind is not EventKind.REGAINS


def test_a_day_of_another_sentence_is_less_precise_than_one_of_its_own() -> None:
    text = "On 3 January the Front attacked along the river. Its fighters captured Bree."
    claim = told(text, "Bree")
    assert claim.date_start == date(2030, 1, 3)
    assert claim.date_prec == 2


@given(st.sampled_from(["2030-01-09", "2030-02-01"]), st.sampled_from(["3 January", "20 February", "June 2031", "May"]))
def test_no_chosen_day_lies_behind_the_publication(published: str, named: str) -> None:
    text = f"Talks are due on {named}. The Front captured Bree. Carn fell. It met on {named}."
    days = {claim.date_start for claim in read(text, day=published)} - {None}
    assert all(one is not None and one <= date.fromisoformat(published) for one in days)
