"""A route in focus: the time control zooms to its minutes; a marker stands where it was, as far as that is known."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from shapely.geometry import LineString, Polygon

from mapapp.export.html import EXPORTER
from mapapp.geo import geodesic_line
from mapapp.model import Leg, LegKind, Route
from mapapp.scene import build_scene
from mapapp.selection import default_query
from tests import invented

pytestmark = pytest.mark.browser

START = datetime(2030, 1, 7, 22, 0, tzinfo=UTC)
"""23:00 where the invented country is: the flight goes on past its midnight."""
WAY = [(10.2, 45.5), (10.4, 45.5), (10.4, 45.5), (10.6, 45.7)]


def minute(number: float) -> float:
    return START.timestamp() + number * 60


def instant(number: float) -> datetime:
    return datetime.fromtimestamp(minute(number), tz=UTC)


def make_flight() -> Route:
    """Measured for 40 minutes, of which it stands for ten; then told up to minute 80; then on without a time."""
    route = invented.make_route()
    measured = tuple(minute(number) for number in (0, 20, 30, 40))
    legs = (
        Leg(LegKind.OBSERVED, LineString(WAY), instant(0), instant(40), "seen", times_s=measured),
        Leg(LegKind.REPORTED, LineString([WAY[-1], (11.0, 45.7)]), instant(40), instant(80), "told"),
        Leg(LegKind.INFERRED, LineString([(11.0, 45.7), (11.8, 45.5)]), None, None, "worked out"),
    )
    profile = tuple((minute(number), 100.0 * number, 300.0 + number) for number in range(0, 41, 5))
    return dataclasses.replace(
        route, id="flight", legs=legs, date_start=invented.day(7), date_end=invented.day(8), profile=profile
    )


@pytest.fixture(scope="module")
def html() -> bytes:
    """The exported map with a flight in minutes, one without places between its times, and one without times."""
    flight = make_flight()
    fan = Leg(LegKind.REPORTED, Polygon([(10, 45), (10.5, 45.2), (10.5, 44.8)]), instant(0), instant(60), "west")
    vague = dataclasses.replace(flight, id="vague", journey="other", legs=(fan,), points=(), profile=())
    untold = dataclasses.replace(
        vague,
        id="untold",
        journey="third",
        legs=tuple(dataclasses.replace(leg, start=None, end=None) for leg in (fan,)),
    )
    scene = build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE)
    return EXPORTER.write(dataclasses.replace(scene, routes=(flight, vague, untold)))


@pytest.fixture
def page(html: bytes, open_html: Callable[..., Any]) -> Any:
    page = open_html(html).page
    page.evaluate("mapapp.setDay(mapapp.dayOf('2030-01-05'))")
    return page


def focus(page: Any, number: int = 0) -> None:
    page.evaluate("number => mapapp.openRoute(mapapp.routes.list[number])", number)
    page.keyboard.press("Escape")


def at(page: Any) -> float:
    """Minutes from the start."""
    return float(page.evaluate("mapapp.focus.at")) / 60 - START.timestamp() / 60


def go(page: Any, number: float) -> None:
    page.evaluate("at => mapapp.follow.set(at)", minute(number))


def place(page: Any) -> list[float] | None:
    """Return lon, lat of the marker, or None where there is none."""
    found = page.evaluate("mapapp.follow.stateAt(mapapp.focus.route, mapapp.focus.at).place ?? null")
    assert page.locator(".marker").count() == (found is not None)
    return None if found is None else [round(found["lon"], 6), round(found["lat"], 6)]


def test_the_control_zooms_to_the_route_and_escape_leads_back(page: Any) -> None:
    page.evaluate("mapapp.openRoute(mapapp.routes.list[0])")
    assert page.locator(".time .slider:visible").get_attribute("aria-label") == "Time of the route"
    page.keyboard.press("Escape")  # the card
    go(page, 10)
    page.keyboard.press("Escape")
    assert page.locator(".time .slider:visible").get_attribute("aria-label") == "Date"
    assert page.evaluate("mapapp.isoOf(mapapp.day)") == "2030-01-05"
    focus(page)
    assert at(page) == pytest.approx(10)
    page.locator(".pill.back").click()
    assert page.evaluate("mapapp.focus") is None
    assert page.evaluate("mapapp.isoOf(mapapp.day)") == "2030-01-05"


def test_on_measured_positions_the_marker_is_exact(page: Any) -> None:
    focus(page)
    for number, where in (
        (0, [10.2, 45.5]),
        (20, [10.4, 45.5]),
        (25, [10.4, 45.5]),
        (30, [10.4, 45.5]),
        (35, [10.5, 45.6]),
    ):
        go(page, number)
        assert place(page) == where
    assert "is-measured" in page.locator(".marker").get_attribute("class")
    assert page.locator(".marker-words").text_content() == ""


def test_between_told_times_the_marker_is_hollow_and_says_that_nobody_published_the_place(page: Any) -> None:
    focus(page)
    go(page, 60)
    lon, lat = place(page) or [0, 0]
    assert 10.79 < lon < 10.81
    assert lat == pytest.approx(45.7)
    assert "is-measured" not in page.locator(".marker").get_attribute("class")
    assert "position not published" in page.locator(".marker-words").inner_text()
    assert "الموقع غير منشور" in page.locator(".marker-words").inner_text()
    assert "position not published" in page.locator(".hours .slider").get_attribute("aria-valuetext")


def test_a_leg_without_times_is_marked_and_has_no_marker(page: Any) -> None:
    focus(page)
    page.keyboard.press("End")
    assert place(page) is None
    assert page.locator(".leg-halo.now").count() == 1
    assert "after the last known time" in page.locator(".clock-more").inner_text()


def test_a_heading_without_an_end_is_marked_and_has_no_marker(page: Any) -> None:
    focus(page, 1)
    go(page, 30)
    assert place(page) is None
    assert page.locator(".fan.now").count() == 1
    assert "no position known" in page.locator(".clock-more").inner_text()


def test_a_route_without_two_times_leaves_the_days_and_says_why(page: Any) -> None:
    page.evaluate("mapapp.openRoute(mapapp.routes.list[2])")
    assert page.evaluate("mapapp.focus") is None
    assert "No two times of it are known" in page.locator(".card").inner_text()


def test_keys_step_by_minutes_and_to_the_ends(page: Any) -> None:
    focus(page)
    page.keyboard.press("ArrowRight")
    assert at(page) == pytest.approx(1)
    page.keyboard.press("PageUp")
    assert at(page) == pytest.approx(11)
    page.keyboard.press("ArrowLeft")
    assert at(page) == pytest.approx(10)
    page.keyboard.press("Home")
    assert at(page) == pytest.approx(0)
    page.keyboard.press("End")
    assert at(page) > 80


def test_the_day_of_the_map_is_the_local_one(page: Any) -> None:
    focus(page)
    go(page, 59)
    assert page.evaluate("mapapp.isoOf(mapapp.day)") == "2030-01-07"
    assert page.locator(".clock").inner_text() == "23:59"
    go(page, 60)
    assert page.evaluate("mapapp.isoOf(mapapp.day)") == "2030-01-08"
    assert page.locator(".clock").inner_text() == "00:00"
    assert "23:00 UTC" in page.locator(".clock-more").inner_text()


def test_height_and_speed_follow_the_marker(page: Any) -> None:
    focus(page)
    go(page, 20)
    assert "2,000 m · 320 km/h" in page.locator(".clock-more").inner_text()
    assert page.locator(".hours path.height").count() == 1
    assert page.locator(".hours path.pace").count() == 1


def test_it_plays_at_the_chosen_speed_and_stops_at_the_end(page: Any) -> None:
    focus(page)
    assert page.locator(".hours .speed").inner_text() == "60×"
    page.locator(".hours .speed").click()
    page.locator(".hours .speed").click()
    assert page.locator(".hours .speed").inner_text() == "600×"
    go(page, 70)
    page.locator(".hours .play").click()
    page.get_by_label("Play the route").wait_for()
    assert page.evaluate("mapapp.focus.at === mapapp.focus.last")


@pytest.mark.parametrize("has_touch", [False, True])
def test_the_slider_is_dragged_by_mouse_and_by_finger(
    html: bytes, open_html: Callable[..., Any], has_touch: bool
) -> None:
    page = open_html(html, width=390, height=844, has_touch=has_touch).page
    focus(page)
    box = page.locator(".hours .slider").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] - 9
    if has_touch:
        page.touchscreen.tap(*middle)
    else:
        page.mouse.move(box["x"] + 3, middle[1])
        page.mouse.down()
        page.mouse.move(*middle, steps=4)
        page.mouse.up()
    page.evaluate("new Promise(requestAnimationFrame)")
    first, last = page.evaluate("[mapapp.focus.first, mapapp.focus.last]")
    assert abs(page.evaluate("mapapp.focus.at") - (first + last) / 2) < 120


def test_ticks_of_time_stand_along_measured_positions_only(page: Any) -> None:
    focus(page)
    page.evaluate("mapapp.fit(mapapp.routes.bounds(mapapp.routes.list[0]), 9)")
    page.evaluate("new Promise(done => setTimeout(done, 400))")
    times = page.evaluate("mapapp.routes.list[0].times.map(tick => tick.at)")
    assert times
    assert all(minute(0) <= moment <= minute(40) for moment in times)


def test_the_whole_of_a_route_is_shown_also_where_it_is_not_drawn_yet(page: Any) -> None:
    page.evaluate("mapapp.openRoute(mapapp.routes.list[2])")
    page.get_by_role("button", name="Show the whole route").click()
    focus(page)
    page.evaluate("mapapp.follow.stop()")
    west, north = page.evaluate(
        "(() => { const b = mapapp.routes.bounds(mapapp.routes.list[0]); return [b.getWest(), b.getNorth()]; })()"
    )
    assert west < 10.2
    assert north > 45.8


def test_a_long_route_stands_on_a_globe_and_a_short_one_does_not(page: Any, open_html: Callable[..., Any]) -> None:
    page.evaluate("mapapp.openRoute(mapapp.routes.list[0])")
    assert page.locator(".card .globe").count() == 0
    ocean = geodesic_line(lat1=35, lon1=140, lat2=38, lon2=-122)
    leg = Leg(LegKind.REPORTED, ocean, None, None, "over the ocean")
    route = dataclasses.replace(make_flight(), legs=(leg,), profile=(), points=())
    scene = build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE)
    page = open_html(EXPORTER.write(dataclasses.replace(scene, routes=(route,)))).page
    page.evaluate("mapapp.openRoute(mapapp.routes.list[0])")
    ends = page.evaluate(
        """[...document.querySelectorAll('.card .globe-leg')].map(path => {
        const length = path.getTotalLength(), a = path.getPointAtLength(0), b = path.getPointAtLength(length);
        return [a.x, a.y, b.x, b.y]; })"""
    )
    # The two sides of the antimeridian meet.
    assert len(ends) == 2
    assert ends[0][2:] == pytest.approx(ends[1][:2], abs=0.2)


def test_new_data_keeps_the_focus_and_its_moment(page: Any) -> None:
    focus(page)
    go(page, 33)
    payload = json.loads(page.locator("#mapapp-payload").text_content())
    page.evaluate("payload => mapapp.load(payload)", payload)
    assert at(page) == pytest.approx(33)
    assert place(page) is not None
    payload["layers"] = [layer for layer in payload["layers"] if layer["id"] != "routes"] + [
        {**layer, "data": {**layer["data"], "routes": []}} for layer in payload["layers"] if layer["id"] == "routes"
    ]
    page.evaluate("payload => mapapp.load(payload)", payload)
    assert page.evaluate("mapapp.focus") is None
    assert page.locator(".marker").count() == 0


def test_whoever_picks_another_day_is_back_among_days(page: Any) -> None:
    focus(page)
    page.evaluate("mapapp.setDay(2)")
    assert page.evaluate("[mapapp.focus, mapapp.day]") == [None, 2]
    assert page.get_by_role("slider").get_attribute("aria-label") == "Date"


def test_routes_that_are_switched_off_leave_the_minutes(page: Any) -> None:
    focus(page)
    page.evaluate("mapapp.setShown('routes', false)")
    assert page.evaluate("mapapp.focus") is None
    assert page.locator(".marker").count() == 0
