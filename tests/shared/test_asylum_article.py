"""A real article, read by the command line as a careful reader reads it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED

ARTICLE = SHARED / "articles" / "assad_asylum.txt"
GOLD_FILE = ARTICLE.with_suffix(".gold.json")
EMPTY: dict[str, Any] = {
    key: []
    for key in ("places", "not_places", "demonyms", "claims", "routes", "must_not_become_control_claims", "contrary")
}
GOLD: dict[str, Any] = json.loads(GOLD_FILE.read_text(encoding="utf-8")) if GOLD_FILE.is_file() else EMPTY
CONTROL = {
    "Non-state actor overtakes territory",
    "Government regains territory",
    "Non-violent transfer of territory",
    "Control reported",
}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not GOLD_FILE.is_file(), reason=f"{GOLD_FILE} is absent: its text may not be part of the project"
    ),
]


def run_command(name: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "mapapp", name, str(ARTICLE), "--published", GOLD["published"], *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8", env=os.environ).stdout


@pytest.fixture(scope="module")
def text() -> str:
    return ARTICLE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def toponyms(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run_command("geoparse"))["toponyms"]
    assert all(text[item["start"] : item["end"]] == item["text"] for item in found)
    return found


@pytest.fixture(scope="module")
def reading(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_command("claims"))
    assert all(text[claim["start"] : claim["end"]] == claim["quote"] for claim in found["claims"])
    return found


def occurrences(text: str, surface: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text)]


@pytest.mark.parametrize("place", GOLD["places"], ids=lambda place: place["surface"])
def test_each_place_is_found_wherever_it_is_named(
    place: dict[str, Any], text: str, toponyms: list[dict[str, Any]]
) -> None:
    if "in" in place:
        start = text.index(place["in"])
        starts = [start + place["in"].index(place["surface"])]
    else:
        starts = occurrences(text, place["surface"])
    assert starts
    by_start = {item["start"]: item for item in toponyms if item["text"] == place["surface"]}
    for start in starts:
        assert start in by_start, f"{place['surface']} at {start} was not found"
        item = by_start[start]
        assert item["country"] == place.get("country", item["country"])
        if "geonameid" in place:
            assert item["gazetteer_id"] == f"geonames:{place['geonameid']}"
        if "adm1_pcode" in place:
            assert item["adm1_pcode"] == place["adm1_pcode"]
        if "where_prec" in place:
            assert item["where_prec"] == place["where_prec"]
        if "kind" in place:
            assert item["kind"] == place["kind"]
        assert item["lat"] is not None


@pytest.mark.parametrize("surface", GOLD["not_places"])
def test_no_person_and_no_organisation_is_a_place(surface: str, text: str, toponyms: list[dict[str, Any]]) -> None:
    spans = [(start, start + len(surface)) for start in occurrences(text, surface)]
    assert spans
    assert not [item for item in toponyms for start, end in spans if item["start"] < end and start < item["end"]]


@pytest.mark.parametrize("surface", GOLD["demonyms"])
def test_a_demonym_is_marked_as_one_or_left_out(surface: str, toponyms: list[dict[str, Any]]) -> None:
    assert {item["kind"] for item in toponyms if item["text"] == surface} <= {"demonym"}


def is_near(claim: dict[str, Any], day: str, tolerance_days: int) -> bool:
    """Tell whether a day lies within a claim's days, give or take some."""
    if claim["date_start"] is None:
        return False
    first = date.fromisoformat(claim["date_start"]) - timedelta(days=tolerance_days)
    last = date.fromisoformat(claim["date_end"] or claim["date_start"]) + timedelta(days=tolerance_days)
    return first <= date.fromisoformat(day) <= last


def names(place: dict[str, Any] | None, wanted: str) -> bool:
    return place is not None and wanted in (place["name"], place["text"])


