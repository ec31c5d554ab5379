"""Getting articles in: pasted, as files, or from addresses; one at a time or many, with what could not be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mapapp.articles.batch import About, Glance, find_collection, glance_at, is_address, read_incoming
from mapapp.articles.readers import all_suffixes
from mapapp.articles.records import FIELDS, NEEDED
from mapapp.errors import ArticleError
from mapapp.intake import HEAD, Tally, not_kept_rows, read_one, write_not_kept
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_copies, get_gazetteer_job, get_store
from mapapp.ui.errors import shown_errors
from mapapp.ui.intake_run import Run, start_run
from mapapp.ui.text import escape_markdown, shorten, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count

CHOICE = "article_choice"
"""Name in the session of the id of the article that is shown."""
MESSAGE = "article_message"
"""Name in the session of what is said once, after the page has been drawn anew."""
PASTE, FILES, ADDRESSES = "Paste text", "Upload files", "Web addresses"
MAX_UPLOAD_MB = 100
"""Of one file: some 15,000 articles as JSONL."""
WATCH_SECONDS = 0.5
WIDTHS_PX = (130, 80, 180, 90, 640)
"""Of the columns of what was not stored."""
MAX_ADDRESSES = 200
"""Of one go: a list of links, not a crawl."""
NO_COLUMN = "(none)"
LABELS = {"url": "Address (URL)"}
"""Of fields whose name is no word."""
_IS_READ, _UPLOADS, _RUN, _TALLY = "intake_is_read", "intake_uploads", "intake_run", "intake_tally"
_SENT, _LEFT = "intake_sent", "intake_left"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the user sent."""

    source: str
    text: str = ""
    files: Sequence[UploadedFile] = ()
    addresses: Sequence[str] = ()
    about: About = field(default_factory=About)


def show_intake(theatre: Theatre) -> None:
    """Show the form that takes articles, and read and store what is sent with it."""
    run, tally = st.session_state.get(_RUN), st.session_state.get(_TALLY)
    upload_key = _empty_after_reading()
    has_none = not get_store().articles(theatre=theatre.code)
    is_open = has_none or isinstance(run, Run) or isinstance(tally, Tally)
    with st.expander("Add articles", expanded=is_open, icon=":material/add:"):
        if isinstance(run, Run):
            with shown_errors():
                _watch()
            return
        if isinstance(tally, Tally):
            _show_tally(tally, theatre=theatre)
        source = st.segmented_control(
            "Where they come from", [PASTE, FILES, ADDRESSES], default=PASTE, key="intake_source"
        )
        sent = _ask(str(source or PASTE), upload_key=upload_key, theatre=theatre)
        if sent is not None:
            with shown_errors():
                _take_in(sent, theatre=theatre)


def _empty_after_reading() -> str:
    """Empty the form if its text has been read, and return the name of the widget that holds the files."""
    if st.session_state.pop(_IS_READ, False):
        for key in ("intake_text", "intake_publisher", "intake_url", "intake_title", "intake_addresses"):
            st.session_state[key] = ""
        st.session_state["intake_published"] = None
        st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1  # a file is let go by another name only
    left = st.session_state.pop(_LEFT, None)
    if left is not None:  # the form was not there while the addresses were read, so that its widgets were forgotten
        st.session_state["intake_source"] = ADDRESSES
        st.session_state["intake_addresses"] = "\n".join(left)
    number = st.session_state.get(_UPLOADS, 0)
    return f"intake_file_{number}" if number else "intake_file"


def _ask(source: str, *, upload_key: str, theatre: Theatre) -> Sent | None:
    """Show the form for one kind of source; return what was sent, or None."""
    files: list[UploadedFile] = []
    columns: Mapping[str, str] = {}
    is_many = False
    if source == FILES:
        uploaded = st.file_uploader(
            "Texts, web pages, PDF, Word, feeds, or tables and JSON of many articles",
            type=list(all_suffixes()),
            accept_multiple_files=True,
            key=upload_key,
            max_upload_size=MAX_UPLOAD_MB,
        )
        files = list(uploaded or ())
        with shown_errors():
            many = [file for file in files if find_collection(file.getvalue(), name=file.name) is not None]
            is_many = bool(many)
            columns = _ask_columns(many, theatre=theatre)
    with st.form("intake", border=False):
        text, listed, is_full_text_wanted = "", "", False
        if source == PASTE:
            text = st.text_area(
                "Text of the article", height=180, placeholder="Paste the whole article here.", key="intake_text"
            )
        elif source == ADDRESSES:
            listed = st.text_area(
                "Addresses of pages or feeds, one a line",
                height=110,
                placeholder="https://example.org/news/1\nhttps://example.org/feed.xml",
                key="intake_addresses",
            )
            is_full_text_wanted = st.checkbox(
                "Open the pages of a feed's entries that are only summaries", key="intake_full_text"
            )
            st.caption(
                "Each address is opened once, by the machine that the app runs on, when you press the button. Nothing "
                "else is fetched, then or later."
            )
        is_one = source == PASTE or (source == FILES and len(files) <= 1 and not is_many)
        about = _ask_about(is_one=is_one, timezone=theatre.timezone, columns=columns)
        label = "Open and read" if source == ADDRESSES else "Read it" if is_one else "Read them"
        is_sent = st.form_submit_button(label, type="primary", icon=":material/auto_stories:")
    if not is_sent:
        return None
    addresses = tuple(dict.fromkeys(line.strip() for line in listed.splitlines() if line.strip()))
    about = replace(about, is_full_text_wanted=is_full_text_wanted)
    return Sent(source, text=text, files=files, addresses=addresses, about=about)


