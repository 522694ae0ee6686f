"""Append links to the caller's own user chain. A revoked device loses its sessions in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol import canonical, statements
from volet_protocol.encodings import to_base64url
from volet_protocol.log_payload import ViewPayload
from volet_protocol.statements import HeadRef, UnverifiedStatement
from volet_protocol.user_chain import admit
from volet_protocol.user_links import check_deposited_boxes, read_link
from volet_service.application.callers import Caller, check_recent
from volet_service.application.close_session import close_sessions_of_device
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import UserLink
from volet_service.domain.errors import IdempotencyMismatch, NotFound, VersionConflict
from volet_service.domain.leaves import LeafContent, by_statement
from volet_service.domain.step_up import USER_LINKS


@dataclass(frozen=True)
class AddUserLinks:
    """Links in order, each with the boxes beside it (device id or `recovery` to box)."""

    user: str
    links: Sequence[tuple[UnverifiedStatement, Mapping[str, bytes]]]
    caller: Caller


@dataclass(frozen=True)
class UserLinksAdded:
    """The new head, and the leaf of the last link."""

    head: HeadRef
    leaf: int | None


def add_user_links(command: AddUserLinks, uow: UnitOfWork, /) -> UserLinksAdded:
    """Judge and append; links that the chain already holds are skipped, by whichever device of the user: no receipt."""
    if command.user != command.caller.user:
        raise NotFound
    before = uow.users.user(command.user).head.seq
    leaf = add_links(command.user, command.links, uow)
    added = uow.users.user(command.user).links
    if any(added[seq].type in USER_LINKS for seq in range(before + 1, len(added))):
        check_recent(command.caller, uow.now_ms)
    return UserLinksAdded(uow.users.user(command.user).head, leaf)


def add_links(
    user: str, links: Sequence[tuple[UnverifiedStatement, Mapping[str, bytes]]], uow: UnitOfWork
) -> int | None:
    """Judge and append links of a chain; return the leaf of the last one that was new."""
    leaf: int | None = None
    for statement, boxes in links:
        chain = uow.users.user(user)
        link = read_link(statement)
        seq = link.position.seq
        if seq <= chain.head.seq and chain.links[seq].hash == statement.hash:
            if chain.links[seq].to_bytes() != statement.to_bytes():
                raise IdempotencyMismatch("another signature over the same link")
            continue
        if seq != chain.head.seq + 1 or link.position.hash != chain.head.hash:
            raise VersionConflict("user chain", {"head": chain.head.to_json()})
        check_deposited_boxes(statement, boxes)
        after = admit(chain, statement, uow.now_ms)
        stored = UserLink(seq, statement.hash, statement.to_bytes(), _boxes(boxes))
        uow.users.append(after, [stored])
        for device in chain.active - after.active:
            close_sessions_of_device(user, device, uow)
        leaf = uow.log.append(LeafContent(ViewPayload("user-link", uow.now_ms), by_statement(statement, link.preamble)))
    return leaf


def _boxes(boxes: Mapping[str, bytes]) -> bytes:
    return canonical.encode({to: to_base64url(box) for to, box in boxes.items()})


def parse_boxes(stored: bytes | None) -> dict[str, canonical.JsonValue] | None:
    """Return stored boxes as they are served."""
    return None if stored is None else canonical.decode(stored, statements.STATEMENT_LIMIT)
