"""Which of the stretches are places, and which places they are, weighed over the whole text.

The score of a mention and the score of a candidate are sums of named features times the weights of weights.toml. What
the text says elsewhere counts: the countries and provinces it names, places near each other, one sense per name.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mapapp.places.gazetteer import Entry, Gazetteer, Spot
from mapapp.places.index import LOCAL
from mapapp.places.recognise import Draft, Recognition
from mapapp.places.sources import ABBREVIATION, ALTERNATE, DEMONYM, PRIMARY, WELL_KNOWN
from mapapp.places.tables import Weights, Words, read_weights, read_words

MOST_CANDIDATES = 40
"""Of one name; the rest, far less populous, is not looked at."""

_EARTH_KM = 6371.0


@dataclass(slots=True)
class Option:
    """A place that a name may mean in this text."""

    spot: Spot
    how: int
    parts: list[tuple[str, float]]
    """Named features with what each of them adds."""
    base: float
    score: float = 0.0


@dataclass(slots=True)
class Sense:
    """One name in one text: all its mentions mean the same place."""

    key: str
    drafts: list[Draft]
    options: list[Option]
    mention_score: float = 0.0
    is_certain: bool = False

    @property
    def best(self) -> Option:
        """The option with the highest score."""
        return self.options[0]


@dataclass(slots=True)
class Decision:
    """A draft that is taken for a place, with the ranked options."""

    draft: Draft
    score: float
    """Log-odds that it is a place."""
    options: list[Option] = field(default_factory=list)


def resolve(
    recognition: Recognition, *, gazetteer: Gazetteer, home: tuple[float, float] | None = None
) -> list[Decision]:
    """Return the stretches that are places with their ranked options, in the order of the text.

    `home` is (lat, lon) of a local publisher's town, if it is known.
    """
    weights, words = read_weights(), read_words()
    is_about = _speaks_of(recognition, gazetteer.theatre.country)
    senses = _gather_senses(recognition, is_about=is_about)
    if not senses:
        return []
    _score_contexts(senses, recognition, weights, words, is_about=is_about)
    _score_options_alone(senses, weights, home=home)
    for _ in range(2):
        _score_options_together(senses, weights, is_about=is_about)
    _add_support(senses, weights)
    decisions = []
    accept = weights.limits["accept"]
    for sense in senses:
        for draft in sense.drafts:
            score = sense.mention_score + draft.features.pop("_own", 0.0)
            draft.trace = (round(sense.mention_score, 2), round(score, 2))
            if score > accept and not draft.is_blocked:
                decisions.append(Decision(draft=draft, score=score, options=sense.options))
    decisions.sort(key=lambda decision: decision.draft.start)
    return decisions


def _speaks_of(recognition: Recognition, country: str) -> bool:
    """Whether a text names a country, its people, one of its units or one of its large towns."""
    for draft in recognition.drafts:
        for spot, how in draft.entries[:4]:
            if spot.country == country and (
                spot.feature_code == "PCLI"
                or (how == PRIMARY and (spot.feature_code == "ADM1" or spot.population > 100_000))
            ):
                return True
    return False


def _gather_senses(recognition: Recognition, *, is_about: bool) -> list[Sense]:
    by_key: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in recognition.drafts:
        if not draft.is_blocked:
            # "Hama" and "Hama province" are two places of one text.
            by_key[draft.key, _UNIT_KINDS.get(draft.unit_word, "")].append(draft)
    senses = []
    for (key, _), drafts in by_key.items():
        entries = [entry for entry in drafts[0].entries if entry[1] != LOCAL]
        if not is_about:
            # The theatre's other spellings of its small towns count only in a text about it.
            entries = [
                (spot, how)
                for spot, how in entries
                if not spot.is_ours or how != ALTERNATE or spot.population > WELL_KNOWN or spot.feature_class != "P"
            ]
        if not entries:
            continue
        entries.sort(key=_rank, reverse=True)
        options = [Option(spot=spot, how=how, parts=[], base=0.0) for spot, how in entries[:MOST_CANDIDATES]]
        senses.append(Sense(key=key, drafts=drafts, options=options))
    return senses


def _rank(entry: Entry) -> float:
    spot, how = entry
    return (
        math.log10(spot.population + 1)
        + (9.0 if spot.is_ours else 0.0)
        + (5.0 if spot.feature_class != "P" else 0.0)
        - (2.0 if how == ALTERNATE else 0.0)
    )


def _prior(spot: Spot, how: int, weights: dict[str, float], *, is_about: bool) -> float:
    """What the place itself says for being meant by a capitalised word."""
    code = spot.feature_code
    if code == "PCLI":
        value = weights["country"]
    elif spot.feature_class == "A":
        value = weights["second_level"]
        if not spot.id.startswith("fips:"):
            # By how many people live there: of the world's thousands of units most are unknown abroad.
            known = (math.log10(max(spot.population, 1_000)) - 4.0) / 2.0
            value = weights["first_level"] * min(1.0, known if code == "ADM1" else known - 0.5)
    elif spot.feature_class == "P":
        value = weights["population"] * (math.log10(max(spot.population, 300)) - 4.0)
    else:
        value = weights["region"]
    if spot.is_ours and is_about and spot.feature_class != "A":
        value = max(value, 0.0) + weights["theatre_place"] * (1.0 if how != ALTERNATE else 0.6)
    if how == ALTERNATE and code != "PCLI":
        value += weights["alternate"]
    return value


def _score_contexts(
    senses: list[Sense], recognition: Recognition, weights: Weights, words: Words, *, is_about: bool
) -> None:
    """Score each mention by its own words, and each name by the best context that it has."""
    table = weights.mention
    text = recognition.text
    for sense in senses:
        first = sense.drafts[0]
        prior = max(_prior(option.spot, option.how, table, is_about=is_about) for option in sense.options)
        value = table["bias"] + prior
        if first.n_words > 1:
            value += table["more_words"]
        elif not first.is_abbreviation and not first.is_demonym:
            if len(sense.key) <= 3:
                value += table["short"]
            if sense.key in words.first_names:
                value += table["first_name"]
            elif sense.key in words.surnames:
                value += table["surname"]
            if sense.key in words.common_words or _is_common(sense.key, text):
                value += table["common_word"]
        surname = recognition.surnames.get(sense.key, 0.0)
        if surname == 1.0 or not first.is_demonym:
            value += table["surname_here"] * surname
        best = -99.0
        for draft in sense.drafts:
            own = sum(table[name] * strength for name, strength in draft.features.items())
            if draft.within and _contained(sense, draft):
                own += table["state_after"]
            draft.features["_own"] = own
            best = max(best, own)
        sense.mention_score = value
        if best > 0:
            for draft in sense.drafts:
                own = draft.features["_own"]
                if own > -3.0:
                    draft.features["_own"] = own + table["shared_context"] * max(0.0, best - max(own, 0.0))


def _is_common(key: str, text: str) -> bool:
    """Whether the word stands in the text with a small letter."""
    position = text.find(key)
    while position >= 0:
        end = position + len(key)
        before = text[position - 1 : position]
        if not before.isalnum() and before not in ("@", ".", "/", "#", "-") and not text[end : end + 1].isalnum():
            return text[end : end + 1] not in (".", "@") or text[end + 1 : end + 2].isspace() or end + 1 >= len(text)
        position = text.find(key, end)
    return False


def _contained(sense: Sense, draft: Draft) -> bool:
    """Whether one of the options lies in what is named right after; notes it on the options."""
    found = False
    for option in sense.options:
        spot = option.spot
        for larger, how in draft.within:
            if how == DEMONYM:
                continue
            if larger.feature_code == "PCLI":
                inside = spot.country == larger.country and spot.feature_code != "PCLI"
            elif larger.feature_class == "A" and larger.id != spot.id and larger.country == spot.country:
                same_unit = bool(larger.adm1) and larger.adm1 == spot.adm1 and larger.feature_code == "ADM1"
                inside = same_unit or _km(larger, spot) < 1.6 * max(larger.radius_km, 15.0)
            else:
                inside = False
            if inside:
                found = True
                if not any(name == "contained" for name, _ in option.parts):
                    option.parts.append(("contained", 1.0))
                break
    return found


def _km(one: Spot, other: Spot) -> float:
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    x = math.radians(other.lon - one.lon) * math.cos((lat1 + lat2) / 2)
    return _EARTH_KM * math.hypot(x, lat2 - lat1)


def _score_options_alone(senses: list[Sense], weights: Weights, *, home: tuple[float, float] | None) -> None:
    """Score the options of each name without looking at the other names."""
    table = weights.resolution
    for sense in senses:
        has_town = any(option.spot.feature_class == "P" and option.how == PRIMARY for option in sense.options)
        has_city = any(
            option.spot.feature_class == "P"
            and option.spot.population > (300_000 if option.how == PRIMARY else 3_000_000)
            for option in sense.options
        )
        unit_words = {draft.unit_word for draft in sense.drafts if draft.unit_word}
        for option in sense.options:
            spot, parts = option.spot, option.parts
            parts[:] = [(name, table["contained"] if name == "contained" else value) for name, value in parts]
            if spot.feature_class == "P":
                parts.append(("population", table["population"] * (math.log10(max(spot.population, 100)) - 2.0)))
                if spot.feature_code == "PPLC":
                    parts.append(("capital", table["capital"]))
            elif spot.feature_code == "PCLI":
                parts.append(("country_class", table["country_class"]))
            elif spot.feature_class == "A" and spot.is_ours and has_town:
                parts.append(("first_level_class", -table["first_level_class"]))
            elif spot.feature_class == "A":
                parts.append(("population", table["population"] * (math.log10(max(spot.population, 100)) - 2.0)))
                if spot.feature_code == "ADM1" and has_city:
                    # "Washington", "Kano", "Buenos Aires": the city, unless the text says otherwise.
                    parts.append(("first_level_class", -table["first_level_class"]))
                elif spot.feature_code == "ADM1":
                    parts.append(("first_level_class", table["first_level_class"]))
            else:
                parts.append(("region_class", table["region_class"]))
            if unit_words and spot.feature_class in "AP":
                kinds = {_UNIT_KINDS.get(word, "") for word in unit_words}
                if spot.feature_class in kinds:
                    parts.append(("county_named", 2.5 * table["county_named"]))
            if option.how == ALTERNATE:
                parts.append(("alternate", table["alternate"]))
            elif option.how == LOCAL:
                parts.append(("local", table["local"]))
            if home is not None and spot.feature_class != "L":
                away = _km_point(spot, home)
                parts.append(("home", table["home"] * math.exp(-away / weights.limits["home_km"])))
            option.base = sum(value for _, value in parts)
            option.score = option.base
        sense.options.sort(key=lambda option: option.score, reverse=True)


_UNIT_KINDS = {
    "province": "A", "governorate": "A", "state": "A", "region": "A", "county": "A", "district": "A", "oblast": "A",
    "prefecture": "A", "canton": "A", "parish": "A", "countryside": "A", "republic": "A",
    "city": "P", "town": "P", "village": "P", "suburb": "P", "municipality": "P",
}  # fmt: skip


def _km_point(spot: Spot, point: tuple[float, float]) -> float:
    lat1, lat2 = math.radians(spot.lat), math.radians(point[0])
    x = math.radians(point[1] - spot.lon) * math.cos((lat1 + lat2) / 2)
    return _EARTH_KM * math.hypot(x, lat2 - lat1)


def _vectors(spots: list[Spot]) -> npt.NDArray[np.float64]:
    """Unit vectors of places, one row each."""
    lat = np.radians([spot.lat for spot in spots])
    lon = np.radians([spot.lon for spot in spots])
    cosine = np.cos(lat)
    return np.column_stack([cosine * np.cos(lon), cosine * np.sin(lon), np.sin(lat)])


def _distances_km(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Great-circle distances between all rows of two sets of unit vectors."""
    cosine = np.clip(one @ other.T, -1.0, 1.0)
    return np.asarray(_EARTH_KM * np.arccos(cosine), dtype=np.float64)


