"""Boundary files into units: codes, names, parents and levels beside shapes that fit together.

A file is checked as a whole: codes that are not unique or units that lie over each other make it useless for a map
that gives every square metre to one holder, and it is refused. Slivers are repaired, and every repair is said.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata import ROOT
from mapapp.boundaries.archives import opened_source
from mapapp.boundaries.shapes import Box, Findings, read_shapes
from mapapp.errors import DataError
from mapapp.geo import CRS, area_km2
from mapapp.text import has_control_or_bidi, show_plain

LAYOUTS = ROOT / "boundary_layouts.toml"
FIELDS = ("pcode", "name_en", "name_ar", "parent", "level")
"""What a user may name columns for; `level` may also be a number."""

MAX_LEVEL = 5
MAX_NAME = 200
GAP_DEG = 1e-4
"""Gaps between neighbours up to this (about ten metres) are slips of the pen, not land."""

OVERLAP_KM2, OVERLAP_SHARE = 0.05, 0.005
"""Two units may lie over each other by less than one of these: slivers of digitising. More is a mistake in the file."""

_PCODE = re.compile(r"[^\W_][\w.:-]{0,59}")
_LEVEL = re.compile(r"(?:ADM)?([0-5])(?:\.0)?", re.IGNORECASE)


@dataclass(frozen=True)
class BoundaryFile:
    """What a boundary file holds, ready to be installed."""

    name: str
    """Of the file, without its folder."""
    layout: str
    """In words: how its columns were understood."""
    units: gpd.GeoDataFrame
    """pcode, name_en, name_ar, level, parent (P-code or None), geometry; every level; EPSG:4326, by level and code."""
    remarks: tuple[str, ...]
    """What was repaired, in plain sentences."""
    set_aside: tuple[tuple[str, str], ...]
    """(which unit, why) for what could not be used."""


def read_boundary_file(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    bbox: Box | None = None,
    layout: str | None = None,
) -> BoundaryFile:
    """Read and check a GeoPackage, GeoJSON or shapefile, also in a zip archive.

    `columns` names the file's columns for FIELDS; without it the layout is recognised. `crs` is that of a file which
    does not say it. `bbox` (W, S, E, N) is where the units should lie. Raises `DataError` naming what is wrong.
    """
    asked = {key: value for key, value in (columns or {}).items() if value}
    unknown = sorted(set(asked) - set(FIELDS))
    if unknown:
        raise DataError(f"There is no field {unknown[0]!r}. Columns can be named for {', '.join(FIELDS)}.")
    findings = Findings()
    with opened_source(path) as source:
        frame = read_shapes(source, crs=crs, bbox=bbox, findings=findings)
    chosen = _layout_of_user(asked, frame=frame, name=path.name) if asked else _find_layout(frame, path.name, layout)
    leaves, above = _read_columns(frame, layout=chosen, name=path.name, findings=findings)
    leaves = _merged(leaves, name=path.name, findings=findings)
    leaves = fit_together(leaves, name=path.name, findings=findings)
    return BoundaryFile(
        name=path.name,
        layout=str(chosen["title"]),
        units=with_levels_above(leaves, above=above),
        remarks=tuple(findings.remarks),
        set_aside=tuple(findings.set_aside),
    )


@cache
def _layouts() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layout"])


def _by_small_name(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the real names of the columns by their names in small letters."""
    return {str(column).lower(): str(column) for column in reversed(frame.columns) if column != frame.geometry.name}


def _find_layout(frame: gpd.GeoDataFrame, name: str, wanted: str | None) -> dict[str, Any]:
    have = _by_small_name(frame)
    for layout in _layouts():
        if wanted in {None, layout["id"]} and all(column.lower() in have for column in layout["needs"]):
            return layout
    columns = ", ".join(show_plain(column) for column in list(have.values())[:20]) or "none"
    raise DataError(
        f"{name}: it is not known which of its columns hold code and name. It has {columns}. Say it with "
        "--column pcode=… --column name_en=… --column level=1."
    )


