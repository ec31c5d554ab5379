"""A scene of a given size: the bundled theatre's units with made-up places and events, the same in every run."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

import shapely

from mapapp.model import Event, EventKind, Evidence, Place, Status
from mapapp.scene import Scene
from mapapp.selection import default_query
from mapapp.summary import shares_by_day
from mapapp.territory.timeline import build_cells, build_timeline
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre

SEED = 20241208
KINDS = (EventKind.OVERTAKES, EventKind.REGAINS, EventKind.TRANSFER, EventKind.CLASH, EventKind.REPORTED)
STATUSES = (Status.ASSESSED, Status.ASSESSED, Status.CLAIMED, Status.CONTESTED)


def build_scene_of(*, n_cells: int, n_events: int, n_days: int) -> Scene:
    """Return a scene with exactly so many cells and events, over so many days from the theatre's first one."""
    theatre = load_theatre(default_theatre())
    chance = random.Random(SEED)
    places = _make_places(theatre, n=2 * n_cells, chance=chance)
    n = n_cells
    cells = build_cells(units=theatre.units, places=places[:n])
    while len(cells) > n_cells:
        n -= len(cells) - n_cells
        cells = build_cells(units=theatre.units, places=places[:n])
    events = tuple(
        _make_event(number, theatre=theatre, places=places[:n], n_days=n_days, chance=chance)
        for number in range(n_events)
    )
    events = tuple(sorted(events, key=lambda event: (event.date_start, event.id)))
    query = dataclasses.replace(default_query(theatre), end=theatre.first_day + timedelta(days=n_days - 1))
    timeline = build_timeline(cells, theatre=theatre, events=events)
    days = [query.start + timedelta(days=offset) for offset in range(n_days)]
    return Scene(
        theatre=theatre,
        query=query,
        cells=cells,
        timeline=timeline,
        events=events,
        routes=(),
        readings=(),
        shares_by_day=shares_by_day(timeline, days=days),
    )


def _make_places(theatre: Theatre, *, n: int, chance: random.Random) -> list[Place]:
    whole = shapely.union_all(list(theatre.units.geometry))
    west, south, east, north = whole.bounds
    places = list(theatre.cell_places)
    while len(places) < n:
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if whole.contains(shapely.Point(x, y)):
            places.append(
                Place(
                    id=f"made:{len(places)}",
                    name=f"Place {len(places)}",
                    lat=y,
                    lon=x,
                    feature_class="P",
                    country=theatre.country,
                )
            )
    return places


def _make_event(number: int, *, theatre: Theatre, places: list[Place], n_days: int, chance: random.Random) -> Event:
    day = theatre.first_day + timedelta(days=chance.randrange(n_days))
    actor, opponent = chance.sample([actor.code for actor in theatre.actors], 2)
    evidence = Evidence(
        text=f"Made-up report {number} of what happened there on that day.",
        is_quote=False,
        publisher=f"Source {number % 40}",
        published=day,
        url=f"https://example.org/{number}",
        grade="B2",
    )
    return Event(
        id=f"made-{number:05d}",
        kind=chance.choice(KINDS),
        date_start=day,
        date_end=day,
        date_prec=1,
        actor=actor,
        opponent=opponent,
        status=chance.choice(STATUSES),
        place=chance.choice(places),
        evidence_for=(evidence,),
    )
