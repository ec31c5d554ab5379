"""Laws of reading: whatever bytes arrive, there is an article whose text can be stored, or one plain sentence."""

from __future__ import annotations

import contextlib
import hashlib
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.articles.addresses import check_address, is_public
from mapapp.articles.batch import About, count_entries, glance_at, read_incoming
from mapapp.articles.copies import compare_texts, find_copies
from mapapp.articles.language import NAMES, guess_language
from mapapp.articles.published import find_moment
from mapapp.articles.readers import all_readers, read_article_record, read_article_text
from mapapp.errors import ArticleError, MapAppError
from mapapp.model import Article
from tests.article_files import build_docx, build_pdf, build_workbook

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


# Files and addresses

SAMPLES = (
    build_pdf([["It fell.", "So it was."], ["Again."]]),
    build_pdf([["It fell."]], is_packed=True),
    build_docx(["It fell.", "So it was."], title="A day", cells=["a", "b"]),
    build_workbook([["text", "date"], ["It fell.", "2024-12-05"]]),
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title>One</title>"
    b"<pubDate>Sun, 08 Dec 2024 23:30:00 +0300</pubDate><description>It &lt;b&gt;fell&lt;/b&gt;.</description></item>"
    b"</channel></rss>",
    b'{"text": "It fell.", "date": "2024-12-05"}\n{"text": "Again."}\n',
    b"text,date\nIt fell.,2024-12-05\n",
    b"<html><head><meta charset='utf-8'><title>T</title></head><body><p>It fell.</p></body></html>",
)
edits = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 255), st.sampled_from(["set", "cut", "twice"])), max_size=6
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, left out or repeated."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for place, value, how in draw(edits):
        at = place % max(1, len(data))
        if how == "set":
            data[at : at + 1] = bytes([value])
        elif how == "cut":
            del data[at : at + value]
        else:
            data[at:at] = data[at : at + value]
    return bytes(data)


@settings(deadline=None, max_examples=150)
@given(contents=damaged() | st.binary(max_size=300), suffix=suffixes)
def test_every_item_of_any_file_is_an_article_or_a_reason(contents: bytes, suffix: str) -> None:
    about = About()
    items = list(read_incoming(contents, name=f"file{suffix}", about=about))
    assert items
    for item in items:
        assert (item.article is None) != (item.reason is None)
        if item.article is not None:
            assert item.article.id == hashlib.sha256(item.article.text.encode()).hexdigest()
    assert count_entries(contents, name=f"file{suffix}", about=about) >= 1
    with contextlib.suppress(ArticleError):
        glance_at(contents, name=f"file{suffix}", about=about)


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_any_address_is_put_into_a_safe_form_or_refused(url: str) -> None:
    try:
        checked = check_address(url)
    except ArticleError:
        return
    assert checked.isascii()
    assert checked.startswith(("http://", "https://"))
    assert not any(character.isspace() for character in checked)
    assert check_address(checked) == checked


@given(st.ip_addresses())
def test_an_address_that_python_does_not_call_global_is_not_public_unless_it_embeds_one(ip: object) -> None:
    text = str(ip)
    if is_public(text):
        assert ip.is_global or text.startswith(("64:ff9b:", "2002:"))  # type: ignore[attr-defined]


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = find_moment(text)
    assert moment is None or moment.isoformat()


@given(st.lists(st.text(alphabet="ab ", min_size=50, max_size=200), max_size=6), st.randoms(use_true_random=False))
def test_copies_do_not_depend_on_the_order_and_lead_to_an_original(texts: list[str], shuffler: Random) -> None:
    articles = [Article(str(number), text) for number, text in enumerate(texts)]
    found = find_copies(articles)
    shuffler.shuffle(articles)
    assert find_copies(articles) == found
    for copy in found.values():
        assert copy.of not in found


@given(st.text(max_size=400), st.text(max_size=400))
def test_resemblance_is_a_share_and_has_no_direction(first: str, second: str) -> None:
    assert 0.0 <= compare_texts(first, second) <= 1.0
    assert compare_texts(first, second) == compare_texts(second, first)
