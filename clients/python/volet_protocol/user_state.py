"""What a verified user chain says: devices, generations, recovery key, frozen or closed (docs/spec/users.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import HeadRef, Statement
from volet_protocol.user_links import Generation, PublicKeys

HOUR_MS = 3_600_000
VETO_MS = 72 * HOUR_MS


@dataclass(frozen=True)
class Device:
    """A device of the chain; `revoked_seq` is the link that revoked it, unless a recovery disowned that link."""

    sign: bytes
    box: bytes
    added_ms: int
    added_seq: int
    revoked_seq: int | None
    revoked_ms: int | None = None


@dataclass(frozen=True)
class Standing:
    """Which devices are unrevoked after a link, and whether the account is then frozen or closed."""

    active: frozenset[str]
    frozen: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Replacement:
    """A recovery key that is not in force yet."""

    recovery: PublicKeys
    link: str
    from_ms: int


@dataclass(frozen=True)
class UserChain:
    """A verified chain. Immutable: `user_chain.extend` returns the next one."""

    user: str
    hub: str
    links: tuple[Statement, ...]
    time_ms: int
    devices: Mapping[str, Device]
    generations: tuple[Generation, ...]
    recovery: PublicKeys
    standings: tuple[Standing, ...]
    replacement: Replacement | None = None
    disowned: frozenset[str] = frozenset()
    # A recovery slot that came into force holds no box of the current generation until the next one.
    generation_owed: bool = False

    @cached_property
    def head(self) -> HeadRef:
        """The newest link: what `user_head` names."""
        return HeadRef(len(self.links) - 1, self.links[-1].hash)

    @property
    def generation(self) -> int:
        """The number of the current generation of the user key."""
        return self.generations[-1].number

    @property
    def active(self) -> frozenset[str]:
        """The ids of the devices that are not revoked."""
        return self.standings[-1].active

    @property
    def frozen(self) -> bool:
        """Two revocations crossed: nothing counts until `recover`."""
        return self.standings[-1].frozen

    @property
    def closed(self) -> bool:
        """The chain has ended."""
        return self.standings[-1].closed

    @property
    def created_ms(self) -> int:
        """The time that the first link states."""
        return self.devices[next(iter(self.devices))].added_ms

    def user_box(self, generation: int) -> bytes:
        """Return the X-Wing public key of a generation; raise unknown-reference."""
        if not 1 <= generation <= len(self.generations):
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"generation {generation}")
        return self.generations[generation - 1].user_box

    def check_head(self, at: HeadRef) -> None:
        """Refuse a head that is not of this chain: unknown-reference beyond it, forked for another history."""
        if at.seq >= len(self.links):
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"user chain at {at.seq}")
        if self.links[at.seq].hash != at.hash:
            raise ProtocolError(Reason.FORKED, f"user chain at {at.seq}")

    def device_key(self, device: str, at: HeadRef) -> bytes:
        """Return the Ed25519 key of a device that was unrevoked at that head of this chain.

        Raises `ProtocolError`: wrong-author for a device that had not been added, revoked, frozen, closed,
        unknown-reference, forked.
        """
        self.check_head(at)
        known = self.devices.get(device)
        if known is None or known.added_seq > at.seq:
            raise ProtocolError(Reason.WRONG_AUTHOR, f"device at link {at.seq} of the user chain")
        standing = self.standings[at.seq]
        if standing.closed:
            raise ProtocolError(Reason.CLOSED, "user chain")
        if standing.frozen:
            raise ProtocolError(Reason.FROZEN, "user chain")
        if device not in standing.active:
            raise ProtocolError(Reason.REVOKED, f"device at link {at.seq} of the user chain")
        return known.sign

    def recipients(self) -> dict[str, bytes]:
        """Return the X-Wing keys that a new generation is boxed to: unrevoked devices, by id. Add the slot's."""
        return {device: self.devices[device].box for device in sorted(self.active)}

    def settled(self, at_ms: int) -> UserChain:
        """Return the chain as of an instant: a replacement without veto for 72 h is in force."""
        pending = self.replacement
        # A freeze stops the clock: the thief who froze would otherwise only have to wait.
        if pending is None or self.frozen or at_ms < pending.from_ms:
            return self
        return replace(self, recovery=pending.recovery, replacement=None, generation_owed=True)
