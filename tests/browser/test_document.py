"""The map document in a real browser, opened from disk as the exported file is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any

import pytest
from shapely.geometry.base import BaseGeometry

from mapapp.export.html import EXPORTER
from mapapp.layers import all_layers
from mapapp.mapview import build_document, build_payload
from mapapp.model import Candidate, Claim, EventKind, Evidence, Mention, MentionKind, Resolution
from mapapp.scene import build_scene
from mapapp.selection import default_query
from tests import invented

pytestmark = pytest.mark.browser

SETTLED_MS = 5_000
"""By then names lie where they stay."""

HAMA = "mapapp.territory.cells.find(cell => cell.name === 'Hama')"
QUOTE = "The Front took Bree on Thursday."


@pytest.fixture(scope="module")
def bundled_html(theatre: Any) -> bytes:
    """What somebody gets who exports the bundled theatre."""
    return EXPORTER.write(build_scene(default_query(theatre), theatre=theatre))


@pytest.fixture(scope="module")
def invented_scene() -> Any:
    """The invented country with a quote from an article, something said against it, a mention and a journey."""
    article = invented.make_article(QUOTE)
    said = Evidence(
        text=QUOTE, is_quote=True, publisher="The Invented Post", speaker="a spokesman", published=invented.day(3),
        url="https://example.org/bree", grade="B2",
    )  # fmt: skip
    against = Evidence(text="Bree never fell.", is_quote=True, publisher="Republic Radio", grade="D4")
    mention = Mention(article.id, 15, 19, "Bree", MentionKind.TOPONYM)
    resolution = Resolution(mention, (invented_candidate(),), where_prec=1, score=0.9)
    reading = dataclasses.replace(
        invented.make_reading(routes=(invented.make_route(),)), article=article, resolutions=(resolution,)
    )
    scene = build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, readings=(reading,))
    events = tuple(
        dataclasses.replace(event, evidence_for=(said,), evidence_against=(against,))
        if event.place == invented.PLACES[1] and event.actor == "FRO"
        else event
        for event in scene.events
    )
    return dataclasses.replace(scene, events=events)


def invented_candidate() -> Any:
    return Candidate(invented.PLACES[1], score=0.9)


def set_day(page: Any, iso: str) -> None:
    page.evaluate("iso => mapapp.setDay(mapapp.dayOf(iso))", iso)


def shown_day(page: Any) -> str:
    return str(page.evaluate("mapapp.isoOf(mapapp.day)"))


def until(frame: Any, condition: str) -> None:
    """Wait until a condition holds in a page; its policy forbids the eval that Playwright's own waiting needs."""
    frame.evaluate(
        f"new Promise(done => {{ const look = () => ({condition}) ? done() : setTimeout(look, 10); look(); }})"
    )


def holder_of(page: Any, name: str) -> str:
    """Return who holds the cell of a place, as it is drawn."""
    cell = f"mapapp.territory.cells.find(cell => cell.name === {json.dumps(name)})"
    return str(page.evaluate(f"{cell}.layer._path.getAttribute('data-holder')"))


def point_on_slider(page: Any, iso: str) -> tuple[float, float]:
    box = page.locator("[role=slider]").bounding_box()
    share = page.evaluate("iso => mapapp.dayOf(iso) / (mapapp.payload.days.count - 1)", iso)
    return box["x"] + box["width"] * share, box["y"] + box["height"] - 8


def click_place(page: Any, cell: str) -> None:
    x, y = page.evaluate(
        f"(c => {{ const p = mapapp.map.latLngToContainerPoint([c.lat, c.lon]); return [p.x, p.y] }})({cell})"
    )
    page.mouse.click(x, y)


# --- opening --------------------------------------------------------------------------------------------------------


def test_exported_file_asks_for_nothing_and_draws_every_cell(
    bundled_html: bytes, open_html: Callable[..., Any], theatre: Any
) -> None:
    watched = open_html(bundled_html)
    page = watched.page
    n_cells = page.evaluate("mapapp.payload.layers.find(layer => layer.id === 'territory').data.cells.length")
    assert n_cells >= len(theatre.cell_places)
    drawn = page.evaluate("[...document.querySelectorAll('path.cell')].filter(path => path.getBBox().width > 0).length")
    assert drawn == n_cells
    assert page.locator(".date").inner_text().endswith("2024")
    watched.assert_clean()


