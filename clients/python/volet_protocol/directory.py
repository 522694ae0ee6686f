"""Users at a head of their chain: which generation a box may be made for (docs/spec/case-chains.md, rule on heads)."""

from __future__ import annotations

from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import HeadRef
from volet_protocol.user_state import UserChain


def generation_at(chain: UserChain, at: HeadRef) -> tuple[int, bytes]:
    """Return number and X-Wing public key of the user key that was current at a head of the chain.

    Raises unknown-reference when the chain is not known that far, forked for another history.
    """
    chain.check_head(at)
    for link in reversed(chain.links[: at.seq + 1]):
        number, public = link.body.get("generation"), link.body.get("user_box")
        if isinstance(number, int) and isinstance(public, str):
            return number, from_base64url(public)
    raise ProtocolError(Reason.UNKNOWN_REFERENCE, "a user chain without a user key")


def can_be_boxed(chain: UserChain, at: HeadRef) -> bool:
    """Tell whether the account counted at that head: neither frozen nor closed."""
    standing = chain.standings[at.seq]
    return not standing.frozen and not standing.closed
