"""Where the statements of journeys put things: positions as finely as they are told, and how they are named."""

from __future__ import annotations

from dataclasses import dataclass

from mapapp import geo
from mapapp.claims.journey_groups import JourneyStatement

NEAR_KM = 15.0
"""Radius of "near X" where no distance is told: about the reach of the next place in settled country."""
AREA_PREC = 4
"""`where_prec` from which a place is an area rather than a point."""
WATER_PREC = 7
"""`where_prec` of seas."""
TOLD_DISTANCE_SHARE = 0.25
"""Vagueness of a told distance: "some 20 km" may be 15 or 25."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where something is drawn, and why there."""

    lat: float
    lon: float
    where_prec: int
    note: str
    name: str
    is_schematic: bool = False
    radius_km: float | None = None


_DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def direction_name(bearing: float) -> str:
    """Return the nearest of the eight directions.

    >>> direction_name(280.0)
    'west'
    """
    return _DIRECTIONS[round(bearing / 45.0) % 8]


def angle_between(first: float, second: float) -> float:
    """Return the angle between two bearings, 0 to 180 degrees."""
    return abs((first - second + 180.0) % 360.0 - 180.0)


def distance_between(first: Position, second: Position) -> float:
    """Return the geodesic distance in kilometres."""
    return geo.distance_km(lat1=first.lat, lon1=first.lon, lat2=second.lat, lon2=second.lon)


def bearing_between(first: Position, second: Position) -> float:
    """Return the bearing at the first position, degrees from north."""
    return geo.bearing_deg(lat1=first.lat, lon1=first.lon, lat2=second.lat, lon2=second.lon)


def position_of(statement: JourneyStatement) -> Position | None:
    """Return where a statement's place lies, as finely as the text tells it; None = not known."""
    place = statement.resolution.place if statement.resolution else None
    if place is None or statement.resolution is None:
        return None
    prec = statement.resolution.where_prec
    name = place.name
    if statement.offset_km is not None:
        distance = f"{statement.offset_km:.0f}" if statement.offset_km >= 10 else f"{statement.offset_km:.1f}"
        radius = round(max(5.0, TOLD_DISTANCE_SHARE * statement.offset_km), 1)
        if statement.bearing_deg is None:
            note = f"About {distance} km from {name}, in a direction that is not told: drawn at {name}."
            reach = round(statement.offset_km + radius, 1)
            return Position(place.lat, place.lon, max(2, prec), note, f"{distance} km from {name}", False, reach)
        x, y = geo.destination(
            lat=place.lat, lon=place.lon, bearing_deg=statement.bearing_deg, range_km=statement.offset_km
        )
        side = direction_name(statement.bearing_deg)
        note = f"Told as {distance} km {side} of {name}; drawn there, measured from the place's centre."
        return Position(y, x, max(2, prec), note, f"{distance} km {side} of {name}", False, radius)
    if statement.is_near:
        note = f"Told as near {name}; drawn at {name}."
        if statement.bearing_deg is not None:
            note = f"Told as {direction_name(statement.bearing_deg)} of {name}, no distance told; drawn at {name}."
        return Position(place.lat, place.lon, max(2, prec), note, name, False, NEAR_KM)
    if prec >= AREA_PREC:
        note = f"Only {name} is named, which is an area: drawn at its middle."
        return Position(place.lat, place.lon, prec, note, name, True)
    return Position(place.lat, place.lon, prec, f"{name}, as the text names it.", name)


def name_told(statement: JourneyStatement) -> str:
    """Return where a statement puts something: "20 km west of X", "near X", "X", "unknown"."""
    position = position_of(statement)
    if position is None or position.name != place_name_of(statement):
        return position.name if position else place_name_of(statement)
    return f"near {position.name}" if statement.is_near else position.name


def place_id_of(statement: JourneyStatement) -> str | None:
    place = statement.resolution.place if statement.resolution else None
    return place.id if place else statement.resolution.mention.surface if statement.resolution else None


def place_name_of(statement: JourneyStatement) -> str:
    if statement.resolution is None:
        return "unknown"
    place = statement.resolution.place
    return place.name if place else statement.resolution.mention.surface
