"""What of a model's answer may count: nothing that the article does not carry.

A claim keeps no word of the model: the quote, the mover and the speaker are stretches of the article, the place is what
our own geoparser makes of a name in the quote, kind and party are taken from closed lists, days must be ones that the
text can mean. What does not hold is dropped, or left unknown, and counted under its reason.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from mapapp.claims.extract import publication_day
from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.known_places import find_known_places
from mapapp.claims.lexicon import read_lexicon
from mapapp.claims.parties import actors_by_code, find_parties
from mapapp.dates import find_dates, precision_of, read_day
from mapapp.errors import DateError
from mapapp.language_model.chat import AnswerError
from mapapp.language_model.questions import answer_fields, read_words
from mapapp.language_model.quotes import Searchable, make_searchable
from mapapp.model import Actor, Article, Assertion, Claim, EventKind, MentionKind, Resolution
from mapapp.text import Span, split_sentences
from mapapp.theatres.theatre import Publisher, Theatre

HIGHEST_SCORE = 0.49
"""Just below .5, from which claims are shown: what only a model has read waits for a person, however sure it is."""
MOST_CLAIMS = 200
"""Of one window of some forty sentences; an answer with more has lost itself."""
MOST_SENTENCES = 3
"""That a quote may touch: it is widened to whole sentences, so that no "denied that" in front of it is lost."""
LONGEST_TEXT = 2000
"""Characters of anything in an answer."""
THOUGHT = "</think>"
"""Ends what some models think aloud before they answer."""
MOST_STARTS = 50
"""Of JSON that are tried in an answer, so that a spoilt one costs no more than its length allows."""
FEWEST_LETTERS = 8
"""Of a quote: fewer say nothing."""
AROUND_DAYS = 3
"""A day so close to one that the text gives may be counted from it ("two days later")."""
RECENT_DAYS = 7
"""Before the publication: the days of which news tells without naming them."""

FIELDS = frozenset(answer_fields())
"""Of one claim."""
CAPTURES = frozenset({EventKind.OVERTAKES, EventKind.REGAINS})
PLACE_KINDS = frozenset({MentionKind.TOPONYM, MentionKind.DESCRIPTION})
"""What a claim can be about; "Moscow said" and "Syrian" are not places here."""


class UnusableError(ValueError):
    """A claim of an answer cannot count; the words say why, in a form that can be counted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An article, and all that its claims may stand on; made by `survey`."""

    article: Article
    text: Searchable
    sentences: tuple[Span, ...]
    resolutions: tuple[Resolution, ...]
    """What our geoparser has found, by start."""
    actors: Mapping[str, Actor]
    named: frozenset[str]
    """Codes of the parties that the article names."""
    published: date | None
    days: tuple[tuple[date, date], ...]
    """All that the text says of days, first and last."""
    publisher: Publisher | None


@dataclass(slots=True)
class Tally:
    """What was dropped, and what was left unknown, by reason."""

    dropped: Counter[str] = field(default_factory=Counter)
    """Claims."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Details of claims that were kept."""


def survey(article: Article, *, resolutions: Sequence[Resolution], theatre: Theatre) -> Ground:
    """Return what the claims of an article may stand on. `resolutions` are those of `geoparse`."""
    published = publication_day(article, timezone=theatre.timezone)
    spans = find_dates(article.text, published=published)
    places = (*resolutions, *find_known_places(article, taken=resolutions, theatre=theatre))
    return Ground(
        article=article,
        text=make_searchable(article.text),
        sentences=split_sentences(article.text),
        resolutions=tuple(sorted(places, key=lambda one: one.mention.start)),
        actors=actors_by_code(theatre.actors),
        named=frozenset(code for party in find_parties(article.text, actors=theatre.actors) for code in party.codes),
        published=published,
        days=tuple((span.first, span.last) for span in spans if span.first is not None and span.last is not None),
        publisher=find_publisher(article, theatre=theatre),
    )


def read_answer(answer: str) -> list[Any]:
    """Return the claims of an answer as they stand in its JSON, which may have words or a fence around it.

    Raises `AnswerError` where there is no such JSON.

    >>> read_answer('Here you are: ```json\\n{"claims": []}\\n```')
    []
    """
    decoder = json.JSONDecoder()
    at = answer.find("{", answer.rfind(THOUGHT) + 1)
    for _ in range(MOST_STARTS):
        if at < 0:
            break
        try:
            whole, _ = decoder.raw_decode(answer, at)
        except (ValueError, RecursionError):
            whole = None
        if isinstance(whole, dict) and isinstance(whole.get("claims"), list):
            claims: list[Any] = whole["claims"]
            return claims
        at = answer.find("{", at + 1)
    raise AnswerError('The model\'s answer is not the JSON that was asked for: {"claims": […]}.')


