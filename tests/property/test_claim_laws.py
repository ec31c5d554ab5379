"""Laws of claims: no text breaks the extractor, every quote stands in its text, merging loses nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapapp.claims.extract import extract_claims
from mapapp.claims.merge import merge_claims
from mapapp.model import Article, Candidate, Mention, MentionKind, Resolution
from tests.invented import PLACES, THEATRE

NAMES = {place.name: place for place in PLACES}
PATTERN = re.compile("|".join(NAMES))
PIECES = (
    *("the Front", "rebels", "government", "the Coalition", "troops", "they", "the group", "residents", "it", "who"),
    *("captured", "seized", "was", "were", "fell", "fall of", "lost", "control of", "took", "withdrew", "from", "to"),
    *(
        "handed",
        "over",
        "drove",
        "out of",
        "stormed",
        "entered",
        "clashes",
        "held",
        "-",
        "stronghold",
        "under",
        "hands",
    ),
    *("said", "that", "denied", "according to", "citing", "reportedly", "may have", "will", "not", "if", "to", "by"),
    *("on Sunday", "in 2016", "last week", ",", ".", ";", "“", "”", "(", ")", "’s", "?", "—", "\n", "and", "including"),
    *(
        "fled",
        "arrived in",
        "granted asylum in",
        "villages",
        "in",
        "the",
        "towns of",
        "half of",
        "city",
        "%",
        "re",
        "’",
    ),
    *NAMES,
)
HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\x00\x1b\u202e\u200f\ufeff\u2028“”‘’\"'()[]{}<>&;—–-.,!?\n\r\t ǅßﬁ\U0001f600"),
    ),
    max_size=60,
)


def article_of(text: str) -> Article:
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Article(id=digest, text=text, published=datetime(2030, 1, 9, tzinfo=UTC))


def resolutions_of(article: Article) -> list[Resolution]:
    return [
        Resolution(
            Mention(article.id, match.start(), match.end(), match.group(), MentionKind.TOPONYM),
            (Candidate(NAMES[match.group()], 0.9),),
            1,
            0.9,
        )
        for match in PATTERN.finditer(article.text)
    ]


def check(text: str) -> None:
    article = article_of(text)
    claims = extract_claims(article, resolutions=resolutions_of(article), theatre=THEATRE)
    assert len({claim.id for claim in claims}) == len(claims)
    for claim in claims:
        assert claim.quote
        assert text[claim.start : claim.end] == claim.quote
        assert 0.0 <= claim.score <= 1.0
        assert (claim.date_start is None) == (claim.date_end is None) == (claim.date_prec is None)
        assert claim.date_start is None or claim.date_end is None or claim.date_start <= claim.date_end
        assert claim.speaker is None or claim.speaker.split(",")[0] in text
        assert claim.who is None or claim.who in claim.quote
    merge_claims(claims, articles={article.id: article}, theatre=THEATRE)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_row_of_telling_words_is_read_and_quoted_verbatim(pieces: list[str]) -> None:
    check(" ".join(pieces))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(PIECES), HOSTILE), max_size=25), st.sampled_from(("", " ", "\n")))
def test_hostile_text_breaks_nothing(pieces: list[str], joint: str) -> None:
    check(joint.join(pieces))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order(pieces: list[str], random: object) -> None:
    article = article_of(" ".join(pieces))
    claims = list(extract_claims(article, resolutions=resolutions_of(article), theatre=THEATRE))
    shuffled = list(claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    known = {article.id: article}
    assert merge_claims(claims, articles=known, theatre=THEATRE) == merge_claims(
        shuffled, articles=known, theatre=THEATRE
    )


def test_long_lines_without_an_end_are_read() -> None:
    for text in (
        "Rebels captured Bree and " * 4000,
        "a" * 200_000,
        "“" * 50_000,
        "Bree, " * 20_000,
        "captured " * 30_000,
    ):
        check(text)
