"""How well claims are extracted, measured on passages with known claims.

A gold file is TOML: `published` for all, then `[[passage]]` with `phenomenon`, `text` and `claims`, each
`kind | place | actor | day or first/last | assertion | part of the speaker's name`; a dash, or nothing, is not checked.
A claim that begins with `?` may be found or not. A passage without claims is a trap. `about` names the country that the
rest of the article is about, where it is another than the theatre's; `unpublished = true` leaves the day of publication
out. `figures` writes what is measured here as a table or as JSON.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from mapapp.dates import precision_of, read_day
from mapapp.errors import DataError
from mapapp.model import Article, Claim, EventKind, Resolution
from mapapp.text import fold

KINDS: Mapping[str, EventKind] = {
    "overtakes": EventKind.OVERTAKES,
    "regains": EventKind.REGAINS,
    "transfer": EventKind.TRANSFER,
    "clash": EventKind.CLASH,
    "reported": EventKind.REPORTED,
    "movement": EventKind.MOVEMENT,
}
CAPTURES = frozenset({EventKind.OVERTAKES, EventKind.REGAINS})
DETAILS = ("actor", "date", "assertion", "speaker")
"""What is checked of a claim that was found."""
SHOWN = 0.5
"""The score from which claims are shown without a person's word."""
MOST_BYTES = 5_000_000
"""Of a gold file: some ten thousand passages."""


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
    about: str | None = None
    """The country that the rest of the article is about; None = the theatre's own."""
    is_unpublished: bool = False
    """Whether the article does not say when it was published."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one phenomenon or one kind."""

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
class Mistake:
    """One thing that is not as the gold says."""

    sort: str
    """`false`, `missed`, or the name of a detail."""
    told: str
    """In plain words: what was made, or what was due."""
    text: str
    """The passage."""
    score: float = 0.0
    """Of the claim that was made; 0 = none was."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found."""

    total: Tally
    by_phenomenon: Mapping[str, Tally]
    by_kind: Mapping[str, Tally]
    """A claim that was found is counted under the gold's kind, a false one under its own."""
    details: Mapping[str, tuple[int, int]]
    """By detail: how many are right, and of how many of those found the gold gives it."""
    mistakes: tuple[Mistake, ...] = ()
    calibration: tuple[tuple[float, int, int], ...] = ()
    """Upper end of a band of scores, claims made in it, of these right; of all scores, also those not shown."""
    passages: int = 0
    traps: int = 0
    """Passages from which nothing must be taken."""
    silent_traps: int = 0
    """Of these, the ones from which nothing was."""


