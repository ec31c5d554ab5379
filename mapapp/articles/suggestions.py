"""What the head of a plain text seems to say of itself: its title and its day. Offered to a person, never taken.

A page, a feed or a document says such things in fields of their own, which the readers use. A plain text only looks
like it: a first line may be a title or a sentence, a day in a headline may be that of the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from mapapp.articles.published import find_moment

HEAD_LINES = 12
"""Lines with words in which a day of publication is looked for."""
TITLE_WORDS, TITLE_CHARACTERS = (2, 25), (8, 160)
"""Least and most of a title."""
MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
WEEKDAYS = r"(?:(?:Mon|Tue|Tues|Wed|Wednes|Thu|Thur|Thurs|Fri|Sat|Satur|Sun)(?:day)?\.?,?\s+)?"
ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
DAY = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|{ORDINAL}\s+{MONTHS},?\s+\d{{4}}|{MONTHS}\s+{ORDINAL},?\s+\d{{4}})"
"""A day with its year: without one, it would have to be guessed."""
LABELLED = re.compile(
    rf"^\W*(?:first\s+)?(?:published|posted|issued|released|date|dated|publication date)\b(?:\s+(?:on|at))?\s*:?\s*"
    rf"{WEEKDAYS}(?P<day>{DAY})",
    re.IGNORECASE,
)
ALONE = re.compile(rf"^\W*{WEEKDAYS}(?P<day>{DAY})(?:[\s,|·–—-]+\d{{1,2}}:\d{{2}}.{{0,12}})?\W*$", re.IGNORECASE)
DATELINE = re.compile(
    rf"^\W*[^\W\d_][\w'’. -]{{1,30}}(?:,\s*[^\W\d_][\w'’. -]{{1,30}})?(?:,\s*|\s+\([^()]{{2,40}}\)\s*[,–—-]*\s*)"
    rf"(?P<day>{DAY})\s*(?:\([^()]{{2,40}}\)\s*)?(?:[–—-]|:|$)"
)
"""A place, perhaps an agency, and a day before a dash: the beginning of a report."""
NO_TITLE = re.compile(r"^\W*(?:by|from|published|posted|updated|date|source|photo)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.,;:…]$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text seems to say of itself, and by which words."""

    day: date
    words: str
    """The line that says it."""


def suggest_day(text: str) -> Suggestion | None:
    """Return the day on which a text seems to have been published, or None.

    Looked at is only its head, and only days that stand there as days of publication do: behind a label, alone on a
    line, or in a dateline. Two different days make none.

    >>> suggest_day("Town falls\\nPublished: 5 December 2024\\n\\nIt fell on Thursday.").day.isoformat()
    '2024-12-05'
    >>> suggest_day("HAMA, Dec. 5, 2024 (Wire) - It fell on Thursday.").day.isoformat()
    '2024-12-05'
    >>> suggest_day("It fell on 5 December 2024, residents said."), suggest_day("HAMA, Dec. 5 - It fell.")
    (None, None)
    """
    for pattern in (LABELLED, ALONE, DATELINE):
        found = [
            Suggestion(day, line)
            for line in _head(text)
            if (match := pattern.match(line)) is not None and (day := _read_day(match["day"])) is not None
        ]
        if found:
            return found[0] if len({one.day for one in found}) == 1 else None
    return None


def suggest_title(text: str) -> str | None:
    """Return the first line of a text if it looks like a title, else None.

    >>> suggest_title("Town falls to rebels\\n\\nIt fell on Thursday, residents said.")
    'Town falls to rebels'
    >>> suggest_title("It fell on Thursday, residents said.\\n\\nMore."), suggest_title("Only a line")
    (None, None)
    """
    lines = list(_head(text))
    if len(lines) < 2:
        return None
    first = lines[0]
    is_short = TITLE_CHARACTERS[0] <= len(first) <= TITLE_CHARACTERS[1]
    is_line = TITLE_WORDS[0] <= len(first.split()) <= TITLE_WORDS[1]
    is_other = any(pattern.match(first) for pattern in (LABELLED, ALONE, DATELINE, NO_TITLE))
    if not (is_short and is_line) or is_other or SENTENCE_END.search(first):
        return None
    return first if first[0].isupper() or first[0].isdigit() or not first[0].isascii() else None


def _head(text: str) -> Iterator[str]:
    """Yield the first lines with words, each with single blanks."""
    n_lines = 0
    for line in text[:5_000].splitlines():
        clean = " ".join(line.split())
        if clean:
            yield clean
            n_lines += 1
        if n_lines == HEAD_LINES:
            return


def _read_day(text: str) -> date | None:
    plain = re.sub(r"\bSept\b\.?", "Sep", text).replace(".", "")
    moment = find_moment(plain)
    return moment.date() if isinstance(moment, datetime) else moment
