"""Pages from the network, only when somebody asks for them, within limits of size, time and place.

The connection is made to the very IP address that was checked, through no proxy; each redirect is checked anew.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin

from mapapp.articles.addresses import PORTS, Target, find_target
from mapapp.errors import ArticleError

CHUNK_BYTES = 1 << 16
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "mapapp (reads single pages at a person's request)"
ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, text/plain, */*;q=0.1"
SUFFIXES: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""Content types that are read -> suffix of such a file."""
ENCODINGS: Mapping[str, str] = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "windows-1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "windows-1254"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis"), "cp932"),
    "utf8": "utf-8",
}
"""What servers call an encoding -> what browsers take it for, as the WHATWG's table of labels has it
(https://encoding.spec.whatwg.org/#names-and-labels)."""
REFUSALS: Mapping[int, str] = {
    401: "asks for a password, which is never sent. Save the page in your browser and give the file.",
    403: "does not let programs read this page. Save it in your browser and give the file.",
    404: "has no such page. Check the address.",
    410: "has taken the page away. An archived copy may help.",
    429: "was asked too often. Try again later.",
    451: "does not show the page for legal reasons. An archived copy may help.",
}
"""Status of an answer -> what is said of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a fetch may cost."""

    max_bytes: int = 5_000_000
    """Of a page, packed and unpacked: as `decoding.MAX_BYTES`."""
    stall_s: float = 10.0
    """A server that sends nothing for so long is given up; connecting may take as long."""
    total_s: float = 30.0
    """All of a fetch, its redirects and look-ups."""
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stood at an address."""

    url: str
    """Behind all redirects."""
    contents: bytes
    suffix: str
    """As its content type says; empty where the server does not tell."""
    encoding: str | None
    """As the server says; None = it does not."""


def fetch_page(url: str, *, allow_private: bool = False, limits: Limits | None = None) -> Fetched:
    """Return what stands at an address of a page, feed or document.

    `allow_private` opens addresses of this machine and its network, too. Raises `ArticleError` with what the server
    answered, and what to do.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.total_s
    seen: list[str] = []
    address, scheme = url, ""
    while True:
        left = deadline - time.monotonic()
        target = find_target(address, allow_private=allow_private, timeout_s=max(0.0, min(left, limits.stall_s)))
        if scheme == "https" and target.scheme == "http":
            message = f"{target.host} sends us on from https to plain http, where anybody could change the page. "
            raise ArticleError(message + "It was not opened.")
        if target.url in seen:
            raise ArticleError(f"{target.host} sends us round in a circle. Check the address.")
        seen.append(target.url)
        answer = _ask(target, limits=limits, deadline=deadline)
        if isinstance(answer, Fetched):
            return answer
        if len(seen) > limits.max_redirects:
            message = f"{target.host} sends us on more than {limits.max_redirects} times. Give the page's own address."
            raise ArticleError(message)
        try:
            address, scheme = urljoin(target.url, answer), target.scheme
        except ValueError as error:
            raise ArticleError(f"{target.host} sends us on to {answer[:120]!a}, which is no address.") from error


