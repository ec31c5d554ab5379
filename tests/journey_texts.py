"""A small hand-made gazetteer and what reads a short text with it, for the tests of journeys and routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from mapapp.claims.journeys import JourneyStatement, extract_journeys
from mapapp.model import Article, Candidate, Claim, Mention, MentionKind, Place, Resolution, Route
from mapapp.routes.building import build_routes

THEATRE: Any = SimpleNamespace(timezone="Asia/Damascus", publishers=(), journeys=())
"""All that journeys ask of a theatre: no publisher is known."""

TOWNS = {
    "Damascus": (33.51, 36.29),
    "Moscow": (55.75, 37.62),
    "Homs": (34.73, 36.72),
    "Hama": (35.13, 36.75),
    "Aleppo": (36.20, 37.16),
    "Idlib": (35.93, 36.63),
    "Tartus": (34.89, 35.89),
    "Latakia": (35.53, 35.78),
    "Hmeimim": (35.40, 35.95),
    "Beirut": (33.89, 35.50),
    "Tripoli": (34.43, 35.84),
    "Tehran": (35.70, 51.40),
    "Palmyra": (34.56, 38.27),
    "Deir ez-Zor": (35.33, 40.14),
    "Qamishli": (37.05, 41.22),
    "al-Qusayr": (34.51, 36.58),
    "Jarabulus": (36.81, 38.01),
    "Limassol": (34.67, 33.04),
    "Novorossiysk": (44.72, 37.77),
    "Abu Dhabi": (24.45, 54.38),
    "Istanbul": (41.01, 28.95),
    "Kyiv": (50.45, 30.52),
    "Odesa": (46.49, 30.74),
    "Chisinau": (47.01, 28.86),
    "Khartoum": (15.55, 32.53),
    "Port Sudan": (19.62, 37.22),
    "Jeddah": (21.49, 39.19),
    "Caracas": (10.49, -66.88),
    "Havana": (23.13, -82.38),
    "Algiers": (36.73, 3.09),
    "Doha": (25.29, 51.53),
    "Larnaca": (34.92, 33.63),
    "Amman": (31.96, 35.95),
    "Baghdad": (33.34, 44.40),
    "Rutba": (33.04, 40.29),
    "Rivne": (50.62, 26.25),
    "Lviv": (49.84, 24.02),
    "Misrata": (32.38, 15.09),
    "Khan Shaykhun": (35.44, 36.65),
    "Crete": (35.24, 24.81),
}
COUNTRIES = {"Syria": (35.0, 38.0), "Russia": (60.0, 100.0), "Iraq": (33.0, 44.0), "Lebanon": (33.8, 35.8)}
WATERS = {"Mediterranean Sea": (35.0, 18.0), "Mediterranean coast": (35.0, 18.0)}
DEMONYMS = ("Syrian", "Russian", "Lebanese", "Iraqi", "Iranian")
CAPITAL = "Damascus"


def read_places(text: str) -> tuple[Resolution, ...]:
    """Return every name of the small gazetteer in a text, resolved, by start offset."""
    found: list[Resolution] = []

    def add(name: str, *, place: Place | None, kind: MentionKind, prec: int) -> None:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            mention = Mention("article", match.start(), match.end(), match.group(), kind)
            candidates = (Candidate(place, 1.0),) if place else ()
            found.append(Resolution(mention, candidates, prec, 1.0))

    towns = {name: Place(f"test:{name}", name, lat, lon, "P") for name, (lat, lon) in TOWNS.items()}
    for name, place in towns.items():
        add(name, place=place, kind=MentionKind.TOPONYM, prec=1)
    for name, (lat, lon) in COUNTRIES.items():
        place = Place(f"test:{name}", name, lat, lon, "A", "PCLI")
        add(name, place=place, kind=MentionKind.TOPONYM, prec=6)
    for name, (lat, lon) in WATERS.items():
        place = Place("test:sea", "Mediterranean Sea", lat, lon, "H", "SEA")
        add(name, place=place, kind=MentionKind.TOPONYM, prec=7)
    for name in DEMONYMS:
        add(name, place=None, kind=MentionKind.DEMONYM, prec=6)
    add("the capital", place=towns[CAPITAL], kind=MentionKind.DESCRIPTION, prec=1)
    add("Nowhereville", place=None, kind=MentionKind.TOPONYM, prec=1)
    return tuple(sorted(found, key=lambda one: one.mention.start))


def make_article(text: str) -> Article:
    """Return a text as an article of Monday, 9 December 2024."""
    return Article("article", text, publisher="The Paper", published=datetime(2024, 12, 9, 12, tzinfo=UTC))


def read_statements(text: str, *, claims: Sequence[Claim] = ()) -> tuple[JourneyStatement, ...]:
    """Return what a text says of journeys."""
    return extract_journeys(make_article(text), resolutions=read_places(text), claims=claims, theatre=THEATRE)


def read_routes(text: str, *, claims: Sequence[Claim] = ()) -> tuple[Route, ...]:
    """Return the routes of a text."""
    return build_routes(read_statements(text, claims=claims), article=make_article(text), theatre=THEATRE)
