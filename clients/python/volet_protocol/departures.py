"""Staff leaving: the end that a registrar signs of what it attested (docs/spec/departures.md).

An end names a user and a structure, never one attestation: whoever signs it cannot forget one, and a hub cannot keep
one back. What the user does in other structures, or as attested by another registrar, goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import Attestation
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import Directory
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import ALGORITHM, VERSION, UnverifiedStatement, read_type
from volet_protocol.trust_bundle import TrustBundle

TYPE = "attestation-end"
# How far ahead of its signature an end holds: no act that somebody already made comes to lie behind it.
NOTICE_MS = 120_000


@dataclass(frozen=True)
class AttestationEnd:
    """From `at_ms` nothing counts that this registrar attested of this user in this structure before that instant."""

    id: str
    registrar: bytes
    user: str
    structure: str
    at_ms: int

    def ends(self, attestation: Attestation) -> bool:
        """Tell whether it ends this attestation; one that begins at or after the end is a new engagement."""
        held = attestation
        same = (held.registrar, held.user, held.capacity.structure) == (self.registrar, self.user, self.structure)
        return same and held.from_ms < self.at_ms

    @staticmethod
    def read(statement: UnverifiedStatement, hub: str) -> AttestationEnd:
        """Read the fields, without judging who signed; raise wrong-hub for another hub's end."""
        fields = statement.fields()
        read_type(fields, TYPE)
        if fields.label("hub") != hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        end = AttestationEnd(
            id=statement.hash,
            registrar=fields.data("registrar", 32),
            user=fields.hash("user"),
            structure=fields.code("structure"),
            at_ms=fields.integer("at_ms"),
        )
        fields.done()
        return end


def end_body(*, hub: str, registrar: bytes, user: str, structure: str, at_ms: int) -> dict[str, JsonValue]:
    """Return the body that a registrar signs."""
    return {
        "v": VERSION, "type": TYPE, "alg": ALGORITHM, "hub": hub, "registrar": to_base64url(registrar), "user": user,
        "structure": structure, "at_ms": at_ms,
    }  # fmt: skip


def verify_end(statement: UnverifiedStatement, bundle: TrustBundle) -> AttestationEnd:
    """Return the end that a registrar of the bundle signed.

    Raises `ProtocolError`: wrong-hub, not-trusted (registrar not listed), bad-signature, not-entitled (a structure that
    is not its own), malformed. A registrar that ended may still end what it attested: it narrows.
    """
    end = AttestationEnd.read(statement, bundle.hub)
    registrar = bundle.registrar(end.registrar)
    statement.verify(registrar.key)
    if not any(known.id == end.structure for known in registrar.structures):
        raise ProtocolError(Reason.NOT_ENTITLED, f"end {end.id[:16]} by {registrar.name}")
    return end


def ended(attestation: Attestation, ends: Iterable[AttestationEnd]) -> Attestation:
    """Return an attestation as these ends leave it: of several the earliest counts."""
    at_ms = min((end.at_ms for end in ends if end.ends(attestation)), default=None)
    if at_ms is None:
        return attestation
    return replace(attestation, ended_ms=at_ms, until_ms=min(attestation.until_ms, at_ms))


def without_departed(facts: CaseFacts, users: Iterable[str], directory: Directory, at_ms: int) -> CaseFacts:
    """Return the facts without the participations of these users that rest on an attestation which was ended.

    For whoever writes, claims or hands out keys now. Links are judged by the facts of their chain alone: who knows of
    an end, and since when, has no one answer.
    """
    ends: dict[str, int] = {}
    for user in users:
        for record in facts.participations_of(user, at_ms):
            ended_ms = _ended_ms(record.fact.attestation, directory)
            if ended_ms is not None and ended_ms <= at_ms:
                ends[record.hash] = ended_ms
    return facts.with_ends(ends) if ends else facts


def _ended_ms(attestation: str, directory: Directory) -> int | None:
    try:
        return directory.attestation(attestation).ended_ms
    except ProtocolError:
        # Of a registrar that the bundle no longer lists: nobody can end it, and it attests nothing.
        return None
