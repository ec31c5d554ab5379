"""Read and check the files of a theatre's folder, one function per file (docs/theatres.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import geopandas as gpd
import shapely

from mapapp.errors import TheatreError
from mapapp.geo import CRS, distance_km
from mapapp.model import Actor, Assertion, Event, EventKind, Evidence, Place, Status
from mapapp.tables import Row, read_rows, read_toml, require_unique
from mapapp.theatres.records import BaselineRow, JourneyRecord, PaletteRow, Publisher

NEAREST_UNIT_KM = 10.0
"""A place outside every unit belongs to the nearest one within this: generalised borders and coasts miss by less."""

CREDIBILITY = {Status.ASSESSED: "2", Status.CLAIMED: "3", Status.CONTESTED: "4", Status.UNKNOWN: "6"}
"""Admiralty credibility of a bundled record: probably true, possibly true, doubtful, cannot be judged."""


def read_actors(folder: Path) -> tuple[Actor, ...]:
    """Return the actors of `actors.csv` with their spellings from `actor_aliases.csv`."""
    columns = ("code", "name", "name_ar", "valid_from", "valid_to", "is_state", "is_generic", "members", "note")
    rows = list(read_rows(folder / "actors.csv", columns=columns))
    codes = frozenset(row.text("code") for row in rows)
    spellings: dict[str, list[str]] = {code: [] for code in codes}
    for row in read_rows(folder / "actor_aliases.csv", columns=("actor", "alias", "language", "kind")):
        code = row.one_of("actor", codes, what="a code of actors.csv")
        row.one_of("kind", frozenset({"name", "acronym", "leader", "generic"}), what="a kind of alias")
        spellings[code].append(row.text("alias"))
    actors = []
    for row in rows:
        members = tuple(row.values["members"].split())
        if not codes.issuperset(members):
            raise row.fail("members", "codes of actors.csv, divided by spaces")
        actors.append(
            Actor(
                code=row.text("code"),
                name=row.text("name"),
                name_ar=row.optional("name_ar"),
                valid_from=row.optional_day("valid_from"),
                valid_to=row.optional_day("valid_to"),
                aliases=tuple(dict.fromkeys(spellings[row.text("code")])),
                is_state=row.yes("is_state"),
                is_generic=row.yes("is_generic"),
                members=members,
                note=row.values["note"],
            )
        )
    return require_unique(tuple(actors), key=lambda actor: actor.code, label=f"{folder.name}/actors.csv")


def read_palettes(folder: Path, *, codes: frozenset[str], default: str) -> Mapping[str, tuple[PaletteRow, ...]]:
    """Return the palettes of `palette.csv` by name, the default first; each must know every actor."""
    columns = ("palette", "actor", "colour", "hatch", "start", "end")
    palettes: dict[str, list[PaletteRow]] = {default: []}
    for row in read_rows(folder / "palette.csv", columns=columns):
        colour = row.text("colour")
        if len(colour) != 7 or colour[0] != "#" or not set(colour[1:].lower()) <= set("0123456789abcdef"):
            raise row.fail("colour", "a colour like #2f7d4f")
        palettes.setdefault(row.text("palette"), []).append(
            PaletteRow(
                actor=row.one_of("actor", codes, what="a code of actors.csv"),
                colour=colour.lower(),
                hatch=row.optional("hatch"),
                start=row.optional_day("start"),
                end=row.optional_day("end"),
            )
        )
    for name, looks in palettes.items():
        lacking = codes - {look.actor for look in looks}
        if lacking:
            raise TheatreError(f"{folder.name}/palette.csv: palette {name!r} lacks {', '.join(sorted(lacking))}.")
    return {name: tuple(looks) for name, looks in palettes.items()}


def read_units(folder: Path) -> gpd.GeoDataFrame:
    """Return the units of `units.geojson`: valid polygons, each with a P-code of its own."""
    label = f"{folder.name}/units.geojson"
    try:
        features = json.loads((folder / "units.geojson").read_text(encoding="utf-8"))["features"]
        geometries = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
        table = [feature["properties"] for feature in features]
        columns = ("pcode", "name_en", "name_ar", "level", "parent")
        frame = gpd.GeoDataFrame([{key: row[key] for key in columns} for row in table], geometry=geometries, crs=CRS)
    except OSError as error:
        raise TheatreError(f"{label} cannot be read ({error.strerror}). docs/theatres.md lists the files.") from error
    except (ValueError, KeyError, TypeError, shapely.errors.GEOSException) as error:
        raise TheatreError(f"{label} is not a GeoJSON of units: {type(error).__name__}: {error}.") from error
    if frame.empty or frame.pcode.duplicated().any() or frame.pcode.isna().any():
        raise TheatreError(f"{label}: each unit needs a P-code of its own.")
    if not frame.geometry.is_valid.all() or not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise TheatreError(f"{label}: each unit needs a valid polygon. Run the recipe `units` again.")
    return frame


def read_aliases(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the spellings of `place_aliases.csv` by place id."""
    aliases: dict[str, list[str]] = {}
    for row in read_rows(folder / "place_aliases.csv", columns=("place_id", "alias", "language")):
        aliases.setdefault(_place_id(row), []).append(row.text("alias"))
    return {place_id: tuple(dict.fromkeys(names)) for place_id, names in aliases.items()}


