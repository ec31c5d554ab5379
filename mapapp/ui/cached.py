"""The caches of the app, but for those of files (`cached_files`).

Everything is keyed by values: names, a `MapQuery`, and `store_version()`, which changes with every change to the store,
so that nothing is ever cleared by hand. Records are shared between sessions as they are, because they are frozen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import streamlit as st

from mapapp.articles.copies import Copy, find_copies
from mapapp.claims.review import apply_decisions
from mapapp.folders import data_folder
from mapapp.histories.shelf import event_layers, layers_version
from mapapp.mapview import build_document, build_payload, escape_json
from mapapp.model import Article, Decision, MapQuery, Place, Reading
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.imported import imports_version
from mapapp.queue import Queue, build_queue
from mapapp.reading import read_article
from mapapp.scene import Scene, build_scene
from mapapp.store import Store, open_store
from mapapp.theatres.publishers import publishers_version
from mapapp.theatres.theatre import Theatre, load_theatre, sample_articles, theatre_version
from mapapp.ui.jobs import Job, Report, start_job
from mapapp.ui.map_component import hash_payload

Result = TypeVar("Result")

DATABASE_VARIABLE = "MAPAPP_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Payload:
    """A scene as the browser gets it."""

    text: str
    """JSON."""
    hash: str


def get_theatre(name: str) -> Theatre:
    """Return a theatre by the name of its folder, as its files, boundaries and grades of publishers are now."""
    return _load_theatre(name, f"{theatre_version(name)} {publishers_version(name)}")


@st.cache_resource(max_entries=4, show_spinner=False)
def _load_theatre(name: str, version: str) -> Theatre:
    return load_theatre(name)


def get_store() -> Store:
    """Return the store of this process, open."""
    return _open_store(_store_name())


def _store_name() -> str:
    """Return what decides which store is opened: an address, or the user's folder."""
    return os.environ.get(DATABASE_VARIABLE) or str(data_folder())


@st.cache_resource(max_entries=4, show_spinner=False)
def _open_store(name: str) -> Store:
    return open_store()


def store_version() -> str:
    """Return a text that changes with everything that is stored; the key of what depends on it."""
    return get_store().version()


@st.cache_resource(max_entries=1, show_spinner=False)
def _running_jobs() -> dict[tuple[str, str, str], Job[Any]]:
    return {}


def _places_version(theatre_name: str) -> str:
    """Return a text that changes with what decides which places are known: the theatre and the user's gazetteers."""
    return f"{theatre_version(theatre_name)} {imports_version()}"


def _get_job(name: str, theatre_name: str, start: Callable[[], Job[Result]]) -> Job[Result]:
    """Return the one job of this name in this process; one that failed is started anew after a while."""
    jobs, key = _running_jobs(), (name, theatre_name, _places_version(theatre_name))
    job = jobs.get(key)
    if job is None or job.is_stale():
        for old in [other for other in list(jobs) if other[:2] == key[:2]]:
            jobs.pop(old, None)  # an older index would stay in memory for nobody
        job = jobs[key] = start()
    return job


def get_gazetteer_job(theatre_name: str) -> Job[Gazetteer]:
    """Start opening the place index, once; the very first time it has to be built."""
    theatre = get_theatre(theatre_name)
    return _get_job(
        "gazetteer",
        theatre_name,
        lambda: start_job(lambda report: open_gazetteer(theatre, progress=report), title="Opening the place index"),
    )


def is_gazetteer_open(theatre_name: str) -> bool:
    """Whether the place index is open in this process; asking starts nothing."""
    return _is_done("gazetteer", theatre_name)


def _is_done(name: str, theatre_name: str) -> bool:
    job = _running_jobs().get((name, theatre_name, _places_version(theatre_name)))
    return job is not None and job.is_done and job.future.exception() is None


def get_samples_job(theatre_name: str) -> Job[tuple[Reading, ...]]:
    """Start reading the theatre's sample articles, once."""
    theatre, articles = get_theatre(theatre_name), get_samples(theatre_name)
    gazetteer_job = get_gazetteer_job(theatre_name)

    def read_samples(report: Report) -> tuple[Reading, ...]:
        gazetteer = gazetteer_job.result()
        readings = []
        for number, article in enumerate(articles):
            report(f"Reading sample article {number + 1} of {len(articles)}", number / len(articles))
            readings.append(read_article(article, theatre=theatre, gazetteer=gazetteer))
        return tuple(readings)

    return _get_job("samples", theatre_name, lambda: start_job(read_samples, title="Reading the sample articles"))


@st.cache_resource(max_entries=8, show_spinner=False)
def get_samples(theatre_name: str) -> tuple[Article, ...]:
    """Return the theatre's sample articles, not read."""
    return sample_articles(get_theatre(theatre_name))


def are_samples_read(theatre_name: str) -> bool:
    """Whether the sample articles have been read in this process; asking starts nothing."""
    return _is_done("samples", theatre_name)


@dataclass(frozen=True, slots=True)
class PatientGazetteer:
    """A gazetteer that is waited for only if it is asked something: most decisions name no place."""

    theatre_name: str

    def place(self, place_id: str, /) -> Place:
        """Return the place with this id, once the index is open."""
        return get_gazetteer_job(self.theatre_name).result().place(place_id)


@dataclass(frozen=True, slots=True)
class SceneKey:
    """All that decides what a scene holds: the key of what is made of it."""

    query: MapQuery
    with_samples: bool
    has_samples: bool
    """Whether the samples have been read yet."""
    store: str
    store_version: str
    theatre_version: str
    """Of its files, of the user's gazetteers (decisions may name places of these) and of imported event layers."""


