"""Tracks in GPX and KML: the rows of each track with its name. XML with a document type is refused: it has no use."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from mapapp.errors import DataError
from mapapp.track_rows import NAN, Row, read_checked, read_instant, read_number, read_position

_TRACKS = frozenset({"trk", "rte", "Placemark"})


@dataclass(slots=True)
class NamedRows:
    """One track of a file as it stands there."""

    name: str | None = None
    rows: list[Row | None] = field(default_factory=list)
    """None = a position that cannot be read."""
    whens: list[float] = field(default_factory=list)
    coords: list[str] = field(default_factory=list)
    begin_s: float = NAN
    end_s: float = NAN
    """Of a KML line as a whole."""

    def finish(self) -> None:
        """Put together what KML tells apart: places and times, the line and its time span."""
        for index, words in enumerate(self.coords):
            moment = self.whens[index] if index < len(self.whens) else NAN
            self.rows.append(_kml_row(words.split(), moment=moment))
        if self.rows and not self.coords:
            self.rows[0] = _at(self.rows[0], self.begin_s)
            self.rows[-1] = _at(self.rows[-1], self.end_s)


def read_xml(data: bytes, *, name: str) -> tuple[NamedRows, ...]:
    """Return every track and route of a GPX file, or every line and gx:Track of a KML file, in order.

    What has no position at all is left out. Raises DataError for broken XML and for a document type.

    >>> gpx = b'<gpx><trk><name>a</name><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    >>> [(one.name, one.rows[0][1:3]) for one in read_xml(gpx, name="a.gpx")]
    [('a', (1.0, 2.0))]
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DataError(f"{name} declares a document type, which a track has no use for. Export it again without one.")
    here = NamedRows()
    found = [here]
    path: list[str] = []
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):  # noqa: S314 no entities
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                path.append(tag)
                if tag in _TRACKS:
                    here = NamedRows()
                    found.append(here)
                continue
            path.pop()
            if tag in ("trkpt", "rtept"):
                here.rows.append(read_checked(element, _gpx_row))
                element.clear()
            else:
                _take(here, tag, path=path, text=element.text or "")
    except ElementTree.ParseError as error:
        raise DataError(f"{name} is broken XML: {error}. Export it again.") from error
    for one in found:
        one.finish()
    return tuple(one for one in found if one.rows)


def _take(here: NamedRows, tag: str, *, path: Sequence[str], text: str) -> None:
    """Keep what an element tells of the track that it stands in."""
    if tag == "name" and path and path[-1] in _TRACKS:
        here.name = text
    elif tag == "when":
        here.whens.append(read_instant(text.strip()))
    elif tag == "coord":
        here.coords.append(text.strip())
    elif tag == "coordinates" and "LineString" in path:
        here.rows.extend(_kml_row(words.split(","), moment=NAN) for words in text.split())
    elif tag == "begin" and "TimeSpan" in path:
        here.begin_s = read_instant(text.strip())
    elif tag == "end" and "TimeSpan" in path:
        here.end_s = read_instant(text.strip())


def _gpx_row(element: ElementTree.Element) -> Row:
    texts = {child.tag.rpartition("}")[2]: child.text for child in element}
    lat, lon = float(element.attrib["lat"]), float(element.attrib["lon"])
    speed = read_number(texts.get("speed"), scale=3.6)
    return read_instant(texts.get("time")), lat, lon, read_number(texts.get("ele")), speed


def _kml_row(words: Sequence[str], *, moment: float) -> Row | None:
    return read_checked(words, lambda one: read_position(one, moment=moment))


def _at(row: Row | None, moment: float) -> Row | None:
    return row if row is None or moment != moment else (moment, *row[1:])  # noqa: PLR0124 NaN is unknown
