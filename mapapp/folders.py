"""Where the user's own data lie."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_dir


def data_folder() -> Path:
    """Return the folder of the user's own data: MAPAPP_DATA_DIR, else what the system provides for that.

    It need not exist yet.
    """
    return Path(os.environ.get("MAPAPP_DATA_DIR") or user_data_dir("mapapp", appauthor=False))
