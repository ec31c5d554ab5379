"""Countries whose names belong together: one inside the bend of another is named with it or not at all."""

from __future__ import annotations

from collections.abc import Mapping

import shapely
from shapely.geometry.base import BaseGeometry

MOST_OF_BORDER = 0.5
"""Part of a country's outline, coasts included, that lies along one neighbour, from which the two belong together."""

NEAR_DEG = 0.03
"""Borders that are that close are the same one: the basemap's neighbours were simplified apart from each other."""


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
