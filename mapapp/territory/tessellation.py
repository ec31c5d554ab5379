"""Cells: every square metre of a theatre belongs to the place of its own unit that is nearest to it.

The finest installed units are cut by the Voronoi diagrams of the places within them. Nearness is measured in a
stereographic projection centred on the theatre: it is conformal, so that nearness is right locally, and over a country
of 1,000 km the scale differs by less than 0.7 % (Snyder 1987, doi:10.3133/pp1395, p. 154 ff.). Edges are cut into
short pieces before they are brought back to longitude and latitude, so that they stay where they belong and neighbours
keep the same vertices.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry import MultiPoint, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from mapapp.geo import WGS84, area_km2, circle
from mapapp.model import Cell, Place

FAR_KM = 30.0
"""Beyond this from its place a cell's fill is drawn weaker: within 10 km of a place 94 % of the area agree with a
community-level map, beyond 30 km 87 % (docs/method.md)."""

OUTSIDE_KM = 25.0
"""A place this far outside every unit still belongs to the nearest one: coarse borders miss coasts and crossings."""

LEAST_DEGREE_KM = 100.0
"""A tenth less than a degree of latitude has: to look for what may be near enough before it is measured."""

SPOT_DEG = 1e-4
"""Places closer than this (about 10 m) share one cell: their positions are not known better than that."""

NODE_DEG = 1e-9
"""Grid on which borders are brought together: about a tenth of a millimetre."""

STEP_M = 5_000.0
"""Length of the pieces of an edge: over 5 km the projected and the geographic chord differ by less than a metre."""

N_LIKELY = 8
"""Of how many places, the nearest on a plane, distances to a unit without a place are measured on the ellipsoid."""

_Floats = npt.NDArray[np.float64]


def spot_of(*, lat: float, lon: float) -> tuple[int, int]:
    """Return the square of SPOT_DEG that a position falls into; two places on one spot share a cell.

    >>> spot_of(lat=45.50001, lon=10.0) == spot_of(lat=45.50002, lon=10.0)
    True
    """
    return round(lat / SPOT_DEG), round(lon / SPOT_DEG)


def finest_units(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units that have no smaller ones inside, in order of their P-codes; empty geometries are left out."""
    parents = set(units["parent"].dropna())
    keep = ~units["pcode"].isin(parents) & units.geometry.notna() & ~units.geometry.is_empty
    return units[keep].sort_values("pcode").reset_index(drop=True)


def build_cells(
    *,
    units: gpd.GeoDataFrame,
    places: Iterable[Place],
    before: tuple[Sequence[Cell], Sequence[Place]] | None = None,
) -> tuple[Cell, ...]:
    """Cut the finest units into one cell per place, in order of unit and place.

    Every square metre of the units lies in exactly one cell. Places on one spot share a cell, named after the more
    populous one. A place up to OUTSIDE_KM outside every unit is given to the nearest one, one farther away gets no
    cell. A unit without a place becomes one cell with `place_id` None that takes the position of the nearest place,
    whose state it follows, and says so in its name. The order of the places does not matter.

    `before` are cells of the same units with the places that they were made of: only units whose places are others
    now, and those beside them, are cut anew; the result is the same without it.

    Raises nothing for empty input:

    >>> from shapely.geometry import box
    >>> frame = gpd.GeoDataFrame(
    ...     {"pcode": ["X1"], "name_en": ["West"], "name_ar": ["غرب"], "level": [1], "parent": [None]},
    ...     geometry=[box(10, 45, 11, 46)], crs="EPSG:4326")
    >>> west, east = (Place(f"p:{n}", n, 45.5, lon, "P") for n, lon in (("a", 10.25), ("b", 10.75)))
    >>> [(cell.id, round(cell.area_km2)) for cell in build_cells(units=frame, places=[east, west])]
    [('X1/p:a', 4343), ('X1/p:b', 4343)]
    >>> [cell.id for cell in build_cells(units=frame, places=[])]
    ['X1/-']
    """
    leaves = finest_units(units)
    if leaves.empty:
        return ()
    shapes = np.asarray(shapely.make_valid(np.asarray(leaves.geometry.values)), dtype=object)
    ordered = _ordered(places)
    own = _by_unit(ordered, shapes=shapes)
    wanted = set(range(len(shapes)))
    around = wanted
    if before is not None:
        old = _by_unit(_ordered(before[1]), shapes=shapes)
        changed = {index for index in wanted if own[index] != old[index]}
        wanted = _with_neighbours(changed, shapes=shapes)
        around = _with_neighbours(wanted, shapes=shapes)
    ways = _projection(shapes)
    raw: list[Cell] = []
    kept: dict[str, list[Cell]] = defaultdict(list)
    for cell in before[0] if before is not None else ():
        kept[cell.unit_pcode].append(cell)
    taken_over: list[Cell] = []
    for index, row in enumerate(leaves.itertuples(index=False)):
        pcode, name = str(row.pcode), str(row.name_en)
        if index in around:
            raw += _cut_unit(shapes[index], places=own[index], pcode=pcode, name=name, everywhere=ordered, ways=ways)
        if index not in wanted:
            taken_over += [
                _following(cell, shape=shapes[index], name=name, places=ordered) if cell.place_id is None else cell
                for cell in kept[pcode]
            ]
    codes = {str(leaves["pcode"].iloc[index]) for index in wanted}
    made = _with_far_parts(_with_common_vertices(raw, codes=codes)) if raw else ()
    numbers = {str(pcode): number for number, pcode in enumerate(leaves["pcode"])}
    # Stable: within a unit the cells stand in order already.
    return tuple(sorted((*taken_over, *made), key=lambda cell: numbers[cell.unit_pcode]))


