"""Pages are fetched from where the user says and nowhere else, within limits, or refused in a sentence."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mapapp.articles import addresses, fetching
from mapapp.articles.addresses import check_address, find_target, is_public
from mapapp.articles.batch import About, read_address
from mapapp.articles.fetching import Fetched, Limits, fetch_page
from mapapp.errors import ArticleError
from tests.loopback import Answer, dripping, endless, moved, partly, serving, typed

HTML = "text/html; charset=utf-8"
PAGE = """<!DOCTYPE html><html><head><title>Elmtown changes hands</title>
<meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2024-05-09T08:00:00Z">
<link rel="canonical" href="https://elsewhere.invalid/other"></head><body><article><h1>Elmtown changes hands</h1>
<p>Rebels said on Thursday that they had captured the town of Elmtown after two days of fighting around it.</p>
<p>The army said it had withdrawn to new lines and did not say where they are.</p></article></body></html>"""
TIGHT = Limits(max_bytes=20_000, stall_s=2.0, total_s=4.0)
HASTY = Limits(max_bytes=20_000, stall_s=0.2, total_s=0.4)


def fetch(url: str, *, limits: Limits = TIGHT) -> Fetched:
    """Fetch from this machine, which only tests may."""
    return fetch_page(url, allow_private=True, limits=limits)


def test_a_page_comes_with_what_its_server_says_of_it() -> None:
    with serving({"a": typed(PAGE.encode(), HTML)}) as (base, asked):
        fetched = fetch(f"{base}a")
    assert (fetched.contents.decode(), fetched.suffix, fetched.encoding) == (PAGE, ".html", "utf-8")
    assert asked == ["a"]


def test_a_fetched_page_is_an_article_with_its_title_publisher_day_and_own_address() -> None:
    with serving({"news/1": typed(PAGE.encode(), HTML)}) as (base, _):
        (item,) = read_address(f"{base}news/1", about=About(), fetch=fetch)
    article = item.article
    assert article is not None
    assert "captured the town of Elmtown" in article.text
    assert (article.title, article.publisher) == ("Elmtown changes hands", "The Daily")
    assert article.published is not None
    assert article.published.date().isoformat() == "2024-05-09"
    assert article.url == f"{base}news/1"  # not the one that the page claims
    assert item.host == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a",
        "http://localhost:{port}/a",
        "http://127.1:{port}/a",
        "http://2130706433:{port}/a",
        "http://0x7f000001:{port}/a",
        "http://[::1]:{port}/a",
        "http://[::ffff:127.0.0.1]:{port}/a",
        "http://0.0.0.0:{port}/a",
    ],
)
def test_this_machine_is_not_asked_unless_allowed(url: str) -> None:
    with serving({"a": typed(b"secret", "text/plain")}) as (base, asked):
        port = base.rsplit(":", 1)[1].strip("/")
        with pytest.raises(ArticleError, match=r"not on the open internet|cannot be found"):
            fetch_page(url.format(port=port))
    assert asked == []


@pytest.mark.parametrize(
    "ip",
    [
        *(
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1", "::127.0.0.1", "no address"),
    ],
)
def test_addresses_that_are_not_public_are_known(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "151.101.1.69", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_known(ip: str) -> None:
    assert is_public(ip)


def answer_of(*ips: str) -> Callable[..., Any]:
    """Stand in for the look-up of names."""
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer_of("8.8.8.8", "10.0.0.1"))
    with pytest.raises(ArticleError, match=r"leads to 10\.0\.0\.1"):
        find_target("https://news.invalid/", allow_private=False, timeout_s=5)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    real, looked_up = socket.getaddrinfo, []

    def look_up(host: str, *more: Any, **named: Any) -> Any:
        if host != "news.invalid":
            return real(host, *more, **named)
        looked_up.append(host)
        return real("127.0.0.1" if len(looked_up) == 1 else "192.0.2.1", *more, **named)

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    with serving({"a": typed(b"It fell.", "text/plain")}) as (base, _):
        fetched = fetch(base.replace("127.0.0.1", "news.invalid") + "a")
    assert fetched.contents == b"It fell."
    assert looked_up == ["news.invalid"]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "file:///etc/hostname",
            "ftp://example.org/",
            "gopher://example.org/",
            "javascript:alert(1)",
            "example.org",
            "",
        ),
        *("https://", "http://[", "//example.org/", "http://exa mple.org/", "https://example.org/\r\nHost: x"),
        *("http://someone:secret@example.org/", "http://someone@example.org/", "http://example.org:25/"),
        *("http://example.org:99999/", "http://example.org:x/", "https://" + "a" * 3000, "http://a%2eb/"),
    ],
)
def test_only_plain_addresses_of_pages_are_opened(url: str) -> None:
    with pytest.raises(ArticleError):
        check_address(url)


def test_addresses_in_other_scripts_are_put_into_ascii() -> None:
    assert check_address("https://münchen.example/ä?ö=ü") == "https://xn--mnchen-3ya.example/%C3%A4?%C3%B6=%C3%BC"


# Redirects


def test_redirects_are_followed_and_the_last_address_counts() -> None:
    answers = {"a": moved("/b"), "b": moved("c?x=1"), "c?x=1": typed(b"It fell.", "text/plain")}
    with serving(answers) as (base, asked):
        assert fetch(f"{base}a").url == f"{base}c?x=1"
    assert asked == ["a", "b", "c?x=1"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://169.254.169.254/latest/meta-data", "not on the open internet"),
        ("http://10.0.0.1/", "not on the open internet"),
        ("file:///etc/hostname", "no address of a page"),
        ("http://someone:secret@127.0.0.1/", "name or password"),
        ("http://[", "no address"),
        ("", "does not say where to"),
    ],
)
def test_each_redirect_is_checked_again(monkeypatch: pytest.MonkeyPatch, target: str, said: str) -> None:
    # The first step stands for a page on the open internet.
    monkeypatch.setattr(addresses, "is_public", lambda ip: ip == "127.0.0.1" or is_public(ip))
    with serving({"a": moved(target)}) as (base, asked), pytest.raises(ArticleError, match=said):
        fetch_page(f"{base}a", limits=TIGHT)
    assert asked == ["a"]


def test_five_redirects_are_followed_and_no_more() -> None:
    answers: dict[str, Answer] = {str(number): moved(f"/{number + 1}") for number in range(8)}
    with serving(answers) as (base, asked):
        with pytest.raises(ArticleError, match="more than 5 times"):
            fetch(f"{base}0")
        assert len(asked) == 6
        answers["5"] = typed(b"It fell.", "text/plain")
        assert fetch(f"{base}0").contents == b"It fell."


def test_a_circle_of_redirects_ends() -> None:
    with serving({"a": moved("/b"), "b": moved("/a")}) as (base, _), pytest.raises(ArticleError, match="circle"):
        fetch(f"{base}a")


def test_a_redirect_from_https_to_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(target: Any, **_: Any) -> Any:
        return "http://127.0.0.1/" if target.scheme == "https" else pytest.fail("it was opened")

    monkeypatch.setattr(fetching, "_ask", ask)
    with pytest.raises(ArticleError, match="plain http"):
        fetch("https://127.0.0.1/")


# What servers answer

FAULTS: dict[str, tuple[Answer, str]] = {
    "not there": (typed(b"no", HTML, status=404), r"no such page.*\(status 404\)"),
    "asked too often": (typed(b"no", HTML, status=429), r"asked too often.*\(status 429\)"),
    "a fault of the server": (typed(b"no", HTML, status=500), r"fault of its own.*\(status 500\)"),
    "closed": (typed(b"no", HTML, status=403), r"does not let programs.*\(status 403\)"),
    "a status of its own": (typed(b"no", HTML, status=418), r"does not hand the page out.*\(status 418\)"),
    "a picture": (typed(b"\x89PNG", "image/png"), "stands 'image/png', no article"),
    "a video": (typed(b"x", "video/mp4"), "no article"),
    "announced too large": (typed(b"x" * 30_000, HTML), "larger than"),
    "packed by another way": (typed(b"x", HTML, Content_Encoding="br"), "packs its page as 'br'"),
    "packed wrongly": (typed(b"no gzip", HTML, Content_Encoding="gzip"), "packed wrongly"),
    "packed to burst": (typed(gzip.compress(b" " * 3_000_000), HTML, Content_Encoding="gzip"), "larger than"),
    "packed and cut off": (typed(gzip.compress(PAGE.encode())[:-20], HTML, Content_Encoding="gzip"), "broke off"),
    "cut off": (partly(b"x" * 100, announced=1000), "broke off"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_server_does_wrong_is_told_in_one_sentence(fault: str) -> None:
    answer, said = FAULTS[fault]
    with serving({"a": answer}) as (base, _):
        (item,) = read_address(f"{base}a", about=About(), fetch=fetch)
    assert item.article is None
    with pytest.raises(ArticleError, match=said):
        raise ArticleError(item.reason)
    assert "\n" not in str(item.reason)


def test_a_packed_page_is_unpacked() -> None:
    with serving({"a": typed(gzip.compress(PAGE.encode()), HTML, Content_Encoding="gzip")}) as (base, _):
        assert fetch(f"{base}a").contents.decode() == PAGE


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda release: endless(b"x" * 1_000, HTML, release=release), "larger than"),
        (lambda release: endless(b"x", HTML, release=release, pause_s=0.02), "too slow"),
        (lambda release: endless(b"x", HTML, release=release, pause_s=5.0), "too slow"),
        (lambda release: dripping(release, pause_s=0.02), "too slow"),
    ],
    ids=["without an end", "byte by byte", "silent", "a head without an end"],
)
def test_bodies_that_never_end_are_given_up(make: Callable[[threading.Event], Answer], said: str) -> None:
    release = threading.Event()
    with serving({"a": make(release)}) as (base, _):
        try:
            with pytest.raises(ArticleError, match=said):
                fetch(f"{base}a", limits=HASTY if said == "too slow" else TIGHT)
        finally:
            release.set()


def test_no_server_is_told_in_one_sentence() -> None:
    with serving({}) as (base, _):
        pass
    with pytest.raises(ArticleError, match="cannot be read"):
        fetch(f"{base}a")


def test_a_name_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", fail)
    with pytest.raises(ArticleError, match="cannot be found"):
        fetch("https://nowhere.invalid/")


def test_a_look_up_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: release.wait(30) and [])
    try:
        with pytest.raises(ArticleError, match="no answer within"):
            fetch("https://slow.invalid/", limits=HASTY)
    finally:
        release.set()


# Encodings

ARABIC = "سقطت المدينة في يد الفصائل"


@pytest.mark.parametrize(
    ("content_type", "encoding", "words"),
    [
        ("text/html; charset=windows-1256", "cp1256", ARABIC),
        ('text/html; charset="Windows-1256"', "cp1256", ARABIC),
        ("text/html; charset=ISO-8859-1", "cp1252", "The café fell – so they said."),
        ("text/html; charset=utf8", "utf-8", ARABIC),
        ("text/html", "utf-8", ARABIC),
        (None, "utf-8", ARABIC),
        ("application/octet-stream", "utf-8", ARABIC),
        ("text/plain; charset=koi8-r", "koi8-r", "Город пал ночью."),
    ],
)
def test_the_encoding_is_the_one_that_the_server_names(content_type: str | None, encoding: str, words: str) -> None:
    page = words if content_type and "plain" in content_type else f"<html><body><p>{words}</p></body></html>"
    with serving({"a": typed(page.encode(encoding), content_type)}) as (base, _):
        (item,) = read_address(f"{base}a", about=About(), fetch=fetch)
    assert item.article is not None, item.reason
    assert item.article.text == words


@pytest.mark.parametrize("charset", ["klingon", "utf-16", "hex", "\u202e"])
def test_a_wrong_encoding_is_told(charset: str) -> None:
    with serving({"a": typed(b"It fell, they said.", f"text/plain; charset={charset!a}")}) as (base, _):
        (item,) = read_address(f"{base}a", about=About(), fetch=fetch)
    assert item.reason is None or "encoding" in item.reason
