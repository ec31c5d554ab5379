"""Dates in words: what is found, how precisely, and what stays unknown."""

from __future__ import annotations

from datetime import date

import pytest

from mapapp import dates
from mapapp.claims.training import read_passages, training_files
from mapapp.date_expressions import any_expression
from mapapp.dates import find_dates, precision_of, read_day
from mapapp.errors import DateError

PUBLISHED = date(2024, 12, 9)  # a Monday


def only(text: str, *, published: date | None = PUBLISHED) -> tuple[date | None, date | None, int | None]:
    (found,) = find_dates(text, published=published)
    return found.first, found.last, found.prec


@pytest.mark.parametrize(
    ("text", "first", "last", "prec"),
    [
        ("on December 8", "2024-12-08", "2024-12-08", 1),
        ("on 8 December", "2024-12-08", "2024-12-08", 1),
        ("on the 8th of December", "2024-12-08", "2024-12-08", 1),
        ("on 2024-12-05", "2024-12-05", "2024-12-05", 1),
        ("on 21 July 2016", "2016-07-21", "2016-07-21", 1),
        ("on Thursday, December 5", "2024-12-05", "2024-12-05", 1),
        ("early Sunday", "2024-12-08", "2024-12-08", 1),
        ("on Saturday night", "2024-12-07", "2024-12-07", 1),
        ("the previous day", "2024-12-08", "2024-12-08", 1),
        ("yesterday", "2024-12-08", "2024-12-08", 1),
        ("five days ago", "2024-12-04", "2024-12-04", 1),
        ("overnight", "2024-12-08", "2024-12-09", 2),
        ("overnight Saturday to Sunday", "2024-12-07", "2024-12-08", 2),
        ("between 27 and 30 November", "2024-11-27", "2024-11-30", 2),
        ("November 27-30, 2024", "2024-11-27", "2024-11-30", 2),
        ("over the past three days", "2024-12-06", "2024-12-09", 2),
        ("over the past week", "2024-12-02", "2024-12-09", 3),
        ("since 27 November", "2024-11-27", "2024-12-09", 4),
        ("last month", "2024-11-01", "2024-11-30", 4),
        ("in January 2014", "2014-01-01", "2014-01-31", 4),
        ("in March last year", "2023-03-01", "2023-03-31", 4),
        ("in late 2016", "2016-09-01", "2016-12-31", 5),
        ("in 2016", "2016-01-01", "2016-12-31", 5),
        ("last year", "2023-01-01", "2023-12-31", 5),
        ("the summer of 2015", "2015-06-01", "2015-08-31", 5),
        ("between 2014 and 2017", "2014-01-01", "2017-12-31", 5),
        ("in the last week of October", "2024-10-25", "2024-10-31", 3),
        ("in the first days of March 2018", "2018-03-01", "2018-03-05", 2),
        ("in the second half of November", "2024-11-16", "2024-11-30", 4),
        ("at the end of that October", "2024-10-21", "2024-10-31", 4),
        ("over the weekend", "2024-12-07", "2024-12-08", 2),
        ("on the 5th", "2024-12-05", "2024-12-05", 1),
        ("on the night of the 30th", "2024-11-30", "2024-11-30", 1),
        ("Nov 27: the town fell", "2024-11-27", "2024-11-27", 1),
        ("25/12/2024", "2024-12-25", "2024-12-25", 1),
    ],
)
def test_an_expression_becomes_days_with_its_precision(text: str, first: str, last: str, prec: int) -> None:
    assert only(f"Something happened {text}.") == (date.fromisoformat(first), date.fromisoformat(last), prec)


def test_a_day_without_a_year_takes_the_year_of_publication() -> None:
    assert only("on December 8", published=date(2019, 12, 20))[0] == date(2019, 12, 8)


def test_a_day_in_december_read_in_january_lies_in_the_year_before() -> None:
    assert only("on December 28", published=date(2025, 1, 3))[0] == date(2024, 12, 28)


@pytest.mark.parametrize("text", ["on December 8", "on Sunday", "yesterday", "in October", "over the past week"])
def test_without_a_day_of_publication_nothing_is_guessed(text: str) -> None:
    assert only(text, published=None) == (None, None, None)


def test_a_full_date_in_the_text_gives_its_year_to_the_days_after_it() -> None:
    found = find_dates("On 27 November 2016 it began. On 30 November it ended.", published=None)
    assert found[1].first == date(2016, 11, 30)


def test_a_history_told_years_later_keeps_its_own_year() -> None:
    found = find_dates("On 27 November 2016 it began. On 30 November it ended.", published=PUBLISHED)
    assert found[1].first == date(2016, 11, 30)


def test_two_readings_of_day_and_month_widen_the_interval() -> None:
    assert only("on 05/12/2024") == (date(2024, 5, 12), date(2024, 12, 5), 5)


def test_next_day_and_days_later_count_from_the_date_before_them() -> None:
    found = find_dates(
        "It began on 27 November. The next day they left. Three days later all was over.", published=PUBLISHED
    )
    assert [one.first for one in found] == [date(2024, 11, 27), date(2024, 11, 28), date(2024, 12, 1)]


@pytest.mark.parametrize(
    "text", ["They may march on.", "2015 people fled.", "He took 5 to 10 villages.", "the sun will fall"]
)
def test_words_that_only_look_like_dates_are_left_alone(text: str) -> None:
    assert find_dates(text, published=PUBLISHED) == ()


