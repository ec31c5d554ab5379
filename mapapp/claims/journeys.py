"""What a text says of journeys: who went from where to where, heading where, turning and lost to sight where.

An *anchor* is a word that tells of travel ("took off", "U-turn", "went off radar"); the places, directions, distances
and times after it are read by what their prepositions say. Every word is in `geodata/lexicon/journeys.toml`. What is
planned, imagined, habitual or a figure of speech makes no statement. `routes` gives statements their geometry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from mapapp.claims.journey_words import (
    DEMONYM_MARK,
    FLAGS,
    PLACE_MARK,
    Anchor,
    Grammar,
    direction_key,
    plain,
    read_grammar,
)
from mapapp.dates import DateSpan, find_dates
from mapapp.model import Article, Assertion, Claim, EventKind, MentionKind, Resolution
from mapapp.text import split_sentences
from mapapp.theatre import Theatre

MAX_SENTENCE = 2000
"""Characters; a longer stretch without a full stop is a table or a hostile text, and tells no journey."""
MAX_GAP_WORDS = 9
"""Between an anchor and the first place that belongs to it; beyond, in texts read, the place belonged elsewhere."""
MAX_SENTENCES_APART = 3
"""How far "the plane" may stand from the sentence that introduced it."""


class StatementRole(StrEnum):
    """What a statement says about a journey."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    STOP = "stop"
    HEADING = "heading"
    TURN = "turn"
    LOST = "lost"
    ABOARD = "aboard"
    SAID = "also-said"


@dataclass(frozen=True, slots=True)
class JourneyStatement:
    """One thing that a sentence says about one journey: `article.text[start:end] == quote`."""

    journey: int
    """Statements with the same number belong to the same journey of the article."""
    role: StatementRole
    article_id: str
    start: int
    end: int
    quote: str
    sentence_start: int
    sentence_end: int
    """Exclusive."""
    resolution: Resolution | None = None
    """The place it speaks of; for a turn or a loss of signal where it happened."""
    is_near: bool = False
    """True: near the place, not at it."""
    offset_km: float | None = None
    """Distance from the place, where one is told."""
    bearing_deg: float | None = None
    """Of a heading, or from the place to the position."""
    distance_km: float | None = None
    """Told length of a heading."""
    after_minutes: float | None = None
    """Told time since departure, or told duration of a heading."""
    is_reached: bool = False
    """Destinations: True = it got there; False = it went towards it."""
    is_back: bool = False
    """Turns: True = back where it came from."""
    vehicle: str | None = None
    """In the text's own words."""
    vehicle_class: str = "unknown"
    """A class of the lexicon."""
    who: str | None = None
    """Who travels, in the text's own words."""
    time_text: str | None = None
    when: datetime | None = None
    """Aware, UTC; None = unknown."""
    date_start: date | None = None
    date_end: date | None = None
    """Last day, inclusive."""
    assertion: Assertion = Assertion.ASSERTED
    speaker: str | None = None
    """In the text's own words; None = the publisher."""
    claim_id: str | None = None
    """The movement claim of the same sentence."""


@dataclass(slots=True)
class _Hit:
    """A statement in the making; offsets are those of the article."""

    role: StatementRole
    start: int
    end: int
    anchor_start: int
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sentence:
    index: int
    start: int
    end: int
    text: str
    """Marked and plain."""


@dataclass(frozen=True, slots=True)
class _Aboard:
    """Offsets within a sentence of "carrying X" and of its X."""

    start: int
    end: int
    who_start: int
    who_end: int


