"""Did it happen? What a sentence's verbs, auxiliaries and governors say about that.

The answer is a set of named features for the scorer and the assertion with which the sentence says it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import Word
from mapapp.model import Assertion

REACH_WORDS = 6
"""How far left of a noun its governor ("plans for the capture of") may stand."""

_TIME_CLAUSES = frozenset(("after", "once", "until", "till", "before", "when", "if", "unless", "whoever", "whether"))
_DISCUSSED = frozenset(
    ("talks", "negotiations", "discussions", "deal", "agreement", "vote", "debate", "talk", "meeting")
)
_BREAKS = frozenset((";", ":", "—", "–", "“", "”", '"', "(", ")", "?", "!", "."))


@dataclass(frozen=True, slots=True)
class Mood:
    """How a candidate is put forward."""

    assertion: Assertion
    features: frozenset[str]


def read_mood(words: Sequence[Word], *, index: int, form: str, place_index: int, lexicon: Lexicon) -> Mood:
    """Judge the trigger at `index`; `form` is base, third, past, participle, gerund or noun."""
    features: set[str] = set()
    assertion = Assertion.ASSERTED
    if form == "gerund" and (index == 0 or words[index - 1].low in ("“", '"')):
        _judge_after_place(words, place_index, lexicon, features)
    if form == "noun":
        assertion = _judge_noun(words, index, place_index, lexicon, features) or assertion
    else:
        assertion = _judge_verb(words, index, form, lexicon, features) or assertion
    if (words and words[-1].low == "?") or any(word.low == "?" for word in words[index:]):
        features.add("question")
    if _in_condition(words, index, lexicon):
        features.add("hypothetical")
    if _is_denied(words, index, lexicon):
        assertion = Assertion.DENIED
        features.discard("irrealis")
    elif assertion is Assertion.ASSERTED:
        assertion = _hedging(words, index, lexicon)
    if any(word.low in lexicon.mood["figurative"]["words"] for word in words):
        features.add("figurative")
    if assertion is Assertion.SPECULATED:
        features.add("speculated")
    elif assertion is Assertion.HEDGED:
        features.add("hedged")
    return Mood(assertion, frozenset(features))


def auxiliaries_before(words: Sequence[Word], index: int, *, lexicon: Lexicon) -> tuple[int, tuple[str, ...]]:
    """Return the index of the last word before the verb group and the group's own words, left to right.

    The group is made of auxiliaries, negations and adverbs directly before the verb.
    """
    closed = lexicon.words
    group: list[str] = []
    position = index - 1
    while position >= 0:
        word = words[position]
        low = word.low
        if word.place or word.party:
            break
        is_helper = low in closed["be"] or low in closed["have"] or low in closed["modals"]
        is_small = (
            low in closed["negations"]
            or low in closed["adverbs"]
            or (low.endswith("ly") and len(low) > 4 and low not in closed["not_adverbs"])
        )
        if (
            low in ("reported", "declared", "confirmed", "rumoured")
            and position
            and words[position - 1].low in closed["be"]
        ):
            is_helper = True  # "were reported captured"
        if not (is_helper or is_small or low == "to" or word.date is not None or low in ("do", "does", "did")):
            break
        group.append(low)
        position -= 1
        if low == "to":
            break
    group.reverse()
    return position, tuple(group)


def _judge_verb(  # noqa: PLR0912 - one branch per auxiliary
    words: Sequence[Word], index: int, form: str, lexicon: Lexicon, features: set[str]
) -> Assertion | None:
    closed = lexicon.words
    position, group = auxiliaries_before(words, index, lexicon=lexicon)
    found: Assertion | None = None
    has_have = any(low in closed["have"] for low in group)
    if "to" in group:
        if _governor_is_factual(words, position, group, lexicon):
            if words[position].low not in ("managed", "able", "went", "helped", "first", "last", "latest"):
                found = _governor_hedge(words, position)
        else:
            features.add("irrealis")
    modals = [low for low in group if low in closed["modals"]]
    if modals:
        is_guess = has_have and any(low in ("may", "might", "could") for low in modals)
        if is_guess:
            found = Assertion.SPECULATED
        elif not (has_have and any(low in ("must",) for low in modals)):
            features.add("irrealis")
    negated = [low for low in group if low in closed["negations"]]
    if negated and "only" not in group:
        if "irrealis" in features or "yet" in negated or "without" in negated or "to" in group:
            features.add("irrealis")
        else:
            found = Assertion.DENIED
            features.add("negated")
    if form == "gerund" and not any(low in closed["be"] for low in group):
        _judge_gerund(words, position, lexicon, features)
    elif form == "gerund":
        features.add("present_progressive")
    helpers = closed["be"] | closed["have"] | closed["modals"] | {"to", "do", "does", "did"}
    if form in ("base", "third") and not has_have and _after_subordinator(words, index):
        features.add("irrealis")  # "after the army takes X": it has not
    if form == "base" and not helpers & set(group):
        _judge_base(words, index, lexicon, features)
    _judge_frame(words, index, position, lexicon, features)
    return found


def _after_subordinator(words: Sequence[Word], index: int) -> bool:
    """Return whether a present tense stands in a clause of time: "once", "when", "until" it happens."""
    for back in range(index - 1, max(-1, index - 8), -1):
        if words[back].low in _BREAKS or words[back].low == ",":
            return False
        if words[back].low in (
            "after",
            "once",
            "until",
            "till",
            "before",
            "when",
            "if",
            "unless",
            "whoever",
            "whether",
        ):
            return True
    return False


def _judge_base(words: Sequence[Word], index: int, lexicon: Lexicon, features: set[str]) -> None:
    """Judge a plain form without auxiliary: a headline's present, or one that hangs on a verb before it."""
    mood = lexicon.mood
    before = words[index - 1].low if index else ""
    if before in mood["irrealis"]["words"] and before != "likely":
        features.add("irrealis")
    if any(word.low in mood["causatives"]["words"] for word in words[max(0, index - 5) : index]):
        features.add("irrealis")
    if before in ("and", "then", ","):
        wished = any(word.low == "to" or word.low in lexicon.words["modals"] for word in words[:index])
        if wished or not any(word.party for word in words[:index]):
            features.add("irrealis")  # "to take X and seize Y"


