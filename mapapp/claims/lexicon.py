"""The word tables of the claim extractor, read once from `geodata/lexicon` and made ready for look-up."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from geodata import ROOT

_DOUBLING = frozenset("bdgmnprt")
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class VerbSense:
    """One way in which a verb form can mean something here."""

    lemma: str
    verb_class: str
    particles: tuple[str, ...]
    """Words that must follow the verb: "over" of "take over"."""
    prepositions: frozenset[str]
    """One of them must stand before the place; empty = the place is the object. "out of" is one entry."""
    strength: float


@dataclass(frozen=True, slots=True)
class NounSense:
    """One way in which a noun can name an occurrence."""

    noun_class: str
    prepositions: frozenset[str]
    strength: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word tables, by lower-case word."""

    verbs: Mapping[str, tuple[tuple[VerbSense, str], ...]]
    """Form -> senses, each with the kind of form: base, third, past, participle, gerund."""
    nouns: Mapping[str, tuple[NounSense, ...]]
    governors: Mapping[str, tuple[tuple[str, str], ...]]
    """Form of a verb that governs "control" -> (class, kind of form)."""
    control_nouns: frozenset[str]
    held_suffixes: frozenset[str]
    held_participles: frozenset[str]
    strongholds: frozenset[str]
    words: Mapping[str, frozenset[str]]
    """Closed classes by name."""
    share: Mapping[str, float]
    """Word for a part -> about how much of the whole."""
    mood: Mapping[str, Any]
    speech: Mapping[str, Any]
    weights: Mapping[str, float]
    trigger_classes: Mapping[str, str]
    """Word -> the class of what it tells: of its first sense as a verb, else as a noun."""
    triggers: frozenset[str]
    """Words of which a sentence must hold one to be worth a look."""


def read_table(name: str) -> Mapping[str, Any]:
    """Return one table of `geodata/lexicon` as it stands.

    >>> "weights" in read_table("claim_weights")
    True
    """
    return tomllib.loads((ROOT / "lexicon" / f"{name}.toml").read_text(encoding="utf-8"))


def inflect(lemma: str) -> tuple[str, str, str, str]:
    """Return third person, past, participle and -ing form of a regular verb.

    >>> inflect("seize")
    ('seizes', 'seized', 'seized', 'seizing')
    >>> inflect("occupy")
    ('occupies', 'occupied', 'occupied', 'occupying')
    """
    if lemma.endswith("e"):
        return lemma + "s", lemma + "d", lemma + "d", lemma[:-1] + "ing"
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ies", lemma[:-1] + "ied", lemma[:-1] + "ied", lemma + "ing"
    third = lemma + ("es" if lemma.endswith(("s", "x", "ch", "sh", "z")) else "s")
    if lemma[-1] in _DOUBLING and lemma[-2] in _VOWELS and lemma[-3:-2] not in _VOWELS and len(lemma) <= 4:
        return third, lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"
    return third, lemma + "ed", lemma + "ed", lemma + "ing"


def _forms(lemma: str, irregular: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    third, past, participle, gerund = irregular[lemma].split() if lemma in irregular else inflect(lemma)
    return ((lemma, "base"), (third, "third"), (past, "past"), (participle, "participle"), (gerund, "gerund"))


@cache
def read_lexicon() -> Lexicon:
    """Return the tables; the same object every time.

    >>> [sense.verb_class for sense, form in read_lexicon().verbs["recaptured"]]
    ['retake', 'retake']
    """
    control = read_table("control")
    irregular = control["irregular"]
    verbs: dict[str, list[tuple[VerbSense, str]]] = defaultdict(list)
    for verb_class, rows in control["verbs"].items():
        for phrase, prepositions, strength in rows:
            head, *particles = phrase.split()
            sense = VerbSense(head, verb_class, tuple(particles), _alternatives(prepositions), strength)
            for form, kind in _forms(head, irregular):
                verbs[form].append((sense, kind))
    nouns: dict[str, list[NounSense]] = defaultdict(list)
    for noun_class, rows in control["nouns"].items():
        for noun, prepositions, strength in rows:
            nouns[noun].append(NounSense(noun_class, _alternatives(prepositions), strength))
    governors: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for governed_class, lemmas in control["control_governors"].items():
        for phrase in lemmas:
            for form, kind in _forms(phrase.split()[0], irregular):
                if (governed_class, kind) not in governors[form]:
                    governors[form].append((governed_class, kind))
    words = {name: frozenset(rows) for name, rows in control["words"].items() if name != "share"}
    held = control["held"]
    heads: set[str] = {*verbs, *nouns, *control["control_nouns"]["nouns"], *held["strongholds"], "hands"}
    return Lexicon(
        verbs={form: tuple(sorted(senses, key=_longest_first)) for form, senses in verbs.items()},
        nouns={noun: tuple(senses) for noun, senses in nouns.items()},
        governors={form: tuple(rows) for form, rows in governors.items()},
        control_nouns=frozenset(control["control_nouns"]["nouns"]),
        held_suffixes=frozenset(held["suffixes"]),
        held_participles=frozenset(held["participles"]),
        strongholds=frozenset(held["strongholds"]),
        words=words,
        share=control["words"]["share"],
        mood=_freeze(read_table("mood")),
        speech=_freeze(read_table("speech")),
        weights=_calibrated(read_table("claim_weights")),
        trigger_classes={
            **dict.fromkeys(control["control_nouns"]["nouns"], "control"),
            **dict.fromkeys((*held["participles"], *held["strongholds"], "hands"), "hold"),
            **{noun: senses[0].noun_class for noun, senses in nouns.items()},
            **{form: senses[0][0].verb_class for form, senses in verbs.items()},
        },
        triggers=frozenset(head.split()[0] for head in heads | set(held["suffixes"])),
    )


def _calibrated(table: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the weights, each as sure as the calibration says."""
    temperature = float(table["calibration"]["temperature"])
    return {name: weight * temperature for name, weight in table["weights"].items()}


def _longest_first(row: tuple[VerbSense, str]) -> tuple[int, int]:
    sense = row[0]
    return -len(sense.particles), -bool(sense.prepositions)


def _alternatives(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split("|") if word)


def _freeze(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Turn every list of words into a set, for look-up."""
    return {
        key: _freeze(value) if isinstance(value, dict) else frozenset(value) if isinstance(value, list) else value
        for key, value in table.items()
    }


_WORD = re.compile(r"[a-z]+")


def has_word(text: str, words: frozenset[str], *, start: int, end: int) -> bool:
    """Return whether one of the words stands between two offsets.

    >>> has_word("Rebels Seized it.", frozenset(("seized",)), start=0, end=17)
    True
    """
    return not words.isdisjoint(_WORD.findall(text[start:end].lower()))
