"""When it happened: the date that belongs to a trigger, from its clause, its sentence or the sentences around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mapapp.claims.lexicon import Lexicon
from mapapp.claims.words import Sentence, Word
from mapapp.date_expressions import read_count
from mapapp.dates import DateSpan, precision_of
from mapapp.relative_dates import around

TOO_FAR = 24
"""Words between trigger and date, those that open another clause counting more; beyond, it dates something else."""

OFFSET_REACH = 12
"""Words before a trigger in which "two days after" may stand."""

ASIDE = 25
"""What it costs a date that the trigger is no part of its aside ("X, where a post had stood until 2020")."""

COARSE = 4
"""`date_prec` of a month; a year is coarser."""

OPENING_WORDS = 4
"""Words before a date with which a sentence opens: it dates all its clauses but the asides."""

CARRIED_SENTENCES = 6
"""How many sentences of a paragraph a date reaches."""

RECENT_SENTENCES = 6
"""The lead: what is told there in the perfect or the plain past, without a date, is the news of the day."""


@dataclass(frozen=True, slots=True)
class When:
    """Days, both included, and how they were found."""

    first: date | None
    last: date | None
    prec: int | None
    basis: str
    """clause, sentence, speech, entry, context, lead, now, article, none, future."""


UNKNOWN = When(None, None, None, "none")

FUTURE = When(None, None, None, "future")
"""The text gives a day that lies after its publication; nothing else may fill it in."""


def date_trigger(
    sentence: Sentence, *, index: int, place_index: int, lexicon: Lexicon, is_now: bool, published: date | None
) -> When:
    """Return the date in its own sentence that belongs to the trigger at a word; UNKNOWN where there is none.

    The nearest one counts, preferably behind the trigger and before the next verb; the day on which somebody *said* it
    bounds the day on which it happened.
    """
    words = sentence.words
    away = _offset_before(words, index, place_index)
    best: tuple[float, Word] | None = None
    for word in words:
        if word.date is None or word.date.relation in ("before",):
            continue
        cost = cost_of(words, word.index, index, place_index, lexicon)
        if is_beside(words, word.index, index):
            cost += ASIDE
        if away is not None and away.at < word.index and not any(one.low == "," for one in words[away.at : word.index]):
            return _as_found(word.date, published)  # "a day after B was taken on Monday": Monday
        if best is None or cost < best[0]:
            best = (cost, word)
    if away is not None:
        return _shifted(best[1].date if best is not None else None, away, published)
    if best is not None and best[0] >= TOO_FAR:
        opening = _opening(words, index)
        best = (TOO_FAR - 1, opening) if opening is not None else None
    if best is None:
        return UNKNOWN
    found = best[1].date
    if found is None or found.first is None or found.last is None:
        return When(None, None, None, "sentence")
    if is_now and found.relation == "since":
        return UNKNOWN
    if published is not None and found.first > published:
        return FUTURE  # what was done lies behind the day on which it was told: no day, and no other day in its stead
    if is_of_speech(words, best[1].index, lexicon):
        first = found.first - timedelta(days=1) if found.prec == 1 else found.first
        return When(first, found.last, precision_of(first, found.last), "speech")
    return When(found.first, found.last, found.prec, "clause" if best[0] < 12 else "sentence")


@dataclass(frozen=True, slots=True)
class _Offset:
    """How far an occurrence lies from the one of the main clause: "two days after losing X"."""

    at: int
    """Word index of "after" or "before"."""
    count: int
    unit: str
    is_vague: bool


def _offset_before(words: Sequence[Word], index: int, place_index: int) -> _Offset | None:
    """Return the offset of the clause in which a trigger stands; None where it is the main clause."""
    for back in range(min(index, place_index) - 1, max(0, index - OFFSET_REACH), -1):
        word = words[back]
        if word.low in (",", ";", "”", "“", ".", "and", "but"):
            return None
        if word.low not in ("after", "before") or back < 1 or word.date is not None:
            continue
        unit = words[back - 1].low.removesuffix("s")
        if unit not in ("day", "week", "month", "year", "hour"):
            return None
        before = " ".join(one.low for one in words[max(0, back - 5) : back - 1])
        count, is_vague = read_count(before.split()[-1] if before else "")
        return _Offset(back, count if word.low == "after" else -count, unit, is_vague)
    return None


def _shifted(base: DateSpan | None, away: _Offset, published: date | None) -> When:
    """Return the day of what lies before the main clause's day: the named one, else that of publication."""
    day = base.first if base is not None else published
    days = around(day, away.unit, -away.count, vague=away.is_vague) if day is not None else None
    if days is None or (published is not None and days[0] > published):
        return UNKNOWN
    first, last = days
    if base is None and away.unit in ("day", "hour"):
        first -= timedelta(days=1)
    return When(first, last, precision_of(first, last), "clause")


