"""Around a word of travel: who travels, how surely it is said, by whom, and when by the clock.

All of it works on one sentence as `journeys` marks it: places and demonyms replaced length for length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from mapapp.claims.journey_words import DEMONYM_MARK, FLAGS, PLACE_MARK, Anchor, Grammar
from mapapp.model import Assertion


@dataclass(frozen=True, slots=True)
class Mover:
    """Who or what travels; offsets are those of the sentence."""

    vehicle: str | None = None
    vehicle_class: str = "unknown"
    is_new: bool = False
    """True: introduced here ("a plane", "another convoy"), so that it begins a journey of its own."""
    who: tuple[int, int] | None = None
    start: int = 0
    """Of the vehicle."""
    is_weak: bool = False
    """True: somebody named "moved" or "went", which is a journey only with both its ends."""


@dataclass(frozen=True, slots=True)
class Aboard:
    """Where a sentence says who is on board: "believed to be carrying X"."""

    start: int
    end: int
    who_start: int
    who_end: int
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class ToldTime:
    """A clock time, or a time since departure."""

    start: int
    text: str
    when: datetime | None = None
    """Aware, UTC; None = day or zone unknown."""
    after_minutes: float | None = None


_CLAUSE_BREAK = re.compile(
    r"[;()\"“”]|[,:](?!\d)|\b(?:and|but|while|when|after|before|as|where|then|until|because|since|that|if)\b", FLAGS
)
_NAME = re.compile(r"(?<![\w.-])(?:(?:al|el|ar|as|ash|an|ad)-)?[A-Z][\w'-]+")


@dataclass(frozen=True, slots=True)
class _Subject:
    """What stands between the beginning of an anchor's clause and the anchor."""

    begin: int
    window: str
    has_vehicle: bool
    has_people: bool
    has_name: bool
    has_pronoun: bool
    who: tuple[int, int] | None
    is_coordinated: bool
    """True: it is the subject of an earlier verb ("left their posts and fled")."""

    @property
    def is_somebody(self) -> bool:
        """Whether people or a name stand there, and no vehicle."""
        return not self.has_vehicle and (self.has_people or self.has_name) and self.who is not None


def find_mover(
    text: str, *, match: re.Match[str], anchor: Anchor, grammar: Grammar, running: str | None, has_hits: bool
) -> Mover | None:
    """Return who travels at an anchor, or None where nobody is said to.

    `running` is the vehicle class of the journey that the sentences before tell of (None = none), `has_hits` says that
    this one tells of one already: then pronouns and verbs without a subject go on with it.
    """
    words = grammar.words
    if anchor.role in ("turn", "lost") and words["figure_after"].match(text, match.end()):
        return None
    vehicle = _find_vehicle(text, match, grammar)
    if anchor.needs == "nominal":
        has_traveller = words["people"].search(text) or grammar.vehicle.search(text)
        return None if words["nominal_stop"].search(text) or not has_traveller else vehicle or Mover()
    subject = _find_subject(text, match=match, anchor=anchor, grammar=grammar)
    if words["not_travelling"].search(subject.window) and not subject.has_vehicle:
        return None
    is_stranger = has_hits and subject.is_somebody and (vehicle is None or vehicle.start < subject.begin)
    if is_stranger:
        # "the jet took off as rebels entered the town": somebody else travels.
        return Mover(who=subject.who, is_new=True, start=subject.begin) if anchor.role == "motion" else None
    if vehicle is not None:
        return replace(vehicle, who=subject.who if subject.is_somebody else None)
    if _goes_on(text, subject=subject, match=match, grammar=grammar, running=running, has_hits=has_hits):
        return Mover()
    return _new_mover(subject, anchor=anchor, is_running=running is not None)


def _find_subject(text: str, *, match: re.Match[str], anchor: Anchor, grammar: Grammar) -> _Subject:
    before = text[: match.start()]
    breaks = [0, *(found.end() for found in _CLAUSE_BREAK.finditer(before))]
    begin = breaks.pop()
    is_coordinated = not before[begin:].strip() and bool(breaks)
    while is_coordinated and breaks and not before[begin:].strip(" ,"):
        # "Soldiers left their posts and fled": the subject stands before the first verb.
        begin = breaks.pop()
    window = before[begin:]
    words = grammar.words
    # "Its signal was lost": the owner is the subject.
    is_owned = anchor.role == "lost" and words["determiner"].match(match.group()) is not None
    # "It climbed, turned and passed over X": the subject stands at the beginning.
    is_shared = is_coordinated and words["pronoun"].match(before.lstrip()) is not None
    return _Subject(
        begin=begin,
        window=window,
        has_vehicle=grammar.vehicle.search(window) is not None,
        has_people=words["people"].search(window) is not None,
        has_name=any(name.group() not in grammar.not_names for name in _NAME.finditer(window)),
        has_pronoun=words["pronoun"].search(window) is not None or is_owned or is_shared,
        is_coordinated=is_coordinated,
        who=None if is_coordinated else _find_who(text, begin, match.start(), grammar),
    )


