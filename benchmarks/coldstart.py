"""From the command that starts the app to the first drawn map, in a browser that is already open.

The operating system may hold the files in its memory: that is how a second start in a working day is. The place index
is not needed for the first map; whether it exists makes no difference.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import Row

ROOT = Path(__file__).resolve().parents[1]
BAR_SECONDS = 8.0
N_STARTS = 3
LIMIT_SECONDS = 120.0
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def run() -> list[Row]:
    """Return the median time of some starts, each with a new server and a new page."""
    path = os.environ.get("MAPAPP_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        times = [_start_once(browser) for _ in range(N_STARTS)]
        browser.close()
    servers, maps = zip(*times, strict=True)
    return [
        Row(
            "app start to first drawn map",
            statistics.median(maps),
            "s",
            f"<= {BAR_SECONDS:g}",
            f"worst {max(maps):.1f} s",
        ),
        Row("app start to answering server", statistics.median(servers), "s"),
    ]


def _start_once(browser: Any) -> tuple[float, float]:
    """Return the seconds until the server answers and until a cell is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MAPAPP_DATA_DIR": folder}
        environment.pop("MAPAPP_DATABASE_URL", None)
        started = time.perf_counter()
        with running_app(environment) as server:
            server_seconds = time.perf_counter() - started
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            try:
                page.goto(server.address)
                page.frame_locator("iframe[title=Map]").locator("path.cell").first.wait_for(
                    state="attached", timeout=LIMIT_SECONDS * 1000
                )
                return server_seconds, time.perf_counter() - started
            finally:
                page.close()


@dataclass(frozen=True, slots=True)
class Server:
    """The app as a user starts it."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """Return what it computed until now; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_app(environment: Mapping[str, str]) -> Iterator[Server]:
    """Start the app in an environment, wait until it answers, and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_server(f"http://127.0.0.1:{port}", until=started + LIMIT_SECONDS)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait_for_server(address: str, *, until: float) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.perf_counter() > until:
                raise
            time.sleep(0.02)