class _PlainConnection(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name leads to by now."""

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_s)
        self.default_port = PORTS[target.scheme]
        self._target, self._timeout_s = target, timeout_s

    def connect(self) -> None:
        """Connect to the checked IP address; for https, as the named host whose certificate has to be shown."""
        plain = socket.create_connection((self._target.ip, self._target.port), self._timeout_s)
        self.sock = plain  # so that it is closed if the server cannot prove who it is
        if self._target.scheme == "https":
            self.sock = _tls_context().wrap_socket(plain, server_hostname=self._target.host)


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(target: Target, *, limits: Limits, deadline: float) -> Fetched | str:
    """Ask for one address; return what stands there, or where the server sends us on to."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise ArticleError(_too_slow(target, limits=limits))
    connection = _PlainConnection(target, timeout_s=min(left, limits.stall_s))
    try:
        with _given_up(connection, after_s=left) as is_given_up:
            try:
                answer = _read_answer(connection, target=target, limits=limits, deadline=deadline)
            except ArticleError:
                raise
            except TimeoutError as error:
                raise ArticleError(_too_slow(target, limits=limits)) from error
            except ssl.SSLCertVerificationError as error:
                message = f"{target.host} cannot prove who it is ({error.verify_message}). The page was not opened."
                raise ArticleError(message) from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                if is_given_up():
                    raise ArticleError(_too_slow(target, limits=limits)) from error
                reason = getattr(error, "strerror", None) or type(error).__name__
                message = f"{target.host} cannot be read ({reason}). Check the address and try again."
                raise ArticleError(message) from error
            if is_given_up():  # what was cut may look like an end
                raise ArticleError(_too_slow(target, limits=limits))
            return answer
    finally:
        connection.close()


@contextmanager
def _given_up(connection: http.client.HTTPConnection, *, after_s: float) -> Iterator[Callable[[], bool]]:
    """Cut a connection after a time, so that a server that sends a byte now and then ends, too."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed in the same moment

    timer = threading.Timer(after_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over.is_set
    finally:
        timer.cancel()


def _read_answer(
    connection: http.client.HTTPConnection, *, target: Target, limits: Limits, deadline: float
) -> Fetched | str:
    headers = {"User-Agent": AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip, identity", "Connection": "close"}
    connection.request("GET", target.path, headers=headers)
    answer = connection.getresponse()
    if answer.status in REDIRECTS:
        location = answer.headers.get("Location")
        if not location:
            raise ArticleError(f"{target.host} sends us on, but does not say where to. Check the address.")
        return location
    if answer.status != http.client.OK:
        said = REFUSALS.get(answer.status) or (
            "has a fault of its own. Try again later."
            if answer.status >= 500
            else "does not hand the page out. Check the address, or save the page in your browser and give the file."
        )
        raise ArticleError(f"{target.host} {said} (status {answer.status})")
    kind = answer.headers.get_content_type().lower() if answer.headers.get("Content-Type") else ""
    if kind and kind not in SUFFIXES and kind != "application/octet-stream":
        message = (
            f"At {target.host} stands {kind[:80]!a}, no article. Read are web pages, plain text, feeds, PDF and Word "
            "documents."
        )
        raise ArticleError(message)
    contents = _read_body(answer, target=target, limits=limits, deadline=deadline)
    charset = answer.headers.get_content_charset()
    return Fetched(
        url=target.url,
        contents=contents,
        suffix=SUFFIXES.get(kind, ""),
        encoding=None if charset is None else ENCODINGS.get(charset.strip().lower(), charset.strip().lower()),
    )


def _read_body(answer: http.client.HTTPResponse, *, target: Target, limits: Limits, deadline: float) -> bytes:
    """Return a body, unpacked; raise `ArticleError` where it is larger or slower than allowed, or cut off."""
    too_large = (
        f"The page at {target.host} is larger than {limits.max_bytes / 1e6:.0f} MB, which no article is. Nothing of it "
        "was kept."
    )
    packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise ArticleError(
            f"{target.host} packs its page as {packing[:40]!a}, which was not asked for. Try again later."
        )
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in packing else None
    announced = answer.length
    if announced is not None and announced >= limits.max_bytes:
        raise ArticleError(too_large)
    body = bytearray()
    got = 0
    while chunk := answer.read1(CHUNK_BYTES):
        got += len(chunk)
        try:
            body += chunk if unpacker is None else unpacker.decompress(chunk, limits.max_bytes)
        except zlib.error as error:
            raise ArticleError(f"The page at {target.host} is packed wrongly. Try again later.") from error
        if max(got, len(body)) >= limits.max_bytes or (unpacker is not None and unpacker.unconsumed_tail):
            raise ArticleError(too_large)
        if time.monotonic() > deadline:
            raise ArticleError(_too_slow(target, limits=limits))
    if (announced is not None and got < announced) or (unpacker is not None and got and not unpacker.eof):
        raise ArticleError(f"The page at {target.host} broke off after {got:,} bytes. Try again.")
    return bytes(body)


def _too_slow(target: Target, *, limits: Limits) -> str:
    return f"{target.host} is too slow: the page did not come within {limits.total_s:.0f} seconds. Try again later."
