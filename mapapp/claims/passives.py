"""The places that are the subject of a verb: "the towns of A and B were captured", "X, a town in Y, fell"."""

from __future__ import annotations

from collections.abc import Sequence

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.mood import auxiliaries_before
from mapapp.claims.phrases import COMPASS, COUNTRY_PREC, QUOTES, PlaceFound, is_demonym, is_place, is_site, is_verbal
from mapapp.claims.words import Word

LONGEST_APPOSITION = 26
"""Words that may stand between a place and its verb: "X, self-styled capital of the group’s realm, fell"."""


def walk_left(words: Sequence[Word], index: int, *, lexicon: Lexicon, attaches: bool = False) -> tuple[PlaceFound, ...]:
    """Return the places that are the subject of the verb at a word: "the towns of A and B were captured".

    `attaches`: the verb stands behind the place that it describes ("in X, held by Y"), wherever that place stands.
    """
    closed = lexicon.words
    position, _ = auxiliaries_before(words, index, lexicon=lexicon)
    position = _skip_back(words, position, lexicon=lexicon)
    while position >= 0 and is_site(words[position], lexicon=lexicon):
        position -= 1
    if position < 0 or not is_place(words[position]):
        return ()
    if position + 1 < len(words) and words[position + 1].low in ("'s", "’s"):
        site = next((word.low for word in words[position + 2 : index] if word.low in closed["sites"]), None)
        return (PlaceFound(position, share=lexicon.share.get(site, 0.3)),) if site else ()
    position = _over_country(words, position, lexicon=lexicon) if attaches else position
    found: list[PlaceFound] = []
    while position >= 0 and is_place(words[position]):
        head, share, is_vague, is_near, nxt = _head_left(words, position, lexicon=lexicon)
        if head is None and attaches and not found:
            return (PlaceFound(position),)  # "in X, held by Y": the words behind a place are about it
        if head is None:
            if words[nxt].low in ("between", "from", "to") or (found and words[nxt].low == "of"):
                return ()  # "the road between A and B", "a man of A, B"
            break
        found.append(PlaceFound(head, share=share, is_vague=is_vague, is_near=is_near, is_listed=bool(found)))
        position = nxt
        linked = False
        while position >= 0 and words[position].low in (
            ",",
            "and",
            "&",
            "the",
            "both",
            "nearby",
            "then",
            "also",
            "later",
            "even",
            "finally",
        ):
            linked = linked or words[position].low in (",", "and", "&")
            position -= 1
        while position >= 0 and is_site(words[position], lexicon=lexicon):
            position -= 1
        if not linked:
            break
    is_object = position >= 0 and is_verbal(words[position], lexicon=lexicon)
    if len(found) > 1 and is_object and words[position].low not in lexicon.speech["verbs"]:
        found = found[:1]  # "seized A and B, and C was surrounded": only C is the subject
    return tuple(reversed(found))


