"""Every place of every sentence, put before the ranker: what the rules propose for it, or what they passed over.

The rules know turns of phrase; the ranker weighs what stands around a place. Where the rules propose something, the
ranker says how likely it is. Where they propose nothing and the ranker still sees a change or a holding, it
becomes a candidate of its own, with the parties and the mood that the sentence gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mapapp.claims.agents import NOBODY, Party
from mapapp.claims.candidates import LOOSE, OPEN, Candidate, View
from mapapp.claims.clues import Line, Surroundings, clues_of, read_line, triggers_of
from mapapp.claims.dating import When
from mapapp.claims.drafts import CHANGE_CLASSES, CLASH_CLASSES, Draft
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.phrases import COUNTRY_PREC, PlaceFound, is_place
from mapapp.claims.ranking import NOTHING, Ranker, probabilities
from mapapp.claims.words import Word
from mapapp.model import Resolution

LIKELY = 0.5

LEANING = 0.5
"""The part of the rival's chance that goes to the likeliest reading."""

VAGUE_AT_MOST = 0.75
"""The score of "villages in X" as a claim on X: shown in lists, never drawn."""

SOBERNESS = 0.8
"""The power. By it .85 becomes .8; measured on news that nothing was learned from."""

_LEAVING = frozenset(("leave", "desert", "give", "lose"))
_NAMED = frozenset(("known", "generic", "unlisted", "pronoun"))


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence that was read, with what was known while it was."""

    view: View
    carried: When
    """The day of which the text speaks there."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in a sentence, with all that is known of it."""

    seen: Seen
    line: Line
    index: int
    resolution: Resolution
    drafts: tuple[Draft, ...]
    clues: Mapping[str, float]


def group_of(draft: Draft) -> str:
    """Return what the ranker calls the thing that a draft says."""
    verb_class = draft.candidate.verb_class
    return "change" if verb_class in CHANGE_CLASSES else "clash" if verb_class in CLASH_CLASSES else "hold"


