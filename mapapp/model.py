"""The things that the project speaks of, as frozen records.

The words are those of the field (docs/terms.md). Coordinates are x = longitude, y = latitude in EPSG:4326; days are
local days of the theatre; intervals are half-open, `start <= t < end`. `None` means *unknown*; an empty tuple means
*looked, found nothing*. Text offsets count code points, and `end` is exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry


class EventKind(StrEnum):
    """ACLED sub-event types by their exact names; the last two are our own, where ACLED has none."""

    OVERTAKES = "Non-state actor overtakes territory"
    REGAINS = "Government regains territory"
    TRANSFER = "Non-violent transfer of territory"
    CLASH = "Armed clash"
    REPORTED = "Control reported"
    MOVEMENT = "Movement"


CONTROL_CHANGES = frozenset({EventKind.OVERTAKES, EventKind.REGAINS, EventKind.TRANSFER})
"""The kinds after which somebody else may hold the place."""


UNGRADED = "F6"
"""The Admiralty grade of a source and a statement that cannot be judged."""


class MentionKind(StrEnum):
    """How a text points at a place."""

    TOPONYM = "toponym"
    DEMONYM = "demonym"
    METONYM = "metonym"
    DESCRIPTION = "description"


class Assertion(StrEnum):
    """How surely the speaker says it."""

    ASSERTED = "asserted"
    HEDGED = "hedged"
    SPECULATED = "speculated"
    DENIED = "denied"


class Status(StrEnum):
    """What may be said about who controls a cell."""

    ASSESSED = "assessed"
    CLAIMED = "claimed"
    CONTESTED = "contested"
    UNKNOWN = "unknown"


class LegKind(StrEnum):
    """Whether a leg of a route was measured, told, or worked out by us."""

    OBSERVED = "observed"
    REPORTED = "reported"
    INFERRED = "inferred"


class PointRole(StrEnum):
    """What a marked point of a route stands for."""

    ORIGIN = "origin"
    STOP = "stop"
    TURN_BACK = "turn-back"
    LAST_KNOWN = "last-known"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Article:
    """One text as it was published. Never changed after it was read; corrections are decisions beside it."""

    id: str
    """sha256 of the text in UTF-8, as hex."""
    text: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: datetime | None = None
    """Aware; None = unknown."""
    language: str | None = None
    """ISO 639-1; None = unknown."""
    retrieved: datetime | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of an article that points at a place: `article.text[start:end] == surface`."""

    article_id: str
    start: int
    end: int
    surface: str
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a gazetteer."""

    id: str
    """Gazetteer and number, such as `geonames:170654`."""
    name: str
    lat: float
    lon: float
    feature_class: str
    """GeoNames class: A, P, S, H, L, T."""
    feature_code: str = ""
    """GeoNames code such as PPLC, ADM1, AIRB; empty = unknown."""
    country: str | None = None
    """ISO 3166-1 alpha-2; None for seas and regions that cross borders."""
    population: int | None = None
    adm1_pcode: str | None = None
    adm2_pcode: str | None = None
    adm3_pcode: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Preferred name by ISO 639-1 language."""
    source: str | None = None
    """Address of the source where it is not the gazetteer itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a mention may mean."""

    place: Place
    score: float
    """0 to 1, comparable within one mention."""
    reasons: tuple[tuple[str, float], ...] = ()
    """Named features with what each of them added."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """A mention with what it may mean, the best first."""

    mention: Mention
    candidates: tuple[Candidate, ...]
    """Empty = found in the text, but no place is known for it."""
    where_prec: int
    """UCDP: 1 exact place, 2 near it, 3 ADM2, 4 ADM1, 5 region, 6 country, 7 water or air."""
    score: float
    """0 to 1: how sure it is that this is a place and this one."""
    reason: str = ""
    """One plain sentence why the first candidate was chosen."""

    @property
    def place(self) -> Place | None:
        """The chosen place, or None."""
        return self.candidates[0].place if self.candidates else None


@dataclass(frozen=True, slots=True)
class Actor:
    """A party to the conflict."""

    code: str
    name: str
    name_ar: str | None = None
    valid_from: date | None = None
    """First day; None = before anything we show."""
    valid_to: date | None = None
    """First day on which it no longer exists; None = still there."""
    aliases: tuple[str, ...] = ()
    is_state: bool = False
    """Whether its captures are called *Government regains territory*."""
    is_generic: bool = False
    """Whether it stands for a group that a text does not name ("rebels")."""
    members: tuple[str, ...] = ()
    """Codes of the actors that a generic actor may stand for."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one speaker says in one sentence. It cannot exist without the words: `text[start:end] == quote`."""

    id: str
    article_id: str
    start: int
    end: int
    quote: str
    kind: EventKind
    actor: str | None = None
    """Actor code; None = unknown or, for a movement, no actor of the table."""
    opponent: str | None = None
    place: Resolution | None = None
    """Where it happened; for a movement the destination, else the origin."""
    origin: Resolution | None = None
    """Movements only."""
    destination: Resolution | None = None
    """Movements only."""
    who: str | None = None
    """Movements only: the mover in the text's own words."""
    date_start: date | None = None
    date_end: date | None = None
    """Last day, inclusive; None = unknown."""
    date_prec: int | None = None
    """UCDP: 1 day, 2 two to six days, 3 week, 4 month, 5 year; None = no date known."""
    assertion: Assertion = Assertion.ASSERTED
    speaker: str | None = None
    """Who says it, in the text's own words; None = the publisher itself."""
    grade: str = "F6"
    """Admiralty: reliability A-F of the source, credibility 1-6 of the statement."""
    score: float = 1.0
    """0 to 1: how sure the extraction is that the sentence says this."""
    share: float | None = None
    """Part of the place that is meant, where the text says one ("half of"), else None."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement behind or against something on the map, ready to be shown and checked."""

    text: str
    is_quote: bool
    """True: the words of an article. False: our own summary of the source at `url`."""
    publisher: str | None = None
    speaker: str | None = None
    published: date | None = None
    url: str | None = None
    grade: str = "F6"
    assertion: Assertion = Assertion.ASSERTED
    article_id: str | None = None
    claim_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Claims and records about one occurrence, merged. It keeps all of them."""

    id: str
    kind: EventKind
    date_start: date
    date_end: date
    """Last day, inclusive."""
    date_prec: int
    actor: str | None
    """Who holds the place afterwards; None = nobody is named."""
    opponent: str | None
    """Who held it before."""
    status: Status
    place: Place | None = None
    """None for a claim on a unit or on a remainder."""
    unit_pcode: str | None = None
    """Set where the claim is on a whole administrative unit."""
    remainder_of: str | None = None
    """Actor code, where the claim is on whatever that actor still held."""
    where_prec: int = 1
    share: float | None = None
    evidence_for: tuple[Evidence, ...] = ()
    evidence_against: tuple[Evidence, ...] = ()
    note: str = ""
    """In our own words."""
    is_bundled: bool = False

    @property
    def is_only_hedged(self) -> bool:
        """Whether nobody behind it asserts it plainly, and no person has accepted it."""
        if self.is_bundled or self.status is Status.ASSESSED or not self.evidence_for:
            return False
        return all(item.assertion is not Assertion.ASSERTED for item in self.evidence_for)

    @property
    def is_ungraded(self) -> bool:
        """Whether it is only claimed, by sources of whose reliability nothing is known (grade F6)."""
        if self.is_bundled or self.status is Status.ASSESSED or not self.evidence_for:
            return False
        return all(item.grade == UNGRADED for item in self.evidence_for)


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the theatre that is coloured as one: nearer to its place than to any other, within one unit."""

    id: str
    """`<unit P-code>/<place id>`: stable while place and unit are the same."""
    place_id: str | None
    """None = the unit has no place of its own and follows its nearest one."""
    place_name: str
    place_name_ar: str | None
    lat: float
    lon: float
    unit_pcode: str
    geometry: BaseGeometry
    """(Multi)Polygon, EPSG:4326."""
    area_km2: float
    """Geodesic."""
    far_geometry: BaseGeometry | None = None
    """The part farther from the place than evidence carries (territory.FAR_KM); None = there is none."""
    population: int | None = None


