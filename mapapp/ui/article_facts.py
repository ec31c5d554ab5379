"""What is known of an article: its day, publisher, address and title, corrected by a person and read again."""

from __future__ import annotations

from datetime import date

import streamlit as st

from mapapp.articles.readers import MAX_FIELD
from mapapp.articles.suggestions import suggest_day, suggest_title
from mapapp.claims.decisions import about_values
from mapapp.claims.extract import publication_day
from mapapp.desk import Corrected, correct_article
from mapapp.model import Article, Reading
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_gazetteer_job, get_store
from mapapp.ui.errors import shown_errors
from mapapp.ui.intake_screen import MESSAGE
from mapapp.ui.review import author
from mapapp.ui.text import shorten, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import count, format_day

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
MOST_CHARACTERS = MAX_FIELD
"""Of a field: what is stored must fit in."""
_SHOWN = "article_facts_shown"
"""Name in the session of the article and the values that the form was filled with."""


def show_article_facts(reading: Reading, *, theatre: Theatre) -> None:
    """Let the user correct what is known of an article; open where its day is not known."""
    article = reading.article
    _fill(article, theatre=theatre)
    with (
        st.expander(
            "Correct its day, publisher, address or title",
            expanded=article.published is None,
            key=f"article_facts_{article.id[:12]}",
            icon=":material/edit_calendar:",
        ),
        shown_errors(),
    ):
        _show_suggestions(article)
        with st.form("article_facts", border=False):
            sides = st.columns(3)
            sides[0].date_input(
                "Published on",
                value=None,
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                format="YYYY-MM-DD",
                help="Days such as “on Thursday” are counted from it. Empty = unknown.",
                key="facts_published",
            )
            sides[1].text_input("Publisher", max_chars=MOST_CHARACTERS, key="facts_publisher")
            sides[2].text_input(
                "Address (URL)", max_chars=MOST_CHARACTERS, help="It is kept, not opened.", key="facts_url"
            )
            st.text_input("Title", max_chars=MOST_CHARACTERS, key="facts_title")
            is_sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
        st.caption(
            "With another day, the article is read again. What you decided about its claims stays, the change goes "
            "into the log, and undoing it brings back what was read first."
        )
        if is_sent:
            _save(reading, theatre=theatre)


def _show_suggestions(article: Article) -> None:
    """Offer what the text seems to say of its day and title; a click fills it in, and only *Save* counts."""
    day = suggest_day(article.text) if article.published is None else None
    title = suggest_title(article.text) if article.title is None else None
    if day is not None:
        _offer(
            f"Its text says “{show_steering(shorten(day.words, limit=100))}”. Is that the day it was published?",
            label=f"Fill in {format_day(day.day)}",
            field="published",
            value=day.day,
        )
    if title is not None:
        _offer(
            f"Its first line looks like a title: “{show_steering(shorten(title, limit=100))}”.",
            label="Fill in the title",
            field="title",
            value=title,
        )


def _offer(words: str, *, label: str, field: str, value: date | str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(words, width="content")
        st.button(
            label, key=f"facts_offer_{field}", on_click=_take, args=(field, value), icon=":material/keyboard_return:"
        )


def _take(field: str, value: date | str) -> None:
    st.session_state[f"facts_{field}"] = value


def _fill(article: Article, *, theatre: Theatre) -> None:
    """Fill the form with what is known, whenever that is another article or has changed."""
    known = about_values(article)
    if st.session_state.get(_SHOWN) == (article.id, known):
        return
    st.session_state[_SHOWN] = (article.id, known)
    st.session_state["facts_published"] = publication_day(article, timezone=theatre.timezone)
    for name in ("publisher", "url", "title"):
        st.session_state[f"facts_{name}"] = known[name]


def _save(reading: Reading, *, theatre: Theatre) -> None:
    """Log what was changed; a sample article is stored first."""
    store, article = get_store(), reading.article
    values = {name: str(st.session_state[f"facts_{name}"] or "") for name in ("publisher", "url", "title")}
    day = st.session_state["facts_published"]
    if day != publication_day(article, timezone=theatre.timezone):  # a time of day that is known stays
        values["published"] = "" if day is None else day.isoformat()
    if article.id not in {stored.id for stored in store.articles(theatre=theatre.code)}:
        store.add_reading(reading, theatre=theatre.code)
    with st.spinner("Reading the article again …"):
        done = correct_article(
            store,
            article.id,
            values=values,
            theatre=theatre,
            open_gazetteer=lambda: wait_for(get_gazetteer_job(theatre.folder.name)),
            who=author("who"),
            why=author("why"),
        )
    st.session_state[MESSAGE] = describe_correction(done, theatre=theatre)
    st.rerun()


def describe_correction(done: Corrected, *, theatre: Theatre) -> str:
    """Return what became of a correction, in plain sentences."""
    if not done.is_read_again:
        said = "Saved."
    else:
        day = publication_day(done.reading.article, timezone=theatre.timezone)
        dated = sum(claim.date_start is not None for claim in done.reading.claims)
        said = (
            f"Read again, {'with no day' if day is None else f'as published on {format_day(day)}'}: "
            f"{count(len(done.reading.claims), 'claim')}, {count(dated, 'one', 'ones')} with a day."
        )
    if done.left:
        said += f" {count(len(done.left), 'decision').capitalize()} no longer has its claim; the log keeps it."
    return f"{said} Under Decisions it can be undone."
