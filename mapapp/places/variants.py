"""Spellings that no table has: transliterations, found by how they sound.

The step is bounded so that it adds no false alarms: only for names of countries that the text names, only for
capitalised words that nothing else explains, only where the two spellings are alike letter by letter too. Outside the
theatre's country a word beside it must say besides that it is a place.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from mapapp.places.context import follows_name_word
from mapapp.places.drafts import UNIT_WORDS, Draft
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.names import sound_key, without_article
from mapapp.places.sources import ALTERNATE
from mapapp.places.spans import join_words, name_prefix
from mapapp.places.spots import Entry, Sounds
from mapapp.places.tables import Words
from mapapp.places.tokens import HYPHEN, LINK, SPACE, Tokens

LEAST_ALIKE = 75.0
"""Percent of letters that two spellings of one name share (rapidfuzz ratio)."""

LEAST_ALIKE_BESIDE = 68.0
"""The same where a word beside the name says that it is a place: Menoufia governorate, Al Minufiyah."""

SHORTEST = 5
"""Letters of a word that may be a variant of another: shorter ones are alike by chance."""

_LONGEST = 3


def find_variants(
    tokens: Tokens,
    drafts: list[Draft],
    *,
    countries: frozenset[str],
    is_about: bool,
    gazetteer: Gazetteer,
    words: Words,
) -> list[Draft]:
    """Return drafts for capitalised words outside all other drafts that sound like a place of one of some countries.

    `is_about` tells that the text speaks of the theatre's country.
    """
    heard = sorted((countries & words.transliterated) - {gazetteer.theatre.country})
    if not is_about and not heard:
        return []
    covered = {number for draft in drafts for number in range(draft.first, draft.last)}
    found: list[Draft] = []
    number = 0
    while number < len(tokens.keys):
        draft = None
        if number not in covered:
            if is_about:
                draft = _variant_at(tokens, number, covered, gazetteer.sounds, words, least=LEAST_ALIKE)
            if draft is None and heard and not is_stranger_to_places(tokens, number, words):
                for country in heard:
                    draft = draft or _variant_at(
                        tokens, number, covered, gazetteer.sounds_of(country), words, least=LEAST_ALIKE_BESIDE
                    )
        if draft is None:
            number += 1
        else:
            found.append(draft)
            number = draft.last
    return found


def _variant_at(
    tokens: Tokens, first: int, covered: set[int], sounds: Sounds, words: Words, *, least: float
) -> Draft | None:
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
        entries = _alike(key, sounds, least=least)
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


def is_stranger_to_places(tokens: Tokens, number: int, words: Words) -> bool:
    """Tell whether neither the word before a capitalised one nor the word after it says that it is a place."""
    text = tokens.text
    before = text[max(0, tokens.starts[number] - 16) : tokens.starts[number]].rsplit(None, 1)
    if before and before[-1] in words.place_prepositions and text[tokens.starts[number] - 1] == " ":
        return False
    after = text[tokens.ends[number] : tokens.ends[number] + 16].split(None, 1)
    return not (after and after[0].lower().rstrip(".,;") in UNIT_WORDS and text[tokens.ends[number]] == " ")


def _alike(key: str, sounds: Sounds, *, least: float) -> tuple[Entry, ...]:
    named = sounds.get(sound_key(key), ())
    best: dict[str, Entry] = {}
    for other, (spot, _) in named:
        if spot.feature_class in "PSA" and fuzz.ratio(without_article(key), without_article(other)) >= least:
            best.setdefault(spot.id, (spot, ALTERNATE))
    return tuple(best.values())
