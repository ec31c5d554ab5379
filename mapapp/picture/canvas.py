"""A sheet of pixels to draw on: shapes, hatches, strokes and words, the same bytes every time.

Everything is in pixels, x to the right and y up from the lower left corner. One pixel is one point of matplotlib
(72 dpi), so that widths and sizes need no conversion. Text is plain text: nothing in it is markup or mathematics.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import withStroke
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from mapapp.errors import ExportError
from mapapp.style import Hatch
from mapapp.text import show_plain

LEAST_PX, MOST_PX = 320, 8000
"""Below nothing can be read, above a picture takes gigabytes."""

WIDE = 1.2
"""From this ratio of width to height on, there is room beside the map."""

_SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # carried by matplotlib: the same letters on every machine, Arabic among them
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "mapapp",
    "svg.image_inline": True,
    "path.simplify": False,
    "lines.antialiased": True,
    "patch.antialiased": True,
    "axes.unicode_minus": False,
    "savefig.bbox": None,
    "savefig.pad_inches": 0.0,
}
_LOCK = threading.Lock()
"""matplotlib's settings belong to the whole process."""

_Floats = npt.NDArray[np.float64]

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True)
class Canvas:
    """A sheet and how large its words are."""

    figure: Figure
    axes: Axes
    width_px: float
    height_px: float
    unit_px: float
    """Pixels of what is one pixel on a sheet of 1920 × 1080."""
    is_wide: bool
    """Words stand beside the map, otherwise above and below it."""
    taken: list[Box] = field(default_factory=list)
    """Where words and panels stand already; labels keep away."""


@contextmanager
def open_canvas(*, width_px: int, height_px: int, colour: str) -> Iterator[Canvas]:
    """Open a sheet to draw on, with settings that no user's configuration changes.

    Raises ExportError for a size that cannot be drawn.
    """
    for name, size in (("width", width_px), ("height", height_px)):
        if not LEAST_PX <= size <= MOST_PX:
            raise ExportError(
                f"The {name} is {size} px; expected {LEAST_PX} to {MOST_PX}. Choose a size in that range."
            )
    with _LOCK, mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is no reason to draw nothing.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width_px / 72, height_px / 72), dpi=72, facecolor=colour)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, width_px)
        axes.set_ylim(0, height_px)
        is_wide = width_px >= WIDE * height_px
        across, down = (1400, 1080) if is_wide else (1140, 1300)
        unit = min(width_px / across, height_px / down)
        yield Canvas(figure, axes, float(width_px), float(height_px), unit, is_wide)


def save_canvas(canvas: Canvas, target: Path | IO[bytes], *, kind: str, title: str, description: str) -> None:
    """Write the sheet as `png` or `svg`, without the time of writing or the name of the machine's software.

    Raises ExportError where the file cannot be written.
    """
    title, description = show_plain(title), show_plain(description)
    if kind == "png":
        metadata: dict[str, Any] = {"Software": None, "Title": _latin(title), "Description": _latin(description)}
    elif kind == "svg":
        metadata = {"Date": None, "Creator": None, "Title": title, "Description": description}
    else:
        raise ExportError(f"There is no picture format “{kind}”. Expected png or svg.")
    try:
        canvas.figure.savefig(target, format=kind, dpi=72, metadata=metadata)
    except OSError as error:
        raise ExportError(f"{target} cannot be written ({error.strerror}). Choose another file or folder.") from error


def draw_area(
    canvas: Canvas,
    shape: BaseGeometry,
    *,
    fill: str | None = None,
    edge: str | None = None,
    width_px: float = 0.0,
    dash_px: Sequence[float] = (),
    opacity: float = 1.0,
    layer: float,
) -> None:
    """Draw a (multi)polygon. `layer` orders what lies on what, the higher the nearer."""
    path = _path(shape)
    if path is None:
        return
    canvas.axes.add_artist(
        PathPatch(
            path,
            facecolor=fill or "none",
            edgecolor=edge or "none",
            linewidth=width_px * canvas.unit_px,
            linestyle=_dash(dash_px, width_px),
            alpha=opacity,
            zorder=layer,
            joinstyle="round",
        )
    )


