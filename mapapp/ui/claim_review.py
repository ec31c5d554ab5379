"""The claims and routes of an article: each with its words, and the user's word on each claim."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from mapapp.articles.language import name_language
from mapapp.model import Claim, EventKind
from mapapp.reading import CLAIM_LANGUAGE
from mapapp.theatres.theatre import Theatre
from mapapp.ui.errors import shown_errors
from mapapp.ui.review import Review, Step, decide, show_choice_table
from mapapp.ui.review import undo as take_back
from mapapp.ui.text import show_steering
from mapapp.ui.wording import (
    DATE_PRECISION,
    actor_name,
    describe_claim,
    describe_resolution,
    format_days,
    name_place,
)

CLAIM = "claim_choice"
"""Name of the widget that holds the id of the claim that is looked at."""


def build_claim_table(review: Review) -> pd.DataFrame:
    """Return the claims of the article, also those that were rejected, one row each."""
    rows = [
        _claim_row(claim, state=review.reviewed.states[claim.id], theatre=review.theatre)
        for claim in review.reviewed.claims
    ]
    columns = [
        "State",
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
    """Show the claims of the article, and let the user accept, reject or correct one of them."""
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
    show_choice_table(build_claim_table(review), key=review.key("claims_table"), choice=choice, values=list(claims))
    if st.session_state.get(choice) not in claims:
        st.session_state[choice] = next(iter(claims))
    claim_id = st.selectbox(
        "Look at one claim",
        options=list(claims),
        format_func=lambda key: describe_claim(claims[key], theatre=review.theatre),
        key=choice,
    )
    claim = claims[claim_id]
    with st.container(border=True):
        st.text(f"“{show_steering(claim.quote)}”")
        st.caption(f"Characters {claim.start}–{claim.end} of the text. State: {review.reviewed.states[claim_id]}.")
        with shown_errors():
            _show_claim_buttons(review, claim=claim)
        with st.expander("Correct it", key=f"correct_{claim_id}"), shown_errors():
            _show_claim_correction(review, claim=claim)


def _show_claim_buttons(review: Review, *, claim: Claim) -> None:
    target = f"claim:{claim.id}"
    state = "rejected" if claim.id in review.rejected else "as read"
    accept, reject, undo = st.columns(3)
    if accept.button("Accept", key="accept_claim", width="stretch", icon=":material/check:"):
        decide(review, [Step(target, "accept", before=state, after="accepted")])
    if reject.button(
        "Reject", key="reject_claim", width="stretch", icon=":material/close:", disabled=claim.id in review.rejected
    ):
        decide(review, [Step(target, "reject", before=state, after="rejected")])
    last = next((item for item in reversed(review.active) if item.target == target), None)
    if undo.button("Undo the last decision", key="undo_claim", width="stretch", disabled=last is None) and last:
        take_back(review, last)


def _show_claim_correction(review: Review, *, claim: Claim) -> None:
    theatre, key = review.theatre, claim.id
    places = {
        item.place.id: item.place
        for item in (claim.place, claim.origin, claim.destination, *review.current.resolutions)
        if item is not None and item.place is not None
    }
    own = claim.place or claim.destination or claim.origin
    own_id = own.place.id if own is not None and own.place is not None else None
    codes = [None, *(actor.code for actor in theatre.actors)]
    kinds = [kind.value for kind in EventKind]
    with st.form(f"correct_form_{key}", border=False):
        kind = st.selectbox("Kind", kinds, index=kinds.index(claim.kind.value), key=f"kind_{key}")
        actor = st.selectbox(
            "Who holds the place afterwards",
            codes,
            index=codes.index(claim.actor) if claim.actor in codes else 0,
            format_func=lambda code: actor_name(code, theatre=theatre),
            key=f"actor_{key}",
        )
        place_id = st.selectbox(
            "Where",
            list(places),
            index=list(places).index(own_id) if own_id in places else None,
            format_func=lambda place: name_place(places[place], theatre=theatre),
            help="One of the places of this article. For another place, correct the mention under Places.",
            key=f"place_{key}",
        )
        left, right = st.columns(2)
        with left:
            start = _ask_day("First day", claim.date_start, key=f"start_{key}")
        with right:
            end = _ask_day("Last day", claim.date_end, key=f"end_{key}")
        is_sent = st.form_submit_button("Save the corrections", type="primary")
    if is_sent:
        before = {"kind": claim.kind.value, "actor": claim.actor or "", "place": own_id or ""}
        before["date"] = write_days(claim.date_start, claim.date_end)
        after = {"kind": kind, "actor": actor or "", "place": place_id or "", "date": write_days(start, end)}
        _correct_claim(review, claim=claim, before=before, after=after)


def _ask_day(label: str, day: date | None, *, key: str) -> date | None:
    """Ask for a day that may stay unknown: only a date input without a default value can be emptied."""
    st.session_state.setdefault(key, day)
    return st.date_input(
        label, value=None, min_value=date(1900, 1, 1), max_value=date(2100, 12, 31), format="YYYY-MM-DD", key=key
    )


def write_days(start: date | None, end: date | None) -> str:
    """Write days as the log keeps them; empty = unknown.

    >>> write_days(date(2024, 12, 5), date(2024, 12, 7)), write_days(date(2024, 12, 5), None), write_days(None, None)
    ('2024-12-05/2024-12-07', '2024-12-05', '')
    """
    if start is None:
        return ""
    return start.isoformat() if end is None or end == start else f"{start.isoformat()}/{end.isoformat()}"


def _correct_claim(review: Review, *, claim: Claim, before: dict[str, str], after: dict[str, str]) -> None:
    """Log each field that was changed as a decision of its own; the last one draws everything again."""
    changed = [field for field in after if after[field] != before[field]]
    if not changed:
        st.info("Nothing was changed. Choose another value first.")
        return
    target = f"claim:{claim.id}"
    decide(
        review, [Step(target, "correct", field=field, before=before[field], after=after[field]) for field in changed]
    )


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
