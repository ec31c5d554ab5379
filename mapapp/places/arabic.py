"""Names in Arabic script, where no capital letter marks them and small words are written together with them."""

from __future__ import annotations

import re

from mapapp.places.drafts import Draft
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.names import name_key
from mapapp.places.sources import ALTERNATE, DEMONYM, PRIMARY
from mapapp.places.spots import Entry
from mapapp.places.tables import Words

LONGEST_NAME = 4
"""Words in a name."""

KNOWN_ABROAD = 100_000
"""Inhabitants from which a town outside the theatre's country is looked for by its Arabic name."""

ARABIC = re.compile(r"[\u0621-\u06d3]")
_WORD = re.compile(r"[\u0621-\u065f\u066e-\u06d3]+")
_PARTICLES = "وفبلك"
_SHORTEST = 3

# Words before a name that say it is a place: in, from, to, towards, on, town, village, governorate, countryside …
_PLACE_WORD_LIST = """
    في من إلى الى نحو باتجاه على مدينة بلدة قرية محافظة ريف منطقة حي مطار معبر شمال جنوب شرق غرب قرب دخلت دخول
    شمالي جنوبي شرقي غربي وسط مدينتي بلدات قرى ناحية ضواحي غادر وصل العاصمة جبهة سقوط بين حول داخل خارج عن تحرير
"""
# Names that are everyday words too: they need one of the words above before them.
_EVERYDAY_LIST = "الباب الثورة الشيخ الحارة جاسم الجديدة الكبيرة نصر الوعر الجديد سلام"
# What a place is, never its name by itself: "the city", "town of".
_KIND_LIST = "مدينة المدينة بلدة البلدة قرية القرية محافظة المحافظة العاصمة منطقة المنطقة ريف الريف حي الحي مطار معبر"
_PLACE_WORDS = frozenset(name_key(word) for word in _PLACE_WORD_LIST.split())
_EVERYDAY = frozenset(name_key(word) for word in _EVERYDAY_LIST.split())
_KINDS = frozenset(name_key(word) for word in _KIND_LIST.split())


def find_arabic(text: str, *, gazetteer: Gazetteer, words: Words) -> list[Draft]:
    """Return the stretches in Arabic script that the gazetteer knows, without attached particles, in order."""
    if ARABIC.search(text) is None:
        return []
    matches = list(_WORD.finditer(text))
    keys = [name_key(match.group()) for match in matches]
    joined = [
        number > 0 and text[matches[number - 1].end() : match.start()] in (" ", "-", "\u00a0", "  ")
        for number, match in enumerate(matches)
    ]
    wanted: set[str] = set()
    stretches: list[list[tuple[int, int, str]]] = []
    for first in range(len(matches)):
        here: list[tuple[int, int, str]] = []
        for cut, head in _heads(keys[first]):
            if head in _KINDS:
                continue
            key = head
            for last in range(first + 1, min(len(matches), first + LONGEST_NAME) + 1):
                if last - 1 > first:
                    if not joined[last - 1]:
                        break
                    key = f"{key} {keys[last - 1]}"
                here.append((last, cut, key))
                wanted.add(key)
        # The longest first; among equals the one that cuts least off.
        here.sort(key=lambda stretch: (-stretch[0], stretch[1]))
        stretches.append(here)
    known = gazetteer.entries(wanted)
    drafts: list[Draft] = []
    free = 0
    for first, here in enumerate(stretches):
        before = keys[first - 1] if first > 0 and joined[first] else ""
        for last, cut, key in here if first >= free else ():
            draft = _make_draft(text, matches[first:last], key=key, cut=cut, before=before, entries=_usable(known[key]))
            if draft is not None:
                draft.is_blocked = f"{before} {key}" in words.phrases_not_places
                drafts.append(draft)
                free = last
                break
    return drafts


def _heads(key: str) -> list[tuple[int, str]]:
    """Return the ways to read a word: (letters cut off, key), as it stands first."""
    heads = [(0, key)]
    if len(key) > _SHORTEST and key[0] in _PARTICLES:
        heads.append((1, key[1:]))
        if key.startswith("لل") and len(key) > 4:
            heads.append((1, "ا" + key[0:]))
            heads.append((1, "ال" + key[2:]))
        if key[0] in "وف" and key[1] in "بلك" and len(key) > 4:
            heads.append((2, key[2:]))
            if key[1:3] == "لل":
                heads.append((2, "ا" + key[1:]))
                heads.append((2, "ال" + key[3:]))
    return heads


def _usable(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    kept = [
        (spot, how)
        for spot, how in entries
        if how == DEMONYM
        or (spot.is_ours and how in (PRIMARY, ALTERNATE))
        or (spot.feature_class != "P" and how in (PRIMARY, ALTERNATE))
        or (spot.population >= KNOWN_ABROAD and how in (PRIMARY, ALTERNATE))
    ]
    if any(how == DEMONYM for _, how in kept) and all(
        spot.feature_class == "P" for spot, how in kept if how != DEMONYM
    ):
        kept = [entry for entry in kept if entry[1] == DEMONYM]
    return tuple(kept)


def _make_draft(
    text: str, matches: list[re.Match[str]], *, key: str, cut: int, before: str, entries: tuple[Entry, ...]
) -> Draft | None:
    """Return the draft of a name, or None where too little says that it is one."""
    if not entries:
        return None
    has_place_word = cut > 0 or before in _PLACE_WORDS or (before[:1] in "وفبل" and before[1:] in _PLACE_WORDS)
    is_demonym = entries[0][1] == DEMONYM
    n_words, n_letters = len(matches), len(key.replace(" ", ""))
    is_sure = is_demonym or any(
        spot.feature_class != "P" or spot.population > 15_000 or (how == PRIMARY and spot.is_ours)
        for spot, how in entries
    )
    if n_words == 1 and not has_place_word and (key in _EVERYDAY or not is_sure or n_letters < _SHORTEST):
        return None
    if n_words == 1 and cut > 0 and n_letters < 4 and not any(how == PRIMARY for _, how in entries):
        return None
    start = _skip_letters(text, matches[0].start(), cut)
    draft = Draft(-1, -1, start, matches[-1].end(), key, entries, n_words=n_words, is_demonym=is_demonym)
    draft.features["strong_preposition" if has_place_word else "script"] = 1.0
    draft.unit_word = _UNITS.get(before) or (_UNITS.get(before[1:], "") if before[:1] in "وفبل" else "")
    return draft


_UNIT_LIST = {"محافظة": "governorate", "ريف": "governorate", "منطقة": "district", "ناحية": "sub-district"}
_UNITS = {name_key(word): english for word, english in _UNIT_LIST.items()}


def _skip_letters(text: str, start: int, n_letters: int) -> int:
    """Return the offset after some letters, and after the marks written over them."""
    position = start
    for _ in range(n_letters):
        position += 1
        while "\u064b" <= text[position : position + 1] <= "\u065f" or text[position : position + 1] == "\u0640":
            position += 1
    return position
