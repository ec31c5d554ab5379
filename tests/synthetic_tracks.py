"""Tracks with known turns, for the tests of what finds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mapapp.geo import WGS84
from mapapp.tracks.track import Track, make_track

QUIET_KM = 60.0
"""Straight way between two turns, so that two right angles are not one U-turn within the window."""


@dataclass(frozen=True)
class Told:
    """A track with the truth about it."""

    track: Track
    u_turns: tuple[tuple[float, float, float], ...]
    """lat, lon and turn radius in km of the middle of every U-turn."""


def make_noisy_track(seed: int, *, noise_m: float = 100.0) -> Told:
    """Return a track of some hours with turns of all sizes, scatter, gaps and a sampling of its own."""
    rng = np.random.default_rng(seed)
    speed_m_s = rng.uniform(150.0, 900.0) / 3.6
    sampling_s = rng.uniform(4.0, 20.0)
    lon, lat, heading = rng.uniform(-170, 170), rng.uniform(-60, 60), rng.uniform(0, 360)
    xs, ys = [lon], [lat]
    u_turns = []

    def forward(turn_deg: float) -> None:
        nonlocal lon, lat, heading
        heading += turn_deg
        lon, lat, _ = WGS84.fwd(lon, lat, heading, speed_m_s * sampling_s)
        xs.append(lon)
        ys.append(lat)

    def straight(length_km: float) -> None:
        for _ in range(int(length_km * 1000 / (speed_m_s * sampling_s)) + 1):
            forward(0.0)

    straight(QUIET_KM)
    for _ in range(rng.integers(1, 5)):
        is_u_turn = rng.random() < 0.5
        change = rng.uniform(165, 200) if is_u_turn else rng.uniform(10, 110)
        change *= rng.choice([-1, 1])
        radius_km = rng.uniform(0.3, 1.0) * min(8.0, speed_m_s**2 / 9.81 / np.tan(np.radians(25)) / 1000 + 0.2)
        arc_m = abs(np.radians(change)) * radius_km * 1000
        steps = max(1, round(arc_m / (speed_m_s * sampling_s)))
        first = len(xs)
        for _ in range(steps):
            forward(change / steps)
        if is_u_turn:
            middle = (first + len(xs)) // 2
            u_turns.append((ys[middle - 1], xs[middle - 1], radius_km))
        straight(rng.uniform(QUIET_KM, 2 * QUIET_KM))
    lats, lons = np.array(ys), np.array(xs)
    lats = lats + rng.normal(0, noise_m, len(lats)) / 110_950.0
    lons = lons + rng.normal(0, noise_m, len(lons)) / (111_320.0 * np.cos(np.radians(lats)))
    times = 1_700_000_000 + np.arange(len(lats)) * sampling_s
    keep = np.ones(len(lats), dtype=bool)
    for _ in range(rng.integers(0, 3)):
        gap = rng.integers(1, max(2, int(150 / sampling_s)))
        first = rng.integers(0, max(1, len(lats) - gap - 1))
        keep[first : first + gap] = False
    return Told(make_track(f"seed {seed}", time_s=times[keep], lat=lats[keep], lon=lons[keep]), tuple(u_turns))
