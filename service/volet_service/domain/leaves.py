"""What a leaf of the log says, and what it must not: payloads are codes, hashes and ids, never a name or a text.

The view payload is what the person may see: date, act, purpose, row, entries, rule. The identity payload says who:
account, device, the signed request. In public a leaf shows its type, its time, a tag and a commitment.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.leaf import Erasure, LeafType
from volet_protocol.log_payload import PUBLIC_TYPE, IdentityPayload, ViewPayload
from volet_protocol.statements import Preamble, UnverifiedStatement

_TYPES = {"act": LeafType.ACT, "refusal": LeafType.REFUSAL, "fact": LeafType.FACT, "key": LeafType.KEY,
          "log": LeafType.LOG, "erase": LeafType.ERASE}  # fmt: skip


@dataclass(frozen=True)
class LeafContent:
    """A leaf before it has an index. `case` and `class_` are given together, or not at all.

    The log adds the number of the act in its case and class (`case_seq`). `erased` says which
    leaves lost their meaning.
    """

    view: ViewPayload
    identity: IdentityPayload
    case: str | None = None
    class_: str | None = None
    erased: Erasure | None = None

    @property
    def type(self) -> LeafType:
        """The public type of this act."""
        return _TYPES[PUBLIC_TYPE[self.view.act]]

    @property
    def body(self) -> bytes:
        """The public body: empty but for an erasure."""
        return b"" if self.erased is None else self.erased.to_bytes()


def by_statement(
    statement: UnverifiedStatement, preamble: Preamble, *,
    row: str | None = None, refusal: str | None = None, shares_hash: str | None = None,
) -> IdentityPayload:  # fmt: skip
    """Return who acted, from the statement they signed."""
    return IdentityPayload(
        user=preamble.user,
        device=preamble.device,
        row=row,
        refusal=refusal,
        shares_hash=shares_hash,
        request_hash=statement.hash,
        request=statement.written(),
    )
