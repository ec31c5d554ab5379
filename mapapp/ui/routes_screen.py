"""Routes: a list; of one journey the versions side by side, what they disagree about, and the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import shapely
import streamlit as st

from mapapp.mapview import build_payload, escape_json
from mapapp.model import Evidence, LegKind, MapQuery, ProfileRow, Route
from mapapp.routes.timing import timing_of
from mapapp.routes.versions import differences, lead_versions
from mapapp.scene import Scene
from mapapp.theatres.theatre import Theatre
from mapapp.tracks.crossings import crossed_by_route, crossed_countries, crossing_words, route_figures
from mapapp.ui.cached import Payload, SceneKey, build_key, find_scene, get_scene, get_shell
from mapapp.ui.errors import shown_errors
from mapapp.ui.map_component import Command, hash_payload, show_map
from mapapp.ui.state import has_samples, write_query
from mapapp.ui.tables import quote_or_summary, web_address
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.wording import count, describe_source, format_day, format_days

LIST_COLUMNS = ("Journey", "Days", "Versions", "Measured, km", "Reported, km", "Inferred, km", "Said")
SIDE_BY_SIDE = 3
"""Versions in one row: more would be too narrow to read."""
KINDS = {"": "All", "measured": "Measured", "told": "Told"}
MARGIN_DEG = 0.4
"""Around a route on the map."""
LIST_KEY, SHOWN_KEY = "routes_list", "routes_shown"

Journey = tuple[Route, ...]
"""All versions, the one that leads first."""


def show_routes(query: MapQuery) -> None:
    """Show the list, and below it the journey that is chosen there."""
    scene = get_scene(query, with_samples=has_samples())
    with shown_errors():
        found = _filter(_group(scene.routes))
        if not found:
            st.caption("No route fits. Articles that tell of journeys and imported tracks add some.")
            return
        journey = found[_show_list(found)]
        _show_journey(journey, scene=scene)


def _group(routes: Sequence[Route]) -> list[Journey]:
    """Return the journeys by day, each with the version that is drawn at first in front."""
    leads = lead_versions(routes)
    groups: dict[str, list[Route]] = {}
    for route in routes:
        groups.setdefault(route.journey or route.id, []).append(route)
    journeys = [tuple(sorted(group, key=lambda one: one.id not in leads)) for group in groups.values()]
    return sorted(journeys, key=lambda one: (one[0].date_start is None, str(one[0].date_start)))


def _filter(journeys: Sequence[Journey]) -> list[Journey]:
    words_side, kind_side = st.columns([3, 2], vertical_alignment="bottom")
    words = words_side.text_input("Find", placeholder="Words of a title, a vehicle, a traveller", key="routes_find")
    kind = kind_side.segmented_control(
        "Kind", list(KINDS), default="", format_func=lambda value: KINDS[value], key="routes_kind"
    )
    wanted = words.casefold().split()
    found = []
    for journey in journeys:
        told = " ".join(f"{route.title} {route.vehicle or ''} {route.who or ''}" for route in journey).casefold()
        is_measured = any(leg.kind is LegKind.OBSERVED for route in journey for leg in route.legs)
        if all(word in told for word in wanted) and (not kind or is_measured == (kind == "measured")):
            found.append(journey)
    return found


def _show_list(journeys: Sequence[Journey]) -> int:
    """Show the journeys and return the number of the chosen one."""
    rows = []
    for journey in journeys:
        lead = journey[0]
        lengths = route_figures(lead).length_km
        rows.append(
            (
                show_steering(lead.title),
                format_days(lead.date_start, lead.date_end),
                len(journey),
                *(round(lengths[kind]) if kind in lengths else None for kind in LegKind),
                lead.assertion.value,
            )
        )
    state = st.dataframe(
        pd.DataFrame(rows, columns=list(LIST_COLUMNS)),
        key=LIST_KEY,
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= 8 else 320,
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Journey": st.column_config.TextColumn(width="large")},
        placeholder="",
    )
    chosen = state.selection.rows if state is not None else []
    return chosen[0] if chosen and chosen[0] < len(journeys) else 0


def _show_journey(journey: Journey, *, scene: Scene) -> None:
    st.markdown(f"#### {escape_markdown(show_steering(journey[0].title))}")
    shown = _ask_versions(journey)
    with shown_errors():
        _show_map(shown, query=scene.query)
        _show_profiles(journey)
    with shown_errors():
        _show_disagreements(journey)
        said = tuple(dict.fromkeys(item for route in journey for item in route.also_said))
        _show_evidence("Also said", said)
    n_columns = 2 if len(journey) == 4 else min(len(journey), SIDE_BY_SIDE)
    for first in range(0, len(journey), n_columns):
        row = journey[first : first + n_columns]
        for offset, (side, route) in enumerate(zip(st.columns(n_columns, gap="small"), row, strict=False)):
            with side, shown_errors():
                number = first + offset + 1
                _show_version(route, number=number, n_versions=len(journey), theatre=scene.theatre)


def _ask_versions(journey: Journey) -> Journey:
    """Return the versions to draw."""
    if len(journey) == 1:
        return journey
    numbers = st.pills(
        "Versions on the map",
        list(range(len(journey))),
        selection_mode="multi",
        default=[0],
        format_func=lambda number: f"Version {number + 1}",
        key=f"{SHOWN_KEY}_{journey[0].journey or journey[0].id}",
    )
    return tuple(journey[number] for number in numbers) or journey[:1]


@st.fragment
def _show_map(routes: Journey, *, query: MapQuery) -> None:
    """Show the chosen versions on the map of their day."""
    day = routes[0].date_start
    day = day if day is not None and query.start <= day <= query.end else query.day
    key = build_key(replace(query, day=query.start), with_samples=has_samples())
    ids = tuple(route.id for route in routes)
    payload = _build_payload(key, ids)
    box = _box_of(routes)
    show_map(
        payload.text,
        payload_hash=payload.hash,
        shell=get_shell(),
        start_day=day,
        command=Command(f"{ids} {day}", day, box, ids[0] if timing_of(routes[0]) else None),
        key="routes_map",
        is_small=True,
    )
    if st.button(f"Open the map on {format_day(day)}", key="routes_go_to_map", icon=":material/map:"):
        write_query(replace(query, day=day))
        st.switch_page("pages/map.py")


@st.cache_resource(max_entries=8, show_spinner=False)
def _build_payload(key: SceneKey, ids: tuple[str, ...]) -> Payload:
    """Return the map with these routes alone, each drawn for itself and on a day that the map has."""
    scene = find_scene(key)
    by_id = {route.id: route for route in scene.routes}
    routes = tuple(_on_map(by_id[route_id], query=scene.query) for route_id in ids)
    text = escape_json(build_payload(replace(scene, routes=routes)))
    return Payload(text, hash_payload(text))


def _on_map(route: Route, *, query: MapQuery) -> Route:
    is_inside = route.date_start is not None and query.start <= route.date_start <= query.end
    route = replace(route, journey=None)
    return route if is_inside else replace(route, date_start=query.start, date_end=query.end)


def _box_of(routes: Sequence[Route]) -> tuple[float, float, float, float] | None:
    shapes = [leg.geometry for route in routes for leg in route.legs if leg.geometry is not None]
    shapes += [
        shapely.Point(point.lon, point.lat)
        for route in routes
        for point in route.points
        if point.lat is not None and point.lon is not None
    ]
    if not shapes:
        return None
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    return west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG


def _show_disagreements(journey: Journey) -> None:
    rows = differences(journey)
    if len(journey) == 1:
        st.caption("One version only: nobody else tells of this journey.")
    elif not rows:
        st.caption("The versions agree on days, ends, turns and times.")
    else:
        st.caption("What the versions tell differently. None of it is averaged.")
        columns = ["", *(f"Version {number}" for number in range(1, len(journey) + 1))]
        table = [(subject, *map(show_steering, told)) for subject, told in rows]
        st.dataframe(pd.DataFrame(table, columns=columns), hide_index=True, width="stretch", height="content")


def _show_version(route: Route, *, number: int, n_versions: int, theatre: Theatre) -> None:
    """Show one version: facts, points, legs, and behind each what is said."""
    with st.container(border=True):
        if n_versions > 1:
            st.caption(f"Version {number}")
        st.text(show_steering(route.title))
        facts = [format_days(route.date_start, route.date_end), route.assertion.value, route.vehicle, route.who]
        st.caption(escape_markdown(" · ".join(show_steering(fact) for fact in facts if fact)))
        figures = route_figures(route)
        lengths = [f"{length:,.0f} km {kind.value}" for kind, length in figures.length_km.items()]
        if figures.duration is not None:
            lengths.append(str(figures.duration))
        if lengths:
            st.caption(" · ".join(lengths))
        for point in route.points:
            name = point.role.value.replace("-", " ").capitalize()
            unknown = "*position not reported*" if point.is_schematic or point.lat is None else ""
            told = [escape_markdown(show_steering(part)) for part in (point.label, point.time_text or "") if part]
            st.markdown(" · ".join(part for part in (f"**{name}**", *told, unknown) if part))
            st.caption(escape_markdown(show_steering(point.note)))
            _show_evidence(count(len(point.evidence), "statement"), point.evidence)
        _show_crossings(route, theatre=theatre)
        for leg in route.legs:
            st.markdown(f"**{leg.kind.value.capitalize()} leg**{_times(leg.start, leg.end)}")
            st.caption(escape_markdown(show_steering(leg.note)))
            if leg.path_text:
                st.caption(f"The way in the words of the source: “{escape_markdown(show_steering(leg.path_text))}”")
            _show_evidence(count(len(leg.evidence), "statement"), leg.evidence)


def _show_crossings(route: Route, *, theatre: Theatre) -> None:
    """Show the countries and the units that the lines of a route cross, and when as far as that is known."""
    parts = {
        "Countries and seas crossed": crossed_countries(route),
        "Units crossed": crossed_by_route(route, units=theatre.units),
    }
    for title, crossed in parts.items():
        if not crossed:
            continue
        with st.expander(f"{title} ({len(crossed)})"):
            if any(one.kind is not LegKind.OBSERVED for one in crossed):
                st.caption("Along legs that nobody measured: if the line were flown as drawn.")
            rows = [
                (show_steering(one.name), round(one.length_km, 1), _clock(one.entered), _clock(one.left),
                 crossing_words(one))
                for one in crossed
            ]  # fmt: skip
            columns = ["Area", "km", "Entered, UTC", "Left, UTC", "How it is known"]
            st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch", height="content")


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%d %b %H:%M}" if moment else ""


def _times(start: datetime | None, end: datetime | None) -> str:
    told = [f"{moment.astimezone(UTC):%H:%M}" for moment in (start, end) if moment is not None]
    return f" {' – '.join(told)} UTC" if told else ""


def _show_evidence(title: str, items: Sequence[Evidence]) -> None:
    if not items:
        return
    with st.expander(title):
        for item in items:
            st.text(quote_or_summary(item))
            address = web_address(item.url)
            by = escape_markdown(f"{describe_source(item)} · {item.assertion.value}")
            st.caption(f"{by} · {escape_markdown(address)}" if address else by)


def _show_profiles(journey: Journey) -> None:
    """Show height and speed of the measured versions, as far as their tracks have them."""
    for route in journey:
        if route.profile:
            st.caption(f"Profile of {escape_markdown(show_steering(route.title))}")
            show_profile(route.profile)


def show_profile(profile: Sequence[ProfileRow]) -> None:
    """Show height and speed through time, each where the track has it."""
    table = pd.DataFrame(profile, columns=["Time, UTC", "Altitude, m", "Speed, km/h"])
    table["Time, UTC"] = pd.to_datetime(table["Time, UTC"], unit="s", utc=True)
    names = [name for name in ("Altitude, m", "Speed, km/h") if table[name].notna().any()]
    for side, name in zip(st.columns(max(len(names), 1)), names, strict=False):
        with side:
            st.line_chart(table.dropna(subset=[name]), x="Time, UTC", y=name, height=170)
