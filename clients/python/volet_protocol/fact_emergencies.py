"""What follows a declaration of emergency, as signed facts: its reason, its end, its review (docs/spec/emergencies.md).

A reason is a code of a closed list, and words that only the person, who follows the case and the auditors can open
(P5; CSP L1110-4 II, R1110-3 III). The words are health data: they travel sealed inside the fact, one box a reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.boxes import ENC_SIZE, TAG_SIZE
from volet_protocol.encodings import to_base64url
from volet_protocol.fact_codec import HASH, MS, Codec, Shape, choice, integer, many, nested, refuse
from volet_protocol.fields import Fields
from volet_protocol.padding import is_padded_size

UNCONSCIOUS, VITAL_RISK, CANNOT_EXPRESS, URGENT_CARE = "unconscious", "vital_risk", "cannot_express", "urgent_care"
REASONS = (UNCONSCIOUS, VITAL_RISK, CANNOT_EXPRESS, URGENT_CARE)
LEGITIMATE, NOT_LEGITIMATE = "legitimate", "not_legitimate"
OUTCOMES = (LEGITIMATE, NOT_LEGITIMATE)
MEANS = frozenset({"oral", "paper", "electronic", "falc"})
MOST_READERS = 32
MAX_BOX = ENC_SIZE + 4096 + TAG_SIZE


@dataclass(frozen=True)
class SealedWords:
    """The words in a box for one reader: a user, the generation of their key, the box itself."""

    user: str
    generation: int
    box: bytes


@dataclass(frozen=True)
class Told:
    """How and when the person was told afterwards, where she was not told by her own account."""

    means: str
    at_ms: int


@dataclass(frozen=True)
class EmergencyReason:
    """Why an emergency was declared: a code, and the words sealed to each reader. Nothing opens before it."""

    type: ClassVar[str] = "emergency-reason"
    emergency: str
    reason: str
    words: tuple[SealedWords, ...] = ()


@dataclass(frozen=True)
class EmergencyEnd:
    """The end of an emergency before its time: every answer to it ends at once."""

    type: ClassVar[str] = "emergency-end"
    emergency: str
    at_ms: int


@dataclass(frozen=True)
class EmergencyReview:
    """The judgement of an emergency that is over: legitimate or not, with words for the same readers."""

    type: ClassVar[str] = "emergency-review"
    emergency: str
    outcome: str
    at_ms: int
    words: tuple[SealedWords, ...] = ()
    told: Told | None = None


def _read_box(fields: Fields, name: str) -> object:
    box = fields.data(name, limit=MAX_BOX)
    if not is_padded_size(len(box) - ENC_SIZE - TAG_SIZE):
        raise fields.refuse(name)
    return box


def _write_box(value: object) -> str:
    if not isinstance(value, bytes):
        raise refuse("sealed words: box")
    return to_base64url(value)


_WORDS = Shape(SealedWords, {"user": HASH, "generation": integer(1, 2**31), "box": Codec(_read_box, _write_box)})
_TOLD = Shape(Told, {"means": choice(MEANS), "at_ms": MS})


def _check_readers(words: tuple[SealedWords, ...], what: str) -> None:
    users = [one.user for one in words]
    if users != sorted(set(users)):
        raise refuse(f"{what}: readers out of order or twice")


def _check_reason(fact: EmergencyReason) -> None:
    _check_readers(fact.words, fact.type)


def _check_review(fact: EmergencyReview) -> None:
    _check_readers(fact.words, fact.type)
    if fact.told is not None and fact.told.at_ms > fact.at_ms:
        raise refuse(f"{fact.type}: the person was told after the review was closed")


EMERGENCY_REASON = Shape(
    EmergencyReason,
    {"emergency": HASH, "reason": choice(frozenset(REASONS)), "words": many(_WORDS, MOST_READERS)},
    optional=frozenset({"words"}),
    check=_check_reason,
)
EMERGENCY_END = Shape(EmergencyEnd, {"emergency": HASH, "at_ms": MS})
EMERGENCY_REVIEW = Shape(
    EmergencyReview,
    {
        "emergency": HASH, "outcome": choice(frozenset(OUTCOMES)), "at_ms": MS, "words": many(_WORDS, MOST_READERS),
        "told": nested(_TOLD),
    },
    optional=frozenset({"words", "told"}),
    check=_check_review,
)  # fmt: skip
