"""What a text says of journeys: who went from where to where, heading where, turning and lost to sight where.

An *anchor* is a word that tells of travel ("took off", "U-turn", "went off radar"); the places, directions, distances
and times after it are read by what their prepositions say. Every word is in `geodata/lexicon/journeys.toml`. What is
planned, imagined, habitual or a figure of speech makes no statement. `routes` gives statements their geometry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mapapp.claims.journey_context import Aboard, find_aboard, find_mover, find_speaker, find_times, read_mood
from mapapp.claims.journey_groups import (
    MAX_SENTENCES_APART,
    Hit,
    JourneyStatement,
    RunningJourney,
    StatementRole,
    fill_journeys,
    group_hits,
)
from mapapp.claims.journey_words import (
    DEMONYM_MARK,
    PLACE_MARK,
    Anchor,
    Grammar,
    direction_key,
    plain,
    position_values,
    read_grammar,
    read_number,
    unit_of,
)
from mapapp.dates import DateSpan, find_dates
from mapapp.model import Article, Claim, EventKind, MentionKind, Resolution
from mapapp.text import split_sentences
from mapapp.theatres.theatre import Theatre

__all__ = ["JourneyStatement", "StatementRole", "extract_journeys"]

MAX_SENTENCE = 2000
"""Characters; a longer stretch without a full stop is a table or a hostile text, and tells no journey."""
DAY_REACH = 250
"""Characters from a day to the sentence that is told under it: about one sentence."""
MAX_GAP_WORDS = 9
"""Between an anchor and the first place that belongs to it; beyond, in texts read, the place belonged elsewhere."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    index: int
    start: int
    end: int
    text: str
    """Marked and plain."""


def extract_journeys(
    article: Article, *, resolutions: Sequence[Resolution], claims: Sequence[Claim], theatre: Theatre
) -> tuple[JourneyStatement, ...]:
    """Return what an article says of journeys, by journey and start offset.

    Statements of one journey share their number. Places come from `resolutions`; a place without a candidate stays a
    statement without a position. Clock times are read in the theatre's time zone unless the text says UTC or GMT.
    A movement claim of the same sentence gives its id and its speaker. An article without a journey gives ().
    """
    grammar = read_grammar()
    marked, by_start = _mark_places(article.text, resolutions)
    published = article.published.astimezone(ZoneInfo(theatre.timezone)).date() if article.published else None
    dates = find_dates(article.text, published=published)
    statements: list[JourneyStatement] = []
    journeys: list[RunningJourney] = []
    for index, (start, end) in enumerate(split_sentences(article.text)):
        if end - start > MAX_SENTENCE:
            continue
        sentence = _Sentence(index, start, end, marked[start:end])
        current = journeys[-1] if journeys and index - journeys[-1].last_sentence <= MAX_SENTENCES_APART else None
        hits = _read_sentence(sentence, grammar=grammar, by_start=by_start, current=current)
        if not hits:
            continue
        spans = _days_of(sentence, dates=dates, text=article.text)
        common = _common_values(sentence, article=article, claims=claims, grammar=grammar)
        if not spans and isinstance(common["date_start"], date):
            day: date | None = common["date_start"]
        else:
            day = current.day if current and not spans else None
        for hit in hits:
            if near := _nearest(spans, start=hit.start, end=hit.end):
                hit.values |= {"date_start": near.first, "date_end": near.last}
        _add_times(hits, sentence=sentence, spans=spans, day=day, theatre=theatre, grammar=grammar)
        for journey, hit in group_hits(hits, index=index, journeys=journeys, text=article.text):
            own_day = hit.values.get("date_start")
            journey.day = journey.day or (own_day if isinstance(own_day, date) else day)
            who = article.text[hit.who[0] : hit.who[1]] if hit.who else None
            statements.append(
                JourneyStatement(
                    journey=journey.number,
                    role=hit.role,
                    article_id=article.id,
                    start=hit.start,
                    end=hit.end,
                    quote=article.text[hit.start : hit.end],
                    sentence_start=start,
                    sentence_end=end,
                    who=who,
                    **{**common, **hit.values},  # type: ignore[arg-type]
                )
            )
    return tuple(sorted(fill_journeys(statements), key=lambda one: (one.journey, one.start, one.end)))


# --- places and sentences --------------------------------------------------------------------------------------


