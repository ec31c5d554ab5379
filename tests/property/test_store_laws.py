"""Laws of the store and of the records' JSON form: whatever the model can hold comes back as it was."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Polygon

from mapapp.errors import DataError
from mapapp.model import (
    Article,
    Assertion,
    Candidate,
    Claim,
    Decision,
    EventKind,
    Evidence,
    Leg,
    LegKind,
    Mention,
    MentionKind,
    Place,
    PointRole,
    Reading,
    Resolution,
    Route,
    RoutePoint,
)
from mapapp.records import record_from_json, record_to_json
from mapapp.store import open_store

HOSTILE = (
    "{{7*7}}",
    "${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "</script>",
    "\u202eevil",
    "'; DROP TABLE article;--",
)
texts = st.one_of(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), st.sampled_from(HOSTILE))
numbers = st.floats(allow_nan=False, allow_infinity=False)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=zones)
degrees = st.floats(-180, 180)
points = st.tuples(degrees, degrees)
lines = st.lists(points, min_size=2, max_size=6).map(LineString)
shapes = st.one_of(
    lines,
    st.lists(st.lists(points, min_size=2, max_size=3), min_size=1, max_size=3).map(MultiLineString),
    st.lists(points, min_size=3, max_size=6).map(Polygon),
    st.just(LineString()),
)
maybe = lambda strategy: st.none() | strategy  # noqa: E731 - a strategy is a value

places = st.builds(
    Place,
    id=texts,
    name=texts,
    lat=numbers,
    lon=numbers,
    feature_class=texts,
    feature_code=texts,
    country=maybe(texts),
    population=maybe(st.integers()),
    names=st.dictionaries(texts, texts, max_size=3),
)
candidates = st.builds(
    Candidate, place=places, score=numbers, reasons=st.lists(st.tuples(texts, numbers), max_size=3).map(tuple)
)
evidence = st.builds(Evidence, text=texts, is_quote=st.booleans(), published=maybe(st.dates()), claim_id=maybe(texts))
legs = st.builds(
    Leg,
    kind=st.sampled_from(LegKind),
    geometry=maybe(shapes),
    start=maybe(times),
    end=maybe(times),
    note=texts,
    evidence=st.lists(evidence, max_size=2).map(tuple),
)
route_points = st.builds(
    RoutePoint,
    role=st.sampled_from(PointRole),
    lat=maybe(numbers),
    lon=maybe(numbers),
    where_prec=st.integers(1, 7),
    note=texts,
    radius_km=maybe(numbers),
    evidence=st.lists(evidence, max_size=2).map(tuple),
)
routes = st.builds(
    Route,
    id=texts,
    title=texts,
    date_start=maybe(st.dates()),
    date_end=maybe(st.dates()),
    assertion=st.sampled_from(Assertion),
    legs=st.lists(legs, max_size=3).map(tuple),
    points=st.lists(route_points, max_size=3).map(tuple),
    also_said=st.lists(evidence, max_size=2).map(tuple),
)
decisions = st.builds(Decision, id=st.none(), article_id=texts, target=texts, action=texts, field=maybe(texts),
                      before=maybe(texts), after=maybe(texts), who=texts, when=times, why=texts)  # fmt: skip


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Readings whose mentions and quotes stand in their text, as the store demands."""
    text = draw(texts.filter(bool))
    article = Article(
        id=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        title=draw(maybe(texts)),
        publisher=draw(maybe(texts)),
        url=draw(maybe(texts)),
        published=draw(maybe(times)),
        language=draw(maybe(texts)),
        retrieved=draw(maybe(times)),
    )

    def draw_span() -> tuple[int, int]:
        start = draw(st.integers(0, len(text) - 1))
        return start, draw(st.integers(start + 1, len(text)))

    def draw_resolution() -> Resolution:
        start, end = draw_span()
        mention = Mention(article.id, start, end, text[start:end], draw(st.sampled_from(MentionKind)))
        found = tuple(draw(st.lists(candidates, max_size=2)))
        return Resolution(mention, found, draw(st.integers(1, 7)), draw(numbers), draw(texts))

    def draw_claim() -> Claim:
        start, end = draw_span()
        return Claim(
            id=draw(texts),
            article_id=article.id,
            start=start,
            end=end,
            quote=text[start:end],
            kind=draw(st.sampled_from(EventKind)),
            actor=draw(maybe(texts)),
            place=draw_resolution() if draw(st.booleans()) else None,
            who=draw(maybe(texts)),
            date_start=draw(maybe(st.dates(min_value=date(1, 1, 1)))),
            assertion=draw(st.sampled_from(Assertion)),
            score=draw(numbers),
            share=draw(maybe(numbers)),
        )

    return Reading(
        article=article,
        resolutions=tuple(draw_resolution() for _ in range(draw(st.integers(0, 2)))),
        claims=tuple(draw_claim() for _ in range(draw(st.integers(0, 2)))),
        routes=tuple(draw(st.lists(routes, max_size=2))),
        remarks=tuple(draw(st.lists(texts, max_size=2))),
    )


@given(readings())
def test_every_reading_comes_back_from_json_as_it_was(reading: Reading) -> None:
    written = json.dumps(record_to_json(reading), allow_nan=False)
    written.encode("ascii")
    assert record_from_json(Reading, json.loads(written)) == reading


@given(readings())
def test_every_reading_comes_back_from_the_store_as_it_was(reading: Reading) -> None:
    store = open_store("sqlite://")
    assert store.add_reading(reading, theatre="invented")
    object.__setattr__(store, "_decoded", {})
    assert store.readings(theatre="invented") == (reading,)
    assert not store.add_reading(reading, theatre="invented")
    assert store.remove_article(reading.article.id)
    assert store.readings(theatre="invented") == ()
    store.close()


@given(decisions)
def test_every_decision_comes_back_from_json_as_it_was(decision: Decision) -> None:
    assert record_from_json(Decision, json.loads(json.dumps(record_to_json(decision)))) == decision


@given(st.text(), st.sampled_from("\ud800\udfff\0"), st.text())
def test_characters_that_cannot_be_kept_are_refused(before: str, bad: str, after: str) -> None:
    with pytest.raises(DataError):
        record_to_json(Evidence(before + bad + after, is_quote=False))


@given(st.sampled_from([float("nan"), float("inf"), float("-inf")]))
def test_numbers_that_are_none_are_refused(number: float) -> None:
    with pytest.raises(DataError):
        record_to_json(Place("x", "x", number, 0.0, "P"))


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(DataError, match="offset"):
        record_to_json(Article("x", "x", published=datetime(2031, 5, 9)))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"article_id": "a", "start": "0", "end": 4, "surface": "x", "kind": "toponym"},
        {"article_id": "a", "start": 0, "end": 4, "surface": "x", "kind": "never heard of"},
    ],
)
def test_what_was_changed_by_something_else_is_told(data: dict[str, object]) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        record_from_json(Mention, data)


def test_a_record_from_before_a_field_was_added_has_its_default() -> None:
    leg = Leg(LegKind.REPORTED, None, None, None, "told")
    data = record_to_json(leg)
    del data["times_s"]
    assert record_from_json(Leg, data) == leg
    del data["note"]
    with pytest.raises(DataError, match="note"):
        record_from_json(Leg, data)
