"""Candidates for claims on journeys: who went from where to where, in the text's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mapapp.claims.lexicon import Lexicon, has_word, inflect, read_table
from mapapp.claims.mood import Mood, auxiliaries_before, read_mood
from mapapp.claims.phrases import is_place
from mapapp.claims.words import Sentence, Word
from mapapp.model import Assertion, MentionKind, Resolution

_LONGEST_NAME = 14
_REACH_WORDS = 16
"""How far behind the verb its "from" and "to" are looked for."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A movement that a sentence may tell of."""

    sentence: Sentence
    index: int
    who: str | None
    origin: Resolution | None
    destination: Resolution | None
    mood: Mood
    strength: float
    is_flight: bool
    """It tells of flight, exile or asylum: a destination named elsewhere in the article may belong to it."""


@dataclass(frozen=True, slots=True)
class _Row:
    lemma: str
    particles: tuple[str, ...]
    role: str
    strength: float


@dataclass(frozen=True, slots=True)
class _Table:
    verbs: Mapping[str, tuple[tuple[_Row, str], ...]]
    raw: Mapping[str, Any]
    triggers: frozenset[str]


@cache
def _table() -> _Table:
    raw = read_table("movement")
    verbs: dict[str, list[tuple[_Row, str]]] = {}
    for phrase, role, strength in raw["verbs"]["rows"]:
        head, *particles = phrase.split()
        third, past, participle, gerund = raw["irregular"][head].split() if head in raw["irregular"] else inflect(head)
        forms = ((head, "base"), (third, "third"), (past, "past"), (participle, "participle"), (gerund, "gerund"))
        for form, kind in forms:
            verbs.setdefault(form, []).append((_Row(head, tuple(particles), role, strength), kind))
    ordered = {form: tuple(sorted(rows, key=lambda row: -len(row[0].particles))) for form, rows in verbs.items()}
    heads = [*verbs, *raw["granted"]["nouns"]]
    return _Table(ordered, raw, frozenset(heads))


def movement_triggers() -> frozenset[str]:
    """Return the words of which a sentence must hold one to be worth a look.

    >>> "fled" in movement_triggers()
    True
    """
    return _table().triggers


def is_told_without_end(text: str, *, start: int, end: int) -> bool:
    """Return whether a stretch may tell of a journey that names no place, as of somebody's asylum.

    >>> is_told_without_end("No word on his asylum.", start=0, end=22)
    True
    """
    return has_word(text, frozenset(_table().raw["granted"]["nouns"]), start=start, end=end)


def find_journeys(sentence: Sentence, *, text: str, lexicon: Lexicon) -> tuple[Journey, ...]:
    """Return the journeys that a sentence tells of, in order."""
    found: list[Journey] = []
    for index, word in enumerate(sentence.words):
        if word.place or word.party or word.date:
            continue
        if word.low in _table().raw["granted"]["nouns"]:
            found.extend(_granted(sentence, index, text, lexicon))
        elif word.low in _table().verbs:
            found.extend(_told(sentence, index, text, lexicon))
    return tuple(found)


def _granted(sentence: Sentence, index: int, text: str, lexicon: Lexicon) -> Iterator[Journey]:
    """Read "has been granted (political) asylum in X" and "no confirmation of the asylum of Y"."""
    words, table = sentence.words, _table().raw
    verb = next(
        (look for look in range(index - 1, max(-1, index - 5), -1) if words[look].low in table["granted"]["verbs"]),
        None,
    )
    after = index + 1
    destination = None
    if after + 1 < len(words) and words[after].low in ("in", "by"):
        destination = _place_after(words, after + 1)
    if verb is not None:
        who = _mover(words, verb, text, lexicon)
        mood = read_mood(words, index=verb, form="participle", place_index=index, lexicon=lexicon)
        if destination is not None:
            yield Journey(sentence, verb, who, None, destination, mood, 0.9, True)
        return
    low = [word.low for word in words[:index]]
    if (
        index >= 2
        and words[index - 1].low in ("'s", "’s")
        and "confirmation" in low
        and ("no" in low or "without" in low)
    ):
        # nobody who would know has confirmed it: that speaks against the journey
        first = index - 2
        mood = Mood(Assertion.DENIED, frozenset(("negated",)))
        who = text[words[first].start : words[first].end]
        yield Journey(sentence, index, who, None, destination, mood, 0.7, True)


