"""Finer boundaries on a click: the screen shows what counts, and everything is made anew of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from mapapp.boundaries.files import read_boundary_file
from mapapp.theatres.skeleton import make_theatre
from tests.loopback import Answer, serving, whole

OpenApp = Callable[..., AppTest]

TABLE = """
[[download]]
id = "fine"
title = "Districts of Zed"
main = "fine.geojson"
layout = "units"
publisher = "Zed Survey"
date = "2024-01-01"
licence = "CC BY 4.0"
attribution = "Zed Survey, CC BY 4.0"
page = "https://example.org/zed"
base = "https://example.org/zed/"
[[download.file]]
name = "fine.geojson"
sha256 = "{sha256}"
size_bytes = {size}
"""


def write_units(path: Path, *, n: int, level: int) -> bytes:
    """Write a strip of units side by side and return the bytes of the file."""
    rows = [
        {
            "pcode": "ZA" if n == 1 else f"ZA{k}",
            "name_en": f"Unit {k}",
            "name_ar": None,
            "level": level,
            "parent": "ZA" if level > 1 else None,
        }
        for k in range(n)
    ]
    gpd.GeoDataFrame(rows, geometry=[box(10 + k / n, 45, 10 + (k + 1) / n, 46) for k in range(n)], crs=4326).to_file(
        path, driver="GeoJSON"
    )
    return path.read_bytes()


@pytest.fixture
def fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The districts that a theatre of one's own offers for download."""
    monkeypatch.setenv("MAPAPP_THEATRES", str(tmp_path / "theatres"))
    write_units(tmp_path / "coarse.geojson", n=1, level=1)
    made = make_theatre(
        "zed",
        country="XZ",
        title="Zed, the whole of it",
        boundaries=read_boundary_file(tmp_path / "coarse.geojson"),
        last_day=date(2024, 12, 11),
    )
    body = write_units(tmp_path / "fine.geojson", n=4, level=2)
    table = TABLE.format(sha256=hashlib.sha256(body).hexdigest(), size=len(body))
    (made / "downloads.toml").write_text(table, encoding="utf-8")
    return body


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.success, *app.error, *app.caption))


def test_boundaries_are_fetched_used_and_taken_back(
    open_app: OpenApp, fine: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app("data", theatre="zed")
    assert "The bundled boundaries count: 1 unit" in words(app)
    with serving({"fine.geojson": whole(fine)}) as (base, _):
        monkeypatch.setenv("MAPAPP_DOWNLOAD_BASE", base)
        app.button(key="boundaries_fetch_fine").click().run()
    assert not app.exception
    assert not app.error
    assert "The boundaries are installed" in words(app)
    assert "Districts of Zed" in words(app)
    app.switch_page("pages/map.py").run()
    assert not app.exception
    assert not app.error
    app.switch_page("pages/data.py").run()
    app.button(key="boundaries_remove").click().run()
    assert "The bundled boundaries count: 1 unit" in words(app)


@pytest.mark.parametrize("answer", [whole(b"no", status=500), whole(b"x" * 10)])
def test_a_failed_download_is_told_and_changes_nothing(
    open_app: OpenApp, fine: bytes, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    app = open_app("data", theatre="zed")
    with serving({"fine.geojson": answer}) as (base, _):
        monkeypatch.setenv("MAPAPP_DOWNLOAD_BASE", base)
        app.button(key="boundaries_fetch_fine").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert "127" in app.error[0].value
    assert "The bundled boundaries count" in words(app)


def test_a_file_is_asked_for_before_anything_is_checked(open_app: OpenApp) -> None:
    app = open_app("data")
    next(button for button in app.button if button.label == "Check and use").click().run()
    assert not app.exception
    assert "Choose a file first." in [element.value for element in app.info]


def test_the_sidebar_offers_theatres_of_ones_own(open_app: OpenApp, fine: bytes) -> None:
    app = open_app()
    box = app.selectbox(key="filter_theatre")
    assert box.options == ["Syria, November to December 2024", "Zed, the whole of it"]
    box.set_value("zed").run()
    assert not app.exception
    assert not app.error
    assert "zed" in app.query_params["theatre"]
    assert "Zed" in app.markdown[0].value
