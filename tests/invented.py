"""An invented country with known answers, for every test that needs a conflict but not a real one.

Two units of one degree each, side by side; three places in a row in each of them, so that every cell is very nearly a
third of its unit. Three parties: the Republic (a state, which ends on the eighth day), the Front and the Coalition; a
generic "rebels" stands for the last two. Ten days, 1 to 10 January 2030.

    XA01 West               XA02 East
    Alda   Bree   Carn   |  Dorn   Esk    Fell

day  1  the Republic holds all but Fell, which is the Coalition's
day  3  the Front takes Bree (assessed)
day  4  Carn is contested between the Republic and the Front
day  5  the Republic leaves Dorn, nobody is named
day  6  the Coalition is said to have taken the whole of XA02: Esk and Dorn hatched, Fell keeps its own
day  7  fighting in Alda: nothing changes
day  8  the Republic ends: Alda unknown, Carn claimed by the Front
day 10  Bree is said to have gone to the Coalition (claimed)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
from shapely.geometry import LineString, box

from mapapp.model import (
    Actor,
    Article,
    Assertion,
    Event,
    EventKind,
    Evidence,
    Leg,
    LegKind,
    Place,
    PointRole,
    Reading,
    Route,
    RoutePoint,
    Status,
)
from mapapp.theatres.theatre import BaselineRow, PaletteRow, Publisher, Theatre

FIRST_DAY = date(2030, 1, 1)
LAST_DAY = date(2030, 1, 10)

PLACE_NAMES = ("Alda", "Bree", "Carn", "Dorn", "Esk", "Fell")


def day(number: int) -> date:
    """Return the given day of January 2030."""
    return date(2030, 1, number)


def make_place(index: int, *, name: str | None = None, lat: float = 45.5, lon: float | None = None) -> Place:
    """Return the place with this index (0 = Alda … 5 = Fell), or one of one's own."""
    unit = "XA01" if index < 3 else "XA02"
    return Place(
        id=f"invented:{index + 1}",
        name=name or PLACE_NAMES[index],
        lat=lat,
        lon=10 + (2 * index + 1) / 6 if lon is None else lon,
        feature_class="P",
        feature_code="PPL",
        country="XA",
        population=10_000 * (index + 1),
        adm1_pcode=unit,
        names={"ar": "اسم" + str(index + 1)},
    )


PLACES = tuple(make_place(index) for index in range(6))

ACTORS = (
    Actor("REP", "Republic", name_ar="الجمهورية", valid_to=day(8), aliases=("government",), is_state=True),
    Actor("FRO", "Front", name_ar="الجبهة", aliases=("the Front",)),
    Actor("COA", "Coalition", name_ar="الائتلاف", aliases=("the Coalition",)),
    Actor("REB", "Rebels, group not named", aliases=("rebels",), is_generic=True, members=("FRO", "COA")),
)

PALETTES: Mapping[str, tuple[PaletteRow, ...]] = {
    "default": (
        PaletteRow("REP", "#c0392b", end=day(8)),
        PaletteRow("REP", "#8e8e8e", start=day(8)),
        PaletteRow("FRO", "#1e7d4f"),
        PaletteRow("COA", "#e0a92e"),
        PaletteRow("REB", "#6ab187", hatch="dots"),
    ),
    "colour-blind safe": (
        PaletteRow("REP", "#d55e00"),
        PaletteRow("FRO", "#0072b2"),
        PaletteRow("COA", "#e69f00"),
        PaletteRow("REB", "#56b4e9"),
    ),
}


def make_evidence(text: str, *, published: int = 3, publisher: str = "The Invented Post") -> Evidence:
    """Return a summary of a source."""
    return Evidence(
        text=text,
        is_quote=False,
        publisher=publisher,
        published=day(published),
        url="https://example.org/a",
        grade="B2",
    )


def make_event(
    number: int,
    *,
    start: int,
    kind: EventKind = EventKind.OVERTAKES,
    actor: str | None = "FRO",
    opponent: str | None = "REP",
    status: Status = Status.ASSESSED,
    place: Place | None = None,
    unit_pcode: str | None = None,
    remainder_of: str | None = None,
    where_prec: int | None = None,
    is_bundled: bool = True,
    note: str = "",
) -> Event:
    """Return an event of one day with one line of evidence."""
    where = place.name if place else unit_pcode or "what is left"
    return Event(
        id=f"invented-{number:02d}",
        kind=kind,
        date_start=day(start),
        date_end=day(start),
        date_prec=1,
        actor=actor,
        opponent=opponent,
        status=status,
        place=place,
        unit_pcode=unit_pcode,
        remainder_of=remainder_of,
        where_prec=where_prec if where_prec is not None else (1 if place else 4),
        evidence_for=(make_evidence(f"Something happened at {where}.", published=start),),
        note=note,
        is_bundled=is_bundled,
    )


