"""Who does it: the party that is the subject of a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mapapp.claims.agents import COUNTS, NOBODY, Party, party_at, unlisted_party
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.mood import auxiliaries_before
from mapapp.claims.words import Word
from mapapp.model import Actor


def find_subject(
    words: Sequence[Word],
    index: int,
    *,
    actors: Mapping[str, Actor],
    lexicon: Lexicon,
    last_subject: Party | None,
) -> Party:
    """Return who is the subject of the verb at a word, looking left."""
    closed = lexicon.words
    position, _group = auxiliaries_before(words, index, lexicon=lexicon)
    position = _over_governor(words, position, _group, lexicon=lexicon)
    while position >= 0 and (words[position].low in closed["adverbs"] or words[position].date is not None):
        position -= 1
    if position < 0:
        return NOBODY
    word = words[position]
    low = word.low
    if word.party is not None:
        return _as_subject(words, position, actors=actors, lexicon=lexicon)
    if low in ("they", "it", "we", "latter"):
        if any(word.low in ("“", '"') for word in words[:position]) and not any(
            word.party for word in words[:position]
        ):
            return Party(None, "pronoun")  # whoever is quoted knows whom he means
        own = _told_before(words, position, actors=actors, lexicon=lexicon)
        if own.basis == "none" and any(word.low in closed["armed"] and not word.party for word in words[:position]):
            return Party(None, "unlisted")  # fighters of the same sentence whom the table does not know
        return _as_pronoun(own if own.code is not None or own.basis == "unlisted" else last_subject)
    if low in ("who", "which", "that"):
        before = position - 1
        if before >= 0 and words[before].low == ",":
            before -= 1
        return _phrase_left(words, before, actors=actors, lexicon=lexicon, last_subject=last_subject)
    if low in (
        ",",
        "and",
        ")",
        "—",
        "–",
        "-",
        "then",
        "but",
        "or",
        "to",
        ";",
        "after",
        "before",
        "by",
        "since",
        "despite",
        "following",
        "while",
        "when",
        "with",
        "(",
        ":",
        "”",
        "“",
        "also",
    ):
        own = main_subject(words, position, actors=actors, lexicon=lexicon)
        return own if own.basis != "none" or not _opens_with_pronoun(words) else _as_pronoun(last_subject)
    if low in lexicon.mood["denials"]["verbs"] or low in lexicon.speech["verbs"]:
        return main_subject(words, position, actors=actors, lexicon=lexicon)
    return _phrase_left(words, position, actors=actors, lexicon=lexicon, last_subject=last_subject)


def _as_pronoun(meant: Party | None) -> Party:
    """Return the party that a pronoun stands for."""
    return Party(None, "pronoun") if meant is None else Party(meant.code, "pronoun", None, meant.is_state)


def _opens_with_pronoun(words: Sequence[Word]) -> bool:
    """Return whether "it" or "they" is the subject with which the sentence begins."""
    first = next((word for word in words if word.date is None and word.low != ","), None)
    return first is not None and first.low in ("it", "they")


def _told_before(words: Sequence[Word], position: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return the subject before a pronoun in its sentence, in its own clause or in one that a semicolon ends."""
    own = main_subject(words, position, actors=actors, lexicon=lexicon)
    for back in range(position - 1, -1, -1):
        if own.basis != "none":
            break
        if words[back].low == ";":
            own = main_subject(words, back - 1, actors=actors, lexicon=lexicon)
    return own


