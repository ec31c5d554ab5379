"""A sentence as a row of words in which places, parties and dates are one word each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mapapp.dates import DateSpan
from mapapp.model import Resolution


@dataclass(frozen=True, slots=True)
class PartyMention:
    """A stretch of text that names a party to the conflict."""

    start: int
    end: int
    codes: tuple[str, ...]
    """Actor codes, the likeliest first; empty = a party that the theatre's table does not know."""
    surface: str


class Word(NamedTuple):
    """A word, a sign, or a name of several words.

    A tuple, because a long text makes tens of thousands of them and a tuple is made three times as fast.
    """

    index: int  # type: ignore[assignment]  # hides a method of tuples that nobody asks of a word
    start: int
    end: int
    text: str
    low: str
    place: Resolution | None = None
    party: PartyMention | None = None
    date: DateSpan | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its words."""

    number: int
    start: int
    end: int
    words: tuple[Word, ...]


_LEFT_SIDE = re.compile(r"\s{1,3}(?:bank|side|wing|flank|shore|hand)\b")
_TOKEN = re.compile(r"n['’]t\b|['’](?:s|re|ve|ll|d|m)\b|\w+?(?=n['’]t\b)|\w+|[^\w\s]")


def build_sentence(
    text: str,
    *,
    number: int,
    span: tuple[int, int],
    places: Sequence[Resolution],
    parties: Sequence[PartyMention],
    dates: Sequence[DateSpan],
) -> Sentence:
    """Cut a sentence into words. A party that contains a place, or a place that contains a party, is one word.

    A name that is a place and a party with the same span carries both.
    """
    start, end = span
    overlays: dict[tuple[int, int], tuple[Resolution | None, PartyMention | None, DateSpan | None]] = {}
    for party in parties:
        overlays[party.start, party.end] = (None, party, None)
    for place in places:
        key = (place.mention.start, place.mention.end)
        party_here = overlays.get(key, (None, None, None))[1]
        overlays[key] = (place, party_here, None)
    for found in dates:
        overlays.setdefault((found.start, found.end), (None, None, found))
    chosen: list[tuple[int, int]] = []
    for key in sorted(overlays, key=lambda span: (-(span[1] - span[0]), span[0])):
        if key[0] >= start and key[1] <= end and all(key[1] <= low or key[0] >= high for low, high in chosen):
            chosen.append(key)
    chosen.sort()
    words: list[Word] = []
    position = start

    def add_plain(low: int, high: int) -> None:
        for match in _TOKEN.finditer(text, low, high):
            surface = match.group()
            low_form = surface.lower()
            if (
                surface == "-"
                and text[match.start() - 1 : match.start()].isspace()
                and text[match.end() : match.end() + 1].isspace()
            ):
                low_form = "–"  # a hyphen between blanks is a dash
            if low_form == "left" and _LEFT_SIDE.match(text, match.end()):
                low_form = "left-hand"  # nobody leaves on "the left bank"
            words.append(Word(len(words), match.start(), match.end(), surface, low_form))

    for low, high in chosen:
        add_plain(position, low)
        place_here, party_here, date_here = overlays[low, high]
        token = text[low:high]
        words.append(Word(len(words), low, high, token, token.lower(), place_here, party_here, date_here))
        position = high
    add_plain(position, end)
    return Sentence(number, start, end, tuple(words))