def find_sightings(
    seen: Sequence[Seen], *, drafts: Sequence[Draft], text: str, parties: int, home: str, lexicon: Lexicon
) -> list[Sighting]:
    """Return every place of the sentences that were read, countries left out, in the order of the text."""
    by_place: dict[tuple[int, int], list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_place[draft.candidate.sentence.number, draft.candidate.place.index].append(draft)
    triggers = [triggers_of(one.view.sentence, lexicon=lexicon) for one in seen]
    surroundings = Surroundings(
        words=text.count(" ") + 1,
        triggers=sum(found is not None for row in triggers for found in row),
        parties=parties,
        sure=sum(draft.score >= 0.5 for draft in drafts),
    )
    found = []
    before = ""
    for one, row in zip(seen, triggers, strict=True):
        sentence = one.view.sentence
        line: Line | None = None
        for word in sentence.words:
            if word.place is None or not is_place(word) or word.place.where_prec >= COUNTRY_PREC:
                continue
            if _only_describes(sentence.words, word.index, lexicon):
                continue
            own = tuple(by_place.get((sentence.number, word.index), ()))
            if word.place.place is None and all(draft.candidate.shape == LOOSE for draft in own):
                continue  # a name that no gazetteer knows, and no turn of phrase that makes it a place
            line = line or read_line(sentence, triggers=row, before=before)
            clues = clues_of(
                line,
                index=word.index,
                resolution=word.place,
                proposals=[(group_of(draft), draft.candidate, draft.features, draft.score) for draft in own],
                surroundings=surroundings,
                home=home,
                lexicon=lexicon,
            )
            found.append(Sighting(one, line, word.index, word.place, own, clues))
        before = next((trigger for trigger in reversed(row) if trigger), "")
    return found


def _only_describes(words: Sequence[Word], index: int, lexicon: Lexicon) -> bool:
    """Return whether a place only tells where somebody sits: "X-based groups", "an X-born clerk"."""
    behind = [word.low for word in words[index + 1 : index + 3]]
    return behind[:1] in (["-"], ["‑"]) and behind[-1] in lexicon.mood["not_a_place_after"]["suffixes"]


def rank(
    sightings: Iterable[Sighting], *, ranker: Ranker, lowest: float
) -> tuple[list[Draft], list[tuple[Sighting, str, float]]]:
    """Return the rules' drafts with their scores, and what else the ranker sees: sighting, group and score.

    Where the rules propose nothing, the likeliest group is returned from `lowest` on; where they propose something of
    another group, only if it is likelier than not.
    """
    ranked: list[Draft] = []
    open_ones: list[tuple[Sighting, str, float]] = []
    for sighting in sightings:
        chances = _lean(probabilities(sighting.clues, ranker=ranker))
        drafts = _best_read(sighting.drafts)
        ranked.extend(_with_chance(draft, chances) for draft in drafts)
        told = {group_of(draft) for draft in drafts}
        group = max((name for name in chances if name != NOTHING), key=lambda name: chances[name])
        is_other = bool(told) and group not in told and "clash" not in told
        if chances[group] >= lowest and (not told or (is_other and chances[group] >= LIKELY)):
            open_ones.append((sighting, group, chances[group]))
    return ranked, open_ones


def _lean(chances: Mapping[str, float]) -> dict[str, float]:
    """Give the likeliest group a part of its rival's chance.

    Where something is surely said of the place, and only not what, the likelier reading is mostly the right one.
    """
    said = {group: chance for group, chance in chances.items() if group != NOTHING}
    best = max(said, key=lambda group: said[group])
    rivals = sum(said.values()) - said[best]
    return {**chances, best: _sober(chances[best] + LEANING * rivals)}


def _sober(chance: float) -> float:
    """Return a chance for news of strangers: of what is surer than even, the odds to a power below 1.

    The passages that the ranker learned from are told by fewer people than the news: there it is surer than right.

    >>> round(_sober(0.85), 2), _sober(0.5), _sober(0.3), round(_sober(1.0), 2)
    (0.8, 0.5, 0.3, 1.0)
    """
    if chance <= LIKELY or chance >= 1.0:
        return min(chance, 1.0)
    odds: float = (chance / (1 - chance)) ** SOBERNESS
    return odds / (1 + odds)


def _with_chance(draft: Draft, chances: Mapping[str, float]) -> Draft:
    """Score a draft. Fighting, and something within a place ("villages in X"), is scored by the rules.

    Something within a place is never told surely of the place.
    """
    if draft.candidate.place.is_vague:
        return replace(draft, score=min(draft.score, VAGUE_AT_MOST))
    return replace(draft, score=chances.get(group_of(draft), draft.score))


def _best_read(drafts: Sequence[Draft]) -> list[Draft]:
    """Leave out what is only hinted at where the same is read; of several hints at the same keep the strongest."""
    kept: list[Draft] = []
    for group in dict.fromkeys(map(group_of, drafts)):
        own = [draft for draft in drafts if group_of(draft) == group]
        read = [draft for draft in own if draft.candidate.shape != LOOSE]
        kept.extend(read or [max(own, key=lambda draft: draft.score)])
    return kept


def open_candidate(sighting: Sighting, *, group: str) -> Candidate:
    """Return a candidate for a place that no rule has read: the nearest telling word, who is told, and the mood."""
    view, line = sighting.seen.view, sighting.line
    trigger = _nearest(line, sighting.index)
    index = sighting.index if trigger is None else trigger
    told = line.triggers[index] if trigger is not None else None
    verb_class = "hold" if group == "hold" else (told if told in CHANGE_CLASSES else "take")
    party = _party_of(view, index, sighting.index)
    is_leaving = verb_class in _LEAVING or (verb_class in ("fall", "expel") and party.index is not None)
    return Candidate(
        sentence=view.sentence,
        index=index,
        verb_class=verb_class,
        place=PlaceFound(sighting.index),
        actor=NOBODY if is_leaving else party,
        opponent=party if is_leaving else NOBODY,
        mood=view.mood(
            index, form="noun" if view.words[index].low in view.lexicon.nouns else "past", place_index=sighting.index
        ),
        strength=0.0,
        shape=OPEN,
        is_now=group == "hold",
    )


def _nearest(line: Line, index: int) -> int | None:
    """Return the telling word nearest to a place; of two as near, the one before it."""
    known = [position for position, found in enumerate(line.triggers) if found is not None]
    return min(known, key=lambda position: (abs(position - index), position), default=None)


def _party_of(view: View, trigger: int, place: int) -> Party:
    """Return who is told of: behind "by", the subject, else the only party of the sentence."""
    for found in (view.agent(trigger), view.subject(trigger)):
        if found.basis in _NAMED:
            return found
    named = [word for word in view.words if word.party is not None and word.party.codes and word.index != place]
    codes = {word.party.codes[0] for word in named if word.party is not None}
    if len(codes) != 1 or not codes <= set(view.actors):
        return NOBODY
    code = codes.pop()
    return Party(code, "generic" if view.actors[code].is_generic else "known", named[0].index)
