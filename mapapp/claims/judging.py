"""What may be said of an event by the rules of `geodata/lexicon/grading.toml`: assessed, claimed or contested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mapapp.claims.grading import is_reliable, read_rules
from mapapp.claims.ruling import Ruling, is_compatible
from mapapp.model import CONTROL_CHANGES, Assertion, Event, EventKind, Status
from mapapp.theatres.theatre import Theatre


def judge_event(event: Event, *, rivals: Sequence[Event], is_accepted: bool, ruling: Ruling) -> Event:
    """Give an event its status by the rules. Bundled events are not judged against each other: that was done."""
    theatre = ruling.theatre
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
    if is_open and _is_proven(judged, ruling=ruling):
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


def _is_proven(event: Event, *, ruling: Ruling) -> bool:
    rules, sources = read_rules()["assess"], ruling.sources
    if event.evidence_against:
        return False
    sure = [evidence for evidence in event.evidence_for if evidence.assertion is Assertion.ASSERTED]
    for evidence in sure:
        side = sources.side_of(evidence)
        if (
            side is not None
            and event.actor is not None
            and event.opponent is not None
            and is_compatible(side, event.opponent, theatre=ruling.theatre)
            and not is_compatible(side, event.actor, theatre=ruling.theatre)
            and is_reliable(evidence.grade, minimum=rules["partisan_minimum_reliability"])
        ):
            return True
    solid = [
        evidence
        for evidence in sure
        if is_reliable(evidence.grade, minimum=rules["minimum_reliability"]) and sources.side_of(evidence) is None
    ]
    return sources.has_independent(solid, number=int(rules["independent_sources"]))
