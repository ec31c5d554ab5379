"""The names of places, in the languages of the theatre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapapp.layers import Layer
from mapapp.layers._encoding import encode_point, without_none
from mapapp.model import Place

if TYPE_CHECKING:
    from mapapp.scene import Scene

RANKS = {"PPLC": 0, "PPLA": 1, "PPLA2": 2, "PPLA3": 3}
"""GeoNames feature codes of capitals, by rank; everything else comes after them."""

OTHER_RANK = 4


def _encode(place: Place, *, languages: tuple[str, ...]) -> dict[str, Any]:
    own = next(
        (place.names[language] for language in languages if language != "en" and place.names.get(language)), None
    )
    return without_none(
        {
            "id": place.id,
            "name": place.name,
            "own": own,
            "point": encode_point(lat=place.lat, lon=place.lon),
            "rank": RANKS.get(place.feature_code, OTHER_RANK),
            "people": place.population,
        }
    )


def build(scene: Scene) -> dict[str, Any]:
    """Return the places of the theatre, the ones to name first in front: capitals, then by population."""
    theatre = scene.theatre
    places = {place.id: place for place in theatre.cell_places}
    ordered = sorted(
        places.values(),
        key=lambda place: (RANKS.get(place.feature_code, OTHER_RANK), -(place.population or 0), place.name, place.id),
    )
    return {"places": [_encode(place, languages=theatre.languages) for place in ordered]}


LAYER = Layer(
    id="places",
    title="Names of places",
    description="As many names as there is room for, the capital and large towns first.",
    default_on=True,
    order=70,
    build=build,
)
