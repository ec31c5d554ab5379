"""The index file: built whole, found again, rebuilt when damaged, and shared by processes that race."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapapp.errors import DataError
from mapapp.places import index
from mapapp.places.index import WorldIndex, build_index, open_world
from mapapp.places.sources import ABBREVIATION, ALTERNATE, DEMONYM, PRIMARY, Row

ROWS = (
    Row(id="test:1", name="Landia", lat=10.0, lon=20.0, feature="A.PCLI", country="LL", demonyms=("Landian",),
        abbreviations=("L.L.",), population=1_000_000),
    Row(id="test:2", name="Deir ez-Zor", lat=35.33588, lon=40.14084, feature="P.PPLA", country="LL", adm1="07",
        population=242_565, names=("Deir Ezzor",), local_names=("Dayr",)),
    Row(id="test:3", name="The Beyond", lat=None, lon=None, feature="L.RGN"),
)  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache folder of its own, and three rows in the stead of the world."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("MAPAPP_CACHE_DIR", str(folder))
    monkeypatch.setattr(index, "read_rows", lambda progress=None: iter(ROWS))
    monkeypatch.setattr(index.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    return folder


def test_rows_come_back_as_they_went_in(tmp_path: Path) -> None:
    build_index(tmp_path / "small.idx", rows=ROWS)
    world = WorldIndex(tmp_path / "small.idx")
    assert len(world) == 3
    assert world.texts(1) == ("test:2", "Deir ez-Zor", ("Deir Ezzor", "Dayr"))
    assert world.point(1) == (35.33588, 40.14084)
    assert world.point(2) is None
    assert world.row_of("test:3") == 2
    assert world.row_of("test:4") is None
    assert world.rows_in("LL") == [0, 1]
    assert world.rows_in("XX") == []


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("deir ez zor", ((1, PRIMARY),)),
        ("deir ezzor", ((1, ALTERNATE),)),
        ("dayr", ((1, index.LOCAL),)),
        ("landian", ((0, DEMONYM),)),
        ("L.L.", ((0, ABBREVIATION),)),
        ("nowhere", ()),
        ("", ()),
    ],
)
def test_names_are_found_by_key(tmp_path: Path, key: str, found: tuple[tuple[int, int], ...]) -> None:
    build_index(tmp_path / "small.idx", rows=ROWS)
    assert WorldIndex(tmp_path / "small.idx").look_up([key]) == [found]


def test_progress_is_told_and_ends(small: Path) -> None:
    told: list[float] = []
    open_world(lambda _text, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_index_is_built_once(small: Path) -> None:
    first = open_world().path
    before = first.stat().st_mtime_ns
    assert open_world().path.stat().st_mtime_ns == before
    assert first.parent == small


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "empty"])
def test_a_damaged_index_is_built_again(small: Path, damage: str) -> None:
    path = open_world().path
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[-3] ^= 0xFF
    path.write_bytes({"cut": content[:-40], "flipped": content, "other": b"something else", "empty": b""}[damage])
    with pytest.raises(DataError):
        WorldIndex(path)
    assert open_world().row_of("test:2") == 1


def test_an_index_of_other_sources_is_not_used(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = open_world().path
    monkeypatch.setattr(index, "source_hash", lambda: "0" * 16)
    with pytest.raises(DataError, match="other sources"):
        WorldIndex(path)
    assert open_world().path != path


def test_a_folder_that_cannot_be_written_is_passed_over(small: Path) -> None:
    small.parent.mkdir(exist_ok=True)
    small.write_text("a file stands where the folder should be")
    assert open_world().path.parent != small


def test_nowhere_to_write_is_said_with_the_remedy(small: Path, tmp_path: Path) -> None:
    small.write_text("")
    (tmp_path / "temporary").write_text("")
    with pytest.raises(DataError, match="MAPAPP_CACHE_DIR"):
        open_world()


def test_a_failed_build_leaves_nothing_behind(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(progress: object = None) -> Iterator[Row]:
        yield ROWS[0]
        raise RuntimeError("the machine was switched off")

    monkeypatch.setattr(index, "read_rows", break_off)
    with pytest.raises(RuntimeError):
        open_world()
    assert list(small.iterdir()) == []


def _build(path: str) -> None:
    build_index(Path(path), rows=ROWS)
    Path(path).replace(Path(path).parent / "shared.idx")


def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_build, args=(str(tmp_path / f"part-{number}"),)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert WorldIndex(tmp_path / "shared.idx").row_of("test:2") == 1
