"""One article read from end to end: places, claims, routes, and what to tell the user about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import shapely
import shapely.geometry

from mapapp.articles.language import name_language
from mapapp.claims.extract import extract_claims
from mapapp.claims.journey_claims import claim_journeys
from mapapp.claims.journeys import extract_journeys
from mapapp.errors import ArticleError
from mapapp.model import Article, Claim, Evidence, Leg, Reading, Resolution, Route, RoutePoint
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.routes.building import build_routes
from mapapp.theatres.theatre import Theatre

GRID_DIGITS = 5
"""Decimals of the degrees of lines, about a metre: finer than any statement of a place."""

CLAIM_LANGUAGE = "en"
"""The word tables of claims are written for this language; places are found in all of the theatre's."""


def read_article(article: Article, *, theatre: Theatre, gazetteer: Gazetteer) -> Reading:
    """Return all that can be read from an article. Pure: the same article gives the same reading in any process."""
    resolutions = geoparse(article, theatre=theatre, gazetteer=gazetteer)
    claims = extract_claims(article, resolutions=resolutions, theatre=theatre)
    statements = extract_journeys(article, resolutions=resolutions, claims=claims, theatre=theatre)
    more, statements = claim_journeys(article, statements=statements, theatre=theatre)
    routes = tuple(build_routes(statements, article=article, theatre=theatre))
    # A sentence that no route rests on tells of no journey that could be drawn: it makes no claim of its own.
    cited = {item.claim_id for route in routes for item in _evidence_of(route)}
    claims = tuple(
        sorted(
            (*claims, *(claim for claim in more if claim.id in cited)),
            key=lambda claim: (claim.start, claim.kind.value, claim.id),
        )
    )
    return Reading(
        article=article,
        resolutions=tuple(resolutions),
        claims=claims,
        routes=routes,
        remarks=build_remarks(article, resolutions=resolutions, claims=claims, theatre=theatre),
    )


def _evidence_of(route: Route) -> Iterable[Evidence]:
    parts = (*(leg.evidence for leg in route.legs), *(point.evidence for point in route.points), route.also_said)
    return (item for part in parts for item in part)


def build_remarks(
    article: Article, *, resolutions: Iterable[Resolution], claims: Iterable[Claim], theatre: Theatre
) -> tuple[str, ...]:
    """Return plain sentences on what a reading lacks and what to do about it; empty = nothing is missing."""
    resolutions, claims = tuple(resolutions), tuple(claims)
    claim_language = name_language(CLAIM_LANGUAGE)
    is_foreign = article.language not in (None, CLAIM_LANGUAGE)
    unknown = sorted({resolution.mention.surface for resolution in resolutions if resolution.place is None})
    read_languages = ", ".join(name_language(code) for code in theatre.languages)
    remarks = (
        (
            article.published is None,
            "The article has no day of publication, so days such as “on Thursday” stay unknown. Give the day.",
        ),
        (
            article.language is None,
            f"The language of the text could not be recognised. {read_languages} can be read.",
        ),
        (
            article.language is not None and article.language not in theatre.languages,
            f"The text seems to be in {name_language(article.language)}; {read_languages} can be read. "
            "Places may be found, claims will be missing.",
        ),
        (not resolutions, "No place was found in the text."),
        (
            bool(unknown),
            f"Found, but not known to the gazetteer ({len(unknown)}): {', '.join(unknown[:10])}"
            f"{' …' if len(unknown) > 10 else '.'}",
        ),
        (
            bool(resolutions) and not claims and is_foreign,
            f"Claims are read from {claim_language} only, so none was looked for in this text. Its places are shown; "
            "for claims, give a translation.",
        ),
        (
            bool(resolutions) and not claims and not is_foreign,
            "No sentence was found that says who holds, takes or leaves a place.",
        ),
    )
    return tuple(remark for applies, remark in remarks if applies)


def check_usable(reading: Reading, *, theatre: Theatre) -> None:
    """Raise `ArticleError` for a reading that has nothing for a map, so that it is not stored.

    That is a text without any place, or one in a language that is not read here from which no claim came.
    """
    read_languages = " and ".join(name_language(code) for code in theatre.languages)
    is_foreign = reading.article.language not in theatre.languages
    if is_foreign and not reading.claims:
        language = name_language(reading.article.language)
        found = "is not recognised" if reading.article.language is None else f"seems to be {language}"
        message = (
            f"The language of the text {found}; {read_languages} can be read. "
            "Give a translation, or name the language with --language if it was mistaken. Nothing was stored."
        )
        raise ArticleError(message)
    if not any(resolution.place for resolution in reading.resolutions):
        message = (
            "No place was found in the text, so there is nothing to map. Check that it is the whole article "
            f"and that it is in {read_languages}. Nothing was stored."
        )
        raise ArticleError(message)


