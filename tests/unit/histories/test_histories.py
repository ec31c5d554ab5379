"""Imports of control histories and event exports: what is kept, what is set aside, what becomes of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from mapapp.cli import main
from mapapp.errors import DataError
from mapapp.histories import intake
from mapapp.histories.intake import NewTheatre, carry_out, check_table
from mapapp.histories.merging import Merged, merge_history, with_history
from mapapp.histories.reading import glance_at, read_history
from mapapp.histories.records import Imported
from mapapp.histories.shelf import add_layer, event_layers, remove_layer
from mapapp.histories.writing import list_imports, undo_import, write_history
from mapapp.layers import incidents
from mapapp.model import EventKind, Status
from mapapp.scene import build_scene
from mapapp.selection import default_query
from mapapp.theatres.theatre import Theatre, list_theatres, load_theatre
from tests.invented import PLACES, THEATRE, day

SOURCE = "https://example.org/table"
FRESH = replace(
    THEATRE,
    events=(),
    actors=(),
    palettes={"default": ()},
    baseline={key: replace(row, actor=None) for key, row in THEATRE.baseline.items()},
)
"""The invented country with nothing known."""


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def holders_at(theatre: Theatre, number: int) -> Mapping[str, tuple[str, str | None]]:
    scene = build_scene(default_query(theatre), theatre=theatre)
    states = {cell.place_name: scene.timeline.state_at(cell.id, day=day(number)) for cell in scene.cells}
    return {name: (state.status.value, state.controller) for name, state in states.items()}


LONG_ROWS = (
    ("place", "date", "holder"),
    ("Alda", "2030-01-01", "Blue League"),
    ("Bree", "2030-01-01", "Blue League"),
    ("Bree", "2030-01-04", "Red Union"),
    ("Bree", "2030-01-06", "contested"),
    ("Bree", "2030-01-08", ""),
    ("Carn", "2030-01-05", "Red Union"),
)


def import_rows(tmp_path: Path, rows: Sequence[Sequence[object]], *, theatre: Theatre = FRESH) -> Merged:
    return merge_history(read_history(write_csv(tmp_path / "t.csv", rows)), theatre=theatre, source=SOURCE)


def test_a_long_table_becomes_states_of_the_map(tmp_path: Path) -> None:
    theatre = with_history(FRESH, merged=import_rows(tmp_path, LONG_ROWS))
    assert (theatre.first_day, theatre.last_day) == (day(1), FRESH.last_day)
    codes = {actor.name: actor.code for actor in theatre.actors}
    blue, red = codes["Blue League"], codes["Red Union"]
    assert holders_at(theatre, 3) == {
        "Alda": ("assessed", blue),
        "Bree": ("assessed", blue),
        "Carn": ("unknown", None),
    } | {name: holders_at(theatre, 3)[name] for name in holders_at(theatre, 3) if "no place" in name}
    assert holders_at(theatre, 5)["Bree"] == ("assessed", red)
    assert holders_at(theatre, 5)["Carn"] == ("assessed", red)
    assert holders_at(theatre, 6)["Bree"][0] == "contested"
    assert holders_at(theatre, 8)["Bree"] == ("unknown", None)


def test_every_statement_names_the_table_and_is_no_quote(tmp_path: Path) -> None:
    events = import_rows(tmp_path, LONG_ROWS).events
    assert events
    for event in events:
        (item,) = event.evidence_for
        assert (item.url, item.is_quote) == (SOURCE, False)
        assert "not how" in event.note


def test_a_panel_that_repeats_itself_gives_only_its_changes(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [("place", "date", "holder")]
    for number in range(1, 11):
        rows.append(("Alda", f"2030-01-{number:02d}", "Blue" if number < 5 else "Red"))
    merged = import_rows(tmp_path, rows)
    assert [(event.date_start, event.kind) for event in merged.events] == [(day(5), EventKind.OVERTAKES)]
    assert merged.n_kept == merged.n_rows == 10


def test_known_parties_are_recognised_and_states_regain(tmp_path: Path) -> None:
    rows = [("place", "date", "holder"), ("Fell", "2030-01-05", "the Front"), ("Fell", "2030-01-07", "Republic")]
    merged = import_rows(tmp_path, rows, theatre=THEATRE)
    assert merged.actors == ()
    assert [(event.actor, event.opponent, event.kind) for event in merged.events] == [
        ("FRO", "COA", EventKind.OVERTAKES),
        ("REP", "FRO", EventKind.REGAINS),
    ]


def test_new_places_lie_where_the_table_says_and_known_ones_stay(tmp_path: Path) -> None:
    rows = [
        ("name", "latitude", "longitude", "date", "actor"),
        ("Alda", 45.52, 10.17, "2030-01-01", "Blue"),
        ("Garm", 45.8, 11.2, "2030-01-01", "Blue"),
        ("Far away", 10.0, 10.0, "2030-01-01", "Blue"),
    ]
    merged = import_rows(tmp_path, rows)
    assert [place.name for place in merged.places] == ["Garm"]
    assert set(merged.baseline) == {PLACES[0].id, merged.places[0].id}
    assert [item.line for item in merged.set_aside] == [4]
    assert "outside" in merged.set_aside[0].reason


def test_a_p_code_of_a_unit_is_a_place(tmp_path: Path) -> None:
    merged = import_rows(tmp_path, [("pcode", "date", "holder"), ("XA02", "2030-01-01", "Blue")])
    (place,) = merged.places
    assert (place.adm1_pcode, place.name) == ("XA02", "East")


def test_rows_that_cannot_be_used_are_set_aside_with_line_and_reason(tmp_path: Path) -> None:
    rows = [
        *LONG_ROWS,
        ("Alda", "31/01/2030", "Blue"),
        ("Nowhere", "2030-01-02", "Blue"),
        ("", "2030-01-02", "Blue"),
        ("Alda", "2030-01-02"),
        ("Alda", "2030-02-30", "Blue"),
    ]
    merged = import_rows(tmp_path, rows)
    assert [item.line for item in merged.set_aside] == [8, 9, 10, 11, 12]
    assert merged.n_rows == merged.n_kept + len(merged.set_aside) == 11


def test_a_table_of_which_nothing_can_be_used_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Neither its name"):
        import_rows(tmp_path, [("place", "date", "holder"), ("Nowhere", "2030-01-02", "Blue")])


@pytest.mark.parametrize("source", ["", "javascript:alert(1)", "example.org", "https://x y"])
def test_a_table_without_an_address_is_refused(tmp_path: Path, source: str) -> None:
    imported = read_history(write_csv(tmp_path / "t.csv", LONG_ROWS))
    with pytest.raises(DataError, match="address"):
        merge_history(imported, theatre=FRESH, source=source)


# Workbooks


WIDE_HEADER = ("Index", "Location Name (en)", "Location Name (ar)", "Community code (pcode)", "latitude", "longitude")


def write_workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append([*WIDE_HEADER, "2030-01-01", "2030-01-05", "2030-01-09", "geometry"])
    sheet.append([1, "Alda", "اسم1", "C1", 45.5, 10.17, "Blue", "Blue", "Red", None])
    sheet.append([2, "Garm", "غرم", "C2", 45.8, 11.2, "Red", None, "Red", "POINT"])
    sheet.append([3, "Nowhere", None, "C3", "north", 11.2, "Red", "Red", "Red", None])
    book.save(path)
    return path


def test_a_wide_workbook_is_read_by_its_day_columns(tmp_path: Path) -> None:
    imported = read_history(write_workbook(tmp_path / "aoc.xlsx"))
    assert (imported.format, imported.n_rows, imported.n_kept, len(imported.set_aside)) == ("wide", 3, 2, 1)
    merged = merge_history(imported, theatre=FRESH, source=SOURCE)
    assert {(event.place.name, event.date_start, event.actor) for event in merged.events if event.place} == {
        ("Alda", day(9), "RED"),
        ("Garm", day(5), None),
        ("Garm", day(9), "RED"),
    }
    assert merged.places[0].names["ar"] == "غرم"


@pytest.mark.parametrize("contents", [b"PK\x03\x04 no workbook", b"plain", b"\x00" * 100])
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(contents)
    with pytest.raises(DataError, match="XLSX"):
        read_history(path)


@pytest.mark.parametrize(
    ("name", "contents", "said"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"a,b\n1,2\n", "no format that is known"),
        ("t.csv", b"\xff\xfe\x00", "UTF-8"),
        ("t.csv", b"place,place,date,holder\n", "more than once"),
        ("t.ods", b"x", "Expected one of"),
    ],
)
def test_a_file_that_is_no_such_table_says_what_was_got_and_expected(
    tmp_path: Path, name: str, contents: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(DataError, match=said):
        read_history(tmp_path / name)


def test_a_format_that_lacks_a_column_names_it(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [("place", "date"), ("Alda", "2030-01-01")])
    with pytest.raises(DataError, match="holder is lacking"):
        read_history(path, format="long")


# Event exports


ACLED_HEADER = (
    *("event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "actor2", "location"),
    *("latitude", "longitude", "geo_precision", "notes"),
)


def acled_row(number: int, what: str, *, geo: str = "1", when: str = "2030-01-05", lat: str = "45.5") -> list[str]:
    sides = ["Front", "Military Forces of the Republic"]
    return [f"XAA{number}", when, "1", "Battles", what, *sides, "Bree", lat, "10.5", geo, "words of theirs"]


def test_an_acled_export_becomes_events_and_the_rest_is_set_aside(tmp_path: Path) -> None:
    rows = [
        ACLED_HEADER,
        acled_row(1, "Armed clash"),
        acled_row(2, "Non-state actor overtakes territory", when="05 January 2030"),
        acled_row(3, "Peaceful protest"),
        acled_row(4, "Armed clash", lat="north"),
        acled_row(5, "Armed clash", geo="9"),
        acled_row(1, "Armed clash"),
        acled_row(6, "Non-state actor overtakes territory", geo="3"),
    ]
    imported = read_history(write_csv(tmp_path / "t.csv", rows))
    assert (imported.format, imported.n_rows, imported.n_kept) == ("acled", 7, 4)
    merged = merge_history(imported, theatre=THEATRE, source=SOURCE)
    assert {item.line for item in merged.set_aside} == {4, 5, 6, 7}
    assert "says nothing of who holds" in merged.set_aside[0].reason
    clash, taken, vague = merged.events
    assert (clash.kind, taken.kind, taken.actor, taken.status) == (
        EventKind.CLASH,
        EventKind.OVERTAKES,
        "FRO",
        Status.CLAIMED,
    )
    assert taken.place is not None
    assert taken.place.id == PLACES[1].id
    assert vague.where_prec == 4
    assert not any("words of theirs" in item.text for event in merged.events for item in event.evidence_for)


def test_a_ucdp_export_is_read_with_its_precisions(tmp_path: Path) -> None:
    header = (
        *("id", "type_of_violence", "side_a", "side_b", "where_prec", "where_coordinates", "latitude", "longitude"),
        *("date_start", "date_end", "date_prec"),
    )
    rows = [
        header,
        ("1", "1", "Republic", "Front", "2", "Carn", "45.5", "10.83", "2030-01-04 00:00:00.000", "2030-01-05", "2"),
        ("2", "3", "Front", "Civilians", "1", "Carn", "45.5", "10.83", "2030-01-04", "2030-01-04", "1"),
        ("3", "1", "Republic", "Front", "1", "Carn", "45.5", "10.83", "2030-01-06", "2030-01-04", "1"),
    ]
    imported = read_history(write_csv(tmp_path / "t.csv", rows))
    assert (imported.format, imported.n_kept, len(imported.set_aside)) == ("ucdp", 2, 1)
    (event,) = merge_history(imported, theatre=THEATRE, source=SOURCE).events
    assert (event.date_start, event.date_end, event.date_prec, event.where_prec) == (day(4), day(5), 2, 2)


TEXT = st.one_of(
    st.sampled_from(["Alda", "Bree", "2030-01-02", "45.5", "10.5", "Armed clash", "1", "Front", "", "=1+1", "\u202e"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)


@given(rows=st.lists(st.lists(TEXT, min_size=1, max_size=13), max_size=12), kind=st.sampled_from(["long", "acled"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_in_are_rows_kept_and_rows_set_aside(tmp_path: Path, rows: list[list[str]], kind: str) -> None:
    header = ("place", "lat", "lon", "date", "holder") if kind == "long" else ACLED_HEADER
    path = write_csv(tmp_path / "t.csv", [header, *rows])
    with path.open(encoding="utf-8", newline="") as file:
        n_lines = sum(1 for cells in csv.reader(file) if any(cell.strip() for cell in cells))
    imported = read_history(path, format=kind)
    assert imported.n_rows == n_lines - 1 == imported.n_kept + len(imported.set_aside)
    try:
        merged = merge_history(imported, theatre=THEATRE, source=SOURCE)
    except DataError:
        return
    assert merged.n_rows == merged.n_kept + len(merged.set_aside)
    assert len({item.line for item in merged.set_aside}) == len(merged.set_aside)


# Into a theatre


@pytest.fixture
def own_theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """A new theatre of the user's own, with nothing known."""
    monkeypatch.setenv("MAPAPP_THEATRES", str(tmp_path / "theatres"))
    assert main(["theatre", "new", "island", "--country", "IS"]) == 0
    return load_theatre("island")


