"""Run every module of this folder that has a `run()`, and print one table of all figures.

python -m benchmarks            all of them
python -m benchmarks scrub      only these
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import benchmarks
from benchmarks import Row

HEADER = ("what", "figure", "bar", "", "note")
VERDICTS = {True: "reached", False: "MISSED", None: ""}


def main(names: Sequence[str]) -> int:
    """Print the tables; 1 where a bar was missed or a name is not known."""
    known = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
    runnable = [name for name in known if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]
    unknown = set(names) - set(runnable)
    if unknown:
        print(f"There is no benchmark named {', '.join(sorted(unknown))}. Choose from: {', '.join(runnable)}.")
        return 1
    rows: list[Row] = []
    for name in names or runnable:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
    print_table(rows)
    return 1 if any(row.is_reached is False for row in rows) else 0


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows in columns."""
    table = [HEADER] + [
        (row.what, f"{row.value:,.4g} {row.unit}".strip(), row.bar, VERDICTS[row.is_reached], row.note) for row in rows
    ]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADER))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
