"""What a log sends to a witness (C2SP tlog-witness v1.0.0 with commit 5ba5ee8; docs/spec/log.md).

    "old " size LF (base64(hash) LF)* LF checkpoint

The proof leads from the tree of `old` leaves, the last that the witness cosigned, to the checkpoint's. With `old` 0
it is empty: every tree extends the empty one, and here, unlike in a proof of consistency, that may be said.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.encodings import from_base64, from_decimal, to_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.merkle import HASH_SIZE
from volet_protocol.note import Note

MAX_REQUEST = 160 * 1024
MAX_PROOF = 63
_OLD = "old "


@dataclass(frozen=True)
class WitnessRequest:
    """A size, a proof and a signed checkpoint, nothing of which is verified."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @staticmethod
    def parse(data: bytes) -> WitnessRequest:
        """Read a request; raise `ProtocolError` too-large, malformed or not-canonical."""
        if len(data) > MAX_REQUEST:
            raise ProtocolError(Reason.TOO_LARGE, "witness request")
        # The first empty line separates: a proof holds none, a checkpoint's note does.
        head, separator, rest = data.partition(b"\n\n")
        if not separator:
            raise ProtocolError(Reason.MALFORMED, "witness request without a checkpoint")
        try:
            old, *hashes = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise ProtocolError(Reason.MALFORMED, "witness request") from None
        if not old.startswith(_OLD) or len(hashes) > MAX_PROOF:
            raise ProtocolError(Reason.MALFORMED, "witness request: first line or length of the proof")
        proof = tuple(from_base64(line) for line in hashes)
        if any(len(one) != HASH_SIZE for one in proof):
            raise ProtocolError(Reason.MALFORMED, "witness request: a hash is not 32 bytes")
        request = WitnessRequest(from_decimal(old.removeprefix(_OLD)), proof, Note.parse(rest))
        if request.to_bytes() != data:
            raise ProtocolError(Reason.NOT_CANONICAL, "witness request")
        return request

    def to_bytes(self) -> bytes:
        """Return the request's one spelling."""
        lines = [f"{_OLD}{self.old}", *(to_base64(one) for one in self.proof)]
        return "\n".join(lines).encode("ascii") + b"\n\n" + self.note.to_bytes()