def _ordered(places: Iterable[Place]) -> list[Place]:
    """Return the places, the most populous first."""
    return sorted(places, key=lambda place: (-(place.population or 0), place.id))


def _by_unit(ordered: Sequence[Place], *, shapes: npt.NDArray[np.object_]) -> list[list[Place]]:
    """Return the places of each unit, one per spot."""
    found: list[list[Place]] = [[] for _ in shapes]
    for place, index in zip(ordered, _assign(ordered, shapes=shapes).tolist(), strict=True):
        if index >= 0:
            found[index].append(place)
    return [_one_per_spot(places) for places in found]


def _with_neighbours(chosen: set[int], *, shapes: npt.NDArray[np.object_]) -> set[int]:
    """Return the units with those that touch them."""
    listed = sorted(chosen)
    _, beside = shapely.STRtree(shapes).query(shapes[listed], predicate="dwithin", distance=100 * NODE_DEG)
    return chosen | set(beside.tolist())


def _cut_unit(
    shape: BaseGeometry,
    *,
    places: Sequence[Place],
    pcode: str,
    name: str,
    everywhere: Sequence[Place],
    ways: tuple[Transformer, Transformer],
) -> list[Cell]:
    """Return the cells of one unit, in order of place; their areas are not measured yet."""
    if not places:
        return [_cell_without_place(shape, pcode=pcode, name=name, places=everywhere)]
    parts = _cut(shape, places=places, to_plane=ways[0], to_globe=ways[1])
    found = [(place, part) for place, part in zip(places, parts, strict=True) if not part.is_empty]
    return [
        _cell(f"{pcode}/{place.id}", place=place, name=place.name, pcode=pcode, shape=part, is_own=True)
        for place, part in sorted(found, key=lambda pair: pair[0].id)
    ]


def _projection(shapes: npt.NDArray[np.object_]) -> tuple[Transformer, Transformer]:
    """Return the way to a local stereographic plane (metres) and back."""
    west, south, east, north = shapely.total_bounds(shapes)
    return _stereographic(f"+lat_0={(south + north) / 2:.6f} +lon_0={(west + east) / 2:.6f}")


@lru_cache(maxsize=16)
def _stereographic(centre: str) -> tuple[Transformer, Transformer]:
    plane = f"+proj=stere {centre} +k=1 +datum=WGS84 +units=m +type=crs"
    return (
        Transformer.from_crs("EPSG:4326", plane, always_xy=True),
        Transformer.from_crs(plane, "EPSG:4326", always_xy=True),
    )


