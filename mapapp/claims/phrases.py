"""The places of the noun phrase, or of the list of them, that begins at a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import Word
from mapapp.model import MentionKind

_OPEN = frozenset(("(", "[", "—", "–"))


_CLOSE = frozenset((")", "]", "—", "–"))


QUOTES = frozenset(("“", "”", '"', "‘", "'", "’"))


_JOINTS = frozenset(("-", "‑", "'s", "’s"))


COMPASS = frozenset(("north", "south", "east", "west", "north-east", "north-west", "south-east", "south-west"))


COUNTRY_PREC = 6
"""`where_prec` of a whole country: never taken, never held, as far as a claim is concerned."""

_LONGEST_WALK = 60


_LONGEST_ADJECTIVES = 5
"""Unknown words that may stand between a determiner and its noun."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that a walk has reached."""

    index: int
    share: float | None = None
    is_vague: bool = False
    """Something within the place is meant that has no name ("villages in X")."""
    is_near: bool = False
    """Something at or near the place is meant ("a base near X")."""
    is_listed: bool = False

    @property
    def is_itself(self) -> bool:
        """Whether the place itself is meant, and nothing within it or near it."""
        return not (self.is_vague or self.is_near)


def is_place(word: Word) -> bool:
    """Return whether a word can be what a control claim is about: resolved or not, but not a demonym or a metonym."""
    return word.place is not None and word.place.mention.kind in (MentionKind.TOPONYM, MentionKind.DESCRIPTION)


def is_site(word: Word, *, lexicon: Lexicon) -> bool:
    """Return whether a word is a common noun for a place or a part of one."""
    return word.place is None and word.party is None and word.low in lexicon.words["sites"]


def is_demonym(word: Word) -> bool:
    return word.place is not None and word.place.mention.kind is MentionKind.DEMONYM


def _is_name(word: Word) -> bool:
    """Return whether a word looks like a name that nobody knows: a capital inside a sentence."""
    return word.text[:1].isupper() and word.place is None and word.party is None and word.date is None


def is_verbal(word: Word, *, lexicon: Lexicon) -> bool:
    if word.place or word.party or word.date or word.text[:1].isupper():
        return False
    low = word.low
    if low in lexicon.speech["verbs"] or low in lexicon.words["be"] or low in lexicon.words["have"]:
        return True
    return low in lexicon.verbs and low not in lexicon.words["sites"]


def walk_right(words: Sequence[Word], start: int, *, lexicon: Lexicon) -> tuple[PlaceFound, ...]:
    """Return the places of the noun phrase, or of the list of them, that begins at a word."""
    found: list[PlaceFound] = []
    position: int | None = start
    after = start
    while position is not None and len(found) < 40:
        is_joined = all(word.low in (",", "and") for word in words[after:position])
        one, after = _phrase(words, position, lexicon=lexicon, is_listed=bool(found))
        if not one:
            break
        if found and found[-1].is_vague and one[0].index == position and is_joined:
            one = [replace(place, is_vague=True) for place in one]  # "villages in A, B and C"
        found.extend(one)
        position = _next_of_list(words, after, lexicon=lexicon)
    return tuple(found)


