"""Composing an invitation and its answer: pure, with keys as arguments (docs/spec/invitations.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation
from volet_protocol.case_state import CaseChain
from volet_protocol.compose import UNBOXED, complete, slice_of
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Answer, Participation
from volet_protocol.facts import fact_body
from volet_protocol.hashing import sha256
from volet_protocol.invitation_keys import CodeKeys, answer_signature, answer_terms, seal_keys
from volet_protocol.sections import SectionKeys


@dataclass(frozen=True)
class Identity:
    """Who answers: the identity that the invitation and the attestation name by hash, and the latter's salt."""

    iss: str
    sub: str
    salt: bytes


def compose_invitation(
    state: CaseChain,
    fact: Invitation,
    salt: bytes,
    *,
    ring: SectionKeys,
    starts: Mapping[str, tuple[int, int]],
    to: CodeKeys,
) -> tuple[JsonObject, bytes | None]:
    """Return the body of an invitation and its box, None where `starts` gives no section.

    `fact` says everything else; `starts` maps a section to the (epoch, step) its history begins with.
    """
    complete(state)
    fact = replace(fact, key=to.sign.public)
    if not starts:
        return fact_body(fact, salt), None
    slices = [slice_of(state, ring, section, start) for section, start in sorted(starts.items())]
    fact = replace(fact, sections=tuple(granted for granted, _ in slices), box=UNBOXED)
    unboxed = fact_body(fact, salt)
    box = seal_keys(state.case, unboxed, [given for _, keys in slices for given in keys], to)
    return fact_body(replace(fact, box=sha256(box).hex()), salt), box


def answered(
    state: CaseChain, invitation: str, fact: Invitation, attestation: Attestation, *, identity: Identity,
    found: CodeKeys, start_ms: int,
) -> Participation:  # fmt: skip
    """Return the participation that answers an invitation, in an attested capacity, signed with the code's key."""
    participation = fact.participation(attestation.user, attestation.id, start_ms)
    terms = answer_terms(state.hub, state.case, invitation, attestation.user, attestation.id)
    signature = answer_signature(found.sign, terms)
    answer = Answer(identity.iss, identity.sub, identity.salt, signature)
    return replace(participation, capacity=attestation.capacity, invitation=invitation, answer=answer)
