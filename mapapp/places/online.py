"""Online geocoders behind one door: any of geopy's by its name, rate-limited, cached, named to the service.

Nothing uses them unless somebody asks for one. The names that are looked up leave the machine: say so to the user.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Mapping
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
    """Folder with the answers so far, one file each."""
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
    _hush()
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
        cache=cache or cache_folder() / "geocoding",
        _ask=ask,
    )


def _hush() -> None:
    """Keep geopy from writing whole tracebacks of every retry to standard error; the last error is raised anyway."""
    log = logging.getLogger("geopy")
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _file_of(folder: Path, question: str) -> Path:
    return folder / f"{hashlib.sha256(question.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.json"


def _read(folder: Path, question: str) -> dict[str, Any] | None:
    """Return a kept answer; what is damaged counts as never asked."""
    try:
        kept = json.loads(_file_of(folder, question).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept["answer"] if isinstance(kept, dict) and kept.get("question") == question else None


def _write(folder: Path, question: str, answer: dict[str, Any]) -> None:
    path = _file_of(folder, question)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
            json.dump({"question": question, "answer": answer}, file)
        Path(file.name).replace(path)
    except OSError as error:
        raise DataError(
            f"The answer cannot be kept in {folder}: {error}. Set MAPAPP_CACHE_DIR to a folder that can be written."
        ) from error


def _to_json(answer: Location | list[Location] | None) -> dict[str, Any]:
    def parts(location: Location) -> list[object]:
        return [location.address, location.latitude, location.longitude, location.raw]

    if isinstance(answer, list):
        return {"many": [parts(location) for location in answer]}
    return {"one": None if answer is None else parts(answer)}


def _from_json(kept: Mapping[str, Any]) -> Location | list[Location] | None:
    def location(parts: list[Any]) -> Location:
        return Location(parts[0], Point(parts[1], parts[2]), parts[3])

    if "many" in kept:
        return [location(parts) for parts in kept["many"]]
    return None if kept["one"] is None else location(kept["one"])