def _as_found(found: DateSpan, published: date | None) -> When:
    if found.first is None or (published is not None and found.first > published):
        return UNKNOWN
    return When(found.first, found.last, found.prec, "clause")


def cost_of(words: Sequence[Word], at: int, index: int, place_index: int, lexicon: Lexicon) -> float:
    """Return how far a date lies from a trigger: words, and more for what opens another clause between them."""
    is_before_place = index < at < place_index  # "A fell on Thursday, B on Sunday"
    is_of_other = index < at < place_index and any(word.place for word in words[index + 1 : at])
    if index < place_index < at:
        index = place_index  # "took A on Monday and B on Tuesday": each place has the date behind it
    low, high = (index, at) if index < at else (at, index)
    between = words[low + 1 : high]
    cost = float(len(between)) + (8 if is_of_other else 4 if is_before_place else 0)
    if at < index:
        cost += 3
    for word in between:
        if word.low in (";", "“", "”", "."):
            cost += 20
        elif word.low in (",", "and", "but", ":", "—", "–"):
            cost += 2
        elif word.place is not None and word.index != place_index:
            cost -= 0.5  # a list of places keeps its date
        elif (
            word.low in ("after", "before", "when", "while", "since", "who", "which", "where", "but")
            and word.date is None
        ):
            cost += 6
        elif word.low == "that" and at < index:
            cost += 10
        elif word.low in lexicon.verbs and word.index not in (index, place_index):
            cost += 5
        elif word.low in lexicon.speech["verbs"]:
            cost += 3
    return cost


def is_beside(words: Sequence[Word], at: int, index: int) -> bool:
    """Return whether a date stands in an aside that does not hold the trigger, or says since when something else was.

    "Morek, where a post had stood until 2020, was taken", "in ruins since the fighting of 2019, were occupied".
    """
    found = words[at].date
    if found is not None and found.prec is not None and found.prec >= COARSE:
        low, high = (at, index) if at < index else (index, at)
        is_apart = any(word.low in (",", ";") for word in words[low:high])
        if is_apart and (found.relation in ("since", "until") or words[at].low.startswith("of ")):
            return True
    opener = aside_before(words, at)
    if opener is None:
        return False
    close = next((word.index for word in words[at:] if word.low in (",", ";", "—", "–", ")")), len(words))
    return not opener <= index < close


def aside_before(words: Sequence[Word], at: int) -> int | None:
    """Return the word that opens the aside in which a word stands; None where it stands in none."""
    for back in range(at - 1, -1, -1):
        low = words[back].low
        if low in (",", ";", ".", ")", "“", "”"):
            return None
        if low in ("which", "where", "who", "whom", "whose"):
            return back
    return None


def _opening(words: Sequence[Word], index: int) -> Word | None:
    """Return the day or month with which the sentence opens, for a trigger that stands in no aside."""
    for word in words[:OPENING_WORDS]:
        found = word.date
        if found is None or found.prec is None or found.prec > COARSE:
            continue
        if found.relation in ("at", "until"):
            return word if word.index < index and aside_before(words, index) is None else None
    return None


