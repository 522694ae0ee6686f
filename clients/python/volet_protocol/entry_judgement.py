"""Was an entry sealed under a key that had to be left behind? (docs/spec/case-chains.md, rule 17; protocol 6.5).

Judged by every reader from what the author signed: the chain at `case_head`, the table that the header names, and the
header's `time_ms`. The hub refuses such a deposit; a hub that lets it in, together with somebody who had to leave,
would otherwise hand them what was written after their end.

Left out: superseded generations. A member learns of another's new key from that member's chain, which a header does not
name, so nobody can say afterwards what its author could have known. Writers and the hub still count them.
"""

from __future__ import annotations

from volet_protocol.case_state import UNCLAIMED, CaseChain
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import SectionAccess
from volet_protocol.statements import HeadRef

# How far the clock of a header may stand from that of the leaf of its deposit (protocol 6.5).
DEPOSIT_WINDOW_MS = 120_000


def check_sealed_under(  # noqa: PLR0917 - the header's own fields, in its order
    state: CaseChain, section: str, epoch: int, case_head: HeadRef, table: PolicyTable, time_ms: int
) -> None:
    """Refuse an entry of a section whose epoch was not the current one at its `case_head`, or owed a rotation then.

    The instant is `time_ms`, but never before the newest link at that head: nobody reaches back to before an end that
    they had seen. Raises wrong-epoch, section-owed; unknown-reference or forked for a head that is not of this chain.
    """
    at = state.positions.at(case_head)
    known = at.sections.get(section, UNCLAIMED)
    if known.epoch != epoch:
        raise ProtocolError(Reason.WRONG_EPOCH, f"{section}: epoch {epoch} where {known.epoch} was the current one")
    access = SectionAccess.at(table, at.facts, max(time_ms, at.time_ms))
    if epoch in known.tainted or access.left_behind(section, known):
        raise ProtocolError(Reason.SECTION_OWED, f"{section}: epoch {epoch}")


def check_released_after(time_ms: int, released_ms: int) -> None:
    """Refuse an entry that states to be newer than the leaf of its own release: time-backwards.

    A reader is not shown the leaf of the deposit. It came before every release, so a header that is more than two
    minutes after a release is more than two minutes after its deposit; the author checks the other side on deposit.
    """
    if time_ms > released_ms + DEPOSIT_WINDOW_MS:
        raise ProtocolError(Reason.TIME_BACKWARDS, "entry stated to be newer than its release")


def check_deposited_at(time_ms: int, deposited_ms: int) -> None:
    """Refuse a deposit whose leaf stands more than two minutes from the entry's own time: time-backwards."""
    if abs(time_ms - deposited_ms) > DEPOSIT_WINDOW_MS:
        raise ProtocolError(Reason.TIME_BACKWARDS, "entry further than two minutes from the leaf of its deposit")
