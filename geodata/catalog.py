"""The catalogue of bundled data: where every file comes from, under what licence, and whether it is still itself.

    python -m geodata.catalog             check every file; exit code 1 where something is wrong
    python -m geodata.catalog --update    write the sha256 of the listed files anew, and name the unlisted ones

`catalog.toml` holds the table; its first lines say how a file is added.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata import ROOT

CATALOG = "catalog.toml"
NOT_DATA = frozenset({".py", ".pyc"})
"""Suffixes of files that are no data; the catalogue itself, folders of caches and hidden files aren't either."""

_REQUIRED = ("source", "licence", "date", "recipe")
_BLOCK = re.compile(r'(?ms)^\[\[file\]\]\npath = "(?P<path>[^"]+)"\n(?P<body>.*?)(?=^\[|\Z)')
_SHA256 = re.compile(r'(?m)^sha256 = "[0-9a-f]*"$')


class CatalogError(ValueError):
    """The catalogue itself cannot be read."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What is known of one bundled file."""

    path: str
    """Below `geodata/`, with forward slashes."""
    source: str
    """Who made the data that it holds."""
    address: str
    """Where that stands; empty for our own work."""
    licence: str
    date: str
    """When the source was published or taken, ISO."""
    sha256: str
    """64 hex digits over the file's bytes."""
    recipe: str
    """Module to run, or how it was compiled by hand."""
    attribution: str
    """Short line for the map's corner; empty = none is asked for."""


def read_catalog(*, root: Path = ROOT) -> tuple[CatalogEntry, ...]:
    """Return every entry of `catalog.toml`, in its order. What an entry lacks is an empty text.

    Raise `CatalogError` where the file is missing or is not TOML.

    >>> all(entry.licence for entry in read_catalog())
    True
    """
    try:
        table = tomllib.loads((root / CATALOG).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{CATALOG} cannot be read: {error}. Restore it from the repository.") from error
    sources = table.get("source", {})
    return tuple(_entry(row, sources=sources) for row in table.get("file", ()))


def _entry(row: dict[str, Any], *, sources: dict[str, dict[str, Any]]) -> CatalogEntry:
    """Join a file's row with the source that it names; the row's own values win."""
    origin = sources.get(str(row.get("source", "")), {})
    merged = {**origin, **{key: value for key, value in row.items() if key != "source"}}
    values = {key: str(merged.get(key, "")).strip() for key in CatalogEntry.__slots__}
    values["source"] = str(origin.get("name", "")).strip()
    return CatalogEntry(**values)


def verify_catalog(*, root: Path = ROOT) -> tuple[str, ...]:
    """Return what is wrong as plain sentences; empty = every file is listed, there and unchanged.

    >>> isinstance(verify_catalog(), tuple)
    True
    """
    try:
        entries = read_catalog(root=root)
    except CatalogError as error:
        return (str(error),)
    problems: list[str] = []
    listed: set[str] = set()
    for entry in entries:
        name = entry.path or "An entry without a path"
        if entry.path in listed:
            problems.append(f"{name} is listed twice; expected once.")
        listed.add(entry.path)
        lacking = [key for key in _REQUIRED if not getattr(entry, key)]
        if lacking:
            problems.append(f"{name} has no {' and no '.join(lacking)}; add it to {CATALOG}.")
        path = root / entry.path
        if not entry.path or not path.is_file():
            problems.append(f"{name} is listed but missing; restore it or run its recipe: {entry.recipe or 'none'}.")
        elif (found := _digest(path)) != entry.sha256:
            problems.append(
                f"{name} has changed: its sha256 begins with {found[:12]}, expected {entry.sha256[:12] or 'one'}. "
                "Restore it, or run `python -m geodata.catalog --update` where the change is meant."
            )
    problems += [f"{path} is not listed; add it to {CATALOG}." for path in _data_files(root) if path not in listed]
    return tuple(problems)


def attributions(*, root: Path = ROOT) -> tuple[str, ...]:
    """Return the lines that the licences ask for, each once, in the catalogue's order.

    >>> any("GeoNames" in line for line in attributions())
    True
    """
    return tuple(dict.fromkeys(entry.attribution for entry in read_catalog(root=root) if entry.attribution))


def data_hash(*, root: Path = ROOT) -> str:
    """Return 12 hex digits that change whenever any listed file does.

    >>> len(data_hash())
    12
    """
    lines = sorted(f"{entry.path} {entry.sha256}" for entry in read_catalog(root=root))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def update_catalog(*, root: Path = ROOT) -> tuple[str, ...]:
    """Write the sha256 of every listed file into `catalog.toml`; return the paths of those that are not listed."""
    catalog = root / CATALOG
    listed: set[str] = set()

    def refreshed(block: re.Match[str]) -> str:
        path = root / block["path"]
        listed.add(block["path"])
        if not path.is_file():
            return block[0]
        line = f'sha256 = "{_digest(path)}"'
        if _SHA256.search(block["body"]):
            return _SHA256.sub(line, block[0])
        return block[0].rstrip("\n") + f"\n{line}\n\n"

    before = catalog.read_text(encoding="utf-8")
    after = _BLOCK.sub(refreshed, before).rstrip("\n") + "\n"
    if after != before:
        catalog.write_text(after, encoding="utf-8", newline="\n")
    return tuple(path for path in _data_files(root) if path not in listed)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _data_files(root: Path) -> list[str]:
    """Return every file that must be listed, below `root`, sorted."""
    found = []
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        is_hidden = any(part.startswith((".", "__")) for part in parts)
        if path.is_file() and not is_hidden and path.suffix not in NOT_DATA and parts != (CATALOG,):
            found.append("/".join(parts))
    return sorted(found)


def main(arguments: list[str] | None = None) -> int:
    """Be the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write sha256 anew and name unlisted files")
    if parser.parse_args(arguments).update:
        for path in update_catalog():
            block = f'[[file]]\npath = "{path}"\nsource = "own"\nrecipe = "by hand"\nsha256 = ""'
            sys.stdout.write(f"Not listed; a block to start from:\n{block}\n\n")
    problems = verify_catalog()
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
