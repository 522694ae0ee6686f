"""Which policy table is in force, and since when: statements of the controller, in a row (docs/spec/trust.md).

1. The newest is signed by k of the controllers of the trust bundle in force; each names the hash of the one before it,
   so that one signature vouches for all of them, also after the controllers changed their keys.
2. `version` grows, `from_ms` never goes back, `previous` is the hash of the activation before; the first has none.
3. A table is in force from the leaf that logged its activation, never before `from_ms`, to the next one's. A link is
   judged by the table whose hash it names if that table was in force at the link's time (protocol 6.7): a later version
   never voids an older link, however long its signing took.

That a table is not wider than the ceiling of the trust bundle in any cell is judged where tables are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from volet_protocol import cosigned
from volet_protocol.active_tables import Period
from volet_protocol.canonical import JsonValue
from volet_protocol.cosigned import UnverifiedCosigned
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.receipt import VerifiedReceipt
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
        self.signed.require(bundle.controllers)
        return self.follow(bundle, previous)

    def follow(self, bundle: TrustBundle, previous: PolicyActivation | None) -> PolicyActivation:
        """Return the activation if it follows `previous`, its signatures aside: a later one that is signed names it."""
        if self.content.hub != bundle.hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        if self.content.previous != (None if previous is None else previous.hash):
            raise ProtocolError(Reason.WRONG_HASH, f"{TYPE}: previous")
        if previous is not None and self.content.version <= previous.version:
            raise ProtocolError(Reason.ROLLED_BACK, f"{TYPE} version {self.content.version}")
        if previous is not None and self.content.from_ms < previous.from_ms:
            raise ProtocolError(Reason.TIME_BACKWARDS, TYPE)
        return self.content


@dataclass(frozen=True)
class Entered:
    """Where in the log, and when by the hub's clock, a table came into force."""

    index: int
    time_ms: int


@dataclass(frozen=True)
class ActivationHistory:
    """Every activation in order, first to newest."""

    activations: tuple[PolicyActivation, ...]

    @staticmethod
    def verify(files: Iterable[bytes], bundle: TrustBundle) -> ActivationHistory:
        """Read each file, follow each from the one before it, and check the signatures of the newest."""
        read = [PolicyActivation.read(data) for data in files]
        found: list[PolicyActivation] = []
        for number, one in enumerate(read, start=1):
            before = found[-1] if found else None
            found.append(one.verify(bundle, before) if number == len(read) else one.follow(bundle, before))
        return ActivationHistory(tuple(found))

    def entered(self, leaves: Sequence[Entered], ceiling: str) -> tuple[Period, ...]:
        """Return when each table was in force, the ceiling before the first; `leaves` logged each activation.

        Raises `ProtocolError`: bad-proof for another number of leaves, rolled-back for leaves out of order, not-yet for
        one before the date that the controllers signed.
        """
        if len(leaves) != len(self.activations):
            raise ProtocolError(Reason.BAD_PROOF, "leaves of policy activations")
        periods, before = [Period(ceiling, 0)], Entered(-1, 0)
        for activation, leaf in zip(self.activations, leaves, strict=True):
            if leaf.index <= before.index or leaf.time_ms < before.time_ms:
                raise ProtocolError(Reason.ROLLED_BACK, f"leaf {leaf.index} of a policy activation")
            if leaf.time_ms < activation.from_ms:
                raise ProtocolError(Reason.NOT_YET, f"{TYPE} version {activation.version}")
            periods.append(Period(activation.table, leaf.time_ms))
            before = leaf
        return tuple(periods)


def entered(activation: PolicyActivation, receipt: VerifiedReceipt) -> Entered:
    """Return where and when the log says that an activation came into force; raise wrong-hash for another leaf."""
    view = ViewPayload.read(receipt.view)
    who = None if receipt.identity is None else IdentityPayload.read(receipt.identity).request_hash
    if (view.act, view.policy, who) != ("policy", activation.table, activation.hash):
        raise ProtocolError(Reason.WRONG_HASH, f"leaf {receipt.index} of a policy activation")
    return Entered(receipt.index, view.time_ms)


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
