"""Who holds what: every cell once, with its table of states over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.layers import Layer
from mapapp.layers._encoding import SCALE, Fixed, day_number, encode_path, encode_polygons, without_none
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

SHORTEST_DEG = 1e-4
"""Stretches of border up to this (about 10 m) are not drawn."""

_Ints = npt.NDArray[np.int64]


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
    shapes = np.array(geometries, dtype=object)
    if not shapely.coverage_is_valid(shapes):
        shapes = _noded(shapes)
    starts, ends, sides = _segments(shapes)
    # One line per pair of sides and stretch: segments of a pair are joined where they meet.
    keys, group = np.unique((sides[:, 0] + 1) * (len(shapes) + 1) + sides[:, 1] + 1, return_inverse=True)
    pairs = np.column_stack(np.divmod(keys, len(shapes) + 1)) - 1
    order = np.argsort(group, kind="stable")
    pieces = shapely.linestrings(np.stack([starts[order], ends[order]], axis=1) * EDGE_GRID_DEG)
    joined = shapely.line_merge(shapely.multilinestrings(pieces, indices=group[order]))
    lines, of_pair = shapely.get_parts(joined, return_index=True)
    return sorted(
        (int(pairs[pair, 0]), int(pairs[pair, 1]), encode_path(shapely.get_coordinates(line)))
        for line, pair in zip(lines, of_pair.tolist(), strict=True)
        if line.length > SHORTEST_DEG
    )


def _segments(shapes: npt.NDArray[np.object_]) -> tuple[_Ints, _Ints, _Ints]:
    """Return every segment of the borders once: its ends on the grid, and the shapes on its two sides (-1 = none)."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(xy / EDGE_GRID_DEG).astype(np.int64)
    owner = shape_of_part[part_of_ring][ring]
    is_segment = (ring[1:] == ring[:-1]) & (grid[1:] != grid[:-1]).any(axis=1)
    ends = np.hstack([grid[:-1], grid[1:]])[is_segment]
    is_backward = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[is_backward] = ends[is_backward][:, [2, 3, 0, 1]]
    told = np.column_stack([ends, owner[:-1][is_segment]])
    told = told[np.lexsort(told.T[[4, 3, 2, 1, 0]])]
    # What is thinner than the grid has both its sides on one segment: whoever is there twice is not beside it.
    row = np.flatnonzero(_is_new(told))
    told = told[row[np.diff(np.append(row, len(told))) % 2 == 1]]
    first = np.flatnonzero(_is_new(told[:, :4]))
    count = np.diff(np.append(first, len(told)))
    first, count = first[count <= 2], count[count <= 2]
    second = np.where(count == 1, -1, told[np.minimum(first + 1, len(told) - 1), 4])
    sides = np.sort(np.column_stack([told[first, 4], second]), axis=1)
    return told[first, 0:2], told[first, 2:4], sides


def _is_new(rows: _Ints) -> npt.NDArray[np.bool_]:
    """Tell for each row of a sorted table whether it is another than the one before."""
    return np.append(True, (rows[1:] != rows[:-1]).any(axis=1))[: len(rows)]


def _noded(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shapes with every corner of one also a vertex of its neighbours."""
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=EDGE_GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    face, owner = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    pieces: dict[int, list[BaseGeometry]] = defaultdict(list)
    for face_index, shape_index in zip(face.tolist(), owner.tolist(), strict=True):
        pieces[shape_index].append(faces[face_index])
    return np.array(
        [shapely.coverage_union_all(pieces[index]) if index in pieces else shape for index, shape in enumerate(shapes)],
        dtype=object,
    )


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
    near = shapely.difference(shapely.coverage_union_all([cell.geometry for cell in cells]), far)
    near = shapely.simplify(near, VEIL_TOLERANCE_DEG)  # else most of the work is for bends nobody sees
    nested = [far]
    for step in range(1, N_VEILS):
        inner = shapely.difference(far, near.buffer(step * VEIL_STEP_DEG, quad_segs=4))
        nested.append(shapely.simplify(inner, VEIL_TOLERANCE_DEG))
    bands = [shapely.difference(outer, inner) for outer, inner in pairwise(nested)]
    return [band for band in (*bands, nested[-1]) if not band.is_empty]


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


@lru_cache(maxsize=2048)
def _encode_shape(shape: BaseGeometry) -> list[list[list[int]]]:
    """Encode the shape of a cell; where a new one is cut out of its neighbours, all the others are as they were."""
    return encode_polygons(shape)


@lru_cache(maxsize=2)
def _encode_areas(cells: tuple[Cell, ...]) -> dict[str, Any]:
    """Return what follows from the cells alone. A new claim rarely makes a new cell, and this is most of the work."""
    return {
        "shapes": Fixed(_encode_shape(cell.geometry) for cell in cells),
        "borders": Fixed(shared_borders([cell.geometry for cell in cells])),
        "far": Fixed(encode_polygons(veil) for veil in far_veils(cells)),
    }


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
            "states": states,
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return cells with their states, then their shapes, the borders between them, and the parts far from any place."""
    event_index = {event.id: number for number, event in enumerate(scene.events)}
    states: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for state in sorted(scene.timeline.states, key=lambda item: (item.cell_id, item.start)):
        states[state.cell_id].append(_encode_state(state, query=scene.query, event_index=event_index))
    return {
        "scale": SCALE,
        "cells": [_encode_cell(cell, states=states[cell.id]) for cell in scene.cells],
        **_encode_areas(scene.cells),
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
