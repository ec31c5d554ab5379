"""`make train`: train the ranker and the choosers of claims anew from the passages that ship with the project.

    python -m mapapp.cli.train            train, print how well it does on passages left out, write the table
    python -m mapapp.cli.train --try      the same without writing
    python -m mapapp.cli.train --brief    write without measuring

It needs scikit-learn (`pip install -r requirements-dev.txt`); the app does not. Same passages, same rules and same
version of scikit-learn give the same table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from mapapp.claims.extract import Weighed, sight, weigh
from mapapp.claims.ranking import NOTHING, RANKER, read_ranker
from mapapp.claims.sightings import Sighting
from mapapp.claims.training import Example, digest_of, make_choices, make_examples, read_passages, training_files
from mapapp.cli.train_choosers import DIGITS, FEWEST, FOLDS, tell_choosers, write_choosers
from mapapp.model import Article
from mapapp.places.gazetteer import open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.theatres.theatre import default_theatre, load_theatre

STRENGTH = 0.04
"""Inverse of the penalty on large weights. Chosen by the passages left out: .02 to .1 do alike."""

CAUTION = 1.5
"""What a place of which nothing is claimed counts, beside one of which something is: a false claim costs more."""

TRAP = 2.0
"""What a place counts in a passage that has no claim at all: those were written to mislead."""

Groups = npt.NDArray[np.str_]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, tell, write; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--try", dest="is_trial", action="store_true", help="write nothing")
    parser.add_argument("--brief", dest="is_brief", action="store_true", help="do not measure on passages left out")
    options = parser.parse_args(arguments)
    files = training_files()
    passages = read_passages(files)
    theatre = load_theatre(default_theatre())
    gazetteer = open_gazetteer(theatre)

    def look(article: Article) -> Sequence[Sighting]:
        return sight(article, resolutions=geoparse(article, theatre=theatre, gazetteer=gazetteer), theatre=theatre)

    examples = make_examples(passages, sight=look)
    print(f"{len(passages)} passages, {len(examples)} places in sentences")
    groups = np.array([example.group for example in examples])
    table, names = vectors_of(examples)
    if not options.is_trial:
        write(fit(table, groups, examples), names=names, trained_on=digest_of(files), passages=len(passages))
        read_ranker.cache_clear()  # the choosers learn from what the new ranker takes for claims

    def weigh_anew(article: Article) -> Weighed:
        found = geoparse(article, theatre=theatre, gazetteer=gazetteer)
        return weigh(article, resolutions=found, theatre=theatre)

    choices = dict(zip(("actor", "day"), make_choices(passages, weigh=weigh_anew), strict=True))
    if not options.is_trial:
        write_choosers(choices, trained_on=digest_of(files))
    if not options.is_brief:
        for line in tell_choosers(choices):
            print(line)
        for line in tell(left_out(table, groups, examples), classes=np.unique(groups), groups=groups):
            print(line)
    return 0


def write(model: LogisticRegression, *, names: Sequence[str], trained_on: str, passages: int) -> None:
    """Write the table that the app reads."""
    weights = np.round(model.coef_, DIGITS)
    kept = np.flatnonzero(np.abs(weights).max(axis=0) > 0)
    content = {
        "trained_on": trained_on,
        "passages": passages,
        "groups": [str(name) for name in model.classes_],
        "bias": [round(float(value), DIGITS) for value in model.intercept_],
        "weights": {names[int(column)]: [float(value) for value in weights[:, column]] for column in kept},
    }
    RANKER.write_text(json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{RANKER.name}: {len(kept)} clues, {RANKER.stat().st_size / 1e6:.2f} MB")


def vectors_of(examples: Sequence[Example]) -> tuple[sparse.csr_matrix, list[str]]:
    """Return one row per example and the names of the columns, rare clues left out."""
    maker = DictVectorizer(sort=True)
    table = maker.fit_transform([example.clues for example in examples])
    often = np.flatnonzero(np.asarray((table != 0).sum(axis=0)).ravel() >= FEWEST)
    names = maker.get_feature_names_out()
    return table[:, often], [str(names[column]) for column in often]


def fit(table: sparse.csr_matrix, groups: Groups, examples: Sequence[Example]) -> LogisticRegression:
    """Return a multinomial logistic regression, small weights preferred."""
    weights = [
        example.weight * (CAUTION if example.group == NOTHING else 1.0) * (TRAP if example.is_of_trap else 1.0)
        for example in examples
    ]
    return LogisticRegression(C=STRENGTH, max_iter=1000).fit(table, groups, sample_weight=weights)


def left_out(table: sparse.csr_matrix, groups: Groups, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """Return the chances of every example, each from a model that has not seen its passage."""
    chances = np.zeros((len(examples), len(np.unique(groups))))
    passages = [example.passage for example in examples]
    for known, unseen in GroupKFold(FOLDS).split(table, groups, passages):
        model = fit(table[known], groups[known], [examples[row] for row in known])
        chances[unseen] = model.predict_proba(table[unseen])
    return chances


def tell(chances: npt.NDArray[np.float64], *, classes: Groups, groups: Groups) -> list[str]:
    """Return how many of what is made is right, by score, and how much is found."""
    lines = []
    said = np.array([name != NOTHING for name in classes])
    right = (groups[:, None] == classes[None, :]) & said[None, :]
    due = int((groups != NOTHING).sum())
    for least in (0.2, 0.5, 0.8):
        made = (chances >= least) & said[None, :]
        found = int((made & right).sum())
        lines.append(
            f"score from {least}: precision {found / max(1, int(made.sum())):.3f}, recall {found / max(1, due):.3f}"
        )
    for low in np.arange(0.2, 1.0, 0.1):
        band = (chances >= low) & (chances < low + 0.1) & said[None, :]
        if band.any():
            counted = f"{int((band & right).sum())} of {int(band.sum())} right"
            lines.append(f"  scored {low:.1f} to {low + 0.1:.1f}: {counted}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
