"""A claim on its way: a candidate with its date, its speaker, its kind and its score."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mapapp.claims.agents import Party
from mapapp.claims.candidates import LOOSE, Candidate
from mapapp.claims.dating import RECENT_SENTENCES, UNKNOWN, When, date_trigger, now, recent
from mapapp.claims.homes import Home, as_stranger
from mapapp.claims.lexicon import Lexicon, read_lexicon
from mapapp.claims.phrases import is_place
from mapapp.claims.scoring import read_features, score_features
from mapapp.claims.speech import Attribution, speaker_of
from mapapp.claims.words import Word
from mapapp.dates import NEWS_DAYS, DateSpan
from mapapp.model import CONTROL_CHANGES, Actor, Article, Assertion, Claim, EventKind, Resolution


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim on its way: the candidate and what was found out about it."""

    candidate: Candidate
    resolution: Resolution
    when: When
    attribution: Attribution | None
    assertion: Assertion
    features: Mapping[str, float]
    score: float
    actor: str | None
    opponent: str | None


REMEMBERED = timedelta(days=3)
"""So long after the end of a party a text still means it by its common names."""


CLASH_CLASSES = frozenset(("enter", "attack", "fight"))


TAKING = frozenset(("take", "retake", "fall", "expel"))


CHANGE_CLASSES = frozenset(("take", "retake", "lose", "leave", "desert", "give", "expel", "fall"))


def agents_of(candidates: Sequence[Candidate], *, actors: Mapping[str, Actor]) -> set[str]:
    """Return the parties, states aside, that are told to take, hold or fight for a place."""
    codes = {
        candidate.actor.code for candidate in candidates if candidate.verb_class in TAKING | CLASH_CLASSES | {"hold"}
    }
    named = {code for code in codes if code is not None and not actors[code].is_state}
    return {code for code in named if not (actors[code].is_generic and named & set(actors[code].members))}


def with_takers(candidates: Sequence[Candidate], takers: set[str], actors: Mapping[str, Actor]) -> Iterator[Candidate]:
    """Let "X fell", "X was captured" mean the one party that the paragraph has so far told to take places.

    `takers` is the paragraph's and grows with what is read here.
    """
    for candidate in candidates:
        one = _with_taker(candidate, takers, actors)
        if one.actor.code is not None and one.verb_class in TAKING | {"enter", "attack"}:
            takers.add(one.actor.code)
        yield one


def _with_taker(candidate: Candidate, takers: set[str], actors: Mapping[str, Actor]) -> Candidate:
    """Let "X fell", "X was captured" mean the one party that the paragraph has so far told to take places.

    Where it told of none, the one rival that the sentence itself names.
    """
    names_nobody = candidate.actor.code is None and candidate.actor.basis == "none"
    is_agentless = candidate.verb_class == "fall" or candidate.shape in ("passive", "noun", LOOSE)
    if not (names_nobody and is_agentless and candidate.verb_class in TAKING):
        return candidate
    if not takers or candidate.shape in ("noun", LOOSE):
        return _with_rival(candidate, actors)
    if len(takers) > 1:
        return candidate
    code = next(iter(takers))
    if code == candidate.opponent.code or (candidate.verb_class == "retake") != actors[code].is_state:
        return candidate
    return replace(candidate, actor=Party(code, "article"))


def _with_rival(candidate: Candidate, actors: Mapping[str, Actor]) -> Candidate:
    """Let the taker be the one party of the sentence that can have taken: no state unless it retakes or others lost."""
    loser = actors.get(candidate.opponent.code or "")
    wants_state = candidate.verb_class == "retake" or (loser is not None and not loser.is_state)
    named = {
        word.party.codes[0]
        for word in candidate.sentence.words
        if word.party is not None and word.place is None and word.party.codes and word.party.codes[0] in actors
    }
    fitting = {code for code in named if actors[code].is_state == wants_state and code != candidate.opponent.code}
    fitting = {code for code in fitting if not (actors[code].is_generic and fitting & set(actors[code].members))}
    if len(fitting) != 1:
        return candidate
    return replace(candidate, actor=Party(next(iter(fitting)), "article"))


