"""`claims --extractor`: who reads, what is said before text leaves the machine, and what is written."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapapp.cli import main
from mapapp.cli.second_reader import read_budget
from tests.language_models import claim_of, claiming, model_that, saying, sending

TEXT = "Rebels captured Hama on 5 December. The army still holds Homs. Fighters of the opposition then sat in Aleppo."
HAMA = claim_of("Rebels captured Hama on 5 December.", place="Hama", actor="OPP", first_day="2024-12-05")
ALEPPO = claim_of("opposition then sat in Aleppo", place="Aleppo", actor="OPP", kind="Control reported")
FALSE = claim_of("Rebels captured Damascus on 8 December.", place="Damascus")

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, gazetteer: object) -> Run:
    """Run `claims` on what is named; return the code, the objects on standard output, and what was said."""

    def run_once(*arguments: str, stdin: str = "") -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(["claims", *arguments])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return run_once


def options(address: str, *, extractor: str) -> list[str]:
    named = ["--extractor", extractor, "--endpoint", address, "--model", "invented", "--published", "2024-12-09"]
    return [*named, "--time-limit", "5"]


def by_place(found: dict[str, Any]) -> dict[str, str]:
    return {claim["place"]["text"]: claim["extractor"] for claim in found["claims"]}


def test_both_readers_stand_beside_each_other(article: Path, run: Run) -> None:
    with model_that(claiming(HAMA, ALEPPO, FALSE)) as model:
        code, (found,), said = run(str(article), *options(model.address, extractor="both"))
    assert code == 0
    assert by_place(found) == {"Hama": "both", "Homs": "built-in", "Aleppo": "model"}
    assert found["model"]["dropped"] == {"its quote does not stand in the article": 1}
    assert all(claim["quote"] == TEXT[claim["start"] : claim["end"]] for claim in found["claims"])
    assert all(claim["score"] < 0.5 for claim in found["claims"] if claim["extractor"] == "model")
    assert f"{len(TEXT)} characters of 1 article go to the model invented at 127.0.0.1" in said
    assert "stay on this machine" in said
    assert "Dropped 1: its quote does not stand in the article." in said


def test_the_model_alone_gives_its_own_claims(article: Path, run: Run) -> None:
    with model_that(claiming(HAMA, ALEPPO)) as model:
        _, (found,), _ = run(str(article), *options(model.address, extractor="model"))
        assert by_place(found) == {"Hama": "model", "Aleppo": "model"}
        _, (again,), said = run(str(article), *options(model.address, extractor="model"))
        assert len(model.questions) == 1
    assert again["claims"] == found["claims"]
    assert again["model"]["from_cache"] == 1
    assert "characters" not in said


def test_without_the_option_nothing_is_asked_and_nothing_is_added(article: Path, run: Run) -> None:
    with model_that(claiming(HAMA)) as model:
        code, (found,), _ = run(str(article), "--endpoint", model.address, "--model", "m", "--published", "2024-12-09")
        assert model.questions == []
    assert code == 0
    assert set(found) == {"id", "claims", "routes"}
    assert "extractor" not in found["claims"][0]


def test_text_leaves_the_machine_only_with_the_users_word(article: Path, run: Run) -> None:
    code, found, said = run(str(article), *options("https://example.invalid/v1", extractor="both"))
    assert (code, found) == (2, [])
    assert f"{len(TEXT)} characters of 1 article go to the model invented at example.invalid" in said
    assert "They leave this machine" in said
    assert "Nothing was sent. Give --yes" in said


def test_of_many_articles_the_limit_is_told_first_and_then_each(run: Run, article: Path) -> None:
    lines = "\n".join(json.dumps({"id": name, "text": f"{TEXT} {name}"}) for name in "ab")
    code, found, said = run(*options("https://example.invalid/v1", extractor="both"), stdin=lines)
    assert (code, found) == (2, [])
    assert "At most 400,000 characters in 40 requests go to" in said
    with model_that(claiming(HAMA)) as model:
        code, found, said = run(*options(model.address, extractor="both"), "--budget", "1", stdin=lines)
        assert len(model.questions) == 1
    assert code == 0
    assert [each["model"]["answered"] for each in found] == [1, 0]
    assert "The budget is reached: 1 of 1 requests" in found[1]["model"]["problem"]
    assert found[1]["claims"]
    assert said.count("characters of 1 article") == 2


def test_a_model_that_fails_leaves_the_built_in_claims(article: Path, run: Run) -> None:
    with model_that(saying("no idea")) as model:
        code, (found,), said = run(str(article), *options(model.address, extractor="both"))
        assert code == 0
        assert set(by_place(found).values()) == {"built-in"}
        assert "not the JSON that was asked for" in said
        code, found_alone, said = run(str(article), *options(model.address, extractor="model"))
    assert (code, found_alone) == (2, [])
    assert "not the JSON that was asked for" in said


def test_a_refused_key_is_told_and_never_shown(article: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_MODEL_KEY", "sk-secret")
    with model_that(sending({"error": {"message": "sk-secret \x1b[2J is wrong"}}, status=401)) as model:
        code, _, said = run(str(article), *options(model.address, extractor="model"))
        assert model.keys == ["Bearer sk-secret"]
    assert code == 2
    assert "does not accept the key" in said
    assert "sk-secret" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--extractor", "both"], "No language model is named"),
        (["--extractor", "model", "--endpoint", "nowhere", "--model", "m"], "no address of a language model"),
        (["--extractor", "model", "--endpoint", "http://localhost:1/v1", "--model", "m"], "Nothing listens"),
    ],
)
def test_what_is_missing_is_told(article: Path, run: Run, arguments: list[str], told: str) -> None:
    code, found, said = run(str(article), *arguments)
    assert (code, found) == (2, [])
    assert told in said


@pytest.mark.parametrize("text", ["", "many", "-3", "3,x", "1" * 40])
def test_a_budget_is_a_number_or_two(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="no budget"):
        read_budget(text)


def test_a_model_is_measured_like_the_built_in_reader(
    article: Path, capsys: pytest.CaptureFixture[str], gazetteer: object
) -> None:
    gold = article.with_name("gold.toml")
    gold.write_text(
        f'published = 2024-12-09\n[[passage]]\nphenomenon = "x"\ntext = "{TEXT}"\n'
        'claims = ["overtakes | Hama | OPP | 2024-12-05", "reported | Aleppo | OPP"]\n',
        encoding="utf-8",
    )
    with model_that(claiming(HAMA, ALEPPO)) as model:
        named = ["--extractor", "model", "--endpoint", model.address, "--model", "invented"]
        assert main(["evaluate", "--claims", str(gold), "--json", *named]) == 0
        figures = json.loads(capsys.readouterr().out)
    assert figures["total"] == {**figures["total"], "precision": 1.0, "recall": 1.0, "found": 2}
    with model_that(sending({}, status=401)) as model:
        named = ["--extractor", "both", "--endpoint", model.address, "--model", "other"]
        assert main(["evaluate", "--claims", str(gold), *named]) == 2
