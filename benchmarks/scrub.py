"""How long one step of the date takes in the browser, here and the usual way, in the same run; size of the document."""

from __future__ import annotations

import os
import pickle
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

import shapely
from playwright.sync_api import Error, sync_playwright
from xstatic.pkg import leaflet

from benchmarks import Row
from benchmarks._scene import build_scene_of
from benchmarks.territory import build_imported_scene
from mapapp.mapview import build_document, build_payload
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.style import colour_of
from mapapp.theatres.theatre import default_theatre, load_theatre

N_CELLS, N_EVENTS, N_DAYS = 400, 10_000, 60
N_BUNDLED_DAYS = 16
N_PLAIN_STEPS = 8
VIEW = {"width": 1440, "height": 900}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_SECONDS = 60

# One step: the date is set at the start of a frame, and the clock runs until the next frame may begin, after the
# browser has computed styles, laid out and painted. At 60 frames a second no step can be shorter than 16.7 ms; `work`
# is the part of it in which the page itself was busy.
MEASURE = """async (days) => {
  const frame = () => new Promise(requestAnimationFrame);
  const steps = [], work = [];
  let blank = 0;
  for (let i = 0; i < days * 2; i++) {
    await frame(); await frame();
    const start = performance.now();
    mapapp.setDay(i % days);
    document.querySelector('.date').offsetHeight;
    document.querySelector('path.cell').getBBox();
    work.push(performance.now() - start);
    if (document.querySelectorAll('path.cell').length !== mapapp.territory.cells.length) blank += 1;
    await frame();
    steps.push(performance.now() - start);
  }
  return {steps, work, blank};
}"""


def run() -> list[Row]:
    """Return the figures of this run."""
    scene = build_scene_of(n_cells=N_CELLS, n_events=N_EVENTS, n_days=N_DAYS)
    payload = build_payload(scene)
    document = build_document(payload)
    theatre = load_theatre(default_theatre())
    bundled = build_document(build_payload(build_scene(default_query(theatre), theatre=theatre)))
    table = build_imported_scene(theatre)
    imported = build_document(build_payload(table))
    size = f"{len(scene.cells)} cells, {len(scene.events):,} events"
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        ours = measure_ours(browser, document=document, folder=Path(folder), n_days=N_DAYS)
        whole = measure_ours(browser, document=bundled, folder=Path(folder), n_days=N_BUNDLED_DAYS)
        long = measure_ours(browser, document=imported, folder=Path(folder), n_days=len(table.days))
        plain = measure_plain(browser, scene=scene, folder=Path(folder))
        browser.close()
    median, p95 = _middle(ours)
    plain_median = statistics.median(plain) * 1000
    whole_median, whole_p95 = _middle(whole)
    long_median, long_p95 = _middle(long)
    told = f"{len(table.cells)} areas × {len(table.days)} days, {len(table.events)} changes"
    return [
        Row(f"date step, median, {size}", median, "ms", "<= 20", "including paint, at 60 frames a second"),
        Row("date step, 95th percentile", p95, "ms", "<= 40"),
        Row("part of it in which the page works, median", statistics.median(ours["work"]), "ms"),
        Row("steps with a cell missing", ours["blank"], "", "<= 0", f"of {len(ours['steps'])}"),
        Row("date step, median, bundled theatre", whole_median, "ms", "<= 20"),
        Row("date step, 95th percentile, bundled theatre", whole_p95, "ms", "<= 40"),
        Row(f"date step, median, imported table of {told}", long_median, "ms"),
        Row("date step, 95th percentile, imported table", long_p95, "ms", "<= 40"),
        Row("imported table against 400 cells, 95th percentile", long_p95 / p95, "x", note="free of the machine"),
        Row("imported table, part in which the page works", statistics.median(long["work"]), "ms"),
        Row("the same with streamlit-folium, median", plain_median, "ms", "", f"{len(plain)} steps, same run"),
        Row("times faster", plain_median / median, "x", ">= 20"),
        Row("times faster, imported table", plain_median / long_median, "x", ">= 20"),
        Row("HTML of the bundled theatre", len(bundled.encode()) / 1e6, "MB", "<= 2.5"),
        Row(f"HTML of {size}", len(document.encode()) / 1e6, "MB"),
    ]


