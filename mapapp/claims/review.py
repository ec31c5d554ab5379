"""What people decide about what was read: accept, reject, correct, split, merge, undo.

A reading is never changed: decisions stand beside it, in order, and are applied again whenever it is shown. Each one
keeps what was there before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from mapapp.claims.decisions import EVENT, FIELDS, active_decisions
from mapapp.claims.grading import with_grades
from mapapp.claims.parts import PART, part_id, read_parts
from mapapp.dates import precision_of, read_day
from mapapp.errors import DataError, DateError, MapAppError, PlaceError
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


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A reading with what people decided about it."""

    reading: Reading
    """What counts: without the claims that were rejected, split or merged into another."""
    claims: tuple[Claim, ...]
    """All claims that there ever were, each with its corrections; parts of a split stand behind the claim."""
    states: Mapping[str, str]
    """By id: as read, accepted, corrected, rejected, split, or merged."""


def apply_decisions(
    reading: Reading, *, decisions: Sequence[Decision], theatre: Theatre, gazetteer: PlaceFinder
) -> Reading:
    """Return the reading as people have decided; see `review_reading`."""
    return review_reading(reading, decisions=decisions, theatre=theatre, gazetteer=gazetteer).reading


def review_reading(
    reading: Reading, *, decisions: Sequence[Decision], theatre: Theatre, gazetteer: PlaceFinder
) -> Reviewed:
    """Return a reading as people have decided: rejected claims leave, corrections apply, accepted ones score 1.

    For a place, `after` is a place id; for a date, a day or two with a slash (`2024-12-05/2024-12-07`), empty =
    unknown; for an actor, a code of the theatre, empty = unknown; for a kind, its exact name. A correction of a
    mention (`mention:<start>-<end>`) reaches every claim that stands on it. A split (`parts.write_parts`) puts parts in
    the place of a claim, which decisions may name in turn; a merged claim leaves in favour of another one of its
    article. What cannot be applied is left out and said in the reading's remarks.
    """
    reading = with_grades(reading, theatre=theatre)
    state = _State([claim.id for claim in reading.claims], {claim.id: claim for claim in reading.claims})
    state.resolutions.extend(reading.resolutions)
    remarks: list[str] = []
    for decision in active_decisions(decisions):
        if decision.article_id != reading.article.id:
            continue
        kind, _, name = decision.target.partition(":")
        try:
            if kind == "claim" and name in state.claims and decision.field != EVENT:
                _on_claim(state, name, decision=decision, reading=reading, theatre=theatre, gazetteer=gazetteer)
            elif kind == "mention":
                _on_mention(state, decision=decision, gazetteer=gazetteer)
        except MapAppError as error:
            remarks.append(f"A decision by {decision.who} could not be applied: {error}")
    kept = tuple(state.claims[name] for name in state.order if name not in state.left)
    return Reviewed(
        reading=replace(
            reading, resolutions=tuple(state.resolutions), claims=kept, remarks=reading.remarks + tuple(remarks)
        ),
        claims=tuple(state.claims[name] for name in state.order),
        states={name: state.left.get(name, state.words.get(name, "as read")) for name in state.order},
    )


def check_decision(
    decision: Decision,
    *,
    reviewed: Reviewed,
    theatre: Theatre,
    gazetteer: PlaceFinder,
    known_claims: Collection[str] = (),
) -> None:
    """Raise a MapAppError in plain words if a decision could not be applied to what now counts of an article.

    `known_claims` are the ids of all claims of the theatre's articles, which a decision about events may name.
    """
    kind, _, name = decision.target.partition(":")
    if kind == "claim":
        state = _State([claim.id for claim in reviewed.claims], {claim.id: claim for claim in reviewed.claims})
        state.left.update({key: word for key, word in reviewed.states.items() if word in _LEAVING})
        if name not in state.claims:
            raise PlaceError(f"No claim '{name[:40]}' in this article. Choose one of those that are listed.")
        if decision.field == EVENT:
            _check_bond(decision, known_claims=known_claims, theatre=theatre)
        else:
            _on_claim(state, name, decision=decision, reading=reviewed.reading, theatre=theatre, gazetteer=gazetteer)
    elif kind == "mention" and decision.action == "correct":
        gazetteer.place(decision.after or "")


_LEAVING = frozenset({"rejected", "split", "merged"})


@dataclass(slots=True)
class _State:
    """What stands after the decisions so far."""

    order: list[str]
    claims: dict[str, Claim]
    left: dict[str, str] = field(default_factory=dict)
    """Why a claim no longer counts, by id."""
    words: dict[str, str] = field(default_factory=dict)
    """What else was decided about a claim, by id."""
    resolutions: list[Resolution] = field(default_factory=list)


def _on_claim(
    state: _State, name: str, *, decision: Decision, reading: Reading, theatre: Theatre, gazetteer: PlaceFinder
) -> None:
    """Apply a decision on a claim."""
    claim, gone = state.claims[name], state.left.get(name)
    if gone in ("split", "merged"):
        raise PlaceError(f"The claim '{name[:40]}' was {gone} and no longer stands by itself. Undo that first.")
    if decision.action == "accept":
        state.left.pop(name, None)
        state.words[name] = "corrected" if state.words.get(name) == "corrected" else "accepted"
        state.claims[name] = replace(claim, score=1.0)
    elif decision.action == "reject":
        state.left[name] = "rejected"
    elif decision.action == "correct":
        state.claims[name] = _correct(
            claim, field=decision.field, after=decision.after or "", theatre=theatre, gazetteer=gazetteer
        )
        state.words[name] = "corrected"
    elif decision.action == "split":
        parts = _split(claim, after=decision.after or "", reading=reading, theatre=theatre, gazetteer=gazetteer)
        at = state.order.index(name) + 1
        state.order[at:at] = [part.id for part in parts if part.id not in state.claims]
        for part in parts:
            state.claims[part.id] = part
            state.left.pop(part.id, None)
        state.left[name] = "split"
    elif decision.action == "merge":
        other = (decision.after or "").removeprefix("claim:")
        if other == name or other not in state.claims or other in state.left:
            raise PlaceError(
                f"The claim cannot be merged into '{other[:40]}': it must be another claim of this article that still "
                "stands. Two claims of different articles are one event, or not: decide that of their events."
            )
        state.left[name] = "merged"


