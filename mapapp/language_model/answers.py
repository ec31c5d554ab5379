"""Answers of language models, kept in the user's folder: the same question to the same model is asked once.

They are kept as they came and are checked anew whenever they are used, so that nothing in this folder is trusted.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from mapapp.errors import LanguageModelError
from mapapp.folders import data_folder
from mapapp.language_model.endpoint import Endpoint

MOST_BYTES = 5_000_000
"""Of a kept answer."""


def answers_folder() -> Path:
    """Return where the answers lie; it need not exist. They quote articles: only their owner may read them."""
    return data_folder() / "language_model" / "answers"


def answer_key(endpoint: Endpoint, *, system: str, user: str) -> str:
    """Return a hash of all that decides an answer: the model and where it runs, what it is told, and the text.

    >>> from mapapp.language_model.endpoint import Endpoint
    >>> len(answer_key(Endpoint("http://localhost/v1", "m"), system="", user=""))
    64
    """
    parts = json.dumps([endpoint.address, endpoint.model, system, user])
    return hashlib.sha256(parts.encode()).hexdigest()


def find_answer(key: str) -> str | None:
    """Return a kept answer, or None; one that cannot be read counts as never given."""
    try:
        with (answers_folder() / f"{key}.json").open("rb") as file:
            raw = json.loads(file.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    answer = raw.get("answer") if isinstance(raw, dict) and raw.get("key") == key else None
    return answer if isinstance(answer, str) else None


def keep_answer(key: str, answer: str) -> None:
    """Keep an answer. One that cannot be written is asked for again the next time; that is no reason to stop."""
    folder = answers_folder()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".draft", dir=folder)  # for its owner only
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"key": key, "answer": answer}, file)
            Path(name).replace(folder / f"{key}.json")
        finally:
            Path(name).unlink(missing_ok=True)


def count_answers() -> int:
    """Return how many answers are kept."""
    return sum(1 for _ in answers_folder().glob("*.json"))


def forget_answers() -> int:
    """Remove every kept answer and return how many there were."""
    paths = list(answers_folder().glob("*.json"))
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            message = f"{path} cannot be removed: {error.strerror}. Remove the folder by hand."
            raise LanguageModelError(message) from error
    return len(paths)