def island_rows(*, n_days: int = 3) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [("place", "lat", "lon", "date", "holder")]
    for name, lat, lon in (("First", 64.2, -21.0), ("Second", 65.0, -18.0), ("Third", 64.9, -19.5)):
        for number in range(n_days):
            holder = "Blue League" if name != "Second" or number < 2 else "Red Union"
            rows.append((name, lat, lon, date(2030, 1, 1) + timedelta(days=number), holder))
    return rows


def test_an_import_is_written_into_a_theatre_of_ones_own(
    own_theatre: Theatre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "t.csv", island_rows())
    assert main(["import-history", str(path), "--theatre", "island", "--source", SOURCE]) == 0
    assert "Read 9 rows (long): 9 kept, 0 set aside" in capsys.readouterr().out
    theatre = load_theatre("island")
    assert (theatre.first_day, theatre.last_day) == (date(2030, 1, 1), date(2030, 1, 3))
    assert {actor.name for actor in theatre.actors} == {"Blue League", "Red Union"}
    assert {place.name for place in theatre.cell_places} == {"First", "Second", "Third"}
    scene = build_scene(default_query(theatre), theatre=theatre)
    assert {state.controller for state in scene.timeline.states} == {actor.code for actor in theatre.actors}
    assert main(["control", "--theatre", "island", "--place", "Second", "--without-articles"]) == 0
    assert "Red Union" in capsys.readouterr().out


