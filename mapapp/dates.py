"""Dates in words: what a user types, and what a text says relative to the day on which it was published.

A stretch of text becomes an interval of days with the precision of UCDP's `date_prec` (1 day, 2 two to six days,
3 week, 4 month, 5 year). Nothing is guessed: a day without a year, in a text whose own day of publication is not
known and which names no year before, is found but stays unknown.
"""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from geodata import ROOT
from mapapp.errors import DateError

ANCHOR_REACH_DAYS = 300
"""A text published longer than this after a full date that it names itself is telling history: the year of a bare
"30 November" is then taken from that date, not from the day of publication."""

FUTURE_REACH_DAYS = 120
"""A bare "20 December" may lie this far ahead of the publication; farther ahead it is the one of the year before."""


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


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "lexicon" / "dates.toml").read_text(encoding="utf-8"))


@cache
def _pattern() -> re.Pattern[str]:
    words = _words()
    tables = {
        name.upper().removesuffix("S"): "|".join(sorted(words[name], key=len, reverse=True))
        for name in ("months", "weekdays", "numbers", "seasons")
    }
    parts = {name: _fill(body, tables) for name, body in words["parts"].items()}
    rows = (f"(?P<{name}>{_fill(body, parts | tables)})" for name, body in words["patterns"].items())
    return re.compile(r"(?<![\w-])(?:" + "|".join(rows) + ")", re.IGNORECASE)


@cache
def _opener() -> re.Pattern[str]:
    """Find, in lower-case text, where a pattern may begin: trying all of them at every word takes twice as long."""
    words = _words()
    names = {name for table in ("months", "weekdays", "numbers", "seasons") for name in words[table]}
    names.update(words["openers"]["words"].split())
    return re.compile(r"(?<![\w-])(?:[0-9]|(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")\b)")


def _fill(body: str, tables: Mapping[str, str]) -> str:
    """Put the tables where their upper-case names stand, and any white space where a blank does."""
    return re.sub("|".join(tables), lambda found: tables[found.group()], body).replace(" ", r"\s{1,4}")


HINT_REACH = 48
"""Characters around a hint; no expression reaches farther from its nearest one."""