def _goes_on(
    text: str, *, subject: _Subject, match: re.Match[str], grammar: Grammar, running: str | None, has_hits: bool
) -> bool:
    """Return whether an anchor without a vehicle goes on with the journey that is being told."""
    if has_hits and (subject.is_coordinated or (not subject.has_name and len(subject.window.split()) <= 4)):
        return True
    if running is None:
        return False
    # "It" alone goes on with a vehicle, not with people.
    is_person = grammar.words["person_pronoun"].search(subject.window + match.group()) is not None
    if subject.has_pronoun and (running != "unknown" or is_person):
        return True
    return grammar.words["definite_mover"].search(text, 0, match.start()) is not None


def _new_mover(subject: _Subject, *, anchor: Anchor, is_running: bool) -> Mover | None:
    """Return who sets out without a vehicle: people, a name or a pronoun, as far as the anchor lets them."""
    who = subject.who
    if anchor.role not in ("motion", "steer"):
        # Only what already travels can turn or be lost to sight.
        return Mover(who=who) if is_running and subject.has_people else None
    if subject.has_people and anchor.needs in ("mover", "anyone"):
        return Mover(who=who)
    if subject.has_name and anchor.needs == "mover":
        return Mover(who=who, is_weak=True)
    is_anyone = anchor.needs in ("anyone", "vehicle_or_name")
    return Mover(who=who) if is_anyone and (subject.has_name or subject.has_pronoun) else None


def _find_vehicle(text: str, match: re.Match[str], grammar: Grammar) -> Mover | None:
    found = None
    for found in grammar.vehicle.finditer(text, 0, match.start()):  # noqa: B007 the last one before the anchor
        pass
    if found is None:
        told = grammar.by_vehicle.search(text, match.end(), match.end() + 120)
        found = grammar.vehicle.match(text, told.end()) if told else grammar.vehicle.fullmatch(match.group())
    if found is None:
        return None
    is_new = False
    for word in reversed(text[: found.start()].split()[-4:]):
        if grammar.words["indefinite"].fullmatch(word):
            is_new = True
            break
        if not word[-1:].isalnum() or grammar.words["determiner"].fullmatch(word):
            break
    surface = found.group()
    name = surface if any(letter.isupper() or letter.isdigit() for letter in surface[1:]) else surface.lower()
    return Mover(name, found.lastgroup or "unknown", is_new, start=found.start())


def _find_who(text: str, begin: int, end: int, grammar: Grammar) -> tuple[int, int] | None:
    """Return the stretch that names the subject of a verb, without auxiliaries and adverbs; None = a pronoun, none."""
    for said in grammar.words["say_verb"].finditer(text, begin, end):
        begin = said.end()
    window = text[begin:end]
    stop = grammar.words["auxiliary"].search(window)
    window = (window[: stop.start()] if stop else window).rstrip(" ,-")
    # A name, a number or an article begins it; "onto", "includes" and the like do not belong to it.
    first = grammar.subject_start.search(window)
    if first is None or len(window[first.start() :].split()) > 10:
        return None
    if grammar.words["pronoun"].fullmatch(window[first.start() :]):
        return None
    return begin + first.start(), begin + len(window)


def find_aboard(text: str, *, grammar: Grammar) -> tuple[Aboard, ...]:
    """Return every place of a sentence that says who is on board, with how surely it is said."""
    spans = []
    words = grammar.words
    for found in grammar.aboard.finditer(text):
        name = next(name for name in ("who", "who2", "who3") if found[name])
        start, end = found.span(name)
        cut = grammar.anchor.search(text, start + 1, end)
        last = found.end()
        if cut:
            last = end = cut.start()
        who = text[start:end].rstrip(" ,")
        if not who or who.isdigit() or words["clause_word"].search(who):
            continue
        told = text[found.start() : last]
        assertion = Assertion.ASSERTED
        if words["denial"].search(text[: found.start()]) or words["negation"].search(told):
            assertion = Assertion.DENIED
        elif words["speculated"].search(told) or words["may_be"].search(told) or _is_speculation(text, found, words):
            assertion = Assertion.SPECULATED
        elif words["aboard_hedge"].search(told) or words["hedged"].search(told):
            assertion = Assertion.HEDGED
        # "speculation that X was aboard the jet that left": the doubt before it is about X too.
        first = 0 if name == "who3" else found.start()
        spans.append(Aboard(first, len(text[:last].rstrip()), start, start + len(who), assertion))
    return tuple(spans)


