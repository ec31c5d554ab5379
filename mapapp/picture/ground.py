"""The ground of a static map: sea, land, neighbours, units, scale bar and locator."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geodata import ROOT
from mapapp.geo import destination
from mapapp.neighbours import companions, fit_around
from mapapp.picture.canvas import (
    Box,
    Canvas,
    draw_area,
    draw_lines,
    draw_panel,
    draw_words,
    is_free,
    measure_words,
)
from mapapp.picture.viewport import (
    ADMIN,
    COUNTRY,
    FURNITURE,
    GRID_PX,
    LAND,
    OUTLINE,
    WORDS,
    View,
    areas_only,
    joined,
    make_view,
)
from mapapp.scene import Scene
from mapapp.style import (
    PAPER,
)

LEAST_AREA_PX = 500.0
"""Of a country that is named, at a sheet of 1920 × 1080: less is a corner that no name could point at."""

SPOT_STEPS = 9
"""Points that are tried along and across what is seen of a country."""


@cache
def read_basemap(name: str) -> gpd.GeoDataFrame | None:
    path = ROOT / "basemap" / name
    return gpd.read_file(path) if path.is_file() else None


def fitted_countries(scene: Scene) -> gpd.GeoDataFrame | None:
    """Return the countries of the basemap with borders that meet the theatre's outline, as in the browser."""
    countries = read_basemap("countries.geojson")
    units = scene.theatre.units
    if countries is None or units.empty:
        return countries
    own = shapely.coverage_union_all(units[units["level"] == units["level"].min()].geometry.to_numpy())
    at = np.flatnonzero(countries["iso2"] == scene.theatre.country).tolist()
    shapes = fit_around(tuple(countries.geometry), own=own, index=at[0] if at else None)
    return countries.set_geometry(list(shapes), crs=countries.crs)


