"""Markdown: the words without the marks, and what a block of metadata at the top says."""

from __future__ import annotations

import re

from mapapp.articles.draft import Draft, Reader

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<lines>(?:[^\n]*\n){0,100}?)---[ \t]*(?:\n|\Z)")
MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:```|~~~)[^\n]*$", re.MULTILINE), ""),  # fences around code
    (re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)"), r"\1"),  # pictures leave their description
    (re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)"), r"\1"),  # links leave their words
    (re.compile(r"^ {0,3}#{1,6}[ \t]+", re.MULTILINE), ""),  # headings
    (re.compile(r"^ {0,3}(?:>[ \t]?)+", re.MULTILINE), ""),  # quotations
    (re.compile(r"^ {0,3}[-*+][ \t]+", re.MULTILINE), ""),  # lists
    (re.compile(r"^ {0,3}(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),  # rules
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]{1,500}?)(?<=\S)\1(?![\w*])"), r"\2"),  # emphasis
    (re.compile(r"(?<![\w_])(_{1,3})(?=\S)([^_\n]{1,500}?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"`([^`\n]{1,500})`"), r"\1"),  # code in a line
)
"""What is taken off, in this order; the lengths keep the time linear on hostile input."""
FIELDS = {"title": "title", "publisher": "publisher", "source": "publisher", "url": "url", "date": "published"}
"""Key of the metadata block -> field of the draft."""


def read_markdown(contents: str) -> Draft:
    """Return the words of a Markdown text.

    >>> read_markdown("---\\ntitle: A day\\n---\\n# *Hama* fell\\nSee [here](https://example.org).").text
    'Hama fell\\nSee here.'
    """
    said: dict[str, str] = {}
    if block := FRONT_MATTER.match(contents):
        for line in block["lines"].splitlines():
            key, _, value = line.partition(":")
            if (field := FIELDS.get(key.strip().lower())) and (clean := value.strip().strip("\"'")):
                said.setdefault(field, clean)
        contents = contents[block.end() :]
    for pattern, replacement in MARKS:
        contents = pattern.sub(replacement, contents)
    return Draft(
        text=contents,
        title=said.get("title"),
        publisher=said.get("publisher"),
        url=said.get("url"),
        published=said.get("published"),
    )


READER = Reader(
    id="markdown",
    title="Markdown",
    suffixes=(".md", ".markdown"),
    recognise=lambda contents: bool(FRONT_MATTER.match(contents)),
    read=read_markdown,
)
