"""Imported events in a browser: where they lie, what their card says, how they are switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mapapp.histories.records import EventLayer, Happening, Spot
from mapapp.mapview import build_document, build_payload
from mapapp.scene import build_scene
from mapapp.selection import default_query
from tests import invented


def test_imported_events_are_diamonds_with_a_card_and_a_switch(watch: Callable[..., Any], tmp_path: Path) -> None:
    theatre = invented.THEATRE
    plain = build_scene(default_query(theatre), theatre=theatre)
    place = plain.cells[0]
    happening = Happening(
        id="ucdp:1", spot=Spot("Their place", "", place.lat, place.lon), kind=None, day=plain.days[2],
        last_day=plain.days[2], date_prec=1, where_prec=1, sides=("One", "<b>Other"), what="one-sided violence",
        deaths=3,
    )  # fmt: skip
    layers = [
        EventLayer(f"t{number}", f"Table {number}", "ucdp", "https://example.org/t", "", (happening,), 1)
        for number in (1, 2)
    ]
    scene = replace(plain, event_layers=tuple(layers), events=())
    file = tmp_path / "map.html"
    file.write_text(build_document(build_payload(scene)), encoding="utf-8")
    watched = watch()
    page = watched.page
    page.goto(file.as_uri())
    page.evaluate("mapapp.setDay(2)")
    at = page.evaluate(
        "([lat, lon]) => { const p = mapapp.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }",
        [place.lat, place.lon],
    )
    shown = "document.querySelector('canvas.incidents').style.display !== 'none'"
    assert page.evaluate(shown)
    page.mouse.click(*at)
    card = page.locator(".card")
    card.get_by_text("one-sided violence").first.wait_for()
    assert "<b>Other" in card.inner_text()
    assert "3 deaths" in card.inner_text()
    page.evaluate("mapapp.setShown('incidents', false)")
    assert not page.evaluate(shown)
    page.get_by_role("button", name="Layers and places").click()
    assert page.get_by_text("Table 2").count() >= 1
    watched.assert_clean()
