"""Logins and sessions: what each holds, how long it serves, which step is legal. Pure; times are arguments.

A login is started by a client that already chose its keys: it computes the nonce, the identity provider's ID token
carries it back, and the device then signs the hub's challenge. Only then is there a session. Each step serves once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique

from volet_protocol.encodings import to_base64url
from volet_protocol.hashing import sha256
from volet_service.domain.errors import (
    BadSignature,
    Invalid,
    ProviderUnavailable,
    Refusal,
    Replayed,
    TooManyRequests,
    Unauthenticated,
)

LOGIN_LIFETIME_MS = 10 * 60 * 1000
SESSION_IDLE_MS = 30 * 60 * 1000
# Starts within ten minutes. A whole office behind one address logs in at eight o'clock; a flood does not get in.
STARTS_PER_ADDRESS = 60
STARTS_IN_ALL = 10_000


@unique
class LoginRefusal(StrEnum):
    """Why a login or a session is refused: a closed list."""

    UNKNOWN_PROVIDER = "unknown-provider"
    PROVIDER_UNAVAILABLE = "provider-unavailable"
    TOO_MANY = "too-many"
    UNKNOWN_LOGIN = "unknown-login"
    EXPIRED = "expired"
    ALREADY_USED = "already-used"
    NOT_IDENTIFIED = "not-identified"
    DENIED_BY_PERSON = "denied-by-person"
    WRONG_STATE = "wrong-state"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_NONCE = "wrong-nonce"
    CODE_REFUSED = "code-refused"
    BAD_TOKEN = "bad-token"  # noqa: S105  # a reason, not a secret
    ASSURANCE_TOO_LOW = "assurance-too-low"
    BAD_USERINFO = "bad-userinfo"
    NAMING_TOKEN = "naming-token"  # noqa: S105  # a reason, not a secret
    HOST_NOT_ALLOWED = "host-not-allowed"
    WRONG_CHALLENGE = "wrong-challenge"
    WRONG_DEVICE = "wrong-device"
    WRONG_USER = "wrong-user"
    CLOCK = "clock"
    SIGN_IN_AGAIN = "sign-in-again"
    NO_SESSION = "no-session"


_KINDS: dict[LoginRefusal, type[Refusal]] = {
    LoginRefusal.PROVIDER_UNAVAILABLE: ProviderUnavailable,
    LoginRefusal.TOO_MANY: TooManyRequests,
    LoginRefusal.EXPIRED: Replayed,
    LoginRefusal.ALREADY_USED: Replayed,
    LoginRefusal.CLOCK: Replayed,
    LoginRefusal.WRONG_DEVICE: BadSignature,
    LoginRefusal.NO_SESSION: Unauthenticated,
}


def login_refused(reason: LoginRefusal, what: str) -> Refusal:
    """Return the refusal to raise: its `members["reason"]` is the machine's answer, `what` names the object."""
    return _KINDS.get(reason, Invalid)(what, {"reason": reason.value})


def check_running(created_ms: int, used_ms: int | None, now_ms: int) -> None:
    """Refuse a login that served already or is too old."""
    if used_ms is not None:
        raise login_refused(LoginRefusal.ALREADY_USED, "login")
    if now_ms >= created_ms + LOGIN_LIFETIME_MS:
        raise login_refused(LoginRefusal.EXPIRED, "login")


def session_alive(seen_ms: int, expires_ms: int, now_ms: int) -> bool:
    """Tell whether a session still serves: used within 30 minutes, and not yet at its end."""
    return now_ms < seen_ms + SESSION_IDLE_MS and now_ms < expires_ms


def identified_ms(claims: Mapping[str, object], now_ms: int, *, fresh: bool) -> int | None:
    """Return when the identity provider says that it saw the person, in ms: never later than now, None for no instant.

    Each request says how old an identification may be, which obliges a provider to say how old it is (`auth_time`,
    OpenID Connect Core 3.1.2.1). One that does not is believed only where it was asked to see them anew (`fresh`):
    it may have remembered their browser otherwise.
    """
    at_s = claims.get("auth_time", claims.get("iat") if fresh else None)
    return min(at_s * 1000, now_ms) if isinstance(at_s, int) and at_s > 0 else None


def token_hash(token: str) -> str:
    """Return what is stored of a token or of a `state`, in hex: neither is anywhere in clear."""
    return sha256(token.encode()).hex()


def new_token(random: bytes) -> str:
    """Return 32 random bytes as the text that travels."""
    return to_base64url(random)


def comparison_code(user: str) -> str:
    """Return what the browser's page and the client's screen both show, so that a person sees whose login it is."""
    return f"{user[:4]}-{user[4:8]}"
