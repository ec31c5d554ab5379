"""Two papers that print one agency's text are one source, whichever of its sentences they are quoted with."""

from __future__ import annotations

from typing import Any

from mapapp.claims.sources import Sources
from mapapp.model import Article, Evidence

FACTS = [
    f"Witness number {number} told how the column passed the bridge at kilometre {number}." for number in range(15)
]
TEXT = " ".join(FACTS)
COPY = f"{' '.join(FACTS[:12])} A short line of our own stands at the end."
OTHER = " ".join(
    f"Our man counted {number} lorries near the mill, and {number + 3} more behind it." for number in range(15)
)


def build_sources(theatre: Any, *, second: str) -> tuple[Sources, Evidence, Evidence]:
    """Return two statements of two papers, in different words."""
    papers = [publisher for publisher in theatre.publishers if publisher.reliability in "ABC" and not publisher.favours]
    articles = {name: Article(name, text) for name, text in (("a", TEXT), ("b", second))}
    first, other = (
        Evidence(text, True, publisher=paper.name, article_id=name)
        for text, paper, name in (("The town fell at dawn.", papers[0], "a"), ("By noon it was taken.", papers[1], "b"))
    )
    return Sources(theatre, articles), first, other


def test_two_papers_with_one_text_are_one_source(theatre: Any) -> None:
    sources, first, other = build_sources(theatre, second=COPY)
    assert not sources.are_independent(first, other)
    assert not sources.has_independent([first, other], number=2)


def test_two_papers_with_texts_of_their_own_are_two_sources(theatre: Any) -> None:
    sources, first, other = build_sources(theatre, second=OTHER)
    assert sources.are_independent(first, other)


def test_statements_without_an_article_are_judged_by_their_words(theatre: Any) -> None:
    sources, first, other = build_sources(theatre, second=COPY)
    assert Sources(theatre).are_independent(first, other)
    assert sources.are_independent(first, Evidence("By noon it was taken.", True, publisher=other.publisher))
