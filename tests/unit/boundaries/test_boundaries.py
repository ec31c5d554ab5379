"""Boundary files are read, checked, repaired, installed and drawn; what is wrong with one is named."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Polygon, box

from geodata.fetch import RemoteFile
from mapapp.boundaries.files import read_boundary_file
from mapapp.boundaries.installed import boundaries_path, boundaries_version, installed_boundaries, remove_boundaries
from mapapp.cli import main
from mapapp.errors import DataError, TheatreError
from mapapp.mapview import build_payload
from mapapp.places.gazetteer import Gazetteer
from mapapp.scene import build_scene
from mapapp.selection import default_query
from mapapp.territory.timeline import build_cells
from mapapp.theatres.installation import Download, add_boundaries, fetch_boundaries, read_downloads
from mapapp.theatres.skeleton import make_theatre
from mapapp.theatres.theatre import Theatre, load_theatre
from tests.loopback import serving, whole

BBOX = (9.5, 44.5, 12.5, 46.5)
ADM3 = "syr_admbnda_adm3_uncs_unocha_20201217-polygon"

# Two provinces of two districts each: 10–11 and 11–12 east, cut at 45.5 north, with a crooked border between them.
CROOKED = [(11, 45), (11.1, 45.25), (11, 45.5), (10.9, 45.75), (11, 46)]
DISTRICTS: dict[str, tuple[str, Polygon]] = {
    "ZA0101": ("West South", Polygon([(10, 45), *CROOKED[:3], (10, 45.5)])),
    "ZA0102": ("West North", Polygon([(10, 45.5), *CROOKED[2:], (10, 46)])),
    "ZA0201": ("East South", Polygon([*CROOKED[:3], (12, 45.5), (12, 45)])),
    "ZA0202": ("East North", Polygon([*CROOKED[2:], (12, 46), (12, 45.5)])),
}


def cod_frame(crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    """Return the districts with columns as OCHA names them."""
    rows = [
        {
            "ADM2_EN": name,
            "ADM2_AR": f"منطقة {code[-1]}",
            "ADM2_PCODE": code,
            "ADM1_EN": name.split()[0],
            "ADM1_AR": "",
            "ADM1_PCODE": code[:4],
            "ADM0_EN": "Zed",
            "ADM0_AR": "",
            "ADM0_PCODE": "ZA",
        }
        for code, (name, _) in DISTRICTS.items()
    ]
    return gpd.GeoDataFrame(rows, geometry=[shape for _, shape in DISTRICTS.values()], crs=crs)


def write(path: Path, frame: gpd.GeoDataFrame) -> Path:
    """Write a frame in the format of the suffix."""
    drivers = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
    frame.to_file(path, driver=drivers[path.suffix])
    return path


def feature(geometry: Mapping[str, Any] | None, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def square(x: float, y: float, *, size: float = 1.0) -> dict[str, Any]:
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_geojson(path: Path, *features: Mapping[str, Any], **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


SIMPLE = {"pcode": "code", "name_en": "name", "level": "1"}
EAST = feature(square(11, 45), code="B", name="East")
WEST = feature(square(10, 45), code="A", name="West")


# What can be read


def zipped(path: Path, *, folder: str = "") -> Path:
    """Put a file and its companions into a zip archive."""
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for part in sorted(path.parent.glob(path.stem + ".*")):
            if part != archive:
                target.write(part, folder + part.name)
    return archive


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
@pytest.mark.parametrize("is_zipped", [False, True], ids=["plain", "zipped"])
def test_every_format_gives_the_same_units(tmp_path: Path, suffix: str, is_zipped: bool) -> None:
    path = write(tmp_path / f"zed{suffix}", cod_frame())
    file = read_boundary_file(zipped(path, folder="inner/") if is_zipped else path, bbox=BBOX)
    units = file.units.set_index("pcode")
    assert units["level"].to_dict() == {"ZA": 0, "ZA01": 1, "ZA02": 1, **dict.fromkeys(DISTRICTS, 2)}
    assert units["parent"].dropna().to_dict() == {"ZA01": "ZA", "ZA02": "ZA", **{code: code[:4] for code in DISTRICTS}}
    assert units.loc["ZA0102", "name_en"] == "West North"
    assert units.loc["ZA0102", "name_ar"] == "منطقة 2"
    assert units.loc["ZA01", "name_ar"] is None
    assert units.crs == "EPSG:4326"
    assert file.set_aside == ()


def test_larger_units_are_put_together_from_smaller_ones_with_shared_borders(tmp_path: Path) -> None:
    units = read_boundary_file(write(tmp_path / "zed.gpkg", cod_frame()), bbox=BBOX).units
    for level in (1, 2):
        assert shapely.coverage_is_valid(units.geometry[units["level"] == level].to_numpy())
    west = units.set_index("pcode").geometry["ZA01"]
    assert set(CROOKED) <= set(west.exterior.coords)
    assert units.geometry[units["level"] == 0].iloc[0].equals(shapely.union_all(list(units.geometry)))


def test_geoboundaries_are_known(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path / "g.geojson",
        feature(square(10, 45), shapeName="West", shapeISO="ZA-W", shapeID="123B1", shapeGroup="ZED", shapeType="ADM1"),
        feature(square(11, 45), shapeName="East", shapeISO="", shapeID="123B2", shapeGroup="ZED", shapeType="ADM1"),
    )
    file = read_boundary_file(path, bbox=BBOX)
    assert file.layout.startswith("geoBoundaries")
    assert file.units[["pcode", "name_en", "level"]].values.tolist() == [["123B1", "West", 1], ["123B2", "East", 1]]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path / "own.json",
        feature(square(10, 45), c="A1", n="One", a="واحد", up="A", l="2"),
        feature(square(11, 45), c="A2", n="Two", a="اثنان", up="A", l="2"),
    )
    columns = {"pcode": "C", "name_en": "n", "name_ar": "a", "parent": "up", "level": "l"}
    units = read_boundary_file(path, columns=columns, bbox=BBOX).units
    assert units.drop(columns="geometry").values.tolist() == [
        ["A1", "One", "واحد", 2, "A"],
        ["A2", "Two", "اثنان", 2, "A"],
    ]


# What is repaired, and says so


def test_a_projected_file_is_turned_into_degrees(tmp_path: Path) -> None:
    file = read_boundary_file(write(tmp_path / "utm.gpkg", cod_frame().to_crs("EPSG:32632")), bbox=BBOX)
    assert "turned from WGS 84 / UTM zone 32N" in file.remarks[0]
    assert file.units.total_bounds == pytest.approx([10, 45, 12, 46], abs=1e-6)


def test_a_bow_tie_is_repaired(tmp_path: Path) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[10, 45], [11, 46], [11, 45], [10, 46], [10, 45]]]}
    file = read_boundary_file(
        write_geojson(tmp_path / "b.json", feature(bow_tie, code="A", name="a"), EAST), columns=SIMPLE, bbox=BBOX
    )
    assert file.remarks == ("Broken shapes were repaired: unit 1 (self-intersection).",)
    assert file.units.geometry.is_valid.all()
    assert file.units.geometry.iloc[0].area == pytest.approx(0.5)


def test_open_and_clockwise_rings_are_put_right(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[10, 45], [10, 46], [11, 46], [11, 45]]]}
    file = read_boundary_file(
        write_geojson(tmp_path / "o.json", feature(ring, code="A", name="a"), EAST), columns=SIMPLE, bbox=BBOX
    )
    assert len(file.remarks) == 2
    assert "left open were closed, in unit 1" in file.remarks[0]
    assert "1 outer rings ran clockwise" in file.remarks[1]
    assert file.units.geometry.iloc[0].area == pytest.approx(1.0)


def test_slivers_between_neighbours_are_closed(tmp_path: Path) -> None:
    file = read_boundary_file(
        write_geojson(
            tmp_path / "s.json",
            feature({"type": "Polygon", "coordinates": [list(box(10, 45, 11.00003, 46).exterior.coords)]}, code="A"),
            feature({"type": "Polygon", "coordinates": [list(box(11, 45, 12, 45.5).exterior.coords)]}, code="B"),
            feature({"type": "Polygon", "coordinates": [list(box(11.00006, 45.5, 12, 46).exterior.coords)]}, code="C"),
        ),
        columns={"pcode": "code", "level": "1"},
        bbox=BBOX,
    )
    assert "gaps and overlaps of" in file.remarks[0]
    shapes = file.units.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes, gap_width=1e-5)
    assert shapely.union_all(shapes).area == pytest.approx(2.0, abs=1e-4)


def test_parts_of_one_unit_in_several_rows_are_one(tmp_path: Path) -> None:
    island = feature(square(12, 46, size=0.2), code="B", name="East")
    file = read_boundary_file(write_geojson(tmp_path / "p.json", WEST, EAST, island), columns=SIMPLE, bbox=BBOX)
    assert file.units["pcode"].tolist() == ["A", "B"]
    assert "1 units stand in several rows (B, …)" in file.remarks[0]
    assert file.units.geometry.iloc[1].area == pytest.approx(1.04)


def test_single_units_that_cannot_be_used_are_set_aside_with_their_reason(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path / "m.json",
        WEST,
        feature(None, code="C", name="nowhere"),
        feature({"type": "Point", "coordinates": [10.5, 45.5]}, code="D", name="a point"),
        feature({"type": "Polygon", "coordinates": [[[10, 45], [11, 45]]]}, code="E", name="a stroke"),
        feature({"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [10, 45], [10, 45]]]}, code="F", name="flat"),
        feature({"type": "Polygon", "coordinates": "none"}, code="G", name="nonsense"),
        feature(square(11, 45), code="", name="without a code"),
        feature(square(50, 10), code="H", name="far away"),
    )
    file = read_boundary_file(path, columns=SIMPLE, bbox=BBOX)
    assert file.units["pcode"].tolist() == ["A"]
    assert len(file.set_aside) == 7
    reasons = " ".join(f"{which}: {why}" for which, why in file.set_aside)
    for words in ("unit 2: It has no shape", "It is a Point", "rings are broken", "code is nothing", "outside"):
        assert words in reasons


# What is refused, and why


def refused(path: Path, match: str, **options: Any) -> None:
    with pytest.raises(DataError, match=match) as caught:
        read_boundary_file(path, bbox=BBOX, **options)
    assert "\n" not in str(caught.value)


def with_bytes(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def from_frame(name: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], Path]:
    return lambda folder: write(folder / name, change(cod_frame()))


def swapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs)


def without_prj(folder: Path) -> Path:
    path = write(folder / "zed.shp", cod_frame())
    path.with_suffix(".prj").unlink()
    return path


def without_dbf(folder: Path) -> Path:
    path = write(folder / "zed.shp", cod_frame())
    path.with_suffix(".dbf").unlink()
    return path


def two_layers(folder: Path) -> Path:
    path = folder / "two.gpkg"
    cod_frame().to_file(path, layer="a", driver="GPKG")
    cod_frame().to_file(path, layer="b", driver="GPKG")
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "not there": (lambda folder: folder / "none.gpkg", "is not a file"),
    "a folder": (lambda folder: folder, "is not a file"),
    "no bytes": (with_bytes("x.gpkg", b""), "empty: it has no bytes"),
    "unknown kind": (with_bytes("x.kml", b"<kml/>"), "not of a kind that is read"),
    "a pointer to other files in disguise": (
        with_bytes("x.geojson", b"<OGRVRTDataSource><SrcDataSource>/etc/hostname</SrcDataSource></OGRVRTDataSource>"),
        "not what its suffix says",
    ),
    "a text called a GeoPackage": (with_bytes("x.gpkg", b"hello"), "not what its suffix says"),
    "half a GeoPackage": (with_bytes("x.gpkg", b"SQLite format 3\x00" + b"\x00" * 200), "cannot be read|holds no"),
    "half a GeoJSON": (with_bytes("x.geojson", b'{"type": "FeatureColl'), "not JSON in UTF-8"),
    "a GeoJSON in another encoding": (with_bytes("x.geojson", '{"é": 1}'.encode("latin-1")), "not JSON in UTF-8"),
    "deeply nested": (with_bytes("x.geojson", b'{"a":' * 100_000), "not JSON in UTF-8"),
    "a topology": (with_bytes("x.json", b'{"type": "Topology"}'), "type 'Topology', expected a FeatureCollection"),
    "no units": (with_bytes("x.json", b'{"type": "FeatureCollection", "features": []}'), "is empty"),
    "no CRS": (without_prj, "does not say its CRS.*--crs"),
    "unknown CRS": (lambda folder: write_geojson(folder / "x.json", WEST, crs={"type": "?"}), "CRS that is not known"),
    "metres said to be degrees": (
        from_frame("x.gpkg", lambda frame: frame.to_crs("EPSG:32632").set_crs("EPSG:4326", allow_override=True)),
        "expected longitudes within ±180",
    ),
    "latitude and longitude swapped": (from_frame("x.gpkg", swapped), "latitude and longitude swapped"),
    "another part of the world": (
        from_frame("x.gpkg", lambda frame: frame.set_geometry(frame.translate(60, -60), crs=frame.crs)),
        "outside the theatre",
    ),
    "points": (from_frame("x.gpkg", lambda frame: frame.set_geometry(frame.representative_point())), "no polygons but"),
    "lines": (from_frame("x.gpkg", lambda frame: frame.set_geometry(frame.boundary)), "no polygons but 4 LineString"),
    "broken rings only": (
        lambda folder: write_geojson(
            folder / "x.json", feature({"type": "Polygon", "coordinates": [[[10, 45], [11, 45]]]}, code="A")
        ),
        "none of its 1 units has a usable shape. Its rings are broken",
    ),
    "one code for all": (
        from_frame("x.gpkg", lambda frame: frame.assign(ADM2_PCODE="ZA0101")),
        "gives the code ZA0101 to more than one unit",
    ),
    "units over each other": (
        from_frame("x.gpkg", lambda frame: frame.set_geometry(frame.buffer(0.05), crs=frame.crs)),
        "pairs of units lie over each other",
    ),
    "unknown columns": (
        from_frame("x.gpkg", lambda frame: frame[["ADM2_EN", "geometry"]]),
        "not known which of its columns .* has ADM2_EN",
    ),
    "a shapefile without its table": (without_dbf, r"lacks its companions \.dbf"),
    "several layers": (two_layers, "several layers: a, b"),
}


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, case: str) -> None:
    make, match = BAD[case]
    refused(make(tmp_path), match)


def test_what_a_file_does_not_say_can_be_said(tmp_path: Path) -> None:
    file = read_boundary_file(without_prj(tmp_path), crs="EPSG:4326", bbox=BBOX)
    assert "as you said" in file.remarks[0]
    refused(without_prj(tmp_path), "CRS 'nonsense' is not known", crs="nonsense")


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"pcode": "none"}, "no column 'none' for pcode"),
        ({"name_en": "ADM2_EN"}, "no column is named for pcode"),
        ({"pcode": "ADM2_PCODE", "level": "9"}, "no column '9' for level"),
        ({"code": "ADM2_PCODE"}, "no field 'code'"),
        ({"pcode": "ADM2_PCODE", "parent": "ADM2_PCODE"}, "its own parent"),
    ],
)
def test_columns_that_cannot_be_are_told(tmp_path: Path, columns: dict[str, str], match: str) -> None:
    refused(write(tmp_path / "x.gpkg", cod_frame()), match, columns=columns)


def test_a_circle_of_parents_is_told(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path / "x.json",
        feature(square(10, 45), code="A", up="B", level=1),
        feature(square(11, 45), code="B", up="A", level=1),
    )
    refused(path, "as its parent", columns={"pcode": "code", "parent": "up", "level": "level"})


# Archives that are made to harm


def archive(folder: Path, entries: Mapping[str, bytes]) -> Path:
    path = folder / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return path


GOOD_JSON = json.dumps({"type": "FeatureCollection", "features": [WEST]}).encode()


@pytest.mark.parametrize(
    "name", ["../up.geojson", "/abs.geojson", "a/../../up.geojson", "..\\up.geojson", "C:\\x.geojson"]
)
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    refused(archive(tmp_path, {name: GOOD_JSON}), "leads out of the archive")
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as target:
        entry = zipfile.ZipInfo("x.geojson")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(entry, "/etc/hostname")
    refused(path, "leads out of the archive")


def test_an_archive_that_bursts_is_refused(tmp_path: Path) -> None:
    refused(archive(tmp_path, {"x.geojson": b"{" + b" " * 5_000_000}), "unpacks to over 200 times its size")
    refused(archive(tmp_path, {f"{n}.txt": b"" for n in range(300)}), "holds 300 files")


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapapp.boundaries.archives.MAX_FILE_BYTES", 1000)
    body = json.dumps(list(range(2000))).encode()
    refused(archive(tmp_path, {"x.geojson": b"{" + os.urandom(900) + body}), "more than")


@pytest.mark.parametrize(
    ("entries", "match"),
    [
        ({"readme.txt": b"hi"}, "holds no boundaries"),
        ({"a.geojson": GOOD_JSON, "b.geojson": GOOD_JSON}, r"several files: a\.geojson, b\.geojson"),
        ({"inner.zip": b"PK"}, "holds no boundaries"),
        ({"x.gpkg": b"no"}, "not what its suffix says"),
    ],
)
def test_an_archive_without_one_clear_file_is_refused(tmp_path: Path, entries: dict[str, bytes], match: str) -> None:
    refused(archive(tmp_path, entries), match)


def test_the_full_file_of_a_geoboundaries_archive_is_taken(tmp_path: Path) -> None:
    other = json.dumps({"type": "FeatureCollection", "features": []}).encode()
    entries = {"g-ADM1.geojson": GOOD_JSON, "g-ADM1_simplified.geojson": other, "g-ADM1-metaData.json": b"{}"}
    assert len(read_boundary_file(archive(tmp_path, entries), columns=SIMPLE, bbox=BBOX).units) == 1


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    words = '<script>alert(1)</script>{{7*7}}\u202e\x1b[31m"'
    path = write_geojson(tmp_path / "x.json", feature(square(10, 45), code="A", name=words), EAST)
    name = read_boundary_file(path, columns=SIMPLE, bbox=BBOX).units["name_en"].iloc[0]
    assert "\u202e" not in name
    assert "\x1b" not in name
    assert "<script>" in name


@pytest.mark.parametrize("code", ["a/b", "<b>", "A B", "-", "é/", "x" * 100])
def test_codes_that_would_break_ids_are_set_aside(tmp_path: Path, code: str) -> None:
    path = write_geojson(tmp_path / "x.json", feature(square(10, 45), code=code, name="x"), EAST)
    file = read_boundary_file(path, columns=SIMPLE, bbox=BBOX)
    assert file.units["pcode"].tolist() == ["B"]
    assert len(file.set_aside) == 1


# Installed for a theatre


@pytest.fixture
def zed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A theatre of an invented country with two provinces as its own units."""
    monkeypatch.setenv("MAPAPP_THEATRES", str(tmp_path / "theatres"))
    path = write_geojson(
        tmp_path / "provinces.json",
        feature(square(10, 45), code="ZA01", name="West"),
        feature(square(11, 45), code="ZA02", name="East"),
    )
    file = read_boundary_file(path, columns=SIMPLE)
    made = make_theatre("zed", country="XZ", boundaries=file, last_day=date(2024, 12, 11))
    with (made / "supplement.csv").open("a", encoding="utf-8") as table:
        table.write("zed-supplement:alda,Alda,,45.2,10.3,P,PPLC,XZ,,,yes,https://example.org/alda\n")
        table.write("zed-supplement:bree,Bree,,45.8,11.5,P,PPL,XZ,,,yes,https://example.org/bree\n")
        table.write("zed-supplement:coast,Coast,,45.5,12.03,P,PPL,XZ,,,yes,https://example.org/coast\n")
    with (made / "baseline.csv").open("a", encoding="utf-8") as table:
        table.writelines(f"zed-supplement:{place},,Not known.,\n" for place in ("alda", "bree", "coast"))
    return "zed"


