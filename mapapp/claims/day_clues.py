"""When it happened: the days of a text that a claim may mean, and what speaks for each of them.

`dating` reads the day from the clause; here every day of the sentence, the last ones before it and the day of
publication are weighed against what it read.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from mapapp.claims.choosing import Clues
from mapapp.claims.dating import ASIDE, aside_before, cost_of, is_beside, is_of_speech
from mapapp.claims.drafts import Draft
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import Word
from mapapp.dates import DateSpan, precision_of

LAST_DATES = 3
"""So many dates before a sentence may be its own."""

REACH = 2000
"""Characters before a sentence within which a date may be its own."""

BEHIND = 200
"""Characters behind a sentence within which the next date may be its own."""

MOST_DATES = 8
"""Dates of one sentence that are weighed."""

_LINKS = frozenset(
    ("after", "before", "when", "while", "since", "who", "which", "where", "but", "although", "until", "whose")
)
_RELATIVE = frozenset(("who", "which", "that", "whose", "where"))
_PAST = frozenset(("took", "fell", "seized", "lost", "left", "won", "fled", "drove"))

Days = tuple[date, date]


@dataclass(frozen=True)
class Calendar:
    """The days that an article names, where it names them."""

    text: str
    spans: Sequence[DateSpan]
    published: date | None
    lexicon: Lexicon
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        known = [one for one in self.spans if self.is_possible(one)]
        object.__setattr__(self, "spans", known)
        object.__setattr__(self, "_starts", [one.start for one in known])

    def is_possible(self, span: DateSpan) -> bool:
        """Return whether something that was done may have been done then."""
        if span.first is None or span.last is None or span.relation == "before":
            return False
        return self.published is None or span.first <= self.published

    def before(self, offset: int) -> Sequence[DateSpan]:
        """Return the last dates before an offset, the nearest first."""
        at = bisect.bisect_left(self._starts, offset)
        return self.spans[max(0, at - LAST_DATES) : at][::-1]

    def behind(self, offset: int) -> DateSpan | None:
        """Return the date that follows soon after an offset."""
        at = bisect.bisect_left(self._starts, offset)
        found = self.spans[at] if at < len(self.spans) else None
        return found if found is not None and found.start < offset + BEHIND else None


def day_options(draft: Draft, *, calendar: Calendar) -> dict[Days | None, Clues]:
    """Return all days that a claim may mean, none among them; of a stretch told twice all clues count."""
    setting = _Setting(draft, calendar)
    found: dict[Days, dict[str, float]] = defaultdict(dict)

    def add(first: date | None, last: date | None, names: Iterator[str]) -> None:
        if first is not None and last is not None:
            found[first, last].update(dict.fromkeys(names, 1.0))

    when = draft.when
    add(when.first, when.last, setting.as_read())
    for word in setting.dated:
        span = word.date
        if span is None or span.first is None:
            continue
        add(span.first, span.last, setting.of_sentence(word, span, "here"))
        if span.prec == 1 and is_of_speech(setting.words, word.index, calendar.lexicon):
            add(span.first - timedelta(days=1), span.last, setting.of_sentence(word, span, "told here"))
    for number, span in enumerate(calendar.before(setting.start), 1):
        if span.end < setting.start - REACH or calendar.text.find("\n", span.end, setting.start) >= 0:
            break
        add(span.first, span.last, setting.of_text_before(number, span))
    behind = calendar.behind(setting.end)
    if behind is not None:
        add(behind.first, behind.last, setting.of_text_behind())
    if calendar.published is not None:
        add(calendar.published - timedelta(days=1), calendar.published, setting.of_news())
    options: dict[Days | None, Clues] = {None: dict.fromkeys(setting.of_none(), 1.0)}
    for days, clues in found.items():
        options[days] = {**clues, **dict.fromkeys(setting.of_days(days), 1.0)}
    return options


class _Setting:
    """One claim in its article: what all its options share."""

    def __init__(self, draft: Draft, calendar: Calendar) -> None:
        self.draft, self.calendar, self.lexicon = draft, calendar, calendar.lexicon
        candidate = draft.candidate
        sentence = candidate.sentence
        self.words, self.number = sentence.words, sentence.number
        self.start, self.end = sentence.start, sentence.end
        self.trigger, self.place = candidate.index, candidate.place.index
        self.shape, self.verb_class, self.basis = candidate.shape, candidate.verb_class, draft.when.basis
        dated = [word for word in self.words if word.date is not None and calendar.is_possible(word.date)]
        self.dated = dated[:MOST_DATES]
        self.crowd = str(len(dated)) if len(dated) < 3 else "some"
        self.tense = _tense_of(self.words, self.trigger)
        self.costs = {word.index: self._cost(word.index) for word in self.dated}
        self.order = sorted(self.costs, key=lambda index: self.costs[index])
        self.position = "0" if self.number == 0 else "1" if self.number == 1 else "2-5" if self.number < 6 else "6+"

    def _cost(self, index: int) -> float:
        cost = cost_of(self.words, index, self.trigger, self.place, self.lexicon)
        return cost + (ASIDE if is_beside(self.words, index, self.trigger) else 0)

    def of_none(self) -> Iterator[str]:
        """Yield the clues for an unknown day."""
        yield "none"
        for name in (self.basis, f"{self.crowd} here", self.tense, self.verb_class, f"sentence {self.position}"):
            yield f"none: {name}"
        yield f"none: {self.shape}"

    def of_days(self, days: Days) -> Iterator[str]:
        """Yield what the length and the distance of a stretch of days tell."""
        length = {1: "day", 2: "day", 3: "week", 4: "month"}.get(precision_of(*days), "year")
        ago = _ago(days[1], self.calendar.published)
        yield length
        yield f"{length}, {self.tense}"
        yield f"{ago} ago"
        yield f"{ago} ago, {self.tense}"
        yield f"{ago} ago, {self.shape}"

    def as_read(self) -> Iterator[str]:
        """Yield what `dating` tells."""
        yield "as read"
        yield f"as read: {self.basis}"
        yield f"as read: {self.basis}, {self.shape}"
        yield f"as read: {self.basis}, {self.tense}"
        yield f"as read: {self.basis}, {self.crowd} here"

    def of_sentence(self, word: Word, span: DateSpan, how: str) -> Iterator[str]:
        """Yield where in the sentence a date stands."""
        words, index = self.words, word.index
        side = "behind" if index > self.trigger else "before"
        low, high = sorted((index, self.trigger))
        between = words[low + 1 : high]
        yield how
        yield f"{how}: {min(self.order.index(index), 3) + 1} of {self.crowd}"
        yield f"{how}: cost {_cost_band(self.costs[index])}"
        yield f"{how}: {side}, {self.shape}"
        yield f"{how}: {span.relation}"
        commas = sum(one.low in (",", "and", "but") for one in between)
        yield f"{how}: {side}, {min(commas, 3)} commas"
        verbs = sum(one.low in self.lexicon.verbs and one.index != self.place for one in between)
        yield f"{how}: {side}, {min(verbs, 2)} verbs"
        places = sum(one.place is not None and one.index != self.place for one in between)
        yield f"{how}: {side}, {min(places, 2)} places"
        for one in between:
            if one.low in _LINKS and one.date is None:
                yield f"{how}: {side}, «{one.low}»"
        if any(one.low in (";", "“", "”") for one in between):
            yield f"{how}: another clause"
        if is_of_speech(words, index, self.lexicon):
            yield f"{how}: of speech"
        if is_beside(words, index, self.trigger):
            yield f"{how}: beside"
        if aside_before(words, index) is not None:
            yield f"{how}: in an aside"
        if index < 4:
            yield f"{how}: opens, one of {self.crowd}"
        yield f"{how}: behind «{words[index - 1].low if index else '^'}»"
        yield f"{how}: followed by «{words[index + 1].low if index + 1 < len(words) else '$'}»"
        if self.place < index and (self.place > self.trigger or self.shape == "passive"):
            yield f"{how}: {min(index - self.place, 4)} behind the place"

    def of_text_before(self, number: int, span: DateSpan) -> Iterator[str]:
        """Yield how a date before the sentence stands to it."""
        text = self.calendar.text
        gap = text.count(". ", span.end, self.start)
        yield f"{number} back"
        yield f"{number} back, {self.crowd} here"
        yield f"back {_distance(gap)} sentences"
        yield f"back: {self.tense}"
        yield f"back: {span.relation}"
        yield f"back: {self.shape}, {self.crowd} here"
        yield f"back: read by {self.basis}"

    def of_text_behind(self) -> Iterator[str]:
        """Yield what speaks for the first date of the next sentence."""
        yield "next"
        yield f"next, {self.crowd} here"
        yield f"next: {self.tense}"

    def of_news(self) -> Iterator[str]:
        """Yield what speaks for the day of publication and the one before."""
        yield "news"
        for name in (self.tense, self.shape, self.verb_class, f"{self.crowd} here", f"read by {self.basis}"):
            yield f"news: {name}"
        yield f"news: sentence {self.position}"
        yield f"news: sentence {self.position}, {self.tense}"
        yield f"news: {'other' if self.calendar.spans else 'no other'} dates"


def _tense_of(words: Sequence[Word], index: int) -> str:
    before = [word.low for word in words[max(0, index - 5) : index]]
    low = words[index].low
    marks: Mapping[str, bool] = {
        "had": "had" in before,
        "has": "has" in before or "have" in before,
        "was": "was" in before or "were" in before,
        "past": low.endswith("ed") or low in _PAST,
        "is": "is" in before or "are" in before,
        "-ing": low.endswith("ing"),
    }
    tense = next((name for name, holds in marks.items() if holds), "other")
    return f"{tense}, relative" if not _RELATIVE.isdisjoint(before) else tense


def _ago(last: date, published: date | None) -> str:
    if published is None:
        return "unknown"
    days = (published - last).days
    bands = ((1, "0-1"), (7, "2-7"), (31, "8-31"), (365, "32-365"))
    return next((name for most, name in bands if days <= most), "366+")


def _cost_band(cost: float) -> str:
    bands = ((4, "0-3"), (9, "4-8"), (16, "9-15"), (24, "16-23"), (40, "24-39"))
    return next((name for most, name in bands if cost < most), "40+")


def _distance(number: int) -> str:
    bands = ((0, "0"), (1, "1"), (2, "2"), (4, "3-4"), (8, "5-8"))
    return next((name for most, name in bands if number <= most), "9+")
