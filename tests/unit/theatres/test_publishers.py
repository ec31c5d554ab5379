"""The user's grades of publishers: they stand over the bundled table, and every save can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapapp.claims.grading import with_grades
from mapapp.errors import DataError
from mapapp.model import Article, Assertion, Claim, EventKind, Evidence, Reading, Route
from mapapp.theatres.publishers import (
    can_redo,
    can_undo,
    import_publishers,
    merge_publishers,
    own_publishers,
    publishers_version,
    redo_publishers,
    reset_publishers,
    save_publishers,
    undo_publishers,
    write_publishers,
)
from mapapp.theatres.theatre import Publisher, default_theatre, load_theatre
from tests.invented import THEATRE

BUNDLED = (Publisher("Post", "B"), Publisher("Herald", "C", favours="FRO"))
CODES = frozenset({"FRO", "COA", "REP"})


def save(*publishers: Publisher) -> int:
    return save_publishers(publishers, theatre_name="invented", bundled=BUNDLED)


def own() -> tuple[Publisher, ...]:
    return own_publishers("invented", codes=CODES)


def test_only_what_differs_is_kept_and_stands_over_the_bundled_table() -> None:
    post, new = replace(BUNDLED[0], reliability="E"), Publisher("=Blog", "D", aliases=("B", "بلوق"), lat=1.5, lon=-2.25)
    assert save(post, BUNDLED[1], new) == 2
    assert own() == (post, new)
    assert merge_publishers(BUNDLED, own()) == (post, BUNDLED[1], new)


def test_saves_are_undone_redone_and_reset_without_loss() -> None:
    first, second = Publisher("Blog", "D"), Publisher("Blog", "E")
    assert not can_undo("invented")
    save(first)
    save(second)
    reset_publishers("invented")
    assert own() == ()
    assert [undo_publishers("invented"), own()] == [True, (second,)]
    assert [undo_publishers("invented"), own()] == [True, (first,)]
    assert [undo_publishers("invented"), own(), undo_publishers("invented")] == [True, (), False]
    assert [redo_publishers("invented"), own()] == [True, (first,)]
    assert [redo_publishers("invented"), own()] == [True, (second,)]
    undo_publishers("invented")
    save(Publisher("Blog", "A"))
    assert not can_redo("invented")
    assert [undo_publishers("invented"), own()] == [True, (first,)]


def test_every_change_changes_the_version() -> None:
    seen = [publishers_version("invented")]
    for step in (lambda: save(Publisher("Blog", "D")), lambda: reset_publishers("invented")):
        step()
        seen.append(publishers_version("invented"))
    undo_publishers("invented")
    assert publishers_version("invented") == seen[1]
    assert len(set(seen)) == 3


def test_the_bundled_theatre_takes_the_users_grades_and_its_statements_too(theatre: Any) -> None:
    name = default_theatre()
    changed = next(one for one in theatre.publishers if one.reliability == "B")
    save_publishers([replace(changed, reliability="E")], theatre_name=name, bundled=theatre.publishers)
    loaded = load_theatre(name)
    assert next(one for one in loaded.publishers if one.name == changed.name).reliability == "E"
    grades = {one.grade[0] for event in loaded.events for one in event.evidence_for if one.publisher == changed.name}
    assert grades <= {"E"}


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(DataError, match="twice"):
        save(Publisher("Blog", "A"), Publisher("Blog", "B"))


def test_a_table_from_outside_is_read_row_by_row() -> None:
    data = "﻿name,reliability,favours\nBlog,D,\nGazette,Z,\nHerald,C,XYZ\nBlog,E,\n,A,\n".encode()
    found = import_publishers(data, codes=CODES)
    assert found.publishers == (Publisher("Blog", "D"),)
    assert len(found.set_aside) == 4
    assert "Admiralty" in found.set_aside[0]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"colour,size\nred,3\n", b"name,reliability\nBlog\n"])
def test_what_is_no_such_table_is_said(data: bytes) -> None:
    with pytest.raises(DataError, match="no table of publishers"):
        import_publishers(data, codes=CODES)


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="|"), min_size=1)
publishers = st.builds(
    Publisher,
    name=words,
    reliability=st.sampled_from("ABCDEF"),
    favours=st.none() | st.sampled_from(sorted(CODES)),
    aliases=st.lists(words, max_size=3).map(tuple),
    domain=st.none() | words,
    lat=st.none() | st.floats(-90, 90),
    lon=st.none() | st.floats(-180, 180),
)


@given(st.lists(publishers, unique_by=lambda one: one.name, max_size=5))
def test_every_table_comes_back_from_its_file(table: list[Publisher]) -> None:
    found = import_publishers(write_publishers(table), codes=CODES)
    assert (found.publishers, found.set_aside) == (tuple(table), ())


def test_a_changed_grade_reaches_claims_and_routes_that_were_read_before() -> None:
    article = Article(id="a", text="The Front took Bree.", publisher="Blog")
    claim = Claim("c", "a", 0, 20, article.text, EventKind.OVERTAKES, grade="F6")
    said = Evidence("x", True, grade="F6", assertion=Assertion.HEDGED, article_id="a")
    other = replace(said, article_id="b")
    route = Route("r", "t", None, None, Assertion.ASSERTED, (), (), also_said=(said, other))
    reading = Reading(article, (), (claim,), (route,))
    assert with_grades(reading, theatre=THEATRE) is reading
    graded = with_grades(reading, theatre=replace(THEATRE, publishers=(Publisher("Blog", "C"),)))
    assert graded.claims[0].grade == "C3"
    assert [item.grade for item in graded.routes[0].also_said] == ["C4", "F6"]
