"""Hold an account by telephone: its sessions end now, and nothing begins before the person signs in again (F26).

Deny only. It is the registrar's act, or that of whoever knows the number on the recovery sheet; no other right goes
with either. The access log tells of it as of a logout at the provider, one leaf a device: an act that ended sessions.
"""

from __future__ import annotations

from typing import Any

from volet_protocol.account_hold import AccountHold, hold_number_hash, read_hold_number
from volet_protocol.capacities import subject_chain
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.callers import Caller
from volet_service.application.hold_ports import Hold
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import Login
from volet_service.domain.errors import NotFound, TooManyRequests
from volet_service.domain.leaves import LeafContent
from volet_service.domain.logins import LoginRefusal, login_refused

# A number that somebody copied costs the person one sign-in a day, and no more.
REST_MS = 24 * 60 * 60 * 1000


def hold_by_registrar(statement: UnverifiedStatement, trust: TrustBundle, uow: UnitOfWork, /) -> int:
    """Hold every account of an identity; return how many devices they have.

    Raises `ProtocolError` where the statement does not verify; `NotFound` alike for an identity that is not known and
    for one whom this registrar never attested: a registrar stops its own people only.
    """
    asked = AccountHold.verify(statement, trust, uow.now_ms)
    users = uow.users.of_subject(asked.subject)
    attested = (one.attestation.registrar for user in users for one in uow.users.attestations(user))
    if asked.registrar not in attested:
        raise NotFound
    return sum(_hold(user, uow, (asked.registrar, statement)) for user in users)


def hold_by_number(typed: str, uow: UnitOfWork, /) -> int:
    """Hold the account whose sheet has this number; return how many devices it has.

    Raises `ProtocolError` for what is no number, `NotFound` for a number of nobody, `TooManyRequests` within a day
    after a sign-in ended a hold: a copied number must not keep somebody out.
    """
    users = uow.holds.users_of(hold_number_hash(read_hold_number(typed)))
    if not users:
        raise NotFound
    # All of them: whoever deposits somebody else's number stops themselves as well, and shields nobody.
    rested = [user for user in users if not _resting(user, uow)]
    if not rested:
        raise TooManyRequests("holds by number lately")
    return sum(_hold(user, uow) for user in rested)


def _resting(user: str, uow: UnitOfWork) -> bool:
    last = uow.holds.of(user)
    return last is not None and last.lifted_ms is not None and uow.now_ms < last.lifted_ms + REST_MS


def keep_hold_number(number_hash: str, caller: Caller, uow: UnitOfWork, /) -> None:
    """Keep the hash of the caller's number; it takes the place of the one before."""
    uow.holds.keep_number(caller.user, number_hash)


def check_hold(login: Login, claims: dict[str, Any], uow: UnitOfWork) -> Hold | None:
    """Return the hold that this sign-in ends, None where there is none.

    Raises `Refusal` where the sign-in does not show that the person is back: begun before the hold, by an identity that
    was not bound to the account, or without a new authentication at a provider that tells when it was.
    """
    hold = uow.holds.in_force(login.user)
    if hold is None:
        return None
    if login.created_ms < hold.since_ms:
        raise login_refused(LoginRefusal.EXPIRED, "login begun before the account was held")
    subject = subject_chain(login.iss, str(claims["sub"]))
    if subject not in {known.subject_chain for known in uow.users.bindings(login.user)}:
        raise login_refused(LoginRefusal.WRONG_USER, "identity of the held account")
    at_s = claims.get("auth_time")
    # To the second: who stole an open browser has an authentication that is older than the call.
    if isinstance(at_s, int) and (at_s + 1) * 1000 <= hold.since_ms:
        raise login_refused(LoginRefusal.SIGN_IN_AGAIN, "login at a held account")
    return hold


def _hold(user: str, uow: UnitOfWork, by: tuple[bytes, UnverifiedStatement] | None = None) -> int:
    devices = sorted(uow.users.user(user).active)
    if uow.holds.in_force(user) is None:
        uow.holds.put(user, uow.now_ms, None if by is None else by[0])
    hashed, request = (None, None) if by is None else (by[1].hash, by[1].to_json())
    for device in devices:
        uow.sessions.remove_of_device(user, device)
        who = IdentityPayload(user=user, device=device, request_hash=hashed, request=request)
        uow.log.append(LeafContent(ViewPayload("logout", uow.now_ms), who))
    return len(devices)
