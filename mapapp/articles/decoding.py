"""From bytes to text, or a plain reason why not."""

from __future__ import annotations

import codecs
import re

from mapapp.errors import ArticleError

MAX_BYTES = 5_000_000
"""A file must be smaller. Newspapers' pages saved with all their scripts stay below 3 MB."""
MAX_CHARACTERS = 1_000_000
"""A text must be shorter: ten times the longest magazine pieces; more would be read for minutes."""
MAX_CONTROL_SHARE = 0.02
"""Share of control characters from which on something is no text. Texts pasted from terminals have fewer."""
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted Word or Excel file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
)
"""First bytes of files that are often given by mistake, and what they are called."""
BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LETTER = re.compile(r"[^\W\d_]")
HALVES = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
DECLARED = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.I)
DECLARED_WITHIN = 4096
"""Where a page says its encoding, in bytes from its start; the HTML standard asks for the first 1,024."""


def decode_bytes(data: bytes, *, encoding: str | None = None, may_declare: bool = False) -> str:
    """Return the text of bytes.

    Tried: the `encoding` that the user names; else a byte order mark; else UTF-8; else, with `may_declare`, what an
    HTML page says of itself. Nothing is guessed: a wrong guess would change names unnoticed. Raises `ArticleError`.

    >>> decode_bytes("حماة".encode())
    'حماة'
    >>> decode_bytes("حماة".encode("cp1256"), encoding="windows-1256")
    'حماة'
    """
    if len(data) >= MAX_BYTES:
        message = (
            f"The file has {MAX_BYTES / 1e6:.0f} MB or more, which no single article has. Give one article at a time, "
            "as plain text if it is a page full of pictures."
        )
        raise ArticleError(message)
    if not data.strip():
        message = "The file is empty. Give a file with the text of an article."
        raise ArticleError(message)
    for signature, name in SIGNATURES:
        if data.startswith(signature):
            message = (
                f"The file is {name}, no text. Save the article as plain text, .docx, .pdf or a web page and try again."
            )
            raise ArticleError(message)
    if encoding is not None:
        return _decode_as(data, encoding)
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data, name)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        declared = DECLARED.search(data[:DECLARED_WITHIN]) if may_declare else None
        if declared is not None:
            return _decode_as(data, declared[1].decode("ascii"))
        what = "is binary" if b"\0" in data else "is not in UTF-8"
        message = (
            f"The file {what} (byte {error.start + 1} cannot be read). Save it as UTF-8, or name its encoding: "
            "--encoding windows-1252 for Western, windows-1256 for Arabic, utf-16-le or utf-16-be for UTF-16."
        )
        raise ArticleError(message) from error


def _decode_as(data: bytes, encoding: str) -> str:
    """Decode by name, with one sentence for all that can go wrong."""
    try:
        return data.decode(encoding)
    except LookupError as error:
        message = (
            f"{encoding!r} is no encoding that is known here. Examples: utf-8, windows-1252, windows-1256, utf-16-le."
        )
        raise ArticleError(message) from error
    except (UnicodeError, ValueError) as error:
        message = (
            f"The file is not in {encoding}: {error}. Save it as UTF-8, or name the right encoding with --encoding."
        )
        raise ArticleError(message) from error


def clean_text(text: str) -> str:
    """Return a text word for word, only with every line end as a single newline and without a byte order mark.

    Raises `ArticleError` as `check_text` does.

    >>> clean_text("One\\r\\nTwo\\rThree")
    'One\\nTwo\\nThree'
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    check_text(text)
    return text


def check_text(text: str) -> None:
    """Raise `ArticleError` for what is no article: nothing to read, binary, half characters, or too long.

    >>> check_text("Hama")
    """
    problem = None
    if len(text) > MAX_CHARACTERS:
        problem = (
            f"The text has {len(text):,} characters, more than one article can have ({MAX_CHARACTERS:,}). "
            "Give one article at a time."
        )
    elif "\0" in text:
        problem = (
            "The text is binary: it holds NUL characters. If it is UTF-16 without a mark, name its encoding "
            "(--encoding utf-16-le or utf-16-be); else save the article as plain text."
        )
    elif not LETTER.search(text):
        problem = "The text is empty: it has no words. Give the text of an article."
    elif HALVES.search(text):
        problem = (
            "The text holds half characters (lone surrogates), so its encoding was mistaken. Save it again as UTF-8."
        )
    elif len(CONTROLS.findall(text)) > max(8, MAX_CONTROL_SHARE * len(text)):
        problem = "The text is binary: it is full of control characters. Save the article as plain text."
    if problem:
        raise ArticleError(problem)
