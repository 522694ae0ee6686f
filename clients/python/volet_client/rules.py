"""The policy table in force: the hub's, if it is no wider than the ceiling that this version ships (trust rule T9)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import cast

from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.resources import shipped_table
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.activation import ActivationHistory
from volet_protocol.active_tables import ActiveTables
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.policy_table import PolicyTable

_UPDATE = Said(
    "Rien ne sera accordé avec cette règle : mettez votre application à jour, ou prévenez l'exploitant.",
    "Nothing is granted under this table: update your client, or tell the operator.",
)


class Rules:
    """The table that decides now, and every table by its hash."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    @cached_property
    def table(self) -> PolicyTable:
        """The active table, verified."""
        return self._loaded[0]

    @cached_property
    def tables(self) -> Mapping[str, PolicyTable]:
        """Tables by hash, as the judges of chains take them."""
        return self._loaded[1]

    @cached_property
    def _loaded(self) -> tuple[PolicyTable, Mapping[str, PolicyTable]]:
        served = self._hub.transport.get("/v1/policy")
        ceiling = shipped_table()
        try:
            data = from_base64url(str(served.get("table", "")))
            # The same bytes decide alike: parsing them twice would double the start of every command.
            table = ceiling if sha256(data).hex() == ceiling.hash else PolicyTable.load(data)
            self._hub.trust.check_table(table, ceiling)
            return table, self._active(table, ceiling, served.get("activation"))
        except ProtocolError as error:
            raise VerificationError(error.what, error.reason, _UPDATE) from None

    def _active(
        self, table: PolicyTable, ceiling: PolicyTable, activation: JsonValue | None
    ) -> Mapping[str, PolicyTable]:
        if activation is None:
            # Without the controllers' word, only the table that they pinned themselves.
            if table.hash != ceiling.hash:
                raise ProtocolError(Reason.WRONG_POLICY, "policy table without activation")
            return {table.hash: table}
        signed = canonical.encode(cast("JsonObject", activation))
        history = ActivationHistory.verify([signed], self._hub.profile.bundle)
        if history.activations[-1].table != table.hash:
            raise ProtocolError(Reason.WRONG_POLICY, "activation of another policy table")
        return ActiveTables([table], history)
