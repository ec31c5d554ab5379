"""Work that takes longer than a user should wait for a page, done beside it.

A job runs once per process in a thread of its own and speaks to no Streamlit function. Pages look at it again every
second while it runs.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")
Report = Callable[[str, float], None]
"""Told what is being done, in words, and which share of it is done, 0 to 1."""

RETRY_SECONDS = 20.0
"""A job that failed is tried again after this time at the earliest, so that its message can be read before that."""


@dataclass(frozen=True)
class Job(Generic[Result]):
    """Something that is being worked out."""

    future: Future[Result]
    steps: deque[tuple[str, float]]
    """The newest report only."""
    started: float
    """`time.monotonic()`, seconds."""

    @property
    def is_done(self) -> bool:
        """Whether there is a result or an error."""
        return self.future.done()

    @property
    def progress(self) -> tuple[str, float]:
        """What is being done, and which share of it is done, 0 to 1."""
        text, share = self.steps[-1]
        return text, min(max(share, 0.0), 1.0)

    def is_stale(self) -> bool:
        """Whether it failed so long ago that trying again makes sense."""
        failed = self.is_done and self.future.exception() is not None
        return failed and time.monotonic() - self.started > RETRY_SECONDS

    def result(self) -> Result:
        """Wait for the result and return it, or raise what went wrong."""
        return self.future.result()


def start_job(work: Callable[[Report], Result], *, title: str) -> Job[Result]:
    """Start working beside the page.

    >>> start_job(lambda report: 6 * 7, title="Thinking").result()
    42
    """
    future: Future[Result] = Future()
    steps: deque[tuple[str, float]] = deque([(title, 0.0)], maxlen=1)

    def run() -> None:
        try:
            future.set_result(work(lambda text, share: steps.append((text, share))))
        except BaseException as error:  # noqa: BLE001 - it is not swallowed: whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=run, name=title, daemon=True).start()
    return Job(future, steps, time.monotonic())
