"""The ranker: it was trained on what ships, its chances are chances, and an unknown clue weighs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.claims.evaluate import read_gold
from mapapp.claims.ranking import NOTHING, RANKER, probabilities, read_ranker
from mapapp.claims.training import digest_of, read_passages, training_files

ROOT = Path(__file__).resolve().parents[3]
MOST_BYTES = 5_000_000
FEWEST_PASSAGES = 2000


def test_the_table_was_trained_on_the_passages_that_ship_with_it() -> None:
    assert read_ranker().trained_on == digest_of(training_files()), "the passages have changed: run `make train`"


def test_there_are_enough_passages_and_the_table_is_small() -> None:
    passages = read_passages(training_files())
    assert len(passages) == read_ranker().passages >= FEWEST_PASSAGES
    assert RANKER.stat().st_size <= MOST_BYTES


def test_no_passage_of_the_gold_is_learned_from() -> None:
    known = {" ".join(passage.text.lower().split()) for passage in read_passages(training_files())}
    gold = [one for path in sorted((ROOT / "tests" / "gold" / "claims").glob("*.toml")) for one in read_gold(path)]
    assert not [passage.text for passage in gold if " ".join(passage.text.lower().split()) in known]


def test_no_passage_stands_twice() -> None:
    texts = [passage.text for passage in read_passages(training_files())]
    assert len(texts) == len(set(texts))


@given(st.dictionaries(st.sampled_from(sorted(read_ranker().weights)), st.floats(-50, 50), max_size=200))
def test_chances_add_up_to_one_whatever_the_clues(clues: dict[str, float]) -> None:
    chances = probabilities(clues, ranker=read_ranker())
    assert sum(chances.values()) == pytest.approx(1.0)
    assert all(0.0 <= chance <= 1.0 for chance in chances.values())


@given(st.dictionaries(st.text(max_size=20).map("unheard of: {}".format), st.floats(-50, 50), max_size=20))
def test_what_was_never_seen_weighs_nothing(clues: dict[str, float]) -> None:
    assert probabilities(clues, ranker=read_ranker()) == probabilities({}, ranker=read_ranker())


def test_without_any_clue_nothing_is_likeliest() -> None:
    chances = probabilities({}, ranker=read_ranker())
    assert max(chances, key=lambda group: chances[group]) == NOTHING
