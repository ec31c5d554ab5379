"""Hints propose, doubtfully, where no grammar is read; each has a sentence in which the same words tell nothing."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from geodata import ROOT
from mapapp.claims.candidates import View
from mapapp.claims.control import find_candidates
from mapapp.claims.hints import find_hits, read_hints
from mapapp.claims.lexicon import read_lexicon
from mapapp.claims.parties import actors_by_code, alias_table, find_parties
from mapapp.claims.words import Sentence, build_sentence
from mapapp.model import Candidate, Mention, MentionKind, Resolution
from tests.invented import ACTORS, PLACES

ROWS: list[dict[str, Any]] = tomllib.loads((ROOT / "lexicon" / "hints.toml").read_text(encoding="utf-8"))["hint"]
ACTORS_BY_CODE = actors_by_code(ACTORS)
NAMES = {place.name: place for place in PLACES}


def places_of(text: str) -> tuple[Resolution, ...]:
    """Find the invented towns by name."""
    found = []
    for match in re.finditer(r"\b(?:" + "|".join(NAMES) + r")\b", text):
        mention = Mention("0" * 64, match.start(), match.end(), match.group(), MentionKind.TOPONYM)
        found.append(Resolution(mention, (Candidate(NAMES[match.group()], 0.9),), 1, 0.9))
    return tuple(found)


def sentence_of(text: str) -> Sentence:
    return build_sentence(
        text,
        number=0,
        span=(0, len(text)),
        places=places_of(text),
        parties=find_parties(text, actors=ACTORS),
        dates=(),
    )


def hits_of(text: str, number: int) -> list[str]:
    wanted = read_hints()[number]
    return [hit.hint.name for hit in find_hits(sentence_of(text).words, lexicon=read_lexicon()) if hit.hint == wanted]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["words"].split("|")[0] for row in ROWS])
def test_a_hint_is_seen_where_it_tells_and_not_where_it_means_something_else(number: int) -> None:
    assert hits_of(ROWS[number]["yes"], number)
    assert not hits_of(ROWS[number]["no"], number)


def test_every_hint_has_a_name_of_its_own() -> None:
    names = [hint.name for hint in read_hints()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", ROWS, ids=[row["words"].split("|")[0] for row in ROWS])
def test_what_is_hinted_at_is_proposed_for_that_place(row: dict[str, Any]) -> None:
    sentence = sentence_of(row["yes"])
    proposed = find_candidates(View(sentence, read_lexicon(), ACTORS_BY_CODE, None, "", alias_table(ACTORS)))
    assert "Alda" in {sentence.words[candidate.place.index].text for candidate in proposed}


def test_a_sure_reading_needs_no_hint() -> None:
    sentence = sentence_of("The Front captured Alda.")
    view = View(sentence, read_lexicon(), ACTORS_BY_CODE, None, "", alias_table(ACTORS))
    assert [candidate.shape for candidate in find_candidates(view)] == ["active"]
