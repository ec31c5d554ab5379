"""Geometry, days and evidence in the few characters that a document can carry.

Coordinates become whole numbers of `1 / SCALE` degrees, each ring or line one flat list `[x, y, dx, dy, dx, dy, …]` in
which every pair after the first is the step from the one before. Days become whole numbers counted from the first day
of the scene.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from mapapp.model import Evidence

SCALE = 10_000
"""Steps per degree: 0.0001 degrees are at most 11 m, finer than any evidence here is placed."""


class Fixed(list[Any]):
    """A list that stays as it is: `mapview.escape_json` writes it once and keeps the text.

    Shapes are most of what a map is made of, and a new claim changes none of them.
    """

    written: str | None = None


def encode_path(coordinates: Iterable[Sequence[float]], *, scale: int = SCALE) -> list[int]:
    """Encode (x, y) pairs; pairs that fall on the one before them are left out.

    >>> encode_path([(36.0, 33.5), (36.0001, 33.5), (36.0001, 33.50001)])
    [360000, 335000, 1, 0]
    >>> encode_path([])
    []
    """
    pairs = np.asarray(coordinates if isinstance(coordinates, np.ndarray) else list(coordinates), dtype=np.float64)
    if not len(pairs):
        return []
    whole = np.rint(pairs[:, :2] * scale).astype(np.int64)
    steps = np.diff(whole, axis=0)
    encoded: list[int] = np.vstack([whole[:1], steps[steps.any(axis=1)]]).ravel().tolist()
    return encoded


def encode_polygons(geometry: BaseGeometry | None, *, scale: int = SCALE) -> list[list[list[int]]]:
    """Encode every polygon of a geometry as its rings, the outer one first, without their closing pair.

    Anything that is not a polygon, or is smaller than a step, is left out.

    >>> encode_polygons(shapely.box(0, 0, 1, 1), scale=1)
    [[[1, 0, 0, 1, -1, 0, 0, -1]]]
    >>> encode_polygons(None)
    []
    """
    if geometry is None:
        return []
    polygons = []
    for part in shapely.get_parts(geometry):
        if not isinstance(part, Polygon) or part.is_empty:
            continue
        rings = [
            encode_path(shapely.get_coordinates(ring)[:-1], scale=scale) for ring in (part.exterior, *part.interiors)
        ]
        if len(rings[0]) >= 6:
            polygons.append([ring for ring in rings if len(ring) >= 6])
    return polygons


def encode_lines(geometry: BaseGeometry | None, *, scale: int = SCALE) -> list[list[int]]:
    """Encode every line of a geometry; anything else is left out.

    >>> encode_lines(LineString([(0, 0), (1, 1)]), scale=1)
    [[0, 0, 1, 1]]
    """
    if geometry is None:
        return []
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, LineString) and not part.is_empty]
    return [
        path for path in (encode_path(shapely.get_coordinates(part), scale=scale) for part in parts) if len(path) >= 4
    ]


def encode_point(*, lat: float | None, lon: float | None) -> list[float] | None:
    """Return [lat, lon] with five decimals (about a metre), or None where either is unknown.

    >>> encode_point(lat=33.5138001, lon=36.2765)
    [33.5138, 36.2765]
    """
    if lat is None or lon is None:
        return None
    return [round(lat, 5), round(lon, 5)]


def day_number(day: date | None, *, first: date) -> int | None:
    """Return the number of days from `first`, or None for an unknown day.

    >>> day_number(date(2024, 12, 8), first=date(2024, 11, 26))
    12
    """
    return None if day is None else (day - first).days


def encode_evidence(item: Evidence) -> dict[str, Any]:
    """Return a piece of evidence as the card shows it; what is not known is left out.

    >>> encode_evidence(Evidence(text="A line.", is_quote=True, grade="B2"))
    {'text': 'A line.', 'quote': True, 'grade': 'B2', 'assertion': 'asserted'}
    """
    return without_none(
        {
            "text": item.text,
            "quote": item.is_quote,
            "grade": item.grade,
            "assertion": item.assertion.value,
            "publisher": item.publisher,
            "speaker": item.speaker,
            "published": item.published.isoformat() if item.published else None,
            "url": item.url,
            "article": item.article_id,
            "claim": item.claim_id,
        }
    )


def without_none(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without the fields that are unknown.

    >>> without_none({"a": 1, "b": None})
    {'a': 1}
    """
    return {key: value for key, value in record.items() if value is not None}
