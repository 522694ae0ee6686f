"""Store what a registrar of the trust bundle attests. The signature is the right: whoever brings it may."""

from __future__ import annotations

from volet_protocol.capacities import verify_attestation
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.operator_roles import ROW
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredAttestation
from volet_service.application.watching import check_apart
from volet_service.domain.leaves import LeafContent


def record_attestation(statement: UnverifiedStatement, trust: TrustBundle, uow: UnitOfWork, /) -> tuple[str, int]:
    """Verify and store; return (id, index of its leaf). The same attestation again has the same answer."""
    known = uow.users.stored_attestation(statement.hash)
    if known is not None:
        return known.attestation.id, known.leaf
    attestation = verify_attestation(statement, trust, uow.now_ms)
    # Of a user that exists here, or the table would fill with whatever a registrar's key ever signed.
    uow.users.user(attestation.user)
    if any(one.end.ends(attestation) for one in uow.departures.of(attestation.user)):
        raise ProtocolError(Reason.EXPIRED, "attestation that its registrar ended")
    check_apart(attestation, uow)
    view = ViewPayload(
        "attestation", uow.now_ms, row=attestation.capacity.row, category=attestation.capacity.category,
        structure=attestation.capacity.structure,
        role=attestation.capacity.role if attestation.capacity.row == ROW else None,
    )  # fmt: skip
    who = IdentityPayload(request_hash=statement.hash, request=statement.to_json())
    leaf = uow.log.append(LeafContent(view, who))
    uow.users.add_attestation(StoredAttestation(attestation, statement.to_bytes(), leaf))
    return attestation.id, leaf