def _ask_about(*, is_one: bool, timezone: str, columns: Mapping[str, str]) -> About:
    """Ask what is known of the articles."""
    title = url = ""
    if is_one:
        title = st.text_input(
            "Title",
            max_chars=300,
            help="Left empty, it is what the text or the page says itself.",
            key="intake_title",
        )
    sides = st.columns(3 if is_one else 2)
    published = sides[0].date_input(
        "Published on",
        value=None,
        min_value=date(1990, 1, 1),
        max_value=date(2100, 12, 31),
        format="YYYY-MM-DD",
        help="Without it, days such as “on Thursday” stay unknown."
        if is_one
        else "Of articles that do not say it themselves. Without it, days such as “on Thursday” stay unknown.",
        key="intake_published",
    )
    publisher = sides[1].text_input(
        "Publisher",
        max_chars=200,
        help=None if is_one else "Of articles that do not say it themselves.",
        key="intake_publisher",
    )
    if is_one:
        url = sides[2].text_input("Address (URL)", max_chars=2000, help="It is kept, not opened.", key="intake_url")
    return About(
        published=None if published is None else published.isoformat(),
        publisher=publisher.strip() or None,
        url=url.strip() or None,
        title=title.strip() or None,
        columns=columns,
        timezone=timezone,
    )


# Files of many articles, before they are read


def _ask_columns(many: Sequence[UploadedFile], *, theatre: Theatre) -> Mapping[str, str]:
    """Show the beginning of the first file of many articles and let the user say which column holds what."""
    if not many:
        return {}
    file = many[0]
    about = About(timezone=theatre.timezone)
    glance = glance_at(file.getvalue(), name=file.name, about=about)
    if glance is None:
        return {}
    chosen = _choose_columns(glance, file=file)
    if chosen:
        glance = glance_at(file.getvalue(), name=file.name, about=replace(about, columns=chosen)) or glance
    st.text(f"{show_steering(shorten(file.name, limit=80))}: {glance.title}. The first of them:")
    if glance.entries:
        st.dataframe(_glance_table(glance), hide_index=True, width="stretch", key="intake_glance")
    else:
        st.warning("No column is known to hold the text. Choose it above.", icon=":material/info:")
    if len(many) > 1:
        others = count(len(many) - 1, "other file")
        st.caption(f"The columns are those of the first file; {others} with many articles must have the same ones.")
    return chosen


def _choose_columns(glance: Glance, *, file: UploadedFile) -> dict[str, str]:
    if not glance.columns:
        return {}
    chosen = {}
    st.caption("Which column holds what?")
    for number, name in enumerate(FIELDS):
        options = [NO_COLUMN, *glance.columns]
        matched = glance.matched.get(name)
        if number % 3 == 0:  # a row of its own, so that on a phone they come in their order
            sides = st.columns(3)
        picked = sides[number % 3].selectbox(
            LABELS.get(name, name.capitalize()) + (" (needed)" if name == NEEDED else ""),
            options,
            index=options.index(matched) if matched in options else 0,
            format_func=lambda column: show_steering(shorten(column, limit=60)),
            key=f"intake_column_{name}_{file.file_id}",
        )
        chosen[name] = "" if picked in (None, NO_COLUMN) else str(picked)
    return chosen


def _glance_table(glance: Glance) -> pd.DataFrame:
    rows = []
    for item in glance.entries:
        article = item.article
        day = "" if article is None or article.published is None else article.published.date().isoformat()
        about = (day, "", item.title or "") if article is None else (day, article.publisher or "", article.title or "")
        words = item.reason or "" if article is None else article.text
        shown = (item.where, *about, shorten(words, limit=160))
        rows.append(tuple(show_steering(cell) for cell in shown))
    return pd.DataFrame(rows, columns=["Where", "Published", "Publisher", "Title", "Text, or why it cannot be read"])


# Reading


