"""Folding for comparison, sentences, and characters that a terminal must not obey.

Offsets count code points. Everything here takes any text, hostile ones too, never fails and takes time linear in its
length.
"""

from __future__ import annotations

import re
import unicodedata

Span = tuple[int, int]
"""(start, end) in code points; `end` is exclusive."""

_APOSTROPHES = "'’‘‛ʼʻʽʾʿˈ`´′＇"
_HYPHENS = "-‐‑‒–—―−﹣－"
_DOUBLE_QUOTES = '"“”„‟«»″＂'

# What decomposing (NFKD) and dropping accents leaves as it was, though readers take it for another letter.
_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t",
    "ə": "e", "ŋ": "n", "ĸ": "k", "ƒ": "f",
    # Arabic: carriers of hamza, the two forms of ya, ta marbuta, Persian and Kurdish letters that keyboards mix.
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه",
    "ە": "ه", "ہ": "ه", "ھ": "ه", "ک": "ك", "گ": "ك", "ڪ": "ك", "ـ": "",
}  # fmt: skip


class _FoldTable(dict[int, str]):
    """Code point to folded text, worked out on first sight of a character."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    if character in _DOUBLE_QUOTES:
        return '"'
    category = unicodedata.category(character)
    if character in "\n\r\u2028\u2029\x85":
        return "\n"
    if category.startswith("Z") or character in "\t\v\f":
        return " "
    if category in ("Cc", "Cf", "Cs", "Mn", "Me"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    kept = []
    for part in unicodedata.normalize("NFKD", character).casefold():
        if unicodedata.category(part) in ("Mn", "Me", "Cf", "Cc"):
            continue
        kept.append(_LETTERS.get(part, part))
    return "".join(kept)


_FOLD = _FoldTable()


def fold(text: str) -> str:
    """Return a text as it is compared: no case, no accents, one apostrophe, one hyphen, one form of Arabic letters.

    Invisible characters (controls, bidi marks, soft hyphens, tatweel, vowel signs) disappear, every kind of space
    becomes a space and every kind of line end a newline. For matching only: never show it.

    >>> fold("Deir ez‑Zor’s Ma’arrat, São Paulo")
    "deir ez-zor's ma'arrat, sao paulo"
    >>> fold("إدلب") == fold("ادلب")
    True
    >>> fold("")
    ''
    """
    return text.lower() if text.isascii() and text.isprintable() and "`" not in text else text.translate(_FOLD)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each folded character, the offset of the character it came from.

    The list has one entry more than the folded text: the length of the original, so that ends can be looked up too.

    >>> fold_with_offsets("Straße 1")
    ('strasse 1', [0, 1, 2, 3, 4, 4, 5, 6, 7, 8])
    >>> fold_with_offsets("")
    ('', [0])
    """
    folded = fold(text)
    if text.isascii() and len(folded) == len(text):
        return folded, list(range(len(text) + 1))
    table = _FOLD
    offsets: list[int] = []
    for index, character in enumerate(text):
        width = len(table[ord(character)])
        if width == 1:
            offsets.append(index)
        elif width:
            offsets.extend([index] * width)
    offsets.append(len(text))
    return folded, offsets


# Words after which a full stop does not end a sentence. Compared without case.
_ABBREVIATION_WORDS = """
    mr mrs ms mx dr prof st ste sr jr gen lt col maj capt cmdr sgt cpl pvt adm gov sen rep pres hon rev fr hrh
    no nos vol pp fig ed eds al etc vs v approx ca cf eg ie e.g i.e inc ltd co corp bros dept est ext
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    ave blvd rd hwy mt ft sq km mi tel fl ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn
    miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo ont que u.s u.k u.n e.u u.a.e d.c a.m p.m ph.d
    brig messrs mme mlle supt det insp spc pfc amb atty asst assn natl intl
"""
# Of these, the ones that just as often close a sentence: they do when one of the starters follows.
_CLOSING_WORDS = "etc inc ltd co corp jr sr a.m p.m u.s u.k u.n e.u u.a.e d.c ph.d al"
_STARTER_WORDS = """
    the a an in on at it he she they we i this that these those but and however meanwhile there his her its their as
    when while after before for from with our my more some many also according
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
_ABBREVIATIONS_THAT_MAY_CLOSE = frozenset(_CLOSING_WORDS.split())
_STARTERS = frozenset(_STARTER_WORDS.split())

_TERMINATOR = re.compile(r"""[.!?…؟۔。！？]+["'”’»)\]]*|\n+|\r\n?|[\u2028\u2029\x85]""")
_WORD_BEFORE = re.compile(r"[^\s(\[\"“«‘]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]", re.UNICODE)
_WORD = re.compile(r"\w+")
_NOT_SPACE = re.compile(r"\S+")
_FIRST_OF_NEXT = re.compile(r"\s*[\"“”'‘’«(\[¿¡-]*(\S?)")
_LOOK_BACK = 40
"""No abbreviation is longer; looking farther would cost time without end in a text with no spaces."""