def _assign(places: Sequence[Place], *, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return per place the index of its unit, -1 = none. On a shared border the first unit takes it."""
    chosen = np.full(len(places), -1, dtype=np.int64)
    if not places:
        return chosen
    lon, lat = _coordinates(places)
    points = shapely.points(lon, lat)
    tree = shapely.STRtree(shapes)
    who, where = tree.query(points, predicate="intersects")
    for place_index, unit_index in sorted(zip(who.tolist(), where.tolist(), strict=True), reverse=True):
        chosen[place_index] = unit_index
    for index in np.flatnonzero(chosen < 0):
        reach_deg = OUTSIDE_KM / LEAST_DEGREE_KM / max(math.cos(math.radians(lat[index])), 0.01)
        likely = np.sort(tree.query(points[index], predicate="dwithin", distance=reach_deg))
        gaps = [_gap_km(shapes[unit], lat=float(lat[index]), lon=float(lon[index])) for unit in likely.tolist()]
        if gaps and min(gaps) <= OUTSIDE_KM:
            chosen[index] = likely[int(np.argmin(gaps))]
    return chosen


def _gap_km(shape: BaseGeometry, *, lat: float, lon: float) -> float:
    """Return the distance from a point to a shape, found with longitudes shortened as at that latitude."""
    narrow = max(math.cos(math.radians(lat)), 0.01)
    flat = shapely.transform(shape, lambda xy: xy * (narrow, 1.0))
    on_shape = shapely.get_coordinates(shapely.shortest_line(flat, shapely.Point(lon * narrow, lat)))[0]
    return float(WGS84.inv(on_shape[0] / narrow, on_shape[1], lon, lat)[2]) / 1000.0


def _one_per_spot(places: Sequence[Place]) -> list[Place]:
    """Return the first place of each spot."""
    first: dict[tuple[int, int], Place] = {}
    for place in places:
        first.setdefault(spot_of(lat=place.lat, lon=place.lon), place)
    return list(first.values())


def _cut(
    shape: BaseGeometry, *, places: Sequence[Place], to_plane: Transformer, to_globe: Transformer
) -> list[BaseGeometry]:
    """Return the part of the shape that is nearest to each place."""
    if len(places) == 1:
        return [shape]
    spots = np.array([spot_of(lat=place.lat, lon=place.lon) for place in places], dtype=np.float64) * SPOT_DEG
    x, y = to_plane.transform(spots[:, 1], spots[:, 0])
    plane_shape = shapely.transform(shapely.segmentize(shape, 0.25), lambda xy: _moved(xy, way=to_plane))
    left, bottom, right, top = shapely.union(plane_shape, MultiPoint(np.column_stack([x, y]))).bounds
    reach = max(right - left, top - bottom, 1000.0)
    around = np.linspace(0.0, 2 * math.pi, 8, endpoint=False) + 0.1
    # Sites in a wide ring keep the triangulation well-shaped where the places lie almost on one line; their own
    # cells lie far outside the shape.
    x = np.append(x, (left + right) / 2 + 20 * reach * np.cos(around))
    y = np.append(y, (bottom + top) / 2 + 20 * reach * np.sin(around))
    diagram = shapely.voronoi_polygons(MultiPoint(np.column_stack([x, y])), ordered=True)
    frame = box(left - reach, bottom - reach, right + reach, top + reach)
    regions = shapely.intersection(shapely.get_parts(diagram)[: len(places)], frame)
    regions = shapely.segmentize(regions, STEP_M)
    regions = shapely.transform(regions, lambda xy: _moved(xy, way=to_globe))
    shapely.prepare(shape)
    is_inside = shapely.contains_properly(shape, regions)
    parts = np.array(regions, dtype=object)
    parts[~is_inside] = shapely.intersection(regions[~is_inside], shape)
    return [_areas_only(part) for part in parts]


def _coordinates(places: Sequence[Place]) -> tuple[_Floats, _Floats]:
    """Return longitudes and latitudes."""
    return np.array([place.lon for place in places]), np.array([place.lat for place in places])


def _moved(coordinates: _Floats, *, way: Transformer) -> _Floats:
    x, y = way.transform(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y])


def _areas_only(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape; where borders touch, an intersection also holds lines and points."""
    if isinstance(shape, Polygon | MultiPolygon):
        return shape
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return MultiPolygon(polygons) if polygons else Polygon()


def _cell(cell_id: str, *, place: Place, name: str, pcode: str, shape: BaseGeometry, is_own: bool) -> Cell:
    return Cell(
        id=cell_id,
        place_id=place.id if is_own else None,
        place_name=name,
        place_name_ar=place.names.get("ar") if is_own else None,
        lat=place.lat,
        lon=place.lon,
        unit_pcode=pcode,
        geometry=shape,
        area_km2=0.0,  # measured once all borders are final
        population=place.population if is_own else None,
    )


def _cell_without_place(shape: BaseGeometry, *, pcode: str, name: str, places: Sequence[Place]) -> Cell:
    """Return the cell of a unit that has no place: it stands where the nearest place is, and says so."""
    shape = _areas_only(shape)
    if places:
        nearest = _nearest(shape, places=places)
        words = f"{name} (no place of its own: follows {nearest.name})"
        return _cell(f"{pcode}/-", place=nearest, name=words, pcode=pcode, shape=shape, is_own=False)
    point = shape.representative_point()
    nowhere = Place(id="-", name=name, lat=point.y, lon=point.x, feature_class="A")
    return _cell(f"{pcode}/-", place=nowhere, name=name, pcode=pcode, shape=shape, is_own=False)


def _following(cell: Cell, *, shape: BaseGeometry, name: str, places: Sequence[Place]) -> Cell:
    """Return the cell of a unit without a place as it is with these places: another one may be the nearest now."""
    told = _cell_without_place(shape, pcode=cell.unit_pcode, name=name, places=places)
    if (told.lat, told.lon, told.place_name) == (cell.lat, cell.lon, cell.place_name):
        return cell
    moved = replace(cell, lat=told.lat, lon=told.lon, place_name=told.place_name, far_geometry=None)
    return _with_far_parts([moved])[0]


def _nearest(shape: BaseGeometry, *, places: Sequence[Place]) -> Place:
    """Return the place with the smallest distance to a shape."""
    middle: float = shapely.centroid(shape).y
    narrow = max(math.cos(math.radians(middle)), 0.01)
    lon, lat = _coordinates(places)
    flat = shapely.transform(shape, lambda xy: xy * (narrow, 1.0))
    rough = shapely.distance(flat, shapely.points(lon * narrow, lat))
    likely: list[Place] = [places[index] for index in np.argsort(rough, kind="stable")[:N_LIKELY].tolist()]
    return min(likely, key=lambda place: (_gap_km(shape, lat=place.lat, lon=place.lon), place.id))


def _with_common_vertices(cells: Sequence[Cell], *, codes: Container[str]) -> list[Cell]:
    """Return the cells of some units with every corner of one also a vertex of its neighbours, in the order of `cells`.

    A border that is one straight stroke on one side and two on the other fits on a plane, but opens by hundreds of
    square metres as soon as it is projected or measured on the ellipsoid.
    """
    shapes = np.array([cell.geometry for cell in cells], dtype=object)
    noded = shapely.union_all(shapely.boundary(shapes), grid_size=NODE_DEG)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    face, owner = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    pieces: dict[int, list[BaseGeometry]] = {}
    seen: set[int] = set()
    for face_index, cell_index in sorted(zip(face.tolist(), owner.tolist(), strict=True)):
        if face_index not in seen:  # on a border between two, the first takes it
            seen.add(face_index)
            pieces.setdefault(cell_index, []).append(faces[face_index])
    done = []
    for index, cell in enumerate(cells):
        if cell.unit_pcode not in codes:
            continue
        whole = _areas_only(shapely.coverage_union_all(pieces[index])) if index in pieces else cell.geometry
        shape = shapely.normalize(whole)  # where its rings begin must not depend on what was cut together with it
        done.append(replace(cell, geometry=shape, area_km2=_area_km2(shape)))
    return done


def _area_km2(shape: BaseGeometry) -> float:
    """Return the geodesic area, with long straight borders kept straight on the map as they are drawn."""
    return area_km2(shapely.segmentize(shape, 0.1))


def _with_far_parts(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells with the parts that lie farther than FAR_KM from their places."""
    coordinates, owner = shapely.get_coordinates([cell.geometry for cell in cells], return_index=True)
    lat = np.array([cell.lat for cell in cells])[owner]
    lon = np.array([cell.lon for cell in cells])[owner]
    distance_m = WGS84.inv(lon, lat, coordinates[:, 0], coordinates[:, 1])[2]
    farthest = np.zeros(len(cells))
    np.maximum.at(farthest, owner, distance_m)
    done = []
    for cell, metres in zip(cells, farthest.tolist(), strict=True):
        if metres <= FAR_KM * 1000.0:
            done.append(cell)
            continue
        near = circle(lat=cell.lat, lon=cell.lon, radius_km=FAR_KM)
        far = _areas_only(shapely.difference(cell.geometry, near))
        done.append(cell if far.is_empty else replace(cell, far_geometry=far))
    return tuple(done)
