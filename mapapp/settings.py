"""Files of settings in the user's folder: JSON that only its owner may read, checked value by value, replaced whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mapapp.errors import MapAppError

MOST_BYTES = 100_000
"""Of a file."""


def read_settings_file(
    path: Path, *, kinds: Mapping[str, type], what: str, error: type[MapAppError]
) -> dict[str, Any] | None:
    """Return the known values of a file of settings; None = there is no such file. Other names are passed over.

    Raises `error` where the file cannot be read, or a value is not of its kind; a whole number counts as a float.

    >>> read_settings_file(Path("nowhere.json"), kinds={}, what="settings", error=MapAppError) is None
    True
    """
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(MOST_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as problem:
        message = f"The settings of {what} in {path} cannot be read ({problem}). Mend the file or remove it."
        raise error(message) from problem
    known = {name: value for name, value in raw.items() if name in kinds} if isinstance(raw, dict) else {}
    for name, value in known.items():
        if not (type(value) is kinds[name] or (kinds[name] is float and type(value) is int)):
            expected = kinds[name].__name__
            message = f"In {path}, {name} is {str(value)[:40]!r}; expected {expected}. Mend the file or remove it."
            raise error(message)
    return known


def write_settings_file(path: Path, *, values: Mapping[str, Any], error: type[MapAppError]) -> None:
    """Write a file of settings, readable by its owner only; it is there whole or not at all.

    Raises `error` where it cannot be written.
    """
    draft = path.with_name(f"{path.name}.draft")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(dict(values), file, indent=1)
        draft.replace(path)
    except OSError as problem:
        message = (
            f"The settings cannot be written to {path}: {problem.strerror}. Check the disk, or set MAPAPP_DATA_DIR."
        )
        raise error(message) from problem
