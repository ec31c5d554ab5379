"""The forms in which names of places are compared."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from mapapp.text import fold

_DROPPED = re.compile(r"['.]+")
_SEPARATORS = re.compile(r"[^\w]+")


def name_key(name: str) -> str:
    """Return the key under which a name is looked up: folded, no apostrophes or full stops, single spaces.

    >>> name_key("Deir ez-Zor"), name_key("St. John’s"), name_key("Ma‘arrat")
    ('deir ez zor', 'st johns', 'maarrat')
    >>> name_key("…")
    ''
    """
    return _SEPARATORS.sub(" ", _DROPPED.sub("", fold(name))).strip()


# Articles that transliterations write in many ways, or leave out.
_ARTICLES = frozenset(["al", "el", "ul", "il", "as", "es", "ash", "esh", "ad", "ed", "ar", "er", "at", "et"])
_ARTICLES_MORE = frozenset(["az", "ez", "an", "en", "adh", "ath", "l", "the"])


def without_article(key: str) -> str:
    """Return a key without its spaces and the Arabic article before it.

    >>> without_article("al hasakah"), without_article("deir ez zor")
    ('hasakah', 'deirezzor')
    """
    first, _, rest = key.partition(" ")
    return (rest if rest and first in _ARTICLES | _ARTICLES_MORE else key).replace(" ", "")


LEAST_ALIKE = 68.0
"""Percent of letters that a press spelling shares with the gazetteer's usual one (rapidfuzz ratio)."""


@lru_cache(maxsize=20_000)
def is_alike(key: str, name: str) -> bool:
    """Tell whether a key is another spelling of a name.

    >>> is_alike("izium", "Izyum"), is_alike("falluja", "Al Fallūjah"), is_alike("duryea", "Babylon")
    (True, True, False)
    """
    usual = name_key(name)
    if len(key) <= 3:
        return key == usual
    return fuzz.ratio(without_article(key), without_article(usual)) >= LEAST_ALIKE


# One sound, many spellings: applied in this order to a folded name, so that the ways of writing it in Latin letters
# meet. Long vowels and diphthongs first, then digraphs of consonants, then single letters.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("ough", "u"), ("oua", "wa"), ("oui", "wi"), ("aou", "au"), ("ou", "u"), ("oo", "u"), ("ow", "u"), ("aw", "au"),
    ("ee", "i"), ("ei", "i"), ("ey", "i"), ("ay", "i"), ("ai", "i"), ("iy", "i"), ("ie", "i"), ("yi", "i"),
    ("ae", "a"), ("dh", "d"), ("th", "t"), ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ch", "s"), ("zh", "j"),
    ("dj", "j"), ("tsch", "s"), ("ph", "f"), ("ck", "k"), ("q", "k"), ("c", "k"), ("w", "u"), ("y", "i"), ("o", "u"),
    ("e", "a"), ("x", "ks"), ("v", "f"), ("g", "j"), ("p", "b"),
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_FINAL = re.compile(r"(?<=..)(?:ah|at|a|h|i|iah|ia)$")


@lru_cache(maxsize=20_000)
def sound_key(name: str) -> str:
    """Return a key on which transliterations of one name from Arabic, Kurdish or Persian fall together.

    It is coarse on purpose; whoever uses it checks the two names against each other afterwards.

    >>> sound_key("Deir ez-Zor") == sound_key("Dayr az-Zawr") == sound_key("Deir Ezzor")
    True
    >>> sound_key("Tell Rifaat") == sound_key("Tal Rif'at")
    True
    >>> sound_key("")
    ''
    """
    words = []
    for word in name_key(name).split():
        bare = word
        if bare in _ARTICLES or bare in _ARTICLES_MORE:
            continue
        for article in ("ezz", "azz", "ess", "ass", "err", "arr", "enn", "ann"):
            if bare.startswith(article) and len(bare) > 4:
                bare = bare[2:]
        if bare.startswith("al") and len(bare) > 6:
            bare = bare[2:]
        for spelling, sound in _SOUNDS:
            bare = bare.replace(spelling, sound)
        bare = _DOUBLED.sub(r"\1", bare)
        bare = _FINAL.sub("", bare)
        # Short vowels carry the least: only their places count.
        bare = bare[:1] + re.sub(r"[aiu]+", "a", bare[1:])
        words.append(bare)
    return "".join(words)