def _with_likely(candidate: Candidate, actors: Mapping[str, Actor], lexicon: Lexicon, home: Home | None) -> Candidate:
    """Let who takes or holds be the one party of the sentence; where it names none, "soldiers" are the state's."""
    found = _with_rival(candidate, actors)
    if found.actor.code is not None:
        return found
    words = candidate.sentence.words
    codes = {
        word.party.codes[0] for word in words if word.party is not None and word.place is None and word.party.codes
    }
    codes -= {candidate.opponent.code or ""}
    if candidate.verb_class == "hold" and len(codes) == 1 and codes <= set(actors):
        return replace(candidate, actor=Party(next(iter(codes)), "article"))
    state = next((actor for actor in actors.values() if actor.is_state), None)
    if codes or state is None or home is None or candidate.opponent.code == state.code:
        return candidate
    for word in words:
        if (
            word.low in lexicon.words["soldiers"]
            and word.place is None
            and _is_unowned(words, word.index)
            and (candidate.verb_class == "hold" or _may_act(words, word.index, candidate.index))
        ):
            return replace(candidate, actor=Party(state.code, "article", word.index, True))
    return candidate


def _may_act(words: Sequence[Word], index: int, trigger: int) -> bool:
    """Return whether "soldiers" stand before a trigger in its own clause: those of another one flee, or hold out."""
    if words[index].low == "garrison" or index > trigger:
        return False
    return all(word.low not in (",", ";", "whose", "from", "of") for word in words[max(0, index - 1) : trigger])


def _is_unowned(words: Sequence[Word], index: int) -> bool:
    """Return whether nothing before "soldiers" says whose they are: no name, no "Russian-backed"."""
    if index == 0:
        return True
    before = words[index - 1]
    return before.place is None and before.party is None and before.text[:1].islower() and before.low not in _OWNED


_OWNED = frozenset(("-", "backed", "led", "rebel", "opposition", "former", "foreign", "enemy", "allied", "mercenary"))


