"""Many articles at once: each read and stored by itself, or set aside with its reason, while the rest goes on."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mapapp.articles.batch import Incoming
from mapapp.claims.grading import find_publisher
from mapapp.errors import MapAppError
from mapapp.model import Article, Reading
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import check_usable, read_article
from mapapp.store import Store
from mapapp.tables import guard_formula
from mapapp.theatres.theatre import Theatre

HEAD = ("file or address", "where", "title", "what became of it", "reason")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that was read and stored."""

    reading: Reading
    source: str
    where: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """What came in and was not stored."""

    source: str
    where: str
    title: str | None
    reason: str
    duplicate_of: str | None = None
    """Id of the article that has the very same text; None = it was set aside."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of what came in so far: every item is kept, a duplicate, or set aside."""

    kept: tuple[Kept, ...] = ()
    duplicates: tuple[NotKept, ...] = ()
    set_aside: tuple[NotKept, ...] = ()
    is_stopped: bool = False
    """Whether it was stopped before its end; what was kept by then is stored."""

    @property
    def n_in(self) -> int:
        """How many items came in."""
        return len(self.kept) + len(self.duplicates) + len(self.set_aside)


def take_in(
    incoming: Iterable[Incoming],
    *,
    theatre: Theatre,
    gazetteer: Gazetteer,
    store: Store,
    report: Callable[[Tally, str], None] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Tally:
    """Read and store articles one by one, and return what became of each.

    `report` is told after each of them, with what is done next. `is_stopped` is asked before each: what is stored by
    then stays. A text that is in the store, or came before, is a duplicate. Nothing that goes wrong with one article
    stops the others.
    """
    kept: list[Kept] = []
    duplicates: list[NotKept] = []
    set_aside: list[NotKept] = []
    known = {article.id for article in store.articles(theatre=theatre.code)}
    for item in incoming:
        article = item.article
        if article is None:
            set_aside.append(NotKept(item.source, item.where, item.title, item.reason or "It has no article."))
        elif article.id in known:
            duplicates.append(_repeat(item, article=article))
        else:
            try:
                reading = read_one(item, theatre=theatre, gazetteer=gazetteer)
                is_new = store.add_reading(reading, theatre=theatre.code)
            except MapAppError as error:
                set_aside.append(NotKept(item.source, item.where, article.title, str(error)))
            except Exception as error:
                # A fault of ours in one article must not lose the others; it is told, and written in the log in full.
                _logger.exception("unexpected error in article %s", article.id[:12])
                reason = f"A fault in this program: {type(error).__name__}. Please report it."
                set_aside.append(NotKept(item.source, item.where, article.title, reason))
            else:
                known.add(article.id)
                if is_new:
                    kept.append(Kept(reading, item.source, item.where))
                else:
                    duplicates.append(_repeat(item, article=article))
        tally = Tally(tuple(kept), tuple(duplicates), tuple(set_aside))
        if report is not None:
            report(tally, item.source)
        if is_stopped():
            return replace(tally, is_stopped=True)
    return Tally(tuple(kept), tuple(duplicates), tuple(set_aside))


def read_one(item: Incoming, *, theatre: Theatre, gazetteer: Gazetteer) -> Reading:
    """Read one article that came in, with the remarks of its reader. Raises `ArticleError` for what cannot be used."""
    article = item.article
    if article is None:
        raise ValueError(f"{item.source} has no article: {item.reason}")
    article, remarks = _check_publisher(article, host=item.host, theatre=theatre)
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    check_usable(reading, theatre=theatre)
    return replace(reading, remarks=(*remarks, *item.remarks, *reading.remarks))


def _check_publisher(article: Article, *, host: str | None, theatre: Theatre) -> tuple[Article, tuple[str, ...]]:
    """Return an article that was fetched, not under the name of a graded publisher at whose address it did not stand.

    Anybody can write a known name into the head of a page; its grade would then be lent to it.
    """
    named = find_publisher(replace(article, url=None), theatre=theatre)
    if host is None or named is None or not named.domain:
        return article, ()
    if host == named.domain or host.endswith(f".{named.domain}"):
        return article, ()
    remark = (
        f"The page calls itself {named.name}, but stands at {host}, so it counts as published by {host}. If it is "
        "right, correct the article's publisher."
    )
    return replace(article, publisher=host), (remark,)


def _repeat(item: Incoming, *, article: Article) -> NotKept:
    reason = f"This very text is there already, as {article.id[:12]}."
    return NotKept(item.source, item.where, article.title, reason, duplicate_of=article.id)


def not_kept_rows(tally: Tally) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what was not stored as rows of `HEAD`, in the order of the table that is shown."""
    for what, items in (("set aside", tally.set_aside), ("duplicate", tally.duplicates)):
        for item in items:
            yield item.source, item.where, item.title or "", what, item.reason


def write_not_kept(tally: Tally) -> bytes:
    """Return what was not stored as CSV in UTF-8, fit for spreadsheets: no cell of it is a formula.

    >>> write_not_kept(Tally())
    b'file or address,where,title,what became of it,reason\\r\\n'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([guard_formula(cell) for cell in row] for row in not_kept_rows(tally))
    return out.getvalue().encode(errors="backslashreplace")
