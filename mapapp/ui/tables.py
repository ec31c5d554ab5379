"""The tables beside the map: what happened on a day, what changed, who holds how much, and who says so.

`build_…` make the rows, `show_…` put them on the page. Tables are drawn by `st.dataframe`, which shows text as it is
and draws only the rows in sight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pandas as pd
import streamlit as st

from mapapp.model import ControlState, Event, Evidence, Status
from mapapp.scene import Scene
from mapapp.selection import is_shown, select_events
from mapapp.summary import areas_through_time, changes, shares
from mapapp.territory.timeline import FAR_KM
from mapapp.theatres.theatre import Theatre
from mapapp.ui.text import show_steering
from mapapp.ui.wording import actor_name, count, describe_source, format_day, format_days, unit_name

EVENT_COLUMNS = ("What", "Where", "Who", "Against", "Status", "Days", "Says who", "Words", "For", "Contrary", "Link")
CHANGE_COLUMNS = ("Place", "Unit", "Before", "Now", "Status", "Known by", "km²")
FAR_COLUMN = f"Over {FAR_KM:.0f} km from a place, km²"
SHARE_COLUMNS = ("Party", "Status", "Share", "km²", "Since first day", FAR_COLUMN)
SOURCE_COLUMNS = ("Publisher", "Statements", "Quoted", "Summed up by us", "Grades", "Address")


def build_event_table(scene: Scene, *, day: date) -> pd.DataFrame:
    """Return the events of a day, one row each with its strongest statement."""
    events = select_events(scene.events, query=scene.query)
    rows = [_event_row(event, theatre=scene.theatre) for event in events if event.date_start <= day <= event.date_end]
    return pd.DataFrame(rows, columns=list(EVENT_COLUMNS))


def _event_row(event: Event, *, theatre: Theatre) -> tuple[object, ...]:
    best = next(iter(event.evidence_for), None)
    return (
        event.kind.value,
        describe_event_place(event, theatre=theatre),
        actor_name(event.actor, theatre=theatre),
        "" if event.opponent is None else actor_name(event.opponent, theatre=theatre),
        event.status.value,
        format_days(event.date_start, event.date_end),
        "" if best is None else describe_source(best),
        show_steering(event.note) if best is None else quote_or_summary(best),
        len(event.evidence_for),
        len(event.evidence_against),
        "" if best is None else web_address(best.url) or "",
    )


def describe_event_place(event: Event, *, theatre: Theatre) -> str:
    """Return where an event is, also where that is not one place."""
    if event.place is not None:
        return show_steering(event.place.name)
    if event.unit_pcode is not None:
        return f"all of {unit_name(event.unit_pcode, theatre=theatre)}"
    if event.remainder_of is not None:
        return f"whatever {actor_name(event.remainder_of, theatre=theatre)} still held"
    return "not said"


def quote_or_summary(evidence: Evidence) -> str:
    """Return the words of a statement: in quotation marks if they are the source's own."""
    text = show_steering(" ".join(evidence.text.split()))
    return f"“{text}”" if evidence.is_quote else f"Summary: {text}"


def web_address(url: str | None) -> str | None:
    """Return an address only if it leads to a web page: anything else must not become a link.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)"), web_address(None)
    ('https://example.org/a', None, None)
    """
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return show_steering(url)


def build_change_table(scene: Scene, *, day: date) -> pd.DataFrame:
    """Return the cells whose holder or status is another than on the day before, the largest first."""
    cells = {cell.id: cell for cell in scene.cells}
    rows = []
    for change in changes(scene.timeline, day=day):
        if not (is_shown(change.after, query=scene.query) or is_shown(change.before, query=scene.query)):
            continue
        cell = cells[change.cell_id]
        rows.append(
            (
                show_steering(cell.place_name),
                unit_name(cell.unit_pcode, theatre=scene.theatre),
                _describe_state(change.before, theatre=scene.theatre),
                _describe_state(change.after, theatre=scene.theatre),
                change.after.status.value,
                "a claim on its region" if change.after.is_regional else "a claim on this place",
                round(cell.area_km2),
            )
        )
    rows.sort(key=lambda row: (-row[-1], row[0]))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _describe_state(state: ControlState, *, theatre: Theatre) -> str:
    if state.status is Status.UNKNOWN:
        last = state.last_holder
        return "unknown" if last is None else f"unknown, last {actor_name(last, theatre=theatre)}"
    parties = [code for code in (state.controller, *state.others) if code is not None]
    return " / ".join(actor_name(code, theatre=theatre) for code in parties) or "unknown"


