"""Correcting, splitting and merging one claim, and saying which event it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from mapapp.claims.decisions import EVENT
from mapapp.claims.parts import MOST_PARTS, Part, write_parts
from mapapp.desk import Step, correction_steps, field_values, split_step, word_step
from mapapp.errors import DataError
from mapapp.model import Claim, Event, EventKind, Place
from mapapp.ui.cached import get_scene
from mapapp.ui.errors import shown_errors
from mapapp.ui.place_review import describe_no_place, look_for_places
from mapapp.ui.review import Review, decide
from mapapp.ui.state import current_query, has_samples
from mapapp.ui.text import escape_markdown, shorten, show_steering
from mapapp.ui.wording import actor_name, count, describe_claim, format_days, name_place

NEAR_DAYS = 14
"""Events so many days around a claim are offered as the one that it may speak of."""
MOST_EVENTS = 200
"""In one list of events; more than that nobody reads."""


def show_claim_editing(review: Review, *, claim: Claim) -> None:
    """Show what may be done to a claim beside accepting and rejecting it, each under a fold of its own."""
    with st.expander("Correct it", key=f"correct_{claim.id}", icon=":material/edit:"), shown_errors():
        _show_correction(review, claim=claim)
    with st.expander("Split it", key=f"split_{claim.id}", icon=":material/call_split:"), shown_errors():
        _show_split(review, claim=claim)
    others = [other for other in review.current.claims if other.id != claim.id]
    with st.expander("Merge it", key=f"merge_{claim.id}", icon=":material/merge:"), shown_errors():
        _show_merge(review, claim=claim, others=others)
    with st.expander("Its event", key=f"event_{claim.id}", icon=":material/event:"), shown_errors():
        _show_event(review, claim=claim)


def _places_of(review: Review, *, claim: Claim) -> Mapping[str, Place]:
    """Return the places that a claim may be corrected to: its own first, then those of the article."""
    found = (claim.place, claim.origin, claim.destination, *review.current.resolutions)
    return {item.place.id: item.place for item in found if item is not None and item.place is not None}


def _search_places(review: Review, *, claim: Claim, key: str) -> Mapping[str, Place]:
    """Let the user look for any place by its name; return what it found and the places of the article."""
    known = _places_of(review, claim=claim)
    name = st.text_input(
        "Look for another place by name",
        max_chars=100,
        placeholder="leave empty to choose among the places of the article",
        key=f"place_search_{key}",
    )
    if not name.strip():
        return known
    found = look_for_places(name, theatre=review.theatre)
    if found:
        st.caption(f"{count(len(found), 'place')} found: first under “Where”.")
    else:
        st.warning(escape_markdown(describe_no_place(name)), icon=":material/info:")
    return {**found, **known}


def _ask_values(review: Review, *, claim: Claim, places: Mapping[str, Place], key: str) -> dict[str, str]:
    """Ask for kind, party, place and days of a claim; return them as the log writes them."""
    theatre, now = review.theatre, field_values(claim)
    codes = [None, *(actor.code for actor in theatre.actors)]
    kinds = [kind.value for kind in EventKind]
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
        index=list(places).index(now["place"]) if now["place"] in places else None,
        format_func=lambda place: name_place(places[place], theatre=theatre),
        help="This claim alone. To correct a place for every claim that stands on its mention, go to Places.",
        key=f"place_{key}",
    )
    left, right = st.columns(2)
    with left:
        start = _ask_day("First day", claim.date_start, key=f"start_{key}")
    with right:
        end = _ask_day("Last day", claim.date_end, key=f"end_{key}")
    return {"kind": kind, "actor": actor or "", "place": place_id or "", "date": write_days(start, end)}


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


def _show_correction(review: Review, *, claim: Claim) -> None:
    """Log each field that was changed as a decision of its own; one *undo* takes all of them back."""
    places = _search_places(review, claim=claim, key=claim.id)
    with st.form(f"correct_form_{claim.id}", border=False):
        values = _ask_values(review, claim=claim, places=places, key=claim.id)
        with st.container(horizontal=True):
            is_sent = st.form_submit_button("Save the corrections", type="primary")
            is_accepted = st.form_submit_button("Save and accept")
    if not (is_sent or is_accepted):
        return
    steps = list(correction_steps(claim, values=values))
    if is_accepted:
        steps.append(word_step(claim, state=review.reviewed.states[claim.id], action="accept"))
    if not steps:
        st.info("Nothing was changed. Choose another value first.")
        return
    decide(review, steps)


def _show_split(review: Review, *, claim: Claim) -> None:
    st.caption(
        "One sentence that says two things: each part keeps the sentence, or the words of it that you copy here, and "
        "says something of its own. The claim itself steps back; undo brings it again."
    )
    number = int(
        st.number_input("Parts", min_value=2, max_value=MOST_PARTS, value=2, step=1, key=f"split_n_{claim.id}")
    )
    places = _search_places(review, claim=claim, key=f"{claim.id}_parts")
    with st.form(f"split_form_{claim.id}", border=False):
        asked = []
        for index, tab in enumerate(st.tabs([f"Part {place + 1}" for place in range(number)])):
            with tab:
                key = f"{claim.id}_{index + 1}"
                words = st.text_input(
                    "Words of this part", max_chars=2000, placeholder="empty = the whole sentence", key=f"words_{key}"
                )
                asked.append((words.strip(), _ask_values(review, claim=claim, places=places, key=key)))
        is_sent = st.form_submit_button("Split it", type="primary")
    if not is_sent:
        return
    now = field_values(claim)
    parts = [
        build_part(claim, words=words, fields={name: value for name, value in values.items() if value != now[name]})
        for words, values in asked
    ]
    decide(review, [split_step(claim, parts=write_parts(parts))])


def build_part(claim: Claim, *, words: str, fields: Mapping[str, str]) -> Part:
    """Return a part of a claim with words of its own; empty = all of them. Raises `DataError` for foreign words."""
    if not words:
        return Part(fields=fields)
    at = claim.quote.find(words)
    if at < 0:
        message = f"The words “{words[:60]}” do not stand in the claim's sentence. Copy them from there."
        raise DataError(message)
    return Part(claim.start + at, claim.start + at + len(words), fields)


def _show_merge(review: Review, *, claim: Claim, others: list[Claim]) -> None:
    if not others:
        st.caption("This article has no other claim. Claims of two articles are joined under “Its event”.")
        return
    by_id = {other.id: other for other in others}
    st.caption("Two claims of this article that say the same once: this one steps back in favour of the other.")
    chosen = st.selectbox(
        "The claim that stays",
        list(by_id),
        index=None,
        format_func=lambda key: f"{describe_claim(by_id[key], theatre=review.theatre)} · “{_brief(by_id[key].quote)}”",
        placeholder="choose a claim",
        key=f"merge_choice_{claim.id}",
    )
    if st.button("Merge", key=f"merge_button_{claim.id}", disabled=chosen is None) and chosen:
        state = review.reviewed.states[claim.id]
        decide(review, [Step(f"claim:{claim.id}", "merge", before=state, after=f"claim:{chosen}")])


def _brief(quote: str) -> str:
    return show_steering(shorten(quote, limit=70))


def _show_event(review: Review, *, claim: Claim) -> None:
    """Show the event that a claim stands behind; let the user tear it off, or put it to another one."""
    scene = get_scene(current_query(review.theatre), with_samples=has_samples())
    mine = _event_of(claim, events=scene.events)
    if mine is None:
        st.caption("It makes no event yet: it has no day, its place is vague, it is too unsure, or it is no event.")
    else:
        st.markdown(f"It stands behind **{escape_markdown(describe_event(mine, review=review))}**.")
        elsewhere = {item.claim_id for event in scene.events for item in event.evidence_for if event is not mine}
        against = [item for item in mine.evidence_against if item.claim_id not in elsewhere]
        together = [item for item in (*mine.evidence_for, *against) if item.claim_id != claim.id]
        for number, item in enumerate(together):
            left, right = st.columns([4, 1], vertical_alignment="center")
            paper = show_steering(shorten(item.publisher or "publisher not named", limit=40))
            side = "against it · " if item in against else ""
            left.text(f"{side}“{_brief(item.text)}” · {paper} · {item.grade}")
            target = f"claim:{item.claim_id}" if item.claim_id else f"event:{mine.id}"
            if right.button("Not the same", key=f"apart_{claim.id}_{number}", width="stretch"):
                _bind(review, claim=claim, action="separate", other=target)
        if not together:
            st.caption("No other statement speaks of this event.")
    near = {event.id: event for event in scene.events if event is not mine and _is_near(event, claim=claim)}
    chosen = st.selectbox(
        "It speaks of another event",
        sorted(near, key=lambda key: _distance(near[key], claim=claim))[:MOST_EVENTS],
        index=None,
        format_func=lambda key: describe_event(near[key], review=review),
        placeholder=f"{count(len(near), 'event')} within {NEAR_DAYS} days" if near else "no event of these days",
        key=f"event_choice_{claim.id}",
    )
    if st.button("The same event", key=f"same_{claim.id}", disabled=chosen is None) and chosen:
        event = near[chosen]
        first = next(iter(_claim_ids(event)), None)
        is_bundled = event.is_bundled or first is None
        _bind(review, claim=claim, action="merge", other=f"event:{event.id}" if is_bundled else f"claim:{first}")


def _bind(review: Review, *, claim: Claim, action: str, other: str) -> None:
    state = review.reviewed.states[claim.id]
    decide(review, [Step(f"claim:{claim.id}", action, field=EVENT, before=state, after=other)])


def _claim_ids(event: Event) -> list[str]:
    return [item.claim_id for item in (*event.evidence_for, *event.evidence_against) if item.claim_id]


def _event_of(claim: Claim, *, events: Sequence[Event]) -> Event | None:
    """Return the event that a claim stands behind, else the one that it stands against."""
    for_it = (event for event in events if any(item.claim_id == claim.id for item in event.evidence_for))
    against = (event for event in events if any(item.claim_id == claim.id for item in event.evidence_against))
    return next(for_it, None) or next(against, None)


def _distance(event: Event, *, claim: Claim) -> tuple[bool, bool, int, str]:
    """Return by what events are ordered for a claim: at its place first, then of its kind, then the nearest day."""
    place = claim.place.place if claim.place is not None else None
    is_there = place is not None and event.place is not None and place.id == event.place.id
    gap = abs((event.date_start - claim.date_start).days) if claim.date_start is not None else 0
    return (not is_there, event.kind is not claim.kind, gap, event.id)


def _is_near(event: Event, *, claim: Claim) -> bool:
    if claim.date_start is None:
        return True
    return abs((event.date_start - claim.date_start).days) <= NEAR_DAYS


def describe_event(event: Event, *, review: Review) -> str:
    """Return an event in one line: kind, place, party, days, status."""
    where = show_steering(event.place.name) if event.place is not None else event.unit_pcode or "what was left"
    who = actor_name(event.actor, theatre=review.theatre)
    days = format_days(event.date_start, event.date_end)
    return f"{event.kind.value} · {where} · {who} · {days} · {event.status.value}"
