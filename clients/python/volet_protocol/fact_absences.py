"""Who is away from a case, from when to when, and which colleague takes what comes (docs/spec/facts.md, A1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.fact_codec import HASH, MS, Shape, refuse

# A year and a day: who stays away longer hands the case over.
LONGEST_MS = 366 * 86_400_000


@dataclass(frozen=True)
class Absence:
    """Somebody who takes part is away; the absent and the relay are named by their participations."""

    type: ClassVar[str] = "absence"
    participation: str
    relay: str
    from_ms: int
    until_ms: int


def _check(fact: Absence) -> None:
    if not fact.from_ms < fact.until_ms <= fact.from_ms + LONGEST_MS:
        raise refuse("absence: ends before it starts, or after more than a year")
    if fact.relay == fact.participation:
        raise refuse("absence: somebody else is the relay")


ABSENCE = Shape(Absence, {"participation": HASH, "relay": HASH, "from_ms": MS, "until_ms": MS}, check=_check)
