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

from mapapp.claims.grading import read_rules
from mapapp.claims.judging import judge_event
from mapapp.claims.ruling import Ruling, build_ruling, is_compatible
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
from mapapp.theatres.theatre import Theatre


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an event is: a place, or a whole unit."""

    key: str
    place: Place | None
    unit_pcode: str | None
    where_prec: int


@dataclass(frozen=True, slots=True)
class Group:
    """The claims and bundled events of one place or unit, or of several that a person tied together.

    What one group becomes does not depend on any other.
    """

    claims: tuple[Claim, ...]
    bundled: tuple[Event, ...]


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
    rejected. A denial, or a mere speculation, makes no event; a denial is evidence against the one it denies. What a
    person said of two events, that they are one or are not, comes before the rules. The result does not depend on the
    order of the claims.
    """
    ruling = build_ruling(decisions, articles=articles, theatre=theatre)
    groups = group_claims((claim for claim in claims if ruling.counts(claim)), ruling=ruling)
    merged = [event for group in groups for event in merge_group(group, ruling=ruling)]
    return sort_events(merged, theatre=theatre)


def sort_events(events: Iterable[Event], *, theatre: Theatre) -> tuple[Event, ...]:
    """Return events in the order in which they are told: bundled ones as the theatre has them, then by day and id."""
    order = {event.id: number for number, event in enumerate(theatre.events)}
    return tuple(sorted(events, key=lambda event: (order.get(event.id, len(order)), event.date_start, event.id)))


