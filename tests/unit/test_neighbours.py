"""Names of countries that are written together."""

from __future__ import annotations

import pytest
import shapely
from shapely.geometry import box

from mapapp.layers.mentions import CONTEXT_CHARACTERS, words_after, words_before
from mapapp.neighbours import companions, fit_around
from mapapp.picture.ground import read_basemap


def test_a_country_in_the_bend_of_a_larger_one_belongs_to_it_and_not_the_other_way_round() -> None:
    inner = box(1, 0, 2, 1)
    assert companions({"inner": inner, "outer": box(0, 0, 3, 3) - inner}) == {"inner": "outer"}


def test_neighbours_with_one_short_border_stand_for_themselves() -> None:
    assert companions({"west": box(0, 0, 1, 1), "east": box(1, 0, 2, 1)}) == {}


def test_israel_and_palestine_are_named_together() -> None:
    world = read_basemap("countries.geojson")
    assert world is not None
    named = world[world["name"].notna()]
    assert companions(dict(zip(named["name"], named.geometry, strict=True)))["Palestine"] == "Israel"


def test_words_around_a_mention_are_whole() -> None:
    text = " ".join(f"word{number}" for number in range(60))
    start = text.index("word30")
    before, after = words_before(text, end=start), words_after(text, start=start + len("word30"))
    assert before.startswith("… word")
    assert after.endswith(" …")
    assert set((before + after).replace("…", "").split()) <= set(text.split())
    assert max(len(before), len(after)) <= CONTEXT_CHARACTERS + 2


def test_a_text_without_a_gap_is_left_out_rather_than_cut() -> None:
    assert words_before("x" * 500, end=300) == "… "
    assert words_after("x" * 500, start=100) == " …"


def test_borders_meet_the_outline_of_a_theatre() -> None:
    west, east, north = box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)
    own = shapely.Polygon([(0, 0), (0.98, 0), (1.02, 0.5), (0.99, 1), (0.5, 1.01), (0, 1)])
    fitted = fit_around((west, east, north), own=own, index=0)
    whole = shapely.union_all([west, east, north])
    assert fitted[0].equals(own)
    assert shapely.union_all(fitted).symmetric_difference(whole).area < 1e-9
    assert sum(shape.area for shape in fitted) == pytest.approx(whole.area)


def test_the_rest_of_a_country_of_which_a_theatre_is_a_part_stays_its_own() -> None:
    country, other = box(0, 0, 2, 1), box(2, 0, 3, 1)
    own = box(0, 0, 1, 1)
    fitted = fit_around((country, other), own=own, index=0)
    assert fitted[0].equals(country)
    assert fitted[1].equals(other)


def test_a_theatre_in_no_country_cuts_its_neighbours_only() -> None:
    (fitted,) = fit_around((box(0, 0, 2, 1),), own=box(1.5, 0, 3, 1), index=None)
    assert fitted.equals(box(0, 0, 1.5, 1))
