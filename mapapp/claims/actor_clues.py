"""Whom a claim is about: the parties that may be meant, and what speaks for each of them.

A sentence often leaves it open ("the town fell", "they withdrew", "its fighters seized"), and an article tells it a few
sentences before or after. The clues are the same for every theatre: they know roles, places and words, no names.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice

from mapapp.claims.choosing import Clues
from mapapp.claims.drafts import CHANGE_CLASSES, Draft, is_living
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import PartyMention, Word
from mapapp.model import Actor
from mapapp.text import fold

REACH = 1200
"""Characters before a sentence within which a party may be meant that the sentence does not name."""

BEHIND = 250
"""Characters behind a sentence within which it may be named only then."""

MOST_DEEDS = 50
"""So many deeds before a claim are looked at; a text with more repeats itself."""

MOST_OPTIONS = 12
"""Parties that are weighed; a text that names more is a list of them."""

_LEAVING = frozenset(("leave", "desert"))
_TELLING = frozenset(("take", "retake", "fall", "expel", "lose", "give", "enter", "attack", "hold"))
_ARTICLES = frozenset(("the", "a", "an"))


def role_of(draft: Draft) -> str | None:
    """Return what a claim asks for: its taker, its holder or, where nobody is told, who left; None = nothing."""
    verb_class = draft.candidate.verb_class
    if verb_class == "hold":
        return "holder"
    if verb_class in _LEAVING:
        return "leaver" if draft.actor is None and draft.opponent is None else None
    return "taker" if verb_class in CHANGE_CLASSES else None


@dataclass(frozen=True)
class Cast:
    """The parties of an article, where it names them, and what they do in it."""

    text: str
    mentions: Sequence[PartyMention]
    drafts: Sequence[Draft]
    actors: Mapping[str, Actor]
    lexicon: Lexicon
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        known = [one for one in self.mentions if one.codes and one.codes[0] in self.actors]
        object.__setattr__(self, "mentions", known)
        object.__setattr__(self, "_starts", [one.start for one in known])

    @cached_property
    def deeds(self) -> Sequence[Draft]:
        """What parties surely do, in the order of the text."""
        sure = (one for one in self.drafts if one.score >= 0.5 and one.actor and one.candidate.verb_class in _TELLING)
        return sorted(sure, key=lambda one: (one.candidate.sentence.start, one.candidate.index))

    @cached_property
    def _deed_starts(self) -> list[int]:
        return [one.candidate.sentence.start for one in self.deeds]

    def deeds_between(self, start: int, end: int) -> Sequence[Draft]:
        """Return the last deeds of the sentences that begin between two offsets."""
        low, high = bisect.bisect_left(self._deed_starts, start), bisect.bisect_left(self._deed_starts, end)
        return self.deeds[max(low, high - MOST_DEEDS) : high]

    @cached_property
    def by_place(self) -> Mapping[str, Sequence[Draft]]:
        """What is surely said of each place, and not of something within it or near it."""
        found: dict[str, list[Draft]] = defaultdict(list)
        for draft in self.drafts:
            place = draft.resolution.place
            if place is not None and draft.score >= 0.5 and draft.candidate.place.is_itself:
                found[place.id].append(draft)
        return found

    @cached_property
    def sides(self) -> Counter[str]:
        """How often a party takes, holds, fights for or loses a place."""
        told = (one for one in self.drafts if one.score >= 0.4)
        return Counter(code for one in told for code in {one.actor, one.opponent} if code)

    def between(self, start: int, end: int) -> Sequence[PartyMention]:
        """Return the mentions that begin between two offsets."""
        return self.mentions[bisect.bisect_left(self._starts, start) : bisect.bisect_left(self._starts, end)]


def actor_options(draft: Draft, *, role: str, cast: Cast, day: date | None) -> dict[str | None, Clues]:
    """Return every party that may be meant, nobody among them, with its clues. `day` is the claim's, if known.

    Who is on the other side is none of them. What no name near the claim tells, only common nouns of its sentence
    such as "soldiers" can mean.
    """
    setting = _Setting(draft, role, cast)
    named = [one.codes[0] for one in cast.between(setting.start - REACH, setting.end + BEHIND)]
    at_place = [one.actor for one in setting.of_place if one.actor]
    unnamed = [code for code, actor in cast.actors.items() if setting.soldiers and (actor.is_state or actor.is_generic)]
    told = [code for code in (draft.actor, draft.opponent) if code]
    codes = [
        code
        for code in dict.fromkeys((*told, *setting.here, *reversed(named), *at_place, *unnamed))
        if code != setting.other and is_living(cast.actors[code], day=day)
    ]
    options: dict[str | None, Clues] = {None: _marked(role, setting.of_nobody(len(codes)))}
    for code in codes[:MOST_OPTIONS]:
        options[code] = {**_marked(role, setting.of_party(code)), **setting.shares_of(code)}
    return options


def _marked(role: str, names: Iterator[str]) -> dict[str, float]:
    return {f"{role}: {name}": 1.0 for name in names}


class _Setting:
    """One claim in its article: what all its options share."""

    def __init__(self, draft: Draft, role: str, cast: Cast) -> None:
        self.draft, self.role, self.cast = draft, role, cast
        candidate = draft.candidate
        sentence = candidate.sentence
        self.start, self.end = sentence.start, sentence.end
        self.words = sentence.words
        self.trigger = candidate.index
        self.party = candidate.opponent if role == "leaver" else candidate.actor
        self.told, self.other = draft.actor, draft.opponent
        place = candidate.place.index
        self.named = [word for word in self.words if _code_of(word, cast.actors) and word.index != place]
        self.here = list(dict.fromkeys(_code_of(word, cast.actors) or "" for word in self.named))
        self.crowd = _few(len(self.here))
        self.before = cast.between(self.start - REACH, self.start)
        around = cast.between(self.start - REACH, self.end + BEHIND)
        self.around = Counter(one.codes[0] for one in around)
        self.paragraph = cast.text.rfind("\n", 0, self.start)
        at = (self.start, self.trigger)
        until_here = cast.deeds_between(0, self.start + 1)
        self.earlier = [one for one in until_here if (one.candidate.sentence.start, one.candidate.index) < at]
        self.in_paragraph = [one for one in self.earlier if one.candidate.sentence.start > self.paragraph]
        self.near = [
            one
            for one in cast.deeds_between(self.start - 2 * REACH, self.end + REACH)
            if one.candidate.verb_class != "hold" and one.candidate is not candidate
        ]
        id_ = draft.resolution.place.id if draft.resolution.place else ""
        others = (one for one in cast.by_place.get(id_, ()) if one.candidate is not candidate)
        self.of_place = list(islice(others, MOST_OPTIONS))
        self.soldiers = [
            word
            for word in self.words
            if word.party is None and word.place is None and word.low in cast.lexicon.words["armed"]
        ]
        own = {draft.actor, draft.opponent}
        self.sides = {code for code, count in cast.sides.items() if count > (code in own)}
        speaker = draft.attribution.speaker if draft.attribution else None
        self.speakers = {one.codes[0] for one in around if speaker and one.surface in speaker}
        self.is_ours = any(word.low in ("our", "we") for word in self.words[: self.trigger])

    def of_nobody(self, options: int) -> Iterator[str]:
        """Yield the clues for an unknown party."""
        candidate = self.draft.candidate
        yield "nobody"
        yield f"nobody, {candidate.shape}"
        yield f"nobody, {candidate.verb_class}"
        yield f"nobody, {self.crowd} named here"
        yield f"nobody, {_few(len(self.in_paragraph))} deeds in the paragraph"
        yield f"nobody, {_few(options)} others"
        if self.told is None:
            yield f"nobody as read: {self.party.basis}"
            yield f"nobody as read: {self.party.basis}, {candidate.shape}"
        else:
            yield f"nobody, read otherwise: {self.party.basis}"

    def of_party(self, code: str) -> Iterator[str]:
        """Yield the clues for a party."""
        sort = _sort_of(self.cast.actors[code])
        yield from self._as_read(code, sort)
        yield from self._here(code, sort)
        yield from self._by_words(code, sort)
        yield from self._elsewhere(code, sort)
        yield from self._by_deeds(code)
        yield from self._by_members(code)

    def _as_read(self, code: str, sort: str) -> Iterator[str]:
        candidate = self.draft.candidate
        verb_class, shape = candidate.verb_class, candidate.shape
        yield sort
        yield f"{sort}, {verb_class}"
        yield f"{sort}, {shape}"
        if code == self.told:
            basis = self.party.basis
            yield "as read"
            yield f"as read: {basis}"
            yield f"as read: {basis}, {shape}"
            yield f"as read: {verb_class}, {sort}"
            yield f"as read: {shape}, {verb_class}"
        elif self.told is None:
            yield f"read as nobody: {self.party.basis}, {sort}"

    def _here(self, code: str, sort: str) -> Iterator[str]:
        """Yield what its names in the sentence tell."""
        mine = [word for word in self.named if _code_of(word, self.cast.actors) == code]
        if not mine:
            return
        candidate = self.draft.candidate
        how = f"{candidate.verb_class}, {candidate.shape}"
        yield f"one of {self.crowd} here"
        yield f"here: {sort}, {candidate.verb_class}"
        if self.here[0] == code:
            yield f"first here: {how}"
        left = next((word for word in reversed(mine) if word.index < self.trigger), None)
        right = next((word for word in mine if word.index > self.trigger), None)
        if left is not None:
            yield "before"
            yield f"before: {how}"
            if not any(left.index < word.index < self.trigger for word in self.named):
                yield f"nearest before: {how}"
            yield f"before, behind «{self._word_before(left)}»"
            yield f"before, followed by «{self._word_behind(left)}»"
        if right is not None:
            yield "behind"
            yield f"behind: {how}"
            if not any(self.trigger < word.index < right.index for word in self.named):
                yield "nearest behind"
            yield f"behind «{self._word_before(right)}»"
            yield f"behind «{self._word_before(right)}»: {candidate.verb_class}"
            yield f"behind, followed by «{self._word_behind(right)}»"

    def _by_words(self, code: str, sort: str) -> Iterator[str]:
        """Yield what common nouns of the sentence tell: "Kurdish fighters", "soldiers", "jihadists"."""
        own = _words_of(self.cast.actors[code])
        for word in self.soldiers:
            side = "before" if word.index < self.trigger else "behind"
            yield f"«{word.low}» {side}, {sort}"
            adjective = self.words[word.index - 1].low if word.index else ""
            if adjective not in _ARTICLES and adjective.removesuffix("s") in own:
                yield f"its adjective {side}"
            if word.low.removesuffix("s") in own:
                yield f"its noun {side}"
        for word in self.named[:MOST_OPTIONS]:
            other = _code_of(word, self.cast.actors) or ""
            if other == code or not self.cast.actors[other].is_generic:
                continue
            side = "before" if word.index < self.trigger else "behind"
            noun = word.low.split()[-1]
            yield f"generic «{noun}» {side}, {sort}"
            if noun.removesuffix("s") in own:
                yield f"its generic noun {side}"

    def _elsewhere(self, code: str, sort: str) -> Iterator[str]:
        """Yield where else the article names it."""
        if code not in self.here:
            yield f"elsewhere, {self.crowd} here" if self.around[code] else f"not named, {sort}"
        if len(self.around) == 1 and self.around[code]:
            yield f"only party: {sort}, {self.draft.candidate.verb_class}"
        mine = [one for one in self.before if one.codes[0] == code]
        if mine:
            gap = self.cast.text.count(". ", mine[-1].end, self.start)
            yield f"{_few(gap)} sentences before, {self.crowd} here"
            if mine[-1] is self.before[-1]:
                yield f"last named, {self.crowd} here"
            if mine[0] is self.before[0]:
                yield "first named"
            if mine[-1].start > self.paragraph:
                yield "in its paragraph"
        elif self.around[code] and code not in self.here:
            yield "named only behind"
        if self.speakers:
            yield f"{'the speaker' if code in self.speakers else 'not the speaker'}{', ours' if self.is_ours else ''}"

    def _by_deeds(self, code: str) -> Iterator[str]:
        """Yield what it does elsewhere in the article, and at this place."""
        yield f"{'a side' if code in self.sides else 'no side'}, {self.crowd} here"
        if self.other and self.sides - {self.other} == {code}:
            yield "the only rival"
        if self.earlier:
            last = self.earlier[-1]
            is_near = "same paragraph" if last in self.in_paragraph else "earlier"
            if last.actor == code:
                yield f"acted last, {self.crowd} here, {is_near}"
                yield f"acted last, {'holding' if last.candidate.verb_class == 'hold' else 'taking'}"
            if last.opponent == code:
                yield f"lost last, {self.crowd} here"
        if self.in_paragraph and all(one.actor == code for one in self.in_paragraph):
            yield f"all deeds of the paragraph, {self.crowd} here"
        for one in self.of_place:
            if one.actor == code:
                yield f"{'holds' if one.candidate.verb_class == 'hold' else 'takes'} the place elsewhere"
            if one.opponent == code:
                yield "loses the place elsewhere"

    def _by_members(self, code: str) -> Iterator[str]:
        actor, told = self.cast.actors[code], self.cast.actors.get(self.told or "")
        if actor.is_generic and any(self.around[member] for member in actor.members):
            yield "generic, a member is named"
            if not set(actor.members).isdisjoint(self.here):
                yield "generic, a member is named here"
        elif any(one.is_generic and code in one.members and self.around[one.code] for one in self.cast.actors.values()):
            yield "member of a generic one that is named"
        if told is not None and told.is_generic and code in told.members:
            yield "member of the one as read"
            if self.around[code] == max(self.around[member] for member in told.members):
                yield "commonest member of the one as read"

    def shares_of(self, code: str) -> Clues:
        """Return how much of what is named and done around it is its own."""
        shares = {"share of names": self.around[code] / max(1, self.around.total())}
        for name, deeds in (("paragraph", self.in_paragraph), ("text", self.near)):
            if deeds:
                shares[f"share of deeds of the {name}"] = sum(one.actor == code for one in deeds) / len(deeds)
        shares[f"share of deeds, {self.crowd} here"] = shares.get("share of deeds of the text", 0.0)
        return {f"{self.role}: {name}": value for name, value in shares.items() if value}

    def _word_before(self, word: Word) -> str:
        index = word.index - 1
        if index > 0 and self.words[index].low in _ARTICLES:
            index -= 1
        return self.words[index].low if index >= 0 and self.words[index].low not in _ARTICLES else "^"

    def _word_behind(self, word: Word) -> str:
        """Return the word behind a name; of "-backed" and "'s fighters" what is joined to it."""
        words, index = self.words, word.index + 1
        if index >= len(words):
            return "$"
        low = words[index].low
        if low == "-" and index + 1 < len(words):
            return f"-{words[index + 1].low}"
        if low in ("'s", "’s"):
            for one in words[index + 1 : index + 5]:
                if one.low in self.cast.lexicon.words["armed"]:
                    return "'s armed"
        return low


def _code_of(word: Word, actors: Mapping[str, Actor]) -> str | None:
    if word.party is None or not word.party.codes or word.party.codes[0] not in actors:
        return None
    return word.party.codes[0]


def _sort_of(actor: Actor) -> str:
    return "state" if actor.is_state else "generic" if actor.is_generic else "group"


def _few(number: int) -> str:
    return str(number) if number < 3 else "some" if number < 6 else "many"


@lru_cache(maxsize=256)
def _words_of(actor: Actor) -> frozenset[str]:
    """Return the words of the names of a party, plural endings off, common ones left out."""
    names = (actor.name, *actor.aliases)
    words = {word.removesuffix("s") for name in names for word in fold(name).replace("-", " ").split()}
    return frozenset(words - {"the", "of", "and", "for", "in", "army", "force"})
