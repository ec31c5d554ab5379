"""Train the choosers (`mapapp.claims.choosing`): conditional logits, small weights preferred."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from mapapp.claims.choosing import CHOICES, Chooser, chances
from mapapp.claims.training import Choice

PENALTY = 5.0
"""On squared weights. Chosen by the passages left out: 3 to 8 do alike."""

FEWEST = 4
"""Clues of fewer options, or examples, are left out: they would be learned by heart."""

FOLDS = 5
DIGITS = 3
"""Of the weights in the tables."""

MOST_STEPS = 300

Vector = npt.NDArray[np.float64]


def write_choosers(choices: Mapping[str, Sequence[Choice]], *, trained_on: str) -> None:
    """Train one table per name and write them all."""
    content: dict[str, object] = {"trained_on": trained_on}
    for name, own in choices.items():
        weights = {clue: round(weight, DIGITS) for clue, weight in fit(own).items()}
        content[name] = {clue: weight for clue, weight in weights.items() if weight}
    text = json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True)
    CHOICES.write_text(text + "\n", encoding="utf-8")
    print(f"{CHOICES.name}: {CHOICES.stat().st_size / 1e6:.2f} MB")


def fit(choices: Sequence[Choice]) -> dict[str, float]:
    """Return the weights under which the right options are likeliest."""
    counts = Counter(clue for choice in choices for clues in choice.options for clue in clues)
    names = sorted(clue for clue, count in counts.items() if count >= FEWEST)
    column = {clue: number for number, clue in enumerate(names)}
    options = [clues for choice in choices for clues in choice.options]
    cells = [
        (row, column[clue], value) for row, one in enumerate(options) for clue, value in one.items() if clue in column
    ]
    rows, columns, values = zip(*cells, strict=True)
    table = sparse.csr_matrix((values, (rows, columns)), shape=(len(options), len(names)))
    group = np.repeat(np.arange(len(choices)), [len(choice.options) for choice in choices])
    starts = np.searchsorted(group, np.arange(len(choices)))
    right = np.array([one for choice in choices for one in choice.is_right])

    def loss(weights: Vector) -> tuple[float, Vector]:
        sums = table @ weights
        parts = np.exp(sums - np.maximum.reduceat(sums, starts)[group])
        chance = parts / np.add.reduceat(parts, starts)[group]
        good = np.where(right, chance, 0.0)
        total = np.maximum(np.add.reduceat(good, starts), 1e-12)
        gradient = table.T @ (chance - good / total[group]) + PENALTY * weights
        return float(-np.log(total).sum() + PENALTY / 2 * weights @ weights), gradient

    start = np.zeros(len(names))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    return dict(zip(names, found.x.tolist(), strict=True))


def tell_choosers(choices: Mapping[str, Sequence[Choice]]) -> list[str]:
    """Return how often the likeliest option is right, each passage judged by weights that have not seen it."""
    lines = []
    for name, own in choices.items():
        right = 0
        for fold in range(FOLDS):
            chooser = Chooser(fit([choice for choice in own if choice.passage % FOLDS != fold]), "")
            unseen = [choice for choice in own if choice.passage % FOLDS == fold]
            right += sum(choice.is_right[_best(choice, chooser)] for choice in unseen)
        lines.append(f"{name}: {right} of {len(own)} chosen right ({right / max(1, len(own)):.3f})")
    return lines


def _best(choice: Choice, chooser: Chooser) -> int:
    return int(np.argmax(chances(choice.options, chooser=chooser)))
