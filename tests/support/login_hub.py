"""The hub's login routes over a store in memory, served on loopback.

The store is a fake at the ports (`application.ports`); routes, use cases, identity provider and clients are the real
ones. A refusal undoes what the use case wrote, as the real unit of work does.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import httpx
from fastapi import FastAPI

from support.loopback import HUB_CLIENT, NO_TLS, now_ms, served
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import HeadRef
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_chain import UserChain
from volet_service.adapters.hub_identity import HubIdentity
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.application.departure_ports import StoredEnd
from volet_service.application.find_session import LastSeen
from volet_service.application.login_starts import LoginStarts
from volet_service.application.ports import Hub, Limits, UnitOfWork, Work
from volet_service.application.records import BindingRecord, Login, Session, StoredAttestation, UserLink
from volet_service.domain.leaves import LeafContent
from volet_service.domain.retention import RetentionPolicy
from volet_service.entrypoints.http import problems
from volet_service.entrypoints.http.routers import logins

T = TypeVar("T")


@dataclass
class Memory:
    """Everything the login use cases store."""

    logins: dict[str, Login] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    chains: dict[str, UserChain] = field(default_factory=dict)
    bindings: list[BindingRecord] = field(default_factory=list)
    heads: dict[tuple[str, str], HeadRef] = field(default_factory=dict)
    leaves: list[LeafContent] = field(default_factory=list)
    attested: dict[str, StoredAttestation] = field(default_factory=dict)

    def copied(self) -> Memory:
        return Memory(*(copy(getattr(self, name)) for name in self.__dataclass_fields__))


class MemoryLog:
    """The leaves of one transaction."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def append(self, content: LeafContent) -> int:
        self.memory.leaves.append(content)
        return len(self.memory.leaves) - 1


class MemoryUnit:
    """Users, sessions and heads of one transaction."""

    def __init__(self, memory: Memory, at_ms: int) -> None:
        self.memory = memory
        self.now_ms = at_ms
        self.users = self
        self.sessions = self
        self.holds = self
        self.departures = self
        self.log = MemoryLog(memory)

    def in_force(self, user: str) -> None:
        del user

    def head(self, label: str, chain: str) -> HeadRef | None:
        return self.memory.heads.get((label, chain))

    def user(self, user: str) -> UserChain:
        if user not in self.memory.chains:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "user chain")
        return self.memory.chains[user]

    def of(self, user: str) -> list[StoredEnd]:
        del user
        return []

    def stored_attestation(self, attestation: str) -> StoredAttestation | None:
        return self.memory.attested.get(attestation)

    def add_attestation(self, stored: StoredAttestation) -> None:
        self.memory.attested[stored.attestation.id] = stored

    def attestations(self, user: str) -> list[StoredAttestation]:
        return [one for one in self.memory.attested.values() if one.attestation.user == user]

    def of_same_subject(self, user: str) -> list[str]:
        chains = {record.subject_chain for record in self.memory.bindings if record.user == user}
        return sorted({user, *(record.user for record in self.memory.bindings if record.subject_chain in chains)})

    def append(self, chain: UserChain, _links: Sequence[UserLink]) -> None:
        self.memory.chains[chain.user] = chain

    def add_binding(self, record: BindingRecord) -> None:
        self.memory.bindings.append(record)
        key = ("subject", record.subject_chain)
        before = self.memory.heads.get(key)
        if before is None or before.hash != record.user:
            self.memory.heads[key] = HeadRef(0 if before is None else before.seq + 1, record.user)

    def add_login(self, login: Login) -> None:
        self.memory.logins[login.id] = login

    def login(self, login: str) -> Login | None:
        return self.memory.logins.get(login)

    def login_of_state(self, state: str) -> Login | None:
        return next((login for login in self.memory.logins.values() if login.state == state), None)

    def update_login(self, login: Login) -> None:
        self.memory.logins[login.id] = login

    def add(self, session: Session) -> None:
        self.memory.sessions[session.token_hash] = session

    def of_subject(self, subject_chain: str) -> list[str]:
        return sorted({record.user for record in self.memory.bindings if record.subject_chain == subject_chain})

    def of_user(self, user: str) -> list[Session]:
        return [session for session in self.memory.sessions.values() if session.user == user]

    def remove(self, user: str, token_hash: str) -> bool:
        found = self.memory.sessions.get(token_hash)
        if found is None or found.user != user:
            return False
        del self.memory.sessions[token_hash]
        return True

    def purge(self, before_ms: int) -> None:
        self.memory.logins = {k: v for k, v in self.memory.logins.items() if v.created_ms >= before_ms}


class MemoryStore:
    """A store whose transactions are copies."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return now_ms() + self.ahead_ms

    async def find(self, token_hash: str) -> Session | None:
        return self.memory.sessions.get(token_hash)

    async def write(self, work: Work[T]) -> T:
        changed = self.memory.copied()
        result = work(cast("UnitOfWork", MemoryUnit(changed, self.now_ms())))
        self.memory = changed
        return result

    async def read(self, work: Work[T]) -> T:
        return work(cast("UnitOfWork", MemoryUnit(self.memory, self.now_ms())))


@dataclass(frozen=True)
class LoginHub:
    """A hub that only logs in."""

    origin: str
    store: MemoryStore
    starts: LoginStarts


@contextmanager
def login_hub(
    port: int, issuer: str, trust: TrustBundle | None = None, after_logout: str | None = None
) -> Iterator[LoginHub]:
    """Serve the login routes for one identity provider; attestations are judged by `trust`."""
    origin = f"http://127.0.0.1:{port}"
    store = MemoryStore()
    with httpx.Client(trust_env=False, verify=NO_TLS) as http:
        party = RelyingParty(issuer, HUB_CLIENT, f"{origin}/v1/logins/callback", after_logout=after_logout)
        unused = cast("Any", None)
        hub = Hub(
            origin=origin,
            store=store,
            sessions=store,
            log=unused,
            directory=unused,
            blobs=unused,
            trust=unused if trust is None else trust,
            policy=unused,
            identity=HubIdentity({issuer: OpenIdProvider(party, http)}, origin),
            clock=store,
            random=secrets.token_bytes,
            limits=Limits(
                request=1 << 20,
                upload=1 << 20,
                window_ms=120_000,
                session_ms=12 * 3_600_000,
                step_up_ms=15 * 60_000,
                held=4 << 20,
                live=unused,
            ),
            ready=lambda: True,
            retention=RetentionPolicy.default(),
            listen=unused,
        )
        app = FastAPI()
        app.state.hub, app.state.last_seen, app.state.login_starts = hub, LastSeen(now_ms()), LoginStarts()
        app.include_router(logins.router)
        problems.install(app)
        with served(app, port):
            yield LoginHub(origin, store, app.state.login_starts)