def test_date_is_the_largest_text(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    largest = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(node => [...node.childNodes].some(child =>
        child.nodeType === 3 && child.textContent.trim())).sort((a, b) => parseFloat(getComputedStyle(b).fontSize) -
        parseFloat(getComputedStyle(a).fontSize))[0].className"""
    )
    assert largest == "date"


def test_page_forbids_itself_connections_and_foreign_scripts(
    bundled_html: bytes, open_html: Callable[..., Any]
) -> None:
    watched = open_html(bundled_html)
    refused = watched.page.evaluate("fetch('https://example.org/').then(() => 'loaded', () => 'refused')")
    assert refused == "refused"
    watched.page.evaluate(
        "(s => { s.textContent = 'window.foreign = 1'; document.body.append(s) })(document.createElement('script'))"
    )
    assert watched.page.evaluate("typeof window.foreign") == "undefined"


def test_every_layer_has_a_drawer_in_the_browser(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    assert set(page.evaluate("Object.keys(mapapp.drawers)")) == {layer.id for layer in all_layers()}


# --- the date -------------------------------------------------------------------------------------------------------


def test_dragging_the_date_changes_hama_between_4_and_5_december(
    bundled_html: bytes, open_html: Callable[..., Any]
) -> None:
    watched = open_html(bundled_html)
    page = watched.page
    page.evaluate(
        """(() => { window.removed = 0; new MutationObserver(found => { for (const one of found)
        for (const node of one.removedNodes) if (node.classList?.contains('cell')) window.removed += 1; })
        .observe(document.querySelector('.pane-cells'), {childList: true, subtree: true}); })()"""
    )
    start, before, after = (point_on_slider(page, day) for day in ("2024-11-30", "2024-12-04", "2024-12-05"))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*before, steps=6)
    until(page, "mapapp.isoOf(mapapp.day) === '2024-12-04'")
    held_before, fill_before = holder_of(page, "Hama"), page.evaluate(f"{HAMA}.layer._path.getAttribute('fill')")
    page.mouse.move(*after, steps=4)
    until(page, "mapapp.isoOf(mapapp.day) === '2024-12-05'")
    page.mouse.up()
    assert (held_before, holder_of(page, "Hama")) == ("GOV", "HTS")
    assert page.evaluate(f"{HAMA}.layer._path.getAttribute('fill')") != fill_before
    assert "5 Dec 2024" in page.locator(".date").inner_text()
    assert page.evaluate("window.removed") == 0
    watched.assert_clean()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ArrowRight", "2024-12-06"),
        ("ArrowLeft", "2024-12-04"),
        ("Home", "2024-11-26"),
        ("End", "2024-12-11"),
        ("PageDown", "2024-11-28"),
    ],
)
def test_keys_move_the_date(bundled_html: bytes, open_html: Callable[..., Any], key: str, expected: str) -> None:
    page = open_html(bundled_html).page
    set_day(page, "2024-12-05")
    page.keyboard.press(key)
    assert shown_day(page) == expected


def test_keys_stop_at_the_ends(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    page.locator("[role=slider]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert shown_day(page) == "2024-11-26"
    slider = page.locator("[role=slider]")
    assert slider.get_attribute("aria-valuenow") == "0"
    assert "26 Nov 2024" in slider.get_attribute("aria-valuetext")


def test_click_on_a_tick_goes_to_its_day(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    page.locator(".tick", has_text="30 Nov").click()
    assert shown_day(page) == "2024-11-30"


def test_play_goes_on_and_stops_at_the_last_day(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    page.clock.install()
    set_day(page, "2024-12-09")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1000)
    assert shown_day(page) == "2024-12-10"
    page.clock.run_for(5000)
    assert shown_day(page) == "2024-12-11"
    assert page.get_by_role("button", name="Play").count() == 1


def test_legend_tells_the_shares_that_the_scene_counts(
    bundled_html: bytes, open_html: Callable[..., Any], theatre: Any
) -> None:
    scene = build_scene(default_query(theatre), theatre=theatre)
    page = open_html(bundled_html).page
    for day in (date(2024, 11, 26), date(2024, 12, 8)):
        set_day(page, day.isoformat())
        areas = page.evaluate(
            "(() => { const a = mapapp.territory.areas(mapapp.day); return {km2: a.km2, unknown: a.unknown, holders:"
            " Object.fromEntries([...a.holders].map(([code, v]) => [code, v.assessed + v.claimed + v.regional]))} })()"
        )
        counted: dict[str | None, float] = {}
        for share in scene.shares_by_day[day]:
            counted[share.actor] = counted.get(share.actor, 0.0) + share.share
        for code, km2 in areas["holders"].items():
            assert km2 / areas["km2"] == pytest.approx(counted[code], abs=1e-4)


def test_changes_of_the_day_are_listed_and_outlined(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    set_day(page, "2024-12-05")
    assert page.locator(".changes .pill", has_text="Hama").count() == 1
    assert page.evaluate("document.querySelector('g.changed').getBBox().width") > 0
    set_day(page, "2024-11-26")
    assert page.locator(".changes .pill").count() == 0


# --- the card -------------------------------------------------------------------------------------------------------


def test_click_on_hama_shows_the_evidence_with_its_source(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    watched = open_html(bundled_html)
    page = watched.page
    set_day(page, "2024-12-05")
    click_place(page, HAMA)
    card = page.locator(".card")
    words = card.inner_text()
    assert "Hama" in words
    assert "حماة" in words
    assert "since 5 Dec 2024" in words
    assert "before: Government" in words
    assert card.locator(".evidence").count() >= 1
    link = card.locator(".evidence a").first
    assert link.get_attribute("href").startswith("https://")
    assert link.get_attribute("rel").startswith("noopener")
    assert link.get_attribute("target") == "_blank"
    set_day(page, "2024-12-04")
    assert "Government" in card.locator(".badge").inner_text()
    watched.assert_clean()


def test_card_sets_quotes_apart_from_summaries_and_from_what_is_said_against(
    invented_scene: Any, open_html: Callable[..., Any]
) -> None:
    page = open_html(build_document(build_payload(invented_scene))).page
    set_day(page, "2030-01-04")
    page.evaluate("mapapp.openCell(mapapp.territory.cells.find(cell => cell.name === 'Bree'))")
    quotes = page.locator(".card .evidence-list blockquote")
    assert [quotes.nth(i).inner_text() for i in range(quotes.count())] == [f"“{QUOTE}”", "“Bree never fell.”"]
    assert "a spokesman" in page.locator(".evidence footer").first.inner_text()
    against = page.locator(".evidence.against")
    assert "Republic Radio" in against.inner_text()
    assert "says otherwise" in against.inner_text()
    page.evaluate("mapapp.openCell(mapapp.territory.cells.find(cell => cell.name === 'Carn'))")
    assert "our summary" in page.locator(".card .evidence").first.inner_text()


def test_escape_closes_the_card(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html).page
    page.evaluate(f"mapapp.openCell({HAMA})")
    assert page.locator(".card").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".card").is_hidden()


# --- routes ---------------------------------------------------------------------------------------------------------


def test_route_is_drawn_on_its_day_in_three_strokes(invented_scene: Any, open_html: Callable[..., Any]) -> None:
    page = open_html(build_document(build_payload(invented_scene))).page
    set_day(page, "2030-01-07")
    assert page.locator("path.leg").count() == 0
    set_day(page, "2030-01-08")
    strokes = {
        kind: page.locator(f"path.leg.{kind}").get_attribute("stroke-dasharray")
        for kind in ("observed", "reported", "inferred")
    }
    assert strokes["observed"] is None
    assert strokes["reported"] is not None
    assert len(set(strokes.values())) == 3
    assert page.locator("path.guess").get_attribute("class")
    page.evaluate("mapapp.openRoute(mapapp.routes.list[0])")
    words = page.locator(".card").inner_text()
    assert "position not reported" in words
    assert "drawn where the track bends" in words
    assert "Another source says it went north." in words


def test_a_route_fades_after_its_days_and_is_gone(invented_scene: Any, open_html: Callable[..., Any]) -> None:
    page = open_html(build_document(build_payload(invented_scene))).page

    def strength(day: str) -> float:
        set_day(page, day)
        leg = page.locator("path.leg.observed")
        return float(leg.evaluate("path => getComputedStyle(path).opacity")) if leg.count() else 0.0

    assert [strength("2030-01-07"), strength("2030-01-08")] == [0.0, 1.0]
    assert 1.0 > strength("2030-01-09") > strength("2030-01-10") > 0.0
    scene = dataclasses.replace(invented_scene, routes=tuple(_five_days_earlier(one) for one in invented_scene.routes))
    page = open_html(build_document(build_payload(scene))).page
    assert strength("2030-01-10") == 0.0


def _five_days_earlier(route: Any) -> Any:
    return dataclasses.replace(route, date_start=invented.day(3), date_end=invented.day(3))


def test_of_two_versions_one_is_drawn_and_the_other_is_a_click_away(
    invented_scene: Any, open_html: Callable[..., Any]
) -> None:
    first = invented_scene.routes[0]
    other = dataclasses.replace(first, id="other", title="Another version", legs=first.legs[1:])
    scene = dataclasses.replace(invented_scene, routes=(first, other))
    page = open_html(build_document(build_payload(scene))).page
    set_day(page, "2030-01-08")
    assert page.locator("path.leg.reported").count() == 1
    page.evaluate("mapapp.openRoute(mapapp.routes.list[0])")
    page.get_by_label("Another version").check()
    assert page.locator("path.leg.reported").count() == 2
    set_day(page, "2030-01-02")
    assert page.locator("path.leg.reported").count() == 1


# --- hostile text ---------------------------------------------------------------------------------------------------

HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(2)> </script><script>alert(3)</script> \u202eevil\u202c ' \" `"
TEXT_FIELDS = frozenset(
    {"name", "name_ar", "text", "title", "publisher", "speaker", "note", "label", "time_text", "who", "vehicle"}
    | {"surface", "place_name", "place_name_ar", "grade", "title_ar", "country_name", "reason"}
)


def poison(thing: Any) -> Any:
    """Return a copy with hostile text in every field that holds words, and a hostile address in every address."""
    if isinstance(thing, Enum | BaseGeometry | str | bytes) or thing is None:
        return thing
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        changes: dict[str, Any] = {}
        for item in dataclasses.fields(thing):
            value = getattr(thing, item.name)
            if item.name in TEXT_FIELDS and (value is None or isinstance(value, str)):
                changes[item.name] = f"{value or ''} {HOSTILE}"
            elif item.name == "url":
                changes[item.name] = "javascript:alert(4)"
            elif isinstance(value, tuple) or dataclasses.is_dataclass(value):
                changes[item.name] = poison(value)
            elif item.name == "names" and isinstance(value, Mapping):
                changes[item.name] = {key: f"{text} {HOSTILE}" for key, text in value.items()}
        return dataclasses.replace(thing, **changes)
    if isinstance(thing, tuple):
        return tuple(poison(item) for item in thing)
    return thing


@pytest.fixture(scope="module")
def hostile_html(invented_scene: Any) -> str:
    """The invented scene with hostile text in every field that comes from outside, and in the theatre as well."""
    units = invented.UNITS.assign(name_en=HOSTILE, name_ar=HOSTILE)
    theatre = dataclasses.replace(
        invented_scene.theatre,
        title=HOSTILE,
        country_name=HOSTILE,
        units=units,
        actors=poison(invented_scene.theatre.actors),
        cell_places=poison(invented_scene.theatre.cell_places),
    )
    scene = dataclasses.replace(
        invented_scene,
        theatre=theatre,
        cells=poison(invented_scene.cells),
        events=poison(invented_scene.events),
        routes=poison(invented_scene.routes),
        readings=poison(invented_scene.readings),
    )
    return build_document(build_payload(scene))


@pytest.mark.parametrize(
    "opener",
    [
        "mapapp.openCell(mapapp.territory.cells.find(cell => cell.name.startsWith('Bree')))",
        "mapapp.openCell(mapapp.territory.cells.find(cell => cell.name.startsWith('Carn')))",
        "mapapp.openRoute(mapapp.routes.list[0])",
        "mapapp.openMentions(mapapp.data.mentions.places[0])",
        "mapapp.openSources()",
        "mapapp.openChanges(mapapp.day)",
    ],
)
def test_hostile_text_is_shown_as_text_and_runs_nowhere(
    hostile_html: str, open_html: Callable[..., Any], opener: str
) -> None:
    watched = open_html(hostile_html)
    page = watched.page
    for day in ("2030-01-01", "2030-01-08", "2030-01-10", "2030-01-03"):
        set_day(page, day)
    page.get_by_role("button", name="Layers and places").click()
    page.evaluate(opener)
    words = page.locator(".card").inner_text()
    assert "{{7*7}} ${alert(1)} <img src=x onerror=alert(2)> </script><script>alert(3)</script>" in words
    assert "\u202e" not in page.evaluate("document.body.innerText")
    assert "⟨U+202E⟩evil⟨U+202C⟩" in words
    assert page.locator("img:not(.leaflet-tile)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    watched.assert_clean()


# --- screens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opener", ["0", f"mapapp.openCell({HAMA})", "mapapp.openSources()"])
def test_phone_has_nothing_beside_the_screen(bundled_html: bytes, open_html: Callable[..., Any], opener: str) -> None:
    page = open_html(bundled_html, width=390, height=844, has_touch=True).page
    set_day(page, "2024-12-08")
    page.evaluate(opener)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    beside = page.evaluate(
        """[...document.querySelectorAll('[data-panel]')].filter(node => { const box = node.getBoundingClientRect();
        return box.width && (box.left < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5); })
        .map(node => node.className)"""
    )
    assert beside == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (1000, 620)])
def test_names_lie_neither_under_panels_nor_on_each_other(
    bundled_html: bytes, open_html: Callable[..., Any], width: int, height: int
) -> None:
    page = open_html(bundled_html, width=width, height=height).page
    set_day(page, "2024-12-05")
    page.evaluate(f"mapapp.openCell({HAMA})")
    until(page, "document.querySelectorAll('.label.place:not(.away)').length > 3 && !mapapp.map._panAnim?._inProgress")
    clashes = """(() => { const boxes = [...document.querySelectorAll('.label:not(.away) .words')]
        .map(n => [n.innerText, n.getBoundingClientRect()]);
        const panels = [...document.querySelectorAll('[data-panel]')]
        .map(n => [n.className, n.getBoundingClientRect()]).filter(([, b]) => b.width && b.height);
        const hit = (a, b) => a.left < b.right - 1 && a.right > b.left + 1 && a.top < b.bottom - 1 &&
        a.bottom > b.top + 1;
        const found = []; boxes.forEach(([t, a], i) => { for (const [u, b] of boxes.slice(i + 1)) if (hit(a, b))
        found.push(t + ' / ' + u); for (const [u, b] of panels) if (hit(a, b)) found.push(t + ' / ' + u); });
        return found; })()"""
    settled = page.evaluate(  # names follow a panel as soon as it keeps its size
        f"""new Promise(done => {{ const end = performance.now() + {SETTLED_MS}; const look = () => {{
        const found = {clashes}; if (!found.length || performance.now() > end) done(found); else setTimeout(look, 20);
        }}; look(); }})"""
    )
    assert settled == []


def test_dark_follows_the_system(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    page = open_html(bundled_html, color_scheme="dark").page
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    red, green, blue = page.evaluate(
        "getComputedStyle(document.querySelector('.title')).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    assert max(red, green, blue) < 80


# --- inside another page --------------------------------------------------------------------------------------------

HOST = """<!DOCTYPE html><title>host</title><script>
window.got = [];
addEventListener('message', event => {
  if (event.source === document.querySelector('iframe').contentWindow) window.got.push(event.data);
});
</script><iframe sandbox="allow-scripts allow-popups" style="width:1000px;height:700px;border:0"></iframe>"""


@pytest.fixture
def hosted(open_html: Callable[..., Any], invented_scene: Any) -> Any:
    """A page that shows the empty document in a sandboxed frame and has posted a payload into it."""
    return host(open_html, build_payload(invented_scene))


def host(open_html: Callable[..., Any], payload: dict[str, Any]) -> Any:
    watched = open_html(HOST)
    page = watched.page
    page.evaluate("html => { document.querySelector('iframe').srcdoc = html }", build_document(None))
    until(page, "window.got.some(message => message.type === 'mapapp:ready')")
    post(page, {"type": "mapapp:payload", "payload": payload})
    until(page, "window.got.some(message => message.type === 'mapapp:state')")
    return watched


def post(page: Any, message: dict[str, Any]) -> None:
    page.evaluate("message => document.querySelector('iframe').contentWindow.postMessage(message, '*')", message)


def test_frame_draws_what_is_posted_and_tells_what_is_looked_at(hosted: Any) -> None:
    page = hosted.page
    post(page, {"type": "mapapp:set", "date": "2030-01-04"})
    until(page, "window.got.at(-1).date === '2030-01-04'")
    state = page.evaluate("window.got.at(-1)")
    west, south, east, north = state["bounds"]
    assert west < 11 < east
    assert south < 45.5 < north
    assert state["zoom"] > 0
    assert page.frames[1].locator("path.cell").count() == 6
    hosted.assert_clean()


def test_new_data_keeps_date_and_view(hosted: Any, invented_scene: Any) -> None:
    page = hosted.page
    post(page, {"type": "mapapp:set", "date": "2030-01-05", "fit": [10.0, 45.2, 10.6, 45.6]})
    frame = page.frames[1]
    until(frame, "mapapp.isoOf(mapapp.day) === '2030-01-05' && mapapp.map.getZoom() > 10 && !mapapp.map._animatingZoom")
    view = frame.evaluate("JSON.stringify([mapapp.map.getCenter(), mapapp.map.getZoom()])")
    fewer = dataclasses.replace(invented_scene, routes=())
    post(page, {"type": "mapapp:payload", "payload": build_payload(fewer)})
    until(frame, "mapapp.routes.list.length === 0")
    assert frame.evaluate("mapapp.isoOf(mapapp.day)") == "2030-01-05"
    assert frame.evaluate("JSON.stringify([mapapp.map.getCenter(), mapapp.map.getZoom()])") == view
    assert frame.locator("path.cell").count() == 6
    hosted.assert_clean()


DRAWN = """() => {
  const paths = (selector) => [...document.querySelectorAll(selector)];
  const shape = (path) => path.getAttribute('d');
  const ids = (cells) => cells.map((cell) => cell.id).sort();
  const look = (path) => ['data-cell', 'data-holder', 'fill', 'class', 'd'].map((name) => path.getAttribute(name));
  const cells = paths('path.cell');
  const veils = paths('path.far');
  return {
    cells: cells.map(look).sort(),
    lines: paths('.edge, g.changed').map((g) => [...g.children].map(shape).filter(Boolean).sort()),
    veils: veils.map((path) => [shape(path), path.getAttribute('fill-opacity')]),
    areVeilsAbove: veils.every((veil) => cells.every((cell) => cell.compareDocumentPosition(veil) & 4)),
    changes: [...Array(mapapp.payload.days.count).keys()].map((day) => ids(mapapp.territory.changesOn(day))),
    states: mapapp.territory.cells.map((cell) => [cell.id, cell.states]),
    panels: ['.title', '.legend', '.ticks', '.attribution'].map((name) => document.querySelector(name).innerText),
    bars: document.querySelector('.bars').innerHTML,
    ground: paths('path.land, path.unit, path.outline').map(shape),
    events: mapapp.events.list,
    data: mapapp.data,
  };
}"""


def scene_with(theatre: Any, *places: Any) -> Any:
    """The theatre with an article that says of each place that the Front took it on the third day."""
    quotes = [f"The Front took {place.name} on Thursday." for place in places]
    article = invented.make_article(" ".join(quotes))
    claims = tuple(
        Claim(
            f"claim-{number}", article.id, article.text.index(quote), article.text.index(quote) + len(quote), quote,
            EventKind.OVERTAKES, actor="FRO", date_start=invented.day(3), date_end=invented.day(3), date_prec=1,
            place=Resolution(
                Mention(article.id, 0, 1, place.name, MentionKind.TOPONYM), (Candidate(place, 0.9),), 1, 0.9
            ),
        )
        for number, (place, quote) in enumerate(zip(places, quotes, strict=True))
    )  # fmt: skip
    reading = dataclasses.replace(invented.make_reading(), article=article, claims=claims)
    return build_scene(default_query(theatre), theatre=theatre, readings=(reading,) if places else ())


@pytest.mark.parametrize("day", [2, 3, 5])
def test_what_is_drawn_after_a_change_is_what_would_be_drawn_from_nothing(
    open_html: Callable[..., Any], day: int
) -> None:
    theatre = invented.THEATRE
    known = theatre.cell_places[0]
    village = dataclasses.replace(known, id="made:village", name="Village", lat=known.lat + 0.11, lon=known.lon + 0.07)
    steps = [scene_with(theatre, *places) for places in ((), (known,), (known, village), (village,), (known,), ())]
    assert len({len(scene.cells) for scene in steps}) == 2  # the village has a cell of its own
    date_message = {"type": "mapapp:set", "date": invented.day(day).isoformat()}
    changed = host(open_html, build_payload(steps[0]))
    post(changed.page, date_message)
    for number, scene in enumerate(steps):
        payload = build_payload(scene)
        post(changed.page, {"type": "mapapp:payload", "payload": payload})
        until(changed.page, f"window.got.filter(message => message.type === 'mapapp:loaded').length === {number + 2}")
        anew = host(open_html, payload)
        post(anew.page, date_message)
        until(anew.page.frames[1], f"mapapp.isoOf(mapapp.day) === '{invented.day(day)}'")
        found, expected = (watched.page.frames[1].evaluate(DRAWN) for watched in (changed, anew))
        assert found["areVeilsAbove"]
        assert found == expected
        anew.page.close()
    changed.assert_clean()


def test_cells_that_no_change_touches_are_not_drawn_again(open_html: Callable[..., Any]) -> None:
    theatre = invented.THEATRE
    watched = host(open_html, build_payload(scene_with(theatre)))
    frame = watched.page.frames[1]
    frame.evaluate("document.querySelectorAll('path.cell, path.land').forEach((path) => { path.isOld = true; })")
    post(
        watched.page, {"type": "mapapp:payload", "payload": build_payload(scene_with(theatre, theatre.cell_places[0]))}
    )
    until(watched.page, "window.got.filter(message => message.type === 'mapapp:loaded').length === 2")
    assert frame.evaluate("[...document.querySelectorAll('path.cell, path.land')].every((path) => path.isOld)")
    assert frame.evaluate("mapapp.events.list.some((event) => !event.bundled)")


def test_click_is_told_to_the_page_around(hosted: Any) -> None:
    frame = hosted.page.frames[1]
    frame.evaluate("mapapp.openCell(mapapp.territory.cells[1])")
    until(hosted.page, "window.got.some(m => m.clicked && m.clicked.kind === 'cell')")


def test_messages_from_anybody_but_the_page_around_are_ignored(hosted: Any) -> None:
    frame = hosted.page.frames[1]
    before = frame.evaluate("mapapp.isoOf(mapapp.day)")
    frame.evaluate(
        "new Promise(done => { window.postMessage({type: 'mapapp:set', date: '2030-01-01'}, '*');"
        " addEventListener('message', () => done(), {once: true}) })"
    )
    assert before != "2030-01-01"
    assert frame.evaluate("mapapp.isoOf(mapapp.day)") == before


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (1200, 640)])
def test_countries_are_named_by_one_rule_and_the_capital_keeps_its_name(
    bundled_html: bytes, open_html: Callable[..., Any], width: int, height: int
) -> None:
    page = open_html(bundled_html, width=width, height=height).page
    for day in ("2024-12-08", "2024-12-11"):
        set_day(page, day)
        page.wait_for_function("document.querySelectorAll('.label.country:not(.away)').length > 0")
        names = set(page.locator(".label.country:not(.away) .name").all_text_contents())
        assert len(names & {"Israel", "Palestine"}) != 1
        assert page.locator(".label.place.level-0:not(.away)").count() == 1


def test_the_list_of_layers_leaves_the_scale_in_sight(bundled_html: bytes, open_html: Callable[..., Any]) -> None:
    for width, height in ((1440, 900), (390, 844), (1200, 640)):
        page = open_html(bundled_html, width=width, height=height).page
        page.get_by_role("button", name="Layers and places").click()
        menu, scale = page.locator(".menu").bounding_box(), page.locator(".scale").bounding_box()
        assert menu["y"] + menu["height"] <= scale["y"]


def test_a_mentioned_place_tells_first_who_holds_it(invented_scene: Any, open_html: Callable[..., Any]) -> None:
    page = open_html(build_document(build_payload(invented_scene))).page
    assert page.locator("path.mention").count() == 0  # somebody has to ask for them
    page.evaluate("mapapp.pickMention(mapapp.data.mentions.places[0])")
    words = page.locator(".card").inner_text()
    if page.evaluate("mapapp.territory.byPlace.has(mapapp.data.mentions.places[0].id)"):
        assert page.locator(".card .badge").count() == 1
        assert words.index("Last reported") < words.index("Mentions in articles")
    assert "Mentioned once" in words or "Mentioned 1 time" in words
