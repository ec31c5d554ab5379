"""Laws of reading: whatever bytes arrive, there is an article whose text can be stored, or one plain sentence."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from mapapp.articles.language import NAMES, guess_language
from mapapp.articles.readers import all_readers, read_article_record, read_article_text
from mapapp.errors import MapAppError
from mapapp.model import Article

suffixes = st.sampled_from([suffix for reader in all_readers() for suffix in reader.suffixes])
PIECES = (
    *("<p>", "</p>", "<div>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#0;", "<title>", "word "),
    *("---\n", "# ", "**", "_", "[", "](", ")", "`", "\n", "\r\n", "\u202e", "{{7*7}}", "${x}"),
)
markup = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
contents = st.one_of(st.binary(max_size=300), st.text(max_size=300), markup, markup.map(str.encode))
encodings = (
    st.none() | st.sampled_from(["utf-8", "utf-16", "cp1252", "cp1256", "idna", "no such"]) | st.text(max_size=9)
)


def read_or_say(content: str | bytes, **about: str | None) -> Article | str:
    """Return the article, or the sentence that refuses it; any other error fails the test."""
    try:
        return read_article_text(content, **about)
    except MapAppError as error:
        return str(error)


@given(content=contents, suffix=suffixes, encoding=encodings)
def test_anything_gives_an_article_or_a_sentence(content: str | bytes, suffix: str, encoding: str | None) -> None:
    outcome = read_or_say(content, name=f"file{suffix}", encoding=encoding)
    if isinstance(outcome, str):
        assert outcome
    else:
        assert outcome.id == hashlib.sha256(outcome.text.encode()).hexdigest()
        assert "\0" not in outcome.text
        assert "\r" not in outcome.text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_plain_text_is_word_for_word(text: str) -> None:
    outcome = read_or_say("Words. " + text, name="a.txt")
    assert isinstance(outcome, str) or outcome.text == "Words. " + text


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
)
def test_the_encoding_makes_no_difference(text: str, encoding: str) -> None:
    text = "Words. " + text
    outcome = read_or_say(text.encode(encoding), name="a.txt")
    assert isinstance(outcome, str) or outcome.text == text


@given(st.text())
def test_objects_keep_their_text_untouched(text: str) -> None:
    try:
        assert read_article_record({"text": text}).text == text
    except MapAppError as error:
        assert str(error)  # noqa: PT017 - refusing is right too, anything but a MapAppError is not


@given(
    st.dictionaries(st.sampled_from(["text", "published", "title", "url", "x"]), st.text() | st.integers() | st.none())
)
def test_any_object_gives_an_article_or_a_sentence(record: dict[str, object]) -> None:
    try:
        article = read_article_record(record)
    except MapAppError:
        return
    assert article.text == record["text"]


@given(st.text())
def test_a_guessed_language_has_a_name(text: str) -> None:
    assert guess_language(text) in {None, *NAMES}