def test_installed_boundaries_give_cells_and_codes(tmp_path: Path, zed: str) -> None:
    before = load_theatre(zed)
    assert before.boundaries is None
    add_boundaries(
        write(tmp_path / "zed.gpkg", cod_frame()), theatre_name=zed, attribution="Zed Survey", licence="CC BY 4.0"
    )
    theatre = load_theatre(zed)
    assert theatre.units["level"].tolist() == [1, 1, 2, 2, 2, 2]
    assert theatre.own_attributions == ("Zed Survey",)
    alda, bree, coast = theatre.cell_places
    assert (alda.adm1_pcode, alda.adm2_pcode, alda.adm3_pcode) == ("ZA01", "ZA0101", None)
    assert bree.adm2_pcode == "ZA0202"
    assert coast.adm1_pcode == "ZA02"
    cells = build_cells(units=theatre.units, places=theatre.cell_places)
    assert {cell.unit_pcode for cell in cells} == set(DISTRICTS)
    payload = build_payload(build_scene(default_query(theatre), theatre=theatre))
    assert "Zed Survey" in payload["attributions"]
    assert len(payload["layers"][0]["data"]["units"]) == 6


def test_a_point_is_joined_at_full_resolution(tmp_path: Path, zed: str, gazetteer: Gazetteer) -> None:
    # The border has a notch of ten metres that no map shows; whoever stands in it still belongs to the right side.
    notch = (10.5, 45.5), (10.50005, 45.50009), (10.5001, 45.5)
    south = Polygon([(10, 45), (11, 45), (11, 45.5), *reversed(notch), (10, 45.5)])
    north = Polygon([(10, 45.5), *notch, (11, 45.5), (11, 46), (10, 46)])
    frame = gpd.GeoDataFrame({"c": ["ZA0101", "ZA0102"], "up": ["ZA01"] * 2}, geometry=[south, north], crs="EPSG:4326")
    add_boundaries(
        write(tmp_path / "n.gpkg", frame), theatre_name=zed, columns={"pcode": "c", "parent": "up", "level": "2"}
    )
    theatre = load_theatre(zed)
    assert theatre.leaf_units is not None
    drawn = theatre.units[theatre.units["pcode"].isin(theatre.leaf_units["pcode"])]
    assert len(drawn.get_coordinates()) < len(theatre.leaf_units.get_coordinates())
    joined = Gazetteer(gazetteer.world, theatre=theatre)
    assert joined.pcodes(lat=45.50004, lon=10.50005) == {2: "ZA0101", 1: "ZA01"}


