"""Articles as they come in: out of files and addresses, one or many of each, the bad ones with their reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from mapapp.articles.draft import CollectionReader, Draft, Entry, Source
from mapapp.articles.fetching import Fetched
from mapapp.articles.readers import (
    MAX_DOCUMENT_BYTES,
    build_article,
    collection_readers,
    read_bytes,
    read_draft,
)
from mapapp.articles.records import NEEDED, match_columns
from mapapp.errors import ArticleError, MapAppError
from mapapp.model import Article

MAX_FILE_BYTES = 200_000_000
"""Of a file with many articles."""
N_GLANCE = 5
"""Entries that are shown before a file is read."""
ADDRESS = re.compile(r"https?://", re.I)
PAGE_START = re.compile(rb"<(?:!doctype\s+html|html)\b", re.I)

Fetch = Callable[[str], Fetched]
"""Opens an address, such as `fetching.fetch_page`; raises `ArticleError`."""


@dataclass(frozen=True, slots=True)
class About:
    """What the user says about what comes in. None = nothing.

    A file of one article says less than the user; of many, each says its own, and this holds where it does not.
    """

    published: str | None = None
    """An ISO day or time."""
    publisher: str | None = None
    url: str | None = None
    """Of a file with one article."""
    title: str | None = None
    """Of a file with one article."""
    encoding: str | None = None
    language: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """As `draft.Source` has them."""
    timezone: str = "UTC"
    """Of times without an offset."""
    is_full_text_wanted: bool = False
    """Whether the pages behind entries of feeds that only have a summary are opened."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An article that came in, or why it could not be read: exactly one of `article` and `reason` is there."""

    source: str
    """The name of the file, or the address."""
    where: str
    """In the file, such as `line 3`; empty for a file of one article."""
    article: Article | None = None
    reason: str | None = None
    title: str | None = None
    """Of what could not be read, as far as it has one."""
    remarks: tuple[str, ...] = ()
    """Plain sentences on what of it is missing."""
    host: str | None = None
    """From which it was fetched, whatever it says of itself."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The beginning of a file of many articles, before anything is made of it."""

    title: str
    """Of its form, in plain words."""
    columns: tuple[str, ...]
    """From which may be chosen; empty where the form itself says what is what."""
    matched: Mapping[str, str]
    """Field -> column, as chosen or as their names tell."""
    entries: tuple[Incoming, ...]


def read_incoming(contents: str | bytes, *, name: str, about: About, fetch: Fetch | None = None) -> Iterator[Incoming]:
    """Yield what a text or file has, one article or many; what cannot be read is yielded with its reason.

    `name` is that of the file, whose suffix says what it is. `fetch` opens addresses, only where the user wants the
    full text of a feed's entries.

    >>> [item.article.text for item in read_incoming("It fell.", name="", about=About())]
    ['It fell.']
    >>> next(read_incoming(b"", name="a.txt", about=About())).reason
    'The file is empty. Give a file with the text of an article.'
    """
    reader = None if isinstance(contents, str) else find_collection(contents, name=name)
    try:
        if reader is None or isinstance(contents, str):
            draft = read_draft(contents, name=name, encoding=about.encoding)
            yield _make_one(draft, source=name, about=about)
            return
        source = Source(contents, name=name, encoding=about.encoding, columns=about.columns)
        for entry in reader.read(source):
            yield _make_entry(entry, source=name, about=about, reader=reader, fetch=fetch)
    except MapAppError as error:
        yield Incoming(name, "", reason=str(error))


def read_path(path: Path, *, about: About, fetch: Fetch | None = None) -> Iterator[Incoming]:
    """Yield what a file has; see `read_incoming`."""
    try:
        is_many = any(path.suffix.lower() in reader.suffixes for reader in collection_readers())
        contents = read_bytes(path, limit=MAX_FILE_BYTES if is_many else MAX_DOCUMENT_BYTES)
    except ArticleError as error:
        yield Incoming(path.name, "", reason=str(error))
        return
    yield from read_incoming(contents, name=path.name, about=about, fetch=fetch)


def read_address(url: str, *, about: About, fetch: Fetch) -> Iterator[Incoming]:
    """Open an address and yield what stands there: a page, a document or a feed. What goes wrong is yielded, too."""
    try:
        fetched = fetch(url)
    except ArticleError as error:
        yield Incoming(url, "", reason=str(error))
        return
    name = f"page{fetched.suffix}"
    known = replace(about, encoding=about.encoding or fetched.encoding)
    if find_collection(fetched.contents, name=name) is not None:
        for item in read_incoming(fetched.contents, name=name, about=known, fetch=fetch):
            yield replace(item, source=url, host=item.host or _host(fetched.url))
        return
    yield replace(_read_page(fetched, about=known), source=url)


def find_collection(contents: bytes, *, name: str) -> CollectionReader | None:
    """Return the reader of a file with many articles, by its contents, else by its name; None = it has one article.

    >>> find_collection(b"<rss></rss>", name="").id, find_collection(b"a,b", name="a.csv").id
    ('feed', 'table')
    >>> find_collection(b"It fell.", name="a.txt") is None
    True
    """
    readers = collection_readers()
    suffix = Path(name).suffix.lower()
    is_page = PAGE_START.search(contents[:2048]) is not None
    return next(
        (reader for reader in readers if reader.recognise(contents)),
        next((reader for reader in readers if suffix in reader.suffixes and not is_page), None),
    )


