"""Was an invitation, or its answer, entitled: what sections, table and attestations say (docs/spec/invitations.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from volet_protocol.capacities import salted_subject
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.entitlement import Judging
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.facts import Fact
from volet_protocol.invitation_codes import VALIDITY_MS
from volet_protocol.invitation_keys import answer_terms, check_answer_signature
from volet_protocol.places import MAIN, class_of
from volet_protocol.section_access import SectionAccess

if TYPE_CHECKING:
    from volet_protocol.key_links import Granted


def check_invitation(judging: Judging, facts: CaseFacts, fact: Invitation) -> None:
    """Refuse an invitation whose author may not give what it gives, on the facts before it.

    Raises `ProtocolError`: not-entitled, expired, not-yet, wrong-chain, wrong-epoch, wrong-step, not-permitted.
    """
    if judging.state.class_ != MAIN:
        raise ProtocolError(Reason.NOT_ENTITLED, "an invitation outside the open class")
    if fact.expires_ms <= judging.at_ms:
        raise ProtocolError(Reason.EXPIRED, "invitation")
    if fact.expires_ms - judging.at_ms > VALIDITY_MS:
        raise ProtocolError(Reason.NOT_YET, "an invitation that would live longer than 72 hours")
    supposed = _supposing(facts, fact, judging)
    for granted in fact.sections:
        reason = _section(judging, supposed, fact, granted)
        if reason is not None:
            raise ProtocolError(reason, f"invitation, {granted.section}")


def _supposing(facts: CaseFacts, fact: Invitation, judging: Judging) -> SectionAccess:
    """Return the access by the facts in which somebody whom no fact names takes part as invited.

    They go by the salted hash of the subject, which is nobody's user id.
    """
    assumed = fact.participation(fact.subject, fact.subject, judging.at_ms)
    record: Record[Fact] = Record(assumed, fact.subject, judging.head.seq, facts.opener, judging.at_ms)
    return SectionAccess(judging.access.table, facts.with_record(record), judging.at_ms)


def check_answered(judging: Judging, facts: CaseFacts, fact: Participation) -> None:
    """Refuse an answer by another than the one named (wrong-subject) or without the code (bad-proof).

    That the invitation is open and of these terms, `invitations.check_answer` says.
    """
    if fact.invitation is None or fact.answer is None:
        return
    invited, answer = facts.find(Invitation, fact.invitation).fact, fact.answer
    attested = judging.directory.attestation(fact.attestation)
    named = salted_subject(invited.subject_salt, answer.iss, answer.sub)
    held = salted_subject(answer.salt, answer.iss, answer.sub)
    if (named, held) != (invited.subject, attested.subject):
        raise ProtocolError(Reason.WRONG_SUBJECT, "an invitation of somebody else")
    state = judging.state
    terms = answer_terms(state.hub, state.case, fact.invitation, fact.user, fact.attestation)
    check_answer_signature(invited.key, terms, answer.sig)


def _section(judging: Judging, supposed: SectionAccess, fact: Invitation, granted: Granted) -> Reason | None:
    section, state = granted.section, judging.state.section(granted.section)
    if class_of(section) != judging.state.class_:
        return Reason.WRONG_CHAIN
    if state.epoch == 0 or granted.epoch != state.epoch:
        return Reason.WRONG_EPOCH
    if granted.step != state.step:
        return Reason.WRONG_STEP
    holding = state.readers.get(judging.author)
    if holding is None or not all(holding.holds(epoch, step) for epoch, step in granted.slices()):
        return Reason.NOT_ENTITLED
    if not judging.author_may("grant", section):
        return Reason.NOT_ENTITLED
    if not supposed.permits("read", fact.subject, fact.capacity, section):
        return Reason.NOT_PERMITTED
    started_ms = state.starts_ms.get((granted.from_epoch, granted.from_step))
    return None if started_ms is not None and started_ms >= fact.history_from_ms else Reason.NOT_YET
