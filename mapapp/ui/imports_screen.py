"""Tables of others brought in: look at one, say what its columns are, see what would become of it, do it, undo it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mapapp.errors import DataError
from mapapp.histories.intake import Checked, NewTheatre, carry_out, check_table, own_theatres
from mapapp.histories.layouts import ALIASES, EVENT_FORMATS, OPTIONAL, TITLES, day_columns, find_columns, lacking_fields
from mapapp.histories.reading import Glance, glance_at
from mapapp.histories.shelf import event_layers, remove_layer
from mapapp.histories.writing import list_imports, undo_import
from mapapp.model import MapQuery
from mapapp.selection import default_query
from mapapp.sheets import LIMITS, MAX_BYTES
from mapapp.theatres.skeleton import known_countries
from mapapp.theatres.theatre import Theatre, list_theatres, load_theatre, theatre_titles
from mapapp.ui.jobs import start_job
from mapapp.ui.state import renew_filters, write_query
from mapapp.ui.text import escape_markdown, file_name, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import DATE_PRECISION, WHERE_PRECISION, count, format_day

MESSAGE, CHECKED, GLANCE = "imports_message", "imports_checked", "imports_glance"
"""Names in the session: what is said after the page has been drawn anew, and with what it was made from what was
checked and what was looked at last."""

MAX_UPLOAD_MB = 100
"""Of one file through the browser, which holds it in memory."""
NEW = "A new conflict …"
NO_COLUMN = "—"
N_KEPT, N_SET_ASIDE = 50, 200
"""Rows of a table that are shown; all are counted."""


def show_imports(query: MapQuery, *, theatre: Theatre) -> None:
    """Show what was imported and let the user bring in more, and take it out again."""
    _show_message()
    _show_past(query, theatre=theatre)
    st.markdown("**Bring a table in**")
    st.caption(
        "A control history (who held which place from which day on) becomes a conflict of your own. An event export of "
        "ACLED or UCDP becomes a layer of the map that colours nothing. CSV or TSV in UTF-8, or XLSX (its first sheet)."
        f" {LIMITS}"
    )
    file = _choose_file()
    if file is None:
        return
    glance = _glance(file)
    format_name, columns = _ask_columns(glance)
    if format_name is None:
        return
    source = st.text_input(
        "Address of the table (every statement of it carries that)",
        key="imports_source",
        max_chars=300,
        placeholder="https://…",
    ).strip()
    title = st.text_input("Name of this import", key="imports_title", max_chars=80, placeholder=glance.name).strip()
    as_claims, credit = _ask_manner(format_name)
    target = _ask_target(query, is_layer=format_name in EVENT_FORMATS and not as_claims)
    if target is None or not source:
        st.info("Give the address of the table." if not source else "Give the new conflict a name.")
        return
    made_of = (_identity(file), format_name, tuple(sorted(columns.items())), source, as_claims, target)
    if st.button("Check the table", key="imports_check", icon=":material/fact_check:"):
        st.session_state.pop(CHECKED, None)
        with _as_path(file) as path:
            job = start_job(
                lambda report: check_table(
                    path,
                    target=target,
                    source=source,
                    format=format_name,
                    columns=columns,
                    as_claims=as_claims,
                    progress=report,
                ),
                title="Reading the table",
            )
            st.session_state[CHECKED] = (made_of, wait_for(job))
    kept = st.session_state.get(CHECKED)
    if kept is None or kept[0] != made_of:
        return
    checked: Checked = kept[1]
    _show_checked(checked)
    if st.button("Import it", key="imports_do", type="primary", icon=":material/upload:"):
        done = start_job(
            lambda report: carry_out(
                checked, title=title or glance.name, source=source, attribution=credit, progress=report
            ),
            title="Importing",
        )
        name = wait_for(done)
        st.session_state.pop(CHECKED, None)
        _say(f"{title or glance.name}: {_equation(checked)} imported.", theatre_name=name)


# The file and its columns


def _choose_file() -> UploadedFile | Path | None:
    uploaded = st.file_uploader(
        "The table",
        type=["csv", "tsv", "txt", "xlsx"],
        key="imports_file",
        max_upload_size=MAX_UPLOAD_MB,
        help="A larger one is read by its path, below.",
    )
    path = st.text_input(
        f"Or the path of a file on the machine that the app runs on, up to {MAX_BYTES / 1e6:,.0f} MB",
        key="imports_path",
        max_chars=500,
    ).strip()
    return uploaded or (Path(path).expanduser() if path else None)


def _identity(file: UploadedFile | Path) -> tuple[str, ...]:
    """Return what is another for another file."""
    if not isinstance(file, Path):
        return (file.file_id,)
    try:
        found = file.stat()
    except OSError:
        return (str(file),)
    return (str(file), str(found.st_mtime_ns), str(found.st_size))


@contextmanager
def _as_path(file: UploadedFile | Path) -> Iterator[Path]:
    if isinstance(file, Path):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="mapapp-") as folder:
        path = Path(folder) / (file_name(file.name)[-80:] or "table.csv")
        path.write_bytes(file.getbuffer())
        yield path


def _glance(file: UploadedFile | Path) -> Glance:
    """Return the beginning of a file, read once."""
    kept = st.session_state.get(GLANCE)
    if kept is None or kept[0] != _identity(file):
        with st.spinner("Looking at the table …"), _as_path(file) as path:
            kept = (_identity(file), glance_at(path))
        st.session_state[GLANCE] = kept
    glance: Glance = kept[1]
    return glance


def _ask_columns(glance: Glance) -> tuple[str | None, Mapping[str, str]]:
    """Return the format and the column of each field; None while something is lacking."""
    if glance.format is not None:
        st.success(f"Recognised by its columns. {TITLES[glance.format]}.", icon=":material/check:")
    else:
        st.warning("Its columns are those of no format that is known. Say below what kind of table it is and which "
                   "column is which.", icon=":material/help:")  # fmt: skip
    known = list(TITLES)
    chosen: str = st.selectbox(
        "Kind of table",
        known,
        index=known.index(glance.format or known[0]),
        format_func=lambda name: TITLES[name],
        key=f"imports_format_{glance.format}",
    )
    preset = find_columns(glance.columns, format=chosen)
    columns: dict[str, str] = {}
    with st.expander("Columns", expanded=glance.format is None):
        beside = st.columns(3)
        for number, field in enumerate(ALIASES[chosen]):
            options = [NO_COLUMN, *glance.columns]
            label = field + ("" if field in OPTIONAL[chosen] else " *")
            found = beside[number % 3].selectbox(
                label,
                options,
                index=options.index(preset[field]) if field in preset else 0,
                format_func=show_steering,
                key=f"imports_column_{chosen}_{field}_{hash(glance.columns)}",
            )
            if found != NO_COLUMN:
                columns[field] = found
        if chosen == "wide":
            st.caption(f"{count(len(day_columns(glance.columns)), 'column')} named by a day.")
        st.dataframe(
            pd.DataFrame([dict(row) for row in glance.rows], columns=list(glance.columns)).map(show_steering),
            hide_index=True,
            key="imports_first_rows",
        )
    lacking = lacking_fields((), format=chosen, chosen=columns)
    if chosen == "wide" and len(day_columns(glance.columns)) > 1:
        lacking = [field for field in lacking if "days" not in field]
    if lacking:
        st.info(escape_markdown(f"Still to say: {', '.join(lacking)}."))
        return None, columns
    return chosen, columns


# Where it goes


def _ask_manner(format_name: str) -> tuple[bool, str]:
    """Return whether events become claims, and the line of a layer for the corner of the map."""
    if format_name not in EVENT_FORMATS:
        return False, ""
    as_claims = (
        st.radio(
            "What the events become",
            ("layer", "claims"),
            format_func=lambda value: {
                "layer": "A layer of the map, which colours no area",
                "claims": "Claims on control, in a conflict of your own (captures, transfers, clashes)",
            }[value],
            key="imports_manner",
        )
        == "claims"
    )
    credit = "" if as_claims else st.text_input("Line for the corner of the map", key="imports_credit", max_chars=200)
    return as_claims, credit.strip()


def _ask_target(query: MapQuery, *, is_layer: bool) -> str | NewTheatre | None:
    """Return the theatre that a table goes into; None while a new one has no name."""
    options = list(list_theatres()) if is_layer else [*own_theatres(), NEW]
    wanted = query.theatre if query.theatre in options else options[-1]
    titles = theatre_titles()
    chosen = st.selectbox(
        "Conflict",
        options,
        index=options.index(wanted),
        format_func=lambda name: show_steering(titles.get(str(name), str(name))),
        key=f"imports_target_{'layer' if is_layer else 'tables'}",
    )
    if chosen != NEW:
        return chosen
    countries = known_countries()
    left, middle, right = st.columns(3)
    name = left.text_input("Its short name", key="imports_new_name", max_chars=41, placeholder="a–z, 0–9 and -").strip()
    country = middle.selectbox(
        "Country", list(countries), format_func=lambda code: f"{countries[code]} ({code})", key="imports_new_country"
    )
    title = right.text_input("Title", key="imports_new_title", max_chars=80, placeholder=countries[country]).strip()
    return NewTheatre(name, country, title) if name else None


# What becomes of it


def _equation(checked: Checked) -> str:
    return f"{count(checked.n_rows, 'row')} = {checked.n_kept:,} kept + {len(checked.set_aside):,} set aside"


def _show_checked(checked: Checked) -> None:
    st.markdown(f"**{_equation(checked)}**")
    merged = checked.merged
    if merged is None:
        st.caption(f"{count(len(checked.imported.happenings), 'event')} for the layer. Nothing is written yet.")
    else:
        st.caption(
            f"New: {count(len(merged.actors), 'party', 'parties')}, {count(len(merged.places), 'place')}, "
            f"{count(len(merged.baseline), 'holder')} on {format_day(merged.first_day)}, "
            f"{count(len(merged.events), 'event')} up to {format_day(merged.last_day)}. Nothing is written yet."
        )
        if merged.actors:
            st.caption(escape_markdown("New parties: " + ", ".join(actor.name for actor in merged.actors[:20])))
    kept, aside = st.tabs(("Kept", "Set aside"))
    with kept:
        table = build_kept_table(checked)
        st.dataframe(table, hide_index=True, key="imports_kept")
        if checked.n_kept > len(table):
            st.caption(f"The first {len(table)} of {checked.n_kept:,}.")
    with aside:
        if not checked.set_aside:
            st.caption("None.")
            return
        reasons = pd.DataFrame(checked.reasons(), columns=["Why", "Rows"])
        st.dataframe(reasons.map(_plain), hide_index=True, key="imports_reasons")
        rows = [(item.line, _plain(item.reason)) for item in checked.set_aside[:N_SET_ASIDE]]
        st.dataframe(pd.DataFrame(rows, columns=["Line", "Why"]), hide_index=True, key="imports_set_aside")
        if len(checked.set_aside) > N_SET_ASIDE:
            st.caption(f"The first {N_SET_ASIDE} of {len(checked.set_aside):,}.")


def build_kept_table(checked: Checked) -> pd.DataFrame:
    """Return the first rows that are used, as they were read."""
    lines = {item.line for item in checked.set_aside}
    if checked.imported.format in EVENT_FORMATS:
        happened = [item for item in checked.imported.happenings if item.line not in lines][:N_KEPT]
        rows: list[tuple[object, ...]] = [
            (item.line, _plain(item.what), _plain(item.spot.name), item.day.isoformat(), item.last_day.isoformat(),
             WHERE_PRECISION.get(item.where_prec, ""), DATE_PRECISION.get(item.date_prec, ""),
             _plain(" – ".join(item.sides)), item.deaths)
            for item in happened
        ]  # fmt: skip
        names = [
            "Line",
            "What",
            "Place",
            "From",
            "To",
            "Precision of the place",
            "Precision of the days",
            "Parties",
            "Deaths",
        ]
        return pd.DataFrame(rows, columns=names).astype({"Deaths": "Int64"})
    held = [item for item in checked.imported.holdings if item.line not in lines][:N_KEPT]
    rows = [
        (item.line, _plain(item.spot.name), _plain(item.spot.pcode), item.spot.lat, item.spot.lon,
         item.day.isoformat(), _plain(item.holder) or "not known")
        for item in held
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Line", "Place", "P-code", "Lat", "Lon", "From", "Holder"])


def _plain(value: object) -> object:
    return show_steering(value) if isinstance(value, str) else value


# What was brought in before


def _show_past(query: MapQuery, *, theatre: Theatre) -> None:
    layers, past = event_layers(query.theatre), list_imports(theatre.folder)
    if layers:
        st.markdown("**Event layers of this map**")
        rows = [
            (_plain(each.title), each.format.upper(), len(each.happenings), each.n_set_aside, _plain(each.source))
            for each in layers
        ]
        names = ["Name", "Format", "Events", "Set aside", "Address"]
        st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, key="imports_layers")
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        titles = {each.id: each.title for each in layers}
        chosen = left.selectbox(
            "Take one away", list(titles), format_func=lambda key: show_steering(titles[key]), key="imports_layer"
        )
        if right.button("Remove", key="imports_remove", icon=":material/delete:") and chosen is not None:
            remove_layer(query.theatre, layer_id=chosen)
            _say(f"{titles[chosen]} is off the map.")
    if past:
        st.markdown("**Imported into this conflict**")
        entries = [
            (each.number, _plain(each.title), format_day(each.on), each.n_kept, each.n_rows - each.n_kept,
             each.n_places, each.n_events, _plain(each.source))
            for each in past
        ]  # fmt: skip
        names = ["No.", "Name", "On", "Rows kept", "Set aside", "Places", "Events", "Address"]
        st.dataframe(pd.DataFrame(entries, columns=names), hide_index=True, key="imports_past")
        if st.button("Undo the newest import", key="imports_undo", icon=":material/undo:"):
            taken = undo_import(theatre.folder)
            _say(f"{taken.title or 'The newest import'} was taken out: the tables are as they were before it.")


def _say(message: str, *, theatre_name: str | None = None) -> None:
    """Draw the whole page anew with a message, so that everything is made of what is there now."""
    st.session_state[MESSAGE] = (message, theatre_name)
    st.rerun()


def _show_message() -> None:
    said = st.session_state.get(MESSAGE)
    if said is None:
        return
    message, theatre_name = said
    st.success(escape_markdown(message))
    if theatre_name is None:
        del st.session_state[MESSAGE]
    elif st.button("Show it on the map", key="imports_show", icon=":material/map:"):
        del st.session_state[MESSAGE]
        if theatre_name not in list_theatres():
            raise DataError(f"The conflict {theatre_name} is no longer there.")
        renew_filters()
        write_query(default_query(load_theatre(theatre_name)))
        st.switch_page("pages/map.py")
