"""Which decision table this hub decides by: strictly loaded, built from its files, and no wider than anybody agreed to.

With an activation, the controllers of the trust bundle signed it for this hub and this table. Without one, only the
table whose hash the bundle pins as ceiling is active: clients accept no other without the controllers' word. What a
running hub was given since stands in its database, and goes on after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from volet_protocol.activation import PolicyActivation, UnverifiedActivation
from volet_protocol.canonical import encode
from volet_protocol.errors import ProtocolError
from volet_protocol.policy_table import PolicyTable
from volet_protocol.trust_bundle import TrustBundle
from volet_service import resources
from volet_service.adapters.policy.built import check_built
from volet_service.adapters.store.policies import SourceTable
from volet_service.application.activate_policy import ActivatePolicy, check_ceiling, checked, newest
from volet_service.application.records import TableInForce
from volet_service.domain.policy_codes import PolicyError
from volet_service.settings import Settings

# Which table was built from which policy files: asked of the engine once. May be deleted.
_REMEMBERED = Path("policy-built")


def load_source(settings: Settings) -> SourceTable:
    """Return the table of the policy files; raise `PolicyError` for files or a table that must not decide."""
    folder = resources.policies() if settings.policies is None else settings.path(settings.policies)
    data = (folder / "table.json").read_bytes()
    check_built(folder, data, settings.path(_REMEMBERED))
    return SourceTable(PolicyTable.load(data), data)


def ceiling_of(source: SourceTable, trust: TrustBundle) -> PolicyTable:
    """Return the table whose hash the bundle pins: that of the files, or the one that this version ships."""
    for table in (source.table, resources.shipped_table()):
        if table.hash == trust.ceiling:
            return table
    raise PolicyError("the policy table is not the ceiling of the trust bundle, nor is the one this version ships")


def to_activate(
    settings: Settings, trust: TrustBundle, source: SourceTable, history: Sequence[TableInForce], *, now_ms: int
) -> ActivatePolicy | None:
    """Return what this start puts into force, None to go on with what is; raise `PolicyError` for what must not decide.

    `activation.json` counts once: a hub that was given a newer activation since keeps it.
    """
    path = settings.path(settings.activation)
    ceiling = ceiling_of(source, trust)
    if path.is_file():
        given = _read(path.read_bytes(), str(path))
        if given.content.hash not in {record.activation for record in history}:
            _check(given, source.data, trust, ceiling, history, now_ms=now_ms, name=str(path))
            return ActivatePolicy(source.data, given)
    last = newest(history)
    if last is None:
        if source.table.hash != trust.ceiling:
            raise PolicyError(f"no {path}, and the policy table is not the ceiling of the trust bundle")
        return ActivatePolicy(source.data, None)
    _go_on(trust, ceiling, history)
    return None


def _go_on(trust: TrustBundle, ceiling: PolicyTable, history: Sequence[TableInForce]) -> None:
    """Check that what is in force still counts under the trust bundle of this start."""
    record = history[-1]
    assert record.statement is not None  # noqa: S101 - the caller found the activation in it
    try:
        PolicyActivation.read(encode(record.statement)).signed.require(trust.controllers)
        check_ceiling(PolicyTable.load(record.data), ceiling)
    except ProtocolError as error:
        raise PolicyError(f"the table in force no longer counts: {error.what}: {error.reason.value}") from error


def _read(data: bytes, name: str) -> UnverifiedActivation:
    try:
        return PolicyActivation.read(data)
    except ProtocolError as error:
        raise PolicyError(f"{name} does not verify: {error.what}: {error.reason.value}") from error


def _check(
    given: UnverifiedActivation,
    data: bytes,
    trust: TrustBundle,
    ceiling: PolicyTable,
    history: Sequence[TableInForce],
    *,
    now_ms: int,
    name: str,
) -> None:
    try:
        checked(given, data, trust, ceiling, history, now_ms=now_ms)
    except ProtocolError as error:
        raise PolicyError(f"{name} does not verify: {error.what}: {error.reason.value}") from error
