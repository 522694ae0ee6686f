"""Somebody leaves a structure: what its registrar attested of them ends, and so do the sessions in it, at once.

Their other capacities go on. Nothing is written in a case: debts are owed there from now on by what everybody is served
(docs/spec/departures.md), and a member's client says so in the chain.
"""

from __future__ import annotations

from volet_protocol.departures import NOTICE_MS, verify_end
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.departure_ports import StoredEnd
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def end_attestations(statement: UnverifiedStatement, trust: TrustBundle, uow: UnitOfWork, /) -> tuple[str, int]:
    """Verify and store an end; return (id, index of its leaf). The same one again has the same answer.

    Raises `ProtocolError` where the statement does not verify, stale for an instant that is past (what was done since
    would lie behind it), not-yet for one further ahead than two clocks can differ, unknown-reference for a user who is
    not here.
    """
    end = verify_end(statement, trust)
    known = next((one for one in uow.departures.of(end.user) if one.end.id == end.id), None)
    if known is not None:
        return end.id, known.leaf
    if end.at_ms < uow.now_ms:
        raise ProtocolError(Reason.STALE, "end of an attestation")
    if end.at_ms > uow.now_ms + 2 * NOTICE_MS:
        raise ProtocolError(Reason.NOT_YET, "end of an attestation")
    # Of a user that exists here, attested or not: what was signed and not deposited yet must not come afterwards.
    uow.users.user(end.user)
    view = ViewPayload("attestation", uow.now_ms, structure=end.structure)
    who = IdentityPayload(request_hash=statement.hash, request=statement.to_json())
    leaf = uow.log.append(LeafContent(view, who))
    uow.departures.add(StoredEnd(end, statement.to_bytes(), leaf))
    return end.id, leaf