def test_what_is_written_is_what_was_merged(own_theatre: Theatre, tmp_path: Path) -> None:
    merged = import_rows(tmp_path, island_rows(), theatre=own_theatre)
    in_memory = with_history(own_theatre, merged=merged)
    write_history(merged, theatre=own_theatre)
    again = load_theatre("island")
    assert again.events == in_memory.events
    assert {key: row.actor for key, row in again.baseline.items()} == {
        key: row.actor for key, row in in_memory.baseline.items()
    }


def test_a_check_writes_nothing(own_theatre: Theatre, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "t.csv", [*island_rows(), ("Sea", 0, 0, "2030-01-01", "Blue")])
    assert main(["import-history", str(path), "--theatre", "island", "--source", SOURCE, "--check"]) == 1
    said = capsys.readouterr().out
    assert "1 × It lies outside every unit of the theatre. Line 11" in said
    assert load_theatre("island").actors == ()


def test_a_bundled_theatre_stays_as_it_is(theatre: Theatre, tmp_path: Path) -> None:
    place = theatre.cell_places[0]
    rows = [("place", "lat", "lon", "date", "holder"), (place.name, place.lat, place.lon, theatre.last_day, "X")]
    merged = import_rows(tmp_path, rows, theatre=theatre)
    with pytest.raises(DataError, match="theatre new"):
        write_history(merged, theatre=theatre)