@dataclass(frozen=True, slots=True)
class ControlState:
    """Who holds a cell over [start, end)."""

    cell_id: str
    start: date
    end: date | None
    """None = until further notice."""
    status: Status
    controller: str | None
    """Actor code; None = unknown."""
    others: tuple[str, ...] = ()
    """The other parties of a contested cell."""
    is_regional: bool = False
    """True: known only from a claim on a whole unit or a remainder; drawn hatched."""
    last_holder: str | None = None
    """For unknown: who held it last."""
    last_reported: date | None = None
    """Day of the newest event on it; None = only the baseline speaks of it."""
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutePoint:
    """A marked point of a route."""

    role: PointRole
    lat: float | None
    lon: float | None
    """None = not even schematic: listed, not drawn."""
    where_prec: int
    note: str
    """Plain words: what is known of the position, and how the drawn one was chosen."""
    is_schematic: bool = False
    """True: no source published this position."""
    radius_km: float | None = None
    """Of the region that it may lie in; None = a point."""
    evidence: tuple[Evidence, ...] = ()
    label: str = ""
    time_text: str | None = None
    """When, as the sources say it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a route."""

    kind: LegKind
    geometry: BaseGeometry | None
    """LineString (geodesic, densified) or, for a heading without an end, a Polygon sector; None = not drawable."""
    start: datetime | None
    end: datetime | None
    note: str
    evidence: tuple[Evidence, ...] = ()
    times_s: tuple[float | None, ...] = ()
    """Seconds since 1970 in UTC at each vertex of the line, in their order; () = known at its ends, if at all."""
    path_text: str | None = None
    """The way between its ends in the words of the source, such as "along the coast"; it is not drawn any finer."""


