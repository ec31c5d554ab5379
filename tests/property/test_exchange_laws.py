"""Laws of claims as files: whatever the model can hold comes back as it was, in both forms."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.claims.exchange import FORMATS, ArticleAbout, Exchange, read_exchange, write_exchange
from mapapp.errors import DataError
from mapapp.model import Assertion, Candidate, Claim, Decision, EventKind, Mention, MentionKind, Place, Resolution
from mapapp.tables import FORMULA_STARTS

ODD = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "'",
    "''",
    "'=1",
    "",
    '"',
    '""',
    "a,b;c",
    "\r\n",
    "\r",
    "\n",
    "قال: «سقطت»",
    "\u2028",
)
texts = st.one_of(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), st.sampled_from(ODD))
numbers = st.floats(allow_nan=False, allow_infinity=False)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=zones)
days = st.none() | st.dates(min_value=date(1, 1, 1))
maybe_text = st.none() | texts
places = st.builds(
    Place,
    id=texts,
    name=texts,
    lat=numbers,
    lon=numbers,
    feature_class=texts,
    population=st.none() | st.integers(),
    names=st.dictionaries(texts, texts, max_size=2),
)
resolutions = st.builds(
    Resolution,
    mention=st.builds(Mention, texts, st.integers(), st.integers(), texts, st.sampled_from(MentionKind)),
    candidates=st.lists(
        st.builds(Candidate, places, numbers, st.lists(st.tuples(texts, numbers), max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    where_prec=st.integers(1, 7),
    score=numbers,
    reason=texts,
)
claims = st.builds(
    Claim,
    id=texts,
    article_id=texts,
    start=st.integers(),
    end=st.integers(),
    quote=texts,
    kind=st.sampled_from(EventKind),
    actor=maybe_text,
    opponent=maybe_text,
    place=st.none() | resolutions,
    origin=st.none() | resolutions,
    destination=st.none() | resolutions,
    who=maybe_text,
    date_start=days,
    date_end=days,
    date_prec=st.none() | st.integers(1, 5),
    assertion=st.sampled_from(Assertion),
    speaker=maybe_text,
    grade=texts,
    score=numbers,
    share=st.none() | numbers,
)
decisions = st.builds(Decision, id=st.none() | st.integers(), article_id=texts, target=texts, action=texts,
                      field=maybe_text, before=maybe_text, after=maybe_text, who=texts,
                      when=times, why=texts)  # fmt: skip
articles = st.builds(ArticleAbout, texts, maybe_text, maybe_text, maybe_text, st.none() | times, maybe_text)
exchanges = st.builds(
    Exchange,
    theatre=texts.filter(bool),
    articles=st.lists(articles, max_size=2).map(tuple),
    claims=st.lists(claims, max_size=3).map(tuple),
    decisions=st.lists(decisions, max_size=3).map(tuple),
)


@pytest.mark.parametrize("form", FORMATS)
@given(exchange=exchanges)
def test_every_claim_and_decision_comes_back_as_it_was(form: str, exchange: Exchange) -> None:
    data = write_exchange(exchange, format=form)
    back = read_exchange(data)
    assert back.set_aside == ()
    if exchange.claims or exchange.decisions or exchange.articles or form == "jsonl":
        assert back == exchange
    assert write_exchange(back, format=form) == data or form == "csv"


@given(exchange=exchanges)
def test_no_cell_of_the_table_is_a_formula(exchange: Exchange) -> None:
    text = write_exchange(exchange, format="csv").decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        for name, cell in row.items():
            is_number = name in {"start", "end", "score", "share", "now_lat", "now_lon", "date_prec"}
            assert is_number or not cell.startswith(FORMULA_STARTS)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="surrogatepass")))
def test_anything_else_is_refused_or_set_aside(data: bytes) -> None:
    with contextlib.suppress(DataError):
        read_exchange(data)


@given(st.lists(claims, min_size=2, max_size=3), st.data())
def test_a_damaged_line_is_set_aside_and_the_others_are_read(some: list[Claim], data: st.DataObject) -> None:
    lines = write_exchange(Exchange("t", claims=tuple(some)), format="jsonl").split(b"\n")
    at = data.draw(st.integers(1, len(some)))
    lines[at] = data.draw(
        st.sampled_from([b"{", b"[]", b"{}", b'{"type": "claim"}', lines[at].replace(b'"id"', b'"x"')])
    )
    back = read_exchange(b"\n".join(lines))
    assert len(back.set_aside) == 1
    assert back.claims == tuple(claim for number, claim in enumerate(some, start=1) if number != at)


def test_the_ids_of_articles_are_hashes_as_they_were() -> None:
    about = ArticleAbout(hashlib.sha256(b"x").hexdigest(), published=datetime(2030, 1, 1, tzinfo=UTC))
    for form in FORMATS:
        assert read_exchange(write_exchange(Exchange("t", articles=(about,)), format=form)).articles == (about,)
