"""Bundled data, with a catalogue that names the origin of every file and recipes that make the products again.

* `catalog.toml` lists every file: source, licence, date, sha256, recipe, attribution (`geodata.catalog` reads it).
* `basemap/` and `gazetteer/` serve every theatre; `theatres/<name>/` holds what is known of one conflict.
* `recipes/` are run again rather than their products edited: `python -m geodata.recipes.<name>`.

Nothing here imports `mapapp`.
"""

from pathlib import Path

ROOT: Path = Path(__file__).resolve().parent
"""The folder of bundled data."""
