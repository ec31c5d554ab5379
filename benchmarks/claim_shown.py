"""How soon one more claim shows on the map, from the click to the drawn map of the running app, in a real browser.

Measured with the bundled units, and with finer boundaries where their files stand beside the project. What a user would
wait for otherwise stands beside it: everything computed from nothing, and a map that is loaded anew.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import shapely
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks import Row
from benchmarks._scene import SEED
from benchmarks.coldstart import CHROMIUM_NAMES, LIMIT_SECONDS, running_app
from mapapp.articles.readers import read_article_text
from mapapp.folders import data_folder
from mapapp.mapview import build_payload, escape_json
from mapapp.model import Reading
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.imported import ImportedPlace
from mapapp.places.imports import Imported, save_import
from mapapp.reading import read_article
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.theatres.installation import fetch_boundaries, read_downloads
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre

BAR_SECONDS = 0.5
N_ARTICLES = 6
"""Of each kind; the first one, which also fills caches, is left out."""
BOUNDARIES = Path(__file__).resolve().parents[2] / "shared" / "data" / "boundaries"
SENTENCE = "Fighters of {actor} seized the town of {place} on {day}, residents and a war monitor said."
VIEW: ViewportSize = {"width": 1440, "height": 2400}
"""High enough for the form and the map: a frame out of sight is not drawn at all."""
SYLLABLES = ("qar", "zeb", "dul", "mir", "tof", "hask", "bin", "rul", "gad", "nem", "sho", "wik")

# In every document: when somebody clicked, and when a message with data had come and was drawn, with how every cell
# then looked. The clock of a document is that of its frame; `now` is the same for all.
WATCH = """(() => {
  const now = () => performance.timeOrigin + performance.now();
  window.clicks = [];
  window.drawings = [];
  addEventListener("click", () => clicks.push(now()), true);
  addEventListener("message", (event) => {
    if (!["mapapp:payload", "mapapp:changes"].includes(event.data?.type)) return;
    const told = now();
    requestAnimationFrame(() => setTimeout(() => {
      const looks = Object.fromEntries(mapapp.territory.cells.map((cell) => [cell.id, cell.holder + cell.status]));
      drawings.push({ told, drawn: now(), looks });
    }));
  });
})()"""

DRAWN = """async ([clicked, cell, before, limit]) => {
  const end = performance.now() + limit;
  while (performance.now() < end) {
    const found = drawings.find((item) => item.drawn > clicked && (cell === null || item.looks[cell] !== before));
    if (found) return { told: found.told, drawn: found.drawn };
    await new Promise((done) => setTimeout(done, 20));
  }
  return null;
}"""


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence that colours one cell anew."""

    text: str
    day: date
    """Of its publication."""
    reading: Reading
    cell_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What a click took, in seconds."""

    until_told: float
    """Until the running map got the data."""
    until_drawn: float
    n_bytes: int
    """Over the wire from the server, all that came meanwhile."""
    cpu: float
    """That the server computed."""


def run() -> list[Row]:
    """Return the figures of this run."""
    path = os.environ.get("MAPAPP_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    rows: list[Row] = []
    for title, has_finer in (("bundled units", False), ("finer boundaries", True)):
        if has_finer and not BOUNDARIES.is_dir():
            continue
        with _own_folder(has_finer=has_finer) as theatre:
            gazetteer = open_gazetteer(theatre)
            known, new = _find_cases(theatre, gazetteer=gazetteer)
            rows += _functions(theatre, known=known, new=new, title=title)
            if path is not None:
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
                    rows += _app(browser, known=known, new=new, title=title)
                    browser.close()
    return rows


@contextmanager
def _own_folder(*, has_finer: bool) -> Iterator[Theatre]:
    """Work in an empty folder of user's data with a gazetteer of made-up villages, with finer boundaries if asked."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"MAPAPP_DATA_DIR": folder}):
        os.environ.pop("MAPAPP_DATABASE_URL", None)
        name = default_theatre()
        if has_finer:
            download = read_downloads(name)[0]
            target = data_folder() / "downloads" / name / download.id
            target.mkdir(parents=True)
            for file in download.files:
                shutil.copy(BOUNDARIES / file.name, target)
            fetch_boundaries(download, theatre_name=name)  # the files are there: nothing is fetched
        theatre = load_theatre(name)
        save_import(Imported(places=tuple(_make_villages(theatre))), name="made-up")
        yield theatre


