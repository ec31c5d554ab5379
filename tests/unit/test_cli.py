"""The command line: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mapapp.articles.decoding import MAX_BYTES
from mapapp.cli import build_parser, main
from mapapp.cli.jsonl import MAX_LINE_BYTES
from mapapp.cli.terminal import EXIT_PIPE
from mapapp.export import all_exporters
from mapapp.store import open_store
from mapapp.theatres.theatre import Theatre, sample_articles

HOSTILE = (
    "{{7*7}}",
    "${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "</script>",
    "\u202egnp.exe",
    "\x1b[2J\x1b]0;x\x07",
)


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, gazetteer: object) -> Iterator[Run]:
    """Run one command in this process; `gazetteer` has built the place index."""

    def run_once(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code = main(arguments)
        except SystemExit as error:  # argparse ends so
            code = error.code if isinstance(error.code, int) else 2
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run_once


@pytest.fixture(scope="session")
def text(theatre: Theatre) -> str:
    """An article in plain words about the theatre, whatever it is."""
    town = next(place for place in theatre.cell_places if place.id == theatre.capital_place_id).name
    actor = next(actor for actor in theatre.actors if not actor.is_generic and not actor.is_state)
    day = f"{theatre.last_day:%d %B %Y}".lstrip("0")
    return f"{actor.name} captured {town} on {day}, residents said. The army of {theatre.country_name} withdrew."


@pytest.fixture
def article(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(text, encoding="utf-8")
    return path


def day_of(theatre: Theatre) -> str:
    return theatre.last_day.isoformat()


# Ingesting


def test_ingest_prints_what_was_found_and_stores_it(run: Run, article: Path, theatre: Theatre, text: str) -> None:
    outcome = run(
        "ingest", str(article), "--published", day_of(theatre), "--publisher", "The Daily", "--title", "A day"
    )
    assert outcome.code == 0
    assert "A day" in outcome.out
    assert "captured" in outcome.out
    (reading,) = open_store().readings(theatre=theatre.code)
    assert reading.article.text == text
    assert reading.article.publisher == "The Daily"
    (place,) = (
        found.place for found in reading.resolutions if found.place and found.place.id == theatre.capital_place_id
    )
    assert place.adm1_pcode in outcome.out
    assert reading.article.id[:12] in outcome.out


def test_the_same_text_again_is_said_and_changes_nothing(run: Run, article: Path, theatre: Theatre) -> None:
    run("ingest", str(article), "--published", day_of(theatre))
    before = open_store().version()
    outcome = run("ingest", str(article), "--published", day_of(theatre))
    assert outcome.code == 0
    assert "there already" in outcome.out
    assert open_store().version() == before


def test_ingest_reads_standard_input(run: Run, theatre: Theatre, text: str) -> None:
    assert run("ingest", "-", "--published", day_of(theatre), stdin=text.encode()).code == 0
    assert len(open_store().readings(theatre=theatre.code)) == 1


def test_the_store_can_be_chosen(run: Run, article: Path, theatre: Theatre, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "mine.sqlite"
    assert run("ingest", str(article), "--published", day_of(theatre), "--db", str(path)).code == 0
    assert len(open_store(str(path)).articles()) == 1
    assert open_store().articles() == ()


def test_a_page_that_says_its_day_needs_no_other(run: Run, tmp_path: Path, theatre: Theatre, text: str) -> None:
    page = tmp_path / "page.html"
    head = f'<meta property="article:published_time" content="{day_of(theatre)}T08:00:00Z"><title>A day</title>'
    page.write_text(f"<html><head>{head}</head><body><article><p>{text}</p></article></body></html>", encoding="utf-8")
    assert run("ingest", str(page)).code == 0
    assert open_store().articles()[0].published.date() == theatre.last_day


BAD_INPUT: dict[str, tuple[bytes, tuple[str, ...], str]] = {
    "empty": (b"", (), "empty"),
    "blank": (b" \n\t\r\n", (), "empty"),
    "binary": (bytes(range(256)) * 20, (), "encoding"),
    "NUL": (b"\x00\x01" * 500, (), "binary"),
    "PDF": (b"%PDF-1.7\n", (), "PDF"),
    "5 MB": (b"word " * (MAX_BYTES // 5), (), "5 MB"),
    "wrong encoding": ("Les forces ont pris la ville à l’aube".encode("utf-16-be"), (), "encoding"),
    "latin-1": ("Un café".encode("latin-1"), (), "--encoding"),
    "named encoding is wrong": ("Un café".encode("latin-1"), ("--encoding", "utf-8"), "not in utf-8"),
    "no such encoding": (b"Words.", ("--encoding", "klingon"), "no encoding"),
    "no place": (b"It was said that they had done what was asked of them and that all of it was good.", (), "No place"),
    "unknown language": (b"xqv zzkp wrrt bnmp qwrt zxcv plmk kkw", (), "language"),
    "another language": (
        "Les habitants de la ville ont dit que les combats ont cessé dans la nuit.".encode(),
        (),
        "French",
    ),
    "bad day": (b"Words.", ("--published", "last week"), "YYYY-MM-DD"),
    "day ahead": (b"Words.", ("--published", "2999-01-01"), "future"),
    "day long ago": (b"Words.", ("--published", "0024-12-08"), "before 1900"),
    "no such theatre": (b"Words.", ("--theatre", "atlantis"), "no theatre"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_told_in_one_line_and_nothing_is_stored(
    run: Run, tmp_path: Path, theatre: Theatre, case: str
) -> None:
    contents, arguments, said = BAD_INPUT[case]
    path = tmp_path / "bad.txt"
    path.write_bytes(contents)
    published = () if "--published" in arguments else ("--published", day_of(theatre))
    outcome = run("ingest", str(path), *published, *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.startswith("mapapp: ")
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert open_store().articles() == ()


@pytest.mark.parametrize("code", ["xx", "english", "e"])
def test_a_language_that_is_no_code_is_refused_with_what_is_expected(run: Run, article: Path, code: str) -> None:
    for command in ("ingest", "claims", "geoparse"):
        outcome = run(command, str(article), "--language", code)
        assert outcome.code == 2
        assert "ISO 639-1" in outcome.err
        assert code in outcome.err


def test_an_article_without_a_day_is_refused_with_what_to_give(run: Run, article: Path) -> None:
    outcome = run("ingest", str(article))
    assert outcome.code == 2
    assert "--published YYYY-MM-DD" in outcome.err
    assert open_store().articles() == ()


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_told(run: Run, name: str, tmp_path: Path) -> None:
    outcome = run("ingest", str(tmp_path / name), "--published", "2024-12-08")
    assert (outcome.code, outcome.out) == (2, "")


def test_a_store_that_cannot_be_used_is_told(run: Run, article: Path, theatre: Theatre, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("No database at all. " * 99)
    outcome = run("ingest", str(article), "--published", day_of(theatre), "--db", str(tmp_path / "notes.txt"))
    assert outcome.code == 2
    assert "not a database" in outcome.err


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_made_visible_and_kept_as_they_are(
    run: Run, theatre: Theatre, text: str, hostile: str
) -> None:
    whole = f"{text} {hostile} {text}"
    about = ("--title", f"t {hostile}", "--publisher", f"p {hostile}", "--url", f"https://news.invalid/{hostile}")
    outcome = run("ingest", "-", "--published", day_of(theatre), *about, stdin=whole.encode())
    assert outcome.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(outcome.out)
    (reading,) = open_store().readings(theatre=theatre.code)
    assert reading.article.text == whole
    assert reading.article.title == f"t {hostile}"
    assert run("articles").code == 0


# JSONL


def lines_of(*records: Any) -> bytes:
    return b"".join(
        (record if isinstance(record, bytes) else json.dumps(record).encode()) + b"\n" for record in records
    )


def test_geoparse_answers_each_line_with_offsets_into_its_text(run: Run, theatre: Theatre, text: str) -> None:
    records = [{"id": "a", "text": text}, {"id": 7, "text": f"\U0001f600\r\n{text}", "published": day_of(theatre)}]
    outcome = run("geoparse", stdin=lines_of(*records))
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert [answer["id"] for answer in answers] == ["a", 7]
    keys = [
        "start",
        "end",
        "text",
        "kind",
        "name",
        "lat",
        "lon",
        "gazetteer_id",
        "feature_class",
        "country",
        "where_prec",
        "score",
    ]
    keys += ["adm1_pcode", "adm2_pcode", "adm3_pcode", "where_prec", "score"]
    for record, answer in zip(records, answers, strict=True):
        assert answer["toponyms"]
        for item in answer["toponyms"]:
            assert set(item) == set(keys)
            assert record["text"][item["start"] : item["end"]] == item["text"]


def test_claims_answers_in_the_form_that_other_programs_read(run: Run, theatre: Theatre, text: str) -> None:
    outcome = run("claims", stdin=lines_of({"id": "a", "text": text, "published": day_of(theatre)}))
    (answer,) = (json.loads(line) for line in outcome.out.splitlines())
    assert outcome.code == 0
    assert set(answer) == {"id", "claims", "routes"}
    claim = answer["claims"][0]
    wanted = "id kind quote start end actor opponent place date_start date_end date_prec assertion speaker grade score"
    assert set(wanted.split()) <= set(claim)
    assert text[claim["start"] : claim["end"]] == claim["quote"]
    assert claim["place"]["gazetteer_id"] == theatre.capital_place_id
    assert claim["date_start"] == day_of(theatre)


def test_less_sure_claims_can_be_left_out(run: Run, theatre: Theatre, text: str) -> None:
    stdin = lines_of({"id": "a", "text": text, "published": day_of(theatre)})
    assert json.loads(run("claims", "--min-score", "0", stdin=stdin).out)["claims"]
    assert json.loads(run("claims", "--min-score", "1", stdin=stdin).out)["claims"] == []


def test_demonyms_can_be_left_out(run: Run) -> None:
    stdin = lines_of({"id": "a", "text": "The Russian envoy flew from Moscow to Paris, French radio said."})
    everything = {item["kind"] for item in json.loads(run("geoparse", stdin=stdin).out)["toponyms"]}
    without = {item["kind"] for item in json.loads(run("geoparse", "--no-demonyms", stdin=stdin).out)["toponyms"]}
    assert "demonym" in everything
    assert "demonym" not in without


def test_what_is_said_for_all_lines_counts_where_a_line_says_nothing(run: Run, theatre: Theatre, text: str) -> None:
    sunday = "It fell on Sunday. " + text.partition(" on ")[0] + " on Sunday."
    records = [
        {"id": 1, "text": sunday},
        {"id": 2, "text": sunday, "published": None},
        {"id": 3, "text": sunday, "published": "2019-01-01"},
    ]
    outcome = run("claims", "--published", day_of(theatre), stdin=lines_of(*records))
    days = [json.loads(line)["claims"][-1]["date_start"] for line in outcome.out.splitlines()]
    assert days[0] == days[1]
    assert days[0][:7] == day_of(theatre)[:7]
    assert days[2].startswith("2018-12")


def test_what_one_article_lacks_is_noted_beside_its_answer(run: Run, article: Path) -> None:
    article.write_text("They said that it was done and that all of it was good.", encoding="utf-8")
    outcome = run("claims", str(article))
    assert outcome.code == 0
    assert "note: The article has no day of publication" in outcome.err
    assert "note: No place was found" in outcome.err


BAD_LINES: dict[str, tuple[bytes, Any]] = {
    "no JSON": (b"{nope", None),
    "no object": (b"[1, 2]", None),
    "no id": (b'{"text": "Words."}', None),
    "no text": (b'{"id": "x"}', "x"),
    "text is no string": (b'{"id": "x", "text": ["Words."]}', "x"),
    "empty text": (b'{"id": "x", "text": " "}', "x"),
    "half a character": (b'{"id": "x", "text": "Words \\ud83d."}', "x"),
    "bad day": (b'{"id": "x", "text": "Words.", "published": "soon"}', "x"),
    "day is no string": (b'{"id": "x", "text": "Words.", "published": 20241208}', "x"),
    "not UTF-8": (b'{"id": "x", "text": "caf\xe9"}', None),
    "binary": (b"\x00\x01\x02", None),
    "nested without end": (b"[" * 100_000, None),
    "longer than a line may be": (b'{"id": "x", "text": "' + b"a" * MAX_LINE_BYTES + b'"}', None),
}


def test_claims_go_on_after_every_kind_of_bad_line(run: Run, text: str) -> None:
    bad = [line for line, _ in BAD_LINES.values()]
    outcome = run("claims", stdin=lines_of(*bad, {"id": "a", "text": text}))
    assert outcome.code == 1
    assert json.loads(outcome.out)["id"] == "a"
    assert json.loads(outcome.err.splitlines()[-1]) == {"lines": len(bad) + 1, "failed": len(bad)}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_told_and_counted_and_the_others_go_on(run: Run, case: str, text: str) -> None:
    bad, name = BAD_LINES[case]
    outcome = run("geoparse", stdin=lines_of({"id": "a", "text": text}, bad, b"", {"id": "b", "text": text}))
    assert outcome.code == 1
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == ["a", "b"]
    error, count = (json.loads(line) for line in outcome.err.splitlines())
    assert (error["id"], error["line"]) == (name, 2)
    assert error["error"].endswith((".", '"text": …}.', "line."))
    assert count == {"lines": 3, "failed": 1}


def test_what_nobody_foresaw_costs_one_line_only(run: Run, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def fail_on_b(article: Any, **_: Any) -> tuple[()]:
        if article.text == "b":
            raise ZeroDivisionError("division by zero")
        return ()

    monkeypatch.setattr("mapapp.cli.reading.geoparse", fail_on_b)
    outcome = run("geoparse", stdin=lines_of(*({"id": name, "text": name} for name in "abc")))
    assert outcome.code == 1
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == ["a", "c"]
    assert "ZeroDivisionError" in outcome.err


def test_a_file_may_be_jsonl_or_one_article(
    run: Run, tmp_path: Path, article: Path, theatre: Theatre, text: str
) -> None:
    (tmp_path / "x.jsonl").write_bytes(lines_of({"id": "a", "text": text, "published": day_of(theatre)}))
    many = json.loads(run("claims", str(tmp_path / "x.jsonl")).out)
    one = json.loads(run("claims", str(article), "--published", day_of(theatre)).out)
    assert (many["claims"], many["routes"]) == (one["claims"], one["routes"])
    assert run("geoparse", str(tmp_path / "missing.jsonl")).code == 2


def test_nothing_is_stored_by_commands_that_only_read(
    run: Run, article: Path, theatre: Theatre, tmp_path: Path
) -> None:
    run("geoparse", str(article))
    run("claims", str(article), "--published", day_of(theatre))
    assert not (tmp_path / "mapapp-data").exists()


# The store


def test_articles_are_listed_and_forgotten_by_the_beginning_of_their_id(
    run: Run, article: Path, theatre: Theatre
) -> None:
    run("ingest", str(article), "--published", day_of(theatre), "--title", "A day")
    (line,) = open_store().articles()
    assert line.id[:12] in run("articles").out
    assert run("forget", "zz").code == 2
    assert run("forget", line.id[:6]).code == 0
    assert open_store().articles() == ()
    assert "No article is stored" in run("articles").out


def test_forgetting_asks_for_one_article_only(run: Run, theatre: Theatre, text: str) -> None:
    for number in range(2):
        run("ingest", "-", "--published", day_of(theatre), stdin=f"{text} {number}".encode())
    outcome = run("forget", "")
    assert outcome.code == 2
    assert "2 stored articles" in outcome.err
    assert len(open_store().articles()) == 2


# Maps


def test_every_format_can_be_written(run: Run, tmp_path: Path, theatre: Theatre) -> None:
    exporter = next(exporter for exporter in all_exporters() if exporter.id == "geojson")
    path = tmp_path / f"map{exporter.suffix}"
    outcome = run("export", "--date", day_of(theatre), "--format", exporter.id, "-o", str(path))
    assert outcome.code == 0
    assert path.stat().st_size > 1_000
    assert outcome.out == ""


def test_a_map_counts_the_sample_articles_as_the_app_does_unless_told_otherwise(
    run: Run, tmp_path: Path, theatre: Theatre
) -> None:
    def articles_of(*options: str) -> set[str]:
        path = tmp_path / "map.geojson"
        assert run("export", "-o", str(path), *options).code == 0
        return set(json.loads(path.read_text(encoding="utf-8"))["metadata"]["articles"])

    samples = {article.id for article in sample_articles(theatre)}
    assert samples
    assert articles_of() == samples
    assert articles_of("--no-samples") == articles_of("--without-articles") == set()


def test_the_formats_that_the_help_names_are_those_that_exist() -> None:
    assert {"html", "png", "svg", "geojson"} <= {exporter.id for exporter in all_exporters()}


def test_a_picture_has_the_size_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    assert run("export", "-o", str(path), "--width", "640", "--height", "480", "--without-articles").code == 0
    header = path.read_bytes()[:24]
    assert header[:4] == b"\x89PNG"
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (640, 480)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--date", "8.12.2024"), "YYYY-MM-DD"),
        (("--date", "1999-01-01"), "outside"),
        (("--palette", "no such"), "palette"),
        (("--width", "100"), "for pictures"),
    ],
)
def test_a_map_that_cannot_be_made_is_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    outcome = run("export", "-o", str(tmp_path / "map.html"), *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize("name", ["map", "map.xyz", "-"])
def test_a_format_must_be_named_or_seen_in_the_name(run: Run, tmp_path: Path, name: str) -> None:
    outcome = run("export", "-o", name if name == "-" else str(tmp_path / name))
    assert outcome.code == 2
    assert "--format" in outcome.err


def test_a_folder_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    outcome = run("export", "-o", str(tmp_path / "nowhere" / "map.geojson"), "--without-articles")
    assert outcome.code == 2
    assert "cannot be written" in outcome.err


# Data


def test_the_bundled_data_is_as_its_catalogue_says(run: Run) -> None:
    assert run("data", "verify").code == 0
    assert run("data", "list").out.startswith("file")


def test_theatres_are_listed_with_their_days(run: Run, theatre: Theatre) -> None:
    assert str(theatre.first_day) in run("theatres").out
    assert theatre.code in run("theatres", "--names").out.split()


def test_the_place_index_can_be_built_beforehand(run: Run) -> None:
    assert "ready" in run("gazetteer", "build").out


def test_places_are_measured_on_annotated_texts(run: Run, tmp_path: Path, theatre: Theatre) -> None:
    capital = next(place for place in theatre.cell_places if place.id == theatre.capital_place_id)
    text = f"The talks in {capital.name} went on. \x1b[2J"
    start = text.index(capital.name)
    gold = {"start": start, "end": start + len(capital.name), "lat": capital.lat, "lon": capital.lon}
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_bytes(lines_of({"text": text, "toponyms": [gold]}))
    table = run("evaluate", str(corpus), "--errors", "3")
    assert table.code == 0
    assert "1.000" in table.out
    assert "\x1b" not in table.out
    figures = json.loads(run("evaluate", str(corpus), "--json").out)
    assert (figures["n_gold"], figures["f1"], figures["end_to_end_recall_161"]) == (1, 1.0, 1.0)
    assert run("evaluate", str(tmp_path / "missing.jsonl")).code == 2


# How it behaves as a program


def all_commands() -> list[tuple[str, ...]]:
    """Return the words of every command, found in the parser."""

    def words(parser: Any, before: tuple[str, ...]) -> list[tuple[str, ...]]:
        subs = [action for action in parser._actions if hasattr(action, "choices") and isinstance(action.choices, dict)]
        found = [before] if before else []
        return found + [
            path for sub in subs for name, child in sub.choices.items() for path in words(child, (*before, name))
        ]

    return words(build_parser(), ())


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_help_with_what_it_does(run: Run, command: tuple[str, ...]) -> None:
    outcome = run(*command, "--help")
    assert outcome.code == 0
    assert "usage: mapapp" in outcome.out
    if len(command) == 1:
        assert f"python -m mapapp {command[0]}" in outcome.out


def test_every_command_is_told_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [command for command in all_commands() if f"mapapp {' '.join(command)}" not in page] == []


@pytest.mark.parametrize("arguments", [(), ("no-such",), ("ingest",), ("claims", "--min-score", "2"), ("export",)])
def test_a_wrong_call_ends_with_2_and_how_to_call(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "usage: mapapp" in outcome.err


def test_a_mistake_of_the_program_is_one_line_too(run: Run, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("mapapp.intake.read_article", fail)
    outcome = run("ingest", str(article), "--published", "2024-12-08")
    assert (outcome.code, outcome.err.count("\n")) == (3, 1)
    assert "ZeroDivisionError" in outcome.err
    monkeypatch.setenv("MAPAPP_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("ingest", str(article), "--published", "2024-12-08")


def start(*arguments: str, stderr: Any = subprocess.PIPE, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mapapp", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, **environment},
    )


def test_arabic_comes_out_in_a_plain_locale(gazetteer: object) -> None:
    line = json.dumps({"id": "حماة", "text": "سقطت المدينة"}, ensure_ascii=False).encode()
    process = start("geoparse", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    out, err = process.communicate(line)
    assert (process.returncode, err) == (0, b"")
    assert "حماة".encode() in out


def test_a_reader_that_has_enough_ends_it_quietly(gazetteer: object, text: str, tmp_path: Path) -> None:
    many, said = tmp_path / "many.jsonl", tmp_path / "said.txt"
    many.write_bytes(lines_of(*({"id": number, "text": text} for number in range(1_000))))
    with said.open("wb") as errors:
        process = start("geoparse", str(many), stderr=errors)
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        assert process.wait() == EXIT_PIPE
    assert said.read_bytes() == b""


def test_an_answer_comes_before_the_next_line_is_asked_for(gazetteer: object, text: str) -> None:
    process = start("claims", stderr=subprocess.STDOUT)
    assert process.stdin
    assert process.stdout
    for number in range(3):
        process.stdin.write(lines_of({"id": number, "text": text}))
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert (answer["id"], "claims" in answer) == (number, True)
    process.communicate()
    assert process.returncode == 0
