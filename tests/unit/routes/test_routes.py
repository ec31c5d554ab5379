"""How journeys are drawn: what is told, what is inferred, and what is only schematic."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from shapely.geometry import Point, Polygon

from mapapp import geo
from mapapp.errors import TheatreError
from mapapp.model import Assertion, LegKind, PointRole, Route
from mapapp.routes.building import build_routes, bundled_routes
from mapapp.theatres.theatre import JourneyRecord, Publisher, default_theatre, load_theatre
from tests.journey_texts import THEATRE, TOWNS, make_article, read_routes, read_statements

FLIGHT = (
    "On December 8, a jet believed to have the ruler on board left Damascus, heading west at first before abruptly "
    "changing course towards Moscow. The jet disappeared from radar after the U-turn, and it may have been shot down. "
    "Experts suggest that the crew disabled the transponder."
)


def only(text: str) -> Route:
    routes = read_routes(text)
    assert len(routes) == 1, [route.title for route in routes]
    return routes[0]


def kinds(route: Route) -> list[tuple[str, str | None]]:
    return [(leg.kind.value, leg.geometry.geom_type if leg.geometry is not None else None) for leg in route.legs]


def test_a_flight_that_was_told_from_end_to_end_is_reported() -> None:
    route = only("A plane flew from Damascus to Moscow.")
    assert kinds(route) == [("reported", "LineString")]
    line = route.legs[0].geometry
    assert line is not None
    assert line.coords[0] == (36.29, 33.51)
    assert line.coords[-1] == (37.62, 55.75)


def test_a_destination_that_was_only_aimed_at_is_inferred() -> None:
    route = only("A convoy left Homs for Damascus.")
    assert kinds(route) == [("inferred", "LineString")]
    assert "arrived is not reported" in route.legs[0].note


def test_a_heading_without_an_end_is_a_sector_that_says_how_long_and_why() -> None:
    route = only("A plane took off from Damascus, heading west.")
    leg = route.legs[0]
    assert leg.kind is LegKind.REPORTED
    assert isinstance(leg.geometry, Polygon)
    lat, lon = TOWNS["Damascus"]
    west = geo.destination(lat=lat, lon=lon, bearing_deg=270, range_km=40)
    assert leg.geometry.contains(Point(west))
    assert not leg.geometry.contains(Point(geo.destination(lat=lat, lon=lon, bearing_deg=300, range_km=40)))
    assert "±22.5°" in leg.note
    assert "guess" in leg.note


def test_a_told_length_is_used_and_called_no_guess() -> None:
    route = only("The drone took off from Hmeimim and flew west for about 60 km.")
    leg = route.legs[0]
    assert leg.geometry is not None
    lat, lon = TOWNS["Hmeimim"]
    x, y = geo.destination(lat=lat, lon=lon, bearing_deg=270, range_km=60)
    assert leg.geometry.distance(Point(x, y)) < 0.01
    assert "guess" not in leg.note


def test_the_flight_with_its_turn() -> None:
    route = only(FLIGHT)
    assert kinds(route) == [("reported", "Polygon"), ("reported", None), ("inferred", "LineString")]
    assert [point.role for point in route.points] == [
        PointRole.ORIGIN,
        PointRole.TURN_BACK,
        PointRole.LAST_KNOWN,
        PointRole.DESTINATION,
    ]
    assert route.assertion is Assertion.HEDGED
    assert route.who == "the ruler"
    assert (route.date_start, route.date_end) == (date(2024, 12, 8), date(2024, 12, 8))
    assert [(one.assertion, one.speaker) for one in route.also_said] == [
        (Assertion.SPECULATED, None),
        (Assertion.HEDGED, "Experts"),
    ]


def test_a_turn_without_a_position_is_a_region_that_says_so() -> None:
    turn = only(FLIGHT).points[1]
    assert turn.is_schematic
    assert turn.radius_km is not None
    assert turn.radius_km > 10
    assert "No position of the turn was reported" in turn.note
    assert "schematic" in turn.note


def test_the_drawn_turn_lies_in_the_sector_of_the_heading() -> None:
    route = only(FLIGHT)
    sector = route.legs[0].geometry
    assert sector is not None
    assert sector.contains(Point(route.points[1].lon, route.points[1].lat))


def test_a_loss_of_signal_without_a_position_is_schematic_too() -> None:
    lost = only(FLIGHT).points[2]
    assert lost.is_schematic
    assert "No position of the loss of signal was reported" in lost.note


def test_a_turn_with_a_place_is_where_the_text_puts_it() -> None:
    turn = only("A helicopter left Latakia for Homs but turned back over al-Qusayr.").points[1]
    assert (turn.lat, turn.lon) == TOWNS["al-Qusayr"]
    assert not turn.is_schematic


def test_a_loss_at_a_told_distance_is_drawn_at_that_distance() -> None:
    route = only("A jet left Damascus and vanished from radar some 20 km west of Homs.")
    lost = route.points[-1]
    assert lost.lat is not None
    assert lost.lon is not None
    lat, lon = TOWNS["Homs"]
    assert geo.distance_km(lat1=lat, lon1=lon, lat2=lost.lat, lon2=lost.lon) == pytest.approx(20, abs=0.01)
    assert geo.bearing_deg(lat1=lat, lon1=lon, lat2=lost.lat, lon2=lost.lon) == pytest.approx(270, abs=0.2)
    assert lost.where_prec == 2
    assert not lost.is_schematic


SEA_FLIGHT = (
    "A plane left Damascus early on December 8. The jet headed towards the Mediterranean coast before making an abrupt "
    "U-turn. It vanished some 20 km west of Homs."
)


def test_a_sea_that_it_turned_before_is_no_destination() -> None:
    route = only(SEA_FLIGHT)
    assert [point.role for point in route.points] == [PointRole.ORIGIN, PointRole.TURN_BACK, PointRole.LAST_KNOWN]
    assert route.title == "Plane: Damascus → turn → last seen 20 km west of Homs"


@pytest.mark.parametrize(
    "text",
    [
        "A plane left Damascus for the Mediterranean Sea, heading north at first before it made a U-turn.",
        "A plane flew from Damascus towards the Mediterranean Sea, then made a U-turn.",
        "A plane took off from Damascus. It was bound for the Mediterranean coast but turned around.",
    ],
)
def test_no_sea_told_before_a_turn_ends_a_journey(text: str) -> None:
    route = only(text)
    assert PointRole.DESTINATION not in {point.role for point in route.points}
    assert not route.title.endswith("→ Mediterranean Sea")


def test_a_sea_told_after_the_turn_is_where_it_went() -> None:
    route = only("A plane left Damascus heading east, then made a U-turn and flew towards the Mediterranean Sea.")
    assert route.points[-1].role is PointRole.DESTINATION
    assert route.title.endswith("→ Mediterranean Sea")


def test_the_last_position_is_where_it_vanished() -> None:
    for text in (SEA_FLIGHT, "A plane took off from Damascus. It vanished some 20 km west of Homs."):
        route = only(text)
        lost = route.points[-1]
        lat, lon = TOWNS["Homs"]
        assert lost.role is PointRole.LAST_KNOWN
        assert geo.distance_km(lat1=lat, lon1=lon, lat2=lost.lat or 0, lon2=lost.lon or 0) == pytest.approx(20, abs=0.1)
        assert route.title.endswith("→ last seen 20 km west of Homs")


def test_a_town_that_was_given_up_is_told_as_a_direction() -> None:
    route = only("A convoy left Homs for Damascus but changed course.")
    assert route.title == "Convoy: Homs → towards Damascus, turned"


def test_what_vanished_after_a_turn_is_not_drawn_home_as_well() -> None:
    route = only("A plane flew from Damascus towards Latakia, then turned around. It vanished near Homs.")
    lines = [leg for leg in route.legs if leg.geometry is not None and leg.geometry.geom_type == "LineString"]
    assert [leg.geometry.coords[-1] for leg in lines if leg.geometry] == [TOWNS["Homs"][::-1]]


CHAIN = "A plane left Damascus heading east, then flew north, then headed west before turning back."


def test_a_chain_of_headings_is_told_from_its_beginning() -> None:
    turn = only(CHAIN).points[-1]
    assert "sector west of the sector" not in turn.note
    assert "Damascus" in turn.note
    assert "(east, then north, then west)" in turn.note


def test_vagueness_grows_along_a_chain_of_headings() -> None:
    single = only("A plane left Damascus heading west before turning back.").points[-1]
    assert (only(CHAIN).points[-1].radius_km or 0) > 2 * (single.radius_km or 0)


def test_what_follows_a_turn_back_is_inferred_and_leads_home() -> None:
    route = only("A convoy left Jarabulus for Aleppo but doubled back.")
    last = route.legs[-1]
    assert last.kind is LegKind.INFERRED
    assert last.geometry is not None
    assert last.geometry.coords[-1] == TOWNS["Jarabulus"][::-1]
    assert "turned back" in route.title


def test_a_turn_on_the_way_to_somewhere_is_shown_without_an_origin() -> None:
    route = only("A convoy bound for Aleppo was turned back at Jarabulus on Monday.")
    assert [(point.role, point.label) for point in route.points] == [(PointRole.TURN_BACK, "Turn")]
    assert "Was going to Aleppo" in route.legs[0].note


def test_where_somebody_came_from_before_comes_first() -> None:
    text = "Mahir arrived in Moscow. He had flown from Hmeimim, where he had been taken from Damascus."
    assert only(text).title == "Damascus → Moscow"


def test_stops_lie_on_the_way() -> None:
    route = only("A convoy left Homs for Damascus via Palmyra and Hama.")
    ends = [leg.geometry.coords[-1] for leg in route.legs if leg.geometry is not None]
    assert ends == [TOWNS[name][::-1] for name in ("Palmyra", "Hama", "Damascus")]


@pytest.mark.parametrize(
    "text",
    [
        "A convoy left Homs for Damascus on Monday, passing through Palmyra and Hama.",
        "A convoy drove from Homs to Damascus, crossing over Palmyra and Hama.",
    ],
)
def test_what_was_passed_on_a_journey_lies_before_its_end(text: str) -> None:
    assert [point.label for point in only(text).points] == ["Homs", "Palmyra", "Hama", "Damascus"]


def test_what_was_passed_later_lies_after_the_end() -> None:
    route = only("A convoy drove from Homs to Damascus before passing through Palmyra.")
    assert [point.label for point in route.points] == ["Homs", "Damascus", "Palmyra"]


def test_what_is_told_after_after_came_before() -> None:
    route = only("The aircraft was diverted to Beirut after it left Tehran for Damascus.")
    assert route.title.endswith("Tehran → Beirut")
    assert route.points[-1].label == "Beirut"


def test_a_later_landing_ends_the_doubt_about_arrival() -> None:
    route = only("The helicopter left Hmeimim for Qamishli. It stopped transmitting. It later landed in Qamishli.")
    assert "arrived is not reported" not in route.legs[-1].note
    assert route.legs[-1].kind is LegKind.INFERRED


def test_times_go_with_their_ends() -> None:
    route = only("A jet took off from Hmeimim at 05:00 UTC on December 8 and landed in Moscow at 09:30 UTC.")
    leg = route.legs[0]
    assert (leg.start, leg.end) == (datetime(2024, 12, 8, 5, tzinfo=UTC), datetime(2024, 12, 8, 9, 30, tzinfo=UTC))


def test_a_country_is_no_place_to_start_from() -> None:
    point = only("Some 4,000 soldiers crossed from Syria into Iraq.").points[0]
    assert point.is_schematic
    assert point.where_prec == 6
    assert "area" in point.note


def test_an_unplaced_destination_is_listed_and_not_drawn() -> None:
    route = only("A plane flew from Damascus to Nowhereville.")
    assert (route.points[1].lat, route.points[1].lon) == (None, None)
    assert "Nowhereville" in route.points[1].note
    assert not any(leg.geometry is not None for leg in route.legs)


@pytest.mark.parametrize(
    "text",
    [
        "The minister flew to Moscow for talks.",
        "A plane took off from Damascus.",
        "A plane turned back.",
        "A plane made a U-turn while heading west.",
        "A plane flew from Nowhereville to Nowhereville.",
        "",
    ],
)
def test_too_little_makes_no_route(text: str) -> None:
    assert read_routes(text) == ()


def test_a_denied_journey_is_not_drawn() -> None:
    assert read_routes("The ministry denied that a plane had flown from Damascus to Moscow.") == ()


def test_a_denial_stands_beside_the_journey() -> None:
    text = "A plane flew from Damascus to Moscow. The ministry denied that the plane had left Damascus."
    route = only(text)
    assert [one.assertion for one in route.also_said] == [Assertion.DENIED]


def test_a_rival_destination_stands_beside_the_journey() -> None:
    text = "A plane flew from Damascus to Moscow. Two diplomats said the plane had flown to Tehran."
    route = only(text)
    assert route.title.endswith("Moscow")
    assert [one.speaker for one in route.also_said] == ["Two diplomats"]


def test_a_journey_told_twice_is_one_route() -> None:
    text = "A plane flew from Damascus to Moscow. The next day brought calm.\n\n\nA plane flew from Damascus to Moscow."
    route = only(text)
    assert len(route.legs[-1].evidence) == 1


def test_every_evidence_is_a_sentence_of_the_article() -> None:
    article = make_article(FLIGHT)
    for route in read_routes(FLIGHT):
        items = [*route.also_said, *(item for leg in route.legs for item in leg.evidence)]
        items += [item for point in route.points for item in point.evidence]
        assert items
        for item in items:
            assert item.is_quote
            assert item.text in article.text
            assert item.publisher == "The Paper"
            assert item.article_id == "article"


def test_a_known_publisher_gives_its_grade() -> None:
    theatre: Any = SimpleNamespace(timezone="UTC", publishers=(Publisher("The Paper", "B"),))
    text = "A plane flew from Damascus to Moscow."
    route = build_routes(read_statements(text), article=make_article(text), theatre=theatre)[0]
    assert route.legs[0].evidence[0].grade.startswith("B")


def test_the_same_text_gives_the_same_routes() -> None:
    assert read_routes(FLIGHT) == read_routes(FLIGHT)


# --- the bundled journey --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flight() -> tuple[Route, ...]:
    """The versions of the bundled journey."""
    return bundled_routes(load_theatre(default_theatre()))


def test_three_versions_of_one_journey_are_bundled(flight: tuple[Route, ...]) -> None:
    assert len(flight) == 3
    assert len({route.journey for route in flight}) == 1
    assert {route.date_start for route in flight} == {date(2024, 12, 8)}


def test_nothing_of_the_bundled_journey_is_observed(flight: tuple[Route, ...]) -> None:
    assert {leg.kind for route in flight for leg in route.legs} == {LegKind.REPORTED, LegKind.INFERRED}


def test_every_bundled_leg_and_point_has_its_evidence_and_note(flight: tuple[Route, ...]) -> None:
    for route in flight:
        for part in (*route.legs, *route.points):
            assert part.note
            assert part.evidence
            assert not any(item.is_quote for item in part.evidence)


def test_turns_and_last_signals_of_the_bundled_journey_are_schematic(flight: tuple[Route, ...]) -> None:
    points = [point for route in flight for point in route.points]
    drawn = [point for point in points if point.role in (PointRole.TURN_BACK, PointRole.LAST_KNOWN)]
    assert len(drawn) == 4
    assert all(point.is_schematic and point.radius_km for point in drawn)


def test_disagreeing_times_are_listed_and_not_averaged(flight: tuple[Route, ...]) -> None:
    trackers = next(route for route in flight if route.id.endswith("trackers"))
    told = trackers.points[0].time_text or ""
    assert all(time in told for time in ("01:55", "01:59", "02:00"))
    # A marker needs one time: that of one source, which the note of the leg names.
    started, ended = trackers.legs[0], trackers.legs[-1]
    assert started.start is not None
    assert ended.end is not None
    assert f"{started.start:%H:%M}" == "01:55"
    assert f"{ended.end:%H:%M}" == "02:32"
    assert "FlightGlobal" in started.note
    assert "others say" in ended.note


def test_every_bundled_fact_has_its_address(flight: tuple[Route, ...]) -> None:
    for route in flight:
        items = [*route.also_said, *(item for part in (*route.legs, *route.points) for item in part.evidence)]
        assert all((item.url or "").startswith("https://") for item in items)
        assert all(item.publisher for item in items)


@pytest.mark.shared
def test_times_and_their_addresses_are_those_of_the_facts(flight: tuple[Route, ...], shared: Path) -> None:
    facts = json.loads((shared / "facts" / "flight_yk-ata_2024-12-08.json").read_text(encoding="utf-8"))["leg1"]
    points = {point.role: point for point in flight[1].points}
    assert flight[1].id.endswith("trackers")
    for key, role in (("takeoff_utc", PointRole.ORIGIN), ("last_signal", PointRole.LAST_KNOWN)):
        for told in facts[key]:
            assert told["t"][11:16] in (points[role].time_text or "")
        assert len({item.url for item in points[role].evidence}) >= len(facts[key])
    assert (points[PointRole.ORIGIN].lat, points[PointRole.ORIGIN].lon) == (
        facts["origin"]["lat"],
        facts["origin"]["lon"],
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"legs": [{"kind": "guessed", "note": "", "facts": []}]},
        {"legs": [{"kind": "reported", "from": "a", "to": "nowhere", "note": "", "facts": []}]},
        {"points": [{"key": "a", "role": "origin"}]},
        {"assertion": None},
        {"legs": [{"kind": "reported", "start": "2024-12-08T02:00", "note": "", "facts": []}]},
        {"also_said": [{"text": "x", "source": "nobody"}]},
    ],
)
def test_a_broken_journey_file_is_refused_in_words(broken: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "title": "A → B",
        "assertion": "asserted",
        "sources": {},
        "points": [{"key": "a", "role": "origin", "lat": 1.0, "lon": 2.0, "where_prec": 1, "note": "n", "facts": []}],
        "legs": [],
    }
    theatre: Any = SimpleNamespace(journeys=(JourneyRecord("j1", "j", {**whole, **broken}),))
    with pytest.raises(TheatreError, match="j1"):
        bundled_routes(theatre)


def test_a_theatre_without_journeys_has_no_bundled_routes() -> None:
    assert bundled_routes(THEATRE) == ()


@pytest.mark.shared
def test_the_real_article_gives_its_route(shared: Path) -> None:
    text = (shared / "articles" / "assad_asylum.txt").read_text(encoding="utf-8")
    route = only(text)
    assert (route.points[0].label, route.points[-1].label) == ("Damascus", "Moscow")
    assert (route.date_start, route.assertion) == (date(2024, 12, 8), Assertion.HEDGED)
    notes = [leg.note for leg in route.legs]
    assert "Heading west" in notes[0]
    assert "U-turn" in notes[1]
    assert "position not reported" in notes[1]
    assert "Moscow" in notes[2]
    assert route.legs[2].kind is LegKind.INFERRED
    said = {(one.assertion, one.speaker) for one in route.also_said}
    assert said == {(Assertion.SPECULATED, None), (Assertion.HEDGED, "experts")}


def test_records_are_plain_and_frozen() -> None:
    route = only(FLIGHT)
    with pytest.raises(dataclasses.FrozenInstanceError):
        route.title = "other"  # type: ignore[misc]