def _middle(measured: dict[str, Any]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the steps in milliseconds."""
    return statistics.median(measured["steps"]), statistics.quantiles(measured["steps"], n=20)[-1]


def measure_ours(browser: Any, *, document: str, folder: Path, n_days: int) -> dict[str, Any]:
    """Return the milliseconds of every step of the date in the map document."""
    file = folder / "map.html"
    file.write_text(document, encoding="utf-8")
    page = browser.new_page(viewport=VIEW)
    page.goto(file.as_uri())
    page.evaluate(MEASURE, 10)  # once to warm up
    result: dict[str, Any] = page.evaluate(MEASURE, n_days)
    page.close()
    return result


def measure_plain(browser: Any, *, scene: Scene, folder: Path) -> list[float]:
    """Return the seconds from a key press on the slider to the drawn map of the next day, in the plain app."""
    data = folder / "plain.pickle"
    data.write_bytes(pickle.dumps(_plain_data(scene)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("_plain_app.py"))]
    server = subprocess.Popen(
        command + [part for name, value in options.items() for part in (f"--{name}", value)],
        env={**os.environ, "MAPAPP_BENCHMARK_DATA": str(data)},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        page = browser.new_page(viewport=VIEW)
        page.route(lambda address: "127.0.0.1" not in address, _answer_locally)
        page.goto(f"http://127.0.0.1:{port}/")
        _wait_for_day(page, 0)
        page.locator("[data-testid=stSlider] input").focus()
        seconds = []
        for step in range(1, N_PLAIN_STEPS + 1):
            start = time.perf_counter()
            page.keyboard.press("ArrowRight")
            _wait_for_day(page, step)
            seconds.append(time.perf_counter() - start)
        page.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
    return seconds


def _wait_for_day(page: Any, day: int) -> None:
    """Wait until some frame shows the map of the day: for a while the old and the new frame stand side by side."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        for frame in page.frames:
            try:
                text = frame.evaluate("document.querySelector('.shown-day')?.textContent")
            except Error:  # the frame went away meanwhile
                continue
            if text == f"day {day} is drawn":
                return
        page.wait_for_timeout(5)
    raise TimeoutError(f"The plain app did not draw day {day} within {START_SECONDS} s.")


def _answer_locally(route: Any) -> None:
    """Stand in for the hosts that folium's page loads from: the comparison needs no network, and waits for none."""
    name = Path(urllib.parse.urlparse(route.request.url).path).name
    file = Path(leaflet.BASE_DIR) / name
    if name in {"leaflet.js", "leaflet.css"}:
        route.fulfill(path=file)
    else:
        route.fulfill(status=200, body="", content_type="text/css" if name.endswith(".css") else "text/javascript")


def _wait_for(address: str) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
        else:
            return


def _plain_data(scene: Scene) -> dict[str, Any]:
    """Return the scene as the plain app needs it, computed beforehand: only drawing is measured."""
    days = scene.days
    colours: list[dict[str, str]] = []
    for day in days:
        states = ((cell.id, scene.timeline.state_at(cell.id, day=day)) for cell in scene.cells)
        colours.append(
            {cell_id: colour_of(state.controller, day=day, theatre=scene.theatre) for cell_id, state in states if state}
        )
    events: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for event in scene.events:
        for tail in range(3):  # the day and the two after it, as our map shows them
            if event.place is not None:
                events[(event.date_start - days[0]).days + tail].append((event.place.lat, event.place.lon))
    west, south, east, north = scene.theatre.bbox
    features = [
        {"type": "Feature", "properties": {"id": cell.id}, "geometry": shapely.geometry.mapping(cell.geometry)}
        for cell in scene.cells
    ]
    return {
        "cells": {"type": "FeatureCollection", "features": features},
        "colours": colours,
        "events": [events[number] for number in range(len(days))],
        "n_days": len(days),
        "middle": [(south + north) / 2, (west + east) / 2],
    }