def _mark_places(text: str, resolutions: Sequence[Resolution]) -> tuple[str, dict[int, Resolution]]:
    """Return the plain text with places and demonyms marked, and the resolutions by start offset."""
    letters = list(plain(text).replace(PLACE_MARK, " ").replace(DEMONYM_MARK, " "))
    by_start: dict[int, Resolution] = {}
    for resolution in sorted(resolutions, key=lambda one: one.mention.start):
        mention = resolution.mention
        if mention.kind is MentionKind.METONYM:
            continue
        mark = DEMONYM_MARK if mention.kind is MentionKind.DEMONYM else PLACE_MARK
        letters[mention.start : mention.end] = mark * (mention.end - mention.start)
        if mark == PLACE_MARK:
            by_start[mention.start] = resolution
    return "".join(letters), by_start


def _read_sentence(
    sentence: _Sentence, *, grammar: Grammar, by_start: dict[int, Resolution], current: RunningJourney | None
) -> list[Hit]:
    """Return the hits of one sentence, in the order of their anchors."""
    text = sentence.text
    if grammar.words["habitual"].search(text):
        return []
    aboard = find_aboard(text, grammar=grammar)
    anchors = [
        (match, grammar.anchors[int(match.lastgroup[1:])])
        for match in grammar.anchor.finditer(text)
        if match.lastgroup and not any(one.start <= match.start() < one.end for one in aboard)
    ]
    hits: list[Hit] = []
    weak: list[Hit] = []
    used: list[tuple[int, int]] = []
    last = 0
    for number, (match, anchor) in enumerate(anchors):
        mood = read_mood(text, match=match, anchor=anchor, grammar=grammar, aboard=aboard)
        running = current.vehicle_class if current else None
        mover = find_mover(text, match=match, anchor=anchor, grammar=grammar, running=running, has_hits=bool(hits))
        if mood is None or mover is None:
            continue
        limit = anchors[number + 1][0].start() if number + 1 < len(anchors) else len(text)
        found = _read_anchor(
            sentence, match=match, anchor=anchor, limit=limit, grammar=grammar, by_start=by_start, used=used
        )
        if mover.is_weak:
            weak.extend(found)
        for hit in found:
            hit.is_new = mover.is_new and (not hits or mover.start > last)
            hit.who = (sentence.start + mover.who[0], sentence.start + mover.who[1]) if mover.who else None
            hit.values |= {"assertion": mood, "vehicle": mover.vehicle, "vehicle_class": mover.vehicle_class}
        if found:
            last = match.start()
        hits.extend(found)
    if not {StatementRole.ORIGIN, StatementRole.DESTINATION} <= {hit.role for hit in hits}:
        hits = [hit for hit in hits if hit not in weak]
    hits.extend(_path_hits(sentence, grammar=grammar, hits=hits))
    if hits or current:
        hits.extend(_aboard_hits(sentence, aboard=aboard, grammar=grammar, hits=hits))
    return hits


def _path_hits(sentence: _Sentence, *, grammar: Grammar, hits: Sequence[Hit]) -> list[Hit]:
    """Return the ways that are told in words, such as "along the coast", each beside the travel that it belongs to."""
    text, base = sentence.text, sentence.start
    found: list[Hit] = []
    for match in grammar.words["path"].finditer(text):
        near = [hit for hit in hits if hit.role is not StatementRole.SAID]
        if not near:
            break
        start, end = base + match.start(), base + match.end()
        hit = min(near, key=lambda one: max(one.start - end, start - one.end, 0))
        gap = text[min(hit.end, end) - base : max(hit.start, start) - base]
        if len(gap.split()) > MAX_GAP_WORDS or _BARRIER.search(gap):
            continue
        same: dict[str, object] = {
            key: hit.values[key] for key in ("assertion", "vehicle", "vehicle_class") if key in hit.values
        }
        found.append(Hit(StatementRole.PATH, start, end, hit.anchor_start, values=same))
    return found


def _aboard_hits(sentence: _Sentence, *, aboard: Sequence[Aboard], grammar: Grammar, hits: Sequence[Hit]) -> list[Hit]:
    if not grammar.vehicle.search(sentence.text):
        return []
    base = sentence.start
    return [
        Hit(
            StatementRole.ABOARD,
            base + one.start,
            base + one.end,
            hits[0].anchor_start if hits else base + one.start,
            who=(base + one.who_start, base + one.who_end),
            values={"assertion": one.assertion},
        )
        for one in aboard
    ]


_OWN_ROLES = {"turn": StatementRole.TURN, "lost": StatementRole.LOST, "fate": StatementRole.SAID}


