"""Which addresses may be opened: those of pages on the open internet, and what they lead to on each step."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from mapapp.errors import ArticleError

PRIVATE_VARIABLE = "MAPAPP_ALLOW_PRIVATE_ADDRESSES"
"""Environment variable: set to 1, addresses inside this network and of this machine may be opened, too."""
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024
"""Below it only the two of the web are opened: mail servers and the like must not be spoken to."""
MAX_LENGTH = 2_000
"""Characters of an address."""
EMBEDDED_IPV4 = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)
"""Ranges of IPv6 that stand for an IPv4 address, and how many bits lie behind that."""
SAFE_IN_PATHS = "%/:;=@!$&'()*+,~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address, and the machine that it leads to."""

    url: str
    """As it is asked for: with a path, without a fragment, in ASCII."""
    scheme: str
    host: str
    port: int
    path: str
    """With the query."""
    ip: str
    """That was checked, and to which the connection has to be made: another look-up could give another one."""


def are_private_allowed() -> bool:
    """Whether the environment allows addresses that are not on the open internet."""
    return os.environ.get(PRIVATE_VARIABLE, "").strip().lower() in {"1", "true", "yes"}


def check_address(url: str) -> str:
    """Return an address in the form in which it is asked for, or raise `ArticleError` for one that is never opened.

    Opened are http and https, without a name and password in them, at the ports of the web. Nothing is looked up.

    >>> check_address(" https://Example.org/a b?q=é#part ")
    'https://example.org/a%20b?q=%C3%A9'
    >>> check_address("file:///etc/hostname")
    Traceback (most recent call last):
        ...
    mapapp.errors.ArticleError: 'file:///etc/hostname' is no address of a page. Give one that begins with https:// or http://.
    """
    clean = "".join(url.split()) if "://" not in url else url.strip()
    shown = ascii(clean[:120])
    expected = f"{shown} is no address of a page. Give one that begins with https:// or http://."
    if len(clean) > MAX_LENGTH or any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in clean):
        raise ArticleError(f"{shown} is too long or holds control characters. Give the plain address of a page.")
    try:
        parts = urlsplit(clean)
        host, port = parts.hostname, parts.port
        if host and ":" not in host:
            host = host.encode("ascii" if host.isascii() else "idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one, too
        raise ArticleError(expected) from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not host or any(sign in host for sign in " %\\<>\"'"):
        raise ArticleError(expected)
    if parts.username is not None or parts.password is not None:
        message = f"The address of {host} has a name or password in it, which are never sent. Give it without them."
        raise ArticleError(message)
    port = PORTS[scheme] if port is None else port
    if port != PORTS[scheme] and port < FIRST_FREE_PORT:
        message = f"Port {port} of {host} is not one of pages. Give an address without a port, or one from 1024 on."
        raise ArticleError(message)
    named = f"[{host}]" if ":" in host else host
    netloc = named if port == PORTS[scheme] else f"{named}:{port}"
    path = quote(parts.path, safe=SAFE_IN_PATHS) or "/"
    return urlunsplit((scheme, netloc, path, quote(parts.query, safe=SAFE_IN_PATHS + "?"), ""))


def find_target(url: str, *, allow_private: bool, timeout_s: float) -> Target:
    """Check an address and look up the machine that it leads to.

    Every address that the name has must be on the open internet, unless private ones are allowed. Raises
    `ArticleError`.
    """
    clean = check_address(url)
    parts = urlsplit(clean)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    found = _look_up(host, port=port, timeout_s=timeout_s)
    inside = [ip for ip in found if not is_public(ip)]
    if inside and not allow_private:
        message = (
            f"{host} leads to {inside[0]}, which is not on the open internet, so it was not opened. If this is a "
            f"machine of your own that you trust, allow it: --allow-private, or {PRIVATE_VARIABLE}=1 for the app."
        )
        raise ArticleError(message)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Target(url=clean, scheme=parts.scheme, host=host, port=port, path=path, ip=found[0])


def is_public(ip: str) -> bool:
    """Whether an IP address is on the open internet: not private, of this machine, of this link, multicast or reserved.

    >>> [is_public(ip) for ip in ("93.184.216.34", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False, False]
    >>> [is_public(ip) for ip in ("2606:2800:220:1::1", "::1", "fe80::1%eth0", "64:ff9b::a00:1", "224.0.0.1", "")]
    [True, False, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        for network, bits in EMBEDDED_IPV4:
            if address in network:
                return is_public(str(ipaddress.IPv4Address((int(address) >> bits) & 0xFFFFFFFF)))
        if address.is_site_local:
            return False
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not is_special and not address.is_link_local and not address.is_private


def _look_up(host: str, *, port: int, timeout_s: float) -> tuple[str, ...]:
    """Return the addresses of a machine, within a time: the system's own look-up knows no limit."""
    answers: list[str] = []
    problems: list[str] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            problems.append(getattr(error, "strerror", None) or str(error))
        else:
            answers.extend(dict.fromkeys(str(answer[4][0]) for answer in found))

    thread = threading.Thread(target=ask, name=f"look up {host}", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if not answers:
        reason = problems[0] if problems else f"no answer within {timeout_s:.0f} seconds"
        raise ArticleError(f"{host} cannot be found ({reason}). Check the address, and that this machine is online.")
    return tuple(answers)
