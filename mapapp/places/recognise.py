"""Names in a text, and what their neighbours say of each: is it a place?

Nothing is decided here. Every stretch that the gazetteer knows gets the features that speak for and against it; the
resolver weighs them together with what else the text is about.
"""

from __future__ import annotations

from bisect import bisect_right

from mapapp.places.arabic import find_arabic
from mapapp.places.context import find_headings, find_surnames, look_around, soften_heading
from mapapp.places.drafts import Recognition
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.senses import named_countries, speaks_of, speaks_only_of
from mapapp.places.spans import choose_spans, find_options, name_listed_units
from mapapp.places.tables import read_words
from mapapp.places.tokens import find_tokens
from mapapp.places.variants import find_variants


def recognise(text: str, *, gazetteer: Gazetteer) -> Recognition:
    """Return the stretches of a text that may be places, in order and without overlaps, with their features."""
    words = read_words()
    tokens = find_tokens(text)
    drafts = choose_spans(tokens, find_options(tokens, gazetteer, words), words)
    drafts = name_listed_units(tokens, drafts, gazetteer)
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
    if arabic:
        drafts = sorted((*drafts, *arabic), key=lambda draft: draft.start)
    return Recognition(text=text, drafts=drafts, surnames=surnames, is_about=is_about, countries=countries)
