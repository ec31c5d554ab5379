"""What a sentence may say about one place, and what is known while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mapapp.claims.agents import Party, find_agent
from mapapp.claims.lexicon import Lexicon
from mapapp.claims.mood import Mood, read_mood
from mapapp.claims.phrases import PlaceFound
from mapapp.claims.subjects import find_subject
from mapapp.claims.words import Sentence, Word
from mapapp.model import Actor

LOOSE = "loose"
"""The shape of a candidate that words only hint at (`hints`)."""

OPEN = "open"
"""The shape of a candidate that no rule has proposed (`sightings`)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a sentence may say about one place."""

    sentence: Sentence
    index: int
    """Word index of the trigger."""
    verb_class: str
    """take, retake, lose, leave, give, expel, fall, hold, enter, attack, fight."""
    place: PlaceFound
    actor: Party
    """Who holds the place, or acts there, afterwards."""
    opponent: Party
    mood: Mood
    strength: float
    shape: str
    """active, passive, noun, compound, state, LOOSE, OPEN: how the sentence says it."""
    is_now: bool = False
    """The sentence tells the present state ("is held by")."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Named measures beside those that the scorer reads from the rest; 1 = it is there."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known while one sentence is read."""

    sentence: Sentence
    lexicon: Lexicon
    actors: Mapping[str, Actor]
    last_subject: Party | None
    capital_place_id: str = ""
    """A capital may stand for its government."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Actor codes by lower-case alias."""

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the sentence."""
        return self.sentence.words

    def subject(self, index: int) -> Party:
        """Return who is the subject of the verb at a word."""
        found = find_subject(
            self.words, index, actors=self.actors, lexicon=self.lexicon, last_subject=self.last_subject
        )
        place = self.words[found.index].place if found.code is None and found.index is not None else None
        if place is not None and place.place is not None and place.place.id == self.capital_place_id:
            state = next((actor for actor in self.actors.values() if actor.is_state), None)
            return Party(state.code, "known", found.index, True) if state is not None else found
        return found

    def agent(self, index: int) -> Party:
        """Return who stands behind "by" after a word."""
        return find_agent(self.words, index, actors=self.actors, lexicon=self.lexicon)

    def mood(self, index: int, *, form: str, place_index: int) -> Mood:
        """Return how the trigger at a word is put forward."""
        return read_mood(self.words, index=index, form=form, place_index=place_index, lexicon=self.lexicon)
