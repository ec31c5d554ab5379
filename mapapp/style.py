"""How things look: colours by actor and day, statuses, hatches, strokes and paper, for browser and print alike.

One table serves both: `look_of` gives the look of a state, `style_table` the same as JSON-ready data. Actors' colours
are data of the theatre; what stands here is the grammar that turns a colour and a status into a drawing:

| state | drawn as |
|---|---|
| assessed | the actor's colour, solid |
| claimed | a lighter tint, dashed edge |
| contested | the colour of one side with diagonal stripes of the other |
| regional (a claim on a whole unit or a remainder) | a pale tint with diagonal stripes of the same colour |
| unknown | no fill |

Colours grow paler the longer nothing was reported (AGE_STEPS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from mapapp.errors import TheatreError
from mapapp.model import ControlState, LegKind, PointRole, Status
from mapapp.theatres.theatre import PaletteRow, Theatre

UNKNOWN_COLOUR = "#9a968c"
"""Of an actor without a row in the palette: grey, so that a gap in the data is seen and nothing is invented."""


@dataclass(frozen=True, slots=True)
class Hatch:
    """A pattern that can be laid over a fill."""

    kind: str
    """`lines` or `dots`."""
    angles_deg: tuple[float, ...]
    """Direction of each family of lines, counter-clockwise from east as seen; two make a cross."""
    spacing_px: float
    """Between the middles of two lines or dots, in pixels of a 96-dpi screen."""
    width_px: float
    """Of a line, or the diameter of a dot."""


HATCHES: Mapping[str, Hatch] = MappingProxyType(
    {
        "diagonal": Hatch("lines", (45.0,), 8.0, 2.6),
        "diagonal-fine": Hatch("lines", (45.0,), 5.0, 1.3),
        "back-diagonal": Hatch("lines", (-45.0,), 8.0, 2.2),
        "horizontal": Hatch("lines", (0.0,), 7.0, 2.0),
        "vertical": Hatch("lines", (90.0,), 7.0, 2.0),
        "cross": Hatch("lines", (45.0, -45.0), 9.0, 1.4),
        "dots": Hatch("dots", (), 7.0, 2.6),
    }
)
"""The patterns by name; a palette's `hatch` is one of these."""


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How a status turns an actor's colour into a drawing."""

    title: str
    fill_mix: float
    """Share of the actor's colour in the fill, the rest is paper white; 0 = no fill."""
    fill_opacity: float
    stripe: str | None
    """Name of a hatch, or None."""
    stripe_mix: float
    """Share of the stripes' colour, the rest is paper white."""
    edge_width_px: float
    edge_dash_px: tuple[float, ...]
    """Empty = a solid edge."""
    meaning: str
    """The words of the key."""


STATUS_STYLES: Mapping[str, StatusStyle] = MappingProxyType(
    {
        "assessed": StatusStyle(
            "Assessed", 0.74, 0.92, None, 0.0, 0.5, (), "independent, reliable information about this place"
        ),
        "claimed": StatusStyle(
            "Claimed", 0.42, 0.92, None, 0.0, 1.1, (4.0, 2.5), "one side or one source says so; not corroborated"
        ),
        "contested": StatusStyle(
            "Contested", 0.5, 0.92, "diagonal", 0.92, 0.8, (), "nobody can be said to control it alone"
        ),
        "regional": StatusStyle(
            "Claimed for a region",
            0.16,
            0.92,
            "diagonal-fine",
            0.62,
            0.3,
            (),
            "known only for the governorate or the rest",
        ),
        "unknown": StatusStyle("Unknown", 0.0, 0.0, None, 0.0, 0.4, (1.0, 2.0), "no claim up to this day"),
    }
)
"""By status, and `regional` for states that are known only from a claim on a whole unit or a remainder."""

FAR_OPACITY_FACTOR = 0.4
"""Far from the place that a cell stands for (territory.FAR_KM) its fill is this much weaker."""


AGE_STEPS: tuple[tuple[int, float], ...] = ((14, 1.0), (30, 0.94), (90, 0.87), (180, 0.80))
"""Days since the last report up to which a colour keeps this share of its strength. Silence is weak evidence: of the
communities of a country, 95 % had the same holder 21 months later (docs/method.md), so the fading stays mild."""
OLDEST_FACTOR = 0.74
"""Beyond the last of AGE_STEPS. Even so, what is assessed stays stronger than any fresh claim."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a leg of a route is drawn."""

    title: str
    width_px: float
    dash_px: tuple[float, ...]
    opacity: float
    meaning: str


