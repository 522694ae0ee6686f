"""Absence and relay: who may be named, and who stands in for whom at an instant (docs/spec/facts.md, A1 to A5).

An absence opens nothing. The relay takes part already, with the same row in the same structure, and may read what the
rules let them read; who writes to the absent writes to both, and is told so before.
"""

from __future__ import annotations

from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_absences import Absence
from volet_protocol.fact_people import Participation


def check_absence(facts: CaseFacts, fact: Absence, at_ms: int) -> None:
    """Refuse an absence whose relay cannot stand in.

    Raises `ProtocolError`: unknown-reference (a participation outside the chain), expired (it is over already),
    wrong-recipient (the relay is the absent, takes no part at that instant, or has another row or structure).
    """
    absent = facts.find(Participation, fact.participation).fact
    relay = facts.find(Participation, fact.relay)
    if fact.until_ms <= at_ms:
        raise ProtocolError(Reason.EXPIRED, "absence: over before it was recorded")
    if relay.fact.user == absent.user or not facts.in_force(relay, at_ms):
        raise ProtocolError(Reason.WRONG_RECIPIENT, "absence: the relay is a colleague who takes part")
    if not is_same_desk(relay.fact, absent):
        raise ProtocolError(Reason.WRONG_RECIPIENT, "absence: the relay has the same row in the same structure")


def is_same_desk(one: Participation, other: Participation) -> bool:
    """Tell whether two participations have the same row in the same structure: one may be the relay of the other."""
    left, right = one.capacity, other.capacity
    return (left.row, left.structure) == (right.row, right.structure)


def absence_of(facts: CaseFacts, user: str, at_ms: int) -> Record[Absence] | None:
    """Return the absence of a user that holds at an instant, None when they are there; of several the latest."""
    held = [record for record in absences(facts, at_ms) if absent_of(facts, record) == user]
    return held[-1] if held else None


def absences(facts: CaseFacts, at_ms: int) -> tuple[Record[Absence], ...]:
    """Return the absences that hold at an instant, in chain order.

    One ends when it was to end, when somebody ended it, and with the participation of the absent or of the relay.
    """
    return tuple(
        record
        for record in facts.of(Absence)
        if record.fact.from_ms <= at_ms < min(record.fact.until_ms, facts.ended_at(record.hash))
        and all(
            facts.in_force(facts.find(Participation, one), at_ms)
            for one in (record.fact.participation, record.fact.relay)
        )
    )


def absent_of(facts: CaseFacts, record: Record[Absence]) -> str:
    """Return the user who is away."""
    return facts.find(Participation, record.fact.participation).fact.user


def relay_of(facts: CaseFacts, user: str, at_ms: int) -> Record[Participation] | None:
    """Return the participation of who stands in for a user at an instant, None when the user is there.

    A relay who is away too is not followed further: what one is told before sending is one name.
    """
    found = absence_of(facts, user, at_ms)
    return None if found is None else facts.find(Participation, found.fact.relay)
