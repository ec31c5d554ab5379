"""A theatre: all that is known beforehand about one conflict, read from a folder of data.

A theatre is a folder whose files docs/theatres.md describes: a bundled one `geodata/theatres/<name>/`, or one of the
user's own. Nothing about a country or an actor stands in Python. Reading is strict: what breaks a rule is a
`TheatreError` that names the file, the row, what was got and what was expected.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from geodata import ROOT
from mapapp.boundaries.installed import InstalledBoundaries, boundaries_version, installed_boundaries, with_unit_codes
from mapapp.errors import MapAppError, TheatreError
from mapapp.folders import data_folder
from mapapp.model import Article, Place
from mapapp.tables import Settings, read_toml
from mapapp.theatres.files import (
    read_actors,
    read_aliases,
    read_baseline,
    read_cells,
    read_events,
    read_journeys,
    read_palettes,
    read_supplement,
    read_units,
)
from mapapp.theatres.publishers import bundled_publishers, merge_publishers, own_publishers
from mapapp.theatres.records import BaselineRow, JourneyRecord, PaletteRow, Publisher, Theatre

__all__ = [
    "THEATRES",
    "BaselineRow",
    "JourneyRecord",
    "PaletteRow",
    "Publisher",
    "Theatre",
    "default_theatre",
    "list_theatres",
    "load_theatre",
    "own_theatres_folder",
    "sample_articles",
    "theatre_folder",
    "theatre_version",
]

THEATRES = ROOT / "theatres"
"""The folder of the bundled theatres."""


THEATRES_VARIABLE = "MAPAPP_THEATRES"
"""Environment variable: folders of the user's own theatres, divided as in PATH; else `theatres` in the data folder."""

_NAME = re.compile(r"[^\W_][\w-]*")


def own_theatres_folder() -> Path:
    """Return the folder in which the user's own theatres are made."""
    first, *_ = _own_folders()
    return first


def _own_folders() -> tuple[Path, ...]:
    chosen = [part for part in os.environ.get(THEATRES_VARIABLE, "").split(os.pathsep) if part]
    return tuple(map(Path, chosen)) or (data_folder() / "theatres",)


def _folders(root: Path | None) -> dict[str, Path]:
    """Return the folder of each theatre by its name; a bundled one comes before one of the user's with its name."""
    found: dict[str, Path] = {}
    for folder in (THEATRES, *_own_folders()) if root is None else (root,):
        for file in sorted(folder.glob("*/theatre.toml")):
            if _NAME.fullmatch(file.parent.name):
                found.setdefault(file.parent.name, file.parent)
    return found


def list_theatres(*, root: Path | None = None) -> tuple[str, ...]:
    """Return the names of the theatres in a folder, sorted; without one those that are bundled and the user's own.

    >>> default_theatre() in list_theatres()
    True
    """
    return tuple(sorted(_folders(root)))


def default_theatre(*, root: Path = THEATRES) -> str:
    """Return the name of the theatre that opens first: `default` in `theatres.toml`.

    Raise `TheatreError` where that names no theatre.
    """
    settings = read_toml(root / "theatres.toml")
    name = settings.get("default")
    known = list_theatres(root=root)
    if name not in known:
        raise TheatreError(f"theatres.toml: default is {name!r}, expected one of: {', '.join(known) or 'none there'}.")
    return str(name)


def theatre_folder(name: str, *, root: Path | None = None) -> Path:
    """Return the folder of a theatre. Raise `TheatreError` where there is none of that name."""
    folders = _folders(root)
    if name not in folders:
        known = ", ".join(sorted(folders)) or "none there"
        raise TheatreError(f"There is no theatre {name!r}. Expected one of: {known}.")
    return folders[name]


def theatre_titles() -> dict[str, str]:
    """Return the title of each theatre by its name, so that no two are alike; one that cannot be read has its name.

    >>> theatre_titles()[default_theatre()] == load_theatre(default_theatre()).title
    True
    """
    titles = {name: _read_title(folder) or name for name, folder in sorted(_folders(None).items())}
    told = list(titles.values())
    return {name: title if told.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}


def _read_title(folder: Path) -> str | None:
    try:
        return Settings(folder / "theatre.toml").text("title")
    except MapAppError:
        return None


def theatre_version(name: str) -> str:
    """Return a text that changes with every file of a theatre's folder and with its installed boundaries.

    It costs a look at the folder, no reading. Raise `TheatreError` where there is no such theatre.

    >>> theatre_version(default_theatre()) == theatre_version(default_theatre())
    True
    """
    newest = max(path.stat().st_mtime_ns for path in theatre_folder(name).iterdir())
    return f"{newest:x}-{boundaries_version(name)}"


