"""Names in a text, and what their neighbours say of each: is it a place?

Nothing is decided here. Every stretch that the gazetteer knows gets the features that speak for and against it; the
resolver weighs them together with what else the text is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from mapapp.places.gazetteer import Entry, Gazetteer
from mapapp.places.index import LOCAL
from mapapp.places.sources import ABBREVIATION, ALTERNATE, DEMONYM, PRIMARY
from mapapp.places.tables import Words, read_words
from mapapp.places.tokens import (
    BREAK,
    COMMA,
    HYPHEN,
    LINK,
    NEWLINE,
    SPACE,
    STOP,
    STOPPED,
    Tokens,
    find_tokens,
)

LONGEST_NAME = 6
"""Capitalised words in a name."""


@dataclass(slots=True)
class Draft:
    """A stretch of text that the gazetteer knows, on its way to being a mention."""

    first: int
    """Number of its first capitalised word."""
    last: int
    """Number of the first capitalised word after it."""
    start: int
    end: int
    key: str
    entries: tuple[Entry, ...]
    n_words: int
    is_demonym: bool = False
    is_abbreviation: bool = False
    features: dict[str, float] = field(default_factory=dict)
    """Feature of weights.toml to strength, mostly 1."""
    within: tuple[Entry, ...] = ()
    """What is named right after it as the larger place that it lies in."""
    unit_word: str = ""
    """`province`, `county`: a word beside it that says what kind of place it is."""
    is_blocked: bool = False
    trace: tuple[float, float] = (0.0, 0.0)
    """True: part of something that is no place, whatever else is known."""


@dataclass(slots=True)
class Recognition:
    """All that was found in one text."""

    text: str
    tokens: Tokens
    drafts: list[Draft]
    surnames: dict[str, float]
    """Keys that the text uses as surnames, with how surely (0 to 1)."""


_LONG_FORMS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_LOWER_PREFIX = re.compile(r"(?<!\w)((?:al|el|as|es|ash|esh|ad|ed|ar|er|at|az|ez|an|en)[-‐‑ ])$")
_UNIT_WORDS = {
    "province": "A", "provinces": "A", "governorate": "A", "governorates": "A", "state": "A", "region": "A",
    "county": "A", "counties": "A", "district": "A", "oblast": "A", "prefecture": "A", "canton": "A",
    "parish": "A", "countryside": "A", "republic": "A",
    "city": "P", "town": "P", "village": "P", "suburb": "P", "municipality": "P",
    "river": "H", "lake": "H", "sea": "H",
}  # fmt: skip


@lru_cache(maxsize=4096)
def _plain_word(word: str) -> str:
    return word.strip("\"'“”‘’«»()[],;:!?").lower()


def recognise(text: str, *, gazetteer: Gazetteer) -> Recognition:
    """Return the stretches of a text that may be places, without overlaps, with their features."""
    words = read_words()
    tokens = find_tokens(text)
    options = _find_options(tokens, gazetteer)
    drafts = _name_listed_units(tokens, _choose_spans(tokens, options, words), gazetteer)
    surnames = _find_surnames(tokens, drafts, words)
    starts = {draft.first: draft for draft in drafts}
    ends = {draft.last: draft for draft in drafts}
    for draft in drafts:
        _look_around(draft, tokens, words, starts=starts, ends=ends)
    return Recognition(text=text, tokens=tokens, drafts=drafts, surnames=surnames)


def _find_options(tokens: Tokens, gazetteer: Gazetteer) -> dict[int, list[Draft]]:
    """Return for each first word the stretches that the gazetteer knows, the longest first."""
    text, keys, full_keys, gaps, links = tokens.text, tokens.keys, tokens.full_keys, tokens.gaps, tokens.links
    stretches: list[tuple[int, int, int, int, str]] = []
    n_tokens = len(keys)
    for first in range(n_tokens):
        start = tokens.starts[first]
        prefix = ""
        if start >= 3 and text[start - 1] in "-‐‑ " and (gaps[first] in (BREAK, LINK, SPACE)):
            found = _LOWER_PREFIX.search(text, max(0, start - 5), start)
            if found:
                prefix = found.group(1)[:-1]
        body = ""
        for last in range(first + 1, min(n_tokens, first + LONGEST_NAME) + 1):
            current = last - 1
            if current > first:
                gap = gaps[current]
                if gap == STOP:
                    if keys[current - 1] not in STOPPED:
                        break
                elif gap not in (SPACE, HYPHEN, LINK, NEWLINE):
                    break
                body += " " + (links[current] + " " if gap == LINK else "")
            key = body + keys[current]
            end = tokens.ends[current]
            stretches.append((first, last, start, end, key))
            if prefix:
                stretches.append((first, last, start - len(prefix) - 1, end, f"{prefix} {key}"))
            if full_keys[current] != keys[current] and current > first:
                stretches.append((first, last, start, tokens.full_ends[current], body + full_keys[current]))
            if current > first and keys[first] in _LONG_FORMS:
                long_key = _LONG_FORMS[keys[first]] + key[len(keys[first]) :]
                stretches.append((first, last, start, end, long_key))
            if current > first and keys[current] == "co":
                dot = 1 if text[end : end + 1] == "." else 0
                stretches.append((first, last, start, end + dot, body + "county"))
            surface = tokens.surfaces[current]
            if current == first and len(surface) <= 6:
                after = text[end : end + 1]
                if after == "." and "." not in surface:
                    stretches.append((first, last, start, end + 1, surface + "."))
                if surface.isupper():
                    stretches.append((first, last, start, end, surface))
            body += full_keys[current]
    known = gazetteer.entries([stretch[4] for stretch in stretches])
    options: dict[int, list[Draft]] = {}
    for first, last, start, end, key in stretches:
        entries = known[key]
        if len(entries) > 1 and any(how == DEMONYM for _, how in entries):
            # Some hamlet is called Western too.
            entries = tuple(entry for entry in entries if entry[1] == DEMONYM)
        if entries:
            options.setdefault(first, []).append(
                Draft(
                    first, last, start, end, key, entries,
                    n_words=key.count(" ") + 1,
                    is_demonym=entries[0][1] == DEMONYM,
                    is_abbreviation=all(how == ABBREVIATION for _, how in entries),
                )
            )  # fmt: skip
    for drafts in options.values():
        drafts.sort(key=lambda draft: (draft.last, draft.is_abbreviation, draft.end - draft.start), reverse=True)
    return options


def _choose_spans(tokens: Tokens, options: dict[int, list[Draft]], words: Words) -> list[Draft]:
    """Choose stretches that do not overlap: from left to right, the longest first."""
    chosen: list[Draft] = []
    position = 0
    free_from = 0
    n_tokens = len(tokens.keys)
    while position < n_tokens:
        taken = None
        for draft in options.get(position, ()):
            if draft.start < free_from:
                continue
            if draft.n_words == 1 and draft.key in words.never and not (draft.is_abbreviation or draft.is_demonym):
                continue
            if draft.is_abbreviation and not _may_abbreviate(draft, tokens, chosen):
                continue
            if (
                draft.n_words > 1
                and draft.key.endswith(" city")
                and all(how in (ALTERNATE, LOCAL) for _, how in draft.entries)
            ):
                # "Dublin City Council" is the council of Dublin.
                continue
            taken = draft
            break
        if taken is None:
            position += 1
            continue
        chosen.append(taken)
        free_from = taken.end
        position = taken.last
    return chosen


_LISTED_UNITS = re.compile(r"\s(counties|Counties|parishes|Parishes)\b")


def _name_listed_units(tokens: Tokens, drafts: list[Draft], gazetteer: Gazetteer) -> list[Draft]:
    """Read "Douglas, Sarpy and Lancaster counties" as the counties of these names."""
    text = tokens.text
    found = [match for match in _LISTED_UNITS.finditer(text)]
    if not found:
        return drafts
    by_first = {draft.first: draft for draft in drafts}
    last_at = {end: number for number, end in enumerate(tokens.ends)}
    for match in found:
        unit = "county" if match.group(1).lower() == "counties" else "parish"
        number = last_at.get(match.start(), -1)
        for _ in range(8):
            if number < 0:
                break
            first = number
            while first > 0 and tokens.gaps[first] == SPACE and tokens.keys[first - 1] not in ("in", "the", "both"):
                first -= 1
            key = " ".join(tokens.full_keys[first : number + 1])
            entries = tuple(
                entry for entry in gazetteer.entries([f"{key} {unit}"])[f"{key} {unit}"] if entry[1] == PRIMARY
            )
            if entries:
                for covered in range(first, number + 1):
                    by_first.pop(covered, None)
                by_first[first] = Draft(
                    first, number + 1, tokens.starts[first], tokens.ends[number], f"{key} {unit}", entries,
                    n_words=2, unit_word="county",
                )  # fmt: skip
            gap = tokens.gaps[first]
            if not (gap == COMMA or (gap == LINK and tokens.links[first] == "and")):
                break
            number = first - 1
    return [by_first[first] for first in sorted(by_first)]


# Written with a full stop these are words too, or initials; they need a place before them.
_SHY_ABBREVIATIONS = frozenset(
    "Miss. Wash. Ill. Ore. Mo. La. Me. Ind. Ala. Del. Man. Ark. Cal. Ct. Ia. Ida. Ut. Haw. Penn. Mass. Pa. Md.".split()  # noqa: SIM905
)


def _may_abbreviate(draft: Draft, tokens: Tokens, chosen: list[Draft]) -> bool:
    surface = tokens.text[draft.start : draft.end]
    has_place_before = bool(chosen) and chosen[-1].last == draft.first and tokens.gaps[draft.first] == COMMA
    if has_place_before:
        return True
    if "." not in surface:
        # Two-letter codes of states are words and initials elsewhere; codes of countries are not.
        return all(spot.feature_code == "PCLI" for spot, _ in draft.entries) or len(surface) > 2
    if surface.count(".") > 1:
        return True
    return surface not in _SHY_ABBREVIATIONS or surface in ("Mass.", "Pa.", "Md.")


def _find_surnames(tokens: Tokens, drafts: list[Draft], words: Words) -> dict[str, float]:
    """Return the words that the text uses as surnames: after a title, a given name, an initial."""
    surnames: dict[str, float] = {}
    covered = {number for draft in drafts for number in range(draft.first, draft.last) if draft.n_words > 1}
    keys, gaps = tokens.keys, tokens.gaps
    for number in range(1, len(keys)):
        gap = gaps[number]
        if gap not in (SPACE, STOP) or number in covered or number - 1 in covered:
            continue
        before, key = keys[number - 1], keys[number]
        if len(key) < 3 or key in words.never or key in words.institutions or key in words.streets:
            continue
        if gap == STOP and len(before) > 1 and before not in words.titles:
            continue
        following = keys[number + 1] if number + 1 < len(keys) and gaps[number + 1] == SPACE else ""
        if before in words.first_names or _is_initial(before, gap):
            if key not in words.first_names or following == "" or following in words.institutions:
                surnames[key] = 1.0
        elif before in words.titles:
            if key not in words.first_names or following == "":
                surnames[key] = max(surnames.get(key, 0.0), 0.9)
    return surnames


def _is_initial(key: str, gap: int) -> bool:
    """Whether a single letter is an initial: with its full stop, or any letter that is no word by itself."""
    return len(key) == 1 and (gap == STOP or key not in ("a", "i", "o"))


def _word_before(text: str, start: int) -> tuple[str, str, str]:
    """Return (punctuation between, word before, word before that), words folded plainly."""
    part = text[max(0, start - 36) : start]
    bare = part.rstrip()
    if not bare:
        return "start", "", ""
    last = bare[-1]
    between = "" if last.isalnum() or last in ".'’" else last
    if "\n" in part[len(bare) :]:
        between = "\n"
    pieces = bare.rsplit(None, 2)
    word = pieces[-1]
    if last == "." and word.count(".") == 1 and len(word) > 3 and word.lower().rstrip(".") not in STOPPED:
        between = "."
    return between, _plain_word(word), _plain_word(pieces[-2]) if len(pieces) > 1 else ""


def _word_after(text: str, end: int) -> tuple[str, str, bool]:
    """Return (characters right after, the next word folded plainly, whether that word is capitalised)."""
    part = text[end : end + 40]
    if part[:2] in ("'s", "’s", "'S", "’S"):
        part = part[2:]
    stripped = part.lstrip()
    between = part[: len(part) - len(stripped)]
    if stripped and not stripped[0].isalnum():
        return between + stripped[0], "", False
    piece = stripped.split(None, 1)[0] if stripped else ""
    return between, _plain_word(piece.rstrip(".")), piece[:1].isupper()


def _look_around(
    draft: Draft, tokens: Tokens, words: Words, *, starts: dict[int, Draft], ends: dict[int, Draft]
) -> None:
    """Note the features of the neighbourhood."""
    text, features = tokens.text, draft.features
    if draft.key in words.phrases_not_places or draft.key in words.metonyms_not_places:
        draft.is_blocked = True
        return
    _look_before(draft, tokens, words, ends=ends)
    _look_after(draft, tokens, words, starts=starts)
    if "the_before" in features and _is_modifier(draft, text, words):
        # "the Omaha company", "the Ohio Housing Agency": the article belongs to the noun.
        del features["the_before"]
    if draft.is_demonym:
        for name in ("the_before", "title_before", "sentence_start"):
            features.pop(name, None)
        if "capital_after" in features or "brand_after" in features or "street_after" in features:
            features["demonym_in_name"] = 1.0
        if not any(spot.has_point for spot, _ in draft.entries):
            # "Western diplomats", but not "Western Union", and not a western saddle's capital at a sentence's start.
            between, after, is_capital = _word_after(text, draft.end)
            draft.is_blocked = draft.is_blocked or is_capital or not after or between != " "
    if draft.key.startswith(("st ", "saint ", "santa ", "san ", "ste ")) and "institution_after" in features:
        features["saint_after"] = 1.0 if _SAINTED.match(text, draft.end) else 0.0
    surface = text[draft.start : draft.end]
    if surface.isupper() and len(surface) > 3 and not draft.is_abbreviation:
        after = text[draft.end : draft.end + 40]
        if _DATELINE.match(after) and (draft.start == 0 or text[draft.start - 1] in "\n ."):
            features["dateline"] = 1.0
        else:
            features["all_capitals"] = 1.0
    elif draft.start == 0 and _DATELINE_MIXED.match(text, draft.end):
        features["dateline"] = 1.0


_LISTED_STREETS = frozenset(["streets", "avenues", "roads", "drives", "lanes", "boulevards", "ave", "blvd"])
_SURE_STREETS = frozenset(["street", "avenue", "ave", "road", "rd", "boulevard", "blvd", "lane", "highway", "parkway"])
_SAINTED = re.compile(
    r"(?:['’]s)?\s+(?:[A-Z]\w+\s+){0,3}(?:Church|Cathedral|School|Hospital|College|Academy|Chapel|Parish|Mosque|Monastery|Convent"
    r"|Elementary|High|Catholic|Orthodox|University|Medical|Hall|House)\b"
)
_PARTIES = frozenset(["D", "R", "I", "DFL", "GOP", "Dem", "Rep"])
_FUNCTION_WORDS = frozenset(
    """of in and or is was are were be been has had have will would can could on to for with at that which who as by from
    but not said says also may might when while where after before since until than then into over under its his her
    their it he she they we i you does did do if so because about""".split()  # noqa: SIM905
)


def _is_modifier(draft: Draft, text: str, words: Words) -> bool:
    """Whether the name modifies a noun right after it."""
    between, after, is_capital = _word_after(text, draft.end)
    if between != " " or not after:
        return False
    return is_capital or (after not in _FUNCTION_WORDS and after not in words.speech_verbs and not after.endswith("ed"))


_DATELINE = re.compile(r"(?:,\s[\w. ]{2,20}?)?\s*(?:\(|--|[-–—:]\s|[A-Z][a-z])")
_DATELINE_MIXED = re.compile(r"(?:,\s[\w. ]{2,20}?)?\s*(?:\([A-Z][\w ]{1,12}\)\s?[-–—]|\s[-–—]\s)")


def _look_before(draft: Draft, tokens: Tokens, words: Words, *, ends: dict[int, Draft]) -> None:
    text, features, first = tokens.text, draft.features, draft.first
    between, before, before_that = _word_before(text, draft.start)
    gap = tokens.gaps[first] if draft.start == tokens.starts[first] else BREAK
    if between in ("start", "\n", ".", "!", "?", "“", '"') and not (between in '“"' and before):
        features["sentence_start"] = 1.0
    if between in ("start", "\n", "!", "?", "."):
        return
    left = ends.get(first)
    if gap in (SPACE, STOP) and first > 0:
        key = tokens.keys[first - 1]
        if gap == STOP and len(key) > 1 and key not in words.titles and key not in STOPPED:
            features["sentence_start"] = 1.0
        elif key in words.place_prepositions:
            features["strong_preposition"] = 1.0
        elif key in words.titles:
            features["title_before"] = 1.0
        elif _is_initial(key, gap) or (key in words.first_names and left is None):
            features["name_before"] = 1.0
        elif key == "the":
            features["the_before"] = 1.0
        elif key in words.first_names and left is not None:
            features["capital_before"] = 0.6
        elif left is not None or key in words.never or key in words.name_openers or key in words.institutions:
            pass
        elif key in words.weak_prepositions:
            features["weak_preposition"] = 1.0
        else:
            features["capital_before"] = 0.5 if tokens.surfaces[first - 1].isupper() else 1.0
        return
    if gap == HYPHEN:
        if left is None and tokens.surfaces[first - 1] in _PARTIES:
            # Sen. Lee, D-Oakland
            features["strong_preposition"] = 1.0
        elif left is None:
            features["hyphenated"] = 1.0
        else:
            features["list_neighbour"] = 1.0
        return
    if between == "," and left is not None:
        features["list_neighbour"] = 1.0
        return
    if between:
        return
    if before in words.titles:
        features["title_before"] = 0.8 if before not in ("leader", "king", "queen", "general", "chief") else 0.3
    elif before == "the":
        features["the_before"] = 1.0
        if before_that in words.place_prepositions:
            features["strong_preposition"] = 0.5
    elif before == "of" and before_that in words.settlement_nouns:
        features["settlement_of"] = 1.0
        if before_that in _UNIT_WORDS:
            draft.unit_word = before_that
    elif before in words.place_prepositions:
        features["strong_preposition"] = 1.0
    elif before in words.weak_prepositions:
        if before in ("and", "or") and left is not None:
            features["list_neighbour"] = 1.0
        else:
            features["weak_preposition"] = 1.0


def _look_after(draft: Draft, tokens: Tokens, words: Words, *, starts: dict[int, Draft]) -> None:
    text, features, last = tokens.text, draft.features, draft.last
    between, after, is_capital = _word_after(text, draft.end)
    is_possessive = draft.end < tokens.full_ends[last - 1]
    if is_possessive:
        features["possessive"] = 1.0
    gap = tokens.gaps[last] if last < len(tokens.keys) else BREAK
    right = starts.get(last)
    if gap == HYPHEN and not is_possessive:
        features["list_neighbour" if right is not None else "hyphenated"] = 1.0
        return
    follows = text[draft.end : draft.end + 7].lower()
    if follows[:1] in "-‐‑–" and follows[1:2].isalpha():
        if follows[1:6] == "based":
            features["based"] = 1.0
        return
    if gap == COMMA and right is not None:
        larger = tuple(entry for entry in right.entries if entry[0].feature_class == "A" or entry[1] == ABBREVIATION)
        if larger:
            draft.within = larger
        features.setdefault("list_neighbour", 1.0)
        return
    if between.startswith(" (") or between == "(":
        if right is not None and any(spot.feature_class == "A" for spot, _ in right.entries):
            draft.within = tuple(entry for entry in right.entries if entry[0].feature_class == "A")
        return
    if not after:
        return
    if is_capital and gap == SPACE:
        key = tokens.keys[last]
        if is_possessive:
            return
        after_next = tokens.keys[last + 1] if last + 1 < len(tokens.keys) and tokens.gaps[last + 1] == SPACE else ""
        is_unit = any(spot.feature_class == "A" for spot, _ in draft.entries[:3])
        if key in words.streets and is_unit and (after_next in words.institutions or key == "court"):
            # The Florida Highway Patrol, Meigs County Court.
            features["institution_after"] = 1.0
        elif (key in words.streets and not (key == "st" and right is not None)) or (
            after_next in _SURE_STREETS and not is_unit
        ):
            features["street_after"] = 1.0
        elif key in words.brands:
            features["brand_after"] = 1.0
        elif key in words.institutions:
            features["institution_after"] = 1.0
            if key in _UNIT_WORDS:
                draft.unit_word = key
        elif key in words.features:
            features["feature_after"] = 1.0
        elif key in words.titles or key in words.never:
            pass
        elif draft.n_words == 1 and (
            draft.key in words.first_names
            or (key in words.surnames and after_next not in words.institutions and not is_unit)
        ):
            features["name_after"] = 1.0
        elif right is not None:
            features["list_neighbour"] = 0.5
        else:
            features["capital_after"] = 1.0
        return
    if between not in ("", " ", "\n"):
        return
    if after in _LISTED_STREETS:
        features["street_after"] = 1.0
        return
    if after in words.place_followers and not is_capital:
        features["follower"] = 1.0
        if after in _UNIT_WORDS:
            draft.unit_word = after
    elif not is_possessive and (after in words.speech_verbs or after in words.government_verbs):
        if after in words.government_verbs and any(
            spot.feature_code in ("PPLC", "PCLI") for spot, _ in draft.entries[:8]
        ):
            features["government_verb"] = 1.0
        elif after in words.speech_verbs:
            features["speech_verb"] = 1.0
    if after in ("and", "or") and gap == LINK and right is not None:
        features.setdefault("list_neighbour", 0.7)
        if _word_after(text, right.end)[1] in _LISTED_STREETS:
            features["street_after"] = 1.0
