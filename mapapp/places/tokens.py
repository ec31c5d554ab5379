"""Capitalised words of a text, with what stands between them.

Only words that may begin a name are cut out: everything else is looked at where it matters, next to a name. That keeps
reading a text linear and fast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mapapp.text import fold

# What stands between two words of one name, or of two.
BREAK, SPACE, HYPHEN, LINK, NEWLINE, COMMA, STOP, SLASH = range(8)

_LATIN_AND_GREEK = (0x41, 0x0590)
_MORE_LATIN = (0x1E00, 0x2000)


def _upper_class() -> str:
    """The capital letters of the cased scripts as the inside of a character class."""
    ranges: list[str] = []
    for low, high in (_LATIN_AND_GREEK, _MORE_LATIN):
        code = low
        while code < high:
            if chr(code).isupper() or chr(code).istitle():
                begin = code
                while code + 1 < high and chr(code + 1).isupper():
                    code += 1
                ranges.append(f"{chr(begin)}-{chr(code)}" if code > begin else chr(begin))
            code += 1
    return "".join(ranges)


_UPPER = _upper_class()
_APOSTROPHE = "'’‘ʼʻʿʾ`´"
_WORD = re.compile(
    # A capital letter first, so that the search may skip to the next one; then what stood before it is looked at.
    rf"[{_UPPER}](?<![^\W_].)(?:"
    # U.S., D.C., N.Y., U.S — W. Va.
    rf"\.(?:[{_UPPER}]\.)*[{_UPPER}](?!\w)\.?|\.\s?Va\."
    # Ma'arrat, Syria’s, O'Brien, St
    rf"|\w*(?:[{_APOSTROPHE}]\w+)*)",
    re.DOTALL,
)

# Small words inside names. A link joins two capitalised words into one name if the gazetteer knows the whole.
_LINKS = frozenset(
    """
    of the of and & upon on in de del de-la de-las de-los la las le les du des d da do dos das di della dei den der
    van von und am an im sur sous lez les aux al el ez az as es ash esh ad ed ar er ul il at et adh i y e a
    au en ob op zu bei nad pod na ye by
    """.split()  # noqa: SIM905 - read more easily than sixty quoted words
) | {"of the", "de la", "de las", "de los", "and the", "in the", "an der", "auf der", "in der"}

ARTICLES = frozenset(
    "al el ez az as es ash esh ad ed ar er at et an en ath adh ul il".split()  # noqa: SIM905 - as above
)

PARTICLES = frozenset("de van von der den da dos das di du della".split())  # noqa: SIM905 - as above
"""Small words inside surnames: Peter de Vries."""

STOPPED = frozenset("st ste mt ft pt n s e w so no dr mr mrs ms".split())  # noqa: SIM905 - as above
"""Words whose full stop may stand inside a name: St. Louis."""
_GAP_WORDS = re.compile(r"[^\W\d_]+")
_LONGEST_GAP = 14


@dataclass(slots=True)
class Tokens:
    """The capitalised words of a text, in order, as parallel lists."""

    text: str
    starts: list[int]
    ends: list[int]
    """Without a possessive ending."""
    full_ends: list[int]
    surfaces: list[str]
    keys: list[str]
    """Folded, without apostrophes and full stops, without a possessive ending."""
    full_keys: list[str]
    """The same with the ending: the Martha's of Martha's Vineyard."""
    gaps: list[int]
    """What stands before the word: BREAK for the first."""
    links: list[str]
    """Folded small words before it that may belong to a name, else empty."""


@lru_cache(maxsize=50_000)
def _word_keys(surface: str) -> tuple[str, str, int]:
    """Return (key, key with a possessive ending, length of that ending)."""
    folded = fold(surface)
    if "." in folded:
        # Dotted abbreviations are looked up as they are written.
        return surface, surface, 0
    if "'" not in folded:
        return folded, folded, 0
    full = folded.replace("'", "")
    if folded.endswith("'s") and len(folded) > 3:
        return folded[:-2].replace("'", ""), full, 2
    return full, full, 0


@lru_cache(maxsize=5_000)
def _gap_kind(gap: str) -> tuple[int, str]:
    """Return what stands between two words, and the folded small words in it."""
    if gap == " ":
        return SPACE, ""
    stripped = gap.strip()
    if not stripped:
        n_lines = gap.count("\n") or gap.count("\r")
        return (SPACE if not n_lines else NEWLINE if n_lines == 1 else BREAK), ""
    if "\n" in gap or "\r" in gap:
        if stripped == ",":
            return COMMA, ""
        return BREAK, ""
    if stripped in {"-", "‐", "‑", "–", "−"}:
        return HYPHEN if gap == stripped else BREAK, ""
    if stripped == ",":
        return COMMA, ""
    if stripped == ".":
        return STOP, ""
    if stripped == "/":
        return SLASH, ""
    words = " ".join(_GAP_WORDS.findall(fold(gap)))
    if words in _LINKS and not re.search(r"[^\w\s&'’-]", gap):
        return LINK, "and" if words == "" else words
    if stripped == "&":
        return LINK, "and"
    return BREAK, ""


def find_tokens(text: str) -> Tokens:
    """Return the capitalised words of a text.

    >>> find_tokens("From Deir ez-Zor to Syria’s coast").keys
    ['from', 'deir', 'zor', 'syria']
    >>> find_tokens("").keys
    []
    """
    rows: list[tuple[int, int, int, str, str, str, int, str]] = []
    add = rows.append
    before = -1
    for match in _WORD.finditer(text):
        start, end = match.span()
        surface = match.group()
        key, full_key, ending = _word_keys(surface)
        gap, link = BREAK, ""
        if before >= 0 and start - before <= _LONGEST_GAP:
            between = text[before:start]
            if between == " ":
                gap = SPACE
            else:
                gap, link = _gap_kind(between)
                if gap == BREAK and between[0] == "." and len(rows[-1][3]) == 1:
                    # Peter R. de Vries
                    gap, link = _gap_kind(between[1:])
                    gap, link = (gap, link) if gap == LINK else (BREAK, "")
        add((start, end - ending, end, surface, key, full_key, gap, link))
        before = end
    if not rows:
        return Tokens(text, [], [], [], [], [], [], [], [])
    starts, ends, full_ends, surfaces, keys, full_keys, gaps, links = map(list, zip(*rows, strict=True))
    return Tokens(text, starts, ends, full_ends, surfaces, keys, full_keys, gaps, links)
