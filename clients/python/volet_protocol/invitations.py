"""What has become of an invitation, and who may answer it (docs/spec/invitations.md).

Everything here is asked of the facts of one case at an instant, so that every reader answers alike.
"""

from __future__ import annotations

from volet_protocol.act_rules import act_of
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.case_state import Holding
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.fact_standings import allowed_by, open_to_row, standings_of


def answer_to(facts: CaseFacts, invitation: str) -> Record[Participation] | None:
    """Return the participation that answered an invitation, None while nobody did."""
    found = facts.under(Participation, _by_invitation, invitation)
    return found[0] if found else None


def closed_by(facts: CaseFacts, record: Record[Invitation], at_ms: int) -> Reason | None:
    """Return why an invitation cannot be answered at an instant, None while it is open."""
    if answer_to(facts, record.hash) is not None:
        return Reason.ALREADY
    if facts.ended_at(record.hash) != FOREVER:
        return Reason.CLOSED
    if at_ms >= record.fact.expires_ms:
        return Reason.EXPIRED
    return None if _still_its_author_s(facts, record, at_ms) else Reason.NOT_ENTITLED


def is_open(facts: CaseFacts, record: Record[Invitation], at_ms: int) -> bool:
    """Tell whether an invitation can be answered at an instant."""
    return closed_by(facts, record, at_ms) is None


def boxing(facts: CaseFacts, section: str, epoch: int) -> list[Record[Invitation]]:
    """Return the invitations that boxed this epoch of a section, in chain order."""
    return [
        record
        for record in facts.of(Invitation)
        if any((item.section, item.epoch) == (section, epoch) for item in record.fact.sections)
    ]


def given(facts: CaseFacts, invitation: str, user: str, section: str) -> Holding | None:
    """Return what an invitation gave of a section to the user who answered it; None to anybody else."""
    answer = answer_to(facts, invitation)
    if answer is None or answer.fact.user != user:
        return None
    boxed = facts.find(Invitation, invitation).fact.sections
    return next((Holding(0, dict(item.slices())) for item in boxed if item.section == section), None)


def check_answer(facts: CaseFacts, fact: Participation, at_ms: int) -> None:
    """Refuse a participation that names an invitation that is not there, not open, or of other terms.

    Raises `ProtocolError`: unknown-reference, already, closed, expired, not-entitled (its author could no longer make
    it, or other terms than invited), time-backwards (begins before it), wrong-recipient (another capacity).
    """
    if fact.invitation is None:
        return
    record = facts.find(Invitation, fact.invitation)
    reason = closed_by(facts, record, at_ms)
    if reason is not None:
        raise ProtocolError(reason, f"invitation {record.hash[:16]}")
    invited = record.fact
    terms = (invited.regime, invited.limb, invited.history_from_ms, invited.until_ms, invited.recognised, None)
    if terms != (fact.regime, fact.limb, fact.history_from_ms, fact.until_ms, fact.recognised, fact.episode):
        raise ProtocolError(Reason.NOT_ENTITLED, "a participation on other terms than invited")
    if fact.start_ms < record.recorded_ms:
        raise ProtocolError(Reason.TIME_BACKWARDS, "a participation that begins before its invitation")
    if not fits(invited.capacity, fact.capacity):
        raise ProtocolError(Reason.WRONG_RECIPIENT, "a capacity other than the one invited")


def fits(invited: Capacity, held: Capacity) -> bool:
    """Tell whether a capacity is the one invited: row, category, structure; profession and role where named."""
    same = (invited.row, invited.category, invited.structure) == (held.row, held.category, held.structure)
    return same and invited.profession in {None, held.profession} and invited.role in {None, held.role}


def answered_by(facts: CaseFacts, user: str) -> bool:
    """Tell whether a user takes part by an invitation that they answered with its code (`acceptance`, rule 3)."""
    return any(record.fact.invitation is not None for record in facts.participations_of(user))


def _still_its_author_s(facts: CaseFacts, record: Record[Invitation], at_ms: int) -> bool:
    act = act_of(record.fact)
    allowed = allowed_by(record.fact, act, standings_of(facts, record.author, at_ms))
    return bool(allowed) and open_to_row(act, record.author, allowed)


def _by_invitation(fact: Participation) -> tuple[str, ...]:
    return () if fact.invitation is None else (fact.invitation,)
