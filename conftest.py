"""What holds for every test and every doctest: no network, and no file of the user's is read or written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

# The same examples in every run and no clock, so that a test fails for a reason only; to look for more examples:
# pytest --hypothesis-profile=explore tests/property
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False, max_examples=2_000)
settings.register_profile("hostile", settings.get_profile("steady"), derandomize=False, max_examples=10_000)
settings.load_profile("steady")

collect_ignore = ["mapapp/migrations/env.py"]  # only Alembic can import it
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
"""Tests may talk to servers that they start themselves; anything else fails at once."""
_resolved: dict[str, set[str]] = {}


@pytest.fixture(scope="session", autouse=True)
def _run_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the whole run one cache folder, so that the place index is built once; MAPAPP_TEST_CACHE_DIR keeps it."""
    with pytest.MonkeyPatch.context() as patch:
        kept = os.environ.get("MAPAPP_TEST_CACHE_DIR")
        patch.setenv("MAPAPP_CACHE_DIR", kept or str(tmp_path_factory.mktemp("cache")))
        patch.setenv("MAPAPP_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.delenv("MAPAPP_DATABASE_URL", raising=False)
        yield


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a store of its own."""
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "mapapp-data"))


@pytest.fixture(autouse=True)
def _offline(request: pytest.FixtureRequest) -> None:
    """Refuse every connection that leaves this machine, except in tests marked `network`."""
    if request.node.get_closest_marker("network") is None:
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True, resolution_cache=_resolved)
