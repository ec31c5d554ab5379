"""A run over an article: windows, kept answers, budget, stop, what is told of them; then both readers side by side."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mapapp.errors import LanguageModelError
from mapapp.language_model.answers import answers_folder, count_answers, find_answer, forget_answers
from mapapp.language_model.chat import Session
from mapapp.language_model.comparison import Reader, compare_claims
from mapapp.language_model.extraction import (
    TRIAL,
    Extraction,
    count_unanswered,
    extract_with_model,
    tell_extraction,
    try_out,
)
from mapapp.model import Article, Assertion, Candidate, Claim, EventKind, Mention, MentionKind, Resolution
from mapapp.store import open_store
from mapapp.store.readings import check_claims
from tests.invented import PLACES, THEATRE, make_reading
from tests.language_models import Behaviour, claim_of, claiming, model_that, saying, sending

SENTENCE = "The Front took Bree on Thursday."
LONG = "\n\n".join(f"{SENTENCE} This is part {number}. {'It rains. ' * 120}" for number in range(6))


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path))
    return tmp_path


def article_of(text: str = SENTENCE) -> Article:
    day = datetime(2030, 1, 4, 12, tzinfo=UTC)
    return Article(id=sha256(text.encode()).hexdigest(), text=text, published=day)


def places_of(article: Article) -> list[Resolution]:
    found = []
    at = article.text.find("Bree")
    while at >= 0:
        mention = Mention(article.id, at, at + 4, "Bree", MentionKind.TOPONYM)
        found.append(Resolution(mention, (Candidate(PLACES[1], 0.9),), 1, 0.9))
        at = article.text.find("Bree", at + 1)
    return found


def extract(session: Session, article: Article, **options: Any) -> Extraction:
    return extract_with_model(article, resolutions=places_of(article), theatre=THEATRE, session=session, **options)


def test_a_good_answer_becomes_claims_that_the_store_takes() -> None:
    with model_that(claiming(claim_of(SENTENCE), claim_of("The Front took the moon"))) as model:
        found = extract(model.session(), article_of())
    (claim,) = found.claims
    assert found.is_whole
    assert found.problem is None
    assert found.dropped == {"its quote does not stand in the article": 1}
    assert check_claims(found.claims, article=article_of()) is None
    store = open_store("sqlite://")
    reading = replace(make_reading(), article=article_of())
    store.add_reading(reading, theatre="invented")
    assert store.add_claims([claim], theatre="invented", origin="language model") == (claim,)
    assert store.readings(theatre="invented")[0].claims == (claim,)
    assert store.origins(theatre="invented") == {claim.id: "language model"}


def test_a_long_article_is_read_in_windows_and_no_claim_stands_twice() -> None:
    told: list[float] = []
    with model_that(claiming(claim_of(SENTENCE))) as model:
        found = extract(model.session(), article_of(LONG), progress=lambda _, share: told.append(share))
    assert found.windows == found.answered == len(model.questions) > 1
    assert len(found.claims) == len({claim.id for claim in found.claims}) == found.windows
    assert told == sorted(told)
    assert len(told) == found.windows


def test_the_same_question_is_asked_once_and_the_next_time_nothing_is_sent() -> None:
    article = article_of()
    with model_that(claiming(claim_of(SENTENCE))) as model:
        session = model.session()
        assert count_unanswered(article, theatre=THEATRE, endpoint=session.endpoint) == (1, len(SENTENCE))
        first = extract(session, article)
        assert count_unanswered(article, theatre=THEATRE, endpoint=session.endpoint) == (0, 0)
        again = extract(model.session(), article)
        assert again.claims == first.claims
        assert (first.from_cache, again.from_cache) == (0, 1)
        assert len(model.questions) == 1
        other = replace(model.session(), endpoint=replace(session.endpoint, model="another"))
        extract(other, article)
        assert len(model.questions) == 2


def test_kept_answers_are_for_their_owner_only_and_can_be_forgotten() -> None:
    with model_that(claiming()) as model:
        extract(model.session(), article_of())
    (path,) = answers_folder().glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert count_answers() == forget_answers() == 1
    assert count_answers() == forget_answers() == 0


@pytest.mark.parametrize("contents", ["", "{", '{"key": "other", "answer": "x"}', "[" * 100_000])
def test_a_kept_answer_that_was_spoilt_is_asked_for_again(contents: str) -> None:
    with model_that(claiming(claim_of(SENTENCE))) as model:
        extract(model.session(), article_of())
        (path,) = answers_folder().glob("*.json")
        path.write_text(contents, encoding="utf-8")
        assert len(extract(model.session(), article_of()).claims) == 1
        assert len(model.questions) == 2


def test_a_kept_answer_that_was_changed_is_checked_like_any_other() -> None:
    with model_that(claiming(claim_of(SENTENCE))) as model:
        extract(model.session(), article_of())
        (path,) = answers_folder().glob("*.json")
        answer = json.dumps({"claims": [claim_of("The Coalition took Bree at once", certainty=1)]})
        path.write_text(json.dumps({"key": path.stem, "answer": answer}), encoding="utf-8")
        found = extract(model.session(), article_of())
    assert found.claims == ()
    assert find_answer(path.stem) == answer


def test_a_spoilt_answer_is_not_kept() -> None:
    with model_that(saying("I would rather not."), claiming(claim_of(SENTENCE))) as model:
        found = extract(model.session(), article_of())
        assert (found.claims, found.answered) == ((), 0)
        assert "not the JSON that was asked for" in (found.problem or "")
        assert len(extract(model.session(), article_of()).claims) == 1


def test_one_spoilt_answer_does_not_lose_the_others() -> None:
    with model_that(saying("?"), claiming(claim_of(SENTENCE))) as model:
        found = extract(model.session(), article_of(LONG))
    assert found.answered == found.windows - 1
    assert found.claims
    assert not found.is_whole


def test_a_model_that_cannot_do_it_is_not_asked_on_and_on() -> None:
    with model_that(saying("?")) as model:
        found = extract(model.session(), article_of(LONG * 3))
    assert len(model.questions) == 3
    assert found.windows > 3
    assert "3 answers in a row" in (found.problem or "")


def test_what_was_answered_before_a_failure_counts() -> None:
    with model_that(claiming(claim_of(SENTENCE)), sending({"error": "no"}, status=401)) as model:
        found = extract(model.session(), article_of(LONG))
    assert found.answered == 1
    assert len(found.claims) == 1
    assert "does not accept the key" in (found.problem or "")


def test_the_budget_ends_a_run_and_is_told() -> None:
    with model_that(claiming()) as model:
        found = extract(model.session(requests=1), article_of(LONG))
        assert len(model.questions) == 1
    assert found.answered == 1
    assert "The budget is reached: 1 of 1 requests" in (found.problem or "")


def test_kept_answers_cost_no_budget() -> None:
    with model_that(claiming()) as model:
        extract(model.session(), article_of(LONG))
        assert extract(model.session(requests=0, characters=0), article_of(LONG)).is_whole


def test_stop_ends_a_run_with_what_there_is() -> None:
    with model_that(claiming(claim_of(SENTENCE))) as model:
        session = model.session()

        def stop_at_the_second(words: str, share: float) -> None:
            if share > 0:
                session.stop.set()

        found = extract(session, article_of(LONG), progress=stop_at_the_second)
    assert found.answered == 1
    assert found.claims
    assert "Stopped" in (found.problem or "")


def test_from_kept_answers_only_nothing_is_sent() -> None:
    with model_that(claiming(claim_of(SENTENCE))) as model:
        none = extract(model.session(), article_of(), from_cache_only=True)
        assert (none.claims, none.answered, none.problem, model.questions) == ((), 0, None, [])
        extract(model.session(), article_of())
        assert len(extract(model.session(), article_of(), from_cache_only=True).claims) == 1


def test_a_blank_article_is_not_sent() -> None:
    with model_that(claiming()) as model:
        assert extract(model.session(), article_of(" \n")).windows == 0
        assert model.questions == []


def test_what_became_of_the_answers_is_told_without_a_word_of_the_model() -> None:
    rows = [claim_of(SENTENCE, actor="EVIL"), claim_of("<b>EVIL</b> took Bree")]
    with model_that(claiming(*rows)) as model:
        lines = tell_extraction(extract(model.session(), article_of()), model="invented")
    assert lines[0] == "invented has answered for 1 of 1 parts of the text. Of its claims 1 hold; 1 dropped."
    assert "Dropped 1: its quote does not stand in the article." in lines
    assert "Left unknown 1: actor: no party of the theatre." in lines
    assert "EVIL" not in " ".join(lines)


# Both readers beside each other


def claim(number: int, **changes: Any) -> Claim:
    mention = Mention("a", 0, 4, "Bree", MentionKind.TOPONYM)
    whole = Claim(
        id=f"c{number}",
        article_id="a",
        start=0,
        end=20,
        quote="The Front took Bree.",
        kind=EventKind.OVERTAKES,
        actor="FRO",
        place=Resolution(mention, (Candidate(PLACES[1], 0.9),), 1, 0.9),
        date_start=date(2030, 1, 3),
        date_end=date(2030, 1, 3),
    )
    return replace(whole, **changes)


def other_place() -> Resolution:
    return Resolution(Mention("a", 0, 4, "Carn", MentionKind.TOPONYM), (Candidate(PLACES[2], 0.9),), 1, 0.9)


def test_what_both_have_read_stands_once_with_what_differs() -> None:
    same = claim(2, kind=EventKind.TRANSFER, actor=None, assertion=Assertion.HEDGED, start=5, end=40)
    (pair,) = compare_claims([claim(1)], model=[same])
    assert pair.reader is Reader.BOTH
    assert pair.claim == claim(1)
    assert pair.differs == ("kind", "actor", "assertion")


@pytest.mark.parametrize(
    "changes", [{"kind": EventKind.REPORTED}, {"place": other_place()}, {"start": 20, "end": 30}, {"place": None}]
)
def test_other_statements_stand_for_themselves(changes: dict[str, Any]) -> None:
    pairs = compare_claims([claim(1)], model=[claim(2, **changes)])
    assert {pair.claim.id: pair.reader for pair in pairs} == {"c1": Reader.BUILT_IN, "c2": Reader.MODEL}
    assert [pair.differs for pair in pairs] == [(), ()]


def test_of_several_the_two_that_differ_least_are_taken_together() -> None:
    pairs = compare_claims([claim(1, actor="COA"), claim(2)], model=[claim(3)])
    assert {pair.claim.id: pair.reader for pair in pairs} == {"c1": Reader.BUILT_IN, "c2": Reader.BOTH}


def test_the_ends_of_a_movement_are_places_too() -> None:
    ends = {"kind": EventKind.MOVEMENT, "place": None}
    one, two = claim(1, **ends, origin=other_place()), claim(2, **ends, destination=other_place())
    assert [pair.reader for pair in compare_claims([one], model=[two])] == [Reader.BOTH]


# Trying a model out


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (claiming(claim_of(TRIAL)), "by the schema and quotes word for word"),
        (claiming(), "found nothing in an easy sentence"),
        (claiming(claim_of("Soldiers left Bree, I think")), "does not quote word for word"),
        (claiming(claim_of("")), "does not quote word for word"),
    ],
)
def test_a_trial_sends_our_own_sentence_and_says_what_to_expect(answer: Behaviour, told: str) -> None:
    with model_that(answer) as model:
        assert told in try_out(model.session(), theatre=THEATRE)
        (sent,) = model.questions
    assert TRIAL in sent["messages"][1]["content"]
    assert count_answers() == 0


def test_a_trial_that_fails_says_why() -> None:
    with model_that(sending({}, status=401)) as model, pytest.raises(LanguageModelError, match="key"):
        try_out(model.session(), theatre=THEATRE)
