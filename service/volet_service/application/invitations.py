"""Invitations at the hub: whom one names, what they are served of the case before they answer, the box once.

1. An account is named when a binding of its own gives the subject of the invitation under its salt. To every other an
   invitation does not exist.
2. Whether it is open, the chain says: answered, withdrawn, over, or its author gone, it is served to nobody. That it
   is over is told to the account it names, for 30 days, with nothing of the case.
3. The box goes to one account, against a proof made with the code; the release is a leaf. Three wrong proofs and it
   goes to nobody: each is kept, and logged, before it is answered.
4. Until then that account is served the invitation alone: stolen without the code, it shows nothing of the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import salted_subject
from volet_protocol.case_state import CaseChain
from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import parts_of, read_facts
from volet_protocol.fact_invitations import Invitation
from volet_protocol.invitation_codes import TRIES
from volet_protocol.invitation_keys import check_release_proof, release_terms
from volet_protocol.invitations import answer_to, closed_by, is_open
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import is_member
from volet_service.application.callers import Caller
from volet_service.application.invitation_ports import StoredInvitation
from volet_service.application.open_session import unverified_claims
from volet_service.application.ports import UnitOfWork
from volet_service.application.visibility import Viewer, capacity_of
from volet_service.domain.errors import BadSignature, NotFound, Refusal, TooManyRequests, VersionConflict
from volet_service.domain.leaves import LeafContent

ACT: Final = "invitation"
WRONG_CODE: Final = "wrong_code"
# How long whoever was invited is told that it is over; afterwards it does not exist for them either.
TOLD_MS: Final = 30 * 86_400_000


@dataclass(frozen=True)
class ListedInvitation:
    """An invitation that names the caller, with the body of its fact: what the code is tried on."""

    record: StoredInvitation
    body: JsonObject


@dataclass(frozen=True)
class GivenBox:
    """The box, where there is one, and the leaf of its release; or the refusal, answered once its count is kept."""

    box: bytes | None = None
    leaf: int = 0
    refusal: Refusal | None = None


def boxes_named(fact: JsonObject | None) -> dict[str, str]:
    """Return the hash of the box of each invitation beside a link, by the hash of its fact."""
    stated = () if fact is None else read_facts(fact)
    return {hash_: one.box for hash_, one in stated if isinstance(one, Invitation) and one.box is not None}


def remember(case: str, link: str, fact: JsonObject | None, uow: UnitOfWork) -> None:
    """Remember the invitations beside a link that the chain took."""
    for hash_, one in () if fact is None else read_facts(fact):
        if isinstance(one, Invitation):
            uow.invitations.add(StoredInvitation(hash_, case, link, one.subject, one.subject_salt, one.expires_ms))


def list_invitations(caller: Caller, uow: UnitOfWork, /) -> list[ListedInvitation]:
    """Return the invitations that name the caller: the open ones, and for a while those that ended unanswered."""
    found = [*_naming(caller, uow), *_ended(caller, uow)]
    return [ListedInvitation(record, body) for record in found for body in _bodies(record, uow)]


def view_invited(uow: UnitOfWork, caller: Caller, case: str, table: PolicyTable) -> Viewer:
    """Return the view of whom an open invitation into the case names and who proved its code; else raise `NotFound`."""
    main = uow.cases.chain(case, MAIN) if is_hash(case) else None
    proved = (record for record in _naming(caller, uow) if record.released_to == caller.user)
    if main is None or all(record.case != case for record in proved):
        raise NotFound
    return Viewer(caller, capacity_of(uow, caller.user, caller.capacity), case, main, table, uow.now_ms)


def give_box(fact: str, proof: bytes, hub: str, caller: Caller, uow: UnitOfWork, /) -> GivenBox:
    """Give the box of an invitation to the account that it names, against a proof made with its code.

    Raises `NotFound` for anybody else, and for an invitation that is not open. A wrong proof is counted and logged, and
    what it is answered with is returned.
    """
    record = next((one for one in _naming(caller, uow) if one.fact == fact), None)
    if record is None:
        raise NotFound
    if record.wrong >= TRIES:
        raise TooManyRequests("three wrong proofs: the code is dead", {"reason": Reason.OVER_QUOTA.value})
    key = _state(record, uow).facts.find(Invitation, fact).fact.key
    try:
        check_release_proof(key, release_terms(hub, record.case, fact, caller.user), proof)
    except ProtocolError as error:
        uow.invitations.count_wrong(fact)
        _log(record, caller, uow, purpose=WRONG_CODE)
        return GivenBox(refusal=BadSignature("proof of a code", {"reason": error.reason.value}))
    if record.released_to not in {None, caller.user}:
        raise VersionConflict("given to another account", {"reason": Reason.ALREADY.value})
    leaf = record.leaf
    if leaf is None:
        leaf = _log(record, caller, uow)
        uow.invitations.released(fact, caller.user, leaf)
    return GivenBox(uow.boxes.of_user([record.link], fact).get(record.link), leaf)


def _log(record: StoredInvitation, caller: Caller, uow: UnitOfWork, purpose: str | None = None) -> int:
    capacity = capacity_of(uow, caller.user, caller.capacity)
    view = ViewPayload(
        ACT, uow.now_ms, purpose=purpose, row=capacity.row if capacity else None,
        category=capacity.category if capacity else None, structure=capacity.structure if capacity else None,
    )  # fmt: skip
    who = IdentityPayload(
        caller.user, caller.device, refusal=None if purpose is None else BadSignature.problem.value,
        facts=(record.fact,),
    )  # fmt: skip
    return uow.log.append(LeafContent(view, who, record.case, MAIN))


def _naming(caller: Caller, uow: UnitOfWork) -> Iterator[StoredInvitation]:
    return (record for record in _own(caller, uow, uow.now_ms) if _is_served(record, caller, uow))


def _ended(caller: Caller, uow: UnitOfWork) -> Iterator[StoredInvitation]:
    """Return those that ended unanswered: whoever opens the link too late is told so, and nothing else."""
    for record in _own(caller, uow, uow.now_ms - TOLD_MS):
        facts = _state(record, uow).facts
        if record.fact in facts.hashes:
            reason = closed_by(facts, facts.find(Invitation, record.fact), uow.now_ms)
            if reason is Reason.EXPIRED:
                yield record


def _own(caller: Caller, uow: UnitOfWork, at_ms: int) -> Iterator[StoredInvitation]:
    """Return those that name the caller and do not end before an instant."""
    subjects = _subjects(caller.user, uow)
    for record in uow.invitations.living(at_ms) if subjects else ():
        if any(salted_subject(record.subject_salt, iss, sub) == record.subject for iss, sub in subjects):
            yield record


def _is_served(record: StoredInvitation, caller: Caller, uow: UnitOfWork) -> bool:
    """Tell whether it is open, or was answered by the caller: who crashed before they kept its keys asks again."""
    facts = _state(record, uow).facts
    if record.fact not in facts.hashes:
        # Its body was erased: nobody could judge the answer.
        return False
    answer = answer_to(facts, record.fact)
    if answer is not None:
        return answer.fact.user == caller.user and is_member(facts, caller.user, uow.now_ms)
    return is_open(facts, facts.find(Invitation, record.fact), uow.now_ms)


def _bodies(record: StoredInvitation, uow: UnitOfWork) -> list[JsonObject]:
    """Return the body of an invitation, empty where it was erased."""
    state = _state(record, uow)
    link = uow.cases.link(state.chain, state.facts.find(Invitation, record.fact).position)
    if link is None or link.fact is None:
        return []
    parts = parts_of(canonical.decode(link.fact))
    return [part.body for part in parts if part.hash == record.fact and part.body is not None]


def _state(record: StoredInvitation, uow: UnitOfWork) -> CaseChain:
    state = uow.cases.chain(record.case, MAIN)
    if state is None:
        raise NotFound
    return state


def _subjects(user: str, uow: UnitOfWork) -> set[tuple[str, str]]:
    """Return the identities that an account was bound to, by tokens that were verified when they came."""
    return {(one.iss, str(unverified_claims(one.id_token)["sub"])) for one in uow.users.bindings(user)}