def _is_speculation(text: str, found: re.Match[str], words: Mapping[str, re.Pattern[str]]) -> bool:
    return bool(found["who3"]) and words["speculated"].search(text, 0, found.start()) is not None


def read_mood(
    text: str, *, match: re.Match[str], anchor: Anchor, grammar: Grammar, aboard: Sequence[Aboard]
) -> Assertion | None:
    """Return how surely an anchor is said, or None where it is only planned, imagined or asked."""
    before = text[: match.start()]
    for one in aboard:
        # "a plane believed to be carrying X took off": the doubt is about X, not about the plane.
        if one.end <= match.start():
            before = before[: one.start] + " " * (one.end - one.start) + before[one.end :]
    breaks = [found.end() for found in re.finditer(r"[;,]|\b(?:but|while|and|after|before)\b", before, FLAGS)]
    window = before[breaks[-1] :] if breaks else before
    close = " ".join(window.split()[-5:])
    words = grammar.words
    if words["hypothetical"].search(before) or (text.rstrip().endswith("?") and anchor.role != "fate"):
        return None
    if anchor.role == "fate" and words["may_be"].search(close):
        return Assertion.SPECULATED
    if words["plan"].search(close) and not words["speculated"].search(close):
        return None
    rest = re.split(r"[,;]| but | although | while ", text[match.end() :], maxsplit=1)[0]
    if words["denial"].search(before) or words["negation"].search(close) or words["denial_after"].search(rest):
        return Assertion.DENIED
    if words["unsure_verb"].search(before) and find_speaker(text, grammar=grammar) is not None:
        return Assertion.HEDGED
    if words["speculated"].search(before + match.group()):
        return Assertion.SPECULATED
    is_hedged = words["hedged"].search(before) or words["hedged_after"].search(rest)
    return Assertion.HEDGED if is_hedged else Assertion.ASSERTED


def find_speaker(text: str, *, grammar: Grammar) -> tuple[int, int] | None:
    """Return where a sentence names the one who says it; None = nobody is named, the publisher speaks."""
    for pattern in grammar.speakers:
        if found := pattern.search(text):
            start, end = found.span("speaker")
            end = start + len(text[start:end].rstrip(" .,'"))
            if grammar.anchor.search(text, start, end) or grammar.vehicle.search(text, start, end):
                continue
            if PLACE_MARK in text[start:end] and not text[start:end].strip(PLACE_MARK + " "):
                continue
            if grammar.words["pronoun"].fullmatch(text[start:end]):
                continue
            return start, end
    return None


def find_times(
    text: str, *, day_at: Callable[[int], date | None], timezone: str, grammar: Grammar
) -> tuple[ToldTime, ...]:
    """Return the clock times and times since departure of a sentence, in order.

    `day_at` gives the day that is told nearest to an offset. A clock time is an instant where that day is known and the
    zone is told as UTC or GMT, or left to the theatre's; "shortly before five" is none.
    """
    times = []
    for found in grammar.clock.finditer(text):
        times.append(
            ToldTime(
                found.start(), found.group().strip(), _instant(found, day=day_at(found.start()), timezone=timezone)
            )
        )
    for found in grammar.after_departure.finditer(text):
        number = grammar.counts.get(found["n"].lower()) or float(found["n"])
        minutes = number * (60 if found["unit"].lower().startswith("hour") else 1)
        times.append(ToldTime(found.start(), found.group(), None, minutes))
    return tuple(sorted(times, key=lambda one: one.start))


def _instant(found: re.Match[str], *, day: date | None, timezone: str) -> datetime | None:
    zone = (found["zone"] or "local time").lower()
    is_vague = re.match(r"about|around|just|shortly|by|until|from", found.group(), FLAGS) is not None
    if day is None or is_vague or DEMONYM_MARK in zone or zone not in ("local time", "utc", "gmt"):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["bare"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 23:
        return None
    local = UTC if zone in ("utc", "gmt") else ZoneInfo(timezone)
    return datetime.combine(day, time(hour, minute), tzinfo=local).astimezone(UTC)
