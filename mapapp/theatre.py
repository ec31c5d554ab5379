"""A theatre: all that is known beforehand about one conflict, read from a folder of data.

A theatre is a folder `geodata/theatres/<name>/` whose files docs/theatres.md describes. Nothing about a country or an
actor stands in Python. Reading is strict: what breaks a rule is a `TheatreError` that names the file, the row, what
was got and what was expected.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import shapely

from geodata import ROOT
from mapapp.errors import TheatreError
from mapapp.geo import CRS, distance_km
from mapapp.model import Actor, Article, Assertion, Event, EventKind, Evidence, Place, Status

THEATRES = ROOT / "theatres"
"""The folder of the bundled theatres."""

NEAREST_UNIT_KM = 10.0
"""A place outside every unit belongs to the nearest one within this: generalised borders and coasts miss by less."""

CREDIBILITY = {Status.ASSESSED: "2", Status.CLAIMED: "3", Status.CONTESTED: "4", Status.UNKNOWN: "6"}
"""Admiralty credibility of a bundled record: probably true, possibly true, doubtful, cannot be judged."""

RELIABILITIES = frozenset("ABCDEF")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """An actor's look over [start, end)."""

    actor: str
    colour: str
    """#rrggbb"""
    hatch: str | None = None
    """None, or the name of a pattern in `style`."""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """Who held a place on the theatre's first day."""

    place_id: str
    actor: str | None
    """Actor code; None = unknown."""
    day: date
    basis: str
    """In plain words: where this comes from."""
    source: str | None = None
    """Address, where there is one."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """How far a publisher is trusted, and whose side it favours."""

    name: str
    reliability: str
    """Admiralty A-F."""
    favours: str | None = None
    """Actor code; None = nobody, or unknown."""
    aliases: tuple[str, ...] = ()
    domain: str | None = None
    """Such as `example.org`: recognised in an address."""
    lat: float | None = None
    lon: float | None = None
    """Home of a local publisher; None = unknown or international."""


@dataclass(frozen=True, slots=True)
class JourneyRecord:
    """One bundled version of one journey, as its file says; `routes` gives it geometry."""

    id: str
    journey: str
    raw: Mapping[str, Any]
    """The table of the file (docs/theatres.md)."""


@dataclass(frozen=True)
class Theatre:
    """One conflict's data."""

    code: str
    title: str
    title_ar: str | None
    country: str
    """ISO 3166-1 alpha-2."""
    country_name: str
    timezone: str
    capital_place_id: str
    bbox: tuple[float, float, float, float]
    """West, south, east, north."""
    first_day: date
    last_day: date
    """Inclusive."""
    languages: tuple[str, ...]
    actors: tuple[Actor, ...]
    palettes: Mapping[str, tuple[PaletteRow, ...]]
    """By name; the first is the default."""
    units: gpd.GeoDataFrame
    """pcode, name_en, name_ar, level (1 = ADM1), parent (P-code or None), geometry; EPSG:4326."""
    places: tuple[Place, ...]
    """The supplement: what the world gazetteer lacks."""
    aliases: Mapping[str, tuple[str, ...]]
    """Place id -> spellings that the gazetteer lacks; for the supplement and for entries of the gazetteer."""
    cell_place_ids: tuple[str, ...]
    """The places that get a cell, each with a row in `cell_places`."""
    cell_places: tuple[Place, ...]
    """The same as records with P-codes, so that cells need no gazetteer."""
    baseline: Mapping[str, BaselineRow]
    """By place id."""
    events: tuple[Event, ...]
    journeys: tuple[JourneyRecord, ...]
    publishers: tuple[Publisher, ...]
    folder: Path

    def actor(self, code: str) -> Actor | None:
        """Return the actor with this code, or None."""
        return next((actor for actor in self.actors if actor.code == code), None)


def list_theatres(*, root: Path = THEATRES) -> tuple[str, ...]:
    """Return the names of the theatres in a folder, sorted.

    >>> default_theatre() in list_theatres()
    True
    """
    return tuple(sorted(file.parent.name for file in root.glob("*/theatre.toml")))


