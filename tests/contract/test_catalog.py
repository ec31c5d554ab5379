"""Every bundled file is catalogued, and the catalogue notices what happens to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geodata.catalog import (
    CatalogError,
    attributions,
    data_hash,
    main,
    read_catalog,
    update_catalog,
    verify_catalog,
)

CATALOG = """# a comment that stays
[source.own]
name = "Own work"
licence = "MIT"
date = "2025-01-01"

[source.other]
name = "Another"
address = "https://example.org/"
licence = "CC BY 4.0"
date = "2024-01-01"
attribution = "© Another"

[[file]]
path = "a.csv"
source = "own"
recipe = "by hand"
sha256 = ""

[[file]]
path = "folder/b.json"
source = "other"
recipe = "recipes.b"
licence = "CC0"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small folder of data whose catalogue is right."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv").write_text("x\n1\n", encoding="utf-8")
    (tmp_path / "folder" / "b.json").write_text("{}", encoding="utf-8")
    (tmp_path / "code.py").write_text("", encoding="utf-8")
    (tmp_path / "catalog.toml").write_text(CATALOG, encoding="utf-8")
    assert update_catalog(root=tmp_path) == ()
    return tmp_path


def change_catalog(root: Path, old: str, new: str) -> None:
    """Replace a text in the catalogue."""
    path = root / "catalog.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_bundled_data_is_as_the_catalogue_says() -> None:
    assert verify_catalog() == ()


def test_the_bundled_catalogue_names_origin_and_licence_of_everything() -> None:
    for entry in read_catalog():
        assert entry.licence
        assert entry.recipe
        assert re.fullmatch(r"\d{4}(-\d\d){0,2}", entry.date), entry.path
        assert re.fullmatch("[0-9a-f]{64}", entry.sha256), entry.path
        assert entry.address.startswith("https://") or entry.licence == "MIT", entry.path


def test_the_bundled_recipes_are_modules() -> None:
    for entry in read_catalog():
        if entry.recipe.startswith("geodata."):
            assert Path(*entry.recipe.split(".")).with_suffix(".py").is_file(), entry.path


def test_every_source_with_an_attribution_is_credited() -> None:
    lines = attributions()
    assert len(lines) == len(set(lines))
    assert any("Natural Earth" in line for line in lines)
    assert any("CC BY" in line for line in lines)


def test_a_right_catalogue_has_no_problems(root: Path) -> None:
    assert verify_catalog(root=root) == ()


def test_a_changed_file_is_told(root: Path) -> None:
    (root / "a.csv").write_text("x\n2\n", encoding="utf-8")
    [problem] = verify_catalog(root=root)
    assert problem.startswith("a.csv has changed")


def test_a_missing_file_is_told_with_its_recipe(root: Path) -> None:
    (root / "folder" / "b.json").unlink()
    [problem] = verify_catalog(root=root)
    assert "folder/b.json is listed but missing" in problem
    assert "recipes.b" in problem


def test_an_unlisted_file_is_told_and_code_is_not(root: Path) -> None:
    (root / "folder" / "new.txt").write_text("?", encoding="utf-8")
    (root / "more.py").write_text("", encoding="utf-8")
    assert verify_catalog(root=root) == ("folder/new.txt is not listed; add it to catalog.toml.",)
    assert update_catalog(root=root) == ("folder/new.txt",)


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        ('licence = "MIT"\n', "", "no licence"),
        ('recipe = "by hand"\n', "", "no recipe"),
        ('source = "own"\n', 'source = "unheard of"\n', "no source"),
        ('date = "2025-01-01"\n', "", "no date"),
    ],
)
def test_an_entry_that_lacks_its_origin_is_told(root: Path, old: str, new: str, lacking: str) -> None:
    change_catalog(root, old, new)
    assert any(problem.startswith("a.csv has") and lacking in problem for problem in verify_catalog(root=root))


def test_a_file_listed_twice_is_told(root: Path) -> None:
    text = (root / "catalog.toml").read_text(encoding="utf-8")
    block = text[text.index("[[file]]") : text.index("[[file]]", text.index("[[file]]") + 1)]
    (root / "catalog.toml").write_text(f"{text}\n{block}", encoding="utf-8")
    assert verify_catalog(root=root) == ("a.csv is listed twice; expected once.",)


def test_a_catalogue_that_is_not_toml_is_one_sentence(root: Path) -> None:
    change_catalog(root, "[source.own]", "[source.own")
    [problem] = verify_catalog(root=root)
    assert "catalog.toml cannot be read" in problem
    with pytest.raises(CatalogError):
        read_catalog(root=root)


def test_an_update_keeps_everything_but_the_digests(root: Path) -> None:
    before = (root / "catalog.toml").read_text(encoding="utf-8")
    assert before.startswith("# a comment that stays")
    (root / "a.csv").write_text("x\n3\n", encoding="utf-8")
    update_catalog(root=root)
    after = (root / "catalog.toml").read_text(encoding="utf-8")
    differing = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(differing) == 1
    assert differing[0].startswith("sha256")
    assert verify_catalog(root=root) == ()


def test_a_rows_own_value_overrules_its_source(root: Path) -> None:
    entry = read_catalog(root=root)[1]
    assert (entry.licence, entry.attribution, entry.address) == ("CC0", "© Another", "https://example.org/")


def test_the_data_hash_follows_the_data(root: Path) -> None:
    before = data_hash(root=root)
    assert re.fullmatch("[0-9a-f]{12}", before)
    assert data_hash(root=root) == before
    (root / "a.csv").write_text("x\n4\n", encoding="utf-8")
    update_catalog(root=root)
    assert data_hash(root=root) != before


def test_the_command_says_all_is_well_by_its_exit_code() -> None:
    assert main([]) == 0