def test_units_that_the_file_lacks_stay_as_they_were(tmp_path: Path, zed: str) -> None:
    frame = cod_frame()[["ADM2_PCODE", "ADM2_EN", "geometry"]].iloc[:2]
    about = add_boundaries(
        write(tmp_path / "west.gpkg", frame),
        theatre_name=zed,
        columns={"pcode": "ADM2_PCODE", "name_en": "ADM2_EN", "level": "2"},
    )
    units = load_theatre(zed).units
    assert units["pcode"].tolist() == ["ZA01", "ZA02", "ZA0101", "ZA0102"]
    assert units.set_index("pcode")["parent"].dropna().to_dict() == {"ZA0101": "ZA01", "ZA0102": "ZA01"}
    assert any("named no parent" in remark for remark in about.remarks)
    assert any("bundled units stay" in remark for remark in about.remarks)
    leaves = units[units["pcode"].isin(["ZA02", "ZA0101", "ZA0102"])].geometry.to_numpy()
    assert shapely.coverage_is_valid(leaves)
    assert shapely.union_all(leaves).area == pytest.approx(2.0, abs=0.01)


def test_the_same_units_under_other_codes_keep_the_codes_of_the_theatre(tmp_path: Path, zed: str) -> None:
    path = write_geojson(
        tmp_path / "g.geojson",
        feature(square(10.01, 45), shapeName="Ouest", shapeID="g1", shapeType="ADM1"),
        feature(square(11.01, 45), shapeName="Est", shapeID="g2", shapeType="ADM1"),
    )
    about = add_boundaries(path, theatre_name=zed)
    units = load_theatre(zed).units
    assert units[["pcode", "name_en"]].values.tolist() == [["ZA01", "Ouest"], ["ZA02", "Est"]]
    assert any("under other codes" in remark for remark in about.remarks)


