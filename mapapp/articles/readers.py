"""Reading one article: chooses the reader, decodes, and makes the record. `batch` reads files of many."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mapapp.articles
from mapapp.articles.decoding import CONTROLS, HALVES, MAX_BYTES, check_text, clean_text, decode_bytes
from mapapp.articles.draft import AnyReader, CollectionReader, DocumentReader, Draft, Reader
from mapapp.articles.language import CODES, guess_language
from mapapp.articles.published import find_moment, read_published
from mapapp.errors import ArticleError, DateError
from mapapp.model import Article

FALLBACK = "text"
"""Reader of contents that no other recognises."""
RECORD_FIELDS = ("published", "title", "publisher", "url", "language")
"""What an object of a JSONL file may say beside its text."""
MAX_DOCUMENT_BYTES = 30_000_000
"""Of a packed document, most of which are pictures."""
MAX_FIELD = 2_000
"""Characters of a title, a name or an address; longer ones are cut, as they are shown in lists."""


@cache
def all_readers() -> tuple[AnyReader, ...]:
    """Return the readers of this folder, one for each file that offers one, by id.

    >>> [reader.id for reader in all_readers()]
    ['docx', 'feed', 'html', 'jsonl', 'markdown', 'pdf', 'table', 'text']
    """
    names = sorted(module.name for module in pkgutil.iter_modules(mapapp.articles.__path__))
    modules = (importlib.import_module(f"{mapapp.articles.__name__}.{name}") for name in names)
    return tuple(module.READER for module in modules if hasattr(module, "READER"))


def text_readers() -> tuple[Reader, ...]:
    """Return the readers of texts with one article."""
    return tuple(reader for reader in all_readers() if isinstance(reader, Reader))


def collection_readers() -> tuple[CollectionReader, ...]:
    """Return the readers of files with many articles."""
    return tuple(reader for reader in all_readers() if isinstance(reader, CollectionReader))


def all_suffixes() -> tuple[str, ...]:
    """Return the endings of files that are read, without their dot.

    >>> "pdf" in all_suffixes(), "" in all_suffixes()
    (True, False)
    """
    return tuple(suffix[1:] for reader in all_readers() for suffix in reader.suffixes if suffix)


def read_article_file(
    path: str | Path,
    *,
    published: str | date | datetime | None = None,
    publisher: str | None = None,
    url: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    encoding: str | None = None,
    language: str | None = None,
    timezone: str = "UTC",
) -> Article:
    """Read one article from a file; see `read_article_text` for the rest.

    Raises `ArticleError` for a file that is missing, cannot be opened or is no article, `DateError` for a bad day.
    """
    path = Path(path)
    return read_article_text(
        read_bytes(path, limit=MAX_DOCUMENT_BYTES),
        name=path.name,
        published=published,
        publisher=publisher,
        url=url,
        title=title,
        licence=licence,
        encoding=encoding,
        language=language,
        timezone=timezone,
    )


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return the contents of a file, or the beginning of one that is larger than a limit. Raises `ArticleError`."""
    try:
        if path.is_dir():
            message = f"{str(path)!a} is a folder. Give one file with the text of an article."
            raise ArticleError(message)
        with path.open("rb") as file:
            return file.read(limit)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, ArticleError):
            raise
        reason = getattr(error, "strerror", None) or error
        message = f"The file {str(path)!a} cannot be read: {reason}. Check the name."
        raise ArticleError(message) from error


def read_article_text(
    contents: str | bytes,
    *,
    name: str = "",
    published: str | date | datetime | None = None,
    publisher: str | None = None,
    url: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    encoding: str | None = None,
    language: str | None = None,
    timezone: str = "UTC",
    retrieved: datetime | None = None,
) -> Article:
    """Read one article from text or from the bytes of a file.

    `name` is a file name, whose suffix chooses the reader; without one, or with .txt, the contents do. PDF and Word
    documents are known by their contents whatever they are called. What is given
    wins over what the file says of itself. `timezone` is that of times without an offset. A plain text is kept word for
    word, only line ends become single newlines. Raises `ArticleError`, or `DateError` for a bad `published`.

    >>> article = read_article_text("Rebels took the town.\\r\\n", published="2024-12-05")
    >>> article.text, article.published.date().isoformat(), article.id[:8]
    ('Rebels took the town.\\n', '2024-12-05', '0b922998')
    """
    return build_article(
        read_draft(contents, name=name, encoding=encoding),
        published=published,
        publisher=publisher,
        url=url,
        title=title,
        licence=licence,
        language=language,
        timezone=timezone,
        retrieved=retrieved,
    )


def build_article(
    draft: Draft,
    *,
    published: str | date | datetime | None = None,
    publisher: str | None = None,
    url: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    language: str | None = None,
    timezone: str = "UTC",
    retrieved: datetime | None = None,
) -> Article:
    """Make the record of an article from what a reader made of a file; see `read_article_text`.

    >>> build_article(Draft("It fell.", title="A day"), title="Another").title
    'Another'
    """
    text = clean_text(draft.text)
    said = (draft.language or "").strip().lower()[:2]
    return Article(
        id=_hash(text),
        text=text,
        title=clean_field(title or draft.title),
        publisher=clean_field(publisher or draft.publisher),
        url=check_url(url) or read_url(draft.url),
        published=_choose_published(published, draft.published, timezone=timezone),
        language=language or (said if said in CODES else None) or guess_language(text),
        retrieved=datetime.now(tz=UTC) if retrieved is None else retrieved,
        licence=clean_field(licence),
    )


