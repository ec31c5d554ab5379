"""Which language model the user has named: in a file of the data folder, or in environment variables.

Nothing is asked unless somebody has named an address and a model. The key lies in a file that only its owner may read;
it goes to the server that it was saved for and to no other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from mapapp.errors import LanguageModelError
from mapapp.folders import data_folder
from mapapp.language_model.endpoint import TIMEOUT_S, Endpoint, check_endpoint, is_same_server
from mapapp.settings import read_settings_file, write_settings_file

ADDRESS_VARIABLE = "MAPAPP_MODEL_ENDPOINT"
MODEL_VARIABLE = "MAPAPP_MODEL_NAME"
KEY_VARIABLE = "MAPAPP_MODEL_KEY"

MOST_REQUESTS = 40
"""In one run, unless the user says otherwise: some twenty articles of a thousand words."""
MOST_CHARACTERS = 400_000
"""In one run, with what is told to the model beside the text: about a hundred thousand tokens."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has set. An empty address or model = none was named."""

    is_on: bool = False
    address: str = ""
    model: str = ""
    key: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S
    most_requests: int = MOST_REQUESTS
    most_characters: int = MOST_CHARACTERS

    def endpoint(self) -> Endpoint:
        """Return the endpoint. Raises `LanguageModelError` where it is not named or unfit."""
        if not (self.address and self.model):
            message = (
                "No language model is named. Give an address and a model: on the Data screen, with --endpoint and "
                f"--model, or in {ADDRESS_VARIABLE} and {MODEL_VARIABLE}."
            )
            raise LanguageModelError(message)
        return check_endpoint(self.address, model=self.model, key=self.key, timeout_s=self.timeout_s)


def settings_path() -> Path:
    """Return the file of the settings; it need not exist."""
    return data_folder() / "language_model" / "settings.json"


def read_settings(
    *, address: str | None = None, model: str | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Return what was saved, unless the environment says something else, unless the arguments do.

    A named address switches the reader on. A key goes only to the server that was named beside it; one that stands in
    the environment alone goes where the reader goes. Raises `LanguageModelError` for a broken file.
    """
    saved = saved_settings()
    named = environment.get(ADDRESS_VARIABLE, "").strip()
    chosen = address or named or saved.address
    key = environment.get(KEY_VARIABLE, "").strip()
    if not key or (named and not is_same_server(named, chosen)):
        key = saved.key if is_same_server(saved.address, chosen) else ""
    return replace(
        saved,
        is_on=saved.is_on or bool(address or named),
        address=chosen,
        model=model or environment.get(MODEL_VARIABLE, "").strip() or saved.model,
        key=key,
    )


def saved_settings() -> Settings:
    """Return what stands in the user's file; without one, nothing is named and all is off."""
    kinds = {"is_on": bool, "address": str, "model": str, "key": str, "timeout_s": float}
    kinds |= {"most_requests": int, "most_characters": int}
    known = read_settings_file(settings_path(), kinds=kinds, what="the language model", error=LanguageModelError)
    return Settings(**(known or {}))


def save_settings(settings: Settings) -> None:
    """Keep settings in a file that only its owner may read. Raises `LanguageModelError` where it cannot be written."""
    write_settings_file(settings_path(), values=asdict(settings), error=LanguageModelError)