ROUTE_COLOUR = "#1b2a4a"
ROUTE_COLOURS = (ROUTE_COLOUR, "#7b2d5b", "#7a4a12", "#1d5c63")
"""Of the versions of a journey in turn: they differ in colour, their legs in stroke."""
ROUTE_HALO = "#ffffff"
LEG_STROKES: Mapping[str, Stroke] = MappingProxyType(
    {
        LegKind.OBSERVED.value: Stroke("Observed", 2.6, (), 1.0, "measured by receivers or seen"),
        LegKind.REPORTED.value: Stroke("Reported", 2.2, (7.0, 4.0), 0.95, "a source says so, without positions"),
        LegKind.INFERRED.value: Stroke("Inferred", 1.8, (1.5, 4.0), 0.85, "worked out by us; nobody reported it"),
    }
)
POINT_MARKERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        PointRole.ORIGIN.value: MappingProxyType({"title": "Origin", "shape": "circle"}),
        PointRole.STOP.value: MappingProxyType({"title": "Stop", "shape": "ring"}),
        PointRole.TURN_BACK.value: MappingProxyType({"title": "Turn", "shape": "diamond"}),
        PointRole.LAST_KNOWN.value: MappingProxyType({"title": "Last known position", "shape": "cross"}),
        PointRole.DESTINATION.value: MappingProxyType({"title": "Destination", "shape": "square"}),
    }
)

PAPER: Mapping[str, str] = MappingProxyType(
    {
        "sea": "#d9e3ea",
        "land": "#f3f0e8",
        "country": "#fbfaf6",
        "border": "#b4ac9b",
        "outline": "#4c473d",
        "admin": "#8d8574",
        "ink": "#22201c",
        "muted": "#6d675b",
        "panel": "#fffefb",
        "against": "#b3361f",
    }
)
"""The calm ground that everything is drawn on."""


@dataclass(frozen=True, slots=True)
class Look:
    """A state, ready to be drawn. Colours are #rrggbb."""

    fill: str | None
    """None = no fill."""
    fill_opacity: float
    hatch: str | None
    """Name of a pattern of HATCHES, or None."""
    hatch_colour: str | None
    edge: str
    edge_width_px: float
    edge_dash_px: tuple[float, ...]
    """Empty = solid."""


def mix(colour: str, share: float, *, ground: str = "#ffffff") -> str:
    """Return a colour of which `share` is the first and the rest is the ground.

    >>> mix("#c0392b", 1.0)
    '#c0392b'
    >>> mix("#000000", 0.5)
    '#808080'
    """
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(one * share + other * (1 - share)):02x}" for one, other in pairs)


def palette_rows(theatre: Theatre, *, palette: str = "") -> tuple[PaletteRow, ...]:
    """Return the rows of a palette; an empty name means the theatre's first.

    Raises TheatreError where the theatre has no palette of that name.
    """
    if not theatre.palettes:
        return ()
    name = palette or next(iter(theatre.palettes))
    if name not in theatre.palettes:
        known = ", ".join(theatre.palettes)
        raise TheatreError(f"There is no palette named “{name}”. Expected one of: {known}. Choose one of these.")
    return theatre.palettes[name]


def palette_row(actor: str, *, day: date, rows: tuple[PaletteRow, ...]) -> PaletteRow:
    """Return the look of an actor on a day; where the palette has none for that day, that of the nearest days.

    An actor that the palette lacks is grey.

    >>> rows = (PaletteRow("A", "#ff0000", end=date(2030, 1, 8)), PaletteRow("A", "#888888", start=date(2030, 1, 8)))
    >>> palette_row("A", day=date(2030, 1, 7), rows=rows).colour
    '#ff0000'
    >>> palette_row("A", day=date(2030, 1, 8), rows=rows).colour
    '#888888'
    >>> palette_row("B", day=date(2030, 1, 8), rows=rows).colour == UNKNOWN_COLOUR
    True
    """
    own = [row for row in rows if row.actor == actor]
    for row in own:
        if (row.start is None or row.start <= day) and (row.end is None or day < row.end):
            return row
    if not own:
        return PaletteRow(actor, UNKNOWN_COLOUR)
    return min(own, key=lambda row: min(abs((edge - day).days) for edge in (row.start, row.end) if edge is not None))


def colour_of(actor: str | None, *, day: date, theatre: Theatre, palette: str = "") -> str:
    """Return the colour of an actor on a day as #rrggbb; grey for nobody or an actor without a colour."""
    if actor is None:
        return UNKNOWN_COLOUR
    return palette_row(actor, day=day, rows=palette_rows(theatre, palette=palette)).colour


def route_colour(number: int) -> str:
    """Return the colour of the n-th route on a map, counted from 0.

    >>> route_colour(0) == route_colour(len(ROUTE_COLOURS)) == ROUTE_COLOUR
    True
    """
    return ROUTE_COLOURS[number % len(ROUTE_COLOURS)]


