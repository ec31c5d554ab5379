"""The way from longitude and latitude to the pixels of a sheet: the Mercator projection, as in the browser."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from mapapp.errors import ExportError
from mapapp.picture.canvas import (
    Box,
)

_Floats = npt.NDArray[np.float64]

LAND, COUNTRY, FILL, EDGE, ADMIN, OUTLINE, ROUTE, MARK, WORDS, FURNITURE = (float(n) for n in range(1, 11))
"""What lies on what."""


GRID_PX = 0.02
"""Neighbouring cells are brought together on this grid before they are joined."""


MOST_LAT = 85.0
"""Mercator ends before the poles."""


@dataclass(frozen=True, slots=True)
class View:
    """How longitude and latitude become pixels."""

    scale: float
    """Pixels per degree of longitude."""
    x0: float
    """Longitude at the left edge of the sheet."""
    y0: float
    """Mercator ordinate, in degrees, at the bottom edge of the sheet."""
    window: Box
    """Where the map is seen, in pixels."""

    def to_px(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in pixels."""
        return shapely.transform(shape, self._moved)

    def point_px(self, *, lat: float, lon: float) -> tuple[float, float]:
        """Return a position in pixels."""
        x, y = self._moved(np.array([[lon, lat]]))[0]
        return float(x), float(y)

    def km_px(self, *, lat: float) -> float:
        """Return how many pixels a kilometre is at a latitude."""
        return self.scale / (111.3195 * math.cos(math.radians(lat)))

    def seen(self, *, margin: float = 0.0) -> tuple[float, float, float, float]:
        """Return west, south, east and north of the window and a margin, which is a part of its width."""
        left, bottom, right, top = self.window
        more = margin * (right - left)
        west, east = (x / self.scale + self.x0 for x in (left - more, right + more))
        south, north = (_lat(y / self.scale + self.y0) for y in (bottom - more, top + more))
        return max(west, -180.0), max(south, -MOST_LAT), min(east, 180.0), min(north, MOST_LAT)

    def _moved(self, coordinates: _Floats) -> _Floats:
        y = _mercator(np.clip(coordinates[:, 1], -MOST_LAT, MOST_LAT))
        return np.column_stack([(coordinates[:, 0] - self.x0) * self.scale, (y - self.y0) * self.scale])


def make_view(bbox: tuple[float, float, float, float], *, window: Box) -> View:
    """Return the view in which an extent (west, south, east, north in degrees) just fits a window of the sheet.

    Raises ExportError for an extent that is none.
    """
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -MOST_LAT <= south < north <= MOST_LAT):
        raise ExportError(
            f"The extent {west}, {south}, {east}, {north} cannot be drawn. "
            "Expected west, south, east, north in degrees, west < east, south < north. Correct the extent."
        )
    low, high = (float(_mercator(np.array([lat]))[0]) for lat in (south, north))
    left, bottom, right, top = window
    scale = min((right - left) / (east - west), (top - bottom) / (high - low))
    x0 = (west + east) / 2 - (left + right) / 2 / scale
    y0 = (low + high) / 2 - (bottom + top) / 2 / scale
    return View(scale, x0, y0, window)


def joined(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return shapes in pixels as one, without slivers between them."""
    return shapely.union_all(shapely.set_precision(list(shapes), GRID_PX), grid_size=GRID_PX)


def areas_only(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape."""
    return shapely.multipolygons([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])


def _mercator(lat: _Floats) -> _Floats:
    """Return the ordinate of latitudes in the Mercator projection of the sphere, in degrees."""
    return np.asarray(np.degrees(np.arcsinh(np.tan(np.radians(lat)))), dtype=np.float64)


def _lat(ordinate: float) -> float:
    """Return the latitude of a Mercator ordinate in degrees."""
    return math.degrees(math.atan(math.sinh(math.radians(ordinate))))
