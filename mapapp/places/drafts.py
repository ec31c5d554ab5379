"""Stretches of a text that the gazetteer knows, on their way to being mentions."""

from __future__ import annotations

from dataclasses import dataclass, field

from mapapp.places.spots import Entry

UNIT_WORDS = {
    "province": "A", "provinces": "A", "governorate": "A", "governorates": "A", "state": "A", "region": "A",
    "county": "A", "counties": "A", "district": "A", "oblast": "A", "prefecture": "A", "canton": "A",
    "parish": "A", "countryside": "A", "republic": "A",
    "sub-district": "A", "subdistrict": "A", "nahiya": "A", "nahiyah": "A", "nahia": "A",
    "city": "P", "town": "P", "village": "P", "suburb": "P", "municipality": "P",
}  # fmt: skip
"""Words beside a name that say what kind of place it is, with the GeoNames class."""

UNIT_LEVELS = {
    "governorate": "ADM1", "governorates": "ADM1", "province": "ADM1", "provinces": "ADM1", "oblast": "ADM1",
    "state": "ADM1", "district": "ADM2", "sub-district": "ADM3", "subdistrict": "ADM3", "nahiya": "ADM3",
    "nahiyah": "ADM3", "nahia": "ADM3",
}  # fmt: skip
"""Those of them that tell the level of a unit of the theatre, with GeoNames' code."""


@dataclass(slots=True)
class Draft:
    """A stretch of text that the gazetteer knows, on its way to being a mention."""

    first: int
    """Number of its first capitalised word; -1 in a script without capitals."""
    last: int
    """Number of the first capitalised word after it."""
    start: int
    end: int
    key: str
    entries: tuple[Entry, ...]
    n_words: int
    is_demonym: bool = False
    is_abbreviation: bool = False
    features: dict[str, float] = field(default_factory=dict)
    """Feature of weights.toml to strength, mostly 1."""
    within: tuple[Entry, ...] = ()
    """What is named right after it as the larger place that it lies in."""
    unit_word: str = ""
    """`province`, `county`: a word beside it that says what kind of place it is."""
    is_blocked: bool = False
    """True: part of something that is no place, whatever else is known."""


@dataclass(slots=True)
class Recognition:
    """All that was found in one text."""

    text: str
    drafts: list[Draft]
    surnames: dict[str, float]
    """Keys that the text uses as surnames, with how surely (0 to 1)."""
    is_about: bool
    """Whether the text speaks of the theatre's country."""
    countries: frozenset[str] = frozenset()
    """ISO codes of the countries that the text names, by themselves, their people or a large town or unit of theirs."""
