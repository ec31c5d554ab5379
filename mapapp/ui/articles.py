"""Getting articles in, choosing one, taking one out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import streamlit as st

from mapapp.articles.readers import read_article_text
from mapapp.errors import ArticleError
from mapapp.model import Article, MapQuery, Reading
from mapapp.reading import check_usable, read_article
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_gazetteer_job, get_raw_readings, get_samples, get_samples_job, get_store
from mapapp.ui.errors import shown_errors
from mapapp.ui.jobs import Job
from mapapp.ui.state import has_samples
from mapapp.ui.text import escape_markdown, shorten, show_steering
from mapapp.ui.wording import count, format_day

Result = TypeVar("Result")

CHOICE = "article_choice"
_MESSAGE, _REMOVED = "article_message", "article_removed"
_IS_READ, _UPLOADS = "intake_is_read", "intake_uploads"

SUFFIXES = ("txt", "text", "html", "htm", "md")
"""Of files that may be uploaded."""

POLL_SECONDS = 0.2
"""Between two looks at a job that a user waits for: often enough for a bar that moves."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What the user gives with a text."""

    contents: str | bytes
    name: str
    publisher: str
    published: date | None
    url: str
    title: str


def show_intake(theatre: Theatre) -> None:
    """Show the form that takes an article, and read and store what is sent with it."""
    upload_key = _empty_after_reading()
    has_none = not get_store().articles(theatre=theatre.code)
    with st.expander("Add an article", expanded=has_none, icon=":material/add:"):
        source = st.segmented_control(
            "Where it comes from", ["Paste text", "Upload a file"], default="Paste text", key="intake_source"
        )
        with st.form("intake", border=False):
            if source == "Upload a file":
                upload = st.file_uploader(
                    "A text file or a saved web page", type=list(SUFFIXES), key=upload_key, max_upload_size=10
                )
                contents: str | bytes = b"" if upload is None else upload.getvalue()
                name = "" if upload is None else upload.name
            else:
                name = ""
                contents = st.text_area(
                    "Text of the article", height=180, placeholder="Paste the whole article here.", key="intake_text"
                )
            title = st.text_input(
                "Title",
                max_chars=300,
                help="Left empty, it is what the text or the page says itself.",
                key="intake_title",
            )
            columns = st.columns(3)
            published = columns[0].date_input(
                "Published on",
                value=None,
                min_value=date(1990, 1, 1),
                max_value=date(2100, 12, 31),
                format="YYYY-MM-DD",
                help="Without it, days such as “on Thursday” stay unknown.",
                key="intake_published",
            )
            publisher = columns[1].text_input("Publisher", max_chars=200, key="intake_publisher")
            url = columns[2].text_input("Address (URL)", max_chars=2000, key="intake_url")
            is_sent = st.form_submit_button("Read it", type="primary", icon=":material/auto_stories:")
        if is_sent:
            with shown_errors():
                _take_in(
                    Intake(contents, name, publisher.strip(), published, url.strip(), title.strip()), theatre=theatre
                )


def _empty_after_reading() -> str:
    """Empty the form if its text has been read, and return the name of the widget that holds the file."""
    if st.session_state.pop(_IS_READ, False):
        for key in ("intake_text", "intake_publisher", "intake_url", "intake_title"):
            st.session_state[key] = ""
        st.session_state["intake_published"] = None
        st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1  # a file is let go by another name only
    number = st.session_state.get(_UPLOADS, 0)
    return f"intake_file_{number}" if number else "intake_file"


def _take_in(intake: Intake, *, theatre: Theatre) -> None:
    """Read an article and store it with all that was read, or say why not."""
    if not intake.contents:
        raise ArticleError("There is no text yet. Paste the text of an article, or choose a file, then read it.")
    article = read_article_text(
        intake.contents,
        name=intake.name,
        published=intake.published,
        publisher=intake.publisher or None,
        url=intake.url or None,
        title=intake.title or None,
        timezone=theatre.timezone,
    )
    gazetteer = wait_for(get_gazetteer_job(theatre.folder.name))
    with st.spinner("Reading the article …"):
        reading = read_article(article, theatre=theatre, gazetteer=gazetteer)
        check_usable(reading, theatre=theatre)
        is_new = get_store().add_reading(reading, theatre=theatre.code)
    found = (
        f"{count(len(reading.resolutions), 'mention')} of places, {count(len(reading.claims), 'claim')} and "
        f"{count(len(reading.routes), 'route')} found."
    )
    st.session_state[_MESSAGE] = (
        found
        if is_new
        else "This very text was already here and keeps its first date, publisher and address. To change those, remove "
        "it and read it again."
    )
    st.session_state[CHOICE] = article.id
    st.session_state[_IS_READ] = True
    st.rerun()


