"""Dates in words: what a user types, and what a text says relative to the day on which it was published.

A stretch of text becomes an interval of days with the precision of UCDP's `date_prec` (1 day, 2 two to six days,
3 week, 4 month, 5 year). Nothing is guessed: a day without a year, in a text whose own day of publication is not
known and which names no year before, is found but stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mapapp.date_expressions import NAMED, NOT_A_DATE, Days, Told, any_expression, any_opener
from mapapp.errors import DateError
from mapapp.relative_dates import RELATIVE

KINDS: Mapping[str, Callable[[re.Match[str], Told], Days | None]] = {**NAMED, **RELATIVE}
"""How every kind of expression becomes days."""

ANCHOR_REACH_DAYS = 300
"""A text that begins with a full date longer than this before its publication tells history: the year of a bare
"30 November" is then taken from that date, not from the day of publication."""

NEWS_DAYS = 10
"""A day that lies farther before the publication is no news: "by Friday" counts from it."""

_BARE = frozenset(("dmy", "mdy", "nth", "weekday"))
"""Kinds of expression that may name a day without its year."""

_DAYS = frozenset(("iso", "num", *_BARE))
"""Kinds of expression that may name one day."""

_MONTHS = frozenset(("iso", "num", "m", "share"))
"""Kinds of expression that may name a month or a part of one."""

_NEWS = frozenset(("weekday", "word"))
"""Kinds of expression that count from the publication."""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A stretch of text that says when."""

    start: int
    """Offset in code points."""
    end: int
    """Exclusive."""
    first: date | None
    """First day that may be meant; None = it cannot be told (no year, no day of publication)."""
    last: date | None
    """Last day, inclusive."""
    prec: int | None
    """UCDP: 1 day, 2 two to six days, 3 week, 4 month, 5 year or longer; None = unknown."""
    relation: str = "at"
    """at, since, until, before, after: what the words before it make of it."""


def read_day(text: str) -> date:
    """Return the day that a user typed as YYYY-MM-DD.

    Raises DateError for anything else.

    >>> read_day("2024-12-08")
    datetime.date(2024, 12, 8)
    >>> read_day("8/12/24")
    Traceback (most recent call last):
    mapapp.errors.DateError: '8/12/24' is not a day. Write it as YYYY-MM-DD, such as 2024-12-08.
    """
    stripped = text.strip()
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", stripped):
            raise ValueError(stripped)
        return date.fromisoformat(stripped)
    except ValueError as error:
        shown = stripped[:40].encode("unicode_escape").decode("ascii")
        raise DateError(f"'{shown}' is not a day. Write it as YYYY-MM-DD, such as 2024-12-08.") from error


def precision_of(first: date, last: date) -> int:
    """Return UCDP's `date_prec` for an interval of days, both ends included.

    >>> precision_of(date(2024, 12, 8), date(2024, 12, 8)), precision_of(date(2024, 12, 1), date(2024, 12, 31))
    (1, 4)
    """
    days = (last - first).days + 1
    return 1 if days <= 1 else 2 if days <= 6 else 3 if days <= 10 else 4 if days <= 31 else 5


HINT_REACH = 48
"""Characters around a hint; no expression reaches farther from its nearest one."""

