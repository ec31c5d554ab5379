"""The map document: one folium page with everything in it, and the data that goes into it as JSON.

The shell (Leaflet, our code, our style) is constant. What a map shows arrives as one payload, either embedded in the
page (`build_document(payload)`) or posted into the running page (`build_document(None)`), see docs/map-document.md.
Text from outside travels in the payload only, never through a template; the browser shows it with `textContent`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import xyzservices.providers
from branca.element import Element, MacroElement
from jinja2 import Template
from xstatic.pkg import leaflet

from geodata.catalog import attributions, data_hash
from mapapp.layers import all_layers
from mapapp.layers._encoding import Fixed
from mapapp.model import Actor
from mapapp.style import style_table

if TYPE_CHECKING:
    from mapapp.scene import Scene

ASSETS = Path(__file__).parent / "assets"

SCRIPTS = (
    "core.js",
    "clock.js",
    "basemap.js",
    "territory.js",
    "routes.js",
    "events.js",
    "mentions.js",
    "places.js",
    "timeline.js",
    "follow.js",
    "hours.js",
    "globe.js",
    "legend.js",
    "card.js",
    "incidents.js",
    "controls.js",
    "main.js",
)
"""In the order in which they need each other."""

ONLINE_TILES = ("OpenStreetMap.Mapnik", "OpenTopoMap", "Esri.WorldImagery")
"""Online basemaps that a document may offer, by their names in xyzservices. None is loaded unless somebody picks it."""

PAYLOAD_FORMAT = 1
"""Raised when a document could misread the payload of an older project."""

_PAYLOAD_MARK = "mapapp-payload-goes-here"

_ESCAPES = {character: f"\\u{ord(character):04x}" for character in "<>&{}\u2028\u2029"}
"""Also the braces: no template language on the way can see one inside a string. Those of JSON itself stay."""

_FIXED_DEPTH = 4
"""So deep a payload holds lists that are written once: payload, layers, layer, data, list."""


def escape_json(value: Any) -> str:
    """Return JSON that is safe inside a script element: the only way of text into the browser.

    `<`, `>`, `&`, U+2028, U+2029 and, inside strings, braces are written as `\\uXXXX`; numbers that JSON lacks
    (NaN, infinity) raise ValueError.

    >>> escape_json({"a": "</script>{{7*7}}"})
    '{"a":"\\\\u003c/script\\\\u003e\\\\u007b\\\\u007b7*7\\\\u007d\\\\u007d"}'
    >>> json.loads(escape_json(["${x} & \u2028"])) == ["${x} & \u2028"]
    True
    """
    return _write(value, depth=_FIXED_DEPTH)


def _write(value: Any, *, depth: int) -> str:
    if isinstance(value, Fixed):
        if value.written is None:
            value.written = _write(list(value), depth=0)
        return value.written
    if depth and isinstance(value, dict):
        parts = (f"{_write(str(key), depth=0)}:{_write(item, depth=depth - 1)}" for key, item in value.items())
        return "{" + ",".join(parts) + "}"
    if depth and isinstance(value, list | tuple):
        return "[" + ",".join(_write(item, depth=depth - 1) for item in value) + "]"
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not text.isascii():
        text = _PAIRED.sub(lambda match: json.dumps(match.group())[1:-1], text)
    # With no escaped quotes left, every second part between quotes is a string, and nothing else needs escaping.
    quoted = text.replace("\\\\", "\\u005c").replace('\\"', "\\u0022").split('"')
    if len(quoted) > 1:
        inside = '"'.join(quoted[1::2])
        for character, escape in _ESCAPES.items():
            inside = inside.replace(character, escape)
        quoted[1::2] = inside.split('"')
    return '"'.join(quoted)


_PAIRED = re.compile("[\U00010000-\U0010ffff]")
"""Characters that are two in a browser: as escapes they count the same here and there."""


@lru_cache(maxsize=4)
def describe_changes(before: str, after: str) -> list[str | list[int]]:
    """Return JSON of `escape_json` as new text and stretches of an earlier one, each as [start, end].

    Put together they are `after`. A new claim changes some records among thousands, so that this is a small part of it.

    >>> describe_changes('[{"a":1},{"b":2},{"c":3}]', '[{"a":1},{"b":5},{"c":3}]')
    [[0, 8], ',{"b":5}', [16, 25]]
    >>> describe_changes("[]", "[]")
    [[0, 2]]
    """
    places: dict[str, int] = {}
    at = 0
    for record in _records(before):
        places.setdefault(record, at)
        at += len(record)
    found: list[str | list[int]] = []
    for record in _records(after):
        last = found[-1] if found else None
        if isinstance(last, list) and before.startswith(record, last[1]):
            last[1] += len(record)
        elif record in places:
            found.append([places[record], places[record] + len(record)])
        elif isinstance(last, str):
            found[-1] = last + record
        else:
            found.append(record)
    return found


def _records(text: str) -> list[str]:
    """Cut JSON before the commas between records and between the fields behind a list; it has no line breaks itself."""
    return text.replace("},{", "}\n,{").replace('],"', ']\n,"').split("\n")


@cache
def _credit() -> tuple[tuple[str, ...], str]:
    """Return the lines for the corner of the map, and the hash of the bundled data."""
    return attributions(), data_hash()


def build_payload(scene: Scene) -> dict[str, Any]:
    """Return everything that the map shows of a scene, JSON-ready; days count from `days.first`.

    The same scene gives the same payload.
    """
    theatre, query = scene.theatre, scene.query
    west, south, east, north = theatre.bbox
    return {
        "format": PAYLOAD_FORMAT,
        "title": theatre.title,
        "title_own": theatre.title_ar,
        "country": theatre.country_name,
        "bounds": [[south, west], [north, east]],
        "days": {"first": query.start.isoformat(), "count": (query.end - query.start).days + 1},
        "day": (min(max(query.day, query.start), query.end) - query.start).days,
        "actors": [_encode_actor(actor) for actor in theatre.actors],
        "style": style_table(theatre, palette=query.palette),
        "layers": [
            {
                "id": layer.id,
                "title": layer.title,
                "description": layer.description,
                "on": layer.id in query.layers if query.layers else layer.default_on,
                "data": layer.build(scene),
            }
            for layer in all_layers()
        ],
        "sources": _list_sources(scene),
        "articles": [
            {
                "title": reading.article.title,
                "publisher": reading.article.publisher,
                "published": reading.article.published.date().isoformat() if reading.article.published else None,
                "url": reading.article.url,
            }
            for reading in scene.readings
        ],
        "attributions": [*_credit()[0], *scene.own_attributions],
        "data_hash": f"{_credit()[1]} · {scene.articles_mark}",
        "theme": "auto",
    }


def _encode_actor(actor: Actor) -> dict[str, Any]:
    return {
        "code": actor.code,
        "name": actor.name,
        "name_own": actor.name_ar,
        "note": actor.note,
        "from": actor.valid_from.isoformat() if actor.valid_from else None,
        "to": actor.valid_to.isoformat() if actor.valid_to else None,
    }


def _list_sources(scene: Scene) -> list[dict[str, Any]]:
    """Return who is quoted or summarised, the most used first, with each address once."""
    counts: Counter[str] = Counter()
    addresses: dict[str, dict[str, None]] = {}
    evidence = [item for event in scene.events for item in (*event.evidence_for, *event.evidence_against)]
    for route in scene.routes:
        evidence += [item for leg in route.legs for item in leg.evidence]
        evidence += [item for point in route.points for item in point.evidence]
        evidence += route.also_said
    for item in evidence:
        name = item.publisher or "publisher not named"
        counts[name] += 1
        addresses.setdefault(name, {})
        if item.url:
            addresses[name][item.url] = None
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return [{"name": name, "n": counts[name], "urls": list(addresses[name])} for name in ordered]


def build_document(payload: dict[str, Any] | None, *, has_tiles: bool | None = None) -> str:
    """Return the folium document with its data in it, or an empty one that waits for data (None).

    `has_tiles` offers online basemaps in the layer control (none is loaded before somebody picks it); None means: only
    where the document waits for its data, as in the app. Without it the document forbids itself every connection.

    >>> document = build_document({"title": "</script><b>"})
    >>> "</script><b>" in document
    False
    """
    shell = _build_shell(payload is None if has_tiles is None else has_tiles)
    before, after = shell.split(_PAYLOAD_MARK)
    return before + escape_json(payload) + after


class _Verbatim(Element):
    """Constant text of ours, put in as it is: branca would read a string as a template once more."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.text = text