def glance_at(contents: bytes, *, name: str, about: About) -> Glance | None:
    """Return the beginning of a file of many articles; None for a file of one. Nothing is fetched.

    Raises `ArticleError` for a file that cannot be read at all. Without a column that holds the text, `entries` is
    empty and `matched` lacks it.
    """
    reader = find_collection(contents, name=name)
    if reader is None:
        return None
    source = Source(contents, name=name, encoding=about.encoding, columns=about.columns)
    columns = () if reader.columns is None else reader.columns(source)
    matched = match_columns(columns, chosen=about.columns)
    if columns and NEEDED not in matched:
        return Glance(reader.title, columns, matched, ())
    items = (_make_entry(entry, source=name, about=about, reader=reader, fetch=None) for entry in reader.read(source))
    return Glance(reader.title, columns, matched, tuple(islice(items, N_GLANCE)))


def count_entries(contents: bytes, *, name: str, about: About) -> int:
    """Return how many articles a file seems to have, the bad ones counted; 1 for one that cannot be read at all.

    >>> count_entries(b"It fell.", name="a.txt", about=About())
    1
    """
    reader = find_collection(contents, name=name)
    if reader is None:
        return 1
    try:
        source = Source(contents, name=name, encoding=about.encoding, columns=about.columns)
        return max(1, sum(1 for _ in reader.read(source)))
    except ArticleError:
        return 1


def is_address(text: str) -> bool:
    """Whether a text is meant as an address rather than as the name of a file.

    >>> is_address("https://example.org/a"), is_address("article.txt")
    (True, False)
    """
    return ADDRESS.match(text.strip()) is not None


def _make_one(draft: Draft, *, source: str, about: About) -> Incoming:
    article = build_article(
        draft,
        published=about.published,
        publisher=about.publisher,
        url=about.url,
        title=about.title,
        language=about.language,
        timezone=about.timezone,
    )
    return Incoming(source, "", article, remarks=_find_remarks(draft, article=article))


def _make_entry(entry: Entry, *, source: str, about: About, reader: CollectionReader, fetch: Fetch | None) -> Incoming:
    draft = entry.draft
    if draft is None:
        return Incoming(source, entry.where, reason=entry.reason, title=entry.title)
    said = replace(
        draft,
        published=draft.published or about.published,
        # A feed has one name for all its entries, which the user knows better; rows of a table have their own.
        publisher=(about.publisher if reader.columns is None else None) or draft.publisher or about.publisher,
        language=draft.language or about.language,
    )
    if draft.is_summary and about.is_full_text_wanted and fetch is not None:
        return _read_full_text(said, source=source, where=entry.where, about=about, fetch=fetch)
    try:
        article = build_article(said, timezone=about.timezone)
    except MapAppError as error:
        return Incoming(source, entry.where, reason=str(error), title=draft.title)
    return Incoming(source, entry.where, article, remarks=_find_remarks(said, article=article))


def _read_full_text(said: Draft, *, source: str, where: str, about: About, fetch: Fetch) -> Incoming:
    """Return the article behind an entry of a feed; its summary, with a remark, where the page cannot be read."""
    try:
        if said.url is None:
            raise ArticleError("The entry has no address.")
        fetched = fetch(said.url)
        given = replace(about, published=said.published, publisher=said.publisher, title=said.title, url=None)
        found = _read_page(fetched, about=replace(given, encoding=fetched.encoding))
        if found.article is None or len(found.article.text) < len(said.text):
            raise ArticleError(found.reason or "The page has fewer words than the summary.")
    except ArticleError as error:
        remark = f"The full text could not be read, so this is the summary. {error}"
        said = replace(said, is_summary=False, remarks=(*said.remarks, remark))
        try:
            article = build_article(said, timezone=about.timezone)
        except MapAppError as problem:
            return Incoming(source, where, reason=str(problem), title=said.title)
        return Incoming(source, where, article, remarks=_find_remarks(said, article=article))
    return replace(found, source=source, where=where)


def _read_page(fetched: Fetched, *, about: About) -> Incoming:
    """Return the article of a page that was fetched. Its address is the one that was opened, whatever it says."""
    try:
        draft = read_draft(fetched.contents, name=f"page{fetched.suffix}", encoding=about.encoding)
        draft = replace(draft, url=fetched.url)
        found = _make_one(draft, source=fetched.url, about=replace(about, url=None))
    except MapAppError as error:
        return Incoming(fetched.url, "", reason=str(error))
    return replace(found, host=_host(fetched.url))


def _find_remarks(draft: Draft, *, article: Article) -> tuple[str, ...]:
    """Return what is missing from an article, in plain sentences."""
    remarks = list(draft.remarks)
    if draft.is_summary:
        remarks.append("This is only the summary that a feed gives; the full text stands at its address.")
    if draft.published and article.published is None:
        remarks.append(
            f"The day of publication, {draft.published[:40]!a}, could not be told for sure. Give it as YYYY-MM-DD."
        )
    return tuple(remarks)


def _host(url: str) -> str | None:
    return (urlsplit(url).hostname or "").lower() or None
