"""What every reader of articles must do; new files in the folder are met here by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

import mapapp.articles
from mapapp.articles.draft import Reader
from mapapp.articles.readers import FALLBACK, all_readers, read_article_text
from mapapp.errors import MapAppError

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
    "{{7*7}} ${alert(1)} </script><img src=x onerror=alert(1)>",
)
readers = pytest.mark.parametrize("reader", all_readers(), ids=lambda reader: reader.id)


def test_every_file_that_offers_a_reader_is_found() -> None:
    folder = Path(mapapp.articles.__file__).parent
    offering = {path.stem for path in folder.glob("*.py") if "\nREADER = " in path.read_text(encoding="utf-8")}
    assert {reader.id for reader in all_readers()} == offering


def test_no_two_readers_want_the_same_suffix() -> None:
    suffixes = [suffix for reader in all_readers() for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))


@readers
def test_a_reader_says_what_it_is(reader: Reader) -> None:
    assert reader.title
    assert all(suffix == suffix.lower() and suffix[:1] in ("", ".") for suffix in reader.suffixes)


@readers
def test_plain_words_are_read_by_every_reader_word_for_word(reader: Reader) -> None:
    assert reader.read(WORDS).text.strip() == WORDS


@readers
@pytest.mark.parametrize("contents", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_contents_give_an_article_or_a_sentence(reader: Reader, contents: str) -> None:
    name = f"file{reader.suffixes[0]}"
    outcome = read_or_say(contents, name=name)
    assert "\0" not in outcome
    outcome.encode()


def read_or_say(contents: str, *, name: str) -> str:
    """Return the text of the article, or the sentence that refuses it; any other error fails the test."""
    try:
        return read_article_text(contents, name=name).text
    except MapAppError as error:
        return str(error)


def test_one_reader_takes_what_no_other_recognises() -> None:
    assert [reader.id for reader in all_readers() if reader.recognise("any words at all")] == [FALLBACK]