def is_of_speech(words: Sequence[Word], at: int, lexicon: Lexicon) -> bool:
    """Return whether a date says when somebody spoke: "said on Sunday", "told reporters late on Monday"."""
    back = at - 1
    while back >= 0 and words[back].low in (
        "on",
        "late",
        "early",
        "reporters",
        "in",
        "a",
        "statement",
        ",",
        "afp",
        "reuters",
        "journalists",
        "the",
        "media",
        "us",
        "me",
    ):
        back -= 1
    return back >= 0 and words[back].low in lexicon.speech["verbs"] and words[back].party is None


@dataclass(frozen=True, slots=True)
class Context:
    """The day of which the text last spoke."""

    span: DateSpan
    sentence: int
    paragraph: int
    is_entry: bool = False
    """The day heads an entry of a chronicle ("3 January: …"), and dates all of its paragraph."""
    is_line: bool = False
    """The day stands alone on its line, and dates the paragraph below it too."""

    def heads(self, days: Sequence[DateSpan], *, sentence: int, paragraph: int) -> bool:
        """Return whether what stands there still belongs to the day of the heading, whatever days it names itself.

        Below a line of its own the text may move on to another day.
        """
        if carry(self, sentence=sentence, paragraph=paragraph).basis != "entry":
            return False
        first, last = self.span.first, self.span.last
        day = days[-1].first if days else None
        if not self.is_line or day is None or first is None or last is None:
            return True
        return first <= day <= last


def head_context(text: str, *, span: DateSpan, start: int, end: int, sentence: int, paragraph: int) -> Context | None:
    """Return the context of a day with which a paragraph begins ("3 January: …"); None where it heads nothing.

    `start` and `end` are the offsets of the sentence, the first of its paragraph.
    """
    if span.first is None or span.prec not in (1, 2) or span.relation != "at":
        return None
    line_end = text.find("\n", span.end)
    line_end = len(text) if line_end < 0 else line_end
    is_short = sentence > 0 and line_end - start <= LONGEST_HEADING and line_end < len(text)
    if is_short and _HEADING.fullmatch(text, start, line_end):
        return Context(span, sentence, paragraph, is_entry=True, is_line=True)
    if span.prec != 1 or not _BEFORE_HEAD.fullmatch(text, start, span.start):
        return None
    if _ALONE.fullmatch(text, span.end, line_end):
        return Context(span, sentence, paragraph, is_entry=True, is_line=True)
    return Context(span, sentence, paragraph, is_entry=True) if _HEAD_MARK.match(text, span.end, end) else None


LONGEST_HEADING = 70
"""Characters of a line that heads what follows."""

HEADED_PARAGRAPHS = 6
"""How many paragraphs below its line a heading dates, where no other date stands in them."""

_HEADING = re.compile(r"[^.!?;]*[^.!?;,:\s]\s*")
_BEFORE_HEAD = re.compile(r"[\s•*#(\[–—-]*(?:on )?", re.IGNORECASE)
_HEAD_MARK = re.compile(r"[)\]]?\s*(?::|[–—]|-\s)(?!\d)")
_ALONE = re.compile(r"[\s:.*#)\]–—-]*")


def carry(context: Context | None, *, sentence: int, paragraph: int) -> When:
    """Return the day of which the sentences just before speak, for one that has no date of its own.

    It is told as less precise than it was: that the text still speaks of that day is likely, not said.
    """
    if context is None or context.span.first is None or context.span.last is None:
        return UNKNOWN
    if context.is_entry:
        below = paragraph - context.paragraph
        is_within = below == 0 or (context.is_line and below <= HEADED_PARAGRAPHS)
        return When(context.span.first, context.span.last, context.span.prec, "entry") if is_within else UNKNOWN
    if context.paragraph != paragraph or sentence - context.sentence > CARRIED_SENTENCES:
        return UNKNOWN
    return When(context.span.first, context.span.last, max(2, context.span.prec or 2), "context")


def recent(published: date | None) -> When:
    """Return "the day of publication or the one before", for the news of a lead that names no day."""
    if published is None:
        return UNKNOWN
    return When(published - timedelta(days=1), published, 2, "lead")


def now(published: date | None) -> When:
    """Return the day of publication, for what is told in the present tense."""
    return When(published, published, 1, "now") if published else UNKNOWN
