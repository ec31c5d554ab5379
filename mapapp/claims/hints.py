"""Candidates that words only hint at: a telling word near a place, without the grammar that would make it sure.

What is proposed here is doubtful by construction (`shape` is "loose"); it is there for the scorer to rank, and for a
person to look at. The words are in `geodata/lexicon/hints.toml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mapapp.claims.agents import NOBODY, Party, party_at
from mapapp.claims.candidates import LOOSE, Candidate, View
from mapapp.claims.lexicon import Lexicon, read_lexicon, read_table
from mapapp.claims.phrases import COMPASS, PlaceFound, is_place
from mapapp.claims.words import Word

GAP = 4
"""Words that may stand between two steps of a hint."""

HALVING = 9.0
"""A hint this far from its place, in words and breaks, is worth half of one beside it."""

LEAST_STRENGTH = 0.14
"""Below this a hint says nothing about a place."""

MOST_PLACES = 40
"""Places of one sentence that are looked at; a longer list is a table."""

LOCATES = 0.3
"""What is left of a hint at a place that only says where something else lies."""

_LENGTHS = frozenset(("km", "kilometres", "kilometers", "miles", "outside", "hours", "minutes"))
_WAYS = frozenset(("road", "highway", "way", "route", "close", "next"))
_CLASHES = frozenset(("enter", "attack", "fight"))
_STOPS = frozenset((".", ";", "?", "!"))
_OURS = frozenset(("ours", "theirs", "hers"))
_BREAKS: Mapping[str, float] = {
    ",": 2.0, "and": 1.0, "but": 4.0, ":": 2.0, "—": 3.0, "–": 3.0, "(": 2.0, ")": 2.0, "who": 3.0, "which": 3.0,
    "where": 4.0, "while": 5.0, "when": 5.0, "after": 4.0, "before": 5.0, "because": 5.0, "“": 4.0, "”": 4.0, '"': 3.0,
    "though": 5.0, "although": 5.0, "as": 3.0, ";": 8.0, ".": 10.0, "if": 6.0, "since": 3.0,
}  # fmt: skip
"""What a sign or a word between a hint and a place adds to their distance."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One row of the table."""

    name: str
    steps: tuple[frozenset[str], ...]
    key: int
    """The step with the rarest words, from which the others are looked for."""
    verb_class: str
    strength: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A hint in a sentence."""

    hint: Hint
    index: int
    """Word of the key step."""
    first: int
    last: int


@cache
def read_hints() -> tuple[Hint, ...]:
    """Return the table of hints.

    >>> "hold" in {hint.verb_class for hint in read_hints()}
    True
    """
    closed = read_lexicon().words
    common = closed["be"] | closed["have"] | closed["prepositions"] | closed["determiners"] | closed["adverbs"]
    found = []
    for row in read_table("hints")["hint"]:
        steps = tuple(frozenset(step.split("|")) for step in row["words"].split())
        key = min(range(len(steps)), key=lambda number: sum(_commonness(word, common) for word in steps[number]))
        name = "_".join(step.split("|")[0] for step in row["words"].split()[:3])
        found.append(Hint(f"hint_{name}", steps, key, row["class"], float(row["strength"])))
    return tuple(found)


def _commonness(word: str, common: frozenset[str]) -> int:
    return 1000 if word in ("@party", "@place") else 50 if word.startswith("@") else 20 if word in common else 1


@cache
def _by_word() -> Mapping[str, tuple[Hint, ...]]:
    table: dict[str, list[Hint]] = defaultdict(list)
    for hint in read_hints():
        for word in hint.steps[hint.key]:
            table[word].append(hint)
    return {word: tuple(hints) for word, hints in table.items()}


@cache
def hint_words() -> frozenset[str]:
    """Return the words of which a sentence must hold one to be worth a look.

    >>> "capitulated" in hint_words()
    True
    """
    return frozenset(word for word in _by_word() if word.isalpha()) | _OURS


def find_hits(words: Sequence[Word], *, lexicon: Lexicon) -> tuple[Hit, ...]:
    """Return the hints of a sentence, in order."""
    table = _by_word()
    found: list[Hit] = []
    for index, word in enumerate(words):
        if word.date is not None or word.party is not None or word.place is not None:
            continue
        hints = table.get(word.low) or (table.get("@ours", ()) if _is_ours(words, index) else ())
        for hint in hints:
            first = _reach(words, index, hint.steps[: hint.key][::-1], -1, lexicon)
            last = _reach(words, index, hint.steps[hint.key + 1 :], 1, lexicon)
            if first is not None and last is not None:
                found.append(Hit(hint, index, first, last))
    return tuple(found)


def _reach(
    words: Sequence[Word], index: int, steps: Sequence[frozenset[str]], direction: int, lexicon: Lexicon
) -> int | None:
    """Return the word of the last step when they follow one another from a word on; None where one is missing."""
    at = index
    for step in steps:
        for look in range(at + direction, at + direction * (GAP + 2), direction):
            if not 0 <= look < len(words) or words[look].low in _STOPS:
                return None
            if _fits(words, look, step, lexicon):
                at = look
                break
        else:
            return None
    return at


def _fits(words: Sequence[Word], index: int, step: frozenset[str], lexicon: Lexicon) -> bool:
    word = words[index]
    if is_place(word):
        return "@place" in step
    if "@party" in step and (word.party is not None or (word.low in lexicon.words["armed"] and word.place is None)):
        return True
    if "@ours" in step and _is_ours(words, index):
        return True
    return word.low in step and word.party is None and word.place is None and word.date is None


def _is_ours(words: Sequence[Word], index: int) -> bool:
    """Return whether a word says whose something is, with nothing behind it: "theirs", "Damascus's."."""
    word = words[index]
    if word.low in _OURS:
        return not (index and words[index - 1].low == "of")  # "a friend of theirs"
    if word.low not in ("'s", "’s") or index == 0:
        return False
    owner = words[index - 1]
    follows = words[index + 1].low if index + 1 < len(words) else "."
    return (owner.party is not None or owner.place is not None) and follows in (".", ",", ";", "again", "and", "—", "–")


def find_hinted(view: View, *, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Return doubtful candidates for the places of a sentence about which the sure readings (`found`) say nothing.

    At most one on a change and one on holding for each place: that of the nearest and strongest hint.
    """
    words = view.words
    places = [word for word in words if is_place(word)][:MOST_PLACES]
    if not places:
        return
    told = {(_group(one.verb_class), _place_id(words[one.place.index])) for one in found}
    hits = find_hits(words, lexicon=view.lexicon)
    for word in places:
        best: dict[str, tuple[float, Hit]] = {}
        for hit in hits:
            group = _group(hit.hint.verb_class)
            if (group, _place_id(word)) in told:
                continue
            strength = hit.hint.strength * 2.0 ** (-_distance(words, hit, word.index) / HALVING)
            strength *= LOCATES if only_locates(words, word.index) else 1.0
            if strength >= LEAST_STRENGTH and (group not in best or strength > best[group][0]):
                best[group] = (strength, hit)
        for strength, hit in best.values():
            yield _candidate(view, word.index, hit, strength)


