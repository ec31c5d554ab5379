"""Whatever a language model answers: no crash, and no claim that the article does not carry."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.language_model.chat import AnswerError, read_words
from mapapp.language_model.checking import Tally, check_claims, read_answer, survey
from mapapp.language_model.questions import make_questions, split_windows
from mapapp.language_model.quotes import make_searchable
from mapapp.model import Article, Candidate, Mention, MentionKind, Resolution
from mapapp.store.readings import check_claims as problem_of
from tests.invented import PLACES, THEATRE
from tests.language_models import claim_of

TEXT = "The Front took Bree on Thursday.\n\n“Carn is ours,” said  a man. Convoys went from Dorn to Esk."
WORDS = st.sampled_from(
    [
        *("The Front took Bree on Thursday.", "Carn is ours", "Convoys went from Dorn to Esk", "Bree", "Carn", "Dorn"),
        *("FRO", "REB", "whole", "near", "Movement", "Armed clash", "2030-01-03", "0001-01-01", "9999-12-31", "denied"),
    ]
)
VALUES = WORDS | st.text(max_size=20) | st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.none())
FIELDS = tuple(claim_of("x"))
ROWS = st.lists(
    VALUES
    | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), VALUES).map(
        lambda row: {**claim_of(TEXT[:32]), **row}
    ),
    max_size=6,
)


def survey_of(text: str) -> Any:
    article = Article(
        id=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        text=text,
        published=datetime(2030, 1, 4, 12, tzinfo=UTC),
    )
    places = []
    for place in PLACES:
        at = text.find(place.name)
        if at >= 0:
            mention = Mention(article.id, at, at + len(place.name), place.name, MentionKind.TOPONYM)
            places.append(Resolution(mention, (Candidate(place, 0.9),), 1, 0.9))
    return survey(article, resolutions=places, theatre=replace(THEATRE, places=(), cell_places=()))


GROUND = survey_of(TEXT)


@given(ROWS)
@settings(max_examples=300, deadline=None)
def test_every_claim_stands_in_the_article_and_waits_for_a_person(rows: list[Any]) -> None:
    tally = Tally()
    claims = check_claims(rows, ground=GROUND, window=(0, len(TEXT)), tally=tally)
    assert problem_of(claims, article=GROUND.article) is None
    assert len(claims) + sum(tally.dropped.values()) == len(rows)
    for claim in claims:
        assert claim.score < 0.5
        assert claim.actor is None or claim.actor in GROUND.actors
        assert claim.place is not None
        assert claim.place.place in PLACES
        assert claim.place.mention.surface in claim.quote
        assert claim.speaker is None or " ".join(claim.speaker.split()) in " ".join(TEXT.split())


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_article_can_be_asked_about_and_any_quote_looked_for(text: str, quote: str) -> None:
    ground = survey_of(text)
    check_claims([claim_of(quote), claim_of(text)], ground=ground, window=(0, len(text)), tally=Tally())
    for question in make_questions(ground.article, theatre=THEATRE):
        assert json.dumps([question.system, question.user])
    for start, end in make_searchable(text).find(quote):
        assert make_searchable(text[start:end]).plain.split() == make_searchable(quote).plain.split()


@given(st.text(alphabet="ab .\n", max_size=300), st.integers(1, 40), st.integers(0, 20))
@settings(max_examples=200, deadline=None)
def test_windows_cover_everything_and_end(text: str, most: int, overlap: int) -> None:
    windows = split_windows(text, most=most, overlap=overlap)
    assert all(0 < end - start <= most for start, end in windows)
    covered = {index for start, end in windows for index in range(start, end)}
    assert all(text[index].isspace() for index in set(range(len(text))) - covered)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(max_size=5), st.lists).map(lambda x: json.dumps(x).encode())
)
@settings(max_examples=200, deadline=None)
def test_any_body_is_words_or_told(body: bytes) -> None:
    for read in (lambda: read_words(body, host="h"), lambda: read_answer(body.decode("utf-8", "replace"))):
        with suppress(AnswerError):
            read()