def test_hostile_names_are_kept_as_plain_text(own_theatre: Theatre, tmp_path: Path) -> None:
    evil = '"><script>{{7*7}}\u202e,\n=cmd'
    rows = [("place", "lat", "lon", "date", "holder"), (evil, 64.2, -21.0, "2030-01-01", evil)]
    write_history(import_rows(tmp_path, rows, theatre=own_theatre), theatre=own_theatre)
    (place,) = load_theatre("island").cell_places
    assert "\n" not in place.name
    assert "\u202e" not in place.name


def test_an_empty_import_counts_nothing() -> None:
    assert Imported("long").reasons() == ()


# Columns, layers, undoing


def test_columns_that_are_called_otherwise_are_named(tmp_path: Path) -> None:
    rows = [("Ort", "Tag", "Seite"), ("Alda", "2030-01-01", "Blue")]
    path = write_csv(tmp_path / "t.csv", rows)
    assert glance_at(path).format is None
    imported = read_history(path, columns={"place": "Ort", "date": "Tag", "holder": "Seite"})
    assert [(item.spot.name, item.day, item.holder) for item in imported.holdings] == [("Alda", day(1), "Blue")]
    with pytest.raises(DataError, match="no column 'Datum'"):
        read_history(path, columns={"place": "Ort", "date": "Datum", "holder": "Seite"})
    with pytest.raises(DataError, match="no field"):
        read_history(path, format="long", columns={"where": "Ort"})


