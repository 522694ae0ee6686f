"""Signed statements: the one envelope of everything that is signed (docs/spec/encoding.md).

Wire form: canonical JSON `{"body": {...}, "sig": "<base64url>"}`. Signed bytes: `volet/v1/` type LF canonical(body).
The statement's hash is SHA-256 of the signed bytes: it does not depend on the signature.
The type stands in the signed prefix and in the body, and they agree, so a signature never serves for another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from volet_protocol import canonical, keys
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.flat_object import Written
from volet_protocol.hashing import LABEL, sha256

VERSION = 1
ALGORITHM = "ed25519"
STATEMENT_LIMIT = 1024 * 1024

TYPES = frozenset(
    {
        # trust and identity
        "trust-bundle", "attestation", "attestation-end", "policy-activation", "seen-in-person", "login",
        "account-hold",
        # user chains
        "user-create", "device-add", "device-revoke", "user-key", "recovery-set", "recovery-replace",
        "recovery-veto", "recover", "chain-close",
        # case chains
        "case-create", "class-create", "fact", "claim", "grant", "revoke", "rotate", "opening", "opening-close",
        # exchanges
        "exchange-create", "exchange-change",
        # entries and releases
        "entry", "entry-take-back", "release-request", "log-request",
    }
)  # fmt: skip


@dataclass(frozen=True)
class HeadRef:
    """A position in a chain: the sequence number of a link and its hash in hex."""

    seq: int
    hash: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"seq": self.seq, "hash": self.hash}

    @staticmethod
    def read(fields: Fields) -> HeadRef:
        """Read the wire form."""
        head = HeadRef(fields.integer("seq"), fields.hash("hash"))
        fields.done()
        return head


@dataclass(frozen=True)
class Preamble:
    """What every statement of a user begins with: who, with which device, at which head of their chain, when."""

    hub: str
    user: str
    device: str
    user_head: HeadRef
    time_ms: int

    def to_json(self, type_: str) -> dict[str, JsonValue]:
        """Return the common fields of a body of this type."""
        return {
            "v": VERSION, "type": type_, "alg": ALGORITHM, "hub": self.hub,
            "author": {"user": self.user, "device": self.device},
            "user_head": self.user_head.to_json(), "time_ms": self.time_ms,
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields, type_: str) -> Preamble:
        """Take the common fields off a body; refuse another version, type or algorithm."""
        read_type(fields, type_)
        author = fields.nested("author")
        user, device = author.hash("user"), author.hash("device")
        author.done()
        return Preamble(
            hub=fields.label("hub"),
            user=user,
            device=device,
            user_head=HeadRef.read(fields.nested("user_head")),
            time_ms=fields.integer("time_ms"),
        )


def read_type(fields: Fields, type_: str) -> None:
    """Take version, type and algorithm off a body, for statements whose author is not a user chain."""
    if fields.integer("v") != VERSION:
        raise ProtocolError(Reason.WRONG_VERSION, fields.what)
    if fields.text("type", 64) != type_:
        raise ProtocolError(Reason.WRONG_TYPE, f"{fields.what} is not a {type_}")
    if fields.text("alg", 64) != ALGORITHM:
        raise ProtocolError(Reason.WRONG_ALGORITHM, fields.what)


@dataclass(frozen=True)
class UnverifiedStatement:
    """A parsed statement whose signature has not been checked."""

    body: JsonObject
    signature: bytes

    @property
    def type(self) -> str:
        """The type named in the body: one of `TYPES`."""
        value = self.body.get("type")
        if not isinstance(value, str) or value not in TYPES:
            raise ProtocolError(Reason.WRONG_TYPE, "statement type")
        return value

    @cached_property
    def signed_bytes(self) -> bytes:
        """`volet/v1/` type LF canonical(body)."""
        return LABEL + self.type.encode("ascii") + b"\n" + canonical.encode(self.body)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the signed bytes, in hex."""
        return sha256(self.signed_bytes).hex()

    def fields(self) -> Fields:
        """Return a strict reader of the body."""
        return Fields(self.body, self.type)

    @cached_property
    def _begun(self) -> tuple[Preamble, dict[str, JsonValue]]:
        fields = self.fields()
        return Preamble.read(fields, self.type), fields.left

    @property
    def preamble(self) -> Preamble:
        """Who made this statement of a user, as it says: read once, for whoever verifies it and whoever reads it."""
        return self._begun[0]

    def fields_after_preamble(self, type_: str) -> Fields:
        """Return a strict reader of the body of a statement of that type, its preamble already taken."""
        if self.type != type_:
            raise ProtocolError(Reason.WRONG_TYPE, f"{self.type} is not a {type_}")
        return Fields(self._begun[1], type_)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form as an object."""
        return {"body": self.body, "sig": to_base64url(self.signature)}

    def to_bytes(self) -> bytes:
        """Return the wire form as canonical bytes."""
        return canonical.encode(self.to_json())

    def written(self) -> Written:
        """Return the wire form as an object that knows its canonical text: the body was written when it was hashed."""
        body = self.signed_bytes.partition(b"\n")[2].decode("utf-8")
        signature = to_base64url(self.signature)
        return Written({"body": self.body, "sig": signature}, f'{{"body":{body},"sig":"{signature}"}}')

    def verify(self, public: bytes) -> Statement:
        """Return the verified statement, or raise bad-key or bad-signature."""
        keys.verify(public, self.signature, self.signed_bytes)
        statement = Statement(self.body, self.signature)
        # Encoded and hashed once: the cached values are of the same body.
        statement.__dict__.update(self.__dict__)
        return statement


class Statement(UnverifiedStatement):
    """A statement whose signature was checked against a key, or that was signed here."""


def parse(data: bytes, limit: int = STATEMENT_LIMIT) -> UnverifiedStatement:
    """Read the wire form from bytes; raise `ProtocolError` on anything but its one spelling."""
    return from_json(canonical.decode(data, limit))


def from_json(value: Mapping[str, JsonValue]) -> UnverifiedStatement:
    """Read the wire form from an object that was already parsed."""
    fields = Fields(value, "statement")
    body = fields.raw("body")
    signature = from_base64url(fields.text("sig", 128))
    fields.done()
    statement = UnverifiedStatement(body, signature)
    # Forces the canonical form of the body now, so that no later reader meets a value without one.
    _ = statement.hash
    return statement


def sign(body: JsonObject, key: keys.SigningKey) -> Statement:
    """Sign a body that names its type."""
    unsigned = UnverifiedStatement(body, b"")
    return Statement(body, key.sign(unsigned.signed_bytes))
