"""Word documents (.docx): their words, paragraph by paragraph, with nothing that they point to."""

from __future__ import annotations

import io
import zipfile
import zlib

import docx
import lxml.etree
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from mapapp.articles.draft import DocumentReader, Draft
from mapapp.errors import ArticleError

MAX_UNPACKED_BYTES = 60_000_000
"""Of all parts together. Reports of a hundred pages with pictures stay below; what says less than it holds is refused
by zipfile itself, which reads no more than a part announces."""
MAX_PARTS = 3_000
BODY = "word/document.xml"
MAX_BODY_BYTES = 30_000_000
"""Of the words with their markup: a million characters have some 10 MB."""
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""Repeats a text box for programs of before 2010."""
WRITTEN = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
"""Elements that stand for a character."""
BROKEN = (
    *(OpcError, zipfile.BadZipFile, zlib.error, lxml.etree.LxmlError, LookupError, ValueError, TypeError),
    *(AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError, AssertionError),
)
"""What python-docx and zipfile raise for documents that are damaged, encrypted or made to harm."""


def read_docx(contents: bytes) -> Draft:
    """Return the words of a Word document, one paragraph or table cell a line, and its title.

    Inserted words of tracked changes count, deleted ones do not; headers, footers, notes and comments are left out. The
    day on which a document was made is not taken for that of its publication. Raises `ArticleError`.
    """
    _check_archive(contents)
    try:
        document = docx.Document(io.BytesIO(contents))
        body = document.element.body
        lxml.etree.strip_elements(body, FALLBACK, with_tail=False)
        lines = [_read_paragraph(paragraph) for paragraph in body.iter(qn("w:p"))]
        title = document.core_properties.title
    except BROKEN as error:
        message = (
            f"The Word document is damaged ({type(error).__name__}). Open it in a word processor and save it again as "
            ".docx, or save it as plain text."
        )
        raise ArticleError(message) from error
    text = "\n".join(line for line in lines if line.strip())
    if not text:
        message = "The Word document has no text: perhaps it holds only pictures. Give the words as plain text."
        raise ArticleError(message)
    return Draft(text=text, title=title or None)


def _read_paragraph(paragraph: lxml.etree._Element) -> str:
    """Return a paragraph's own words; those of text boxes inside it are paragraphs of their own."""
    parts = []
    for element in paragraph.iter(qn("w:t"), *WRITTEN):
        if next(element.iterancestors(qn("w:p")), None) is paragraph:
            parts.append(WRITTEN.get(str(element.tag)) or element.text or "")
    return "".join(parts)


def _check_archive(contents: bytes) -> None:
    """Raise `ArticleError` for an archive that is none of a Word document, or unpacks to more than one has."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            parts = archive.infolist()
    except BROKEN as error:
        raise ArticleError(
            f"The file is a broken Word or zip file ({type(error).__name__}). Save the document again."
        ) from error
    body = next((part for part in parts if part.filename == BODY), None)
    if body is None:
        message = (
            "The file is a zip archive, but no Word document. Unpack it and give the files in it, or save the document "
            "as .docx, .pdf or plain text."
        )
        raise ArticleError(message)
    if any(part.flag_bits & 1 for part in parts):
        raise ArticleError("The Word document is encrypted. Save it without a password and try again.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or body.file_size > MAX_BODY_BYTES or len(parts) > MAX_PARTS:
        message = (
            f"The Word document unpacks to {unpacked / 1e6:,.0f} MB in {len(parts):,} parts. Expected at most "
            f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB in {MAX_PARTS:,}, {MAX_BODY_BYTES / 1e6:.0f} MB of them words. Save it "
            "without pictures, or as plain text."
        )
        raise ArticleError(message)


READER = DocumentReader(
    id="docx",
    title="Word document",
    suffixes=(".docx",),
    recognise=lambda contents: contents.startswith(b"PK\x03\x04"),
    read=read_docx,
)
