"""What each link of a user chain does to it, and when it may (docs/spec/users.md). Called by `user_chain.extend`.

The link's place, times and signature have been checked when `apply` runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import verify
from volet_protocol.statements import Preamble, UnverifiedStatement
from volet_protocol.user_links import (
    MAX_DEVICES,
    RECOVERY,
    ChainClose,
    DeviceAdd,
    DeviceRevoke,
    Generation,
    Link,
    PublicKeys,
    Recover,
    RecoveryReplace,
    RecoverySet,
    RecoveryVeto,
)
from volet_protocol.user_state import HOUR_MS, VETO_MS, Device, Replacement, Standing, UserChain

MIN_AGE_MS = 24 * HOUR_MS
CROSSING_MS = 72 * HOUR_MS


def check_not_future(time_ms: int, latest_ms: int) -> None:
    """Refuse a link from the future: it would count waiting times that have not passed."""
    if time_ms > latest_ms:
        raise ProtocolError(Reason.NOT_YET, "link dated in the future")


def check_readers(boxes: Mapping[str, str], expected: set[str]) -> None:
    """Refuse a generation that is not boxed to exactly these devices and the slot: wrong-readers."""
    if set(boxes) != expected:
        raise ProtocolError(Reason.WRONG_READERS, "boxes of a user seed")


def is_crossing(chain: UserChain, link: Link) -> bool:
    """Tell whether a link revokes, from the position before its author was revoked, the device that did it."""
    author = chain.devices.get(link.preamble.device)
    if not isinstance(link.act, DeviceRevoke) or author is None or author.revoked_seq is None:
        return False
    before = link.preamble.user_head
    revoking = chain.links[author.revoked_seq]
    return (
        before.seq == author.revoked_seq - 1
        and chain.links[before.seq].hash == before.hash
        and revoking.type == "device-revoke"
        and _author(revoking) == link.act.target
    )


def _author(statement: UnverifiedStatement) -> str:
    return Preamble.read(statement.fields(), statement.type).device


def apply(chain: UserChain, link: Link, link_hash: str) -> UserChain:
    """Return the chain's next state, all but `links` and `time_ms`; raise the `ProtocolError` of the broken rule."""
    act = link.act
    match act:
        case DeviceAdd():
            return _add(chain, link, act)
        case DeviceRevoke():
            return _revoke(chain, link, act)
        case RecoverySet() | RecoveryReplace() | RecoveryVeto():
            return _change_recovery(chain, link, act, link_hash)
        case Recover():
            return _recover(chain, link, act)
        case ChainClose():
            if link.preamble.device != chain.recovery.id:
                _check_age(chain, link)
            return _stand(chain, closed=True)
        case _:
            return _stand(_next_generation(chain, act.generation, set(chain.active)))


def _change_recovery(
    chain: UserChain, link: Link, act: RecoverySet | RecoveryReplace | RecoveryVeto, link_hash: str
) -> UserChain:
    if isinstance(act, RecoveryVeto):
        if chain.replacement is None or chain.replacement.link != act.replace:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "no such replacement is pending")
        return _stand(replace(chain, replacement=None))
    _check_age(chain, link)
    _check_new_keys(chain, act.recovery)
    if isinstance(act, RecoverySet):
        verify(chain.recovery.sign, act.consent, act.consent_bytes)
        after = _next_generation(chain, act.generation, set(chain.active))
        return _stand(replace(after, recovery=act.recovery, replacement=None))
    if chain.replacement is not None:
        raise ProtocolError(Reason.ALREADY, "a replacement of the recovery key is pending")
    pending = Replacement(act.recovery, link_hash, link.preamble.time_ms + VETO_MS)
    return _stand(replace(chain, replacement=pending))


def _stand(
    chain: UserChain, active: frozenset[str] | None = None, *, frozen: bool = False, closed: bool = False
) -> UserChain:
    standing = Standing(chain.active if active is None else active, frozen=frozen, closed=closed)
    return replace(chain, standings=(*chain.standings, standing))


def _check_age(chain: UserChain, link: Link) -> None:
    if link.preamble.time_ms - chain.devices[link.preamble.device].added_ms < MIN_AGE_MS:
        raise ProtocolError(Reason.TOO_YOUNG, "device younger than 24 hours")


def _check_new_keys(chain: UserChain, new: PublicKeys) -> None:
    """Refuse a key that this chain has used: a revoked device would come back, or be its own recovery."""
    used = {device.sign for device in chain.devices.values()} | {chain.recovery.sign}
    if new.sign in used:
        raise ProtocolError(Reason.ALREADY, "key used before in this chain")