def find_subject_behind(words: Sequence[Word], start: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return the party that follows a clause without a subject: "After taking X, the rebels turned south"."""
    armed = lexicon.words["armed"]
    for index in range(start, min(len(words), start + 12)):
        word = words[index]
        if word.party is not None:
            if words[index - 1].low in lexicon.words["prepositions"]:
                return NOBODY
            return party_at(words, index, actors=actors)
        if word.low in armed and word.place is None:
            return unlisted_party(words, index, actors=actors, lexicon=lexicon)
        if word.low in (".", ";", "”") or _verbal(word, lexicon):
            return NOBODY
    return NOBODY


def _over_governor(words: Sequence[Word], position: int, group: tuple[str, ...], *, lexicon: Lexicon) -> int:
    """Step over "managed", "were able", "claimed" before an infinitive."""
    if "to" not in group:
        return position
    while (
        position >= 0
        and words[position].party is None
        and words[position].place is None
        and (
            words[position].low in lexicon.mood["infinitive"]["factual"]
            or words[position].low in lexicon.words["be"]
            or words[position].low in lexicon.words["have"]
            or words[position].low in lexicon.words["adverbs"]
            or (words[position].low == "on" and position > 0 and words[position - 1].low == "went")
        )
        and words[position].low not in ("forces", ",", "and")
    ):
        position -= 1
    return position


def _phrase_left(  # noqa: PLR0912 - one branch per kind of word in a noun phrase
    words: Sequence[Word], position: int, *, actors: Mapping[str, Actor], lexicon: Lexicon, last_subject: Party | None
) -> Party:
    """Read the noun phrase that ends at a word and return its party."""
    closed = lexicon.words
    armed: int | None = None
    look = position
    steps = 0
    while look >= 0 and steps < 12:
        word = words[look]
        if word.party is not None:
            if (
                look + 1 < len(words)
                and words[look + 1].low == "-"
                and look + 2 < len(words)
                and words[look + 2].low not in ("led", "dominated", "linked", "affiliated")
            ):
                look -= 1
                steps += 1
                continue
            if look + 1 < len(words) and words[look + 1].low in ("'s", "’s") and armed is None:
                return Party(None, "other", look)
            return _as_subject(words, look, actors=actors, lexicon=lexicon)
        low = word.low
        if low in closed["armed"] and word.place is None:
            armed = look if armed is None else armed
        elif (
            low == "and"
            and look + 1 < len(words)
            and words[look + 1].low in closed["sites"]
            and words[look - 1].low in closed["sites"]
        ):
            pass  # "rebels from north and south"
        elif low in ("carrying", "transporting", "ferrying", "with"):
            armed = None  # "buses carrying fighters" are buses
        elif (
            low in (",", ";", ":", "—", "–", "“", "”", '"')
            or low in closed["subordinators"]
            or low in closed["pronouns"]
        ):
            break
        elif low in closed["prepositions"] and armed is None and low != "of":
            # "forces in the north", "fighters from X": the head stands before
            pass
        elif _verbal(word, lexicon):
            break
        look -= 1
        steps += 1
    if armed is not None and look > 0 and words[look].low == "and" and words[look - 1].party is not None:
        return _as_subject(words, look - 1, actors=actors, lexicon=lexicon)  # "X and allied groups"
    if armed is not None and look > 0 and words[look].low == "and" and words[look - 1].low in closed["armed"]:
        return unlisted_party(words, look - 1, actors=actors, lexicon=lexicon)  # "troops and allied militias"
    if armed is not None:
        head = words[armed].low
        if armed > 0 and words[armed - 1].low in ("its", "their", "his"):
            told = [word.index for word in words[:armed] if word.low in lexicon.speech["verbs"] and word.party is None]
            if told:  # "the ministry says its troops": those of who speaks, whoever acted in the sentence before
                own = main_subject(words, told[0] - 1, actors=actors, lexicon=lexicon)
                return own if own.code is not None else Party(None, "unlisted", armed)
        is_bare = (armed > 0 and words[armed - 1].low in ("the", "its", "these", "those", "their", "his")) or armed == 0
        if (
            is_bare
            and head
            in (
                "group",
                "forces",
                "fighters",
                "militants",
                "troops",
                "insurgents",
                "army",
                "government",
                "regime",
                "opposition",
                "alliance",
                "faction",
                "rebels",
                "coalition",
                "jihadists",
                "jihadis",
                "units",
            )
            and (
                last_subject is not None
                and last_subject.code is not None
                and head not in ("army", "government", "regime")
            )
        ):
            return Party(last_subject.code, "pronoun", armed, last_subject.is_state)
        return unlisted_party(words, armed, actors=actors, lexicon=lexicon)
    last = words[position]
    is_name = last.text[:1].isupper() and last.place is None and (position > 0 or last.text.isupper())
    return Party(None, "named" if is_name else "other", position)


def _as_subject(words: Sequence[Word], index: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return the party at a word, or the head of the phrase that it hangs on ("forces loyal to X")."""
    party = party_at(words, index, actors=actors)
    back = index - 1
    while back >= 0 and words[back].low in ("the", "a", "an", "so", "-", "called", "“", '"', "("):
        back -= 1
    if back >= 0 and words[back].low in ("by", "of", "from", "to", "with", "against", "for", "between"):
        head = back - 1
        while head >= 0 and words[head].low in (
            "led",
            "backed",
            "loyal",
            "allied",
            "supported",
            "affiliated",
            "dominated",
            "spearheaded",
            "linked",
            "belonging",
            "fighting",
            "commanded",
        ):
            head -= 1
        if head >= 0 and (words[head].low in lexicon.words["armed"] or words[head].party is not None):
            outer = words[head].party
            preposition = words[back].low
            if outer is not None and outer.codes:
                if (
                    preposition == "by"
                    and words[back - 1].low in ("led", "dominated", "spearheaded", "commanded")
                    and party.code is not None
                ):
                    return party
                return party_at(words, head, actors=actors)
            if preposition in ("of", "from", "to", "by", "with"):
                return party
        elif words[back].low in ("against", "with", "for", "between", "to"):
            return Party(None, "other", index)
    return party


def main_subject(words: Sequence[Word], position: int, *, actors: Mapping[str, Actor], lexicon: Lexicon) -> Party:
    """Return the nearest party to the left that can be a subject: no object of another verb, no "by", "from", "of"."""
    closed = lexicon.words
    for look in range(position, -1, -1):
        word = words[look]
        if word.low in ("“", "”", ";"):
            break
        if word.party is None:
            continue
        after = words[look + 1].low if look + 1 < len(words) else ""
        if after in ("'s", "’s", "-"):
            tail = words[look + 2].low if look + 2 < len(words) else ""
            if tail not in closed["armed"]:
                continue
        back = look - 1
        while back >= 0 and (
            words[back].low in closed["determiners"]
            or words[back].low in ("-", "backed", "led", "allied", "so", "called", "“")
            or words[back].low in closed["armed"]
            or (words[back].place is not None)
            or words[back].low.isdigit()
        ):
            back -= 1
        if back < 0:
            return _as_subject(words, look, actors=actors, lexicon=lexicon)
        low = words[back].low
        if low in closed["prepositions"] and low not in ("after", "before", "since", "as", "of", "from", "by"):
            continue
        if low in ("of", "from", "by", "to"):
            head = back - 1
            while head >= 0 and words[head].low in ("led", "loyal", "backed", "supported"):
                head -= 1
            if head >= 0 and (
                words[head].low in closed["armed"] or words[head].low in COUNTS or words[head].party is not None
            ):
                return _as_subject(words, look, actors=actors, lexicon=lexicon)
            continue
        is_past = low.endswith("ed") and words[back].place is None and words[back].party is None
        if (is_past or _verbal(words[back], lexicon)) and low not in lexicon.speech["verbs"]:
            continue  # the object of another verb
        return _as_subject(words, look, actors=actors, lexicon=lexicon)
    return NOBODY


def _verbal(word: Word, lexicon: Lexicon) -> bool:
    if word.place or word.party or word.date or word.text[:1].isupper():
        return False
    return (
        word.low in lexicon.verbs
        or word.low in lexicon.speech["verbs"]
        or word.low in lexicon.words["be"]
        or word.low in lexicon.words["have"]
    ) and word.low not in lexicon.words["armed"]
