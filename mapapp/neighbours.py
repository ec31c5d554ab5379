"""The countries around a theatre: which names belong together, and borders that meet those of the theatre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

MOST_OF_BORDER = 0.5
"""Part of a country's outline, coasts included, that lies along one neighbour, from which the two belong together."""

NEAR_DEG = 0.03
"""Borders that are that close are the same one: the basemap's neighbours were simplified apart from each other."""


SLIP_DEG = 0.05
"""What two sources leave between their borders is narrower than twice this (about 10 km in all); what is wider is land
of its own, such as the rest of a country of which a theatre shows a part."""

NODE_DEG = 1e-9
"""Grid on which borders are brought together: about a tenth of a millimetre."""


@lru_cache(maxsize=8)
def fit_around(
    countries: tuple[BaseGeometry, ...], *, own: BaseGeometry, index: int | None
) -> tuple[BaseGeometry, ...]:
    """Return countries that meet the outline of a theatre: no strip between them belongs to both, or to nobody.

    `own` is the theatre as it is drawn, `index` the country that it lies in (None = none of them). The theatre's
    outline counts: it is cut out of its neighbours, and narrow strips of the own country that it leaves over go to the
    neighbour with the longest common border. The own country becomes the theatre, with what it leaves over elsewhere.

    >>> from shapely.geometry import box
    >>> west, east = fit_around((box(0, 0, 1, 1), box(1, 0, 2, 1)), own=box(0, 0, 0.99, 1), index=0)
    >>> west.bounds, east.bounds
    ((0.0, 0.0, 0.99, 1.0), (0.99, 0.0, 2.0, 1.0))
    """
    shapes = list(countries)
    touched = [int(at) for at in shapely.STRtree(shapes).query(own, predicate="dwithin", distance=2 * SLIP_DEG)]
    slips: list[BaseGeometry] = []
    if index is not None:
        over = shapely.difference(shapes[index], own)
        wide = shapely.buffer(shapely.buffer(over, -SLIP_DEG, join_style="mitre"), SLIP_DEG, join_style="mitre")
        rest = [part for part in _polygons(over) if shapely.intersects(part, wide)]
        slips = [part for part in _polygons(over) if not shapely.intersects(part, wide)]
        shapes[index] = shapely.union_all([own, *rest], grid_size=NODE_DEG)
    others = [at for at in touched if at != index]
    for at in others:
        shapes[at] = _areas(shapely.difference(shapes[at], own))
    gained: dict[int, list[BaseGeometry]] = {}
    for slip in slips:
        edge = slip.boundary
        shared = [shapely.intersection(edge, shapely.buffer(shapes[at], NODE_DEG * 10)).length for at in others]
        if shared and max(shared) > 0:
            gained.setdefault(others[int(np.argmax(shared))], []).append(slip)
    for at, pieces in gained.items():
        shapes[at] = _areas(shapely.union_all([shapes[at], *pieces], grid_size=NODE_DEG))
    return tuple(shapes)


def _polygons(shape: BaseGeometry) -> Sequence[BaseGeometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape without the lines along which others touched it."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    return shapely.multipolygons(_polygons(shape))


def companions(shapes: Mapping[str, BaseGeometry], /) -> dict[str, str]:
    """Return for each country that mostly borders one other, which one that is; shapes in degrees, WGS 84.

    A map that has room for one of two such names would take a side by writing it alone.

    >>> from shapely.geometry import box
    >>> companions({"inner": box(1, 0, 2, 1), "outer": box(0, 0, 3, 3) - box(1, 0, 2, 1), "far": box(9, 9, 10, 10)})
    {'inner': 'outer'}
    """
    names = list(shapes)
    tree = shapely.STRtree([shapes[name] for name in names])
    found = {}
    for name in names:
        outline = shapes[name].boundary
        if not outline.length:
            continue
        for number in tree.query(outline.buffer(NEAR_DEG)):
            other = names[number]
            if other == name or shapes[other].area < shapes[name].area:
                continue
            shared = shapely.intersection(outline, shapes[other].buffer(NEAR_DEG)).length
            if shared > MOST_OF_BORDER * outline.length:
                found[name] = other
    return found