@dataclass(slots=True)
class _Journey:
    number: int
    vehicle_class: str
    last_sentence: int
    vehicle: str | None = None
    places: dict[StatementRole, list[str]] = field(default_factory=dict)


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
    journeys: list[_Journey] = []
    for index, (start, end) in enumerate(split_sentences(article.text)):
        if end - start > MAX_SENTENCE:
            continue
        sentence = _Sentence(index, start, end, marked[start:end])
        current = journeys[-1] if journeys and index - journeys[-1].last_sentence <= MAX_SENTENCES_APART else None
        hits = _read_sentence(sentence, grammar=grammar, by_start=by_start, current=current)
        if not hits:
            continue
        common = _common_values(sentence, article=article, claims=claims, dates=dates)
        _add_times(hits, sentence=sentence, day=common["date_start"], timezone=theatre.timezone)
        for journey, hit in _group(hits, sentence=sentence, journeys=journeys):
            values = {**common, **hit.values}
            who = values.pop("_who", None)
            if isinstance(who, tuple):
                values["who"] = article.text[start + who[0] : start + who[1]]
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
                    **values,  # type: ignore[arg-type]
                )
            )
    return tuple(
        sorted(_fill_journeys(statements, text=article.text), key=lambda one: (one.journey, one.start, one.end))
    )


# --- places and sentences ------------------------------------------------------------------------------------------------


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
    sentence: _Sentence, *, grammar: Grammar, by_start: dict[int, Resolution], current: _Journey | None
) -> list[_Hit]:
    """Return the hits of one sentence, in the order of their anchors."""
    text = sentence.text
    aboard = _find_aboard(text, grammar=grammar)
    anchors = [
        (match, grammar.anchors[int(match.lastgroup[1:])])
        for match in grammar.anchor.finditer(text)
        if match.lastgroup and not any(one.start <= match.start() < one.end for one in aboard)
    ]
    hits: list[_Hit] = []
    used: list[tuple[int, int]] = []
    if grammar.words["habitual"].search(text):
        return []
    for number, (match, anchor) in enumerate(anchors):
        limit = anchors[number + 1][0].start() if number + 1 < len(anchors) else len(text)
        mood = _mood(text, match=match, anchor=anchor, grammar=grammar, aboard=aboard)
        if mood is None:
            continue
        mover = _mover(text, match=match, anchor=anchor, grammar=grammar, current=current, has_hits=bool(hits))
        if mover is None:
            continue
        found = _read_anchor(
            sentence, match=match, anchor=anchor, limit=limit, grammar=grammar, by_start=by_start, used=used
        )
        for hit in found:
            hit.values.update(mover)
            hit.values["assertion"] = mood
        hits.extend(found)
    hits = [hit for hit in hits if hit.role is not StatementRole.SAID or current or len(hits) > 1]
    if hits or current:
        hits.extend(_aboard_hits(sentence, aboard=aboard, grammar=grammar, hits=hits))
    return hits


_OWN_ROLES = {"turn": StatementRole.TURN, "lost": StatementRole.LOST, "fate": StatementRole.SAID}


def _read_anchor(
    sentence: _Sentence,
    *,
    match: re.Match[str],
    anchor: Anchor,
    limit: int,
    grammar: Grammar,
    by_start: dict[int, Resolution],
    used: list[tuple[int, int]],
) -> list[_Hit]:
    """Return the statements of one anchor with the places and directions that follow it."""
    text, base = sentence.text, sentence.start
    hits: list[_Hit] = []
    own: _Hit | None = None
    if anchor.role in ("turn", "lost", "fate"):
        own = _Hit(_OWN_ROLES[anchor.role], base + match.start(), base + match.end(), base + match.start())
        if anchor.backs:
            own.values["is_back"] = True
        hits.append(own)

    def add(role: StatementRole, found: re.Match[str], **more: object) -> None:
        resolution = by_start.get(base + found.start("place"))
        used.append(found.span())
        if resolution is None:
            return
        values = {**_position_values(found, grammar=grammar), "resolution": resolution, **more}
        end = base + max(found.end("place"), found.end())
        if own is not None and role is own.role:
            own.values.update(values)
            own.end = end
        else:
            hits.append(_Hit(role, base + match.start(), end, base + match.start(), values))

    position = match.end()
    direct = grammar.place_phrase.match(text, position, limit) if anchor.direct else None
    if direct:
        add(StatementRole(anchor.direct), direct, is_reached=anchor.direct == "destination")
        position = direct.end()
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
    if own is not None and "resolution" not in own.values and anchor.at:
        told = grammar.far_from.search(text, match.end(), limit) or _told_before(
            text, match=match, grammar=grammar, used=used
        )
        if told:
            add(own.role, told)
            own.start = min(own.start, base + told.start())
    return hits


