"""Asking a language model: what is sent, what is tried again, and when it is enough.

One `Session` is one run: it knows what may still be spent, and what this server has refused (a schema, a temperature),
so that it is not tried again with every window.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapapp.errors import LanguageModelError
from mapapp.language_model.endpoint import Endpoint
from mapapp.language_model.settings import MOST_CHARACTERS, MOST_REQUESTS
from mapapp.language_model.transport import Reply, StoppedError, UnreachableError, post

FORMATS = ("json_schema", "json_object", "text")
"""How an answer is asked for, the strictest first: the next one where a server refuses."""
REFUSALS = frozenset({400, 404, 415, 422, 501})
"""Statuses by which servers say that they cannot do what was asked."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which asking again may help."""
WAITS_S = (1.0, 3.0, 9.0)
"""Before each further try, where the server names no time."""
LONGEST_WAIT_S = 60.0
"""A server that wants more is not waited for."""
MOST_TOKENS = 4096
"""Of an answer: the claims of a window, told at length. It bounds what an answer costs."""
OPTIONS: Mapping[str, object] = {"temperature": 0, "max_tokens": MOST_TOKENS}
"""What some services refuse for some models; each is left out where it is."""
LONGEST_ECHO = 200
"""Characters of a server's own words that are shown."""

_ABOUT_FORMAT = re.compile(r"response_format|json_schema|schema|grammar", re.IGNORECASE)


class AnswerError(LanguageModelError):
    """The server answered, but not with what was asked for: this answer is lost, others may be well."""


class BudgetError(LanguageModelError):
    """What may be spent in one run is spent."""


@dataclass(slots=True)
class Budget:
    """What a run may use up, and what it has used."""

    most_requests: int = MOST_REQUESTS
    most_characters: int = MOST_CHARACTERS
    requests: int = 0
    characters: int = 0
    """Of all that was sent, what the model is told beside the text included."""

    def take(self, characters: int) -> None:
        """Take one request of this length, or raise `BudgetError` and take nothing."""
        if self.requests + 1 > self.most_requests or self.characters + characters > self.most_characters:
            message = (
                f"The budget is reached: {self.requests:,} of {self.most_requests:,} requests and "
                f"{self.characters:,} of {self.most_characters:,} characters are used. Raise it to go on; what was "
                "answered is kept and costs nothing the next time."
            )
            raise BudgetError(message)
        self.requests += 1
        self.characters += characters


@dataclass(slots=True)
class Session:
    """One run of questions to one model."""

    endpoint: Endpoint
    budget: Budget = field(default_factory=Budget)
    stop: threading.Event = field(default_factory=threading.Event)
    """Set it to end the run at once."""
    pause: Callable[[float], object] | None = None
    """How to wait some seconds; None = until the time is over or `stop` is set."""
    format: str = FORMATS[0]
    """How answers are asked for now."""
    left_out: set[str] = field(default_factory=set)
    """Which of `OPTIONS` the server has refused."""


