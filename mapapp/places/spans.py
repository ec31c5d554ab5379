"""Cutting a text into the stretches that the gazetteer knows: the longest first, without overlaps."""

from __future__ import annotations

import re

from mapapp.places.drafts import Draft
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.index import LOCAL
from mapapp.places.sources import ABBREVIATION, ALTERNATE, DEMONYM, PRIMARY
from mapapp.places.tables import Words
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
)

LONGEST_NAME = 6
"""Capitalised words in a name."""

# Small words that complete the name of a facility: "Nasib crossing", "Kuweires air base".
_FACILITY = re.compile(
    r"[ \u00a0]((?:military |international |border |refugee |air )?"
    r"(?:airbase|air ?base|base|airport|airfield|crossing|camp|dam|bridge|prison|citadel|castle|heights|river|lake"
    r"|valley|oil ?field|gas ?field|mountain|island|islands|desert|highway))\b"
)
_LONG_FORMS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_LOWER_PREFIX = re.compile(r"(?<!\w)((?:al|el|as|es|ash|esh|ad|ed|ar|er|at|az|ez|an|en)[-‐‑ ])$")


Stretch = tuple[int, int, int, int, str]
"""(first word, first word after, start, end, key)"""


def find_options(tokens: Tokens, gazetteer: Gazetteer, words: Words) -> dict[int, list[Draft]]:
    """Return for each first word the stretches that the gazetteer knows, the longest first."""
    stretches: list[Stretch] = []
    n_tokens, never = len(tokens.keys), gazetteer.never_names
    for first, key in enumerate(tokens.keys):
        is_alone = first + 1 == n_tokens or tokens.gaps[first + 1] in (BREAK, COMMA)
        if not (is_alone and key in never and tokens.surfaces[first][1:].islower()):
            # "The" at the start of a sentence is no name; WHO and US may be.
            _add_stretches(stretches, tokens, first)
    known = gazetteer.entries([stretch[4] for stretch in stretches])
    options: dict[int, list[Draft]] = {}
    blocked = words.blocked
    for first, last, start, end, key in stretches:
        entries = known[key]
        if key in blocked:
            # It takes its words away from what could be found inside it.
            options.setdefault(first, []).append(
                Draft(first, last, start, end, key, (), n_words=key.count(" ") + 1, is_blocked=True)
            )
            continue
        if not entries:
            continue
        how = entries[0][1]
        if len(entries) > 1:
            hows = [entry[1] for entry in entries]
            if DEMONYM in hows:
                # Some hamlet is called Western too.
                entries = tuple([entry for entry in entries if entry[1] == DEMONYM])
                how = DEMONYM
            is_abbreviation = how == ABBREVIATION and hows.count(ABBREVIATION) == len(hows)
        else:
            is_abbreviation = how == ABBREVIATION
        draft = Draft(
            first, last, start, end, key, entries,
            n_words=key.count(" ") + 1, is_demonym=how == DEMONYM, is_abbreviation=is_abbreviation,
        )  # fmt: skip
        options.setdefault(first, []).append(draft)
    for drafts in options.values():
        if len(drafts) > 1:
            drafts.sort(key=lambda draft: (draft.last, draft.is_abbreviation, draft.end - draft.start), reverse=True)
    return options


def _add_stretches(stretches: list[Stretch], tokens: Tokens, first: int) -> None:
    """Add the stretches that begin with a word."""
    text, keys, full_keys, gaps = tokens.text, tokens.keys, tokens.full_keys, tokens.gaps
    start, n_tokens = tokens.starts[first], len(keys)
    prefix = name_prefix(tokens, first) if gaps[first] in (BREAK, LINK, SPACE) else ""
    body = ""
    for last in range(first + 1, min(n_tokens, first + LONGEST_NAME) + 1):
        current = last - 1
        if current > first:
            gap = gaps[current]
            if gap == STOP:
                if keys[current - 1] not in STOPPED:
                    return
            elif gap not in (SPACE, HYPHEN, LINK, NEWLINE):
                return
            body += " " + (tokens.links[current] + " " if gap == LINK else "")
        key, end = body + keys[current], tokens.ends[current]
        stretches.append((first, last, start, end, key))
        is_run = last < n_tokens and gaps[last] == SPACE
        facility = None if is_run else _FACILITY.match(text, end)
        noun = " " + " ".join(facility.group(1).split()) if facility else ""
        if facility:
            stretches.append((first, last, start, facility.end(), key + noun))
        if prefix:
            stretches.append((first, last, start - len(prefix) - 1, end, f"{prefix} {key}"))
            if facility:
                stretches.append((first, last, start - len(prefix) - 1, facility.end(), f"{prefix} {key}{noun}"))
        if current > first:
            _add_long_forms(stretches, tokens, first, last, body=body, key=key)
        elif end - start <= LONGEST_ABBREVIATION:
            surface = tokens.surfaces[current]
            if text[end : end + 1] == "." and "." not in surface:
                stretches.append((first, last, start, end + 1, surface + "."))
            if surface.isupper():
                stretches.append((first, last, start, end, surface))
        body += full_keys[current]


def _add_long_forms(stretches: list[Stretch], tokens: Tokens, first: int, last: int, *, body: str, key: str) -> None:
    """Add the readings of a name of several words that differ in their spelling."""
    current, start, end = last - 1, tokens.starts[first], tokens.ends[last - 1]
    if tokens.full_keys[current] != tokens.keys[current]:
        # The last word keeps its ending: Land's End, but also St. John's.
        stretches.append((first, last, start, tokens.full_ends[current], body + tokens.full_keys[current]))
    short = tokens.keys[first]
    if short in _LONG_FORMS:
        stretches.append((first, last, start, end, _LONG_FORMS[short] + key[len(short) :]))
    if tokens.keys[current] == "co":
        has_stop = tokens.text[end : end + 1] == "."
        stretches.append((first, last, start, end + has_stop, body + "county"))


LONGEST_ABBREVIATION = 6
"""Characters of a word that may stand for a country or a state."""


_LAST, _LAST_BUT_ONE = "lshdrtzn", "aes"
"""The letters that the articles of _LOWER_PREFIX end in: most words are told from them by two letters."""


def name_prefix(tokens: Tokens, first: int) -> str:
    """Return the article written small before a name ("al" of al-Tanf), else nothing."""
    start, text = tokens.starts[first], tokens.text
    if start < 3 or text[start - 2] not in _LAST or text[start - 3] not in _LAST_BUT_ONE:
        return ""
    found = _LOWER_PREFIX.search(tokens.text, max(0, start - 5), start)
    return found.group(1)[:-1] if found else ""


def join_words(tokens: Tokens, first: int, last: int) -> str:
    """Return the key of the words from `first` up to `last`, with the small words between them."""
    parts = [tokens.full_keys[first] if last - first > 1 else tokens.keys[first]]
    for number in range(first + 1, last):
        if tokens.gaps[number] == LINK:
            parts.append(tokens.links[number])
        parts.append(tokens.keys[number] if number == last - 1 else tokens.full_keys[number])
    return " ".join(parts)


def choose_spans(tokens: Tokens, options: dict[int, list[Draft]], words: Words) -> list[Draft]:
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


def name_listed_units(tokens: Tokens, drafts: list[Draft], gazetteer: Gazetteer) -> list[Draft]:
    """Read "Douglas, Sarpy and Lancaster counties" as the counties of these names."""
    text = tokens.text
    found = list(_LISTED_UNITS.finditer(text))
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