_BARRIER = re.compile(r"[;:()\"“”]| who | which | that | said| told|\bbut\b", re.IGNORECASE)


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


def _position_values(found: re.Match[str], *, grammar: Grammar) -> dict[str, object]:
    """Return how the position lies to the place: near it, some distance away, on one side."""
    groups = found.groupdict()
    values: dict[str, object] = {"is_near": bool(groups.get("near") or groups.get("side"))}
    if groups.get("at") and re.match(grammar.words["near"].pattern, groups["at"], FLAGS):
        values["is_near"] = True
    if groups.get("side"):
        values["bearing_deg"] = grammar.bearings[direction_key(groups["side"])]
    if groups.get("far"):
        values["is_near"] = True
        values["offset_km"] = _number(groups["far"]) * grammar.km[_unit(groups["unit"])]
        if groups.get("far_direction"):
            values["bearing_deg"] = grammar.bearings[direction_key(groups["far_direction"])]
    return values


def _number(digits: str) -> float:
    """Return the number of "1,200" and "2.5"; a comma before three digits groups thousands."""
    cleaned = re.sub(r",(?=\d{3}(?:\D|$))", "", digits.rstrip(".,")).replace(",", ".")
    try:
        return float(cleaned)
    except ValueError:
        return float(re.sub(r"\D", "", cleaned)[:6] or 0)


def _unit(word: str) -> str:
    lower = word.lower().replace("kilometer", "kilometre")
    return lower if lower in ("nm", "km") else lower.removesuffix("s")


_LENGTH = re.compile(
    r" for (?:(?:some|about|around|roughly|nearly|another) )*(?P<n>\d[\d.,]*) ?(?P<unit>km|kilomet(?:re|er)s?|miles?|nautical miles?|nm|minutes?|hours?)\b",
    FLAGS,
)


def _heading(phrase: re.Match[str], *, match: re.Match[str], sentence: _Sentence, grammar: Grammar) -> _Hit:
    values: dict[str, object] = {"bearing_deg": grammar.bearings[direction_key(phrase["direction"])]}
    end = phrase.end()
    if told := _LENGTH.match(sentence.text, end):
        number, unit = _number(told["n"]), told["unit"].lower()
        if unit.startswith(("minute", "hour")):
            values["after_minutes"] = number * (60 if unit.startswith("hour") else 1)
        else:
            values["distance_km"] = number * grammar.km[_unit(unit)]
        end = told.end()
    start = sentence.start + match.start()
    return _Hit(StatementRole.HEADING, start, sentence.start + end, start, values)


# --- who travels, and how surely ----------------------------------------------------------------------------------------

_CLAUSE_BREAK = re.compile(r"[,;:()]|\b(?:and|but|while|when|after|before|as|where|then|until|because|since)\b", FLAGS)
_NAME = re.compile(r"(?<![.\w])(?:(?:al|el|ar|as|ash|an|ad)-)?[A-Z][\w'-]+")
_INDEFINITE = re.compile(
    r"\b(?:an?|another|second|third|other|two|three|four|five|several|some|separate(?:ly)?)\b", FLAGS
)
_NOT_NAMES = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "It",
        "They",
        "He",
        "She",
        "We",
        "I",
        "This",
        "That",
        "These",
        "Those",
        "But",
        "And",
        "However",
        "Meanwhile",
        "There",
        "After",
        "Before",
        "When",
        "While",
        "As",
        "From",
        "With",
        "By",
        "For",
        "Of",
        "Earlier",
        "Later",
        "Then",
        "Today",
        "Yesterday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "According",
        "Some",
        "Many",
        "Reports",
        "Report",
        "Another",
        "Near",
        "Over",
        "Early",
        "Late",
        "Initially",
        "Its",
        "His",
        "Her",
        "Their",
        "No",
        "Not",
        "One",
        "Two",
        "Three",
        "Hours",
    ]
)


