"""A language model reads an article as well: when asked, told what is sent first, set beside the built-in reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mapapp.desk import Step, correction_steps, field_values, word_step
from mapapp.language_model.chat import Budget, Session
from mapapp.language_model.comparison import Pair, Reader, compare_claims
from mapapp.language_model.endpoint import Endpoint, explain_sending
from mapapp.language_model.extraction import Extraction, count_unanswered, extract_with_model, tell_extraction
from mapapp.language_model.settings import Settings, read_settings
from mapapp.model import Claim, Reading
from mapapp.store import Store
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_store
from mapapp.ui.claim_review import CLAIM
from mapapp.ui.errors import shown_errors
from mapapp.ui.jobs import Job, start_job
from mapapp.ui.language_model_screen import is_offered
from mapapp.ui.review import Review, build_review, decide, show_choice_table
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.wording import actor_name, count, describe_claim, describe_resolution, format_days

ORIGIN = "language model "
"""Begins the origin of the claims that a model has added to the store; its name and host stand behind."""
LOOK_SECONDS = 0.5
"""Between two looks at a running job."""
READERS = {
    Reader.BUILT_IN: "only built-in",
    Reader.BOTH: "both",
    Reader.MODEL: "only the model",
}
DETAIL_WORDS = {"kind": "Kind", "actor": "Who", "date": "Days", "assertion": "Said"}
"""What two readers may differ in, as the columns of the table are called."""
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Running:
    """A model that is reading."""

    job: Job[Extraction]
    session: Session


def show_second_reader(raw: Reading, *, theatre: Theatre) -> None:
    """Offer that a language model reads this article as well, and show what it finds; nothing where none is named."""
    if not is_offered():
        return
    with shown_errors():
        settings = read_settings()
        endpoint = settings.endpoint()
        running = st.session_state.get(_key(raw))
        label = f"Read this article with {show_steering(endpoint.model)} as well"
        is_open = bool(st.session_state.get(f"{_key(raw)}_open"))
        with st.expander(escape_markdown(label), icon=":material/smart_toy:", expanded=is_open):
            if isinstance(running, Running):
                _show_running(raw, theatre=theatre)
            else:
                _show_offer(raw, theatre=theatre, settings=settings, endpoint=endpoint)


def _key(raw: Reading) -> str:
    return f"second_reader_{raw.article.id[:12]}"


def _show_offer(raw: Reading, *, theatre: Theatre, settings: Settings, endpoint: Endpoint) -> None:
    """Ask before anything is sent; show what was answered before."""
    parts, characters = count_unanswered(raw.article, theatre=theatre, endpoint=endpoint)
    found = extract_with_model(
        raw.article,
        resolutions=raw.resolutions,
        theatre=theatre,
        session=Session(endpoint),
        from_cache_only=True,
    )
    problem = st.session_state.pop(f"{_key(raw)}_problem", None)
    if isinstance(problem, str):
        st.warning(escape_markdown(show_steering(problem)), icon=":material/warning:")
    if parts:
        st.markdown(escape_markdown(show_steering(explain_sending(endpoint, characters=characters))))
        st.caption(
            f"{count(parts, 'request')} of at most {settings.most_requests:,} in one run. The rules that the model is "
            "told go with each of them. What it answers is checked against the text; it can change nothing by itself."
        )
        has_agreed = endpoint.is_local or st.checkbox(
            "I agree that this text leaves my machine", key=f"{_key(raw)}_agreed"
        )
        label = "Read it" if not found.answered else "Read the parts that have no answer yet"
        if st.button(label, type="primary", key=f"{_key(raw)}_start", disabled=not has_agreed):
            _start(raw, theatre=theatre, settings=settings, endpoint=endpoint)
    if found.answered:
        _show_comparison(raw, theatre=theatre, found=found, endpoint=endpoint)


def _start(raw: Reading, *, theatre: Theatre, settings: Settings, endpoint: Endpoint) -> None:
    session = Session(endpoint, budget=Budget(settings.most_requests, settings.most_characters))
    job = start_job(
        lambda report: extract_with_model(
            raw.article, resolutions=raw.resolutions, theatre=theatre, session=session, progress=report
        ),
        title=f"{endpoint.model} reads",
    )
    st.session_state[_key(raw)] = Running(job, session)
    st.session_state[f"{_key(raw)}_open"] = True  # as the user has it: what comes must not close it
    st.rerun()


@st.fragment(run_every=LOOK_SECONDS)
def _show_running(raw: Reading, *, theatre: Theatre) -> None:
    """Show how far the model is, and let the user stop it; what it has answered by then counts."""
    running = st.session_state.get(_key(raw))
    if not isinstance(running, Running):
        return
    if running.job.is_done:
        del st.session_state[_key(raw)]
        with shown_errors():
            found = running.job.result()
            st.session_state[f"{_key(raw)}_problem"] = found.problem
            _keep(raw, found=found, theatre=theatre, endpoint=running.session.endpoint)
            st.rerun()
        return
    text, share = running.job.progress
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.progress(share, text=escape_markdown(show_steering(text)))
    is_stopping = running.session.stop.is_set()
    label = "Stopping …" if is_stopping else "Stop"
    if right.button(label, key=f"{_key(raw)}_stop", disabled=is_stopping, width="stretch"):
        running.session.stop.set()


def _keep(raw: Reading, *, found: Extraction, theatre: Theatre, endpoint: Endpoint) -> None:
    """Store what only the model has found, marked with where it is from; it waits for a person's word."""
    store = get_store()
    pairs = compare_claims(_built_in(raw, origins=store.origins(theatre=theatre.code)), model=found.claims)
    fresh = [pair.model for pair in pairs if pair.reader is Reader.MODEL and pair.model is not None]
    if not fresh:
        return
    if raw.article.id not in {reading.article.id for reading in store.readings(theatre=theatre.code)}:
        store.add_reading(raw, theatre=theatre.code)  # a sample
    store.add_claims(fresh, theatre=theatre.code, origin=f"{ORIGIN}{endpoint.model} at {endpoint.host}")