def reading_to_json(reading: Reading, *, theatre: Theatre) -> dict[str, Any]:
    """Return a reading in the form that `geoparse` and `claims` write, with the parts of both.

    Offsets count code points, ends are exclusive; lat and lon are null where a place was found but not resolved; times
    are local to the theatre.
    """
    return {
        "id": reading.article.id,
        "toponyms": [resolution_to_json(resolution) for resolution in reading.resolutions],
        "claims": [_claim_to_json(claim) for claim in reading.claims],
        "routes": [_route_to_json(route, zone=ZoneInfo(theatre.timezone)) for route in reading.routes],
        "remarks": list(reading.remarks),
    }


def resolution_to_json(resolution: Resolution) -> dict[str, Any]:
    """Return one place of a text in the form of `geoparse`.

    >>> from mapapp.model import Mention, MentionKind
    >>> found = Resolution(Mention("a1", 0, 4, "Ruha", MentionKind.TOPONYM), (), 1, 0.25)
    >>> resolution_to_json(found)["lat"] is None
    True
    """
    mention, place = resolution.mention, resolution.place
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.surface,
        "kind": mention.kind.value,
        "name": place.name if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "gazetteer_id": place.id if place else None,
        "feature_class": place.feature_class if place else None,
        "country": place.country if place else None,
        "adm1_pcode": place.adm1_pcode if place else None,
        "adm2_pcode": place.adm2_pcode if place else None,
        "adm3_pcode": place.adm3_pcode if place else None,
        "where_prec": resolution.where_prec,
        "score": round(resolution.score, 4),
    }


def _claim_to_json(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "kind": claim.kind.value,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "actor": claim.actor,
        "opponent": claim.opponent,
        "place": _place_or_none(claim.place),
        "origin": _place_or_none(claim.origin),
        "destination": _place_or_none(claim.destination),
        "who": claim.who,
        "share": claim.share,
        "date_start": _iso(claim.date_start),
        "date_end": _iso(claim.date_end),
        "date_prec": claim.date_prec,
        "assertion": claim.assertion.value,
        "speaker": claim.speaker,
        "grade": claim.grade,
        "score": round(claim.score, 4),
    }


def _place_or_none(resolution: Resolution | None) -> dict[str, Any] | None:
    return None if resolution is None else resolution_to_json(resolution)


def _route_to_json(route: Route, *, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": route.id,
        "title": route.title,
        "journey": route.journey,
        "who": route.who,
        "vehicle": route.vehicle,
        "date_start": _iso(route.date_start),
        "date_end": _iso(route.date_end),
        "assertion": route.assertion.value,
        "legs": [_leg_to_json(leg, zone=zone) for leg in route.legs],
        "points": [_point_to_json(point) for point in route.points],
        "also_said": [
            {"quote": said.text, "assertion": said.assertion.value, "speaker": said.speaker, "claim": said.claim_id}
            for said in route.also_said
        ],
    }


def _leg_to_json(leg: Leg, *, zone: ZoneInfo) -> dict[str, Any]:
    geometry = None
    if leg.geometry is not None:
        geometry = shapely.geometry.mapping(shapely.transform(leg.geometry, lambda points: points.round(GRID_DIGITS)))
    return {
        "kind": leg.kind.value,
        "geometry": geometry,
        "start": None if leg.start is None else leg.start.astimezone(zone).isoformat(),
        "end": None if leg.end is None else leg.end.astimezone(zone).isoformat(),
        "note": leg.note,
        "claims": _claim_ids(leg.evidence),
    }


def _point_to_json(point: RoutePoint) -> dict[str, Any]:
    return {
        "role": point.role.value,
        "lat": point.lat,
        "lon": point.lon,
        "where_prec": point.where_prec,
        "note": point.note,
        "label": point.label,
        "is_schematic": point.is_schematic,
        "radius_km": point.radius_km,
        "time": point.time_text,
        "claims": _claim_ids(point.evidence),
    }


def _claim_ids(evidence: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(piece.claim_id for piece in evidence if piece.claim_id is not None))


def _iso(day: date | datetime | None) -> str | None:
    return None if day is None else day.isoformat()
