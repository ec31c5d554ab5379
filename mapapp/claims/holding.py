"""Control, hands, strongholds: "took control of X", "in rebel hands", "rebel-held X", "a stronghold of Y"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mapapp.claims.agents import NOBODY, Party, find_party_right
from mapapp.claims.candidates import Candidate, View
from mapapp.claims.grammar import (
    compound_party,
    from_party,
    is_verb,
    possessor,
    to_party,
    voice_of,
)
from mapapp.claims.mood import Mood
from mapapp.claims.passives import walk_left
from mapapp.claims.phrases import PlaceFound, is_place, walk_right


def is_control_noun(view: View, index: int) -> bool:
    """Return whether "control" or "hold" is a noun here."""
    words = view.words
    if words[index].low not in view.lexicon.verbs:
        return True
    after = words[index + 1].low if index + 1 < len(words) else ""
    if after in ("of", "over", "on") or any(word.low == "under" for word in words[max(0, index - 5) : index]):
        return True
    return not is_verb(view, index)


def read_control_of(view: View, index: int) -> Iterator[Candidate]:
    """Read "took control of X", "in control of X", "under the control of Y", "Y's control over X"."""
    words, lexicon = view.words, view.lexicon
    if index + 1 >= len(words):
        return
    under = next((look for look in range(index - 1, max(-1, index - 6), -1) if words[look].low == "under"), None)
    if under is not None:
        yield from _under(view, index, under)
        return
    wanted = (
        ("on",) if words[index].low in ("grip", "stranglehold", "hold", "foothold") else ("of", "over", "in", "across")
    )
    if words[index + 1].low not in wanted:
        return
    places = walk_right(words, index + 2, lexicon=lexicon)
    if not places:
        return
    governor = _governor(view, index)
    if governor is None:
        actor = possessor(view, index)
        verb_class, at, kind, strength = "hold", index, "noun", 0.35 if actor.code is None else 0.55
        before = words[index - 1].low if index else ""
        if before == "in" or (index > 1 and words[index - 2].low == "in"):
            strength = 0.85
            actor = view.subject(index - (1 if before == "in" else 2))
            if actor.basis == "other":
                actor = NOBODY
            kind = "participle"
        shape = "state"
        agent = NOBODY
    else:
        verb_class, at, kind = governor
        strength, shape = 0.95, "active"
        is_noun = kind == "noun"
        passive = voice_of(view, at, kind) == "passive" if not is_noun else False
        actor = view.agent(places[-1].index + 1) if passive else view.subject(at)
        if verb_class == "claim":
            verb_class, strength = "take", 0.75
        agent = NOBODY
    for place in places:
        mood = view.mood(at, form=kind, place_index=place.index)
        holder, opponent = actor, from_party(view, places[-1].index + 1)
        if verb_class == "lose":
            holder, opponent = to_party(view, places[-1].index + 1), actor
        yield Candidate(
            view.sentence, at, verb_class, place, holder, opponent, mood, strength, shape,
            is_now=verb_class == "hold" and kind in ("base", "third", "gerund", "noun"),
        )  # fmt: skip
    del agent


def _governor(view: View, index: int) -> tuple[str, int, str] | None:
    """Return class, index and form of the verb that governs "control" at a word."""
    words, lexicon = view.words, view.lexicon
    for look in range(index - 1, max(-1, index - 6), -1):
        word = words[look]
        if word.low in lexicon.governors and word.party is None:
            rows = lexicon.governors[word.low]
            for wanted in ("past", "participle", "third", "gerund", "base"):
                for governed_class, kind in rows:
                    if kind == wanted:
                        return governed_class, look, kind
        if word.low in (",", ".", ";", "in", "for", "by", "and") or word.party is not None:
            return None
    return None


def _under(view: View, index: int, under: int) -> Iterator[Candidate]:
    """Read "X is under the control of Y", "came under Y control", "brought X under control"."""
    words = view.words
    holder = NOBODY
    if index + 1 < len(words) and words[index + 1].low == "of":
        holder = find_party_right(words, index + 2, actors=view.actors, lexicon=view.lexicon, reach=8)
    else:
        for look in range(under + 1, index):
            inner = compound_party(view, look)
            if inner.code is not None:
                holder = inner
                break
        if holder.code is None and words[index - 1].low in ("their", "its", "his"):
            holder = view.last_subject or NOBODY
    verb = next(
        (
            look
            for look in range(under - 1, max(-1, under - 4), -1)
            if words[look].low in ("come", "came", "comes", "fall", "fell", "fallen", "falls", "coming", "falling")
        ),
        None,
    )
    if verb is not None:
        places = walk_left(words, verb, lexicon=view.lexicon)
        yield from _state(view, verb, places, holder, "take", "past", 0.9)
        return
    bring = next(
        (
            look
            for look in range(under - 1, max(-1, under - 12), -1)
            if words[look].low in ("brought", "bring", "bringing", "put", "placed", "putting")
        ),
        None,
    )
    if bring is not None:
        places = walk_right(words, bring + 1, lexicon=view.lexicon)
        form = "base" if words[bring].low == "bring" else "gerund" if words[bring].low.endswith("ing") else "past"
        taker = holder if holder.code else view.subject(bring)
        if not places:
            places, form = walk_left(words, bring, lexicon=view.lexicon), "participle"
        yield from _state(view, bring, places, taker, "take", form, 0.85)
        return
    verb_index = _copula(view, under)
    places = walk_left(words, verb_index, lexicon=view.lexicon)
    changed = any(word.low in ("now", "back", "newly") for word in words[max(0, verb_index - 2) : index])
    yield from _state(view, verb_index, places, holder, "take" if changed else "hold", "participle", 0.85)


def _copula(view: View, index: int) -> int:
    """Return the first word of "is now", "remains", "still" before a state, so that its subject stands left of it."""
    look = index
    words = view.words
    while look > 0 and (
        words[look - 1].low in view.lexicon.words["be"]
        or words[look - 1].low in view.lexicon.words["adverbs"]
        or words[look - 1].low
        in ("remain", "remains", "remained", "stay", "stays", "stayed", "firmly", "not", "no", "longer", "are", "were")
        or words[look - 1].low.endswith("ly")
    ):
        look -= 1
    return look if look < index else index


def read_hands(view: View, index: int) -> Iterator[Candidate]:
    """Read "in the hands of Y", "in rebel hands", "into Y's hands", "changed hands"."""
    words = view.words
    start = next(
        (look for look in range(index - 1, max(-1, index - 6), -1) if words[look].low in ("in", "into", "changed")),
        None,
    )
    if start is None:
        return
    if words[start].low == "changed":
        places = walk_left(words, start, lexicon=view.lexicon)
        yield from _state(view, start, places, NOBODY, "fall", "past", 0.6)
        return
    holder = NOBODY
    if index + 1 < len(words) and words[index + 1].low == "of":
        holder = find_party_right(words, index + 2, actors=view.actors, lexicon=view.lexicon, reach=8)
    else:
        for look in range(start + 1, index):
            inner = compound_party(view, look)
            if inner.code is not None:
                holder = inner
                break
    if holder.code is None and holder.basis != "unlisted":
        return
    verb = next(
        (
            look
            for look in range(start - 1, max(-1, start - 4), -1)
            if words[look].low in ("fell", "fallen", "fall", "falls", "passed", "falling", "slipped", "went")
        ),
        None,
    )
    if verb is not None:
        if words[verb].low in view.lexicon.verbs:
            return  # the verb itself is a trigger
        places = walk_left(words, verb, lexicon=view.lexicon)
        yield from _state(view, verb, places, holder, "take", "past", 0.8)
        return
    if words[start].low == "into":
        return
    at = _copula(view, start)
    places = walk_left(words, at, lexicon=view.lexicon)
    changed = any(word.low in ("now", "back", "newly") for word in words[max(0, at - 2) : index])
    yield from _state(view, at, places, holder, "take" if changed else "hold", "participle", 0.85)


def _state(  # noqa: PLR0917 - the parts of one reading
    view: View, index: int, places: Sequence[PlaceFound], holder: Party, verb_class: str, form: str, strength: float
) -> Iterator[Candidate]:
    for place in places:
        mood = view.mood(index, form=form, place_index=place.index)
        yield Candidate(
            view.sentence,
            index,
            verb_class,
            place,
            holder,
            NOBODY,
            mood,
            strength,
            "state",
            is_now=verb_class == "hold",
        )


def read_held_compound(view: View, index: int) -> Iterator[Candidate]:
    """Read "rebel-held X", "the government-controlled parts of X"."""
    words = view.words
    if index < 2:
        return
    holder = compound_party(view, index - 2)
    if holder.code is None:
        return
    places = walk_right(words, index + 1, lexicon=view.lexicon)
    if index + 1 < len(words) and words[index + 1].low in (",", "and"):
        return
    start = index - 2
    while start > 0 and words[start - 1].low in ("a", "an"):
        start -= 1
    if start < index - 2 and words[start - 1].low == "," and is_place(words[start - 2]):
        places = (PlaceFound(start - 2),)  # "X, a rebel-held suburb of Y"
    for place in places[:1]:
        mood = view.mood(index, form="noun", place_index=place.index)
        mood = Mood(mood.assertion, mood.features - {"irrealis", "future_after", "negated_unclear"})
        yield Candidate(view.sentence, index, "hold", place, holder, NOBODY, mood, 0.6, "compound", is_now=True)


def read_stronghold(view: View, index: int) -> Iterator[Candidate]:
    """Read "the Isis stronghold of X", "X, a rebel stronghold", "a stronghold of Y in X"."""
    words = view.words
    holder = NOBODY
    for look in range(index - 1, max(-1, index - 5), -1):
        inner = compound_party(view, look)
        if inner.code is not None:
            holder = inner
            break
        if words[look].low in ("of", "in", ",", ".", "and"):
            break
    places: Sequence[PlaceFound] = ()
    if index + 1 < len(words) and words[index + 1].low in ("of", "in"):
        if holder.code is None and words[index + 1].low == "of":
            holder = find_party_right(words, index + 2, actors=view.actors, lexicon=view.lexicon, reach=3)
            places = walk_left(words, _apposition_start(view, index), lexicon=view.lexicon)
        else:
            places = walk_right(words, index + 2, lexicon=view.lexicon)
    elif index + 1 < len(words) and is_place(words[index + 1]):
        places = (PlaceFound(index + 1),)
    else:
        places = walk_left(words, _apposition_start(view, index), lexicon=view.lexicon)
    if holder.code is None:
        return
    for place in list(places)[:3]:
        mood = view.mood(index, form="noun", place_index=place.index)
        mood = Mood(mood.assertion, mood.features - {"irrealis", "future_after"})
        past = (
            {"past_holding"}
            if any(
                word.low in ("former", "ex", "once", "erstwhile", "last")
                for word in words[max(0, index - 6) : index]
                if word.low != "last"
            )
            else set()
        )
        yield Candidate(
            view.sentence, index, "hold", replace(place, is_vague=False), holder, NOBODY,
            Mood(mood.assertion, mood.features | past | {"stronghold"}), 0.5, "compound", is_now=True,
        )  # fmt: skip


def _apposition_start(view: View, index: int) -> int:
    """Return the word at which ", a rebel stronghold" begins, so that its place stands left of it."""
    words = view.words
    look = index
    while look > 0 and words[look - 1].low not in (",", ".", ";", "is", "was", "remains", "—", "–", "as"):
        look -= 1
        if index - look > 8:
            return index
    return look
