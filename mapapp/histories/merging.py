"""What an import adds to a theatre: parties, places, who held them on the first day, events."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import shapely
from rapidfuzz import fuzz, process

from mapapp.errors import DataError
from mapapp.geo import distance_km
from mapapp.histories.records import Happening, Holding, Imported, SetAside, Spot, check_source, count_reasons
from mapapp.model import Actor, Assertion, Event, EventKind, Evidence, Place, Status
from mapapp.text import fold, show_plain
from mapapp.theatres.theatre import BaselineRow, PaletteRow, Theatre

NOBODY = frozenset({"", "-", "unknown", "none", "n/a", "na", "no data", "unclear"})
"""Words of tables for a holder that is not known, folded."""
CONTESTED = frozenset({"contested", "disputed", "mixed", "mixed control", "contested control"})
COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d", "#e45756", "#72b7b2", "#eeca3b", "#ff9da6", "#79706e")
"""Of new parties in turn; a theatre's own palette is where they are changed."""
SAME_PLACE_KM = 10.0
"""A place of the same name within this is the same place."""
EXACT_PREC = 2
"""UCDP where_prec up to which an event is at its place."""
UNKNOWN_PLACE = "Neither its name nor its P-code is known in the theatre; give latitude and longitude."
MIN_LIKENESS = 86.0
"""Likeness (0 to 100, rapidfuzz's WRatio) below which a name is not offered for one that is not known."""
MAX_NAME = 120
"""Code points of a name that are kept."""


