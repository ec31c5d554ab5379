"""The user's choice of an online geocoder, and what becomes of its answers."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mapapp.errors import DataError, PlaceError
from mapapp.model import Article
from mapapp.places.gazetteer import Gazetteer, open_gazetteer
from mapapp.places.geoparse import geoparse
from mapapp.places.online import OnlineGeocoder, open_online
from mapapp.places.online_answers import ask_online, find_unknown_names, keep_answer
from mapapp.places.online_settings import (
    GeocoderSettings,
    open_chosen,
    read_geocoder_settings,
    save_geocoder_settings,
    settings_path,
)
from tests.loopback import Answer, serving, whole

FOUND = json.dumps([{"display_name": "Quxville, Syria", "lat": "35.01", "lon": "37.02", "place_id": 7}]).encode()


class Always(dict[str, Answer]):
    """One answer for every question."""

    def get(self, name: str, default: object = None) -> Answer:  # type: ignore[override] # nothing is missing
        return self["answer"]


def open_at(base: str, folder: Path) -> OnlineGeocoder:
    address = base.removeprefix("http://").rstrip("/")
    return open_online(
        "nominatim", settings={"domain": address, "scheme": "http"}, cache=folder / "answers", min_delay_s=0.0,
        max_retries=0,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPAPP_DATA_DIR", str(tmp_path / "user"))


def test_nothing_is_chosen_at_first() -> None:
    assert read_geocoder_settings(environment={}) == GeocoderSettings()
    with pytest.raises(DataError, match="No online geocoder is chosen"):
        open_chosen(read_geocoder_settings(environment={}))


def test_a_choice_is_kept_for_its_owner_only_and_the_environment_goes_first() -> None:
    save_geocoder_settings(GeocoderSettings(is_on=True, service="geonames", key="secret word"))
    assert stat.S_IMODE(settings_path().stat().st_mode) == 0o600
    assert read_geocoder_settings(environment={}).key == "secret word"
    other = read_geocoder_settings(environment={"MAPAPP_GEOCODER": "photon"})
    assert (other.service, other.key, other.is_on) == ("photon", "", True)
    assert "secret word" not in repr(read_geocoder_settings(environment={}))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (GeocoderSettings(service="no such service"), "geopy has no geocoder"),
        (GeocoderSettings(service="geonames"), "do not fit|username"),
        (GeocoderSettings(service="nominatim", key="k"), "takes no key"),
        (GeocoderSettings(service="nominatim", endpoint="ftp://x"), "is no address"),
        (GeocoderSettings(service="nominatim", endpoint="http://[x"), "is no address"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_not_kept(settings: GeocoderSettings, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        save_geocoder_settings(settings)
    assert not settings_path().exists()


@pytest.mark.parametrize("text", ["{broken", '{"is_on": "yes"}'])
def test_a_broken_file_of_settings_is_said(text: str) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(text)
    with pytest.raises(DataError, match=r"geocoder\.json"):
        read_geocoder_settings(environment={})


def test_names_that_no_gazetteer_knows_are_told_once_and_people_are_not(gazetteer: Gazetteer) -> None:
    text = "They met in Qwertyville, near Hama. Later in Qwertyville they saw Dr. Zzyzx, and went to Mary Zzyzx."
    found = geoparse(Article(id="x", text=text), theatre=gazetteer.theatre, gazetteer=gazetteer)
    names = find_unknown_names(text, resolutions=found, gazetteer=gazetteer)
    assert [(name.text, text[name.start : name.end]) for name in names] == [("Qwertyville", "Qwertyville")]


def test_an_answer_that_is_kept_is_a_place_of_the_next_gazetteer(gazetteer: Gazetteer, tmp_path: Path) -> None:
    with serving(Always(answer=whole(FOUND))) as (base, asked):
        (place,) = ask_online(" Quxville ", geocoder=open_at(base, tmp_path))
        chosen = open_chosen(GeocoderSettings(service="nominatim", endpoint=base), min_delay_s=0.0)
        assert ask_online("Quxville", geocoder=replace(chosen, cache=tmp_path / "others")) == (place,)
    assert all(name.startswith("search?q=Quxville&") for name in asked)
    assert len(asked) == 2
    assert (place.id, place.name, place.lat, place.lon) == ("nominatim:7", "Quxville", 35.01, 37.02)
    for _ in range(2):
        keep_answer(place, gazetteer=gazetteer)
    opened = open_gazetteer(gazetteer.theatre)
    assert [found.id for found in opened.find("Quxville")] == ["nominatim:7"]
    assert opened.place("nominatim:7").adm1_pcode


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"{broken", 200, "answered with an error"),
        (b"", 500, "answered with an error|does not answer"),
        (b"", 429, "left alone"),
        (b"", 403, "refused"),
        (b'[{"display_name": "x", "lat": "north", "lon": "37"}]', 200, "answered with an error"),
        (b'[{"display_name": "x", "lat": "95", "lon": "37"}]', 200, "answered with an error"),
    ],
)
def test_a_service_that_fails_is_told_in_plain_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], body: bytes, status: int, problem: str
) -> None:
    with serving(Always(answer=whole(body, status=status))) as (base, _):
        geocoder = open_at(base, tmp_path)
        with pytest.raises(PlaceError, match=problem):
            ask_online("Hama", geocoder=geocoder)
    assert "Traceback" not in capfd.readouterr().err


def test_an_empty_name_is_not_sent() -> None:
    with pytest.raises(PlaceError, match="No name"):
        ask_online("  ", geocoder=open_online("nominatim"))
