"""Signed notes (C2SP signed-note v1.0.0; docs/spec/log.md).

    text LF LF (U+2014 SP name SP base64(key id[4] || signature) LF)+

Unknown (name, id) pairs are ignored; a known key that fails to verify rejects the whole note; a note without a known
key that verifies is rejected. The keys are in `note_keys.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol.encodings import from_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.note_keys import ID_SIZE, NoteSigner, SignatureLine, Signed, Verifier, check_name

MAX_NOTE = 128 * 1024
MAX_LINES = 32
_DASH = "\u2014 "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Note:
    """A parsed note: nothing about its lines is verified."""

    text: str
    lines: tuple[SignatureLine, ...]

    @staticmethod
    def parse(data: bytes) -> Note:
        """Read a note; raise `ProtocolError` too-large, malformed or not-canonical."""
        if len(data) > MAX_NOTE:
            raise ProtocolError(Reason.TOO_LARGE, "note")
        try:
            whole = data.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise ProtocolError(Reason.MALFORMED, "note is not UTF-8") from None
        if _CONTROL.search(whole) or not whole.endswith("\n"):
            raise ProtocolError(Reason.MALFORMED, "note: control character or no final line feed")
        # The text may hold empty lines: the last one separates.
        cut = whole.rfind("\n\n")
        if cut < 0:
            raise ProtocolError(Reason.MALFORMED, "note without signatures")
        rows = whole[cut + 2 : -1].split("\n")
        if len(rows) > MAX_LINES:
            raise ProtocolError(Reason.TOO_LARGE, "note: signature lines")
        return Note(whole[: cut + 1], tuple(_line(row) for row in rows))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(line) for line in self.lines)

    def to_bytes(self) -> bytes:
        """Return the note's one spelling."""
        return str(self).encode("utf-8")

    def verify(self, known: Iterable[Verifier]) -> tuple[Signed, ...]:
        """Return the known keys that signed; raise bad-signature when one fails, not-trusted when none signed."""
        verifiers = {(verifier.name, verifier.key_id): verifier for verifier in known}
        text = self.text.encode("utf-8")
        signed: list[Signed] = []
        for line in self.lines:
            verifier = verifiers.get((line.name, line.key_id))
            if verifier is not None:
                signed.append(Signed(verifier, verifier.verify(text, line.blob)))
        if not signed:
            raise ProtocolError(Reason.NOT_TRUSTED, "note without a known signature")
        return tuple(signed)


def sign(text: str, signers: Iterable[NoteSigner], time_s: int | None = None) -> Note:
    """Sign a text that ends with a line feed; `time_s` (POSIX seconds) is for the keys that state a time."""
    return Note.parse(Note(text, tuple(signer.line(text, time_s) for signer in signers)).to_bytes())


def _line(row: str) -> SignatureLine:
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not space:
        raise ProtocolError(Reason.MALFORMED, "signature line")
    check_name(name)
    data = from_base64(encoded)
    if len(data) <= ID_SIZE:
        raise ProtocolError(Reason.MALFORMED, "signature line without a signature")
    return SignatureLine(name, data[:ID_SIZE], data[ID_SIZE:])
