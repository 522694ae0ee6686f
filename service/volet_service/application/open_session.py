"""Open a session: the person was identified, the device signs the challenge; create the account when it is new.

What a registrar attested for somebody new comes along, so that one sign-in opens a session in that capacity.

A second chain for a known subject is stored like the first: the heads map then shows it to the subject's old devices,
and clients wait for a human before they grant it anything (protocol.md 5.6). The hub decides nothing there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from volet_protocol import canonical, user_chain
from volet_protocol.capacities import Attestation, subject_chain
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.login import LoginStatement
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_chain import UserChain
from volet_protocol.user_links import check_deposited_boxes
from volet_service.application.add_user_links import add_links
from volet_service.application.end_sessions import held_capacity
from volet_service.application.hold_account import check_hold
from volet_service.application.hold_ports import Hold
from volet_service.application.ports import UnitOfWork
from volet_service.application.record_attestation import record_attestation
from volet_service.application.records import BindingRecord, Login, Session, UserLink
from volet_service.domain.errors import NotFound
from volet_service.domain.leaves import LeafContent, by_statement
from volet_service.domain.logins import LoginRefusal, check_running, identified_ms, login_refused, token_hash


@dataclass(frozen=True)
class NewLink:
    """A link of a chain that the hub may not have yet, with the boxes beside it (device id or `recovery` to box)."""

    statement: UnverifiedStatement
    boxes: Mapping[str, bytes]


@dataclass(frozen=True)
class OpenSession:
    """The signed `login` statement, the token that was drawn; of somebody new the chain, and what was attested."""

    login: str
    statement: UnverifiedStatement
    chain: Sequence[NewLink]
    token: str
    hub: str
    session_ms: int
    attestations: Sequence[UnverifiedStatement] = ()


@dataclass(frozen=True)
class SessionOpened:
    """Until when it lasts (ms), whether it is the subject's first chain, who identified them when, the hold ended."""

    expires_ms: int
    first_chain: bool
    iss: str
    identified_ms: int | None
    held: Hold | None = None


def open_session(command: OpenSession, trust: TrustBundle, uow: UnitOfWork, /) -> SessionOpened:
    """Open a session inside the transaction; it lasts no longer than the capacity it is in.

    Raises `NotFound`, `Refusal` (not-identified, already-used, expired, wrong-user, sign-in-again) or
    `ProtocolError` when the statement, the chain or an attestation does not verify, or the capacity does not count by
    this bundle.
    """
    login = uow.sessions.login(command.login)
    if login is None:
        raise NotFound
    check_running(login.created_ms, login.used_ms, uow.now_ms)
    if login.id_token is None:
        raise login_refused(LoginRefusal.NOT_IDENTIFIED, "login")
    read = LoginStatement.read(command.statement)
    read.check(
        hub=command.hub,
        login=login.id,
        challenge=login.challenge,
        user=login.user,
        device=login.device,
        now_ms=uow.now_ms,
    )
    chain = _chain(command, login, login.id_token, uow)
    user_chain.verify_statement(chain, command.statement)
    if login.device not in chain.active or chain.frozen or chain.closed:
        # Judged at the head it names, a device revoked since would sign in for ever, at an old one.
        raise ProtocolError(Reason.REVOKED, "device of the login")
    hold = check_hold(login, unverified_claims(login.id_token), uow)
    for statement in command.attestations:
        _record(statement, login.user, trust, uow)
    expires_ms = uow.now_ms + command.session_ms
    if read.capacity is not None:
        expires_ms = min(expires_ms, _capacity(read.capacity, login.user, trust, uow).until_ms)
    leaf = uow.log.append(LeafContent(ViewPayload("login", uow.now_ms), by_statement(command.statement, read.preamble)))
    first = _bind(login, login.id_token, leaf, uow)
    # The ID token moves to the binding: a login that served holds nothing any more.
    uow.sessions.update_login(replace(login, id_token=None, used_ms=uow.now_ms))
    session = Session(
        token_hash=token_hash(command.token),
        user=login.user,
        device=login.device,
        capacity=read.capacity,
        created_ms=uow.now_ms,
        expires_ms=expires_ms,
        identified_ms=identified_ms(unverified_claims(login.id_token), uow.now_ms, fresh=login.fresh),
    )
    uow.sessions.add(session)
    if hold is None:
        return SessionOpened(session.expires_ms, first, login.iss, session.identified_ms)
    uow.holds.lift(login.user, uow.now_ms)
    return SessionOpened(session.expires_ms, first, login.iss, session.identified_ms, hold)