class _OfflineMap(folium.Map):
    """A folium map that names no file of any other host, and whose page may be enlarged by its reader."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        {% endmacro %}
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
            center: {{ this.location|tojson }}, zoom: 3, zoomControl: false, attributionControl: false, keyboard: false,
            zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, minZoom: 2, maxZoom: 13, worldCopyJump: false
        });
        {% endmacro %}
        """
    )


class _MapApp(MacroElement):
    """Our code, our style and the place for the data, around one folium map."""

    def __init__(self, *, tiles: list[dict[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MapApp"
        self.tiles = tiles

    def render(self, **_: Any) -> str:
        """Put the parts into the page: style and Leaflet first, then our code, then the data, then the start.

        Nothing is left to stand where the element itself stands.
        """
        figure: Any = self.get_root()
        name_of_map = self._parent.get_name() if self._parent else ""
        figure.header.add_child(_Verbatim(f"<style>{_leaflet_css()}</style>"), name="leaflet_css")
        figure.header.add_child(_Verbatim(f"<style>{_read_asset('map.css')}</style>"), name="mapapp_css")
        figure.header.add_child(_Verbatim(f"<script>{_leaflet_js()}</script>"), name="leaflet_js")
        for name in SCRIPTS:
            figure.header.add_child(_Verbatim(f"<script>{_read_asset(name)}</script>"), name=name)
        figure.html.add_child(_Verbatim(_json_block("mapapp-tiles", escape_json(self.tiles))), name="tiles")
        figure.html.add_child(_Verbatim(_json_block("mapapp-payload", _PAYLOAD_MARK)), name="payload")
        figure.script.add_child(_Verbatim(f"mapapp.start({name_of_map});"), name="start")
        return ""


def _json_block(element_id: str, text: str) -> str:
    return f'<script type="application/json" id="{element_id}">{text}</script>'


@cache
def _build_shell(has_tiles: bool) -> str:
    """Return the constant page with a mark where the data goes."""
    tiles = [_describe_tiles(name) for name in ONLINE_TILES] if has_tiles else []
    page = _OfflineMap(location=[0.0, 0.0], tiles=None)
    page._id = "page"  # a random id would make every export differ
    page.default_js, page.default_css = [], []
    _MapApp(tiles=tiles).add_to(page)
    figure: Any = page.get_root()
    figure._template = Template(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n{{ this.header.render(**kwargs) }}\n<title>Map</title>\n</head>\n'
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>{{ this.script.render(**kwargs) }}</script>\n</body>\n</html>\n"
    )
    return _add_policy(figure.render(), image_hosts=[tile["origin"] for tile in tiles])


def _add_policy(page: str, *, image_hosts: list[str]) -> str:
    """Forbid the page every connection, and every script but the ones it was built with."""
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(hashes)}",
            "style-src 'unsafe-inline'",
            " ".join(["img-src data: blob:", *image_hosts]),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return page.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def _describe_tiles(name: str) -> dict[str, Any]:
    """Return what the browser needs to show an online basemap."""
    provider = xyzservices.providers.query_name(name)
    url = provider.build_url(x="{x}", y="{y}", z="{z}", scale_factor="")
    scheme, _, rest = url.partition("://")
    return {
        "id": name,
        "title": provider.name.replace(".", " "),
        "url": url,
        "origin": f"{scheme}://{rest.split('/')[0]}",
        "credit": provider.attribution,
        "max_zoom": int(provider.get("max_zoom", 18)),
    }


@cache
def _read_asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def _leaflet_js() -> str:
    text = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


@cache
def _leaflet_css() -> str:
    """Return Leaflet's style without its pictures, which we don't use and which would be looked for beside the page."""
    text = (Path(leaflet.BASE_DIR) / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\([^)]*\)", "none", text)