def _mover(
    text: str, *, match: re.Match[str], anchor: Anchor, grammar: Grammar, current: _Journey | None, has_hits: bool
) -> dict[str, object] | None:
    """Return vehicle and traveller of an anchor, or None where nobody is said to travel."""
    before = text[: match.start()]
    breaks = [found.end() for found in _CLAUSE_BREAK.finditer(before)]
    window = before[breaks[-1] :] if breaks else before
    if anchor.role in ("turn", "lost") and grammar.words["figure_after"].match(text, match.end()):
        return None
    if anchor.needs == "nominal":
        return None if grammar.words["nominal_stop"].search(text) else _vehicle_values(text, match, grammar)
    blocked = grammar.words["not_travelling"].search(window)
    values = _vehicle_values(text, match, grammar)
    in_window = grammar.vehicle.search(window) is not None
    if blocked and not in_window:
        return None
    if values:
        return values
    has_people = grammar.words["people"].search(window) is not None
    has_pronoun = re.search(rf"\b{grammar.words['pronoun'].pattern}\b", window, FLAGS) is not None
    has_name = any(name.group() not in _NOT_NAMES for name in _NAME.finditer(window))
    follows = has_hits and not has_name and len(window.split()) <= 4
    goes_on = current is not None and (has_pronoun or grammar.words["definite_mover"].search(before) is not None)
    is_turn = anchor.role in ("turn", "lost", "fate")
    if follows or goes_on:
        return {}
    if is_turn:
        # Only what is already travelling can turn or be lost to sight.
        return {"who": _who(window)} if current is not None and has_people else None
    if has_people and anchor.needs in ("mover", "anyone"):
        return {"who": _who(window)}
    if anchor.needs in ("anyone", "vehicle_or_name") and (has_name or (has_pronoun and _NAME.search(before))):
        return {"who": _who(window if has_name else before)}
    return None


def _vehicle_values(text: str, match: re.Match[str], grammar: Grammar) -> dict[str, object]:
    before = [found for found in grammar.vehicle.finditer(text, 0, match.start())]
    found: re.Match[str] | None = before[-1] if before else None
    if found is None:
        after = re.compile(rf"\b(?:by|in|on|aboard|on board) (?:\w+ ){{0,4}}?(?={grammar.vehicle.pattern})", FLAGS)
        told = after.search(text, match.start())
        found = grammar.vehicle.match(text, told.end()) if told and told.start() - match.end() < 90 else None
    if found is None:
        found = grammar.vehicle.fullmatch(match.group())
    if found is None:
        return {}
    lead = text[: found.start()].split()[-3:]
    return {
        "vehicle": found.group().lower(),
        "vehicle_class": found.lastgroup or "unknown",
        "_is_new": bool(lead and any(_INDEFINITE.fullmatch(word.strip(",.")) for word in lead)),
    }


def _who(window: str) -> str | None:
    words = [word for word in window.replace(DEMONYM_MARK, "").split() if PLACE_MARK not in word]
    names = " ".join(words).strip(" ,.-")
    found = re.search(r"(?:[A-Z][\w'-]+(?: (?:al-|and |his |her |of )?[\w'-]+){0,5}|\w+)$", names)
    cleaned = re.sub(
        r"\s*\b(?:has|have|had|was|were|reportedly|then|also|later|secretly|who)\b.*$",
        "",
        found.group() if found else "",
    )
    return cleaned or None


