"""Logging in, and having a capacity attested: the client's side, which trusts neither hub nor registrar.

The order matters: the client draws the random bytes and computes the nonce, so that the identity provider's signature
covers its own user id; it verifies the ID token itself against the trust bundle; only then does its device sign. A hub
that swaps the nonce, the provider or the answer is noticed before anything is signed (protocol.md 5.1).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

import httpx

from volet_client.transport import Transport
from volet_protocol import canonical
from volet_protocol.binding import Binding, BoundSubject, verify_binding
from volet_protocol.binding import nonce as binding_nonce
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Attestation, salted_subject, verify_attestation
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.login import LoginStatement
from volet_protocol.statements import Preamble, Statement, from_json, sign
from volet_protocol.trust_bundle import TrustBundle

POLL_S = 0.2
WAIT_S = 600.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class LoginInputs:
    """Who logs in where: the hub's origin, the issuer and audience from the trust bundle, this user and device.

    `random` is 32 fresh bytes: they open the nonce later, for peers.
    """

    hub: str
    iss: str
    aud: str
    user: str
    device: str
    random: bytes

    @property
    def nonce(self) -> str:
        """The OIDC nonce that binds the user id."""
        return binding_nonce(self.hub, self.iss, self.aud, self.user, self.random)


@dataclass(frozen=True)
class PendingLogin:
    """A login that waits for the browser. `authorize_url` is what the person opens."""

    inputs: LoginInputs
    login: str
    challenge: bytes
    authorize_url: str

    @property
    def comparison_code(self) -> str:
        """What this screen and the browser's last page both show: another code is somebody else's login."""
        return f"{self.inputs.user[:4]}-{self.inputs.user[4:8]}"


@dataclass(frozen=True)
class ProvedSubject:
    """A verified identity: the binding that peers will check, and what it says."""

    binding: Binding
    subject: BoundSubject


@dataclass(frozen=True)
class OpenedSession:
    """A session: the token to send as `Authorization: Volet <token>`, and until when (ms) it can last.

    `held_since_ms`: since when the account was held by telephone, where this sign-in ended that; `held_by`: the key of
    the registrar who asked for it, None where it was the number of a recovery sheet. `logout_url`: where a browser logs
    out at the identity provider too, None where that is nowhere. `recent_until_ms`: until when acts that ask a
    recent identification find one.
    """

    token: str
    expires_ms: int
    first_chain: bool
    held_since_ms: int | None = None
    held_by: bytes | None = None
    logout_url: str | None = None
    recent_until_ms: int = 0


def begin_login(transport: Transport, inputs: LoginInputs, *, fresh: bool = False) -> PendingLogin:
    """Ask the hub to start; raise `ProtocolError` when its authorization request is not for our nonce and audience.

    `fresh` has the provider ask who is there, whoever it remembers.
    """
    body: dict[str, JsonValue] = {
        "user": inputs.user, "device": inputs.device, "iss": inputs.iss, "aud": inputs.aud,
        "random": to_base64url(inputs.random), "fresh": fresh,
    }  # fmt: skip
    fields = Fields(transport.post("/v1/logins", body), "login")
    pending = PendingLogin(
        inputs, fields.text("login", 64), fields.data("challenge", 32), fields.text("authorize_url", 4096)
    )
    check_authorize_url(pending.authorize_url, nonce=inputs.nonce, aud=inputs.aud)
    return pending


def check_authorize_url(url: str, *, nonce: str, aud: str) -> None:
    """Refuse an authorization request for another nonce or audience, without PKCE, or over an open connection."""
    parts = urlsplit(url)
    if not _is_closed(parts):
        raise ProtocolError(Reason.NOT_TRUSTED, "address of the identity provider")
    query = parse_qs(parts.query)
    if query.get("nonce") != [nonce]:
        raise ProtocolError(Reason.WRONG_NONCE, "authorization request")
    if query.get("client_id") != [aud]:
        raise ProtocolError(Reason.WRONG_AUDIENCE, "authorization request")
    if query.get("code_challenge_method") != ["S256"] or query.get("response_type") != ["code"]:
        raise ProtocolError(Reason.WRONG_REQUEST, "authorization request")


def _is_closed(parts: SplitResult) -> bool:
    """Tell whether nobody on the way reads what goes to that address."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def logout_address(url: str, id_token: str) -> str | None:
    """Return what a browser opens to log out at the identity provider: its address with the hint of who logs out.

    None for an address over an open connection (OpenID Connect RP-Initiated Logout 1.0, section 2).
    """
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query), ("id_token_hint", id_token)])
    return parts._replace(query=query).geturl() if _is_closed(parts) else None