def check_claims(rows: Sequence[Any], *, ground: Ground, window: Span, tally: Tally) -> list[Claim]:
    """Return the claims of one window that hold; the others are counted in `tally` with their reasons."""
    if len(rows) > MOST_CLAIMS:
        tally.dropped[f"more than {MOST_CLAIMS} claims in one answer"] += len(rows) - MOST_CLAIMS
    claims: dict[str, Claim] = {}
    for row in rows[:MOST_CLAIMS]:
        unknown: Counter[str] = Counter()
        try:
            claim = _check_claim(row, ground=ground, window=window, unknown=unknown)
        except UnusableError as error:
            tally.dropped[str(error)] += 1
            continue
        if claim.id in claims:
            tally.dropped["the same claim twice"] += 1
            continue
        tally.unknown.update(unknown)
        claims[claim.id] = claim
    return list(claims.values())


def _check_claim(row: Any, *, ground: Ground, window: Span, unknown: Counter[str]) -> Claim:
    if not isinstance(row, dict):
        raise UnusableError("it is not in the form that was asked for")
    if set(row) - FIELDS:
        unknown["fields that were not asked for"] += 1
    kind = _one_of(row, "kind", EventKind)
    assertion = _one_of(row, "assertion", Assertion)
    certainty = row.get("certainty")
    if isinstance(certainty, bool) or not isinstance(certainty, int | float) or not 0 <= certainty <= 1:
        raise UnusableError("its certainty is no number from 0 to 1")
    quote, place, origin, destination = _find_ground(row, kind=kind, ground=ground, window=window)
    start, end = _widen(quote, sentences=ground.sentences)
    share, where = _extent(row, place=place)
    actor = _party(row, "actor", ground=ground, unknown=unknown)
    opponent = _party(row, "opponent", ground=ground, unknown=unknown)
    if kind in CAPTURES and actor is not None:
        kind = EventKind.REGAINS if ground.actors[actor].is_state else EventKind.OVERTAKES
    first, last = _days(row, ground=ground, unknown=unknown)
    speaker = _words(row, "speaker", ground=ground, within=window, unknown=unknown)
    who = _words(row, "who", ground=ground, within=(start, end), unknown=unknown)
    chosen = where.place
    named = "|".join(
        ("language model", ground.article.id, str(start), str(end), kind.value, chosen.id if chosen else "")
    )
    return Claim(
        id=hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:20],
        article_id=ground.article.id,
        start=start,
        end=end,
        quote=ground.article.text[start:end],
        kind=kind,
        actor=actor,
        opponent=opponent if opponent != actor else None,
        place=where,
        origin=origin,
        destination=destination,
        who=who if kind is EventKind.MOVEMENT else None,
        date_start=first,
        date_end=last,
        date_prec=precision_of(first, last) if first and last else None,
        assertion=assertion,
        speaker=speaker,
        grade=grade_claim(ground.publisher, assertion=assertion),
        score=round(HIGHEST_SCORE * certainty, 4),
        share=share,
    )


def _one_of(row: Mapping[str, Any], name: str, choices: type[EventKind] | type[Assertion]) -> Any:
    value = row.get(name)
    found = next(
        (one for one in choices if isinstance(value, str) and one.value.lower() == value.strip().lower()), None
    )
    if found is None:
        raise UnusableError(f"its {name} is none of those asked for")
    return found


def _text(row: Mapping[str, Any], name: str) -> str | None:
    """Return a text of an answer; None where it has none, or one that is no text."""
    value = row.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        return None
    return value.strip()


Found = tuple[Span, Resolution, Resolution | None, Resolution | None]
"""The quote, the place, and of a movement its ends."""


def _find_ground(row: Mapping[str, Any], *, kind: EventKind, ground: Ground, window: Span) -> Found:
    """Return the quote where it stands, and the places that it names; the first stretch that carries them counts."""
    words = _text(row, "quote")
    if words is None or sum(character.isalnum() for character in words) < FEWEST_LETTERS:
        raise UnusableError("it has no quote, or one too short to say anything")
    is_movement = kind is EventKind.MOVEMENT
    names = [_text(row, name) for name in (("origin", "destination") if is_movement else ("place",))]
    if not any(names):
        raise UnusableError("it names no place")
    problem = "its quote does not stand in the article"
    for span in ground.text.find(words, within=window):
        try:
            ends = [None if name is None else _resolve(name, ground=ground, quote=span) for name in names]
        except UnusableError as error:
            problem = str(error)
            continue
        place = next(end for end in reversed(ends) if end is not None)
        return (span, place, ends[0], ends[1]) if is_movement else (span, place, None, None)
    raise UnusableError(problem)


