"""Expressions that count from a day: from that of publication, or from the one of which a text speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from mapapp.date_expressions import NOT_A_DATE, Days, Told, date_words, full_day, month_days, read_count, year_days


def _weekday_before(base: date, weekday: int, *, same_day: bool) -> date:
    back = (base.weekday() - weekday) % 7
    return base - timedelta(days=back if back or same_day else 7)


def _weekday(match: re.Match[str], told: Told) -> Days | None:
    day, month = match["weekday_d"] or match["weekday_d2"], match["weekday_m"] or match["weekday_m2"]
    if day:
        found = full_day(day, month, match["weekday_y"], None, told)
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
    which, unit = (match["near_s"] or "same").lower(), (match["near_u"] or "day").lower()
    if match["near_a"]:
        which = {"before": "previous", "after": "next"}[match["near_a"].lower()]
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
        return month_days(year, month + 1) if 1 <= year <= 9999 else None
    return year_days(base.year + sign) if 1 <= base.year + sign <= 9999 else None


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
        return month_days(days[0].year, days[0].month, part) if unit == "month" else year_days(days[0].year, part)
    return (days[0], max(days[0], min(days[1], told.published))) if not last and "later" not in part else days


def _within(match: re.Match[str], told: Told) -> Days | None:
    """Read "earlier in the week": the running one, up to the day of publication."""
    days = _unit_around(told.published, match["within_u"].lower(), 0) if told.published else None
    return None if days is None or told.published is None else (days[0], max(days[0], min(days[1], told.published)))


def _that(match: re.Match[str], told: Told) -> Days | None:
    """Read "later that month": the week, month or year of which the text speaks."""
    return _unit_around(told.month, match["that_u"].lower(), 0) if told.month else None


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


RELATIVE: Mapping[str, Callable[[re.Match[str], Told], Days | None]] = {
    "between": _between,
    "weekday": _weekday,
    "past": _past,
    "ago": _ago,
    "offset": _offset,
    "near": _near_day,
    "span": _span_unit,
    "that": _that,
    "within": _within,
    "clock": _clock,
    "word": _word,
}
