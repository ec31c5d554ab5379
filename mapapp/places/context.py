"""What the words around a name say: is it a place, a person, a street, a paper?"""

from __future__ import annotations

import re
from functools import lru_cache

from mapapp.places.drafts import UNIT_WORDS, Draft
from mapapp.places.sources import ABBREVIATION
from mapapp.places.tables import Words
from mapapp.places.tokens import ARTICLES, BREAK, COMMA, HYPHEN, LINK, PARTICLES, SPACE, STOP, STOPPED, Tokens

Placed = dict[int, Draft]
"""Drafts by the number of a word that they begin with, or end before."""

_PARTIES = frozenset(["D", "R", "I", "DFL", "GOP", "Dem", "Rep"])
_PLACED_HEAD = frozenset(["weak_preposition", "strong_preposition", "settlement_of"])
# "as far away as", "as far north as"
_FAR = frozenset(["far", "away", "north", "south", "east", "west"])
_NEAR_WORDS = frozenset(["near", "outside", "around", "surrounding", "nearby", "towards", "toward"])
# What stands beside a town rather than in it: the place is near, not there.
_FACILITY_NOUNS = frozenset(
    ["airport", "airbase", "airfield", "countryside", "outskirts", "suburbs", "border", "front"]
)
_UNIVERSITIES = frozenset(["university", "college", "academy", "institute"])
_FACILITY = re.compile(r"\s\w+\s(?:airport|air\s?base|airfield|airbase)\b")
_LISTED_STREETS = frozenset(["streets", "avenues", "roads", "drives", "lanes", "boulevards", "ave", "blvd"])
_SURE_STREETS = frozenset(["street", "avenue", "ave", "road", "rd", "boulevard", "blvd", "lane", "highway", "parkway"])
_LINE = re.compile(r"[^\n]+")
_SAINTS = ("st ", "saint ", "santa ", "san ", "ste ")
_SAINTED = re.compile(
    r"(?:['’]s?)?\s+(?:[A-Z]\w+\s+){0,3}(?:Church|Cathedral|School|Hospital|College|Academy|Chapel|Parish|Mosque|Convent"
    r"|Monastery|Elementary|High|Catholic|Orthodox|University|Medical|Hall|House)\b"
)
# A dateline: the name in capitals, perhaps its state, then the agency in brackets, a dash, or the sentence.
_DATELINE = re.compile(r"(?:,\s[\w. ]{2,20}?)?\s*(?:\(|--|[-–—:]\s|[A-Z][a-z])")
_DATELINE_MIXED = re.compile(r"(?:,\s[\w. ]{2,20}?)?\s*(?:\([A-Z][\w ]{1,12}\)\s?[-–—]|\s[-–—]\s)")
_FUNCTION_LIST = """
    of in and or is was are were be been has had have will would can could on to for with at that which who as by from
    but not said says also may might when while where after before since until than then into over under its his her
    their it he she they we i you does did do if so because about
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_LIST.split())


@lru_cache(maxsize=4096)
def _plain_word(word: str) -> str:
    return word.strip("\"'“”‘’«»()[],;:!?").lower()


def is_initial(key: str, gap: int) -> bool:
    """Tell whether a single letter is an initial: with its full stop, or any letter that is no word by itself."""
    return len(key) == 1 and (gap == STOP or key not in ("a", "i", "o"))


def is_article_gap(tokens: Tokens, number: int) -> bool:
    """Tell whether only an article or a particle of names stands between a word and the one before: al-Assad."""
    return tokens.gaps[number] == LINK and (tokens.links[number] in ARTICLES or tokens.links[number] in PARTICLES)


def follows_name_word(tokens: Tokens, number: int, words: Words) -> bool:
    """Tell whether a title, a given name or an initial stands right before a word, so that it is a surname."""
    gap = tokens.gaps[number]
    if number == 0 or not (gap in (SPACE, STOP) or is_article_gap(tokens, number)):
        return False
    key = tokens.keys[number - 1]
    return key in words.titles or key in words.first_names or is_initial(key, gap)


def find_surnames(tokens: Tokens, drafts: list[Draft], words: Words) -> dict[str, float]:
    """Return the words that the text uses as surnames, with how surely: after a title, a given name, an initial."""
    surnames: dict[str, float] = {}
    covered = {number for draft in drafts for number in range(draft.first, draft.last) if draft.n_words > 1}
    keys, gaps = tokens.keys, tokens.gaps
    for number in range(1, len(keys)):
        gap, key, before = gaps[number], keys[number], keys[number - 1]
        has_article = is_article_gap(tokens, number)
        if not (gap in (SPACE, STOP) or has_article) or len(key) < 3:
            continue
        if number in covered or number - 1 in covered:
            continue
        if key in words.never or key in words.institutions or key in words.streets:
            continue
        if gap == STOP and len(before) > 1 and before not in words.titles:
            continue
        following = keys[number + 1] if number + 1 < len(keys) and gaps[number + 1] == SPACE else ""
        is_last = following == "" or (following in words.institutions and before not in words.titles)
        if key in words.first_names and not is_last:
            continue
        if before in words.first_names or is_initial(before, gap):
            surnames[key] = 1.0
            if has_article:
                surnames[f"{tokens.links[number]} {key}"] = 1.0
        elif before in words.titles:
            surnames[key] = max(surnames.get(key, 0.0), 0.9)
    return surnames


def find_headings(text: str) -> list[tuple[int, int]]:
    """Return the lines in which nearly every word is capitalised, as (start, end), in order.

    >>> find_headings("Rebels Take Hama as Army Flees\\nThe army left Hama on Thursday.")
    [(0, 30)]
    """
    found = []
    for match in _LINE.finditer(text):
        if match.end() - match.start() > LONGEST_HEADING or text[match.end() - 1] in '.!?”",;:':
            continue
        words = match.group().split()
        n_capitals = sum(1 for word in words if word[:1].isupper())
        if len(words) >= 4 and n_capitals >= 0.7 * len(words):
            found.append(match.span())
    return found


LONGEST_HEADING = 160
"""Characters of a line that may be a heading."""

HEADING_SHARE = 0.2
"""What a capitalised neighbour says in a heading, where all words are capitalised, beside what it says elsewhere."""


def soften_heading(draft: Draft) -> None:
    """Take the weight from capitalised neighbours of a draft that stands in a heading."""
    for name in ("capital_before", "capital_after", "all_capitals", "demonym_in_name"):
        if name in draft.features:
            draft.features[name] *= HEADING_SHARE


def look_around(draft: Draft, tokens: Tokens, words: Words, *, starts: Placed, ends: Placed) -> None:
    """Note on a draft the features of its neighbourhood, by the names of weights.toml."""
    if draft.key in words.blocked:
        draft.is_blocked = True
        return
    text, features = tokens.text, draft.features
    _look_before(draft, tokens, words, left=ends.get(draft.first))
    _look_after(draft, tokens, words, right=starts.get(draft.last))
    if "the_before" in features and _is_modifier(draft, text, words):
        # "the Omaha company", "the Ohio Housing Agency": the article belongs to the noun.
        del features["the_before"]
    if draft.is_demonym:
        _look_at_demonym(draft, text)
    is_before_house = "institution_after" in features or text[draft.end : draft.end + 2] in ("' ", "’ ")
    if draft.key.startswith(_SAINTS) and is_before_house and _SAINTED.match(text, draft.end):
        features["saint_after"] = 1.0
    surface = text[draft.start : draft.end]
    if surface.isupper() and len(surface) > 3 and not draft.is_abbreviation:
        begins = draft.start == 0 or text[draft.start - 1] in "\n ."
        features["dateline" if begins and _DATELINE.match(text, draft.end) else "all_capitals"] = 1.0
    elif draft.start == 0 and _DATELINE_MIXED.match(text, draft.end):
        features["dateline"] = 1.0


def _look_at_demonym(draft: Draft, text: str) -> None:
    features = draft.features
    for name in ("the_before", "title_before", "sentence_start"):
        features.pop(name, None)
    if "capital_after" in features or "brand_after" in features or "street_after" in features:
        features["demonym_in_name"] = 1.0
    if not any(spot.has_point for spot, _ in draft.entries):
        # "Western diplomats", but not "Western Union".
        between, after, is_capital = _word_after(text, draft.end)
        draft.is_blocked = is_capital or not after or between != " "


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


def _is_modifier(draft: Draft, text: str, words: Words) -> bool:
    """Whether the name modifies a noun right after it."""
    between, after, is_capital = _word_after(text, draft.end)
    if between != " " or not after:
        return False
    return is_capital or (after not in _FUNCTION_WORDS and after not in words.speech_verbs and not after.endswith("ed"))


def _look_before(draft: Draft, tokens: Tokens, words: Words, *, left: Draft | None) -> None:
    features, first = draft.features, draft.first
    between, before, before_that = _word_before(tokens.text, draft.start)
    gap = tokens.gaps[first] if draft.start == tokens.starts[first] else BREAK
    if is_article_gap(tokens, first) and follows_name_word(tokens, first, words):
        features["name_before"] = 1.0
        return
    if between in ("start", "\n", ".", "!", "?") or (between in ("“", '"') and not before):
        features["sentence_start"] = 1.0
    if between in ("start", "\n", "!", "?", "."):
        return
    if gap in (SPACE, STOP) and first > 0:
        _look_at_capital_before(draft, tokens, words, left=left)
    elif gap == HYPHEN:
        if left is not None:
            features["list_neighbour"] = 1.0
        else:
            # Sen. Lee, D-Oakland
            is_party = tokens.surfaces[first - 1] in _PARTIES
            features["strong_preposition" if is_party else "hyphenated"] = 1.0
    elif between == "," and left is not None:
        features["list_neighbour"] = 1.0
    elif not between:
        _look_at_small_word_before(draft, words, before=before, before_that=before_that, left=left)


def _look_at_capital_before(draft: Draft, tokens: Tokens, words: Words, *, left: Draft | None) -> None:
    features, first = draft.features, draft.first
    key, gap = tokens.keys[first - 1], tokens.gaps[first]
    if gap == STOP and len(key) > 1 and key not in words.titles and key not in STOPPED:
        features["sentence_start"] = 1.0
    elif key in words.place_prepositions:
        features["strong_preposition"] = 1.0
        if key in _NEAR_WORDS:
            features["near"] = 1.0
    elif key in words.titles:
        features["title_before"] = 1.0
    elif is_initial(key, gap) or (key in words.first_names and left is None):
        features["name_before"] = 1.0
    elif key == "the":
        features["the_before"] = 1.0
    elif key in words.first_names:
        features["capital_before"] = 0.6
    elif left is not None and left.is_demonym and all(spot.feature_class == "P" for spot, _ in draft.entries):
        features["demonym_before"] = 1.0
    elif left is not None and draft.key in words.brands:
        # The Colorado Rockies
        features["capital_before"] = 1.0
    elif left is not None or key in words.never or key in words.name_openers or key in words.institutions:
        pass
    elif key in words.weak_prepositions:
        features["weak_preposition"] = 1.0
    else:
        features["capital_before"] = 0.5 if tokens.surfaces[first - 1].isupper() else 1.0


def _look_at_small_word_before(
    draft: Draft, words: Words, *, before: str, before_that: str, left: Draft | None
) -> None:
    features = draft.features
    if before in words.titles:
        # These stand before names of places too: "the rebel-leader Hama knows" is rare, "general Homs" rarer.
        features["title_before"] = 0.3 if before in ("leader", "king", "queen", "general", "chief") else 0.8
    elif before == "the":
        features["the_before"] = 1.0
        if before_that in words.place_prepositions:
            features["strong_preposition"] = 0.5
    elif before == "of" and before_that in words.settlement_nouns:
        features["settlement_of"] = 1.0
        if before_that in UNIT_WORDS:
            draft.unit_word = before_that
    elif before in words.place_prepositions or (before == "as" and before_that in _FAR):
        features["strong_preposition"] = 1.0
        if before in _NEAR_WORDS:
            features["near"] = 1.0
    elif before in words.weak_prepositions:
        features["list_neighbour" if before in ("and", "or") and left is not None else "weak_preposition"] = 1.0


def _look_after(draft: Draft, tokens: Tokens, words: Words, *, right: Draft | None) -> None:
    text, features, last = tokens.text, draft.features, draft.last
    is_possessive = draft.end < tokens.full_ends[last - 1]
    if is_possessive:
        features["possessive"] = 1.0
    gap = tokens.gaps[last] if last < len(tokens.keys) else BREAK
    if gap == HYPHEN and not is_possessive:
        features["list_neighbour" if right is not None else "hyphenated"] = 1.0
        return
    follows = text[draft.end : draft.end + 7].lower()
    if follows[:1] in "-‐‑–" and follows[1:2].isalpha():
        if follows[1:6] == "based":
            features["based"] = 1.0
        return
    between, after, is_capital = _word_after(text, draft.end)
    if gap == COMMA and right is not None:
        draft.within = tuple(
            entry for entry in right.entries if entry[0].feature_class == "A" or entry[1] == ABBREVIATION
        )
        features.setdefault("list_neighbour", 1.0)
    elif between.strip() == "(":
        if right is not None:
            draft.within = tuple(entry for entry in right.entries if entry[0].feature_class == "A")
    elif is_capital and gap == SPACE:
        if not is_possessive:
            _look_at_capital_after(draft, tokens, words, right=right)
    elif after and between in ("", " ", "\n"):
        _look_at_small_word_after(draft, tokens, words, after=after, is_possessive=is_possessive, right=right)


def _look_at_capital_after(draft: Draft, tokens: Tokens, words: Words, *, right: Draft | None) -> None:
    features, last = draft.features, draft.last
    key = tokens.keys[last]
    after_next = tokens.keys[last + 1] if last + 1 < len(tokens.keys) and tokens.gaps[last + 1] == SPACE else ""
    is_unit = any(spot.feature_class == "A" for spot, _ in draft.entries[:3])
    is_street = (key in words.streets and not (key == "st" and right is not None)) or (
        after_next in _SURE_STREETS and not is_unit
    )
    if key in words.streets and is_unit and (after_next in words.institutions or key == "court"):
        # The Florida Highway Patrol, Meigs County Court.
        features["institution_after"] = 1.0
    elif is_street:
        features["street_after"] = 1.0
    elif key in words.brands:
        features["brand_after"] = 1.0
    elif key in _UNIVERSITIES:
        features["university_after"] = 1.0
    elif key in words.institutions:
        features["institution_after"] = 1.0
        if key in UNIT_WORDS:
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
    elif right is not None and key in words.surnames and draft.n_words == 1:
        features["capital_after"] = 0.7
    elif right is not None:
        features["list_neighbour"] = 0.5
    else:
        features["capital_after"] = 1.0


def _look_at_small_word_after(
    draft: Draft, tokens: Tokens, words: Words, *, after: str, is_possessive: bool, right: Draft | None
) -> None:
    features = draft.features
    if after in _LISTED_STREETS:
        features["street_after"] = 1.0
    elif after in words.named_things:
        features["thing_after"] = 1.0
    elif after in words.place_followers:
        features["follower"] = 1.0
        if after in UNIT_WORDS:
            draft.unit_word = after
        if after in _FACILITY_NOUNS:
            features["near"] = 1.0
    elif after in ("military", "international") and _FACILITY.match(tokens.text, draft.end):
        features["follower"] = features["near"] = 1.0
    elif after in words.place_verbs:
        features["place_verb"] = 1.0
    elif not is_possessive and after in words.government_verbs and _may_speak(draft):
        features["government_verb"] = 1.0
    elif not is_possessive and after in words.speech_verbs and not _PLACED_HEAD & features.keys():
        # "the authority of Victoria said": the verb belongs to the noun before "of".
        features["speech_verb"] = 1.0
    elif after in ("and", "or") and right is not None and tokens.gaps[draft.last] == LINK:
        features.setdefault("list_neighbour", 0.7)
        if _word_after(tokens.text, right.end)[1] in _LISTED_STREETS:
            features["street_after"] = 1.0


def _may_speak(draft: Draft) -> bool:
    """Whether the name is a country's or a capital's, which stands for its government."""
    return any(spot.feature_code in ("PPLC", "PCLI") for spot, _ in draft.entries[:8])
