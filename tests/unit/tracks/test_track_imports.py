"""Importing tracks: every position is accounted for, and what is stored comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mapapp.cli import main
from mapapp.errors import DataError
from mapapp.model import LegKind
from mapapp.scene import build_scene
from mapapp.selection import default_query
from mapapp.store import Store, open_store
from mapapp.tracks.imports import describe_turn, read_imports
from tests import invented

T0 = 1_893_729_600
"""4 January 2030, 4:00 UTC."""


def there_and_back(*, n: int = 120) -> list[str]:
    """Return rows of a flight from Alda to the east and back, one every ten seconds."""
    rows = []
    for index in range(2 * n):
        lon = 10.17 + 0.01 * (index if index < n else 2 * n - 1 - index)
        lat = 45.5 if index < n else 45.52
        rows.append(f'{T0 + 10 * index},,X1,"{lat},{lon:.5f}",{10_000 + 10 * index},400,90')
    return rows


def make_file(rows: list[str]) -> bytes:
    return "\n".join(["Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction", *rows, ""]).encode()


GOOD = there_and_back()
BAD = [
    "x,,X1,nowhere,0,0,0",
    f'{T0 + 10},,X1,"45.5,10.18",10010,400,90',
    f'{T0 + 5000},,X1,"0.0,0.0",10010,400,90',
]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def test_every_position_is_kept_or_set_aside_for_a_reason() -> None:
    rows = [*GOOD[:50], *BAD, *GOOD[50:]]
    (found,) = read_imports(make_file(rows), name="x.csv", theatre=invented.THEATRE, source="receivers")
    assert found.n_in == len(rows)
    assert found.n_kept == len(GOOD)
    assert found.set_aside == {"unreadable": 1, "out of order": 1, "null island": 1}
    assert found.n_in == found.n_kept + sum(found.set_aside.values())


def test_the_preview_tells_turns_with_numbers_and_the_units_that_were_crossed() -> None:
    (found,) = read_imports(make_file(GOOD), name="x.csv", theatre=invented.THEATRE, source="receivers")
    assert len(found.turns) == 1
    assert "U-turn to the left" in describe_turn(found.turns[0])
    assert [one.name for one in found.crossed] == ["West", "East", "West"]
    assert found.route.date_start == date(2030, 1, 4)
    assert found.figures.length_km[LegKind.OBSERVED] > 150


def test_the_profile_holds_what_the_track_has() -> None:
    (found,) = read_imports(make_file(GOOD), name="x.csv", theatre=invented.THEATRE, source="receivers")
    assert len(found.route.profile) == len(GOOD)
    assert found.route.profile[0] == (T0, pytest.approx(3048.0), pytest.approx(740.8))
    bare = b"time,lat,lon\n0,45.5,10.2\n100,45.5,10.3\n"
    (found,) = read_imports(bare, name="x.csv", theatre=invented.THEATRE, source="receivers")
    assert found.route.profile == ()


def test_a_title_names_a_single_track() -> None:
    (found,) = read_imports(make_file(GOOD), name="x.csv", theatre=invented.THEATRE, source="a", title="The flight")
    assert found.route.title == "The flight"


def test_what_cannot_be_used_is_said() -> None:
    data = b'Timestamp,Position\n1,"0.0,0.0"\n2,"0.0,0.0"\n'
    with pytest.raises(DataError, match="can be used"):
        read_imports(data, name="x.csv", theatre=invented.THEATRE, source="receivers")


def test_a_stored_track_comes_back_as_it_was(store: Store) -> None:
    (found,) = read_imports(make_file(GOOD), name="x.csv", theatre=invented.THEATRE, source="receivers")
    before = store.version()
    assert store.add_track(found.route, theatre="invented")
    assert store.version() != before
    assert not store.add_track(found.route, theatre="invented")
    (track,) = store.tracks(theatre="invented")
    assert track.route == found.route
    assert store.tracks(theatre="elsewhere") == ()
    assert store.remove_track(found.route.id, theatre="invented")
    assert not store.remove_track(found.route.id, theatre="invented")
    assert store.tracks(theatre="invented") == ()


def test_a_track_stands_on_the_map_with_the_routes_of_articles() -> None:
    (found,) = read_imports(make_file(GOOD), name="x.csv", theatre=invented.THEATRE, source="receivers")
    scene = build_scene(default_query(invented.THEATRE), theatre=invented.THEATRE, tracks=(found.route,))
    assert [route.id for route in scene.routes] == [found.route.id]


def test_the_command_stores_lists_and_forgets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, db = tmp_path / "flight.csv", str(tmp_path / "store.db")
    path.write_bytes(make_file(GOOD))
    assert main(["import-track", str(path), "--dry-run", "--db", db]) == 0
    assert "240 positions = 240 kept + 0 set aside (none)" in capsys.readouterr().out
    assert main(["tracks", "--db", db]) == 0
    assert "No track is stored" in capsys.readouterr().out
    assert main(["import-track", str(path), "--source", "receivers", "--db", db]) == 0
    assert "Stored 1; 0 were there already." in capsys.readouterr().out
    assert main(["import-track", str(path), "--db", db]) == 0
    assert "Stored 0; 1 were there already." in capsys.readouterr().out
    main(["tracks", "--db", db])
    track_id = capsys.readouterr().out.split()[0]
    assert main(["forget-track", track_id, "--db", db]) == 0
    assert main(["forget-track", track_id, "--db", db]) == 2


def test_a_file_that_is_not_there_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-track", "nowhere.csv", "--dry-run"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_every_drawn_position_keeps_its_time_also_where_it_stood() -> None:
    rows = [(T0, 45.5, 10.2), (T0 + 60, 45.5, 10.21), (T0 + 100, 45.5, 10.21), (T0 + 160, 45.5, 10.22)]
    data = "time,lat,lon\n" + "".join(f"{when},{lat},{lon}\n" for when, lat, lon in rows)
    (found,) = read_imports(data.encode(), name="x.csv", theatre=invented.THEATRE, source="receivers")
    (leg,) = found.route.legs
    assert leg.times_s == tuple(when for when, _, _ in rows)
    assert leg.geometry is not None
    assert list(leg.geometry.coords) == [(lon, lat) for _, lat, lon in rows]


def test_a_track_across_the_antimeridian_has_the_time_of_the_crossing_on_both_sides() -> None:
    data = f"time,lat,lon\n{T0},10,179.9\n{T0 + 100},10,-179.9\n".encode()
    (found,) = read_imports(data, name="x.csv", theatre=invented.THEATRE, source="receivers")
    (leg,) = found.route.legs
    assert leg.geometry is not None
    assert [list(part.coords) for part in leg.geometry.geoms] == [[(179.9, 10), (180, 10)], [(-180, 10), (-179.9, 10)]]
    assert leg.times_s == pytest.approx((T0, T0 + 50, T0 + 50, T0 + 100))


def test_the_command_line_lists_routes_and_over_whose_territory_they_lead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["routes", "--db", f"sqlite:///{tmp_path / 'x.sqlite'}"]) == 0
    told = capsys.readouterr().out
    assert "Black Sea: " in told
    assert "if the line were flown as drawn" in told
    assert "2024-12-08 01:55" in told
