"""May software grant to this chain by itself, or does it wait for a human (docs/spec/bindings.md; protocol 5.2, 5.6).

The attacker is the hub: it can make a new chain, and where it is its own relying party it can bind it to a real
colleague without that colleague knowing. So a further chain of a known subject waits, and people can end the wait.

1. A frozen or closed chain is granted nothing.
2. A veto by a device of an older chain of the subject stops software, until a human confirms after the veto.
3. A confirmation of the fingerprint phrase by a colleague, or an invitation code verified by an established member's
   client, accepts at once.
4. Without a binding nothing else does.
5. The first chain of a subject is accepted: as proof when its binding's audience is an independent registrar's, as an
   introduction when it is the hub's own.
6. A further chain waits 72 hours from when it was first seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.trust_parties import MODES, REGISTRAR
from volet_protocol.user_state import UserChain

WAIT_MS = 72 * 3_600_000


@unique
class Ground(StrEnum):
    """Why a chain is accepted."""

    CONFIRMED = "confirmed"
    INVITED = "invited"
    REGISTRAR = "registrar"
    INTRODUCTION = "introduction"
    WAITED = "waited"


@dataclass(frozen=True)
class Evidence:
    """What a client knows of a chain besides its links. Instants are of the log where there is one.

    `mode` is that of the newest verified binding's audience, None without one. `older_chains` counts the chains of the
    same (issuer, subject) that were seen before this one. `confirmed_ms` are the instants at which colleagues confirmed
    the fingerprint phrase by voice or face. `invited` is whether an established member's client verified the code.
    `vetoed_ms` are the instants of vetoes by devices of older chains.
    """

    mode: str | None
    first_seen_ms: int
    older_chains: int
    confirmed_ms: tuple[int, ...] = ()
    invited: bool = False
    vetoed_ms: tuple[int, ...] = ()


@dataclass(frozen=True)
class Acceptance:
    """The answer: a ground when software may grant, else the reason and, for a wait, its end."""

    ground: Ground | None
    reason: Reason | None = None
    until_ms: int | None = None

    @property
    def granted(self) -> bool:
        """Whether software may grant what table and facts permit."""
        return self.ground is not None


def may_grant_by_software(chain: UserChain, evidence: Evidence, now_ms: int) -> Acceptance:
    """Decide by the rules of the module's docstring, in their order."""
    if chain.closed:
        return Acceptance(None, Reason.CLOSED)
    if chain.frozen:
        return Acceptance(None, Reason.FROZEN)
    if evidence.vetoed_ms and max(evidence.vetoed_ms) >= max(evidence.confirmed_ms, default=0):
        return Acceptance(None, Reason.VETOED)
    if evidence.confirmed_ms:
        return Acceptance(Ground.CONFIRMED)
    if evidence.invited:
        return Acceptance(Ground.INVITED)
    if evidence.mode not in MODES:
        return Acceptance(None, Reason.NOT_TRUSTED)
    if evidence.older_chains == 0:
        return Acceptance(Ground.REGISTRAR if evidence.mode == REGISTRAR else Ground.INTRODUCTION)
    until_ms = evidence.first_seen_ms + WAIT_MS
    if now_ms < until_ms:
        return Acceptance(None, Reason.NOT_YET, until_ms)
    return Acceptance(Ground.WAITED)


def require_acceptance(chain: UserChain, evidence: Evidence, now_ms: int) -> Ground:
    """Return the ground, or raise `ProtocolError` with the reason: not-yet, vetoed, not-trusted, frozen, closed."""
    answer = may_grant_by_software(chain, evidence, now_ms)
    if answer.ground is None:
        raise ProtocolError(answer.reason or Reason.NOT_TRUSTED, "chain of a user")
    return answer.ground