def build_key(query: MapQuery, *, with_samples: bool) -> SceneKey:
    """Return the key of what is shown now: it changes with every change to the store."""
    return SceneKey(
        query=query,
        with_samples=with_samples,
        has_samples=with_samples and are_samples_read(query.theatre),
        store=_store_name(),
        store_version=store_version(),
        theatre_version=f"{_places_version(query.theatre)} {layers_version(query.theatre)}",
    )


def _without_day(key: SceneKey) -> SceneKey:
    """Return the key of what holds all days: dragging the date must find it again."""
    return replace(key, query=replace(key.query, day=key.query.start))


def _without_filters(key: SceneKey) -> SceneKey:
    """Return the key of what holds everything in a range of days: filters must not compute it again."""
    query = key.query
    return replace(key, query=MapQuery(theatre=query.theatre, day=query.start, start=query.start, end=query.end))


def get_readings(query: MapQuery, *, with_samples: bool) -> tuple[Reading, ...]:
    """Return everything that was read for a theatre with the decisions of its users applied, oldest first.

    Sample articles stand first; one that a user decided about is stored, and then stands for itself.
    """
    return get_scene(query, with_samples=with_samples).readings


def get_raw_readings(theatre_name: str, *, with_samples: bool) -> tuple[Reading, ...]:
    """Return everything that was read for a theatre as it was read, before anybody decided about it."""
    stored = get_store().readings(theatre=get_theatre(theatre_name).code)
    stored_ids = {reading.article.id for reading in stored}
    sample_ids = {article.id for article in get_samples(theatre_name)}
    samples = get_samples_job(theatre_name).result() if with_samples and are_samples_read(theatre_name) else ()
    return (
        *(reading for reading in samples if reading.article.id not in stored_ids),
        *(reading for reading in stored if with_samples or reading.article.id not in sample_ids),
    )


def _group_by_article(decisions: tuple[Decision, ...]) -> Mapping[str, tuple[Decision, ...]]:
    grouped: dict[str, list[Decision]] = {}
    for decision in decisions:
        grouped.setdefault(decision.article_id, []).append(decision)
    return {article_id: tuple(items) for article_id, items in grouped.items()}


def get_copies(theatre: Theatre) -> Mapping[str, Copy]:
    """Return which stored articles of a theatre are nearly the same as earlier ones, by id."""
    return _find_copies(_store_name(), store_version(), theatre.code)


@st.cache_resource(max_entries=4, show_spinner=False)
def _find_copies(store: str, version: str, theatre_code: str) -> Mapping[str, Copy]:
    return find_copies(reading.article for reading in get_store().readings(theatre=theatre_code))


def get_scene(query: MapQuery, *, with_samples: bool) -> Scene:
    """Return everything that a map shows."""
    return find_scene(build_key(query, with_samples=with_samples))


def find_scene(key: SceneKey) -> Scene:
    """Return the scene of a key, with the day of its query."""
    return replace(_build_scene(_without_filters(key)), query=key.query)


@st.cache_resource(max_entries=8, show_spinner=False)
def _build_scene(key: SceneKey) -> Scene:
    theatre, decisions = get_theatre(key.query.theatre), get_store().decisions()
    by_article = _group_by_article(decisions)
    gazetteer = PatientGazetteer(key.query.theatre)
    readings = [
        apply_decisions(reading, decisions=by_article.get(reading.article.id, ()), theatre=theatre, gazetteer=gazetteer)
        for reading in get_raw_readings(key.query.theatre, with_samples=key.with_samples)
    ]
    tracks = [track.route for track in get_store().tracks(theatre=theatre.code)]
    newest = _newest_scenes()
    scene = build_scene(
        key.query,
        theatre=theatre,
        readings=readings,
        decisions=decisions,
        tracks=tracks,
        event_layers=event_layers(key.query.theatre),
        before=newest.get(key.query.theatre),
    )
    newest[key.query.theatre] = scene
    return scene


@st.cache_resource(max_entries=1, show_spinner=False)
def _newest_scenes() -> dict[str, Scene]:
    """Return the scene that was built last of each theatre: the next one takes over what nothing new touches."""
    return {}


def get_queue(query: MapQuery, *, with_samples: bool) -> Queue:
    """Return what waits for a person, what would change the map most first."""
    return _build_queue(_without_filters(build_key(query, with_samples=with_samples)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _build_queue(key: SceneKey) -> Queue:
    newest, name = _newest_queues(), key.query.theatre
    queue = build_queue(
        find_scene(key).readings,
        theatre=get_theatre(name),
        decisions=get_store().decisions(),
        before=newest.get(name),
    )
    newest[name] = queue
    return queue


@st.cache_resource(max_entries=1, show_spinner=False)
def _newest_queues() -> dict[str, Queue]:
    """Return the queue that was built last of each theatre: the next one takes over what nothing new touches."""
    return {}


def get_payload(query: MapQuery, *, with_samples: bool) -> Payload:
    """Return the scene as the browser gets it."""
    return _build_payload(_without_day(build_key(query, with_samples=with_samples)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _build_payload(key: SceneKey) -> Payload:
    text = escape_json(build_payload(find_scene(key)))
    return Payload(text, hash_payload(text))


@st.cache_resource(max_entries=1, show_spinner=False)
def get_shell() -> str:
    """Return the map document that waits for its data."""
    return build_document(None)
