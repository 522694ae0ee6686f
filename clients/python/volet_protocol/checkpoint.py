"""Checkpoints of the log (C2SP tlog-checkpoint v1.0.0; docs/spec/log.md).

    origin LF size LF base64(root) LF [extension LF]...

No time is in a checkpoint. Volet writes no extension line; foreign ones are kept as opaque text. Deviation: sizes
stop at 2^53-1, because statements carry them as JSON integers. The server never teaches a client the origin or the
keys: they come from the client's trust bundle, and an unknown origin is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from volet_protocol.encodings import from_base64, from_decimal, to_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_policy import LogPolicy
from volet_protocol.log_positions import base_of
from volet_protocol.merkle import EMPTY_ROOT, HASH_SIZE
from volet_protocol.note import Note, sign
from volet_protocol.note_keys import KeyType, NoteSigner, Signed, Verifier

MAX_ORIGIN = 255
# A cosignature that states a time further ahead of the caller's clock than this does not count.
MAX_AHEAD_S = 600


@dataclass(frozen=True)
class Checkpoint:
    """The size and root of one log. Unverified unless it is a `SignedCheckpoint`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @staticmethod
    def parse(text: str) -> Checkpoint:
        """Read a note's text; raise `ProtocolError`."""
        checkpoint = Checkpoint.read(text)
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise ProtocolError(Reason.MALFORMED, "checkpoint: root of an empty tree")
        return checkpoint

    @staticmethod
    def read(text: str) -> Checkpoint:
        """Read a note's text without judging the root of an empty tree: a witness has an answer of its own to that."""
        if not text.endswith("\n"):
            raise ProtocolError(Reason.MALFORMED, "checkpoint: no final line feed")
        origin, *rest = text[:-1].split("\n")
        if len(rest) < 2 or not all((origin, *rest)):  # noqa: PLR2004 - size and root
            raise ProtocolError(Reason.MALFORMED, "checkpoint: lines")
        root = from_base64(rest[1])
        if len(root) != HASH_SIZE or len(origin.encode("utf-8", "replace")) > MAX_ORIGIN:
            raise ProtocolError(Reason.MALFORMED, "checkpoint: origin or root")
        return Checkpoint(origin, from_decimal(rest[0]), root, tuple(rest[2:]))

    def to_text(self) -> str:
        """Return the text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def sign(self, *signers: NoteSigner, time_s: int | None = None) -> SignedCheckpoint:
        """Sign with the log's keys, which bear the origin as their name; `time_s` is for its ML-DSA-44 key."""
        if Checkpoint.parse(self.to_text()) != Checkpoint(self.origin, self.size, self.root, self.extensions):
            raise ProtocolError(Reason.MALFORMED, "checkpoint")
        note = sign(self.to_text(), signers, time_s)
        signed = note.verify(signer.verifier for signer in signers)
        return SignedCheckpoint(self.origin, self.size, self.root, self.extensions, str(note), signed)

    def same_tree(self, other: Checkpoint) -> bool:
        """Tell whether both name one tree, whatever is signed under them."""
        return (self.origin, self.size, self.root) == (other.origin, other.size, other.root)


@dataclass(frozen=True)
class SignedCheckpoint(Checkpoint):
    """A checkpoint whose log signature was verified. `note` is the whole signed text: the evidence."""

    note: str = ""
    signed: tuple[Signed, ...] = ()


@dataclass(frozen=True)
class LogVerifier:
    """What a client was configured to trust: one origin, its log keys, and the policy about witnesses.

    `earlier` are the logs that ended before this one, the first one first: their receipts verify still.
    """

    origin: str
    keys: tuple[Verifier, ...]
    policy: LogPolicy
    earlier: tuple[LogVerifier, ...] = ()

    @property
    def base(self) -> int:
        """The position of this log's leaf 0."""
        return base_of(len(self.earlier) + 1)

    def of(self, note: str) -> LogVerifier:
        """Return this log, or the earlier one whose name a note bears; whether it verifies is `open`'s to say."""
        origin = note.partition("\n")[0]
        return next((one for one in self.earlier if one.origin == origin), self)

    @staticmethod
    def configured(origin: str, vkey: str, policy: str) -> LogVerifier:
        """Read the three values of a trust bundle; the key bears the origin as its name and is a log of the policy.

        The log's keys are all those that the policy lists under the origin: while keys overlap, either may sign.
        """
        key, parsed = Verifier.parse(vkey), LogPolicy.parse(policy)
        if key.name != origin or key not in parsed.logs or key.type is not KeyType.ED25519:
            raise ProtocolError(Reason.WRONG_ORIGIN, "log key of the trust bundle")
        return LogVerifier(origin, tuple(log for log in parsed.logs if log.name == origin), parsed)

    def open(self, note: str) -> SignedCheckpoint:
        """Verify the log's signature, and every witness line of a known key; raise `ProtocolError`.

        wrong-origin for another log, not-trusted without a signature by the log's key, bad-signature for a known
        key's line that fails. Whether witnesses are enough is asked with `cosigned`.
        """
        return self._remembered(note)

    @cached_property
    def _remembered(self) -> Callable[[str], SignedCheckpoint]:
        # Receipts and head proofs of one batch share one checkpoint: its signatures are verified once.
        return lru_cache(maxsize=256)(self._open)

    def _open(self, note: str) -> SignedCheckpoint:
        parsed = Note.parse(note.encode("utf-8", "surrogatepass"))
        checkpoint = Checkpoint.parse(parsed.text)
        if checkpoint.origin != self.origin:
            raise ProtocolError(Reason.WRONG_ORIGIN, "checkpoint")
        witnesses = self.policy.witnesses.values()
        signed = parsed.verify((*self.keys, *witnesses))
        if not any(one.verifier in self.keys and one.time_s is None for one in signed):
            raise ProtocolError(Reason.NOT_TRUSTED, "checkpoint without the log's signature")
        return SignedCheckpoint(self.origin, checkpoint.size, checkpoint.root, checkpoint.extensions, note, signed)

    def cosigned(self, checkpoint: SignedCheckpoint, now_ms: int) -> bool:
        """Tell whether enough witnesses of the policy cosigned, and every ML-DSA-44 key listed for the log signed.

        True for `quorum none`, which proves nothing. A broken algorithm must not decide alone: where the policy lists
        a second key of another algorithm, what counts as cosigned carries both.
        """
        if self.policy.quorum is None:
            return True
        signed = {one.verifier for one in checkpoint.signed}
        both = all(key in signed for key in self.keys if key.type is KeyType.MLDSA)
        return both and self.policy.satisfied(checkpoint.signed, now_ms // 1000 + MAX_AHEAD_S)
