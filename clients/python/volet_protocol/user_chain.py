"""A user's chain: their devices and user key, judged link by link (docs/spec/users.md; protocol section 3).

1. The user id is the hash of the first link. There is no identity key, and no link that resets a chain.
2. Links are hash-linked, their times never go back, each is signed by an unrevoked device or by the recovery key.
3. A device younger than 24 h revokes nothing, sets no recovery, closes nothing; a device never revokes itself.
4. `recover` names links that are not its author's, keeps devices by name, and starts a new generation.
5. Another recovery key needs the old one's consent, or 72 h without veto.
6. A device revoked less than 72 h ago may revoke the one that revoked it: two crossing revocations freeze the account
   until `recover`. Without this, a thief who revokes first would keep the account.
7. A statement is judged by its author's device at `user_head`: what comes later never changes that answer, so that
   two readers agree on it for ever. Disowned links are listed for humans, not replayed.

Times are those that links state. Whoever sees a link arrive (the server) or holds the time of its leaf compares
them with `check_deposit_time`; a reader without it refuses only a link from the future.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from volet_protocol import user_acts
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import verify
from volet_protocol.statements import Statement, UnverifiedStatement
from volet_protocol.user_links import (
    LINK_TYPES,
    RECOVERY,
    ChainClose,
    Link,
    Recover,
    read_create,
    read_link,
)
from volet_protocol.user_state import Device, Standing, UserChain

CLOCK_MS = 120_000

__all__ = ["CLOCK_MS", "Device", "UserChain", "admit", "check_deposit_time", "extend", "replay", "start",
           "verify_statement"]  # fmt: skip


def start(create: UnverifiedStatement) -> UserChain:
    """Return the chain of one link; its first device signed it. Raises `ProtocolError`."""
    content = read_create(create)
    if content.generation.number != 1:
        raise ProtocolError(Reason.WRONG_EPOCH, "first generation")
    device = content.device
    if content.recovery.sign == device.sign:
        raise ProtocolError(Reason.ALREADY, "the recovery key is the device's key")
    user_acts.check_readers(content.generation.boxes, {device.id, RECOVERY})
    verified = create.verify(device.sign)
    return UserChain(
        user=create.hash,
        hub=content.hub,
        links=(verified,),
        time_ms=content.time_ms,
        devices={device.id: Device(device.sign, device.box, content.time_ms, 0, None)},
        generations=(content.generation,),
        recovery=content.recovery,
        standings=(Standing(frozenset({device.id})),),
    )


def replay(links: Iterable[UnverifiedStatement], now_ms: int) -> UserChain:
    """Return the chain that these links make, first link first."""
    remaining = iter(links)
    first = next(remaining, None)
    if first is None:
        raise ProtocolError(Reason.MISSING_FIELD, "a user chain without links")
    chain = start(first)
    user_acts.check_not_future(chain.time_ms, now_ms + CLOCK_MS)
    for link in remaining:
        chain = extend(chain, link, now_ms)
    return chain


def admit(chain: UserChain, link: UnverifiedStatement, now_ms: int) -> UserChain:
    """Return the chain with a link that arrives now: as `extend`, and its time is within 2 minutes of `now_ms`."""
    check_deposit_time(read_link(link).preamble.time_ms, now_ms)
    return extend(chain, link, now_ms)


def check_deposit_time(time_ms: int, deposit_ms: int) -> None:
    """Refuse a link whose stated time is more than 2 minutes from when it was deposited: stale or not-yet.

    A back-dated `recovery-replace` would otherwise have its 72 hours behind it on arrival.
    """
    user_acts.check_not_future(time_ms, deposit_ms + CLOCK_MS)
    if time_ms < deposit_ms - CLOCK_MS:
        raise ProtocolError(Reason.STALE, "link deposited long after the time it states")


def extend(chain: UserChain, statement: UnverifiedStatement, now_ms: int) -> UserChain:
    """Return the chain with one more link, or raise the `ProtocolError` that says which rule it breaks."""
    link = read_link(statement)
    _check_place(chain, link)
    time_ms = link.preamble.time_ms
    if time_ms < chain.time_ms:
        raise ProtocolError(Reason.TIME_BACKWARDS, statement.type)
    user_acts.check_not_future(time_ms, now_ms + CLOCK_MS)
    settled = chain.settled(time_ms)
    signer = _signer(settled, link)
    verify(signer, statement.signature, statement.signed_bytes)
    verified = Statement(statement.body, statement.signature)
    after = user_acts.apply(settled, link, verified.hash)
    return replace(after, links=(*chain.links, verified), time_ms=time_ms)


def _check_place(chain: UserChain, link: Link) -> None:
    if link.preamble.hub != chain.hub:
        raise ProtocolError(Reason.WRONG_HUB, "user chain")
    if link.preamble.user != chain.user:
        raise ProtocolError(Reason.WRONG_AUTHOR, "link of another user's chain")
    if chain.closed:
        raise ProtocolError(Reason.CLOSED, "user chain")
    if link.position.seq != chain.head.seq + 1:
        raise ProtocolError(Reason.WRONG_SEQUENCE, "user chain")
    if link.position.hash != chain.head.hash:
        raise ProtocolError(Reason.WRONG_HASH, "user chain")
    if link.preamble.user_head != chain.head and not user_acts.is_crossing(chain, link):
        raise ProtocolError(Reason.WRONG_SEQUENCE, "user_head of a link is the link before it")


def _signer(chain: UserChain, link: Link) -> bytes:
    """Return the key that must have signed: the recovery key's for `recover`, else the author device's."""
    author = link.preamble.device
    if isinstance(link.act, Recover | ChainClose) and author == chain.recovery.id:
        return chain.recovery.sign
    if isinstance(link.act, Recover):
        raise ProtocolError(Reason.WRONG_AUTHOR, "recover is signed by the recovery key in force")
    if chain.frozen:
        raise ProtocolError(Reason.FROZEN, "user chain")
    return chain.device_key(author, link.preamble.user_head)


def verify_statement(chain: UserChain, statement: UnverifiedStatement) -> Statement:
    """Return a statement of this user as verified: hub, author, device at `user_head`, signature (protocol 3.4).

    That `user_head` does not go back among the statements of one chain is judged by that chain. Raises
    `ProtocolError`: wrong-author, wrong-hub, unknown-reference for a head beyond this chain (fetch it and try again),
    forked for a head of another history, revoked, frozen, closed, bad-signature.
    """
    if statement.type in LINK_TYPES:
        raise ProtocolError(Reason.WRONG_TYPE, f"{statement.type} is judged in its chain")
    preamble = statement.preamble
    if preamble.hub != chain.hub:
        raise ProtocolError(Reason.WRONG_HUB, statement.type)
    if preamble.user != chain.user:
        raise ProtocolError(Reason.WRONG_AUTHOR, statement.type)
    return statement.verify(chain.device_key(preamble.device, preamble.user_head))
