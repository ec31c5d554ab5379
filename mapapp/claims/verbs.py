"""Verbs whose object, or whose passive subject, is the place: who took, lost, holds or attacks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mapapp.claims.agents import NOBODY, Party, party_at
from mapapp.claims.candidates import Candidate, View
from mapapp.claims.grammar import (
    compound_party,
    from_any,
    from_party,
    gapped_places,
    is_present,
    is_verb,
    list_behind_colon,
    particles_end,
    to_party,
    voice_of,
)
from mapapp.claims.lexicon import VerbSense
from mapapp.claims.mood import auxiliaries_before
from mapapp.claims.motion import is_force, read_clear, read_expel, read_fall, read_give, read_with_preposition
from mapapp.claims.passives import walk_left
from mapapp.claims.phrases import PlaceFound, is_place, is_site, walk_right
from mapapp.claims.subjects import find_subject_behind


def read_verb(view: View, index: int) -> Iterator[Candidate]:
    words = view.words
    seen: set[tuple[str, int]] = set()
    senses = view.lexicon.verbs[words[index].low]
    forms = {kind for _, kind in senses}
    if "base" in forms and not {"past", "participle"} & forms and not is_verb(view, index):
        return
    if "third" in forms and not is_verb(view, index):
        return
    for sense, kind in senses:
        after = particles_end(words, index + 1, sense.particles)
        if after is None:
            continue
        found = False
        for one in _by_class(view, index, after, sense, kind):
            key = (one.verb_class, one.place.index)
            if key not in seen:
                seen.add(key)
                found = True
                yield one
        if found:
            return


def _by_class(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    verb_class = sense.verb_class
    if verb_class in ("take", "retake", "lose", "desert", "attack", "hold"):
        yield from _transitive(view, index, after, sense, kind)
    elif verb_class in ("leave", "enter", "fight"):
        yield from read_with_preposition(view, index, after, sense, kind)
    elif verb_class == "expel":
        yield from read_expel(view, index, after, sense, kind)
    elif verb_class == "clear":
        yield from read_clear(view, index, after, sense, kind)
    elif verb_class == "give":
        yield from read_give(view, index, after, sense, kind)
    elif verb_class == "fall":
        yield from read_fall(view, index, after, sense, kind)


def _transitive(  # noqa: PLR0912 - one branch per shape of the clause
    view: View, index: int, after: int, sense: VerbSense, kind: str
) -> Iterator[Candidate]:
    words = view.words
    voice = voice_of(view, index, kind)
    has_by = after < len(words) and words[after].low == "by"
    if _is_adjective(view, index, kind):
        return
    if sense.lemma == "take" and after < len(words) and words[after].low in view.lexicon.mood["took_what"]["words"]:
        return
    if voice != "passive" and not has_by:
        places = walk_right(words, after, lexicon=view.lexicon)
        if places:
            if sense.verb_class == "hold":
                if _held_figuratively(view, places):
                    return
                if any("base" in word.low for word in words[after : places[0].index + 1]):
                    return  # a base kept in X holds no X
            yield from _active(view, index, sense, kind, places)
            return
    if kind in ("base", "third", "gerund") or (sense.verb_class == "desert" and sense.lemma in ("leave", "flee")):
        return
    relative = _relative_object(view, index) if voice == "either" and not has_by else None
    if relative is not None:
        yield from _active(view, index, sense, kind, (PlaceFound(relative),))
        return
    participles = {form for _, form in view.lexicon.verbs[words[index].low]}
    if kind == "past" and "participle" not in participles:
        return  # "took" is no participle
    if sense.lemma == "take" and after < len(words) and words[after].low in view.lexicon.mood["taken_to"]["words"]:
        return
    if sense.verb_class == "hold" and (voice == "either" or _is_relative(view, index)):
        places = walk_left(words, index, lexicon=view.lexicon, attaches=True)
    else:
        places = _passive_places(view, index, after, is_sure=voice == "passive" or has_by)
    agent = view.agent(after)
    if places and sense.verb_class in ("take", "retake"):
        places = (*places, *gapped_places(view, after))
    for place in places:
        mood = view.mood(index, form="participle", place_index=place.index)
        actor, opponent = agent, from_party(view, after)
        if sense.verb_class in ("lose", "desert"):
            actor, opponent = to_party(view, after), agent
        yield Candidate(
            view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "passive",
            is_now=is_present(view, index),
        )  # fmt: skip


def _is_relative(view: View, index: int) -> bool:
    """Return whether "which" stands right before the verb group."""
    position, _ = auxiliaries_before(view.words, index, lexicon=view.lexicon)
    return position > 0 and view.words[position].low in ("which", "that")


def _passive_places(view: View, index: int, after: int, *, is_sure: bool) -> tuple[PlaceFound, ...]:
    """Return the places that a passive is about, also where they stand before another verb or behind a colon."""
    words = view.words
    if not is_sure and not _is_reduced(view, index, after):
        return _shared_subject(view, index)
    places = walk_left(words, index, lexicon=view.lexicon)
    if places:
        return places
    return list_behind_colon(view, index) or _shared_subject(view, index)


def _shared_subject(view: View, index: int) -> tuple[PlaceFound, ...]:
    """Return the subject of the passive before, in "X was taken in May and retaken in July"."""
    words = view.words
    position, group = auxiliaries_before(words, index, lexicon=view.lexicon)
    if (
        position < 1
        or words[position].low not in (",", "and", "then", "but")
        or any(word in group for word in ("to", "not"))
    ):
        return ()
    for look in range(position - 1, 0, -1):
        word = words[look]
        if word.party is not None and words[look - 1].low not in ("by", "the", "from"):
            return ()
        if word.low in view.lexicon.verbs and voice_of(view, look, "participle") == "passive":
            return walk_left(words, look, lexicon=view.lexicon)
        if word.low in (";", ".", "“", "”"):
            return ()
    return ()


def _relative_object(view: View, index: int) -> int | None:
    """Return the place that is the object in "X, which they captured"."""
    words = view.words
    position, _ = auxiliaries_before(words, index, lexicon=view.lexicon)
    for look in range(position, max(0, position - 6), -1):
        low = words[look].low
        if low in ("which", "that"):
            before = look - 1 if words[look - 1].low != "," else look - 2
            while before > 0 and (
                is_site(words[before], lexicon=view.lexicon) or words[before].low in ("a", "an", "the", "border")
            ):
                before -= 1
            if before > 0 and words[before].low == "," and is_place(words[before - 1]):
                before -= 1  # "X, a border town that they had captured"
            return before if look < position and before >= 0 and is_place(words[before]) else None
        if low in (",", ".", ";", "and") or words[look].place is not None:
            return None
    return None


def _is_adjective(view: View, index: int, kind: str) -> bool:
    """Return whether a participle only describes a noun: "the liberated town of X", "besieged X"."""
    if kind not in ("past", "participle") or index == 0:
        return False
    before = view.words[index - 1]
    closed = view.lexicon.words
    if before.party is not None or before.date is not None:
        return False
    if before.low in closed["determiners"] and before.low not in (
        "that",
        "both",
        "all",
        "some",
        "many",
        "most",
        "several",
        "few",
        "each",
    ):
        return True
    return before.low in (
        "of",
        "in",
        "from",
        "to",
        "for",
        "near",
        "with",
        "newly",
        "recently",
        "long",
        "into",
        "on",
        "around",
        "across",
    ) and not _is_place_list_behind(view, index)


def _is_place_list_behind(view: View, index: int) -> bool:
    return index + 1 < len(view.words) and view.words[index + 1].low == "by"


def _is_reduced(view: View, index: int, after: int) -> bool:
    """Return whether a participle without "be" stands for a passive: "X, captured in 2016", "X captured last year"."""
    words = view.words
    if index == 0:
        return False
    before = words[index - 1]
    if not (
        before.low in (",", "(", "–", "—")
        or is_place(before)
        or is_site(before, lexicon=view.lexicon)
        or before.low.endswith("ly")
    ):
        return False
    if after >= len(words):
        return before.low != ","
    follows = words[after]
    return follows.date is not None or follows.low in (
        "by",
        "from",
        "in",
        "on",
        "last",
        "earlier",
        "during",
        "after",
        ",",
        ".",
        "this",
        "two",
        "three",
        "a",
        "without",
        "late",
        "early",
    )


def _held_figuratively(view: View, places: Sequence[PlaceFound]) -> bool:
    start = places[0].index + 1
    behind = view.words[start : places[-1].index + 6]
    return any(word.low in ("responsible", "accountable", "hostage", "together") for word in behind)


def _active(view: View, index: int, sense: VerbSense, kind: str, places: Sequence[PlaceFound]) -> Iterator[Candidate]:
    words = view.words
    subject = view.subject(index)
    opens = kind == "gerund" or "having" in auxiliaries_before(words, index, lexicon=view.lexicon)[1]
    if subject.basis in ("none", "other") and opens and subject.index is None:
        behind = find_subject_behind(words, places[-1].index + 1, actors=view.actors, lexicon=view.lexicon)
        if behind.basis == "unlisted" and behind.code is None and view.last_subject is not None:
            subject = replace(view.last_subject, basis="pronoun", index=None)
        elif behind.basis != "none":
            subject = behind
    is_group = subject.basis == "named" and sense.strength >= 0.8
    if sense.verb_class == "desert" and not is_group and not is_force(view, subject):
        return
    last = places[-1].index + 1
    for place in places:
        mood = view.mood(index, form=kind, place_index=place.index)
        actor, opponent = subject, from_any(view, places)
        if sense.verb_class in ("lose", "desert"):
            actor, opponent = to_party(view, last), subject
        if opponent.code is None and sense.verb_class in ("take", "retake"):
            opponent = held_by_before(view, place.index, index)
        yield Candidate(
            view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "active",
            is_now=sense.verb_class == "hold" and kind in ("base", "third", "gerund"),
        )  # fmt: skip
    del words


def held_by_before(view: View, place_index: int, index: int) -> Party:
    """Return the opponent in "captured rebel-held X", "the Isis stronghold of X"."""
    for look in range(place_index - 1, index, -1):
        word = view.words[look]
        if word.party is not None:
            return party_at(view.words, look, actors=view.actors)
        if word.low in ("held", "controlled") and look - 2 > index:
            return compound_party(view, look - 2)
    return NOBODY