def _place_after(words: Sequence[Word], start: int) -> Resolution | None:
    """Return the place of the noun phrase that begins at a word."""
    for look in range(start, min(len(words), start + 8)):
        word = words[look]
        if word.place is not None and word.place.mention.kind is not MentionKind.DEMONYM:
            return word.place if is_place(word) else None
        if word.low in (",", ".", ";", "and", "(", "from", "to", "for", "by", "with", "”") or word.party is not None:
            return None
        if word.text[:1].isupper() and word.place is None and look > start:
            return None  # a name that no gazetteer knows
    return None


def _told(sentence: Sentence, index: int, text: str, lexicon: Lexicon) -> Iterator[Journey]:
    words = sentence.words
    before = words[index - 1].low if index else ""
    if before in lexicon.words["determiners"] or before in ("-", "of"):
        return
    for row, kind in _table().verbs[words[index].low]:
        if kind == "base" and not _can_be_verb(words, index, lexicon):
            continue
        if kind == "gerund" and index and (words[index - 1].place is not None or before in ("last", "first", "main")):
            continue  # "the last crossing to X"
        if row.lemma in _table().raw["only_passive"]["verbs"] and not _is_passive(words, index, lexicon):
            continue
        after = index + 1
        if any(
            after + number >= len(words) or words[after + number].low != particle
            for number, particle in enumerate(row.particles)
        ):
            continue
        after += len(row.particles)
        origin, destination = _ends(words, after, row, lexicon)
        if (origin is None and destination is None) or (row.role == "both" and None in (origin, destination)):
            return
        who = _mover(words, index, text, lexicon)
        mood = read_mood(words, index=index, form=kind, place_index=index, lexicon=lexicon)
        if who is None and kind in ("base", "third"):
            return
        if who is not None and not {part.lower() for part in who.split()}.isdisjoint(
            _table().raw["not_a_mover"]["words"]
        ):
            return
        is_flight = row.lemma in ("flee", "escape", "seek", "go", "leave") or bool(row.particles)
        strength = row.strength if origin is None or destination is None else min(1.0, row.strength + 0.2)
        yield Journey(sentence, index, who, origin, destination, mood, strength, is_flight)
        return