ProfileRow = tuple[float | None, float | None, float | None]
"""Seconds since 1970 in UTC, height in metres, speed in km/h; None = unknown."""


@dataclass(frozen=True, slots=True)
class Route:
    """One version of one journey."""

    id: str
    title: str
    date_start: date | None
    date_end: date | None
    assertion: Assertion
    legs: tuple[Leg, ...]
    points: tuple[RoutePoint, ...]
    also_said: tuple[Evidence, ...] = ()
    """Competing and speculative statements, shown beside it."""
    journey: str | None = None
    """Versions of one journey carry the same name."""
    vehicle: str | None = None
    who: str | None = None
    profile: tuple[ProfileRow, ...] = ()
    """Height and speed through time as measured, thinned; () = neither is known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one article."""

    article: Article
    resolutions: tuple[Resolution, ...]
    claims: tuple[Claim, ...]
    routes: tuple[Route, ...]
    remarks: tuple[str, ...] = ()
    """Plain sentences for the user: no place found, no date given, language not known."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about something that was read. Decisions are added, never changed."""

    id: int | None
    article_id: str
    target: str
    """`claim:<id>`, `mention:<start>-<end>`, `article` (what is known of it) or `decision:<id>` (undo)."""
    action: str
    """accept, reject, correct, undo."""
    field: str | None
    """What is corrected: place, date, actor, kind; of an article published, title, publisher, url."""
    before: str | None
    after: str | None
    who: str
    when: datetime
    why: str


@dataclass(frozen=True, slots=True)
class MapQuery:
    """What a user looks at: the cache key, the state in the URL, the sentence above the map, the CLI's arguments."""

    theatre: str
    day: date
    """The day that is shown."""
    start: date
    """First day of the slider."""
    end: date
    """Last day of the slider, inclusive."""
    layers: tuple[str, ...] = ()
    """Ids of the layers to show; empty = the default ones."""
    actors: tuple[str, ...] = ()
    """Empty = all."""
    minimum_status: Status = Status.CLAIMED
    """ASSESSED hides what is only claimed."""
    text: str = ""
    palette: str = ""
    """Name of one of the theatre's palettes; empty = its first."""