def _layout_of_user(asked: Mapping[str, str], *, frame: gpd.GeoDataFrame, name: str) -> dict[str, Any]:
    """Return a layout from the columns that the user names."""
    have = _by_small_name(frame)
    level = asked.get("level", "1")
    for field, column in asked.items():
        if column.lower() not in have and not (field == "level" and _LEVEL.fullmatch(column)):
            known = ", ".join(show_plain(name) for name in list(have.values())[:20]) or "none"
            raise DataError(f"{name} has no column {column!r} for {field}. It has {known}.")
    if "pcode" not in asked:
        raise DataError(f"{name}: no column is named for pcode. Say which one holds a code of each unit's own.")
    return {
        "title": "columns as you named them",
        "pcode": asked["pcode"],
        "name_en": [asked["name_en"]] if "name_en" in asked else [],
        "name_ar": [asked["name_ar"]] if "name_ar" in asked else [],
        "parent": asked.get("parent", ""),
        "level": level,
    }


def _values(frame: gpd.GeoDataFrame, columns: list[str], *, have: Mapping[str, str]) -> list[str]:
    """Return the texts of the first of these columns that is there; empty texts where none is."""
    column = next((have[name.lower()] for name in columns if name.lower() in have), None)
    if column is None:
        return [""] * len(frame)
    return [_clean(value) for value in frame[column].tolist()]


def _clean(value: object) -> str:
    """Return a value of a table as a plain text of one line; empty for what is missing.

    >>> _clean("  A\\n name ") + "|" + _clean(float("nan")) + "|" + _clean(12.0)
    'A name||12'
    """
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    return (show_plain(text) if has_control_or_bidi(text) else text)[:MAX_NAME]


def _read_columns(
    frame: gpd.GeoDataFrame, *, layout: dict[str, Any], name: str, findings: Findings
) -> tuple[gpd.GeoDataFrame, dict[str, dict[str, Any]]]:
    """Return the units of a file, and by P-code what it says of the units above them that have no row."""
    have = _by_small_name(frame)
    if "{level}" in layout["pcode"]:
        rows, above = _rows_with_levels(frame, layout=layout, have=have)
    else:
        rows, above = _rows_of_flat_table(frame, layout=layout, have=have, name=name), {}
    keep = []
    for number, row in enumerate(rows):
        if not _PCODE.fullmatch(row["pcode"]):
            got = show_plain(row["pcode"]) or "nothing"
            findings.set_aside.append((f"unit {number + 1}", f"Its code is {got}, expected letters and digits."))
        elif row["level"] is None:
            findings.set_aside.append((row["pcode"], "Its level is not a number from 0 to 5."))
        else:
            keep.append(number)
    if not keep:
        raise DataError(f"{name}: no unit has a code that can be used. Name the column with --column pcode=…")
    table = [rows[number] for number in keep]
    return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy()[keep], crs=CRS), above