def _split(
    claim: Claim, *, after: str, reading: Reading, theatre: Theatre, gazetteer: PlaceFinder
) -> tuple[Claim, ...]:
    """Return the parts of a claim, each with words of its own and with what it says instead of the claim."""
    found = []
    for number, part in enumerate(read_parts(after, claim=claim), start=1):
        start, end = (claim.start, claim.end) if part.start is None or part.end is None else (part.start, part.end)
        quote = reading.article.text[start:end]
        if not quote.strip():
            raise DataError(f"The words of part {number} are blank. Choose words that say something.")
        one = replace(claim, id=part_id(claim.id, number), start=start, end=end, quote=quote)
        for name, value in part.fields.items():
            one = _correct(one, field=name, after=value, theatre=theatre, gazetteer=gazetteer)
        found.append(one)
    return tuple(found)


def _check_bond(decision: Decision, *, known_claims: Collection[str], theatre: Theatre) -> None:
    """Refuse to tie a claim to what is not there, or to itself."""
    others = (decision.after or "").split()
    if decision.action not in ("merge", "separate") or not others:
        raise DataError("Name the claim or the event that is, or is not, the same: claim:<id> or event:<id>.")
    known = {f"claim:{name}" for name in known_claims} | {f"event:{event.id}" for event in theatre.events}
    for other in others:
        if other == decision.target or not {other, PART.sub("", other)} & known:
            raise PlaceError(
                f"'{other[:60]}' is no other claim of a stored article and no event of the theatre. "
                "Name it as claim:<id> or event:<id>."
            )


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


def _correct(claim: Claim, *, field: str | None, after: str, theatre: Theatre, gazetteer: PlaceFinder) -> Claim:
    """Return a claim with one field corrected; what was read of its place stays behind the new one."""
    after = after.strip()
    if field == "place":
        mention = Mention(claim.article_id, claim.start, claim.end, claim.quote, MentionKind.DESCRIPTION)
        found = correct_resolution(claim.place, place=gazetteer.place(after), mention=mention)
        if claim.kind is EventKind.MOVEMENT:
            if claim.destination is None and claim.origin is not None:
                return replace(claim, place=found, origin=found)
            return replace(claim, place=found, destination=found)
        return replace(claim, place=found)
    if field == "date":
        first, last = _read_days(after)
        return replace(
            claim, date_start=first, date_end=last, date_prec=precision_of(first, last) if first and last else None
        )
    if field == "actor":
        if after and theatre.actor(after) is None:
            codes = ", ".join(actor.code for actor in theatre.actors)
            raise PlaceError(f"No actor '{after[:40]}' in this theatre. Its codes are {codes}.")
        return replace(claim, actor=after or None)
    if field == "kind":
        try:
            return replace(claim, kind=EventKind(after))
        except ValueError as error:
            kinds = "; ".join(kind.value for kind in EventKind)
            raise DateError(f"No kind of event is called '{after[:60]}'. The kinds are: {kinds}.") from error
    raise DateError(f"A decision may correct {', '.join(FIELDS)}, not '{field}'.")


def _read_days(text: str) -> tuple[date | None, date | None]:
    if not text:
        return None, None
    first_text, _, last_text = text.partition("/")
    first = read_day(first_text)
    last = read_day(last_text) if last_text else first
    if last < first:
        raise DateError(f"The last day {last} lies before the first, {first}. Write the earlier day first.")
    return first, last


def _on_mention(state: _State, *, decision: Decision, gazetteer: PlaceFinder) -> None:
    """Apply a decision on a mention to it and to every claim that stands on it."""
    first, _, last = decision.target.removeprefix("mention:").partition("-")
    if not (first.isdigit() and last.isdigit()):
        return
    span = (int(first), int(last))

    def stands_on(resolution: Resolution | None) -> bool:
        return resolution is not None and (resolution.mention.start, resolution.mention.end) == span

    if decision.action == "reject":
        for claim in state.claims.values():
            if stands_on(claim.place) or stands_on(claim.origin) or stands_on(claim.destination):
                state.left.setdefault(claim.id, "rejected")
        state.resolutions[:] = [resolution for resolution in state.resolutions if not stands_on(resolution)]
        return
    if decision.action != "correct" or decision.field not in (None, "place"):
        return
    place = gazetteer.place(decision.after or "")

    def corrected(resolution: Resolution | None) -> Resolution | None:
        if resolution is None or not stands_on(resolution):
            return resolution
        return correct_resolution(resolution, place=place, mention=resolution.mention)

    for key, claim in state.claims.items():
        if stands_on(claim.place) or stands_on(claim.origin) or stands_on(claim.destination):
            state.claims[key] = replace(
                claim,
                place=corrected(claim.place),
                origin=corrected(claim.origin),
                destination=corrected(claim.destination),
            )
    state.resolutions[:] = [corrected(resolution) or resolution for resolution in state.resolutions]
