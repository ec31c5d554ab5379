"""From an article with its places to claims: rules propose, a table of weights scores, nothing is invented.

Every claim quotes its sentence verbatim. What is planned, hoped, asked or imagined makes none; what is denied makes one
with assertion *denied*.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from mapapp.claims.anaphora import find_described_places
from mapapp.claims.control import Candidate, View, find_candidates
from mapapp.claims.dating import RECENT_SENTENCES, UNKNOWN, Context, When, carry, date_trigger, now, recent
from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.lexicon import Lexicon, has_word, read_lexicon
from mapapp.claims.movement import Journey, find_journeys, movement_triggers
from mapapp.claims.parties import actors_by_code, find_parties
from mapapp.claims.phrases import is_place
from mapapp.claims.scoring import read_features, score_features
from mapapp.claims.speech import Attribution, find_attributions, speaker_of
from mapapp.claims.subjects import Party
from mapapp.claims.words import PartyMention, build_sentence
from mapapp.dates import find_dates
from mapapp.model import (
    CONTROL_CHANGES,
    Actor,
    Article,
    Assertion,
    Claim,
    EventKind,
    MentionKind,
    Resolution,
)
from mapapp.text import Span, split_sentences
from mapapp.theatre import Theatre

LONGEST_SENTENCE = 2000
"""Characters. No sentence of prose is longer; a table or a line without an end is cut."""

MOST_LENDERS = 50
"""Claims on one place in one article that may lend each other actor and date; a text with more repeats itself."""

LOWEST_SCORE = 0.1
"""What is less sure than this is not even worth a look in the review queue."""


@dataclass(frozen=True, slots=True)
class _Draft:
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


def publication_day(article: Article, *, timezone: str) -> date | None:
    """Return the local day on which an article was published; None = unknown.

    A time of exactly midnight stands for a day that was given without a time, and stays that day.
    """
    if article.published is None:
        return None
    moment = article.published
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0) or moment.tzinfo is None:
        return moment.date()
    return moment.astimezone(ZoneInfo(timezone)).date()


def extract_claims(article: Article, *, resolutions: Sequence[Resolution], theatre: Theatre) -> tuple[Claim, ...]:
    """Return the claims of an article on control, fighting and movement, by start offset.

    One claim per kind and place of a sentence. `quote` is the sentence, verbatim. Scores are 0 to 1; those under .5
    wait for a person. The same text always gives the same claims with the same ids.
    """
    lexicon = read_lexicon()
    published = publication_day(article, timezone=theatre.timezone)
    publisher = find_publisher(article, theatre=theatre)
    actors = actors_by_code(theatre.actors)
    drafts, journeys = _read_sentences(
        article, resolutions=resolutions, theatre=theatre, actors=actors, published=published, lexicon=lexicon
    )
    drafts = _fill_from_article(_best_of_each(drafts), actors=actors, lexicon=lexicon)
    claims = [
        _claim(article, draft, actors=actors, grade=grade_claim(publisher, assertion=draft.assertion))
        for draft in drafts
        if draft.score >= LOWEST_SCORE
    ]
    for told in _fill_journeys(journeys):
        grade = grade_claim(publisher, assertion=told.journey.mood.assertion)
        claim = _movement_claim(article, told, grade=grade, lexicon=lexicon)
        if claim is not None and claim.score >= LOWEST_SCORE:
            claims.append(claim)
    unique = {claim.id: claim for claim in claims}
    return tuple(sorted(unique.values(), key=lambda claim: (claim.start, claim.kind.value, claim.id)))


@dataclass(frozen=True, slots=True)
class _Told:
    """A journey with its date and its speaker."""

    journey: Journey
    when: When
    attribution: Attribution | None


def _read_sentences(
    article: Article,
    *,
    resolutions: Sequence[Resolution],
    theatre: Theatre,
    actors: Mapping[str, Actor],
    published: date | None,
    lexicon: Lexicon,
) -> tuple[list[_Draft], list[_Told]]:
    """Read the sentences one after the other, with what those before leave behind: a party, a place."""
    text = article.text
    drafts: list[_Draft] = []
    journeys: list[_Told] = []
    if not resolutions:
        return drafts, journeys
    dates = find_dates(text, published=published)
    parties = find_parties(text, actors=theatre.actors)
    places = sorted(resolutions, key=lambda one: (one.mention.start, one.mention.end))
    date_starts = [found.start for found in dates]
    party_starts = [found.start for found in parties]
    place_starts = [one.mention.start for one in places]
    last_subject: Party | None = None
    recent_places: list[Resolution] = []
    context: Context | None = None
    paragraph, last_end = 0, 0
    takers: set[str] = set()
    for number, (start, end) in enumerate(_bounded(text, split_sentences(text))):
        own_dates = dates[bisect.bisect_left(date_starts, start) : bisect.bisect_left(date_starts, end)]
        own_parties = parties[bisect.bisect_left(party_starts, start) : bisect.bisect_left(party_starts, end)]
        own_places = places[bisect.bisect_left(place_starts, start) : bisect.bisect_left(place_starts, end)]
        toponyms = [one for one in own_places if one.mention.kind is MentionKind.TOPONYM and one.candidates]
        candidates: tuple[Candidate, ...] = ()
        if "\n" in text[last_end:start]:
            paragraph += 1
            takers = set()
        last_end = end
        is_control = has_word(text, lexicon.triggers, start=start, end=end)
        is_journey = has_word(text, movement_triggers(), start=start, end=end)
        if is_control or is_journey:
            described = find_described_places(
                text, start=start, end=end, article_id=article.id, own=toponyms, before=recent_places
            )
            free = [one for one in described if all(not _overlap(one, other) for other in own_places)]
            sentence = build_sentence(
                text,
                number=number,
                span=(start, end),
                places=[*own_places, *free],
                parties=own_parties,
                dates=own_dates,
            )
            candidates = find_candidates(View(sentence, lexicon, actors, last_subject)) if is_control else ()
            trips = find_journeys(sentence, text=text, lexicon=lexicon) if is_journey else ()
            attributions = find_attributions(sentence, text=text, lexicon=lexicon) if candidates or trips else ()
            known = []
            for one in candidates:
                known.append(_with_taker(one, takers, actors))
                if known[-1].actor.code and one.verb_class in _TAKING | {"enter", "attack"}:
                    takers.add(known[-1].actor.code)
            candidates = tuple(known)
            for candidate in candidates:
                told = carry(context, sentence=number, paragraph=paragraph)
                draft = _draft(candidate, lexicon, actors, attributions, published, told)
                if draft is not None:
                    drafts.append(draft)
            taken = {one.index for one in candidates if one.actor.code is not None or one.opponent.code is not None}
            for trip in trips:
                if trip.index in taken:
                    continue  # a force that leaves or enters is told as that
                when = date_trigger(
                    sentence,
                    index=trip.index,
                    place_index=trip.index,
                    lexicon=lexicon,
                    is_now=False,
                    published=published,
                )
                journeys.append(_Told(trip, when, speaker_of(attributions, index=trip.index)))
        last_subject = _subject_left_behind(candidates, own_parties, actors) or last_subject
        recent_places = toponyms or recent_places
        days = [found for found in own_dates if found.prec in (1, 2) and found.relation != "before"]
        if days and (published is None or (days[-1].first or published) <= published):
            context = Context(days[-1], number, paragraph)
    return drafts, journeys


def _bounded(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Cut what is too long for a sentence at white space, so that no text costs more than its length."""
    for start, end in spans:
        low = start
        while end - low > LONGEST_SENTENCE:
            cut = text.rfind(" ", low + LONGEST_SENTENCE // 2, low + LONGEST_SENTENCE)
            cut = cut if cut > low else low + LONGEST_SENTENCE
            yield low, cut
            low = cut + (text[cut : cut + 1] == " ")
        if low < end:
            yield low, end


def _overlap(first: Resolution, second: Resolution) -> bool:
    return first.mention.start < second.mention.end and second.mention.start < first.mention.end


def _subject_left_behind(
    candidates: Sequence[Candidate], parties: Sequence[PartyMention], actors: Mapping[str, Actor]
) -> Party | None:
    """Return whom "they" or "the group" means in the next sentence: who acted last, else who was named first."""
    for candidate in reversed(candidates):
        if candidate.actor.code is not None and candidate.shape in ("active", "passive"):
            return candidate.actor
    for party in parties:
        if party.codes and party.codes[0] in actors:
            return Party(party.codes[0], "generic" if actors[party.codes[0]].is_generic else "known")
    return None


_CLASH_CLASSES = frozenset(("enter", "attack", "fight"))


def _with_taker(candidate: Candidate, takers: set[str], actors: Mapping[str, Actor]) -> Candidate:
    """Let "X fell", "X was captured" mean the one party that the paragraph has so far told to take places."""
    names_nobody = candidate.actor.code is None and candidate.actor.basis == "none"
    is_agentless = candidate.verb_class == "fall" or candidate.shape == "passive"
    if not (names_nobody and is_agentless and candidate.verb_class in _TAKING and len(takers) == 1):
        return candidate
    code = next(iter(takers))
    if code == candidate.opponent.code or (candidate.verb_class == "retake") != actors[code].is_state:
        return candidate
    return replace(candidate, actor=Party(code, "article"))


_TAKING = frozenset(("take", "retake", "fall", "expel"))


def _draft(  # noqa: PLR0917 - what was found out about one candidate
    candidate: Candidate,
    lexicon: Lexicon,
    actors: Mapping[str, Actor],
    attributions: Sequence[Attribution],
    published: date | None,
    context: When,
) -> _Draft | None:
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
    actor, opponent = candidate.actor, candidate.opponent
    if attribution is not None and actor.basis in ("none", "other") and candidate.verb_class in ("take", "retake"):
        actor = _self_claimed(attribution, candidate, lexicon, actors) or actor
        candidate = replace(candidate, actor=actor)
    when = date_trigger(
        candidate.sentence,
        index=candidate.index,
        place_index=candidate.place.index,
        lexicon=lexicon,
        is_now=candidate.is_now,
        published=published,
    )
    if when.basis == "none":
        if candidate.is_now:
            when = now(published)
        elif context.first is not None and _is_narrated(candidate):
            when = context
        elif candidate.sentence.number < RECENT_SENTENCES and _is_news(candidate, lexicon):
            when = recent(published)
    features = read_features(candidate, resolution=resolution, is_dated=when.first is not None, lexicon=lexicon)
    if attribution is not None and attribution.verb in lexicon.speech["not_factive"]:
        features["not_factive"] = 1
    score = score_features(features, weights=lexicon.weights)
    return _Draft(
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


def _kind(draft: _Draft, actors: Mapping[str, Actor], lexicon: Lexicon) -> EventKind:
    """Return the kind of event by who gets the place and how."""
    verb_class = draft.candidate.verb_class
    if verb_class == "hold":
        return EventKind.REPORTED
    if verb_class in _CLASH_CLASSES:
        return EventKind.CLASH
    if verb_class in ("leave", "desert", "give"):
        return EventKind.TRANSFER
    text = " ".join(word.low for word in draft.candidate.sentence.words)
    if any(phrase in text for phrase in lexicon.mood["transfer"]["phrases"]):
        return EventKind.TRANSFER
    if draft.actor is not None and draft.actor in actors:
        return EventKind.REGAINS if actors[draft.actor].is_state else EventKind.OVERTAKES
    if draft.candidate.actor.is_state:
        return EventKind.REGAINS
    opponent = actors.get(draft.opponent or "") if draft.candidate.actor.basis != "unlisted" else None
    if opponent is not None and not opponent.is_state and verb_class == "retake":
        return EventKind.REGAINS
    return EventKind.OVERTAKES


_CHANGE_CLASSES = frozenset(("take", "retake", "lose", "leave", "desert", "give", "expel", "fall"))


def _best_of_each(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Keep the best of the drafts that say the same of one place in one sentence."""
    best: dict[tuple[int, str, str, str | None], _Draft] = {}
    for draft in drafts:
        group = "change" if draft.candidate.verb_class in _CHANGE_CLASSES else draft.candidate.verb_class
        if group in _CLASH_CLASSES:
            group = "clash"
        place = draft.resolution.place
        name = place.id if place else draft.resolution.mention.surface
        day = draft.when.first.isoformat() if group == "change" and draft.when.first else None
        key = (draft.candidate.sentence.number, group, name, day)
        if key not in best or draft.score > best[key].score:
            best[key] = draft
    return list(best.values())


def _fill_from_article(drafts: Sequence[_Draft], *, actors: Mapping[str, Actor], lexicon: Lexicon) -> list[_Draft]:
    """Let claims on one place in one article lend each other actor and date where one of them lacks it."""
    filled: list[_Draft] = []
    lenders = _lenders(drafts)
    drafts = [replace(draft, when=_narrowed(draft.when, _others(draft, lenders))) for draft in drafts]
    lenders = _lenders(drafts)
    for draft in drafts:
        others = _others(draft, lenders)
        one = draft
        if draft.when.first is None and draft.when.basis == "none":
            one = replace(one, when=_borrowed_date(draft, others))
        if one.actor is None and one.candidate.verb_class in ("take", "retake", "fall", "expel", "lose"):
            one = _borrowed_actor(one, others, actors)
        if one is not draft:
            features = dict(one.features)
            if one.actor is not None and draft.actor is None:
                for name in ("no_actor", "subject_unknown"):
                    features.pop(name, None)
                features["actor_from_article"] = 1
            if one.when.first is not None:
                features["dated"] = 1
            one = replace(one, features=features, score=score_features(features, weights=lexicon.weights))
        filled.append(one)
    return filled


def _lenders(drafts: Sequence[_Draft]) -> Mapping[str, list[_Draft]]:
    """Return, by place, the drafts that may lend something: the sure ones that deny nothing, the first ones of many."""
    found: dict[str, list[_Draft]] = {}
    for draft in drafts:
        place = draft.resolution.place
        if place is not None and draft.score >= 0.5 and draft.assertion is not Assertion.DENIED:
            group = found.setdefault(place.id, [])
            if len(group) < MOST_LENDERS:
                group.append(draft)
    return found


def _others(draft: _Draft, lenders: Mapping[str, list[_Draft]]) -> list[_Draft]:
    place = draft.resolution.place
    return [other for other in lenders.get(place.id if place else "", ()) if other.candidate is not draft.candidate]


def _same_occurrence(first: _Draft, second: _Draft) -> bool:
    return first.candidate.verb_class in _CHANGE_CLASSES and second.candidate.verb_class in (
        _CHANGE_CLASSES | _CLASH_CLASSES
    )


def _borrowed_date(draft: _Draft, others: Sequence[_Draft]) -> When:
    """Return the date of the one occurrence that the article dates for this place, if there is only one."""
    known = {
        (other.when.first, other.when.last): other.when
        for other in others
        if other.when.first is not None
        and _same_occurrence(draft, other)
        and (
            draft.actor is None
            or other.actor is None
            or draft.actor == other.actor
            or other.candidate.verb_class in _CLASH_CLASSES
        )
    }
    if len(known) == 1:
        return replace(next(iter(known.values())), basis="article")
    return UNKNOWN


def _narrowed(when: When, others: Sequence[_Draft]) -> When:
    """Return the one day that the article names for this place within a longer stretch ("over the past week")."""
    if when.prec is None or when.prec < 2:
        return when
    days = {
        (other.when.first, other.when.last)
        for other in others
        if other.when.prec == 1
        and other.when.first
        and when.first
        and when.last
        and when.first <= other.when.first <= when.last
    }
    if len(days) == 1 and when.prec is not None and when.prec <= 3:
        first, last = days.pop()
        return When(first, last, 1, "article")
    return when


def _borrowed_actor(draft: _Draft, others: Sequence[_Draft], actors: Mapping[str, Actor]) -> _Draft:
    takers = {
        other.actor
        for other in others
        if other.actor is not None
        and other.candidate.verb_class in ("take", "retake", "fall", "expel")
        and other.actor != draft.opponent
    }
    if len(takers) != 1:
        return draft
    code = takers.pop()
    return replace(draft, actor=code, candidate=replace(draft.candidate, actor=Party(code, "article")))


def _claim(article: Article, draft: _Draft, *, actors: Mapping[str, Actor], grade: str) -> Claim:
    sentence = draft.candidate.sentence
    kind = _kind(draft, actors, read_lexicon())
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


# --- journeys ---------------------------------------------------------------------------------


def _name_words(who: str | None) -> frozenset[str]:
    """Return the words of a name that tell people apart: with a capital, four letters or more."""
    return frozenset(
        word.strip(",.’'") for word in re.findall(r"[^\W\d_]+", who or "") if word[0].isupper() and len(word) >= 4
    )


def _fill_journeys(journeys: Sequence[_Told]) -> list[_Told]:
    """Give a flight without an end the one that the article names elsewhere for the same person, and dates alike."""
    filled: list[_Told] = []
    lenders = [told for told in journeys if told.journey.is_flight][:MOST_LENDERS]
    for told in journeys:
        trip = told.journey
        names = _name_words(trip.who)
        kin = [
            other
            for other in lenders
            if other is not told
            and names & _name_words(other.journey.who)
            and trip.is_flight
            and not {"irrealis", "hypothetical", "question"} & other.journey.mood.features
        ]
        if trip.destination is None and trip.is_flight:
            trip = replace(trip, destination=_common_end([other.journey.destination for other in kin]))
        when = told.when
        if when.first is None and when.basis == "none":
            days = {(other.when.first, other.when.last): other.when for other in kin if other.when.prec == 1}
            if len(days) == 1:
                when = replace(next(iter(days.values())), basis="article")
        filled.append(_Told(trip, when, told.attribution))
    return filled


def _common_end(ends: Sequence[Resolution | None]) -> Resolution | None:
    """Return the one place that is meant: the only one, or the country in which all the others lie."""
    known = {_place_key(end): end for end in ends if end is not None and end.place is not None}
    countries = {end.place.country for end in known.values() if end.place is not None}
    if len(known) <= 1:
        return next(iter(known.values()), None)
    whole = [end for end in known.values() if end.where_prec == 6]
    return whole[0] if len(countries) == 1 and len(whole) == 1 else None


def _place_key(resolution: Resolution | None) -> str:
    place = resolution.place if resolution else None
    return place.id if place else resolution.mention.surface if resolution else ""


def _movement_claim(article: Article, told: _Told, *, grade: str, lexicon: Lexicon) -> Claim | None:
    trip = told.journey
    place = trip.destination or trip.origin
    if place is None:
        return None
    features = dict.fromkeys(trip.mood.features, 1.0)
    features["strength"] = trip.strength
    features["actor_known" if trip.who else "no_actor"] = 1
    if told.when.first is not None:
        features["dated"] = 1
    if told.attribution is not None and told.attribution.verb in lexicon.speech["not_factive"]:
        features["not_factive"] = 1
    sentence = trip.sentence
    words = "|".join(
        (
            article.id,
            str(sentence.start),
            str(sentence.end),
            EventKind.MOVEMENT.value,
            _place_key(place),
            trip.who or "",
        )
    )
    return Claim(
        id=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:20],
        article_id=article.id,
        start=sentence.start,
        end=sentence.end,
        quote=article.text[sentence.start : sentence.end],
        kind=EventKind.MOVEMENT,
        place=place,
        origin=trip.origin,
        destination=trip.destination,
        who=trip.who,
        date_start=told.when.first,
        date_end=told.when.last,
        date_prec=told.when.prec,
        assertion=trip.mood.assertion,
        speaker=told.attribution.speaker if told.attribution else None,
        grade=grade,
        score=round(score_features(features, weights=lexicon.weights), 4),
    )