_HINT = re.compile(
    r"[0-9]|day\b|days\b|week|month|year|hour|night|morning|evening|dawn|today|yesterday|decade|hours|noon|midday|sunrise|sunset|dusk"
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

_ANCHORS = frozenset(("iso", "num", "dmy", "mdy", "m", "weekday", "offset", "near"))
"""Kinds of expression that "the next day" may count from."""

Days = tuple[date, date]


def find_dates(text: str, *, published: date | None) -> tuple[DateSpan, ...]:
    """Return every stretch of a text that says when, by start offset, resolved against its day of publication.

    Days are local days of the publisher. "The previous day" counts from the date before it in the text. An expression
    that cannot be resolved is returned with None for its days.

    >>> find_dates("Rebels entered the town on December 8.", published=date(2024, 12, 9))[0].first
    datetime.date(2024, 12, 8)
    >>> find_dates("Rebels entered the town on December 8.", published=None)[0].first is None
    True
    >>> find_dates("", published=None)
    ()
    """
    spans: list[DateSpan] = []
    anchor: date | None = None
    for match in _matches(text):
        kind = match.lastgroup or ""
        kind = next((name for name in _KINDS if match.group(name) is not None), kind)
        try:
            days = _KINDS[kind](match, published, anchor)
        except (OverflowError, ValueError):  # beyond the ends of the calendar
            days = None
        if days is _NOT_A_DATE:
            continue
        spans.append(_span(match, kind, days, text, published))
        last = spans[-1]
        if last.first is not None and last.prec in (1, 2, 4) and kind in _ANCHORS:
            anchor = last.last if last.prec == 2 else last.first
    return tuple(spans)


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
    pattern = _pattern()
    for opener in _opener().finditer(lower, low, high):
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


# --- one function per kind of expression; None = found, not resolvable -------------------------------------------

_NOT_A_DATE: Days = (date.min, date.min)
"""Returned for words that only look like a date ("may", a plain "march")."""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(year: int, month: int, part: str = "") -> Days:
    length = calendar.monthrange(year, month)[1]
    low, high = _share(part, length)
    return date(year, month, low), date(year, month, high)


def _share(part: str, length: int) -> tuple[int, int]:
    """Return first and last day of "early", "mid" or "late" in something of `length` days: thirds, as papers use it."""
    if any(word in part for word in ("early", "start", "beginning")):
        return 1, math_third(length, 1)
    if any(word in part for word in ("mid", "middle")):
        return math_third(length, 1) + 1, math_third(length, 2)
    if any(word in part for word in ("late", "end")):
        return math_third(length, 2) + 1, length
    return 1, length


def math_third(length: int, n: int) -> int:
    """Return the last day of the n-th third of a stretch of days.

    >>> math_third(30, 1), math_third(31, 2)
    (10, 20)
    """
    return length * n // 3


def _year(year: int, part: str = "") -> Days:
    low, high = _share(part, 12)
    return date(year, low, 1), date(year, high, calendar.monthrange(year, high)[1])


def _near(month: int, day: int, published: date | None, anchor: date | None) -> date | None:
    """Return the day of this month nearest to what the text itself tells: its publication, or a full date before."""
    base = published
    if anchor is not None and (published is None or (published - anchor).days > ANCHOR_REACH_DAYS):
        base = anchor
    if base is None:
        return None
    years = (base.year - 1, base.year, base.year + 1)
    options = [found for year in years if 1 <= year <= 9999 and (found := _day(year, month, day))]
    if base is published:
        options = [found for found in options if (found - base).days <= FUTURE_REACH_DAYS]
    return min(options, key=lambda found: abs((found - base).days), default=None)


def _relative_year(words: str | None, published: date | None) -> int | None:
    if not words or published is None:
        return None
    return published.year - 1 if "last" in words.lower() else published.year


def _full(  # noqa: PLR0917 - the parts of one date in their order
    day: str, month: str, year: str | None, words: str | None, published: date | None, anchor: date | None
) -> date | None:
    month_number = _words()["months"][month.lower()]
    known = int(year) if year else _relative_year(words, published)
    if known is not None:
        return _day(known, month_number, int(day))
    return _near(month_number, int(day), published, anchor)


def _iso(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    found = _day(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]))
    return (found, found) if found else _NOT_A_DATE


