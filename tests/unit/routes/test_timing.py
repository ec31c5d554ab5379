"""When a route was where: measured times exactly, told ones between as guesses, nothing where nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from mapapp.geo import geodesic_line
from mapapp.model import Assertion, Leg, LegKind, Route
from mapapp.routes.timing import Timing, timing_of

FAN = Polygon([(0, 0), (1, 1), (1, -1)])


def at(hour: float) -> datetime:
    return datetime(2030, 1, 8, int(hour), round(hour % 1 * 60), tzinfo=UTC)


def leg(
    shape: BaseGeometry | None,
    start: float | None = None,
    end: float | None = None,
    *,
    times: tuple[float | None, ...] = (),
    kind: LegKind = LegKind.REPORTED,
) -> Leg:
    moments = [None if hour is None else at(hour) for hour in (start, end)]
    seconds = tuple(None if hour is None else at(hour).timestamp() for hour in times)
    return Leg(kind, shape, moments[0], moments[1], "told", times_s=seconds)


def time(*legs: Leg) -> Timing:
    found = timing_of(Route("r", "a way", None, None, Assertion.ASSERTED, legs, ()))
    assert found is not None
    return found


def hours(seconds: tuple[float, ...]) -> list[float]:
    return [round((one - at(0).timestamp()) / 3600.0, 3) for one in seconds]


def line(*coordinates: tuple[float, float]) -> LineString:
    return LineString(coordinates)


def test_measured_positions_keep_their_times() -> None:
    found = time(leg(line((0, 0), (1, 0), (1, 0), (2, 0)), times=(1, 2, 3, 3.5), kind=LegKind.OBSERVED))
    (span,) = found.spans
    assert span.is_measured
    assert hours(span.times_s[0]) == [1, 2, 3, 3.5]


def test_an_unknown_time_between_two_measured_ones_lies_between_them() -> None:
    found = time(leg(line((0, 0), (1, 0), (2, 0)), times=(1, None, 3), kind=LegKind.OBSERVED))
    assert hours(found.spans[0].times_s[0]) == [1, 2, 3]


def test_told_legs_between_two_times_share_them_by_length() -> None:
    found = time(leg(line((0, 0), (1, 0)), 1), leg(None), leg(line((1, 0), (1, 0), (4, 0)), None, 5))
    (span,) = found.spans
    assert span.legs == (0, 1, 2)
    assert not span.is_measured
    assert [hours(times) for times in span.times_s] == [[1, 2], [], [2, 2, 5]]


@pytest.mark.parametrize(
    "legs",
    [
        (leg(FAN, 1), leg(line((0, 0), (1, 0)), None, 3)),
        (leg(line((0, 0), (1, 0)), 1), leg(line((5, 5), (6, 5)), None, 3)),
        (leg(None, 1, 3),),
        (leg(line((0, 0), (0, 0)), 1, 3),),
    ],
    ids=["heading without an end", "two apart", "nothing drawn", "no length"],
)
def test_nothing_is_placed_where_the_way_is_not_known(legs: tuple[Leg, ...]) -> None:
    (span,) = time(*legs).spans
    assert not span.is_placed
    assert hours((span.start_s, span.end_s)) == [1, 3]


def test_legs_outside_the_known_times_are_named_as_such() -> None:
    one, two = line((0, 0), (1, 0)), line((1, 0), (2, 0))
    found = time(leg(one), leg(two, 2, 3), leg(line((2, 0), (3, 0))))
    assert (found.before, found.after) == ((0,), (2,))
    assert hours((found.start_s, found.end_s)) == [2, 3]


def test_a_stay_between_two_legs_has_no_leg() -> None:
    found = time(leg(line((0, 0), (1, 0)), 1, 2), leg(line((1, 0), (2, 0)), 4, 5))
    assert [span.legs for span in found.spans] == [(0,), (), (1,)]
    assert not found.spans[1].is_placed


def test_a_start_that_several_legs_share_is_one_time() -> None:
    found = time(leg(FAN, 1), leg(line((0, 0), (1, 0)), 1, 2))
    assert [span.legs for span in found.spans] == [(0, 1)]


def test_a_time_before_the_last_one_is_passed_over() -> None:
    found = time(leg(line((0, 0), (1, 0)), 3, 4), leg(line((1, 0), (2, 0)), 2, 5))
    assert [hours((span.start_s, span.end_s)) for span in found.spans] == [[3, 4], [4, 5]]


def test_a_gap_between_measured_stretches_is_a_guess() -> None:
    found = time(
        leg(line((0, 0), (1, 0)), 1, 2, times=(1, 2), kind=LegKind.OBSERVED),
        leg(line((1, 0), (2, 0)), 2, 3, kind=LegKind.INFERRED),
        leg(line((2, 0), (3, 0)), 3, 4, times=(3, 4), kind=LegKind.OBSERVED),
    )
    assert [span.is_measured for span in found.spans] == [True, False, True]


@pytest.mark.parametrize("legs", [(), (leg(line((0, 0), (1, 0))),), (leg(line((0, 0), (1, 0)), 1),)])
def test_fewer_than_two_times_time_nothing(legs: tuple[Leg, ...]) -> None:
    assert timing_of(Route("r", "a way", None, None, Assertion.ASSERTED, legs, ())) is None


def test_the_cut_at_the_antimeridian_takes_no_time() -> None:
    shape = geodesic_line(lat1=10, lon1=170, lat2=10, lon2=-170)
    (span,) = time(leg(shape, 1, 3)).spans
    times = hours(span.times_s[0])
    assert times == sorted(times)
    assert times[len(times) // 2 - 1] == times[len(times) // 2] == 2
