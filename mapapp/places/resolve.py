"""Which of the stretches are places, and which places they are, weighed over the whole text.

The score of a mention and the score of an option are sums of named features times the weights of weights.toml. What
the text says elsewhere counts: the countries and provinces it names, places near each other, one sense per name.
The work grows linearly with the number of names: only the most telling ones are neighbours to all others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapapp.places.drafts import UNIT_WORDS, Draft, Recognition
from mapapp.places.gazetteer import LARGE_KM, Spot
from mapapp.places.index import LOCAL
from mapapp.places.senses import VARIANT, Option, Sense, gather_senses, km_between, score_mentions
from mapapp.places.sources import ALTERNATE, PRIMARY
from mapapp.places.tables import Weights, read_weights, read_words

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

ROUNDS = 2
"""How often the options hear what the others say: the second time they hear the corrected ones."""

CHANCE_POWER = 0.4
"""Power of an option's chance in its weight as a neighbour: below 1 lets ambiguous names help each other."""

LEAST_LIKELY = 0.4
"""A name that is less likely a place than this says nothing about the others."""

MOST_NEIGHBOURS = 200
"""Options that all others are compared with; more would cost time without end in a long text."""

KNOWN_EVERYWHERE = 150_000
"""Inhabitants from which a town needs no explanation in a text from elsewhere."""

_EARTH_KM = 6371.0


@dataclass(slots=True)
class Decision:
    """A draft that is taken for a place, with the options of its name, the best first."""

    draft: Draft
    score: float
    """Log-odds that it is a place."""
    sense: Sense


def resolve(recognition: Recognition, *, home: tuple[float, float] | None = None) -> list[Decision]:
    """Return the stretches that are places with their ranked options, in the order of the text.

    `home` is (lat, lon) of a local publisher's town, if it is known.
    """
    weights, words = read_weights(), read_words()
    senses = gather_senses(recognition)
    if not senses:
        return []
    holders = score_mentions(senses, recognition, weights=weights, words=words)
    _score_alone(senses, weights, holders=holders, home=home)
    _score_together(senses, weights, is_about=recognition.is_about)
    _add_support(senses, weights, is_about=recognition.is_about)
    accept = weights.limits["accept"]
    decisions = [
        Decision(draft, sense.mention_score + context, sense)
        for sense in senses
        for draft, context in zip(sense.drafts, sense.contexts, strict=True)
        if sense.mention_score + context > accept and not draft.is_blocked
    ]
    decisions.sort(key=lambda decision: decision.draft.start)
    return decisions


def _score_alone(senses: list[Sense], weights: Weights, *, holders: set[str], home: tuple[float, float] | None) -> None:
    """Score the options of each name without looking at the other names."""
    for sense in senses:
        has_town = any(option.spot.feature_class == "P" and option.how == PRIMARY for option in sense.options)
        has_city = any(
            option.spot.feature_class == "P"
            and option.spot.population > (300_000 if option.how == PRIMARY else 3_000_000)
            for option in sense.options
        )
        has_unit = any(option.spot.feature_class == "A" and option.spot.is_ours for option in sense.options)
        kinds = {UNIT_WORDS.get(draft.unit_word, "") for draft in sense.drafts}
        for option in sense.options:
            parts = _class_parts(option, weights.resolution, has_town=has_town, has_city=has_city)
            if option.spot.id in holders:
                parts.append(("holds", weights.resolution["holds"]))
            if option.is_contained:
                parts.append(("contained", weights.resolution["contained"]))
            if option.spot.feature_class in "AP" and option.spot.feature_class in kinds:
                parts.append(("unit_named", weights.resolution["unit_named"]))
            elif option.spot.feature_class == "P" and "A" in kinds and has_unit:
                # "Aleppo province" is not the town, however large that is.
                parts.append(("unit_named", -weights.resolution["unit_named"]))
            if option.how == ALTERNATE:
                parts.append(("alternate", weights.resolution["alternate"]))
            elif option.how == VARIANT:
                parts.append(("variant", weights.resolution["variant"]))
            elif option.how == LOCAL:
                parts.append(("local", weights.resolution["local"]))
            if home is not None and option.spot.feature_class != "L":
                away_km = km_between(option.spot, lat=home[0], lon=home[1])
                gain = weights.resolution["home"] * math.exp(-away_km / weights.limits["home_km"])
                parts.append(("home", gain))
            option.parts = parts
            option.base = option.score = sum(value for _, value in parts)


