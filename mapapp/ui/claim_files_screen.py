"""Claims and decisions as files: out for others, in from others."""

from __future__ import annotations

import streamlit as st

from mapapp.claims.exchange import FORMATS, Exchange, read_exchange, write_exchange
from mapapp.desk import read_missing
from mapapp.store.transfer import TakenIn, check_claims_file, collect_claims, count_taken, take_in_claims
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import PatientGazetteer, get_gazetteer_job, get_store, store_version
from mapapp.ui.errors import shown_errors
from mapapp.ui.text import escape_markdown, file_name
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count

MIMES = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
TITLES = {"jsonl": "JSONL, for programs", "csv": "CSV, for spreadsheets"}
MOST_SHOWN = 200
"""Reasons that are listed; the numbers count all."""
_MESSAGE = "claim_files_message"


def show_claim_files(theatre: Theatre) -> None:
    """Show how to take claims and decisions out and in."""
    out, into = st.columns(2, gap="large")
    with out, shown_errors():
        _show_export(theatre)
    with into, shown_errors():
        _show_import(theatre)


def _show_export(theatre: Theatre) -> None:
    st.subheader("Save claims and decisions", anchor=False)
    articles = get_store().articles(theatre=theatre.code)
    n_claims = sum(article.n_claims for article in articles)
    st.markdown(
        f"{count(n_claims, 'claim').capitalize()} of {count(len(articles), 'stored article')}, word for word as they "
        "were read, with every decision about them, and beside each claim what became of it. The texts of the articles "
        "are not in the file, only their hashes."
    )
    form = st.radio("Kind of file", FORMATS, format_func=TITLES.__getitem__, horizontal=True, key="claims_format")
    st.download_button(
        "Download",
        data=lambda: _write(theatre, form),
        file_name=file_name(f"{theatre.code}-claims.{form}"),
        mime=MIMES[form],
        key="claims_download",
        icon=":material/download:",
        disabled=not articles,
        on_click="ignore",
    )


def _write(theatre: Theatre, form: str) -> bytes:
    gazetteer = PatientGazetteer(theatre.folder.name)
    return write_exchange(collect_claims(get_store(), theatre=theatre, gazetteer=gazetteer), format=form)


def _show_import(theatre: Theatre) -> None:
    st.subheader("Bring claims and decisions in", anchor=False)
    st.markdown(
        "A file that was written here or with `review export`. Each quote is held against its article: read the "
        "articles first. What cannot be used is set aside with its reason, and nothing that is here changes."
    )
    message = st.session_state.pop(_MESSAGE, None)
    if message is not None:
        st.success(message, icon=":material/check:")
    upload = st.file_uploader("File of claims", type=list(FORMATS), key="claims_upload", max_upload_size=200)
    if upload is None:
        return
    exchange = read_exchange(upload.getvalue())
    checked = count_taken(check_claims_file(get_store(), exchange, theatre=theatre))
    st.markdown(escape_markdown(f"In {upload.name}: {describe_taken(checked)}."))
    _show_reasons(checked)
    n_new = checked.n_claims + checked.n_decisions
    if st.button("Take it in", key="claims_take_in", type="primary", disabled=not n_new):
        _take_in(exchange, theatre=theatre, name=upload.name)


def _take_in(exchange: Exchange, *, theatre: Theatre, name: str) -> None:
    before = store_version()
    taken = take_in_claims(get_store(), exchange, theatre=theatre, origin=f"file {name}")
    read_missing(get_store(), theatre=theatre, open_gazetteer=lambda: wait_for(get_gazetteer_job(theatre.folder.name)))
    if store_version() != before:
        st.session_state[_MESSAGE] = f"Taken in: {describe_taken(taken)}. The map has followed."
    st.rerun()


def describe_taken(taken: TakenIn) -> str:
    """Return the numbers of a file in words.

    >>> describe_taken(TakenIn(2, 1, 0, 0, ("why",)))
    '2 claims and no decisions are new, 1 claim and no decisions were here already, 1 record set aside'
    """
    new = f"{count(taken.n_claims, 'claim')} and {count(taken.n_decisions, 'decision')} are new"
    known = f"{count(taken.n_known_claims, 'claim')} and {count(taken.n_known_decisions, 'decision')} were here already"
    return f"{new}, {known}, {count(len(taken.set_aside), 'record')} set aside"


def _show_reasons(taken: TakenIn) -> None:
    if not taken.set_aside:
        return
    with st.expander(f"Set aside: {len(taken.set_aside)}", icon=":material/block:"):
        for reason in taken.set_aside[:MOST_SHOWN]:
            st.text(reason)
        if len(taken.set_aside) > MOST_SHOWN:
            st.caption(f"and {len(taken.set_aside) - MOST_SHOWN} more")
