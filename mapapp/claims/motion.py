"""Verbs whose place hangs on a preposition or on somebody else: out of, into, to, over to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mapapp.claims.agents import NOBODY, Party, find_party_right
from mapapp.claims.candidates import Candidate, View
from mapapp.claims.grammar import (
    compound_party,
    gapped_places,
    list_behind_colon,
    object_party,
    preposition_at,
    to_party,
    voice_of,
)
from mapapp.claims.lexicon import VerbSense
from mapapp.claims.mood import auxiliaries_before
from mapapp.claims.passives import walk_left
from mapapp.claims.phrases import walk_right
from mapapp.claims.words import Word

_VEHICLES = frozenset(("convoy", "column", "columns", "vehicles", "tanks", "fleet", "jets", "warplanes"))
"""That these leave a place gives nothing up."""


def is_force(view: View, party: Party) -> bool:
    """Return whether who leaves a place is a force, and not one person, who gives up no place by leaving it."""
    if party.index is None or party.basis == "unlisted":
        is_vehicle = party.index is not None and view.words[party.index].low in _VEHICLES
        return party.basis in ("pronoun", "unlisted") and not is_vehicle
    word = view.words[party.index]
    actor = view.actors.get(party.code or "")
    tail = word.low.split()[-1] if word.low.split() else ""
    return (
        tail in view.lexicon.words["armed"]
        or word.text.isupper()
        or (
            actor is not None
            and word.low in (actor.name.lower(), *(name.lower() for name in actor.aliases if name.isupper()))
        )
        or any(later.low in view.lexicon.words["armed"] for later in view.words[party.index + 1 : party.index + 4])
    )


def read_with_preposition(  # noqa: PLR0912 - one branch per class
    view: View, index: int, after: int, sense: VerbSense, kind: str
) -> Iterator[Candidate]:
    words = view.words
    start = look = after
    if sense.prepositions:
        look = after
        # "withdrew its troops from", "pulled back overnight from", "clashed with X in"
        while look < len(words) and look < after + 8:
            preposition, start = preposition_at(words, look, sense.prepositions)
            if preposition:
                break
            low = words[look].low
            if (
                low in (";", ".", "”", ":")
                or (low == "," and sense.verb_class != "fight")
                or low in view.lexicon.words["be"]
            ):
                return
            look += 1
        else:
            return
        if look >= len(words):
            return
    elif voice_of(view, index, kind) == "passive":
        yield from _passive_entry(view, index, after, sense)
        return
    if sense.verb_class == "leave" and _carries_others(words[after:look], view):
        return
    places = walk_right(words, start, lexicon=view.lexicon)
    if not places:
        return
    subject = view.subject(index)
    if sense.verb_class == "leave" and not is_force(view, subject):
        return
    if sense.verb_class == "enter" and subject.basis == "unlisted" and not is_force(view, subject):
        return
    for place in places:
        mood = view.mood(index, form=kind, place_index=place.index)
        actor, opponent = (NOBODY, subject) if sense.verb_class == "leave" else (subject, NOBODY)
        if sense.verb_class == "fight":
            opponent = object_party(view, after, start)
        yield Candidate(view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "active")


def _carries_others(between: Sequence[Word], view: View) -> bool:
    """Return whether what leaves is not a force: "evacuated women and children from X"."""
    closed = view.lexicon.words
    if any(word.party is not None or word.low in closed["armed"] for word in between):
        return False
    small = closed["determiners"] | closed["adverbs"] | closed["prepositions"] | {"and", "back", "out"}
    return any(
        word.low.isalpha() and word.low not in small and not word.low.endswith("ly") and word.date is None
        for word in between
    )


def _passive_entry(view: View, index: int, after: int, sense: VerbSense) -> Iterator[Candidate]:
    for place in walk_left(view.words, index, lexicon=view.lexicon):
        mood = view.mood(index, form="participle", place_index=place.index)
        yield Candidate(
            view.sentence, index, sense.verb_class, place, view.agent(after), NOBODY, mood, sense.strength, "passive"
        )


def read_expel(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = voice_of(view, index, kind)
    look = after
    limit = min(len(words), after + 14)
    while look < limit:
        preposition, start = preposition_at(words, look, sense.prepositions)
        if preposition:
            break
        if words[look].low in (";", ".", "”", ":"):
            return
        look += 1
    else:
        return
    places = walk_right(words, start, lexicon=view.lexicon)
    if not places:
        return
    driven = object_party(view, after, look)
    if any(word.low in ("to", "into", "towards") for word in words[after:look]):
        return  # "was driven to A from B"
    is_passive = voice == "passive" or (voice == "either" and look == after and driven.code is None)
    if is_passive:
        opponent, actor = view.subject(index), view.agent(places[-1].index + 1)
        if actor.code is None and actor.basis == "none":
            actor = view.agent(after) if "by" in {word.low for word in words[after:look]} else actor
    else:
        actor, opponent = view.subject(index), driven
        if opponent.code is None and not any(
            word.low in view.lexicon.words["armed"] or word.low in ("them", "it") for word in words[after:look]
        ):
            return  # drove something else out of the place: trucks, people
    if is_passive and opponent.basis in ("other", "none"):
        return
    for place in places:
        mood = view.mood(index, form="participle" if is_passive else kind, place_index=place.index)
        yield Candidate(
            view.sentence, index, "expel", place, actor, opponent, mood, sense.strength,
            "passive" if is_passive else "active",
        )  # fmt: skip


def read_clear(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = voice_of(view, index, kind)
    if voice == "passive":
        places = walk_left(words, index, lexicon=view.lexicon)
        preposition, start = preposition_at(words, after, sense.prepositions)
        actor = view.agent(after)
    else:
        places = walk_right(words, after, lexicon=view.lexicon)
        if not places:
            return
        preposition, start = preposition_at(words, places[-1].index + 1, sense.prepositions)
        actor = view.subject(index)
    if not places or not preposition:
        return
    opponent = find_party_right(words, start, actors=view.actors, lexicon=view.lexicon, reach=6)
    if opponent.code is None and opponent.basis != "unlisted":
        return
    for place in places:
        mood = view.mood(index, form=kind if voice != "passive" else "participle", place_index=place.index)
        yield Candidate(
            view.sentence, index, "take", place, actor, opponent, mood, sense.strength,
            "passive" if voice == "passive" else "active",
        )  # fmt: skip


def read_give(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = voice_of(view, index, kind)
    if voice == "passive":
        places = walk_left(words, index, lexicon=view.lexicon)
        giver = view.agent(after)
        taker = to_party(view, after)
        if taker.code is None and taker.basis != "unlisted" and "to" in sense.prepositions:
            return
    else:
        start = after
        if start < len(words) and words[start].low in view.lexicon.control_nouns:
            start += 2
        places = walk_right(words, start, lexicon=view.lexicon)
        if not places:
            return
        giver = view.subject(index)
        taker = to_party(view, places[-1].index + 1)
        if sense.prepositions and taker.code is None and taker.basis != "unlisted":
            return
    for place in places:
        mood = view.mood(index, form=kind if voice != "passive" else "participle", place_index=place.index)
        yield Candidate(view.sentence, index, "give", place, taker, giver, mood, sense.strength, "active")


def read_fall(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    follows = words[after].low if after < len(words) else ""
    if follows in view.lexicon.mood["fall_after"]["words"]:
        return
    if kind == "gerund" and index and words[index - 1].low == "of":
        return
    places = walk_left(words, index, lexicon=view.lexicon) or list_behind_colon(view, index)
    if sense.prepositions and (follows not in sense.prepositions or _new_holder(view, after).code is None):
        return  # "went to the rebels", not "went to school"
    if not places and kind == "base" and follows in ("was", "is", "were", "after"):
        position, group = auxiliaries_before(words, index, lexicon=view.lexicon)
        if "to" in group and any(
            word.low in view.lexicon.mood["ordinal"]["words"] for word in words[max(0, position - 3) : position + 1]
        ):
            places = walk_right(words, after + 1, lexicon=view.lexicon)
    if not places:
        return
    actor = NOBODY
    if follows in ("to", "into", "under", "back"):
        actor = _new_holder(view, after)
        if follows == "into" and actor.code is None and actor.basis != "unlisted":
            return
    for place in (*places, *gapped_places(view, after)):
        mood = view.mood(index, form=kind, place_index=place.index)
        yield Candidate(view.sentence, index, "fall", place, actor, NOBODY, mood, sense.strength, "active")


_ASIDES = frozenset(("where", "who", "which"))


def _new_holder(view: View, start: int) -> Party:
    """Return who is meant in "to X", "into the hands of X", "into X's hands", "under X control", "back under"."""
    party = find_party_right(view.words, start + 1, actors=view.actors, lexicon=view.lexicon, reach=7)
    if party.code is None and party.basis != "unlisted":
        end = next((word.index for word in view.words[start : start + 7] if word.low in _ASIDES), start + 7)
        found = next(
            (look for look in range(start, min(len(view.words), end)) if compound_party(view, look).code), None
        )
        return compound_party(view, found) if found is not None else party
    return party
