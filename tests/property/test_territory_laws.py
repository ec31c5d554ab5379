"""Laws of cells and states that hold for any places and any events."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from mapapp.geo import area_km2, distance_km
from mapapp.model import Event, EventKind, Place, Status
from mapapp.summary import shares_by_day
from mapapp.territory.timeline import FAR_KM, build_cells, build_timeline
from mapapp.theatres.theatre import Theatre
from tests import invented

# Two units that share a crooked border, one of them with an island, and a third of one square degree far below.
CROOKED = [(11, 45), (11.2, 45.3), (10.9, 45.6), (11, 46)]
WEST = Polygon([(10, 45), *CROOKED, (10, 46)])
EAST = MultiPolygon([Polygon([*CROOKED, (12, 46), (12, 45)]), box(12.3, 45.2, 12.5, 45.4)])
COUNTRY = gpd.GeoDataFrame(
    {
        "pcode": ["XA01", "XA02"],
        "name_en": ["West", "East"],
        "name_ar": ["", ""],
        "level": [1, 1],
        "parent": [None, None],
    },
    geometry=[WEST, EAST],
    crs="EPSG:4326",
)
ONE_SQUARE_METRE_KM2 = 1e-6


def flat_km2(shape: BaseGeometry) -> float:
    """Return the area in the plane of the map: a sliver between two straight lines has none on it, whatever lies on
    either as an extra vertex; a geodesic polygon would count the bow of the longer piece."""
    return float(shape.area) * 111.32**2 * math.cos(math.radians(45))


coordinates = st.tuples(
    st.floats(44.9, 46.1, allow_nan=False).map(lambda value: round(value, 5)),
    st.floats(9.9, 12.6, allow_nan=False).map(lambda value: round(value, 5)),
)
grid = st.tuples(st.sampled_from([45.2, 45.4, 45.6, 45.8]), st.sampled_from([10.2, 10.5, 10.8, 11.5, 12.4]))
near = st.tuples(st.floats(45.5, 45.50002), st.floats(10.5, 10.50002))
places_at = st.lists(st.one_of(coordinates, grid, near), max_size=25)


def make_places(spots: list[tuple[float, float]]) -> list[Place]:
    return [invented.make_place(0, name=str(k), lat=lat, lon=lon) for k, (lat, lon) in enumerate(spots)]


def numbered(places: list[Place]) -> list[Place]:
    return [
        Place(id=f"p:{k}", name=place.name, lat=place.lat, lon=place.lon, feature_class="P")
        for k, place in enumerate(places)
    ]


@settings(max_examples=60, deadline=None)
@given(places_at)
def test_cells_tile_every_unit_without_gap_or_overlap(spots: list[tuple[float, float]]) -> None:
    cells = build_cells(units=COUNTRY, places=numbered(make_places(spots)))
    assert shapely.coverage_is_valid([cell.geometry for cell in cells])
    for pcode, shape in zip(COUNTRY["pcode"], COUNTRY.geometry, strict=True):
        parts = [cell.geometry for cell in cells if cell.unit_pcode == pcode]
        assert all(part.is_valid and not part.is_empty for part in parts)
        n_borders = max(1, 3 * len(parts))
        gap = flat_km2(shapely.difference(shape, shapely.union_all(parts)))
        outside = flat_km2(shapely.difference(shapely.union_all(parts), shape))
        overlap = sum(
            flat_km2(shapely.intersection(parts[one], parts[other]))
            for one, other in shapely.STRtree(parts).query(parts, predicate="overlaps").T
            if one < other
        )
        assert gap <= n_borders * ONE_SQUARE_METRE_KM2
        assert outside <= n_borders * ONE_SQUARE_METRE_KM2
        assert overlap <= n_borders * ONE_SQUARE_METRE_KM2


@settings(max_examples=30, deadline=None)
@given(places_at, st.randoms(use_true_random=False))
def test_order_of_places_makes_no_difference_to_cells(spots: list[tuple[float, float]], random: object) -> None:
    places = numbered(make_places(spots))
    shuffled = list(places)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert build_cells(units=COUNTRY, places=places) == build_cells(units=COUNTRY, places=shuffled)


@settings(max_examples=30, deadline=None)
@given(st.lists(coordinates, min_size=2, max_size=20), st.lists(coordinates, min_size=1, max_size=30))
def test_a_point_lies_in_the_cell_of_the_nearest_place_of_its_unit(
    spots: list[tuple[float, float]], probes: list[tuple[float, float]]
) -> None:
    cells = build_cells(units=COUNTRY, places=numbered(make_places(spots)))
    for lat, lon in probes:
        mine = [cell for cell in cells if cell.geometry.contains(shapely.Point(lon, lat))]
        if not mine or mine[0].place_id is None:
            continue
        rivals = [cell for cell in cells if cell.unit_pcode == mine[0].unit_pcode]
        own = distance_km(lat1=lat, lon1=lon, lat2=mine[0].lat, lon2=mine[0].lon)
        best = min(distance_km(lat1=lat, lon1=lon, lat2=cell.lat, lon2=cell.lon) for cell in rivals)
        assert own <= best * 1.002 + 0.02


@settings(max_examples=30, deadline=None)
@given(places_at, places_at)
def test_cells_taken_over_are_those_that_would_be_cut(
    spots: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    earlier, later = numbered(make_places(spots)), numbered(make_places([*spots[1:], *others[:2]]))
    before = build_cells(units=COUNTRY, places=earlier)
    taken_over = build_cells(units=COUNTRY, places=later, before=(before, earlier))
    assert taken_over == build_cells(units=COUNTRY, places=later)


@pytest.mark.parametrize("number", range(4))
def test_a_new_place_cuts_many_units_as_from_nothing(theatre: Theatre, number: int) -> None:
    *earlier, new = theatre.cell_places[number::3]
    before = build_cells(units=theatre.units, places=earlier)
    places = [*earlier[:-1], new] if number % 2 else [*earlier, new]
    assert build_cells(units=theatre.units, places=places, before=(before, earlier)) == build_cells(
        units=theatre.units, places=places
    )


def test_cells_of_the_bundled_theatre_fit_together_in_any_projection(theatre: Theatre) -> None:
    cells = build_cells(units=theatre.units, places=theatre.cell_places)
    assert shapely.coverage_is_valid([cell.geometry for cell in cells])
    plane = gpd.GeoSeries([cell.geometry for cell in cells], crs="EPSG:4326").to_crs("EPSG:6933")
    whole = shapely.union_all(plane.values)
    gaps = [shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors]
    assert sum(gaps) <= 1.0
    assert float(plane.area.sum()) - whole.area <= 1.0
    own = gpd.GeoSeries(theatre.units.geometry.values, crs="EPSG:4326")
    assert shapely.union_all([cell.geometry for cell in cells]).symmetric_difference(own.union_all()).area < 1e-7


def test_cells_of_one_spot_are_one() -> None:
    twins = [
        Place(id="p:small", name="Small", lat=45.5, lon=10.5, feature_class="P", population=10),
        Place(id="p:large", name="Large", lat=45.500001, lon=10.500001, feature_class="P", population=1000),
    ]
    cells = build_cells(units=COUNTRY, places=twins)
    assert [cell.id for cell in cells if cell.unit_pcode == "XA01"] == ["XA01/p:large"]


CELLS = build_cells(units=invented.UNITS, places=invented.PLACES)
actor_codes = st.sampled_from(["REP", "FRO", "COA", "REB", None])


@st.composite
def events(draw: st.DrawFn, number: int = 0) -> Event:
    where = draw(st.sampled_from([*invented.PLACES, "XA01", "XA02", "remainder"]))
    return invented.make_event(
        draw(st.integers(10, 99)),
        start=draw(st.integers(1, 12)),
        kind=draw(st.sampled_from(list(EventKind))),
        actor=draw(actor_codes),
        opponent=draw(actor_codes),
        status=draw(st.sampled_from(list(Status))),
        place=where if isinstance(where, Place) else None,
        unit_pcode=where if isinstance(where, str) and where != "remainder" else None,
        remainder_of="REP" if where == "remainder" else None,
    )


event_lists = st.lists(events(), max_size=15, unique_by=lambda event: event.id)


@settings(max_examples=150, deadline=None)
@given(event_lists)
def test_states_follow_each_other_without_gap_or_overlap(some: list[Event]) -> None:
    timeline = build_timeline(CELLS, theatre=invented.THEATRE, events=some)
    for cell in CELLS:
        states = timeline.states_of(cell.id)
        assert states[0].start == invented.FIRST_DAY
        assert states[-1].end is None
        assert all(one.end == other.start and one.start < one.end for one, other in pairwise(states))


@settings(max_examples=100, deadline=None)
@given(event_lists, st.randoms(use_true_random=False))
def test_order_of_events_makes_no_difference(some: list[Event], random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = build_timeline(CELLS, theatre=invented.THEATRE, events=some)
    assert one == build_timeline(CELLS, theatre=invented.THEATRE, events=shuffled)


@settings(max_examples=100, deadline=None)
@given(event_lists, events())
def test_one_more_claim_touches_only_what_it_speaks_of(some: list[Event], extra: Event) -> None:
    before = build_timeline(CELLS, theatre=invented.THEATRE, events=[event for event in some if event.id != extra.id])
    after = build_timeline(
        CELLS, theatre=invented.THEATRE, events=[*(event for event in some if event.id != extra.id), extra]
    )
    for cell in CELLS:
        is_spoken_of = (
            (extra.place is not None and extra.place.id == cell.place_id)
            or extra.unit_pcode == cell.unit_pcode
            or extra.remainder_of is not None
        )
        if not is_spoken_of:
            assert before.states_of(cell.id) == after.states_of(cell.id)


@settings(max_examples=100, deadline=None)
@given(event_lists)
def test_nobody_holds_anything_after_its_end_and_unknown_names_nobody(some: list[Event]) -> None:
    timeline = build_timeline(CELLS, theatre=invented.THEATRE, events=some)
    for state in timeline.states:
        if state.start >= invented.day(8):
            assert "REP" not in (state.controller, *state.others)
        assert (state.status is Status.UNKNOWN) == (state.controller is None)
        assert bool(state.others) <= (state.status is Status.CONTESTED)


@settings(max_examples=60, deadline=None)
@given(event_lists)
def test_shares_add_up_to_the_whole_on_every_day(some: list[Event]) -> None:
    timeline = build_timeline(CELLS, theatre=invented.THEATRE, events=some)
    days = [invented.FIRST_DAY + timedelta(days=offset) for offset in range(-2, 14)]
    total = sum(cell.area_km2 for cell in CELLS)
    for rows in shares_by_day(timeline, days=days).values():
        assert sum(row.share for row in rows) == pytest.approx(1.0)
        assert sum(row.area_km2 for row in rows) == pytest.approx(total)


def test_far_parts_lie_far_and_leave_a_disc() -> None:
    disc_km2 = math.pi * FAR_KM**2
    for cell in CELLS:
        assert cell.far_geometry is not None
        outline = shapely.get_coordinates(shapely.segmentize(cell.far_geometry, 0.02))
        assert min(distance_km(lat1=cell.lat, lon1=cell.lon, lat2=y, lon2=x) for x, y in outline) > FAR_KM * 0.998
        near_km2 = cell.area_km2 - area_km2(shapely.segmentize(cell.far_geometry, 0.02))
        assert 0.5 * disc_km2 < near_km2 < disc_km2


@settings(max_examples=60, deadline=None)
@given(event_lists, event_lists)
def test_taking_over_what_nothing_new_touches_gives_the_same_timeline(old: list[Event], new: list[Event]) -> None:
    earlier = build_timeline(CELLS, theatre=invented.THEATRE, events=old)
    afresh = build_timeline(CELLS, theatre=invented.THEATRE, events=new)
    assert build_timeline(CELLS, theatre=invented.THEATRE, events=new, before=earlier) == afresh


def test_one_more_claim_leaves_the_states_of_other_cells_as_they_are() -> None:
    earlier = build_timeline(CELLS, theatre=invented.THEATRE, events=invented.EVENTS)
    extra = invented.make_event(9, start=9, place=invented.PLACES[0])
    later = build_timeline(CELLS, theatre=invented.THEATRE, events=(*invented.EVENTS, extra), before=earlier)
    for cell in CELLS:
        is_same = later.states_of(cell.id) is earlier.states_of(cell.id)
        assert is_same is (cell.place_id != invented.PLACES[0].id)
