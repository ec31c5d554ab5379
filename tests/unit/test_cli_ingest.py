"""`ingest` with files of many articles, addresses and feeds, as a user types it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from mapapp.cli import main
from tests.article_files import build_docx, build_pdf
from tests.loopback import serving, typed

GOOD = "Opposition fighters captured the city of {place} on Wednesday. Government troops had left it before."
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a store of its own: exit code, output, errors."""
    monkeypatch.setenv("MAPAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.delenv("MAPAPP_ALLOW_PRIVATE_ADDRESSES", raising=False)

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_it


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with two good articles, one twice, and two bad rows."""
    rows = [
        ("Body", "When"),
        *((GOOD.format(place=place), "2024-12-04") for place in ("Homs", "Hama", "Homs")),
        ("", "2024-12-04"),
        ("It rained and nobody minded.", "2024-12-04"),
    ]
    path = tmp_path / "articles.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_table_is_read_and_what_cannot_be_used_is_told_and_written(run: Run, table: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside.csv"
    code, out, _ = run("ingest", str(table), "--column", "published=When", "--set-aside", str(aside))
    assert code == 1
    assert "5 in = 2 stored + 1 there already + 2 set aside" in out
    assert "line 5" in out
    with aside.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 4
    code, out, _ = run("ingest", str(table), "--column", "published=When")
    assert "5 in = 0 stored + 3 there already + 2 set aside" in out


def test_check_shows_the_columns_and_stores_nothing(run: Run, table: Path) -> None:
    code, out, _ = run("ingest", str(table), "--check")
    assert code == 0
    assert "Columns: Body, When" in out
    assert "Taken for: text=Body" in out
    assert "Opposition fighters captured" in out
    assert "No article is stored" in run("articles")[1]


def test_several_files_of_several_kinds_are_read_in_one_go(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD.format(place="Homs"), encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(build_pdf([[GOOD.format(place="Hama")]]))
    (tmp_path / "c.docx").write_bytes(build_docx([GOOD.format(place="Idlib")]))
    (tmp_path / "d.pdf").write_bytes(build_pdf([[]]))
    names = [str(path) for path in sorted(tmp_path.glob("?.*"))]
    code, out, _ = run("ingest", *names, "--published", "2024-12-05")
    assert code == 1
    assert "4 in = 3 stored + 0 there already + 1 set aside" in out
    assert "This PDF has no text" in out


def test_a_page_is_opened_only_where_this_machine_is_allowed(run: Run) -> None:
    page = f"<html><head><title>A day</title></head><body><p>{GOOD.format(place='Homs')}</p></body></html>"
    with serving({"a": typed(page.encode(), "text/html")}) as (base, asked):
        code, _, err = run("ingest", f"{base}a", "--published", "2024-12-05")
        assert (code, asked) == (2, [])
        assert "--allow-private" in err
        code, out, _ = run("ingest", f"{base}a", "--published", "2024-12-05", "--allow-private")
        assert (code, asked) == (0, ["a"])
    assert "Stored as" in out
    assert "Homs" in out


def test_a_feed_is_read_entry_by_entry(run: Run) -> None:
    items = "".join(
        f"<item><title>{place}</title><pubDate>Wed, 04 Dec 2024 10:00:00 GMT</pubDate>"
        f"<description>{GOOD.format(place=place)}</description></item>"
        for place in ("Homs", "Hama")
    )
    feed = f"<rss version='2.0'><channel><title>The Daily</title>{items}</channel></rss>"
    with serving({"feed": typed(feed.encode(), "application/rss+xml")}) as (base, _):
        code, out, _ = run("ingest", f"{base}feed", "--allow-private")
    assert code == 0
    assert "2 in = 2 stored" in out
    assert "The Daily" in run("articles")[1]


def test_a_copy_is_told(run: Run, tmp_path: Path) -> None:
    text = " ".join([GOOD.format(place="Homs"), *(f"Witness {number} saw it happen at noon." for number in range(12))])
    for name, words in (("a.txt", text), ("b.txt", f"{text} More was not known.")):
        (tmp_path / name).write_text(words, encoding="utf-8")
        code, out, _ = run("ingest", str(tmp_path / name), "--published", "2024-12-05")
        assert code == 0
    assert "Nearly the same as" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ingest", "missing.csv"), "cannot be read"),
        (("ingest", "a.txt", "b.txt", "--title", "A day"), "one article"),
        (("ingest", "a.csv", "--column", "body"), "FIELD=NAME"),
        (("ingest", "a.csv", "--column", "body=Body"), "Fields: text"),
        (("ingest", "https://", "--published", "2024-12-05"), "no address of a page"),
        (("ingest", "https://example.org/", "--check"), "files only"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert not out


def test_a_day_that_the_text_says_is_offered_and_not_taken(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(f"Homs falls\nPublished: 5 December 2024\n\n{GOOD.format(place='Homs')}\n", encoding="utf-8")
    code, _, err = run("ingest", str(path))
    assert code == 2
    assert "if that is it: --published 2024-12-05" in err
    assert run("ingest", str(path), "--published", "2024-12-05")[0] == 0
