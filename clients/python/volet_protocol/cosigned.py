"""One body signed by k of n keys of the controller: trust bundle, activation of a policy table (docs/spec/trust.md).

Wire form: canonical JSON `{"body": {...}, "sigs": [{"key", "sig"}, ...]}`, sorted by key, over the bytes that a
statement of that type signs. A signature of a key that is not asked about is left aside, because a successor is
signed by the old controllers and the new ones; a false signature of a key that is asked about refuses the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from volet_protocol import canonical, keys
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SIGNATURE_SIZE, SigningKey
from volet_protocol.statements import UnverifiedStatement

LIMIT = 1024 * 1024
MAX_CONTROLLERS = 64


@dataclass(frozen=True)
class Controllers:
    """The keys of the controller, and how many of them must sign."""

    threshold: int
    keys: tuple[bytes, ...]

    @staticmethod
    def read(fields: Fields) -> Controllers:
        """Read the wire form; refuse a threshold of 0 or above the number of keys, and a key listed twice."""
        public = tuple(key_list(fields, "keys"))
        controllers = Controllers(fields.integer("threshold", 1, MAX_CONTROLLERS), public)
        if controllers.threshold > len(public):
            raise fields.refuse("threshold", "is above the number of keys")
        fields.done()
        return controllers

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"threshold": self.threshold, "keys": [to_base64url(key) for key in self.keys]}


def key_list(fields: Fields, name: str) -> list[bytes]:
    """Read a list of distinct Ed25519 public keys."""
    found: list[bytes] = []
    for item in fields.items(name, MAX_CONTROLLERS):
        key = Fields({"key": item}, fields.what).data("key", keys.SEED_SIZE)
        keys.check_public_key(key)
        if key in found:
            raise fields.refuse(name, "holds a duplicate")
        found.append(key)
    return found


@dataclass(frozen=True)
class UnverifiedCosigned:
    """A body and the signatures beside it, none of them checked."""

    body: JsonObject
    signatures: tuple[tuple[bytes, bytes], ...]

    @cached_property
    def signed_bytes(self) -> bytes:
        """`volet/v1/` type LF canonical(body)."""
        return UnverifiedStatement(self.body, b"").signed_bytes

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the signed bytes, in hex: what a client shows at first use and the log keeps."""
        return UnverifiedStatement(self.body, b"").hash

    def require(self, controllers: Controllers) -> None:
        """Refuse unless `threshold` of these keys signed: bad-signature, or not-trusted when too few did."""
        signed = 0
        for public, signature in self.signatures:
            if public in controllers.keys:
                keys.verify(public, signature, self.signed_bytes)
                signed += 1
        if signed < controllers.threshold:
            raise ProtocolError(Reason.NOT_TRUSTED, f"{signed} of {controllers.threshold} controller signatures")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form as an object."""
        sigs = [{"key": to_base64url(key), "sig": to_base64url(sig)} for key, sig in self.signatures]
        return {"body": self.body, "sigs": sigs}

    def to_bytes(self) -> bytes:
        """Return the wire form as canonical bytes."""
        return canonical.encode(self.to_json())


def parse(data: bytes, limit: int = LIMIT) -> UnverifiedCosigned:
    """Read the wire form; raise `ProtocolError` on anything but its one spelling."""
    fields = Fields(canonical.decode(data, limit), "cosigned")
    body = fields.raw("body")
    signatures: list[tuple[bytes, bytes]] = []
    for item in fields.objects("sigs", 2 * MAX_CONTROLLERS):
        signatures.append((item.data("key", keys.SEED_SIZE), item.data("sig", SIGNATURE_SIZE)))
        item.done()
    fields.done()
    signers = [key for key, _ in signatures]
    # One key counted twice would make a threshold of two out of one controller.
    if sorted(set(signers)) != signers:
        raise ProtocolError(Reason.NOT_CANONICAL, "signatures are not sorted by distinct keys")
    cosigned = UnverifiedCosigned(body, tuple(signatures))
    _ = cosigned.hash
    return cosigned


def cosign(body: JsonObject, signers: Iterable[SigningKey]) -> UnverifiedCosigned:
    """Sign a body with each key."""
    message = UnverifiedStatement(body, b"").signed_bytes
    return UnverifiedCosigned(body, tuple(sorted((key.public, key.sign(message)) for key in signers)))
