"""How the body of a fact is read and written: one declared shape a dataclass, strict both ways.

Absent optional fields are absent keys; an empty list is refused, because absence already says it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.vocabulary import CATEGORIES, COMPARTMENT_SET, ROW_SET

T = TypeVar("T")
_WIRE_NAMES = {"spared": "except"}  # `except` is a word of Python


@dataclass(frozen=True)
class Codec:
    """How one field is taken off a strict reader, and its wire form."""

    read: Callable[[Fields, str], object]
    write: Callable[[object], JsonValue]


@dataclass(frozen=True)
class Shape(Generic[T]):
    """The fields of a dataclass in wire form; `optional` ones may be absent; `check` refuses contradictions."""

    make: Callable[..., T]
    fields: Mapping[str, Codec]
    optional: frozenset[str] = frozenset()
    check: Callable[[T], None] | None = None
    names: Mapping[str, str] = field(default_factory=lambda: _WIRE_NAMES)

    def read(self, fields: Fields) -> T:
        """Read all the fields and refuse any other; raise `ProtocolError`."""
        values: dict[str, object] = {}
        for name, codec in self.fields.items():
            wire = self.names.get(name, name)
            if name in self.optional and not fields.has(wire):
                continue
            values[name] = codec.read(fields, wire)
        fields.done()
        value = self.make(**values)
        if self.check is not None:
            self.check(value)
        return value

    def to_json(self, value: T) -> dict[str, JsonValue]:
        """Return the wire form: what is None or empty is absent."""
        out: dict[str, JsonValue] = {}
        for name, codec in self.fields.items():
            item: object = getattr(value, name)
            if item is not None and item != ():
                out[self.names.get(name, name)] = codec.write(item)
        return out


def _plain(value: object) -> JsonValue:
    return cast("JsonValue", list(cast("tuple[JsonValue, ...]", value)) if isinstance(value, tuple) else value)


def choice(allowed: frozenset[str]) -> Codec:
    """Return the codec of one code of a closed list."""
    return Codec(lambda fields, name: fields.choice(name, allowed), _plain)


def integer(least: int, most: int) -> Codec:
    """Return the codec of an integer within bounds."""
    return Codec(lambda fields, name: fields.integer(name, least, most), _plain)


def choices(allowed: frozenset[str]) -> Codec:
    """Return the codec of a non-empty list of codes of a closed list, without duplicate."""

    def read(fields: Fields, name: str) -> object:
        values = _some(fields, name, fields.codes(name, len(allowed)))
        if not allowed.issuperset(values):
            raise fields.refuse(name)
        return values

    return Codec(read, _plain)


def data(size: int) -> Codec:
    """Return the codec of a byte string of one size."""
    return Codec(lambda fields, name: fields.data(name, size), lambda value: to_base64url(cast("bytes", value)))


def nested(shape: Shape[T]) -> Codec:
    """Return the codec of one nested object."""
    return Codec(lambda fields, name: shape.read(fields.nested(name)), lambda value: shape.to_json(cast("T", value)))


def many(shape: Shape[T], limit: int = 256) -> Codec:
    """Return the codec of a non-empty list of different nested objects."""

    def read(fields: Fields, name: str) -> object:
        return _some(fields, name, [shape.read(item) for item in fields.objects(name, limit)])

    return Codec(read, lambda value: [shape.to_json(item) for item in cast("tuple[T, ...]", value)])


def _some(fields: Fields, name: str, values: list[T]) -> tuple[T, ...]:
    if not values:
        raise fields.refuse(name, "is empty")
    if any(value in values[:position] for position, value in enumerate(values)):
        raise fields.refuse(name, "holds a duplicate")
    return tuple(values)


def _categories(fields: Fields, name: str) -> object:
    values: list[int] = []
    for item in fields.items(name, len(CATEGORIES)):
        if isinstance(item, bool) or not isinstance(item, int) or item not in CATEGORIES:
            raise fields.refuse(name)
        values.append(item)
    return _some(fields, name, values)


def refuse(what: str) -> ProtocolError:
    """Return the error for fields that contradict each other."""
    return ProtocolError(Reason.MALFORMED, what)


HASH = Codec(lambda fields, name: fields.hash(name), _plain)
HASHES = Codec(lambda fields, name: _some(fields, name, fields.hashes(name)), _plain)
CODE = Codec(lambda fields, name: fields.code(name), _plain)
CODES = Codec(lambda fields, name: _some(fields, name, fields.codes(name)), _plain)
MS = Codec(lambda fields, name: fields.integer(name), _plain)
LABEL = Codec(lambda fields, name: fields.label(name), _plain)
BOOL = Codec(lambda fields, name: fields.boolean(name), _plain)
LEVEL = integer(1, 2)
CATEGORY = integer(1, 2)
CATEGORY_LIST = Codec(_categories, _plain)
ROW = choice(ROW_SET)
ROW_LIST = choices(ROW_SET)
COMPARTMENT = choice(COMPARTMENT_SET)
COMPARTMENT_LIST = choices(COMPARTMENT_SET)
# Why what was collected is recorded more than 72 hours later (docs/spec/facts.md).
LATE_REASONS = frozenset({"no_network", "device_down", "author_absent", "paper_received_late", "other"})
LATE = choice(LATE_REASONS)


@dataclass(frozen=True)
class GivenBy:
    """The person (`mandate` is None), or the holder of a mandate named by its fact hash."""

    mandate: str | None = None


def _giver(fields: Fields, name: str) -> object:
    inner = fields.nested(name)
    if inner.has("person"):
        if not inner.boolean("person"):
            raise fields.refuse(name)
        mandate = None
    else:
        mandate = inner.hash("mandate")
    inner.done()
    return GivenBy(mandate)


def _giver_json(value: object) -> JsonValue:
    mandate = cast("GivenBy", value).mandate
    return {"person": True} if mandate is None else {"mandate": mandate}


GIVER = Codec(_giver, _giver_json)
