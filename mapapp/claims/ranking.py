"""The ranker: how likely it is that a sentence says of a place that it changed hands or is held.

A table of weights, trained by `make train` on the passages in `geodata/training/claims` and nothing else: one weight
per clue (`clues`) and group; and the probabilities are a softmax of their sums. `geodata/lexicon/claim_ranker.json`
holds it, to be read by anybody.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import mul

from geodata import ROOT
from mapapp.model import EventKind

RANKER = ROOT / "lexicon" / "claim_ranker.json"

GROUP_OF: Mapping[EventKind, str] = {
    EventKind.REGAINS: "change",
    EventKind.OVERTAKES: "change",
    EventKind.TRANSFER: "change",
    EventKind.REPORTED: "hold",
}
"""What the ranker tells apart. By whom and how a place changed hands is read; fighting is left to the rules."""

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by clue, one per group, in the order of `groups`."""

    groups: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    trained_on: str
    """12 hex digits of the passages' sha256."""
    passages: int


@cache
def read_ranker() -> Ranker:
    """Return the trained table.

    >>> sorted(read_ranker().groups)
    ['change', 'hold', 'nothing']
    """
    table = json.loads(RANKER.read_text(encoding="utf-8"))
    return Ranker(
        groups=tuple(table["groups"]),
        bias=tuple(table["bias"]),
        weights={clue: tuple(row) for clue, row in table["weights"].items()},
        trained_on=table["trained_on"],
        passages=table["passages"],
    )


def probabilities(clues: Mapping[str, float], *, ranker: Ranker) -> dict[str, float]:
    """Return the probability of each group; they add up to 1. Clues that the ranker never saw weigh nothing.

    >>> table = Ranker(("hold", "nothing"), (0.0, 0.0), {"before=held": (1.0, -1.0)}, "", 0)
    >>> round(probabilities({"before=held": 1.0}, ranker=table)["hold"], 2)
    0.88
    """
    weights = ranker.weights
    rows = [weights[clue] for clue in clues if clue in weights]
    values = [value for clue, value in clues.items() if clue in weights]
    by_group = zip(*rows, strict=True) if rows else ((),) * len(ranker.bias)
    sums = [bias + sum(map(mul, own, values)) for bias, own in zip(ranker.bias, by_group, strict=True)]
    highest = max(sums)
    parts = [math.exp(one - highest) for one in sums]
    total = sum(parts)
    return {group: part / total for group, part in zip(ranker.groups, parts, strict=True)}
