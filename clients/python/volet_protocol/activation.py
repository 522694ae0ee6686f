"""Which policy table is active, and when: statements of the controller, in a row (docs/spec/trust.md).

1. Signed by k of the controllers of the trust bundle in force.
2. `version` grows, `from_ms` never goes back, `previous` is the hash of the activation before; the first has none.
3. A table is active from its `from_ms` included to the next one's excluded. A link is judged by the table whose hash
   it names if that table was active at the link's time (protocol 6.7): a later version never voids an older link.

That a table is not wider than the ceiling of the trust bundle in any cell is judged where tables are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol import cosigned
from volet_protocol.canonical import JsonValue
from volet_protocol.cosigned import UnverifiedCosigned
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.statements import ALGORITHM, VERSION, read_type
from volet_protocol.trust_bundle import TrustBundle

TYPE = "policy-activation"


@dataclass(frozen=True)
class PolicyActivation:
    """A verified activation of a policy table."""

    hub: str
    table: str
    version: int
    from_ms: int
    previous: str | None
    hash: str

    @staticmethod
    def read(data: bytes) -> UnverifiedActivation:
        """Parse the wire form; raise `ProtocolError` on an unknown field or a second spelling."""
        signed = cosigned.parse(data)
        fields = Fields(signed.body, TYPE)
        read_type(fields, TYPE)
        content = PolicyActivation(
            hub=fields.label("hub"),
            table=fields.hash("table"),
            version=fields.integer("version", 1),
            from_ms=fields.integer("from_ms"),
            previous=fields.optional("previous", fields.hash),
            hash=signed.hash,
        )
        fields.done()
        return UnverifiedActivation(signed, content)


@dataclass(frozen=True)
class UnverifiedActivation:
    """A parsed activation whose signatures have not been checked."""

    signed: UnverifiedCosigned
    content: PolicyActivation

    def verify(self, bundle: TrustBundle, previous: PolicyActivation | None) -> PolicyActivation:
        """Return the activation if it follows `previous` (None: it is the first).

        Raises `ProtocolError`: wrong-hub, not-trusted, bad-signature, wrong-hash, rolled-back, time-backwards.
        """
        if self.content.hub != bundle.hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        self.signed.require(bundle.controllers)
        if self.content.previous != (None if previous is None else previous.hash):
            raise ProtocolError(Reason.WRONG_HASH, f"{TYPE}: previous")
        if previous is not None and self.content.version <= previous.version:
            raise ProtocolError(Reason.ROLLED_BACK, f"{TYPE} version {self.content.version}")
        if previous is not None and self.content.from_ms < previous.from_ms:
            raise ProtocolError(Reason.TIME_BACKWARDS, TYPE)
        return self.content


@dataclass(frozen=True)
class ActivationHistory:
    """Every activation in order, first to newest."""

    activations: tuple[PolicyActivation, ...]

    @staticmethod
    def verify(files: Iterable[bytes], bundle: TrustBundle) -> ActivationHistory:
        """Read and verify each file against the one before it."""
        found: list[PolicyActivation] = []
        for data in files:
            found.append(PolicyActivation.read(data).verify(bundle, found[-1] if found else None))
        return ActivationHistory(tuple(found))

    def table_at(self, at_ms: int) -> str:
        """Return the hash of the table active at an instant; raise not-yet before the first activation."""
        for activation in reversed(self.activations):
            if activation.from_ms <= at_ms:
                return activation.table
        raise ProtocolError(Reason.NOT_YET, "no policy table is active")

    def check_active(self, table: str, at_ms: int) -> None:
        """Refuse a table that was not the active one at an instant: wrong-policy."""
        if self.table_at(at_ms) != table:
            raise ProtocolError(Reason.WRONG_POLICY, f"policy table {table[:16]}")


def activation_body(*, hub: str, table: str, version: int, from_ms: int, previous: str | None) -> dict[str, JsonValue]:
    """Return the body that the controllers sign."""
    body: dict[str, JsonValue] = {
        "v": VERSION, "type": TYPE, "alg": ALGORITHM, "hub": hub, "table": table, "version": version,
        "from_ms": from_ms,
    }  # fmt: skip
    if previous is not None:
        body["previous"] = previous
    return body


def sign_activation(body: dict[str, JsonValue], signers: Iterable[SigningKey]) -> bytes:
    """Return the wire form signed by each key."""
    return cosigned.cosign(body, signers).to_bytes()
