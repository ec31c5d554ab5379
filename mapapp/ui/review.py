"""What was read from an article, and what people decide about it.

A decision is written to the log of the store with its author and reason, and the map follows at once: everything that
is drawn is made of readings with their decisions applied. Nothing that was read is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from mapapp.claims.decisions import ARTICLE, EVENT, active_decisions, redoable_step, undoable_step, undone_numbers
from mapapp.claims.review import Reviewed, review_reading
from mapapp.desk import Step, redo_last, take_back, undo_last
from mapapp.desk import decide as write_steps
from mapapp.model import Claim, Decision, Reading
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import PatientGazetteer, get_store
from mapapp.ui.errors import shown_errors
from mapapp.ui.language_model_screen import is_offered
from mapapp.ui.text import show_steering
from mapapp.ui.wording import describe_claim

_DONE, _IS_WIDER = "review_done", "review_is_wider"


@dataclass(frozen=True, slots=True)
class Review:
    """One article in review."""

    raw: Reading
    """As it was read."""
    reviewed: Reviewed
    """With the decisions applied."""
    decisions: tuple[Decision, ...]
    """All of this article, oldest first."""
    theatre: Theatre

    def key(self, name: str) -> str:
        """Return the key of a widget that belongs to this article alone."""
        return f"{name}_{self.raw.article.id[:12]}"

    @property
    def active(self) -> tuple[Decision, ...]:
        """The decisions that hold: those undone are left out."""
        return active_decisions(self.decisions)

    @property
    def current(self) -> Reading:
        """What counts after the decisions."""
        return self.reviewed.reading

    @property
    def claims(self) -> Mapping[str, Claim]:
        """All claims by id, also those that no longer count, each with its corrections."""
        return {claim.id: claim for claim in self.reviewed.claims}

    @property
    def rejected(self) -> frozenset[str]:
        """Ids of the claims that the map leaves out because of a decision."""
        kept = {claim.id for claim in self.current.claims}
        return frozenset(claim.id for claim in self.reviewed.claims if claim.id not in kept)


def build_review(raw: Reading, *, theatre: Theatre) -> Review:
    """Return an article with its decisions applied."""
    decisions = get_store().decisions(article_id=raw.article.id)
    gazetteer = PatientGazetteer(theatre.folder.name)
    reviewed = review_reading(raw, decisions=decisions, theatre=theatre, gazetteer=gazetteer)
    return Review(raw, reviewed, decisions, theatre)


def decide(review: Review, steps: Sequence[Step]) -> None:
    """Write decisions to the log, all of them or none, and draw everything again. A sample article is stored first."""
    log_steps(review, steps)
    _finish()


def log_steps(review: Review, steps: Sequence[Step]) -> None:
    """Write decisions to the log, all of them or none. A sample article is stored first."""
    store, article = get_store(), review.raw.article
    stored = store.readings(theatre=review.theatre.code)
    if article.id not in {reading.article.id for reading in stored}:
        store.add_reading(review.raw, theatre=review.theatre.code)
        st.session_state[_IS_WIDER] = True
    write_steps(
        store,
        steps,
        reviewed=review.reviewed,
        theatre=review.theatre,
        gazetteer=PatientGazetteer(review.theatre.folder.name),
        who=author("who"),
        why=author("why"),
        known_claims={*review.claims, *(claim.id for reading in stored for claim in reading.claims)},
    )


def undo(decision: Decision) -> None:
    """Take a decision back; that is logged, too."""
    take_back(get_store(), decision, who=author("who"), why=author("why"))
    _finish()


def author(which: str) -> str:
    """Return who decides (`who`), or why (`why`), as it stands in its field."""
    return str(st.session_state.get(f"review_{which}", ""))


def _finish() -> None:
    st.session_state[_DONE] = True
    st.rerun()


def draw_all_if_wider() -> None:
    """Draw the whole page where the last decision changed more of it than what was read from the article."""
    if st.session_state.pop(_IS_WIDER, False):
        st.rerun()


def show_decision_button(
    label: str, *, key: str, shortcut: str, act: Callable[[], None], is_off: bool, is_first: bool = False
) -> None:
    """Show a button that decides, with its key; `is_first` for the one that is pressed most.

    It acts before the page is drawn, so that the page and its map are drawn once only, as they are then. What goes
    wrong is told beside it.
    """
    failed = f"{key}_failed"

    def click() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  whatever it is, `shown_errors` tells it where the button stands
            st.session_state[failed] = error
        else:
            st.session_state[_DONE] = True
            st.session_state.setdefault(_IS_WIDER, is_offered())  # the second reader tells of decisions, too

    kind: Literal["primary", "secondary"] = "primary" if is_first else "secondary"
    st.button(label, key=key, shortcut=shortcut, type=kind, disabled=is_off, on_click=click)
    with shown_errors():
        if (error := st.session_state.pop(failed, None)) is not None:
            raise error


def show_undo_buttons(decisions: Sequence[Decision], *, choice: str | None = None) -> None:
    """Show the buttons that take back the last step of a log and bring it again, each with its key.

    `choice` names what holds the claim that is looked at: after an undo it is the one that came back.
    """
    step = undoable_step(decisions)

    def take_last_back() -> None:
        undo_last(get_store(), decisions, who=author("who"), why=author("why"))
        note_reach()
        if choice is not None and step[0].target.startswith("claim:"):
            st.session_state[choice] = step[0].target.removeprefix("claim:")

    def bring_back() -> None:
        redo_last(get_store(), decisions, who=author("who"), why=author("why"))
        note_reach()

    def note_reach() -> None:
        if any(one.target == ARTICLE for one in decisions):  # what stands above the claims was decided, too
            st.session_state[_IS_WIDER] = True

    show_decision_button("Undo", key="undo_claim", shortcut="u", act=take_last_back, is_off=not step)
    is_nothing_undone = not redoable_step(decisions)
    show_decision_button("Redo", key="redo_claim", shortcut="y", act=bring_back, is_off=is_nothing_undone)


def show_author() -> None:
    """Ask who decides and why; both go into the log with every decision."""
    if st.session_state.pop(_DONE, False):
        st.toast("Logged. The map has followed.", icon=":material/check:")
    columns = st.columns(2)
    columns[0].text_input("Your name, for the log", max_chars=80, key="review_who", persist_state="session")
    columns[1].text_input("Why (optional)", max_chars=300, key="review_why", placeholder="goes into the log")


WRAPPED_PX = 92
"""Height of a row whose words wrap: five lines, so that a claim is read whole on a phone, too."""
MOST_WRAPPED_PX = 4 * WRAPPED_PX + 38
NARROW_PX = 76
"""Width of a column of one word or number."""
PHONE_PX = 324
"""What a phone of 390 px has for the columns of a table."""


def show_choice_table(
    rows: pd.DataFrame,
    *,
    key: str,
    choice: str,
    values: list[str] | None = None,
    wrapped: Sequence[str] = (),
    narrow: Sequence[str] = (),
    phone_px: int = PHONE_PX,
) -> object:
    """Show a table whose selected row becomes the value of the select box named `choice`; return that value.

    Where `wrapped` names columns, only these and the `narrow` ones are shown, words wrap, and all of it fits into
    `phone_px`.
    """

    def take_selection() -> None:
        selected = st.session_state[key]["selection"]["rows"]
        if selected:
            st.session_state[choice] = selected[0] if values is None else values[selected[0]]

    wide_px = (phone_px - NARROW_PX * len(narrow)) // max(len(wrapped), 1)
    shown = [name for name in rows.columns if name in {*wrapped, *narrow}] if wrapped else None
    most = 4 if wrapped else 8
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= most else MOST_WRAPPED_PX if wrapped else 320,
        row_height=WRAPPED_PX if wrapped else None,
        column_order=shown,
        column_config={
            name: st.column_config.Column(width=NARROW_PX if name in narrow else wide_px) for name in shown or ()
        },
        on_select=take_selection,
        selection_mode="single-row",
    )
    return st.session_state.get(choice)


def build_log_table(decisions: tuple[Decision, ...]) -> pd.DataFrame:
    """Return the log, newest first."""
    undone = undone_numbers(decisions)
    rows = [
        (
            decision.id,
            decision.when.strftime("%Y-%m-%d %H:%M UTC"),
            show_steering(decision.who),
            decision.action if decision.field is None else f"{decision.action} {decision.field}",
            show_steering(decision.target),
            show_steering(decision.before or ""),
            show_steering(decision.after or ""),
            show_steering(decision.why),
            "undone" if decision.id in undone else "holds",
        )
        for decision in reversed(decisions)
    ]
    columns = ["No", "When", "Who", "Decision", "On", "Before", "After", "Why", "State"]
    return pd.DataFrame(rows, columns=columns)


def show_log(review: Review) -> None:
    """Show the decisions about this article, each of which can be undone."""
    if not review.decisions:
        st.caption("Nobody has decided anything about this article yet.")
        return
    st.dataframe(build_log_table(review.decisions), hide_index=True, width="stretch", key=review.key("log_table"))
    holding = {decision.id: decision for decision in reversed(review.active)}
    if not holding:
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    number = left.selectbox(
        "Decision",
        options=list(holding),
        format_func=lambda key: f"No {key}: {_describe_decision(holding[key], review=review)}",
        key=review.key("undo_choice"),
    )
    if right.button("Undo it", key="undo_decision", width="stretch"):
        undo(holding[number])


def _describe_decision(decision: Decision, *, review: Review) -> str:
    """Return a decision in one line."""
    kind, _, name = decision.target.partition(":")
    what = decision.action if decision.field is None else f"{decision.action} {decision.field} of"
    if decision.field == EVENT:
        what = "the same event:" if decision.action == "merge" else "not the same event:"
    if kind == "claim":
        claim = review.claims.get(name)
        return f"{what} claim {'' if claim is None else describe_claim(claim, theatre=review.theatre)}"
    if kind == ARTICLE:
        return f"{what} the article: {show_steering(decision.after or 'unknown')}"
    return f"{what} {kind} {show_steering(name)}"
