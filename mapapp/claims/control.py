"""Candidates for claims on control and fighting: a trigger word, the places that hang on it, who does it to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mapapp.claims.lexicon import Lexicon, NounSense, VerbSense
from mapapp.claims.mood import Mood, auxiliaries_before, read_mood
from mapapp.claims.phrases import PlaceFound, is_place, is_site, walk_left, walk_right
from mapapp.claims.subjects import (
    NOBODY,
    Party,
    find_agent,
    find_party_right,
    find_subject,
    find_subject_behind,
    main_subject,
    party_at,
)
from mapapp.claims.words import Sentence, Word
from mapapp.model import Actor


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a sentence may say about one place."""

    sentence: Sentence
    index: int
    """Word index of the trigger."""
    verb_class: str
    """take, retake, lose, leave, give, expel, fall, hold, enter, attack, fight."""
    place: PlaceFound
    actor: Party
    """Who holds the place, or acts there, afterwards."""
    opponent: Party
    mood: Mood
    strength: float
    shape: str
    """active, passive, noun, compound, state: how the sentence says it."""
    is_now: bool = False
    """The sentence tells the present state ("is held by")."""
    place_from: int | None = None
    """Word index of a word that stands for a place named before ("the town"); None = named here."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known while one sentence is read."""

    sentence: Sentence
    lexicon: Lexicon
    actors: Mapping[str, Actor]
    last_subject: Party | None

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the sentence."""
        return self.sentence.words

    def subject(self, index: int) -> Party:
        """Return who is the subject of the verb at a word."""
        return find_subject(self.words, index, actors=self.actors, lexicon=self.lexicon, last_subject=self.last_subject)

    def agent(self, index: int) -> Party:
        """Return who stands behind "by" after a word."""
        return find_agent(self.words, index, actors=self.actors, lexicon=self.lexicon)

    def mood(self, index: int, *, form: str, place_index: int) -> Mood:
        """Return how the trigger at a word is put forward."""
        return read_mood(self.words, index=index, form=form, place_index=place_index, lexicon=self.lexicon)


def find_candidates(view: View) -> tuple[Candidate, ...]:
    """Return all candidates of a sentence, in the order of their triggers, doubtful ones included."""
    found: list[Candidate] = []
    for index, word in enumerate(view.words):
        if word.date is not None:
            continue
        if word.party is not None or word.place is not None:
            continue
        found.extend(_at_word(view, index, word))
    return tuple(found)


def _at_word(view: View, index: int, word: Word) -> Iterator[Candidate]:
    lexicon, low = view.lexicon, word.low
    before = view.words[index - 1].low if index else ""
    if before in ("-", "‑") and low in lexicon.held_suffixes:
        yield from _held_compound(view, index)
        return
    if before in ("-", "‑") and index > 1 and view.words[index - 2].low == "re" and low in lexicon.verbs:
        for one in _verbs(view, index):
            yield replace(one, verb_class="retake" if one.verb_class == "take" else one.verb_class)
        return
    if low in lexicon.control_nouns and _is_control_noun(view, index):
        yield from _control(view, index)
        return
    if low == "hands":
        yield from _hands(view, index)
        return
    if low in lexicon.strongholds:
        yield from _stronghold(view, index)
        return
    if low in lexicon.nouns and not _looks_like_verb(view, index):
        yield from _nouns(view, index)
        return
    if low in lexicon.verbs:
        yield from _verbs(view, index)


# --- nouns ---------------------------------------------------------------------------------------------------------


def _looks_like_verb(view: View, index: int) -> bool:
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


def _nouns(view: View, index: int) -> Iterator[Candidate]:
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
            if skipped > after and _preposition(words, skipped, sense.prepositions)[0]:
                after = skipped
        if (
            after < len(words)
            and sense.noun_class in ("leave", "attack")
            and words[after].low not in sense.prepositions
            and words[after].date is not None
        ):
            after += 1
        preposition, start = _preposition(words, after, sense.prepositions)
        places = walk_right(words, start, lexicon=view.lexicon) if preposition else ()
        left_actor = _possessor(view, index)
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
            and sense.noun_class in ("take", "retake", "fall", "leave")
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
    elif right is not None and _voice(view, right, "participle") == "passive":
        mood = view.mood(right, form="participle", place_index=place.index)
        yield Candidate(view.sentence, right, "take", place, view.agent(right + 1), NOBODY, mood, 0.8, "passive")


def _possessor(view: View, index: int) -> Party:
    """Return the party before a noun: "the rebels' capture", "X's withdrawal", "rebel seizure of"."""
    words = view.words
    for back in range(index - 1, max(-1, index - 5), -1):
        word = words[back]
        if word.party is not None:
            return party_at(words, back, actors=view.actors)
        if word.low in ("their", "its"):
            party = main_subject(words, back, actors=view.actors, lexicon=view.lexicon)
            return party if party.code is not None else view.last_subject or NOBODY
        if word.low in view.lexicon.words["prepositions"] or word.low in (",", ".", "and"):
            return NOBODY
    return NOBODY


def _preposition(words: Sequence[Word], index: int, allowed: frozenset[str]) -> tuple[str, int]:
    """Return the preposition at a word, if it is an allowed one, and where the phrase behind it begins."""
    if index < len(words) and words[index].low in ("”", '"', "’"):
        index += 1
    if index >= len(words):
        return "", index
    low = words[index].low
    pair = f"{low} {words[index + 1].low}" if index + 1 < len(words) else ""
    if pair in allowed:
        return pair, index + 2
    if low in allowed:
        nxt = words[index + 1].low if index + 1 < len(words) else ""
        if low in ("on", "in", "near") and nxt == "and" and index + 3 < len(words):  # "in and around X"
            return low, index + 3
        if (
            low in ("in", "on")
            and nxt == "the"
            and index + 3 < len(words)
            and words[index + 2].low in ("outskirts", "edge", "edges", "suburbs", "streets", "countryside", "vicinity")
            and words[index + 3].low == "of"
        ):
            return low, index + 2
        return low, index + 1
    return "", index


def _is_control_noun(view: View, index: int) -> bool:
    """Return whether "control" or "hold" is a noun here."""
    words = view.words
    if words[index].low not in view.lexicon.verbs:
        return True
    after = words[index + 1].low if index + 1 < len(words) else ""
    if after in ("of", "over", "on") or any(word.low == "under" for word in words[max(0, index - 5) : index]):
        return True
    return not _is_verb(view, index)


# --- verbs ---------------------------------------------------------------------------------------------------------


def _verbs(view: View, index: int) -> Iterator[Candidate]:
    words = view.words
    seen: set[tuple[str, int]] = set()
    senses = view.lexicon.verbs[words[index].low]
    forms = {kind for _, kind in senses}
    if "base" in forms and not {"past", "participle"} & forms and not _is_verb(view, index):
        return
    if "third" in forms and not _is_verb(view, index):
        return
    for sense, kind in senses:
        after = _particles(words, index + 1, sense.particles)
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


def _is_verb(view: View, index: int) -> bool:
    words, closed = view.words, view.lexicon.words
    if index == 0:
        return False
    before = words[index - 1]
    if (
        before.low in ("to", "and", "then", "help", "helped", "let")
        or before.low in closed["modals"]
        or before.low in closed["adverbs"]
    ):
        return before.low not in ("all", "first", "both", "just", "only", "each")
    if (
        before.party is not None
        or before.low in closed["pronouns"]
        or before.low in ("n't", "n’t", "not", "did", "do", "does")
    ):
        return True
    if before.place is not None:
        return True
    if before.low in closed["armed"] or (before.text[:1].isupper() and not before.low.endswith("'s")):
        return True
    return before.low.endswith("ly")


def _particles(words: Sequence[Word], index: int, particles: tuple[str, ...]) -> int | None:
    for particle in particles:
        if index >= len(words) or words[index].low != particle:
            return None
        index += 1
    return index


def _voice(view: View, index: int, kind: str) -> str:
    """Return active or passive."""
    if kind in ("base", "third", "gerund"):
        return "active"
    _, group = auxiliaries_before(view.words, index, lexicon=view.lexicon)
    closed = view.lexicon.words
    if any(low in closed["be"] for low in group):
        return "passive"
    return "either"


def _by_class(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    verb_class = sense.verb_class
    if verb_class in ("take", "retake", "lose", "desert", "attack", "hold"):
        yield from _transitive(view, index, after, sense, kind)
    elif verb_class in ("leave", "enter", "fight"):
        yield from _with_preposition(view, index, after, sense, kind)
    elif verb_class == "expel":
        yield from _expel(view, index, after, sense, kind)
    elif verb_class == "clear":
        yield from _clear(view, index, after, sense, kind)
    elif verb_class == "give":
        yield from _give(view, index, after, sense, kind)
    elif verb_class == "fall":
        yield from _fall(view, index, after, sense, kind)


def _transitive(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = _voice(view, index, kind)
    has_by = after < len(words) and words[after].low == "by"
    if _is_adjective(view, index, kind):
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
    if voice == "either" and not has_by and not _is_reduced(view, index, after):
        relative = _relative_object(view, index)
        if relative is not None:
            yield from _active(view, index, sense, kind, (PlaceFound(relative),))
        return
    places = walk_left(words, index, lexicon=view.lexicon)
    agent = view.agent(after)
    for place in places:
        mood = view.mood(index, form="participle", place_index=place.index)
        actor, opponent = agent, _from_party(view, after)
        if sense.verb_class in ("lose", "desert"):
            actor, opponent = _to_party(view, after), agent
        yield Candidate(
            view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "passive",
            is_now=_is_present(view, index),
        )  # fmt: skip


def _relative_object(view: View, index: int) -> int | None:
    """Return the place that is the object in "X, which they captured"."""
    words = view.words
    position, _ = auxiliaries_before(words, index, lexicon=view.lexicon)
    for look in range(position, max(0, position - 6), -1):
        low = words[look].low
        if low in ("which", "that"):
            before = look - 1 if words[look - 1].low != "," else look - 2
            while before > 0 and is_site(words[before], lexicon=view.lexicon):
                before -= 1
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
    after = places[-1].index + 1
    return after < len(view.words) and view.words[after].low in ("responsible", "accountable", "hostage", "together")


def _active(view: View, index: int, sense: VerbSense, kind: str, places: Sequence[PlaceFound]) -> Iterator[Candidate]:
    words = view.words
    subject = view.subject(index)
    if subject.basis in ("none", "other") and kind == "gerund" and subject.index is None:
        behind = find_subject_behind(words, places[-1].index + 1, actors=view.actors, lexicon=view.lexicon)
        if behind.basis == "unlisted" and behind.code is None and view.last_subject is not None:
            subject = replace(view.last_subject, basis="pronoun", index=None)
        elif behind.basis != "none":
            subject = behind
    if sense.verb_class == "desert" and not _is_force(view, subject):
        return
    last = places[-1].index + 1
    for place in places:
        mood = view.mood(index, form=kind, place_index=place.index)
        actor, opponent = subject, _from_any(view, places)
        if sense.verb_class in ("lose", "desert"):
            actor, opponent = _to_party(view, last), subject
        if opponent.code is None and sense.verb_class in ("take", "retake"):
            opponent = _held_by_before(view, place.index, index)
        yield Candidate(
            view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "active",
            is_now=sense.verb_class == "hold" and kind in ("base", "third", "gerund"),
        )  # fmt: skip
    del words


_VEHICLES = frozenset(("convoy", "column", "columns", "vehicles", "tanks", "fleet", "jets", "warplanes"))
"""That these leave a place gives nothing up."""


def _is_force(view: View, party: Party) -> bool:
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


def _held_by_before(view: View, place_index: int, index: int) -> Party:
    """Return the opponent in "captured rebel-held X", "the Isis stronghold of X"."""
    for look in range(place_index - 1, index, -1):
        word = view.words[look]
        if word.party is not None:
            return party_at(view.words, look, actors=view.actors)
        if word.low in ("held", "controlled") and look - 2 > index:
            return compound_party(view, look - 2)
    return NOBODY


def _from_any(view: View, places: Sequence[PlaceFound]) -> Party:
    """Return from whom the places of a list were taken, wherever in the list that stands."""
    found = (_from_party(view, place.index + 1) for place in places)
    return next((party for party in found if party.code is not None or party.basis == "unlisted"), NOBODY)


def _from_party(view: View, start: int) -> Party:
    """Return who stands behind "from" in the next words: from whom a place was taken."""
    words = view.words
    for look in range(start, min(len(words), start + 9)):
        low = words[look].low
        if low in (";", ".", "and", "”"):
            break
        if low == "from" and look + 1 < len(words):
            party = find_party_right(words, look + 1, actors=view.actors, lexicon=view.lexicon, reach=5)
            return party if party.code or party.basis == "unlisted" else NOBODY
    return NOBODY


def _to_party(view: View, start: int) -> Party:
    words = view.words
    for look in range(start, min(len(words), start + 5)):
        low = words[look].low
        if low in (";", ".", "and", "”"):
            break
        if low == "to" and look + 1 < len(words):
            party = find_party_right(words, look + 1, actors=view.actors, lexicon=view.lexicon, reach=5)
            return party if party.code or party.basis == "unlisted" else NOBODY
    return NOBODY


def _is_present(view: View, index: int) -> bool:
    _, group = auxiliaries_before(view.words, index, lexicon=view.lexicon)
    return any(low in ("is", "are", "'s", "’s", "remains", "remain") for low in group)


def _with_preposition(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    start = after
    if sense.prepositions:
        look = after
        # "withdrew its troops from", "pulled back overnight from", "clashed with X in"
        while look < len(words) and look < after + 8:
            preposition, start = _preposition(words, look, sense.prepositions)
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
    elif _voice(view, index, kind) == "passive":
        yield from _passive_entry(view, index, after, sense)
        return
    places = walk_right(words, start, lexicon=view.lexicon)
    if not places:
        return
    subject = view.subject(index)
    if sense.verb_class == "leave" and not _is_force(view, subject):
        return
    for place in places:
        mood = view.mood(index, form=kind, place_index=place.index)
        actor, opponent = (NOBODY, subject) if sense.verb_class == "leave" else (subject, NOBODY)
        if sense.verb_class == "fight":
            opponent = _object_party(view, after, start)
        yield Candidate(view.sentence, index, sense.verb_class, place, actor, opponent, mood, sense.strength, "active")


def _object_party(view: View, start: int, end: int) -> Party:
    for look in range(start, min(end, len(view.words))):
        if view.words[look].party is not None:
            return party_at(view.words, look, actors=view.actors)
    return NOBODY


def _passive_entry(view: View, index: int, after: int, sense: VerbSense) -> Iterator[Candidate]:
    for place in walk_left(view.words, index, lexicon=view.lexicon):
        mood = view.mood(index, form="participle", place_index=place.index)
        yield Candidate(
            view.sentence, index, sense.verb_class, place, view.agent(after), NOBODY, mood, sense.strength, "passive"
        )


def _expel(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = _voice(view, index, kind)
    look = after
    limit = min(len(words), after + 14)
    while look < limit:
        preposition, start = _preposition(words, look, sense.prepositions)
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
    object_party = _object_party(view, after, look)
    is_passive = voice == "passive" or (voice == "either" and look == after and object_party.code is None)
    if is_passive:
        opponent, actor = view.subject(index), view.agent(places[-1].index + 1)
        if actor.code is None and actor.basis == "none":
            actor = view.agent(after) if "by" in {word.low for word in words[after:look]} else actor
    else:
        actor, opponent = view.subject(index), object_party
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


def _clear(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = _voice(view, index, kind)
    if voice == "passive":
        places = walk_left(words, index, lexicon=view.lexicon)
        preposition, start = _preposition(words, after, sense.prepositions)
        actor = view.agent(after)
    else:
        places = walk_right(words, after, lexicon=view.lexicon)
        if not places:
            return
        preposition, start = _preposition(words, places[-1].index + 1, sense.prepositions)
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


def _give(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    voice = _voice(view, index, kind)
    if voice == "passive":
        places = walk_left(words, index, lexicon=view.lexicon)
        giver = view.agent(after)
        taker = _to_party(view, after)
        if taker.code is None and "to" in sense.prepositions:
            return
    else:
        start = after
        if start < len(words) and words[start].low in view.lexicon.control_nouns:
            start += 2
        places = walk_right(words, start, lexicon=view.lexicon)
        if not places:
            return
        giver = view.subject(index)
        taker = _to_party(view, places[-1].index + 1)
        if sense.prepositions and taker.code is None and taker.basis != "unlisted":
            return
    for place in places:
        mood = view.mood(index, form=kind if voice != "passive" else "participle", place_index=place.index)
        yield Candidate(view.sentence, index, "give", place, taker, giver, mood, sense.strength, "active")


def _fall(view: View, index: int, after: int, sense: VerbSense, kind: str) -> Iterator[Candidate]:
    words = view.words
    follows = words[after].low if after < len(words) else ""
    if follows in view.lexicon.mood["fall_after"]["words"]:
        return
    if kind == "gerund" and index and words[index - 1].low == "of":
        return
    places = walk_left(words, index, lexicon=view.lexicon)
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
    for place in places:
        mood = view.mood(index, form=kind, place_index=place.index)
        yield Candidate(view.sentence, index, "fall", place, actor, NOBODY, mood, sense.strength, "active")


def _new_holder(view: View, start: int) -> Party:
    """Return who is meant in "to X", "into the hands of X", "into X's hands", "under X control", "back under"."""
    party = find_party_right(view.words, start + 1, actors=view.actors, lexicon=view.lexicon, reach=7)
    if party.code is None and party.basis != "unlisted":
        found = next(
            (look for look in range(start, min(len(view.words), start + 7)) if compound_party(view, look).code), None
        )
        return compound_party(view, found) if found is not None else party
    return party


# --- control, hands, held, strongholds ------------------------------------------------------------------------------


def _control(view: View, index: int) -> Iterator[Candidate]:
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
        actor = _possessor(view, index)
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
        passive = _voice(view, at, kind) == "passive" if not is_noun else False
        actor = view.agent(places[-1].index + 1) if passive else view.subject(at)
        if verb_class == "claim":
            verb_class, strength = "take", 0.75
        agent = NOBODY
    for place in places:
        mood = view.mood(at, form=kind, place_index=place.index)
        holder, opponent = actor, _from_party(view, places[-1].index + 1)
        if verb_class == "lose":
            holder, opponent = _to_party(view, places[-1].index + 1), actor
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
    changed = any(word.low == "now" for word in words[max(0, verb_index - 2) : index])
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


def _hands(view: View, index: int) -> Iterator[Candidate]:
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
    changed = any(word.low == "now" for word in words[max(0, at - 2) : index])
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


def compound_party(view: View, index: int) -> Party:
    """Return the party that a word of "rebel-held", "in government hands" stands for."""
    word = view.words[index]
    if word.party is not None:
        return party_at(view.words, index, actors=view.actors)
    low = word.low
    if word.place is not None and not (
        index + 1 < len(view.words) and view.words[index + 1].low in ("-", "‑", "hands", "control", "rule")
    ):
        return NOBODY
    if not low.isalpha() or low in view.lexicon.words["determiners"]:
        return NOBODY
    aliases = alias_table(tuple(view.actors.values()))
    for form in (low, low + "s", "the " + low, low + " forces", low + "-backed forces"):
        code = aliases.get(form)
        if code is not None:
            actor = view.actors[code]
            return Party(code, "generic" if actor.is_generic else "known", index)
    return NOBODY


def alias_table(actors: Sequence[Actor]) -> Mapping[str, str]:
    """Return actor codes by lower-case alias; the first actor of the table wins."""
    table: dict[str, str] = {}
    for actor in actors:
        for alias in (actor.name, *actor.aliases):
            table.setdefault(alias.lower(), actor.code)
    return table


def _held_compound(view: View, index: int) -> Iterator[Candidate]:
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


def _stronghold(view: View, index: int) -> Iterator[Candidate]:
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
