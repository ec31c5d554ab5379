"""Pinned files come whole and right, or not at all."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from geodata.fetch import FetchError, RemoteFile, check_base, fetch_file
from tests.loopback import Answer, moved, partly, serving, stuck, whole

BODY = b"borders of an invented country\n" * 3000
FILE = RemoteFile("borders of zed.shp", hashlib.sha256(BODY).hexdigest(), len(BODY))


def test_a_file_comes_with_progress_and_is_not_fetched_twice(tmp_path: Path) -> None:
    told: list[float] = []
    with serving({FILE.name: whole(BODY)}) as (base, asked):
        path = fetch_file(FILE, base=base, folder=tmp_path / "new", progress=lambda _, share: told.append(share))
        assert path.read_bytes() == BODY
        assert told == sorted(told)
        assert told[-1] == 1.0
        assert fetch_file(FILE, base=base, folder=tmp_path / "new") == path
    assert asked == [FILE.name]


def test_a_changed_file_on_disk_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / FILE.name).write_bytes(b"x" * len(BODY))
    with serving({FILE.name: whole(BODY)}) as (base, _):
        assert fetch_file(FILE, base=base, folder=tmp_path).read_bytes() == BODY


FAULTS: dict[str, tuple[Answer, str]] = {
    "other bytes of the same length": (
        whole(b"X" + BODY[1:]),
        rf"sha256 is {hashlib.sha256(b'X' + BODY[1:]).hexdigest()}, expected {FILE.sha256}",
    ),
    "not there": (whole(b"no", status=404), r"not at 127\.0\.0\.1 any more \(status 404\)"),
    "a fault of the server": (whole(b"oops", status=500), r"fault of its own \(status 500\)"),
    "not allowed": (whole(b"no", status=403), r"does not hand out .* \(status 403\)"),
    "announced too large": (whole(BODY + b"more"), rf"has {len(BODY) + 4} bytes, expected {len(BODY)}"),
    "announced too small": (whole(BODY[:-1]), rf"has {len(BODY) - 1} bytes, expected {len(BODY)}"),
    "larger than it ought to be, without a word": (partly(BODY * 3, announced=None), r"larger than the \d+ bytes"),
    "cut off": (partly(BODY[:5000], announced=len(BODY)), rf"ended after 5000 of {len(BODY)} bytes|broke off"),
    "cut off, without a word": (partly(BODY[:5000], announced=None), rf"ended after 5000 of {len(BODY)} bytes"),
    "sent to another host": (moved("https://elsewhere.example/x"), r"sends us on to https://elsewhere\.example"),
    "sent to the same host by another name": (moved("http://localhost:9/x"), r"sends us on to http://localhost:9"),
    "sent to a file on disk": (moved("file:///etc/hostname"), r"sends us on|does not hand out"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_leaves_nothing(tmp_path: Path, fault: str) -> None:
    answer, expected = FAULTS[fault]
    with serving({FILE.name: answer}) as (base, _), pytest.raises(FetchError, match=expected) as caught:
        fetch_file(FILE, base=base, folder=tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_before_stays_when_a_fetch_fails(tmp_path: Path, fault: str) -> None:
    (tmp_path / FILE.name).write_bytes(b"an older one")
    with serving({FILE.name: FAULTS[fault][0]}) as (base, _), pytest.raises(FetchError):
        fetch_file(FILE, base=base, folder=tmp_path)
    assert (tmp_path / FILE.name).read_bytes() == b"an older one"


def test_a_move_within_the_host_is_followed(tmp_path: Path) -> None:
    with serving({FILE.name: moved("/other.shp"), "other.shp": whole(BODY)}) as (base, asked):
        fetch_file(FILE, base=base, folder=tmp_path)
    assert asked == [FILE.name, "other.shp"]


def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    release = threading.Event()
    answers = {FILE.name: stuck(BODY[:100], announced=len(BODY), release=release)}
    with serving(answers) as (base, _):
        try:
            with pytest.raises(FetchError, match=r"too slow: \d+ of"):
                fetch_file(FILE, base=base, folder=tmp_path, stall_s=0.05)
        finally:
            release.set()
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_takes_too_long_in_all_is_given_up(tmp_path: Path) -> None:
    with serving({FILE.name: whole(BODY)}) as (base, _), pytest.raises(FetchError, match="too slow"):
        fetch_file(FILE, base=base, folder=tmp_path, limit_s=0.0)
    assert list(tmp_path.iterdir()) == []


def test_no_server_is_told_in_one_sentence(tmp_path: Path) -> None:
    with serving({}) as (base, _):
        pass
    with pytest.raises(FetchError, match=r"cannot be reached .* Is this machine online\?"):
        fetch_file(FILE, base=base, folder=tmp_path)


@pytest.mark.parametrize("name", ["../x.shp", "/etc/x", "a/b", "a\\b", "", "..", "."])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FetchError, match="is not the name of a file"):
        fetch_file(RemoteFile(name, FILE.sha256, 1), base="https://example.org", folder=tmp_path)


@pytest.mark.parametrize(
    "base",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/",
        "//example.org/",
        "example.org",
        "",
        "http://127.0.0.1.example.org/",
        "https://someone:secret@example.org/",
        "https://example.org/?x=",
        "https://[::1",
        "https://",
    ],
)
def test_only_plain_https_addresses_are_asked(base: str) -> None:
    with pytest.raises(FetchError):
        check_base(base)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with serving({FILE.name: whole(BODY)}) as (base, asked), pytest.raises(FetchError, match="cannot be written"):
        fetch_file(FILE, base=base, folder=tmp_path / "file" / "below")
    assert asked == []
