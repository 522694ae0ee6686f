"""What a careless copy or a forger makes of an artefact: bytes flipped, lines dropped or doubled, one byte added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from volet_protocol.errors import ProtocolError

T = TypeVar("T")
_EVERY_BIT = tuple(1 << bit for bit in range(8))


def flips(data: bytes, bits: tuple[int, ...] = _EVERY_BIT) -> Iterator[bytes]:
    """Each byte with each of these bits flipped."""
    for position, byte in enumerate(data):
        for bit in bits:
            yield data[:position] + bytes([byte ^ bit]) + data[position + 1 :]


def one_flip_a_byte(data: bytes) -> Iterator[bytes]:
    """Each byte with one bit flipped, another from byte to byte: for artefacts that are long or dear to verify."""
    for position, byte in enumerate(data):
        yield data[:position] + bytes([byte ^ 1 << position % 8]) + data[position + 1 :]


def misprints(data: bytes) -> Iterator[bytes]:
    """Each line dropped or doubled; one byte more at either end, one less."""
    lines = data.split(b"\n")
    for number in range(len(lines)):
        yield b"\n".join(lines[:number] + lines[number + 1 :])
        yield b"\n".join([*lines[: number + 1], *lines[number:]])
    for extra in (b"\n", b" ", b"\0", b"0"):
        yield extra + data
        yield data + extra
    yield data[1:]
    yield data[:-1]


def accepted(
    changed: Iterator[bytes], verify: Callable[[bytes], T], refusals: tuple[type[Exception], ...] = (ProtocolError,)
) -> list[T]:
    """Return what every accepted mutation was taken for; an error that is no refusal fails the test."""
    found: list[T] = []
    for data in changed:
        try:
            found.append(verify(data))
        except refusals:
            continue
    return found
