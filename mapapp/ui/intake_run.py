"""The reading of many articles beside the page, which can be stopped."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mapapp.articles.addresses import are_private_allowed
from mapapp.articles.batch import About, Incoming, count_entries, read_address, read_incoming
from mapapp.articles.fetching import fetch_page
from mapapp.intake import Tally, take_in
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_gazetteer_job, get_store
from mapapp.ui.jobs import Job, Report, start_job


@dataclass(frozen=True)
class Run:
    """A reading of many articles that goes on beside the page."""

    job: Job[Tally]
    stopping: threading.Event

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self.stopping.is_set()

    def stop(self) -> None:
        """Stop after the article that is being read; what was read stays."""
        self.stopping.set()


def start_run(files: Sequence[tuple[str, bytes]], *, addresses: Sequence[str], about: About, theatre: Theatre) -> Run:
    """Start reading files, given as name and contents, and addresses."""
    stopping = threading.Event()
    store, gazetteer_job = get_store(), get_gazetteer_job(theatre.folder.name)
    fetch = functools.partial(fetch_page, allow_private=are_private_allowed())

    def work(report: Report) -> Tally:
        gazetteer = gazetteer_job.result()
        totals = [count_entries(contents, name=name, about=about) for name, contents in files]
        whole = sum(totals) + len(addresses)
        opened: set[str] = set()

        def incoming() -> Iterator[Incoming]:
            for name, contents in files:
                yield from read_incoming(contents, name=name, about=about, fetch=fetch)
            for number, address in enumerate(addresses):
                report(f"Opening {address}", (sum(totals) + number) / whole)
                yield from read_address(address, about=about, fetch=fetch)

        def tell(tally: Tally, source: str) -> None:
            opened.update({source} & set(addresses))
            done = min(tally.n_in, sum(totals)) + max(0, len(opened) - 1)
            report(
                f"{tally.n_in:,} read{f' of {whole:,}' if not addresses else ''}: {len(tally.kept):,} stored, "
                f"{len(tally.duplicates):,} there already, {len(tally.set_aside):,} set aside",
                done / whole if whole else 1.0,
            )

        return take_in(
            incoming(),
            theatre=theatre,
            gazetteer=gazetteer,
            store=store,
            report=tell,
            is_stopped=stopping.is_set,
        )

    return Run(start_job(work, title="Opening the place index"), stopping)
