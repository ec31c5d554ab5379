"""Feeds, tables and JSON of many articles: every entry becomes an article or is set aside with its reason."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

import pytest

from mapapp.articles.batch import About, Incoming, count_entries, glance_at, read_address, read_incoming, read_path
from mapapp.articles.fetching import Fetched, fetch_page
from mapapp.articles.published import find_moment
from mapapp.errors import ArticleError
from tests.article_files import build_workbook
from tests.loopback import moved, serving, typed

FULL = "The army said on Thursday that it had left the town of Elmtown after two days of fighting around it."
RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>The Daily &amp; Co</title><language>en-gb</language>
<item><title>Elmtown <![CDATA[<b>falls</b>]]></title><link>https://news.invalid/1</link>
<pubDate>Sun, 08 Dec 2024 23:30:00 +0300</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{FULL}</p><script>alert(1)</script><p>So it was.</p>]]></content:encoded></item>
<item><title>Only a summary</title><link>BASEpage</link><pubDate>Mon, 09 Dec 2024 01:00:00 GMT</pubDate>
<description>The army left Elmtown, residents said …</description></item>
<item><title>Nothing in it</title></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>The Weekly</title>
<entry><title>One</title><link href="https://news.invalid/2"/><updated>2024-12-08T21:00:00-05:00</updated>
<content type="html">&lt;p&gt;{FULL}&lt;/p&gt;</content></entry></feed>"""
PAGE = (
    f"<!DOCTYPE html><html><head><title>T</title></head><body><article><p>{FULL}</p><p>So.</p></article></body></html>"
)


def read(contents: str | bytes, name: str, about: About | None = None) -> list[Incoming]:
    """Read a file of many articles."""
    raw = contents.encode() if isinstance(contents, str) else contents
    return list(read_incoming(raw, name=name, about=about or About()))


def texts(items: list[Incoming]) -> list[str | None]:
    return [None if item.article is None else item.article.text for item in items]


# Feeds


def test_a_feed_gives_its_entries_with_days_in_their_own_zones() -> None:
    full, summary, empty = read(RSS, "feed.xml")
    assert full.article is not None
    assert full.article.text == f"{FULL}\nSo it was."
    assert (full.article.title, full.article.publisher) == ("Elmtown falls", "The Daily & Co")
    assert full.article.url == "https://news.invalid/1"
    assert full.article.published == datetime.fromisoformat("2024-12-08T23:30:00+03:00")
    assert full.article.published.utcoffset() is not None
    assert full.article.language == "en"
    assert full.remarks == ()
    assert summary.article is not None
    assert "only the summary" in summary.remarks[0]
    assert (empty.reason, empty.title, empty.where) == ("The entry has no text.", "Nothing in it", "entry 3")


def test_an_atom_entry_without_a_day_of_publication_has_that_of_its_change() -> None:
    (item,) = read(ATOM, "feed.atom")
    assert item.article is not None
    assert item.article.published == datetime.fromisoformat("2024-12-08T21:00:00-05:00")
    assert item.article.publisher == "The Weekly"


def test_a_publisher_that_the_user_names_is_that_of_a_whole_feed() -> None:
    assert {item.article.publisher for item in read(RSS, "a.xml", About(publisher="P")) if item.article} == {"P"}


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ("<rss><channel></channel></rss>", "no entries"),
        ("<a><b>It fell.</b></a>", "no feed"),
        ("It fell.", "no feed"),
        ("", "no feed"),
        ("<rss>" + "x" * 5_000_000, "5 MB or more"),
    ],
)
def test_what_is_no_feed_is_told(contents: str, said: str) -> None:
    (item,) = read(contents, "feed.xml")
    assert said in str(item.reason)