def test_codes_of_another_system_are_refused(tmp_path: Path, zed: str) -> None:
    path = write_geojson(
        tmp_path / "fips.geojson",
        feature(square(10, 45), code="ZA02", name="West"),
        feature(square(11, 45), code="ZA01", name="East"),
    )
    with pytest.raises(DataError, match=r"2 codes of the file mean other units .*: ZA01 is East there and West here"):
        add_boundaries(path, theatre_name=zed, columns=SIMPLE)
    assert installed_boundaries(zed) is None


def test_a_bad_file_leaves_what_was_installed(tmp_path: Path, zed: str) -> None:
    add_boundaries(write(tmp_path / "zed.gpkg", cod_frame()), theatre_name=zed)
    version = boundaries_version(zed)
    with pytest.raises(DataError, match="swapped"):
        add_boundaries(write(tmp_path / "bad.gpkg", swapped(cod_frame())), theatre_name=zed)
    assert boundaries_version(zed) == version != ""
    assert sorted(path.name for path in boundaries_path(zed).parent.iterdir()) == ["zed.gpkg"]


def test_broken_installed_boundaries_are_told_and_can_be_removed(zed: str) -> None:
    assert installed_boundaries(zed) is None
    assert not remove_boundaries(zed)
    path = boundaries_path(zed)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SQLite format 3\x00 and no more")
    with pytest.raises(DataError, match="data remove-boundaries --theatre zed"):
        load_theatre(zed)
    assert remove_boundaries(zed)
    assert load_theatre(zed).boundaries is None


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x y"])
def test_a_path_is_no_name_of_a_theatre(name: str) -> None:
    with pytest.raises(DataError, match="not the name of a theatre"):
        boundaries_path(name)


