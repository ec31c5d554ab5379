"""A gazetteer of the user's own: brought in, counted, listed, removed; from the commands too."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapapp.cli import main
from mapapp.errors import DataError
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.imported import imports_version
from mapapp.places.intake import find_columns, find_format, import_gazetteer, list_imports, read_mapping, remove_import

TABLE = (
    "Village,Y,X,Local\n"
    "Quxville,35.01,37.02,Quxtown|قكسفيل\n"
    "Aleppo,36.2021,37.1343,Halabtown\n"
    ",35,37,\n"
    "Nowhere,95,37,\n"
    "Quxville,35.01,37.02,\n"
)
MAPPING = {"name": "Village", "lat": "Y", "lon": "X", "other_names": "Local"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "villages 2024.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    return tmp_path / "user" / "gazetteers"


def test_every_row_of_a_table_is_accounted_for(table: Path, gazetteer: Gazetteer, tmp_path: Path) -> None:
    intake = import_gazetteer(table, gazetteer=gazetteer, columns=MAPPING, folder=tmp_path / "kept")
    assert (intake.name, intake.kind) == ("villages-2024", "csv")
    assert (intake.n_in, intake.n_merged, intake.n_new) == (5, 1, 1)
    assert intake.set_aside == {
        "without a name": 1,
        "with coordinates off the earth": 1,
        "an id that stood there before": 1,
    }


@pytest.mark.usefixtures("user_data")
def test_the_same_import_again_replaces_itself(table: Path, gazetteer: Gazetteer) -> None:
    first = import_gazetteer(table, gazetteer=gazetteer, columns=MAPPING)
    again = import_gazetteer(table, gazetteer=open_gazetteer(gazetteer.theatre), columns=MAPPING)
    assert again == first
    assert [(kept.name, kept.n_merged, kept.n_new) for kept in list_imports()] == [("villages-2024", 1, 1)]


@pytest.mark.usefixtures("user_data")
def test_the_version_changes_with_every_import_and_removal(table: Path, gazetteer: Gazetteer) -> None:
    before = imports_version()
    import_gazetteer(table, gazetteer=gazetteer, columns=MAPPING)
    between = imports_version()
    remove_import("villages-2024")
    assert before == imports_version() != between
    with pytest.raises(DataError, match="Imported: nothing"):
        remove_import("villages-2024")


def test_the_kind_of_a_file_is_told_from_its_beginning(tmp_path: Path) -> None:
    ocha, dump, plain = tmp_path / "a.csv", tmp_path / "b.txt", tmp_path / "c.csv"
    ocha.write_text("pcode,name_en,lat,lon,population_est,ref_name\n", encoding="utf-8")
    dump.write_text("\t".join("123456789abcdefghij"[:19]) + "\n", encoding="utf-8")
    plain.write_text("Name,Latitude,LNG,extra\n", encoding="utf-8")
    assert [find_format(path) for path in (ocha, dump, plain)] == ["ocha", "geonames", "csv"]
    assert find_format(tmp_path / "alternateNamesV2.zip") == "alternatenames"
    assert find_columns(plain) == {"name": "Name", "lat": "Latitude", "lon": "LNG"}


@pytest.mark.parametrize("text", ["name", "=x", "name=", "name=a,b"])
def test_a_mapping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="Expected name="):
        read_mapping(text)


@pytest.mark.parametrize("mapping", [{"name": "V"}, {"name": "Village", "lat": "Y", "lon": "X", "colour": "Z"}])
def test_a_mapping_that_does_not_fit_changes_nothing(
    table: Path, gazetteer: Gazetteer, mapping: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="column mapping"):
        import_gazetteer(table, gazetteer=gazetteer, columns=mapping, folder=tmp_path / "kept")
    assert list_imports(tmp_path / "kept") == ()


def test_alternate_names_of_known_places_come_without_a_dump(
    tmp_path: Path, gazetteer: Gazetteer, user_data: Path
) -> None:
    names = tmp_path / "alternateNamesV2.txt"
    names.write_text(
        "1\t170063\ten\tQuxhalab\t\t\t\t\n2\t170063\tlink\thttps://example.org\t\t\t\t\n", encoding="utf-8"
    )
    intake = import_gazetteer(names, gazetteer=gazetteer)
    assert (intake.kind, intake.n_in, intake.n_merged) == ("alternatenames", 1, 1)
    assert open_gazetteer(gazetteer.theatre).find("Quxhalab")[0].id == "geonames:170063"
    assert list(user_data.glob("*.csv"))


@pytest.mark.usefixtures("user_data")
def test_commands_import_list_and_remove(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = "name=Village,lat=Y,lon=X,other_names=Local"
    assert main(["gazetteer", "import", str(table), "--columns", columns, "--name", "mine"]) == 0
    said = capsys.readouterr().out
    assert "5 places = 1 known before, now with these spellings + 1 new + 3 set aside" in said
    assert "Set aside: 1 without a name" in said
    assert main(["gazetteer", "list"]) == 0
    assert "mine" in capsys.readouterr().out
    assert main(["gazetteer", "remove", "mine"]) == 0
    assert main(["gazetteer", "list"]) == 0
    assert "No gazetteer was brought in" in capsys.readouterr().out
    assert main(["gazetteer", "import", str(table), "--name", "../x"]) == 2
    assert "cannot be the name" in capsys.readouterr().err
