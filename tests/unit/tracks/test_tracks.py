"""Imported tracks: formats, cleaning, thinning, turns, and the route that comes of them."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from mapapp import geo
from mapapp.errors import DataError
from mapapp.model import LegKind, PointRole
from mapapp.tracks.files import read_track, read_tracks
from mapapp.tracks.routes import build_track_route
from mapapp.tracks.rows import read_instant
from mapapp.tracks.track import Track, clean_track, find_gaps, make_track, simplify_track, thin_track
from mapapp.tracks.turns import TurnKind, find_phases, find_turns, is_lost_in_flight, noise_m
from tests.journey_texts import THEATRE
from tests.synthetic_tracks import make_noisy_track

T0 = 1_733_623_200
"""2024-12-08 02:00 UTC."""
ROWS = [
    (T0, 33.40, 36.50, 304.8, 555.6),
    (T0 + 60, 33.45, 36.60, 609.6, 574.12),
    (T0 + 120, 33.50, 36.70, 914.4, 592.64),
]
"""time, lat, lon, metres, km/h: 1000, 2000, 3000 ft and 300, 310, 320 kt."""


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat().replace("+00:00", "Z")


FR24 = "Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction\n" + "".join(
    f'{t},{iso(t)},X1,"{lat},{lon}",{m / 0.3048:.0f},{v / 1.852:.0f},45\n' for t, lat, lon, m, v in ROWS
)
OPENSKY = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,geoaltitude\n" + "".join(
    f"{t},abc123,{lat},{lon},{v / 3.6:.4f},45,5,X1,False,{m}\n" for t, lat, lon, m, v in ROWS
)
TRACE = json.dumps(
    {
        "icao": "abc123",
        "timestamp": T0,
        "trace": [[t - T0, lat, lon, m / 0.3048, v / 1.852, 45, 0] for t, lat, lon, m, v in ROWS],
    }
)
GPX = (
    '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    + "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><ele>{m}</ele><time>{iso(t)}</time><speed>{v / 3.6:.4f}</speed></trkpt>'
        for t, lat, lon, m, v in ROWS
    )
    + "</trkseg></trk></gpx>"
)
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark><gx:Track>'
    + "".join(f"<when>{iso(t)}</when>" for t, *_ in ROWS)
    + "".join(f"<gx:coord>{lon} {lat} {m}</gx:coord>" for _, lat, lon, m, _ in ROWS)
    + "</gx:Track></Placemark></kml>"
)
KML_LINE = "<kml><Placemark><LineString><coordinates>" + " ".join(
    f"{lon},{lat},{m}" for _, lat, lon, m, _ in ROWS
) + "</coordinates></LineString></Placemark></kml>"  # fmt: skip
GEOJSON = json.dumps(
    {
        "type": "Feature",
        "properties": {"coordTimes": [iso(t) for t, *_ in ROWS]},
        "geometry": {"type": "LineString", "coordinates": [[lon, lat, m] for _, lat, lon, m, _ in ROWS]},
    }
)


def zipped(text: str, name: str = "doc.kml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


FORMATS = {
    "playback CSV": (FR24.encode(), True, True),
    "state vectors": (OPENSKY.encode(), True, True),
    "trace": (TRACE.encode(), True, True),
    "GPX": (GPX.encode(), True, True),
    "KML": (KML.encode(), True, False),
    "KMZ": (zipped(KML), True, False),
    "KML line": (KML_LINE.encode(), False, False),
    "GeoJSON": (GEOJSON.encode(), True, False),
    "plain CSV": (b"lat,lon,time\n" + b"".join(f"{y},{x},{iso(t)}\n".encode() for t, y, x, _, _ in ROWS), True, False),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_track(name: str) -> None:
    data, has_times, has_speeds = FORMATS[name]
    track = read_track(data, name=name)
    assert track.lat.tolist() == [lat for _, lat, *_ in ROWS]
    assert track.lon.tolist() == [lon for _, _, lon, *_ in ROWS]
    if has_times:
        assert track.time_s.tolist() == [t for t, *_ in ROWS]
    else:
        assert np.isnan(track.time_s).all()
    if name != "plain CSV":
        assert track.altitude_m == pytest.approx([m for *_, m, _ in ROWS], abs=0.2)
    if has_speeds:
        assert track.speed_kmh == pytest.approx([v for *_, v in ROWS], abs=0.1)


def test_a_file_of_several_tracks_gives_each_by_its_name() -> None:
    point = '<trkpt lat="1" lon="2"/><trkpt lat="1" lon="3"/>'
    named = f"<trk><name>first</name><trkseg>{point}</trkseg><trkseg>{point}</trkseg></trk>"
    tracks = read_tracks(f"<gpx>{named}<trk><trkseg>{point}</trkseg></trk><trk/></gpx>".encode(), name="x.gpx")
    assert [(track.name, len(track)) for track in tracks] == [
        ("first, segment 1", 2),
        ("first, segment 2", 2),
        ("x.gpx", 2),
    ]


def test_a_line_of_kml_takes_the_ends_of_its_time_span() -> None:
    span = f"<TimeSpan><begin>{iso(T0)}</begin><end>{iso(T0 + 60)}</end></TimeSpan>"
    track = read_track(KML_LINE.replace("<LineString>", span + "<LineString>").encode(), name="x.kml")
    assert (track.time_s[0], track.time_s[-1]) == (T0, T0 + 60)
    assert np.isnan(track.time_s[1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_document_type_is_refused_however_it_is_written(encoding: str) -> None:
    bomb = GPX.replace('<?xml version="1.0"?>', '<!DOCTYPE gpx [<!ENTITY a "b">]>').encode(encoding)
    with pytest.raises(DataError, match="document type"):
        read_track(bomb, name="x.gpx")


def test_a_long_straight_leg_is_no_farther_off_than_told() -> None:
    # Straight on the globe, 2,000 km: the drawn line is straight in longitude and latitude, and must bend with it.
    line = geo.WGS84.npts(10, 50, 40, 55, 400)
    lon, lat = np.array(line).T
    times = T0 + np.arange(400) * 15.0
    track = make_track("t", time_s=times, lat=lat, lon=lon)
    kept = simplify_track(track, tolerance_m=100.0)
    there = np.interp(times, times[kept], lon[kept]), np.interp(times, times[kept], lat[kept])
    assert np.max(geo.WGS84.inv(lon, lat, *there)[2]) <= 105.0
    assert len(kept) < 80


def test_a_row_that_cannot_be_read_is_counted() -> None:
    track = read_track((FR24 + 'x,,X1,"nowhere",0,0,0\n').encode(), name="x.csv")
    assert len(track) == 3
    assert track.set_aside == {"unreadable": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b,c\n1,2,3\n",
        b"lat,lon\n1,2\n",
        b"{}",
        b'{"type": "Point", "coordinates": [1, 2]}',
        b"[1, 2",
        b"<gpx><trkpt",
        b"<gpx></gpx>",
        b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx></gpx>',
        b"\xff\xfe\x00lat,lon",
        b"PK\x03\x04broken",
        zipped("nothing", "readme.txt"),
        b'{"type": "FeatureCollection", "features": [1, {"type": "Feature", "geometry": null}]}',
        b'{"timestamp": 1, "trace": [null, [1], [1, "x", 2]]}',
    ],
)
def test_what_is_no_track_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(DataError, match="track"):
        read_track(data, name="track file")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_a_track_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(DataError):
        assert len(read_track(data, name="x")) >= 2


@pytest.mark.parametrize("text", ["", "soon", None, True, "nan", "2024-13-01"])
def test_what_is_no_time_is_unknown(text: object) -> None:
    assert np.isnan(read_instant(text))


# --- cleaning -------------------------------------------------------------------------------------------------------


def straight(count: int = 50, *, step_s: float = 10.0) -> dict[str, list[float]]:
    """Return a straight flight to the north at about 800 km/h."""
    return {
        "time_s": [T0 + step_s * number for number in range(count)],
        "lat": [33.0 + 0.02 * number for number in range(count)],
        "lon": [36.0] * count,
    }


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("null island", {"lat": 0.0, "lon": 0.0}),
        ("no position", {"lat": float("nan")}),
        ("no position", {"lat": 91.0}),
        ("no position", {"lon": -200.0}),
        ("out of order", {"time_s": T0 - 1000.0}),
        ("duplicate", {"time_s": T0 + 190.0}),
        ("GPS jump", {"lon": 37.0}),
    ],
)
def test_what_cannot_be_is_set_aside_with_its_reason(reason: str, change: dict[str, float]) -> None:
    columns = straight()
    for name, value in change.items():
        columns[name][20] = value
    cleaned = clean_track(make_track("t", **columns))
    assert cleaned.set_aside == {reason: 1}
    assert len(cleaned) == 49


def test_two_jumps_in_a_row_are_set_aside() -> None:
    columns = straight()
    columns["lon"][20:22] = [39.0, 39.0]
    assert clean_track(make_track("t", **columns)).set_aside == {"GPS jump": 2}


def test_an_impossible_speed_is_set_aside() -> None:
    columns = straight()
    columns["lat"][-1] += 5.0
    assert clean_track(make_track("t", **columns)).set_aside == {"impossible speed": 1}


def test_a_clean_track_stays_as_it_is() -> None:
    track = make_track("t", **straight())
    assert clean_track(track).set_aside == {}
    assert len(clean_track(track)) == len(track)


def test_standing_still_is_no_repeat() -> None:
    track = make_track("t", time_s=[T0, T0 + 10, T0 + 20], lat=[33.0, 33.0, 33.0], lon=[36.0, 36.0, 36.0])
    assert len(clean_track(track)) == 3


def test_gaps_are_found() -> None:
    columns = straight()
    columns["time_s"] = [moment + (600 if index > 30 else 0) for index, moment in enumerate(columns["time_s"])]
    assert find_gaps(make_track("t", **columns)) == (30,)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        make_track("t", time_s=[1], lat=[1, 2], lon=[1, 2])


# --- thinning -------------------------------------------------------------------------------------------------------


def test_a_straight_track_needs_its_ends_only() -> None:
    assert simplify_track(make_track("t", **straight()), tolerance_m=50).tolist() == [0, 49]


def test_a_stop_on_a_straight_way_stays() -> None:
    columns = straight()
    columns["time_s"] = [moment + (600 if index > 30 else 0) for index, moment in enumerate(columns["time_s"])]
    assert {30, 31} <= set(simplify_track(make_track("t", **columns), tolerance_m=50).tolist())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([50.0, 200.0, 1000.0]))
def test_no_position_is_farther_from_the_thinned_track_than_told(seed: int, tolerance_m: float) -> None:
    track = make_noisy_track(seed).track
    kept = simplify_track(track, tolerance_m=tolerance_m)
    lat = np.interp(track.time_s, track.time_s[kept], track.lat[kept])
    lon = np.degrees(np.interp(track.time_s, track.time_s[kept], np.unwrap(np.radians(track.lon))[kept]))
    off_m = geo.WGS84.inv(track.lon, track.lat, lon, lat)[2]
    # One per cent for the sheet that distances are taken on.
    assert np.max(off_m) <= tolerance_m * 1.05 + 5


def test_thinning_keeps_to_the_number_of_vertices() -> None:
    thin, error_m = thin_track(make_noisy_track(5).track, tolerance_m=10.0, max_vertices=40)
    assert len(thin) <= 40
    assert error_m > 10.0


# --- turns ----------------------------------------------------------------------------------------------------------


@cache
def score_turns() -> tuple[float, float]:
    """Return recall and precision of U-turns over 200 tracks with 100 m of noise."""
    right = wrong = missed = 0
    for seed in range(200):
        told = make_noisy_track(seed)
        left = list(told.u_turns)
        for turn in find_turns(clean_track(told.track)):
            near = [
                one
                for one in left
                if geo.distance_km(lat1=turn.lat, lon1=turn.lon, lat2=one[0], lon2=one[1]) < 3 * one[2] + 6
            ]
            if near:
                left.remove(near[0])
                right += 1
            else:
                wrong += 1
        missed += len(left)
    return right / (right + missed), right / (right + wrong)


def test_u_turns_are_found_in_noise() -> None:
    assert score_turns()[0] >= 0.95


def test_noise_makes_no_u_turns() -> None:
    assert score_turns()[1] >= 0.95


def test_a_u_turn_is_told_with_its_numbers() -> None:
    north = [33.0 + 0.02 * number for number in range(40)]
    lats = [*north, *reversed(north)]
    track = make_track(
        "t", time_s=[T0 + 10.0 * n for n in range(80)], lat=lats, lon=[36.0 + 0.0005 * n for n in range(80)]
    )
    (turn,) = find_turns(clean_track(track))
    assert turn.kind is TurnKind.U_TURN
    assert turn.lat == pytest.approx(33.78, abs=0.03)
    assert abs(turn.change_deg) == pytest.approx(178, abs=4)
    assert T0 + 350 < turn.start_s <= turn.end_s < T0 + 450


def test_a_right_angle_is_a_turn_only_when_asked_for() -> None:
    lats = [33.0 + 0.02 * min(n, 40) for n in range(80)]
    lons = [36.0 + 0.02 * max(0, n - 40) for n in range(80)]
    track = make_track("t", time_s=[T0 + 10.0 * n for n in range(80)], lat=lats, lon=lons)
    assert find_turns(track) == ()
    (turn,) = find_turns(track, minimum_deg=45)
    assert turn.kind is TurnKind.TURN
    assert turn.change_deg == pytest.approx(90, abs=4)


def test_a_circle_is_a_loop() -> None:
    before = [geo.destination(lat=34, lon=36, bearing_deg=180, range_km=20 - n) for n in range(20)]
    angles = np.arange(0, 361, 10)
    centre = geo.destination(lat=34, lon=36, bearing_deg=90, range_km=4)
    around = [geo.destination(lat=centre[1], lon=centre[0], bearing_deg=270 + a, range_km=4) for a in angles]
    after = [geo.destination(lat=34, lon=36, bearing_deg=0, range_km=n + 1) for n in range(20)]
    x, y = zip(*before, *around, *after, strict=True)
    (turn,) = find_turns(make_track("t", time_s=[T0 + 6.0 * n for n in range(len(x))], lat=y, lon=x))
    assert turn.kind is TurnKind.LOOP
    assert turn.change_deg == pytest.approx(360, abs=20)


def test_noise_is_measured() -> None:
    assert noise_m(make_noisy_track(3, noise_m=100.0).track) == pytest.approx(100, rel=0.35)


def test_climb_level_and_descent_are_told_apart() -> None:
    heights = [*range(0, 6000, 100), *[6000] * 60, *range(6000, 500, -100)]
    count = len(heights)
    track = make_track(
        "t", time_s=[T0 + 10.0 * n for n in range(count)], lat=[33 + 0.01 * n for n in range(count)],
        lon=[36.0] * count, altitude_m=heights,
    )  # fmt: skip
    assert [phase.kind for phase in find_phases(track)] == ["climb", "level", "descent"]
    assert is_lost_in_flight(track) is True


def test_without_heights_nothing_is_said_of_them() -> None:
    track = make_track("t", **straight())
    assert find_phases(track) == ()
    assert is_lost_in_flight(track) is None


# --- the route ------------------------------------------------------------------------------------------------------


def broken_flight() -> Track:
    columns = straight()
    columns["time_s"] = [moment + (600 if index > 30 else 0) for index, moment in enumerate(columns["time_s"])]
    return make_track("Flight X1", **columns, altitude_m=[100.0 + 100 * n for n in range(50)])


def test_measured_stretches_are_observed_and_gaps_inferred() -> None:
    route = build_track_route(broken_flight(), theatre=THEATRE, source="A receiver")
    assert [leg.kind for leg in route.legs] == [LegKind.OBSERVED, LegKind.INFERRED, LegKind.OBSERVED]
    assert "No position for 10 minutes" in route.legs[1].note
    assert all(leg.start and leg.end and leg.start <= leg.end for leg in route.legs)


def test_a_track_that_ends_high_ends_in_a_last_signal() -> None:
    route = build_track_route(broken_flight(), theatre=THEATRE, source="A receiver")
    assert [point.role for point in route.points] == [PointRole.ORIGIN, PointRole.LAST_KNOWN]
    assert not any(point.is_schematic for point in route.points)
    assert "5,000 m" in route.points[-1].note


def test_the_evidence_counts_what_was_set_aside() -> None:
    columns = straight()
    columns["lat"][20] = columns["lon"][20] = 0.0
    route = build_track_route(
        make_track("t", **columns), theatre=THEATRE, source="A receiver", url="https://example.org"
    )
    (item,) = route.legs[0].evidence
    assert "1 null island" in item.text
    assert (item.publisher, item.url, item.is_quote) == ("A receiver", "https://example.org", False)


def test_u_turns_of_a_track_are_points_with_positions() -> None:
    told = next(told for told in map(make_noisy_track, range(50)) if told.u_turns)
    route = build_track_route(told.track, theatre=THEATRE, source="A receiver")
    turns = [point for point in route.points if point.role is PointRole.TURN_BACK]
    assert len(turns) == len(told.u_turns)
    assert all("U-turn to the" in point.note and not point.is_schematic for point in turns)


def test_a_track_without_times_is_drawn_without_days() -> None:
    route = build_track_route(read_track(KML_LINE.encode(), name="line"), theatre=THEATRE, source="A file")
    assert (route.date_start, route.legs[0].start) == (None, None)
    assert isinstance(route.legs[0].geometry, LineString)


def test_too_little_that_can_be_used_is_refused_in_words() -> None:
    track = make_track("t", time_s=[0, 1, 2], lat=[0, 0, 33], lon=[0, 0, 36])
    with pytest.raises(ValueError, match="takes two"):
        build_track_route(track, theatre=THEATRE, source="A receiver")
