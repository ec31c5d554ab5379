"""The names of one text with what each may mean, and how likely each mention is a place at all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mapapp.places.drafts import UNIT_WORDS, Draft, Recognition
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.index import LOCAL
from mapapp.places.names import is_alike
from mapapp.places.sources import ALTERNATE, DEMONYM, PRIMARY, WELL_KNOWN
from mapapp.places.spots import Entry, Spot
from mapapp.places.tables import Weights, Words

VARIANT = 5
"""Another spelling of the usual name; the other ways of belonging to a place are numbered in `sources`."""

HEARD = ("same_country", "same_first_level", "near", "theatre")
"""Features that come from the text's other names, in the order of `Option.heard`."""

MOST_CANDIDATES = 30
"""Of one name; the rest, far less populous, is not looked at."""

_EARTH_KM = 6371.0


@dataclass(slots=True)
class Option:
    """A place that a name may mean in this text."""

    spot: Spot
    how: int
    is_contained: bool = False
    """True: it lies in what is named right after it."""
    own: list[tuple[str, float]] = field(default_factory=list)
    """Named features that its name has in this text, with what each of them adds."""
    base: float = 0.0
    """Sum of what it has in every text (`Spot.alone`) and of `own`."""
    heard: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """What the text's other names add: same country, same first-level unit, near, of the theatre."""
    score: float = 0.0
    """All of it."""

    @property
    def parts(self) -> list[tuple[str, float]]:
        """Named features with what each of them adds; they add up to the score."""
        return [*self.spot.parts, *self.own, *zip(HEARD, self.heard, strict=True)]


@dataclass(slots=True)
class Sense:
    """One name in one text: all its mentions mean the same place."""

    key: str
    drafts: list[Draft]
    options: list[Option]
    mention_score: float = 0.0
    """Log-odds that the name is a place here, without the context of the single mention."""
    contexts: list[float] = field(default_factory=list)
    """What its context adds, per mention."""

    @property
    def best_context(self) -> float:
        """The context that speaks most for a place."""
        return max(self.contexts)


def speaks_of(drafts: Sequence[Draft], country: str) -> bool:
    """Tell whether a text names a country, its people, one of its units or one of its large towns."""
    for draft in drafts:
        for spot, how in draft.entries[:4]:
            if spot.country == country and (
                spot.feature_code == "PCLI"
                or (how == PRIMARY and (spot.feature_code == "ADM1" or spot.population > 100_000))
            ):
                return True
    return False


LEAST_RARITY = 0.1
"""Of a place whose other spellings count: in the United States or France any of them is somebody's name."""

LARGE_TOWN = 300_000
"""Inhabitants from which a town tells by its usual name which country a text speaks of."""


def named_countries(drafts: Sequence[Draft]) -> frozenset[str]:
    """Return the ISO codes of the countries that a text names: by name, people, first-level unit or large town."""
    found = set()
    once: set[str] = set()
    for draft in drafts:
        if not draft.entries:
            continue
        spot, how = draft.entries[0]
        if spot.feature_code == "PCLI" or (
            how == PRIMARY and (spot.feature_code == "ADM1" or spot.population >= LARGE_TOWN)
        ):
            found.add(spot.country)
        elif (
            how == PRIMARY and spot.rarity >= LEAST_RARITY and all(o.country == spot.country for o, _ in draft.entries)
        ):
            # Two small towns that are found in one country only tell as well.
            (found if spot.country in once else once).add(spot.country)
    return frozenset(found)


NOT_SHORT = 8
"""Names from which a text tells by larger ones what it is about."""


