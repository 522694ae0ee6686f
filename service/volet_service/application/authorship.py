"""Whether a statement is the caller's own, made now, with a device that still counts, over the tree that we signed."""

from __future__ import annotations

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.release import CheckpointRef
from volet_protocol.statements import Preamble, UnverifiedStatement
from volet_protocol.user_chain import verify_statement
from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork
from volet_service.domain.errors import BadSignature, Replayed


def is_author(caller: Caller, preamble: Preamble) -> bool:
    """Tell whether the caller's device made a statement: only they are given an earlier answer to it again."""
    return (preamble.user, preamble.device) == (caller.user, caller.device)


def check_author(
    uow: UnitOfWork, caller: Caller, statement: UnverifiedStatement, preamble: Preamble, window_ms: int
) -> None:
    """Refuse a statement of somebody else, too old or too new, or of a device revoked since.

    The protocol judges a device at `user_head`, so that history keeps its meaning; whoever accepts a new statement
    also asks whether the device counts now, or a thief would sign at an old head for ever.
    """
    if not is_author(caller, preamble):
        raise BadSignature("author", {"reason": Reason.WRONG_AUTHOR.value})
    if abs(uow.now_ms - preamble.time_ms) > window_ms:
        raise Replayed("time of the statement", {"reason": Reason.STALE.value})
    chain = uow.users.user(caller.user)
    verify_statement(chain, statement)
    if caller.device not in chain.active or chain.frozen or chain.closed:
        raise ProtocolError(Reason.REVOKED, "device of the author")


def check_tree(seen: CheckpointRef, uow: UnitOfWork) -> None:
    """Refuse a reader who has seen another tree than ours: they, or we, hold evidence of a fork."""
    if seen.size == 0:
        return
    signed = uow.log.checkpoint(seen.size)
    if signed is None or signed[0].hex() != seen.root:
        raise ProtocolError(Reason.FORKED, "checkpoint of the request")
