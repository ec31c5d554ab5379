"""What the ranker learns from: the sightings of passages whose claims are known.

The passages in `geodata/training/claims` were written for this, in our own words; nothing else is learned from. The
passages of `tests/gold` were written apart and are never learned from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata import ROOT
from mapapp.claims.evaluate import GoldClaim, Passage, article_of, names_place, read_gold
from mapapp.claims.ranking import GROUP_OF, NOTHING
from mapapp.claims.sightings import Sighting
from mapapp.model import Article

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
