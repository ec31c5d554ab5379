"""The running app in a real browser: a server of its own, no network, an empty store."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as BrowserTimeout

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90
"""Until a slow machine must have done something; nothing waits that long where all is well."""

HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> </script> \u202etxet desrever\u202c"
HOSTILE_SHOWN = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> </script> \\u202etxet desrever\\u202c"
HOSTILE_URL = "https://example.org/<script>alert(1)</script>?{{7*7}}"
MARKDOWN = "![x](http://evil.example/x.png) :material/home: :red[x]"

Watch = Callable[..., Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, gazetteer: Any) -> Iterator[str]:
    """The address of the app, started as a user starts it, with a place index that is already built."""
    assert gazetteer.country("FR") is not None
    folder = tmp_path_factory.mktemp("app")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAPAPP_DATABASE_URL", "MAPAPP_DATA_DIR"}
    }
    environment["MAPAPP_DATA_DIR"] = str(folder / "data")
    log = (folder / "log.txt").open("w", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process=process, log=folder / "log.txt")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
        log.close()


def _wait_until_healthy(address: str, *, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until the server answers; fail at once with its log where it ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the app ended: {log.read_text('utf-8')}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            continue
    pytest.fail(f"the app did not answer within {SECONDS} s: {log.read_text('utf-8')}")


def open_app(watch: Watch, address: str, path: str = "/", **options: Any) -> Any:
    """Open a screen of the app."""
    watched = watch(**options)
    watched.page.set_default_timeout(SECONDS * 1000)
    watched.page.goto(address + path)
    return watched


def settle(page: Any) -> None:
    """Wait until the app has nothing left to send: before, a screen may show old and new parts side by side."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def map_frame(page: Any) -> Any:
    """Wait until the map is drawn, and return the document in its frame."""
    deadline = time.monotonic() + SECONDS
    while True:
        settle(page)
        page.frame_locator("iframe[title=Map]").locator("path.cell").first.wait_for(state="attached")
        frame = page.locator("iframe[title=Map]").element_handle().content_frame()
        if frame is not None:
            return frame
        assert time.monotonic() < deadline, "the map's frame was replaced again and again"


def shown_day(frame: Any) -> str:
    return str(frame.evaluate("mapapp.isoOf(mapapp.day)"))


def has_quote(frame: Any, words: str) -> bool:
    """Whether words stand in a quote of the evidence that the map has."""
    look = "JSON.stringify(mapapp.payload.layers.find(layer => layer.id === 'events').data.evidence)"
    return words in frame.evaluate(look)


def wait_for_quote(page: Any, words: str, *, is_there: bool) -> None:
    """Wait until the map has words in its evidence, or no longer has them."""
    deadline = time.monotonic() + SECONDS
    while has_quote(map_frame(page), words) is not is_there:
        assert time.monotonic() < deadline, f"the map did not follow: {words!r}"
        page.wait_for_timeout(100)


def drag_to(page: Any, frame: Any, iso: str) -> None:
    """Drag the date with the mouse, as a user does."""
    frame_box = page.locator("iframe[title=Map]").bounding_box()
    slider = frame.evaluate(
        "(r => [r.left, r.top, r.width, r.height])(document.querySelector('[role=slider]').getBoundingClientRect())"
    )
    share = frame.evaluate("iso => mapapp.dayOf(iso) / (mapapp.payload.days.count - 1)", iso)
    left, top, width, height = slider
    y = frame_box["y"] + top + height - 8
    now = frame.evaluate("mapapp.day / (mapapp.payload.days.count - 1)")
    page.mouse.move(frame_box["x"] + left + width * now, y)
    page.mouse.down()
    page.mouse.move(frame_box["x"] + left + width * share, y, steps=6)
    page.mouse.up()


def assert_nothing_left(watched: Any, address: str) -> None:
    """Fail where the page asked another machine for something, or opened a dialog."""
    outside = [url for url in watched.requests if not url.startswith((address, address.replace("http", "ws")))]
    assert outside == []
    assert watched.dialogs == []


