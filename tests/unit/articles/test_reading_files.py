"""Files become articles, or a sentence that says why not and what to do."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mapapp.articles.decoding import MAX_BYTES, MAX_CHARACTERS
from mapapp.articles.language import guess_language
from mapapp.articles.published import read_published
from mapapp.articles.readers import read_article_file, read_article_record, read_article_text
from mapapp.errors import ArticleError, DateError

WORDS = "Rebels took the town of Elmtown on Thursday, the army said.\nResidents fled to “the coast” — حماة."
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Elmtown changes hands | The Daily</title>
<meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2031-05-09T08:00:00Z">
<link rel="canonical" href="https://news.invalid/elmtown"></head>
<body><nav><a href="/">Home</a><a href="/w">World</a></nav><article><h1>Elmtown changes hands</h1>
<p>Rebels said on Thursday that they had captured the town of Elmtown after two days of fighting around it.</p>
<p>The army said it had withdrawn to new lines &amp; did not say where they are.</p></article>
<script>document.write("a script's words")</script><footer>All rights reserved</footer></body></html>"""


def test_a_text_is_kept_word_for_word() -> None:
    text = "  Two  spaces,\ttabs, \u202ebidi\u202c, e\u0301 unchanged.\n\n "
    assert read_article_text(text).text == text


def test_only_line_ends_become_single_newlines() -> None:
    assert read_article_text("One\r\nTwo\rThree\nFour\u2028Five").text == "One\nTwo\nThree\nFour\u2028Five"


def test_the_id_is_the_hash_of_the_text() -> None:
    assert read_article_text(WORDS).id == hashlib.sha256(WORDS.encode()).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_say_what_they_are_need_no_name(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.encode(encoding))
    assert read_article_file(tmp_path / "a.txt").text == WORDS


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "The café fell."),
        ("cp1256", "سقطت المدينة"),
        ("utf-16-le", "The café fell."),
        ("utf-16-be", "It fell."),
    ],
)
def test_other_encodings_must_be_named(encoding: str, text: str) -> None:
    assert read_article_text(text.encode(encoding), encoding=encoding).text == text
    with pytest.raises(ArticleError, match="--encoding"):
        read_article_text(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "", "a" * 5000, "utf-8\0"])
