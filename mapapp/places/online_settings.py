"""Which online geocoder the user has chosen, if any: in a file of the data folder, or in environment variables.

None is asked unless the user has switched one on. A key lies in a file that only its owner may read; it goes to the
service and the server that it was saved for and to no other.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from geopy.exc import GeocoderNotFound
from geopy.geocoders import get_geocoder_for_service

from mapapp.errors import DataError
from mapapp.folders import data_folder
from mapapp.places.online import USER_AGENT, OnlineGeocoder, open_online
from mapapp.settings import read_settings_file, write_settings_file

SERVICE_VARIABLE = "MAPAPP_GEOCODER"
ENDPOINT_VARIABLE = "MAPAPP_GEOCODER_ENDPOINT"
KEY_VARIABLE = "MAPAPP_GEOCODER_KEY"

KNOWN_SERVICES = ("nominatim", "photon", "geonames")
"""Offered by name; every other class of geopy can be named too."""

_KEY_NAMES = ("api_key", "apikey", "username", "access_token", "subscription_key", "key")
"""What geopy's classes call a key, the likeliest first."""


@dataclass(frozen=True, slots=True)
class GeocoderSettings:
    """What the user has chosen; an empty service = none."""

    is_on: bool = False
    service: str = ""
    endpoint: str = ""
    """Address of a server of one's own, such as http://localhost:8080; empty = the service's public one."""
    user_agent: str = USER_AGENT
    """How the service knows us; Nominatim's rules ask for one that tells who asks."""
    key: str = field(default="", repr=False)
    """API key; for GeoNames the user name."""

    @property
    def server(self) -> str:
        """Where the names go, in words."""
        return urlsplit(self.endpoint).netloc or f"the public server of {self.service}"


def settings_path() -> Path:
    """Return the file of the settings; it need not exist."""
    return data_folder() / "geocoder.json"


def read_geocoder_settings(*, environment: Mapping[str, str] | None = None) -> GeocoderSettings:
    """Return what was saved, with what the environment says instead. Raises `DataError` for a broken file.

    A service in the environment switches it on.
    """
    environment = os.environ if environment is None else environment
    settings = saved_settings()
    service = environment.get(SERVICE_VARIABLE, "").strip().lower()
    endpoint = environment.get(ENDPOINT_VARIABLE, "").strip()
    settings = with_service(settings, service=service or None, endpoint=endpoint or None)
    key = environment.get(KEY_VARIABLE, "").strip()
    return replace(settings, key=key or settings.key, is_on=settings.is_on or bool(service))


def with_service(settings: GeocoderSettings, *, service: str | None, endpoint: str | None) -> GeocoderSettings:
    """Return settings with another service or server; a key stays with those that it was saved for.

    >>> old = GeocoderSettings(service="geonames", key="me")
    >>> with_service(old, service="photon", endpoint=None).key
    ''
    >>> with_service(old, service=None, endpoint=None).key
    'me'
    """
    changed = replace(
        settings,
        service=settings.service if service is None else service,
        endpoint=settings.endpoint if endpoint is None else endpoint,
    )
    is_other = (changed.service, changed.endpoint) != (settings.service, settings.endpoint)
    if is_other and service is not None and service != settings.service and endpoint is None:
        changed = replace(changed, endpoint="")
    return replace(changed, key="") if is_other else changed


def saved_settings() -> GeocoderSettings:
    """Return what stands in the user's file; without one no service is chosen."""
    kinds = {"is_on": bool, "service": str, "endpoint": str, "user_agent": str, "key": str}
    known = read_settings_file(settings_path(), kinds=kinds, what="the online geocoder", error=DataError)
    return GeocoderSettings(**(known or {}))


def save_geocoder_settings(settings: GeocoderSettings) -> None:
    """Check settings and keep them in a file that only its owner may read. Raises `DataError`."""
    if settings.service:
        open_chosen(settings)
    write_settings_file(settings_path(), values=asdict(settings), error=DataError)


def open_chosen(settings: GeocoderSettings, *, timeout_s: float = 10.0, min_delay_s: float = 1.0) -> OnlineGeocoder:
    """Open the chosen service; nothing is asked yet. Raises `DataError` where none is chosen or a setting is unfit."""
    service = settings.service.strip().lower()
    if not service:
        message = f"No online geocoder is chosen. Name one: {', '.join(KNOWN_SERVICES)} or another class of geopy."
        raise DataError(message)
    try:
        takes = set(inspect.signature(get_geocoder_for_service(service).__init__).parameters)
    except GeocoderNotFound:
        takes = set()
    options: dict[str, object] = {}
    if settings.user_agent.strip():
        options["user_agent"] = settings.user_agent.strip()
    if settings.endpoint.strip():
        options |= _server_options(settings.endpoint.strip(), service=service, takes=takes)
    if settings.key:
        name = next((name for name in _KEY_NAMES if name in takes), None)
        if name is None:
            raise DataError(f"{service} takes no key. Leave the key empty.")
        options[name] = settings.key
    return open_online(service, settings=options, timeout_s=timeout_s, min_delay_s=min_delay_s)


def _server_options(endpoint: str, *, service: str, takes: set[str]) -> dict[str, object]:
    try:
        address = urlsplit(endpoint)
        is_fit = address.scheme in ("http", "https") and bool(address.hostname) and not address.username
        _ = address.port
    except ValueError:
        is_fit = False
    if not is_fit:
        raise DataError(f"The server {endpoint[:80]!r} is no address. Expected one such as http://localhost:8080.")
    if "domain" not in takes:
        raise DataError(f"{service} has one public server only. Leave the server empty.")
    options: dict[str, object] = {"domain": (address.netloc + address.path).rstrip("/")}
    if "scheme" in takes:
        options["scheme"] = address.scheme
    return options
