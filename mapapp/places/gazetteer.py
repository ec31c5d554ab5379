"""All places that may be meant: the world's index with one theatre's places laid over it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from mapapp.errors import PlaceError
from mapapp.geo import distance_km
from mapapp.model import Place
from mapapp.places.admin import NEAR_KM, pcodes_by_level
from mapapp.places.imported import ImportedPlace, read_imports
from mapapp.places.index import LOCAL, WorldIndex, cache_folder, open_world
from mapapp.places.names import is_alike, name_key, sound_key
from mapapp.places.sources import ABBREVIATION, ALTERNATE, DEMONYM, PRIMARY, source_hash
from mapapp.places.spots import SAME_PLACE_KM, Entry, Sounds, Spot, build_spot, group_by_sound, is_same_place
from mapapp.places.tables import read_words
from mapapp.theatres.theatre import Theatre

CACHED_NAMES = 60_000
"""Names kept with what they may mean; forgotten all at once beyond that."""

KNOWN_IMPORT = 5_000
"""Inhabitants from which an imported place is looked for by its bare name."""


HEARD_TOWN = 10_000
"""Inhabitants from which a town elsewhere is looked for by the sound of its name."""

MANY_PLACES, RARITY_SPAN = 4.2, 1.8
"""Powers of ten: places in a country whose names say nothing, and how many powers below they say all."""

LOWER_UNITS = {2: 200_000, 3: 50_000}
"""Levels of installed boundaries below the first, with the population taken for a unit whose own is not known."""

UNIT_POPULATION = 500_000
"""Taken for a first-level unit of the theatre whose population is not known: it is well known in its own news."""


class Gazetteer:
    """Names to places. One object per theatre; the world's index is shared between all of a process.

    It can be pickled: the copy opens the index again.
    """

    def __init__(self, world: WorldIndex, *, theatre: Theatre, imported: Sequence[ImportedPlace] = ()) -> None:
        """Lay the theatre's places, aliases and units over the world, and then what the user imported."""
        self.world = world
        self.theatre = theatre
        self._spots: dict[int, Spot] = {}
        self._names: dict[str, tuple[Entry, ...]] = {}
        self._places: dict[str, Place] = {}
        self._levels: dict[str, dict[int, str]] = {}
        self._rarities: dict[str, float] = {}
        self._country_sounds: dict[str, Sounds] = {}
        self._lock = threading.Lock()
        joined = theatre.units if theatre.leaf_units is None else theatre.leaf_units
        self._unit_codes = [str(code) for code in joined["pcode"]]
        self._unit_tree = shapely.STRtree(joined.geometry.to_numpy()) if len(joined) else None
        self._ours: dict[str, Spot] = {}
        self._hidden: set[int] = set()
        self._overlay: dict[str, list[Entry]] = {}
        self.sounds: Sounds = {}
        """The theatre's names by how they sound, with their keys, for spellings that no table has."""
        self._unit_spots: dict[str, Spot] = {}
        self._lower_units: dict[str, Spot] = {}
        self._lay_over(imported)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the theatre: the index is opened again on the other side."""
        return open_gazetteer, (self.theatre,)

    # -- looking up ----------------------------------------------------------------------------------------------

    def find(self, name: str) -> tuple[Place, ...]:
        """Return the places of a name in any spelling, the likeliest first: the theatre's, then by population.

        >>> from mapapp.theatres.theatre import default_theatre, load_theatre
        >>> gazetteer = open_gazetteer(load_theatre(default_theatre()))
        >>> gazetteer.find("Moskau")[0].name
        'Moscow'
        >>> gazetteer.find("Nowhere at all")
        ()
        """
        key, exact = name_key(name), name.strip()
        if not key:
            return ()
        known = self.entries([key, exact])
        # An abbreviation stands under its exact letters: U.S. is not the village of Us.
        entries = [entry for entry in known[exact] if entry[1] == ABBREVIATION] or list(known[key])
        if not entries:
            entries = [entry for _, entry in self.sounds.get(sound_key(name), ())]
        ranked = sorted(entries, key=_rank_of_entry)
        return tuple({spot.id: self._place_of(spot) for spot, _ in ranked}.values())

    def place(self, place_id: str) -> Place:
        """Return the place with an id. Raise `PlaceError` where there is none."""
        if place_id in self._ours:
            return self._place_of(self._ours[place_id])
        row = self.world.row_of(place_id)
        if row is None:
            raise PlaceError(
                f"There is no place {place_id!r}. Expected an id such as geonames:170654: look it up by name first."
            )
        return self._place_of(self.spot(row))

    def country(self, iso2: str) -> Place | None:
        """Return the country with an ISO 3166-1 alpha-2 code, or None."""
        row = self.world.country_rows.get(iso2.upper())
        return None if row is None else self._place_of(self.spot(row))

    def country_spot(self, iso2: str) -> Spot | None:
        """Return the same as a spot."""
        row = self.world.country_rows.get(iso2)
        return None if row is None else self.spot(row)

    def entries(self, keys: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
        """Return what each key may mean, `()` = nothing. Keys are those of `names.name_key`, or exact abbreviations."""
        names = self._names
        missing = [key for key in keys if key not in names]
        if missing:
            missing = list(dict.fromkeys(missing))
            found = self.world.look_up(missing)
            with self._lock:
                if len(names) > CACHED_NAMES:
                    names = self._names = {}
                for key, rows in zip(missing, found, strict=True):
                    names[key] = self._merge(key, rows)
        return names

    def spot(self, row: int) -> Spot:
        """Return the spot of a row of the world's index."""
        spot = self._spots.get(row)
        if spot is None:
            if len(self._spots) > 3 * CACHED_NAMES:
                self._spots = {}
            spot = self._spots[row] = self._read_spot(row)
        return spot

    def to_place(self, spot: Spot) -> Place:
        """Return the full record of a spot."""
        return self._place_of(spot)

    def is_own(self, place_id: str) -> bool:
        """Whether the theatre's own tables have a place, or a gazetteer of the user's does."""
        return place_id in self._ours

    def unit(self, pcode: str) -> Place | None:
        """Return the first-level unit with a P-code as a place, or None."""
        spot = self._unit_spots.get(pcode)
        return None if spot is None else self._place_of(spot)

    def is_within(self, place_id: str, unit_id: str) -> bool:
        """Tell whether a place lies in a unit, by the codes of GeoNames or, lacking them, by distance."""
        spot, unit = self._spot_by_id(place_id), self._spot_by_id(unit_id)
        if spot is None or unit is None:
            return False
        if unit.adm1 and spot.adm1 and unit.feature_code == "ADM1":
            return unit.adm1 == spot.adm1
        return distance_km(lat1=spot.lat, lon1=spot.lon, lat2=unit.lat, lon2=unit.lon) < 1.5 * max(unit.radius_km, 15.0)

    @cached_property
    def never_names(self) -> frozenset[str]:
        """Keys of words that are no name by themselves: those of the list `never` that are no people's name either."""
        never = read_words().never
        known = self.entries(never)
        return frozenset(key for key in never if all(how != DEMONYM for _, how in known[key]))

    @cached_property
    def is_town(self) -> npt.NDArray[np.bool_]:
        """Per row of the world's index, whether it is a populated place."""
        numbers = [number for number, feature in enumerate(self.world.features) if feature.startswith("P")]
        return np.isin(self.world.feature, numbers)

    def _spot_by_id(self, place_id: str) -> Spot | None:
        if place_id in self._ours:
            return self._ours[place_id]
        row = self.world.row_of(place_id)
        return None if row is None else self.spot(row)

    def sounds_of(self, country: str) -> Sounds:
        """Return the usual names of a country's towns and first-level units by how they sound, built when asked for."""
        known = self._country_sounds.get(country)
        if known is None:
            if country == self.theatre.country:
                known = self.sounds
            else:
                world = self.world
                rows = np.array(world.rows_in(country), dtype=np.int64)
                is_unit = np.isin(world.feature[rows], [world.features.index("A.ADM1")])
                is_town = self.is_town[rows] & (world.population[rows] >= HEARD_TOWN)
                spots = [self.spot(row) for row in rows[is_unit | is_town].tolist()]
                known = group_by_sound(
                    (key, (spot, PRIMARY)) for spot in spots for key in (name_key(spot.name), *self._unit_keys(spot))
                )
            self._country_sounds[country] = known
        return known

    def _unit_keys(self, spot: Spot) -> list[str]:
        return [name_key(name) for name in self.world.texts(spot.row)[2]] if spot.feature_class == "A" else []

    # -- building ------------------------------------------------------------------------------------------------

    def _merge(self, key: str, rows: tuple[tuple[int, int], ...]) -> tuple[Entry, ...]:
        own = self._overlay.get(key, [])
        if not rows:
            return tuple(own)
        world = [(self.spot(row), how) for row, how in rows if row not in self._hidden]
        known = {spot.id for spot, _ in own}
        # What an import calls a lesser name stays the usual one where the world's index has it so.
        usual = {spot.id for spot, how in world if how == PRIMARY}
        own = [(spot, PRIMARY if spot.id in usual else how) for spot, how in own]
        kept = [
            entry
            for entry in world
            if entry[0].id not in known and not any(is_same_place(entry[0], spot) for spot, _ in own)
        ]
        return (*own, *kept)

    def _read_spot(self, row: int) -> Spot:
        world = self.world
        identity, name, _ = world.texts(row)
        point = world.point(row)
        country = world.countries[int(world.country[row])]
        code = world.adm1_codes[int(world.adm1[row])]
        feature = world.features[int(world.feature[row])]
        return build_spot(
            identity,
            row=row,
            name=name,
            point=point,
            feature=(feature[:1], feature[2:]),
            country=country,
            adm1=f"{country}.{code}" if code else "",
            population=int(world.population[row]),
            radius_km=float(world.radius[row]),
            rarity=self.rarity(country) if feature[:1] == "P" else 0.0,
            is_ours=bool(country) and country == self.theatre.country,
        )

    def rarity(self, country: str) -> float:
        """Return how much it says of a word that it names a place of a country: 1 below 250 places, 0 from 16,000.

        A name of New Zealand's in a text on New Zealand is hardly chance; of the United States, any surname is one.
        """
        known = self._rarities.get(country)
        if known is None:
            n_places = max(1, len(self.world.rows_in(country)))
            known = min(1.0, max(0.0, (MANY_PLACES - math.log10(n_places)) / RARITY_SPAN)) if country else 0.0
            self._rarities[country] = known
        return known

    def _place_of(self, spot: Spot) -> Place:
        place = self._places.get(spot.id)
        if place is None:
            if len(self._places) > CACHED_NAMES:
                self._places = {key: value for key, value in self._places.items() if key in self._ours}
            place = self._places[spot.id] = self._build_place(spot)
        return place

    def _build_place(self, spot: Spot) -> Place:
        codes: dict[int, str] = {}
        if spot.is_ours and spot.feature_code != "PCLI" and spot.has_point:
            codes = self.pcodes(lat=spot.lat, lon=spot.lon)
            if spot.feature_class == "A":
                # A unit of the first level has no finer code.
                codes = {level: code for level, code in codes.items() if level == 1}
            elif spot.feature_class in "HLT" and spot.radius_km > 0:
                codes = {}
        return Place(
            id=spot.id,
            name=spot.name,
            lat=spot.lat,
            lon=spot.lon,
            feature_class=spot.feature_class,
            feature_code=spot.feature_code,
            country=spot.country or None,
            population=spot.population if spot.feature_class == "P" and spot.population else None,
            adm1_pcode=codes.get(1),
            adm2_pcode=codes.get(2),
            adm3_pcode=codes.get(3),
        )

    def pcodes(self, *, lat: float, lon: float) -> dict[int, str]:
        """Return the P-codes of the theatre's units at a point, by level."""
        if self._unit_tree is None:
            return {}
        found: dict[int, str] = {}
        point = shapely.Point(lon, lat)
        numbers = sorted(self._unit_tree.query(point, predicate="intersects").tolist())
        if not numbers:
            # Coasts and borders are generalised: a town just outside belongs to the nearest unit.
            reach_deg = NEAR_KM / 111.0
            numbers = sorted(self._unit_tree.query_nearest(point, max_distance=reach_deg).tolist())[:1]
        for number in numbers:
            finest = self._unit_codes[number]
            if finest not in self._levels:
                self._levels[finest] = pcodes_by_level(finest, units=self.theatre.units)
            for level, code in self._levels[finest].items():
                found.setdefault(level, code)
        return found

    def _add(self, name: str, spot: Spot, how: int) -> None:
        key = name_key(name)
        if key:
            entries = self._overlay.setdefault(key, [])
            if all(known.id != spot.id for known, _ in entries):
                entries.append((spot, how))

    def _lay_over(self, imported: Sequence[ImportedPlace]) -> None:
        self._add_theatre_places()
        self._add_units()
        self._add_lower_units()
        self._add_towns()
        self._add_seat_names()
        for place in imported:
            self._add_import(place)
        self.sounds = group_by_sound((key, entry) for key, entries in self._overlay.items() for entry in entries)

    def _add_theatre_places(self) -> None:
        theatre = self.theatre
        for place in (*theatre.places, *theatre.cell_places):
            if place.id in self._ours:
                continue
            row = self.world.row_of(place.id)
            spot = self._spot_of_place(place, row=row)
            self._ours[place.id] = spot
            is_unit = place.feature_class == "A" and place.feature_code in ("ADM1", "")
            # A place known only as a governorate has no finer code, whatever lies at its middle.
            self._places[place.id] = replace(place, adm2_pcode=None, adm3_pcode=None) if is_unit else place
            if row is not None:
                self._spots[row] = spot
            for name in (place.name, *place.names.values(), *theatre.aliases.get(place.id, ())):
                self._add(name, spot, PRIMARY)

    def _add_towns(self) -> None:
        """Add all towns of the country by all their names, and the aliases of places that have no other row."""
        theatre, world = self.theatre, self.world
        for row in world.rows_in(theatre.country):
            spot = self.spot(row)
            if row in self._hidden or spot.feature_class != "P":
                continue
            _, name, others = world.texts(row)
            self._add(name, spot, PRIMARY)
            for other in others:
                self._add(other, spot, ALTERNATE)
        for place_id, names in theatre.aliases.items():
            found = None if place_id in self._ours else world.row_of(place_id)
            if found is not None:
                for name in names:
                    self._add(name, self.spot(found), PRIMARY)

    def _add_seat_names(self) -> None:
        """Let each spelling of the town that a unit is named after name the unit too: "Tartous province"."""
        pcodes = {unit.id: pcode for pcode, unit in self._unit_spots.items()}
        units_by_seat: dict[str, Spot] = {}
        for entries in self._overlay.values():
            for unit, _ in entries:
                for spot, _ in entries if unit.id in pcodes else ():
                    is_town = spot.feature_class == "P" and spot.id not in units_by_seat
                    if is_town and self.pcodes(lat=spot.lat, lon=spot.lon).get(1) == pcodes[unit.id]:
                        units_by_seat[spot.id] = unit
        for entries in self._overlay.values():
            seats = [(units_by_seat[spot.id], how) for spot, how in entries if spot.id in units_by_seat]
            if seats and all(spot.feature_class != "A" for spot, _ in entries):
                entries.append(seats[0])
        if self._lower_units:
            self._add_lower_seat_names()

    def _add_lower_seat_names(self) -> None:
        """The same for districts and sub-districts: of the town in it that bears its name in some spelling."""
        units_by_seat: dict[str, list[Spot]] = {}
        towns = {spot.id: spot for entries in self._overlay.values() for spot, _ in entries}
        for spot in towns.values():
            if spot.feature_class == "P":
                codes = self.pcodes(lat=spot.lat, lon=spot.lon)
                units = [
                    self._lower_units[codes[level]] for level in LOWER_UNITS if codes.get(level) in self._lower_units
                ]
                units_by_seat[spot.id] = [unit for unit in units if is_alike(name_key(unit.name), spot.name)]
        for entries in self._overlay.values():
            known = {spot.id for spot, _ in entries}
            for spot, how in tuple(entries):
                for unit in units_by_seat.get(spot.id, ()):
                    if unit.id not in known:
                        known.add(unit.id)
                        entries.append((unit, how))

    def _add_import(self, place: ImportedPlace) -> None:
        spot = self._spot_by_id(place.same_as or place.id)
        if spot is None:
            spot = build_spot(
                place.id, name=place.name, point=(place.lat, place.lon), country=place.country,
                feature=(place.feature_class, place.feature_code), population=place.population,
                is_ours=place.country == self.theatre.country,
            )  # fmt: skip
            self._ours[place.id] = spot
        # Thousands of hamlets bear names that people bear too: only towns count by their bare name.
        how = PRIMARY if spot.population >= KNOWN_IMPORT else ALTERNATE
        for name in (place.name, *place.other_names):
            self._add(name, spot, how)

    def same_place(self, place: ImportedPlace) -> str | None:
        """Return the id of the known place that an imported one is, or None."""
        if self._spot_by_id(place.id) is not None:
            return place.id
        for name in (place.name, *place.other_names):
            key = name_key(name)
            if not key:
                continue
            alike = [entry for _, entry in self.sounds.get(sound_key(name), ())] if key.isascii() else []
            known: list[Entry] = [*self.entries([key]).get(key, ()), *alike]
            for spot, _ in known:
                if spot.feature_class == place.feature_class and spot.has_point:
                    reach_km = SAME_PLACE_KM if spot.feature_class in "PS" else 250.0
                    if distance_km(lat1=spot.lat, lon1=spot.lon, lat2=place.lat, lon2=place.lon) <= reach_km:
                        return spot.id
        return None

    def _add_units(self) -> None:
        """Make every first-level unit a place, in the stead of Natural Earth's entry for the same unit."""
        theatre, world = self.theatre, self.world
        units = theatre.units[theatre.units["level"] == 1] if len(theatre.units) else theatre.units
        have = {
            place.adm1_pcode: self._ours[place.id]
            for place in theatre.places
            if place.feature_class == "A" and place.feature_code in ("ADM1", "")
        }
        spots = self._unit_spots
        for pcode, english, arabic, geometry in zip(
            units["pcode"], units["name_en"], units["name_ar"], units.geometry, strict=True
        ):
            spot = have.get(pcode)
            if spot is None:
                point = geometry.representative_point()
                spot = build_spot(
                    f"{theatre.code}:{pcode}", name=english, point=(round(point.y, 4), round(point.x, 4)),
                    feature=("A", "ADM1"), country=theatre.country, population=UNIT_POPULATION, radius_km=60.0,
                    is_ours=True,
                )  # fmt: skip
                self._ours[spot.id] = spot
                self._places[spot.id] = Place(
                    id=spot.id, name=english, lat=spot.lat, lon=spot.lon, feature_class="A", feature_code="ADM1",
                    country=theatre.country, adm1_pcode=pcode,
                    names={"en": english} | ({"ar": arabic} if isinstance(arabic, str) and arabic else {}),
                )  # fmt: skip
            spots[str(pcode)] = spot
            for name in (english, arabic, *theatre.aliases.get(spot.id, ()), *theatre.aliases.get(str(pcode), ())):
                if isinstance(name, str):
                    self._add(name, spot, PRIMARY)
        for row in world.rows_in(theatre.country):
            spot = self.spot(row)
            if spot.feature_class == "A" and spot.feature_code != "PCLI" and spots:
                self._hidden.add(row)
                unit = spots.get(self.pcodes(lat=spot.lat, lon=spot.lon).get(1, ""))
                if unit is not None:
                    _, name, others = world.texts(row)
                    for other in (name, *others):
                        # "Damascus" is a name of the countryside around it too: the unit of that name comes first.
                        if all(known.feature_class != "A" for known, _ in self._overlay.get(name_key(other), ())):
                            self._add(other, unit, ALTERNATE)

    def _add_lower_units(self) -> None:
        """Make every district and sub-district of installed boundaries a place, by its English and Arabic names."""
        theatre = self.theatre
        units = theatre.units[theatre.units["level"].isin(list(LOWER_UNITS))] if len(theatre.units) else theatre.units
        for pcode, level, english, arabic, geometry in zip(
            units["pcode"], units["level"], units["name_en"], units["name_ar"], units.geometry, strict=True
        ):
            if not isinstance(english, str) or not english.strip():
                continue
            code, population = f"ADM{level}", LOWER_UNITS[int(level)]
            point, codes = geometry.representative_point(), pcodes_by_level(str(pcode), units=theatre.units)
            spot = build_spot(
                f"{theatre.code}:{pcode}", name=english, point=(round(point.y, 4), round(point.x, 4)),
                feature=("A", code), country=theatre.country, population=population, radius_km=20.0, is_ours=True,
            )  # fmt: skip
            names = {"en": english} | ({"ar": arabic} if isinstance(arabic, str) and arabic.strip() else {})
            self._ours[spot.id] = self._lower_units[str(pcode)] = spot
            self._places[spot.id] = Place(
                id=spot.id, name=english, lat=spot.lat, lon=spot.lon, feature_class="A", feature_code=code,
                country=theatre.country, adm1_pcode=codes.get(1), adm2_pcode=codes.get(2), adm3_pcode=codes.get(3),
                names=names,
            )  # fmt: skip
            for name in names.values():
                self._add(name, spot, PRIMARY)

    def _spot_of_place(self, place: Place, *, row: int | None) -> Spot:
        world = self._read_spot(row) if row is not None else None
        return build_spot(
            place.id,
            row=-1 if row is None else row,
            name=place.name,
            point=(place.lat, place.lon),
            feature=(place.feature_class, place.feature_code or (world.feature_code if world else "")),
            country=place.country or "",
            adm1=world.adm1 if world else "",
            population=place.population or (world.population if world else _least_population(place)),
            radius_km=world.radius_km if world else 0.0,
            rarity=world.rarity if world else 0.0,
            is_ours=True,
        )


