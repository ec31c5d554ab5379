"""Names that stand where a place stands, and that no gazetteer knows: "the village of X", "captured X, Y and Z".

They are kept as what the text says, without coordinates: nothing is drawn from them until a person says where they lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from mapapp.claims.lexicon import Lexicon, read_lexicon, read_table
from mapapp.model import Mention, MentionKind, Resolution
from mapapp.text import Span

UNKNOWN_WHERE_PREC = 1
"""A name is meant as one place, though nobody can say here which."""

SURE, LISTED, LIKELY = 0.65, 0.6, 0.5
"""How sure a name is one of a place: by the noun beside it, by the list that it stands in, by the words before it."""

REASON = "The text uses it like the name of a place; no gazetteer here knows it."

HEADLINE = 4
"""So many longer words, all with a capital, make a headline: there a capital makes no name."""

MOST_NAMES = 60
"""Names of one sentence that are looked at."""

_ARTICLE = r"(?:[Aa][lnrstdz]|[Aa]sh|[Aa]th|[Ee]l|[Ee]s|[Dd]er)-"
_WORD = rf"(?:{_ARTICLE})?[A-ZÀ-ÞĀ-Ž][^\W_]*(?:['’ʿʾ-][^\W_]+)*"
_NAME = re.compile(
    rf"(?<![\w’'.-])(?:(?:Base|Hill|Point|Height|Checkpoint|Brigade|Camp)\s\d{{1,4}}\b|\d{{1,3}}(?:st|nd|rd|th)\s(?:Brigade|Division|Regiment|Battalion)(?=(?:['’]s)?\s(?:base|headquarters|camp|barracks))"
    rf"|{_WORD}(?:\s{{1,2}}(?:(?:al|as|ar|el|um|bin|de|ez|ash)\s)?{_WORD}){{0,3}})"
)
_CODED = re.compile(r"(?:Base|Hill|Point|Height|Checkpoint|Brigade|Camp)\s\d|\d{1,3}(?:st|nd|rd|th)\s")
_BEFORE = re.compile(r"((?:[^\W\d_]+[\s,-]{1,2}|[,(:]\s|[’']s\s){0,6})$")
_FIRST = re.compile(r"([^\W_]+)(\s*)")
_CLOSED = ("prepositions", "subordinators", "be", "have", "modals", "adverbs", "linkers")
"""Classes of words that may follow a name that is complete."""

_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_WORDS = re.compile(r"[^\W\d_]+|[,(:]")
_NEXT = re.compile(r"\s*([^\W\d_]+|\S)")


@cache
def _table() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in read_table("names").items()}


@cache
def _forms(*classes: str) -> frozenset[str]:
    """Return all forms of the verbs of some classes that need no preposition."""
    verbs = read_lexicon().verbs
    return frozenset(
        form
        for form, senses in verbs.items()
        for sense, _ in senses
        if sense.verb_class in classes and not sense.particles
    )


def find_unlisted_places(
    text: str,
    *,
    span: Span,
    article_id: str,
    taken: Sequence[Span],
    listed: Sequence[Span],
    lexicon: Lexicon,
) -> tuple[Resolution, ...]:
    """Return the names of one sentence that stand where a place stands, without candidates, by start offset.

    `taken` are the stretches that something else names (places, parties, dates), `listed` those that are places.
    """
    if _is_headline(text, span, lexicon):
        return ()
    found: dict[Span, Resolution] = {}
    places = list(listed)
    names = [_trimmed(text, match.span()) for match in _NAME.finditer(text, *span)][:MOST_NAMES]
    free = [
        (start, end)
        for start, end in names
        if end - start > 1 and not any(start < other_end and other < end for other, other_end in taken)
    ]
    for _ in range(2):  # a name found makes places of those that stand in a list with it
        for start, end in free:
            score = None if (start, end) in found else _judge(text, start, end, span, places, lexicon)
            if score is not None:
                mention = Mention(article_id, start, end, text[start:end], MentionKind.TOPONYM)
                found[start, end] = Resolution(mention, (), UNKNOWN_WHERE_PREC, score, REASON)
                places = sorted([*places, (start, end)])
    return tuple(found[name] for name in sorted(found))


def _is_headline(text: str, span: Span, lexicon: Lexicon) -> bool:
    """Return whether all longer words have a capital ("Rebels Seize Third City, Close in on Fourth")."""
    longer = 0
    for match in _LONG_WORD.finditer(text, *span):
        word = match.group()
        if word[0].islower() and not any(word in lexicon.words[name] for name in _CLOSED):
            return False
        longer += word[0].isupper()
    return longer >= HEADLINE


def _trimmed(text: str, name: Span) -> Span:
    """Leave out what begins a sentence, or a name, without belonging to it."""
    start, end = name
    while start < end:
        first = _FIRST.match(text, start, end)
        if first is None or first.group(1).lower() not in _table()["not_names"]:
            break
        if not first.group(2):
            return end, end
        start = first.end()
    return start, end


def _judge(  # noqa: PLR0912, PLR0917 - one answer per place in a sentence
    text: str, start: int, end: int, span: Span, places: Sequence[Span], lexicon: Lexicon
) -> float | None:
    """Return how sure a name is one of a place; None where nothing says so."""
    closed = lexicon.words
    surface = text[start:end]
    behind = _NEXT.match(text, end, min(span[1], end + 24))
    follows = behind.group(1).lower() if behind else "."
    before = [one.lower() for one in _WORDS.findall(text[max(span[0], start - 60) : start])][-5:]
    last = before[-1] if before else ""
    if (
        last in _table()["person_before"]
        or before[-2:] == ["according", "to"]
        or (surface.isupper() and not _CODED.match(surface))
    ):
        return None
    if follows in ("'", "’") and text[end : end + 2] in ("'s", "’s"):
        return None
    sites = closed["sites"]
    second = _NEXT.match(text, behind.end(), min(span[1], behind.end() + 24)) if behind else None
    is_of_site = follows in closed["of_sites"] and second is not None and second.group(1) in _table()["sites_behind"]
    if _CODED.match(surface) or follows in _table()["sites_behind"] or is_of_site:
        return SURE
    if last in ("of", "at", "in") and len(before) > 1 and before[-2] in sites and before[-2] not in _table()["parts"]:
        return SURE
    if last in _table()["towns"]:
        return SURE
    is_open = (
        not follows[0].isalpha()
        or any(follows in closed[name] for name in _CLOSED)
        or follows in _forms("take", "retake", "fall", "lose")
    )
    if not is_open and behind is not None and behind.group(1)[0].islower():
        return None  # "Nobel laureates", "Kurdish fighters"
    if follows in lexicon.speech["verbs"]:
        return None
    joints, glue = _table()["joints"], _table()["joints"] | _table()["glue"]
    near = next((one for one in reversed(places) if one[1] <= start and start - one[1] < 14), None)
    if near is not None and last in joints and all(one in glue for one in _words_of(text[near[1] : start])):
        return LISTED
    later = next((one for one in places if one[0] >= end and one[0] - end < 14), None)
    if later is not None and follows in joints and all(one in glue for one in _words_of(text[end : later[0]])):
        is_behind = last in _table()["prepositions"] | joints or last in _forms("take", "retake", "lose", "desert")
        return LISTED if is_behind or last in ("of", "") else None
    if last in _forms("take", "retake", "desert", "enter", "attack", "lose"):
        return LIKELY
    if last == "of" and len(before) > 1 and (before[-2] in lexicon.nouns or before[-2] in lexicon.control_nouns):
        return LIKELY
    if last in _table()["prepositions"]:
        return LIKELY
    is_first = not before or before[-1] in ("“", '"')
    if follows in closed["be"] or follows in closed["have"] or (follows in _forms("fall") and not is_first):
        rest = [follows, *(one.lower() for one in _WORDS.findall(text[end : min(span[1], end + 40)])[1:6])]
        if not _forms("fall").isdisjoint(rest) or (
            not closed["be"].isdisjoint(rest) and not _forms("take", "retake", "lose", "desert").isdisjoint(rest)
        ):
            return LIKELY  # "X was captured", "X has fallen", and not "X has captured"
    return None


def _words_of(text: str) -> list[str]:
    return [one.lower() for one in re.findall(r"[^\W\d_]+|[^\w\s]", text)]