def wait_for(job: Job[Result]) -> Result:
    """Wait for a job with a bar that shows how far it is."""
    if not job.is_done:
        text, share = job.progress
        bar = st.progress(share, text=escape_markdown(text))
        while not job.is_done:
            text, share = job.progress
            bar.progress(share, text=escape_markdown(text))
            time.sleep(POLL_SECONDS)
        bar.empty()
    return job.result()


def choose_article(query: MapQuery, *, theatre: Theatre) -> Reading | None:
    """Show the list of articles and return the chosen one as it was read, or None where there is none."""
    with st.container():  # messages come and go: what stands below must keep its place, or the map would load again
        _show_message()
    readings = _list_readings(query, theatre=theatre)
    if not readings:
        st.info(
            "No article is here yet. Add one above: its places are looked up, and what it says about who holds what "
            "appears on the map, each colour with the sentence behind it.",
            icon=":material/article:",
        )
        return None
    by_id = {reading.article.id: reading for reading in readings}
    sample_ids = {article.id for article in get_samples(query.theatre)}
    named = st.query_params.get("article")
    asked = st.session_state.get(CHOICE) or named
    if named and named not in by_id and asked == named:
        st.warning(
            escape_markdown(
                f"In the address of this page, there is no article “{show_steering(shorten(named, limit=60))}” here: "
                "it may have been removed, or belong to somebody else's store. The newest one is shown instead."
            )
        )
    st.session_state[CHOICE] = asked if asked in by_id else next(reversed(by_id))
    chosen = st.selectbox(
        f"Articles ({len(readings)})",
        options=list(reversed(by_id)),
        format_func=lambda article_id: _name_article(by_id[article_id], is_sample=article_id in sample_ids),
        key=CHOICE,
    )
    st.query_params["article"] = chosen
    return by_id[chosen]


def _list_readings(query: MapQuery, *, theatre: Theatre) -> tuple[Reading, ...]:
    if has_samples() and get_samples(query.theatre):
        with shown_errors():  # a sample that cannot be read must not hide the user's own articles
            wait_for(get_samples_job(query.theatre))
    return get_raw_readings(query.theatre, with_samples=has_samples())


def _name_article(reading: Reading, *, is_sample: bool) -> str:
    article = reading.article
    words = article.title or shorten(article.text, limit=70)
    parts = [show_steering(shorten(words, limit=90)), show_steering(shorten(article.publisher or "", limit=40))]
    parts.append(format_day(article.published.date()) if article.published else "no date")
    parts.append(count(len(reading.claims), "claim"))
    if is_sample:
        parts.insert(0, "Sample")
    return " · ".join(part for part in parts if part)


def show_article_head(reading: Reading, *, query: MapQuery, theatre: Theatre) -> None:
    """Show what is known of an article, and let the user take it out."""
    article = reading.article
    is_stored = get_store().article(article.id) is not None
    is_sample = article.id in {sample.id for sample in get_samples(query.theatre)}
    facts = [
        ("Publisher", article.publisher or "unknown"),
        ("Published", format_day(article.published.date()) if article.published else "unknown"),
        ("Address", article.url or "unknown"),
        ("Hash of the text", article.id[:16]),
    ]
    left, right = st.columns([5, 1], vertical_alignment="center")
    remarks = st.container()
    with left:
        if article.title:
            st.subheader(escape_markdown(shorten(article.title, limit=160)), anchor=False)
        st.text(" · ".join(f"{name}: {show_steering(shorten(value, limit=120))}" for name, value in facts))
        if is_sample:
            st.caption("A sample, written for this app. It is stored as soon as you decide something about it.")
    with right:
        if is_stored:
            _show_removal(article, reading=reading, theatre=theatre)
    for remark in reading.remarks:
        remarks.warning(escape_markdown(remark), icon=":material/info:")


def _show_removal(article: Article, *, reading: Reading, theatre: Theatre) -> None:
    with st.popover("Remove", icon=":material/delete:", width="stretch"):
        st.markdown("The article leaves the map with everything that was read from it. Decisions stay in the log.")
        if st.button("Remove this article", type="primary", key="remove_article", width="stretch"):
            get_store().remove_article(article.id)
            st.session_state[_REMOVED] = reading
            st.session_state.pop(CHOICE, None)
            st.query_params.pop("article", None)
            st.rerun()


def _show_message() -> None:
    """Say what the last step did, once; offer to take a removal back as long as the session lasts."""
    message = st.session_state.pop(_MESSAGE, None)
    if message is not None:
        st.success(escape_markdown(message), icon=":material/check:")
    removed = st.session_state.get(_REMOVED)
    if isinstance(removed, Reading):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.info("The article was removed.", icon=":material/delete:")
        if right.button("Put it back", key="restore_article", width="stretch"):
            query = st.session_state.get("query")
            get_store().add_reading(removed, theatre=query.theatre if isinstance(query, MapQuery) else "")
            st.session_state[CHOICE] = removed.article.id
            del st.session_state[_REMOVED]
            st.rerun()
