"""What the conditions of a case conference allow, and until when (docs/spec/conferences.md; R78).

1. The conditions stand in the chain before the conference starts; nobody whom the person opposed is in the list.
2. An opening that rests on a conference is of its entries or its announcement, to its participants, until at most 7
   days after its end.
3. When the conference ends by an act, what was opened for it is closed with it.
"""

from __future__ import annotations

from volet_protocol import powers
from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_meetings import REPRESENTED, TAKES_PART, Conference
from volet_protocol.fact_notices import Notice, Opposition
from volet_protocol.fact_people import Participation
from volet_protocol.opening_links import OpeningLink, UserRecipient

KEPT_OPEN_MS = 7 * 86_400_000


def check_conditions(facts: CaseFacts, fact: Conference, at_ms: int) -> None:
    """Refuse conditions that do not hold when they are recorded.

    Raises `ProtocolError`: expired (the conference has started), unknown-reference (no such notice or participation),
    not-yet (a notice not given yet), not-entitled (a participation that is over), not-permitted (the person opposed).
    """
    if at_ms >= fact.from_ms:
        raise ProtocolError(Reason.EXPIRED, "conference: its conditions are fixed before it starts")
    if facts.find(Notice, fact.notice).fact.given_ms > at_ms:
        raise ProtocolError(Reason.NOT_YET, "conference: the person is told first")
    for name in fact.participants:
        record = facts.find(Participation, name)
        if not facts.in_force(record, at_ms):
            raise ProtocolError(Reason.NOT_ENTITLED, "conference: a participant who takes no part in the case")
        if opposed(facts, record.fact, at_ms):
            raise ProtocolError(Reason.NOT_PERMITTED, "conference: the person opposed a participant")


def opposed(facts: CaseFacts, participation: Participation, at_ms: int) -> bool:
    """Tell whether an opposition in force keeps a professional from knowing, whatever the subject."""
    capacity = participation.capacity
    for record in facts.of(Opposition):
        fact = record.fact
        until_ms = min(facts.ended_at(record.hash), FOREVER if fact.until_ms is None else fact.until_ms)
        if not fact.from_ms <= at_ms < until_ms:
            continue
        spared = fact.spared
        if spared is not None and (participation.user in spared.users or capacity.row in spared.rows):
            continue
        named = participation.user in fact.users or capacity.row in fact.rows or capacity.category in fact.categories
        if fact.scope == "all" or named:
            return True
    return False


def rested_on(facts: CaseFacts, link: OpeningLink) -> Record[Conference] | None:
    """Return the conference that an opening names in its basis, None when it names none."""
    return next((record for record in facts.of(Conference) if record.hash in link.basis), None)


def closes_ms(record: Record[Conference]) -> int:
    """Return the latest instant until which anything is open for a conference."""
    return record.fact.until_ms + KEPT_OPEN_MS


def opening(facts: CaseFacts, link: OpeningLink, at_ms: int) -> Reason | None:
    """Judge an opening against the conference it rests on: None, or why it is void."""
    record = rested_on(facts, link)
    if record is None:
        return None
    if over(facts, link, at_ms):
        return Reason.CLOSED
    if link.until_ms > closes_ms(record):
        return Reason.EXPIRED
    allowed = {record.fact.announcement, *record.fact.entries}
    if any(item.id not in allowed for item in link.entries):
        return Reason.NOT_PERMITTED
    return None if _takes_part(facts, record.fact, link, at_ms) else Reason.WRONG_RECIPIENT


def over(facts: CaseFacts, link: OpeningLink, at_ms: int) -> bool:
    """Tell whether the conference that an opening rests on was ended by an act before that instant."""
    record = rested_on(facts, link)
    return record is not None and at_ms >= facts.ended_at(record.hash)


def _takes_part(facts: CaseFacts, fact: Conference, link: OpeningLink, at_ms: int) -> bool:
    to = link.recipient
    if not isinstance(to, UserRecipient):
        return False
    if to.capacity is not None:
        return to.capacity in fact.participants
    if to.user in facts.person_users:
        return fact.person == TAKES_PART
    return fact.person in {TAKES_PART, REPRESENTED} and any(
        powers.mandate_state(facts, record, at_ms) == powers.IN_FORCE for record in powers.mandates_of(facts, to.user)
    )
