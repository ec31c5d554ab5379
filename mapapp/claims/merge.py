"""Claims about one occurrence become one event that keeps all of them, for and against.

The bundled events take part: a claim that speaks of one of them becomes its evidence. The rules stand in
`geodata/lexicon/grading.toml`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mapapp.claims.grading import find_named_publisher, find_publisher, is_reliable, read_rules
from mapapp.claims.review import accepted_claims, active_decisions
from mapapp.dates import precision_of
from mapapp.model import (
    CONTROL_CHANGES,
    Article,
    Assertion,
    Claim,
    Decision,
    Event,
    EventKind,
    Evidence,
    Place,
    Resolution,
    Status,
)
from mapapp.text import fold
from mapapp.theatres.theatre import Theatre


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an event is: a place, or a whole unit."""

    key: str
    place: Place | None
    unit_pcode: str | None
    where_prec: int


def merge_claims(
    claims: Iterable[Claim],
    *,
    articles: Mapping[str, Article],
    theatre: Theatre,
    decisions: Sequence[Decision] = (),
) -> tuple[Event, ...]:
    """Return all events of the theatre: the bundled ones with what the claims add to them, then those of the claims.

    Left out, and still in their readings: movements, claims without a date or with nothing but a year, places outside
    the theatre's country or larger than a unit, scores below the minimum that nobody accepted, and claims that were
    rejected. A denial, or a mere speculation, makes no event; a denial is evidence against the one it denies. The
    result does not depend on the order of the claims.
    """
    accepted = accepted_claims(decisions)
    rejected = {
        decision.target.removeprefix("claim:")
        for decision in active_decisions(decisions)
        if decision.action == "reject"
    } - accepted
    usable = sorted(
        (
            claim
            for claim in claims
            if claim.id not in rejected and _is_usable(claim, theatre=theatre, accepted=accepted)
        ),
        key=lambda claim: (claim.date_start or date.min, claim.date_prec or 9, -claim.score, claim.id),
    )
    by_spot: dict[str, list[Event]] = defaultdict(list)
    for event in theatre.events:
        by_spot[_event_key(event)].append(event)
    accepted_events: set[str] = set()
    denials: list[tuple[_Spot, Claim]] = []
    for claim in usable:
        spot = _spot(claim, theatre=theatre)
        if spot is None:
            continue
        if claim.assertion is Assertion.DENIED:
            denials.append((spot, claim))
            continue
        events = by_spot[spot.key]
        index = _find_event(events, claim=claim, theatre=theatre)
        evidence = _evidence(claim, articles=articles)
        if index is not None:
            events[index] = _strengthen(events[index], claim=claim, evidence=evidence, theatre=theatre)
        elif claim.assertion is not Assertion.SPECULATED:
            index = len(events)
            events.append(_new_event(claim, spot=spot, evidence=evidence))
        if index is not None and claim.id in accepted:
            accepted_events.add(events[index].id)
    for spot, claim in denials:
        events = by_spot[spot.key]
        index = _find_event(events, claim=claim, theatre=theatre)
        if index is not None:
            against = _evidence(claim, articles=articles)
            if against not in events[index].evidence_against:
                events[index] = replace(events[index], evidence_against=(*events[index].evidence_against, against))
    merged = [
        _judge(event, rivals=events, is_accepted=event.id in accepted_events, theatre=theatre)
        for events in by_spot.values()
        for event in events
    ]
    bundled_order = {event.id: number for number, event in enumerate(theatre.events)}
    merged.sort(key=lambda event: (bundled_order.get(event.id, len(bundled_order)), event.date_start, event.id))
    return tuple(merged)


def is_compatible(first: str | None, second: str | None, *, theatre: Theatre) -> bool:
    """Return whether two actor codes may mean one actor: equal, unknown, or a generic one and a member of it."""
    if first is None or second is None or first == second:
        return True
    for one, other in ((first, second), (second, first)):
        actor = theatre.actor(one)
        if actor is not None and actor.is_generic and other in actor.members:
            return True
    return False


def _is_usable(claim: Claim, *, theatre: Theatre, accepted: frozenset[str]) -> bool:
    rules = read_rules()["merge"]
    if claim.kind is EventKind.MOVEMENT or claim.place is None or claim.place.place is None:
        return False
    if claim.date_start is None or claim.date_end is None or claim.date_prec is None:
        return False
    if claim.date_prec > rules["finest_date_prec"] or claim.place.where_prec > rules["coarsest_where_prec"]:
        return False
    if claim.place.place.country != theatre.country:
        return False
    return claim.id in accepted or claim.score >= rules["minimum_score"]


