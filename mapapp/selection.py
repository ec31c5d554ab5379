"""What a user looks at, as a value: the default, the way to and from an address, and what it leaves to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from mapapp.dates import read_day
from mapapp.errors import DateError
from mapapp.model import ControlState, Event, MapQuery, Status
from mapapp.text import fold
from mapapp.theatres.theatre import Theatre

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Days outside are taken for slips of the hand."""

MAX_RANGE_DAYS = 4000
"""About eleven years: more ticks than a slider can show."""

MAX_TEXT = 200
"""Code points of the text filter that are used."""


def default_query(theatre: Theatre) -> MapQuery:
    """Return what opens first: the theatre's last day, with the whole range on the slider."""
    return MapQuery(theatre=theatre.code, day=theatre.last_day, start=theatre.first_day, end=theatre.last_day)


def query_to_params(query: MapQuery) -> dict[str, str]:
    """Return a query as parameters of an address; what is not restricted is left out.

    >>> query = MapQuery("x", date(2030, 1, 5), date(2030, 1, 1), date(2030, 1, 9), actors=("A", "B"))
    >>> query_to_params(query)
    {'theatre': 'x', 'day': '2030-01-05', 'from': '2030-01-01', 'to': '2030-01-09', 'actors': 'A,B'}
    """
    params = {
        "theatre": query.theatre,
        "day": query.day.isoformat(),
        "from": query.start.isoformat(),
        "to": query.end.isoformat(),
        "layers": ",".join(query.layers),
        "actors": ",".join(query.actors),
        "status": "" if query.minimum_status is Status.CLAIMED else query.minimum_status.value,
        "q": query.text,
        "palette": query.palette,
    }
    return {name: value for name, value in params.items() if value}


def query_from_params(params: Mapping[str, str], *, theatre: Theatre) -> MapQuery:
    """Return the query that an address asks for.

    An address may come from anywhere: what cannot be used keeps its default and is named by `explain_params`; the day
    is moved into the range.
    """
    return _read(params, theatre=theatre)[0]


def explain_params(params: Mapping[str, str], *, theatre: Theatre) -> tuple[str, ...]:
    """Return in plain sentences which parameters of an address could not be used; empty = all could."""
    return _read(params, theatre=theatre)[1]


def select_events(events: Iterable[Event], *, query: MapQuery) -> tuple[Event, ...]:
    """Return the events that a query shows, in order of day and id.

    Shown are those that touch [start, end], that name one of the query's actors (if it has any), whose status is
    sure enough, and that hold the query's text in a place's name, a note or their evidence.
    """
    kept = [event for event in events if all(test(event, query) for test in _EVENT_TESTS)]
    return tuple(sorted(kept, key=lambda event: (event.date_start, event.id)))


def is_shown(state: ControlState, *, query: MapQuery) -> bool:
    """Tell whether a state is to be filled, or its cell left empty because the query does not ask for it.

    It is a matter of drawing only: shares and cards always speak of the whole.

    >>> query = MapQuery("x", date(2030, 1, 5), date(2030, 1, 1), date(2030, 1, 9), minimum_status=Status.ASSESSED)
    >>> is_shown(ControlState("c", date(2030, 1, 1), None, Status.CLAIMED, "A"), query=query)
    False
    >>> is_shown(ControlState("c", date(2030, 1, 1), None, Status.ASSESSED, "A"), query=query)
    True
    """
    if query.minimum_status is Status.ASSESSED and state.status is Status.CLAIMED:
        return False
    parties = {state.controller, *state.others}
    return not query.actors or bool(parties & set(query.actors))


def _within_range(event: Event, query: MapQuery) -> bool:
    return event.date_start <= query.end and event.date_end >= query.start


def _names_actor(event: Event, query: MapQuery) -> bool:
    return not query.actors or event.actor in query.actors or event.opponent in query.actors


def _is_sure_enough(event: Event, query: MapQuery) -> bool:
    return query.minimum_status is not Status.ASSESSED or event.status is Status.ASSESSED


def _holds_text(event: Event, query: MapQuery) -> bool:
    if not query.text.strip():
        return True
    words = [event.note, *(item.text for item in (*event.evidence_for, *event.evidence_against))]
    if event.place is not None:
        words += [event.place.name, *event.place.names.values()]
    return fold(query.text).strip() in fold(" \n ".join(words))


_EVENT_TESTS: tuple[Callable[[Event, MapQuery], bool], ...] = (
    _within_range,
    _names_actor,
    _is_sure_enough,
    _holds_text,
)


def _read(params: Mapping[str, str], *, theatre: Theatre) -> tuple[MapQuery, tuple[str, ...]]:
    default = default_query(theatre)
    remarks: list[str] = []

    def day_of(name: str, fallback: date) -> date:
        text = params.get(name, "")
        if not text:
            return fallback
        try:
            found = read_day(text)
        except DateError as error:
            remarks.append(f"“{name}” was not used: {error}")
            return fallback
        if not EARLIEST <= found <= LATEST:
            remarks.append(f"“{name}” was not used: {found} lies outside {EARLIEST} to {LATEST}.")
            return fallback
        return found

    start, end = day_of("from", default.start), day_of("to", default.end)
    if start > end or end - start > timedelta(days=MAX_RANGE_DAYS):
        remarks.append(f"“from” and “to” were not used: {start} to {end} is no range of 1 to {MAX_RANGE_DAYS} days.")
        start, end = default.start, default.end
    day = day_of("day", min(max(default.day, start), end))
    if not start <= day <= end:
        remarks.append(f"“day” was moved into the range: {day} lies outside {start} to {end}.")
        day = min(max(day, start), end)

    codes = {actor.code for actor in theatre.actors}
    asked = _split(params.get("actors", ""))
    actors = tuple(code for code in asked if code in codes)
    remarks += [f"“actors” names “{code}”, which this theatre does not have." for code in asked if code not in codes]

    status_text = params.get("status", "")
    minimum = default.minimum_status
    if status_text in {Status.ASSESSED.value, Status.CLAIMED.value}:
        minimum = Status(status_text)
    elif status_text:
        remarks.append(f"“status” was not used: “{status_text}” is neither assessed nor claimed.")

    palette = params.get("palette", "")
    if palette and palette not in theatre.palettes:
        remarks.append(f"“palette” was not used: this theatre has no palette named “{palette}”.")
        palette = ""
    query = MapQuery(
        theatre=theatre.code,
        day=day,
        start=start,
        end=end,
        layers=_split(params.get("layers", "")),
        actors=actors,
        minimum_status=minimum,
        text=params.get("q", "")[:MAX_TEXT],
        palette=palette,
    )
    return query, tuple(remarks)


def _split(text: str) -> tuple[str, ...]:
    """Return the words of a comma-separated list, each once."""
    return tuple(dict.fromkeys(word for word in (part.strip() for part in text.split(",")) if word))
