"""Small questions of grammar that several readings ask: voice, particles, prepositions, whose."""

from __future__ import annotations

from collections.abc import Sequence

from mapapp.claims.agents import NOBODY, Party, find_party_right, party_at, unlisted_party
from mapapp.claims.candidates import View
from mapapp.claims.mood import auxiliaries_before
from mapapp.claims.phrases import PlaceFound, is_place, is_site, walk_right
from mapapp.claims.subjects import main_subject
from mapapp.claims.words import Word


def is_verb(view: View, index: int) -> bool:
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


def particles_end(words: Sequence[Word], index: int, particles: tuple[str, ...]) -> int | None:
    for particle in particles:
        if index >= len(words) or words[index].low != particle:
            return None
        index += 1
    return index


def voice_of(view: View, index: int, kind: str) -> str:
    """Return active or passive."""
    if kind in ("base", "third", "gerund"):
        return "active"
    _, group = auxiliaries_before(view.words, index, lexicon=view.lexicon)
    closed = view.lexicon.words
    if any(low in closed["be"] for low in group):
        return "passive"
    return "either"


def preposition_at(words: Sequence[Word], index: int, allowed: frozenset[str]) -> tuple[str, int]:
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


def from_any(view: View, places: Sequence[PlaceFound]) -> Party:
    """Return from whom the places of a list were taken, wherever in the list that stands."""
    found = (from_party(view, place.index + 1) for place in places)
    return next((party for party in found if party.code is not None or party.basis == "unlisted"), NOBODY)


def from_party(view: View, start: int) -> Party:
    """Return who stands behind "from" in the next words: from whom a place was taken."""
    return _party_behind(view, start, word="from", reach=9)


def to_party(view: View, start: int) -> Party:
    """Return who stands behind "to" in the next words: to whom a place went."""
    return _party_behind(view, start, word="to", reach=5)


def _party_behind(view: View, start: int, *, word: str, reach: int) -> Party:
    words = view.words
    for look in range(start, min(len(words), start + reach)):
        low = words[look].low
        if low in (";", ".", "and", "”"):
            break
        if low == word and look + 1 < len(words):
            party = find_party_right(words, look + 1, actors=view.actors, lexicon=view.lexicon, reach=5)
            return party if party.code or party.basis == "unlisted" else NOBODY
    return NOBODY


def object_party(view: View, start: int, end: int) -> Party:
    for look in range(start, min(end, len(view.words))):
        if view.words[look].party is not None:
            return party_at(view.words, look, actors=view.actors)
    return NOBODY


def possessor(view: View, index: int) -> Party:
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
        if back == index - 1 or words[back + 1].low in ("'s", "’s", "’"):
            inner = compound_party(view, back, with_demonyms=True)
            if inner.code is not None:
                return inner
            if word.low in view.lexicon.words["armed"]:
                return unlisted_party(words, back, actors=view.actors, lexicon=view.lexicon)
    return NOBODY


def gapped_places(view: View, start: int) -> tuple[PlaceFound, ...]:
    """Return the places of "A fell on Thursday, B on Sunday": a place with a date behind it and no verb of its own."""
    words = view.words
    found: list[PlaceFound] = []
    for look in range(start + 1, min(len(words) - 1, start + 24)):
        word = words[look]
        if word.low in (".", ";", "“", "”"):
            break
        if not is_place(word) or words[look - 1].low not in (",", "and", "then"):
            continue
        after = look + 1 if words[look + 1].low not in ("on", "in", "by", "early", "late") else look + 2
        if after < len(words) and words[after].date is not None:
            found.append(PlaceFound(look, is_listed=True))
    return tuple(found)


def list_behind_colon(view: View, index: int) -> tuple[PlaceFound, ...]:
    """Return the list in "Three towns fell overnight: A, B and C"."""
    words = view.words
    if not any(is_site(word, lexicon=view.lexicon) for word in words[max(0, index - 5) : index]):
        return ()
    for look in range(index + 1, min(len(words) - 1, index + 12)):
        if words[look].low == ":":
            return walk_right(words, look + 1, lexicon=view.lexicon)
        if words[look].low in (".", ";") or is_place(words[look]):
            return ()
    return ()


def is_present(view: View, index: int) -> bool:
    _, group = auxiliaries_before(view.words, index, lexicon=view.lexicon)
    return any(low in ("is", "are", "'s", "’s", "remains", "remain") for low in group)


def compound_party(view: View, index: int, *, with_demonyms: bool = False) -> Party:
    """Return the party that a word of "rebel-held", "in government hands" stands for."""
    word = view.words[index]
    if word.party is not None:
        return party_at(view.words, index, actors=view.actors)
    low = word.low
    if (
        word.place is not None
        and not with_demonyms
        and not (index + 1 < len(view.words) and view.words[index + 1].low in ("-", "‑", "hands", "control", "rule"))
    ):
        return NOBODY
    if not low.isalpha() or low in view.lexicon.words["determiners"]:
        return NOBODY
    for form in (low, low + "s", "the " + low, low + " forces", low + "-backed forces"):
        code = view.aliases.get(form)
        if code is not None:
            actor = view.actors[code]
            return Party(code, "generic" if actor.is_generic else "known", index)
    return NOBODY