def build_draft(  # noqa: PLR0912, PLR0917 - what was found out about one candidate
    candidate: Candidate,
    lexicon: Lexicon,
    actors: Mapping[str, Actor],
    attributions: Sequence[Attribution],
    published: date | None,
    context: When,
    home: Home | None = None,
) -> Draft | None:
    """Put a candidate together with its date, its speaker and its score."""
    words = candidate.sentence.words
    word = words[candidate.place.index]
    resolution = word.place
    if resolution is None or not is_place(word):
        return None
    if candidate.place.is_vague:
        resolution = replace(resolution, where_prec=max(5, resolution.where_prec))
    elif candidate.place.is_near:
        resolution = replace(resolution, where_prec=max(2, resolution.where_prec))
    told_by = (candidate.actor.basis, candidate.opponent.basis)
    if word.low == "it" and not {"known", "generic", "pronoun", "unlisted"} & set(told_by):
        return None  # "took the lead, lost it": only a party makes a place of it
    attribution = speaker_of(attributions, index=candidate.index)
    if home is not None and not home.owns(resolution, sentence=candidate.sentence):
        candidate = replace(
            candidate,
            actor=as_stranger(candidate.actor, actors=actors),
            opponent=as_stranger(candidate.opponent, actors=actors),
        )
    actor, opponent = candidate.actor, candidate.opponent
    if attribution is not None and actor.basis in ("none", "other") and candidate.verb_class in ("take", "retake"):
        actor = _self_claimed(attribution, candidate, lexicon, actors) or actor
        candidate = replace(candidate, actor=actor)
    if attribution is not None and opponent.basis in ("none", "other") and candidate.verb_class in ("leave", "lose"):
        opponent = _self_claimed(attribution, candidate, lexicon, actors) or opponent
        candidate = replace(candidate, opponent=opponent)
    when = date_trigger(
        candidate.sentence,
        index=candidate.index,
        place_index=candidate.place.index,
        lexicon=lexicon,
        is_now=candidate.is_now,
        published=published,
    )
    if when.basis == "none":
        if context.basis == "entry":
            when = context
        elif candidate.is_now and context.first is not None and candidate.verb_class in CHANGE_CLASSES:
            when = context  # a change told in the present tense, of the day of which the text speaks
        elif candidate.is_now and _is_long_before(context, published) and _is_past_state(candidate):
            when = context
        elif candidate.is_now and (long_past := _days_long_past(candidate, published)):
            when = _beside(long_past)
        elif candidate.is_now:
            when = now(published)
        elif context.first is not None and _is_narrated(candidate):
            when = context
        elif candidate.sentence.number < RECENT_SENTENCES and _is_news(candidate, lexicon):
            when = recent(published)
    if actor.code is None and actor.basis in ("none", "other") and candidate.verb_class in TAKING | {"hold"}:
        candidate = _with_likely(candidate, actors, lexicon, home)
        actor = candidate.actor
    day = when.first or published
    actor, opponent = _living(actor, day=day, actors=actors), _living(opponent, day=day, actors=actors)
    candidate = replace(candidate, actor=actor, opponent=opponent)
    if _is_attempt(candidate, lexicon):
        features_left = candidate.mood.features - {"irrealis"}
        candidate = replace(candidate, verb_class="attack", mood=replace(candidate.mood, features=features_left))
    features = read_features(candidate, resolution=resolution, is_dated=when.first is not None, lexicon=lexicon)
    if attribution is not None and attribution.verb in lexicon.speech["not_factive"]:
        features["not_factive"] = 1
    score = score_features(features, weights=lexicon.weights)
    return Draft(
        candidate=candidate,
        resolution=resolution,
        when=when,
        attribution=attribution,
        assertion=candidate.mood.assertion,
        features=features,
        score=score,
        actor=actor.code,
        opponent=opponent.code if opponent.code != actor.code else None,
    )


def is_living(actor: Actor, *, day: date | None) -> bool:
    """Return whether a party may be meant by what happened on a day.

    >>> is_living(Actor("S", "State", valid_to=date(2030, 1, 8)), day=date(2030, 2, 1))
    False
    """
    return actor.valid_to is None or day is None or day <= actor.valid_to + REMEMBERED


def _living(party: Party, *, day: date | None, actors: Mapping[str, Actor]) -> Party:
    """Return a party as it was on a day: after the end of a state, "the army" is that of another one."""
    actor = actors.get(party.code or "")
    if actor is None or is_living(actor, day=day):
        return party
    return Party(None, "unlisted", party.index, actor.is_state)


def _is_attempt(candidate: Candidate, lexicon: Lexicon) -> bool:
    """Return whether somebody tried and failed to take the place: no change, but fighting ("failed to capture X")."""
    if candidate.verb_class not in ("take", "retake", "enter", "expel") or candidate.mood.features != {"irrealis"}:
        return False
    words = candidate.sentence.words
    before = [word.low for word in words[max(0, candidate.index - 6) : candidate.index]]
    return any(low in lexicon.mood["attempts"]["words"] for low in before) and not any(
        low in lexicon.words["modals"] or low in ("if", "not", "n't", "n’t", "could", "plan", "plans") for low in before
    )


def _self_claimed(
    attribution: Attribution, candidate: Candidate, lexicon: Lexicon, actors: Mapping[str, Actor]
) -> Party | None:
    """Return the speaker as the one who took, in "X announced the capture of Y"."""
    if attribution.verb not in lexicon.speech["self_claiming"]:
        return None
    before = [word for word in candidate.sentence.words[: attribution.verb_index] if word.party is not None]
    for word in reversed(before):
        if word.party is not None and word.party.codes and word.party.codes[0] in actors:
            code = word.party.codes[0]
            return Party(code, "generic" if actors[code].is_generic else "known", word.index)
    return None