def draw_ground(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw sea, land, the neighbours' borders and the theatre's own ground."""
    west, south, east, north = view.seen(margin=0.4)
    countries = fitted_countries(scene)
    if countries is not None:
        seen = shapely.clip_by_rect(np.asarray(countries.geometry.values), west, south, east, north)
        shapes = [view.to_px(shape) for shape in seen if not shape.is_empty]
        for shape in shapes:
            draw_area(canvas, shape, fill=PAPER["land"], layer=LAND)
        draw_lines(canvas, shapes, colour=PAPER["border"], width_px=0.9, layer=LAND + 0.2)
    inner = read_basemap("admin1_lines.geojson")
    if inner is not None:
        seen = shapely.clip_by_rect(np.asarray(inner.geometry.values), west, south, east, north)
        lines = [view.to_px(line) for line in seen if not line.is_empty]
        draw_lines(canvas, lines, colour=PAPER["border"], width_px=0.5, dash_px=(3, 3), opacity=0.7, layer=LAND + 0.1)
    for shape in scene.theatre.units.geometry:
        draw_area(canvas, view.to_px(shape), fill=PAPER["country"], edge=PAPER["country"], width_px=0.5, layer=COUNTRY)


def draw_units(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw the borders of the largest units and the outline of the whole."""
    units = scene.theatre.units
    if units.empty:
        return
    top = [view.to_px(shape) for shape in units[units["level"] == units["level"].min()].geometry]
    # Neighbours share their border: joined, it is drawn once, and its dashes stay dashes.
    borders = shapely.line_merge(shapely.union_all([shape.boundary for shape in top], grid_size=GRID_PX))
    draw_lines(canvas, [borders], colour=PAPER["outline"], width_px=0.8, dash_px=(5, 3), opacity=0.55, layer=ADMIN)
    draw_lines(canvas, [joined(top)], colour=PAPER["outline"], width_px=1.5, layer=OUTLINE)


def draw_neighbours(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Name every country in view where there is room left, the largest first: the same rule as in the browser."""
    countries = fitted_countries(scene)
    if countries is None:
        return
    west, south, east, north = view.seen()
    own = shapely.union_all(scene.theatre.units.geometry.values) if len(scene.theatre.units) else Polygon()
    window = box(*view.window)
    seen = []
    for row in countries.itertuples(index=False):
        if row.iso2 == scene.theatre.country or not isinstance(row.name, str) or not row.name:
            continue
        part = shapely.difference(shapely.clip_by_rect(row.geometry, west, south, east, north), own)
        shape = shapely.intersection(view.to_px(part), window)
        if shape.area >= LEAST_AREA_PX * canvas.unit_px**2:
            seen.append((row, shape))
    beside = _companions()
    found: dict[str, tuple[str, Box]] = {}
    for row, shape in sorted(seen, key=lambda pair: -pair[1].area):
        words = " ".join(row.name.upper())
        wide, tall = measure_words(canvas, words, size_px=13)
        for x, y in _spots_within(shape, first=view.point_px(lat=row.label_lat, lon=row.label_lon)):
            spot = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if is_free(canvas, spot) and window.contains(box(*spot)):
                canvas.taken.append(spot)
                found[row.name] = (words, spot)
                break
    for name, other in beside.items():  # both are named or neither
        if {name, other} <= {row.name for row, _ in seen} and not {name, other} <= set(found):
            found.pop(name, None)
            found.pop(other, None)
    for words, (left, bottom, _, top) in found.values():
        base = bottom + (top - bottom) * 0.22
        draw_words(canvas, words, x=left, y=base, size_px=13, colour="#a39b8a", layer=WORDS - 0.5)


@cache
def _companions() -> dict[str, str]:
    """Return which countries are named together, by name."""
    countries = read_basemap("countries.geojson")
    if countries is None:
        return {}
    pairs = zip(countries["name"], countries.geometry, strict=True)
    return companions({name: shape for name, shape in pairs if isinstance(name, str) and name})


def _spots_within(shape: BaseGeometry, *, first: tuple[float, float]) -> list[tuple[float, float]]:
    """Return where a name may stand in what is seen of a country: its own point, then others from the inside out."""
    largest = max(shapely.get_parts(shape), key=lambda piece: piece.area)
    left, bottom, right, top = largest.bounds
    steps = (np.arange(SPOT_STEPS) + 0.5) / SPOT_STEPS
    across, along = np.meshgrid(left + steps * (right - left), bottom + steps * (top - bottom))
    points = shapely.points(across.ravel(), along.ravel())
    points = points[shapely.contains(largest, points)]
    order = np.argsort(-shapely.distance(largest.boundary, points), kind="stable")
    spots = [(float(point.x), float(point.y)) for point in points[order]]
    return [first, *spots] if largest.contains(Point(first)) else spots


def draw_furniture(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw scale bar and locator into corners of the map."""
    _draw_scale(canvas, view=view)
    _draw_locator(canvas, view=view, scene=scene)


def _draw_scale(canvas: Canvas, *, view: View) -> None:
    """Draw a bar of round kilometres, measured on the ellipsoid along the middle of the map."""
    unit = canvas.unit_px
    _, bottom, right, _ = view.window
    west, south, east, north = view.seen()
    lat, lon = (south + north) / 2, (west + east) / 2
    lengths = [digit * 10.0**power for power in range(4) for digit in (1, 2, 5)]
    bars = [
        (km, view.point_px(lat=lat, lon=_east_of(lat, lon, km))[0] - view.point_px(lat=lat, lon=lon)[0])
        for km in lengths
    ]
    fitting = [bar for bar in bars if bar[1] <= 190 * unit]
    if not fitting:
        return
    km, long = fitting[-1]
    x1, y = right - 6 * unit, bottom + 8 * unit
    x0 = x1 - long
    tick = 5 * unit
    line = LineString([(x0, y + tick), (x0, y), (x1, y), (x1, y + tick)])
    draw_lines(canvas, [line], colour=PAPER["panel"], width_px=4.0, opacity=0.8, layer=FURNITURE)
    draw_lines(canvas, [line], colour=PAPER["ink"], width_px=1.4, layer=FURNITURE + 0.1)
    words = f"{km:.0f} km"
    draw_words(
        canvas,
        words,
        x=(x0 + x1) / 2,
        y=y + 4 * unit,
        size_px=12,
        colour=PAPER["ink"],
        layer=FURNITURE,
        align="center",
        halo="#ffffff",
    )
    canvas.taken.append((x0, y - 2, x1, y + 20 * unit))


def _east_of(lat: float, lon: float, km: float) -> float:
    return destination(lat=lat, lon=lon, bearing_deg=90.0, range_km=km)[0]


def _draw_locator(canvas: Canvas, *, view: View, scene: Scene) -> None:
    """Draw a small map that shows where in the world this is."""
    countries = read_basemap("countries.geojson")
    if countries is None:
        return
    unit = canvas.unit_px
    frame = _free_corner(canvas, view=view, scene=scene, wide=176 * unit, tall=132 * unit)
    west, south, east, north = scene.theatre.bbox
    more = max(east - west, north - south) * 1.6
    extent = (max(west - more, -180), max(south - more * 0.8, -80), min(east + more, 180), min(north + more * 0.8, 80))
    small = make_view(extent, window=frame)
    draw_panel(canvas, frame, fill=PAPER["sea"], edge=PAPER["border"], layer=FURNITURE, opacity=1.0)
    inside = box(*frame).buffer(-1.5 * unit)
    region = small.seen(margin=0.1)
    for row in countries.itertuples(index=False):
        part = shapely.clip_by_rect(row.geometry, *region)
        if part.is_empty:
            continue
        shape = shapely.intersection(small.to_px(part), inside)
        is_own = row.iso2 == scene.theatre.country
        fill = PAPER["admin"] if is_own else PAPER["country"]
        draw_area(canvas, areas_only(shape), fill=fill, edge=PAPER["border"], width_px=0.4, layer=FURNITURE + 0.1)
    shown = shapely.intersection(small.to_px(box(*view.seen())), inside)
    draw_lines(canvas, [shown], colour=PAPER["against"], width_px=1.3, layer=FURNITURE + 0.2)


def _free_corner(canvas: Canvas, *, view: View, scene: Scene, wide: float, tall: float) -> Box:
    """Return the corner of the map in which a box hides least of the theatre."""
    left, bottom, right, top = view.window
    corners = [
        (right - wide, top - tall, right, top),
        (left, top - tall, left + wide, top),
        (left, bottom, left + wide, bottom + tall),
    ]
    own = joined(view.to_px(shape) for shape in scene.theatre.units.geometry)
    return min(corners, key=lambda corner: own.buffer(24 * canvas.unit_px).intersection(box(*corner)).area)
