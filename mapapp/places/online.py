"""Online geocoders behind one door: any of geopy's by its name, rate-limited, cached, named to the service.

Nothing uses them unless somebody asks for one. The names that are looked up leave the machine: say so to the user.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geopy.exc import GeocoderNotFound
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import get_geocoder_for_service
from geopy.location import Location
from geopy.point import Point

from mapapp.errors import DataError
from mapapp.places.index import cache_folder

USER_AGENT = "mapapp"
"""How services know us; their rules ask for a name of one's own."""

ATTRIBUTIONS: Mapping[str, str] = {
    "nominatim": "© OpenStreetMap contributors",
    "photon": "© OpenStreetMap contributors",
    "geonames": "GeoNames CC BY 4.0",
}
"""What a service's answers oblige to show; other services: their own terms."""


@dataclass(frozen=True, slots=True)
class OnlineGeocoder:
    """One service, ready to be asked."""

    service: str
    attribution: str
    """To be shown with every answer; empty = see the service's terms."""
    cache: Path
    """SQLite file with the answers so far."""
    _ask: Mapping[str, Callable[..., Any]]

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """Return what the service (or the cache) knows of a name. Raise geopy's own errors; they are never cached."""
        return self._answer("geocode", query, query, exactly_one=exactly_one)

    def reverse(self, query: tuple[float, float], *, exactly_one: bool = True) -> Location | list[Location] | None:
        """Return what the service (or the cache) knows of a point (lat, lon)."""
        key = f"{float(query[0]):.6f},{float(query[1]):.6f}"
        return self._answer("reverse", key, query, exactly_one=exactly_one)

    def _answer(self, method: str, key: str, query: object, *, exactly_one: bool) -> Location | list[Location] | None:
        whole_key = json.dumps([self.service, method, key, exactly_one], ensure_ascii=False)
        known = _read(self.cache, whole_key)
        if known is None:
            answer: Location | list[Location] | None = self._ask[method](query, exactly_one=exactly_one)
            _write(self.cache, whole_key, _to_json(answer))
            return answer
        return _from_json(known)


def open_online(
    service: str,
    *,
    settings: Mapping[str, object] | None = None,
    cache: Path | None = None,
    min_delay_s: float = 1.0,
    timeout_s: float = 10.0,
    max_retries: int = 2,
) -> OnlineGeocoder:
    """Open a geocoder of geopy by its name ("nominatim", "photon", "geonames" …); nothing is asked yet.

    `settings` are the class's own (domain, api_key, username …). Between two questions at least `min_delay_s` pass.
    Raise `DataError` where the name or a setting is not known.

    >>> open_online("nominatim").attribution
    '© OpenStreetMap contributors'
    >>> open_online("no such service")
    Traceback (most recent call last):
        ...
    mapapp.errors.DataError: geopy has no geocoder 'no such service'. Try nominatim, photon or geonames.
    """
    name = service.strip().lower()
    try:
        kind = get_geocoder_for_service(name)
    except GeocoderNotFound as error:
        raise DataError(f"geopy has no geocoder {service!r}. Try nominatim, photon or geonames.") from error
    try:
        geocoder = kind(**{"user_agent": USER_AGENT, "timeout": timeout_s, **(settings or {})})
    except TypeError as error:
        raise DataError(f"The settings of {name} do not fit: {error}. See geopy's page of {kind.__name__}.") from error
    ask = {
        method: RateLimiter(
            getattr(geocoder, method),
            min_delay_seconds=min_delay_s,
            max_retries=max_retries,
            error_wait_seconds=max(min_delay_s, 0.0),
            swallow_exceptions=False,
        )
        for method in ("geocode", "reverse")
        if hasattr(geocoder, method)
    }
    return OnlineGeocoder(
        service=name,
        attribution=ATTRIBUTIONS.get(name, ""),
        cache=cache or cache_folder() / "geocoding.sqlite",
        _ask=ask,
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the cache, and close it again whatever happens."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS answers (question TEXT PRIMARY KEY, answer TEXT NOT NULL)")
            yield connection
    except (OSError, sqlite3.Error) as error:
        raise DataError(f"The cache of answers {path} cannot be used: {error}. Delete it, or name another.") from error


def _read(path: Path, question: str) -> str | None:
    with _opened(path) as connection:
        row = connection.execute("SELECT answer FROM answers WHERE question = ?", (question,)).fetchone()
    return None if row is None else str(row[0])


def _write(path: Path, question: str, answer: str) -> None:
    with _opened(path) as connection:
        connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (question, answer))


def _to_json(answer: Location | list[Location] | None) -> str:
    def parts(location: Location) -> list[object]:
        return [location.address, location.latitude, location.longitude, location.raw]

    if isinstance(answer, list):
        return json.dumps({"many": [parts(location) for location in answer]})
    return json.dumps({"one": None if answer is None else parts(answer)})


def _from_json(text: str) -> Location | list[Location] | None:
    def location(parts: list[Any]) -> Location:
        return Location(parts[0], Point(parts[1], parts[2]), parts[3])

    kept = json.loads(text)
    if "many" in kept:
        return [location(parts) for parts in kept["many"]]
    return None if kept["one"] is None else location(kept["one"])
