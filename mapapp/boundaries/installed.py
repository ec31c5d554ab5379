"""Boundaries that the user has installed for a theatre, in the stead of the coarse ones that are bundled.

One GeoPackage per theatre in the user's folder holds the smallest units at full resolution (for joins), every level
simplified with shared borders kept (for the map), and where they are from. It is replaced whole or not at all.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from mapapp.boundaries.files import FIELDS, BoundaryFile, fit_together, with_levels_above, with_plain_none
from mapapp.boundaries.shapes import Findings
from mapapp.errors import DataError
from mapapp.folders import data_folder
from mapapp.geo import CRS
from mapapp.model import Place

VERSION = 1
DRAWN_DEG = 2e-4
"""Detail of the drawn borders: triangles smaller than this squared (20 m by 20 m) are flattened. Of 129,000 vertices of
a country's sub-districts 39,000 are left, and nobody sees it below a scale of 1 : 100,000."""

SAME_UNIT_SHARE = 0.7
"""Two shapes with so much of their union in common are one unit drawn twice."""

SAME_CODE_SHARE = 0.5
"""Units with one code have so much of the smaller one in common at least, or the codes are of different systems."""

REST_SHARE = 0.05
"""What new units leave over of a bundled one is a unit of its own above this share, else a slip between two sources."""

SOURCE_GAP_DEG = 0.02
"""Gaps up to this between the borders of two sources (2 km: bundled ones are that coarse) are closed."""

COAST_DEG = 0.1
"""A place this far outside every unit (about 10 km) has the codes of the nearest one."""


@dataclass(frozen=True, slots=True)
class BoundaryAbout:
    """Where installed boundaries are from."""

    title: str
    attribution: str
    """Line for the corner of the map; empty = none is asked for."""
    licence: str
    source: str
    """Address or file name."""
    date: str
    """Of the data, ISO; empty = not known."""
    sha256: str
    """Of the main file."""
    levels: tuple[tuple[int, int], ...] = ()
    """(level, number of units)."""
    remarks: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class InstalledBoundaries:
    """What is installed for a theatre."""

    units: gpd.GeoDataFrame
    """For the map: levels 1 and finer, simplified with shared borders kept; EPSG:4326, by level and P-code."""
    leaf_units: gpd.GeoDataFrame
    """For joins: the smallest units at full resolution."""
    about: BoundaryAbout


def boundaries_path(theatre_name: str) -> Path:
    """Return where the boundaries of a theatre are installed; the file need not be there."""
    if not re.fullmatch(r"[\w-]+", theatre_name):
        raise DataError(f"{theatre_name!r} is not the name of a theatre: expected letters, digits, - and _.")
    return data_folder() / "boundaries" / f"{theatre_name}.gpkg"


def boundaries_version(theatre_name: str) -> str:
    """Return a short text that changes with what is installed; empty where nothing is."""
    try:
        found = boundaries_path(theatre_name).stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


def install_boundaries(
    file: BoundaryFile, *, theatre_name: str, bundled: gpd.GeoDataFrame, about: BoundaryAbout
) -> BoundaryAbout:
    """Install what a file holds for a theatre, in the stead of what was installed; return what is known of it now.

    Units of `bundled` that the file lacks stay where the file has nothing, and what has no parent in the file gets the
    bundled unit that it lies in. Raises `DataError` where nothing of the file can be drawn or the folder is closed.
    """
    units, remarks = combine_units(file.units, bundled=bundled)
    levels = units["level"].value_counts().sort_index()
    done = replace(
        about,
        levels=tuple((int(level), int(count)) for level, count in levels.items()),
        remarks=(*file.remarks, *remarks),
        set_aside=file.set_aside,
    )
    leaves = _leaves(units)
    simple = leaves.set_geometry(shapely.coverage_simplify(leaves.geometry.to_numpy(), DRAWN_DEG), crs=CRS)
    told = {str(row["pcode"]): row for row in units.to_dict("records")}
    above = {code: row for code, row in told.items() if code in set(units["parent"].dropna())}
    drawn = with_levels_above(simple, above=above)
    _write(boundaries_path(theatre_name), layers={"full": leaves, "drawn": drawn}, about=done)
    return done