def load_theatre(name: str, *, root: Path | None = None) -> Theatre:
    """Read and check the theatre in `root/name`; without a root a bundled one or one of the user's own.

    Boundaries that are installed for it take the place of its own units, and its places get their P-codes. Raise
    `TheatreError` where the folder is missing or breaks a rule of docs/theatres.md, `DataError` where the installed
    boundaries are broken.

    >>> theatre = load_theatre(default_theatre())
    >>> theatre.first_day < theatre.last_day
    True
    >>> load_theatre("nowhere")
    Traceback (most recent call last):
        ...
    mapapp.errors.TheatreError: There is no theatre 'nowhere'. Expected one of: syria.
    """
    folder = theatre_folder(name, root=root)
    settings = Settings(folder / "theatre.toml")
    bbox = settings.bbox()
    first_day, last_day = settings.day("first_day"), settings.day("last_day")
    if first_day > last_day:
        raise TheatreError(f"{name}/theatre.toml: first_day {first_day} is after last_day {last_day}.")

    actors = read_actors(folder)
    codes = frozenset(actor.code for actor in actors)
    units = read_units(folder)
    aliases = read_aliases(folder)
    supplement, supplement_cells = read_supplement(folder, units=units, bbox=bbox)
    cells = (*read_cells(folder, units=units, bbox=bbox), *supplement_cells)
    places = {place.id: place for place in (*supplement, *cells)}
    for place_id in aliases:
        if place_id.startswith(f"{name}-supplement:") and place_id not in places:
            raise TheatreError(f"{name}/place_aliases.csv: place {place_id!r} is not in supplement.csv.")
    installed = installed_boundaries(name)
    if installed is not None:
        supplement, cells = _placed(supplement, installed), _placed(cells, installed)
        places = {place.id: place for place in (*supplement, *cells)}
    publishers = merge_publishers(bundled_publishers(folder, codes=codes), own_publishers(name, codes=codes))
    capital = settings.optional("capital")
    if capital is not None and capital not in places:
        raise TheatreError(f"{name}/theatre.toml: capital {capital!r} is neither in cells.csv nor in supplement.csv.")
    return Theatre(
        code=name,
        title=settings.text("title"),
        title_ar=settings.optional("title_ar"),
        country=settings.text("country"),
        country_name=settings.text("country_name"),
        timezone=settings.text("timezone"),
        capital_place_id=capital or "",
        bbox=bbox,
        first_day=first_day,
        last_day=last_day,
        languages=settings.texts("languages"),
        attribution=settings.optional("attribution") or "",
        actors=actors,
        palettes=read_palettes(folder, codes=codes, default=settings.text("default_palette")),
        units=units if installed is None else installed.units,
        leaf_units=None if installed is None else installed.leaf_units,
        boundaries=None if installed is None else installed.about,
        places=supplement,
        aliases=aliases,
        cell_place_ids=tuple(place.id for place in cells),
        cell_places=cells,
        baseline=read_baseline(folder, codes=codes, cells=cells, first_day=first_day),
        events=read_events(folder, codes=codes, places=places, units=units, publishers=publishers),
        journeys=read_journeys(folder),
        publishers=publishers,
        folder=folder,
    )


def _placed(places: tuple[Place, ...], installed: InstalledBoundaries) -> tuple[Place, ...]:
    return with_unit_codes(places, units=installed.units, leaf_units=installed.leaf_units)


def sample_articles(theatre: Theatre) -> tuple[Article, ...]:
    """Return the sample articles of a theatre, oldest first; empty where it has none.

    Each is a `.txt` beside a `.toml` of the same name that tells title, publisher, time and licence.

    >>> [article.publisher for article in sample_articles(load_theatre(default_theatre()))][:1]
    ['MapApp sample']
    """
    articles = []
    for path in sorted((theatre.folder / "articles").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        about = Settings(path.with_suffix(".toml"))
        articles.append(
            Article(
                id=hashlib.sha256(text.encode("utf-8")).hexdigest(),
                text=text,
                title=about.text("title"),
                publisher=about.text("publisher"),
                url=about.optional("url"),
                published=about.moment("published"),
                language=about.optional("language"),
                licence=about.text("licence"),
            )
        )
    return tuple(sorted(articles, key=lambda article: (article.published, article.id)))