def _class_parts(option: Option, table: dict[str, float], *, has_town: bool, has_city: bool) -> list[tuple[str, float]]:
    """Return the features that come from what kind of place it is and how many people live there."""
    spot = option.spot
    if spot.feature_code == "PCLI":
        return [("country_class", table["country_class"])]
    if spot.feature_class not in "AP":
        return [("region_class", table["region_class"])]
    if spot.feature_class == "A" and spot.is_ours and has_town:
        # A unit that is called after its town: the town, unless the text says otherwise.
        return [("first_level_class", -table["first_level_class"])]
    parts = [("population", table["population"] * (math.log10(max(spot.population, 100)) - 2.0))]
    if spot.feature_class == "P" and spot.population >= KNOWN_EVERYWHERE:
        parts.append(("well_known", table["well_known"]))
    if spot.feature_code == "PPLC":
        parts.append(("capital", table["capital"]))
    elif spot.feature_code == "ADM1":
        # The same for "Washington", "Kano", "Buenos Aires".
        parts.append(("first_level_class", table["first_level_class"] * (-1.0 if has_city else 1.0)))
    return parts


def _numbers(texts: list[str]) -> Numbers:
    """Number equal texts equally; the empty text gets -1."""
    known: dict[str, int] = {"": -1}
    return np.array([known.setdefault(text, len(known) - 1) for text in texts], dtype=np.int64)


def _distances_km(one: Floats, other: Floats) -> Floats:
    """Great-circle distances between all rows of two sets of unit vectors."""
    return np.asarray(_EARTH_KM * np.arccos(np.clip(one @ other.T, -1.0, 1.0)), dtype=np.float64)


def _likelihoods(senses: list[Sense]) -> Floats:
    """How likely each name is a place at all so far, 0 to 1."""
    scores = np.array([sense.mention_score + sense.best_context for sense in senses])
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -20.0, 20.0))), dtype=np.float64)


class _Groups:
    """Options gathered by country or by first-level unit, to count the votes of the other names."""

    def __init__(self, owner: Numbers, group: Numbers) -> None:
        """`owner` numbers the names, `group` the countries or units; -1 = none."""
        self._owner = owner
        self._group = np.maximum(group, 0)
        self._is_grouped = (group >= 0).astype(np.float64)
        pair = owner * (int(group.max()) + 2) + group + 1
        # Numbered anew in a long text, which keeps the table of pairs small.
        self._pair = np.unique(pair, return_inverse=True)[1] if len(pair) > 2_000 else pair

    def shares(self, votes: Floats) -> Floats:
        """Return per option the share of its group among the votes of the other names, 0 where it has no group."""
        votes = votes * self._is_grouped
        by_owner = np.bincount(self._owner, votes)[self._owner]
        # What the name itself gave to the group does not count for it.
        others = np.bincount(self._group, votes)[self._group] - np.bincount(self._pair, votes)[self._pair]
        return np.asarray(others * self._is_grouped / (votes.sum() - by_owner + 0.5), dtype=np.float64)


