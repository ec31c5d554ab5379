"""Other recognisers: spans in, our resolver after, our own kinds."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from mapapp.errors import DataError
from mapapp.model import Article, Resolution
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.places.recognisers import Recogniser, Stretch, open_recogniser

TEXT = "Moscow said the Russian troops left Hama and Homs in Syria. The city was calm, Paris Hilton wrote."

has_spacy = pytest.mark.skipif(
    importlib.util.find_spec("spacy") is None, reason="spaCy is optional: pip install -r requirements-optional.txt"
)


@dataclass(frozen=True)
class Fixed:
    """Finds what it was told to."""

    names: tuple[str, ...]
    name: str = "fixed"

    def find(self, text: str) -> tuple[Stretch, ...]:
        return tuple(sorted(Stretch(text.find(name), text.find(name) + len(name)) for name in self.names))


def build_model(folder: Path) -> str:
    """Write a small but real model: an empty English pipeline with a ruler."""
    language = importlib.import_module("spacy").blank("en")
    patterns = [("GPE", "Moscow"), ("GPE", "Hama"), ("LOC", "the Gaza Strip"), ("NORP", "Russian"), ("PERSON", "Homs")]
    language.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in patterns])
    language.to_disk(folder)
    return f"spacy:{folder}"


@pytest.fixture(params=["fixed", pytest.param("spacy", marks=has_spacy)])
def recogniser(request: pytest.FixtureRequest, tmp_path: Path) -> Recogniser:
    if request.param == "fixed":
        return Fixed(("Moscow", "Hama"))
    opened = open_recogniser(build_model(tmp_path / "model"))
    assert opened is not None
    return opened


def read(text: str, gazetteer: Gazetteer, recogniser: Recogniser | None) -> dict[str, Resolution]:
    found = geoparse(Article(id="x", text=text), theatre=gazetteer.theatre, gazetteer=gazetteer, recogniser=recogniser)
    return {item.mention.surface: item for item in found}


def test_a_recogniser_tells_stretches_that_lie_in_the_text_in_order(recogniser: Recogniser) -> None:
    for text in (TEXT, "", "Hama" * 30_000, "\ud800 Hama", "مدينة حماة"):
        if recogniser.name == "fixed" and text != TEXT:
            continue
        found = recogniser.find(text)
        assert all(0 <= stretch.start < stretch.end <= len(text) for stretch in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
    assert recogniser.name


def test_only_what_it_finds_is_mapped_and_our_rules_tell_the_kinds(
    gazetteer: Gazetteer, recogniser: Recogniser
) -> None:
    found = read(TEXT, gazetteer, recogniser)
    kinds = {surface: item.mention.kind.value for surface, item in found.items()}
    assert kinds == {"Moscow": "metonym", "Russian": "demonym", "Hama": "toponym", "The city": "description"}
    assert [candidate.place.id for candidate in found["Hama"].candidates][:1] == ["geonames:170017"]


def test_a_stretch_that_no_gazetteer_knows_is_not_mapped(gazetteer: Gazetteer) -> None:
    assert "Qwertyville" not in read("They left Qwertyville.", gazetteer, Fixed(("Qwertyville",)))


def test_without_one_our_rules_decide(gazetteer: Gazetteer) -> None:
    assert open_recogniser(None) is None
    assert {"Moscow", "Russian", "Hama", "Homs", "Syria"} <= set(read(TEXT, gazetteer, None))


@has_spacy
def test_articles_and_endings_are_no_part_of_the_name(tmp_path: Path) -> None:
    recogniser = open_recogniser(build_model(tmp_path / "model"))
    assert recogniser is not None
    text = "Shells hit the Gaza Strip."
    assert [text[found.start : found.end] for found in recogniser.find(text)] == ["Gaza Strip"]


@has_spacy
def test_a_model_that_is_not_there_is_said() -> None:
    with pytest.raises(DataError, match="spacy download nothing_of_the_sort"):
        open_recogniser("spacy:nothing_of_the_sort")


def test_without_spacy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"requirements-optional\.txt"):
        open_recogniser("spacy:en_core_web_sm")


@pytest.mark.parametrize("name", ["magic", "spacy", "spacy:", ""])
def test_an_unknown_recogniser_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="Expected rules"):
        open_recogniser(name)
