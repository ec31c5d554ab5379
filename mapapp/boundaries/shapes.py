"""Shapes of boundary files: read, brought to longitude and latitude, and repaired where that is safe.

Nothing is guessed: without a CRS, or with one that cannot be right, a file is refused with what was found. What is
repaired is said, and what cannot be is set aside with its reason.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from mapapp.errors import DataError
from mapapp.geo import CRS
from mapapp.text import show_plain

MAX_FEATURES = 100_000
MAX_VERTICES = 20_000_000

OUTSIDE_SHARE = 0.5
"""Less of a file's box than this inside the theatre's box makes one ask whether its axes are swapped."""

Box = tuple[float, float, float, float]


@dataclass
class Findings:
    """What was noticed while a file was read."""

    remarks: list[str] = field(default_factory=list)
    """Repairs, in plain sentences."""
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    """(which unit, why) for what could not be used."""


def read_shapes(path: Path, *, crs: str | None, bbox: Box | None, findings: Findings) -> gpd.GeoDataFrame:
    """Return the polygons of a file in EPSG:4326 with all columns; raise `DataError` where it cannot be used.

    `crs` says what a file without one is in, such as `EPSG:4326`. `bbox` is the theatre's box (W, S, E, N): what lies
    outside is set aside, and a file that fits it only with its axes swapped is told so.
    """
    read = _read_geojson if path.suffix.lower() in {".geojson", ".json"} else _read_with_gdal
    frame = read(path, findings)
    if frame.empty:
        raise DataError(f"{path.name} is empty: it holds no units. Expected polygons with a code each.")
    if len(frame) > MAX_FEATURES:
        raise DataError(f"{path.name} holds {len(frame)} units, more than the {MAX_FEATURES} that are read.")
    if int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum()) > MAX_VERTICES:
        raise DataError(f"{path.name} has more than {MAX_VERTICES / 1e6:.0f} million vertices. Simplify it first.")
    frame = _only_polygons(frame, path=path, findings=findings)
    frame = _to_degrees(frame, path=path, crs=crs, bbox=bbox, findings=findings)
    frame = _repaired(frame, path=path, findings=findings)
    return _only_inside(frame, path=path, bbox=bbox, findings=findings)


def _read_with_gdal(path: Path, findings: Findings) -> gpd.GeoDataFrame:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            layers = gpd.list_layers(path)
            layers = layers[layers["geometry_type"].notna()]
            if len(layers) > 1:
                names = ", ".join(show_plain(str(name)) for name in layers["name"][:8])
                raise DataError(f"{path.name} holds several layers: {names}. Expected one; export the one you want.")
            if layers.empty:
                raise DataError(f"{path.name} holds no shapes. Expected polygons with a code each.")
            frame = gpd.read_file(path, layer=str(layers["name"].iloc[0]))
        except (RuntimeError, OSError, UnicodeDecodeError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path.name} cannot be read: {show_plain(str(error))[:200]}. Is it whole?") from error
    for text in sorted({show_plain(str(item.message))[:200] for item in told}):
        findings.remarks.append(f"The reader remarks: {text.rstrip('.')}.")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f"{path.name} holds a table without shapes. Expected polygons with a code each.")
    return frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)


def _read_geojson(path: Path, findings: Findings) -> gpd.GeoDataFrame:
    """Read a GeoJSON feature by feature, so that one broken ring is told by itself."""
    try:
        table = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise DataError(f"{path.name} is not JSON in UTF-8: {show_plain(str(error))[:200]}.") from error
    features = table.get("features") if isinstance(table, dict) else None
    if not isinstance(features, list):
        got = table.get("type") if isinstance(table, dict) else type(table).__name__
        raise DataError(f"{path.name} is of the type {got!r}, expected a FeatureCollection of polygons (GeoJSON).")
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry] = []
    closed: list[str] = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict):
            findings.set_aside.append((f"unit {number}", "It has no shape."))
            continue
        try:
            if _close_rings(geometry):
                closed.append(f"unit {number}")
            shapes.append(shapely.force_2d(shapely.from_geojson(json.dumps(geometry))))
        except (shapely.errors.GEOSException, ValueError, TypeError, IndexError, RecursionError) as error:
            why = show_plain(str(error))[:120].strip()
            findings.set_aside.append((f"unit {number}", f"Its rings are broken: {why}."))
            continue
        rows.append(properties if isinstance(properties, dict) else {})
    if closed:
        findings.remarks.append(f"Rings that were left open were closed, in {_some(closed)}.")
    if features and not shapes:
        _, why = findings.set_aside[0]
        raise DataError(f"{path.name}: none of its {len(features)} units has a usable shape. {why}")
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, index=range(len(rows))), geometry=shapes, crs=_named_crs(table, path))
    clockwise = [
        part
        for part in shapely.get_parts(frame.geometry.to_numpy())
        if isinstance(part, shapely.Polygon) and not part.is_empty and not part.exterior.is_ccw
    ]
    if clockwise:
        findings.remarks.append(f"{len(clockwise)} outer rings ran clockwise, against RFC 7946; they were turned.")
        frame = frame.set_geometry(shapely.orient_polygons(frame.geometry.to_numpy()), crs=frame.crs)
    return frame


def _close_rings(geometry: dict[str, Any]) -> bool:
    """Close the open rings of a GeoJSON polygon in place; return whether there were any."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(kind))
    was_open = False
    for rings in polygons or []:
        for ring in rings or []:
            if isinstance(ring, list) and len(ring) >= 3 and ring[0] != ring[-1]:
                ring.append(ring[0])
                was_open = True
    return was_open


