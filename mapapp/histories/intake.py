"""The whole way of a table from outside into a theatre: first look at what would become of it, then do it.

Nothing is written by `check_table`; a theatre that does not exist yet is tried out in a folder that is thrown away.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mapapp.errors import DataError, MapAppError
from mapapp.histories.layouts import EVENT_FORMATS
from mapapp.histories.merging import Merged, merge_history
from mapapp.histories.reading import read_history
from mapapp.histories.records import Imported, SetAside, check_source, count_reasons
from mapapp.histories.shelf import add_layer
from mapapp.histories.writing import write_history
from mapapp.theatres.files import read_units
from mapapp.theatres.skeleton import make_theatre
from mapapp.theatres.theatre import THEATRES, Theatre, list_theatres, load_theatre, theatre_folder

Report = Callable[[str, float], None]
"""Told what is being done, in words, and which share of it is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class NewTheatre:
    """A theatre that an import is to make."""

    name: str
    country: str
    """ISO 3166 alpha-2."""
    title: str = ""
    """Empty = the country's name."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of a table; rows in = rows kept + rows set aside."""

    imported: Imported
    target: str | NewTheatre
    merged: Merged | None
    """None = the table becomes an event layer."""
    set_aside: tuple[SetAside, ...]
    """By line."""

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self.imported.n_rows

    @property
    def n_kept(self) -> int:
        """Rows that are used."""
        return self.n_rows - len(self.set_aside)

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return why rows are set aside and how many for each reason, the most frequent first."""
        return count_reasons(self.set_aside)


def own_theatres() -> tuple[str, ...]:
    """Return the names of the theatres that can be written into: those of the user's own."""
    return tuple(name for name in list_theatres() if theatre_folder(name).parent.resolve() != THEATRES.resolve())


def check_table(
    path: Path,
    *,
    target: str | NewTheatre,
    source: str,
    format: str | None = None,  # noqa: A002
    columns: Mapping[str, str] | None = None,
    as_claims: bool = False,
    progress: Report | None = None,
) -> Checked:
    """Return what would become of a table in a theatre, or in one that is to be made. Nothing is written.

    Event exports become a layer of the map, `as_claims` claims of a theatre's tables. Raises DataError for a file that
    is no such table and where nothing of it can be used, TheatreError where the new theatre cannot be made.
    """
    report = progress or _say_nothing
    check_source(source)
    report("Reading the table", 0.05)
    imported = read_history(path, format=format, columns=columns)
    if imported.format in EVENT_FORMATS and not as_claims:
        if isinstance(target, NewTheatre):
            raise DataError("A layer lies on a map that is there already. Choose its conflict.")
        if not imported.happenings:
            raise DataError(f"Nothing of the table can be used: {'; '.join(r for r, _ in imported.reasons())[:400]}")
        return Checked(imported, target, None, imported.set_aside)
    report(f"Finding the places of {imported.n_rows:,} rows", 0.35)
    if isinstance(target, str):
        merged = _merge(imported, theatre=load_theatre(target), source=source)
    else:
        with tempfile.TemporaryDirectory(prefix="mapapp-") as folder:
            root = Path(folder)
            make_theatre(target.name, folder=root, country=target.country, title=target.title)
            merged = _merge(imported, theatre=load_theatre(target.name, root=root), source=source)
    return Checked(imported, target, merged, merged.set_aside)


def carry_out(
    checked: Checked, *, title: str, source: str, attribution: str = "", progress: Report | None = None
) -> str:
    """Do what was checked and return the name of the theatre. What fails leaves everything as it was.

    `title` is what the import is called, `attribution` the line of a layer for the corner of the map.
    """
    report = progress or _say_nothing
    target = checked.target
    if checked.merged is None:
        if isinstance(target, NewTheatre):
            raise DataError("A layer lies on a map that is there already. Choose its conflict.")
        report("Writing the layer", 0.5)
        add_layer(checked.imported, theatre_name=target, title=title, source=source, attribution=attribution)
        return target
    if isinstance(target, str):
        report("Writing the tables and opening them again", 0.5)
        write_history(checked.merged, theatre=load_theatre(target), title=title, source=source)
        return target
    report(f"Making the conflict {target.name}", 0.3)
    made = make_theatre(target.name, country=target.country, title=target.title)
    report("Writing the tables and opening them again", 0.6)
    try:
        write_history(checked.merged, theatre=load_theatre(target.name), title=title, source=source)
    except (MapAppError, OSError):
        shutil.rmtree(made)  # it was made for this import alone
        raise
    return target.name


def _merge(imported: Imported, *, theatre: Theatre, source: str) -> Merged:
    # The theatre's own units: others that are installed may be removed again.
    return merge_history(imported, theatre=theatre, source=source, units=read_units(theatre.folder))


def _say_nothing(words: str, share: float) -> None:
    """Tell nobody."""