def style_key(state: ControlState) -> str:
    """Return which row of STATUS_STYLES a state is drawn with.

    >>> style_key(ControlState("c", date(2030, 1, 1), None, Status.CLAIMED, "A", is_regional=True))
    'regional'
    >>> style_key(ControlState("c", date(2030, 1, 1), None, Status.UNKNOWN, None))
    'unknown'
    """
    if state.controller is None or state.status is Status.UNKNOWN:
        return Status.UNKNOWN.value
    if state.is_regional:
        return "regional"
    return state.status.value


def age_factor(state: ControlState, *, day: date) -> float:
    """Return which share of its strength a state's colour keeps, by the days since it was last reported.

    A state that no report speaks of counts from its own first day.

    >>> state = ControlState("c", date(2030, 1, 1), None, Status.ASSESSED, "A", last_reported=date(2030, 1, 5))
    >>> age_factor(state, day=date(2030, 1, 19)), age_factor(state, day=date(2030, 1, 20))
    (1.0, 0.94)
    >>> age_factor(state, day=date(2031, 1, 1)) == OLDEST_FACTOR
    True
    """
    days = (day - (state.last_reported or state.start)).days
    return next((factor for limit, factor in AGE_STEPS if days <= limit), OLDEST_FACTOR)


def look_of(state: ControlState, *, day: date, theatre: Theatre, palette: str = "") -> Look:
    """Return how a state looks on a day, in the theatre's palette of that name (empty = its first)."""
    rows = palette_rows(theatre, palette=palette)
    key = style_key(state)
    row = STATUS_STYLES[key]
    if key == Status.UNKNOWN.value or state.controller is None:
        return Look(None, 0.0, None, None, PAPER["admin"], row.edge_width_px, row.edge_dash_px)
    age = age_factor(state, day=day)
    mine = palette_row(state.controller, day=day, rows=rows)
    hatch, hatch_colour = row.stripe, mix(mine.colour, row.stripe_mix * age) if row.stripe else None
    if key == Status.CONTESTED.value:
        other = palette_row(state.others[0], day=day, rows=rows).colour if state.others else UNKNOWN_COLOUR
        hatch_colour = mix(other, row.stripe_mix * age)
    elif hatch is None and mine.hatch is not None:
        hatch, hatch_colour = mine.hatch, mix(mine.colour, 0.85, ground="#000000")
    return Look(
        fill=mix(mine.colour, row.fill_mix * age),
        fill_opacity=row.fill_opacity,
        hatch=hatch,
        hatch_colour=hatch_colour,
        edge=mix(mine.colour, 0.72, ground="#000000"),
        edge_width_px=row.edge_width_px,
        edge_dash_px=row.edge_dash_px,
    )


def style_table(theatre: Theatre, *, palette: str = "") -> dict[str, Any]:
    """Return everything about looks as JSON-ready data: what the browser draws with.

    `actors` maps a code to its rows in order of days; start and end are ISO days or None, half-open. `fill` per status
    is made of the actor's colour by `fill_mix` with white, as `mix` does.
    """
    rows = palette_rows(theatre, palette=palette)
    actors: dict[str, list[dict[str, str | None]]] = {actor.code: [] for actor in theatre.actors}
    for row in rows:
        actors.setdefault(row.actor, []).append(
            {
                "start": row.start.isoformat() if row.start else None,
                "end": row.end.isoformat() if row.end else None,
                "colour": row.colour,
                "hatch": row.hatch,
            }
        )
    for code, looks in actors.items():
        if not looks:
            actors[code] = [{"start": None, "end": None, "colour": UNKNOWN_COLOUR, "hatch": None}]
    return {
        "palette": palette or next(iter(theatre.palettes), ""),
        "palettes": list(theatre.palettes),
        "actors": actors,
        "statuses": {name: asdict(row) for name, row in STATUS_STYLES.items()},
        "hatches": {name: asdict(hatch) for name, hatch in HATCHES.items()},
        "legs": {name: asdict(stroke) for name, stroke in LEG_STROKES.items()},
        "points": {name: dict(marker) for name, marker in POINT_MARKERS.items()},
        "route": {"colour": ROUTE_COLOUR, "colours": list(ROUTE_COLOURS), "halo": ROUTE_HALO},
        "paper": dict(PAPER),
        "unknown": UNKNOWN_COLOUR,
        "far_opacity_factor": FAR_OPACITY_FACTOR,
        "ages": {"steps": [list(step) for step in AGE_STEPS], "oldest": OLDEST_FACTOR},
    }


def _channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of #rrggbb."""
    try:
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    except ValueError as error:
        raise TheatreError(f"“{colour}” is not a colour. Expected #rrggbb. Correct the theatre's palette.") from error
    return red, green, blue
