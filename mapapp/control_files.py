"""Control as files for other programs: the areas of a day, what changed between two days, areas through time.

| format | of | what |
|---|---|---|
| `geojson`, `gpkg` | a day | one polygon per cell, or dissolved one per look; EPSG:4326 |
| `csv` | a day, a difference, areas | one row per cell, or per day, actor and status; UTF-8 |
| `json` | a difference | the same rows and the balance of every actor, with the statements behind each change |

Empty = unknown. In CSV a text that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

import geopandas as gpd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from mapapp.control import Difference, balance, check_day, dissolve, find_differences, outcome_of
from mapapp.errors import ExportError
from mapapp.features import (
    DECIMALS,
    describe_scene,
    evidence_records,
    geometry_record,
    name_actor,
    plain,
    state_record,
)
from mapapp.geo import CRS
from mapapp.scene import Scene
from mapapp.summary import areas_through_time
from mapapp.tables import guard_formula

CONTROL_FORMATS = ("geojson", "gpkg", "csv")
DIFFERENCE_FORMATS = ("csv", "json")


def write_control(scene: Scene, *, day: date, format: str, is_dissolved: bool = False) -> bytes:  # noqa: A002
    """Return who holds what on a day as a file. The same scene gives the same bytes.

    Raises DateError for a day outside the range and ExportError for a format that is not one of CONTROL_FORMATS.
    """
    check_day(day, theatre=scene.theatre)
    if format not in CONTROL_FORMATS:
        raise ExportError(f"“{format}” is no format of a day. Expected one of: {', '.join(CONTROL_FORMATS)}.")
    records, shapes = _dissolved(scene, day=day) if is_dissolved else _by_cell(scene, day=day)
    if format == "csv":
        return _to_csv(records)
    if format == "geojson":
        return _to_geojson(records, shapes, scene=scene, day=day)
    return _to_gpkg(records, shapes, day=day)


def write_differences(scene: Scene, *, first: date, second: date, format: str) -> bytes:  # noqa: A002
    """Return what looks different on the second of two days as a file.

    Raises DateError as `find_differences` does and ExportError for a format that is not one of DIFFERENCE_FORMATS.
    """
    if format not in DIFFERENCE_FORMATS:
        raise ExportError(f"“{format}” is no format of a difference. Expected one of: {', '.join(DIFFERENCE_FORMATS)}.")
    found = find_differences(scene, first=first, second=second)
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    if format == "csv":
        return _to_csv([_difference(item, scene=scene, total=total) for item in found], columns=DIFFERENCE_COLUMNS)
    document = {
        **describe_scene(scene),
        "from": first,
        "to": second,
        "balance": [
            {
                "holder": row.actor,
                "holder_name": name_actor(row.actor, scene=scene),
                "status": row.status,
                "before_km2": round(row.before_km2, 1),
                "after_km2": round(row.after_km2, 1),
                "change_km2": round(row.change_km2, 1),
                "change_percent_of_country": round(100.0 * row.change_share, 3),
            }
            for row in balance(scene, first=first, second=second)
        ],
        "changes": [{**_difference(item, scene=scene, total=total), **evidence_records(item.events)} for item in found],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, default=plain) + "\n").encode()


def write_areas(scene: Scene) -> bytes:
    """Return who holds how much on every day of the scene's range as CSV: km², share and people by actor and status.

    `far_km2` is the part of `area_km2` that lies farther than FAR_KM from its place and only follows it.
    """
    rows = areas_through_time(scene.timeline, cells=scene.cells, days=scene.days)
    records = [
        {
            "day": row.day,
            "holder": row.actor,
            "holder_name": name_actor(row.actor, scene=scene),
            "status": row.status,
            "area_km2": round(row.area_km2, 2),
            "share": round(row.share, 6),
            "far_km2": round(row.far_km2, 2),
            "population": row.population,
        }
        for row in rows
    ]
    return _to_csv(records, columns=AREA_COLUMNS)


AREA_COLUMNS = ("day", "holder", "holder_name", "status", "area_km2", "share", "far_km2", "population")
DIFFERENCE_COLUMNS = (
    *("cell", "place", "place_id", "unit_pcode", "lat", "lon", "outcome", "holder_before", "status_before"),
    *("holder_after", "status_after", "others_after", "is_regional", "changed_on", "area_km2", "percent_of_country"),
    *("population", "events"),
)


def _by_cell(scene: Scene, *, day: date) -> tuple[list[dict[str, Any]], list[BaseGeometry]]:
    events = {event.id: event for event in scene.events}
    records = []
    for cell in scene.cells:
        state = scene.timeline.state_at(cell.id, day=day)
        records.append(
            {
                "cell": cell.id,
                "place": cell.place_name,
                "place_ar": cell.place_name_ar,
                "place_id": cell.place_id,
                "unit_pcode": cell.unit_pcode,
                "lat": round(cell.lat, DECIMALS),
                "lon": round(cell.lon, DECIMALS),
                "as_of": day,
                **state_record(state, scene=scene),
                "since": state.start,
                "until": state.end,
                "last_reported": state.last_reported,
                "area_km2": round(cell.area_km2, 3),
                "population": cell.population,
                "events": state.event_ids,
                **evidence_records([events[event_id] for event_id in state.event_ids if event_id in events]),
            }
        )
    return records, [cell.geometry for cell in scene.cells]


def _dissolved(scene: Scene, *, day: date) -> tuple[list[dict[str, Any]], list[BaseGeometry]]:
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    records, shapes = [], []
    for state, shape, area in dissolve(scene, day=day):
        about = {"as_of": day, **state_record(state, scene=scene)}
        records.append({**about, "area_km2": round(area, 3), "percent_of_country": round(100.0 * area / total, 3)})
        shapes.append(shape)
    return records, shapes


def _difference(item: Difference, *, scene: Scene, total: float) -> dict[str, Any]:
    cell, before, after = item.cell, item.before, item.after
    values: tuple[object, ...] = (
        *(cell.id, cell.place_name, cell.place_id, cell.unit_pcode, round(cell.lat, DECIMALS)),
        *(round(cell.lon, DECIMALS), outcome_of(item), before.controller, before.status),
        *(after.controller, after.status, after.others, after.is_regional, item.changed_on),
        *(round(cell.area_km2, 3), round(100.0 * cell.area_km2 / total, 4), cell.population, after.event_ids),
    )
    return dict(zip(DIFFERENCE_COLUMNS, values, strict=True))


def _to_csv(records: Sequence[Mapping[str, Any]], *, columns: Sequence[str] | None = None) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = columns if columns is not None else tuple(records[0]) if records else ()
    writer.writerow(names)
    writer.writerows([_flat(record[name]) for name in names] for record in records)
    return buffer.getvalue().encode()


def _flat(value: object) -> object:
    """Return a value as one field of a table."""
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else str(value).lower() if isinstance(value, bool) else value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return guard_formula(" ".join(str(item) for item in value))
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=plain) if value else ""
    return guard_formula(str(value))


def _to_geojson(
    records: Sequence[Mapping[str, Any]], shapes: Sequence[BaseGeometry], *, scene: Scene, day: date
) -> bytes:
    head = json.dumps({**describe_scene(scene), "as_of": day}, ensure_ascii=False, default=plain)
    lines = ",\n".join(
        json.dumps(
            {"type": "Feature", "geometry": geometry_record(shape), "properties": record},
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            default=plain,
        )
        for record, shape in zip(records, shapes, strict=True)
    )
    return f'{{"type":"FeatureCollection","metadata":{head},"features":[\n{lines}\n]}}\n'.encode()


def _to_gpkg(records: Sequence[Mapping[str, Any]], shapes: Sequence[BaseGeometry], *, day: date) -> bytes:
    names = tuple(records[0]) if records else ("as_of",)
    columns = {name: [_attribute(record[name]) for record in records] for name in names}
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.multipolygons(shapely.get_parts(s)) for s in shapes], crs=CRS)
    buffer = io.BytesIO()
    # GeoPackages carry the moment they were made; that of the map is its day.
    before = pyogrio.get_gdal_config_option(_CURRENT_DATE)
    pyogrio.set_gdal_config_options({_CURRENT_DATE: f"{day.isoformat()}T00:00:00.000Z"})
    try:
        pyogrio.write_dataframe(frame, buffer, driver="GPKG", layer="control", geometry_type="MultiPolygon")
    finally:
        pyogrio.set_gdal_config_options({_CURRENT_DATE: before})
    return buffer.getvalue()


_CURRENT_DATE = "OGR_CURRENT_DATE"


def _attribute(value: object) -> object:
    """Return a value as an attribute of a layer; days and codes are text."""
    flat = plain(value) if isinstance(value, Enum | date) else value
    if isinstance(flat, tuple):
        return " ".join(str(item) for item in flat) or None
    if isinstance(flat, list):
        return json.dumps(flat, ensure_ascii=False, default=plain) if flat else None
    return flat