def test_the_word_before_tells_how_a_date_is_meant() -> None:
    relations = [one.relation for one in find_dates("since 2013, until March 2016, on 5 May 2016", published=PUBLISHED)]
    assert relations == ["since", "until", "at"]


def test_offsets_point_at_the_words() -> None:
    text = "“ǅ” on 8 December, then early Sunday"
    assert [text[one.start : one.end] for one in find_dates(text, published=PUBLISHED)] == [
        "8 December",
        "early Sunday",
    ]


@pytest.mark.parametrize("text", ["8/12/24", "2024-13-01", "", "2024-12-8", "٢٠٢٤-١٢-٠٨", "\x1b[31m"])
def test_a_typed_day_in_another_form_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(DateError, match="YYYY-MM-DD") as caught:
        read_day(text)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(("days", "prec"), [(1, 1), (2, 2), (6, 2), (7, 3), (20, 4), (40, 5)])
def test_precision_follows_the_length_of_the_interval(days: int, prec: int) -> None:
    assert precision_of(date(2024, 1, 1), date.fromordinal(date(2024, 1, 1).toordinal() + days - 1)) == prec


def test_no_expression_begins_with_a_word_that_is_no_opener() -> None:
    texts = [passage.text for passage in read_passages(training_files())]
    for text in texts[::5]:
        everywhere = [
            match.span() for match in any_expression().finditer(text) if dates._HINT.search(match.group().lower())
        ]
        assert [match.span() for match in dates._matches(text)] == everywhere


def days_in(text: str, *, published: date) -> list[str]:
    return [str(found.first) for found in find_dates(text, published=published) if found.prec == 1]


@pytest.mark.parametrize(
    ("text", "published", "days"),
    [
        (  # history told beside the news lends it no year
            "The army took the town on 3 March 2018. It lost it again.\n\nRebels entered it on 30 November.",
            date(2024, 12, 2), ["2018-03-03", "2024-11-30"],
        ),
        ("Retaken in December 2016, the city fell on 29 November.", date(2024, 12, 2), ["2024-11-29"]),
        (  # a flashback in a text that began with its own days
            "Begun on 27 November 2024.\n\nIt fell on 18 March 2018; on 24 March they left.\n\nOn 28 November it grew.",
            date(2025, 1, 20), ["2024-11-27", "2018-03-18", "2018-03-24", "2024-11-28"],
        ),
        (  # a text that begins with history goes on with it
            "On 24 March 2015 the assault began.\n\nOn 28 March they entered the city. By 9 September it was over.",
            date(2019, 5, 1), ["2015-03-24", "2015-03-28", "2015-09-09"],
        ),
        (
            "During the winter of 2019-2020 they took it on 28 January and 2 March.",
            date(2025, 1, 1), ["2020-01-28", "2020-03-02"],
        ),
        ("On 27 November 2024 it began. By Friday it was over.", date(2025, 1, 20), ["2024-11-27", "2024-11-29"]),
        ("On 27 November 2024 it began.\n\nHe spoke on Friday.", date(2025, 1, 20), ["2024-11-27", "2025-01-17"]),
    ],
)  # fmt: skip
def test_a_day_takes_its_year_from_the_story(text: str, published: date, days: list[str]) -> None:
    assert days_in(text, published=published) == days


def test_a_text_that_tells_history_goes_forward_from_day_to_day() -> None:
    text = (
        "The campaign began on 24 March 2015.\n\n"
        "It had retaken the town on 13 March 2012. Rebels came in August of that year and on 9 October.\n\n"
        "On 28 March they entered the city, the second after another one, captured by them on 4 March 2013. "
        "On 25 April the next one fell; on 9 August a third."
    )
    days = days_in(text, published=date(2019, 5, 10))
    assert days == ["2015-03-24", "2012-03-13", "2012-10-09", "2015-03-28", "2013-03-04", "2015-04-25", "2015-08-09"]


def test_news_with_days_of_the_week_tells_no_history() -> None:
    text = "On Sunday they met. The town was taken on 18 March 2018.\n\nOn 1 December they left."
    assert days_in(text, published=date(2024, 12, 3)) == ["2024-12-01", "2018-03-18", "2024-12-01"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Ariha was lost on 19 May; Idlib followed on the 28th.", ["05-19", "05-28"]),
        ("Homs was lost on 30 November and Hama on the 2nd.", ["11-30", "12-02"]),
        ("In the last week of October Homs was lost; Hama was taken on the 26th.", ["10-25", "10-26"]),
        ("Homs was lost on 14 November. That day it rained, the day before, it did not.", ["11-14", "11-14", "11-13"]),
        ("Homs fell on 14 October, Hama later that month.", ["10-14", "10-01"]),
    ],
)
def test_a_day_without_its_month_is_that_of_the_month_of_which_the_text_speaks(text: str, days: list[str]) -> None:
    found = [span.first for span in find_dates(text, published=PUBLISHED)]
    assert [str(day)[5:] for day in found] == days


@pytest.mark.parametrize(
    "text",
    [
        "An attack on the 4th and 25th divisions failed.",
        "The base of the 17th, north of Raqqa, was lost.",
        "It was hard on the 25th Division.",
        "A report on the 20th century was shelved.",
    ],
)
def test_numbers_of_units_are_no_days(text: str) -> None:
    assert find_dates(text, published=PUBLISHED) == ()


def test_a_bare_day_before_every_other_date_of_an_undated_text_stays_unknown() -> None:
    (found,) = find_dates("It fell on the 5th.", published=None)
    assert found.first is None
