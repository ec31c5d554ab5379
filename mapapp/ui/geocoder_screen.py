"""The user's choice of an online geocoder, and asking it for one name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from mapapp.desk import Step
from mapapp.model import Resolution
from mapapp.places.imported import ImportedPlace
from mapapp.places.online_answers import KEPT_AS, MOST_NAME, ask_online, keep_answer
from mapapp.places.online_settings import (
    KNOWN_SERVICES,
    GeocoderSettings,
    open_chosen,
    read_geocoder_settings,
    save_geocoder_settings,
    saved_settings,
    with_service,
)
from mapapp.ui.cached import get_gazetteer_job
from mapapp.ui.jobs import start_job
from mapapp.ui.review import Review, decide
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.waiting import wait_for

OFF, OTHER = "Off", "Another one of geopy"
TITLES = {"nominatim": "Nominatim (OpenStreetMap)", "photon": "Photon (OpenStreetMap)", "geonames": "GeoNames"}
SHORT_TITLES = {"nominatim": "Nominatim", "photon": "Photon", "geonames": "GeoNames"}
SAID = "geocoder_said"
"""Name in the session of what is said after the page has been drawn anew."""


def show_geocoder_choice() -> None:
    """Let the user switch an online geocoder on or off."""
    st.markdown("**Asking online**")
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(said)
    chosen, saved = read_geocoder_settings(), saved_settings()
    if chosen.is_on:
        terms = open_chosen(chosen).attribution or "see the terms of the service"
        st.info(
            f"Switched on: {escape_markdown(SHORT_TITLES.get(chosen.service, chosen.service))}, at "
            f"{escape_markdown(chosen.server)}. A name leaves this machine when you press “Ask … online” "
            f"beside a place of an article, and only the name. Answers: {escape_markdown(terms)}",
            icon=":material/public:",
        )
    else:
        st.caption("Switched off: no name of a place leaves this machine.")
    with st.form("geocoder_form", border=True):
        options = (OFF, *KNOWN_SERVICES, OTHER)
        now = OFF if not saved.is_on else saved.service if saved.service in KNOWN_SERVICES else OTHER
        kind = st.selectbox(
            "Service", options, index=options.index(now), format_func=lambda each: TITLES.get(each, each),
            key="geocoder_service",
        )  # fmt: skip
        other = st.text_input(
            "Name of another service, as geopy calls it",
            value="" if saved.service in KNOWN_SERVICES else saved.service,
            key="geocoder_other", max_chars=40, placeholder="such as pelias, opencage, arcgis",
        )  # fmt: skip
        endpoint = st.text_input(
            "A server of your own", value=saved.endpoint, key="geocoder_endpoint", max_chars=200,
            placeholder="empty = the public one; such as http://localhost:8080",
        )  # fmt: skip
        agent = st.text_input(
            "How the service knows you", value=saved.user_agent, key="geocoder_agent", max_chars=120,
            help="The public Nominatim asks for a name of your app or newsroom and an address, and one question a "
            "second at most; the app keeps to that.",
        )  # fmt: skip
        key = st.text_input(
            "Key", key="geocoder_key", max_chars=300, type="password",
            placeholder="kept as it is" if saved.key else "none; for GeoNames your user name",
        )  # fmt: skip
        st.warning(
            "The service, and whoever runs the network, sees the names that you ask for and your address. Do not ask "
            "for names that must stay secret.",
            icon=":material/visibility:",
        )
        is_sent = st.form_submit_button("Save", icon=":material/save:")
    if is_sent:
        _save(saved, kind=kind or OFF, other=other, endpoint=endpoint, agent=agent, key=key)


def _save(saved: GeocoderSettings, *, kind: str, other: str, endpoint: str, agent: str, key: str) -> None:
    if kind == OFF:
        save_geocoder_settings(replace(saved, is_on=False))
        st.session_state[SAID] = "Switched off. Answers that were given before stay on this machine."
    else:
        service = other.strip().lower() if kind == OTHER else kind
        changed = with_service(saved, service=service, endpoint=endpoint.strip())
        changed = replace(changed, is_on=True, user_agent=agent.strip(), key=key.strip() or changed.key)
        open_chosen(changed)
        save_geocoder_settings(changed)
        st.session_state[SAID] = f"{escape_markdown(SHORT_TITLES.get(service, service))} is switched on."
    st.rerun()


def show_online_answers(review: Review, *, resolution: Resolution, name: str) -> None:
    """Offer to ask the chosen service for a name, show what it said and let the user take an answer for the place.

    Shows nothing while no service is switched on. An answer that is taken becomes a place of the user's gazetteers.
    """
    settings = read_geocoder_settings()
    if not settings.is_on:
        return
    mention, service = resolution.mention, SHORT_TITLES.get(settings.service, settings.service)
    held = review.key(f"online_{mention.start}")
    asked = " ".join(name.split())[:MOST_NAME]
    told = f"Sends “{escape_markdown(asked)}”, and nothing else, to {settings.server}."
    if st.button(f"Ask {service} online", key="ask_online", icon=":material/public:", help=told):
        geocoder = open_chosen(settings)
        job = start_job(lambda _report: ask_online(asked, geocoder=geocoder), title=f"Asking {geocoder.service}")
        st.session_state[held] = Told(asked, wait_for(job), geocoder.attribution)
    told_before = st.session_state.get(held)
    if not isinstance(told_before, Told) or told_before.asked != asked:
        return
    if not told_before.places:
        st.info(f"{escape_markdown(service)} knows no place of this name.")
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    number = left.selectbox(
        f"What {service} says",
        options=range(len(told_before.places)),
        format_func=lambda index: _name_answer(told_before.places[index]),
        key=review.key(f"online_choice_{mention.start}"),
    )
    terms = told_before.attribution or "see the terms of the service"
    st.caption(f"{escape_markdown(terms)}. Taking an answer keeps it among your gazetteers (import “{KEPT_AS}”).")
    if right.button("Take it", key="take_online", width="stretch") and number is not None:
        gazetteer = wait_for(get_gazetteer_job(review.theatre.folder.name))
        kept = keep_answer(told_before.places[number], gazetteer=gazetteer)
        target = f"mention:{mention.start}-{mention.end}"
        before = resolution.place.id if resolution.place else None
        del st.session_state[held]
        decide(review, [Step(target, "correct", field="place", before=before, after=kept.same_as or kept.id)])


@dataclass(frozen=True, slots=True)
class Told:
    """What a service said of a name."""

    asked: str
    places: tuple[ImportedPlace, ...]
    attribution: str


def _name_answer(place: ImportedPlace) -> str:
    return f"{show_steering((place.other_names or (place.name,))[0])} ({place.lat:.4f}, {place.lon:.4f})"
