"""Who holds what: every cell once, with its table of states over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.layers import Layer
from mapapp.layers._encoding import SCALE, day_number, encode_path, encode_polygons, without_none
from mapapp.model import Cell, ControlState, MapQuery
from mapapp.selection import is_shown

if TYPE_CHECKING:
    from mapapp.scene import Scene

EDGE_GRID_DEG = 1e-5
"""Borders of neighbouring cells are brought together on this grid (about a metre) before they are compared."""

N_VEILS = 6
"""How many steps the fading has."""

VEIL_STEP_DEG = 0.03
"""Width of a step of the fading (about 3 km)."""

VEIL_TOLERANCE_DEG = 0.004
"""Detail of the fading (about 400 m); its edge stands for a distance, not for a line on the ground."""

SIDE_STEP_DEG = 2e-4
"""How far left and right of a border one looks for the cells on its two sides (about 20 m)."""


def shared_borders(geometries: Sequence[BaseGeometry]) -> list[tuple[int, int, list[int]]]:
    """Return every stretch of border once, as (index on one side, index on the other, encoded line).

    -1 stands for the outside. Stretches with the same cell on both sides (slivers) are left out. With it the browser
    can draw the line between two holders without drawing the lines inside what one of them holds.

    >>> borders = shared_borders([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> sorted({(a, b) for a, b, _ in borders})
    [(-1, 0), (-1, 1), (0, 1)]
    >>> shared_borders([])
    []
    """
    if not geometries:
        return []
    noded = shapely.union_all([geometry.boundary for geometry in geometries], grid_size=EDGE_GRID_DEG)
    lines = [line for line in shapely.get_parts(shapely.line_merge(noded)) if line.length > SIDE_STEP_DEG / 2]
    if not lines:
        return []
    left, right = _points_beside(lines)
    tree = shapely.STRtree(list(geometries))
    sides = []
    for points in (left, right):
        found = np.full(len(lines), -1)
        point_index, cell_index = tree.query(points, predicate="within")
        found[point_index] = cell_index
        sides.append(found)
    borders = []
    for line, a, b in zip(lines, sides[0].tolist(), sides[1].tolist(), strict=True):
        if a != b:
            borders.append((min(a, b), max(a, b), encode_path(line.coords)))
    return sorted(borders)


def far_veils(cells: Sequence[Cell]) -> list[BaseGeometry]:
    """Return bands that, laid over the cells ever more densely, fade what is far from every place.

    The first lies along the near part, the last is all that is farther than the others. They don't overlap: many thin
    veils over each other would shift the colours.

    >>> far_veils([])
    []
    """
    far = shapely.union_all(
        [cell.far_geometry for cell in cells if cell.far_geometry is not None and not cell.far_geometry.is_empty]
    )
    if far.is_empty:
        return []
    near = shapely.difference(shapely.union_all([cell.geometry for cell in cells]), far)
    nested = [far]
    for step in range(1, N_VEILS):
        inner = shapely.difference(far, near.buffer(step * VEIL_STEP_DEG, quad_segs=4))
        nested.append(shapely.simplify(inner, VEIL_TOLERANCE_DEG))
    bands = [shapely.difference(outer, inner) for outer, inner in pairwise(nested)]
    return [band for band in (*bands, nested[-1]) if not band.is_empty]


def _points_beside(lines: Sequence[BaseGeometry]) -> tuple[list[shapely.Point], list[shapely.Point]]:
    """Return a point on the left and one on the right of the middle of each line's longest segment."""
    left, right = [], []
    for line in lines:
        coordinates = shapely.get_coordinates(line)
        steps = np.diff(coordinates, axis=0)
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        k = int(lengths.argmax())
        middle = (coordinates[k] + coordinates[k + 1]) / 2
        normal = np.array([-steps[k, 1], steps[k, 0]]) / lengths[k] * SIDE_STEP_DEG
        left.append(shapely.Point(middle + normal))
        right.append(shapely.Point(middle - normal))
    return left, right


def _encode_state(state: ControlState, *, query: MapQuery, event_index: dict[str, int]) -> dict[str, Any]:
    first = query.start
    known = [event_index[event_id] for event_id in state.event_ids if event_id in event_index]
    return without_none(
        {
            "from": day_number(state.start, first=first),
            "to": day_number(state.end, first=first),
            "status": state.status.value,
            "holder": state.controller,
            "others": list(state.others) or None,
            "regional": True if state.is_regional else None,
            "last": state.last_holder,
            "reported": day_number(state.last_reported, first=first),
            "events": known or None,
            "hidden": None if is_shown(state, query=query) else True,
        }
    )


def _encode_cell(cell: Cell, *, states: list[dict[str, Any]]) -> dict[str, Any]:
    return without_none(
        {
            "id": cell.id,
            "place": cell.place_id,
            "name": cell.place_name,
            "name_own": cell.place_name_ar,
            "lat": round(cell.lat, 4),
            "lon": round(cell.lon, 4),
            "unit": cell.unit_pcode,
            "km2": round(cell.area_km2, 2),
            "people": cell.population,
            "shape": encode_polygons(cell.geometry),
            "states": states,
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return cells with their states, the borders between them, and the parts far from any place."""
    event_index = {event.id: number for number, event in enumerate(scene.events)}
    states: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for state in sorted(scene.timeline.states, key=lambda item: (item.cell_id, item.start)):
        states[state.cell_id].append(_encode_state(state, query=scene.query, event_index=event_index))
    return {
        "scale": SCALE,
        "cells": [_encode_cell(cell, states=states[cell.id]) for cell in scene.cells],
        "borders": shared_borders([cell.geometry for cell in scene.cells]),
        "far": [encode_polygons(veil) for veil in far_veils(scene.cells)],
    }


LAYER = Layer(
    id="territory",
    title="Who holds what",
    description="Areas coloured by the party that holds them on the day. An area is nearer to its place than to any "
    "other place of the same unit; far from the place the colour fades.",
    default_on=True,
    order=20,
    build=build,
)
