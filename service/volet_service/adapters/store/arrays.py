"""A column of many rows as PostgreSQL reads it: one array in binary (array_recv, src/backend/utils/adt/arrayfuncs.c).

The driver can write lists, but asks of each value what type it is and writes it by a call of its own; for the rows of
a batch that took longer than all else that the hub does for PostgreSQL.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format
from sqlalchemy import Column, Integer, LargeBinary

# Dimensions, whether a value is null, type of the values, how many, number of the first.
_HEAD = struct.Struct(">iiIii")
_SIZE = struct.Struct(">i")
_INTEGER = struct.Struct(">iq")
_NULL = _SIZE.pack(-1)


class Integers(bytes):
    """An array of whole numbers of 64 bits."""


class Texts(bytes):
    """An array of texts."""


class Binaries(bytes):
    """An array of byte strings."""


Written = Integers | Texts | Binaries
Writes = Callable[[Sequence[Any]], Written]


def writer_of(column: Column[Any]) -> Writes:
    """Return what writes the values of a column, None where there is none; it raises on a value of another type."""
    if isinstance(column.type, Integer):
        return _integers
    return _binaries if isinstance(column.type, LargeBinary) else _texts


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Teach a connection to send what a writer wrote."""
    for dumper in (_IntegersDumper, _TextsDumper, _BinariesDumper):
        connection.adapters.register_dumper(dumper.of, dumper)


def _integers(values: Sequence[Any]) -> Integers:
    pack = _INTEGER.pack
    items = [_NULL if value is None else pack(8, value) for value in values]
    return Integers(_array("int8", values, b"".join(items)))


def _texts(values: Sequence[Any]) -> Texts:
    return Texts(_array("text", values, _sized([None if value is None else value.encode("utf-8") for value in values])))


def _binaries(values: Sequence[Any]) -> Binaries:
    return Binaries(_array("bytea", values, _sized(values)))


def _sized(values: Sequence[bytes | None]) -> bytes:
    pack = _SIZE.pack
    parts: list[bytes] = []
    for value in values:
        parts += (_NULL,) if value is None else (pack(len(value)), value)
    return b"".join(parts)


def _array(kind: str, values: Sequence[Any], items: bytes) -> bytes:
    return _HEAD.pack(1, None in values, types[kind].oid, len(values), 1) + items


class _AsWritten(Dumper):
    """Sends the bytes of an array as they are."""

    format = Format.BINARY
    of: type[Written]

    def dump(self, obj: bytes) -> Buffer:
        return obj


class _IntegersDumper(_AsWritten):
    of, oid = Integers, types["int8"].array_oid


class _TextsDumper(_AsWritten):
    of, oid = Texts, types["text"].array_oid


class _BinariesDumper(_AsWritten):
    of, oid = Binaries, types["bytea"].array_oid
