"""A server may answer well, badly, slowly, never or without end: what is tried again, what given up, what told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapapp.errors import LanguageModelError
from mapapp.language_model import transport
from mapapp.language_model.chat import AnswerError, Budget, BudgetError, Session, ask, read_words
from mapapp.language_model.endpoint import Endpoint
from mapapp.language_model.transport import StoppedError
from tests.language_models import Behaviour, endless, model_that, saying, sending, silent
from tests.loopback import serving

SCHEMA = {"type": "object"}


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def question(session: Session) -> str:
    return ask(session, system="rules", user="text", schema=SCHEMA)


def test_a_question_holds_what_the_service_needs_and_the_key_goes_in_its_header() -> None:
    with model_that(saying("yes")) as model:
        assert question(model.session(key="secret")) == "yes"
    (sent,) = model.questions
    assert sent["model"] == "invented"
    assert sent["temperature"] == 0
    assert sent["stream"] is False
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    assert model.keys == ["Bearer secret"]


def test_without_a_key_no_header_is_sent() -> None:
    with model_that(saying("yes")) as model:
        question(model.session())
    assert model.keys == [None]


def refusing(words: str, *, status: int = 400) -> Behaviour:
    return sending({"error": {"message": words}}, status=status)


def test_a_server_that_refuses_schemas_is_asked_for_json_then_for_text_and_that_is_remembered() -> None:
    no = refusing("response_format is not supported")
    with model_that(no, no, saying("a"), saying("b")) as model:
        session = model.session()
        assert [question(session), question(session)] == ["a", "b"]
    kinds = [sent.get("response_format", {}).get("type", "text") for sent in model.questions]
    assert kinds == ["json_schema", "json_object", "text", "text"]


def test_a_schema_that_breaks_the_server_is_left_out_without_asking_again() -> None:
    with model_that(refusing("failed to parse grammar", status=500), saying("a")) as model:
        assert question(model.session()) == "a"
    assert len(model.questions) == 2


@pytest.mark.parametrize("option", ["temperature", "max_tokens"])
def test_an_option_that_is_refused_is_left_out(option: str) -> None:
    with model_that(refusing(f"Unsupported value: '{option}'"), saying("a")) as model:
        assert question(model.session()) == "a"
    assert option in model.questions[0]
    assert option not in model.questions[1]
    assert model.questions[1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with model_that(sending({}, status=status), saying("a")) as model:
        assert question(model.session()) == "a"


def test_waits_grow_unless_the_server_says_how_long() -> None:
    waited: list[float] = []
    busy = sending({}, status=503)
    with model_that(busy, sending({}, status=429, headers=[("Retry-After", "7")]), busy, saying("a")) as model:
        assert question(replace(model.session(), pause=waited.append)) == "a"
    assert waited == [1.0, 7.0, 9.0]


def test_a_server_that_wants_an_hour_is_not_waited_for() -> None:
    with (
        model_that(sending({}, status=429, headers=[("Retry-After", "3600")])) as model,
        pytest.raises(LanguageModelError, match=r"again in 3,600 seconds"),
    ):
        question(model.session())


def test_a_server_that_stays_broken_is_given_up() -> None:
    with model_that(sending({}, status=500)) as model:
        with pytest.raises(LanguageModelError, match="fault of its own"):
            question(model.session())
        assert len(model.questions) == 4


REFUSALS = {
    401: "does not accept the key",
    403: "may not use the model invented",
    404: "knows no such address, or no model invented",
    307: "sends us on to another address",
    418: "refuses what was asked",
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_is_told_in_plain_words_and_never_with_the_key(status: int) -> None:
    headers = [("Location", "http://elsewhere.example/v1")]
    words = {"error": {"message": f"bad key sk-secret {'x' * 5000}"}}
    with model_that(sending(words, status=status, headers=headers)) as model:
        with pytest.raises(LanguageModelError, match=REFUSALS[status]) as caught:
            question(model.session(key="sk-secret"))
        assert len(model.questions) == 1
    assert "sk-secret" not in str(caught.value)
    assert "bad key …" in str(caught.value)
    assert len(str(caught.value)) < 600


BAD_ANSWERS: dict[str, bytes] = {
    "no JSON": b"<html>Welcome</html>",
    "nothing": b"",
    "JSON of another form": b'{"claims": []}',
    "a list": b"[]",
    "no words": b'{"choices": [{"message": {"content": ""}}]}',
    "null": b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}',
    "choices that are none": b'{"choices": ["x"]}',
    "nested without end": b"[" * 100_000,
    "no UTF-8": b"\xff\xfe{",
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_without_words_of_the_model_is_told(name: str) -> None:
    with model_that(sending(BAD_ANSWERS[name])) as model, pytest.raises(AnswerError, match=r"127\.0\.0\.1"):
        question(model.session())


def test_words_in_parts_are_put_together() -> None:
    parts = [{"type": "text", "text": "ye"}, {"type": "image"}, {"type": "text", "text": "s"}]
    assert read_words(json.dumps({"choices": [{"message": {"content": parts}}]}).encode(), host="h") == "yes"


def test_a_server_that_never_answers_is_given_up(release: threading.Event) -> None:
    with model_that(silent(release)) as model:
        with pytest.raises(LanguageModelError, match=r"no whole answer within 0\.2 seconds"):
            question(model.session(timeout_s=0.2))
        release.set()
    assert len(model.questions) == 1


def test_a_server_that_trickles_is_given_up(release: threading.Event) -> None:
    with model_that(endless(b" ", release=release, every_s=0.02)) as model:
        with pytest.raises(LanguageModelError, match="no whole answer within"):
            question(model.session(timeout_s=0.3))
        release.set()


def test_a_body_without_end_is_cut_off(release: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 300_000)
    with model_that(endless(b"x" * 65_536, release=release)) as model:
        with pytest.raises(LanguageModelError, match="more than 300,000 bytes"):
            question(model.session())
        release.set()


def test_a_connection_that_breaks_off_is_tried_again() -> None:
    with model_that(sending(b"{}", length=500), saying("a")) as model:
        assert question(model.session()) == "a"


def test_where_nothing_listens_that_is_told_at_once() -> None:
    with serving({}) as (base, _):
        address = base
    with pytest.raises(LanguageModelError, match="Nothing listens"):
        question(Session(Endpoint(f"{address}v1", "m"), pause=lambda seconds: None))


def test_stop_ends_a_running_question(release: threading.Event) -> None:
    with model_that(silent(release)) as model:
        session = model.session(timeout_s=30)
        timer = threading.Timer(0.1, session.stop.set)
        timer.start()
        with pytest.raises(StoppedError):
            question(session)
        timer.join()
        release.set()


def test_stop_ends_a_wait() -> None:
    with model_that(sending({}, status=503)) as model:
        session = model.session()
        session.pause = lambda seconds: session.stop.set()
        with pytest.raises(StoppedError):
            question(session)
        assert len(model.questions) == 1


def test_every_try_is_taken_from_the_budget() -> None:
    with model_that(sending({}, status=503)) as model:
        session = model.session(requests=2)
        with pytest.raises(BudgetError, match="2 of 2 requests"):
            question(session)
        assert len(model.questions) == 2
    assert (session.budget.requests, session.budget.characters) == (2, 2 * len("rulestext"))


def test_characters_are_a_budget_too() -> None:
    with model_that(saying("a")) as model:
        with pytest.raises(BudgetError, match="0 of 5 characters"):
            question(model.session(characters=5))
        assert model.questions == []


def test_a_budget_of_nothing_sends_nothing() -> None:
    with pytest.raises(BudgetError):
        Budget(0, 0).take(0)