_HINT = re.compile(
    r"[0-9]|day(?:s|break)?\b|week|month|year|hour|night|morning|evening|dawn|today|yesterday|decade|hours|noon|midday|sunrise|sunset|dusk"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
"""In lower-case text."""
_RELATION = re.compile(
    r"\b(since|until|till|by|before|after|from)\s+(?:the\s+|at\s+least\s+|around\s+|about\s+)?$", re.IGNORECASE
)
_RELATIONS = {
    "since": "since",
    "from": "at",
    "until": "until",
    "till": "until",
    "by": "until",
    "before": "before",
    "after": "after",
}

_ANCHORS = frozenset(("iso", "num", "dmy", "mdy", "nth", "share", "m", "weekday", "offset", "near"))
"""Kinds of expression that "the next day" may count from."""

_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])")
_SENTENCE_END = re.compile(r"[.!?][\"”’]?\s|\n")
_ASIDE = re.compile(
    r"\b(?:which|who|whom|whose|where|when|that|since|until)\b[^,;]*$"
    r"|,\s(?:\w+ed|taken|held|lost|won|seen|built|begun|driven)\s(?:by|from|in|to|on|during)\b[^,;]*$",
    re.IGNORECASE,
)
"""Of the words before a date in its sentence: it belongs to an aside, and the story does not move there."""
LONGEST_ASIDE = 300
"""Characters before a date in which its sentence is looked at."""


@dataclass(slots=True)
class _Story:
    """Of which days a text speaks, as it is read from the front."""

    text: str
    published: date | None
    told: Told
    frame: date | None
    """The day at which a text that tells history has arrived; None = it tells what was new when it was published."""
    explicit: tuple[int, Days, int] | None = None
    """Where the last expression with a year ended, its days and their precision."""
    day_end: int = 0
    """Where the last day was named."""
    paragraph_day: tuple[int, date] | None = None
    """Where the last day ended of which the story itself speaks, and the day."""

    def told_at(self, start: int) -> Told:
        """Return what is known where an expression begins."""
        period: Days | None = None
        if self.explicit is not None:
            end, days, prec = self.explicit
            is_near = self._is_same_sentence(end, start) or (prec <= 2 and not self._is_new_paragraph(end, start))
            period = days if is_near or (self.published is None and self.frame is None) else None
        frame = self.frame
        if frame is not None and self.paragraph_day is not None:
            end, day = self.paragraph_day
            if not self._is_new_paragraph(end, start):
                frame = day
                if self.explicit is not None and self.explicit[2] <= 2:
                    period = None  # the day at which the paragraph has arrived is nearer
        day_told = self.told.day
        is_past = (
            day_told is not None
            and self.published is not None
            and (self.published - day_told).days > NEWS_DAYS
            and (self.frame is not None or not self._is_new_paragraph(self.day_end, start))
        )
        return replace(self.told, period=period, frame=frame, is_past=is_past)

    def note(self, span: DateSpan, kind: str) -> None:
        """Let an expression tell of what the text speaks from here on."""
        if span.first is None or span.last is None or span.prec is None:
            return
        has_year = _has_year(self.text[span.start : span.end])
        before = self.text[self._sentence_start(span.start) : span.start]
        is_aside = has_year and _ASIDE.search(before) is not None
        if has_year and not is_aside and span.relation == "at":
            self.explicit = (span.end, (span.first, span.last), span.prec)
        if span.prec <= 2 and kind in _DAYS and not is_aside and (has_year or kind in _BARE):
            self.paragraph_day = (span.end, span.first)
            if self.frame is not None and (self.frame - span.first).days <= ANCHOR_REACH_DAYS:
                self.frame = span.first
        if kind not in _ANCHORS or is_aside:
            return
        if span.prec <= 2:
            self.told = replace(self.told, day=span.last, month=span.last)
            self.day_end = span.end
        elif span.prec <= 4 and kind in _MONTHS:
            self.told = replace(self.told, month=span.first)

    def _is_new_paragraph(self, first: int, second: int) -> bool:
        return self.text.find("\n", first, second) >= 0

    def _sentence_start(self, offset: int) -> int:
        low = max(0, offset - LONGEST_ASIDE)
        ends = [found.end() for found in _SENTENCE_END.finditer(self.text, low, offset)]
        return ends[-1] if ends else low

    def _is_same_sentence(self, first: int, second: int) -> bool:
        return second - first <= LONGEST_ASIDE and _SENTENCE_END.search(self.text, first, second) is None