def _is_long_before(context: When, published: date | None) -> bool:
    """Return whether the text speaks of days that lie well before its publication."""
    return context.last is not None and published is not None and (published - context.last).days > NEWS_DAYS


def _days_long_past(candidate: Candidate, published: date | None) -> list[DateSpan]:
    """Return the days, well before its publication, of a sentence that tells a state in the past."""
    words = candidate.sentence.words
    if published is None or not (_is_past_state(candidate) or candidate.shape == LOOSE):
        return []
    days = [word.date for word in words if word.date is not None and word.date.prec in (1, 2) and word.date.last]
    return [one for one in days if one.last is not None and (published - one.last).days > NEWS_DAYS]


def _beside(days: Sequence[DateSpan]) -> When:
    """Return the day beside which a state is told; of several, which one is meant is not said."""
    if len(days) > 1:
        return UNKNOWN
    return When(days[0].first, days[0].last, max(2, days[0].prec or 2), "sentence")


def _is_past_state(candidate: Candidate) -> bool:
    """Return whether the state is told in the past ("was still in the hands of")."""
    words = candidate.sentence.words
    near = words[max(0, candidate.index - 4) : candidate.index + 3]
    return any(word.low in ("was", "were", "remained", "stayed", "held", "had") for word in near)


def _is_narrated(candidate: Candidate) -> bool:
    """Return whether the words tell the next thing that happened: a plain past, in a main clause."""
    if candidate.shape not in ("active", "passive", "state"):
        return False
    words = candidate.sentence.words
    before = [word.low for word in words[max(0, candidate.index - 4) : candidate.index]]
    if any(word.low in ("hours", "minutes") for word in words[:6]):
        return True  # "Within ten hours they had ..."
    return not any(low in ("had", "who", "which", "that", "has", "have", "since", "after", "once") for low in before)


def _is_news(candidate: Candidate, lexicon: Lexicon) -> bool:
    """Return whether the words tell fresh news: perfect tense ("have captured") or a noun of the lead."""
    words = candidate.sentence.words
    if candidate.shape == "noun" or words[candidate.index].low.endswith("ing"):
        return False
    before = [word.low for word in words[max(0, candidate.index - 4) : candidate.index]]
    if any(low in ("who", "which", "that") for low in before):
        return False  # background, told beside the news
    return any(low in ("has", "have") for low in before) or (
        candidate.sentence.number <= 1 and "had" not in before and not any(word.date for word in words)
    )


def kind_of(draft: Draft, actors: Mapping[str, Actor], lexicon: Lexicon) -> EventKind:
    """Return the kind of event by who gets the place and how."""
    verb_class = draft.candidate.verb_class
    if verb_class == "hold":
        return EventKind.REPORTED
    if verb_class in CLASH_CLASSES:
        return EventKind.CLASH
    if verb_class in ("leave", "desert", "give"):
        return EventKind.TRANSFER
    if any(phrase in _clause_of(draft.candidate) for phrase in lexicon.mood["transfer"]["phrases"]):
        return EventKind.TRANSFER
    if draft.actor is not None and draft.actor in actors:
        return EventKind.REGAINS if actors[draft.actor].is_state else EventKind.OVERTAKES
    if draft.candidate.actor.is_state or _is_of_the_country(draft):
        return EventKind.REGAINS
    opponent = actors.get(draft.opponent or "") if draft.candidate.actor.basis != "unlisted" else None
    if verb_class == "retake" and draft.candidate.actor.basis == "none" and not (opponent and opponent.is_state):
        return EventKind.REGAINS  # "was recaptured", by nobody named: that is said of states
    if opponent is not None and not opponent.is_state and verb_class == "retake":
        return EventKind.REGAINS
    return EventKind.OVERTAKES


