"""What an online geocoder says of a name: asked on the user's word only, kept as places of the user's own gazetteer."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQuotaExceeded,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)
from geopy.location import Location

from mapapp.errors import PlaceError
from mapapp.model import Resolution
from mapapp.places.gazetteer import Gazetteer
from mapapp.places.imported import ImportedPlace, imports_folder, read_imports_of
from mapapp.places.imports import Imported, save_import
from mapapp.places.names import name_key
from mapapp.places.online import OnlineGeocoder
from mapapp.places.tables import read_words
from mapapp.places.tokens import HYPHEN, LINK, SPACE, find_tokens

MOST_ANSWERS = 5
"""Of one name."""

MOST_NAME = 100
"""Characters of a name that is sent, or kept of an answer."""

KEPT_AS = "online"
"""Name of the import that holds the answers that the user kept."""


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that a text uses as a place's and that no gazetteer knows."""

    start: int
    end: int
    text: str


def find_unknown_names(
    text: str, *, resolutions: Iterable[Resolution], gazetteer: Gazetteer
) -> tuple[UnknownName, ...]:
    """Return capitalised names after "in", "near" and the like that nothing explains, each once, in order.

    >>> from mapapp.theatres.theatre import default_theatre, load_theatre
    >>> from mapapp.places.gazetteer import open_gazetteer
    >>> gazetteer = open_gazetteer(load_theatre(default_theatre()))
    >>> [name.text for name in find_unknown_names("They met in Qwertyville.", resolutions=(), gazetteer=gazetteer)]
    ['Qwertyville']
    >>> find_unknown_names("", resolutions=(), gazetteer=gazetteer)
    ()
    """
    words, tokens = read_words(), find_tokens(text)
    taken = [(item.mention.start, item.mention.end) for item in resolutions]
    strange = words.never | words.first_names | words.titles | words.institutions | words.common_words
    found: dict[str, UnknownName] = {}
    number = 0
    while number < len(tokens.keys):
        first = number
        number += 1
        while number < len(tokens.keys) and tokens.gaps[number] in (SPACE, HYPHEN, LINK):
            if tokens.gaps[number] == LINK and tokens.links[number] in ("and", "of", "in", "of the", "in the", "on"):
                break
            number += 1
        start, end = tokens.starts[first], tokens.ends[number - 1]
        before = re.search(r"(\w+)[ ]$", text[max(0, start - 20) : start])
        if before is None or before[1].lower() not in words.place_prepositions or number - first > 3:
            continue
        if any(key in strange for key in tokens.keys[first:number]) or any(a < end and start < b for a, b in taken):
            continue
        key = name_key(text[start:end])
        if len(key) > 3 and not gazetteer.entries([key])[key]:
            found.setdefault(key, UnknownName(start, end, text[start:end]))
    return tuple(sorted(found.values(), key=lambda name: name.start))


def ask_online(name: str, *, geocoder: OnlineGeocoder) -> tuple[ImportedPlace, ...]:
    """Return what the service says of a name, the likeliest first; `()` = it knows none. Only the name is sent.

    Raise `PlaceError` where the service does not answer, refuses or answers nonsense; the message says what to do.
    """
    asked = " ".join(name.split())[:MOST_NAME]
    if not asked:
        raise PlaceError("No name was given. Type the name of a place to ask for.")
    try:
        with warnings.catch_warnings():
            # geopy warns of points that are none, and raises.
            warnings.simplefilter("ignore", UserWarning)
            answer = geocoder.geocode(asked, exactly_one=False)
    except (GeocoderAuthenticationFailure, GeocoderInsufficientPrivileges) as error:
        raise PlaceError(f"{geocoder.service} refused the key or the name of the app. Check them.") from error
    except GeocoderQuotaExceeded as error:
        raise PlaceError(
            f"{geocoder.service} asks to be left alone for now (too many questions). Try later."
        ) from error
    except (GeocoderTimedOut, GeocoderUnavailable) as error:
        raise PlaceError(f"{geocoder.service} does not answer. Check the connection, or try later.") from error
    except (GeocoderServiceError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlaceError(f"{geocoder.service} answered with an error ({type(error).__name__}). Try later.") from error
    locations = answer if isinstance(answer, list) else [] if answer is None else [answer]
    places = [_to_place(location, asked=asked, service=geocoder.service) for location in locations[:MOST_ANSWERS]]
    return tuple(place for place in places if place is not None)


def _to_place(location: Location, *, asked: str, service: str) -> ImportedPlace | None:
    lat, lon = float(location.latitude), float(location.longitude)
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90.0 and abs(lon) <= 180.0):
        return None
    raw = location.raw if isinstance(location.raw, dict) else {}
    identity = next((str(raw[key]) for key in ("place_id", "geonameId", "osm_id", "id") if raw.get(key)), "")
    identity = re.sub(r"[^\w.-]", "", identity)[:40] or f"{lat:.5f},{lon:.5f}"
    country = str(raw.get("countryCode") or "")
    address = str(location.address or asked)[: 2 * MOST_NAME]
    return ImportedPlace(
        id=f"{service}:{identity}",
        name=asked,
        other_names=(address.replace("|", "/"),) if address and name_key(address) != name_key(asked) else (),
        lat=lat,
        lon=lon,
        feature_class="P",
        feature_code="PPL",
        country=country.upper() if re.fullmatch("[A-Za-z]{2}", country) else "",
        population=0,
    )


def keep_answer(place: ImportedPlace, *, gazetteer: Gazetteer) -> ImportedPlace:
    """Keep an answer as a place of the user's gazetteers, in the import `online`; return it as it was kept.

    A place that is known already gains the spelling. Raise `DataError` where the table cannot be written.
    """
    if not place.country and gazetteer.pcodes(lat=place.lat, lon=place.lon):
        place = replace(place, country=gazetteer.theatre.country)
    known = gazetteer.same_place(place)
    kept = place.as_same(known) if known is not None else place
    path = imports_folder() / f"{KEPT_AS}.csv"
    others = [other for other in read_imports_of(path) if other.id != kept.id] if path.is_file() else []
    save_import(Imported(places=(*others, kept)), name=KEPT_AS)
    return kept
