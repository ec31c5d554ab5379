"""Who says it: the speaker in the text's own words, where that is somebody else than the publisher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.mood import find_doubt
from mapapp.claims.words import Sentence, Word
from mapapp.model import MentionKind

_STOPS = frozenset((",", ";", ":", "—", "–", "“", "”", '"', "(", ")", "."))
_LONGEST_SPEAKER = 14
"""Words; a longer stretch before "said" is a clause, not a name."""

_PASSIVE_TOO = frozenset(("believed", "thought", "reported", "said", "alleged", "estimated", "described", "shown"))
_PRONOUNS = frozenset(("he", "she", "they", "we", "i", "you", "it", "who", "his", "her"))
_NOT_A_SPEAKER = frozenset(
    ("it", "there", "which", "that", "what", "this", "who", "and", "but", "as", "reports", "images", "footage")
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A speaker and the stretch of the sentence that he answers for."""

    speaker: str
    verb: str
    """The verb of speech in lower case, or "according to"."""
    first: int
    """First word index answered for."""
    last: int
    """Exclusive."""
    verb_index: int


def find_attributions(sentence: Sentence, *, text: str, lexicon: Lexicon) -> tuple[Attribution, ...]:
    """Return every attribution of a sentence, in order."""
    words = sentence.words
    verbs = lexicon.speech["verbs"]
    found: list[Attribution] = []
    for index, word in enumerate(words):
        if word.place or word.party or word.date:
            continue
        nxt = words[index + 1].low if index + 1 < len(words) else ""
        if word.low == "according" and nxt == "to":
            name = _name_after(words, index + 2, text, lexicon)
            if name:
                found.append(Attribution(name, "according to", 0, len(words), index))
        elif word.low in verbs:
            attribution = _by_verb(words, index, text, lexicon)
            doubt = find_doubt(" ".join(w.low for w in words[: index + 1]), lexicon=lexicon)
            if attribution and not (doubt and index <= attribution.first):
                found.append(attribution)  # who could not verify it does not say it
        elif word.low in ("citing", "quoting"):
            name = _name_after(words, index + 1, text, lexicon)
            before = _clause_start(words, index - 1)
            if name and not any(w.low in verbs for w in words[index + 1 :]) and before < index:
                publisher = text[words[before].start : words[index - 1].end].strip(" ,")
                found.append(
                    Attribution(
                        f"{publisher}, citing {name}"[:160] if 0 < len(publisher) < 60 else name,
                        "citing",
                        0,
                        len(words),
                        index,
                    )
                )
    return tuple(found)


def speaker_of(attributions: Sequence[Attribution], *, index: int) -> Attribution | None:
    """Return the attribution that answers for the word at `index`; the narrowest where several do."""
    holding = [one for one in attributions if one.first <= index < one.last and one.verb_index != index]
    return min(holding, key=lambda one: (one.last - one.first, abs(one.verb_index - index)), default=None)


def _name_after(words: Sequence[Word], start: int, text: str, lexicon: Lexicon) -> str:
    """Return the noun phrase that begins at a word: up to a sign, a verb or a new clause."""
    end = start
    closed = lexicon.words
    while end < len(words) and end - start < _LONGEST_SPEAKER:
        word = words[end]
        if word.low in _STOPS and not (word.low in ("“", '"') and end == start):
            break
        if (
            end > start
            and not word.party
            and (
                word.date is not None
                or word.low in lexicon.speech["verbs"]
                or word.low
                in (
                    "that",
                    "who",
                    "which",
                    "as",
                    "after",
                    "when",
                    "while",
                    "but",
                    "has",
                    "have",
                    "had",
                    "was",
                    "were",
                    "is",
                    "are",
                )
                or word.low in closed["modals"]
            )
        ):
            break
        end += 1
    while end > start and words[end - 1].low in ("and", "in", "on", "at", "the", "of", "late", "early"):
        end -= 1
    return text[words[start].start : words[end - 1].end] if end > start else ""


def _clause_start(words: Sequence[Word], index: int) -> int:
    """Return the first word of the stretch without signs that ends at `index`."""
    start = index + 1
    while start > 0 and index + 1 - start < _LONGEST_SPEAKER and words[start - 1].low not in _STOPS:
        start -= 1
        if words[start].low in ("but", "while", "after", "because", "although", "and", "when", "as") and start < index:
            return start + 1
    return start


