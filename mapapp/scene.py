"""Everything that a map shows, computed once for a query: cells, who holds them when, events, routes, shares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mapapp.claims.merge import merge_claims
from mapapp.histories.records import EventLayer
from mapapp.joining import join_readings
from mapapp.model import CONTROL_CHANGES, Cell, Decision, Event, EventKind, MapQuery, Place, Reading, Route
from mapapp.routes.building import bundled_routes
from mapapp.routes.versions import join_versions
from mapapp.summary import Share, shares_by_day
from mapapp.territory.timeline import PLACE_PREC, Timeline, build_cells, build_timeline
from mapapp.theatres.theatre import Theatre

CELL_CLASSES = frozenset("PST")
"""GeoNames classes whose entries are small enough to stand for a cell: populated places, spots, terrain."""


@dataclass(frozen=True)
class Scene:
    """What layers, pictures and files are made of. Nothing in it is filtered: `selection` says what a query shows."""

    theatre: Theatre
    query: MapQuery
    cells: tuple[Cell, ...]
    timeline: Timeline
    events: tuple[Event, ...]
    """Bundled ones and those from articles, merged; by day and id."""
    routes: tuple[Route, ...]
    """Bundled ones first, then measured tracks, then those of articles; versions of one journey share its name."""
    readings: tuple[Reading, ...]
    shares_by_day: Mapping[date, tuple[Share, ...]]
    """Every day of the query's range."""
    event_layers: tuple[EventLayer, ...] = ()
    """Event exports that were brought in; they colour nothing."""

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the query's range."""
        return tuple(self.shares_by_day)

    @property
    def own_attributions(self) -> tuple[str, ...]:
        """Lines for the corner of the map beside those of the bundled data."""
        credit = (layer.attribution or f"{layer.title}: {layer.source}" for layer in self.event_layers)
        return (*self.theatre.own_attributions, *credit)

    @property
    def articles_mark(self) -> str:
        """How many articles count, and 12 hex digits over what was read from them as people have decided about it.

        When and whence a text was fetched makes no difference.
        """
        if not self.readings:
            return "no articles"
        parts = sorted(
            f"{reading.article.id} {(reading.resolutions, reading.claims, reading.routes)!r}"
            for reading in self.readings
        )
        words = "\n".join(parts).encode(errors="backslashreplace")
        counted = f"{len(parts)} {'article' if len(parts) == 1 else 'articles'}"
        return f"{counted} {hashlib.sha256(words).hexdigest()[:12]}"


def build_scene(
    query: MapQuery,
    *,
    theatre: Theatre,
    readings: Sequence[Reading] = (),
    decisions: Sequence[Decision] = (),
    tracks: Sequence[Route] = (),
    event_layers: Sequence[EventLayer] = (),
    before: Scene | None = None,
) -> Scene:
    """Put together what a map shows: the theatre's own events and routes, and those of the readings.

    `decisions` are those that were taken about claims; `claims.review` has already applied them to the readings, here
    they lift or lower what a claim counts. `tracks` are the routes of measured tracks, `event_layers` the event exports
    that were brought in.
    `before` is an earlier scene: cells and states that nothing new touches are taken over from it; the result is the
    same without it.
    """
    readings = join_readings(readings, theatre=theatre)
    claims = [claim for reading in readings for claim in reading.claims]
    articles = {reading.article.id: reading.article for reading in readings}
    merged = merge_claims(claims, articles=articles, theatre=theatre, decisions=tuple(decisions))
    events = tuple(sorted(merged, key=lambda event: (event.date_start, event.id)))
    told = [*tracks, *(route for reading in readings for route in reading.routes)]
    routes = join_versions(bundled_routes(theatre), told=told)
    places = (*theatre.cell_places, *_event_places(events, theatre=theatre))
    before = before if before is not None and before.theatre is theatre else None
    if before is None:
        cells = build_cells(units=theatre.units, places=places)
    else:
        earlier = (*theatre.cell_places, *_event_places(before.events, theatre=theatre))
        cells = before.cells
        if earlier != places:
            cells = build_cells(units=theatre.units, places=places, before=(before.cells, earlier))
    known = None if before is None else before.timeline
    timeline = build_timeline(cells, theatre=theatre, events=events, before=known)
    n_days = (query.end - query.start).days + 1
    days = [query.start + timedelta(days=offset) for offset in range(n_days)]
    return Scene(
        theatre=theatre,
        query=query,
        cells=cells,
        timeline=timeline,
        events=events,
        routes=routes,
        readings=tuple(readings),
        shares_by_day=shares_by_day(timeline, days=days),
        event_layers=tuple(event_layers),
    )


def _event_places(events: Iterable[Event], *, theatre: Theatre) -> list[Place]:
    """Return the places of events that the theatre gives no cell, in order of id: each gets a cell of its own.

    Without one, a claim about a village would colour the surroundings of the nearest town.
    """
    known = set(theatre.cell_place_ids)
    found = {
        event.place.id: event.place
        for event in events
        if event.place is not None and event.place.id not in known and _has_cell(event, theatre=theatre)
    }
    return [found[place_id] for place_id in sorted(found)]


def _has_cell(event: Event, *, theatre: Theatre) -> bool:
    place = event.place
    return (
        place is not None
        and (event.kind in CONTROL_CHANGES or event.kind is EventKind.REPORTED)
        and event.where_prec <= PLACE_PREC
        and not (event.unit_pcode or event.remainder_of)
        and place.country in {theatre.country, None}
        and place.feature_class in CELL_CLASSES
    )