# Fetched


def pinned(path: Path) -> RemoteFile:
    content = path.read_bytes()
    return RemoteFile(path.name, hashlib.sha256(content).hexdigest(), len(content))


def make_download(folder: Path, *, main: str, base: str = "https://example.org/", layout: str = "cod-ab") -> Download:
    return Download(
        id="cod-ab",
        title="Districts of Zed",
        main=main,
        layout=layout,
        publisher="Zed Survey",
        date="2024-01-01",
        licence="CC BY 4.0",
        attribution="Zed Survey, CC BY 4.0",
        page="https://example.org/zed",
        base=base,
        files=tuple(pinned(path) for path in sorted(folder.iterdir())),
    )


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder with a shapefile of the invented country, as a server holds it."""
    folder = tmp_path / "server"
    folder.mkdir()
    write(folder / "zed districts.shp", cod_frame())
    return folder


def test_boundaries_are_fetched_checked_and_installed(zed: str, survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    download = make_download(survey, main="zed districts.shp")
    told: list[tuple[str, float]] = []
    with serving({path.name: whole(path.read_bytes()) for path in survey.iterdir()}) as (base, asked):
        monkeypatch.setenv("MAPAPP_DOWNLOAD_BASE", base)
        about = fetch_boundaries(download, theatre_name=zed, progress=lambda words, share: told.append((words, share)))
        assert len(asked) == len(download.files)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert about.levels == ((0, 1), (1, 2), (2, 4))
    assert load_theatre(zed).own_attributions == ("Zed Survey, CC BY 4.0",)
    fetch_boundaries(download, theatre_name=zed, base="http://127.0.0.1:1/")  # all is here: nobody is asked


@pytest.mark.parametrize("suffix", [".shp", ".dbf", ".prj"])
def test_a_tampered_file_is_refused_with_both_hashes(zed: str, survey: Path, suffix: str) -> None:
    download = make_download(survey, main="zed districts.shp")
    answers = {path.name: path.read_bytes() for path in survey.iterdir()}
    name = f"zed districts{suffix}"
    answers[name] = bytes([answers[name][0] ^ 1]) + answers[name][1:]
    expected = r"sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}"
    served = serving({key: whole(body) for key, body in answers.items()})
    with served as (base, _), pytest.raises(DataError, match=expected):
        fetch_boundaries(download, theatre_name=zed, base=base)
    assert installed_boundaries(zed) is None
    assert not any(
        path.name.startswith(".") or path.name == name for path in boundaries_path(zed).parents[1].rglob("*")
    )


def test_downloads_are_a_table_of_the_theatre(zed: str, tmp_path: Path) -> None:
    assert read_downloads(zed) == ()
    file = tmp_path / "theatres" / "zed" / "downloads.toml"
    file.write_text('[[download]]\nid = "x"\n', encoding="utf-8")
    with pytest.raises(TheatreError, match=r"zed/downloads\.toml: a download has no title"):
        read_downloads(zed)


def test_the_bundled_theatre_offers_pinned_boundaries(theatre: Theatre) -> None:
    for download in read_downloads(theatre.code):
        assert download.base.startswith("https://")
        assert download.licence
        assert download.attribution
        assert all(len(file.sha256) == 64 and file.size_bytes > 0 for file in download.files)


# The pinned file itself


@pytest.fixture
def adm3(shared: Path) -> Path:
    path = shared / "data" / "boundaries" / f"{ADM3}.shp"
    if not path.is_file():
        pytest.skip(f"{path} is absent: it may not be part of the project")
    return path


@pytest.mark.shared
def test_the_pinned_download_installs_four_levels(adm3: Path, theatre: Theatre) -> None:
    (download,) = read_downloads(theatre.code)
    answers = {file.name: whole((adm3.parent / file.name).read_bytes()) for file in download.files}
    with serving(answers) as (base, _):
        about = fetch_boundaries(download, theatre_name=theatre.code, base=base)
    assert about.levels == ((0, 1), (1, 14), (2, 62), (3, 272))
    finer = load_theatre(theatre.code)
    assert set(theatre.units["pcode"]) <= set(finer.units["pcode"])
    assert all(place.adm3_pcode for place in finer.cell_places)
    assert (finer.units["name_ar"].notna()).all()
    cells = build_cells(units=finer.units, places=finer.cell_places)
    assert {cell.unit_pcode for cell in cells} == set(finer.units.loc[finer.units["level"] == 3, "pcode"])
    codes = {place.id: place.adm3_pcode for place in finer.cell_places}
    assert all(codes[cell.place_id] == cell.unit_pcode for cell in cells if cell.place_id)
    assert_tiles(cells=[cell.geometry for cell in cells], units=finer.units)
    scene = build_scene(default_query(finer), theatre=finer)
    assert not scene.timeline.set_aside or {why for _, why in scene.timeline.set_aside}
    size = len(json.dumps(build_payload(scene), separators=(",", ":"), ensure_ascii=False).encode())
    assert size < 2_000_000, f"{size} bytes"


def assert_tiles(*, cells: list[Any], units: gpd.GeoDataFrame) -> None:
    """Assert that cells cover the units without gap or overlap of more than a square metre per border."""
    assert shapely.coverage_is_valid(cells)
    square_metre = 1.0 / (111_320.0**2 * 0.8)  # in square degrees, at 35 degrees north
    whole_area = shapely.union_all(cells)
    assert sum(cell.area for cell in cells) - whole_area.area <= len(cells) * square_metre
    holes = [Polygon(ring).area for part in shapely.get_parts(whole_area) for ring in part.interiors]
    assert sum(holes) <= square_metre
    own = shapely.union_all(units.geometry[units["level"] == 3].to_numpy())
    assert shapely.symmetric_difference(own, whole_area).area <= 3 * len(cells) * square_metre


# A theatre of one's own


def test_a_new_theatre_opens_draws_and_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPAPP_THEATRES", str(tmp_path / "own"))
    path = write(tmp_path / "zed.gpkg", cod_frame())
    command = ["theatre", "new", "zedland", "--from-boundaries", str(path), "--title", 'The "Zed"', "--country", "xz"]
    command += ["--attribution", "Zed Survey, CC BY 4.0"]
    assert main([*command, "--first-day", "2024-11-26", "--last-day", "2024-12-11"]) == 0
    assert main(["theatres", "--names"]) == 0
    assert "zedland" in capsys.readouterr().out.split()
    for name in ("z.png", "z.html", "z.geojson", "z.svg"):
        assert main(["export", "--theatre", "zedland", "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 2_000
    article = tmp_path / "a.txt"
    article.write_text("Fighters left the capital of France, Paris, on Sunday, officials said.", encoding="utf-8")
    assert main(["ingest", str(article), "--published", "2024-12-09", "--theatre", "zedland"]) == 0
    assert "Paris" in capsys.readouterr().out
    theatre = load_theatre("zedland")
    assert theatre.title == 'The "Zed"'
    assert theatre.own_attributions == ("Zed Survey, CC BY 4.0",)
    assert theatre.country == "XZ"
    assert theatre.units["level"].tolist() == [1, 1, 2, 2, 2, 2]
    scene = build_scene(default_query(theatre), theatre=theatre)
    assert {state.status.value for state in scene.timeline.states} == {"unknown"}
    assert len(scene.cells) == 4


def test_a_new_theatre_of_a_real_country_knows_its_towns(tmp_path: Path) -> None:
    made = make_theatre("italy", folder=tmp_path, country="it", last_day=date(2024, 12, 11))
    theatre = load_theatre("italy", root=tmp_path)
    assert made == tmp_path / "italy"
    assert next(place.name for place in theatre.cell_places if place.id == theatre.capital_place_id) == "Rome"
    assert theatre.timezone == "Europe/Rome"
    assert all(row.actor is None for row in theatre.baseline.values())
    readme = (made / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in made.iterdir() if path.is_file() and path.name != "README.md"]
    assert all(f"`{name}`" in readme for name in files)


@pytest.mark.parametrize("name", ["", "a", "A", "../x", "a b", "1a", "a/b", "a_b", "é", "x" * 60])
def test_names_that_are_no_folder_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TheatreError, match="cannot be used"):
        make_theatre(name, folder=tmp_path, country="IT")
    assert list(tmp_path.iterdir()) == []


def test_a_theatre_is_never_overwritten(tmp_path: Path, theatre: Theatre) -> None:
    make_theatre("mine", folder=tmp_path, country="MT")
    with pytest.raises(TheatreError, match="already"):
        make_theatre("mine", folder=tmp_path, country="MT")
    with pytest.raises(TheatreError, match="already"):
        make_theatre(theatre.code, folder=tmp_path, country="MT")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "needs units"),
        ({"country": "QQ"}, "no country 'QQ'"),
        ({"country": "Italy"}, "expected two letters"),
        ({"country": "IT", "first_day": date(2025, 1, 2), "last_day": date(2025, 1, 1)}, "after the last day"),
        ({"country": "IT", "title": "x\ny"}, "control characters"),
    ],
)
def test_what_is_lacking_is_told_and_nothing_is_left(tmp_path: Path, options: dict[str, Any], match: str) -> None:
    with pytest.raises(TheatreError, match=match):
        make_theatre("mine", folder=tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_one_broken_theatre_does_not_hide_the_others(
    tmp_path: Path, theatre: Theatre, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPAPP_THEATRES", str(tmp_path))
    make_theatre("mine", country="MT")
    (tmp_path / "mine" / "actors.csv").unlink()
    assert main(["theatres"]) == 1
    told = capsys.readouterr()
    assert theatre.title in told.out
    assert "mine/actors.csv cannot be read" in told.err
