"""Fetching of pinned files: the one way by which data comes from the network, and only when somebody asks for it.

A file is pinned by name, size and sha256. It comes by https only, from the host that was asked and no other, within
limits of size and time, and appears in its folder whole and right or not at all.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

BASE_VARIABLE = "MAPAPP_DOWNLOAD_BASE"
"""Environment variable: a folder's address to use in the stead of the pinned one, such as a mirror."""

STALL_S = 20.0
"""A server that sends nothing for so long is given up."""

LIMIT_S = 300.0
"""One file may take so long in all: 5 MB then come at 17 kB a second."""

CHUNK_BYTES = 1 << 16
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts on this machine: nobody listens in between, so that http will do."""

Progress = Callable[[str, float], None]
"""Told what is being done, in words, and which share of it is done, 0 to 1."""


class FetchError(ValueError):
    """A file did not come, or is not what was pinned; the message says what was got and what to do."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One pinned file."""

    name: str
    """Without a folder."""
    sha256: str
    """64 hex digits over its bytes."""
    size_bytes: int


class _SameHost(HTTPRedirectHandler):
    """Follow a redirect only within the host that was asked, and never from https to http."""

    def redirect_request(  # noqa: PLR0917 - the signature of the standard library
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            fp.close()
            raise FetchError(
                f"{old.netloc} sends us on to {new.scheme}://{new.netloc}; expected the file itself. Nothing was taken "
                "from there. Download the file by hand if you trust that address."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def check_base(base: str) -> str:
    """Return the address of a folder, with a slash at its end. Raise `FetchError` where it is not https.

    On this very machine http will do.

    >>> check_base("https://example.org/data")
    'https://example.org/data/'
    >>> check_base("http://example.org/")
    Traceback (most recent call last):
        ...
    geodata.fetch.FetchError: The address 'http://example.org/' does not begin with https://; nothing else is fetched.
    """
    try:
        parts = urlsplit(base)
        is_allowed = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        is_plain = bool(parts.hostname) and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        is_allowed = is_plain = False
    if not is_allowed:
        raise FetchError(f"The address {base!r} does not begin with https://; nothing else is fetched.")
    if not is_plain:
        raise FetchError(f"The address {base!r} is not that of a folder, such as https://example.org/data/.")
    return base.rstrip("/") + "/"


def fetch_file(
    file: RemoteFile,
    *,
    base: str,
    folder: Path,
    progress: Progress | None = None,
    stall_s: float = STALL_S,
    limit_s: float = LIMIT_S,
) -> Path:
    """Bring one pinned file into a folder and return its path; one that is already there and right is not fetched.

    `base` is the address of the folder that it stands in. Raise `FetchError` where anything differs from what was
    pinned; then the folder is as it was before.
    """
    if Path(file.name).name != file.name or file.name in {"", ".", ".."} or "\\" in file.name:
        raise FetchError(f"{file.name!r} is not the name of a file without a folder.")
    target = folder / file.name
    if target.is_file() and target.stat().st_size == file.size_bytes and digest_file(target) == file.sha256:
        if progress:
            progress(f"{file.name} is already here", 1.0)
        return target
    address = check_base(base) + quote(file.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, part_name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    except OSError as error:
        raise FetchError(
            f"{folder} cannot be written to ({error.strerror}). Set MAPAPP_DATA_DIR to another."
        ) from error
    part = Path(part_name)
    try:
        with os.fdopen(handle, "wb") as out:
            found = _copy(address, out=out, file=file, progress=progress, stall_s=stall_s, limit_s=limit_s)
        if found != file.sha256:
            raise FetchError(
                f"{file.name} is not the file that was pinned: its sha256 is {found}, expected {file.sha256}. It was "
                "thrown away. Try again; if it stays so, the file was changed at its source."
            )
        part.replace(target)
    except OSError as error:
        raise FetchError(f"{target} cannot be written ({error.strerror}). Is the disk full?") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def digest_file(path: Path) -> str:
    """Return the sha256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(
    address: str, *, out: IO[bytes], file: RemoteFile, progress: Progress | None, stall_s: float, limit_s: float
) -> str:
    """Copy what stands at an address into an open file; return its sha256."""
    started = time.monotonic()
    host = urlsplit(address).hostname or ""
    handlers = [_SameHost(), *([ProxyHandler({})] if host in LOOPBACK else [])]
    request = Request(address, headers={"User-Agent": "mapapp", "Accept-Encoding": "identity"})  # noqa: S310 - checked
    digest, got = hashlib.sha256(), 0
    try:
        with build_opener(*handlers).open(request, timeout=stall_s) as response:
            announced = response.headers.get("Content-Length")
            if announced is not None and announced != str(file.size_bytes):
                raise FetchError(
                    f"{file.name} at {host} has {announced} bytes, expected {file.size_bytes}. Nothing was taken: the "
                    "file was changed at its source."
                )
            while chunk := response.read1(CHUNK_BYTES):
                got += len(chunk)
                if got > file.size_bytes:
                    raise FetchError(
                        f"{file.name} at {host} is larger than the {file.size_bytes} bytes that were expected. It was "
                        "thrown away."
                    )
                if time.monotonic() - started > limit_s:
                    raise FetchError(_too_slow(file, host=host, got=got))
                digest.update(chunk)
                out.write(chunk)
                if progress:
                    progress(f"Downloading {file.name}", got / file.size_bytes)
    except HTTPError as error:
        error.close()
        raise FetchError(_refused(error.code, file=file, host=host)) from error
    except TimeoutError as error:
        raise FetchError(_too_slow(file, host=host, got=got)) from error
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise FetchError(_too_slow(file, host=host, got=got)) from error
        raise FetchError(
            f"{host} cannot be reached ({error.reason}). Is this machine online? Everything else works without a "
            "network; the file can also be fetched elsewhere and added from disk."
        ) from error
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise FetchError(f"The connection to {host} broke off ({type(error).__name__}). Try again.") from error
    if got < file.size_bytes:
        raise FetchError(
            f"{file.name} ended after {got} of {file.size_bytes} bytes. It was thrown away; try again when the "
            "connection is better."
        )
    return digest.hexdigest()


def _too_slow(file: RemoteFile, *, host: str, got: int) -> str:
    return (
        f"{host} is too slow: {got} of {file.size_bytes} bytes of {file.name} came. They were thrown away; try again."
    )


def _refused(code: int, *, file: RemoteFile, host: str) -> str:
    if code in {404, 410}:
        return f"{file.name} is not at {host} any more (status {code}). Add the boundaries from a file on disk instead."
    if code >= 500:
        return f"{host} has a fault of its own (status {code}). Try again later."
    return f"{host} does not hand out {file.name} (status {code}). Try again later, or add the file from disk."
