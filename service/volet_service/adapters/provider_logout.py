"""A provider's logout token (OpenID Connect Back-Channel Logout 1.0), verified like an ID token and used once."""

from __future__ import annotations

import threading
from typing import Any, cast

from joserfc.errors import JoseError

from volet_service.adapters.provider_metadata import Published
from volet_service.application.login_ports import LoggedOut
from volet_service.domain.logins import LoginRefusal, login_refused

LEEWAY_S = 60
# A logout token older than this is not acted on; until then its `jti` is remembered.
LIFETIME_S = 120
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_MOST_TOKEN = 16 * 1024
_MOST_SEEN = 10_000
_MOST_ID = 255
_PAUSE_S = 10.0


class LogoutTokens:
    """The logout tokens of one provider, and those that served already, in memory."""

    def __init__(self, published: Published, issuer: str, client_id: str) -> None:
        self._published = published
        self._issuer = issuer
        self._client_id = client_id
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}

    def verify(self, token: str, now_ms: int) -> LoggedOut:
        """Return whose sessions end and which of them; raise `Refusal`: bad-token, wrong-*, expired, already-used."""
        if len(token) > _MOST_TOKEN:
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout token")
        try:
            decoded = self._published.decode(token, "id_token_signing_alg_values_supported", pause_s=_PAUSE_S)
        except (JoseError, ValueError, RecursionError) as error:
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout token") from error
        claims = dict(decoded.claims)
        sub, jti = self._judge(claims, now_ms // 1000)
        self._use(jti, now_ms // 1000)
        return LoggedOut(self._issuer, sub, (int(claims["iat"]) + LEEWAY_S) * 1000)

    def _judge(self, claims: dict[str, Any], now_s: int) -> tuple[str, str]:
        if claims.get("iss") != self._issuer:
            raise login_refused(LoginRefusal.WRONG_ISSUER, "logout token")
        if claims.get("aud") not in (self._client_id, [self._client_id]):
            raise login_refused(LoginRefusal.WRONG_AUDIENCE, "logout token")
        if "nonce" in claims:
            # An ID token sent here by whoever saw it (section 2.4).
            raise login_refused(LoginRefusal.WRONG_NONCE, "logout token")
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(cast("dict[str, object]", events).get(_EVENT), dict):
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout token")
        issued, expires = claims.get("iat"), claims.get("exp", now_s)
        if type(issued) is not int or type(expires) is not int or issued > now_s + LEEWAY_S:
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout token")
        if now_s > issued + LIFETIME_S or now_s > expires + LEEWAY_S:
            raise login_refused(LoginRefusal.EXPIRED, "logout token")
        sub, jti = claims.get("sub"), claims.get("jti")
        if not isinstance(sub, str) or not isinstance(jti, str) or not sub or not 0 < len(jti) <= _MOST_ID:
            # We keep no provider session: a token that names only one (`sid`) names nobody.
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout token")
        return sub, jti

    def _use(self, jti: str, now_s: int) -> None:
        with self._lock:
            self._seen = {one: until for one, until in self._seen.items() if now_s <= until}
            if jti in self._seen or len(self._seen) >= _MOST_SEEN:
                raise login_refused(LoginRefusal.ALREADY_USED, "logout token")
            self._seen[jti] = now_s + LIFETIME_S + LEEWAY_S
