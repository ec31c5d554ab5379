"""Which routes are versions of one journey, and which of them is drawn first.

Versions disagree: about the turn, the time, the end. They belong together where day and origin or vehicle agree and
nothing that both tell says otherwise. Each stays whole; they only get one journey's name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from mapapp import geo
from mapapp.claims.journey_words import read_grammar
from mapapp.model import LegKind, PointRole, Route, RoutePoint

DAYS_APART = 1
"""A night flight is told under both its days, and papers write of it on the day after."""
SAME_PLACE_KM = 40.0
"""A city and its airport are one origin: the farthest airports that carry a city's name lie about so far out."""


def join_versions(known: Sequence[Route], *, told: Sequence[Route]) -> tuple[Route, ...]:
    """Return the known routes and the told ones, those of one journey under one name.

    A told route joins the first known journey of which it is another version. Told routes of different articles join
    one another only where they also agree on the end, as far as both tell it. What belongs to nothing stays as it is.

    >>> join_versions((), told=())
    ()
    """
    joined: list[Route] = list(known)
    for route in told:
        match = next((other for other in joined if other.journey and _is_version(route, other, known=known)), None)
        if match is not None:
            joined.append(replace(route, journey=match.journey))
            continue
        twin = next(
            (index for index, other in enumerate(joined) if not other.journey and _is_twin(route, other)),
            None,
        )
        if twin is not None:
            name = f"journey-{joined[twin].id}"
            joined[twin] = replace(joined[twin], journey=name)
            joined.append(replace(route, journey=name))
        else:
            joined.append(route)
    return tuple(joined)


def lead_versions(routes: Sequence[Route]) -> frozenset[str]:
    """Return the ids of the routes that are drawn at first: of each journey its first version and what was measured.

    A route without a journey leads itself. A measured track never hides what is told: it may be that of another
    traveller.
    """
    seen: set[str] = set()
    leads: set[str] = set()
    for route in routes:
        key = route.journey or route.id
        if key not in seen or _is_measured(route):
            leads.add(route.id)
        seen.add(key)
    return frozenset(leads)


def versions_of(route: Route, *, routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return all versions of a route's journey, itself among them."""
    return tuple(
        other for other in routes if other.id == route.id or (route.journey and other.journey == route.journey)
    )


def differences(versions: Sequence[Route]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what versions tell differently: the subject, then what each of them tells, in their order.

    What only one of them tells is no disagreement; its silence stands as "not told".
    """
    rows = [
        ("Days", tuple(_days(route) for route in versions)),
        ("Vehicle", tuple(route.vehicle or "" for route in versions)),
        ("Who", tuple(route.who or "" for route in versions)),
    ]
    for role in PointRole:
        points = [[point for point in route.points if point.role is role] for route in versions]
        name = role.value.replace("-", " ").capitalize()
        rows.append((name, tuple("; ".join(_where(point) for point in some) for some in points)))
        times = tuple("; ".join(point.time_text for point in some if point.time_text) for some in points)
        rows.append((f"{name}: when", times))
    return tuple(
        (subject, tuple(told or "not told" for told in values))
        for subject, values in rows
        if len({told.casefold() for told in values if told}) > 1
    )


def _days(route: Route) -> str:
    if route.date_start is None:
        return ""
    is_one = route.date_end in (None, route.date_start)
    return route.date_start.isoformat() if is_one else f"{route.date_start} to {route.date_end}"


def _where(point: RoutePoint) -> str:
    place = point.label or point.role.value
    if point.lat is None:
        return f"{place} (position not known)"
    return f"{place} (position not reported)" if point.is_schematic else place


def _is_measured(route: Route) -> bool:
    return any(leg.kind is LegKind.OBSERVED for leg in route.legs)


def _is_version(route: Route, other: Route, *, known: Sequence[Route]) -> bool:
    """Return whether a route is another version of a journey that already has a name."""
    is_known = any(one.id == other.id for one in known)
    return _agree(route, other) and (is_known or _is_same_end(route, other) is not False)


def _is_twin(route: Route, other: Route) -> bool:
    """Return whether two told routes are one journey; one article tells two journeys where it gives two routes."""
    if _article_of(route) == _article_of(other) is not None:
        return False
    return _agree(route, other) and _is_same_end(route, other) is not False


def _agree(route: Route, other: Route) -> bool:
    """Return whether day and origin or vehicle agree, and nothing that both tell says otherwise."""
    if not _is_same_day(route, other):
        return False
    found = (_is_same_start(route, other), _is_same_vehicle(route, other))
    if False in found or True not in found:
        return False
    # Other people on the way to somewhere else at the same time are other people.
    return not (_is_same_end(route, other) is False and _is_same_company(route, other) is False)


def _is_same_day(route: Route, other: Route) -> bool:
    if route.date_start is None or other.date_start is None:
        return False
    apart = timedelta(days=DAYS_APART)
    last, other_last = route.date_end or route.date_start, other.date_end or other.date_start
    return route.date_start <= other_last + apart and other.date_start <= last + apart


def _is_same_start(route: Route, other: Route) -> bool | None:
    return _is_near(route, other, role=PointRole.ORIGIN)


def _is_same_end(route: Route, other: Route) -> bool | None:
    return _is_near(route, other, role=PointRole.DESTINATION)


def _is_near(route: Route, other: Route, *, role: PointRole) -> bool | None:
    """Return whether any two points of a role lie together; None where one of the routes does not tell it."""
    pairs = list(itertools.product(_placed(route, role=role), _placed(other, role=role)))
    if not pairs:
        return None
    return any(
        _distance_km(one, two) <= max(SAME_PLACE_KM, one.radius_km or 0, two.radius_km or 0) for one, two in pairs
    )


def _placed(route: Route, *, role: PointRole) -> list[RoutePoint]:
    return [point for point in route.points if point.role is role and point.lat is not None and point.lon is not None]


def _distance_km(one: RoutePoint, two: RoutePoint) -> float:
    return geo.distance_km(lat1=one.lat or 0.0, lon1=one.lon or 0.0, lat2=two.lat or 0.0, lon2=two.lon or 0.0)


def _is_same_vehicle(route: Route, other: Route) -> bool | None:
    """Return whether the vehicles are of one class; None where one of them is not told or of no known class."""
    kinds = [_vehicle_class(one.vehicle) for one in (route, other)]
    return None if None in kinds else kinds[0] == kinds[1]


def _vehicle_class(words: str | None) -> str | None:
    found = read_grammar().vehicle.search(words) if words else None
    return found.lastgroup if found else None


def _is_same_company(route: Route, other: Route) -> bool | None:
    first, second = (_names(one.who) for one in (route, other))
    return None if not first or not second else bool(first & second)


def _names(who: str | None) -> set[str]:
    return {word.lower() for word in re.findall(r"\w{4,}", who or "")}


def _article_of(route: Route) -> str | None:
    found = (item.article_id for leg in route.legs for item in leg.evidence if item.article_id)
    return next(found, None)
