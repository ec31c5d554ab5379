"""The figures of an evaluation, on texts whose result is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapapp.errors import ArticleError
from mapapp.places.evaluate import evaluate_places, figures_to_dict, figures_to_text
from mapapp.places.gazetteer import Gazetteer
from mapapp.theatres.theatre import Theatre


def write(path: Path, *documents: object) -> Path:
    path.write_text("\n".join(json.dumps(document) for document in documents) + "\n", encoding="utf-8")
    return path


def test_figures_count_exact_stretches_and_kilometres(tmp_path: Path, theatre: Theatre, gazetteer: Gazetteer) -> None:
    corpus = write(
        tmp_path / "small.jsonl",
        {
            "id": "1",
            "text": "They flew from Moscow to Cairo over Turkey, and Xanthippia.",
            "toponyms": [
                {"start": 15, "end": 21, "lat": 55.75, "lon": 37.62},
                {"start": 25, "end": 30, "lat": 0.0, "lon": 0.0},
                {"start": 36, "end": 42, "lat": None, "lon": None},
                {"start": 48, "end": 58, "lat": 1.0, "lon": 1.0},
            ],
        },
    )
    figures = evaluate_places(corpus, theatre=theatre, gazetteer=gazetteer)
    assert (figures.n_gold, figures.n_found, figures.n_right) == (3, 2, 2)
    assert figures.precision == 1.0
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.accuracy_161 == 0.5
    assert figures.end_to_end_recall_161 == pytest.approx(1 / 3)
    assert sorted(mistake.kind for mistake in figures.mistakes) == ["misplaced", "missed"]
    assert "precision" in figures_to_text(figures, n_mistakes=3)
    assert json.loads(json.dumps(figures_to_dict(figures, n_mistakes=1)))["n_gold"] == 3


def test_an_empty_corpus_gives_zeros(tmp_path: Path, theatre: Theatre, gazetteer: Gazetteer) -> None:
    figures = evaluate_places(write(tmp_path / "empty.jsonl"), theatre=theatre, gazetteer=gazetteer)
    assert (figures.n_documents, figures.f1, figures.documents_per_second) == (0, 0.0, 0.0)


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "x"}', '{"text": 1, "toponyms": []}'])
def test_a_broken_line_is_named(tmp_path: Path, theatre: Theatre, gazetteer: Gazetteer, line: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"text": "x", "toponyms": []}\n' + line, encoding="utf-8")
    with pytest.raises(ArticleError, match="line 2"):
        evaluate_places(path, theatre=theatre, gazetteer=gazetteer)


def test_a_missing_file_is_an_article_error(tmp_path: Path, theatre: Theatre, gazetteer: Gazetteer) -> None:
    with pytest.raises(ArticleError, match=r"none\.jsonl"):
        evaluate_places(tmp_path / "none.jsonl", theatre=theatre, gazetteer=gazetteer)