def test_a_feed_with_files_and_bombs_of_entities_gives_neither(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret", encoding="utf-8")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE r [<!ENTITY s SYSTEM "file://{tmp_path}/secret"><!ENTITY e0 "ha">{bomb}]>'
    feed = f"<?xml version='1.0'?>{head}<rss version='2.0'><channel><item><description>It fell. &s; &e11;</description>"
    for item in read(f"{feed}</item></channel></rss>", "feed.xml"):
        assert item.article is None or ("secret" not in item.article.text and len(item.article.text) < 100_000)


def test_the_full_text_is_fetched_only_if_wanted() -> None:
    asked: list[str]
    with serving({}) as (nowhere, _):
        pass
    answers = {"page": typed(PAGE.encode(), "text/html")}
    with serving(answers) as (base, asked):
        feed = RSS.replace("BASE", base)
        answers["feed"] = typed(feed.encode(), "application/rss+xml")

        def fetch(url: str) -> Fetched:
            return fetch_page(url, allow_private=True)

        list(read_address(f"{base}feed", about=About(), fetch=fetch))
        assert asked == ["feed"]
        items = list(read_address(f"{base}feed", about=About(is_full_text_wanted=True), fetch=fetch))
        assert asked == ["feed", "feed", "page"]
        article = items[1].article
        assert article is not None
        assert article.text.startswith(FULL)
        assert (article.title, article.publisher) == ("Only a summary", "The Daily & Co")
        assert article.published == datetime.fromisoformat("2024-12-09T01:00:00+00:00")
        assert items[1].remarks == ()
        answers["page"] = moved("http://10.0.0.1/")
        answers["feed"] = typed(feed.replace(f"{base}page", f"{nowhere}gone").encode(), "text/html")
        items = list(read_address(f"{base}feed", about=About(is_full_text_wanted=True), fetch=fetch))
        assert items[1].article is not None
        assert items[1].article.text.startswith("The army left Elmtown")
        assert "full text could not be read" in items[1].remarks[0]


# Tables and JSON


def test_rows_become_articles_or_are_set_aside_with_their_line() -> None:
    rows = [
        "Headline;Full text;Date;Outlet;Link",
        "One;It fell.;2024-12-05;The Daily;https://news.invalid/1",
        "Two;;2024-12-05;The Daily;",
        '"Three";"It fell;',
        'again.";December 6, 2024;;',
        ";;;;",
        "Four;It fell.",
        "Five;1234;2024-12-05;;",
        "Six;It fell again.;soon;;javascript:alert(1)",
    ]
    items = read("\n".join(rows), "a.csv")
    assert [item.where for item in items] == ["line 2", "line 3", "line 5", "line 7", "line 8", "line 9"]
    assert texts(items) == ["It fell.", None, "It fell;\nagain.", None, None, "It fell again."]
    assert items[1].reason == "There is no text in 'Full text'."
    assert items[2].article is not None
    assert items[2].article.published is not None
    assert items[2].article.published.date().isoformat() == "2024-12-06"
    assert "more or fewer fields" in str(items[3].reason)
    assert "no words" in str(items[4].reason)
    assert "'soon'" in items[5].remarks[0]
    assert items[5].article is not None
    assert (items[5].article.published, items[5].article.url) == (None, None)


def test_a_workbook_keeps_times_of_day() -> None:
    rows = [["text", "published"], ["It fell.", datetime(2024, 12, 5, 8, 30)], ["It fell again.", "2024-12-06"]]
    first, second = read(build_workbook(rows), "a.xlsx", About(timezone="Asia/Damascus"))
    assert first.article is not None
    assert str(first.article.published) == "2024-12-05 08:30:00+03:00"
    assert second.article is not None
    assert str(second.article.published) == "2024-12-06 12:00:00+03:00"


@pytest.mark.parametrize(
    "contents",
    [
        '{"body": "It fell.", "n": 1}\n\n{"body": "Again."}\n',
        '[{"body": "It fell."}, {"body": "Again."}]',
        '\ufeff{"body": "It fell."}\r\n{"body": "Again."}',
    ],
    ids=["lines", "a list", "with a mark"],
)
def test_json_is_read_as_lines_or_as_a_list(contents: str) -> None:
    assert texts(read(contents, "a.json")) == ["It fell.", "Again."]


def test_one_object_over_several_lines_is_one_article() -> None:
    assert texts(read(json.dumps({"text": "It fell.", "title": "A"}, indent=2), "a.json")) == ["It fell."]


def test_bad_lines_are_set_aside_and_the_rest_goes_on() -> None:
    lines = ['{"text": "It fell."}', "no JSON", "[1]", '{"text": 5}', '{"text": "Again.", "title": ["x"]}', '{"x": 1}']
    items = read("\n".join([*lines, '{"text": "Once more."}']), "a.jsonl")
    assert texts(items) == ["It fell.", None, None, None, None, None, "Once more."]
    assert [item.where for item in items] == [f"line {number}" for number in range(1, 8)]
    assert all(item.reason for item in items[1:6])


def test_a_column_of_no_usual_name_is_asked_for_and_taken() -> None:
    table = "a,b\nIt fell.,2024-12-05\n"
    (item,) = read(table, "a.csv")
    assert "No column is known to hold the text" in str(item.reason)
    (item,) = read(table, "a.csv", About(columns={"text": "a", "published": "b"}))
    assert item.article is not None
    assert item.article.published is not None
    (item,) = read(table, "a.csv", About(columns={"text": "c"}))
    assert "There is no column 'c'" in str(item.reason)


def test_a_glance_shows_columns_and_the_first_entries_and_fetches_nothing() -> None:
    table = "Story,Day\n" + "".join(f"It fell {n}.,2024-12-05\n" for n in range(20))
    glance = glance_at(table.encode(), name="a.csv", about=About(is_full_text_wanted=True))
    assert glance is not None
    assert (glance.columns, dict(glance.matched)) == (("Story", "Day"), {"text": "Story", "published": "Day"})
    assert len(glance.entries) == 5
    unknown = glance_at(b"a,b\n1,2\n", name="a.csv", about=About())
    assert unknown is not None
    assert (unknown.columns, unknown.matched, unknown.entries) == (("a", "b"), {}, ())
    assert glance_at(b"It fell.", name="a.txt", about=About()) is None
    with pytest.raises(ArticleError):
        glance_at(b"\xff\xfe\xff", name="a.csv", about=About())
    assert count_entries(table.encode(), name="a.csv", about=About()) == 20


def test_what_is_given_holds_where_a_row_does_not_say_its_own() -> None:
    about = About(published="2024-12-09", publisher="P")
    own, given = read("text,date,source\nIt fell.,2024-12-05,Own\nAgain.,,\n", "a.csv", about)
    assert own.article is not None
    assert given.article is not None
    assert (own.article.publisher, given.article.publisher) == ("Own", "P")
    assert own.article.published is not None
    assert given.article.published is not None
    assert (own.article.published.day, given.article.published.day) == (5, 9)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (item,) = read_path(tmp_path / "a.csv", about=About())
    assert "cannot be read" in str(item.reason)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-12-08", "2024-12-08"),
        ("2024-12-08T23:30:00Z", "2024-12-08T23:30:00+00:00"),
        ("2024-12-08 23:30:00 UTC", "2024-12-08T23:30:00+00:00"),
        ("Sun, 08 Dec 2024 23:30:00 -0500", "2024-12-08T23:30:00-05:00"),
        ("8 December 2024", "2024-12-08"),
        ("Dec 8th, 2024", "2024-12-08"),
        ("Sunday, December 8, 2024", "2024-12-08"),
        ("2024/12/08", "2024-12-08"),
        ("1733700600000", "2024-12-08T23:30:00+00:00"),
        ("08/12/2024", None),
        ("8.12.24", None),
        ("yesterday", None),
        ("99999999999999", None),
        ("", None),
    ],
)
def test_days_are_told_where_only_one_reading_is_possible(text: str, iso: str | None) -> None:
    moment = find_moment(text)
    assert (None if moment is None else moment.isoformat()) == iso


def test_reading_does_not_wait_for_other_threads() -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(read(RSS, "a.xml")))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 4
