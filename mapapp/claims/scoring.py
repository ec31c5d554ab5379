"""How sure the extraction is: named features of a candidate, weighed in `geodata/lexicon/claim_weights.toml`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mapapp.claims.candidates import Candidate
from mapapp.claims.lexicon import Lexicon
from mapapp.model import MentionKind, Resolution

_FIGHTING = frozenset(("enter", "attack", "fight"))


def score_features(features: Mapping[str, float], *, weights: Mapping[str, float]) -> float:
    """Return the probability that a candidate is right: a logistic of the weighted sum; unknown features weigh nothing.

    >>> round(score_features({"strength": 1.0}, weights={"bias": -1.0, "strength": 1.0}), 2)
    0.5
    """
    total = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def read_features(  # noqa: PLR0912 - one branch per feature
    candidate: Candidate, *, resolution: Resolution, is_dated: bool, lexicon: Lexicon
) -> dict[str, float]:
    """Return the features of a candidate by name; each is 1 unless it is a measure."""
    words = candidate.sentence.words
    features: dict[str, float] = {"strength": candidate.strength}
    features["far"] = min(4.0, abs(candidate.place.index - candidate.index) / 5.0)
    if candidate.shape == "noun":
        features["nominal"] = 1
    elif candidate.shape in ("active", "passive", "state"):
        features["direct_object"] = 1
    elif candidate.shape == "compound":
        features["held_compound"] = 1
    if candidate.shape == "passive" and candidate.actor.basis in ("known", "generic", "unlisted"):
        features["passive_agent"] = 1
    if candidate.place.is_listed:
        features["in_list"] = 1
    if resolution.mention.kind is MentionKind.DESCRIPTION:
        features["anaphor_place"] = 1
    if candidate.place.is_vague:
        features["vague_place"] = 1
    if resolution.where_prec >= 6:
        features["country_place"] = 1
    if resolution.mention.kind is MentionKind.METONYM:
        features["metonym_place"] = 1
    features["place_score"] = min(1.0, resolution.score) - 0.7
    party = candidate.opponent if candidate.verb_class in ("leave", "lose", "desert", "give") else candidate.actor
    if candidate.verb_class == "expel" and candidate.actor.code is None:
        party = candidate.opponent
    features[
        {
            "known": "actor_known",
            "generic": "actor_generic",
            "unlisted": "actor_unlisted",
            "named": "actor_named",
            "pronoun": "actor_from_pronoun",
            "other": "subject_unknown",
            "article": "actor_from_article",
        }.get(party.basis, "no_actor")
    ] = 1
    if candidate.verb_class == "fall" or (candidate.shape in ("passive", "noun") and party.basis == "none"):
        features.pop("no_actor", None)
    if candidate.shape == "active" and candidate.strength < 0.7 and party.basis in ("none", "other"):
        features["weak_verb_no_actor"] = 1
    if candidate.verb_class == "hold" and candidate.actor.code is None:
        features["held_no_actor"] = 1
    if candidate.verb_class == "hold" and candidate.shape in ("passive", "state"):
        features["held_participle"] = 1
    if candidate.verb_class == "hold":
        before = [word.low for word in words[max(0, candidate.index - 4) : candidate.index]]
        if any(low in lexicon.mood["past_holding"]["words"] for low in before):
            features["past_holding"] = 1
    for name in candidate.mood.features:
        features[name] = 1
    if candidate.actor.code is not None and candidate.actor.basis in ("known", "generic"):
        features.pop("figurative", None)
    if candidate.verb_class in _FIGHTING:
        near = [part for word in words[max(0, candidate.index - 5) : candidate.index + 3] for part in word.low.split()]
        if any(low in lexicon.words["air"] for low in near):
            features["air_strike"] = 1
    if is_dated:
        features["dated"] = 1
    features.update(candidate.measures)
    return features