def _make_villages(theatre: Theatre) -> Iterator[ImportedPlace]:
    """Yield places that no list knows: each needs a cell of its own."""
    chance = random.Random(SEED)
    whole = shapely.union_all(list(theatre.units.geometry))
    west, south, east, north = whole.bounds
    names = {"".join(chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(3 * N_ARTICLES)}
    for name in sorted(names):
        lon, lat = west, south
        while not whole.contains(shapely.Point(lon, lat)):
            lon, lat = round(chance.uniform(west, east), 4), round(chance.uniform(south, north), 4)
        yield ImportedPlace(f"made-up:{name}", name, (), lat, lon, "P", "PPL", theatre.country, 0)


def _find_cases(theatre: Theatre, *, gazetteer: Gazetteer) -> tuple[list[Case], list[Case]]:
    """Return sentences about places that have a cell, and about places that get one, each of which shows."""
    scene = build_scene(default_query(theatre), theatre=theatre)
    day = theatre.first_day + timedelta(days=2)
    villages = sorted(place.name for place in _make_villages(theatre))
    towns = [place.name for place in theatre.cell_places]
    random.Random(SEED).shuffle(towns)
    actors = [actor.name for actor in theatre.actors if not actor.is_generic]
    found = []
    for names in (towns, villages):
        cases: list[Case] = []
        for name in names:
            tried = (_try_case(name, actor=actor, day=day, scene=scene, gazetteer=gazetteer) for actor in actors)
            cases += [case for case in tried if case is not None][:1]
            if len(cases) == N_ARTICLES:
                break
        found.append(cases)
    return found[0], found[1]


def _try_case(name: str, *, actor: str, day: date, scene: Scene, gazetteer: Gazetteer) -> Case | None:
    text = SENTENCE.format(actor=actor, place=name, day=day.strftime("%A"))
    published = day + timedelta(days=1)
    article = read_article_text(text, published=published, publisher="Example Wire", timezone=scene.theatre.timezone)
    reading = read_article(article, theatre=scene.theatre, gazetteer=gazetteer)
    if not reading.resolutions or len(reading.claims) != 1 or reading.claims[0].date_start != day:
        return None
    after = build_scene(scene.query, theatre=scene.theatre, readings=[reading], before=scene)
    known = {cell.id for cell in scene.cells}
    changed = [
        cell.id
        for cell in after.cells
        if cell.place_name == name
        and (cell.id not in known or _look(after, cell_id=cell.id, day=day) != _look(scene, cell_id=cell.id, day=day))
    ]
    return Case(text, published, reading, changed[0]) if len(changed) == 1 else None


def _look(scene: Scene, *, cell_id: str, day: date) -> tuple[str, str | None]:
    state = scene.timeline.state_at(cell_id, day=day)
    return state.status.value, state.controller


def _functions(theatre: Theatre, *, known: Sequence[Case], new: Sequence[Case], title: str) -> list[Row]:
    """Measure without an app: the scene with one more claim, and its data as they are sent."""
    query = default_query(theatre)
    started = time.process_time()
    scene = build_scene(query, theatre=theatre)
    text = escape_json(build_payload(scene))
    whole = time.process_time() - started
    rows = [
        Row(f"{title}: scene and data of the map from nothing", whole, "s CPU", note=f"{len(text) / 1e6:.2f} MB"),
    ]
    for kind, cases in (("in a known cell", known), ("in a new cell", new)):
        spent = []
        for case in cases:
            started = time.process_time()
            later = build_scene(query, theatre=theatre, readings=[case.reading], before=scene)
            escape_json(build_payload(later))
            spent.append(time.process_time() - started)
        middle = statistics.median(spent)
        told = f"{title}: the same after one more claim {kind}"
        rows.append(Row(told, middle, "s CPU", note=f"{whole / middle:.0f} times less, {len(cases)} claims"))
    return rows


def _app(browser: Browser, *, known: Sequence[Case], new: Sequence[Case], title: str) -> list[Row]:
    """Measure in the running app what clicks on the Articles screen take, and opening the Map after them."""
    waits: dict[str, list[Wait]] = {}
    with running_app(dict(os.environ)) as server:
        page = browser.new_page(viewport=VIEW)
        page.set_default_timeout(LIMIT_SECONDS / 4 * 1000)
        page.add_init_script(WATCH)
        received = _count_bytes(page)
        page.goto(f"{server.address}/articles?samples=no")
        for kind, cases in (("in a known cell", known), ("in a new cell", new)):
            for number, case in enumerate(cases):
                for name, click in (
                    ("read", partial(_send, page, case)),
                    ("rejected", partial(_press, page, "Reject")),
                    ("undone", partial(_press, page, "Undo")),
                ):
                    wait = _measure(page, click, case=case, server=server, received=received)
                    if number:
                        waits.setdefault(f"{name}, {kind}", []).append(wait)
        wait = _measure(
            page, lambda: page.get_by_role("link", name="Map", exact=True).click(),
            case=None, server=server, received=received,
        )  # fmt: skip
        page.close()
    rows = [Row(f"{title}: Map opened anew", wait.until_drawn, "s", note=f"{wait.n_bytes / 1e3:,.0f} kB")]
    for name, measured in waits.items():
        drawn, told, cpu, n_bytes = (
            statistics.median(values)
            for values in zip(
                *((one.until_drawn, one.until_told, one.cpu, one.n_bytes) for one in measured), strict=True
            )
        )
        note = (
            f"worst {max(one.until_drawn for one in measured):.2f}; data there after {told:.2f}; server {cpu:.2f} s "
            f"CPU; {n_bytes / 1e3:,.0f} kB; {wait.until_drawn / drawn:.1f} times sooner than the Map opened anew"
        )
        rows.append(Row(f"{title}: claim {name}: click to drawn map", drawn, "s", f"<= {BAR_SECONDS:g}", note))
    return rows


def _count_bytes(page: Page) -> list[int]:
    """Return a list that gets the size of everything that comes over the page's sockets."""
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
    return sizes


def _measure(page: Page, click: Any, *, case: Case | None, server: Any, received: list[int]) -> Wait:
    frame = _map_frame(page)
    cell_id = None if case is None else case.cell_id
    before = None
    if frame is not None and cell_id is not None:
        before = frame.evaluate("id => drawings.at(-1)?.looks[id]", cell_id)
    page.evaluate("clicks.length = 0")
    n_before, cpu = len(received), server.cpu_seconds()
    click()
    clicked = page.evaluate("clicks[0]")
    drawn = None
    deadline = time.monotonic() + LIMIT_SECONDS
    while drawn is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The map did not show {case.text if case else 'itself'!r} within {LIMIT_SECONDS:g} s.")
        frame = _map_frame(page)
        if frame is None:
            page.wait_for_timeout(10)
            continue
        drawn = frame.evaluate(DRAWN, [clicked, cell_id, before, 2_000])
    wait = Wait(
        until_told=(drawn["told"] - clicked) / 1000,
        until_drawn=(drawn["drawn"] - clicked) / 1000,
        n_bytes=sum(received[n_before:]),
        cpu=server.cpu_seconds() - cpu,
    )
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    return wait


def _map_frame(page: Page) -> Any:
    """Return the running map's document, or None where there is none yet."""
    found = page.query_selector("iframe[title=Map]")
    return None if found is None else found.content_frame()


def _send(page: Page, case: Case) -> None:
    """Paste an article and press the button that reads it."""
    box = page.get_by_label("Text of the article").first
    page.get_by_text("Add articles", exact=True).wait_for()
    page.wait_for_timeout(700)  # the form folds by itself once something is stored
    if not box.is_visible():
        page.get_by_text("Add articles", exact=True).click()
    box.fill(case.text)
    page.get_by_role("spinbutton", name="year, Published on").first.click()
    page.keyboard.type(case.day.isoformat().replace("-", ""))
    page.get_by_label("Publisher").first.fill("Example Wire")
    page.get_by_role("textbox", name="Address (URL)").first.fill("")
    page.evaluate("clicks.length = 0")
    page.get_by_role("button", name="Read it").click()


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
