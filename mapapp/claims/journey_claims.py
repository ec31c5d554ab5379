"""Movement claims for the sentences of a journey that have none, so that every leg and point names its sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.journey_groups import JourneyStatement, StatementRole
from mapapp.dates import precision_of
from mapapp.model import Article, Claim, EventKind, Resolution
from mapapp.theatres.theatre import Theatre

SCORE = 0.6
"""Of a sentence that tells of a journey without a verb that alone names a movement: likelier right than not."""


def claim_journeys(
    article: Article, *, statements: Sequence[JourneyStatement], theatre: Theatre
) -> tuple[tuple[Claim, ...], tuple[JourneyStatement, ...]]:
    """Return the claims that the statements lack, one per journey and sentence, and the statements with their ids.

    Statements that have a claim keep it. A place that the sentence does not name stays unknown.
    """
    publisher = find_publisher(article, theatre=theatre)
    groups: dict[tuple[int, int, int], list[JourneyStatement]] = {}
    for one in statements:
        if one.claim_id is None:
            groups.setdefault((one.journey, one.sentence_start, one.sentence_end), []).append(one)
    claims = {key: _claim_of(article, group) for key, group in groups.items()}
    claims = {
        key: replace(claim, grade=grade_claim(publisher, assertion=claim.assertion)) for key, claim in claims.items()
    }
    told = tuple(
        one
        if one.claim_id is not None
        else replace(one, claim_id=claims[one.journey, one.sentence_start, one.sentence_end].id)
        for one in statements
    )
    return tuple(claims.values()), told


def _claim_of(article: Article, group: Sequence[JourneyStatement]) -> Claim:
    first = group[0]
    origin, destination = _place_of(group, StatementRole.ORIGIN), _place_of(group, StatementRole.DESTINATION)
    place = destination or origin or next((one.resolution for one in group if one.resolution is not None), None)
    words = f"{article.id}|{first.sentence_start}|{first.sentence_end}|{EventKind.MOVEMENT.value}|{first.journey}|told"
    return Claim(
        id=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:20],
        article_id=article.id,
        start=first.sentence_start,
        end=first.sentence_end,
        quote=article.text[first.sentence_start : first.sentence_end],
        kind=EventKind.MOVEMENT,
        place=place,
        origin=origin,
        destination=destination,
        who=first.vehicle or first.who,  # who is aboard is often only said elsewhere, and less surely
        date_start=first.date_start,
        date_end=first.date_end,
        date_prec=_prec_of(first),
        assertion=first.assertion,
        speaker=first.speaker,
        score=SCORE,
    )


def _place_of(group: Sequence[JourneyStatement], role: StatementRole) -> Resolution | None:
    return next((one.resolution for one in group if one.role is role), None)


def _prec_of(statement: JourneyStatement) -> int | None:
    if statement.date_start is None or statement.date_end is None:
        return None
    return precision_of(statement.date_start, statement.date_end)