def default_theatre(*, root: Path = THEATRES) -> str:
    """Return the name of the theatre that opens first: `default` in `theatres.toml`.

    Raise `TheatreError` where that names no theatre.
    """
    settings = _read_toml(root / "theatres.toml")
    name = settings.get("default")
    known = list_theatres(root=root)
    if name not in known:
        raise TheatreError(f"theatres.toml: default is {name!r}, expected one of: {', '.join(known) or 'none there'}.")
    return str(name)


def load_theatre(name: str, *, root: Path = THEATRES) -> Theatre:
    """Read and check the theatre in `root/name`.

    Raise `TheatreError` where the folder is missing or breaks a rule of docs/theatres.md.

    >>> theatre = load_theatre(default_theatre())
    >>> theatre.first_day < theatre.last_day
    True
    >>> load_theatre("nowhere")
    Traceback (most recent call last):
        ...
    mapapp.errors.TheatreError: There is no theatre 'nowhere'. Expected one of: syria.
    """
    known = list_theatres(root=root)
    if name not in known:
        raise TheatreError(f"There is no theatre {name!r}. Expected one of: {', '.join(known) or 'none there'}.")
    folder = root / name
    settings = _Settings(folder / "theatre.toml")
    bbox = settings.bbox()
    first_day, last_day = settings.day("first_day"), settings.day("last_day")
    if first_day > last_day:
        raise TheatreError(f"{name}/theatre.toml: first_day {first_day} is after last_day {last_day}.")

    actors = _read_actors(folder)
    codes = frozenset(actor.code for actor in actors)
    units = _read_units(folder)
    aliases = _read_aliases(folder)
    supplement, supplement_cells = _read_supplement(folder, units=units, bbox=bbox)
    cells = (*_read_cells(folder, units=units, bbox=bbox), *supplement_cells)
    places = {place.id: place for place in (*supplement, *cells)}
    for place_id in aliases:
        if place_id.startswith(f"{name}-supplement:") and place_id not in places:
            raise TheatreError(f"{name}/place_aliases.csv: place {place_id!r} is not in supplement.csv.")
    publishers = _read_publishers(folder, codes=codes)
    capital = settings.text("capital")
    if capital not in places:
        raise TheatreError(f"{name}/theatre.toml: capital {capital!r} is neither in cells.csv nor in supplement.csv.")
    return Theatre(
        code=name,
        title=settings.text("title"),
        title_ar=settings.optional("title_ar"),
        country=settings.text("country"),
        country_name=settings.text("country_name"),
        timezone=settings.text("timezone"),
        capital_place_id=capital,
        bbox=bbox,
        first_day=first_day,
        last_day=last_day,
        languages=settings.texts("languages"),
        actors=actors,
        palettes=_read_palettes(folder, codes=codes, default=settings.text("default_palette")),
        units=units,
        places=supplement,
        aliases=aliases,
        cell_place_ids=tuple(place.id for place in cells),
        cell_places=cells,
        baseline=_read_baseline(folder, codes=codes, cells=cells, first_day=first_day),
        events=_read_events(folder, codes=codes, places=places, units=units, publishers=publishers),
        journeys=_read_journeys(folder),
        publishers=publishers,
        folder=folder,
    )