def _read_anchor(  # noqa: PLR0915 - one statement per part of what is read
    sentence: _Sentence,
    *,
    match: re.Match[str],
    anchor: Anchor,
    limit: int,
    grammar: Grammar,
    by_start: dict[int, Resolution],
    used: list[tuple[int, int]],
) -> list[Hit]:
    """Return the statements of one anchor with the places and directions that follow it."""
    text, base = sentence.text, sentence.start
    own: Hit | None = None
    if anchor.role in _OWN_ROLES:
        own = Hit(_OWN_ROLES[anchor.role], base + match.start(), base + match.end(), base + match.start())
        own.values["is_back"] = anchor.backs
    hits = [own] if own else []

    def add(role: StatementRole, found: re.Match[str], **more: object) -> None:
        resolution = by_start.get(base + found.start("place"))
        used.append(found.span())
        if resolution is None:
            return
        values = {**position_values(found, grammar=grammar), "resolution": resolution, **more}
        end = base + max(found.end("place"), found.end())
        if own is not None and role is own.role:
            own.values.update(values)
            own.end = max(own.end, end)
        else:
            hits.append(Hit(role, base + match.start(), end, base + match.start(), values=values))

    position = match.end()
    direct = grammar.place_phrase.match(text, position, limit) if anchor.direct else None
    if direct:
        add(StatementRole(anchor.direct), direct, is_reached=anchor.direct == "destination")
        position = direct.end()
        while anchor.direct == "stop" and (more := grammar.more_places.match(text, position, limit)):
            add(StatementRole.STOP, more)
            position = more.end()
    # "20 km west of X" would else be read as "west of X", or as "off X".
    told = grammar.far_from.search(text, position, limit) if anchor.at else None
    if told and _is_close(text[position : told.start()], grammar=grammar):
        add(StatementRole(anchor.at), told, is_reached=anchor.at == "destination")
        position = told.end()
    while phrase := grammar.preposition_phrase.search(text, position, limit):
        gap = text[position : phrase.start()]
        if len(gap.split()) > MAX_GAP_WORDS or _BARRIER.search(gap):
            break
        position = max(phrase.end(), position + 1)
        if phrase["direction"]:
            hits.append(_heading(phrase, match=match, sentence=sentence, grammar=grammar))
            continue
        role = _role_of(phrase, anchor=anchor)
        if role is None:
            used.append(phrase.span())
            continue
        add(role, phrase, is_reached=_is_reached(phrase, anchor=anchor))
        while role is StatementRole.STOP and (more := grammar.more_places.match(text, position, limit)):
            add(role, more)
            position = more.end()
    if own is None or "resolution" in own.values:
        return hits
    if _is_bend(hits, anchor=anchor):
        return [hit for hit in hits if hit is not own]
    before = _told_before(text, match=match, grammar=grammar, used=used) if anchor.at else None
    if before:
        add(own.role, before)
        own.start = min(own.start, base + before.start())
    return hits


def _is_bend(hits: Sequence[Hit], *, anchor: Anchor) -> bool:
    """Return whether "turned north-west" is no more than a new heading."""
    is_turn = anchor.role == "turn" and not anchor.backs and not anchor.is_reversal
    return is_turn and any(hit.role is StatementRole.HEADING for hit in hits)


_BARRIER = re.compile(r"[;()\"“”]|:(?!\d)| who | which | that | said| told|\bbut\b", re.IGNORECASE)


def _is_close(gap: str, *, grammar: Grammar) -> bool:
    is_short = len(gap.split()) <= MAX_GAP_WORDS and not _BARRIER.search(gap)
    return is_short and not grammar.preposition_phrase.search(gap)


def _told_before(
    text: str, *, match: re.Match[str], grammar: Grammar, used: list[tuple[int, int]]
) -> re.Match[str] | None:
    """Return a position that stands before its verb: "Some 20 km west of X the plane turned back"."""
    for pattern in (grammar.far_from, grammar.before):
        for found in pattern.finditer(text, 0, match.start()):
            is_taken = any(start < found.end() and found.start() < end for start, end in used)
            is_close = len(text[found.end() : match.start()].split()) <= MAX_GAP_WORDS
            leads = (
                pattern is grammar.far_from
                or not text[: found.start()].strip(" ,")
                or text[: found.start()].rstrip().endswith(",")
            )
            if not is_taken and is_close and leads:
                return found
    return None


def _role_of(phrase: re.Match[str], *, anchor: Anchor) -> StatementRole | None:
    if anchor.role == "steer":
        return StatementRole.DESTINATION if phrase["towards"] else None
    if phrase["origin"]:
        return StatementRole.ORIGIN if anchor.role == "motion" else None
    if phrase["reached"] or phrase["towards"]:
        return StatementRole.DESTINATION if anchor.role in ("motion", "turn") else None
    if phrase["for"]:
        return StatementRole.DESTINATION if anchor.has_for else None
    if phrase["stop"] and anchor.role == "motion":
        return StatementRole.STOP
    # "over X" after a turn says where it turned.
    return StatementRole(anchor.at) if anchor.at else None


