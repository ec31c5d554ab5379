"""The article beside the project: every claim that a careful reader takes from it, and none that he would reject."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mapapp.claims.extract import extract_claims
from mapapp.model import CONTROL_CHANGES, Article, Claim, EventKind
from mapapp.places.geoparse import geoparse

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def gold(shared: Path) -> Any:
    return json.loads((shared / "articles" / "assad_asylum.gold.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def claims(shared: Path, gold: Any, theatre: Any, gazetteer: Any) -> tuple[Claim, ...]:
    text = (shared / "articles" / "assad_asylum.txt").read_text(encoding="utf-8")
    published = datetime.fromisoformat(gold["published"]).replace(tzinfo=UTC)
    article = Article(id=sha256(text.encode()).hexdigest(), text=text, published=published)
    resolutions = geoparse(article, theatre=theatre, gazetteer=gazetteer)
    return extract_claims(article, resolutions=resolutions, theatre=theatre)


def matches(claim: Claim, wanted: dict[str, Any]) -> bool:
    def named(resolution: Any) -> str | None:
        return resolution.place.name if resolution and resolution.place else None

    slack = timedelta(days=wanted.get("date_tolerance_days", 0))
    day = date.fromisoformat(wanted["date"])
    return (
        claim.kind == EventKind(wanted["kind"])
        and wanted["quote_contains"] in claim.quote
        and ("place" not in wanted or named(claim.place) == wanted["place"])
        and ("actor" not in wanted or claim.actor == wanted["actor"])
        and ("origin" not in wanted or named(claim.origin) == wanted["origin"])
        and ("destination" not in wanted or named(claim.destination) == wanted["destination"])
        and ("who_contains" not in wanted or wanted["who_contains"] in (claim.who or ""))
        and ("assertion" not in wanted or claim.assertion.value == wanted["assertion"])
        and wanted.get("speaker_contains", "") in (claim.speaker or "")
        and claim.date_start is not None
        and claim.date_end is not None
        and day - slack <= claim.date_start <= claim.date_end <= day + slack
        and claim.score >= 0.5
    )


def test_every_claim_of_the_gold_is_found(claims: tuple[Claim, ...], gold: Any) -> None:
    missing = [wanted for wanted in gold["claims"] if not any(matches(claim, wanted) for claim in claims)]
    assert missing == []


def test_what_must_not_become_a_control_claim_does_not(claims: tuple[Claim, ...], gold: Any) -> None:
    control = [claim for claim in claims if claim.kind in CONTROL_CHANGES or claim.kind is EventKind.REPORTED]
    for words in gold["must_not_become_control_claims"]:
        assert not [claim for claim in control if words in claim.quote]


def test_the_only_control_claims_are_on_the_capital(claims: tuple[Claim, ...]) -> None:
    control = [claim for claim in claims if claim.kind in CONTROL_CHANGES or claim.kind is EventKind.REPORTED]
    assert {claim.place.place.name for claim in control if claim.place and claim.place.place} == {"Damascus"}


def test_the_missing_confirmation_speaks_against(claims: tuple[Claim, ...], gold: Any) -> None:
    for contrary in gold["contrary"]:
        assert [
            claim for claim in claims if contrary["quote_contains"] in claim.quote and claim.assertion.value == "denied"
        ]
