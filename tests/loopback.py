"""A server on this machine for tests of downloads and questions: each address behaves as the test says."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

Answer = Callable[[BaseHTTPRequestHandler], None]


def whole(body: bytes, *, status: int = 200) -> Answer:
    """Answer with a body and its length."""
    return partly(body, announced=len(body), status=status)


def typed(body: bytes, content_type: str | None, *, status: int = 200, **headers: str) -> Answer:
    """Answer with a body of a content type, None for none; underscores in the names of headers are hyphens."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        if content_type is not None:
            request.send_header("Content-Type", content_type)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def endless(part: bytes, content_type: str, *, release: threading.Event, pause_s: float = 0.0) -> Answer:
    """Send the same part again and again until the client or the test lets go."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", content_type)
        request.end_headers()
        with contextlib.suppress(OSError):
            while not release.wait(pause_s):
                request.wfile.write(part)
                request.wfile.flush()

    return answer


def dripping(release: threading.Event, *, pause_s: float) -> Answer:
    """Send the head of an answer byte by byte, without an end."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not release.wait(pause_s):
                request.wfile.write(b"a")
                request.wfile.flush()

    return answer


def partly(body: bytes, *, announced: int | None, status: int = 200) -> Answer:
    """Answer with a body whose announced length need not be true; None announces none."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        if announced is not None:
            request.send_header("Content-Length", str(announced))
        request.end_headers()
        request.wfile.write(body)

    return answer


def moved(address: str) -> Answer:
    """Send the client on to another address."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", address)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def stuck(body: bytes, *, announced: int, release: threading.Event) -> Answer:
    """Send a part and then nothing until the test lets go."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(announced))
        request.end_headers()
        request.wfile.write(body)
        request.wfile.flush()
        release.wait(30)

    return answer


@contextmanager
def serving(answers: Mapping[str, Answer]) -> Iterator[tuple[str, list[str]]]:
    """Serve these files; yield the address of their folder and the list of names that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = unquote(self.path.lstrip("/"))
            asked.append(name)
            answer = answers.get(name)
            if answer is None:
                self.send_error(404)
            else:
                answer(self)

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
