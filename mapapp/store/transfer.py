"""Claims and decisions of a store as a file, and a file of them into a store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mapapp.claims.checking import Checked, check_exchange
from mapapp.claims.exchange import Exchange, Now, about_article
from mapapp.claims.review import PlaceFinder, review_reading
from mapapp.model import Claim
from mapapp.store.store import Store
from mapapp.theatres.theatre import Theatre


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a file: claims and decisions in = new + known already + set aside."""

    n_claims: int
    n_known_claims: int
    n_decisions: int
    n_known_decisions: int
    set_aside: tuple[str, ...]
    """One sentence for each record that could not be used."""


def collect_claims(
    store: Store, *, theatre: Theatre, gazetteer: PlaceFinder, article_ids: Collection[str] | None = None
) -> Exchange:
    """Return all claims and decisions of a theatre's articles, or of some of them, ready to be written."""
    readings = [
        reading
        for reading in store.readings(theatre=theatre.code)
        if article_ids is None or reading.article.id in article_ids
    ]
    ids = {reading.article.id for reading in readings}
    decisions = tuple(decision for decision in store.decisions() if decision.article_id in ids)
    now: dict[str, Now] = {}
    for reading in readings:
        own = [decision for decision in decisions if decision.article_id == reading.article.id]
        reviewed = review_reading(reading, decisions=own, theatre=theatre, gazetteer=gazetteer)
        now.update((claim.id, Now(claim, reviewed.states[claim.id])) for claim in reviewed.claims)
    return Exchange(
        theatre=theatre.code,
        articles=tuple(about_article(reading.article) for reading in readings),
        claims=tuple(claim for reading in readings for claim in reading.claims),
        decisions=decisions,
        now=now,
    )


def check_claims_file(store: Store, exchange: Exchange, *, theatre: Theatre) -> Checked:
    """Return what of a file could be added to a store, which stays as it is."""
    readings = store.readings(theatre=theatre.code)
    claims: dict[str, Claim] = {claim.id: claim for reading in readings for claim in reading.claims}
    return check_exchange(
        exchange,
        theatre=theatre.code,
        actors=frozenset(actor.code for actor in theatre.actors),
        articles={reading.article.id: reading.article for reading in readings},
        claims=claims,
        decisions=store.decisions(),
    )


def take_in_claims(store: Store, exchange: Exchange, *, theatre: Theatre, origin: str) -> TakenIn:
    """Add what a file holds to a store. Nothing that is there changes; the same file again adds nothing.

    `origin` is kept with each new claim: where it is from.
    """
    checked = check_claims_file(store, exchange, theatre=theatre)
    store.add_claims(checked.claims, theatre=theatre.code, origin=origin)
    store.add_decisions(checked.decisions)
    return count_taken(checked)


def count_taken(checked: Checked) -> TakenIn:
    """Return the numbers of a check."""
    return TakenIn(
        n_claims=len(checked.claims),
        n_known_claims=checked.n_known_claims,
        n_decisions=len(checked.decisions),
        n_known_decisions=checked.n_known_decisions,
        set_aside=checked.set_aside,
    )
