"""Sessions end with what their capacity rests on: the attestation, or who attested it (docs/spec/trust.md, 13).

A registrar ends by the trust bundle, which a hub reads at its start: so that is when sessions are asked again.
"""

from __future__ import annotations

from volet_protocol import statements
from volet_protocol.capacities import Attestation, verify_attestation
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.ports import UnitOfWork


def held_capacity(id_: str, trust: TrustBundle, uow: UnitOfWork) -> Attestation | None:
    """Return an attestation as this bundle lets it hold now; None where none is stored.

    Raises `ProtocolError` as `verify_attestation` does: not-trusted or expired where its registrar ended.
    """
    stored = uow.users.stored_attestation(id_)
    if stored is None:
        return None
    if stored.attestation.ended_ms is not None:
        # At once, although the end holds a moment later: who was let go signs in no more.
        raise ProtocolError(Reason.EXPIRED, "attestation that its registrar ended")
    return verify_attestation(statements.parse(stored.statement), trust, uow.now_ms)


def end_sessions(trust: TrustBundle, uow: UnitOfWork, /) -> None:
    """End each session in a capacity that does not count any more; the others end when theirs does, at the latest."""
    for capacity in uow.sessions.capacities():
        try:
            held = held_capacity(capacity, trust, uow)
        except ProtocolError:
            held = None
        uow.sessions.end_by(capacity, uow.now_ms if held is None else held.until_ms)
