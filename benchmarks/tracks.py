"""A measured track of half a million positions: how long its import takes, and how it is drawn."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import numpy as np
import shapely

from benchmarks import Row
from mapapp.geo import WGS84
from mapapp.theatres.theatre import default_theatre, load_theatre
from mapapp.tracks.files import read_track
from mapapp.tracks.routes import build_track_route
from mapapp.tracks.track import FloatArray, Track, clean_track, make_track
from mapapp.tracks.turns import find_turns

Result = TypeVar("Result")
N_POSITIONS = 500_000
START_S = 1_733_616_000
NOISE_M = 10.0
"""Scatter of a usual receiver."""
MAX_VERTICES, MAX_OFF_M, MAX_IMPORT_S = 5_000, 200.0, 10.0


def run() -> list[Row]:
    """Return the figures for CSV and GPX; times are of the processor, as other programs may run beside."""
    track = _make_track()
    theatre = load_theatre(default_theatre())
    rows = []
    for name, data in (("CSV", _write_csv(track)), ("GPX", _write_gpx(track))):
        seconds = {}
        read, seconds["read"] = _timed(partial(read_track, data, name=name))
        route, seconds["draw"] = _timed(partial(build_track_route, read, theatre=theatre, source="made"))
        total = sum(seconds.values())
        told = ", ".join(f"{what} {value:.1f} s" for what, value in seconds.items())
        rows.append(Row(f"import of {N_POSITIONS:,} positions, {name}", total, "s", f"<= {MAX_IMPORT_S:g}", told))
    lines = [shapely.get_coordinates(leg.geometry) for leg in route.legs if leg.geometry is not None]
    rows.append(Row("vertices drawn", sum(map(len, lines)), "", f"<= {MAX_VERTICES}"))
    off_m = _farthest_off_m(clean_track(read), np.concatenate(lines))
    rows.append(Row("farthest from what is drawn, at its time", off_m, "m", f"<= {MAX_OFF_M:g}"))
    rows.append(Row("turns of 150° and more", len(find_turns(clean_track(read))), "", "", "24 were made"))
    return rows


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def _make_track() -> Track:
    """Return a day and a half of an aircraft on patrol: long legs, a turn of 180° at the end of each, scatter."""
    rng = np.random.default_rng(8)
    step_s = 0.25
    heading = np.zeros(N_POSITIONS)
    for number, at in enumerate(range(20_000, N_POSITIONS - 10_000, 20_000)):
        # Three minutes for half a circle, to the right and to the left in turns.
        arc = int(180 / step_s)
        heading[at : at + arc] += np.linspace(0, 180, arc) * (1 if number % 2 else -1)
        heading[at + arc :] += 180 * (1 if number % 2 else -1)
    metres = 200.0 * step_s
    north = np.cumsum(metres * np.cos(np.radians(heading + 20))) + rng.normal(0, NOISE_M, N_POSITIONS)
    east = np.cumsum(metres * np.sin(np.radians(heading + 20))) + rng.normal(0, NOISE_M, N_POSITIONS)
    lat = 33.0 + north / 110_950.0
    lon = 36.0 + east / (111_320.0 * np.cos(np.radians(lat)))
    times = START_S + np.arange(N_POSITIONS) * step_s
    return make_track("patrol", time_s=times, lat=lat, lon=lon, altitude_m=np.full(N_POSITIONS, 6_000.0))


def _write_csv(track: Track) -> bytes:
    out = io.StringIO("Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction\n")
    out.seek(0, io.SEEK_END)
    for moment, lat, lon in zip(track.time_s.tolist(), track.lat.tolist(), track.lon.tolist(), strict=True):
        out.write(f'{moment},,X1,"{lat:.6f},{lon:.6f}",20000,390,0\n')
    return out.getvalue().encode()


def _write_gpx(track: Track) -> bytes:
    out = io.StringIO('<gpx version="1.1"><trk><trkseg>')
    out.seek(0, io.SEEK_END)
    for moment, lat, lon in zip(track.time_s.tolist(), track.lat.tolist(), track.lon.tolist(), strict=True):
        told = datetime.fromtimestamp(moment, tz=UTC).isoformat().replace("+00:00", "Z")
        out.write(f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><ele>6096</ele><time>{told}</time></trkpt>')
    return (out.getvalue() + "</trkseg></trk></gpx>").encode()


def _farthest_off_m(track: Track, drawn: FloatArray) -> float:
    """Return the longest way from a position to where the drawn line is at its time; vertices are positions."""
    found = {
        (lon, lat): index for index, (lon, lat) in enumerate(zip(track.lon.tolist(), track.lat.tolist(), strict=True))
    }
    at = sorted({found[lon, lat] for lon, lat in drawn.tolist()})
    lon = np.interp(track.time_s, track.time_s[at], track.lon[at])
    lat = np.interp(track.time_s, track.time_s[at], track.lat[at])
    return float(np.max(WGS84.inv(track.lon, track.lat, lon, lat)[2]))