@dataclass(frozen=True)
class Merged:
    """What an import adds to a theatre; rows that could not be used stand in `set_aside` with those of the reading."""

    actors: tuple[Actor, ...]
    """New ones."""
    colours: tuple[PaletteRow, ...]
    """Of the new actors, one row each."""
    places: tuple[Place, ...]
    """New ones."""
    cell_ids: frozenset[str]
    """Of the new places, those that get a cell."""
    baseline: Mapping[str, BaselineRow]
    """By place id, for new places and for places whose holder was not known."""
    events: tuple[Event, ...]
    first_day: date
    last_day: date
    n_rows: int
    set_aside: tuple[SetAside, ...]

    @property
    def n_kept(self) -> int:
        """Rows that were used."""
        return self.n_rows - len(self.set_aside)

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return the reasons for setting rows aside with how many rows each concerns, the most frequent first."""
        return count_reasons(self.set_aside)


def merge_history(
    imported: Imported, *, theatre: Theatre, source: str, units: gpd.GeoDataFrame | None = None
) -> Merged:
    """Return what a table adds to a theatre. `source` is the address that every statement carries.

    A place with a position is a place of the theatre of that name within SAME_PLACE_KM, else a new one; one without a
    position must be a place of the theatre, or a P-code of its units. Raises DataError where the address is none or
    nothing of the table can be used.
    """
    check_source(source)
    telling = [item for item in imported.happenings if item.kind is not None]
    rows: list[Holding | Happening] = [*imported.holdings, *telling]
    cell_spots = {item.spot for item in imported.holdings}
    found = _resolve([item.spot for item in rows], theatre=theatre, units=theatre.units if units is None else units,
                     needs_cell=cell_spots, source=source)  # fmt: skip
    lost = {item.line: reason for item in rows if isinstance(reason := found[item.spot], str)}
    idle = [SetAside(item.line, item.why_idle) for item in imported.happenings if item.kind is None]
    set_aside = (*imported.set_aside, *idle, *(SetAside(line, reason) for line, reason in lost.items()))
    placed = {spot: place for spot, place in found.items() if isinstance(place, Place)}
    holdings = [item for item in imported.holdings if item.spot in placed]
    happenings = [item for item in telling if item.spot in placed]
    if not holdings and not happenings:
        reasons = "; ".join(dict.fromkeys(item.reason for item in set_aside)) or "it has no row"
        raise DataError(f"Nothing of the table can be used: {reasons[:400]}")
    days = [item.day for item in holdings] + [item.last_day for item in happenings] + [item.day for item in happenings]
    is_fresh = not theatre.events and all(row.actor is None for row in theatre.baseline.values())
    first = min(days) if is_fresh else theatre.first_day
    # The days that somebody chose for a new theatre stay; those that it has for want of better ones need not.
    is_chosen = theatre.first_day <= min(days) and max(days) <= theatre.last_day
    last = max(days) if is_fresh and not is_chosen else max(*days, theatre.last_day)
    known = _actor_names(theatre)
    actors, colours = _new_actors(holdings, known=known, theatre=theatre)
    baseline, events = _follow(
        holdings, placed=placed, known=known, theatre=theatre, actors=(*theatre.actors, *actors), first=first,
        source=source,
    )  # fmt: skip
    events += [
        _event(item, kind=item.kind, place=placed[item.spot], known=known, source=source)
        for item in happenings
        if item.kind is not None
    ]
    listed = {place.id for place in (*theatre.places, *theatre.cell_places)}
    new_places = {place.id: place for place in placed.values() if place.id not in listed}
    return Merged(
        actors=actors,
        colours=colours,
        places=tuple(new_places[place_id] for place_id in sorted(new_places)),
        cell_ids=frozenset(placed[spot].id for spot in cell_spots if spot in placed) & frozenset(new_places),
        baseline=baseline,
        events=tuple(sorted(events, key=lambda event: (event.date_start, event.id))),
        first_day=first,
        last_day=last,
        n_rows=imported.n_rows,
        set_aside=tuple(sorted(set_aside, key=lambda item: item.line)),
    )


def with_history(theatre: Theatre, *, merged: Merged) -> Theatre:
    """Return a theatre with what an import adds. In a theatre of which nothing was known, places that the import does
    not know either leave the map: an area for each of them would only be holes in it.
    """
    baseline = {**theatre.baseline, **merged.baseline}
    is_fresh = not theatre.events and all(row.actor is None for row in theatre.baseline.values())
    if is_fresh and merged.baseline:
        baseline = dict(merged.baseline)
    cells = (*theatre.cell_places, *(place for place in merged.places if place.id in merged.cell_ids))
    cells = tuple(place for place in cells if place.id in baseline)
    return replace(
        theatre,
        actors=(*theatre.actors, *merged.actors),
        palettes={name: (*rows, *merged.colours) for name, rows in theatre.palettes.items()},
        places=(*theatre.places, *merged.places),
        cell_places=cells,
        cell_place_ids=tuple(place.id for place in cells),
        baseline=baseline,
        events=(*theatre.events, *merged.events),
        first_day=merged.first_day,
        last_day=merged.last_day,
    )


def _resolve(
    spots: Iterable[Spot], *, theatre: Theatre, units: gpd.GeoDataFrame, needs_cell: set[Spot], source: str
) -> dict[Spot, Place | str]:
    """Return the place of each spot, or why it has none."""
    by_name: dict[str, list[Place]] = defaultdict(list)
    for place in {place.id: place for place in (*theatre.places, *theatre.cell_places)}.values():
        for name in {fold(text) for text in (place.name, *place.names.values(), *theatre.aliases.get(place.id, ()))}:
            by_name[name].append(place)
    ordered = list(dict.fromkeys(spots))
    inside = _units_of(ordered, units=units)
    centres = {
        str(code): (shape.representative_point(), str(name))
        for code, shape, name in zip(units["pcode"], units.geometry, units["name_en"], strict=True)
    }
    taken = {place.id for place in (*theatre.places, *theatre.cell_places)}
    west, south, east, north = theatre.bbox
    found: dict[Spot, Place | str] = {}
    for spot, unit in zip(ordered, inside, strict=True):
        named = by_name.get(fold(spot.name), []) if spot.name else []
        if spot.lat is None or spot.lon is None:
            if spot.pcode in centres:
                point, unit_name = centres[spot.pcode]
                whole = replace(spot, name=spot.name or unit_name, lat=point.y, lon=point.x)
                found[spot] = _new_place(whole, unit=spot.pcode, theatre=theatre, taken=taken, source=source)
            elif len(named) == 1:
                found[spot] = named[0]
            else:
                found[spot] = (
                    "Several places of the theatre have its name; give latitude and longitude."
                    if named
                    else UNKNOWN_PLACE + _likest(spot.name, names=by_name)
                )
            continue
        near = [
            place
            for place in named
            if distance_km(lat1=spot.lat, lon1=spot.lon, lat2=place.lat, lon2=place.lon) <= SAME_PLACE_KM
        ]
        if near:
            found[spot] = near[0]
        elif spot in needs_cell and (unit is None or not (west <= spot.lon <= east and south <= spot.lat <= north)):
            found[spot] = "It lies outside every unit of the theatre."
        else:
            found[spot] = _new_place(spot, unit=unit, theatre=theatre, taken=taken, source=source)
    return found


def _likest(name: str, *, names: Mapping[str, Sequence[Place]]) -> str:
    """Return a hint at the name of the theatre that is most like one that is not known; empty where none is."""
    found = process.extractOne(fold(name), list(names), scorer=fuzz.WRatio, score_cutoff=MIN_LIKENESS) if name else None
    return f" Is it {names[found[0]][0].name}?" if found else ""


def _units_of(spots: Sequence[Spot], *, units: gpd.GeoDataFrame) -> list[str | None]:
    """Return the finest unit that each spot lies in."""
    leaves = units[~units["pcode"].isin(set(units["parent"].dropna()))].reset_index(drop=True)
    codes: list[str | None] = [None] * len(spots)
    at = [index for index, spot in enumerate(spots) if spot.lat is not None and spot.lon is not None]
    if not at or leaves.empty:
        return codes
    points = shapely.points([(spots[index].lon, spots[index].lat) for index in at])
    who, where = shapely.STRtree(np.asarray(leaves.geometry.values)).query(points, predicate="intersects")
    for point, unit in sorted(zip(who.tolist(), where.tolist(), strict=True), reverse=True):
        codes[at[point]] = str(leaves["pcode"].iloc[unit])
    return codes


def _new_place(spot: Spot, *, unit: str | None, theatre: Theatre, taken: set[str], source: str) -> Place:
    name = (_plain(spot.name) or spot.pcode or f"{spot.lat:.3f}, {spot.lon:.3f}")[:MAX_NAME]
    slug = re.sub(r"[^a-z0-9]+", "-", (spot.pcode or fold(spot.name)).lower()).strip("-") or "place"
    place_id, number = f"{theatre.folder.name}-supplement:{slug}", 1
    while place_id in taken:
        number += 1
        place_id = f"{theatre.folder.name}-supplement:{slug}-{number}"
    taken.add(place_id)
    name_ar = _plain(spot.name_ar)[:MAX_NAME]
    return Place(
        id=place_id,
        name=name,
        lat=float(spot.lat or 0.0),
        lon=float(spot.lon or 0.0),
        feature_class="P",
        feature_code="PPL",
        country=theatre.country,
        adm1_pcode=unit,
        names={"en": name, **({"ar": name_ar} if name_ar else {})},
        source=source,
    )


def _plain(text: str) -> str:
    """Return a text on one line whose steering characters are written out."""
    return show_plain(" ".join(text.split()))


def _actor_names(theatre: Theatre) -> dict[str, str]:
    """Return the code of each folded name."""
    names: dict[str, str] = {}
    for actor in theatre.actors:
        for name in (actor.code, actor.name, actor.name_ar or "", *actor.aliases):
            if name:
                names.setdefault(fold(name), actor.code)
    return names


def _new_actors(
    holdings: Sequence[Holding], *, known: dict[str, str], theatre: Theatre
) -> tuple[tuple[Actor, ...], tuple[PaletteRow, ...]]:
    """Return an actor for every holder that the theatre does not know; their names are added to `known`."""
    codes = {actor.code for actor in theatre.actors}
    actors: list[Actor] = []
    for text in dict.fromkeys(item.holder for item in holdings):
        name = fold(text).strip()
        if name in NOBODY or name in CONTESTED or name in known:
            continue
        words = re.findall(r"[a-z0-9]+", name)
        stem = ("".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:5]).upper() or "PARTY"
        code, number = stem[:6], 1
        while code in codes:
            number += 1
            code = f"{stem[:6]}{number}"
        codes.add(code)
        known[name] = code
        actors.append(Actor(code, _plain(text)[:MAX_NAME], note="Made by an import."))
    start = len(theatre.actors)
    colours = tuple(
        PaletteRow(actor.code, COLOURS[(start + number) % len(COLOURS)]) for number, actor in enumerate(actors)
    )
    return tuple(actors), colours


def _follow(
    holdings: Sequence[Holding],
    *,
    placed: Mapping[Spot, Place],
    known: Mapping[str, str],
    theatre: Theatre,
    actors: Sequence[Actor],
    first: date,
    source: str,
) -> tuple[dict[str, BaselineRow], list[Event]]:
    """Return who held each place on the first day, and an event for every day on which the table's holder changes."""
    states = {actor.code for actor in actors if actor.is_state}
    by_place: dict[str, list[Holding]] = defaultdict(list)
    for item in holdings:
        by_place[placed[item.spot].id].append(item)
    place_of = {place.id: place for place in placed.values()}
    baseline: dict[str, BaselineRow] = {}
    events: list[Event] = []
    for place_id in sorted(by_place):
        listed = sorted(by_place[place_id], key=lambda item: (item.day, item.line))
        old = theatre.baseline.get(place_id)
        at_first = [item for item in listed if item.day <= first]
        actor = old.actor if old is not None else None
        begin = fold(at_first[-1].holder).strip() if at_first and actor is None else None
        if begin is not None:
            actor = known.get(begin)
        if old is None or old.actor is None:
            basis = f"The imported table, row {at_first[-1].line}." if at_first else "Not in the imported table yet."
            baseline[place_id] = BaselineRow(place_id, actor, first, basis, source)
        before: str | None = begin if begin is not None else actor
        holder = actor
        for item in listed:
            word = fold(item.holder).strip()
            key = known.get(word, word)
            if item.day <= first and not (item is at_first[-1] and word in CONTESTED):
                before = key if begin is not None else before
                continue
            if key == before or (before is None and word in NOBODY):
                continue
            before = key
            code = known.get(word)
            events.append(
                _change(item, number=len(events), place=place_of[place_id], code=code, holder=holder,
                        is_state=code in states, is_contested=word in CONTESTED, source=source)
            )  # fmt: skip
            holder = code if word not in CONTESTED else holder
    return baseline, events


