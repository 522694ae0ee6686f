"""Asking for the chain of a recovery slot: who holds the phrase and no device (docs/spec/recovery.md, 10).

Signed by the slot's key, because nobody is known yet: no user id, no session. Whoever reads chains as a colleague knows
the public half of the slot, which alone asks for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import LABEL
from volet_protocol.keys import SEED_SIZE, SIGNATURE_SIZE, SigningKey, check_public_key, verify

SKEW_MS = 2 * 60 * 1000


@dataclass(frozen=True)
class RecoveryRequest:
    """The Ed25519 key of the slot, when it asks (ms), its signature."""

    sign: bytes
    time_ms: int
    signature: bytes

    @staticmethod
    def make(hub: str, key: SigningKey, time_ms: int) -> RecoveryRequest:
        """Return a request signed for a hub."""
        return RecoveryRequest(key.public, time_ms, key.sign(_signed(hub, key.public, time_ms)))

    @staticmethod
    def read(value: JsonObject) -> RecoveryRequest:
        """Read the wire form."""
        fields = Fields(value, "recovery request")
        read = RecoveryRequest(
            fields.data("sign", SEED_SIZE), fields.integer("time_ms"), fields.data("sig", SIGNATURE_SIZE)
        )
        fields.done()
        return read

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"sign": to_base64url(self.sign), "time_ms": self.time_ms, "sig": to_base64url(self.signature)}

    def check(self, hub: str, now_ms: int) -> None:
        """Refuse a request for another hub or by another key, or made more than two minutes from now.

        Raises `ProtocolError`: bad-key, bad-signature, stale, not-yet.
        """
        check_public_key(self.sign)
        verify(self.sign, self.signature, _signed(hub, self.sign, self.time_ms))
        if self.time_ms < now_ms - SKEW_MS:
            raise ProtocolError(Reason.STALE, "recovery request")
        if self.time_ms > now_ms + SKEW_MS:
            raise ProtocolError(Reason.NOT_YET, "recovery request")


def _signed(hub: str, sign: bytes, time_ms: int) -> bytes:
    body: JsonObject = {"hub": hub, "sign": to_base64url(sign), "time_ms": time_ms}
    return LABEL + b"recovery-read\n" + canonical.encode(body)