def split_sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences of a text as (start, end), in order, without surrounding spaces.

    Every character that is not a space lies in exactly one sentence. Full stops of abbreviations, initials and numbers
    do not end one, closing quotation marks belong to the sentence that they close, and a line end closes a sentence
    (headings and datelines have no full stop) unless the text is wrapped at a fixed width.

    >>> text = 'Gen. Ali left. “We won.” U.S. troops stayed\\nIn Hama'
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Gen. Ali left.', '“We won.”', 'U.S. troops stayed', 'In Hama']
    >>> split_sentences(" ")
    ()
    """
    spans: list[Span] = []
    begin = 0
    width = _wrap_width(text)
    for match in _TERMINATOR.finditer(text):
        if match.end() > begin and _ends_sentence(text, match, begin=begin, wrap_width=width):
            _add_span(spans, text, begin, match.end())
            begin = match.end()
    _add_span(spans, text, begin, len(text))
    return tuple(spans)


def _add_span(spans: list[Span], text: str, start: int, end: int) -> None:
    part = text[start:end]
    stripped = part.strip()
    if stripped:
        start += len(part) - len(part.lstrip())
        spans.append((start, start + len(stripped)))


def _ends_sentence(text: str, match: re.Match[str], *, begin: int, wrap_width: int | None) -> bool:
    mark = match.group()
    if mark[0] in "\n\r\u2028\u2029\x85":
        return not _is_wrapped_line(text, match.start(), match.end(), wrap_width)
    if match.end() == len(text) or text[match.end()] in "\n\r":
        # The line end decides what happens to "Dr." at the end of a wrapped line.
        return match.end() == len(text) or wrap_width is None or mark[0] != "." or _closes(text, match, begin)
    if not text[match.end()].isspace():
        return mark[0] in "。！？؟۔"
    following = _FIRST_OF_NEXT.match(text, match.end(), match.end() + _LOOK_BACK)
    if following is not None and following.group(1).islower():
        # A question or an exclamation inside a sentence: “Leave!” he said.
        return False
    return mark[0] != "." or _closes(text, match, begin)


def _closes(text: str, match: re.Match[str], begin: int) -> bool:
    """Whether the full stop (or stops) closes a sentence rather than an abbreviation."""
    mark = match.group()
    if len(mark) > 1:
        return True
    before = _WORD_BEFORE.search(text, max(begin, match.start() - _LOOK_BACK), match.start())
    word = before.group() if before else ""
    lowered = word.lower()
    if lowered in _ABBREVIATIONS or (_INITIALS.fullmatch(word) and word[:1].isupper()):
        if lowered not in _ABBREVIATIONS_THAT_MAY_CLOSE:
            # "vitamin C." closes, "J. Smith" does not: a lone letter is taken for an initial.
            return False
        next_word = _WORD.search(text, match.end(), match.end() + _LOOK_BACK)
        return next_word is not None and next_word.group().lower() in _STARTERS
    return True


def _wrap_width(text: str) -> int | None:
    """The width at which the lines of a text were wrapped, or None where lines are paragraphs."""
    lengths = sorted(len(line) for line in text.splitlines() if line.strip())
    if len(lengths) < 4 or not 40 <= lengths[-1] <= 120:
        return None
    # In a wrapped text most lines come close to the longest one.
    near = sum(1 for length in lengths if length >= 0.8 * lengths[-1])
    return lengths[-1] if near >= 0.5 * len(lengths) else None


def _is_wrapped_line(text: str, start: int, end: int, wrap_width: int | None) -> bool:
    if wrap_width is None or text[start:end] not in ("\n", "\r\n", "\r"):
        return False
    line_start = max(text.rfind("\n", max(0, start - 200), start), text.rfind("\r", max(0, start - 200), start)) + 1
    next_word = _NOT_SPACE.match(text, end, end + 200)
    # Wrapped where the next word would not have fitted any more.
    return next_word is not None and start - line_start + 1 + len(next_word.group()) > wrap_width


_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSAFE = re.compile(f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f{_BIDI}\\ud800-\\udfff]")
_UNPRINTABLE = re.compile(f"[\\x00-\\x1f\\x7f-\\x9f{_BIDI}\\u2028\\u2029\\u200b\\u2060\\ufeff\\ud800-\\udfff]")


def has_control_or_bidi(text: str) -> bool:
    """Tell whether a text holds characters that steer a terminal or turn the order of writing.

    Tabs and line ends are not counted.

    >>> has_control_or_bidi("safe\\n"), has_control_or_bidi("\\u202eevil"), has_control_or_bidi("\\x1b[2J")
    (False, True, True)
    """
    return _UNSAFE.search(text) is not None


def show_plain(text: str) -> str:
    r"""Return a text with control, bidi and invisible characters written out, fit for one line of a terminal.

    >>> print(show_plain("a\u202eb\x1b[0m\n"))
    a\u202eb\x1b[0m\n
    >>> show_plain("")
    ''
    """
    return _UNPRINTABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape", "surrogatepass").decode("ascii")
