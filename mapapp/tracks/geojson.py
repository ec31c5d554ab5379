"""Tracks in GeoJSON: each line a track of its own with the times beside it, or points that make one track."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mapapp.routes.files import ABOUT, ROUTE_ID
from mapapp.tracks.rows import NAN, FoundTracks, NamedRows, read_checked, read_instant, read_position

_TIME_OF_POINT = ("time", "timestamp", "datetime")
_NAMES = ("name", "title")


def read_geojson(whole: Mapping[str, Any]) -> FoundTracks:
    """Return the lines of a GeoJSON text, each with its name; points are one track where there is no line.

    Times of a line stand in `coordTimes`, `times` or `coordinateProperties.times`, those of a point in `time`,
    `timestamp` or `datetime`.

    >>> read_geojson({"type": "LineString", "coordinates": [[10, 45], [11, 45]]}).tracks[0].rows[1][1:3]
    (45.0, 11.0)
    """
    features = whole.get("features") if whole.get("type") == "FeatureCollection" else [whole]
    lines: list[NamedRows] = []
    points = NamedRows()
    for feature in features if isinstance(features, list) else []:
        if not isinstance(feature, dict):
            points.rows.append(None)
            continue
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        told = feature.get("properties")
        properties = told if isinstance(told, dict) else {}
        coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if not isinstance(geometry, dict) or not isinstance(coordinates, list):
            continue
        if geometry.get("type") == "Point":
            moment = read_instant(next((properties[key] for key in _TIME_OF_POINT if key in properties), None))
            points.rows.append(read_checked(coordinates, partial(read_position, moment=moment)))
        elif geometry.get("type") in ("LineString", "MultiLineString"):
            line = _read_line(geometry, properties=properties)
            line.leg = _leg_of(feature.get("id"))
            lines.append(line)
    about = whole.get("metadata")
    abouts = about.get(ABOUT, []) if isinstance(about, dict) else []
    return FoundTracks(tuple(lines) or (points,), tuple(abouts) if isinstance(abouts, list) else ())


def _read_line(geometry: Mapping[str, Any], *, properties: Mapping[str, Any]) -> NamedRows:
    found = NamedRows(name=next((str(properties[key]) for key in _NAMES if properties.get(key)), None))
    lines = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
    told = properties.get("coordTimes") or properties.get("times") or properties.get("coordinateProperties")
    told = told.get("times") if isinstance(told, dict) else told
    times = told if isinstance(told, list) else []
    # Those of several lines stand in as many lists, those of one in one.
    times = times if times and isinstance(times[0], list) else [times]
    for number, line in enumerate(lines):
        found.parts.append(len(found.rows))
        moments = times[number] if number < len(times) and isinstance(times[number], list) else []
        for index, pair in enumerate(line if isinstance(line, list) else []):
            moment = read_instant(moments[index]) if index < len(moments) else NAN
            found.rows.append(read_checked(pair, partial(read_position, moment=moment)))
    return found


def _leg_of(feature_id: object) -> str | None:
    return feature_id.removeprefix(ROUTE_ID) if isinstance(feature_id, str) else None
