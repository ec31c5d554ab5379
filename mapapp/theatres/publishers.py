"""How far publishers are trusted: the theatre's table, and what the user changed of it.

The bundled table stays as it is. The user's rows lie in the data folder, one file per save, so that a save can be taken
back and nothing is lost: `publishers/<theatre>/0001.csv` and so on, the highest number counts. A row replaces the
bundled one of its name or adds a publisher; whom no row knows is graded F6.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mapapp.errors import DataError, TheatreError
from mapapp.folders import data_folder
from mapapp.tables import Row, guard_formula, read_rows, require_unique, rows_of, unguard_formula
from mapapp.theatres.records import Publisher

RELIABILITIES = frozenset("ABCDEF")
"""Admiralty: A completely reliable to E unreliable; F cannot be judged."""
COLUMNS = ("name", "reliability", "favours", "aliases", "domain", "lat", "lon")
UNDONE = ".undone"
"""Suffix of a file whose save was taken back."""
LONGEST_TEXT = 200
"""Characters of a name, an alias or a domain."""
MOST_BYTES = 5_000_000
"""Of a table that is imported: some ten thousand publishers."""


@dataclass(frozen=True, slots=True)
class PublisherImport:
    """A table of publishers as it was read: rows in = rows kept + rows set aside."""

    publishers: tuple[Publisher, ...]
    set_aside: tuple[str, ...] = ()
    """One sentence for each row that could not be used."""


def read_publishers(path: Path, *, codes: frozenset[str]) -> tuple[Publisher, ...]:
    """Return the publishers of a file; raise `TheatreError` for any row that breaks a rule."""
    publishers = tuple(_publisher(row, codes=codes) for row in read_rows(path, columns=COLUMNS))
    return require_unique(publishers, key=lambda one: one.name, label=f"{path.parent.name}/{path.name}")


def bundled_publishers(folder: Path, *, codes: frozenset[str]) -> tuple[Publisher, ...]:
    """Return the table of a theatre's folder, whatever the user changed of it."""
    return read_publishers(folder / "publishers.csv", codes=codes)


def _publisher(row: Row, *, codes: frozenset[str]) -> Publisher:
    def text(column: str) -> str | None:
        value = row.optional(column)
        if value is not None and len(value) > LONGEST_TEXT:
            raise row.fail(column, f"at most {LONGEST_TEXT} characters")
        return None if value is None else unguard_formula(value) or None

    row.text("name")
    return Publisher(
        name=text("name") or row.text("name"),
        reliability=row.one_of("reliability", RELIABILITIES, what="an Admiralty grade"),
        favours=row.optional_one_of("favours", codes, what="a code of actors.csv"),
        aliases=tuple(alias.strip() for alias in (text("aliases") or "").split("|") if alias.strip()),
        domain=text("domain"),
        lat=row.optional_number("lat", low=-90, high=90),
        lon=row.optional_number("lon", low=-180, high=180),
    )


def write_publishers(publishers: Iterable[Publisher]) -> bytes:
    """Return publishers as a CSV file in UTF-8 that no spreadsheet takes for formulas.

    >>> write_publishers([Publisher("The Daily", "C", favours="GOV", aliases=("Daily", "TD"))]).decode().splitlines()[1]
    'The Daily,C,GOV,Daily|TD,,,'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in publishers:
        numbers = ["" if value is None else repr(value) for value in (one.lat, one.lon)]
        texts = (one.name, one.reliability, one.favours or "", "|".join(one.aliases), one.domain or "")
        writer.writerow([*(guard_formula(text) if text else "" for text in texts), *numbers])
    return out.getvalue().encode()


def import_publishers(data: bytes, *, codes: frozenset[str]) -> PublisherImport:
    """Read a table of publishers from outside: what breaks a rule is set aside with its reason, the rest is kept.

    Raises `DataError` where it is no such table at all.
    """
    if len(data) > MOST_BYTES:
        message = f"The table has {len(data):,} bytes; at most {MOST_BYTES:,} were expected. Give publishers only."
        raise DataError(message)
    kept: dict[str, Publisher] = {}
    reasons: list[str] = []
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        for row in rows_of(text, label="publishers", columns=("name", "reliability")):
            whole = Row(row.where, {**dict.fromkeys(COLUMNS, ""), **row.values})
            try:
                one = _publisher(whole, codes=codes)
            except TheatreError as error:
                reasons.append(str(error))
                continue
            if one.name in kept:
                reasons.append(f"{row.where}: {one.name!r} stands there twice; the first row counts.")
            kept.setdefault(one.name, one)
    except (TheatreError, UnicodeDecodeError) as error:
        message = f"This is no table of publishers: {error} Expected a CSV file in UTF-8 with {', '.join(COLUMNS)}."
        raise DataError(message) from error
    return PublisherImport(tuple(kept.values()), tuple(reasons))


def merge_publishers(bundled: Iterable[Publisher], own: Iterable[Publisher]) -> tuple[Publisher, ...]:
    """Return the bundled publishers with the user's in the place of those of their name, then the user's others.

    >>> [one.reliability for one in merge_publishers([Publisher("A", "B")], [Publisher("A", "D"), Publisher("Z", "C")])]
    ['D', 'C']
    """
    mine = {one.name: one for one in own}
    known = [mine.pop(one.name, one) for one in bundled]
    return (*known, *mine.values())


# The user's own rows


def publishers_folder(theatre_name: str) -> Path:
    """Return where the user's rows for a theatre lie; it need not exist yet."""
    return data_folder() / "publishers" / theatre_name