def _named_crs(table: dict[str, Any], path: Path) -> pyproj.CRS:
    """Return the CRS of a GeoJSON: longitude and latitude, but for the `crs` of its older form."""
    named = table.get("crs")
    if named is None:
        return pyproj.CRS.from_user_input(CRS)
    try:
        name = str(named["properties"]["name"])
        return pyproj.CRS.from_user_input(CRS if name.upper().endswith("CRS84") else name)
    except (KeyError, TypeError, CRSError) as error:
        raise DataError(
            f"{path.name} names a CRS that is not known: {str(named)[:100]!r}. Expected EPSG:4326."
        ) from error


def _only_polygons(frame: gpd.GeoDataFrame, *, path: Path, findings: Findings) -> gpd.GeoDataFrame:
    kinds = frame.geom_type.fillna("nothing")
    is_area = kinds.isin(["Polygon", "MultiPolygon", "GeometryCollection"]).to_numpy()
    is_empty = frame.geometry.isna().to_numpy() | frame.geometry.is_empty.to_numpy()
    is_finite = np.array([bool(np.isfinite(shapely.get_coordinates(shape)).all()) for shape in frame.geometry])
    if is_empty.all():
        raise DataError(f"{path.name} is empty: none of its {len(frame)} units has a shape.")
    if not (is_area & ~is_empty).any():
        found = ", ".join(f"{count} {kind}" for kind, count in Counter(kinds).most_common(3))
        raise DataError(f"{path.name} holds no polygons but {found}. Expected the areas of units, not points or lines.")
    for number in np.flatnonzero(is_empty):
        findings.set_aside.append((f"unit {frame.index[number] + 1}", "It has no shape."))
    for number in np.flatnonzero(~is_area & ~is_empty):
        findings.set_aside.append(
            (f"unit {frame.index[number] + 1}", f"It is a {kinds.iloc[number]}, expected a polygon.")
        )
    for number in np.flatnonzero(is_area & ~is_empty & ~is_finite):
        findings.set_aside.append((f"unit {frame.index[number] + 1}", "Some of its coordinates are no numbers."))
    kept = frame[is_area & ~is_empty & is_finite]
    if kept.empty:
        raise DataError(f"{path.name}: the coordinates of its units are no numbers.")
    return kept


def _to_degrees(
    frame: gpd.GeoDataFrame, *, path: Path, crs: str | None, bbox: Box | None, findings: Findings
) -> gpd.GeoDataFrame:
    if frame.crs is None:
        if crs is None:
            raise DataError(
                f"{path.name} does not say its CRS. If its coordinates are longitude and latitude, add it with "
                "--crs EPSG:4326."
            )
        try:
            frame = frame.set_crs(pyproj.CRS.from_user_input(crs))
        except CRSError as error:
            raise DataError(f"The CRS {crs!r} is not known. Expected a code such as EPSG:4326.") from error
        findings.remarks.append(f"It does not say its CRS; it was read as {crs}, as you said.")
    if frame.crs.is_geographic:
        _check_axes(tuple(frame.total_bounds.tolist()), path=path, bbox=bbox)
    if not frame.crs.equals(CRS, ignore_axis_order=True):
        name = frame.crs.name
        try:
            frame = frame.to_crs(CRS)
        except (CRSError, RuntimeError) as error:
            raise DataError(
                f"{path.name} cannot be turned from {name} into longitude and latitude: {error}."
            ) from error
        if not np.isfinite(frame.total_bounds).all():
            raise DataError(f"{path.name} says that it is in {name}, but its coordinates do not fit that CRS.")
        findings.remarks.append(f"It was turned from {name} into EPSG:4326.")
        _check_axes(tuple(frame.total_bounds.tolist()), path=path, bbox=bbox)
    return frame.set_crs(CRS, allow_override=True)


