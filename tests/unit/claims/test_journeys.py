"""What a text says of journeys, and what it does not say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.claims.journey_words import direction_key, plain, read_grammar
from mapapp.claims.journeys import JourneyStatement, StatementRole, extract_journeys
from mapapp.model import Assertion, Claim, EventKind
from tests.journey_texts import THEATRE, TOWNS, make_article, read_places, read_routes, read_statements


def tell(statements: tuple[JourneyStatement, ...]) -> list[tuple[str, str | None]]:
    """Return role and place of each statement, in order of the text."""
    return [
        (one.role.value, one.resolution.place.name if one.resolution and one.resolution.place else None)
        for one in statements
    ]


def one_of(statements: tuple[JourneyStatement, ...], role: StatementRole) -> JourneyStatement:
    return next(one for one in statements if one.role is role)


ENDS = [
    ("A plane flew from Damascus to Moscow.", "Damascus", "Moscow"),
    ("The aircraft took off from Hmeimim and landed in Moscow.", "Hmeimim", "Moscow"),
    ("A convoy of trucks left Homs for Damascus.", "Homs", "Damascus"),
    ("The frigate sailed from Tartus bound for Novorossiysk.", "Tartus", "Novorossiysk"),
    ("The tanker sailed from Novorossiysk for Tartus.", "Novorossiysk", "Tartus"),
    ("About 300 fighters were evacuated by bus from Aleppo to Idlib.", "Aleppo", "Idlib"),
    ("Fifty buses set out from Aleppo bound for Idlib.", "Aleppo", "Idlib"),
    ("Iranian diplomats were flown out of Damascus to Tehran.", "Damascus", "Tehran"),
    ("He fled Damascus for Abu Dhabi aboard a private jet.", "Damascus", "Abu Dhabi"),
    ("The Syrian colonel Yusuf al-Harithi drove from Deir ez-Zor across the border into Iraq.", "Deir ez-Zor", "Iraq"),
    ("Its convoy reached Hama from Damascus late on Friday.", "Damascus", "Hama"),
    ("Witnesses saw a motorcade speeding away from Damascus towards Latakia.", "Damascus", "Latakia"),
    ("An air ambulance carried the wounded from Hama to Beirut.", "Hama", "Beirut"),
    ("A transport aircraft flew in from Tehran and landed near Damascus.", "Tehran", "Damascus"),
    ("Troops retreated from Hama to Homs, abandoning tanks.", "Hama", "Homs"),
    ("A helicopter departed Hmeimim for Qamishli.", "Hmeimim", "Qamishli"),
    ("The Syrian leader escaped to Moscow from Damascus.", "Damascus", "Moscow"),
    ("A ferry left the port of Tripoli for the Syrian coastal city of Tartus.", "Tripoli", "Tartus"),
    ("A plane left the capital for Moscow.", "Damascus", "Moscow"),
    ("Some 4,000 soldiers crossed from Syria into Iraq on Saturday.", "Syria", "Iraq"),
    ("Mahir al-Tawil was taken by helicopter from Damascus to Latakia.", "Damascus", "Latakia"),
    ("The military column withdrew from Hama to Homs overnight.", "Hama", "Homs"),
    ("The evacuation of wounded civilians from Aleppo to Idlib ended at noon.", "Aleppo", "Idlib"),
    ("Soldiers left their posts in Homs and fled across the border into Lebanon.", None, "Lebanon"),
    ("The 5th Corps pulled out of Hama and redeployed to Homs.", "Hama", "Homs"),
    ("The green buses departed from Homs on Sunday, bound for Jarabulus in the north.", "Homs", "Jarabulus"),
    ("The jet carrying aid from Beirut landed in Damascus.", None, "Damascus"),
]


@pytest.mark.parametrize(("text", "origin", "destination"), ENDS)
def test_finds_where_somebody_came_from_and_went_to(text: str, origin: str | None, destination: str) -> None:
    told = tell(read_statements(text))
    assert ("destination", destination) in told
    if origin:
        assert ("origin", origin) in told


NOT_JOURNEYS = [
    "The party changed course after the vote in Damascus.",
    "Prices took off in Damascus and reached Homs.",
    "He plans to fly from Damascus to Moscow.",
    "The government made a U-turn on fuel prices in Damascus and Homs.",
    "Flights from Damascus to Beirut resumed on Tuesday.",
    "If the plane had flown from Damascus to Moscow, it would have crossed Homs.",
    "The war moved from Hama to Homs.",
    "The blast left Aleppo without power and reached Idlib.",
    "The road from Homs to Tartus was closed.",
    "Rockets flew from Idlib to Aleppo.",
    "The party went off the radar of voters from Homs to Hama.",
    "Planes fly from Beirut to Damascus every day.",
    "A flight from Damascus to Moscow was cancelled.",
    "Will the plane fly from Damascus to Moscow?",
    "The front line moved from Aleppo towards Hama.",
    "Shares of the bus company took off from Damascus to Beirut.",
    "In the novel a ship sails from Beirut to Limassol.",
    "Officials hope that the ship will sail from Tartus to Limassol.",
    "The convoy will leave Homs for Damascus on Monday.",
    "The talks moved from Damascus to Moscow.",
    "A car bomb left Aleppo reeling and reached the news in Moscow.",
    "Damascus changed course and moved closer to Moscow.",
    "He turned back to the crowd in Damascus and thanked Moscow.",
    "The army would fly troops from Damascus to Qamishli if needed.",
    "A pilot who refused to fly from Damascus to Aleppo was arrested.",
    "The offensive sent prices from Damascus to Aleppo soaring.",
    "Rebels took off their helmets in Damascus and Homs.",
    "The flight of capital from Damascus to Beirut goes on.",
    "The ceasefire left fighters from Homs in Idlib.",
    "Power passed from Damascus to Idlib.",
    "A drill in which a helicopter flew from Homs to Hama ended at noon.",
    "",
]


@pytest.mark.parametrize("text", NOT_JOURNEYS)
def test_plans_figures_and_habits_make_no_route(text: str) -> None:
    assert read_routes(text) == ()


@pytest.mark.parametrize(
    ("text", "bearing"),
    [
        ("A plane took off from Damascus, initially heading west.", 270.0),
        ("The helicopter left Homs and flew in a north-easterly direction.", 45.0),
        ("A convoy drove out of Deir ez-Zor heading east.", 90.0),
        ("The ship left Tartus steaming southwest.", 225.0),
        ("The jet left Damascus and turned to the north.", 0.0),
        ("A plane flew north from Damascus.", 0.0),
    ],
)
def test_finds_headings(text: str, bearing: float) -> None:
    assert one_of(read_statements(text), StatementRole.HEADING).bearing_deg == bearing


def test_a_side_of_a_place_is_no_heading() -> None:
    roles = [one.role for one in read_statements("A plane left Damascus and landed west of Homs in northern Syria.")]
    assert StatementRole.HEADING not in roles


@pytest.mark.parametrize(
    "words",
    [
        "made a U-turn",
        "turned back",
        "doubled back",
        "changed course",
        "reversed course",
        "abruptly changed direction",
        "was diverted",
        "swung round",
        "veered off course",
    ],
)
def test_finds_turns(words: str) -> None:
    statements = read_statements(f"The helicopter left Latakia for Homs but {words} over al-Qusayr.")
    turn = one_of(statements, StatementRole.TURN)
    assert turn.resolution is not None
    assert turn.resolution.place is not None
    assert turn.resolution.place.name == "al-Qusayr"


@pytest.mark.parametrize(
    "words",
    [
        "went off radar",
        "disappeared from radar",
        "vanished from radar screens",
        "dropped off the radar",
        "switched off its transponder",
        "stopped transmitting",
        "was last seen",
        "lost contact",
        "disappeared from flight-tracking sites",
    ],
)
def test_finds_losses_of_signal(words: str) -> None:
    assert one_of(read_statements(f"A plane left Damascus for Moscow. It {words}."), StatementRole.LOST)


@pytest.mark.parametrize(
    ("text", "km", "bearing"),
    [
        ("A jet left Damascus and vanished from radar some 20 km west of Homs.", 20.0, 270.0),
        ("A jet left Damascus. Some 20 kilometres south-west of Homs, the plane went off radar.", 20.0, 225.0),
        ("A ship left Tartus and disappeared about 15 nautical miles west of Tripoli.", 27.78, 270.0),
        ("A jet left Damascus and vanished from radar 30 miles from Homs.", 48.28, None),
    ],
)
def test_reads_distances_from_a_place(text: str, km: float, bearing: float | None) -> None:
    lost = one_of(read_statements(text), StatementRole.LOST)
    assert lost.offset_km == pytest.approx(km, abs=0.01)
    assert lost.bearing_deg == bearing
    assert lost.is_near


def test_reads_time_since_departure() -> None:
    text = "A jet left Damascus. It vanished from radar near Homs about 40 minutes after take-off."
    lost = one_of(read_statements(text), StatementRole.LOST)
    assert lost.after_minutes == 40
    assert lost.time_text == "40 minutes after take-off"


def test_reads_clock_times_with_their_zone() -> None:
    text = "A jet left Damascus at 04:59 local time on December 8 and landed in Moscow at 07:10 UTC."
    statements = read_statements(text)
    assert one_of(statements, StatementRole.ORIGIN).when == datetime(2024, 12, 8, 1, 59, tzinfo=UTC)
    assert one_of(statements, StatementRole.DESTINATION).when == datetime(2024, 12, 8, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("told", ["shortly before 5 a.m.", "about 05:00", "at 05:00 Moscow time"])
def test_a_vague_or_foreign_clock_time_is_kept_as_words_only(told: str) -> None:
    origin = one_of(read_statements(f"A jet left Damascus {told} on December 8."), StatementRole.ORIGIN)
    assert origin.when is None
    assert origin.time_text


def test_the_day_of_the_journey_is_the_day_of_its_sentence() -> None:
    statements = read_statements("On December 8 a plane left Damascus for Moscow. It went off radar.")
    assert {one.date_start for one in statements} == {date(2024, 12, 8)}


def test_each_statement_has_the_day_that_is_told_nearest() -> None:
    statements = read_statements("A ship left Tartus on December 6 and reached Limassol on December 8.")
    assert [one.date_start for one in statements] == [date(2024, 12, 6), date(2024, 12, 8)]


def test_speculation_about_who_was_aboard_is_not_about_the_flight() -> None:
    text = "Speculation had it that the ruler Yusuf was aboard the jet that departed Damascus for Moscow."
    statements = read_statements(text)
    assert one_of(statements, StatementRole.ORIGIN).assertion is Assertion.ASSERTED
    assert one_of(statements, StatementRole.ABOARD).assertion is Assertion.SPECULATED


def test_a_journey_without_a_day_has_none() -> None:
    assert {one.date_start for one in read_statements("A plane flew from Damascus to Moscow.")} == {None}


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("A plane flew from Damascus to Moscow.", Assertion.ASSERTED),
        ("A plane reportedly flew from Damascus to Moscow.", Assertion.HEDGED),
        ("Reports that a plane had left Damascus for Moscow could not be confirmed.", Assertion.HEDGED),
        ("A plane is believed to have flown from Damascus to Moscow.", Assertion.HEDGED),
        ("Analysts believe a plane flew from Damascus to Moscow.", Assertion.HEDGED),
        ("A plane may have flown from Damascus to Moscow.", Assertion.SPECULATED),
        ("The ministry denied that a plane had flown from Damascus to Moscow.", Assertion.DENIED),
        ("No plane left Damascus for Moscow, the ministry said.", Assertion.DENIED),
    ],
)
def test_tells_how_surely_it_is_said(text: str, assertion: Assertion) -> None:
    assert {one.assertion for one in read_statements(text)} == {assertion}


def test_doubt_about_who_is_aboard_is_not_doubt_about_the_flight() -> None:
    statements = read_statements("A jet believed to be carrying the governor and his sons took off from Damascus.")
    assert one_of(statements, StatementRole.ORIGIN).assertion is Assertion.ASSERTED
    aboard = one_of(statements, StatementRole.ABOARD)
    assert aboard.assertion is Assertion.HEDGED
    assert aboard.who == "the governor and his sons"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("A jet with the governor on board left Damascus for Moscow.", "the governor"),
        ("A jet thought to have the president on board left Damascus for Moscow.", "the president"),
        ("Buses carrying wounded civilians left Aleppo for Idlib.", "wounded civilians"),
        ("Fifty buses set out from Aleppo for Idlib with about 2,000 evacuees on board.", "about 2,000 evacuees"),
        ("Colonel Yusuf al-Harithi fled from Homs to Beirut.", "Colonel Yusuf al-Harithi"),
    ],
)
def test_finds_who_travels(text: str, who: str) -> None:
    assert {one.who for one in read_statements(text)} == {who}


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Two officials said that a plane flew from Damascus to Moscow.", "Two officials"),
        ("A plane flew from Damascus to Moscow, according to airport staff.", "airport staff"),
        ("A plane flew from Damascus to Moscow, a source told.", "a source"),
        ("A plane flew from Damascus to Moscow.", None),
        ("A plane believed to be empty flew from Damascus to Moscow.", None),
    ],
)
def test_finds_who_says_it(text: str, speaker: str | None) -> None:
    assert {one.speaker for one in read_statements(text)} == {speaker}


def test_guesses_about_its_fate_stand_beside_the_journey() -> None:
    text = (
        "A plane left Damascus for Moscow and went off radar. It may have been shot down by gunmen. "
        "Experts suggest that the crew disabled the transponder."
    )
    said = [one for one in read_statements(text) if one.role is StatementRole.SAID]
    assert [(one.assertion, one.speaker) for one in said] == [
        (Assertion.SPECULATED, None),
        (Assertion.HEDGED, "Experts"),
    ]


def test_another_plane_is_another_journey() -> None:
    text = "A plane flew from Damascus to Moscow. Another plane flew from Hmeimim to Tehran."
    assert {one.journey for one in read_statements(text)} == {0, 1}


def test_two_vehicles_of_one_sentence_are_two_journeys() -> None:
    text = "A helicopter flew from Homs to Hama and a convoy drove from Aleppo to Idlib."
    routes = read_routes(text)
    assert [route.title for route in routes] == ["Helicopter: Homs → Hama", "Convoy: Aleppo → Idlib"]


def test_the_plane_goes_on_in_the_next_sentence() -> None:
    text = "A plane left Damascus on Sunday. The plane headed west. It turned back over Homs."
    assert {one.journey for one in read_statements(text)} == {0}


def test_a_figure_of_speech_beside_a_journey_is_no_turn() -> None:
    text = "A plane left Damascus for Moscow. The government made a U-turn on fuel prices."
    assert StatementRole.TURN not in {one.role for one in read_statements(text)}


def test_a_place_without_candidates_is_told_but_not_placed() -> None:
    destination = one_of(read_statements("A plane flew from Damascus to Nowhereville."), StatementRole.DESTINATION)
    assert destination.resolution is not None
    assert destination.resolution.place is None


def test_a_place_that_only_owns_something_is_not_left() -> None:
    assert read_statements("The plane scandal erupted, leaving Syria's future uncertain.") == ()


def test_a_movement_claim_of_the_sentence_lends_its_id() -> None:
    text = "A plane flew from Damascus to Moscow."
    claim = Claim("c1", "article", 0, len(text), text, EventKind.MOVEMENT)
    assert {one.claim_id for one in read_statements(text, claims=(claim,))} == {"c1"}


@pytest.mark.parametrize(
    ("words", "key"), [("North-Westerly", "northwest"), ("southwards", "south"), ("east", "east"), ("", "")]
)
def test_directions_are_told_in_many_forms(words: str, key: str) -> None:
    assert direction_key(words) == key


def test_every_direction_of_the_words_has_a_bearing() -> None:
    assert set(read_grammar().bearings) == {
        "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest",
    }  # fmt: skip


WORDS = st.sampled_from(
    [*TOWNS, "A plane", "the convoy", "It", "left", "flew from", "to", "towards", "U-turn", "went off radar", "near",
     "20 km west of", "at 05:00", "heading west", ",", ".", "\n", "“", "’s", "\ue000", "\u202e", "{{7*7}}",
     "believed to be carrying"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_every_quote_stands_in_the_text(text: str) -> None:
    for one in read_statements(text):
        assert text[one.start : one.end] == one.quote
        assert one.sentence_start <= one.start < one.end <= one.sentence_end
        assert one.quote.strip()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert len(plain(text)) == len(text)
    extract_journeys(make_article(text), resolutions=read_places(text), claims=(), theatre=THEATRE)