def _spot(claim: Claim, *, theatre: Theatre) -> _Spot | None:
    resolution = claim.place
    place = resolution.place if resolution else None
    if resolution is None or place is None:
        return None
    pcode = _unit_of(resolution, place)
    if pcode is not None and resolution.where_prec <= 4:
        return _Spot(f"unit:{pcode}", None, pcode, resolution.where_prec)
    vague = "~" if resolution.where_prec >= 5 else ""
    return _Spot(f"place:{vague}{place.id}", place, None, resolution.where_prec)


def _unit_of(resolution: Resolution, place: Place) -> str | None:
    """Return the P-code of the unit that a place *is*, or None where it only lies in one."""
    codes = {"ADM1": place.adm1_pcode, "ADM2": place.adm2_pcode, "ADM3": place.adm3_pcode}
    return codes.get(place.feature_code) if place.feature_class == "A" else None


def _event_key(event: Event) -> str:
    if event.unit_pcode is not None and event.place is None:
        return f"unit:{event.unit_pcode}"
    if event.place is not None:
        return f"place:{'~' if event.where_prec >= 5 else ''}{event.place.id}"
    return f"remainder:{event.remainder_of}"


def _find_event(events: Sequence[Event], *, claim: Claim, theatre: Theatre) -> int | None:
    """Return the event that a claim speaks of: the nearest in time among those of its kind and actor."""
    best: tuple[int, int, int] | None = None
    for number, event in enumerate(events):
        if not _same_kind(event.kind, claim.kind) or not is_compatible(event.actor, claim.actor, theatre=theatre):
            continue
        if event.actor is None and event.opponent is not None and event.opponent == claim.actor:
            continue
        gap = _gap_days(event, claim)
        slack = read_rules()["merge"]["slack_days"][str(max(event.date_prec, claim.date_prec or 5))]
        if gap <= slack:
            rank = (gap, event.actor != claim.actor, number)
            best = rank if best is None or rank < best else best
    return best[2] if best else None


def _same_kind(first: EventKind, second: EventKind) -> bool:
    return first is second or (first in CONTROL_CHANGES and second in CONTROL_CHANGES)


def _gap_days(event: Event, claim: Claim) -> int:
    """Return the days between two intervals; 0 = they touch."""
    if claim.date_start is None or claim.date_end is None:
        return 10**6
    return max(0, (claim.date_start - event.date_end).days, (event.date_start - claim.date_end).days)


def _evidence(claim: Claim, *, articles: Mapping[str, Article]) -> Evidence:
    article = articles.get(claim.article_id)
    return Evidence(
        text=claim.quote,
        is_quote=True,
        publisher=article.publisher if article else None,
        speaker=claim.speaker,
        published=article.published.date() if article and article.published else None,
        url=article.url if article else None,
        grade=claim.grade,
        assertion=claim.assertion,
        article_id=claim.article_id,
        claim_id=claim.id,
    )


def _new_event(claim: Claim, *, spot: _Spot, evidence: Evidence) -> Event:
    first, last = claim.date_start or date.min, claim.date_end or date.min
    words = "|".join((spot.key, claim.kind.value, claim.actor or "", first.isoformat(), last.isoformat()))
    return Event(
        id="read-" + hashlib.sha256(words.encode()).hexdigest()[:16],
        kind=claim.kind,
        date_start=first,
        date_end=last,
        date_prec=claim.date_prec or precision_of(first, last),
        actor=claim.actor,
        opponent=claim.opponent,
        status=Status.CLAIMED,
        place=spot.place,
        unit_pcode=spot.unit_pcode,
        where_prec=spot.where_prec,
        share=claim.share,
        evidence_for=(evidence,),
    )


def _strengthen(event: Event, *, claim: Claim, evidence: Evidence, theatre: Theatre) -> Event:
    """Add a claim to the event it speaks of. A bundled event keeps what it says; a read one takes the finer word."""
    if evidence.claim_id in {known.claim_id for known in event.evidence_for}:
        return event
    stronger = replace(event, evidence_for=(*event.evidence_for, evidence))
    if event.is_bundled:
        return stronger
    actor, opponent = event.actor, event.opponent
    known = theatre.actor(actor) if actor else None
    if claim.actor is not None and (known is None or known.is_generic):
        actor = claim.actor
    first, last = claim.date_start or event.date_start, claim.date_end or event.date_end
    low, high = max(event.date_start, first), min(event.date_end, last)
    if low > high:
        low, high = event.date_start, event.date_end
    kind = event.kind
    if kind is EventKind.TRANSFER and claim.kind is not kind and event.actor is None:
        kind = claim.kind
    return replace(
        stronger,
        kind=kind,
        actor=actor,
        opponent=opponent or claim.opponent,
        date_start=low,
        date_end=high,
        date_prec=precision_of(low, high),
        share=event.share if event.share is None or claim.share is None else max(event.share, claim.share),
    )