def test_a_layer_keeps_every_event_and_colours_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path))
    rows = [
        (*ACLED_HEADER, "fatalities"),
        [*acled_row(1, "Non-state actor overtakes territory"), "4"],
        [*acled_row(2, "Peaceful protest", geo="3"), ""],
        [*acled_row(3, "Armed clash", lat="north"), "1"],
    ]
    imported = read_history(write_csv(tmp_path / "t.csv", rows))
    made = add_layer(imported, theatre_name="invented", title="Their table", source=SOURCE)
    assert event_layers("invented") == (made,)
    assert (made.n_rows, len(made.happenings), made.n_set_aside) == (3, 2, 1)
    plain = build_scene(default_query(THEATRE), theatre=THEATRE)
    scene = build_scene(default_query(THEATRE), theatre=THEATRE, event_layers=(made,))
    assert scene.timeline == plain.timeline
    assert scene.events == plain.events
    assert incidents.build(plain)["is_empty"]
    data = incidents.build(scene)
    assert [(row[8], data["words"][row[5]]) for row in data["rows"]] == [(4, "Non-state actor overtakes territory")]
    assert (data["sets"][0]["n"], data["sets"][0]["not_drawn"]) == (1, 1)
    assert SOURCE in scene.own_attributions[-1]
    assert remove_layer("invented", layer_id=made.id)
    assert not remove_layer("invented", layer_id=made.id)
    assert event_layers("invented") == ()


def test_a_broken_layer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path))
    (tmp_path / "event_layers" / "invented").mkdir(parents=True)
    (tmp_path / "event_layers" / "invented" / "x.json").write_text('{"version": 1}')
    with pytest.raises(DataError, match=r"x\.json"):
        event_layers("invented")
    with pytest.raises(DataError, match="name of a theatre"):
        event_layers("../x")