def _num(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    """Read 5/12/2024: with two readings the interval holds both."""
    a, b = int(match["num_a"]), int(match["num_b"])
    year = int(match["num_y"]) if len(match["num_y"]) == 4 else 2000 + int(match["num_y"])
    options = [found for found in (_day(year, b, a), _day(year, a, b)) if found]
    return (min(options), max(options)) if options else _NOT_A_DATE


def _dmy(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    last = _full(match["dmy_d"], match["dmy_m"], match["dmy_y"], match["dmy_rel"], published, anchor)
    if last is None:
        return None
    first = _day(last.year, last.month, int(match["dmy_a"])) if match["dmy_a"] else last
    return (first, last) if first and first <= last else (last, last)


def _mdy(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    first = _full(match["mdy_d"], match["mdy_m"], match["mdy_y"], match["mdy_rel"], published, anchor)
    if first is None:
        return None
    last = _day(first.year, first.month, int(match["mdy_b"])) if match["mdy_b"] else first
    return (first, last) if last and first <= last else (first, first)


def _m(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    """Read a month: without a year only a capital after a preposition or "early", "late", "last" is one for sure."""
    month = _words()["months"][match["m_m"].lower()]
    part = (match["m_part"] or "").lower()
    if match["m_y"]:
        return _month(int(match["m_y"]), month, part)
    if not match["m_m"][0].isupper() or not (match["m_pre"] or part or match["m_rel"]):
        return _NOT_A_DATE
    if match["m_rel"]:
        same = "same" in match["m_rel"].lower()
        known = (anchor.year if anchor else None) if same else _relative_year(match["m_rel"], published)
        return _month(known, month, part) if known else None
    if anchor is not None and any(word in part for word in ("that", "next", "following", "same")):
        later = anchor.year + (month < anchor.month or (month == anchor.month and "next" in part))
        return _month(later, month) if later <= date.max.year else None
    middle = _near(month, 15, published, anchor)
    if middle is None:
        return None
    year = middle.year
    if published is not None and "last" in part and date(year, month, 1) >= published.replace(day=1):
        year -= 1
    return _month(year, month, "" if "last" in part else part)


def _season(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    first_month, months = _words()["seasons"][match["season_s"].lower()]
    year = int(match["season_y"])
    end_month = first_month + months - 1
    return _month(year, first_month)[0], _month(year + (end_month > 12), (end_month - 1) % 12 + 1)[1]


def _years(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    first, last = int(match["years_a"]), int(match["years_b"])
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else _NOT_A_DATE


def _y(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    return _year(int(match["y_y"]), ((match["y_part"] or "") + " " + match["y_pre"]).lower())


def _weekday_before(base: date, weekday: int, *, same_day: bool) -> date:
    back = (base.weekday() - weekday) % 7
    return base - timedelta(days=back if back or same_day else 7)


def _weekday(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    day, month = match["weekday_d"] or match["weekday_d2"], match["weekday_m"] or match["weekday_m2"]
    if day:
        found = _full(day, month, match["weekday_y"], None, published, anchor)
        return (found, found) if found else None
    if not match["weekday_w"][0].isupper():
        return _NOT_A_DATE
    weekday = _words()["weekdays"][match["weekday_w"].lower()]
    before = (match["weekday_pre"] or "").lower()
    base = anchor if ("previous" in before or "following" in before) and anchor else published
    if base is None:
        return None
    if "next" in before or "following" in before:
        found = base + timedelta(days=(weekday - base.weekday()) % 7 or 7)
        return found, found
    if match["weekday_wk"] and "last" in match["weekday_wk"].lower():
        found = base - timedelta(days=base.weekday() + 7 - weekday)
        return found, found
    found = _weekday_before(base, weekday, same_day="last" not in before and "previous" not in before)
    return found, found


def _between(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    if published is None:
        return None
    names = _words()["weekdays"]
    last = _weekday_before(published, names[match["between_b"].lower()], same_day=True)
    first = _weekday_before(last, names[match["between_a"].lower()], same_day=False)
    return first, last


def read_count(words: str | None) -> tuple[int, bool]:
    """Return a number in words and whether it is a vague one ("several").

    >>> read_count("three"), read_count("several")[1]
    ((3, False), True)
    """
    if not words:
        return 1, False
    parts = [part for part in re.split(r"\s+", words.lower()) if part not in ("the", "of")]
    numbers = _words()["numbers"]
    for part in reversed(parts):
        if part.isdigit():
            return int(part), False
        if part in numbers:
            return int(numbers[part]), part in ("several", "few", "couple")
    return 1, False


def _shift(base: date, days: float) -> date | None:
    try:
        return base + timedelta(days=round(days))
    except (OverflowError, ValueError):
        return None


def _past(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    if published is None:
        return None
    number, vague = read_count(match["past_n"])
    plural = match.group().lower().endswith("s")
    days = _words()["units"][match["past_u"].lower()] * (number if match["past_n"] else 3 if plural else 1)
    first = _shift(published, -max(1.0, days * (1.5 if vague else 1)))
    return (first, published) if first else None


def around(base: date | None, unit: str, n: int, *, vague: bool) -> Days | None:
    """Return the day, week, month or year that lies n units away from a day, as wide as the unit is coarse.

    >>> around(date(2024, 12, 8), "day", -2, vague=False)
    (datetime.date(2024, 12, 6), datetime.date(2024, 12, 6))
    """
    if base is None:
        return None
    length = _words()["units"][unit]
    middle = _shift(base, length * n)
    if middle is None:
        return None
    slack = {"hour": 0, "day": 0, "week": 3, "fortnight": 4, "month": 15, "year": 182, "decade": 1500}[unit]
    if vague:
        slack = max(slack, round(length * 1.5))
    first, last = _shift(middle, -slack), _shift(middle, slack)
    return (first, last) if first and last else None


def _ago(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    number, vague = read_count(match["ago_n"])
    vague = vague or (bool(match["ago_fuzz"]) and match["ago_u"].lower() != "year")
    days = around(published, match["ago_u"].lower(), -number, vague=vague)
    return days if days is None or published is None else (days[0], min(days[1], published))


def _offset(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    number, vague = read_count(match["offset_n"])
    back = match["offset_s"].lower() in ("earlier", "before", "previously")
    base = anchor if anchor is not None else published if back else None
    return around(base, match["offset_u"].lower(), -number if back else number, vague=vague)


def _near_day(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    which, unit = match["near_s"].lower(), match["near_u"].lower()
    base = anchor or (published if which in ("previous", "preceding", "same") else None)
    if base is None:
        return None
    if which == "same" and unit not in ("week", "month", "year"):
        return base, base
    sign = {"previous": -1, "preceding": -1, "same": 0}.get(which, 1)
    if unit in _words()["weekdays"]:
        found = _weekday_before(base, _words()["weekdays"][unit], same_day=False)
        found += timedelta(days=0 if sign < 0 else 7 if found != base - timedelta(days=7) else 14)
        return found, found
    if unit in ("week", "month", "year"):
        return _unit_around(base, unit, sign)
    found_day = _shift(base, sign)
    return (found_day, found_day) if found_day else None


def _unit_around(base: date, unit: str, sign: int) -> Days | None:
    if unit == "week":
        first = _shift(base, 7 * sign - base.weekday())
        last = _shift(first, 6) if first else None
        return (first, last) if first and last else None
    if unit == "month":
        index = base.year * 12 + base.month - 1 + sign
        year, month = divmod(index, 12)
        return _month(year, month + 1) if 1 <= year <= 9999 else None
    return _year(base.year + sign) if 1 <= base.year + sign <= 9999 else None


def _span_unit(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    if published is None:
        return None
    unit, last = match["span_u"].lower(), match["span_s"].lower() in ("last", "past")
    if unit == "weekend":
        saturday = _weekday_before(published, 5, same_day=True)
        return saturday, min(saturday + timedelta(days=1), published)
    if unit in ("night", "morning", "evening", "afternoon"):
        found = _shift(published, -1 if last else 0)
        return (found, found) if found else None
    days = _unit_around(published, unit, -1 if last else 0)
    if days is None:
        return None
    part = (match["span_e"] or "").lower()
    if last and unit != "week" and ("late" in part or "early" in part or "end" in part) and "later" not in part:
        return _month(days[0].year, days[0].month, part) if unit == "month" else _year(days[0].year, part)
    return (days[0], max(days[0], min(days[1], published))) if not last and "later" not in part else days


def _within(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    """Read "earlier in the week": the running one, up to the day of publication."""
    days = _unit_around(published, match["within_u"].lower(), 0) if published else None
    return None if days is None or published is None else (days[0], max(days[0], min(days[1], published)))


def _clock(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    """Read "by evening", "hours later": the day of which the text speaks."""
    if anchor is not None or published is None:
        return (anchor, anchor) if anchor else None
    first = _shift(published, -1)  # told on that day or the day after: assumed, so never one sure day
    return (first, published) if first else None


def _word(match: re.Match[str], published: date | None, anchor: date | None) -> Days | None:
    if published is None:
        return None
    word = re.sub(r"\s+", " ", match["word_w"].lower())
    low, high = {
        "yesterday": (-1, -1),
        "the day before yesterday": (-2, -2),
        "overnight": (-1, 0),
        "at dawn": (-1, 0),
    }.get(word, (0, 0))
    first, last = _shift(published, low), _shift(published, high)
    return (first, last) if first and last else None


_KINDS = {
    "iso": _iso,
    "num": _num,
    "dmy": _dmy,
    "mdy": _mdy,
    "m": _m,
    "season": _season,
    "years": _years,
    "y": _y,
    "between": _between,
    "weekday": _weekday,
    "past": _past,
    "ago": _ago,
    "offset": _offset,
    "near": _near_day,
    "span": _span_unit,
    "within": _within,
    "clock": _clock,
    "word": _word,
}
