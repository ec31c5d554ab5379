"""Documents and tables made for tests: PDF from scratch, Word and workbooks by their libraries."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

import docx
from openpyxl import Workbook


def build_pdf(pages: Sequence[Sequence[str]], *, is_packed: bool = False) -> bytes:
    """Return a PDF whose pages have these lines; a page without lines has no text, as a scanned one."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"({line.replace('(', '').replace(')', '')}) Tj 0 -14 Td " for line in lines)
        stream = f"BT /F1 12 Tf 50 800 Td {shown}ET".encode("latin-1") if lines else b"0 0 m 10 10 l S"
        extra = b""
        if is_packed:
            stream, extra = zlib.compress(stream), b"/Filter/FlateDecode"
        objects.append(b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (listed, len(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def build_docx(paragraphs: Sequence[str], *, title: str = "", cells: Sequence[str] = ()) -> bytes:
    """Return a Word document with these paragraphs and one row of cells."""
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if cells:
        row = document.add_table(rows=1, cols=len(cells)).rows[0]
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def replace_part(archive: bytes, *, name: str, contents: bytes) -> bytes:
    """Return a zip archive with another part in the place of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, contents if part.filename == name else old.read(part.filename))
    return out.getvalue()


def build_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Return an XLSX workbook with one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