def publishers_version(theatre_name: str) -> str:
    """Return a text that changes with what the user changed.

    >>> publishers_version("nowhere")
    'bundled'
    """
    path = _newest(theatre_name)
    return "bundled" if path is None else f"{path.stem}-{path.stat().st_mtime_ns:x}"


def own_publishers(theatre_name: str, *, codes: frozenset[str]) -> tuple[Publisher, ...]:
    """Return the user's rows for a theatre; empty = the bundled table holds. `TheatreError` for a broken file."""
    path = _newest(theatre_name)
    return () if path is None else read_publishers(path, codes=codes)


def save_publishers(publishers: Iterable[Publisher], *, theatre_name: str, bundled: Iterable[Publisher]) -> int:
    """Keep what differs from the bundled table as the user's rows, and return how many that are.

    Raises `DataError` where a name stands there twice or the folder cannot be written.
    """
    known = {one.name: one for one in bundled}
    own = [one for one in publishers if known.get(one.name) != one]
    if len({one.name for one in own}) != len(own):
        raise DataError("A publisher stands in the table twice. Expected each name once; change or remove one of them.")
    _write(theatre_name, write_publishers(own))
    return len(own)


def reset_publishers(theatre_name: str) -> None:
    """Let the bundled table hold again. The user's rows stay on disk, and `undo_publishers` brings them back."""
    _write(theatre_name, write_publishers(()))


def undo_publishers(theatre_name: str) -> bool:
    """Take the last save back; False where there is none."""
    path = _newest(theatre_name)
    if path is None:
        return False
    path.rename(path.with_name(path.name + UNDONE))
    return True


def redo_publishers(theatre_name: str) -> bool:
    """Bring back what was taken back last; False where there is nothing, or something was saved since."""
    path = _redoable(theatre_name)
    if path is None:
        return False
    path.rename(path.with_name(path.name.removesuffix(UNDONE)))
    return True


def can_undo(theatre_name: str) -> bool:
    """Tell whether there is a save to take back."""
    return _newest(theatre_name) is not None


def can_redo(theatre_name: str) -> bool:
    """Tell whether there is a save to bring back."""
    return _redoable(theatre_name) is not None


def _newest(theatre_name: str) -> Path | None:
    return max(publishers_folder(theatre_name).glob("[0-9]*.csv"), default=None)


def _redoable(theatre_name: str) -> Path | None:
    newest = _newest(theatre_name)
    after = [
        path
        for path in publishers_folder(theatre_name).glob(f"[0-9]*.csv{UNDONE}")
        if newest is None or path.name > newest.name
    ]
    return min(after, default=None)


def _write(theatre_name: str, contents: bytes) -> None:
    folder = publishers_folder(theatre_name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in folder.glob(f"[0-9]*.csv{UNDONE}"):  # what was taken back before a new save is kept, but not redone
            path.rename(path.with_name(f"kept-{path.name}-{path.stat().st_mtime_ns:x}"))
        newest = _newest(theatre_name)
        number = 1 if newest is None else int(newest.stem) + 1
        draft = folder / "draft"
        draft.write_bytes(contents)
        draft.replace(folder / f"{number:04d}.csv")
    except OSError as error:
        message = f"The grades cannot be written to {folder}: {error.strerror}. Check the disk, or set MAPAPP_DATA_DIR."
        raise DataError(message) from error
