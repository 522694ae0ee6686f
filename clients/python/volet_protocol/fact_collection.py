"""When something was said or handed over, and when it was recorded (docs/spec/facts.md, "Collected and recorded").

What is collected without network keeps its own time and is recorded later. Position alone gives effect: a fact is part
of no state before its link, so an old time of collection never reaches back. What would widen and waited for more than
72 hours says why; a withdrawal or an opposition is never refused for having waited (D1110-3-3, L1110-4 IV).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from volet_protocol import fact_rules
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Notice, Opposition, OppositionEnd
from volet_protocol.fact_powers import MinorSecret, MinorSecretEnd
from volet_protocol.facts import Fact

LATE_AFTER_MS = 72 * 3_600_000
UNSTATED = "unstated"
CLOCK_MS = 120_000


def collected_ms(fact: Fact) -> int | None:
    """Return when the words of a fact were collected; None for a fact that is nobody's words."""
    match fact:
        case Notice() | Consent():
            return fact.given_ms
        case ConsentWithdrawal() | OppositionEnd() | MinorSecretEnd():
            return fact.at_ms
        case Opposition():
            return fact.from_ms
        case MinorSecret():
            return fact.opposed_ms
        case _:
            return None


def late_reason(fact: Fact) -> str | None:
    """Return the code of the reason a fact gives for the time it waited, None when it gives none."""
    match fact:
        case (
            Notice() | Consent() | ConsentWithdrawal() | Opposition() | OppositionEnd() | MinorSecret()
            | MinorSecretEnd()
        ):  # fmt: skip
            return fact.late
        case _:
            return None


def with_late(fact: Fact, code: str) -> Fact:
    """Return the same words with the reason why they waited; raise wrong-type for a fact that is nobody's words."""
    match fact:
        case (
            Notice() | Consent() | ConsentWithdrawal() | Opposition() | OppositionEnd() | MinorSecret()
            | MinorSecretEnd()
        ):  # fmt: skip
            return replace(fact, late=code)
        case _:
            raise ProtocolError(Reason.WRONG_TYPE, f"{fact.type}: no time of collection")


def is_late(fact: Fact, recorded_ms: int) -> bool:
    """Tell whether a fact was recorded more than 72 hours after it was collected: it is marked wherever it is shown."""
    collected = collected_ms(fact)
    return collected is not None and recorded_ms - collected > LATE_AFTER_MS


def first_late(facts: Iterable[Fact | None], recorded_ms: int) -> tuple[int, str] | None:
    """Return when the first of these that waited too long was collected, and the code of its reason; None for none.

    `unstated` stands for what narrows and gives no reason: the log tells that it waited all the same.
    """
    for fact in facts:
        collected = None if fact is None else collected_ms(fact)
        if fact is not None and collected is not None and is_late(fact, recorded_ms):
            return collected, late_reason(fact) or UNSTATED
    return None


def check_collected(fact: Fact, at_ms: int) -> None:
    """Refuse a fact whose time of collection does not fit the instant at which its link is judged.

    Raises not-yet for information or an answer from the future, beyond two minutes of a clock; stale for a widening
    fact collected more than 72 hours before that gives no reason.
    """
    collected = collected_ms(fact)
    if collected is None:
        return
    if isinstance(fact, Notice | Consent) and collected > at_ms + CLOCK_MS:
        raise ProtocolError(Reason.NOT_YET, f"{fact.type}: collected after it was recorded")
    if fact_rules.is_widening(fact) and late_reason(fact) is None and is_late(fact, at_ms):
        raise ProtocolError(Reason.STALE, f"{fact.type}: collected more than 72 hours before, without a reason")