def _next_generation(chain: UserChain, generation: Generation, readers: set[str]) -> UserChain:
    if generation.number != chain.generation + 1:
        raise ProtocolError(Reason.WRONG_EPOCH, f"generation {generation.number} after {chain.generation}")
    if any(generation.user_box == known.user_box for known in chain.generations):
        raise ProtocolError(Reason.ALREADY, "user key used before in this chain")
    check_readers(generation.boxes, {*readers, RECOVERY})
    return replace(chain, generations=(*chain.generations, generation), generation_owed=False)


def _new_device(chain: UserChain, link: Link, new: PublicKeys) -> dict[str, Device]:
    _check_new_keys(chain, new)
    device = Device(new.sign, new.box, link.preamble.time_ms, len(chain.links), None)
    return {**chain.devices, new.id: device}


def _add(chain: UserChain, link: Link, act: DeviceAdd) -> UserChain:
    if len(chain.active) >= MAX_DEVICES:
        raise ProtocolError(Reason.TOO_LARGE, f"more than {MAX_DEVICES} devices")
    check_readers(act.boxes, {act.device.id})
    devices = _new_device(chain, link, act.device)
    return _stand(replace(chain, devices=devices), chain.active | {act.device.id})


def _revoke(chain: UserChain, link: Link, act: DeviceRevoke) -> UserChain:
    author = link.preamble.device
    if act.target == author:
        raise ProtocolError(Reason.NOT_ENTITLED, "a device does not revoke itself: it would know the next seed")
    if act.target not in chain.devices:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "device to revoke")
    if act.target not in chain.active:
        raise ProtocolError(Reason.ALREADY, "device to revoke")
    _check_age(chain, link)
    if author not in chain.active:
        return _cross(chain, link, act)
    if act.generation is None:
        raise ProtocolError(Reason.MISSING_FIELD, "a revocation starts a generation")
    active = chain.active - {act.target}
    after = _next_generation(chain, act.generation, set(active))
    return _stand(replace(after, devices=_revoked(chain, act.target, link)), active)


def _cross(chain: UserChain, link: Link, act: DeviceRevoke) -> UserChain:
    revoked_ms = chain.devices[link.preamble.device].revoked_ms
    if act.generation is not None:
        raise ProtocolError(Reason.WRONG_EPOCH, "a crossing revocation starts no generation")
    if revoked_ms is None or link.preamble.time_ms - revoked_ms > CROSSING_MS:
        raise ProtocolError(Reason.REVOKED, "device revoked more than 72 hours ago")
    devices = _revoked(chain, act.target, link)
    return _stand(replace(chain, devices=devices), chain.active - {act.target}, frozen=True)


def _revoked(chain: UserChain, target: str, link: Link) -> dict[str, Device]:
    gone = replace(chain.devices[target], revoked_seq=len(chain.links), revoked_ms=link.preamble.time_ms)
    return {**chain.devices, target: gone}


def _recover(chain: UserChain, link: Link, act: Recover) -> UserChain:
    positions = {statement.hash: seq for seq, statement in enumerate(chain.links)}
    for disowned in act.not_mine:
        if positions.get(disowned, 0) == 0:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "disowned link")
        if _author(chain.links[positions[disowned]]) not in chain.devices:
            raise ProtocolError(Reason.NOT_ENTITLED, "a recovery does not disown what a recovery key signed")
    void = {positions[disowned] for disowned in act.not_mine}
    devices = _new_device(chain, link, act.device)
    for kept in act.keep:
        device = chain.devices.get(kept)
        if device is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "device to keep")
        # A device comes back only when the link that revoked it is disowned by name.
        if device.added_seq in void or (device.revoked_seq is not None and device.revoked_seq not in void):
            raise ProtocolError(Reason.REVOKED, "device to keep")
        devices[kept] = replace(device, revoked_seq=None, revoked_ms=None)
    active = frozenset({act.device.id, *act.keep})
    for gone in chain.active - active:
        devices[gone] = replace(devices[gone], revoked_seq=len(chain.links), revoked_ms=link.preamble.time_ms)
    if act.recovery != chain.recovery:
        _check_new_keys(replace(chain, devices=devices), act.recovery)
    after = _next_generation(chain, act.generation, set(active))
    return _stand(
        replace(
            after,
            devices=devices,
            recovery=act.recovery,
            replacement=None,
            disowned=chain.disowned | set(act.not_mine),
        ),
        active,
    )