def read_article(page: Any, text: str, *, day: str, publisher: str = "Example Wire", url: str = "") -> None:
    """Paste an article into the form, send it, and wait until the screen shows it: before, another one stands there."""
    box = page.get_by_label("Text of the article")
    page.get_by_text("Add articles", exact=True).wait_for()
    page.get_by_label(re.compile(r"^Articles \(|^No article")).or_(
        page.get_by_text("No article is here yet")
    ).wait_for()
    open_folded(page, "Add articles", box)
    box.fill(text)
    page.get_by_role("spinbutton", name="year, Published on").first.click()
    page.keyboard.type(day.replace("-", ""))
    page.get_by_label("Publisher").first.fill(publisher)  # the shown article has fields of these names, too
    page.get_by_role("textbox", name="Address (URL)").first.fill(url)
    page.get_by_role("button", name="Read it").click()
    page.get_by_text("routes found").or_(page.get_by_text("route found")).wait_for()
    last_words = " ".join(text.split()[-3:])
    page.locator(".article").filter(has_text=last_words).wait_for()
    settle(page)


def open_folded(page: Any, title: str, inside: Any) -> None:
    """Open what is folded, again where a rerun folded it, as a user does."""
    deadline = time.monotonic() + SECONDS
    while not inside.is_visible():
        assert time.monotonic() < deadline, f"{title!r} did not stay open"
        page.get_by_text(title, exact=True).click()
        with contextlib.suppress(BrowserTimeout):
            inside.wait_for(timeout=3_000)
    settle(page)


def pick_first(page: Any, label: str) -> None:
    """Pick the first option of a list, opening the list again where a rerun closed it, as a user does."""
    deadline = time.monotonic() + SECONDS
    option = page.get_by_role("option").first
    while True:
        page.get_by_label(label).click()
        try:
            option.click(timeout=3_000)
        except BrowserTimeout:
            assert time.monotonic() < deadline, f"the list {label!r} did not stay open"
        else:
            return


# --- the map --------------------------------------------------------------------------------------------------------


def test_the_first_map_is_drawn_with_no_request_to_anywhere_else(server: str, watch: Watch) -> None:
    watched = open_app(watch, server)
    frame = map_frame(watched.page)
    assert frame.evaluate("document.querySelectorAll('path.cell').length") > 100
    watched.page.get_by_role("tab", name="Events of the day").wait_for()
    watched.page.get_by_text("sample articles, written for this app").wait_for()
    assert_nothing_left(watched, server)


def test_the_frame_cannot_reach_the_app(server: str, watch: Watch) -> None:
    page = open_app(watch, server).page
    frame = map_frame(page)
    sandbox = page.locator("iframe[title=Map]").get_attribute("sandbox")
    assert sandbox is not None
    assert "allow-same-origin" not in sandbox
    assert (
        frame.evaluate("(() => { try { return String(parent.document.title) } catch { return 'refused' } })()")
        == "refused"
    )


