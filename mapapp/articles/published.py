"""When an article was published: a day or a time as a person or a page writes it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from mapapp.errors import DateError

FIRST_YEAR = 1900
"""Earlier days are taken for slips."""
MAX_AHEAD = timedelta(days=1)
"""How far a day may lie ahead of this machine's clock: it may already be tomorrow elsewhere."""
NOON = time(12)
"""The hour of a publication of which only the day is known: the same day then holds in nearly all time zones."""


FORMATS = (
    *("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d", "%Y.%m.%d"),
    *("%A %d %B %Y", "%A %B %d %Y", "%a %d %b %Y", "%a %b %d %Y"),
)
"""Days as papers and tables write them, where no two readings are possible: 05/12/2024 is none of them."""
EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
"""Seconds or milliseconds since 1970, as programs write times."""
ZULU = re.compile(r"(?<=\d) ?(?:Z|UTC|GMT)$")


def find_moment(text: str) -> date | datetime | None:
    """Return the day or time that a file says, however it writes it; None where it cannot be told for sure.

    >>> find_moment("Sun, 08 Dec 2024 23:30:00 +0300").isoformat()
    '2024-12-08T23:30:00+03:00'
    >>> find_moment("December 8, 2024"), find_moment("1733695200"), find_moment("05/12/2024")
    (datetime.date(2024, 12, 8), datetime.datetime(2024, 12, 8, 22, 0, tzinfo=datetime.timezone.utc), None)
    """
    clean = " ".join(text.split())[:80]
    if EPOCH.fullmatch(clean):
        seconds = float(clean) / (1000 if len(clean) > 11 and "." not in clean else 1)
        return datetime.fromtimestamp(seconds, tz=UTC)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(ZULU.sub("+00:00", clean))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment.date() if len(clean) <= len("2024-12-09") else moment
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", clean).replace(",", " ")
    for form in FORMATS:
        try:
            return datetime.strptime(" ".join(plain.split()), form).date()
        except ValueError:
            continue
    return None


def read_published(text: str | date | datetime, *, timezone: str = "UTC", now: datetime | None = None) -> datetime:
    """Return the time of publication, aware.

    Read are ISO days and ISO times; a day alone becomes noon, a time without an offset is one of `timezone` (that of
    the theatre). Raises `DateError` for what cannot be read and for days that cannot be meant: before 1900, or more
    than a day after `now` (None = this machine's clock).

    >>> read_published("2024-12-09").isoformat()
    '2024-12-09T12:00:00+00:00'
    >>> read_published("2024-12-09T06:30:00+03:00").isoformat()
    '2024-12-09T06:30:00+03:00'
    """
    if isinstance(text, str):
        try:
            moment: date = datetime.fromisoformat(text.strip())
        except ValueError as error:
            shown = text.strip()[:40]
            message = f"{shown!a} is no day of publication. Write it as YYYY-MM-DD, such as 2024-12-09."
            raise DateError(message) from error
        is_day = len(text.strip()) <= len("2024-12-09")
    else:
        moment, is_day = text, not isinstance(text, datetime)
    zone = ZoneInfo(timezone)
    if is_day or not isinstance(moment, datetime):
        published = datetime.combine(moment, NOON, tzinfo=zone)
    else:
        published = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    latest = (datetime.now(tz=UTC) if now is None else now) + MAX_AHEAD
    if published.year < FIRST_YEAR or published > latest:
        message = (
            f"{published.date()} cannot be the day of publication: it lies "
            f"{'in the future' if published > latest else f'before {FIRST_YEAR}'}. Check the year."
        )
        raise DateError(message)
    return published
