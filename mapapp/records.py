"""The model's records as JSON, and back, without loss.

The form follows the field names of `model`: dates and times in ISO 8601, enumerations by value, geometries as GeoJSON,
tuples as lists. Times must say their offset from UTC. It is what the store keeps; it is not the contract of the
command line, which `reading` writes.
"""

from __future__ import annotations

import dataclasses
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import shapely.geometry
from shapely.geometry.base import BaseGeometry

from mapapp.errors import DataError

Record = TypeVar("Record")
Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]
"""How a value is written and how it is read."""


def record_to_json(record: Any) -> dict[str, Any]:
    """Return a record as JSON-ready values.

    Raises `DataError` for what JSON in UTF-8 cannot carry: a lone surrogate, a NUL character, a number that is not
    finite, a time without its offset.

    >>> from mapapp.model import Mention, MentionKind
    >>> record_to_json(Mention("a1", 0, 4, "Hama", MentionKind.TOPONYM))["kind"]
    'toponym'
    """
    kind: Any = type(record)
    written: dict[str, Any] = _codec(kind)[0](record)
    return written


def record_from_json(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """Return the record of this kind that `record_to_json` has written.

    Raises `DataError` where a field is missing or has a value that the field cannot hold.

    >>> from mapapp.model import Mention
    >>> record_from_json(Mention, {"article_id": "a1", "start": 0, "end": 4, "surface": "Hama", "kind": "toponym"}).end
    4
    """
    wanted: Any = kind
    try:
        record: Record = _codec(wanted)[1](data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"A stored {kind.__name__} cannot be read ({error!r}). The record was changed by something else."
        raise DataError(message) from error
    return record


@cache
def _codec(kind: Any) -> Codec:
    """Return how values of one type are written and read."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _optional(_codec(inner))
    if origin is tuple and arguments[-1] is Ellipsis:
        return _many(_codec(arguments[0]))
    if origin is tuple:
        return _fixed(tuple(_codec(argument) for argument in arguments))
    if origin is not None and issubclass(origin, Mapping):
        return _by_name(_codec(arguments[1]))
    if dataclasses.is_dataclass(kind):
        return _fields(kind)
    if issubclass(kind, Enum):
        return (lambda value: value.value), kind
    if issubclass(kind, BaseGeometry):
        return shapely.geometry.mapping, shapely.geometry.shape
    return _PLAIN[kind]


def _fields(kind: Any) -> Codec:
    hints = typing.get_type_hints(kind)
    codecs = {field.name: _codec(hints[field.name]) for field in dataclasses.fields(kind)}
    writers = tuple((name, codec[0]) for name, codec in codecs.items())
    readers = tuple((name, codec[1]) for name, codec in codecs.items())
    # A record that was written before a field was added has its default.
    has_default = {field.name for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING}
    return (
        lambda record: {name: write(getattr(record, name)) for name, write in writers},
        lambda data: kind(
            **{name: read(data[name]) for name, read in readers if name in data or name not in has_default}
        ),
    )


def _optional(codec: Codec) -> Codec:
    write, read = codec
    return (
        lambda value: None if value is None else write(value),
        lambda value: None if value is None else read(value),
    )


def _many(codec: Codec) -> Codec:
    write, read = codec
    return (lambda values: [write(value) for value in values]), (lambda values: tuple(read(value) for value in values))


def _fixed(codecs: tuple[Codec, ...]) -> Codec:
    return (
        lambda values: [codec[0](value) for codec, value in zip(codecs, values, strict=True)],
        lambda values: tuple(codec[1](value) for codec, value in zip(codecs, values, strict=True)),
    )


def _by_name(codec: Codec) -> Codec:
    write, read = codec
    return (
        lambda values: {_clean_text(name): write(value) for name, value in values.items()},
        lambda values: {name: read(value) for name, value in values.items()},
    )


def _clean_text(text: str) -> str:
    if "\0" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)):
        message = f"Text with a NUL character or half a surrogate pair cannot be stored: {text[:60]!r}."
        raise DataError(message)
    return text


def _finite(number: float) -> float:
    if not math.isfinite(number):
        message = f"A finite number was expected, {number!r} was got."
        raise DataError(message)
    return float(number)


def _aware(time: datetime) -> str:
    if time.tzinfo is None:
        message = f"The time {time.isoformat()} does not say its offset from UTC. Add one, such as +00:00."
        raise DataError(message)
    return time.isoformat()


def _same(value: Any) -> Any:
    return value


_PLAIN: Mapping[Any, Codec] = {
    str: (_clean_text, _same),
    int: (operator.index, operator.index),
    bool: (bool, bool),
    float: (_finite, float),
    datetime: (_aware, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
}