def _judge(event: Event, *, rivals: Sequence[Event], is_accepted: bool, theatre: Theatre) -> Event:
    """Give an event its status by the rules. Bundled events are not judged against each other: that was done."""
    opposing = [
        rival
        for rival in rivals
        if rival is not event and not (event.is_bundled and rival.is_bundled) and _oppose(event, rival, theatre=theatre)
    ]
    against = list(event.evidence_against)
    for rival in opposing:
        against.extend(evidence for evidence in rival.evidence_for if evidence not in against and evidence.is_quote)
    judged = replace(event, evidence_against=tuple(against))
    if is_accepted:
        return replace(judged, status=Status.ASSESSED)
    was_assessed = event.is_bundled and event.status is Status.ASSESSED
    needed = read_rules()["assess"]["contest_minimum_reliability"]
    plain = [rival for rival in opposing if event.is_only_hedged or not rival.is_only_hedged]
    if any(not was_assessed or _is_heard(rival, minimum=needed) for rival in plain):
        return replace(judged, status=Status.CONTESTED)
    is_open = event.status is Status.CLAIMED and any(evidence.claim_id for evidence in event.evidence_for)
    if is_open and _is_proven(judged, theatre=theatre):
        return replace(judged, status=Status.ASSESSED)
    return judged


def _is_heard(event: Event, *, minimum: str) -> bool:
    return any(is_reliable(evidence.grade, minimum=minimum) for evidence in event.evidence_for)


def _oppose(event: Event, rival: Event, *, theatre: Theatre) -> bool:
    """Return whether two events say of one day that different sides hold the place."""
    holds = CONTROL_CHANGES | {EventKind.REPORTED}
    if event.kind not in holds or rival.kind not in holds:
        return False
    if event.actor is None or rival.actor is None or is_compatible(event.actor, rival.actor, theatre=theatre):
        return False
    if event.share is not None or rival.share is not None:
        return False
    if event.date_prec > 2 or rival.date_prec > 2:
        return False
    return event.date_start <= rival.date_end and rival.date_start <= event.date_end


def _is_proven(event: Event, *, theatre: Theatre) -> bool:
    rules = read_rules()["assess"]
    if event.evidence_against:
        return False
    sure = [evidence for evidence in event.evidence_for if evidence.assertion is Assertion.ASSERTED]
    for evidence in sure:
        side = _side_of(evidence, theatre=theatre)
        if (
            side is not None
            and event.actor is not None
            and side == event.opponent
            and not is_compatible(side, event.actor, theatre=theatre)
            and is_reliable(evidence.grade, minimum=rules["partisan_minimum_reliability"])
        ):
            return True
    solid = [
        evidence
        for evidence in sure
        if is_reliable(evidence.grade, minimum=rules["minimum_reliability"])
        and _side_of(evidence, theatre=theatre) is None
    ]
    return len(_independent(solid)) >= int(rules["independent_sources"])


def _independent(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return those that share neither publisher nor speaker with one before: one voice in two papers counts once."""
    chosen: list[Evidence] = []
    publishers: set[str] = set()
    speakers: set[str] = set()
    for one in evidence:
        publisher, speaker = fold(one.publisher or one.url or ""), fold(one.speaker or "")
        if not publisher or publisher in publishers or (speaker and speaker in speakers):
            continue
        publishers.add(publisher)
        if speaker:
            speakers.add(speaker)
        chosen.append(one)
    return chosen


def _side_of(evidence: Evidence, *, theatre: Theatre) -> str | None:
    """Return the side that a statement's source favours: its speaker's, else its publisher's; None = no known one."""
    speaker = fold(evidence.speaker or "")
    if speaker:
        for actor in theatre.actors:
            if any(f" {fold(alias)} " in f" {speaker} " for alias in (actor.name, *actor.aliases)):
                return actor.code
        named = find_named_publisher(evidence.speaker, theatre=theatre)
        if named is not None:
            return named.favours
    publisher = find_publisher(Article(id="", text="", publisher=evidence.publisher, url=evidence.url), theatre=theatre)
    return publisher.favours if publisher else None