def sample_articles(theatre: Theatre) -> tuple[Article, ...]:
    """Return the sample articles of a theatre, oldest first; empty where it has none.

    Each is a `.txt` beside a `.toml` of the same name that tells title, publisher, day and licence.

    >>> all(article.licence for article in sample_articles(load_theatre(default_theatre())))
    True
    """
    articles = []
    for path in sorted((theatre.folder / "articles").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        about = _Settings(path.with_suffix(".toml"))
        articles.append(
            Article(
                id=hashlib.sha256(text.encode("utf-8")).hexdigest(),
                text=text,
                title=about.text("title"),
                publisher=about.text("publisher"),
                url=about.optional("url"),
                published=datetime.combine(about.day("published"), datetime.min.time(), tzinfo=UTC),
                language=about.optional("language"),
                licence=about.text("licence"),
            )
        )
    return tuple(sorted(articles, key=lambda article: (article.published, article.id)))


# Reading tables. Every complaint names folder, file, row and column.


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a CSV file that knows where it stands."""

    where: str
    values: Mapping[str, str]

    def fail(self, column: str, expected: str) -> TheatreError:
        got = self.values.get(column, "")
        return TheatreError(f"{self.where}: {column} is {got!r}, expected {expected}.")

    def optional(self, column: str) -> str | None:
        return self.values[column] or None

    def text(self, column: str) -> str:
        if not self.values[column]:
            raise self.fail(column, "a text")
        return self.values[column]

    def one_of(self, column: str, allowed: frozenset[str], *, what: str) -> str:
        value = self.values[column]
        if value not in allowed:
            raise self.fail(column, f"{what} ({', '.join(sorted(allowed)[:20])})")
        return value

    def optional_one_of(self, column: str, allowed: frozenset[str], *, what: str) -> str | None:
        return self.one_of(column, allowed, what=f"{what} or nothing") if self.values[column] else None

    def yes(self, column: str) -> bool:
        return self.one_of(column, frozenset({"yes", "no"}), what="yes or no") == "yes"

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self.values[column])
        except ValueError:
            raise self.fail(column, "a day like 2024-12-08") from None

    def optional_day(self, column: str) -> date | None:
        return self.day(column) if self.values[column] else None

    def number(self, column: str, *, low: float, high: float) -> float:
        try:
            value = float(self.values[column])
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.fail(column, f"a number from {low:g} to {high:g}")
        return value

    def optional_number(self, column: str, *, low: float, high: float) -> float | None:
        return self.number(column, low=low, high=high) if self.values[column] else None

    def integer(self, column: str, *, low: int, high: int) -> int:
        value = self.number(column, low=low, high=high)
        if value != int(value):
            raise self.fail(column, "a whole number")
        return int(value)

    def optional_integer(self, column: str, *, low: int, high: int) -> int | None:
        return self.integer(column, low=low, high=high) if self.values[column] else None

    def member(self, column: str, kind: Callable[[str], _T], *, what: str) -> _T:
        try:
            return kind(self.values[column])
        except ValueError:
            raise self.fail(column, what) from None


def _rows(path: Path, *, columns: tuple[str, ...]) -> Iterator[_Row]:
    """Yield the rows of a CSV file whose header holds at least these columns."""
    label = f"{path.parent.name}/{path.name}"
    try:
        file = path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise TheatreError(f"{label} cannot be read ({error.strerror}). docs/theatres.md lists the files.") from error
    with file:
        try:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise TheatreError(f"{label}: the header lacks {', '.join(missing)}; expected {', '.join(columns)}.")
            for values in reader:
                where = f"{label}, line {reader.line_num}"
                if None in values or None in values.values():
                    raise TheatreError(f"{where}: the number of fields is not that of the header. Quote commas.")
                yield _Row(where, {key: value.strip() for key, value in values.items()})
        except (UnicodeDecodeError, csv.Error) as error:
            raise TheatreError(f"{label} is not a CSV file in UTF-8: {error}.") from error


def _read_toml(path: Path) -> dict[str, Any]:
    label = f"{path.parent.name}/{path.name}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TheatreError(f"{label} cannot be read ({error.strerror}). docs/theatres.md lists the files.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TheatreError(f"{label} is not TOML in UTF-8: {error}.") from error


class _Settings:
    """A TOML file whose values are checked as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._label = f"{path.parent.name}/{path.name}"
        self._table = _read_toml(path)

    def _get(self, key: str, kind: type, expected: str) -> Any:
        value = self._table.get(key)
        if not isinstance(value, kind) or value == "":
            raise TheatreError(f"{self._label}: {key} is {value!r}, expected {expected}.")
        return value

    def text(self, key: str) -> str:
        return str(self._get(key, str, "a text"))

    def optional(self, key: str) -> str | None:
        return self.text(key) if self._table.get(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self._get(key, list, "a list of texts"))

    def day(self, key: str) -> date:
        value = self._get(key, date, "a day like 2024-12-08")
        return value.date() if isinstance(value, datetime) else value

    def bbox(self) -> tuple[float, float, float, float]:
        values = self._get("bbox", list, "[west, south, east, north]")
        ok = len(values) == 4 and all(isinstance(value, int | float) for value in values)
        if not ok or not (-180 <= values[0] < values[2] <= 180 and -90 <= values[1] < values[3] <= 90):
            raise TheatreError(f"{self._label}: bbox is {values!r}, expected [west, south, east, north] in degrees.")
        return (float(values[0]), float(values[1]), float(values[2]), float(values[3]))


def _unique(items: tuple[_T, ...], *, key: Callable[[_T], str], label: str) -> tuple[_T, ...]:
    seen: set[str] = set()
    for item in items:
        if key(item) in seen:
            raise TheatreError(f"{label}: {key(item)!r} stands there twice; expected once.")
        seen.add(key(item))
    return items


def _read_actors(folder: Path) -> tuple[Actor, ...]:
    columns = ("code", "name", "name_ar", "valid_from", "valid_to", "is_state", "is_generic", "members", "note")
    rows = list(_rows(folder / "actors.csv", columns=columns))
    codes = frozenset(row.text("code") for row in rows)
    spellings: dict[str, list[str]] = {code: [] for code in codes}
    for row in _rows(folder / "actor_aliases.csv", columns=("actor", "alias", "language", "kind")):
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
    return _unique(tuple(actors), key=lambda actor: actor.code, label=f"{folder.name}/actors.csv")


def _read_palettes(folder: Path, *, codes: frozenset[str], default: str) -> Mapping[str, tuple[PaletteRow, ...]]:
    columns = ("palette", "actor", "colour", "hatch", "start", "end")
    palettes: dict[str, list[PaletteRow]] = {default: []}
    for row in _rows(folder / "palette.csv", columns=columns):
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


def _read_units(folder: Path) -> gpd.GeoDataFrame:
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


def _read_aliases(folder: Path) -> Mapping[str, tuple[str, ...]]:
    aliases: dict[str, list[str]] = {}
    for row in _rows(folder / "place_aliases.csv", columns=("place_id", "alias", "language")):
        aliases.setdefault(_place_id(row), []).append(row.text("alias"))
    return {place_id: tuple(dict.fromkeys(names)) for place_id, names in aliases.items()}


def _place_id(row: _Row) -> str:
    gazetteer, _, number = row.text("place_id").partition(":")
    if not gazetteer or not number:
        raise row.fail("place_id", "gazetteer and number, like geonames:170654")
    return row.text("place_id")


def _point(row: _Row, *, bbox: tuple[float, float, float, float] | None) -> tuple[float, float]:
    """Return (lat, lon), inside the theatre's box where one is given."""
    west, south, east, north = bbox or (-180.0, -90.0, 180.0, 90.0)
    return row.number("lat", low=south, high=north), row.number("lon", low=west, high=east)


def _read_cells(folder: Path, *, units: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]) -> tuple[Place, ...]:
    columns = ("place_id", "name", "name_ar", "lat", "lon", "feature_code", "population", "adm1_pcode")
    country = _read_toml(folder / "theatre.toml").get("country")
    pcodes = frozenset(units.pcode)
    cells = []
    for row in _rows(folder / "cells.csv", columns=columns):
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
    return _unique(tuple(cells), key=lambda place: place.id, label=f"{folder.name}/cells.csv")


