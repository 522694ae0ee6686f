"""Which decision table this hub decides by: strictly loaded, built from its files, and no wider than anybody agreed to.

With an activation, the controllers of the trust bundle signed it for this hub and this table. Without one, only the
table whose hash the bundle pins as ceiling is active: clients accept no other without the controllers' word.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from volet_protocol.activation import ActivationHistory
from volet_protocol.active_tables import ActiveTables
from volet_protocol.canonical import decode
from volet_protocol.errors import ProtocolError
from volet_protocol.policy_table import PolicyTable
from volet_protocol.trust_bundle import TrustBundle
from volet_service import resources
from volet_service.adapters.policy.built import check_built
from volet_service.application.activate_policy import ActivatePolicy
from volet_service.application.ports import Policy
from volet_service.domain.policy_codes import PolicyError
from volet_service.settings import Settings

# Wire form of an activation: a body of seven fields and a signature for each controller.
_LIMIT = 64 * 1024
# Which table was built from which policy files: asked of the engine once. May be deleted.
_REMEMBERED = Path("policy-built")


@dataclass(frozen=True)
class _Source:
    table: PolicyTable
    data: bytes


def load_policy(settings: Settings, trust: TrustBundle, now_ms: int) -> ActivatePolicy:
    """Return the table to activate; raise `PolicyError` or `ProtocolError` for one that must not decide."""
    source = _read(settings)
    path = settings.path(settings.activation)
    if not path.is_file():
        if source.table.hash != trust.ceiling:
            raise PolicyError(f"no {path}, and the policy table is not the ceiling of the trust bundle")
        return ActivatePolicy(Policy(source.table, {source.table.hash: source.table}, source.data, None), None)
    signed = path.read_bytes()
    try:
        history = ActivationHistory.verify([signed], trust)
    except ProtocolError as error:
        raise PolicyError(f"{path} does not verify: {error.what}: {error.reason.value}") from error
    last = history.activations[-1]
    if last.table != source.table.hash:
        raise PolicyError(f"{path} activates the table {last.table[:16]}, this hub has {source.table.hash[:16]}")
    if last.from_ms > now_ms:
        raise PolicyError(f"{path} activates the table only from {last.from_ms} on")
    _check_ceiling(source.table, trust)
    tables = ActiveTables([source.table], history)
    return ActivatePolicy(Policy(source.table, tables, source.data, decode(signed, _LIMIT)), last.hash)


def _read(settings: Settings) -> _Source:
    folder = resources.policies() if settings.policies is None else settings.path(settings.policies)
    data = (folder / "table.json").read_bytes()
    check_built(folder, data, settings.path(_REMEMBERED))
    return _Source(PolicyTable.load(data), data)


def _check_ceiling(table: PolicyTable, trust: TrustBundle) -> None:
    if table.hash == trust.ceiling:
        return
    shipped = resources.shipped_table()
    if shipped.hash != trust.ceiling:
        raise PolicyError("the trust bundle's ceiling is neither the policy table nor the one this version ships")
    wider = table.wider_than(shipped)
    if wider:
        raise PolicyError(f"the policy table is wider than the ceiling of the trust bundle: {wider[0]}")
