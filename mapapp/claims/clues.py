"""Clues: what stands around a place in a sentence, as named features for the ranker.

A clue is a name like `before=seiz` (a word before the place, without its ending), `pp=<take> the` (the two words before
it; `<take>` is any word of that class of the lexicon), `r:irrealis` (what the rules noticed) or `d:parties` (what kind
of text it is). Names are never clues: PLACE, PARTY, NAME, DATE and NUMBER stand for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mapapp.claims.candidates import Candidate
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.mood import read_mood
from mapapp.claims.phrases import is_place
from mapapp.claims.words import Sentence, Word
from mapapp.model import Resolution

REACH_WORDS = 12
"""Words to either side of the place that may tell something about it."""

TRIGGER_REACH_WORDS = 25

RULES_COUNT = 1.5
"""What the rules noticed is learned more freely than single words: its clues are this much larger."""

_STOPS = frozenset((";", ":", "."))
_COMMAS = frozenset((",", ";", "(", ")", "–", "—"))
_ENDINGS = ("ing", "ed", "es", "s", "d", "e")
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What kind of text a sentence stands in."""

    words: int
    triggers: int
    parties: int
    sure: int
    """Candidates that the rules are sure of."""

    def clues(self) -> Iterator[tuple[str, float]]:
        """Yield the clues of the text, each between 0 and about 1."""
        per_word = 1.0 / max(20, self.words)
        yield "d:triggers", min(1.0, 10 * self.triggers * per_word)
        yield "d:parties", min(1.0, 10 * self.parties * per_word)
        yield "d:sure", min(1.0, self.sure / 3)
        yield "d:sure_rate", min(1.0, 20 * self.sure * per_word)
        yield "d:length", min(1.5, math.log10(max(10, self.words)) - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as the clues see it: each word without its name and without its ending."""

    sentence: Sentence
    stems: tuple[str, ...]
    classes: tuple[str, ...]
    """As `stems`, with the class of the lexicon in the stead of a word that has one."""
    triggers: tuple[str | None, ...]
    before: str
    """The class of the last telling word of the sentence before; empty = it had none."""


@cache
def stem(word: str) -> str:
    """Return a word without its ending; short words stay.

    >>> [stem(word) for word in ("seized", "seizes", "towns", "held")]
    ['seiz', 'seiz', 'town', 'held']
    """
    if len(word) <= _SHORTEST_STEM:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def triggers_of(sentence: Sentence, *, lexicon: Lexicon) -> tuple[str | None, ...]:
    """Return the class of every word that the lexicon knows; None = it tells nothing, or is a name."""
    known = lexicon.trigger_classes
    return tuple(
        known.get(word.low) if word.place is None and word.party is None and word.date is None else None
        for word in sentence.words
    )


def read_line(sentence: Sentence, *, triggers: tuple[str | None, ...], before: str) -> Line:
    """Return a sentence as the clues see it."""
    stems = tuple(_name_of(word) or stem(word.low) for word in sentence.words)
    classes = tuple(f"<{found}>" if found else one for one, found in zip(stems, triggers, strict=True))
    return Line(sentence, stems, classes, triggers, before)


def _name_of(word: Word) -> str:
    """Return what stands for a name; empty for a common word."""
    if is_place(word):
        return "PLACE"
    if word.party is not None or word.place is not None:
        return "PARTY"
    if word.date is not None:
        return "DATE"
    if word.text[:1].isdigit():
        return "NUMBER"
    return "NAME" if word.index and word.text[:1].isupper() else ""


def clues_of(
    line: Line,
    *,
    index: int,
    resolution: Resolution,
    proposals: Sequence[tuple[str, Candidate, Mapping[str, float], float]],
    surroundings: Surroundings,
    home: str,
    lexicon: Lexicon,
) -> dict[str, float]:
    """Return the clues of the place at a word.

    `proposals`: what the rules propose for it: group, candidate, features and score. `home`: the theatre's country.
    """
    clues: dict[str, float] = dict(surroundings.clues())
    clues.update(dict.fromkeys(_neighbours(line, index), 1.0))
    for side, step in (("L", -1), ("R", 1)):
        clues.update(dict.fromkeys(_nearest_trigger(line, index, step, side, lexicon), 1.0))
    stems = line.stems
    clues[f"parties={min(stems.count('PARTY'), 2)}"] = 1.0
    clues[f"party before={'PARTY' in stems[:index]}"] = 1.0
    clues[f"party after={'PARTY' in stems[index + 1 :]}"] = 1.0
    clues[f"sentence={min(line.sentence.number, 4)}"] = 1.0
    clues[f"last trigger={line.before}"] = 1.0
    if stems[-1] == "?":
        clues["question"] = 1.0
    if any(mark in stems for mark in ('"', "“")):
        clues["quote"] = 1.0
    clues[f"kind={resolution.mention.kind.value}"] = 1.0
    clues[f"precision={resolution.where_prec}"] = 1.0
    place = resolution.place
    country = place.country if place else None
    clues["place sure"] = resolution.score - 0.7
    if place is None:
        clues[f"unlisted {resolution.score:.1f}"] = 1.0
        clues[f"unlisted words={min(resolution.mention.surface.count(' '), 2)}"] = 1.0
    elif place.feature_code == "PPLC" and country != home:
        clues["foreign capital"] = 1.0
    clues["where=home" if country == home else "where=abroad" if country else "where=unknown"] = 1.0
    clues.update(_rules_clues(proposals))
    return clues


def _neighbours(line: Line, index: int) -> Iterator[str]:
    stems, classes = line.stems, line.classes
    last = len(stems)

    def at(position: int) -> str:
        return classes[position] if 0 <= position < last else "|"

    for away in (1, 2, 3):
        yield f"p{away}={at(index - away)}"
        yield f"n{away}={at(index + away)}"
    yield f"pp={at(index - 2)} {at(index - 1)}"
    yield f"nn={at(index + 1)} {at(index + 2)}"
    yield f"pn={at(index - 1)} {at(index + 1)}"
    for side, step in (("before", -1), ("after", 1)):
        position = index + step
        while 0 <= position < last and abs(position - index) <= REACH_WORDS and stems[position] not in _STOPS:
            yield f"{side}={stems[position]}"
            yield f"{side}={classes[position]}"
            position += step
    for found in set(stems):
        yield f"in={found}"


def _nearest_trigger(line: Line, index: int, step: int, side: str, lexicon: Lexicon) -> Iterator[str]:
    stems, triggers = line.stems, line.triggers
    commas = places = parties = 0
    position, away = index + step, 0
    while 0 <= position < len(stems) and away < TRIGGER_REACH_WORDS:
        found = triggers[position]
        if found is not None:
            yield f"{side}={found}"
            yield f"{side}={stems[position]}"
            yield f"{side}={found} {min(away // 3, 3)}"
            yield f"{side}={found} commas {min(commas, 2)} places {min(places, 2)}"
            yield f"{side}={found} party {bool(parties)}"
            yield f"{side}={stems[position - 1] if position else '|'} {found}"
            yield f"{side}={found} {stems[position + 1] if position + 1 < len(stems) else '|'}"
            words = line.sentence.words
            form = "noun" if words[position].low in lexicon.nouns else "past"
            for name in read_mood(words, index=position, form=form, place_index=index, lexicon=lexicon).features:
                yield f"{side} mood={name}"
            return
        commas += stems[position] in _COMMAS
        places += stems[position] == "PLACE"
        parties += stems[position] == "PARTY"
        position += step
        away += 1
    yield f"{side}=nothing"


def _rules_clues(proposals: Sequence[tuple[str, Candidate, Mapping[str, float], float]]) -> Iterator[tuple[str, float]]:
    if not proposals:
        yield "rules=nothing", RULES_COUNT
    for group, candidate, features, score in proposals:
        yield f"rules={group}", RULES_COUNT
        yield f"rules={group} {candidate.shape}", RULES_COUNT
        yield f"rules={candidate.verb_class} {candidate.shape}", RULES_COUNT
        yield f"rules={group} score {int(score * 5)}", RULES_COUNT
        yield f"score {group}", RULES_COUNT * _log_odds(score)
        yield f"score {candidate.shape}", RULES_COUNT * _log_odds(score)
        for name, value in features.items():
            yield f"r:{name}", RULES_COUNT * value


def _log_odds(score: float) -> float:
    """Return how sure the rules are, from -4 (not at all) to 4."""
    return max(-4.0, min(4.0, math.log(max(score, 1e-6) / max(1.0 - score, 1e-6))))
