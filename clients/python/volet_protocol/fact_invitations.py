"""An invitation into a case: to whom, in which capacity, and what is boxed to a code (docs/spec/invitations.md).

It names the newcomer by a salted hash, so that a chain holds no identity; the answer, a participation, opens that hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from volet_protocol import fact_people
from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import SALT_SIZE, Capacity
from volet_protocol.case_links import check_order
from volet_protocol.fact_codec import HASH, MS, Codec, Shape, choice, data, integer, nested, refuse
from volet_protocol.fact_people import CAPACITY, RECOGNISED_LIMB, Participation, Recognition
from volet_protocol.fields import Fields
from volet_protocol.key_links import Granted
from volet_protocol.places import SECTIONS

KEY_SIZE = 32
LEAST_MEMORY_KIB: Final = 65_536
LEAST_PASSES: Final = 3
_MOST_MEMORY_KIB, _MOST_PASSES = 262_144, 8
# The child-protection list is entered by its own rules (R11), in a chain of its own.
_REGIMES = frozenset({"care", "mdph"})


@dataclass(frozen=True)
class CodeKdf:
    """How the keys come from the code: Argon2id, whose parameters the invitation authenticates."""

    salt: bytes
    memory_kib: int = LEAST_MEMORY_KIB
    passes: int = LEAST_PASSES
    lanes: int = 1


@dataclass(frozen=True)
class Invitation:
    """A participation that one named professional may begin alone until `expires_ms`, and the keys boxed for it."""

    type: ClassVar[str] = "invitation"
    subject: str
    subject_salt: bytes
    capacity: Capacity
    regime: str
    limb: int
    history_from_ms: int
    expires_ms: int
    kdf: CodeKdf
    key: bytes
    until_ms: int | None = None
    recognised: Recognition | None = None
    sections: tuple[Granted, ...] = ()
    box: str | None = None

    def participation(self, user: str, attestation: str, start_ms: int) -> Participation:
        """Return the participation that this invitation prepares, of whoever answers, without the answer."""
        return Participation(
            user=user, attestation=attestation, capacity=self.capacity, regime=self.regime, limb=self.limb,
            start_ms=start_ms, until_ms=self.until_ms, history_from_ms=self.history_from_ms,
            recognised=self.recognised,
        )  # fmt: skip


def _sections(fields: Fields, name: str) -> object:
    found = tuple(Granted.read(item) for item in fields.objects(name, len(SECTIONS)))
    check_order([item.section for item in found], "invitation.sections")
    if any(item.commit is not None for item in found):
        raise refuse("invitation: steps no key")
    return found


def _sections_json(value: object) -> JsonValue:
    return [item.to_json() for item in cast("Sequence[Granted]", value)]


def _check(fact: Invitation) -> None:
    if bool(fact.sections) != (fact.box is not None):
        raise refuse("invitation: sections and their box stand together")
    if (fact.recognised is not None) != (fact.limb == RECOGNISED_LIMB):
        raise refuse("invitation: limb 2 rests on the person's recognition, and no other does")
    if fact.until_ms is not None and fact.until_ms <= fact.expires_ms:
        raise refuse("invitation: ends before it can be answered")


_KDF = Shape(
    CodeKdf,
    {
        "memory_kib": integer(LEAST_MEMORY_KIB, _MOST_MEMORY_KIB), "passes": integer(LEAST_PASSES, _MOST_PASSES),
        "lanes": integer(1, 1), "salt": data(SALT_SIZE),
    },
)  # fmt: skip
INVITATION = Shape(
    Invitation,
    {
        "subject": HASH, "subject_salt": data(SALT_SIZE), "capacity": CAPACITY, "regime": choice(_REGIMES),
        "limb": fact_people.LIMB, "history_from_ms": MS, "expires_ms": MS, "until_ms": MS,
        "recognised": nested(fact_people.RECOGNITION), "kdf": nested(_KDF), "key": data(KEY_SIZE),
        "sections": Codec(_sections, _sections_json), "box": HASH,
    },
    optional=frozenset({"until_ms", "recognised", "sections", "box"}),
    check=_check,
)  # fmt: skip
