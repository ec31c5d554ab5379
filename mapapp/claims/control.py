"""Candidates for claims on control and fighting: the telling words of a sentence, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mapapp.claims.candidates import Candidate, View
from mapapp.claims.hints import find_hinted
from mapapp.claims.holding import is_control_noun, read_control_of, read_hands, read_held_compound, read_stronghold
from mapapp.claims.nouns import looks_like_verb, read_noun
from mapapp.claims.verbs import read_verb
from mapapp.claims.words import Word

MOST_TRIGGERS = 40
"""Telling words of one sentence that are looked at; a sentence with more is no prose."""


def find_candidates(view: View) -> tuple[Candidate, ...]:
    """Return all candidates of a sentence, in the order of their triggers, doubtful ones included."""
    found: list[Candidate] = []
    triggers = 0
    for index, word in enumerate(view.words):
        if word.date is not None or word.party is not None or word.place is not None:
            continue
        if word.low not in view.lexicon.triggers:
            continue
        triggers += 1
        if triggers > MOST_TRIGGERS:
            break
        found.extend(_at_word(view, index, word))
    found.extend(find_hinted(view, found=found))
    return tuple(found)


def _at_word(view: View, index: int, word: Word) -> Iterator[Candidate]:
    lexicon, low = view.lexicon, word.low
    before = view.words[index - 1].low if index else ""
    if before in ("-", "‑") and low in lexicon.held_suffixes:
        yield from read_held_compound(view, index)
        return
    if before in ("-", "‑") and index > 1 and view.words[index - 2].low == "re" and low in lexicon.verbs:
        for one in read_verb(view, index):
            yield replace(one, verb_class="retake" if one.verb_class == "take" else one.verb_class)
        return
    if low in lexicon.control_nouns and is_control_noun(view, index):
        yield from read_control_of(view, index)
        return
    if low == "hands":
        yield from read_hands(view, index)
        return
    if low in lexicon.strongholds:
        yield from read_stronghold(view, index)
        return
    if low in lexicon.nouns and not looks_like_verb(view, index):
        yield from read_noun(view, index)
        return
    if low in lexicon.verbs:
        yield from read_verb(view, index)