def _place_id(row: Row) -> str:
    gazetteer, _, number = row.text("place_id").partition(":")
    if not gazetteer or not number:
        raise row.fail("place_id", "gazetteer and number, like geonames:170654")
    return row.text("place_id")


def _point(row: Row, *, bbox: tuple[float, float, float, float] | None) -> tuple[float, float]:
    """Return (lat, lon), inside the theatre's box where one is given."""
    west, south, east, north = bbox or (-180.0, -90.0, 180.0, 90.0)
    return row.number("lat", low=south, high=north), row.number("lon", low=west, high=east)


def read_cells(folder: Path, *, units: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]) -> tuple[Place, ...]:
    """Return the places of `cells.csv`, each inside the theatre's box and with a P-code."""
    columns = ("place_id", "name", "name_ar", "lat", "lon", "feature_code", "population", "adm1_pcode")
    country = read_toml(folder / "theatre.toml").get("country")
    pcodes = frozenset(units.pcode)
    cells = []
    for row in read_rows(folder / "cells.csv", columns=columns):
        lat, lon = _point(row, bbox=bbox)
        cells.append(
            Place(
                id=_place_id(row),
                name=row.text("name"),
                lat=lat,
                lon=lon,
                feature_class="P",
                feature_code=row.values["feature_code"],
                country=country,
                population=row.optional_integer("population", low=0, high=10**9),
                adm1_pcode=row.one_of("adm1_pcode", pcodes, what="a P-code of units.geojson"),
                names=_names(row),
            )
        )
    return require_unique(tuple(cells), key=lambda place: place.id, label=f"{folder.name}/cells.csv")


def _names(row: Row) -> dict[str, str]:
    names = {"en": row.text("name"), "ar": row.values["name_ar"]}
    return {language: name for language, name in names.items() if name}


