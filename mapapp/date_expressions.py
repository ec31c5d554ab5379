"""One function per kind of expression that says when: its words, and the days that they mean."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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


def _full(day: str, month: str, year: str | None, words: str | None, told: Told) -> date | None:
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
    last = _full(match["dmy_d"], match["dmy_m"], match["dmy_y"], match["dmy_rel"], told)
    if last is None:
        return None
    first = _day(last.year, last.month, int(match["dmy_a"])) if match["dmy_a"] else last
    return (first, last) if first and first <= last else (last, last)


def _mdy(match: re.Match[str], told: Told) -> Days | None:
    first = _full(match["mdy_d"], match["mdy_m"], match["mdy_y"], match["mdy_rel"], told)
    if first is None:
        return None
    last = _day(first.year, first.month, int(match["mdy_b"])) if match["mdy_b"] else first
    return (first, last) if last and first <= last else (first, first)


def _m(match: re.Match[str], told: Told) -> Days | None:
    """Read a month: without a year only a capital after a preposition or "early", "late", "last" is one for sure."""
    month = date_words()["months"][match["m_m"].lower()]
    part = (match["m_part"] or "").lower()
    if match["m_y"]:
        return _month(int(match["m_y"]), month, part)
    if not match["m_m"][0].isupper() or not (match["m_pre"] or part or match["m_rel"]):
        return NOT_A_DATE
    if match["m_rel"]:
        known = _relative_year(match["m_rel"], told)
        return _month(known, month, part) if known else None
    if told.month is not None and any(word in part for word in ("that", "next", "following", "same")):
        later = told.month.year + (month < told.month.month or (month == told.month.month and "next" in part))
        return _month(later, month) if later <= date.max.year else None
    middle = _near(month, 15, told)
    if middle is None:
        return None
    year = middle.year
    if told.published is not None and "last" in part and date(year, month, 1) >= told.published.replace(day=1):
        year -= 1
    return _month(year, month, "" if "last" in part else part)


def _season(match: re.Match[str], told: Told) -> Days | None:
    first_month, months = date_words()["seasons"][match["season_s"].lower()]
    year = int(match["season_y"])
    end_month = first_month + months - 1
    return _month(year, first_month)[0], _month(year + (end_month > 12), (end_month - 1) % 12 + 1)[1]


def _years(match: re.Match[str], told: Told) -> Days | None:
    first, last = int(match["years_a"]), int(match["years_b"])
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else NOT_A_DATE


def _y(match: re.Match[str], told: Told) -> Days | None:
    return _year(int(match["y_y"]), ((match["y_part"] or "") + " " + match["y_pre"]).lower())


def _weekday_before(base: date, weekday: int, *, same_day: bool) -> date:
    back = (base.weekday() - weekday) % 7
    return base - timedelta(days=back if back or same_day else 7)


def _weekday(match: re.Match[str], told: Told) -> Days | None:
    day, month = match["weekday_d"] or match["weekday_d2"], match["weekday_m"] or match["weekday_m2"]
    if day:
        found = _full(day, month, match["weekday_y"], None, told)
        return (found, found) if found else None
    if not match["weekday_w"][0].isupper():
        return NOT_A_DATE
    weekday = date_words()["weekdays"][match["weekday_w"].lower()]
    before = (match["weekday_pre"] or "").lower()
    base = told.day if ("previous" in before or "following" in before) and told.day else told.published
    if not before and told.is_past and told.day is not None:
        ahead = (weekday - told.day.weekday()) % 7  # "On 3 March ... By Friday": the one after it
        return told.day + timedelta(days=ahead), told.day + timedelta(days=ahead)
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


def _between(match: re.Match[str], told: Told) -> Days | None:
    if told.published is None:
        return None
    names = date_words()["weekdays"]
    last = _weekday_before(told.published, names[match["between_b"].lower()], same_day=True)
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
    numbers = date_words()["numbers"]
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


def _past(match: re.Match[str], told: Told) -> Days | None:
    if told.published is None:
        return None
    number, vague = read_count(match["past_n"])
    plural = match.group().lower().endswith("s")
    days = date_words()["units"][match["past_u"].lower()] * (number if match["past_n"] else 3 if plural else 1)
    first = _shift(told.published, -max(1.0, days * (1.5 if vague else 1)))
    return (first, told.published) if first else None


def around(base: date | None, unit: str, n: int, *, vague: bool) -> Days | None:
    """Return the day, week, month or year that lies n units away from a day, as wide as the unit is coarse.

    >>> around(date(2024, 12, 8), "day", -2, vague=False)
    (datetime.date(2024, 12, 6), datetime.date(2024, 12, 6))
    """
    if base is None:
        return None
    length = date_words()["units"][unit]
    middle = _shift(base, length * n)
    if middle is None:
        return None
    slack = {"hour": 0, "day": 0, "week": 3, "fortnight": 4, "month": 15, "year": 182, "decade": 1500}[unit]
    if vague:
        slack = max(slack, round(length * 1.5))
    first, last = _shift(middle, -slack), _shift(middle, slack)
    return (first, last) if first and last else None


def _ago(match: re.Match[str], told: Told) -> Days | None:
    number, vague = read_count(match["ago_n"])
    vague = vague or (bool(match["ago_fuzz"]) and match["ago_u"].lower() != "year")
    days = around(told.published, match["ago_u"].lower(), -number, vague=vague)
    return days if days is None or told.published is None else (days[0], min(days[1], told.published))


def _offset(match: re.Match[str], told: Told) -> Days | None:
    number, vague = read_count(match["offset_n"])
    back = match["offset_s"].lower() in ("earlier", "before", "previously")
    anchor = told.day if match["offset_u"].lower() in ("day", "week") else told.month
    base = anchor if anchor is not None else told.published if back else None
    return around(base, match["offset_u"].lower(), -number if back else number, vague=vague)


def _near_day(match: re.Match[str], told: Told) -> Days | None:
    which, unit = match["near_s"].lower(), match["near_u"].lower()
    base = told.month if unit in {"month", "year"} else told.day
    if base is None and which in {"previous", "preceding", "same"}:
        base = told.published
    if base is None:
        return None
    if which == "same" and unit not in ("week", "month", "year"):
        return base, base
    sign = {"previous": -1, "preceding": -1, "same": 0}.get(which, 1)
    if unit in date_words()["weekdays"]:
        found = _weekday_before(base, date_words()["weekdays"][unit], same_day=False)
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


def _span_unit(match: re.Match[str], told: Told) -> Days | None:
    if told.published is None:
        return None
    unit, last = match["span_u"].lower(), match["span_s"].lower() in ("last", "past")
    if unit == "weekend":
        saturday = _weekday_before(told.published, 5, same_day=True)
        return saturday, min(saturday + timedelta(days=1), told.published)
    if unit in ("night", "morning", "evening", "afternoon"):
        found = _shift(told.published, -1 if last else 0)
        return (found, found) if found else None
    days = _unit_around(told.published, unit, -1 if last else 0)
    if days is None:
        return None
    part = (match["span_e"] or "").lower()
    if last and unit != "week" and ("late" in part or "early" in part or "end" in part) and "later" not in part:
        return _month(days[0].year, days[0].month, part) if unit == "month" else _year(days[0].year, part)
    return (days[0], max(days[0], min(days[1], told.published))) if not last and "later" not in part else days


def _within(match: re.Match[str], told: Told) -> Days | None:
    """Read "earlier in the week": the running one, up to the day of publication."""
    days = _unit_around(told.published, match["within_u"].lower(), 0) if told.published else None
    return None if days is None or told.published is None else (days[0], max(days[0], min(days[1], told.published)))


def _clock(match: re.Match[str], told: Told) -> Days | None:
    """Read "by evening", "hours later": the day of which the text speaks."""
    if told.day is not None or told.published is None:
        return (told.day, told.day) if told.day else None
    first = _shift(told.published, -1)  # told on that day or the day after: assumed, so never one sure day
    return (first, told.published) if first else None


_OF_THE_STORY = frozenset(("overnight", "at dawn"))
"""Words that count from the day of which a text speaks; the others from the day on which it was published."""


def _word(match: re.Match[str], told: Told) -> Days | None:
    if told.published is None:
        return None
    word = re.sub(r"\s+", " ", match["word_w"].lower())
    base = told.published
    if told.is_past and told.day is not None and word in _OF_THE_STORY:
        base = told.day
    low, high = {
        "yesterday": (-1, -1),
        "the day before yesterday": (-2, -2),
        "overnight": (-1, 0),
        "at dawn": (-1, 0),
    }.get(word, (0, 0))
    first, last = _shift(base, low), _shift(base, high)
    return (first, last) if first and last else None


KINDS: Mapping[str, Callable[[re.Match[str], Told], Days | None]] = {
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
