"""How long an article of 600 words takes from text to store, once everything is loaded."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import Row
from mapapp.articles.readers import read_article_text
from mapapp.places.gazetteer import open_gazetteer
from mapapp.reading import read_article
from mapapp.store import open_store
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre

N_ARTICLES = 40
N_WORDS = 600
SENTENCES = (
    "Fighters of {actor} seized {place} early on {day}, residents and a war monitor said.",
    "The army withdrew from {place} towards {other} after two days of shelling that damaged a bakery and a school.",
    "“We heard gunfire until the morning and then it was quiet,” a teacher in {place} told a local radio station.",
    "{actor} said it had entered {place}, a claim that could not be independently verified.",
    "Officials in {other} called on people to stay at home while engineers repaired the water pumps near {place}.",
    "A convoy of buses left {place} for {other} on {day} with more than two hundred families on board.",
    "Aid groups warned that the road between {place} and {other} remained closed and that flour was running short.",
    "The price of fuel doubled within a week, traders said, and the markets of {other} opened for a few hours only.",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def build_text(seed: int, *, theatre: Theatre, n_words: int = N_WORDS) -> str:
    """Return an invented article about a theatre's places and parties, the same for the same seed."""
    chance = random.Random(seed)
    names = [place.name for place in theatre.cell_places]
    actors = [actor.name for actor in theatre.actors if not actor.is_generic]
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < n_words:
        place, other = chance.sample(names, 2)
        pattern = chance.choice(SENTENCES)
        sentences.append(pattern.format(place=place, other=other, actor=chance.choice(actors), day=chance.choice(DAYS)))
    return " ".join(sentences)


def run() -> list[Row]:
    """Measure reading and storing, with the place index open and warm."""
    theatre = load_theatre(default_theatre())
    started = time.perf_counter()
    gazetteer = open_gazetteer(theatre)
    opened_s = time.perf_counter() - started
    texts = [build_text(seed, theatre=theatre) for seed in range(N_ARTICLES + 2)]
    read_s, stored_s = [], []
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "bench.sqlite"))
        for text in texts:
            started = time.perf_counter()
            article = read_article_text(text, published=theatre.last_day, timezone=theatre.timezone)
            reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
            read_s.append(time.perf_counter() - started)
            store.add_reading(reading, theatre=theatre.code)
            stored_s.append(time.perf_counter() - started)
        store.close()
        started = time.perf_counter()
        store = open_store(str(Path(folder) / "bench.sqlite"))
        n_readings = len(store.readings(theatre=theatre.code))
        loaded_s = time.perf_counter() - started
        store.close()
    read_s, stored_s = read_s[2:], stored_s[2:]  # the first two fill caches
    what = f"article of {N_WORDS} words"
    return [
        Row(f"{what}: read and stored, median of {N_ARTICLES}", statistics.median(stored_s), "s", "<= 0.5"),
        Row(f"{what}: read and stored, slowest", max(stored_s), "s", "<= 0.5"),
        Row(f"{what}: read only, median", statistics.median(read_s), "s"),
        Row("articles of that length per second, read only", len(read_s) / sum(read_s), "1/s"),
        Row("place index opened", opened_s, "s", note="built first where it was not there"),
        Row(f"{n_readings} readings loaded from a store just opened", loaded_s, "s"),
    ]


if __name__ == "__main__":
    for row in run():
        print(f"{row.what:70} {row.value:10.4f} {row.unit:4} {row.bar}")
