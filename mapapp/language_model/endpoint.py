"""Where a language model is asked: the address that the user names, and what it means for a text to go there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from mapapp.errors import LanguageModelError

CHAT = "/chat/completions"
"""Behind the address of every OpenAI-compatible service."""
TIMEOUT_S = 120.0
"""For one answer. A model on an ordinary processor writes a few words in a second."""
SHORTEST_S, LONGEST_S = 0.05, 3600.0
LONGEST_NAME = 200
FORWARDED = ("-cloud", ":cloud")
"""Ends of the names of models that a local server passes on to a service of its maker (Ollama's cloud models)."""
EXAMPLE = "such as http://localhost:11434/v1"

_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model at an OpenAI-compatible service; made by `check_endpoint`."""

    address: str
    """Without a slash at the end and without `/chat/completions`."""
    model: str
    key: str = field(default="", repr=False)
    """Empty = none is sent."""
    timeout_s: float = TIMEOUT_S

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.address)

    @property
    def host(self) -> str:
        """Host and, where one is named, port: what the user is told."""
        return self.parts.netloc

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine, and its model too as far as the name tells."""
        return is_loopback(self.parts.hostname or "") and not self.model.lower().endswith(FORWARDED)


def check_endpoint(address: str, *, model: str, key: str = "", timeout_s: float = TIMEOUT_S) -> Endpoint:
    """Return an endpoint whose parts are fit to be used. Raises `LanguageModelError` that says what is wrong.

    https goes anywhere; http only without a key, unless it stays on this machine.

    >>> check_endpoint("http://localhost:11434/v1/chat/completions", model="m").address
    'http://localhost:11434/v1'
    >>> check_endpoint("http://example.org/v1", model="m", key="secret")
    Traceback (most recent call last):
        ...
    mapapp.errors.LanguageModelError: A key would go to example.org in the open. Use https, or leave the key out.
    """
    address, model, key = address.strip(), model.strip(), key.strip()
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment or _BLANK.search(address))
    except ValueError:
        is_whole = is_plain = False
    if not (is_whole and is_plain and address.isascii()):
        message = f"{address[:80]!r} is no address of a language model. Expected http:// or https://, host and path, "
        raise LanguageModelError(message + f"{EXAMPLE}, without a user name or a question mark.")
    if not model or len(model) > LONGEST_NAME or not model.isprintable():
        message = f"{model[:40]!r} is no name of a model. Give the name by which the server at {parts.netloc} knows it."
        raise LanguageModelError(message)
    if not key.isascii() or _BLANK.search(key) or len(key) > 10 * LONGEST_NAME:
        raise LanguageModelError("The key holds blanks or letters that no key has. Copy it again, without line ends.")
    if not SHORTEST_S <= timeout_s <= LONGEST_S:
        message = f"The time limit is {timeout_s:g} s; expected {SHORTEST_S:g} to {LONGEST_S:g}."
        raise LanguageModelError(message)
    if key and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        message = f"A key would go to {parts.netloc} in the open. Use https, or leave the key out."
        raise LanguageModelError(message)
    return Endpoint(address.rstrip("/").removesuffix(CHAT).rstrip("/"), model, key, timeout_s)


def is_loopback(host: str) -> bool:
    """Return whether a host is this very machine, by its name alone.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("localhost.example.org")
    (True, True, True, False)
    """
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_same_server(address: str, other: str) -> bool:
    """Return whether two addresses are of one server: what was meant for the one may go to the other.

    >>> is_same_server("https://a.org/v1", "https://a.org/v2/"), is_same_server("https://a.org", "http://a.org")
    (True, False)
    """
    try:
        one, two = urlsplit(address), urlsplit(other)
        return (one.scheme, one.hostname, one.port) == (two.scheme, two.hostname, two.port)
    except ValueError:
        return False


def explain_sending(endpoint: Endpoint, *, characters: int, articles: int = 1) -> str:
    """Say before anything is sent where how much of the user's text goes.

    >>> explain_sending(Endpoint("http://localhost:11434/v1", "m"), characters=1200)
    '1,200 characters of 1 article go to the model m at localhost:11434. They stay on this machine.'
    """
    what = f"{characters:,} characters of {articles:,} article{'' if articles == 1 else 's'}"
    return f"{what} go to the model {endpoint.model} at {endpoint.host}. {_explain_where(endpoint)}"


def explain_limit(endpoint: Endpoint, *, requests: int, characters: int) -> str:
    """Say before a run whose texts are not known yet where they go, and how much at most."""
    what = f"At most {characters:,} characters in {requests:,} requests"
    return f"{what} go to the model {endpoint.model} at {endpoint.host}. {_explain_where(endpoint)}"


def _explain_where(endpoint: Endpoint) -> str:
    if endpoint.is_local:
        return "They stay on this machine."
    if is_loopback(endpoint.parts.hostname or ""):
        return "They leave this machine: the name of the model says that the local server passes them on to a service."
    if endpoint.parts.scheme == "http":
        return "They leave this machine, unencrypted: the service and everybody on the way can read them."
    return "They leave this machine: whoever runs that service can read and keep them."
