"""Candidates named by a noun: "the capture of X", "X's fall", "clashes in X"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mapapp.claims.agents import NOBODY, Party, find_party_right, party_at
from mapapp.claims.candidates import Candidate, View
from mapapp.claims.grammar import (
    possessor,
    preposition_at,
    voice_of,
)
from mapapp.claims.lexicon import NounSense
from mapapp.claims.phrases import PlaceFound, is_place, is_site, walk_right


def looks_like_verb(view: View, index: int) -> bool:
    """Return whether a word that can be noun or verb ("fall", "capture") is a verb here."""
    low = view.words[index].low
    if low not in view.lexicon.verbs:
        return False
    if low.endswith("ing"):
        follows = next((word.low for word in view.words[index + 1 : index + 3] if word.low not in ("”", '"')), "")
        return low != "fighting" and follows != "of"
    before = view.words[index - 1] if index else None
    if before is None:
        return False
    closed = view.lexicon.words
    if (
        before.low == "to"
        or before.low in closed["modals"]
        or before.low in ("n't", "n’t", "did", "do", "does", "help", "helped", "they", "we")
    ):
        return True
    if before.party is not None and not before.low.startswith("the "):
        after = view.words[index + 1] if index + 1 < len(view.words) else None
        return (
            after is not None
            and after.low not in ("of", "on", "from", "in", "against", "for")
            and before.text[-1:] != "'"
        )
    return False


def read_noun(view: View, index: int) -> Iterator[Candidate]:  # noqa: PLR0912 - one branch per shape
    words, closed = view.words, view.lexicon.words
    low = words[index].low
    for sense in view.lexicon.nouns[low]:
        opponent, actor = NOBODY, NOBODY
        after = index + 1
        if after < len(words) and words[after].low == "of" and "from" in sense.prepositions:
            party = find_party_right(words, after + 1, actors=view.actors, lexicon=view.lexicon, reach=6)
            if party.code or party.basis == "unlisted":
                opponent = party
                after = next((k for k in range(after + 1, min(len(words), after + 9)) if words[k].low == "from"), after)
        if "between" in (
            words[after].low if after < len(words) else "",
            words[after + 1].low if after + 1 < len(words) else "",
        ):
            after = next(
                (k for k in range(after, min(len(words), after + 16)) if words[k].low in sense.prepositions), after
            )
        if sense.noun_class in ("fight", "attack"):
            skipped = after
            while skipped < min(len(words), after + 6) and (
                (words[skipped].low in closed["ongoing"] and words[skipped].low != "on")
                or words[skipped].date is not None
            ):
                skipped += 1
            opener = words[skipped].low if skipped < len(words) else ""
            if opener in ("between", "with", "among"):
                skipped = next(
                    (
                        k
                        for k in range(skipped + 1, min(len(words), skipped + 12))
                        if words[k].low in sense.prepositions
                    ),
                    skipped,
                )
            if skipped > after and preposition_at(words, skipped, sense.prepositions)[0]:
                after = skipped
        if (
            after < len(words)
            and sense.noun_class in ("leave", "attack")
            and words[after].low not in sense.prepositions
            and words[after].date is not None
        ):
            after += 1
        preposition, start = preposition_at(words, after, sense.prepositions)
        places = walk_right(words, start, lexicon=view.lexicon) if preposition else ()
        left_actor = possessor(view, index)
        if (
            not places
            and index >= 2
            and words[index - 1].low in ("'s", "’s")
            and is_place(words[index - 2])
            and words[index - 2].party is None
        ):
            places = (PlaceFound(index - 2),)
            left_actor = NOBODY
        elif (
            not places
            and index
            and sense.noun_class in ("take", "retake", "leave")
            and is_place(words[index - 1])
            and index > 1
            and words[index - 2].low in ("the", "after")
        ):
            places = (PlaceFound(index - 1),)  # "the Aleppo withdrawal"
            left_actor = NOBODY
        for place in places:
            won = list(_battle_won(view, index, place))
            if won:
                yield from won
                continue
            yield from _noun_candidate(view, index, sense, place, left_actor, actor, opponent, closed)


def _noun_candidate(  # noqa: PLR0917 - the parts of one reading
    view: View,
    index: int,
    sense: NounSense,
    place: PlaceFound,
    left_actor: Party,
    actor: Party,
    opponent: Party,
    closed: Mapping[str, frozenset[str]],
) -> Iterator[Candidate]:
    words = view.words
    behind = place.index + 1
    while behind < len(words) and is_site(words[behind], lexicon=view.lexicon):
        behind += 1
    agent = view.agent(behind) if behind < len(words) and words[behind].low == "by" else NOBODY
    verb_class = sense.noun_class
    if verb_class == "fall":
        loser = left_actor
        if behind < len(words) and words[behind].low == "to":
            actor = find_party_right(words, behind + 1, actors=view.actors, lexicon=view.lexicon, reach=6)
        opponent = loser if loser.code else opponent
    elif verb_class in ("leave", "give"):
        opponent = left_actor if left_actor.code or left_actor.basis == "unlisted" else opponent
        if not opponent.code and agent.code:
            opponent = agent
        actor = NOBODY
        if verb_class == "give" and behind < len(words) and words[behind].low == "to":
            actor = find_party_right(words, behind + 1, actors=view.actors, lexicon=view.lexicon, reach=6)
    else:
        actor = agent if agent.code or agent.basis == "unlisted" else left_actor
        if actor.basis == "none" and verb_class in ("take", "retake"):
            actor = _only_party_before(view, index, wants_state=verb_class == "retake")
        if behind < len(words) and words[behind].low == "from":
            opponent = find_party_right(words, behind + 1, actors=view.actors, lexicon=view.lexicon, reach=6)
    del closed
    yield Candidate(
        view.sentence,
        index,
        verb_class,
        place,
        actor,
        opponent,
        view.mood(index, form="noun", place_index=place.index),
        sense.strength,
        "noun",
    )


def _only_party_before(view: View, index: int, *, wants_state: bool) -> Party:
    """Return the one party of the sentence before a noun: "the rebels' advance began with the seizure of X"."""
    found = {
        word.party.codes[0]: word.index
        for word in view.words[:index]
        if word.party is not None and word.party.codes and word.place is None
    }
    if len(found) != 1:
        return NOBODY
    code, at = next(iter(found.items()))
    if view.actors[code].is_state and not wants_state:
        return NOBODY
    party = party_at(view.words, at, actors=view.actors)
    return Party(party.code, "article", at)


def _battle_won(view: View, index: int, place: PlaceFound) -> Iterator[Candidate]:
    """Read "won the battle for X", "the battle for X was won by"."""
    words = view.words
    if words[index].low not in ("battle", "fight"):
        return
    left = next(
        (
            look
            for look in range(index - 1, max(-1, index - 4), -1)
            if words[look].low in ("won", "winning", "win", "wins")
        ),
        None,
    )
    right = next(
        (look for look in range(place.index + 1, min(len(words), place.index + 6)) if words[look].low == "won"), None
    )
    if left is not None:
        form = {"won": "past", "winning": "gerund", "win": "base", "wins": "third"}[words[left].low]
        mood = view.mood(left, form=form, place_index=place.index)
        yield Candidate(view.sentence, left, "take", place, view.subject(left), NOBODY, mood, 0.8, "active")
    elif right is not None and voice_of(view, right, "participle") == "passive":
        mood = view.mood(right, form="participle", place_index=place.index)
        yield Candidate(view.sentence, right, "take", place, view.agent(right + 1), NOBODY, mood, 0.8, "passive")