def _built_in(raw: Reading, *, origins: Mapping[str, str]) -> list[Claim]:
    """Return the claims of a reading that no language model has added."""
    return [claim for claim in raw.claims if not origins.get(claim.id, "").startswith(ORIGIN)]


def _show_comparison(raw: Reading, *, theatre: Theatre, found: Extraction, endpoint: Endpoint) -> None:
    """Show both readers' claims side by side, each once, and let the user decide."""
    store = get_store()
    review = build_review(raw, theatre=theatre)
    pairs = compare_claims(_built_in(raw, origins=store.origins(theatre=theatre.code)), model=found.claims)
    _show_outcome(found, model=endpoint.model)
    if not pairs:
        return
    _offer_missing(raw, pairs=pairs, found=found, review=review, store=store, theatre=theatre, endpoint=endpoint)
    numbers = Counter(READERS[pair.reader] for pair in pairs)
    numbers[EVERYTHING] = len(pairs)
    wanted = st.segmented_control(
        "Found by",
        [EVERYTHING, *READERS.values()],
        default=EVERYTHING,
        required=True,
        format_func=lambda name: f"{name} {numbers[name]}",
        key=f"{_key(raw)}_filter",
    )
    shown = [pair for pair in pairs if wanted in (EVERYTHING, READERS[pair.reader])]
    if not shown:
        st.caption("None.")
        return
    show_choice_table(
        pd.DataFrame([_row(pair, review=review) for pair in shown]),
        key=f"{_key(raw)}_table_{wanted}",
        choice=f"{_key(raw)}_choice",
        values=[pair.claim.id for pair in shown],
    )
    _show_decision(raw, shown=shown, review=review)
    undecided = [
        pair.claim
        for pair in pairs
        if pair.reader is Reader.MODEL and review.reviewed.states.get(pair.claim.id) == "as read"
    ]
    if len(undecided) > 1 and st.button(
        f"Reject the {len(undecided)} that only the model found and nobody has decided", key=f"{_key(raw)}_reject_all"
    ):
        decide(review, [word_step(claim, state="as read", action="reject") for claim in undecided])


def _show_outcome(found: Extraction, *, model: str) -> None:
    """Say what became of the answers."""
    lines = tell_extraction(found, model=show_steering(model))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(escape_markdown(lines[0]), width="content")
        if len(lines) > 1:
            with st.popover("What was dropped, and why"):
                for line in lines[1:]:
                    st.text(show_steering(line))