def wait_for_id_token(
    transport: Transport, pending: PendingLogin, *, wait_s: float = WAIT_S, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Wait until the person has pressed their button; return the ID token, raise `TimeoutError` after `wait_s`."""
    path = f"/v1/logins/{pending.login}"
    return _poll(lambda: transport.get(path), wait_s, sleep)


def _poll(ask: Callable[[], JsonObject], wait_s: float, sleep: Callable[[float], None]) -> str:
    for _ in range(max(1, int(wait_s / POLL_S))):
        fields = Fields(ask(), "login")
        if fields.choice("status", frozenset({"waiting", "identified"})) == "identified":
            return fields.text("id_token", 16 * 1024)
        sleep(POLL_S)
    raise TimeoutError("nobody answered at the identity provider")


def prove_subject(inputs: LoginInputs, id_token: str, bundle: TrustBundle, now_ms: int) -> ProvedSubject:
    """Verify the ID token as a peer would: issuer's key, audience, nonce; raise `ProtocolError`."""
    binding = Binding(id_token=id_token, iss=inputs.iss, aud=inputs.aud, random=inputs.random)
    return ProvedSubject(binding, verify_binding(binding, inputs.user, bundle, now_ms))


def sign_login(pending: PendingLogin, preamble: Preamble, key: SigningKey, capacity: str | None = None) -> Statement:
    """Sign the hub's challenge with the device's key; `capacity` is the attestation that this session acts in."""
    return sign(LoginStatement(preamble, pending.login, pending.challenge, capacity).body(), key)


def open_session(
    transport: Transport, pending: PendingLogin, statement: Statement, chain: Sequence[JsonObject] = ()
) -> OpenedSession:
    """Open the session; `chain` is the user's links as `{statement, boxes}` when the account is new."""
    body: dict[str, JsonValue] = {"statement": statement.to_json()}
    if chain:
        body["chain"] = list(chain)
    fields = Fields(transport.post(f"/v1/logins/{pending.login}/session", body), "session")
    return OpenedSession(
        fields.text("token", 64),
        fields.integer("expires_ms"),
        fields.boolean("first_chain"),
        fields.optional("held_since_ms", fields.integer),
        fields.optional("held_by", lambda name: fields.data(name, 32)),
        fields.optional("logout_url", lambda name: fields.text(name, 4096)),
        fields.integer("recent_until_ms"),
    )


def close_session(transport: Transport) -> None:
    """End the session whose token the transport sends, and send it no more."""
    transport.delete("/v1/sessions/current")
    transport.token = None


# --- registrar -------------------------------------------------------------------------------------------------------


class RegistrarRefusedError(Exception):
    """The registrar said no; `reason` is its code, `title` its sentence in French."""

    def __init__(self, status: int, reason: str, title: str) -> None:
        super().__init__(f"{title} ({reason})")
        self.status = status
        self.reason = reason
        self.title = title


@dataclass(frozen=True)
class PendingIdentification:
    """An identification at the registrar that waits for the browser; `secret` is what picks the ID token up."""

    inputs: LoginInputs
    identification: str
    secret: str
    authorize_url: str


@dataclass(frozen=True)
class AttestedCapacity:
    """A verified attestation as it is deposited at the hub, and the salt that opens its subject."""

    statement: JsonObject
    attestation: Attestation
    salt: bytes


class Registrar:
    """A registrar's HTTP address."""

    def __init__(self, http: httpx.Client, origin: str) -> None:
        self._http = http
        self._origin = origin

    def begin(self, inputs: LoginInputs) -> PendingIdentification:
        """Start an identification for our nonce: the registrar learns the nonce, not the user id."""
        fields = Fields(self._post("/v1/identifications", {"nonce": inputs.nonce}), "identification")
        pending = PendingIdentification(
            inputs, fields.text("identification", 64), fields.text("secret", 64), fields.text("authorize_url", 4096)
        )
        check_authorize_url(pending.authorize_url, nonce=inputs.nonce, aud=inputs.aud)
        return pending

    def wait(
        self,
        pending: PendingIdentification,
        *,
        wait_s: float = WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> str:
        """Wait for the person and pick the ID token up, which works once; raise `TimeoutError` after `wait_s`."""
        path = f"/v1/identifications/{pending.identification}/pick-up"
        return _poll(lambda: self._post(path, {"secret": pending.secret}), wait_s, sleep)

    def request_attestations(
        self, proved: ProvedSubject, user: str, hub: str, bundle: TrustBundle, now_ms: int
    ) -> list[AttestedCapacity]:
        """Have every capacity on the staff list attested; verify each, its user and its subject."""
        binding = proved.binding
        body: dict[str, JsonValue] = {
            "hub": hub, "user": user, "random": to_base64url(binding.random), "id_token": binding.id_token,
        }  # fmt: skip
        fields = Fields(self._post("/v1/attestations", body), "attestations")
        return [self._verified(item, proved, user, bundle, now_ms) for item in fields.objects("attestations", 64)]

    def _verified(
        self, fields: Fields, proved: ProvedSubject, user: str, bundle: TrustBundle, now_ms: int
    ) -> AttestedCapacity:
        statement, salt = fields.raw("statement"), from_base64url(fields.text("salt", 32))
        attestation = verify_attestation(from_json(statement), bundle, now_ms)
        if attestation.user != user:
            raise ProtocolError(Reason.WRONG_AUTHOR, "attestation")
        if attestation.subject != salted_subject(salt, proved.subject.iss, proved.subject.sub):
            raise ProtocolError(Reason.WRONG_SUBJECT, "attestation")
        return AttestedCapacity(statement, attestation, salt)

    def _post(self, path: str, body: Mapping[str, JsonValue]) -> JsonObject:
        response = self._http.post(self._origin + path, content=canonical.encode(body))
        try:
            answer = cast("dict[str, Any]", response.json())
        except ValueError:
            raise RegistrarRefusedError(response.status_code, "malformed", "Réponse illisible du greffe.") from None
        if response.is_error:
            reason, title = str(answer.get("reason", "refused")), str(answer.get("title", "Refus du greffe."))
            raise RegistrarRefusedError(response.status_code, reason, title)
        return cast("JsonObject", answer)
