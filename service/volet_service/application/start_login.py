"""Start a login: keep what must come back, and say where the browser goes.

The nonce is computed here from what the client sent, and by the client from the same values: the ID token then binds
the user id, and a hub that swaps it is noticed when the client verifies the token (protocol.md 5.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.binding import nonce as binding_nonce
from volet_protocol.encodings import to_base64url
from volet_service.application.ports import Hub, UnitOfWork
from volet_service.application.records import Login
from volet_service.domain.logins import LOGIN_LIFETIME_MS, LoginRefusal, login_refused


@dataclass(frozen=True)
class StartLogin:
    """Who asks (user, device), of which provider (iss, aud), with 32 random bytes of the client.

    `fresh`: to be identified anew, whoever the provider remembers.
    """

    user: str
    device: str
    iss: str
    aud: str
    random: bytes
    fresh: bool = False


@dataclass(frozen=True)
class LoginStarted:
    """What the client gets: the login's id (a secret of the client), the challenge to sign, the browser's address.

    `state` comes back with the browser: what is remembered of it there tells that the same browser began.
    """

    login: str
    state: str
    challenge: bytes
    authorize_url: str


async def start_login(command: StartLogin, hub: Hub) -> LoginStarted:
    """Start a login; raise `Refusal`: unknown-provider, provider-unavailable."""
    if not hub.identity.serves(command.iss, command.aud):
        raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, "login")
    held = await hub.store.read(lambda uow, /: uow.holds.in_force(command.user) is not None)
    login = Login(
        id=to_base64url(hub.random(32)),
        state=to_base64url(hub.random(32)),
        user=command.user,
        device=command.device,
        iss=command.iss,
        aud=command.aud,
        random=command.random,
        challenge=hub.random(32),
        code_verifier=hub.identity.new_code_verifier(),
        created_ms=hub.clock.now_ms(),
        fresh=held or command.fresh,
    )
    # Asked before anything is stored: a provider that is down leaves nothing behind, and no transaction waits for it.
    url = await hub.identity.authorize_url(login, nonce_of(login, hub.origin), fresh=login.fresh)

    def keep(uow: UnitOfWork, /) -> None:
        uow.sessions.purge(uow.now_ms - LOGIN_LIFETIME_MS)
        uow.sessions.add_login(login)

    await hub.store.write(keep)
    return LoginStarted(login.id, login.state, login.challenge, url)


def nonce_of(login: Login, origin: str) -> str:
    """Return the OIDC nonce that binds the login's user."""
    return binding_nonce(origin, login.iss, login.aud, login.user, login.random)
