"""Text from outside, made fit for the parts of Streamlit that would read more into it than words.

`st.text`, `st.code`, `st.dataframe`, the options of a select box and our own components show text as it is.
`st.markdown`, captions, labels, tabs and messages read Markdown, with images that would be fetched from the network:
whatever did not come out of this repository passes through `escape_markdown` first. Labels of widgets and tabs hold
words of ours only, because a screen reader reads their Markdown aloud.
"""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"  # invisible, and it ends what Streamlit would take for a link, an icon or a smiley

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufff9-\ufffb]")
"""Control characters and those that turn the order of writing by force. Plain marks (U+200E, U+200F) and joiners stay:
Arabic and Persian need them."""


def show_steering(text: str) -> str:
    r"""Write out the characters that would turn the order of writing or cannot be seen; lines stay lines.

    >>> show_steering("Hama\u202e fell")
    'Hama\\u202e fell'
    >>> show_steering("two\nlines"), show_steering("")
    ('two\nlines', '')
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def escape_markdown(text: str) -> str:
    r"""Make a text mean itself in Markdown, with none of Streamlit's additions either.

    >>> escape_markdown("2 * 3")
    '2 \\* 3'
    >>> "](" in escape_markdown("![x](http://example.org/x.png)")
    False
    >>> escape_markdown("")
    ''
    """
    one_line = " ".join(show_steering(text).split())
    escaped = _PUNCTUATION.sub(r"\\\1", one_line)
    return re.sub(r"(\\[:@$]|[wW]{3}(?=\\\.))", rf"\1{_WORD_JOINER}", escaped)


def shorten(text: str, *, limit: int = 120) -> str:
    """Cut a text at a word so that it has at most `limit` characters, with an ellipsis where something is left out.

    >>> shorten("one two three", limit=8)
    'one two…'
    >>> shorten("short")
    'short'
    """
    one_line = " ".join(text.split())
    if len(one_line) <= limit:
        return one_line
    cut = one_line[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return f"{head or cut}…" if one_line[limit - 1] != " " else f"{cut}…"


def file_name(text: str) -> str:
    """Return a name that every file system takes.

    >>> file_name("syria 2024-12-08/../x")
    'syria-2024-12-08-x'
    >>> file_name("…")
    'file'
    """
    return re.sub(r"[^A-Za-z0-9._-]+|\.{2,}", "-", text).strip("-.").replace("---", "-").replace("--", "-") or "file"
