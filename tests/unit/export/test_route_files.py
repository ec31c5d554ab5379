"""Routes as GPX and KML: read again, they are what they were, and what they say stays text."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from xml.etree import ElementTree

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Polygon

from mapapp.errors import DataError
from mapapp.export import geojson, gpx, kml
from mapapp.model import Leg, LegKind, Route
from mapapp.scene import Scene, build_scene
from mapapp.selection import default_query
from mapapp.theatres.theatre import default_theatre, load_theatre
from mapapp.tracks.files import read_routes, read_tracks
from mapapp.tracks.imports import read_imports
from mapapp.tracks.track import Track
from tests import invented

EVIL = "<script>alert(1)</script> ]]> & \"'{{7*7}} \u202e\x00\x1b\ud800 عربي"
BOTH = pytest.mark.parametrize("form", [gpx, kml], ids=["gpx", "kml"])
GPX, KML = f"{{{gpx.NAMESPACE}}}", f"{{{kml.NAMESPACE}}}"


def make_scene(*routes: Route) -> Scene:
    reading = invented.make_reading(routes=routes)
    return build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, readings=(reading,))


def with_legs(*legs: Leg, title: str = "A → B") -> Route:
    return dataclasses.replace(invented.make_route(), title=title, legs=legs)


def make_leg(line: shapely.Geometry | None, *, start: datetime | None = None, end: datetime | None = None) -> Leg:
    return Leg(LegKind.REPORTED, line, start, end, "told", (invented.make_evidence("It went."),))


def read_again(form: ModuleType, *routes: Route) -> tuple[Track, ...]:
    return read_tracks(form.write(make_scene(*routes)), name="again")


def lines_of(route: Route) -> Iterator[tuple[int, Leg]]:
    for number, leg in enumerate(route.legs, start=1):
        if leg.geometry is not None and "Line" in leg.geometry.geom_type:
            yield number, leg


def assert_same(tracks: tuple[Track, ...], route: Route) -> None:
    legs = list(lines_of(route))
    assert len(tracks) == len(legs)
    for track, (number, leg) in zip(tracks, legs, strict=True):
        assert track.name == f"{route.title} ({number} of {len(route.legs)}, {leg.kind.value})"
        assert list(zip(track.lon.tolist(), track.lat.tolist(), strict=True)) == [
            tuple(pair) for pair in shapely.get_coordinates(leg.geometry).tolist()
        ]
        for told, seconds in ((leg.start, track.time_s[0]), (leg.end, track.time_s[-1])):
            assert math.isnan(seconds) if told is None else seconds == told.timestamp()


@BOTH
def test_the_invented_journey_comes_back_as_it_was(form: ModuleType) -> None:
    route = invented.make_route()
    assert_same(read_again(form, route), route)


moments = st.none() | st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)
lon = st.floats(-180, 180, allow_nan=False)
lat = st.floats(-90, 90, allow_nan=False)
legs = st.builds(
    make_leg,
    st.lists(st.tuples(lon, lat), min_size=2, max_size=6).map(LineString),
    start=moments,
    end=moments,
)
titles = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1
)


@BOTH
@given(st.lists(legs, min_size=1, max_size=4), titles)
def test_any_lines_times_and_names_come_back_exactly(form: ModuleType, some: list[Leg], title: str) -> None:
    route = with_legs(*some, title=title)
    assert_same(read_again(form, route), route)


@BOTH
def test_a_line_across_the_antimeridian_stays_in_its_parts(form: ModuleType) -> None:
    line = MultiLineString([[(179.0, 1.0), (180.0, 1.1)], [(-180.0, 1.1), (-179.0, 1.2)]])
    route = with_legs(make_leg(line, start=datetime(2030, 1, 8, tzinfo=UTC)))
    assert_same(read_again(form, route), route)
    root = ElementTree.fromstring(form.write(make_scene(route)))
    parts = root.findall(f".//{GPX}trkseg") or root.findall(f".//{KML}MultiGeometry/{KML}LineString")
    assert len(parts) == 2


@BOTH
@pytest.mark.parametrize("geometry", [Polygon([(10, 45), (11, 45), (11, 46)]), None])
def test_what_is_no_line_becomes_none(form: ModuleType, geometry: Polygon | None) -> None:
    written = form.write(make_scene(with_legs(make_leg(geometry))))
    root = ElementTree.fromstring(written)
    assert not root.findall(f".//{GPX}trkpt")
    assert not root.findall(f".//{KML}LineString")
    assert b"told" in written


def test_a_sector_is_an_area_where_the_format_has_one() -> None:
    route = with_legs(make_leg(Polygon([(10, 45), (11, 45), (11, 46)])))
    root = ElementTree.fromstring(kml.write(make_scene(dataclasses.replace(route, points=()))))
    assert len(root.findall(f".//{KML}Polygon")) == 1


@BOTH
def test_schematic_points_say_so(form: ModuleType) -> None:
    root = ElementTree.fromstring(form.write(make_scene(invented.make_route())))
    told = {}
    for element in [*root.findall(f"{GPX}wpt"), *root.iter(f"{KML}Placemark")]:
        name = element.findtext(f"{GPX}name") or element.findtext(f"{KML}name") or ""
        told[name] = element.findtext(f"{GPX}desc") or element.findtext(f"{KML}description") or ""
    assert "Schematic: no source published this position." in told["Turn"]
    assert "15 km" in told["Turn"]
    assert "Schematic" not in told["Fell"]


@BOTH
def test_legs_tell_their_kind_and_their_sources(form: ModuleType) -> None:
    text = form.write(make_scene(invented.make_route())).decode()
    for kind in LegKind:
        assert f">{kind.value}<" in text or f"#{kind.value}<" in text
    assert "The Invented Post" in text
    assert "Another source says it went north." in text


@BOTH
def test_hostile_words_stay_words(form: ModuleType) -> None:
    evidence = dataclasses.replace(invented.make_evidence(EVIL), publisher=EVIL, speaker=EVIL, url=EVIL)
    points = tuple(dataclasses.replace(one, label=EVIL, note=EVIL) for one in invented.make_route().points)
    leg = dataclasses.replace(make_leg(LineString([(10, 45), (11, 45)])), note=EVIL, evidence=(evidence,))
    route = dataclasses.replace(
        with_legs(leg, title=EVIL), points=points, who=EVIL, vehicle=EVIL, also_said=(evidence,)
    )
    written = form.write(make_scene(route))
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(written).iter()}
    assert "script" not in tags
    assert b"<script" not in written
    name = read_tracks(written, name="again")[0].name
    assert name.startswith("<script>alert(1)</script> ]]> & \"'{{7*7}}")


def test_descriptions_are_no_html_for_viewers_that_would_show_it() -> None:
    points = tuple(dataclasses.replace(one, note=EVIL) for one in invented.make_route().points)
    route = dataclasses.replace(invented.make_route(), points=points)
    for element in ElementTree.fromstring(kml.write(make_scene(route))).iter(f"{KML}description"):
        assert "<script" not in (element.text or "")


ORDER = {
    "wpt": ["name", "desc", "type"],
    "trk": ["name", "desc", "number", "type", "extensions", "trkseg"],
    "metadata": ["name", "desc", "extensions"],
    "gpx": ["metadata", "wpt", "trk"],
}


def test_elements_stand_in_the_order_that_gpx_demands() -> None:
    root = ElementTree.fromstring(gpx.write(make_scene(invented.make_route())))
    assert root.attrib["version"] == "1.1"
    for element in root.iter():
        order = ORDER.get(element.tag.removeprefix(GPX))
        if order:
            places = [order.index(child.tag.removeprefix(GPX)) for child in element]
            assert places == sorted(places)


@BOTH
def test_a_map_without_routes_is_a_whole_file(form: ModuleType) -> None:
    assert ElementTree.fromstring(form.write(make_scene())).tag.endswith(("gpx", "kml"))


# --- routes as they were --------------------------------------------------------------------------------------------

ALL = pytest.mark.parametrize("form", [gpx, kml, geojson], ids=["gpx", "kml", "geojson"])


def timed_leg(times: tuple[float | None, ...]) -> Leg:
    line = LineString([(10 + number / 7, 45.123456789012345) for number in range(len(times))])
    return dataclasses.replace(make_leg(line), kind=LegKind.OBSERVED, times_s=times)


def full_routes() -> tuple[Route, ...]:
    """Two versions of a journey with every kind of leg, and a measured track with a profile."""
    first = invented.make_route()
    fan = Leg(LegKind.REPORTED, Polygon([(10, 45), (11, 45.1), (11, 46)]), None, None, "west", path_text="by the sea")
    cut = MultiLineString([[(179.9, 1.1), (180.0, 1.2)], [(-180.0, 1.2), (-179.3, 1.3)]])
    second = dataclasses.replace(
        first, id="other/version", title="<B> & “C” عربي", legs=(fan, make_leg(None), make_leg(cut), *first.legs)
    )
    track = dataclasses.replace(
        with_legs(timed_leg((0.1, 1.0 / 3, 1_893_456_000.25)), timed_leg((None, 5.0)), title="Measured"),
        id="track-1",
        journey=None,
        profile=((0.1, 1.25, None), (3.0, None, 7.0)),
    )
    return first, second, track


@ALL
def test_every_route_comes_back_as_it_was_with_kinds_versions_times_and_evidence(form: ModuleType) -> None:
    scene = make_scene(*full_routes())
    assert read_routes(form.write(scene), name="again") == scene.routes


@ALL
def test_the_bundled_journeys_come_back_as_they_were(form: ModuleType) -> None:
    theatre = load_theatre(default_theatre())
    scene = build_scene(default_query(theatre), theatre=theatre)
    data = form.write(scene)
    assert read_routes(data, name="again") == scene.routes
    with pytest.raises(DataError, match="bundled with"):
        read_imports(data, name="again", theatre=theatre, source="nobody")


@ALL
def test_what_was_told_is_not_measured_after_it_was_imported_again(form: ModuleType) -> None:
    scene = make_scene(*full_routes())
    found = read_imports(form.write(scene), name="again", theatre=invented.THEATRE, source="nobody")
    assert tuple(one.route for one in found) == scene.routes


@ALL
def test_a_line_that_another_program_has_changed_is_taken_as_it_is_now(form: ModuleType) -> None:
    route = dataclasses.replace(full_routes()[2], points=())
    written = form.write(make_scene(route)).decode().replace("10.142857142857142", "10.25")
    (again,) = read_routes(written.encode(), name="again")
    assert again.legs[0].geometry is not None
    assert again.legs[0].geometry.coords[1][0] == 10.25


@pytest.mark.parametrize("form", [gpx, kml], ids=["gpx", "kml"])
@pytest.mark.parametrize("piece", ["[]", "7", "{", "[[[[", '{"id": 7}', '{"id": "a", "legs": 5}'])
def test_a_broken_route_in_a_file_is_refused_in_words(form: ModuleType, piece: str) -> None:
    scene = make_scene(with_legs(make_leg(LineString([(10, 45), (11, 45)]))))
    root = ElementTree.fromstring(form.write(scene))
    for element in root.iter():
        if element.tag.endswith("mapapp-route"):
            element.text = piece
        if element.get("name") == "mapapp-route":
            element[0].text = piece
    with pytest.raises(DataError, match=r"cannot be read|expected an object"):
        read_routes(ElementTree.tostring(root), name="again")


@ALL
def test_other_programs_see_the_time_of_each_position(form: ModuleType) -> None:
    route = with_legs(timed_leg((60.0, 90.0, 180.0)))
    (track,) = read_tracks(form.write(make_scene(route)), name="again")
    assert track.time_s.tolist() == [60.0, 90.0, 180.0]


def test_geojson_gives_each_line_a_track_of_its_own() -> None:
    lines = [
        {"type": "Feature", "properties": {"name": f"line {n}", "coordTimes": [n, n + 9]},
         "geometry": {"type": "LineString", "coordinates": [[10 + n, 45], [11 + n, 45]]}}
        for n in range(2)
    ]  # fmt: skip
    dot = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 1]}}
    data = json.dumps({"type": "FeatureCollection", "features": [dot, *lines]}).encode()
    tracks = read_tracks(data, name="x.geojson")
    assert [(track.name, track.time_s.tolist()) for track in tracks] == [("line 0", [0, 9]), ("line 1", [1, 10])]
