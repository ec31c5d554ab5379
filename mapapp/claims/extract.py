"""From an article with its places to claims: rules propose, a table of weights scores, nothing is invented.

Every claim quotes its sentence verbatim. What is planned, hoped, asked or imagined makes none; what is denied makes one
with assertion *denied*.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from mapapp.claims.actor_clues import Cast
from mapapp.claims.agents import Party
from mapapp.claims.anaphora import find_described_places
from mapapp.claims.candidates import LOOSE, Candidate, View
from mapapp.claims.control import find_candidates
from mapapp.claims.dating import Context, carry, date_trigger, head_context
from mapapp.claims.day_clues import Calendar
from mapapp.claims.drafts import (
    Draft,
    agents_of,
    best_of_each,
    build_claim,
    build_draft,
    with_takers,
)
from mapapp.claims.grading import find_publisher, grade_claim
from mapapp.claims.hints import hint_words
from mapapp.claims.homes import Home, find_home
from mapapp.claims.known_places import find_known_places
from mapapp.claims.lending import lend_within_article
from mapapp.claims.lexicon import Lexicon, has_word, read_lexicon
from mapapp.claims.mood import doubts_what_follows
from mapapp.claims.movement import find_journeys, is_told_without_end, movement_triggers
from mapapp.claims.parties import actors_by_code, alias_table, find_parties
from mapapp.claims.ranking import read_ranker
from mapapp.claims.settling import settle_actors, settle_days
from mapapp.claims.sightings import Seen, Sighting, find_sightings, open_candidate, rank
from mapapp.claims.speech import find_attributions, speaker_of
from mapapp.claims.travel import Told, build_movement_claim, lend_ends
from mapapp.claims.unlisted_places import find_unlisted_places
from mapapp.claims.words import PartyMention, build_sentence
from mapapp.dates import DateSpan, find_dates
from mapapp.model import Actor, Article, Assertion, Claim, MentionKind, Resolution
from mapapp.text import Span, split_sentences
from mapapp.theatres.theatre import Theatre

LONGEST_SENTENCE = 2000
"""Characters. No sentence of prose is longer; a table or a line without an end is cut."""


UNVERIFIED_REACH = 140
"""Characters behind a sentence in which "could not be verified" is looked for."""

LOWEST_SCORE = 0.2
"""What is less sure than this is not even worth a look in the review queue."""


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
    actors = actors_by_code(theatre.actors)
    publisher = find_publisher(article, theatre=theatre)
    read = propose(article, resolutions=resolutions, theatre=theatre)
    weighed = _weigh(read, article=article, theatre=theatre, actors=actors)
    settled = settle_days(weighed.drafts, calendar=weighed.calendar)
    cast = replace(weighed.cast, drafts=settled)
    settled = settle_actors(settled, cast=cast, is_at_home=weighed.is_at_home)
    drafts = _hedge_unverified(article.text, settled, lexicon=read_lexicon())
    claims = [
        build_claim(article, draft, actors=actors, grade=grade_claim(publisher, assertion=draft.assertion))
        for draft in drafts
        if draft.score >= LOWEST_SCORE
    ]
    for told in lend_ends(read.journeys):
        grade = grade_claim(publisher, assertion=told.journey.mood.assertion)
        claim = build_movement_claim(article, told, grade=grade, lexicon=read_lexicon())
        if claim is not None and claim.score >= LOWEST_SCORE:
            claims.append(claim)
    unique = {claim.id: claim for claim in claims}
    return tuple(sorted(unique.values(), key=lambda claim: (claim.start, claim.kind.value, claim.id)))


@dataclass(frozen=True, slots=True)
class Proposals:
    """Whatever the rules find worth a look, however unsure, and the sentences that they read."""

    drafts: list[Draft]
    journeys: list[Told]
    seen: list[Seen]
    parties: Sequence[PartyMention]
    dates: Sequence[DateSpan]
    home: Home


@dataclass(frozen=True, slots=True)
class Weighed:
    """Drafts with their scores, and what may still settle their days and parties."""

    drafts: list[Draft]
    cast: Cast
    calendar: Calendar
    home: Home

    def is_at_home(self, draft: Draft) -> bool:
        """Return whether a draft is of the theatre's own war, where its table says who "the army" is."""
        return self.home.owns(draft.resolution, sentence=draft.candidate.sentence)


