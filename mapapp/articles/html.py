"""A saved web page: its article without menus and advertisements, and what its head says of it."""

from __future__ import annotations

import logging
import re

import lxml.etree
import lxml.html
import trafilatura

from mapapp.articles.draft import Draft, Reader
from mapapp.errors import ArticleError

LOOKS_LIKE_HTML = re.compile(
    r"\A\s*(?:<!--.{0,2000}?-->\s*)?(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head)\b", re.I | re.S
)
UNREADABLE = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg", "head")
"""Parts of a page that are no part of its article."""
BLOCKS = "p|h1|h2|h3|h4|h5|h6|li|blockquote|td|div|section|article|main|body|br"
DATE_SEARCH = {"extensive_search": False, "original_date": True}
"""Only what the page's markup says of its first publication: a date guessed from its text would be worse than none."""


def read_html(contents: str) -> Draft:
    """Return the article of a page, one paragraph a line.

    Raises `ArticleError` where the page has no text, as pages that a script fills in the browser.

    >>> read_html("<html><title>A day</title><body><p>Hama fell.</p><script>1</script></body></html>").text
    'Hama fell.'
    """
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it finds missing is told in our own words
    found = trafilatura.bare_extraction(
        contents, with_metadata=True, include_comments=False, include_tables=True, date_extraction_params=DATE_SEARCH
    )
    said = {} if found is None or isinstance(found, dict) else found.as_dict()
    text = (said.get("text") or "").strip() or read_blocks(contents)
    if not text:
        message = (
            "The page has no text that could be read. Pages that a script fills show it only in a browser: "
            "copy the text there and give it as plain text."
        )
        raise ArticleError(message)
    return Draft(
        text=text,
        title=said.get("title") or _read_title(contents),
        publisher=said.get("sitename"),
        url=said.get("url"),
        published=said.get("date"),
    )


def _parse(contents: str) -> lxml.html.HtmlElement | None:
    parser = lxml.html.HTMLParser(encoding="utf-8", recover=True, no_network=True)
    try:
        return lxml.html.document_fromstring(contents.encode(), parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return None


def _read_title(contents: str) -> str | None:
    root = _parse(contents)
    return None if root is None else " ".join((root.findtext(".//title") or "").split()) or None


def read_blocks(contents: str) -> str:
    """Return all words of a page, or of a piece of one that is too short or too odd for trafilatura, a block a line."""
    root = _parse(contents)
    if root is None:
        return ""
    lxml.etree.strip_elements(root, lxml.etree.Comment, *UNREADABLE, with_tail=False)
    for element in root.iter(*BLOCKS.split("|")):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in "".join(root.itertext()).split("\n"))
    return "\n".join(line for line in lines if line)


READER = Reader(
    id="html",
    title="saved web page",
    suffixes=(".html", ".htm", ".xhtml"),
    recognise=lambda contents: bool(LOOKS_LIKE_HTML.match(contents)),
    read=read_html,
)