def _phrase(  # noqa: PLR0912, PLR0915 - one branch per kind of word that a noun phrase may hold
    words: Sequence[Word], start: int, *, lexicon: Lexicon, is_listed: bool
) -> tuple[list[PlaceFound], int]:
    """Read one noun phrase; return the places and the index after them."""
    closed = lexicon.words
    position = start
    share: float | None = None
    unknown = 0
    has_site = has_count = is_near = False
    can_of = False
    limit = min(len(words), start + _LONGEST_WALK)
    while position < limit:
        word = words[position]
        low = word.low
        if is_place(word):
            return _settle(
                words, position, share=share, is_vague=has_count, is_near=is_near, is_listed=is_listed, lexicon=lexicon
            )
        if word.place is not None:  # a demonym, as in "the Syrian town of X"
            can_of = False
        elif word.date is not None:
            if has_site:
                break
        elif word.party is not None:
            follows = words[position + 1].low if position + 1 < limit else ""
            if follows not in ("-", "'s", "’s") and follows not in closed["sites"]:
                break
        elif low in _JOINTS or low in QUOTES:
            pass
        elif low in lexicon.held_suffixes and position > start and words[position - 1].low == "-":
            can_of = False
        elif low in closed["sites"] or low in closed["determiners"] or low.isdigit() or low == "%":
            if low in closed["sites"]:
                has_site = can_of = True
                unknown = 0
            elif low in ("most", "some", "half", "all", "both", "much"):
                can_of = True
            if low in lexicon.share and share is None:
                share = lexicon.share[low]
            if low in closed["counts"]:
                has_count = True
        elif low == "of":
            if not can_of:
                break
            if position > start and _only_locates(words, position, start):
                jump = _next_of_list(words, position + 2, lexicon=lexicon)
                if not is_listed or jump is None:
                    break
                position, has_count, share = jump, False, None  # "A, villages east of X, and B"
                continue
            if words[position - 1].low in closed["counts"] and (
                not words[position - 1].low.endswith("s") or _is_apposed(words, position, start)
            ):
                has_count = False  # "the town of X" is X; "villages of X" lie in X
        elif low in closed["within"] and has_site and low != "of":
            if low in ("near", "outside", "beside") and any(_is_name(one) for one in words[start:position]):
                break  # "the hamlet of K near X", K being in no gazetteer: nothing about X
            if not has_count:
                is_near = True
            share = None if has_count else share
        elif (
            low in ("and", "&")
            and has_site
            and position + 1 < limit
            and (words[position + 1].low in closed["sites"] or words[position + 1].low in closed["determiners"])
        ):
            pass
        elif (low == "than" and words[position - 1].low in ("more", "fewer", "less")) or low in ("least", "up", "to"):
            if low == "to" and words[position - 1].low != "up":
                break
            if low == "up" and (position + 1 >= limit or words[position + 1].low != "to"):
                break
        elif low in closed["prepositions"] or low in closed["subordinators"] or low in closed["pronouns"]:
            break
        elif (
            low == ","
            and has_count
            and position + 1 < limit
            and words[position + 1].low in ("including", "among", "notably", "namely")
        ):
            has_count = False
            share = None
            position += 2 if words[position + 1].low == "among" else 1
        elif low in ("including", "notably", "namely") or (low == ":" and has_count):
            has_count = False
            share = None
        elif low in ("such",) and position + 1 < limit and words[position + 1].low == "as":
            has_count = False
            share = None
            position += 1
        elif not word.text[:1].isalnum() or is_verbal(word, lexicon=lexicon):
            break
        else:
            unknown += 1
            if unknown > _LONGEST_ADJECTIVES:
                break
            if _is_name(word):
                can_of = False
                follows = words[position + 1].low if position + 1 < limit else ""
                if follows in (",", "and"):
                    # a name that no gazetteer knows, in a list: go on behind it
                    jump = _next_of_list(words, position + 1, lexicon=lexicon)
                    if jump is None:
                        break
                    position = jump
                    unknown = 0
                    share = None
                    continue
            else:
                can_of = low in lexicon.share
        position += 1
    return [], position


def _only_locates(words: Sequence[Word], of_index: int, start: int) -> bool:
    """Return whether "east of X", "villages east of X" say where something lies; "the east of X" is a part of X."""
    first = of_index
    while first > start and (words[first - 1].low in COMPASS or words[first - 1].low in ("-", "and", "just")):
        first -= 1
    if first == of_index or words[of_index - 1].low not in COMPASS:
        return False
    return first == start or words[first - 1].low.endswith("s")


def _is_apposed(words: Sequence[Word], of_index: int, start: int) -> bool:
    """Return whether "the villages of A and B" names them, and not "villages of the province"."""
    return any(
        words[back].low in ("the", "two", "three", "four", "both") for back in range(max(start, of_index - 4), of_index)
    ) and (of_index + 1 < len(words) and is_place(words[of_index + 1]))


def _settle(
    words: Sequence[Word],
    position: int,
    *,
    share: float | None,
    is_vague: bool,
    is_near: bool,
    is_listed: bool,
    lexicon: Lexicon,
) -> tuple[list[PlaceFound], int]:
    """A place was reached: look at the words behind it, which may say that only a part of it, or no place, is meant."""
    after = position + 1
    closed = lexicon.words
    if after < len(words) and words[after].low in ("'s", "’s"):
        look = after + 1
        while look < len(words) and look < after + 6:
            word = words[look]
            if is_place(word):
                return _settle(
                    words, look, share=None, is_vague=False, is_near=False, is_listed=is_listed, lexicon=lexicon
                )
            if word.low in closed["sites"]:
                part = lexicon.share.get(word.low, 0.3)
                return [PlaceFound(position, share=part, is_listed=is_listed)], look + 1
            if word.low in closed["prepositions"] or word.low in (",", ".", "and"):
                break
            look += 1
        if any(word.text[:1].isupper() for word in words[after + 1 : look]):
            return [PlaceFound(position, share=0.3, is_listed=is_listed)], look
        return [], look
    if (
        after < len(words)
        and words[after].low in lexicon.mood["not_a_place_after"]["words"]
        and words[after].low not in ("by", "to", "open", "side")
    ):
        return [], after
    if (
        after + 1 < len(words)
        and words[after].low == "to"
        and words[after + 1].low in lexicon.mood["not_a_place_after"]["to_phrases"]
    ):
        return [], after
    if after < len(words) and words[after].low in ("-",):
        return [], after
    while after < len(words) and (
        is_site(words[after], lexicon=lexicon) or words[after].low in QUOTES or _is_of_site(words, after, lexicon)
    ):
        low = words[after].low
        if share is None and (low in closed["sites_within"] or low in closed["sites_beside"]):
            share = lexicon.share.get(low)
            is_near = is_near or low in closed["sites_beside"]
        after += 1
    is_site_of_other = after > position + 1 and after + 1 < len(words) and words[after].low in ("of", "at")
    if is_site_of_other and is_place(words[after + 1]):  # "X province town of Y", "X air base of Y": Y
        return _settle(
            words, after + 1, share=None, is_vague=is_vague, is_near=False, is_listed=is_listed, lexicon=lexicon
        )
    return [PlaceFound(position, share=share, is_vague=is_vague, is_near=is_near, is_listed=is_listed)], after


