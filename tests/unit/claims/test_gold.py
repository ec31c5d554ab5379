"""The gold passages: floors that only rise, and the reader of the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mapapp.claims.evaluate import Passage, Report, evaluate, read_gold, read_gold_claim
from mapapp.claims.extract import extract_claims
from mapapp.claims.figures import figures_to_text
from mapapp.errors import DataError
from mapapp.model import Article, Candidate, Claim, Mention, MentionKind, Place, Resolution

GOLD = Path(__file__).resolve().parents[2] / "gold" / "claims"


@dataclass(frozen=True)
class Floor:
    """Measured, rounded down. Floors only rise."""

    files: str
    precision: float
    recall: float
    details: float


OWN = Floor("[!a]*.toml", precision=0.94, recall=0.95, details=0.97)
"""Passages that the rules were made with."""
APART = Floor("apart_*.toml", precision=0.87, recall=0.74, details=0.85)
"""Passages written by somebody who did not know the rules."""


@pytest.fixture(scope="module")
def passages() -> tuple[Passage, ...]:
    return tuple(passage for path in sorted(GOLD.glob("*.toml")) for passage in read_gold(path))


DEMONYMS = ("Syrian", "Kurdish", "Turkish", "Russian", "Israeli", "Iraqi")
ABROAD = ("Moscow", "Ankara", "Iran", "Iraq", "Russia", "Turkey", "Israel", "Syria", "United States", "Mosul")
COUNTRIES = ("Iran", "Iraq", "Russia", "Turkey", "Israel", "Syria", "United States")


def places_of(article: Article, theatre: Any) -> list[Resolution]:
    """Find the names of the theatre's table literally: what is measured here is the claims, not the places."""
    names: dict[str, Place] = {}
    for place in (*theatre.cell_places, *theatre.places):
        for name in (place.name, *theatre.aliases.get(place.id, ())):
            names.setdefault(name, place)
            if name.startswith("Al-"):
                names.setdefault("al-" + name[3:], place)
    for name in ABROAD:
        is_country = name in COUNTRIES
        names[name] = Place(f"abroad:{name}", name, 0, 0, "A" if is_country else "P", "PCLI" if is_country else "PPL")
    pattern = re.compile(
        r"\b(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")(?: province)?\b"
    )
    found = []
    for match in pattern.finditer(article.text):
        name = match.group().removesuffix(" province")
        is_unit = name != match.group()
        where_prec = 6 if names[name].feature_code == "PCLI" else 4 if is_unit else 1
        mention = Mention(article.id, match.start(), match.end(), match.group(), MentionKind.TOPONYM)
        found.append(Resolution(mention, (Candidate(names[name], 0.95),), where_prec, 0.95))
    for match in re.finditer(r"\b(?:" + "|".join(DEMONYMS) + r")\b", article.text):
        mention = Mention(article.id, match.start(), match.end(), match.group(), MentionKind.DEMONYM)
        found.append(Resolution(mention, (), 6, 0.9))
    return found


def measure(floor: Floor, theatre: Any) -> Report:
    def read(article: Article) -> Sequence[Claim]:
        return extract_claims(article, resolutions=places_of(article, theatre), theatre=theatre)

    return evaluate([one for path in sorted(GOLD.glob(floor.files)) for one in read_gold(path)], read=read)


def test_there_are_enough_passages_and_many_of_them_are_traps(passages: tuple[Passage, ...]) -> None:
    assert len(passages) >= 180
    assert sum(not passage.claims for passage in passages) >= len(passages) // 3


def test_no_passage_stands_twice(passages: tuple[Passage, ...]) -> None:
    texts = [passage.text for passage in passages]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("floor", [OWN, APART], ids=["own", "apart"])
def test_precision_and_recall_keep_their_floors(floor: Floor, theatre: Any) -> None:
    report = measure(floor, theatre)
    total = report.total
    assert total.precision is not None
    assert total.recall is not None
    shown = figures_to_text(report, n_mistakes=1000)
    assert total.precision >= floor.precision, shown
    assert total.recall >= floor.recall, shown
    assert total.details_right / total.found >= floor.details, shown


def test_a_broken_gold_claim_is_refused() -> None:
    with pytest.raises(DataError, match="kind"):
        read_gold_claim("conquers | Hama")


def test_a_reader_that_finds_nothing_misses_all(passages: tuple[Passage, ...]) -> None:
    report = evaluate(passages, read=lambda article: ())
    assert report.total.precision is None
    assert report.total.recall == 0.0
