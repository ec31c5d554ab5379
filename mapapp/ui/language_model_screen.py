"""The language model on the Data screen: which one, what it may cost, whether it answers. Off unless switched on."""

from __future__ import annotations

import os
from dataclasses import replace

import streamlit as st

from mapapp.errors import LanguageModelError
from mapapp.language_model.answers import count_answers, forget_answers
from mapapp.language_model.chat import Budget, Session
from mapapp.language_model.endpoint import LONGEST_S, SHORTEST_S, check_endpoint
from mapapp.language_model.extraction import try_out
from mapapp.language_model.settings import (
    ADDRESS_VARIABLE,
    KEY_VARIABLE,
    MODEL_VARIABLE,
    Settings,
    read_settings,
    save_settings,
    saved_settings,
)
from mapapp.theatres.theatre import Theatre
from mapapp.ui.errors import shown_errors
from mapapp.ui.text import escape_markdown, show_steering
from mapapp.ui.wording import count

_DONE = "language_model_done"
MOST_TRIES = 3
"""Requests of a test: one, and two more for what the server may refuse."""


def show_language_model(theatre: Theatre) -> None:
    """Show the settings of the second reader, try it out, and let its kept answers be forgotten."""
    st.markdown(
        "A language model can read articles beside the built-in reader, as a second opinion. It is **off** until you "
        "name a server that speaks OpenAI's chat protocol: on this machine (Ollama, llama.cpp) nothing leaves it; "
        "anywhere else the text of an article is sent there, each time after you have been asked. Of its answers only "
        "what the article carries word for word becomes a claim, and it waits for your word before it touches the map."
    )
    done = st.session_state.pop(_DONE, None)
    if isinstance(done, str):
        st.success(escape_markdown(done), icon=":material/check:")
    _tell_environment()
    saved = saved_settings()
    _show_form(saved)
    with shown_errors():
        _show_trial(theatre)
    with shown_errors():
        _show_answers()


def _tell_environment() -> None:
    named = [name for name in (ADDRESS_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE) if os.environ.get(name, "").strip()]
    if named:
        st.info(
            f"Set outside the app, and stronger than what is saved here: {', '.join(f'`{name}`' for name in named)}.",
            icon=":material/info:",
        )


def _show_form(saved: Settings) -> None:
    with st.form("language_model", border=True):
        is_on = st.toggle("Offer it on the Articles screen", value=saved.is_on, key="language_model_on")
        left, right = st.columns(2)
        address = left.text_input(
            "Address of the server",
            value=saved.address,
            max_chars=500,
            placeholder="http://localhost:11434/v1",
            help="Ollama: http://localhost:11434/v1. llama.cpp: http://localhost:8080/v1. Others: as their pages say.",
            key="language_model_address",
        )
        model = right.text_input(
            "Model", value=saved.model, max_chars=200, placeholder="as the server knows it", key="language_model_name"
        )
        key = left.text_input(
            "Key",
            type="password",
            max_chars=1000,
            placeholder="one is saved; leave empty to keep it" if saved.key else "none; most local servers need none",
            help="Kept in a file of your data folder that only you can read; sent to this server only.",
            key="language_model_key",
        )
        seconds = right.number_input(
            "Seconds for one answer",
            min_value=max(1.0, SHORTEST_S),
            max_value=LONGEST_S,
            value=min(max(1.0, saved.timeout_s), LONGEST_S),
            step=10.0,
            format="%.0f",
            key="language_model_seconds",
        )
        requests = left.number_input(
            "Most requests in one run",
            min_value=1,
            max_value=100_000,
            value=min(max(1, saved.most_requests), 100_000),
            help="An article of 1,000 words needs about two.",
            key="language_model_requests",
        )
        characters = right.number_input(
            "Most characters in one run",
            min_value=1_000,
            max_value=1_000_000_000,
            value=min(max(1_000, saved.most_characters), 1_000_000_000),
            step=10_000,
            help="Of all that is sent, with about 4,000 for the rules in each request. Four are roughly one token.",
            key="language_model_characters",
        )
        is_removed = bool(saved.key) and st.checkbox("Remove the saved key", key="language_model_remove_key")
        is_sent = st.form_submit_button("Save", type="primary", icon=":material/save:", key="language_model_save")
    if is_sent:
        with shown_errors():
            kept = "" if is_removed else key.strip() or saved.key
            settings = Settings(
                is_on=is_on,
                address=address.strip(),
                model=model.strip(),
                key=kept,
                timeout_s=float(seconds),
                most_requests=int(requests),
                most_characters=int(characters),
            )
            _save(settings, saved=saved, is_new_key=bool(key.strip()))


def _save(settings: Settings, *, saved: Settings, is_new_key: bool) -> None:
    """Keep the settings if they are fit; a key that was saved for one server does not go to another."""
    if settings.key and not is_new_key and settings.address != saved.address:
        settings = replace(settings, key=read_settings(address=settings.address, environment={}).key)
    if settings.is_on or settings.address or settings.model:
        endpoint = check_endpoint(
            settings.address, model=settings.model, key=settings.key, timeout_s=settings.timeout_s
        )
        settings = replace(settings, address=endpoint.address)
    save_settings(settings)
    st.session_state[_DONE] = (
        f"Saved. The Articles screen offers {settings.model} now." if settings.is_on else "Saved. It is switched off."
    )
    st.rerun()


def _show_trial(theatre: Theatre) -> None:
    settings = read_settings()
    is_named = bool(settings.address and settings.model)
    with st.container(horizontal=True, vertical_alignment="center"):
        is_asked = st.button(
            "Test it", key="language_model_test", icon=":material/network_check:", disabled=not is_named
        )
        st.caption(
            "Sends one sentence of our own, nothing of yours, and looks whether the answer can be used."
            if is_named
            else "Name an address and a model and save them; then they can be tested."
        )
    if is_asked:
        session = Session(settings.endpoint(), budget=Budget(MOST_TRIES, settings.most_characters))
        with st.spinner("Asking …"):
            told = try_out(session, theatre=theatre)
        st.success(escape_markdown(show_steering(told)), icon=":material/check:")


def _show_answers() -> None:
    kept = count_answers()
    if not kept:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Forget them", key="language_model_forget", icon=":material/delete:"):
            st.session_state[_DONE] = (
                f"{count(forget_answers(), 'answer')} forgotten. Claims that were taken over stay."
            )
            st.rerun()
        st.caption(
            f"{count(kept, 'answer')} kept in your data folder: the same text is not sent to the same model twice."
        )


def is_offered() -> bool:
    """Whether the Articles screen offers a language model. Broken settings are told on the Data screen."""
    try:
        settings = read_settings()
    except LanguageModelError:
        return False
    return settings.is_on and bool(settings.address and settings.model)
