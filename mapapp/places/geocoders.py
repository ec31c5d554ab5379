"""The gazetteer as a geopy geocoder, so that it can stand wherever geopy's online ones do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from mapapp.geo import distance_km
from mapapp.model import Place
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.names import name_key


class OfflineGazetteer(Geocoder):  # type: ignore[misc] # geopy carries no types
    """Geocodes by the bundled gazetteer: no network, no key, no limit of rate.

    >>> from mapapp.places.gazetteer import open_gazetteer
    >>> from mapapp.theatres.theatre import default_theatre, load_theatre
    >>> geocoder = OfflineGazetteer(open_gazetteer(load_theatre(default_theatre())))
    >>> geocoder.geocode("Paris, France").raw["id"]
    'geonames:2988507'
    >>> geocoder.reverse((48.85, 2.35)).raw["country"]
    'FR'
    >>> geocoder.geocode("nowhere at all") is None
    True
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        """Take an opened gazetteer."""
        super().__init__(scheme="https", user_agent="mapapp", timeout=1)
        self.gazetteer = gazetteer

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        country_codes: str | Sequence[str] | None = None,
    ) -> Location | list[Location] | None:
        """Return the place of a name, or None.

        The query may name the larger place after commas: "Hama, Syria", "Paris, Texas". `limit` bounds the list that
        comes with `exactly_one=False`; `country_codes` are ISO 3166-1 alpha-2 codes to stay within. `timeout` is taken
        for the sake of the interface: nothing here waits. Raise `GeocoderQueryError` for an empty query.
        """
        del timeout
        if not isinstance(query, str) or not name_key(query):
            raise GeocoderQueryError(f"A name was expected, such as 'Paris, France', and got {query!r}.")
        if limit is not None and limit < 1:
            raise GeocoderQueryError(f"limit was {limit}; expected 1 or more, or None for all.")
        found = self._find(query)
        if country_codes is not None:
            codes = [country_codes] if isinstance(country_codes, str) else list(country_codes)
            wanted = {code.strip().upper() for code in codes}
            found = [place for place in found if place.country in wanted]
        return self._answer(found, exactly_one=exactly_one, limit=limit)

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Location | list[Location] | None:
        """Return the populated place nearest to a point; with `exactly_one=False` the ten nearest, or `limit`.

        The point is what geopy takes: a `Point`, (lat, lon) or "lat, lon". Raise `ValueError` as geopy does where it
        is none.
        """
        del timeout
        if limit is not None and limit < 1:
            raise GeocoderQueryError(f"limit was {limit}; expected 1 or more, or None.")
        point = query if isinstance(query, Point) else Point(query)
        n_wanted = 1 if exactly_one else limit or 10
        return self._answer(self._nearest(point, n_wanted), exactly_one=exactly_one, limit=n_wanted)

    def _answer(self, places: list[Place], *, exactly_one: bool, limit: int | None) -> Any:
        if not places:
            return None
        locations = [_to_location(place) for place in places[:limit]]
        return locations[0] if exactly_one else locations

    def _find(self, query: str) -> list[Place]:
        whole = list(self.gazetteer.find(query))
        if "," not in query:
            return whole
        name, *larger = (part.strip() for part in query.split(","))
        found = [place for place in self.gazetteer.find(name) if name]
        for part in larger:
            if not part:
                continue
            around = self.gazetteer.find(part)
            found = [place for place in found if any(self._lies_in(place, unit) for unit in around)]
        return found or whole

    def _lies_in(self, place: Place, unit: Place) -> bool:
        if unit.feature_code == "PCLI":
            return place.country == unit.country
        if unit.feature_class != "A" or place.id == unit.id or place.country != unit.country:
            return False
        if unit.adm1_pcode and place.adm1_pcode:
            return unit.adm1_pcode == place.adm1_pcode
        return self.gazetteer.is_within(place.id, unit.id)

    def _nearest(self, point: Point, n_wanted: int) -> list[Place]:
        world = self.gazetteer.world
        is_town = self.gazetteer.is_town
        # Near enough to rank by: longitude shrunk by the latitude, across the antimeridian.
        dlat = world.lat / 1e5 - point.latitude
        dlon = np.abs(world.lon / 1e5 - point.longitude)
        dlon = np.minimum(dlon, 360.0 - dlon) * np.cos(np.radians(point.latitude))
        away = np.where(is_town, dlat * dlat + dlon * dlon, np.inf)
        n_looked_at = min(len(away), n_wanted + 20)
        rows = np.argpartition(away, n_looked_at - 1)[:n_looked_at]
        places = [self.gazetteer.to_place(self.gazetteer.spot(int(row))) for row in rows]
        places.extend(place for place in self.gazetteer.theatre.places if place.feature_class == "P")
        unique = {place.id: place for place in places}
        ranked = sorted(
            unique.values(),
            key=lambda place: distance_km(lat1=point.latitude, lon1=point.longitude, lat2=place.lat, lon2=place.lon),
        )
        return ranked[:n_wanted]


def _to_location(place: Place) -> Location:
    address = place.name if not place.country else f"{place.name}, {place.country}"
    raw = {
        "id": place.id,
        "name": place.name,
        "feature_class": place.feature_class,
        "feature_code": place.feature_code,
        "country": place.country,
        "population": place.population,
        "adm1_pcode": place.adm1_pcode,
        "adm2_pcode": place.adm2_pcode,
        "adm3_pcode": place.adm3_pcode,
    }
    return Location(address, Point(place.lat, place.lon), raw)