def test_a_name_that_is_no_encoding_is_said(encoding: str) -> None:
    with pytest.raises(ArticleError, match=r"no encoding|is not in"):
        read_article_text(b"It fell.", encoding=encoding)


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        ("… — 1234 !!!".encode(), "no words"),
        (b"\x00\x01\x02\x03" * 100, "binary"),
        (b"\xff\xfea\x00b", "not in utf-16"),
        (b"words \x00 and a NUL", "binary"),
        (b"\x1b[2J\x07\x08" * 100 + b"words", "control characters"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04rest", "Word"),
        (b"{\\rtf1 It fell.}", "RTF"),
        (b"\x89PNG\r\n", "picture"),
        ("The café fell.".encode("latin-1"), "not in UTF-8"),
        (b"It fell. " * (MAX_BYTES // 9 + 1), "5 MB or more"),
        ("It fell. " * (MAX_CHARACTERS // 9 + 1), "1,000,000"),
        ("half \ud800 a pair", "half characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_what_is_no_article_is_refused_with_what_to_do(contents: bytes | str, said: str) -> None:
    with pytest.raises(ArticleError, match=said) as caught:
        read_article_text(contents)
    assert any(word in str(caught.value) for word in ("Give", "Save", "name its encoding", "save", "print it"))


def test_a_file_of_exactly_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * MAX_BYTES)
    with pytest.raises(ArticleError, match="5 MB or more"):
        read_article_file(tmp_path / "a.txt")


@pytest.mark.parametrize("name", ["missing.txt", "", "bad\0name.txt", "a" * 5000])
def test_a_file_that_cannot_be_opened_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"cannot be read|is a folder"):
        read_article_file(tmp_path / name)


def test_a_page_gives_its_article_and_what_its_head_says() -> None:
    article = read_article_text(PAGE)
    assert "captured the town of Elmtown" in article.text
    assert "lines & did" in article.text
    assert "script" not in article.text
    assert "Home" not in article.text
    assert article.title == "Elmtown changes hands"
    assert article.publisher == "The Daily"
    assert article.url == "https://news.invalid/elmtown"
    assert article.published == datetime(2031, 5, 9, 12, tzinfo=UTC) or article.published is None


@pytest.mark.parametrize("name", ["page.html", "page.HTM", "page.txt", "", "page.unknown"])
def test_a_page_is_known_by_its_name_or_its_beginning(name: str) -> None:
    assert "<p>" not in read_article_text(PAGE.encode(), name=name).text


def test_what_is_given_wins_over_what_a_page_says() -> None:
    about = {"title": "T", "publisher": "P", "url": "https://other.invalid/", "published": "2024-05-06"}
    article = read_article_text(PAGE, **about)
    assert (article.title, article.publisher, article.url) == ("T", "P", "https://other.invalid/")
    assert article.published.date() == date(2024, 5, 6)


def test_a_page_may_say_its_encoding() -> None:
    page = "<html><head><meta charset='windows-1256'></head><body><p>سقطت المدينة في يد الفصائل</p></body></html>"
    assert read_article_text(page.encode("cp1256"), name="a.html").text == "سقطت المدينة في يد الفصائل"


@pytest.mark.parametrize(
    "page",
    [
        "<html><body></body></html>",
        "<html><body><script>write('words')</script></body></html>",
        "<html><head><title>Only a title</title></head></html>",
        "<html><body><!-- words --><style>p {}</style></body></html>",
    ],
)
def test_a_page_without_text_is_refused_with_what_to_do(page: str) -> None:
    with pytest.raises(ArticleError, match="copy the text"):
        read_article_text(page, name="page.html")


def test_short_pages_are_read_too() -> None:
    assert read_article_text("<html><body><p>Elmtown fell.</p><p>So it is.</p></body></html>").text == (
        "Elmtown fell.\nSo it is."
    )


def test_deeply_nested_pages_end_in_text_or_a_sentence() -> None:
    page = "<div>" * 30_000 + "Elmtown fell." + "</div>" * 30_000
    with pytest.raises(ArticleError, match="no text"):
        read_article_text(page, name="a.html")


def test_markdown_loses_its_marks_and_nothing_else() -> None:
    text = "---\ntitle: 'A day'\nsource: The Daily\ndate: 2024-05-09\n---\n## Elm*town* fell\n\n> **So** [here](x).\n"
    article = read_article_text(text, name="a.md")
    assert article.text == "Elm*town* fell\n\nSo here.\n"
    assert (article.title, article.publisher, article.published.date()) == ("A day", "The Daily", date(2024, 5, 9))


def test_marks_that_are_no_markdown_stay() -> None:
    text = "5 * 3 * 2 and snake_case_names and 3 < 4 [sic] (so)."
    assert read_article_text(text, name="a.md").text == text


def test_fields_are_kept_fit_to_be_stored() -> None:
    article = read_article_text("It fell.", title="a\0b\ud800c" + "x" * 9_999, publisher="  ")
    assert article.title.startswith("abcx")
    assert len(article.title) <= 2_000
    assert article.publisher is None


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://[", "data:text/html,x", "//a.invalid", "a page", "https://"]
)
def test_an_address_that_no_browser_may_be_sent_to_is_refused_or_left_out(address: str) -> None:
    with pytest.raises(ArticleError, match="https://"):
        read_article_text("It fell.", url=address)
    assert read_article_record({"text": "It fell.", "url": address}).url is None
    assert read_article_text(f"---\nurl: {address}\n---\nIt fell.", name="a.md").url is None


# Objects of JSONL files


def test_the_text_of_an_object_keeps_its_offsets() -> None:
    assert read_article_record({"text": "\ufeffOne\r\nTwo"}).text == "\ufeffOne\r\nTwo"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, '"text"'),
        ({"text": None}, "NoneType"),
        ({"text": 5}, "int"),
        ({"text": ""}, "no words"),
        ({"text": "It fell.", "title": ["x"]}, '"title" must be a string'),
        ({"text": "It fell \ud83d."}, "half characters"),
    ],
)
def test_objects_that_are_no_article_are_said(record: dict[str, object], said: str) -> None:
    with pytest.raises(ArticleError, match=said):
        read_article_record(record)


