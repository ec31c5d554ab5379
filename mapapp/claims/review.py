"""What people decide about what was read: accept, reject, correct, undo.

A reading is never changed: decisions stand beside it, in order, and are applied again whenever it is shown. Each one
keeps what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from mapapp.dates import precision_of, read_day
from mapapp.errors import DateError, MapAppError, PlaceError
from mapapp.model import (
    Candidate,
    Claim,
    Decision,
    EventKind,
    Mention,
    MentionKind,
    Place,
    Reading,
    Resolution,
)
from mapapp.theatres.theatre import Theatre


class PlaceFinder(Protocol):
    """What is needed of a gazetteer here."""

    def place(self, place_id: str, /) -> Place:
        """Return the place with this id; PlaceError where there is none."""


FIELDS = ("place", "date", "actor", "kind")
"""What a decision may correct."""


def active_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that hold, in the order in which they were made: those undone are left out.

    An undo may itself be undone.

    >>> active_decisions(())
    ()
    """
    ordered = sorted(decisions, key=lambda decision: (decision.id is None, decision.id or 0))
    undone: set[int] = set()
    for decision in reversed(ordered):
        if decision.action == "undo" and decision.id not in undone and decision.target.startswith("decision:"):
            number = decision.target.removeprefix("decision:")
            if number.isdigit():
                undone.add(int(number))
    return tuple(
        decision
        for decision in ordered
        if decision.action != "undo" and (decision.id is None or decision.id not in undone)
    )


def accepted_claims(decisions: Iterable[Decision]) -> frozenset[str]:
    """Return the ids of the claims whose last word by a person is *accept*.

    >>> accepted_claims(())
    frozenset()
    """
    last: dict[str, str] = {}
    for decision in active_decisions(decisions):
        if decision.target.startswith("claim:") and decision.action in ("accept", "reject"):
            last[decision.target.removeprefix("claim:")] = decision.action
    return frozenset(claim_id for claim_id, action in last.items() if action == "accept")


def apply_decisions(
    reading: Reading, *, decisions: Sequence[Decision], theatre: Theatre, gazetteer: PlaceFinder
) -> Reading:
    """Return the reading as people have decided: rejected claims leave, corrections apply, accepted ones score 1.

    For a place, `after` is a place id; for a date, a day or two with a slash (`2024-12-05/2024-12-07`), empty =
    unknown; for an actor, a code of the theatre, empty = unknown; for a kind, its exact name. A correction of a
    mention (`mention:<start>-<end>`) reaches every claim that stands on it. What cannot be applied is left out and
    said in the reading's remarks.
    """
    claims = {claim.id: claim for claim in reading.claims}
    rejected: set[str] = set()
    resolutions = list(reading.resolutions)
    remarks: list[str] = []
    for decision in active_decisions(decisions):
        if decision.article_id != reading.article.id:
            continue
        kind, _, name = decision.target.partition(":")
        try:
            if kind == "claim" and name in claims:
                if decision.action in ("accept", "reject"):
                    (rejected.add if decision.action == "reject" else rejected.discard)(name)
                    if decision.action == "accept":
                        claims[name] = replace(claims[name], score=1.0)
                elif decision.action == "correct":
                    claims[name] = _correct(claims[name], decision=decision, theatre=theatre, gazetteer=gazetteer)
            elif kind == "mention":
                resolutions, claims = _on_mention(resolutions, claims, rejected, decision=decision, gazetteer=gazetteer)
        except MapAppError as error:
            remarks.append(f"A decision by {decision.who} could not be applied: {error}")
    kept = tuple(claims[claim.id] for claim in reading.claims if claim.id not in rejected)
    return replace(reading, resolutions=tuple(resolutions), claims=kept, remarks=reading.remarks + tuple(remarks))


def check_decision(decision: Decision, *, reading: Reading, theatre: Theatre, gazetteer: PlaceFinder) -> None:
    """Raise a MapAppError in plain words if a decision could not be applied to this reading."""
    kind, _, name = decision.target.partition(":")
    if kind == "claim":
        claim = next((claim for claim in reading.claims if claim.id == name), None)
        if claim is None:
            raise PlaceError(f"No claim '{name[:40]}' in this article. Choose one of those that are listed.")
        if decision.action == "correct":
            _correct(claim, decision=decision, theatre=theatre, gazetteer=gazetteer)
    elif kind == "mention" and decision.action == "correct":
        gazetteer.place(decision.after or "")