def _resolve(name: str, *, ground: Ground, quote: Span) -> Resolution:
    """Return what our geoparser makes of a name in a quote."""
    stands = list(ground.text.find_name(name, within=quote))
    if not stands:
        raise UnusableError("its place is not named in its quote")
    for start, end in stands:
        within = [one for one in ground.resolutions if _is_of(one, start, end)]
        if len({one.mention.start for one in within}) > 1:
            raise UnusableError("its place is more than one place")
        for one in within:
            if one.mention.kind not in PLACE_KINDS:
                raise UnusableError("its place stands for people or a government")
            if one.place is not None:
                return one
    raise UnusableError("its place is not known to the place index")


def _is_of(resolution: Resolution, start: int, end: int) -> bool:
    """Return whether a mention lies in a stretch, or the stretch in the mention."""
    mention = resolution.mention
    return (start <= mention.start and mention.end <= end) or (mention.start <= start and end <= mention.end)


def _widen(quote: Span, *, sentences: Sequence[Span]) -> Span:
    touched = [one for one in sentences if one[0] < quote[1] and quote[0] < one[1]]
    if not 0 < len(touched) <= MOST_SENTENCES or touched[-1][1] - touched[0][0] > LONGEST_TEXT:
        raise UnusableError(f"its quote is longer than {MOST_SENTENCES} sentences")
    return touched[0][0], touched[-1][1]


@cache
def _extents() -> Mapping[str, Mapping[str, Any]]:
    extents: Mapping[str, Mapping[str, Any]] = read_words()["extent"]
    return extents


def _extent(row: Mapping[str, Any], *, place: Resolution) -> tuple[float | None, Resolution]:
    """Return the share of the place that is meant, and the place no finer than was said; "whole" where nothing was."""
    said = row.get("extent")
    means = _extents().get(said if isinstance(said, str) else "whole", {})
    share = read_lexicon().share[means["share"]] if "share" in means else None
    return share, replace(place, where_prec=max(place.where_prec, means.get("where_prec", 1)))


def _party(row: Mapping[str, Any], name: str, *, ground: Ground, unknown: Counter[str]) -> str | None:
    """Return a party by its code; unknown where it is not of the theatre, or the article does not name it."""
    code = _text(row, name)
    if code is None:
        return None
    if code not in ground.actors:
        unknown[f"{name}: no party of the theatre"] += 1
        return None
    if code not in ground.named and not ground.named.intersection(ground.actors[code].members):
        unknown[f"{name}: a party that the article does not name"] += 1
        return None
    return code


def _days(row: Mapping[str, Any], *, ground: Ground, unknown: Counter[str]) -> tuple[date | None, date | None]:
    """Return first and last day; unknown where the text cannot mean them."""
    first_text, last_text = _text(row, "first_day"), _text(row, "last_day")
    if first_text is None and last_text is None:
        return None, None
    try:
        first, last = read_day(first_text or last_text or ""), read_day(last_text or first_text or "")
    except DateError:
        unknown["days: not written as days"] += 1
        return None, None
    if last < first:
        unknown["days: the last lies before the first"] += 1
        return None, None
    published = ground.published
    if published is not None and last > published:
        unknown["days: after the publication"] += 1
        return None, None
    given = [(since.toordinal() - AROUND_DAYS, until.toordinal() + AROUND_DAYS) for since, until in ground.days]
    if published is not None:
        given.append((published.toordinal() - RECENT_DAYS, published.toordinal()))
    if not any(first.toordinal() <= until and since <= last.toordinal() for since, until in given):
        unknown["days: not given by the text"] += 1
        return None, None
    return first, last


def _words(row: Mapping[str, Any], name: str, *, ground: Ground, within: Span, unknown: Counter[str]) -> str | None:
    """Return words of the article; unknown where they do not stand there."""
    words = _text(row, name)
    if words is None:
        return None
    for start, end in ground.text.find(words, within=within):
        return " ".join(ground.article.text[start:end].split())
    unknown[f"{name}: words that do not stand there"] += 1
    return None
