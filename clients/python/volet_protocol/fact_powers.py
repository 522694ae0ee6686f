"""Who else has a say, and special regimes, as signed facts (docs/spec/facts.md).

Mandates: C. civ. 371-1, 377, 390, 408, 425, 438, 459, 469, 494-6 (R50-R61). Minor's secret: CSP L1111-5, L1111-5-1
(R53). Designation: CASF R146-41 (R41), L121-6-2 (R33). Procedures: R42, R31. Emergency: P5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.fact_codec import BOOL, CODE, CODES, HASH, HASHES, LATE, MS, Shape, choice, choices, refuse
from volet_protocol.vocabulary import DOMAINS

MINOR_MANDATES = frozenset({"parental_authority", "delegated_parental_authority", "minor_guardianship"})
GUARDIAN_MANDATES = frozenset({"tutelle", "habilitation_familiale", "future_protection"})
CURATOR_MANDATES = frozenset({"curatelle_simple", "curatelle_renforcee", "sauvegarde"})
MANDATES = MINOR_MANDATES | GUARDIAN_MANDATES | CURATOR_MANDATES
EMERGENCY_MAX_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Mandate:
    """A power over the person or the property, as a judgment or the law gives it; the holder is a user."""

    type: ClassVar[str] = "mandate"
    kind: str
    holder: str
    domains: tuple[str, ...]
    mode: str
    start_ms: int
    until_ms: int | None = None
    exercise: bool = True
    acts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class MandateEnd:
    """The end of a mandate."""

    type: ClassVar[str] = "mandate-end"
    mandate: str
    at_ms: int


@dataclass(frozen=True)
class Ability:
    """Whether the person can express their will; none recorded = able."""

    type: ClassVar[str] = "ability"
    state: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class MinorSecret:
    """The minor's opposition, noted in writing, to informing the holders of authority of some entries (R1111-6)."""

    type: ClassVar[str] = "minor-secret"
    entries: tuple[str, ...]
    basis: str
    opposed_ms: int
    late: str | None = None


@dataclass(frozen=True)
class MinorSecretEnd:
    """The minor lifted the secret."""

    type: ClassVar[str] = "minor-secret-end"
    secret: str
    at_ms: int
    late: str | None = None


@dataclass(frozen=True)
class Designation:
    """A reader individually designated by the MDPH team doctor, or the coordinator named by the mayor."""

    type: ClassVar[str] = "designation"
    kind: str
    designated: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class Procedure:
    """A statutory procedure before an authority without account, named by its directory code."""

    type: ClassVar[str] = "procedure"
    kind: str
    authority: str
    opened_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class Emergency:
    """A health professional's declaration of emergency access; its reason is in the encrypted annex (P5)."""

    type: ClassVar[str] = "emergency"
    user: str
    row: str
    structure: str
    opened_ms: int
    until_ms: int


@dataclass(frozen=True)
class FactEnd:
    """The end of a designation, of a procedure, or of who follows the case: each begins open."""

    type: ClassVar[str] = "fact-end"
    ended: str
    at_ms: int


def _check_emergency(fact: Emergency) -> None:
    if not 0 < fact.until_ms - fact.opened_ms <= EMERGENCY_MAX_MS:
        raise refuse("emergency: lasts at most 24 hours")


MANDATE = Shape(
    Mandate,
    {
        "kind": choice(MANDATES), "holder": HASH, "domains": choices(DOMAINS),
        "mode": choice(frozenset({"representation", "assistance"})), "start_ms": MS, "until_ms": MS,
        "exercise": BOOL, "acts": CODES,
    },
    optional=frozenset({"until_ms", "acts"}),
)  # fmt: skip
MANDATE_END = Shape(MandateEnd, {"mandate": HASH, "at_ms": MS})
ABILITY = Shape(
    Ability,
    {"state": choice(frozenset({"able", "assisted", "unable"})), "from_ms": MS, "until_ms": MS},
    optional=frozenset({"until_ms"}),
)
MINOR_SECRET = Shape(
    MinorSecret,
    {
        "entries": HASHES, "basis": choice(frozenset({"L1111-5", "L1111-5-1"})), "opposed_ms": MS, "late": LATE,
    },
    optional=frozenset({"late"}),
)  # fmt: skip
MINOR_SECRET_END = Shape(MinorSecretEnd, {"secret": HASH, "at_ms": MS, "late": LATE}, optional=frozenset({"late"}))
DESIGNATION = Shape(
    Designation,
    {
        "kind": choice(frozenset({"mdph_medical", "coordinator_l121_6_2"})), "designated": HASH, "from_ms": MS,
        "until_ms": MS,
    },
    optional=frozenset({"until_ms"}),
)  # fmt: skip
PROCEDURE = Shape(
    Procedure,
    {
        "kind": choice(frozenset({"ccapex", "siao", "coordination_l121_6_2"})), "authority": CODE, "opened_ms": MS,
        "until_ms": MS,
    },
    optional=frozenset({"until_ms"}),
)  # fmt: skip
FACT_END = Shape(FactEnd, {"ended": HASH, "at_ms": MS})
EMERGENCY = Shape(
    Emergency,
    {"user": HASH, "row": CODE, "structure": CODE, "opened_ms": MS, "until_ms": MS},
    check=_check_emergency,
)