def _chain(command: OpenSession, login: Login, id_token: str, uow: UnitOfWork) -> UserChain:
    try:
        held = uow.users.user(login.user)
        recovered = [link for link in command.chain if link.statement.type == "recover"]
        return held if not recovered else _recovered(held, recovered[-1], login, id_token, uow)
    except ProtocolError as error:
        if error.reason is not Reason.UNKNOWN_REFERENCE:
            raise
    chain = user_chain.replay([link.statement for link in command.chain], uow.now_ms)
    if chain.user != login.user:
        raise login_refused(LoginRefusal.WRONG_USER, "chain of the new account")
    for link in command.chain:
        check_deposited_boxes(link.statement, link.boxes)
    links = [
        UserLink(seq, link.statement.hash, link.statement.to_bytes(), _boxes(link.boxes))
        for seq, link in enumerate(command.chain)
    ]
    uow.users.append(chain, links)
    for signed in chain.links:
        who = IdentityPayload(user=login.user, device=login.device, request_hash=signed.hash, request=signed.to_json())
        uow.log.append(LeafContent(ViewPayload("user-link", uow.now_ms), who))
    return chain


def _recovered(held: UserChain, link: NewLink, login: Login, id_token: str, uow: UnitOfWork) -> UserChain:
    """Return the chain with a `recover` link that came with the sign-in of the device that it adds.

    The phrase is not enough: who signs in has to be somebody whom this chain was bound to before.
    """
    if any(known.hash == link.statement.hash for known in held.links):
        return held
    subject = subject_chain(login.iss, str(unverified_claims(id_token)["sub"]))
    if subject not in {known.subject_chain for known in uow.users.bindings(held.user)}:
        raise login_refused(LoginRefusal.WRONG_USER, "identity of the account to recover")
    add_links(held.user, [(link.statement, link.boxes)], uow)
    return uow.users.user(held.user)


def _boxes(boxes: Mapping[str, bytes]) -> bytes | None:
    return canonical.encode({to: to_base64url(box) for to, box in boxes.items()}) if boxes else None


def _record(statement: UnverifiedStatement, user: str, trust: TrustBundle, uow: UnitOfWork) -> None:
    record_attestation(statement, trust, uow)
    known = uow.users.stored_attestation(statement.hash)
    if known is None or known.attestation.user != user:
        raise login_refused(LoginRefusal.WRONG_USER, "attestation beside a login")


def _capacity(capacity: str, user: str, trust: TrustBundle, uow: UnitOfWork) -> Attestation:
    held = held_capacity(capacity, trust, uow)
    if held is None or held.user != user:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "capacity of the login")
    return held


def _bind(login: Login, id_token: str, leaf: int, uow: UnitOfWork) -> bool:
    claims = unverified_claims(id_token)
    subject = subject_chain(login.iss, str(claims["sub"]))
    before = uow.head("subject", subject)
    uow.users.add_binding(
        BindingRecord(
            user=login.user,
            id_token=id_token,
            iss=login.iss,
            aud=login.aud,
            random=login.random,
            subject_chain=subject,
            iat_ms=int(claims["iat"]) * 1000,
            recorded_ms=uow.now_ms,
            leaf=leaf,
        )
    )
    return before is None or before.hash == login.user


def unverified_claims(id_token: str) -> dict[str, Any]:
    """Return the claims of a token that `IdentityProvider.exchange` verified before it was stored."""
    return cast("dict[str, Any]", json.loads(from_base64url(id_token.split(".")[1])))