def _find_aboard(text: str, *, grammar: Grammar) -> list[_Aboard]:
    """Return every "believed to be carrying X" and "with X on board"."""
    spans = []
    for found in _ABOARD.finditer(text):
        name = next(name for name in ("who", "who2", "who3") if found[name])
        start, end = found.span(name)
        cut = grammar.anchor.search(text, start, end)
        last = found.end()
        if cut and cut.start() > start:
            last = end = cut.start()
        who = text[start:end].rstrip(" ,")
        if who and not who.isdigit():
            spans.append(_Aboard(found.start(), len(text[:last].rstrip()), start, start + len(who)))
    return spans


_HEDGE = (
    r"(?:(?:was |were |is |are )?(?:widely )?(?:believed|thought|said|reported|understood|rumou?red|suspected|presumed|"
    r"assumed|likely|reportedly|apparently|allegedly|possibly|supposedly|may|might|could)(?: to)?(?: be| have been)? )?"
)
_ABOARD = re.compile(
    rf"\b(?:{_HEDGE}(?:carrying|transporting|ferrying|bringing) (?P<who>[^,;.()]{{2,90}})"
    rf"|with (?P<who2>[^,;.()]{{2,60}}?) (?:{_HEDGE})(?:aboard|on board)"
    rf"|(?P<who3>(?:[A-Z][\w'-]+|{DEMONYM_MARK}+)(?: [\w'-]+){{0,4}}?) (?:was|were|is|are) (?:{_HEDGE})(?:aboard|on board))"
)


def _aboard_hits(
    sentence: _Sentence, *, aboard: Sequence[_Aboard], grammar: Grammar, hits: Sequence[_Hit]
) -> list[_Hit]:
    if not grammar.vehicle.search(sentence.text):
        return []
    made = []
    for one in aboard:
        words = sentence.text[one.start : one.end]
        assertion = Assertion.ASSERTED
        if grammar.words["denial"].search(sentence.text[: one.start]) or grammar.words["negation"].search(words):
            assertion = Assertion.DENIED
        elif grammar.words["speculated"].search(words):
            assertion = Assertion.SPECULATED
        elif grammar.words["aboard_hedge"].search(words):
            assertion = Assertion.HEDGED
        anchor_start = hits[0].anchor_start if hits else sentence.start + one.start
        values: dict[str, object] = {"_who": (one.who_start, one.who_end), "assertion": assertion}
        made.append(
            _Hit(StatementRole.ABOARD, sentence.start + one.start, sentence.start + one.end, anchor_start, values)
        )
    return made


def _mood(
    text: str, *, match: re.Match[str], anchor: Anchor, grammar: Grammar, aboard: Sequence[_Aboard]
) -> Assertion | None:
    """Return how surely the anchor is said, or None where it is only planned or imagined."""
    before = text[: match.start()]
    for one in aboard:
        if one.end <= match.start():
            before = before[: one.start] + " " * (one.end - one.start) + before[one.end :]
    breaks = [found.end() for found in re.finditer(r"[;,]|\b(?:but|while|and|after|before)\b", before, FLAGS)]
    window = before[breaks[-1] :] if breaks else before
    close = " ".join(window.split()[-5:])
    words = grammar.words
    if words["hypothetical"].search(before):
        return None
    is_speculated = words["speculated"].search(before + match.group()) is not None
    if words["plan"].search(close) and not words["speculated"].search(close):
        return None
    if words["denial"].search(before):
        return Assertion.DENIED
    if words["negation"].search(close):
        return Assertion.DENIED
    if re.search(rf"\b{words['unsure_verb'].pattern}\b(?: that)?", before, FLAGS) and _speaker_of(text, grammar)[0]:
        return Assertion.HEDGED
    if is_speculated:
        return Assertion.SPECULATED
    return Assertion.HEDGED if words["hedged"].search(before) else Assertion.ASSERTED


