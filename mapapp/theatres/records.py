"""The records of a theatre; `theatre` reads and offers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd

from mapapp.boundaries.installed import BoundaryAbout
from mapapp.model import Actor, Event, Place


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """An actor's look over [start, end)."""

    actor: str
    colour: str
    """#rrggbb"""
    hatch: str | None = None
    """None, or the name of a pattern in `style`."""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """Who held a place on the theatre's first day."""

    place_id: str
    actor: str | None
    """Actor code; None = unknown."""
    day: date
    basis: str
    """In plain words: where this comes from."""
    source: str | None = None
    """Address, where there is one."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """How far a publisher is trusted, and whose side it favours."""

    name: str
    reliability: str
    """Admiralty A-F."""
    favours: str | None = None
    """Actor code; None = nobody, or unknown."""
    aliases: tuple[str, ...] = ()
    domain: str | None = None
    """Such as `example.org`: recognised in an address."""
    lat: float | None = None
    lon: float | None = None
    """Home of a local publisher; None = unknown or international."""


@dataclass(frozen=True, slots=True)
class JourneyRecord:
    """One bundled version of one journey, as its file says; `routes` gives it geometry."""

    id: str
    journey: str
    raw: Mapping[str, Any]
    """The table of the file (docs/theatres.md)."""


@dataclass(frozen=True)
class Theatre:
    """One conflict's data."""

    code: str
    title: str
    title_ar: str | None
    country: str
    """ISO 3166-1 alpha-2."""
    country_name: str
    timezone: str
    capital_place_id: str
    """Empty = the table names none."""
    bbox: tuple[float, float, float, float]
    """West, south, east, north."""
    first_day: date
    last_day: date
    """Inclusive."""
    languages: tuple[str, ...]
    actors: tuple[Actor, ...]
    palettes: Mapping[str, tuple[PaletteRow, ...]]
    """By name; the first is the default."""
    units: gpd.GeoDataFrame
    """pcode, name_en, name_ar, level (1 = ADM1), parent (P-code or None), geometry; EPSG:4326. Those that are drawn."""
    places: tuple[Place, ...]
    """The supplement: what the world gazetteer lacks."""
    aliases: Mapping[str, tuple[str, ...]]
    """Place id -> spellings that the gazetteer lacks; for the supplement and for entries of the gazetteer."""
    cell_place_ids: tuple[str, ...]
    """The places that get a cell, each with a row in `cell_places`."""
    cell_places: tuple[Place, ...]
    """The same as records with P-codes, so that cells need no gazetteer."""
    baseline: Mapping[str, BaselineRow]
    """By place id."""
    events: tuple[Event, ...]
    journeys: tuple[JourneyRecord, ...]
    publishers: tuple[Publisher, ...]
    folder: Path
    leaf_units: gpd.GeoDataFrame | None = None
    """The smallest units at full resolution, for joins; None = those of `units`."""
    attribution: str = ""
    """Line for the map's corner that the folder's own units ask for; empty = none."""
    boundaries: BoundaryAbout | None = None
    """Where installed boundaries are from; None = `units` are the bundled ones."""

    @property
    def own_attributions(self) -> tuple[str, ...]:
        """Lines for the map's corner that the bundled data do not ask for, but what the user installed does."""
        installed = "" if self.boundaries is None else self.boundaries.attribution
        return tuple(dict.fromkeys(line for line in (self.attribution, installed) if line))

    def actor(self, code: str) -> Actor | None:
        """Return the actor with this code, or None."""
        return next((actor for actor in self.actors if actor.code == code), None)
