"""One article from end to end: pure, honest about what it lacks, and in the form that other programs read."""

from __future__ import annotations

import json
import multiprocessing
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from shapely.geometry import LineString

from mapapp.articles.readers import read_article_text
from mapapp.errors import ArticleError
from mapapp.model import (
    Article,
    Assertion,
    Evidence,
    Leg,
    LegKind,
    Mention,
    MentionKind,
    Place,
    PointRole,
    Reading,
    Resolution,
    Route,
    RoutePoint,
)
from mapapp.places.gazetteer import Gazetteer
from mapapp.reading import build_remarks, check_usable, read_article, reading_to_json, resolution_to_json
from mapapp.theatres.theatre import Theatre, default_theatre, load_theatre


@pytest.fixture(scope="module")
def capital(theatre: Theatre) -> Place:
    return next(place for place in theatre.cell_places if place.id == theatre.capital_place_id)


@pytest.fixture(scope="module")
def article(theatre: Theatre, capital: Place) -> Article:
    actor = next(actor for actor in theatre.actors if not actor.is_generic and not actor.is_state)
    text = (
        f"{actor.name} captured {capital.name} on Sunday, residents said.\n\n"
        f"A plane took off from {capital.name} for Moscow the same day, an airport worker said."
    )
    return read_article_text(text, published=theatre.last_day, timezone=theatre.timezone)


@pytest.fixture(scope="module")
def reading(article: Article, theatre: Theatre, gazetteer: Gazetteer) -> Reading:
    return read_article(article, theatre=theatre, gazetteer=gazetteer)


def test_places_claims_and_routes_come_out_of_one_article(reading: Reading, capital: Place) -> None:
    assert capital.id in {found.place.id for found in reading.resolutions if found.place}
    assert capital.id in {claim.place.place.id for claim in reading.claims if claim.place and claim.place.place}
    assert reading.routes
    assert reading.remarks == ()


def test_everything_stands_in_the_text(reading: Reading) -> None:
    text = reading.article.text
    for mention in (found.mention for found in reading.resolutions):
        assert text[mention.start : mention.end] == mention.surface
    for claim in reading.claims:
        assert text[claim.start : claim.end] == claim.quote


def test_reading_again_gives_the_same(reading: Reading, theatre: Theatre, gazetteer: Gazetteer) -> None:
    assert read_article(reading.article, theatre=theatre, gazetteer=gazetteer) == reading


def test_readings_and_what_they_need_can_be_sent_to_another_process(
    reading: Reading, theatre: Theatre, gazetteer: Gazetteer
) -> None:
    assert pickle.loads(pickle.dumps(reading)) == reading
    assert pickle.loads(pickle.dumps(gazetteer)).place(theatre.capital_place_id).id == theatre.capital_place_id


def _read_elsewhere(article: Article) -> Reading:
    from mapapp.places.gazetteer import open_gazetteer

    theatre = load_theatre(default_theatre())
    return read_article(article, theatre=theatre, gazetteer=open_gazetteer(theatre))


def test_another_process_reads_the_same(reading: Reading) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_read_elsewhere, (reading.article,)) == reading


# Remarks and refusals


def build_reading(text: str, theatre: Theatre, gazetteer: Gazetteer, **about: object) -> Reading:
    return read_article(read_article_text(text, **about), theatre=theatre, gazetteer=gazetteer)


def test_a_missing_day_is_remarked(theatre: Theatre, gazetteer: Gazetteer, capital: Place) -> None:
    remarks = build_reading(f"The army has left {capital.name}, it was said.", theatre, gazetteer).remarks
    assert any("no day of publication" in remark for remark in remarks)


def test_a_text_without_places_is_remarked_and_refused(theatre: Theatre, gazetteer: Gazetteer) -> None:
    reading = build_reading("It was said that they had done what was asked of them.", theatre, gazetteer)
    assert any("No place" in remark for remark in reading.remarks)
    with pytest.raises(ArticleError, match="No place was found"):
        check_usable(reading, theatre=theatre)


def test_a_text_in_another_language_is_remarked_and_refused(theatre: Theatre, gazetteer: Gazetteer) -> None:
    text = "Les habitants de Moscow ont dit que les combats ont cessé dans la nuit et que la ville est calme."
    reading = build_reading(text, theatre, gazetteer)
    assert any("French" in remark for remark in reading.remarks)
    with pytest.raises(ArticleError, match="French"):
        check_usable(reading, theatre=theatre)


def test_a_language_that_is_not_recognised_is_no_reason_to_refuse_a_claim(reading: Reading, theatre: Theatre) -> None:
    unsure = replace(reading, article=replace(reading.article, language=None))
    check_usable(unsure, theatre=theatre)
    with pytest.raises(ArticleError, match="not recognised"):
        check_usable(replace(unsure, claims=()), theatre=theatre)