def build_share_table(scene: Scene, *, day: date) -> pd.DataFrame:
    """Return who holds which share of the area, the largest first, with the change since the first day in points."""
    first = {(row.actor, row.status): row.share for row in shares(scene.timeline, day=scene.query.start)}
    rows = [
        (
            actor_name(row.actor, theatre=scene.theatre) if row.actor else "nobody known",
            row.status.value,
            100.0 * row.share,
            round(row.area_km2),
            round(100.0 * (row.share - first.get((row.actor, row.status), 0.0)), 1) + 0.0,  # never -0.0
            round(row.far_km2),
        )
        for row in areas_through_time(scene.timeline, cells=scene.cells, days=(day,))
        if row.area_km2 > 0
    ]
    rows.sort(key=lambda row: -row[2])
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS))


def build_source_table(scene: Scene, *, day: date) -> pd.DataFrame:
    """Return who is quoted or summed up in what is shown up to a day, by address, the most used publisher first."""
    statements = list(_statements_until(scene, day=day))
    totals = Counter(item.publisher or "" for item in statements)
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for item in statements:
        groups.setdefault((item.publisher or "", web_address(item.url) or ""), []).append(item)
    rows = [
        (
            show_steering(publisher) or "publisher not named",
            len(items),
            sum(item.is_quote for item in items),
            sum(not item.is_quote for item in items),
            ", ".join(sorted({item.grade for item in items})),
            address,
        )
        for (publisher, address), items in sorted(
            groups.items(), key=lambda group: (-totals[group[0][0]], group[0][0], -len(group[1]), group[0][1])
        )
    ]
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))


def _statements_until(scene: Scene, *, day: date) -> Iterable[Evidence]:
    for event in select_events(scene.events, query=scene.query):
        if event.date_start <= day:
            yield from event.evidence_for
            yield from event.evidence_against
    for route in scene.routes:
        if route.date_start is None or route.date_start <= day:
            for leg in route.legs:
                yield from leg.evidence
            for point in route.points:
                yield from point.evidence
            yield from route.also_said


_LINK = st.column_config.LinkColumn("Link", display_text="open", width="small")
_NUMBER = st.column_config.NumberColumn(format="localized")


def show_day_tables(scene: Scene, *, day: date) -> None:
    """Show the four tables of a day under the map."""
    events = build_event_table(scene, day=day)
    changed = build_change_table(scene, day=day)
    tabs = st.tabs(["Events of the day", "What changed", "Shares of the territory", "Sources"])
    with tabs[0]:
        _show_table(
            events,
            title=f"{count(len(events), 'event')} on {format_day(day, has_weekday=True)}",
            empty=_next_event_hint(scene, day=day),
            key="table_events",
        )
    with tabs[1]:
        area = int(changed["km²"].sum())
        _show_table(
            changed,
            title=f"{count(len(changed), 'area')} ({area:,} km²) changed on {format_day(day, has_weekday=True)}",
            empty="Nothing changed hands on this day, as far as anything says.",
            key="table_changes",
        )
    with tabs[2]:
        _show_table(
            build_share_table(scene, day=day),
            title=f"Shares of the area on {format_day(day, has_weekday=True)}, and the change since "
            f"{format_day(scene.query.start)} in percentage points",
            empty="No area is known.",
            key="table_shares",
        )
    with tabs[3]:
        _show_table(
            build_source_table(scene, day=day),
            title=f"Who says so, up to {format_day(day, has_weekday=True)}. Grades: reliability of the source A–F, "
            "credibility of the statement 1–6",
            empty="Nothing that is shown up to this day has a source.",
            key="table_sources",
        )


def _next_event_hint(scene: Scene, *, day: date) -> str:
    later = [event.date_start for event in select_events(scene.events, query=scene.query) if event.date_start > day]
    if later:
        return f"Nothing is reported for this day. The next reports are of {format_day(min(later), has_weekday=True)}."
    return "Nothing is reported for this day or any later one."


def _show_table(rows: pd.DataFrame, *, title: str, empty: str, key: str) -> None:
    if rows.empty:
        st.caption(empty)
        return
    st.caption(title[0].upper() + title[1:])
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        placeholder="",
        height="content" if len(rows) <= 10 else 400,
        column_config={
            "Link": _LINK,
            "Address": st.column_config.LinkColumn(width="large"),
            "Words": st.column_config.TextColumn(width="large"),
            "Share": st.column_config.ProgressColumn(format="%.1f %%", min_value=0.0, max_value=100.0),
            "Since first day": st.column_config.NumberColumn(format="%+.1f"),
            "km²": _NUMBER,
            FAR_COLUMN: _NUMBER,
        },
    )
