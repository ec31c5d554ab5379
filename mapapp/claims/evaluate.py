"""How well claims are extracted, measured on passages with known claims.

A gold file is TOML: `published` for all, then `[[passage]]` with `phenomenon`, `text` and `claims`, each
`kind | place | actor | day or first/last | assertion | part of the speaker's name`; a dash, or nothing, is not checked.
A claim that begins with `?` may be found or not. A passage without claims is a trap.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from mapapp.dates import read_day
from mapapp.errors import DataError
from mapapp.model import Article, Claim, EventKind
from mapapp.text import fold

KINDS: Mapping[str, EventKind] = {
    "overtakes": EventKind.OVERTAKES,
    "regains": EventKind.REGAINS,
    "transfer": EventKind.TRANSFER,
    "clash": EventKind.CLASH,
    "reported": EventKind.REPORTED,
    "movement": EventKind.MOVEMENT,
}


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """What a reader takes from a passage; None = not checked."""

    kind: EventKind
    place: str
    actor: str | None = None
    first: date | None = None
    last: date | None = None
    assertion: str | None = None
    speaker: str | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A short text with its claims."""

    phenomenon: str
    text: str
    published: date
    claims: tuple[GoldClaim, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one phenomenon."""

    found: int = 0
    """Claims that were made and are in the gold."""
    wrong: int = 0
    """Claims that were made and are not."""
    missed: int = 0
    details_right: int = 0
    """Of those found: actor, date, assertion and speaker as the gold says."""

    @property
    def precision(self) -> float | None:
        """Share of the claims made that are right; None = none was made."""
        made = self.found + self.wrong
        return self.found / made if made else None

    @property
    def recall(self) -> float | None:
        """Share of the gold's claims that were made; None = there are none."""
        due = self.found + self.missed
        return self.found / due if due else None


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found."""

    total: Tally
    by_phenomenon: Mapping[str, Tally]
    remarks: tuple[str, ...] = ()
    """One line per miss, false claim or wrong detail."""
    calibration: tuple[tuple[float, int, int], ...] = field(default=())
    """Upper end of a band of scores, claims made in it, of these right."""


def read_gold(path: Path) -> tuple[Passage, ...]:
    """Return the passages of a gold file. Raises DataError where it breaks its rules."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return tuple(
            Passage(
                phenomenon=row["phenomenon"],
                text=row["text"],
                published=row.get("published", raw["published"]),
                claims=tuple(read_gold_claim(line) for line in row.get("claims", ())),
            )
            for row in raw["passage"]
        )
    except KeyError as error:
        raise DataError(f"{path.name} lacks {error}. A passage has phenomenon, text and claims.") from error


def read_gold_claim(line: str) -> GoldClaim:
    """Read one claim of a gold file.

    >>> read_gold_claim("overtakes | Hama | HTS | 2024-12-05").first
    datetime.date(2024, 12, 5)
    """
    cells = [cell.strip() for cell in line.lstrip("?").split("|")]
    cells += [""] * (6 - len(cells))
    kind = cells[0]
    place, actor, days, assertion, speaker = (None if cell in ("", "-") else cell for cell in cells[1:6])
    if kind not in KINDS or place is None:
        raise DataError(f"'{line}' is not a claim. Write kind | place | actor | date, kind one of {', '.join(KINDS)}.")
    first_text, _, last_text = (days or "").partition("/")
    first = read_day(first_text) if first_text else None
    return GoldClaim(
        kind=KINDS[kind],
        place=place,
        actor=actor,
        first=first,
        last=read_day(last_text) if last_text else first,
        assertion=assertion,
        speaker=speaker,
        is_optional=line.startswith("?"),
    )


def article_of(passage: Passage) -> Article:
    """Return a passage as an article."""
    return Article(
        id=sha256(passage.text.encode()).hexdigest(),
        text=passage.text,
        published=datetime(passage.published.year, passage.published.month, passage.published.day, tzinfo=UTC),
    )


