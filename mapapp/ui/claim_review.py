"""The claims and routes of an article: each with its words, and the user's word on each claim."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mapapp.articles.language import name_language
from mapapp.desk import word_step
from mapapp.model import Claim
from mapapp.reading import CLAIM_LANGUAGE
from mapapp.theatres.theatre import Theatre
from mapapp.ui.claim_editing import show_claim_editing
from mapapp.ui.errors import shown_errors
from mapapp.ui.review import Review, log_steps, show_choice_table, show_decision_button, show_undo_buttons
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.wording import (
    DATE_PRECISION,
    actor_name,
    describe_claim,
    describe_facts,
    describe_resolution,
    format_days,
)

CLAIM = "claim_choice"
"""Name of the widget that holds the id of the claim that is looked at."""
GONE = frozenset({"split", "merged"})
"""States in which a claim no longer stands by itself."""


def build_claim_table(review: Review) -> pd.DataFrame:
    """Return the claims of the article, also those that no longer count, one row each."""
    rows = [
        _claim_row(claim, state=review.reviewed.states[claim.id], theatre=review.theatre)
        for claim in review.reviewed.claims
    ]
    columns = [
        "State",
        "Claim",
        "Kind",
        "Where",
        "Who",
        "Against",
        "Days",
        "Date precision",
        "Said",
        "Speaker",
        "Grade",
        "Score",
    ]
    return pd.DataFrame(rows, columns=[*columns, "Quote"])


def _claim_row(claim: Claim, *, state: str, theatre: Theatre) -> tuple[object, ...]:
    return (
        state,
        describe_claim(claim, theatre=theatre),
        claim.kind.value,
        describe_resolution(claim.place or claim.destination or claim.origin, theatre=theatre),
        show_steering(claim.who) if claim.who else actor_name(claim.actor, theatre=theatre),
        "" if claim.opponent is None else actor_name(claim.opponent, theatre=theatre),
        format_days(claim.date_start, claim.date_end),
        "" if claim.date_prec is None else DATE_PRECISION.get(claim.date_prec, ""),
        claim.assertion.value,
        "the publisher" if claim.speaker is None else show_steering(claim.speaker),
        claim.grade,
        round(claim.score, 2),
        show_steering(" ".join(claim.quote.split())),
    )


def show_claims(review: Review) -> None:
    """Show the claims of the article, and let the user decide about one of them."""
    claims = review.claims
    if not claims:
        is_foreign = review.raw.article.language not in (None, CLAIM_LANGUAGE)
        st.caption(
            f"Claims are read from {name_language(CLAIM_LANGUAGE)} only; none was looked for in this text."
            if is_foreign
            else "No sentence of this text says who holds, takes or leaves a place, or who went where."
        )
        return
    choice = review.key(CLAIM)
    show_choice_table(
        build_claim_table(review),
        key=review.key("claims_table"),
        choice=choice,
        values=list(claims),
        wrapped=("Claim",),
        narrow=("State", "Score"),
    )
    now = st.session_state.get(choice)
    # Set each time: a browser keeps the words of a choice, and a decision changes the words of the same claim.
    st.session_state[choice] = now if now in claims else next(iter(claims))
    claim_id = st.selectbox(
        "Look at one claim",
        options=list(claims),
        format_func=lambda key: describe_claim(claims[key], theatre=review.theatre),
        key=choice,
    )
    claim = claims[claim_id]
    state = review.reviewed.states[claim_id]
    with st.container(border=True):
        st.text(f"“{show_steering(claim.quote)}”")
        for line in describe_facts(claim, theatre=review.theatre):
            st.caption(escape_markdown(line))
        st.caption(f"Characters {claim.start}–{claim.end} of the text. State: {state}.")
        with shown_errors(), st.container(horizontal=True, gap="xsmall"):
            show_word_buttons(review, claim=claim)
            show_move_buttons(list(claims), choice=choice)
            show_undo_buttons(review.decisions)
        if state not in GONE:
            show_claim_editing(review, claim=claim)


def show_word_buttons(review: Review, *, claim: Claim) -> None:
    """Show the buttons that accept and reject a claim, each with its key."""
    state = review.reviewed.states[claim.id]

    def log(action: str) -> None:
        log_steps(review, [word_step(claim, state=state, action=action)])

    show_decision_button(
        "Accept", key="accept_claim", shortcut="a", act=lambda: log("accept"), is_off=state in GONE, is_first=True
    )
    is_out = state in {*GONE, "rejected"}
    show_decision_button("Reject", key="reject_claim", shortcut="x", act=lambda: log("reject"), is_off=is_out)


def show_move_buttons(ids: Sequence[str], *, choice: str) -> None:
    """Show the buttons that go to the claim before and the next one, each with its key."""

    def move(by: int) -> None:
        now = st.session_state.get(choice)
        at = ids.index(now) if now in ids else 0
        st.session_state[choice] = ids[(at + by) % len(ids)]

    is_alone = len(ids) < 2
    for key, label, letter, by in (("previous_claim", "Previous", "p", -1), ("next_claim", "Next", "n", 1)):
        st.button(label, key=key, shortcut=letter, on_click=move, args=(by,), disabled=is_alone)


def show_routes(review: Review) -> None:
    """Show the routes of the article with each of their points and legs."""
    if not review.current.routes:
        st.caption("No sentence of this text says who went from where to where.")
        return
    for number, route in enumerate(review.current.routes):
        with st.container(border=True):
            days = format_days(route.date_start, route.date_end)
            st.text(f"{show_steering(route.title)} · {days} · {route.assertion.value}")
            points = [
                (
                    point.role.value,
                    show_steering(point.label),
                    show_steering(point.time_text or ""),
                    show_steering(point.note),
                )
                for point in route.points
            ]
            st.dataframe(
                pd.DataFrame(points, columns=["Point", "Where", "When", "What is known"]),
                hide_index=True,
                key=f"route_points_{number}",
            )
            legs = [(leg.kind.value, show_steering(leg.note)) for leg in route.legs]
            st.dataframe(
                pd.DataFrame(legs, columns=["Leg", "Why it is drawn so"]), hide_index=True, key=f"legs_{number}"
            )
            if route.also_said:
                st.caption("Also said")
                for item in route.also_said:
                    st.text(f"“{show_steering(item.text)}”" if item.is_quote else show_steering(item.text))
