"""Of several options the likeliest: one weight per clue, and a softmax over the sums of the options.

What the rules leave open, or read from too few words, is chosen so: which party a claim is about (`actor_clues`), and
which of the days of a text is its day (`day_clues`). `geodata/lexicon/claim_choices.json` holds the weights, to be
read by anybody; `make train` makes them from the passages in `geodata/training/claims` and from nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from geodata import ROOT

CHOICES = ROOT / "lexicon" / "claim_choices.json"

Clues = Mapping[str, float]
"""Named measures of one option; 1 = the clue is there."""


@dataclass(frozen=True, slots=True)
class Chooser:
    """Weights by clue."""

    weights: Mapping[str, float]
    trained_on: str
    """12 hex digits of the passages' sha256."""


@cache
def read_chooser(name: str) -> Chooser:
    """Return a trained table: `actor` or `day`.

    >>> read_chooser("day").weights["as read"] > 0
    True
    """
    table = json.loads(CHOICES.read_text(encoding="utf-8"))
    return Chooser(weights=table[name], trained_on=table["trained_on"])


def chances(options: Sequence[Clues], *, chooser: Chooser) -> list[float]:
    """Return the chance of every option; they add up to 1. Clues that were never seen weigh nothing.

    >>> [round(one, 2) for one in chances([{"named": 1.0}, {}], chooser=Chooser({"named": 2.0}, ""))]
    [0.88, 0.12]
    >>> chances([], chooser=Chooser({}, ""))
    []
    """
    weights = chooser.weights
    sums = [sum(weights.get(clue, 0.0) * value for clue, value in clues.items()) for clues in options]
    highest = max(sums, default=0.0)
    parts = [math.exp(one - highest) for one in sums]
    total = sum(parts)
    return [part / total for part in parts]