def _take_in(sent: Sent, *, theatre: Theatre) -> None:
    """Read what was sent: one article at once, many beside the page."""
    if sent.source == ADDRESSES:
        wrong = [address for address in sent.addresses if not is_address(address)]
        if not sent.addresses or wrong:
            got = f"{wrong[0][:80]!a} is no address. " if wrong else ""
            raise ArticleError(f"{got}Give addresses that begin with https:// or http://, one a line.")
        if len(sent.addresses) > MAX_ADDRESSES:
            message = f"There are {len(sent.addresses)} addresses. Give at most {MAX_ADDRESSES} in one go."
            raise ArticleError(message)
    elif sent.source == FILES:
        if not sent.files:
            raise ArticleError("There is no file yet. Choose one or more, then read them.")
        if len(sent.files) == 1 and find_collection(sent.files[0].getvalue(), name=sent.files[0].name) is None:
            _take_one(sent.files[0].getvalue(), name=sent.files[0].name, about=sent.about, theatre=theatre)
            return
    else:
        if not sent.text:
            raise ArticleError("There is no text yet. Paste the text of an article, or choose a file, then read it.")
        _take_one(sent.text, name="", about=sent.about, theatre=theatre)
        return
    about = replace(sent.about, title=None, url=None)
    files = [(file.name, file.getvalue()) for file in sent.files]
    st.session_state[_RUN] = start_run(files, addresses=sent.addresses, about=about, theatre=theatre)
    st.session_state[_SENT] = sent.addresses
    st.session_state.pop(_TALLY, None)
    st.rerun()


def _take_one(contents: str | bytes, *, name: str, about: About, theatre: Theatre) -> None:
    """Read one article and store it with all that was read, or say why not."""
    item = next(read_incoming(contents, name=name, about=about))
    if item.article is None:
        raise ArticleError(item.reason or "There is no article.")
    gazetteer = wait_for(get_gazetteer_job(theatre.folder.name))
    with st.spinner("Reading the article …"):
        reading = read_one(item, theatre=theatre, gazetteer=gazetteer)
        is_new = get_store().add_reading(reading, theatre=theatre.code)
    found = (
        f"{count(len(reading.resolutions), 'mention')} of places, {count(len(reading.claims), 'claim')} and "
        f"{count(len(reading.routes), 'route')} found."
    )
    st.session_state[MESSAGE] = (
        found
        if is_new
        else "This very text was already here and keeps its first date, publisher and address. Below, those can be "
        "corrected."
    )
    st.session_state[CHOICE] = reading.article.id
    st.session_state[_IS_READ] = True
    st.rerun()


@st.fragment(run_every=WATCH_SECONDS)
def _watch() -> None:
    """Show how far the reading of many articles is, with a button that stops it."""
    run = st.session_state.get(_RUN)
    if not isinstance(run, Run):
        return
    if run.job.is_done:
        del st.session_state[_RUN]
        with shown_errors():
            tally = run.job.result()
            st.session_state[_TALLY] = tally
            if tally.kept:
                st.session_state[CHOICE] = tally.kept[0].reading.article.id
                st.session_state[_IS_READ] = True
            if addresses := st.session_state.pop(_SENT, ()):
                done = {kept.source for kept in tally.kept} | {item.source for item in tally.duplicates}
                st.session_state[_LEFT] = [address for address in addresses if address not in done]
            st.rerun()
        return
    text, share = run.job.progress
    st.progress(share, text=escape_markdown(text))
    if run.is_stopping:
        st.caption("Stopping after this article …")
    elif st.button("Stop", icon=":material/stop_circle:", key="intake_stop", help="What was read so far stays."):
        run.stop()
        st.rerun(scope="fragment")


def _show_tally(tally: Tally, *, theatre: Theatre) -> None:
    """Show what became of all that came in."""
    parts = f"{len(tally.kept):,} stored + {len(tally.duplicates):,} there already + {len(tally.set_aside):,} set aside"
    stopped = " It was stopped: what was read by then is stored, and the same again goes on from there."
    show = st.warning if tally.is_stopped else st.success
    show(f"{tally.n_in:,} in = {parts}.{stopped if tally.is_stopped else ''}")
    new = {kept.reading.article.id for kept in tally.kept}
    remarks = (
        (
            len(new & set(get_copies(theatre))),
            "nearly the same as an earlier one, and one source with it",
        ),
        (
            sum(kept.reading.article.published is None for kept in tally.kept),
            "without a day of publication, so that days such as “on Thursday” stay unknown",
        ),
        (sum(not kept.reading.claims for kept in tally.kept), "with places, but without a claim"),
    )
    told = [f"{number:,} {what}" for number, what in remarks if number]
    if told:
        st.caption("Of the stored ones: " + "; ".join(told) + ".")
    rows = [tuple(show_steering(shorten(cell, limit=300)) for cell in row) for row in not_kept_rows(tally)]
    if rows:
        head = [name.capitalize() for name in HEAD]
        widths = dict(zip(head, WIDTHS_PX, strict=True))
        st.dataframe(
            pd.DataFrame(rows, columns=head),
            hide_index=True,
            width="stretch",
            height=min(320, 36 * (len(rows) + 1)),
            column_config={name: st.column_config.TextColumn(width=width) for name, width in widths.items()},
            key="intake_not_kept",
        )
    with st.container(horizontal=True):
        if rows:
            st.download_button(
                "Download this table",
                write_not_kept(tally),
                file_name="not-stored.csv",
                mime="text/csv",
                key="intake_not_kept_file",
                icon=":material/download:",
                on_click="ignore",
            )
        if st.button("Close", key="intake_close", icon=":material/close:"):
            st.session_state.pop(_TALLY, None)
            st.rerun()
