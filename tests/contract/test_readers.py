"""What every reader of articles must do; new files in the folder are met here by themselves."""

from __future__ import annotations

import contextlib
import pickle
from pathlib import Path

import pytest

import mapapp.articles
from mapapp.articles.draft import AnyReader, CollectionReader, DocumentReader, Draft, Entry, Reader, Source
from mapapp.articles.readers import (
    FALLBACK,
    all_readers,
    all_suffixes,
    collection_readers,
    read_article_text,
    text_readers,
)
from mapapp.errors import ArticleError, MapAppError

WORDS = "The northern brigades took Elmtown on Thursday, residents said."
HOSTILE = (
    "",
    " \n\t ",
    "<",
    "---\n",
    "\u202eevil\u202c",
    "\0" * 50,
    "\ud800",
    "<html>" * 500,
    "a" * 100_000,
    "*_`[(" * 5_000,
    "[" * 50_000,
    "{" * 50_000,
    '{"text": ' * 5_000,
    "{{7*7}} ${alert(1)} </script><img src=x onerror=alert(1)>",
    "text,title\n\0,\n" * 20,
    '"text\n' * 500,
    "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><rss><channel><item>&a;</item>",
    "http://192.0.2.1/feed",
    "/etc/hostname",
)
DOCUMENTS = tuple(reader for reader in all_readers() if isinstance(reader, DocumentReader))
each_reader = pytest.mark.parametrize("reader", all_readers(), ids=lambda reader: reader.id)
each_text = pytest.mark.parametrize("reader", text_readers(), ids=lambda reader: reader.id)
each_document = pytest.mark.parametrize("reader", DOCUMENTS, ids=lambda reader: reader.id)
each_collection = pytest.mark.parametrize("reader", collection_readers(), ids=lambda reader: reader.id)
each_hostile = pytest.mark.parametrize("contents", HOSTILE, ids=range(len(HOSTILE)))


def test_every_file_that_offers_a_reader_is_found() -> None:
    folder = Path(mapapp.articles.__file__).parent
    offering = {path.stem for path in folder.glob("*.py") if "\nREADER = " in path.read_text(encoding="utf-8")}
    assert {reader.id for reader in all_readers()} == offering
    assert {len(text_readers()), len(DOCUMENTS), len(collection_readers())} == {3, 2}


def test_no_two_readers_want_the_same_suffix() -> None:
    suffixes = [suffix for reader in all_readers() for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert set(all_suffixes()) == {suffix[1:] for suffix in suffixes if suffix}


@each_reader
def test_a_reader_says_what_it_is(reader: AnyReader) -> None:
    assert reader.title
    assert all(suffix == suffix.lower() and suffix[:1] in ("", ".") for suffix in reader.suffixes)


@each_text
def test_plain_words_are_read_by_every_reader_of_texts_word_for_word(reader: Reader) -> None:
    assert reader.read(WORDS).text.strip() == WORDS


@each_text
@each_hostile
def test_hostile_contents_give_an_article_or_a_sentence(reader: Reader, contents: str) -> None:
    name = f"file{reader.suffixes[0]}"
    outcome = read_or_say(contents, name=name)
    assert "\0" not in outcome
    outcome.encode()


def read_or_say(contents: str | bytes, *, name: str) -> str:
    """Return the text of the article, or the sentence that refuses it; any other error fails the test."""
    try:
        return read_article_text(contents, name=name).text
    except MapAppError as error:
        return str(error)


def test_one_reader_takes_what_no_other_recognises() -> None:
    assert [reader.id for reader in text_readers() if reader.recognise("any words at all")] == [FALLBACK]


@each_document
@each_hostile
def test_what_is_no_document_is_refused_in_a_sentence(reader: DocumentReader, contents: str) -> None:
    with pytest.raises(ArticleError) as caught:
        reader.read(contents.encode(errors="surrogatepass"))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@each_document
def test_plain_words_are_not_taken_for_a_document(reader: DocumentReader) -> None:
    assert not reader.recognise(WORDS.encode())


@each_collection
@each_hostile
@pytest.mark.parametrize("number", [0, -1])
def test_every_entry_of_hostile_contents_is_a_draft_or_a_reason(
    reader: CollectionReader, contents: str, number: int
) -> None:
    source = Source(contents.encode(errors="surrogatepass"), name=f"file{reader.suffixes[number]}")
    entries: list[Entry] = []
    with contextlib.suppress(ArticleError):
        entries = list(reader.read(source))
    for entry in entries:
        assert entry.where
        assert (entry.draft is None) != (entry.reason is None)


@each_collection
def test_plain_words_are_not_taken_for_a_collection(reader: CollectionReader) -> None:
    assert not reader.recognise(WORDS.encode())


def test_what_readers_make_can_go_to_another_process() -> None:
    draft = Draft(WORDS, title="A day", remarks=("One page was left out.",))
    assert pickle.loads(pickle.dumps(draft)) == draft