def ask(session: Session, *, system: str, user: str, schema: Mapping[str, Any]) -> str:
    """Return what the model writes to two messages: JSON by the schema, if server and model keep to it.

    Raises `AnswerError` where the answer holds no words of the model, `BudgetError`, `StoppedError`, and
    `LanguageModelError` where there is no point in going on.
    """
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    while True:
        body: dict[str, Any] = {"model": session.endpoint.model, "messages": messages, "stream": False}
        body |= {name: value for name, value in OPTIONS.items() if name not in session.left_out}
        if session.format == "json_schema":
            named = {"name": "claims", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif session.format == "json_object":
            body["response_format"] = {"type": "json_object"}
        reply = _send(session, json.dumps(body).encode(), characters=len(system) + len(user))
        if reply.status == 200:
            return read_words(reply.body, host=session.endpoint.host)
        if not _do_without(session, reply):
            raise _explain(reply, endpoint=session.endpoint)


def _do_without(session: Session, reply: Reply) -> bool:
    """Give up what the server refuses; False = there is nothing left to give up, or that is not it."""
    said = reply.body.decode("utf-8", "replace")
    is_about_format = bool(_ABOUT_FORMAT.search(said))
    if reply.status not in REFUSALS and not (reply.status == 500 and is_about_format):
        return False
    for name in OPTIONS:
        if name in said and name not in session.left_out:
            session.left_out.add(name)
            return True
    is_missing = reply.status == 404 and not is_about_format
    if is_missing or session.format == FORMATS[-1]:
        return False
    session.format = FORMATS[FORMATS.index(session.format) + 1]
    return True


def _send(session: Session, body: bytes, *, characters: int) -> Reply:
    """Send a request, again where that may help, and return the reply to be read."""
    host = session.endpoint.host
    reply: Reply | None = None
    failure: LanguageModelError | None = None
    for wait_s in (*WAITS_S, None):
        session.budget.take(characters)
        try:
            reply, failure = post(session.endpoint, body, stop=session.stop), None
        except UnreachableError as error:
            reply, failure = None, error
        if reply is not None:
            is_lasting = reply.status == 500 and _ABOUT_FORMAT.search(reply.body.decode("utf-8", "replace"))
            if reply.status not in AGAIN or is_lasting:
                return reply
        if wait_s is None:
            break
        asked_s = None if reply is None else read_retry_after(reply.headers.get("retry-after", ""))
        if asked_s is not None and asked_s > LONGEST_WAIT_S:
            message = (
                f"{host} wants to be asked again in {asked_s:,.0f} seconds (status {reply.status if reply else 0})"
            )
            raise LanguageModelError(f"{message}. Try again then; what was answered is kept.")
        _wait(session, wait_s if asked_s is None else asked_s)
    if failure is not None:
        raise LanguageModelError(f"{failure} It was tried {len(WAITS_S) + 1} times. Try again later.") from failure
    if reply is None:  # no try at all: there is always one
        raise LanguageModelError(f"{host} was not asked.")
    return reply


def _wait(session: Session, seconds: float) -> None:
    (session.stop.wait if session.pause is None else session.pause)(seconds)
    if session.stop.is_set():
        raise StoppedError(f"Stopped while waiting to ask {session.endpoint.host} again.")


def read_retry_after(text: str) -> float | None:
    """Return how many seconds a server wants us to wait: it gives a number or a time; None = neither.

    >>> read_retry_after("2"), read_retry_after("soon"), read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT")
    (2.0, None, 0.0)
    """
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def read_words(body: bytes, *, host: str) -> str:
    """Return what the model wrote, out of the envelope of the service. Raises `AnswerError` where there is none.

    >>> read_words(b'{"choices": [{"message": {"content": "yes"}}]}', host="localhost")
    'yes'
    """
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"{host} answered with something else than JSON.") from error
    choices = whole.get("choices") if isinstance(whole, dict) else None
    message = choices[0].get("message") if isinstance(choices, list) and choices and isinstance(choices[0], dict) else 0
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):  # some services send the words in parts
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    if not isinstance(content, str) or not content.strip():
        raise AnswerError(f"{host} answered without any words of the model.")
    return content


def _explain(reply: Reply, *, endpoint: Endpoint) -> LanguageModelError:
    """Return in plain words why a server does not answer, with a little of its own words."""
    host, status = endpoint.host, reply.status
    reasons = {
        401: f"{host} does not accept the key. Check it, and whether it is for this service",
        402: f"{host} wants to be paid first",
        403: f"{host} refuses: the key may not use the model {endpoint.model}",
        404: f"{host} knows no such address, or no model {endpoint.model}. Check both; most addresses end in /v1",
        413: f"{host} finds the question too long",
        429: f"{host} is asked too often, or the account is used up",
    }
    reason = reasons.get(status)
    if reason is None and 300 <= status < 400:
        reason = f"{host} sends us on to another address, which is not followed. Name that address if you trust it"
    if reason is None and status >= 500:
        reason = f"{host} has a fault of its own. It was tried {len(WAITS_S) + 1} times. Try again later"
    reason = reason or f"{host} refuses what was asked"
    said = " ".join(_own_words(reply.body).split())
    if endpoint.key:
        said = said.replace(endpoint.key, "…")
    echo = f" It says: {said[:LONGEST_ECHO]}" if said else ""
    return LanguageModelError(f"{reason} (status {status}).{echo}")


def _own_words(body: bytes) -> str:
    """Return what a server says of its refusal."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return body[:LONGEST_ECHO].decode("utf-8", "replace") if not body.lstrip().startswith(b"<") else ""
    told = whole.get("error", whole.get("detail", whole.get("message"))) if isinstance(whole, dict) else whole
    told = told.get("message") if isinstance(told, dict) else told
    return told if isinstance(told, str) else ""
