"""Any link of a case chain from its statement, and what each kind names (docs/spec/case-chains.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from volet_protocol.case_links import FactLink
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate
from volet_protocol.hashing import sha256
from volet_protocol.key_links import ClaimLink, GrantLink, RevokeLink, RotateLink, Target
from volet_protocol.opening_links import OpeningCloseLink, OpeningLink
from volet_protocol.statements import UnverifiedStatement

Link: TypeAlias = FactLink | ClaimLink | GrantLink | RevokeLink | RotateLink | OpeningLink | OpeningCloseLink

_READERS: Final[Mapping[str, Callable[[UnverifiedStatement], Link]]] = {
    "fact": FactLink.read,
    "claim": ClaimLink.read,
    "grant": GrantLink.read,
    "revoke": RevokeLink.read,
    "rotate": RotateLink.read,
    "opening": OpeningLink.read,
    "opening-close": OpeningCloseLink.read,
}


def read_link(statement: UnverifiedStatement) -> Link:
    """Read a link after the first of a case chain; raise wrong-type for a statement of another kind."""
    read = _READERS.get(statement.type)
    if read is None:
        raise ProtocolError(Reason.WRONG_TYPE, f"{statement.type} in a case chain")
    return read(statement)


def targets(link: Link | ExchangeCreate | ExchangeChange) -> tuple[Target, ...]:
    """Return everybody a link names a box for."""
    match link:
        case ClaimLink() | GrantLink():
            return (link.target,)
        case RotateLink():
            return link.targets
        case OpeningLink():
            return link.boxes
        case ExchangeCreate() | ExchangeChange():
            return link.common.boxes
        case _:
            return ()


def check_boxes(link: Link | ExchangeCreate | ExchangeChange, boxes: Mapping[str, bytes]) -> None:
    """Refuse boxes beside a link that are not exactly those it names by hash, one for each user: bad-box."""
    named = {target.user: target.box for target in targets(link)}
    if {user: sha256(box).hex() for user, box in boxes.items()} != named:
        raise ProtocolError(Reason.BAD_BOX, "boxes beside a link")


def list_positions(link: Link) -> dict[str, EntryListHead]:
    """Return the position of each entry list that a link names."""
    return dict(_positions(link))


def _positions(link: Link) -> Iterator[tuple[str, EntryListHead]]:
    match link:
        case ClaimLink() | RotateLink() | RevokeLink():
            yield from ((item.section, item.at) for item in link.sections)
        case FactLink():
            yield from ((item.section, item.at) for item in link.lists)
        case _:
            return
