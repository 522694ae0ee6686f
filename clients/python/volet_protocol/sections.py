"""Section keys: steps, commitments, and the ring of keys that a client opened (docs/spec/section-keys.md, protocol 7).

    S(e, 0)   = 32 random bytes
    S(e, i+1) = HKDF-Expand(S(e, i), `volet/v1/step`)
    commit(S) = HKDF-Expand(S, `volet/v1/commit` LF chain LF section LF epoch LF step)

Chain ids are in hex and numbers in decimal. A key is checked against its published commitment before any use: AES-GCM
does not commit to its key, and one ciphertext can be made to open under several. The key of an exchange is a key that
never steps, under the name `exchange` and the id of the case (the exchange has no id before its first key).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, same

KEY_SIZE = 32
# More steps in one epoch than newcomers in a lifetime: a bound on what a malicious step number can cost a reader.
MAX_STEPS = 4096
EXCHANGE_SECTION = "exchange"


class KeyId(NamedTuple):
    """Which key: section, epoch from 1, step from 0."""

    section: str
    epoch: int
    step: int


def exchange_key_id(epoch: int) -> KeyId:
    """Return the id of an exchange's key at an epoch."""
    return KeyId(EXCHANGE_SECTION, epoch, 0)


def step_key(key: bytes) -> bytes:
    """Return S(e, i+1) from S(e, i). There is no way back."""
    return hkdf_expand(_sized(key), "step")


def derive_step(key: bytes, steps: int) -> bytes:
    """Return the key `steps` steps later."""
    if not 0 <= steps <= MAX_STEPS:
        raise ProtocolError(Reason.WRONG_STEP, f"{steps} steps")
    for _ in range(steps):
        key = step_key(key)
    return key


def commitment(key: bytes, chain: str, section: str, epoch: int, step: int) -> bytes:
    """Return the 32 bytes published for a key; `chain` is the id of the class chain, for exchanges of the case."""
    context = "\n".join((chain, section, str(epoch), str(step))).encode("ascii")
    return hkdf_expand(_sized(key), "commit", context)


def check_commitment(key: bytes, chain: str, which: KeyId, published: bytes) -> None:
    """Refuse a key that is not the one committed to: bad-commitment. Compares in constant time."""
    if not same(commitment(key, chain, which.section, which.epoch, which.step), published):
        raise ProtocolError(Reason.BAD_COMMITMENT, f"key of {which.section} epoch {which.epoch} step {which.step}")


def _sized(key: bytes) -> bytes:
    if len(key) != KEY_SIZE:
        raise ProtocolError(Reason.BAD_KEY, "section key")
    return key


@dataclass(frozen=True)
class SectionKeys:
    """The keys one client holds in one class chain: for each (section, epoch) the earliest step it was given.

    Immutable: `add` returns a larger ring. `commitments` of the chain's state are passed in, so that a key from a
    box and a key from a store on disk go through the same check.
    """

    chain: str
    slices: Mapping[tuple[str, int], tuple[int, bytes]] = field(
        default_factory=dict[tuple[str, int], tuple[int, bytes]], repr=False
    )

    def add(self, which: KeyId, key: bytes, published: bytes | None) -> SectionKeys:
        """Return the ring with one more key; `published` is its commitment in the chain, refused when there is none."""
        if published is None:
            raise ProtocolError(Reason.BAD_COMMITMENT, f"no commitment for {which.section} epoch {which.epoch}")
        check_commitment(key, self.chain, which, published)
        held = self.slices.get((which.section, which.epoch))
        if held is not None and held[0] <= which.step:
            return self
        return SectionKeys(self.chain, {**self.slices, (which.section, which.epoch): (which.step, key)})

    def holds(self, which: KeyId) -> bool:
        """Tell whether a key can be derived."""
        held = self.slices.get((which.section, which.epoch))
        return held is not None and held[0] <= which.step

    def key(self, which: KeyId, published: bytes | None) -> bytes:
        """Return S(epoch, step), checked against its commitment; raise not-entitled without a slice that reaches it.

        A granter who publishes the commitment of another key at a step is found here, before anything is sealed
        under a key that part of the readers do not have.
        """
        held = self.slices.get((which.section, which.epoch))
        if held is None or held[0] > which.step:
            raise ProtocolError(Reason.NOT_ENTITLED, f"no key of {which.section} epoch {which.epoch} step {which.step}")
        if published is None:
            raise ProtocolError(Reason.WRONG_STEP, f"{which.section} epoch {which.epoch} has no step {which.step}")
        key = derive_step(held[1], which.step - held[0])
        check_commitment(key, self.chain, which, published)
        return key

    def first_step(self, section: str, epoch: int) -> int | None:
        """Return the earliest step held of an epoch."""
        held = self.slices.get((section, epoch))
        return None if held is None else held[0]

    def epochs(self, section: str) -> list[int]:
        """Return the epochs of a section in which something is held, oldest first."""
        return sorted(epoch for name, epoch in self.slices if name == section)
