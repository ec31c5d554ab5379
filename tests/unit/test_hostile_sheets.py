"""Tables made to harm: refused in plain words, in little memory, before anything is built of them."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from mapapp import sheets
from mapapp.errors import DataError
from mapapp.sheets import LIMITS, OLE, open_sheet, read_sheet

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS_PART = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sharedStrings+xml"/>'
)
HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>place</t></is></c></row>'


def plain_book() -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in (("place", "day"), ("Alda", "2030-01-01"), ("Bree", None)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(**parts: str | bytes) -> bytes:
    """A workbook of two rows in which some parts are others: `sheet`, `strings`, `styles`."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
    }
    changed = {names[name]: contents for name, contents in parts.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_book())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for item in source.infolist():
            whole = changed.pop(item.filename, source.read(item.filename))
            if item.filename == "[Content_Types].xml" and "strings" in parts:
                assert isinstance(whole, bytes)
                whole = whole.replace(b"</Types>", STRINGS_PART + b"</Types>")
            made.writestr(item.filename, whole)
        for filename, contents in changed.items():
            made.writestr(filename, contents)
    return out.getvalue()


def sheet_of(rows: str) -> bytes:
    return with_parts(sheet=f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")


def many_rows() -> bytes:
    return sheet_of(HEADER_ROW + '<row><c t="n"><v>1</v></c></row>' * 1_100_000)


def many_cells_in_a_row() -> bytes:
    return sheet_of("<row>" + "<c/>" * 3_000_000 + "</row>")


def rows_without_end() -> bytes:
    return sheet_of("<row/>" * 3_000_000)


def a_column_far_away() -> bytes:
    return sheet_of('<row r="1"><c r="ZZZ1" t="n"><v>1</v></c></row>')


def a_million_columns() -> bytes:
    return sheet_of('<row r="1">' + '<c t="n"><v>1</v></c>' * 1_000_000 + "</row>")


def a_row_far_away() -> bytes:
    return sheet_of(HEADER_ROW + '<row r="999999999999"><c t="n"><v>1</v></c></row>')


def many_strings() -> bytes:
    return with_parts(strings=f"<sst {MAIN}>" + "<si><t/></si>" * 4_000_000 + "</sst>")


def strings_without_end() -> bytes:
    return with_parts(strings=f"<sst {MAIN}>" + "<si/>" * 4_000_000 + "</sst>")


def one_long_string() -> bytes:
    return with_parts(strings=f"<sst {MAIN}><si><t>{'a' * 30_000_000}</t></si></sst>")


def many_styles() -> bytes:
    return with_parts(styles=f"<styleSheet {MAIN}><cellXfs>" + "<xf/>" * 3_000_000 + "</cellXfs></styleSheet>")


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l11;</t></is></c></row>'
    return with_parts(sheet=f"{head}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>" + " " * 300_000)


def ends_hidden_in_comments() -> bytes:
    return sheet_of("<row>" + ("<c/>" * 50_000 + "<!--</row>-->") * 60 + "</row>")


def spaces_before_a_bomb() -> bytes:
    return with_parts(sheet=" " * 2_000_000 + f"<worksheet {MAIN}><sheetData><row>" + "<c/>" * 3_000_000)


def wide_characters() -> bytes:
    text = f"<worksheet {MAIN}><sheetData><row>" + "<c/>" * 500_000 + "</row></sheetData></worksheet>"
    return with_parts(sheet=text.encode("utf-16"))


BOMBS: dict[str, Callable[[], bytes]] = {
    work.__name__: work
    for work in (
        *(many_rows, many_cells_in_a_row, rows_without_end, a_column_far_away, a_million_columns, a_row_far_away),
        *(many_strings, strings_without_end, one_long_string, many_styles, entities, ends_hidden_in_comments),
        *(spaces_before_a_bomb, wide_characters),
    )
}


def read_all(contents: bytes, *, name: str = "t.xlsx") -> list[object]:
    return list(read_sheet(contents, name=name).rows)


def test_a_plain_workbook_is_read() -> None:
    assert read_all(plain_book()) == [
        (2, {"place": "Alda", "day": "2030-01-01"}),
        (3, {"place": "Bree", "day": ""}),
    ]


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_made_to_harm_is_refused_in_plain_words(name: str) -> None:
    contents = BOMBS[name]()
    assert len(contents) < 20_000_000
    with pytest.raises(DataError) as told:
        read_all(contents)
    assert "t.xlsx" in str(told.value)
    assert "Error" not in str(told.value) or "Save it again" in str(told.value)


READ_WITHIN = """
import pathlib, resource, sys
from mapapp.errors import DataError
from mapapp.sheets import open_sheet
pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + int(sys.argv[2]) * 1_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        print(path.name, sum(1 for _ in open_sheet(path).rows))
    except DataError:
        continue
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux says so how much memory a process has")
def test_refusing_takes_little_memory(tmp_path: Path) -> None:
    for name, work in BOMBS.items():
        (tmp_path / f"{name}.xlsx").write_bytes(work())
    command = [sys.executable, "-c", READ_WITHIN, str(tmp_path), "250"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "contents", "said"),
    [
        ("t.xlsx", OLE + b"\0" * 600, "old kind"),
        ("t.csv", OLE + b"\0" * 600, "old kind"),
        ("t.xlsx", OLE + b"\0" * 100 + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("t.xlsx", b"place,day\nAlda,2030-01-01\n", "no XLSX"),
        ("t.csv", plain_book(), "packed file"),
        ("t.csv", b"place,day\nAl\0da,2030-01-01\n", "value zero"),
        ("t.csv", "place,day\nAlda,2030-01-01\n".encode("utf-16-le"), "value zero"),
        ("t.csv", b"place,day\n" + b"x" * 3_000_000 + b"\xff", "byte 3,000,011"),
        ("t.csv", b",".join([b"a%d" % n for n in range(6_000)]), "6,000 columns"),
        ("t.csv", b'place,day\n"' + b"\n," * 15_000_000, "more than 20 million characters|larger than field limit"),
        ("t.csv", b"place,day\n" + b"," * 25_000_000, "more than 20 million characters"),
    ],
)
def test_what_is_no_table_says_what_it_is_and_what_to_do(name: str, contents: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_all(contents, name=name)


def test_a_workbook_with_a_password_inside_the_archive_is_named() -> None:
    contents = bytearray(plain_book())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = contents.find(mark)
        while at >= 0:
            contents[at + offset] |= 1
            at = contents.find(mark, at + 4)
    with pytest.raises(DataError, match="password"):
        read_all(bytes(contents))


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(plain_book())
    with pytest.raises(DataError, match="unpacks to"):
        list(read_sheet(path.read_bytes(), name="t.xlsx", max_bytes=1_000).rows)
    monkeypatch.setattr(sheets, "MAX_BYTES", 100)
    with pytest.raises(DataError, match="large"):
        open_sheet(path)


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    with pytest.raises(DataError, match="more than 3 rows"):
        read_all(b"place\n" + b"Alda\n" * 5, name="t.csv")


def test_shared_texts_are_read() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in (1, 2))
    contents = with_parts(
        sheet=f"<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>",
        strings=f"<sst {MAIN}><si><t>place</t></si><si><t>Alda</t></si></sst>",
    )
    assert read_all(contents) == [(2, {"place": "Alda"})]


def test_a_row_beyond_the_header_loses_only_what_has_no_name() -> None:
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c><c r="C{0}"><v>7</v></c></row>'
    contents = sheet_of(HEADER_ROW + row.format(2, "Alda"))
    assert read_all(contents) == [(2, {"place": "Alda"})]


def test_the_limits_are_told_in_numbers() -> None:
    assert "1,048,576 rows" in LIMITS
    assert "5,000 columns" in LIMITS
