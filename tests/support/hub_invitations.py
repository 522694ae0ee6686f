"""An invitation that a real hub took, made link by link: who is invited has an account and no standing.

made = invite(case, "doctor", "newcomer", "medical/2", row="H2", structure="practice")
ask_box(case, "newcomer", made)
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from support.hub import HubCase
from support.identities import SELF_ISS, capacity, seed32
from volet_protocol.capacities import salted_subject
from volet_protocol.case_links import FactLink
from volet_protocol.compose_invitation import compose_invitation
from volet_protocol.encodings import to_base64url
from volet_protocol.fact_invitations import CodeKdf, Invitation
from volet_protocol.fact_people import Referent
from volet_protocol.facts import fact_hash
from volet_protocol.invitation_codes import SPOKEN_SIZE, VALIDITY_MS, InvitationCode
from volet_protocol.invitation_keys import CodeKeys, code_keys, release_proof, release_terms


@dataclass(frozen=True)
class MadeInvitation:
    """The hash of its fact, and what its code gives."""

    hash: str
    keys: CodeKeys


def invite(case: HubCase, author: str, name: str, section: str, *, row: str, structure: str) -> MadeInvitation:
    """Let `author` follow the case and invite whom the hub's provider calls `name`; box one section from its start."""
    case.fact("coordinator", Referent(case.participation(author) or "", case.now_ms))
    if not case.main.section(section).epoch:
        case.claim(author, section)
    if name not in case.capacities:
        case.attest(name, row, structure)
    salt = seed32("salt of a subject")[:16]
    kdf = CodeKdf(seed32("salt of a code")[:16])
    keys = code_keys(InvitationCode(seed32("code")[:SPOKEN_SIZE]), kdf)
    fact = Invitation(
        subject=salted_subject(salt, SELF_ISS, case.user(name)), subject_salt=salt, capacity=capacity(row, structure),
        regime="care", limb=1, history_from_ms=case.main.facts.created_ms, expires_ms=case.now_ms + VALIDITY_MS,
        kdf=kdf, key=keys.sign.public,
    )  # fmt: skip
    body, box = compose_invitation(
        case.main, fact, case.draw("fact salt")[:16], ring=case.ring(author), starts={section: (1, 0)}, to=keys
    )
    hash_ = fact_hash(body)
    case.add(author, FactLink(case.head(author), hash_).body(), body, {} if box is None else {hash_: box})
    return MadeInvitation(hash_, keys)


def ask_box(case: HubCase, name: str, made: MadeInvitation) -> httpx.Response:
    """Ask for the box with a right proof of the code."""
    terms = release_terms(case.main.hub, case.main.case, made.hash, case.user(name))
    proof = to_base64url(release_proof(made.keys.sign, terms))
    return case.clients[name].post(f"/v1/invitations/{made.hash}/box", json={"proof": proof})
