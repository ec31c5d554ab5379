"""The store itself: what may be asked of it and what may be added to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from mapapp import __version__
from mapapp.errors import StoreError
from mapapp.model import Article, Claim, Decision, Reading, Route
from mapapp.records import record_from_json, record_to_json
from mapapp.store.address import describe_address, transaction
from mapapp.store.corrections import Corrections, Known, known_decisions, read_corrections, rereading_row
from mapapp.store.readings import (
    check_claims,
    check_reading,
    read_added_claims,
    read_readings,
    with_added_claims,
)
from mapapp.store.tables import (
    ADDED_CLAIM,
    ARTICLE,
    CLAIM,
    DECISION,
    PARTS,
    READING,
    REREADING,
    RESOLUTION,
    ROUTE,
    STATE,
    TRACK,
)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One line of the list of what is stored."""

    id: str
    theatre: str
    title: str | None
    publisher: str | None
    published: datetime | None
    added: datetime
    reader: str
    """Version of this package that has read it."""
    n_resolutions: int
    n_claims: int
    n_routes: int


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """A measured track as it was imported."""

    route: Route
    added: datetime


@dataclass(frozen=True)
class Store:
    """An open store. It may be used from several threads; `close` it when done."""

    engine: sa.Engine
    writer: sa.Engine
    """The same, taking the write lock at the start of a transaction."""
    _decoded: dict[int, Reading] = field(default_factory=dict, repr=False, compare=False)
    """Readings by row, as they never change."""
    _known: Known = field(default_factory=Known, repr=False, compare=False)
    """The same for what was corrected of articles."""

    @property
    def name(self) -> str:
        """Where the store is, for the user: the path of its file, else its address without the password."""
        return describe_address(self.engine.url)

    def close(self) -> None:
        """Give back what the store holds of the system."""
        self.engine.dispose()

    def version(self) -> str:
        """Return a short text that changes with every change to this store, for caches.

        >>> from mapapp.store import open_store
        >>> with_nothing = open_store("sqlite://")
        >>> with_nothing.version() == with_nothing.version()
        True
        """
        with transaction(self.engine) as connection:
            row = connection.execute(sa.select(STATE.c.store, STATE.c.changes)).one()
        return f"{row.store[:12]}-{row.changes}"

    def add_reading(self, reading: Reading, *, theatre: str) -> bool:
        """Store an article with all that was read from it, or nothing; False where this very text was there already.

        The first description of a text (publisher, address, day) stays. Raises `StoreError` for a reading that does
        not stand in its text, or that holds characters that cannot be stored.
        """
        check_reading(reading)
        try:
            whole = record_to_json(reading)
            article, remarks = whole["article"], json.dumps(whole["remarks"])
            rows = {
                name: [
                    {"position": position, "payload": json.dumps(part, allow_nan=False)}
                    for position, part in enumerate(whole[name])
                ]
                for name in PARTS
            }
        except ValueError as error:
            message = f"The article cannot be stored. {error}"
            raise StoreError(message) from error
        with transaction(self.writer) as connection:
            known = sa.select(READING.c.id).where(READING.c.article_id == article["id"], READING.c.theatre == theatre)
            if connection.execute(known).first() is not None:
                return False
            if connection.execute(sa.select(ARTICLE.c.id).where(ARTICLE.c.id == article["id"])).first() is None:
                connection.execute(sa.insert(ARTICLE).values(article))
            added = connection.execute(
                sa.insert(READING).values(
                    article_id=article["id"],
                    theatre=theatre,
                    reader=__version__,
                    added=datetime.now(tz=UTC).isoformat(timespec="seconds"),
                    remarks=remarks,
                )
            )
            (reading_id,) = added.inserted_primary_key or (None,)
            for name, (table, _) in PARTS.items():
                if rows[name]:
                    connection.execute(sa.insert(table), [{"reading_id": reading_id, **row} for row in rows[name]])
            _count_change(connection)
        return True

    def readings(self, *, theatre: str, as_first_read: bool = False) -> tuple[Reading, ...]:
        """Return all that was read for a theatre, in the order in which it was added.

        An article whose day, publisher, title or address somebody corrected comes as it is described now, with what
        was read under its new day; `as_first_read` leaves such corrections out.

        >>> from mapapp.store import open_store
        >>> open_store("sqlite://").readings(theatre="anywhere")
        ()
        """
        with transaction(self.engine) as connection:
            if as_first_read:
                found = self._first_readings(connection, theatre=theatre)
            else:
                found = self._counting(connection, theatre=theatre)
            added = read_added_claims(connection, theatre=theatre)
        return tuple(with_added_claims(reading, added=added) for reading in found)

    def _first_readings(self, connection: sa.Connection, *, theatre: str) -> list[Reading]:
        listed = sa.select(READING.c.id).where(READING.c.theatre == theatre).order_by(READING.c.id)
        ids = list(connection.execute(listed).scalars())
        missing = [reading_id for reading_id in ids if reading_id not in self._decoded]
        self._decoded.update(read_readings(connection, missing))
        return [self._decoded[reading_id] for reading_id in ids]

    def _counting(self, connection: sa.Connection, *, theatre: str) -> list[Reading]:
        corrections = read_corrections(connection, theatre=theatre, known=self._known)
        return [corrections.apply(reading) for reading in self._first_readings(connection, theatre=theatre)]

    def missing_rereadings(self, *, theatre: str) -> tuple[tuple[Reading, Article], ...]:
        """Return what was read first of articles that were not read with the day that they have now, and these."""
        with transaction(self.engine) as connection:
            corrections = read_corrections(connection, theatre=theatre, known=self._known)
            first = self._first_readings(connection, theatre=theatre)
        missing = [reading for reading in first if corrections.is_missing(reading.article)]
        return tuple((reading, corrections.describe(reading.article)) for reading in missing)

    def add_rereading(self, reading: Reading, *, theatre: str) -> bool:
        """Store what was read from a stored article under another day; False where that was there already.

        It counts once a decision gives the article that day; what was read first stays. Raises `StoreError` for an
        article that is not stored for this theatre, or a reading that does not stand in its text.
        """
        check_reading(reading)
        article_id = reading.article.id
        try:
            row = rereading_row(reading, theatre=theatre)
        except ValueError as error:
            message = f"The article cannot be stored. {error}"
            raise StoreError(message) from error
        with transaction(self.writer) as connection:
            stored = sa.select(READING.c.id).where(READING.c.article_id == article_id, READING.c.theatre == theatre)
            if connection.execute(stored).first() is None:
                message = f"No article {article_id[:12]} is stored for {theatre}, so it cannot be read again. Add it."
                raise StoreError(message)
            keys = ("article_id", "theatre", "published")
            known = sa.select(REREADING.c.id).where(*(REREADING.c[key] == row[key] for key in keys))
            if connection.execute(known).first() is not None:
                return False
            added = datetime.now(tz=UTC).isoformat(timespec="seconds")
            connection.execute(sa.insert(REREADING).values(**row, reader=__version__, added=added))
            _count_change(connection)
        return True

    def add_claims(self, claims: Sequence[Claim], *, theatre: str, origin: str) -> tuple[Claim, ...]:
        """Add claims that this program did not read itself to articles of a theatre; return those that were new.

        All of them or none. What was read stays as it is: a claim whose id is known already is left out. `origin` says
        where they are from. Raises `StoreError` where an article is not stored for this theatre, or a quote does not
        stand in it.
        """
        try:
            payloads = [json.dumps(record_to_json(claim), allow_nan=False) for claim in claims]
        except ValueError as error:
            message = f"The claims cannot be stored. {error}"
            raise StoreError(message) from error
        known = {reading.article.id: reading for reading in self.readings(theatre=theatre)}
        for claim in claims:
            if claim.article_id not in known:
                message = f"No article {claim.article_id[:12]} is stored for {theatre}. Read it first, then add claims."
                raise StoreError(message)
            problem = check_claims([claim], article=known[claim.article_id].article)
            if problem is not None:
                message = f"A claim cannot be added: {problem}. Check that it is of this very text."
                raise StoreError(message)
        fresh: dict[tuple[str, str], dict[str, str]] = {}
        new: list[Claim] = []
        added = datetime.now(tz=UTC).isoformat(timespec="seconds")
        for claim, payload in zip(claims, payloads, strict=True):
            key = (claim.article_id, claim.id)
            if key in fresh or any(claim.id == own.id for own in known[claim.article_id].claims):
                continue
            new.append(claim)
            fresh[key] = {
                "article_id": claim.article_id,
                "theatre": theatre,
                "claim_id": claim.id,
                "origin": origin,
                "added": added,
                "payload": payload,
            }
        if fresh:
            with transaction(self.writer) as connection:
                connection.execute(sa.insert(ADDED_CLAIM), list(fresh.values()))
                _count_change(connection)
        return tuple(new)

    def origins(self, *, theatre: str) -> dict[str, str]:
        """Return where each added claim is from, by the claim's id; what this program read itself is not in it."""
        query = sa.select(ADDED_CLAIM.c.claim_id, ADDED_CLAIM.c.origin).where(ADDED_CLAIM.c.theatre == theatre)
        with transaction(self.engine) as connection:
            return {row.claim_id: row.origin for row in connection.execute(query)}

    def article(self, article_id: str) -> Article | None:
        """Return a stored article as it is described now, or None where there is none with this id."""
        with transaction(self.engine) as connection:
            row = connection.execute(sa.select(ARTICLE).where(ARTICLE.c.id == article_id)).mappings().first()
            corrections = Corrections(known_decisions(connection, known=self._known))
        return None if row is None else corrections.describe(record_from_json(Article, dict(row)))

    def articles(self, *, theatre: str | None = None) -> tuple[StoredArticle, ...]:
        """Return the list of what is stored, without the texts; of all theatres if none is given."""

        def count(table: sa.Table) -> sa.ScalarSelect[int]:
            of_reading = table.c.reading_id == READING.c.id
            return sa.select(sa.func.count()).select_from(table).where(of_reading).scalar_subquery()

        query = (
            sa.select(
                ARTICLE.c.id,
                READING.c.theatre,
                ARTICLE.c.title,
                ARTICLE.c.publisher,
                ARTICLE.c.published,
                READING.c.added,
                READING.c.reader,
                count(RESOLUTION).label("n_resolutions"),
                count(CLAIM).label("n_claims"),
                count(ROUTE).label("n_routes"),
            )
            .join(READING, READING.c.article_id == ARTICLE.c.id)
            .order_by(READING.c.id)
        )
        if theatre is not None:
            query = query.where(READING.c.theatre == theatre)
        with transaction(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
            corrected = known_decisions(connection, known=self._known)
            now = {
                (name, reading.article.id): reading
                for name in {row["theatre"] for row in rows if row["id"] in corrected}
                for reading in self._counting(connection, theatre=name)
            }
        lines = [record_from_json(StoredArticle, dict(row)) for row in rows]
        return tuple(
            _line_of(line, reading=now[line.theatre, line.id]) if line.id in corrected else line for line in lines
        )

    def remove_article(self, article_id: str) -> bool:
        """Remove an article with all that was read from it; False where there was none.

        The decisions about it stay in the log: added again, the same text meets the same decisions.
        """
        with transaction(self.writer) as connection:
            readings = sa.select(READING.c.id).where(READING.c.article_id == article_id)
            ids = list(connection.execute(readings).scalars())
            removed = connection.execute(sa.delete(ARTICLE).where(ARTICLE.c.id == article_id)).rowcount > 0
            if removed:
                _count_change(connection)
        for reading_id in ids:
            self._decoded.pop(reading_id, None)
        return removed

    def add_track(self, route: Route, *, theatre: str) -> bool:
        """Store the route of a measured track; False where this very track was there already."""
        try:
            payload = json.dumps(record_to_json(replace(route, profile=())), allow_nan=False)
            rows = json.dumps([list(row) for row in route.profile], allow_nan=False)
        except ValueError as error:
            message = f"The track cannot be stored. {error}"
            raise StoreError(message) from error
        with transaction(self.writer) as connection:
            known = sa.select(TRACK.c.id).where(TRACK.c.route_id == route.id, TRACK.c.theatre == theatre)
            if connection.execute(known).first() is not None:
                return False
            added = datetime.now(tz=UTC).isoformat(timespec="seconds")
            values = {"route_id": route.id, "theatre": theatre, "added": added, "payload": payload, "profile": rows}
            connection.execute(sa.insert(TRACK).values(values))
            _count_change(connection)
        return True

    def tracks(self, *, theatre: str) -> tuple[StoredTrack, ...]:
        """Return the tracks of a theatre in the order in which they were added.

        >>> from mapapp.store import open_store
        >>> open_store("sqlite://").tracks(theatre="anywhere")
        ()
        """
        query = sa.select(TRACK).where(TRACK.c.theatre == theatre).order_by(TRACK.c.id)
        with transaction(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            StoredTrack(
                replace(
                    record_from_json(Route, json.loads(row["payload"])),
                    profile=tuple((when, height, speed) for when, height, speed in json.loads(row["profile"])),
                ),
                datetime.fromisoformat(row["added"]),
            )
            for row in rows
        )

    def remove_track(self, route_id: str, *, theatre: str) -> bool:
        """Remove a track; False where there was none."""
        is_it = sa.and_(TRACK.c.route_id == route_id, TRACK.c.theatre == theatre)
        with transaction(self.writer) as connection:
            is_removed = connection.execute(sa.delete(TRACK).where(is_it)).rowcount > 0
            if is_removed:
                _count_change(connection)
        return is_removed

    def add_decision(self, decision: Decision) -> Decision:
        """Append a decision to the log and return it with its number; see `add_decisions`."""
        (added,) = self.add_decisions([decision])
        return added

    def add_decisions(self, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """Append decisions to the log, all of them or none, and return them with their numbers.

        An undo of a decision that stands before it in the same list names it as `decision:#<place>`, from 0. Raises
        `StoreError` where an article, or for an undo the decision, is not known.
        """
        try:
            payloads = [record_to_json(replace(decision, id=None)) for decision in decisions]
        except ValueError as error:
            message = f"The decision cannot be stored. {error}"
            raise StoreError(message) from error
        numbered: list[Decision] = []
        with transaction(self.writer) as connection:
            for given, payload in zip(decisions, payloads, strict=True):
                decision = replace(given, target=_numbered_target(given, before=numbered))
                article = sa.select(ARTICLE.c.id).where(ARTICLE.c.id == decision.article_id)
                if connection.execute(article).first() is None:
                    message = f"No article {decision.article_id[:12]} is stored, so nothing can be decided about it."
                    raise StoreError(message)
                _check_undo(connection, decision)
                added = connection.execute(
                    sa.insert(DECISION).values(
                        article_id=decision.article_id, payload=json.dumps({**payload, "target": decision.target})
                    )
                )
                (number,) = added.inserted_primary_key or (None,)
                numbered.append(replace(decision, id=number))
            if numbered:
                _count_change(connection)
        return tuple(numbered)

    def decisions(self, *, article_id: str | None = None) -> tuple[Decision, ...]:
        """Return the log, oldest first; of all articles if none is given."""
        query = sa.select(DECISION.c.id, DECISION.c.payload).order_by(DECISION.c.id)
        if article_id is not None:
            query = query.where(DECISION.c.article_id == article_id)
        with transaction(self.engine) as connection:
            rows = connection.execute(query).all()
        return tuple(record_from_json(Decision, {**json.loads(row.payload), "id": row.id}) for row in rows)


def _line_of(line: StoredArticle, *, reading: Reading) -> StoredArticle:
    article = reading.article
    return replace(
        line,
        title=article.title,
        publisher=article.publisher,
        published=article.published,
        n_resolutions=len(reading.resolutions),
        n_claims=len(reading.claims),
        n_routes=len(reading.routes),
    )


def _count_change(connection: sa.Connection) -> None:
    connection.execute(sa.update(STATE).values(changes=STATE.c.changes + 1))


def _numbered_target(decision: Decision, *, before: Sequence[Decision]) -> str:
    """Return what a decision is about, with the number of one that was added just before it."""
    place = decision.target.removeprefix("decision:#")
    if place == decision.target or not (place.isascii() and place.isdigit() and int(place) < len(before)):
        return decision.target
    return f"decision:{before[int(place)].id}"


def _check_undo(connection: sa.Connection, decision: Decision) -> None:
    """Refuse to undo what was never decided about this article."""
    if decision.action != "undo":
        return
    number = decision.target.removeprefix("decision:")
    query = sa.select(DECISION.c.id).where(DECISION.c.article_id == decision.article_id)
    if not number.isascii() or not number.isdigit() or int(number) not in set(connection.execute(query).scalars()):
        message = f"{decision.target!r} is no decision about this article. An undo names one as decision:<number>."
        raise StoreError(message)
