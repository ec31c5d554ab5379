"""A store opened for somebody who decides about claims."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mapapp.cli.maps import PatientGazetteer, read_samples, without_samples
from mapapp.cli.terminal import open_place_index, opened_store
from mapapp.desk import NOBODY, Desk, Step, decide, open_desk
from mapapp.errors import PlaceError, StoreError
from mapapp.model import Decision, Reading
from mapapp.store import Store
from mapapp.theatres.theatre import Theatre, load_theatre


@dataclass(frozen=True)
class Work:
    """A store opened to decide about a theatre's articles."""

    store: Store
    theatre: Theatre
    gazetteer: PatientGazetteer
    who: str
    why: str
    with_samples: bool = True
    """Whether the theatre's sample articles count, as they do in the app."""

    _samples: list[Reading] = field(default_factory=list, repr=False)
    """Those that are not stored, once they have been read."""

    def desk(self) -> Desk:
        """Return all articles that count, samples among them, as people have decided about them up to now."""
        stored = self.store.readings(theatre=self.theatre.code)
        ids = {reading.article.id for reading in stored}
        if self.with_samples and not self._samples:
            self._samples.extend(read_samples(self.theatre, known=ids))
        if self.with_samples:
            readings = (*(sample for sample in self._samples if sample.article.id not in ids), *stored)
        else:
            readings = without_samples(stored, theatre=self.theatre)
        return open_desk(self.store, theatre=self.theatre, gazetteer=self.gazetteer, readings=readings)

    def stored_desk(self) -> Desk:
        """Return all stored articles as people have decided about them: nothing was decided about any other."""
        return open_desk(self.store, theatre=self.theatre, gazetteer=self.gazetteer)

    def decide(self, desk: Desk, steps: Sequence[Step], *, article_id: str) -> tuple[Decision, ...]:
        """Write steps about one article to the log. A sample is stored first, as the app does it."""
        for sample in self._samples:
            if sample.article.id == article_id:
                self.store.add_reading(sample, theatre=self.theatre.code)
        return decide(
            self.store,
            steps,
            reviewed=desk.reviews[article_id],
            theatre=self.theatre,
            gazetteer=self.gazetteer,
            who=self.who,
            why=self.why,
            known_claims={claim.id for review in desk.reviews.values() for claim in review.claims},
        )

    def find_place(self, name: str) -> str:
        """Return the id of the place that is meant: an id as it is, else the one town or place of the name here."""
        if ":" in name or not name:
            return name
        found = open_place_index(self.theatre).find(name)
        own = [place for place in found if place.country == self.theatre.country] or list(found)
        towns = [place for place in own if place.feature_class == "P"]
        own = towns if len(towns) == 1 else own  # a town and the unit around it: the town is meant
        if len(own) != 1:
            listed = "; ".join(f"{place.id} {place.name} {place.lat:.2f} {place.lon:.2f}" for place in own[:8])
            message = f"{len(own)} places are called {name[:60]!a}{f': {listed}' if own else ''}. Give the id of one."
            raise PlaceError(message)
        return own[0].id


@contextmanager
def opened_work(options: argparse.Namespace) -> Iterator[Work]:
    """Open the store that the options name, for a theatre, in the name of who decides."""
    theatre = load_theatre(options.theatre)
    with opened_store(options.db) as store:
        yield Work(
            store,
            theatre,
            PatientGazetteer(theatre),
            _author(options),
            getattr(options, "why", None) or "",
            with_samples=not getattr(options, "no_samples", False),
        )


def _author(options: argparse.Namespace) -> str:
    """Return who decides: as told, else the user of this machine."""
    told = getattr(options, "who", None)
    if told:
        return str(told)
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return NOBODY


def find_article(desk: Desk, name: str) -> str:
    """Return the id of the article whose id begins so. Raises `StoreError` where none or several do."""
    found = [article_id for article_id in desk.reviews if article_id.startswith(name.lower())]
    if len(found) != 1:
        message = f"{len(found)} stored articles have an id that begins with {name!a}; one was expected."
        raise StoreError(message)
    return found[0]