def test_an_undone_import_leaves_the_tables_as_they_were(own_theatre: Theatre, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in own_theatre.folder.glob("*.*")}
    write_history(
        import_rows(tmp_path, island_rows(), theatre=own_theatre), theatre=own_theatre, title="t", source=SOURCE
    )
    (past,) = list_imports(own_theatre.folder)
    assert (past.title, past.n_rows, past.n_kept) == ("t", 9, 9)
    assert undo_import(own_theatre.folder) == past
    assert {path.name: path.read_bytes() for path in own_theatre.folder.glob("*.*")} == before
    with pytest.raises(DataError, match="Nothing was imported"):
        undo_import(own_theatre.folder)


def test_what_was_written_by_hand_since_is_not_undone(own_theatre: Theatre, tmp_path: Path) -> None:
    write_history(import_rows(tmp_path, island_rows(), theatre=own_theatre), theatre=own_theatre)
    events = own_theatre.folder / "events.csv"
    events.write_bytes(events.read_bytes() + b"\n")
    with pytest.raises(DataError, match="were changed after the import"):
        undo_import(own_theatre.folder)
    assert len(list_imports(own_theatre.folder)) == 1


def test_a_failed_import_leaves_no_new_theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    path = write_csv(
        tmp_path / "t.csv", [("place", "lat", "lon", "date", "holder"), ("A", 42.5, 12.5, "2030-01-01", "B")]
    )
    checked = check_table(path, target=NewTheatre("newland", "IT"), source=SOURCE)
    assert "newland" not in list_theatres()

    def fail(*_: object, **__: object) -> None:
        raise DataError("no room")

    monkeypatch.setattr(intake, "write_history", fail)
    with pytest.raises(DataError, match="no room"):
        carry_out(checked, title="t", source=SOURCE)
    assert "newland" not in list_theatres()


def test_the_command_lists_and_undoes_imports(
    own_theatre: Theatre, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    name = ["--theatre", own_theatre.code]
    table = write_csv(tmp_path / "t.csv", [("Ort", *island_rows()[0][1:]), *island_rows()[1:]])
    assert main(["import-history", str(table), "--source", SOURCE, "--column", "place=Ort", *name]) == 0
    events = write_csv(tmp_path / "e.csv", [ACLED_HEADER, acled_row(1, "Armed clash")])
    assert main(["import-history", str(events), "--source", SOURCE, *name]) == 0
    capsys.readouterr()
    assert main(["imports", *name]) == 0
    listed = capsys.readouterr().out
    assert "1. t.csv" in listed
    assert "Layer e-csv" in listed
    assert main(["imports", "--undo", *name]) == 0
    assert main(["imports", "--remove", "e-csv", *name]) == 0
    capsys.readouterr()
    assert main(["imports", *name]) == 0
    assert "Nothing was imported" in capsys.readouterr().out
    assert main(["imports", "--remove", "e-csv", *name]) != 0


def test_the_days_chosen_for_a_new_theatre_stay(tmp_path: Path) -> None:
    rows = [("place", "date", "holder"), ("Alda", "2030-01-02", "Blue"), ("Alda", "2030-01-05", "Red")]
    merged = import_rows(tmp_path, rows)
    assert (merged.first_day, merged.last_day) == (day(2), FRESH.last_day)
    elsewhen = replace(FRESH, first_day=date(2040, 1, 1), last_day=date(2040, 1, 31))
    later = import_rows(tmp_path, rows, theatre=elsewhen)
    assert (later.first_day, later.last_day) == (day(2), day(5))


def test_a_name_that_is_nearly_known_is_offered(tmp_path: Path) -> None:
    merged = import_rows(tmp_path, [*LONG_ROWS, ("Breee", "2030-01-02", "Blue"), ("Xyzzy", "2030-01-02", "Blue")])
    reasons = {item.line: item.reason for item in merged.set_aside}
    assert reasons[8].endswith("Is it Bree?")
    assert "Is it" not in reasons[9]