def evaluate(
    passages: Iterable[Passage], *, read: Callable[[Article], Sequence[Claim]], minimum_score: float = 0.5
) -> Report:
    """Measure a reader of articles against passages with known claims.

    A claim is right where kind and place are; actor, date, assertion and speaker are counted as details.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    remarks: list[str] = []
    bands: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for passage in passages:
        claims = [claim for claim in read(article_of(passage)) if claim.score >= minimum_score]
        tally, lines, verdicts = _compare(passage, claims)
        tallies[passage.phenomenon] = _add(tallies[passage.phenomenon], tally)
        remarks.extend(lines)
        for score, right in verdicts:
            band = bands[min(9, int(score * 10))]
            band[0] += 1
            band[1] += right
    total = Tally()
    for tally in tallies.values():
        total = _add(total, tally)
    calibration = tuple(((band + 1) / 10, made, right) for band, (made, right) in sorted(bands.items()))
    return Report(total, dict(sorted(tallies.items())), tuple(remarks), calibration)


def _add(first: Tally, second: Tally) -> Tally:
    return Tally(
        first.found + second.found,
        first.wrong + second.wrong,
        first.missed + second.missed,
        first.details_right + second.details_right,
    )


def _compare(passage: Passage, claims: Sequence[Claim]) -> tuple[Tally, list[str], list[tuple[float, bool]]]:
    open_gold = list(passage.claims)
    found = wrong = details = 0
    lines: list[str] = []
    verdicts: list[tuple[float, bool]] = []
    for claim in claims:
        match = next((gold for gold in open_gold if _is_same(gold, claim)), None)
        if match is None:
            wrong += 1
            verdicts.append((claim.score, False))
            place = claim.place.mention.surface if claim.place else None
            lines.append(f"FALSE {claim.kind.value} | {place} | {claim.actor} | {claim.score:.2f} :: {passage.text}")
            continue
        open_gold.remove(match)
        verdicts.append((claim.score, True))
        if match.is_optional:
            continue
        found += 1
        problem = _detail_problem(match, claim)
        if problem:
            lines.append(f"DETAIL {problem} :: {passage.text}")
        else:
            details += 1
    missed = [gold for gold in open_gold if not gold.is_optional]
    lines.extend(f"MISSED {gold.kind.value} | {gold.place} :: {passage.text}" for gold in missed)
    return Tally(found, wrong, len(missed), details), lines, verdicts


def _is_same(gold: GoldClaim, claim: Claim) -> bool:
    if gold.kind is not claim.kind or claim.place is None:
        return False
    wanted = fold(gold.place)
    ends = (claim.place, claim.origin, claim.destination)
    names = [fold(name) for end in ends if end for name in (end.mention.surface, end.place.name if end.place else "")]
    return any(name and (wanted in name or name in wanted) for name in names)


def _detail_problem(gold: GoldClaim, claim: Claim) -> str:
    if gold.actor is not None and claim.actor != gold.actor:
        return f"actor is {claim.actor}, not {gold.actor}"
    if gold.first is not None and (claim.date_start, claim.date_end) != (gold.first, gold.last):
        return f"date is {claim.date_start}/{claim.date_end}, not {gold.first}/{gold.last}"
    if gold.assertion is not None and claim.assertion.value != gold.assertion:
        return f"assertion is {claim.assertion.value}, not {gold.assertion}"
    if gold.speaker is not None and fold(gold.speaker) not in fold(claim.speaker or ""):
        return f"speaker is {claim.speaker}, not {gold.speaker}"
    return ""


def format_report(report: Report, *, with_remarks: bool = False) -> str:
    """Return a report as lines for a terminal."""

    def line(name: str, tally: Tally) -> str:
        precision = "  – " if tally.precision is None else f"{tally.precision:.2f}"
        recall = "  – " if tally.recall is None else f"{tally.recall:.2f}"
        return (
            f"{name:<14} precision {precision}  recall {recall}  "
            f"({tally.found} found, {tally.wrong} false, {tally.missed} missed, {tally.details_right} right in detail)"
        )

    lines = [line(name, tally) for name, tally in report.by_phenomenon.items()]
    lines.append(line("all", report.total))
    lines.extend(f"score to {upper:.1f}: {right} of {made} right" for upper, made, right in report.calibration)
    if with_remarks:
        lines.extend(report.remarks)
    return "\n".join(lines)