def _speaker_of(text: str, grammar: Grammar) -> tuple[str | None, tuple[int, int]]:
    """Return who says the sentence, in its own words, and where they stand."""
    verbs = rf"(?:{grammar.words['say_verb'].pattern}|{grammar.words['unsure_verb'].pattern})"
    name = r"(?:[\w'.&\ue000\ue001-]+ ){0,6}?[\w'.&\ue000\ue001-]+"
    patterns = (
        rf"^(?:However|But|Meanwhile|Still|Yet|Later|Separately|Earlier|Also)?,? ?(?P<s>{name}) (?:have |has |had |also |later |then |now )*{verbs}\b",
        rf"\b(?:according to|citing|quoting) (?P<s>{name})(?=[,.;]| that | who |$)",
        rf", (?P<s>{name}) {verbs}(?: on \w+)?[.,]?$",
        rf"[,;] (?:but |and |while |though |although )(?P<s>(?:[\w'-]+ ){{0,3}}?[\w'-]+) {verbs}\b",
    )
    for pattern in patterns:
        if found := re.search(pattern, text, FLAGS):
            return found["s"], found.span("s")
    return None, (0, 0)


# --- dates, times, groups -------------------------------------------------------------------------------------------------


def _common_values(
    sentence: _Sentence, *, article: Article, claims: Sequence[Claim], dates: Sequence[DateSpan]
) -> dict[str, object]:
    grammar = read_grammar()
    claim = next(
        (
            one
            for one in claims
            if one.kind is EventKind.MOVEMENT and one.start < sentence.end and sentence.start < one.end
        ),
        None,
    )
    own = [one for one in dates if sentence.start <= one.start < sentence.end and one.first and (one.prec or 9) <= 3]
    first = own[0].first if own else claim.date_start if claim else None
    last = own[0].last if own else claim.date_end if claim else None
    name, (start, end) = _speaker_of(sentence.text, grammar)
    speaker = article.text[sentence.start + start : sentence.start + end] if name else claim.speaker if claim else None
    return {
        "date_start": first,
        "date_end": last,
        "speaker": speaker,
        "claim_id": claim.id if claim else None,
    }


_CLOCK = re.compile(
    r"\b(?:(?:at|around|about|just (?:after|before)|shortly (?:after|before)|by|until|from) )*"
    r"(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d)|(?=(?: ?[ap]\.?m\b)|00 (?:GMT|UTC)|[0-5]\d (?:GMT|UTC)))(?P<bare>[0-5]\d(?= (?:GMT|UTC)))?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: (?P<zone>local time|UTC|GMT|[A-Z\ue000][\w\ue000]* time))?",
    FLAGS,
)
_AFTER = re.compile(
    r"\b(?P<n>\d+|half an|an|one|two|three) (?P<unit>minutes?|hours?) (?:after|into) (?:its |the |their |his |a )?(?:take-?off|taking off|departure|departing|leaving|setting (?:off|out|sail)|flight|journey|lifting off)",
    FLAGS,
)
_COUNTS = {"half an": 0.5, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0}


def _add_times(hits: list[_Hit], *, sentence: _Sentence, day: object, timezone: str) -> None:
    """Give every clock time and every "40 minutes after take-off" to the nearest anchor of the sentence."""
    timed = [hit for hit in hits if hit.role not in (StatementRole.SAID, StatementRole.ABOARD)]
    if not timed:
        return
    for found in _CLOCK.finditer(sentence.text):
        position = sentence.start + found.start()
        hit = min(timed, key=lambda one: (abs(one.anchor_start - position), one.role is not StatementRole.ORIGIN))
        told = found.group().strip()
        hit.values["time_text"] = f"{hit.values['time_text']} / {told}" if "time_text" in hit.values else told
        when = _instant(found, day=day, timezone=timezone)
        if when is not None and "when" not in hit.values:
            hit.values["when"] = when
    for found in _AFTER.finditer(sentence.text):
        position = sentence.start + found.start()
        others = [hit for hit in timed if hit.role is not StatementRole.ORIGIN] or timed
        hit = min(others, key=lambda one: abs(one.anchor_start - position))
        number = _COUNTS.get(found["n"].lower()) or float(found["n"])
        hit.values["after_minutes"] = number * (60 if found["unit"].lower().startswith("hour") else 1)
        hit.values.setdefault("time_text", found.group())