def group_claims(claims: Iterable[Claim], *, ruling: Ruling) -> tuple[Group, ...]:
    """Return the claims that may make events, with the bundled events that they may speak of, group by group.

    Claims that no event can be made of are left out; whether a claim is sure enough is not asked here.
    """
    theatre = ruling.theatre
    claims_at: dict[str, list[Claim]] = defaultdict(list)
    bundled_at: dict[str, list[Event]] = defaultdict(list)
    spot_of: dict[str, str] = {}
    for event in theatre.events:
        key = _event_key(event)
        bundled_at[key].append(event)
        spot_of[f"event:{event.id}"] = key
    for claim in claims:
        spot = _spot(claim, theatre=theatre) if _can_be_event(claim, theatre=theatre) else None
        if spot is not None:
            claims_at[spot.key].append(claim)
            spot_of[f"claim:{claim.id}"] = spot.key
    leader = {key: key for key in (*bundled_at, *claims_at)}

    def lead(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    for one, other in ruling.bonds.same:
        if one in spot_of and other in spot_of:
            leader[lead(spot_of[one])] = lead(spot_of[other])
    members: dict[str, list[str]] = defaultdict(list)
    for key in leader:
        members[lead(key)].append(key)
    return tuple(
        Group(
            claims=tuple(claim for key in keys for claim in claims_at.get(key, ())),
            bundled=tuple(event for key in keys for event in bundled_at.get(key, ())),
        )
        for keys in members.values()
    )


def merge_group(group: Group, *, ruling: Ruling) -> tuple[Event, ...]:
    """Return the events of a group: its bundled ones with what the claims add, and those of the claims."""
    theatre = ruling.theatre
    by_spot: dict[str, list[Event]] = defaultdict(list)
    for event in group.bundled:
        by_spot[_event_key(event)].append(event)
    found: dict[str, tuple[str, int]] = {
        f"event:{event.id}": (key, number) for key, events in by_spot.items() for number, event in enumerate(events)
    }
    ties = _ties(ruling.bonds.same)
    accepted: set[str] = set()
    denials: list[tuple[_Spot, Claim]] = []
    for claim in sorted(
        group.claims, key=lambda claim: (claim.date_start or date.min, claim.date_prec or 9, -claim.score, claim.id)
    ):
        spot = _spot(claim, theatre=theatre)
        if spot is None:
            continue
        if claim.assertion is Assertion.DENIED:
            denials.append((spot, claim))
            continue
        name = f"claim:{claim.id}"
        evidence = _evidence(claim, articles=ruling.articles)
        at = next((found[other] for other in ties.get(name, ()) if other in found), None)
        if at is None:
            index = _find_event(by_spot[spot.key], claim=claim, ruling=ruling)
            at = None if index is None else (spot.key, index)
        if at is not None:
            event = by_spot[at[0]][at[1]]
            by_spot[at[0]][at[1]] = _strengthen(event, claim=claim, evidence=evidence, theatre=theatre)
        elif claim.assertion is not Assertion.SPECULATED:
            events = by_spot[spot.key]
            at = (spot.key, len(events))
            events.append(_new_event(claim, spot=spot, evidence=evidence, taken={event.id for event in events}))
        if at is not None:
            found[name] = at
            if claim.id in ruling.accepted:
                accepted.add(by_spot[at[0]][at[1]].id)
    for spot, claim in denials:
        events = by_spot[spot.key]
        at = next((found[other] for other in ties.get(f"claim:{claim.id}", ()) if other in found), None)
        index = _find_event(events, claim=claim, ruling=ruling) if at is None else at[1]
        if index is not None:
            events = events if at is None else by_spot[at[0]]
            events[index] = _weaken(events[index], against=_evidence(claim, articles=ruling.articles))
    return tuple(
        judge_event(event, rivals=events, is_accepted=event.id in accepted, ruling=ruling)
        for events in by_spot.values()
        for event in events
    )


def _ties(same: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return for each name all those that a person tied to it, also by way of others; sorted."""
    groups: dict[str, set[str]] = {}
    for one, other in same:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        for name in joined:
            groups[name] = joined
    return {
        name: tuple(sorted(group - {name}, key=lambda text: (not text.startswith("event:"), text)))
        for name, group in groups.items()
    }


def _can_be_event(claim: Claim, *, theatre: Theatre) -> bool:
    rules = read_rules()["merge"]
    if claim.kind is EventKind.MOVEMENT or claim.place is None or claim.place.place is None:
        return False
    if claim.date_start is None or claim.date_end is None or claim.date_prec is None:
        return False
    if claim.date_prec > rules["finest_date_prec"] or claim.place.where_prec > rules["coarsest_where_prec"]:
        return False
    return claim.place.place.country == theatre.country


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


def _find_event(events: Sequence[Event], *, claim: Claim, ruling: Ruling) -> int | None:
    """Return the event that a claim speaks of: the nearest in time among those of its kind and actor.

    Not one that a person said it does not speak of.
    """
    theatre, name = ruling.theatre, f"claim:{claim.id}"
    best: tuple[int, int, int] | None = None
    for number, event in enumerate(events):
        if not _same_kind(event.kind, claim.kind) or not is_compatible(event.actor, claim.actor, theatre=theatre):
            continue
        if event.actor is None and event.opponent is not None and event.opponent == claim.actor:
            continue
        if ruling.bonds.are_apart(name, _names_in(event)):
            continue
        gap = _gap_days(event, claim)
        slack = read_rules()["merge"]["slack_days"][str(max(event.date_prec, claim.date_prec or 5))]
        if gap <= slack:
            rank = (gap, event.actor != claim.actor, number)
            best = rank if best is None or rank < best else best
    return best[2] if best else None


def _names_in(event: Event) -> list[str]:
    """Return the names of an event and of the claims behind and against it, as bonds have them."""
    claims = [f"claim:{one.claim_id}" for one in (*event.evidence_for, *event.evidence_against) if one.claim_id]
    return [f"event:{event.id}", *claims]


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


def _new_event(claim: Claim, *, spot: _Spot, evidence: Evidence, taken: set[str]) -> Event:
    first, last = claim.date_start or date.min, claim.date_end or date.min
    words = "|".join((spot.key, claim.kind.value, claim.actor or "", first.isoformat(), last.isoformat()))
    if _read_id(words) in taken:  # a person said that two events of the very same words are two
        words = f"{words}|{claim.id}"
    return Event(
        id=_read_id(words),
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


def _read_id(words: str) -> str:
    return "read-" + hashlib.sha256(words.encode()).hexdigest()[:16]


def _weaken(event: Event, *, against: Evidence) -> Event:
    """Add a statement against an event, once."""
    if against in event.evidence_against:
        return event
    return replace(event, evidence_against=(*event.evidence_against, against))


def _strengthen(event: Event, *, claim: Claim, evidence: Evidence, theatre: Theatre) -> Event:
    """Add a claim to the event it speaks of. A bundled event keeps what it says; a read one takes the finer word."""
    if evidence.claim_id in {known.claim_id for known in event.evidence_for}:
        return event
    if not is_compatible(event.actor, claim.actor, theatre=theatre):
        return _weaken(event, against=evidence)  # a person tied them: it speaks of the event, but for another side
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