def test_names_that_are_not_known_are_counted(theatre: Theatre, article: Article) -> None:
    def unknown(surface: str) -> Resolution:
        return Resolution(Mention(article.id, 0, len(surface), surface, MentionKind.TOPONYM), (), 1, 0.5)

    remarks = build_remarks(
        article, resolutions=[unknown("Elmtown"), unknown("Elmtown"), unknown("Ashford")], claims=(), theatre=theatre
    )
    assert any("(2): Ashford, Elmtown." in remark for remark in remarks)


# The JSON form


def test_the_json_form_is_json_and_has_all_parts(reading: Reading, theatre: Theatre) -> None:
    whole = reading_to_json(reading, theatre=theatre)
    assert json.loads(json.dumps(whole, allow_nan=False)) == json.loads(json.dumps(whole))
    assert set(whole) == {"id", "toponyms", "claims", "routes", "remarks"}
    assert len(whole["toponyms"]) == len(reading.resolutions)


def test_a_place_that_is_not_known_has_no_position() -> None:
    found = resolution_to_json(Resolution(Mention("a", 0, 7, "Elmtown", MentionKind.TOPONYM), (), 1, 0.123456))
    assert {key for key, value in found.items() if value is None} == {
        "name", "lat", "lon", "gazetteer_id", "feature_class", "country", "adm1_pcode", "adm2_pcode", "adm3_pcode",
    }  # fmt: skip
    assert found["score"] == 0.1235


def test_routes_are_written_with_local_times_geojson_and_the_claims_behind_them(
    article: Article, theatre: Theatre
) -> None:
    said = Evidence("They flew.", True, claim_id="c1")
    summary = Evidence("A tracker shows it.", False)
    line = LineString([(36.123456789, 33.5), (37.0, 34.0)])
    leg = Leg(LegKind.OBSERVED, line, datetime(2024, 12, 7, 22, 30, tzinfo=UTC), None, "Seen.", (said, summary, said))
    point = RoutePoint(PointRole.TURN_BACK, None, None, 7, "No position was reported.", evidence=(said,))
    route = Route("r", "There", date(2024, 12, 8), None, Assertion.HEDGED, (leg,), (point,), (summary,))
    (written,) = reading_to_json(
        Reading(article, (), (), (route,)), theatre=replace(theatre, timezone="Asia/Damascus")
    )["routes"]
    assert written["legs"][0]["claims"] == ["c1"]
    assert written["legs"][0]["start"] == "2024-12-08T01:30:00+03:00"
    assert written["legs"][0]["end"] is None
    assert written["legs"][0]["geometry"] == {"type": "LineString", "coordinates": ((36.12346, 33.5), (37.0, 34.0))}
    assert written["points"][0]["lat"] is None
    assert written["points"][0]["role"] == "turn-back"
    assert written["also_said"][0]["quote"] == "A tracker shows it."
    assert (written["date_start"], written["date_end"]) == ("2024-12-08", None)


def test_a_language_without_claims_is_told_as_that(theatre: Theatre, article: Article, reading: Reading) -> None:
    arabic = build_remarks(replace(article, language="ar"), resolutions=reading.resolutions, claims=(), theatre=theatre)
    assert any("Claims are read from English only" in remark for remark in arabic)
    assert not any("No sentence was found" in remark for remark in arabic)
    english = build_remarks(
        replace(article, language="en"), resolutions=reading.resolutions, claims=(), theatre=theatre
    )
    assert any("No sentence was found" in remark for remark in english)


def test_every_leg_and_point_of_a_route_names_a_claim_with_its_sentence(
    theatre: Theatre, gazetteer: Gazetteer, capital: Place
) -> None:
    text = (
        f"On Sunday a plane took off from {capital.name} for Moscow. It made a U-turn over the coast near Tartus. "
        "The plane went off radar after the U-turn, experts said."
    )
    article = read_article_text(text, published=theatre.last_day, timezone=theatre.timezone)
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    shown = reading_to_json(reading, theatre=theatre)
    quotes = {claim["id"]: claim["quote"] for claim in shown["claims"]}
    assert shown["routes"]
    for route in shown["routes"]:
        for part in (*route["legs"], *route["points"]):
            assert part["claims"]
            assert set(part["claims"]) <= set(quotes)
    lost = [point for route in shown["routes"] for point in route["points"] if point["role"] == "last-known"]
    assert all(any("off radar" in quotes[one] for one in point["claims"]) for point in lost)
    assert lost


def test_a_sentence_that_makes_no_route_makes_no_claim(theatre: Theatre, gazetteer: Gazetteer) -> None:
    article = read_article_text("The trawler went off radar.", published=theatre.last_day, timezone=theatre.timezone)
    reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
    assert (reading.routes, reading.claims) == ((), ())
