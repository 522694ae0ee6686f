"""Identifications under way at the registrar: in memory, bounded, each handed back once and then forgotten.

The registrar knows the nonce that a client computed, never the user id behind it, until the client shows both to
have a capacity attested. What it hands out goes only to who holds the pick-up secret.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from volet_protocol.hashing import sha256
from volet_service.application.login_ports import Expected, Identified
from volet_service.domain.logins import (
    LOGIN_LIFETIME_MS,
    STARTS_IN_ALL,
    LoginRefusal,
    login_refused,
    new_token,
    token_hash,
)


@dataclass(frozen=True)
class Identification:
    """One person being identified for the nonce of one client; `back` is the hub whose page began it, if one did."""

    id: str
    secret_hash: str
    expected: Expected
    back: str | None = None
    identified: Identified | None = None


@dataclass(frozen=True)
class Proof:
    """An ID token that this registrar obtained itself: whose it is, for which nonce, until when it serves (ms)."""

    sub: str
    nonce: str
    until_ms: int


@dataclass(frozen=True)
class Started:
    """What the client keeps: the identification's id and secret; and what the browser carries: state and verifier."""

    id: str
    secret: str
    state: str
    verifier: str


class Identifications:
    """All identifications of one registrar process. Not safe across threads: one event loop owns it."""

    def __init__(self) -> None:
        self._running: dict[str, Identification] = {}
        self._by_state: dict[str, str] = {}
        self._proofs: dict[bytes, Proof] = {}

    def start(self, nonce: str, random: bytes, now_ms: int, back: str | None = None) -> Started:
        """Begin one for a nonce; `random` is 128 fresh bytes, `back` the hub that the browser then goes back to.

        Raise `Refusal(too-many)` when the memory is full.
        """
        self._forget(now_ms)
        if len(self._running) >= STARTS_IN_ALL:
            raise login_refused(LoginRefusal.TOO_MANY, "identifications that wait")
        started = Started(*(new_token(random[at : at + 32]) for at in range(0, 128, 32)))
        expected = Expected(token_hash(started.state), started.verifier, nonce, now_ms)
        self._running[started.id] = Identification(started.id, token_hash(started.secret), expected, back)
        self._by_state[expected.state_hash] = started.id
        return started

    def answered(self, state: str) -> Identification:
        """Take the identification that a browser came back for: each `state` serves once."""
        found = self._running.get(self._by_state.pop(token_hash(state), ""))
        if found is None:
            raise login_refused(LoginRefusal.WRONG_STATE, "answer of the identity provider")
        return found

    def identified(self, identification: Identification, identified: Identified) -> None:
        """Keep the ID token until it is picked up."""
        self._running[identification.id] = replace(identification, identified=identified)

    def pick_up(self, identification: str, secret: str, now_ms: int) -> Identified | None:
        """Hand the ID token to who started, once; None while the person is still at the provider."""
        self._forget(now_ms)
        found = self._running.get(identification)
        if found is None or not hmac.compare_digest(found.secret_hash, token_hash(secret)):
            raise login_refused(LoginRefusal.UNKNOWN_LOGIN, "identification")
        if found.identified is None:
            return None
        del self._running[identification]
        proof = Proof(found.identified.sub, found.expected.nonce, now_ms + LOGIN_LIFETIME_MS)
        self._proofs[sha256(found.identified.id_token.encode())] = proof
        return found.identified

    def proof(self, id_token: str, now_ms: int) -> Proof:
        """Return what an ID token that was picked up here proves, for ten minutes."""
        self._forget(now_ms)
        found = self._proofs.get(sha256(id_token.encode()))
        if found is None:
            raise login_refused(LoginRefusal.BAD_TOKEN, "ID token")
        return found

    def _forget(self, now_ms: int) -> None:
        old = [i for i in self._running.values() if now_ms >= i.expected.started_ms + LOGIN_LIFETIME_MS]
        for gone in old:
            del self._running[gone.id]
            self._by_state.pop(gone.expected.state_hash, None)
        self._proofs = {key: proof for key, proof in self._proofs.items() if now_ms < proof.until_ms}