def _can_be_verb(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    """Return whether a base form ("transport", "head") is a verb here, and not a noun."""
    if index == 0:
        return False
    before = words[index - 1]
    low = before.low
    if low == "to" or low in lexicon.words["modals"] or low in lexicon.words["pronouns"] or before.party is not None:
        return True
    return low in ("and", "not", "n't", "n’t") or (
        low.endswith("s") and before.place is None and not low.endswith("ss")
    )


def _is_passive(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    _, group = auxiliaries_before(words, index, lexicon=lexicon)
    return any(low in lexicon.words["be"] for low in group) or (index > 0 and words[index - 1].low.endswith("s"))


def _ends(
    words: Sequence[Word], start: int, row: _Row, lexicon: Lexicon
) -> tuple[Resolution | None, Resolution | None]:
    """Return origin and destination by the prepositions behind the verb."""
    table = _table().raw["prepositions"]
    origin: Resolution | None = None
    destination: Resolution | None = None
    look = start
    if row.role == "origin" and look < len(words):
        skip = look
        while (
            skip < len(words)
            and words[skip].low in ("the", "city", "town", "of", "capital", "village", "besieged", "region")
            and words[skip].place is None
        ):
            skip += 1
        if skip < len(words) and is_place(words[skip]):
            origin = words[skip].place
            look = skip + 1
            follows = words[look].low if look < len(words) else ""
            if follows in _table().raw["not_a_mover"]["after_place"] or follows in ("'s", "’s"):
                return None, None
    while look < min(len(words), start + _REACH_WORDS):
        word = words[look]
        low = word.low
        if low in (";", ".", "”", "“", "?") or (low in lexicon.speech["verbs"] and word.party is None):
            break
        if low == "before" and row.lemma in ("take", "fly") and look > start:
            look += 1  # "took off, heading west before turning towards X": one journey
            continue
        if (
            low in ("as", "when", "while", "after", "before", "because", "who", "which", "where", "but")
            and look > start
        ):
            break
        if low in table["origin"] or (low == "out" and look + 1 < len(words) and words[look + 1].low == "of"):
            origin = origin or _place_after(words, look + (2 if low == "out" else 1))
        elif low in table["destination"]:
            is_end = (
                row.lemma in table["ending"]
                if low in ("in", "at", "inside")
                else row.lemma in table["heading"]
                if low in ("for", "towards", "toward")
                else True
            )
            if is_end:
                destination = destination or _place_after(words, look + 1)
        look += 1
    return origin, destination


def _mover(words: Sequence[Word], index: int, text: str, lexicon: Lexicon) -> str | None:
    """Return the subject in the text's own words: the noun phrase before the verb group."""
    last, _ = auxiliaries_before(words, index, lexicon=lexicon)
    while last >= 0 and (words[last].low in ("reportedly", "also", "then") or words[last].date is not None):
        last -= 1
    if last >= 0 and words[last].low in (",", "and", "before", "after", "by", "while", "to"):
        # a participle or a second verb: the subject stands farther left
        last = _earlier_subject(words, last, lexicon)
    if last >= 0 and words[last].low in ("who", "which", "that"):
        last -= 1
        if last >= 0 and words[last].low == ",":
            last -= 1
    if last < 0:
        return None
    first = _phrase_start(words, last, lexicon)
    if first is None:
        last = _earlier_subject(words, last, lexicon)
        first = _phrase_start(words, last, lexicon) if last >= 0 else None
    if first is None:
        return None
    return text[words[first].start : words[last].end]


def _phrase_start(words: Sequence[Word], last: int, lexicon: Lexicon) -> int | None:
    """Return where the noun phrase begins that ends at a word; None where none ends there."""
    closed = lexicon.words
    end = words[last]
    if end.low in closed["prepositions"] or end.low in closed["determiners"] or not end.text[:1].isalnum():
        return None
    if end.low in lexicon.verbs and end.party is None and end.low not in closed["armed"]:
        return None
    first = last
    while first > 0 and last - first < _LONGEST_NAME:
        word = words[first - 1]
        low = word.low
        if word.party or word.place or low == "of" or low in ("'s", "’s", "-", "and", "carrying"):
            pass
        elif low == "," and word.end == words[first].start and words[first].low.isdigit():
            pass  # 3,000
        elif not word.text[:1].isalnum() or word.date is not None:
            break
        elif low in closed["prepositions"] or low in closed["subordinators"] or low in closed["pronouns"]:
            if not (low == "to" and first >= 2 and words[first - 2].low in ("believed", "thought", "said")):
                break
        elif (
            (low in lexicon.speech["verbs"] and low != "believed")
            or (low in closed["be"] and low not in ("be",))
            or low in closed["have"]
            or low in closed["modals"]
            or low in closed["adverbs"]
            or (low in lexicon.verbs and low not in closed["armed"] and low not in closed["sites"])
        ):
            break
        first -= 1
    while first <= last and (
        words[first].low in ("and", "of", "'s", "’s", "-", "meanwhile", "then", "later", "•")
        or words[first].date is not None
    ):
        first += 1
    return first if first <= last else None


def _earlier_subject(words: Sequence[Word], index: int, lexicon: Lexicon) -> int:
    """Return the last word of the sentence's first noun phrase before a verb, for "X fled A, seeking refuge in B"."""
    verbs = lexicon.verbs
    for look in range(index):
        low = words[look].low
        if (
            look
            and words[look].party is None
            and words[look].place is None
            and (low in _table().verbs or low in verbs or low in lexicon.words["be"] or low in lexicon.words["have"])
        ):
            last, _ = auxiliaries_before(words, look, lexicon=lexicon)
            return last
    return -1
