"""What every layer keeps to; the members are found, so a new one is tested as soon as its file exists."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import mapapp.layers
from mapapp.layers import Layer, all_layers
from mapapp.mapview import ASSETS, SCRIPTS, escape_json
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from tests import invented

LAYERS = all_layers()
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(2)> </script> \u2028\u202e & {% raw %}"


@pytest.fixture(scope="module")
def scene() -> Scene:
    """The invented country, with a journey and hostile text in its places and events."""
    reading = invented.make_reading(routes=(invented.make_route(),))
    clean = build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, readings=(reading,))
    events = tuple(
        dataclasses.replace(
            event,
            note=HOSTILE,
            evidence_for=tuple(
                dataclasses.replace(item, text=HOSTILE, publisher=HOSTILE) for item in event.evidence_for
            ),
        )
        for event in clean.events
    )
    cells = tuple(dataclasses.replace(cell, place_name=HOSTILE, place_name_ar=HOSTILE) for cell in clean.cells)
    routes = tuple(dataclasses.replace(route, title=HOSTILE) for route in clean.routes)
    return dataclasses.replace(clean, events=events, cells=cells, routes=routes)


@pytest.fixture(scope="module")
def empty_scene(scene: Scene) -> Scene:
    """A scene with nothing in it."""
    return dataclasses.replace(scene, events=(), cells=(), routes=(), readings=())


def test_every_file_of_the_folder_is_a_layer() -> None:
    folder = Path(mapapp.layers.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert {layer.id for layer in LAYERS} == files


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_layer_says_what_it_is(layer: Layer) -> None:
    assert layer.title
    assert layer.title[0].isupper()
    assert layer.description.endswith(".")
    assert isinstance(layer.default_on, bool)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_layer_has_a_drawer_that_is_part_of_the_document(layer: Layer) -> None:
    assert f"{layer.id}.js" in SCRIPTS
    assert f"app.drawers.{layer.id}" in (ASSETS / f"{layer.id}.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_layer_is_json_and_the_same_twice(layer: Layer, scene: Scene) -> None:
    first, second = layer.build(scene), layer.build(scene)
    assert escape_json(first) == escape_json(second)
    assert json.loads(escape_json(first)) == json.loads(json.dumps(first))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_hostile_text_stays_text(layer: Layer, scene: Scene) -> None:
    text = escape_json(layer.build(scene))
    for sign in ("<", ">", "&", "{{", "{%", "{#", "${", "\u2028", "\u2029"):
        assert sign not in text
    assert _strings(json.loads(text)) == _strings(layer.build(scene))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_layer_of_an_empty_scene_can_be_drawn(layer: Layer, empty_scene: Scene) -> None:
    assert isinstance(layer.build(empty_scene), dict)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return []
