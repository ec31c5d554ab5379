"""Event layers that the user has brought in, one JSON file each, by theatre, in the user's own folder.

An event layer stands on the map beside everything else: it says what somebody else has recorded and colours nothing.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapapp.errors import DataError
from mapapp.folders import data_folder
from mapapp.histories.layouts import EVENT_FORMATS
from mapapp.histories.records import EventLayer, Happening, Imported, Spot, check_source
from mapapp.model import EventKind
from mapapp.text import fold, show_plain

VERSION = 1
MOST_EVENTS = 50_000
"""Of one layer: more would be a page that no browser likes to hold."""
MAX_TITLE = 80
"""Code points of a title that are kept."""


def add_layer(imported: Imported, *, theatre_name: str, title: str, source: str, attribution: str = "") -> EventLayer:
    """Keep an event export as a layer on the map of a theatre and return the layer.

    Raises DataError where the table tells no events, or more than MOST_EVENTS, where the address is none, and where the
    folder is closed.
    """
    check_source(source)
    if imported.format not in EVENT_FORMATS:
        raise DataError("A control history is no event layer. Import it into a theatre of your own.")
    found = sorted(imported.happenings, key=lambda item: (item.day, item.id))
    if not found:
        reasons = "; ".join(reason for reason, _ in imported.reasons()) or "it has no row"
        raise DataError(f"Nothing of the table can be used: {reasons[:400]}")
    if len(found) > MOST_EVENTS:
        raise DataError(
            f"The table has {len(found):,} events. A layer holds {MOST_EVENTS:,} at most: leave years or regions out."
        )
    name = " ".join(show_plain(title).split())[:MAX_TITLE] or imported.format.upper()
    credit = " ".join(show_plain(attribution).split())[:200]
    folder = _folder(theatre_name)
    layer = EventLayer(
        id=_free_id(folder, title=name),
        title=name,
        format=imported.format,
        source=source,
        attribution=credit,
        happenings=tuple(found),
        n_rows=imported.n_rows,
        reasons=imported.reasons(),
    )
    text = json.dumps({"version": VERSION, **asdict(layer)}, ensure_ascii=False, default=_plain)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=folder) as draft:
            part = Path(draft) / "layer"
            part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
            part.replace(folder / f"{layer.id}.json")
    except OSError as error:
        raise DataError(
            f"{folder} cannot be written ({error.strerror}). Set MAPAPP_DATA_DIR to a folder that can be."
        ) from error
    return layer


def event_layers(theatre_name: str) -> tuple[EventLayer, ...]:
    """Return the event layers of a theatre, by id. Raises DataError for a file that is broken."""
    return tuple(_read(path, layers_version(theatre_name)) for path in _files(theatre_name))


def remove_layer(theatre_name: str, *, layer_id: str) -> bool:
    """Take an event layer away; False: there was none of that id."""
    for path in _files(theatre_name):
        if path.stem == layer_id:
            path.unlink(missing_ok=True)
            return True
    return False


def layers_version(theatre_name: str) -> str:
    """Return a text that changes with the event layers of a theatre; empty where there are none."""
    return "-".join(f"{path.stem}:{path.stat().st_mtime_ns:x}" for path in _files(theatre_name))


def _folder(theatre_name: str) -> Path:
    if not re.fullmatch(r"[\w-]+", theatre_name):
        raise DataError(f"{theatre_name!r} is not the name of a theatre: expected letters, digits, - and _.")
    return data_folder() / "event_layers" / theatre_name


def _files(theatre_name: str) -> list[Path]:
    return sorted(_folder(theatre_name).glob("*.json"))


def _free_id(folder: Path, *, title: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", fold(title).lower()).strip("-")[:40] or "events"
    number, found = 1, stem
    while (folder / f"{found}.json").exists():
        number += 1
        found = f"{stem}-{number}"
    return found


@lru_cache(maxsize=16)
def _read(path: Path, version: str) -> EventLayer:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("version") != VERSION:
            raise ValueError("written by another version")
        happenings = tuple(_happening(item) for item in values.pop("happenings"))
        reasons = tuple((str(reason), int(count)) for reason, count in values.pop("reasons"))
        return EventLayer(**values, happenings=happenings, reasons=reasons)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The event layer {path} cannot be read ({type(error).__name__}: {error}). Remove the file and import the "
            "table again."
        ) from error


def _happening(values: dict[str, Any]) -> Happening:
    days = {name: date.fromisoformat(values[name]) for name in ("day", "last_day")}
    kind = values["kind"] and EventKind(values["kind"])
    fresh = {"spot": Spot(**values["spot"]), "sides": tuple(values["sides"]), "kind": kind}
    return Happening(**{**values, **days, **fresh})


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
