"""Readers of tracks: Flightradar24 and OpenSky CSV, readsb traces, GPX, KML and KMZ, GeoJSON.

Each takes bytes and returns one track as it stands in the file; `tracks.clean_track` comes after. What cannot be read
is set aside and counted. Files come from outside: archives are read up to a limit.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely.geometry import LineString, MultiLineString

from mapapp.errors import DataError
from mapapp.model import Route
from mapapp.routes.files import restore_route
from mapapp.tracks.geojson import read_geojson
from mapapp.tracks.rows import NAN, FoundTracks, NamedRows, Row, read_checked, read_instant, read_number
from mapapp.tracks.track import Track, make_track
from mapapp.tracks.xml import read_xml

MAX_BYTES = 400_000_000
"""A GPX file of two million positions; more is not a track."""
FOOT_M = 0.3048
KNOT_KMH = 1.852
MAX_TRACKS = 50
"""Of one file: more are a picture of the whole sky, which no map of routes can show."""
UNREADABLE = "unreadable"


def read_track(data: bytes, *, name: str) -> Track:
    """Return the track of a file, whatever its format; `name` names it and helps nothing else.

    A file of several tracks gives them one after the other. Raises DataError where the format is not known, the file is
    broken, or there are fewer than two positions.

    >>> csv_file = b"Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction\\n"
    >>> rows = b'0,,X1,"33.4,36.5",1000,300,90\\n60,,X1,"33.4,36.6",2000,310,90\\n'
    >>> track = read_track(csv_file + rows, name="x.csv")
    >>> track.altitude_m.round(1).tolist()
    [304.8, 609.6]
    """
    return _collect((row for part in _find_tracks(data, name=name).tracks for row in part.rows), name=name)


def read_tracks(data: bytes, *, name: str) -> tuple[Track, ...]:
    """Return every track of a file by its own name; one without a name, and one of one position, is called `name`.

    GPX, KML and GeoJSON may hold several, the other formats one. Tracks of fewer than two positions are left out, and
    where nothing else is there, DataError is raised as by `read_track`.
    """
    found = [piece for part in _find_tracks(data, name=name).tracks for piece in _part_segments(part)]
    parts = [part for part in found if sum(row is not None for row in part.rows) > 1]
    if not parts:
        return (read_track(data, name=name),)
    return tuple(_collect(part.rows, name=part.name or name) for part in parts)


def _part_segments(part: NamedRows) -> Iterator[NamedRows]:
    """Yield the segments of a track without times as tracks: without, nothing shows the gap between them."""
    cuts = sorted({0, *part.parts, len(part.rows)})
    is_timed = any(row is not None and math.isfinite(row[0]) for row in part.rows)
    if is_timed or part.leg or len(cuts) <= 2:
        yield part
        return
    for number, (first, last) in enumerate(itertools.pairwise(cuts), start=1):
        name = f"{part.name}, segment {number}" if part.name else None
        yield replace(part, name=name, rows=part.rows[first:last], parts=[])


def read_routes(data: bytes, *, name: str) -> tuple[Route, ...]:
    """Return the routes of a file that `export` has written, as they were; () for any other file.

    Kinds of leg, versions, times, points and evidence are those of the export, lines those of the file. Raises
    DataError where the file is broken.

    >>> read_routes(b"lat,lon", name="x.csv")
    ()
    """
    found = _find_tracks(data, name=name)
    lines = {part.leg: line for part in found.tracks if part.leg and (line := _line_of(part)) is not None}
    return tuple(restore_route(about, lines=lines) for about in found.abouts)


def _line_of(part: NamedRows) -> LineString | MultiLineString | None:
    """Return the line of a track in the parts that the file has."""
    cuts = sorted({0, *part.parts, len(part.rows)})
    stretches = [
        [(row[2], row[1]) for row in part.rows[first:last] if row is not None]
        for first, last in itertools.pairwise(cuts)
    ]
    whole = [LineString(stretch) for stretch in stretches if len(stretch) > 1]
    if not whole:
        return None
    return whole[0] if len(whole) == 1 else MultiLineString(whole)


def _find_tracks(data: bytes, *, name: str) -> FoundTracks:
    if len(data) > MAX_BYTES:
        raise DataError(f"{name} has {len(data):,} bytes; a track has at most {MAX_BYTES:,}. Export a part of it.")
    if data[:4] == b"PK\x03\x04":
        data = _unzip(data, name=name)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        return read_xml(data, name=name)
    if head[:1] in (b"{", b"["):
        return _read_json(data, name=name)
    return FoundTracks(_part_travellers(_read_csv(data, name=name), name=name))


def _part_travellers(rows: Iterable[tuple[str, Row | None]], *, name: str) -> tuple[NamedRows, ...]:
    """Return the rows of each traveller of a table; rows without a name go on with the one before."""
    found: dict[str, NamedRows] = {}
    key = ""
    for told, row in rows:
        key = told or key
        found.setdefault(key, NamedRows(name=key or None)).rows.append(row)
    if "" in found and len(found) > 1:  # rows before the first name
        first = next(one for other, one in found.items() if other)
        first.rows[:0] = found.pop("").rows
    if len(found) > MAX_TRACKS:
        raise DataError(f"{name} holds {len(found):,} travellers; at most {MAX_TRACKS} are read. Export fewer of them.")
    if len(found) == 1:
        return (replace(next(iter(found.values())), name=None),)
    return tuple(found.values())


def _collect(rows: Iterable[Row | None], *, name: str) -> Track:
    good: list[Row] = []
    n_bad = 0
    for row in rows:
        if row is None:
            n_bad += 1
        else:
            good.append(row)
    if len(good) < 2:
        raise DataError(
            f"{name} has {len(good)} positions that can be read ({n_bad} cannot). A track needs two: check the format."
        )
    time_s, lat, lon, altitude_m, speed_kmh = zip(*good, strict=True)
    set_aside = {UNREADABLE: n_bad} if n_bad else {}
    return make_track(
        name, time_s=time_s, lat=lat, lon=lon, altitude_m=altitude_m, speed_kmh=speed_kmh, set_aside=set_aside
    )


# --- CSV ------------------------------------------------------------------------------------------------------------


_TRAVELLER = ("icao24", "hex", "icao", "mmsi", "registration", "flight_id", "track_id", "trackid", "callsign", "flight")
"""Columns that tell travellers apart, the surest first."""


def _read_csv(data: bytes, *, name: str) -> Iterator[tuple[str, Row | None]]:
    """Yield for every row who travels, empty where that is not told, and where."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not UTF-8 text at byte {error.start}. Save it as UTF-8 and try again.") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        read = _csv_reader(header)
        if read is None:
            raise DataError(
                f"{name} begins with the columns {header[:8]}. Expected those of a Flightradar24 playback (Timestamp, "
                "Position, …), of OpenSky state vectors (time, lat, lon, …), or lat, lon and time."
            )
        who = next((header.index(column) for column in _TRAVELLER if column in header), None)
        for row in reader:
            if row:
                yield row[who].strip() if who is not None and who < len(row) else "", read(row)
    except csv.Error as error:
        raise DataError(f"{name} is no CSV: {error}. Export it again.") from error