def _likelihood(sense: Sense) -> float:
    """How likely it is so far that the name is a place at all, 0 to 1."""
    best = sense.mention_score + max(draft.features.get("_own", 0.0) for draft in sense.drafts)
    return 1.0 / (1.0 + math.exp(-max(-20.0, min(20.0, best))))


@dataclass(frozen=True, slots=True)
class _Votes:
    """What the names of a text say together: weights per country and per first-level unit, and the likely places."""

    countries: dict[str, float]
    units: dict[str, float]
    own: list[dict[str, float]]
    """Per sense what it gave to each country and unit, to be taken off again."""
    anchors: list[Spot]
    anchor_weights: npt.NDArray[np.float64]
    anchor_senses: npt.NDArray[np.int64]


def _count_votes(senses: list[Sense]) -> _Votes:
    countries: dict[str, float] = defaultdict(float)
    units: dict[str, float] = defaultdict(float)
    own: list[dict[str, float]] = []
    anchors: list[tuple[float, int, Spot]] = []
    for number, sense in enumerate(senses):
        given: dict[str, float] = defaultdict(float)
        own.append(given)
        likelihood = _likelihood(sense)
        if likelihood < 0.4:
            continue
        weight = likelihood * (1.0 + 0.25 * min(4, len(sense.drafts) - 1))
        top = sense.options[0].score
        powers = [math.exp((option.score - top) / SOFTNESS) for option in sense.options[:MOST_ANCHORS]]
        total = sum(powers)
        for option, power in zip(sense.options, powers, strict=False):
            chance, spot = power / total, option.spot
            if spot.country:
                given[spot.country] += weight * chance
            if spot.adm1:
                given[spot.adm1] += weight * chance * (1.5 if spot.feature_code == "ADM1" else 1.0)
            if spot.feature_class in "PSA" and spot.radius_km < 150 and spot.has_point and chance > 0.02:
                anchors.append((likelihood * chance**SHARPNESS, number, spot))
        for code, value in given.items():
            (units if "." in code else countries)[code] += value
    anchors.sort(key=lambda anchor: -anchor[0])
    del anchors[MOST_ANCHORS_IN_ALL:]
    return _Votes(
        countries=countries,
        units=units,
        own=own,
        anchors=[spot for _, _, spot in anchors],
        anchor_weights=np.array([weight for weight, _, _ in anchors]),
        anchor_senses=np.array([number for _, number, _ in anchors], dtype=np.int64),
    )