def _offer_missing(
    raw: Reading,
    *,
    pairs: Sequence[Pair],
    found: Extraction,
    review: Review,
    store: Store,
    theatre: Theatre,
    endpoint: Endpoint,
) -> None:
    """Offer what only the model found where it is not in the store, as after an article was put back."""
    known = set(review.claims)
    missing = [pair for pair in pairs if pair.reader is Reader.MODEL and pair.claim.id not in known]
    if missing and st.button(
        f"Take the {count(len(missing), 'claim')} of the model into the review", key=f"{_key(raw)}_take"
    ):
        _keep(raw, found=found, theatre=theatre, endpoint=endpoint)
        st.rerun()


def _row(pair: Pair, *, review: Review) -> dict[str, object]:
    claim = review.claims.get(pair.claim.id, pair.claim)
    return {
        "Found by": READERS[pair.reader],
        "State": review.reviewed.states.get(claim.id, "not taken in"),
        "Kind": claim.kind.value,
        "Where": describe_resolution(claim.place or claim.destination or claim.origin, theatre=review.theatre),
        "Who": show_steering(claim.who) if claim.who else actor_name(claim.actor, theatre=review.theatre),
        "Days": format_days(claim.date_start, claim.date_end),
        "Said": claim.assertion.value,
        "Score": round(claim.score, 2),
        "They differ in": ", ".join(DETAIL_WORDS[name].lower() for name in pair.differs),
        "Quote": show_steering(" ".join(claim.quote.split())),
    }


def _show_decision(raw: Reading, *, shown: Sequence[Pair], review: Review) -> None:
    """Let the user look at one claim of the comparison and decide about it; each decision is logged."""
    by_id = {pair.claim.id: pair for pair in shown if pair.claim.id in review.claims}
    if not by_id:
        return
    choice = f"{_key(raw)}_choice"
    if st.session_state.get(choice) not in by_id:
        st.session_state[choice] = next(iter(by_id))
    name = st.selectbox(
        "Look at one claim",
        list(by_id),
        format_func=lambda key: describe_claim(review.claims[key], theatre=review.theatre),
        key=choice,
    )
    pair, claim = by_id[name], review.claims[name]
    state = review.reviewed.states[name]
    with st.container(border=True):
        st.text(f"“{show_steering(claim.quote)}”")
        for line in _tell_differences(pair, theatre=review.theatre):
            st.text(line)
        accept, reject, take, look = st.columns(4)
        if accept.button("Accept", key=f"{_key(raw)}_accept", icon=":material/check:", width="stretch"):
            decide(review, [word_step(claim, state=state, action="accept")])
        if reject.button(
            "Reject",
            key=f"{_key(raw)}_reject",
            icon=":material/close:",
            width="stretch",
            disabled=name in review.rejected,
        ):
            decide(review, [word_step(claim, state=state, action="reject")])
        steps = _corrections(pair, claim=claim)
        if take.button(
            "Take the model's word",
            key=f"{_key(raw)}_correct",
            width="stretch",
            disabled=not steps,
            help="Corrects kind, party and days of the built-in claim to what the model has read.",
        ):
            decide(review, steps)
        if look.button("Look at it below", key=f"{_key(raw)}_look", width="stretch"):
            st.session_state[review.key(CLAIM)] = name
            st.rerun()


def _tell_differences(pair: Pair, *, theatre: Theatre) -> list[str]:
    """Return what the two readers say where they differ, a line each."""
    one, two = pair.built_in, pair.model
    if one is None or two is None:
        return []
    values = {
        "kind": (one.kind.value, two.kind.value),
        "actor": (actor_name(one.actor, theatre=theatre), actor_name(two.actor, theatre=theatre)),
        "date": (format_days(one.date_start, one.date_end), format_days(two.date_start, two.date_end)),
        "assertion": (one.assertion.value, two.assertion.value),
    }
    return [f"{DETAIL_WORDS[name]}: built-in {values[name][0]}, model {values[name][1]}" for name in pair.differs]


def _corrections(pair: Pair, *, claim: Claim) -> tuple[Step, ...]:
    """Return the decisions that give the built-in claim what the model has read; nothing known becomes unknown."""
    if pair.built_in is None or pair.model is None:
        return ()
    values = field_values(pair.model)
    return correction_steps(claim, values={name: values[name] for name in pair.differs if values.get(name)})