def _least_population(place: Place) -> int:
    return UNIT_POPULATION if place.feature_code == "ADM1" else 0


def _rank_of_entry(entry: Entry) -> tuple[bool, bool, bool, int]:
    """Ours first, by its usual name, a country before all else, a town before the unit called after it."""
    spot, how = entry
    is_unit = spot.feature_class == "A" and spot.feature_code != "PCLI" and not spot.id.startswith("geonames:")
    return (not spot.is_ours, how == LOCAL, is_unit, -spot.population)


_OPENED: dict[tuple[str, str], WorldIndex] = {}
_OPENING = threading.Lock()


def open_gazetteer(theatre: Theatre, *, progress: Callable[[str, float], None] | None = None) -> Gazetteer:
    """Open the gazetteer for a theatre, building the world's index on first use (about 15 s, told to `progress`).

    `progress` gets a word and a share from 0 to 1. Raise `DataError` where no folder for the index can be written.

    >>> from mapapp.theatres.theatre import default_theatre, load_theatre
    >>> open_gazetteer(load_theatre(default_theatre())).country("FR").name
    'France'
    """
    key = (str(cache_folder()), source_hash())
    with _OPENING:
        # The file is mapped once per process, whatever the number of theatres.
        world = _OPENED.get(key)
        if world is None:
            world = _OPENED[key] = open_world(progress)
    return Gazetteer(world, theatre=theatre, imported=read_imports())
