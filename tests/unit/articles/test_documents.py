"""PDF and Word documents become articles, or a sentence that says why not and what to do."""

from __future__ import annotations

import pytest

from mapapp.articles import docx as word
from mapapp.articles import pdf
from mapapp.articles.batch import About, read_incoming
from mapapp.articles.readers import read_article_text
from mapapp.errors import ArticleError
from tests.article_files import build_docx, build_pdf, replace_part

FIRST = ["Rebels took the town of Elmtown on Thursday after two days of", "fighting, the army said. The gov-"]
REST = ["ernor had left before. Nobody was hurt.", "It fell."]


def test_a_pdf_is_read_in_whole_paragraphs() -> None:
    article = read_article_text(build_pdf([[*FIRST, *REST]]), name="a.pdf")
    assert article.text == (
        "Rebels took the town of Elmtown on Thursday after two days of fighting, the army said. The governor had left "
        "before. Nobody was hurt.\nIt fell."
    )


def test_sentences_go_on_behind_a_page_and_page_numbers_and_headers_do_not() -> None:
    pages = [
        ["The Daily, 5 May", *FIRST, "1"],
        ["The Daily, 5 May", *REST, "2"],
        ["The Daily, 5 May", "So it was.", "3"],
    ]
    text = read_article_text(build_pdf(pages, is_packed=True)).text
    assert "The governor had left" in text
    assert "Daily" not in text
    assert not any(character.isdigit() for character in text)


def test_a_hyphen_between_two_words_stays() -> None:
    lines = ["The rebel side held the hills above it, and the men who held rebel-", "held quarters of al-", "Bab left."]
    assert "rebel-held quarters of al-Bab left." in read_article_text(build_pdf([lines])).text


def test_a_scanned_pdf_is_told_plainly() -> None:
    with pytest.raises(ArticleError, match="This PDF has no text"):
        read_article_text(build_pdf([[], []]))


def test_pages_without_text_are_told_in_a_remark() -> None:
    (item,) = read_incoming(build_pdf([["It fell."], [], ["So it was."]]), name="a.pdf", about=About())
    assert item.article is not None
    assert item.remarks == ("Pages of the PDF that have no text and were not read (1): 2.",)


def test_an_encrypted_pdf_is_told_plainly() -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(build_pdf([["It fell."]]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(ArticleError, match="encrypted"):
        read_article_text(out.getvalue())


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(ArticleError, match=r"3 pages\. Expected at most 2"):
        read_article_text(build_pdf([["It fell."]] * 3))


def test_a_pdf_that_unpacks_to_too_much_is_refused() -> None:
    whole = build_pdf([["x" * (pdf.MAX_STREAM_BYTES + 1)]], is_packed=True)
    assert len(whole) < 100_000
    with pytest.raises(ArticleError, match="damaged"):
        read_article_text(whole)


@pytest.mark.parametrize("cut", [10, 60, 300, 500, 700])
def test_a_broken_pdf_is_read_or_refused_in_a_sentence(cut: int) -> None:
    whole = build_pdf([FIRST, REST])
    for broken in (whole[:cut], whole[:cut] + whole[cut + 40 :]):
        (item,) = read_incoming(broken, name="a.pdf", about=About())
        assert (item.article is None) != (item.reason is None)


def test_a_word_document_is_read_paragraph_by_paragraph() -> None:
    contents = build_docx(
        ["Elmtown fell.", "", "So the army said — “at dawn”."], title="A day", cells=["Elmtown", "fell"]
    )
    article = read_article_text(contents, name="a.docx")
    assert article.text == "Elmtown fell.\nSo the army said — “at dawn”.\nElmtown\nfell"
    assert article.title == "A day"
    assert article.published is None


def test_inserted_words_of_tracked_changes_count_and_deleted_ones_do_not() -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        f"<w:document {space}><w:body><w:p><w:r><w:t>Elmtown </w:t></w:r><w:ins><w:r><w:t>fell</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>stood</w:delText></w:r></w:del><w:r><w:t>.</w:t></w:r></w:p></w:body></w:document>"
    )
    contents = replace_part(build_docx([]), name=word.BODY, contents=body.encode())
    assert read_article_text(contents).text == "Elmtown fell."


def test_a_word_document_is_known_by_its_contents_whatever_it_is_called() -> None:
    assert read_article_text(build_docx(["It fell."]), name="a.txt").text == "It fell."


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (build_docx([]), "has no text"),
        (build_docx(["It fell."])[:-200], "broken"),
        (replace_part(build_docx(["x"]), name=word.BODY, contents=b"<no xml"), "damaged"),
        (replace_part(build_docx(["x"]), name=word.BODY, contents=b" " * (word.MAX_BODY_BYTES + 1)), "unpacks to"),
        (
            replace_part(build_docx(["x"]), name="docProps/core.xml", contents=b" " * word.MAX_UNPACKED_BYTES),
            "unpacks to",
        ),
        (replace_part(build_docx(["x"]), name="[Content_Types].xml", contents=b"<a/>"), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old or an encrypted Word"),
    ],
    ids=["empty", "cut", "no xml", "bursting words", "bursting parts", "no types", "old"],
)
def test_what_is_no_readable_word_document_is_refused(contents: bytes, said: str) -> None:
    with pytest.raises(ArticleError, match=said):
        read_article_text(contents, name="a.docx")


def test_entities_of_a_word_document_point_nowhere(tmp_path) -> None:
    (tmp_path / "secret").write_text("a secret", encoding="utf-8")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = (
        f'<!DOCTYPE r [<!ENTITY a SYSTEM "file://{tmp_path}/secret"><!ENTITY b "aaaa"><!ENTITY c "&b;&b;&b;&b;">]>'
        f"<w:document {space}><w:body><w:p><w:r><w:t>It fell. &a; &c;</w:t></w:r></w:p></w:body></w:document>"
    )
    contents = replace_part(build_docx([]), name=word.BODY, contents=body.encode())
    (item,) = read_incoming(contents, name="a.docx", about=About())
    assert item.article is None or "secret" not in item.article.text
