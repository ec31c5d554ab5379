"""Competing versions of one journey are one group, and each of them stays whole."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from shapely.geometry import LineString

from mapapp.model import Leg, LegKind, PointRole, Route
from mapapp.routes.versions import differences, join_versions, lead_versions, versions_of
from tests import invented
from tests.journey_texts import read_routes

KNOWN = invented.make_route()


def make_told(article_id: str = "a" * 64, **changes: Any) -> Route:
    """Return a route that an article tells: from Alda to Dorn on the day of the known one."""
    evidence = dataclasses.replace(invented.make_evidence("It left Alda."), is_quote=True, article_id=article_id)
    leg = Leg(LegKind.REPORTED, LineString([(10.17, 45.5), (11.17, 45.5)]), None, None, "told", (evidence,))
    origin = dataclasses.replace(KNOWN.points[0], evidence=(evidence,))
    end = dataclasses.replace(KNOWN.points[-1], lat=45.5, lon=11.17, label="Dorn", evidence=(evidence,))
    whole = dataclasses.replace(
        KNOWN,
        id=f"told-{article_id[:4]}",
        title="Alda → Dorn",
        legs=(leg,),
        points=(origin, end),
        journey=None,
        who=None,
    )
    return dataclasses.replace(whole, **changes)


def move(route: Route, role: PointRole, *, lat: float, lon: float) -> Route:
    points = tuple(dataclasses.replace(one, lat=lat, lon=lon) if one.role is role else one for one in route.points)
    return dataclasses.replace(route, points=points)


def journey_of(told: Route) -> str | None:
    return join_versions((KNOWN,), told=(told,))[-1].journey


@pytest.mark.parametrize(
    "told",
    [
        make_told(),
        make_told(date_start=invented.day(9), date_end=invented.day(9)),
        make_told(vehicle=None),
        make_told(vehicle="jet"),
        make_told(points=()),
        move(make_told(), PointRole.ORIGIN, lat=45.7, lon=10.2),
    ],
    ids=["same", "day after", "vehicle not told", "other word", "no points", "airport of the town"],
)
def test_a_told_route_joins_the_journey_of_which_it_is_a_version(told: Route) -> None:
    assert journey_of(told) == KNOWN.journey


@pytest.mark.parametrize(
    "told",
    [
        make_told(date_start=invented.day(5), date_end=invented.day(5)),
        make_told(date_start=None, date_end=None),
        make_told(vehicle="convoy"),
        move(make_told(), PointRole.ORIGIN, lat=45.5, lon=11.83),
        make_told(vehicle=None, points=()),
        make_told(who="Coalition envoys"),
    ],
    ids=["other day", "no day", "other vehicle", "other origin", "nothing told", "others going elsewhere"],
)
def test_another_journey_stays_by_itself(told: Route) -> None:
    assert journey_of(told) is None


def test_joining_changes_nothing_but_the_name_of_the_journey() -> None:
    told = make_told()
    assert join_versions((KNOWN,), told=(told,)) == (KNOWN, dataclasses.replace(told, journey=KNOWN.journey))


def test_two_articles_that_tell_one_journey_make_one_group() -> None:
    first, second = make_told("a" * 64), make_told("b" * 64)
    joined = join_versions((), told=(first, second))
    assert joined[0].journey is not None
    assert joined[0].journey == joined[1].journey


def test_two_articles_that_tell_other_ends_tell_two_journeys() -> None:
    second = move(make_told("b" * 64), PointRole.DESTINATION, lat=45.5, lon=11.83)
    assert {route.journey for route in join_versions((), told=(make_told("a" * 64), second))} == {None}


def test_two_routes_of_one_article_are_two_journeys() -> None:
    second = make_told(id="other")
    assert {route.journey for route in join_versions((), told=(make_told(), second))} == {None}


def test_of_each_journey_the_first_version_leads() -> None:
    joined = join_versions((KNOWN,), told=(make_told(),))
    told_only = tuple(dataclasses.replace(one, legs=one.legs[1:] or one.legs) for one in joined)
    assert lead_versions(told_only) == {KNOWN.id}


def test_a_measured_version_is_drawn_beside_the_first_one() -> None:
    told, other = make_told("a" * 64, journey=KNOWN.journey), make_told("b" * 64, journey=KNOWN.journey)
    assert lead_versions((told, other, KNOWN)) == {told.id, KNOWN.id}


def test_a_route_without_a_journey_leads_itself() -> None:
    routes = (make_told("a" * 64), make_told("b" * 64))
    assert lead_versions(routes) == {route.id for route in routes}
    assert versions_of(routes[0], routes=routes) == routes[:1]


def test_what_versions_tell_differently_is_listed_by_subject() -> None:
    joined = join_versions((KNOWN,), told=(make_told(),))
    table = dict(differences(joined))
    assert table["Destination"] == ("Fell", "Dorn")
    assert "Vehicle" not in table
    assert "Turn back" not in table
    assert "Who" not in table


def test_articles_about_one_flight_join_by_their_words() -> None:
    told = "A jet left Damascus on December 8, heading west before a U-turn. It vanished some 20 km west of Homs."
    other = "On December 8 a plane flew from Damascus to Moscow."
    first, second = read_routes(told)[0], dataclasses.replace(read_routes(other)[0], id="other")
    known = dataclasses.replace(second, journey="flight")
    assert first.date_start == date(2024, 12, 8)
    assert {route.journey for route in join_versions((known,), told=(first,))} == {"flight"}
