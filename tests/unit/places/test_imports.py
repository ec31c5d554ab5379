"""Other gazetteers brought in by the user."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mapapp.errors import DataError
from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.places.imported import read_imports
from mapapp.places.imports import (
    OCHA_COLUMNS,
    merge_places,
    read_alternate_names,
    read_geonames,
    read_mapped_places,
    save_import,
)
from mapapp.theatres.theatre import Theatre


def dump_row(number: str, name: str, lat: str, lon: str, *, country: str = "SY", others: str = "") -> str:
    cells = [number, name, name, others, lat, lon, "P", "PPL", country, "", "05", "", "", "", "1200", "", "", "", ""]
    return "\t".join(cells)


def write_dump(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_dump_is_read_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    path = write_dump(
        tmp_path / "dump.txt",
        dump_row("1", "Quxville", "35.0", "37.0", others="Quxtown,Quxabad"),
        dump_row("2", "Elsewhere", "10", "10", country="XX"),
        dump_row("3", "Nowhere", "95.0", "37.0"),
        dump_row("4", "Unplaced", "", ""),
        dump_row("1", "Quxville", "35.0", "37.0"),
        "rubbish",
    )
    imported = read_geonames(path, countries=["sy"])
    assert [place.id for place in imported.places] == ["geonames:1"]
    assert imported.places[0].other_names == ("Quxtown", "Quxabad")
    assert sum(imported.set_aside.values()) == 5
    assert imported.set_aside["with coordinates off the earth"] == 1


def test_a_zip_and_alternate_names_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "SY.zip", "w") as archive:
        archive.writestr("readme.txt", "short")
        archive.writestr("SY.txt", dump_row("1", "Quxville", "35.0", "37.0") + "\n" + dump_row("2", "B", "35", "36"))
    names = write_dump(
        tmp_path / "alternateNamesV2.txt",
        "9\t1\tar\tقكس\t\t\t\t", "9\t1\tlink\thttps://example.org\t\t\t\t", "9\t7\ten\tOther", "short",
    )  # fmt: skip
    imported = read_alternate_names(names, imported=read_geonames(tmp_path / "SY.zip"))
    assert imported.places[0].other_names == ("قكس",)


def test_any_table_is_read_by_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("code,label,y,x\nA1,Quxville,35.0,37.0\nA2,,35,37\n", encoding="utf-8")
    columns = {"id": "code", "name": "label", "lat": "y", "lon": "x"}
    imported = read_mapped_places(path, columns=columns, gazetteer="mine", country="sy")
    assert [(place.id, place.country) for place in imported.places] == [("mine:A1", "SY")]
    assert imported.set_aside == {"without a name": 1}


@pytest.mark.parametrize(("columns", "said"), [({"id": "code"}, "lat, lon, name"), ({**OCHA_COLUMNS}, "It has: code")])
def test_a_mapping_that_does_not_fit_is_said(tmp_path: Path, columns: dict[str, str], said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text("code\nA1\n", encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_mapped_places(path, columns=columns, gazetteer="mine")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01" * 50, b"no dump at all\n"])
def test_what_is_no_gazetteer_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError):
        read_geonames(tmp_path / "file")


def test_a_known_place_is_not_doubled(tmp_path: Path, gazetteer: Gazetteer) -> None:
    path = write_dump(
        tmp_path / "dump.txt",
        dump_row("170017", "Hama", "35.13", "36.75"),
        dump_row("900000001", "Hamah", "35.14", "36.76"),
        dump_row("900000002", "Hama", "34.0", "38.0"),
    )
    merged = merge_places(read_geonames(path), gazetteer=gazetteer)
    assert [place.same_as for place in merged.places] == ["geonames:170017", "geonames:170017", ""]


def test_an_imported_place_is_found_in_the_next_gazetteer(
    tmp_path: Path, theatre: Theatre, gazetteer: Gazetteer
) -> None:
    path = write_dump(
        tmp_path / "dump.txt",
        dump_row("900000003", "Quxville", "35.05", "36.95", others="Quxabad"),
        dump_row("170017", "Hama", "35.13", "36.75", others="Quxhama"),
    )
    save_import(merge_places(read_geonames(path), gazetteer=gazetteer), name="mine")
    assert len(read_imports()) == 2
    renewed = open_gazetteer(theatre)
    assert renewed.find("Quxabad")[0].adm1_pcode == "SY05"
    assert renewed.find("Quxhama")[0].id == "geonames:170017"
    article = Article(id="x", text="Fighters entered Quxville near Hama in Syria.")
    found = geoparse(article, theatre=theatre, gazetteer=renewed)
    assert "geonames:900000003" in [item.place.id for item in found if item.place]


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "x" * 61])
def test_an_import_cannot_be_written_elsewhere(tmp_path: Path, name: str) -> None:
    path = write_dump(tmp_path / "dump.txt", dump_row("1", "Quxville", "35.0", "37.0"))
    with pytest.raises(DataError, match="cannot be the name"):
        save_import(read_geonames(path), name=name)


def test_a_damaged_import_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_text("id,name\n1,x\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.csv"):
        read_imports(tmp_path)


@pytest.mark.shared
def test_real_files_are_read(shared: Path) -> None:
    folder = shared / "data" / "gazetteer"
    assert len(read_geonames(folder / "geonames_cities15000_2026_SY.txt").places) == 88
    places = read_mapped_places(
        folder / "ocha_pplp_adm4_2021.csv", columns=OCHA_COLUMNS, gazetteer="ocha", country="SY"
    ).places
    assert len(places) == 7593