def _instant(found: re.Match[str], *, day: object, timezone: str) -> datetime | None:
    """Return a clock time as an instant in UTC, or None where day or zone are not known."""
    if not isinstance(day, date):
        return None
    zone = (found["zone"] or "local time").lower()
    if zone not in ("local time", "utc", "gmt"):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["bare"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 23:
        return None
    local = UTC if zone in ("utc", "gmt") else ZoneInfo(timezone)
    return datetime.combine(day, time(hour, minute), tzinfo=local).astimezone(UTC)


def _group(hits: list[_Hit], *, sentence: _Sentence, journeys: list[_Journey]) -> list[tuple[_Journey, _Hit]]:
    """Give each hit its journey: the running one, or a new one where another traveller sets out."""
    placed: list[tuple[_Journey, _Hit]] = []
    journey: _Journey | None = None
    for hit in hits:
        kind = str(hit.values.get("vehicle_class", "unknown"))
        is_new = bool(hit.values.pop("_is_new", False))
        resolution = hit.values.get("resolution")
        place_id = resolution.place.id if isinstance(resolution, Resolution) and resolution.place else None
        running = journey or (
            journeys[-1] if journeys and sentence.index - journeys[-1].last_sentence <= MAX_SENTENCES_APART else None
        )
        if running is not None and not _belongs(
            running, hit=hit, kind=kind, place_id=place_id, is_new=is_new and journey is None
        ):
            running = None
        if running is None:
            if (
                hit.role in (StatementRole.SAID, StatementRole.LOST, StatementRole.ABOARD)
                and journey is None
                and not any(
                    other.role not in (StatementRole.SAID, StatementRole.LOST, StatementRole.ABOARD) for other in hits
                )
            ):
                continue
            running = _Journey(len(journeys), kind, sentence.index)
            journeys.append(running)
        if running.vehicle_class == "unknown":
            running.vehicle_class = kind
        running.last_sentence = sentence.index
        if place_id:
            running.places.setdefault(hit.role, []).append(place_id)
        journey = running
        placed.append((running, hit))
    return placed


def _belongs(journey: _Journey, *, hit: _Hit, kind: str, place_id: str | None, is_new: bool) -> bool:
    if is_new:
        return False
    if "unknown" not in (kind, journey.vehicle_class) and kind != journey.vehicle_class:
        return False
    origins = journey.places.get(StatementRole.ORIGIN, [])
    if hit.role is StatementRole.ORIGIN and origins and place_id not in origins:
        return place_id in [one for places in journey.places.values() for one in places]
    return True


def _fill_journeys(statements: list[JourneyStatement], *, text: str) -> list[JourneyStatement]:
    """Give each statement of a journey its vehicle, its travellers and its day, as far as another one tells them."""
    filled = []
    by_journey: dict[int, list[JourneyStatement]] = {}
    for statement in statements:
        by_journey.setdefault(statement.journey, []).append(statement)
    for group in by_journey.values():
        vehicle = next((one for one in group if one.vehicle), None)
        dated = next((one for one in group if one.date_start), None)
        who = next((one.who for one in group if one.role is StatementRole.ABOARD and one.who), None)
        who = who or next((one.who for one in group if one.who), None)
        for one in group:
            filled.append(
                replace(
                    one,
                    vehicle=one.vehicle or (vehicle.vehicle if vehicle else None),
                    vehicle_class=one.vehicle_class if one.vehicle else vehicle.vehicle_class if vehicle else "unknown",
                    who=one.who or who,
                    date_start=one.date_start or (dated.date_start if dated else None),
                    date_end=one.date_end or (dated.date_end if dated else None),
                )
            )
    return filled