def _is_reached(phrase: re.Match[str], *, anchor: Anchor) -> bool:
    if phrase["at"]:
        return anchor.at == "destination"
    return bool(phrase["reached"]) and anchor.reaches


def _heading(phrase: re.Match[str], *, match: re.Match[str], sentence: _Sentence, grammar: Grammar) -> Hit:
    values: dict[str, object] = {"bearing_deg": grammar.bearings[direction_key(phrase["direction"])]}
    end = phrase.end()
    if told := grammar.heading_length.match(sentence.text, end):
        number, unit = read_number(told["n"]), told["unit"].lower()
        if unit.startswith(("minute", "hour")):
            values["after_minutes"] = number * (60 if unit.startswith("hour") else 1)
        else:
            values["distance_km"] = number * grammar.km[unit_of(unit)]
        end = told.end()
    start = sentence.start + match.start()
    return Hit(StatementRole.HEADING, start, sentence.start + end, start, values=values)


# --- dates, times, groups --------------------------------------------------------------------------------------


def _days_of(sentence: _Sentence, *, dates: Sequence[DateSpan], text: str) -> list[DateSpan]:
    """Return the days that a sentence tells, else the one of the sentence before, under which it is told."""
    known = [one for one in dates if one.first and (one.prec or 9) <= 3]
    own = [one for one in known if sentence.start <= one.start < sentence.end]
    if own:
        return own
    before = [one for one in known if 0 < sentence.start - one.end <= DAY_REACH and one.prec == 1][-1:]
    return [one for one in before if text.count("\n", one.end, sentence.start) <= 1]


def _nearest(spans: Sequence[DateSpan], *, start: int, end: int) -> DateSpan | None:
    """Return the day that stands nearest to a stretch of text."""
    return min(spans, key=lambda one: max(one.start - end, start - one.end), default=None)


def _common_values(
    sentence: _Sentence, *, article: Article, claims: Sequence[Claim], grammar: Grammar
) -> dict[str, object]:
    """Return what all statements of a sentence share: speaker, movement claim and, where no other is told, its day."""
    moves = (one for one in claims if one.kind is EventKind.MOVEMENT)
    claim = next((one for one in moves if one.start < sentence.end and sentence.start < one.end), None)
    told = find_speaker(sentence.text, grammar=grammar)
    speaker = article.text[sentence.start + told[0] : sentence.start + told[1]] if told else None
    return {
        "date_start": claim.date_start if claim else None,
        "date_end": claim.date_end if claim else None,
        "speaker": speaker or (claim.speaker if claim else None),
        "claim_id": claim.id if claim else None,
    }


_CLAUSE_END = re.compile(r"[,;](?!\d)|\b(?:and|before|after|then|but|while)\b", re.IGNORECASE)


def _apart(sentence: _Sentence, *, one: Hit, position: int) -> tuple[int, int, bool]:
    """Return how far a time stands from an anchor: first in ends of clauses, then in characters."""
    start, end = sorted((one.anchor_start, position))
    between = sentence.text[start - sentence.start : end - sentence.start]
    return len(_CLAUSE_END.findall(between)), end - start, one.role is not StatementRole.ORIGIN


def _add_times(
    hits: Sequence[Hit],
    *,
    sentence: _Sentence,
    spans: Sequence[DateSpan],
    day: date | None,
    theatre: Theatre,
    grammar: Grammar,
) -> None:
    """Give every told time to the nearest anchor of the sentence; a time since departure never to the departure."""

    def day_at(position: int) -> date | None:
        offset = sentence.start + position
        near = _nearest(spans, start=offset, end=offset)
        return day if near is None else near.first if near.prec == 1 else None

    beside = (StatementRole.SAID, StatementRole.ABOARD, StatementRole.PATH)
    timed = [hit for hit in hits if hit.role not in beside]
    later = [hit for hit in timed if hit.role is not StatementRole.ORIGIN]
    for told in find_times(sentence.text, day_at=day_at, timezone=theatre.timezone, grammar=grammar):
        able = later if told.after_minutes is not None else timed
        if not able:
            continue
        position = sentence.start + told.start
        hit = min(able, key=lambda one: _apart(sentence, one=one, position=position))
        before = hit.values.get("time_text")
        hit.values["time_text"] = f"{before} / {told.text}" if before else told.text
        if told.after_minutes is not None:
            hit.values["after_minutes"] = told.after_minutes
        elif told.when is not None:
            hit.values.setdefault("when", told.when)
