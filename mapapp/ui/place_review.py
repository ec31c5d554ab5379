"""The places of an article: what was found, what else it could be, and the user's word on it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mapapp.desk import Step
from mapapp.errors import PlaceError
from mapapp.model import Place, Resolution
from mapapp.theatres.theatre import Theatre
from mapapp.ui.cached import get_gazetteer_job
from mapapp.ui.errors import shown_errors
from mapapp.ui.geocoder_screen import show_online_answers
from mapapp.ui.review import Review, decide, show_choice_table
from mapapp.ui.text import shorten, show_steering
from mapapp.ui.waiting import wait_for
from mapapp.ui.wording import WHERE_PRECISION, describe_resolution, name_place, unit_name

MENTION = "mention_choice"
"""Name of the widget that holds the number of the mention that is looked at."""

MOST_PLACES = 50
"""Of one name that are offered."""
_NUMBERS = {"People": st.column_config.NumberColumn(format="localized", help="0 = not known")}


def build_place_table(review: Review) -> pd.DataFrame:
    """Return the mentions of places, one row each."""
    rows = [_place_row(resolution, theatre=review.theatre) for resolution in review.current.resolutions]
    return pd.DataFrame(
        rows,
        columns=["In the text", "Kind", "Place", "Unit", "Lat", "Lon", "Precision", "Score", "Why", "Gazetteer id"],
    )


def _place_row(resolution: Resolution, *, theatre: Theatre) -> tuple[object, ...]:
    place, mention = resolution.place, resolution.mention
    unit = None if place is None else place.adm3_pcode or place.adm2_pcode or place.adm1_pcode
    return (
        show_steering(mention.surface),
        mention.kind.value,
        "not known" if place is None else show_steering(place.name),
        unit_name(unit, theatre=theatre) or ("" if place is None else place.country or ""),
        None if place is None else round(place.lat, 4),
        None if place is None else round(place.lon, 4),
        WHERE_PRECISION.get(resolution.where_prec, ""),
        round(resolution.score, 2),
        show_steering(resolution.reason),
        "" if place is None else place.id,
    )


def show_places(review: Review) -> None:
    """Show the places of the article, and let the user choose another place for one of them."""
    resolutions = review.current.resolutions
    if not resolutions:
        st.caption("No place was found in this text.")
        return
    choice = review.key(MENTION)
    picked = show_choice_table(build_place_table(review), key=review.key("places_table"), choice=choice)
    options = list(range(len(resolutions)))
    st.session_state[choice] = picked if picked in options else 0  # set each time, as its words may be others now
    number = st.selectbox(
        "Look at one place",
        options=options,
        format_func=lambda index: _name_mention(resolutions[index], theatre=review.theatre),
        key=choice,
    )
    resolution = resolutions[number]
    if resolution.candidates:
        st.dataframe(
            _build_candidate_table(resolution, theatre=review.theatre),
            hide_index=True,
            key="candidates",
            column_config=_NUMBERS,
        )
    with shown_errors():
        _show_place_correction(review, resolution=resolution)


def look_for_places(name: str, *, theatre: Theatre) -> dict[str, Place]:
    """Return the places of the whole gazetteer that have a name, by id, those that are likeliest meant first."""
    gazetteer = wait_for(get_gazetteer_job(theatre.folder.name))
    return {place.id: place for place in gazetteer.find(name.strip())[:MOST_PLACES]}


def describe_no_place(name: str) -> str:
    """Say that no place has a name, and what to do."""
    return f"No place is called {name.strip()[:60]!r}. Try another spelling, or a place near it."


def _name_mention(resolution: Resolution, *, theatre: Theatre) -> str:
    mention = resolution.mention
    where = describe_resolution(resolution, theatre=theatre)
    return f"“{show_steering(shorten(mention.surface, limit=40))}” at {mention.start} → {where}"


def _build_candidate_table(resolution: Resolution, *, theatre: Theatre) -> pd.DataFrame:
    rows = [
        (
            describe_resolution(_only(resolution, place=candidate.place), theatre=theatre),
            candidate.place.feature_code,
            candidate.place.population or 0,
            round(candidate.score, 2),
            ", ".join(f"{name} {value:+.2f}" for name, value in candidate.reasons),
        )
        for candidate in resolution.candidates
    ]
    return pd.DataFrame(rows, columns=["Candidate", "Feature", "People", "Score", "What counted"])


def _only(resolution: Resolution, *, place: Place) -> Resolution:
    chosen = tuple(candidate for candidate in resolution.candidates if candidate.place.id == place.id)
    return Resolution(resolution.mention, chosen, resolution.where_prec, resolution.score)


def _show_place_correction(review: Review, *, resolution: Resolution) -> None:
    mention = resolution.mention
    target = f"mention:{mention.start}-{mention.end}"
    before = resolution.place.id if resolution.place else None
    name = st.text_input(
        "Look for another place by name",
        max_chars=100,
        placeholder="leave empty to choose among the candidates",
        key=review.key(f"place_search_{mention.start}"),
    )
    options = {candidate.place.id: candidate.place for candidate in resolution.candidates[1:]}
    if name.strip():
        options = look_for_places(name, theatre=review.theatre)
        if not options:
            show_online_answers(review, resolution=resolution, name=name.strip())
            raise PlaceError(describe_no_place(name))
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
    chosen = left.selectbox(
        "It means",
        options=list(options),
        index=None,
        format_func=lambda place_id: name_place(options[place_id], theatre=review.theatre),
        placeholder="choose another place" if options else "no other candidate; look for one by name",
        key=review.key(f"place_choice_{mention.start}"),
    )
    if middle.button("Correct", key="correct_place", width="stretch", disabled=chosen is None):
        decide(review, [Step(target, "correct", field="place", before=before, after=chosen)])
    if right.button("Not a place", key="reject_place", width="stretch"):
        decide(review, [Step(target, "reject", before=before)])
    show_online_answers(review, resolution=resolution, name=name.strip() or mention.surface)
