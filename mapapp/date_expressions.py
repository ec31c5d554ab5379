"""One function per kind of expression that says when: its words, and the days that they mean."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from geodata import ROOT

FUTURE_REACH_DAYS = 120
"""A bare "20 December" may lie this far ahead of the publication; farther ahead it is the one of the year before."""

PERIOD_REACH_DAYS = 60
"""A day without a year takes it from a full date just before where it lies no farther away from it."""

FRESH_DAYS = 21
"""A day without a year that lies so little before the publication is news, unless the text has just come near it."""

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the days of a text where an expression stands."""

    published: date | None
    day: date | None = None
    """The last day that the text named: "the next day" counts from it."""
    month: date | None = None
    """As `day`, a month counting too: its first day."""
    period: Days | None = None
    """The days of a full date just before: a day near them takes its year from there."""
    frame: date | None = None
    """Of a text that tells history, the day at which it has arrived; None = it tells what was new."""
    is_past: bool = False
    """The text tells here what lies well before its publication: "by Friday" counts from `day`."""


@cache
def date_words() -> Mapping[str, Any]:
    """Return the lexicon of dates."""
    return tomllib.loads((ROOT / "lexicon" / "dates.toml").read_text(encoding="utf-8"))


@cache
def any_expression() -> re.Pattern[str]:
    """Return the pattern of any expression; the name of the group that matched is its kind."""
    words = date_words()
    tables = {
        name.upper().removesuffix("S"): "|".join(sorted(words[name], key=len, reverse=True))
        for name in ("months", "weekdays", "numbers", "seasons")
    }
    parts = {name: _fill(body, tables) for name, body in words["parts"].items()}
    rows = (f"(?P<{name}>{_fill(body, parts | tables)})" for name, body in words["patterns"].items())
    return re.compile(r"(?<![\w-])(?:" + "|".join(rows) + ")", re.IGNORECASE)


@cache
def any_opener() -> re.Pattern[str]:
    """Find, in lower-case text, where a pattern may begin: trying all of them at every word takes twice as long."""
    words = date_words()
    names = {name for table in ("months", "weekdays", "numbers", "seasons") for name in words[table]}
    names.update(words["openers"]["words"].split())
    return re.compile(r"(?<![\w-])(?:[0-9]|(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")\b)")


def _fill(body: str, tables: Mapping[str, str]) -> str:
    """Put the tables where their upper-case names stand, and any white space where a blank does."""
    return re.sub("|".join(tables), lambda found: tables[found.group()], body).replace(" ", r"\s{1,4}")


NOT_A_DATE: Days = (date.min, date.min)
"""Returned for words that only look like a date ("may", a plain "march")."""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_days(year: int, month: int, part: str = "") -> Days:
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


def year_days(year: int, part: str = "") -> Days:
    low, high = _share(part, 12)
    return date(year, low, 1), date(year, high, calendar.monthrange(year, high)[1])


def _near(month: int, day: int, told: Told) -> date | None:
    """Return the day of this month in the year of which the text speaks, else the nearest to its publication."""
    fresh = _as_news(month, day, told.published)
    if told.period is not None:
        first, last = told.period
        options = [(max((first - one).days, (one - last).days, 0), one) for one in _in_years(last, month, day)]
        away, found = min(options, default=(date.max.toordinal(), None))
        if away <= (0 if fresh else PERIOD_REACH_DAYS):
            return found
    if told.frame is None and told.published is not None:
        return fresh or _closest(told.published, month, day, ahead=FUTURE_REACH_DAYS)
    base = told.frame or (told.period[1] if told.period else None)
    found = _next(base, month, day) if base is not None else None
    is_far = (
        fresh is not None and found is not None and base is not None and abs((found - base).days) > PERIOD_REACH_DAYS
    )
    return fresh if is_far else found


def _as_news(month: int, day: int, published: date | None) -> date | None:
    """Return the day of this month just before a publication; None = there is none."""
    near = (
        [one for one in _in_years(published, month, day) if 0 <= (published - one).days <= FRESH_DAYS]
        if published
        else []
    )
    return near[0] if near else None


def _closest(base: date, month: int, day: int, *, ahead: int = date.max.toordinal()) -> date | None:
    near = [one for one in _in_years(base, month, day) if (one - base).days <= ahead]
    return min(near, key=lambda one: abs((one - base).days), default=None)


def _next(base: date, month: int, day: int) -> date | None:
    """Return the day of this month nearest to where a story has arrived; stories go forward rather than back."""

    def away(one: date) -> int:
        return (one - base).days if one >= base else 2 * (base - one).days

    return min(_in_years(base, month, day), key=away, default=None)


def _in_years(base: date, month: int, day: int) -> list[date]:
    years = (base.year - 1, base.year, base.year + 1)
    return [found for year in years if 1 <= year <= 9999 and (found := _day(year, month, day))]


def _relative_year(words: str | None, told: Told) -> int | None:
    """Return which year "last year", "of that year" is."""
    if not words:
        return None
    if "same" in words.lower() or "that" in words.lower():
        return told.month.year if told.month is not None else None
    if told.published is None:
        return None
    return told.published.year - 1 if "last" in words.lower() else told.published.year


def full_day(day: str, month: str, year: str | None, words: str | None, told: Told) -> date | None:
    month_number = date_words()["months"][month.lower()]
    known = int(year) if year else _relative_year(words, told)
    if known is not None:
        return _day(known, month_number, int(day))
    return _near(month_number, int(day), told)


def _iso(match: re.Match[str], told: Told) -> Days | None:
    found = _day(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]))
    return (found, found) if found else NOT_A_DATE


