"""Attest the capacities that the staff list gives to a subject who just proved their user id (protocol.md 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from volet_protocol.binding import CLOCK_MS
from volet_protocol.binding import nonce as binding_nonce
from volet_protocol.capacities import MAX_VALIDITY_MS, SALT_SIZE, attestation_body, salted_subject
from volet_protocol.hashing import same
from volet_protocol.operator_roles import MAX_GUEST_MS
from volet_protocol.statements import Statement, sign
from volet_service.domain.errors import Denied
from volet_service.domain.logins import LoginRefusal, login_refused
from volet_service.entrypoints.registrar.config import RegistrarConfig, StaffEntry
from volet_service.entrypoints.registrar.identifications import Identifications


@dataclass(frozen=True)
class AttestationRequest:
    """What a client shows: its user id, the random bytes that open the nonce, and the ID token it picked up."""

    hub: str
    user: str
    random: bytes
    id_token: str


@dataclass(frozen=True)
class Attested:
    """A signed attestation, the salt under which it names the subject, and who and where that is."""

    statement: Statement
    salt: bytes
    sub: str
    structure: str


def _longest(line: StaffEntry) -> int:
    return MAX_GUEST_MS if line.scope is not None and line.scope.guest else MAX_VALIDITY_MS


def attest(
    request: AttestationRequest,
    *,
    config: RegistrarConfig,
    identifications: Identifications,
    random: Callable[[int], bytes],
    now_ms: int,
) -> list[Attested]:
    """Return one attestation for each line of the staff list.

    Raises `Refusal`: bad-token (not picked up here within ten minutes), wrong-nonce (the token binds another user id
    or hub), or `Denied` when the list has nothing in force for the subject.
    """
    if request.hub not in config.hubs:
        raise login_refused(LoginRefusal.WRONG_AUDIENCE, "hub of the attestation")
    proof = identifications.proof(request.id_token, now_ms)
    bound = binding_nonce(request.hub, config.issuer, config.client_id, request.user, request.random)
    if not same(bound.encode(), proof.nonce.encode()):
        raise login_refused(LoginRefusal.WRONG_NONCE, "ID token")
    lines = [line for line in config.capacities_of(proof.sub) if now_ms < line.until_ms]
    if not lines:
        raise Denied("no line in force on the staff list", {"reason": "not-on-staff-list"})
    # The client and the hub may run behind this clock, and would refuse what begins in their future.
    from_ms = now_ms - CLOCK_MS
    attested: list[Attested] = []
    for line in lines:
        salt = random(SALT_SIZE)
        body = attestation_body(
            hub=request.hub,
            registrar=config.key.public,
            user=request.user,
            subject=salted_subject(salt, config.issuer, proof.sub),
            capacity=line.capacity,
            from_ms=from_ms,
            until_ms=min(line.until_ms, from_ms + _longest(line)),
            scope=line.scope,
        )
        attested.append(Attested(sign(body, config.key), salt, proof.sub, line.capacity.structure))
    return attested
