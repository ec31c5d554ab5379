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

from mapapp.places.drafts import UNIT_LEVELS, UNIT_WORDS, Draft, Recognition
from mapapp.places.index import LOCAL
from mapapp.places.senses import VARIANT, Option, Sense, gather_senses, km_between, score_mentions
from mapapp.places.sources import ALTERNATE, PRIMARY
from mapapp.places.spots import LARGE_KM, Spot
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
    senses = _without_hopeless(senses, weights)
    if not senses:
        return []
    _score_alone(senses, weights, holders=holders, home=home)
    likelihoods = _likelihoods(senses)
    _score_together(senses, weights, likelihoods, is_about=recognition.is_about)
    _add_support(senses, weights, likelihoods, is_about=recognition.is_about)
    accept = weights.limits["accept"]
    decisions = [
        Decision(draft, sense.mention_score + context, sense)
        for sense in senses
        for draft, context in zip(sense.drafts, sense.contexts, strict=True)
        if sense.mention_score + context > accept and not draft.is_blocked
    ]
    decisions.sort(key=lambda decision: decision.draft.start)
    return decisions


def _without_hopeless(senses: list[Sense], weights: Weights) -> list[Sense]:
    """Drop the names that no support can lift over the bar; they are too unlikely to say anything about the others."""
    table = weights.mention
    most = table["support"] + table["same_first_level"] + table["country_support"]
    bar = weights.limits["accept"] - most
    return [sense for sense in senses if sense.mention_score + sense.best_context > bar]


def _score_alone(senses: list[Sense], weights: Weights, *, holders: set[str], home: tuple[float, float] | None) -> None:
    """Score the options of each name without looking at the other names."""
    table = weights.resolution
    for sense in senses:
        options = sense.options
        kinds = {UNIT_WORDS[draft.unit_word] for draft in sense.drafts if draft.unit_word}
        units = [option.spot for option in options if option.spot.feature_class == "A"]
        if units:
            has_town = any(_is_town(option) for option in options)
            has_city = any(_is_city(option) for option in options)
            for option in options:
                _weigh_unit(option, table, has_town=has_town, has_city=has_city)
        if kinds:
            _weigh_kinds(sense, kinds, table)
        for option in options:
            spot, how, own = option.spot, option.how, option.own
            if spot.id in holders:
                own.append(("holds", table["holds"]))
            if option.is_contained:
                own.append(("contained", table["contained"]))
            if how in _WAYS:
                own.append((_WAYS[how], table[_WAYS[how]]))
            if home is not None and spot.feature_class != "L":
                away_km = km_between(spot, lat=home[0], lon=home[1])
                own.append(("home", table["home"] * math.exp(-away_km / weights.limits["home_km"])))
            option.base = spot.alone
            for _, value in own:
                option.base += value


_WAYS = {ALTERNATE: "alternate", VARIANT: "variant", LOCAL: "local"}
"""Features of names that are not the usual one."""


def _weigh_unit(option: Option, table: dict[str, float], *, has_town: bool, has_city: bool) -> None:
    """Note whether a unit comes before or after the town that it is called after."""
    spot, weight = option.spot, table["first_level_class"]
    if spot.feature_class != "A" or spot.feature_code == "PCLI":
        return
    if spot.is_ours and has_town:
        # A unit that is called after its town: the town, unless the text says otherwise.
        option.own.append(("first_level_class", -weight))
        if spot.feature_code != "ADM1":
            # A district is never meant by the bare name of its town.
            option.own.append(("unit_named", -table["unit_named"]))
    elif spot.feature_code == "ADM1":
        # The same for "Washington", "Kano", "Buenos Aires".
        option.own.append(("first_level_class", -weight if has_city else weight))


def _weigh_kinds(sense: Sense, kinds: set[str], table: dict[str, float]) -> None:
    """Note whether the options are of the kind, and of the level, that words beside the name say."""
    own_units = [option for option in sense.options if option.spot.is_ours and option.spot.feature_class == "A"]
    for option in sense.options:
        feature_class = option.spot.feature_class
        if feature_class in "AP" and feature_class in kinds:
            option.own.append(("unit_named", table["unit_named"]))
        elif feature_class == "P" and "A" in kinds and own_units:
            # "Aleppo province" is not the town, however large that is.
            option.own.append(("unit_named", -table["unit_named"]))
    levels = {UNIT_LEVELS[draft.unit_word] for draft in sense.drafts if draft.unit_word in UNIT_LEVELS}
    if any(option.spot.feature_code in levels for option in own_units):
        for option in own_units:
            sign = 1.0 if option.spot.feature_code in levels else -1.0
            option.own.append(("level_named", sign * table["level_named"]))


def _is_town(option: Option) -> bool:
    return option.spot.feature_class == "P" and option.how == PRIMARY


def _is_city(option: Option) -> bool:
    return option.spot.feature_class == "P" and option.spot.population > (
        300_000 if option.how == PRIMARY else 3_000_000
    )


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


def _score_together(senses: list[Sense], weights: Weights, likelihoods: Floats, *, is_about: bool) -> None:
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
    likelihood = np.where(likelihoods < LEAST_LIKELY, 0.0, likelihoods)
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
    for option, total, *heard in together:
        option.score = total
        option.heard = tuple(heard)
    for sense in senses:
        if len(sense.options) > 1:
            sense.options.sort(key=_by_score)


def _by_score(option: Option) -> float:
    return -option.score


def _add_support(senses: list[Sense], weights: Weights, likelihoods: Floats, *, is_about: bool) -> None:
    """Raise small places that lie near other places of the text, lower those that nothing supports."""
    table = weights.mention
    spots = [sense.options[0].spot for sense in senses]
    is_likely = likelihoods > 0.57
    is_placed = np.array([spot.has_point and spot.radius_km < LARGE_KM for spot in spots])
    vectors = np.array([spot.numbers[3:] for spot in spots])
    units = _numbers([spot.adm1 for spot in spots])
    named = np.bincount(units[is_likely & (units >= 0)], minlength=int(units.max(initial=0)) + 1)
    neighbours = np.flatnonzero(is_likely & is_placed)[:MOST_NEIGHBOURS]
    away_km = _distances_km(vectors, vectors[neighbours])
    away_km[neighbours, np.arange(len(neighbours))] = np.inf
    supported = away_km.min(axis=1, initial=np.inf) < weights.limits["support_km"]
    country_shares = _country_shares(spots, likelihoods.tolist())
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


def _country_shares(spots: list[Spot], votes: list[float]) -> list[float]:
    """Return per name the share of the text's other names that lie in its country, 0 to 1."""
    by_country: dict[str, float] = {}
    for spot, vote in zip(spots, votes, strict=True):
        if spot.country:
            by_country[spot.country] = by_country.get(spot.country, 0.0) + vote
    total = sum(by_country.values())
    return [
        max(0.0, by_country[spot.country] - vote) / (total - vote + 0.3) if spot.country else 0.0
        for spot, vote in zip(spots, votes, strict=True)
    ]