def _names(row: _Row) -> dict[str, str]:
    names = {"en": row.text("name"), "ar": row.values["name_ar"]}
    return {language: name for language, name in names.items() if name}


def _read_supplement(
    folder: Path, *, units: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return all places of the supplement, and those that get a cell."""
    columns = ("place_id", "name", "name_ar", "lat", "lon", "feature_class", "feature_code", "country", "adm1_pcode")
    pcodes = frozenset(units.pcode)
    places: list[Place] = []
    cells: list[Place] = []
    for row in _rows(folder / "supplement.csv", columns=(*columns, "population", "cell", "source")):
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
    return _unique(tuple(places), key=lambda place: place.id, label=label), tuple(cells)


def _nearest_unit(place: Place, *, units: gpd.GeoDataFrame, row: _Row) -> str:
    point = shapely.Point(place.lon, place.lat)
    nearest = int(shapely.distance(units.geometry.to_numpy(), point).argmin())
    geometry = units.geometry.iloc[nearest]
    touch = shapely.get_point(shapely.shortest_line(point, geometry), 1)
    if distance_km(lat1=place.lat, lon1=place.lon, lat2=touch.y, lon2=touch.x) > NEAREST_UNIT_KM:
        raise row.fail("lat", f"a point within {NEAREST_UNIT_KM:g} km of a unit, as the place has a cell")
    return str(units.pcode.iloc[nearest])


def _read_baseline(
    folder: Path, *, codes: frozenset[str], cells: tuple[Place, ...], first_day: date
) -> Mapping[str, BaselineRow]:
    known = frozenset(place.id for place in cells)
    baseline: dict[str, BaselineRow] = {}
    for row in _rows(folder / "baseline.csv", columns=("place_id", "actor", "basis", "source")):
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


def _read_publishers(folder: Path, *, codes: frozenset[str]) -> tuple[Publisher, ...]:
    columns = ("name", "reliability", "favours", "aliases", "domain", "lat", "lon")
    publishers = tuple(
        Publisher(
            name=row.text("name"),
            reliability=row.one_of("reliability", RELIABILITIES, what="an Admiralty grade"),
            favours=row.optional_one_of("favours", codes, what="a code of actors.csv"),
            aliases=tuple(alias.strip() for alias in row.values["aliases"].split("|") if alias.strip()),
            domain=row.optional("domain"),
            lat=row.optional_number("lat", low=-90, high=90),
            lon=row.optional_number("lon", low=-180, high=180),
        )
        for row in _rows(folder / "publishers.csv", columns=columns)
    )
    return _unique(publishers, key=lambda publisher: publisher.name, label=f"{folder.name}/publishers.csv")


_EVIDENCE_COLUMNS = ("statement", "source_url", "publisher", "speaker")
_EVENT_COLUMNS = ("id", "date_start", "date_end", "date_prec", "kind", "actor", "opponent", "status", "where_prec")


def _read_events(
    folder: Path,
    *,
    codes: frozenset[str],
    places: Mapping[str, Place],
    units: gpd.GeoDataFrame,
    publishers: tuple[Publisher, ...],
) -> tuple[Event, ...]:
    grades = {publisher.name: publisher.reliability for publisher in publishers}
    evidence_of = partial(_read_evidence, grades=grades)
    supporting: dict[str, list[Evidence]] = {}
    opposing: dict[str, list[Evidence]] = {}
    further = list(_rows(folder / "evidence.csv", columns=("event_id", "stance", "published", *_EVIDENCE_COLUMNS)))
    for row in further:
        stance = row.one_of("stance", frozenset({"for", "against"}), what="for or against")
        side = supporting if stance == "for" else opposing
        side.setdefault(row.text("event_id"), []).append(evidence_of(row, credibility="3"))
    events: list[Event] = []
    tables = {"events.csv": ("place_id",), "region_events.csv": ("unit_pcode", "remainder_of")}
    for name, where in tables.items():
        columns = (*_EVENT_COLUMNS, *where, "share", *_EVIDENCE_COLUMNS, "note")
        for row in _rows(folder / name, columns=columns):
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
    _unique(tuple(events), key=lambda event: event.id, label=f"{folder.name}/events.csv")
    return tuple(sorted(events, key=lambda event: (event.date_start, event.place is None, event.id)))


def _read_event(row: _Row, *, codes: frozenset[str]) -> Event:
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


def _read_evidence(row: _Row, *, grades: Mapping[str, str], credibility: str) -> Evidence:
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


def _read_journeys(folder: Path) -> tuple[JourneyRecord, ...]:
    """Read `journeys/*.json`; what a file must hold is checked by `routes`."""
    records = []
    for path in sorted((folder / "journeys").glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TheatreError(f"journeys/{path.name} is not JSON in UTF-8: {error}.") from error
        names = {key: raw.get(key) if isinstance(raw, dict) else None for key in ("id", "journey")}
        for key, value in names.items():
            if not isinstance(value, str) or not value:
                raise TheatreError(f"journeys/{path.name}: {key} is {value!r}, expected a text.")
        records.append(JourneyRecord(id=names["id"], journey=names["journey"], raw=raw))
    return _unique(tuple(records), key=lambda record: record.id, label=f"{folder.name}/journeys")