def _by_verb(  # noqa: PLR0912 - one branch per order of words
    words: Sequence[Word], index: int, text: str, lexicon: Lexicon
) -> Attribution | None:
    """Read "X said that ...", "..., X said" and "..., said X"."""
    verb = words[index]
    last = index - 1
    if index + 1 < len(words) and words[index + 1].low == "to" and verb.low in _PASSIVE_TOO:
        return None  # "a plane believed to carry": nobody speaks
    if (
        verb.low in ("reports", "report", "claims", "claim")
        and last >= 0
        and words[last].low in lexicon.speech["verbs"]
    ):
        return None  # "says reports that ... are false": a noun
    closed = lexicon.words
    while last >= 0 and (
        words[last].low in closed["have"]
        or words[last].low in closed["adverbs"]
        or words[last].date is not None
        or words[last].low.endswith("ly")
        or words[last].low in ("on", "not", "also", "is", "are", "was", "were", "being")
    ):
        if words[last].low in ("is", "are", "was", "were", "being"):
            return None
        last -= 1
    if (last >= 0 and words[last].low in ("to", "of", "for", "without")) or (
        last >= 0 and words[last].low in closed["modals"]
    ):
        return None
    if last >= 0 and words[last].low in ("”", '"', ",", "’"):
        citing = _parenthesis_before(words, last, text, lexicon)
        if citing:
            return Attribution(citing, verb.low, index, len(words), index)
        name = _name_after(words, index + 1, text, lexicon)
        if name and words[index + 1].low not in _NOT_A_SPEAKER and words[index + 1].low not in closed["prepositions"]:
            return Attribution(name, verb.low, 0, index, index)
        return None
    if last < 0:
        return None
    start = _clause_start(words, last)
    while start <= last and (
        words[start].low in closed["adverbs"]
        or words[start].date is not None
        or (
            words[start].low in ("on", "in", "by", "late", "early")
            and start < last
            and words[start + 1].date is not None
        )
    ):
        start += 1
    if start > last or words[start].low in _NOT_A_SPEAKER:
        return None
    name = text[words[start].start : words[last].end]
    if not _names_somebody(words[start : last + 1], closed):
        return None
    if words[start].low in _PRONOUNS or words[start].low in (
        "while",
        "after",
        "before",
        "when",
        "by",
        "since",
        "until",
        "in",
        "if",
    ):
        return None
    if verb.low in ("quoted", "cited"):
        tail = next((w.index for w in words[index + 1 :] if w.low == "as"), None)
        quoted = _name_after(words, index + 1, text, lexicon)
        if tail is not None and quoted:
            return Attribution(f"{name}, quoting {quoted}"[:160], verb.low, index, len(words), index)
    if verb.low == "saying" and words[index - 1].low == "as":
        return None
    party = next((word for word in words[start : start + 3] if word.party), None)
    if party is not None and last - start > 4:
        last = party.index  # "the army spoke of A and denied B": the army
    if last == start and words[start].low in closed["determiners"]:
        return None
    name = _with_name_before(words, start, last, text)
    before = words[start - 1].low if start > 0 else ""
    ends = index + 1 >= len(words) or words[index + 1].low in (".", ",", ";") or _only_adjuncts(words, index + 1)
    ends = ends or (before == "," and _closes(words, index + 1))
    if before in (",", "”", '"', "—", "–") and ends and start > 2:
        return Attribution(name, verb.low, 0, start, index)
    return Attribution(name, verb.low, index, len(words), index)


def _with_name_before(words: Sequence[Word], start: int, last: int, text: str) -> str:
    """Return "A B, the head of C" where only "the head of C" stands right before the verb."""
    if (
        start >= 2
        and words[start].low
        in ("a", "an", "the", "head", "director", "chief", "who", "spokesman", "spokesperson", "commander")
        and words[start - 1].low == ","
    ):
        first = _clause_start(words, start - 2)
        if first < start - 1 and all(word.text[:1].isupper() and not word.place for word in words[first : start - 1]):
            return text[words[first].start : words[last].end]
    return text[words[start].start : words[last].end]


def _only_adjuncts(words: Sequence[Word], start: int) -> bool:
    """Return whether nothing but "on Sunday", "in a statement" follows."""
    rest = [word for word in words[start:] if word.low not in (".", ",")]
    return (
        len(rest) <= 6
        and all(word.low not in ("that", "said") for word in rest)
        and not any(word.place for word in rest[:1])
    )


_LONGEST_ADJUNCT = 6
_ADJUNCTS = frozenset(
    (
        "on",
        "in",
        "a",
        "an",
        "the",
        "to",
        "late",
        "early",
        "statement",
        "interview",
        "reporters",
        "by",
        "phone",
        "its",
        "at",
    )
)


def _closes(words: Sequence[Word], start: int) -> bool:
    """Return whether "X said on Monday," is put between two commas: nothing but when and to whom, then the sign."""
    for word in words[start : start + _LONGEST_ADJUNCT]:
        if word.low in (",", ";", "."):
            return True
        is_name = word.text[:1].isupper() and word.place is None and word.party is None
        if word.date is None and word.low not in _ADJUNCTS and not is_name:
            return False
    return False


def _names_somebody(words: Sequence[Word], closed: object) -> bool:
    if any(word.place and word.place.mention.kind is MentionKind.TOPONYM and len(words) == 1 for word in words):
        return True
    low = [word.low for word in words]
    return (
        len(low) <= _LONGEST_SPEAKER
        and not (len(low) == 1 and low[0] in ("he", "she", "they", "we", "i", "who", "you"))
        and any(word[0].isalpha() for word in low if word)
    )


def _parenthesis_before(words: Sequence[Word], comma: int, text: str, lexicon: Lexicon) -> str:
    """Read "TASS, citing Kremlin sources, confirmed": the name before, with what stands between the commas."""
    back = comma - 1
    while back >= 0 and comma - back < 12 and words[back].low != ",":
        back -= 1
    if (
        back <= 0
        or words[back].low != ","
        or words[back + 1].low not in ("citing", "quoting", "a", "an", "the", "which", "who", "whose", "based")
    ):
        return ""
    start = _clause_start(words, back - 1)
    if start >= back:
        return ""
    if words[back + 1].low in ("citing", "quoting"):
        return text[words[start].start : words[comma - 1].end]
    return text[words[start].start : words[back - 1].end]
