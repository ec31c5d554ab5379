"""The party that a word or a phrase stands for, and the agent behind "by"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import Word
from mapapp.model import Actor


@dataclass(frozen=True, slots=True)
class Party:
    """Who a phrase stands for."""

    code: str | None
    """Actor code; None = nobody of the table, or not known."""
    basis: str
    """known, generic, unlisted, pronoun, none, other (the subject is somebody else than a party)."""
    index: int | None = None
    """Word index; None = not named in the sentence."""
    is_state: bool = False
    """For an unlisted party: whether it is called an army, a government."""


NOBODY = Party(None, "none")


_LINK = frozenset(
    (
        "of",
        "from",
        "in",
        "the",
        "a",
        "an",
        "and",
        ",",
        "(",
        ")",
        "by",
        "led",
        "its",
        "their",
        "to",
        "loyal",
        "allied",
        "with",
        "known",
        "as",
        "-",
        "backed",
        "group",
        "groups",
        "fighters",
        "forces",
        "alliance",
        "coalition",
        "on",
        "behalf",
        "fighting",
        "belonging",
        "affiliated",
        "militants",
        "faction",
        "factions",
        "branch",
        "jihadist",
        "islamist",
        "dominated",
        "called",
        "including",
        "spearheaded",
        "under",
        "command",
        "umbrella",
    )
)


COUNTS = frozenset(
    ("dozens", "scores", "hundreds", "thousands", "tens", "number", "handful", "remnants", "most", "some")
)


def party_at(words: Sequence[Word], index: int, *, actors: Mapping[str, Actor]) -> Party:
    """Return the party that a word names; a generic one gives way to the group that is named with it.

    "rebels led by X" is X, where X is one of those that the generic party may stand for.
    """
    mention = words[index].party
    if mention is None or not mention.codes:
        return Party(None, "unlisted", index)
    code = mention.codes[0]
    actor = actors.get(code)
    if actor is None or not actor.is_generic:
        return Party(code, "known", index)
    look = index + 1
    saw_led = False
    while look < len(words) and look < index + 12:
        word = words[look]
        if word.party is not None and word.party.codes:
            inner = word.party.codes[0]
            named = actors.get(inner)
            if saw_led and named is not None and not named.is_generic and inner in actor.members:
                return Party(inner, "known", index)
            break
        if word.low not in _LINK and word.place is None:
            break
        saw_led = saw_led or word.low in (
            "led",
            "of",
            "from",
            "(",
            "dominated",
            "spearheaded",
            "belonging",
            "affiliated",
            "including",
            "as",
            "under",
        )
        look += 1
    back = index - 1
    while back >= 0 and index - back < 4:
        before = words[back]
        if before.party is not None and before.party.codes:
            inner = before.party.codes[0]
            named = actors.get(inner)
            if named is not None and not named.is_generic and inner in actor.members:
                return Party(inner, "known", index)
            break
        if before.low not in ("-", "led", "allied", "linked", "'s", "’s"):
            break
        back -= 1
    return Party(code, "generic", index)


def unlisted_party(words: Sequence[Word], index: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return who a common noun such as "government" stands for, if the table has a name made with it."""
    head = words[index].low
    before = words[index - 1] if index else None
    is_bare = (
        before is None or before.low in ("the", "and", ",") or (before.place is None and not before.text[:1].isupper())
    )
    if is_bare and (head in lexicon.words["state_armed"] or (head in ("troops", "soldiers") and _is_alone(before))):
        wanted: tuple[str, ...] = (f"{head} forces", f"the {head}", f"government {head}")
        for actor in actors.values():
            if any(alias.lower() in wanted for alias in actor.aliases):
                return Party(actor.code, "generic" if actor.is_generic else "known", index, actor.is_state)
    if (
        before is not None
        and before.low.isalpha()
        and before.place is None
        and before.low not in lexicon.words["determiners"]
    ):
        wanted = (f"{before.low}s", f"{before.low} forces")  # "rebel units", "opposition columns"
        for actor in actors.values():
            if any(alias.lower() in wanted for alias in actor.aliases):
                return Party(actor.code, "generic" if actor.is_generic else "known", index, actor.is_state)
    return Party(None, "unlisted", index, head in lexicon.words["state_armed"])


def _is_alone(before: Word | None) -> bool:
    """Return whether nothing before "troops" says whose they are."""
    return before is None or before.low in ("the", "and", ",", "when", "after", "as", "that", "by", "while", "where")


def find_agent(words: Sequence[Word], start: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return who stands behind "by" in the words after a passive verb."""
    closed = lexicon.words
    for index in range(start, min(len(words), start + 14)):
        word = words[index]
        if word.low in (";", ".", "”", "“") or (word.low in closed["have"] and index > start):
            return NOBODY
        if word.low == "by" and index + 1 < len(words):
            if words[index + 1].date is not None or (words[index + 1].low.endswith("ing")):
                continue
            return find_party_right(words, index + 1, actors=actors, lexicon=lexicon)
    return NOBODY


def find_party_right(
    words: Sequence[Word], start: int, *, actors: Mapping[str, Actor], lexicon: Lexicon, reach: int = 9
) -> Party:
    """Return the party of the noun phrase that begins at a word."""
    closed = lexicon.words
    armed: int | None = None
    for index in range(start, min(len(words), start + reach)):
        word = words[index]
        if word.party is not None:
            if index + 1 < len(words) and words[index + 1].low == "-" and index + 2 < len(words):
                tail = words[index + 2].low
                if tail in ("backed", "supported", "aligned", "sponsored", "allied", "trained", "funded"):
                    continue
            return party_at(words, index, actors=actors)
        if word.low in closed["armed"] and word.place is None:
            armed = index if armed is None else armed
        if word.low in (",", ";", ".", ":", "”", "“") and index > start:
            break
        if word.low == "on" and index + 1 < len(words) and words[index + 1].low == "behalf":
            continue
        if (
            word.low
            in ("after", "in", "on", "when", "where", "while", "during", "near", "who", "which", "that", "and", "at")
            and index > start
        ):
            break
    if armed is not None:
        return unlisted_party(words, armed, actors=actors, lexicon=lexicon)
    if start < len(words) and words[start].text[:1].isupper() and words[start].place is None:
        return Party(None, "named", start)
    return Party(None, "other", start) if start < len(words) else NOBODY
