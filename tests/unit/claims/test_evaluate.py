"""Claims are measured as a reader would: right, false and missed, each detail by itself, scores against truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mapapp.claims.evaluate import GoldClaim, Passage, article_of, evaluate, read_gold
from mapapp.claims.figures import figures_to_dict, figures_to_text
from mapapp.cli import main
from mapapp.errors import DataError
from mapapp.model import Article, Assertion, Claim, EventKind, Mention, MentionKind, Resolution

DAY = date(2030, 1, 3)
GOLD = GoldClaim(EventKind.OVERTAKES, "Bree", "FRO", DAY, DAY, "asserted", "spokesman")


def passage(*claims: GoldClaim, text: str = "The Front took Bree, a spokesman said.", phenomenon: str = "x") -> Passage:
    return Passage(phenomenon, text, date(2030, 1, 4), claims)


def claim(*, place: str = "Bree", kind: EventKind = EventKind.OVERTAKES, score: float = 0.9) -> Claim:
    mention = Mention("a", 0, len(place), place, MentionKind.TOPONYM)
    return Claim(
        id=f"{place}{kind}{score}",
        article_id="a",
        start=0,
        end=1,
        quote="T",
        kind=kind,
        actor="FRO",
        place=Resolution(mention, (), 1, 0.9),
        date_start=DAY,
        date_end=DAY,
        date_prec=1,
        speaker="a spokesman",
        score=score,
    )


def saying(*claims: Claim) -> Callable[[Article], Sequence[Claim]]:
    return lambda article: claims


def test_found_false_and_missed_are_counted_by_phenomenon_and_by_kind() -> None:
    passages = [passage(GOLD, replace(GOLD, place="Carn"))]
    report = evaluate(passages, read=saying(claim(), claim(place="Esk", kind=EventKind.CLASH)))
    assert (report.total.found, report.total.wrong, report.total.missed) == (1, 1, 1)
    assert report.by_phenomenon["x"] == report.total
    assert report.by_kind[EventKind.OVERTAKES].missed == 1
    assert report.by_kind[EventKind.CLASH].wrong == 1
    assert EventKind.MOVEMENT not in report.by_kind


@pytest.mark.parametrize(
    ("detail", "changed"),
    [
        ("actor", {"actor": "COA"}),
        ("date", {"date_start": date(2030, 1, 1)}),
        ("assertion", {"assertion": Assertion.DENIED}),
        ("speaker", {"speaker": None}),
    ],
)
def test_each_detail_is_counted_by_itself(detail: str, changed: dict[str, object]) -> None:
    report = evaluate([passage(GOLD)], read=saying(replace(claim(), **changed)))  # type: ignore[arg-type]
    assert report.total.found == 1
    assert {name for name, (right, due) in report.details.items() if right < due} == {detail}
    assert [mistake.sort for mistake in report.mistakes] == [detail]


def test_what_the_gold_does_not_say_is_not_checked() -> None:
    report = evaluate([passage(GoldClaim(EventKind.OVERTAKES, "Bree"))], read=saying(claim()))
    assert report.details == {}
    assert report.total.details_right == 1


def test_of_two_claims_on_one_place_the_one_that_agrees_more_is_taken() -> None:
    vague = replace(claim(), actor=None, score=0.95)
    report = evaluate([passage(GOLD)], read=saying(vague, claim()))
    assert report.details["actor"] == (1, 1)
    assert report.total.wrong == 1


def test_an_optional_claim_neither_helps_nor_harms() -> None:
    optional = replace(GOLD, is_optional=True)
    for claims in ((), (claim(),)):
        report = evaluate([passage(optional)], read=saying(*claims))
        assert (report.total.found, report.total.wrong, report.total.missed) == (0, 0, 0)
        assert report.silent_traps == report.traps == 1


def test_scores_are_set_against_truth_also_below_what_is_shown() -> None:
    report = evaluate([passage(GOLD)], read=saying(claim(score=0.3), claim(place="Esk", score=0.95)))
    assert report.calibration == ((0.4, 1, 1), (1.0, 1, 0))
    assert (report.total.found, report.total.missed) == (0, 1)
    assert evaluate([passage(GOLD)], read=saying(claim(score=0.3)), minimum_score=0.2).total.found == 1


def test_a_capture_elsewhere_is_a_capture_whoever_is_the_state() -> None:
    there = replace(passage(GOLD), about="Ruritania")
    regained = saying(claim(kind=EventKind.REGAINS))
    assert evaluate([there], read=regained).total.found == 1
    assert evaluate([passage(GOLD)], read=regained).total.found == 0


def test_the_setting_names_the_country_and_an_unpublished_passage_has_no_day() -> None:
    seen: list[Article] = []

    def read(article: Article) -> Sequence[Claim]:
        seen.append(article)
        return ()

    evaluate([replace(passage(), is_unpublished=True), passage()], read=read, home="Ruritania")
    assert all(article.text.endswith("reports from Ruritania.") for article in seen)
    assert [article.published is None for article in seen] == [True, False]
    assert article_of(passage()).text == passage().text


def test_the_table_and_the_json_say_the_same() -> None:
    report = evaluate([passage(GOLD), passage(phenomenon="trap", text="Bree is nice.")], read=lambda article: [claim()])
    figures = figures_to_dict(report, n_mistakes=5)
    assert figures["total"]["precision"] == 0.5
    assert figures["mistakes"] == [
        {
            "sort": "false",
            "told": "Non-state actor overtakes territory | Bree | FRO",
            "score": 0.9,
            "text": "Bree is nice.",
        }
    ]
    table = figures_to_text(report, n_mistakes=5)
    assert "all                                  0.500   1.000" in table
    assert "FALSE Non-state actor overtakes territory | Bree | FRO | 0.90 :: Bree is nice." in table
    assert "FALSE" not in figures_to_text(report)


def test_nothing_measured_makes_no_share() -> None:
    report = evaluate([], read=saying())
    assert report.total.precision is None
    assert json.loads(json.dumps(figures_to_dict(report)))["total"]["recall"] is None
    assert "–" in figures_to_text(report)


def write_gold(path: Path) -> Path:
    path.write_text(
        'published = 2024-12-09\n[[passage]]\nphenomenon = "taking"\n'
        'text = "Rebels captured Hama on 5 December."\nclaims = ["overtakes | Hama | OPP | 2024-12-05"]\n',
        encoding="utf-8",
    )
    return path


def test_the_command_measures_the_files_that_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_gold(tmp_path / "one.toml")
    assert main(["evaluate", "--claims", str(tmp_path), "--json", "--min-score", "0.5"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["passages"] == 1
    assert figures["by_phenomenon"]["taking"]["found"] == 1
    assert main(["evaluate", "--claims", str(tmp_path / "one.toml")]) == 0
    assert "taking" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["evaluate"], ["evaluate", "--claims", "nowhere.toml"], ["evaluate", "--claims", "x"]]
)
def test_what_cannot_be_measured_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "mapapp: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "contents",
    ["[[passage]", '[[passage]]\ntext = "x"', 'published = "2024"\n[[passage]]\ntext = "x"\nphenomenon = "y"', "a = 1"],
)
def test_a_broken_gold_file_is_refused(tmp_path: Path, contents: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(contents, encoding="utf-8")
    with pytest.raises(DataError, match="broken"):
        read_gold(path)
