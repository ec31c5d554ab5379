"""Every exporter of the folder keeps the same promises, whichever are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mapapp.export
from mapapp.export import Exporter, all_exporters
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from tests import invented

FOLDER = Path(mapapp.export.__file__).parent


@pytest.fixture(scope="module")
def scene() -> Scene:
    reading = invented.make_reading(routes=(invented.make_route(),))
    return build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, readings=(reading,))


def test_every_file_of_the_folder_is_found() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    assert len(all_exporters()) == len(files) >= 4


def test_ids_and_suffixes_are_different() -> None:
    assert len({exporter.id for exporter in all_exporters()}) == len(all_exporters())
    assert len({exporter.suffix for exporter in all_exporters()}) == len(all_exporters())


@pytest.mark.parametrize("exporter", all_exporters(), ids=lambda exporter: exporter.id)
def test_exporter_says_what_it_makes(exporter: Exporter) -> None:
    assert re.fullmatch(r"[a-z0-9]+", exporter.id)
    assert re.fullmatch(r"\.[a-z0-9.]+", exporter.suffix)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", exporter.mime)
    assert exporter.title[0].isupper()


@pytest.mark.parametrize("exporter", all_exporters(), ids=lambda exporter: exporter.id)
def test_same_scene_gives_same_bytes_and_is_not_empty(exporter: Exporter, scene: Scene) -> None:
    first = exporter.write(scene)
    assert len(first) > 1000
    assert first == exporter.write(scene)
