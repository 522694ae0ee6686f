"""Masks of an entry: who it is hidden from, as a closed code in its header (docs/spec/entries.md, rules E23 to E27).

A mask says in clear that an entry is held back, never why. What the kind of a report would tell a decision is told by
its mask, since the kind itself is ciphertext.
"""

from __future__ import annotations

from collections.abc import Sequence

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.places import EXCHANGE, REPORT

WITHHELD = "withheld_by_author"
CHILD_HIDDEN = "child_protection_hidden"
ILL_TREATMENT = "ill_treatment_hidden"
MINOR_SECRET = "minor_secret"  # noqa: S105 - a code of the law (CSP L1111-5), not a password
ADDRESS_SECRET = "address_secret"  # noqa: S105 - a code of the law (C. civ. 375-7), not a password
THIRD_PARTY = "third_party"
BEFORE_ANNOUNCEMENT = "before_announcement"
MASKS = frozenset(
    {WITHHELD, CHILD_HIDDEN, ILL_TREATMENT, MINOR_SECRET, ADDRESS_SECRET, THIRD_PARTY, BEFORE_ANNOUNCEMENT}
)
REPORT_MASKS = frozenset({CHILD_HIDDEN, ILL_TREATMENT})
ANNOUNCEMENT_MS = 15 * 86_400_000
MAX_PASSAGES = 16

_KINDS = {CHILD_HIDDEN: "information_preoccupante", ILL_TREATMENT: "adult_ill_treatment"}
_HIDDEN_CLASS = "third_party_hidden"
# Whoever may count the acts of `main` must not find one that they may not know of.
_LOGGED_APART = {
    CHILD_HIDDEN: _HIDDEN_CLASS, ILL_TREATMENT: _HIDDEN_CLASS, ADDRESS_SECRET: _HIDDEN_CLASS,
    BEFORE_ANNOUNCEMENT: _HIDDEN_CLASS, MINOR_SECRET: "minor_secret",
}  # fmt: skip


def kind_of(mask: str | None) -> str:
    """Return the kind that a decision supposes of an entry with this mask (R3, R4, R36)."""
    return _KINDS.get(mask or "", "note")


def log_class(place_kind: str, mask: str | None, class_: str) -> str:
    """Return the visibility class whose log holds the acts on an entry; `class_` is that of its chain.

    The person and their representatives count every act of the classes they are served (protocol 12).
    """
    return "main" if place_kind == EXCHANGE else _LOGGED_APART.get(mask or "", class_)


def check_masking(
    place_kind: str, mask: str | None, *, written_ms: int, until_ms: int | None, passages: Sequence[str]
) -> None:
    """Refuse (malformed) an unknown mask, a report without one of its own, a term of another mask or of over 15 days.

    R65b: a result waits for its announcement 15 days at most. R66: a passage stands apart from what it was cut from.
    """
    if mask is not None and mask not in MASKS:
        raise ProtocolError(Reason.MALFORMED, "entry: unknown mask")
    if place_kind == REPORT and mask not in REPORT_MASKS:
        raise ProtocolError(Reason.MALFORMED, "entry: mask of a report")
    if until_ms is not None and (
        mask != BEFORE_ANNOUNCEMENT or not written_ms < until_ms <= written_ms + ANNOUNCEMENT_MS
    ):
        raise ProtocolError(Reason.MALFORMED, "entry: end of a mask")
    ordered = list(passages) == sorted(set(passages)) and len(passages) <= MAX_PASSAGES
    if passages and (not ordered or mask == THIRD_PARTY or place_kind in {EXCHANGE, REPORT}):
        raise ProtocolError(Reason.MALFORMED, "entry: passages")


def check_set_by(mask: str | None, category: int | None, *, minor: bool) -> None:
    """Refuse (not-entitled) a mask that is not its author's to set.

    Only a health professional waits for an announcement (R65b), and keeps a minor's secret, of a minor (R53: doctor,
    midwife, nurse): set by anybody else it would hide from a log what the law shows.
    """
    if mask in {BEFORE_ANNOUNCEMENT, MINOR_SECRET} and category != 1:
        raise ProtocolError(Reason.NOT_ENTITLED, f"mask {mask}: not a health professional")
    if mask == MINOR_SECRET and not minor:
        raise ProtocolError(Reason.NOT_ENTITLED, f"mask {mask}: the person is of age")