def read_gold(path: Path) -> tuple[Passage, ...]:
    """Return the passages of a gold file. Raises `DataError` where it cannot be read or breaks its rules."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path.name} is larger than {MOST_BYTES:,} bytes. Split it into several gold files.")
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Passage(
                phenomenon=str(row["phenomenon"]),
                text=str(row["text"]),
                published=_day_of(row.get("published", raw.get("published")), path=path),
                claims=tuple(read_gold_claim(line) for line in row.get("claims", ())),
                about=row.get("about"),
                is_unpublished=bool(row.get("unpublished", False)),
            )
            for row in raw["passage"]
        )
    except KeyError as error:
        raise DataError(f"{path.name} lacks {error}. A passage has phenomenon, text and claims.") from error
    except OSError as error:
        raise DataError(f"The gold file {path} cannot be read: {error.strerror}. Check the name.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path.name} is no gold file in TOML: {error}. docs/claims.md tells what one holds."
        ) from error


def _day_of(value: object, *, path: Path) -> date:
    if type(value) is not date:
        raise DataError(f"{path.name}: published is {value!r}, expected a day such as 2024-12-09, without quotes.")
    return value


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


def article_of(passage: Passage, *, setting: str = "") -> Article:
    """Return a passage as an article; `setting` stands behind it as a paragraph of its own."""
    text = f"{passage.text}\n\n{setting}" if setting else passage.text
    day = passage.published
    return Article(
        id=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        text=text,
        published=None if passage.is_unpublished else datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def setting_of(passage: Passage, *, home: str) -> str:
    """Return a sentence that names the country, as a whole article does: a passage names too little to tell.

    >>> setting_of(Passage("x", "Bree fell.", date(2030, 1, 4), ()), home="Ruritania")
    'This is one of many reports from Ruritania.'
    """
    return f"This is one of many reports from {passage.about or home}."


def evaluate(
    passages: Iterable[Passage],
    *,
    read: Callable[[Article], Sequence[Claim]],
    minimum_score: float = SHOWN,
    home: str | None = None,
) -> Report:
    """Measure a reader of articles against passages with known claims.

    A claim is right where kind and place are; actor, date, assertion and speaker are counted as details. `home` is the
    theatre's country: given, each text names its country behind the passage, as an article does. Of a passage about
    another one it is not known who is the state, so that a capture is a capture.
    """
    compared = [
        _compare(passage, read(article_of(passage, setting=setting_of(passage, home=home) if home else "")))
        for passage in passages
    ]
    shown = [one.above(minimum_score) for one in compared]
    phenomena = sorted({one.passage.phenomenon for one in compared})
    traps = [one for one in shown if all(gold.is_optional for gold in one.passage.claims)]
    pairs = [pair for one in shown for pair in one.pairs if not pair[0].is_optional]
    return Report(
        total=_tally(shown),
        by_phenomenon={name: _tally([one for one in shown if one.passage.phenomenon == name]) for name in phenomena},
        by_kind={kind.value: tally for kind in KINDS.values() if (tally := _tally(shown, kind=kind)) != Tally()},
        details={
            name: (sum(verdicts), len(verdicts))
            for name in DETAILS
            if (verdicts := [right for gold, claim in pairs if (right := _is_right(name, gold, claim)) is not None])
        },
        mistakes=tuple(mistake for one in shown for mistake in _mistakes(one)),
        calibration=_calibration(compared),
        passages=len(compared),
        traps=len(traps),
        silent_traps=sum(not one.false for one in traps),
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """What was made of one passage."""

    passage: Passage
    pairs: tuple[tuple[GoldClaim, Claim], ...]
    false: tuple[Claim, ...]
    missed: tuple[GoldClaim, ...]

    def above(self, score: float) -> _Compared:
        """Return the same without the claims of lower scores."""
        kept = tuple(pair for pair in self.pairs if pair[1].score >= score)
        lost = tuple(gold for gold, claim in self.pairs if claim.score < score)
        false = tuple(claim for claim in self.false if claim.score >= score)
        return _Compared(self.passage, kept, false, self.missed + lost)


def _compare(passage: Passage, claims: Sequence[Claim]) -> _Compared:
    """Pair claims with the gold of a passage: those first that are shown, and that agree most."""
    golds = passage.claims
    fitting = sorted(
        (claim.score < SHOWN, gold.is_optional, _n_wrong(gold, claim), -claim.score, i, j)
        for i, gold in enumerate(golds)
        for j, claim in enumerate(claims)
        if _kinds_fit(gold, claim, is_elsewhere=passage.about is not None) and _places_fit(gold, claim)
    )
    paired: dict[int, int] = {}
    for *_, i, j in fitting:
        if i not in paired and j not in paired.values():
            paired[i] = j
    return _Compared(
        passage=passage,
        pairs=tuple((golds[i], claims[j]) for i, j in sorted(paired.items())),
        false=tuple(claim for j, claim in enumerate(claims) if j not in paired.values()),
        missed=tuple(gold for i, gold in enumerate(golds) if i not in paired),
    )


def _kinds_fit(gold: GoldClaim, claim: Claim, *, is_elsewhere: bool) -> bool:
    return gold.kind is claim.kind or (is_elsewhere and {gold.kind, claim.kind} == CAPTURES)


def _places_fit(gold: GoldClaim, claim: Claim) -> bool:
    ends = (claim.place, claim.origin, claim.destination)
    return claim.place is not None and any(names_place(gold.place, end) for end in ends if end)


def names_place(wanted: str, resolution: Resolution) -> bool:
    """Return whether a place of the text bears a name, as it is written there or as the gazetteer has it."""
    name = fold(wanted)
    found = (fold(resolution.mention.surface), fold(resolution.place.name) if resolution.place else "")
    return any(one and (name in one or one in name) for one in found)


def date_fits(gold: GoldClaim, claim: Claim) -> bool:
    """Return whether a claim's days overlap the gold's and are as precise."""
    if gold.first is None or gold.last is None or claim.date_start is None or claim.date_end is None:
        return False
    overlaps = claim.date_start <= gold.last and gold.first <= claim.date_end
    return overlaps and precision_of(claim.date_start, claim.date_end) == precision_of(gold.first, gold.last)


def _is_right(detail: str, gold: GoldClaim, claim: Claim) -> bool | None:
    """Return whether a detail is as the gold says; None = the gold does not say."""
    if detail == "actor":
        return None if gold.actor is None else claim.actor == gold.actor
    if detail == "date":
        return None if gold.first is None else date_fits(gold, claim)
    if detail == "assertion":
        return None if gold.assertion is None else claim.assertion.value == gold.assertion
    return None if gold.speaker is None else fold(gold.speaker) in fold(claim.speaker or "")


def _n_wrong(gold: GoldClaim, claim: Claim) -> int:
    return sum(_is_right(name, gold, claim) is False for name in DETAILS)


def _tally(compared: Sequence[_Compared], *, kind: EventKind | None = None) -> Tally:
    """Count what was found, made and missed; of one kind only where one is given."""

    def counts(one: EventKind) -> bool:
        return kind is None or one is kind

    found = [pair for one in compared for pair in one.pairs if not pair[0].is_optional and counts(pair[0].kind)]
    return Tally(
        found=len(found),
        wrong=sum(counts(claim.kind) for one in compared for claim in one.false),
        missed=sum(counts(gold.kind) for one in compared for gold in one.missed if not gold.is_optional),
        details_right=sum(_n_wrong(gold, claim) == 0 for gold, claim in found),
    )


def _calibration(compared: Sequence[_Compared]) -> tuple[tuple[float, int, int], ...]:
    made: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for one in compared:
        for is_right, claims in ((1, [claim for _, claim in one.pairs]), (0, list(one.false))):
            for claim in claims:
                band = min(9, int(claim.score * 10))
                made[band] += 1
                right[band] += is_right
    return tuple(((band + 1) / 10, made[band], right[band]) for band in sorted(made))


def _mistakes(one: _Compared) -> Iterator[Mistake]:
    text = one.passage.text
    for claim in one.false:
        place = claim.place.mention.surface if claim.place else None
        yield Mistake("false", f"{claim.kind.value} | {place} | {claim.actor}", text, claim.score)
    for gold in one.missed:
        if not gold.is_optional:
            yield Mistake("missed", f"{gold.kind.value} | {gold.place} | {gold.actor}", text)
    for gold, claim in one.pairs:
        for name in DETAILS if not gold.is_optional else ():
            if _is_right(name, gold, claim) is False:
                yield Mistake(name, f"{gold.place}: {_was(name, gold, claim)}", text, claim.score)


def _was(detail: str, gold: GoldClaim, claim: Claim) -> str:
    got, due = {
        "actor": (claim.actor, gold.actor),
        "date": (f"{claim.date_start}/{claim.date_end}", f"{gold.first}/{gold.last}"),
        "assertion": (claim.assertion.value, gold.assertion),
        "speaker": (claim.speaker, gold.speaker),
    }[detail]
    return f"{got}, not {due}"
