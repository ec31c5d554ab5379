"""Names in a text, and what their neighbours say of each: is it a place?

Nothing is decided here. Every stretch that the gazetteer knows gets the features that speak for and against it; the
resolver weighs them together with what else the text is about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from mapapp.places.arabic import find_arabic
from mapapp.places.context import find_headings, find_surnames, look_around, soften_heading
from mapapp.places.drafts import Draft, Recognition
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.names import name_key
from mapapp.places.recognisers import Recogniser, Stretch
from mapapp.places.senses import named_countries, speaks_of, speaks_only_of
from mapapp.places.spans import choose_spans, find_options, name_listed_units
from mapapp.places.tables import read_words
from mapapp.places.tokens import Tokens, find_tokens
from mapapp.places.variants import find_variants


def recognise(text: str, *, gazetteer: Gazetteer, recogniser: Recogniser | None = None) -> Recognition:
    """Return the stretches of a text that may be places, in order and without overlaps, with their features.

    With a `recogniser` only what it finds counts, and the demonyms.
    """
    words = read_words()
    tokens = find_tokens(text)
    drafts = choose_spans(tokens, find_options(tokens, gazetteer, words), words)
    drafts = name_listed_units(tokens, drafts, gazetteer)
    stretches = None if recogniser is None else recogniser.find(text)
    if stretches is not None:
        drafts = _as_found(tokens, drafts, stretches, gazetteer=gazetteer)
    surnames = find_surnames(tokens, drafts, words)
    arabic = find_arabic(text, gazetteer=gazetteer, words=words)
    is_about = speaks_of((*drafts, *arabic), gazetteer.theatre.country) or speaks_only_of(drafts, gazetteer, words)
    countries = named_countries(drafts)
    variants = find_variants(tokens, drafts, countries=countries, is_about=is_about, gazetteer=gazetteer, words=words)
    if variants:
        drafts = sorted((*drafts, *variants), key=lambda draft: draft.start)
    starts = {draft.first: draft for draft in drafts}
    ends = {draft.last: draft for draft in drafts}
    for draft in drafts:
        look_around(draft, tokens, words, starts=starts, ends=ends)
    headings = find_headings(text)
    if headings:
        begins = [start for start, _ in headings]
        for draft in drafts:
            number = bisect_right(begins, draft.start) - 1
            if number >= 0 and draft.end <= headings[number][1]:
                soften_heading(draft)
    if stretches is not None:
        arabic = [draft for draft in arabic if any(_is_inside(draft, stretch) for stretch in stretches)]
        for draft in (*drafts, *arabic):
            if not draft.is_demonym:
                draft.features["recogniser"] = 1.0
    if arabic:
        drafts = sorted((*drafts, *arabic), key=lambda draft: draft.start)
    return Recognition(text=text, drafts=drafts, surnames=surnames, is_about=is_about, countries=countries)


def _as_found(
    tokens: Tokens, drafts: list[Draft], stretches: Sequence[Stretch], *, gazetteer: Gazetteer
) -> list[Draft]:
    """Return drafts for the stretches of another recogniser: exactly these where the gazetteer knows them, else what
    it knows inside them; and the demonyms of our own."""
    kept = [draft for draft in drafts if draft.is_demonym]
    for stretch in stretches:
        inside = [draft for draft in drafts if _is_inside(draft, stretch) and not draft.is_demonym]
        if any((draft.start, draft.end) == (stretch.start, stretch.end) for draft in inside):
            kept += [draft for draft in inside if (draft.start, draft.end) == (stretch.start, stretch.end)]
            continue
        key = name_key(tokens.text[stretch.start : stretch.end])
        entries = gazetteer.entries([key])[key] if key else ()
        first = bisect_left(tokens.starts, stretch.start)
        last = bisect_left(tokens.starts, stretch.end)
        if entries and last > first:
            kept.append(Draft(first, last, stretch.start, stretch.end, key, entries, n_words=key.count(" ") + 1))
        else:
            kept += inside
    kept.sort(key=lambda draft: (draft.start, -draft.end))
    chosen: list[Draft] = []
    for draft in kept:
        if not chosen or draft.start >= chosen[-1].end:
            chosen.append(draft)
    return chosen


def _is_inside(draft: Draft, stretch: Stretch) -> bool:
    return stretch.start <= draft.start and draft.end <= stretch.end
