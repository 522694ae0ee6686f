"""User chains, bindings, attestations, logins and sessions in SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from volet_protocol import statements
from volet_protocol.capacities import Attestation
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.statements import HeadRef
from volet_protocol.user_chain import UserChain, replay
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.departures import DepartureRows
from volet_service.adapters.store.live import Live
from volet_service.adapters.store.sql import holds_bytes
from volet_service.application.live_ports import Moved
from volet_service.application.records import BindingRecord, Login, Session, StoredAttestation, UserLink
from volet_service.domain.errors import LogUnavailable

_BINDINGS = select(*(t.binding.c[name] for name in BindingRecord.__dataclass_fields__))


class UserRows:
    """User chains, from memory when they are live. Heads move in the map with every link."""

    def __init__(self, connection: Connection, live: Live, origin: str, now_ms: int) -> None:
        self._connection = connection
        self._live = live
        self._origin = origin
        self._departures = DepartureRows(connection, live, origin)
        self._now_ms = now_ms

    def user(self, user: str) -> UserChain:
        """Return the verified chain; raise `ProtocolError(unknown-reference)`."""
        known = self._live.users.get(user)
        if known is not None:
            return known
        links = self.links(user)
        if not links:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "user chain")
        # Judged when they were accepted: their own newest time stands for the clock, which may have been set back.
        chain = replay((statements.parse(link.statement) for link in links), self._now_ms)
        return self._live.users.keep(user, chain)

    def links(self, user: str) -> list[UserLink]:
        """Return the links of a chain in order."""
        c = t.user_link.c
        rows = self._connection.execute(select(t.user_link).where(c.user == user).order_by(c.seq))
        return [UserLink(row.seq, row.hash, row.statement, row.boxes) for row in rows]

    def naming_key(self, sign: bytes) -> list[str]:
        """Return the users whose chain names this Ed25519 key, of a device or of a recovery slot."""
        c = t.user_link.c
        # Asked for by somebody who lost every device: every link is looked through, and starts of logins are counted.
        named = holds_bytes(c.statement, f'"sign":"{to_base64url(sign)}"'.encode())
        return list(self._connection.execute(select(c.user).where(named).distinct().order_by(c.user)).scalars())

    def append(self, chain: UserChain, links: Sequence[UserLink]) -> None:
        """Store links whose result is `chain`, and move its head."""
        self._connection.execute(insert(t.user_link), [{"user": chain.user, **asdict(link)} for link in links])
        self._live.change(self._live.users, chain.user, chain)
        move_head(self._connection, self._live, "user", chain.user, chain.head)

    def bindings(self, user: str) -> list[BindingRecord]:
        """Return the bindings of a user, oldest first."""
        c = t.binding.c
        rows = self._connection.execute(_BINDINGS.where(c.user == user).order_by(c.iat_ms))
        return [BindingRecord(**row) for row in rows.mappings()]

    def binding(self, user: str, id_token: str) -> BindingRecord | None:
        """Return the binding of a user by its token."""
        c = t.binding.c
        where = (c.user == user) & (c.token_hash == _token_hash(id_token))
        row = self._connection.execute(_BINDINGS.where(where)).mappings().first()
        return None if row is None else BindingRecord(**row)

    def add_binding(self, record: BindingRecord) -> None:
        """Store a binding; point its subject at this chain when that chain is another than the newest one bound."""
        if self.binding(record.user, record.id_token) is not None:
            return
        row = {**asdict(record), "token_hash": _token_hash(record.id_token)}
        self._connection.execute(insert(t.binding), row)
        newest = self._live.heads.get("subject", record.subject_chain)
        if newest is None or newest.hash != record.user:
            seq = 0 if newest is None else newest.seq + 1
            move_head(self._connection, self._live, "subject", record.subject_chain, HeadRef(seq, record.user))

    def attestation(self, attestation: str) -> Attestation:
        """Return an attestation by its id; raise `ProtocolError(unknown-reference)`."""
        stored = self.stored_attestation(attestation)
        if stored is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "attestation")
        return stored.attestation

    def stored_attestation(self, id: str) -> StoredAttestation | None:  # noqa: A002 -- the glossary's word
        """Return an attestation as stored."""
        known = self._live.attestations.get(id)
        if known is None:
            row = self._connection.execute(select(t.attestation).where(t.attestation.c.id == id)).first()
            if row is None:
                return None
            known = self._attestation(row)
            # Undone with the use case, which may itself have stored the row: a signed statement never changes else.
            self._live.change(self._live.attestations, id, known)
        return known

    def attestations(self, user: str) -> list[StoredAttestation]:
        """Return the attestations about a user."""
        c = t.attestation.c
        rows = self._connection.execute(select(t.attestation).where(c.user == user).order_by(c.leaf))
        return [self._attestation(row) for row in rows]

    def add_attestation(self, record: StoredAttestation) -> None:
        """Store an attestation."""
        attestation = record.attestation
        self._connection.execute(
            insert(t.attestation),
            {"id": attestation.id, "user": attestation.user, "statement": record.statement,
             "until_ms": attestation.until_ms, "leaf": record.leaf},
        )  # fmt: skip

    def of_same_subject(self, user: str) -> list[str]:
        """Return the users bound to an identity that this user was bound to, themselves included."""
        c = t.binding.c
        subjects = select(c.subject_chain).where(c.user == user)
        found = self._connection.execute(select(c.user).distinct().where(c.subject_chain.in_(subjects))).scalars()
        return sorted({user, *found})

    def of_subject(self, subject_chain: str) -> list[str]:
        """Return the users who were bound to an identity."""
        c = t.binding.c
        found = self._connection.execute(select(c.user).distinct().where(c.subject_chain == subject_chain)).scalars()
        return sorted(found)

    def attested(self, row: str, at_ms: int) -> list[Attestation]:
        """Return the attestations of a row that are in force at an instant."""
        c = t.attestation.c
        # The statement is canonical JSON: its bytes tell which rows can match, and each is read before it counts.
        named = holds_bytes(c.statement, f'"row":"{row}"'.encode())
        rows = self._connection.execute(select(t.attestation).where(named & (c.until_ms > at_ms)).order_by(c.leaf))
        found = [self._attestation(one).attestation for one in rows]
        return [one for one in found if one.capacity.row == row and one.from_ms <= at_ms < one.until_ms]

    def _attestation(self, row: Row[tuple[object, ...]]) -> StoredAttestation:
        statement = statements.parse(row.statement)
        held = self._departures.left(Attestation.read(statement, self._origin))
        return StoredAttestation(held, row.statement, row.leaf)


def _token_hash(id_token: str) -> str:
    return sha256(id_token.encode()).hex()


def move_head(connection: Connection, live: Live, label: str, chain: str, head: HeadRef) -> None:
    """Move a head, in the map and in its row."""
    live.set_head(label, chain, head.seq, head.hash)
    c = t.chain_head.c
    where = (c.label == label) & (c.chain == chain)
    moved = connection.execute(update(t.chain_head).where(where).values(seq=head.seq, hash=head.hash))
    if not moved.rowcount:
        row = {"label": label, "chain": chain, "seq": head.seq, "hash": head.hash}
        connection.execute(insert(t.chain_head), row)


class SessionRows:
    """Logins under way and sessions: only the hash of a token is at rest."""

    def __init__(self, connection: Connection, live: Live) -> None:
        self._connection = connection
        self._live = live

    def add_login(self, login: Login) -> None:
        """Store a new login."""
        self._connection.execute(insert(t.login), asdict(login))

    def login(self, id: str) -> Login | None:  # noqa: A002 -- the glossary's word
        """Return a login by its id."""
        row = self._connection.execute(select(t.login).where(t.login.c.id == id)).mappings().first()
        return None if row is None else Login(**row)

    def login_of_state(self, state: str) -> Login | None:
        """Return a login by the OAuth state."""
        row = self._connection.execute(select(t.login).where(t.login.c.state == state)).mappings().first()
        return None if row is None else Login(**row)

    def update_login(self, login: Login) -> None:
        """Store the later fields of a login."""
        values = {"id_token": login.id_token, "failure": login.failure, "used_ms": login.used_ms}
        self._connection.execute(update(t.login).where(t.login.c.id == login.id).values(values))

    def add(self, session: Session) -> None:
        """Store a session."""
        self._connection.execute(insert(t.session), asdict(session))

    def remove(self, user: str, token_hash: str) -> bool:
        """End a session of a user; tell whether there was one."""
        c = t.session.c
        ended = self._connection.execute(delete(t.session).where((c.user == user) & (c.token_hash == token_hash)))
        self._live.move(Moved.SESSION, user, token_hash)
        return ended.rowcount > 0

    def of_user(self, user: str) -> list[Session]:
        """Return the sessions of a user, newest first, expired ones too until they are purged."""
        c = t.session.c
        query = select(t.session).where(c.user == user).order_by(c.created_ms.desc(), c.token_hash)
        return [Session(**row) for row in self._connection.execute(query).mappings()]

    def remove_of_device(self, user: str, device: str) -> None:
        """End every session of a device."""
        c = t.session.c
        self._connection.execute(delete(t.session).where((c.user == user) & (c.device == device)))
        self._live.move(Moved.DEVICE, user, device)

    def capacities(self) -> list[str]:
        """Return the capacities that sessions are in, each once."""
        c = t.session.c.capacity
        return list(self._connection.execute(select(c).where(c.is_not(None)).distinct().order_by(c)).scalars())

    def end_by(self, capacity: str, until_ms: int) -> None:
        """Let no session in a capacity last beyond an instant."""
        c = t.session.c
        longer = (c.capacity == capacity) & (c.expires_ms > until_ms)
        self._connection.execute(update(t.session).where(longer).values(expires_ms=until_ms))

    def purge(self, before_ms: int) -> None:
        """Delete sessions that expired and logins created before that instant."""
        self._connection.execute(delete(t.session).where(t.session.c.expires_ms < before_ms))
        self._connection.execute(delete(t.login).where(t.login.c.created_ms < before_ms))


class CommittedSessions:
    """Sessions on reading connections: one row by its key, as it was last committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find(self, token_hash: str) -> Session | None:
        """Return a session, expired or not."""
        return await asyncio.to_thread(self._find, token_hash)

    def _find(self, token_hash: str) -> Session | None:
        query = select(t.session).where(t.session.c.token_hash == token_hash)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).mappings().first()
        except DBAPIError as error:
            raise LogUnavailable("the database failed") from error
        return None if row is None else Session(**row)