def speaks_only_of(drafts: Sequence[Draft], gazetteer: Gazetteer, words: Words) -> bool:
    """Tell whether a short text names nothing but places of the theatre's own tables, however small they are.

    A name that is a person's or a common word tells nothing, and one that means a place elsewhere tells against.
    """
    found = False
    if len(drafts) > NOT_SHORT:
        return False
    for draft in drafts:
        usual = [spot for spot, how in draft.entries if how == PRIMARY]
        if draft.key in words.first_names or draft.key in words.surnames or draft.key in words.common_words:
            return False
        if any(not spot.is_ours and (spot.feature_class != "P" or spot.population > 100_000) for spot in usual):
            return False
        if not any(gazetteer.is_own(spot.id) for spot in usual):
            return False
        found = True
    return found


def gather_senses(recognition: Recognition) -> list[Sense]:
    """Return the names of a text, each with what it may mean."""
    by_key: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in recognition.drafts:
        if not draft.is_blocked:
            # "Hama" and "Hama province" are two places of one text.
            by_key[draft.key, UNIT_WORDS.get(draft.unit_word, "")].append(draft)
    senses = []
    for (key, _), drafts in by_key.items():
        entries = _spelt_alike(key, drafts[0].entries, recognition.countries)
        if not recognition.is_about:
            # The theatre's other spellings of its small towns count only in a text about it.
            entries = [
                (spot, how)
                for spot, how in entries
                if not spot.is_ours
                or how not in (ALTERNATE, VARIANT)
                or spot.population > WELL_KNOWN
                or spot.feature_class != "P"
            ]
        if len(entries) > 1:
            entries = _without_overshadowed(entries)
        if not entries:
            continue
        if len(entries) > MOST_CANDIDATES:
            entries.sort(key=_rank, reverse=True)
        senses.append(Sense(key, drafts, [Option(spot, how) for spot, how in entries[:MOST_CANDIDATES]]))
    return senses


def _spelt_alike(key: str, entries: Sequence[Entry], countries: frozenset[str]) -> list[Entry]:
    """Return the entries that count, with other spellings of the usual name told from other names.

    Falluja is how the press writes Al Fallujah, Izium how it writes Izyum: of a small town such a name counts where
    the text speaks of its country; any other name that only its neighbours use does not.
    """
    found: list[Entry] = []
    for entry in entries:
        spot, how = entry
        if how == ALTERNATE or (how == LOCAL and spot.country in countries):
            if spot.rarity >= LEAST_RARITY and is_alike(key, spot.name):
                found.append((spot, VARIANT))
            elif how != LOCAL:
                found.append(entry)
        elif how != LOCAL:
            found.append(entry)
    return found


SMALL_NAMESAKE = 100_000
"""Inhabitants below which a town is overshadowed by a region of the same name that everybody knows."""


def _without_overshadowed(entries: list[Entry]) -> list[Entry]:
    """Drop towns that nobody means by a name that is a country's or a well-known region's."""
    if any(spot.feature_code == "PCLI" for spot, _ in entries):
        # Arak in Iran was called Iraq once.
        return [(spot, how) for spot, how in entries if how != ALTERNATE or spot.feature_class != "P"]
    if any(spot.feature_class in "LHT" and how == PRIMARY for spot, how in entries):
        return [(spot, how) for spot, how in entries if spot.feature_class != "P" or spot.population >= SMALL_NAMESAKE]
    return entries


def _rank(entry: Entry) -> float:
    spot, how = entry
    return (
        math.log10(spot.population + 1)
        + (9.0 if spot.is_ours else 0.0)
        + (5.0 if spot.feature_class != "P" else 0.0)
        - (2.0 if how == ALTERNATE else 0.0)
    )


LEAST_SHARING = -2.1
"""A mention whose context speaks more against a place than this gets nothing from the others: "the Flint River"."""


