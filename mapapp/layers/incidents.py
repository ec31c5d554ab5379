"""Event exports that were brought in: what others have recorded, beside what the map says of control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapapp.layers import Layer
from mapapp.layers._encoding import day_number

if TYPE_CHECKING:
    from mapapp.scene import Scene

EXACT_WHERE_PREC = 2
"""What is known no better than to its district (UCDP 3 and more) has no point that could be drawn."""


def build(scene: Scene) -> dict[str, Any]:
    """Return the events of every layer that was brought in, each text once.

    A row is [set, first day, last day, latitude, longitude, what, place, sides, deaths, date_prec, reporter]; texts are
    numbers of `words`, -1 = none.
    """
    words: dict[str, int] = {}

    def number(text: str) -> int:
        return words.setdefault(text, len(words)) if text else -1

    first, last = scene.query.start, scene.query.end
    sets, rows = [], []
    for index, layer in enumerate(scene.event_layers):
        within = [item for item in layer.happenings if item.day <= last and item.last_day >= first]
        exact = [item for item in within if item.where_prec <= EXACT_WHERE_PREC]
        sets.append(
            {
                "id": layer.id,
                "title": layer.title,
                "source": layer.source,
                "n": len(exact),
                "not_drawn": len(within) - len(exact),
                "other_days": len(layer.happenings) - len(within),
            }
        )
        rows += [
            [
                index,
                day_number(item.day, first=first),
                day_number(item.last_day, first=first),
                round(item.spot.lat or 0.0, 4),
                round(item.spot.lon or 0.0, 4),
                number(item.what),
                number(item.spot.name),
                [number(side) for side in item.sides],
                item.deaths,
                item.date_prec,
                number(item.reporter),
            ]
            for item in exact
        ]
    return {"sets": sets, "words": list(words), "rows": rows, "is_empty": not sets}


LAYER = Layer(
    id="incidents",
    title="Imported events",
    description="What event tables that you brought in record for the day and, fading, for the two days before. They "
    "colour no area. An event without an exact place is counted but not drawn.",
    default_on=True,
    order=62,
    build=build,
)
