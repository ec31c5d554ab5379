"""The document and its payload, without a browser."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from mapapp.layers import territory
from mapapp.layers._encoding import Fixed, encode_path, encode_polygons
from mapapp.mapview import build_document, build_payload, describe_changes, escape_json
from mapapp.model import Status
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from tests import invented

SIZE_BAR_BYTES = 2_500_000


@pytest.fixture(scope="module")
def scene() -> Scene:
    """The invented country with a journey."""
    reading = invented.make_reading(routes=(invented.make_route(),))
    return build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, readings=(reading,))


def layer_data(payload: dict[str, Any], layer_id: str) -> dict[str, Any]:
    return next(layer["data"] for layer in payload["layers"] if layer["id"] == layer_id)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON_VALUES)
def test_escaped_json_reads_back_and_holds_no_sign_of_a_template(value: Any) -> None:
    text = escape_json(value)
    assert json.loads(text) == value
    assert not re.search(r"[<>&\u2028\u2029]|\{\{|\{%|\{#|\$\{", text)


@given(JSON_VALUES, st.lists(JSON_VALUES))
def test_a_fixed_list_is_written_once_and_like_any_other(value: Any, items: list[Any]) -> None:
    fixed = Fixed(items)
    text = escape_json({"layers": [{"data": {"fixed": fixed, "other": value}}]})
    assert text == escape_json({"layers": [{"data": {"fixed": items, "other": value}}]})
    assert fixed.written is not None
    assert fixed.written in text


def put_together(changes: list[str | list[int]], *, before: str) -> str:
    """Put changes together as a browser does, which counts in units of UTF-16."""
    units = before.encode("utf-16-le")
    parts = (
        part if isinstance(part, str) else units[2 * part[0] : 2 * part[1]].decode("utf-16-le") for part in changes
    )
    return "".join(parts)


RECORDS = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from([1, [2], "},{", '],"', "é", "\U0001f600\n"]))
)


@given(RECORDS, RECORDS)
def test_changes_put_together_are_the_payload_built_anew(before: Any, after: Any) -> None:
    one, other = escape_json(before), escape_json(after)
    for start, end in ((one, other), (other, one)):  # and an undo brings it back
        assert put_together(describe_changes(start, end), before=start) == end


def test_one_more_claim_is_told_in_few_changes(scene: Scene) -> None:
    before = escape_json(build_payload(dataclasses.replace(scene, events=scene.events[1:])))
    after = escape_json(build_payload(scene))
    changes = describe_changes(before, after)
    assert put_together(changes, before=before) == after
    assert sum(len(part) for part in changes if isinstance(part, str)) < len(after) / 20


def test_a_new_claim_leaves_the_shapes_as_they_are_written(scene: Scene) -> None:
    later = build_scene(scene.query, theatre=scene.theatre, readings=(invented.make_reading(),), before=scene)
    for name in ("shapes", "borders", "far"):
        before, after = (layer_data(build_payload(each), "territory")[name] for each in (scene, later))
        assert isinstance(after, Fixed)
        assert after is before


def test_numbers_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        escape_json({"area": float("nan")})


def test_document_is_the_same_twice(scene: Scene) -> None:
    payload = build_payload(scene)
    assert build_document(payload) == build_document(build_payload(scene))


def test_document_holds_the_payload_once(scene: Scene) -> None:
    payload = build_payload(scene)
    blocks = re.findall(
        r'<script type="application/json" id="mapapp-payload">(.*?)</script>', build_document(payload), re.DOTALL
    )
    assert [json.loads(block) for block in blocks] == [json.loads(json.dumps(payload))]


def test_document_names_no_address_to_load_from(scene: Scene) -> None:
    document = build_document(build_payload(scene))
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", document)
    assert "@import" not in document
    assert not re.findall(r"url\((?!#)[^)`$]*\)", re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL))


def test_policy_allows_exactly_the_scripts_of_the_page(scene: Scene) -> None:
    document = build_document(build_payload(scene))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', document)
    assert policy is not None
    allowed = set(re.findall(r"'sha256-([^']+)'", policy[1]))
    scripts = re.findall(r"<script>(.*?)</script>", document, re.DOTALL)
    assert allowed == {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert "default-src 'none'" in policy[1]
    assert "https:" not in policy[1]


def test_online_basemaps_are_offered_only_where_asked_for(scene: Scene) -> None:
    assert "https://tile.openstreetmap.org" in build_document(None)
    assert "tile.openstreetmap.org" not in build_document(build_payload(scene))
    assert "https://tile.openstreetmap.org" in build_document(build_payload(scene), has_tiles=True)


def test_bundled_theatre_fits_into_a_mail(theatre: Any) -> None:
    scene = build_scene(default_query(theatre), theatre=theatre)
    assert len(build_document(build_payload(scene)).encode()) <= SIZE_BAR_BYTES


def test_payload_ships_every_cell_with_all_its_states(scene: Scene) -> None:
    data = layer_data(build_payload(scene), "territory")
    assert [cell["id"] for cell in data["cells"]] == [cell.id for cell in scene.cells]
    assert sum(len(cell["states"]) for cell in data["cells"]) == len(scene.timeline.states)
    bree = next(cell for cell in data["cells"] if cell["name"] == "Bree")
    assert [(state["from"], state["holder"]) for state in bree["states"]] == [(0, "REP"), (2, "FRO"), (9, "COA")]


def test_states_point_to_their_events(scene: Scene) -> None:
    payload = build_payload(scene)
    events = layer_data(payload, "events")["events"]
    for cell in layer_data(payload, "territory")["cells"]:
        for state in cell["states"]:
            for number in state.get("events", []):
                assert events[number]["from"] <= state["from"]


def test_day_outside_the_range_is_moved_into_it(scene: Scene) -> None:
    late = dataclasses.replace(scene, query=dataclasses.replace(scene.query, day=date(2031, 1, 1)))
    payload = build_payload(late)
    assert payload["day"] == payload["days"]["count"] - 1


def test_query_chooses_the_layers(scene: Scene) -> None:
    chosen = dataclasses.replace(scene, query=dataclasses.replace(scene.query, layers=("territory",)))
    assert [layer["id"] for layer in build_payload(chosen)["layers"] if layer["on"]] == ["territory"]


def test_what_the_query_does_not_ask_for_is_shipped_but_hidden(scene: Scene) -> None:
    query = dataclasses.replace(scene.query, minimum_status=Status.ASSESSED)
    payload = build_payload(dataclasses.replace(scene, query=query))
    events = layer_data(payload, "events")["events"]
    assert len(events) == len(scene.events)
    assert {event["status"] for event in events if not event.get("hidden")} == {"assessed"}
    bree = next(cell for cell in layer_data(payload, "territory")["cells"] if cell["name"] == "Bree")
    assert [state.get("hidden", False) for state in bree["states"]] == [False, False, True]


def test_sources_are_counted_once_per_statement(scene: Scene) -> None:
    sources = build_payload(scene)["sources"]
    assert [source["name"] for source in sources] == ["The Invented Post"]
    assert sources[0]["urls"] == ["https://example.org/a"]


def test_borders_know_the_cells_on_both_sides() -> None:
    squares = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)]
    pairs = {(a, b) for a, b, _ in territory.shared_borders(squares)}
    assert pairs == {(0, 1), (0, 2), (1, 2), (-1, 0), (-1, 1), (-1, 2)}


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-85, 85)), min_size=1, max_size=30))
def test_encoded_path_is_never_farther_off_than_half_a_step(points: list[tuple[float, float]]) -> None:
    path = encode_path(points)
    x = y = 0
    decoded = []
    for dx, dy in zip(path[::2], path[1::2], strict=True):
        x, y = x + dx, y + dy
        decoded.append((x / 10_000, y / 10_000))
    for px, py in points:
        assert any(abs(px - qx) <= 6e-5 and abs(py - qy) <= 6e-5 for qx, qy in decoded)


def test_polygons_keep_their_holes() -> None:
    ring = box(0, 0, 3, 3) - box(1, 1, 2, 2)
    assert [len(polygon) for polygon in encode_polygons(ring)] == [2]
    assert encode_polygons(shapely.Point(1, 1)) == []