def _num(match: re.Match[str], told: Told) -> Days | None:
    """Read 5/12/2024: with two readings the interval holds both."""
    a, b = int(match["num_a"]), int(match["num_b"])
    year = int(match["num_y"]) if len(match["num_y"]) == 4 else 2000 + int(match["num_y"])
    options = [found for found in (_day(year, b, a), _day(year, a, b)) if found]
    return (min(options), max(options)) if options else NOT_A_DATE


def _dmy(match: re.Match[str], told: Told) -> Days | None:
    last = full_day(match["dmy_d"], match["dmy_m"], match["dmy_y"], match["dmy_rel"], told)
    if last is None:
        return None
    first = _day(last.year, last.month, int(match["dmy_a"])) if match["dmy_a"] else last
    return (first, last) if first and first <= last else (last, last)


def _mdy(match: re.Match[str], told: Told) -> Days | None:
    first = full_day(match["mdy_d"], match["mdy_m"], match["mdy_y"], match["mdy_rel"], told)
    if first is None:
        return None
    last = _day(first.year, first.month, int(match["mdy_b"])) if match["mdy_b"] else first
    return (first, last) if last and first <= last else (first, first)


def read_count(words: str | None) -> tuple[int, bool]:
    """Return a number in words and whether it is a vague one ("several").

    >>> read_count("three"), read_count("several")[1]
    ((3, False), True)
    """
    if not words:
        return 1, False
    parts = [part for part in re.split(r"\s+", words.lower()) if part not in ("the", "of")]
    numbers = date_words()["numbers"]
    for part in reversed(parts):
        if part.isdigit():
            return int(part), False
        if part in numbers:
            return int(numbers[part]), part in ("several", "few", "couple")
    return 1, False


NEXT_MONTH_FROM = 10
"""A bare "on the 3rd" that lies so many days before the day of which a text speaks is that of the next month."""


def _nth(match: re.Match[str], told: Told) -> Days | None:
    """Read "on the 28th": of the month of which the text speaks, or the one after it."""
    anchor = told.month or told.published
    if anchor is None:
        return None
    number = int(match["nth_d"])
    index = anchor.year * 12 + anchor.month - 1
    if told.month is None:
        index -= number > anchor.day  # news: the last such day
    elif told.day is not None and told.day.replace(day=1) == anchor.replace(day=1):
        later = _day(*_year_and_month(index + 1), number)
        is_open = later is not None and (told.published is None or later <= told.published)
        index += is_open and told.day.day - number > NEXT_MONTH_FROM
    found = _day(*_year_and_month(index), number)
    return (found, found) if found else None


def _year_and_month(index: int) -> tuple[int, int]:
    return index // 12, index % 12 + 1


def _share_of_month(match: re.Match[str], told: Told) -> Days | None:
    """Read "the last week of October", "the first days of March 2018"."""
    month = date_words()["months"][match["share_m"].lower()]
    if match["share_y"]:
        year = int(match["share_y"])
    else:
        middle = _near(month, 15, told)
        if middle is None:
            return None
        year = middle.year
    length = calendar.monthrange(year, month)[1]
    which, unit = match["share_w"].lower(), match["share_u"].lower().removesuffix("s")
    count, _ = (
        read_count(match["share_n"])
        if match["share_n"]
        else (FEW_DAYS if unit == "day" and match["share_u"][-1] == "s" else 1, False)
    )
    size = min(length, {"day": 1, "week": 7, "fortnight": 14, "half": (length + 1) // 2}[unit] * count)
    number = {"second": 1, "third": 2}.get(which, 0)
    low = length - size + 1 if which in ("last", "final", "closing") else min(number * size + 1, length)
    return date(year, month, low), date(year, month, min(length, low + size - 1))


FEW_DAYS = 5
"""So many are "the first days" of a month."""


def _m(match: re.Match[str], told: Told) -> Days | None:
    """Read a month: without a year only a capital after a preposition or "early", "late", "last" is one for sure."""
    month = date_words()["months"][match["m_m"].lower()]
    part = (match["m_part"] or "").lower()
    if match["m_y"]:
        return month_days(int(match["m_y"]), month, part)
    if not match["m_m"][0].isupper() or not (match["m_pre"] or part or match["m_rel"]):
        return NOT_A_DATE
    if match["m_rel"]:
        known = _relative_year(match["m_rel"], told)
        return month_days(known, month, part) if known else None
    if told.month is not None and any(word in part for word in ("that", "next", "following", "same")):
        later = told.month.year + (month < told.month.month or (month == told.month.month and "next" in part))
        return month_days(later, month) if later <= date.max.year else None
    middle = _near(month, 15, told)
    if middle is None:
        return None
    year = middle.year
    if told.published is not None and "last" in part and date(year, month, 1) >= told.published.replace(day=1):
        year -= 1
    return month_days(year, month, "" if "last" in part else part)


def _season(match: re.Match[str], told: Told) -> Days | None:
    first_month, months = date_words()["seasons"][match["season_s"].lower()]
    year = int(match["season_y"])
    end_month = first_month + months - 1
    return month_days(year, first_month)[0], month_days(year + (end_month > 12), (end_month - 1) % 12 + 1)[1]


def _years(match: re.Match[str], told: Told) -> Days | None:
    first, last = int(match["years_a"]), int(match["years_b"])
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else NOT_A_DATE


def _y(match: re.Match[str], told: Told) -> Days | None:
    return year_days(int(match["y_y"]), ((match["y_part"] or "") + " " + match["y_pre"]).lower())


NAMED: Mapping[str, Callable[[re.Match[str], Told], Days | None]] = {
    "iso": _iso,
    "num": _num,
    "dmy": _dmy,
    "mdy": _mdy,
    "nth": _nth,
    "share": _share_of_month,
    "m": _m,
    "season": _season,
    "years": _years,
    "y": _y,
}