SOFTNESS = 1.0
"""Log-odds that count as one when the options of a name share its vote."""
SHARPNESS = 0.3
"""Power of an option's chance in its weight as an anchor: below 1 lets ambiguous names help each other."""
MOST_ANCHORS = 12
"""Options of one name that speak for their neighbours."""
MOST_ANCHORS_IN_ALL = 150
"""Bounds the work for long texts."""


def _score_options_together(senses: list[Sense], weights: Weights, *, is_about: bool) -> None:
    """Score the options by what the text's other names say."""
    table = weights.resolution
    votes = _count_votes(senses)
    total, total_units = sum(votes.countries.values()), sum(votes.units.values())
    spots = [option.spot for sense in senses for option in sense.options]
    nearness: npt.NDArray[np.float64] | None = None
    if votes.anchors:
        distances = _distances_km(_vectors(spots), _vectors(votes.anchors))
        nearness = np.exp(-distances / weights.limits["near_km"]) * votes.anchor_weights
    row = 0
    for number, sense in enumerate(senses):
        given = votes.own[number]
        given_countries = sum(value for code, value in given.items() if "." not in code)
        rest = total - given_countries
        rest_units = total_units - sum(given.values()) + given_countries
        near: list[float] | None = None
        if nearness is not None and len(sense.options) > 1:
            block = nearness[row : row + len(sense.options)][:, votes.anchor_senses != number]
            if block.shape[1]:
                near = np.minimum(1.0, 0.8 * block.max(axis=1) + 0.1 * block.sum(axis=1)).tolist()
        row += len(sense.options)
        for place, option in enumerate(sense.options):
            spot = option.spot
            del option.parts[_n_alone(option) :]
            extra: list[tuple[str, float]] = []
            if spot.country and spot.feature_code != "PCLI" and rest > 0.1:
                share = (votes.countries[spot.country] - given.get(spot.country, 0.0)) / (rest + 0.5)
                extra.append(("same_country", table["same_country"] * share))
            if spot.adm1 and rest_units > 0.1:
                share = (votes.units[spot.adm1] - given.get(spot.adm1, 0.0)) / (rest_units + 0.5)
                extra.append(("same_first_level", table["same_first_level"] * share))
            if near is not None:
                extra.append(("near", table["near"] * near[place]))
            if is_about and spot.is_ours and spot.feature_code != "PCLI":
                extra.append(("theatre", table["theatre"]))
            option.parts.extend(extra)
            option.score = option.base + sum(value for _, value in extra)
    for sense in senses:
        sense.options.sort(key=lambda option: option.score, reverse=True)


