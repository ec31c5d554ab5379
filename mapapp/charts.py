"""Charts of control as Vega-Lite specifications: areas through time, and a map of what changed.

They hold data only, no expression is made of a text from outside. Streamlit brings the program that draws them, so that
nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from mapapp.control import Difference, Outcome, outcome_of
from mapapp.model import MapQuery, Status
from mapapp.scene import Scene
from mapapp.style import UNKNOWN_COLOUR, colour_of
from mapapp.summary import Area
from mapapp.territory.tessellation import finest_units
from mapapp.theatres.theatre import Theatre

Spec = dict[str, Any]
DAY_FIELD = "day_text"
"""Field by which a click on the areas names a day."""
DAY_CLICK = "day_click"
"""Name of the selection that such a click makes."""

CLAIMED_OPACITY = 0.45
"""Of what is only claimed: the band between what is assessed and what is assessed or claimed."""

OUTCOME_COLOURS: Mapping[Outcome, str] = {
    Outcome.GAINED: "#1b7f79",
    Outcome.LOST: "#c8553d",
    Outcome.CONTESTED: "#7a5aa6",
    Outcome.UNKNOWN: UNKNOWN_COLOUR,
    Outcome.SURENESS: "#c9b458",
}
"""Told apart by readers who see red and green alike, too."""
LEGEND: Mapping[str, object] = {
    "orient": "bottom",
    "columns": 1,  # a phone has no room for two, and names must not be cut
    "labelLimit": 270,
    "symbolType": "square",
    "symbolSize": 90,
    "symbolStrokeWidth": 0,
}
CONTESTED_NAME, UNKNOWN_NAME = "Contested", "Unknown"
CONTESTED_COLOUR = OUTCOME_COLOURS[Outcome.CONTESTED]

MAX_SHAPES = 2_500
"""More changed cells than that are drawn as one shape per outcome: no eye tells them apart, and a browser must hold
them."""
DETAIL_PX = 900
"""Width for which borders are simplified."""


def areas_spec(rows: Sequence[Area], *, theatre: Theatre, day: date, palette: str = "", height_px: int = 540) -> Spec:
    """Return the areas of every day, stacked by actor: assessed in full colour, claimed paler above it.

    A line stands at `day`. A click chooses the day in the field DAY_FIELD of the selection DAY_CLICK. Empty without
    rows.
    """
    if not rows:
        return {}
    days = sorted({row.day for row in rows})
    order, colours = _actors_in_order(rows, theatre=theatre, palette=palette)
    pieces = _stack(rows, order=order, theatre=theatre)
    slots = [{DAY_FIELD: at.isoformat(), "from": at.isoformat(), "to": _next(at), "label": _label(at)} for at in days]
    x = {"field": "from", "type": "temporal", "scale": {"type": "utc"}, "title": None}
    axis = {"format": "%-d %b" if len(days) <= 120 else "%b %Y", "labelOverlap": True, "grid": False}
    tooltip = [
        {"field": "holder", "title": "Holder"},
        {"field": "status", "title": "Status"},
        {"field": "days", "title": "Days"},
        {"field": "km2", "title": "km²", "type": "quantitative", "format": ",.0f"},
        {"field": "share", "title": "Share", "type": "quantitative", "format": ".1%"},
        {"field": "people", "title": "People of its places"},
    ]
    band: Spec = {
        "data": {"values": pieces},
        "mark": {"type": "rect", "strokeWidth": 0},
        "encoding": {
            "x": {**x, "axis": axis},
            "x2": {"field": "to"},
            "y": {
                "field": "low",
                "type": "quantitative",
                "title": "km²",
                "axis": {"format": "~s", "tickCount": 5},
                "scale": {"domainMax": max(piece["high"] for piece in pieces), "nice": False},
            },
            "y2": {"field": "high"},
            "color": {
                "field": "holder",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(colours), "range": list(colours.values())},
                "legend": LEGEND,
            },
            "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
            "tooltip": tooltip,
        },
        "params": [{"name": DAY_CLICK, "select": {"type": "point", "fields": [DAY_FIELD], "clear": False}}],
    }
    marker: Spec = {
        "data": {"values": [slot for slot in slots if slot[DAY_FIELD] == day.isoformat()]},
        "mark": {"type": "rect", "fillOpacity": 0, "stroke": "currentColor", "strokeWidth": 2, "tooltip": None},
        "encoding": {"x": x, "x2": {"field": "to"}},
    }
    return {"height": height_px, "layer": [band, marker], "autosize": {"type": "fit", "contains": "padding"}}


def _actors_in_order(
    rows: Sequence[Area], *, theatre: Theatre, palette: str
) -> tuple[list[tuple[str | None, Status | None]], dict[str, str]]:
    """Return who is stacked from below and the colour of each name: the largest first, then what is nobody's."""
    largest: dict[str, float] = {}
    first_day: dict[str, date] = {}
    for row in rows:
        if row.actor is not None:
            largest[row.actor] = max(largest.get(row.actor, 0.0), row.area_km2)
            first_day.setdefault(row.actor, row.day)
    codes = sorted(largest, key=lambda code: (-largest[code], code))
    colours = {
        _holder(code, Status.ASSESSED, theatre=theatre): colour_of(
            code, day=first_day[code], theatre=theatre, palette=palette
        )
        for code in codes
    }
    order: list[tuple[str | None, Status | None]] = [(code, None) for code in codes]
    for status, colour in ((Status.CONTESTED, CONTESTED_COLOUR), (Status.UNKNOWN, UNKNOWN_COLOUR)):
        if any(row.actor is None and row.status is status for row in rows):
            order.append((None, status))
            colours[_holder(None, status, theatre=theatre)] = colour
    return order, colours


