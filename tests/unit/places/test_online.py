"""Online geocoders, asked at a server of our own that also misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from geopy.exc import (
    GeocoderParseError,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

from mapapp.errors import DataError
from mapapp.places.online import OnlineGeocoder, open_online

PLACE = {"display_name": "Hama, Syria", "lat": "35.13", "lon": "36.76", "place_id": 1}


class Server(ThreadingHTTPServer):
    """Answers as it is told to, and counts."""

    daemon_threads = True
    mode = "well"
    n_asked = 0
    agents: tuple[str, ...] = ()
    release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.n_asked += 1
        server.agents = (*server.agents, self.headers["User-Agent"])
        if server.mode == "slow":
            server.release.wait(20)
            return
        status = {"429": 429, "500": 500}.get(server.mode, 200)
        found: object = [] if server.mode == "nothing" else PLACE if "reverse" in self.path else [PLACE]
        body = b"{broken" if server.mode == "broken" else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.release = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def geocoder(server: Server, tmp_path: Path) -> OnlineGeocoder:
    return open_at(server, tmp_path)


def open_at(server: Server, folder: Path, *, timeout_s: float = 10.0) -> OnlineGeocoder:
    address = f"127.0.0.1:{server.server_address[1]}"
    return open_online(
        "nominatim", settings={"domain": address, "scheme": "http"}, cache=folder / "answers",
        min_delay_s=0.0, timeout_s=timeout_s, max_retries=1,
    )  # fmt: skip


def test_an_answer_is_asked_for_once(server: Server, geocoder: OnlineGeocoder, tmp_path: Path) -> None:
    first = geocoder.geocode("Hama")
    assert (first.latitude, first.longitude) == (35.13, 36.76)
    again = open_at(server, tmp_path).geocode("Hama")
    assert (again.address, again.latitude, again.raw) == (first.address, first.latitude, first.raw)
    assert server.n_asked == 1
    assert server.agents == ("mapapp",)
    assert geocoder.attribution == "© OpenStreetMap contributors"


def test_several_answers_none_and_points_are_kept_apart(server: Server, geocoder: OnlineGeocoder) -> None:
    assert len(geocoder.geocode("Hama", exactly_one=False)) == 1
    assert geocoder.reverse((35.13, 36.76)).address == "Hama, Syria"
    server.mode = "nothing"
    assert geocoder.geocode("Nowhere") is None
    assert geocoder.geocode("Nowhere") is None
    assert server.n_asked == 3


@pytest.mark.parametrize(
    ("mode", "error", "n_asked"),
    [("429", GeocoderRateLimited, 2), ("500", GeocoderServiceError, 2), ("broken", GeocoderParseError, 2)],
)
def test_a_service_that_fails_raises_geopys_error_and_is_asked_again_later(
    server: Server, geocoder: OnlineGeocoder, mode: str, error: type[Exception], n_asked: int
) -> None:
    server.mode = mode
    with pytest.raises(error):
        geocoder.geocode("Hama")
    assert server.n_asked == n_asked
    server.mode = "well"
    assert geocoder.geocode("Hama") is not None


def test_a_service_that_hangs_is_given_up(server: Server, tmp_path: Path) -> None:
    server.mode = "slow"
    with pytest.raises((GeocoderTimedOut, GeocoderUnavailable)):
        open_at(server, tmp_path, timeout_s=0.2).geocode("Hama")


def test_settings_that_do_not_fit_are_said() -> None:
    with pytest.raises(DataError, match="nominatim"):
        open_online("nominatim", settings={"nonsense": 1})


def test_a_damaged_answer_is_asked_for_again(server: Server, geocoder: OnlineGeocoder) -> None:
    geocoder.geocode("Hama")
    for path in geocoder.cache.iterdir():
        path.write_text("{broken")
    assert geocoder.geocode("Hama") is not None
    assert server.n_asked == 2


def test_a_cache_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("a file stands where the folder should be")
    with pytest.raises(DataError, match="MAPAPP_CACHE_DIR"):
        open_at(server, tmp_path).geocode("Hama")
