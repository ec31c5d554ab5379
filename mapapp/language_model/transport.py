"""One request to a language model's server: within a time limit and a size limit, stopped at once when asked to.

Redirects are not followed: text and key go to the server that the user named, or nowhere.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mapapp.errors import LanguageModelError
from mapapp.language_model.endpoint import CHAT, Endpoint, is_loopback

MOST_BYTES = 4_000_000
"""Of an answer: a hundred times what the claims of one window need."""
CHUNK_BYTES = 1 << 16
LOOK_S = 0.05
"""Between two looks at the clock and at whether the user wants to stop."""
CONNECT_S = 15.0
"""To be let in at all."""


class StoppedError(LanguageModelError):
    """The user wanted to stop."""


class UnreachableError(LanguageModelError):
    """The connection broke off: asking again may help."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""


def post(endpoint: Endpoint, body: bytes, *, stop: threading.Event) -> Reply:
    """Send a request and return the reply whole, whatever its status.

    Raises `LanguageModelError` in plain words: nothing listens, too slow, too long; `UnreachableError` where the
    connection broke off; `StoppedError` once `stop` is set.
    """
    host = endpoint.host
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    headers |= {"User-Agent": "mapapp", "Connection": "close"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    if stop.is_set():
        raise StoppedError("Stopped before anything was sent.")
    connection = _open(endpoint)
    deadline = time.monotonic() + endpoint.timeout_s
    cut: list[str] = []
    try:
        connection.connect()
        _check_peer(connection, endpoint=endpoint)
        with _watched(connection, deadline=deadline, stop=stop, cut=cut):
            connection.request("POST", f"{endpoint.parts.path}{CHAT}", body=body, headers=headers)
            response = connection.getresponse()
            content = _read(response, host=host)
            if cut:  # the end of what came is then the end of our patience, not of the answer
                raise TimeoutError
            return Reply(response.status, content, {name.lower(): value for name, value in response.getheaders()})
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _explain(error, cut=cut, endpoint=endpoint) from error
    finally:
        connection.close()


def _explain(error: Exception, *, cut: list[str], endpoint: Endpoint) -> LanguageModelError:
    """Return what went wrong in plain words."""
    host, limit = endpoint.host, f"{endpoint.timeout_s:g} seconds"
    if "stop" in cut:
        return StoppedError(f"Stopped while {host} was answering. What it had not sent is lost.")
    if cut or isinstance(error, TimeoutError):
        return LanguageModelError(
            f"{host} gave no whole answer within {limit}. A local model may need longer: raise the time limit, or take "
            "a smaller model."
        )
    if isinstance(error, ConnectionRefusedError):
        return LanguageModelError(f"Nothing listens at {host}. Is the server started, and is the port right?")
    if isinstance(error, socket.gaierror):
        return LanguageModelError(f"No machine is called {host}. Check the address, and whether this one is online.")
    if isinstance(error, ssl.SSLError):
        return LanguageModelError(f"{host} cannot be reached safely ({error.reason}). Nothing was sent.")
    return UnreachableError(f"The connection to {host} broke off ({type(error).__name__}).")


def _open(endpoint: Endpoint) -> http.client.HTTPConnection:
    """Return a connection that is not yet open: through the system's proxy where one is set for another machine."""
    parts = endpoint.parts
    host, wait = parts.hostname or "", min(CONNECT_S, endpoint.timeout_s)
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=wait)
    proxy = None if is_loopback(host) or urllib.request.proxy_bypass(host) else urllib.request.getproxies().get("https")
    if not proxy:
        return http.client.HTTPSConnection(host, parts.port, timeout=wait)
    through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    connection = http.client.HTTPSConnection(through.hostname or "", through.port, timeout=wait)
    user = f"{unquote(through.username or '')}:{unquote(through.password or '')}"
    known = {"Proxy-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"} if through.username else {}
    connection.set_tunnel(host, parts.port or 443, headers=known)
    return connection


def _check_peer(connection: http.client.HTTPConnection, *, endpoint: Endpoint) -> None:
    """Refuse a server that bears a name of this machine and is another one."""
    if is_loopback(endpoint.parts.hostname or "") and not is_loopback(connection.sock.getpeername()[0]):
        raise LanguageModelError(f"{endpoint.host} is not this machine, though its name says so. Nothing was sent.")


@contextmanager
def _watched(
    connection: http.client.HTTPConnection, *, deadline: float, stop: threading.Event, cut: list[str]
) -> Iterator[None]:
    """Cut the connection at the deadline, or when the user wants to stop; say into `cut` which of them it was.

    A server that sends a byte now and then would hold any limit on single reads forever.
    """
    done = threading.Event()
    line = connection.sock
    line.settimeout(max(LOOK_S, deadline - time.monotonic()))

    def watch() -> None:
        while not done.wait(LOOK_S):
            if stop.is_set() or time.monotonic() > deadline:
                cut.append("stop" if stop.is_set() else "time")
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                return

    watcher = threading.Thread(target=watch, name="watch a language model", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _read(response: http.client.HTTPResponse, *, host: str) -> bytes:
    """Return the body, which must not be longer than allowed nor shorter than announced."""
    content = bytearray()
    while chunk := response.read1(CHUNK_BYTES):
        content += chunk
        if len(content) > MOST_BYTES:
            raise LanguageModelError(
                f"{host} sends more than {MOST_BYTES:,} bytes, which is no answer to what was asked. It was cut off."
            )
    if response.length:
        raise http.client.IncompleteRead(bytes(content), response.length)
    return bytes(content)
