"""Finding the words that a model quotes where they stand in the article.

White space and the shapes of quotation marks, apostrophes and dashes may differ, for models write them as they like;
everything else must be the same letter by letter. What is kept are the article's own words, never the model's.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from mapapp.text import Span

MOST_PLACES = 50
"""Where the same words stand more often than that, the first ones will do."""

_SHAPES = str.maketrans(dict.fromkeys("‘’‚‛ʼ`´", "'") | dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class Searchable:
    """A text with its white space and its marks made alike, and where each character stands in the original."""

    plain: str
    offsets: tuple[int, ...]
    """Of each character of `plain`, and of the end."""

    def find(self, words: str, *, within: Span | None = None) -> Iterator[Span]:
        """Yield where words stand as (start, end) of the original; within a stretch of it where one is given."""
        wanted = make_plain(words)
        if not wanted:
            return
        low, high = (0, len(self.plain)) if within is None else self._cut(within)
        at = self.plain.find(wanted, low, high)
        for _ in range(MOST_PLACES):
            if at < 0:
                return
            yield self.offsets[at], self.offsets[at + len(wanted) - 1] + 1
            at = self.plain.find(wanted, at + 1, high)

    def find_name(self, name: str, *, within: Span) -> Iterator[Span]:
        """Yield where a name stands as whole words within a stretch of the original."""
        low, high = self._cut(within)
        for start, end in self.find(name, within=within):
            first, last = bisect.bisect_left(self.offsets, start), bisect.bisect_left(self.offsets, end)
            before = self.plain[first - 1] if first > low else " "
            behind = self.plain[last] if last < high else " "
            if not (before.isalnum() or behind.isalnum()):
                yield start, end

    def _cut(self, span: Span) -> Span:
        return bisect.bisect_left(self.offsets, span[0]), bisect.bisect_left(self.offsets, span[1])


def make_searchable(text: str) -> Searchable:
    """Prepare a text for `find`.

    >>> text = "They  said “Bree\\nfell”."
    >>> [text[start:end] for start, end in make_searchable(text).find('said "Bree fell"')]
    ['said “Bree\\nfell”']
    >>> list(make_searchable("").find("x"))
    []
    """
    plain: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text.translate(_SHAPES)):
        if not character.isspace():
            plain.append(character)
            offsets.append(index)
        elif plain and plain[-1] != " ":
            plain.append(" ")
            offsets.append(index)
    offsets.append(len(text))
    return Searchable("".join(plain), tuple(offsets))


def make_plain(words: str) -> str:
    """Return words with their white space and marks made alike.

    >>> make_plain(" a\\n b ’s ")
    "a b 's"
    """
    return " ".join(words.translate(_SHAPES).split())