def _judge_frame(words: Sequence[Word], index: int, position: int, lexicon: Lexicon, features: set[str]) -> None:
    """Look for "hopes that", "fears", "expects" and the like over the clause that holds the verb."""
    irrealis = lexicon.mood["irrealis"]
    only_infinitive = irrealis["only_before_infinitive"]
    for back in range(position, max(-1, position - 12), -1):
        low = words[back].low
        if low in _BREAKS or low == ",":
            return
        if low == "that" and back > 0:
            before = words[back - 1].low
            if before in irrealis["words"] and before not in only_infinitive:
                features.add("irrealis")
            return
        if low in ("after", "since", "when", "as", "and", "but", "which", "who"):
            return


def _governor_is_factual(words: Sequence[Word], position: int, group: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Return whether "... to capture" is told as done: "managed to", "said to have", "the latest town to"."""
    if position < 0:
        return False
    governor = words[position].low
    if governor == "on" and position and words[position - 1].low in ("went", "gone", "going", "go", "goes"):
        return True
    if governor in lexicon.mood["infinitive"]["factual"]:
        if governor in ("able",) and position > 0 and words[position - 1].low in ("be", "been"):
            return "been" in words[position - 1].low
        if governor in (
            "forces",
            "continue",
            "continued",
            "continues",
            "began",
            "started",
            "joined",
            "rallied",
            "used",
        ):
            return governor in ("continued", "began", "started", "used")
        return True
    if any(low in lexicon.words["have"] for low in group) and governor in ("reported", "known", "found", "said"):
        return True
    before = [word.low for word in words[max(0, position - 4) : position + 1]]
    compelled = lexicon.mood["compelled"]["words"]
    return any(low in lexicon.mood["ordinal"]["words"] or low in compelled for low in before)


def _governor_hedge(words: Sequence[Word], position: int) -> Assertion | None:
    hedging = (
        "appeared",
        "appears",
        "appear",
        "seems",
        "seemed",
        "believed",
        "thought",
        "understood",
        "alleged",
        "said",
        "reported",
    )
    return Assertion.HEDGED if words[position].low in hedging else None


def _judge_gerund(words: Sequence[Word], position: int, lexicon: Lexicon, features: set[str]) -> None:
    table = lexicon.mood["gerund"]
    if position < 0:
        return
    before = words[position]
    if before.party is not None or before.place is not None or before.date is not None:
        return
    if before.low in table["irrealis"]:
        features.add("irrealis")
    if before.low in ("after", "once", "before") and _modal_before(words, position, lexicon):
        features.add("irrealis")
    if before.low == "from" and any(word.low in table["kept_from"] for word in words[max(0, position - 7) : position]):
        features.add("irrealis")


def _judge_noun(
    words: Sequence[Word], index: int, place_index: int, lexicon: Lexicon, features: set[str]
) -> Assertion | None:
    mood, closed = lexicon.mood, lexicon.words
    irrealis, only_infinitive = mood["irrealis"]["words"], mood["irrealis"]["only_before_infinitive"]
    for back in range(index - 1, max(-1, index - 1 - REACH_WORDS), -1):
        low = words[back].low
        if low in _BREAKS or low == ",":
            break
        if low in ("after", "since", "following", "despite", "amid", "when", "once"):
            if _modal_before(words, back, lexicon):
                features.add("irrealis")
            break
        if (low in irrealis and low not in only_infinitive) or low in closed["modals"]:
            features.add("irrealis")
            break
        if low == "for" and back and words[back - 1].low in mood["irrealis"]["for_nouns"]:
            features.add("irrealis")
            break
        if low in ("on", "about", "over") and back and words[back - 1].low in _DISCUSSED:
            features.add("irrealis")
            break
        if low in ("no", "without") or low in closed["negations"]:
            features.add("negated_unclear")
            break
        if low == "before":
            break
    _judge_after_place(words, place_index, lexicon, features)
    return None


def _judge_after_place(words: Sequence[Word], place_index: int, lexicon: Lexicon, features: set[str]) -> None:
    """Look for "the fall of X would", "the capture of X is imminent"."""
    mood, closed = lexicon.mood, lexicon.words
    after = words[place_index + 1 : place_index + 10]
    for number, word in enumerate(after):
        if word.low in _BREAKS or word.low in (",", "and"):
            break
        if word.low in closed["modals"]:
            features.add("future_after")
            break
        if word.low in closed["be"] or word.low in ("remains", "seems", "appears", "looks", "looked", "seemed"):
            rest = [later.low for later in after[number + 1 : number + 4]]
            if any(low in mood["future"]["after_that"] for low in rest) and word.low not in ("'s", "’s"):
                features.add("future_after")
            break


def _modal_before(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    """Return whether the main clause before "after the fall of X" speaks of the future: "will vote after ..."."""
    for back in range(index - 1, max(-1, index - 14), -1):
        word = words[back]
        if word.low in _BREAKS:
            return False
        if word.low in lexicon.words["modals"]:
            return not any(later.low in lexicon.words["have"] for later in words[back : back + 3])
    return False


def _in_condition(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    """Return whether the trigger stands in an "if" clause: between the opener and the next comma."""
    openers = lexicon.mood["hypothetical"]["openers"]
    first = next((word for word in words[:3] if word.low not in _BREAKS), None)
    if first is not None and first.low in ("if", "unless", "should", "were", "had") and first.index < index:
        after = words[first.index + 1] if first.index + 1 < len(words) else first
        if first.low in ("if", "unless") or after.party is not None or after.low in lexicon.words["determiners"]:
            return any(word.low == "," for word in words)
    is_present = any(word.low in ("is", "are", "gets", "get") for word in words[max(0, index - 3) : index])
    for back in range(index - 1, max(-1, index - 16), -1):
        word = words[back]
        if word.low in _BREAKS or (word.low == "," and back > 0):
            return False
        if is_present and word.low in ("until", "till", "once", "when", "before"):
            return True
        if word.low in openers:
            if word.low in ("should", "were") and back > 0 and words[back - 1].low not in (",", "“", '"'):
                return False
            return not (back > 0 and words[back - 1].low == "as")
    return False


def _is_denied(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    verbs, nouns = lexicon.mood["denials"]["verbs"], lexicon.mood["denials"]["nouns"]
    for back in range(index - 1, max(-1, index - 14), -1):
        low = words[back].low
        if low in (";", ".", "but"):
            break
        if low in verbs or low in nouns:
            between = [word.low for word in words[back + 1 : index]]
            return "," not in between or any(word in ("that", "reports", "claims") for word in between[:3])
    text = " ".join(word.low for word in words)
    return any(phrase in text for phrase in lexicon.mood["denials"]["phrases"])


def find_doubt(text: str, *, lexicon: Lexicon) -> str | None:
    """Return the words with which somebody says that he could not verify something; None where nobody does."""
    found = re.search(lexicon.mood["unverified"]["doubter"], text, re.IGNORECASE)
    return found.group() if found else None


def doubts_what_follows(text: str, *, lexicon: Lexicon) -> bool:
    """Return whether such words are about reports that the same sentence tells: "could not verify reports that"."""
    found = re.search(lexicon.mood["unverified"]["doubter"], text, re.IGNORECASE)
    return found is not None and bool(
        re.match(lexicon.mood["unverified"]["own_content"], text[found.end() :], re.IGNORECASE)
    )


def _hedging(words: Sequence[Word], index: int, lexicon: Lexicon) -> Assertion:
    doubting = lexicon.mood["unverified"]["verbs"]  # most sentences hold none: not worth a search
    if any(word.low in doubting for word in words[:index]) and find_doubt(
        " ".join(word.low for word in words[:index]), lexicon=lexicon
    ):
        return Assertion.HEDGED
    low = max(0, index - 14)
    window = words[low : index + 14]
    text = " ".join(word.low for word in window)
    if any(phrase in text for phrase in lexicon.mood["hedges"]["phrases"]):
        return Assertion.HEDGED
    for word in words[max(0, index - 8) : index + 3]:
        if word.low in lexicon.mood["hedges"]["words"]:
            return Assertion.HEDGED
    return Assertion.ASSERTED
