"""How far publishers are trusted: the table, the user's changes to it, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from mapapp.errors import DataError
from mapapp.theatres.publishers import (
    LONGEST_TEXT,
    RELIABILITIES,
    bundled_publishers,
    can_redo,
    can_undo,
    import_publishers,
    merge_publishers,
    own_publishers,
    publishers_version,
    redo_publishers,
    reset_publishers,
    save_publishers,
    undo_publishers,
    write_publishers,
)
from mapapp.theatres.theatre import Publisher, Theatre
from mapapp.ui.errors import shown_errors
from mapapp.ui.text import file_name, show_steering
from mapapp.ui.wording import actor_name, count

_MESSAGE = "publishers_message"
COLUMNS = ("Publisher", "Reliability", "Favours", "Also called", "Domain", "Yours")
NOBODY = "nobody, or unknown"


def show_publishers(theatre: Theatre) -> None:
    """Show the table of publishers as one that can be changed, with save, undo, redo and reset."""
    st.caption(
        "Publishers and how far they are trusted: reliability A–F of the Admiralty system, A completely reliable, E "
        "unreliable, F cannot be judged. A publisher that favours a party counts as assessed only against that party. "
        "Who is not listed is graded F, and an ungraded source alone assesses nothing. Change a cell or add a row, "
        "then save: the map follows at once, also for what was read before."
    )
    message = st.session_state.pop(_MESSAGE, None)
    if message is not None:
        st.success(message, icon=":material/check:")
    codes = frozenset(actor.code for actor in theatre.actors)
    own = {one.name for one in own_publishers(theatre.code, codes=codes)}
    parties = {actor.code: actor_name(actor.code, theatre=theatre) for actor in theatre.actors}
    edited = st.data_editor(
        build_publisher_table(theatre.publishers, own=own, parties=parties),
        hide_index=True,
        num_rows="add",
        disabled=["Yours"],
        column_config={
            "Publisher": st.column_config.TextColumn(required=True, max_chars=LONGEST_TEXT),
            "Reliability": st.column_config.SelectboxColumn(options=sorted(RELIABILITIES), required=True, default="F"),
            "Favours": st.column_config.SelectboxColumn(options=[NOBODY, *parties.values()], default=NOBODY),
            "Also called": st.column_config.TextColumn(max_chars=LONGEST_TEXT, help="divided by |"),
            "Domain": st.column_config.TextColumn(max_chars=LONGEST_TEXT, help="such as example.org"),
        },
        key=f"publishers_{theatre.code}_{publishers_version(theatre.code)}",
    )
    with shown_errors(), st.container(horizontal=True):
        _show_buttons(theatre, edited=edited, parties=parties, codes=codes)
    with st.expander("Grades as a file", key="publishers_file", icon=":material/swap_vert:"), shown_errors():
        _show_file(theatre, codes=codes)


def build_publisher_table(publishers: Sequence[Publisher], *, own: set[str], parties: dict[str, str]) -> pd.DataFrame:
    """Return publishers as rows, with the names of parties."""
    rows = [
        (
            show_steering(one.name),
            one.reliability,
            parties.get(one.favours or "", NOBODY),
            show_steering("|".join(one.aliases)),
            show_steering(one.domain or ""),
            "yours" if one.name in own else "",
        )
        for one in publishers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_publisher_table(
    table: pd.DataFrame, *, publishers: Sequence[Publisher], parties: dict[str, str]
) -> tuple[Publisher, ...]:
    """Return the publishers that an edited table says, in its order. Raises `DataError` for a row without a name.

    What the table does not show of a publisher, such as its home, stays as it is.
    """
    codes = {name: code for code, name in parties.items()}
    found = []
    for number, row in enumerate(table.fillna("").to_dict("records")):
        name = str(row["Publisher"]).strip()
        before = publishers[number] if number < len(publishers) else Publisher(name, "F")
        if not name:
            raise DataError(f"Row {number + 1} has no name. Write it as articles have it, or leave the row out.")
        shown = show_steering(before.name)
        found.append(
            replace(
                before,
                name=before.name if name == shown else name,
                reliability=str(row["Reliability"]) or "F",
                favours=codes.get(str(row["Favours"])),
                aliases=tuple(alias.strip() for alias in str(row["Also called"]).split("|") if alias.strip()),
                domain=str(row["Domain"]).strip() or None,
            )
        )
    if len({one.name for one in found}) != len(found):
        raise DataError("A publisher stands in the table twice. Expected each name once; change one of the rows.")
    return tuple(found)


def _show_buttons(theatre: Theatre, *, edited: pd.DataFrame, parties: dict[str, str], codes: frozenset[str]) -> None:
    bundled = bundled_publishers(theatre.folder, codes=codes)
    if st.button("Save", key="publishers_save", type="primary", icon=":material/save:"):
        table = read_publisher_table(edited, publishers=theatre.publishers, parties=parties)
        if table == theatre.publishers:
            st.info("Nothing was changed.")
        else:
            n_own = save_publishers(table, theatre_name=theatre.code, bundled=bundled)
            _finish(f"Saved: {count(n_own, 'publisher')} graded otherwise than in the bundled table.")
    steps: tuple[tuple[str, str, str, bool, Callable[[str], object], str], ...] = (
        ("publishers_undo", "Undo", ":material/undo:", can_undo(theatre.code), undo_publishers, "Taken back."),
        ("publishers_redo", "Redo", ":material/redo:", can_redo(theatre.code), redo_publishers, "Brought back."),
        (
            "publishers_reset",
            "Reset to bundled",
            ":material/restart_alt:",
            bool(own_publishers(theatre.code, codes=codes)),
            reset_publishers,
            "The bundled grades hold again. Undo brings yours back.",
        ),
    )
    for key, label, icon, is_possible, work, said in steps:
        if st.button(label, key=key, icon=icon, disabled=not is_possible):
            work(theatre.code)
            _finish(said)


def _finish(message: str) -> None:
    st.session_state[_MESSAGE] = message
    st.rerun()


def _show_file(theatre: Theatre, *, codes: frozenset[str]) -> None:
    st.download_button(
        "Download as CSV",
        data=write_publishers(theatre.publishers),
        file_name=file_name(f"{theatre.code}-publishers.csv"),
        mime="text/csv",
        key="publishers_download",
        icon=":material/download:",
        on_click="ignore",
    )
    upload = st.file_uploader("Take in a table", type=["csv"], key="publishers_upload", max_upload_size=5)
    if upload is None:
        return
    found = import_publishers(upload.getvalue(), codes=codes)
    st.markdown(f"{count(len(found.publishers), 'row')} can be used, {count(len(found.set_aside), 'row')} set aside.")
    for reason in found.set_aside[:50]:
        st.text(show_steering(reason))
    if st.button("Take it in", key="publishers_take_in", disabled=not found.publishers):
        merged = merge_publishers(theatre.publishers, found.publishers)
        bundled = bundled_publishers(theatre.folder, codes=codes)
        save_publishers(merged, theatre_name=theatre.code, bundled=bundled)
        _finish(f"{count(len(found.publishers), 'row').capitalize()} taken in.")
