"""`control` and `areas` on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from mapapp.cli import main
from mapapp.theatres.theatre import Theatre


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty store."""
    monkeypatch.setenv("MAPAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")


@pytest.fixture
def capital(theatre: Theatre) -> str:
    return next(place.name for place in theatre.cell_places if place.id == theatre.capital_place_id)


def test_a_place_is_answered_with_state_and_evidence(
    theatre: Theatre, capital: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["control", "--date", str(theatre.last_day), "--place", capital]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{capital}, ")
    assert "assessed: " in said
    assert "Before: " in said
    assert "Last reported: " in said
    assert "For (" in said
    assert "Against (" in said
    assert "http" in said


def test_a_position_is_answered_like_its_place(theatre: Theatre, capsys: pytest.CaptureFixture[str]) -> None:
    place = next(place for place in theatre.cell_places if place.id == theatre.capital_place_id)
    assert main(["control", "--lat", str(place.lat), "--lon", str(place.lon)]) == 0
    assert capsys.readouterr().out.startswith(f"{place.name}, ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--place", "Nowhereville upon Nothing"), "no area of a place named"),
        (("--date", "1999-01-01", "--place", "x"), "lies outside what is known"),
        (("--date", "tomorrow"), "tomorrow"),
        (("--lat", "1"), "both --lat and --lon"),
        (("--lat", "0", "--lon", "0"), "lies outside"),
        ((), "Nothing was asked"),
        (("-o", "map.shp"), "Expected --format"),
        (("--place", "x", "--dissolve"), "leave the place out"),
        (("--diff", "2024-12-08", "2024-12-01"), "earlier day first"),
        (("--diff", "2024-12-01", "2024-12-08", "--format", "gpkg"), "csv, json"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str], gazetteer: object
) -> None:
    assert main(["control", *arguments]) == 2
    said = capsys.readouterr()
    assert expected in said.err
    assert "Traceback" not in said.err
    assert said.err.splitlines()[-1].startswith("mapapp: ")
    assert said.out == ""


def test_a_whole_day_is_written_to_a_file(theatre: Theatre, tmp_path: Path) -> None:
    path = tmp_path / "day.geojson"
    assert main(["control", "--date", str(theatre.last_day), "-o", str(path)]) == 0
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["metadata"]["as_of"] == str(theatre.last_day)
    dissolved = tmp_path / "parts.geojson"
    assert main(["control", "--date", str(theatre.last_day), "-o", str(dissolved), "--dissolve"]) == 0
    assert len(json.loads(dissolved.read_text(encoding="utf-8"))["features"]) < len(document["features"])


def test_a_difference_is_told_and_written(theatre: Theatre, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = (str(theatre.first_day), str(theatre.last_day))
    assert main(["control", "--diff", *days]) == 0
    assert "% of country" in capsys.readouterr().out
    path = tmp_path / "changes.csv"
    assert main(["control", "--diff", *days, "-o", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        assert {"outcome", "area_km2", "percent_of_country"} <= set(next(csv.DictReader(file)))


def test_areas_are_a_table_whose_days_add_up(theatre: Theatre, tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    assert main(["areas", "-o", str(path)]) == 0
    totals: dict[str, float] = {}
    for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
        totals[row["day"]] = totals.get(row["day"], 0.0) + float(row["share"])
    assert len(totals) == (theatre.last_day - theatre.first_day).days + 1
    assert all(total == pytest.approx(1.0, abs=1e-5) for total in totals.values())
