"""A law of reading: nothing is read from a text that does not stand in it, and all that is read can be kept."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mapapp.articles.readers import read_article_record
from mapapp.errors import MapAppError
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import read_article, reading_to_json
from mapapp.store import open_store
from mapapp.theatres.theatre import Theatre

WORDS = (
    *(
        "Damascus",
        "Aleppo",
        "Hama",
        "Moscow",
        "Deir ez-Zor",
        "Idlib province",
        "the capital",
        "Syrian",
        "Russia",
        "حماة",
    ),
    *("rebels", "the army", "government forces", "HTS", "ISIS", "a convoy", "a plane", "Jolani", "the group"),
    *("captured", "seized", "withdrew from", "fled", "took off from", "was taken by", "entered", "advanced towards"),
    *("lost control of", "did not capture", "turned back", "went off radar", "U-turn", "heading west", "the fall of"),
    *("said", "according to", "reportedly", "denied", "may have", "claimed", "citing TASS", "could not be verified"),
    *("on Thursday", "on December 8", "in 2016", "yesterday", "over the past week", "at dawn", "between 3 and 5 May"),
    *(
        "and",
        "or",
        "from",
        "to",
        "in",
        "of",
        "half of",
        "all of",
        "dozens of villages",
        ",",
        ".",
        "“",
        "”",
        "\n",
        "\n\n",
    ),
    *("(", ")", "—", "…", "{{7*7}}", "${x}", "<b>", "\u202e", "\u200f", "e\u0301", "\U0001f600", "\t", "  ", "A", "5"),
)
sentences = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
anything = st.text(max_size=200)
texts = st.one_of(sentences, anything, st.tuples(sentences, anything, sentences).map(" ".join))


@given(text=texts, published=st.none() | st.just("2024-12-09"))
def test_whatever_is_read_stands_in_the_text_and_can_be_stored(
    theatre: Theatre, gazetteer: Gazetteer, text: str, published: str | None
) -> None:
    try:
        article = read_article_record({"text": text, "published": published})
    except MapAppError:
        return
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    starts = [found.mention.start for found in reading.resolutions]
    assert starts == sorted(starts)
    ids = [claim.id for claim in reading.claims]
    assert len(ids) == len(set(ids))
    json.dumps(reading_to_json(reading, theatre=theatre), allow_nan=False)
    store = open_store("sqlite://")  # it refuses a mention or a quote that does not stand in the text
    assert store.add_reading(reading, theatre=theatre.code)
    object.__setattr__(store, "_decoded", {})
    assert store.readings(theatre=theatre.code) == (reading,)
    store.close()