def _check_axes(bounds: tuple[float, ...], *, path: Path, bbox: Box | None) -> None:
    """Raise `DataError` where coordinates are no longitudes and latitudes, or those of somewhere else."""
    west, south, east, north = bounds
    swapped = (south, west, north, east)
    share, share_swapped = _share_inside(bounds, bbox), _share_inside(swapped, bbox)
    reach = f"x from {west:.6g} to {east:.6g} and y from {south:.6g} to {north:.6g}"
    is_on_globe = _is_on_globe(bounds)
    if share_swapped > max(share, OUTSIDE_SHARE) and share < OUTSIDE_SHARE and _is_on_globe(swapped):
        raise DataError(
            f"{path.name} has latitude and longitude swapped: {reach}. Expected x = longitude, y = latitude; swap them."
        )
    if not is_on_globe:
        raise DataError(
            f"{path.name} has {reach}; expected longitudes within ±180 and latitudes within ±90. Its CRS is wrong, "
            "or none: its coordinates look like metres."
        )
    if bbox is not None and share <= 0:
        raise DataError(
            f"{path.name} lies outside the theatre: {reach}. Expected {bbox[0]:g} to {bbox[2]:g} and {bbox[1]:g} to "
            f"{bbox[3]:g}. Is its CRS right?"
        )


def _is_on_globe(bounds: tuple[float, ...]) -> bool:
    west, south, east, north = bounds
    return west >= -180.001 and east <= 180.001 and south >= -90.001 and north <= 90.001


def _share_inside(bounds: tuple[float, ...], bbox: Box | None) -> float:
    """Return how much of a box lies inside the theatre's; 1 where that has none."""
    if bbox is None:
        return 1.0 if _is_on_globe(bounds) else 0.0
    own = shapely.box(*bounds)
    common = shapely.intersection(own, shapely.box(*bbox))
    return float(common.area / own.area) if own.area else 0.0


def _repaired(frame: gpd.GeoDataFrame, *, path: Path, findings: Findings) -> gpd.GeoDataFrame:
    """Return the frame with valid polygons only; what was repaired is told."""
    shapes = frame.geometry.to_numpy().copy()
    mended: list[str] = []
    for number in np.flatnonzero(~shapely.is_valid(shapes)):
        why = shapely.is_valid_reason(shapes[number]).split("[")[0].strip().lower()
        shapes[number] = shapely.make_valid(shapes[number])
        mended.append(f"unit {frame.index[number] + 1} ({why})")
    shapes = np.array([_areas_only(shape) for shape in shapes], dtype=object)
    if mended:
        findings.remarks.append(f"Broken shapes were repaired: {_some(mended)}.")
    is_lost = shapely.is_empty(shapes)
    for number in np.flatnonzero(is_lost):
        findings.set_aside.append(
            (f"unit {frame.index[number] + 1}", "Its rings are broken beyond repair: they enclose no area.")
        )
    if is_lost.all():
        raise DataError(f"{path.name}: the rings of its units are broken; none of them encloses an area.")
    return frame.set_geometry(shapes, crs=CRS)[~is_lost]


def _only_inside(frame: gpd.GeoDataFrame, *, path: Path, bbox: Box | None, findings: Findings) -> gpd.GeoDataFrame:
    """Set aside what lies outside the theatre's box, as in a file of the whole world."""
    if bbox is None:
        return frame.reset_index(drop=True)
    inside = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bbox))
    n_outside = int((~inside).sum())
    if n_outside == len(frame):
        raise DataError(f"{path.name}: none of its units lies in the theatre.")
    if n_outside:
        findings.set_aside.append((f"{n_outside} units", "They lie outside the theatre."))
    return frame[inside].reset_index(drop=True)


def _areas_only(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape as one."""
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return shape
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon | shapely.MultiPolygon)]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _some(names: list[str], *, most: int = 5) -> str:
    """Return the first names and how many more there are.

    >>> _some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
