"""Stories of other countries and other travellers: what is drawn of each, and that nothing is invented."""

from __future__ import annotations

import pytest

from mapapp.model import LegKind, PointRole, Route
from tests.journey_texts import read_routes

INFERRED, REPORTED = LegKind.INFERRED, LegKind.REPORTED


def only(text: str) -> Route:
    (route,) = read_routes(text)
    return route


def drawn(route: Route) -> list[tuple[LegKind, str]]:
    return [(leg.kind, leg.geometry.geom_type) for leg in route.legs if leg.geometry is not None]


def points(route: Route) -> list[tuple[str, str, bool]]:
    return [(point.role.value, point.label, point.is_schematic) for point in route.points]


# --- stops -----------------------------------------------------------------------------------------------------------


def test_stops_are_points_in_the_order_of_the_way() -> None:
    route = only("The presidential plane flew from Caracas to Moscow with stops in Havana and Algiers.")
    assert [point.label for point in route.points] == ["Caracas", "Havana", "Algiers", "Moscow"]
    assert [point.role for point in route.points][1:3] == [PointRole.STOP, PointRole.STOP]
    assert drawn(route) == [(REPORTED, "LineString")] * 3


def test_each_place_that_was_passed_is_a_stop() -> None:
    route = only("The motorcade left Kyiv, passed through Rivne and Chisinau and arrived in Lviv.")
    assert [label for _, label, _ in points(route)] == ["Kyiv", "Rivne", "Chisinau", "Lviv"]


# --- aims that were given up -----------------------------------------------------------------------------------------


def test_where_it_landed_elsewhere_no_line_leads_to_where_it_was_going() -> None:
    route = only(
        "The airliner took off from Istanbul for Kyiv, circled over Odesa for 40 minutes in a holding pattern and "
        "landed in Chisinau."
    )
    assert "Kyiv" not in {point.label for point in route.points}
    assert drawn(route) == [(REPORTED, "LineString")] * 2
    assert any("Was going to Kyiv" in leg.note for leg in route.legs)


def test_a_turn_over_a_place_is_there_and_the_landing_comes_after() -> None:
    route = only(
        "A cargo plane bound for Khartoum turned back over Port Sudan after controllers closed the tower, "
        "and landed in Jeddah."
    )
    assert [point.role for point in route.points] == [PointRole.TURN_BACK, PointRole.DESTINATION]
    assert drawn(route) == [(INFERRED, "LineString")]


def test_a_numbered_flight_has_its_origin_and_its_diversion() -> None:
    route = only("Flight QR123 from Doha to Beirut was diverted to Larnaca at 14:20 UTC after missiles were seen.")
    assert points(route)[0] == ("origin", "Doha", False)
    turn = route.points[1]
    assert (turn.role, turn.is_schematic, turn.time_text) == (PointRole.TURN_BACK, True, "at 14:20 UTC")
    assert drawn(route) == [(REPORTED, "Polygon"), (INFERRED, "LineString")]


def test_each_time_belongs_to_the_verb_of_its_clause() -> None:
    route = only(
        "The Boeing departed Amman for Baghdad at 03:10 UTC, made a U-turn near Rutba at 04:05 UTC and returned to "
        "Amman at 05:10 UTC."
    )
    assert [point.time_text for point in route.points] == ["at 03:10 UTC", "at 04:05 UTC", "at 05:10 UTC"]


# --- ways in words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("The helicopter flew from Latakia to Tartus along the coast.", "along the coast"),
        ("The jet flew from Tehran to Beirut over Iraqi and Syrian airspace.", "over Iraqi and Syrian airspace"),
        ("A convoy of trucks drove from Hama to Aleppo via the M5.", "via the M5"),
        ("The buses left Homs for Idlib, taking the desert road.", "taking the desert road"),
        ("A drone flew from Palmyra to Hama at low altitude.", "at low altitude"),
    ],
)
def test_a_way_in_words_is_kept_and_not_drawn(text: str, way: str) -> None:
    route = only(text)
    (leg,) = (leg for leg in route.legs if leg.geometry is not None)
    assert leg.path_text == way
    assert f"“{way}”; it is not drawn any finer" in leg.note
    plain = only(text.replace(f", {way}", "").replace(f" {way}", ""))
    assert leg.geometry == plain.legs[0].geometry


def test_words_of_a_way_without_a_journey_make_none() -> None:
    assert read_routes("Shops opened along the coast, and the road over the mountains was quiet in Tartus.") == ()


# --- others ----------------------------------------------------------------------------------------------------------


def test_an_advance_is_a_route_towards_its_aim() -> None:
    route = only("Government troops advanced from Hama towards Khan Shaykhun, taking three villages on the way.")
    assert route.who == "Government troops"
    assert drawn(route) == [(INFERRED, "LineString")]
    assert "that it arrived is not reported" in route.legs[0].note


def test_a_ship_that_was_last_seen_at_a_distance_from_a_port_is_drawn_there() -> None:
    route = only("The trawler was last seen 20 km west of Tripoli, two hours after it left Misrata.")
    lost = route.points[-1]
    assert (lost.role, lost.is_schematic, lost.radius_km) == (PointRole.LAST_KNOWN, False, 5.0)
    assert lost.lon is not None
    assert lost.lon < 35.84


def test_a_loss_of_signal_may_be_told_first() -> None:
    route = only("The plane went off radar. It had left Damascus at 02:00 UTC heading east, then turned towards Homs.")
    assert route.vehicle == "plane"
    assert [role for role, _, _ in points(route)] == ["origin", "last-known", "destination"]
    assert route.points[1].is_schematic


def test_two_travellers_of_one_kind_are_two_routes() -> None:
    routes = read_routes("One helicopter flew from Aleppo to Hmeimim. Another helicopter left Damascus for Beirut.")
    assert [[point.label for point in route.points] for route in routes] == [
        ["Aleppo", "Hmeimim"],
        ["Damascus", "Beirut"],
    ]


def test_the_last_tracked_heading_goes_on_from_where_it_was_last_tracked() -> None:
    route = only("A submarine left Tartus in January and was last tracked off Crete heading west.")
    assert drawn(route) == [(REPORTED, "LineString"), (INFERRED, "Polygon")]


@pytest.mark.parametrize(
    "text",
    [
        "The plane never left Damascus, an airport employee said.",
        "The minister will fly to Moscow on Thursday and is expected to return via Algiers.",
        "The central bank made a U-turn on interest rates and the pound dropped off the radar of investors in Beirut.",
        "Daily flights from Istanbul to Kyiv were suspended.",
        "If the ship left Tartus for Crete it would be stopped, the admiral said.",
        "Negotiators advanced their talks from Doha towards a deal in Jeddah.",
        "Prices climbed from Homs to Aleppo along the coast.",
        "The novel follows a train from Lviv to Odesa.",
    ],
)
def test_what_did_not_happen_is_not_drawn(text: str) -> None:
    assert read_routes(text) == ()