def installed_boundaries(theatre_name: str) -> InstalledBoundaries | None:
    """Return what is installed for a theatre, or None where nothing is. Raises `DataError` where it is broken."""
    path = boundaries_path(theatre_name)
    if not path.is_file():
        return None
    try:
        told = dict(gpd.read_file(path, layer="about")[["key", "value"]].itertuples(index=False, name=None))
        values = json.loads(told["about"])
        if values.pop("version") != VERSION:
            raise ValueError("written by another version")
        for name in ("levels", "set_aside"):
            values[name] = tuple(tuple(pair) for pair in values[name])
        about = BoundaryAbout(**{**values, "remarks": tuple(values["remarks"])})
        drawn, full = (_read_layer(path, layer) for layer in ("drawn", "full"))
    except (RuntimeError, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The installed boundaries {path} cannot be read ({type(error).__name__}: {error}). Install them again, or "
            f"remove them with: python -m mapapp data remove-boundaries --theatre {theatre_name}"
        ) from error
    return InstalledBoundaries(units=drawn[drawn["level"] >= 1].reset_index(drop=True), leaf_units=full, about=about)


def remove_boundaries(theatre_name: str) -> bool:
    """Remove what is installed for a theatre, so that the bundled boundaries count again; False: nothing was there."""
    path = boundaries_path(theatre_name)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataError(f"{path} cannot be removed ({error.strerror}).") from error
    return True