def _csv_reader(header: Sequence[str]) -> Callable[[Sequence[str]], Row | None] | None:
    """Return what reads a row of this header: the units follow from the names of the columns."""
    where = {column: index for index, column in reversed(list(enumerate(header)))}

    def find(*names: str) -> int | None:
        return next((where[one] for one in names if one in where), None)

    position, lat, lon = find("position"), find("lat", "latitude"), find("lon", "longitude", "lng", "long")
    time = find("timestamp", "time", "utc", "datetime", "time_position", "date")
    if position is None and (lat is None or lon is None):
        return None
    metres, feet = find("geoaltitude", "geo_altitude", "baroaltitude", "baro_altitude", "ele", "altitude_m"), None
    is_playback = position is not None
    speed_m_s, speed_kt = find("velocity"), None
    if metres is None:
        feet = find("altitude", "alt", "altitude_ft", "alt_baro", "alt_geom")
    if speed_m_s is None:
        speed_kt = find("speed", "gs", "groundspeed") if is_playback or find("gs", "groundspeed") is not None else None

    def read(row: Sequence[str]) -> Row | None:
        try:
            if position is not None:
                first, second = row[position].split(",")
                place = float(first), float(second)
            else:
                place = float(row[lat or 0]), float(row[lon or 0])
        except (ValueError, IndexError):
            return None
        height = _cell(row, metres, 1.0) if metres is not None else _cell(row, feet, FOOT_M)
        speed = _cell(row, speed_m_s, 3.6) if speed_m_s is not None else _cell(row, speed_kt, KNOT_KMH)
        moment = read_instant(row[time]) if time is not None and time < len(row) else NAN
        return moment, place[0], place[1], height, speed

    return read


def _cell(row: Sequence[str], index: int | None, scale: float) -> float:
    return read_number(row[index], scale=scale) if index is not None and index < len(row) else NAN


# --- JSON -----------------------------------------------------------------------------------------------------------


def _read_json(data: bytes, *, name: str) -> FoundTracks:
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name} is no JSON: {error}. Export it again.") from error
    if isinstance(whole, dict) and isinstance(whole.get("trace"), list):
        return FoundTracks((NamedRows(rows=list(_read_trace(whole))),))
    if isinstance(whole, dict) and isinstance(whole.get("path"), list):
        # OpenSky's tracks: time, lat, lon, altitude in metres, track, on ground.
        rows = [
            read_checked(row, lambda one: (read_number(one[0]), float(one[1]), float(one[2]), read_number(one[3]), NAN))
            for row in whole["path"]
        ]
        return FoundTracks((NamedRows(rows=rows),))
    if isinstance(whole, dict) and "type" in whole:
        return read_geojson(whole)
    raise DataError(f"{name} is JSON of an unknown kind. Expected GeoJSON, a readsb trace or an OpenSky track.")


def _read_trace(whole: Mapping[str, Any]) -> Iterator[Row | None]:
    """Read readsb's and tar1090's trace: seconds since `timestamp`, lat, lon, feet or "ground", knots."""
    start = read_number(whole.get("timestamp"))
    for row in whole["trace"]:
        yield read_checked(
            row,
            lambda one: (
                start + float(one[0]),
                float(one[1]),
                float(one[2]),
                0.0 if one[3] == "ground" else read_number(one[3], scale=FOOT_M),
                read_number(one[4], scale=KNOT_KMH) if len(one) > 4 else NAN,
            ),
        )


# --- archives ------------------------------------------------------------------------------------------------------


def _unzip(data: bytes, *, name: str) -> bytes:
    """Return the first KML or GPX of an archive, up to the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = next((one for one in archive.namelist() if one.lower().endswith((".kml", ".gpx"))), None)
            if inner is None:
                raise DataError(f"{name} is an archive without a .kml. Expected a KMZ of one track.")
            if archive.getinfo(inner).file_size > MAX_BYTES:
                raise DataError(f"{name} unpacks to more than {MAX_BYTES:,} bytes. Export a part of it.")
            with archive.open(inner) as file:
                text = file.read(MAX_BYTES + 1)  # its directory may lie
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError(f"{name} is a broken archive: {error}. Export it again.") from error
    if len(text) > MAX_BYTES:
        raise DataError(f"{name} unpacks to more than {MAX_BYTES:,} bytes. Export a part of it.")
    return text
