"""Laws of dates in words: no text breaks the search, offsets are true, intervals are in order."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mapapp.dates import find_dates, precision_of

WORDS = st.sampled_from(
    (
        *("on", "in", "since", "early", "late", "last", "next", "the", "previous", "following", "between", "and", "to"),
        *("day", "days", "week", "month", "year", "ago", "December", "8", "31", "2016", "2024", "Sunday", "Monday"),
        *("overnight", "past", "three", "several", "05/12/2024", "2024-02-30", "May", "may", "of", "th", "st"),
        *(",", ".", "-", "99", "0"),
    )
)


@given(st.text(), st.none() | st.dates())
def test_any_text_is_searched(text: str, published: date | None) -> None:
    for found in find_dates(text, published=published):
        assert 0 <= found.start < found.end <= len(text)


@given(st.lists(WORDS, max_size=30), st.none() | st.dates())
def test_any_row_of_date_words_gives_days_in_order(words: list[str], published: date | None) -> None:
    text = " ".join(words)
    last_end = 0
    for found in find_dates(text, published=published):
        assert found.start >= last_end
        last_end = found.end
        if found.first is None or found.last is None:
            assert found.first is None
            assert found.last is None
            assert found.prec is None
        else:
            assert found.first <= found.last
            assert found.prec == precision_of(found.first, found.last)


@given(st.lists(WORDS, max_size=20))
def test_without_publication_only_words_with_a_year_are_resolved(words: list[str]) -> None:
    text = " ".join(word for word in words if not any(part in word for part in ("2016", "2024")))
    assert all(found.first is None for found in find_dates(text, published=None))


@given(st.lists(WORDS, max_size=12), st.sampled_from((date.min, date.max)))
def test_the_ends_of_the_calendar_break_nothing(words: list[str], published: date) -> None:
    find_dates(" ".join(words), published=published)
