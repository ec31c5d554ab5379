"""Importing a file of tracks: what would become of it, with every position accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import shapely

from mapapp.errors import DataError
from mapapp.model import Route
from mapapp.theatres.theatre import Theatre
from mapapp.tracks.crossings import Crossing, RouteFigures, crossed_by_route, crossed_by_track, route_figures
from mapapp.tracks.files import UNREADABLE, read_routes, read_tracks
from mapapp.tracks.routes import build_track_route
from mapapp.tracks.track import Track, clean_track
from mapapp.tracks.turns import TURN_DEG, Turn, find_turns


@dataclass(frozen=True, slots=True)
class TrackImport:
    """One track of a file, ready to be stored: `n_in == n_kept + sum(set_aside.values())`."""

    route: Route
    n_in: int
    """Positions in the file."""
    n_kept: int
    set_aside: Mapping[str, int]
    """Reason -> positions."""
    turns: tuple[Turn, ...]
    """From 45°; those of 150° and more are points of the route."""
    figures: RouteFigures
    crossed: tuple[Crossing, ...]
    """Units of the theatre, in order."""


def read_imports(
    data: bytes, *, name: str, theatre: Theatre, source: str, url: str | None = None, title: str = ""
) -> tuple[TrackImport, ...]:
    """Return every track of a file as it would be stored.

    `source` names who published it; `title` is used where the file holds one track. Routes that this app has exported
    come back as they were, with their own sources: what was only told stays told. Raises DataError where the file
    cannot be read, or a track of it has fewer than two positions that can be used.
    """
    if routes := read_routes(data, name=name):
        return _take_routes(routes, theatre=theatre, name=name)
    tracks = read_tracks(data, name=name)
    if title and len(tracks) == 1:
        tracks = (replace(tracks[0], name=title),)
    return tuple(_build_import(track, theatre=theatre, source=source, url=url) for track in tracks)


def _take_routes(routes: Sequence[Route], *, theatre: Theatre, name: str) -> tuple[TrackImport, ...]:
    """Return exported routes as they would be stored; those that the theatre brings along are left out."""
    bundled = {record.id for record in theatre.journeys}
    own = [route for route in routes if route.id not in bundled]
    if not own:
        raise DataError(f"{name} holds only routes that are bundled with {theatre.title}: they are on the map already.")
    found = []
    for route in own:
        n_positions = sum(shapely.get_num_coordinates(leg.geometry) for leg in route.legs if leg.geometry is not None)
        crossed = crossed_by_route(route, units=theatre.units)
        figures = route_figures(route)
        found.append(TrackImport(route, int(n_positions), int(n_positions), {}, (), figures, crossed))
    return tuple(found)


def _build_import(track: Track, *, theatre: Theatre, source: str, url: str | None) -> TrackImport:
    try:
        route = build_track_route(track, theatre=theatre, source=source, url=url)
    except ValueError as error:
        raise DataError(f"{error} Check the file, or export a longer part of it.") from error
    cleaned = clean_track(track)
    return TrackImport(
        route=route,
        n_in=len(track) + track.set_aside.get(UNREADABLE, 0),
        n_kept=len(cleaned),
        set_aside=dict(cleaned.set_aside),
        turns=find_turns(cleaned, minimum_deg=TURN_DEG),
        figures=route_figures(route),
        crossed=crossed_by_track(cleaned, units=theatre.units),
    )


def describe_turn(turn: Turn) -> str:
    """Return a detected turn with its numbers, in one line."""
    side = "right" if turn.change_deg > 0 else "left"
    return (
        f"{turn.kind.value} to the {side} at {turn.lat:.3f}, {turn.lon:.3f}: {turn.bearing_before_deg:.0f}° → "
        f"{turn.bearing_after_deg:.0f}°, {abs(turn.change_deg):.0f}° within {turn.length_km:.1f} km"
    )
