"""What a reader makes of a file, before it becomes an article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a file and what the file says about itself. None = it does not say."""

    text: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    """As the file says it: an ISO day or time."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One form of file. Each module of this family offers one as `READER`."""

    id: str
    title: str
    """In plain words, for lists and help."""
    suffixes: tuple[str, ...]
    """Lower case, with the dot."""
    recognise: Callable[[str], bool]
    """Whether a text of unknown origin has this form."""
    read: Callable[[str], Draft]
    """Turns decoded contents into a draft; raises `ArticleError`."""
