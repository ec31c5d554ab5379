"""Tracks in GPX and KML: the rows of each track with its name. XML with a document type is refused: it has no use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.parsers import expat

from mapapp.errors import DataError
from mapapp.routes.files import ABOUT, LEG
from mapapp.tracks.rows import (
    NAN,
    FoundTracks,
    NamedRows,
    Row,
    read_checked,
    read_instant,
    read_number,
    read_position,
)

_TRACKS = frozenset({"trk", "rte", "Placemark"})
_POSITIONS = frozenset({"trkpt", "rtept"})
_PARTS = frozenset({"trkseg", "LineString", "Track"})
_OF_POSITION = frozenset({"time", "ele", "speed"})


def read_xml(data: bytes, *, name: str) -> FoundTracks:
    """Return what a GPX or KML file holds. Raises DataError for broken XML and for a document type.

    >>> gpx = b'<gpx><trk><name>a</name><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    >>> [(one.name, one.rows[0][1:3]) for one in read_xml(gpx, name="a.gpx").tracks]
    [('a', (1.0, 2.0))]
    """

    def refuse(*_: object) -> None:
        raise DataError(f"{name} declares a document type, which a track has no use for. Export it again without one.")

    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text.append
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DataError(f"{name} is broken XML: {error}. Export it again.") from error
    found = reader.found
    for one in found:
        _finish(one)
    return FoundTracks(tuple(one for one in found if one.rows), tuple(reader.abouts))


def _finish(found: NamedRows) -> None:
    """Put together what KML tells apart: places and times, the line and its time span."""
    for index, words in enumerate(found.coords):
        moment = found.whens[index] if index < len(found.whens) else NAN
        found.rows.append(_kml_row(words.split(), moment=moment))
    if found.rows and not found.coords:
        found.rows[0] = _at(found.rows[0], found.begin_s)
        found.rows[-1] = _at(found.rows[-1], found.end_s)


class _Reader:
    """Takes what the parser finds. A tree of elements would take twice the time, and much memory."""

    def __init__(self) -> None:
        self.found = [NamedRows()]
        self.path: list[str] = []
        self.text: list[str] = []
        self.position: dict[str, str] | None = None
        """Attributes and, by tag, what stands in the position that is being read; None = none is."""
        self.abouts: list[str] = []
        self.data = ""
        """Name of the KML value that is being read."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        self.path.append(tag)
        self.text.clear()
        if tag in _POSITIONS:
            self.position = attributes
        elif tag in _TRACKS:
            self.found.append(NamedRows())
        elif tag in _PARTS:
            here = self.found[-1]
            here.parts.append(len(here.coords) or len(here.rows))
        elif tag == "Data":
            self.data = attributes.get("name", "")

    def end(self, name: str) -> None:
        tag = self.path.pop()
        if self.position is None:
            self.take(tag, "".join(self.text))
        elif tag in _POSITIONS:
            self.found[-1].rows.append(read_checked(self.position, _gpx_row))
            self.position = None
        elif tag in _OF_POSITION:
            self.position[f"<{tag}>"] = "".join(self.text)
        self.text.clear()

    def take(self, tag: str, text: str) -> None:
        """Keep what an element tells of the track that it stands in."""
        here, path = self.found[-1], self.path
        if tag == "name" and path and path[-1] in _TRACKS:
            here.name = text
        elif tag == "when":
            here.whens.append(read_instant(text.strip()))
        elif tag == "coord":
            here.coords.append(text.strip())
        elif tag == "coordinates" and "LineString" in path:
            here.rows.extend(_kml_row(words.split(","), moment=NAN) for words in text.split())
        elif tag == ABOUT or (tag == "value" and self.data == ABOUT):
            self.abouts.append(text)
        elif tag == LEG or (tag == "value" and self.data == LEG):
            here.leg = text
        elif tag == "begin" and "TimeSpan" in path:
            here.begin_s = read_instant(text.strip())
        elif tag == "end" and "TimeSpan" in path:
            here.end_s = read_instant(text.strip())


def _gpx_row(told: Mapping[str, str]) -> Row:
    return (
        read_instant(told.get("<time>")),
        float(told["lat"]),
        float(told["lon"]),
        read_number(told.get("<ele>")),
        read_number(told.get("<speed>"), scale=3.6),
    )


def _kml_row(words: Sequence[str], *, moment: float) -> Row | None:
    return read_checked(words, lambda one: read_position(one, moment=moment))


def _at(row: Row | None, moment: float) -> Row | None:
    return row if row is None or moment != moment else (moment, *row[1:])  # noqa: PLR0124 NaN is unknown
