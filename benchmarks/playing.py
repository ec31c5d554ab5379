"""How smoothly a route of three hours plays in the browser at 60×, here and in plain Leaflet, in the same run."""

from __future__ import annotations

import dataclasses
import json
import shutil
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright
from xstatic.pkg import leaflet

from benchmarks import Row
from benchmarks.scrub import FLAGS, VIEW
from mapapp.mapview import build_document, build_payload
from mapapp.model import Route
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre
from mapapp.tracks.routes import build_track_route
from mapapp.tracks.track import make_track

HOURS, SPEED, SECONDS = 3, 60, 12
SLOW_MS = 1000 / 30
"""A frame that takes longer is below 30 a second."""

# Times of all frames while the page plays, and how far the route went meanwhile.
MEASURE = """async ([seconds, start, now]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const value = new Function('return ' + now);
  await frame(); await frame();
  const before = value();
  new Function(start)();
  const steps = [];
  let last = await frame();
  const end = last + seconds * 1000;
  while (last < end) {
    const next = await frame();
    steps.push(next - last);
    last = next;
  }
  return {steps, moved: value() - before};
}"""

PLAIN_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>%s html,body,#map{height:100%%;margin:0}</style>
<script>%s</script></head><body><div id="map"></div><script>
const cells = %s, track = %s, speed = %d;
const map = L.map('map', {zoomControl: false, attributionControl: false}).fitBounds(%s);
L.geoJSON(cells).addTo(map);
const line = L.polyline(track.places).addTo(map);
let done = null, marker = null, at = track.times[0];
const draw = () => {
  let i = track.times.findIndex((time) => time > at);
  if (i < 1) i = track.times.length - 1;
  const share = (at - track.times[i - 1]) / (track.times[i] - track.times[i - 1]);
  const [a, b] = [track.places[i - 1], track.places[i]];
  const place = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
  done?.remove(); marker?.remove();
  done = L.polyline([...track.places.slice(0, i), place], {color: 'red'}).addTo(map);
  marker = L.circleMarker(place, {radius: 8}).addTo(map);
};
const play = () => {
  let before = performance.now();
  const run = (now) => { at += (now - before) / 1000 * speed; before = now; draw(); requestAnimationFrame(run); };
  requestAnimationFrame(run);
};
draw();
</script></body></html>"""


def run() -> list[Row]:
    """Return frames a second and the share of slow frames, beside a page that draws marker and trail anew each time."""
    theatre = load_theatre(default_theatre())
    route = _make_route(theatre)
    scene = build_scene(default_query(theatre), theatre=theatre, tracks=(route,))
    document = build_document(build_payload(dataclasses.replace(scene, routes=(route,))))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        ours = _play(browser, document, Path(folder), before=_FOCUS, start=_PLAY, now="mapapp.focus.at")
        plain = _play(browser, _plain_page(scene, route), Path(folder), before="void 0", start="play()", now="at")
        browser.close()
    n_vertices = sum(len(leg.times_s) for leg in route.legs)
    what = f"{HOURS} h of {n_vertices:,} vertices at {SPEED}x"
    return [
        Row(f"frames a second, median, {what}", _rate(ours), "/s", ">= 30", f"{len(ours['steps'])} frames"),
        Row(f"frames longer than {SLOW_MS:.0f} ms", _slow(ours), "%", "<= 5"),
        Row("longest frame", max(ours["steps"]), "ms"),
        Row("speed that was kept", ours["moved"] / (sum(ours["steps"]) / 1000), "x", ">= 57"),
        Row("plain Leaflet: frames a second, median", _rate(plain), "/s", "", "trail and marker drawn anew, same run"),
        Row(f"plain Leaflet: frames longer than {SLOW_MS:.0f} ms", _slow(plain), "%"),
    ]


_FOCUS = "mapapp.setDay(mapapp.routes.list[0].from); mapapp.follow.start(mapapp.routes.list[0])"
_PLAY = "document.querySelector('.hours .play').click()"


def _rate(result: dict[str, Any]) -> float:
    return float(1000.0 / statistics.median(result["steps"]))


def _slow(result: dict[str, Any]) -> float:
    return float(100.0 * sum(step > SLOW_MS + 0.5 for step in result["steps"]) / len(result["steps"]))


def _play(browser: Any, html: str, folder: Path, *, before: str, start: str, now: str) -> dict[str, Any]:
    file = folder / "page.html"
    # The page's policy forbids the eval that the measurement needs; what is drawn is the same.
    file.write_text(html.replace("script-src ", "script-src 'unsafe-eval' ", 1), encoding="utf-8")
    page = browser.new_page(viewport=VIEW)
    page.goto(file.as_uri())
    page.wait_for_timeout(1500)
    page.evaluate(before)
    page.wait_for_timeout(1000)
    result: dict[str, Any] = page.evaluate(MEASURE, [SECONDS, start, now])
    page.close()
    return result


def _make_route(theatre: Theatre) -> Route:
    """Return three hours of an aircraft that never flies straight, a position each second."""
    rng = np.random.default_rng(6)
    n_seconds = HOURS * 3600
    heading = np.cumsum(rng.normal(0, 2.0, n_seconds)) + np.arange(n_seconds) * 0.1
    west, south, east, north = theatre.bbox
    lat = (south + north) / 2 + np.cumsum(220.0 * np.cos(np.radians(heading))) / 110_950.0
    lon = (west + east) / 2 + np.cumsum(220.0 * np.sin(np.radians(heading))) / 92_000.0
    start = datetime.combine(theatre.first_day, datetime.min.time(), tzinfo=UTC).timestamp() + 8 * 3600
    track = make_track(
        "round and round",
        time_s=start + np.arange(n_seconds, dtype=float),
        lat=lat,
        lon=lon,
        altitude_m=3000 + 2000 * np.sin(np.arange(n_seconds) / 900),
        speed_kmh=np.full(n_seconds, 792.0),
    )
    return build_track_route(track, theatre=theatre, source="made", tolerance_m=5.0)


def _plain_page(scene: Scene, route: Route) -> str:
    """Return the same cells and the same line in Leaflet as it comes."""
    folder = Path(leaflet.BASE_DIR)
    cells = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": cell.geometry.__geo_interface__} for cell in scene.cells
        ],
    }
    places = [(lat, lon) for leg in route.legs if leg.geometry is not None for lon, lat in leg.geometry.coords]
    times = [moment for leg in route.legs for moment in leg.times_s]
    west, south, east, north = scene.theatre.bbox
    return PLAIN_PAGE % (
        (folder / "leaflet.css").read_text(encoding="utf-8"),
        (folder / "leaflet.js").read_text(encoding="utf-8"),
        json.dumps(cells),
        json.dumps({"places": places, "times": times}),
        SPEED,
        json.dumps([[south, west], [north, east]]),
    )
