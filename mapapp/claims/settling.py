"""What the rules left open, or read from too little, is settled by clues: the day of a claim, and whom it is about.

Nothing is settled against the rules unless something else is likelier by a margin; what stays unlikely stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mapapp.claims.actor_clues import Cast, actor_options, role_of
from mapapp.claims.agents import NOBODY, Party
from mapapp.claims.choosing import Clues, chances, read_chooser
from mapapp.claims.dating import UNKNOWN, When
from mapapp.claims.day_clues import Calendar, Days, day_options
from mapapp.claims.drafts import CHANGE_CLASSES, Draft
from mapapp.dates import precision_of

LIKELY_DAY = 0.5
"""From this chance on a day fills in for one that the rules do not know."""

LIKELY_OTHER_DAY = 0.6
"""From this chance on it replaces the day that the rules read."""

LIKELY_NO_DAY = 0.9
"""From this chance on the day that the rules read is dropped."""

LIKELY_ACTOR = 0.5
"""From this chance on a party replaces the one that the rules read."""

LIKELY_UNTOLD = 0.4
"""From this chance on a party fills in for one that the rules do not know, if it leads."""

CARRIED_PREC = 2
"""`date_prec`, at best, of a day that another sentence names: that it is this one's is likely, not said."""

LEAD = 2.0
"""So many times as likely as any other party: of two rivals none is chosen."""

LIKELY_NOBODY = 0.6
"""From this chance on a party that the rules read is taken to be a misreading."""


def settle_days(drafts: Sequence[Draft], *, calendar: Calendar) -> list[Draft]:
    """Return the drafts with the likeliest days of their text; holdings keep the day on which they are told."""
    return [_with_day(draft, calendar) if asks_for_day(draft) else draft for draft in drafts]


def asks_for_day(draft: Draft) -> bool:
    """Return whether the day of a draft may be chosen: of a change, unless the text puts it into the future."""
    return draft.candidate.verb_class in CHANGE_CLASSES and draft.when.basis != "future"


def _with_day(draft: Draft, calendar: Calendar) -> Draft:
    days, chance = _likeliest(day_options(draft, calendar=calendar))
    when = draft.when
    if days is None:
        return replace(draft, when=UNKNOWN) if chance >= LIKELY_NO_DAY else draft
    is_other = when.first is not None
    if days == (when.first, when.last) or chance < (LIKELY_OTHER_DAY if is_other else LIKELY_DAY):
        return draft
    named = {(word.date.first, word.date.last) for word in draft.candidate.sentence.words if word.date is not None}
    prec = precision_of(*days) if days in named else max(CARRIED_PREC, precision_of(*days))
    return replace(draft, when=When(*days, prec, "chosen"))


def settle_actors(drafts: Sequence[Draft], *, cast: Cast, is_at_home: Callable[[Draft], bool]) -> list[Draft]:
    """Return the drafts with the likeliest parties of their text, those of the theatre's own war."""
    return list(_with_actors(drafts, cast, is_at_home))


def _with_actors(drafts: Sequence[Draft], cast: Cast, is_at_home: Callable[[Draft], bool]) -> Iterator[Draft]:
    for draft in drafts:
        role = role_of(draft)
        code = draft.actor
        if role is not None and is_at_home(draft):
            code = _settled(actor_options(draft, role=role, cast=cast, day=draft.when.first), code)
        if role is None or code == draft.actor:
            yield draft
            continue
        party = Party(code, "chosen", None, cast.actors[code].is_state) if code is not None else NOBODY
        if role == "leaver":
            yield replace(draft, opponent=code, candidate=replace(draft.candidate, opponent=party))
            continue
        opponent = None if draft.opponent == code else draft.opponent
        yield replace(draft, actor=code, opponent=opponent, candidate=replace(draft.candidate, actor=party))


def _settled(options: Mapping[str | None, Clues], told: str | None) -> str | None:
    """Return the likeliest party where it is likely enough to take the place of the one that was read, else that."""
    found = dict(zip(options, chances(list(options.values()), chooser=read_chooser("actor")), strict=True))
    best = max(found, key=lambda code: found[code])
    if best is None:
        return None if found[best] >= LIKELY_NOBODY else told
    if told is not None:
        return best if found[best] >= LIKELY_ACTOR else told
    rival = max((chance for code, chance in found.items() if code not in (best, None)), default=0.0)
    return best if found[best] >= max(LIKELY_UNTOLD, LEAD * rival) else None


def _likeliest(options: Mapping[Days | None, Clues]) -> tuple[Days | None, float]:
    found = zip(options, chances(list(options.values()), chooser=read_chooser("day")), strict=True)
    return max(found, key=lambda pair: pair[1])
