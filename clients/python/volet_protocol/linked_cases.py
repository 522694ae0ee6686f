"""Two cases brought together: what a link needs, and what a closed case still takes (docs/spec/conferences.md).

1. The side that continues signs first; the side that closes names that fact. One alone closes nothing.
2. A case closes once, and a closed case continues none: links never form a circle.
3. A closed case takes no entry, no exchange and no claim. What narrows is taken as before, and reading goes on.
4. In a closed case an entry is opened alone and by its own author: nothing moves in bulk.
"""

from __future__ import annotations

from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_meetings import CLOSED, CONTINUES, CaseLink


def check_link(facts: CaseFacts, fact: CaseLink, at_ms: int) -> None:
    """Refuse a link that this case cannot take.

    Raises `ProtocolError`: wrong-case (with itself), not-yet (the person is told first), closed (already continued
    elsewhere), already (linked with that case).
    """
    if fact.other == facts.case:
        raise ProtocolError(Reason.WRONG_CASE, "case-link: a case with itself")
    if fact.told_ms > at_ms:
        raise ProtocolError(Reason.NOT_YET, "case-link: the person is told first")
    if is_closed(facts, at_ms):
        raise ProtocolError(Reason.CLOSED, "case-link: this case is continued elsewhere")
    if any(record.fact.other == fact.other for record in links(facts, at_ms)):
        raise ProtocolError(Reason.ALREADY, "case-link: with that case")


def links(facts: CaseFacts, at_ms: int) -> tuple[Record[CaseLink], ...]:
    """Return the links of a case that nobody ended before that instant."""
    return tuple(record for record in facts.of(CaseLink) if at_ms < facts.ended_at(record.hash))


def closing(facts: CaseFacts, at_ms: int) -> Record[CaseLink] | None:
    """Return the link by which a case is closed to writing at that instant."""
    return next((record for record in links(facts, at_ms) if record.fact.role == CLOSED), None)


def is_closed(facts: CaseFacts, at_ms: int) -> bool:
    """Tell whether a case is closed to writing at that instant."""
    return closing(facts, at_ms) is not None


def check_writable(facts: CaseFacts, at_ms: int, what: str) -> None:
    """Raise closed for what writes in a case that another one continues."""
    if is_closed(facts, at_ms):
        raise ProtocolError(Reason.CLOSED, f"{what} in a case that another one continues")


def check_counterpart(facts: CaseFacts, fact: CaseLink, other: CaseFacts | None, at_ms: int) -> None:
    """Refuse a closing whose other side is not there: unknown-reference; `other` are the facts of that case, if any.

    For whoever holds both chains: the hub before it accepts, a member of both before they sign.
    """
    signed = () if other is None else links(other, at_ms)
    found = [record for record in signed if record.hash == fact.counterpart]
    if not found or (found[0].fact.role, found[0].fact.other) != (CONTINUES, facts.case):
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "case-link: the other side has not signed")