def _is_of_site(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    """Return whether a word belongs to the site behind it: "air base", "oil field"."""
    return (
        words[index].low in lexicon.words["of_sites"]
        and index + 1 < len(words)
        and is_site(words[index + 1], lexicon=lexicon)
    )


def _next_of_list(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> int | None:
    """Return where the next member of a list begins, or None where the list has ended."""
    position = _skip_bracket(words, position)
    jumped = _skip_location(words, position, lexicon=lexicon)
    for begin in dict.fromkeys((position, jumped)):
        look = begin
        seen = False
        while look < len(words):
            low = words[look].low
            if low in (",", "and", "&", "including", "plus", "then", "alongside", "or", ";") or (
                low in lexicon.words["list_links"] and _is_link_phrase(words, look)
            ):
                seen = True
            elif low in ("the", "both") or low in QUOTES:
                pass
            else:
                break
            look += 1
        if seen and look < len(words) and _member_ahead(words, look, lexicon=lexicon):
            return look
    return None


def _is_link_phrase(words: Sequence[Word], index: int) -> bool:
    pair = (words[index].low, words[index + 1].low if index + 1 < len(words) else "")
    before = words[index - 1].low if index else ""
    return pair in (("as", "well"), ("well", "as"), ("along", "with"), ("followed", "by")) or (before, pair[0]) in (
        ("well", "as"),
        ("along", "with"),
        ("followed", "by"),
        (",", "later"),
        (",", "finally"),
        ("and", "also"),
        ("and", "later"),
        ("and", "finally"),
        ("and", "then"),
        (",", "then"),
        ("and", "even"),
        ("and", "nearby"),
    )


def _member_ahead(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> bool:
    """Return whether a place follows after nothing but words that can stand before one, and no verb takes it away."""
    closed = lexicon.words
    look = position
    while look < len(words) and look < position + 8:
        word = words[look]
        if is_place(word):
            is_owner = look + 1 < len(words) and words[look + 1].low in ("'s", "’s")
            return not is_owner and not _is_subject_of_other(words, look, lexicon=lexicon)
        if word.party or word.date or _begins_apposition(word, look, position):
            return False
        low = word.low
        if (
            low in closed["sites"]
            or low in closed["determiners"]
            or low in ("of", "-", "nearby", "neighbouring", "neighboring", "key", "strategic")
            or (low in ("in", "around", "near") and look > position)
            or low in QUOTES
        ):
            look += 1
            continue
        if (
            low in closed["prepositions"]
            or low in closed["subordinators"]
            or low in closed["pronouns"]
            or is_verbal(word, lexicon=lexicon)
        ):
            return False
        if not word.text[:1].isalnum() and low != ",":
            return False
        look += 1
    return False


def _begins_apposition(word: Word, look: int, position: int) -> bool:
    """Return whether a member would begin with "a": then it is an apposition ("X, a town east of Y")."""
    return look == position and word.low in ("a", "an", "one", "two", "three", "four", "five", "several", "all", "home")


def _is_subject_of_other(words: Sequence[Word], index: int, *, lexicon: Lexicon) -> bool:
    """Return whether the place begins a clause of its own ("captured A, and B is under siege", "near A, B sought")."""
    after = index + 1
    while after < len(words) and is_site(words[after], lexicon=lexicon):
        after += 1
    if after >= len(words):
        return False
    word = words[after]
    closed = lexicon.words
    if word.low in closed["be"] or word.low in closed["modals"] or word.low in closed["have"]:
        return word.low not in ("'s", "’s")
    if not word.low.isalpha() or word.text[:1].isupper() or word.date or word.party or word.place:
        return False
    goes_on = ("prepositions", "subordinators", "adverbs", "linkers", "within", "determiners")
    return not any(word.low in closed[name] for name in goes_on)


def _skip_bracket(words: Sequence[Word], position: int) -> int:
    if position < len(words) and words[position].low in _OPEN:
        for look in range(position + 1, min(len(words), position + 14)):
            if words[look].low in _CLOSE:
                return look + 1
    return position


def _skip_location(words: Sequence[Word], position: int, *, lexicon: Lexicon) -> int:
    """Step over "in the north-west", "near X", "of Y province", "on Sunday" between two members of a list."""
    look = position
    closed = lexicon.words
    if look < len(words) and words[look].low == ",":
        look += 1
    if look < len(words) and (
        words[look].date is not None
        or words[look].low in ("in", "near", "on", "of", "outside", "around", "at", "from")
        or is_place(words[look])
    ):
        look += 1
        while look < len(words) and look < position + 12:
            word = words[look]
            goes_on = word.low in ("on", "in", "from", "of", "at") and not is_verbal(words[look - 1], lexicon=lexicon)
            if (
                word.low in (",", "and")
                or (word.low in closed["prepositions"] and not goes_on)
                or is_verbal(word, lexicon=lexicon)
            ):
                break
            look += 1
        return look
    return position
