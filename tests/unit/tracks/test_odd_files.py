"""Files as people have them: several travellers, zones and segments, no times, the antimeridian, bombs."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from mapapp.errors import DataError
from mapapp.model import LegKind
from mapapp.tracks import files
from mapapp.tracks.files import read_track, read_tracks
from mapapp.tracks.imports import read_imports
from tests import invented

HEAD = "Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction\n"
T0 = 1_893_456_000


def test_two_aircraft_of_one_table_are_two_tracks() -> None:
    rows = [f'{T0 + 10 * n},,{("AA1", "BB2")[n % 2]},"{45 + n % 2 + n / 1000},10.{n:02}",1000,300,0' for n in range(20)]
    tracks = read_tracks((HEAD + "\n".join(rows)).encode(), name="x.csv")
    assert [(track.name, len(track)) for track in tracks] == [("AA1", 10), ("BB2", 10)]


def test_rows_without_a_callsign_belong_to_the_one_before() -> None:
    rows = [f'{T0 + 10 * n},,{("", "AA1", "")[n % 3]},"45.{n:02},10.{n:02}",1000,300,0' for n in range(9)]
    (track,) = read_tracks((HEAD + "\n".join(rows)).encode(), name="x.csv")
    assert (track.name, len(track)) == ("x.csv", 9)


def test_a_picture_of_the_whole_sky_is_refused_in_words() -> None:
    rows = [f"{T0 + n},45,10,{n:06x}" for n in range(files.MAX_TRACKS + 1)]
    with pytest.raises(DataError, match="51 travellers"):
        read_tracks(("time,lat,lon,icao24\n" + "\n".join(rows)).encode(), name="x.csv")


def test_each_row_may_have_its_own_zone() -> None:
    times = ("2030-01-01T02:00:00+02:00", "2030-01-01T01:00:10+01:00", "2030-01-01 00:00:20")
    data = "time,lat,lon\n" + "\n".join(f"{told},45,{10 + n / 10}" for n, told in enumerate(times))
    assert read_track(data.encode(), name="x.csv").time_s.tolist() == [T0, T0 + 10, T0 + 20]


def test_segments_without_times_are_not_joined() -> None:
    segments = "".join(f'<trkseg><trkpt lat="45" lon="{x}"/><trkpt lat="45" lon="{x + 1}"/></trkseg>' for x in (10, 20))
    tracks = read_tracks(f"<gpx><trk><name>walk</name>{segments}</trk></gpx>".encode(), name="x.gpx")
    assert [(track.name, track.lon.tolist()) for track in tracks] == [
        ("walk, segment 1", [10, 11]),
        ("walk, segment 2", [20, 21]),
    ]


def test_segments_with_times_are_one_track_whose_gap_is_inferred() -> None:
    def point(x: float, minute: int) -> str:
        return f'<trkpt lat="45" lon="{x}"><time>2030-01-01T00:{minute:02}:00Z</time></trkpt>'

    first, second = point(10, 0) + point(10.1, 1), point(10.5, 30) + point(10.6, 31)
    data = f"<gpx><trk><trkseg>{first}</trkseg><trkseg>{second}</trkseg></trk></gpx>"
    (found,) = read_imports(data.encode(), name="x.gpx", theatre=invented.THEATRE, source="a walker")
    assert [leg.kind for leg in found.route.legs] == [LegKind.OBSERVED, LegKind.INFERRED, LegKind.OBSERVED]


def test_a_track_without_times_is_drawn_and_has_no_day() -> None:
    data = b"lat,lon\n45,10\n45,10.1\n45.1,10.2\n"
    (found,) = read_imports(data, name="x.csv", theatre=invented.THEATRE, source="a walker")
    assert (found.route.date_start, found.route.legs[0].times_s) == (None, ())


def test_a_kmz_with_a_track_of_its_own_is_read_with_its_times() -> None:
    kml = (
        '<kml xmlns:gx="http://www.google.com/kml/ext/2.2"><Placemark><name>tour</name><gx:Track>'
        "<when>2030-01-01T00:00:00Z</when><when>2030-01-01T00:01:00Z</when>"
        "<gx:coord>10 45 100</gx:coord><gx:coord>10.1 45 200</gx:coord></gx:Track></Placemark></kml>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/icon.png", b"x")
        archive.writestr("doc.kml", kml)
    (track,) = read_tracks(out.getvalue(), name="x.kmz")
    assert (track.name, track.time_s.tolist(), track.altitude_m.tolist()) == ("tour", [T0, T0 + 60], [100, 200])


def bomb(n_bytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b" " * n_bytes)
    return out.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 100_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        read_track(bomb(200_000), name="x.kmz")


def test_an_archive_whose_directory_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 100_000)
    data = bomb(200_000).replace(struct.pack("<I", 200_000), struct.pack("<I", 90))
    with pytest.raises(DataError, match=r"unpacks to more than|broken archive|can be read|broken XML"):
        read_track(data, name="x.kmz")


def test_a_hundred_thousand_seconds_keep_the_way_in_few_vertices() -> None:
    rows = [f"{T0 + n},{45 + n / 100_000:.6f},{10 + n / 50_000:.6f}" for n in range(100_000)]
    data = ("time,lat,lon\n" + "\n".join(rows)).encode()
    (found,) = read_imports(data, name="x.csv", theatre=invented.THEATRE, source="receivers")
    assert (found.n_in, found.n_kept) == (100_000, 100_000)
    assert sum(len(leg.times_s) for leg in found.route.legs) <= 5_000
