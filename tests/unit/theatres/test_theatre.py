"""The bundled theatre holds together, and a broken folder is told in one plain sentence."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import shapely

from mapapp.errors import TheatreError
from mapapp.geo import distance_km
from mapapp.model import EventKind, Status
from mapapp.theatres.theatre import THEATRES, Theatre, default_theatre, list_theatres, load_theatre, sample_articles

NAME = default_theatre()


def days_of(theatre: Theatre) -> list:
    """Return every day that the theatre shows."""
    length = (theatre.last_day - theatre.first_day).days
    return [theatre.first_day + timedelta(days=step) for step in range(length + 1)]


def test_every_event_place_has_a_cell_within_five_kilometres(theatre: Theatre) -> None:
    cells = [(place.lat, place.lon) for place in theatre.cell_places]
    for event in theatre.events:
        if event.place is None:
            continue
        here = event.place
        nearest = min(distance_km(lat1=here.lat, lon1=here.lon, lat2=lat, lon2=lon) for lat, lon in cells)
        assert nearest <= 5.0, event.id


def test_cells_have_p_codes_of_units_and_one_baseline_row_each(theatre: Theatre) -> None:
    assert {place.adm1_pcode for place in theatre.cell_places} <= set(theatre.units.pcode)
    assert set(theatre.baseline) == set(theatre.cell_place_ids)
    assert theatre.cell_place_ids == tuple(place.id for place in theatre.cell_places)


def test_cells_lie_in_their_unit_or_just_outside_it(theatre: Theatre) -> None:
    shapes = dict(zip(theatre.units.pcode, theatre.units.geometry, strict=True))
    for place in theatre.cell_places:
        assert shapes[place.adm1_pcode].distance(shapely.Point(place.lon, place.lat)) < 0.1, place.name


def test_units_have_names_in_both_languages_and_leave_no_gaps(theatre: Theatre) -> None:
    assert theatre.units.crs == "EPSG:4326"
    assert theatre.units.pcode.is_unique
    assert theatre.units.name_en.map(bool).all()
    assert theatre.units.name_ar.map(bool).all()
    assert shapely.coverage_is_valid(theatre.units.geometry.to_numpy())
    assert not shapely.get_parts(theatre.units.union_all())[0].interiors


@pytest.mark.parametrize("palette", load_theatre(NAME).palettes)
def test_palettes_know_every_actor_on_every_day(theatre: Theatre, palette: str) -> None:
    rows = theatre.palettes[palette]
    for actor in theatre.actors:
        for day in days_of(theatre):
            looks = [
                row
                for row in rows
                if row.actor == actor.code and (row.start or day) <= day and (row.end is None or day < row.end)
            ]
            assert len(looks) == 1, (actor.code, day)


def test_there_are_two_palettes(theatre: Theatre) -> None:
    assert len(theatre.palettes) == 2
    assert next(iter(theatre.palettes)) == "default"


@pytest.mark.parametrize("palette", load_theatre(NAME).palettes)
def test_actors_that_hold_places_have_colours_of_their_own(theatre: Theatre, palette: str) -> None:
    holders = {row.actor for row in theatre.baseline.values()} | {event.actor for event in theatre.events}
    colours = [row.colour for row in theatre.palettes[palette] if row.actor in holders]
    assert len(colours) == len(set(colours))


def test_every_event_is_told_with_its_source(theatre: Theatre) -> None:
    for event in theatre.events:
        assert event.is_bundled
        assert event.evidence_for, event.id
        for evidence in (*event.evidence_for, *event.evidence_against):
            assert not evidence.is_quote
            assert evidence.url is not None
            assert evidence.url.startswith("http")
            assert evidence.text.endswith(".")
            assert re.fullmatch("[A-F][1-6]", evidence.grade)


def test_events_are_claims_on_exactly_one_thing(theatre: Theatre) -> None:
    for event in theatre.events:
        told = [event.place, event.unit_pcode, event.remainder_of]
        assert sum(value is not None for value in told) == 1, event.id
        if event.remainder_of is not None:
            assert event.status is not Status.ASSESSED


def test_only_the_government_of_the_country_regains_territory(theatre: Theatre) -> None:
    for event in theatre.events:
        actor = theatre.actor(event.actor) if event.actor else None
        if event.kind is EventKind.REGAINS:
            assert actor is not None
            assert actor.is_state, event.id
        if event.kind is EventKind.OVERTAKES:
            assert actor is None or not actor.is_state, event.id


def test_generic_actors_name_known_members(theatre: Theatre) -> None:
    generic = [actor for actor in theatre.actors if actor.is_generic]
    assert generic
    for actor in generic:
        assert actor.members
        assert all(theatre.actor(code) is not None for code in actor.members)


def test_spellings_are_never_shared_by_two_actors(theatre: Theatre) -> None:
    owners: dict[str, str] = {}
    for actor in theatre.actors:
        for alias in actor.aliases:
            assert owners.setdefault(alias.casefold(), actor.code) == actor.code, alias


def test_an_unknown_actor_is_none(theatre: Theatre) -> None:
    assert theatre.actor("NOBODY") is None


def test_sample_articles_say_that_they_are_samples(theatre: Theatre) -> None:
    articles = sample_articles(theatre)
    assert len(articles) == 2
    for article in articles:
        assert "sample" in (article.publisher or "")
        assert article.published is not None
        assert article.published.utcoffset() is not None
        assert 400 <= len(article.text.split()) <= 600
        assert article.licence


@pytest.mark.shared
def test_every_recorded_event_is_there_with_its_day_and_parties(theatre: Theatre, shared: Path) -> None:
    with next(iter((shared / "facts").glob("town_events*.csv"))).open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    bundled = {(event.id, str(event.date_start), event.actor) for event in theatre.events}
    for row in facts:
        same = [key for key in bundled if key[1] == row["date"] and key[2] == row["controller_after"]]
        assert same, row
    assert sum(event.place is not None for event in theatre.events) >= len(facts)


@pytest.mark.shared
def test_every_recorded_event_lies_where_it_was_recorded(theatre: Theatre, shared: Path) -> None:
    with next(iter((shared / "facts").glob("town_events*.csv"))).open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    for row in facts:
        spots = [
            event.place
            for event in theatre.events
            if event.place and str(event.date_start) == row["date"] and event.actor == row["controller_after"]
        ]
        lat, lon = float(row["lat"]), float(row["lon"])
        assert min(distance_km(lat1=lat, lon1=lon, lat2=spot.lat, lon2=spot.lon) for spot in spots) < 3, row["place"]


# A copy of the folder that is broken in one place.


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a breakage that replaces a text once."""

    def apply(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def append(file: str, line: str) -> Callable[[Path], None]:
    """Return a breakage that adds a row."""

    def apply(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as text:
            text.write(line + "\n")

    return apply


def first_row(file: str, column: str, value: str) -> Callable[[Path], None]:
    """Return a breakage that changes one field of the first row."""

    def apply(folder: Path) -> None:
        path = folder / file
        with path.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        rows[0][column] = value
        with path.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return apply


def remove(file: str) -> Callable[[Path], None]:
    """Return a breakage that deletes a file."""
    return lambda folder: (folder / file).unlink()


BREAKAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no settings value": (edit("theatre.toml", "title =", "headline ="), r"theatre\.toml: title is None"),
    "settings not TOML": (append("theatre.toml", "[["), r"theatre\.toml is not TOML"),
    "box the wrong way": (edit("theatre.toml", "bbox = [35.4", "bbox = [85.4"), r"bbox is .* expected"),
    "first day after the last": (
        edit("theatre.toml", "first_day = 2024", "first_day = 2025"),
        r"first_day .* is after",
    ),
    "day as a text": (edit("theatre.toml", "last_day = 2024-12-11", 'last_day = "soon"'), r"last_day is 'soon'"),
    "unknown capital": (edit("theatre.toml", 'capital = "geonames:', 'capital = "geonames:9'), r"capital .* neither"),
    "missing file": (remove("actors.csv"), r"actors\.csv cannot be read"),
    "missing units": (remove("units.geojson"), r"units\.geojson cannot be read"),
    "units not JSON": (append("units.geojson", "oops"), r"units\.geojson is not a GeoJSON"),
    "unit without a P-code": (edit("units.geojson", '"pcode"', '"code"'), r"units\.geojson is not a GeoJSON of units"),
    "missing column": (edit("actors.csv", "is_state", "state"), r"actors\.csv: the header lacks is_state"),
    "yes spelt otherwise": (first_row("actors.csv", "is_state", "true"), r"line 2: is_state is 'true', expected yes"),
    "unknown member": (first_row("actors.csv", "members", "XYZ"), r"members is 'XYZ'"),
    "actor twice": (append("actors.csv", "ISR,Israel,,,,no,no,,"), r"'ISR' stands there twice"),
    "alias of nobody": (append("actor_aliases.csv", "XYZ,xyz,en,name"), r"actor is 'XYZ', expected a code"),
    "colour not a colour": (first_row("palette.csv", "colour", "red"), r"colour is 'red', expected a colour like"),
    "palette that lacks actors": (append("palette.csv", "mine,ISR,#000000,,,"), r"palette 'mine' lacks"),
    "cell outside the box": (first_row("cells.csv", "lat", "51.5"), r"cells\.csv, line 2: lat is '51\.5'"),
    "cell with an unknown unit": (first_row("cells.csv", "adm1_pcode", "XX01"), r"adm1_pcode is 'XX01'"),
    "place without a gazetteer": (first_row("cells.csv", "place_id", "170654"), r"place_id is '170654'"),
    "coordinate not a number": (first_row("supplement.csv", "lon", "east"), r"supplement\.csv, line 2: lon is 'east'"),
    "alias of a missing place": (append("place_aliases.csv", f"{NAME}-supplement:nowhere,x,en,"), r"nowhere"),
    "holder unknown": (first_row("baseline.csv", "actor", "XYZ"), r"baseline\.csv, line 2: actor is 'XYZ'"),
    "baseline of no cell": (first_row("baseline.csv", "place_id", "geonames:1"), r"place_id is 'geonames:1'"),
    "event nowhere": (first_row("events.csv", "place_id", "geonames:1"), r"events\.csv, line 2: place_id is"),
    "event on no day": (first_row("events.csv", "date_start", "27 Nov"), r"date_start is '27 Nov', expected a day"),
    "event that ends early": (first_row("events.csv", "date_end", "2024-01-01"), r"date_end is '2024-01-01'"),
    "event of no kind": (first_row("events.csv", "kind", "Victory"), r"kind is 'Victory', expected one of"),
    "event by nobody known": (first_row("events.csv", "actor", "XYZ"), r"actor is 'XYZ'"),
    "event without words": (first_row("events.csv", "statement", ""), r"statement is '', expected a text"),
    "event with a bare address": (
        first_row("events.csv", "source_url", "example.org"),
        r"source_url is 'example\.org'",
    ),
    "event by a publisher not listed": (first_row("events.csv", "publisher", "Nobody"), r"publisher is 'Nobody'"),
    "share above one": (first_row("region_events.csv", "share", "7"), r"share is '7', expected a number"),
    "unit and remainder": (first_row("region_events.csv", "remainder_of", "GOV"), r"either a unit or a remainder"),
    "evidence of no event": (first_row("evidence.csv", "event_id", "never"), r"event_id is 'never'"),
    "evidence on no side": (first_row("evidence.csv", "stance", "maybe"), r"stance is 'maybe'"),
    "grade not a grade": (first_row("publishers.csv", "reliability", "Z"), r"reliability is 'Z'"),
    "too many fields": (append("publishers.csv", "a,b,c,d,e,f,g,h,i"), r"number of fields is not that of the header"),
    "not UTF-8": (lambda folder: (folder / "events.csv").write_bytes(b"\xff\xfe,"), r"events\.csv is not a CSV file"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder of theatres with a copy of the bundled one."""
    shutil.copytree(THEATRES / NAME, tmp_path / NAME)
    return tmp_path


def test_a_copied_theatre_loads(copy: Path, theatre: Theatre) -> None:
    copied = load_theatre(NAME, root=copy)
    assert copied.events == theatre.events
    assert copied.cell_places == theatre.cell_places


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_folder_is_told_in_one_sentence(copy: Path, breakage: str) -> None:
    apply, expected = BREAKAGES[breakage]
    apply(copy / NAME)
    with pytest.raises(TheatreError, match=expected) as caught:
        load_theatre(NAME, root=copy)
    assert "\n" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_an_unknown_theatre_names_the_known_ones(copy: Path) -> None:
    with pytest.raises(TheatreError, match=NAME):
        load_theatre("atlantis", root=copy)
    with pytest.raises(TheatreError, match="none there"):
        load_theatre("atlantis", root=copy / NAME)


def test_a_default_that_does_not_exist_is_told(copy: Path) -> None:
    (copy / "theatres.toml").write_text('default = "atlantis"\n', encoding="utf-8")
    with pytest.raises(TheatreError, match="atlantis"):
        default_theatre(root=copy)
    (copy / "theatres.toml").unlink()
    with pytest.raises(TheatreError, match="cannot be read"):
        default_theatre(root=copy)


def test_a_path_as_a_name_is_refused(copy: Path) -> None:
    with pytest.raises(TheatreError):
        load_theatre(f"../{copy.name}/{NAME}", root=copy)


def test_theatres_are_found_by_their_folders(copy: Path) -> None:
    (copy / "not-a-theatre").mkdir()
    assert list_theatres(root=copy) == (NAME,)


def test_a_journey_without_a_name_is_told(copy: Path) -> None:
    folder = copy / NAME / "journeys"
    folder.mkdir(exist_ok=True)
    (folder / "x.json").write_text('{"id": "x"}', encoding="utf-8")
    with pytest.raises(TheatreError, match="journey is None"):
        load_theatre(NAME, root=copy)
    (folder / "x.json").write_text("[", encoding="utf-8")
    with pytest.raises(TheatreError, match="not JSON"):
        load_theatre(NAME, root=copy)