@pytest.mark.parametrize("gold", GOLD["claims"], ids=lambda gold: f"{gold['kind']}, {gold['date']}")
def test_each_claim_comes_out(gold: dict[str, Any], reading: dict[str, Any]) -> None:
    found = [
        claim
        for claim in reading["claims"]
        if claim["kind"] == gold["kind"]
        and gold.get("quote_contains", "") in claim["quote"]
        and claim["score"] >= 0.5
        and ("place" not in gold or names(claim["place"], gold["place"]))
    ]
    assert found, f"no claim of this kind on this place quotes {gold['quote_contains']!r}"
    claim = found[0]
    if "actor" in gold:
        assert claim["actor"] == gold["actor"]
    assert is_near(claim, gold["date"], gold.get("date_tolerance_days", 0))
    if "assertion" in gold:
        assert claim["assertion"] == gold["assertion"]
    if "speaker_contains" in gold:
        assert gold["speaker_contains"] in (claim["speaker"] or "")
    if "who_contains" in gold:
        assert gold["who_contains"] in (claim["who"] or "")
    if "origin" in gold:
        assert names(claim["origin"], gold["origin"])
    if "destination" in gold:
        assert names(claim["destination"], gold["destination"])


@pytest.mark.parametrize("words", GOLD["must_not_become_control_claims"])
def test_what_changes_no_control_is_no_claim_on_it(words: str, text: str, reading: dict[str, Any]) -> None:
    start = text.index(words)
    claims = [
        claim
        for claim in reading["claims"]
        if claim["kind"] in CONTROL and claim["start"] < start + len(words) and start < claim["end"]
    ]
    assert claims == []


@pytest.mark.parametrize("gold", GOLD["routes"], ids=lambda gold: f"{gold['origin']} to {gold['destination']}")
def test_the_route_comes_out_with_what_is_not_known_of_it(gold: dict[str, Any], reading: dict[str, Any]) -> None:
    (route,) = reading["routes"]
    assert gold["origin"] in route["title"]
    assert gold["destination"] in route["title"]
    assert route["date_start"] == gold["date"]
    assert route["assertion"] == gold["assertion"]
    points = {point["role"]: point for point in route["points"]}
    assert set(points) == {"origin", "turn-back", "last-known", "destination"}
    for role in ("turn-back", "last-known"):
        assert points[role]["is_schematic"]
        assert "No position" in points[role]["note"]
    west, _, onward = (leg for leg in route["legs"] if leg["note"])
    assert (west["kind"], onward["kind"]) == ("reported", "inferred")
    assert "west" in west["note"].lower()
    assert all(leg["geometry"] is None or leg["geometry"]["type"] in ("LineString", "Polygon") for leg in route["legs"])


@pytest.mark.parametrize(
    "said", [said for gold in GOLD["routes"] for said in gold["also_said"]], ids=lambda said: said["what"]
)
def test_competing_statements_stand_beside_the_route(said: dict[str, Any], reading: dict[str, Any]) -> None:
    words = {word for word in said["what"].split() if len(word) > 4}
    (route,) = reading["routes"]
    found = [other for other in route["also_said"] if any(word in other["quote"] for word in words)]
    assert said["assertion"] in {other["assertion"] for other in found}
    if "speaker_contains" in said:
        assert any(said["speaker_contains"] in (other["speaker"] or "") for other in found)


def test_the_claims_of_the_route_are_among_the_claims(reading: dict[str, Any]) -> None:
    known = {claim["id"] for claim in reading["claims"]}
    parts = [part for route in reading["routes"] for part in (*route["legs"], *route["points"])]
    assert {name for part in parts for name in part["claims"]} <= known
    assert any(part["claims"] for part in parts)


def test_ingest_prints_what_was_found_and_stores_it(tmp_path: Path) -> None:
    database = str(tmp_path / "x.sqlite")
    shown = run_command("ingest", "--db", database)
    assert "Damascus" in shown
    assert "SY01" in shown
    assert "Stored as" in shown
    assert "there already" in run_command("ingest", "--db", database)
