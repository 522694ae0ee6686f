"""`tlog-proof`: a leaf's place in the log, verifiable off line (C2SP tlog-proof, commit 5ba5ee8; docs/spec/log.md).

    c2sp.org/tlog-proof@v1 LF [extra base64 LF] index n LF (base64(hash) LF)* LF checkpoint

`extra` is not authenticated by itself; where it holds the raw leaf, the inclusion proof binds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from volet_protocol import merkle
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_base64, from_decimal, to_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.note import MAX_NOTE

MAX_EXTRA = 4 * 1024
MAX_PROOF_TEXT = MAX_NOTE + 16 * 1024
_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True)
class TlogProof:
    """A parsed proof; nothing is verified until `verify`. `checkpoint` is the signed note as received."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @staticmethod
    def parse(text: str) -> TlogProof:
        """Read a proof; raise `ProtocolError` too-large, malformed or not-canonical."""
        if len(text) > MAX_PROOF_TEXT:
            raise ProtocolError(Reason.TOO_LARGE, "proof")
        # The hashes end at the first empty line; the checkpoint's own empty line comes later.
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != _HEADER or not lines:
            raise ProtocolError(Reason.MALFORMED, "proof: header")
        extra = from_base64(lines.pop(0)[len(_EXTRA) :]) if lines[0].startswith(_EXTRA) else None
        if extra is not None and len(extra) > MAX_EXTRA:
            raise ProtocolError(Reason.TOO_LARGE, "proof: extra")
        if not lines or not lines[0].startswith(_INDEX):
            raise ProtocolError(Reason.MALFORMED, "proof: index")
        index = from_decimal(lines.pop(0)[len(_INDEX) :])
        if len(lines) > merkle.MAX_PROOF:
            raise ProtocolError(Reason.TOO_LARGE, "proof: hashes")
        hashes = tuple(map(from_base64, lines))
        if hashes and set(map(len, hashes)) != {merkle.HASH_SIZE}:
            raise ProtocolError(Reason.MALFORMED, "proof: hash")
        return TlogProof(index, hashes, checkpoint, extra)

    def format(self) -> str:
        """Return the text form."""
        extra = "" if self.extra is None else f"{_EXTRA}{to_base64(self.extra)}\n"
        hashes = "".join(f"{to_base64(one)}\n" for one in self.hashes)
        return f"{_HEADER}\n{extra}{_INDEX}{self.index}\n{hashes}\n{self.checkpoint}"

    def verify(self, log: LogVerifier, leaf: bytes) -> SignedCheckpoint:
        """Return the verified checkpoint in which the bytes `leaf` stand at `index`; raise `ProtocolError`."""
        return self.verify_with(log.open, leaf)

    def verify_with(self, open_note: Callable[[str], SignedCheckpoint], leaf: bytes) -> SignedCheckpoint:
        """Do as `verify`, with a caller's own way from note to checkpoint, such as one that remembers the last."""
        checkpoint = open_note(self.checkpoint)
        hashed = merkle.leaf_hash(leaf)
        if not merkle.verify_inclusion(self.index, checkpoint.size, hashed, self.hashes, checkpoint.root):
            raise ProtocolError(Reason.BAD_PROOF, "inclusion of a leaf")
        return checkpoint