def test_a_bad_day_in_an_object_is_said() -> None:
    with pytest.raises(DateError, match="no day of publication"):
        read_article_record({"text": "It fell.", "published": "last week"})


# Days of publication

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-12-09", "2024-12-09T12:00:00+03:00"),
        (" 2024-12-09 ", "2024-12-09T12:00:00+03:00"),
        ("20241209", "2024-12-09T12:00:00+03:00"),
        ("2024-12-09T23:30", "2024-12-09T23:30:00+03:00"),
        ("2024-12-09T23:30:00Z", "2024-12-09T23:30:00+00:00"),
        ("2009-03-20 12:24:52.002364-05", "2009-03-20T12:24:52.002364-05:00"),
        (date(2024, 12, 9), "2024-12-09T12:00:00+03:00"),
        (datetime(2024, 12, 9, 1, tzinfo=UTC), "2024-12-09T01:00:00+00:00"),
    ],
)
def test_days_and_times_are_read(text: str | date, iso: str) -> None:
    assert read_published(text, timezone="Asia/Damascus", now=NOW).isoformat() == iso


@pytest.mark.parametrize(
    "text", ["", "9.12.2024", "yesterday", "2024-13-01", "2024-02-30", "0000-00-00", "\u202e2024", "1e9"]
)
def test_what_is_no_day_is_said_with_the_form_to_use(text: str) -> None:
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        read_published(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "said"), [("2042-12-09", "future"), ("2026-01-13", "future"), ("0204-12-09", "before 1900")]
)
def test_days_that_cannot_be_meant_are_refused(text: str, said: str) -> None:
    with pytest.raises(DateError, match=said):
        read_published(text, now=NOW)


def test_tomorrow_is_allowed_as_it_may_be_so_elsewhere() -> None:
    assert read_published("2026-01-11", now=NOW).day == 11


def test_a_bad_day_that_a_page_says_counts_as_none() -> None:
    assert read_article_text("---\ndate: soon\n---\nIt fell.", name="a.md").published is None


# Languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The rebels said on Friday that they had taken the town and that the army was leaving.", "en"),
        ("Army withdraws from the town after days of fighting", "en"),
        ("Les rebelles ont pris la ville dans la nuit, selon des habitants qui ont fui vers le sud.", "fr"),
        ("Die Rebellen haben die Stadt in der Nacht eingenommen, wie die Armee mitteilte.", "de"),
        ("Los rebeldes tomaron la ciudad por la noche, según los vecinos que huyeron del centro.", "es"),
        ("Ordu, cuma günü kentten çekildi ve bir açıklama için zaman istedi.", "tr"),
        ("Армия вышла из города после трёх дней боёв, сообщил её представитель.", "ru"),
        ("قالت مصادر محلية إن القوات انسحبت من المدينة إلى الساحل بعد أيام من القتال", "ar"),
        ("نیروها پس از سه روز درگیری از شهر خارج شدند و به سمت ساحل رفتند که این شهر را ترک کردند", "fa"),
        ("军队在三天的战斗后撤出了这座城市。", "zh"),
        ("軍は三日間の戦闘の後、町から撤退した。", "ja"),
        ("xqv zzkp wrrt bnmp qwrt zxcv plmk", None),
        ("Elmtown", None),
        ("1234 !!", None),
        ("", None),
    ],
)
def test_languages_are_told_apart_or_left_unknown(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_a_named_language_wins() -> None:
    assert read_article_text("Elmtown", language="en").language == "en"