_CLAUSE_ENDS = frozenset((";", "“", "”", ":"))


def _clause_of(candidate: Candidate) -> str:
    """Return the words of the clause in which a trigger and its place stand, as far as commas before a verb tell."""
    words = candidate.sentence.words
    low, high = sorted((candidate.index, candidate.place.index))
    while low > 0 and words[low - 1].low not in _CLAUSE_ENDS:
        low -= 1
    while high + 1 < len(words) and words[high + 1].low not in _CLAUSE_ENDS and not _opens_clause(words, high + 1):
        high += 1
    return " ".join(word.low for word in words[low : high + 1])


def _opens_clause(words: Sequence[Word], index: int) -> bool:
    """Return whether ", and its columns were ..." begins here: another subject with a verb of its own."""
    return (
        words[index].low == ","
        and index + 2 < len(words)
        and words[index + 1].low in ("and", "but", "while")
        and words[index + 2].low in ("its", "their", "the", "it", "they")
    )


def _is_of_the_country(draft: Draft) -> bool:
    """Return whether forces that the table does not know are those of the place's own state: "Iraqi troops" in Iraq."""
    party, place = draft.candidate.actor, draft.resolution.place
    if party.index is None or party.basis != "unlisted" or place is None or place.country is None:
        return False
    words = draft.candidate.sentence.words
    if words[party.index].low not in _STATE_FORCES:
        return False
    near = words[max(0, party.index - 3) : party.index]
    return any(
        word.place is not None and word.place.place is not None and word.place.place.country == place.country
        for word in near
    )


_STATE_FORCES = frozenset(("forces", "troops", "army", "soldiers", "military", "government", "police", "commandos"))


def best_of_each(drafts: Sequence[Draft]) -> list[Draft]:
    """Keep the best of the drafts that say the same of one place in one sentence."""
    best: dict[tuple[int, str, str, str | None, str | None], Draft] = {}
    for draft in drafts:
        group = "change" if draft.candidate.verb_class in CHANGE_CLASSES else draft.candidate.verb_class
        if group in CLASH_CLASSES:
            group = "clash"
        place = draft.resolution.place
        name = place.id if place else draft.resolution.mention.surface
        day = draft.when.first.isoformat() if group == "change" and draft.when.first else None
        side = draft.actor if group == "change" else None
        key = (draft.candidate.sentence.number, group, name, day, side)
        if key not in best or draft.score > best[key].score:
            best[key] = draft
    sided = [key for key in best if key[4] is not None]

    def is_told_better(key: tuple[int, str, str, str | None, str | None]) -> bool:
        """Return whether the sentence says the same elsewhere, and by whom."""
        return any(key[:3] == other[:3] and (key[3] == other[3] or None in (key[3], other[3])) for other in sided)

    return [draft for key, draft in best.items() if key[4] is not None or not is_told_better(key)]


def build_claim(article: Article, draft: Draft, *, actors: Mapping[str, Actor], grade: str) -> Claim:
    sentence = draft.candidate.sentence
    kind = kind_of(draft, actors, read_lexicon())
    place = draft.resolution.place
    words = "|".join(
        (
            article.id,
            str(sentence.start),
            str(sentence.end),
            kind.value,
            place.id if place else draft.resolution.mention.surface,
            str(sentence.words[draft.candidate.index].start) if kind in CONTROL_CHANGES else "",
        )
    )
    return Claim(
        id=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:20],
        article_id=article.id,
        start=sentence.start,
        end=sentence.end,
        quote=article.text[sentence.start : sentence.end],
        kind=kind,
        actor=draft.actor,
        opponent=draft.opponent,
        place=draft.resolution,
        date_start=draft.when.first,
        date_end=draft.when.last,
        date_prec=draft.when.prec,
        assertion=draft.assertion,
        speaker=draft.attribution.speaker if draft.attribution else None,
        grade=grade,
        score=round(draft.score, 4),
        share=draft.candidate.place.share,
    )