def draw_lines(
    canvas: Canvas,
    shapes: Iterable[BaseGeometry],
    *,
    colour: str,
    width_px: float,
    dash_px: Sequence[float] = (),
    opacity: float = 1.0,
    layer: float,
) -> None:
    """Draw lines, or the outlines of polygons."""
    parts = shapely.get_parts([shape.boundary if "Polygon" in shape.geom_type else shape for shape in shapes])
    segments = [
        _rounded(shapely.get_coordinates(part)) for part in parts if "Line" in part.geom_type and not part.is_empty
    ]
    if segments:
        # One path for all of them: a drawing with a path per stroke is several times as large.
        canvas.axes.add_artist(
            PathPatch(
                DrawnPath.make_compound_path(*(DrawnPath(segment) for segment in segments)),
                facecolor="none",
                edgecolor=colour,
                linewidth=width_px * canvas.unit_px,
                linestyle=_dash(dash_px, width_px),
                alpha=opacity,
                zorder=layer,
                capstyle="butt" if dash_px else "round",
                joinstyle="round",
            )
        )


def draw_hatch(canvas: Canvas, shape: BaseGeometry, *, hatch: Hatch, colour: str, layer: float) -> None:
    """Lay a pattern over a shape. Its lines run through the whole sheet, so that neighbours fit together."""
    if shape.is_empty:
        return
    spacing, width = hatch.spacing_px * canvas.unit_px, hatch.width_px * canvas.unit_px
    shapely.prepare(shape)
    if hatch.kind == "dots":
        left, bottom, right, top = shape.bounds
        x, y = np.meshgrid(_steps(left, right, spacing), _steps(bottom, top, spacing))
        points = shapely.points(x.ravel(), y.ravel())
        kept = shapely.get_coordinates(points[shapely.contains(shape, points)])
        canvas.axes.scatter(kept[:, 0], kept[:, 1], s=width**2, c=colour, linewidths=0, zorder=layer)
        return
    for angle in hatch.angles_deg:
        lines = shapely.intersection(_parallels(shape.bounds, angle_deg=angle, spacing=spacing), shape)
        kept = [line for line in shapely.get_parts(lines) if line.geom_type == "LineString" and not line.is_empty]
        if kept:
            strokes = [DrawnPath(_rounded(shapely.get_coordinates(line))) for line in kept]
            canvas.axes.add_artist(
                PathPatch(
                    DrawnPath.make_compound_path(*strokes),
                    facecolor="none",
                    edgecolor=colour,
                    linewidth=width,
                    capstyle="butt",
                    zorder=layer,
                )
            )


def draw_panel(canvas: Canvas, box: Box, *, fill: str, edge: str, layer: float, opacity: float = 0.94) -> None:
    """Draw a sheet of paper with round corners and keep labels off it."""
    left, bottom, right, top = box
    canvas.axes.add_artist(
        FancyBboxPatch(
            (left, bottom),
            right - left,
            top - bottom,
            boxstyle=f"round,pad=0,rounding_size={8 * canvas.unit_px}",
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.8 * canvas.unit_px,
            alpha=opacity,
            zorder=layer,
        )
    )
    canvas.taken.append(box)


def draw_words(
    canvas: Canvas,
    words: str,
    *,
    x: float,
    y: float,
    size_px: float,
    colour: str,
    layer: float,
    is_bold: bool = False,
    is_slanted: bool = False,
    align: str = "left",
    rise: str = "baseline",
    halo: str | None = None,
    opacity: float = 1.0,
) -> Box:
    """Write one line of words and return where it stands. Control characters are made visible."""
    text = canvas.axes.text(
        x,
        y,
        one_line(words),
        fontsize=size_px * canvas.unit_px,
        color=colour,
        fontweight="bold" if is_bold else "normal",
        fontstyle="oblique" if is_slanted else "normal",
        ha=align,
        va=rise,
        zorder=layer,
        alpha=opacity,
        parse_math=False,
    )
    if halo is not None:
        text.set_path_effects([withStroke(linewidth=2.8 * canvas.unit_px, foreground=halo)])
    extent = text.get_window_extent()
    return float(extent.x0), float(extent.y0), float(extent.x1), float(extent.y1)


def measure_words(canvas: Canvas, words: str, *, size_px: float, is_bold: bool = False) -> tuple[float, float]:
    """Return width and height of one line of words in pixels."""
    text = canvas.axes.text(
        0,
        0,
        one_line(words),
        fontsize=size_px * canvas.unit_px,
        fontweight="bold" if is_bold else "normal",
        parse_math=False,
    )
    extent = text.get_window_extent()
    text.remove()
    return float(extent.width), float(extent.height)


