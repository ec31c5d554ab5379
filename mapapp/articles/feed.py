"""RSS and Atom feeds: an article an entry, often only its summary."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from mapapp.articles.decoding import MAX_BYTES
from mapapp.articles.draft import CollectionReader, Draft, Entry, Source
from mapapp.articles.html import read_blocks
from mapapp.articles.published import find_moment
from mapapp.articles.records import MAX_TITLE
from mapapp.errors import ArticleError

MAX_ENTRIES = 2_000
"""Feeds have 10 to 100; archives of them some hundreds."""
LOOKS_LIKE_FEED = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*|<\?xml-stylesheet[^>]{0,500}>\s*)*"
    rb"<(?:rss|feed|rdf:RDF)\b",
    re.I | re.S,
)
BROKEN_OFF = re.compile(r"(?:…|\.\.\.|\[\s*(?:…|\.\.\.|\+\d+ chars)\s*\]|read more|continue reading)\W*$", re.I)
"""How a text ends that goes on elsewhere."""


def read_feed(source: Source) -> Iterator[Entry]:
    """Yield every entry of a feed with its day in its own time zone.

    An entry without a body of its own, or whose body breaks off, is marked as a summary. Raises `ArticleError` for what
    is no feed.
    """
    if len(source.contents) >= MAX_BYTES:
        raise ArticleError(f"The feed has {MAX_BYTES / 1e6:.0f} MB or more. Give a shorter one.")
    headers = {} if source.encoding is None else {"content-type": f"application/xml; charset={source.encoding}"}
    # A file object, as feedparser would open a text or bytes that look like an address or a file name.
    try:
        feed = feedparser.parse(io.BytesIO(source.contents), response_headers=headers, resolve_relative_uris=False)
    except Exception as error:
        # Not a choice of kinds: feedparser raises whatever its parsers run into in a hostile file.
        message = f"The feed is damaged ({type(error).__name__}). Try again later, or give its articles one by one."
        raise ArticleError(message) from error
    if not feed.get("version") and not feed.entries:
        raise ArticleError("The file is no feed: neither RSS nor Atom was found in it. Give the address of a feed.")
    if not feed.entries:
        raise ArticleError("The feed has no entries. Try again when something was published in it.")
    publisher = _plain(feed.feed.get("title"))
    language = _text(feed.feed.get("language"))
    for number, entry in enumerate(feed.entries, start=1):
        where = f"entry {number}"
        if number > MAX_ENTRIES:
            yield Entry(
                where, reason=f"The feed has more than {MAX_ENTRIES:,} entries.", title=_plain(entry.get("title"))
            )
        else:
            yield _read_entry(entry, where=where, publisher=publisher, language=language)


def _read_entry(entry: Mapping[str, Any], *, where: str, publisher: str | None, language: str | None) -> Entry:
    title = _plain(entry.get("title"))
    bodies = [_words(body.get("value")) for body in entry.get("content") or () if isinstance(body, Mapping)]
    body, summary = max(bodies, key=len, default=""), _words(entry.get("summary"))
    text = body if len(body) >= len(summary) else summary
    if not text:
        return Entry(where, reason="The entry has no text.", title=title)
    origin = entry.get("source")
    named = _plain(origin.get("title")) if isinstance(origin, Mapping) else None
    return Entry(
        where,
        Draft(
            text=text,
            title=title,
            publisher=named or publisher,
            url=_text(entry.get("link")),
            published=_read_moment(entry),
            language=language,
            is_summary=not body or BROKEN_OFF.search(text) is not None,
        ),
    )


def _read_moment(entry: Mapping[str, Any]) -> str | None:
    """Return when an entry was published, else when it was last changed: a time with its own offset from UTC."""
    for name in ("published", "created", "updated"):
        if name not in entry:  # feedparser warns where `updated` is asked for that is not there
            continue
        said, parsed = _text(entry[name]), entry.get(f"{name}_parsed")
        moment = find_moment(said) if said else None
        if moment is not None:
            return moment.isoformat()
        if parsed:
            try:
                return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC).isoformat()
            except (ValueError, TypeError, OverflowError, OSError):
                continue
    return None


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _plain(value: object) -> str | None:
    """Return a title without markup, in one line."""
    return " ".join(_words(value).split())[:MAX_TITLE] or None


def _words(value: object) -> str:
    """Return the words of a piece of a feed, which may be plain or HTML."""
    text = _text(value) or ""
    return read_blocks(text) if "<" in text or "&" in text else text


READER = CollectionReader(
    id="feed",
    title="RSS or Atom feed",
    suffixes=(".xml", ".rss", ".atom"),
    recognise=lambda contents: LOOKS_LIKE_FEED.match(contents[:8_192]) is not None,
    columns=None,
    read=read_feed,
)