def _stack(
    rows: Sequence[Area], *, order: Sequence[tuple[str | None, Status | None]], theatre: Theatre
) -> list[dict[str, Any]]:
    """Return one rectangle per day, actor and status, each above the one before."""
    place = {key: number for number, key in enumerate(order)}

    def rank(row: Area) -> tuple[int, bool]:
        key = (row.actor, None if row.actor is not None else row.status)
        return place[key], row.status is Status.CLAIMED

    pieces = []
    for day, of_day in groupby(sorted(rows, key=lambda row: row.day), key=lambda row: row.day):
        low = 0.0
        for row in sorted(of_day, key=rank):
            high = low + row.area_km2
            pieces.append(
                {
                    DAY_FIELD: day.isoformat(),
                    "from": day.isoformat(),
                    "to": _next(day),
                    "days": _label(day),
                    "low": round(low, 1),
                    "high": round(high, 1),
                    "holder": _holder(row.actor, row.status, theatre=theatre),
                    "status": row.status.value,
                    "opacity": CLAIMED_OPACITY if row.status is Status.CLAIMED else 1.0,
                    "km2": round(row.area_km2, 1),
                    "share": round(row.share, 5),
                    "people": "unknown" if row.population is None else f"{row.population:,}",
                }
            )
            low = high
    return pieces


