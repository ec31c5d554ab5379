"""Writes an import into the folder of a theatre of the user's own, all of it or nothing."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mapapp.errors import DataError
from mapapp.histories.merging import Merged, with_history
from mapapp.model import Event
from mapapp.theatres.theatre import THEATRES, Theatre, load_theatre


def write_history(merged: Merged, *, theatre: Theatre) -> Path:
    """Add an import to the tables of a theatre's folder and return the folder.

    The folder is changed only if it opens afterwards. Raises DataError for a bundled theatre, which stays as it is.
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
        for path in made.glob("*.csv"):
            shutil.copyfile(path, folder / path.name)
        shutil.copyfile(made / "theatre.toml", folder / "theatre.toml")
    return folder


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