def read_supplement(
    folder: Path, *, units: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return all places of the supplement, and those that get a cell."""
    columns = ("place_id", "name", "name_ar", "lat", "lon", "feature_class", "feature_code", "country", "adm1_pcode")
    pcodes = frozenset(units.pcode)
    places: list[Place] = []
    cells: list[Place] = []
    for row in read_rows(folder / "supplement.csv", columns=(*columns, "population", "cell", "source")):
        has_cell = row.yes("cell")
        lat, lon = _point(row, bbox=bbox if has_cell else None)
        if not _place_id(row).startswith(f"{folder.name}-supplement:"):
            raise row.fail("place_id", f"an id like {folder.name}-supplement:name")
        place = Place(
            id=_place_id(row),
            name=row.text("name"),
            lat=lat,
            lon=lon,
            feature_class=row.one_of("feature_class", frozenset("APSHLTRVU"), what="a GeoNames class"),
            feature_code=row.values["feature_code"],
            country=row.optional("country"),
            population=row.optional_integer("population", low=0, high=10**9),
            adm1_pcode=row.optional_one_of("adm1_pcode", pcodes, what="a P-code of units.geojson"),
            names=_names(row),
            source=row.text("source"),
        )
        if has_cell and place.adm1_pcode is None:
            place = replace(place, adm1_pcode=_nearest_unit(place, units=units, row=row))
        places.append(place)
        if has_cell:
            cells.append(place)
    label = f"{folder.name}/supplement.csv"
    return require_unique(tuple(places), key=lambda place: place.id, label=label), tuple(cells)


def _nearest_unit(place: Place, *, units: gpd.GeoDataFrame, row: Row) -> str:
    point = shapely.Point(place.lon, place.lat)
    nearest = int(shapely.distance(units.geometry.to_numpy(), point).argmin())
    geometry = units.geometry.iloc[nearest]
    touch = shapely.get_point(shapely.shortest_line(point, geometry), 1)
    if distance_km(lat1=place.lat, lon1=place.lon, lat2=touch.y, lon2=touch.x) > NEAREST_UNIT_KM:
        raise row.fail("lat", f"a point within {NEAREST_UNIT_KM:g} km of a unit, as the place has a cell")
    return str(units.pcode.iloc[nearest])


def read_baseline(
    folder: Path, *, codes: frozenset[str], cells: tuple[Place, ...], first_day: date
) -> Mapping[str, BaselineRow]:
    """Return `baseline.csv` by place id; every place with a cell must have a row."""
    known = frozenset(place.id for place in cells)
    baseline: dict[str, BaselineRow] = {}
    for row in read_rows(folder / "baseline.csv", columns=("place_id", "actor", "basis", "source")):
        place_id = row.text("place_id")
        if place_id not in known:
            raise row.fail("place_id", "a place with a cell (cells.csv, or supplement.csv with cell = yes)")
        if place_id in baseline:
            raise row.fail("place_id", "each place once")
        baseline[place_id] = BaselineRow(
            place_id=place_id,
            actor=row.optional_one_of("actor", codes, what="a code of actors.csv"),
            day=first_day,
            basis=row.text("basis"),
            source=row.optional("source"),
        )
    missing = sorted(known - set(baseline))
    if missing:
        raise TheatreError(
            f"{folder.name}/baseline.csv: {len(missing)} places with a cell have no row, first {missing[0]!r}. "
            "Add them; an empty actor says that it is not known."
        )
    return baseline


_EVIDENCE_COLUMNS = ("statement", "source_url", "publisher", "speaker")
_EVENT_COLUMNS = ("id", "date_start", "date_end", "date_prec", "kind", "actor", "opponent", "status", "where_prec")


def read_events(
    folder: Path,
    *,
    codes: frozenset[str],
    places: Mapping[str, Place],
    units: gpd.GeoDataFrame,
    publishers: tuple[Publisher, ...],
) -> tuple[Event, ...]:
    """Return the events of `events.csv` and `region_events.csv` with the statements of `evidence.csv`, by date."""
    grades = {publisher.name: publisher.reliability for publisher in publishers}
    evidence_of = partial(_read_evidence, grades=grades)
    supporting: dict[str, list[Evidence]] = {}
    opposing: dict[str, list[Evidence]] = {}
    further = list(read_rows(folder / "evidence.csv", columns=("event_id", "stance", "published", *_EVIDENCE_COLUMNS)))
    for row in further:
        stance = row.one_of("stance", frozenset({"for", "against"}), what="for or against")
        side = supporting if stance == "for" else opposing
        side.setdefault(row.text("event_id"), []).append(evidence_of(row, credibility="3"))
    events: list[Event] = []
    tables = {"events.csv": ("place_id",), "region_events.csv": ("unit_pcode", "remainder_of")}
    for name, where in tables.items():
        columns = (*_EVENT_COLUMNS, *where, "share", *_EVIDENCE_COLUMNS, "note")
        for row in read_rows(folder / name, columns=columns):
            event = _read_event(row, codes=codes)
            if name == "events.csv":
                place_id = row.text("place_id")
                if place_id not in places:
                    raise row.fail("place_id", "a place of cells.csv or supplement.csv")
                event = replace(event, place=places[place_id])
            else:
                pcodes = frozenset(units.pcode)
                pcode = row.optional_one_of("unit_pcode", pcodes, what="a P-code of units.geojson")
                remainder = row.optional_one_of("remainder_of", codes, what="a code of actors.csv")
                if (pcode is None) == (remainder is None):
                    raise row.fail("unit_pcode", "either a unit or a remainder, not both and not neither")
                event = replace(event, unit_pcode=pcode, remainder_of=remainder)
            own = evidence_of(row, credibility=CREDIBILITY[event.status])
            events.append(
                replace(
                    event,
                    evidence_for=(own, *supporting.get(event.id, ())),
                    evidence_against=tuple(opposing.get(event.id, ())),
                )
            )
    known = frozenset(event.id for event in events)
    for row in further:
        if row.text("event_id") not in known:
            raise row.fail("event_id", "an id of events.csv or region_events.csv")
    require_unique(tuple(events), key=lambda event: event.id, label=f"{folder.name}/events.csv")
    return tuple(sorted(events, key=lambda event: (event.date_start, event.place is None, event.id)))


def _read_event(row: Row, *, codes: frozenset[str]) -> Event:
    """Read the columns that every event has; the place, unit or remainder comes later."""
    start, end = row.day("date_start"), row.day("date_end")
    if end < start:
        raise row.fail("date_end", f"no day before date_start {start}")
    return Event(
        id=row.text("id"),
        kind=row.member("kind", EventKind, what=f"one of: {'; '.join(EventKind)}"),
        date_start=start,
        date_end=end,
        date_prec=row.integer("date_prec", low=1, high=5),
        actor=row.optional_one_of("actor", codes, what="a code of actors.csv"),
        opponent=row.optional_one_of("opponent", codes, what="a code of actors.csv"),
        status=row.member("status", Status, what=f"one of: {', '.join(Status)}"),
        where_prec=row.integer("where_prec", low=1, high=7),
        share=row.optional_number("share", low=0, high=1),
        note=row.values["note"],
        is_bundled=True,
    )


def _read_evidence(row: Row, *, grades: Mapping[str, str], credibility: str) -> Evidence:
    """Read a statement with its address; our own summary of the source, never its words."""
    publisher = row.optional("publisher")
    if publisher is not None and publisher not in grades:
        raise row.fail("publisher", "a name of publishers.csv, or nothing")
    url = row.text("source_url")
    if not url.startswith(("https://", "http://")):
        raise row.fail("source_url", "an address that begins with https://")
    return Evidence(
        text=row.text("statement"),
        is_quote=False,
        publisher=publisher,
        speaker=row.optional("speaker"),
        published=row.optional_day("published") if "published" in row.values else None,
        url=url,
        grade=f"{grades.get(publisher or '', 'F')}{credibility}",
        assertion=Assertion.ASSERTED,
    )


def read_journeys(folder: Path) -> tuple[JourneyRecord, ...]:
    """Read `journeys/*.json`; what a file must hold is checked by `routes`."""
    records = []
    for path in sorted((folder / "journeys").glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TheatreError(f"journeys/{path.name} is not JSON in UTF-8: {error}.") from error
        for key in ("id", "journey"):
            value = raw.get(key) if isinstance(raw, dict) else None
            if not isinstance(value, str) or not value:
                raise TheatreError(f"journeys/{path.name}: {key} is {value!r}, expected a text.")
        records.append(JourneyRecord(id=raw["id"], journey=raw["journey"], raw=raw))
    return require_unique(tuple(records), key=lambda record: record.id, label=f"{folder.name}/journeys")
