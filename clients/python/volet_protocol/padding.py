"""Padding inside the AEAD: 0x80, then zeros up to a size bucket (docs/spec/entries.md, protocol rule 1.6).

Up to 64 KiB the padded size is 256 bytes, 1, 4, 16 or 64 KiB; above, Padmé (Nikitin and others, PETS 2019): at most
12 % more, and only O(log log n) bits of the length remain. The size is a function of the length alone, so unpadding
has one accepted spelling for each plaintext.
"""

from __future__ import annotations

from collections.abc import Callable

from volet_protocol.errors import ProtocolError, Reason

BUCKETS = (256, 1024, 4096, 16 * 1024, 64 * 1024)
# Nonces count 64 KiB chunks; 2^42 bytes is far above any document and far below every counter in use.
MAX_SIZE = 2**42
_MARK = b"\x80"
_BLOCK = 64 * 1024
_ZEROS = bytes(_BLOCK)


def padded_size(size: int) -> int:
    """Return the padded size in bytes of a plaintext of `size` bytes; raise too-large above 4 TiB."""
    if not 0 <= size < MAX_SIZE:
        raise ProtocolError(Reason.TOO_LARGE, f"plaintext of {size} bytes")
    least = size + 1
    for bucket in BUCKETS:
        if least <= bucket:
            return bucket
    return _padme(least)


def is_padded_size(size: int) -> bool:
    """Tell whether `size` bytes can be what `padded_size` gave for some plaintext."""
    if size <= BUCKETS[-1]:
        return size in BUCKETS
    return size <= MAX_SIZE and _padme(size) == size


def _padme(size: int) -> int:
    exponent = size.bit_length() - 1
    low = exponent - exponent.bit_length()
    mask = (1 << low) - 1
    return (size + mask) & ~mask


def pad(plaintext: bytes) -> bytes:
    """Return the plaintext, 0x80, and zeros up to its bucket."""
    return (plaintext + _MARK).ljust(padded_size(len(plaintext)), b"\0")


def unpad(padded: bytes) -> bytes:
    """Return the plaintext; raise bad-padding for any bytes that `pad` does not give."""
    stripped = padded.rstrip(b"\0")
    if not stripped.endswith(_MARK) or padded_size(len(stripped) - 1) != len(padded):
        raise ProtocolError(Reason.BAD_PADDING, f"{len(padded)} bytes")
    return stripped[:-1]


class Unpadder:
    """Unpadding of a stream in constant memory.

    A run of 0x80 and zeros may be content or padding: it is held back as a count until the next byte tells.
    """

    def __init__(self, write: Callable[[bytes | memoryview], object]) -> None:
        self._write = write
        self._total = 0
        self._held = 0

    def feed(self, block: memoryview) -> None:
        """Take the next padded bytes; pass on those that are certainly plaintext."""
        self._total += len(block)
        if not len(block):
            return
        if block[-1] not in (0, _MARK[0]):
            self._release()
            self._write(block)
            return
        stripped = bytes(block).rstrip(b"\0")
        if not stripped and self._held:
            self._held += len(block)
            return
        self._release()
        if not stripped.endswith(_MARK):
            self._write(block)
            return
        self._held = len(block) - len(stripped) + 1
        self._write(stripped[:-1])

    def finish(self) -> int:
        """Return the plaintext's size; raise bad-padding when the end is not the one padding of that size."""
        size = self._total - self._held
        if not self._held or padded_size(size) != self._total:
            raise ProtocolError(Reason.BAD_PADDING, f"{self._total} bytes")
        return size

    def _release(self) -> None:
        if not self._held:
            return
        self._write(_MARK)
        zeros, self._held = self._held - 1, 0
        while zeros:
            step = min(zeros, _BLOCK)
            self._write(_ZEROS[:step])
            zeros -= step
