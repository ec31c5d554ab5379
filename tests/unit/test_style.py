"""Colours by actor and day, and how a status turns a colour into a drawing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mapapp.errors import TheatreError
from mapapp.model import ControlState, Status
from mapapp.style import (
    AGE_STEPS,
    HATCHES,
    OLDEST_FACTOR,
    STATUS_STYLES,
    UNKNOWN_COLOUR,
    age_factor,
    colour_of,
    look_of,
    mix,
    style_table,
)
from mapapp.theatres.theatre import PaletteRow
from tests.invented import THEATRE, day


def state(
    status: Status, controller: str | None, *, others: tuple[str, ...] = (), is_regional: bool = False
) -> ControlState:
    return ControlState("c", day(1), None, status, controller, others=others, is_regional=is_regional)


def test_colour_of_an_actor_depends_on_the_day() -> None:
    assert colour_of("REP", day=day(7), theatre=THEATRE) == "#c0392b"
    assert colour_of("REP", day=day(8), theatre=THEATRE) == "#8e8e8e"


def test_outside_its_days_an_actor_keeps_its_nearest_colour() -> None:
    rows = (PaletteRow("FRO", "#111111", start=day(3), end=day(5)), PaletteRow("FRO", "#222222", start=day(8)))
    theatre = replace(THEATRE, palettes={"default": rows})
    assert colour_of("FRO", day=day(1), theatre=theatre) == "#111111"
    assert colour_of("FRO", day=day(7), theatre=theatre) == "#222222"


def test_actor_without_a_colour_is_grey() -> None:
    assert colour_of("NEW", day=day(1), theatre=THEATRE) == UNKNOWN_COLOUR
    assert colour_of(None, day=day(1), theatre=THEATRE) == UNKNOWN_COLOUR
    assert colour_of("REP", day=day(1), theatre=replace(THEATRE, palettes={})) == UNKNOWN_COLOUR


def test_second_palette_has_other_colours() -> None:
    assert colour_of("FRO", day=day(1), theatre=THEATRE, palette="colour-blind safe") == "#0072b2"


def test_unknown_palette_names_those_that_are_there() -> None:
    with pytest.raises(TheatreError, match="colour-blind safe"):
        colour_of("FRO", day=day(1), theatre=THEATRE, palette="neon")


def test_assessed_is_solid_claimed_is_lighter_with_a_dashed_edge() -> None:
    sure = look_of(state(Status.ASSESSED, "FRO"), day=day(1), theatre=THEATRE)
    said = look_of(state(Status.CLAIMED, "FRO"), day=day(1), theatre=THEATRE)
    assert sure.hatch is None
    assert sure.edge_dash_px == ()
    assert said.edge_dash_px != ()
    assert sure.fill is not None
    assert said.fill is not None
    assert sum(bytes.fromhex(said.fill[1:])) > sum(bytes.fromhex(sure.fill[1:]))


def test_contested_carries_the_colours_of_both_sides() -> None:
    look = look_of(state(Status.CONTESTED, "REP", others=("FRO",)), day=day(1), theatre=THEATRE)
    row = STATUS_STYLES["contested"]
    assert look.hatch == "diagonal"
    assert look.fill == mix("#c0392b", row.fill_mix)
    assert look.hatch_colour == mix("#1e7d4f", row.stripe_mix)


def test_regional_is_hatched_and_unknown_has_no_fill() -> None:
    regional = look_of(state(Status.CLAIMED, "FRO", is_regional=True), day=day(1), theatre=THEATRE)
    unknown = look_of(state(Status.UNKNOWN, None), day=day(1), theatre=THEATRE)
    assert regional.hatch is not None
    assert (unknown.fill, unknown.hatch, unknown.fill_opacity) == (None, None, 0.0)


def test_an_actors_own_hatch_is_drawn() -> None:
    assert look_of(state(Status.ASSESSED, "REB"), day=day(1), theatre=THEATRE).hatch == "dots"


def test_table_is_json_and_names_every_actor_and_status() -> None:
    table = json.loads(json.dumps(style_table(THEATRE)))
    assert set(table["actors"]) == {actor.code for actor in THEATRE.actors}
    assert table["actors"]["REP"][0]["end"] == "2030-01-08"
    assert set(table["statuses"]) == {*(status.value for status in Status), "regional"}
    assert {row["stripe"] for row in table["statuses"].values()} - {None} <= set(table["hatches"])


def test_every_hatch_of_the_bundled_palettes_exists(theatre: object) -> None:
    palettes = getattr(theatre, "palettes", {})
    assert {row.hatch for rows in palettes.values() for row in rows} - {None} <= set(HATCHES)


@pytest.mark.parametrize("colour", ["red", "#12", "#gggggg", ""])
def test_what_is_no_colour_says_what_one_is(colour: str) -> None:
    with pytest.raises(TheatreError, match="#rrggbb"):
        mix(colour, 0.5)


def test_first_days_do_not_matter_to_an_actor_without_any() -> None:
    assert colour_of("FRO", day=date(1950, 1, 1), theatre=THEATRE) == "#1e7d4f"


def test_a_colour_grows_paler_the_longer_nothing_was_reported() -> None:
    known = state(Status.ASSESSED, "FRO")
    factors = [age_factor(known, day=day(1) + timedelta(days=days)) for days in range(400)]
    assert factors == sorted(factors, reverse=True)
    assert (factors[0], factors[-1]) == (1.0, OLDEST_FACTOR)
    young, old = (look_of(known, day=at, theatre=THEATRE).fill for at in (day(1), day(1) + timedelta(days=365)))
    assert young is not None
    assert old is not None
    assert sum(bytes.fromhex(old[1:])) > sum(bytes.fromhex(young[1:]))


def test_a_report_brings_the_colour_back() -> None:
    renewed = replace(state(Status.ASSESSED, "FRO"), last_reported=day(1) + timedelta(days=300))
    assert age_factor(renewed, day=day(1) + timedelta(days=310)) == 1.0


def test_the_oldest_assessed_colour_is_stronger_than_the_freshest_claim() -> None:
    strengths = {name: row.fill_mix for name, row in STATUS_STYLES.items()}
    assert strengths["assessed"] * OLDEST_FACTOR > strengths["claimed"]
    assert strengths["claimed"] * OLDEST_FACTOR > strengths["regional"]


def test_the_browser_gets_the_same_steps() -> None:
    ages = style_table(THEATRE)["ages"]
    assert [tuple(step) for step in ages["steps"]] == list(AGE_STEPS)
    assert ages["oldest"] == OLDEST_FACTOR
