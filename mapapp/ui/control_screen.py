"""Questions about control: who holds this place and why, what changed between two days, areas through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from mapapp.charts import DAY_CLICK, DAY_FIELD, areas_spec, difference_spec
from mapapp.control import Answer, Difference, Outcome, balance, explain, find_differences, outcome_of
from mapapp.control_files import CONTROL_FORMATS, DIFFERENCE_FORMATS, write_areas, write_control, write_differences
from mapapp.model import Cell, ControlState, Evidence, MapQuery, Status
from mapapp.scene import Scene
from mapapp.summary import Area, areas_through_time, describe_reach
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_scene
from mapapp.ui.control_address import PARTY_KEY, PLACE_KEY, SPAN_KEY, choices, take_choices
from mapapp.ui.errors import shown_errors
from mapapp.ui.state import has_samples, is_new_address, write_query
from mapapp.ui.tables import FAR_COLUMN, quote_or_summary, web_address
from mapapp.ui.text import escape_markdown, file_name, show_steering
from mapapp.ui.wording import actor_name, count, describe_source, format_day, format_days, unit_name

DAY_KEY, CHART_KEY = "control_day", "control_chart"
EVIDENCE_COLUMNS = ("", "Words", "Says who", "Assertion", "Link")
HISTORY_COLUMNS = ("From", "To", "Status", "Who", "Last reported")
DIFFERENCE_TABLE_COLUMNS = ("Place", "Unit", "What", "Before", "Now", "Status", "On", "km²", "% of country")
BALANCE_COLUMNS = ("Party", "km² before", "km² after", "Change, km²", "Change, % of country")
AREA_TABLE_COLUMNS = ("Party", "Status", "km²", "Share", FAR_COLUMN, "People of its places")
MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
EVERYBODY = ""
"""Value of the choice of a party that stands for all of them."""


def show_control(query: MapQuery, *, theatre: Theatre) -> None:
    """Show the three questions one below the other, all for one day. The address holds all that is chosen."""
    is_new = is_new_address()
    query = _ask_day(query, is_new=is_new)
    scene = get_scene(query, with_samples=has_samples())
    if is_new:
        take_choices(st.query_params.to_dict(), scene=scene, days=_days(query, theatre=theatre))
    with shown_errors():
        _show_place(scene, query=query, theatre=theatre)
    st.divider()
    with shown_errors():
        _show_difference(scene, query=query, theatre=theatre)
    st.divider()
    with shown_errors():
        _show_areas(scene, query=query, theatre=theatre)
    write_query(query, more=choices())


def _days(query: MapQuery, *, theatre: Theatre) -> list[date]:
    first, last = max(query.start, theatre.first_day), min(query.end, theatre.last_day)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _ask_day(query: MapQuery, *, is_new: bool) -> MapQuery:
    """Let the user choose the day of the page; it is that of the map, too."""
    days = [query.start + timedelta(days=offset) for offset in range((query.end - query.start).days + 1)]
    if len(days) < 2:
        return query
    if is_new or st.session_state.get(DAY_KEY) not in days:
        st.session_state[DAY_KEY] = query.day
    st.select_slider("Day", options=days, format_func=lambda day: format_day(day, has_weekday=True), key=DAY_KEY)
    return replace(query, day=st.session_state[DAY_KEY])


# One place


def _show_place(scene: Scene, *, query: MapQuery, theatre: Theatre) -> None:
    st.subheader("Who holds this place?", anchor=False)
    cells = {cell.id: cell for cell in sorted(scene.cells, key=lambda cell: (cell.place_name, cell.id))}
    if not cells:
        st.info("This conflict has no area yet. Add boundaries on the Data & method page.")
        return
    if st.session_state.get(PLACE_KEY) not in cells:
        st.session_state[PLACE_KEY] = _first_cell(scene, theatre=theatre)
    names = dict(zip(theatre.units["pcode"], theatre.units["name_en"], strict=True))

    def label(cell_id: str) -> str:
        cell = cells[cell_id]
        return show_steering(f"{cell.place_name}, {names.get(cell.unit_pcode, cell.unit_pcode)}")

    cell_id = st.selectbox("Place", list(cells), format_func=label, key=PLACE_KEY, help="Type to search.")
    answer = explain(scene, cell=cells[cell_id], day=query.day)
    left, right = st.columns([3, 5], gap="medium")
    with left:
        st.markdown(f"#### {escape_markdown(describe_state(answer.state, theatre=theatre))}")
        for line in describe_answer(answer, theatre=theatre):
            st.markdown(escape_markdown(line))
    with right:
        evidence = build_evidence_table(answer)
        if evidence.empty:
            st.caption("No article and no bundled event speaks of this area up to this day: it is as on the first day.")
        else:
            st.caption("What makes it so, and what speaks against it")
            st.dataframe(
                evidence,
                hide_index=True,
                width="stretch",
                column_config={
                    "": st.column_config.TextColumn(width="small"),
                    "Words": st.column_config.TextColumn(width="large"),
                    "Link": st.column_config.LinkColumn(display_text="open", width="small"),
                },
                key="control_evidence",
            )
        with st.expander("All states of this area"):
            history = build_history_table(scene.timeline.states_of(cell_id), theatre=theatre)
            st.dataframe(history, hide_index=True, width="stretch", key="control_history")


def _first_cell(scene: Scene, *, theatre: Theatre) -> str:
    """Return the cell of the capital, else the first one."""
    capital = next((cell.id for cell in scene.cells if cell.place_id == theatre.capital_place_id), None)
    return capital or min(scene.cells, key=lambda cell: (cell.place_name, cell.id)).id


def describe_state(state: ControlState, *, theatre: Theatre) -> str:
    """Return who holds an area, in words."""
    if state.status is Status.UNKNOWN or state.controller is None:
        last = state.last_holder
        return "Unknown" if last is None else f"Unknown; last {actor_name(last, theatre=theatre)}"
    parties = ", ".join(actor_name(code, theatre=theatre) for code in (state.controller, *state.others))
    return f"Contested: {parties}" if state.status is Status.CONTESTED else f"{parties} ({state.status.value})"


def describe_answer(answer: Answer, *, theatre: Theatre) -> list[str]:
    """Return what else is to be said of an area on a day, in plain sentences."""
    cell, state, lines = answer.cell, answer.state, []
    if state.is_regional:
        lines.append("Known only from a claim on its region or on what somebody still held.")
    ago = answer.reported_days_ago
    if ago is not None and state.last_reported is not None:
        days = "on this day" if ago == 0 else f"{count(ago, 'day')} before"
        lines.append(f"Last reported {format_day(state.last_reported)}, {days}.")
    else:
        lines.append("Never reported on by itself: known from what was compiled for the first day.")
    if answer.basis:
        lines.append(f"Basis: {answer.basis}")
    if answer.before is not None and answer.before.end is not None:
        before = describe_state(answer.before, theatre=theatre)
        lines.append(f"Before: {before}, until {format_day(answer.before.end - timedelta(days=1))}.")
    people = "unknown" if cell.population is None else f"{cell.population:,}"
    unit = unit_name(cell.unit_pcode, theatre=theatre)
    lines.append(f"{unit} · {cell.area_km2:,.0f} km² · people of the place: {people}")
    return lines


def build_evidence_table(answer: Answer) -> pd.DataFrame:
    """Return every statement for and against a state, one row each."""
    rows = [
        row
        for event in answer.events
        for side, items in (("for", event.evidence_for), ("against", event.evidence_against))
        for row in _evidence_rows(side, items)
    ]
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def _evidence_rows(side: str, items: Sequence[Evidence]) -> list[tuple[str, ...]]:
    return [
        (side, quote_or_summary(item), describe_source(item), item.assertion.value, web_address(item.url) or "")
        for item in items
    ]


def build_history_table(states: Sequence[ControlState], *, theatre: Theatre) -> pd.DataFrame:
    """Return the states of an area in order of day."""
    rows = [
        (
            format_day(state.start),
            "further notice" if state.end is None else format_day(state.end - timedelta(days=1)),
            "claimed for its region" if state.is_regional else state.status.value,
            describe_state(state, theatre=theatre),
            "" if state.last_reported is None else format_day(state.last_reported),
        )
        for state in states
    ]
    return pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))


# Two days


def _show_difference(scene: Scene, *, query: MapQuery, theatre: Theatre) -> None:
    st.subheader("What changed between two days?", anchor=False)
    days = _days(query, theatre=theatre)
    if len(days) < 2:
        st.info("There is only one day.")
        return
    span = st.session_state.get(SPAN_KEY)
    if not (isinstance(span, tuple) and len(span) == 2 and set(span) <= set(days)):
        st.session_state[SPAN_KEY] = (days[0], days[-1])
    chosen_span, chosen_party = st.columns([5, 3], gap="medium")
    with chosen_span:
        st.select_slider("From and to", options=days, format_func=format_day, key=SPAN_KEY)
    first, second = st.session_state[SPAN_KEY]
    parties = [EVERYBODY, *(actor.code for actor in theatre.actors)]
    with chosen_party:
        party = st.selectbox(
            "For whom",
            parties,
            format_func=lambda code: "Everybody, by new holder" if not code else actor_name(code, theatre=theatre),
            key=PARTY_KEY,
        )
    found = find_differences(scene, first=first, second=second)
    actor = party or None
    shown = [item for item in found if outcome_of(item, actor=actor) is not None]
    st.caption(_describe_difference(shown, scene=scene, first=first, second=second))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        spec = difference_spec(found, scene=scene, query=query, actor=actor)
        st.vega_lite_chart(
            None, spec, width="stretch", key="control_difference_map", alt="Map of what changed between the two days"
        )
        st.caption("Paler: only claimed. Grey outlines: units of the country. Hover or tap for the place.")
    with right:
        st.dataframe(
            build_balance_table(scene, first=first, second=second, theatre=theatre),
            hide_index=True,
            width="stretch",
            height="content",
            column_config=_NUMBERS,
            key="control_balance",
        )
    if shown:
        st.dataframe(
            build_difference_table(shown, scene=scene, theatre=theatre, actor=actor),
            hide_index=True,
            width="stretch",
            height=300,
            column_config=_NUMBERS,
            key="control_differences",
        )
    with st.container(horizontal=True):
        for name in DIFFERENCE_FORMATS:
            st.download_button(
                f"Changes as {name.upper()}",
                data=partial(write_differences, scene, first=first, second=second, format=name),
                file_name=file_name(f"{query.theatre}-{first}-{second}") + f".{name}",
                mime=MIME[name],
                on_click="ignore",
                key=f"control_difference_{name}",
            )


_NUMBERS = {
    "km²": st.column_config.NumberColumn(format="localized"),
    "km² before": st.column_config.NumberColumn(format="localized"),
    "km² after": st.column_config.NumberColumn(format="localized"),
    FAR_COLUMN: st.column_config.NumberColumn(format="localized"),
    "Change, km²": st.column_config.NumberColumn(format="localized"),
    "Change, % of country": st.column_config.NumberColumn(format="%+.2f"),
    "% of country": st.column_config.NumberColumn(format="%.2f"),
    "Share": st.column_config.ProgressColumn(format="%.1f %%", min_value=0.0, max_value=100.0),
    "People of its places": st.column_config.NumberColumn(format="localized"),
}


def _describe_difference(shown: Sequence[Difference], *, scene: Scene, first: date, second: date) -> str:
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    area = sum(item.cell.area_km2 for item in shown)
    days = format_days(first, second)
    if not shown:
        return f"{days}: nothing looks different on the second day."
    return f"{days}: {count(len(shown), 'area')}, {area:,.0f} km², {100 * area / total:.1f} % of the country."


def build_balance_table(scene: Scene, *, first: date, second: date, theatre: Theatre) -> pd.DataFrame:
    """Return how much each party has on two days."""
    rows = [
        (
            actor_name(row.actor, theatre=theatre) if row.actor else str(row.status or "nobody").capitalize(),
            round(row.before_km2),
            round(row.after_km2),
            round(row.change_km2),
            round(100.0 * row.change_share, 2) + 0.0,
        )
        for row in balance(scene, first=first, second=second)
    ]
    return pd.DataFrame(rows, columns=list(BALANCE_COLUMNS))


def build_difference_table(
    shown: Sequence[Difference], *, scene: Scene, theatre: Theatre, actor: str | None = None
) -> pd.DataFrame:
    """Return what changed, the largest area first."""
    total = sum(scene.timeline.areas_km2.values()) or 1.0
    rows = [
        (
            show_steering(item.cell.place_name),
            _unit(item.cell, theatre=theatre),
            str(outcome_of(item, actor=actor) or Outcome.SURENESS),
            describe_state(item.before, theatre=theatre),
            describe_state(item.after, theatre=theatre),
            item.after.status.value,
            format_day(item.changed_on),
            round(item.cell.area_km2),
            100.0 * item.cell.area_km2 / total,
        )
        for item in shown
    ]
    return pd.DataFrame(rows, columns=list(DIFFERENCE_TABLE_COLUMNS))


def _unit(cell: Cell, *, theatre: Theatre) -> str:
    return show_steering(unit_name(cell.unit_pcode, theatre=theatre))


# All days


def _show_areas(scene: Scene, *, query: MapQuery, theatre: Theatre) -> None:
    st.subheader("Areas through time", anchor=False)
    rows = areas_through_time(scene.timeline, cells=scene.cells, days=scene.days)
    spec = areas_spec(rows, theatre=theatre, day=query.day, palette=query.palette)
    if not spec:
        st.info("No area is known.")
        return
    st.vega_lite_chart(
        None,
        spec,
        width="stretch",
        key=CHART_KEY,
        on_select=_take_day,
        selection_mode=DAY_CLICK,
        alt="Square kilometres held by each party on each day, stacked",
    )
    st.caption(
        "Full colour: assessed. Paler above it: only claimed. So what a party holds lies between the two. Click a day "
        "to choose it, here and on the map."
    )
    of_day = [row for row in rows if row.day == query.day]
    st.dataframe(
        build_area_table(of_day, theatre=theatre),
        hide_index=True,
        width="stretch",
        height="content",
        column_config=_NUMBERS,
        key="control_areas",
    )
    st.caption(describe_reach(of_day))
    st.caption(
        f"On {format_day(query.day, has_weekday=True)}. People are those of the places that areas stand for, where the "
        "gazetteer has a figure: a lower bound."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Areas of all days as CSV",
            data=partial(write_areas, scene),
            file_name=file_name(f"{query.theatre}-areas") + ".csv",
            mime=MIME["csv"],
            on_click="ignore",
            key="control_areas_csv",
        )
        for name in CONTROL_FORMATS:
            st.download_button(
                f"This day as {name.upper()}",
                data=partial(write_control, scene, day=query.day, format=name),
                file_name=file_name(f"{query.theatre}-{query.day}") + f".{name}",
                mime=MIME[name],
                on_click="ignore",
                key=f"control_day_{name}",
            )


def build_area_table(rows: Sequence[Area], *, theatre: Theatre) -> pd.DataFrame:
    """Return who holds how much on a day."""
    table = [
        (
            actor_name(row.actor, theatre=theatre) if row.actor else "nobody known",
            row.status.value,
            round(row.area_km2),
            100.0 * row.share,
            round(row.far_km2),
            row.population,
        )
        for row in rows
    ]
    return pd.DataFrame(table, columns=list(AREA_TABLE_COLUMNS)).astype({"People of its places": "Int64"})


def _take_day() -> None:
    """Make the day that was clicked in the chart that of the page."""
    state = st.session_state.get(CHART_KEY)
    picked = read_clicked_day(state)
    if picked is not None:
        st.session_state[DAY_KEY] = picked


def read_clicked_day(state: object) -> date | None:
    """Return the day that a selection names, or None for anything else.

    >>> read_clicked_day({"selection": {DAY_CLICK: [{DAY_FIELD: "2030-01-05"}]}})
    datetime.date(2030, 1, 5)
    >>> read_clicked_day({"selection": {DAY_CLICK: [{DAY_FIELD: "soon"}]}}), read_clicked_day(None)
    (None, None)
    """
    try:
        chosen = state["selection"][DAY_CLICK]  # type: ignore[index]
        return date.fromisoformat(chosen[0][DAY_FIELD])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