_TOGETHER = frozenset(["same_country", "same_first_level", "near", "theatre"])


def _n_alone(option: Option) -> int:
    for number, (name, _) in enumerate(option.parts):
        if name in _TOGETHER:
            return number
    return len(option.parts)


def _add_support(senses: list[Sense], weights: Weights) -> None:
    """Raise small places that lie near other places of the text, lower those that nothing supports."""
    table = weights.mention
    placed = [
        (number, sense)
        for number, sense in enumerate(senses)
        if sense.best.spot.has_point and sense.best.spot.radius_km < 150
    ]
    if not placed:
        return
    likely = np.array(
        [
            1.0 if sense.mention_score + max(draft.features.get("_own", 0.0) for draft in sense.drafts) > 0.3 else 0.0
            for _, sense in placed
        ]
    )
    vectors = _vectors([sense.best.spot for _, sense in placed])
    distances = _distances_km(vectors, vectors)
    is_near = (distances < weights.limits["support_km"]) & (likely[None, :] > 0)
    np.fill_diagonal(is_near, False)
    # A town and the county named after it support each other little: they are one evidence.
    supported = is_near.any(axis=1)
    named_units: dict[str, int] = defaultdict(int)
    for sense in senses:
        spot = sense.best.spot
        if spot.adm1 and sense.mention_score + max(d.features.get("_own", 0.0) for d in sense.drafts) > 0.3:
            named_units[spot.adm1] += 1
    for index, (_, sense) in enumerate(placed):
        spot = sense.best.spot
        if spot.feature_class != "P" or spot.population > 300_000:
            continue
        n_same = named_units.get(spot.adm1, 0) - (1 if likely[index] > 0 and spot.adm1 else 0)
        if supported[index]:
            sense.mention_score += table["support"]
        if n_same > 0:
            sense.mention_score += table["same_first_level"]
        if not supported[index] and n_same <= 0 and spot.population < 100_000:
            sense.mention_score += table["no_support"]


def is_abbreviation(option: Option) -> bool:
    """Whether the place was found by an abbreviation of its name."""
    return option.how == ABBREVIATION
