"""What a reader makes of a file, before it becomes an article; and the three kinds of readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a file and what the file says about itself. None = it does not say."""

    text: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    """As the file says it: an ISO day or time."""
    language: str | None = None
    is_summary: bool = False
    """Whether the text is only a summary of an article that stands in full at `url`."""
    remarks: tuple[str, ...] = ()
    """Plain sentences on what of the file could not be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the many articles of a file, or why it is none: exactly one of `draft` and `reason` is there."""

    where: str
    """In the file, such as `line 3`."""
    draft: Draft | None = None
    reason: str | None = None
    title: str | None = None
    """Of an entry that is no article, as far as it has one."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of many articles, and what the user says about it."""

    contents: bytes
    name: str = ""
    encoding: str | None = None
    """None = as the file says, else UTF-8."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of `records.FIELDS` -> name of the column or key that holds it, an empty one for none; fields that are not
    in it are held by those of their usual names."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One form of a text with one article. Each module of the family offers one reader of a kind as `READER`."""

    id: str
    """The module's name."""
    title: str
    """In plain words, for lists and help."""
    suffixes: tuple[str, ...]
    """Lower case, with the dot."""
    recognise: Callable[[str], bool]
    """Whether a text of unknown origin has this form."""
    read: Callable[[str], Draft]
    """Turns decoded contents into a draft; raises `ArticleError`."""


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """One form of a packed document with one article, known by its first bytes whatever its name."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes], Draft]
    """Raises `ArticleError`."""


@dataclass(frozen=True, slots=True)
class CollectionReader:
    """One form of a file with many articles."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    """Whether contents without a telling name have this form."""
    columns: Callable[[Source], tuple[str, ...]] | None
    """The columns or keys that may be chosen from; None where the form itself says what is what."""
    read: Callable[[Source], Iterator[Entry]]
    """Yields every entry, the bad ones too; raises `ArticleError` where the file as a whole cannot be read."""


AnyReader = Reader | DocumentReader | CollectionReader