def combine_units(units: gpd.GeoDataFrame, *, bundled: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the units of a file laid over the bundled ones, every level, and what was done in plain sentences."""
    if int(units["level"].max()) < 1:
        raise DataError("The file holds whole countries only (level 0). Expected level 1 or finer, such as provinces.")
    _refuse_other_codes(units, bundled=bundled)
    if bundled.empty or set(bundled["pcode"]) <= set(units["pcode"]):
        return units, ()
    findings = Findings()
    units = _adopt_codes(units, bundled=bundled, findings=findings)
    units = _find_parents(units, bundled=bundled, findings=findings)
    above = {str(row["pcode"]): row for row in (*bundled.to_dict("records"), *units.to_dict("records"))}
    leaves = _leaves(units)
    rest, slips = _rest(leaves, bundled=bundled, findings=findings)
    if rest:
        leaves = gpd.GeoDataFrame([*leaves.to_dict("records"), *rest], geometry="geometry", crs=CRS)
    if rest or slips:
        leaves = _with_slips(leaves, slips=slips)
        leaves = fit_together(leaves, name="Bundled and new units", findings=findings, gap_deg=SOURCE_GAP_DEG)
    told = {code: row for code, row in above.items() if code in _ancestors(leaves, above)}
    return with_levels_above(leaves, above=told), tuple(findings.remarks)


def _refuse_other_codes(units: gpd.GeoDataFrame, *, bundled: gpd.GeoDataFrame) -> None:
    """Raise `DataError` where a code means one unit in the file and another in the theatre.

    Codes of different systems can look alike; claims on a unit would then colour another one.
    """
    own = {str(row["pcode"]): row for row in bundled.to_dict("records")}
    clashes = []
    for row in units.to_dict("records"):
        known = own.get(str(row["pcode"]))
        if known is None:
            continue
        common = shapely.intersection(row["geometry"], known["geometry"]).area
        if common < SAME_CODE_SHARE * min(row["geometry"].area, known["geometry"].area):
            clashes.append(f"{row['pcode']} is {row['name_en']} there and {known['name_en']} here")
    if clashes:
        raise DataError(
            f"{len(clashes)} codes of the file mean other units than in this theatre: {clashes[0]}. Expected the "
            "theatre's codes, or codes that cannot be taken for them: name another column with --column pcode=…"
        )


def _leaves(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return units[~units["pcode"].isin(set(units["parent"].dropna()))].reset_index(drop=True)


def _ancestors(leaves: gpd.GeoDataFrame, above: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for parent in leaves["parent"]:
        code = parent
        while isinstance(code, str) and code in above and code not in found:
            found.add(code)
            code = above[code]["parent"]
    return found


def _adopt_codes(units: gpd.GeoDataFrame, *, bundled: gpd.GeoDataFrame, findings: Findings) -> gpd.GeoDataFrame:
    """Give units that are bundled ones under another code the bundled code, which the theatre's tables speak of."""
    wanted = bundled[~bundled["pcode"].isin(units["pcode"])]
    open_units = units[~units["pcode"].isin(bundled["pcode"])]
    renamed: dict[str, str] = {}
    tree = shapely.STRtree(open_units.geometry.to_numpy())
    for row in wanted.itertuples(index=False):
        for number in tree.query(row.geometry, predicate="intersects").tolist():
            other = open_units.iloc[number]
            if other["level"] != row.level or other["pcode"] in renamed:
                continue
            common = shapely.intersection(other.geometry, row.geometry).area
            if common >= SAME_UNIT_SHARE * (other.geometry.area + row.geometry.area - common):
                renamed[str(other["pcode"])] = str(row.pcode)
    if not renamed:
        return units
    findings.remarks.append(f"{len(renamed)} units are the theatre's own under other codes; they keep the theatre's.")
    arabic = dict(zip(bundled["pcode"], bundled["name_ar"], strict=True))
    changed = units.copy()
    changed["pcode"] = [renamed.get(code, code) for code in units["pcode"]]
    changed["parent"] = [renamed.get(code, code) if isinstance(code, str) else None for code in units["parent"]]
    changed["name_ar"] = [
        name if isinstance(name, str) else arabic.get(code)
        for name, code in zip(units["name_ar"], changed["pcode"], strict=True)
    ]
    return changed


def _find_parents(units: gpd.GeoDataFrame, *, bundled: gpd.GeoDataFrame, findings: Findings) -> gpd.GeoDataFrame:
    """Give units whose parent is not there the bundled unit that most of them lies in."""
    known = set(units["pcode"]) | set(bundled["pcode"])
    shapes = bundled.geometry.to_numpy()
    parents, n_found = [], 0
    for row in units.itertuples(index=False):
        if (isinstance(row.parent, str) and row.parent in known) or row.level < 2:
            parents.append(row.parent if isinstance(row.parent, str) and row.parent in known else None)
            continue
        common = np.where(bundled["level"] < row.level, shapely.area(shapely.intersection(shapes, row.geometry)), 0.0)
        is_inside = common.max() >= row.geometry.area / 2
        levels = np.where(common >= row.geometry.area / 2, bundled["level"], -1)
        parents.append(str(bundled["pcode"].iloc[int(levels.argmax())]) if is_inside else None)
        n_found += is_inside
    if n_found:
        findings.remarks.append(f"{n_found} units named no parent that is known; they got the one that they lie in.")
    changed = units.copy()
    changed["parent"] = parents
    return changed


def _rest(
    leaves: gpd.GeoDataFrame, *, bundled: gpd.GeoDataFrame, findings: Findings
) -> tuple[list[dict[str, Any]], list[shapely.Polygon]]:
    """Return what the new units leave over of the bundled ones: units of their own, and slips between two sources."""
    covered = shapely.union_all(leaves.geometry.to_numpy())
    divided, own = set(leaves["parent"].dropna()), set(leaves["pcode"])
    rest: list[dict[str, Any]] = []
    slips: list[shapely.Polygon] = []
    for row in _leaves(bundled).to_dict("records"):
        over = shapely.difference(row["geometry"], covered)
        parts = [part for part in shapely.get_parts(over) if isinstance(part, shapely.Polygon) and not part.is_empty]
        if not parts:
            continue
        if row["pcode"] in own or shapely.area(parts).sum() < REST_SHARE * row["geometry"].area:
            slips += parts
            continue
        changed: dict[str, Any] = {"geometry": shapely.union_all(parts)}
        if row["pcode"] in divided:
            changed |= {
                "pcode": f"{row['pcode']}-rest",
                "name_en": f"{row['name_en']}, the rest",
                "level": row["level"] + 1,
                "parent": row["pcode"],
            }
        rest.append({**row, **changed})
    if rest:
        findings.remarks.append(f"{len(rest)} bundled units stay where the file has nothing ({rest[0]['pcode']}, …).")
    return rest, slips


def _with_slips(leaves: gpd.GeoDataFrame, *, slips: Sequence[shapely.Polygon]) -> gpd.GeoDataFrame:
    """Return the units with each slip joined to the neighbour that it shares the longest border with."""
    shapes = leaves.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    gained: dict[int, list[shapely.Polygon]] = {}
    for slip in slips:
        near = tree.query(slip, predicate="dwithin", distance=1e-9).tolist()
        if near:
            shared = [shapely.intersection(shapes[number].buffer(1e-9), slip.boundary).length for number in near]
            gained.setdefault(near[int(np.argmax(shared))], []).append(slip)
    grown = [
        shapely.union_all([shape, *gained[number]]) if number in gained else shape
        for number, shape in enumerate(shapes)
    ]
    return leaves.set_geometry(grown, crs=CRS)


def with_unit_codes(
    places: Iterable[Place], *, units: gpd.GeoDataFrame, leaf_units: gpd.GeoDataFrame
) -> tuple[Place, ...]:
    """Return the places with the P-codes of the units that they lie in; what lies in none stays as it is.

    >>> with_unit_codes([], units=gpd.GeoDataFrame(), leaf_units=gpd.GeoDataFrame())
    ()
    """
    listed: Sequence[Place] = tuple(places)
    if not listed:
        return ()
    points = shapely.points([place.lon for place in listed], [place.lat for place in listed])
    shapes = leaf_units.geometry.to_numpy()
    chosen: dict[int, int] = {}
    # Asked from the units, because the side that asks is prepared once and its many vertices are then looked at once.
    for where, who in sorted(zip(*shapely.STRtree(points).query(shapes, predicate="intersects").tolist(), strict=True)):
        chosen.setdefault(who, where)
    outside = [number for number in range(len(listed)) if number not in chosen]
    found = shapely.STRtree(shapes).query_nearest(points[outside], max_distance=COAST_DEG, all_matches=False)
    for who, where in zip(*found.tolist(), strict=True):
        chosen.setdefault(outside[who], where)
    rows = {
        str(code): (int(level), parent)
        for frame in (leaf_units, units)
        for code, level, parent in zip(frame["pcode"], frame["level"], frame["parent"], strict=True)
    }
    done = []
    for number, place in enumerate(listed):
        codes: dict[int, str] = {}
        code: object = leaf_units["pcode"].iloc[chosen[number]] if number in chosen else None
        while isinstance(code, str) and code in rows and rows[code][0] not in codes:
            codes[rows[code][0]] = code
            code = rows[code][1]
        done.append(
            replace(
                place,
                adm1_pcode=codes.get(1, place.adm1_pcode),
                adm2_pcode=codes.get(2, place.adm2_pcode),
                adm3_pcode=codes.get(3, place.adm3_pcode),
            )
        )
    return tuple(done)


def _read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    frame = gpd.read_file(path, layer=layer)
    columns = ["pcode", "name_en", "name_ar", "level", "parent", "geometry"]
    return with_plain_none(frame[columns].astype({"level": int}).set_crs(CRS, allow_override=True))


def _write(path: Path, *, layers: dict[str, gpd.GeoDataFrame], about: BoundaryAbout) -> None:
    """Write the file whole and put it in its place in one step."""
    table = gpd.GeoDataFrame(
        {"key": ["about"], "value": [json.dumps({**asdict(about), "version": VERSION}, ensure_ascii=False)]},
        geometry=[None],
        crs=CRS,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=path.parent) as folder:
            part = Path(folder) / path.name
            for layer, frame in layers.items():
                frame[[*FIELDS, "geometry"]].to_file(part, layer=layer, driver="GPKG", promote_to_multi=True)
            table.to_file(part, layer="about", driver="GPKG", geometry_type="Point")
            part.replace(path)
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path} cannot be written ({error}). Set MAPAPP_DATA_DIR to a folder that can be.") from error