EVENTS = (
    make_event(1, start=3, place=PLACES[1]),
    make_event(2, start=4, place=PLACES[2], status=Status.CONTESTED),
    make_event(3, start=5, place=PLACES[3], kind=EventKind.TRANSFER, actor=None),
    make_event(4, start=6, unit_pcode="XA02", actor="COA", status=Status.CLAIMED),
    make_event(5, start=7, place=PLACES[0], kind=EventKind.CLASH),
    make_event(6, start=10, place=PLACES[1], actor="COA", opponent="FRO", status=Status.CLAIMED),
)

UNITS = gpd.GeoDataFrame(
    {
        "pcode": ["XA01", "XA02"],
        "name_en": ["West", "East"],
        "name_ar": ["الغرب", "الشرق"],
        "level": [1, 1],
        "parent": [None, None],
    },
    geometry=[box(10, 45, 11, 46), box(11, 45, 12, 46)],
    crs="EPSG:4326",
)

THEATRE = Theatre(
    code="invented",
    title="Invented",
    title_ar="بلد متخيل",
    country="XA",
    country_name="Invented",
    timezone="Europe/Rome",
    capital_place_id=PLACES[0].id,
    bbox=(10.0, 45.0, 12.0, 46.0),
    first_day=FIRST_DAY,
    last_day=LAST_DAY,
    languages=("en", "ar"),
    actors=ACTORS,
    palettes=PALETTES,
    units=UNITS,
    places=PLACES,
    aliases={PLACES[0].id: ("Aldah",)},
    cell_place_ids=tuple(place.id for place in PLACES),
    cell_places=PLACES,
    baseline={
        place.id: BaselineRow(place.id, "COA" if place.name == "Fell" else "REP", FIRST_DAY, "invented")
        for place in PLACES
    },
    events=EVENTS,
    journeys=(),
    publishers=(Publisher("The Invented Post", "B"), Publisher("Republic Radio", "D", favours="REP")),
    folder=Path("invented"),
)


def make_route() -> Route:
    """Return a journey: out of Alda heading west, turned back somewhere, on to Fell."""
    evidence = make_evidence("The plane left and turned.", published=8)
    return Route(
        id="invented-route",
        title="The flight from Alda",
        date_start=day(8),
        date_end=day(8),
        assertion=Assertion.HEDGED,
        legs=(
            Leg(
                LegKind.OBSERVED,
                LineString([(10.17, 45.5), (10.4, 45.7)]),
                datetime(2030, 1, 8, 2, tzinfo=UTC),
                datetime(2030, 1, 8, 3, tzinfo=UTC),
                "seen by receivers",
                (evidence,),
            ),
            Leg(LegKind.REPORTED, LineString([(10.4, 45.7), (10.8, 45.8)]), None, None, "told", (evidence,)),
            Leg(LegKind.INFERRED, LineString([(10.8, 45.8), (11.83, 45.5)]), None, None, "worked out", (evidence,)),
        ),
        points=(
            RoutePoint(PointRole.ORIGIN, 45.5, 10.17, 1, "Alda airport", evidence=(evidence,), label="Alda"),
            RoutePoint(
                PointRole.TURN_BACK,
                45.7,
                10.4,
                5,
                "no position was reported; drawn where the track bends",
                is_schematic=True,
                radius_km=15.0,
                evidence=(evidence,),
                label="Turn",
            ),
            RoutePoint(PointRole.LAST_KNOWN, 45.8, 10.8, 2, "last signal", evidence=(evidence,), label="Last signal"),
            RoutePoint(PointRole.DESTINATION, 45.5, 11.83, 1, "Fell", evidence=(evidence,), label="Fell"),
        ),
        also_said=(make_evidence("Another source says it went north.", published=9),),
        journey="alda-flight",
        vehicle="plane",
        who="the president",
    )


def make_article(text: str = "The Front took Bree on Thursday.") -> Article:
    """Return an article of day 4."""
    return Article(
        id="0" * 63 + "1",
        text=text,
        title="Bree changes hands",
        publisher="The Invented Post",
        url="https://example.org/a",
        published=datetime(2030, 1, 4, 12, tzinfo=UTC),
        language="en",
    )


def make_reading(*, routes: tuple[Route, ...] = ()) -> Reading:
    """Return a reading without claims, with the routes that are given."""
    return Reading(article=make_article(), resolutions=(), claims=(), routes=routes)