def test_dragging_the_date_moves_tables_and_address_and_keeps_the_map(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/?day=2024-12-04")
    page = watched.page
    frame = map_frame(page)
    page.get_by_text("on Wed 4 Dec 2024").first.wait_for()
    frame.evaluate("window.kept = 1")
    drag_to(page, frame, "2024-12-05")
    page.get_by_text("on Thu 5 Dec 2024").first.wait_for()
    page.wait_for_url("**day=2024-12-05**")
    assert shown_day(frame) == "2024-12-05"
    assert frame.evaluate("window.kept") == 1
    assert_nothing_left(watched, server)


def test_a_reload_opens_what_was_seen(server: str, watch: Watch) -> None:
    page = open_app(watch, server, "/?day=2024-12-01&status=assessed&q=Aleppo&actors=HTS").page
    map_frame(page)
    page.wait_for_url("**actors=HTS**")
    page.reload()
    assert shown_day(map_frame(page)) == "2024-12-01"
    page.get_by_text("only what is assessed").first.wait_for()
    assert page.get_by_label("Words in events").input_value() == "Aleppo"


def test_a_filter_reaches_the_running_map(server: str, watch: Watch) -> None:
    page = open_app(watch, server, "/?day=2024-12-05").page
    frame = map_frame(page)
    frame.evaluate("window.kept = 1")
    before = frame.evaluate("JSON.stringify(mapapp.payload).length")
    page.get_by_text("Assessed only").click()
    page.get_by_text("only what is assessed").first.wait_for()
    deadline = time.monotonic() + SECONDS
    while frame.evaluate("JSON.stringify(mapapp.payload).length") == before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    assert frame.evaluate("window.kept") == 1
    assert shown_day(frame) == "2024-12-05"


def test_a_message_from_elsewhere_does_not_move_the_app(server: str, watch: Watch) -> None:
    page = open_app(watch, server, "/?day=2024-12-05").page
    frame = map_frame(page)
    page.get_by_text("on Thu 5 Dec 2024").first.wait_for()
    page.evaluate("window.postMessage({type: 'mapapp:state', date: '2024-11-28', bounds: [0, 0, 1, 1], zoom: 3}, '*')")
    drag_to(page, frame, "2024-12-06")
    page.get_by_text("on Fri 6 Dec 2024").first.wait_for()
    assert page.get_by_text("on Thu 28 Nov 2024").count() == 0


# --- articles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 390])
def test_every_screen_fits_its_window(server: str, watch: Watch, width: int) -> None:
    watched = open_app(watch, server, width=width, height=844)
    page = watched.page
    screens = {
        "/": "",
        "/control": "Areas through time",
        "/articles": "Add articles",
        "/export": "Format",
        "/data": "Method",
    }
    for path, words in screens.items():
        page.goto(server + path)
        map_frame(page) if path == "/" else page.get_by_text(words, exact=True).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_nothing_left(watched, server)


def test_a_click_on_a_day_of_the_areas_chooses_it_everywhere(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/control?day=2024-12-08")
    page = watched.page
    chart = page.locator(".st-key-control_chart [data-testid=stVegaLiteChart]")
    chart.locator("canvas, svg").first.wait_for()
    settle(page)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.wait_for_url(re.compile(r"day=2024-1[12]-(?!08)"))
    settle(page)
    assert_nothing_left(watched, server)


def test_a_screen_opened_alone_has_the_frame(server: str, watch: Watch) -> None:
    page = open_app(watch, server, "/data").page
    page.get_by_role("link", name="Articles").wait_for()
    assert page.title() != ""


def test_a_hostile_article_is_text_everywhere_and_its_claim_reaches_the_map(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/articles")
    page = watched.page
    sentence = "Opposition fighters captured the city of Homs on Friday"
    text = f"{HOSTILE} {MARKDOWN}\n\n{sentence}, {HOSTILE} a resident said.\n"
    read_article(page, text, day="2024-12-06", publisher=f"{HOSTILE} {MARKDOWN}", url=HOSTILE_URL)
    shown = page.locator(".article").filter(has_text=sentence)
    assert HOSTILE_SHOWN in " ".join(shown.inner_text().split())
    assert page.locator("img[src*='evil.example'], img[src='x']").count() == 0
    assert HOSTILE_SHOWN[:40] in page.inner_text("body")
    wait_for_quote(page, sentence, is_there=True)
    frame = map_frame(page)
    assert frame.evaluate("document.querySelectorAll('img[src=x], script[src]').length") == 0
    assert_nothing_left(watched, server)


def test_rejecting_a_claim_takes_it_off_the_map_at_once_and_undo_brings_it_back(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/articles")
    page = watched.page
    sentence = "Opposition fighters seized Homs on Saturday after a night of battle"
    read_article(page, f"{sentence}.\n", day="2024-12-07")
    wait_for_quote(page, sentence, is_there=True)
    page.get_by_role("button", name=re.compile("^Reject")).first.click()
    wait_for_quote(page, sentence, is_there=False)
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    wait_for_quote(page, sentence, is_there=True)


def test_moving_the_map_beside_an_article_runs_nothing(server: str, watch: Watch) -> None:
    watched = watch()
    sent: list[int] = []
    watched.page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(len(data))))
    page = watched.page
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{server}/articles")
    read_article(page, "Rebels captured the town of Talbiseh on Thursday, residents said.\n", day="2024-12-05")
    frame = map_frame(page)
    sent.clear()
    page.evaluate(
        """() => { window.told = new Promise((done) => addEventListener("message", (event) => {
          if (event.data.type === "mapapp:state" && event.data.date === "2024-12-10") setTimeout(done, 0);
        })); }"""
    )
    frame.evaluate("mapapp.setDay(mapapp.dayOf('2024-12-10'))")
    page.evaluate("window.told")
    assert sent == []


def test_a_clicked_place_can_be_corrected(server: str, watch: Watch) -> None:
    page = open_app(watch, server, "/articles").page
    read_article(page, "Rebels captured the town of Salamiyah on Thursday, residents said.\n", day="2024-12-05")
    page.locator(".article mark").first.click()
    page.get_by_role("tab", name="Places", selected=True).wait_for()
    settle(page)
    page.get_by_placeholder("leave empty to choose among the candidates").fill("Masyaf")
    page.keyboard.press("Enter")
    page.get_by_placeholder("choose another place").wait_for()
    settle(page)
    pick_first(page, "It means")
    before = page.locator(".article mark").first.get_attribute("title")
    page.get_by_role("button", name="Correct", exact=True).click()
    page.locator(".article mark[title*='Chosen by a person']").first.wait_for()
    assert page.locator(".article mark").first.get_attribute("title") != before


# --- export ---------------------------------------------------------------------------------------------------------


def test_a_downloaded_page_opens_from_disk_and_scrubs(
    server: str, watch: Watch, open_html: Callable[..., Any], tmp_path: Path
) -> None:
    watched = open_app(watch, server, "/export")
    page = watched.page
    box = page.get_by_label("Format")
    box.click()
    page.get_by_role("option", name=re.compile("html", re.IGNORECASE)).first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(r"Download \.html")).click()
    path = tmp_path / "download.html"
    download.value.save_as(path)
    assert_nothing_left(watched, server)
    opened = open_html(path.read_bytes())
    opened.page.evaluate("mapapp.setDay(mapapp.dayOf('2024-12-05'))")
    assert opened.page.evaluate("mapapp.isoOf(mapapp.day)") == "2024-12-05"
    opened.assert_clean()


def test_a_preview_of_the_picture_is_shown(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/export")
    picture = watched.page.locator("[data-testid=stImage] img")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 960
    assert_nothing_left(watched, server)


def test_a_track_is_uploaded_seen_stored_followed_and_taken_out(server: str, watch: Watch) -> None:
    watched = open_app(watch, server, "/routes")
    page = watched.page
    settle(page)
    page.get_by_text("Import a measured track").click()
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        {"name": "broken.gpx", "mimeType": "application/gpx+xml", "buffer": b"<gpx><trk>"}
    )
    page.get_by_text("broken.gpx is broken XML").wait_for()
    rows = "".join(f"{1_733_623_200 + 60 * n},{36.9 + n / 20:.2f},41.2,{100 * n}\n" for n in range(30))
    page.get_by_role("button", name="Remove broken.gpx").or_(
        page.locator("[data-testid=stFileUploaderDeleteBtn] button")
    ).first.click()
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        {"name": "morning.csv", "mimeType": "text/csv", "buffer": b"time,lat,lon,ele\n" + rows.encode()}
    )
    page.get_by_text("Positions in").wait_for()
    page.get_by_role("button", name="Store").click()
    page.get_by_text("1 track stored.").wait_for()
    page.get_by_placeholder("Words of a title").fill("morning")
    page.keyboard.press("Enter")
    settle(page)
    frame = map_frame(page)
    deadline = time.monotonic() + SECONDS
    while frame.evaluate("mapapp.focus?.route.title") != "morning.csv":
        assert time.monotonic() < deadline, "the time control did not zoom to the track"
        page.wait_for_timeout(100)
        frame = map_frame(page)
    assert frame.locator(".marker.is-measured").count() == 1
    page.get_by_text("Import a measured track").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_text("Removed: morning.csv").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The track is back.").wait_for()
    assert watched.dialogs == []
