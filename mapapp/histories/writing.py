"""Writes an import into the folder of a theatre of the user's own, all of it or nothing, and takes it out again.

Every import leaves a folder `imports/<number>/` in the theatre's: `import.json` tells what it was, and beside it stand
the tables as they were before. The newest import can be undone as long as nobody has changed the tables since.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mapapp.errors import DataError
from mapapp.histories.merging import Merged, with_history
from mapapp.model import Event
from mapapp.theatres.theatre import THEATRES, Theatre, load_theatre

IMPORTS = "imports"
"""Folder in a theatre's folder."""
ABOUT = "import.json"


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import that was written into a theatre."""

    number: int
    """From 1; the highest is the newest."""
    title: str
    """Name of the file."""
    source: str
    on: date
    n_rows: int
    n_kept: int
    n_parties: int
    n_places: int
    n_events: int
    reasons: tuple[tuple[str, int], ...]
    """Why rows were set aside, and how many for each reason."""


def write_history(
    merged: Merged, *, theatre: Theatre, title: str = "", source: str = "", on: date | None = None
) -> Path:
    """Add an import to the tables of a theatre's folder and return the folder.

    `title` and `source` say in the list of imports what it was, `on` is its day (today). The folder is changed only if
    it opens afterwards. Raises DataError for a bundled theatre, which stays as it is.
    """
    folder = theatre.folder.resolve()
    if folder.parent == THEATRES.resolve():
        raise DataError(
            f"{theatre.title} is bundled and stays as it is. Make a theatre of your own with "
            "`python -m mapapp theatre new NAME --country XX` and import into that with --theatre NAME."
        )
    after = with_history(theatre, merged=merged)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder.parent) as draft:
        made = Path(draft) / folder.name
        shutil.copytree(folder, made)
        _write_tables(made, merged=merged, after=after)
        load_theatre(folder.name, root=Path(draft))  # what does not open is not handed over
        about = {
            "title": title,
            "source": source,
            "on": (on or date.today()).isoformat(),
            "n_rows": merged.n_rows,
            "n_kept": merged.n_kept,
            "n_parties": len(merged.actors),
            "n_places": len(merged.places),
            "n_events": len(merged.events),
            "reasons": merged.reasons(),
            "after": _digest(made),
        }
        _keep_before(folder, about=about)
        for path in _tables(made):
            shutil.copyfile(path, folder / path.name)
    return folder


def list_imports(folder: Path) -> tuple[PastImport, ...]:
    """Return what was imported into the theatre in a folder, the newest first."""
    found = []
    for path in sorted((folder / IMPORTS).glob(f"*/{ABOUT}"), key=lambda path: path.parent.name, reverse=True):
        about = _read_about(path)
        values = {name: about[name] for name in PastImport.__slots__ if name not in {"number", "on", "reasons"}}
        reasons = tuple((str(reason), int(count)) for reason, count in about["reasons"])
        on = date.fromisoformat(about["on"])
        found.append(PastImport(number=int(path.parent.name), on=on, reasons=reasons, **values))
    return tuple(found)


def undo_import(folder: Path) -> PastImport:
    """Give the theatre in a folder the tables that it had before its newest import, and return what was taken out.

    Raises DataError where nothing was imported, and where tables were changed since: nothing of anybody's is lost.
    """
    past = list_imports(folder)
    if not past:
        raise DataError(f"Nothing was imported into {folder.name}.")
    kept = folder / IMPORTS / f"{past[0].number:04d}"
    if _read_about(kept / ABOUT)["after"] != _digest(folder):
        raise DataError(
            f"Tables of {folder.name} were changed after the import, so it is not undone. As they were before, they "
            f"stand in {kept}: copy from there what you need."
        )
    for path in _tables(kept):
        shutil.copyfile(path, folder / path.name)
    shutil.rmtree(kept)
    return past[0]


def _keep_before(folder: Path, *, about: Mapping[str, object]) -> None:
    """Put the tables of a theatre as they are aside, with what is about to be imported."""
    past = list_imports(folder)
    kept = folder / IMPORTS / f"{past[0].number + 1 if past else 1:04d}"
    kept.mkdir(parents=True)
    for path in _tables(folder):
        shutil.copyfile(path, kept / path.name)
    (kept / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _tables(folder: Path) -> list[Path]:
    """Return the files of a theatre that an import changes."""
    return sorted([*folder.glob("*.csv"), folder / "theatre.toml"])


def _digest(folder: Path) -> str:
    """Return what changes with any of these files."""
    parts = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in _tables(folder)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read_about(path: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}). Remove its folder to forget this import.") from error
    return about


def _write_tables(folder: Path, *, merged: Merged, after: Theatre) -> None:
    _append(folder / "actors.csv", ({"code": a.code, "name": a.name, "is_state": "no", "is_generic": "no",
                                     "note": a.note} for a in merged.actors))  # fmt: skip
    palettes = list(after.palettes) or ["default"]
    _append(folder / "palette.csv", ({"palette": name, "actor": row.actor, "colour": row.colour}
                                     for name in palettes for row in merged.colours))  # fmt: skip
    source = next((item.url or "" for event in merged.events for item in event.evidence_for), "")
    source = source or next((row.source or "" for row in merged.baseline.values()), "")
    cell_ids = frozenset(after.cell_place_ids)
    _append(
        folder / "supplement.csv",
        (
            {
                "place_id": place.id, "name": place.name, "name_ar": place.names.get("ar", ""), "lat": place.lat,
                "lon": place.lon, "feature_class": "P", "feature_code": place.feature_code,
                "country": place.country or "", "adm1_pcode": place.adm1_pcode or "",
                "cell": "yes" if place.id in cell_ids else "no", "source": source,
            }
            for place in merged.places
        ),
    )  # fmt: skip
    _rewrite(folder / "cells.csv", keep=lambda row: row["place_id"] in cell_ids)
    _rewrite(folder / "baseline.csv", keep=lambda row: row["place_id"] in cell_ids - merged.baseline.keys())
    _append(
        folder / "baseline.csv",
        (
            {"place_id": row.place_id, "actor": row.actor or "", "basis": row.basis, "source": row.source or ""}
            for row in merged.baseline.values()
        ),
    )
    _append(folder / "events.csv", map(_event_row, merged.events))
    settings = folder / "theatre.toml"
    text = settings.read_text(encoding="utf-8")
    for name, day in (("first_day", after.first_day), ("last_day", after.last_day)):
        text = re.sub(rf"(?m)^{name}\s*=\s*[\d-]+", f"{name} = {day}", text)
    capital = re.search(r'(?m)^capital\s*=\s*"([^"]*)"', text)
    if capital and capital[1] not in {place.id for place in (*after.places, *after.cell_places)}:
        text = re.sub(r"(?m)^capital\s*=", "# capital =", text)
    settings.write_text(text, encoding="utf-8", newline="\n")


def _event_row(event: Event) -> Mapping[str, object]:
    best = event.evidence_for[0]
    return {
        "id": event.id, "date_start": event.date_start, "date_end": event.date_end, "date_prec": event.date_prec,
        "place_id": event.place.id if event.place else "", "kind": event.kind.value, "actor": event.actor or "",
        "opponent": event.opponent or "", "status": event.status.value, "where_prec": event.where_prec,
        "statement": best.text, "source_url": best.url or "", "note": event.note,
    }  # fmt: skip


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _append(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    header = _header(path)
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n", extrasaction="ignore")
        writer.writerows(rows)


def _rewrite(path: Path, *, keep: Callable[[Mapping[str, str]], bool]) -> None:
    header = _header(path)
    with path.open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.DictReader(file) if keep(row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
