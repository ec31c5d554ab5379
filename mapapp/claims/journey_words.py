"""The grammar of journeys: the words of `geodata/lexicon/journeys.toml` as compiled patterns.

Patterns are matched against a text in which every place is replaced, length for length, by `PLACE_MARK` and every
demonym by `DEMONYM_MARK`, so that offsets stay those of the original.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from geodata import ROOT
from mapapp.errors import DataError

PLACE_MARK = "\ue000"
DEMONYM_MARK = "\ue001"
FLAGS = re.IGNORECASE

_PLAIN = str.maketrans("‘’ʼ‛´`‐‑‒–—−\u00a0\u202f\u2009\t\n\r", "''''''------      ")
"""Length for length: the rest of the text must keep its offsets."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A family of words that tell of travel, and what the places after them stand for."""

    role: str
    """motion, steer, turn, lost or fate."""
    needs: str
    """Who must be told to travel: vehicle, mover (vehicle or people), anyone (names and pronouns too), nominal."""
    direct: str
    """Role of a place that follows at once; empty = none."""
    at: str
    """Role of a place after in, at, near …; empty = none."""
    has_for: bool
    """Whether "for PLACE" says where it was going."""
    reaches: bool
    """Whether "to PLACE" says that it got there."""
    backs: bool
    """Turns: whether it goes back where it came from."""
    is_reversal: bool
    """Turns: whether the course is reversed, not only changed."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A class of vehicles, with what is assumed where a text gives a direction alone."""

    code: str
    speed_kmh: float
    minutes: float
    why: str


@dataclass(frozen=True)
class Grammar:
    """All compiled patterns and tables."""

    anchors: tuple[Anchor, ...]
    anchor: re.Pattern[str]
    """Groups a0, a1 … stand for the rows of `anchors`."""
    vehicles: Mapping[str, Vehicle]
    vehicle: re.Pattern[str]
    """Groups named like the classes."""
    words: Mapping[str, re.Pattern[str]]
    place_phrase: re.Pattern[str]
    """To be matched right after a verb that takes a place as its object."""
    preposition_phrase: re.Pattern[str]
    """Groups origin, reached, towards, for, stop, at, direction; then those of a place phrase."""
    more_places: re.Pattern[str]
    """A further place of a list."""
    before: re.Pattern[str]
    """A position told before its verb: "Near X, …"."""
    far_from: re.Pattern[str]
    """A position by distance or side without a preposition: "some 20 km west of X"."""
    subject_start: re.Pattern[str]
    """What a noun phrase may begin with."""
    by_vehicle: re.Pattern[str]
    """What leads from a verb to its vehicle: "by", "aboard a"."""
    aboard: re.Pattern[str]
    """Groups who, who2, who3."""
    speakers: tuple[re.Pattern[str], ...]
    """Group speaker."""
    clock: re.Pattern[str]
    """Groups hour, minute or bare, half, zone."""
    after_departure: re.Pattern[str]
    """Groups n, unit."""
    heading_length: re.Pattern[str]
    """Groups n, unit; right after a heading."""
    counts: Mapping[str, float]
    not_names: frozenset[str]
    """Words with a capital that name nobody."""
    bearings: Mapping[str, float]
    half_width_deg: float
    km: Mapping[str, float]


def plain(text: str) -> str:
    """Return a text of the same length with one kind of apostrophe, hyphen and space.

    >>> plain("Assad’s U‑turn")
    "Assad's U-turn"
    """
    return text.translate(_PLAIN)


def direction_key(words: str) -> str:
    """Return the direction that some words name, as the lexicon writes it.

    >>> direction_key("North-Westerly"), direction_key("southwards")
    ('northwest', 'south')
    """
    letters = re.sub(r"[^a-z]", "", words.lower())
    return re.sub(r"(?:erly|ern|wards?)$", "", letters)


def position_values(found: re.Match[str], *, grammar: Grammar) -> dict[str, object]:
    """Return how the position lies to the place: near it, some distance away, on one side."""
    groups = found.groupdict()
    values: dict[str, object] = {"is_near": bool(groups.get("near") or groups.get("side"))}
    if groups.get("at") and re.match(grammar.words["near"].pattern, groups["at"], FLAGS):
        values["is_near"] = True
    if groups.get("side"):
        values["bearing_deg"] = grammar.bearings[direction_key(groups["side"])]
    if groups.get("far"):
        values["is_near"] = True
        values["offset_km"] = read_number(groups["far"]) * grammar.km[unit_of(groups["unit"])]
        if groups.get("far_direction"):
            values["bearing_deg"] = grammar.bearings[direction_key(groups["far_direction"])]
    return values


def read_number(digits: str) -> float:
    """Return the number of "1,200" and "2.5"; a comma before three digits groups thousands."""
    cleaned = re.sub(r",(?=\d{3}(?:\D|$))", "", digits.rstrip(".,")).replace(",", ".")
    try:
        return float(cleaned)
    except ValueError:
        return float(re.sub(r"\D", "", cleaned)[:6] or 0)


