"""Places as the recogniser and the resolver need them: small records with what is known of each beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mapapp.places.names import sound_key
from mapapp.places.tables import read_weights

LARGE_KM = 150.0
"""Radius from which a distance to a unit's middle says nothing."""

SAME_PLACE_KM = 4.0
"""Two entries of one name, one class and this distance are one place."""

SHORTEST_SOUND = 4
"""Letters of a sound key that tell enough apart."""

KNOWN_EVERYWHERE = 150_000
"""Inhabitants from which a town needs no explanation in a text from elsewhere."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the recogniser and the resolver need it; `Gazetteer.place` gives the full record."""

    row: int
    """In the world's index; -1 = not there."""
    id: str
    name: str
    lat: float
    lon: float
    feature_class: str
    feature_code: str
    country: str
    adm1: str
    """`country.code` of the first-level unit in GeoNames' codes; empty = unknown."""
    population: int
    radius_km: float
    numbers: tuple[float, float, float, float, float, float]
    """For the resolver: 0 for a country, else 1; its weight among the units' votes; 1 where distances to it say
    something, else 0; its point on the unit sphere."""
    prior: float
    """Log-odds that a capitalised word means a place, for what it is and how many people live there."""
    parts: tuple[tuple[str, float], ...]
    """Named features of `resolution` that it has in every text, with what each of them adds."""
    alone: float
    """Their sum."""
    has_point: bool = True
    rarity: float = 0.0
    """0 to 1: how much it says of a word that it names a place of this country; 0 where every word does."""
    is_ours: bool = False
    """True: of the theatre's country or data."""


Entry = tuple[Spot, int]
"""A place and how a name belongs to it: PRIMARY, ALTERNATE, DEMONYM, ABBREVIATION or LOCAL."""

Sounds = dict[str, tuple[tuple[str, Entry], ...]]
"""Names by how they sound (`names.sound_key`), with their keys."""


def build_spot(
    place_id: str,
    *,
    name: str,
    point: tuple[float, float] | None,
    feature: tuple[str, str],
    country: str,
    row: int = -1,
    adm1: str = "",
    population: int = 0,
    radius_km: float = 0.0,
    rarity: float = 0.0,
    is_ours: bool = False,
) -> Spot:
    """Return the spot of a place: `point` is (lat, lon) or None, `feature` (class, code) of GeoNames.

    >>> build_spot("x", name="Hama", point=(35.1, 36.8), feature=("P", "PPL"), country="SY").has_point
    True
    >>> build_spot("x", name="the West", point=None, feature=("L", ""), country="").has_point
    False
    """
    feature_class, code = feature
    lat, lon = point or (0.0, 0.0)
    parts = _parts(feature_class, code, population)
    return Spot(
        row=row, id=place_id, name=name, lat=lat, lon=lon, feature_class=feature_class, feature_code=code,
        country=country, adm1=adm1, population=population, radius_km=radius_km,
        numbers=_numbers(point, feature=f"{feature_class}.{code}", radius_km=radius_km),
        prior=_prior(feature_class, code, population, is_county=place_id.startswith("fips:")),
        parts=parts, alone=sum(value for _, value in parts),
        has_point=point is not None, rarity=rarity, is_ours=is_ours,
    )  # fmt: skip


def _numbers(
    point: tuple[float, float] | None, *, feature: str, radius_km: float
) -> tuple[float, float, float, float, float, float]:
    """Return `Spot.numbers`: a unit of the first level speaks for itself more than a town in it does."""
    y, x = (math.radians(value) for value in (point or (0.0, 0.0)))
    tells_distance = point is not None and feature[:1] in "PSA" and radius_km < LARGE_KM
    return (
        0.0 if feature == "A.PCLI" else 1.0,
        1.5 if feature == "A.ADM1" else 1.0,
        1.0 if tells_distance else 0.0,
        math.cos(y) * math.cos(x),
        math.cos(y) * math.sin(x),
        math.sin(y),
    )


def _prior(feature_class: str, code: str, population: int, *, is_county: bool) -> float:
    """What the place itself says for being meant by a capitalised word."""
    table = read_weights().mention
    if code == "PCLI":
        return table["country"]
    if feature_class == "P":
        return table["population"] * (math.log10(max(population, 300)) - 4.0)
    if feature_class != "A":
        return table["region"]
    if is_county:
        return table["second_level"]
    # By how many people live there: of the world's thousands of units most are unknown abroad.
    known = (math.log10(max(population, 1_000)) - 4.0) / 2.0
    return table["first_level"] * min(1.0, known if code == "ADM1" else known - 0.5)


def _parts(feature_class: str, code: str, population: int) -> tuple[tuple[str, float], ...]:
    """Return the features that come from what kind of place it is and how many people live there."""
    table = read_weights().resolution
    if code == "PCLI":
        return (("country_class", table["country_class"]),)
    if feature_class not in "AP":
        return (("region_class", table["region_class"]),)
    parts = [("population", table["population"] * (math.log10(max(population, 100)) - 2.0))]
    if feature_class == "P" and population >= KNOWN_EVERYWHERE:
        parts.append(("well_known", table["well_known"]))
    if code == "PPLC":
        parts.append(("capital", table["capital"]))
    return tuple(parts)


def group_by_sound(named: Iterable[tuple[str, Entry]]) -> Sounds:
    """Return (key, entry) pairs by how the key sounds; keys in other scripts and short ones are left out."""
    sounds: dict[str, list[tuple[str, Entry]]] = {}
    for key, entry in named:
        sound = sound_key(key) if key.isascii() else ""
        if len(sound) >= SHORTEST_SOUND:
            sounds.setdefault(sound, []).append((key, entry))
    return {sound: tuple(entries) for sound, entries in sounds.items()}


def is_same_place(one: Spot, other: Spot) -> bool:
    """Tell whether two entries of one name are one place: of one class and near each other, or both regions."""
    if one.feature_class != other.feature_class:
        return False
    reach_km = SAME_PLACE_KM if one.feature_class in "PS" else 250.0
    # Far below the reach it is compared with, so that a flat earth does.
    dlat = (one.lat - other.lat) * 111.0
    dlon = (one.lon - other.lon) * 85.0
    return dlat * dlat + dlon * dlon <= reach_km * reach_km
