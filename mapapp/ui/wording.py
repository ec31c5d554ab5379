"""The words in which the screens speak of days, actors, places and queries. All of it is plain text."""

from __future__ import annotations

from datetime import date

from mapapp.model import Claim, Evidence, MapQuery, Place, Resolution, Status
from mapapp.theatres.theatre import Theatre
from mapapp.ui.text import shorten, show_steering

WHERE_PRECISION = {
    1: "exact place",
    2: "near the place",
    3: "second-level unit",
    4: "first-level unit",
    5: "larger or vague region",
    6: "country",
    7: "water or airspace",
}
"""UCDP's codes for how precise a position is."""

DATE_PRECISION = {1: "day", 2: "2–6 days", 3: "week", 4: "month", 5: "year"}
"""UCDP's codes for how precise a date is."""


def format_day(day: date, *, has_weekday: bool = False) -> str:
    """Return a day as people read it.

    >>> format_day(date(2024, 12, 5))
    '5 Dec 2024'
    >>> format_day(date(2024, 12, 5), has_weekday=True)
    'Thu 5 Dec 2024'
    """
    text = f"{day.day} {day:%b %Y}"
    return f"{day:%a} {text}" if has_weekday else text


def format_days(start: date | None, end: date | None) -> str:
    """Return a range of days, the last one inclusive.

    >>> format_days(date(2024, 11, 26), date(2024, 12, 11))
    '26 Nov – 11 Dec 2024'
    >>> format_days(date(2024, 12, 5), date(2024, 12, 5)), format_days(None, None)
    ('5 Dec 2024', 'unknown')
    """
    if start is None or end is None:
        known = start or end
        return "unknown" if known is None else format_day(known)
    if start == end:
        return format_day(start)
    head = f"{start.day} {start:%b}" if start.year == end.year else format_day(start)
    return f"{head} – {format_day(end)}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "event"), count(0, "event"), count(2, "person", "people")
    ('1 event', 'no events', '2 people')
    """
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}" if number else f"no {noun}"


def actor_name(code: str | None, *, theatre: Theatre) -> str:
    """Return an actor's name; an unknown code stays as it is."""
    if code is None:
        return "unknown"
    actor = theatre.actor(code)
    return show_steering(code) if actor is None else actor.name


def unit_name(pcode: str | None, *, theatre: Theatre) -> str:
    """Return an administrative unit as its name with its P-code; empty for None."""
    if pcode is None:
        return ""
    units = theatre.units
    names = units.loc[units["pcode"] == pcode, "name_en"]
    return f"{names.iloc[0]} ({pcode})" if len(names) else pcode


def describe_query(query: MapQuery, *, theatre: Theatre) -> str:
    """Say in one sentence what the map shows."""
    parties = ", ".join(actor_name(code, theatre=theatre) for code in query.actors)
    parts = [f"Who holds what in {theatre.country_name}, {format_days(query.start, query.end)}"]
    parts.append(f"only {parties}" if parties else "every party")
    parts.append("only what is assessed" if query.minimum_status is Status.ASSESSED else "assessed and claimed")
    if query.text.strip():
        parts.append(f"only events that mention “{show_steering(shorten(query.text, limit=60))}”")
    return " · ".join(parts) + "."


def describe_resolution(resolution: Resolution | None, *, theatre: Theatre) -> str:
    """Return where something is: the place and the unit it lies in."""
    if resolution is None or resolution.place is None:
        return "unknown"
    place = resolution.place
    unit = place.adm3_pcode or place.adm2_pcode or place.adm1_pcode
    inside = unit_name(unit, theatre=theatre) or (place.country or "")
    name = show_steering(place.name)
    return f"{name}, {inside}" if inside and not inside.startswith(f"{name} (") else name


def name_place(place: Place, *, theatre: Theatre) -> str:
    """Return a place so that it can be told from others of its name."""
    unit = unit_name(place.adm3_pcode or place.adm2_pcode or place.adm1_pcode, theatre=theatre)
    inside = unit or place.country or ""
    return f"{show_steering(place.name)}, {inside} · {place.feature_code} · {place.lat:.3f}, {place.lon:.3f}"


def describe_claim(claim: Claim, *, theatre: Theatre) -> str:
    """Return a claim in one line: kind, place, actor, day."""
    where = describe_resolution(claim.place or claim.destination or claim.origin, theatre=theatre)
    who = claim.who if claim.who is not None else actor_name(claim.actor, theatre=theatre)
    when = format_days(claim.date_start, claim.date_end)
    return f"{claim.kind.value} · {where} · {show_steering(shorten(who, limit=60))} · {when}"


def describe_facts(claim: Claim, *, theatre: Theatre) -> tuple[str, ...]:
    """Return what a claim says and how surely, in two lines."""
    where = describe_resolution(claim.place or claim.destination or claim.origin, theatre=theatre)
    who = show_steering(claim.who) if claim.who else actor_name(claim.actor, theatre=theatre)
    against = "" if claim.opponent is None else f" against {actor_name(claim.opponent, theatre=theatre)}"
    days = format_days(claim.date_start, claim.date_end)
    prec = "" if claim.date_prec in (None, 1) else f" ({DATE_PRECISION.get(claim.date_prec or 0, '')})"
    speaker = "the publisher" if claim.speaker is None else show_steering(claim.speaker)
    return (
        f"{claim.kind.value} · {where} · {who}{against} · {days}{prec}",
        f"{claim.assertion.value} · says {speaker} · grade {claim.grade} · score {claim.score:.2f}",
    )


def describe_source(evidence: Evidence) -> str:
    """Return who says it: speaker, publisher, day, grade."""
    parts = [evidence.speaker, evidence.publisher or "publisher not named"]
    if evidence.published is not None:
        parts.append(format_day(evidence.published))
    parts.append(evidence.grade)
    return " · ".join(show_steering(shorten(part, limit=80)) for part in parts if part)