def fit_words(canvas: Canvas, words: str, *, size_px: float, width_px: float, is_bold: bool = False) -> str:
    """Return the words, cut with an ellipsis where they are wider than allowed."""
    words = one_line(words)[:400]
    if measure_words(canvas, words, size_px=size_px, is_bold=is_bold)[0] <= width_px:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        cut = words[:middle].rstrip() + "…"
        if measure_words(canvas, cut, size_px=size_px, is_bold=is_bold)[0] <= width_px:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…"


def wrap_words(
    canvas: Canvas, words: str, *, size_px: float, width_px: float, most_lines: int, is_bold: bool = False
) -> list[str]:
    """Return the words in lines that fit the width; the last one is cut where there are too many."""
    lines: list[str] = []
    rest = one_line(words)[:1500].split(" ")
    while rest and len(lines) < most_lines - 1:
        n = 1
        while n < len(rest) and (
            measure_words(canvas, " ".join(rest[: n + 1]), size_px=size_px, is_bold=is_bold)[0] <= width_px
        ):
            n += 1
        lines.append(fit_words(canvas, " ".join(rest[:n]), size_px=size_px, width_px=width_px, is_bold=is_bold))
        rest = rest[n:]
    if rest:
        lines.append(fit_words(canvas, " ".join(rest), size_px=size_px, width_px=width_px, is_bold=is_bold))
    return lines


def one_line(words: str) -> str:
    """Return words as one line of plain text.

    >>> one_line("a\\n b")
    'a b'
    """
    return show_plain(" ".join(words.split()))


def is_free(canvas: Canvas, box: Box, *, margin_px: float = 2.0) -> bool:
    """Tell whether nothing stands in a box yet and it lies on the sheet."""
    left, bottom, right, top = box
    if left < 0 or bottom < 0 or right > canvas.width_px or top > canvas.height_px:
        return False
    return all(
        right + margin_px <= other[0]
        or left - margin_px >= other[2]
        or top + margin_px <= other[1]
        or bottom - margin_px >= other[3]
        for other in canvas.taken
    )


def digest(parts: Iterable[str]) -> str:
    """Return 12 hex digits for a list of words.

    >>> digest([])
    'e3b0c44298fc'
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _latin(words: str) -> str:
    """Return words as PNG's text chunks can hold them."""
    return words.encode("latin-1", "replace").decode("latin-1")


def _dash(dash_px: Sequence[float], width_px: float) -> Any:
    """Return matplotlib's dash pattern, which counts in line widths."""
    if not dash_px:
        return "solid"
    return (0, [step / max(width_px, 0.1) for step in dash_px])


def _path(shape: BaseGeometry) -> DrawnPath | None:
    polygons = [shape] if isinstance(shape, Polygon) else list(shape.geoms) if isinstance(shape, MultiPolygon) else []
    rings = [
        DrawnPath(_rounded(np.asarray(ring.coords)[:, :2]), closed=True)
        for polygon in polygons
        if not polygon.is_empty
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return DrawnPath.make_compound_path(*rings) if rings else None


def _rounded(coordinates: _Floats) -> _Floats:
    """Return coordinates to a hundredth of a pixel: more is not seen and makes a drawing twice as large."""
    return np.asarray(np.round(coordinates, 2), dtype=np.float64)


def _steps(low: float, high: float, spacing: float) -> _Floats:
    return np.arange(np.floor(low / spacing), np.ceil(high / spacing) + 1) * spacing


def _parallels(bounds: Box, *, angle_deg: float, spacing: float) -> BaseGeometry:
    """Return parallel lines over a box, at offsets that are multiples of the spacing from the sheet's corner."""
    left, bottom, right, top = bounds
    along = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    across = np.array([-along[1], along[0]])
    corners = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    at, reach = corners @ across, corners @ along
    offsets = _steps(float(at.min()), float(at.max()), spacing)
    starts = offsets[:, None] * across + (reach.min() - 1) * along
    ends = offsets[:, None] * across + (reach.max() + 1) * along
    return shapely.multilinestrings(shapely.linestrings(np.stack([starts, ends], axis=1)))
