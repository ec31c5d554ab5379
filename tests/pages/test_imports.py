"""Tables of others on the Data screen: recognised or mapped, checked, imported, and taken out again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mapapp.histories.shelf import event_layers
from mapapp.theatres.theatre import default_theatre, list_theatres, load_theatre

OpenApp = Callable[..., AppTest]
UCDP = (
    "id,type_of_violence,side_a,side_b,where_prec,where_coordinates,latitude,longitude,date_start,date_end,date_prec,best\n"
    "1,1,Government,Front,1,Hama,35.13,36.75,2024-12-04,2024-12-04,1,3\n"
    "2,3,Front,Civilians,1,Homs,34.73,36.71,2024-12-05,2024-12-06,2,1\n"
    "3,1,Government,Front,1,Homs,34.73,36.71,2024-12-07,2024-12-05,1,0\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.delenv("MAPAPP_THEATRES", raising=False)
    return tmp_path


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def fill(app: AppTest, **values: str) -> None:
    for key, value in values.items():
        app.text_input(key=f"imports_{key}").set_value(value).run()
        assert not app.exception


def told(app: AppTest) -> str:
    return "\n".join(str(box.value) for box in (*app.markdown, *app.success, *app.error, *app.info, *app.caption))


def test_an_event_export_becomes_a_layer_and_is_taken_away_again(open_app: OpenApp, folder: Path) -> None:
    table = folder / "ged.csv"
    table.write_text(UCDP, encoding="utf-8")
    app = open_app("data")
    fill(app, path=str(table), source="https://ucdp.uu.se")
    press(app, "imports_check")
    assert "3 rows = 2 kept + 1 set aside" in told(app)
    assert not event_layers(default_theatre())
    press(app, "imports_do")
    (layer,) = event_layers(default_theatre())
    assert [item.what for item in layer.happenings] == ["state-based violence", "one-sided violence"]
    assert "imported" in told(app)
    press(app, "imports_remove")
    assert not event_layers(default_theatre())


def test_a_table_with_other_columns_makes_a_conflict_and_is_undone(open_app: OpenApp, folder: Path) -> None:
    table = folder / "odd.csv"
    table.write_text(
        "Ort;Nord;Ost;Tag;Seite\nMosul;36.34;43.13;2014-06-01;Government\nMosul;36.34;43.13;2014-06-10;Others\n"
        "Paris;48.8;2.3;2014-06-01;Nobody\n",
        encoding="utf-8",
    )
    app = open_app("data")
    fill(app, path=str(table))
    assert "Still to say" in told(app)
    columns = hash(("Ort", "Nord", "Ost", "Tag", "Seite"))
    for field, column in {"place": "Ort", "lat": "Nord", "lon": "Ost", "date": "Tag", "holder": "Seite"}.items():
        app.selectbox(key=f"imports_column_long_{field}_{columns}").set_value(column).run()
    fill(app, source="https://example.org/table", new_name="elsewhere")
    app.selectbox(key="imports_new_country").set_value("IQ").run()
    press(app, "imports_check")
    assert "3 rows = 2 kept + 1 set aside" in told(app)
    assert "elsewhere" not in list_theatres()
    press(app, "imports_do")
    made = load_theatre("elsewhere")
    assert {actor.name for actor in made.actors} == {"Government", "Others"}
    press(app, "imports_show")
    app.switch_page("pages/data.py").run()
    press(app, "imports_undo")
    assert load_theatre("elsewhere").actors == ()


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00bad", "UTF-8"),
        (b"a,a\n1,2\n", "more than once"),
        (b'place,date,holder\n"never closed,2030-01-01,x\n', "Nothing of the table can be used"),
    ],
)
def test_a_broken_table_is_refused_in_words(open_app: OpenApp, folder: Path, contents: bytes, words: str) -> None:
    table = folder / "broken.csv"
    table.write_bytes(contents)
    app = open_app("data")
    fill(app, path=str(table))
    if words.startswith("Nothing"):
        fill(app, source="https://example.org/t", new_name="elsewhere")
        press(app, "imports_check")
    assert words in told(app)
    assert list_theatres() == (default_theatre(),)


def test_hostile_cells_stay_text(open_app: OpenApp, folder: Path) -> None:
    table = folder / "hostile.csv"
    table.write_text(
        "place,lat,lon,date,holder\n"
        '"![x](http://example.org/x.png)",36.34,43.13,2014-06-01,"<img src=x onerror=alert(1)>"\n'
        '"=1+1",33.3,44.4,2014-06-01,":red[x]\u202e"\n',
        encoding="utf-8",
    )
    app = open_app("data")
    fill(app, path=str(table), source="https://example.org/t", new_name="elsewhere")
    app.selectbox(key="imports_new_country").set_value("IQ").run()
    press(app, "imports_check")
    words = told(app)
    assert "<img" not in words.replace("\\<img", "")
    assert "\u202e" not in words
    press(app, "imports_do")
    assert {place.name for place in load_theatre("elsewhere").cell_places} >= {"=1+1"}


@pytest.mark.parametrize(
    ("name", "contents", "said"),
    [
        ("t.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old kind (XLS)"),
        ("t.xlsx", b"place,day\n", "no XLSX workbook"),
        ("t.csv", b"place,day\nAl\0da,2030-01-01\n", "bytes of value zero"),
    ],
)
def test_a_table_made_to_harm_is_refused_and_the_limits_stand_there_before(
    open_app: OpenApp, folder: Path, name: str, contents: bytes, said: str
) -> None:
    app = open_app("data")
    assert "1,048,576 rows" in told(app)
    app.file_uploader(key="imports_file").set_value((name, contents, "application/octet-stream")).run()
    assert not app.exception
    assert said in told(app).replace("\\", "")
