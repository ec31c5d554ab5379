"""The claims of the built-in reader and of a language model side by side: which of them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mapapp.model import CONTROL_CHANGES, Claim, Resolution
from mapapp.text import fold

DETAILS = ("kind", "actor", "date", "assertion")
"""In which two claims that say the same may still differ."""


class Reader(StrEnum):
    """Who has read a claim in the text."""

    BUILT_IN = "built-in"
    BOTH = "both"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Pair:
    """One statement of an article, as one of the readers or both have read it."""

    built_in: Claim | None
    model: Claim | None
    differs: tuple[str, ...] = ()
    """Of `DETAILS`, those in which the two do."""

    @property
    def reader(self) -> Reader:
        """Who has read it."""
        if self.model is None:
            return Reader.BUILT_IN
        return Reader.MODEL if self.built_in is None else Reader.BOTH

    @property
    def claim(self) -> Claim:
        """The claim that counts: the built-in one where there is one."""
        found = self.built_in or self.model
        if found is None:
            raise ValueError("A pair without any claim was made; at least one was expected.")
        return found


def compare_claims(built_in: Sequence[Claim], *, model: Sequence[Claim]) -> tuple[Pair, ...]:
    """Return every statement once, by start offset: two claims are one where kind, place and words fit.

    All changes of control are of one kind here. Where several fit, those that differ least are taken together.

    >>> compare_claims((), model=())
    ()
    """
    fitting = sorted(
        (len(_differences(one, two)), i, j)
        for i, one in enumerate(built_in)
        for j, two in enumerate(model)
        if _is_same(one, two)
    )
    paired: dict[int, int] = {}
    for _, i, j in fitting:
        if i not in paired and j not in paired.values():
            paired[i] = j
    pairs = [Pair(built_in[i], model[j], _differences(built_in[i], model[j])) for i, j in paired.items()]
    pairs += [Pair(one, None) for i, one in enumerate(built_in) if i not in paired]
    pairs += [Pair(None, two) for j, two in enumerate(model) if j not in paired.values()]
    return tuple(sorted(pairs, key=lambda pair: (pair.claim.start, pair.claim.kind.value, pair.claim.id)))


def _is_same(one: Claim, two: Claim) -> bool:
    is_kind = one.kind is two.kind or (one.kind in CONTROL_CHANGES and two.kind in CONTROL_CHANGES)
    if not is_kind or one.start >= two.end or two.start >= one.end:
        return False
    mine, others = _places(one), _places(two)
    return any(_is_place(first, second) for first in mine for second in others)


def _places(claim: Claim) -> list[Resolution]:
    return [one for one in (claim.place, claim.origin, claim.destination) if one is not None]


def _is_place(one: Resolution, two: Resolution) -> bool:
    if one.place is not None and two.place is not None:
        return one.place.id == two.place.id
    return fold(one.mention.surface) == fold(two.mention.surface)


def _differences(one: Claim, two: Claim) -> tuple[str, ...]:
    values = {
        "kind": (one.kind, two.kind),
        "actor": (one.actor, two.actor),
        "date": ((one.date_start, one.date_end), (two.date_start, two.date_end)),
        "assertion": (one.assertion, two.assertion),
    }
    return tuple(name for name in DETAILS if values[name][0] != values[name][1])