def _rows_with_levels(
    frame: gpd.GeoDataFrame, *, layout: dict[str, Any], have: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Read a table whose rows are units of the finest level, with columns for the levels above."""
    levels = [n for n in range(MAX_LEVEL + 1) if layout["pcode"].format(level=n).lower() in have]
    texts = {
        (field, n): _values(frame, [pattern.format(level=n) for pattern in patterns], have=have)
        for n in levels
        for field, patterns in (
            ("pcode", [layout["pcode"]]),
            ("name_en", layout["name_en"]),
            ("name_ar", layout["name_ar"]),
        )
    }
    rows: list[dict[str, Any]] = []
    above: dict[str, dict[str, Any]] = {}
    for number in range(len(frame)):
        chain = [n for n in levels if texts["pcode", n][number]]
        parent: str | None = None
        row: dict[str, Any] = {"pcode": "", "name_en": "", "name_ar": None, "level": None, "parent": None}
        for n in chain:
            code = texts["pcode", n][number]
            row = {
                "pcode": code,
                "name_en": texts["name_en", n][number] or code,
                "name_ar": texts["name_ar", n][number] or None,
                "level": n,
                "parent": parent,
            }
            if n != chain[-1]:
                above.setdefault(code, row)
            parent = code
        rows.append(row)
    return rows, above


def _rows_of_flat_table(
    frame: gpd.GeoDataFrame, *, layout: dict[str, Any], have: Mapping[str, str], name: str
) -> list[dict[str, Any]]:
    """Read a table with one row per unit of any level."""
    codes = _values(frame, [layout["pcode"]], have=have)
    english, arabic = (_values(frame, layout[field], have=have) for field in ("name_en", "name_ar"))
    parents = _values(frame, [layout["parent"]] if layout.get("parent") else [], have=have)
    said = str(layout["level"])
    is_number = said.lower() not in have
    levels = [said] * len(frame) if is_number else _values(frame, [said], have=have)
    known = set(codes)
    rows = []
    for code, name_en, name_ar, parent, level in zip(codes, english, arabic, parents, levels, strict=True):
        match = _LEVEL.fullmatch(level)
        if parent and parent == code:
            raise DataError(f"{name}: the unit {show_plain(code)} is its own parent.")
        rows.append(
            {
                "pcode": code,
                "name_en": name_en or code,
                "name_ar": name_ar or None,
                "level": int(match[1]) if match else None,
                "parent": parent if parent and (parent in known or _PCODE.fullmatch(parent)) else None,
            }
        )
    return rows


def _merged(units: gpd.GeoDataFrame, *, name: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the units with one row per code: rows of one unit are its parts; two units with one code are a mistake."""
    twice = units[units["pcode"].duplicated(keep=False)]
    if twice.empty:
        return units
    described = twice.groupby("pcode")[["name_en", "level"]].nunique().max(axis=1)
    clashing = described[described > 1].index.tolist()
    if clashing:
        names = twice.loc[twice["pcode"] == clashing[0], "name_en"].unique()[:2]
        raise DataError(
            f"{name} gives the code {clashing[0]} to more than one unit ({' and '.join(map(show_plain, names))}); "
            f"{len(clashing)} codes are not unique. Expected a code of each unit's own: another column with --column."
        )
    codes = sorted(set(twice["pcode"]))
    findings.remarks.append(f"{len(codes)} units stand in several rows ({codes[0]}, …); their parts were put together.")
    first = units.drop_duplicates("pcode").copy()
    by_code = units.groupby("pcode").indices
    shapes = units.geometry.to_numpy()
    return first.set_geometry([shapely.union_all(shapes[by_code[code]]) for code in first["pcode"]], crs=CRS)


def fit_together(
    units: gpd.GeoDataFrame, *, name: str, findings: Findings, gap_deg: float = GAP_DEG
) -> gpd.GeoDataFrame:
    """Return the units with borders shared vertex by vertex, without slivers; the levels above are told by parents.

    Raise `DataError` where two units of the finest level lie over each other.
    """
    parents = set(units["parent"].dropna())
    is_leaf = ~units["pcode"].isin(parents).to_numpy()
    leaves = units[is_leaf]
    level_of = dict(zip(units["pcode"], units["level"], strict=True))
    for code, parent, level in zip(units["pcode"], units["parent"], units["level"], strict=True):
        if isinstance(parent, str) and int(level_of.get(parent, -1)) >= int(level):
            raise DataError(
                f"{name}: {code} (level {level}) names {parent} (level {level_of[parent]}) as its parent. Expected a "
                "parent of a smaller number."
            )
    shapes = leaves.geometry.to_numpy()
    if not shapely.coverage_is_valid(shapes, gap_width=gap_deg):
        codes = leaves["pcode"].tolist()
        _refuse_overlaps(shapes, codes=codes, name=name)
        cleaned = shapely.coverage_clean(shapes, gap_width=gap_deg)
        moved_km2 = sum(
            area_km2(shapely.symmetric_difference(old, new)) for old, new in zip(shapes, cleaned, strict=True)
        )
        for code, shape in zip(codes, cleaned, strict=True):
            if shape.is_empty:
                findings.set_aside.append((code, "It lies wholly inside other units."))
        leaves = leaves.set_geometry(cleaned, crs=CRS)
        leaves = leaves[~leaves.geometry.is_empty]
        findings.remarks.append(
            f"Borders of neighbours did not meet; gaps and overlaps of {moved_km2:.3g} km² in all were closed."
        )
    others = units[~is_leaf]
    joined = gpd.GeoDataFrame(
        {field: [*leaves[field], *others[field]] for field in FIELDS},
        geometry=[*leaves.geometry, *others.geometry],
        crs=CRS,
    )
    return joined.astype({"level": int})


def _refuse_overlaps(shapes: npt.NDArray[np.object_], *, codes: list[str], name: str) -> None:
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    worst: tuple[float, str, str] | None = None
    count = 0
    for one, other in pairs[pairs[:, 0] < pairs[:, 1]].tolist():
        common = shapely.intersection(shapes[one], shapes[other])
        if not common.area:
            continue
        km2 = area_km2(common)
        smaller = min(area_km2(shapes[one]), area_km2(shapes[other]))
        if km2 > OVERLAP_KM2 and km2 > OVERLAP_SHARE * smaller:
            count += 1
            worst = max(worst or (0.0, "", ""), (km2, codes[one], codes[other]))
    if worst is not None:
        raise DataError(
            f"{name}: {count} pairs of units lie over each other, most of all {worst[1]} and {worst[2]} "
            f"({worst[0]:,.1f} km²). Expected units of one level that only touch; name their parents with "
            "--column parent=…, or add one level only."
        )


def with_levels_above(leaves: gpd.GeoDataFrame, *, above: Mapping[str, Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return the units with those above them, whose shapes are put together from what they hold.

    So every border of a larger unit is, vertex by vertex, one of the smaller ones. `above` tells names, level and
    parent of units that have no row; a row for a unit that others name as their parent tells these as well.
    """
    parents = set(leaves["parent"].dropna())
    rows: dict[str, dict[str, Any]] = {
        str(row["pcode"]): row for row in leaves.to_dict("records") if row["pcode"] not in parents
    }
    told = {str(row["pcode"]): row for row in leaves.to_dict("records") if row["pcode"] in parents} | dict(above)
    pending: dict[str, list[Any]] = {}
    for row in rows.values():
        if isinstance(row["parent"], str) and row["parent"] in told:
            pending.setdefault(row["parent"], []).append(row["geometry"])
    for code in sorted(told, key=lambda code: (-int(told[code]["level"]), code)):
        parts = pending.get(code)
        if not parts:
            continue
        shape = _joined(parts)
        parent = told[code]["parent"]
        rows[code] = {**{field: told[code][field] for field in FIELDS}, "geometry": shape}
        if isinstance(parent, str) and parent in told:
            pending.setdefault(parent, []).append(shape)
    units = gpd.GeoDataFrame(
        [{key: row[key] for key in (*FIELDS, "geometry")} for row in rows.values()], geometry="geometry", crs=CRS
    )
    units = with_plain_none(units)
    return units.sort_values(["level", "pcode"]).reset_index(drop=True)[
        ["pcode", "name_en", "name_ar", "level", "parent", "geometry"]
    ]


def with_plain_none(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units with None where a name or a parent is not known; pandas would make it a number that is none."""
    plain = {
        field: pd.Series(
            [value if isinstance(value, str) else None for value in units[field]], index=units.index, dtype=object
        )
        for field in ("name_ar", "parent")
    }
    return units.assign(**plain)


def _joined(parts: list[Any]) -> Any:
    return shapely.coverage_union_all(parts) if shapely.coverage_is_valid(parts) else shapely.union_all(parts)
