"""Logging in and out, and having one's capacities attested, for this profile.

Two steps, because a human stands between them: `start` returns the address that the person opens, `finish` waits for
the identity provider's answer, verifies it, signs the hub's challenge and keeps the token, encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from volet_client import login
from volet_client.author import Author, draw
from volet_client.errors import TransportError, UsageError
from volet_client.hub import Hub
from volet_client.login_hint import LoginHint, read_hint
from volet_client.own_chain import OwnChain
from volet_client.profile import ATTESTED, IDENTITY, SESSION, Profile
from volet_client.recovering import recover
from volet_client.transport import open_http
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Attestation
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.trust_parties import REGISTRAR, SELF

PENDING = "login"


@dataclass(frozen=True)
class Started:
    """What a person needs to go on: the address to open and the code both screens show."""

    url: str
    code: str


class Session:
    """The session of a profile. `token` and `capacity` are read back from the profile."""

    def __init__(self, profile: Profile, hub: Hub, author: Author, own: OwnChain) -> None:
        self._profile = profile
        self._hub = hub
        self._own = own
        self._author = author
        # What the identity provider told at the login that this process finished.
        self.hint: LoginHint | None = None
        # Since when the account had been held by telephone, where that login ended it.
        self.held_since_ms: int | None = None
        # The registrar who asked for that; none where the number of the sheet did.
        self.held_by: bytes | None = None
        held = profile.load(SESSION)
        if held:
            hub.transport.token = cast("str | None", held.get("token"))
            author.capacity = cast("str | None", held.get("capacity"))

    def relying_party(self, mode: str, iss: str | None, aud: str | None) -> tuple[str, str]:
        """Return issuer and audience to use: those named, else the first audience of that mode in trust.json."""
        found = [
            (issuer.iss, audience.aud)
            for issuer in self._profile.bundle.issuers
            for audience in issuer.audiences
            if audience.mode == mode and iss in {None, issuer.iss} and aud in {None, audience.aud}
        ]
        if not found:
            raise UsageError(
                Said(
                    "trust.json n'a pas ce fournisseur d'identité pour cet usage.",
                    "trust.json has no such identity provider for this use.",
                ),
                Said(
                    "Connus : " + ", ".join(one.iss for one in self._profile.bundle.issuers),
                    "Known: " + ", ".join(one.iss for one in self._profile.bundle.issuers),
                ),
            )
        return found[0]

    def start(self, iss: str | None = None, aud: str | None = None, *, fresh: bool = False) -> Started:
        """Begin a login at the hub; what is needed to finish is kept in the profile.

        `fresh` has the provider ask who is there: for acts that want a recent identification.
        """
        inputs = self._inputs(*self.relying_party(SELF, iss, aud))
        pending = login.begin_login(self._hub.transport, inputs, fresh=fresh)
        self._keep(pending.inputs, login_id=pending.login, challenge=pending.challenge, url=pending.authorize_url)
        return Started(pending.authorize_url, pending.comparison_code)

    def finish(self, capacity: str | None = None, wait_s: float = login.WAIT_S) -> bool:
        """Wait for the identity provider, open the session; return whether this is the subject's first chain.

        Without `capacity`, the session acts in the one that was attested last, if any.
        """
        pending = self._pending()
        capacity = capacity or self._author.capacity
        token = _waited(lambda: login.wait_for_id_token(self._hub.transport, pending, wait_s=wait_s))
        login.prove_subject(pending.inputs, token, self._profile.bundle, self._author.clock())
        # A device that joined knows of the account what its first login is about to show.
        chain = [self._author.identity.create] if self._author.identity.create else []
        if self._author.identity.recovering:
            recovered = recover(self._hub, self._author.identity, self._author.clock())
            self._author.identity = recovered.identity
            chain = [] if recovered.link is None else [recovered.link]
        self.hint = read_hint(self._hub.transport, pending)
        statement = login.sign_login(pending, self._author.preamble(), self._author.identity.device.sign, capacity)
        opened = login.open_session(self._hub.transport, pending, statement, chain)
        self._profile.save(IDENTITY, self._author.identity.to_json())
        self._hub.transport.token = opened.token
        self.held_since_ms, self.held_by = opened.held_since_ms, opened.held_by
        self._author.capacity = capacity
        held: dict[str, JsonValue] = {"token": opened.token, "expires_ms": opened.expires_ms}
        there = None if opened.logout_url is None else login.logout_address(opened.logout_url, token)
        if there is not None:
            held["logout_url"] = there
        self._profile.save(SESSION, {**held, **({"capacity": capacity} if capacity else {})})
        self._profile.save(PENDING, {})
        if not self._author.identity.seeds:
            self._own.refresh()
        return opened.first_chain

    def all(self) -> list[JsonObject]:
        """Return our sessions that still serve, newest first."""
        return self._hub.transport.get_list("/v1/sessions")

    def end(self, given: str) -> str:
        """End one of our sessions, named by the first characters of its id; return the id."""
        found = [str(one["session"]) for one in self.all() if str(one["session"]).startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucune session « {given} ».", f"No session `{given}`."),
                Said("volet session list", "volet session list"),
            )
        self._hub.transport.delete(f"/v1/sessions/{found[0]}")
        return found[0]

    def close(self) -> str | None:
        """End the session here and at the hub; return what a browser opens to log out at the identity provider too."""
        there = cast("str | None", self._profile.load(SESSION).get("logout_url"))
        token = self._hub.transport.token
        if token is not None:
            login.close_session(self._hub.transport)
        self._hub.transport.token = None
        self._profile.save(SESSION, {"capacity": self._author.capacity} if self._author.capacity else {})
        return there

    def act_as(self, capacity: str) -> None:
        """Remember the capacity that the session acts in, without a new login."""
        self._author.capacity = capacity
        self._profile.save(SESSION, {**self._profile.load(SESSION), "capacity": capacity})

    @property
    def attesting(self) -> bool:
        """Whether what is under way is an identification at a registrar."""
        return "secret" in self._profile.load(PENDING)

    def start_attesting(self, origin: str, iss: str | None = None, aud: str | None = None) -> Started:
        """Begin an identification at a registrar, for our own nonce."""
        inputs = self._inputs(*self.relying_party(REGISTRAR, iss, aud))
        with open_http(origin) as http:
            pending = login.Registrar(http, origin).begin(inputs)
        self._keep(
            pending.inputs, login_id=pending.identification, secret=pending.secret, origin=origin,
            url=pending.authorize_url,
        )  # fmt: skip
        return Started(pending.authorize_url, pending.secret[:4])

    def finish_attesting(self, wait_s: float = login.WAIT_S) -> list[Attestation]:
        """Wait for the registrar's identification, have the capacities attested, deposit them at the hub."""
        held = self._held()
        pending = login.PendingIdentification(
            self._read_inputs(held), str(held["login"]), str(held["secret"]), str(held["url"])
        )
        with open_http(str(held["origin"])) as http:
            registrar = login.Registrar(http, str(held["origin"]))
            token = _waited(lambda: registrar.wait(pending, wait_s=wait_s))
            now_ms = self._author.clock()
            proved = login.prove_subject(pending.inputs, token, self._profile.bundle, now_ms)
            try:
                attested = registrar.request_attestations(
                    proved, self._author.user, self._hub.origin, self._profile.bundle, now_ms
                )
            except login.RegistrarRefusedError as error:
                raise UsageError(
                    Said(error.title, str(error)),
                    Said("Voyez avec le gestionnaire des habilitations.", "Ask the registrar."),
                ) from None
        for item in attested:
            self._hub.transport.post("/v1/attestations", {"statement": item.statement})
        binding: JsonObject = proved.binding.to_json()
        self._hub.transport.post(f"/v1/users/{self._author.user}/bindings", binding)
        self._profile.save(PENDING, {})
        salts: dict[str, JsonValue] = {item.attestation.id: to_base64url(item.salt) for item in attested}
        self._profile.save(ATTESTED, {**self._profile.load(ATTESTED), **salts})
        return [item.attestation for item in attested]

    def _inputs(self, iss: str, aud: str) -> login.LoginInputs:
        author = self._author
        return login.LoginInputs(self._hub.origin, iss, aud, author.user, author.identity.device.public.id, draw(32))

    def _keep(self, inputs: login.LoginInputs, *, login_id: str, challenge: bytes = b"", **more: str) -> None:
        self._profile.save(
            PENDING,
            {
                "iss": inputs.iss, "aud": inputs.aud, "random": to_base64url(inputs.random), "login": login_id,
                "challenge": to_base64url(challenge), **more,
            },
        )  # fmt: skip

    def _held(self) -> JsonObject:
        held = self._profile.load(PENDING)
        if not held:
            raise UsageError(
                Said("Aucune connexion n'est en cours.", "No login is under way."),
                Said("volet login start", "volet login start"),
            )
        return held

    def _read_inputs(self, held: JsonObject) -> login.LoginInputs:
        author = self._author
        return login.LoginInputs(
            self._hub.origin, str(held["iss"]), str(held["aud"]), author.user, author.identity.device.public.id,
            from_base64url(str(held["random"])),
        )  # fmt: skip

    def _pending(self) -> login.PendingLogin:
        held = self._held()
        return login.PendingLogin(
            self._read_inputs(held), str(held["login"]), from_base64url(str(held["challenge"])), str(held["url"])
        )


def _waited(wait: Callable[[], str]) -> str:
    try:
        return wait()
    except TimeoutError:
        raise TransportError(
            Said("Personne n'a répondu chez le fournisseur d'identité.", "Nobody answered at the identity provider."),
            Said("volet login start", "volet login start"),
        ) from None