def _over_country(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> int:
    """Step back from a country to the place that lies in it: "X province in northern Y, which is held by Z"."""
    place = words[position].place
    if place is None or place.where_prec < COUNTRY_PREC:
        return position
    back = position - 1
    while back >= 0 and _is_plain(words[back], lexicon=lexicon):
        back -= 1
    if back < 1 or words[back].low not in ("in", "of"):
        return position
    back -= 1
    while back >= 0 and is_site(words[back], lexicon=lexicon):
        back -= 1
    return back if back >= 0 and is_place(words[back]) else position


def _is_plain(word: Word, *, lexicon: Lexicon) -> bool:
    """Return whether a word is an adjective or a noun that only describes."""
    closed = lexicon.words
    return (
        word.low.isalpha()
        and not (word.place or word.party or word.date)
        and word.low not in closed["prepositions"]
        and word.low not in closed["subordinators"]
        and not is_verbal(word, lexicon=lexicon)
    )


def _skip_back(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> int:
    """Step back over "which", a comma, or what stands between two commas, dashes or brackets behind a place."""
    while position >= 0 and words[position].low in ("which", "that", "who", ",", "and"):
        was_comma = words[position].low == ","
        position -= 1
        if was_comma and position >= 0:
            before = _before_apposition(words, position, lexicon=lexicon)
            if before is not None:
                return before
    if position >= 0 and words[position].low in (")", "—", "–"):
        for back in range(position - 1, max(-1, position - 20), -1):
            if words[back].low in ("(", "—", "–"):
                return back - 1
    return position


def _before_apposition(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> int | None:
    """Return the word before ", a town in the north," where a place stands there; None where a clause lies within."""
    for back in range(position, 0, -1):
        if words[back].low in (".", ";", ":", "“", "”") or position - back > LONGEST_APPOSITION:
            return None
        head = words[back - 1]
        if words[back].low == "," and (is_place(head) or is_site(head, lexicon=lexicon)):
            inner = words[back + 1 : position + 1]
            return back - 1 if _is_apposition(inner, lexicon=lexicon) else None
    return None


def _is_apposition(inner: Sequence[Word], *, lexicon: Lexicon) -> bool:
    """Return whether the words between two commas describe what stands before them, and are no member of a list."""
    if not inner or (is_place(inner[0]) and len(inner) <= 2):
        return False
    if len(inner) <= 6 and any(word.low in lexicon.speech["verbs"] for word in inner):
        return True  # "X, says the monitor, was taken"
    if inner[0].low in ("which", "where", "who", "whose", "once", "home", "long", "seen"):
        return True
    if inner[0].low.endswith("ed") and inner[0].place is None and inner[0].party is None:
        return True  # "X, shelled for weeks and kept under siege, was taken"
    return not any(is_verbal(one, lexicon=lexicon) and not one.low.endswith(("ed", "held")) for one in inner)


def _head_left(  # noqa: PLR0912 - one branch per way in which a phrase may end
    words: Sequence[Word], position: int, *, lexicon: Lexicon
) -> tuple[int | None, float | None, bool, bool, int]:
    """Find the head of a phrase that ends in a place: "the town of A in B" is about A, "villages in B" vaguely about B.

    Return index, share, vague, near and the index before the phrase; None where the place is only a location.
    """
    closed = lexicon.words
    back = position - 1
    while back >= 0 and (
        words[back].low in closed["determiners"]
        or (
            words[back].low[:1].islower()
            and words[back].low.endswith(("ern", "al", "ic", "by", "ing"))
            and words[back].place is None
        )
        or words[back].low in ("key", "strategic", "city", "town", "largest", "second", "-", "main")
        or (is_demonym(words[back]))
        or words[back].low in QUOTES
    ):
        if words[back].low in lexicon.share:
            return position, lexicon.share[words[back].low], False, False, back - 1
        back -= 1
    if back < 0:
        return position, None, False, False, back
    low = words[back].low
    if low in ("between", "to", "with", "towards", "for", "by", "against", "into", "on", "onto"):
        return None, None, False, False, back
    if low in closed["within"] or low == "at":
        before = back - 1
        if before >= 0 and is_place(words[before]) and low != "of":
            return _head_left(words, before, lexicon=lexicon)
        sites = []
        while before >= 0 and (is_site(words[before], lexicon=lexicon) or words[before].low in ("%", "percent")):
            sites.append(words[before].low)
            before -= 1
            if before >= 0 and words[before].low in ("and", "-") and is_site(words[before - 1], lexicon=lexicon):
                before -= 1
        if not sites:
            if before >= 0 and is_place(words[before]):
                return _head_left(words, before, lexicon=lexicon)
            return None, None, False, False, back
        while before >= 0 and (
            words[before].low in closed["determiners"]
            or words[before].low.isdigit()
            or words[before].low in ("of", "-")
            or is_site(words[before], lexicon=lexicon)
            or words[before].low.endswith(("ern", "al", "ic"))
        ):
            sites.append(words[before].low)
            before -= 1
        if low == "of" and sites[0] in COMPASS and "the" not in sites and not any(s in closed["counts"] for s in sites):
            return None, None, False, False, back  # "south of X" is not X
        outer = before
        while outer >= 0 and before - outer < 3 and _is_plain(words[outer], lexicon=lexicon):
            outer -= 1
        if outer >= 0 and words[outer].low in ("in", "at", "near", "on", "with", "for"):
            return None, None, False, False, before  # "shares in the plant near X"
        share = next((lexicon.share[site] for site in sites if site in lexicon.share), None)
        if any(site in closed["counts"] for site in sites):
            if low == "of" and "the" in sites:
                return position, None, False, False, before
            if "a" in sites and before > 0 and words[before].low == "," and is_place(words[before - 1]):
                return _head_left(words, before - 1, lexicon=lexicon)  # "X, a town in Y province"
            return position, None, True, False, before
        return position, share, False, low != "of", before
    return position, None, False, False, back