def only_locates(words: Sequence[Word], at: int) -> bool:
    """Return whether a place only says where something else lies: "east of X", "near X", "on the road to X"."""
    low = [word.low for word in words[max(0, at - 4) : at]]
    if low and low[-1] in ("near", "outside", "beside", "neighbouring", "bordering"):
        return True
    return len(low) > 1 and (
        (low[-1] in ("of", "from") and (low[-2] in COMPASS or low[-2] in _LENGTHS))
        or (low[-1] == "to" and low[-2] in _WAYS)
    )


def _group(verb_class: str) -> str:
    return "clash" if verb_class in _CLASHES else "hold" if verb_class == "hold" else "change"


def _place_id(word: Word) -> str:
    resolution = word.place
    if resolution is None:
        return ""
    return resolution.place.id if resolution.place else resolution.mention.surface


def _distance(words: Sequence[Word], hit: Hit, at: int) -> float:
    """Return how far a place stands from a hint: words, and more for each sign that another clause begins."""
    if hit.first <= at <= hit.last:
        return 0.0
    low, high = (hit.last, at) if at > hit.last else (at, hit.first)
    cost = 0.0
    for word in words[low + 1 : high]:
        if word.place is not None or word.date is not None:
            cost += 0.5  # a list of places, a date between, lead no farther away
        else:
            cost += 1.0 + _BREAKS.get(word.low, 0.0)
    return cost


