"""Spellings that no table has: transliterations of the theatre's names, found by how they sound.

The step is bounded so that it adds no false alarms: only in a text about the theatre's country, only for capitalised
words that nothing else explains, only where the two spellings are alike letter by letter too.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from mapapp.places.context import follows_name_word
from mapapp.places.drafts import Draft
from mapapp.places.gazetteer import Entry, Gazetteer
from mapapp.places.names import sound_key
from mapapp.places.sources import ALTERNATE
from mapapp.places.spans import join_words, name_prefix
from mapapp.places.tables import Words
from mapapp.places.tokens import HYPHEN, LINK, SPACE, Tokens

LEAST_ALIKE = 75.0
"""Percent of letters that two spellings of one name share (rapidfuzz ratio)."""

SHORTEST = 5
"""Letters of a word that may be a variant of another: shorter ones are alike by chance."""

_LONGEST = 3


def find_variants(tokens: Tokens, drafts: list[Draft], *, gazetteer: Gazetteer, words: Words) -> list[Draft]:
    """Return drafts for capitalised words outside all other drafts that sound like a place of the theatre."""
    covered = {number for draft in drafts for number in range(draft.first, draft.last)}
    found: list[Draft] = []
    number = 0
    while number < len(tokens.keys):
        draft = None if number in covered else _variant_at(tokens, number, covered, gazetteer, words)
        if draft is None:
            number += 1
        else:
            found.append(draft)
            number = draft.last
    return found


def _variant_at(tokens: Tokens, first: int, covered: set[int], gazetteer: Gazetteer, words: Words) -> Draft | None:
    if follows_name_word(tokens, first, words) or _has_stranger(tokens, first, first - 1, covered, words):
        return None
    for last in range(min(len(tokens.keys), first + _LONGEST), first, -1):
        inner = range(first + 1, last)
        if any(number in covered or tokens.gaps[number] not in (SPACE, HYPHEN, LINK) for number in inner):
            continue
        if any(tokens.gaps[number] == LINK and tokens.links[number] in ("and", "of", "in") for number in inner):
            continue
        key = join_words(tokens, first, last)
        if any(tokens.keys[number] in words.never for number in range(first, last)) or len(key) < SHORTEST:
            continue
        entries = _alike(key, gazetteer)
        if entries and not _has_stranger(tokens, last, last, covered, words):
            prefix = name_prefix(tokens, first)
            start = tokens.starts[first] - (len(prefix) + 1 if prefix else 0)
            return Draft(first, last, start, tokens.ends[last - 1], key, entries, n_words=last - first)
    return None


def _has_stranger(tokens: Tokens, joint: int, neighbour: int, covered: set[int], words: Words) -> bool:
    """Whether a capitalised word that nothing explains touches the name: then both are parts of a person's name.

    `joint` is the word whose gap lies between the two.
    """
    if not 0 <= neighbour < len(tokens.keys) or joint >= len(tokens.keys) or tokens.gaps[joint] != SPACE:
        return False
    key = tokens.keys[neighbour]
    known = (words.never, words.institutions, words.features, words.titles, words.place_prepositions)
    return neighbour not in covered and key != "the" and not any(key in group for group in known)


def _alike(key: str, gazetteer: Gazetteer) -> tuple[Entry, ...]:
    named = gazetteer.sounds.get(sound_key(key), ())
    best: dict[str, Entry] = {}
    for other, (spot, _) in named:
        if spot.feature_class in "PS" and fuzz.ratio(_bare(key), _bare(other)) >= LEAST_ALIKE:
            best.setdefault(spot.id, (spot, ALTERNATE))
    return tuple(best.values())


_ARTICLES = ("al ", "el ", "as ", "es ", "ash ", "ad ", "ar ", "at ", "az ", "ez ", "an ")


def _bare(key: str) -> str:
    for article in _ARTICLES:
        if key.startswith(article):
            key = key[len(article) :]
    return key.replace(" ", "")
