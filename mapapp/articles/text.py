"""Plain text, word for word."""

from __future__ import annotations

from mapapp.articles.draft import Draft, Reader


def read_text(contents: str) -> Draft:
    """Return plain text as it stands.

    >>> read_text("Two lines,\\nnothing changed.").text
    'Two lines,\\nnothing changed.'
    """
    return Draft(text=contents)


READER = Reader(
    id="text", title="plain text", suffixes=(".txt", ".text", ""), recognise=lambda contents: True, read=read_text
)