def difference_spec(
    differences: Sequence[Difference],
    *,
    scene: Scene,
    query: MapQuery,
    actor: str | None = None,
    height_px: int = 640,
) -> Spec:
    """Return a map of what changed: for an actor what it gained, lost and what is contested; else by the new holder."""
    shown = [(item, outcome) for item in differences if (outcome := outcome_of(item, actor=actor)) is not None]
    tolerance = _tolerance(scene)
    colours: dict[str, str] = {}
    groups: dict[str, list[tuple[Difference, Outcome]]] = {}
    for item, outcome in shown:
        name, colour = _kind(item, outcome=outcome, actor=actor, theatre=scene.theatre, query=query)
        colours.setdefault(name, colour)
        groups.setdefault(name, []).append((item, outcome))
    features = []
    shapes = _simplify([item.cell.geometry for item, _ in shown], tolerance=tolerance)
    by_cell = {item.cell.id: shape for (item, _), shape in zip(shown, shapes, strict=True)}
    for name, members in groups.items():
        if len(shown) > MAX_SHAPES:
            whole = shapely.union_all([by_cell[item.cell.id] for item, _ in members])
            km2 = sum(item.cell.area_km2 for item, _ in members)
            features.append(_feature(whole, kind=name, place=f"{len(members):,} areas", km2=round(km2), opacity=0.9))
            continue
        for item, outcome in members:
            is_claimed = item.after.status is Status.CLAIMED
            features.append(
                _feature(
                    by_cell[item.cell.id],
                    kind=name,
                    place=item.cell.place_name,
                    what=outcome.value,
                    before=_side(item.before.controller, item.before.others, scene=scene),
                    after=_side(item.after.controller, item.after.others, scene=scene),
                    status=item.after.status.value,
                    on=_label(item.changed_on),
                    km2=round(item.cell.area_km2),
                    opacity=CLAIMED_OPACITY + 0.1 if is_claimed else 0.95,
                )
            )
    ground = [
        _feature(shape) for shape in _simplify(list(finest_units(scene.theatre.units).geometry), tolerance=tolerance)
    ]
    layers: list[Spec] = [
        {
            "data": {"values": ground},
            "mark": {
                "type": "geoshape",
                "fill": "#8a8a8a",
                "fillOpacity": 0.14,
                "stroke": "#8a8a8a",
                "strokeWidth": 0.7,
            },
        }
    ]
    if features:
        fields = ("place", "what", "before", "after", "status", "on", "km2")
        titles = ("Place", "What", "Before", "Now", "Status", "On", "km²")
        layers.append(
            {
                "data": {"values": features},
                "mark": {"type": "geoshape", "stroke": "#ffffff", "strokeWidth": 0.35, "strokeOpacity": 0.6},
                "encoding": {
                    "color": {
                        "field": "properties.kind",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": list(colours), "range": list(colours.values())},
                        "legend": LEGEND,
                    },
                    "opacity": {"field": "properties.opacity", "type": "quantitative", "scale": None},
                    "tooltip": [
                        {"field": f"properties.{field}", "title": title}
                        for field, title in zip(fields, titles, strict=True)
                    ],
                },
            }
        )
    return {
        "height": height_px,
        "projection": {"type": "mercator"},
        "layer": layers,
        "autosize": {"type": "fit", "contains": "padding"},
    }


def _kind(
    item: Difference, *, outcome: Outcome, actor: str | None, theatre: Theatre, query: MapQuery
) -> tuple[str, str]:
    """Return the line of the key that a changed cell belongs to, with its colour."""
    if actor is None and outcome in {Outcome.TAKEN, Outcome.SURENESS} and item.after.controller is not None:
        name = _holder(item.after.controller, item.after.status, theatre=theatre)
        return name, colour_of(item.after.controller, day=item.changed_on, theatre=theatre, palette=query.palette)
    title = {Outcome.CONTESTED: CONTESTED_NAME, Outcome.UNKNOWN: UNKNOWN_NAME}.get(outcome, outcome.value.capitalize())
    return title, OUTCOME_COLOURS.get(outcome, UNKNOWN_COLOUR)


def _side(holder: str | None, others: Iterable[str], *, scene: Scene) -> str:
    if holder is None:
        return "unknown"
    return " / ".join(_holder(code, Status.ASSESSED, theatre=scene.theatre) for code in (holder, *others))


def _holder(code: str | None, status: Status, *, theatre: Theatre) -> str:
    if code is None:
        return CONTESTED_NAME if status is Status.CONTESTED else UNKNOWN_NAME
    actor = theatre.actor(code)
    return code if actor is None else actor.name


def _tolerance(scene: Scene) -> float:
    """Return how far borders may be moved, in degrees: half a pixel of the drawing."""
    west, _, east, _ = scene.theatre.bbox
    return (east - west) / DETAIL_PX / 2


def _simplify(shapes: Sequence[BaseGeometry], *, tolerance: float) -> list[BaseGeometry]:
    """Return shapes with fewer vertices whose common borders stay common."""
    return list(shapely.coverage_simplify(list(shapes), tolerance)) if shapes else []


def _feature(shape: BaseGeometry, **properties: object) -> dict[str, Any]:
    """Return a feature for Vega, whose outer rings run clockwise, unlike GeoJSON's."""
    turned = shapely.orient_polygons(shape, exterior_cw=True)
    geometry = mapping(shapely.transform(turned, lambda xy: xy.round(4)))
    return {"type": "Feature", "geometry": dict(geometry), "properties": properties}


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


def _label(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