def find_dates(text: str, *, published: date | None) -> tuple[DateSpan, ...]:
    """Return every stretch of a text that says when, by start offset, resolved against its day of publication.

    Days are local days of the publisher. "The previous day" counts from the date before it in the text. A day without
    a year takes it from its sentence, from a full date of its paragraph, else from the story: the publication, or,
    where the text began with a date long before that, from there. An expression that cannot be resolved is returned
    with None for its days.

    >>> find_dates("Rebels entered the town on December 8.", published=date(2024, 12, 9))[0].first
    datetime.date(2024, 12, 8)
    >>> find_dates("Rebels entered the town on December 8.", published=None)[0].first is None
    True
    >>> find_dates("", published=None)
    ()
    """
    spans: list[DateSpan] = []
    found = [(_kind_of(match), match) for match in _matches(text)]
    story = _Story(text, published, Told(published), _begin_of_history(found, published=published))
    for kind, match in found:
        days = _days_of(kind, match, story.told_at(match.start()))
        if days is NOT_A_DATE:
            continue
        spans.append(_span(match, kind, days, text, published))
        story.note(spans[-1], kind)
    return tuple(spans)


def _begin_of_history(found: Sequence[tuple[str, re.Match[str]]], *, published: date | None) -> date | None:
    """Return the first full date of a text that tells history; None where it tells what was new.

    It does where more of its full dates lie long before its publication than near to it, days of the week among those.
    """
    past: list[date] = []
    near = 0
    for kind, match in found:
        if kind in _DAYS and _has_year(match.group()):
            days = _days_of(kind, match, Told(published))
            if days is None or days is NOT_A_DATE:
                continue
            if published is None or (published - days[0]).days > ANCHOR_REACH_DAYS:
                past.append(days[0])
            else:
                near += 1
        elif kind in _NEWS and match.group()[0].isupper() == (kind == "weekday"):
            near += 1
    return past[0] if len(past) > near else None


def _kind_of(match: re.Match[str]) -> str:
    return next((name for name in KINDS if match.group(name) is not None), match.lastgroup or "")


def _days_of(kind: str, match: re.Match[str], told: Told) -> Days | None:
    try:
        return KINDS[kind](match, told)
    except (OverflowError, ValueError):  # beyond the ends of the calendar
        return None


def _has_year(words: str) -> bool:
    return _YEAR.search(words) is not None or words.lower().endswith(("that year", "the same year"))


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Search around the words without which there is no date, and nowhere else: most of a text holds none."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters become two
        lower = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)
    low = 0
    high = -1
    for hint in _HINT.finditer(lower):
        if hint.start() - HINT_REACH > high:
            if high > low:
                yield from _matches_within(text, lower, low, high)
            low = _word_edge(text, max(hint.start() - HINT_REACH, high, 0))
        high = min(len(text), hint.end() + HINT_REACH)
    if high > low:
        yield from _matches_within(text, lower, low, high)


def _matches_within(text: str, lower: str, low: int, high: int) -> Iterator[re.Match[str]]:
    pattern = any_expression()
    for opener in any_opener().finditer(lower, low, high):
        if opener.start() < low:
            continue
        match = pattern.match(text, opener.start(), high)
        if match is not None:
            yield match
            low = match.end()


def _word_edge(text: str, offset: int) -> int:
    """Return the next offset at which no word is cut."""
    while 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum():
        offset += 1
    return offset


def _span(match: re.Match[str], kind: str, days: Days | None, text: str, published: date | None) -> DateSpan:
    start, end = match.span()
    before = _RELATION.search(text, max(0, start - 24), start)
    word = (before.group(1) if before else _leading(match.group())).lower()
    relation = _RELATIONS.get(word, "at")
    if days is None:
        return DateSpan(start, end, None, None, None, relation)
    first, last = days
    if relation == "since" and published is not None and first <= published:
        last = max(last, published)
    return DateSpan(start, end, first, last, precision_of(first, last), relation)


def _leading(words: str) -> str:
    return words.split(None, 1)[0] if words else ""