def score_mentions(senses: list[Sense], recognition: Recognition, *, weights: Weights, words: Words) -> set[str]:
    """Score each name by what it is, and each mention by the words around it.

    Return the ids of what holds the place named right before it: the Congo of "Kinshasa, Congo".
    """
    table = weights.mention
    holders: set[str] = set()
    small_words = set(recognition.text.split())
    is_about = recognition.is_about
    for sense in senses:
        first = sense.drafts[0]
        n_letters = len(sense.key)
        value = table["bias"] + max(
            [_prior(option, table, is_about=is_about, n_letters=n_letters) for option in sense.options]
        )
        if first.n_words > 1:
            value += table["more_words"]
        elif not first.is_abbreviation and not first.is_demonym:
            if n_letters <= 3:
                value += table["short"]
            if sense.key in words.first_names:
                value += table["first_name"]
            elif sense.key in words.surnames:
                value += table["surname"]
            if sense.key in words.common_words or _is_written_small(sense.key, small_words):
                value += table["common_word"]
        surname = recognition.surnames.get(sense.key, 0.0)
        if surname == 1.0 or not first.is_demonym:
            value += table["surname_here"] * surname
        contexts = []
        has_name_after = False
        for draft in sense.drafts:
            context = 0.0
            for name, strength in draft.features.items():
                context += table[name] * strength
            has_name_after = has_name_after or "name_after" in draft.features
            if draft.within and _mark_contained(sense, draft, holders):
                context += table["state_after"]
            contexts.append(context)
        # "Georgia Stevens" once, and every bare Georgia of the text is the girl.
        sense.mention_score = value + table["given_name_here"] if has_name_after else value
        best = max(contexts)
        if best > 0 and len(contexts) > 1:
            # A good context of one mention speaks for the others, unless their own context forbids it.
            shared = table["shared_context"]
            contexts = [
                context + shared * (best - max(context, 0.0)) if context > LEAST_SHARING else context
                for context in contexts
            ]
        sense.contexts = contexts
    return holders


def _is_written_small(key: str, written: set[str]) -> bool:
    """Whether the text has the word with a small letter too, in a script that has them."""
    return key.isascii() and (key in written or key + "," in written or key + "." in written)


def _prior(option: Option, table: dict[str, float], *, is_about: bool, n_letters: int) -> float:
    """What the place says for being meant by a capitalised word, by this name of its and in this text."""
    spot, how, value = option.spot, option.how, option.spot.prior
    if is_about and spot.is_ours and spot.feature_class != "A":
        value = max(value, 0.0) + table["theatre_place"] * (0.6 if how in (ALTERNATE, VARIANT) else 1.0)
    if how == VARIANT:
        value += table["variant"]
    elif how == ALTERNATE and spot.feature_code != "PCLI":
        # Long other names of cities are press spellings (Hodeidah); short ones are mostly something else.
        value += table["alternate"] * (0.4 if n_letters >= 7 and spot.population >= 100_000 else 1.0)
    return value


def _mark_contained(sense: Sense, draft: Draft, holders: set[str]) -> bool:
    """Mark the options that lie in what is named right after; tell whether there are any."""
    found = False
    most, holder = -1, ""
    for option in sense.options:
        for larger, how in draft.within:
            if how != DEMONYM and _lies_in(option.spot, larger):
                option.is_contained = found = True
                if option.spot.population > most:
                    most, holder = option.spot.population, larger.id
                break
    if found:
        holders.add(holder)
    return found


def _lies_in(spot: Spot, larger: Spot) -> bool:
    if larger.feature_code == "PCLI":
        return spot.country == larger.country and spot.feature_code != "PCLI"
    if larger.feature_class != "A" or larger.id == spot.id or larger.country != spot.country:
        return False
    if larger.adm1 and larger.adm1 == spot.adm1 and larger.feature_code == "ADM1":
        return True
    return km_between(larger, lat=spot.lat, lon=spot.lon) < 1.6 * max(larger.radius_km, 15.0)


def km_between(spot: Spot, *, lat: float, lon: float) -> float:
    """Return a distance in kilometres, good to a percent where it matters (up to a few hundred kilometres)."""
    one, other = math.radians(spot.lat), math.radians(lat)
    x = math.radians(lon - spot.lon) * math.cos((one + other) / 2)
    return _EARTH_KM * math.hypot(x, other - one)