def propose(article: Article, *, resolutions: Sequence[Resolution], theatre: Theatre) -> Proposals:
    """Return what the rules find in an article, on control and fighting and on journeys."""
    found = _read_sentences(
        article,
        resolutions=resolutions,
        theatre=theatre,
        actors=actors_by_code(theatre.actors),
        published=publication_day(article, timezone=theatre.timezone),
        lexicon=read_lexicon(),
    )
    return replace(found, drafts=best_of_each(found.drafts))


def weigh(article: Article, *, resolutions: Sequence[Resolution], theatre: Theatre) -> Weighed:
    """Return the scored drafts of an article, days and parties not yet settled: what the choosers learn from."""
    read = propose(article, resolutions=resolutions, theatre=theatre)
    return _weigh(read, article=article, theatre=theatre, actors=actors_by_code(theatre.actors))


def sight(article: Article, *, resolutions: Sequence[Resolution], theatre: Theatre) -> list[Sighting]:
    """Return every place of an article that may be told of, with what is known of it: what the ranker learns from."""
    return _sightings(propose(article, resolutions=resolutions, theatre=theatre), article=article, theatre=theatre)


def _sightings(read: Proposals, *, article: Article, theatre: Theatre) -> list[Sighting]:
    return find_sightings(
        read.seen,
        drafts=read.drafts,
        text=article.text,
        parties=len(read.parties),
        home=theatre.country,
        lexicon=read_lexicon(),
    )


def _weigh(read: Proposals, *, article: Article, theatre: Theatre, actors: Mapping[str, Actor]) -> Weighed:
    """Return the drafts with their scores, those that only the ranker sees among them."""
    lexicon = read_lexicon()
    sightings = _sightings(read, article=article, theatre=theatre)
    drafts, unread = rank(sightings, ranker=read_ranker(), lowest=LOWEST_SCORE)
    published = publication_day(article, timezone=theatre.timezone)
    for sighting, group, score in unread:
        sentence = sighting.line.sentence
        attributions = find_attributions(sentence, text=article.text, lexicon=lexicon)
        candidate = open_candidate(sighting, group=group)
        draft = build_draft(candidate, lexicon, actors, attributions, published, sighting.seen.carried, read.home)
        if draft is not None:
            drafts.append(replace(draft, score=score))
    drafts = lend_within_article(drafts, actors=actors)
    return Weighed(
        drafts,
        Cast(article.text, read.parties, drafts, actors, lexicon),
        Calendar(article.text, read.dates, published, lexicon),
        read.home,
    )


