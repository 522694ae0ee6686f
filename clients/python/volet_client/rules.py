"""The policy tables of the hub, verified: the one in force, and those that links of cases name (trust rule T9).

The controllers' statements and the receipts of their leaves are verified, kept in the profile, and never go back. A
table that is wider than the ceiling that this version ships decides nothing here: what was verified can still be read,
and no key is handed out, claimed or rotated until the client is updated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.refusals import NotFoundError
from volet_client.resources import shipped_table
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.activation import ActivationHistory, PolicyActivation, entered
from volet_protocol.active_tables import ActiveTables, Period
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.policy_table import PolicyTable
from volet_protocol.receipt import VerifiedReceipt

_UPDATE = Said(
    "Rien ne sera accordé avec cette règle : mettez votre application à jour, ou prévenez l'exploitant.",
    "Nothing is granted under this table: update your client, or tell the operator.",
)


class Rules:
    """The table that decides now, and every table by its hash. Asked again when the hub names another."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tables = _Tables(hub)
        self._periods: list[Period] = []
        self._in_force = ""
        # What the hub's answers named when the rules were fetched last: a hint, so only a change of it counts.
        self._named: str | None = None
        self._judging = ActiveTables(self._tables, self._periods)

    @property
    def table(self) -> PolicyTable:
        """The table in force, by which this client grants and writes; raise when it is wider than the ceiling."""
        self._update()
        table = self._tables[self._in_force]
        try:
            self._hub.trust.check_table(table, self._tables.ceiling)
        except ProtocolError as error:
            raise VerificationError(error.what, error.reason, _UPDATE) from None
        return table

    @property
    def tables(self) -> Mapping[str, PolicyTable]:
        """Tables by hash, as the judges of chains take them."""
        self._update()
        return self._judging

    @property
    def named(self) -> str:
        """The hash of the table in force, which requests name: one that is too wide is no matter to who only reads."""
        self._update()
        return self._in_force

    def _update(self) -> None:
        transport = self._hub.transport
        if self._in_force and transport.policy == self._named:
            return
        served = transport.get("/v1/policy")
        try:
            data = from_base64url(str(served.get("table", "")))
            in_force = sha256(data).hex()
            periods = self._verified(in_force, served)
        except ProtocolError as error:
            if error.reason in {Reason.ROLLED_BACK, Reason.FORKED}:
                raise self._hub.failed(error, served) from None
            raise VerificationError(error.what, error.reason, _UPDATE) from None
        self._tables.keep(in_force, data)
        self._periods[:] = periods
        self._in_force, self._named = in_force, transport.policy

    def _verified(self, in_force: str, served: JsonObject) -> Sequence[Period]:
        """Return when each table was in force, by the controllers' word and the log's."""
        trust, bundle = self._hub.trust, self._hub.profile.bundle
        activation = served.get("activation")
        if activation is None:
            trust.advance_policy((), ())
            # Without the controllers' word, only the table that they pinned themselves.
            if in_force != bundle.ceiling:
                raise ProtocolError(Reason.WRONG_POLICY, "policy table without activation")
            return (Period(in_force, 0),)
        newest = PolicyActivation.read(canonical.encode(cast("JsonObject", activation)))
        newest.signed.require(bundle.controllers)
        held = trust.policies
        if not held or held[-1].activation != newest.content.hash:
            self._follow(newest.content.hash)
            held = trust.policies
        if held[-1].table != in_force:
            raise ProtocolError(Reason.WRONG_POLICY, "activation of another policy table")
        return (Period(bundle.ceiling, 0), *(Period(one.table, one.since_ms) for one in held))

    def _follow(self, newest: str) -> None:
        """Fetch every activation with the receipt of its leaf, and hold what they show."""
        hub = self._hub
        fields = Fields(hub.transport.get("/v1/policy/activations"), "policy activations")
        receipts = [hub.receipt(cast("JsonObject", item), told=False) for item in fields.items("receipts")]
        fields.done()
        history = ActivationHistory.verify(map(_signed, receipts), hub.profile.bundle)
        leaves = [entered(one, leaf) for one, leaf in zip(history.activations, receipts, strict=True)]
        history.entered(leaves, hub.profile.bundle.ceiling)
        if not history.activations or history.activations[-1].hash != newest:
            raise ProtocolError(Reason.WRONG_POLICY, "activations that do not lead to the one in force")
        hub.trust.advance_policy(history.activations, leaves)


def _signed(receipt: VerifiedReceipt) -> bytes:
    """Return the activation that a leaf commits to, as it was signed."""
    request = None if receipt.identity is None else IdentityPayload.read(receipt.identity).request
    if request is None:
        raise ProtocolError(Reason.MISSING_FIELD, f"activation of leaf {receipt.index}")
    return canonical.encode(request)


class _Tables(Mapping[str, PolicyTable]):
    """Tables by hash, each fetched when a link first names it; its hash says that it is the one."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.ceiling = shipped_table()
        self._held: dict[str, PolicyTable | None] = {self.ceiling.hash: self.ceiling}

    def keep(self, hash_: str, data: bytes) -> None:
        """Keep a table that was served."""
        if self._held.get(hash_) is None:
            self._held[hash_] = PolicyTable.load(data)

    def __getitem__(self, hash_: str) -> PolicyTable:
        if hash_ not in self._held:
            self._held[hash_] = self._fetched(hash_)
        found = self._held[hash_]
        if found is None:
            raise KeyError(hash_)
        return found

    def _fetched(self, hash_: str) -> PolicyTable | None:
        try:
            data = from_base64url(str(self._hub.transport.get(f"/v1/policy/tables/{hash_}").get("table", "")))
        except NotFoundError:
            return None
        return PolicyTable.load(data) if sha256(data).hex() == hash_ else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