def read_draft(contents: str | bytes, *, name: str = "", encoding: str | None = None) -> Draft:
    """Return the text of a file with one article, and what the file says of itself. Raises `ArticleError`.

    >>> draft = read_draft(b"---\\ntitle: A day\\n---\\nIt fell.", name="a.md")
    >>> draft.text, draft.title
    ('It fell.', 'A day')
    """
    if isinstance(contents, bytes):
        document = next(
            (reader for reader in all_readers() if isinstance(reader, DocumentReader) and reader.recognise(contents)),
            None,
        )
        if document is not None:
            return _read_document(document, contents)
    suffix = Path(name).suffix.lower()
    by_suffix = next((reader for reader in text_readers() if suffix in reader.suffixes and reader.id != FALLBACK), None)
    if isinstance(contents, bytes):
        is_page = by_suffix is not None and by_suffix.id == "html"
        contents = decode_bytes(contents, encoding=encoding, may_declare=is_page or b"<html" in contents[:2048].lower())
    reader = by_suffix or _recognise_reader(contents)
    return reader.read(_check_markup(contents) if reader.id != FALLBACK else contents)


def _read_document(reader: DocumentReader, contents: bytes) -> Draft:
    if len(contents) >= MAX_DOCUMENT_BYTES:
        message = (
            f"The file has {MAX_DOCUMENT_BYTES / 1e6:.0f} MB or more. Save the document without its pictures, or copy "
            "its text and give that."
        )
        raise ArticleError(message)
    return reader.read(contents)


def read_article_record(record: Mapping[str, Any], *, timezone: str = "UTC") -> Article:
    """Make an article from one object of a JSONL file, its text exactly as given, so that offsets stay the caller's.

    Used are `text`, and where present `published`, `title`, `publisher`, `url` and `language`. Raises `ArticleError` or
    `DateError`.

    >>> read_article_record({"id": 1, "text": "Rebels took the town.\\r\\n"}).text
    'Rebels took the town.\\r\\n'
    """
    text = record.get("text")
    if not isinstance(text, str):
        message = f'The object has no "text" (a string was expected, {type(text).__name__} was got).'
        raise ArticleError(message)
    check_text(text)
    said = {}
    for name in RECORD_FIELDS:
        value = record.get(name)
        if value is not None and not isinstance(value, str):
            message = f'"{name}" must be a string or null, {type(value).__name__} was got.'
            raise ArticleError(message)
        said[name] = clean_field(value)
    published = said["published"]
    return Article(
        id=_hash(text),
        text=text,
        title=said["title"],
        publisher=said["publisher"],
        url=read_url(said["url"]),
        published=None if published is None else read_published(published, timezone=timezone),
        language=said["language"] or guess_language(text),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _recognise_reader(contents: str) -> Reader:
    others = (reader for reader in text_readers() if reader.id != FALLBACK)
    fallback = next(reader for reader in text_readers() if reader.id == FALLBACK)
    return next((reader for reader in others if reader.recognise(contents)), fallback)


def _check_markup(contents: str) -> str:
    """Return contents with plain line ends and without control characters, which no parser of markup takes.

    Raises `ArticleError` for what is no text at all.
    """
    if len(contents) >= MAX_BYTES or "\0" in contents or HALVES.search(contents):
        return clean_text(contents[: MAX_BYTES + 1])
    return CONTROLS.sub(" ", contents.replace("\r\n", "\n").replace("\r", "\n"))


def clean_field(field: str | None) -> str | None:
    """Return a title, name or address fit to be kept: without NUL and half characters, of bounded length."""
    if field is None:
        return None
    return HALVES.sub("", field[:MAX_FIELD]).replace("\0", "").strip() or None


def read_url(address: str | None) -> str | None:
    """Return an address that a browser may be sent to, or None for anything else."""
    clean = clean_field(address)
    try:
        parts = urlsplit(clean or "")
    except ValueError:  # such as an opened bracket that is not closed
        return None
    return clean if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def check_url(address: str | None) -> str | None:
    """Return the address that a user gave, or raise `ArticleError` where no browser may be sent there."""
    if not clean_field(address):
        return None
    read = read_url(address)
    if read is None:
        message = f"{address!a} is no address of a page. Give one that begins with https:// or http://, or none."
        raise ArticleError(message)
    return read


def _choose_published(given: str | date | datetime | None, said: str | None, *, timezone: str) -> datetime | None:
    """Return the time of publication: what is given must be right, what a file says may be ignored."""
    if given is not None:
        return read_published(given, timezone=timezone)
    moment = None if said is None else find_moment(said)
    if moment is None:
        return None
    try:
        return read_published(moment, timezone=timezone)
    except DateError:
        return None