def unit_of(word: str) -> str:
    lower = word.lower().replace("kilometer", "kilometre")
    return lower if lower in ("nm", "km") else lower.removesuffix("s")


@cache
def read_grammar() -> Grammar:
    """Return the compiled grammar; read once. Raises DataError where the lexicon is not what it should be."""
    path = ROOT / "lexicon" / "journeys.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _compile(table)
    except (OSError, tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise DataError(f"The words of journeys at {path} cannot be used: {error}. Restore the file.") from error


def _compile(table: dict[str, Any]) -> Grammar:
    words: dict[str, str] = table["words"]
    preposition: dict[str, str] = table["preposition"]
    direction: dict[str, float | str] = dict(table["direction"])
    length: dict[str, float] = table["length"]
    half_width = float(direction.pop("half_width_deg"))
    direction.pop("half_width_why")
    rows: list[dict[str, Any]] = list(table["anchor"])
    # A turn or a loss of signal wins over a plain motion that starts at the same letter.
    rows.sort(key=lambda row: row["role"] in ("motion", "steer"))
    anchors = tuple(
        Anchor(
            role=row["role"],
            needs=row["needs"],
            direct=row.get("direct", ""),
            at=row.get("at", ""),
            has_for=row["for"],
            reaches=row["reached"],
            backs=row.get("backs", False),
            is_reversal=row.get("reversal", False),
        )
        for row in rows
    )
    place = _place_pattern(words)
    far = _far_pattern(length)
    near = rf"(?:(?P<near>{words['near']}) )?"
    some = rf"(?:(?:an?|the|some|its|his|their) (?:\w+ ){{0,2}}?{words['np_facility']} )?"
    side = rf"(?:(?:just |well |to the )?(?P<side>{_DIRECTION}) of )?"
    located = rf"{some}(?:at |in )?{near}(?:{far}|{side}){place}"
    prepositions = "|".join(rf"(?P<{name}>{preposition[name]})" for name in ("origin", "towards", "reached", "stop"))
    heading = (
        rf"(?:(?:off )?(?:to|towards?) the |(?<!the )(?:(?:due|back|off|in an?|on an?) ){{0,2}})(?<!in the )"
        rf"(?P<direction>{_DIRECTION})(?:erly|wards?)?\b"
        rf"(?! of\b)(?! {PLACE_MARK})(?: (?:direction|course|heading|track|bearing))?"
    )
    vehicle = r"\b(?:" + "|".join(f"(?P<{code}>{row['words']})" for code, row in table["vehicle"].items())
    vehicle += rf")\b(?!{table['not_vehicle_before']})"
    return Grammar(
        anchors=anchors,
        anchor=re.compile(
            r"\b(?:" + "|".join(f"(?P<a{index}>{row['words']})" for index, row in enumerate(rows)) + r")(?!\w)", FLAGS
        ),
        vehicles={
            code: Vehicle(code, float(row["speed_kmh"]), float(row["minutes"]), row["why"])
            for code, row in table["vehicle"].items()
        },
        vehicle=re.compile(vehicle, FLAGS),
        words={
            name: re.compile(pattern if pattern[0] == "\\" else rf"\b(?:{pattern})\b", FLAGS)
            for name, pattern in words.items()
        },
        place_phrase=re.compile(rf" {some}(?:{far}|{side}){place}", FLAGS),
        preposition_phrase=re.compile(
            rf"\b(?:(?:{prepositions}|(?P<for>for)(?: {words['purpose']} (?:in|at))?|(?P<at>{preposition['at']}))"
            rf" {located}|{heading})",
            FLAGS,
        ),
        more_places=re.compile(rf"(?:,| and|, and| then|, then|, and then) {located}", FLAGS),
        before=re.compile(rf"\b(?P<at>{preposition['at']}) {located}", FLAGS),
        far_from=re.compile(rf"(?<!\w)(?:{far}|(?:just |well |to the )?(?P<side>{_DIRECTION}) of ){place}", FLAGS),
        subject_start=re.compile(
            rf"(?<![\w'-])(?:(?i:{words['subject_start']}|{words['people']})\b|\d|[A-Z{PLACE_MARK}{DEMONYM_MARK}]|al-)"
        ),
        by_vehicle=re.compile(
            rf"\b(?:by|in|on|aboard|on board|using|with) (?:[\w-]+ |{DEMONYM_MARK}+ ){{0,4}}?(?={vehicle})", FLAGS
        ),
        aboard=_aboard_pattern(words),
        speakers=_speaker_patterns(words),
        clock=re.compile(_CLOCK, FLAGS),
        after_departure=re.compile(rf"\b(?P<n>\d{{1,3}}|{words['count']}) {words['after_departure']}", FLAGS),
        heading_length=re.compile(
            r" for (?:(?:some|about|around|roughly|nearly|another) )*(?P<n>\d[\d.,]{0,11}) ?"
            r"(?P<unit>km|kilomet(?:re|er)s?|miles?|nautical miles?|nm|minutes?|hours?)\b",
            FLAGS,
        ),
        counts={"half an": 0.5, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0},
        not_names=frozenset(table["not_names"]["words"].split()),
        bearings={name: float(value) for name, value in direction.items()},
        half_width_deg=half_width,
        km={name: float(value) for name, value in length.items()},
    )


_CLOCK = (
    r"\b(?:(?:at|around|about|just (?:after|before)|shortly (?:after|before)|by|until|from) )*"
    r"(?P<hour>2[0-4]|[01]?\d)"
    r"(?:[:.](?P<minute>[0-5]\d)(?!\d)|(?P<bare>[0-5]\d)(?= (?:GMT|UTC))|(?= ?[ap]\.?m\b))"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: \(?(?P<zone>local time|UTC|GMT|[A-Z\ue000][\w\ue000]* time))?"
    r"(?! ?(?:km|kilomet|miles?|per ?cent|%|million|billion))"
)


def _aboard_pattern(words: dict[str, str]) -> re.Pattern[str]:
    hedge = (
        rf"(?:(?:was |were |is |are )?(?:widely )?(?:{words['aboard_hedge']}|may|might|could)"
        r"(?: to)?(?: be| have been)? )?"
    )
    name = rf"(?:[A-Z][\w'-]+|{DEMONYM_MARK}++)(?: [\w'-]+){{0,4}}?"
    word = r"(?:[^,;.()]|(?<=\d)[,.](?=\d))"
    short = rf"(?:(?! {words['clause_word']} ){word}){{2,60}}?"
    return re.compile(
        rf"\b(?:{hedge}(?-i:carrying|transporting|ferrying|bringing) (?P<who>{word}{{2,90}})"
        rf"|{hedge}(?:with|have|has|had|having) (?P<who2>{short}) {hedge}(?:aboard|on board)"
        rf"|(?P<who3>{name}) (?:was|were|is|are) (?:not )?{hedge}(?:aboard|on board))",
    )


def _speaker_patterns(words: dict[str, str]) -> tuple[re.Pattern[str], ...]:
    # "is said to", "a plane believed to": nobody speaks there.
    verb = (
        r"(?<!was )(?<!were )(?<! is )(?<! are )(?<!been )(?<! be )"
        rf"(?:{words['say_verb']}|{words['unsure_verb']})(?! to\b)"
    )
    name = rf"(?P<speaker>(?:[\w'.&{PLACE_MARK}{DEMONYM_MARK}-]+ ){{0,6}}?[\w'.&{PLACE_MARK}{DEMONYM_MARK}-]+)"
    link = "(?:However|But|Meanwhile|Still|Yet|Later|Separately|Earlier|Also|And|While|Although)"
    short = rf"(?P<speaker>(?:[\w'{PLACE_MARK}{DEMONYM_MARK}-]+ ){{0,4}}?[\w'{PLACE_MARK}{DEMONYM_MARK}-]+)"
    rows = (
        rf"^(?:{link},? )?{name}(?:, (?:citing|quoting) [^,]{{2,60}},)?(?: (?:has|have|had|also|later|now))* {verb}\b",
        rf"\b(?:according to|citing|quoting) {name}(?=[,.;]| that | who |$)",
        rf", {name} {verb}(?: on \w+)?[.,]?$",
        rf"[,;] (?:but |and |while |though |although ){short} {verb}\b",
    )
    return tuple(re.compile(row, FLAGS) for row in rows)


_DIRECTION = r"(?:(?:north|south)-?(?:east|west)|north|south|east|west)"


def _place_pattern(words: dict[str, str]) -> str:
    adjective = rf"(?:(?:{words['np_adjective']}|{DEMONYM_MARK}+) )"
    determiner = r"(?:(?:the|an?|its|his|her|their|what is now) )?"
    site = words["np_facility"]
    facility = (
        rf"(?:(?:{site} ){{1,2}}(?:of|at|in|near|outside|around|on|called|named) (?:the )?{adjective}{{0,2}}"
        rf"(?:{site} (?:of )?)?)?"
    )
    name = rf"(?P<place>{PLACE_MARK}++){words['airport_after']}"
    return rf"{determiner}{adjective}{{0,4}}{facility}(?:{site} )?{name}"


def _far_pattern(length: dict[str, float]) -> str:
    units = "|".join(sorted((f"{unit}s?" for unit in length), key=len, reverse=True)).replace(
        "kilometre", "kilomet(?:re|er)"
    )
    about = (
        r"(?:(?:some|about|around|roughly|nearly|approximately|just|only|over|almost|more than|less than|an estimated|"
        r"a few|up to) )*"
    )
    away = rf"(?:(?P<far_direction>{_DIRECTION})(?: of| from)|(?:from|away from|off|outside|short of))"
    return rf"{about}(?P<far>(?<![\d.,])\d[\d.,]{{0,11}})[ -]?(?P<unit>{units}) (?:to the )?{away} "
