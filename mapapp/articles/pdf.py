"""PDF documents: their words, page by page, with lines put together into paragraphs again."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pypdf
from pypdf import apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError

from mapapp.articles.decoding import MAX_CHARACTERS
from mapapp.articles.draft import DocumentReader, Draft
from mapapp.errors import ArticleError

MAX_PAGES = 300
"""Reports of agencies have up to 200; a page takes 20 to 100 ms."""
MAX_STREAM_BYTES = 20_000_000
"""What one stream of a file may unpack to. The words of a page have some 10 kB."""
LIMITS: Mapping[str, Any] = {
    "maximum_declared_stream_length": MAX_STREAM_BYTES,
    "zlib_maximum_output_length": MAX_STREAM_BYTES,
    "lzw_maximum_output_length": MAX_STREAM_BYTES,
    "run_length_maximum_output_length": MAX_STREAM_BYTES,
    "array_based_stream_maximum_output_length": MAX_STREAM_BYTES,
}
"""Settings of pypdf that are tighter than its own."""
LINE_SHARE = 0.7
"""A line shorter than this share of the page's longest ones ends its paragraph, if a sentence ends with it."""
REPEATED_SHARE = 0.5
"""A first or last line that stands on so many of the pages, but for its numbers, is a header or footer."""
FEWEST_PAGES = 3
"""Of a document whose headers and footers can be told."""
SENTENCE_END = re.compile(r"""[.!?؟…:]["'”’)\]]*$""")
HEADING_SHARE = 0.5
"""A line shorter than this is a heading even without a full stop."""
CUT = "\ue000"
"""Stands behind a hyphen that goes, until all lines are together."""
HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
SOFT = re.compile(f"[-\u00ad\u2010]{CUT}")
WORD = re.compile(r"[^\W\d_]+")
LAST_WORD = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
NUMBERS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(r"^\W*(?:page\W*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*$", re.I)


def read_pdf(contents: bytes) -> Draft:
    """Return the words of a PDF and its title.

    Lines become paragraphs, words divided at a line's end become whole, and running headers, footers and page numbers
    are left out. Pages without text, such as scanned ones, are told in a remark. The day on which a PDF was made is not
    taken for that of its publication. Raises `ArticleError` for an encrypted, damaged, too long or scanned document.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it makes of damaged files is told in our own words
    try:
        with apply_configuration(**LIMITS):
            pages, title = _read_pages(contents)
    except ArticleError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise ArticleError(ENCRYPTED) from error
    except Exception as error:
        # Not a choice of kinds: pypdf raises whatever its parsers run into in a hostile file.
        message = (
            f"The PDF is damaged ({type(error).__name__}). Open it in a viewer and print it into a new PDF, or copy "
            "the text from there and give it as plain text."
        )
        raise ArticleError(message) from error
    empty = [number for number, lines in enumerate(pages, start=1) if not lines]
    if len(empty) == len(pages):
        message = (
            "This PDF has no text: its pages are pictures, as a scanner makes them. Recognise the text with an OCR "
            "program first, or give the article in another form."
        )
        raise ArticleError(message)
    remarks = []
    if empty:
        shown = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
        remarks.append(f"Pages of the PDF that have no text and were not read ({len(empty)}): {shown}.")
    return Draft(text="\n".join(_join_lines(_drop_margins(pages))), title=title, remarks=tuple(remarks))


ENCRYPTED = "The PDF is encrypted. Save it without a password, or copy its text and give that as plain text."


def _read_pages(contents: bytes) -> tuple[list[list[str]], str | None]:
    """Return the lines of each page and the document's title."""
    document = pypdf.PdfReader(io.BytesIO(contents))
    if document.is_encrypted and not document.decrypt(""):
        raise ArticleError(ENCRYPTED)
    n_pages = len(document.pages)
    if n_pages > MAX_PAGES:
        message = f"The PDF has {n_pages:,} pages. Expected at most {MAX_PAGES}: give the pages of one article."
        raise ArticleError(message)
    if not n_pages:
        raise ArticleError("The PDF has no pages. Save it again, or copy its text.")
    pages, n_characters = [], 0
    for page in document.pages:
        text = page.extract_text()
        n_characters += len(text)
        if n_characters > MAX_CHARACTERS:
            message = f"The PDF has more than {MAX_CHARACTERS:,} characters. Give the pages of one article."
            raise ArticleError(message)
        lines = [" ".join(line.replace("\0", " ").split()) for line in text.splitlines()]
        pages.append(lines if any(any(map(str.isalpha, line)) for line in lines) else [])
    title = document.metadata.title if document.metadata else None
    return pages, title if isinstance(title, str) and title.strip() else None


def _drop_margins(pages: Sequence[list[str]]) -> list[list[str]]:
    """Return the pages without page numbers, and without first and last lines that most pages share."""
    kept = [[line for line in page if line] for page in pages]
    for at in (0, -1):
        seen = Counter(NUMBERS.sub("#", page[at]) for page in kept if page)
        often = {line for line, n in seen.items() if n >= FEWEST_PAGES and n >= REPEATED_SHARE * len(kept)}
        for page in kept:
            if len(page) > 1 and (PAGE_NUMBER.match(page[at]) or NUMBERS.sub("#", page[at]) in often):
                del page[at]
    return kept


def _join_lines(pages: Sequence[list[str]]) -> list[str]:
    """Return paragraphs: a line goes on in the next one unless a sentence, or a heading, ends early in it.

    >>> _join_lines([["The town of Elmtown was taken on the first day of the", "win-", "ter.", "It fell."]])
    ['The town of Elmtown was taken on the first day of the winter.', 'It fell.']
    """
    words = Counter(word for page in pages for line in page for word in WORD.findall(line.lower()))
    paragraphs: list[str] = []
    is_open = False
    for page in pages:
        lengths = sorted((len(line) for line in page), reverse=True)
        usual = lengths[len(lengths) // 10] if lengths else 0
        for line in page:
            if is_open:
                paragraphs[-1] += _glue(paragraphs[-1], line, words=words)
            else:
                paragraphs.append(line)
            is_sentence = SENTENCE_END.search(line) is not None
            is_open = (
                HYPHEN.search(line) is not None or len(line) >= (LINE_SHARE if is_sentence else HEADING_SHARE) * usual
            )
        if paragraphs and not SENTENCE_END.search(paragraphs[-1]):
            is_open = True  # a sentence that goes on behind the page
    return [SOFT.sub("", paragraph) for paragraph in paragraphs]


def _glue(before: str, line: str, *, words: Counter[str]) -> str:
    """Return what a line adds to the one before it; a word divided between them becomes whole.

    A hyphen stays in `rebel-held` and `al-Bab`: where both halves are words elsewhere, too, and before capitals.

    >>> words = Counter({"rebel": 2, "held": 2, "the": 1})
    >>> [_glue(before, line, words=words) for before, line in (("rebel-", "held"), ("al-", "Bab"), ("the", "end"))]
    ['held', 'Bab', ' end']
    """
    ends, starts = LAST_WORD.search(before), WORD.match(line)
    if ends is None or starts is None:
        return f" {line}"
    first, last = ends[1].lower(), starts[0]
    is_compound = first + last not in words and words[first] > 1 and words[last] > 1
    return line if last[0].isupper() or is_compound else f"{CUT}{line}"


READER = DocumentReader(
    id="pdf",
    title="PDF",
    suffixes=(".pdf",),
    recognise=lambda contents: b"%PDF-" in contents[:1024],
    read=read_pdf,
)