def _read_sentences(  # noqa: PLR0915 - what one sentence leaves to the next, in one place
    article: Article,
    *,
    resolutions: Sequence[Resolution],
    theatre: Theatre,
    actors: Mapping[str, Actor],
    published: date | None,
    lexicon: Lexicon,
) -> Proposals:
    """Read the sentences one after the other, with what those before leave behind: a party, a place."""
    text = article.text
    drafts: list[Draft] = []
    journeys: list[Told] = []
    seen: list[Seen] = []
    control_words = lexicon.triggers | hint_words()
    if not has_word(text, control_words | movement_triggers(), start=0, end=len(text)):
        return Proposals(drafts, journeys, seen, (), (), Home(theatre.country))
    resolutions = (*resolutions, *find_known_places(article, taken=resolutions, theatre=theatre))
    home = find_home(resolutions, country=theatre.country)
    if not resolutions:
        return Proposals(drafts, journeys, seen, (), (), home)
    aliases = alias_table(theatre.actors)
    last_subject: Party | None = None
    recent_places: list[Resolution] = []
    context: Context | None = None
    paragraph, last_end = 0, 0
    takers: set[str] = set()
    agents: set[str] = set()
    parties = find_parties(text, actors=theatre.actors)
    dates = find_dates(text, published=published)
    stretches = _stretches(
        text,
        dates=dates,
        parties=parties,
        places=sorted(resolutions, key=lambda one: (one.mention.start, one.mention.end)),
    )
    for number, (start, end), own_dates, own_parties, own_places in stretches:
        toponyms = [one for one in own_places if one.mention.kind is MentionKind.TOPONYM and one.candidates]
        candidates: tuple[Candidate, ...] = ()
        is_first = number == 0 or "\n" in text[last_end:start]
        if is_first:
            paragraph += 1
            takers = set()
            agents = set()
        last_end = end
        if is_first and own_dates:
            context = (
                head_context(text, span=own_dates[0], start=start, end=end, sentence=number, paragraph=paragraph)
                or context
            )
        is_control = has_word(text, control_words, start=start, end=end)
        is_journey = has_word(text, movement_triggers(), start=start, end=end)
        free: list[Resolution] = []
        named: tuple[Resolution, ...] = ()
        if is_control or is_journey:
            described = find_described_places(
                text, start=start, end=end, article_id=article.id, own=toponyms, before=recent_places
            )
            free = [one for one in described if all(not _overlap(one, other) for other in own_places)]
            named = (
                find_unlisted_places(
                    text,
                    span=(start, end),
                    article_id=article.id,
                    taken=_spans((*own_places, *free), own_parties, own_dates),
                    listed=_spans(toponyms, (), ()),
                    lexicon=lexicon,
                )
                if is_control
                else ()
            )
        if own_places or free or named or (is_journey and is_told_without_end(text, start=start, end=end)):
            sentence = build_sentence(
                text,
                number=number,
                span=(start, end),
                places=[*own_places, *free, *named],
                parties=own_parties,
                dates=own_dates,
            )
            view = View(sentence, lexicon, actors, last_subject, theatre.capital_place_id, aliases)
            told = carry(context, sentence=number, paragraph=paragraph)
            seen.append(Seen(view, told))
            candidates = find_candidates(view) if is_control else ()
            trips = find_journeys(sentence, text=text, lexicon=lexicon) if is_journey else ()
            attributions = find_attributions(sentence, text=text, lexicon=lexicon) if candidates or trips else ()
            agents |= agents_of(candidates, actors=actors)
            candidates = tuple(with_takers(candidates, takers if len(agents) <= 1 else set(), actors))
            for candidate in candidates:
                draft = build_draft(candidate, lexicon, actors, attributions, published, told, home)
                if draft is not None:
                    drafts.append(draft)
            sure = [one for one in candidates if one.shape != LOOSE]
            taken = {one.index for one in sure if one.actor.code is not None or one.opponent.code is not None}
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
                journeys.append(Told(trip, when, speaker_of(attributions, index=trip.index)))
        last_subject = _subject_left_behind(candidates, own_parties, actors) or last_subject
        recent_places = toponyms or recent_places
        days = [found for found in own_dates if found.prec in (1, 2) and found.relation != "before"]
        is_headed = context is not None and context.heads(days, sentence=number, paragraph=paragraph)
        if days and not is_headed and (published is None or (days[-1].first or published) <= published):
            context = Context(days[-1], number, paragraph)
    return Proposals(drafts, journeys, seen, parties, dates, home)


def _stretches(
    text: str, *, dates: Sequence[DateSpan], parties: Sequence[PartyMention], places: Sequence[Resolution]
) -> Iterator[tuple[int, Span, Sequence[DateSpan], Sequence[PartyMention], Sequence[Resolution]]]:
    """Return every sentence with its number, its offsets and what was found in it."""
    date_starts = [found.start for found in dates]
    party_starts = [found.start for found in parties]
    place_starts = [one.mention.start for one in places]

    def within(starts: list[int], span: Span) -> slice:
        return slice(bisect.bisect_left(starts, span[0]), bisect.bisect_left(starts, span[1]))

    for number, span in enumerate(_bounded(text, split_sentences(text))):
        yield (
            number,
            span,
            dates[within(date_starts, span)],
            parties[within(party_starts, span)],
            places[within(place_starts, span)],
        )


def _hedge_unverified(text: str, drafts: Sequence[Draft], *, lexicon: Lexicon) -> list[Draft]:
    """Hedge what the next sentence says could not be verified."""
    phrases = lexicon.mood["unverified"]["phrases"]

    def is_doubted(draft: Draft) -> bool:
        end = draft.candidate.sentence.end
        behind = " ".join(text[end : end + UNVERIFIED_REACH].lower().split())
        if doubts_what_follows(behind, lexicon=lexicon):
            return False
        return draft.assertion is Assertion.ASSERTED and any(phrase in behind for phrase in phrases)

    return [replace(draft, assertion=Assertion.HEDGED) if is_doubted(draft) else draft for draft in drafts]


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


def _spans(places: Sequence[Resolution], parties: Sequence[PartyMention], dates: Sequence[DateSpan]) -> list[Span]:
    """Return the stretches that places, parties and dates take up."""
    found = [(one.mention.start, one.mention.end) for one in places]
    found += [(party.start, party.end) for party in parties]
    return found + [(day.start, day.end) for day in dates]


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