def _score_together(senses: list[Sense], weights: Weights, *, is_about: bool) -> None:
    """Score the options by what the text's other names say, and rank them."""
    table = weights.resolution
    options = [option for sense in senses for option in sense.options]
    sizes = [len(sense.options) for sense in senses]
    first = np.cumsum([0, *sizes[:-1]])
    owner = np.repeat(np.arange(len(senses)), sizes)
    columns = np.array([(option.base, *option.spot.numbers) for option in options]).T
    base, is_local, level_factor, is_small = columns[0], columns[1], columns[2], columns[3]
    vectors = np.ascontiguousarray(columns[4:7].T)
    if is_about:
        theatre_part = table["theatre"] * np.array([option.spot.is_ours for option in options]) * is_local
    else:
        theatre_part = np.zeros(len(options))
    countries = _Groups(owner, _numbers([option.spot.country for option in options]))
    units = _Groups(owner, _numbers([option.spot.adm1 for option in options]))
    likelihood = _likelihoods(senses)
    likelihood[likelihood < LEAST_LIKELY] = 0.0
    mentions = np.array([1.0 + 0.25 * min(4, len(sense.drafts) - 1) for sense in senses])
    voice, ear = (likelihood * mentions)[owner], likelihood[owner] * is_small

    alone = base + theatre_part
    score = alone
    country_part = unit_part = near_part = np.zeros(len(options))
    for _ in range(ROUNDS):
        power = np.exp(score - np.maximum.reduceat(score, first)[owner])
        chance = power / np.add.reduceat(power, first)[owner]
        votes = voice * chance
        country_part = table["same_country"] * is_local * countries.shares(votes)
        unit_part = table["same_first_level"] * units.shares(votes * level_factor)
        weight = np.where(chance > 0.02, ear * chance**CHANCE_POWER, 0.0)
        neighbours = np.flatnonzero(weight)
        if len(neighbours) > MOST_NEIGHBOURS:
            neighbours = neighbours[np.argsort(-weight[neighbours], kind="stable")[:MOST_NEIGHBOURS]]
        if len(neighbours):
            near = np.exp(-_distances_km(vectors, vectors[neighbours]) / weights.limits["near_km"])
            near *= weight[neighbours] * (owner[:, None] != owner[neighbours])
            near_part = table["near"] * np.minimum(1.0, 0.8 * near.max(axis=1) + 0.1 * near.sum(axis=1))
        score = alone + country_part + unit_part + near_part

    together = zip(
        options, score.tolist(), country_part.tolist(), unit_part.tolist(), near_part.tolist(), theatre_part.tolist(),
        strict=True,
    )  # fmt: skip
    for option, total, same_country, same_unit, near_others, of_theatre in together:
        option.score = total
        option.parts += (
            ("same_country", same_country),
            ("same_first_level", same_unit),
            ("near", near_others),
            ("theatre", of_theatre),
        )
    for sense in senses:
        if len(sense.options) > 1:
            sense.options.sort(key=_by_score)


def _by_score(option: Option) -> float:
    return -option.score


def _add_support(senses: list[Sense], weights: Weights, *, is_about: bool) -> None:
    """Raise small places that lie near other places of the text, lower those that nothing supports."""
    table = weights.mention
    spots = [sense.options[0].spot for sense in senses]
    is_likely = _likelihoods(senses) > 0.57
    is_placed = np.array([spot.has_point and spot.radius_km < LARGE_KM for spot in spots])
    vectors = np.array([spot.numbers[3:] for spot in spots])
    units = _numbers([spot.adm1 for spot in spots])
    named = np.bincount(units[is_likely & (units >= 0)], minlength=int(units.max(initial=0)) + 1)
    neighbours = np.flatnonzero(is_likely & is_placed)[:MOST_NEIGHBOURS]
    away_km = _distances_km(vectors, vectors[neighbours])
    away_km[neighbours, np.arange(len(neighbours))] = np.inf
    supported = away_km.min(axis=1, initial=np.inf) < weights.limits["support_km"]
    country_shares = _country_shares(senses, spots)
    for number, (sense, spot) in enumerate(zip(senses, spots, strict=True)):
        if spot.feature_class != "P" or spot.population > 300_000:
            continue
        is_expected = is_about and spot.is_ours
        has_unit = units[number] >= 0 and named[units[number]] - int(is_likely[number]) > 0
        if supported[number]:
            sense.mention_score += table["support"]
        if has_unit:
            sense.mention_score += table["same_first_level"]
        expectation = country_shares[number] * spot.rarity
        sense.mention_score += table["country_support"] * expectation
        if not (supported[number] or has_unit or is_expected) and spot.population < 100_000:
            sense.mention_score += table["no_support"] * max(0.0, 1.0 - 2.0 * expectation)


def _country_shares(senses: list[Sense], spots: list[Spot]) -> list[float]:
    """Return per name the share of the text's other names that lie in its country, 0 to 1."""
    votes = _likelihoods(senses).tolist()
    by_country: dict[str, float] = {}
    for spot, vote in zip(spots, votes, strict=True):
        if spot.country:
            by_country[spot.country] = by_country.get(spot.country, 0.0) + vote
    total = sum(by_country.values())
    return [
        max(0.0, by_country[spot.country] - vote) / (total - vote + 0.3) if spot.country else 0.0
        for spot, vote in zip(spots, votes, strict=True)
    ]
