"""A language model on this machine for tests: it says what the test tells it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from mapapp.language_model.chat import Budget, Session
from mapapp.language_model.endpoint import check_endpoint
from tests.loopback import serving

CHAT = "v1/chat/completions"
Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Model:
    """What came in."""

    address: str
    questions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def session(
        self, *, timeout_s: float = 5.0, key: str = "", requests: int = 40, characters: int = 400_000
    ) -> Session:
        """Return a run against this model that never waits between tries."""
        endpoint = check_endpoint(self.address, model="invented", key=key, timeout_s=timeout_s)
        return Session(endpoint, budget=Budget(requests, characters), pause=lambda seconds: None)


@contextmanager
def model_that(*behaviours: Behaviour) -> Iterator[Model]:
    """Serve a model that behaves in turn as told; the last behaviour stays."""
    turns = list(behaviours)

    def answer(request: BaseHTTPRequestHandler) -> None:
        model.keys.append(request.headers.get("Authorization"))
        model.questions.append(json.loads(getattr(request, "body", b"{}")))
        (turns.pop(0) if len(turns) > 1 else turns[0])(request)

    model = Model("")
    with serving({CHAT: answer}) as (base, _):
        model.address = f"{base}v1"
        yield model


def saying(content: object) -> Behaviour:
    """Answer with these words in the envelope of the service; what is no text is written as JSON."""
    words = content if isinstance(content, str) else json.dumps(content)
    return sending({"choices": [{"message": {"role": "assistant", "content": words}, "finish_reason": "stop"}]})


def claiming(*claims: Mapping[str, Any]) -> Behaviour:
    """Answer with these claims."""
    return saying({"claims": list(claims)})


def sending(
    body: object, *, status: int = 200, headers: Sequence[tuple[str, str]] = (), length: int | None = None
) -> Behaviour:
    """Answer with a body, bytes or JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def silent(release: threading.Event) -> Behaviour:
    """Hold the connection and say nothing until the test lets go."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        release.wait(30)

    return answer


def endless(piece: bytes, *, release: threading.Event, every_s: float = 0.0) -> Behaviour:
    """Send a piece again and again until the client has had enough."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while not release.wait(every_s):
                request.wfile.write(piece)
                request.wfile.flush()
        except OSError:
            return

    return answer


def claim_of(quote: str, **changes: Any) -> dict[str, Any]:
    """Return a claim as a model writes it: the Front takes Bree, unless told otherwise."""
    return {
        "quote": quote,
        "kind": "Non-state actor overtakes territory",
        "place": "Bree",
        "origin": None,
        "destination": None,
        "extent": "whole",
        "who": None,
        "actor": "FRO",
        "opponent": None,
        "first_day": None,
        "last_day": None,
        "assertion": "asserted",
        "speaker": None,
        "certainty": 1.0,
        **changes,
    }
