"""What the project must be fast at, measured: `make bench` prints one table of every module's `run()`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table."""

    what: str
    """In plain words, with what it was measured on."""
    value: float
    unit: str
    bar: str = ""
    """What must be reached, such as `<= 0.5`; empty = for comparison only."""
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """Whether the figure reaches its bar; None = there is none.

        >>> Row("time per article", 0.2, "s", "<= 0.5").is_reached
        True
        """
        sign, _, limit = self.bar.partition(" ")
        if not limit:
            return None
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)