def _change(
    item: Holding,
    *,
    number: int,
    place: Place,
    code: str | None,
    holder: str | None,
    is_state: bool,
    is_contested: bool,
    source: str,
) -> Event:
    """Return the event by which a place comes to another holder. The table does not say how: that is in the note."""
    said = _plain(item.holder)[:MAX_NAME] or "nobody"
    text = f"The table names {said} as holder of {place.name} from {item.day} on."
    status = Status.CONTESTED if is_contested else Status.ASSESSED
    kind = EventKind.REGAINS if is_state else EventKind.OVERTAKES
    return Event(
        id=f"import-{item.day}-{place.id.partition(':')[2]}-{item.line}-{number}",
        kind=EventKind.TRANSFER if code is None and not is_contested else kind,
        date_start=item.day,
        date_end=item.day,
        date_prec=1,
        actor=code,
        opponent=holder if holder != code else None,
        status=status,
        place=place,
        evidence_for=(_evidence(text, source=source, credibility="2" if not is_contested else "4"),),
        note="Imported: the table tells that the holder changed, not how.",
        is_bundled=True,
    )


def _event(item: Happening, *, kind: EventKind, place: Place, known: Mapping[str, str], source: str) -> Event:
    """Return an imported event: one source, so what it says of control is claimed, not assessed."""
    codes = [known.get(fold(side).strip()) for side in item.sides]
    sides = " and ".join(_plain(side)[:MAX_NAME] for side in item.sides) or "parties not named"
    until = "" if item.last_day == item.day else f" to {item.last_day}"
    text = f"{item.id.partition(':')[0].upper()} records for {item.day}{until}: {_plain(item.what)[:80]}, {sides}."
    return Event(
        id=item.id,
        kind=kind,
        date_start=item.day,
        date_end=max(item.last_day, item.day + timedelta(days=_REACH.get(item.date_prec, 0))),
        date_prec=item.date_prec,
        actor=codes[0] if codes else None,
        opponent=codes[1] if len(codes) > 1 else None,
        status=Status.CLAIMED,
        place=place,
        where_prec=item.where_prec,
        evidence_for=(_evidence(text, source=source, credibility="3"),),
        note="Imported.",
        is_bundled=True,
    )


_REACH = {3: 6, 4: 30}
"""Days that a week or a month may still have after the day that stands for it."""


def _evidence(text: str, *, source: str, credibility: str) -> Evidence:
    return Evidence(text=text, is_quote=False, url=source, grade=f"F{credibility}", assertion=Assertion.ASSERTED)