def correct_resolution(resolution: Resolution | None, *, place: Place, mention: Mention) -> Resolution:
    """Return a resolution in which a person's choice comes first and what was read stays behind it."""
    others = tuple(option for option in resolution.candidates if option.place.id != place.id) if resolution else ()
    chosen = Candidate(place=place, score=1.0, reasons=(("chosen by a person", 1.0),))
    where_prec = 4 if place.feature_code == "ADM1" else 6 if place.feature_code.startswith("PCL") else 1
    return Resolution(
        mention=resolution.mention if resolution else mention,
        candidates=(chosen, *others),
        where_prec=where_prec,
        score=1.0,
        reason="Chosen by a person.",
    )


def _correct(claim: Claim, *, decision: Decision, theatre: Theatre, gazetteer: PlaceFinder) -> Claim:
    after = (decision.after or "").strip()
    if decision.field == "place":
        mention = Mention(claim.article_id, claim.start, claim.end, claim.quote, MentionKind.DESCRIPTION)
        found = correct_resolution(claim.place, place=gazetteer.place(after), mention=mention)
        if claim.kind is EventKind.MOVEMENT:
            if claim.destination is None and claim.origin is not None:
                return replace(claim, place=found, origin=found)
            return replace(claim, place=found, destination=found)
        return replace(claim, place=found)
    if decision.field == "date":
        first, last = _read_days(after)
        return replace(
            claim, date_start=first, date_end=last, date_prec=precision_of(first, last) if first and last else None
        )
    if decision.field == "actor":
        if after and theatre.actor(after) is None:
            codes = ", ".join(actor.code for actor in theatre.actors)
            raise PlaceError(f"No actor '{after[:40]}' in this theatre. Its codes are {codes}.")
        return replace(claim, actor=after or None)
    if decision.field == "kind":
        try:
            return replace(claim, kind=EventKind(after))
        except ValueError as error:
            kinds = "; ".join(kind.value for kind in EventKind)
            raise DateError(f"No kind of event is called '{after[:60]}'. The kinds are: {kinds}.") from error
    raise DateError(f"A decision may correct {', '.join(FIELDS)}, not '{decision.field}'.")


def _read_days(text: str) -> tuple[date | None, date | None]:
    if not text:
        return None, None
    first_text, _, last_text = text.partition("/")
    first = read_day(first_text)
    last = read_day(last_text) if last_text else first
    if last < first:
        raise DateError(f"The last day {last} lies before the first, {first}. Write the earlier day first.")
    return first, last


def _on_mention(
    resolutions: list[Resolution],
    claims: dict[str, Claim],
    rejected: set[str],
    *,
    decision: Decision,
    gazetteer: PlaceFinder,
) -> tuple[list[Resolution], dict[str, Claim]]:
    """Apply a decision on a mention to it and to every claim that stands on it."""
    first, _, last = decision.target.removeprefix("mention:").partition("-")
    if not (first.isdigit() and last.isdigit()):
        return resolutions, claims
    span = (int(first), int(last))

    def stands_on(resolution: Resolution | None) -> bool:
        return resolution is not None and (resolution.mention.start, resolution.mention.end) == span

    if decision.action == "reject":
        for claim in claims.values():
            if stands_on(claim.place) or stands_on(claim.origin) or stands_on(claim.destination):
                rejected.add(claim.id)
        return [resolution for resolution in resolutions if not stands_on(resolution)], claims
    if decision.action != "correct" or decision.field not in (None, "place"):
        return resolutions, claims
    place = gazetteer.place(decision.after or "")

    def corrected(resolution: Resolution | None) -> Resolution | None:
        if resolution is None or not stands_on(resolution):
            return resolution
        return correct_resolution(resolution, place=place, mention=resolution.mention)

    changed = {
        key: replace(
            claim,
            place=corrected(claim.place),
            origin=corrected(claim.origin),
            destination=corrected(claim.destination),
        )
        for key, claim in claims.items()
    }
    return [corrected(resolution) or resolution for resolution in resolutions], changed