def _candidate(view: View, at: int, hit: Hit, strength: float) -> Candidate:
    mood = view.mood(hit.index, form=_form(view, hit), place_index=at)
    actor, opponent = _sides(view, hit)
    return Candidate(
        view.sentence,
        hit.index,
        hit.hint.verb_class,
        PlaceFound(at),
        actor,
        opponent,
        mood,
        round(strength, 3),
        LOOSE,
        is_now=hit.hint.verb_class == "hold",
        measures={"loose": 1.0, hit.hint.name: 1.0, "breaks": _distance(view.words, hit, at) / 5.0},
    )


def _form(view: View, hit: Hit) -> str:
    """Return the form under which the mood of the telling word is judged."""
    low = view.words[hit.index].low
    kinds = {kind for _, kind in view.lexicon.verbs.get(low, ())}
    for kind in ("past", "participle", "third", "gerund", "base"):
        if kind in kinds:
            return kind
    return "gerund" if low.endswith("ing") else "noun"


def _sides(view: View, hit: Hit) -> tuple[Party, Party]:
    """Return who is likely to hold the place afterwards, and who before: those nearest to the hint."""
    verb_class = hit.hint.verb_class
    behind = view.agent(hit.index + 1)
    subject = view.subject(hit.index)
    named = _named_within(view, hit)
    if verb_class == "expel":
        driven = _after(view, hit.index, ())
        if behind.code is not None:
            return behind, subject
        return (subject, driven) if driven.code is not None and driven.code != subject.code else (NOBODY, subject)
    if verb_class in ("lose", "leave", "give"):
        taker = _after(view, hit.index, ("to",))
        loser = next((one for one in (subject, named, _only_party(view)) if one.code is not None), NOBODY)
        return taker, loser if loser.code != taker.code else NOBODY
    if verb_class == "fall":
        to = _after(view, hit.index, ("to", "into", "under"))
        return (to if to.code is not None else named), NOBODY
    order = (named, behind, subject) if verb_class in ("retake", "hold") else (behind, subject, named)
    return next((one for one in order if one.code is not None), _only_party(view)), NOBODY


def _named_within(view: View, hit: Hit) -> Party:
    """Return the party that stands within the hint or right behind it: "back in government hands"."""
    words = view.words
    for look in range(hit.first, hit.last + 1):
        if words[look].party is not None:
            return party_at(words, look, actors=view.actors)
    if hit.first > 0 and words[hit.first].low in ("'s", "’s") and words[hit.first - 1].party is not None:
        return party_at(words, hit.first - 1, actors=view.actors)
    for look in range(hit.last + 1, min(len(words), hit.last + 5)):
        if words[look].low not in ("of", "the", "its", "under", "a", "an", "with", "by"):
            return party_at(words, look, actors=view.actors) if words[look].party is not None else NOBODY
    return NOBODY


def _after(view: View, index: int, wanted: tuple[str, ...]) -> Party:
    """Return the party that stands behind one of the words, within the clause; any party where none is wanted."""
    words = view.words
    for look in range(index + 1, min(len(words), index + 12)):
        if words[look].low in (";", ".", "”", "“"):
            break
        if words[look].party is None:
            continue
        back = look - 1
        while back > index and words[back].low in ("the", "a", "its", "local"):
            back -= 1
        if not wanted or words[back].low in wanted:
            return party_at(words, look, actors=view.actors)
    return NOBODY


def _only_party(view: View) -> Party:
    """Return the one party that a sentence names, if it names only one; else whom the sentence before was about."""
    found = {
        word.party.codes[0]: word.index
        for word in view.words
        if word.party is not None and word.party.codes and word.party.codes[0] in view.actors and word.place is None
    }
    if len(found) == 1:
        party = party_at(view.words, next(iter(found.values())), actors=view.actors)
        return Party(party.code, "article", party.index)
    if not found and view.last_subject is not None and view.last_subject.code is not None:
        return Party(view.last_subject.code, "article", None, view.last_subject.is_state)
    return NOBODY
