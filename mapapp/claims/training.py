"""What the ranker and the choosers learn from: passages whose claims are known.

The passages in `geodata/training/claims` were written for this, in our own words; nothing else is learned from. The
passages of `tests/gold` were written apart and are never learned from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata import ROOT
from mapapp.claims.actor_clues import actor_options, role_of
from mapapp.claims.choosing import Clues
from mapapp.claims.day_clues import Days, day_options
from mapapp.claims.drafts import Draft
from mapapp.claims.evaluate import GoldClaim, Passage, article_of, names_place, read_gold
from mapapp.claims.extract import Weighed
from mapapp.claims.ranking import GROUP_OF, NOTHING
from mapapp.claims.settling import asks_for_day
from mapapp.claims.sightings import Sighting
from mapapp.dates import precision_of
from mapapp.model import Article, EventKind

PASSAGES = ROOT / "training" / "claims"


@dataclass(frozen=True, slots=True)
class Example:
    """A place in a sentence with what a reader takes from it."""

    passage: int
    clues: Mapping[str, float]
    group: str
    weight: float
    is_of_trap: bool = False
    """Whether its passage has no claim at all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of a claim, and which of them a reader takes."""

    passage: int
    options: tuple[Clues, ...]
    is_right: tuple[bool, ...]


LEAST_SCORE = 0.3
"""Claims that are less sure teach the choosers nothing."""


def training_files(folder: Path = PASSAGES) -> tuple[Path, ...]:
    """Return the files of passages, by name.

    >>> all(path.suffix == ".toml" for path in training_files())
    True
    """
    return tuple(sorted(folder.glob("*.toml")))


def digest_of(files: Iterable[Path]) -> str:
    """Return 12 hex digits that change whenever a passage does."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def read_passages(files: Iterable[Path]) -> tuple[Passage, ...]:
    """Return all passages of some files. Raises DataError where one breaks the rules of its form."""
    return tuple(passage for path in files for passage in read_gold(path))


def make_examples(
    passages: Sequence[Passage], *, sight: Callable[[Article], Sequence[Sighting]]
) -> tuple[Example, ...]:
    """Return an example for every place that was seen; `sight` reads an article.

    What may be said or not (`?`) teaches nothing and is left out. A place that a passage names twice, and takes one
    claim from, teaches with the mention that the rules read, where there is one.
    """
    examples: list[Example] = []
    for number, passage in enumerate(passages):
        examples.extend(_examples_of(number, passage, sight(article_of(passage))))
    return tuple(examples)


def _examples_of(number: int, passage: Passage, sightings: Sequence[Sighting]) -> Iterable[Example]:
    gold = [claim for claim in passage.claims if claim.kind in GROUP_OF]
    for sighting in sightings:
        if any(draft.candidate.place.is_vague for draft in sighting.drafts):
            continue
        fitting = [claim for claim in gold if _fits(claim, sighting)]
        due = [claim for claim in fitting if not claim.is_optional]
        if fitting and not due:
            continue
        groups = [GROUP_OF[claim.kind] for claim in due]
        if not groups:
            yield Example(number, sighting.clues, NOTHING, 1.0, is_of_trap=not passage.claims)
            continue
        rivals = [other for other in sightings if any(_fits(claim, other) for claim in due)]
        is_read = bool(sighting.drafts)
        if len(rivals) > 1 and not is_read and any(other.drafts for other in rivals):
            continue
        group = next(one for one in ("change", "hold") if one in groups)
        yield Example(number, sighting.clues, group, 1.0 / (1 if is_read else len(rivals)))


def _fits(claim: GoldClaim, sighting: Sighting) -> bool:
    return names_place(claim.place, sighting.resolution)


def make_choices(
    passages: Sequence[Passage], *, weigh: Callable[[Article], Weighed]
) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """Return what teaches to choose parties, and what teaches to choose days; `weigh` reads an article."""
    actors: list[Choice] = []
    days: list[Choice] = []
    for number, passage in enumerate(passages):
        gold = [claim for claim in passage.claims if claim.kind in GROUP_OF and not claim.is_optional]
        if not gold:
            continue
        weighed = weigh(article_of(passage))
        for draft in weighed.drafts:
            if draft.score >= LEAST_SCORE:
                fitting = [claim for claim in gold if names_place(claim.place, draft.resolution)]
                actors.extend(_actor_choice(number, draft, fitting, weighed))
                days.extend(_day_choice(number, draft, fitting, weighed))
    return tuple(actors), tuple(days)


def _actor_choice(number: int, draft: Draft, gold: Sequence[GoldClaim], weighed: Weighed) -> Iterable[Choice]:
    """Yield the choice of a party; of a claim without one, the kind tells whether it is the state."""
    role = role_of(draft)
    fitting = [claim for claim in gold if (claim.kind is EventKind.REPORTED) == (role == "holder")]
    if role == "leaver":
        fitting = [claim for claim in fitting if claim.kind is EventKind.TRANSFER]
    if role is None or not weighed.is_at_home(draft) or len({(one.actor or one.kind) for one in fitting}) != 1:
        return
    (actor, kind), actors = (fitting[0].actor, fitting[0].kind), weighed.cast.actors
    options = actor_options(draft, role=role, cast=weighed.cast, day=draft.when.first)
    if actor is not None:
        right = [code == (actor if actor in options else None) for code in options]
    elif kind in (EventKind.REGAINS, EventKind.OVERTAKES):
        right = [code is not None and actors[code].is_state == (kind is EventKind.REGAINS) for code in options]
    else:
        return
    if any(right):
        yield Choice(number, tuple(options.values()), tuple(right))


def _day_choice(number: int, draft: Draft, gold: Sequence[GoldClaim], weighed: Weighed) -> Iterable[Choice]:
    """Yield the choice of a day: those right that overlap, of them those as precise; else none is."""
    days = {(claim.first, claim.last) for claim in gold if claim.kind is not EventKind.REPORTED and claim.first}
    if not asks_for_day(draft) or len(days) != 1:
        return
    first, last = days.pop()
    options = day_options(draft, calendar=weighed.calendar)
    if first is None or last is None:
        return
    fitting = [one for one in options if one is not None and one[0] <= last and first <= one[1]]
    precise = [one for one in fitting if precision_of(*one) == precision_of(first, last)]
    right: list[Days | None] = [*(precise or fitting)] or [None]
    yield Choice(number, tuple(options.values()), tuple(one in right for one in options))
