"""P-codes of what was read before, as the boundaries are now.

A reading keeps the codes of the units that were installed when it was read. Whoever installs finer ones, or goes back
to the bundled ones, need not read everything again: places whose codes are not those of the theatre's smallest units
are joined anew when a scene is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mapapp.boundaries.installed import with_unit_codes
from mapapp.model import Claim, Place, Reading, Resolution
from mapapp.theatres.theatre import Theatre

_Key = tuple[str, str | None, str | None, str | None]


def join_readings(readings: Sequence[Reading], *, theatre: Theatre) -> tuple[Reading, ...]:
    """Return the readings with the P-codes of the theatre's units; one whose codes are right is the same object."""
    told = {
        _key(place): place
        for reading in readings
        for resolution in _resolutions(reading)
        for place in _places(resolution)
        if place.country == theatre.country
    }
    fresh = _join(told.values(), theatre=theatre)
    if not fresh:
        return tuple(readings)
    return tuple(_with_places(reading, fresh=fresh) for reading in readings)


def _join(places: Iterable[Place], *, theatre: Theatre) -> dict[_Key, Place]:
    """Return the places whose codes are not those of the units that they lie in, each with the one that has them."""
    leaves = theatre.units if theatre.leaf_units is None else theatre.leaf_units
    inner = set(theatre.units["parent"].dropna())
    known, smallest = set(theatre.units["pcode"]), set(leaves["pcode"]) - inner
    listed = [place for place in places if not _is_current(place, known=known, smallest=smallest)]
    bare = [replace(place, adm1_pcode=None, adm2_pcode=None, adm3_pcode=None) for place in listed]
    joined = with_unit_codes(bare, units=theatre.units, leaf_units=leaves[leaves["pcode"].isin(smallest)])
    # What lies in no unit keeps the code that it was given.
    found = (
        (old, new if new.adm1_pcode or new.adm2_pcode or new.adm3_pcode else replace(new, adm1_pcode=old.adm1_pcode))
        for old, new in zip(listed, joined, strict=True)
    )
    return {_key(old): new for old, new in found if old != new}


def _key(place: Place) -> _Key:
    """Return what two records of one place have in common, if their codes are the same."""
    return place.id, place.adm1_pcode, place.adm2_pcode, place.adm3_pcode


def _is_current(place: Place, *, known: set[str], smallest: set[str]) -> bool:
    codes = [code for code in (place.adm1_pcode, place.adm2_pcode, place.adm3_pcode) if code]
    return bool(codes) and codes[-1] in smallest and set(codes) <= known


def _resolutions(reading: Reading) -> Iterable[Resolution]:
    yield from reading.resolutions
    for claim in reading.claims:
        yield from (one for one in (claim.place, claim.origin, claim.destination) if one is not None)


def _places(resolution: Resolution) -> Iterable[Place]:
    return (candidate.place for candidate in resolution.candidates[:1])


def _with_places(reading: Reading, *, fresh: Mapping[_Key, Place]) -> Reading:
    def renew(resolution: Resolution) -> Resolution:
        place = None if resolution.place is None else fresh.get(_key(resolution.place))
        if place is None:
            return resolution
        first, *others = resolution.candidates
        return replace(resolution, candidates=(replace(first, place=place), *others))

    def renew_claim(claim: Claim) -> Claim:
        old = (claim.place, claim.origin, claim.destination)
        place, origin, destination = (one and renew(one) for one in old)
        if (place, origin, destination) == old:
            return claim
        return replace(claim, place=place, origin=origin, destination=destination)

    resolutions = tuple(map(renew, reading.resolutions))
    claims = tuple(map(renew_claim, reading.claims))
    if (resolutions, claims) == (reading.resolutions, reading.claims):
        return reading
    return replace(reading, resolutions=resolutions, claims=claims)
